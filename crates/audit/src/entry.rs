//! One audit fact, and its only byte form.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::canonical::canonical_json;
use crate::hash::{Hash, leaf_hash};

/// The number of the leaf format that this version writes.
const FORMAT: u64 = 1;

/// One audit fact: somebody wanted something done, or it was done, to one object.
///
/// No field may hold a secret; entries are exported and read by auditors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// When, in microseconds since 1970-01-01T00:00:00Z. Within ±2^53, that is until the year 2255.
    pub time_micros: i64,
    /// Who: `user/<name>`, `application/<name>`, `keystore/<name>` for its scheduler.
    pub actor: String,
    /// What, as a permission names it: `kms-key.create`.
    pub action: String,
    /// Before the act or after it.
    pub phase: Phase,
    /// What it was done to.
    pub object: Object,
    /// The name of the group that owns the object. Nothing writes it so far: whose an entry is, is kept beside the log, because
    /// an object may be about several groups.
    pub group: Option<String>,
    /// Our id of the request that asked for it.
    pub request_id: Option<String>,
    /// AWS's id of the request that did it.
    pub aws_request_id: Option<String>,
    /// AWS's name of the operation: `ImportKeyMaterial`.
    pub aws_operation: Option<String>,
    /// The job that it belongs to.
    pub job_id: Option<String>,
    /// The attempt of that job's step; intent and outcome of one attempt share it.
    pub attempt_id: Option<String>,
    /// More facts by name: Region, ARN, error code.
    pub detail: BTreeMap<String, String>,
}

/// Whether an entry was written before the act or after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Before: it is about to be done.
    Intent,
    /// After: this came of it.
    Outcome(Outcome),
}

/// What came of an act.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was done.
    Ok,
    /// It was refused for certain, and nothing changed.
    Refused,
    /// Nobody knows yet whether it was done.
    Unknown,
}

/// What an act was done to.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Object {
    /// The kind, in our words: `kms-key`, `keystore`, `job`.
    pub kind: String,
    /// Its id, which never changes.
    pub id: String,
    /// Its name at that moment.
    pub name: String,
}

impl Entry {
    /// The bytes that the log holds: canonical JSON with a format number; absent facts are left out.
    ///
    /// Equal entries have equal bytes, in every version of this program.
    pub fn leaf_bytes(&self) -> Vec<u8> {
        canonical_json(&Value::Object(self.to_members())).into_bytes()
    }

    /// The hash under which the tree holds this entry.
    pub fn leaf_hash(&self) -> Hash {
        leaf_hash(&self.leaf_bytes())
    }

    /// Reads what [`leaf_bytes`](Self::leaf_bytes) wrote.
    ///
    /// # Errors
    ///
    /// [`LeafError`] if these are not exactly the bytes that this version would write.
    pub fn from_leaf_bytes(bytes: &[u8]) -> Result<Self, LeafError> {
        let value: Value = serde_json::from_slice(bytes).map_err(|_| LeafError::NotAnEntry)?;
        match value.get("format").and_then(Value::as_u64) {
            Some(FORMAT) => {}
            Some(format) => return Err(LeafError::OtherFormat { format }),
            None => return Err(LeafError::NotAnEntry),
        }
        let members: Members = serde_json::from_value(value).map_err(|_| LeafError::NotAnEntry)?;
        let entry = members.into_entry().ok_or(LeafError::NotAnEntry)?;
        if entry.leaf_bytes() == bytes {
            Ok(entry)
        } else {
            Err(LeafError::NotCanonical)
        }
    }

    fn to_members(&self) -> Map<String, Value> {
        let (phase, result) = match self.phase {
            Phase::Intent => ("intent", None),
            Phase::Outcome(Outcome::Ok) => ("outcome", Some("ok")),
            Phase::Outcome(Outcome::Refused) => ("outcome", Some("refused")),
            Phase::Outcome(Outcome::Unknown) => ("outcome", Some("unknown")),
        };
        let object = [
            ("kind", &self.object.kind),
            ("id", &self.object.id),
            ("name", &self.object.name),
        ];
        let facts = [
            ("actor", Some(self.actor.as_str())),
            ("action", Some(self.action.as_str())),
            ("phase", Some(phase)),
            ("result", result),
            ("group", self.group.as_deref()),
            ("request_id", self.request_id.as_deref()),
            ("aws_request_id", self.aws_request_id.as_deref()),
            ("aws_operation", self.aws_operation.as_deref()),
            ("job_id", self.job_id.as_deref()),
            ("attempt_id", self.attempt_id.as_deref()),
        ];
        let mut members: Map<String, Value> = facts
            .into_iter()
            .filter_map(|(name, text)| Some((name.to_owned(), text?.into())))
            .collect();
        members.insert("format".to_owned(), FORMAT.into());
        members.insert("time_micros".to_owned(), self.time_micros.into());
        members.insert("object".to_owned(), texts(object));
        members.insert("detail".to_owned(), texts(&self.detail));
        members
    }
}

fn texts<'a, N: ToString>(pairs: impl IntoIterator<Item = (N, &'a String)>) -> Value {
    Value::Object(
        pairs
            .into_iter()
            .map(|(name, text)| (name.to_string(), Value::String(text.clone())))
            .collect(),
    )
}

/// Why bytes are no entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LeafError {
    /// They are no JSON object with an entry's members.
    #[error("the bytes are no audit entry")]
    NotAnEntry,
    /// They were written in a format that this version does not know.
    #[error("the audit entry has format {format}; this version reads format {FORMAT}")]
    OtherFormat {
        /// The format number found.
        format: u64,
    },
    /// They mean an entry, but it would be written otherwise.
    #[error("the audit entry is not in canonical form")]
    NotCanonical,
}

/// The members of format 1, as read.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Members {
    #[serde(rename = "format")]
    _format: u64,
    time_micros: i64,
    actor: String,
    action: String,
    phase: String,
    result: Option<String>,
    object: Object,
    group: Option<String>,
    request_id: Option<String>,
    aws_request_id: Option<String>,
    aws_operation: Option<String>,
    job_id: Option<String>,
    attempt_id: Option<String>,
    detail: BTreeMap<String, String>,
}

impl Members {
    fn into_entry(self) -> Option<Entry> {
        let phase = match (self.phase.as_str(), self.result.as_deref()) {
            ("intent", None) => Phase::Intent,
            ("outcome", Some("ok")) => Phase::Outcome(Outcome::Ok),
            ("outcome", Some("refused")) => Phase::Outcome(Outcome::Refused),
            ("outcome", Some("unknown")) => Phase::Outcome(Outcome::Unknown),
            _ => return None,
        };
        Some(Entry {
            time_micros: self.time_micros,
            actor: self.actor,
            action: self.action,
            phase,
            object: self.object,
            group: self.group,
            request_id: self.request_id,
            aws_request_id: self.aws_request_id,
            aws_operation: self.aws_operation,
            job_id: self.job_id,
            attempt_id: self.attempt_id,
            detail: self.detail,
        })
    }
}
