//! The facade: text in, reports and events out.
//!
//! Variables and functions live on between inputs. Fronts talk to this module only.

mod observers;
mod rehearsal;
mod worker;

use std::collections::{BTreeMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;

use parking_lot::Mutex;

use crate::event::Stream;
use crate::explore::{Explorer, Twin, source_hash};
use crate::host;
use crate::language::Diagnostic;
use crate::language::diagnostic::Code;
use crate::language::lower::{Catalogue, Lowered, TopLevel, lower};
use crate::language::parse::Parser;
use crate::language::python::hints;
use crate::library::{Library, catalogue};
use crate::program::Program;
use crate::schedule::{
    Heap, MAIN, MainEnd, ProcessSettings, Schedule, Seeded, Stepped, StopRequest, Until, Workers,
    WorkersConfig, World,
};
use crate::value::object::ObjectId;
use crate::value::{
    CodeId, Fault, Function, Held, Items, Literal, Object, Target, Value, debug_text, reach,
};
use crate::vm::{self, Binding, Natives};

use self::rehearsal::Back;

pub use self::rehearsal::{Earlier, Moment, Rehearsal};
pub use crate::runtime::threads::ThreadInfo;
pub use crate::schedule::WORKER_ARGUMENT;
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
        /// What the learner should know besides, a sentence each: locks that were released for
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
    /// By the learner. Where each thread was then.
    Interrupted(Vec<ThreadInfo>),
    /// Every thread waits for ever, or some wait for each other in a cycle.
    Deadlock(Vec<ThreadInfo>),
}

/// Why a text cannot be explored.
#[derive(Debug)]
pub enum NotExplorable {
    /// It is wrong.
    Rejected(Vec<Diagnostic>),
    /// These threads of earlier inputs still run, and would have to take part.
    Alive(Vec<ThreadInfo>),
    /// These threads still ran when the input began that is to be explored from its beginning.
    AliveThen(Vec<ThreadInfo>),
}

/// A top-level variable, for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// The type of its value.
    pub type_name: String,
    /// The value as `debug` shows it.
    pub text: String,
    /// Whether it is a constant.
    pub is_constant: bool,
}

/// Stops what a session runs; can be sent to another thread of the host.
#[derive(Clone)]
pub struct Stopper {
    /// What stops the scheduler of the moment; the session changes it with the scheduler.
    request: Arc<Mutex<StopRequest>>,
}

impl Stopper {
    /// Asks the running input to end: every thread of the script leaves its `with` blocks without
    /// waiting. Returns at once; harmless when nothing runs.
    pub fn stop(&self) {
        let request = self.request.lock().clone();
        request();
    }
}

/// One learner's session.
pub struct Session {
    config: Config,
    world: Arc<World>,
    schedule: Box<dyn Schedule>,
    stopper: Stopper,
    parser: Parser,
    prelude: HashSet<&'static str>,
    /// The texts of the inputs that ended with a value.
    accepted: Vec<String>,
    /// The last input of the prompt that ran.
    last_input: Option<Earlier>,
    last_seed: Option<u64>,
    /// For tests: see [`Session::perturb`].
    perturbation: Option<u64>,
}

impl Session {
    /// A session that writes its events to `stream`. Somebody has to read them.
    pub fn new(config: Config, stream: Arc<Stream>) -> Self {
        let world = new_world(&config, stream);
        Self::in_world(config, Arc::new(world))
    }

    fn in_world(config: Config, world: Arc<World>) -> Self {
        let seed = config.seed.unwrap_or_else(host::draw_seed);
        let schedule = new_schedule(&config, seed, &world, None);
        let stopper = Stopper {
            request: Arc::new(Mutex::new(schedule.stop_request())),
        };
        Self {
            config,
            world,
            schedule,
            stopper,
            parser: Parser::new(),
            prelude: HashSet::new(),
            accepted: Vec::new(),
            last_input: None,
            last_seed: Some(seed),
            perturbation: None,
        }
    }

