//! A run that somebody leads step by step, that can be compared with others, kept and set back: what
//! exploring, replaying and stepping by hand have in common.
//!
//! It differs from the seeded scheduler in three points. A step takes no virtual time: whether a
//! deadline is reached before a thread's next step is itself a choice, and deadlines are reached in
//! the order of their times. Beginning to sleep is no step, its end is. And every random number that
//! the script asks for is a choice too, which whoever leads the run may dictate.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use parking_lot::Mutex;

use super::effect::Noting;
use super::entrants::Entrants;
use super::inputs::Inputs;
use super::likeness::{KeptBindings, KeptObject, Node, Writer};
use super::run::{Interrupt, Interruption, Load, Run};
use super::state::{Asked, Being, Deadlines, Marks, Member, Outlet, State};
use super::told::{Raised, Told, ToldSoFar};
use super::{POOL_WORKERS, Policy};
use crate::event::Written;
use crate::pos::Pos;
use crate::program::ahead::Ahead;
use crate::program::code::Declared;
use crate::runtime::threads::{Ended, ThreadInfo};
use crate::schedule::{MAIN, Prepared, Random, Until, World};
use crate::value::object::{IdsMark, ObjectId, TaskId, Verb, Waiting};
use crate::value::{Cell, Fault, Footprint, Object, RunLimits, Value, debug_text};
use crate::vm::{
    Action, Fiber, Globals, LivenessCache, Observations, Observed, Prospect, SharedPlace, Touch,
    VariableAccess, Visible,
};

/// How much private work belongs to one step before going on counts as another.
const PRIVATE_FUEL: u32 = 5_000_000;

/// So many parts of values wait at most to be looked at for names.
const MOST_NAMED: usize = 1 << 14;

/// What can happen next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Choice {
    /// The thread does its next step.
    Step(TaskId),
    /// The time that the thread sleeps, or waits at most, is over.
    Time(TaskId),
}

impl Choice {
    /// Whom it concerns.
    pub fn task(self) -> TaskId {
        match self {
            Self::Step(task) | Self::Time(task) => task,
        }
    }
}

/// A random number that the script asked for in a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Draw {
    /// It was to be below this.
    pub bound: u64,
    /// What it got.
    pub number: u64,
    /// The thread that asked.
    pub by: TaskId,
}

/// How a run is over.
#[derive(Clone, Debug)]
pub enum WalkEnd {
    /// All threads that are not daemons have ended, main so; at the prompt, main has, and the
    /// others wait.
    Main(Result<Value, Fault>),
    /// These threads wait, and nothing can happen any more.
    Deadlock(Vec<ThreadInfo>),
}

/// The random numbers of one step: those dictated, what comes beyond them, and all that were drawn.
#[derive(Default)]
struct Draws {
    dictated: VecDeque<u64>,
    /// The same by thread, for several steps; they come first.
    of_threads: BTreeMap<TaskId, VecDeque<u64>>,
    /// Zeros without it.
    beyond: Option<Random>,
    drawn: Vec<Draw>,
}

/// A shared variable, for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shared {
    /// Its name.
    pub name: String,
    /// Its value as `debug` shows it.
    pub value: String,
    /// The threads that hold what is in it, when that is a lock or the like.
    pub held_by: Vec<Arc<str>>,
}

/// Answers the script's questions for random numbers; the other question is never asked.
struct Dictated(Arc<Mutex<Draws>>);

impl Policy for Dictated {
    fn next(&mut self, _enabled: &[TaskId]) -> usize {
        0
    }

    fn random(&mut self, by: TaskId, bound: u64) -> u64 {
        let mut draws = self.0.lock();
        let of_thread = draws.of_threads.get_mut(&by);
        let of_thread = of_thread.and_then(VecDeque::pop_front);
        let dictated = of_thread.or_else(|| draws.dictated.pop_front());
        let number = match (dictated, &mut draws.beyond) {
            (Some(number), _) => number.min(bound.saturating_sub(1)),
            (None, Some(random)) => random.below(bound),
            (None, None) => 0,
        };
        draws.drawn.push(Draw { bound, number, by });
        number
    }

    fn set_seed(&mut self, _seed: u64) {}
}

/// See the head of the file.
pub struct Walk {
    pub(super) run: Run,
    until: Until,
    draws: Arc<Mutex<Draws>>,
    liveness: LivenessCache,
    writer: Writer,
    choices: Vec<Choice>,
    /// Whether states may be compared: what no instruction will read any more is forgotten then.
    is_comparable: bool,
    ahead: Ahead,
    /// What is noted of the step that is being done, where that is wanted.
    pub(super) noting: Option<Noting>,
}

