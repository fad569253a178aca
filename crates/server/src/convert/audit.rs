//! Audit entries.

use jiff::Timestamp;
use keyferry_api::audit::{AuditEntryView, AuditObjectView, AuditQuery};
use keyferry_app::audits::PlacedEntry;
use keyferry_audit::{Outcome, Phase};
use keyferry_ports::records::AuditFilter;

/// Which entries.
pub(crate) fn filter(query: &AuditQuery) -> AuditFilter {
    AuditFilter {
        actor: query.actor.clone(),
        action: query.action.clone(),
        object: query.object.clone(),
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
        aws_operation: entry.aws_operation,
        aws_request_id: entry.aws_request_id,
        detail: entry.detail,
    }
}
