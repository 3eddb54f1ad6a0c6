//! The virtual machine: runs fibers of the script, each resumable at any instruction.
//!
//! A *fiber* is what the machine runs for one thread of the script: registers and frames, plain
//! data. [`step()`] runs one until it has used up its fuel, waits, ends, or, in the stepped modes,
//! is about to execute a *visible operation*: one that another thread could notice.
//!
//! The machine knows no scheduler: it says why it stopped ([`Stop`]) and gives what objects want
//! done ([`Effects`]) to its [`Services`]. It knows no library: it asks [`Natives`]. One file, as it is one
//! interface: what the machine says and what it asks for.

mod arithmetic;
mod ask;
mod call;
mod fiber;
mod generator;
mod globals;
mod instance;
mod isolated;
mod iterate;
mod joins;
mod likeness;
mod look;
mod method;
mod observations;
mod operator;
mod place;
mod prospect;
mod quick;
mod reference;
mod step;
mod touch;
mod unwind;
mod variable;
mod visible;
mod window;
mod written;

use std::sync::Arc;
use std::time::Duration;

use crate::event::Written;
use crate::pos::Pos;
use crate::program::code::PathSegment;
use crate::program::op::{BinaryOp, UnaryOp};
use crate::program::signature::NamedArguments;
use crate::program::{Language, Program};
use crate::value::collection::Kind;
use crate::value::object::{Effects, Ids, TaskId, Time, Verb};
use crate::value::operation::Notices;
use crate::value::{
    Class, Fault, FaultKind, Function, Limit, Literal, Object, Origin, Range, Reference, Value,
};

pub use fiber::Fiber;
pub use generator::{end_of_generator, is_end, is_generator};
pub use globals::{Binding, Globals};
pub use isolated::{Isolated, check_generation, class_named, copy_end, environment};
pub use joins::Joins;
pub use likeness::LivenessCache;
pub use observations::{Identified, Observations, Observed};
pub use prospect::Prospect;
pub use step::step;
pub use touch::{Instruction, Touch};
pub use visible::{COPY_OF, VariableAccess};

/// Why [`step()`] has stopped.
#[derive(Debug)]
pub enum Stop {
    /// The fuel is spent; the fiber can go on at once.
    Fuel,
    /// It is about to execute a visible operation and has not been allowed to do it (stepped only).
    Visible,
    /// It waits: until it is woken ([`Fiber::wake`]), or for at most a time.
    Wait(Wait),
    /// Its function has returned this value.
    Finished(Value),
    /// It ended by this error. It lies in a box: a stop is handed on at each switch.
    Failed(Box<Fault>),
}

/// What a fiber waits for.
#[derive(Clone, Debug)]
pub struct Wait {
    /// The object that will wake it; nothing for a sleep.
    pub object: Option<Arc<Object>>,
    /// The longest time; nothing for ever.
    pub limit: Option<Duration>,
    /// Whether the fiber was woken by [`Wake::Retry`](crate::value::object::Wake::Retry), asked
    /// again, and waits again: a deadline that it had before still counts.
    pub renewed: bool,
}

/// What a stepped fiber is about to execute.
#[derive(Clone, Debug)]
pub struct Visible {
    /// Where in the text.
    pub pos: Pos,
    /// What it would do.
    pub action: Action,
    /// How an operation on an object is written there, as far as that can be said.
    pub written: Written,
}

