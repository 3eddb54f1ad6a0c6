//! What can be the reason of a failure. Each kind says which threads, objects and events it is about,
//! so that words can be made of it, and candidates of mends. One file, as it is one list of kinds, and each
//! question about a cause is answered for all of them.

use crate::pos::Pos;
use crate::trace::{Blocked, Names, ObjectRef, Target, TraceEvent};
use crate::value::object::TaskId;

/// A cause, and how certain it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// The cause.
    pub cause: Cause,
    /// The decisive step: behind it this failure could not be avoided any more. Nothing when every
    /// run fails.
    pub decisive: Option<TraceEvent>,
    /// What could have been done instead of it, and would have avoided the failure.
    pub instead: Option<TraceEvent>,
    /// How two threads came into lines that only one at a time may run, where that is the cause.
    pub let_in: Option<LetIn>,
    /// Where in the run what the cause is about has happened; the decisive step for a cause without events.
    pub marks: Vec<Mark>,
    /// Whether every run fails.
    pub is_inevitable: bool,
    /// Who waits in the end, and for what.
    pub blocked: Vec<Blocked>,
    /// What threads and objects are called.
    pub names: Names,
}

/// How a thread came where another one was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LetIn {
    /// It looked at what the other one had changed.
    Looked {
        /// The look.
        look: TraceEvent,
        /// What the thread that was there already had changed.
        change: TraceEvent,
    },
    /// A permit more was given back than was taken.
    Released {
        /// By which both are let in.
        permits: ObjectRef,
        /// How it was given back.
        release: TraceEvent,
    },
}

impl LetIn {
    /// What let it in.
    pub fn event(&self) -> &TraceEvent {
        match self {
            Self::Looked { look, .. } => look,
            Self::Released { release, .. } => release,
        }
    }
}

/// Something that a run does, by what it is and not by its step: the same run may be told in more steps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// What.
    pub event: TraceEvent,
    /// How often its thread had done the same in the same place before.
    pub round: usize,
}

/// See the head of the file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// One thread accesses something twice, and another one changes it in between, or sees it half
    /// changed, in an order that no execution one after the other has (Lu and others, AVIO, 2006).
    Atomicity {
        /// What it looks like.
        face: Torn,
        /// What is accessed.
        target: Target,
        /// The first access of the one thread.
        first: TraceEvent,
        /// The access of another thread that came between.
        between: TraceEvent,
        /// The second access of the first thread.
        last: TraceEvent,
    },
    /// Something came before what every good run does first.
    Order {
        /// How it came that nothing kept the order.
        face: Early,
        /// What came too early.
        early: TraceEvent,
        /// What every good run does before that; the run may end without it.
        late: TraceEvent,
    },
    /// A thread waits for a notice that came at a wrong time, or to another one.
    LostWakeup {
        /// How it was lost.
        face: Lost,
        /// Who waits for ever.
        waiter: Blocked,
        /// What it waits for.
        object: ObjectRef,
        /// The notice that did not reach it.
        notice: TraceEvent,
        /// The thread that was woken in its place.
        woken: Option<TaskId>,
        /// What took the notice back.
        cleared: Option<TraceEvent>,
    },
    /// Threads take turns, and a round in which there was nothing to do counts as one.
    EmptyTurn {
        /// The look at whose turn it is, by the thread whose round was empty.
        check: TraceEvent,
        /// The change that it waits for.
        turn: TraceEvent,
    },
    /// Threads wait for each other in a circle, or one for itself.
    Circle(WaitCycle),
    /// What is waited for was taken by a thread that has ended and not given it back.
    HolderEnded(EndedHolder),
    /// Nobody is left who could do what is waited for.
    NobodyLeft {
        /// Who waits, without those that only wait for the end of another one of them.
        waiters: Vec<Blocked>,
        /// What they wait for.
        need: Need,
        /// The last thread that could have done it.
        last: Option<Provider>,
        /// How another thread, which waits for ever itself, took the permit that is waited for.
        taken: Option<TraceEvent>,
    },
    /// Threads loop for ever, and no schedule ends that.
    Livelock {
        /// Which.
        threads: Vec<TaskId>,
        /// What the loops look at.
        reads: Vec<TraceEvent>,
    },
    /// A loop that looks at a copy of a variable in another process, or a change of such a copy.
    CopiedVariable {
        /// The access to the copy.
        access: TraceEvent,
    },
    /// Something that has to be awaited was not.
    ForgottenAwait {
        /// Who waits for what follows from it.
        waiter: Blocked,
        /// What was forgotten, in the words of its object.
        what: String,
    },
    /// A task was cancelled when it had done only a part of what it does as a whole.
    CutOff {
        /// What it had changed, and did not take back.
        began: TraceEvent,
        /// The end of its wait.
        cancelled: TraceEvent,
        /// The failure of another task, for which it was cancelled.
        failed: Option<TraceEvent>,
    },
    /// The error itself: no schedule avoids it.
    Always,
    /// One step decides it, but by none of the patterns that have a name.
    Decided,
    /// Nothing is known but the run.
    Unknown,
}

