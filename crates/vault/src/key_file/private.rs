//! Private keys in DER: PKCS#8 (RFC 5958), PKCS#1 (RFC 8017) and SEC1 (RFC 5915), checked by the library and written
//! anew in the one form that the vault stores.

use aws_lc_rs::encoding::AsBigEndian;
use aws_lc_rs::rsa::KeyPair as RsaKeyPair;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P256K1_SHA256_ASN1_SIGNING,
    ECDSA_P384_SHA384_ASN1_SIGNING, ECDSA_P521_SHA512_ASN1_SIGNING, EcdsaKeyPair,
    EcdsaSigningAlgorithm, Ed25519KeyPair, KeyPair,
};
use keyferry_domain::key_file::BadKeyFile;
use keyferry_domain::spec::KeySpec;

use super::Read;
use super::der::{Extent, is_encrypted};
use crate::generate::{Generated, ec_pair, ed25519_pair, rsa_pair};

const CURVES: [(KeySpec, &EcdsaSigningAlgorithm); 4] = [
    (KeySpec::EcP256, &ECDSA_P256_SHA256_ASN1_SIGNING),
    (KeySpec::EcSecp256k1, &ECDSA_P256K1_SHA256_ASN1_SIGNING),
    (KeySpec::EcP384, &ECDSA_P384_SHA384_ASN1_SIGNING),
    (KeySpec::EcP521, &ECDSA_P521_SHA512_ASN1_SIGNING),
];

/// Reads one private key and nothing else.
pub(super) fn read(der: &[u8], wanted: Option<KeySpec>) -> Read {
    match Extent::of(der) {
        Extent::Whole => {}
        Extent::Followed(count) if !found(der).is_empty() => {
            return Err(BadKeyFile::TrailingBytes { count });
        }
        Extent::Followed(_) | Extent::None => return Err(no_key(wanted)),
    }
    if is_encrypted(der) {
        return Err(BadKeyFile::Encrypted);
    }
    let mut found = found(der);
    if let Some(wanted) = wanted
        && let Some(at) = found.iter().position(|key| key.spec() == Ok(wanted))
    {
        return found.swap_remove(at).into_material(wanted);
    }
    match (found.pop(), found.pop(), wanted) {
        (None, _, _) => Err(no_key(wanted)),
        (Some(_), Some(_), None) => Err(BadKeyFile::CurveNotNamed),
        (Some(key), _, Some(wanted)) => Err(BadKeyFile::OtherSpec {
            found: key.spec()?,
            wanted,
        }),
        (Some(key), None, None) => {
            let spec = key.spec()?;
            key.into_material(spec)
        }
    }
}

fn no_key(wanted: Option<KeySpec>) -> BadKeyFile {
    let of = wanted.map_or_else(String::new, |spec| format!(" of spec {spec}"));
    BadKeyFile::NoKey {
        expected: format!("a private key{of} in PKCS#8, PKCS#1 or SEC1"),
    }
}

/// What the bytes can be read as.
enum Found {
    Rsa(Box<RsaKeyPair>),
    SmallRsa,
    HugeRsa,
    Curve(KeySpec, &'static EcdsaSigningAlgorithm, Box<EcdsaKeyPair>),
    Ed25519(Box<Ed25519KeyPair>),
}

/// Every reading. Only a SEC1 key without the name of its curve has more than one.
fn found(der: &[u8]) -> Vec<Found> {
    let rsa = RsaKeyPair::from_pkcs8(der).or_else(|first| {
        RsaKeyPair::from_der(der).map_err(|second| [first.description_(), second.description_()])
    });
    match rsa {
        Ok(pair) => return vec![Found::Rsa(Box::new(pair))],
        Err(why) if why.contains(&"TooSmall") => return vec![Found::SmallRsa],
        Err(why) if why.contains(&"TooLarge") => return vec![Found::HugeRsa],
        Err(_) => {}
    }
    if let Ok(pair) = Ed25519KeyPair::from_pkcs8(der) {
        return vec![Found::Ed25519(Box::new(pair))];
    }
    let on = |(spec, algorithm): (KeySpec, &'static EcdsaSigningAlgorithm)| {
        let pair = EcdsaKeyPair::from_private_key_der(algorithm, der).ok()?;
        Some(Found::Curve(spec, algorithm, Box::new(pair)))
    };
    CURVES.into_iter().filter_map(on).collect()
}

impl Found {
    fn spec(&self) -> Result<KeySpec, BadKeyFile> {
        let unknown = |found: String| BadKeyFile::UnknownKind { found };
        match self {
            Self::SmallRsa => Err(unknown("an RSA key of less than 2048 bits".to_owned())),
            Self::HugeRsa => Err(unknown("an RSA key of more than 8192 bits".to_owned())),
            Self::Curve(spec, _, _) => Ok(*spec),
            Self::Ed25519(_) => Ok(KeySpec::Ed25519),
            Self::Rsa(pair) => match bits(pair) {
                2048 => Ok(KeySpec::Rsa2048),
                3072 => Ok(KeySpec::Rsa3072),
                4096 => Ok(KeySpec::Rsa4096),
                bits => Err(unknown(format!("an RSA key of {bits} bits"))),
            },
        }
    }

    fn into_material(self, spec: KeySpec) -> Read {
        let generated = match self {
            Self::Rsa(pair) => rsa_pair(&pair).ok(),
            Self::Curve(_, algorithm, pair) => on_curve(algorithm, &pair),
            Self::Ed25519(pair) => ed25519_pair(&pair).ok(),
            Self::SmallRsa | Self::HugeRsa => None,
        };
        generated
            .map(|generated| (spec, generated))
            .ok_or_else(|| no_key(Some(spec)))
    }
}

/// Bits of the modulus.
fn bits(pair: &RsaKeyPair) -> usize {
    let modulus = pair.public_key().modulus();
    let bytes = modulus.big_endian_without_leading_zero();
    let unused = bytes.first().map_or(0, |first| first.leading_zeros());
    bytes.len() * 8 - usize::try_from(unused).unwrap_or_default()
}

/// The library remembers how a key was written, without curve or public key for instance: built anew, it writes both.
fn on_curve(algorithm: &'static EcdsaSigningAlgorithm, pair: &EcdsaKeyPair) -> Option<Generated> {
    let private = pair.private_key().as_be_bytes().ok()?;
    let public = pair.public_key().as_ref();
    let anew =
        EcdsaKeyPair::from_private_key_and_public_key(algorithm, private.as_ref(), public).ok()?;
    ec_pair(&anew).ok()
}