    /// Runs one input to its end and says what became of it. Blocks for as long as that takes.
    pub fn run(&mut self, input: Input<'_>) -> Report {
        let bound_before = self.bindings();
        // A script has no second input that could look back at it.
        let before = (input.kind == InputKind::Prompt).then(|| Arc::new(self.moment()));
        let (function, mut warnings) = match self.accept(input) {
            Ok(accepted) => accepted,
            Err(diagnostics) => return Report::Rejected(diagnostics),
        };
        self.last_input = before.map(|before| Earlier {
            name: input.name.into(),
            text: input.text.into(),
            before,
        });
        let until = match input.kind {
            InputKind::Script => Until::AllThreads,
            InputKind::Prompt => Until::Main,
        };
        self.seed_run();
        let held_before = self.held_by_main();
        let end = self.schedule.run_main(function, until);
        let outcome = match end {
            MainEnd::Value(value) => Outcome::Value(value),
            MainEnd::Failed(fault) => Outcome::Failed(fault),
            MainEnd::Interrupted(threads) => Outcome::Interrupted(threads),
            MainEnd::Deadlock(threads) => Outcome::Deadlock(threads),
        };
        if matches!(outcome, Outcome::Value(_)) {
            self.accepted.push(input.text.into());
        }
        // What a call gave was a function after all, unless the run failed there.
        let failed_at = match &outcome {
            Outcome::Failed(fault) => fault.pos.line,
            _ => 0,
        };
        warnings.retain(|warning| {
            warning.code != Code::CalledFirst || warning.span.start.line == failed_at
        });
        let old_variables = self.old_variables(bound_before);
        let mut notices = self.schedule.notices();
        if matches!(outcome, Outcome::Interrupted(_) | Outcome::Deadlock(_)) {
            notices.extend(self.release_new(&held_before));
        }
        notices.extend(old_variables);
        Report::Ran {
            outcome,
            warnings,
            notices,
        }
    }

    /// Readies a text to be explored with the variables as they are now: see
    /// [`Session::rehearse`].
    ///
    /// # Errors
    /// What is wrong with the text, or which threads are in the way.
    pub fn explorer(
        &mut self,
        input: Input<'_>,
        ordered: bool,
    ) -> Result<Rehearsal, NotExplorable> {
        self.rehearse(input, None, ordered)
    }

    /// What the variables are now.
    pub fn moment(&self) -> Moment {
        Moment {
            world: self.world.clone(),
            heap: Mutex::new(Heap::take(&self.world)),
            alive: self.schedule.threads(),
        }
    }

    /// The last input of the prompt that ran, if there was one.
    pub fn last_input(&self) -> Option<&Earlier> {
        self.last_input.as_ref()
    }

    /// Readies a text to be explored, with the variables as they were at a moment of this session,
    /// or as they are now. They come back as they are now when the rehearsal is dropped; until then
    /// nothing else may run. With `ordered`, the order in which different threads print makes a
    /// difference.
    ///
    /// # Errors
    /// What is wrong with the text, or which threads are in the way.
    pub fn rehearse(
        &mut self,
        input: Input<'_>,
        from: Option<&Moment>,
        ordered: bool,
    ) -> Result<Rehearsal, NotExplorable> {
        let alive = self.schedule.threads();
        if !alive.is_empty() {
            return Err(NotExplorable::Alive(alive));
        }
        // What was before a reset is gone.
        let from = from.filter(|from| Arc::ptr_eq(&from.world, &self.world));
        if let Some(then) = from.filter(|from| !from.alive.is_empty()) {
            return Err(NotExplorable::AliveThen(then.alive.clone()));
        }
        let back = Back::to_now(&self.world);
        if let Some(from) = from {
            from.heap.lock().set_back(&self.world);
        }
        let is_first = self.world.program.next_unit() == Program::new().next_unit();
        let (function, _) = self.accept(input).map_err(NotExplorable::Rejected)?;
        let until = match input.kind {
            InputKind::Script => Until::AllThreads,
            InputKind::Prompt => Until::Main,
        };
        let source = source_hash(input.text, &self.config.args);
        let explorer = Explorer::new(self.world.clone(), function, until, ordered, source);
        // What an earlier input has left in the variables cannot be made a second time.
        let explorer = explorer.with_twin(is_first.then(|| self.twin(input)));
        Ok(Rehearsal {
            explorer,
            _back: back,
        })
    }

