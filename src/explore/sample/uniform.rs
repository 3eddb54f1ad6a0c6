//! Every choice is as likely as the others: a random walk. Simple and without a blind spot, but the
//! longer threads are, the less likely it is that one of them gets far ahead of the others.

use super::known::Known;
use super::strategy::{Situation, Strategy};
use crate::schedule::Random;

/// See the head of the file.
#[derive(Default)]
pub(super) struct Uniform(Option<Random>);

impl Strategy for Uniform {
    fn begin(&mut self, random: Random, _known: &Known) {
        self.0 = Some(random);
    }

    fn next(&mut self, at: &mut Situation<'_>) -> usize {
        let below = |random: &mut Random| random.below(at.choices.len() as u64);
        self.0.as_mut().map_or(0, below) as usize
    }

    fn wants_touches(&self) -> bool {
        false
    }
}
