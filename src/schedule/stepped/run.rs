//! One thread after the other, each up to where it is about to execute its next visible operation, waits or
//! has ended. Who goes is somebody else's business. One file, as all that can end a turn is checked in one loop.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::super::{MAIN, World, guard};
use super::inputs::Inputs;
use super::likeness::Writer;
use super::repetition::{Repetition, SLICE_BYTES};
use super::state::{Asked, Being, Member, Outlet, State};
use super::{PRIVATE_FUEL, Policy};
use crate::host;
use crate::pos::Pos;
use crate::value::budget::{self, LOOK, Limit, MOST_FUEL, MOST_FUEL_LED, take_cost, take_owed};
use crate::value::object::{Effects, TaskId, take_told};
use crate::value::{Fault, FaultKind, Follow, Footprint, Function, Value};
use crate::vm::{Env, Fiber, LivenessCache, Natives, Stop};

/// So much private work is done between two looks at the interrupt, in fuel: well below a millisecond,
/// unless each round of a loop copies a lot.
const SLICE: u32 = 512;

/// The same, for who counts work in slices.
pub const FUEL_PER_SLICE: u64 = SLICE as u64;

/// So much of a slice counts as done when a thread gets a turn: threads may start each other for ever
/// with next to no work of their own.
const TURN: u64 = 16;

/// How much memory is held is measured after so many slices at the earliest, and not before as much
/// work was done as the measuring takes.
const SLICES_MEASURED: u64 = 8;

/// A look at so many values when memory is measured costs as much as a unit of fuel, and so many threads that
/// are passed over at a turn.
const VALUES_PER_FUEL: u64 = 16;
const THREADS_PER_FUEL: u64 = 4;

/// Asked between slices of private work, of one thread or of several, whether the run ends there: by how many
/// bytes its threads and variables hold, as last measured, and the work that was done since it was asked last, in
/// fuel.
pub type Interrupt = Arc<dyn Fn(u64, u64) -> Option<Interruption> + Send + Sync>;

/// Why private work ends before its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interruption {
    /// There is no time left.
    Time,
    /// There is no memory left.
    Memory,
    /// The run itself has gone over a limit of runs ([`Walk::set_limits`](super::Walk::set_limits)), at this
    /// place.
    Exhausted(Limit, Pos),
    /// Too much work was done.
    Work,
    /// The user asked for it.
    Stopped,
}

/// What a unit of fuel costs in virtual time: a thousand cost as much as a step.
const FUEL_NANOSECONDS: u64 = 1;

/// The threads, what runs them, and how the main thread has ended.
pub(super) struct Run {
    pub(super) state: State,
    /// What main runs, and has still to run.
    pub(super) inputs: Inputs,
    /// Whether a text has ever begun while others could notice that.
    pub(super) has_redefined: bool,
    natives: Box<dyn Natives + Send>,
    /// What objects want; empty between steps, and kept for its memory.
    effects: Effects,
    pub(super) main_end: Option<Result<Value, Fault>>,
    /// The threads whose turns have ended since somebody looked for deadlocks: each may wait now.
    pub(super) stopped: Vec<TaskId>,
    /// The error of a thread that has reached a limit of the session.
    pub(super) limited: Option<Fault>,
    /// The work done since memory and time were looked at.
    spent: u64,
    /// After so much private work a thread gives way.
    pub(super) private_fuel: u32,
    /// How much private work was done so far, in fuel.
    pub(super) work: u64,
    /// Whether private work takes time.
    pub(super) work_takes_time: bool,
    /// What can end private work early.
    pub(super) interrupt: Option<Interrupt>,
    /// The memory that a run that is led may hold.
    pub(super) most_memory: u64,
    /// Why it has: the state is in the middle of a step then, and none to look at.
    pub(super) interruption: Option<Interruption>,
    /// The place of the instruction that has taken too long, when that interrupted it.
    pub(super) interrupted_at: Pos,
    load: Load,
    /// How much was done since it was asked: work, and turns.
    unasked: u64,
    /// Whether private work that comes to a state again is found to go on for ever.
    pub(super) finds_repetitions: bool,
    liveness: LivenessCache,
    encoder: Writer,
}

/// How much memory the run held when it was last measured, and how that goes on.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Load {
    bytes: u64,
    /// After how much work that was, and is done again.
    at: u64,
    next: u64,
    /// How many bytes were added by a unit of work since the time before.
    rate: f64,
    /// The bytes of large values that were made since then; some may be garbage.
    made: u64,
}