    /// Makes the program of an input again, in a world of its own that began like this one.
    fn twin(&self, input: Input<'_>) -> Twin {
        let config = Config {
            scheduler: Scheduler::Seeded,
            ..self.config.clone()
        };
        let (name, text, kind) = (input.name.to_string(), input.text.to_string(), input.kind);
        Arc::new(move || {
            let mut session = Self::new(config.clone(), Arc::new(Stream::new()));
            let (name, text) = (&*name, &*text);
            let (function, _) = session.accept(Input { name, text, kind }).ok()?;
            Some((session.world.clone(), function))
        })
    }

    /// Parses, lowers and adds a text; gives the function that runs it.
    fn accept(
        &mut self,
        input: Input<'_>,
    ) -> Result<(Arc<Function>, Vec<Diagnostic>), Vec<Diagnostic>> {
        let parsed = self.parser.parse(input.text)?;
        let top = match input.kind {
            InputKind::Script => TopLevel::Script,
            InputKind::Prompt => TopLevel::Prompt,
        };
        let program = &self.world.program;
        let lowered = lower(&parsed, input.name, input.text, program, &Names, top, false)?;
        let loaded = self.load_prelude(&lowered.mentioned);
        // A part of the prelude that came first has taken the number that this unit was lowered
        // for.
        let lowered = if loaded {
            lower(
                &parsed,
                input.name,
                input.text,
                &self.world.program,
                &Names,
                top,
                false,
            )?
        } else {
            lowered
        };
        let mut warnings = lowered.warnings.clone();
        warnings.extend(hints(input.text, catalogue::gives_awaitable));
        let unit = self.define(lowered);
        let function = Function {
            name: Literal::new("main"),
            target: Target::Code(CodeId { unit, ordinal: 0 }),
            captures: Held::default(),
            curried: Items::default(),
            environment: None,
        };
        Ok((Arc::new(function), warnings))
    }

    /// Adds what the prelude has for these names; says whether that was anything.
    fn load_prelude(&mut self, mentioned: &[String]) -> bool {
        let mut loaded = false;
        for (name, source) in Library::prelude_units(mentioned) {
            if !self.prelude.insert(name) {
                continue;
            }
            let lowered = self.parser.parse(source).and_then(|parsed| {
                let program = &self.world.program;
                lower(
                    &parsed,
                    name,
                    source,
                    program,
                    &Names,
                    TopLevel::Script,
                    true,
                )
            });
            match lowered {
                Ok(lowered) => {
                    self.define(lowered);
                    loaded = true;
                }
                // A test lowers every part of the prelude.
                Err(problems) => debug_assert!(false, "prelude {name}: {problems:?}"),
            }
        }
        loaded
    }

    /// Makes lowered code part of the program, and its functions those of their names.
    fn define(&self, mut lowered: Lowered) -> u32 {
        let defined = std::mem::take(&mut lowered.defined);
        let unit = self.add(lowered);
        for (name, params, id) in defined {
            self.world.program.define(name, params, id);
        }
        unit
    }

    /// Makes lowered code part of the program.
    fn add(&self, lowered: Lowered) -> u32 {
        let program = &self.world.program;
        // What a part of the prelude could observe counts when the learner's code calls it so.
        if !lowered.unit.is_prelude {
            let observed = self.world.observed();
            (self.world).set_observed(observers::add(observed, &lowered.unit, program));
        }
        let unit = program.add_unit(lowered.unit);
        for global in lowered.named_globals {
            program.global(global).name_by_function();
            if let Some(binding) = self.world.globals.get(global) {
                vm::publish(&Value::Cell(binding.cell.clone()));
            }
        }
        unit
    }

