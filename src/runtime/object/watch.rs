//! Waiting for several futures: what `as_completed` and `wait` give to the one who waits. One file, as both
//! are one state machine over the same tickets.
//!
//! It hands out its tickets at the first request, which is one step: what is done by then comes
//! first, in the order of the array, and everything else in the order in which it is done.

use std::sync::Arc;
use std::time::Duration;

use super::args;
use super::tickets;
use super::waiters::Waiters;
use crate::value::object::{
    Attempt, Blockers, Call, CancelReason, Ctx, Deadline, Object, Primitive, TaskId, Verb, Waiting,
    Wake,
};
use crate::value::{Class, EncodeState, FaultKind, Map, StateEncoder, Value, encode_as_number};

/// When `wait` is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReturnWhen {
    /// When one is done.
    FirstCompleted,
    /// When one has failed, or all are done.
    FirstException,
    /// When all are done.
    AllCompleted,
}

encode_as_number!(ReturnWhen);

impl ReturnWhen {
    /// All, with the names that Python gives them.
    pub const ALL: [(&'static str, Self); 3] = [
        ("FIRST_COMPLETED", Self::FirstCompleted),
        ("FIRST_EXCEPTION", Self::FirstException),
        ("ALL_COMPLETED", Self::AllCompleted),
    ];
}

/// What a thread waits for.
#[derive(Clone, Copy, Debug)]
enum Wants {
    /// The future that is done as the one of this number, from 0.
    Item(usize),
    /// That `wait` is over.
    Sets,
}

impl EncodeState for Wants {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        match self {
            Self::Item(index) => (0, index).encode_state(encoder),
            Self::Sets => encoder.number(1),
        }
    }
}

/// Several futures that are watched.
#[derive(Clone, Debug)]
pub struct Watch {
    futures: Vec<Arc<Object>>,
    return_when: ReturnWhen,
    /// Whether the futures have their tickets.
    is_armed: bool,
    /// The numbers of those that are done, in the order in which they were.
    done: Vec<usize>,
    one_failed: bool,
    /// How long after the first request each must be done, for those who go through them.
    limit: Option<Duration>,
    /// When that is.
    deadline: Option<Deadline>,
    waiters: Waiters<Wants>,
}

impl Watch {
    /// The futures in the array `args[0]`, each once; `name` is who wants to know.
    ///
    /// # Errors
    /// A wrong use when it is no array of futures.
    pub fn new(name: &str, futures: &Value, return_when: ReturnWhen) -> Result<Self, FaultKind> {
        let wrong = |found: &Value| {
            FaultKind::misuse(
                Class::TypeError,
                &format!("{name}(...) was given {found:?} ({})", found.type_name()),
                "the first argument is an array of futures, as submit gives them",
                &format!("collect them: fs.push(executor.submit(f)); then {name}(fs)"),
            )
        };
        let Value::Array(items) = futures else {
            return Err(wrong(futures));
        };
        let mut seen = std::collections::BTreeSet::new();
        let mut futures = Vec::new();
        for item in items.iter() {
            match item {
                Value::Object(object) if object.kind() == "Future" => {
                    if seen.insert(object.id) {
                        futures.push(object.clone());
                    }
                }
                other => return Err(wrong(other)),
            }
        }
        Ok(Self {
            futures,
            return_when,
            is_armed: false,
            done: Vec::new(),
            one_failed: false,
            limit: None,
            deadline: None,
            waiters: Waiters::default(),
        })
    }

    /// The same, each of which must be done so long after the first request.
    #[must_use]
    pub fn within(self, limit: Option<Duration>) -> Self {
        Self { limit, ..self }
    }

    /// The time that `as_completed` and `wait` take, in seconds.
    ///
    /// # Errors
    /// A wrong use when it is none, or negative.
    pub fn time(name: &str, value: &Value) -> Result<Duration, FaultKind> {
        args::time(name, value, &format!("write {name}(futures, 0.5)"))
    }

    /// Hands out the tickets.
    fn arm(&mut self, ctx: &mut Ctx<'_>) -> Result<(), FaultKind> {
        if !std::mem::replace(&mut self.is_armed, true) {
            for number in 0..self.futures.len() {
                let future = self.futures[number].clone();
                if let Some(failed) = tickets::watch(&future, number, ctx)? {
                    self.note(number, &failed);
                }
            }
        }
        Ok(())
    }

