//! The facade: text in, reports and events out.
//!
//! Variables and functions live on between inputs. Fronts talk to this module only.

mod episode;
mod evaluation;
mod modules;
mod rehearsal;
mod worker;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;

use crate::event::Stream;
use crate::host;
use crate::language::Diagnostic;
use crate::language::diagnostic::{Code, Span};
use crate::language::lower::{Catalogue, Lowered, TopLevel, lower};
use crate::language::modules::Modules;
use crate::language::parse::{Parsed, Parser};
use crate::language::python::{self, Translation, hints};
use crate::language::unseen::unseen_changes;
use crate::library::{Library, catalogue};
use crate::pos::Pos;
use crate::program::Program;
use crate::program::code::OnReceiver;
use crate::runtime::object::Queue;
use crate::schedule::{
    MAIN, MainEnd, Prepared, ProcessSettings, Schedule, Seeded, Stepped, StopRequest, Until,
    Workers, WorkersConfig, World,
};
use crate::value::object::{Call, Effects, Ids, ObjectId, Verb};
use crate::value::{Fault, Object, Value, debug_text, reach};
use crate::vm::Natives;

use self::episode::{Before, History};

pub use self::episode::{NotSelected, Selection};
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
    /// The names of the threads that can read or change it, as their functions have captured it.
    pub shared_with: Vec<String>,
}

/// A top-level variable as far as completing a name needs it: nothing here grows with its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InScope {
    /// Its name.
    pub name: String,
    /// The type of its value.
    pub type_name: String,
    /// The first keys of a map; empty for other values.
    pub fields: Vec<String>,
}

