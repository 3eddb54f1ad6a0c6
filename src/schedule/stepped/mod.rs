//! One fiber at a time; a policy chooses before every visible operation. Time is virtual.
//!
//! A step is one visible operation of one thread and the private work behind it, up to where every
//! thread stands before its next visible operation, waits, or has ended. Nothing depends on
//! addresses, on the host's clock or on the number of its cores: the same answers of the policy
//! give the same run.
//!
//! In reading order: [`policy`]; [`state`], the threads and what objects want done with them; here,
//! the loop.

mod policy;
mod state;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use self::state::{Being, Member, State};
use super::{MAIN, MainEnd, Schedule, StopRequest, Until, World, guard};
use crate::pos::Pos;
use crate::runtime::threads::ThreadInfo;
use crate::value::object::{Call, Effects, TaskId, Verb, Wake};
use crate::value::{Fault, FaultKind, Function, Object, Value};
use crate::vm::{Env, Fiber, Natives, Services, Stop};

pub use policy::{Policy, Seeded};

/// What a step costs of the virtual time.
const STEP_NANOSECONDS: u64 = 1_000;

/// What a unit of fuel costs: a thousand cost as much as a step.
const FUEL_NANOSECONDS: u64 = 1;

/// After so much private work a thread gives way, so that an endless loop stops nobody else.
const PRIVATE_FUEL: u32 = 100_000;

/// How many threads a pool has that is not told a number: the same on every machine.
const POOL_WORKERS: usize = 4;

/// How often, in steps, a run in which threads wait for ever is looked at: whether it is over because
/// of them.
const DEADLOCK_LOOK: u64 = 64;

/// How often, and for how long in nanoseconds, the clock jumps for the background once main has
/// ended at the prompt: a thread that never ends shall not keep the prompt for ever.
const JUMPS: u64 = 1_000;
const SKIPPED: u64 = 3_600_000_000_000;

/// Whose threads are stopped.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Which {
    /// Those of the current run.
    ThisRun,
    /// All.
    All,
}

/// The scheduler that asks a policy.
pub struct Stepped {
    state: State,
    natives: Box<dyn Natives + Send>,
    stop_requested: Arc<AtomicBool>,
    steps: u64,
    main_end: Option<Result<Value, Fault>>,
    /// The threads whose turns have ended since somebody looked for deadlocks: each may wait now.
    stopped: Vec<TaskId>,
    /// The threads that the last input left behind, though they had not ended nor wait for ever.
    standing: Vec<String>,
}

impl Stepped {
    /// A scheduler for `world` that asks `policy`.
    pub fn new(policy: Box<dyn Policy>, world: Arc<World>) -> Self {
        world.ids.set_usual_workers(POOL_WORKERS);
        Self {
            natives: world.natives(),
            state: State::new(policy, world),
            stop_requested: Arc::new(AtomicBool::new(false)),
            steps: 0,
            main_end: None,
            stopped: Vec::new(),
            standing: Vec::new(),
        }
    }

