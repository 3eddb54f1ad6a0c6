//! The numbers of Python's `random` behind a seed: the Mersenne Twister (Matsumoto and Nishimura, 1998), seeded as
//! `init_by_array` of its authors does.
//!
//! A generator is a list of integers, its words and the place of the next one, so that it is shared, compared and
//! copied as any list is. What is made of its words stands in the prelude.

use crate::value::Value;

/// How many words the generator has.
const WORDS: usize = 624;
/// How far apart the words are that are mixed.
const APART: usize = 397;
const MATRIX: u32 = 0x9908_b0df;

/// A generator that begins with this seed.
pub(in crate::library) fn seeded(seed: i64) -> Vec<Value> {
    let seed = seed.unsigned_abs();
    let (low, high) = (seed as u32, (seed >> 32) as u32);
    let key: &[u32] = if high == 0 { &[low] } else { &[low, high] };
    let mut words = filled(19_650_218);
    let mixed = |words: &[u32], at: usize, factor: u32| {
        let before = words[at - 1];
        words[at] ^ (before ^ before >> 30).wrapping_mul(factor)
    };
    let mut at = 1;
    let next = |words: &mut [u32], at: usize| {
        if at + 1 < WORDS {
            return at + 1;
        }
        words[0] = words[WORDS - 1];
        1
    };
    for round in 0..WORDS.max(key.len()) {
        let part = round % key.len();
        words[at] = mixed(&words, at, 1_664_525)
            .wrapping_add(key[part])
            .wrapping_add(part as u32);
        at = next(&mut words, at);
    }
    for _ in 1..WORDS {
        words[at] = mixed(&words, at, 1_566_083_941).wrapping_sub(at as u32);
        at = next(&mut words, at);
    }
    words[0] = 1 << 31;
    let place = Value::Int(WORDS as i64);
    let words = words.into_iter().map(|word| Value::Int(word.into()));
    words.chain([place]).collect()
}

fn filled(first: u32) -> Vec<u32> {
    let mut words = vec![first];
    for at in 1..WORDS {
        let before = words[at - 1];
        let word = (before ^ before >> 30).wrapping_mul(1_812_433_253);
        words.push(word.wrapping_add(at as u32));
    }
    words
}

/// The next numbers of 32 bits of a generator; nothing where the list is none.
pub(in crate::library) fn draw(generator: &mut [Value], count: usize) -> Option<Vec<Value>> {
    let [words @ .., Value::Int(place)] = generator else {
        return None;
    };
    if words.len() != WORDS {
        return None;
    }
    let mut place = usize::try_from(*place).ok()?;
    let mut numbers = Vec::with_capacity(count);
    for _ in 0..count {
        if place >= WORDS {
            turn(words)?;
            place = 0;
        }
        let mut number = words[place].as_int()? as u32;
        number ^= number >> 11;
        number ^= number << 7 & 0x9d2c_5680;
        number ^= number << 15 & 0xefc6_0000;
        number ^= number >> 18;
        numbers.push(Value::Int(number.into()));
        place += 1;
    }
    generator[WORDS] = Value::Int(place as i64);
    Some(numbers)
}

/// Makes the next words of those that were drawn.
fn turn(words: &mut [Value]) -> Option<()> {
    let mut all = Vec::with_capacity(WORDS);
    for word in words.iter() {
        all.push(word.as_int()? as u32);
    }
    for at in 0..WORDS {
        let both = all[at] & 1 << 31 | all[(at + 1) % WORDS] & !(1 << 31);
        let odd = if both & 1 == 1 { MATRIX } else { 0 };
        all[at] = all[(at + APART) % WORDS] ^ both >> 1 ^ odd;
        words[at] = Value::Int(all[at].into());
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(seed: i64, count: usize) -> Vec<i64> {
        let mut generator = seeded(seed);
        let drawn = draw(&mut generator, count).unwrap();
        drawn.iter().filter_map(Value::as_int).collect()
    }

    /// As `random.Random(seed).getrandbits(32)` of CPython.
    #[test]
    fn numbers_are_those_of_python() {
        assert_eq!(numbers(42, 3), [2_746_317_213, 478_163_327, 107_420_369]);
        assert_eq!(numbers(-42, 3), [2_746_317_213, 478_163_327, 107_420_369]);
        assert_eq!(numbers(1 << 40, 2), [445_128_065, 1_517_081_360]);
        assert_eq!(numbers(0, 1300).last(), Some(&613_370_405));
    }

    #[test]
    fn what_is_no_generator_gives_nothing() {
        assert!(draw(&mut [Value::Int(1)], 1).is_none());
    }
}
