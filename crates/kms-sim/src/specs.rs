//! Key specs, key usages and the algorithms that go with them.
//!
//! Source: AWS KMS API Reference, CreateKey (KeySpec, KeyUsage) and KeyMetadata.

use serde::{Deserialize, Serialize};

/// Every `KeySpec` of the API.
pub(crate) const KEY_SPECS: &[&str] = &[
    "SYMMETRIC_DEFAULT",
    "HMAC_224",
    "HMAC_256",
    "HMAC_384",
    "HMAC_512",
    "RSA_2048",
    "RSA_3072",
    "RSA_4096",
    "ECC_NIST_P256",
    "ECC_NIST_P384",
    "ECC_NIST_P521",
    "ECC_SECG_P256K1",
    "ECC_NIST_EDWARDS25519",
    "ML_DSA_44",
    "ML_DSA_65",
    "ML_DSA_87",
    "ML_KEM_512",
    "ML_KEM_768",
    "ML_KEM_1024",
    "SM2",
];

/// Every `KeyUsage` of the API.
pub(crate) const KEY_USAGES: &[&str] = &[
    "SIGN_VERIFY",
    "ENCRYPT_DECRYPT",
    "GENERATE_VERIFY_MAC",
    "KEY_AGREEMENT",
    "ENCAPSULATE_DECAPSULATE",
];

/// The named curves whose private keys can be imported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Curve {
    P256,
    P384,
    P521,
    Secp256k1,
    Ed25519,
}

/// A key spec that the simulator can hold material for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum KeySpec {
    Symmetric,
    Hmac(u16),
    Rsa(u16),
    Ecc(Curve),
}

/// What kind of key UpdateAlias compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeyType {
    Symmetric,
    Asymmetric,
    Hmac,
}

impl KeySpec {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "SYMMETRIC_DEFAULT" => KeySpec::Symmetric,
            "HMAC_224" => KeySpec::Hmac(224),
            "HMAC_256" => KeySpec::Hmac(256),
            "HMAC_384" => KeySpec::Hmac(384),
            "HMAC_512" => KeySpec::Hmac(512),
            "RSA_2048" => KeySpec::Rsa(2048),
            "RSA_3072" => KeySpec::Rsa(3072),
            "RSA_4096" => KeySpec::Rsa(4096),
            "ECC_NIST_P256" => KeySpec::Ecc(Curve::P256),
            "ECC_NIST_P384" => KeySpec::Ecc(Curve::P384),
            "ECC_NIST_P521" => KeySpec::Ecc(Curve::P521),
            "ECC_SECG_P256K1" => KeySpec::Ecc(Curve::Secp256k1),
            "ECC_NIST_EDWARDS25519" => KeySpec::Ecc(Curve::Ed25519),
            _ => return None,
        })
    }

    pub(crate) fn name(self) -> String {
        match self {
            KeySpec::Symmetric => "SYMMETRIC_DEFAULT".to_owned(),
            KeySpec::Hmac(bits) => format!("HMAC_{bits}"),
            KeySpec::Rsa(bits) => format!("RSA_{bits}"),
            KeySpec::Ecc(curve) => match curve {
                Curve::P256 => "ECC_NIST_P256",
                Curve::P384 => "ECC_NIST_P384",
                Curve::P521 => "ECC_NIST_P521",
                Curve::Secp256k1 => "ECC_SECG_P256K1",
                Curve::Ed25519 => "ECC_NIST_EDWARDS25519",
            }
            .to_owned(),
        }
    }

    /// The deprecated twin of the key spec, which knows no newer ones.
    pub(crate) fn customer_master_key_spec(self) -> Option<String> {
        (self != KeySpec::Ecc(Curve::Ed25519)).then(|| self.name())
    }

    pub(crate) fn key_type(self) -> KeyType {
        match self {
            KeySpec::Symmetric => KeyType::Symmetric,
            KeySpec::Hmac(_) => KeyType::Hmac,
            KeySpec::Rsa(_) | KeySpec::Ecc(_) => KeyType::Asymmetric,
        }
    }

    pub(crate) fn is_symmetric(self) -> bool {
        self == KeySpec::Symmetric
    }

    /// The usages a spec may have (AWS KMS API Reference, CreateKey, KeyUsage).
    pub(crate) fn usages(self) -> &'static [&'static str] {
        match self {
            KeySpec::Symmetric => &["ENCRYPT_DECRYPT"],
            KeySpec::Hmac(_) => &["GENERATE_VERIFY_MAC"],
            KeySpec::Rsa(_) => &["ENCRYPT_DECRYPT", "SIGN_VERIFY"],
            KeySpec::Ecc(Curve::P256 | Curve::P384 | Curve::P521) => {
                &["SIGN_VERIFY", "KEY_AGREEMENT"]
            }
            KeySpec::Ecc(Curve::Secp256k1 | Curve::Ed25519) => &["SIGN_VERIFY"],
        }
    }

    /// The `KeyMetadata` member that lists the algorithms, and the list.
    pub(crate) fn algorithms(self, usage: &str) -> (&'static str, Vec<String>) {
        let own = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        match (self, usage) {
            (KeySpec::Symmetric, _) => ("EncryptionAlgorithms", own(&["SYMMETRIC_DEFAULT"])),
            (KeySpec::Hmac(bits), _) => ("MacAlgorithms", vec![format!("HMAC_SHA_{bits}")]),
            (_, "KEY_AGREEMENT") => ("KeyAgreementAlgorithms", own(&["ECDH"])),
            (KeySpec::Rsa(_), "ENCRYPT_DECRYPT") => (
                "EncryptionAlgorithms",
                own(&["RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256"]),
            ),
            (KeySpec::Rsa(_), _) => ("SigningAlgorithms", own(RSA_SIGNING)),
            (KeySpec::Ecc(curve), _) => (
                "SigningAlgorithms",
                own(match curve {
                    Curve::P256 | Curve::Secp256k1 => &["ECDSA_SHA_256"],
                    Curve::P384 => &["ECDSA_SHA_384"],
                    Curve::P521 => &["ECDSA_SHA_512"],
                    Curve::Ed25519 => &["ED25519_PH_SHA_512", "ED25519_SHA_512"],
                }),
            ),
        }
    }

    /// The bucket that cryptographic calls with such a key share
    /// (AWS KMS Developer Guide, "Request quotas").
    pub(crate) fn crypto_bucket(self) -> &'static str {
        match self {
            KeySpec::Symmetric | KeySpec::Hmac(_) => "CryptographicSymmetric",
            KeySpec::Rsa(_) => "CryptographicRsa",
            KeySpec::Ecc(_) => "CryptographicEcc",
        }
    }
}

