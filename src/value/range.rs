//! Ranges of integers: `a..b`, `a..=b`, `range(a, b)` and `range(a, b, step)`.

use super::Foreign;

/// A range of floats that is too long to be written out: a loop goes through it, and nothing else does.
#[derive(Clone, Copy, Debug)]
pub struct FloatRange {
    /// The first number.
    pub start: f64,
    /// Where it ends; that number does not belong to it.
    pub end: f64,
    /// What is added each time.
    pub step: f64,
}

impl FloatRange {
    /// The number after `number`, or nothing where the range ends. Counted by adding, as in Rhai, so that
    /// rounding gives the same numbers.
    pub fn after(&self, number: f64) -> Option<f64> {
        let next = number + self.step;
        let is_inside = match self.step > 0.0 {
            true => next < self.end,
            false => next > self.end,
        };
        is_inside.then_some(next)
    }
}

impl Foreign for FloatRange {
    fn type_name(&self) -> String {
        "iterator".into()
    }

    fn text(&self) -> String {
        let Self { start, end, step } = self;
        format!("range({start:?}, {end:?}, {step:?})")
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}

/// A range of integers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Range {
    /// The first number.
    pub start: i64,
    /// Where it ends; whether that number belongs to it says `inclusive`.
    pub end: i64,
    /// What is added each time; never 0. Other than 1 only from `range(a, b, step)`.
    pub step: i64,
    /// Whether `end` itself belongs to the range.
    pub inclusive: bool,
}

impl Range {
    /// `start..end`
    pub fn exclusive(start: i64, end: i64) -> Self {
        Self {
            start,
            end,
            step: 1,
            inclusive: false,
        }
    }

    /// `start..=end`
    pub fn inclusive(start: i64, end: i64) -> Self {
        Self {
            start,
            end,
            step: 1,
            inclusive: true,
        }
    }

    /// The name of its type as `type_of` shows it.
    pub fn type_name(&self) -> &'static str {
        match (self.step, self.inclusive) {
            (1, false) => "range",
            (1, true) => "range=",
            _ => "iterator",
        }
    }

    /// Whether `number` is one of the numbers of the range.
    pub fn contains(&self, number: i64) -> bool {
        let offset = number.wrapping_sub(self.start);
        let inside = if self.step > 0 {
            number >= self.start && (number < self.end || self.inclusive && number == self.end)
        } else {
            number <= self.start && (number > self.end || self.inclusive && number == self.end)
        };
        inside && offset % self.step == 0
    }

    /// The number after `number`, or nothing where the range ends or the integers do.
    pub fn after(&self, number: i64) -> Option<i64> {
        number
            .checked_add(self.step)
            .filter(|&next| self.contains(next))
    }

    /// How many numbers it holds.
    pub fn len(&self) -> u64 {
        if !self.contains(self.start) {
            return 0;
        }
        let distance = self.end.abs_diff(self.start);
        let step = self.step.unsigned_abs();
        if self.inclusive {
            (distance / step).saturating_add(1)
        } else {
            distance.div_ceil(step)
        }
    }

    /// Whether it holds no number.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_agrees_with_walking() {
        for (start, end, step, inclusive) in [
            (0, 5, 1, false),
            (0, 5, 1, true),
            (0, 5, 2, false),
            (5, 0, -2, false),
            (5, 0, 1, true),
        ] {
            let range = Range {
                start,
                end,
                step,
                inclusive,
            };
            let first = range.contains(start).then_some(start);
            let walked = std::iter::successors(first, |&n| range.after(n)).count() as u64;
            assert_eq!(range.len(), walked, "{range:?}");
        }
    }

    #[test]
    fn the_last_integer_ends_a_range() {
        let range = Range::inclusive(i64::MAX - 1, i64::MAX);
        assert_eq!(range.after(i64::MAX - 1), Some(i64::MAX));
        assert_eq!(range.after(i64::MAX), None);
    }
}
