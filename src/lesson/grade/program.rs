//! An exercise's program: what is given, the answer, and what runs after it, explored as one program of
//! several texts. Each keeps its own line numbers.

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use super::names::kept_apart;
use super::{Answer, FaultKind, Of, Undecided, Verdict, failed};
use crate::event::Stream;
use crate::explore::{Demand, Exploration, Limits, Met, Token, Trail, UsualRun, Watch};
use crate::lesson::text::{Exercise, Task};
use crate::pos::{GIVEN, TRIAL};
use crate::session::Language;
use crate::session::{Config, Part, Rehearsal, Scheduler, Session};
use crate::value::RunLimits;

/// More outcomes than this are not looked at: exploring leaves out those beyond.
pub(super) const MOST_OUTCOMES: usize = 1_000;

/// A time that no search of these bounds takes: it is there for accidents only.
const NEVER: Duration = Duration::from_secs(3_600);

/// How far an answer is explored. Without time, so that a verdict is the same on every machine.
#[derive(Clone, Debug)]
pub struct Bounds {
    /// Set when nobody waits for the verdict any more: what is not known by then is undecided.
    pub stop: Arc<AtomicBool>,
    /// Counts the states that are seen within these bounds.
    pub seen: Arc<AtomicU64>,
    /// So many states.
    pub states: u64,
    /// So many bytes.
    pub memory: u64,
    /// So much work, in slices of some hundred instructions each.
    pub work: u64,
    /// Runs are followed for so many steps.
    pub depth: u32,
    /// What a single run may hold, print and start: who goes over it is wrong, whatever else can happen.
    pub run: RunLimits,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            stop: Arc::default(),
            seen: Arc::default(),
            states: 200_000,
            memory: 256 << 20,
            work: 200_000,
            depth: 5_000,
            run: RunLimits {
                memory: 64 << 20,
                threads: 1_000,
                output: 64 << 10,
                ..RunLimits::NONE
            },
        }
    }
}

impl Bounds {
    /// The same for exploring.
    pub(in crate::lesson) fn limits(&self) -> Limits {
        Limits {
            states: self.states,
            time: NEVER,
            depth: self.depth,
            memory: self.memory,
            work: self.work,
            run: self.run,
            // The search gets all there is: how far it comes must not depend on an estimate of time.
            schedules: 0,
            ..Limits::default()
        }
    }
}

/// A text of the program.
#[derive(Clone, Debug)]
pub struct Text<'a> {
    /// Which.
    pub of: Of,
    /// The code.
    pub text: Cow<'a, str>,
    /// What it is written in.
    pub language: Language,
}

/// The texts of an exercise's program: what is given, the answer or the program that is asked about, and
/// the trial of this number, from 0.
pub(super) fn texts<'a>(exercise: &'a Exercise, answer: Answer<'a>, trial: usize) -> Vec<Text<'a>> {
    let given = exercise.given.as_ref().map_or("", |piece| &piece.text);
    let (program, trial) = match &exercise.task {
        Task::Predict { program, .. }
        | Task::Break { program }
        | Task::FindStep { program }
        | Task::Explain { program } => (Text::own(Of::Answer, &*program.text), None),
        Task::Mend(work) | Task::Write(work) => {
            let Answer { text, language } = answer;
            let answer = Text {
                of: Of::Answer,
                text: text.into(),
                language,
            };
            (answer, work.trials.get(trial))
        }
    };
    let around = |of, text: Cow<'a, str>| (!text.is_empty()).then(|| Text::own(of, text));
    let given = around(Of::Given, given.into());
    let trial = trial.map(|piece| kept_apart(&piece.text, answer.text, answer.language));
    let trial = trial.and_then(|text| around(Of::Trial, text));
    given.into_iter().chain([program]).chain(trial).collect()
}

impl<'a> Text<'a> {
    /// One in this program's own language.
    pub fn own(of: Of, text: impl Into<Cow<'a, str>>) -> Self {
        Self {
            of,
            text: text.into(),
            language: Language::Own,
        }
    }

    pub(super) fn part(&self) -> Part<'_> {
        let (name, number) = match self.of {
            Of::Given => ("the given code", GIVEN),
            Of::Answer => ("your code", 0),
            Of::Trial => ("the trial", TRIAL),
        };
        Part {
            name,
            text: &self.text,
            number,
            language: self.language,
        }
    }
}

/// What is asked of a search.
#[derive(Clone, Debug, Default)]
pub(super) struct Wanted {
    /// Whether the order in which different threads print makes a difference.
    pub(super) is_ordered: bool,
    /// States that are looked for.
    pub(super) demands: Vec<Demand>,
}