/// How many keys of a map [`InScope`] lists.
const FIELDS: usize = 200;

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

    /// Whether a text for the prompt parses and its names resolve. Nothing runs, and nothing is kept.
    pub fn check(&mut self, text: &str) -> bool {
        let program = &self.world.program;
        let parsed = self.parser.parse(text);
        parsed.is_ok_and(|parsed| {
            lower(
                &parsed,
                "",
                text,
                program,
                &Names,
                TopLevel::Prompt,
                &self.modules,
            )
            .is_ok()
        })
    }

    /// What is wrong, or may be, with a text and the modules that it imports. Nothing runs.
    pub fn problems(&mut self, input: Input<'_>) -> Vec<Diagnostic> {
        match self.accept(input, 0) {
            Ok((_, warnings)) => warnings,
            Err(problems) => problems,
        }
    }

    /// Whether there is a top-level variable of this name.
    pub fn has_variable(&self, name: &str) -> bool {
        has_variable(&self.world, name)
    }

    /// Runs one input to its end and says what became of it. Blocks for as long as that takes.
    pub fn run(&mut self, input: Input<'_>) -> Report {
        self.inputs += u32::from(input.kind == InputKind::Prompt);
        let before = self.history.before(&self.world, self.alive());
        let number = match input.kind {
            InputKind::Prompt => self.inputs,
            InputKind::Script => 0,
        };
        let (prepared, mut warnings) = match self.accept(input, number) {
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

    /// Parses, lowers and adds a text, which has not begun then. At the prompt it has a number.
    fn accept(
        &mut self,
        input: Input<'_>,
        number: u32,
    ) -> Result<(Arc<Prepared>, Vec<Diagnostic>), Vec<Diagnostic>> {
        let program = self.world.program.clone();
        let _adding = program.adding.lock();
        let translation = translated(self.language, input.text, input.kind, &self.world)?;
        let text = translation
            .as_ref()
            .map_or(input.text, |translation| &translation.text);
        let in_python = |problems| in_python(problems, translation.as_ref());
        let parsed = match &translation {
            Some(_) => self.parser.parse_translation(text),
            None => self.parser.parse(text),
        };
        let parsed = parsed.map_err(in_python)?;
        let top = match input.kind {
            InputKind::Script => TopLevel::Script,
            InputKind::Prompt => TopLevel::Prompt,
        };
        self.load_modules(input.name, &parsed, &mut vec![input.name.into()])?;
        let mut lowered = self
            .lower(&parsed, input.name, text, top)
            .map_err(in_python)?;
        self.modules.to_evaluate.clear();
        if input.kind == InputKind::Prompt {
            self.modules.aliases = std::mem::take(&mut lowered.module.modules);
        }
        // Beyond that, positions have no number of an input.
        lowered.unit.input = u16::try_from(number).unwrap_or(0);
        let mut warnings = in_python(std::mem::take(&mut lowered.warnings));
        match &translation {
            Some(translation) => lowered.show_python(input.text, &translation.places),
            None => {
                warnings.extend(hints(input.text, catalogue::gives_awaitable));
                warnings.extend(unseen_changes(input.text));
            }
        }
        Ok((Arc::new(self.add(lowered)), warnings))
    }

    /// Lowers a text, for which the parts of the prelude that it needs are added.
    fn lower(
        &mut self,
        parsed: &Parsed,
        name: &str,
        text: &str,
        top: TopLevel<'_>,
    ) -> Result<Lowered, Vec<Diagnostic>> {
        loop {
            let (program, modules) = (&self.world.program, &self.modules);
            let lowered = lower(parsed, name, text, program, &Names, top, modules)?;
            // A part of the prelude that comes first takes the number that the unit was lowered for.
            if !self.load_prelude(&lowered.mentioned) {
                return Ok(lowered);
            }
        }
    }

    /// Adds what the prelude has for these names; says whether that was anything.
    fn load_prelude(&mut self, mentioned: &[String]) -> bool {
        let mut loaded = false;
        for (name, source) in Library::prelude_units(mentioned) {
            if !self.prelude.insert(name) {
                continue;
            }
            let lowered = self.parser.parse(source).and_then(|parsed| {
                let (program, modules) = (&self.world.program, &self.modules);
                let top = TopLevel::Prelude;
                lower(&parsed, name, source, program, &Names, top, modules)
            });
            match lowered {
                Ok(lowered) => {
                    let prepared = self.add(lowered);
                    self.begin(&prepared);
                    loaded = true;
                }
                // A test lowers every part of the prelude.
                Err(problems) => debug_assert!(false, "prelude {name}: {problems:?}"),
            }
        }
        loaded
    }

    /// Makes lowered code part of the program.
    fn add(&self, lowered: Lowered) -> Prepared {
        let program = &self.world.program;
        let unit = program.add_unit(lowered.unit);
        Prepared::new(unit, lowered.defined, lowered.named_globals)
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

    /// Which live threads hold a variable whose name now means another one.
    fn old_variables(&self, before: &Before) -> Vec<String> {
        let mut notices = Vec::new();
        for (id, global) in self.world.program.globals() {
            let (Some(old), Some(now)) = (before.heap.binding(id), self.world.globals.get(id))
            else {
                continue;
            };
            if Arc::ptr_eq(&now.cell, &old.cell) {
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
                let name = &global.name;
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

    /// The threads that are alive, main included.
    pub fn threads(&self) -> Vec<ThreadInfo> {
        let mut threads = self.schedule.threads();
        if threads.first().is_none_or(|first| first.number != MAIN.0) {
            // Main is alive between inputs: it waits for the user.
            threads.insert(0, ThreadInfo::at_prompt());
        }
        threads
    }

    /// The top-level variables, by name.
    pub fn variables(&self) -> Vec<Variable> {
        let mut holders: HashMap<usize, Vec<String>> = HashMap::new();
        for (info, handle) in self.schedule.handles() {
            reach(&Value::Object(handle), &mut HashSet::new(), &mut |value| {
                if let Value::Cell(cell) = value {
                    let names = holders.entry(Arc::as_ptr(cell).addr()).or_default();
                    if info.number != MAIN.0 && !names.contains(&info.name) {
                        names.push(info.name.clone());
                    }
                }
            });
        }
        let mut variables: Vec<Variable> = self
            .world
            .program
            .globals()
            .filter(|(_, global)| &*global.name != INPUT)
            .filter_map(|(id, global)| {
                let binding = self.world.globals.get(id)?;
                let value = binding.cell.load();
                Some(Variable {
                    name: global.name.to_string(),
                    type_name: value.type_name(),
                    text: debug_text(&value),
                    is_constant: binding.is_constant,
                    shared_with: holders
                        .remove(&Arc::as_ptr(&binding.cell).addr())
                        .unwrap_or_default(),
                })
            })
            .collect();
        variables.sort_by(|a, b| a.name.cmp(&b.name));
        variables
    }

    /// The top-level variables without their values, by name.
    pub fn scope(&self) -> Vec<InScope> {
        let globals = self.world.program.globals();
        let mut scope: Vec<InScope> = globals
            .filter(|(_, global)| &*global.name != INPUT)
            .filter_map(|(id, global)| {
                let value = self.world.globals.get(id)?.cell.load();
                let fields = match &value {
                    Value::Map(map) => map.keys().take(FIELDS).map(ToString::to_string).collect(),
                    _ => Vec::new(),
                };
                Some(InScope {
                    name: global.name.to_string(),
                    type_name: value.type_name(),
                    fields,
                })
            })
            .collect();
        scope.sort_by(|a, b| a.name.cmp(&b.name));
        scope
    }

    /// The script's functions as `name(parameters)`, by name.
    pub fn functions(&self) -> Vec<String> {
        let program = &self.world.program;
        let mut functions: Vec<String> = program
            .names()
            .flat_map(|name| {
                name.arities()
                    .into_iter()
                    .filter_map(move |argc| name.function(argc))
            })
            .filter(|id| program.unit(id.unit).is_some_and(|unit| !unit.is_prelude()))
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
        let stopped = self.schedule.stop_all();
        self.world.ids.starts.give_up();
        stopped
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

    /// The text of an input by its name, for messages that point into it.
    pub fn text_of(&self, name: &str) -> Option<Arc<str>> {
        let program = &self.world.program;
        let units: Vec<_> = program.units().filter(|unit| !unit.is_prelude()).collect();
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

/// The translation of a text that is Python.
///
/// # Errors
/// It is no Python, or has parts that have no counterpart.
fn translated(
    language: Language,
    text: &str,
    kind: InputKind,
    world: &World,
) -> Result<Option<Translation>, Vec<Diagnostic>> {
    let is_known = |name: &str| has_variable(world, name);
    let translation = match (language, kind) {
        (Language::Own, _) => return Ok(None),
        (Language::Python, InputKind::Script) => python::translate(text, &is_known),
        (Language::Python, InputKind::Prompt) => python::translate_input(text, &is_known),
    };
    let translation = translation.map_err(|problem| vec![*problem])?;
    match translation.problems.is_empty() {
        true => Ok(Some(translation)),
        false => Err(translation.problems),
    }
}

fn has_variable(world: &World, name: &str) -> bool {
    let global = world.program.find_global(name);
    global.is_some_and(|global| world.globals.get(global).is_some())
}

/// Problems of a translation, with their places in Python's text.
fn in_python(mut problems: Vec<Diagnostic>, translation: Option<&Translation>) -> Vec<Diagnostic> {
    if let Some(translation) = translation {
        for problem in &mut problems {
            let columns = problem
                .span
                .end
                .column
                .saturating_sub(problem.span.start.column);
            let start = translation.places.python(problem.span.start);
            problem.span = Span::of(start, usize::from(columns));
            // What to type is a line of the translation, which is not shown.
            problem.suggestion = None;
        }
    }
    problems
}

/// Until when an input runs.
fn until(kind: InputKind) -> Until {
    match kind {
        InputKind::Script => Until::AllThreads,
        InputKind::Prompt => Until::Main,
    }
}

/// Variables, functions and objects: what a reset throws away.
fn new_world(config: &Config, stream: Arc<Stream>) -> World {
    let natives = || Box::new(Library::new()) as Box<dyn Natives + Send>;
    let mut world = World::new(Arc::new(Program::new()), stream, Box::new(natives));
    world.evaluator = Some(evaluation::evaluator(world.program.clone()));
    world.readable.clone_from(&config.readable);
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
    let lines = config.input.as_deref();
    let lines = lines.map_or(Value::Unit, |lines| queue_of_lines(lines, &world.ids));
    world
        .globals
        .bind(world.program.global_id(INPUT), lines, true);
    world
}

/// A queue with these lines.
fn queue_of_lines(lines: &[String], ids: &Ids) -> Value {
    let queue = Object::new(ids, Pos::NONE, Queue::simple(Pos::NONE));
    let (mut effects, mut time) = (Effects::default(), Duration::ZERO);
    for line in lines {
        let call = Call {
            verb: Verb::Put,
            args: &[Value::from(line.as_str())],
        };
        // Such a queue takes everything, and nobody waits for it yet.
        let _ = queue.attempt(call, MAIN, Pos::NONE, &mut effects, ids, &mut time);
    }
    Value::Object(queue)
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

/// The variable that holds the lines of [`Config::input`], for the prelude.
const INPUT: &str = "__input";

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

    fn on_receiver(&self, name: &str) -> Option<OnReceiver> {
        catalogue::on_receiver(name)
    }

    fn is_prelude_method(&self, name: &str) -> bool {
        Library::has_prelude_method(name)
    }

    fn is_function_of(&self, name: &str, count: usize) -> bool {
        catalogue::is_function_of(name, count)
    }

    fn options(&self, name: &str) -> &'static [&'static str] {
        catalogue::options(name)
    }

    fn takes_awaitable(&self, name: &str, at: usize, is_array: bool) -> bool {
        catalogue::takes_awaitable(name, at, is_array)
    }

    fn is_variable(&self, name: &str) -> bool {
        name == ARGS || name == INPUT
    }
}
