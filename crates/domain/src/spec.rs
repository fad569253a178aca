//! Key specs and usages: what kinds of key exist, and which of them can be imported into AWS KMS.

use std::fmt;
use std::str::FromStr;

/// The kind and size of key material that Keyferry makes and imports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeySpec {
    /// AES-256 (`SYMMETRIC_DEFAULT`).
    Aes256,
    /// HMAC with SHA-224.
    Hmac224,
    /// HMAC with SHA-256.
    Hmac256,
    /// HMAC with SHA-384.
    Hmac384,
    /// HMAC with SHA-512.
    Hmac512,
    /// RSA with a modulus of 2048 bits.
    Rsa2048,
    /// RSA with a modulus of 3072 bits.
    Rsa3072,
    /// RSA with a modulus of 4096 bits.
    Rsa4096,
    /// ECC on NIST P-256.
    EcP256,
    /// ECC on NIST P-384.
    EcP384,
    /// ECC on NIST P-521.
    EcP521,
    /// ECC on secp256k1.
    EcSecp256k1,
    /// Ed25519.
    Ed25519,
}

/// Families that share rules of import and rotation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpecKind {
    /// One KMS key may hold many materials; rotation in place is possible.
    Symmetric,
    /// One material for life.
    Hmac,
    /// One material for life; PKCS#8.
    Rsa,
    /// One material for life; PKCS#8.
    Ecc,
}

/// Why a spec cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadSpec {
    /// AWS KMS knows it but does not accept imported material for it.
    ///
    /// # Source
    ///
    /// KMS Developer Guide, "Importing key material": ML-DSA is excluded; no page names ML-KEM
    /// as importable; SM2 exists in China only.
    #[error("{text} keys cannot hold imported key material in AWS KMS")]
    NotImportable {
        /// What was given.
        text: String,
    },
    /// Nobody knows it.
    #[error("`{text}` is not a key spec; known: {}", KeySpec::all_names())]
    Unknown {
        /// What was given, cut to 60 characters.
        text: String,
    },
    /// The usage does not go with the spec.
    #[error("a {spec} key cannot be used for {usage}")]
    WrongUsage {
        /// The spec.
        spec: KeySpec,
        /// The usage.
        usage: KeyUsage,
    },
}

impl BadSpec {
    /// Stable code, documented in `docs/reference/errors.md`, and what helps.
    pub fn texts(&self) -> (&'static str, &'static str) {
        match self {
            Self::NotImportable { .. } => (
                "key.spec-not-importable",
                "choose AES-256, an HMAC, RSA or ECC spec; post-quantum keys can only be made by AWS itself",
            ),
            Self::Unknown { .. } => ("key.spec-unknown", "choose one of the specs in the message"),
            Self::WrongUsage { .. } => ("key.wrong-usage", "choose a usage that the spec has"),
        }
    }
}

/// Spec, our name, AWS's name.
const SPECS: &[(KeySpec, &str, &str)] = &[
    (KeySpec::Aes256, "AES-256", "SYMMETRIC_DEFAULT"),
    (KeySpec::Hmac224, "HMAC-224", "HMAC_224"),
    (KeySpec::Hmac256, "HMAC-256", "HMAC_256"),
    (KeySpec::Hmac384, "HMAC-384", "HMAC_384"),
    (KeySpec::Hmac512, "HMAC-512", "HMAC_512"),
    (KeySpec::Rsa2048, "RSA-2048", "RSA_2048"),
    (KeySpec::Rsa3072, "RSA-3072", "RSA_3072"),
    (KeySpec::Rsa4096, "RSA-4096", "RSA_4096"),
    (KeySpec::EcP256, "ECC-P256", "ECC_NIST_P256"),
    (KeySpec::EcP384, "ECC-P384", "ECC_NIST_P384"),
    (KeySpec::EcP521, "ECC-P521", "ECC_NIST_P521"),
    (KeySpec::EcSecp256k1, "ECC-SECP256K1", "ECC_SECG_P256K1"),
    (KeySpec::Ed25519, "ED25519", "ECC_NIST_EDWARDS25519"),
];

impl KeySpec {
    /// Every spec, in the order in which lists show them.
    pub fn all() -> impl Iterator<Item = Self> {
        SPECS.iter().map(|row| row.0)
    }

    fn row(self) -> (&'static str, &'static str) {
        SPECS
            .iter()
            .find(|row| row.0 == self)
            .map_or(("", ""), |row| (row.1, row.2))
    }

