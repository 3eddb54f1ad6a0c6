//! For the table tests of objects: one call, one line.

use std::sync::Arc;
use std::time::Duration;

use crate::pos::Pos;
use crate::value::encode::samples::encoded;
use crate::value::object::{
    Attempt, Call, CancelReason, Effects, Ids, Object, Primitive, TaskId, Verb, Wake,
};
use crate::value::{CodeId, Function, Literal, Target, Value, debug_text};

/// A function to put into objects; it is never called.
pub(super) fn function(name: &str) -> Arc<Function> {
    Arc::new(Function {
        name: Literal::new(name),
        target: Target::Code(CodeId {
            unit: 0,
            ordinal: 0,
        }),
        captures: Default::default(),
        curried: Default::default(),
        environment: None,
        this: Value::Unit,
        attributes: Value::Unit,
    })
}

/// What objects need around them, and what they have wanted so far.
#[derive(Default)]
pub(super) struct Table {
    pub(super) ids: Ids,
    pub(super) effects: Effects,
    pub(super) time: Duration,
}

impl Table {
    pub(super) fn add(&mut self, primitive: impl Primitive + 'static) -> Arc<Object> {
        Object::new(&self.ids, Pos::NONE, primitive)
    }

    /// Asks in line number `task`.
    pub(super) fn ask(
        &mut self,
        on: &Arc<Object>,
        task: u64,
        verb: Verb,
        args: &[Value],
    ) -> Attempt {
        let pos = Pos::new(task as u16, 1);
        let call = Call { verb, args };
        let (effects, ids) = (&mut self.effects, &self.ids);
        on.attempt(call, TaskId(task), pos, effects, ids, &mut self.time)
    }

    #[track_caller]
    pub(super) fn done(
        &mut self,
        on: &Arc<Object>,
        task: u64,
        verb: Verb,
        args: &[Value],
        expected: &str,
    ) {
        match self.ask(on, task, verb, args) {
            Attempt::Done(value) => assert_eq!(debug_text(&value), expected),
            other => panic!("{verb:?}: {other:?}"),
        }
    }

    #[track_caller]
    pub(super) fn waits(&mut self, on: &Arc<Object>, task: u64, verb: Verb, args: &[Value]) {
        let answer = self.ask(on, task, verb, args);
        assert!(matches!(answer, Attempt::Wait(_)), "{verb:?}: {answer:?}");
    }

    #[track_caller]
    pub(super) fn misuse(
        &mut self,
        on: &Arc<Object>,
        task: u64,
        verb: Verb,
        args: &[Value],
        found: &str,
    ) {
        match self.ask(on, task, verb, args) {
            Attempt::Fail(kind) => assert!(kind.to_string().contains(found), "{kind}"),
            other => panic!("{verb:?}: {other:?}"),
        }
    }

    pub(super) fn cancel_wait(
        &mut self,
        on: &Arc<Object>,
        task: u64,
        why: CancelReason,
    ) -> Attempt {
        let (effects, ids) = (&mut self.effects, &self.ids);
        on.cancel_wait(TaskId(task), why, effects, ids, &mut self.time)
    }

    /// Takes the wakes so far, in words.
    pub(super) fn wakes(&mut self) -> Vec<String> {
        let wakes = std::mem::take(&mut self.effects.wakes);
        let text = |(task, wake): (TaskId, Wake)| match wake {
            Wake::Grant(value) => format!("{}: {}", task.0, debug_text(&value)),
            Wake::Fail(kind) => format!("{}: fail {kind}", task.0),
            Wake::Retry => format!("{}: retry", task.0),
        };
        wakes.into_iter().map(text).collect()
    }
}

