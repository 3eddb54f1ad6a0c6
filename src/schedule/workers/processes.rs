//! Threads of the script that run in processes of their own.
//!
//! Such a thread is in the table like any other, but no worker ever has its fiber: a thread of the
//! host waits for the process, and reports the end of a call to the thread's handle as a worker
//! would. Whom that wakes goes to the common queue. This is how everything from outside gets in: an
//! object is asked, and its effects are carried out.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Weak, mpsc};
use std::thread::JoinHandle;

use parking_lot::Mutex;

use super::table::{Job, Relay, Stopping, ThreadMeta};
use super::worker::{Ready, carry_out, end_of_call, report_end};
use super::{Shared, Slice};
use crate::event::{Kind, Thread};
use crate::pos::Pos;
use crate::schedule::process::{Asked, Child, Hello, Killer, Replies, Said, Task, WorkerScheduler};
use crate::value::object::{self, CancelReason, Effects, TaskId, Verb, Wake};
use crate::value::{Fault, FaultKind, Function, Object, Value};
use crate::vm::{self, Fiber};

/// A call that a process shall make.
pub(super) struct Call {
    pub(super) meta: Arc<ThreadMeta>,
    pub(super) function: Arc<Function>,
    pub(super) args: Vec<Value>,
    /// Where it was asked for: the place of an error before its first line.
    pub(super) pos: Pos,
}

/// What others may know of a process, and do to it.
#[derive(Default)]
struct Control {
    /// The thread of the script that it runs.
    current: Option<Arc<ThreadMeta>>,
    killer: Option<Killer>,
    /// Whether nobody needs it any more.
    is_dismissed: bool,
}

struct Process {
    calls: mpsc::Sender<Call>,
    control: Arc<Mutex<Control>>,
    pool: Weak<Object>,
}

/// The processes of a session.
#[derive(Default)]
pub(super) struct Processes {
    by_number: Mutex<BTreeMap<TaskId, Process>>,
    started: Mutex<Vec<JoinHandle<()>>>,
}

impl Processes {
    /// Has the process of a thread make a call; starts it when it is not there. Never blocks.
    pub(super) fn begin(shared: &Arc<Shared>, call: Call, pool: Weak<Object>) {
        let number = call.meta.task;
        // Pools that a script has forgotten shall not fill the machine with processes.
        if !shared.processes.by_number.lock().contains_key(&number) {
            shared.processes.sweep();
        }
        let mut by_number = shared.processes.by_number.lock();
        let process = by_number.entry(number).or_insert_with(|| {
            let (calls, receiver) = mpsc::channel();
            let control = Arc::<Mutex<Control>>::default();
            let host = Host {
                shared: shared.clone(),
                number,
                child: None,
                askers: BTreeMap::new(),
                control: control.clone(),
            };
            let handle = std::thread::Builder::new()
                .name(format!("process {}", number.0))
                .spawn(move || host.run(receiver));
            // Without a thread the calls have nobody who takes them, and fail below.
            if let Ok(handle) = handle {
                let mut started = shared.processes.started.lock();
                started.retain(|handle| !handle.is_finished());
                started.push(handle);
            }
            Process {
                calls,
                control,
                pool,
            }
        });
        let unsent = process.calls.send(call);
        drop(by_number);
        if let Err(mpsc::SendError(call)) = unsent {
            let no_result = NoResult::NotBegun("a thread of the host cannot be started".into());
            no_result.report(shared, &call, &mut Effects::default());
        }
    }

    /// Ends a process that is no longer needed; what it runs fails.
    pub(super) fn dismiss(&self, number: TaskId) {
        // Without a sender its thread of the host ends, and ends it.
        let process = self.by_number.lock().remove(&number);
        let Some(process) = process else { return };
        let mut control = process.control.lock();
        control.is_dismissed = true;
        if control.current.is_some()
            && let Some(killer) = &control.killer
        {
            killer.kill();
        }
    }

    /// Ends the processes that run threads which shall stop.
    pub(super) fn stop(&self, is_concerned: impl Fn(&ThreadMeta) -> bool) {
        for process in self.by_number.lock().values() {
            let control = process.control.lock();
            if let (Some(meta), Some(killer)) = (&control.current, &control.killer)
                && is_concerned(meta)
            {
                killer.kill();
            }
        }
    }

    /// Ends the processes whose pools are gone.
    pub(super) fn sweep(&self) {
        let by_number = self.by_number.lock();
        let gone = by_number
            .iter()
            .filter(|(_, process)| process.pool.strong_count() == 0);
        let gone: Vec<TaskId> = gone.map(|(number, _)| *number).collect();
        drop(by_number);
        gone.into_iter().for_each(|number| self.dismiss(number));
    }

