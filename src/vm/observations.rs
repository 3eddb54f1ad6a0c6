//! What of a program's operations other threads can observe, as a search learns it.
//!
//! A search assumes that nothing is observable, and runs. An operation that would contradict the
//! assumption is noted before it is done: a write makes its place observable, a question for whether a
//! thread has ended the lives of threads. The search begins again with what was noted, until it meets
//! nothing new. Observations only grow, and there are finitely many, so that comes to an end.
//!
//! To find a top-level name unbound is a read of the variable that it will stand for.
//!
//! Why that is sound: an operation is hidden only while it commutes, to the left and to the right, with
//! every operation that other threads can do under the assumption (Lipton, "Reduction", 1975): a read
//! of a place that no thread writes while there are others, a write while there are none. Take any run
//! of the program and its first operation that contradicts the assumption. The run before it has only
//! operations that fit, so moving the hidden ones makes it a run of the reduced search, in which that
//! operation is met, too. A search that meets none has therefore seen every run up to that reordering,
//! which changes no outcome.
//!
//! In the same way it assumes of the threads that run one piece of code that nothing notices which of them
//! is which: their names and numbers, and whatever tells these. Until that is refuted, two states that
//! differ only by which of such threads is in which place are one. That is sound because everything else a
//! script can do treats threads alike whatever they are called: what one of two such states can do, the
//! other can do with the threads exchanged, and so the first operation that notices an identity is met
//! from whichever of the two the search has entered (Clarke, Filkorn, Jha and Emerson and Sistla, "Symmetry
//! and model checking", both 1993).

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::Path;
use crate::program::code::PathSegment;
use crate::value::object::ThreadCode;
use crate::value::{Origin, Value};

/// One key of a place. Indices are not distinguished.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Segment {
    Field(&'static str),
    Index,
}

impl Segment {
    fn all(path: Path<'_>) -> impl Iterator<Item = Self> {
        let bound = path.bound.iter().map(|key| match key {
            Value::Literal(name) => Self::Field(name.as_str()),
            _ => Self::Index,
        });
        let keys = path.keys.iter().map(|key| match key {
            PathSegment::Field { name, .. } => Self::Field(name.as_str()),
            PathSegment::Index { .. } => Self::Index,
        });
        let method = path.method.map(|name| Self::Field(name.as_str()));
        bound.chain(keys).chain(method)
    }

    /// Whether the two may be the same: `m.x` and `m["x"]` are.
    fn may_equal(self, other: Self) -> bool {
        match (self, other) {
            (Self::Field(a), Self::Field(b)) => a == b,
            (Self::Index, _) | (_, Self::Index) => true,
        }
    }
}

/// Keys that lead from a variable to the places that are written.
type Pattern = Box<[Segment]>;

/// The places that are written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Written(HashMap<Origin, Vec<Pattern>>);

impl Written {
    /// Whether a write concerns the place: one of the two paths is a prefix of the other.
    fn concerns(&self, origin: Origin, path: Path<'_>) -> bool {
        if origin == Origin::UNKNOWN {
            return true;
        }
        let patterns = self.0.get(&origin);
        patterns.is_some_and(|patterns| {
            patterns.iter().any(|pattern| {
                let mut both = pattern.iter().zip(Segment::all(path));
                both.all(|(segment, other)| segment.may_equal(other))
            })
        })
    }

    /// Whether that was not known.
    fn add(&mut self, origin: Origin, path: Path<'_>) -> bool {
        let pattern: Pattern = Segment::all(path).collect();
        let patterns = self.0.entry(origin).or_default();
        if patterns.iter().any(|known| pattern.starts_with(known)) {
            return false;
        }
        patterns.retain(|known| !known.starts_with(&pattern));
        patterns.push(pattern);
        true
    }
}

/// What else is observed: a set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Observed {
    /// Whether threads have started, or have ended.
    pub threads: bool,
    /// Whether a pool has begun a task, or has ended it; or which of its threads runs it.
    pub futures: bool,
    /// Whether a thread waits at an event already: some thread clears one.
    pub arrivals: bool,
    /// Which number or name a thread has that is made or started beside others.
    pub names: bool,
    /// What a thread is called that is given another name beside others.
    pub renamed: bool,
    /// What a function tells of the objects that it is given although none of the lists says so: then
    /// each call that is given one counts.
    pub unlisted: bool,
}

impl Observed {
    /// All of it.
    pub const EVERYTHING: Self = Self {
        threads: true,
        futures: true,
        arrivals: true,
        names: true,
        renamed: true,
        unlisted: true,
    };

    /// As a number below 64.
    pub fn bits(self) -> u64 {
        let Self {
            threads,
            futures,
            arrivals,
            names,
            renamed,
            unlisted,
        } = self;
        // The rare ones in front: small numbers make short tokens.
        let flags = [unlisted, renamed, threads, futures, arrivals, names].into_iter();
        flags.fold(0, |bits, flag| bits << 1 | u64::from(flag))
    }

    /// What [`Observed::bits`] was made of.
    pub fn from_bits(bits: u64) -> Self {
        Self {
            threads: bits & 8 != 0,
            futures: bits & 4 != 0,
            arrivals: bits & 2 != 0,
            names: bits & 1 != 0,
            renamed: bits & 16 != 0,
            unlisted: bits & 32 != 0,
        }
    }
}

/// The threads whose identities are noticed: those that run one of these codes, or, without the set, all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identified(Option<Arc<BTreeSet<ThreadCode>>>);