/// The faces of a violated atomicity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Torn {
    /// Read, changed by another, written: the change is lost.
    LostUpdate,
    /// Looked at, changed by another, then relied on.
    CheckThenAct,
    /// Looked at before a wait, changed again between waking up and going on, and not looked at
    /// again.
    WokenInVain,
    /// Read twice, and different in between.
    ReadTwice,
    /// A change of several steps was seen when it was half done.
    HalfSeen,
    /// Each looked at what the other one was about to write, before either had written.
    BothLooked,
    /// Written, changed by another, then read as if it were still one's own.
    Overwritten,
}

/// How it came that something was too early.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Early {
    /// Nothing waits for the other thread.
    NothingWaits,
    /// The join comes behind it.
    JoinedLater,
    /// A wait for it had a time limit, which was over.
    WaitExpired,
    /// It closed what the other one still needed.
    Closed,
    /// The wait that was meant for it found nothing to wait for yet.
    WaitedForNothing,
    /// The thread is a round ahead of another one that runs the same code.
    Lapped,
}

/// How a wake-up was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lost {
    /// Nobody waited yet when it came.
    NobodyWaited,
    /// It was set, and cleared again before the thread came.
    Cleared,
    /// It was set when it was set already: two are one.
    SetTwice,
    /// One was woken for whom there was nothing to do.
    WrongOneWoken,
    /// One was woken where several wait.
    OnlyOneWoken,
}

/// Threads that wait for each other, or one that waits for itself.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct WaitCycle {
    /// Each waits for the next one, the last for the first.
    pub waits: Vec<Wait>,
}

/// A wait in a circle.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Wait {
    /// Who waits, and where.
    pub blocked: Blocked,
    /// Why the next thread of the circle would have to go on.
    pub why: Why,
}

/// Why a wait depends on another thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// It holds what is waited for, since there.
    Holds(Pos),
    /// It would do there what is waited for, but does not come so far.
    WouldProvide(Pos),
    /// It asked before, and comes first.
    QueuesBefore,
    /// Its end, or its result, is waited for.
    Ends,
    /// It is a thread of the pool that would have to run the task.
    RunsTasks,
    /// A task that was submitted there waits for its thread.
    KeepsOut(Pos),
}

/// What a thread took and has not given back when it ended.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct EndedHolder {
    /// Who waits.
    pub waiter: Blocked,
    /// For what.
    pub object: ObjectRef,
    /// The thread that has ended.
    pub holder: TaskId,
    /// Where it took it.
    pub took: Pos,
    /// The error by which it left without giving it back, and where.
    pub error: Option<(String, Pos)>,
    /// Whether that error ended the thread, not only the function.
    pub is_uncaught: bool,
}

/// What would end a wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Need {
    /// An item in a queue or channel.
    Item,
    /// The close of a channel, which its `for` waits for.
    Close,
    /// Room in a queue or channel.
    Room,
    /// An event that is set.
    Set,
    /// A notice.
    Notice,
    /// A permit.
    Permit,
    /// A release.
    Release,
    /// More arrivals at a barrier or latch.
    Arrivals,
    /// `task_done` for each item.
    TaskDone,
    /// The end of a thread or task.
    End,
    /// Anything else.
    Other,
}

/// A thread that has ended and could have ended a wait.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Provider {
    /// Which.
    pub thread: TaskId,
    /// Where it did so last, or would have.
    pub pos: Pos,
    /// Whether it has done so in this run.
    pub has_provided: bool,
    /// The error by which it ended, and where.
    pub error: Option<(String, Pos)>,
}