impl Load {
    /// The bytes at most by now, should it have gone on as before.
    pub(super) fn expected(&self, work: u64) -> u64 {
        let since = work.saturating_sub(self.at) as f64;
        let grown = (self.rate * since) as u64;
        self.bytes.saturating_add(grown.max(self.made))
    }

    /// The same after some work that was taken back: what has been done since it was measured stays due.
    fn at_work(self, then: u64, now: u64) -> Self {
        Self {
            at: now.saturating_sub(then.saturating_sub(self.at)),
            next: now + self.next.saturating_sub(then),
            ..self
        }
    }
}

impl Run {
    /// No threads yet.
    pub(super) fn new(policy: Box<dyn Policy>, world: Arc<World>, outlet: Outlet) -> Self {
        Self {
            natives: world.natives(),
            effects: Effects::default(),
            state: State::new(policy, world, outlet),
            inputs: Inputs::default(),
            has_redefined: false,
            main_end: None,
            stopped: Vec::new(),
            limited: None,
            spent: 0,
            private_fuel: PRIVATE_FUEL,
            work: 0,
            work_takes_time: true,
            interrupt: None,
            most_memory: u64::MAX,
            interruption: None,
            interrupted_at: Pos::NONE,
            load: Load {
                next: u64::from(SLICE) * SLICES_MEASURED,
                ..Load::default()
            },
            unasked: 0,
            finds_repetitions: false,
            liveness: LivenessCache::default(),
            encoder: Writer::default(),
        }
    }

    /// Starts the main thread with these texts, one after the other; it has not yet done anything.
    pub(super) fn begin_all(&mut self, inputs: Inputs) {
        self.inputs = inputs;
        if let Some(function) = self.inputs.begin_next(&self.state.world) {
            self.begin(function);
        }
    }

    /// Starts the main thread with `function`; it has not yet done anything.
    pub(super) fn begin(&mut self, function: Arc<Function>) {
        self.main_end = None;
        self.state.run += 1;
        let handle = self.state.world.main.clone();
        let fiber = Fiber::new(MAIN, function, Vec::new());
        let main = Member::new("main".into(), handle, false, false, self.state.run, fiber);
        self.state.members.insert(MAIN, main);
    }

    /// Runs `task` until it is about to execute a visible operation, waits, gives way or has ended.
    pub(super) fn go(&mut self, task: TaskId) {
        if self.state.is_looping(task) {
            return;
        }
        let Some(mut fiber) = self.state.take_fiber(task) else {
            if let Some(end) = self.state.take_end(task) {
                self.state.running = task;
                self.end(task, end);
            }
            return;
        };
        if let Some(limit) = self.limit_reached() {
            fiber.stop(Fault::new(FaultKind::Limit(limit), Pos::NONE));
        }
        let mut left = self.private_fuel;
        let mut repetition = Repetition::default();
        self.state.has_asked = false;
        self.unasked += TURN + self.state.members.len() as u64 / THREADS_PER_FUEL;
        let stop = loop {
            let slice = match self.interrupt.is_some() || self.finds_repetitions {
                true => left.min(SLICE),
                false => left,
            };
            let mut fuel = slice;
            self.allow();
            let stop = self.step(task, &mut fiber, &mut fuel);
            left -= slice - fuel;
            let unpaid = u64::from(take_owed()) + u64::from(take_cost());
            let spent = u64::from(slice - fuel) + unpaid;
            self.work += spent;
            self.spent += spent;
            self.unasked += spent;
            self.load.made = self.load.made.saturating_add(budget::made());
            if !matches!(stop, Stop::Fuel) {
                break stop;
            }
            self.interruption = self.ask_interrupt(Some(&fiber));
            if left == 0 || self.interruption.is_some() {
                break stop;
            }
            if self.finds_repetitions && repetition.is_due() {
                if std::mem::take(&mut self.state.has_asked) {
                    repetition.forget();
                }
                let key;
                (fiber, key) = self.key_of(task, fiber);
                // What is too large to be written down is like nothing.
                let key = match self.encoder.is_full() {
                    true => u128::from(self.work),
                    false => key,
                };
                self.unasked += self.encoder.written() / SLICE_BYTES * u64::from(SLICE);
                if repetition.repeats(key, self.encoder.written()) {
                    self.state.put_fiber(task, fiber, Being::Looping);
                    return self.encoder = Writer::default();
                }
            }
        };
        if repetition.then.is_some() {
            // It holds on to what can be reached.
            self.encoder = Writer::default();
        }
        if self.work_takes_time {
            self.state.now += u64::from(self.private_fuel - left) * FUEL_NANOSECONDS;
        }
        match stop {
            Stop::Fuel => self.state.put_fiber(task, fiber, Being::Busy),
            Stop::Visible => {
                self.state.put_fiber(task, fiber, Being::Standing);
                self.stopped.push(task);
            }
            Stop::Wait(wait) => {
                self.state.wait(task, fiber, wait);
                self.stopped.push(task);
            }
            Stop::Finished(value) => self.stopped(task, Ok(value)),
            Stop::Failed(fault) => match fault.kind {
                FaultKind::Limit(Limit::Work) if !self.state.is_limited() => {
                    self.interruption = Some(Interruption::Work);
                    self.interrupted_at = fault.pos;
                }
                FaultKind::Limit(limit) if !self.state.is_limited() => {
                    self.interruption = Some(Interruption::Exhausted(limit, fault.pos));
                }
                _ => self.stopped(task, Err(*fault)),
            },
        }
    }

