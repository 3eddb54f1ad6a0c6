//! A program explored, and run for real, with what became of it in a form that can be compared.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, mpsc};
use std::time::Duration;

use threadlab::event::{Event, Kind, Stream};
use threadlab::explore::{End, Exploration, Finding, Limits, Outcome, Problem, Watch};
use threadlab::session::{self, Input, InputKind, Report, Session};

use super::common::Mode;
use super::program::Text;

/// What became of a run: how main ended, and what each thread told in its own order.
///
/// The numbers of threads are no part of it, and the names neither where the program starts threads
/// in threads: which of them is the third is chance, unless the program looks.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Became {
    pub(crate) end: String,
    pub(crate) threads: Vec<(String, Vec<String>, Vec<String>)>,
}

impl Became {
    /// The same without the numbers of inputs: each session has run others before.
    fn without_inputs(self) -> Self {
        let plain = |text: String| {
            let mut parts = text.split("input ");
            let mut plain = parts.next().unwrap_or_default().to_string();
            for part in parts {
                let number = part.split(", line").next().unwrap_or_default();
                let is_number = number.chars().all(|ch| ch.is_ascii_digit());
                match part.strip_prefix(&format!("{number}, ")) {
                    Some(rest) if is_number => plain.push_str(rest),
                    _ => plain.extend(["input ", part]),
                }
            }
            plain
        };
        let all = |texts: Vec<String>| texts.into_iter().map(plain).collect();
        let threads = self.threads.into_iter();
        Self {
            end: plain(self.end),
            threads: threads
                .map(|(name, printed, failed)| (name, all(printed), all(failed)))
                .collect(),
        }
    }

    /// The same without the names of threads.
    pub(crate) fn nameless(&self) -> Self {
        let mut threads = self.threads.clone();
        threads.iter_mut().for_each(|(name, ..)| {
            if name != "main" {
                name.clear();
            }
        });
        threads.sort();
        let end = self.end.split(" of ").next().unwrap_or_default().into();
        Self { end, threads }
    }

    /// Whether several threads have one name.
    pub(crate) fn is_ambiguous(&self) -> bool {
        self.threads.windows(2).any(|two| two[0].0 == two[1].0)
    }

    /// The same with threads of one name taken together, as a process tells of its threads by their names.
    pub(crate) fn by_name(&self) -> Self {
        let mut threads: Vec<(String, Vec<String>, Vec<String>)> = Vec::new();
        for (name, printed, failed) in &self.threads {
            match threads.last_mut().filter(|(last, ..)| last == name) {
                Some((_, lines, errors)) => {
                    lines.extend_from_slice(printed);
                    errors.extend_from_slice(failed);
                }
                None => threads.push((name.clone(), printed.clone(), failed.clone())),
            }
        }
        // In which order two of one name have told their lines is not known.
        threads.iter_mut().for_each(|(_, printed, failed)| {
            printed.sort();
            failed.sort();
        });
        let end = self.end.clone();
        Self { end, threads }
    }

    fn of(outcome: &Outcome) -> Self {
        let failed = outcome.main_failed.as_ref();
        let failed = failed.map(|failed| format!("{} {}, then ", failed.pos, failed.message));
        let end = match &outcome.end {
            End::Value(_) => "value".into(),
            End::Error { message, pos } => format!("{pos} {message}"),
            End::Deadlock(stuck) => {
                let mut names: Vec<String> = stuck
                    .iter()
                    .map(|one| format!("{} at {}", one.name, one.pos))
                    .collect();
                names.sort();
                let failed = failed.unwrap_or_default();
                format!("{failed}deadlock of {}", names.join(", "))
            }
        };
        let mut threads: Vec<_> = outcome
            .threads
            .iter()
            .map(|lines| {
                let printed = lines.printed.iter().map(|line| line.to_string()).collect();
                let failed = lines.failed.iter();
                let failed = failed.map(|failed| format!("{} {}", failed.pos, failed.message));
                (lines.name.to_string(), printed, failed.collect())
            })
            .collect();
        threads.sort();
        Self { end, threads }.without_inputs()
    }
}

/// What a search has found.
pub(crate) struct Explored {
    pub(crate) found: Exploration,
    pub(crate) outcomes: Vec<Became>,
    /// Tokens that led to something else.
    pub(crate) wrong_tokens: Vec<String>,
}

impl Explored {
    /// Whether some run never ends.
    pub(crate) fn may_go_on_for_ever(&self) -> bool {
        let is_livelock = |kind: &str| ["livelock", "starvation"].contains(&kind);
        // A deadlock beside threads that go on for ever is no end of a run.
        let is_end = |stuck: &[threadlab::explore::Stuck]| {
            let mut outcomes = self.found.outcomes.iter();
            outcomes
                .any(|possible| matches!(&possible.outcome.end, End::Deadlock(end) if end == stuck))
        };
        let is_beside = |problem: &Problem| match problem {
            Problem::Deadlock(stuck) => !is_end(stuck),
            _ => false,
        };
        let all = self.found.failures.iter().chain(&self.found.findings);
        all.flat_map(Finding::problems)
            .any(|problem| is_livelock(problem.kind()) || is_beside(problem))
            || self
                .found
                .interleavings
                .as_ref()
                .is_some_and(|count| *count == threadlab::explore::Interleavings::Infinite)
    }
}

const NAME: &str = "test";

/// A session that can run one program after the other.
pub(crate) struct Runner {
    pub(crate) mode: Mode,
    stream: Arc<Stream>,
    session: Session,
}

