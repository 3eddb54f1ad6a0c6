//! A change of a learner's own answer that makes it pass: what mends its failures, one after the other, each
//! checked by exploring, and the whole by grading.
//!
//! The code around an answer belongs to its program, and stays as it is. An answer in Python is changed in its
//! translation.

use super::program::{rehearsed, session, texts};
use super::{Answer, Bounds, FaultKind, Of, Text, Verdict, grade};
use crate::explore::mend::{Advice, Budget, mend, with_shorter_locks};
use crate::explore::{Exploration, Limits, Watch};
use crate::language::python;
use crate::lesson::text::Exercise;
use crate::session::{Ahead, Language};

/// So many failures are mended at most.
const MOST: usize = 4;

/// What a translation begins with where Python's operators could differ.
const DIALECT: &str = "import python;\n";

/// An answer and its change that passes, in this program's own language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mended {
    /// The answer, or its translation.
    pub before: String,
    /// What passes.
    pub after: String,
}

/// The answer, changed until it passes; nothing where no such change is found. Blocks for about as long as a
/// few gradings take, and until the bounds' `stop` is set.
pub fn mended(exercise: &Exercise, answer: Answer<'_>, bounds: &Bounds) -> Option<Mended> {
    let before = match answer.language {
        Language::Own => answer.text.to_string(),
        Language::Python => translated(exercise, answer.text)?,
    };
    let mut text = before.clone();
    for _ in 0..=MOST {
        match grade(exercise, Answer::new(&text), bounds) {
            Verdict::Passed(_) => {
                return (text != before).then_some(Mended {
                    before,
                    after: text,
                });
            }
            Verdict::Failed(fault) if matches!(fault.kind, FaultKind::Problem(_)) => {
                text = without_a_problem(exercise, &text, fault.trial, bounds)?;
            }
            // What is right in itself may hold a lock for too long.
            Verdict::Failed(fault) if matches!(fault.kind, FaultKind::Check { .. }) => {
                let around = Around::of(exercise, fault.trial);
                let shorter = with_shorter_locks(&around.with(&text))?;
                let shorter = around.answer_in(&shorter)?;
                let is_right = grade(exercise, Answer::new(&shorter), bounds).is_passed();
                return is_right.then_some(Mended {
                    before,
                    after: shorter,
                });
            }
            Verdict::Failed(_) | Verdict::Undecided(_) => return None,
        }
    }
    None
}

/// An answer of Python's in this program's own language; nothing when it has none there.
fn translated(exercise: &Exercise, answer: &str) -> Option<String> {
    let given = exercise.given.as_ref().map_or("", |piece| &*piece.text);
    let mut session = session();
    session
        .program(&[Text::own(Of::Given, given).part()])
        .ok()?;
    let earlier = |name: &str| session.earlier(name, Ahead::IsAccepted);
    let translation = python::translate(answer, &earlier).ok()?;
    (translation.problems.is_empty()).then_some(translation.text)
}

/// The answer without the first problem that it has in a trial.
fn without_a_problem(
    exercise: &Exercise,
    answer: &str,
    trial: usize,
    bounds: &Bounds,
) -> Option<String> {
    let around = Around::of(exercise, trial);
    let limits = bounds.limits();
    let whole = around.with(answer);
    let found = explored(&whole, &limits, bounds)?;
    let problem = found.failures.first().or(found.findings.first())?.clone();
    let mut explore = |changed: &str, limits: &Limits| {
        let answer = around.answer_in(changed)?;
        let found = explored(&around.with(&answer), limits, bounds)?;
        let is_clean = found.failures.is_empty() && found.is_proved();
        // What fails nowhere may still be too slow, or too careful.
        let breaks_a_condition = is_clean
            && match grade(exercise, Answer::new(&answer), bounds) {
                Verdict::Failed(fault) => !matches!(fault.kind, FaultKind::Problem(_)),
                Verdict::Passed(_) => false,
                Verdict::Undecided(_) => true,
            };
        (!breaks_a_condition).then_some(found)
    };
    let mut budget = Budget::of(&found, &limits);
    match mend((&whole, 0), &found, &problem, &mut budget, &mut explore) {
        Advice::Checked(mend) => around.answer_in(&mend.text),
        Advice::NoneHelps(_) | Advice::NotChecked(_) => None,
    }
}

/// Explores a whole program; nothing when it cannot run.
fn explored(whole: &str, limits: &Limits, bounds: &Bounds) -> Option<Exploration> {
    let mut rehearsal = rehearsed(&[Text::own(Of::Answer, whole)], false).ok()?;
    rehearsal.without_explanations();
    rehearsal.stop_by(bounds.stop.clone());
    let mut watch = Watch {
        stop: &bounds.stop,
        progress: &mut |_, _| {},
    };
    Some(rehearsal.explore(limits, &mut watch))
}

/// What stands around an answer in one text; each part ends its last line.
struct Around {
    before: String,
    after: String,
}

impl Around {
    fn of(exercise: &Exercise, trial: usize) -> Self {
        let part = |wanted: Of| {
            let all = texts(exercise, Answer::new(""), trial);
            let part = all.iter().find(|text| text.of == wanted);
            part.map_or(String::new(), |part| ended(&part.text))
        };
        Self {
            before: part(Of::Given),
            after: part(Of::Trial),
        }
    }

