//! Periods of use: when applications use keys whose use needs approval.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::page::page;

/// Opens a period.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OpenUsePeriodRequest {
    /// Id or name of the application.
    pub application: String,
    /// Id or name of the group whose keys it uses; the application's own unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// Keys in the vault, by id or name.
    #[serde(default)]
    pub keys: Vec<String>,
    /// KMS keys, by id, name, ARN or alias. Where neither is given: every key of the group.
    #[serde(default)]
    pub kms_keys: Vec<String>,
    /// The uses, such as `key.encrypt`; every one unless given.
    #[serde(default)]
    pub actions: Vec<String>,
    /// How long it lasts, 1 to 1440.
    pub minutes: u32,
    /// Why, in free words; at most 1,000 bytes.
    #[serde(default)]
    pub reason: String,
}

/// A period of use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UsePeriodView {
    /// Identity.
    pub id: String,
    /// `open`, `closed` or `over`.
    pub state: String,
    /// The application's name.
    pub application: String,
    /// The application's id.
    pub application_id: String,
    /// The id of the group whose keys it uses.
    pub group: String,
    /// The keys, as `key/` or `kms-key/` and the id; none is every key of the group.
    pub keys: Vec<String>,
    /// The uses; none is every one.
    pub actions: Vec<String>,
    /// Why.
    pub reason: String,
    /// Who opened it.
    pub opened_by: String,
    /// When.
    #[schema(format = DateTime)]
    pub opened_at: String,
    /// From then on it is over.
    #[schema(format = DateTime)]
    pub ends_at: String,
    /// Who closed it early.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_by: Option<String>,
    /// When.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<String>,
}

page! {
    /// Periods of use, newest first.
    UsePeriodPage of UsePeriodView
}

/// Which periods.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct UsePeriodQuery {
    /// Id or name of an application.
    pub application: Option<String>,
    /// Those that are open now alone.
    #[serde(default)]
    pub open: bool,
    /// Rows at most, 1 to 1,000.
    pub limit: Option<u32>,
    /// Where the last page ended.
    pub cursor: Option<String>,
}