    /// Says how much the next slice may make.
    fn allow(&self) {
        match self.state.is_limited() {
            true => {
                let (left, limit) = self.state.world.budget.memory_left();
                budget::allow(left, limit, MOST_FUEL);
            }
            false => {
                let held = self.load.expected(self.work);
                let (left, limit) = (self.most_memory.saturating_sub(held), self.most_memory);
                budget::allow(left, limit, MOST_FUEL_LED);
            }
        }
    }

    /// The limit of the session that is reached, which is looked at now and then.
    fn limit_reached(&mut self) -> Option<Limit> {
        self.spent += TURN;
        if self.spent < u64::from(LOOK) || !self.state.is_limited() {
            return None;
        }
        self.spent = 0;
        let world = &self.state.world;
        let late = world.budget.check_time(world.clock.elapsed());
        late.and_then(|()| world.budget.check_memory(host::memory_in_use))
            .err()
    }

    /// What it has come to when the state is too large to be written down.
    pub(super) fn exhaust_memory(&mut self) {
        let pos = self.state.pos_of(self.state.running);
        self.interruption = Some(match self.most_memory {
            u64::MAX => Interruption::Memory,
            most => Interruption::Exhausted(Limit::Memory(most), pos),
        });
    }

    /// The key of the whole state while `task` is in the middle of private work; gives its fiber back.
    fn key_of(&mut self, task: TaskId, mut fiber: Fiber) -> (Fiber, u128) {
        let program = self.state.world.program.clone();
        fiber.forget_dead(&program, &mut self.liveness);
        let spare = fiber.clone();
        if let Some(member) = self.state.members.get_mut(&task) {
            member.changes().fiber = Some(fiber);
        }
        let main = (self.inputs.begun(), self.main_end.as_ref());
        // Work that asks for the time does not count as repeated anyway.
        let asked = Asked {
            time: false,
            ..self.state.asked
        };
        let key = (self.encoder).key(&mut self.state, main, asked);
        (self.state.take_fiber(task).unwrap_or(spare), key)
    }

    /// Why private work ends now, perhaps while this fiber is out of its place; nothing when it does
    /// not.
    fn ask_interrupt(&mut self, running: Option<&Fiber>) -> Option<Interruption> {
        let interrupt = self.interrupt.clone()?;
        let most = self.most_memory;
        if self.work >= self.load.next || self.load.expected(self.work) > most {
            self.measure(running);
        }
        let spent = std::mem::take(&mut self.unasked);
        let mut why = interrupt(self.load.expected(self.work), spent);
        if why == Some(Interruption::Memory) && self.load.at != self.work {
            self.measure(running);
            why = interrupt(self.load.bytes, std::mem::take(&mut self.unasked));
        }
        if self.load.bytes <= most {
            return why;
        }
        let program = &self.state.world.program;
        let pos = match running {
            Some(fiber) => fiber.pos(program),
            None => self.state.pos_of(self.state.running),
        };
        Some(Interruption::Exhausted(Limit::Memory(most), pos))
    }

