//! Alerts: what a person should look at.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::alert_destination::DeliveryView;
use crate::page::page;

words! {
    /// How bad it is.
    Severity {
        /// Good to know.
        Info = "info",
        /// Somebody should look.
        Warning = "warning",
        /// Data may be out of reach, now or soon.
        Critical = "critical",
    }
}

/// One alert.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AlertView {
    /// Its id.
    pub id: String,
    /// What it is about: `kms-key:ID`, `key:ID`, `connection:ID` or `destination:ID`.
    pub subject: String,
    /// The name of what it is about.
    pub name: String,
    /// `area.problem`, such as `drift.disabled`.
    pub code: String,
    /// How bad it is.
    pub severity: Severity,
    /// One sentence.
    pub message: String,
    /// Where, and what in particular.
    #[schema(value_type = Object)]
    pub details: serde_json::Value,
    /// When it was first seen.
    #[schema(format = DateTime)]
    pub opened_at: String,
    /// When its particulars last changed.
    #[schema(format = DateTime)]
    pub seen_at: String,
    /// When it was over; absent while it is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub resolved_at: Option<String>,
    /// Who has taken note of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acknowledged_by: Option<String>,
    /// When that was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub acknowledged_at: Option<String>,
    /// How far it is on its way to each destination; where one alert is shown.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub deliveries: Vec<DeliveryView>,
}

page! {
    /// A page of alerts, newest first.
    AlertPage of AlertView
}

/// Which alerts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AlertQuery {
    /// Only open (`true`) or only resolved (`false`) ones.
    pub open: Option<bool>,
    /// At least this bad.
    pub severity: Option<Severity>,
    /// On this KMS key: id, name, ARN or alias.
    pub kms_key: Option<String>,
    /// Rows at most, 1 to 1000; 100 unless given.
    pub limit: Option<u32>,
    /// The `next` of the page before.
    pub cursor: Option<String>,
}
