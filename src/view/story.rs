//! What went wrong, in words: one title, the name of the mistake in the field, and how it came to it.
//!
//! All words of a cause are made here, from data; nothing is looked up in texts that others have made.
//! One file, as each kind of cause has its sentences here.

use crate::explain::{
    Cause, Early, EndedHolder, Explanation, LetIn, Lost, Need, Provider, Torn, Wait, WaitCycle, Why,
};
use crate::explore::{Access, Finding, Nesting, Problem, Race, wanted_by};
use crate::pos::Pos;
use crate::trace::{Blocked, EventKind, Names, ObjectRef, Target, TraceEvent};
use crate::value::object::{TaskId, Verb};
use crate::value::operation::Hold;

/// A problem in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Story {
    /// What went wrong, in one line.
    pub title: String,
    /// What kind of mistake the run shows, in the word of the field.
    pub pattern: Option<&'static str>,
    /// How it came to it; the last one says how many more failures have this cause, if any.
    pub sentences: Vec<String>,
    /// How many more failures have this cause.
    pub others: usize,
    /// What is usually done about it, where nothing has failed and so nothing can be checked.
    pub mend: Option<String>,
}

impl Story {
    /// The story of what exploring has found.
    pub fn of(finding: &Finding) -> Self {
        let mut story = Self::explained(&finding.problem, finding.explanation.as_deref());
        let others = finding.others.len();
        if let (Problem::Race(race), 1..) = (&finding.problem, others) {
            let pairs = match others {
                1 => "One more pair of accesses races".to_string(),
                others => format!("{others} more pairs of accesses race"),
            };
            story
                .sentences
                .push(format!("{pairs} on {}.", race.variable));
        } else if others > 0 {
            let more = match others {
                1 => "One more failure has this cause".to_string(),
                _ => format!("{others} more failures have this cause"),
            };
            // Where all are of one kind, the title has said which.
            let kinds = finding.other_kinds();
            let kinds = match kinds.as_slice() {
                [one] if *one == finding.problem.kind() => String::new(),
                _ => format!(" ({})", kinds.join(", ")),
            };
            story.sentences.push(format!("{more}{kinds}."));
            story.others = others;
        }
        story
    }

    /// The story of a problem with this explanation.
    pub fn explained(problem: &Problem, explanation: Option<&Explanation>) -> Self {
        let title = title(problem);
        let (pattern, sentences, mend) = match (problem, explanation) {
            (Problem::LockOrder(nestings), _) => lock_order(nestings),
            (Problem::FairLivelock { threads, round }, _) => fair_livelock(threads, *round),
            (Problem::Starvation(name), _) => starvation(name),
            (Problem::Race(found), _) => race(found),
            (Problem::UnseenError { thread, .. }, _) => unseen_error(thread),
            (_, Some(explanation)) => {
                let (pattern, sentences) = Teller::of(explanation).tell();
                (pattern, sentences, None)
            }
            (_, None) => (None, Vec::new(), None),
        };
        Self {
            title,
            pattern,
            sentences,
            others: 0,
            mend,
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
            format!("deadlock: {} {verb} for ever", threads(&names))
        }
        Problem::Livelock(names) => {
            let names: Vec<&str> = names.iter().map(|name| &**name).collect();
            let verb = if names.len() == 1 { "goes" } else { "go" };
            format!("livelock: {} {verb} round for ever", threads(&names))
        }
        Problem::FairLivelock { threads, .. } => {
            let names: Vec<&str> = threads.iter().map(|name| &**name).collect();
            format!("livelock: {} can keep each other from ending", list(&names))
        }
        Problem::Starvation(name) => format!("starvation: {name} may wait for ever"),
        Problem::LockOrder(nestings) => {
            let names: Vec<&str> = nestings.iter().map(|nesting| &*nesting.thread).collect();
            format!("locks in different orders: {}", list(&names))
        }
        Problem::Race(race) => format!("data race on {}", race.place),
        Problem::UnseenError { message, pos, .. } => {
            format!("an error that nobody sees: {message}, in {}", pos.at())
        }
    }
}

