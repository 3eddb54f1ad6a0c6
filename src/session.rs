//! The facade: text in, reports and events out.
//!
//! Variables and functions live on between inputs. Fronts talk to this module only. One file, as it is what
//! fronts name: the session, its inputs and its reports.
//!
//! In reading order, after this: `accept`, from a text to code; `modules`, what it imports; `evaluation`, `eval`;
//! `world`, what a session begins with; `inspect`, what it holds; `episode` and `rehearsal`, exploring;
//! `worker`, a session in a worker process.

mod accept;
mod episode;
mod evaluation;
mod inspect;
mod modules;
mod rehearsal;
mod worker;
mod world;

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::PathBuf;
use std::sync::Arc;

use parking_lot::Mutex;

use crate::event::Stream;
use crate::host;
use crate::language::Diagnostic;
use crate::language::diagnostic::Code;
use crate::language::modules::Modules;
use crate::language::parse::Parser;
use crate::schedule::{MAIN, MainEnd, Prepared, Schedule, StopRequest, Until, World};
use crate::value::object::ObjectId;
use crate::value::{Fault, Object, Value};

use self::accept::{Names, translated};
use self::episode::{Before, History};
use self::world::{new_schedule, new_world};

pub use self::accept::Ahead;
pub use self::episode::{NotSelected, Selection};
pub use self::inspect::{InScope, Variable};
pub use self::rehearsal::{Explorable, Part, Rehearsal, Typed};
pub use crate::program::Language;
pub use crate::runtime::threads::ThreadInfo;
pub use crate::schedule::{Line, LineSource, WORKER_ARGUMENT};
pub use crate::value::RunLimits;
pub use worker::serve_as_worker;

/// Who decides when a thread runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheduler {
    /// Truly in parallel, on all cores.
    Parallel,
    /// One thread at a time, for random slices: as under a global interpreter lock.
    Gil,
    /// One thread at a time, each visible step chosen from a seed; time is virtual.
    Seeded,
}

/// How a session runs its inputs.
#[derive(Clone, Debug)]
pub struct Config {
    /// Who decides when a thread runs.
    pub scheduler: Scheduler,
    /// The seed; without one, each run draws its own.
    pub seed: Option<u64>,
    /// Worker threads of the host for [`Scheduler::Parallel`]; without it, one per core.
    pub workers: Option<usize>,
    /// What the script sees as `args`.
    pub args: Vec<String>,
    /// The lines that `input` reads; without them, it asks [`Session::read_lines_from`].
    pub input: Option<Vec<String>>,
    /// The folders of which the script may read files.
    pub readable: Vec<PathBuf>,
    /// The executable of worker processes, which is this program; without it, the one that runs.
    /// Another host of this library, such as a test, has to say where that is.
    pub worker_executable: Option<PathBuf>,
}

/// What kind of input it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InputKind {
    /// A whole script: it ends when all its threads that are not daemons have ended.
    Script,
    /// A line at the prompt: it ends with its last statement; its threads run on.
    Prompt,
}

/// A text to run.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    /// What the text is called in messages: a file's name, `-e`, or `input 3`.
    pub name: &'a str,
    /// The text.
    pub text: &'a str,
    /// What kind of input it is.
    pub kind: InputKind,
}

/// What became of an input.
#[derive(Debug)]
pub enum Report {
    /// The text is wrong; nothing has run.
    Rejected(Vec<Diagnostic>),
    /// It ran.
    Ran {
        /// How it ended.
        outcome: Outcome,
        /// What may be wrong with the text all the same; known before it ran.
        warnings: Vec<Diagnostic>,
        /// What the user should know besides, a sentence each: locks that were released for
        /// the prompt, virtual time that was skipped.
        notices: Vec<String>,
    },
}

