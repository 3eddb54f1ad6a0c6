//! The primitives, one small state machine a file. None knows a thread of the host, a clock,
//! randomness or the screen.
//!
//! In reading order: [`Thread`], the end of a thread; [`Lock`], mutual exclusion; [`Future`], the
//! value that one task will have; [`Results`], the values of many; [`Executor`], the pool that
//! runs them on its [`PoolThread`]s; [`Watch`], a wait for several futures. Then [`Semaphore`],
//! permits; [`Event`], a flag; [`Condition`], a wait for a change of what a lock protects;
//! [`Barrier`], a point that threads pass together; [`Queue`], items from thread to thread;
//! [`Atomic`], a variable that changes in single steps; [`Timer`], a call that happens later;
//! [`ThreadLocal`], values that each thread has of its own. As in Go: [`Channel`], items that are
//! handed over, and [`Select`], a wait for one of several channels; [`RwLock`], many readers or one
//! writer; [`Once`], a function that runs once; [`Latch`], a count that goes down; [`asyncio`], tasks
//! that take turns.
//!
//! # How a pool runs its tasks
//!
//! A pool has threads only while it has tasks. Futures and results are *tasks*: they answer
//! [`TakeJob`](crate::value::object::Verb::TakeJob) with a call to run, as long as they have one,
//! and are notified of its value. The end of a call is reported to the thread's handle, a `PoolThread`,
//! which notifies the task, takes the next call and has it run by the same fiber. So a task costs no
//! hand-over between threads and no wake-up.
//!
//! Objects ask each other only in this order, so that none waits for another's state in a circle:
//! pool thread, executor, watch, task; condition, lock; select, channel. A task notifies a watch by a
//! [`Notice`](crate::value::object::Notice), delivered when the task's own state is free again.

mod absent;
mod args;
pub mod asyncio;
mod atomic;
mod channel;
mod executor;
mod future;
mod lock;
mod pool_thread;
mod queue;
mod remote;
mod results;
mod select;
#[cfg(test)]
mod table;
mod thread;
mod thread_local;
mod tickets;
mod timer;
mod waiters;
mod watch;

// The lock-like ones.
mod barrier;
mod condition;
mod event;
mod latch;
mod once;
mod rw_lock;
mod semaphore;

pub use absent::Absent;
pub use atomic::{Atomic, Equal};
pub use channel::Channel;
pub use executor::{Executor, PoolSettings, process_count};
pub use future::Future;
pub use lock::Lock;
pub use pool_thread::PoolThread;
pub use queue::{Compare, Order, Queue};
pub use remote::Remote;
pub use results::Results;
pub use select::Select;
pub use thread::{Thread, call};

pub use barrier::Barrier;
pub use condition::Condition;
pub use event::Event;
pub use latch::Latch;
pub use once::Once;
pub use rw_lock::RwLock;
pub use semaphore::Semaphore;
pub use thread_local::ThreadLocal;
pub use timer::Timer;
pub use watch::{ReturnWhen, Watch};
