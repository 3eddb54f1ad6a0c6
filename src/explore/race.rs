//! Data races: two threads stand before accesses to one place, and at least one of them writes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::graph::StateId;
use crate::pos::{Line, Pos};
use crate::schedule::Walk;
use crate::value::object::TaskId;
use crate::value::{CodeId, Value};
use crate::vm::{Action, SharedPlace, VariableAccess};

/// A thread before an access to a shared place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Access {
    /// The thread's name.
    pub thread: String,
    /// Where in the text.
    pub pos: Pos,
    /// The line of the text.
    pub source: Arc<str>,
    /// Whether it writes.
    pub writes: bool,
}

/// Two accesses that nothing keeps apart.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Race {
    /// The variable, of which races are one finding.
    pub variable: String,
    /// The place, as it is typed: `counter`, `a[0]`.
    pub place: String,
    /// The two accesses, the one that stands first in the text first.
    pub accesses: [Access; 2],
}

/// The races of a program, each by its two lines of the text, with the first state in which it was
/// seen.
#[derive(Default)]
pub(super) struct Races {
    seen: BTreeMap<(Line, Line, String), (Race, StateId)>,
    /// The pairs of instructions that were compared already, where they alone say what is touched.
    compared: BTreeSet<(Site, Site)>,
    touching: Vec<(TaskId, VariableAccess)>,
}

/// An instruction, and where in the learner's text it is.
type Site = (CodeId, u32, Pos);

impl Races {
    /// Looks for races in the state that `walk` is in.
    pub(super) fn look(&mut self, walk: &Walk, state: StateId) {
        let mut touching = std::mem::take(&mut self.touching);
        touching.extend(walk.touching());
        touching.extend(walk.copying());
        for (index, (one, a)) in touching.iter().enumerate() {
            for (other, b) in &touching[index + 1..] {
                if one != other && a.cell == b.cell && (a.writes || b.writes) && self.is_new(a, b) {
                    self.compare(walk, state, (*one, a), (*other, b));
                }
            }
        }
        touching.clear();
        self.touching = touching;
    }

    fn is_new(&mut self, a: &VariableAccess, b: &VariableAccess) -> bool {
        match (a.site, b.site) {
            (Some(a), Some(b)) => self.compared.insert((a, b)),
            _ => true,
        }
    }

    fn compare(
        &mut self,
        walk: &Walk,
        state: StateId,
        (one, a): (TaskId, &VariableAccess),
        (other, b): (TaskId, &VariableAccess),
    ) {
        let (a, b) = (walk.before_access(one, a), walk.before_access(other, b));
        let (Some(a), Some(b)) = (a, b) else {
            return;
        };
        let (Some((a_place, a_kind)), Some((b_place, b_kind))) =
            (place_of(&a.action), place_of(&b.action))
        else {
            return;
        };
        let both_atomic = a_kind == Kind::Method && b_kind == Kind::Method;
        let nobody_writes = a_kind == Kind::Read && b_kind == Kind::Read;
        if both_atomic || nobody_writes || !overlap(a_place, b_place) {
            return;
        }
        let access = |task, pos, kind| Access {
            thread: walk
                .name(task)
                .map_or_else(String::new, |name| name.to_string()),
            pos,
            source: walk.source_line(task),
            writes: kind != Kind::Read,
        };
        let mut accesses = [access(one, a.pos, a_kind), access(other, b.pos, b_kind)];
        accesses.sort_by(|a, b| (a.pos, &a.thread).cmp(&(b.pos, &b.thread)));
        let shorter = if a_place.keys.len() < b_place.keys.len() {
            a_place
        } else {
            b_place
        };
        let place = shorter.to_string();
        let line = |access: &Access| access.pos.at();
        let key = (line(&accesses[0]), line(&accesses[1]), place.clone());
        self.seen.entry(key).or_insert_with(|| {
            let race = Race {
                variable: shorter.name.clone(),
                place,
                accesses,
            };
            (race, state)
        });
    }

    /// How many were found.
    pub(super) fn count(&self) -> usize {
        self.seen.len()
    }

    /// What was found, in the order of the text.
    pub(super) fn into_found(self) -> Vec<(Race, StateId)> {
        self.seen.into_values().collect()
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Read,
    Write,
    /// Atomic: it races with plain accesses only.
    Method,
}

fn place_of(action: &Action) -> Option<(&SharedPlace, Kind)> {
    match action {
        Action::Read(place) => Some((place, Kind::Read)),
        Action::Write(place) => Some((place, Kind::Write)),
        Action::Method { place, .. } => Some((place, Kind::Method)),
        _ => None,
    }
}

/// Whether one of the two places is the other or lies in it, as far as that is known.
fn overlap(a: &SharedPlace, b: &SharedPlace) -> bool {
    a.cell == b.cell && a.keys.iter().zip(&b.keys).all(|(a, b)| may_equal(a, b))
}

/// Whether two keys below the same place may lead to the same.
fn may_equal(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Int(a), Value::Int(b)) => a == b,
        _ => match (a.as_str(), b.as_str()) {
            (Some(a), Some(b)) => a == b,
            (None, None) => true,
            (Some(_), None) | (None, Some(_)) => false,
        },
    }
}
