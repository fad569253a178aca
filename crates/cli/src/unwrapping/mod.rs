//! Unwraps material that left Keyferry, with a private key in a file: no server, no vault.

mod der;
mod passphrase;
mod private_key;

use aws_lc_rs::key_wrap::{AES_256, AesKek, KeyWrapPadded as _};
use aws_lc_rs::rsa::{OAEP_SHA256_MGF1SHA256, OaepPrivateDecryptingKey, PrivateDecryptingKey};
use zeroize::Zeroizing;

pub(crate) use private_key::{BadPrivateKey, is_encrypted, read};

/// Material in the clear; overwritten on drop.
pub(crate) type Plain = Zeroizing<Vec<u8>>;

/// An RSA private key that undoes what was wrapped under its public half.
pub(crate) struct PrivateKey {
    oaep: OaepPrivateDecryptingKey,
    public: Vec<u8>,
}

/// How something is wrapped, as it is found out by its length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wrapping {
    /// The material itself under OAEP with SHA-256.
    Oaep,
    /// An AES-256 key under that, and the material under the key by RFC 5649.
    KeyWrap,
}

impl Wrapping {
    /// AWS's word.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Oaep => "RSAES_OAEP_SHA_256",
            Self::KeyWrap => "RSA_AES_KEY_WRAP_SHA_256",
        }
    }

    /// How the name of a file ends that holds what comes out: raw bytes, or PKCS#8 DER.
    pub(crate) fn ending(self) -> &'static str {
        match self {
            Self::Oaep => "bin",
            Self::KeyWrap => "der",
        }
    }
}

impl PrivateKey {
    fn from_pkcs8(der: &[u8]) -> Option<Self> {
        use aws_lc_rs::encoding::{AsDer as _, PublicKeyX509Der};
        let key = PrivateDecryptingKey::from_pkcs8(der).ok()?;
        let public: PublicKeyX509Der<'_> = key.public_key().as_der().ok()?;
        let public = public.as_ref().to_vec();
        let oaep = OaepPrivateDecryptingKey::new(key).ok()?;
        Some(Self { oaep, public })
    }

    /// SHA-256 of the public half's SubjectPublicKeyInfo, hexadecimal: what Keyferry calls a public key by.
    pub(crate) fn fingerprint(&self) -> String {
        hex::encode(aws_lc_rs::digest::digest(
            &aws_lc_rs::digest::SHA256,
            &self.public,
        ))
    }

    /// Unwraps; `None` where it was not wrapped under the public half, or was altered since.
    pub(crate) fn unwrap(&self, wrapped: &[u8]) -> Option<(Wrapping, Plain)> {
        let (first, second) = wrapped.split_at_checked(self.oaep.key_size_bytes())?;
        let first = self.open(first)?;
        if second.is_empty() {
            return Some((Wrapping::Oaep, first));
        }
        let kek = AesKek::new(&AES_256, &first).ok()?;
        let mut plain = Zeroizing::new(vec![0; second.len()]);
        let length = kek.unwrap_with_padding(second, &mut plain).ok()?.len();
        Some((
            Wrapping::KeyWrap,
            Zeroizing::new(plain.get(..length)?.to_vec()),
        ))
    }

    fn open(&self, wrapped: &[u8]) -> Option<Plain> {
        let mut plain = Zeroizing::new(vec![0; self.oaep.min_output_size()]);
        let opened = self
            .oaep
            .decrypt(&OAEP_SHA256_MGF1SHA256, wrapped, &mut plain, None);
        let length = opened.ok()?.len();
        Some(Zeroizing::new(plain.get(..length)?.to_vec()))
    }
}
