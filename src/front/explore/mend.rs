//! What mends a program: for the report, the advice that was checked; for `threadlab mend`, the
//! changed text.
//!
//! A changed text is explored in a session of its own, which begins as the one of the program did.

use std::fmt::Write;
use std::fs;
use std::io::{self, IsTerminal};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::report::{self, parts};
use super::{Status, complain, print, refused, stopped_by_ctrl_c};
use crate::event::Stream;
use crate::explain::Cause;
use crate::explore::mend::{Advice, Budget, Mend, mend};
use crate::explore::{Exploration, Finding, Limits, Problem, Watch};
use crate::front::arguments::Color;
use crate::front::source::Source;
use crate::language::python;
use crate::pos::Pos;
use crate::session::{Config, Input, InputKind, Language, Rehearsal, Session};
use crate::view::diff::diff;
use crate::view::mends::{self, Lines};
use crate::view::paint::{Paint, Role};
use crate::view::story::Story;
use crate::view::wrap::hang;

/// How many mends `threadlab mend` makes one after the other at most.
const MOST_MENDS: usize = 8;

/// Explores changed texts of a program.
pub(in crate::front) struct Mender<'a> {
    pub(in crate::front) config: Config,
    /// What the text is called.
    pub(in crate::front) name: &'a str,
    pub(in crate::front) kind: InputKind,
    pub(in crate::front) ordered: bool,
    /// The byte of the text at which what is explored begins: what comes before it has run before.
    pub(in crate::front) begins: usize,
    pub(in crate::front) stop: Arc<AtomicBool>,
    /// What holds for each text.
    pub(in crate::front) limits: Limits,
}

/// What mends the problems of a report, in their order.
#[derive(Default)]
pub(in crate::front) struct Advices {
    found: Vec<Found>,
    lines: Lines,
}

enum Found {
    /// An error that no order of threads has to do with: nothing was looked for.
    Nothing,
    Own(Advice),
    /// The mend of an earlier problem mends this one, too: its number, from 0.
    Same(usize),
}

impl Advices {
    /// The advice for a problem, in words.
    pub(super) fn words(&self, problem: usize) -> Option<String> {
        match self.found.get(problem)? {
            Found::Nothing => None,
            Found::Own(advice) => Some(mends::advice(advice, &self.lines)),
            Found::Same(other) => Some(format!("what mends failure {}.", other + 1)),
        }
    }

    /// For a text whose lines are called so.
    pub(in crate::front) fn with_lines(self, lines: Lines) -> Self {
        Self { lines, ..self }
    }

    /// What to change for a problem, in few words.
    pub(super) fn fix(&self, problem: usize) -> Option<String> {
        let mend = self.mend(problem)?;
        Some(mends::fix(&mend.fix, &self.lines))
    }

    /// The mend of a problem, where one was checked.
    pub(super) fn mend(&self, problem: usize) -> Option<&Mend> {
        match self.found.get(problem)? {
            Found::Own(Advice::Checked(mend)) => Some(mend),
            Found::Own(_) | Found::Nothing => None,
            Found::Same(other) => self.mend(*other),
        }
    }
}

