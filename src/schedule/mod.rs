//! Who runs when.
//!
//! Each scheduler runs fibers to their stops, carries out what objects want, and keeps time. They
//! differ in nothing else, so that every primitive works under each of them: [`Workers`] runs
//! fibers on threads of the host, as many as there are cores or just one (a global interpreter
//! lock); [`Stepped`] runs one at a time and lets a policy choose at every visible operation.

mod guard;
mod heap;
mod inputs;
mod log;
mod process;
mod stepped;
mod workers;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};

use crate::event::Stream;
use crate::host::Clock;
use crate::pos::Pos;
use crate::program::Program;
use crate::runtime::object::Thread;
use crate::runtime::threads::ThreadInfo;
use crate::value::object::{Ids, TaskId, Wake};
use crate::value::{Budget, Class, Fault, FaultKind, Function, Object, Value};
use crate::vm::{Globals, Natives, no_eval};

pub use heap::Heap;
pub use inputs::Prepared;
pub use log::request;
pub use process::{
    ProcessSettings, Runner, Setup, Upstream, WORKER_ARGUMENT, WorkerScheduler, serve,
};
pub use stepped::{
    Asked, Choice, Draw, FUEL_PER_SLICE, Failed, Interrupt, Interruption, Kept, Lines, Policy,
    Raised, Seeded, Shared, StepEffect, Stepped, Told, ToldSoFar, Walk, WalkEnd,
};
pub use workers::{Slice, Workers, WorkersConfig};

/// The number of the main thread.
pub const MAIN: TaskId = TaskId(1);

/// Makes the library of native functions, once for each thread of the host.
pub type NativesFactory = Box<dyn Fn() -> Box<dyn Natives + Send> + Send + Sync>;

/// Makes a function of a text; the error is what is wrong with it.
pub type Evaluator = Box<dyn Fn(&str) -> Result<Arc<Function>, String> + Send + Sync>;

/// What a session's threads live in, whatever scheduler runs them.
pub struct World {
    /// The code.
    pub program: Arc<Program>,
    /// The top-level variables.
    pub globals: Globals,
    /// The source of object and thread numbers.
    pub ids: Ids,
    /// Where events go.
    pub stream: Arc<Stream>,
    /// The time since the session began.
    pub clock: Clock,
    /// Where `input` finds lines that stand in no file.
    pub lines: Mutex<Option<Box<dyn LineSource>>>,
    /// What makes functions of the texts that are evaluated; nothing in a worker process, whose code is
    /// that of its session.
    pub evaluator: Option<Evaluator>,
    /// The folders of which the script may read files.
    pub readable: Vec<PathBuf>,
    /// What a run may use, and has used.
    pub budget: Budget,
    /// Where requests to objects go whose state is in the process that has started this one.
    pub upstream: Option<Arc<dyn Upstream>>,
    /// The library's function that asks an object: for requests that come from other processes.
    pub asker: Option<Arc<Function>>,
    /// How its processes are started.
    pub processes: ProcessSettings,
    /// The name of the main thread.
    pub main_name: Arc<str>,
    /// The handle of the main thread, which is alive for as long as the session.
    pub main: Arc<Object>,
    natives: NativesFactory,
}

impl World {
    /// A world without variables. The clock starts now.
    pub fn new(program: Arc<Program>, stream: Arc<Stream>, natives: NativesFactory) -> Self {
        let ids = Ids::default();
        let task = ids.next_task();
        debug_assert_eq!(task, MAIN);
        let main_name: Arc<str> = "main".into();
        let main = Object::new(&ids, Pos::NONE, Thread::main(task, main_name.clone()));
        Self {
            program,
            globals: Globals::new(),
            ids,
            stream,
            clock: Clock::start(),
            lines: Mutex::default(),
            evaluator: None,
            readable: Vec::new(),
            budget: Budget::default(),
            upstream: None,
            asker: None,
            processes: ProcessSettings::default(),
            main_name,
            main,
            natives,
        }
    }

