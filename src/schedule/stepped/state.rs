//! The threads of a stepped run, its clock and its deadlines, and what objects and the machine
//! want done with them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::super::{World, log};
use super::entrants::{self, Entrants};
use super::likeness::Portrait;
use super::told::{Raised, Told, ToldSoFar};
use super::{MAIN, Policy, wake_of};
use crate::event::{self, Kind};
use crate::pos::Pos;
use crate::runtime::deadlock::{self, Standing, WaitsFor};
use crate::runtime::threads::{self, Doing, Ended, Snapshot, ThreadInfo};
use crate::value::object::{
    Attempt, Call, CancelReason, Effects, HandleOf, Noticed, Poll, TaskId, ThreadCode, Time, Verb,
    Wake, take_told,
};
use crate::value::operation::{Effect, Notices, text_notices};
use crate::value::{
    Fault, FaultKind, Footprint, Limit, Object, Origin, Value, debug_text, leads_to, note_variable,
};
use crate::vm::{
    Action, COPY_OF, Fiber, Isolated, Joins, NOT_HERE, Observations, Observed, Path, Prospect,
    Services, SharedAccess, Visible, Wait, no_eval,
};

/// What a thread is at, between the turns.
#[derive(Clone)]
pub(super) enum Being {
    /// It has private work to do.
    Ready,
    /// It is about to execute a visible operation.
    Standing,
    /// It has so much private work that others come in between: going on counts as a step.
    Busy,
    /// It does private work that has come to a state again, and so never ends: a step of it changes
    /// nothing.
    Looping,
    /// It has nothing to do any more, and others can notice when it has ended: to end is its last
    /// step, or that of a call of a pool's thread. How it ends is held.
    Ending,
    /// It waits: on an object, or for a time alone; until a deadline, or for ever.
    Waiting {
        object: Option<Arc<Object>>,
        deadline: Option<Deadline>,
    },
}

/// When, in nanoseconds of the virtual time, and the number of the wait: what is set first fires
/// first.
type Deadline = (u64, u64);

/// All deadlines, the first one first.
pub(super) type Deadlines = BTreeSet<(Deadline, TaskId)>;

/// How much is told of what processes do with their copies, in one step: it is private work, which
/// may be long.
const COPIES_TOLD: u32 = 30;

/// So many operations of one step are told at most: the work behind a visible one may be long.
const MOST_TOLD: usize = 1_000;

/// How late an event loop that has waited may look at its timers.
const LATE: Duration = Duration::from_millis(1);

/// The functions of the library that make what gets a number or a name. One that is missing here is
/// found when it does so ([`Services::has_made`]).
const NUMBERED: [&str; 5] = [
    "Thread",
    "Timer",
    "ThreadPoolExecutor",
    "ProcessPoolExecutor",
    "pool",
];

/// How many threads that have ended are remembered by name.
const REMEMBERED: usize = 4096;

/// One thread.
#[derive(Clone)]
pub(super) struct Member {
    /// What it runs, where it may be interchangeable with others; see `entrants.rs`.
    pub(super) code: Option<ThreadCode>,
    pub(super) name: Arc<str>,
    pub(super) handle: Arc<Object>,
    pub(super) daemon: bool,
    pub(super) worker: bool,
    /// Whether it stands for a process, whose calls run on copies.
    pub(super) is_process: bool,
    /// How it ends, when that is its next step; or how its call in a process has ended, while other
    /// threads of the process go on.
    pub(super) held_end: Option<Result<Value, Fault>>,
    /// The process that it runs in, which for one that stands for a process is that one, during its
    /// calls; nothing for the session's own.
    pub(super) isolated: Option<Arc<Isolated>>,
    /// The run that it belongs to: that of the thread that started it.
    pub(super) run: u64,
    /// Not here while it runs.
    pub(super) fiber: Option<Fiber>,
    pub(super) being: Being,
    /// What its last wait was on, from when it was woken until it has gone on from there: what it
    /// was granted goes back when it is stopped on the way.
    pub(super) woken_by: Option<Arc<Object>>,
    /// What it waits for when it does nothing but wait for the ends of several threads. Derived from the
    /// fiber.
    pub(super) joins: Option<Arc<Joins>>,
    /// Whether it has run since somebody asked.
    pub(super) has_run: bool,
    /// What it waited for when the log said so last.
    pub(super) told_wait: String,
    /// What is written down of it, until it changes.
    pub(super) portrait: Option<Arc<Portrait>>,
    /// A copy of it, until it changes.
    pub(super) copy: Option<Arc<Member>>,
}

impl Member {
    /// A thread that is about to begin.
    pub(super) fn new(
        name: Arc<str>,
        handle: Arc<Object>,
        daemon: bool,
        worker: bool,
        run: u64,
        fiber: Fiber,
    ) -> Self {
        Self {
            code: None,
            name,
            handle,
            daemon,
            worker,
            is_process: false,
            held_end: None,
            isolated: None,
            run,
            fiber: Some(fiber),
            being: Being::Ready,
            woken_by: None,
            joins: None,
            has_run: false,
            told_wait: String::new(),
            portrait: None,
            copy: None,
        }
    }

    /// The number of the process that it runs in; nothing for the session's own.
    pub(super) fn process(&self) -> Option<TaskId> {
        self.isolated.as_ref().map(|isolated| isolated.process)
    }

    /// A copy of it, which is made once until it changes.
    pub(super) fn keep(&mut self) -> Arc<Self> {
        if let Some(copy) = &self.copy {
            return copy.clone();
        }
        let copy = Arc::new(self.clone());
        self.copy = Some(copy.clone());
        copy
    }

    /// Adds the memory that it takes, itself excepted, and what its values lead to.
    pub(super) fn add_to(&self, footprint: &mut Footprint) {
        footprint.value(&Value::Object(self.handle.clone()));
        if let Some(fiber) = &self.fiber {
            fiber.add_to(footprint);
        }
        match &self.held_end {
            None => {}
            Some(Ok(value)) => footprint.value(value),
            Some(Err(fault)) => footprint.fault(fault),
        }
        if let Some(portrait) = &self.portrait
            && footprint.shared(portrait)
        {
            portrait.add_to(footprint);
        }
    }

    /// The thread as it was when `copy` was made.
    pub(super) fn from_kept(copy: &Arc<Self>) -> Self {
        Self {
            copy: Some(copy.clone()),
            ..Self::clone(copy)
        }
    }

