//! What the integration tests share: a text in, what it printed and how it ended out, through the
//! same facade that the fronts use, on each scheduler.
//!
//! Nothing here sleeps or measures time. A run that never ends is stopped by a guard and fails the
//! test instead of holding up all others.

#![allow(
    dead_code,
    reason = "each test crate compiles this file and uses its own part of it"
)]

pub(crate) mod drawn;

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use threadlab::event::{Event, Kind, Stream, json};
use threadlab::explore::{Exploration, Explorer, Limits, Watch};
use threadlab::session::{
    Config, Input, InputKind, Outcome, Rehearsal, Report, Scheduler, Session,
};
use threadlab::value::debug_text;
use threadlab::view::live::failure_line;

/// How long a run may take before it counts as hanging.
const PATIENCE: Duration = Duration::from_secs(120);

/// What a script prints to ask to be stopped.
pub(crate) const STOP: &str = "stop me";

/// A scheduler, with what decides its choices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Truly parallel, on this many workers.
    Parallel(usize),
    /// One at a time, for slices drawn from this seed.
    Gil(u64),
    /// One step at a time, drawn from this seed.
    Seeded(u64),
}

/// Every scheduler that there is.
pub(crate) const MODES: [Mode; 4] = [
    Mode::Parallel(1),
    Mode::Parallel(3),
    Mode::Gil(1),
    Mode::Seeded(1),
];

impl Mode {
    /// The session's settings for it.
    pub(crate) fn config(self) -> Config {
        let (scheduler, seed, workers) = match self {
            Self::Parallel(workers) => (Scheduler::Parallel, None, Some(workers)),
            Self::Gil(seed) => (Scheduler::Gil, Some(seed), None),
            Self::Seeded(seed) => (Scheduler::Seeded, Some(seed), None),
        };
        Config {
            scheduler,
            seed,
            workers,
            args: Vec::new(),
            input: None,
            readable: Vec::new(),
            worker_executable: Some(env!("CARGO_BIN_EXE_threadlab").into()),
        }
    }
}

/// A session whose inputs are explored.
pub(crate) fn session() -> Session {
    Session::new(Mode::Seeded(1).config(), Arc::new(Stream::new()))
}

/// Readies a script to be explored.
pub(crate) fn explorer(session: &mut Session, text: &str) -> Rehearsal {
    let input = Input {
        name: "test",
        text,
        kind: InputKind::Script,
    };
    match session.explorer(input, false) {
        Ok(explorer) => explorer,
        Err(why) => panic!("{text}\n{why:?}"),
    }
}

/// Explores a program, with nobody watching.
pub(crate) fn explore(explorer: &mut Explorer, limits: &Limits) -> Exploration {
    let stop = Arc::<AtomicBool>::default();
    let mut watch = Watch {
        stop: &stop,
        progress: &mut |_, _| {},
    };
    explorer.explore(limits, &mut watch)
}

/// What became of a run.
#[derive(Debug, Default)]
pub(crate) struct Ended {
    /// Everything that happened, in order.
    pub(crate) events: Vec<Event>,
    /// How each input ended, in one line; see [`outcome`].
    pub(crate) outcomes: Vec<String>,
}

impl Ended {
    /// What was printed, and the failures of threads as the learner sees them.
    pub(crate) fn lines(&self) -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        let mut open = None;
        for event in &self.events {
            let (text, is_open) = match &event.kind {
                Kind::Print { text, is_open } => (text.clone(), *is_open),
                _ => match failure_line(event) {
                    Some(line) => (line, false),
                    None => continue,
                },
            };
            match lines
                .last_mut()
                .filter(|_| open == Some(event.thread.number))
            {
                Some(last) => last.push_str(&text),
                None => lines.push(text),
            }
            open = is_open.then_some(event.thread.number);
        }
        lines
    }

    /// The event log, as `--events` writes it.
    pub(crate) fn log(&self) -> String {
        let mut out = Vec::new();
        for event in &self.events {
            json::write_line(&mut out, event).expect("a vector takes every line");
        }
        String::from_utf8(out).expect("JSON is UTF-8")
    }
}

/// Runs a script to its end.
pub(crate) fn run(mode: Mode, text: &str) -> Ended {
    run_config(mode.config(), InputKind::Script, &[text])
}

/// Runs lines at a prompt, one after the other, in one session.
pub(crate) fn type_in(mode: Mode, texts: &[&str]) -> Ended {
    run_config(mode.config(), InputKind::Prompt, texts)
}

/// Runs inputs in one session, with all events. Stops what prints [`STOP`].
pub(crate) fn run_config(config: Config, kind: InputKind, texts: &[&str]) -> Ended {
    let stream = Arc::new(Stream::new());
    stream.set_detailed(true);
    let (sender, receiver) = mpsc::channel();
    let worker = std::thread::spawn({
        let stream = stream.clone();
        let texts: Vec<String> = texts.iter().map(|text| (*text).to_string()).collect();
        move || {
            let mut session = Session::new(config, stream.clone());
            // The receiver lives as long as this thread.
            let _ = sender.send(session.stopper());
            let mut outcomes = Vec::new();
            for text in &texts {
                let name = "test";
                let report = session.run(Input { name, text, kind });
                outcomes.push(outcome(&report));
            }
            session.stop_background();
            stream.close();
            outcomes
        }
    });
    let stopper = receiver.recv().expect("the session begins");
    let began = Instant::now();
    let mut ended = Ended::default();
    loop {
        let closed = stream.is_closed();
        let events = stream.take_within(Duration::from_millis(20));
        let asked = |event: &Event| matches!(&event.kind, Kind::Print { text, .. } if text == STOP);
        if events.iter().any(asked) {
            stopper.stop();
        }
        ended.events.extend(events);
        if closed || worker.is_finished() && stream.is_closed() {
            ended.events.extend(stream.take());
            break;
        }
        assert!(
            !worker.is_finished() || stream.is_closed(),
            "the session has panicked: {texts:?}"
        );
        if began.elapsed() > PATIENCE {
            panic!("never ends: {texts:?} {:?}", ended.lines());
        }
    }
    ended.outcomes = worker.join().expect("the session ends");
    ended
}

/// How an input ended, in one line: its value, `LINE:COLUMN MESSAGE / ADVICE` for an error,
/// `rejected LINE:COLUMN MESSAGE / ADVICE`, `interrupted`, or `deadlock of NAMES`.
fn outcome(report: &Report) -> String {
    let with = |head: String, advice: Option<&String>| match advice {
        Some(advice) => format!("{head} / {advice}"),
        None => head,
    };
    match report {
        Report::Rejected(problems) => {
            let problem = &problems[0];
            let place = problem.span.start;
            let head = format!(
                "rejected {}:{} {}",
                place.line, place.column, problem.message
            );
            with(head, problem.help.as_ref())
        }
        Report::Ran { outcome, .. } => match outcome {
            Outcome::Value(value) => debug_text(value),
            Outcome::Failed(fault) => with(
                format!("{}:{} {}", fault.pos.line, fault.pos.column, fault.kind),
                fault.kind.advice().as_ref(),
            ),
            Outcome::Interrupted(_) => "interrupted".into(),
            Outcome::Deadlock(threads) => {
                let names: Vec<&str> = threads.iter().map(|thread| &*thread.name).collect();
                format!("deadlock of {}", names.join(", "))
            }
        },
    }
}
