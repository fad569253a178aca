//! Update description, tags, aliases, policy, validity and native rotation.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::{Change, Refusal};
use crate::alias::AliasName;
use crate::intent::{Intent, Origin};
use crate::keystore::PolicyDocument;
use crate::life::Life;
use crate::tag::{Tags, check_user_tags};
use crate::validity::{Lifetime, Validity};

/// AWS's limit for a description, in characters (KMS API, `CreateKey`).
const DESCRIPTION_MAX: usize = 8192;

/// What to change; `None` leaves it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Update {
    /// Description.
    pub description: Option<String>,
    /// All tags, without Keyferry's own.
    pub tags: Option<Tags>,
    /// All aliases. What is no longer among them is deleted in AWS.
    pub aliases: Option<BTreeSet<AliasName>>,
    /// Aliases that shall go where they point at this key, though nobody here wanted them.
    pub stray_aliases: BTreeSet<AliasName>,
    /// Key policy.
    pub policy: Option<PolicyDocument>,
    /// How long every held material stays.
    pub lifetime: Option<Lifetime>,
    /// Days between AWS's own rotations, or off.
    pub native_rotation_days: Option<Option<u32>>,
}

/// Changes properties.
///
/// # Errors
///
/// Refused unless ACTIVE or INACTIVE, and for values that AWS would not take.
pub fn update(intent: &Intent, update: Update, now: Timestamp) -> Result<Change, Refusal> {
    if !matches!(intent.life, Life::Active | Life::Inactive) {
        return Err(Refusal::OnlyIn {
            life: intent.life,
            allowed: "ACTIVE, INACTIVE",
        });
    }
    let mut after = intent.clone();
    if let Some(description) = update.description {
        check_description(&description)?;
        after.description = description;
    }
    if let Some(tags) = update.tags {
        check_user_tags(&tags)?;
        after.tags = tags;
    }
    if let Some(aliases) = update.aliases {
        let gone = intent.aliases.difference(&aliases).cloned();
        after.aliases_to_remove.extend(gone);
        after.aliases = aliases;
    }
    after.aliases_to_remove.extend(update.stray_aliases);
    after.aliases_to_remove = &after.aliases_to_remove - &after.aliases;
    if let Some(lifetime) = update.lifetime {
        let validity = check_validity(intent, lifetime.validity(now), now)?;
        after
            .versions
            .iter_mut()
            .for_each(|wanted| wanted.validity = validity);
        after.valid_days = lifetime.days();
    }
    after.policy = update.policy.or(after.policy);
    if let Some(days) = update.native_rotation_days {
        after.native_rotation_days = days;
        check_native_rotation(&after)?;
    }
    Ok(Change::of(intent, after))
}

/// Only imported material of ours has an end that can be changed: by importing the same bytes again.
fn check_validity(
    intent: &Intent,
    validity: Validity,
    now: Timestamp,
) -> Result<Validity, Refusal> {
    if intent.shape.origin != Origin::External {
        return Err(Refusal::OriginAws);
    }
    if intent.current.is_none() {
        return Err(Refusal::NoSource);
    }
    Ok(validity.check(now)?)
}

pub(super) fn check_description(description: &str) -> Result<(), Refusal> {
    let length = description.chars().count();
    if length > DESCRIPTION_MAX {
        Err(Refusal::DescriptionTooLong { length })
    } else {
        Ok(())
    }
}

/// AWS rotates its own symmetric material only (KMS API, `EnableKeyRotation`: 90 to 2560 days).
pub(super) fn check_native_rotation(intent: &Intent) -> Result<(), Refusal> {
    let Some(days) = intent.native_rotation_days else {
        return Ok(());
    };
    if intent.shape.origin != Origin::AwsKms || !intent.shape.spec.is_symmetric() {
        return Err(Refusal::NativeRotationImpossible);
    }
    if !(90..=2560).contains(&days) {
        return Err(Refusal::NativeRotationOutOfRange { days });
    }
    Ok(())
}
