//! Wrapping key pairs, and opening what was wrapped under them.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::key_wrap::{AES_256, AesKek, KeyWrapPadded};
use aws_lc_rs::rsa::{
    KeySize, OAEP_SHA1_MGF1SHA1, OAEP_SHA256_MGF1SHA256, OaepAlgorithm, OaepPrivateDecryptingKey,
    PrivateDecryptingKey,
};

use crate::specs::WrappingAlgorithm;

/// Pairs per wrapping key spec and process; requests take them in turn.
const POOL: usize = 2;

/// One RSA pair whose public half is handed out by GetParametersForImport.
pub(crate) struct WrappingPair {
    private: PrivateDecryptingKey,
    /// SubjectPublicKeyInfo, DER.
    pub(crate) public_der: Vec<u8>,
}

impl std::fmt::Debug for WrappingPair {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "WrappingPair({} bits)", self.private.key_size_bits())
    }
}

impl WrappingPair {
    fn generate(bits: u16) -> Option<Self> {
        let size = match bits {
            2048 => KeySize::Rsa2048,
            3072 => KeySize::Rsa3072,
            _ => KeySize::Rsa4096,
        };
        Self::from_private(PrivateDecryptingKey::generate(size).ok()?)
    }

    fn from_private(private: PrivateDecryptingKey) -> Option<Self> {
        let der = AsDer::<PublicKeyX509Der<'_>>::as_der(&private.public_key()).ok()?;
        let public_der = der.as_ref().to_vec();
        Some(WrappingPair {
            private,
            public_der,
        })
    }

    pub(crate) fn to_pkcs8(&self) -> Option<Vec<u8>> {
        let der = AsDer::<Pkcs8V1Der<'_>>::as_der(&self.private).ok()?;
        Some(der.as_ref().to_vec())
    }

    pub(crate) fn from_pkcs8(der: &[u8]) -> Option<Self> {
        Self::from_private(PrivateDecryptingKey::from_pkcs8(der).ok()?)
    }

    /// Opens a wrapped blob; `None` means it was not made with this public key and algorithm.
    pub(crate) fn unwrap(&self, algorithm: WrappingAlgorithm, blob: &[u8]) -> Option<Vec<u8>> {
        match algorithm {
            WrappingAlgorithm::OaepSha256 => self.open(&OAEP_SHA256_MGF1SHA256, blob),
            WrappingAlgorithm::OaepSha1 => self.open(&OAEP_SHA1_MGF1SHA1, blob),
            WrappingAlgorithm::RsaAesSha256 => self.open_hybrid(&OAEP_SHA256_MGF1SHA256, blob),
            WrappingAlgorithm::RsaAesSha1 => self.open_hybrid(&OAEP_SHA1_MGF1SHA1, blob),
        }
    }

    fn open(&self, algorithm: &'static OaepAlgorithm, blob: &[u8]) -> Option<Vec<u8>> {
        let key = OaepPrivateDecryptingKey::new(self.private.clone()).ok()?;
        let mut output = vec![0; key.min_output_size()];
        let plaintext = key.decrypt(algorithm, blob, &mut output, None).ok()?;
        Some(plaintext.to_vec())
    }

    /// Wrapped AES-256 key, as long as the RSA modulus, then the material under AES-KWP (RFC 5649).
    fn open_hybrid(&self, algorithm: &'static OaepAlgorithm, blob: &[u8]) -> Option<Vec<u8>> {
        let (wrapped_key, wrapped) = blob.split_at_checked(self.private.key_size_bytes())?;
        let aes_key = self.open(algorithm, wrapped_key)?;
        let kek = AesKek::new(&AES_256, &aes_key).ok()?;
        let mut output = vec![0; wrapped.len()];
        let plaintext = kek.unwrap_with_padding(wrapped, &mut output).ok()?;
        Some(plaintext.to_vec())
    }
}

#[derive(Default)]
struct Pool {
    pairs: Vec<Arc<WrappingPair>>,
    handed_out: usize,
}

/// The next pair of the process's pool for RSA keys of `bits`. Making RSA-4096 pairs takes about
/// a second, so they are made once, on demand, and shared by all simulators of the process.
pub(crate) fn next_pair(bits: u16) -> Option<Arc<WrappingPair>> {
    static POOLS: OnceLock<[Mutex<Pool>; 3]> = OnceLock::new();
    let pools = POOLS.get_or_init(Default::default);
    let index = match bits {
        2048 => 0,
        3072 => 1,
        _ => 2,
    };
    let mut pool = pools
        .get(index)?
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    let turn = pool.handed_out % POOL;
    pool.handed_out += 1;
    if turn >= pool.pairs.len() {
        let pair = Arc::new(WrappingPair::generate(bits)?);
        pool.pairs.push(pair);
    }
    pool.pairs.get(turn).cloned()
}
