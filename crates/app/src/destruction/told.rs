//! Alerts of destructions: one for each key and code, with a row for each version.

use keyferry_domain::drift::Severity;
use keyferry_domain::id::AlertId;
use keyferry_domain::key::ManagedKey;
use keyferry_domain::version::VersionNumber;
use keyferry_ports::records::{Alert, Change, Expect};
use serde_json::{Value, json};

use crate::alerts::{ended, rows};
use crate::error::AppError;
use crate::parts::Shared;

/// The code of the alert of a destruction that was due and is refused.
pub const REFUSED: &str = "schedule.destruction-refused";

/// The code of the alert of a destruction that is due, and carried out a day later.
pub const NEAR: &str = "schedule.destruction-near";

/// The code of the alert of a destruction that was scheduled by the word of its key, without a person.
pub const SCHEDULED: &str = "schedule.destruction-scheduled";

/// What each says in a sentence.
const SENTENCES: [(&str, &str); 3] = [
    (
        REFUSED,
        "the destruction of a version that was due is refused",
    ),
    (NEAR, "a version is about to be destroyed for ever"),
    (
        SCHEDULED,
        "the destruction of a version was scheduled, for its KMS keys are deleted",
    ),
];

impl Shared {
    /// What tells this of a version: the alert opens, or opens anew where it told of other versions only, so that it is
    /// delivered again. Nothing where it is told already.
    pub(super) async fn told_of_version(
        &self,
        key: &ManagedKey,
        number: VersionNumber,
        (code, detail): (&'static str, &str),
    ) -> Result<Vec<Change>, AppError> {
        let open = self.open_alert(key.id.into(), code).await?;
        let row = row(number, detail);
        let before = open.as_ref().map(rows).unwrap_or_default();
        if before.contains(&row) {
            return Ok(Vec::new());
        }
        let is_known = before.iter().any(|row| is_of(row, number));
        let mut after: Vec<Value> = before;
        after.retain(|row| !is_of(row, number));
        after.push(row);
        let now = self.now();
        let details = json!({ "findings": after }).to_string();
        if let Some(open) = open.as_ref().filter(|_| is_known) {
            let again = Alert {
                details,
                seen_at: now,
                ..open.clone()
            };
            return Ok(vec![Change::PutAlert(
                again,
                Expect::Revision(open.revision),
            )]);
        }
        let alert = Alert {
            id: AlertId::new(self.new_uuid()),
            subject: key.id.into(),
            name: key.name.to_string(),
            group: key.group,
            code: code.to_owned(),
            severity: Severity::Warning,
            message: sentence(code).to_owned(),
            details,
            opened_at: now,
            seen_at: now,
            resolved_at: None,
            acknowledged: None,
            revision: 1,
        };
        let mut changes: Vec<Change> = open.iter().map(|alert| ended(alert, now)).collect();
        changes.push(Change::PutAlert(alert, Expect::New));
        Ok(changes)
    }

    /// What is no longer told of a version; the alert ends with its last version.
    pub(super) async fn no_longer_told(
        &self,
        key: &ManagedKey,
        number: VersionNumber,
        codes: &[&str],
    ) -> Result<Vec<Change>, AppError> {
        let now = self.now();
        let open = self.ports.records.open_alerts_on(key.id.into()).await?;
        let mut changes = Vec::new();
        for alert in open
            .iter()
            .filter(|alert| codes.contains(&alert.code.as_str()))
        {
            let before = rows(alert);
            let others = |row: &&Value| !is_of(row, number);
            let after: Vec<&Value> = before.iter().filter(others).collect();
            if after.is_empty() {
                changes.push(ended(alert, now));
            } else if after.len() < before.len() {
                let fewer = Alert {
                    details: json!({ "findings": after }).to_string(),
                    ..alert.clone()
                };
                changes.push(Change::PutAlert(fewer, Expect::Revision(alert.revision)));
            }
        }
        Ok(changes)
    }
}

fn sentence(code: &str) -> &'static str {
    let found = SENTENCES.iter().find(|known| known.0 == code);
    found.map_or("", |known| known.1)
}

fn row(number: VersionNumber, detail: &str) -> Value {
    let detail = format!("version {number}: {detail}");
    json!({ "region": null, "version": number.get(), "detail": detail })
}

fn is_of(row: &Value, number: VersionNumber) -> bool {
    row.get("version").and_then(Value::as_u64) == Some(u64::from(number.get()))
}
