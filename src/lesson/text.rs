//! A lesson as data, and how it is read from its file.
//!
//! The format is described for teachers in `scripts/lessons/README.md`. In short: `//!` lines are the head,
//! `///` lines are prose in Markdown, everything else is code to try. An exercise is prose that begins with
//! a heading such as `## Mend: TITLE`; its parts are fenced blocks in the prose. This module knows what
//! belongs where, and neither runs nor shows anything.

mod parse;

pub use parse::{name_of, parse};

/// A lesson.
#[derive(Clone, Debug, PartialEq)]
pub struct Lesson {
    /// The file that it was read from, as messages call it.
    pub file: String,
    /// The number that the file's name begins with.
    pub number: Option<u32>,
    /// What it is called on the command line: the file's name without number and extension.
    pub name: String,
    /// The heading.
    pub title: String,
    /// How long it takes, in minutes.
    pub minutes: u32,
    /// The names of the library, words of the language and commands of the prompt (`:explore`) that may
    /// be used from this lesson on.
    pub introduces: Vec<String>,
    /// What to read, to try and to solve, in turn.
    pub steps: Vec<Step>,
}

impl Lesson {
    /// The exercises; the first one is number 1.
    pub fn exercises(&self) -> impl Iterator<Item = &Exercise> {
        self.steps.iter().filter_map(|step| match step {
            Step::Exercise(exercise) => Some(exercise.as_ref()),
            Step::Page(_) => None,
        })
    }

    /// The exercise of this number, from 1.
    pub fn exercise(&self, number: usize) -> Option<&Exercise> {
        self.exercises().find(|exercise| exercise.number == number)
    }

    /// What there is to read and to try, without the exercises.
    pub fn pages(&self) -> impl Iterator<Item = &Page> {
        self.steps.iter().filter_map(|step| match step {
            Step::Page(page) => Some(page),
            Step::Exercise(_) => None,
        })
    }
}

/// A step of a lesson.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// Something to read and to try.
    Page(Page),
    /// Something to solve.
    Exercise(Box<Exercise>),
}

/// Something to read, and then something to run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// Markdown. May be empty.
    pub prose: Piece,
    /// The code; empty where there is only something to read.
    pub code: Piece,
}

/// A part of the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Piece {
    /// The lines, without comment marks where they are in comments.
    pub text: String,
    /// The number of the first line in the file, from 1; 0 for a piece that is not there.
    pub line: u32,
}

impl Piece {
    /// Whether nothing is there.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }
}

/// Something to solve. It is a program of its own: it sees nothing of the pages before it.
#[derive(Clone, Debug, PartialEq)]
pub struct Exercise {
    /// Which of the lesson's exercises this is, from 1.
    pub number: usize,
    /// What follows the kind in the heading.
    pub title: String,
    /// The line of the heading.
    pub line: u32,
    /// The question, in Markdown, without the parts.
    pub prose: Piece,
    /// Code that runs before; the learner sees it and cannot change it.
    pub given: Option<Piece>,
    /// From vague to plain.
    pub hints: Vec<Piece>,
    /// What has to be done.
    pub task: Task,
    /// Answers that must pass and answers that must not. Empty for [`Task::Predict`].
    pub answers: Answers,
}

impl Exercise {
    /// Its heading, by which progress knows it: `Mend: The counter`.
    pub fn key(&self) -> String {
        format!("{}: {}", self.task.kind(), self.title)
    }
}

/// What has to be done in an exercise.
#[derive(Clone, Debug, PartialEq)]
pub enum Task {
    /// Say what can be printed.
    Predict {
        /// What the question is about.
        program: Piece,
        /// At least two.
        options: Vec<Choice>,
    },
    /// Make the program fail by hand: the answer is the names of the threads in the order in which
    /// they are chosen, separated by spaces, commas or line ends.
    Break {
        /// What has to fail.
        program: Piece,
    },
    /// Find the line at which the failure became inevitable: the answer is its number.
    FindStep {
        /// What fails.
        program: Piece,
    },
    /// Choose the sentence that says why it fails: the answer is the name of a kind of cause.
    Explain {
        /// What fails.
        program: Piece,
    },
    /// Change a program until nothing fails.
    Mend(Work),
    /// Write a program.
    Write(Work),
}

