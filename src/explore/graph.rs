//! The graph of a program's states and steps, and what can be read off it: how many interleavings
//! lead to each end, which cycles there are, and the ways with the fewest preemptions.
//!
//! It knows states by number only. An *interleaving* is a path from the first state to an end.
//!
//! A state stands for all that differ from it by which of some interchangeable threads is which. What is
//! said of it, and the choices of its edges, name the threads of the one that was met first. Each edge has a
//! *permutation*: which thread of the state that it leads to takes the place of which thread behind the step.
//! A state keeps one edge for each thread that can do a step, so paths are in one-to-one correspondence with
//! runs, and counting them counts runs. Along a path, threads are followed by [`Graph::image`]; a run of real
//! threads is found by doing the steps ("Symmetry and model checking", Emerson and Sistla, 1993; with
//! permutations on the edges: "Utilizing symmetry when model-checking under fairness assumptions", 1997).

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};

use indexmap::IndexSet;
use num_bigint::BigUint;

use crate::schedule::{Choice, MAIN};
use crate::value::object::TaskId;

/// The number of a state, from 0 for the first.
pub type StateId = u32;

/// No such state, or not that kind of state.
const NONE: u32 = u32::MAX;

/// One step: what was chosen, and where it leads.
#[derive(Clone, Debug)]
pub struct Edge {
    /// The state that it leads to.
    pub to: StateId,
    /// What was chosen.
    pub choice: Choice,
    /// The random numbers that the script drew in this step.
    pub draws: Option<Box<[u64]>>,
    /// Who is who in the state that it leads to: a number of [`Graph::permutation`].
    pub permutation: u32,
}

impl Edge {
    /// A step without random numbers, behind which each thread is itself.
    pub fn plain(to: StateId, choice: Choice) -> Self {
        Self {
            to,
            choice,
            draws: None,
            permutation: 0,
        }
    }
}

/// The place of a thread that has ended.
pub(super) const NOBODY: TaskId = TaskId(u64::MAX);

/// Pairs of a thread and another one in whose place it is, in the order of the first; threads that are in
/// their own places have none, and a thread that has ended whose place another one has is [`NOBODY`].
pub(super) type Permutation = Box<[(TaskId, TaskId)]>;

#[derive(Clone, Copy, Debug)]
struct Node {
    first: u32,
    count: u32,
    /// The number of the outcome when the run is over here.
    outcome: u32,
}

/// See the head of the file.
#[derive(Default)]
pub struct Graph {
    nodes: Vec<Node>,
    edges: Vec<Edge>,
    /// Each that occurs once; that in which all threads are in their own places has the number 0 and is
    /// not here.
    permutations: IndexSet<Permutation>,
}

/// How many interleavings there are.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Interleavings {
    /// Exactly so many.
    Exactly(BigUint),
    /// Some go round as often as they like before they end.
    Infinite,
}

impl Interleavings {
    /// All of these together.
    pub fn sum(counts: &[Self]) -> Self {
        let mut sum = BigUint::ZERO;
        for count in counts {
            match count {
                Self::Exactly(count) => sum += count,
                Self::Infinite => return Self::Infinite,
            }
        }
        Self::Exactly(sum)
    }
}

/// `17,153,136`, or `infinitely many`.
impl std::fmt::Display for Interleavings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self::Exactly(count) = self else {
            return f.write_str("infinitely many");
        };
        let digits = count.to_string();
        for (index, digit) in digits.chars().enumerate() {
            if index > 0 && (digits.len() - index).is_multiple_of(3) {
                f.write_str(",")?;
            }
            write!(f, "{digit}")?;
        }
        Ok(())
    }
}

impl Graph {
    /// Adds a state and gives its number.
    pub fn add(&mut self) -> StateId {
        self.nodes.push(Node {
            first: 0,
            count: 0,
            outcome: NONE,
        });
        self.nodes.len() as u32 - 1
    }

    /// How many states there are.
    pub fn states(&self) -> usize {
        self.nodes.len()
    }

    /// About how many bytes it takes, with what is needed to find the ways in it.
    pub(super) fn bytes(&self) -> u64 {
        let (edge, spot) = (size_of::<Edge>(), size_of::<Spot>() + size_of::<Arrival>());
        (self.nodes.len() * size_of::<Node>() + self.edges.len() * (edge + spot)) as u64
    }

    /// How many steps there are.
    pub fn transitions(&self) -> usize {
        self.edges.len()
    }