    /// The same as the world of a worker process: its main thread has this name, and the session
    /// began so long ago.
    pub fn of_worker(mut self, name: &str, age: Duration) -> Self {
        self.main_name = name.into();
        let main = Thread::main(MAIN, self.main_name.clone());
        self.main = Object::new(&self.ids, Pos::NONE, main);
        self.evaluator = None;
        self.clock = Clock::started(age);
        self
    }

    /// The library, for one thread of the host.
    fn natives(&self) -> Box<dyn Natives + Send> {
        (self.natives)()
    }

    /// The name of the input with this number.
    fn input_name(&self, unit: u32) -> String {
        self.program
            .unit(unit)
            .map_or_else(String::new, |unit| unit.name.clone())
    }

    /// The threads of which each alone could end a wait of `task` for `object`; none where nobody
    /// knows. Any thread may release a `Lock`, so its holder alone decides only in a program that
    /// nowhere calls a `release`.
    fn blockers(&self, object: &Object, task: TaskId) -> Vec<TaskId> {
        let by_any = matches!(object.kind(), "Lock" | "Condition")
            && self.program.find_name("release").is_some();
        match by_any {
            true => Vec::new(),
            false => object.blockers(task),
        }
    }

    /// The variable of the prompt that holds an object. There a line and a column alone do not tell
    /// in which input it was made.
    fn name_of(&self, object: &Object) -> Option<Arc<str>> {
        if !self.program.units().any(|unit| unit.is_prompt()) {
            return None;
        }
        let mut globals = self.program.globals();
        globals.find_map(|(number, global)| {
            let is_it = self.globals.with(number, |binding| {
                binding.is_some_and(|binding| {
                    matches!(binding.cell.load(), Value::Object(held) if held.id == object.id)
                })
            });
            is_it.then(|| Arc::from(&*global.name))
        })
    }

    /// The line of the text at which a thread is, without the space around it; empty where there is
    /// none.
    fn source_line(&self, thread: &ThreadInfo) -> String {
        let units = self.program.units().filter(|unit| !unit.is_prelude());
        let Some(index) = usize::from(thread.pos.line).checked_sub(1) else {
            return String::new();
        };
        // The newest of its name: a file may be loaded again.
        let unit = units.filter(|unit| unit.name == thread.input).last();
        let line = unit.and_then(|unit| unit.text.lines().nth(index).map(str::trim));
        line.unwrap_or_default().into()
    }
}

/// A line that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// It is here, without its end.
    Here(String),
    /// Not yet.
    NotYet,
    /// There is none to come.
    End,
    /// Nobody can be asked now.
    Busy,
}

/// Where a session finds lines to read, such as a terminal.
pub trait LineSource: Send {
    /// The next line. Blocks for at most so long.
    fn next(&mut self, patience: Duration) -> Line;
}

impl World {
    /// The text of a file in a folder that may be read.
    fn read_file(&self, path: &str) -> Result<String, FaultKind> {
        use crate::host::Unreadable;
        crate::host::read_file(path, &self.readable).map_err(|why| match why {
            Unreadable::Forbidden => FaultKind::misuse(
                Class::OsError,
                &format!("'{path}' is in no folder that a script may read"),
                "a file in such a folder",
                "name the folder when you start: `threadlab --allow-read FOLDER`",
            ),
            Unreadable::Host(error) => FaultKind::raised(
                Class::OsError,
                &format!("'{path}' cannot be read: {error}"),
                "",
            ),
        })
    }

    /// A function of a text that is evaluated.
    fn compile(&self, text: &str) -> Result<Arc<Function>, FaultKind> {
        match &self.evaluator {
            Some(evaluator) => evaluator(text).map_err(FaultKind::Native),
            None => Err(no_eval()),
        }
    }

