//! Where the items of a set of numbers stand, so that a `for` goes over them in the order that CPython has.
//!
//! CPython shows a set in the order of its table: each item stands at the place that its hash names, or at
//! the next free one that its probing finds. The hashes of numbers, and of tuples of them, are the same in
//! each run, so programs show that order. Those of strings differ from run to run; a set with such an item
//! keeps the order of insertion here. Source: CPython 3.11, `Objects/setobject.c` and
//! `Python/pyhash.c`, read as the description of an algorithm.

use super::Collection;
use crate::value::Value;

/// How many places behind the first one are tried before the next jump.
const LINEAR_PROBES: usize = 9;
const PERTURB_SHIFT: u32 = 5;
/// The prime 2^61 - 1, by which hashes of numbers are reduced.
const MODULUS: u64 = (1 << 61) - 1;

/// A place of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// Nothing has stood there.
    Free,
    /// An item stands there.
    Used,
    /// An item was taken out there: what looks for a place goes on behind it, and comes back.
    Left,
}

/// The table of a set, but for its items.
#[derive(Clone, Debug)]
pub(super) struct Layout {
    /// The places. Their number is a power of two.
    table: Vec<Place>,
    /// How many of them are not free.
    fill: usize,
    /// Where to begin to look for what `pop` takes.
    finger: usize,
}

impl Default for Layout {
    fn default() -> Self {
        Self::of(8)
    }
}

impl Layout {
    fn of(places: usize) -> Self {
        Self {
            table: vec![Place::Free; places],
            fill: 0,
            finger: 0,
        }
    }

    /// The table that has room for more than so many items.
    pub(super) fn beyond(count: usize) -> Self {
        let mut places = 8;
        while places <= count {
            places <<= 1;
        }
        Self::of(places)
    }

    /// How many places are not free.
    pub(super) fn fill(&self) -> usize {
        self.fill
    }

    /// How many places there are.
    pub(super) fn places(&self) -> usize {
        self.table.len()
    }

    /// Takes a place for a new item of this hash: the last one on the way that was left, or the first free one.
    pub(super) fn take(&mut self, hash: i64) -> usize {
        let mask = self.table.len() - 1;
        let mut perturb = hash as u64;
        let mut first = hash as usize & mask;
        let mut left = None;
        loop {
            let probes = match first + LINEAR_PROBES <= mask {
                true => LINEAR_PROBES,
                false => 0,
            };
            for place in first..=first + probes {
                match self.table[place] {
                    Place::Used => {}
                    Place::Left => left = Some(place),
                    Place::Free => {
                        self.fill += usize::from(left.is_none());
                        let place = left.unwrap_or(place);
                        self.table[place] = Place::Used;
                        return place;
                    }
                }
            }
            perturb >>= PERTURB_SHIFT;
            first = (first.wrapping_mul(5).wrapping_add(1)).wrapping_add(perturb as usize) & mask;
        }
    }

    /// An item is taken out of its place.
    pub(super) fn leave(&mut self, place: usize) {
        self.table[place] = Place::Left;
    }

    /// The place of the item that `pop` takes, which looks on behind it the next time.
    pub(super) fn popped(&mut self) -> Option<usize> {
        let begin = self.finger & (self.table.len() - 1);
        let mut places = (begin..self.table.len()).chain(0..begin);
        let place = places.find(|place| self.table[*place] == Place::Used)?;
        self.finger = place + 1;
        Some(place)
    }

    /// The table as it decides where further items come, but for the places of items.
    pub(super) fn marks(&self) -> impl Iterator<Item = u64> {
        let left = (self.table.iter().enumerate())
            .filter(|(_, place)| **place == Place::Left)
            .map(|(at, _)| at as u64);
        left.chain([self.table.len() as u64, self.finger as u64])
    }

    /// The table to move to when there is too little room now, with so many items in it.
    pub(super) fn grown(&self, items: usize) -> Option<Self> {
        let is_full = self.fill * 5 >= (self.table.len() - 1) * 3;
        let wanted = if items > 50_000 { items * 2 } else { items * 4 };
        is_full.then(|| self.moved(wanted))
    }

    /// A larger table, in which `pop` goes on where it was.
    fn moved(&self, count: usize) -> Self {
        Self {
            finger: self.finger,
            ..Self::beyond(count)
        }
    }

    /// The table to move to before so many items of another set come to the `own` ones.
    pub(super) fn before_merge(&self, own: usize, other: usize) -> Option<Self> {
        let is_full = (self.fill + other) * 5 >= (self.table.len() - 1) * 3;
        is_full.then(|| self.moved((own + other) * 2))
    }
}

/// Python's hash of a value, where it is the same in each run.
pub fn fixed_hash(value: &Value) -> Option<i64> {
    let hash = match value {
        Value::Int(number) => {
            let rest = (number.unsigned_abs() % MODULUS) as i64;
            if *number < 0 { -rest } else { rest }
        }
        Value::Bool(flag) => i64::from(*flag),
        Value::Float(number) => float_hash(*number)?,
        Value::Collection(contents) => tuple_hash(contents)?,
        _ => return None,
    };
    Some(if hash == -1 { -2 } else { hash })
}

/// The number as a fraction modulo the prime.
fn float_hash(number: f64) -> Option<i64> {
    if number.is_infinite() {
        return Some(if number > 0.0 { 314_159 } else { -314_159 });
    }
    if number.is_nan() {
        return None;
    }
    let bits = number.abs().to_bits();
    let (mantissa, exponent) = match bits >> 52 {
        0 => (bits, -1074),
        exponent => (bits & ((1 << 52) - 1) | 1 << 52, exponent as i64 - 1075),
    };
    let turn = exponent.rem_euclid(61) as u32;
    let reduced = u128::from(mantissa % MODULUS) << turn;
    let rest = (reduced % u128::from(MODULUS)) as i64;
    Some(if number < 0.0 { -rest } else { rest })
}

/// As xxHash (Collet, 2012) does it for one lane.
fn tuple_hash(contents: &Collection) -> Option<i64> {
    const FIRST: u64 = 11_400_714_785_074_694_791;
    const SECOND: u64 = 14_029_467_366_897_019_727;
    const FIFTH: u64 = 2_870_177_450_012_600_261;
    let items = contents.tuple_items()?;
    let mut hash = FIFTH;
    for item in items {
        // A tuple within a tuple is rare: deep ones are left to the order of insertion.
        let lane = match item {
            Value::Collection(_) => return None,
            other => fixed_hash(other)? as u64,
        };
        hash = hash.wrapping_add(lane.wrapping_mul(SECOND));
        hash = hash.rotate_left(31).wrapping_mul(FIRST);
    }
    hash = hash.wrapping_add(items.len() as u64 ^ (FIFTH ^ 3_527_539));
    Some(if hash == u64::MAX {
        1_546_275_796
    } else {
        hash as i64
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_those_of_python() {
        for (value, hash) in [
            (Value::Int(-1), -2),
            (Value::Int(i64::MIN), -4),
            (Value::Float(0.5), 1_152_921_504_606_846_976),
            (Value::Float(-3.25), -576_460_752_303_423_491),
            (Value::Float(1e20), 848_750_603_811_160_107),
            (
                Value::tuple(vec![Value::Int(1), Value::Int(2)]),
                -3_550_055_125_485_641_917,
            ),
        ] {
            assert_eq!(fixed_hash(&value), Some(hash), "{value:?}");
        }
        assert_eq!(fixed_hash(&Value::from("a")), None);
    }
}
