//! Calls in other processes: what goes along with a function, and what such a call finds.
//!
//! A pool of processes is given a copy of the function with the variables that it captures, of its
//! arguments, and of the top-level variables that it mentions. The copy is made when it is submitted,
//! so that it holds the values of that moment; each call gets a copy of its own of that, made here
//! or by way of a pipe.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Globals;
use super::fiber::Fiber;
use super::step::Machine;
use crate::pos::Pos;
use crate::program::Program;
use crate::runtime::object::Absent;
use crate::value::collection::Kind;
use crate::value::object::{Ids, TaskId, Verb};
use crate::value::{
    Cell, Class, CodeId, Copier, Environment, EnvironmentVariable, Fault, FaultKind, Function,
    Object, Objects, Target, UserClass, Value, leads_to, variable_name,
};

/// The top-level variables of a call that shares none with others, for a scheduler that plays the
/// processes itself.
#[derive(Debug)]
pub struct Isolated {
    /// The number of the process.
    pub process: TaskId,
    /// The handle of its main thread, which nobody outside has.
    pub main: Arc<Object>,
    /// The process that it was started in; nothing for the session's own.
    pub outer: Option<Arc<Isolated>>,
    /// Where in the text the call was asked for.
    pub asked_at: Pos,
    /// The numbers and names that its threads get.
    pub ids: Ids,
    /// Its variables.
    pub globals: Globals,
    /// The numbers of those that are bound.
    pub bound: Vec<u32>,
}

impl Isolated {
    /// What a call finds, and the call on copies of its own. What is copied was copied when it was
    /// submitted: nothing in it is refused.
    ///
    /// # Errors
    /// When too many processes have started each other.
    pub fn begin(
        (process, main, ids): (TaskId, Arc<Object>, Ids),
        outer: Option<Arc<Self>>,
        asked_at: Pos,
        function: &Function,
        args: &[Value],
        program: &Program,
    ) -> Result<(Self, Arc<Function>, Vec<Value>), FaultKind> {
        let generation = outer.as_ref().map_or(0, |outer| outer.generation());
        check_generation(generation + 1)?;
        let name_of = |function: &Function, index: usize| capture_name(program, function, index);
        let mut copier = Copier::new(&name_of);
        let mut function = copier.copy_function(function, "the task", Objects::Keep)?;
        let args: Result<Vec<Value>, _> = (args.iter())
            .map(|arg| copier.copy(arg, "the task", Objects::Keep))
            .collect();
        let globals = Globals::new();
        let mut bound = Vec::new();
        for variable in environment(function.environment.take()) {
            globals.bind_cell(variable.global, variable.cell, variable.is_constant);
            bound.push(variable.global);
        }
        let isolated = Self {
            process,
            main,
            outer,
            asked_at,
            ids,
            globals,
            bound,
        };
        Ok((isolated, Arc::new(function), args?))
    }

    /// How many processes have started each other before it and with it.
    pub fn generation(&self) -> u32 {
        self.with_outer().count() as u32
    }

    /// Whether it is this process, or one that was started below it.
    pub fn is_within(&self, process: TaskId) -> bool {
        self.with_outer().any(|one| one.process == process)
    }

    /// Itself, and the processes that it was started in, innermost first.
    pub fn with_outer(&self) -> impl Iterator<Item = &Self> {
        std::iter::successors(Some(self), |one| one.outer.as_deref())
    }

    /// Marks its variables as shared: a second thread runs in the process.
    pub fn publish(&self) {
        self.main.publish();
        for global in &self.bound {
            if let Some(binding) = self.globals.get(*global) {
                crate::value::publish(&Value::Cell(binding.cell.clone()));
            }
        }
    }
}

/// How deep processes may start processes: a mistake in a recursion shall not fill the machine.
const MAX_GENERATIONS: u32 = 4;

/// Refuses to start a process of this generation; 1 is what a session starts itself.
///
/// # Errors
/// When too many have started each other.
pub fn check_generation(generation: u32) -> Result<(), FaultKind> {
    if generation <= MAX_GENERATIONS {
        return Ok(());
    }
    Err(FaultKind::misuse(
        Class::RuntimeError,
        &format!("a process would start processes in generation {generation}"),
        &format!("processes start processes at most {MAX_GENERATIONS} deep"),
        "make the pool in the first process and submit from there",
    ))
}

