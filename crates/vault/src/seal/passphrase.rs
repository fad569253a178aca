//! The passphrase seal: Argon2id (RFC 9106) makes a key from the passphrase, and that key seals the root key.
//!
//! Layout after format and kind: `memory in KiB (4) ‖ passes (4) ‖ lanes (4) ‖ salt (16) ‖ envelope`, numbers
//! big-endian. Everything before the envelope is its associated data.

use argon2::{Algorithm, Argon2, Block, Params, Version};
use aws_lc_rs::rand;
use keyferry_ports::secret::SecretText;
use zeroize::Zeroizing;

use super::SealError;
use crate::bytes::Reader;
use crate::derive::Purpose;
use crate::envelope::Envelope;
use crate::secret::Key256;

/// A new passphrase has at least so many characters.
pub const PASSPHRASE_CHARACTERS_MIN: usize = 12;

const SALT_LEN: usize = 16;
const HEADER_LEN: usize = 2 + 12 + SALT_LEN;

/// How hard Argon2id works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Cost {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
}

impl Cost {
    /// What new seals get.
    ///
    /// # Source
    ///
    /// RFC 9106, section 4, second recommended option (64 MiB, 3 passes); one lane, as our Argon2 has one thread.
    const NEW: Self = Self {
        memory_kib: 64 * 1024,
        passes: 3,
        lanes: 1,
    };

    /// Bounds for what is read: no weaker than the least that OWASP's "Password Storage Cheat Sheet" names for two
    /// passes, and at most 1 GiB.
    fn is_within_bounds(self) -> bool {
        (19 * 1024..=1024 * 1024).contains(&self.memory_kib)
            && (2..=16).contains(&self.passes)
            && (1..=4).contains(&self.lanes)
    }
}

pub(super) fn protect(
    root: &Key256,
    passphrase: &SecretText,
    tag: [u8; 2],
) -> Result<Vec<u8>, SealError> {
    let characters = passphrase.expose().chars().count();
    if characters < PASSPHRASE_CHARACTERS_MIN {
        return Err(SealError::ShortPassphrase { characters });
    }
    protect_at(Cost::NEW, root, passphrase, tag)
}

fn protect_at(
    cost: Cost,
    root: &Key256,
    passphrase: &SecretText,
    tag: [u8; 2],
) -> Result<Vec<u8>, SealError> {
    let mut salt = [0; SALT_LEN];
    rand::fill(&mut salt).map_err(|_| SealError::Module {
        what: "drawing a salt",
    })?;
    let Cost {
        memory_kib,
        passes,
        lanes,
    } = cost;
    let header = [
        tag.as_slice(),
        &memory_kib.to_be_bytes(),
        &passes.to_be_bytes(),
        &lanes.to_be_bytes(),
        &salt,
    ]
    .concat();
    let key = stretch(passphrase, &salt, cost)?;
    envelope(&header)
        .seal(&key, root.expose())
        .map_err(|_| SealError::Module {
            what: "sealing the root key",
        })
}

pub(super) fn open(body: &[u8], passphrase: &SecretText) -> Result<Key256, SealError> {
    let (cost, salt) = read_header(body).ok_or(SealError::DamagedSeal)?;
    if !cost.is_within_bounds() {
        return Err(SealError::ParametersOutOfBounds);
    }
    open_with(&stretch(passphrase, &salt, cost)?, body)
}

fn open_with(key: &Key256, body: &[u8]) -> Result<Key256, SealError> {
    let (header, sealed) = body
        .split_at_checked(HEADER_LEN)
        .ok_or(SealError::DamagedSeal)?;
    let root = envelope(header)
        .open(key, sealed)
        .map_err(|_| SealError::WrongPassphrase)?;
    Key256::copy_of(root.expose()).ok_or(SealError::DamagedSeal)
}

fn read_header(body: &[u8]) -> Option<(Cost, [u8; SALT_LEN])> {
    let mut reader = Reader::new(body);
    reader.take(2)?;
    let cost = Cost {
        memory_kib: reader.u32()?,
        passes: reader.u32()?,
        lanes: reader.u32()?,
    };
    Some((cost, reader.array()?))
}

fn envelope(header: &[u8]) -> Envelope<'_> {
    Envelope {
        purpose: Purpose::Root,
        header,
        bound: &[],
    }
}

