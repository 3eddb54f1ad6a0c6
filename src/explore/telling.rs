//! A run as people read it: what each thread did, in words, without what would only be in the way. One file,
//! as what was done, what comes next and what is waited for share their names and words.
//!
//! A thread that takes a lock first reads the variable that holds the lock. Such a read is told only
//! by the name that it gives to the lock. Nothing here draws; see `view::steps`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::finding::Problem;
use super::outcome::Stuck;
use super::trail::{Step, Trail};
use super::ways::{Access, ways};
use crate::event::{Kind, Request, Written};
use crate::explain::{Explanation, Need, need as need_of};
use crate::pos::Pos;
use crate::schedule::{Choice, Told, request};
use crate::trace::{self, Blocked, EventKind};
use crate::value::object::Verb;
use crate::vm::{Action, Visible};

/// Something that a thread did or that became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Act {
    /// The thread's number.
    pub thread: u64,
    /// Its name.
    pub name: Arc<str>,
    /// Where in the text.
    pub pos: Pos,
    /// The line of the text, without its indentation; empty when there is none.
    pub source: Arc<str>,
    /// What, without the thread's name: `reads counter: 0`.
    pub words: String,
    /// The same for whoever has read what the problem is: a message is not told twice.
    pub brief: Option<&'static str>,
    /// Whether this is what goes wrong.
    pub is_bad: bool,
    /// The thread that was interrupted for it, although it could have gone on.
    pub paused: Option<Arc<str>>,
    /// Whether the cause of the failure is about it.
    pub matters: bool,
    /// What kind of thing it is.
    pub deed: Deed,
}

/// What a thread did, as far as others can be affected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// It read a place.
    Read,
    /// It wrote a place.
    Write,
    /// It called a method of a place.
    Call,
    /// It asked an object.
    Ask,
    /// It follows from what another thread does: a wait for ever for its end, or a failure beside the one
    /// that the run is told for.
    Follows,
    /// Anything else: it printed, failed, began to wait.
    Other,
}

impl Deed {
    fn of(kind: &Kind) -> Self {
        match kind {
            Kind::Read { .. } => Self::Read,
            Kind::Write { .. } => Self::Write,
            Kind::Method { .. } => Self::Call,
            Kind::Object { .. } => Self::Ask,
            Kind::Print { .. }
            | Kind::Note { .. }
            | Kind::Failure { .. }
            | Kind::Warning { .. }
            | Kind::MainFailure { .. }
            | Kind::Start
            | Kind::Deadlock { .. }
            | Kind::Finish { .. }
            | Kind::Wait { .. }
            | Kind::Sleep { .. } => Self::Other,
        }
    }

    /// The same of an event.
    pub fn of_event(kind: &EventKind) -> Self {
        match kind {
            EventKind::Read { .. } => Self::Read,
            EventKind::Write { .. } => Self::Write,
            EventKind::Call { .. } => Self::Call,
            EventKind::Ask { .. } => Self::Ask,
            EventKind::Block { .. }
            | EventKind::Refuse { .. }
            | EventKind::TimeOver
            | EventKind::End
            | EventKind::Cancel
            | EventKind::TaskFail { .. }
            | EventKind::Fail { .. }
            | EventKind::Other => Self::Other,
        }
    }
}

/// A run in words, and behind it what went wrong, if that is asked.
pub fn tell(trail: &Trail, problem: Option<&Problem>) -> Vec<Act> {
    tell_explained(trail, problem, None)
}

