//! Tasks that switch only where they await, and what they await: Python's `asyncio`.
//!
//! In reading order: [`EventLoop`], whose turn it is; [`Task`], one of a loop's tasks;
//! [`Request`], [`WaitFor`] and [`InThread`], the coroutines that the library gives; [`Gather`] and
//! [`TaskGroup`], several tasks together; [`AsyncLock`] and [`AsyncQueue`]. `awaiters` is what all
//! that can be awaited have in common.
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

mod awaiters;
mod coroutine;
mod event_loop;
mod gather;
mod in_thread;
mod lock;
mod queue;
mod request;
mod task;
mod task_group;
#[cfg(test)]
mod tests;
mod wait_for;

pub use coroutine::add as add_coroutine;
pub use event_loop::{EventLoop, create_task};
pub use gather::{Errors, Gather};
pub use in_thread::InThread;
pub use lock::AsyncLock;
pub use queue::AsyncQueue;
pub use request::Request;
pub use task::Task;
pub use task_group::TaskGroup;
pub use wait_for::WaitFor;

use crate::value::FaultKind;

/// What asks for an event loop where none runs.
pub fn outside(name: &str) -> FaultKind {
    FaultKind::misuse(
        &format!("{name} outside of asyncio.run"),
        "only a task of an event loop can do that",
        "put it into a function and run that: `asyncio.run(main);`",
    )
}
