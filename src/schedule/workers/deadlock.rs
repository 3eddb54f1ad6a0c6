//! Threads that can never go on, although others run.
//!
//! A worker that parks a thread without a limit looks where its wait leads. That sees every cycle: of
//! the threads in it, the one that was parked last finds all others parked.
//!
//! Other threads run on meanwhile, so what was seen of one thread may be over when the next is
//! looked at. But a thread that was found waiting before and after, without having run in between,
//! has waited all the time, and took and released nothing; if all have, the cycle was there.
//!
//! A thread that is not there has ended, and holds for ever what it held; or it is about to begin: an
//! object names whom it starts before the scheduler has done it. So who waits for one that is not
//! there is looked at again when some time has passed.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use parking_lot::Mutex;

use super::Shared;
use super::table::ParkState;
use crate::pos::Pos;
use crate::runtime::deadlock::{self, Standing, WaitsFor};
use crate::runtime::threads::{self, ThreadInfo};
use crate::schedule::MAIN;
use crate::value::object::TaskId;

/// Whether a thread that is not there is known to have ended.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Absence {
    /// It may be about to begin.
    Unknown,
    /// It has ended.
    Ended,
}

/// Threads that wait for one that was not there: those met since the last look, and those met
/// before.
#[derive(Default)]
struct Doubtful {
    new: BTreeSet<TaskId>,
    old: BTreeSet<TaskId>,
}

/// What is known of deadlocks.
#[derive(Default)]
pub(super) struct Deadlocks {
    /// The threads that an event has reported, as long as they exist.
    reported: Mutex<BTreeSet<TaskId>>,
    /// How many these are: readable without the lock.
    count: AtomicUsize,
    doubtful: Mutex<Doubtful>,
    /// Whether main lives on when its function has returned: at the prompt, where the user can
    /// still release what it holds.
    pub(super) main_stays: AtomicBool,
}

impl Deadlocks {
    /// Whether there is any thread that is known to wait for ever.
    pub(super) fn are_known(&self) -> bool {
        self.count.load(Ordering::SeqCst) > 0
    }

    /// Notes threads; returns whether one of them was not reported before.
    fn report(&self, threads: &BTreeSet<TaskId>) -> bool {
        let mut reported = self.reported.lock();
        let before = reported.len();
        reported.extend(threads);
        self.count.store(reported.len(), Ordering::SeqCst);
        reported.len() > before
    }

    /// The threads that have been in doubt from one look to the next at least.
    pub(super) fn no_longer_doubtful(&self) -> BTreeSet<TaskId> {
        let mut doubtful = self.doubtful.lock();
        let new = std::mem::take(&mut doubtful.new);
        std::mem::replace(&mut doubtful.old, new)
    }

    /// Forgets the threads that are gone.
    pub(super) fn keep(&self, is_there: impl Fn(TaskId) -> bool) {
        let mut reported = self.reported.lock();
        reported.retain(|task| is_there(*task));
        self.count.store(reported.len(), Ordering::SeqCst);
    }

    /// Marks the threads that an event has reported.
    pub(super) fn mark(&self, infos: &mut [ThreadInfo]) {
        let reported = self.reported.lock();
        for info in infos {
            info.is_reported = reported.contains(&TaskId(info.number));
        }
    }
}

impl Shared {
    /// Where the wait of `task` leads, if it can never end.
    pub(super) fn stuck(&self, task: TaskId) -> Option<WaitsFor> {
        let mut is_in_doubt = false;
        self.stuck_or_in_doubt(task, &mut is_in_doubt)
    }

    /// The same, and whether that hangs on a thread that is not there.
    fn stuck_or_in_doubt(&self, task: TaskId, is_in_doubt: &mut bool) -> Option<WaitsFor> {
        let mut seen = Vec::new();
        let main_stays = self.deadlocks.main_stays.load(Ordering::SeqCst);
        let waits = deadlock::stuck(task, |task| match self.table.park_state(task) {
            ParkState::Active => Standing::GoesOn,
            ParkState::Ended if task == MAIN && main_stays => Standing::GoesOn,
            ParkState::Ended => {
                *is_in_doubt = true;
                Standing::Ended
            }
            ParkState::Endless { object, parks } => {
                seen.push((task, parks));
                Standing::Waits(self.world.blockers(&object, task))
            }
        })?;
        let still_lies = |(task, before): &(TaskId, u64)| matches!(self.table.park_state(*task), ParkState::Endless { parks, .. } if parks == *before);
        seen.iter().all(still_lies).then_some(waits)
    }

    /// Looks where the wait of a thread leads that was just parked, and reports a deadlock.
    pub(super) fn look_for_deadlock(&self, task: TaskId, absence: Absence) {
        if self.hangs_on_a_runner(task) {
            return;
        }
        let mut is_in_doubt = false;
        let Some(waits) = self.stuck_or_in_doubt(task, &mut is_in_doubt) else {
            return;
        };
        if is_in_doubt && absence == Absence::Unknown {
            self.deadlocks.doubtful.lock().new.insert(task);
            return;
        }
        let reasons = deadlock::reasons(&waits);
        // Two that lay down at once may both see it.
        if !reasons.contains(&task) || !self.deadlocks.report(&reasons) {
            return;
        }
        let Some(meta) = self.table.meta(task) else {
            return;
        };
        let mut infos = self.infos();
        infos.retain(|info| reasons.contains(&TaskId(info.number)));
        let pos = (infos.iter())
            .find(|info| info.number == task.0)
            .map_or(Pos::NONE, |info| info.pos);
        let kind = threads::deadlock(&infos, |info| self.world.source_line(info));
        self.report(&meta, pos, kind);
    }

    /// Whether a running thread could end the wait of `task`: the usual case, without the maps of
    /// the search.
    fn hangs_on_a_runner(&self, task: TaskId) -> bool {
        let ParkState::Endless { object, .. } = self.table.park_state(task) else {
            return true;
        };
        let runs = |blocker: &TaskId| matches!(self.table.park_state(*blocker), ParkState::Active);
        self.world.blockers(&object, task).iter().any(runs)
    }

    /// All threads for people.
    pub(super) fn infos(&self) -> Vec<ThreadInfo> {
        let threads = self.table.snapshot(&self.world);
        let mut infos = threads::describe(
            &threads,
            |task| self.table.ended_name(task),
            |object| self.world.name_of(object),
        );
        self.deadlocks.mark(&mut infos);
        infos
    }
}
