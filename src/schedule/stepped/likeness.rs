//! When two states of a run are alike, as a key of 128 bits.
//!
//! Everything that decides how the run can go on is written down in one order and hashed: variables,
//! threads, objects, deadlines from now, how main has ended, and what has been printed. Variables
//! and objects are numbered in the order in which they are first met from the roots, and only what
//! can be reached is written: neither addresses, nor the order of creation, nor garbage matter.
//! Two different states have the same key with a probability of about n^2 / 2^129 for n states.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;
use std::sync::{Arc, Weak};
use std::time::Duration;

use xxhash_rust::xxh3::xxh3_128;

use super::state::{Asked, Being, Member, State};
use crate::schedule::World;
use crate::value::object::{CachedEncoding, Primitive, TaskId, ThreadCode};
use crate::value::{
    AddressHasher, Cell, Collection, EncodeState, Environment, EnvironmentVariable, Fault,
    Footprint, Function, Object, Range, Reference as Shared, StateEncoder, Value,
};
use crate::vm::{Binding, Globals, Identified, Isolated, Joins};

/// Something that can be changed and that others may refer to.
#[derive(Clone)]
pub(super) enum Node {
    Cell(Arc<Cell>),
    Object(Arc<Object>),
    /// A thread whose identity is not noticed.
    Thread(TaskId),
}

impl Node {
    fn address(&self) -> usize {
        match self {
            Self::Cell(cell) => Arc::as_ptr(cell) as usize,
            Self::Object(object) => Arc::as_ptr(object) as usize,
            // No address is odd.
            Self::Thread(task) => (task.0 as usize) << 1 | 1,
        }
    }
}

/// What cannot be hashed once for all states.
enum Reference {
    /// It has another number in each state.
    To(Node),
    /// See [`StateEncoder::weak`].
    Weak(Weak<Object>, u64),
    /// See [`StateEncoder::deadline`].
    Deadline(Duration),
    /// See [`StateEncoder::task`].
    Task(TaskId),
    /// See [`StateEncoder::joiner`].
    Joiner(TaskId),
    /// The thread is among those for whose ends this one waits, in no order.
    Awaits(TaskId),
}

/// One thread or object, written down: the hash of all but what it refers to, and that. Most steps
/// change one thread and at most one object; what is written of the others is used again.
#[derive(Default)]
pub(super) struct Portrait {
    hash: u128,
    refers_to: Box<[Reference]>,
}

impl Portrait {
    /// Adds the memory that it takes, itself excepted.
    pub(super) fn add_to(&self, footprint: &mut Footprint) {
        footprint.block(size_of_val(&*self.refers_to));
    }
}

/// What the top-level names were bound to, written down.
#[derive(Default)]
pub(super) struct KeptBindings {
    version: u64,
    bindings: Vec<Option<Arc<Binding>>>,
    portrait: Portrait,
}

impl KeptBindings {
    /// Adds the memory that it takes, itself excepted.
    pub(super) fn add_to(&self, footprint: &mut Footprint) {
        footprint.block(self.bindings.capacity() * size_of::<Option<Arc<Binding>>>());
        self.portrait.add_to(footprint);
    }

    /// Sets them back to this, unless they are so already.
    pub(super) fn set_back(&self, globals: &Globals) {
        if globals.version() != self.version {
            for (global, binding) in self.bindings.iter().enumerate() {
                globals.restore(global as u32, binding.as_ref());
            }
            globals.set_version(self.version);
        }
    }
}

/// An object as it was, with its portrait.
pub(super) struct KeptObject {
    pub(super) copy: Box<dyn Primitive>,
    portrait: Portrait,
}

impl KeptObject {
    /// Adds the memory that it takes, itself excepted.
    pub(super) fn add_to(&self, footprint: &mut Footprint) {
        footprint.primitive(&*self.copy);
        self.portrait.add_to(footprint);
    }

    /// Sets the object back to this, unless it is so already.
    pub(super) fn set_back(self: &Arc<Self>, object: &Object) {
        let is_so = object
            .state()
            .cached()
            .is_some_and(|cached| std::ptr::addr_eq(Arc::as_ptr(cached), Arc::as_ptr(self)));
        if !is_so {
            object.set_state(self.copy.clone_box(), Some(self.clone()));
        }
    }
}

/// A deadline that is in the past; by how much makes no difference.
const LATE: u64 = u64::MAX;

/// The same, for one that is equal to the one before it.
const SAME: u64 = LATE - 1;

/// How long it is until a deadline. One that is reached just now may still count as due or not.
fn time_left(deadline: u64, now: u64) -> u64 {
    deadline.checked_sub(now).unwrap_or(LATE)
}

