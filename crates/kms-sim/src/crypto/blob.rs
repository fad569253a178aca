//! Ciphertext blobs of symmetric keys: AES-GCM, naming their key and material.
//!
//! Layout: magic, length and text of `account/key id`, 32 bytes of material id, 12 bytes of nonce,
//! ciphertext with tag. The encryption context is authenticated, not stored.

use std::collections::BTreeMap;

use aws_lc_rs::aead::{AES_128_GCM, AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};

use crate::rng::Rng;

const MAGIC: &[u8; 4] = b"\x01SIM";

/// What a blob says about itself.
pub(crate) struct Blob<'a> {
    pub(crate) account: &'a str,
    pub(crate) key_id: &'a str,
    /// 64 hex digits.
    pub(crate) material_id: String,
    sealed: &'a [u8],
    nonce: [u8; 12],
    header: &'a [u8],
}

/// Encrypts under `material` (32 bytes, or 16 in China).
pub(crate) fn seal(
    owner: (&str, &str),
    material_id: &str,
    material: &[u8],
    plaintext: &[u8],
    context: &BTreeMap<String, String>,
    rng: &mut Rng,
) -> Option<Vec<u8>> {
    let name = format!("{}/{}", owner.0, owner.1);
    let nonce: [u8; 12] = rng.bytes();
    let mut blob = MAGIC.to_vec();
    blob.push(u8::try_from(name.len()).ok()?);
    blob.extend_from_slice(name.as_bytes());
    blob.extend_from_slice(&hex::decode(material_id).ok()?);
    let aad = associated_data(&blob, context);
    blob.extend_from_slice(&nonce);
    let mut sealed = plaintext.to_vec();
    key(material)?
        .seal_in_place_append_tag(
            Nonce::assume_unique_for_key(nonce),
            Aad::from(aad),
            &mut sealed,
        )
        .ok()?;
    blob.extend_from_slice(&sealed);
    Some(blob)
}

/// Reads a blob without opening it; `None` means it is not one of ours.
pub(crate) fn parse(bytes: &[u8]) -> Option<Blob<'_>> {
    let rest = bytes.strip_prefix(MAGIC)?;
    let (&length, rest) = rest.split_first()?;
    let (name, rest) = rest.split_at_checked(usize::from(length))?;
    let (material, rest) = rest.split_at_checked(32)?;
    let (nonce, sealed) = rest.split_at_checked(12)?;
    let (account, key_id) = std::str::from_utf8(name).ok()?.split_once('/')?;
    Some(Blob {
        account,
        key_id,
        material_id: hex::encode(material),
        sealed,
        nonce: nonce.try_into().ok()?,
        header: bytes.get(..bytes.len() - rest.len())?,
    })
}

impl Blob<'_> {
    /// Opens the blob; `None` means a wrong key, a wrong context or a damaged blob.
    pub(crate) fn open(
        &self,
        material: &[u8],
        context: &BTreeMap<String, String>,
    ) -> Option<Vec<u8>> {
        let aad = associated_data(self.header, context);
        let mut buffer = self.sealed.to_vec();
        let plaintext = key(material)?
            .open_in_place(
                Nonce::assume_unique_for_key(self.nonce),
                Aad::from(aad),
                &mut buffer,
            )
            .ok()?;
        Some(plaintext.to_vec())
    }
}

/// SYMMETRIC_DEFAULT is 128-bit SM4 in China; AES-128 stands in for it there.
fn key(material: &[u8]) -> Option<LessSafeKey> {
    let algorithm = if material.len() == 16 {
        &AES_128_GCM
    } else {
        &AES_256_GCM
    };
    Some(LessSafeKey::new(UnboundKey::new(algorithm, material).ok()?))
}

/// Header and context, each part preceded by its length.
fn associated_data(header: &[u8], context: &BTreeMap<String, String>) -> Vec<u8> {
    let mut data = Vec::new();
    let mut push = |part: &[u8]| {
        data.extend_from_slice(&(part.len() as u64).to_be_bytes());
        data.extend_from_slice(part);
    };
    push(header);
    for (name, value) in context {
        push(name.as_bytes());
        push(value.as_bytes());
    }
    data
}
