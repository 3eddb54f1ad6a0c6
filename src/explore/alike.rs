//! Interchangeable threads in outcomes: which outcomes are one, and how such a class is described.
//!
//! Where nothing can notice which of some threads is which, an outcome with two of them exchanged is the
//! same: `one of Thread-1 to Thread-4 fails`. Threads are told apart here by their names, as in all that is
//! shown; a name that is not of one such thread only belongs to none of them.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::outcome::{End, Outcome, Stuck};
use crate::pos::Pos;
use crate::schedule::Lines;

/// Threads that are interchangeable, by number, with their names.
pub type Alike = Vec<(u64, Arc<str>)>;

/// What one thread has to do with an outcome.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Part {
    lines: Option<Lines>,
    /// The places of its lines in the order of all, where that counts.
    places: Vec<usize>,
    stuck: Option<Stuck>,
}

impl Outcome {
    /// What all outcomes have in common that differ from this one by which of `alike` is which. Two are
    /// also taken as one when they differ only by for which of such threads another one waits.
    ///
    /// What a thread has printed, when, and where it is stuck stay together: the members of a group are
    /// numbered anew in the order of all that.
    #[must_use]
    pub fn class(&self, alike: &[Alike]) -> Self {
        if alike.is_empty() {
            return self.clone();
        }
        let mut class = self.clone();
        if let End::Deadlock(stuck) = &mut class.end {
            for one in stuck.iter_mut() {
                let (waits_for, is_for_one) = without_names(&one.waits_for, alike);
                one.waits_for = waits_for;
                if is_for_one {
                    // At which of several joins it stands is decided by which thread has not ended.
                    (one.pos, one.source) = (Pos::NONE, "".into());
                }
                for (holder, _) in &mut one.held_by {
                    (*holder, _) = without_names(holder, alike);
                }
            }
        }
        let mut new_names: BTreeMap<Arc<str>, &(u64, Arc<str>)> = BTreeMap::new();
        let mut new_numbers: BTreeMap<u64, u64> = BTreeMap::new();
        for group in alike {
            let mut members: Vec<&(u64, Arc<str>)> = group.iter().collect();
            members.sort_by_cached_key(|(number, name)| class.part(*number, name));
            for (old, new) in members.into_iter().zip(group) {
                new_names.insert(old.1.clone(), new);
                new_numbers.insert(old.0, new.0);
            }
        }
        for lines in &mut class.threads {
            if let Some((_, new)) = new_names.get(&lines.name) {
                lines.name = new.clone();
            }
        }
        class.threads.sort();
        if let End::Deadlock(stuck) = &mut class.end {
            for one in stuck.iter_mut() {
                if let Some((number, name)) = new_names.get(one.name.as_str()) {
                    (one.number, one.name) = (*number, name.to_string());
                }
            }
            stuck.sort();
        }
        for number in class.order.iter_mut().flatten() {
            *number = *new_numbers.get(number).unwrap_or(number);
        }
        class
    }

    /// The outcome with its threads named as members of their groups where not all of a group have come to
    /// the same: `one of Thread-1 to Thread-4`.
    #[must_use]
    pub fn described(&self, alike: &[Alike]) -> Self {
        let mut described = self.clone();
        for group in alike {
            let parts = group.iter().map(|(number, name)| Part {
                // Nobody can tell them apart by when they print the same.
                places: Vec::new(),
                ..self.part(*number, name)
            });
            let parts: Vec<Part> = parts.collect();
            if parts.windows(2).all(|pair| pair[0] == pair[1]) {
                continue;
            }
            let members = members(group);
            let is_member = |name: &str| group.iter().any(|(_, one)| &**one == name);
            // Those with the same lines are one entry.
            let mut counts: Vec<(Lines, usize)> = Vec::new();
            for lines in &described.threads {
                let is_same = |known: &&mut (Lines, usize)| {
                    is_member(&known.0.name) && known.0.without_name() == lines.without_name()
                };
                match counts
                    .iter_mut()
                    .find(is_same)
                    .filter(|_| is_member(&lines.name))
                {
                    Some((_, count)) => *count += 1,
                    None => counts.push((lines.clone(), 1)),
                }
            }
            let named = |(lines, count): (Lines, usize)| match is_member(&lines.name) {
                false => lines,
                true => Lines {
                    name: match count {
                        1 => format!("one of {members}").into(),
                        count => format!("each of {count} of {members}").into(),
                    },
                    ..lines
                },
            };
            described.threads = counts.into_iter().map(named).collect();
            if let End::Deadlock(stuck) = &mut described.end {
                for one in stuck {
                    if is_member(&one.name) {
                        one.name = format!("one of {members}");
                    }
                }
            }
        }
        described
    }