/// Writes a whole state down.
///
/// Threads whose identities are noticed are roots, in the order of their numbers. The others have no
/// number of their own: one that something refers to is numbered when it is met first, as variables and
/// objects are. Those that nothing refers to are ordered by what is written of them. Two states with the
/// same key are alike with the threads in [`Writer::order`] exchanged, one for one. The converse need not
/// hold: where such threads refer to each other, or to something that no other thread leads to, the order
/// may depend on their numbers, and then states count as different that are not.
#[derive(Default)]
pub(super) struct Writer {
    bytes: Vec<u8>,
    page: Page,
    numbers: HashMap<usize, u32, BuildHasherDefault<AddressHasher>>,
    /// The virtual time of the state.
    now: u64,
    /// The references that count if what they refer to is met: where in the bytes, and what for.
    weak: Vec<(usize, Weak<Object>, u64)>,
    /// How many of `nodes` were met; those behind are left over from the state before.
    met: usize,
    /// Whatever can be reached, in the order in which it was met.
    pub(super) nodes: Vec<Node>,
    /// What was written down of each object among them.
    pub(super) objects: Vec<Option<Arc<KeptObject>>>,
    /// What the top-level names are bound to.
    pub(super) bindings: Arc<KeptBindings>,
    /// Of whom is being written.
    scope: Scope,
    /// In [`Scope::Own`], what was met that had no number: its address, for which thread, and its number
    /// there.
    own: Vec<(usize, u32, u32)>,
    /// Whether something was met in that scope whose place depends on the order of the threads.
    is_entangled: bool,
    /// Which threads are waited for as one of a set, each with a number for who waits.
    awaited: Vec<(TaskId, u64)>,
    /// The threads that are alive and whose identities are not noticed, in the order in which they count.
    pub(super) order: Vec<TaskId>,
    /// Those among them that are like one before them, each with the first that it is like: to exchange
    /// the two makes no difference.
    pub(super) twins: Vec<(TaskId, TaskId)>,
    /// Kept for their memory.
    left: Vec<TaskId>,
    hashes: Vec<(u128, TaskId)>,
}

/// Of whom is being written.
#[derive(Clone, Copy, Default)]
enum Scope {
    /// Of the state.
    #[default]
    State,
    /// Of a thread that nothing refers to: what is met has numbers of its own.
    Own {
        /// The thread, and which one it is among those.
        task: TaskId,
        index: u32,
    },
}

impl Writer {
    /// States that take more bytes than this to be written down are not, from now on.
    pub(super) fn set_most(&mut self, most: u64) {
        self.page.most = Some(usize::try_from(most).unwrap_or(usize::MAX));
    }

    /// Whether the last state was too large: its key says nothing then.
    pub(super) fn is_full(&self) -> bool {
        self.page.is_full
    }

    /// How many bytes its buffers take.
    pub(super) fn size(&self) -> u64 {
        let nodes = self.nodes.capacity() + self.page.refers_to.capacity();
        let objects = self.objects.capacity() * size_of::<Option<Arc<KeptObject>>>();
        let bytes = self.bytes.capacity() + self.page.bytes.capacity();
        (bytes + nodes * size_of::<Node>() + objects) as u64
    }

    /// How many bytes were written down for the last key: what is known already is not.
    pub(super) fn written(&self) -> u64 {
        (self.page.written + self.bytes.len()) as u64
    }

    /// The key of `state`, with how many texts main has begun and how it has ended. Leaves in `nodes`
    /// what can be reached.
    pub(super) fn key(
        &mut self,
        state: &mut State,
        main: (usize, Option<&Result<Value, Fault>>),
        asked: Asked,
    ) -> u128 {
        self.bytes.clear();
        self.numbers.clear();
        self.order.clear();
        self.twins.clear();
        self.own.clear();
        self.awaited.clear();
        self.met = 0;
        self.now = state.now;
        self.page.identified = state.observations.identified().clone();
        self.page.is_full = false;
        self.page.written = 0;
        self.roots(state, main, asked);
        let mut next = 0;
        self.follow(state, &mut next);
        if !self.page.identified.is_all() {
            self.threads_alike(state, &mut next);
            self.awaited();
        }
        self.meet_joined(state);
        self.nodes.truncate(self.met);
        self.objects.truncate(self.met);
        for (place, object, purpose) in std::mem::take(&mut self.weak) {
            if let Some(number) = self.numbers.get(&(object.as_ptr() as usize)) {
                for part in [place as u64, u64::from(*number), purpose] {
                    self.bytes.extend_from_slice(&part.to_le_bytes());
                }
            }
        }
        xxh3_128(&self.bytes)
    }

