//! Threads that can never go on, although others run.
//!
//! Whoever lays a thread down that waits without a limit looks where its wait leads. That sees
//! every cycle: of the threads in it, the one that lay down last finds all others lying.
//!
//! Other threads run on meanwhile, so what was seen of one thread may be over when the next is
//! looked at. But a thread that was found waiting before and after, without having run in between,
//! has waited all the time, and took and released nothing; if all have, the cycle was there.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use parking_lot::Mutex;

use super::Shared;
use super::table::Lying;
use crate::pos::Pos;
use crate::runtime::deadlock::{self, Standing, WaitsFor};
use crate::runtime::threads::{self, ThreadInfo};
use crate::schedule::MAIN;
use crate::value::object::TaskId;

/// What is known of deadlocks.
#[derive(Default)]
pub(super) struct Deadlocks {
    /// The threads that an event has told of, as long as they are there.
    told: Mutex<BTreeSet<TaskId>>,
    /// How many these are: readable without the lock.
    count: AtomicUsize,
    /// Whether main lives on when its function has returned: at the prompt, where the learner can
    /// still release what it holds.
    pub(super) main_stays: AtomicBool,
}

impl Deadlocks {
    /// Whether there is any thread that is known to wait for ever.
    pub(super) fn are_known(&self) -> bool {
        self.count.load(Ordering::SeqCst) > 0
    }

    /// Notes threads; whether that is news of one of them.
    fn tell(&self, threads: &BTreeSet<TaskId>) -> bool {
        let mut told = self.told.lock();
        let before = told.len();
        told.extend(threads);
        self.count.store(told.len(), Ordering::SeqCst);
        told.len() > before
    }

    /// Forgets the threads that are gone.
    pub(super) fn keep(&self, is_there: impl Fn(TaskId) -> bool) {
        let mut told = self.told.lock();
        told.retain(|task| is_there(*task));
        self.count.store(told.len(), Ordering::SeqCst);
    }

    /// Marks the threads that an event has told of.
    pub(super) fn mark(&self, infos: &mut [ThreadInfo]) {
        let told = self.told.lock();
        for info in infos {
            info.told = told.contains(&TaskId(info.number));
        }
    }
}

impl Shared {
    /// Where the wait of `task` leads, if it can never end.
    pub(super) fn stuck(&self, task: TaskId) -> Option<WaitsFor> {
        let mut seen = Vec::new();
        let main_stays = self.deadlocks.main_stays.load(Ordering::SeqCst);
        let waits = deadlock::stuck(task, |task| match self.table.lying(task) {
            Lying::Not => Standing::GoesOn,
            Lying::Gone if task == MAIN && main_stays => Standing::GoesOn,
            Lying::Gone => Standing::Ended,
            Lying::Endless { object, parks } => {
                seen.push((task, parks));
                Standing::Waits(object.blockers(task))
            }
        })?;
        let still_lies = |(task, before): &(TaskId, u64)| matches!(self.table.lying(*task), Lying::Endless { parks, .. } if parks == *before);
        seen.iter().all(still_lies).then_some(waits)
    }

    /// Looks where the wait of a thread leads that has just lain down, and tells of a deadlock.
    pub(super) fn look_for_deadlock(&self, task: TaskId) {
        if self.hangs_on_a_runner(task) {
            return;
        }
        let Some(waits) = self.stuck(task) else {
            return;
        };
        let reasons = deadlock::reasons(&waits);
        // Two that lay down at once may both see it.
        if !reasons.contains(&task) || !self.deadlocks.tell(&reasons) {
            return;
        }
        let Some(about) = self.table.about(task) else {
            return;
        };
        let mut infos = self.infos();
        infos.retain(|info| reasons.contains(&TaskId(info.number)));
        let pos = (infos.iter())
            .find(|info| info.number == task.0)
            .map_or(Pos::NONE, |info| info.pos);
        let kind = threads::deadlock(&infos, |info| self.world.source_line(info));
        self.tell(&about, pos, kind);
    }

    /// Whether somebody who runs could end the wait of `task`: the usual case, without the maps of
    /// the search.
    fn hangs_on_a_runner(&self, task: TaskId) -> bool {
        let Lying::Endless { object, .. } = self.table.lying(task) else {
            return true;
        };
        let runs = |blocker: &TaskId| matches!(self.table.lying(*blocker), Lying::Not);
        object.blockers(task).iter().any(runs)
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