    /// Makes it what it was when `copy` was made, in the memory that it has.
    pub(super) fn set_back(&mut self, copy: &Arc<Self>) {
        let is_so = (self.copy.as_ref()).is_some_and(|own| Arc::ptr_eq(own, copy));
        if is_so {
            return;
        }
        let mut fiber = self.fiber.take();
        match (&mut fiber, &copy.fiber) {
            (Some(fiber), Some(then)) => fiber.set_to(then),
            (fiber, then) => fiber.clone_from(then),
        }
        *self = Self {
            code: copy.code,
            name: copy.name.clone(),
            handle: copy.handle.clone(),
            daemon: copy.daemon,
            worker: copy.worker,
            is_process: copy.is_process,
            held_end: copy.held_end.clone(),
            isolated: copy.isolated.clone(),
            run: copy.run,
            fiber,
            being: copy.being.clone(),
            woken_by: copy.woken_by.clone(),
            joins: copy.joins.clone(),
            has_run: copy.has_run,
            told_wait: String::new(),
            portrait: copy.portrait.clone(),
            copy: Some(copy.clone()),
        };
    }

    /// Forgets what was known of it as it was: it changes.
    pub(super) fn changes(&mut self) -> &mut Self {
        self.portrait = None;
        self.copy = None;
        self.joins = None;
        self
    }
}

/// Where goes what the threads print, and the rest that is told of them.
pub(super) enum Outlet {
    /// To the session's stream.
    Stream,
    /// It is kept until somebody takes it.
    Kept {
        recent: Vec<Told>,
        /// The errors, where more than prints and failures is wanted.
        raised: Vec<Raised>,
        /// Whether more than prints and failures is wanted.
        detailed: bool,
    },
}

/// What has happened in a run so far, as far as it decides what other threads can observe.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Marks {
    /// Whether a thread besides main was ever started.
    pub(super) has_company: bool,
    /// Whether one besides main has made or started another: numbers and names of threads depend on who
    /// was faster.
    pub(super) has_competition: bool,
    /// Whether a number or a name of a thread was asked for since there are others.
    pub(super) has_named: bool,
    /// Whether there are variables that each thread has of its own.
    pub(super) has_locals: bool,
}

impl Marks {
    /// As a number.
    pub(super) fn bits(self) -> u64 {
        let Self {
            has_company,
            has_competition,
            has_named,
            has_locals,
        } = self;
        let flags = [has_company, has_competition, has_named, has_locals].into_iter();
        flags.fold(0, |bits, flag| bits << 1 | u64::from(flag))
    }
}

/// What a script can ask for that is a part of a state only where it does: states that are alike but for
/// that go on alike otherwise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// What time it is.
    pub time: bool,
    /// What numbers and names are next: a thread or a pool has been asked for its own, or has printed,
    /// failed or waited for ever under it.
    pub names: bool,
}

impl Asked {
    /// All of it.
    pub const EVERYTHING: Self = Self {
        time: true,
        names: true,
    };
}

/// See the head of the file.
pub(super) struct State {
    pub(super) world: Arc<World>,
    /// Set when the run shall end.
    pub(super) stop: Arc<AtomicBool>,
    pub(super) outlet: Outlet,
    /// What was told and kept.
    pub(super) so_far: Arc<ToldSoFar>,
    pub(super) policy: Box<dyn Policy>,
    pub(super) members: BTreeMap<TaskId, Member>,
    /// The thread that runs.
    pub(super) running: TaskId,
    /// The wake of the thread that runs, when what it asked for woke it before it began to wait: a
    /// task whose turn comes again because no other one can go on.
    pub(super) early: Option<Wake>,
    /// How many runs there have been.
    pub(super) run: u64,
    /// Nanoseconds of virtual time since the session began, and how many of them were skipped
    /// since somebody asked.
    pub(super) now: u64,
    pub(super) skipped: u64,
    /// How often the clock was made to jump.
    pub(super) jumps: u64,
    pub(super) deadlines: Deadlines,
    /// The threads that an event has told of that they wait for ever, as long as they are there.
    pub(super) told: BTreeSet<TaskId>,
    /// Whether main lives on when its function has returned: at the prompt, where the user can
    /// still release what it holds.
    pub(super) main_stays: bool,
    /// Behind a count, since states of a run that is led are kept.
    pub(super) ended: Arc<Ended>,
    /// The threads that have started and that may be interchangeable.
    pub(super) entrants: Arc<Entrants>,
    /// Whether the end that is being reported was a step.
    pub(super) is_end_chosen: bool,
    /// How often somebody was told what processes do with their copies, since it was set to 0.
    pub(super) copies_told: u32,
    pub(super) waits: u64,
    /// Whether what time it is, is a choice.
    pub(super) chooses_time: bool,
    /// What the script has ever asked for that is no part of a state otherwise.
    pub(super) asked: Asked,
    /// Whether an object has asked for the time since it was set.
    pub(super) has_told_time: bool,
    /// Whether a process was ever started.
    pub(super) plays_processes: bool,
    /// Which operations are visible, and whether more became so since it was set.
    pub(super) observations: Observations,
    pub(super) has_learned: bool,
    pub(super) marks: Marks,
    /// Whether the script has asked for the time or for a random number since it was set.
    pub(super) has_asked: bool,
    /// The threads that have done hidden accesses to shared places, in order, where that is wanted.
    pub(super) hidden: Option<Vec<TaskId>>,
    /// The threads that were started, each behind the one that has started it, where that is wanted.
    pub(super) births: Option<Vec<(TaskId, TaskId)>>,
    /// The threads that may be alive in a run that is led.
    pub(super) most_threads: u64,
    /// The bytes that may be printed in it.
    pub(super) most_output: u64,
}

impl State {
    pub(super) fn new(policy: Box<dyn Policy>, world: Arc<World>, outlet: Outlet) -> Self {
        Self {
            world,
            stop: Arc::default(),
            outlet,
            so_far: Arc::default(),
            chooses_time: false,
            asked: Asked::default(),
            has_told_time: false,
            plays_processes: false,
            observations: Observations::of_one_run(),
            has_learned: false,
            marks: Marks::default(),
            has_asked: false,
            hidden: None,
            births: None,
            most_threads: u64::MAX,
            most_output: u64::MAX,
            policy,
            members: BTreeMap::new(),
            running: MAIN,
            early: None,
            run: 0,
            now: 0,
            skipped: 0,
            jumps: 0,
            told: BTreeSet::new(),
            main_stays: false,
            ended: Arc::new(Ended::new(REMEMBERED)),
            entrants: Arc::default(),
            is_end_chosen: false,
            copies_told: 0,
            deadlines: BTreeSet::new(),
            waits: 0,
        }
    }

    /// The number of the process of the thread that runs; nothing for the session's own.
    fn process(&self) -> Option<TaskId> {
        let running = self.members.get(&self.running);
        running.and_then(Member::process)
    }

    /// The top-level variables of a thread's process; nothing for the session's own.
    pub(super) fn isolated(&self, task: TaskId) -> Option<Arc<Isolated>> {
        self.members.get(&task)?.isolated.clone()
    }