    fn part(&self, number: u64, name: &str) -> Part {
        let lines = self.threads.iter().find(|lines| &*lines.name == name);
        let stuck = match &self.end {
            End::Deadlock(stuck) => stuck.iter().find(|one| one.name == name),
            End::Value(_) | End::Error { .. } => None,
        };
        let order = self.order.iter().flatten().enumerate();
        let printed = order.filter(|(_, by)| **by == number);
        Part {
            lines: lines.map(Lines::without_name),
            places: printed.map(|(place, _)| place).collect(),
            stuck: stuck.map(|stuck| Stuck {
                number: 0,
                name: String::new(),
                held_by: Vec::new(),
                ..stuck.clone()
            }),
        }
    }
}

/// `Thread-1 to Thread-4`, `A and B`, `A, B and C`.
fn members(group: &[(u64, Arc<str>)]) -> String {
    let number = |name: &str| name.strip_prefix("Thread-")?.parse::<u64>().ok();
    let numbers: Option<Vec<u64>> = group.iter().map(|(_, name)| number(name)).collect();
    let is_row = numbers.is_some_and(|n| n.windows(2).all(|pair| pair[1] == pair[0] + 1));
    match group {
        [(_, first), .., (_, last)] if is_row && group.len() > 2 => format!("{first} to {last}"),
        [others @ .., (_, last)] if !others.is_empty() => {
            let names: Vec<&str> = others.iter().map(|(_, name)| &**name).collect();
            format!("{} and {last}", names.join(", "))
        }
        _ => group.iter().map(|(_, name)| &**name).collect(),
    }
}

