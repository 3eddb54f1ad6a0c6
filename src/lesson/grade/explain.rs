//! Why a program fails: the true cause among those that it is usually confused with.
//!
//! A learner chooses a sentence; the answer is the name of the kind of cause that it stands for, the word
//! that reports use.

use super::break_it::{asked_about, question, with_program};
use super::{Bounds, FaultKind, Undecided, Verdict, failed};
use crate::explain::{Cause, Early, Torn, Why};
use crate::explore::{Finding, Interleavings, Problem};
use crate::lesson::text::Exercise;

/// A kind of cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// A change is lost.
    LostUpdate,
    /// What was looked at is no longer true.
    CheckThenAct,
    /// Two looks do not fit together, or a change was seen half done.
    Torn,
    /// Something came before what it relies on.
    Order,
    /// A notice reaches nobody.
    LostWakeup,
    /// Threads wait for each other in a circle.
    CircularWait,
    /// A thread waits for itself.
    SelfDeadlock,
    /// Who holds what is waited for has ended.
    HolderEnded,
    /// Nobody is left who could end a wait.
    NobodyLeft,
    /// Threads loop for ever.
    Livelock,
    /// A copy is changed or looked at.
    Copies,
    /// What has to be awaited was not.
    ForgottenAwait,
    /// A task was cancelled when it had done only a part.
    CutOff,
    /// Two accesses are kept apart by nothing.
    Race,
    /// No order of the threads avoids it.
    Always,
}

use Reason::{
    Always, CheckThenAct, CircularWait, Copies, CutOff, ForgottenAwait, HolderEnded, Livelock,
    LostUpdate, LostWakeup, NobodyLeft, Order, Race, SelfDeadlock,
};

impl Reason {
    /// All of them.
    pub const ALL: [Self; 15] = [
        LostUpdate,
        CheckThenAct,
        Self::Torn,
        Order,
        LostWakeup,
        CircularWait,
        SelfDeadlock,
        HolderEnded,
        NobodyLeft,
        Livelock,
        Copies,
        ForgottenAwait,
        CutOff,
        Race,
        Always,
    ];

