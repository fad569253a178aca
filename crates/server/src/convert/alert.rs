//! Alerts.

use keyferry_api::alert::{AlertQuery, AlertView, Severity as ApiSeverity};
use keyferry_app::AppError;
use keyferry_domain::drift::Severity;
use keyferry_domain::id::{AlertId, KmsKeyId};
use keyferry_ports::records::{Alert, AlertFilter, Groups};

/// Which alerts.
pub(crate) fn filter(query: &AlertQuery, kms_key: Option<KmsKeyId>) -> AlertFilter {
    AlertFilter {
        groups: Groups::All,
        is_open: query.open,
        severity: query
            .severity
            .and_then(|one| Severity::from_word(one.as_str())),
        subject: kms_key.map(Into::into),
    }
}

/// An alert's id from text.
pub(crate) fn id(text: &str) -> Result<AlertId, AppError> {
    text.parse().map_err(|_| AppError::NotFound {
        what: "alert",
        selector: text.to_owned(),
    })
}

/// An alert.
pub(crate) fn view(alert: Alert) -> AlertView {
    let (who, at) = alert.acknowledged.unzip();
    AlertView {
        id: alert.id.to_string(),
        subject: alert.subject.to_string(),
        name: alert.name,
        code: alert.code,
        severity: ApiSeverity::from_word(alert.severity.as_str()).unwrap_or(ApiSeverity::Warning),
        message: alert.message,
        details: serde_json::from_str(&alert.details).unwrap_or_default(),
        opened_at: alert.opened_at.to_string(),
        seen_at: alert.seen_at.to_string(),
        resolved_at: alert.resolved_at.map(|at| at.to_string()),
        acknowledged_by: who,
        acknowledged_at: at.map(|at| at.to_string()),
        deliveries: Vec::new(),
    }
}