/// What has to be done to a program that the learner writes.
#[derive(Clone, Debug, PartialEq)]
pub struct Work {
    /// Where the learner begins.
    pub starter: Piece,
    /// What the feedback to the starter must contain: why it has to be changed.
    pub promise: Option<String>,
    /// Code that runs after the answer: each is a trial of its own. All must pass. Without any, the
    /// answer itself is the only trial.
    pub trials: Vec<Piece>,
    /// What must hold besides, with the line of each.
    pub checks: Vec<(Check, u32)>,
}

impl Task {
    /// The word before the colon of the heading.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Predict { .. } => "Predict",
            Self::Break { .. } | Self::FindStep { .. } => "Break",
            Self::Explain { .. } => "Explain",
            Self::Mend(_) => "Mend",
            Self::Write(_) => "Write",
        }
    }

    /// The program that the question is about, where the learner does not write it.
    pub fn program(&self) -> Option<&Piece> {
        match self {
            Self::Predict { program, .. }
            | Self::Break { program }
            | Self::FindStep { program }
            | Self::Explain { program } => Some(program),
            Self::Mend(_) | Self::Write(_) => None,
        }
    }

    /// What has to be done to the learner's program, where there is one.
    pub fn work(&self) -> Option<&Work> {
        match self {
            Self::Mend(work) | Self::Write(work) => Some(work),
            _ => None,
        }
    }
}

/// An option of [`Task::Predict`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What is printed, lines joined by ` / `, and how it ends: see [`Ending`].
    pub text: String,
    /// Whether the lesson says that it can happen. Held against what is proved.
    pub is_possible: bool,
    /// The line in the file.
    pub line: u32,
}

/// The words for ends of a run in an option of [`Task::Predict`]. Without one, the run ends without error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// `deadlock`: some threads wait for ever.
    Deadlock,
    /// `fails`: a thread ends by an error.
    Fails,
    /// Without error.
    Ends,
}

impl Choice {
    /// The lines that are printed, in order, and how the run ends.
    pub fn meaning(&self) -> (Vec<&str>, Ending) {
        let mut lines: Vec<&str> = self.text.split(" / ").map(str::trim).collect();
        let ending = match lines.last() {
            Some(&"deadlock") => Ending::Deadlock,
            Some(&"fails") => Ending::Fails,
            _ => Ending::Ends,
        };
        if ending != Ending::Ends || lines == ["nothing"] {
            lines.pop();
        }
        (lines, ending)
    }
}

/// A condition that a learner's program must fulfil, beside that nothing fails.
#[derive(Clone, Debug, PartialEq)]
pub enum Check {
    /// Every interleaving prints this line.
    AlwaysPrints(String),
    /// None does.
    NeverPrints(String),
    /// Some interleaving does.
    CanPrint(String),
    /// Two threads can both be inside the function of this name.
    Together(String),
    /// There are never more threads inside the function of this name.
    AtMostAtWork(u32, String),
    /// The virtual time at the end is at most so many seconds, under the ordinary schedule.
    AtMostSeconds(f64),
    /// No more threads are started.
    AtMostThreads(u32),
    /// No thread goes round while it waits.
    NoBusyWaiting,
    /// The answer names this in its code.
    Uses(String),
    /// The answer does not.
    Without(String),
    /// Races are no failure.
    MayRace,
}

/// Answers that the check of the lesson tries.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answers {
    /// Passes, and is shown to who asks for it.
    pub solution: Option<Piece>,
    /// Pass, too.
    pub alternatives: Vec<Piece>,
    /// Do not.
    pub wrong: Vec<Wrong>,
}

/// An answer that does not pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// The answer, without the line that says why it is wrong.
    pub answer: Piece,
    /// What the feedback must contain.
    pub because: String,
}
