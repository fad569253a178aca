//! The other services, as far as a key manager calls them.

pub(crate) mod account;
pub(crate) mod cloudtrail;
pub(crate) mod ec2;
pub(crate) mod iam;
pub(crate) mod simulate;
pub(crate) mod sts;
pub(crate) mod web_identity;

use serde_json::Value;

use crate::error::AwsError;
use crate::ops::cx::Cx;
use crate::state::iam::Credential;

/// The Query services' word for a bad parameter.
pub(crate) fn invalid(message: impl Into<String>) -> AwsError {
    AwsError::new("ValidationError", message)
}

/// Gives the model's constraint errors the name that the Query services use.
pub(crate) fn query_names(error: AwsError) -> AwsError {
    match error.code {
        "ValidationException" | "SerializationException" => invalid(error.message),
        _ => error,
    }
}

pub(crate) fn unknown_action(cx: &Cx<'_>) -> Result<Value, AwsError> {
    Err(AwsError::new(
        "InvalidAction",
        format!("Could not find operation {}", cx.operation),
    ))
}

const KEY_ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const SECRET_ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// An access key id (or another IAM id) with its prefix.
pub(crate) fn new_id(rng: &mut crate::rng::Rng, prefix: &str) -> String {
    format!("{prefix}{}", rng.text(KEY_ALPHABET, 16))
}

pub(crate) fn new_secret(rng: &mut crate::rng::Rng) -> String {
    rng.text(SECRET_ALPHABET, 40)
}

/// Forgets sessions that ended more than a day ago, now and then.
pub(crate) fn keep_credential(cx: &mut Cx<'_>, credential: Credential) {
    let credentials = &mut cx.world.credentials;
    if credentials.len() % 512 == 511 {
        let horizon = cx.now - crate::clock::DAY;
        credentials.retain(|_, old| old.expires.is_none_or(|expires| expires > horizon));
    }
    credentials.insert(credential.access_key_id.clone(), credential);
}