/// How a run ended.
#[derive(Debug)]
pub enum Outcome {
    /// With the value of the last statement.
    Value(Value),
    /// By an error in the main thread that nobody caught.
    Failed(Fault),
    /// By the user. Where each thread was then.
    Interrupted(Vec<ThreadInfo>),
    /// Every thread waits for ever, or some wait for each other in a cycle.
    Deadlock(Vec<ThreadInfo>),
}

impl From<MainEnd> for Outcome {
    fn from(end: MainEnd) -> Self {
        match end {
            MainEnd::Value(value) => Self::Value(value),
            MainEnd::Failed(fault) => Self::Failed(fault),
            MainEnd::Interrupted(threads) => Self::Interrupted(threads),
            MainEnd::Deadlock(threads) => Self::Deadlock(threads),
        }
    }
}

/// Why texts cannot be explored.
#[derive(Debug)]
pub enum NotExplorable {
    /// One is wrong.
    Rejected(Vec<Diagnostic>),
    /// Something is in the way.
    Blocked(Obstacle),
}

/// What is in the way of exploring.
#[derive(Debug)]
pub enum Obstacle {
    /// These threads of earlier inputs still run, and would have to take part.
    Alive(Vec<ThreadInfo>),
    /// The session was reset since, and the variables are gone.
    Reset,
}

/// Stops what a session runs; can be sent to another thread of the host.
#[derive(Clone)]
pub struct Stopper(Arc<Mutex<Stopping>>);

struct Stopping {
    /// Stops the current scheduler.
    request: StopRequest,
    /// Whether a stop was requested that no run has taken.
    is_pending: bool,
}

impl Stopper {
    fn new(request: StopRequest) -> Self {
        let is_pending = false;
        Self(Arc::new(Mutex::new(Stopping {
            request,
            is_pending,
        })))
    }

    /// Asks the running input to end: every thread of the script leaves its `with` blocks without
    /// waiting. Returns at once. Between two inputs it stops the next one, unless
    /// [`Session::forget_stop`] comes first: so it stops an input that was given and has not begun.
    pub fn stop(&self) {
        let mut stopping = self.0.lock();
        stopping.is_pending = true;
        (stopping.request)();
    }

    /// Changes the scheduler that is stopped. A pending stop goes over to it.
    fn redirect(&self, request: StopRequest) {
        let mut stopping = self.0.lock();
        stopping.request = request;
        if stopping.is_pending {
            (stopping.request)();
        }
    }

    /// Drops a pending stop, which `schedule` has to drop as well.
    fn forget(&self, schedule: &mut dyn Schedule) {
        let mut stopping = self.0.lock();
        stopping.is_pending = false;
        schedule.forget_stop();
    }
}

/// One user's session.
pub struct Session {
    config: Config,
    world: Arc<World>,
    schedule: Box<dyn Schedule>,
    stopper: Stopper,
    parser: Parser,
    prelude: HashSet<&'static str>,
    modules: Modules,
    /// Whether texts may import modules.
    reads_files: bool,
    /// How many inputs of the prompt there were, those whose text was wrong too.
    inputs: u32,
    history: History,
    /// The top-level variables that functions name, each with the number of the unit that was the
    /// first to do so.
    named: Vec<(u32, u32)>,
    last_seed: Option<u64>,
    /// For tests: see [`Session::perturb`].
    perturbation: Option<u64>,
    /// What the texts are written in that are given to it.
    language: Language,
}

impl Session {
    /// A session that writes its events to `stream`. They have to be read.
    pub fn new(config: Config, stream: Arc<Stream>) -> Self {
        let world = new_world(&config, stream);
        Self::in_world(config, Arc::new(world))
    }

    fn in_world(config: Config, world: Arc<World>) -> Self {
        let seed = config.seed.unwrap_or_else(host::draw_seed);
        let schedule = new_schedule(&config, seed, &world, None);
        let stopper = Stopper::new(schedule.stop_request());
        let history = History::new(&world);
        Self {
            config,
            world,
            schedule,
            stopper,
            parser: Parser::new(),
            prelude: HashSet::new(),
            modules: Modules::default(),
            reads_files: true,
            inputs: 0,
            history,
            named: Vec::new(),
            last_seed: Some(seed),
            perturbation: None,
            language: Language::Own,
        }
    }

