//! `asyncio.wait`: until some of several tasks have ended; `asyncio.as_completed`: one after the
//! other, in the order in which they end.

use std::sync::Arc;
use std::time::Duration;

use super::awaitable::{Awaitable, WaitRequest};
use super::awaiters::Awaiters;
use super::coroutine::AwaitedOnce;
use super::event_loop::{TimeUp, await_soon};
use super::request::Request;
use super::task::Task;
use super::tasks::Tasks;
use crate::pos::Pos;
use crate::value::object::{Attempt, Call, Ctx, Ids, Object, TaskId, Verb, Waiting};
use crate::value::{EncodeState, FaultKind, Map, StateEncoder, Value, encode_as_number};

/// When the wait is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// All have ended.
    All,
    /// One has ended.
    First,
    /// One has failed, or all have ended.
    FirstError,
}

encode_as_number!(Until, Next);

/// A wait for several tasks.
#[derive(Clone, Debug)]
pub struct Wait {
    once: AwaitedOnce,
    given: Vec<Arc<Object>>,
    tasks: Tasks,
    until: Until,
    limit: Option<Duration>,
    /// Whether it is over.
    is_over: bool,
    awaiters: Awaiters,
}

impl Wait {
    /// What it is called.
    pub const NAME: &'static str = "asyncio.wait";

    /// A wait for these tasks.
    pub fn new(given: Vec<Arc<Object>>, until: Until, limit: Option<Duration>) -> Self {
        Self {
            once: AwaitedOnce::new(Self::NAME),
            given,
            tasks: Tasks::default(),
            until,
            limit,
            is_over: false,
            awaiters: Awaiters::default(),
        }
    }

    /// Those that have ended, and those that have not.
    fn sets(&self) -> Value {
        let is_done =
            |task: &&Arc<Object>| task.change(|task: &mut Task| task.is_done()) == Some(true);
        let (done, pending): (Vec<_>, Vec<_>) = self.tasks.all().iter().partition(is_done);
        let array = |tasks: Vec<&Arc<Object>>| {
            Value::array(tasks.into_iter().cloned().map(Value::Object).collect())
        };
        let mut sets = Map::new();
        sets.insert("done".into(), array(done));
        sets.insert("pending".into(), array(pending));
        Value::map(sets)
    }

    fn note(&mut self, call: Call<'_>, ctx: &mut Ctx<'_>) {
        let Some(task) = self.tasks.note(call) else {
            return;
        };
        let has_failed = task.change(|task: &mut Task| task.has_raised() && !task.is_cancelled());
        self.is_over |= match self.until {
            Until::First => true,
            Until::FirstError => has_failed == Some(true),
            Until::All => false,
        };
        self.is_over |= self.tasks.are_done();
        if self.is_over {
            self.awaiters.wake_all(ctx);
        }
    }
}

impl EncodeState for Wait {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        let Self {
            once,
            given,
            tasks,
            until,
            limit,
            is_over,
            awaiters,
        } = self;
        (once, given, tasks, until, limit, is_over, awaiters).encode_state(encoder);
    }
}

impl Awaitable for Wait {
    type WaitRequest = ();

    fn kind(&self) -> &'static str {
        "Coroutine"
    }

    fn lines(&self) -> &[Awaiters] {
        std::slice::from_ref(&self.awaiters)
    }

    fn lines_mut(&mut self) -> &mut [Awaiters] {
        std::slice::from_mut(&mut self.awaiters)
    }

    fn ask(&mut self, call: Call<'_>, ctx: &mut Ctx<'_>) -> Result<Attempt, FaultKind> {
        self.await_or_hear(call, ctx, |this, ctx| this.note(call, ctx))
    }

    fn answer(
        &mut self,
        _wish: &(),
        waited: bool,
        ctx: &mut Ctx<'_>,
    ) -> Result<Option<Value>, FaultKind> {
        if !waited {
            self.once.begin(ctx)?;
            for task in std::mem::take(&mut self.given) {
                self.tasks.add(task, ctx.this);
            }
        }
        Ok(self.is_over.then(|| {
            self.tasks.forget_watcher(ctx.this);
            self.sets()
        }))
    }

    fn cancelled(
        &mut self,
        _wish: &(),
        cancelled: FaultKind,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), FaultKind> {
        self.tasks.forget_watcher(ctx.this);
        Err(cancelled)
    }

    fn limit(&self, _wish: &()) -> Option<(Duration, TimeUp)> {
        self.limit.map(|limit| (limit, TimeUp::Wakes))
    }

    fn is_late(&mut self) {
        self.is_over = true;
    }

    fn waits_for(&self, _task: TaskId) -> Waiting {
        Waiting {
            what: format!("the tasks of asyncio.wait: {}", self.tasks.left()),
            ..Waiting::default()
        }
    }

    fn state_text(&self) -> String {
        self.once.name.into()
    }
}

/// Tasks whose values are given in the order in which they end.
#[derive(Clone, Debug)]
pub struct AsCompleted {
    tasks: Tasks,
    /// How many of those that have ended were given.
    given: usize,
    limit: Option<Duration>,
    is_late: bool,
    /// Those who want the next one, and the loop, which waits for the limit.
    lines: [Awaiters; 2],
}