/// The same of a run that was explained: objects have the names that were chosen for the cause.
pub fn tell_explained(
    trail: &Trail,
    problem: Option<&Problem>,
    explanation: Option<&Explanation>,
) -> Vec<Act> {
    let mut names = Names::of(trail);
    if let Some(explanation) = explanation {
        names.chosen = explanation.names.clone();
        names.blocked.clone_from(&explanation.blocked);
    }
    let told = trail.steps.iter().flat_map(|step| &step.told);
    let accesses: Vec<_> = told.map(access).collect();
    let mut teller = Teller {
        ways: ways(&accesses).into_iter(),
        names,
        acts: Vec::new(),
        kinds: Vec::new(),
        paused: None,
        failure: match problem {
            Some(Problem::Error {
                thread,
                message,
                pos,
            }) => Some((thread.clone(), message.clone(), *pos)),
            _ => None,
        },
    };
    if let Some(error) = &trail.main_failed {
        let place = Place {
            pos: error.pos,
            source: error.pos.line_of(&error.text).unwrap_or_default().into(),
        };
        let words = format!("fails: {}", error.message);
        teller.act(1, &"main".into(), place, words, true);
    }
    let mut before: Option<&Step> = None;
    for step in &trail.steps {
        if step.is_preemption {
            let last = before.map_or_else(|| "main".into(), |step| step.name.clone());
            teller.paused = Some(last);
        }
        teller.step(trail, step);
        before = Some(step);
    }
    if let Some(problem) = problem {
        teller.problem(problem, trail);
    }
    teller.without_indices()
}

/// The variable through which a thread came to the object that it stands before, if it did.
pub fn came_through(trail: &Trail, thread: u64) -> Option<String> {
    let mut names = Names::of(trail);
    for told in trail.steps.iter().flat_map(|step| &step.told) {
        names.note(told);
    }
    names.last(thread).map(String::from)
}

/// What a thread is about to do, in words: `write counter`. `name` is the variable through which it
/// came to the object that it stands before.
pub fn intent(visible: &Visible, name: Option<&str>) -> String {
    match &visible.action {
        Action::Read(place) => format!("read {place}"),
        Action::Write(place) => format!("write {place}"),
        Action::Method { place, name, .. } => format!("{place}.{name}()"),
        Action::Object(object, verb) => {
            let written = &visible.written;
            if let Some(function) = &written.function {
                return called(function);
            }
            let name = written.receiver.as_deref().or(name);
            let name = name.unwrap_or_else(|| object.kind());
            if let Some(does) = access_to(written, verb.name()) {
                return format!("{does} {name}");
            }
            match request(object, *verb) {
                Request::Take => format!("take {name}"),
                Request::Release => format!("release {name}"),
                Request::Enter => format!("enter {name}"),
                Request::Leave => format!("leave {name}"),
                Request::Await => called("await"),
                Request::Notify | Request::Call => {
                    let verb = verb.name().trim_matches(['<', '>', '_']);
                    format!("{name}.{}()", written.method.as_deref().unwrap_or(verb))
                }
            }
        }
        Action::Print => "print".into(),
        Action::Sleep => "sleep".into(),
        Action::End => "end".into(),
        Action::Other(name) => format!("{name}()"),
    }
}

/// Whether an operation is written as an access to an attribute: in Python, a number that processes share is one.
fn access_to(written: &Written, verb: &str) -> Option<&'static str> {
    match (written.is_python, verb) {
        (true, verb) if verb == Verb::Load.name() => Some("read"),
        (true, verb) if verb == Verb::Store.name() => Some("write"),
        _ => None,
    }
}

/// A call of a function as it is typed.
fn called(function: &str) -> String {
    match function {
        "await" => "await".into(),
        _ => format!("{function}()"),
    }
}

/// An object without a name, as the log has it: its kind, and its number where the learner has made
/// it.
fn nameless(object: &str) -> &str {
    match object.split_once(' ') {
        Some((kind @ ("Coroutine" | "EventLoop" | "Gather" | "Select" | "TaskGroup"), _)) => kind,
        _ => object,
    }
}

/// What objects are called: by the variables through which they were reached.
pub(super) struct Names {
    /// The places that are written somewhere: reading them always matters.
    written: BTreeSet<String>,
    /// By the object's kind and number.
    objects: BTreeMap<String, String>,
    /// By thread: the variable that held the object that it asked last, or is about to ask.
    last: BTreeMap<u64, String>,
    /// The threads that have not asked it since.
    fresh: BTreeSet<u64>,
    /// What objects are called that the cause is about, and who waits for them in the end.
    chosen: trace::Names,
    blocked: Vec<Blocked>,
}

