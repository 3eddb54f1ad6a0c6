//! A task that was cancelled where it waited, between two halves of what it does as a whole.
//!
//! No order of threads decides it where every run cancels: that the failure looks at what the task has
//! left half done does.

use super::atomicity::conflict;
use super::cause::Cause;
use super::{Case, Failure};
use crate::trace::EventKind;

impl Case<'_> {
    /// What a task had changed last before it was cancelled, and what failed has looked at since: the failed
    /// thread, or the task whose error that thread has only passed on.
    pub(super) fn cut_off(&self) -> Option<Cause> {
        let Failure::Error { thread, pos } = self.failure else {
            return None;
        };
        let end = self.end();
        let events = &self.trace.events;
        let cancels = events
            .iter()
            .filter(|event| matches!(event.kind, EventKind::Cancel) && event.step <= end);
        cancels.rev().find_map(|cancelled| {
            let mut own = self.trace.of(cancelled.thread);
            let began = own.rfind(|event| {
                let is_seen = || {
                    events.iter().any(|look| {
                        (cancelled.step..=end).contains(&look.step)
                            && (look.thread == *thread || look.pos.at() == pos.at())
                            && look.kind.reads()
                            && conflict(look, event)
                    })
                };
                event.step <= cancelled.step && event.kind.writes() && is_seen()
            })?;
            let failed = events.iter().rfind(|event| {
                event.step <= cancelled.step
                    && event.thread != cancelled.thread
                    && matches!(event.kind, EventKind::TaskFail { .. })
            });
            Some(Cause::CutOff {
                began: began.clone(),
                cancelled: cancelled.clone(),
                failed: failed.cloned(),
            })
        })
    }
}
