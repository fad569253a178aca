//! What a person should look at: listing alerts, and taking note of them.

use std::sync::Arc;

use jiff::Timestamp;
use keyferry_domain::drift::FindingKind;
use keyferry_domain::id::AlertId;
use keyferry_ports::records::{Alert, AlertFilter, Batch, Change, Expect, Page, PageOf};

use crate::action::{Action, authorize};
use crate::actor::Actor;
use crate::error::AppError;
use crate::log::{Fact, object};
use crate::parts::Shared;

/// What an alert tells is over.
pub(crate) fn ended(alert: &Alert, now: Timestamp) -> Change {
    let over = Alert {
        resolved_at: Some(now),
        ..alert.clone()
    };
    Change::PutAlert(over, Expect::Revision(alert.revision))
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
        authorize(actor, Action::AlertRead)?;
        Ok(self.shared.ports.records.list_alerts(filter, page).await?)
    }

    /// One alert.
    pub async fn show(&self, actor: &Actor, id: AlertId) -> Result<Alert, AppError> {
        authorize(actor, Action::AlertRead)?;
        self.find(id).await
    }

    /// Takes note of an alert. It stays open until what it tells is over; a new grant is over with this.
    pub async fn acknowledge(&self, actor: &Actor, id: AlertId) -> Result<Alert, AppError> {
        authorize(actor, Action::AlertAcknowledge)?;
        let before = self.find(id).await?;
        if before.acknowledged.is_some() {
            return Ok(before);
        }
        let now = self.shared.now();
        let is_told_once = before.code == FindingKind::GrantAdded.as_str();
        let after = Alert {
            acknowledged: Some((actor.to_string(), now)),
            resolved_at: before.resolved_at.or(is_told_once.then_some(now)),
            ..before.clone()
        };
        let about = object("alert", id, &before.name);
        let fact = Fact::done(actor, Action::AlertAcknowledge, about, now);
        let batch = Batch::new()
            .with(Change::PutAlert(after, Expect::Revision(before.revision)))
            .with(fact.detail("code", &before.code).change());
        self.shared.ports.records.commit(batch).await?;
        self.find(id).await
    }

    async fn find(&self, id: AlertId) -> Result<Alert, AppError> {
        let found = self.shared.ports.records.find_alert(id).await?;
        found.ok_or_else(|| AppError::NotFound {
            what: "alert",
            selector: id.to_string(),
        })
    }
}
