//! The one way in which the vault encrypts at rest: AES-256-GCM under a key derived for this one record.
//!
//! Layout: `header ‖ salt (32) ‖ nonce (12) ‖ ciphertext ‖ tag (16)`. The record key is HKDF-SHA256 of the parent
//! key with the random salt, so a parent key is never used with GCM itself and each record key is used once. The
//! limit of 2^32 encryptions with random nonces per key (NIST SP 800-38D, section 8.3) therefore never comes near:
//! two records would have to draw the same 256-bit salt before their 96-bit nonces mattered.
//!
//! Associated data: `header ‖ bound`. The header has a fixed length for each purpose, so the two cannot be shifted
//! into one another; `bound` is what the caller knows anyway and the record must not be moved away from.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::rand;

use crate::bytes::Reader;
use crate::derive::{Purpose, derive};
use crate::secret::{Key256, Material};

const SALT_LEN: usize = 32;
const TAG_LEN: usize = 16;

/// What one record is tied to.
#[derive(Clone, Copy)]
pub(crate) struct Envelope<'a> {
    /// What for; separates keys.
    pub(crate) purpose: Purpose,
    /// Stored in clear before the ciphertext; its length is fixed by the purpose.
    pub(crate) header: &'a [u8],
    /// Not stored; must be the same when opened.
    pub(crate) bound: &'a [u8],
}

impl Envelope<'_> {
    /// Encrypts; answers the whole record, header included.
    pub(crate) fn seal(self, parent: &Key256, plain: &[u8]) -> Result<Vec<u8>, Unspecified> {
        let mut salt = [0; SALT_LEN];
        let mut nonce = [0; NONCE_LEN];
        rand::fill(&mut salt)?;
        rand::fill(&mut nonce)?;
        let mut ciphertext = vec![0; plain.len()];
        let mut tag = [0; TAG_LEN];
        self.record_key(parent, &salt)?.seal_out_of_place_scatter(
            Nonce::assume_unique_for_key(nonce),
            Aad::from(self.associated_data()),
            plain,
            &mut ciphertext,
            &[],
            &mut tag,
        )?;
        Ok([self.header, &salt, &nonce, &ciphertext, &tag].concat())
    }

    /// Decrypts what follows the header.
    pub(crate) fn open(self, parent: &Key256, body: &[u8]) -> Result<Material, Unspecified> {
        let mut reader = Reader::new(body);
        let salt = reader.take(SALT_LEN).ok_or(Unspecified)?;
        let nonce = reader.array().ok_or(Unspecified)?;
        let length = reader
            .rest()
            .len()
            .checked_sub(TAG_LEN)
            .ok_or(Unspecified)?;
        let ciphertext = reader.take(length).ok_or(Unspecified)?;
        let key = self.record_key(parent, salt)?;
        Material::make(length, |plain| {
            key.open_separate_gather(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(self.associated_data()),
                ciphertext,
                reader.rest(),
                plain,
            )
        })
    }

    fn record_key(self, parent: &Key256, salt: &[u8]) -> Result<LessSafeKey, Unspecified> {
        let key = derive(parent, salt, self.purpose)?;
        Ok(LessSafeKey::new(UnboundKey::new(
            &AES_256_GCM,
            key.expose(),
        )?))
    }

    fn associated_data(self) -> Vec<u8> {
        [self.header, self.bound].concat()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OF: Envelope<'_> = Envelope {
        purpose: Purpose::Material,
        header: b"head",
        bound: b"bound",
    };

    #[test]
    fn a_record_opens_only_as_what_it_was_sealed() {
        let key = Key256::random().unwrap();
        let record = OF.seal(&key, b"plain").unwrap();
        let body = record.strip_prefix(b"head").unwrap();

        assert_eq!(OF.open(&key, body).unwrap().expose(), b"plain");
        for other in [
            Envelope {
                purpose: Purpose::Secret,
                ..OF
            },
            Envelope {
                header: b"daeh",
                ..OF
            },
            Envelope {
                bound: b"other",
                ..OF
            },
        ] {
            assert!(other.open(&key, body).is_err());
        }
        assert!(OF.open(&Key256::random().unwrap(), body).is_err());
    }

    #[test]
    fn no_two_records_share_salt_or_nonce() {
        let key = Key256::random().unwrap();
        let mut heads: Vec<_> = (0..200)
            .map(|_| OF.seal(&key, b"plain").unwrap()[4..48].to_vec())
            .collect();
        for part in [0..32, 32..44] {
            heads.sort_by(|a, b| a[part.clone()].cmp(&b[part.clone()]));
            assert!(
                heads
                    .windows(2)
                    .all(|two| two[0][part.clone()] != two[1][part.clone()])
            );
        }
    }

    #[test]
    fn a_cut_or_lengthened_record_is_refused() {
        let key = Key256::random().unwrap();
        let record = OF.seal(&key, b"").unwrap();
        let body = &record[4..];
        for length in 0..body.len() {
            assert!(OF.open(&key, &body[..length]).is_err(), "{length}");
        }
        assert!(OF.open(&key, &[body, &[0]].concat()).is_err());
        assert!(OF.open(&key, body).unwrap().expose().is_empty());
    }
}
