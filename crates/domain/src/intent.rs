//! What people want of one KMS key.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::alias::AliasName;
use crate::arn::Region;
use crate::errand::Errands;
use crate::keystore::PolicyDocument;
use crate::life::Life;
use crate::schedule::RotationSchedule;
use crate::spec::{KeySpec, KeyUsage};
use crate::tag::Tags;
use crate::validity::Validity;
use crate::version::VersionNumber;

/// Whose material a KMS key has (AWS `Origin`). Fixed for life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// Imported material.
    External,
    /// AWS's own material.
    AwsKms,
}

/// What can never change about a KMS key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyShape {
    /// Kind and size.
    pub spec: KeySpec,
    /// What for.
    pub usage: KeyUsage,
    /// Whether it can be replicated.
    pub multi_region: bool,
    /// Whose material.
    pub origin: Origin,
}

/// One version that the KMS key shall hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WantedVersion {
    /// Which.
    pub number: VersionNumber,
    /// Until when.
    pub validity: Validity,
}

/// What people want of one KMS key: the planner's target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Intent {
    /// Its life; `PendingDeletion` wants it scheduled.
    pub life: Life,
    /// Fixed facts.
    pub shape: KeyShape,
    /// Whether it shall be enabled. Compared only while all material is present.
    pub enabled: bool,
    /// Versions to hold, oldest first. Empty while `current` names a version means that no material shall
    /// be there; empty without a `current` means that the material is none of ours, and stays alone.
    pub versions: Vec<WantedVersion>,
    /// Which version shall be current. Differs from what AWS has while a rotation in place is wanted.
    pub current: Option<VersionNumber>,
    /// Aliases that shall point at this key, in every place.
    pub aliases: BTreeSet<AliasName>,
    /// Aliases that were ours here and shall be deleted where they still point at this key.
    pub aliases_to_remove: BTreeSet<AliasName>,
    /// What each job alone does or leaves alone.
    pub errands: Errands,
    /// Tags, without Keyferry's own.
    pub tags: Tags,
    /// Description.
    pub description: String,
    /// Key policy; `None` leaves what AWS made.
    pub policy: Option<PolicyDocument>,
    /// Regions, primary first.
    pub places: Vec<Region>,
    /// Days from 7 to 30, when `life` is `PendingDeletion`.
    pub deletion_window_days: Option<u32>,
    /// Whether a deletion that AWS has scheduled shall be cancelled. Without it, such a deletion is blocked
    /// as somebody else's act. Cleared once the intent is reached.
    pub cancel_deletion: bool,
    /// Days between AWS's own rotations, for AWS's own material.
    pub native_rotation_days: Option<u32>,
    /// How many rotations on demand the KMS key shall have had in its life, for AWS's own material: one more than when
    /// it was asked for. Cleared once the intent is reached.
    pub native_rotations: Option<u32>,
    /// Days for which its material is held from when the KMS key is made, and anew from each rotation; `None` leaves an end as
    /// it is.
    pub valid_days: Option<u32>,
    /// When and how Keyferry rotates it; `None` is never.
    pub rotation: Option<RotationSchedule>,
    /// Neither disable nor empty before this moment: callers may still hold the old alias target.
    pub calm_until: Option<Timestamp>,
}

impl Intent {
    /// A new key's intent with neutral values: enabled, no versions, no aliases, no tags, AWS's own policy.
    pub fn new(shape: KeyShape, places: Vec<Region>) -> Self {
        Self {
            life: Life::Provisioning,
            shape,
            enabled: true,
            versions: Vec::new(),
            current: None,
            aliases: BTreeSet::new(),
            aliases_to_remove: BTreeSet::new(),
            errands: Errands::new(),
            tags: Tags::new(),
            description: String::new(),
            policy: None,
            places,
            deletion_window_days: None,
            cancel_deletion: false,
            native_rotation_days: None,
            native_rotations: None,
            valid_days: None,
            rotation: None,
            calm_until: None,
        }
    }

    /// Whether the intent asks for a KMS key without any material. An adopted key whose material was never
    /// ours has no versions either, but no `current` one: nothing is ever removed from it.
    pub fn wants_empty(&self) -> bool {
        self.shape.origin == Origin::External && self.versions.is_empty() && self.current.is_some()
    }

    /// Whether AWS takes grants on it as it is wanted: only where it can be used.
    pub fn takes_grants(&self) -> bool {
        matches!(self.life, Life::Active | Life::Replaced) && self.enabled && !self.wants_empty()
    }

    /// The primary Region.
    pub fn primary(&self) -> Option<&Region> {
        self.places.first()
    }

    /// The wanted version with this number.
    pub fn version(&self, number: VersionNumber) -> Option<&WantedVersion> {
        self.versions.iter().find(|wanted| wanted.number == number)
    }
}
