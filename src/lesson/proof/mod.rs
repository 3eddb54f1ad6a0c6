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
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

pub use self::cheats::Cheat;
pub use self::claims::ClaimFault;
pub use self::introduced::Introduced;

use super::grade::{Answer, Bounds, Reason, Undecided, Verdict, break_it, explain, grade};
use super::text::{Exercise, Lesson, Page, Piece, Step, Task, Work};
use crate::language::outline::is_same_code;

/// So many right answers that differ has each exercise in which a program is written; there may be only one
/// run that fails, or one cause. So many wrong ones has each exercise whose answer is not made of options.
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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
    /// These two answers are the same.
    Same(Which, Which),
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
            Self::Same(which, other) => write!(f, "{which} is the same as {other}"),
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
    /// The time since some moment.
    pub clock: &'a (dyn Fn() -> Duration + Sync),
}

/// What grading an answer took.
#[derive(Clone, Debug)]
pub struct Effort {
    /// The number of the exercise, from 1.
    pub exercise: usize,
    /// Its answer; none for a cheat or the options of a question.
    pub which: Option<Which>,
    /// How many states were seen, in all trials: the same on each machine.
    pub states: u64,
    /// How long that took, on this one.
    pub took: Duration,
}

/// What came of a lesson.
#[derive(Clone, Debug, Default)]
pub struct Proof {
    /// All that is wrong with it, in the order of its lines.
    pub findings: Vec<Finding>,
    /// What each answer took.
    pub efforts: Vec<Effort>,
}

/// Finds all that is wrong with a lesson. Blocks for as long as exploring takes.
pub fn prove(lesson: &Lesson, tools: &Tools<'_>) -> Proof {
    let mut efforts = Vec::new();
    let mut findings = tools.introduced.early(lesson);
    let pages: Vec<&Page> = lesson.pages().collect();
    findings.extend(claims::prove(&pages, &tools.bounds));
    for step in &lesson.steps {
        if let Step::Exercise(exercise) = step {
            let mut prover = Prover {
                exercise,
                tools,
                findings: &mut findings,
                efforts: &mut efforts,
            };
            prover.prove();
        }
    }
    findings.sort_by_key(|finding| finding.line);
    Proof { findings, efforts }
}

struct Prover<'a> {
    exercise: &'a Exercise,
    tools: &'a Tools<'a>,
    findings: &'a mut Vec<Finding>,
    efforts: &'a mut Vec<Effort>,
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
                self.answers(1, WRONG);
            }
            Task::Break { .. } | Task::FindStep { .. } => self.answers(1, WRONG),
            Task::Mend(work) | Task::Write(work) => {
                self.answers(RIGHT, WRONG);
                self.starter(work);
                self.cheats(work);
            }
        }
    }

    /// The verdict on an answer.
    fn verdict(&mut self, which: Option<Which>, answer: Answer<'_>) -> Verdict {
        let bounds = Bounds {
            seen: Arc::default(),
            ..self.tools.bounds.clone()
        };
        let begin = (self.tools.clock)();
        let verdict = grade(self.exercise, answer, &bounds);
        self.efforts.push(Effort {
            exercise: self.exercise.number,
            which,
            states: bounds.seen.load(Ordering::Relaxed),
            took: (self.tools.clock)().saturating_sub(begin),
        });
        verdict
    }

    /// The verdict on an answer, with the feedback.
    fn graded(&mut self, which: Option<Which>, text: &str) -> (Verdict, String, String) {
        let answer = Answer::new(text);
        let verdict = self.verdict(which, answer);
        let (whole, line) = (self.tools.feedback)(self.exercise, answer, &verdict);
        (verdict, whole, line)
    }

    fn options(&mut self, options: &[super::text::Choice]) {
        let right = options
            .iter()
            .zip(1..)
            .filter(|(option, _)| option.is_possible);
        let right: Vec<String> = right.map(|(_, number)| number.to_string()).collect();
        let (verdict, _, line) = self.graded(None, &right.join(" "));
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
        self.differ(&all);
        let wrong = answers.wrong.iter().zip(1..);
        let wrong = wrong.map(|(wrong, number)| (Which::Wrong(number), &wrong.answer));
        self.differ(&wrong.collect::<Vec<_>>());
        for (which, piece) in all {
            let (verdict, _, line) = self.graded(Some(which), &piece.text);
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

    /// Answers that say the same count once.
    fn differ(&mut self, answers: &[(Which, &Piece)]) {
        let is_code = self.exercise.task.work().is_some();
        let is_same = |one: &str, other: &str| match is_code {
            true => is_same_code(one, other),
            false => break_it::names(one) == break_it::names(other),
        };
        for (at, (which, piece)) in answers.iter().enumerate() {
            let mut before = answers[..at].iter();
            if let Some((other, _)) = before.find(|(_, other)| is_same(&piece.text, &other.text)) {
                self.find(piece.line, FindingKind::Same(*which, *other));
            }
        }
    }

    fn starter(&mut self, work: &Work) {
        self.wrong(Which::Starter, &work.starter, work.promise.as_deref());
    }

    /// An answer that must be rejected, for this reason if one is promised.
    fn wrong(&mut self, which: Which, piece: &Piece, promise: Option<&str>) {
        let (verdict, whole, line) = self.graded(Some(which), &piece.text);
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
            let graded = self.verdict(None, Answer::new(&answer));
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
