//! How key material is wrapped for AWS KMS.

use crate::spec::{KeySpec, SpecKind};

/// AWS's wrapping algorithms that Keyferry uses (KMS API, `GetParametersForImport`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WrappingAlgorithm {
    /// OAEP with SHA-256 and MGF1 with SHA-256, empty label.
    RsaesOaepSha256,
    /// OAEP with SHA-1; only by a keystore's explicit choice.
    RsaesOaepSha1,
    /// A fresh AES-256 key wraps the material (RFC 5649); OAEP with SHA-256 wraps that key.
    RsaAesKeyWrapSha256,
    /// The same with OAEP SHA-1; only by a keystore's explicit choice.
    RsaAesKeyWrapSha1,
}

impl WrappingAlgorithm {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::RsaesOaepSha256,
        Self::RsaesOaepSha1,
        Self::RsaAesKeyWrapSha256,
        Self::RsaAesKeyWrapSha1,
    ];

    /// Those that policies name.
    pub const FOR_POLICIES: [Self; 2] = [Self::RsaesOaepSha256, Self::RsaAesKeyWrapSha256];

    /// The one that policies name by this word of AWS's.
    pub fn for_policies(word: &str) -> Option<Self> {
        let upper = word.to_ascii_uppercase();
        Self::FOR_POLICIES
            .into_iter()
            .find(|one| one.as_str() == upper)
    }

    /// What AWS takes for a spec, the preferred one first.
    ///
    /// # Source
    ///
    /// KMS Developer Guide, "Download the wrapping public key and import token": RSA private keys take
    /// `RSA_AES_KEY_WRAP_*` only, ECC private keys both, symmetric and HMAC keys `RSAES_OAEP_*` only. (P-521 does not fit
    /// into OAEP under `RSA_2048`; what we ask for is `RSA_4096`.)
    pub fn taken_for(spec: KeySpec) -> &'static [Self] {
        match spec.kind() {
            SpecKind::Symmetric | SpecKind::Hmac => &[Self::RsaesOaepSha256],
            SpecKind::Rsa => &[Self::RsaAesKeyWrapSha256],
            SpecKind::Ecc => &[Self::RsaAesKeyWrapSha256, Self::RsaesOaepSha256],
        }
    }

    /// AWS's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::RsaesOaepSha256 => "RSAES_OAEP_SHA_256",
            Self::RsaesOaepSha1 => "RSAES_OAEP_SHA_1",
            Self::RsaAesKeyWrapSha256 => "RSA_AES_KEY_WRAP_SHA_256",
            Self::RsaAesKeyWrapSha1 => "RSA_AES_KEY_WRAP_SHA_1",
        }
    }

    /// The algorithm for a spec: AES and HMAC material fits into OAEP, private keys do not.
    ///
    /// # Source
    ///
    /// KMS Developer Guide, "Download the wrapping public key and import token": RSA private keys
    /// take `RSA_AES_KEY_WRAP_*` only; symmetric and HMAC keys take `RSAES_OAEP_*`.
    pub fn for_spec(spec: KeySpec) -> Self {
        match spec.kind() {
            SpecKind::Symmetric | SpecKind::Hmac => Self::RsaesOaepSha256,
            SpecKind::Rsa | SpecKind::Ecc => Self::RsaAesKeyWrapSha256,
        }
    }
}

/// The size of AWS's wrapping key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WrappingKeySpec {
    /// 2048 bits.
    Rsa2048,
    /// 3072 bits.
    Rsa3072,
    /// 4096 bits; what we ask for.
    Rsa4096,
}

impl WrappingKeySpec {
    /// All sizes.
    pub const ALL: [Self; 3] = [Self::Rsa2048, Self::Rsa3072, Self::Rsa4096];

    /// The one with so many bits.
    pub fn of_bits(bits: u32) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|one| u32::try_from(one.bits()) == Ok(bits))
    }

    /// AWS's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rsa2048 => "RSA_2048",
            Self::Rsa3072 => "RSA_3072",
            Self::Rsa4096 => "RSA_4096",
        }
    }

    /// Bits of the modulus.
    pub fn bits(self) -> usize {
        match self {
            Self::Rsa2048 => 2048,
            Self::Rsa3072 => 3072,
            Self::Rsa4096 => 4096,
        }
    }
}
