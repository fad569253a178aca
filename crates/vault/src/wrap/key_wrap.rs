//! AES key wrap with padding (RFC 5649, NIST SP 800-38F KWP) under a 256-bit key.

use aws_lc_rs::error::Unspecified;
use aws_lc_rs::key_wrap::{AES_256, AesKek, KeyWrapPadded};
use zeroize::Zeroizing;

use crate::secret::{Key256, Material};

/// The wrapped form is the material padded to a multiple of 8 bytes, and 8 bytes more.
const GROWTH_MAX: usize = 15;

pub(super) fn wrap(key: &Key256, material: &[u8]) -> Result<Vec<u8>, Unspecified> {
    let mut wrapped = vec![0; material.len() + GROWTH_MAX];
    let length = AesKek::new(&AES_256, key.expose())?
        .wrap_with_padding(material, &mut wrapped)?
        .len();
    wrapped.truncate(length);
    Ok(wrapped)
}

pub(super) fn unwrap(key: &Key256, wrapped: &[u8]) -> Option<Material> {
    let mut buffer = Zeroizing::new(vec![0; wrapped.len()]);
    let kek = AesKek::new(&AES_256, key.expose()).ok()?;
    let plain = kek.unwrap_with_padding(wrapped, &mut buffer).ok()?;
    Some(Material::copy_of(plain))
}
