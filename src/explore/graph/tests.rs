//! What is read off graphs that are drawn by hand.

use super::*;

const A: TaskId = TaskId(2);
const B: TaskId = TaskId(3);

/// A graph of `states` states with these steps, each `(from, choice, to)`, and these ends, each
/// `(state, outcome)`.
fn graph(states: u32, steps: &[(StateId, Choice, StateId)], ends: &[(StateId, usize)]) -> Graph {
    let mut graph = Graph::default();
    for _ in 0..states {
        graph.add();
    }
    for state in 0..states {
        let own = steps.iter().filter(|(from, ..)| *from == state);
        graph.set_edges(state, own.map(|&(_, choice, to)| Edge::plain(to, choice)));
    }
    for (state, outcome) in ends {
        graph.set_outcome(*state, *outcome);
    }
    graph
}

fn step(task: TaskId) -> Choice {
    Choice::Step(task)
}

fn count(graph: &Graph, outcomes: usize) -> Vec<String> {
    let components = graph.components(|_| true);
    let counts = graph.count(outcomes, &components);
    counts.iter().map(ToString::to_string).collect()
}

/// Sorted, since neither the order of traps nor of their states means anything.
fn traps(graph: &Graph) -> Vec<Vec<StateId>> {
    let mut traps = graph.traps(&graph.components(|_| true));
    traps.iter_mut().for_each(|trap| trap.sort_unstable());
    traps.sort();
    traps
}

/// Who does the steps of the best way to an outcome or group, and how many preemptions it has.
fn way(
    graph: &Graph,
    outcomes: usize,
    groups: &[Vec<StateId>],
    wanted: usize,
) -> Option<(u32, Vec<Choice>)> {
    let ways = graph.ways(outcomes, groups);
    let way = ways[wanted].as_ref()?;
    assert_eq!(way.cost(), (way.preemptions, way.steps.len()));
    Some((
        way.preemptions,
        way.steps.iter().map(|edge| edge.choice).collect(),
    ))
}

/// Two threads of two steps that meet nowhere: a grid of 3 by 3 states, C(4, 2) = 6 paths.
fn grid() -> Graph {
    let mut steps = Vec::new();
    for a in 0..3_u32 {
        for b in 0..3_u32 {
            if a < 2 {
                steps.push((a * 3 + b, step(A), (a + 1) * 3 + b));
            }
            if b < 2 {
                steps.push((a * 3 + b, step(B), a * 3 + b + 1));
            }
        }
    }
    graph(9, &steps, &[(8, 0)])
}

#[test]
fn paths_are_counted_although_states_are_met_again() {
    assert_eq!(count(&grid(), 1), ["6"]);
    assert_eq!(count(&graph(1, &[], &[(0, 0)]), 1), ["1"]);
    // Two outcomes at the ends of a fork, one of them by two ways; one that nothing leads to.
    let fork = [
        (0, step(A), 1),
        (0, step(B), 2),
        (1, step(B), 3),
        (1, step(A), 4),
        (2, step(A), 3),
    ];
    assert_eq!(
        count(&graph(5, &fork, &[(3, 0), (4, 1)]), 3),
        ["2", "1", "0"]
    );
}

#[test]
fn counts_are_exact_beyond_any_machine_number() {
    // 200 times a choice of two.
    let mut steps = Vec::new();
    for at in 0..200 {
        steps.push((at, step(A), at + 1));
        steps.push((at, step(B), at + 1));
    }
    let counted = graph(201, &steps, &[(200, 0)]);
    let counts = counted.count(1, &counted.components(|_| true));
    assert_eq!(
        counts,
        [Interleavings::Exactly(BigUint::from(2_u8).pow(200))]
    );
}

#[test]
fn a_cycle_makes_infinite_what_it_can_end_in_and_nothing_else() {
    // 0 goes on to the cycle of 1 and 2, which ends in 3, or to 4.
    let steps = [
        (0, step(A), 1),
        (1, step(A), 2),
        (2, step(A), 1),
        (2, step(B), 3),
        (0, step(B), 4),
    ];
    let with_exit = graph(5, &steps, &[(3, 0), (4, 1)]);
    assert_eq!(count(&with_exit, 2), ["infinitely many", "1"]);
    assert!(traps(&with_exit).is_empty());
    // A state that leads to itself is one, too.
    let own = [(0, step(A), 0), (0, step(B), 1)];
    assert_eq!(count(&graph(2, &own, &[(1, 0)]), 1), ["infinitely many"]);
    // One that nothing leads to changes nothing.
    let apart = [(0, step(A), 1), (2, step(A), 2), (2, step(B), 1)];
    assert_eq!(count(&graph(3, &apart, &[(1, 0)]), 1), ["1"]);
}

#[test]
fn the_sum_is_infinite_when_a_part_is() {
    let two = Interleavings::Exactly(2_u8.into());
    let sum = |parts: &[Interleavings]| Interleavings::sum(parts).to_string();
    assert_eq!(sum(&[]), "0");
    assert_eq!(sum(&[two.clone(), two.clone()]), "4");
    assert_eq!(sum(&[two, Interleavings::Infinite]), "infinitely many");
    assert_eq!(
        Interleavings::Exactly(17_153_136_u32.into()).to_string(),
        "17,153,136"
    );
}

