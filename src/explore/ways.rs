//! Reads that are only the way to a collection: who goes on from the variable of a list to its items has looked at
//! the items. Where nobody changes which list the variable holds, that read is worth no word.

use std::collections::{BTreeMap, BTreeSet};

use crate::pos::Line;

/// An access to a shared place, as far as this needs it.
pub(super) struct Access {
    pub(super) thread: u64,
    pub(super) line: Line,
    /// The identity of the variable, or of the contents of a collection.
    pub(super) cell: usize,
    /// What the variable is called.
    pub(super) variable: String,
    /// The place as it is typed.
    pub(super) place: String,
    pub(super) writes: bool,
}

/// Which of these accesses, in the order in which they happened, are only ways.
pub(super) fn ways(accesses: &[Option<Access>]) -> Vec<bool> {
    let writes = accesses.iter().flatten().filter(|one| one.writes);
    let written: BTreeSet<usize> = writes.map(|one| one.cell).collect();
    let mut found = vec![false; accesses.len()];
    let mut last: BTreeMap<u64, (usize, &Access)> = BTreeMap::new();
    for (index, access) in accesses.iter().enumerate() {
        let Some(access) = access else {
            continue;
        };
        if let Some((before, look)) = last.insert(access.thread, (index, access)) {
            found[before] = !written.contains(&look.cell)
                && look.cell != access.cell
                && look.line == access.line
                && look.place == access.variable;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pos::Pos;

    fn access(thread: u64, cell: usize, place: &str, writes: bool) -> Option<Access> {
        Some(Access {
            thread,
            line: Pos::NONE.at(),
            cell,
            variable: place.split('[').next().unwrap_or_default().into(),
            place: place.into(),
            writes,
        })
    }

    #[test]
    fn the_variable_of_a_collection_is_a_way_unless_somebody_changes_it() {
        let mut accesses = vec![
            access(1, 7, "cache", false),
            access(2, 7, "cache", false),
            None,
            access(1, 8, "cache", false),
            access(2, 8, "cache[3]", true),
            access(1, 9, "other", false),
        ];
        assert_eq!(ways(&accesses), [true, true, false, false, false, false]);
        accesses.push(access(3, 7, "cache", true));
        assert_eq!(ways(&accesses), [false; 7]);
    }
}
