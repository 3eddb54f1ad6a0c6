//! Threads that wait for ever: in a circle of locks, for a notify that came too early, or for what
//! nobody is left to do.

use super::Telling;
use crate::event::{Kind, Request};
use crate::explore::outcome::Stuck;
use crate::explore::telling::{Names, wanted};
use crate::explore::trail::{Step, Trail};
use crate::runtime::object::asyncio::NOBODY_HAS_AWAITED;

pub(super) fn deadlock(stuck: &[Stuck], trail: &Trail) -> Telling {
    let mut names = Names::of(trail);
    for told in trail.steps.iter().flat_map(|step| &step.told) {
        names.note(told);
    }
    let cycle = cycle(stuck);
    match cycle.as_slice() {
        [] => lost_notice(stuck, trail).unwrap_or_else(|| nobody_comes(stuck, &names)),
        [one] => {
            let what = lock_name(one, &names);
            let since = since(one);
            Telling::new(
                "self-deadlock",
                vec![format!(
                    "{} already holds {what}{since} and waits for it again in {}: nobody else can release it.",
                    one.name,
                    one.pos.at()
                )],
                again(&one.waits_for).into(),
            )
        }
        circle => {
            let mut sentences: Vec<String> = circle
                .iter()
                .map(|one| {
                    let holder = one.held_by.first().map_or("", |(name, _)| name);
                    format!(
                        "{} waits in {} for {}, which {holder} holds{}.",
                        one.name,
                        one.pos.at(),
                        lock_name(one, &names),
                        since(one)
                    )
                })
                .collect();
            sentences.push(if circle.len() == 2 {
                "Each waits for the other, so neither ever goes on.".into()
            } else {
                "They wait in a circle, so none of them ever goes on.".into()
            });
            let locks: Vec<String> = circle.iter().map(|one| lock_name(one, &names)).collect();
            let mut sorted: Vec<&str> = locks.iter().map(String::as_str).collect();
            sorted.sort_unstable();
            sorted.dedup();
            let order = if sorted.len() == locks.len() {
                format!(": {}", sorted.join(", then "))
            } else {
                String::new()
            };
            Telling::new(
                "circular wait",
                sentences,
                format!("take the locks in the same order in every thread{order}."),
            )
        }
    }
}

/// What to do instead of taking again what one holds, by what is waited for.
fn again(waits_for: &str) -> &'static str {
    if waits_for.contains("RwLock") {
        "release the read lock before you ask for `write()`, or take `write()` from the start: a lock \
         for readers and writers cannot be taken a second time by its holder."
    } else if waits_for.contains("Once") {
        "the function of a `Once` may not call it again: do what it needs inside it."
    } else {
        "take it once, or use an `RLock`, which its holder may take again."
    }
}

/// What a lock is called that a thread waits for.
fn lock_name(stuck: &Stuck, names: &Names) -> String {
    let alone = Stuck {
        held_by: Vec::new(),
        ..stuck.clone()
    };
    match names.last(stuck.number) {
        Some(name) => name.into(),
        None => wanted(&alone, None),
    }
}

/// Since where what a thread waits for is held.
fn since(stuck: &Stuck) -> String {
    match stuck.held_by.first() {
        Some((_, pos)) if !pos.is_none() => format!(" since {}", pos.at()),
        _ => String::new(),
    }
}

/// The threads that wait for each other in a circle, or for themselves.
fn cycle(stuck: &[Stuck]) -> Vec<&Stuck> {
    let holder_of = |one: &Stuck| {
        let (holder, _) = one.held_by.first()?;
        stuck.iter().position(|other| other.name == *holder)
    };
    for start in 0..stuck.len() {
        let mut way = vec![start];
        while let Some(next) = holder_of(&stuck[way[way.len() - 1]]) {
            if next == start {
                return way.into_iter().map(|index| &stuck[index]).collect();
            }
            if way.contains(&next) {
                break;
            }
            way.push(next);
        }
    }
    Vec::new()
}