impl Cause {
    /// The name of its kind in the field.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Atomicity { .. } => "atomicity violation",
            Self::Order { .. } => "order violation",
            Self::LostWakeup { .. } => "lost wake-up",
            Self::EmptyTurn { .. } => "turn used without work",
            Self::Circle(_) | Self::HolderEnded(_) => "resource deadlock",
            Self::NobodyLeft { .. } => "communication deadlock",
            Self::Livelock { .. } => "livelock",
            Self::CopiedVariable { .. } => "processes share nothing",
            Self::ForgottenAwait { .. } => "forgotten await",
            Self::CutOff { .. } => "cancelled half way",
            Self::Always => "every run fails",
            Self::Decided => "decisive step",
            Self::Unknown => "unknown",
        }
    }

    /// What two failures have in common that have the same cause: its kind, and its places in the text or
    /// the objects of a circle. Nothing where that says too little.
    pub fn key(&self) -> Option<(&'static str, Vec<Pos>)> {
        let held = |wait: &Wait| match wait.why {
            Why::Holds(_) => wait.blocked.object.map(|object| object.made_at),
            _ => None,
        };
        let objects = match self {
            Self::Circle(circle) => circle.waits.iter().map(held).collect::<Option<Vec<Pos>>>(),
            _ => None,
        };
        let mut places = objects.unwrap_or_else(|| self.places());
        places.sort_unstable();
        (!places.is_empty()).then(|| (self.kind(), places))
    }

    /// The events that it is about, in the order in which they happened.
    pub fn events(&self) -> Vec<&TraceEvent> {
        match self {
            Self::Atomicity {
                first,
                between,
                last,
                ..
            } => vec![first, between, last],
            Self::Order { early, late, .. } => vec![early, late],
            Self::LostWakeup {
                notice, cleared, ..
            } => Some(notice).into_iter().chain(cleared).collect(),
            Self::EmptyTurn { check, turn } => vec![check, turn],
            Self::Livelock { reads, .. } => reads.iter().collect(),
            Self::CopiedVariable { access } => vec![access],
            Self::CutOff {
                began, cancelled, ..
            } => vec![began, cancelled],
            Self::NobodyLeft { taken, .. } => taken.iter().collect(),
            Self::Circle(_)
            | Self::HolderEnded(_)
            | Self::ForgottenAwait { .. }
            | Self::Always
            | Self::Decided
            | Self::Unknown => Vec::new(),
        }
    }

    /// The waits that it is about.
    pub fn waits(&self) -> Vec<&Blocked> {
        match self {
            Self::LostWakeup { waiter, .. } | Self::ForgottenAwait { waiter, .. } => vec![waiter],
            Self::Circle(circle) => circle.waits.iter().map(|wait| &wait.blocked).collect(),
            Self::HolderEnded(ended) => vec![&ended.waiter],
            Self::NobodyLeft { waiters, .. } => waiters.iter().collect(),
            Self::Atomicity { .. }
            | Self::Order { .. }
            | Self::EmptyTurn { .. }
            | Self::Livelock { .. }
            | Self::CopiedVariable { .. }
            | Self::CutOff { .. }
            | Self::Always
            | Self::Decided
            | Self::Unknown => Vec::new(),
        }
    }

    /// The places in the text that it is about, each once, in the order of the text.
    pub fn places(&self) -> Vec<Pos> {
        let mut places: Vec<Pos> = self.events().iter().map(|event| event.pos).collect();
        places.extend(self.waits().iter().map(|wait| wait.pos));
        match self {
            Self::HolderEnded(ended) => {
                places.push(ended.took);
                places.extend(ended.error.as_ref().map(|(_, pos)| *pos));
            }
            Self::NobodyLeft {
                last: Some(last), ..
            } => {
                places.push(last.pos);
                places.extend(last.error.as_ref().map(|(_, pos)| *pos));
            }
            Self::Circle(circle) => {
                for wait in &circle.waits {
                    if let Why::Holds(pos) | Why::WouldProvide(pos) | Why::KeepsOut(pos) = wait.why
                    {
                        places.push(pos);
                    }
                }
            }
            Self::Atomicity { .. }
            | Self::Order { .. }
            | Self::LostWakeup { .. }
            | Self::EmptyTurn { .. }
            | Self::NobodyLeft { last: None, .. }
            | Self::Livelock { .. }
            | Self::CopiedVariable { .. }
            | Self::ForgottenAwait { .. }
            | Self::CutOff { .. }
            | Self::Always
            | Self::Decided
            | Self::Unknown => {}
        }
        places.retain(|pos| !pos.is_none());
        places.sort_unstable();
        places.dedup();
        places
    }

    /// The threads that it is about, each once.
    pub fn threads(&self) -> Vec<TaskId> {
        let mut threads: Vec<TaskId> = self.events().iter().map(|event| event.thread).collect();
        threads.extend(self.waits().iter().map(|wait| wait.thread));
        match self {
            Self::HolderEnded(ended) => threads.push(ended.holder),
            Self::LostWakeup { woken, .. } => threads.extend(woken),
            Self::Livelock { threads: all, .. } => threads.extend(all),
            Self::NobodyLeft { last, .. } => threads.extend(last.as_ref().map(|l| l.thread)),
            Self::Atomicity { .. }
            | Self::Order { .. }
            | Self::EmptyTurn { .. }
            | Self::Circle(_)
            | Self::CopiedVariable { .. }
            | Self::ForgottenAwait { .. }
            | Self::CutOff { .. }
            | Self::Always
            | Self::Decided
            | Self::Unknown => {}
        }
        threads.sort_unstable();
        threads.dedup();
        threads
    }
}