    /// The next line for the script; nothing when there is none within this time.
    fn read_line(&self, patience: Duration) -> Result<Option<String>, FaultKind> {
        let no_input = |why, advice| Err(FaultKind::NoInput { why, advice });
        let mut lines = self.lines.lock();
        match lines
            .as_mut()
            .map_or(Line::End, |lines| lines.next(patience))
        {
            Line::Here(line) => Ok(Some(line)),
            Line::NotYet => Ok(None),
            Line::End => no_input(
                "there is no line to come",
                "catch the EOFError, or give more lines to standard input or in `--input FILE`",
            ),
            Line::Busy => no_input(
                "nobody can be asked while the next input is typed",
                "call `input` in what you type, not in a thread that runs on behind it",
            ),
        }
    }
}

/// Until when [`Schedule::run_main`] runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// Until the main thread has ended; the others run on in the background. For the prompt.
    Main,
    /// Until all threads that are not daemons have ended; then the daemons are stopped. For
    /// scripts.
    AllThreads,
}

/// How a run has ended.
#[derive(Debug)]
pub enum MainEnd {
    /// The main thread has returned this value.
    Value(Value),
    /// The main thread ended by this error.
    Failed(Fault),
    /// It was stopped from outside. Where each thread was then; all have ended.
    Interrupted(Vec<ThreadInfo>),
    /// Every thread waited for ever, or some for each other in a cycle. Where each thread was; all
    /// have ended.
    Deadlock(Vec<ThreadInfo>),
}

impl From<Result<Value, Fault>> for MainEnd {
    fn from(end: Result<Value, Fault>) -> Self {
        match end {
            Ok(value) => Self::Value(value),
            Err(fault) => Self::Failed(fault),
        }
    }
}

/// Asks the running input to end; can be sent to another thread of the host.
pub type StopRequest = Arc<dyn Fn() + Send + Sync>;

/// Ends the wait of a thread; can be sent to another thread of the host.
pub type Waker = Arc<dyn Fn(TaskId, Wake) + Send + Sync>;

/// A scheduler as a session drives it.
pub trait Schedule: Send {
    /// Runs `function` as the main thread. Blocks until the run has ended.
    fn run_main(&mut self, function: Arc<Function>, until: Until) -> MainEnd;

    /// What stops a running input from elsewhere, within 100 ms; when nothing runs, the next one.
    fn stop_request(&self) -> StopRequest;

    /// Drops a stop that was requested and has stopped nothing.
    fn forget_stop(&mut self);

    /// The threads that are alive, by number; main only while it runs.
    fn threads(&self) -> Vec<ThreadInfo>;

    /// The handles of the threads that are alive, with what is known of them.
    fn handles(&self) -> Vec<(ThreadInfo, Arc<Object>)>;

    /// Stops all threads and says where they were. Blocks until they have ended, which is soon:
    /// nothing waits on the way out.
    fn stop_all(&mut self) -> Vec<ThreadInfo>;

    /// Stops the thread of this number, if it is alive, and not those that it has started. Blocks until
    /// it has ended, as [`Schedule::stop_all`] does.
    fn stop_one(&mut self, number: u64);

    /// Releases, for the main thread between two runs, an object that it holds.
    fn release(&mut self, object: &Arc<Object>);

    /// What ends the waits of threads for what is in another process; nothing where none is.
    fn waker(&self) -> Option<Waker> {
        None
    }

    /// Sets the seed of the next run.
    fn set_seed(&mut self, _seed: u64) {}

    /// What the user should know of the time since the last call: virtual time skipped.
    fn notices(&mut self) -> Vec<String> {
        Vec::new()
    }
}

/// Pseudo-random numbers from a seed: xoshiro256++ (Blackman and Vigna, 2018), the same on every
/// platform and in every version.
pub(crate) struct Random(Xoshiro256PlusPlus);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(Xoshiro256PlusPlus::seed_from_u64(seed))
    }

    /// A number below `bound`, which is not 0.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        // Multiply and shift (Lemire, 2019); its bias is below bound / 2^64.
        ((u128::from(self.0.next_u64()) * u128::from(bound.max(1))) >> 64) as u64
    }
}
