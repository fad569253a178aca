//! Grants that are wanted, as intents hold them.

use std::collections::{BTreeMap, BTreeSet};

use keyferry_domain::grant::{GrantConstraints, GrantOperation, WantedGrant};
use keyferry_domain::grant_wish::GrantWishes;
use keyferry_domain::id::JobId;
use serde::{Deserialize, Serialize};

use super::text::{Text, Word};

/// What one job is to do about grants.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct GrantWishesV1 {
    /// Never missing in a record: whoever commits a wish has a job for it.
    job: Option<Text<JobId>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    give: Vec<WantedGrantV1>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    give_up: Vec<WantedGrantV1>,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    revoke: BTreeSet<String>,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    retire: BTreeSet<String>,
}

impl From<(Option<JobId>, GrantWishes)> for GrantWishesV1 {
    fn from((job, wishes): (Option<JobId>, GrantWishes)) -> Self {
        Self {
            job: job.map(Text),
            give: wishes.give.into_iter().map(Into::into).collect(),
            give_up: wishes.give_up.into_iter().map(Into::into).collect(),
            revoke: wishes.revoke,
            retire: wishes.retire,
        }
    }
}

impl From<GrantWishesV1> for (Option<JobId>, GrantWishes) {
    fn from(wishes: GrantWishesV1) -> Self {
        let job = wishes.job.map(|job| job.0);
        let wishes = GrantWishes {
            give: wishes.give.into_iter().map(Into::into).collect(),
            give_up: wishes.give_up.into_iter().map(Into::into).collect(),
            revoke: wishes.revoke,
            retire: wishes.retire,
        };
        (job, wishes)
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