/// A pattern, sentences and advice.
type Told = (Option<&'static str>, Vec<String>, Option<String>);

fn fair_livelock(names: &[String], round: usize) -> Told {
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let sentences = vec![
        format!(
            "The last {round} steps lead back to where they began, and so they can be repeated for ever; \
             {} all go on in them.",
            list(&names)
        ),
        "No scheduler is to blame, as each has its turns: each gives way to the other at the same time, \
         again and again."
            .into(),
    ];
    let mend = "take what both need in one order, the same in every thread, and wait for it; or wait for \
                a random time before the next attempt, so that one of them is faster.";
    (None, sentences, Some(mend.into()))
}

fn starvation(name: &str) -> Told {
    let sentences = vec![
        format!(
            "{name} waits, and each time that it could go on, another thread may be faster: the \
             others can go round like that for ever."
        ),
        "Each of them does get its turns, so no scheduler is to blame.".into(),
    ];
    let mend = "let the others do without what they share for a while, or hand it on in the order of \
                arrival: a `Queue` does.";
    (None, sentences, Some(mend.into()))
}

fn lock_order(nestings: &[Nesting]) -> Told {
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
    let mend = "take locks in one order everywhere, the same in every thread.";
    (None, sentences, Some(mend.into()))
}

fn unseen_error(thread: &str) -> Told {
    let sentences = vec![
        format!("A task that {thread} ran has failed; its future keeps the error."),
        "Nobody asks that future for its result, so nobody ever sees the error.".into(),
    ];
    let mend = "no order of the threads changes it: ask each future for its `result()`, which raises the \
                error.";
    (None, sentences, Some(mend.into()))
}

fn race(race: &Race) -> Told {
    let [one, other] = &race.accesses;
    let does = |access: &Access| match access.writes {
        true => "writes",
        false => "reads",
    };
    let there = match one.pos.at() == other.pos.at() {
        true => "there too".to_string(),
        false => format!("in {}", other.pos.at()),
    };
    let sentences = vec![format!(
        "{} {} {} in {} and {} {} it {there}, and nothing keeps the two apart: either may come first.",
        one.thread,
        does(one),
        race.place,
        one.pos.at(),
        other.thread,
        does(other)
    )];
    let mend = "use the same lock around both: `with lock { ... }`; or an `Atomic`, or pass the value \
                through a `Queue` or a join.";
    (None, sentences, Some(mend.into()))
}

/// Tells of a cause.
struct Teller<'a> {
    explanation: &'a Explanation,
    names: &'a Names,
}

impl<'a> Teller<'a> {
    fn of(explanation: &'a Explanation) -> Self {
        Self {
            explanation,
            names: &explanation.names,
        }
    }

    fn tell(&self) -> (Option<&'static str>, Vec<String>) {
        let (pattern, mut sentences) = match &self.explanation.cause {
            Cause::Atomicity {
                face,
                target,
                first,
                between,
                last,
            } => {
                let (pattern, mut sentences) = self.torn(*face, target, [first, between, last]);
                if let Some(LetIn::Released { permits, release }) = &self.explanation.let_in {
                    sentences.push(format!(
                        "Both were let in: {} had released {} once more than it had taken it ({}).",
                        self.thread(release.thread),
                        self.names.object(permits),
                        release.pos.at()
                    ));
                }
                (pattern, sentences)
            }
            Cause::Order { face, early, late } => self.order(*face, early, late),
            Cause::LostWakeup {
                face,
                waiter,
                object,
                notice,
                woken,
                cleared,
            } => self.lost(*face, (waiter, object), notice, *woken, cleared.as_ref()),
            Cause::EmptyTurn { check, turn } => self.empty_turn(check, turn),
            Cause::Circle(circle) => self.circle(circle),
            Cause::HolderEnded(ended) => self.ended(ended),
            Cause::NobodyLeft {
                waiters,
                need,
                last,
                taken,
            } => {
                let (pattern, mut sentences) = self.nobody(waiters, *need, last.as_ref());
                sentences.extend(taken.as_ref().map(|taken| self.taken(taken)));
                (pattern, sentences)
            }
            Cause::Livelock { threads, reads } => self.livelock(threads, reads),
            Cause::CopiedVariable { access } => self.copied(access),
            Cause::ForgottenAwait { waiter, what } => (
                "forgotten await",
                vec![
                    format!("{}.", self.waits(waiter)),
                    format!("Nobody has awaited {what}: what is not awaited does not happen."),
                ],
            ),
            Cause::CutOff {
                began,
                cancelled,
                failed,
            } => self.cut_off(began, cancelled, failed.as_ref()),
            Cause::Always => (
                "",
                vec!["No order of the threads avoids it: every run fails like this.".into()],
            ),
            Cause::Decided => ("", self.decided()),
            Cause::Unknown => ("", self.unknown()),
        };
        let says_so = matches!(
            self.explanation.cause,
            Cause::Always | Cause::Livelock { .. }
        );
        if self.explanation.is_inevitable && !says_so {
            sentences.push("It happens in every run.".into());
        }
        (
            Some(pattern).filter(|pattern| !pattern.is_empty()),
            sentences,
        )
    }

