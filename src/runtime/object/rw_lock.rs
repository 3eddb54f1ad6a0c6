//! A lock that many readers hold together, or one writer alone: Go's `sync.RWMutex`.
//!
//! Who goes first, so that nobody starves:
//! - while a writer waits, no further reader gets in: the writer comes after the readers that are
//!   there;
//! - when a writer is done, all readers that wait by then get in together, before the next writer.
//!
//! So a thread that reads and wants to read once more may wait for a writer that waits for it: no
//! lock for readers is re-entrant. Since a writer that waits keeps others out, arriving is doing
//! something.
//!
//! `with rw.read() { }` enters one [`Side`] of the lock, a handle without a state of its own. All is
//! asked of the lock, whose state is entered while the side's is held, never the other way round. One file,
//! as a side is nothing without the state of its lock.

use std::collections::VecDeque;
use std::sync::Arc;

use super::args::{self, Patience, patience};
use crate::pos::Pos;
use crate::value::object::{
    Attempt, Blockers, Call, CancelReason, Ctx, Object, Primitive, TaskId, Verb, Waiting, Wake,
};
use crate::value::{Class, EncodeState, FaultKind, Holder, StateEncoder, Value, encode_as_number};

/// What a thread wants to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Access {
    Read,
    Write,
}

impl Access {
    /// What it is called in a sentence.
    fn verb(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
        }
    }

    fn acquire(self) -> Verb {
        match self {
            Self::Read => Verb::AcquireRead,
            Self::Write => Verb::AcquireWrite,
        }
    }

    fn release(self) -> Verb {
        match self {
            Self::Read => Verb::ReleaseRead,
            Self::Write => Verb::ReleaseWrite,
        }
    }
}

encode_as_number!(Access);

/// A lock for readers and writers.
#[derive(Clone, Debug)]
pub struct RwLock {
    made_at: Pos,
    /// Invariant: there is a writer, or there are readers, or nobody holds it.
    writer: Option<Holder>,
    /// One for each time that it is held: a thread may be here twice.
    readers: Vec<Holder>,
    /// Invariants: while no thread holds it, none waits; while readers hold it and threads wait, a writer
    /// is among them.
    waiters: VecDeque<(Holder, Access)>,
}

impl RwLock {
    /// A free lock. The position is for messages.
    pub fn new(made_at: Pos) -> Self {
        Self {
            made_at,
            writer: None,
            readers: Vec::new(),
            waiters: VecDeque::new(),
        }
    }

    fn waiting_writers(&self) -> impl Iterator<Item = &Holder> {
        let waiters = self.waiters.iter();
        waiters.filter_map(|(who, wants)| (*wants == Access::Write).then_some(who))
    }

    fn may(&self, access: Access) -> bool {
        self.writer.is_none()
            && match access {
                Access::Read => self.waiting_writers().next().is_none(),
                Access::Write => self.readers.is_empty(),
            }
    }

    fn acquire(&mut self, access: Access, patience: Patience, ctx: &Ctx<'_>) -> Attempt {
        let who = Holder {
            task: ctx.task,
            since: ctx.pos,
        };
        if self.may(access) {
            self.hold(who, access);
            return Attempt::Done(true.into());
        }
        if patience == Patience::None {
            return Attempt::Done(false.into());
        }
        self.waiters.push_back((who, access));
        Attempt::Wait(patience.limit())
    }

    fn hold(&mut self, who: Holder, access: Access) {
        match access {
            Access::Read => self.readers.push(who),
            Access::Write => self.writer = Some(who),
        }
    }

    fn release(
        &mut self,
        access: Access,
        task: TaskId,
        ctx: &mut Ctx<'_>,
    ) -> Result<Attempt, FaultKind> {
        let is_own = |holder: &Holder| holder.task == task;
        match access {
            Access::Write if self.writer.as_ref().is_some_and(is_own) => {
                self.writer = None;
                self.admit(Access::Read, ctx);
            }
            Access::Read if self.readers.iter().any(is_own) => {
                // The last one first: holds are given back in the opposite order.
                if let Some(last) = self.readers.iter().rposition(is_own) {
                    self.readers.remove(last);
                }
                self.admit(Access::Write, ctx);
            }
            _ => return Err(self.not_held(access, task)),
        }
        Ok(Attempt::Done(Value::Unit))
    }

