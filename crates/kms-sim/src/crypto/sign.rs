//! Signing, MACs and RSA encryption with imported private keys.

use aws_lc_rs::digest::{self, Digest};
use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{
    self, OAEP_SHA1_MGF1SHA1, OAEP_SHA256_MGF1SHA256, OaepAlgorithm, OaepPrivateDecryptingKey,
    OaepPublicEncryptingKey, PrivateDecryptingKey,
};
use aws_lc_rs::signature::{
    self, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RsaEncoding, UnparsedPublicKey,
    VerificationAlgorithm,
};

use super::material::ecdsa_algorithm;
use crate::specs::{Curve, KeySpec};

/// What is signed: the message, or its digest.
#[derive(Clone, Copy)]
pub(crate) enum Message<'a> {
    Raw(&'a [u8]),
    Digest(&'a [u8]),
}

/// Signs with the PKCS#8 key `material`. `None`: a digest of the wrong length, or an algorithm that
/// the simulator does not carry out (Ed25519ph).
pub(crate) fn sign(
    spec: KeySpec,
    algorithm: &str,
    material: &[u8],
    message: Message<'_>,
) -> Option<Vec<u8>> {
    match spec {
        KeySpec::Rsa(_) => sign_rsa(algorithm, material, message),
        KeySpec::Ecc(Curve::Ed25519) => {
            let pair = Ed25519KeyPair::from_pkcs8_maybe_unchecked(material).ok()?;
            match message {
                Message::Raw(bytes) => Some(pair.try_sign(bytes).ok()?.as_ref().to_vec()),
                Message::Digest(_) => None,
            }
        }
        KeySpec::Ecc(curve) => {
            let pair = EcdsaKeyPair::from_pkcs8(ecdsa_algorithm(curve)?, material).ok()?;
            let signature = match message {
                Message::Raw(bytes) => pair.sign(&SystemRandom::new(), bytes),
                Message::Digest(bytes) => {
                    pair.sign_digest(&Digest::import_less_safe(bytes, curve_digest(curve)).ok()?)
                }
            };
            Some(signature.ok()?.as_ref().to_vec())
        }
        KeySpec::Symmetric | KeySpec::Hmac(_) => None,
    }
}

fn sign_rsa(algorithm: &str, material: &[u8], message: Message<'_>) -> Option<Vec<u8>> {
    let (encoding, digest_algorithm) = rsa_encoding(algorithm)?;
    let pair = rsa::KeyPair::from_pkcs8(material).ok()?;
    let mut output = vec![0; pair.public_modulus_len()];
    match message {
        Message::Raw(bytes) => {
            pair.sign(encoding, &SystemRandom::new(), bytes, &mut output)
                .ok()?;
        }
        Message::Digest(bytes) => {
            let digest = Digest::import_less_safe(bytes, digest_algorithm).ok()?;
            pair.sign_digest(encoding, &digest, &mut output).ok()?;
        }
    }
    Some(output)
}

/// Verifies with the public half of `material`. `None`: as for [`sign`].
pub(crate) fn verify(
    spec: KeySpec,
    algorithm: &str,
    material: &[u8],
    message: Message<'_>,
    signed: &[u8],
) -> Option<bool> {
    let (verifier, digest_algorithm): (&'static dyn VerificationAlgorithm, _) = match spec {
        KeySpec::Rsa(_) => rsa_verification(algorithm)?,
        KeySpec::Ecc(Curve::P256) => (&signature::ECDSA_P256_SHA256_ASN1, &digest::SHA256),
        KeySpec::Ecc(Curve::P384) => (&signature::ECDSA_P384_SHA384_ASN1, &digest::SHA384),
        KeySpec::Ecc(Curve::P521) => (&signature::ECDSA_P521_SHA512_ASN1, &digest::SHA512),
        KeySpec::Ecc(Curve::Secp256k1) => (&signature::ECDSA_P256K1_SHA256_ASN1, &digest::SHA256),
        KeySpec::Ecc(Curve::Ed25519) => (&signature::ED25519, &digest::SHA512),
        KeySpec::Symmetric | KeySpec::Hmac(_) => return None,
    };
    let key = UnparsedPublicKey::new(verifier, public_bytes(spec, material)?);
    Some(match message {
        Message::Raw(bytes) => key.verify(bytes, signed).is_ok(),
        Message::Digest(_) if spec == KeySpec::Ecc(Curve::Ed25519) => return None,
        Message::Digest(bytes) => {
            let digest = Digest::import_less_safe(bytes, digest_algorithm).ok()?;
            key.verify_digest(&digest, signed).is_ok()
        }
    })
}

fn public_bytes(spec: KeySpec, material: &[u8]) -> Option<Vec<u8>> {
    Some(match spec {
        KeySpec::Rsa(_) => {
            let pair = rsa::KeyPair::from_pkcs8(material).ok()?;
            pair.public_key().as_ref().to_vec()
        }
        KeySpec::Ecc(Curve::Ed25519) => {
            let pair = Ed25519KeyPair::from_pkcs8_maybe_unchecked(material).ok()?;
            pair.public_key().as_ref().to_vec()
        }
        KeySpec::Ecc(curve) => {
            let pair = EcdsaKeyPair::from_pkcs8(ecdsa_algorithm(curve)?, material).ok()?;
            pair.public_key().as_ref().to_vec()
        }
        KeySpec::Symmetric | KeySpec::Hmac(_) => return None,
    })
}

fn curve_digest(curve: Curve) -> &'static digest::Algorithm {
    match curve {
        Curve::P256 | Curve::Secp256k1 => &digest::SHA256,
        Curve::P384 => &digest::SHA384,
        Curve::P521 | Curve::Ed25519 => &digest::SHA512,
    }
}