    /// Writes down what was met and not written down yet, from the node `next` on.
    fn follow(&mut self, state: &State, next: &mut usize) {
        while *next < self.met {
            let kept = match &self.nodes[*next] {
                Node::Cell(cell) => {
                    self.page.number(u64::from(cell.is_published()));
                    self.page.value(&cell.load());
                    self.turn_page(state);
                    None
                }
                Node::Object(object) => {
                    self.bytes.push(u8::from(object.is_published()));
                    let kept = self.page.note_of(object);
                    self.portrait(state, &kept.portrait, 0);
                    Some(kept)
                }
                Node::Thread(task) => {
                    let (task, number) = (*task, *next as u64);
                    if state.members.contains_key(&task) {
                        self.order.push(task);
                    }
                    self.thread(state, task, number << 1 | 1);
                    None
                }
            };
            match self.objects.get_mut(*next) {
                Some(object) => *object = kept,
                None => self.objects.push(kept),
            }
            *next += 1;
        }
    }

    fn roots(
        &mut self,
        state: &mut State,
        main: (usize, Option<&Result<Value, Fault>>),
        asked: Asked,
    ) {
        let State {
            world,
            stop: _,
            // Prints and failures are in `so_far`.
            outlet: _,
            so_far: _,
            // It answers as it is dictated.
            policy: _,
            members,
            // Between two steps nothing runs.
            running: _,
            early: _,
            is_end_chosen: _,
            // It is in those whom main starts.
            run: _,
            main_stays: _,
            chooses_time: _,
            now: _,
            // For the notices of a run that nobody leads.
            skipped: _,
            jumps: _,
            deadlines: _,
            // What was reported already: a report changes nothing.
            told: _,
            copies_told: _,
            // The names of threads that have ended: for reports.
            ended: _,
            // What a thread is born with is in its state as long as it matters; of which birth it is
            // decides what may be said of it.
            entrants: _,
            // It numbers the deadlines, which are encoded in their order.
            waits: _,
            // What a search has learned stays so in all its states.
            asked: _,
            plays_processes: _,
            observations: _,
            has_learned: _,
            marks: _,
            // They are of one step.
            has_asked: _,
            has_told_time: _,
            hidden: _,
            births: _,
            most_threads: _,
            most_output: _,
        } = state;
        self.look_at_bindings(world);
        for member in members.values_mut() {
            if member.portrait.is_none() {
                member.encode_state(&mut self.page);
                member.portrait = Some(Arc::new(self.page.take_portrait()));
            }
        }
        let state = &*state;
        let bindings = self.bindings.clone();
        self.portrait(state, &bindings.portrait, 0);
        for (task, member) in &state.members {
            if self.is_identified(state, *task) {
                self.bytes.push(b't');
                self.bytes.extend_from_slice(&task.0.to_le_bytes());
                let portrait = member.portrait.clone().unwrap_or_default();
                self.portrait(state, &portrait, task.0 << 1);
            }
        }
        let mut before = None;
        for ((deadline, _), task) in state.deadlines.iter() {
            if self.is_identified(state, *task) {
                // Those that are late come in their order, but for equal ones. Where others are written
                // elsewhere, how late each is says that.
                let left = match time_left(*deadline, state.now) {
                    LATE if !self.page.identified.is_all() => deadline.wrapping_sub(state.now),
                    LATE if before == Some(deadline) => SAME,
                    left => left,
                };
                before = Some(deadline);
                (left, task).encode_state(&mut self.page);
            }
        }
        let so_far = state.so_far.clone();
        for (task, lines) in &so_far.threads {
            if self.is_identified(state, *task) {
                // Who makes a thread first and who starts one first need not be the same.
                (task, &lines.name).encode_state(&mut self.page);
                self.page.hash(so_far.key_of(*task).unwrap_or_default());
            }
        }
        self.page.hash(so_far.key_of_failure());
        // Who of the others printed which line is written with them: their numbers decide nothing.
        for task in so_far.order.iter().flatten() {
            let known = self.is_identified(state, *task).then_some(*task);
            known.encode_state(&mut self.page);
        }
        (main, state.marks.bits()).encode_state(&mut self.page);
        if asked.time {
            self.page.number(state.now);
        }
        if asked.names {
            state.world.ids.next_names().encode_state(&mut self.page);
        }
        self.turn_page(state);
    }

    /// Whether the identity of the thread is noticed, or may be.
    fn is_identified(&self, state: &State, task: TaskId) -> bool {
        let identified = &self.page.identified;
        identified.is_all() || {
            let entrant = state.entrants.get(&task);
            identified.includes(entrant.map(|entrant| entrant.code))
        }
    }