    pub(super) fn take_fiber(&mut self, task: TaskId) -> Option<Fiber> {
        self.members.get_mut(&task)?.changes().fiber.take()
    }

    pub(super) fn put_fiber(&mut self, task: TaskId, fiber: Fiber, being: Being) {
        if let Some(member) = self.members.get_mut(&task) {
            member.changes();
            if !fiber.is_coming_back() {
                member.woken_by = None;
            }
            member.fiber = Some(fiber);
            member.being = being;
            member.has_run = true;
        }
    }

    pub(super) fn first_ready(&self) -> Option<TaskId> {
        let ready = |member: &&Member| matches!(member.being, Being::Ready);
        let mut members = self.members.iter();
        members
            .find(|(_, member)| ready(member))
            .map(|(task, _)| *task)
    }

    /// The threads that can do a step.
    pub(super) fn enabled(&self) -> impl Iterator<Item = TaskId> {
        let (program, observed) = (&self.world.program, self.observations.observed());
        let is_enabled = move |member: &Member| match (&member.being, &member.fiber) {
            (Being::Busy | Being::Looping | Being::Ending, _) => true,
            (Being::Standing, Some(fiber)) => fiber.is_enabled(program, observed),
            _ => false,
        };
        let members = self.members.iter();
        let enabled = members.filter(move |(_, member)| is_enabled(member));
        enabled.map(|(task, _)| *task)
    }

    /// Where a thread is in the text; nowhere while it runs.
    pub(super) fn pos_of(&self, task: TaskId) -> Pos {
        let fiber = self.members.get(&task).and_then(|one| one.fiber.as_ref());
        fiber.map_or(Pos::NONE, |fiber| fiber.pos(&self.world.program))
    }

    /// Whether the thread does the same private work for ever.
    pub(super) fn is_looping(&self, task: TaskId) -> bool {
        let member = self.members.get(&task);
        member.is_some_and(|member| matches!(member.being, Being::Looping))
    }

    /// Notes what is observed.
    fn learn(&mut self, note: impl FnOnce(&mut Observed)) {
        self.has_learned |= self.observations.note(note);
    }

    /// Notes that somebody can notice which thread of those with this code one is, or without a code
    /// which any is.
    fn learn_identity(&mut self, code: Option<ThreadCode>) {
        self.has_learned |= self.observations.note_identity(code);
    }

    /// Notes that somebody can notice which thread this is the handle of; nothing is known of an object
    /// that is none.
    fn learn_identity_by(&mut self, of: Option<HandleOf>) {
        match of {
            // Main is interchangeable with none.
            Some(HandleOf { code: None, .. }) => {}
            Some(HandleOf { code, .. }) => self.learn_identity(code),
            None => self.learn_identity(None),
        }
    }

    /// Notes that somebody can notice which thread `task` is.
    fn learn_identity_of(&mut self, task: TaskId) {
        if let Some(entrant) = self.entrants.get(&task) {
            let code = entrant.code;
            self.learn_identity(Some(code));
        }
    }

    fn is_worker(&self, task: TaskId) -> bool {
        self.members.get(&task).is_some_and(|member| member.worker)
    }

    /// Notes that it matters which thread of a pool does a task, if `task` is one.
    fn learn_of_worker(&mut self, task: TaskId) {
        if self.is_worker(task) {
            self.learn(|observed| observed.futures = true);
        }
    }

    /// Notes that numbers and names matter, when that is so; and that it matters who makes or starts a
    /// thread first, when two might.
    pub(super) fn learn_of_names(&mut self, is_stuck: bool) {
        let Marks {
            has_competition,
            has_named,
            ..
        } = self.marks;
        let has_told = || self.so_far.threads.keys().any(|task| *task != MAIN);
        if has_named || is_stuck || has_told() {
            self.asked.names = true;
            if has_competition {
                self.learn(|observed| observed.names = true);
                // Of which birth a thread of some name is differs between runs.
                self.learn_identity(None);
            }
        }
    }

    /// Notes that a number or name of a thread or a pool is told.
    fn learn_of_identity(&mut self) {
        self.asked.names = true;
        self.marks.has_named |= self.marks.has_company;
    }

    /// Lets a thread do what it is about to execute.
    pub(super) fn allow(&mut self, task: TaskId) {
        if let Some(member) = self.members.get_mut(&task)
            && let (Being::Standing, Some(fiber)) = (&member.being, &mut member.fiber)
        {
            fiber.allow();
            member.changes();
        }
    }

    pub(super) fn wait(&mut self, task: TaskId, mut fiber: Fiber, wait: Wait) {
        if let Some(wake) = self.early.take() {
            fiber.wake(wake);
            self.put_fiber(task, fiber, Being::Ready);
            if let Some(member) = self.members.get_mut(&task) {
                member.woken_by = wait.object;
            }
            return;
        }
        self.waits += 1;
        let deadline = wait.limit.map(|limit| {
            let limit = u64::try_from(limit.as_nanos()).unwrap_or(u64::MAX);
            (self.now.saturating_add(limit), self.waits)
        });
        if let Some(deadline) = deadline {
            self.deadlines.insert((deadline, task));
        }
        if let (None, Some(limit)) = (&wait.object, wait.limit)
            && self.tells_waits()
        {
            let seconds = limit.as_secs_f64();
            let pos = fiber.pos(&self.world.program);
            self.tell(task, pos, Kind::Sleep { seconds });
        }
        let being = Being::Waiting {
            object: wait.object,
            deadline,
        };
        self.put_fiber(task, fiber, being);
    }

    fn wake(&mut self, task: TaskId, wake: Wake) {
        let Some(member) = self.members.get_mut(&task) else {
            return;
        };
        match (&member.being, &mut member.fiber) {
            (Being::Waiting { deadline, object }, Some(fiber)) => {
                if let Some(deadline) = deadline {
                    self.deadlines.remove(&(*deadline, task));
                }
                fiber.wake(wake);
                member.woken_by = object.clone();
                member.being = Being::Ready;
                member.changes();
            }
            // The call of a process that has ended before its threads waits for nothing else.
            (Being::Waiting { .. } | Being::Ending, None) => {}
            (_, None) if task == self.running => self.early = Some(wake),
            _ => {}
        }
    }

    /// Ends the waits whose time is over.
    pub(super) fn fire_due(&mut self) {
        while let Some(((deadline, _), task)) = self.deadlines.first().copied() {
            if deadline > self.now {
                return;
            }
            self.time_is_over(task);
        }
    }