    /// Sets where `input` finds lines that stand in no file.
    pub fn read_lines_from(&mut self, lines: impl LineSource + 'static) {
        *self.world.lines.lock() = Some(Box::new(lines));
    }

    /// Sets what a run may use from now on, also the one under way. Without this there are no limits.
    pub fn set_limits(&mut self, limits: RunLimits) {
        self.world.budget.set(limits);
    }

    /// Sets the language of all texts that are given to the session from now on.
    pub fn set_language(&mut self, language: Language) {
        self.language = language;
    }

    /// Runs one input to its end and says what became of it. Blocks for as long as that takes. Takes
    /// the stops that are requested until it returns.
    pub fn run(&mut self, input: Input<'_>) -> Report {
        let report = self.run_input(input);
        self.forget_stop();
        report
    }

    /// Drops a stop that was requested when nothing ran: it is not meant for the next input.
    pub fn forget_stop(&mut self) {
        self.stopper.forget(&mut *self.schedule);
    }

    fn run_input(&mut self, input: Input<'_>) -> Report {
        self.inputs += u32::from(input.kind == InputKind::Prompt);
        let before = self.history.before(&self.world, self.alive());
        let number = match input.kind {
            InputKind::Prompt => self.inputs,
            InputKind::Script => 0,
        };
        let (prepared, mut warnings) = match self.accept(input, number, Ahead::HasRun) {
            Ok(accepted) => accepted,
            Err(diagnostics) => return Report::Rejected(diagnostics),
        };
        self.begin(&prepared);
        let until = until(input.kind);
        self.seed_run();
        let end = (self.schedule).run_main(prepared.function.clone(), until);
        let outcome = Outcome::from(end);
        // What a call gave was a function after all, unless the run failed there.
        let failed_at = match &outcome {
            Outcome::Failed(fault) => fault.pos.line,
            _ => 0,
        };
        warnings.retain(|warning| {
            warning.code != Code::CalledFirst || warning.span.start.line == failed_at
        });
        let old_variables = self.old_variables(&before);
        let mut notices = self.schedule.notices();
        if matches!(outcome, Outcome::Interrupted(_) | Outcome::Deadlock(_)) {
            notices.extend(self.release_new(&before));
            // Nobody can join any more what was stopped.
            if self.alive().is_empty() {
                self.world.ids.starts.give_up();
            }
        }
        notices.extend(old_variables);
        if input.kind == InputKind::Prompt {
            let source = (input.name, input.text);
            (self.history).add(&self.world, number, source, prepared, before);
        }
        Report::Ran {
            outcome,
            warnings,
            notices,
        }
    }

    /// Makes the functions of a text those of their names.
    fn begin(&mut self, text: &Prepared) {
        self.world.begin(text);
        for global in &text.named_globals {
            if self.named.iter().all(|(known, _)| known != global) {
                self.named.push((*global, text.unit));
            }
        }
    }

    /// Releases what main has taken since, because the input that took it is over; says so.
    fn release_new(&mut self, before: &Before) -> Vec<String> {
        let known: BTreeSet<ObjectId> = before.heap.held_by(MAIN).map(|held| held.id).collect();
        let now = self.history.now(&self.world);
        let new: BTreeMap<ObjectId, &Arc<Object>> = (now.held_by(MAIN))
            .filter(|held| !known.contains(&held.id))
            .map(|held| (held.id, held))
            .collect();
        let released = new.into_values().map(|object| {
            // A re-entrant lock is held until it is released as often as it was acquired.
            while object.state().is_held_by(MAIN) {
                self.schedule.release(object);
            }
            format!(
                "released for you: the {} made in {}",
                object.kind(),
                object.made_at
            )
        });
        released.collect()
    }

