//! Which AWS actions each tier needs: one table for policy documents and verification.

use std::collections::BTreeMap;

use keyferry_domain::connection::Tier;

/// Where an action is allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// Has no resource: `Resource: "*"`.
    Account,
    /// On keys of the account.
    Keys,
    /// On keys and aliases of the account.
    KeysAndAliases,
    /// On the IAM user or role that we are.
    OwnPrincipal,
}

/// Every action, from which tier on, and where.
///
/// # Source
///
/// KMS Developer Guide, "AWS KMS permissions": which operations take a key or alias resource; `CreateKey`,
/// `ListKeys` and `ListAliases` take none. A tag at creation needs `kms:TagResource` in an IAM policy.
pub const ACTIONS: &[(&str, Tier, Scope)] = &[
    ("kms:ListKeys", Tier::Observe, Scope::Account),
    ("kms:ListAliases", Tier::Observe, Scope::Account),
    (LIST_REGIONS, Tier::Observe, Scope::Account),
    (DESCRIBE_REGIONS, Tier::Observe, Scope::Account),
    (
        "iam:SimulatePrincipalPolicy",
        Tier::Observe,
        Scope::OwnPrincipal,
    ),
    ("iam:ListUsers", Tier::Observe, Scope::Account),
    ("iam:ListRoles", Tier::Observe, Scope::Account),
    ("cloudtrail:LookupEvents", Tier::Observe, Scope::Account),
    ("kms:DescribeKey", Tier::Observe, Scope::Keys),
    ("kms:GetKeyPolicy", Tier::Observe, Scope::Keys),
    ("kms:ListKeyPolicies", Tier::Observe, Scope::Keys),
    ("kms:ListResourceTags", Tier::Observe, Scope::Keys),
    ("kms:GetPublicKey", Tier::Observe, Scope::Keys),
    ("kms:GetKeyRotationStatus", Tier::Observe, Scope::Keys),
    ("kms:ListKeyRotations", Tier::Observe, Scope::Keys),
    ("kms:GetKeyLastUsage", Tier::Observe, Scope::Keys),
    ("kms:ListGrants", Tier::Observe, Scope::Keys),
    ("kms:CreateKey", Tier::Import, Scope::Account),
    ("kms:TagResource", Tier::Import, Scope::Keys),
    ("kms:UntagResource", Tier::Import, Scope::Keys),
    ("kms:GetParametersForImport", Tier::Import, Scope::Keys),
    ("kms:ImportKeyMaterial", Tier::Import, Scope::Keys),
    ("kms:RotateKeyOnDemand", Tier::Import, Scope::Keys),
    ("kms:EnableKey", Tier::Import, Scope::Keys),
    ("kms:UpdateKeyDescription", Tier::Import, Scope::Keys),
    ("kms:CancelKeyDeletion", Tier::Import, Scope::Keys),
    ("kms:CreateAlias", Tier::Import, Scope::KeysAndAliases),
    ("kms:UpdateAlias", Tier::Import, Scope::KeysAndAliases),
    ("kms:DisableKey", Tier::Full, Scope::Keys),
    ("kms:PutKeyPolicy", Tier::Full, Scope::Keys),
    ("kms:DeleteImportedKeyMaterial", Tier::Full, Scope::Keys),
    ("kms:ScheduleKeyDeletion", Tier::Full, Scope::Keys),
    ("kms:EnableKeyRotation", Tier::Full, Scope::Keys),
    ("kms:DisableKeyRotation", Tier::Full, Scope::Keys),
    ("kms:ReplicateKey", Tier::Full, Scope::Keys),
    ("kms:UpdatePrimaryRegion", Tier::Full, Scope::Keys),
    ("kms:RevokeGrant", Tier::Full, Scope::Keys),
    ("kms:DeleteAlias", Tier::Full, Scope::KeysAndAliases),
];

/// Tells which Regions are enabled; either of the two is enough.
const LIST_REGIONS: &str = "account:ListRegions";
/// Stands in for the other, where Account Management does not answer.
const DESCRIBE_REGIONS: &str = "ec2:DescribeRegions";

/// The IAM actions with which an IAM user rotates its own access key.
pub const ACCESS_KEY_ACTIONS: &[&str] = &[
    "iam:GetUser",
    "iam:ListAccessKeys",
    "iam:CreateAccessKey",
    "iam:UpdateAccessKey",
    "iam:DeleteAccessKey",
];

/// What a role reads of itself: its path, without which its rights cannot be simulated. A role without it is
/// taken to have no path, so verification does not ask for it.
pub const ROLE_ACTIONS: &[&str] = &["iam:GetRole"];

/// What tells whether the users and roles that key policies name still exist. Without them nobody is taken to be gone,
/// so verification does not ask for them.
///
/// # Source
///
/// Service Authorization Reference, "Actions defined by AWS IAM": both take the user or role as resource.
pub const PRINCIPAL_ACTIONS: &[(&str, &str)] =
    &[("iam:GetUser", "user/*"), ("iam:GetRole", "role/*")];

/// What giving and retiring grants needs: only where it is asked for, since whoever may give grants can let others use keys.
pub const GRANT_ACTIONS: (&str, &str) = ("kms:CreateGrant", "kms:RetireGrant");

/// What the first multi-Region key of an account needs.
///
/// # Source
///
/// KMS Developer Guide, "Authorizing AWS KMS to synchronize multi-Region keys".
pub const MULTI_REGION_ACTIONS: &[&str] = &["iam:CreateServiceLinkedRole"];

/// The actions of a tier in one scope, those of the lower tiers left out.
pub fn actions_in(tier: Tier, scope: Scope) -> Vec<&'static str> {
    ACTIONS
        .iter()
        .filter(|row| row.1 == tier && row.2 == scope)
        .map(|row| row.0)
        .collect()
}

/// The actions of a tier, those of the lower tiers included.
pub fn actions_of(tier: Tier) -> Vec<String> {
    ACTIONS
        .iter()
        .filter(|row| row.1 <= tier)
        .map(|row| row.0.to_owned())
        .collect()
}

/// Those of the wanted actions that are not allowed. Of two that stand in for each other one is enough.
pub(crate) fn missing_of(wanted: Vec<String>, allowed: &BTreeMap<String, bool>) -> Vec<String> {
    let is_allowed = |action: &str| allowed.get(action).copied().unwrap_or(false);
    let is_spared = |action: &str| match action {
        LIST_REGIONS => is_allowed(DESCRIBE_REGIONS),
        DESCRIBE_REGIONS => is_allowed(LIST_REGIONS),
        _ => false,
    };
    wanted
        .into_iter()
        .filter(|action| !is_allowed(action) && !is_spared(action))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_two_ways_to_list_regions_both_are_missing_or_none() {
        let wanted = || vec![LIST_REGIONS.to_owned(), DESCRIBE_REGIONS.to_owned()];
        let missing = |allowed: &[&str]| {
            let allowed = allowed.iter().map(|action| ((*action).to_owned(), true));
            missing_of(wanted(), &allowed.collect())
        };

        assert_eq!(missing(&[]), wanted());
        assert!(missing(&[LIST_REGIONS]).is_empty());
        assert!(missing(&[DESCRIBE_REGIONS]).is_empty());
    }
}
