//! Secret bytes inside the vault: boxes of fixed size, overwritten on drop, never cloned or printed.

use std::fmt;

use aws_lc_rs::error::Unspecified;
use aws_lc_rs::rand;
use zeroize::Zeroizing;

/// Bytes of a symmetric key: root key, KEK, derived key.
pub(crate) const KEY_LEN: usize = 32;

/// A 256-bit key.
pub(crate) struct Key256(Box<Zeroizing<[u8; KEY_LEN]>>);

impl Key256 {
    /// Lets `fill` write the key into its final place, so that no copy of it is left on the stack.
    pub(crate) fn make<E>(
        fill: impl FnOnce(&mut [u8; KEY_LEN]) -> Result<(), E>,
    ) -> Result<Self, E> {
        let mut bytes = Box::new(Zeroizing::new([0; KEY_LEN]));
        fill(&mut bytes)?;
        Ok(Self(bytes))
    }

    /// A fresh key from the library's generator.
    pub(crate) fn random() -> Result<Self, Unspecified> {
        Self::make(|bytes| rand::fill(bytes))
    }

    /// Copies a key that lies in another secret box; `None` if it has another length.
    pub(crate) fn copy_of(bytes: &[u8]) -> Option<Self> {
        let source: &[u8; KEY_LEN] = bytes.try_into().ok()?;
        Self::make(|target| {
            target.copy_from_slice(source);
            Ok::<(), std::convert::Infallible>(())
        })
        .ok()
    }

    /// Lends the bytes. Call sites are the audit surface.
    pub(crate) fn expose(&self) -> &[u8; KEY_LEN] {
        &self.0
    }
}

impl fmt::Debug for Key256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key256(redacted)")
    }
}

/// Secret bytes of any length that never grow: key material (raw, or PKCS#8 DER), and whatever was opened.
pub(crate) struct Material(Zeroizing<Box<[u8]>>);

impl Material {
    /// Lets `fill` write the bytes into their final place.
    pub(crate) fn make<E>(
        len: usize,
        fill: impl FnOnce(&mut [u8]) -> Result<(), E>,
    ) -> Result<Self, E> {
        let mut bytes = Zeroizing::new(vec![0; len].into_boxed_slice());
        fill(&mut bytes)?;
        Ok(Self(bytes))
    }

    /// Fresh random bytes from the library's generator.
    pub(crate) fn random(len: usize) -> Result<Self, Unspecified> {
        Self::make(len, rand::fill)
    }

    /// Copies bytes whose owner overwrites its own copy.
    pub(crate) fn copy_of(bytes: &[u8]) -> Self {
        Self(Zeroizing::new(bytes.into()))
    }

    /// Lends the bytes. Call sites are the audit surface.
    pub(crate) fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Material {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Material({} bytes, redacted)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_of_secrets_shows_no_byte_of_them() {
        let key = Key256::copy_of(&[0xab; KEY_LEN]).unwrap();
        let material = Material::copy_of(&[0xab; 48]);

        assert_eq!(
            format!("{key:?} {key:#?}"),
            "Key256(redacted) Key256(redacted)"
        );
        assert_eq!(format!("{material:?}"), "Material(48 bytes, redacted)");
        assert_eq!(format!("{material:#?}"), "Material(48 bytes, redacted)");
    }

    #[test]
    fn a_key_of_another_length_is_no_key() {
        assert!(Key256::copy_of(&[1; 31]).is_none());
        assert!(Key256::copy_of(&[1; 33]).is_none());
        assert_eq!(Key256::copy_of(&[1; 32]).unwrap().expose(), &[1; 32]);
    }

    #[test]
    fn two_random_keys_differ() {
        assert_ne!(
            Key256::random().unwrap().expose(),
            Key256::random().unwrap().expose()
        );
    }
}