/// The variables that a function takes along.
pub fn environment(taken: Option<Arc<Environment>>) -> Vec<EnvironmentVariable> {
    taken.map_or_else(Vec::new, |taken| Arc::unwrap_or_clone(taken).variables)
}

/// The class that a top-level variable of its own name holds: what a class that arrives by this name is.
pub fn class_named(name: &str, program: &Program, globals: &Globals) -> Option<Arc<UserClass>> {
    let own = program.find_global(name);
    let own = own.or_else(|| program.find_global(&variable_name(name)));
    let binding = globals.get(own?)?;
    match binding.cell.load() {
        Value::Reference(one) if one.kind == Kind::Class => one
            .class
            .clone()
            .filter(|class| class.name.as_str() == name),
        _ => None,
    }
}

/// A copy of what a task has given or failed by, for the one who submitted it, in the process whose
/// top-level variables are those of `home`, when that is known here. That a thread was
/// stopped is no error of the task's, and stays what it is.
///
/// # Errors
/// The task's, or that its value cannot leave its process; as the process reports it.
pub fn copy_end(
    end: Result<Value, Fault>,
    program: &Program,
    home: Option<&Globals>,
) -> Result<Value, Box<Fault>> {
    let name_of = |function: &Function, index: usize| capture_name(program, function, index);
    let of_home = |name: &str| class_named(name, program, home?);
    let mut copier = Copier::new(&name_of).for_home(&of_home);
    match end {
        Ok(value) => copier
            .copy(&value, "the task's result", Objects::Refuse)
            .map_err(|kind| Box::new(Fault::new(kind.reported(), Pos::NONE))),
        Err(mut fault) => {
            fault.kind = match &fault.kind {
                FaultKind::Thrown(value) => {
                    let copy = copier.copy(value, "what the task has thrown", Objects::Refuse);
                    copy.map_or_else(|kind| kind.reported(), FaultKind::Thrown)
                }
                kind if kind.is_reported() => kind.reported(),
                kind => kind.clone(),
            };
            Err(Box::new(fault))
        }
    }
}

fn capture_name(program: &Program, function: &Function, index: usize) -> String {
    let name = match function.target {
        Target::Code(id) => program.code(id).capture_names.get(index),
        Target::Named(_) => None,
    };
    name.map_or_else(String::new, |name| name.as_str().into())
}

/// The function that a request to a pool of processes copies, with all that follows: the first
/// argument.
fn copied(verb: Verb, args: &[Value]) -> Option<&Arc<Function>> {
    match (verb, args.first()) {
        (Verb::Submit | Verb::Map | Verb::Fork, Some(Value::Function(function))) => Some(function),
        _ => None,
    }
}

impl Fiber {
    /// Whether the fiber is about to make a request to a pool of processes.
    pub fn gives_copies(&self, program: &Program) -> bool {
        let gives = |object: &Arc<Object>, verb: Verb, args: &[Value]| {
            object.takes_copies() && (object.is_for_processes() || copied(verb, args).is_some())
        };
        self.with_asking(program, gives).unwrap_or(false)
    }

    /// The variables that others can reach and that the request reads, to copy them, before which
    /// the fiber stands, if it is one to a pool of processes: with their names.
    pub fn copies_variables(
        &self,
        program: &Program,
        globals: &Globals,
    ) -> Vec<(String, Arc<Cell>)> {
        let variables = self.with_asking(program, |object, verb, args| {
            if object.is_for_processes() {
                return Some(published_within(args));
            }
            let function = copied(verb, args).filter(|_| object.takes_copies())?;
            let captures = function.captures.iter().enumerate();
            let mut found: Vec<(String, Arc<Cell>)> = captures
                .map(|(index, cell)| (capture_name(program, function, index), cell.clone()))
                .collect();
            let mut mentioned = Mentioned::new(program, globals);
            args.iter().for_each(|arg| mentioned.value(arg));
            for global in mentioned.finish() {
                let name = program.global(global).name.to_string();
                let binding = globals.get(global);
                found.extend(binding.map(|binding| (name, binding.cell.clone())));
            }
            found.retain(|(_, cell)| cell.is_published());
            Some(found)
        });
        variables.flatten().unwrap_or_default()
    }
}

