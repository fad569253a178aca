//! Plans: what an operation would do, in words, and what a person should know before it does.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The answer of a dry run. Nothing was changed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PlanView {
    /// The operation in one line.
    pub summary: String,
    /// What would be done, in order.
    pub steps: Vec<PlanStepView>,
    /// Whether everything is as wanted already: neither AWS nor a record would be changed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub nothing_to_do: bool,
    /// What a person should know.
    #[serde(default)]
    pub warnings: Vec<String>,
    /// Why it could not go on, where that is known now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blocked: Option<BlockedView>,
    /// How many KMS keys it is about.
    #[serde(default)]
    pub kms_keys: u32,
    /// KMS keys of which nothing would be changed, with the reason.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refused: Vec<RefusedView>,
    /// Steps that are not listed, because there are too many; they count in all numbers.
    #[serde(default)]
    pub more_steps: u32,
    /// Stands for all steps, where not all are listed (SHA-256, hexadecimal): another where any of them is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub steps_hash: Option<String>,
    /// Whether AWS was looked at for it; `false`: it tells from what was observed last.
    #[serde(default)]
    pub fresh: bool,
    /// What it means for each KMS key that is in AWS already: what becomes unusable first, and of that what was used last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub consequences: Vec<ConsequenceView>,
    /// Consequences that are not listed, because there are too many.
    #[serde(default)]
    pub more_consequences: u32,
    /// Stands for what it means for all of them, where not all are listed (SHA-256, hexadecimal): another where any is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consequences_hash: Option<String>,
    /// What it takes from AWS's request quotas, the one that takes longest first.
    #[serde(default)]
    pub calls: Vec<QuotaUseView>,
    /// Seconds that it takes at least: those of the narrowest quota. Waiting for AWS (for a rotation, a deletion, callers
    /// that still use an old alias target) is not in it.
    #[serde(default)]
    pub seconds: u64,
}

/// What a plan means for one KMS key.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ConsequenceView {
    /// Its name, which a KMS key of another keystore may have too.
    pub kms_key: String,
    /// Its ARN, which no other has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arn: Option<String>,
    /// How it becomes unusable; absent where it does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unusable: Option<String>,
    /// How many of AWS's 25 rotations on demand are left in its life afterwards; absent where AWS does not count them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rotations_left: Option<u32>,
    /// When it was used last, in each Region where that was asked.
    #[serde(default)]
    pub last_use: Vec<LastUseView>,
}

/// When a KMS key was used last in one Region, as AWS tells with up to an hour's delay.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LastUseView {
    /// Where.
    pub region: String,
    /// In one line: the operation and when, `none since …`, or `not readable`.
    pub text: String,
    /// AWS's operation; absent where there was none, or AWS does not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// When that was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub at: Option<String>,
    /// Since when AWS watches: of what was before, nothing is known. Absent where AWS does not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub tracked_since: Option<String>,
    /// When AWS was asked.
    #[schema(format = DateTime)]
    pub read_at: String,
}

/// What a plan takes from one request quota.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct QuotaUseView {
    /// The AWS account.
    pub account: String,
    /// The Region.
    pub region: String,
    /// AWS's operation.
    pub operation: String,
    /// Calls that it counts.
    pub calls: u32,
    /// Calls a second that are sent at most.
    pub per_second: f64,
    /// Seconds that these calls take at that rate.
    pub seconds: u64,
}

/// One KMS key of which nothing would be changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RefusedView {
    /// Its name.
    pub kms_key: String,
    /// Stable code.
    pub code: String,
    /// What is the matter.
    pub message: String,
    /// What to do.
    pub hint: String,
}

/// One step of a plan.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PlanStepView {
    /// The step in words.
    pub words: String,
    /// The name of the KMS key concerned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kms_key: Option<String>,
    /// Its ARN, where AWS has it already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arn: Option<String>,
    /// Where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// AWS's operation, where the step is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aws_operation: Option<String>,
    /// Until when AWS holds the material that it imports, where that is reckoned from now.
    #[schema(format = DateTime)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends_at: Option<String>,
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
