//! Taking KMS keys that are in AWS already into a keystore.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::job::JobView;

/// Which KMS keys to adopt: `keys`, or those that the last sync found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AdoptRequest {
    /// ARNs, AWS's key ids or aliases (`alias/...`), 200 at most. Excludes all others.
    #[serde(default)]
    pub keys: Vec<String>,
    /// Every one that sync found in the keystore's account and Regions.
    #[serde(default)]
    pub all: bool,
    /// Those that sync found with all these tags.
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
    /// Those that sync found whose name contains this, in any case.
    pub name_contains: Option<String>,
}

/// Makes a key in the vault the source of a KMS key, which is adopted first where nobody manages it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BindRequest {
    /// The keystore's id or name.
    pub keystore: String,
    /// The KMS key: ARN, AWS's key id or alias (`alias/...`).
    pub kms_key: String,
    /// The key's id or name.
    pub key: String,
    /// The version that the KMS key's oldest material is; the key's oldest unless given.
    pub first_version: Option<u32>,
}

/// Makes keys in the vault the sources of many KMS keys, by one job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BindManyRequest {
    /// What is bound to what, 200 at most.
    pub lines: Vec<BindLine>,
}

/// One KMS key and the key that shall be its source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BindLine {
    /// ARN, AWS's key id or alias (`alias/...`); id or name, where it was adopted already.
    pub kms_key: String,
    /// The key's id or name.
    pub key: String,
    /// The version that the KMS key's oldest material is; the key's oldest unless given.
    pub first_version: Option<u32>,
}

/// A KMS key that a job binds, or after a dry run: would be bound.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BoundView {
    /// As the line named it.
    pub kms_key: String,
    /// ARN of its primary.
    pub arn: String,
    /// Our name of it.
    pub name: String,
    /// What lists showed when it was looked at: `NOT AVAILABLE` is empty, and shall be filled.
    pub status: String,
    /// The key's versions that it shall hold, the oldest first.
    pub versions: Vec<u32>,
}

/// What became of the lines of a manifest.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BindingsView {
    /// The job that binds them; absent after a dry run, and where no line can be bound.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub job: Option<JobView>,
    /// Those that can be bound as the lines say.
    pub bound: Vec<BoundView>,
    /// Left as they are.
    pub left: Vec<LeftView>,
}

/// Which part of what sync found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AdoptQuery {
    /// Say what would be done, and do nothing.
    #[serde(default)]
    pub dry_run: bool,
    /// KMS keys at most, 1 to 200; 100 unless given.
    pub limit: Option<u32>,
    /// The `next` of the part before.
    pub cursor: Option<String>,
}

/// A KMS key that was adopted, or would be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AdoptedView {
    /// ARN of its primary.
    pub arn: String,
    /// Our name of it.
    pub name: String,
    /// Our identity of it; absent in a dry run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// `External` (material from elsewhere) or `AWS`.
    pub source: String,
    /// Our life of it.
    pub life: String,
    /// What lists show.
    pub status: String,
    /// Regions, the primary first.
    pub regions: Vec<String>,
}

/// A KMS key that was left as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LeftView {
    /// As it was named, or its ARN.
    pub key: String,
    /// For machines.
    pub code: String,
    /// Why, in one sentence.
    pub reason: String,
    /// What helps.
    pub hint: String,
}

/// What became of a part of the KMS keys.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AdoptionView {
    /// Managed from now on, or after a dry run: would be.
    pub adopted: Vec<AdoptedView>,
    /// Left as they are.
    pub left: Vec<LeftView>,
    /// The `cursor` of the next part; absent at the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}
