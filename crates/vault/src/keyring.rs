//! The keyring: generations of key-encryption keys (KEKs), the newest of which seals.
//!
//! Sealed layout: `format (1) = 1 ‖ envelope`, under a key derived from the root key. Inside the envelope, for each
//! generation, oldest first: `generation (4, big-endian) ‖ key (32)`. Generations count from 1 without gaps.

use std::sync::Arc;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::error::Unspecified;

use crate::bytes::Reader;
use crate::derive::Purpose;
use crate::envelope::Envelope;
use crate::secret::{KEY_LEN, Key256, Material};

const FORMAT: u8 = 1;
const ENTRY_LEN: usize = 4 + KEY_LEN;

const ENVELOPE: Envelope<'static> = Envelope {
    purpose: Purpose::Keyring,
    header: &[FORMAT],
    bound: &[],
};

/// KEKs by generation; never empty. The key of generation `n` stands at index `n - 1`.
pub(crate) struct Keyring {
    older: Vec<Arc<Key256>>,
    newest: Arc<Key256>,
}

impl Keyring {
    /// A keyring with one fresh KEK.
    pub(crate) fn first() -> Result<Self, Unspecified> {
        Ok(Self {
            older: Vec::new(),
            newest: Arc::new(Key256::random()?),
        })
    }

    /// The same keyring with one more, fresh, generation.
    pub(crate) fn with_next_generation(&self) -> Result<Self, Unspecified> {
        let older = self.keks().cloned().collect();
        Ok(Self {
            older,
            newest: Arc::new(Key256::random()?),
        })
    }

    /// The generation that seals now, and its KEK.
    pub(crate) fn current(&self) -> (u32, &Key256) {
        let count = u32::try_from(self.older.len()).unwrap_or(u32::MAX);
        (count.saturating_add(1), &self.newest)
    }

    /// The KEK of a generation.
    pub(crate) fn find(&self, generation: u32) -> Option<&Key256> {
        let index = usize::try_from(generation.checked_sub(1)?).ok()?;
        self.keks().nth(index).map(AsRef::as_ref)
    }

    /// Whether everything that `older` opens, this opens too.
    pub(crate) fn extends(&self, older: &Self) -> bool {
        let mut ours = self.keks();
        older.keks().all(|theirs| {
            ours.next()
                .is_some_and(|kek| verify_slices_are_equal(kek.expose(), theirs.expose()).is_ok())
        })
    }

    fn keks(&self) -> impl Iterator<Item = &Arc<Key256>> {
        self.older.iter().chain(std::iter::once(&self.newest))
    }

    /// The stored form.
    pub(crate) fn seal(&self, root: &Key256) -> Result<Vec<u8>, Unspecified> {
        let length = (self.older.len() + 1) * ENTRY_LEN;
        let plain = Material::make(length, |bytes| {
            for ((entry, kek), generation) in bytes
                .chunks_exact_mut(ENTRY_LEN)
                .zip(self.keks())
                .zip(1u32..)
            {
                let (number, key) = entry.split_at_mut(4);
                number.copy_from_slice(&generation.to_be_bytes());
                key.copy_from_slice(kek.expose());
            }
            Ok::<(), Unspecified>(())
        })?;
        ENVELOPE.seal(root, plain.expose())
    }

    /// Reads the stored form; `None` if it is damaged, of another format, or under another root key.
    pub(crate) fn open(stored: &[u8], root: &Key256) -> Option<Self> {
        let mut reader = Reader::new(stored);
        if reader.u8()? != FORMAT {
            return None;
        }
        let plain = ENVELOPE.open(root, reader.rest()).ok()?;
        let mut reader = Reader::new(plain.expose());
        let mut keks = Vec::new();
        for expected in 1u32.. {
            if reader.rest().is_empty() {
                break;
            }
            if reader.u32()? != expected {
                return None;
            }
            keks.push(Arc::new(Key256::copy_of(reader.take(KEY_LEN)?)?));
        }
        let newest = keks.pop()?;
        Some(Self {
            older: keks,
            newest,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn three_generations() -> Keyring {
        let first = Keyring::first().unwrap();
        first
            .with_next_generation()
            .unwrap()
            .with_next_generation()
            .unwrap()
    }

    #[test]
    fn a_keyring_survives_storage_with_all_its_generations() {
        let root = Key256::random().unwrap();
        let keyring = three_generations();

        let read = Keyring::open(&keyring.seal(&root).unwrap(), &root).unwrap();

        assert!(read.extends(&keyring) && keyring.extends(&read));
        assert_eq!(read.current().0, 3);
        for generation in 1..=3 {
            let (ours, theirs) = (
                keyring.find(generation).unwrap(),
                read.find(generation).unwrap(),
            );
            assert_eq!(ours.expose(), theirs.expose());
        }
        assert!(read.find(0).is_none() && read.find(4).is_none());
    }

    #[test]
    fn every_flipped_byte_of_a_sealed_keyring_is_refused() {
        let root = Key256::random().unwrap();
        let stored = three_generations().seal(&root).unwrap();
        for position in 0..stored.len() {
            for flip in [0x01, 0x80, 0xff] {
                let mut damaged = stored.clone();
                damaged[position] ^= flip;
                assert!(Keyring::open(&damaged, &root).is_none(), "byte {position}");
            }
        }
    }

    #[test]
    fn a_keyring_of_another_root_key_or_of_no_keys_is_refused() {
        let root = Key256::random().unwrap();
        let stored = Keyring::first().unwrap().seal(&root).unwrap();
        assert!(Keyring::open(&stored, &Key256::random().unwrap()).is_none());
        assert!(Keyring::open(&ENVELOPE.seal(&root, &[]).unwrap(), &root).is_none());
        assert!(Keyring::open(&[], &root).is_none());
    }

    #[test]
    fn a_gap_or_a_cut_in_the_generations_is_refused() {
        let root = Key256::random().unwrap();
        let mut plain = [&[0, 0, 0, 1][..], &[1; 32], &[0, 0, 0, 3], &[3; 32]].concat();
        assert!(Keyring::open(&ENVELOPE.seal(&root, &plain).unwrap(), &root).is_none());
        plain[39] = 2;
        assert!(Keyring::open(&ENVELOPE.seal(&root, &plain).unwrap(), &root).is_some());
        plain.pop();
        assert!(Keyring::open(&ENVELOPE.seal(&root, &plain).unwrap(), &root).is_none());
    }

    #[test]
    fn a_keyring_extends_its_past_and_nothing_else() {
        let first = Keyring::first().unwrap();
        let second = first.with_next_generation().unwrap();
        assert!(second.extends(&first) && first.extends(&first));
        assert!(!first.extends(&second));
        assert!(!Keyring::first().unwrap().extends(&first));
    }
}