#[test]
fn a_trap_is_a_cycle_from_which_no_end_can_be_reached() {
    // 0 leads to the end 1, and to 2, from where only the cycle of 3 and 4 can be reached.
    let steps = [
        (0, step(A), 1),
        (0, step(B), 2),
        (2, step(A), 3),
        (3, step(A), 4),
        (4, step(B), 3),
    ];
    let graph = graph(5, &steps, &[(1, 0)]);
    assert_eq!(traps(&graph), [[3, 4]]);
    assert_eq!(count(&graph, 1), ["1"]);
}

#[test]
fn of_cycles_behind_each_other_the_last_is_the_trap() {
    // 0 loops and leads to 1, which loops alone; 2 is where a search has given up.
    let steps = [(0, step(A), 0), (0, step(B), 1), (1, step(B), 1)];
    assert_eq!(traps(&graph(2, &steps, &[])), [[1]]);
    let leaves = [(0, step(A), 0), (0, step(B), 2), (1, step(B), 1)];
    assert_eq!(traps(&graph(3, &leaves, &[])), [[1]]);
}

#[test]
fn components_come_after_what_they_lead_to() {
    let steps = [
        (0, step(A), 1),
        (1, step(B), 0),
        (1, step(A), 2),
        (2, step(A), 3),
        (3, step(B), 2),
    ];
    let graph = graph(4, &steps, &[]);
    let sorted = |mut components: Vec<Vec<StateId>>| {
        components
            .iter_mut()
            .for_each(|component| component.sort_unstable());
        components
    };
    assert_eq!(sorted(graph.components(|_| true)), [[2, 3], [0, 1]]);
    // Without the steps of one thread there is no cycle.
    let alone = sorted(graph.components(|edge| edge.choice.task() != B));
    assert_eq!(alone, [[3], [2], [1], [0]]);
}

#[test]
fn the_way_shown_has_the_fewest_preemptions_and_then_the_fewest_steps() {
    // By A, B, A to the end 4 in three steps, one of which comes while A could go on; or by A, A, B,
    // A, A: A waits in 5.
    let steps = [
        (0, step(A), 1),
        (1, step(B), 2),
        (2, step(A), 4),
        (1, step(A), 5),
        (5, step(B), 6),
        (6, step(A), 7),
        (7, step(A), 4),
        // As few preemptions and one step more.
        (6, step(B), 8),
        (8, step(A), 9),
        (9, step(A), 4),
    ];
    let graph = graph(10, &steps, &[(4, 0)]);
    // Main, which did the last step before, does none: to begin with A is no preemption.
    let (preemptions, choices) = way(&graph, 1, &[], 0).expect("there is a way");
    assert_eq!(preemptions, 0);
    assert_eq!(
        choices,
        [step(A), step(A), step(B), step(B), step(A), step(A)]
    );
}

#[test]
fn who_could_go_on_and_does_not_is_preempted() {
    // A does a step, B two, A the last one; A could always go on.
    let steps = [
        (0, step(A), 1),
        (1, step(A), 5),
        (1, step(B), 2),
        (2, step(A), 5),
        (2, step(B), 3),
        (3, step(A), 4),
    ];
    let forced = graph(6, &steps, &[(4, 0), (5, 1)]);
    let (preemptions, choices) = way(&forced, 2, &[], 0).expect("there is a way");
    assert_eq!(
        (preemptions, choices),
        (1, vec![step(A), step(B), step(B), step(A)])
    );
    assert_eq!(way(&forced, 2, &[], 1), Some((0, vec![step(A), step(A)])));
    // Main is who runs first: others that go before it preempt it.
    let before_main = graph(3, &[(0, step(MAIN), 1), (0, step(A), 2)], &[(2, 0)]);
    assert_eq!(way(&before_main, 1, &[], 0), Some((1, vec![step(A)])));
}

#[test]
fn the_clock_is_no_thread_but_can_come_in_between() {
    let tick = Choice::Time(B);
    // A could go on when the deadline is reached, and goes on behind it without being preempted.
    let steps = [
        (0, step(A), 1),
        (1, tick, 2),
        (1, step(A), 4),
        (2, step(A), 3),
        (2, step(B), 4),
    ];
    let graph = graph(5, &steps, &[(3, 0)]);
    assert_eq!(
        way(&graph, 1, &[], 0),
        Some((1, vec![step(A), tick, step(A)]))
    );
}

#[test]
fn a_way_to_a_group_leads_to_its_nearest_state_or_nowhere() {
    let grid = grid();
    let groups = [vec![7, 5], vec![0], Vec::new()];
    let (preemptions, choices) = way(&grid, 1, &groups, 1).expect("there is a way");
    assert_eq!((preemptions, choices.len()), (0, 3));
    assert_eq!(way(&grid, 1, &groups, 2), Some((0, Vec::new())));
    assert_eq!(way(&grid, 1, &groups, 3), None);
    let cut = graph(2, &[], &[(1, 0)]);
    assert_eq!(way(&cut, 1, &[], 0), None);
}

#[test]
fn what_the_script_drew_stays_with_its_step() {
    let mut graph = Graph::default();
    let (first, last) = (graph.add(), graph.add());
    graph.set_outcome(last, 0);
    let edge = |number| Edge {
        to: last,
        choice: step(MAIN),
        draws: Some([number].into()),
        permutation: 0,
    };
    graph.set_edges(first, [edge(0), edge(1)]);
    assert_eq!((graph.states(), graph.transitions()), (2, 2));
    assert_eq!(count(&graph, 1), ["2"]);
    let ways = graph.ways(1, &[]);
    let way = ways[0].as_ref().expect("there is a way");
    assert_eq!(way.steps[0].draws.as_deref(), Some(&[0][..]));
}