    /// Ends all of them. Blocks until they have ended, which is at once.
    pub(super) fn close(&self) {
        let numbers: Vec<TaskId> = self.by_number.lock().keys().copied().collect();
        numbers.into_iter().for_each(|number| self.dismiss(number));
        let started = std::mem::take(&mut *self.started.lock());
        for handle in started {
            // One that has panicked has nothing left to give back.
            let _ = handle.join();
        }
    }
}

/// Jobs from a thread of the host that is no worker.
struct Outside;

impl Ready for Outside {
    fn push(&mut self, job: Box<Job>, shared: &Arc<Shared>) {
        shared.inject(job);
    }
}

/// The thread of the host that waits for one process.
struct Host {
    shared: Arc<Shared>,
    number: TaskId,
    child: Option<Child>,
    /// The threads here that ask for threads of the process, which ask one thing at a time.
    askers: BTreeMap<u64, TaskId>,
    control: Arc<Mutex<Control>>,
}

impl Host {
    fn run(mut self, calls: mpsc::Receiver<Call>) {
        let mut effects = Effects::default();
        for mut call in calls {
            loop {
                let end = self.make(&call);
                self.control.lock().current = None;
                let shared = &self.shared;
                let next = match end {
                    Ok(value) => {
                        let end = Ok(value);
                        end_of_call(shared, &mut Outside, &call.meta, end, &mut effects)
                    }
                    Err(no_result) => no_result.report(shared, &call, &mut effects),
                };
                let Some((function, args)) = next else { break };
                (call.function, call.args, call.pos) = (function, args, Pos::NONE);
            }
        }
        if let Some(child) = self.child.take() {
            child.end();
        }
    }

    /// Makes one call. Blocks until it has ended or the process has.
    fn make(&mut self, call: &Call) -> Result<Value, NoResult> {
        let meta = &call.meta;
        let mut child = match self.child.take() {
            Some(child) => child,
            None => self.start(meta)?,
        };
        {
            let mut control = self.control.lock();
            control.current = Some(meta.clone());
            control.killer = Some(child.killer());
            // A thread that stops or dismisses this call sees the killer that was just set, or its mark is
            // seen here.
            if control.is_dismissed {
                child.end();
                return Err(NoResult::Died("its process was ended".into()));
            }
        }
        if let Some(kind) = self.stopping(meta) {
            child.end();
            return Err(kind.into());
        }
        let world = &self.shared.world;
        let task = Task {
            function: &call.function,
            args: &call.args,
            program: &world.program,
            ids: &world.ids,
            globals: &world.globals,
        };
        let shared = &self.shared;
        let show = |said: Said, thread: Option<String>, pos: Pos| {
            let name = match thread {
                Some(thread) => format!("{}, {thread}", meta.name).into(),
                None => meta.name.clone(),
            };
            let thread = Thread {
                number: meta.task.0,
                name,
            };
            let kind = match said {
                Said::Print { text, is_open } => Kind::Print { text, is_open },
                Said::Note(text) => Kind::Note { text },
                Said::Failure(message) => Kind::Failure { message },
                Said::Warning(message) => Kind::Warning { message },
            };
            let seconds = shared.world.clock.elapsed().as_secs_f64();
            shared.world.stream.push(seconds, thread, pos, kind);
        };
        let replies = child.replies();
        let askers = &mut self.askers;
        let ask = |asked: Asked| pass_on(shared, meta, &replies, askers, asked);
        match child.call(&task, show, ask) {
            Ok(end) => {
                self.child = Some(child);
                end.map_err(|fault| NoResult::Failed(Box::new(fault)))
            }
            Err(error) => {
                self.control.lock().killer = None;
                for asker in std::mem::take(&mut self.askers).into_values() {
                    give_up(&self.shared, meta.run, asker);
                }
                let how = child.end_after(&error);
                Err(match self.stopping(meta) {
                    Some(kind) => kind.into(),
                    None => NoResult::Died(format!("its process {} {how}", meta.name)),
                })
            }
        }
    }

    fn stopping(&self, meta: &ThreadMeta) -> Option<FaultKind> {
        match self.shared.table.stopping(meta) {
            Stopping::No => None,
            Stopping::Interrupt => Some(FaultKind::Interrupted),
            Stopping::Deadlock => Some(FaultKind::Deadlock),
        }
    }