/// A state that was kept.
pub struct Kept {
    members: Vec<(TaskId, Arc<Member>)>,
    /// How many texts have begun.
    begun: usize,
    /// The number of the run that main does, which is another one for each text.
    run: u64,
    deadlines: Deadlines,
    now: u64,
    ids: IdsMark,
    choices: Vec<Choice>,
    bindings: Arc<KeptBindings>,
    cells: Vec<(Arc<Cell>, Value, bool)>,
    objects: Vec<(Arc<Object>, Arc<KeptObject>, bool)>,
    so_far: Arc<ToldSoFar>,
    main_end: Option<Result<Value, Fault>>,
    ended: Arc<Ended>,
    entrants: Arc<Entrants>,
    marks: Marks,
    /// See [`Kept::twins`].
    twins: Box<[(TaskId, TaskId)]>,
    /// How much the run held, and the work that was done by then.
    load: (Load, u64),
}

impl Kept {
    /// What can happen next.
    pub fn choices(&self) -> &[Choice] {
        &self.choices
    }

    /// Pairs of threads, each the first one like it last, that can be exchanged: the state stays the same.
    pub fn twins(&self) -> &[(TaskId, TaskId)] {
        &self.twins
    }

    /// The bytes that the run held at most, as far as that is known without looking.
    pub fn held(&self) -> u64 {
        let (load, work) = self.load;
        load.expected(work)
    }

    /// Adds the memory that it takes, itself excepted; what it shares with snapshots that were added
    /// before counts no second time.
    pub fn add_to(&self, footprint: &mut Footprint) {
        footprint.block(self.members.capacity() * size_of::<(TaskId, Arc<Member>)>());
        for (_, member) in &self.members {
            if footprint.shared(member) {
                member.add_to(footprint);
            }
        }
        footprint.block(self.cells.capacity() * size_of::<(Arc<Cell>, Value, bool)>());
        for (cell, value, _) in &self.cells {
            footprint.shared(cell);
            footprint.value(value);
        }
        footprint
            .block(self.objects.capacity() * size_of::<(Arc<Object>, Arc<KeptObject>, bool)>());
        for (object, copy, _) in &self.objects {
            footprint.shared(object);
            if footprint.shared(copy) {
                copy.add_to(footprint);
            }
        }
        footprint.block(self.choices.capacity() * size_of::<Choice>());
        footprint.block(self.deadlines.len() * size_of::<(u64, u64, TaskId)>());
        if footprint.shared(&self.so_far) {
            self.so_far.add_to(footprint);
        }
        if footprint.shared(&self.bindings) {
            self.bindings.add_to(footprint);
        }
    }
}

impl Walk {
    /// A run of these texts, one after the other, as the main thread, which has not begun. With
    /// `ordered`, the order of prints of different threads makes a difference.
    pub fn new(world: Arc<World>, texts: Vec<Arc<Prepared>>, until: Until, ordered: bool) -> Self {
        world.ids.set_usual_workers(POOL_WORKERS);
        world.ids.set_usual_processes(POOL_WORKERS);
        let draws = Arc::<Mutex<Draws>>::default();
        let outlet = Outlet::Kept {
            recent: Vec::new(),
            raised: Vec::new(),
            detailed: false,
        };
        let inputs = Inputs::new(texts, &world.program);
        let mut run = Run::new(Box::new(Dictated(draws.clone())), world, outlet);
        run.private_fuel = PRIVATE_FUEL;
        run.work_takes_time = false;
        run.finds_repetitions = true;
        run.state.chooses_time = true;
        run.state.observations = Observations::of_all_places(Observed::EVERYTHING);
        run.state.so_far = Arc::new(ToldSoFar::new(ordered));
        run.begin_all(inputs);
        run.state.main_stays = until == Until::Main;
        Self {
            run,
            until,
            draws,
            liveness: LivenessCache::default(),
            writer: Writer::default(),
            // What main does before its first visible operation is a step, too: it may draw random
            // numbers.
            choices: vec![Choice::Step(MAIN)],
            is_comparable: true,
            ahead: Ahead::default(),
            noting: None,
        }
    }

    /// Whether states are compared from now on, as they are at first: [`Walk::key`] tells alike
    /// states apart otherwise, but steps are faster.
    pub fn set_comparable(&mut self, is_comparable: bool) {
        self.is_comparable = is_comparable;
    }

    /// The numbers that the script asks for and that nobody dictates come from this seed from now
    /// on, or are zeros.
    pub fn draw_from(&mut self, seed: Option<u64>) {
        self.draws.lock().beyond = seed.map(Random::new);
    }

    /// From now on only what `observations` say is a visible operation; at first everything is that
    /// another thread could observe. They grow while threads run, unless they are fixed.
    pub fn observe(&mut self, observations: Observations) {
        self.run.state.observations = observations;
        self.run.state.has_learned = false;
    }

    /// Which operations are visible.
    pub fn observations(&self) -> &Observations {
        &self.run.state.observations
    }

    /// Whether more operations have become visible since that was set: what was done before them may
    /// have passed over some.
    pub fn has_learned(&self) -> bool {
        self.run.state.has_learned
    }

