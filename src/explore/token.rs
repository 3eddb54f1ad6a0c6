//! A run as a short word that can be typed again.
//!
//! A run is a sequence of decisions: at each step who goes on, and each random number that the step
//! draws. Only what departs from the usual is written, where the usual is that nobody is interrupted
//! and that every number is 0: how many usual decisions lie before it, and which other one was taken,
//! both in Elias' gamma code (1975). Before that stand the version of the code, a hash of the
//! source and its arguments, so that a word for another program is refused, and which lives of threads
//! are steps. Accesses to shared places all are, whatever the search has passed over that found the run.

use std::collections::HashSet;
use std::fmt;
use std::str::FromStr;

use num_bigint::BigUint;

use super::trail::{Decision, Trail, ranked};
use crate::schedule::{Asked, Walk};
use crate::vm::{Observations, Observed};

/// The version of the code: changes whenever a word would mean another run.
const VERSION: u64 = 2;

/// A decision is looked for no further than this, so that a word that means nothing is no endless
/// run.
const LONGEST: usize = 1_000_000;

/// A run as a word; see the head of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    source: u32,
    /// What is visible in the run besides the accesses to shared places, which all are.
    observed: Observed,
    departures: Vec<Departure>,
}

/// A decision that is not the usual one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Departure {
    /// How many usual decisions lie between it and the one before.
    after: u64,
    /// The rank of what was taken; the usual one has rank 0.
    rank: u64,
}

/// Why a word is no run of this program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenProblem {
    /// It is no such word at all.
    Malformed,
    /// It was made by another version of this program.
    Version,
    /// It was made for another source, or for other arguments.
    OtherSource,
    /// It names a decision that this program does not have.
    NoSuchRun,
}

/// The hash of a program's texts and arguments.
pub fn source_hash<'a>(texts: impl Iterator<Item = &'a str>, args: &[String]) -> u32 {
    let mut bytes = Vec::new();
    for text in texts {
        if !bytes.is_empty() {
            bytes.push(1);
        }
        bytes.extend_from_slice(text.as_bytes());
    }
    for arg in args {
        bytes.push(0);
        bytes.extend_from_slice(arg.as_bytes());
    }
    xxhash_rust::xxh3::xxh3_64(&bytes) as u32
}

impl Token {
    /// The hash of the program that it was made for: see [`source_hash`].
    pub fn source(&self) -> u32 {
        self.source
    }

    /// The word for the run that `decisions` lead through from the beginning, where all accesses to
    /// shared places are steps, and of the rest what `observed` says.
    pub fn encode(source: u32, observed: Observed, decisions: &[Decision]) -> Self {
        let ranks = decisions.iter().flat_map(|decision| {
            let draws = decision.draws.iter().copied();
            std::iter::once(u64::from(decision.rank)).chain(draws)
        });
        let mut departures = Vec::new();
        let mut after = 0;
        for rank in ranks {
            if rank == 0 {
                after += 1;
            } else {
                departures.push(Departure { after, rank });
                after = 0;
            }
        }
        Self {
            source,
            observed,
            departures,
        }
    }

    /// Which operations are visible in the run.
    pub fn observations(&self) -> Observations {
        Observations::of_all_places(self.observed)
    }

    /// Leads `walk`, which stands before its first step, observes [`Token::observations`] and listens,
    /// through the run to its end, or to where it is interrupted.
    ///
    /// # Errors
    /// When the word is for another source, or names what is not there.
    pub fn replay(&self, source: u32, walk: &mut Walk) -> Result<Trail, TokenProblem> {
        if self.source != source {
            return Err(TokenProblem::OtherSource);
        }
        let mut pending = Pending::new(&self.departures);
        let mut trail = Trail::beginning(walk);
        let mut seen = HashSet::new();
        while !walk.choices().is_empty() {
            // A run that nobody interrupts any more and that comes to a state again goes round for
            // ever.
            if pending.is_empty() && !seen.insert((trail.last(), walk.key(Asked::EVERYTHING)))
                || trail.steps.len() > LONGEST
            {
                break;
            }
            let ranked = ranked(walk.choices(), trail.last());
            let rank = pending.next() as usize;
            let choice = *ranked.get(rank).ok_or(TokenProblem::NoSuchRun)?;
            let draws = pending.peek();
            let drawn = trail.advance(walk, choice, &draws);
            drawn.iter().for_each(|_| {
                pending.next();
            });
        }
        if pending.is_empty() || trail.interruption.is_some() {
            Ok(trail)
        } else {
            Err(TokenProblem::NoSuchRun)
        }
    }
}

/// The decisions that are still to be taken.
struct Pending<'a> {
    departures: std::slice::Iter<'a, Departure>,
    /// How many usual ones come first.
    usual: u64,
    rank: Option<u64>,
}

impl<'a> Pending<'a> {
    fn new(departures: &'a [Departure]) -> Self {
        let mut pending = Self {
            departures: departures.iter(),
            usual: 0,
            rank: None,
        };
        pending.load();
        pending
    }

    fn load(&mut self) {
        let next = self.departures.next();
        self.usual = next.map_or(0, |departure| departure.after);
        self.rank = next.map(|departure| departure.rank);
    }

    fn is_empty(&self) -> bool {
        self.rank.is_none()
    }

    fn next(&mut self) -> u64 {
        match self.rank {
            None => 0,
            Some(_) if self.usual > 0 => {
                self.usual -= 1;
                0
            }
            Some(rank) => {
                self.load();
                rank
            }
        }
    }

