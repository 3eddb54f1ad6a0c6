//! How an error came about: the patterns that its run may show.
//!
//! Those are: accesses of two threads to one variable that cannot be put in a row (after Lu and others,
//! AVIO, 2006), a change of two variables that was seen half done, and a variable that was used before it
//! was set. A pattern counts only on a variable that the error can have to do with.

use std::fmt::Write;

use super::Telling;
use crate::event::{self, Kind};
use crate::explore::telling::{Names, fails};
use crate::explore::trail::Trail;
use crate::pos::{Line, Pos};
use crate::vm::COPY_OF;

/// A thread of a run. Two may have one name: they are told apart by number.
#[derive(Clone, Copy, Debug)]
struct Who<'a> {
    number: u64,
    name: &'a str,
    has_namesake: bool,
}

impl<'a> Who<'a> {
    fn new(thread: &'a event::Thread, trail: &Trail) -> Self {
        let mut all = trail.steps.iter().flat_map(|step| &step.told);
        let is_namesake =
            |other: &event::Thread| other.name == thread.name && other.number != thread.number;
        Self {
            number: thread.number,
            name: &thread.name,
            has_namesake: all.any(|told| is_namesake(&told.thread)),
        }
    }
}

impl PartialEq for Who<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number
    }
}

impl std::fmt::Display for Who<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)?;
        match self.has_namesake {
            true => write!(f, " (thread {})", self.number),
            false => Ok(()),
        }
    }
}

/// One access of a run to a shared place.
#[derive(Clone, Debug)]
struct Access<'a> {
    /// Which step it was.
    step: usize,
    thread: Who<'a>,
    line: Line,
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
            if place.starts_with(COPY_OF) {
                continue;
            }
            found.push(Access {
                step,
                thread: Who::new(&told.thread, trail),
                line: told.pos.or(of_step.pos).at(),
                place,
                kind,
            });
        }
    }
    found
}

/// How an error came about: by the first pattern that its run shows.
pub(super) fn error(thread: &str, message: &str, pos: Pos, trail: &Trail) -> Telling {
    let all = accesses(trail);
    let (thread, failed_at) = failed(thread, trail);
    let run = Run {
        trail,
        all: &all,
        thread,
        failed_at,
        line: pos.at(),
    };
    run.shares_nothing()
        .or_else(|| run.lost_update())
        .or_else(|| run.half_seen())
        .or_else(|| run.check_then_act())
        .or_else(|| run.used_too_early())
        .unwrap_or_else(|| run.switches(message))
}

/// The thread of this name that failed, and the step by which it did; behind the last one for main,
/// which fails at the end.
fn failed<'a>(name: &'a str, trail: &'a Trail) -> (Who<'a>, usize) {
    let mut all = (trail.steps.iter().enumerate())
        .flat_map(|(at, step)| step.told.iter().map(move |told| (at, told)))
        .filter(|(_, told)| *told.thread.name == *name);
    let last = all.clone().next_back();
    match all.find(|(_, told)| fails(&told.kind)) {
        Some((at, told)) => (Who::new(&told.thread, trail), at),
        None => {
            let who = last.map(|(_, told)| Who::new(&told.thread, trail));
            let nobody = Who {
                number: 0,
                name,
                has_namesake: false,
            };
            (who.unwrap_or(nobody), trail.steps.len())
        }
    }
}