    /// The objects that main holds, as far as its variables lead to them.
    fn held_by_main(&self) -> BTreeMap<ObjectId, Arc<Object>> {
        let mut held = BTreeMap::new();
        for (_, binding) in self.bindings() {
            let mut seen = HashSet::new();
            reach(&binding.cell.load(), &mut seen, &mut |value| {
                if let Value::Object(object) = value
                    && object.state().is_held_by(MAIN)
                {
                    held.insert(object.id, object.clone());
                }
            });
        }
        held
    }

    /// Releases what main has taken since, because the input that took it is over; says so.
    fn release_new(&mut self, before: &BTreeMap<ObjectId, Arc<Object>>) -> Vec<String> {
        let held = self.held_by_main();
        let new = held.into_iter().filter(|(id, _)| !before.contains_key(id));
        new.map(|(_, object)| {
            // A re-entrant lock is held until it is released as often as it was acquired.
            while object.state().is_held_by(MAIN) {
                self.schedule.release(&object);
            }
            format!(
                "released for you: the {} made in {}",
                object.kind(),
                object.made_at
            )
        })
        .collect()
    }

    /// What each top-level name is bound to.
    fn bindings(&self) -> Vec<(u32, Arc<Binding>)> {
        let globals = self.world.program.globals();
        globals
            .filter_map(|(id, _)| Some((id, self.world.globals.get(id)?)))
            .collect()
    }

    /// Which live threads hold a variable whose name now means another one.
    fn old_variables(&self, before: Vec<(u32, Arc<Binding>)>) -> Vec<String> {
        let mut notices = Vec::new();
        for (id, old) in before {
            let now = self.world.globals.get(id);
            if now.is_none_or(|now| Arc::ptr_eq(&now.cell, &old.cell)) {
                continue;
            }
            let mut holders = Vec::new();
            for (info, handle) in self.schedule.handles() {
                let mut holds = false;
                reach(&Value::Object(handle), &mut HashSet::new(), &mut |value| {
                    holds |= matches!(value, Value::Cell(cell) if Arc::ptr_eq(cell, &old.cell));
                });
                if holds {
                    holders.push(info.name);
                }
            }
            if !holders.is_empty() {
                let name = &self.world.program.global(id).name;
                let holders = holders.join(", ");
                notices.push(format!(
                    "{holders} still uses the old `{name}`, not the new one"
                ));
            }
        }
        notices
    }

    /// Draws a new seed for the next run, unless one is fixed.
    fn seed_run(&mut self) {
        let seed = self.config.seed.unwrap_or_else(host::draw_seed);
        self.last_seed = Some(seed);
        self.schedule.set_seed(seed);
    }

    /// What can stop a running input from elsewhere.
    pub fn stopper(&self) -> Stopper {
        self.stopper.clone()
    }

    /// The threads that are alive, main included.
    pub fn threads(&self) -> Vec<ThreadInfo> {
        let mut threads = self.schedule.threads();
        if threads.first().is_none_or(|first| first.number != MAIN.0) {
            // Main is alive between inputs: it waits for the learner.
            threads.insert(0, ThreadInfo::at_prompt());
        }
        threads
    }

    /// The top-level variables, by name.
    pub fn variables(&self) -> Vec<Variable> {
        let mut variables: Vec<Variable> = self
            .world
            .program
            .globals()
            .filter_map(|(id, global)| {
                let binding = self.world.globals.get(id)?;
                let value = binding.cell.load();
                Some(Variable {
                    name: global.name.to_string(),
                    type_name: value.type_name(),
                    text: debug_text(&value),
                    is_constant: binding.is_constant,
                })
            })
            .collect();
        variables.sort_by(|a, b| a.name.cmp(&b.name));
        variables
    }

    /// The learner's functions as `name(parameters)`, by name.
    pub fn functions(&self) -> Vec<String> {
        let program = &self.world.program;
        let mut functions: Vec<String> = program
            .names()
            .flat_map(|name| {
                name.arities()
                    .into_iter()
                    .filter_map(move |argc| name.function(argc))
            })
            .filter(|id| program.unit(id.unit).is_some_and(|unit| !unit.is_prelude))
            .map(|id| program.code(id))
            .map(|code| {
                let params = code.variables.iter().take(code.params as usize);
                let params: Vec<&str> = params.map(|variable| variable.name.as_str()).collect();
                format!("{}({})", code.name.as_str(), params.join(", "))
            })
            .collect();
        functions.sort();
        functions
    }

