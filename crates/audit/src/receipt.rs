//! Receipts: what a log proves about one KMS key, in one signed document that is verified without the server.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::canonical::canonical_json;
use crate::checkpoint::{Checkpoint, CheckpointError};
use crate::consent::{ReceiptApproval, consent_of, consents_told_by, told_of_consent};
use crate::entry::{Entry, LeafError, Outcome, Phase};
use crate::hash::{Hash, leaf_hash};
use crate::note::{NoteError, NoteSigner, NoteVerifier};
use crate::proof::{ProofError, verify_inclusion};
use crate::statement::{StatementError, open_statement, sign_statement};

/// The format that this version writes.
const FORMAT: u32 = 2;
/// The one before, which named no approvals.
const WITHOUT_APPROVALS: u32 = 1;
/// What kind of statement it is.
const KIND: &str = "receipt";

/// What a receipt says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    /// When it was issued, in microseconds since 1970.
    pub issued_micros: i64,
    /// The KMS key, as the records had it then.
    pub kms_key: ReceiptSubject,
    /// Who consented to what was done, as the entries tell it; oldest first.
    pub approvals: Vec<ReceiptApproval>,
    /// What happened, oldest first, each proved.
    pub entries: Vec<ReceiptEntry>,
    /// The signed checkpoint that the proofs lead to.
    pub checkpoint: String,
}

/// A KMS key as the records have it. Entries prove what happened; this is what the server says it led to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReceiptSubject {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its life.
    pub life: String,
    /// The ARN of its primary, once known.
    pub arn: Option<String>,
    /// The ARNs of its replicas.
    pub replicas: Vec<String>,
    /// The key in the vault whose material it holds; none where AWS or somebody else made it.
    pub source: Option<ReceiptSource>,
    /// The materials that AWS ever had, and of which versions they are.
    pub materials: Vec<ReceiptMaterial>,
}

/// A key in the vault.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReceiptSource {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its kind, as `AES-256`.
    pub spec: String,
    /// Its versions.
    pub versions: Vec<ReceiptVersion>,
}

/// One version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReceiptVersion {
    /// Its number.
    pub number: u32,
    /// Where its material is from.
    pub origin: String,
    /// Its NIST state.
    pub state: String,
    /// When it was made, in microseconds since 1970.
    pub created_micros: i64,
}

/// One material of AWS.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReceiptMaterial {
    /// AWS's id of it.
    pub material_id: String,
    /// Which version it is.
    pub version: u32,
}

/// One audit entry with the proof that it is in the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReceiptEntry {
    /// Its place in the log.
    pub index: u64,
    /// What it tells, in one word.
    pub what: String,
    /// The entry; as canonical JSON it is what the leaf hash is of.
    pub entry: Value,
    /// The hashes that lead to the root, lowest first, in hexadecimal.
    pub proof: Vec<String>,
}

/// What an entry tells about a KMS key or its material; none where a receipt has no word for it.
pub fn told_by(entry: &Entry) -> Option<&'static str> {
    if let Some(what) = told_of_consent(entry) {
        return Some(what);
    }
    let Phase::Outcome(outcome) = entry.phase else {
        return None;
    };
    if let Some(operation) = entry.aws_operation.as_deref() {
        return told_by_aws(operation, outcome);
    }
    if outcome != Outcome::Ok {
        return None;
    }
    Some(match entry.action.as_str() {
        "key.create" | "key.new-version" => "material-made",
        "key.import" => "material-brought",
        "key.compromise-version" => "material-compromised",
        "key.destroy-version" => "destruction-asked",
        "key.download" | "key.export" => "material-left",
        _ => return None,
    })
}

fn told_by_aws(operation: &str, outcome: Outcome) -> Option<&'static str> {
    let done = match operation {
        "CreateKey" => "kms-key-made",
        "ReplicateKey" => "replica-made",
        "ImportKeyMaterial" => "imported",
        "RotateKeyOnDemand" => "rotated",
        "DeleteImportedKeyMaterial" => "material-deleted",
        "ScheduleKeyDeletion" => "deletion-scheduled",
        "CancelKeyDeletion" => "deletion-cancelled",
        _ => return None,
    };
    match outcome {
        Outcome::Ok => Some(done),
        Outcome::Unknown => Some("outcome-unknown"),
        Outcome::Refused => None,
    }
}