impl Names {
    /// Nothing is named yet.
    pub(super) fn of(trail: &Trail) -> Self {
        let told = trail.steps.iter().flat_map(|step| &step.told);
        let written = told.filter_map(|told| match &told.kind {
            Kind::Write { place, .. } => Some(place.clone()),
            _ => None,
        });
        Self {
            written: written.collect(),
            objects: BTreeMap::new(),
            last: BTreeMap::new(),
            fresh: BTreeSet::new(),
            chosen: trace::Names::default(),
            blocked: Vec::new(),
        }
    }

    /// Takes note of what was told; says whether it was worth no more than that.
    pub(super) fn note(&mut self, told: &Told) -> bool {
        match &told.kind {
            Kind::Read { place, value } if is_object(value) && !self.written.contains(place) => {
                self.last.insert(told.thread.number, place.clone());
                self.fresh.insert(told.thread.number);
                true
            }
            // The way to an attribute or method.
            Kind::Read { place, value } if is_instance(value) => !self.written.contains(place),
            Kind::Object {
                object, written, ..
            } => {
                let number = told.thread.number;
                let is_fresh = self.fresh.remove(&number);
                if let Some(Action::Object(asked, _)) = told.action()
                    && let Some(name) = self.chosen.variable(asked.id)
                {
                    self.objects.insert(object.clone(), name.into());
                    return false;
                }
                // It was reached by what was read last, or by a variable of the thread's own.
                let last = self.last.get(&number).filter(|_| is_fresh);
                let own = written.receiver.as_deref();
                if let Some(name) = own.or(last.map(String::as_str)) {
                    let name = name.to_string();
                    self.objects.entry(object.clone()).or_insert(name);
                }
                false
            }
            _ => false,
        }
    }

    /// What an object is called.
    pub(super) fn object<'a>(&'a self, object: &'a str) -> &'a str {
        (self.objects.get(object)).map_or_else(|| nameless(object), String::as_str)
    }

    /// The variable that held the object at which a thread has arrived.
    pub(super) fn last(&self, thread: u64) -> Option<&str> {
        self.last.get(&thread).map(String::as_str)
    }
}

/// Whether a value, as `debug` shows it, is an object or a function: no other form begins so.
fn is_object(value: &str) -> bool {
    value.starts_with(|first: char| first.is_ascii_uppercase())
}

/// Whether a value, as `debug` shows it, is an instance of a class without a text of its own.
fn is_instance(value: &str) -> bool {
    value.starts_with('<') && value.ends_with(" object>")
}

fn access(told: &Told) -> Option<Access> {
    let (place, writes) = match told.action()? {
        Action::Read(place) => (place, false),
        Action::Write(place) => (place, true),
        Action::Method { place, writes, .. } => (place, *writes),
        _ => return None,
    };
    Some(Access {
        thread: told.thread.number,
        line: told.pos.at(),
        cell: place.cell,
        variable: place.name.clone(),
        place: place.to_string(),
        writes,
    })
}

/// A place with its line.
struct Place {
    pos: Pos,
    source: Arc<str>,
}

impl Place {
    /// A place that a step has to do with: in its text, or in another one that main runs.
    fn of(trail: &Trail, step: &Step, pos: Pos) -> Self {
        let source = match pos.input == step.pos.input {
            true => pos.line_of(&step.text),
            false => trail.source_line(pos.at()).map(str::trim),
        };
        let source = source.unwrap_or_default().into();
        Self { pos, source }
    }
}

/// That a thread failed, where it is known by what.
const FAILS: &str = "fails";

/// How the words of an access begin that only concerns a process itself.
const READS_COPY: &str = "reads its copy of ";

/// What an act is to those around it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum ActKind {
    /// It reads what nobody ever writes.
    ReadsConstant,
    /// It asks an object, or waits for it.
    Asks,
    Other,
}