    /// Gives back the last hold of a thread that is being stopped, if it has any.
    fn give_up(&mut self, task: TaskId, ctx: &mut Ctx<'_>) {
        let writes = self.writer.as_ref().is_some_and(|who| who.task == task);
        let access = if writes { Access::Write } else { Access::Read };
        // No misuse is reported to a stopped thread.
        let _ = self.release(access, task, ctx);
    }

    /// Grants what can be granted now, requests for `first` before the others.
    fn admit(&mut self, first: Access, ctx: &mut Ctx<'_>) {
        let has_readers = self.waiters.iter().any(|(_, wants)| *wants == Access::Read);
        let is_free = self.writer.is_none() && self.readers.is_empty();
        let writers_wait = self.waiting_writers().next().is_some();
        if is_free && writers_wait && (first == Access::Write || !has_readers) {
            let next = (self.waiters.iter()).position(|(_, wants)| *wants == Access::Write);
            if let Some((who, _)) = next.and_then(|place| self.waiters.remove(place)) {
                ctx.wake(who.task, Wake::Grant(true.into()));
                self.writer = Some(who);
            }
        } else if is_free || self.writer.is_none() && !writers_wait {
            let (readers, others) = std::mem::take(&mut self.waiters)
                .into_iter()
                .partition(|(_, wants)| *wants == Access::Read);
            self.waiters = others;
            let readers: VecDeque<(Holder, Access)> = readers;
            for (who, _) in readers {
                ctx.wake(who.task, Wake::Grant(true.into()));
                self.readers.push(who);
            }
        }
    }

    /// Who stands in the way of `task`: the writer, or the readers.
    fn holders(&self) -> Vec<Holder> {
        self.writer.iter().chain(&self.readers).cloned().collect()
    }

    fn not_held(&self, access: Access, task: TaskId) -> FaultKind {
        let (done, held) = (access.release().name(), access.verb());
        let expected = format!("a thread that took it to {held} gives it back, once");
        let advice = format!("use `with rw.{held}() {{ ... }}`: it acquires and releases once");
        let mine = match access {
            Access::Read => self.writer.as_ref().filter(|who| who.task == task),
            Access::Write => self.readers.iter().find(|who| who.task == task),
        };
        if mine.is_some() {
            let other = match access {
                Access::Read => Access::Write,
                Access::Write => Access::Read,
            };
            return FaultKind::misuse(
                Class::RuntimeError,
                &format!(
                    "{done} of an RwLock that this thread holds to {}",
                    other.verb()
                ),
                &expected,
                &format!("write {}()", other.release().name()),
            );
        }
        match self.writer.as_ref() {
            Some(writer) => FaultKind::held_by_another(
                writer.clone(),
                &format!("{done} of an RwLock that"),
                &expected,
                &advice,
            ),
            None => FaultKind::misuse(
                Class::RuntimeError,
                &format!("{done} of an RwLock that this thread does not {held}"),
                &expected,
                &advice,
            ),
        }
    }

    fn side(&self, access: Access, ctx: &Ctx<'_>) -> Value {
        let lock = ctx.this.clone();
        let side = Object::new(ctx.ids, self.made_at, Side { lock, access });
        Value::Object(side)
    }