    /// Runs `task` until it stands before a visible operation, waits, gives way or has ended.
    fn run(&mut self, task: TaskId) {
        let Some(mut fiber) = self.state.take_fiber(task) else {
            return;
        };
        let mut fuel = PRIVATE_FUEL;
        let stop = {
            let world = self.state.world.clone();
            self.state.running = task;
            let mut env = Env {
                program: &world.program,
                globals: &world.globals,
                ids: &world.ids,
                natives: &mut *self.natives,
                services: &mut self.state,
                observes_threads: world.observes_threads.load(Ordering::Relaxed),
                effects: Default::default(),
            };
            guard::step::<true>(&mut fiber, &mut env, &mut fuel)
        };
        self.state.now += u64::from(PRIVATE_FUEL - fuel) * FUEL_NANOSECONDS;
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
            Stop::Finished(value) => self.end(task, Ok(value)),
            Stop::Failed(fault) => self.end(task, Err(fault)),
        }
    }

    fn end(&mut self, task: TaskId, end: Result<Value, Fault>) {
        if task == MAIN {
            self.state.members.remove(&MAIN);
            self.main_end = Some(end);
        } else {
            self.state.end(task, end);
        }
    }

    /// Lets every thread do its private work, in the order of their numbers.
    fn settle(&mut self) {
        while let Some(task) = self.state.first_ready() {
            self.run(task);
        }
    }

    /// Does one step, or lets time pass. False when neither is possible.
    fn advance(&mut self, may_skip_time: bool) -> bool {
        let enabled = self.state.enabled();
        if enabled.is_empty() {
            let skipped = may_skip_time && self.state.skip_to_next_deadline();
            self.settle();
            return skipped;
        }
        let index = self.state.policy.next(&enabled).min(enabled.len() - 1);
        self.steps += 1;
        self.state.now += STEP_NANOSECONDS;
        self.state.allow(enabled[index]);
        self.run(enabled[index]);
        self.settle();
        self.state.fire_due();
        self.settle();
        true
    }

    /// Tells of the threads that the last turns have brought into a deadlock.
    fn look_for_deadlocks(&mut self) {
        for task in std::mem::take(&mut self.stopped) {
            self.state.look_for_deadlock(task);
        }
    }

    /// The threads that wait for ever, when the run is over because of them: at the prompt main is
    /// one of them; of a script all are that are no daemons, and what they wait for is no daemon's
    /// to give.
    fn stuck_for_good(&self, until: Until) -> Option<Vec<TaskId>> {
        let is_stuck = |task: TaskId| self.state.stuck(task).is_some();
        let is_over = match until {
            Until::Main => is_stuck(MAIN),
            Until::AllThreads => (self.state.members.iter())
                .filter(|(_, member)| !member.daemon)
                .all(|(task, _)| is_stuck(*task)),
        };
        let tasks = self.state.members.keys().copied();
        is_over.then(|| tasks.filter(|task| is_stuck(*task)).collect())
    }

    /// Stops the threads of the current run, or all, with `kind`; says where they were.
    fn stop(&mut self, kind: &FaultKind, which: Which) -> Vec<ThreadInfo> {
        let run = self.state.run;
        let concerned = |member: &Member| which == Which::All || member.run == run;
        let mut infos = self.state.infos();
        if matches!(kind, FaultKind::Interrupted) {
            // Threads of earlier inputs are spared. In a deadlock they may be what is waited for.
            let members = &self.state.members;
            infos.retain(|info| members.get(&TaskId(info.number)).is_some_and(concerned));
        }
        loop {
            let mut members = self.state.members.iter();
            let next = members.find(|(_, member)| concerned(member));
            let Some(task) = next.map(|(task, _)| *task) else {
                break;
            };
            self.state.withdraw_for_stop(task);
            match self
                .state
                .members
                .get_mut(&task)
                .and_then(|member| member.fiber.as_mut())
            {
                Some(fiber) => fiber.stop(Fault::new(kind.clone(), Pos::NONE)),
                None => {
                    self.state.members.remove(&task);
                    continue;
                }
            }
            self.run(task);
            // A stopped fiber always ends; nothing shall hang here if one does not.
            self.state.members.remove(&task);
        }
        let members = &self.state.members;
        self.state.told.retain(|task| members.contains_key(task));
        infos
    }

    /// Whether the clock has jumped enough for what goes on in the background since main ended
    /// with these numbers of jumps and of nanoseconds skipped.
    fn has_jumped_enough(&self, (jumps, skipped): (u64, u64)) -> bool {
        self.state.jumps - jumps > JUMPS || self.state.skipped - skipped > SKIPPED
    }

    /// How the run is over when nothing can happen any more.
    fn at_rest(&mut self, until: Until) -> MainEnd {
        match self.main_end.take() {
            Some(end) if until == Until::Main => MainEnd::from(end),
            _ => MainEnd::Deadlock(self.stop(&FaultKind::Deadlock, Which::ThisRun)),
        }
    }
}