    fn thread(&self, thread: TaskId) -> String {
        self.names.thread(thread)
    }

    fn target(&self, target: &Target) -> String {
        match target {
            Target::Place(path) => path.to_string(),
            Target::Object(object) => self.names.object(object),
        }
    }

    fn target_of(&self, event: &TraceEvent) -> String {
        let target = event.kind.target();
        target.map_or_else(String::new, |target| self.target(&target))
    }

    /// What was done, after the thread's name: `stored 1 in counter`.
    fn did(&self, event: &TraceEvent) -> String {
        match &event.kind {
            EventKind::Read { path, value } => format!("read {path} as {value}"),
            EventKind::Write { path, value } => format!("stored {value} in {path}"),
            EventKind::Call { path, method, .. } => format!("called {path}.{method}()"),
            EventKind::Ask {
                object,
                verb,
                answer,
            } => {
                let name = self.names.object(object);
                match (verb.on(object.kind).hold, verb) {
                    (Hold::Acquires(_), _) if answer == "false" => format!("did not get {name}"),
                    (Hold::Acquires(_), _) => format!("took {name}"),
                    (Hold::Releases(_), _) => format!("released {name}"),
                    (Hold::None, Verb::Load) => format!("read {name} as {answer}"),
                    (Hold::None, Verb::Store) => format!("stored a value in {name}"),
                    (Hold::None, verb) if !verb.on(object.kind).effect.only_reads() => {
                        format!("called {name}.{}()", self.verb(*verb))
                    }
                    (Hold::None, _) if answer == "()" => {
                        format!("called {name}.{}()", self.verb(*verb))
                    }
                    (Hold::None, _) => format!("called {name}.{}() ({answer})", self.verb(*verb)),
                }
            }
            EventKind::Block {
                object,
                verb: verb @ (Verb::Close | Verb::Shutdown),
            } => format!(
                "called {}.{}()",
                self.names.object(object),
                self.verb(*verb)
            ),
            EventKind::Block { object, .. } => {
                format!("began to wait at {}", self.names.object(object))
            }
            EventKind::Refuse { object, verb } => {
                let name = self.names.object(object);
                format!("called {name}.{}(), which failed", self.verb(*verb))
            }
            EventKind::TimeOver => "had waited long enough".into(),
            EventKind::End => "ended".into(),
            EventKind::Cancel => "was cancelled".into(),
            EventKind::TaskFail { message } | EventKind::Fail { message } => {
                format!("failed: {message}")
            }
            EventKind::Other => "went on".into(),
        }
    }

