//! One fiber at a time; a policy chooses before every visible operation. Time is virtual.
//!
//! A step is one visible operation of one thread and the private work behind it, up to where every
//! thread is about to execute its next visible operation, waits, or has ended. Nothing depends on
//! addresses, on the host's clock or on the number of its cores: the same answers of the policy
//! give the same run.
//!
//! In reading order: [`policy`]; [`state`], the threads and what objects want done with them;
//! [`inputs`], what main runs; [`processes`], threads that share nothing with the others; [`run`], one thread after the other up to where all stand; here, the loop; [`walk`], a run that somebody
//! else leads, and that can be set back; [`effect`], which of its steps have to do with each other.

mod effect;
mod entrants;
mod inputs;
mod likeness;
mod policy;
mod processes;
mod repetition;
mod run;
mod state;
mod told;
mod walk;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use self::inputs::Inputs;
use self::run::Run;
pub use self::state::Asked;
use self::state::{Member, Outlet};
use super::{MAIN, MainEnd, Prepared, Schedule, StopRequest, Until, World};
use crate::pos::Pos;
use crate::runtime::deadlock;
use crate::runtime::threads::ThreadInfo;
use crate::value::object::{Call, Effects, TaskId, Verb, Wake};
use crate::value::{Fault, FaultKind, Function, Object};

pub use effect::StepEffect;
pub use policy::{Policy, Seeded};
pub use run::{FUEL_PER_SLICE, Interrupt, Interruption};
pub use told::{Failed, Lines, Raised, Told, ToldSoFar};
pub use walk::{Choice, Draw, Kept, Shared, Walk, WalkEnd};

/// What a step costs of the virtual time.
const STEP_NANOSECONDS: u64 = 1_000;

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
    /// The one of this number.
    One(TaskId),
    /// All.
    All,
}

/// The scheduler that asks a policy.
pub struct Stepped {
    run: Run,
    stop_requested: Arc<AtomicBool>,
    steps: u64,
    /// The threads that the last input left behind, though they had not ended nor wait for ever.
    standing: Vec<String>,
}

impl Stepped {
    /// A scheduler for `world` that asks `policy`.
    pub fn new(policy: Box<dyn Policy>, world: Arc<World>) -> Self {
        world.ids.set_usual_workers(POOL_WORKERS);
        world.ids.set_usual_processes(POOL_WORKERS);
        let run = Run::new(policy, world, Outlet::Stream);
        Self {
            stop_requested: run.state.stop.clone(),
            run,
            steps: 0,
            standing: Vec::new(),
        }
    }

    /// Does one step, or lets time pass. False when neither is possible.
    fn advance(&mut self, may_skip_time: bool) -> bool {
        let enabled: Vec<TaskId> = self.run.state.enabled().collect();
        if enabled.is_empty() {
            let skipped = may_skip_time && self.run.state.skip_to_next_deadline();
            self.run.settle();
            return skipped;
        }
        let index = self.run.state.policy.next(&enabled).min(enabled.len() - 1);
        self.steps += 1;
        self.run.state.now += STEP_NANOSECONDS;
        self.run.state.allow(enabled[index]);
        self.run.go(enabled[index]);
        self.run.settle();
        self.run.state.fire_due();
        self.run.settle();
        true
    }

    /// Tells of the threads that the last turns have brought into a deadlock.
    fn look_for_deadlocks(&mut self) {
        for task in std::mem::take(&mut self.run.stopped) {
            self.run.state.look_for_deadlock(task);
        }
    }

    /// The threads that wait for ever, when the run is over because of them.
    fn stuck_for_good(&self, until: Until) -> Option<Vec<TaskId>> {
        let state = &self.run.state;
        let threads = (state.members.iter()).map(|(task, member)| (*task, member.daemon));
        let main = (until == Until::Main).then_some(MAIN);
        deadlock::for_good(threads, main, |task| state.stuck(task).is_some())
    }

    /// Stops the threads of the current run, or all, with `kind`; says where they were.
    fn stop(&mut self, kind: &FaultKind, which: Which) -> Vec<ThreadInfo> {
        let run = self.run.state.run;
        let one = match which {
            Which::One(task) => {
                let member = self.run.state.members.get(&task);
                member.map(|member| member.handle.clone())
            }
            _ => None,
        };
        let concerned = |member: &Member| match which {
            Which::All => true,
            Which::ThisRun => member.run == run,
            Which::One(_) => (one.as_ref()).is_some_and(|one| Arc::ptr_eq(one, &member.handle)),
        };
        let mut infos = self.run.state.infos();
        if matches!(kind, FaultKind::Interrupted) {
            // Threads of earlier inputs are spared. In a deadlock they may be what is waited for.
            let members = &self.run.state.members;
            infos.retain(|info| members.get(&TaskId(info.number)).is_some_and(concerned));
        }
        while let Some(task) = self.run.state.next_to_stop(concerned) {
            if self.run.state.is_ending(task) {
                self.run.go(task);
                continue;
            }
            self.run.state.withdraw_for_stop(task);
            match self
                .run
                .state
                .members
                .get_mut(&task)
                .and_then(|member| member.fiber.as_mut())
            {
                Some(fiber) => {
                    fiber.stop(Fault::new(kind.clone(), Pos::NONE));
                    self.run.go(task);
                }
                // Its function has ended, and was about to be told of.
                None => (self.run.state).end(task, Err(Fault::new(kind.clone(), Pos::NONE))),
            }
            // A stopped fiber always ends; nothing shall hang here if one does not.
            self.run.state.members.remove(&task);
        }
        let members = &self.run.state.members;
        self.run
            .state
            .told
            .retain(|task| members.contains_key(task));
        infos
    }

