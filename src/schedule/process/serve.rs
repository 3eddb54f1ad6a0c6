//! The session as a worker sees it: orders come in, prints and results go out.
//!
//! A thread of its own reads the orders, so that the end of the input ends the process in the middle
//! of a task; another one sends what is printed, while the task runs.

use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::time::Duration;

use parking_lot::Mutex;

use super::WorkerScheduler;
use super::message::{Answer, Asked, Hello, Order, Said, read, write};
use super::wire::{self, End, Parcel, SharedObjects};
use crate::event::{Event, Kind, Stream};
use crate::program::{Language, MAX_ARGUMENTS, Program, UnitKind};
use crate::schedule::{MAIN, Waker, World};
use crate::value::object::{Request, TaskId, Verb, Wake};
use crate::value::{CodeId, Fault, FaultKind, Function, RunLimits, Value};

/// How long a printed line may wait for others.
const DELAY: Duration = Duration::from_millis(5);

/// What a worker is to be.
#[derive(Clone, Debug)]
pub struct Setup {
    /// The name of its main thread.
    pub name: String,
    /// Who decides when its threads run.
    pub scheduler: WorkerScheduler,
    /// The seed of its random numbers.
    pub seed: u64,
    /// How old the session is.
    pub age: Duration,
    /// The executable of its own workers.
    pub executable: Option<PathBuf>,
    /// How many generations of sessions came before it.
    pub generation: u32,
    /// The folders of which it may read files.
    pub readable: Vec<PathBuf>,
    /// What it may use.
    pub limits: RunLimits,
}

/// What lowers and runs in a worker.
pub trait Runner {
    /// Lowers the next text of the program; runs nothing of it, and gives no name a meaning.
    ///
    /// # Errors
    /// When it cannot be lowered, which it could where it came from.
    fn lower(
        &mut self,
        name: &str,
        text: &str,
        language: Language,
        kind: UnitKind,
    ) -> Result<(), String>;

    /// Calls a function to its end, and to the end of all threads that it has started. What it gives
    /// can leave the process.
    fn call(&mut self, function: Function, args: Vec<Value>) -> Result<Value, Box<Fault>>;

    /// What it lives in.
    fn world(&self) -> &Arc<World>;

    /// What ends the waits of its threads.
    fn waker(&self) -> Waker;
}

/// Where requests to objects go whose state is in the process that has started this one.
pub trait Upstream: Send + Sync {
    /// Sends one; the answer wakes the thread that asks.
    fn send(&self, request: Request, program: &Program);
}

struct Uplink {
    speaker: Arc<Speaker>,
    shared: Arc<SharedObjects>,
}

impl Upstream for Uplink {
    fn send(&self, request: Request, program: &Program) {
        let verbs = Verb::ALL.iter();
        let verb = verbs.take_while(|verb| **verb != request.verb).count();
        let asked = Asked {
            task: request.task.0,
            object: request.object,
            verb: verb as u16,
            args: Parcel::pack(&request.args, program, &self.shared),
        };
        // When nobody listens any more, this process ends.
        let _ = self.speaker.say(Some(&Answer::Asked(asked)));
    }
}

/// Does what comes in until nothing more comes. `make` makes what does it, whose events go to the
/// stream. Ends the process when the input ends in the middle of a task.
///
/// # Errors
/// When the other side does not say what it should, or no longer listens.
pub fn serve<R: Runner>(
    input: impl Read + Send + 'static,
    output: impl Write + Send + 'static,
    stream: Arc<Stream>,
    make: impl FnOnce(Setup, Arc<dyn Upstream>) -> R,
) -> io::Result<()> {
    let mut input = BufReader::new(input);
    let hello: Hello = read(&mut input)?;
    let speaker = Arc::new(Speaker {
        stream,
        output: Mutex::new(BufWriter::new(Box::new(output))),
    });
    let shared = Arc::new(SharedObjects::new(End::Started));
    let uplink = Uplink {
        speaker: speaker.clone(),
        shared: shared.clone(),
    };
    let setup = Setup {
        name: hello.name,
        scheduler: hello.scheduler,
        seed: hello.seed,
        age: Duration::from_nanos(hello.age_nanoseconds),
        readable: hello.readable,
        limits: RunLimits {
            memory: hello.memory,
            threads: hello.threads,
            ..RunLimits::NONE
        },
        executable: hello.executable,
        generation: hello.generation,
    };
    let mut runner = make(setup, Arc::new(uplink));
    let is_busy = Arc::new(AtomicBool::new(false));
    let world = runner.world().clone();
    let inbox = Inbox {
        world: world.clone(),
        waker: runner.waker(),
        shared: shared.clone(),
    };
    let orders = listen(input, is_busy.clone(), inbox)?;
    speaker.clone().speak()?;
    let program = &world.program;
    for order in orders {
        match order {
            Order::Unit {
                name,
                text,
                language,
                kind,
            } => {
                (runner.lower(&name, &text, language, kind)).map_err(io::Error::other)?;
            }
            Order::Undefine { name, params } => match program.find_name(&name) {
                Some(name) if params as usize <= MAX_ARGUMENTS => {
                    program.undefine(name, params as usize);
                }
                _ => return Err(io::Error::other("a function that no text has")),
            },
            Order::Define {
                name,
                params,
                unit,
                ordinal,
            } => {
                let code = CodeId { unit, ordinal };
                match program.find_name(&name) {
                    Some(name) if params as usize <= MAX_ARGUMENTS => {
                        program.define(name, params as usize, code);
                    }
                    _ => return Err(io::Error::other("a function that no text has")),
                }
            }
            Order::Call(parcel) => {
                let values = parcel.unpack(program, &world.ids, None, &shared);
                let mut values = values.into_iter();
                let Some(Value::Function(function)) = values.next() else {
                    return Err(io::Error::other("a call without a function"));
                };
                let function = Arc::unwrap_or_clone(function);
                let end = runner.call(function, values.collect());
                let end = match end {
                    Ok(value) => Ok(Parcel::pack(&[value], program, &shared)),
                    Err(fault) => {
                        let error = Value::Error(Arc::new(*fault));
                        Err(Parcel::pack(&[error], program, &shared))
                    }
                };
                is_busy.store(false, Ordering::SeqCst);
                speaker.say(Some(&Answer::Ended(end)))?;
            }
            // Taken where orders are read.
            Order::Reply { .. } => {}
        }
    }
    Ok(())
}