/// The variables that others can reach and that copying these values reads: the contents of lists and the
/// like, named by what they are.
fn published_within(values: &[Value]) -> Vec<(String, Arc<Cell>)> {
    let mut found: Vec<(String, Arc<Cell>)> = Vec::new();
    let mut met = BTreeSet::new();
    let mut rest: Vec<Value> = values.to_vec();
    while let Some(value) = rest.pop() {
        let cell = match &value {
            Value::Reference(one) => Some((value.type_name().to_string(), &one.contents)),
            Value::Cell(cell) => Some(("variable".into(), cell)),
            // It is not copied.
            Value::Object(_) => continue,
            _ => None,
        };
        if let Some((name, cell)) = cell {
            if !met.insert(Arc::as_ptr(cell) as usize) {
                continue;
            }
            if cell.is_published() {
                found.push((name, cell.clone()));
            }
        }
        leads_to(&value, &mut |part| rest.push(part.clone()));
    }
    found
}

impl Machine<'_, '_> {
    /// A value that another process may have given: its classes are those of this one.
    pub(super) fn arrived(&self, value: Value) -> Result<Value, FaultKind> {
        if !leads_on(&value) {
            return Ok(value);
        }
        let (program, globals) = (self.env.program, self.env.globals);
        let name_of = |function: &Function, index: usize| capture_name(program, function, index);
        let of_home = |name: &str| class_named(name, program, globals);
        let mut copier = Copier::new(&name_of).for_home(&of_home);
        copier.copy(&value, "what has arrived", Objects::Keep)
    }

    /// The arguments of a request to a pool of processes or to what processes share, as copies.
    pub(super) fn copies(
        &self,
        object: &Object,
        verb: Verb,
        args: &[Value],
    ) -> Result<Vec<Value>, FaultKind> {
        let (program, globals, ids) = (self.env.program, self.env.globals, self.env.ids);
        let name_of = |function: &Function, index: usize| capture_name(program, function, index);
        if object.is_for_processes() {
            let mut copier = Copier::new(&name_of);
            let copies = args.iter().map(|arg| match leads_on(arg) {
                true => copier.copy(arg, "what was given", Objects::Refuse),
                false => Ok(arg.clone()),
            });
            return copies.collect();
        }
        let Some(function) = copied(verb, args) else {
            return Ok(args.to_vec());
        };
        let pos = self.fiber.pos(program);
        let stand_in = |variable: &str, object: &Arc<Object>| match object.kind() {
            // It stands for what it stood for already.
            Absent::KIND => Value::Object(object.clone()),
            kind => Value::Object(Object::new(ids, pos, Absent::new(variable, kind))),
        };
        let mut copier = Copier::new(&name_of);
        // A process begins as a copy of this one, with all that it does not touch.
        let is_fork = verb == Verb::Fork;
        let objects = match is_fork {
            true => Objects::Replace(&stand_in),
            false => Objects::Refuse,
        };
        let mut copy = copier.copy_function(function, "the function", objects)?;
        let mut given = Vec::with_capacity(args.len());
        for (index, arg) in args[1..].iter().enumerate() {
            let place = match verb {
                Verb::Submit => format!("argument {} of the task", index + 1),
                _ => format!("input {} of the map", index + 1),
            };
            given.push(copier.copy(arg, &place, Objects::Refuse)?);
        }
        let mut mentioned = Mentioned::new(program, globals);
        mentioned.has_shared = is_fork;
        args.iter().for_each(|arg| mentioned.value(arg));
        let mut variables = Vec::new();
        for global in mentioned.finish() {
            let Some(binding) = globals.get(global) else {
                continue;
            };
            let variable = EnvironmentVariable {
                global,
                cell: binding.cell.clone(),
                is_constant: binding.is_constant,
            };
            let name = &program.global(global).name;
            variables.push(copier.copy_variable(&variable, name, Objects::Replace(&stand_in))?);
        }
        copy.environment = Some(Arc::new(Environment { variables }));
        let mut copies = vec![Value::Function(Arc::new(copy))];
        copies.extend(given);
        Ok(copies)
    }
}

