//! Keys that are outside of a policy: they stay, and no further ones like them are made.

use std::collections::BTreeMap;

use keyferry_domain::crypto_policy::{EffectivePolicy, PolicyRule, SetPolicy};
use keyferry_domain::id::GroupId;
use keyferry_domain::intent::Origin;
use keyferry_domain::key::ManagedKey;
use keyferry_domain::kms_key::KmsKey;
use keyferry_domain::name::Name;
use keyferry_domain::spec::KeySpec;
use keyferry_domain::version::{VersionNumber, VersionState};
use keyferry_ports::records::{Groups, KeyFilter, KmsKeyFilter, Page};

use crate::error::AppError;
use crate::parts::Shared;

/// Names of groups.
type Names = BTreeMap<GroupId, Name>;

/// Keys read at once.
const PAGE: u32 = 1_000;

/// How many are named; the others are counted.
const NAMED_MAX: usize = 200;

/// Where a key is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutsideKeyKind {
    /// In the vault.
    Key,
    /// In AWS.
    KmsKey,
}

/// A key that is outside of a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutsideKey {
    /// Where it is.
    pub kind: OutsideKeyKind,
    /// Its name.
    pub name: Name,
    /// Whose it is.
    pub group: Name,
    /// Its spec.
    pub spec: KeySpec,
    /// Its versions with material, of which no further ones are made.
    pub versions: Vec<VersionNumber>,
    /// Which parts of the policy it is outside of.
    pub rules: Vec<PolicyRule>,
}

/// Keys that are outside of a policy.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outside {
    /// How many keys of the vault.
    pub keys: usize,
    /// How many KMS keys.
    pub kms_keys: usize,
    /// The first of each, by name.
    pub named: Vec<OutsideKey>,
}

impl Shared {
    /// The keys of groups that would not be made any more by these policies.
    pub(super) async fn outside(
        &self,
        groups: Groups,
        all: &[SetPolicy],
    ) -> Result<Outside, AppError> {
        let mut outside = Outside::default();
        if all.is_empty() {
            return Ok(outside);
        }
        let names = self.groups().await?.into_iter();
        let names: Names = names.map(|group| (group.id, group.name)).collect();
        self.keys_outside(&groups, (all, &names), &mut outside)
            .await?;
        self.kms_keys_outside(groups, (all, &names), &mut outside)
            .await?;
        Ok(outside)
    }

    async fn keys_outside(
        &self,
        groups: &Groups,
        (all, names): (&[SetPolicy], &Names),
        outside: &mut Outside,
    ) -> Result<(), AppError> {
        let records = &self.ports.records;
        let filter = KeyFilter {
            groups: groups.clone(),
            ..KeyFilter::default()
        };
        let mut page = first();
        loop {
            let found = records.list_keys(&filter, &page).await?;
            for key in found.rows {
                let rules = rules_of_key(&key, &EffectivePolicy::of(Some(key.group), all));
                if rules.is_empty() {
                    continue;
                }
                outside.keys += 1;
                if outside.keys <= NAMED_MAX {
                    let named = self.named(key, names, rules).await?;
                    outside.named.push(named);
                }
            }
            match found.next {
                Some(next) => page.cursor = Some(next),
                None => return Ok(()),
            }
        }
    }

    async fn named(
        &self,
        key: ManagedKey,
        names: &Names,
        rules: Vec<PolicyRule>,
    ) -> Result<OutsideKey, AppError> {
        let versions = self.ports.records.list_versions(key.id).await?;
        let has_material = versions
            .into_iter()
            .filter(|version| version.state != VersionState::Destroyed);
        Ok(OutsideKey {
            kind: OutsideKeyKind::Key,
            versions: has_material
                .map(|version| version.identity.version)
                .collect(),
            name: key.name,
            group: name_of(names, key.group)?,
            spec: key.spec,
            rules,
        })
    }

    async fn kms_keys_outside(
        &self,
        groups: Groups,
        (all, names): (&[SetPolicy], &Names),
        outside: &mut Outside,
    ) -> Result<(), AppError> {
        let records = &self.ports.records;
        let filter = KmsKeyFilter {
            groups,
            ..KmsKeyFilter::default()
        };
        let mut page = first();
        loop {
            let found = records.list_kms_keys(&filter, &page).await?;
            let living = found.rows.into_iter().filter(KmsKey::is_managed);
            for key in living {
                let rules = rules_of_kms_key(&key, &EffectivePolicy::of(Some(key.group), all));
                if rules.is_empty() {
                    continue;
                }
                outside.kms_keys += 1;
                if outside.kms_keys <= NAMED_MAX {
                    let wanted = key.intent.versions.iter();
                    outside.named.push(OutsideKey {
                        kind: OutsideKeyKind::KmsKey,
                        versions: wanted.map(|one| one.number).collect(),
                        spec: key.intent.shape.spec,
                        group: name_of(names, key.group)?,
                        name: key.name,
                        rules,
                    });
                }
            }
            match found.next {
                Some(next) => page.cursor = Some(next),
                None => return Ok(()),
            }
        }
    }
}

fn name_of(names: &Names, group: GroupId) -> Result<Name, AppError> {
    match names.get(&group) {
        Some(name) => Ok(name.clone()),
        None => Err(AppError::Changed { what: "group" }),
    }
}

fn first() -> Page {
    Page {
        limit: PAGE,
        cursor: None,
    }
}

fn rules_of_key(key: &ManagedKey, policy: &EffectivePolicy) -> Vec<PolicyRule> {
    let spec = policy.check_spec(key.spec).err();
    let export = match key.exportable {
        true => policy.check_export().err(),
        false => None,
    };
    spec.into_iter().chain(export).map(|one| one.rule).collect()
}

/// Material that AWS makes is wrapped by nobody.
fn rules_of_kms_key(key: &KmsKey, policy: &EffectivePolicy) -> Vec<PolicyRule> {
    let shape = key.intent.shape;
    let spec = policy.check_spec(shape.spec).err();
    let wrapping = match shape.origin {
        Origin::External => policy.wrapping_for(shape.spec).err(),
        _ => None,
    };
    let all = spec.into_iter().chain(wrapping);
    all.map(|one| one.rule).collect()
}