/// A run that led to an error.
struct Run<'a> {
    trail: &'a Trail,
    all: &'a [Access<'a>],
    /// Who failed.
    thread: Who<'a>,
    failed_at: usize,
    line: Line,
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

    /// A task in another process has changed its own copy of a variable.
    fn shares_nothing(&self) -> Option<Telling> {
        let line = self.source_line(self.line);
        let was_looked_at = |variable: &str| {
            let own = |access: &&Access| access.thread == self.thread;
            mentions(line, variable)
                || (self.all.iter().filter(own)).any(|access| mentions(access.place, variable))
        };
        let told = (self.trail.steps.iter().rev()).flat_map(|step| step.told.iter().rev());
        let (told, place, did) = told.into_iter().find_map(|told| {
            let (place, did) = match &told.kind {
                Kind::Write { place, value } => (place, format!("stored {value} in")),
                Kind::Method { place, method } => (place, format!("called {method}() on")),
                _ => return None,
            };
            let place = place.strip_prefix(COPY_OF)?;
            was_looked_at(place).then_some((told, place, did))
        })?;
        let (task, line) = (&told.thread.name, told.pos.at());
        let variable = place.split(['.', '[']).next().unwrap_or(place);
        Some(Telling::new(
            "processes share nothing",
            vec![
                format!("{task} {did} its own copy of {place} ({line})."),
                format!(
                    "A task of a `ProcessPoolExecutor` works on copies of the variables, made when it \
                     is submitted; processes share nothing, so {variable} stayed as it was for {}.",
                    self.thread
                ),
            ],
            format!(
                "let the task give back what it has found, and put the results together where they \
                 arrive; or use a `ThreadPoolExecutor`, whose threads share {variable}, with a `Lock` \
                 around each change."
            ),
        ))
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
            match self.is_of_task(first) {
                true => format!("keep reading and storing {place} together, {TASKS_TOGETHER}."),
                false => format!(
                    "keep reading and storing {place} together, inside one `with lock {{ ... }}` in \
                     every thread, or make it an `Atomic`."
                ),
            },
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
                    "{thread} {saw} in {} and relied on it, but {stops} before it acted.",
                    check.line
                ),
                format!("Meanwhile {} {}.", other.thread, other.words()),
                format!("When {thread} went on, what it had seen was no longer true{now}."),
            ],
            match self.is_of_task(check) {
                true => format!("check and act without a gap, {TASKS_TOGETHER}."),
                false => format!(
                    "check and act without a gap: put both inside one `with lock {{ ... }}`, in every \
                     thread that touches {place}."
                ),
            },
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
                match self.is_of_task(begin) {
                    true => format!("make both changes {TASKS_TOGETHER}."),
                    false => format!(
                        "make both changes inside one `with lock {{ ... }}`, and read {} and {} inside \
                         one of the same lock.",
                        begin.place, end.place
                    ),
                },
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
            Some(read) => format!("{thread} {} in {}", read.words(), read.line),
            None => format!("{thread} used {place} in {}", self.line),
        };
        Some(Telling::new(
            "order violation",
            vec![
                format!("{used}, before {setter} {} in {}.", set.words(), set.line),
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
                .filter(|access| access.step < index)
                .rfind(|access| {
                    let step = &self.trail.steps[access.step];
                    step.decision.choice == before.decision.choice
                });
            let after = match did {
                Some(did) => format!(" after it had {} ({})", did.words(), did.line),
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
            false if self.is_of_task(first) => "gave its turn away at an `await`",
            false => "had to wait",
        }
    }

    /// What stands in a line.
    fn source_line(&self, line: Line) -> &'a str {
        self.trail.source_line(line).unwrap_or_default()
    }

    /// Whether what a thread did was done by a task of an event loop.
    fn is_of_task(&self, access: &Access<'_>) -> bool {
        let step = self.trail.steps.get(access.step);
        step.is_some_and(|step| step.is_task)
    }
}

/// What keeps two accesses of a task together. A `Lock` of threads would stop the whole loop.
const TASKS_TOGETHER: &str = "with no `await` in between, where a task gives its turn away; or inside one \
                              `with lock { ... }` of the same `asyncio.Lock()` in every task";

/// Whether a line of the text names a variable.
fn mentions(line: &str, place: &str) -> bool {
    let root = place.split(['.', '[']).next().unwrap_or(place);
    line.split(|c: char| !c.is_alphanumeric() && c != '_')
        .any(|word| word == root)
}
