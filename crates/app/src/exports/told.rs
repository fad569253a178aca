//! Alerts of material that may leave or has left: one for each key or group and code, with a row for each time.

use keyferry_domain::drift::Severity;
use keyferry_domain::group::Group;
use keyferry_domain::id::{AlertId, GroupId};
use keyferry_domain::key::ManagedKey;
use keyferry_domain::preparation::Preparation;
use keyferry_domain::version::VersionNumber;
use keyferry_ports::records::{Alert, Change, Expect, Subject};
use serde_json::{Value, json};

use crate::alerts::{ended, rows};
use crate::error::AppError;
use crate::parts::Shared;

/// The code of the alert that somebody prepared material to leave.
pub const PREPARED: &str = "key.material-prepared";

/// The code of the alert that material has left.
pub const LEFT: &str = "key.material-left";

/// The most rows that one alert tells; the newest stay.
const ROWS_MAX: usize = 50;

/// Whether the alert is over once somebody has taken note of it.
pub(crate) fn is_told_once(code: &str) -> bool {
    [PREPARED, LEFT].contains(&code)
}

/// What material leaves from.
pub(super) struct Place {
    pub(super) kind: &'static str,
    pub(super) id: String,
    pub(super) name: String,
    pub(super) group: GroupId,
    subject: Subject,
}

impl Place {
    pub(super) fn key(key: &ManagedKey) -> Self {
        Self {
            kind: "key",
            id: key.id.to_string(),
            name: key.name.to_string(),
            group: key.group,
            subject: key.id.into(),
        }
    }

    pub(super) fn group(group: &Group) -> Self {
        Self {
            kind: "group",
            id: group.id.to_string(),
            name: group.name.to_string(),
            group: group.id,
            subject: group.id.into(),
        }
    }
}

/// Who prepared something, and under which public key.
pub(super) fn line(row: &Preparation) -> String {
    let fingerprint = hex::encode(row.fingerprint);
    let (who, until) = (&row.preparer_name, row.expires_at);
    format!("prepared by {who} until {until}, under the public key with SHA-256 {fingerprint}")
}

/// Who took it, beside that.
pub(super) fn taken_line(row: &Preparation, by: &str) -> String {
    let fingerprint = hex::encode(row.fingerprint);
    let who = &row.preparer_name;
    format!("prepared by {who}, taken by {by}, under the public key with SHA-256 {fingerprint}")
}

fn sentence(code: &str, is_group: bool) -> &'static str {
    match (code, is_group) {
        (PREPARED, false) => "key material was prepared to be downloaded by another person",
        (PREPARED, true) => "all key material of a group was prepared to be taken out",
        (_, false) => "key material has left the vault, wrapped",
        (_, true) => "all key material of a group has left the vault, wrapped",
    }
}

fn severity(code: &str) -> Severity {
    match code {
        LEFT => Severity::Critical,
        _ => Severity::Warning,
    }
}

impl Shared {
    /// Opens the alert. One that is open ends for it, so that it is delivered each time; what that told is told again.
    pub(super) async fn told_of_leaving(
        &self,
        place: &Place,
        code: &'static str,
        (number, detail): (Option<VersionNumber>, &str),
    ) -> Result<Vec<Change>, AppError> {
        let now = self.now();
        let open = self.open_alert(place.subject, code).await?;
        let mut rows = open.as_ref().map(rows).unwrap_or_default();
        rows.push(row(number, detail));
        let first = rows.len().saturating_sub(ROWS_MAX);
        let rows = rows.split_off(first);
        let alert = Alert {
            id: AlertId::new(self.new_uuid()),
            subject: place.subject,
            name: place.name.clone(),
            group: place.group,
            code: code.to_owned(),
            severity: severity(code),
            message: sentence(code, number.is_none()).to_owned(),
            details: json!({ "findings": rows }).to_string(),
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

    /// Ends what an alert tells of versions or, where there is none, of the group.
    pub(super) async fn no_longer_leaving(
        &self,
        place: &Place,
        code: &'static str,
        numbers: &[Option<VersionNumber>],
    ) -> Result<Option<Change>, AppError> {
        let Some(open) = self.open_alert(place.subject, code).await? else {
            return Ok(None);
        };
        let mut left = rows(&open);
        let is_over = |row: &Value| {
            let told = number_of(row);
            let mut over = numbers.iter();
            over.any(|number| told == number.map(|number| u64::from(number.get())))
        };
        left.retain(|row| !is_over(row));
        if left.is_empty() {
            return Ok(Some(ended(&open, self.now())));
        }
        let fewer = Alert {
            details: json!({ "findings": left }).to_string(),
            ..open.clone()
        };
        Ok(Some(Change::PutAlert(
            fewer,
            Expect::Revision(open.revision),
        )))
    }
}

fn row(number: Option<VersionNumber>, detail: &str) -> Value {
    match number {
        None => json!({ "region": null, "detail": detail }),
        Some(number) => {
            let detail = format!("version {number}: {detail}");
            json!({ "region": null, "version": number.get(), "detail": detail })
        }
    }
}

fn number_of(row: &Value) -> Option<u64> {
    row.get("version").and_then(Value::as_u64)
}