    fn with(&self, answer: &str) -> String {
        let (dialect, answer) = dialect(answer);
        format!("{dialect}{}{}{}", self.before, ended(answer), self.after)
    }

    /// The answer in a text that was changed; nothing when what is around it was. What comes new before all
    /// belongs to the answer: a lock that was made there is made in the answer.
    fn answer_in(&self, whole: &str) -> Option<String> {
        let (dialect, whole) = dialect(whole);
        let (new, rest) = match self.before.as_str() {
            "" => ("", whole),
            before => whole.split_once(before)?,
        };
        Some(format!("{dialect}{new}{}", rest.strip_suffix(&self.after)?))
    }
}

/// What says that a text is a translation that needs Python's operators, which comes before all, and the rest.
fn dialect(text: &str) -> (&str, &str) {
    match text.starts_with(DIALECT) {
        true => text.split_at(DIALECT.len()),
        false => ("", text),
    }
}

/// A text whose last line ends.
fn ended(text: &str) -> String {
    let end = if text.ends_with('\n') { "" } else { "\n" };
    format!("{text}{end}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lesson::text::parse;

    fn exercise(checks: &str) -> Exercise {
        let text = format!(
            "//! # A\n//! minutes: 5\n\n/// ## Mend: a\n/// Mend it.\n/// ```given\n/// let n = 0;\n\
             /// fn look() {{ sleep(0.1); }}\n/// ```\n/// ```starter\n/// fn up() {{ n += 1; }}\n/// ```\n\
             /// ```after\n/// let a = spawn(up);\n/// up();\n/// a.join();\n/// assert(n == 2);\n/// ```\n\
             /// ```checks\n/// {checks}\n/// ```\n/// ```solution\n/// fn up() {{ }}\n/// ```\n"
        );
        let lesson = parse("1_a.rhai", &text).unwrap();
        lesson.exercise(1).unwrap().clone()
    }

    #[test]
    fn an_answer_is_changed_until_it_passes_and_nothing_around_it() {
        let bounds = Bounds::default();
        let exercise = exercise("together look");
        let answer = "fn up() {\n    look();\n    n += 1;\n}\n";
        let mended = |answer: &str| mended(&exercise, Answer::new(answer), &bounds);
        let changed = mended(answer).unwrap().after;
        assert!(changed.contains("Lock()"), "{changed}");
        assert!(!changed.contains("let n"), "{changed}");
        assert!(grade(&exercise, Answer::new(&changed), &bounds).is_passed());
        // What passes needs no change, and for what cannot run there is none.
        assert_eq!(mended(&changed), None);
        assert_eq!(mended("fn up() { n += }"), None);
    }

    #[test]
    fn a_change_that_breaks_a_condition_is_none() {
        let bounds = Bounds::default();
        let mended = |checks: &str, answer: &str| {
            let changed = mended(&exercise(checks), Answer::new(answer), &bounds)?;
            Some(changed.after)
        };
        let answer = "fn up() {\n    let old = n;\n    look();\n    n = old + 1;\n}\n";
        // Only a lock around all mends this, and then nobody looks beside another.
        assert!(mended("no busy waiting", answer).is_some());
        assert_eq!(mended("together look", answer), None);
    }

    #[test]
    fn what_a_change_calls_is_called_before_it() {
        let bounds = Bounds::default();
        let exercise = exercise("together look");
        let answer = "fn up() {\n    n += one();\n}\nfn one() { look(); 1 }\n";
        let changed = mended(&exercise, Answer::new(answer), &bounds).unwrap();
        let wanted = "let value = one();\n    with lock { n += value; }\n";
        assert!(changed.after.contains(wanted), "{}", changed.after);
    }

    #[test]
    fn a_lock_that_is_held_for_too_long_is_taken_later() {
        let bounds = Bounds::default();
        let exercise = exercise("together look");
        let check = |body: &str, wanted: &str| {
            let answer = format!(
                "let lock = Lock();\nfn one() {{ look(); 1 }}\nfn up() {{\n    {body}\n}}\n"
            );
            let changed = mended(&exercise, Answer::new(&answer), &bounds).expect(body);
            assert!(changed.after.contains(wanted), "{}", changed.after);
        };
        check(
            "with lock { n += one(); }",
            "let value = one();\n    with lock { n += value; }\n",
        );
        check(
            "with lock { if one() == 1 { n += 1; } }",
            "let value = one();\n    with lock { if value == 1 { n += 1; } }\n",
        );
        check(
            "with lock {\n        let more = one();\n        n += more;\n    }",
            "let more = one();\n    with lock {\n        n += more;\n    }\n",
        );
    }

    #[test]
    fn an_answer_in_python_is_changed_in_its_translation() {
        let bounds = Bounds::default();
        let exercise = exercise("together look");
        for answer in [
            "def up():\n    global n\n    look()\n    n += 1\n",
            "def one():\n    look()\n    return len([1])\n\ndef up():\n    global n\n    n += one()\n",
        ] {
            let text = answer;
            let language = Language::Python;
            let changed = mended(&exercise, Answer { text, language }, &bounds).unwrap();
            assert!(changed.before.contains("fn up()"), "{}", changed.before);
            assert!(grade(&exercise, Answer::new(&changed.after), &bounds).is_passed());
        }
    }
}
