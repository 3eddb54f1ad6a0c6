//! The steps of a trace by what they touch.

use std::collections::HashMap;

use super::trace::Trace;

/// The steps at each place, in order.
pub(super) struct Places(HashMap<usize, Vec<u32>>);

impl Places {
    pub(super) fn of(trace: &Trace) -> Self {
        let mut places: HashMap<usize, Vec<u32>> = HashMap::new();
        for (step, event) in trace.events.iter().enumerate() {
            if let Some(touch) = event.touch {
                places.entry(touch.what).or_default().push(step as u32);
            }
        }
        Self(places)
    }

    /// The steps of other threads before this one that conflict with it, the last first.
    pub(super) fn conflicts<'a>(
        &'a self,
        step: usize,
        trace: &'a Trace,
    ) -> impl Iterator<Item = usize> + 'a {
        let own = &trace.events[step];
        let place = own.touch.and_then(|touch| self.0.get(&touch.what));
        let steps = place.map_or(&[][..], Vec::as_slice);
        let end = steps.partition_point(|at| (*at as usize) < step);
        let before = steps[..end].iter().rev().map(|at| *at as usize);
        before.filter(move |at| {
            let other = &trace.events[*at];
            let conflicts = match (own.touch, other.touch) {
                (Some(own), Some(other)) => own.conflicts(&other),
                _ => false,
            };
            conflicts && own.choice.task() != other.choice.task()
        })
    }
}