struct Teller {
    /// For each thing that was told, whether it is only the way to a collection.
    ways: std::vec::IntoIter<bool>,
    names: Names,
    acts: Vec<Act>,
    /// Of each act, what it is to those around it.
    kinds: Vec<ActKind>,
    /// Who was interrupted since the last act.
    paused: Option<Arc<str>>,
    /// The thread that failed, by what and where, where the run is told for that.
    failure: Option<(String, String, Pos)>,
}

impl Teller {
    fn act(&mut self, thread: u64, name: &Arc<str>, place: Place, words: String, is_bad: bool) {
        // A process that goes round looks at its copies again and again.
        let is_known = words.starts_with(READS_COPY)
            && self.acts.last().is_some_and(|last| {
                last.thread == thread && last.pos == place.pos && last.words == words
            });
        if is_known {
            return;
        }
        let paused = self.paused.take();
        self.acts.push(Act {
            thread,
            name: name.clone(),
            pos: place.pos,
            source: place.source,
            words,
            brief: None,
            is_bad,
            paused: paused.filter(|paused| paused != name),
            matters: false,
            deed: Deed::Other,
        });
        self.kinds.push(ActKind::Other);
    }

    /// Says what the last act is to those around it.
    fn is(&mut self, kind: ActKind) {
        if let Some(last) = self.kinds.last_mut() {
            *last = kind;
        }
    }

    /// The acts without those that only found out which object of several is meant: `i` in
    /// `forks[i]`.
    fn without_indices(self) -> Vec<Act> {
        let mut kept: Vec<Act> = Vec::new();
        let mut paused: Option<(u64, Arc<str>)> = None;
        for (index, act) in self.acts.iter().enumerate() {
            let mut own = self.acts[index + 1..].iter().zip(&self.kinds[index + 1..]);
            let next = own
                .find(|(next, kind)| next.thread == act.thread && **kind != ActKind::ReadsConstant);
            let finds_object = next.is_some_and(|(next, kind)| {
                *kind == ActKind::Asks && next.pos.at() == act.pos.at()
            });
            if self.kinds[index] == ActKind::ReadsConstant && finds_object {
                // Whoever was interrupted for it was so for what follows.
                paused = paused.or(act.paused.clone().map(|name| (act.thread, name)));
                continue;
            }
            let before = paused.take().filter(|(thread, _)| *thread == act.thread);
            let mut act = act.clone();
            act.paused = act.paused.or(before.map(|(_, name)| name));
            kept.push(act);
        }
        kept
    }

    fn step(&mut self, trail: &Trail, step: &Step) {
        let thread = step.decision.choice.task().0;
        if let Choice::Time(_) = step.decision.choice {
            let words = "its time is over".to_string();
            self.act(
                thread,
                &step.name,
                Place::of(trail, step, step.pos),
                words,
                false,
            );
        } else if step.told.is_empty() && !step.pos.is_none() {
            let chosen = step
                .asks
                .and_then(|object| self.names.chosen.variable(object));
            let words = match (chosen.or(self.names.last(thread)), step.waits) {
                (Some(object), true) => format!("waits at {object}"),
                (None, true) => "waits".into(),
                (_, false) if step.intent.is_empty() => "goes on".into(),
                (_, false) if step.raises => format!("{}: an error", step.intent),
                // It has only looked for what it does next.
                (_, false) => return,
            };
            self.act(
                thread,
                &step.name,
                Place::of(trail, step, step.pos),
                words,
                false,
            );
        }
        for (index, told) in step.told.iter().enumerate() {
            let is_way = self.ways.next().unwrap_or_default();
            if self.names.note(told) || is_own(&told.kind) || is_way {
                continue;
            }
            let finds_nothing = step
                .told
                .get(index + 1)
                .is_some_and(|next| fails(&next.kind));
            let words = match &told.kind {
                Kind::Read { place, value }
                    if finds_nothing && matches!(value.as_str(), "()" | "None") =>
                {
                    Some(format!("looks for {place}"))
                }
                kind => words(kind, &self.names),
            };
            if let Some(words) = words {
                let is_bad = fails(&told.kind);
                let pos = told.pos.or(step.pos);
                // One call of a method of the library's may ask its objects more than once.
                let is_same = |last: &Act| {
                    last.thread == told.thread.number && last.pos == pos && last.words == words
                };
                if asks_for_method(&told.kind) && self.acts.last().is_some_and(is_same) {
                    continue;
                }
                let place = Place::of(trail, step, pos);
                self.act(told.thread.number, &told.thread.name, place, words, is_bad);
                if let Some(last) = self.acts.last_mut() {
                    last.deed = Deed::of(&told.kind);
                    if let (Some((thread, message, pos)), Some(own)) =
                        (&self.failure, failed_by(&told.kind))
                    {
                        last.brief = (own == message).then_some(FAILS);
                        if **thread != *told.thread.name || *pos != last.pos {
                            last.deed = Deed::Follows;
                        }
                    }
                }
                match &told.kind {
                    Kind::Read { place, .. } if !self.names.written.contains(place) => {
                        self.is(ActKind::ReadsConstant);
                    }
                    Kind::Object { .. } => self.is(ActKind::Asks),
                    _ => {}
                }
            }
        }
    }

