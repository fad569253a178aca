//! Parts of lists.

use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

/// Whether to act or only to show what would be done.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DryRunQuery {
    /// Answer the plan and change nothing.
    #[serde(default)]
    pub dry_run: bool,
    /// The name of the KMS key, or of the key whose version it is, typed: wanted by every operation that makes it unusable or loses something.
    pub confirm_name: Option<String>,
}

/// Whether a change of Keyferry's own records is kept, or only tried.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TrialQuery {
    /// Check everything, answer how it would be (with status 200 in place of 201, and without a secret that is shown once),
    /// and change nothing.
    #[serde(default)]
    pub dry_run: bool,
}

macro_rules! page {
    ($(#[$doc:meta])* $name:ident of $row:ty) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
        pub struct $name {
            /// The rows.
            pub items: Vec<$row>,
            /// Give this as `cursor` to go on; absent at the end.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub next: Option<String>,
        }
    };
}
pub(crate) use page;