impl Schedule for Stepped {
    /// At the prompt, too, all threads go on until each has ended or waits for ever; daemons do not
    /// make the clock jump.
    fn run_main(&mut self, function: Arc<Function>, until: Until) -> MainEnd {
        self.stop_requested.store(false, Ordering::SeqCst);
        self.state.world.stream.hurry(false);
        self.main_end = None;
        self.state.run += 1;
        let main = Member {
            name: "main".into(),
            handle: self.state.world.main.clone(),
            daemon: false,
            worker: false,
            run: self.state.run,
            fiber: Some(Fiber::new(MAIN, function, Vec::new())),
            being: Being::Ready,
        };
        self.state.members.insert(MAIN, main);
        self.state.main_stays = until == Until::Main;
        self.settle();
        let mut at_main_end = None;
        loop {
            if self.stop_requested.swap(false, Ordering::SeqCst) {
                let infos = self.stop(&FaultKind::Interrupted, Which::ThisRun);
                return MainEnd::Interrupted(infos);
            }
            let learners = self.state.members.values().any(|member| !member.daemon);
            if !learners && let Some(end) = self.main_end.take() {
                if until == Until::AllThreads {
                    self.stop(&FaultKind::Interrupted, Which::All);
                }
                return MainEnd::from(end);
            }
            if until == Until::Main && self.main_end.is_some() {
                let begin = *at_main_end.get_or_insert((self.state.jumps, self.state.skipped));
                if self.has_jumped_enough(begin)
                    && let Some(end) = self.main_end.take()
                {
                    let members = self.state.members.values();
                    let learners = members.filter(|member| !member.daemon);
                    self.standing = learners.map(|member| member.name.to_string()).collect();
                    return MainEnd::from(end);
                }
            }
            let may_skip = self.main_end.is_none() || self.state.learner_has_deadline();
            let has_advanced = self.advance(may_skip);
            self.look_for_deadlocks();
            if !has_advanced {
                return self.at_rest(until);
            }
            if self.steps.is_multiple_of(DEADLOCK_LOOK)
                && !self.state.told.is_empty()
                && let Some(stuck) = self.stuck_for_good(until)
            {
                let mut infos = self.stop(&FaultKind::Deadlock, Which::ThisRun);
                infos.retain(|info| stuck.contains(&TaskId(info.number)));
                return MainEnd::Deadlock(infos);
            }
        }
    }

    fn set_seed(&mut self, seed: u64) {
        self.state.policy.set_seed(seed);
    }

    fn stop_request(&self) -> StopRequest {
        let stop_requested = self.stop_requested.clone();
        let stream = self.state.world.stream.clone();
        Arc::new(move || {
            stop_requested.store(true, Ordering::SeqCst);
            stream.hurry(true);
        })
    }

    fn threads(&self) -> Vec<ThreadInfo> {
        self.state.infos()
    }

    fn handles(&self) -> Vec<(ThreadInfo, Arc<Object>)> {
        let infos = self.threads().into_iter();
        let handle = |info: ThreadInfo| {
            let member = self.state.members.get(&TaskId(info.number))?;
            Some((info, member.handle.clone()))
        };
        infos.filter_map(handle).collect()
    }

    fn stop_all(&mut self) -> Vec<ThreadInfo> {
        self.stop(&FaultKind::Interrupted, Which::All)
    }

    fn release(&mut self, object: &Arc<Object>) {
        let mut effects = Effects::default();
        let call = Call {
            verb: Verb::Release,
            args: &[],
        };
        // Whatever it answers, the run that took it is over.
        let _ = object.attempt(call, MAIN, Pos::NONE, &mut effects, &self.state.world.ids);
        self.state.carry_out(&mut effects);
    }

    fn notices(&mut self) -> Vec<String> {
        let mut notices = Vec::new();
        let skipped = std::mem::take(&mut self.state.skipped);
        if skipped != 0 {
            let seconds = skipped as f64 / 1e9;
            let rounded = (seconds * 1_000.0).round() / 1_000.0;
            notices.push(format!("virtual time: {rounded} s skipped"));
        }
        let standing = std::mem::take(&mut self.standing);
        if !standing.is_empty() {
            let go_on = match standing.len() {
                1 => "goes on and on; it stands",
                _ => "go on and on; they stand",
            };
            let names = standing.join(", ");
            notices.push(format!("{names} {go_on} still until the next input"));
        }
        notices
    }
}

/// How a wait that is over by its deadline goes on.
fn wake_of(attempt: crate::value::object::Attempt) -> Wake {
    use crate::value::object::Attempt;
    match attempt {
        Attempt::Done(value) => Wake::Grant(value),
        Attempt::Fail(kind) => Wake::Fail(kind),
        // Nobody else runs while a deadline fires: no other wake can be on its way.
        _ => Wake::Retry,
    }
}
