//! A seeded source of choices.

use jiff::{SignedDuration, Timestamp};
use keyferry_domain::arn::Lane;
use keyferry_domain::name::Name;
use keyferry_domain::version::VersionNumber;

use crate::contract::records::samples::{at, lane, parse};

const NAMES: [&str; 8] = ["a", "A", "b", "B c", "ä", "Ä", "a_b", "alias/a"];
const WORDS: [&str; 3] = ["x", "y", "z\"'%"];

/// A random sequence that a seed fixes (SplitMix64).
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    /// Begins with a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below `limit`, which is not zero.
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % limit as u64) as usize
    }

    /// True once in `times`.
    pub fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    pub(super) fn pick<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        if from.is_empty() {
            None
        } else {
            from.get(self.below(from.len()))
        }
    }

    pub(super) fn word<T: Copy>(&mut self, all: &[(T, &str)]) -> T {
        all[self.below(all.len())].0
    }

    pub(super) fn text(&mut self) -> String {
        WORDS[self.below(WORDS.len())].to_owned()
    }

    pub(super) fn name(&mut self) -> Name {
        let number = ["", "", "1", "2", "3"][self.below(5)];
        parse(&format!("{}{number}", NAMES[self.below(NAMES.len())]))
    }

    /// A time with nanoseconds, near the others.
    pub(super) fn time(&mut self) -> Timestamp {
        at(self.below(40) as i64) + SignedDuration::from_nanos(self.below(3_000) as i64)
    }

    pub(super) fn lane(&mut self) -> Lane {
        lane(1 + self.below(2) as u32)
    }
}

/// A version number from 1 to 4.
pub(super) fn number(dice: &mut Dice) -> VersionNumber {
    VersionNumber::new(1 + dice.below(4) as u32).unwrap_or(VersionNumber::FIRST)
}
