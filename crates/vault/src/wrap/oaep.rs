//! RSAES-OAEP (RFC 8017, section 7.1), empty label, MGF1 with the same hash.

use aws_lc_rs::error::Unspecified;
use aws_lc_rs::rsa::{
    KeySize, OAEP_SHA1_MGF1SHA1, OAEP_SHA256_MGF1SHA256, OaepAlgorithm, OaepPrivateDecryptingKey,
    OaepPublicEncryptingKey, PrivateDecryptingKey, PublicEncryptingKey,
};
use keyferry_ports::vault::{VaultError, WrappingPublicKey};
use zeroize::Zeroizing;

use super::OaepHash;
use crate::secret::Material;

impl OaepHash {
    fn algorithm(self) -> &'static OaepAlgorithm {
        match self {
            Self::Sha1 => &OAEP_SHA1_MGF1SHA1,
            Self::Sha256 => &OAEP_SHA256_MGF1SHA256,
        }
    }
}

const NO_RSA_KEY: &str = "it is no RSA key in DER (SubjectPublicKeyInfo)";

/// Whether a DER sequence ends where the bytes end; the library ignores what follows. Keys of 2048 bits and more
/// always have the two-byte form of length.
fn is_whole_sequence(der: &[u8]) -> bool {
    let [0x30, 0x82, high, low, rest @ ..] = der else {
        return false;
    };
    rest.len() == usize::from(u16::from_be_bytes([*high, *low]))
}

/// An RSA public key of 2048 bits or more.
pub(crate) struct WrappingKey(OaepPublicEncryptingKey);

impl WrappingKey {
    /// Reads a DER SubjectPublicKeyInfo.
    pub(crate) fn parse(key: &WrappingPublicKey) -> Result<Self, VaultError> {
        let unusable = |why: &str| VaultError::BadWrappingKey {
            why: why.to_owned(),
        };
        let parsed = PublicEncryptingKey::from_der(&key.0).map_err(|rejected| {
            unusable(match rejected.description_() {
                "TooSmall" => "its modulus is shorter than 2048 bits",
                "TooLarge" => "its modulus is longer than 8192 bits",
                _ => NO_RSA_KEY,
            })
        })?;
        if !is_whole_sequence(&key.0) {
            return Err(unusable(NO_RSA_KEY));
        }
        Self::new(parsed).map_err(|_| super::failed("taking over an RSA public key"))
    }

    fn new(key: PublicEncryptingKey) -> Result<Self, Unspecified> {
        OaepPublicEncryptingKey::new(key).map(Self)
    }

    /// Bits of the modulus.
    pub(crate) fn bits(&self) -> usize {
        self.0.key_size_bits()
    }

    /// How many bytes fit.
    pub(crate) fn room(&self, hash: OaepHash) -> usize {
        self.0.max_plaintext_size(hash.algorithm())
    }

    pub(crate) fn encrypt(&self, hash: OaepHash, plain: &[u8]) -> Result<Vec<u8>, Unspecified> {
        let mut ciphertext = vec![0; self.0.ciphertext_size()];
        let length = self
            .0
            .encrypt(hash.algorithm(), plain, &mut ciphertext, None)?
            .len();
        ciphertext.truncate(length);
        Ok(ciphertext)
    }
}

/// An RSA private key that undoes a wrapping.
pub(crate) struct UnwrappingKey(PrivateDecryptingKey, OaepPrivateDecryptingKey);

impl UnwrappingKey {
    /// A key pair made to be thrown away.
    pub(crate) fn generate(size: KeySize) -> Result<Self, Unspecified> {
        Self::new(PrivateDecryptingKey::generate(size)?)
    }

    /// Reads PKCS#8 DER.
    pub(crate) fn from_pkcs8(der: &[u8]) -> Result<Self, Unspecified> {
        Self::new(PrivateDecryptingKey::from_pkcs8(der)?)
    }

    fn new(key: PrivateDecryptingKey) -> Result<Self, Unspecified> {
        let oaep = OaepPrivateDecryptingKey::new(key.clone())?;
        Ok(Self(key, oaep))
    }

    /// The public half.
    pub(crate) fn wrapping_key(&self) -> Result<WrappingKey, Unspecified> {
        WrappingKey::new(self.0.public_key())
    }

    /// Bytes of the modulus.
    pub(crate) fn modulus_len(&self) -> usize {
        self.1.key_size_bytes()
    }

    pub(crate) fn decrypt(&self, hash: OaepHash, ciphertext: &[u8]) -> Option<Material> {
        let mut buffer = Zeroizing::new(vec![0; self.1.min_output_size()]);
        let plain = self
            .1
            .decrypt(hash.algorithm(), ciphertext, &mut buffer, None)
            .ok()?;
        Some(Material::copy_of(plain))
    }
}
