//! Whether an answer is right, by what can happen: never by the output of one run.
//!
//! In reading order: here, [`grade`] and what it says; [`program`], an answer with the texts around it,
//! explored; [`work`], programs that learners write; [`names`], what an answer may not define anew;
//! [`predict`], [`break_it`] and [`explain`], the questions about a program; [`mend`], a change of an answer that
//! makes it pass. All is bounded by states, memory and work, so that a verdict is the same on every machine.
//! Words are made elsewhere.

pub mod break_it;
pub mod explain;
pub mod mend;
mod names;
mod predict;
mod program;
mod work;

pub use self::explain::Reason;
pub use self::program::{Bounds, Explored, Text, rehearsal};

use crate::explore::{Cut, Finding, Interleavings, Met, Problem, Token, Trail};
use crate::language::Diagnostic;
use crate::lesson::text::{Check, Exercise, Task};
use crate::pos::Pos;
use crate::session::Language;
use crate::value::Limit;

/// What an answer is.
#[derive(Clone, Copy, Debug)]
pub struct Answer<'a> {
    /// Code, or the words that answer a question: see [`Task`].
    pub text: &'a str,
    /// What code is written in.
    pub language: Language,
}

impl<'a> Answer<'a> {
    /// In this program's own language.
    pub fn new(text: &'a str) -> Self {
        Self {
            text,
            language: Language::Own,
        }
    }
}

/// What is said of an answer.
#[derive(Clone, Debug)]
pub enum Verdict {
    /// It is right, in so many interleavings of all trials together; nothing where they are endless or none
    /// were counted.
    Passed(Option<Interleavings>),
    /// It is wrong.
    Failed(Box<Fault>),
    /// Neither is known: a limit was reached. Never counts as passed.
    Undecided(Undecided),
}

impl Verdict {
    /// Whether it is right.
    pub fn is_passed(&self) -> bool {
        matches!(self, Self::Passed(_))
    }
}

/// Why nothing is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Undecided {
    /// The search was left at this limit, where this line of the answer ran, if one did.
    Limit(Cut, Option<u32>),
    /// There are more outcomes than are looked at.
    Outcomes(usize),
    /// The run in which nobody is interrupted does not end within the limits.
    Endless,
    /// What the exercise asks about is not there: it is the exercise that is wrong.
    NoQuestion,
}

/// What is wrong with an answer.
#[derive(Clone, Debug)]
pub struct Fault {
    /// What it is.
    pub kind: FaultKind,
    /// The trial in which it shows, from 0, and how many there are.
    pub trial: usize,
    /// How many trials there are.
    pub trials: usize,
}

/// One of the texts of an exercise's program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    /// The given code.
    Given,
    /// The answer.
    Answer,
    /// What runs after it.
    Trial,
}

/// What can be wrong.
#[derive(Clone, Debug)]
pub enum FaultKind {
    /// A text cannot run: the answer's own, or a trial, which misses something in the answer.
    Rejected {
        /// Which text.
        of: Of,
        /// What is wrong with it.
        problems: Vec<Diagnostic>,
    },
    /// The answer is empty.
    Empty,
    /// The answer defines a name anew that the exercise gives or uses.
    Redefines(String),
    /// It fails in some interleaving, or looks wrong in one.
    Problem(Box<Finding>),
    /// A run of it takes more than any may. That it does is known, whatever else can happen.
    Exhausts {
        /// The limit.
        limit: Limit,
        /// Where the run has gone over it.
        pos: Pos,
    },
    /// A condition does not hold.
    Check {
        /// The condition.
        check: Check,
        /// What shows that.
        evidence: Evidence,
    },
    /// The answer itself prints the line that the trial is to print.
    PrintsItself {
        /// The line.
        text: String,
        /// Where it is printed.
        line: u32,
    },
    /// Options were chosen wrongly.
    Options(Vec<WrongOption>),
    /// The answer is not made of the numbers of options.
    NoOptions(String),
    /// No thread of this name can go on then.
    CannotStep {
        /// The name.
        name: String,
        /// Its place in the answer, from 1.
        at: usize,
        /// Who could.
        able: Vec<String>,
    },
    /// The program was led to its end, and does not fail.
    Survived(Box<Trail>),
    /// The failure did not become inevitable in this line.
    OtherLine {
        /// The line that the answer names.
        line: u32,
        /// Where it stands to the decisive step.
        side: Side,
        /// The failure that was asked about.
        finding: Box<Finding>,
    },
    /// The answer is no number of a line.
    NoLine(String),
    /// The failure has another cause.
    OtherCause {
        /// The cause that the answer names.
        named: String,
        /// The failure that was asked about.
        finding: Box<Finding>,
    },
}

/// Where a line stands to the step that decided a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The failure could still be avoided behind it.
    Before,
    /// It could not be avoided any more.
    After,
    /// The failing run does not come there.
    Nowhere,
}

/// What shows that a condition does not hold.
#[derive(Clone, Debug)]
pub enum Evidence {
    /// This run.
    Run(Box<Trail>, Token),
    /// This run comes to a state that must not be.
    State(Box<Met>),
    /// No run does it, of so many where they were counted.
    Never(Option<Interleavings>),
    /// No run does it, and this one comes to where a thread is kept out by another one.
    KeptOut(Box<Met>),
    /// This run takes so much virtual time, in seconds.
    Seconds(f64, Box<Trail>, Token),
    /// The text itself.
    Text,
}