/// A visible operation, as data: for policies, the event log and race detection.
#[derive(Clone, Debug)]
pub enum Action {
    /// Reads a shared place.
    Read(SharedPlace),
    /// Writes a shared place.
    Write(SharedPlace),
    /// One atomic method of a shared place (`push`), which reads it.
    Method {
        /// The place.
        place: SharedPlace,
        /// The method.
        name: String,
        /// Whether it may change what is there.
        writes: bool,
    },
    /// An operation on a runtime object.
    Object(Arc<Object>, Verb),
    /// A print.
    Print,
    /// Sleeping.
    Sleep,
    /// Ending, where others can notice it.
    End,
    /// Anything else that others can notice, by its name: `threads`.
    Other(&'static str),
}

/// A place in a shared variable.
#[derive(Clone, Debug)]
pub struct SharedPlace {
    /// The variable's name, for people.
    pub name: String,
    /// The cell's identity (its address).
    pub cell: usize,
    /// The keys below it, outermost first.
    pub keys: Vec<Value>,
}

/// An access to a place in a variable that several threads can reach, about to be done.
#[derive(Clone, Copy, Debug)]
pub struct SharedAccess<'a> {
    /// Where the variable was declared.
    pub origin: Origin,
    /// The keys below it.
    pub path: Path<'a>,
    /// Whether it may change what is there.
    pub writes: bool,
}

/// The keys that lead from a variable to a place.
#[derive(Clone, Copy, Debug, Default)]
pub struct Path<'a> {
    /// The keys of the place that `this` is bound to, where the path begins at `this`.
    pub bound: &'a [Value],
    /// The keys of the chain.
    pub keys: &'a [PathSegment],
    /// The method that is looked for there.
    pub method: Option<Literal>,
}

impl<'a> Path<'a> {
    /// The keys of a chain.
    pub fn new(bound: &'a [Value], keys: &'a [PathSegment]) -> Self {
        let method = None;
        Self {
            bound,
            keys,
            method,
        }
    }
}

/// What `eval` finds where the code of a program is settled.
pub fn no_eval() -> FaultKind {
    FaultKind::misuse(
        Class::RuntimeError,
        "`eval` while a program is explored, or in a worker process",
        "`eval` in a script that is run, in its own process",
        "run the script without exploring it, or write what is evaluated as a function",
    )
}

/// What `input` finds where nobody can be asked.
pub const NOT_HERE: FaultKind = FaultKind::NoInput {
    why: "nobody can be asked for a line here",
    advice: "give the lines that `input` reads in a file: `--input FILE`",
};

/// What the machine needs from the scheduler that runs it.
pub trait Services: Time {
    /// Carries out what an object wants: wakes and starts threads. Called right after the
    /// operation, and only when there is something to do.
    ///
    /// # Errors
    /// The limit, when there are too many threads now; all was carried out all the same.
    fn carry_out(&mut self, effects: &mut Effects) -> Result<(), Limit>;

    /// Seconds since the session began, in the time of the scheduler.
    fn now(&mut self) -> f64;

    /// A number below `bound` from the scheduler's seed.
    fn random(&mut self, bound: u64) -> u64;

    /// A line printed by the script, without its line end; none follows one that is open.
    ///
    /// # Errors
    /// The limit, when too much was printed.
    fn print(&mut self, task: TaskId, text: String, is_open: bool, pos: Pos) -> Result<(), Limit>;

    /// A text that the script writes to standard error, with its line ends.
    ///
    /// # Errors
    /// The limit, when too much was printed.
    fn print_error(&mut self, task: TaskId, text: String, pos: Pos) -> Result<(), Limit>;

    /// A function that does what a text says.
    ///
    /// # Errors
    /// What is wrong with the text, or that there can be no new code.
    fn compile(&mut self, text: &str) -> Result<Arc<Function>, FaultKind>;

    /// The text of a file that the script may read.
    ///
    /// # Errors
    /// Why it may not, or what the host says.
    fn read_file(&mut self, path: &str) -> Result<String, FaultKind>;

    /// The next line of the session's input, without its end; nothing when none is there yet. May
    /// wait for it only where nothing else can run meanwhile.
    ///
    /// # Errors
    /// [`FaultKind::NoInput`] when there is none to come.
    fn read_line(&mut self) -> Result<Option<String>, FaultKind>;

    /// The handle of a running thread.
    fn handle(&mut self, task: TaskId) -> Option<Arc<Object>>;