/// What takes the answers to requests.
struct Inbox {
    world: Arc<World>,
    waker: Waker,
    shared: Arc<SharedObjects>,
}

impl Inbox {
    /// Gives a thread what it was answered.
    fn take(&self, task: u64, end: Result<Parcel, Parcel>) {
        let world = &self.world;
        let unpack = |parcel: Parcel| {
            let home = Some(&world.globals);
            let values = parcel.unpack(&world.program, &world.ids, home, &self.shared);
            values.into_iter().next().unwrap_or_default()
        };
        let wake = match end {
            Ok(value) => Wake::Grant(unpack(value)),
            Err(error) => Wake::fail(match unpack(error) {
                Value::Error(fault) => Arc::unwrap_or_clone(fault).kind,
                _ => FaultKind::Internal("no error".into()),
            }),
        };
        (self.waker)(TaskId(task), wake);
    }
}

/// Reads orders on a thread of the host.
fn listen(
    mut input: impl Read + Send + 'static,
    is_busy: Arc<AtomicBool>,
    inbox: Inbox,
) -> io::Result<mpsc::Receiver<Order>> {
    let (sender, receiver) = mpsc::channel();
    let read_all = move || {
        loop {
            match read(&mut input) {
                // Whoever is called may wait for it.
                Ok(Order::Reply { task, end }) => inbox.take(task, end),
                Ok(order) => {
                    if matches!(order, Order::Call(_)) {
                        is_busy.store(true, Ordering::SeqCst);
                    }
                    if sender.send(order).is_err() {
                        return;
                    }
                }
                // Nobody is there any more who wants the result of what runs.
                Err(_) if is_busy.load(Ordering::SeqCst) => leave(),
                Err(_) => return,
            }
        }
    };
    std::thread::Builder::new()
        .name("orders".into())
        .spawn(read_all)?;
    Ok(receiver)
}

#[expect(
    clippy::exit,
    reason = "a task that never ends shall not outlive the session that asked for it"
)]
fn leave() -> ! {
    std::process::exit(0)
}

/// Sends events and results, in their order.
struct Speaker {
    stream: Arc<Stream>,
    output: Mutex<BufWriter<Box<dyn Write + Send>>>,
}

impl Speaker {
    /// Sends what has been printed so far, and after it a message.
    fn say(&self, last: Option<&Answer>) -> io::Result<()> {
        // Events are taken under the lock, so that none is overtaken.
        let mut output = self.output.lock();
        for event in self.stream.take() {
            if let Some(answer) = answer(event) {
                write(&mut *output, &answer)?;
            }
        }
        if let Some(last) = last {
            write(&mut *output, last)?;
        }
        output.flush()
    }

    /// Sends on a thread of the host what is printed.
    fn speak(self: Arc<Self>) -> io::Result<()> {
        let send_all = move || {
            while self.say(None).is_ok() {
                self.stream.wait(DELAY);
            }
            // Nobody listens any more.
            leave()
        };
        std::thread::Builder::new()
            .name("prints".into())
            .spawn(send_all)
            .map(drop)
    }
}

fn answer(event: Event) -> Option<Answer> {
    let said = match event.kind {
        Kind::Print { text, is_open } => Said::Print { text, is_open },
        Kind::Note { text } => Said::Note(text),
        Kind::Failure { message } => Said::Failure(message),
        Kind::Warning { message } => Said::Warning(message),
        _ => return None,
    };
    let is_main = event.thread.number == MAIN.0;
    Some(Answer::Said {
        said,
        thread: (!is_main).then(|| event.thread.name.to_string()),
        pos: wire::place(event.pos),
    })
}
