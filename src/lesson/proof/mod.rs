//! The proof of a lesson: what its prose claims holds, its exercises tell right answers from wrong ones, and
//! it uses no name before the lesson that introduces it.
//!
//! In reading order: here, [`prove`] and what it can find; [`claims`], the comments behind code; [`cheats`],
//! answers that no exercise may accept; [`introduced`], who introduces which name. How a lesson looks on a
//! screen is checked by whoever draws it.

mod cheats;
mod claims;
mod introduced;

use std::fmt;

pub use self::cheats::Cheat;
pub use self::claims::{Claim, ClaimFault};
pub use self::introduced::Introduced;

use super::grade::{Answer, Bounds, Reason, Undecided, Verdict, explain, grade};
use super::text::{Exercise, Lesson, Page, Step, Task, Work};

/// So many right answers that differ, and so many wrong ones, has each exercise in which a program is
/// written.
const RIGHT: usize = 3;
const WRONG: usize = 3;

/// Something that is wrong with a lesson.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The line in its file, from 1.
    pub line: u32,
    /// What it is.
    pub kind: FindingKind,
}

/// Which answer of an exercise is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Which {
    /// What the learner begins with.
    Starter,
    /// The one that is shown.
    Solution,
    /// Another right one, from 1.
    Alternative(usize),
    /// A wrong one, from 1.
    Wrong(usize),
}

/// What can be wrong with a lesson.
#[derive(Clone, Debug)]
pub enum FindingKind {
    /// A page's code cannot run, or fails although nothing says that it does; why, in words.
    PageFails(String),
    /// A comment behind code is not true.
    Claim(ClaimFault),
    /// A right answer is not accepted; the feedback to it, in one line.
    Rejected(Which, String),
    /// A wrong answer is accepted.
    Accepted(Which),
    /// A wrong answer is rejected for another reason: what was promised, and the feedback.
    OtherReason(Which, String, String),
    /// It is not known whether an answer is right; why.
    Undecided(Which, Undecided),
    /// An answer that no exercise may accept is accepted.
    Cheat(Cheat, String),
    /// An option of a question is wrong: whether it can happen.
    Option {
        /// What the option says.
        text: String,
        /// Whether it can.
        can_happen: bool,
    },
    /// The program of a question cannot be explored, or asks nothing; why, in one line.
    Question(String),
    /// There are fewer right answers than needed.
    FewRight(usize),
    /// There are fewer wrong answers than needed.
    FewWrong(usize),
    /// A name is used before the lesson that introduces it, if one does.
    Early(String, Option<String>),
    /// A line is wider than the screen: of this width, the line.
    TooWide(usize, String),
}

impl fmt::Display for Which {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Starter => f.write_str("the starter"),
            Self::Solution => f.write_str("the solution"),
            Self::Alternative(number) => write!(f, "alternative {number}"),
            Self::Wrong(number) => write!(f, "wrong answer {number}"),
        }
    }
}

impl fmt::Display for FindingKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PageFails(why) => write!(f, "this step does not run: {why}"),
            Self::Claim(fault) => write!(f, "{fault}"),
            Self::Rejected(which, feedback) => write!(f, "{which} is not accepted: {feedback}"),
            Self::Accepted(which) => write!(f, "{which} is accepted"),
            Self::OtherReason(which, because, feedback) => write!(
                f,
                "{which} is rejected, but the feedback does not contain `{because}`: {feedback}"
            ),
            Self::Undecided(which, why) => {
                write!(f, "it is not known whether {which} is right: {why:?}")
            }
            Self::Cheat(cheat, answer) => {
                write!(f, "{cheat} is accepted: {}", answer.replace('\n', " "))
            }
            Self::Option { text, can_happen } => match can_happen {
                true => write!(f, "`{text}` can happen"),
                false => write!(f, "`{text}` cannot happen"),
            },
            Self::Question(why) => write!(f, "this program asks no question: {why}"),
            Self::FewRight(count) => write!(
                f,
                "{RIGHT} right answers are needed, the solution and alternatives, and there are {count}"
            ),
            Self::FewWrong(count) => {
                write!(f, "{WRONG} wrong answers are needed, and there are {count}")
            }
            Self::Early(name, Some(lesson)) => {
                write!(
                    f,
                    "`{name}` is used here, and introduced by `{lesson}` only later"
                )
            }
            Self::Early(name, None) => {
                write!(f, "`{name}` is used, and nothing up to here introduces it")
            }
            Self::TooWide(width, line) => write!(f, "wider than {width} columns: {line}"),
        }
    }
}

/// What the proof needs of others.
pub struct Tools<'a> {
    /// The feedback to a verdict on an answer, whole and in one line.
    pub feedback: &'a (dyn Fn(&Exercise, Answer<'_>, &Verdict) -> (String, String) + Sync),
    /// Which names are known.
    pub introduced: &'a Introduced,
    /// How far is explored.
    pub bounds: Bounds,
}

/// Finds all that is wrong with a lesson, in the order of its lines. Blocks for as long as exploring takes.
pub fn prove(lesson: &Lesson, tools: &Tools<'_>) -> Vec<Finding> {
    let mut findings = tools.introduced.early(lesson);
    let pages: Vec<&Page> = lesson.pages().collect();
    findings.extend(claims::prove(&pages, &tools.bounds));
    for step in &lesson.steps {
        if let Step::Exercise(exercise) = step {
            let mut prover = Prover {
                exercise,
                tools,
                findings: &mut findings,
            };
            prover.prove();
        }
    }
    findings.sort_by_key(|finding| finding.line);
    findings
}