    /// Our name, such as `AES-256`.
    pub fn name(self) -> &'static str {
        self.row().0
    }

    /// AWS's name, such as `SYMMETRIC_DEFAULT`.
    pub fn aws_name(self) -> &'static str {
        self.row().1
    }

    fn all_names() -> String {
        SPECS.iter().map(|row| row.1).collect::<Vec<_>>().join(", ")
    }

    /// The family.
    pub fn kind(self) -> SpecKind {
        match self {
            Self::Aes256 => SpecKind::Symmetric,
            Self::Hmac224 | Self::Hmac256 | Self::Hmac384 | Self::Hmac512 => SpecKind::Hmac,
            Self::Rsa2048 | Self::Rsa3072 | Self::Rsa4096 => SpecKind::Rsa,
            Self::EcP256 | Self::EcP384 | Self::EcP521 | Self::EcSecp256k1 | Self::Ed25519 => {
                SpecKind::Ecc
            }
        }
    }

    /// Whether one KMS key of this spec can hold several materials and be rotated in place.
    pub fn is_symmetric(self) -> bool {
        self.kind() == SpecKind::Symmetric
    }

    /// Whether there is a public key.
    pub fn is_asymmetric(self) -> bool {
        matches!(self.kind(), SpecKind::Rsa | SpecKind::Ecc)
    }

    /// Bits of the modulus of RSA keys.
    pub fn rsa_bits(self) -> Option<usize> {
        match self {
            Self::Rsa2048 => Some(2048),
            Self::Rsa3072 => Some(3072),
            Self::Rsa4096 => Some(4096),
            _ => None,
        }
    }

    /// The usages that a KMS key of this spec may have, the default first.
    ///
    /// # Source
    ///
    /// KMS API, `CreateKey`, `KeyUsage`: mandatory for all but symmetric keys; key agreement for the NIST
    /// curves only.
    pub fn usages(self) -> &'static [KeyUsage] {
        use KeyUsage::{EncryptDecrypt, GenerateVerifyMac, KeyAgreement, SignVerify};
        match self {
            Self::Aes256 => &[EncryptDecrypt],
            Self::Hmac224 | Self::Hmac256 | Self::Hmac384 | Self::Hmac512 => &[GenerateVerifyMac],
            Self::Rsa2048 | Self::Rsa3072 | Self::Rsa4096 => &[EncryptDecrypt, SignVerify],
            Self::EcP256 | Self::EcP384 | Self::EcP521 => &[SignVerify, KeyAgreement],
            Self::EcSecp256k1 | Self::Ed25519 => &[SignVerify],
        }
    }

    /// Checks a wanted usage, or picks the default one.
    pub fn usage_or_default(self, wanted: Option<KeyUsage>) -> Result<KeyUsage, BadSpec> {
        let usages = self.usages();
        match wanted {
            None => Ok(usages.first().copied().unwrap_or(KeyUsage::EncryptDecrypt)),
            Some(usage) if usages.contains(&usage) => Ok(usage),
            Some(usage) => Err(BadSpec::WrongUsage { spec: self, usage }),
        }
    }
}

impl fmt::Display for KeySpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for KeySpec {
    type Err = BadSpec;

    /// Accepts our names and AWS's, in any case.
    fn from_str(text: &str) -> Result<Self, BadSpec> {
        let upper = text.to_ascii_uppercase();
        if let Some(row) = SPECS.iter().find(|row| row.1 == upper || row.2 == upper) {
            return Ok(row.0);
        }
        let folded = upper.replace('-', "_");
        if folded.starts_with("ML_DSA") || folded.starts_with("ML_KEM") || folded == "SM2" {
            return Err(BadSpec::NotImportable {
                text: text.to_owned(),
            });
        }
        Err(BadSpec::Unknown {
            text: text.chars().take(60).collect(),
        })
    }
}

/// What a KMS key is for (AWS `KeyUsage`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeyUsage {
    /// `ENCRYPT_DECRYPT`.
    EncryptDecrypt,
    /// `GENERATE_VERIFY_MAC`.
    GenerateVerifyMac,
    /// `KEY_AGREEMENT`.
    KeyAgreement,
    /// `SIGN_VERIFY`.
    SignVerify,
}

const USAGES: &[(KeyUsage, &str)] = &[
    (KeyUsage::EncryptDecrypt, "ENCRYPT_DECRYPT"),
    (KeyUsage::GenerateVerifyMac, "GENERATE_VERIFY_MAC"),
    (KeyUsage::KeyAgreement, "KEY_AGREEMENT"),
    (KeyUsage::SignVerify, "SIGN_VERIFY"),
];

impl KeyUsage {
    /// AWS's word.
    pub fn as_str(self) -> &'static str {
        USAGES
            .iter()
            .find(|row| row.0 == self)
            .map_or("", |row| row.1)
    }
}

impl fmt::Display for KeyUsage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for KeyUsage {
    type Err = crate::arn::BadAwsName;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let upper = text.to_ascii_uppercase().replace('-', "_");
        USAGES
            .iter()
            .find(|row| row.1 == upper)
            .map(|row| row.0)
            .ok_or_else(|| crate::arn::BadAwsName::new("key usage", text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spec_is_known_by_our_name_and_by_that_of_aws() {
        for spec in KeySpec::all() {
            assert_eq!(spec.name().parse(), Ok(spec));
            assert_eq!(spec.aws_name().to_lowercase().parse(), Ok(spec));
            assert!(!spec.usages().is_empty());
        }
    }

    #[test]
    fn post_quantum_specs_are_refused_by_name() {
        for text in ["ML_DSA_44", "ml-kem-768", "SM2"] {
            assert!(
                matches!(text.parse::<KeySpec>(), Err(BadSpec::NotImportable { .. })),
                "{text}"
            );
        }
        assert!(matches!(
            "AES-128".parse::<KeySpec>(),
            Err(BadSpec::Unknown { .. })
        ));
    }

    #[test]
    fn a_usage_that_the_spec_lacks_is_refused() {
        assert!(
            KeySpec::Aes256
                .usage_or_default(Some(KeyUsage::SignVerify))
                .is_err()
        );
        assert_eq!(
            KeySpec::Hmac256.usage_or_default(None),
            Ok(KeyUsage::GenerateVerifyMac)
        );
    }
}