    fn problem(&mut self, problem: &Problem, trail: &Trail) {
        match problem {
            // What other threads fail by was told when it happened.
            Problem::Error {
                thread,
                message,
                pos,
            } if thread == "main" && !trail.tells_main_failure() => {
                let steps = trail.steps.iter().rev();
                let mut own = steps.filter(|step| &*step.name == "main" && !step.pos.is_none());
                let place = match own.next() {
                    Some(step) => Place::of(trail, step, *pos),
                    None => Place {
                        pos: *pos,
                        source: Arc::default(),
                    },
                };
                self.act(1, &"main".into(), place, format!("fails: {message}"), true);
                if let Some(last) = self.acts.last_mut() {
                    last.brief = Some(FAILS);
                }
            }
            Problem::Error { .. } => {}
            Problem::Deadlock(stuck) => {
                for one in stuck {
                    let words = format!("waits for ever: {}", self.wanted(one));
                    let place = Place {
                        pos: one.pos,
                        source: one.source.clone(),
                    };
                    self.act(one.number, &one.name.as_str().into(), place, words, true);
                    self.is(ActKind::Asks);
                    let joins = self.names.blocked.iter().any(|blocked| {
                        let need = blocked.object.zip(blocked.verb);
                        let need = need.map(|(object, verb)| need_of(object.kind, verb));
                        blocked.thread.0 == one.number
                            && need == Some(Need::End)
                            && !blocked.awaited.is_empty()
                    });
                    if let Some(last) = self.acts.last_mut().filter(|_| joins) {
                        last.deed = Deed::Follows;
                    }
                }
            }
            Problem::Livelock(names) => {
                self.fold_rounds();
                for name in names {
                    let mut steps = trail.steps.iter().rev();
                    let step = steps.find(|step| *step.name == **name);
                    let mut alive = trail.alive.iter();
                    let known = alive.find(|(_, alive)| **alive == **name);
                    let (thread, place) = match (step, known) {
                        (Some(step), _) => (
                            step.decision.choice.task().0,
                            Place::of(trail, step, step.pos),
                        ),
                        (None, known) => (
                            known.map_or_else(|| number_in(name), |(task, _)| task.0),
                            Place {
                                pos: Pos::NONE,
                                source: Arc::default(),
                            },
                        ),
                    };
                    let words = "goes round for ever".into();
                    self.act(thread, &name.as_str().into(), place, words, true);
                }
            }
            // These are said of runs that go on.
            Problem::FairLivelock { .. }
            | Problem::Starvation(_)
            | Problem::LockOrder(_)
            | Problem::UnseenError { .. } => {}
            Problem::Race(race) => {
                for access in &race.accesses {
                    let mut steps = trail.steps.iter();
                    let number = steps.find(|step| *step.name == *access.thread);
                    let thread = number.map_or_else(
                        || number_in(&access.thread),
                        |step| step.decision.choice.task().0,
                    );
                    let verb = if access.writes { "write" } else { "read" };
                    let words = format!("is about to {verb} {}", race.place);
                    let place = Place {
                        pos: access.pos,
                        source: access.source.clone(),
                    };
                    self.act(thread, &access.thread.as_str().into(), place, words, true);
                }
            }
        }
    }

