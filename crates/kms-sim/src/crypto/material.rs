//! Checking and deriving: is this material fit for that key, what is its id, its public key.

use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::hmac;
use aws_lc_rs::rsa;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P256K1_SHA256_ASN1_SIGNING,
    ECDSA_P384_SHA384_ASN1_SIGNING, ECDSA_P521_SHA512_ASN1_SIGNING, EcdsaKeyPair,
    EcdsaSigningAlgorithm, Ed25519KeyPair, KeyPair as _,
};

use crate::rng::Rng;
use crate::specs::{Curve, KeySpec};

/// Longest HMAC key that can be imported: 1024 bits.
const HMAC_MAX: usize = 128;

/// Why material does not fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unfit(pub(crate) &'static str);

/// Checks imported material; answers the public key (DER SubjectPublicKeyInfo) of asymmetric keys.
pub(crate) fn check(spec: KeySpec, china: bool, bytes: &[u8]) -> Result<Option<Vec<u8>>, Unfit> {
    match spec {
        KeySpec::Symmetric => {
            let wanted = if china { 16 } else { 32 };
            if bytes.len() == wanted {
                Ok(None)
            } else {
                Err(Unfit("The key material has the wrong length."))
            }
        }
        KeySpec::Hmac(bits) => {
            let shortest = usize::from(bits) / 8;
            if (shortest..=HMAC_MAX).contains(&bytes.len()) {
                Ok(None)
            } else {
                Err(Unfit("The key material has the wrong length."))
            }
        }
        KeySpec::Rsa(_) | KeySpec::Ecc(_) => public_key(spec, bytes).map(Some),
    }
}

/// The public half of a PKCS#8 private key that fits `spec`, as DER SubjectPublicKeyInfo.
fn public_key(spec: KeySpec, pkcs8: &[u8]) -> Result<Vec<u8>, Unfit> {
    const NOT_PKCS8: Unfit =
        Unfit("The key material is not a PKCS#8 private key of this key spec.");
    let der = match spec {
        KeySpec::Rsa(bits) => {
            let pair = rsa::KeyPair::from_pkcs8(pkcs8).map_err(|_| NOT_PKCS8)?;
            if pair.public_modulus_len() * 8 != usize::from(bits) {
                return Err(Unfit(
                    "The RSA modulus does not have the length of the key spec.",
                ));
            }
            AsDer::<PublicKeyX509Der<'_>>::as_der(pair.public_key())
        }
        KeySpec::Ecc(Curve::Ed25519) => {
            let pair = Ed25519KeyPair::from_pkcs8_maybe_unchecked(pkcs8).map_err(|_| NOT_PKCS8)?;
            AsDer::<PublicKeyX509Der<'_>>::as_der(pair.public_key())
        }
        KeySpec::Ecc(curve) => {
            if !names_its_curve(pkcs8) {
                return Err(Unfit("The curve is not given by its name."));
            }
            let algorithm = ecdsa_algorithm(curve).ok_or(NOT_PKCS8)?;
            let pair = EcdsaKeyPair::from_pkcs8(algorithm, pkcs8).map_err(|_| NOT_PKCS8)?;
            AsDer::<PublicKeyX509Der<'_>>::as_der(pair.public_key())
        }
        KeySpec::Symmetric | KeySpec::Hmac(_) => return Err(NOT_PKCS8),
    };
    der.map(|der| der.as_ref().to_vec()).map_err(|_| NOT_PKCS8)
}

pub(crate) fn ecdsa_algorithm(curve: Curve) -> Option<&'static EcdsaSigningAlgorithm> {
    Some(match curve {
        Curve::P256 => &ECDSA_P256_SHA256_ASN1_SIGNING,
        Curve::P384 => &ECDSA_P384_SHA384_ASN1_SIGNING,
        Curve::P521 => &ECDSA_P521_SHA512_ASN1_SIGNING,
        Curve::Secp256k1 => &ECDSA_P256K1_SHA256_ASN1_SIGNING,
        Curve::Ed25519 => return None,
    })
}

/// Whether the PKCS#8 AlgorithmIdentifier's parameters are an OBJECT IDENTIFIER, that is a named
/// curve and not explicit parameters (RFC 5208 section 5, RFC 5480 section 2.1.1).
fn names_its_curve(pkcs8: &[u8]) -> bool {
    let parameters = || {
        let (outer, _) = element(pkcs8, 0x30)?;
        let (_version, rest) = element(outer, 0x02)?;
        let (algorithm, _) = element(rest, 0x30)?;
        let (_oid, parameters) = element(algorithm, 0x06)?;
        element(parameters, 0x06)
    };
    parameters().is_some()
}

/// The content of the DER element with `tag` at the start of `input`, and what follows it.
fn element(input: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (&first, rest) = input.split_first()?;
    let (&length, rest) = rest.split_first()?;
    if first != tag {
        return None;
    }
    if length < 0x80 {
        return rest.split_at_checked(usize::from(length));
    }
    let (digits, rest) = rest.split_at_checked(usize::from(length & 0x7F))?;
    if digits.len() > 4 {
        return None;
    }
    let length = digits
        .iter()
        .fold(0usize, |sum, digit| sum << 8 | usize::from(*digit));
    rest.split_at_checked(length)
}

/// The id of material in a key: the same for the same bytes in one key and all its replicas,
/// another one in every other key. AWS does not publish its own derivation.
pub(crate) fn material_id(key_id: &str, bytes: &[u8]) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, b"kms-sim key material id");
    let mut context = hmac::Context::with_key(&key);
    context.update(key_id.as_bytes());
    context.update(&[0]);
    context.update(bytes);
    hex::encode(context.sign())
}

/// Fresh material for keys whose origin is AWS_KMS: raw bytes, or a PKCS#8 private key.
pub(crate) fn generate(spec: KeySpec, rng: &mut Rng) -> Option<Vec<u8>> {
    let system = aws_lc_rs::rand::SystemRandom::new();
    Some(match spec {
        KeySpec::Symmetric => rng.bytes::<32>().to_vec(),
        KeySpec::Hmac(bits) => {
            let mut bytes = vec![0; usize::from(bits) / 8];
            rng.fill(&mut bytes);
            bytes
        }
        KeySpec::Rsa(bits) => {
            let size = match bits {
                2048 => rsa::KeySize::Rsa2048,
                3072 => rsa::KeySize::Rsa3072,
                _ => rsa::KeySize::Rsa4096,
            };
            let pair = rsa::KeyPair::generate(size).ok()?;
            let der = AsDer::<aws_lc_rs::encoding::Pkcs8V1Der<'_>>::as_der(&pair).ok()?;
            der.as_ref().to_vec()
        }
        KeySpec::Ecc(Curve::Ed25519) => {
            let document = Ed25519KeyPair::generate_pkcs8v1(&system).ok()?;
            document.as_ref().to_vec()
        }
        KeySpec::Ecc(curve) => {
            let document = EcdsaKeyPair::generate_pkcs8(ecdsa_algorithm(curve)?, &system).ok()?;
            document.as_ref().to_vec()
        }
    })
}
