//! Tasks that switch only where they await, and what they await: Python's `asyncio`.
//!
//! In reading order: [`EventLoop`], whose turn it is, and `unretrieved`, what its tasks have
//! forgotten; [`Task`], one of a loop's tasks; `awaitable`
//! and `awaiters`, what all that tasks wait for have in common; [`Sleep`], [`WaitFor`], [`Shield`],
//! [`Wait`], [`AsCompleted`] and [`InThread`], which the library's functions give; [`Gather`] and
//! [`TaskGroup`], several tasks together; [`AsyncTimeout`], a limit for a block; [`Permits`],
//! [`AsyncEvent`], [`AsyncCondition`] and [`AsyncQueue`], which tasks share.
//!
//! # How tasks take turns
//!
//! A task is a fiber like a thread, but all tasks of a loop share one *turn*: the loop starts a
//! task, or wakes it, only when it gives the turn to it, and a task that begins to wait gives it
//! back. So one task of a loop runs at a time, whatever the scheduler, and no scheduler knows.
//!
//! | the task that has the turn      | what is awaited       | the loop                        |
//! |---------------------------------|-----------------------|---------------------------------|
//! | asks for something              | is not ready: notes it |                                |
//! | waits                           |                       | gives the turn to the next ready |
//! | another task makes it ready     | tells the loop        | queues the one that waits       |
//! | waits or ends                   |                       | wakes the first of the queue    |
//! | asks again                      | answers               |                                 |
//!
//! A task that is cancelled while it waits is queued as well; what it asks again tells it so.
//!
//! Objects ask each other only in this order: what is awaited, the tasks that it is made of, the
//! loop. What a task or the loop tells others is a [`Notice`](crate::value::object::Notice).

mod awaitable;
mod awaiters;
mod condition;
mod coroutine;
mod event;
mod event_loop;
mod gather;
mod in_thread;
mod permits;
mod queue;
mod request;
mod task;
mod task_group;
mod tasks;
#[cfg(test)]
mod tests;
mod timeout;
mod unretrieved;
mod wait;
mod wait_for;

pub use condition::AsyncCondition;
pub use coroutine::add as add_coroutine;
pub use event::AsyncEvent;
pub(super) use event_loop::runner_of;
pub use event_loop::{EventLoop, create_task, ensure_task};
pub use gather::{Errors, Gather};
pub use in_thread::InThread;
pub use permits::{Of, Permits};
pub use queue::AsyncQueue;
pub use request::Sleep;
pub use task::Task;
pub use task_group::TaskGroup;
pub use timeout::AsyncTimeout;
pub use unretrieved::NOBODY_HAS_AWAITED;
pub use wait::{AsCompleted, Until, Wait};
pub use wait_for::{Shield, WaitFor};

use std::sync::Arc;

use crate::value::{Class, FaultKind, Value};

/// The arguments of a `create_task` without the option `#{name: "..."}` at their end, and that name.
pub fn with_name(args: &[Value]) -> (&[Value], Option<Arc<str>>) {
    if let [first @ .., Value::Map(options)] = args
        && options.len() == 1
        && let Some(name) = options.get("name").and_then(Value::as_str)
    {
        return (first, Some(name.into()));
    }
    (args, None)
}

/// What asks for an event loop where none runs.
pub fn outside(name: &str) -> FaultKind {
    FaultKind::misuse(
        Class::RuntimeError,
        &format!("{name} outside of asyncio.run"),
        "only a task of an event loop can do that",
        "put it into a function and run that: `asyncio.run(main);`",
    )
}