fn rsa_encoding(name: &str) -> Option<(&'static dyn RsaEncoding, &'static digest::Algorithm)> {
    Some(match name {
        "RSASSA_PKCS1_V1_5_SHA_256" => (&signature::RSA_PKCS1_SHA256, &digest::SHA256),
        "RSASSA_PKCS1_V1_5_SHA_384" => (&signature::RSA_PKCS1_SHA384, &digest::SHA384),
        "RSASSA_PKCS1_V1_5_SHA_512" => (&signature::RSA_PKCS1_SHA512, &digest::SHA512),
        "RSASSA_PSS_SHA_256" => (&signature::RSA_PSS_SHA256, &digest::SHA256),
        "RSASSA_PSS_SHA_384" => (&signature::RSA_PSS_SHA384, &digest::SHA384),
        "RSASSA_PSS_SHA_512" => (&signature::RSA_PSS_SHA512, &digest::SHA512),
        _ => return None,
    })
}

fn rsa_verification(
    name: &str,
) -> Option<(
    &'static dyn VerificationAlgorithm,
    &'static digest::Algorithm,
)> {
    Some(match name {
        "RSASSA_PKCS1_V1_5_SHA_256" => (&signature::RSA_PKCS1_2048_8192_SHA256, &digest::SHA256),
        "RSASSA_PKCS1_V1_5_SHA_384" => (&signature::RSA_PKCS1_2048_8192_SHA384, &digest::SHA384),
        "RSASSA_PKCS1_V1_5_SHA_512" => (&signature::RSA_PKCS1_2048_8192_SHA512, &digest::SHA512),
        "RSASSA_PSS_SHA_256" => (&signature::RSA_PSS_2048_8192_SHA256, &digest::SHA256),
        "RSASSA_PSS_SHA_384" => (&signature::RSA_PSS_2048_8192_SHA384, &digest::SHA384),
        "RSASSA_PSS_SHA_512" => (&signature::RSA_PSS_2048_8192_SHA512, &digest::SHA512),
        _ => return None,
    })
}

/// The MAC of `message` by `HMAC_SHA_<bits>`.
pub(crate) fn mac(bits: u16, material: &[u8], message: &[u8]) -> Vec<u8> {
    let algorithm = match bits {
        224 => hmac::HMAC_SHA224,
        256 => hmac::HMAC_SHA256,
        384 => hmac::HMAC_SHA384,
        _ => hmac::HMAC_SHA512,
    };
    let key = hmac::Key::new(algorithm, material);
    hmac::sign(&key, message).as_ref().to_vec()
}

fn oaep(name: &str) -> Option<&'static OaepAlgorithm> {
    match name {
        "RSAES_OAEP_SHA_1" => Some(&OAEP_SHA1_MGF1SHA1),
        "RSAES_OAEP_SHA_256" => Some(&OAEP_SHA256_MGF1SHA256),
        _ => None,
    }
}

/// RSA-OAEP under the public half; `None` when the plaintext is too long.
pub(crate) fn rsa_encrypt(algorithm: &str, material: &[u8], plaintext: &[u8]) -> Option<Vec<u8>> {
    let private = PrivateDecryptingKey::from_pkcs8(material).ok()?;
    let key = OaepPublicEncryptingKey::new(private.public_key()).ok()?;
    let mut output = vec![0; key.ciphertext_size()];
    let ciphertext = key
        .encrypt(oaep(algorithm)?, plaintext, &mut output, None)
        .ok()?;
    Some(ciphertext.to_vec())
}

/// Opens [`rsa_encrypt`].
pub(crate) fn rsa_decrypt(algorithm: &str, material: &[u8], ciphertext: &[u8]) -> Option<Vec<u8>> {
    let private = PrivateDecryptingKey::from_pkcs8(material).ok()?;
    let key = OaepPrivateDecryptingKey::new(private).ok()?;
    let mut output = vec![0; key.min_output_size()];
    let plaintext = key
        .decrypt(oaep(algorithm)?, ciphertext, &mut output, None)
        .ok()?;
    Some(plaintext.to_vec())
}
