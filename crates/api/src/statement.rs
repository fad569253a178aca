//! What the log of the installation has signed.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// JSON that the audit log's key has signed: a receipt or a report. `keyferry audit verify-receipt` and `audit verify-report`
/// check it without the server.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SignedStatementView {
    /// What is said.
    #[schema(value_type = Object)]
    pub statement: serde_json::Value,
    /// The signed note (C2SP) over its hash.
    pub signature: String,
}