/// Why a receipt does not hold.
#[derive(Debug, thiserror::Error)]
pub enum ReceiptError {
    /// It is not signed by this log.
    #[error(transparent)]
    Statement(#[from] StatementError),
    /// It is a statement of another kind.
    #[error("it is no receipt: {why}")]
    NotAReceipt {
        /// In one sentence.
        why: String,
    },
    /// Its checkpoint is none of this log.
    #[error("its checkpoint does not hold")]
    Checkpoint(#[from] CheckpointError),
    /// An entry cannot be read.
    #[error("entry {index} is none")]
    Entry {
        /// Its place.
        index: u64,
        /// Why.
        #[source]
        source: LeafError,
    },
    /// An entry tells something else than the receipt says.
    #[error("entry {index} does not tell `{what}`")]
    OtherWord {
        /// Its place.
        index: u64,
        /// What the receipt says.
        what: String,
    },
    /// An entry is not in the log.
    #[error("entry {index} is not proved to be in the log")]
    NotInTheLog {
        /// Its place.
        index: u64,
        /// Why.
        #[source]
        source: ProofError,
    },
    /// It names other people who consented than its entries do.
    #[error("who consented to `{approval}` is not what the entries tell")]
    OtherConsent {
        /// The id of the request.
        approval: String,
    },
    /// A proof has something else than hashes.
    #[error("the proof of entry {index} has something else than hashes")]
    NoHash {
        /// Of the entry.
        index: u64,
    },
}

/// A receipt that holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedReceipt {
    /// What it says.
    pub receipt: Receipt,
    /// Its entries with their places, oldest first.
    pub entries: Vec<(u64, Entry)>,
    /// How many entries the log had when it was issued.
    pub size: u64,
    /// Material ids that the records name and no proved entry does: an answer of AWS was lost, and what it led to was seen later.
    pub unproved: Vec<String>,
    /// Ids of approvals by which something was done, of which no proved entry tells who gave them.
    pub unproved_approvals: Vec<String>,
}

/// Signs a receipt.
///
/// # Errors
///
/// [`NoteError`] where the key cannot sign.
pub fn sign_receipt(receipt: &Receipt, signer: &NoteSigner) -> Result<Value, NoteError> {
    let mut statement = serde_json::to_value(receipt).unwrap_or_default();
    if let Value::Object(members) = &mut statement {
        members.insert("format".to_owned(), FORMAT.into());
        members.insert("kind".to_owned(), KIND.into());
    }
    sign_statement(statement, signer)
}

/// Verifies a receipt with the log's public key alone: its signature, its checkpoint, that each entry in it is in the log and
/// tells what the receipt says, and that the entries name the same people who consented.
///
/// # Errors
///
/// [`ReceiptError`] names the first thing that does not hold.
pub fn verify_receipt(signed: &str, key: &NoteVerifier) -> Result<VerifiedReceipt, ReceiptError> {
    let (receipt, format) = read(open_statement(signed, key)?)?;
    let checkpoint = Checkpoint::open(&receipt.checkpoint, key)?;
    let mut entries = Vec::new();
    for one in &receipt.entries {
        entries.push((one.index, proved(one, &checkpoint)?));
    }
    let told = consents_told_by(entries.iter().map(|(index, entry)| (*index, entry)));
    if format != WITHOUT_APPROVALS {
        same_consents(&receipt.approvals, &told)?;
    }
    let proves = |id: &str| {
        let named = |(_, entry): &(u64, Entry)| {
            entry.detail.get("material_id").map(String::as_str) == Some(id)
        };
        entries.iter().any(named)
    };
    let materials = receipt.kms_key.materials.iter();
    let unproved = materials
        .map(|material| &material.material_id)
        .filter(|id| !proves(id));
    Ok(VerifiedReceipt {
        unproved: unproved.cloned().collect(),
        unproved_approvals: without_proof(&entries, &told),
        size: checkpoint.size,
        entries,
        receipt,
    })
}

/// Refuses what the entries do not tell.
fn same_consents(named: &[ReceiptApproval], told: &[ReceiptApproval]) -> Result<(), ReceiptError> {
    let differs = |one: &&ReceiptApproval| !told.contains(one);
    let left_out = |one: &&ReceiptApproval| !named.contains(one);
    let other = named.iter().find(differs);
    match other.or_else(|| told.iter().find(left_out)) {
        Some(other) => Err(ReceiptError::OtherConsent {
            approval: other.id.clone(),
        }),
        None => Ok(()),
    }
}

/// Approvals by which entries say that something was done, and of which none tells who gave them; each once.
fn without_proof(entries: &[(u64, Entry)], told: &[ReceiptApproval]) -> Vec<String> {
    let named: BTreeSet<&str> = entries
        .iter()
        .filter_map(|(_, entry)| consent_of(entry))
        .filter(|id| told.iter().all(|one| one.id != *id))
        .collect();
    named.into_iter().map(str::to_owned).collect()
}

fn read(mut statement: Value) -> Result<(Receipt, u32), ReceiptError> {
    let refused = |why: &str| ReceiptError::NotAReceipt {
        why: why.to_owned(),
    };
    let members = statement.as_object_mut();
    let members = members.ok_or_else(|| refused("it is no object"))?;
    if members.remove("kind") != Some(KIND.into()) {
        return Err(refused("its kind is another"));
    }
    let format = members.remove("format");
    let mut known = [FORMAT, WITHOUT_APPROVALS].into_iter();
    let format = known.find(|known| format == Some((*known).into()));
    let format = format.ok_or_else(|| refused("its format is not known"))?;
    let receipt = serde_json::from_value(statement);
    let receipt = receipt.map_err(|error| refused(&error.to_string()))?;
    Ok((receipt, format))
}

/// The entry, once its proof leads to the checkpoint.
pub(crate) fn proved(one: &ReceiptEntry, checkpoint: &Checkpoint) -> Result<Entry, ReceiptError> {
    let index = one.index;
    let bytes = canonical_json(&one.entry).into_bytes();
    let entry =
        Entry::from_leaf_bytes(&bytes).map_err(|source| ReceiptError::Entry { index, source })?;
    if told_by(&entry) != Some(one.what.as_str()) {
        let what = one.what.clone();
        return Err(ReceiptError::OtherWord { index, what });
    }
    let hash = |text: &String| {
        let bytes = hex::decode(text).ok()?;
        Hash::try_from(bytes.as_slice()).ok()
    };
    let proof: Option<Vec<Hash>> = one.proof.iter().map(hash).collect();
    let proof = proof.ok_or(ReceiptError::NoHash { index })?;
    let leaf = leaf_hash(&bytes);
    verify_inclusion(&leaf, index, checkpoint.size, &proof, &checkpoint.root)
        .map_err(|source| ReceiptError::NotInTheLog { index, source })?;
    Ok(entry)
}
