//! A worker as the session that started it sees it.

use std::io::{self, BufReader, BufWriter, Write};
use std::path::Path;
use std::process::{ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;

use super::WORKER_ARGUMENT;
use super::message::{Answer, Asked, Hello, Order, Said, read, write};
use super::wire::{self, End, Parcel, SharedObjects};
use crate::pos::Pos;
use crate::program::{Change, Program};
use crate::value::object::Ids;
use crate::value::{Fault, FaultKind, Function, Value};
use crate::vm::Globals;

/// How often, a millisecond apart, a worker that has closed its pipes is looked at before it is ended.
const LOOKS: u32 = 1_000;

/// A call for a worker.
pub(in crate::schedule) struct Task<'a> {
    pub(in crate::schedule) function: &'a Arc<Function>,
    pub(in crate::schedule) args: &'a [Value],
    pub(in crate::schedule) program: &'a Program,
    pub(in crate::schedule) ids: &'a Ids,
    /// The top-level variables, whose classes what comes back is of.
    pub(in crate::schedule) globals: &'a Globals,
}

/// What answers the threads of a worker that have asked objects here.
#[derive(Clone)]
pub(in crate::schedule) struct Replies {
    /// Nothing when it was closed.
    input: Arc<Mutex<Option<BufWriter<ChildStdin>>>>,
    shared: Arc<SharedObjects>,
}

impl Replies {
    /// What the worker and its session share.
    pub(in crate::schedule) fn shared(&self) -> &SharedObjects {
        &self.shared
    }

    /// Answers a thread. Blocks no longer than until the worker has read what came before.
    pub(in crate::schedule) fn send(
        &self,
        task: u64,
        end: Result<Value, Fault>,
        program: &Program,
    ) {
        let pack = |value: Value| Parcel::pack(&[value], program, &self.shared);
        let end = match end {
            Ok(value) => Ok(pack(value)),
            Err(fault) => Err(pack(Value::Error(Arc::new(fault)))),
        };
        if let Some(input) = &mut *self.input.lock() {
            // One that has ended needs no answer.
            let _ = write(input, &Order::Reply { task, end }).and_then(|()| input.flush());
        }
    }
}

/// What can end a worker from another thread of the host.
#[derive(Clone)]
pub(in crate::schedule) struct Killer(Arc<Mutex<std::process::Child>>);

impl Killer {
    /// Ends the worker at once; harmless when it has ended.
    pub(in crate::schedule) fn kill(&self) {
        // It may have ended by itself, which is as good.
        let _ = self.0.lock().kill();
    }