    /// What a thread is called, also one that has ended.
    fn name(&mut self, task: TaskId) -> String;

    /// The handles of all threads that have started and not ended, in the order of their numbers.
    fn threads(&mut self) -> Vec<Arc<Object>>;

    /// The number of the process.
    fn pid(&mut self) -> u64;

    /// Whether a stepped fiber stops before this access to a variable that several threads can reach.
    /// When not, no other thread can notice the access, and it is done.
    fn sees(&mut self, _task: TaskId, _access: &SharedAccess<'_>) -> bool {
        true
    }

    /// How many accesses a stepped run has passed over, where that is noted.
    fn passed_over(&self) -> usize {
        0
    }

    /// Those behind the first so many belong to a step, which is noted as such.
    fn belong_to_step(&mut self, _first: usize) {}

    /// Whether a stepped fiber stops before asking `object` this, with so many arguments.
    fn sees_call(&mut self, _task: TaskId, object: &Arc<Object>, verb: Verb, argc: usize) -> bool {
        !object.operation(verb).is_private(argc)
    }

    /// Whether a stepped fiber stops before it makes text of these objects, which says what state they
    /// are in.
    fn sees_text(&mut self, _task: TaskId, _objects: &[Arc<Object>]) -> bool {
        false
    }

    /// Whether every function that is given an object is expected to tell what state that is in.
    fn expects_text(&mut self) -> bool {
        false
    }

    /// What a function or an operation has told of objects in a stepped run; `is_expected` when it was
    /// a step for that.
    fn has_told(&mut self, _told: Notices, _is_expected: bool) {}

    /// An error begins to leave the functions of a thread, which may catch it. `ahead` is what the thread
    /// might have done otherwise.
    fn has_raised(&mut self, _task: TaskId, _fault: &Fault, _ahead: Vec<Prospect>) {}

    /// An operation on an object has made text of unknown objects in a stepped run.
    fn has_shown(&mut self) {}

    /// A thread is given this error in a stepped run, whose words it can look at.
    fn sees_fault(&mut self, _kind: &FaultKind) {}

    /// The library's function of this name has given a number or a name in a stepped run.
    fn has_made(&mut self, _task: TaskId, _name: &str) {}

    /// Whether a stepped fiber stops before it makes something that gets a number or a name, by the
    /// library's function of this name.
    fn sees_making(&mut self, _task: TaskId, _name: &str) -> bool {
        false
    }

    /// Whether a stepped fiber stops before it binds a top-level name that functions mention anew.
    fn sees_binding(&mut self, _task: TaskId, _origin: Origin) -> bool {
        false
    }

    /// Whether anybody wants [`Services::note`].
    fn is_listening(&self) -> bool {
        false
    }

    /// Whether the thread that runs works in another process, and what it does with its copies of
    /// variables is to be reported, although no other thread can notice it.
    fn tells_copies(&self) -> bool {
        false
    }

    /// Something visible has happened: what, and the value read, written or answered. Called only
    /// when [`Services::is_listening`].
    fn note(&mut self, _task: TaskId, _visible: &Visible, _value: &Value) {}
}

/// What a native function has done.
#[derive(Debug)]
pub enum NativeResult {
    /// It gives this value.
    Value(Value),
    /// The call shall be answered by calling this function with these arguments.
    Call(Arc<Function>, Vec<Value>),
    /// The same for anything that can be called, with arguments some of which have names.
    CallAny(Value, Vec<Value>, NamedArguments),
    /// The call of a function, with a value as `this`, which the function may change for itself.
    CallOn(Value, Arc<Function>, Vec<Value>),
    /// The next value of a generator, in which `yield` gives this value, or raises this error.
    Resume(Arc<Reference>, Result<Value, FaultKind>),
    /// Only the machine can do it.
    Intrinsic(Intrinsic),
}

