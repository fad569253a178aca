//! Data under AES-256-GCM, in the form that names key and version ([`CiphertextHeader`]).
//!
//! Nonces are random: no version should encrypt more than 2^32 times (NIST SP 800-38D, section 8.3).

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::rand;
use keyferry_domain::key_use::CiphertextHeader;
use keyferry_domain::material::VersionIdentity;
use keyferry_ports::vault::VaultError;

use crate::bytes::Reader;
use crate::open::failed;
use crate::secret::Material;

const TAG_LEN: usize = 16;

/// Encrypts data.
pub(super) fn seal(
    key: &Material,
    identity: &VersionIdentity,
    plain: &[u8],
    associated: &[u8],
) -> Result<Vec<u8>, VaultError> {
    let what = |_| failed("AES-GCM");
    let key = UnboundKey::new(&AES_256_GCM, key.expose()).map_err(what)?;
    let mut nonce = [0; NONCE_LEN];
    rand::fill(&mut nonce).map_err(what)?;
    let (mut ciphertext, mut tag) = (vec![0; plain.len()], [0; TAG_LEN]);
    LessSafeKey::new(key)
        .seal_out_of_place_scatter(
            Nonce::assume_unique_for_key(nonce),
            Aad::from(associated),
            plain,
            &mut ciphertext,
            &[],
            &mut tag,
        )
        .map_err(what)?;
    let header = CiphertextHeader {
        key: identity.key,
        version: identity.version,
    };
    Ok([&header.encode()[..], &nonce, &ciphertext, &tag].concat())
}

/// Decrypts what [`seal`] made with the same version and associated data; `None` for anything else.
pub(super) fn open(
    key: &Material,
    identity: &VersionIdentity,
    ciphertext: &[u8],
    associated: &[u8],
) -> Option<Material> {
    let (header, body) = CiphertextHeader::split(ciphertext)?;
    if (header.key, header.version) != (identity.key, identity.version) {
        return None;
    }
    let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key.expose()).ok()?);
    let mut reader = Reader::new(body);
    let nonce = reader.array()?;
    let length = reader.rest().len().checked_sub(TAG_LEN)?;
    let sealed = reader.take(length)?;
    Material::make(length, |plain| {
        key.open_separate_gather(
            Nonce::assume_unique_for_key(nonce),
            Aad::from(associated),
            sealed,
            reader.rest(),
            plain,
        )
    })
    .ok()
}