    fn note(&mut self, number: usize, failed: &Value) {
        self.done.push(number);
        self.one_failed |= matches!(failed, Value::Bool(true));
    }

    /// Whether `wait` is over when so many are done, and whether one of them has failed.
    fn is_over(&self, done: usize, one_failed: bool) -> bool {
        done == self.futures.len()
            || match self.return_when {
                ReturnWhen::FirstCompleted => done > 0,
                ReturnWhen::FirstException => one_failed,
                ReturnWhen::AllCompleted => false,
            }
    }

    /// What those who wait get; nothing while they have to.
    fn answer(&self, wants: Wants) -> Option<Value> {
        match wants {
            Wants::Item(index) => {
                let number = *self.done.get(index)?;
                Some(Value::Object(self.futures[number].clone()))
            }
            Wants::Sets => {
                let is_over = self.is_over(self.done.len(), self.one_failed);
                is_over.then(|| self.sets())
            }
        }
    }

    /// The map that `wait` gives: `done` and `not_done`, each in the order of the array.
    fn sets(&self) -> Value {
        let those = |done| {
            let futures = self.futures_that_are(done).into_iter();
            Value::array(futures.map(Value::Object).collect())
        };
        let mut map = Map::new();
        map.insert("done".into(), those(true));
        map.insert("not_done".into(), those(false));
        Value::map(map)
    }

    /// The futures that are done, or those that are not, in the order of the array.
    fn futures_that_are(&self, done: bool) -> Vec<Arc<Object>> {
        let mut is_done = vec![false; self.futures.len()];
        for number in &self.done {
            is_done[*number] = true;
        }
        let futures = self.futures.iter().zip(is_done);
        let futures = futures.filter(|(_, is_done)| *is_done == done);
        futures.map(|(future, _)| future.clone()).collect()
    }

    fn next(&mut self, call: Call<'_>, ctx: &mut Ctx<'_>) -> Result<Attempt, FaultKind> {
        let value = call.args.first().cloned().unwrap_or_default();
        let index = value.as_int().and_then(|index| usize::try_from(index).ok());
        let index = index.ok_or_else(|| FaultKind::mismatch("an index from 0 on", &value))?;
        if index >= self.futures.len() {
            return Ok(Attempt::End);
        }
        if !self.is_armed {
            self.deadline = self.limit.map(|limit| ctx.deadline_in(limit));
        }
        self.arm(ctx)?;
        if let Some(future) = self.answer(Wants::Item(index)) {
            return Ok(Attempt::Done(future));
        }
        let limit = self.deadline.map(|deadline| ctx.until(deadline));
        Ok(self.waiters.wait(Wants::Item(index), limit, ctx))
    }

    fn wait(&mut self, limit: Option<Duration>, ctx: &mut Ctx<'_>) -> Result<Attempt, FaultKind> {
        self.arm(ctx)?;
        Ok(match self.answer(Wants::Sets) {
            Some(sets) => Attempt::Done(sets),
            None => self.waiters.wait(Wants::Sets, limit, ctx),
        })
    }

    fn try_attempt(&mut self, call: Call<'_>, ctx: &mut Ctx<'_>) -> Result<Attempt, FaultKind> {
        match (call.verb, call.args) {
            (Verb::Next, _) => self.next(call, ctx),
            (Verb::Wait, _) => self.wait(args::limit(call)?, ctx),
            (Verb::Ready, [Value::Int(number), failed]) => {
                self.note(*number as usize, failed);
                let mut waiters = std::mem::take(&mut self.waiters);
                waiters.wake_with(ctx, |wants| self.answer(*wants).map(Wake::Grant));
                self.waiters = waiters;
                Ok(Attempt::Done(Value::Unit))
            }
            _ => Ok(Attempt::Unknown),
        }
    }
}

impl EncodeState for Watch {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        let Self {
            futures,
            return_when,
            is_armed,
            done,
            one_failed,
            limit,
            deadline,
            waiters,
        } = self;
        (
            futures,
            return_when,
            is_armed,
            done,
            one_failed,
            limit,
            deadline,
            waiters,
        )
            .encode_state(encoder);
    }
}