/// What a native function can only ask the machine for.
#[derive(Clone, Debug)]
pub enum Intrinsic {
    /// Prints a line, or a part of one that stays open. A visible operation.
    Print {
        /// What is printed, without the line end.
        text: String,
        /// Whether no line end follows.
        is_open: bool,
    },
    /// Writes this text to standard error. A visible operation.
    Note(String),
    /// Waits for this time. A visible operation.
    Sleep(Duration),
    /// Gives the seconds since the session began.
    Now,
    /// Gives the handle of the thread that asks.
    CurrentThread,
    /// Gives the handles of all running threads. A visible operation.
    Threads,
    /// Does what this text says, and gives its value.
    Eval(String),
    /// Gives the text of this file. Nobody changes it meanwhile, as far as the script knows.
    ReadFile(String),
    /// Gives the next line of the session's input, or `()` when there is none yet. A visible operation.
    ReadLine,
    /// Gives what is drawn with the scheduler's seed.
    Random(Draw),
    /// Calls the function with the arguments, on `this` where given.
    Call(Arc<Function>, Vec<Value>),
    /// Whether there is a top-level variable of this name.
    IsDefined(String),
    /// Gives the number of the process.
    Pid,
    /// Asks the object, which answers, or wakes the thread with an answer, but never has it ask
    /// again. A visible operation, like every other of the object's.
    Ask(Arc<Object>, Verb, Vec<Value>),
}

/// What can be drawn.
#[derive(Clone, Debug)]
pub enum Draw {
    /// One number of a range that is not empty.
    Number(Range),
    /// A float from the first to before the second.
    Float(f64, f64),
    /// One of these items, of which there is at least one.
    Item(Vec<Value>),
}

/// How far a function looks into the collections that it is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LooksInto {
    /// It only passes them on.
    Nothing,
    /// It takes the items of each, and does not look into those.
    Outermost,
    /// It may look into whatever they lead to.
    Everything,
}

/// What a method does to the collection that it is called on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OnCollection {
    /// Whether it leaves it as it is.
    pub keeps: bool,
    /// Whether it takes the items of collections that it is given: they are read before it, each in a
    /// step of its own.
    pub takes_items: bool,
    /// Whether it compares items, or shows them: it looks into whatever they lead to.
    pub looks_into: bool,
}

impl OnCollection {
    /// Nobody knows what it does.
    pub const UNKNOWN: Self = Self {
        keeps: false,
        takes_items: false,
        looks_into: true,
    };
}

/// The library of native functions, as the machine sees it.
pub trait Natives {
    /// Calls entry `native` of the catalogue. `args` may be taken.
    ///
    /// # Errors
    /// Whatever the function finds wrong.
    fn call(
        &mut self,
        native: u32,
        args: &mut [Value],
        ctx: &mut NativeCtx<'_>,
    ) -> Result<NativeResult, FaultKind>;

    /// Calls a function that is not in the catalogue but may be one of Rhai's own.
    ///
    /// # Errors
    /// [`FaultKind::UnknownFunction`] when there is none for these arguments, or the function's.
    fn call_named(&mut self, name: &str, args: &mut [Value]) -> Result<Value, FaultKind>;

    /// Calls the method `name` of `receiver`, which it may change in place. Never blocks.
    ///
    /// # Errors
    /// [`FaultKind::UnknownFunction`] when there is none for these types, or the method's.
    fn method(
        &mut self,
        dialect: Language,
        name: &str,
        receiver: &mut Value,
        args: &mut [Value],
        ctx: &mut NativeCtx<'_>,
    ) -> Result<NativeResult, FaultKind>;

    /// Whether the method `name`, which changes values of some types, leaves `receiver` as it is.
    fn keeps(&self, _name: &str, _receiver: &Value) -> bool {
        false
    }

