//! What a step of a run that is led has to do with others: two steps of different threads that have
//! nothing in common can be done in either order, with the same result.
//!
//! That is noted while a step is done, not read off a table: the variables that it accesses; every object
//! whose state it opens, directly or by asking another one; the threads that it lets go on; the clock,
//! when it begins or ends a limited wait or asks for the time; and the numbers of threads, when it gives
//! one. What the search has learned that no thread can observe is no part of it: such operations commute
//! with all others ([`Observations`](crate::vm::Observations)); of the ends of threads and the waits for
//! them only the order is kept, by which who joins comes behind who ends. A step that is none of the known kinds has
//! to do with every other one.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::state::{Being, Deadlines, Member};
use super::told::Told;
use super::walk::{Choice, Draw, Walk};
use crate::event::Kind;
use crate::value::object::TaskId;
use crate::value::{ObjectAccess, noting_accesses};
use crate::vm::{Action, Observed};

/// Something that steps have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Resource {
    /// The variable or object at this address.
    At(usize),
    /// What this thread does next.
    Thread(TaskId),
    /// The time, and what is due when.
    Clock,
    /// The order in which threads print, where that counts.
    Output,
    /// The numbers and names of threads.
    Numbers,
}

/// See the head of the file.
#[derive(Clone, Debug, Default)]
pub struct StepEffect {
    /// What it accesses, and whether it may change it; each once.
    accesses: Vec<(Resource, bool)>,
    /// Whether nothing is known of it.
    is_unknown: bool,
    /// The other threads that have gone on in it, or were started.
    pub affected: Vec<TaskId>,
    /// The handles of the threads that have ended in it, and of those whose lives it has to do with where
    /// nothing can notice these.
    pub ended: Vec<usize>,
    /// See `ended`.
    pub lives: Vec<usize>,
}

impl StepEffect {
    fn new(mut accesses: Vec<(Resource, bool)>, is_unknown: bool) -> Self {
        // Of the same thing, the entry that changes it comes first.
        accesses.sort_unstable_by_key(|(resource, changes)| (*resource, !changes));
        accesses.dedup_by_key(|(resource, _)| *resource);
        Self {
            accesses,
            is_unknown,
            ..Self::default()
        }
    }

    /// Whether the order of the two steps may make a difference.
    pub fn depends_on(&self, other: &Self) -> bool {
        if self.is_unknown || other.is_unknown {
            return true;
        }
        let (mut ours, mut theirs) = (self.accesses.iter(), other.accesses.iter());
        let (mut one, mut two) = (ours.next(), theirs.next());
        while let (Some((a, a_changes)), Some((b, b_changes))) = (one, two) {
            match a.cmp(b) {
                std::cmp::Ordering::Less => one = ours.next(),
                std::cmp::Ordering::Greater => two = theirs.next(),
                std::cmp::Ordering::Equal if *a_changes || *b_changes => return true,
                std::cmp::Ordering::Equal => (one, two) = (ours.next(), theirs.next()),
            }
        }
        false
    }

    /// How many things it accesses; nothing where that is not known.
    pub fn breadth(&self) -> Option<usize> {
        (!self.is_unknown).then_some(self.accesses.len())
    }
}

/// What is noted of a step while it is done.
pub(super) struct Noting {
    deadlines: Deadlines,
    numbers: [u64; 5],
    /// The threads that there were, with their handles, and which of them waited for the end of another
    /// one, without a limit.
    handles: BTreeMap<TaskId, usize>,
    joining: BTreeSet<TaskId>,
    /// The threads that have gone on.
    pub(super) affected: BTreeSet<TaskId>,
}

/// Whether the object is the handle of a thread of the script's.
fn is_handle(kind: &str) -> bool {
    kind == "Thread"
}