    fn verb(&self, verb: Verb) -> &'static str {
        verb.name().trim_matches(['<', '>', '_'])
    }

    /// `Thread-1 stored 1 in counter (line 3)`.
    fn event(&self, event: &TraceEvent) -> String {
        let (thread, did) = (self.thread(event.thread), self.did(event));
        match event.pos.is_none() {
            true => format!("{thread} {did}"),
            false => format!("{thread} {did} ({})", event.pos.at()),
        }
    }

    fn torn(
        &self,
        face: Torn,
        target: &Target,
        [first, between, last]: [&TraceEvent; 3],
    ) -> (&'static str, Vec<String>) {
        let thread = self.thread(first.thread);
        let place = self.target(target);
        let (begins, middle) = (self.event(first), self.event(between));
        let looked_at = first.kind.target();
        let other = self.thread(between.thread);
        match face {
            Torn::LostUpdate => (
                "lost update",
                vec![
                    format!(
                        "{begins}; before it {} ({}), {middle}.",
                        self.did(last),
                        last.pos.at()
                    ),
                    format!("{thread} stored over that: the change by {other} was lost."),
                ],
            ),
            Torn::CheckThenAct => (
                "atomicity violation (check-then-act)",
                vec![
                    format!("{begins} and relied on it."),
                    format!(
                        "Before {thread} acted on it ({}), {middle}: what it had seen of {} was no longer true.",
                        last.pos.at(),
                        looked_at.map_or_else(|| place.clone(), |one| self.target(&one)),
                    ),
                ],
            ),
            Torn::ReadTwice => (
                "atomicity violation (read twice)",
                vec![
                    format!("{begins}, and then {} ({}).", self.did(last), last.pos.at()),
                    format!("In between {middle}: the two looks do not fit together."),
                ],
            ),
            Torn::HalfSeen => (
                "atomicity violation (a change seen half done)",
                vec![
                    format!(
                        "{begins}, and only later {} ({}).",
                        self.did(last),
                        last.pos.at()
                    ),
                    format!("In between {middle}: the one was done and the other not yet."),
                ],
            ),
            Torn::BothLooked if last.thread != first.thread => (
                "atomicity violation (both looked before either acted)",
                vec![
                    format!("{begins}, and so did {other} ({}).", between.pos.at()),
                    format!(
                        "Both went by it, before {}: what one of them had to do was done twice.",
                        self.event(last)
                    ),
                ],
            ),
            Torn::BothLooked => (
                "atomicity violation (both looked before either acted)",
                vec![
                    format!(
                        "{begins}; before it {} ({}), {middle}.",
                        self.did(last),
                        last.pos.at()
                    ),
                    format!(
                        "{thread} and {other} had both looked before either had acted, so neither saw \
                         the other."
                    ),
                ],
            ),
            Torn::Overwritten => (
                "atomicity violation (changed in between)",
                vec![
                    format!(
                        "{begins}; before it {} ({}), {middle}.",
                        self.did(last),
                        last.pos.at()
                    ),
                    match &self.explanation.let_in {
                        Some(LetIn::Looked { look, change }) => format!(
                            "{} was let in: it {} ({}), after {}.",
                            self.thread(look.thread),
                            self.did(look),
                            look.pos.at(),
                            self.event(change)
                        ),
                        Some(LetIn::Released { .. }) | None => format!(
                            "{thread} found what {other} had made of {place}, not what it had left there."
                        ),
                    },
                ],
            ),
            Torn::WokenInVain => (
                "atomicity violation (woken, and no longer true)",
                vec![
                    format!("{begins}, waited and was woken."),
                    format!(
                        "Before it went on, {middle}; {thread} did not look again, and {} ({}).",
                        self.did(last),
                        last.pos.at()
                    ),
                ],
            ),
        }
    }

    fn order(
        &self,
        face: Early,
        early: &TraceEvent,
        late: &TraceEvent,
    ) -> (&'static str, Vec<String>) {
        let (thread, other) = (self.thread(early.thread), self.thread(late.thread));
        let came = format!("{} before {}.", self.event(early), self.event(late));
        let why = match face {
            Early::Closed if closes_again(late) => {
                "What is closed cannot be closed again: only one may do it, behind the last use."
                    .into()
            }
            Early::Closed if early.thread == late.thread => {
                "What is closed cannot be used any more.".into()
            }
            Early::Closed => format!(
                "What is closed cannot be used any more, and {thread} did not wait until {other} had done \
                 its part."
            ),
            Early::NothingWaits => format!(
                "Nothing makes {thread} wait for that: it was only likely that {other} came first."
            ),
            Early::JoinedLater => {
                format!("{thread} waits for {other} only behind that, where it is too late.")
            }
            Early::WaitExpired => format!(
                "{thread} has waited for {other}, but with a time limit: its wait may be over before \
                 {other} has come so far."
            ),
            Early::WaitedForNothing => format!(
                "So {thread} found nothing to wait for and went on: {other} announces itself too late."
            ),
            Early::Lapped => format!(
                "{thread} is a round ahead: nothing holds it at the end of a round until {other} has \
                 ended that round, too."
            ),
        };
        let pattern = match face {
            Early::Closed if closes_again(late) => "order violation (closed twice)",
            Early::Closed => "order violation (closed too early)",
            Early::NothingWaits
            | Early::JoinedLater
            | Early::WaitExpired
            | Early::WaitedForNothing
            | Early::Lapped => "order violation",
        };
        (pattern, vec![came, why])
    }

    fn empty_turn(&self, check: &TraceEvent, turn: &TraceEvent) -> (&'static str, Vec<String>) {
        let (thread, other) = (self.thread(check.thread), self.thread(turn.thread));
        let sentences = vec![
            format!(
                "{}: it was not its turn yet, as {other} {} only later ({}).",
                self.event(check),
                self.did(turn),
                turn.pos.at()
            ),
            format!(
                "{thread} did nothing in that round of its loop, but the round counted: its turn was used up without work."
            ),
        ];
        ("turn used without work", sentences)
    }

    fn lost(
        &self,
        face: Lost,
        (waiter, object): (&Blocked, &ObjectRef),
        notice: &TraceEvent,
        woken: Option<TaskId>,
        cleared: Option<&TraceEvent>,
    ) -> (&'static str, Vec<String>) {
        let (thread, name) = (self.thread(waiter.thread), self.names.object(object));
        let (at, told) = (waiter.pos.at(), self.event(notice));
        let woken = woken.map_or_else(|| "another thread".into(), |woken| self.thread(woken));
        let sentences = match face {
            Lost::NobodyWaited => vec![
                format!("{told} before {thread} began to wait ({at})."),
                "A notify wakes only who waits already; it is not kept.".into(),
                format!("So {thread} waits for a notify that will never come."),
            ],
            Lost::Cleared => {
                let cleared =
                    cleared.map_or_else(String::new, |event| match event.thread == notice.thread {
                        true => format!(" and {} ({})", self.did(event), event.pos.at()),
                        false => format!(", and {}", self.event(event)),
                    });
                vec![
                    format!("{told}{cleared} before {thread} came to its wait ({at})."),
                    format!(
                        "Who comes to {name} after it was cleared waits for the next time that it is set, and there is none."
                    ),
                ]
            }
            Lost::SetTwice => vec![
                format!(
                    "{told} when it was set already, and {thread} had not cleared it yet: an event does \
                     not count, so two are one."
                ),
                format!(
                    "{thread} then cleared it and waits for the second ({at}), which has been."
                ),
            ],
            Lost::WrongOneWoken => vec![
                format!(
                    "{told}: that woke {woken}, for which there was nothing to do, so it waited again."
                ),
                format!(
                    "{thread}, which could have gone on, waits at the same {name} ({at}) and was not woken: a notify wakes one thread, whichever has waited longest."
                ),
            ],
            Lost::OnlyOneWoken => vec![
                format!("{told}: that woke {woken} alone."),
                format!("{thread} waits at {name}, too ({at}), and nobody is left to wake it."),
            ],
        };
        ("lost wake-up", sentences)
    }

    /// `Thread-1 waits in line 3 for lock`, without a full stop.
    fn waits(&self, blocked: &Blocked) -> String {
        let thread = self.thread(blocked.thread);
        let wanted = wanted_by(blocked, self.names);
        format!("{thread} waits in {} for {wanted}", blocked.pos.at())
    }

    fn circle(&self, circle: &WaitCycle) -> (&'static str, Vec<String>) {
        let waits = &circle.waits;
        if let [
            Wait {
                blocked,
                why: Why::Holds(since),
            },
        ] = waits.as_slice()
        {
            let name = (blocked.object.as_ref()).map_or_else(String::new, |o| self.names.object(o));
            let thread = self.thread(blocked.thread);
            let sentence = format!(
                "{thread} already holds {name}{} and waits for it again in {}: nobody else can release \
                 it.",
                since_line(*since),
                blocked.pos.at()
            );
            return ("self-deadlock", vec![sentence]);
        }
        if waits.iter().all(|wait| wait.why == Why::RunsTasks) {
            let mut sentences: Vec<String> = (waits.iter().take(3))
                .map(|wait| format!("{}.", self.waits(&wait.blocked)))
                .collect();
            sentences.push(
                "Each thread of the pool waits for tasks of the same pool, and none is left to run \
                 them."
                    .into(),
            );
            return ("resource deadlock (no free thread in the pool)", sentences);
        }
        if let [
            Wait {
                why: Why::KeepsOut(task),
                ..
            },
            ..,
        ] = waits.as_slice()
        {
            let mut sentences: Vec<String> = (waits.iter().take(3))
                .map(|wait| format!("{}.", self.waits(&wait.blocked)))
                .collect();
            sentences.push(format!(
                "Meanwhile the task submitted in {} waits for a free thread of the pool, and there is none: \
                 a task must not wait for what another task of its pool has to do.",
                task.at()
            ));
            return ("resource deadlock (no free thread in the pool)", sentences);
        }
        if let Some(sentence) = self.circle_in_one_line(waits) {
            let end = "They wait in a circle, so none of them ever goes on.";
            return ("circular wait", vec![sentence, end.into()]);
        }
        let mut sentences = Vec::new();
        for (index, wait) in waits.iter().enumerate() {
            let next = &waits[(index + 1) % waits.len()].blocked;
            let other = self.thread(next.thread);
            let why = match wait.why {
                Why::Holds(since) => format!(", which {other} holds{}", since_line(since)),
                Why::WouldProvide(pos) if next.thread == wait.blocked.thread => {
                    format!(", which it would give itself, but only in {}", pos.at())
                }
                Why::WouldProvide(pos) => {
                    format!(
                        ", which {other} would give in {}, but does not come so far",
                        pos.at()
                    )
                }
                Why::QueuesBefore => format!(", behind {other}, which came first"),
                Why::Ends | Why::RunsTasks | Why::KeepsOut(_) => String::new(),
            };
            sentences.push(format!("{}{why}.", self.waits(&wait.blocked)));
        }
        sentences.push(match waits.len() {
            1 => "So it never goes on.".into(),
            2 => "Each waits for the other, so neither ever goes on.".into(),
            _ => "They wait in a circle, so none of them ever goes on.".into(),
        });
        let is_gift = |wait: &&Wait| matches!(wait.why, Why::WouldProvide(_));
        let pattern = match (waits.iter().filter(is_gift).count(), waits.len()) {
            (0, _) => "circular wait",
            (gifts, all) if gifts < all => "circular wait (hold and wait)",
            _ => "circular wait (each waits before it gives)",
        };
        (pattern, sentences)
    }

    /// A circle of three or more in which all wait in one line for what others have taken in one line.
    fn circle_in_one_line(&self, waits: &[Wait]) -> Option<String> {
        let [first, _, _, ..] = waits else {
            return None;
        };
        let since = |wait: &Wait| match wait.why {
            Why::Holds(since) => Some(since.at()),
            _ => None,
        };
        let (at, taken) = (first.blocked.pos.at(), since(first)?);
        let is_alike = |wait: &Wait| {
            wait.blocked.pos.at() == at && since(wait).is_some_and(|own| own == taken)
        };
        if !waits.iter().all(is_alike) {
            return None;
        }
        let mut parts = Vec::new();
        for (index, wait) in waits.iter().enumerate() {
            let next = &waits[(index + 1) % waits.len()].blocked;
            let (thread, other) = (self.thread(wait.blocked.thread), self.thread(next.thread));
            let waits = if index == 0 { " waits" } else { "" };
            let wanted = wanted_by(&wait.blocked, self.names);
            parts.push(format!("{thread}{waits} for {wanted}, held by {other}"));
        }
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        let since = match taken == at {
            true => String::new(),
            false => format!(" Each has taken what it holds in {taken}."),
        };
        Some(format!("In {at}, {}.{since}", parts.join("; ")))
    }

    fn ended(&self, ended: &EndedHolder) -> (&'static str, Vec<String>) {
        let (holder, name) = (self.thread(ended.holder), self.names.object(&ended.object));
        let mut sentences = vec![format!("{}.", self.waits(&ended.waiter))];
        match &ended.error {
            Some((message, pos)) => {
                sentences.push(format!(
                    "{holder} took {name} in {} and left by an error in {} ({message}) without giving it \
                     back.",
                    ended.took.at(),
                    pos.at()
                ));
                sentences.push(match ended.is_uncaught {
                    true => "The deadlock follows from that error, which is the root.".into(),
                    false => "The error was caught, but what was taken stays taken.".into(),
                });
            }
            None => sentences.push(format!(
                "{holder} took {name} in {} and has ended without giving it back.",
                ended.took.at()
            )),
        }
        ("resource deadlock (the holder has ended)", sentences)
    }

    fn nobody(
        &self,
        waiters: &[Blocked],
        need: Need,
        last: Option<&Provider>,
    ) -> (&'static str, Vec<String>) {
        let mut sentences: Vec<String> = (waiters.iter().take(2))
            .map(|one| format!("{}.", self.waits(one)))
            .collect();
        if waiters.len() > 2 {
            sentences.push(format!("So do {} more.", waiters.len() - 2));
        }
        let name = waiters.first().and_then(|one| one.object.as_ref());
        let name = name.map_or_else(String::new, |object| self.names.object(object));
        let (could, done) = match need {
            Need::Item => ("put something there", "put something there"),
            Need::Close => ("send or close it", "sent there"),
            Need::Room => ("take something out", "taken something out"),
            Need::Set => ("set it", "set it"),
            Need::Notice => ("notify it", "notified"),
            Need::Permit => ("give a permit", "given one"),
            Need::Release => ("release it", "released it"),
            Need::Arrivals => ("come there", "come there"),
            Need::TaskDone => ("call task_done", "called task_done"),
            Need::End | Need::Other => ("end that wait", "done so"),
        };
        match last {
            Some(Provider {
                thread,
                pos,
                has_provided: false,
                error: Some((message, at)),
            }) => sentences.push(format!(
                "{} would have done its part in {}, but ended by an error in {} ({message}): the \
                 deadlock follows from that error.",
                self.thread(*thread),
                pos.at(),
                at.at()
            )),
            Some(Provider {
                thread,
                pos,
                has_provided: false,
                error: None,
            }) => sentences.push(format!(
                "{} could have done that in {}, but has ended without coming there.",
                self.thread(*thread),
                pos.at()
            )),
            Some(Provider { thread, pos, .. }) if need == Need::Close => sentences.push(format!(
                "All that send there have ended, {} the last ({}), and nobody closes {name}.",
                self.thread(*thread),
                pos.at()
            )),
            Some(Provider { thread, pos, .. }) => {
                sentences.push(format!(
                    "No thread is left that could {could}: the last that has {done} was {} ({}).",
                    self.thread(*thread),
                    pos.at()
                ));
                if need == Need::TaskDone {
                    sentences.push("It has to be called once for each item.".into());
                }
            }
            None if need == Need::Arrivals => {
                sentences.push("No other thread is left that could come there.".into());
            }
            None => sentences.push(format!(
                "No thread is left that could {could}, and none has."
            )),
        }
        ("communication deadlock", sentences)
    }

    /// Who has what another one waits for, and can do nothing with it.
    fn taken(&self, taken: &TraceEvent) -> String {
        let blocked = self.explanation.blocked.iter();
        let mut own = blocked.filter(|one| one.thread == taken.thread);
        let wanted = own.next().map_or_else(String::new, |blocked| {
            let wanted = wanted_by(blocked, self.names);
            format!(
                ", but can do nothing with it: it waits for {wanted} ({})",
                blocked.pos.at()
            )
        });
        format!("{}{wanted}.", self.event(taken))
    }

    fn livelock(&self, threads: &[TaskId], reads: &[TraceEvent]) -> (&'static str, Vec<String>) {
        let names: Vec<String> = threads.iter().map(|thread| self.thread(*thread)).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let goes = if names.len() == 1 { "goes" } else { "go" };
        let mut sentences = vec![format!(
            "{} {goes} round in a loop that no schedule ever ends.",
            list(&names)
        )];
        let looks: Vec<String> = (reads.iter().take(3))
            .map(|read| format!("{} ({})", self.target_of(read), read.pos.at()))
            .collect();
        if !looks.is_empty() {
            let looks: Vec<&str> = looks.iter().map(String::as_str).collect();
            let looks = list(&looks);
            sentences.push(match names.len() {
                1 => format!(
                    "It looks at {looks} again and again, and no thread is left that makes it what the \
                     loop waits for."
                ),
                _ => format!(
                    "They look at {looks} again and again: each waits for what only another one of them \
                     would change, and that one waits, too."
                ),
            });
        }
        ("livelock", sentences)
    }

    fn copied(&self, access: &TraceEvent) -> (&'static str, Vec<String>) {
        let (thread, place) = (self.thread(access.thread), self.target_of(access));
        let at = access.pos.at();
        let did = match &access.kind {
            EventKind::Read { .. } => format!("goes round and looks at its own copy of {place}"),
            EventKind::Write { value, .. } => format!("stored {value} in its own copy of {place}"),
            EventKind::Call { method, .. } => {
                format!("called {method}() on its own copy of {place}")
            }
            _ => format!("works on its own copy of {place}"),
        };
        let sentences = vec![
            format!("{thread} {did} ({at})."),
            format!(
                "A task of a `ProcessPoolExecutor` works on copies of the variables, made when it is \
                 submitted; processes share nothing, so nobody else sees or changes that {place}."
            ),
        ];
        ("processes share nothing", sentences)
    }

    fn cut_off(
        &self,
        began: &TraceEvent,
        cancelled: &TraceEvent,
        failed: Option<&TraceEvent>,
    ) -> (&'static str, Vec<String>) {
        let why = failed.map_or_else(String::new, |failed| {
            let thread = self.thread(failed.thread);
            format!(", because {thread} had failed ({})", failed.pos.at())
        });
        let sentences = vec![
            format!(
                "{}; then it was cancelled in its wait ({}){why}.",
                self.event(began),
                cancelled.pos.at()
            ),
            "What it would have done behind that never came, and nothing took back what it had begun."
                .into(),
        ];
        ("cancelled half way", sentences)
    }

    fn decided(&self) -> Vec<String> {
        let Some(step) = &self.explanation.decisive else {
            return self.unknown();
        };
        let mut sentences = vec![format!(
            "What decides it: {}; from then on no order avoids the failure.",
            self.event(step)
        )];
        if let Some(instead) = &self.explanation.instead {
            sentences.push(format!(
                "Had {} first ({}), it could still have ended well.",
                self.could(instead),
                instead.pos.at()
            ));
        }
        sentences
    }

    /// `Thread-2 taken mutex` is no English: what a thread does instead, after `Had`.
    fn could(&self, event: &TraceEvent) -> String {
        let thread = self.thread(event.thread);
        match &event.kind {
            EventKind::Ask { object, verb, .. }
                if matches!(verb.on(object.kind).hold, Hold::Acquires(_)) =>
            {
                format!("{thread} taken {}", self.names.object(object))
            }
            _ => format!("{thread} gone on"),
        }
    }

    fn unknown(&self) -> Vec<String> {
        match self.explanation.blocked.is_empty() {
            true => Vec::new(),
            false => vec!["No thread is left that could end that wait.".into()],
        }
    }
}