    /// Writes down a thread whose identity is not noticed, alive or not. `number` is for those that it
    /// waits for as one of a set.
    fn thread(&mut self, state: &State, task: TaskId, number: u64) {
        let lines = state.so_far.key_of(task);
        let member = state.members.get(&task);
        let is_there = u8::from(lines.is_some()) << 1 | u8::from(member.is_some());
        self.bytes.push(is_there);
        if is_there == 0 {
            return;
        }
        if let Some(entrant) = state.entrants.get(&task) {
            (entrant.code, entrant.birth).encode_state(&mut self.page);
        }
        self.page.hash(lines.unwrap_or_default());
        if let Some(order) = &state.so_far.order {
            let printed = order.iter().enumerate().filter(|(_, by)| **by == task);
            let places: Vec<usize> = printed.map(|(place, _)| place).collect();
            places.encode_state(&mut self.page);
        }
        if let Some(member) = member {
            if let Being::Waiting {
                deadline: Some((at, _)),
                ..
            } = &member.being
            {
                // How late it is counts: the earlier of two comes first.
                self.page.number(at.wrapping_sub(state.now));
            }
            self.turn_page(state);
            let portrait = member.portrait.clone().unwrap_or_default();
            self.portrait(state, &portrait, number);
        } else {
            self.turn_page(state);
        }
    }

    /// Writes down the threads that nothing has referred to, in an order that does not depend on their
    /// numbers as far as that is possible.
    fn threads_alike(&mut self, state: &State, next: &mut usize) {
        loop {
            let mut left = std::mem::take(&mut self.left);
            left.clear();
            let members = state.members.keys();
            // What those have told that have ended.
            let ended = state.so_far.threads.keys();
            let ended = ended.filter(|task| !state.members.contains_key(task));
            left.extend(members.chain(ended).filter(|task| {
                let is_met = self.numbers.contains_key(&Node::Thread(**task).address());
                !is_met && !self.is_identified(state, **task)
            }));
            let met = self.met;
            self.own.clear();
            self.hashes.clear();
            self.is_entangled = false;
            for (index, task) in left.iter().enumerate() {
                let start = self.bytes.len();
                self.scope = Scope::Own {
                    task: *task,
                    index: index as u32,
                };
                let waiting = self.awaited.iter().filter(|(awaited, _)| awaited == task);
                waiting.for_each(|(_, by)| self.bytes.extend_from_slice(&by.to_le_bytes()));
                let mut own = self.met;
                self.thread(state, *task, 0);
                self.follow(state, &mut own);
                let hash = xxh3_128(&self.bytes[start..]);
                self.bytes.truncate(start);
                self.hashes.push((hash, *task));
            }
            self.left = left;
            self.scope = Scope::State;
            // What is referred to from elsewhere has a place there.
            self.is_entangled |= (self.weak.iter()).any(|(_, object, _)| {
                let address = object.as_ptr() as usize;
                self.own.iter().any(|(own, ..)| *own == address)
            });
            self.hashes.sort_unstable();
            if !self.is_entangled {
                return self.in_order(state);
            }
            self.met = met;
            if let Some((_, first)) = self.hashes.first() {
                let first = Node::Thread(*first);
                self.node(&first);
            }
            self.follow(state, next);
        }
    }

    /// Takes over the threads whose hashes were found: each says all there is to say of one.
    fn in_order(&mut self, state: &State) {
        let mut first: Option<(u128, TaskId)> = None;
        for (hash, task) in &self.hashes {
            self.bytes.extend_from_slice(&hash.to_le_bytes());
            if !state.members.contains_key(task) {
                continue;
            }
            self.order.push(*task);
            match first {
                Some((same, first)) if same == *hash => self.twins.push((*task, first)),
                _ => first = Some((*hash, *task)),
            }
        }
    }

    /// Writes down which threads are waited for as one of a set; of the others that is written with them.
    fn awaited(&mut self) {
        let mut pairs = std::mem::take(&mut self.awaited);
        pairs.sort_unstable();
        for (task, by) in &pairs {
            let address = Node::Thread(*task).address();
            let number = match self.numbers.get(&address) {
                Some(number) => u64::from(*number) << 1 | 1,
                None if self.order.contains(task) => continue,
                None => task.0 << 1,
            };
            self.bytes.push(b'j');
            self.bytes.extend_from_slice(&number.to_le_bytes());
            self.bytes.extend_from_slice(&by.to_le_bytes());
        }
        self.awaited = pairs;
    }

    /// Has those threads kept that have ended and that one waits for as one of a set: they decide nothing,
    /// but its fiber still asks their handles.
    fn meet_joined(&mut self, state: &State) {
        let joins = state
            .members
            .values()
            .filter_map(|member| member.joins.as_ref());
        for handle in joins.flat_map(|joins| &joins.awaited) {
            if !handle.state().handle_of().is_some_and(|of| of.has_ended) {
                continue;
            }
            let node = Node::Object(handle.clone());
            let address = node.address();
            let is_own = || self.own.iter().any(|(own, ..)| *own == address);
            if self.numbers.contains_key(&address) || is_own() {
                continue;
            }
            let kept = Some(self.page.note_of(handle));
            match self.objects.get_mut(self.met) {
                Some(object) => *object = kept,
                None => self.objects.push(kept),
            }
            self.meet(&node);
        }
    }