impl Walk {
    /// [`Walk::take`], and what the step has to do with others.
    pub fn take_noting(&mut self, choice: Choice, draws: &[u64]) -> (Vec<Draw>, StepEffect) {
        let task = choice.task();
        let mut accesses = vec![(Resource::Thread(task), true)];
        let mut is_unknown = false;
        match choice {
            Choice::Time(_) => accesses.push((Resource::Clock, true)),
            Choice::Step(_) => match self.touch(task) {
                // What it accesses is noted.
                Some(touch) => is_unknown = touch.copies != 0,
                None => match self.standing_before(task).map(|visible| visible.action) {
                    Some(Action::Print) if self.told_so_far().order.is_some() => {
                        accesses.push((Resource::Output, true));
                    }
                    Some(Action::Print | Action::Sleep | Action::End) => {}
                    _ => is_unknown = !self.is_busy(task),
                },
            },
        }
        let state = &mut self.run.state;
        state.has_told_time = false;
        let joins = |member: &Member| match &member.being {
            Being::Waiting {
                object: Some(object),
                deadline: None,
            } => is_handle(object.kind()),
            _ => false,
        };
        let joining = state.members.iter().filter(|(_, member)| joins(member));
        let handle = |member: &Member| Arc::as_ptr(&member.handle) as usize;
        let handles = state.members.iter();
        self.noting = Some(Noting {
            deadlines: state.deadlines.clone(),
            numbers: state.world.ids.next_names(),
            joining: joining.map(|(task, _)| *task).collect(),
            handles: handles
                .map(|(task, member)| (*task, handle(member)))
                .collect(),
            affected: BTreeSet::new(),
        });
        let (drawn, objects) = noting_accesses(|| self.take_until_settled(choice, draws));
        self.find_choices_and_names();
        // Ends and joins of threads that nothing notices commute: only who joins comes after who ends.
        let Observed {
            threads,
            renamed,
            unlisted,
            ..
        } = self.observations().observed();
        let are_lives_hidden = !(threads || renamed || unlisted);
        let mut effect = StepEffect::default();
        for ObjectAccess { at, kind, changes } in objects {
            match are_lives_hidden && is_handle(kind) {
                true => effect.lives.push(at),
                false => accesses.push((Resource::At(at), changes)),
            }
        }
        let has_warned = |told: &Told| matches!(told.kind, Kind::Warning { .. });
        // A warning is noted with the thread that it is about, which may be another one.
        is_unknown |= self.take_recent().iter().any(has_warned);
        if let Some(noting) = self.noting.take() {
            let state = &self.run.state;
            if state.has_told_time || noting.deadlines != state.deadlines {
                accesses.push((Resource::Clock, true));
            }
            if noting.numbers != state.world.ids.next_names() {
                accesses.push((Resource::Numbers, true));
            }
            for other in noting.affected.into_iter().filter(|other| *other != task) {
                if !(are_lives_hidden && noting.joining.contains(&other)) {
                    accesses.push((Resource::Thread(other), true));
                }
                effect.affected.push(other);
            }
            let ended = noting.handles.iter();
            let ended = ended.filter(|(task, _)| !state.members.contains_key(task));
            effect.ended = ended.map(|(_, handle)| *handle).collect();
        }
        let effect = StepEffect {
            affected: effect.affected,
            ended: effect.ended,
            lives: effect.lives,
            ..StepEffect::new(accesses, is_unknown)
        };
        (drawn, effect)
    }

    /// What a choice that is not possible yet waits for, and what making it has to do with others as far
    /// as that is known: what decides whether the thread can go on, or the object at whose wait the
    /// time may be over.
    pub fn waiting_for(&self, choice: Choice) -> StepEffect {
        let task = choice.task();
        let mut accesses = vec![(Resource::Thread(task), true)];
        let Some(member) = self.run.state.members.get(&task) else {
            return StepEffect::new(accesses, true);
        };
        match (choice, &member.being) {
            (Choice::Time(_), Being::Waiting { object, .. }) => {
                accesses.push((Resource::Clock, true));
                let address = |object| Arc::as_ptr(object) as usize;
                accesses.extend(object.iter().map(|o| (Resource::At(address(o)), true)));
                StepEffect::new(accesses, false)
            }
            (Choice::Step(_), Being::Standing) => match (self.touch(task), &member.fiber) {
                (Some(touch), Some(fiber)) => {
                    let (program, observed) = (
                        &self.run.state.world.program,
                        self.observations().observed(),
                    );
                    let (_, objects) = noting_accesses(|| fiber.is_enabled(program, observed));
                    accesses.push((Resource::At(touch.what), touch.writes));
                    // What it only looks at now it changes when it goes on.
                    let objects = objects.iter().map(|object| object.at);
                    accesses.extend(objects.map(|at| (Resource::At(at), touch.writes)));
                    StepEffect::new(accesses, touch.copies != 0)
                }
                _ => StepEffect::new(accesses, true),
            },
            _ => StepEffect::new(accesses, true),
        }
    }

    /// The choices that are not possible now but may become so without anything else happening to their
    /// threads: of those that are about to do something that they would have to wait for, and of those
    /// whose wait has a limit.
    pub fn blocked(&self) -> Vec<Choice> {
        let members = self.run.state.members.iter();
        let choice = |(task, member): (&TaskId, &Member)| match &member.being {
            Being::Standing => Some(Choice::Step(*task)),
            Being::Waiting {
                deadline: Some(_), ..
            } => Some(Choice::Time(*task)),
            _ => None,
        };
        let all = members.filter_map(choice);
        all.filter(|choice| !self.choices().contains(choice))
            .collect()
    }

    /// Whether some thread is a daemon, or runs in a process of its own: what such a thread does may end
    /// in the middle, when others have ended.
    pub fn may_be_cut_off(&self) -> bool {
        let state = &self.run.state;
        let mut members = state.members.values();
        state.world.ids.has_process_pools() || members.any(|member| member.daemon)
    }
}