/// A program that was explored, and can be run again.
pub struct Explored {
    /// What was found.
    pub found: Exploration,
    rehearsal: Rehearsal,
    limits: Limits,
    stop: Arc<AtomicBool>,
}

impl Explored {
    /// Nothing, or why it is not known all that can happen.
    pub(super) fn undecided(&self) -> Option<Undecided> {
        if let Some(cut) = self.found.cut {
            let mut places = self.found.cut_at.iter();
            let own = places.find(|pos| pos.input == 0 && !pos.is_none());
            return Some(Undecided::Limit(cut, own.map(|pos| pos.line.into())));
        }
        let count = self.found.outcomes.len();
        (count >= MOST_OUTCOMES).then_some(Undecided::Outcomes(count))
    }

    /// A run to where a thread is inside this function and another one waits for what that one holds.
    pub(super) fn kept_out(&mut self, function: &str) -> Option<Met> {
        let function = function.into();
        self.rehearsal.demand(vec![Demand::KeptOut { function }]);
        let mut watch = Watch {
            stop: &self.stop,
            progress: &mut |_, _| {},
        };
        let found = self.rehearsal.explore(&self.limits, &mut watch);
        found.demanded.met.into_iter().flatten().next()
    }

    /// A run again.
    pub(super) fn replay(&mut self, token: &Token) -> Option<Trail> {
        Some(self.rehearsal.replay(token).ok()?.0)
    }

    /// The run in which nobody is interrupted.
    pub(super) fn usual_run(&mut self) -> Option<UsualRun> {
        self.rehearsal.usual_run(&self.limits)
    }

    /// That run, to be shown, and as a word.
    pub(super) fn shown(&mut self, run: &UsualRun) -> (Trail, Token) {
        self.rehearsal.shown(run)
    }

    /// The run, for leading it.
    pub(super) fn rehearsal(&mut self) -> &mut Rehearsal {
        &mut self.rehearsal
    }
}

/// An exercise's program with an answer, as [`grade`](super::grade) explores it in the trial of this number,
/// from 0: to see runs of it again and to lead them.
///
/// # Errors
/// That one of the texts cannot run.
pub fn rehearsal(
    exercise: &Exercise,
    answer: Answer<'_>,
    trial: usize,
) -> Result<Rehearsal, Verdict> {
    let is_ordered = matches!(exercise.task, Task::Predict { .. });
    rehearsed(&texts(exercise, answer, trial), is_ordered)
}

/// A session in which nothing has run.
pub(super) fn session() -> Session {
    let config = Config {
        scheduler: Scheduler::Seeded,
        seed: Some(1),
        workers: Some(1),
        args: Vec::new(),
        input: None,
        readable: Vec::new(),
        worker_executable: None,
    };
    Session::new(config, Arc::new(Stream::new()))
}

/// Texts as one program at its beginning, in a session of its own.
///
/// # Errors
/// That one of the texts cannot run.
pub(super) fn rehearsed(texts: &[Text<'_>], is_ordered: bool) -> Result<Rehearsal, Verdict> {
    let mut session = session();
    let parts: Vec<Part<'_>> = texts.iter().map(Text::part).collect();
    let program = session.program(&parts);
    let program = program.map_err(|(index, problems)| {
        failed(FaultKind::Rejected {
            of: texts[index].of,
            problems,
        })
    })?;
    // Nothing has run in this session.
    let rehearsal = session.rehearse(&program, is_ordered);
    let mut rehearsal = rehearsal.map_err(|_| Verdict::Undecided(Undecided::NoQuestion))?;
    if is_ordered {
        // Orders that differ only by which of two interchangeable threads comes first are different ones.
        rehearsal.tell_threads_apart();
    }
    Ok(rehearsal)
}

/// Explores texts as one program, in a session of its own, and hands that over.
///
/// # Errors
/// That one of the texts cannot run.
pub(super) fn explored<R>(
    texts: &[Text<'_>],
    wanted: Wanted,
    bounds: &Bounds,
    then: impl FnOnce(&mut Explored) -> R,
) -> Result<R, Verdict> {
    let mut rehearsal = rehearsed(texts, wanted.is_ordered)?;
    rehearsal.demand(wanted.demands);
    rehearsal.stop_by(bounds.stop.clone());
    let mut watch = Watch {
        stop: &bounds.stop,
        progress: &mut |_, _| {},
    };
    let limits = bounds.limits();
    let found = rehearsal.explore(&limits, &mut watch);
    bounds.seen.fetch_add(found.states, Ordering::Relaxed);
    let mut explored = Explored {
        found,
        rehearsal,
        limits,
        stop: bounds.stop.clone(),
    };
    Ok(then(&mut explored))
}