    /// Has the hidden accesses to shared places noted from now on, or not any more.
    pub fn note_hidden(&mut self, is_wanted: bool) {
        self.run.state.hidden = is_wanted.then(Vec::new);
    }

    /// The threads that have done hidden accesses since the last call, one entry for each, in order.
    pub fn take_hidden(&mut self) -> Vec<TaskId> {
        let hidden = self.run.state.hidden.as_mut();
        hidden.map(std::mem::take).unwrap_or_default()
    }

    /// Has it noted from now on who starts whom, or not any more.
    pub fn note_births(&mut self, is_wanted: bool) {
        self.run.state.births = is_wanted.then(Vec::new);
    }

    /// The threads that were started since the last call, in order, each behind the one that has started it.
    pub fn take_births(&mut self) -> Vec<(TaskId, TaskId)> {
        let births = self.run.state.births.as_mut();
        births.map(std::mem::take).unwrap_or_default()
    }

    /// The numbers that this thread gets from now on when it asks for one, before all others.
    pub fn dictate(&mut self, task: TaskId, numbers: VecDeque<u64>) {
        self.draws.lock().of_threads.insert(task, numbers);
    }

    /// No thread gets numbers any more that were dictated for it.
    pub fn dictate_nothing(&mut self) {
        self.draws.lock().of_threads.clear();
    }

    /// Whether the thread is in the middle of much private work.
    pub fn is_busy(&self, task: TaskId) -> bool {
        let member = self.run.state.members.get(&task);
        member.is_some_and(|member| matches!(member.being, Being::Busy))
    }

    /// Whether the thread does the same private work for ever.
    pub fn is_looping(&self, task: TaskId) -> bool {
        self.run.state.is_looping(task)
    }

    /// Whether to end is the next step of the thread, or to end a call for one of a pool.
    pub fn is_ending(&self, task: TaskId) -> bool {
        self.run.state.is_ending(task)
    }

    /// What can happen next: the threads that can do a step, by number, and behind them the waits
    /// whose time is over first. Nothing when the run is over.
    pub fn choices(&self) -> &[Choice] {
        &self.choices
    }

    /// Does what was chosen, which is one of [`Walk::choices`], with the random numbers in `draws`
    /// (zeros beyond them). Returns all that were drawn.
    pub fn take(&mut self, choice: Choice, draws: &[u64]) -> Vec<Draw> {
        let drawn = self.take_until_settled(choice, draws);
        self.find_choices_and_names();
        drawn
    }

    /// The same, but what is possible then is not known yet.
    pub(super) fn take_until_settled(&mut self, choice: Choice, draws: &[u64]) -> Vec<Draw> {
        {
            let mut own = self.draws.lock();
            own.dictated.clear();
            own.dictated.extend(draws);
        }
        let state = &mut self.run.state;
        state.copies_told = 0;
        match choice {
            Choice::Step(task) => {
                state.allow(task);
                self.run.go(task);
            }
            Choice::Time(task) => state.reach_deadline_of(task),
        }
        self.settle();
        std::mem::take(&mut self.draws.lock().drawn)
    }

    /// Has `interrupt` asked while threads do private work; nothing ends that early without one.
    ///
    /// A run that was interrupted stands in the middle of a step: it has no choices and no end until
    /// it is set back.
    pub fn set_interrupt(&mut self, interrupt: Option<Interrupt>) {
        self.run.interrupt = interrupt;
    }

    /// From now on a run that holds more memory, starts more threads or prints more than this is interrupted, at
    /// the place where it does. Time is no limit of a run that is led.
    pub fn set_limits(&mut self, limits: RunLimits) {
        self.run.most_memory = limits.memory;
        self.run.state.most_threads = limits.threads;
        self.run.state.most_output = limits.output;
        self.writer.set_most(limits.memory);
    }

    /// Where the thread is that has done the last step, and then where the others are; of each the calls that
    /// it is in, innermost first.
    pub fn places(&self) -> Vec<Pos> {
        let state = &self.run.state;
        let last = state.members.get(&state.running);
        let others = state
            .members
            .iter()
            .filter(|(task, _)| **task != state.running);
        let members = last.into_iter().chain(others.map(|(_, member)| member));
        let fibers = members.filter_map(|member| member.fiber.as_ref());
        let places = fibers.flat_map(|fiber| fiber.places(&state.world.program));
        std::iter::once(self.run.interrupted_at)
            .chain(places)
            .collect()
    }

    /// Why the last step was interrupted, or why the state that it has led to has no key, if so.
    pub fn interruption(&self) -> Option<Interruption> {
        self.run.interruption
    }