    /// How much the run holds, for a state that is kept, with the work that was done by then.
    pub(super) fn load(&self) -> (Load, u64) {
        (self.load, self.work)
    }

    /// For a state that is set back, which held this.
    pub(super) fn forget_interruption(&mut self, (load, work): (Load, u64)) {
        self.interruption = None;
        self.interrupted_at = Pos::NONE;
        self.unasked = 0;
        self.load = load.at_work(work, self.work);
    }

    /// Measures how much memory threads and variables take.
    fn measure(&mut self, running: Option<&Fiber>) {
        let mut footprint = Footprint::new(Follow::Contents);
        running
            .iter()
            .for_each(|fiber| fiber.add_to(&mut footprint));
        for member in self.state.members.values() {
            member.add_to(&mut footprint);
        }
        for (id, _) in self.state.world.program.globals() {
            let binding = self.state.world.globals.get(id);
            binding
                .iter()
                .for_each(|binding| footprint.value(&Value::Cell(binding.cell.clone())));
        }
        self.state.so_far.add_to(&mut footprint);
        let bytes = footprint.bytes() + self.encoder.size();
        let (before, work) = (&self.load, self.work);
        let rate = match (before.bytes, work.saturating_sub(before.at)) {
            // What it was at first is not known.
            (0, _) | (_, 0) => 0.0,
            (then, since) => bytes.saturating_sub(then) as f64 / since as f64,
        };
        self.unasked += footprint.visited() / VALUES_PER_FUEL;
        self.load = Load {
            bytes,
            at: work,
            next: work + u64::from(SLICE) * SLICES_MEASURED + footprint.visited() / 2,
            rate,
            made: 0,
        };
    }

    /// Lets the machine run `task`, whose fiber this is.
    fn step(&mut self, task: TaskId, fiber: &mut Fiber, fuel: &mut u32) -> Stop {
        let world = self.state.world.clone();
        let isolated = self.state.isolated(task);
        let own = (isolated.as_ref()).map(|isolated| (&isolated.globals, &isolated.ids));
        let (globals, ids) = own.unwrap_or((&world.globals, &world.ids));
        self.state.running = task;
        let mut env = Env {
            program: &world.program,
            globals,
            ids,
            natives: &mut *self.natives,
            services: &mut self.state,
            effects: &mut self.effects,
        };
        // Reports make texts, too.
        take_told();
        guard::step::<true>(fiber, &mut env, fuel)
    }

    /// A thread has done all it had to do: it ends now, or when it is chosen.
    fn stopped(&mut self, task: TaskId, end: Result<Value, Fault>) {
        let next = (task == MAIN)
            .then(|| self.inputs.is_next_noticed())
            .flatten();
        let is_noticed = match next {
            Some(is_noticed) => {
                let is_noticed = is_noticed && self.state.members.len() > 1;
                self.has_redefined |= is_noticed;
                is_noticed
            }
            None => self.state.notices_end(task, &end),
        };
        match is_noticed {
            true => self.state.will_end(task, end),
            false => self.end(task, end),
        }
    }

    fn end(&mut self, task: TaskId, end: Result<Value, Fault>) {
        let mut end = end;
        if let Err(fault) = &mut end
            && matches!(fault.kind, FaultKind::Limit(_))
        {
            match &self.limited {
                None => self.limited = Some(fault.clone()),
                // Another one was the first, and ends the run.
                Some(_) => fault.kind = FaultKind::Interrupted,
            }
        }
        if task == MAIN {
            if let Some(function) = self.inputs.begin_next(&self.state.world) {
                self.state.tell_of_input_end(&end);
                return self.begin(function);
            }
            self.state.tell_of_main_end(&end);
            self.state.members.remove(&MAIN);
            self.main_end = Some(end);
        } else {
            self.state.end(task, end);
        }
    }

    /// Lets every thread do its private work, in the order of their numbers.
    pub(super) fn settle(&mut self) {
        loop {
            while let Some(task) = self.state.first_ready() {
                self.go(task);
                if self.interruption.is_none() && self.unasked >= u64::from(SLICE) {
                    self.interruption = self.ask_interrupt(None);
                }
                let is_over = self.limited.is_some() || self.state.stop.load(Ordering::Relaxed);
                if is_over || self.interruption.is_some() {
                    return;
                }
            }
            if !self.state.end_stuck_process() {
                return;
            }
        }
    }
}