impl Mender<'_> {
    /// Explores a text, without saying why it fails; nothing when it is wrong.
    pub(in crate::front) fn explore(&self, text: &str, limits: &Limits) -> Option<Exploration> {
        self.explored(text, limits, |rehearsal| rehearsal.without_explanations())
    }

    /// The same, with the causes of what fails.
    pub(in crate::front) fn explain(&self, text: &str, limits: &Limits) -> Option<Exploration> {
        self.explored(text, limits, |_| {})
    }

    fn explored(
        &self,
        text: &str,
        limits: &Limits,
        prepare: impl Fn(&mut Rehearsal),
    ) -> Option<Exploration> {
        let mut session = Session::new(self.config.clone(), Arc::new(Stream::new()));
        let input = Input {
            name: self.name,
            text,
            kind: self.kind,
        };
        let mut rehearsal = session.explorer(input, self.ordered).ok()?;
        prepare(&mut rehearsal);
        let mut progress = |_, _| {};
        let mut watch = Watch {
            stop: &self.stop,
            progress: &mut progress,
        };
        Some(rehearsal.explore(limits, &mut watch))
    }

    /// Looks for what mends a problem, within a budget.
    fn mend(
        &self,
        text: (&str, usize),
        found: &Exploration,
        problem: &Finding,
        budget: &mut Budget,
    ) -> Advice {
        let mut explore = |text: &str, limits: &Limits| self.explore(text, limits);
        mend(text, found, problem, budget, &mut explore)
    }

    /// What mends the problems that a report tells: the failures, or else the first finding.
    pub(in crate::front) fn advise(
        &self,
        text: &str,
        found: &Exploration,
        deny_race: bool,
    ) -> Advices {
        let mut budget = Budget::of(found, &self.limits);
        let (failures, findings) = parts(found, deny_race);
        let mut advices: Vec<Found> = Vec::new();
        let told = failures.iter().take(report::FAILURES);
        let is_mendable = |one: &&&Finding| {
            let is_known = matches!(
                one.problem,
                Problem::UnseenError { .. } | Problem::Starvation(_)
            );
            failures.is_empty() && !is_known
        };
        let told = told.chain(findings.first().filter(is_mendable));
        for problem in told {
            let same = advices.iter().position(|known| match known {
                Found::Own(Advice::Checked(mend)) => mend.avoids(&problem.problem),
                Found::Own(_) | Found::Same(_) | Found::Nothing => false,
            });
            advices.push(match same {
                Some(same) => Found::Same(same),
                None if is_no_matter_of_order(problem) => Found::Nothing,
                None => Found::Own(self.mend((text, self.begins), found, problem, &mut budget)),
            });
        }
        Advices {
            found: advices,
            ..Advices::default()
        }
    }

    /// Mends one failure after the other, as far as a mend is known.
    pub(in crate::front) fn changed(
        &self,
        text: &str,
        found: Exploration,
        at: &Lines,
        paint: Paint,
    ) -> Changed {
        let mut changed = Changed {
            text: text.into(),
            words: String::new(),
            left: found,
        };
        let mut begins = self.begins;
        for _ in 0..MOST_MENDS {
            let mut budget = Budget::of(&changed.left, &self.limits);
            let mut mended = None;
            for failure in &changed.left.failures {
                let title = at.title(&failure.problem);
                let text = (&*changed.text, begins);
                let advice = self.mend(text, &changed.left, failure, &mut budget);
                if let Advice::Checked(mend) = advice {
                    mended = Some((title, mend));
                    break;
                }
                let words = mends::advice(&advice, at);
                changed.words += &hang("", &format!("{title}: {words}"), 80);
            }
            let Some((title, mend)) = mended else { break };
            let head = paint.text(Role::Heading, "mend");
            let words = hang(
                "mend: ",
                &format!("{title}: {}", mends::fix(&mend.fix, at)),
                80,
            );
            let _ = write!(changed.words, "{head}{}", &words["mend".len()..]);
            changed.text = mend.text;
            begins = mend.begins;
            changed.left = mend.found;
        }
        changed
    }
}

/// Whether every run fails by an error that was thrown: a failed assertion may still be about what
/// threads have left undone.
fn is_no_matter_of_order(finding: &Finding) -> bool {
    let cause = finding.explanation.as_ref().map(|one| &one.cause);
    finding.problem.kind() == "error" && matches!(cause, Some(Cause::Always))
}

/// A program as far as changes of its text are concerned: those of Python's are made in its translation.
pub(in crate::front) struct Changeable {
    /// What it is called.
    pub(in crate::front) name: String,
    /// The text, in this language.
    pub(in crate::front) text: String,
    /// What its lines are called.
    pub(in crate::front) lines: Lines,
}