struct Prover<'a> {
    exercise: &'a Exercise,
    tools: &'a Tools<'a>,
    findings: &'a mut Vec<Finding>,
}

impl Prover<'_> {
    fn find(&mut self, line: u32, kind: FindingKind) {
        self.findings.push(Finding { line, kind });
    }

    fn prove(&mut self) {
        match &self.exercise.task {
            Task::Predict { options, .. } => self.options(options),
            Task::Explain { .. } => {
                self.question();
                self.answers(1, 1);
            }
            Task::Break { .. } | Task::FindStep { .. } => self.answers(1, 1),
            Task::Mend(work) | Task::Write(work) => {
                self.answers(RIGHT, WRONG);
                self.starter(work);
                self.cheats(work);
            }
        }
    }

    /// The verdict on an answer, with the feedback.
    fn graded(&self, text: &str) -> (Verdict, String, String) {
        let answer = Answer::new(text);
        let verdict = grade(self.exercise, answer, &self.tools.bounds);
        let (whole, line) = (self.tools.feedback)(self.exercise, answer, &verdict);
        (verdict, whole, line)
    }

    fn options(&mut self, options: &[super::text::Choice]) {
        let right = options
            .iter()
            .zip(1..)
            .filter(|(option, _)| option.is_possible);
        let right: Vec<String> = right.map(|(_, number)| number.to_string()).collect();
        let (verdict, _, line) = self.graded(&right.join(" "));
        match verdict {
            Verdict::Passed(_) => {}
            Verdict::Failed(fault) => match &fault.kind {
                super::grade::FaultKind::Options(wrong) => {
                    for wrong in wrong {
                        let option = &options[wrong.index];
                        let kind = FindingKind::Option {
                            text: option.text.clone(),
                            can_happen: wrong.run.is_some(),
                        };
                        self.find(option.line, kind);
                    }
                }
                _ => self.find(self.exercise.line, FindingKind::Question(line)),
            },
            Verdict::Undecided(_) => self.find(self.exercise.line, FindingKind::Question(line)),
        }
    }

    /// Whether the program of an explanation fails by a cause that has a name.
    fn question(&mut self) {
        if let Err(verdict) = explain::options(self.exercise, &self.tools.bounds) {
            let answer = Answer::new("");
            let (_, line) = (self.tools.feedback)(self.exercise, answer, &verdict);
            self.find(self.exercise.line, FindingKind::Question(line));
        }
    }

    fn answers(&mut self, right: usize, wrong: usize) {
        let answers = &self.exercise.answers;
        let solution = answers
            .solution
            .iter()
            .map(|piece| (Which::Solution, piece));
        let others = answers.alternatives.iter().zip(1..);
        let others = others.map(|(piece, number)| (Which::Alternative(number), piece));
        let all: Vec<_> = solution.chain(others).collect();
        if all.len() < right {
            self.find(self.exercise.line, FindingKind::FewRight(all.len()));
        }
        if answers.wrong.len() < wrong {
            self.find(
                self.exercise.line,
                FindingKind::FewWrong(answers.wrong.len()),
            );
        }
        for (which, piece) in all {
            let (verdict, _, line) = self.graded(&piece.text);
            match verdict {
                Verdict::Passed(_) => {}
                Verdict::Failed(_) => self.find(piece.line, FindingKind::Rejected(which, line)),
                Verdict::Undecided(why) => {
                    self.find(piece.line, FindingKind::Undecided(which, why));
                }
            }
        }
        for (wrong, number) in answers.wrong.iter().zip(1..) {
            let promise = Some(wrong.because.as_str());
            self.wrong(Which::Wrong(number), &wrong.answer, promise);
        }
    }

    fn starter(&mut self, work: &Work) {
        self.wrong(Which::Starter, &work.starter, work.promise.as_deref());
    }

    /// An answer that must be rejected, for this reason if one is promised.
    fn wrong(&mut self, which: Which, piece: &super::text::Piece, promise: Option<&str>) {
        let (verdict, whole, line) = self.graded(&piece.text);
        match verdict {
            Verdict::Passed(_) => self.find(piece.line, FindingKind::Accepted(which)),
            Verdict::Undecided(why) => self.find(piece.line, FindingKind::Undecided(which, why)),
            Verdict::Failed(_) => {
                // Where a line ends is a matter of the screen.
                let flat = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
                let promise = promise.unwrap_or_default();
                if !flat(&whole).contains(&flat(promise)) {
                    let kind = FindingKind::OtherReason(which, promise.into(), line);
                    self.find(piece.line, kind);
                }
            }
        }
    }

    fn cheats(&mut self, work: &Work) {
        let Some(solution) = &self.exercise.answers.solution else {
            return;
        };
        for (cheat, answer) in cheats::of(self.exercise, work, &solution.text) {
            let graded = grade(self.exercise, Answer::new(&answer), &self.tools.bounds);
            // An answer that is not known to be wrong is not accepted either.
            if graded.is_passed() {
                self.find(self.exercise.line, FindingKind::Cheat(cheat, answer));
            }
        }
    }
}

/// The name of the true cause of an explanation's program, for who writes a lesson.
pub fn cause(exercise: &Exercise, bounds: &Bounds) -> Option<&'static str> {
    let finding = super::grade::break_it::question(exercise, bounds).ok()?;
    Some(Reason::of(&finding)?.names()[0])
}
