//! What a run that went wrong tells, in a beginner's words: how it came to it, and what usually mends
//! it.
//!
//! Words such as *lost update* accuse a program. They are given to a failure that was found, when its
//! run shows the pattern that they stand for, and to nothing else.
//!
//! In reading order: here, the story of each kind of problem; `error`, the patterns behind an error;
//! `waiting`, who waits for whom in vain.

mod error;
mod waiting;

#[cfg(test)]
mod tests;

use super::finding::Problem;
use super::lock_order::Nesting;
use super::race::Race;
use super::trail::Trail;
use crate::event::Kind;
use crate::vm::COPY_OF;

/// A problem in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Story {
    /// What went wrong, in one line.
    pub title: String,
    /// What kind of mistake the run shows, in the word of the field.
    pub pattern: Option<&'static str>,
    /// How it came to it.
    pub sentences: Vec<String>,
    /// What usually mends it.
    pub mend: Option<String>,
}

impl Story {
    /// The story of a problem, told from a run that leads to it.
    pub fn of(problem: &Problem, trail: &Trail) -> Self {
        let title = title(problem);
        let told = match problem {
            Problem::Error {
                thread,
                message,
                pos,
            } => error::error(thread, message, *pos, trail),
            Problem::Deadlock(stuck) => waiting::deadlock(stuck, trail),
            Problem::Livelock(names) => {
                copied_flag(names, trail).unwrap_or_else(|| livelock(names))
            }
            Problem::Starvation(name) => starvation(name),
            Problem::LockOrder(nestings) => lock_order(nestings),
            Problem::Race(found) => race(found),
        };
        Self {
            title,
            pattern: told.pattern,
            sentences: told.sentences,
            mend: told.mend,
        }
    }
}

fn title(problem: &Problem) -> String {
    match problem {
        Problem::Error {
            thread,
            message,
            pos,
        } => match pos.is_none() {
            true => format!("{message}, in {thread}"),
            false => format!("{message}, in {thread}, {}", pos.at()),
        },
        Problem::Deadlock(stuck) => {
            let names: Vec<&str> = stuck.iter().map(|stuck| &*stuck.name).collect();
            let verb = if names.len() == 1 { "waits" } else { "wait" };
            format!("deadlock: {} {verb} for ever", list(&names))
        }
        Problem::Livelock(names) => {
            let names: Vec<&str> = names.iter().map(|name| &**name).collect();
            let verb = if names.len() == 1 { "goes" } else { "go" };
            format!("livelock: {} {verb} round for ever", list(&names))
        }
        Problem::Starvation(name) => format!("starvation: {name} may wait for ever"),
        Problem::LockOrder(nestings) => {
            let names: Vec<&str> = nestings.iter().map(|nesting| &*nesting.thread).collect();
            format!("locks in different orders: {}", list(&names))
        }
        Problem::Race(race) => format!("data race on {}", race.place),
    }
}

/// What the parts of a problem's words are, without its title.
#[derive(Default)]
struct Telling {
    pattern: Option<&'static str>,
    sentences: Vec<String>,
    mend: Option<String>,
}

impl Telling {
    fn new(pattern: &'static str, sentences: Vec<String>, mend: String) -> Self {
        Self {
            pattern: Some(pattern),
            sentences,
            mend: Some(mend),
        }
    }
}

/// A task in another process goes round until a variable changes of which it has a copy.
fn copied_flag(names: &[String], trail: &Trail) -> Option<Telling> {
    let mut told = (trail.steps.iter().rev()).flat_map(|step| step.told.iter().rev());
    let (told, place) = told.find_map(|told| match &told.kind {
        Kind::Read { place, .. } if names.iter().any(|name| **name == *told.thread.name) => {
            Some((told, place.strip_prefix(COPY_OF)?))
        }
        _ => None,
    })?;
    Some(Telling::new(
        "processes share nothing",
        vec![
            format!(
                "{} goes round and looks at its own copy of {place} again and again ({}).",
                told.thread.name,
                told.pos.at()
            ),
            format!(
                "A task of a `ProcessPoolExecutor` works on copies of the variables, made when it is \
                 submitted; processes share nothing, so nobody else can ever change that {place}."
            ),
        ],
        format!(
            "let the task end by itself, and give it as arguments what it has to know; or use a \
             `ThreadPoolExecutor`, whose threads share {place}, with an `Event` to stop them."
        ),
    ))
}

fn livelock(names: &[String]) -> Telling {
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let one = names.len() == 1;
    let (goes, waits) = if one {
        ("goes", "waits")
    } else {
        ("go", "wait")
    };
    Telling {
        pattern: None,
        sentences: vec![
            format!("{} {goes} round in a loop that no schedule ever ends.", list(&names)),
            format!("What the loop {waits} for is done by no other thread any more."),
        ],
        mend: Some(
            "let another thread change what the loop looks at, on every way; better than such a loop is an \
             `Event` or a `Condition`."
                .into(),
        ),
    }
}

fn starvation(name: &str) -> Telling {
    Telling {
        pattern: None,
        sentences: vec![
            format!(
                "{name} waits, and each time that it could go on, another thread may be faster: the \
                 others can go round like that for ever."
            ),
            "Each of them does get its turns, so no scheduler is to blame.".into(),
        ],
        mend: Some(
            "let the others do without what they share for a while, or hand it on in the order of \
             arrival: a `Queue` does."
                .into(),
        ),
    }
}

fn lock_order(nestings: &[Nesting]) -> Telling {
    let takes = |nesting: &Nesting| {
        format!(
            "{} takes the lock made in {} ({}) and then the one made in {} ({}).",
            nesting.thread,
            nesting.held.at(),
            nesting.since.at(),
            nesting.wanted.at(),
            nesting.pos.at()
        )
    };
    let mut sentences: Vec<String> = nestings.iter().map(takes).collect();
    sentences.push(
        "Had each taken its first lock at the same time, all would wait for ever; in this program \
         something else may still keep them apart."
            .into(),
    );
    Telling {
        pattern: None,
        sentences,
        mend: Some("take locks in one order everywhere, the same in every thread.".into()),
    }
}

fn race(race: &Race) -> Telling {
    let [one, other] = &race.accesses;
    let does = |access: &super::race::Access| match access.writes {
        true => "writes",
        false => "reads",
    };
    let there = match one.pos.at() == other.pos.at() {
        true => "there too".to_string(),
        false => format!("in {}", other.pos.at()),
    };
    Telling {
        pattern: None,
        sentences: vec![format!(
            "{} {} {} in {} and {} {} it {there}, and nothing keeps the two apart: either may come first.",
            one.thread, does(one), race.place, one.pos.at(), other.thread, does(other)
        )],
        mend: Some(
            "use the same lock around both: `with lock { ... }`; or an `Atomic`, or pass the value through a \
             `Queue` or a join."
                .into(),
        ),
    }
}

/// `a`, `a and b`, `a, b and c`.
fn list(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [one] => (*one).into(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}