    /// Lets all threads do their private work; those that come to a sleep begin it.
    fn settle(&mut self) {
        loop {
            self.run.settle();
            if self.run.interruption.is_some() {
                self.choices.clear();
                return;
            }
            if !self.run.state.begin_sleeps() {
                break;
            }
        }
        self.run.stopped.clear();
        if let Some(noting) = &mut self.noting {
            let members = self.run.state.members.iter();
            let have_run = members.filter(|(_, member)| member.has_run);
            noting.affected.extend(have_run.map(|(task, _)| *task));
        }
        if self.is_comparable {
            self.forget_dead();
        }
    }

    /// Finds out what is possible where the threads stand now.
    pub(super) fn find_choices_and_names(&mut self) {
        if self.run.interruption.is_some() {
            return;
        }
        self.find_choices();
        let is_stuck = matches!(self.end(), Some(WalkEnd::Deadlock(_)));
        self.run.state.learn_of_names(is_stuck);
    }

    fn forget_dead(&mut self) {
        let program = self.run.state.world.program.clone();
        for member in self.run.state.members.values_mut() {
            if std::mem::take(&mut member.has_run)
                && let Some(fiber) = &mut member.fiber
            {
                fiber.forget_dead(&program, &mut self.liveness);
                let waits = match &member.being {
                    Being::Waiting {
                        object: Some(object),
                        deadline: None,
                    } => object.kind() == "Thread",
                    _ => false,
                };
                if waits {
                    let joins = fiber.joins(&program, &mut self.liveness);
                    member.joins = joins.map(Arc::new);
                }
            }
        }
    }

    fn find_choices(&mut self) {
        self.choices.clear();
        if self.is_over() {
            return;
        }
        let state = &self.run.state;
        self.choices.extend(state.enabled().map(Choice::Step));
        let times = state.first_deadlines().map(Choice::Time);
        self.choices.extend(times);
    }

    /// Whether main has ended, and no other thread has to.
    fn is_over(&self) -> bool {
        self.run.main_end.is_some() && self.run.state.members.values().all(|one| one.daemon)
    }

    /// How the run is over, when it is.
    pub fn end(&self) -> Option<WalkEnd> {
        if !self.choices.is_empty() || self.run.interruption.is_some() {
            return None;
        }
        match &self.run.main_end {
            // What a script's last statement gives is for nobody.
            Some(Ok(_)) if self.is_over() && self.until == Until::AllThreads => {
                Some(WalkEnd::Main(Ok(Value::Unit)))
            }
            Some(end) if self.is_over() || self.until == Until::Main => {
                // At the prompt, threads that wait may still be woken by a later input, unless
                // they wait for each other.
                let stuck = self.stuck();
                match stuck.is_empty() || self.is_over() {
                    true => Some(WalkEnd::Main(end.clone())),
                    false => Some(WalkEnd::Deadlock(stuck)),
                }
            }
            _ => Some(WalkEnd::Deadlock(self.threads())),
        }
    }

    /// The threads that can never go on, whatever the others do: those that wait for each other in
    /// a cycle, and those that wait for such.
    pub fn stuck(&self) -> Vec<ThreadInfo> {
        let mut threads = self.threads();
        threads.retain(|thread| self.run.state.stuck(TaskId(thread.number)).is_some());
        threads
    }

    /// The threads that are alive, for people.
    pub fn threads(&self) -> Vec<ThreadInfo> {
        self.run.state.infos()
    }

    /// What the thread is about to execute; nothing when it waits.
    pub fn standing_before(&self, task: TaskId) -> Option<Visible> {
        let state = &self.run.state;
        let member = state.members.get(&task)?;
        if matches!(member.being, Being::Ending) {
            return Some(Visible {
                pos: Pos::NONE,
                action: Action::End,
                written: Written::default(),
            });
        }
        standing(member)?.standing_before(&state.world.program, globals(state, member))
    }

    /// The threads that are about to access a shared variable.
    pub fn touching(&self) -> impl Iterator<Item = (TaskId, VariableAccess)> {
        let state = &self.run.state;
        let world = &state.world;
        state.members.iter().filter_map(|(task, member)| {
            let access = standing(member)?.touches(&world.program, globals(state, member))?;
            Some((*task, access))
        })
    }

    /// The threads that are about to give copies of shared variables to another process, once for
    /// each variable: they read it.
    pub fn copying(&self) -> impl Iterator<Item = (TaskId, VariableAccess)> {
        let state = &self.run.state;
        let has_pools = state.world.ids.has_process_pools();
        let members = state.members.iter().filter(move |_| has_pools);
        members.flat_map(|(task, member)| {
            let copied = self.copied(member).into_iter();
            copied.map(|(_, cell)| {
                let access = VariableAccess {
                    cell: Arc::as_ptr(&cell) as usize,
                    writes: false,
                    site: None,
                    copies: true,
                };
                (*task, access)
            })
        })
    }

    /// The shared variables that a thread is about to give copies of to another process.
    fn copied(&self, member: &Member) -> Vec<(String, Arc<Cell>)> {
        let state = &self.run.state;
        match standing(member) {
            Some(fiber) if fiber.gives_copies(&state.world.program) => {
                fiber.copies_variables(&state.world.program, globals(state, member))
            }
            _ => Vec::new(),
        }
    }