/// Whether a copy of a value could be told from the value, or one of its parts.
fn leads_on(value: &Value) -> bool {
    match value {
        Value::Function(_)
        | Value::Cell(_)
        | Value::Array(_)
        | Value::Map(_)
        | Value::Reference(_)
        | Value::Collection(_)
        | Value::Error(_)
        | Value::Object(_)
        | Value::Foreign(_) => true,
        Value::Unit
        | Value::Bool(_)
        | Value::Int(_)
        | Value::Float(_)
        | Value::Char(_)
        | Value::Literal(_)
        | Value::Str(_)
        | Value::Blob(_)
        | Value::Range(_) => false,
    }
}

/// The top-level variables that code mentions, and the code that it can come to by name.
struct Mentioned<'a> {
    program: &'a Program,
    globals: &'a Globals,
    found: BTreeSet<u32>,
    seen: BTreeSet<CodeId>,
    /// The addresses of variables and functions that were met.
    met: BTreeSet<usize>,
    /// What was found and not yet looked into.
    codes: Vec<CodeId>,
    values: Vec<Value>,
    /// Whether what processes share was among that: any function may come through it.
    has_shared: bool,
}

impl<'a> Mentioned<'a> {
    fn new(program: &'a Program, globals: &'a Globals) -> Self {
        Self {
            program,
            globals,
            found: BTreeSet::new(),
            seen: BTreeSet::new(),
            met: BTreeSet::new(),
            codes: Vec::new(),
            values: Vec::new(),
            has_shared: false,
        }
    }

    /// Any function in it may be called.
    fn value(&mut self, value: &Value) {
        if let Value::Object(object) = value {
            self.has_shared |= object.is_for_processes();
        }
        let leads_on = match value {
            Value::Function(function) => self.met.insert(Arc::as_ptr(function) as usize),
            Value::Cell(cell) => self.met.insert(Arc::as_ptr(cell) as usize),
            Value::Array(_) | Value::Map(_) | Value::Reference(_) | Value::Collection(_) => true,
            _ => false,
        };
        if leads_on {
            self.values.push(value.clone());
        }
    }

    fn look_into(&mut self, value: &Value) {
        if let Value::Function(function) = value {
            match function.target {
                Target::Code(id) => self.code(id),
                Target::Named(name) => self.name(name),
            }
        }
        leads_to(value, &mut |part| self.value(part));
    }

    fn code(&mut self, id: CodeId) {
        if self.seen.insert(id) {
            self.codes.push(id);
        }
    }

    fn name(&mut self, id: u32) {
        let name = self.program.name(id);
        for count in name.arities() {
            if let Some(code) = name.function(count) {
                self.code(code);
            }
        }
        name.typed().for_each(|typed| self.name(typed));
        // A call by name finds a variable that holds a function, too.
        if let Some(global) = self.program.find_global(&name.text) {
            self.global(global);
        }
    }

    fn global(&mut self, global: u32) {
        if self.found.insert(global)
            && let Some(binding) = self.globals.get(global)
        {
            self.value(&Value::Cell(binding.cell.clone()));
        }
    }

    /// Follows all that was found to its end.
    fn finish(mut self) -> BTreeSet<u32> {
        loop {
            if let Some(value) = self.values.pop() {
                self.look_into(&value);
                continue;
            }
            let Some(id) = self.codes.pop() else {
                if std::mem::take(&mut self.has_shared) {
                    let (program, globals) = (self.program, self.globals);
                    let numbers = program.globals().map(|(number, _)| number);
                    numbers.for_each(|global| {
                        if globals.get(global).is_some() {
                            self.global(global);
                        }
                    });
                    continue;
                }
                break;
            };
            let code = self.program.code(id);
            code.globals.iter().for_each(|global| self.global(*global));
            code.names.iter().for_each(|name| self.name(*name));
            code.sites.iter().for_each(|site| self.name(site.name));
            for closure in &code.closures {
                self.code(closure.code);
            }
        }
        self.found
    }
}
