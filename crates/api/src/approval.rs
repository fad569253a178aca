//! Consent of several people: rules that want it, and requests that wait for it.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use crate::page::page;
use crate::secret::{self, Secret};

/// Asks for consent to a request: it is tried, frozen with what it would do, and kept sealed.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AskApprovalRequest {
    /// The request's method: `POST`, `PATCH` or `DELETE`.
    pub method: String,
    /// Its path with its query, as in `/api/v1/kms-keys/app/schedule-deletion?confirm_name=app`; without `dry_run`.
    pub path: String,
    /// Its body, as JSON text; none where it has none.
    #[serde(
        default,
        serialize_with = "secret::on_the_wire_if_any",
        skip_serializing_if = "Option::is_none"
    )]
    pub body: Option<Secret>,
    /// Its `If-Match`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub if_match: Option<String>,
    /// Its `Idempotency-Key`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idempotency_key: Option<String>,
    /// Why, in free words; at most 1,000 bytes.
    #[serde(default)]
    pub reason: String,
}

/// Approves or rejects a request.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DecideRequest {
    /// The hash that the request showed when it was looked at.
    pub hash: String,
    /// Why, in free words; at most 1,000 bytes.
    #[serde(default)]
    pub comment: String,
}

/// A frozen request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ApprovalView {
    /// Identity.
    pub id: String,
    /// `open`, `expired`, `used`, `rejected`, `cancelled` or `changed`.
    pub state: String,
    /// Whether whoever asked may have it carried out now.
    pub ready: bool,
    /// What it does.
    pub action: String,
    /// Who asks.
    pub requester: String,
    /// Why.
    pub reason: String,
    /// The request without its secrets: `method`, `path`, `body`.
    #[schema(value_type = Object)]
    pub request: Value,
    /// The answer of its dry run: what it would do.
    #[schema(value_type = Object)]
    pub plan: Value,
    /// SHA-256, in hexadecimal, of what is consented to.
    pub hash: String,
    /// What each rule wants.
    pub needs: Vec<ApprovalNeedView>,
    /// What people said, oldest first.
    pub decisions: Vec<DecisionView>,
    /// When it was asked for.
    #[schema(format = DateTime)]
    pub created_at: String,
    /// From then on it is over.
    #[schema(format = DateTime)]
    pub expires_at: String,
}

/// What one rule wants of a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ApprovalNeedView {
    /// The name of the rule's group; none for the installation's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// The rule's class.
    pub class: String,
    /// Of how many people.
    pub approvers: u32,
    /// How many have approved whose consent counts.
    pub approved: u32,
    /// Who can still approve.
    pub can_approve: Vec<String>,
}

/// What one person said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DecisionView {
    /// Who.
    pub user: String,
    /// `approve` or `reject`.
    pub verdict: String,
    /// Why.
    pub comment: String,
    /// When.
    #[schema(format = DateTime)]
    pub at: String,
}

/// Which requests.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ApprovalQuery {
    /// How far: `open`, `used`, `rejected`, `cancelled` or `changed`. What has expired is `open` here.
    pub state: Option<String>,
    /// One's own alone.
    #[serde(default)]
    pub mine: bool,
    /// Rows at most, 1 to 1,000.
    pub limit: Option<u32>,
    /// Where the last page ended.
    pub cursor: Option<String>,
}

/// Makes a rule, or changes it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetApprovalRuleRequest {
    /// Id or name of the group; none for the installation, with all groups.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// Of which actions: `change`, `destructive`, `export`, `export-equivalent`, `use` or `use-equivalent`.
    pub class: String,
    /// Of how many people besides whoever asks; 1 to 20.
    pub approvers: u32,
    /// How long a request waits, in hours; 72 unless given, 744 at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours: Option<u32>,
}

/// A rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ApprovalRuleView {
    /// The group's id; none for the installation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// The group's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group_name: Option<String>,
    /// Of which actions.
    pub class: String,
    /// Of how many people besides whoever asks.
    pub approvers: u32,
    /// How long a request waits, in hours.
    pub hours: u32,
    /// When it was last changed.
    #[schema(format = DateTime)]
    pub changed_at: String,
}

/// Which rule is removed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ApprovalRuleQuery {
    /// Id or name of the group; none for the installation's.
    pub group: Option<String>,
    /// Check everything and change nothing.
    #[serde(default)]
    pub dry_run: bool,
}

page! {
    /// Requests, newest first.
    ApprovalPage of ApprovalView
}

page! {
    /// All rules: those of the installation first, then by group and class.
    ApprovalRulePage of ApprovalRuleView
}