    /// What the thread is about to execute, as an access that [`Walk::touching`] or
    /// [`Walk::copying`] has given.
    pub fn before_access(&self, task: TaskId, access: &VariableAccess) -> Option<Visible> {
        let visible = self.standing_before(task)?;
        if !access.copies {
            return Some(visible);
        }
        let mut copied = self.copied(self.run.state.members.get(&task)?).into_iter();
        let is_it = |(_, cell): &(String, Arc<Cell>)| Arc::as_ptr(cell) as usize == access.cell;
        let (name, _) = copied.find(is_it)?;
        let place = SharedPlace {
            name,
            cell: access.cell,
            keys: Vec::new(),
        };
        Some(Visible {
            action: Action::Read(place),
            ..visible
        })
    }

    /// The threads that are about to take a lock, or something else that is acquired.
    pub fn acquiring(&self) -> impl Iterator<Item = TaskId> {
        let state = &self.run.state;
        state.members.iter().filter_map(|(task, member)| {
            let is_acquiring = standing(member)?.is_acquiring(&state.world.program);
            is_acquiring.then_some(*task)
        })
    }

    /// The locks that a thread is about to release while another one holds them.
    pub fn released_by_others(&self) -> impl Iterator<Item = ObjectId> {
        let state = &self.run.state;
        state.members.iter().filter_map(|(task, member)| {
            let released = |object: &Arc<Object>, verb, _: &[Value]| {
                let is_anothers = verb == Verb::Release
                    && matches!(object.kind(), "Lock")
                    && !object.state().is_held_by(*task);
                is_anothers.then_some(object.id)
            };
            standing(member)?.with_asking(&state.world.program, released)?
        })
    }

    /// What the visible operation touches that the thread is about to execute; nothing for a print and
    /// the like, and for a thread that waits.
    pub fn touch(&self, task: TaskId) -> Option<Touch> {
        let state = &self.run.state;
        let member = state.members.get(&task)?;
        standing(member)?.touch(&state.world.program, globals(state, member))
    }

    /// How many visible operations may still lie ahead of the thread: an estimate, read off the
    /// code.
    pub fn ahead(&mut self, task: TaskId) -> u32 {
        let state = &self.run.state;
        let fiber = state.members.get(&task).and_then(|m| m.fiber.as_ref());
        fiber.map_or(0, |fiber| {
            fiber.ahead(&state.world.program, &mut self.ahead)
        })
    }

    /// The locks that the thread holds, among the objects that could be reached when the state was
    /// last compared.
    pub fn held_by(&self, task: TaskId) -> impl Iterator<Item = Arc<Object>> {
        self.writer.nodes.iter().filter_map(move |node| match node {
            Node::Object(object) if object.state().is_held_by(task) => Some(object.clone()),
            _ => None,
        })
    }

    /// The shared variables that have a name: the top-level ones, and those that threads know. Not
    /// what is in the way when one looks at a run: functions and handles of threads.
    pub fn variables(&self) -> Vec<Shared> {
        let state = &self.run.state;
        let program = &state.world.program;
        let globals = program.globals().filter_map(|(id, global)| {
            let binding = state.world.globals.get(id)?;
            Some((global.name.to_string(), binding.cell.clone()))
        });
        let fibers = state.members.values().filter_map(|m| m.fiber.as_ref());
        let known = fibers.flat_map(|fiber| fiber.shared_variables(program));
        let mut seen = Vec::new();
        let mut found = Vec::new();
        for (name, cell) in globals.chain(known) {
            let address = Arc::as_ptr(&cell) as usize;
            if name.is_empty() || !cell.is_published() || seen.contains(&address) {
                continue;
            }
            seen.push(address);
            let value = cell.load();
            let mut held_by = Vec::new();
            match &value {
                Value::Function(_) => continue,
                Value::Object(object) if object.kind() == "Thread" => continue,
                Value::Object(object) => {
                    let holds = |task: &&TaskId| object.state().is_held_by(**task);
                    let holders = state.members.keys().filter(holds);
                    held_by.extend(holders.filter_map(|task| self.name(*task)));
                }
                _ => {}
            }
            let value = debug_text(&value);
            found.push(Shared {
                name,
                value,
                held_by,
            });
        }
        found
    }

    /// Where in the script's text the thread is.
    pub fn pos(&self, task: TaskId) -> Pos {
        let state = &self.run.state;
        let fiber = state.members.get(&task).and_then(|m| m.fiber.as_ref());
        fiber.map_or(Pos::NONE, |fiber| fiber.pos(&state.world.program))
    }

