//! New key material, in the forms that AWS KMS imports.
//!
//! # Source
//!
//! KMS Developer Guide, "Import key material step 3: Encrypt the key material": AES-256 is 32 raw bytes; HMAC as
//! long as its hash; RSA and ECC private keys are unencrypted PKCS#8 DER, curves by name.

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::rsa::{KeyPair as RsaKeyPair, KeySize};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P256K1_SHA256_ASN1_SIGNING,
    ECDSA_P384_SHA384_ASN1_SIGNING, ECDSA_P521_SHA512_ASN1_SIGNING, EcdsaKeyPair,
    EcdsaSigningAlgorithm, Ed25519KeyPair, KeyPair,
};
use keyferry_domain::spec::KeySpec;

use crate::secret::Material;

/// Material and, for asymmetric specs, the DER SubjectPublicKeyInfo.
pub(crate) struct Generated {
    pub(crate) material: Material,
    pub(crate) public_key: Option<Vec<u8>>,
}

/// Makes material of a spec from the library's generator. RSA takes up to seconds.
pub(crate) fn generate(spec: KeySpec) -> Result<Generated, Unspecified> {
    match spec {
        KeySpec::Aes256 | KeySpec::Hmac256 => symmetric(32),
        KeySpec::Hmac224 => symmetric(28),
        KeySpec::Hmac384 => symmetric(48),
        KeySpec::Hmac512 => symmetric(64),
        KeySpec::Rsa2048 => rsa(KeySize::Rsa2048),
        KeySpec::Rsa3072 => rsa(KeySize::Rsa3072),
        KeySpec::Rsa4096 => rsa(KeySize::Rsa4096),
        KeySpec::EcP256 => ec(&ECDSA_P256_SHA256_ASN1_SIGNING),
        KeySpec::EcP384 => ec(&ECDSA_P384_SHA384_ASN1_SIGNING),
        KeySpec::EcP521 => ec(&ECDSA_P521_SHA512_ASN1_SIGNING),
        KeySpec::EcSecp256k1 => ec(&ECDSA_P256K1_SHA256_ASN1_SIGNING),
        KeySpec::Ed25519 => ed25519(),
    }
}

fn symmetric(length: usize) -> Result<Generated, Unspecified> {
    Ok(Generated {
        material: Material::random(length)?,
        public_key: None,
    })
}

fn rsa(size: KeySize) -> Result<Generated, Unspecified> {
    rsa_pair(&RsaKeyPair::generate(size)?)
}

/// The stored form of an RSA key pair.
pub(crate) fn rsa_pair(pair: &RsaKeyPair) -> Result<Generated, Unspecified> {
    let private: Pkcs8V1Der<'_> = pair.as_der()?;
    asymmetric(private.as_ref(), pair.public_key().as_der()?)
}

fn ec(algorithm: &'static EcdsaSigningAlgorithm) -> Result<Generated, Unspecified> {
    ec_pair(&EcdsaKeyPair::generate(algorithm)?)
}

/// The stored form of a key pair on one of the named curves: with the curve's name and the public key.
pub(crate) fn ec_pair(pair: &EcdsaKeyPair) -> Result<Generated, Unspecified> {
    asymmetric(pair.to_pkcs8v1()?.as_ref(), pair.public_key().as_der()?)
}

fn ed25519() -> Result<Generated, Unspecified> {
    ed25519_pair(&Ed25519KeyPair::generate()?)
}

/// The stored form of an Ed25519 key pair.
pub(crate) fn ed25519_pair(pair: &Ed25519KeyPair) -> Result<Generated, Unspecified> {
    asymmetric(pair.to_pkcs8v1()?.as_ref(), pair.public_key().as_der()?)
}

/// The library's own copies of the private key are overwritten when the caller drops them.
fn asymmetric(private: &[u8], public: PublicKeyX509Der<'_>) -> Result<Generated, Unspecified> {
    Ok(Generated {
        material: Material::copy_of(private),
        public_key: Some(public.as_ref().to_vec()),
    })
}
