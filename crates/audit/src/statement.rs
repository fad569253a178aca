//! Statements: JSON that a log signs, such as receipts and reports.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use serde_json::{Map, Value};

use crate::canonical::canonical_json;
use crate::hash::sha256;
use crate::note::{NoteError, NoteSigner, NoteVerifier, SignedNote};

/// The first line of what is signed. No log has this origin, so that no statement passes for a checkpoint.
const HEAD: &str = "keyferry statement v1";

/// Why a text is no statement of this log.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StatementError {
    /// It is no JSON of this form.
    #[error("it is no signed statement: {why}")]
    Malformed {
        /// In one sentence.
        why: String,
    },
    /// The note is none, or not signed by this key.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// What is signed is another statement, or one of another log.
    #[error("the signature is of another statement")]
    OtherStatement,
}

fn malformed(why: &str) -> StatementError {
    StatementError::Malformed {
        why: why.to_owned(),
    }
}

/// What is signed of a statement: three lines, with the log's name and the SHA-256 of the statement as canonical JSON (RFC 8785).
fn text_of(statement: &Value, origin: &str) -> String {
    let hash = sha256(&[canonical_json(statement).as_bytes()]);
    let hash = BASE64_STANDARD.encode(hash.as_bytes());
    format!("{HEAD}\n{origin}\n{hash}\n")
}

/// Signs a statement: `{"statement":…,"signature":NOTE}`.
///
/// # Errors
///
/// [`NoteError`] where the key cannot sign.
pub fn sign_statement(statement: Value, signer: &NoteSigner) -> Result<Value, NoteError> {
    let note = signer.sign(&text_of(&statement, signer.verifier().name()))?;
    let mut signed = Map::new();
    signed.insert("signature".to_owned(), Value::String(note.to_string()));
    signed.insert("statement".to_owned(), statement);
    Ok(Value::Object(signed))
}

/// Opens a signed statement: checks that this key signed exactly this.
///
/// # Errors
///
/// [`StatementError`]; nothing in it may be trusted then.
pub fn open_statement(signed: &str, key: &NoteVerifier) -> Result<Value, StatementError> {
    let signed: Value =
        serde_json::from_str(signed).map_err(|error| malformed(&error.to_string()))?;
    let Value::Object(mut members) = signed else {
        return Err(malformed("it is no object"));
    };
    let statement = members
        .remove("statement")
        .ok_or_else(|| malformed("it has no `statement`"))?;
    let note = members.remove("signature");
    let note = note.as_ref().and_then(Value::as_str);
    let note = note.ok_or_else(|| malformed("it has no `signature`"))?;
    if !members.is_empty() {
        return Err(malformed("it has members that nobody signed"));
    }
    let note = SignedNote::parse(note)?;
    note.verify(key)?;
    if note.text() != text_of(&statement, key.name()) {
        return Err(StatementError::OtherStatement);
    }
    Ok(statement)
}