    /// The number of a permutation.
    pub fn permutation(&mut self, pairs: &[(TaskId, TaskId)]) -> u32 {
        if pairs.is_empty() {
            return 0;
        }
        match self.permutations.get_index_of(pairs) {
            Some(known) => known as u32 + 1,
            None => self.permutations.insert_full(pairs.into()).0 as u32 + 1,
        }
    }

    /// The pairs of a permutation, by its number.
    pub fn pairs(&self, permutation: u32) -> &[(TaskId, TaskId)] {
        let index = permutation.checked_sub(1);
        let found = index.and_then(|index| self.permutations.get_index(index as usize));
        found.map_or(&[], |pairs| &**pairs)
    }

    /// In whose place a thread is behind the step, in the state that it leads to.
    pub fn image(&self, edge: &Edge, task: TaskId) -> TaskId {
        if edge.permutation == 0 {
            return task;
        }
        image(self.pairs(edge.permutation), task)
    }

    /// Whether any step exchanges threads.
    pub fn is_symmetric(&self) -> bool {
        !self.permutations.is_empty()
    }

    /// Says that the run is over in this state.
    pub fn set_outcome(&mut self, state: StateId, outcome: usize) {
        self.nodes[state as usize].outcome = outcome as u32;
    }

    /// The number of the outcome in which the run is over there.
    pub fn outcome(&self, state: StateId) -> Option<usize> {
        let outcome = self.nodes[state as usize].outcome;
        (outcome != NONE).then_some(outcome as usize)
    }

    /// Adds all steps that are possible in a state. At most once for each state.
    pub fn set_edges(&mut self, state: StateId, edges: impl IntoIterator<Item = Edge>) {
        let first = self.edges.len();
        self.edges.extend(edges);
        let node = &mut self.nodes[state as usize];
        node.first = first as u32;
        node.count = (self.edges.len() - first) as u32;
    }

    /// The steps that are possible in a state.
    pub fn edges(&self, state: StateId) -> &[Edge] {
        let node = &self.nodes[state as usize];
        &self.edges[node.first as usize..(node.first + node.count) as usize]
    }

    /// How many interleavings lead to each of `outcomes` outcomes: a pass over the states in the
    /// order of a topological sort. A cycle that can still end makes the outcomes behind it
    /// infinite.
    pub fn count(&self, outcomes: usize, components: &[Vec<StateId>]) -> Vec<Interleavings> {
        let mut ways: Vec<Ways> = vec![Ways::None; self.nodes.len()];
        if let Some(first) = ways.first_mut() {
            *first = Ways::Few(1);
        }
        let mut counts = vec![Ways::None; outcomes];
        // Components come out with what they lead to first.
        for component in components.iter().rev() {
            if self.is_cycle(component) {
                let reached = component
                    .iter()
                    .any(|s| !matches!(ways[*s as usize], Ways::None));
                if reached {
                    component
                        .iter()
                        .for_each(|state| ways[*state as usize] = Ways::Infinite);
                }
            }
            for state in component {
                let own = std::mem::take(&mut ways[*state as usize]);
                if let Some(outcome) = self.outcome(*state) {
                    counts[outcome].add(&own);
                }
                for edge in self.edges(*state) {
                    ways[edge.to as usize].add(&own);
                }
                ways[*state as usize] = own;
            }
        }
        counts.into_iter().map(Ways::into_interleavings).collect()
    }

    /// The cycles that no run leaves: sets of states from which no end can be reached, each with
    /// the states that go round in it.
    pub fn traps(&self, components: &[Vec<StateId>]) -> Vec<Vec<StateId>> {
        let mut can_leave = vec![false; self.nodes.len()];
        let mut number = vec![0; self.nodes.len()];
        for (index, component) in components.iter().enumerate() {
            component
                .iter()
                .for_each(|state| number[*state as usize] = index);
        }
        let mut traps = Vec::new();
        for (index, component) in components.iter().enumerate() {
            let leaves = component.iter().any(|state| {
                // A state without steps is an end, or was never gone on from.
                self.edges(*state).is_empty()
                    || self
                        .edges(*state)
                        .iter()
                        .any(|edge| can_leave[edge.to as usize])
            });
            let leads_to_trap = component.iter().any(|state| {
                let mut edges = self.edges(*state).iter();
                edges.any(|edge| number[edge.to as usize] != index)
            });
            if leaves {
                component
                    .iter()
                    .for_each(|state| can_leave[*state as usize] = true);
            } else if !leads_to_trap {
                traps.push(component.clone());
            }
        }
        traps
    }

