//! Nobody is interrupted: what a learner expects to happen.

use super::known::Known;
use super::strategy::{Situation, Strategy};
use crate::schedule::Random;

/// See the head of the file.
pub(super) struct Usual;

impl Strategy for Usual {
    fn begin(&mut self, _random: Random, _known: &Known) {}

    fn next(&mut self, at: &mut Situation<'_>) -> usize {
        at.usual()
    }

    fn wants_touches(&self) -> bool {
        false
    }
}
