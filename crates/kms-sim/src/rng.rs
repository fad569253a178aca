//! The simulator's own randomness: seeded, so that a run can be repeated exactly.
//!
//! Good enough for ids and nonces of a simulator; never used where a secret matters.

use serde::{Deserialize, Serialize};

/// SplitMix64 (Steele, Lea, Flood 2014): one word of state, every seed is good.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Rng(u64);

impl Rng {
    pub(crate) fn new(seed: u64) -> Self {
        Rng(seed)
    }

    pub(crate) fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        word ^ (word >> 31)
    }

    pub(crate) fn fill(&mut self, buffer: &mut [u8]) {
        for chunk in buffer.chunks_mut(8) {
            let word = self.next_u64().to_le_bytes();
            chunk.copy_from_slice(word.get(..chunk.len()).unwrap_or_default());
        }
    }

    pub(crate) fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let mut buffer = [0; N];
        self.fill(&mut buffer);
        buffer
    }

    /// A number from 0 to `max`, both included.
    pub(crate) fn up_to(&mut self, max: i64) -> i64 {
        if max <= 0 {
            return 0;
        }
        let span = max.unsigned_abs() + 1;
        i64::try_from(self.next_u64() % span).unwrap_or(0)
    }

    /// True with the given probability (0.0 never, 1.0 always).
    pub(crate) fn chance(&mut self, probability: f64) -> bool {
        // 53 random bits make a uniform double in [0, 1).
        let unit = (self.next_u64() >> 11) as f64 / (1u64 << 53) as f64;
        unit < probability
    }

    pub(crate) fn hex(&mut self, bytes: usize) -> String {
        let mut buffer = vec![0; bytes];
        self.fill(&mut buffer);
        hex::encode(buffer)
    }

    /// A UUID of version 4, in lower case.
    pub(crate) fn uuid(&mut self) -> String {
        let value = u128::from_be_bytes(self.bytes());
        let value = value & !(0xF << 76) | (0x4 << 76);
        let value = value & !(0b11 << 62) | (0b10 << 62);
        let part = |shift: u32, digits: u32| (value >> shift) & ((1 << (4 * digits)) - 1);
        format!(
            "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
            part(96, 8),
            part(80, 4),
            part(64, 4),
            part(48, 4),
            part(0, 12)
        )
    }

    /// Text of `length` characters out of `alphabet`.
    pub(crate) fn text(&mut self, alphabet: &[u8], length: usize) -> String {
        (0..length)
            .filter_map(|_| {
                let index = self.next_u64() as usize % alphabet.len().max(1);
                alphabet.get(index).map(|byte| char::from(*byte))
            })
            .collect()
    }
}