    /// Lets the clock jump. False when there is no deadline.
    pub(super) fn skip_to_next_deadline(&mut self) -> bool {
        let Some(((deadline, _), _)) = self.deadlines.first().copied() else {
            return false;
        };
        self.jumps += 1;
        self.skipped += deadline.saturating_sub(self.now);
        self.now = self.now.max(deadline);
        self.fire_due();
        true
    }

    /// The deadlines in their order, with the threads that they end the waits of.
    pub(super) fn deadlines(&self) -> impl Iterator<Item = (u64, TaskId)> {
        let deadlines = self.deadlines.iter();
        deadlines.map(|((deadline, _), task)| (*deadline, *task))
    }

    /// The threads whose waits end first, all at one time; but for the tasks of event loops that look
    /// at their timers themselves.
    pub(super) fn first_deadlines(&self) -> impl Iterator<Item = TaskId> {
        let heeded = |(_, task): &(u64, TaskId)| self.heeds_deadline(*task);
        let first = self.deadlines().find(heeded).map(|(deadline, _)| deadline);
        let same = move |(deadline, _): &(u64, TaskId)| Some(*deadline) <= first;
        (self.deadlines().take_while(same).filter(heeded)).map(|(_, task)| task)
    }

    fn heeds_deadline(&self, task: TaskId) -> bool {
        match self.members.get(&task).map(|member| &member.being) {
            Some(Being::Waiting { object, .. }) => {
                (object.as_ref()).is_none_or(|object| object.state().heeds_deadline(task))
            }
            _ => true,
        }
    }

    /// Lets the time of this thread's wait be over now.
    pub(super) fn reach_deadline_of(&mut self, task: TaskId) {
        let mut deadlines = self.deadlines();
        let Some((deadline, _)) = deadlines.find(|(_, waiting)| *waiting == task) else {
            return;
        };
        drop(deadlines);
        self.now = self.now.max(deadline);
        self.time_is_over(task);
    }

    /// Lets every thread that is about to sleep begin it; says whether there was one.
    pub(super) fn begin_sleeps(&mut self) -> bool {
        let mut has_begun = false;
        for member in self.members.values_mut() {
            if let (Being::Standing, Some(fiber)) = (&member.being, &mut member.fiber)
                && fiber.is_before_sleep()
            {
                fiber.allow();
                member.being = Being::Ready;
                member.changes();
                has_begun = true;
            }
        }
        has_begun
    }

    /// Whether a thread that is no daemon goes on at some time.
    pub(super) fn learner_has_deadline(&self) -> bool {
        self.deadlines
            .iter()
            .any(|(_, task)| self.members.get(task).is_some_and(|member| !member.daemon))
    }

    fn time_is_over(&mut self, task: TaskId) {
        let Some(Being::Waiting { object, .. }) = self.members.get(&task).map(|m| &m.being) else {
            return;
        };
        match object.clone() {
            None => self.wake(task, Wake::Grant(Value::Unit)),
            Some(object) => {
                let mut effects = Effects::default();
                // What follows from it is its doing, also what an event loop draws or starts.
                self.running = task;
                let world = self.world.clone();
                let why = CancelReason::Timeout;
                let attempt = object.cancel_wait(task, why, &mut effects, &world.ids, self);
                match attempt {
                    // It goes on when it is woken: a task whose turn it is not.
                    Attempt::Wait(_) => self.waits_on(task),
                    over => {
                        self.wake(task, wake_of(over));
                        self.waits_no_longer(task);
                    }
                }
                self.carry_out(&mut effects);
            }
        }
    }

    /// The deadline of a thread has passed, and it waits on without one.
    fn waits_on(&mut self, task: TaskId) {
        if let Some(member) = self.members.get_mut(&task)
            && let Being::Waiting { deadline, .. } = &mut member.being
        {
            if let Some(deadline) = deadline.take() {
                self.deadlines.remove(&(deadline, task));
            }
            member.changes();
        }
    }

    /// Takes a thread that is to be stopped out of what it waits for.
    pub(super) fn withdraw_for_stop(&mut self, task: TaskId) {
        let Some(member) = self.members.get_mut(&task) else {
            return;
        };
        let waited_on = match &member.being {
            Being::Waiting { object, .. } => object.clone(),
            _ => member.woken_by.take(),
        };
        if let Some(object) = waited_on {
            let mut effects = Effects::default();
            // How the wait ends does not matter to a thread that ends.
            let world = self.world.clone();
            let _ = object.cancel_wait(task, CancelReason::Stop, &mut effects, &world.ids, self);
            self.carry_out(&mut effects);
        }
        self.wake(task, Wake::Retry);
        self.waits_no_longer(task);
    }

    /// Whether others can notice when a thread ends so, other than by waiting for it: then its end
    /// is a step.
    pub(super) fn notices_end(&self, task: TaskId, end: &Result<Value, Fault>) -> bool {
        let Some(member) = self.members.get(&task) else {
            return false;
        };
        if matches!(end, Err(fault) if !fault.kind.is_catchable()) {
            return false;
        }
        // Daemons end with the last of the others, perhaps before they fail.
        if member.daemon && end.is_err() {
            return true;
        }
        let is_daemon = |(other, one): (&TaskId, &Member)| *other != task && one.daemon;
        if !member.daemon && self.members.iter().any(is_daemon) {
            return true;
        }
        if task == MAIN {
            // The message is made then, and shows what others may change.
            return self.members.len() > 1
                && end
                    .as_ref()
                    .is_err_and(|fault| !shared_parts(fault).is_empty());
        }
        let verb = match end {
            Ok(_) => Verb::Finish,
            Err(_) => Verb::Fail,
        };
        let observed = self.observations.observed();
        match member.handle.state().end_is_noticed(verb) {
            Noticed::Never => false,
            // A task that was given to another process has ended when all its threads have.
            Noticed::AmongThreads if member.isolated.is_none() => observed.threads,
            Noticed::AmongThreads | Noticed::AmongFutures => observed.threads || observed.futures,
            Noticed::Always => true,
        }
    }

    /// A thread will end so when it is chosen.
    pub(super) fn will_end(&mut self, task: TaskId, end: Result<Value, Fault>) {
        if let Some(member) = self.members.get_mut(&task) {
            member.changes().held_end = Some(end);
            member.being = Being::Ending;
            member.has_run = true;
        }
    }

    /// Whether to end is what a thread does next.
    pub(super) fn is_ending(&self, task: TaskId) -> bool {
        let member = self.members.get(&task);
        member.is_some_and(|member| matches!(member.being, Being::Ending))
    }

    /// How a thread ends that was to end when it is chosen, as it is now.
    pub(super) fn take_end(&mut self, task: TaskId) -> Option<Result<Value, Fault>> {
        let member = self.members.get_mut(&task)?;
        if !matches!(member.being, Being::Ending) {
            return None;
        }
        let end = member.changes().held_end.take();
        self.is_end_chosen = true;
        end
    }