    fn start(&self, meta: &ThreadMeta) -> Result<Child, NoResult> {
        let world = &self.shared.world;
        let settings = &world.processes;
        let generation = settings.generation + 1;
        vm::check_generation(generation)?;
        let cannot = |error: std::io::Error| {
            NoResult::NotBegun(format!("a process cannot be started: {error}"))
        };
        let executable = match &settings.executable {
            Some(path) => PathBuf::clone(path),
            None => crate::host::executable().map_err(cannot)?,
        };
        let workers = self.shared.stealers.len();
        let hello = Hello {
            name: meta.name.to_string(),
            scheduler: match self.shared.slice {
                Slice::Fixed(_) => WorkerScheduler::Parallel(workers as u32),
                Slice::Random(_) => WorkerScheduler::Gil,
            },
            seed: self.shared.random.lock().below(u64::MAX) ^ self.number.0,
            age_nanoseconds: self.shared.now(),
            executable: settings.executable.clone(),
            generation,
            readable: world.readable.clone(),
            memory: world.budget.limits().memory,
            threads: world.budget.limits().threads,
        };
        Child::start(&executable, &hello).map_err(cannot)
    }
}

/// Has a thread here ask an object for a thread of the process that `meta` stands for.
fn pass_on(
    shared: &Arc<Shared>,
    meta: &Arc<ThreadMeta>,
    replies: &Replies,
    askers: &mut BTreeMap<u64, TaskId>,
    asked: Asked,
) {
    let world = &shared.world;
    let home = Some(&world.globals);
    let args = (asked.args).unpack(&world.program, &world.ids, home, replies.shared());
    let object = replies.shared().get(asked.object);
    let verb = Verb::ALL.get(usize::from(asked.verb));
    let (Some(object), Some(verb), Some(function)) = (object, verb, &world.asker) else {
        let none = FaultKind::Internal("a request to what is not shared".into());
        let end = Err(Fault::new(none, Pos::NONE));
        return replies.send(asked.task, end, &world.program);
    };
    let task = *(askers.entry(asked.task)).or_insert_with(|| world.ids.next_task());
    let (name, handle) = (meta.name.clone(), meta.handle.clone());
    let mut asker = ThreadMeta::new(task, name, handle, true, true, meta.run);
    asker.relay = Some(Relay {
        task: asked.task,
        replies: replies.clone(),
    });
    let asker = Arc::new(asker);
    let args = vec![
        Value::Object(object),
        Value::from(verb.name()),
        Value::array(args),
    ];
    shared.table.insert(asker.clone());
    let fiber = Fiber::new(task, function.clone(), args);
    shared.inject(Box::new(Job::new(fiber, asker)));
}

/// Ends what a thread here asks for a process that has died.
fn give_up(shared: &Arc<Shared>, run: u64, asker: TaskId) {
    if let Some(object) = shared.table.awaited_by(asker) {
        let mut effects = Effects::default();
        let (ids, mut time) = (&shared.world.ids, &**shared);
        // What it was granted already goes to the next one.
        let _ = object.cancel_wait(asker, CancelReason::Stop, &mut effects, ids, &mut time);
        carry_out(shared, &mut Outside, run, &mut effects);
    }
    let wake = Wake::fail(FaultKind::Interrupted);
    if let Some(job) = shared.table.wake(asker, wake, &shared.timers) {
        shared.inject(job);
    }
}

/// Why a call has no result.
enum NoResult {
    /// It has failed, or was stopped.
    Failed(Box<Fault>),
    /// Its process has ended, in this way.
    Died(String),
    /// There is no process for it, because of this.
    NotBegun(String),
}

impl From<FaultKind> for NoResult {
    fn from(kind: FaultKind) -> Self {
        Self::Failed(Box::new(Fault::new(kind, Pos::NONE)))
    }
}

impl NoResult {
    /// Reports it to the thread's handle; gives what is to be called next.
    fn report(
        self,
        shared: &Arc<Shared>,
        call: &Call,
        effects: &mut Effects,
    ) -> Option<(Arc<Function>, Vec<Value>)> {
        let (how, has_begun) = match self {
            Self::Failed(mut fault) => {
                fault.pos = fault.pos.or(call.pos);
                return end_of_call(shared, &mut Outside, &call.meta, Err(*fault), effects);
            }
            Self::Died(how) => (how, true),
            Self::NotBegun(why) => (why, false),
        };
        let report = object::Call {
            verb: Verb::Died,
            args: &[Value::string(how), has_begun.into()],
        };
        report_end(shared, &mut Outside, &call.meta, report, call.pos, effects)
    }
}
