//! Keys of a provider, and what they signed (RFC 7515, RFC 7517). Pure.

use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use keyferry_ports::identity::NotVouchedFor;
use serde_json::{Map, Value};

use crate::{refused, unavailable};

/// The signatures that are believed. None of them can be made with a public key, and `none` is no signature.
pub const ALGORITHMS: [Algorithm; 4] = [
    Algorithm::RS256,
    Algorithm::PS256,
    Algorithm::ES256,
    Algorithm::EdDSA,
];

/// Keys that are looked at; a provider has a few.
const KEYS_MAX: usize = 100;

/// The keys by which a provider signs.
#[derive(Debug)]
pub struct Keys {
    keys: Vec<Jwk>,
}

/// What a token says of its signature.
#[derive(Debug)]
pub struct Signer<'a> {
    algorithm: Algorithm,
    key: &'a Jwk,
}

impl Keys {
    /// Reads a set of keys. Keys of kinds that are not known are left out.
    ///
    /// # Errors
    ///
    /// [`NotVouchedFor::Unavailable`]
    pub fn read(json: &[u8]) -> Result<Self, NotVouchedFor> {
        let bad = |why: String| unavailable(format!("the provider's keys cannot be read: {why}"));
        let set: Value = serde_json::from_slice(json).map_err(|error| bad(error.to_string()))?;
        let rows = set.get("keys").and_then(Value::as_array);
        let rows = rows.ok_or_else(|| bad("there is no list `keys`".to_owned()))?;
        let keys = rows.iter().take(KEYS_MAX);
        let keys = keys.filter_map(|row| serde_json::from_value(row.clone()).ok());
        Ok(Self {
            keys: keys.filter(is_for_signatures).collect(),
        })
    }

    /// How many can be used.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether none can be used.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// The key that a token says it was signed by. Keys that come with the token are not looked at.
    ///
    /// # Errors
    ///
    /// [`NotVouchedFor::Refused`] for an algorithm that is not believed, for a key that is not known or no fit, and for
    /// extensions that must be understood.
    pub fn signer_of(&self, token: &str) -> Result<Signer<'_>, NotVouchedFor> {
        let header = decode_header(token)
            .map_err(|_| refused("the token has no signature that can be checked"))?;
        if !ALGORITHMS.contains(&header.alg) {
            return Err(refused("the token is signed in a way that is not believed"));
        }
        if header.crit.is_some() || header.enc.is_some() {
            return Err(refused("the token wants something that is not understood"));
        }
        let algorithm = header.alg;
        let fitting = self.keys.iter().filter(|key| fits(key, algorithm));
        let mut fitting = fitting.filter(|key| match &header.kid {
            Some(kid) => key.common.key_id.as_ref() == Some(kid),
            None => true,
        });
        match (fitting.next(), fitting.next()) {
            (Some(key), None) => Ok(Signer { algorithm, key }),
            (None, _) => Err(refused("the token is signed by no key of the provider")),
            (Some(_), Some(_)) => Err(refused("the token does not say which key signed it")),
        }
    }

    /// What a token claims, once its signature stands.
    ///
    /// # Errors
    ///
    /// [`NotVouchedFor::Refused`]
    pub fn verified(&self, token: &str) -> Result<Map<String, Value>, NotVouchedFor> {
        let signer = self.signer_of(token)?;
        let key = DecodingKey::from_jwk(signer.key)
            .map_err(|_| refused("the provider's key cannot be used"))?;
        let mut validation = Validation::new(signer.algorithm);
        // Claims and time are looked at by `token::check`.
        validation.required_spec_claims.clear();
        (validation.validate_exp, validation.validate_nbf) = (false, false);
        validation.validate_aud = false;
        decode(token, &key, &validation)
            .map(|decoded| decoded.claims)
            .map_err(|_| refused("the token's signature does not stand"))
    }
}

fn is_for_signatures(key: &Jwk) -> bool {
    let is_meant = matches!(
        key.common.public_key_use,
        None | Some(PublicKeyUse::Signature)
    );
    is_meant && ALGORITHMS.iter().any(|algorithm| fits(key, *algorithm))
}

/// Whether a key can have made a signature of this kind, and is not meant for another.
fn fits(key: &Jwk, algorithm: Algorithm) -> bool {
    let kind = match &key.algorithm {
        AlgorithmParameters::RSA(_) => matches!(algorithm, Algorithm::RS256 | Algorithm::PS256),
        AlgorithmParameters::EllipticCurve(curve) => {
            curve.curve == EllipticCurve::P256 && algorithm == Algorithm::ES256
        }
        AlgorithmParameters::OctetKeyPair(pair) => {
            pair.curve == EllipticCurve::Ed25519 && algorithm == Algorithm::EdDSA
        }
        _ => false,
    };
    let said = key.common.key_algorithm.map(|named| named.to_string());
    kind && said.is_none_or(|named| named == format!("{algorithm:?}"))
}
