//! Audit entries.

use jiff::Timestamp;
use keyferry_api::audit::{
    AuditEntryView, AuditKeyView, AuditObjectView, AuditQuery, CheckpointView, ProofQuery,
    ProofView, SignedCheckpointView, TileQuery,
};
use keyferry_api::problem::HttpCode;
use keyferry_app::AppError;
use keyferry_app::audits::{InclusionProof, PlacedEntry, Signed};
use keyferry_audit::{Hash, Outcome, Phase, TILE_WIDTH, Tile, TileKind};
use keyferry_ports::records::{AuditCheckpoint, AuditFilter, AuditKey, Groups};

use crate::http::problem::Refused;

/// Which entries.
pub(crate) fn filter(query: &AuditQuery) -> AuditFilter {
    AuditFilter {
        actor: query.actor.clone(),
        action: query.action.clone(),
        object: query.object.clone(),
        groups: Groups::All,
    }
}

/// An entry with its place.
pub(crate) fn view(placed: PlacedEntry) -> AuditEntryView {
    let entry = placed.entry;
    let at = Timestamp::from_microsecond(entry.time_micros).unwrap_or(Timestamp::UNIX_EPOCH);
    let result = match entry.phase {
        Phase::Intent => "intent",
        Phase::Outcome(Outcome::Ok) => "ok",
        Phase::Outcome(Outcome::Refused) => "refused",
        Phase::Outcome(Outcome::Unknown) => "unknown",
    };
    AuditEntryView {
        index: placed.index,
        at: at.to_string(),
        leaf: String::from_utf8_lossy(&entry.leaf_bytes()).into_owned(),
        leaf_hash: hex::encode(placed.hash),
        actor: entry.actor,
        action: entry.action,
        result: result.to_owned(),
        object: AuditObjectView {
            kind: entry.object.kind,
            id: entry.object.id,
            name: entry.object.name,
        },
        job: entry.job_id,
        request_id: entry.request_id,
        aws_operation: entry.aws_operation,
        aws_request_id: entry.aws_request_id,
        detail: entry.detail,
    }
}

/// A checkpoint, signed.
pub(crate) fn signed(row: AuditCheckpoint) -> SignedCheckpointView {
    SignedCheckpointView {
        size: row.size,
        root: hex::encode(row.root),
        note: row.note,
        signed_at: row.signed_at.to_string(),
    }
}

/// How much there is, and what of it is signed.
pub(crate) fn checkpoint(found: Signed) -> CheckpointView {
    CheckpointView {
        size: found.size,
        signed: found.newest.map(signed),
        cosigned: found.cosigned.map(signed),
    }
}

/// The key, once there is one.
pub(crate) fn key(row: Option<AuditKey>) -> Result<AuditKeyView, Refused> {
    let row = row.ok_or(AppError::NotFound {
        what: "audit key",
        selector: "this installation (it is made when the vault is opened)".to_owned(),
    })?;
    Ok(AuditKeyView {
        key: row.verifier,
        created_at: row.created_at.to_string(),
    })
}

/// Which proof.
pub(crate) enum WantedProof {
    /// That an entry is in the log.
    Entry(u64),
    /// That the log goes on from so many entries.
    OldSize(u64),
}

/// Exactly one of both.
pub(crate) fn wanted_proof(query: &ProofQuery) -> Result<WantedProof, Refused> {
    match (query.entry, query.old_size) {
        (Some(entry), None) => Ok(WantedProof::Entry(entry)),
        (None, Some(old)) => Ok(WantedProof::OldSize(old)),
        _ => Err(Refused::new(
            HttpCode::BadQuery,
            "give either `entry` or `old_size`",
        )),
    }
}

/// That an entry is in the log.
pub(crate) fn inclusion(proof: InclusionProof) -> ProofView {
    ProofView {
        entry: Some(proof.index),
        leaf_hash: Some(proof.leaf.to_string()),
        old_size: None,
        hashes: texts(&proof.hashes),
        checkpoint: signed(proof.checkpoint),
    }
}

/// That the log goes on from an older one.
pub(crate) fn consistency(old: u64, (hashes, row): (Vec<Hash>, AuditCheckpoint)) -> ProofView {
    ProofView {
        entry: None,
        leaf_hash: None,
        old_size: Some(old),
        hashes: texts(&hashes),
        checkpoint: signed(row),
    }
}

fn texts(hashes: &[Hash]) -> Vec<String> {
    hashes.iter().map(ToString::to_string).collect()
}

/// Which tile.
pub(crate) fn tile(query: &TileQuery) -> Tile {
    Tile {
        kind: query.level.map_or(TileKind::Entries, TileKind::Hashes),
        index: query.index,
        width: query.width.unwrap_or(TILE_WIDTH),
    }
}