/// A thread waits for a notify that came before it began to wait.
fn lost_notice(stuck: &[Stuck], trail: &Trail) -> Option<Telling> {
    for one in stuck {
        if !one.waits_for.starts_with("a notify of") {
            continue;
        }
        let own = |step: &Step| step.decision.choice.task().0 == one.number;
        let waits_at = trail.steps.iter().rposition(own)?;
        let mut names = Names::of(trail);
        let mut notices = Vec::new();
        for (index, step) in trail.steps.iter().enumerate() {
            for told in &step.told {
                names.note(told);
                if let Kind::Object {
                    object,
                    verb,
                    request: Request::Notify,
                    ..
                } = &told.kind
                    && index < waits_at
                {
                    notices.push((
                        object.clone(),
                        verb.clone(),
                        told.thread.name.clone(),
                        told.pos,
                    ));
                }
            }
        }
        let at = names.last(one.number).map(String::from);
        let notice = notices
            .into_iter()
            .rev()
            .find(|(object, ..)| at.as_deref().is_none_or(|at| names.object(object) == at));
        if let Some((object, verb, notifier, pos)) = notice {
            let name = names.object(&object);
            let waiter = &one.name;
            return Some(Telling::new(
                "lost wake-up",
                vec![
                    format!(
                        "{notifier} called {name}.{verb}() in {} before {waiter} began to wait in {}.",
                        pos.at(),
                        one.pos.at()
                    ),
                    "A notify wakes only who waits already; it is not kept.".into(),
                    format!("So {waiter} waits for a notify that will never come."),
                ],
                format!(
                    "keep the news in a variable that is changed under the same lock, and look before \
                     waiting: `while !ready {{ {name}.wait(); }}`."
                ),
            ));
        }
    }
    None
}

/// Threads wait for something that no thread is left to do.
fn nobody_comes(stuck: &[Stuck], names: &Names) -> Telling {
    let waits = |one: &Stuck| {
        format!(
            "{} waits in {} for {}.",
            one.name,
            one.pos.at(),
            wanted(one, names.last(one.number))
        )
    };
    // Whoever waits for the end of another stuck thread is stuck because of that one.
    let ends = |one: &&Stuck| !one.waits_for.starts_with("the end of");
    let causes: Vec<&Stuck> = stuck.iter().filter(ends).collect();
    let told: Vec<&Stuck> = match causes.is_empty() {
        true => stuck.iter().collect(),
        false => causes,
    };
    let mut sentences: Vec<String> = told.iter().take(3).map(|one| waits(one)).collect();
    if told.len() > 3 {
        sentences.push(format!("So do {} more.", told.len() - 3));
    }
    sentences.push("No thread is left that could end that wait.".into());
    let forgotten = stuck
        .iter()
        .find_map(|one| one.waits_for.split_once(NOBODY_HAS_AWAITED));
    if let Some((_, what)) = forgotten {
        sentences.push(format!(
            "Nobody has awaited {what}: what is not awaited does not happen."
        ));
        return Telling::new(
            "forgotten await",
            sentences,
            "write `await` before it.".into(),
        );
    }
    Telling {
        pattern: None,
        sentences,
        mend: told.first().and_then(|one| advice(&one.waits_for)),
    }
}

/// What to look at, by what is waited for in vain.
fn advice(waits_for: &str) -> Option<String> {
    const ROWS: [(&str, &str); 8] = [
        (
            "Barrier",
            "let exactly as many threads come to the barrier, and as often, as it was made for.",
        ),
        (
            "notify",
            "see to it that somebody notifies after the wait has begun, and wait in a loop that looks at a variable.",
        ),
        (
            "an item in",
            "see to it that as many items are put as are taken; one that means `end` for each taker helps.",
        ),
        (
            "Future",
            "a task may not wait for another one of the same pool: all workers may be waiting. Use a larger or a second pool, or submit less.",
        ),
        (
            "task submitted",
            "a task may not wait for another one of the same pool: all workers may be waiting. Use a larger or a second pool, or submit less.",
        ),
        (
            "permit",
            "give each permit back on every way out: `with semaphore { ... }` does.",
        ),
        (
            "to be set",
            "set the event on every way through the thread that should.",
        ),
        (
            "Lock",
            "release the lock on every way out: `with lock { ... }` does.",
        ),
    ];
    let row = ROWS.iter().find(|(word, _)| waits_for.contains(word));
    row.map(|(_, advice)| (*advice).into())
}