    /// Leaves one round of what repeats itself at the end of the run.
    fn fold_rounds(&mut self) {
        let repeats = |acts: &[Act], period: usize| {
            let (before, last) = acts.split_at(acts.len() - period);
            before.ends_with(last)
        };
        let periods = 1..=self.acts.len() / 2;
        let Some(period) = periods
            .into_iter()
            .find(|period| repeats(&self.acts, *period))
        else {
            return;
        };
        while self.acts.len() >= 2 * period && repeats(&self.acts, period) {
            let left = self.acts.len() - period;
            self.acts.truncate(left);
            self.kinds.truncate(left);
        }
    }

    /// What a thread waits for, by its name if it has one.
    fn wanted(&self, stuck: &Stuck) -> String {
        let mut blocked = self.names.blocked.iter();
        match blocked.find(|blocked| blocked.thread.0 == stuck.number) {
            Some(blocked) => {
                let holders = stuck.held_by.iter();
                let holders: Vec<&str> = holders.map(|(name, _)| &**name).collect();
                let what = wanted_by(blocked, &self.names.chosen);
                match holders.as_slice() {
                    [] => what,
                    holders => format!("{what}, held by {}", holders.join(" and ")),
                }
            }
            None => wanted(stuck, self.names.last(stuck.number)),
        }
    }
}

/// A text without its columns: `, column 9`.
fn without_columns(text: &str) -> String {
    let mut parts = text.split(", column ");
    let first = parts.next().unwrap_or_default().to_string();
    parts.fold(first, |text, part| {
        text + part.trim_start_matches(|ch: char| ch.is_ascii_digit())
    })
}

/// What a thread waits for: `lock`, `an item of jobs`.
pub fn wanted_by(blocked: &Blocked, names: &trace::Names) -> String {
    let Some(object) = &blocked.object else {
        return "its time".into();
    };
    let name = names.object(object);
    match blocked.verb.map(|verb| need_of(object.kind, verb)) {
        Some(Need::Item) => format!("an item of {name}"),
        Some(Need::Close) => format!("the next item of {name}, or its end"),
        Some(Need::Room) => format!("room in {name}"),
        Some(Need::Set) => format!("{name} to be set"),
        Some(Need::Notice) if blocked.holders.is_empty() => format!("a notify of {name}"),
        Some(Need::Permit) => format!("a permit of {name}"),
        Some(Need::Release | Need::Notice) => name,
        Some(Need::Arrivals) => format!("the others at {name}"),
        Some(Need::TaskDone) => format!("{name} to be worked off"),
        Some(Need::End | Need::Other) | None => without_columns(&blocked.what),
    }
}

/// What a thread waits for; `name` is the variable through which it came to it.
pub(super) fn wanted(stuck: &Stuck, name: Option<&str>) -> String {
    let is_lock = !stuck.held_by.is_empty();
    let what = match name {
        Some(name) if is_lock => name.to_string(),
        _ => without_columns(&stuck.waits_for),
    };
    let holders: Vec<&str> = stuck.held_by.iter().map(|(name, _)| &**name).collect();
    if holders.is_empty() {
        return what;
    }
    format!("{what}, held by {}", holders.join(" and "))
}

/// A number for a thread that has done no step yet: those that were not named have their names in
/// the order of their numbers.
fn number_in(name: &str) -> u64 {
    let digits = name.rsplit('-').next().unwrap_or_default();
    digits.parse::<u64>().map_or(1, |number| number + 1)
}