    /// How many threads are inside the function of this name.
    pub fn threads_inside(&self, function: &str) -> Vec<TaskId> {
        let program = &self.run.state.world.program;
        let members = self.run.state.members.iter();
        let inside = members.filter(|(_, member)| {
            let fiber = member.fiber.as_ref();
            fiber.is_some_and(|fiber| fiber.is_inside(program, function))
        });
        inside.map(|(task, _)| *task).collect()
    }

    /// How many threads besides the main one have been started.
    pub fn threads_started(&self) -> u64 {
        self.run.state.world.ids.idents()
    }

    /// A number for the calls that have led the thread to where it is, by their places in the text.
    pub fn calls(&self, task: TaskId) -> u64 {
        let state = &self.run.state;
        let fiber = state.members.get(&task).and_then(|m| m.fiber.as_ref());
        fiber.map_or(0, |fiber| fiber.calls(&state.world.program))
    }

    /// The text that the thread is in: at the prompt a function may stand in an earlier input.
    pub fn text(&self, task: TaskId) -> Option<Arc<str>> {
        let program = &self.run.state.world.program;
        let member = self.run.state.members.get(&task)?;
        let (unit, _) = member.fiber.as_ref()?.place(program)?;
        Some(program.unit(unit)?.text.clone())
    }

    /// The texts that main runs, each with the number of its input.
    pub fn texts(&self) -> Vec<(u16, Arc<str>)> {
        let program = &self.run.state.world.program;
        let units = (self.run.inputs.texts()).filter_map(|text| program.unit(text.unit));
        units.map(|unit| (unit.input, unit.text.clone())).collect()
    }

    /// The line of the text at which the thread is, without its indentation; empty for none.
    pub fn source_line(&self, task: TaskId) -> Arc<str> {
        let text = self.text(task);
        let line = text
            .as_deref()
            .and_then(|text| self.pos(task).line_of(text));
        line.unwrap_or_default().into()
    }

    /// The name of a thread that is alive.
    pub fn name(&self, task: TaskId) -> Option<Arc<str>> {
        Some(self.run.state.members.get(&task)?.name.clone())
    }

    /// Whether the thread is a task of an event loop.
    pub fn is_task(&self, task: TaskId) -> bool {
        let member = self.run.state.members.get(&task);
        member.is_some_and(|member| member.handle.kind() == "Task")
    }

    /// The threads that go on when main has ended: those that a program has started itself and that are
    /// no daemons. Nothing while main runs.
    pub fn outliving_main(&self) -> impl Iterator<Item = TaskId> {
        let has_ended = self.run.main_end.is_some();
        let members = self.run.state.members.iter().filter(move |_| has_ended);
        let goes_on = |(task, member): &(&TaskId, &Member)| {
            **task != MAIN && !member.daemon && member.handle.kind() == "Thread"
        };
        members.filter(goes_on).map(|(task, _)| *task)
    }

    /// Whether the thread waits: it would not go on if it had its turn.
    pub fn waits(&self, task: TaskId) -> bool {
        let member = self.run.state.members.get(&task);
        member.is_some_and(|member| matches!(member.being, Being::Waiting { .. }))
    }

    /// The numbers of the threads that are alive.
    pub fn alive(&self) -> impl Iterator<Item = TaskId> {
        self.run.state.members.keys().copied()
    }

    /// How much private work threads have done in all steps so far, in the units of the machine's
    /// fuel.
    pub fn work(&self) -> u64 {
        self.run.work
    }

    /// Seconds of virtual time since the session began.
    pub fn seconds(&self) -> f64 {
        self.run.state.now as f64 / 1e9
    }

    /// Whether, in any run so far, functions were defined anew while threads ran that may call them.
    /// Calls are no steps, so not all orders of that can be distinguished.
    pub fn has_redefined(&self) -> bool {
        self.run.has_redefined
    }

    /// What the script has asked for, in any run so far, that is no part of a state otherwise.
    pub fn asked(&self) -> Asked {
        self.run.state.asked
    }

    /// About how many bytes are written and copied to go to the next state from this one.
    pub fn bytes_of_step(&self) -> u64 {
        let lines = self.run.state.so_far.lines() * size_of::<Arc<str>>();
        self.writer.written() + lines as u64
    }

    /// How many bytes it has set aside for writing states down.
    pub fn buffers(&self) -> u64 {
        self.writer.size()
    }

    /// What has been printed, and who has failed.
    pub fn told_so_far(&self) -> &Arc<ToldSoFar> {
        &self.run.state.so_far
    }

    /// From now on keeps all that happens, not only prints and failures, for
    /// [`Walk::take_recent`].
    pub fn listen(&mut self) {
        if let Outlet::Kept { detailed, .. } = &mut self.run.state.outlet {
            *detailed = true;
        }
    }

    /// From now on keeps prints and failures only, as at first.
    pub fn ignore(&mut self) {
        if let Outlet::Kept { detailed, .. } = &mut self.run.state.outlet {
            *detailed = false;
        }
    }