    /// Writes down what the top-level names are bound to, unless they are bound as before.
    fn look_at_bindings(&mut self, world: &World) {
        let version = world.globals.version();
        let names = world.program.globals();
        if self.bindings.version == version && self.bindings.bindings.len() == names.count() {
            return;
        }
        let names = world.program.globals();
        let bindings: Vec<_> = names.map(|(id, _)| world.globals.get(id)).collect();
        bindings.encode_state(&mut self.page);
        self.bindings = Arc::new(KeptBindings {
            version,
            bindings,
            portrait: self.page.take_portrait(),
        });
    }

    /// Takes over what was written down before; `number` is for those that are waited for as one of a set.
    fn portrait(&mut self, state: &State, portrait: &Portrait, number: u64) {
        self.bytes.extend_from_slice(&portrait.hash.to_le_bytes());
        for reference in &portrait.refers_to {
            self.reference(state, reference, number);
        }
    }

    /// Takes over what stands on the page.
    fn turn_page(&mut self, state: &State) {
        self.bytes.extend_from_slice(&self.page.bytes);
        self.page.clear();
        let mut references = std::mem::take(&mut self.page.refers_to);
        for reference in &references {
            self.reference(state, reference, 0);
        }
        references.clear();
        self.page.refers_to = references;
    }

    fn reference(&mut self, state: &State, reference: &Reference, number: u64) {
        match reference {
            Reference::To(node) => self.node(node),
            Reference::Weak(object, purpose) => match self.scope {
                Scope::State => self.weak.push((self.bytes.len(), object.clone(), *purpose)),
                Scope::Own { .. } => self.is_entangled = true,
            },
            Reference::Deadline(at) => {
                let left = time_left(at.as_nanos() as u64, self.now);
                self.bytes.extend_from_slice(&left.to_le_bytes());
            }
            Reference::Task(task) => self.task(state, *task),
            Reference::Joiner(task) => {
                let joiner = state.members.get(task);
                if joiner.is_none_or(|joiner| joiner.joins.is_none()) {
                    self.task(state, *task);
                }
            }
            // It has ended otherwise.
            Reference::Awaits(task) if state.members.contains_key(task) => match self.scope {
                Scope::State => self.awaited.push((*task, number)),
                Scope::Own { .. } => self.is_entangled = true,
            },
            Reference::Awaits(_) => {}
        }
    }

    fn task(&mut self, state: &State, task: TaskId) {
        if self.is_identified(state, task) {
            self.bytes.push(b't');
            self.bytes.extend_from_slice(&task.0.to_le_bytes());
        } else {
            self.node(&Node::Thread(task));
        }
    }

    fn node(&mut self, node: &Node) {
        let address = node.address();
        let number = match self.scope {
            Scope::State => {
                let next = self.met as u32;
                let number = *self.numbers.entry(address).or_insert(next);
                if number == next {
                    self.meet(node);
                }
                number
            }
            Scope::Own { task, index } => self.own_number(node, address, task, index),
        };
        self.bytes.extend_from_slice(&number.to_le_bytes());
    }

    /// The number of a node that is met from a thread that nothing refers to.
    fn own_number(&mut self, node: &Node, address: usize, task: TaskId, index: u32) -> u32 {
        /// Marks a number that is the thread's own.
        const OWN: u32 = 1 << 31;
        /// The thread itself, and whatever has no number yet.
        const SELF: u32 = u32::MAX;
        const OTHER: u32 = u32::MAX - 1;
        if let Some(number) = self.numbers.get(&address) {
            return *number;
        }
        if let Node::Thread(other) = node {
            self.is_entangled |= *other != task;
            return if *other == task { SELF } else { OTHER };
        }
        let known = self.own.iter().find(|(own, ..)| *own == address);
        if let Some((_, owner, number)) = known {
            self.is_entangled |= *owner != index;
            return OWN | number;
        }
        let of_owner = self
            .own
            .iter()
            .rev()
            .take_while(|(_, owner, _)| *owner == index);
        let number = of_owner.count() as u32;
        self.own.push((address, index, number));
        self.meet(node);
        OWN | number
    }

    fn meet(&mut self, node: &Node) {
        match self.nodes.get_mut(self.met) {
            // Most often it is what stood there in the state before.
            Some(known) if known.address() == node.address() => {}
            Some(known) => *known = node.clone(),
            None => self.nodes.push(node.clone()),
        }
        self.met += 1;
    }
}

/// What is written down, and apart from it, in order, what that refers to.
#[derive(Default)]
struct Page {
    bytes: Vec<u8>,
    /// How many bytes came before these: the hash of them stands there.
    folded: usize,
    /// How many bytes were written for the whole state, on pages that were turned.
    written: usize,
    refers_to: Vec<Reference>,
    /// Whose identities count.
    identified: Identified,
    /// So many bytes are written down of one thread, variable or object at most: values whose parts are shared
    /// stand for more items than can be counted.
    most: Option<usize>,
    /// Whether one was longer since that was set.
    is_full: bool,
}