    /// The ranks up to the last departure that could belong to one step.
    fn peek(&self) -> Vec<u64> {
        const MOST: usize = 64;
        let mut ahead = Self {
            departures: self.departures.clone(),
            ..*self
        };
        let mut ranks = Vec::new();
        while !ahead.is_empty() && ranks.len() < MOST {
            ranks.push(ahead.next());
        }
        ranks
    }
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bits = Bits::default();
        bits.push_gamma(VERSION);
        bits.push(u64::from(self.source), 32);
        bits.push_gamma(self.observed.bits() + 1);
        for departure in &self.departures {
            bits.push_gamma(departure.after + 1);
            bits.push_gamma(departure.rank);
        }
        f.write_str(&bits.into_word())
    }
}

impl FromStr for Token {
    type Err = TokenProblem;

    fn from_str(word: &str) -> Result<Self, TokenProblem> {
        let mut bits = Bits::from_word(word.trim()).ok_or(TokenProblem::Malformed)?;
        if bits.take_gamma() != Some(VERSION) {
            return Err(TokenProblem::Version);
        }
        let source = bits.take(32).ok_or(TokenProblem::Malformed)? as u32;
        let observed = bits.take_gamma().ok_or(TokenProblem::Malformed)? - 1;
        let mut departures = Vec::new();
        while !bits.is_empty() {
            let after = bits.take_gamma().ok_or(TokenProblem::Malformed)? - 1;
            let rank = bits.take_gamma().ok_or(TokenProblem::Malformed)?;
            departures.push(Departure { after, rank });
        }
        Ok(Self {
            source,
            observed: Observed::from_bits(observed),
            departures,
        })
    }
}

/// A row of bits, written as a number with 36 digits.
#[derive(Default)]
struct Bits {
    bits: Vec<bool>,
    next: usize,
}

/// The digits of a number with base 36.
const BASE: u32 = 36;

impl Bits {
    fn push(&mut self, number: u64, count: u32) {
        self.bits
            .extend((0..count).rev().map(|bit| number >> bit & 1 == 1));
    }

    /// As many zeros as the number has bits after its first one, then the number. Not for 0.
    fn push_gamma(&mut self, number: u64) {
        let length = 64 - number.leading_zeros();
        self.push(0, length - 1);
        self.push(number, length);
    }

    fn take(&mut self, count: u32) -> Option<u64> {
        let bits = self.bits.get(self.next..self.next + count as usize)?;
        self.next += count as usize;
        Some(
            bits.iter()
                .fold(0, |number, bit| number << 1 | u64::from(*bit)),
        )
    }

    fn take_gamma(&mut self) -> Option<u64> {
        let mut zeros = 0;
        while !*self.bits.get(self.next + zeros)? {
            zeros += 1;
        }
        if zeros > 63 {
            return None;
        }
        self.next += zeros;
        self.take(zeros as u32 + 1)
    }

    fn is_empty(&self) -> bool {
        self.next >= self.bits.len()
    }

    fn into_word(self) -> String {
        // A leading 1 keeps the zeros behind it.
        let digits = std::iter::once(true).chain(self.bits);
        let number = digits.fold(BigUint::ZERO, |number, bit| (number << 1) + u8::from(bit));
        number.to_str_radix(BASE)
    }

    fn from_word(word: &str) -> Option<Self> {
        const LONGEST_WORD: usize = 10_000;
        if word.len() > LONGEST_WORD {
            return None;
        }
        let number = BigUint::parse_bytes(word.to_ascii_lowercase().as_bytes(), BASE)?;
        let length = number.bits();
        let bits = (0..length.checked_sub(1)?).rev().map(|bit| number.bit(bit));
        Some(Self {
            bits: bits.collect(),
            next: 0,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(departures: &[(u64, u64)]) -> Token {
        let departures = departures.iter();
        Token {
            source: 0xDEAD_BEEF,
            observed: Observed::EVERYTHING,
            departures: departures
                .map(|&(after, rank)| Departure { after, rank })
                .collect(),
        }
    }

    #[test]
    fn a_word_means_the_run_that_it_was_made_of() {
        for departures in [
            &[][..],
            &[(0, 1)],
            &[(3, 1), (0, 2), (1_000, 1), (0, u64::MAX)],
        ] {
            let token = token(departures);
            assert_eq!(token.to_string().parse(), Ok(token));
        }
    }

    #[test]
    fn the_word_of_a_run_with_a_dozen_switches_is_short() {
        let departures = vec![(9, 1); 12];
        assert!(token(&departures).to_string().len() <= 40);
    }

    #[test]
    fn what_is_no_word_is_refused() {
        assert_eq!("".parse::<Token>(), Err(TokenProblem::Malformed));
        assert_eq!("no token!".parse::<Token>(), Err(TokenProblem::Malformed));
        assert_eq!("7".parse::<Token>(), Err(TokenProblem::Version));
        assert_eq!("a".parse::<Token>(), Err(TokenProblem::Malformed));
    }

    #[test]
    fn decisions_come_out_as_they_went_in() {
        let departures = [(1, 2), (0, 3)].map(|(after, rank)| Departure { after, rank });
        let mut pending = Pending::new(&departures);
        assert_eq!(pending.peek(), [0, 2, 3]);
        let ranks: Vec<u64> = (0..5).map(|_| pending.next()).collect();
        assert_eq!(ranks, [0, 2, 3, 0, 0]);
        assert!(pending.is_empty());
    }
}