    fn try_attempt(&mut self, call: Call<'_>, ctx: &mut Ctx<'_>) -> Result<Attempt, FaultKind> {
        use Access::{Read, Write};
        match call.verb {
            Verb::AcquireRead => return Ok(self.acquire(Read, patience(call)?, ctx)),
            Verb::AcquireWrite => return Ok(self.acquire(Write, patience(call)?, ctx)),
            Verb::Enter => {
                return Err(FaultKind::misuse(
                    Class::TypeError,
                    "an RwLock was entered",
                    "it is entered to read or to write",
                    "write `with rw.read() { ... }` or `with rw.write() { ... }`",
                ));
            }
            Verb::Abandon => {
                self.give_up(ctx.task, ctx);
                return Ok(Attempt::Done(Value::Unit));
            }
            Verb::Read | Verb::Write | Verb::TryAcquireRead | Verb::TryAcquireWrite => {}
            Verb::ReleaseRead | Verb::ReleaseWrite => {}
            _ => return Ok(Attempt::Unknown),
        }
        args::none(call)?;
        match call.verb {
            Verb::Read => Ok(Attempt::Done(self.side(Read, ctx))),
            Verb::Write => Ok(Attempt::Done(self.side(Write, ctx))),
            Verb::TryAcquireRead => Ok(self.acquire(Read, Patience::None, ctx)),
            Verb::TryAcquireWrite => Ok(self.acquire(Write, Patience::None, ctx)),
            Verb::ReleaseRead => self.release(Read, ctx.task, ctx),
            _ => self.release(Write, ctx.task, ctx),
        }
    }
}

impl EncodeState for RwLock {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        let Self {
            // The object has the same, which is encoded with it.
            made_at: _,
            writer,
            readers,
            waiters,
        } = self;
        (writer, readers, waiters).encode_state(encoder);
    }
}

impl Primitive for RwLock {
    fn kind(&self) -> &'static str {
        "RwLock"
    }

    fn attempt(&mut self, call: Call<'_>, ctx: &mut Ctx<'_>) -> Attempt {
        self.try_attempt(call, ctx).unwrap_or_else(Attempt::fail)
    }

    fn is_held_by(&self, task: TaskId) -> bool {
        self.holders().iter().any(|holder| holder.task == task)
    }

    fn cancel_wait(&mut self, task: TaskId, why: CancelReason, ctx: &mut Ctx<'_>) -> Attempt {
        let place = (self.waiters.iter()).position(|(who, _)| who.task == task);
        match (place.and_then(|place| self.waiters.remove(place)), why) {
            (Some((_, Access::Write)), _) => self.admit(Access::Write, ctx),
            (Some(_), _) => {}
            (None, CancelReason::Timeout) => return Attempt::Wait(None),
            (None, CancelReason::Stop) => {
                // It was let in, and does not know it yet.
                self.give_up(task, ctx);
            }
        }
        Attempt::Done(match why {
            CancelReason::Timeout => false.into(),
            CancelReason::Stop => Value::Unit,
        })
    }

    fn waiting(&self, task: TaskId) -> Waiting {
        let wants = self.waiters.iter().find(|(who, _)| who.task == task);
        let access = wants.map_or("enter", |(_, wants)| wants.verb());
        let mut what = format!("{}, to {access}", args::made_in("RwLock", self.made_at));
        let mut holders = self.holders();
        let mut awaited = Vec::new();
        if access == "read" && self.writer.is_none() {
            what.push_str(" behind a writer that waits");
            holders.clear();
            awaited.extend(self.waiting_writers().map(|writer| writer.task));
        }
        Waiting {
            what,
            holders,
            awaited,
        }
    }

    /// A writer waits for all readers: for itself, if it is one of them, or for one that waits here
    /// behind it.
    fn blockers(&self, task: TaskId) -> Blockers {
        let waits_here = |holder: &&Holder| {
            let own = holder.task == task;
            own || self.waiters.iter().any(|(who, _)| who.task == holder.task)
        };
        let holders = self.holders();
        let waiting = self.waiting(task);
        let hopeless = holders.iter().find(waits_here);
        let waits_for_all = !waiting.holders.is_empty();
        Blockers::Threads(match hopeless {
            Some(holder) if waits_for_all => vec![holder.task],
            _ => waiting.blockers().collect(),
        })
    }

    fn state_text(&self) -> String {
        match (&self.writer, self.readers.len()) {
            (Some(writer), _) => format!("written since {}", writer.since.at()),
            (None, 0) => "free".into(),
            (None, 1) => "1 reader".into(),
            (None, readers) => format!("{readers} readers"),
        }
    }
}

