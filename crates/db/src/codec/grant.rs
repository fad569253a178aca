//! What jobs do about grants and leave alone, as intents hold it.

use std::collections::{BTreeMap, BTreeSet};

use keyferry_domain::errand::Errand;
use keyferry_domain::grant::{GrantConstraints, GrantOperation, WantedGrant};
use keyferry_domain::id::JobId;
use serde::{Deserialize, Serialize};

use super::text::{Text, Word};

/// What one job alone does or leaves alone.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ErrandV1 {
    /// Never missing in a record: whoever commits an errand has a job for it.
    job: Option<Text<JobId>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    give: Vec<WantedGrantV1>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    give_up: Vec<WantedGrantV1>,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    revoke: BTreeSet<String>,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    retire: BTreeSet<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    leaves_policy: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    leaves_material: bool,
}

impl From<(Option<JobId>, Errand)> for ErrandV1 {
    fn from((job, errand): (Option<JobId>, Errand)) -> Self {
        Self {
            job: job.map(Text),
            give: errand.give.into_iter().map(Into::into).collect(),
            give_up: errand.give_up.into_iter().map(Into::into).collect(),
            revoke: errand.revoke,
            retire: errand.retire,
            leaves_policy: errand.leaves_policy,
            leaves_material: errand.leaves_material,
        }
    }
}

impl From<ErrandV1> for (Option<JobId>, Errand) {
    fn from(errand: ErrandV1) -> Self {
        let job = errand.job.map(|job| job.0);
        let errand = Errand {
            give: errand.give.into_iter().map(Into::into).collect(),
            give_up: errand.give_up.into_iter().map(Into::into).collect(),
            revoke: errand.revoke,
            retire: errand.retire,
            leaves_policy: errand.leaves_policy,
            leaves_material: errand.leaves_material,
        };
        (job, errand)
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WantedGrantV1 {
    name: String,
    grantee: String,
    retiring: Option<String>,
    operations: Vec<Word<GrantOperation>>,
    #[serde(default, skip_serializing_if = "ConstraintsV1::is_none")]
    constraints: ConstraintsV1,
}

/// When a grant counts; what is missing is no such rule.
#[derive(Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct ConstraintsV1 {
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    equals: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    subset: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source_arn: Option<String>,
}

impl ConstraintsV1 {
    pub(super) fn is_none(&self) -> bool {
        *self == Self::default()
    }
}

impl From<GrantConstraints> for ConstraintsV1 {
    fn from(constraints: GrantConstraints) -> Self {
        let GrantConstraints {
            equals,
            subset,
            source_arn,
        } = constraints;
        Self {
            equals,
            subset,
            source_arn,
        }
    }
}

impl From<ConstraintsV1> for GrantConstraints {
    fn from(constraints: ConstraintsV1) -> Self {
        let ConstraintsV1 {
            equals,
            subset,
            source_arn,
        } = constraints;
        Self {
            equals,
            subset,
            source_arn,
        }
    }
}

impl From<WantedGrant> for WantedGrantV1 {
    fn from(grant: WantedGrant) -> Self {
        Self {
            name: grant.name,
            grantee: grant.grantee,
            retiring: grant.retiring,
            operations: grant.operations.into_iter().map(Word).collect(),
            constraints: grant.constraints.into(),
        }
    }
}

impl From<WantedGrantV1> for WantedGrant {
    fn from(grant: WantedGrantV1) -> Self {
        Self {
            name: grant.name,
            grantee: grant.grantee,
            retiring: grant.retiring,
            operations: grant.operations.into_iter().map(|word| word.0).collect(),
            constraints: grant.constraints.into(),
        }
    }
}
