//! Everything that can happen: explores a program through all its interleavings.
//!
//! In reading order: [`search()`] enters every state once and leaves a [`Graph`]; the graph counts
//! the interleavings and finds the ways with the fewest preemptions; [`Explorer`] makes
//! [`Finding`]s of that, each with a [`Trail`], one run told step by step, and a [`Token`], the same
//! run as a word. [`tell`] puts a run into words for people; why it went wrong is found by `explain`. Where
//! there is too much to see it all, `estimate` says how much, `dpor` does one run for all that differ only
//! in the order of independent steps, and `sample` tries schedules one by one. [`mend`] looks for a change of
//! the text after which nothing goes wrong. A [`Demand`] asks for states that are no failures. [`Limits`] hold in all of that, also where threads do
//! private work.

mod alike;
mod demand;
mod dpor;
mod estimate;
mod explorer;
mod fair_livelock;
mod finding;
mod graph;
mod leftover;
mod lift;
mod limits;
mod lock_order;
pub mod mend;
mod meter;
mod outcome;
mod race;
mod record;
mod sample;
mod search;
mod starvation;
mod telling;
mod token;
mod trail;
mod unfold;
mod verdict;
mod ways;

pub use crate::schedule::{Choice, Draw, Interruption, Shared, Walk};
pub use alike::Alike;
pub use demand::{Demand, Demanded, Met, Said};
pub use estimate::Expected;
pub use explorer::Explorer;
pub use finding::{Exploration, Finding, Possible, Problem};
pub use graph::{Edge, Graph, Interleavings, StateId, Way};
pub use leftover::{Leftover, leftovers};
pub use limits::{Cut, Limits, Reduction, Watch};
pub use lock_order::Nesting;
pub use outcome::{End, Outcome, Stuck};
pub use race::{Access, Race};
pub use sample::{FirstFound, Sampled, Samples, Sampling, StrategyKind, Twin, Unfinished};
pub use search::{Found, search};
pub use telling::{Act, Deed, came_through, intent, tell, tell_explained, wanted_by};
pub use token::{Token, TokenProblem, source_hash};
pub use trail::{Decision, Step, Trail, UsualRun};