/// The same where nobody has said how many.
const LONGEST_PAGE: usize = 1 << 28;

/// Of a longer page the hash is kept only, so that no state takes much memory to be written down.
const LONGEST_BUFFER: usize = 1 << 16;

/// Values that stand so deep in each other are encoded by recursion, those below them one after the other.
const DEEPEST: u32 = 32;

/// Where one is among the parts of a value.
struct Parts<'v, 'e> {
    depth: u32,
    /// What stands deeper, and what is in errors: both follow.
    deep: Vec<&'v Value>,
    in_errors: &'e mut Vec<Value>,
}

impl Page {
    fn clear(&mut self) {
        self.written += self.folded + self.bytes.len();
        self.folded = 0;
        self.bytes.clear();
    }

    fn fold(&mut self) {
        self.folded += self.bytes.len();
        let hash = xxh3_128(&self.bytes);
        self.bytes.clear();
        self.bytes.push(b'h');
        self.hash(hash);
    }

    fn take_portrait(&mut self) -> Portrait {
        let hash = xxh3_128(&self.bytes);
        self.clear();
        Portrait {
            hash,
            refers_to: self.refers_to.drain(..).collect(),
        }
    }

    /// What is written down of the object as it is now.
    fn note_of(&mut self, object: &Arc<Object>) -> Arc<KeptObject> {
        let mut state = object.state();
        let known = state.cached().cloned();
        if let Some(known) = known.and_then(|note| note.downcast::<KeptObject>().ok()) {
            return known;
        }
        self.text(object.kind());
        let code = state.handle_of().and_then(|of| of.code);
        if self.identified.includes(code) {
            object.made_at.encode_state(self);
        }
        state.encode_state(self);
        let kept = Arc::new(KeptObject {
            copy: state.clone_box(),
            portrait: self.take_portrait(),
        });
        state.set_cached(kept.clone() as CachedEncoding);
        kept
    }

    fn hash(&mut self, hash: u128) {
        self.bytes.extend_from_slice(&hash.to_le_bytes());
    }

    fn tagged(&mut self, tag: u8, number: u64) {
        self.bytes.push(tag);
        self.bytes.extend_from_slice(&number.to_le_bytes());
    }

    fn cell(&mut self, cell: &Arc<Cell>) {
        self.bytes.push(b'v');
        self.refers_to.push(Reference::To(Node::Cell(cell.clone())));
    }

    fn object(&mut self, object: &Arc<Object>) {
        self.bytes.push(b'o');
        self.refers_to
            .push(Reference::To(Node::Object(object.clone())));
    }

    /// An error, but for the values in it.
    fn fault(&mut self, fault: &Fault) {
        let Fault {
            kind,
            pos,
            unit,
            trace,
        } = fault;
        self.text(&format!("{kind:?}{trace:?}"));
        (pos, unit).encode_state(self);
    }

    /// A function, but for the values in it.
    fn function(&mut self, function: &Function) {
        let Function {
            name,
            target,
            captures,
            curried,
            environment,
            // They follow, as what is curried does.
            this: _,
            attributes: _,
        } = function;
        self.tagged(b'F', target.mark());
        self.text(name.as_str());
        self.tagged(b'F', curried.len() as u64);
        captures.iter().for_each(|cell| self.cell(cell));
        if let Some(environment) = environment {
            let Environment { variables } = &**environment;
            self.tagged(b'E', variables.len() as u64);
            for variable in variables {
                let EnvironmentVariable {
                    global,
                    cell,
                    is_constant,
                } = variable;
                self.tagged(b'E', u64::from(*global) << 1 | u64::from(*is_constant));
                self.cell(cell);
            }
        }
    }
}

impl StateEncoder for Page {
    fn value(&mut self, value: &Value) {
        // Without recursion: values may be nested deeply, and so may errors that pass on others.
        let mut in_errors = Vec::new();
        self.nested(value, &mut in_errors);
        while let Some(value) = in_errors.pop()
            && !self.is_full
        {
            self.nested(&value, &mut in_errors);
        }
    }

    fn task(&mut self, task: TaskId) {
        self.bytes.push(b't');
        self.refers_to.push(Reference::Task(task));
    }

    fn name(&mut self, code: Option<ThreadCode>, name: &str) {
        if self.identified.includes(code) {
            self.text(name);
        }
    }

    fn identity(&mut self, code: Option<ThreadCode>, number: u64) {
        if self.identified.includes(code) {
            self.number(number);
        }
    }

    fn joiner(&mut self, task: TaskId) {
        self.refers_to.push(Reference::Joiner(task));
    }

