//! What a run that went wrong tells, in a beginner's words: how it came to it, and what usually mends
//! it.
//!
//! Words such as *lost update* accuse a program. They are used for a failure that was found, when its
//! run shows the pattern that they stand for, and for nothing else: the four ways in which accesses
//! of two threads to one variable cannot be put in a row (Lu and others, AVIO, 2006), a change of two
//! variables that was seen half done, a variable used before it was set, and locks and notices that
//! miss each other.

use std::fmt::Write;

use super::finding::Problem;
use super::lock_order::Nesting;
use super::outcome::Stuck;
use super::race::Race;
use super::telling::{Names, wanted};
use super::trail::Trail;
use crate::event::Kind;
use crate::pos::Pos;

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
    /// The story of a problem, told from a run that leads to it; `text` is the program.
    pub fn of(problem: &Problem, trail: &Trail, text: &str) -> Self {
        let title = title(problem);
        let told = match problem {
            Problem::Error {
                thread,
                message,
                pos,
            } => error(thread, message, *pos, trail, text),
            Problem::Deadlock(stuck) => deadlock(stuck, trail),
            Problem::Livelock(names) => livelock(names),
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
            false => format!("{message}, in {thread}, line {}", pos.line),
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

/// One access of a run to a shared place.
#[derive(Clone, Debug)]
struct Access<'a> {
    /// Which step it was.
    step: usize,
    thread: &'a str,
    line: u16,
    place: &'a str,
    kind: AccessKind<'a>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum AccessKind<'a> {
    Read(&'a str),
    Write(&'a str),
    Method(&'a str),
}

impl Access<'_> {
    fn reads(&self) -> bool {
        !matches!(self.kind, AccessKind::Write(_))
    }

    fn writes(&self) -> bool {
        !matches!(self.kind, AccessKind::Read(_))
    }

    /// What was done, after the thread's name: `stored 1 in counter`.
    fn words(&self) -> String {
        let place = self.place;
        match self.kind {
            AccessKind::Read(value) => format!("read {place} as {value}"),
            AccessKind::Write(value) => format!("stored {value} in {place}"),
            AccessKind::Method(method) => format!("called {place}.{method}()"),
        }
    }
}

fn accesses(trail: &Trail) -> Vec<Access<'_>> {
    let mut names = Names::of(trail);
    let mut found = Vec::new();
    for (step, of_step) in trail.steps.iter().enumerate() {
        for told in &of_step.told {
            if names.note(told) {
                continue;
            }
            let (place, kind) = match &told.kind {
                Kind::Read { place, value } => (place, AccessKind::Read(value)),
                Kind::Write { place, value } => (place, AccessKind::Write(value)),
                Kind::Method { place, method } => (place, AccessKind::Method(method)),
                _ => continue,
            };
            found.push(Access {
                step,
                thread: &told.thread.name,
                line: told.pos.or(of_step.pos).line,
                place,
                kind,
            });
        }
    }
    found
}

/// How an error came about: by the first pattern that its run shows.
fn error(thread: &str, message: &str, pos: Pos, trail: &Trail, text: &str) -> Telling {
    let all = accesses(trail);
    let failed_at = failed_at(thread, trail);
    let run = Run {
        trail,
        all: &all,
        thread,
        failed_at,
        line: pos.line,
        text,
    };
    run.lost_update()
        .or_else(|| run.half_seen())
        .or_else(|| run.check_then_act())
        .or_else(|| run.used_too_early())
        .unwrap_or_else(|| run.switches(message))
}

/// The step by which a thread failed; behind the last one for main, which fails at the end.
fn failed_at(thread: &str, trail: &Trail) -> usize {
    let fails = |kind: &Kind| matches!(kind, Kind::Failure { .. });
    let position = trail.steps.iter().position(|step| {
        let mut told = step.told.iter();
        told.any(|told| *told.thread.name == *thread && fails(&told.kind))
    });
    position.unwrap_or(trail.steps.len())
}

/// A run that led to an error.
struct Run<'a> {
    trail: &'a Trail,
    all: &'a [Access<'a>],
    /// Who failed.
    thread: &'a str,
    failed_at: usize,
    line: u16,
    text: &'a str,
}

impl<'a> Run<'a> {
    /// Whether the error can have to do with a place: it stands in the line that failed; or, when
    /// no shared place does, the thread that failed has looked at it.
    fn concerns(&self, place: &str) -> bool {
        let line = self.source_line(self.line);
        let own = |access: &&Access| access.thread == self.thread && access.step <= self.failed_at;
        let mut own_accesses = self.all.iter().filter(own);
        let is_near = |place: &str| {
            let mut own = self.all.iter().filter(own);
            mentions(line, place)
                || own.any(|access| access.line == self.line && access.place == place)
        };
        match self.all.iter().any(|access| is_near(access.place)) {
            true => is_near(place),
            false => own_accesses.any(|access| access.place == place),
        }
    }

    /// Two accesses of one thread to one place with nothing of its own to that place between them,
    /// and the last change by another thread that was: the latest such first.
    fn torn(&self) -> impl Iterator<Item = (&'a Access<'a>, &'a Access<'a>, &'a Access<'a>)> {
        let all = self.all;
        let until = self.failed_at;
        let thirds = all.iter().enumerate().rev();
        thirds.filter_map(move |(index, last)| {
            if last.step > until {
                return None;
            }
            let own = |access: &&Access| access.thread == last.thread && access.place == last.place;
            let first = all[..index].iter().rposition(|access| own(&access))?;
            let between = all[first + 1..index].iter().rev();
            let mut others = between.filter(|access| {
                access.place == last.place && access.thread != last.thread && access.writes()
            });
            Some((&all[first], others.next()?, last))
        })
    }

    fn lost_update(&self) -> Option<Telling> {
        let (first, other, last) = self.torn().find(|(first, other, last)| {
            matches!(first.kind, AccessKind::Read(_))
                && matches!(other.kind, AccessKind::Write(_))
                && matches!(last.kind, AccessKind::Write(_))
                && self.concerns(last.place)
        })?;
        let (AccessKind::Read(read), AccessKind::Write(stored)) = (first.kind, last.kind) else {
            return None;
        };
        let (thread, place) = (first.thread, first.place);
        let stops = self.stops(first, last);
        let lost = if other.line == last.line {
            format!("one update of {place} was lost")
        } else {
            format!("what {} had stored was lost", other.thread)
        };
        Some(Telling::new(
            "lost update",
            vec![
                format!(
                    "{thread} read {place} as {read}, then {stops} before it could store {stored}."
                ),
                format!("Meanwhile {} {}.", other.thread, other.words()),
                format!("{thread} then stored {stored} over it: {lost}."),
            ],
            format!(
                "keep reading and storing {place} together, inside one `with lock {{ ... }}` in every \
                 thread, or make it an `Atomic`."
            ),
        ))
    }

    fn check_then_act(&self) -> Option<Telling> {
        let torn = self.torn().find(|(first, other, last)| {
            let changed = match (first.kind, last.kind) {
                (AccessKind::Read(before), AccessKind::Read(now)) => before != now,
                (AccessKind::Method(_), _) | (_, AccessKind::Method(_)) => true,
                _ => false,
            };
            let acts = first.thread == self.thread
                || self.all.iter().any(|access| {
                    access.thread == first.thread
                        && access.place == first.place
                        && access.step >= last.step
                        && access.writes()
                });
            first.reads() && other.writes() && changed && acts && self.concerns(first.place)
        });
        if let Some((first, other, last)) = torn {
            let now = match last.kind {
                AccessKind::Read(value) => format!(": {} was {value} by then", last.place),
                _ => String::new(),
            };
            return Some(self.check_words(first, other, self.stops(first, last), now));
        }
        // The act itself failed, and so has no value to tell.
        let before = |access: &&Access| {
            access.thread == self.thread && access.step < self.failed_at && access.reads()
        };
        let first = self.all.iter().rposition(|access| before(&access))?;
        let check = &self.all[first];
        let is_mentioned = mentions(self.source_line(self.line), check.place);
        let mut others = self.all[first + 1..].iter().rev();
        let other = others.find(|access| {
            access.place == check.place
                && access.thread != self.thread
                && access.writes()
                && access.step < self.failed_at
        });
        let other = other.filter(|_| is_mentioned)?;
        let stops = "was paused";
        Some(self.check_words(check, other, stops, String::new()))
    }

    fn check_words(
        &self,
        check: &Access<'_>,
        other: &Access<'_>,
        stops: &str,
        now: String,
    ) -> Telling {
        let (thread, place) = (check.thread, check.place);
        let saw = check.words();
        Telling::new(
            "atomicity violation (check-then-act)",
            vec![
                format!(
                    "{thread} {saw} in line {} and relied on it, but {stops} before it acted.",
                    check.line
                ),
                format!("Meanwhile {} {}.", other.thread, other.words()),
                format!("When {thread} went on, what it had seen was no longer true{now}."),
            ],
            format!(
                "check and act without a gap: put both inside one `with lock {{ ... }}`, in every \
                 thread that touches {place}."
            ),
        )
    }

    /// One thread changes two variables, and the one that failed saw only one of the changes.
    fn half_seen(&self) -> Option<Telling> {
        let seen: Vec<&Access> = self
            .all
            .iter()
            .filter(|access| {
                access.thread == self.thread && access.step <= self.failed_at && access.reads()
            })
            .collect();
        for (index, begin) in self.all.iter().enumerate() {
            if begin.thread == self.thread || !begin.writes() {
                continue;
            }
            let Some(end) = self.all[index + 1..].iter().find(|access| {
                access.thread == begin.thread && access.place != begin.place && access.writes()
            }) else {
                continue;
            };
            let within = |access: &&&Access| access.step > begin.step && access.step < end.step;
            let of = |place: &str| {
                let mut seen = seen.iter().filter(within);
                seen.find(|access| access.place == place)
            };
            let (Some(one), Some(other)) = (of(begin.place), of(end.place)) else {
                continue;
            };
            if !self.concerns(begin.place) && !self.concerns(end.place) {
                continue;
            }
            let (setter, thread) = (begin.thread, self.thread);
            let stops = self.stops(begin, end);
            return Some(Telling::new(
                "atomicity violation (a change seen half done)",
                vec![
                    format!(
                        "{setter} {}, then {stops} before it {}.",
                        begin.words(),
                        end.words()
                    ),
                    format!("Meanwhile {thread} {} and {}.", one.words(), other.words()),
                    format!(
                        "It saw the change half done: {} was new, {} still old.",
                        begin.place, end.place
                    ),
                ],
                format!(
                    "make both changes inside one `with lock {{ ... }}`, and read {} and {} inside one \
                     of the same lock.",
                    begin.place, end.place
                ),
            ));
        }
        None
    }

    /// The thread that failed used a variable that another one set only later.
    fn used_too_early(&self) -> Option<Telling> {
        let set = self.all.iter().find(|access| {
            let is_first = !self.all.iter().any(|earlier| {
                earlier.place == access.place && earlier.writes() && earlier.step < access.step
            });
            access.writes()
                && access.thread != self.thread
                && access.step > self.failed_at
                && is_first
                && self.concerns(access.place)
        })?;
        let (thread, setter, place) = (self.thread, set.thread, set.place);
        let read = self.all.iter().rfind(|access| {
            access.thread == thread && access.place == place && access.step <= self.failed_at
        });
        let used = match read {
            Some(read) => format!("{thread} {} in line {}", read.words(), read.line),
            None => format!("{thread} used {place} in line {}", self.line),
        };
        Some(Telling::new(
            "order violation",
            vec![
                format!(
                    "{used}, before {setter} {} in line {}.",
                    set.words(),
                    set.line
                ),
                format!(
                    "Nothing makes {thread} wait for that: it was only likely that {setter} came first."
                ),
            ],
            format!(
                "let {thread} wait until it is done: an `Event` that {setter} sets, or a join, or start \
                 {thread} later."
            ),
        ))
    }

    /// No pattern: where threads were interrupted.
    fn switches(&self, message: &str) -> Telling {
        let mut sentences = Vec::new();
        for (index, step) in self.trail.steps.iter().enumerate() {
            if !step.is_preemption || index == 0 {
                continue;
            }
            let before = &self.trail.steps[index - 1];
            let did = self
                .all
                .iter()
                .rfind(|access| access.step < index && access.thread == &*before.name);
            let after = match did {
                Some(did) => format!(" after it had {} (line {})", did.words(), did.line),
                None => String::new(),
            };
            sentences.push(format!(
                "{} was paused{after}, and {} went on.",
                before.name, step.name
            ));
        }
        if sentences.len() > 3 {
            let more = sentences.len() - 2;
            sentences.truncate(2);
            sentences.push(format!(
                "{more} more pauses followed; the table shows them."
            ));
        }
        if sentences.is_empty() {
            sentences.push("No thread has to be interrupted for this: it happens even when each runs until it waits or ends.".into());
        }
        let mut reads = self.all.iter().filter(|access| {
            access.thread == self.thread
                && access.line == self.line
                && access.step <= self.failed_at
                && matches!(access.kind, AccessKind::Read(_))
        });
        let mut last = format!("In the end {} failed: {message}", self.thread);
        if let Some(read) = reads.next_back() {
            let _ = write!(last, ", where it {}", read.words());
        }
        sentences.push(last + ".");
        Telling {
            sentences,
            ..Telling::default()
        }
    }

    /// How a thread came to stand still between two of its accesses.
    fn stops(&self, first: &Access<'_>, last: &Access<'_>) -> &'static str {
        let mut between = self.trail.steps[first.step..]
            .iter()
            .take(last.step - first.step + 1);
        match between.any(|step| step.is_preemption) {
            true => "was paused",
            false => "had to wait",
        }
    }

    fn source_line(&self, line: u16) -> &'a str {
        let index = usize::from(line).checked_sub(1);
        let found = index.and_then(|index| self.text.lines().nth(index));
        found.unwrap_or_default()
    }
}

