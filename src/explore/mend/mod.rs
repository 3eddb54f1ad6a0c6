//! What mends a program, and the proof that it does.
//!
//! In reading order: `edit` changes a text; `script` knows which functions run as threads and what
//! variables hold, and `scope` what code runs at all; `regions`, with `asked`, `calls`, `order`, `starts`, `wake`, `locks`, `sizes`,
//! `exits`, `each` and `instead` propose changes, each of the kind that a teacher would name for a failure;
//! `check` explores what the changed text can do, and takes the change that mends and forbids the
//! least.

mod asked;
mod calls;
mod candidate;
mod check;
mod each;
mod edit;
mod exits;
mod instead;
mod locks;
mod order;
mod regions;
mod scope;
mod script;
mod sizes;
mod starts;
mod wake;

pub use candidate::{Fix, LockOrigin, Part};
pub use check::{Advice, Budget, ExploreText, Mend, mend};

use super::finding::{Finding, Problem};
use crate::event::Kind;
use crate::pos::Pos;

use candidate::Candidate;

use script::Script;

/// What a failure is, as far as it says where to look for its mend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wrong {
    /// A thread ended by an error.
    Error,
    /// Threads wait or loop for ever.
    Wait,
    /// Threads touch one variable, and nothing keeps them apart.
    Race,
    /// Threads take locks in different orders.
    LockOrder,
    /// A thread may wait while others go round: no change of a few lines is known for it.
    Starved,
    /// An error that nobody asks for: to ask for it makes it seen, and mends nothing.
    Unseen,
}

/// What is known of a failure before its mend is looked for.
#[derive(Clone, Debug)]
struct Hint {
    wrong: Wrong,
    /// Where it went wrong.
    pos: Option<Pos>,
    /// The places that the failing run touches, the last ones first.
    variables: Vec<String>,
}

impl Hint {
    fn of(finding: &Finding) -> Self {
        let wrong = match &finding.problem {
            Problem::Error { .. } => Wrong::Error,
            Problem::Deadlock(_) | Problem::Livelock(_) | Problem::FairLivelock { .. } => {
                Wrong::Wait
            }
            Problem::Starvation(_) => Wrong::Starved,
            Problem::LockOrder(_) => Wrong::LockOrder,
            Problem::Race(_) => Wrong::Race,
            Problem::UnseenError { .. } => Wrong::Unseen,
        };
        let mut variables: Vec<String> = Vec::new();
        let mut add = |place: &str| {
            if !place.is_empty() && !variables.iter().any(|known| known == place) {
                variables.push(place.into());
            }
        };
        if let Problem::Race(race) = &finding.problem {
            add(&race.place.to_string());
        }
        for told in finding.trail.steps.iter().rev().flat_map(|step| &step.told) {
            match &told.kind {
                Kind::Read { place, .. }
                | Kind::Write { place, .. }
                | Kind::Method { place, .. } => {
                    add(place);
                }
                Kind::Object { written, .. } => {
                    written.receiver.as_deref().into_iter().for_each(&mut add);
                }
                _ => {}
            }
        }
        Self {
            wrong,
            pos: finding.problem.lines().first().copied(),
            variables,
        }
    }
}

/// Candidates in tiers: each tier is tried only if none of those before it mends. Only what runs from
/// byte `begins` of the top level on is changed.
fn candidates(text: &str, begins: usize, hint: &Hint) -> Vec<Vec<Candidate>> {
    let script = &Script::of(text, begins);
    let failing = (hint.pos)
        .and_then(|pos| script.outline.byte_at(pos))
        .and_then(|byte| script.outline.statement_at(byte));
    let regions = || regions::tiers(script, &hint.variables);
    let mut tiers: Vec<Vec<Candidate>> = match hint.wrong {
        Wrong::Error => error(script, failing, regions()),
        Wrong::Wait => wait(script, regions()),
        Wrong::Race => regions(),
        Wrong::LockOrder => vec![locks::one_order(script)],
        Wrong::Starved | Wrong::Unseen => Vec::new(),
    };
    tiers.retain(|tier| !tier.is_empty());
    tiers
}