/// What is awaited of tasks that are given as they end.
#[derive(Clone, Copy, Debug)]
pub enum Next {
    /// The next one.
    Task,
    /// The time limit.
    Limit,
}

impl WaitRequest for Next {
    fn name(&self) -> &'static str {
        AsCompleted::NAME
    }

    fn line(&self) -> usize {
        *self as usize
    }
}

impl AsCompleted {
    /// What it is called.
    pub const NAME: &'static str = "asyncio.as_completed";

    /// As many coroutines as there are tasks: each gives the next value.
    pub fn make(
        tasks: Vec<Arc<Object>>,
        limit: Option<Duration>,
        event_loop: &Arc<Object>,
        (ids, pos): (&Ids, Pos),
    ) -> Value {
        let count = tasks.len();
        let this = Self {
            tasks: Tasks::default(),
            given: 0,
            limit,
            is_late: false,
            lines: <[Awaiters; 2]>::default(),
        };
        let this = Object::new(ids, pos, this);
        this.change(|inner: &mut Self| {
            tasks
                .into_iter()
                .for_each(|task| inner.tasks.add(task, &this));
        });
        if limit.is_some() && count > 0 {
            await_soon(event_loop, &this, (ids, pos));
        }
        // Nobody need await them all.
        let next = || Object::new(ids, pos, Request::<Self>::new(this.clone(), Next::Task));
        Value::array((0..count).map(|_| Value::Object(next())).collect())
    }
}

impl EncodeState for AsCompleted {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        let Self {
            tasks,
            given,
            limit,
            is_late,
            lines,
        } = self;
        (tasks, given, limit, is_late, lines).encode_state(encoder);
    }
}

impl Awaitable for AsCompleted {
    type WaitRequest = Next;

    fn kind(&self) -> &'static str {
        "AsCompleted"
    }

    fn lines(&self) -> &[Awaiters] {
        &self.lines
    }

    fn lines_mut(&mut self) -> &mut [Awaiters] {
        &mut self.lines
    }

    fn ask(&mut self, call: Call<'_>, ctx: &mut Ctx<'_>) -> Result<Attempt, FaultKind> {
        Ok(match call.verb {
            // Only the loop does.
            Verb::Await => self.wait_for_request(&Next::Limit, |_| Ok(()), ctx)?,
            Verb::Ready => {
                self.tasks.note(call);
                self.lines[Next::Task.line()].wake_one(ctx);
                if self.tasks.are_done() {
                    self.lines[Next::Limit.line()].wake_all(ctx);
                }
                Attempt::Done(Value::Unit)
            }
            _ => Attempt::Unknown,
        })
    }

    fn answer(
        &mut self,
        wanted: &Next,
        _waited: bool,
        ctx: &mut Ctx<'_>,
    ) -> Result<Option<Value>, FaultKind> {
        if let Next::Limit = wanted {
            if self.is_late {
                self.tasks.forget_watcher(ctx.this);
                self.lines[Next::Task.line()].wake_all(ctx);
            }
            return Ok((self.is_late || self.tasks.are_done()).then_some(Value::Unit));
        }
        if let Some(task) = self.tasks.ended().nth(self.given) {
            self.given += 1;
            let outcome = task.change(|task: &mut Task| task.outcome(ctx)).flatten();
            return outcome.transpose();
        }
        match (self.is_late, self.limit) {
            (true, Some(limit)) => Err(FaultKind::Timeout {
                what: Self::NAME.into(),
                seconds: limit.as_secs_f64(),
            }),
            _ => Ok(None),
        }
    }

    fn cancelled(
        &mut self,
        _wish: &Next,
        cancelled: FaultKind,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), FaultKind> {
        self.lines[Next::Task.line()].wake_one(ctx);
        Err(cancelled)
    }

    fn limit(&self, wanted: &Next) -> Option<(Duration, TimeUp)> {
        let limit = self.limit.filter(|_| matches!(wanted, Next::Limit));
        limit.map(|limit| (limit, TimeUp::Acts))
    }

    fn is_late(&mut self) {
        self.is_late = true;
    }

    fn waits_for(&self, _task: TaskId) -> Waiting {
        Waiting {
            what: format!("the tasks of asyncio.as_completed: {}", self.tasks.left()),
            ..Waiting::default()
        }
    }

    fn state_text(&self) -> String {
        Self::NAME.into()
    }
}

crate::value::state_key_test! { wait_key, Wait, Wait::new(Vec::new(), Until::All, None);
    once: AwaitedOnce::new("other"),
    given: vec![object()],
    tasks: Tasks::one(),
    until: Until::First,
    limit: Some(Duration::ZERO),
    is_over: true,
    awaiters: Awaiters::one(),
}

crate::value::state_key_test! { as_completed_key, AsCompleted, AsCompleted { tasks: Tasks::default(), given: 0, limit: None, is_late: false, lines: Default::default() };
    tasks: Tasks::one(),
    given: 1,
    limit: Some(Duration::ZERO),
    is_late: true,
    lines: [Awaiters::default(), Awaiters::one()],
}