impl Primitive for Watch {
    fn kind(&self) -> &'static str {
        "Watch"
    }

    fn attempt(&mut self, call: Call<'_>, ctx: &mut Ctx<'_>) -> Attempt {
        self.try_attempt(call, ctx).unwrap_or_else(Attempt::fail)
    }

    fn is_ready(&self, call: Call<'_>, task: TaskId) -> bool {
        let watches = Call {
            verb: Verb::Watch,
            args: &[],
        };
        let is_done = |future: &&Arc<Object>| future.state().is_ready(watches, task);
        let done = || match self.is_armed {
            true => self.done.len(),
            false => self.futures.iter().filter(is_done).count(),
        };
        match (call.verb, call.args) {
            (Verb::Next, [Value::Int(index)]) => {
                let index = usize::try_from(*index).unwrap_or_default();
                self.limit.is_some() || index >= self.futures.len() || index < done()
            }
            // Arriving starts the clock of a limit. Which future has failed is seen on arrival.
            (Verb::Wait, []) => {
                let done = done();
                self.is_over(done, self.one_failed || !self.is_armed && done > 0)
            }
            _ => true,
        }
    }

    fn cancel_wait(&mut self, task: TaskId, why: CancelReason, _ctx: &mut Ctx<'_>) -> Attempt {
        let late = Attempt::fail(FaultKind::Unfinished {
            unfinished: self.futures.len() - self.done.len(),
            of: self.futures.len(),
        });
        let sets = self.sets();
        self.waiters.cancel_wait(task, why, |wants| match wants {
            Wants::Item(_) => late,
            Wants::Sets => Attempt::Done(sets),
        })
    }

    fn waiting(&self, _task: TaskId) -> Waiting {
        let (open, all) = (self.futures.len() - self.done.len(), self.futures.len());
        Waiting {
            what: format!("futures: {open} of {all} are not done"),
            ..Waiting::default()
        }
    }

    fn blockers(&self, _task: TaskId) -> Blockers {
        Blockers::of(self.futures_that_are(false))
    }

    fn state_text(&self) -> String {
        format!("{} of {} futures done", self.done.len(), self.futures.len())
    }
}

crate::value::state_key_test! { watch_key, Watch, Watch { futures: Vec::new(), return_when: ReturnWhen::AllCompleted, is_armed: false, done: Vec::new(), one_failed: false, limit: None, deadline: None, waiters: Waiters::default() };
    futures: vec![object()],
    return_when: ReturnWhen::FirstCompleted,
    is_armed: true,
    done: vec![0],
    one_failed: true,
    limit: Some(Duration::ZERO),
    deadline: Some(Deadline(Duration::ZERO)),
    waiters: Waiters::one(2, Wants::Sets),
}

#[cfg(test)]
mod tests {
    use super::super::Future;
    use super::super::table::{Table, function};
    use super::*;
    use crate::pos::Pos;
    use crate::value::Fault;
    use crate::value::Value::Int;

    /// A watch over so many futures, of which one is given twice.
    fn watch(table: &mut Table, count: usize, when: ReturnWhen) -> (Arc<Object>, Vec<Arc<Object>>) {
        let futures: Vec<_> = (0..count)
            .map(|_| table.add(Future::new(function("f"), vec![], Pos::NONE)))
            .collect();
        let mut given: Vec<Value> = futures.iter().cloned().map(Value::Object).collect();
        given.push(given[0].clone());
        let watch = Watch::new("wait", &Value::array(given), when).unwrap();
        (table.add(watch), futures)
    }

    fn finish(table: &mut Table, future: &Arc<Object>) {
        table.done(future, 9, Verb::TakeJob, &[], "()");
        table.effects.next = None;
        table.done(future, 9, Verb::Resolve, &[Int(1)], "()");
    }

    fn fail(table: &mut Table, future: &Arc<Object>) {
        table.done(future, 9, Verb::TakeJob, &[], "()");
        table.effects.next = None;
        let fault = Fault::new(FaultKind::Assertion("no".into()), Pos::NONE);
        let fault = Value::Error(Arc::new(fault));
        table.done(future, 9, Verb::Reject, &[fault], "()");
    }

    fn is_ready(watch: &Arc<Object>, verb: Verb, args: &[Value]) -> bool {
        watch.state().is_ready(Call { verb, args }, TaskId(1))
    }