/// Whether a line of the text names a variable.
fn mentions(line: &str, place: &str) -> bool {
    let root = place.split(['.', '[']).next().unwrap_or(place);
    line.split(|c: char| !c.is_alphanumeric() && c != '_')
        .any(|word| word == root)
}

fn deadlock(stuck: &[Stuck], trail: &Trail) -> Telling {
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
                    "{} already holds {what}{since} and waits for it again in line {}: nobody else can release it.",
                    one.name, one.pos.line
                )],
                "take it once, or use an `RLock`, which its holder may take again.".into(),
            )
        }
        circle => {
            let mut sentences: Vec<String> = circle
                .iter()
                .map(|one| {
                    let holder = one.held_by.first().map_or("", |(name, _)| name);
                    format!(
                        "{} waits in line {} for {}, which {holder} holds{}.",
                        one.name,
                        one.pos.line,
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
        Some((_, pos)) if !pos.is_none() => format!(" since line {}", pos.line),
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
        let own = |step: &super::trail::Step| step.decision.choice.task().0 == one.number;
        let waits_at = trail.steps.iter().rposition(own)?;
        let mut names = Names::of(trail);
        let mut notices = Vec::new();
        for (index, step) in trail.steps.iter().enumerate() {
            for told in &step.told {
                names.note(told);
                if let Kind::Object { object, verb, .. } = &told.kind
                    && verb.starts_with("notify")
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
                        "{notifier} called {name}.{verb}() in line {} before {waiter} began to wait in line {}.",
                        pos.line, one.pos.line
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
            "{} waits in line {} for {}.",
            one.name,
            one.pos.line,
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
            "{} takes the lock made in line {} (line {}) and then the one made in line {} (line {}).",
            nesting.thread,
            nesting.held.line,
            nesting.since.line,
            nesting.wanted.line,
            nesting.pos.line
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
    let there = match one.pos.line == other.pos.line {
        true => "there too".to_string(),
        false => format!("in line {}", other.pos.line),
    };
    Telling {
        pattern: None,
        sentences: vec![format!(
            "{} {} {} in line {} and {} {} it {there}, and nothing keeps the two apart: either may come first.",
            one.thread, does(one), race.place, one.pos.line, other.thread, does(other)
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::AtomicBool;

    use super::*;
    use crate::event::Stream;
    use crate::explore::{Limits, Watch};
    use crate::session::{Config, Input, InputKind, Scheduler, Session};

    /// The stories of all failures and findings of a program.
    fn stories(text: &str) -> Vec<Story> {
        let config = Config {
            scheduler: Scheduler::Seeded,
            seed: Some(1),
            workers: None,
            args: Vec::new(),
        };
        let mut session = Session::new(config, Arc::new(Stream::new()));
        let input = Input {
            name: "test",
            text,
            kind: InputKind::Script,
        };
        let mut explorer = session.explorer(input, false).unwrap();
        let mut watch = Watch {
            stop: &AtomicBool::new(false),
            progress: &mut |_, _| {},
        };
        let found = explorer.explore(&Limits::default(), &mut watch);
        let problems = found.failures.iter().chain(&found.findings);
        problems
            .map(|problem| Story::of(&problem.problem, &problem.trail, text))
            .collect()
    }

    /// The first failure's title, pattern and sentences.
    #[track_caller]
    fn check(text: &str, title: &str, pattern: Option<&str>, sentences: &[&str]) {
        let story = stories(text).swap_remove(0);
        assert_eq!(
            (&*story.title, story.pattern, &*story.sentences.join("\n")),
            (title, pattern, &*sentences.join("\n"))
        );
    }

    const TWO: &str = "let a = spawn(f); let b = spawn(g); a.join(); b.join();";

    #[test]
    fn a_lost_update() {
        check(
            "let n = 0;\nfn f() { n += 1; }\nlet a = spawn(f); let b = spawn(f);\na.join(); b.join();\n\
             assert(n == 2);",
            "assertion failed, in main, line 5",
            Some("lost update"),
            &[
                "Thread-1 read n as 0, then was paused before it could store 1.",
                "Meanwhile Thread-2 stored 1 in n.",
                "Thread-1 then stored 1 over it: one update of n was lost.",
            ],
        );
    }

    #[test]
    fn a_check_that_was_no_longer_true() {
        check(
            "let balance = 100;\nfn pay(sum) {\n  if balance >= sum {\n    balance -= sum;\n  }\n}\n\
             let a = spawn(pay, 80); let b = spawn(pay, 80);\na.join(); b.join();\n\
             assert(balance >= 0, \"overdrawn\");",
            "assertion failed: overdrawn, in main, line 9",
            Some("atomicity violation (check-then-act)"),
            &[
                "Thread-1 read balance as 100 in line 3 and relied on it, but was paused before it \
                 acted.",
                "Meanwhile Thread-2 stored 20 in balance.",
                "When Thread-1 went on, what it had seen was no longer true: balance was 20 by then.",
            ],
        );
    }

    #[test]
    fn a_change_that_was_seen_half_done() {
        check(
            &format!(
                "let x = 0; let y = 0;\nfn f() {{ x = 1; y = 1; }}\nfn g() {{ let a = x; let b = y;\n  \
                 assert(a == b); }}\n{TWO}"
            ),
            "assertion failed, in Thread-2, line 4",
            Some("atomicity violation (a change seen half done)"),
            &[
                "Thread-1 stored 1 in x, then was paused before it stored 1 in y.",
                "Meanwhile Thread-2 read x as 1 and read y as 0.",
                "It saw the change half done: x was new, y still old.",
            ],
        );
    }

    #[test]
    fn a_variable_that_was_used_before_it_was_set() {
        check(
            "let config = ();\nlet t = spawn(|| print(config.name));\nconfig = #{name: 1};\nt.join();",
            "unknown property: name of (), in Thread-1, line 2",
            Some("order violation"),
            &[
                "Thread-1 used config in line 2, before main stored #{\"name\": 1} in config in line 3.",
                "Nothing makes Thread-1 wait for that: it was only likely that main came first.",
            ],
        );
    }

    #[test]
    fn locks_in_a_circle_and_a_lock_that_is_held_already() {
        check(
            &format!(
                "let p = Lock(); let q = Lock();\nfn f() {{ with p {{ with q {{ }} }} }}\n\
                 fn g() {{ with q {{ with p {{ }} }} }}\n{TWO}"
            ),
            "deadlock: main, Thread-1 and Thread-2 wait for ever",
            Some("circular wait"),
            &[
                "Thread-1 waits in line 2 for q, which Thread-2 holds since line 3.",
                "Thread-2 waits in line 3 for p, which Thread-1 holds since line 2.",
                "Each waits for the other, so neither ever goes on.",
            ],
        );
        check(
            "let p = Lock();\nlet t = spawn(|| { with p {\n  with p { } } });\nt.join();",
            "deadlock: main and Thread-1 wait for ever",
            Some("self-deadlock"),
            &[
                "Thread-1 already holds p since line 2 and waits for it again in line 3: nobody else \
                 can release it.",
            ],
        );
    }

    #[test]
    fn a_notify_that_came_too_early() {
        check(
            "let c = Condition();\nlet t = spawn(|| { with c {\n  c.wait(); } });\n\
             with c { c.notify(); }\nt.join();",
            "deadlock: main and Thread-1 wait for ever",
            Some("lost wake-up"),
            &[
                "main called c.notify() in line 4 before Thread-1 began to wait in line 3.",
                "A notify wakes only who waits already; it is not kept.",
                "So Thread-1 waits for a notify that will never come.",
            ],
        );
    }

    #[test]
    fn what_shows_no_pattern_is_accused_of_none() {
        check(
            "let queue = Queue();\nlet t = spawn(|| queue.get());\nt.join();",
            "deadlock: main and Thread-1 wait for ever",
            None,
            &[
                "Thread-1 waits in line 2 for an item in the Queue made in line 1.",
                "No thread is left that could end that wait.",
            ],
        );
        check(
            "let n = 0;\nfn f() { n = 1; }\nfn g() { assert(n == 0); }\nlet a = spawn(f); a.join();\n\
             let b = spawn(g); b.join();",
            "assertion failed, in Thread-2, line 3",
            None,
            &[
                "No thread has to be interrupted for this: it happens even when each runs until it \
                 waits or ends.",
                "In the end Thread-2 failed: assertion failed, where it read n as 1.",
            ],
        );
    }

    #[test]
    fn a_race_alone_is_no_mistake_with_a_name() {
        let found = stories("let n = 0;\nlet t = spawn(|| n = 1);\nprint(n);\nt.join();");
        assert_eq!(found.len(), 1);
        assert_eq!(
            (&*found[0].title, found[0].pattern),
            ("data race on n", None)
        );
        assert_eq!(
            found[0].sentences,
            [
                "Thread-1 writes n in line 2 and main reads it in line 3, and nothing keeps the two \
                 apart: either may come first."
            ]
        );
    }
}