    /// What a thread waited on knows that it does not wait there any more.
    fn waits_no_longer(&mut self, task: TaskId) {
        if let Some(member) = self.members.get_mut(&task) {
            member.woken_by = None;
        }
    }

    /// Tells the handle of a thread how its function has ended.
    pub(super) fn end_of_thread(
        &mut self,
        task: TaskId,
        handle: &Arc<Object>,
        end: Result<Value, Fault>,
    ) {
        let Some(member) = self.members.get(&task) else {
            return;
        };
        let (verb, arg) = match end {
            Ok(value) => (Verb::Finish, value),
            Err(fault) => {
                let is_limit = matches!(fault.kind, FaultKind::Limit(_));
                if is_limit || !member.worker && fault.kind.is_reported() {
                    let message = fault.kind.title();
                    self.tell(task, fault.pos, Kind::Failure { message });
                }
                (Verb::Fail, Value::Error(Arc::new(fault)))
            }
        };
        let call = Call { verb, args: &[arg] };
        self.report_end(task, handle, call);
    }

    /// Tells the handle of a thread how a call has ended, and begins the next one.
    pub(super) fn report_end(&mut self, task: TaskId, handle: &Arc<Object>, call: Call<'_>) {
        let mut effects = Effects::default();
        let worker = self.members.get(&task).is_some_and(|member| member.worker);
        let finish = log::finish(call, worker);
        let pos = log::error_of(call).map_or(Pos::NONE, |fault| fault.pos);
        self.tell_of_end(task, pos, &finish);
        // A handle takes the report, whatever it answers.
        let world = self.world.clone();
        let _ = handle.attempt(call, task, Pos::NONE, &mut effects, &world.ids, self);
        let next = effects.next.take();
        // Before the thread is gone, whose name is shown with what it reports.
        self.carry_out(&mut effects);
        match next {
            Some((function, args)) => self.begin(task, function, args, Pos::NONE),
            None => {
                if matches!(self.outlet, Outlet::Stream) && self.is_listening() {
                    self.tell(task, Pos::NONE, finish);
                }
                if let Some(member) = self.members.remove(&task) {
                    Arc::make_mut(&mut self.ended).remember(task, member.name);
                }
            }
        }
    }

    /// Who leads a run is told of starts only in programs that can observe them.
    fn tell_of_start(&mut self, task: TaskId) {
        let is_told = match self.outlet {
            Outlet::Stream => true,
            Outlet::Kept { .. } => self.observations.observed().threads,
        };
        if is_told && self.is_listening() {
            self.tell(task, Pos::NONE, Kind::Start);
        }
    }

    /// Takes note that so many bytes are to be printed.
    fn check_output(&self, bytes: usize) -> Result<(), Limit> {
        if self.is_limited() {
            return self.world.budget.print(bytes);
        }
        match self.so_far.printed + bytes as u64 > self.most_output {
            true => Err(Limit::Output(self.most_output)),
            false => Ok(()),
        }
    }

    /// Whether the limits of the session hold: a run that is explored has its own.
    pub(super) fn is_limited(&self) -> bool {
        matches!(self.outlet, Outlet::Stream)
    }

    /// Whether the log is to say who begins to wait.
    pub(super) fn tells_waits(&self) -> bool {
        matches!(self.outlet, Outlet::Stream) && self.world.stream.is_detailed()
    }

    /// Tells of each thread that waits for something else than when it was told last.
    pub(super) fn tell_of_waits(&mut self) {
        let (program, observed) = (&self.world.program, self.observations.observed());
        let mut begun = Vec::new();
        for (task, member) in &mut self.members {
            let what = match doing(member, program, observed) {
                Doing::Waiting { object, .. } => object.waiting(*task).what,
                _ => String::new(),
            };
            if member.told_wait != what {
                member.told_wait.clone_from(&what);
                let fiber = member.fiber.as_ref().filter(|_| !what.is_empty());
                begun.extend(fiber.map(|fiber| (*task, fiber.pos(program), what)));
            }
        }
        for (task, pos, what) in begun {
            self.tell(task, pos, Kind::Wait { what });
        }
    }

    /// Main goes on with the next text: tells what the prompt shows of the last one.
    pub(super) fn tell_of_input_end(&mut self, end: &Result<Value, Fault>) {
        self.is_end_chosen = false;
        match end {
            Ok(value) if value.is_unit() => {}
            // What handles look like may depend on threads that run.
            Ok(value) if value.is_scalar() || value.as_str().is_some() => {
                let text = debug_text(value);
                let is_open = false;
                self.tell(MAIN, Pos::NONE, Kind::Print { text, is_open });
            }
            Ok(_) => {}
            Err(fault) => {
                let shown = match self.outlet {
                    Outlet::Stream => log::main_failure(&self.world, end),
                    // It is not what becomes of the run.
                    Outlet::Kept { .. } => None,
                };
                let message = fault.kind.title();
                let (pos, kind) = shown.unwrap_or((fault.pos, Kind::Failure { message }));
                self.tell(MAIN, pos, kind);
            }
        }
    }

    /// The same of main, before it is gone.
    pub(super) fn tell_of_main_end(&mut self, end: &Result<Value, Fault>) {
        if let Err(fault) = end {
            for part in shared_parts(fault) {
                if let Value::Reference(reference) = part {
                    note_variable(&reference.contents, false);
                }
            }
        }
        take_told();
        match log::main_failure(&self.world, end) {
            Some((pos, kind)) => {
                if let Some(told) = take_told() {
                    self.has_told(told, true);
                }
                self.tell(MAIN, pos, kind);
            }
            None => self.tell_of_end(MAIN, Pos::NONE, &Kind::Finish { error: None }),
        }
        self.is_end_chosen = false;
    }

    /// Who leads a run is told of every end that was a step or an error.
    fn tell_of_end(&mut self, task: TaskId, pos: Pos, finish: &Kind) {
        let is_step = std::mem::take(&mut self.is_end_chosen);
        let has_failed = matches!(finish, Kind::Finish { error: Some(_) });
        if matches!(self.outlet, Outlet::Kept { detailed: true, .. }) && (is_step || has_failed) {
            self.tell(task, pos, finish.clone());
        }
    }

    fn event_thread(&self, task: TaskId) -> event::Thread {
        let name = self.members.get(&task).map(|member| member.name.clone());
        event::Thread {
            number: task.0,
            name: name.unwrap_or_else(|| "main".into()),
        }
    }

    fn tell(&mut self, task: TaskId, pos: Pos, kind: Kind) {
        self.tell_of(self.event_thread(task), pos, kind);
    }