    /// Why an object of this kind has no such method, with what to write instead.
    fn unknown_method(&mut self, kind: &str, name: &str) -> FaultKind {
        FaultKind::UnknownFunction {
            signature: format!("{kind}.{name}"),
            advice: None,
            is_known: false,
        }
    }

    /// Whether the function or method of this name may make text of what it is given: then what state
    /// an object among that is in matters.
    fn makes_text(&self, _name: &str) -> bool {
        true
    }

    /// Calls the method `name` of what is in a collection, which it may change in place; nothing when that
    /// has none for these arguments. What it makes is made at this place of the text.
    fn method_of_collection(
        &mut self,
        _name: &str,
        _contents: &mut Value,
        _args: &mut [Value],
        _pos: Pos,
    ) -> Option<Result<Value, FaultKind>> {
        None
    }

    /// What the method of this name does to a collection of this kind, and to what it is given.
    fn on_collection(&self, _kind: Kind, _name: &str) -> OnCollection {
        OnCollection::UNKNOWN
    }

    /// How far the function of this name looks into the collections that it is given.
    fn looks_into(&self, _name: &str) -> LooksInto {
        LooksInto::Everything
    }

    /// Whether the function of this name prints what it is given.
    fn prints(&self, _name: &str) -> bool {
        false
    }

    /// `a op b` for types that the machine does not treat itself.
    ///
    /// # Errors
    /// Overflow and the like, or that there is no such operator for these types.
    fn binary(
        &mut self,
        dialect: Language,
        op: BinaryOp,
        a: &Value,
        b: &Value,
    ) -> Result<Value, FaultKind>;

    /// `target op= operand` for types that the machine does not treat itself.
    ///
    /// # Errors
    /// As for `binary`; `target` is unchanged then.
    fn update(
        &mut self,
        dialect: Language,
        op: BinaryOp,
        target: &mut Value,
        operand: &Value,
    ) -> Result<(), FaultKind> {
        *target = self.binary(dialect, op, target, operand)?;
        Ok(())
    }

    /// `op a` for types that the machine does not treat itself.
    ///
    /// # Errors
    /// As for `binary`.
    fn unary(&mut self, dialect: Language, op: UnaryOp, a: &Value) -> Result<Value, FaultKind>;

    /// The property `name` of a value that is neither map nor object.
    ///
    /// # Errors
    /// [`FaultKind::UnknownProperty`] when it has none of that name.
    fn property(&mut self, value: &Value, name: &str) -> Result<Value, FaultKind>;

    /// Sets the property `name` of a value that is neither map nor object.
    ///
    /// # Errors
    /// [`FaultKind::UnknownProperty`] when it has none of that name.
    fn set_property(&mut self, value: &mut Value, name: &str, new: Value) -> Result<(), FaultKind>;
}

/// What a native function may use.
pub struct NativeCtx<'a> {
    /// The program, for the names of functions.
    pub program: &'a Program,
    /// Makes numbers for new objects.
    pub ids: &'a Ids,
    /// The thread that calls.
    pub task: TaskId,
    /// The event loop whose task it is, if it is one.
    pub event_loop: Option<&'a Arc<Object>>,
    /// Where in the text.
    pub pos: Pos,
    /// In which dialect the call stands.
    pub dialect: Language,
}

impl NativeCtx<'_> {
    /// Makes a new runtime object around `primitive`.
    pub fn make(&self, primitive: impl crate::value::object::Primitive + 'static) -> Value {
        Value::Object(Object::new(self.ids, self.pos, primitive))
    }
}

/// Everything a fiber runs in.
pub struct Env<'a> {
    /// The code.
    pub program: &'a Program,
    /// The top-level variables.
    pub globals: &'a Globals,
    /// The source of object numbers.
    pub ids: &'a Ids,
    /// The library.
    pub natives: &'a mut dyn Natives,
    /// The scheduler.
    pub services: &'a mut dyn Services,
    /// What objects want done; empty between operations.
    pub effects: &'a mut Effects,
}