    #[test]
    fn what_is_done_comes_first_then_in_the_order_of_completion_each_once() {
        let mut table = Table::default();
        let (watch, futures) = watch(&mut table, 3, ReturnWhen::AllCompleted);
        assert!(!is_ready(&watch, Verb::Next, &[Int(0)]));
        finish(&mut table, &futures[1]);
        assert!(is_ready(&watch, Verb::Next, &[Int(0)]));
        table.done(&watch, 1, Verb::Next, &[Int(0)], "Future(done: 1)");
        table.waits(&watch, 1, Verb::Next, &[Int(1)]);
        assert_eq!(
            watch.waiting(TaskId(1)).what,
            "futures: 2 of 3 are not done"
        );
        finish(&mut table, &futures[2]);
        assert_eq!(table.wakes(), ["1: Future(done: 1)"]);
        assert!(!is_ready(&watch, Verb::Next, &[Int(2)]));
        table.done(&futures[0], 1, Verb::Cancel, &[], "true");
        assert!(table.wakes().is_empty(), "nobody waits");
        table.done(&watch, 1, Verb::Next, &[Int(2)], "Future(cancelled)");
        assert!(is_ready(&watch, Verb::Next, &[Int(3)]));
        let end = table.ask(&watch, 1, Verb::Next, &[Int(3)]);
        assert!(matches!(end, Attempt::End));
    }

    #[test]
    fn a_wait_ends_with_the_first_notice_that_suffices() {
        for (when, end, len) in [
            (ReturnWhen::FirstCompleted, 0, 1),
            (ReturnWhen::FirstException, 1, 2),
            (ReturnWhen::AllCompleted, 2, 3),
        ] {
            let mut table = Table::default();
            let (watch, futures) = watch(&mut table, 3, when);
            table.waits(&watch, 1, Verb::Wait, &[]);
            let steps: [fn(&mut Table, &Arc<Object>); 3] = [finish, fail, finish];
            for (number, step) in steps.into_iter().enumerate() {
                step(&mut table, &futures[number]);
                let wakes = table.wakes();
                assert_eq!(wakes.len(), usize::from(number == end), "{when:?} {number}");
                if let Some(wake) = wakes.first() {
                    assert_eq!(wake.matches("Future(").count(), 3, "{wake}");
                    let done = wake.split("not_done").next().unwrap();
                    assert_eq!(done.matches("Future(").count(), len, "{wake}");
                }
            }
        }
    }

    #[test]
    fn a_time_that_is_over_says_how_many_are_not_done() {
        let mut table = Table::default();
        let (watch, futures) = watch(&mut table, 3, ReturnWhen::AllCompleted);
        watch.change(|watch: &mut Watch| watch.limit = Some(Duration::from_secs(5)));
        finish(&mut table, &futures[0]);
        table.done(&watch, 1, Verb::Next, &[Int(0)], "Future(done: 1)");
        table.time = Duration::from_secs(2);
        let waits = table.ask(&watch, 1, Verb::Next, &[Int(1)]);
        assert!(matches!(waits, Attempt::Wait(Some(left)) if left.as_secs() == 3));
        let Attempt::Fail(kind) = table.cancel_wait(&watch, 1, CancelReason::Timeout) else {
            panic!("it is an error");
        };
        assert_eq!(kind.to_string(), "2 (of 3) futures unfinished");
        table.waits(&watch, 2, Verb::Wait, &[Value::Float(0.5)]);
        let sets = table.cancel_wait(&watch, 2, CancelReason::Timeout);
        assert!(matches!(sets, Attempt::Done(Value::Map(_))));
        assert!(matches!(
            table.cancel_wait(&watch, 2, CancelReason::Timeout),
            Attempt::Wait(None)
        ));
    }

    #[test]
    fn a_watch_that_was_dropped_is_told_nothing() {
        let mut table = Table::default();
        let (watch, futures) = watch(&mut table, 2, ReturnWhen::FirstCompleted);
        table.waits(&watch, 1, Verb::Wait, &[]);
        table.cancel_wait(&watch, 1, CancelReason::Stop);
        drop(watch);
        finish(&mut table, &futures[0]);
        assert!(table.wakes().is_empty());
    }

    #[test]
    fn only_an_array_of_futures_will_do() {
        for wrong in [Int(5), Value::array(vec![Int(1)])] {
            assert!(Watch::new("wait", &wrong, ReturnWhen::AllCompleted).is_err());
        }
    }
}