impl Runner {
    pub(crate) fn new(mode: Mode) -> Self {
        let stream = Arc::new(Stream::new());
        let mut config = mode.config();
        config.input = Some(vec!["one".into(), "two".into()]);
        if let Some(worker) = std::env::var_os("SOUNDNESS_WORKER") {
            config.worker_executable = Some(worker.into());
        }
        let session = Session::new(config, stream.clone());
        Self {
            mode,
            stream,
            session,
        }
    }

    /// Runs the earlier input, if there is one.
    fn begin(&mut self, text: &Text) {
        self.session.reset();
        if let Some(earlier) = &text.earlier {
            let kind = InputKind::Prompt;
            let report = self.session.run(Input {
                name: "earlier",
                text: earlier,
                kind,
            });
            let ran = matches!(
                &report,
                Report::Ran {
                    outcome: session::Outcome::Value(_),
                    ..
                }
            );
            assert!(ran, "{earlier}\n{report:?}");
        }
    }

    /// All that can become of a program, if it is not too large.
    pub(crate) fn explore(&mut self, text: &Text, limits: &Limits) -> Explored {
        self.begin(text);
        let kind = InputKind::Script;
        let input = Input {
            name: NAME,
            text: &text.text,
            kind,
        };
        let mut explorer = match self.session.explorer(input, false) {
            Ok(explorer) => explorer,
            Err(why) => panic!("{text}\n{why:?}"),
        };
        let stop = Arc::<AtomicBool>::default();
        let mut watch = Watch {
            stop: &stop,
            progress: &mut |_, _| {},
        };
        let found = explorer.explore(limits, &mut watch);
        let mut wrong_tokens = Vec::new();
        if found.is_proved() {
            for possible in &found.outcomes {
                let replayed = explorer.replay(&possible.token);
                if !matches!(&replayed, Ok((_, Some(outcome))) if *outcome == possible.outcome) {
                    let outcome = replayed.map(|(_, outcome)| outcome);
                    wrong_tokens.push(format!(
                        "{} for {:?}: {outcome:?}",
                        possible.token, possible.outcome
                    ));
                }
            }
        }
        let outcomes = found
            .outcomes
            .iter()
            .map(|possible| Became::of(&possible.outcome))
            .collect();
        Explored {
            found,
            outcomes,
            wrong_tokens,
        }
    }

    /// Runs a program; stops it after `patience`, and gives nothing then.
    pub(crate) fn run(
        &mut self,
        text: &Text,
        seed: u64,
        perturbed: bool,
        detailed: bool,
        patience: Duration,
    ) -> Option<Became> {
        self.session.set_seed(Some(seed));
        if self.mode != Mode::Seeded(1) {
            self.session.perturb(perturbed.then_some(seed));
        }
        self.stream.set_detailed(detailed);
        self.begin(text);
        self.stream.take();
        let stopper = self.session.stopper();
        let (done, wait) = mpsc::channel::<()>();
        let stream = self.stream.clone();
        let guard = std::thread::spawn(move || {
            if wait.recv_timeout(patience) == Err(mpsc::RecvTimeoutError::Timeout) {
                stopper.stop();
            }
            drop(stream);
        });
        let kind = InputKind::Script;
        let report = self.session.run(Input {
            name: NAME,
            text: &text.text,
            kind,
        });
        drop(done);
        guard.join().expect("the guard only waits");
        // It may have come when the run had ended.
        self.session.forget_stop();
        let events: Vec<Event> = self.stream.take().into();
        became(&report, &events)
    }
}

fn became(report: &Report, events: &[Event]) -> Option<Became> {
    let Report::Ran { outcome, .. } = report else {
        panic!("{report:?}");
    };
    let end = match outcome {
        session::Outcome::Value(_) => "value".into(),
        session::Outcome::Failed(fault) => {
            // As it was said then: what it shows may have changed since.
            let said = events.iter().find_map(|event| match &event.kind {
                Kind::MainFailure { error } => Some(error.message.clone()),
                _ => None,
            });
            let message = said.unwrap_or_else(|| fault.kind.in_reports());
            format!("{} {message}", fault.pos)
        }
        session::Outcome::Interrupted(_) => return None,
        session::Outcome::Deadlock(threads) => {
            let mut names: Vec<String> = threads
                .iter()
                .map(|one| format!("{} at {}", one.name, one.pos))
                .collect();
            names.sort();
            let failed = events.iter().find_map(|event| match &event.kind {
                Kind::MainFailure { error } => {
                    Some(format!("{} {}, then ", error.pos, error.message))
                }
                _ => None,
            });
            let failed = failed.unwrap_or_default();
            format!("{failed}deadlock of {}", names.join(", "))
        }
    };
    type Told = (Vec<String>, Vec<String>);
    let mut told: BTreeMap<(u64, String), Told> = BTreeMap::new();
    // Those whose last line goes on.
    let mut open: BTreeSet<(u64, String)> = BTreeSet::new();
    for event in events {
        // In a process of its own, a thread that it starts is named after it too.
        let name = event.thread.name.rsplit(", ").next().unwrap_or_default();
        let key = (event.thread.number, name.to_string());
        match &event.kind {
            Kind::Print { text, is_open } => {
                let lines = &mut told.entry(key.clone()).or_default().0;
                match lines.last_mut().filter(|_| open.contains(&key)) {
                    Some(last) => last.push_str(text),
                    None => lines.push(text.clone()),
                }
                match is_open {
                    true => open.insert(key),
                    false => open.remove(&key),
                };
            }
            Kind::Failure { message } | Kind::Warning { message } => {
                let failed = format!("{} {message}", event.pos);
                told.entry(key).or_default().1.push(failed);
            }
            _ => {}
        }
    }
    let threads = told
        .into_iter()
        .map(|((_, name), (printed, failed))| (name, printed, failed));
    let mut threads: Vec<_> = threads.collect();
    threads.sort();
    Some(Became { end, threads }.without_inputs())
}