    /// What has happened since the last call.
    pub fn take_recent(&mut self) -> Vec<Told> {
        match &mut self.run.state.outlet {
            Outlet::Kept { recent, .. } => std::mem::take(recent),
            Outlet::Stream => Vec::new(),
        }
    }

    /// The errors that have begun to leave functions since the last call, if it listens.
    pub fn take_raised(&mut self) -> Vec<Raised> {
        match &mut self.run.state.outlet {
            Outlet::Kept { raised, .. } => std::mem::take(raised),
            Outlet::Stream => Vec::new(),
        }
    }

    /// The threads that wait for an object without a limit: each with the object, what it has asked of
    /// it where that is known, and who could end the wait.
    pub fn waiting(&self) -> Vec<(TaskId, Arc<Object>, Option<Verb>, Waiting)> {
        let state = &self.run.state;
        let wait = |(task, object): (TaskId, Arc<Object>)| {
            let fiber = state.members.get(&task).and_then(|one| one.fiber.as_ref());
            let asked = fiber.and_then(|fiber| fiber.asking(&state.world.program));
            let verb = asked.map(|(_, verb, _)| verb);
            let waiting = object.waiting(task);
            (task, object, verb, waiting)
        };
        state.waiting().map(wait).collect()
    }

    /// The operations on objects that a thread may still do, read off its code.
    pub fn prospects(&self, task: TaskId) -> Vec<Prospect> {
        let state = &self.run.state;
        let Some(member) = state.members.get(&task) else {
            return Vec::new();
        };
        let fiber = member.fiber.as_ref();
        fiber.map_or_else(Vec::new, |fiber| {
            fiber.prospects(&state.world.program, globals(state, member))
        })
    }

    /// By which variables objects are reached now: top-level ones, and those that closures have captured.
    /// Parts of values have the way to them behind it. A name that leads different threads to
    /// different objects names none of them, and neither does a parameter.
    pub fn object_names(&self) -> Vec<(Arc<Object>, String)> {
        let state = &self.run.state;
        let program = &state.world.program;
        let globals = program.globals().filter_map(|(id, global)| {
            let binding = state.world.globals.get(id)?;
            Some((global.name.to_string(), binding.cell.clone()))
        });
        let fibers = state.members.values().filter_map(|m| m.fiber.as_ref());
        let shared = fibers.flat_map(|fiber| fiber.captured_variables(program));
        let mut shared: Vec<(String, Arc<Cell>)> = shared.collect();
        let all = shared.clone();
        shared.retain(|(name, cell)| {
            let mut others = all.iter();
            others.all(|(other, of)| other != name || Arc::ptr_eq(of, cell))
        });
        let named = globals.chain(shared).filter(|(name, _)| !name.is_empty());
        let named = named.map(|(name, cell)| (name, cell.load()));
        let main = state
            .members
            .get(&MAIN)
            .and_then(|main| main.fiber.as_ref());
        let mut of_main = main.map_or_else(Vec::new, |main| main.outermost_variables(program));
        // What it holds itself it gives others as arguments, which have names of their own.
        of_main.retain(|(_, value)| matches!(value, Value::Reference(_)));
        let mut next: VecDeque<(String, Value)> = named.chain(of_main).collect();
        let mut seen = BTreeSet::new();
        let mut found = Vec::new();
        // The shortest way to each comes first.
        while let Some((name, value)) = next.pop_front() {
            match value {
                Value::Object(object) => found.push((object, name)),
                Value::Reference(reference)
                    if !seen.insert(Arc::as_ptr(&reference.contents) as usize) => {}
                value if next.len() < MOST_NAMED => next.extend(value.named_parts(&name)),
                _ => {}
            }
        }
        found
    }

    /// The variable that is declared with what is made at a place of the text (`let lock = Lock();`), or
    /// that is a list of such: `forks.push(Lock())`.
    pub fn declared_at(&self, pos: Pos) -> Option<Declared> {
        let program = &self.run.state.world.program;
        let units = program.units().filter(|unit| !unit.is_prelude());
        let mut functions = units.flat_map(|unit| &unit.functions);
        functions.find_map(|code| code.declared_at(program, pos))
    }

    /// The objects that could be reached when the state was last compared.
    pub fn objects(&self) -> impl Iterator<Item = &Arc<Object>> {
        self.writer.nodes.iter().filter_map(|node| match node {
            Node::Object(object) => Some(object),
            Node::Cell(_) | Node::Thread(_) => None,
        })
    }

    /// The key of the state: two states that are alike have the same one. What the script may ask for
    /// counts only as far as it is in `asked`.
    pub fn key(&mut self, asked: Asked) -> u128 {
        let main = (self.run.inputs.begun(), self.run.main_end.as_ref());
        let key = self.writer.key(&mut self.run.state, main, asked);
        if self.writer.is_full() {
            self.run.exhaust_memory();
        }
        key
    }

