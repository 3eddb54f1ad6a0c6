//! For the table tests of objects: one call, one line.

use std::sync::Arc;
use std::time::Duration;

use crate::pos::Pos;
use crate::value::object::{
    Attempt, Call, Effects, Ids, Object, Primitive, TaskId, Verb, Wake, Withdrawal,
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

    pub(super) fn withdraw(&mut self, on: &Arc<Object>, task: u64, why: Withdrawal) -> Attempt {
        let (effects, ids) = (&mut self.effects, &self.ids);
        on.withdraw(TaskId(task), why, effects, ids, &mut self.time)
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