    /// The names of the kind; the first is the field's word, others are accepted, too.
    pub fn names(self) -> &'static [&'static str] {
        match self {
            LostUpdate => &["lost update"],
            CheckThenAct => &["check-then-act", "check then act"],
            Self::Torn => &["atomicity violation"],
            Order => &["order violation"],
            LostWakeup => &["lost wake-up", "lost wakeup"],
            CircularWait => &[
                "circular wait",
                "resource deadlock",
                "lock order",
                "deadlock",
            ],
            SelfDeadlock => &["self-deadlock"],
            HolderEnded => &["the holder has ended"],
            NobodyLeft => &["communication deadlock"],
            Livelock => &["livelock"],
            Copies => &["processes share nothing"],
            ForgottenAwait => &["forgotten await"],
            CutOff => &["cancelled half way"],
            Race => &["data race"],
            Always => &["every run fails"],
        }
    }

    /// What it says of a program, in a sentence.
    pub fn sentence(self) -> &'static str {
        match self {
            LostUpdate => {
                "Two threads read the same value, and the one that writes last overwrites what the \
                 other one has written."
            }
            CheckThenAct => {
                "A thread checks something, and before it acts on that, another thread makes it untrue."
            }
            Self::Torn => {
                "A thread sees what another one has changed only in part, or twice with a change in \
                 between."
            }
            Order => {
                "A thread relies on something that another one has not done yet, and nothing makes it \
                 wait for that."
            }
            LostWakeup => {
                "A thread is notified before it waits. The notice is not kept, and nobody sends \
                 another one."
            }
            CircularWait => {
                "Each thread holds what the next one waits for, so that they wait for each other in \
                 a circle."
            }
            SelfDeadlock => "A thread waits for something that it holds itself.",
            HolderEnded => {
                "A thread has taken something and ended without giving it back, and another one waits \
                 for it."
            }
            NobodyLeft => {
                "A thread waits for something that has to come from another thread, and none is left \
                 that would send it."
            }
            Livelock => "Threads go on for ever without getting anywhere.",
            Copies => "The change was made to a copy in another process.",
            ForgottenAwait => "Something was started that has to be awaited, and nobody awaits it.",
            CutOff => {
                "A task was cancelled when it had done only the first half of what belongs together."
            }
            Race => {
                "Two threads access one variable at the same time, and nothing keeps them apart."
            }
            Always => "No order of the threads avoids it: every run fails in the same way.",
        }
    }

    /// Whether it is why somebody waits for ever.
    pub fn is_about_waiting(self) -> bool {
        matches!(
            self,
            LostWakeup | CircularWait | SelfDeadlock | HolderEnded | NobodyLeft
        )
    }

    /// What a run would have to show, in a sentence.
    pub fn evidence(self) -> &'static str {
        match self {
            LostUpdate => {
                "For that, a thread would have to write over what another one has written since it read."
            }
            CheckThenAct => {
                "For that, a thread would have to rely on what it saw before another one changed it."
            }
            Self::Torn => {
                "For that, a thread would have to see a change that another one has done by half, or to \
                 look twice with a change in between."
            }
            Order => {
                "For that, a thread would have to need something before another one has done it."
            }
            LostWakeup => {
                "For that, a thread would have to wait at the end for a notify that came before it waited."
            }
            CircularWait => {
                "For that, threads would have to wait at the end, each for what the next one holds."
            }
            SelfDeadlock => {
                "For that, a thread would have to wait at the end for what it holds itself."
            }
            HolderEnded => {
                "For that, a thread would have to end while it holds what another one waits for."
            }
            NobodyLeft => {
                "For that, a thread would have to wait at the end for what no other thread will ever send."
            }
            Livelock => "For that, the run would have to go on for ever.",
            Copies => "For that, something would have to be changed in another process.",
            ForgottenAwait => {
                "For that, something would have to be started that is awaited nowhere."
            }
            CutOff => "For that, a task would have to be cancelled in the middle of something.",
            Race => {
                "For that, two threads would have to be at one variable at the same time, and nothing \
                 keep them apart."
            }
            Always => "For that, each order of the threads would have to fail like this one.",
        }
    }

    /// What it is usually confused with.
    fn confusions(self) -> [Self; 3] {
        match self {
            LostUpdate => [Order, CircularWait, Always],
            CheckThenAct => [LostUpdate, LostWakeup, CircularWait],
            Self::Torn => [LostUpdate, Order, CheckThenAct],
            Order => [LostUpdate, CircularWait, Always],
            LostWakeup => [CircularWait, NobodyLeft, Order],
            CircularWait => [LostWakeup, HolderEnded, Order],
            SelfDeadlock => [CircularWait, HolderEnded, LostWakeup],
            HolderEnded => [CircularWait, LostWakeup, NobodyLeft],
            NobodyLeft => [LostWakeup, CircularWait, HolderEnded],
            Livelock => [CircularWait, LostWakeup, Always],
            Copies => [LostUpdate, Order, Race],
            ForgottenAwait => [Order, NobodyLeft, LostWakeup],
            CutOff => [LostUpdate, Order, ForgottenAwait],
            Race => [LostUpdate, Order, CircularWait],
            Always => [LostUpdate, Order, Race],
        }
    }

    /// The kind of this name.
    pub fn named(name: &str) -> Option<Self> {
        let name = name.trim().to_lowercase();
        Self::ALL
            .into_iter()
            .find(|reason| reason.names().contains(&name.as_str()))
    }

    /// Why a failure happens; nothing when its cause has no name.
    pub fn of(finding: &Finding) -> Option<Self> {
        if matches!(finding.problem, Problem::Race(_)) {
            return Some(Race);
        }
        let explanation = finding.explanation.as_ref()?;
        Some(match &explanation.cause {
            Cause::Atomicity { face, .. } => match face {
                Torn::LostUpdate => LostUpdate,
                Torn::CheckThenAct | Torn::BothLooked | Torn::WokenInVain => CheckThenAct,
                Torn::ReadTwice | Torn::HalfSeen | Torn::Overwritten => Self::Torn,
            },
            Cause::Order { face, .. } => match face {
                Early::NothingWaits
                | Early::JoinedLater
                | Early::WaitExpired
                | Early::WaitedForNothing
                | Early::Closed
                | Early::Lapped => Order,
            },
            Cause::EmptyTurn { .. } => Order,
            Cause::LostWakeup { .. } => LostWakeup,
            Cause::Circle(circle) => match circle.waits.as_slice() {
                [_] => SelfDeadlock,
                waits
                    if waits
                        .iter()
                        .all(|wait| matches!(wait.why, Why::RunsTasks | Why::KeepsOut(_))) =>
                {
                    NobodyLeft
                }
                _ => CircularWait,
            },
            Cause::HolderEnded(_) => HolderEnded,
            Cause::NobodyLeft { .. } => NobodyLeft,
            Cause::Livelock { .. } => Livelock,
            Cause::CopiedVariable { .. } => Copies,
            Cause::ForgottenAwait { .. } => ForgottenAwait,
            Cause::CutOff { .. } => CutOff,
            Cause::Always => Always,
            Cause::Decided | Cause::Unknown => return None,
        })
    }
}

/// The kinds to choose from, the true one among them, in an order that says nothing.
///
/// # Errors
/// Why the program asks no question.
pub fn options(exercise: &Exercise, bounds: &Bounds) -> Result<Vec<Reason>, Verdict> {
    let finding = question(exercise, bounds)?;
    let no_question = Verdict::Undecided(Undecided::NoQuestion);
    let reason = Reason::of(&finding).ok_or(no_question)?;
    let mut options = vec![reason];
    options.extend(reason.confusions());
    options.sort_unstable();
    // Where the true one stands differs from exercise to exercise.
    options.rotate_left(exercise.title.len() % 4);
    Ok(options)
}

/// Passes when the answer names the true cause.
pub(super) fn grade(
    exercise: &Exercise,
    answer: &str,
    bounds: &Bounds,
) -> Result<Option<Interleavings>, Verdict> {
    with_program(exercise, bounds, |explored| {
        let finding = asked_about(explored)?;
        match (Reason::of(&finding), Reason::named(answer)) {
            (None, _) => Err(Verdict::Undecided(Undecided::NoQuestion)),
            (Some(is), Some(named)) if is == named => Ok(None),
            _ => Err(failed(FaultKind::OtherCause {
                named: answer.trim().into(),
                finding: Box::new(finding),
            })),
        }
    })?
}