/// The text with each name of a group replaced by the first one of it, and whether there is one.
fn without_names(text: &str, alike: &[Alike]) -> (String, bool) {
    let mut has_name = false;
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut is_inside = false;
    'text: while let Some(next) = rest.chars().next() {
        if !is_inside {
            for group in alike {
                // Thread-1 begins as Thread-10 does.
                let found = group.iter().filter(|(_, name)| rest.starts_with(&**name));
                if let Some((_, name)) = found.max_by_key(|(_, name)| name.len()) {
                    let behind = rest[name.len()..].chars().next();
                    if !behind.is_some_and(char::is_alphanumeric) && !name.is_empty() {
                        out += &group[0].1;
                        has_name = true;
                        rest = &rest[name.len()..];
                        continue 'text;
                    }
                }
            }
        }
        is_inside = next.is_alphanumeric();
        out.push(next);
        rest = &rest[next.len_utf8()..];
    }
    (out, has_name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(name: &str, printed: &str) -> Lines {
        Lines {
            name: name.into(),
            printed: vec![printed.into()],
            is_open: false,
            failed: Vec::new(),
        }
    }

    fn outcome(threads: &[(&str, &str)]) -> Outcome {
        Outcome {
            end: End::Value("()".into()),
            main_failed: None,
            threads: threads
                .iter()
                .map(|(name, printed)| lines(name, printed))
                .collect(),
            order: None,
        }
    }

    fn group(names: &[&str]) -> Alike {
        let names = names.iter().zip(2..);
        names
            .map(|(name, number)| (number, (*name).into()))
            .collect()
    }

    #[test]
    fn outcomes_are_one_when_they_differ_by_who_is_who() {
        let alike = [group(&["Thread-1", "Thread-2"])];
        let one = outcome(&[("Thread-1", "a"), ("Thread-2", "b"), ("Thread-3", "c")]);
        let other = outcome(&[("Thread-1", "b"), ("Thread-2", "a"), ("Thread-3", "c")]);
        assert_eq!(one.class(&alike), other.class(&alike));
        assert_ne!(one.class(&[]), other.class(&[]));
        let third = outcome(&[("Thread-1", "a"), ("Thread-2", "c"), ("Thread-3", "b")]);
        assert_ne!(one.class(&alike), third.class(&alike));
        assert_ne!(
            one.class(&alike),
            outcome(&[("Thread-1", "a")]).class(&alike)
        );
    }

    #[test]
    fn waits_for_each_other_are_one_whoever_waits_for_whom() {
        let alike = [group(&["Thread-1", "Thread-2", "Thread-10"])];
        let stuck = |name: &str, other: &str, number| Stuck {
            number,
            name: name.into(),
            pos: Pos::NONE,
            source: "".into(),
            waits_for: format!("the end of {other}"),
            held_by: vec![(format!("{other} (ended)"), Pos::NONE)],
        };
        let of = |stuck: Vec<Stuck>| Outcome {
            end: End::Deadlock(stuck),
            ..outcome(&[])
        };
        let one = of(vec![
            stuck("Thread-1", "Thread-10", 2),
            stuck("main", "Thread-1", 1),
        ]);
        let other = of(vec![
            stuck("main", "Thread-2", 1),
            stuck("Thread-2", "Thread-1", 3),
        ]);
        assert_eq!(one.class(&alike), other.class(&alike));
        let (text, has_name) = without_names("Thread-10, Thread-100", &alike);
        assert!(has_name && text == "Thread-1, Thread-100", "{text}");
    }

    #[test]
    fn the_order_of_lines_counts_but_not_who_is_who_in_it() {
        let alike = [group(&["Thread-1", "Thread-2"])];
        let of = |order: &[u64]| Outcome {
            order: Some(order.to_vec()),
            ..outcome(&[])
        };
        assert_eq!(
            of(&[1, 3, 2, 3]).class(&alike),
            of(&[1, 2, 3, 2]).class(&alike)
        );
        assert_ne!(
            of(&[1, 3, 2, 3]).class(&alike),
            of(&[1, 2, 3, 3]).class(&alike)
        );
    }

    #[test]
    fn what_a_thread_prints_stays_with_when_it_prints_and_where_it_is_stuck() {
        let alike = [group(&["Thread-1", "Thread-2"])];
        let of = |order: &[u64], first: &str, second: &str| Outcome {
            order: Some(order.to_vec()),
            ..outcome(&[("Thread-1", first), ("Thread-2", second)])
        };
        let one = of(&[2, 3], "a", "b").class(&alike);
        assert_eq!(one, of(&[3, 2], "b", "a").class(&alike));
        assert_ne!(one, of(&[3, 2], "a", "b").class(&alike));
        let stuck = |name: &str, number| Outcome {
            end: End::Deadlock(vec![Stuck {
                number,
                name: name.into(),
                pos: Pos::NONE,
                source: "".into(),
                waits_for: "an item".into(),
                held_by: Vec::new(),
            }]),
            ..outcome(&[("Thread-1", "a"), ("Thread-2", "b")])
        };
        assert_ne!(
            stuck("Thread-1", 2).class(&alike),
            stuck("Thread-2", 3).class(&alike)
        );
    }

    #[test]
    fn a_class_is_described_by_its_members() {
        let alike = [group(&["Thread-1", "Thread-2", "Thread-3", "Thread-4"])];
        let names = |outcome: &Outcome| {
            let described = outcome.described(&alike);
            let names = described.threads.iter().map(|lines| lines.name.to_string());
            names.collect::<Vec<String>>()
        };
        let one = outcome(&[("Thread-3", "a"), ("main", "b")]);
        assert_eq!(names(&one), ["one of Thread-1 to Thread-4", "main"]);
        let two = outcome(&[("Thread-3", "a"), ("Thread-4", "a")]);
        assert_eq!(names(&two), ["each of 2 of Thread-1 to Thread-4"]);
        let all: Vec<_> = alike[0].iter().map(|(_, name)| (&**name, "a")).collect();
        assert_eq!(
            names(&outcome(&all))[0],
            "Thread-1",
            "they came to the same"
        );
        assert_eq!(members(&group(&["A", "B", "C"])), "A, B and C");
    }
}