    /// Whether a run can go round in this component for ever.
    pub(super) fn is_cycle(&self, component: &[StateId]) -> bool {
        component.len() > 1
            || component.iter().any(|state| {
                let mut edges = self.edges(*state).iter();
                edges.any(|edge| edge.to == *state)
            })
    }

    /// The strongly connected components of the steps that `counts` accepts, each before those that
    /// lead to it (Tarjan, 1972, with the recursion unrolled).
    pub fn components(&self, counts: impl Fn(&Edge) -> bool) -> Vec<Vec<StateId>> {
        let count = self.nodes.len();
        let mut index = vec![NONE; count];
        let mut low = vec![0_u32; count];
        let mut on_stack = vec![false; count];
        let mut stack = Vec::new();
        let mut components = Vec::new();
        let mut next = 0_u32;
        let mut calls: Vec<(StateId, u32)> = Vec::new();
        for root in 0..count as u32 {
            if index[root as usize] != NONE {
                continue;
            }
            calls.push((root, 0));
            while let Some((state, edge)) = calls.pop() {
                let at = state as usize;
                if edge == 0 {
                    index[at] = next;
                    low[at] = next;
                    next += 1;
                    stack.push(state);
                    on_stack[at] = true;
                }
                let edges = self.edges(state);
                let mut edge = edge as usize;
                let mut descended = false;
                while edge < edges.len() {
                    let to = edges[edge].to as usize;
                    edge += 1;
                    if !counts(&edges[edge - 1]) {
                        continue;
                    }
                    if index[to] == NONE {
                        calls.push((state, edge as u32));
                        calls.push((to as u32, 0));
                        descended = true;
                        break;
                    }
                    if on_stack[to] {
                        low[at] = low[at].min(index[to]);
                    }
                }
                if descended {
                    continue;
                }
                if low[at] == index[at] {
                    let mut component = Vec::new();
                    while let Some(member) = stack.pop() {
                        on_stack[member as usize] = false;
                        component.push(member);
                        if member == state {
                            break;
                        }
                    }
                    components.push(component);
                }
                if let Some((parent, _)) = calls.last() {
                    let parent = *parent as usize;
                    low[parent] = low[parent].min(low[at]);
                }
            }
        }
        components
    }

    /// For each group of states the steps of a way into it with the fewest preemptions and, among
    /// those, the fewest steps: Dijkstra's algorithm over pairs of a state and the thread that did
    /// the last step. A *preemption* is a step of another thread, or of the clock, while the last
    /// thread could have gone on.
    ///
    /// The first `outcomes` groups are the states in which the run is over with that outcome;
    /// `others` are the groups behind them.
    pub fn ways(&self, outcomes: usize, others: &[Vec<StateId>]) -> Vec<Option<Way>> {
        let mut groups: HashMap<StateId, Vec<usize>> = HashMap::new();
        for (index, states) in others.iter().enumerate() {
            for state in states {
                groups.entry(*state).or_default().push(outcomes + index);
            }
        }
        let mut wanted: Vec<Option<Spot>> = vec![None; outcomes + others.len()];
        let mut missing = wanted.len();
        let tasks = self.tasks();
        let spots = Spots::of(self, &tasks);
        // Where each spot was come to from, by which of the steps there, and at what cost.
        let mut arrivals = vec![Arrival::NEVER; spots.count()];
        let at = |spot: Spot| spots.number(spot);
        let main = tasks
            .iter()
            .position(|task| *task == MAIN)
            .unwrap_or_default();
        let start = Spot {
            state: 0,
            last: main as u32,
        };
        // By cost, the spots that can be come to, each with where from and by which step. All of one
        // cost are looked at together: those that follow from them cost more.
        let mut open = BTreeMap::from([((0_u32, 0_u32), vec![(start, start, NONE)])]);
        while missing > 0
            && let Some(((preemptions, steps), mut arriving)) = open.pop_first()
        {
            arriving.sort_unstable();
            let (mut going_on, mut preempting) = (Vec::new(), Vec::new());
            for (spot, from, edge) in arriving {
                let arrival = &mut arrivals[at(spot)];
                if arrival.is_done() {
                    continue;
                }
                *arrival = Arrival {
                    from,
                    edge,
                    preemptions,
                };
                let own = groups.get(&spot.state).into_iter().flatten().copied();
                for group in own.chain(self.outcome(spot.state)) {
                    if wanted[group].is_none() {
                        wanted[group] = Some(spot);
                        missing -= 1;
                    }
                }
                let edges = self.edges(spot.state);
                let last = Choice::Step(tasks[spot.last as usize]);
                let could_go_on = edges.iter().any(|edge| edge.choice == last);
                for (index, edge) in edges.iter().enumerate() {
                    let is_preemption = could_go_on && edge.choice != last;
                    let last = match edge.choice {
                        Choice::Step(task) => task,
                        Choice::Time(_) => tasks[spot.last as usize],
                    };
                    let last = self.image(edge, last);
                    let last = tasks.binary_search(&last).unwrap_or_default() as u32;
                    let next = Spot {
                        state: edge.to,
                        last,
                    };
                    if !arrivals[at(next)].is_done() {
                        match is_preemption {
                            true => preempting.push((next, spot, index as u32)),
                            false => going_on.push((next, spot, index as u32)),
                        }
                    }
                }
            }
            for (preemptions, found) in [(preemptions, going_on), (preemptions + 1, preempting)] {
                if !found.is_empty() {
                    open.entry((preemptions, steps + 1))
                        .or_default()
                        .extend(found);
                }
            }
        }
        let way = |end: Option<Spot>| {
            let mut spot = end?;
            let preemptions = arrivals[at(spot)].preemptions;
            let mut steps = Vec::new();
            loop {
                let Arrival { from, edge, .. } = arrivals[at(spot)];
                if edge == NONE {
                    break;
                }
                steps.push(self.edges(from.state)[edge as usize].clone());
                spot = from;
            }
            steps.reverse();
            Some(Way { preemptions, steps })
        };
        wanted.into_iter().map(way).collect()
    }