    /// The threads that are alive and whose identities are not noticed, in the state whose key was asked
    /// for last. Two states with the same key are alike when each thread here in the one takes the place
    /// of the thread in the same position in the other.
    pub fn order(&self) -> &[TaskId] {
        &self.writer.order
    }

    /// The threads that were started so far and whose identities are not noticed, in groups of one birth,
    /// with their names; only groups of several, and of threads whose names belong to no others.
    pub fn interchangeable(&self) -> Vec<Vec<(u64, Arc<str>)>> {
        let state = &self.run.state;
        let identified = state.observations.identified();
        if identified.is_all() {
            return Vec::new();
        }
        let entrants = || state.entrants.iter();
        let mut groups: BTreeMap<_, Vec<(u64, Arc<str>)>> = BTreeMap::new();
        for (task, entrant) in entrants() {
            let alone = entrants()
                .filter(|(_, other)| other.name == entrant.name)
                .count()
                == 1;
            if alone && !identified.includes(Some(entrant.code)) {
                let group = groups.entry((entrant.code, entrant.birth)).or_default();
                group.push((task.0, entrant.name.clone()));
            }
        }
        groups
            .into_values()
            .filter(|group| group.len() > 1)
            .collect()
    }

    /// Keeps the state. It must be the one whose key was asked for last.
    pub fn keep(&mut self) -> Kept {
        let state = &mut self.run.state;
        let mut cells = Vec::with_capacity(self.writer.nodes.len());
        let mut objects = Vec::with_capacity(self.writer.nodes.len());
        for (node, object) in self.writer.nodes.iter().zip(&self.writer.objects) {
            match (node, object) {
                (Node::Object(object), Some(copy)) => {
                    objects.push((object.clone(), copy.clone(), object.is_published()));
                }
                (Node::Cell(cell), _) => {
                    cells.push((cell.clone(), cell.load(), cell.is_published()));
                }
                (Node::Object(_), None) | (Node::Thread(_), _) => {}
            }
        }
        cells.shrink_to_fit();
        objects.shrink_to_fit();
        Kept {
            members: state
                .members
                .iter_mut()
                .map(|(task, member)| (*task, member.keep()))
                .collect(),
            begun: self.run.inputs.begun(),
            run: state.run,
            deadlines: state.deadlines.clone(),
            now: state.now,
            ids: state.world.ids.mark(),
            choices: self.choices.clone(),
            bindings: self.writer.bindings.clone(),
            cells,
            objects,
            so_far: state.so_far.clone(),
            main_end: self.run.main_end.clone(),
            ended: state.ended.clone(),
            entrants: state.entrants.clone(),
            marks: state.marks,
            twins: self.writer.twins.as_slice().into(),
            load: self.run.load(),
        }
    }

    /// Goes back to a state that was kept. Only what is not as it was is touched.
    pub fn set_back(&mut self, kept: &Kept) {
        self.run.forget_interruption(kept.load);
        let state = &mut self.run.state;
        (self.run.inputs).restore(kept.begun, &state.world.program);
        let then = |task: &TaskId| kept.members.binary_search_by_key(task, |(task, _)| *task);
        state.members.retain(|task, _| then(task).is_ok());
        for (task, copy) in &kept.members {
            match state.members.get_mut(task) {
                Some(member) => member.set_back(copy),
                None => {
                    state.members.insert(*task, Member::from_kept(copy));
                }
            }
        }
        if !(state.deadlines.is_empty() && kept.deadlines.is_empty()) {
            state.deadlines.clone_from(&kept.deadlines);
        }
        state.now = kept.now;
        state.run = kept.run;
        state.world.ids.set_back(&kept.ids);
        kept.bindings.set_back(&state.world.globals);
        for (cell, value, is_published) in &kept.cells {
            cell.store(value.clone());
            cell.set_published(*is_published);
        }
        for (object, copy, is_published) in &kept.objects {
            copy.set_back(object);
            object.set_published(*is_published);
        }
        state.so_far = kept.so_far.clone();
        state.ended = kept.ended.clone();
        state.entrants = kept.entrants.clone();
        state.marks = kept.marks;
        self.run.main_end.clone_from(&kept.main_end);
        self.choices.clone_from(&kept.choices);
    }
}

/// The fiber of a thread that is about to execute a visible operation.
fn standing(member: &Member) -> Option<&Fiber> {
    match member.being {
        Being::Standing => member.fiber.as_ref(),
        _ => None,
    }
}

/// The top-level variables that a thread finds.
fn globals<'s>(state: &'s State, member: &'s Member) -> &'s Globals {
    let isolated = member.isolated.as_ref();
    isolated.map_or(&state.world.globals, |isolated| &isolated.globals)
}

impl Drop for Walk {
    /// The main thread is alive for as long as the session, but not as a thread of this run.
    fn drop(&mut self) {
        self.run.state.members.remove(&MAIN);
    }
}
