//! Plans: what an operation would do, in words, and what a person should know before it does.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The answer of a dry run. Nothing was changed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PlanView {
    /// The operation in one line.
    pub summary: String,
    /// What would be done, in order.
    pub steps: Vec<PlanStepView>,
    /// What a person should know.
    #[serde(default)]
    pub warnings: Vec<String>,
    /// Why it could not go on, where that is known now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blocked: Option<BlockedView>,
}

/// One step of a plan.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PlanStepView {
    /// The step in words.
    pub words: String,
    /// The name of the KMS key concerned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kms_key: Option<String>,
    /// Where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// AWS's operation, where the step is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aws_operation: Option<String>,
    /// Whether something becomes unusable or is lost.
    #[serde(default)]
    pub destructive: bool,
}

/// Why a person has to act first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BlockedView {
    /// Stable code.
    pub code: String,
    /// What is the matter.
    pub reason: String,
    /// What to do.
    pub hint: String,
}