    fn tell_of(&mut self, thread: event::Thread, pos: Pos, kind: Kind) {
        self.tell_operation(thread, pos, kind, None);
    }

    fn tell_operation(
        &mut self,
        thread: event::Thread,
        pos: Pos,
        kind: Kind,
        operation: Option<&Visible>,
    ) {
        match &mut self.outlet {
            Outlet::Stream => {
                let seconds = self.now as f64 / 1e9;
                self.world.stream.push(seconds, thread, pos, kind);
            }
            Outlet::Kept { recent, .. } if operation.is_some() && recent.len() >= MOST_TOLD => {}
            Outlet::Kept { recent, .. } => {
                let operation = operation.cloned().map(Box::new);
                let told = Told {
                    thread,
                    pos,
                    kind,
                    operation,
                };
                Arc::make_mut(&mut self.so_far).note(&told);
                recent.push(told);
            }
        }
    }

    /// What a thread does, as far as a deadlock is concerned.
    fn standing(&self, task: TaskId) -> Standing {
        let Some(member) = self.members.get(&task) else {
            return match task == MAIN && self.main_stays {
                true => Standing::GoesOn,
                false => Standing::Ended,
            };
        };
        match doing(member, &self.world.program, self.observations.observed()) {
            Doing::Waiting {
                object,
                limited: false,
            } => Standing::Waits(self.world.blockers(&object, task)),
            _ => Standing::GoesOn,
        }
    }

    /// Where the wait of `task` leads, if it can never end.
    pub(super) fn stuck(&self, task: TaskId) -> Option<WaitsFor> {
        deadlock::stuck(task, |task| self.standing(task))
    }

    /// Looks where the wait of a thread leads whose turn has ended, and tells of a deadlock. One in
    /// another process is that process's matter.
    pub(super) fn look_for_deadlock(&mut self, task: TaskId) {
        if self.isolated(task).is_some() {
            return;
        }
        let Some(waits) = self.stuck(task) else {
            return;
        };
        let reasons = deadlock::reasons(&waits);
        if !reasons.contains(&task) || reasons.is_subset(&self.told) {
            return;
        }
        self.told.extend(&reasons);
        let mut infos = self.infos();
        infos.retain(|info| reasons.contains(&TaskId(info.number)));
        let pos = (infos.iter())
            .find(|info| info.number == task.0)
            .map_or(Pos::NONE, |info| info.pos);
        let kind = threads::deadlock(&infos, |info| self.world.source_line(info));
        self.tell(task, pos, kind);
    }

    /// All threads for people.
    pub(super) fn infos(&self) -> Vec<ThreadInfo> {
        let mut infos = threads::describe(
            &self.snapshot(),
            |task| self.ended.name(task),
            |object| self.world.name_of(object),
        );
        for info in &mut infos {
            info.is_reported = self.told.contains(&TaskId(info.number));
        }
        infos
    }

    /// The threads that wait for an object without a limit, each with that object.
    pub(super) fn waiting(&self) -> impl Iterator<Item = (TaskId, Arc<Object>)> {
        let (program, observed) = (&self.world.program, self.observations.observed());
        self.members.iter().filter_map(move |(task, member)| {
            match doing(member, program, observed) {
                Doing::Waiting {
                    object,
                    limited: false,
                } => Some((*task, object)),
                Doing::Waiting { .. } | Doing::Running | Doing::Sleeping => None,
            }
        })
    }

    /// All threads as they are.
    fn snapshot(&self) -> Vec<Snapshot> {
        let (program, observed) = (&self.world.program, self.observations.observed());
        let snapshot = |(task, member): (&TaskId, &Member)| {
            let fiber = member.fiber.as_ref();
            let place = fiber.and_then(|fiber| fiber.place(program));
            let (unit, pos) = place.unwrap_or((0, Pos::NONE));
            Snapshot {
                task: *task,
                name: member.name.clone(),
                daemon: member.daemon,
                pos,
                input: self.world.input_name(unit),
                doing: doing(member, program, observed),
            }
        };
        self.members.iter().map(snapshot).collect()
    }
}

/// What a thread does, for people: one that is about to execute an operation that would only wait,
/// waits.
pub(super) fn doing(
    member: &Member,
    program: &crate::program::Program,
    observed: Observed,
) -> Doing {
    match (&member.being, &member.fiber) {
        (Being::Waiting { object: None, .. }, _) => Doing::Sleeping,
        (
            Being::Waiting {
                object: Some(object),
                deadline,
            },
            _,
        ) => Doing::Waiting {
            object: object.clone(),
            limited: deadline.is_some(),
        },
        (Being::Standing, Some(fiber)) if !fiber.is_enabled(program, observed) => {
            match fiber.asking(program) {
                Some((object, ..)) => Doing::Waiting {
                    object,
                    limited: false,
                },
                None => Doing::Running,
            }
        }
        _ => Doing::Running,
    }
}

/// Whether text of an object names no thread, and nothing of another object that might.
fn names_no_thread(object: &Arc<Object>) -> bool {
    let is_plain = matches!(
        object.kind(),
        "Atomic" | "Event" | "Semaphore" | "BoundedSemaphore" | "Latch" | "Barrier"
    );
    is_plain && !shows_others(object)
}

/// Whether text of an object may show the state of another one, which threads may share: a condition
/// shows its lock.
fn shows_others(object: &Arc<Object>) -> bool {
    let mut shows = false;
    leads_to(&Value::Object(object.clone()), &mut |part| {
        shows |= !(part.is_scalar() || part.as_str().is_some());
    });
    shows
}

impl Time for State {
    fn elapsed(&mut self) -> Duration {
        self.has_told_time = true;
        Duration::from_nanos(self.now)
    }

    /// An event loop that has waited is late by up to a millisecond, the resolution of the host's wait
    /// for events that Python uses: two sleeps that begin one after the other end together. Where time
    /// is chosen, that is what comes first of all that can be, and the clock goes on to where the loop
    /// looks: it cannot be late for one timer and early for another thread's.
    fn due(&mut self, deadlines: &[Duration], poll: Poll) -> usize {
        let now = self.elapsed();
        let until = |time| deadlines.partition_point(|deadline| *deadline <= time);
        let usual = match poll {
            Poll::Busy | Poll::Idle => until(now),
            Poll::Waited => until(now + LATE),
        };
        let due = match (self.chooses_time, poll) {
            (false, _) => usual,
            // The end of the first one's wait is a choice of its own.
            (true, Poll::Idle) => 0,
            (true, _) => {
                let least = match poll {
                    // The first one is what it has waited for.
                    Poll::Waited => 1.min(deadlines.len()),
                    Poll::Busy | Poll::Idle => {
                        deadlines.partition_point(|deadline| *deadline < now)
                    }
                };
                let choices = deadlines.len() - least + 1;
                match choices > 1 {
                    false => least,
                    true => match least + self.random(choices as u64) as usize {
                        first if first == least => usual,
                        other if other <= usual => other - 1,
                        other => other,
                    },
                }
            }
        };
        if let Some(last) = due.checked_sub(1) {
            self.now = self.now.max(deadlines[last].as_nanos() as u64);
        }
        due
    }
}

