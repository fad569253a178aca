//! Signatures. The public half is taken from the private key, and never from what stands beside it in the database.

use aws_lc_rs::error::{KeyRejected, Unspecified};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair as RsaKeyPair;
use aws_lc_rs::signature::{
    self, EcdsaKeyPair, EcdsaSigningAlgorithm, EcdsaVerificationAlgorithm, Ed25519KeyPair, KeyPair,
    RsaParameters, RsaSignatureEncoding, UnparsedPublicKey,
};
use keyferry_domain::key_use::SigningAlgorithm;
use keyferry_domain::spec::KeySpec;
use keyferry_ports::vault::VaultError;

use super::no_such_signature;
use crate::open::failed;
use crate::secret::Material;

/// How one algorithm is done with one spec.
enum Method {
    Ecdsa(
        &'static EcdsaSigningAlgorithm,
        &'static EcdsaVerificationAlgorithm,
    ),
    Ed25519,
    Rsa(&'static RsaSignatureEncoding, &'static RsaParameters),
}

impl Method {
    fn of(spec: KeySpec, algorithm: SigningAlgorithm) -> Result<Self, VaultError> {
        if !SigningAlgorithm::of(spec).contains(&algorithm) {
            return Err(no_such_signature(spec, algorithm.as_str()));
        }
        Ok(match algorithm {
            SigningAlgorithm::EcdsaSha256 if spec == KeySpec::EcSecp256k1 => Self::Ecdsa(
                &signature::ECDSA_P256K1_SHA256_ASN1_SIGNING,
                &signature::ECDSA_P256K1_SHA256_ASN1,
            ),
            SigningAlgorithm::EcdsaSha256 => Self::Ecdsa(
                &signature::ECDSA_P256_SHA256_ASN1_SIGNING,
                &signature::ECDSA_P256_SHA256_ASN1,
            ),
            SigningAlgorithm::EcdsaSha384 => Self::Ecdsa(
                &signature::ECDSA_P384_SHA384_ASN1_SIGNING,
                &signature::ECDSA_P384_SHA384_ASN1,
            ),
            SigningAlgorithm::EcdsaSha512 => Self::Ecdsa(
                &signature::ECDSA_P521_SHA512_ASN1_SIGNING,
                &signature::ECDSA_P521_SHA512_ASN1,
            ),
            SigningAlgorithm::Ed25519 => Self::Ed25519,
            SigningAlgorithm::RsaPkcs1Sha256 => Self::Rsa(
                &signature::RSA_PKCS1_SHA256,
                &signature::RSA_PKCS1_2048_8192_SHA256,
            ),
            SigningAlgorithm::RsaPkcs1Sha384 => Self::Rsa(
                &signature::RSA_PKCS1_SHA384,
                &signature::RSA_PKCS1_2048_8192_SHA384,
            ),
            SigningAlgorithm::RsaPkcs1Sha512 => Self::Rsa(
                &signature::RSA_PKCS1_SHA512,
                &signature::RSA_PKCS1_2048_8192_SHA512,
            ),
            SigningAlgorithm::RsaPssSha256 => Self::Rsa(
                &signature::RSA_PSS_SHA256,
                &signature::RSA_PSS_2048_8192_SHA256,
            ),
            SigningAlgorithm::RsaPssSha384 => Self::Rsa(
                &signature::RSA_PSS_SHA384,
                &signature::RSA_PSS_2048_8192_SHA384,
            ),
            SigningAlgorithm::RsaPssSha512 => Self::Rsa(
                &signature::RSA_PSS_SHA512,
                &signature::RSA_PSS_2048_8192_SHA512,
            ),
        })
    }
}

/// Signs a message.
pub(super) fn sign(
    key: &Material,
    spec: KeySpec,
    algorithm: SigningAlgorithm,
    message: &[u8],
) -> Result<Vec<u8>, VaultError> {
    let random = SystemRandom::new();
    let der = key.expose();
    match Method::of(spec, algorithm)? {
        Method::Ecdsa(how, _) => {
            let pair = EcdsaKeyPair::from_pkcs8(how, der).map_err(unread)?;
            let signature = pair.sign(&random, message).map_err(unmade)?;
            Ok(signature.as_ref().to_vec())
        }
        Method::Ed25519 => {
            let pair = Ed25519KeyPair::from_pkcs8_maybe_unchecked(der).map_err(unread)?;
            Ok(pair.sign(message).as_ref().to_vec())
        }
        Method::Rsa(how, _) => {
            let pair = RsaKeyPair::from_pkcs8(der).map_err(unread)?;
            let mut signature = vec![0; pair.public_modulus_len()];
            pair.sign(how, &random, message, &mut signature)
                .map_err(unmade)?;
            Ok(signature)
        }
    }
}

/// Whether a signature is that of a message.
pub(super) fn verify(
    key: &Material,
    spec: KeySpec,
    algorithm: SigningAlgorithm,
    message: &[u8],
    signature: &[u8],
) -> Result<bool, VaultError> {
    let der = key.expose();
    let checked = match Method::of(spec, algorithm)? {
        Method::Ecdsa(signs, checks) => {
            let pair = EcdsaKeyPair::from_pkcs8(signs, der).map_err(unread)?;
            UnparsedPublicKey::new(checks, pair.public_key()).verify(message, signature)
        }
        Method::Ed25519 => {
            let pair = Ed25519KeyPair::from_pkcs8_maybe_unchecked(der).map_err(unread)?;
            UnparsedPublicKey::new(&signature::ED25519, pair.public_key())
                .verify(message, signature)
        }
        Method::Rsa(_, checks) => {
            let pair = RsaKeyPair::from_pkcs8(der).map_err(unread)?;
            UnparsedPublicKey::new(checks, pair.public_key()).verify(message, signature)
        }
    };
    Ok(checked.is_ok())
}

fn unread(_: KeyRejected) -> VaultError {
    failed("reading a private key")
}

fn unmade(_: Unspecified) -> VaultError {
    failed("signing")
}