/// One side of a lock, for `with`.
#[derive(Clone, Debug)]
struct Side {
    lock: Arc<Object>,
    access: Access,
}

impl Side {
    fn ask(&self, verb: Verb, ctx: &mut Ctx<'_>) -> Attempt {
        super::pool_thread::ask(&self.lock, verb, &[], ctx)
    }
}

impl EncodeState for Side {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        let Self { lock, access } = self;
        (lock, access).encode_state(encoder);
    }
}

impl Primitive for Side {
    fn kind(&self) -> &'static str {
        match self.access {
            Access::Read => "ReadLock",
            Access::Write => "WriteLock",
        }
    }

    fn attempt(&mut self, call: Call<'_>, ctx: &mut Ctx<'_>) -> Attempt {
        match call.verb {
            Verb::Enter => self.ask(self.access.acquire(), ctx),
            Verb::Exit => self.ask(self.access.release(), ctx),
            Verb::Abandon => {
                // No misuse is reported to a stopped thread.
                let _ = self.ask(self.access.release(), ctx);
                Attempt::Done(Value::Unit)
            }
            _ => Attempt::Unknown,
        }
    }

    fn cancel_wait(&mut self, task: TaskId, why: CancelReason, ctx: &mut Ctx<'_>) -> Attempt {
        self.lock
            .cancel_wait(task, why, ctx.effects, ctx.ids, ctx.time)
    }

    fn waiting(&self, task: TaskId) -> Waiting {
        self.lock.state().waiting(task)
    }

    fn blockers(&self, _task: TaskId) -> Blockers {
        Blockers::of([self.lock.clone()])
    }

    fn state_text(&self) -> String {
        String::new()
    }
}

crate::value::state_key_test! { rw_lock_key, RwLock, RwLock::new(Pos::NONE);
    writer: Some(holder(2)),
    readers: vec![holder(2)],
    waiters: [(holder(2), Access::Read)].into(),
    ; left out made_at
}

crate::value::state_key_test! { side_key, Side, Side { lock: object(), access: Access::Read };
    lock: object(),
    access: Access::Write,
}

#[cfg(test)]
mod tests {
    use super::super::table::Table;
    use super::*;
    use crate::value::Value::Float;

    const A: u64 = 1;
    const B: u64 = 2;
    const C: u64 = 3;
    const D: u64 = 4;

    fn rw_lock(table: &mut Table) -> Arc<Object> {
        table.add(RwLock::new(Pos::NONE))
    }

    #[test]
    fn readers_share_it_and_a_writer_is_alone() {
        let mut table = Table::default();
        let rw = rw_lock(&mut table);
        table.done(&rw, A, Verb::AcquireRead, &[], "true");
        table.done(&rw, B, Verb::TryAcquireRead, &[], "true");
        assert_eq!(rw.text(), "RwLock(2 readers)");
        table.done(&rw, C, Verb::TryAcquireWrite, &[], "false");
        table.done(&rw, A, Verb::ReleaseRead, &[], "()");
        table.done(&rw, B, Verb::ReleaseRead, &[], "()");
        table.done(&rw, C, Verb::AcquireWrite, &[], "true");
        assert_eq!(rw.text(), "RwLock(written since line 3)");
        table.done(&rw, A, Verb::TryAcquireRead, &[], "false");
        table.done(&rw, C, Verb::ReleaseWrite, &[], "()");
        assert_eq!(rw.text(), "RwLock(free)");
    }

    #[test]
    fn a_writer_that_waits_keeps_readers_out_and_lets_them_in_together() {
        let mut table = Table::default();
        let rw = rw_lock(&mut table);
        table.done(&rw, A, Verb::AcquireRead, &[], "true");
        table.waits(&rw, B, Verb::AcquireWrite, &[]);
        table.waits(&rw, C, Verb::AcquireRead, &[]);
        table.waits(&rw, 5, Verb::AcquireWrite, &[]);
        table.waits(&rw, D, Verb::AcquireRead, &[]);
        table.done(&rw, A, Verb::ReleaseRead, &[], "()");
        assert_eq!(table.wakes(), ["2: true"]);
        table.done(&rw, B, Verb::ReleaseWrite, &[], "()");
        assert_eq!(table.wakes(), ["3: true", "4: true"]);
        table.done(&rw, C, Verb::ReleaseRead, &[], "()");
        table.done(&rw, D, Verb::ReleaseRead, &[], "()");
        assert_eq!(table.wakes(), ["5: true"]);
    }

