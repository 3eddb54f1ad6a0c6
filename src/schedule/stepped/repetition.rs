//! Finds out that private work has come to a state again: Brent's algorithm ("An improved Monte Carlo
//! factorization algorithm", 1980) on the keys of the states between slices. Most private work is short,
//! so it begins late, and what takes long is looked at less and less often.

/// So many bytes of a state are written down in the time of a slice, about.
pub(super) const SLICE_BYTES: u64 = 1 << 13;

/// See the head of the file.
#[derive(Default)]
pub(super) struct Repetition {
    /// How many slices were done, and when the next look is due.
    slices: u32,
    due: u32,
    /// The state that the later ones are compared with, how many were, and after how many it is
    /// replaced.
    pub(super) then: Option<u128>,
    compared: u32,
    power: u32,
    /// How many slices lie between two looks, and how many looks are left before there are twice as
    /// many.
    stride: u32,
    looks: u32,
}

impl Repetition {
    /// Another slice was done: whether the state shall be looked at.
    pub(super) fn is_due(&mut self) -> bool {
        const FIRST: u32 = 128;
        self.slices += 1;
        self.slices >= FIRST.max(self.due)
    }

    /// The states so far are no beginning of what repeats: something else was asked behind them.
    pub(super) fn forget(&mut self) {
        self.then = None;
        self.compared = 0;
        self.power = 0;
    }

    /// Whether the state with this key was there before; so many bytes were written for it.
    pub(super) fn repeats(&mut self, key: u128, written: u64) -> bool {
        const LOOKS: u32 = 64;
        if self.then == Some(key) {
            return true;
        }
        if self.looks == 0 {
            self.stride = (2 * self.stride).max(1);
            self.looks = LOOKS * self.stride;
            self.power = 0;
        } else {
            self.looks -= 1;
        }
        self.compared += 1;
        if self.power == 0 || self.compared == self.power {
            self.then = Some(key);
            self.power = (2 * self.power).max(1);
            self.compared = 0;
        }
        // A large state takes long to look at: no longer than the work in between.
        let slices = u32::try_from(written / SLICE_BYTES).unwrap_or(u32::MAX);
        self.due = self.slices.saturating_add(self.stride.max(slices));
        false
    }
}

#[cfg(test)]
mod tests {
    use super::Repetition;

    /// After how many slices a sequence of states is found to repeat, where it does.
    fn found(state: impl Fn(u32) -> u128) -> Option<u32> {
        let mut repetition = Repetition::default();
        (0..10_000).find(|slice| repetition.is_due() && repetition.repeats(state(*slice), 0))
    }

    #[test]
    fn what_comes_again_is_found_and_what_does_not_is_not() {
        for period in [1, 2, 7, 64, 101] {
            assert!(
                found(|slice| u128::from(slice % period)).is_some(),
                "{period}"
            );
            // It may take some time until it goes round.
            let late = |slice: u32| {
                u128::from(if slice < 500 {
                    slice
                } else {
                    500 + slice % period
                })
            };
            assert!(found(late).is_some(), "{period}");
        }
        assert_eq!(found(u128::from), None);
    }
}