/// How long a wait for a line goes on before a stop request is looked at.
const PATIENCE: Duration = Duration::from_millis(20);

impl State {
    /// Carries out what an object wants, whoever has asked it.
    pub(super) fn carry_out(&mut self, effects: &mut Effects) {
        for failure in effects.failures.drain(..) {
            let (thread, pos, kind) = log::failure(failure, self.event_thread(self.running));
            self.tell_of(thread, pos, kind);
        }
        for (task, wake) in effects.wakes.drain(..) {
            self.wake(task, wake);
        }
        if !effects.spawns.is_empty() {
            self.marks.has_competition |= self.marks.has_company && self.running != MAIN;
            self.marks.has_company = true;
        }
        for spawn in effects.spawns.drain(..) {
            if let Some(births) = &mut self.births {
                births.push((self.running, spawn.task));
            }
            let starter = self.members.get(&self.running);
            let run = starter.map_or(self.run, |starter| starter.run);
            let isolated = starter.and_then(|starter| starter.isolated.clone());
            let code = match self.chooses_time {
                true => entrants::note(&mut self.entrants, &spawn),
                false => None,
            };
            let fiber = Fiber::new(spawn.task, spawn.function.clone(), spawn.args.clone())
                .in_event_loop(spawn.event_loop, spawn.daemon);
            let (name, handle) = (spawn.name, spawn.handle);
            let fiber = fiber.started_at(spawn.pos);
            let is_daemon = |task| self.members.get(&task).is_some_and(|one| one.daemon);
            let daemon = spawn.daemon.is_daemon(is_daemon);
            let mut member = Member::new(name, handle, daemon, spawn.worker, run, fiber);
            member.is_process = spawn.isolated.is_some();
            member.code = code.filter(|_| isolated.is_none());
            if member.is_process {
                self.plays_processes = true;
                self.learn_identity(None);
                member.isolated = isolated;
                self.members.insert(spawn.task, member);
                self.begin(spawn.task, spawn.function, spawn.args, spawn.pos);
            } else {
                crate::value::publish(&Value::Function(spawn.function));
                spawn.args.iter().for_each(crate::value::publish);
                isolated.iter().for_each(|isolated| isolated.publish());
                member.isolated = isolated;
                self.members.insert(spawn.task, member);
            }
            self.tell_of_start(spawn.task);
        }
        for process in effects.dismissed.drain(..) {
            self.kill(process);
        }
        // Reports are no texts of the script's.
        take_told();
    }
}

impl Services for State {
    fn carry_out(&mut self, effects: &mut Effects) -> Result<(), Limit> {
        let starts = !effects.spawns.is_empty();
        Self::carry_out(self, effects);
        let alive = self.members.len();
        match (starts, self.is_limited()) {
            (false, _) => Ok(()),
            (true, true) => self.world.budget.check_threads(alive),
            // Threads that end and start others are never too many at once.
            (true, false) if self.world.ids.tasks_started() > self.most_threads => {
                Err(Limit::Threads(self.most_threads))
            }
            (true, false) => Ok(()),
        }
    }

    fn now(&mut self) -> f64 {
        self.asked.time = true;
        self.has_told_time = true;
        self.has_asked = true;
        self.now as f64 / 1e9
    }

    fn random(&mut self, bound: u64) -> u64 {
        self.has_asked = true;
        self.policy.random(self.running, bound)
    }

    fn print(&mut self, task: TaskId, text: String, is_open: bool, pos: Pos) -> Result<(), Limit> {
        self.learn_of_worker(task);
        self.check_output(text.len() + 1)?;
        self.tell(task, pos, Kind::Print { text, is_open });
        Ok(())
    }

    fn print_error(&mut self, task: TaskId, text: String, pos: Pos) -> Result<(), Limit> {
        self.learn_of_worker(task);
        self.check_output(text.len())?;
        self.tell(task, pos, Kind::Note { text });
        Ok(())
    }

    fn compile(&mut self, text: &str) -> Result<Arc<crate::value::Function>, FaultKind> {
        match self.is_limited() {
            true => self.world.compile(text),
            false => Err(no_eval()),
        }
    }

    fn read_file(&mut self, path: &str) -> Result<String, FaultKind> {
        self.world.read_file(path)
    }

    /// The time stands still meanwhile. A stop request ends the wait.
    fn read_line(&mut self) -> Result<Option<String>, FaultKind> {
        if !self.is_limited() {
            return Err(NOT_HERE);
        }
        let mut line = None;
        while line.is_none() && !self.stop.load(Ordering::Relaxed) {
            line = self.world.read_line(PATIENCE)?;
        }
        Ok(line)
    }

    fn handle(&mut self, task: TaskId) -> Option<Arc<Object>> {
        self.learn_of_worker(task);
        let member = self.members.get(&task);
        member.map(|member| member.handle(task).clone())
    }

    fn name(&mut self, task: TaskId) -> String {
        self.learn_of_identity();
        self.learn_identity_of(task);
        match self.members.get(&task) {
            Some(member) => member.name.to_string(),
            None if task == MAIN => "main".into(),
            None => threads::ended_name(task, self.ended.name(task)),
        }
    }

    fn threads(&mut self) -> Vec<Arc<Object>> {
        self.learn_of_identity();
        // In the order of their numbers.
        self.learn_identity(None);
        if self.marks.has_company {
            self.learn(|observed| observed.threads = true);
        }
        let process = self.process();
        let is_main_away = process.is_none() && !self.members.contains_key(&MAIN);
        let main = is_main_away.then(|| self.world.main.clone());
        let here = (self.members.iter()).filter(|(_, member)| member.process() == process);
        main.into_iter()
            .chain(here.map(|(task, member)| member.handle(*task).clone()))
            .collect()
    }

    fn pid(&mut self) -> u64 {
        self.learn_of_worker(self.running);
        self.process().map_or(MAIN.0, |process| process.0)
    }