/// An option that was chosen and cannot happen, or the other way round.
#[derive(Clone, Debug)]
pub struct WrongOption {
    /// Which option, from 0.
    pub index: usize,
    /// A run that ends like this; nothing when none does.
    pub run: Option<(Trail, Token)>,
}

impl FaultKind {
    /// One word for programs.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Rejected { of: Of::Trial, .. } => "missing-name",
            Self::Rejected { .. } => "not-parseable",
            Self::Empty => "empty",
            Self::Redefines(_) => "redefinition",
            Self::Problem(finding) => finding.problem.kind(),
            Self::Exhausts { limit, .. } => match limit {
                Limit::Memory(_) => "exhausts-memory",
                Limit::Threads(_) => "exhausts-threads",
                Limit::Output(_) => "exhausts-output",
                Limit::Time(_) => "exhausts-time",
                Limit::Work => "exhausts-work",
            },
            Self::Check { check, .. } => match check {
                Check::AlwaysPrints(_) | Check::NeverPrints(_) => "wrong-output",
                Check::CanPrint(_) => "impossible-output",
                Check::Together(_) => "not-together",
                Check::AtMostAtWork(..) => "too-many-at-work",
                Check::AtMostSeconds(_) => "too-slow",
                Check::AtMostThreads(_) => "too-many-threads",
                Check::NoBusyWaiting => "busy-waiting",
                Check::Uses(_) | Check::Without(_) => "wrong-means",
                Check::MayRace => "race",
            },
            Self::PrintsItself { .. } => "prints-itself",
            Self::Options(_) | Self::NoOptions(_) => "wrong-options",
            Self::CannotStep { .. } => "cannot-step",
            Self::Survived(_) => "does-not-fail",
            Self::OtherLine { .. } | Self::NoLine(_) => "wrong-line",
            Self::OtherCause { .. } => "wrong-cause",
        }
    }

    /// The lines of the answer that it is about, in order.
    pub fn lines(&self) -> Vec<u32> {
        let mut lines: Vec<u32> = match self {
            Self::Rejected {
                of: Of::Answer,
                problems,
            } => problems
                .iter()
                .map(|problem| problem.span.start.line.into())
                .collect(),
            Self::Problem(finding) => {
                let places = finding.problem.lines().into_iter();
                let is_own = |pos: &Pos| pos.input == 0 && !pos.is_none();
                let own = places.filter(is_own);
                let mut lines: Vec<u32> = own.map(|pos| pos.line.into()).collect();
                // Who goes round for ever is where the run was left.
                if let Problem::Livelock(_) | Problem::FairLivelock { .. } = finding.problem
                    && lines.is_empty()
                {
                    let mut steps = finding.trail.steps.iter().rev();
                    let last = steps.find(|step| is_own(&step.pos));
                    lines.extend(last.map(|step| u32::from(step.pos.line)));
                }
                lines
            }
            Self::PrintsItself { line, .. } => vec![*line],
            Self::Exhausts { pos, .. } if pos.input == 0 && !pos.is_none() => {
                vec![pos.line.into()]
            }
            _ => Vec::new(),
        };
        lines.sort_unstable();
        lines.dedup();
        lines
    }

    /// The run that shows it, as a word.
    pub fn token(&self) -> Option<&Token> {
        match self {
            Self::Problem(finding)
            | Self::OtherLine { finding, .. }
            | Self::OtherCause { finding, .. } => Some(&finding.token),
            Self::Check { evidence, .. } => match evidence {
                Evidence::Run(_, token) | Evidence::Seconds(_, _, token) => Some(token),
                Evidence::State(met) | Evidence::KeptOut(met) => Some(&met.token),
                Evidence::Never(_) | Evidence::Text => None,
            },
            Self::Options(options) => {
                let runs = options.iter().filter_map(|option| option.run.as_ref());
                runs.map(|(_, token)| token).next()
            }
            _ => None,
        }
    }
}

/// Says whether an answer to an exercise is right. Blocks for as long as exploring takes, which the bounds
/// limit.
pub fn grade(exercise: &Exercise, answer: Answer<'_>, bounds: &Bounds) -> Verdict {
    let graded = match &exercise.task {
        Task::Predict { options, .. } => predict::grade(exercise, options, answer.text, bounds),
        Task::Break { .. } => break_it::grade(exercise, answer.text, bounds),
        Task::FindStep { .. } => break_it::grade_line(exercise, answer.text, bounds),
        Task::Explain { .. } => explain::grade(exercise, answer.text, bounds),
        Task::Mend(work) | Task::Write(work) => work::grade(exercise, work, answer, bounds),
    };
    match graded {
        Ok(counted) => Verdict::Passed(counted),
        Err(verdict) => verdict,
    }
}

/// That something is wrong, in the only trial.
fn failed(kind: FaultKind) -> Verdict {
    Verdict::Failed(Box::new(Fault {
        kind,
        trial: 0,
        trials: 1,
    }))
}