impl Changeable {
    /// Nothing for a text that is not Python, though it is called so.
    pub(in crate::front) fn of(source: &Source) -> Option<Self> {
        if source.language() == Language::Own {
            return Some(Self {
                name: source.name.clone(),
                text: source.text.clone(),
                lines: Lines::Own,
            });
        }
        let translation = python::translate(&source.text, &python::nothing_earlier).ok()?;
        let line = |number: usize| {
            let at = Pos::new(u16::try_from(number).unwrap_or(u16::MAX), u16::MAX);
            usize::from(translation.places.python(at).line)
        };
        let lines = (1..=translation.text.lines().count()).map(line).collect();
        Some(Self {
            name: format!("{}, translated", source.name),
            lines: Lines::Python(lines),
            text: translation.text,
        })
    }
}

/// Whether two programs fail in the same ways, as far as their numbers of failures and the kind of
/// the first one say.
pub(in crate::front) fn is_like(one: &Exploration, other: &Exploration) -> bool {
    let kind = |found: &Exploration| found.failures.first().map(|first| first.problem.kind());
    one.failures.len() == other.failures.len() && kind(one) == kind(other)
}

/// `threadlab mend`: changes a program until nothing fails any more, shows the changes, and with
/// `write` makes them.
pub(in crate::front) fn run(config: Config, source: &Source, color: Color, write: bool) -> Status {
    let paint = color.paint(io::stdout().is_terminal());
    let mut session = Session::new(config.clone(), Arc::new(Stream::new()));
    session.set_language(source.language());
    let input = Input {
        name: &source.name,
        text: &source.text,
        kind: InputKind::Script,
    };
    if let Err(why) = session.explorer(input, false) {
        return refused(why, source, color);
    }
    let Some(program) = Changeable::of(source) else {
        return Status::Usage;
    };
    if write && source.language() == Language::Python {
        complain(&format!(
            "{} is Python, and the change is one of its translation: nothing was written. Without --write \
             the change is shown.",
            source.name
        ));
        return Status::Usage;
    }
    let mender = Mender {
        config,
        name: &program.name,
        kind: InputKind::Script,
        ordered: false,
        begins: 0,
        stop: stopped_by_ctrl_c(),
        limits: Limits::default(),
    };
    let Some(found) = mender.explore(&program.text, &Limits::default()) else {
        return Status::Usage;
    };
    let mended = mender.changed(&program.text, found, &program.lines, paint);
    let status = match (mended.left.failures.is_empty(), mended.left.is_proved()) {
        (true, true) => Status::Success,
        (true, false) => Status::NotProved,
        (false, _) => Status::Failure,
    };
    let mut out = mended.report(&program.name, &program.text, paint);
    if write && mended.text != source.text {
        if let Err(error) = fs::write(&source.name, &mended.text) {
            complain(&format!("{} cannot be written: {error}", source.name));
            return Status::Usage;
        }
        let _ = writeln!(out, "written: {}", source.name);
    }
    print(&out, status)
}

/// A text that was changed step by step, what each step is in words, and what can become of it.
pub(in crate::front) struct Changed {
    pub(in crate::front) text: String,
    pub(in crate::front) words: String,
    pub(in crate::front) left: Exploration,
}

impl Changed {
    /// What was changed in the text of that name, and what is known of the changed one.
    pub(in crate::front) fn report(&self, name: &str, text: &str, paint: Paint) -> String {
        // Why not stands in the words.
        if self.text == text && !self.left.failures.is_empty() {
            return self.words.clone();
        }
        let new_name = format!("{name}, mended");
        let changes = diff(name, &new_name, text, &self.text, paint);
        format!("{}{changes}{}\n", self.words, verdict(&self.left))
    }
}

/// What is known of the changed text.
fn verdict(left: &Exploration) -> String {
    let count = left.interleavings.as_ref().map(ToString::to_string);
    match (left.failures.as_slice(), count.as_deref()) {
        ([], Some("1")) => "proved: the only interleaving does not fail".into(),
        ([], Some("infinite")) => "proved: none of the infinitely many interleavings fails".into(),
        ([], Some(count)) => format!("proved: none of the {count} interleavings fails"),
        ([], None) if left.is_proved() => "proved: none of its runs fails".into(),
        ([], None) => "not proved: nothing failed, but not everything was seen".into(),
        (failures, _) => {
            let first = &failures[0];
            let title = Story::of(first).title;
            format!("not mended: {title}")
        }
    }
}