impl Identified {
    /// Whether the identity of a thread with this code is noticed. Main and what runs no code of the
    /// script's have one always.
    pub fn includes(&self, code: Option<ThreadCode>) -> bool {
        match (&self.0, code) {
            (Some(codes), Some(code)) => codes.contains(&code),
            (None, _) | (_, None) => true,
        }
    }

    /// Whether all identities are noticed.
    pub fn is_all(&self) -> bool {
        self.0.is_none()
    }
}

impl Default for Identified {
    /// All.
    fn default() -> Self {
        Self(None)
    }
}

/// See the head of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observations {
    /// Every place that threads share is observable without it.
    written: Option<Written>,
    observed: Observed,
    identified: Identified,
    /// Whether it stays as it is.
    is_fixed: bool,
}

impl Observations {
    /// Nothing is observed yet; grows.
    pub fn none() -> Self {
        Self {
            written: Some(Written::default()),
            observed: Observed::default(),
            identified: Identified(Some(Arc::default())),
            is_fixed: false,
        }
    }

    /// All places that threads share are observed, and of the rest what `observed` says; stays as it
    /// is.
    pub fn of_all_places(observed: Observed) -> Self {
        Self {
            written: None,
            observed,
            identified: Identified::default(),
            is_fixed: true,
        }
    }

    /// All places that threads share are observed; the lives of threads are so from when the run itself
    /// first looks at them. For one run that is no part of a search: a start or an end that nobody has
    /// asked about yet then is no choice, as it would mostly let the older threads end first. That a thread
    /// waits at an event already is a choice from the beginning, as who clears it looks back at that.
    pub fn of_one_run() -> Self {
        Self {
            is_fixed: false,
            ..Self::of_all_places(Observed {
                arrivals: true,
                ..Observed::default()
            })
        }
    }

    /// The same, but it stays as it is.
    #[must_use]
    pub fn fixed(mut self) -> Self {
        self.is_fixed = true;
        self
    }

    /// The same, but all threads are distinguished.
    #[must_use]
    pub fn with_identities(mut self) -> Self {
        self.identified = Identified::default();
        self
    }

    /// Which threads are distinguished by their identities.
    pub fn identified(&self) -> &Identified {
        &self.identified
    }

    /// Notes that the identity of a thread with this code is noticed, or without one that of any; whether
    /// that is new.
    pub fn note_identity(&mut self, code: Option<ThreadCode>) -> bool {
        if self.is_fixed {
            return false;
        }
        match (&mut self.identified.0, code) {
            (None, _) => false,
            (Some(codes), Some(code)) => {
                !codes.contains(&code) && Arc::make_mut(codes).insert(code)
            }
            (known @ Some(_), None) => {
                *known = None;
                true
            }
        }
    }

    /// What is observed besides places.
    pub fn observed(&self) -> Observed {
        self.observed
    }

    /// Whether an access to the place that `path` leads to, from a variable that was declared at
    /// `origin` and that several threads can reach, is a visible operation.
    pub fn sees(&self, origin: Origin, path: Path<'_>) -> bool {
        let written = self.written.as_ref();
        written.is_none_or(|written| written.concerns(origin, path))
    }

    /// Notes that the place is written while there are other threads; whether that is new.
    pub fn note_write(&mut self, origin: Origin, path: Path<'_>) -> bool {
        match &mut self.written {
            Some(written) if !self.is_fixed => written.add(origin, path),
            _ => false,
        }
    }

    /// Notes what else is observed; whether that is new.
    pub fn note(&mut self, noted: impl FnOnce(&mut Observed)) -> bool {
        let before = self.observed;
        if !self.is_fixed {
            noted(&mut self.observed);
        }
        self.observed != before
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pos::Pos;
    use crate::value::Literal;

    fn field(name: &str) -> PathSegment {
        PathSegment::Field {
            name: Literal::new(name),
            verb: None,
            optional: false,
            pos: Pos::NONE,
        }
    }

    fn index() -> PathSegment {
        PathSegment::Index {
            index: 0,
            optional: false,
            has_bits: true,
            pos: Pos::NONE,
        }
    }

    fn path(keys: &[PathSegment]) -> Path<'_> {
        Path::new(&[], keys)
    }

    #[test]
    fn a_write_concerns_what_contains_it_and_what_it_contains() {
        let (x, y) = (Origin::global(0), Origin::global(1));
        let mut seen = Observations::none();
        assert!(!seen.sees(x, path(&[])));
        assert!(seen.note_write(x, path(&[field("a"), index()])));
        assert!(!seen.note_write(x, path(&[field("a"), index(), field("b")])));
        for keys in [
            &[][..],
            &[field("a")],
            &[index()],
            &[field("a"), field("b"), index()],
        ] {
            assert!(seen.sees(x, path(keys)), "{keys:?}");
        }
        assert!(!seen.sees(x, path(&[field("b")])) && !seen.sees(y, path(&[])));
        assert!(seen.sees(Origin::UNKNOWN, path(&[])));
        assert!(seen.note_write(x, path(&[])) && seen.sees(x, path(&[field("b")])));
    }

    #[test]
    fn what_is_fixed_does_not_grow() {
        let mut seen = Observations::none().fixed();
        assert!(
            !seen.note_write(Origin::global(0), path(&[]))
                && !seen.sees(Origin::global(0), path(&[]))
        );
        assert!(!seen.note(|observed| observed.threads = true));
        let all = Observed::EVERYTHING;
        assert_eq!(Observed::from_bits(all.bits()), all);
        assert!(Observations::of_all_places(all).sees(Origin::global(0), path(&[])));
    }
}
