//! Who consented to what: told by entries alone, so that a receipt cannot name others than the log does.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::entry::{Entry, Outcome, Phase};

/// The kind of object that requests for consent are.
const APPROVAL: &str = "approval";
/// The detail that names by which consent something was done.
const BY: &str = "approval";

/// Consent that was asked for.
pub(crate) const CONSENT_ASKED: &str = "consent-asked";
/// Consent that somebody gave.
pub(crate) const CONSENT_GIVEN: &str = "consent-given";
/// Consent that somebody refused.
pub(crate) const CONSENT_REFUSED: &str = "consent-refused";
/// Something that was asked for with the consent of others, and begun.
pub(crate) const BEGUN_BY_CONSENT: &str = "begun-by-consent";

/// A request to which others consented, as entries tell it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReceiptApproval {
    /// Its id.
    pub id: String,
    /// What was asked for, as a permission names it.
    pub action: String,
    /// Who asked.
    pub requester: String,
    /// Why, in the requester's words.
    pub reason: String,
    /// SHA-256, in hexadecimal, of what was consented to.
    pub hash: String,
    /// When it was asked for, in microseconds since 1970.
    pub asked_micros: i64,
    /// What people said, oldest first.
    pub decisions: Vec<ReceiptDecision>,
    /// The places of the entries that tell what was done by it.
    pub done: Vec<u64>,
}

/// What one person said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReceiptDecision {
    /// Who.
    pub by: String,
    /// `approve` or `reject`.
    pub verdict: String,
    /// When, in microseconds since 1970.
    pub at_micros: i64,
}

/// What an entry tells about a request for consent, or about something that begins by it.
pub(crate) fn told_of_consent(entry: &Entry) -> Option<&'static str> {
    if entry.phase == Phase::Intent {
        let is_begin = entry.attempt_id.is_none() && entry.aws_operation.is_none();
        return (is_begin && entry.detail.contains_key(BY)).then_some(BEGUN_BY_CONSENT);
    }
    if entry.phase != Phase::Outcome(Outcome::Ok) || entry.object.kind != APPROVAL {
        return None;
    }
    let said = entry.detail.get("said").map(String::as_str);
    match (entry.action.as_str(), said) {
        ("approval.ask", None) => Some(CONSENT_ASKED),
        ("approval.decide", Some("approve")) => Some(CONSENT_GIVEN),
        ("approval.decide", Some("reject")) => Some(CONSENT_REFUSED),
        _ => None,
    }
}

/// By which consent an entry says that something was done.
pub fn consent_of(entry: &Entry) -> Option<&str> {
    let is_about_itself = entry.object.kind == APPROVAL;
    let named = entry.detail.get(BY).filter(|_| !is_about_itself);
    named.map(String::as_str)
}

/// The requests for consent of which entries tell, oldest first, with what was said and what was done by each. What somebody
/// said about another hash than that of the request counts for nothing.
pub fn consents_told_by<'a>(
    entries: impl IntoIterator<Item = (u64, &'a Entry)>,
) -> Vec<ReceiptApproval> {
    let mut asked: Vec<ReceiptApproval> = Vec::new();
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    let mut done: Vec<(u64, String)> = Vec::new();
    for (index, entry) in entries {
        if let Some(id) = consent_of(entry) {
            done.push((index, id.to_owned()));
        }
        match told_of_consent(entry) {
            Some(CONSENT_ASKED) => {
                places.entry(entry.object.id.clone()).or_insert(asked.len());
                asked.push(request(entry));
            }
            Some(word @ (CONSENT_GIVEN | CONSENT_REFUSED)) => {
                let place = places.get(&entry.object.id);
                let request = place.and_then(|place| asked.get_mut(*place));
                let same = |one: &&mut ReceiptApproval| Some(&one.hash) == entry.detail.get("hash");
                if let Some(request) = request.filter(same) {
                    request.decisions.push(decision(entry, word));
                }
            }
            _ => {}
        }
    }
    for (index, id) in done {
        let place = places.get(&id);
        if let Some(request) = place.and_then(|place| asked.get_mut(*place)) {
            request.done.push(index);
        }
    }
    asked
}

fn request(entry: &Entry) -> ReceiptApproval {
    let detail = |name: &str| entry.detail.get(name).cloned().unwrap_or_default();
    ReceiptApproval {
        id: entry.object.id.clone(),
        action: entry.object.name.clone(),
        requester: entry.actor.clone(),
        reason: detail("reason"),
        hash: detail("hash"),
        asked_micros: entry.time_micros,
        decisions: Vec::new(),
        done: Vec::new(),
    }
}

fn decision(entry: &Entry, word: &str) -> ReceiptDecision {
    let verdict = match word {
        CONSENT_GIVEN => "approve",
        _ => "reject",
    };
    ReceiptDecision {
        by: entry.actor.clone(),
        verdict: verdict.to_owned(),
        at_micros: entry.time_micros,
    }
}
