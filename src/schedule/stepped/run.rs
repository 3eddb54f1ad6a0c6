//! One thread after the other, each up to where it stands before its next visible operation, waits or
//! has ended. Who goes is somebody else's business.

use std::sync::Arc;

use super::super::{MAIN, World, guard};
use super::state::{Being, Member, Outlet, State};
use super::{PRIVATE_FUEL, Policy};
use crate::value::object::{Effects, TaskId};
use crate::value::{Fault, Function, Value};
use crate::vm::{Env, Fiber, Natives, Stop};

/// What a unit of fuel costs in virtual time: a thousand cost as much as a step.
const FUEL_NANOSECONDS: u64 = 1;

/// The threads, what runs them, and how the main thread has ended.
pub(super) struct Run {
    pub(super) state: State,
    natives: Box<dyn Natives + Send>,
    /// What objects want; empty between steps, and kept for its memory.
    effects: Effects,
    pub(super) main_end: Option<Result<Value, Fault>>,
    /// The threads whose turns have ended since somebody looked for deadlocks: each may wait now.
    pub(super) stopped: Vec<TaskId>,
    /// After so much private work a thread gives way.
    pub(super) private_fuel: u32,
    /// How much private work was done so far, in fuel.
    pub(super) work: u64,
    /// Whether private work takes time.
    pub(super) work_takes_time: bool,
}

impl Run {
    /// No threads yet.
    pub(super) fn new(policy: Box<dyn Policy>, world: Arc<World>, outlet: Outlet) -> Self {
        Self {
            natives: world.natives(),
            effects: Effects::default(),
            state: State::new(policy, world, outlet),
            main_end: None,
            stopped: Vec::new(),
            private_fuel: PRIVATE_FUEL,
            work: 0,
            work_takes_time: true,
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

    /// Runs `task` until it stands before a visible operation, waits, gives way or has ended.
    pub(super) fn go(&mut self, task: TaskId) {
        let Some(mut fiber) = self.state.take_fiber(task) else {
            if let Some(end) = self.state.take_end(task) {
                self.state.running = task;
                self.end(task, end);
            }
            return;
        };
        let mut fuel = self.private_fuel;
        let stop = {
            let world = self.state.world.clone();
            let isolated = self.state.isolated(task);
            let own = isolated.as_ref().map(|isolated| &isolated.globals);
            self.state.running = task;
            let mut env = Env {
                program: &world.program,
                globals: own.unwrap_or(&world.globals),
                ids: &world.ids,
                natives: &mut *self.natives,
                services: &mut self.state,
                observes_threads: world.observed().threads,
                effects: &mut self.effects,
            };
            guard::step::<true>(&mut fiber, &mut env, &mut fuel)
        };
        self.work += u64::from(self.private_fuel - fuel);
        if self.work_takes_time {
            self.state.now += u64::from(self.private_fuel - fuel) * FUEL_NANOSECONDS;
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
            Stop::Failed(fault) => self.stopped(task, Err(*fault)),
        }
    }

    /// A thread has done all it had to do: it ends now, or when it is chosen.
    fn stopped(&mut self, task: TaskId, end: Result<Value, Fault>) {
        match self.state.notices_end(task, &end) {
            true => self.state.will_end(task, end),
            false => self.end(task, end),
        }
    }

    fn end(&mut self, task: TaskId, end: Result<Value, Fault>) {
        if task == MAIN {
            self.state.tell_of_main_end();
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
            }
            if !self.state.end_stuck_process() {
                return;
            }
        }
    }
}