    /// Waits for the end of a worker that has closed its pipes, which it does as it ends; one that
    /// lives on without them is ended.
    fn await_end(&self) -> io::Result<ExitStatus> {
        for _ in 0..LOOKS {
            if let Some(status) = self.0.lock().try_wait()? {
                return Ok(status);
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        let mut process = self.0.lock();
        let _ = process.kill();
        process.wait()
    }
}

/// A worker that was started.
pub(in crate::schedule) struct Child {
    process: Killer,
    replies: Replies,
    output: BufReader<ChildStdout>,
    /// How many changes of the program it was sent.
    changes: usize,
}

impl Child {
    /// Starts a worker. Takes some milliseconds.
    ///
    /// # Errors
    /// When the host refuses.
    pub(in crate::schedule) fn start(executable: &Path, hello: &Hello) -> io::Result<Self> {
        let mut command = Command::new(executable);
        command
            .arg(WORKER_ARGUMENT)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        // Ctrl-C at the terminal is for the session, which ends its workers itself.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut process = command.spawn()?;
        let pipes = (process.stdin.take(), process.stdout.take());
        let process = Killer(Arc::new(Mutex::new(process)));
        let (Some(input), Some(output)) = pipes else {
            return Err(io::Error::other("a worker has no pipes"));
        };
        let mut input = BufWriter::new(input);
        write(&mut input, hello)?;
        Ok(Self {
            process,
            replies: Replies {
                input: Arc::new(Mutex::new(Some(input))),
                shared: Arc::new(SharedObjects::new(End::Starter)),
            },
            output: BufReader::new(output),
            changes: 0,
        })
    }

    /// What can end it.
    pub(in crate::schedule) fn killer(&self) -> Killer {
        self.process.clone()
    }

    /// What answers its threads.
    pub(in crate::schedule) fn replies(&self) -> Replies {
        self.replies.clone()
    }

    /// Has the worker make a call, and waits for its end; `show` gets what it shows meanwhile, and `ask` what
    /// its threads ask objects here.
    ///
    /// # Errors
    /// When the worker ends instead.
    pub(in crate::schedule) fn call(
        &mut self,
        task: &Task<'_>,
        mut show: impl FnMut(Said, Option<String>, Pos),
        mut ask: impl FnMut(Asked),
    ) -> io::Result<Result<Value, Fault>> {
        self.send(task)?;
        loop {
            match read(&mut self.output)? {
                Answer::Said { said, thread, pos } => show(said, thread, wire::pos(pos)),
                Answer::Asked(asked) => ask(asked),
                Answer::Ended(end) => {
                    let home = Some(task.globals);
                    let unpack = |parcel: Parcel| {
                        let shared = &self.replies.shared;
                        let values = parcel.unpack(task.program, task.ids, home, shared);
                        values.into_iter().next().unwrap_or_default()
                    };
                    return Ok(match end {
                        Ok(value) => Ok(unpack(value)),
                        Err(error) => Err(match unpack(error) {
                            Value::Error(fault) => Arc::unwrap_or_clone(fault),
                            _ => Fault::new(FaultKind::Internal("no error".into()), Pos::NONE),
                        }),
                    });
                }
            }
        }
    }

    fn send(&mut self, task: &Task<'_>) -> io::Result<()> {
        let mut input = self.replies.input.lock();
        let Some(input) = &mut *input else {
            return Err(io::ErrorKind::BrokenPipe.into());
        };
        for change in task.program.changes_from(self.changes) {
            if let Some(order) = order(change, task.program) {
                write(input, &order)?;
            }
            self.changes += 1;
        }
        let mut values = vec![Value::Function(task.function.clone())];
        values.extend_from_slice(task.args);
        let parcel = Parcel::pack(&values, task.program, &self.replies.shared);
        write(input, &Order::Call(parcel))?;
        input.flush()
    }

    /// Ends a worker and waits until it has ended.
    pub(in crate::schedule) fn end(self) {
        self.replies.input.lock().take();
        drop(self.output);
        let mut process = self.process.0.lock();
        // It ends when its input is closed; nothing shall wait here if it does not.
        let _ = process.kill();
        let _ = process.wait();
    }

    /// Ends a worker after an error on a pipe of it, and says what has happened: how it has ended,
    /// if that came first.
    pub(in crate::schedule) fn end_after(self, error: &io::Error) -> String {
        let is_closed = matches!(
            error.kind(),
            io::ErrorKind::UnexpectedEof
                | io::ErrorKind::BrokenPipe
                | io::ErrorKind::ConnectionReset
        );
        if !is_closed {
            self.end();
            return format!("cannot be understood: {error}");
        }
        let process = self.process.clone();
        self.replies.input.lock().take();
        drop(self.output);
        let status = process.await_end();
        status.map_or_else(|error| error.to_string(), how)
    }
}

/// The message by which a worker learns of a change of the program.
fn order(change: Change, program: &Program) -> Option<Order> {
    Some(match change {
        Change::Unit(number) => {
            let unit = program.unit(number)?;
            Order::Unit {
                name: unit.name.clone(),
                text: unit.text.to_string(),
                language: unit.language,
                kind: unit.kind.clone(),
            }
        }
        Change::Undefined(name, params) => Order::Undefine {
            name: program.name(name).text.to_string(),
            params: params as u32,
        },
        Change::Defined(name, params, id) => Order::Define {
            name: program.name(name).text.to_string(),
            params: params as u32,
            unit: id.unit,
            ordinal: id.ordinal,
        },
    })
}

/// How a process has ended, in words.
fn how(status: ExitStatus) -> String {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return format!("was ended by signal {signal}");
    }
    match status.code() {
        Some(code) => format!("ended with status {code}"),
        None => "ended".into(),
    }
}