    fn awaits(&mut self, handle: &Arc<Object>) {
        // It waits for threads that were started.
        if let Some(task) = handle.state().handle_of().and_then(|of| of.task) {
            self.refers_to.push(Reference::Awaits(task));
        }
    }

    fn number(&mut self, number: u64) {
        self.tagged(b'n', number);
    }

    fn text(&mut self, text: &str) {
        self.tagged(b's', text.len() as u64);
        self.bytes.extend_from_slice(text.as_bytes());
    }

    fn weak(&mut self, object: &Weak<Object>, purpose: u64) {
        (self.refers_to).push(Reference::Weak(object.clone(), purpose));
    }

    fn deadline(&mut self, at: Duration) {
        self.bytes.push(b'd');
        self.refers_to.push(Reference::Deadline(at));
    }
}

impl Page {
    /// Encodes a value with those in it, but for the ones in errors.
    fn nested(&mut self, value: &Value, in_errors: &mut Vec<Value>) {
        let mut parts = Parts {
            depth: 0,
            deep: Vec::new(),
            in_errors,
        };
        self.one(value, &mut parts);
        while let Some(value) = parts.deep.pop()
            && !self.is_full
        {
            self.one(value, &mut parts);
        }
    }

    /// Encodes a part of what is being encoded: at once, or when it stands too deep, behind all that does not.
    fn part<'v>(&mut self, value: &'v Value, parts: &mut Parts<'v, '_>) {
        let most = self.most.unwrap_or(LONGEST_PAGE).min(LONGEST_PAGE);
        if self.bytes.len() > LONGEST_BUFFER {
            self.fold();
        }
        if self.folded + self.bytes.len() > most {
            self.is_full = true;
        } else if parts.depth == DEEPEST {
            self.bytes.push(b'>');
            parts.deep.push(value);
        } else {
            parts.depth += 1;
            self.one(value, parts);
            parts.depth -= 1;
        }
    }

    fn parts<'v>(
        &mut self,
        values: impl IntoIterator<Item = &'v Value>,
        parts: &mut Parts<'v, '_>,
    ) {
        for value in values {
            if self.is_full {
                return;
            }
            self.part(value, parts);
        }
    }

    fn one<'v>(&mut self, value: &'v Value, parts: &mut Parts<'v, '_>) {
        match value {
            Value::Unit => self.bytes.push(b'u'),
            Value::Bool(value) => self.tagged(b'b', u64::from(*value)),
            Value::Int(value) => self.tagged(b'i', *value as u64),
            Value::Float(value) => self.tagged(b'f', value.to_bits()),
            Value::Char(value) => self.tagged(b'c', u64::from(u32::from(*value))),
            Value::Literal(text) => self.text(text.as_str()),
            Value::Str(text) => self.text(text),
            Value::Array(items) => {
                self.tagged(b'a', items.len() as u64);
                self.parts(items.iter(), parts);
            }
            Value::Map(map) => {
                self.tagged(b'm', map.len() as u64);
                map.keys().for_each(|key| self.text(key));
                self.parts(map.values(), parts);
            }
            Value::Blob(bytes) => {
                self.tagged(b'B', bytes.len() as u64);
                self.bytes.extend_from_slice(bytes);
            }
            Value::Range(range) => {
                let Range {
                    start,
                    end,
                    step,
                    inclusive,
                } = **range;
                for number in [start, end, step, i64::from(inclusive)] {
                    self.tagged(b'r', number as u64);
                }
            }
            Value::Function(function) => {
                self.function(function);
                self.part(&function.this, parts);
                self.part(&function.attributes, parts);
                self.parts(function.curried.iter(), parts);
            }
            Value::Object(object) => self.object(object),
            Value::Cell(cell) => self.cell(cell),
            Value::Error(fault) => {
                self.bytes.push(b'e');
                self.fault(fault);
                (fault.kind).visit_parts(&mut |part| parts.in_errors.push(part.clone()));
            }
            Value::Reference(reference) => {
                let Shared {
                    kind,
                    contents,
                    class,
                } = &**reference;
                self.tagged(b'R', *kind as u64);
                self.cell(contents);
                // What a class is called and its methods follow from where its attributes stand.
                for class in class.iter().flat_map(|class| class.ancestors()) {
                    self.text(class.name.as_str());
                    self.cell(&class.attributes);
                    self.parts(class.methods.values(), parts);
                }
            }
            Value::Collection(contents) => self.collection(contents, parts),
            Value::Foreign(foreign) => {
                self.text(&foreign.type_name());
                self.text(&foreign.text());
            }
        }
    }
}