    #[test]
    fn who_goes_away_lets_the_others_in() {
        let mut table = Table::default();
        let rw = rw_lock(&mut table);
        table.done(&rw, A, Verb::AcquireRead, &[], "true");
        table.waits(&rw, B, Verb::AcquireWrite, &[Float(0.5)]);
        table.waits(&rw, C, Verb::AcquireRead, &[]);
        let late = table.cancel_wait(&rw, B, CancelReason::Timeout);
        assert!(matches!(late, Attempt::Done(Value::Bool(false))));
        assert_eq!(table.wakes(), ["3: true"]);
        table.waits(&rw, B, Verb::AcquireWrite, &[]);
        table.done(&rw, A, Verb::ReleaseRead, &[], "()");
        table.done(&rw, C, Verb::ReleaseRead, &[], "()");
        assert_eq!(table.wakes(), ["2: true"]);
        let faster = table.cancel_wait(&rw, B, CancelReason::Timeout);
        assert!(matches!(faster, Attempt::Wait(None)));
        table.waits(&rw, C, Verb::AcquireRead, &[]);
        table.cancel_wait(&rw, B, CancelReason::Stop);
        assert_eq!(table.wakes(), ["3: true"], "what it was given passes on");
    }

    #[test]
    fn a_side_is_entered_and_left() {
        let mut table = Table::default();
        let rw = rw_lock(&mut table);
        let side = |table: &mut Table, verb| match table.ask(&rw, A, verb, &[]) {
            Attempt::Done(Value::Object(side)) => side,
            other => panic!("{other:?}"),
        };
        let (read, write) = (side(&mut table, Verb::Read), side(&mut table, Verb::Write));
        table.done(&read, A, Verb::Enter, &[], "true");
        table.waits(&write, B, Verb::Enter, &[]);
        assert_eq!(write.blockers(TaskId(B)), [TaskId(A)]);
        table.waits(&read, A, Verb::Enter, &[]);
        assert_eq!(read.blockers(TaskId(A)), [TaskId(B)]);
        assert_eq!(write.blockers(TaskId(B)), [TaskId(A)]);
        table.cancel_wait(&read, A, CancelReason::Stop);
        table.done(&read, A, Verb::Abandon, &[], "()");
        assert_eq!(table.wakes(), ["2: true"]);
        table.done(&write, B, Verb::Exit, &[false.into()], "()");
        table.misuse(&write, B, Verb::Exit, &[false.into()], "does not write");
        assert_eq!(rw.text(), "RwLock(free)");
    }

    #[test]
    fn only_who_holds_it_gives_it_back() {
        let mut table = Table::default();
        let rw = rw_lock(&mut table);
        table.misuse(&rw, A, Verb::ReleaseRead, &[], "does not read");
        table.done(&rw, A, Verb::AcquireRead, &[], "true");
        table.misuse(&rw, B, Verb::ReleaseRead, &[], "does not read");
        table.misuse(&rw, A, Verb::ReleaseWrite, &[], "holds to read");
        table.waits(&rw, A, Verb::AcquireWrite, &[]);
        assert_eq!(rw.blockers(TaskId(A)), [TaskId(A)], "for itself");
        table.cancel_wait(&rw, A, CancelReason::Stop);
        table.done(&rw, A, Verb::ReleaseRead, &[], "()");
        table.done(&rw, A, Verb::AcquireWrite, &[], "true");
        let found = "thread 1 has held since line 1";
        table.misuse(&rw, B, Verb::ReleaseWrite, &[], found);
    }
}