    /// The steps backwards: from which states each one is come to.
    pub(super) fn predecessors(&self) -> Predecessors {
        let mut first = vec![0_u32; self.nodes.len() + 1];
        for edge in &self.edges {
            first[edge.to as usize + 1] += 1;
        }
        for state in 0..self.nodes.len() {
            first[state + 1] += first[state];
        }
        let mut free = first.clone();
        let mut from = vec![0; self.edges.len()];
        for state in 0..self.nodes.len() as StateId {
            for edge in self.edges(state) {
                let place = &mut free[edge.to as usize];
                from[*place as usize] = state;
                *place += 1;
            }
        }
        Predecessors { first, from }
    }

    /// The threads that do steps, in the order of their numbers; main always.
    pub(super) fn tasks(&self) -> Vec<TaskId> {
        let of_edges = self.edges.iter().map(|edge| edge.choice.task());
        let of_pairs = (self.permutations.iter()).flat_map(|pairs| pairs.iter());
        let images = of_pairs.map(|(_, image)| *image);
        let tasks: BTreeSet<TaskId> = of_edges.chain(images).collect();
        let mut tasks: Vec<TaskId> = tasks.into_iter().collect();
        if !tasks.contains(&MAIN) {
            tasks.insert(0, MAIN);
        }
        tasks
    }
}

/// See [`Graph::predecessors`].
pub(super) struct Predecessors {
    /// By state, where those before it begin in `from`.
    first: Vec<u32>,
    from: Vec<StateId>,
}

impl Predecessors {
    /// For each state, how many steps lead from there to the nearest of `ends`; `u32::MAX` for none.
    pub(super) fn distances(&self, ends: impl Iterator<Item = StateId>) -> Vec<u32> {
        let mut distance = vec![NONE; self.first.len() - 1];
        let mut open: VecDeque<StateId> = ends.collect();
        for end in &open {
            distance[*end as usize] = 0;
        }
        while let Some(state) = open.pop_front() {
            let (begin, end) = (self.first[state as usize], self.first[state as usize + 1]);
            for &from in &self.from[begin as usize..end as usize] {
                if distance[from as usize] == NONE {
                    distance[from as usize] = distance[state as usize] + 1;
                    open.push_back(from);
                }
            }
        }
        distance
    }
}

/// In whose place `task` is by these pairs.
pub(super) fn image(pairs: &[(TaskId, TaskId)], task: TaskId) -> TaskId {
    let place = pairs.binary_search_by_key(&task, |(task, _)| *task);
    place.map_or(task, |place| pairs[place].1)
}

/// Numbers for the spots that a run can come to: of each state, those threads that do a step into
/// it, and those that did the last step where the clock led there.
struct Spots {
    /// By state, where its threads begin in `last`.
    first: Vec<u32>,
    /// Of one state after the other, the threads, as indices of [`Graph::tasks`], in their order.
    last: Vec<u32>,
}