/// Argon2id in memory that is overwritten afterwards: its last blocks would give the key away.
fn stretch(passphrase: &SecretText, salt: &[u8], cost: Cost) -> Result<Key256, SealError> {
    let failed = |_| SealError::Module { what: "Argon2id" };
    let Cost {
        memory_kib,
        passes,
        lanes,
    } = cost;
    let params = Params::new(memory_kib, passes, lanes, None).map_err(failed)?;
    let mut blocks = Vec::new();
    blocks
        .try_reserve_exact(params.block_count())
        .map_err(|_| SealError::Module {
            what: "memory for Argon2id",
        })?;
    blocks.resize(params.block_count(), Block::new());
    let mut blocks = Zeroizing::new(blocks);
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let passphrase = passphrase.expose().as_bytes();
    Key256::make(|key| {
        argon2
            .hash_password_into_with_memory(passphrase, salt, key, blocks.as_mut_slice())
            .map_err(failed)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHEAP: Cost = Cost {
        memory_kib: 19 * 1024,
        passes: 2,
        lanes: 1,
    };
    const TAG: [u8; 2] = [1, 1];

    fn text(text: &str) -> SecretText {
        SecretText::new(text)
    }

    #[test]
    fn the_right_passphrase_opens_and_a_wrong_one_is_named() {
        let root = Key256::random().unwrap();
        let body = protect_at(CHEAP, &root, &text("correct horse"), TAG).unwrap();

        assert_eq!(
            open(&body, &text("correct horse")).unwrap().expose(),
            root.expose()
        );
        for wrong in ["correct hors", "Correct horse", "correct horse ", ""] {
            assert_eq!(
                open(&body, &text(wrong)).unwrap_err(),
                SealError::WrongPassphrase
            );
        }
    }

    #[test]
    fn every_byte_of_a_seal_is_authenticated_even_for_somebody_who_mends_the_checksum() {
        let root = Key256::random().unwrap();
        let body = protect_at(CHEAP, &root, &text("correct horse"), TAG).unwrap();
        let (cost, salt) = read_header(&body).unwrap();
        let key = stretch(&text("correct horse"), &salt, cost).unwrap();
        assert_eq!(open_with(&key, &body).unwrap().expose(), root.expose());
        for position in 0..body.len() {
            let mut altered = body.clone();
            altered[position] ^= 0x01;
            assert!(open_with(&key, &altered).is_err(), "byte {position}");
        }
    }

    #[test]
    fn altered_parameters_and_cut_seals_are_refused() {
        let root = Key256::random().unwrap();
        let body = protect_at(CHEAP, &root, &text("correct horse"), TAG).unwrap();
        let mut dear = body.clone();
        dear[2] = 0xff;
        let error = open(&dear, &text("correct horse")).unwrap_err();
        assert_eq!(error, SealError::ParametersOutOfBounds);
        let mut slower = body.clone();
        slower[9] = 3;
        assert_eq!(
            open(&slower, &text("correct horse")).unwrap_err(),
            SealError::WrongPassphrase
        );
        assert_eq!(
            open(&body[..29], &text("correct horse")).unwrap_err(),
            SealError::DamagedSeal
        );
    }

    #[test]
    fn parameters_are_stored_and_bounded() {
        let root = Key256::random().unwrap();
        let body = protect(&root, &text("twelve chars"), TAG).unwrap();
        assert_eq!(read_header(&body).unwrap().0, Cost::NEW);
        assert!(Cost::NEW.is_within_bounds() && CHEAP.is_within_bounds());
        for cost in [
            Cost {
                memory_kib: 1024 * 1024 + 1,
                ..CHEAP
            },
            Cost {
                memory_kib: 1024,
                ..CHEAP
            },
            Cost { passes: 1, ..CHEAP },
            Cost {
                passes: 17,
                ..CHEAP
            },
            Cost { lanes: 0, ..CHEAP },
            Cost { lanes: 5, ..CHEAP },
        ] {
            assert!(!cost.is_within_bounds(), "{cost:?}");
        }
    }

    #[test]
    fn a_passphrase_of_eleven_characters_is_too_short_however_many_bytes_it_has() {
        let root = Key256::random().unwrap();
        assert_eq!(
            protect(&root, &text("ééééééééééé"), TAG).unwrap_err(),
            SealError::ShortPassphrase { characters: 11 }
        );
    }
}