const RSA_SIGNING: &[&str] = &[
    "RSASSA_PKCS1_V1_5_SHA_256",
    "RSASSA_PKCS1_V1_5_SHA_384",
    "RSASSA_PKCS1_V1_5_SHA_512",
    "RSASSA_PSS_SHA_256",
    "RSASSA_PSS_SHA_384",
    "RSASSA_PSS_SHA_512",
];

/// Where a key's material comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Origin {
    AwsKms,
    External,
    /// Only planted by hand: the simulator has no custom key stores of its own.
    CloudHsm,
}

impl Origin {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Origin::AwsKms => "AWS_KMS",
            Origin::External => "EXTERNAL",
            Origin::CloudHsm => "AWS_CLOUDHSM",
        }
    }
}

/// A way to wrap key material for import.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum WrappingAlgorithm {
    OaepSha256,
    OaepSha1,
    RsaAesSha256,
    RsaAesSha1,
}

/// Every `AlgorithmSpec` of GetParametersForImport.
pub(crate) const WRAPPING_ALGORITHMS: &[&str] = &[
    "RSAES_PKCS1_V1_5",
    "RSAES_OAEP_SHA_1",
    "RSAES_OAEP_SHA_256",
    "RSA_AES_KEY_WRAP_SHA_1",
    "RSA_AES_KEY_WRAP_SHA_256",
    "SM2PKE",
];

/// Every `WrappingKeySpec` of GetParametersForImport.
pub(crate) const WRAPPING_KEY_SPECS: &[&str] = &["RSA_2048", "RSA_3072", "RSA_4096", "SM2"];

impl WrappingAlgorithm {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "RSAES_OAEP_SHA_256" => WrappingAlgorithm::OaepSha256,
            "RSAES_OAEP_SHA_1" => WrappingAlgorithm::OaepSha1,
            "RSA_AES_KEY_WRAP_SHA_256" => WrappingAlgorithm::RsaAesSha256,
            "RSA_AES_KEY_WRAP_SHA_1" => WrappingAlgorithm::RsaAesSha1,
            _ => return None,
        })
    }

    pub(crate) fn is_hybrid(self) -> bool {
        matches!(
            self,
            WrappingAlgorithm::RsaAesSha256 | WrappingAlgorithm::RsaAesSha1
        )
    }

    /// Whether AWS lets this algorithm wrap material of `spec` (AWS KMS Developer Guide,
    /// "Download the wrapping public key and import token", table of wrapping algorithms).
    pub(crate) fn suits(self, spec: KeySpec, wrapping_bits: u16, china: bool) -> bool {
        if self.is_hybrid() && china {
            return false;
        }
        match spec {
            KeySpec::Symmetric | KeySpec::Hmac(_) => !self.is_hybrid(),
            KeySpec::Rsa(_) => self.is_hybrid(),
            KeySpec::Ecc(Curve::P521) => self.is_hybrid() || wrapping_bits > 2048,
            KeySpec::Ecc(_) => true,
        }
    }
}