    /// Whether the clock has jumped enough for what goes on in the background since main ended
    /// with these numbers of jumps and of nanoseconds skipped.
    fn has_jumped_enough(&self, (jumps, skipped): (u64, u64)) -> bool {
        self.run.state.jumps - jumps > JUMPS || self.run.state.skipped - skipped > SKIPPED
    }

    /// How the run is over when nothing can happen any more.
    fn at_rest(&mut self, until: Until) -> MainEnd {
        match self.run.main_end.take() {
            Some(end) if until == Until::Main => MainEnd::from(end),
            _ => MainEnd::Deadlock(self.stop(&FaultKind::Deadlock, Which::ThisRun)),
        }
    }
}

impl Stepped {
    /// Runs these texts as one program: see [`Walk::new`].
    pub fn run_texts(&mut self, texts: Vec<Arc<Prepared>>, until: Until) -> MainEnd {
        let inputs = Inputs::new(texts, &self.run.state.world.program);
        self.run.begin_all(inputs);
        self.run_begun(until)
    }

    /// Runs a main thread that has begun to its end.
    fn run_begun(&mut self, until: Until) -> MainEnd {
        let world = &self.run.state.world;
        world
            .stream
            .hurry(self.stop_requested.load(Ordering::SeqCst));
        world.budget.begin(world.clock.elapsed());
        self.run.limited = None;
        self.run.state.main_stays = until == Until::Main;
        self.run.settle();
        let mut at_main_end = None;
        loop {
            if self.stop_requested.swap(false, Ordering::SeqCst) {
                let infos = self.stop(&FaultKind::Interrupted, Which::ThisRun);
                return MainEnd::Interrupted(infos);
            }
            if let Some(fault) = self.run.limited.take() {
                self.run.main_end = None;
                self.stop(&FaultKind::Interrupted, Which::ThisRun);
                return MainEnd::Failed(fault);
            }
            let non_daemons = self.run.state.members.values().any(|member| !member.daemon);
            if !non_daemons && let Some(end) = self.run.main_end.take() {
                if until == Until::AllThreads {
                    self.stop(&FaultKind::Interrupted, Which::All);
                }
                return MainEnd::from(end);
            }
            if until == Until::Main && self.run.main_end.is_some() {
                let begin =
                    *at_main_end.get_or_insert((self.run.state.jumps, self.run.state.skipped));
                if self.has_jumped_enough(begin)
                    && let Some(end) = self.run.main_end.take()
                {
                    let members = self.run.state.members.values();
                    let non_daemons = members.filter(|member| !member.daemon);
                    self.standing = non_daemons.map(|member| member.name.to_string()).collect();
                    return MainEnd::from(end);
                }
            }
            // A daemon may help those who still wait. At the prompt nobody waits for them.
            let may_skip = self.run.main_end.is_none()
                || until == Until::AllThreads
                || self.run.state.learner_has_deadline();
            let has_advanced = self.advance(may_skip);
            if self.run.state.tells_waits() {
                self.run.state.tell_of_waits();
            }
            self.look_for_deadlocks();
            if !has_advanced {
                return self.at_rest(until);
            }
            if self.steps.is_multiple_of(DEADLOCK_LOOK)
                && !self.run.state.told.is_empty()
                && let Some(stuck) = self.stuck_for_good(until)
            {
                let mut infos = self.stop(&FaultKind::Deadlock, Which::ThisRun);
                infos.retain(|info| stuck.contains(&TaskId(info.number)));
                return MainEnd::Deadlock(infos);
            }
        }
    }
}

impl Schedule for Stepped {
    /// At the prompt, too, all threads go on until each has ended or waits for ever; daemons do not
    /// make the clock jump there.
    fn run_main(&mut self, function: Arc<Function>, until: Until) -> MainEnd {
        self.run.begin(function);
        self.run_begun(until)
    }

    fn set_seed(&mut self, seed: u64) {
        self.run.state.policy.set_seed(seed);
    }

    fn stop_request(&self) -> StopRequest {
        let stop_requested = self.stop_requested.clone();
        let stream = self.run.state.world.stream.clone();
        Arc::new(move || {
            stop_requested.store(true, Ordering::SeqCst);
            stream.hurry(true);
        })
    }

    fn forget_stop(&mut self) {
        self.stop_requested.store(false, Ordering::SeqCst);
        self.run.state.world.stream.hurry(false);
    }

    fn threads(&self) -> Vec<ThreadInfo> {
        self.run.state.infos()
    }

    fn handles(&self) -> Vec<(ThreadInfo, Arc<Object>)> {
        let infos = self.threads().into_iter();
        let handle = |info: ThreadInfo| {
            let member = self.run.state.members.get(&TaskId(info.number))?;
            Some((info, member.handle.clone()))
        };
        infos.filter_map(handle).collect()
    }

    fn stop_all(&mut self) -> Vec<ThreadInfo> {
        self.stop(&FaultKind::Interrupted, Which::All)
    }

    fn stop_one(&mut self, number: u64) {
        self.stop(&FaultKind::Interrupted, Which::One(TaskId(number)));
    }

    fn release(&mut self, object: &Arc<Object>) {
        let mut effects = Effects::default();
        let call = Call {
            verb: Verb::Abandon,
            args: &[],
        };
        // Whatever it answers, the run that took it is over.
        let world = self.run.state.world.clone();
        let time = &mut self.run.state;
        let _ = object.attempt(call, MAIN, Pos::NONE, &mut effects, &world.ids, time);
        self.run.state.carry_out(&mut effects);
    }

    fn notices(&mut self) -> Vec<String> {
        let mut notices = Vec::new();
        let skipped = std::mem::take(&mut self.run.state.skipped);
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
        // One that waits on is not woken at all.
        _ => Wake::Retry,
    }
}