    /// Draws a new seed for the next run, unless one is fixed.
    fn seed_run(&mut self) {
        let seed = self.config.seed.unwrap_or_else(host::draw_seed);
        self.last_seed = Some(seed);
        self.schedule.set_seed(seed);
    }

    /// The threads that run besides main, between two inputs.
    fn alive(&self) -> Vec<ThreadInfo> {
        /// How often they are looked at again: one that was joined may still be on its way out.
        const LOOKS: u32 = 1_000;
        let mut alive = self.schedule.threads();
        for _ in 0..LOOKS {
            if alive.is_empty() || !self.world.ids.starts.are_joined() {
                break;
            }
            std::thread::yield_now();
            alive = self.schedule.threads();
        }
        alive
    }

    /// How many inputs of the prompt there were, those whose text was wrong too.
    pub fn inputs(&self) -> u32 {
        self.inputs
    }

    /// What can stop a running input from elsewhere.
    pub fn stopper(&self) -> Stopper {
        self.stopper.clone()
    }

    /// Stops the threads that run in the background and says which.
    pub fn stop_background(&mut self) -> Vec<ThreadInfo> {
        let stopped = self.schedule.stop_all();
        self.world.ids.starts.give_up();
        stopped
    }

    /// Has the next input that starts something begin an episode, though not all was waited for. Does nothing
    /// while threads run.
    pub fn close_episode(&mut self) {
        if self.alive().is_empty() {
            self.world.ids.starts.give_up();
        }
    }

    /// Stops the threads of this name that run in the background, and says which.
    pub fn stop_named(&mut self, name: &str) -> Vec<ThreadInfo> {
        let mut stopped = self.schedule.threads();
        stopped.retain(|thread| thread.name == name && thread.number != MAIN.0);
        for thread in &stopped {
            self.schedule.stop_one(thread.number);
        }
        stopped
    }

    /// Stops all threads and forgets all variables and functions.
    pub fn reset(&mut self) {
        self.schedule.stop_all();
        let (limits, lines) = (self.world.budget.limits(), self.world.lines.lock().take());
        self.world = Arc::new(new_world(&self.config, self.world.stream.clone()));
        self.world.budget.set(limits);
        *self.world.lines.lock() = lines;
        self.prelude.clear();
        self.named.clear();
        self.history = History::new(&self.world);
        self.replace_schedule();
    }

    /// Who decides when a thread runs.
    pub fn scheduler(&self) -> Scheduler {
        self.config.scheduler
    }

    /// Stops the background threads and goes on with another scheduler; variables stay.
    pub fn set_scheduler(&mut self, scheduler: Scheduler) {
        self.stop_background();
        self.config.scheduler = scheduler;
        self.replace_schedule();
    }

    /// For tests: stops the background threads, and from now on delays threads under `parallel` and
    /// `gil` at their visible operations, as drawn from `seed`. A test meets in a few runs what
    /// otherwise needs thousands.
    #[doc(hidden)]
    pub fn perturb(&mut self, seed: Option<u64>) {
        self.schedule.stop_all();
        self.perturbation = seed;
        self.replace_schedule();
    }

    fn replace_schedule(&mut self) {
        let seed = self.config.seed.unwrap_or_else(host::draw_seed);
        self.schedule = new_schedule(&self.config, seed, &self.world, self.perturbation);
        self.stopper.redirect(self.schedule.stop_request());
    }

    /// The seed of the last run that used one.
    pub fn seed(&self) -> Option<u64> {
        self.last_seed
    }

    /// Sets the seed of all further runs, or lets each draw its own.
    pub fn set_seed(&mut self, seed: Option<u64>) {
        self.config.seed = seed;
        if seed.is_some() {
            self.last_seed = seed;
        }
    }
}

/// Until when an input runs.
fn until(kind: InputKind) -> Until {
    match kind {
        InputKind::Script => Until::AllThreads,
        InputKind::Prompt => Until::Main,
    }
}
