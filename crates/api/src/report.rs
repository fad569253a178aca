//! Reports.

use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

/// The moment of a report.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ReportQuery {
    /// As it was then (RFC 3339, or a local time with its zone as RFC 9557 writes it); now unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_of: Option<String>,
}