/// Whether it was refused because somebody has done the same before.
fn closes_again(refused: &TraceEvent) -> bool {
    matches!(
        refused.kind,
        EventKind::Refuse {
            verb: Verb::Close | Verb::Shutdown,
            ..
        }
    )
}

fn since_line(pos: Pos) -> String {
    match pos.is_none() {
        true => String::new(),
        false => format!(" since {}", pos.at()),
    }
}

/// The names of threads as a list, in which three or more that follow each other are a range: `main and
/// Thread-1 to Thread-5`.
pub fn threads(names: &[&str]) -> String {
    let parts = ranges(names);
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    list(&parts)
}

/// The names, with ranges for three or more that follow each other.
pub fn ranges(names: &[&str]) -> Vec<String> {
    let number = |name: &str| -> Option<(String, u64)> {
        let (stem, digits) = name.rsplit_once('-')?;
        Some((stem.into(), digits.parse().ok()?))
    };
    let mut parts = Vec::new();
    let mut rest = names;
    while let [first, behind @ ..] = rest {
        let follows = |(at, name): (u64, &&str)| match (number(first), number(name)) {
            (Some((stem, begin)), Some((own, number))) => stem == own && number == begin + at,
            _ => false,
        };
        let count = (1..).zip(behind).take_while(|one| follows(*one)).count();
        match count {
            0 | 1 => {
                parts.push((*first).to_string());
                rest = behind;
            }
            _ => {
                parts.push(format!("{first} to {}", behind[count - 1]));
                rest = &behind[count..];
            }
        }
    }
    parts
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
    use super::*;

    #[test]
    fn threads_that_follow_each_other_are_a_range() {
        let names = ["main", "Thread-1", "Thread-2"];
        assert_eq!(threads(&names), "main, Thread-1 and Thread-2");
        let names = ["main", "Thread-1", "Thread-2", "Thread-3", "Thread-5"];
        assert_eq!(threads(&names), "main, Thread-1 to Thread-3 and Thread-5");
        let names = ["Thread-9", "Thread-10", "Task-11", "cook"];
        assert_eq!(threads(&names), "Thread-9, Thread-10, Task-11 and cook");
        assert_eq!(
            threads(&["main", "Thread-2", "Thread-3", "Thread-4"]),
            "main and Thread-2 to Thread-4"
        );
    }
}