impl Spots {
    fn of(graph: &Graph, tasks: &[TaskId]) -> Self {
        let index = |task: TaskId| tasks.binary_search(&task).unwrap_or_default() as u32;
        let mut spots: Vec<Spot> = Vec::with_capacity(graph.edges.len() + 1);
        spots.push(Spot {
            state: 0,
            last: index(MAIN),
        });
        for edge in &graph.edges {
            if let Choice::Step(task) = edge.choice {
                let last = index(graph.image(edge, task));
                spots.push(Spot {
                    state: edge.to,
                    last,
                });
            }
        }
        spots.sort_unstable();
        spots.dedup();
        // The clock is no thread: who ran before it runs on.
        let is_time = |edge: &Edge| matches!(edge.choice, Choice::Time(_));
        if graph.edges.iter().any(is_time) {
            let mut through: HashSet<Spot> = HashSet::new();
            let mut open = spots.clone();
            while let Some(spot) = open.pop() {
                for edge in graph.edges(spot.state).iter().filter(|edge| is_time(edge)) {
                    let next = Spot {
                        state: edge.to,
                        last: index(graph.image(edge, tasks[spot.last as usize])),
                    };
                    if spots.binary_search(&next).is_err() && through.insert(next) {
                        open.push(next);
                    }
                }
            }
            spots.extend(through.drain());
            spots.sort_unstable();
        }
        let mut first = vec![0_u32; graph.nodes.len() + 1];
        for spot in &spots {
            first[spot.state as usize + 1] += 1;
        }
        for state in 0..graph.nodes.len() {
            first[state + 1] += first[state];
        }
        let last = spots.into_iter().map(|spot| spot.last).collect();
        Self { first, last }
    }

    fn count(&self) -> usize {
        self.last.len()
    }

    fn number(&self, spot: Spot) -> usize {
        let state = spot.state as usize;
        let (begin, end) = (self.first[state] as usize, self.first[state + 1] as usize);
        // It is there: only such are asked for.
        let place = self.last[begin..end].binary_search(&spot.last);
        begin + place.unwrap_or_default()
    }
}

/// How a spot was first come to at the least cost.
#[derive(Clone, Copy)]
struct Arrival {
    from: Spot,
    /// Which of the steps there; nothing for the first state.
    edge: u32,
    preemptions: u32,
}

impl Arrival {
    const NEVER: Self = Self {
        from: Spot {
            state: NONE,
            last: 0,
        },
        edge: NONE,
        preemptions: 0,
    };

    fn is_done(&self) -> bool {
        self.from.state != NONE
    }
}

/// A state, and which thread did the last step: an index of [`Graph::tasks`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Spot {
    state: StateId,
    last: u32,
}

/// A way from the first state.
#[derive(Clone, Debug)]
pub struct Way {
    /// How often a thread was interrupted that could have gone on.
    pub preemptions: u32,
    /// The steps.
    pub steps: Vec<Edge>,
}

impl Way {
    /// What makes one way better than another.
    pub fn cost(&self) -> (u32, usize) {
        (self.preemptions, self.steps.len())
    }
}

/// How many ways lead to a state: a machine number for as long as it suffices.
#[derive(Clone, Debug, Default)]
enum Ways {
    #[default]
    None,
    Few(u128),
    Many(Box<BigUint>),
    Infinite,
}

impl Ways {
    fn add(&mut self, more: &Self) {
        *self = match (&*self, more) {
            (_, Self::None) => return,
            (Self::None, more) => more.clone(),
            (Self::Infinite, _) | (_, Self::Infinite) => Self::Infinite,
            (Self::Few(a), Self::Few(b)) => match a.checked_add(*b) {
                Some(sum) => Self::Few(sum),
                None => Self::Many(Box::new(BigUint::from(*a) + *b)),
            },
            (Self::Many(a), Self::Few(b)) | (Self::Few(b), Self::Many(a)) => {
                Self::Many(Box::new(&**a + *b))
            }
            (Self::Many(a), Self::Many(b)) => Self::Many(Box::new(&**a + &**b)),
        };
    }

    fn into_interleavings(self) -> Interleavings {
        Interleavings::Exactly(match self {
            Self::None => BigUint::ZERO,
            Self::Few(count) => BigUint::from(count),
            Self::Many(count) => *count,
            Self::Infinite => return Interleavings::Infinite,
        })
    }
}

#[cfg(test)]
mod tests;
