//! Steps and answers of access-key rotations as JSON with a format number: what attempts keep. The secret half of a new
//! access key is in an answer as the vault sealed it, so that the commit of the answer is the commit of the secret.

use keyferry_domain::access_key::AccessKeyStep;
use keyferry_domain::connection::SealedSecret;
use serde::{Deserialize, Serialize};

use crate::codec::Unreadable;

/// The format that this version writes.
const FORMAT: u32 = 1;

#[derive(Serialize, Deserialize)]
#[serde(tag = "step", deny_unknown_fields)]
enum StoredStep {
    #[serde(rename = "create-access-key")]
    Create { format: u32, former: String },
    #[serde(rename = "deactivate-access-key")]
    Deactivate { format: u32, id: String },
    #[serde(rename = "delete-access-key")]
    Delete { format: u32, id: String },
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredAnswer {
    format: u32,
    access_key_id: String,
    /// Hexadecimal; nothing where the vault could not seal it.
    sealed: Option<String>,
}

/// What `CreateAccessKey` answered.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct NewKey {
    pub(super) id: String,
    pub(super) secret: Option<SealedSecret>,
}

pub(super) fn encode_step(step: &AccessKeyStep) -> String {
    let format = FORMAT;
    let stored = match step.clone() {
        AccessKeyStep::Create { former } => StoredStep::Create { format, former },
        AccessKeyStep::Deactivate { id } => StoredStep::Deactivate { format, id },
        AccessKeyStep::Delete { id } => StoredStep::Delete { format, id },
    };
    json(&stored)
}

pub(super) fn decode_step(text: &str) -> Result<AccessKeyStep, Unreadable> {
    let stored: StoredStep = read("step of an access key", text)?;
    let (format, step) = match stored {
        StoredStep::Create { format, former } => (format, AccessKeyStep::Create { former }),
        StoredStep::Deactivate { format, id } => (format, AccessKeyStep::Deactivate { id }),
        StoredStep::Delete { format, id } => (format, AccessKeyStep::Delete { id }),
    };
    known("step of an access key", format).map(|()| step)
}

pub(super) fn encode_answer(key: &NewKey) -> String {
    json(&StoredAnswer {
        format: FORMAT,
        access_key_id: key.id.clone(),
        sealed: key.secret.as_ref().map(|secret| hex(secret.as_bytes())),
    })
}

pub(super) fn decode_answer(text: &str) -> Result<NewKey, Unreadable> {
    const WHAT: &str = "answer about an access key";
    let stored: StoredAnswer = read(WHAT, text)?;
    known(WHAT, stored.format)?;
    let secret = stored.sealed.as_deref().map(|text| {
        let odd = || Unreadable::new(WHAT, "the sealed secret is not hexadecimal".to_owned());
        bytes(text).map(SealedSecret::new).ok_or_else(odd)
    });
    Ok(NewKey {
        id: stored.access_key_id,
        secret: secret.transpose()?,
    })
}

/// These types always serialise: they hold nothing but text and numbers.
fn json(stored: &impl Serialize) -> String {
    serde_json::to_string(stored).unwrap_or_default()
}

fn read<'t, T: Deserialize<'t>>(what: &'static str, text: &'t str) -> Result<T, Unreadable> {
    serde_json::from_str(text).map_err(|error| Unreadable::new(what, error.to_string()))
}

fn known(what: &'static str, format: u32) -> Result<(), Unreadable> {
    if format == FORMAT {
        return Ok(());
    }
    Err(Unreadable::new(
        what,
        format!("format {format} is of a later version"),
    ))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn bytes(text: &str) -> Option<Vec<u8>> {
    if !text.is_ascii() || !text.len().is_multiple_of(2) {
        return None;
    }
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Written by the first version; every later one must read them.
    const GOLDEN: [&str; 4] = [
        r#"{"step":"create-access-key","format":1,"former":"AKIA1"}"#,
        r#"{"step":"deactivate-access-key","format":1,"id":"AKIA1"}"#,
        r#"{"step":"delete-access-key","format":1,"id":"AKIA1"}"#,
        r#"{"format":1,"access_key_id":"AKIA2","sealed":"00ff10"}"#,
    ];

    #[test]
    fn what_attempts_keep_of_an_access_key_is_read_back_as_written() {
        let [create, deactivate, delete, answer] = GOLDEN;
        for text in [create, deactivate, delete] {
            assert_eq!(encode_step(&decode_step(text).unwrap()), text);
        }
        let read = decode_answer(answer).unwrap();

        assert_eq!(read.secret, Some(SealedSecret::new(vec![0, 255, 16])));
        assert_eq!(encode_answer(&read), answer);
    }

    #[test]
    fn what_nobody_wrote_is_refused_by_name() {
        for text in [
            "",
            "{}",
            r#"{"step":"create-access-key","format":2,"former":"AKIA1"}"#,
        ] {
            assert!(decode_step(text).is_err(), "{text}");
        }
        for sealed in ["0", "zz", "ää"] {
            let text = format!(r#"{{"format":1,"access_key_id":"A","sealed":"{sealed}"}}"#);
            assert!(decode_answer(&text).is_err(), "{sealed}");
        }
    }
}
