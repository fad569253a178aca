//! What a person should look at: listing alerts, and taking note of them.

use std::sync::Arc;

use jiff::Timestamp;
use keyferry_domain::drift::{FindingKind, Severity};
use keyferry_domain::id::{AlertId, GroupId};
use keyferry_ports::records::{Alert, AlertFilter, Batch, Change, Expect, Page, PageOf, Subject};
use serde_json::{Value, json};

use crate::access::LOCKED_OUT;
use crate::action::Action;
use crate::actor::Actor;
use crate::error::AppError;
use crate::exports::is_told_once;
use crate::log::{Fact, object};
use crate::parts::Shared;
use crate::rights::{Object, Permit};

/// What an alert tells is over.
pub(crate) fn ended(alert: &Alert, now: Timestamp) -> Change {
    let over = Alert {
        resolved_at: Some(now),
        ..alert.clone()
    };
    Change::PutAlert(over, Expect::Revision(alert.revision))
}

/// What an alert tells, row by row.
pub(crate) fn rows(alert: &Alert) -> Vec<Value> {
    let mut details: Value = serde_json::from_str(&alert.details).unwrap_or_default();
    match details.get_mut("findings").map(Value::take) {
        Some(Value::Array(rows)) => rows,
        _ => Vec::new(),
    }
}

/// Whether what the alert tells is over once AWS shows what is wanted.
pub(crate) fn ends_with_drift(alert: &Alert) -> bool {
    FindingKind::from_word(&alert.code).is_some_and(FindingKind::differs_from_intent)
}

/// Something that goes wrong again and again, told by one alert while it lasts.
pub(crate) struct Trouble {
    pub(crate) subject: Subject,
    /// The subject's, for people.
    pub(crate) name: String,
    pub(crate) group: GroupId,
    pub(crate) code: &'static str,
    pub(crate) message: &'static str,
    /// What it was this time.
    pub(crate) detail: String,
}

/// The details of an alert that tells one thing.
pub(crate) fn details(detail: &str) -> String {
    json!({ "findings": [{ "region": null, "detail": detail }] }).to_string()
}

impl Shared {
    /// The open alert with this code.
    pub(crate) async fn open_alert(
        &self,
        subject: Subject,
        code: &str,
    ) -> Result<Option<Alert>, AppError> {
        let open = self.ports.records.open_alerts_on(subject).await?;
        Ok(open.into_iter().find(|alert| alert.code == code))
    }

    /// Opens the alert, or tells the newest particulars in the open one.
    pub(crate) async fn alerted(&self, trouble: Trouble) -> Result<Change, AppError> {
        let now = self.now();
        let details = details(&trouble.detail);
        if let Some(open) = self.open_alert(trouble.subject, trouble.code).await? {
            let expect = Expect::Revision(open.revision);
            let again = Alert {
                details,
                seen_at: now,
                ..open
            };
            return Ok(Change::PutAlert(again, expect));
        }
        let alert = Alert {
            id: AlertId::new(self.new_uuid()),
            subject: trouble.subject,
            name: trouble.name,
            group: trouble.group,
            code: trouble.code.to_owned(),
            severity: Severity::Warning,
            message: trouble.message.to_owned(),
            details,
            opened_at: now,
            seen_at: now,
            resolved_at: None,
            acknowledged: None,
            revision: 1,
        };
        Ok(Change::PutAlert(alert, Expect::New))
    }
}

/// Use cases of alerts.
pub struct Alerts {
    shared: Arc<Shared>,
}

impl Alerts {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }

    /// A page, newest first.
    pub async fn list(
        &self,
        actor: &Actor,
        filter: &AlertFilter,
        page: &Page,
    ) -> Result<PageOf<Alert>, AppError> {
        let permit = self.shared.permit(actor, Action::AlertRead).await?;
        let filter = AlertFilter {
            groups: permit.groups()?,
            ..filter.clone()
        };
        Ok(self.shared.ports.records.list_alerts(&filter, page).await?)
    }

    /// One alert.
    pub async fn show(&self, actor: &Actor, id: AlertId) -> Result<Alert, AppError> {
        let permit = self.shared.permit(actor, Action::AlertRead).await?;
        self.find(&permit, id).await
    }

    /// Takes note of an alert. It stays open until what it tells is over; a new grant, or a name that was locked out, is over
    /// with this.
    pub async fn acknowledge(&self, actor: &Actor, id: AlertId) -> Result<Alert, AppError> {
        let permit = self.shared.permit(actor, Action::AlertAcknowledge).await?;
        let before = self.find(&permit, id).await?;
        if before.acknowledged.is_some() {
            return Ok(before);
        }
        let now = self.shared.now();
        let is_told_once = [FindingKind::GrantAdded.as_str(), LOCKED_OUT].contains(&&*before.code)
            || is_told_once(&before.code);
        let after = Alert {
            acknowledged: Some((actor.to_string(), now)),
            resolved_at: before.resolved_at.or(is_told_once.then_some(now)),
            ..before.clone()
        };
        let about = object("alert", id, &before.name);
        let fact = Fact::done(actor, Action::AlertAcknowledge, about, now);
        let batch = Batch::new()
            .with(Change::PutAlert(
                after.clone(),
                Expect::Revision(before.revision),
            ))
            .with(fact.detail("code", &before.code).change());
        self.shared.commit(batch).await?;
        Ok(Alert {
            revision: after.revision + 1,
            ..after
        })
    }

    async fn find(&self, permit: &Permit, id: AlertId) -> Result<Alert, AppError> {
        let found = self.shared.ports.records.find_alert(id).await?;
        permit.admit(found, Object::alert, || AppError::NotFound {
            what: "alert",
            selector: id.to_string(),
        })
    }
}