/// A text in which calls that have nothing to do with what a lock protects come before the lock is taken;
/// nothing where there are none. Whether it is any better is for the caller to check.
pub fn with_shorter_locks(text: &str) -> Option<String> {
    let edits = calls::out_of_locks(&Script::of(text, 0));
    edits.apply(text).filter(|_| !edits.is_empty())
}

/// So many tiers of regions come before changes of order.
const SMALL_REGIONS: usize = 7;

fn error(
    script: &Script<'_>,
    failing: Option<usize>,
    regions: Vec<Vec<Candidate>>,
) -> Vec<Vec<Candidate>> {
    let at = |candidates: fn(&Script<'_>, usize) -> Vec<Candidate>| {
        failing.map_or_else(Vec::new, |failing| candidates(script, failing))
    };
    let mut tiers = vec![
        order::without_limit(script),
        locks::done_first(script),
        locks::told_last(script),
        at(order::join_first),
        order::joined_before_close(script),
        at(order::awaited_first),
        wake::look_again(script),
        wake::look_again_and_notify_all(script),
        instead::results_back(script),
        sizes::closed(script),
        exits::take_back(script),
        locks::release_once(script),
        instead::own_tokens(script),
        instead::try_again(script),
        locks::told_at_end(script),
        locks::write_region(script),
        order::until_done(script),
        order::second_turnstile(script),
        instead::barrier(script),
        order::pass_on(script),
        each::wait_for_each(script),
        asked::drained(script),
        asked::marked_end(script),
        wake::ask_the_thing(script),
    ];
    // The smallest regions come first: they forbid little, and are soon looked through.
    let mut regions = regions;
    let larger = regions.split_off(SMALL_REGIONS.min(regions.len()));
    tiers.extend(regions);
    tiers.extend([
        starts::before_start(script),
        starts::prepared_first(script),
        at(order::join_added),
    ]);
    tiers.extend(larger);
    tiers.extend([
        at(order::wait_for_event),
        order::functions_in_order(script),
        wake::notify_all(script),
        locks::give_first(script),
    ]);
    tiers
}

fn wait(script: &Script<'_>, regions: Vec<Vec<Candidate>>) -> Vec<Vec<Candidate>> {
    let mut tiers = vec![
        locks::one_order(script),
        locks::give_first(script),
        wake::notify_all(script),
        wake::look_again(script),
        wake::look_again_and_notify_all(script),
        wake::look_under_lock(script),
        locks::done_first(script),
        wake::remember(script),
        wake::cleared_first(script),
        instead::permits(script),
        wake::stay_set(script),
        locks::again_in_methods(script),
        [locks::once(script), locks::reentrant(script)].concat(),
        each::each_round(script),
        locks::release_always(script),
        exits::give_always(script),
        starts::started_first(script),
        starts::daemon(script),
        sizes::own_pool(script),
        sizes::resized(
            script,
            &["ThreadPoolExecutor", "ProcessPoolExecutor", "pool"],
        ),
        sizes::closed(script),
        wake::notified(script),
        locks::added(script),
        sizes::marks(script),
        asked::taken_at_once(script),
        asked::marked_end(script),
        each::task_done(script),
        each::give_up(script),
        regions::gate(script),
        order::without_limit(script),
        order::outside_lock(script),
        locks::own_lock(script),
        sizes::resized(script, &["channel", "Queue", "Barrier", "Latch"]),
        sizes::unlimited(script),
        order::outside_outer(script),
        order::until_done(script),
        order::second_turnstile(script),
        instead::barrier(script),
        instead::own_tokens(script),
        order::pass_on(script),
        starts::before_start(script),
        wake::awaited(script),
    ];
    tiers.extend(regions);
    tiers.push(sizes::resized(script, &["Semaphore"]));
    tiers.push(each::without_join(script));
    tiers
}