    fn sees_call(&mut self, task: TaskId, object: &Arc<Object>, verb: Verb, argc: usize) -> bool {
        let operation = object.operation(verb);
        let notices = operation.notices(argc);
        if notices.any_of(Notices::IDENTITY) {
            self.learn_of_identity();
            let of = object.state().handle_of();
            self.learn_identity_by(of);
        }
        if self.marks.has_company {
            // Where another thread has the handle, too, it may start, join or ask before.
            let may_be_early = verb == Verb::Start && object.is_published();
            let clears = verb == Verb::Clear && object.kind() == "Event";
            // A name is a constant until then; and errors of what is asked too early tell it.
            let renames = verb == Verb::SetName && operation.effect == Effect::Writes;
            let is_of_worker = operation.effect == Effect::Own && self.is_worker(task);
            self.learn(|observed| {
                observed.threads |= may_be_early || renames || notices.any_of(Notices::THREADS);
                observed.futures |= is_of_worker || notices.any_of(Notices::FUTURES);
                observed.arrivals |= clears;
                observed.renamed |= renames;
            });
        }
        let observed = self.observations.observed();
        match operation.effect {
            Effect::Named => observed.renamed || observed.unlisted,
            Effect::Constant | Effect::Own => observed.unlisted,
            Effect::Life if verb == Verb::Start => observed.threads || observed.names,
            Effect::Life => observed.threads || !operation.is_private(argc),
            Effect::Reads | Effect::Writes => true,
        }
    }

    fn sees_text(&mut self, _task: TaskId, objects: &[Arc<Object>]) -> bool {
        for object in objects {
            let of = object.state().handle_of();
            if of.is_some() || !names_no_thread(object) {
                self.learn_identity_by(of);
            }
        }
        let tells = |object: &Arc<Object>| text_notices(object.kind()) != Notices::NOTHING;
        if objects.iter().any(tells) {
            self.learn_of_identity();
        }
        if !self.marks.has_company {
            return false;
        }
        let mut is_visible = false;
        for object in objects {
            let lives = text_notices(object.kind());
            is_visible |=
                object.is_published() || lives != Notices::NOTHING || shows_others(object);
            self.learn(|observed| {
                observed.threads |= lives.any_of(Notices::THREADS);
                observed.futures |= lives.any_of(Notices::FUTURES);
            });
        }
        is_visible
    }

    fn expects_text(&mut self) -> bool {
        self.observations.observed().unlisted
    }

    fn sees_fault(&mut self, kind: &FaultKind) {
        let entrants = self.entrants.values();
        let codes: Vec<ThreadCode> = match entrants.len() {
            0 => return,
            _ => {
                let text = kind.to_string();
                let named = entrants.filter(|one| text.contains(&*one.name));
                named.map(|one| one.code).collect()
            }
        };
        codes
            .into_iter()
            .for_each(|code| self.learn_identity(Some(code)));
    }

    fn has_shown(&mut self) {
        self.learn_identity(None);
    }

    fn has_told(&mut self, told: Notices, is_expected: bool) {
        if !is_expected {
            self.learn_identity(None);
        }
        if told != Notices::NOTHING {
            self.learn_of_identity();
        }
        if !self.marks.has_company {
            return;
        }
        self.learn(|observed| {
            observed.threads |= told.any_of(Notices::THREADS);
            observed.futures |= told.any_of(Notices::FUTURES);
            observed.unlisted |= !is_expected;
        });
    }

    fn has_made(&mut self, task: TaskId, name: &str) {
        self.marks.has_competition |= self.marks.has_company && task != MAIN;
        if self.marks.has_company && !NUMBERED.contains(&name) {
            self.learn(|observed| observed.unlisted = true);
        }
    }

    fn sees_making(&mut self, _task: TaskId, name: &str) -> bool {
        self.marks.has_locals |= name == "ThreadLocal";
        let Observed {
            names, unlisted, ..
        } = self.observations.observed();
        names && (unlisted || NUMBERED.contains(&name))
    }

    fn sees_binding(&mut self, _task: TaskId, origin: Origin) -> bool {
        if !self.marks.has_company {
            return false;
        }
        self.has_learned |= self.observations.note_write(origin, Path::new(&[], &[]));
        self.observations.sees(origin, Path::new(&[], &[]))
    }

    fn sees(&mut self, task: TaskId, access: &SharedAccess<'_>) -> bool {
        let SharedAccess {
            origin,
            path,
            writes,
        } = *access;
        // What main does before the first thread starts comes before all that other threads do.
        if writes && self.marks.has_company {
            self.has_learned |= self.observations.note_write(origin, path);
        }
        let sees = self.observations.sees(origin, path);
        if !sees && let Some(hidden) = &mut self.hidden {
            hidden.push(task);
        }
        sees
    }

    fn passed_over(&self) -> usize {
        self.hidden.as_ref().map_or(0, Vec::len)
    }

    fn belong_to_step(&mut self, first: usize) {
        self.hidden
            .iter_mut()
            .for_each(|hidden| hidden.truncate(first));
    }

    fn is_listening(&self) -> bool {
        match &self.outlet {
            Outlet::Stream => self.world.stream.is_detailed(),
            Outlet::Kept { detailed, .. } => *detailed,
        }
    }

    fn has_raised(&mut self, task: TaskId, fault: &Fault, ahead: Vec<Prospect>) {
        if let Outlet::Kept { raised, .. } = &mut self.outlet {
            raised.push(Raised {
                task,
                pos: fault.pos,
                message: fault.kind.to_string(),
                ahead,
            });
        }
    }

    fn tells_copies(&self) -> bool {
        self.copies_told < COPIES_TOLD
            && matches!(self.outlet, Outlet::Kept { detailed: true, .. })
            && self.process().is_some()
    }

    fn note(&mut self, task: TaskId, visible: &Visible, value: &Value) {
        if let Action::Read(place) | Action::Write(place) | Action::Method { place, .. } =
            &visible.action
            && place.name.starts_with(COPY_OF)
        {
            self.copies_told += 1;
        }
        if let Some(kind) = log::kind(visible, value) {
            let thread = self.event_thread(task);
            self.tell_operation(thread, visible.pos, kind, Some(visible));
        }
        // Whether somebody listens makes no difference.
        take_told();
    }
}

/// What the message of an error may show that others can change: objects and collections that they can reach.
fn shared_parts(fault: &Fault) -> Vec<Value> {
    let (mut found, mut seen) = (Vec::new(), BTreeSet::new());
    let mut next: Vec<Value> = Vec::new();
    fault.kind.visit_parts(&mut |part| next.push(part.clone()));
    while let Some(value) = next.pop() {
        match &value {
            Value::Object(object) if object.is_published() => found.push(value),
            Value::Reference(reference) => {
                let contents = &reference.contents;
                if !seen.insert(Arc::as_ptr(contents) as usize) {
                    continue;
                }
                next.push(contents.load());
                if contents.is_published() {
                    found.push(value);
                }
            }
            value => value.visit_parts(&mut |part| {
                if !part.is_scalar() {
                    next.push(part.clone());
                }
            }),
        }
    }
    found
}