impl Page {
    /// A collection, with the values in it.
    fn collection<'v>(&mut self, contents: &'v Collection, parts: &mut Parts<'v, '_>) {
        let kind = contents.kind().map_or(0, |kind| kind as u64 + 1);
        self.tagged(b'C', kind);
        self.tagged(b'C', contents.len() as u64);
        match contents {
            Collection::Tuple(items) | Collection::List(items) => self.parts(items, parts),
            Collection::Named(items, class) => {
                self.parts(items.iter(), parts);
                for class in class.ancestors() {
                    self.text(class.name.as_str());
                    self.cell(&class.attributes);
                    self.parts(class.methods.values(), parts);
                }
            }
            Collection::Deque(items, limit) => {
                limit.encode_state(self);
                self.parts(items.iter(), parts);
            }
            Collection::Attributes(map) => {
                map.names().for_each(|name| self.text(name));
                self.parts(map.values(), parts);
            }
            // The gaps decide how a loop over it that is under way goes on.
            Collection::Dict(dict) | Collection::Set(dict) => {
                dict.layout_marks().for_each(|mark| self.tagged(b'm', mark));
                for entry in dict.row() {
                    self.bytes.push(b'.');
                    if let Some(entry) = entry {
                        self.bytes.push(b':');
                        self.parts([&entry.key, &entry.value], parts);
                    }
                }
            }
        }
    }
}

impl EncodeState for Member {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        let Self {
            code,
            name,
            handle,
            daemon,
            worker,
            is_process,
            held_end,
            isolated,
            run,
            fiber,
            being,
            woken_by,
            joins,
            // Whether there may be something to forget: before states are compared it is forgotten.
            has_run: _,
            // What the log said last; a run that is compared keeps no log of waits.
            told_wait: _,
            // What was made of the rest.
            portrait: _,
            copy: _,
        } = self;
        encoder.name(*code, name);
        (handle, daemon, worker, is_process, run).encode_state(encoder);
        (held_end, isolated, woken_by).encode_state(encoder);
        match joins {
            None => (true, fiber, being).encode_state(encoder),
            // Where it stands now is decided by which of these have ended.
            Some(joins) => {
                let Joins { awaited, after } = &**joins;
                (false, after).encode_state(encoder);
                for handle in awaited {
                    encoder.awaits(handle);
                }
            }
        }
    }
}

impl EncodeState for Being {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        match self {
            Self::Ready => encoder.number(0),
            Self::Standing => encoder.number(1),
            Self::Busy => encoder.number(2),
            Self::Ending => encoder.number(3),
            Self::Looping => encoder.number(5),
            Self::Waiting {
                object,
                // All deadlines are encoded in their order.
                deadline: _,
            } => (4, object).encode_state(encoder),
        }
    }
}

impl EncodeState for Arc<Isolated> {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        let Isolated {
            process,
            main,
            outer,
            asked_at,
            ids,
            globals,
            // Which variables it has never changes.
            bound,
        } = &**self;
        (process, main, outer, asked_at, ids).encode_state(encoder);
        for global in bound {
            if let Some(binding) = globals.get(*global) {
                (global, binding).encode_state(encoder);
            }
        }
    }
}

impl EncodeState for Arc<Binding> {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        let Binding { cell, is_constant } = &**self;
        (cell, is_constant).encode_state(encoder);
    }
}

crate::value::state_key_test! { member_key, Member, member();
    name: "other".into(),
    handle: object(),
    daemon: true,
    worker: true,
    is_process: true,
    held_end: Some(Ok(Value::Unit)),
    isolated: Some(Arc::new(isolated())),
    run: 2,
    fiber: None,
    being: Being::Standing,
    woken_by: Some(object()),
    joins: Some(joins()),
    ; left out code has_run told_wait portrait copy
}

/// A thread that is about to begin.
#[cfg(test)]
fn member() -> Member {
    use crate::value::encode::samples::{function, object};
    let fiber = crate::vm::Fiber::new(TaskId(2), function("f"), Vec::new());
    Member::new("t".into(), object(), false, false, 1, fiber)
}

/// A wait for the ends of some threads.
#[cfg(test)]
fn joins() -> Arc<Joins> {
    use crate::value::encode::samples::{function, object};
    let after = crate::vm::Fiber::new(TaskId(2), function("f"), Vec::new());
    let awaited = vec![object()];
    Arc::new(Joins { awaited, after })
}

/// A process without variables.
#[cfg(test)]
fn isolated() -> Isolated {
    Isolated {
        process: TaskId(3),
        main: crate::value::encode::samples::object(),
        outer: None,
        asked_at: crate::pos::Pos::NONE,
        ids: Default::default(),
        globals: Globals::default(),
        bound: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_late_a_deadline_is_makes_no_difference_but_that_it_is() {
        assert_eq!(time_left(3, 5), time_left(4, 5));
        assert_ne!(time_left(4, 5), time_left(5, 5));
        assert_eq!(time_left(7, 5), time_left(17, 15));
    }
}