    /// Stops the threads that run in the background and says which.
    pub fn stop_background(&mut self) -> Vec<ThreadInfo> {
        self.schedule.stop_all()
    }

    /// Stops all threads and forgets all variables and functions.
    pub fn reset(&mut self) {
        self.schedule.stop_all();
        self.world = Arc::new(new_world(&self.config, self.world.stream.clone()));
        self.prelude.clear();
        self.accepted.clear();
        self.last_input = None;
        self.replace_schedule();
    }

    /// Who decides when a thread runs.
    pub fn scheduler(&self) -> Scheduler {
        self.config.scheduler
    }

    /// Stops the background threads and goes on with another scheduler; variables stay.
    pub fn set_scheduler(&mut self, scheduler: Scheduler) {
        self.schedule.stop_all();
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
        *self.stopper.request.lock() = self.schedule.stop_request();
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

    /// The texts of all inputs that ended with a value, in order, for `:save`: the saved script
    /// shall run through.
    pub fn accepted(&self) -> Vec<String> {
        self.accepted.clone()
    }

    /// The text of an input by its name, for messages that point into it.
    pub fn text_of(&self, name: &str) -> Option<Arc<str>> {
        let program = &self.world.program;
        let units: Vec<_> = program.units().filter(|unit| !unit.is_prelude).collect();
        units
            .iter()
            .rev()
            .find(|unit| unit.name == name)
            .map(|unit| unit.text.clone())
    }

    /// The name of the input in which a fault lies.
    pub fn name_of_unit(&self, unit: u32) -> Option<String> {
        self.world.program.unit(unit).map(|unit| unit.name.clone())
    }
}

/// Variables, functions and objects: what a reset throws away.
fn new_world(config: &Config, stream: Arc<Stream>) -> World {
    let natives = || Box::new(Library::new()) as Box<dyn Natives + Send>;
    let mut world = World::new(Arc::new(Program::new()), stream, Box::new(natives));
    world.processes = ProcessSettings {
        executable: config.worker_executable.clone(),
        generation: 0,
    };
    let args = config
        .args
        .iter()
        .map(|arg| Value::from(arg.as_str()))
        .collect();
    world
        .globals
        .bind(world.program.global_id(ARGS), Value::array(args), true);
    world
}

/// The only place where the kind of scheduler matters.
fn new_schedule(
    config: &Config,
    seed: u64,
    world: &Arc<World>,
    perturbation: Option<u64>,
) -> Box<dyn Schedule> {
    let world = world.clone();
    let mut workers = match config.scheduler {
        Scheduler::Parallel => {
            WorkersConfig::parallel(config.workers.unwrap_or_else(host::cores), seed)
        }
        Scheduler::Gil => WorkersConfig::gil(seed),
        Scheduler::Seeded => {
            return Box::new(Stepped::new(Box::new(Seeded::new(seed)), world));
        }
    };
    workers.perturbation = perturbation;
    Box::new(Workers::new(workers, world))
}

/// The variable that holds the arguments of a script.
const ARGS: &str = "args";

/// The library's names, for the lowering.
struct Names;

impl Catalogue for Names {
    fn native(&self, name: &str) -> Option<u32> {
        catalogue::native_index(name)
    }

    fn constant(&self, name: &str) -> Option<&'static str> {
        catalogue::constant(name)
    }

    fn names(&self) -> Vec<&str> {
        catalogue::names().collect()
    }

    fn is_module(&self, name: &str) -> bool {
        catalogue::is_module(name)
    }

    fn changes_receiver(&self, name: &str) -> bool {
        catalogue::changes_receiver(name)
    }

    fn takes_awaitable(&self, name: &str, at: usize, is_array: bool) -> bool {
        catalogue::takes_awaitable(name, at, is_array)
    }

    fn is_variable(&self, name: &str) -> bool {
        name == ARGS
    }
}