/// Whether it tells of an error by which a thread ends, or that it has forgotten.
pub(super) fn fails(kind: &Kind) -> bool {
    match kind {
        Kind::Failure { .. } | Kind::MainFailure { .. } | Kind::Warning { .. } => true,
        Kind::Print { .. }
        | Kind::Note { .. }
        | Kind::Finish { .. }
        | Kind::Deadlock { .. }
        | Kind::Start
        | Kind::Read { .. }
        | Kind::Write { .. }
        | Kind::Method { .. }
        | Kind::Object { .. }
        | Kind::Wait { .. }
        | Kind::Sleep { .. } => false,
    }
}

/// Whether it is about a variable of the library's own, which nobody has written in the text.
fn is_own(kind: &Kind) -> bool {
    match kind {
        Kind::Read { place, .. } | Kind::Write { place, .. } | Kind::Method { place, .. } => {
            place.starts_with("__")
        }
        Kind::Print { .. }
        | Kind::Note { .. }
        | Kind::Failure { .. }
        | Kind::Warning { .. }
        | Kind::MainFailure { .. }
        | Kind::Start
        | Kind::Deadlock { .. }
        | Kind::Finish { .. }
        | Kind::Object { .. }
        | Kind::Wait { .. }
        | Kind::Sleep { .. } => false,
    }
}

/// The message of an error by which a thread fails.
fn failed_by(kind: &Kind) -> Option<&str> {
    match kind {
        Kind::Failure { message } | Kind::Warning { message } => Some(message),
        Kind::MainFailure { error } => Some(&error.message),
        Kind::Finish { error } => error.as_deref(),
        Kind::Print { .. }
        | Kind::Note { .. }
        | Kind::Deadlock { .. }
        | Kind::Start
        | Kind::Read { .. }
        | Kind::Write { .. }
        | Kind::Method { .. }
        | Kind::Object { .. }
        | Kind::Wait { .. }
        | Kind::Sleep { .. } => None,
    }
}

/// Whether a method of Python's, which the library has made of its own objects, asks one of them.
fn asks_for_method(kind: &Kind) -> bool {
    match kind {
        Kind::Object { written, .. } => written.is_python && written.method.is_some(),
        _ => false,
    }
}