/// What is asked of an object, by which thread; each is answered at once.
type History<'a> = &'a [(u64, Verb, &'a [Value])];

/// Two histories that lead to one state, which a third one does not lead to.
struct Histories<'a> {
    make: &'a dyn Fn(&mut Table) -> Arc<Object>,
    long: History<'a>,
    short: History<'a>,
    other: History<'a>,
}

#[test]
fn one_state_has_one_key_however_it_was_reached() {
    use super::{Atomic, Barrier, Channel, Latch, Lock, Once, Queue, RwLock, Semaphore};
    use Value::Int;
    use Verb::{
        Abort, Acquire, AcquireRead, AcquireWrite, Begin, Clear, Close, Count, CountDown, Enter,
        FetchAdd, Get, Give, Put, Receive, Release, ReleaseWrite, Send, Set, Store, TryAcquire,
        TryAcquireRead, TrySend, Wait,
    };
    let one = [Int(1)];
    let two = [Int(2)];
    let set = [Value::from("x"), Int(1)];
    let rows = [
        Histories {
            make: &|table| table.add(Lock::new(Pos::NONE)),
            long: &[(1, Acquire, &[]), (1, Release, &[]), (2, TryAcquire, &[])],
            short: &[(2, Acquire, &[])],
            other: &[(1, Acquire, &[])],
        },
        Histories {
            make: &|table| table.add(Lock::reentrant(Pos::NONE)),
            long: &[(1, Acquire, &[]), (1, Acquire, &[]), (1, Release, &[])],
            short: &[(1, Enter, &[])],
            other: &[(1, Enter, &[]), (1, Enter, &[])],
        },
        Histories {
            make: &|table| table.add(super::Event::new(Pos::NONE)),
            long: &[(1, Set, &[]), (2, Set, &[]), (1, Clear, &[])],
            short: &[],
            other: &[(1, Set, &[])],
        },
        Histories {
            make: &|table| table.add(Semaphore::from_args(&two, false, Pos::NONE).unwrap()),
            long: &[(1, Acquire, &[]), (2, Acquire, &[]), (1, Release, &[])],
            short: &[(3, TryAcquire, &[])],
            other: &[],
        },
        Histories {
            make: &|table| table.add(Latch::from_args(&two, Pos::NONE).unwrap()),
            long: &[(1, CountDown, &[]), (2, Count, &[])],
            short: &[(2, CountDown, &[])],
            other: &[(1, CountDown, &[]), (1, CountDown, &[])],
        },
        Histories {
            make: &|table| table.add(Barrier::from_args(&one, Pos::NONE).unwrap()),
            long: &[(1, Wait, &[]), (2, Wait, &[])],
            short: &[],
            other: &[(1, Abort, &[])],
        },
        Histories {
            make: &|table| table.add(Once::new(Pos::NONE)),
            long: &[(1, Begin, &[]), (1, Give, &[Int(2)]), (1, Give, &one)],
            short: &[(1, Begin, &[]), (1, Give, &one)],
            other: &[(2, Begin, &[]), (2, Give, &one)],
        },
        Histories {
            make: &|table| table.add(RwLock::new(Pos::NONE)),
            long: &[
                (1, AcquireWrite, &[]),
                (1, ReleaseWrite, &[]),
                (2, AcquireRead, &[]),
            ],
            short: &[(2, TryAcquireRead, &[])],
            other: &[(2, AcquireWrite, &[])],
        },
        Histories {
            make: &|table| table.add(Queue::simple(Pos::NONE)),
            long: &[(1, Put, &two), (1, Put, &one), (2, Get, &[])],
            short: &[(2, Put, &one)],
            other: &[(2, Put, &two)],
        },
        Histories {
            make: &|table| table.add(Channel::from_args(&two, Pos::NONE).unwrap()),
            long: &[(1, Send, &two), (1, Send, &one), (2, Receive, &[])],
            short: &[(2, TrySend, &one)],
            other: &[(2, TrySend, &one), (1, Close, &[])],
        },
        Histories {
            make: &|table| table.add(Atomic::new(Int(0), |_, _| true)),
            long: &[(1, FetchAdd, &one), (2, FetchAdd, &one)],
            short: &[(2, Store, &two)],
            other: &[(1, FetchAdd, &one)],
        },
        Histories {
            make: &|table| table.add(super::ThreadLocal::default()),
            long: &[(1, Set, &[Value::from("x"), Int(2)]), (1, Set, &set)],
            short: &[(1, Set, &set)],
            other: &[(2, Set, &set)],
        },
    ];
    for Histories {
        make,
        long,
        short,
        other,
    } in rows
    {
        let reached = |history: History<'_>| {
            let mut table = Table::default();
            let object = make(&mut table);
            for (task, verb, args) in history {
                let call = Call { verb: *verb, args };
                let (effects, ids) = (&mut table.effects, &table.ids);
                let time = &mut table.time;
                let answer = object.attempt(call, TaskId(*task), Pos::NONE, effects, ids, time);
                assert!(matches!(answer, Attempt::Done(_)), "{verb:?}: {answer:?}");
            }
            assert!(table.effects.is_empty());
            (object.kind(), encoded(&*object.state()))
        };
        assert_eq!(reached(long), reached(short));
        assert_ne!(reached(long), reached(other));
    }
}