fn words(kind: &Kind, names: &Names) -> Option<String> {
    Some(match kind {
        Kind::Print { text, .. } => format!("prints {text}"),
        Kind::Note { text } => format!("writes {} to standard error", text.trim_end()),
        Kind::Failure { message } | Kind::Warning { message } => format!("fails: {message}"),
        Kind::MainFailure { error } => format!("fails: {}", error.message),
        // A deadlock is the problem itself.
        Kind::Start | Kind::Deadlock { .. } => return None,
        Kind::Finish { error } => match error.as_deref() {
            None => "ends".into(),
            Some("cancelled") => "is cancelled".into(),
            Some(error) => format!("fails: {error}"),
        },
        Kind::Read { place, value } => format!("reads {place}: {value}"),
        Kind::Write { place, value } => format!("writes {place}: {value}"),
        Kind::Method { place, method } => format!("{place}.{method}()"),
        Kind::Wait { what } => format!("waits for {what}"),
        Kind::Sleep { seconds } => format!("sleeps {seconds} s"),
        Kind::Object {
            object,
            verb,
            answer,
            request,
            written,
        } => {
            let name = names.object(object);
            let call = match (&written.function, &written.method) {
                (Some(function), _) => called(function),
                (None, _) if *request == Request::Await => called("await"),
                (None, Some(method)) => format!("{name}.{method}()"),
                (None, None) => format!("{name}.{verb}()"),
            };
            match (request, answer.as_str()) {
                (_, "()") if access_to(written, verb).is_some() => format!("writes {name}"),
                (_, answer) if access_to(written, verb).is_some() => {
                    format!("reads {name}: {answer}")
                }
                (Request::Take, "false") => format!("does not get {name}"),
                (Request::Take, _) => format!("takes {name}"),
                (Request::Release, _) => match &written.taken_by {
                    Some(holder) => format!("releases {name}, which {holder} has taken"),
                    None => format!("releases {name}"),
                },
                (Request::Enter, _) => format!("enters {name}"),
                (Request::Leave, _) => format!("leaves {name}"),
                (Request::Await | Request::Notify | Request::Call, "()") => call,
                // What the library's method is answered is nothing that the call gives.
                (_, answer) if asks_for_method(kind) && is_object(answer) => call,
                (Request::Await | Request::Notify | Request::Call, answer) => {
                    let answer = match (written.is_python, answer) {
                        (true, "true") => "True",
                        (true, "false") => "False",
                        (_, answer) => answer,
                    };
                    format!("{call}: {answer}")
                }
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event;
    use crate::explore::Decision;
    use crate::value::object::TaskId;

    fn read(place: &str, value: &str) -> Kind {
        Kind::Read {
            place: place.into(),
            value: value.into(),
        }
    }

    fn object(request: Request) -> Kind {
        Kind::Object {
            object: "Lock 7".into(),
            verb: "anything".into(),
            answer: "true".into(),
            request,
            written: event::Written::default(),
        }
    }

    /// A run of threads that each do one thing in their line.
    fn trail(steps: Vec<(u64, u16, Kind, bool)>) -> Trail {
        let step = |(number, line, kind, is_preemption): (u64, u16, Kind, bool)| {
            let name: Arc<str> = format!("T{number}").into();
            let pos = Pos::new(line, 1);
            let thread = event::Thread {
                number,
                name: name.clone(),
            };
            Step {
                decision: Decision {
                    rank: 0,
                    choice: Choice::Step(TaskId(number)),
                    draws: Vec::new(),
                },
                name,
                pos,
                text: "one\n two\nthree".into(),
                told: vec![Told {
                    thread,
                    pos,
                    kind,
                    operation: None,
                }],
                is_preemption,
                is_switch: false,
                is_task: false,
                waits: true,
                asks: None,
                intent: String::new(),
                raises: false,
            }
        };
        Trail {
            texts: Vec::new(),
            steps: steps.into_iter().map(step).collect(),
            ..Trail::default()
        }
    }

    fn told(trail: &Trail) -> Vec<String> {
        let line = |act: Act| {
            let paused = act
                .paused
                .map_or_else(String::new, |name| format!(" after {name}"));
            format!(
                "{} {}| {}: {}{paused}",
                act.name, act.pos.line, act.source, act.words
            )
        };
        tell(trail, None).into_iter().map(line).collect()
    }

    #[test]
    fn reading_the_variable_of_a_lock_only_names_it() {
        let run = trail(vec![
            (2, 1, read("lock", "Lock(free)"), false),
            (3, 2, read("n", "0"), true),
            (2, 1, object(Request::Take), true),
            (2, 2, object(Request::Release), false),
        ]);
        let expected = [
            "T3 2| two: reads n: 0 after T2",
            "T2 1| one: takes lock after T3",
            "T2 2| two: releases lock",
        ];
        assert_eq!(told(&run), expected);
        assert_eq!(came_through(&run, 2).as_deref(), Some("lock"));
    }

    #[test]
    fn what_only_finds_an_object_is_left_out_and_its_pause_is_kept() {
        let run = trail(vec![
            (2, 2, read("n", "0"), false),
            (3, 1, read("i", "4"), true),
            (3, 1, read("forks[4]", "Lock(free)"), false),
            (3, 1, object(Request::Take), false),
        ]);
        assert_eq!(
            told(&run),
            [
                "T2 2| two: reads n: 0",
                "T3 1| one: takes forks[4] after T2"
            ]
        );
    }

    #[test]
    fn a_variable_that_is_written_is_always_told() {
        let write = Kind::Write {
            place: "shared".into(),
            value: "Lock(free)".into(),
        };
        let run = trail(vec![
            (2, 1, read("shared", "Lock(free)"), false),
            (3, 3, write, false),
        ]);
        let expected = [
            "T2 1| one: reads shared: Lock(free)",
            "T3 3| three: writes shared: Lock(free)",
        ];
        assert_eq!(told(&run), expected);
    }
}
