//! What is known of one KMS key in AWS: observation, our own unanswered or recent effects, and look-ups.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use crate::alias::AliasName;
use crate::arn::{KmsKeyArn, MaterialId, Region};
use crate::grant::GrantConstraints;
use crate::intent::KeyShape;
use crate::keystore::PolicyDocument;
use crate::last_use::LastUse;
use crate::step::Step;
use crate::tag::Tags;
use crate::version::VersionNumber;

/// After our own write, AWS may show the old value for this long (KMS Developer Guide,
/// "Eventual consistency": usually seconds, sometimes minutes).
pub const SETTLE: SignedDuration = SignedDuration::from_mins(5);

/// After this long, counted from the signing time, a request without an answer has had its effect or never
/// will: signature life 5 minutes, clock skew 5, visibility 5, and one to spare.
pub const HORIZON: SignedDuration = SignedDuration::from_mins(16);

/// One observed field. Nothing is planned, and no drift is seen, from what could not be read.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub enum Field<T> {
    /// AWS said so.
    Value(T),
    /// AWS said that there is none.
    Absent,
    /// Not read: no right, an error, or not asked for.
    #[default]
    Unreadable,
}

impl<T> Field<T> {
    /// The value, if there is one.
    pub fn value(&self) -> Option<&T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Absent | Self::Unreadable => None,
        }
    }
}

/// AWS's `KeyState`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "AWS's own words")]
pub enum KeyState {
    Creating,
    Enabled,
    Disabled,
    PendingDeletion,
    PendingImport,
    PendingReplicaDeletion,
    Unavailable,
    Updating,
}

impl KeyState {
    /// Every state with AWS's word.
    pub const ALL: &'static [(Self, &'static str)] = &[
        (Self::Creating, "Creating"),
        (Self::Enabled, "Enabled"),
        (Self::Disabled, "Disabled"),
        (Self::PendingDeletion, "PendingDeletion"),
        (Self::PendingImport, "PendingImport"),
        (Self::PendingReplicaDeletion, "PendingReplicaDeletion"),
        (Self::Unavailable, "Unavailable"),
        (Self::Updating, "Updating"),
    ];

    /// AWS's word.
    pub fn as_str(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|row| row.0 == self)
            .map_or("", |row| row.1)
    }

    /// The state that AWS's word names.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().find(|row| row.1 == word).map(|row| row.0)
    }
}

/// What `DescribeKey` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Described {
    /// AWS's state.
    pub state: KeyState,
    /// What cannot change.
    pub shape: KeyShape,
    /// Description.
    pub description: String,
    /// Which material encrypts now (symmetric only).
    pub current_material: Option<MaterialId>,
    /// Whether a material that expires is held (`ExpirationModel` present), and when the earliest expires.
    pub expiration: Expiration,
    /// When AWS will delete it.
    pub deletion_date: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Role in a multi-Region set.
    pub multi_region: Option<MultiRegionRole>,
    /// In whose hands it is.
    pub custody: Custody,
}

crate::words! {
    /// In whose hands a KMS key is (AWS `KeyManager` and `Origin`).
    Custody {
        /// The account's own.
        Customer = "customer",
        /// Made and changed by AWS alone.
        AwsManaged = "aws-managed",
        /// Its material is in a CloudHSM cluster or with an external key manager.
        CustomKeyStore = "custom-key-store",
    }
}

impl Described {
    /// Whether the current material is there, as far as state and expiry tell.
    pub fn holds_material(&self) -> bool {
        match self.state {
            KeyState::PendingImport => false,
            KeyState::PendingDeletion | KeyState::PendingReplicaDeletion => {
                self.expiration != Expiration::None
            }
            _ => true,
        }
    }
}

/// Expiry of what a KMS key holds, as `DescribeKey` tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expiration {
    /// No material, or AWS does not say.
    None,
    /// `KEY_MATERIAL_DOES_NOT_EXPIRE`.
    Never,
    /// `KEY_MATERIAL_EXPIRES` at this time: the earliest of all materials.
    At(Timestamp),
}

impl Expiration {
    /// When the earliest material expires, where one does.
    pub fn end(self) -> Option<Timestamp> {
        match self {
            Self::At(end) => Some(end),
            Self::None | Self::Never => None,
        }
    }
}

/// Role of a place in a multi-Region set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MultiRegionRole {
    /// The Region of the primary.
    pub primary: Region,
    /// The Regions of the replicas.
    pub replicas: BTreeSet<Region>,
}

/// AWS's state of one material within a symmetric KMS key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MaterialState {
    /// `CURRENT`: encrypts now.
    Current,
    /// `NON_CURRENT`: still decrypts.
    NonCurrent,
    /// `PENDING_ROTATION`: imported, not yet rotated to.
    PendingRotation,
    /// `PENDING_MULTI_REGION_IMPORT_AND_ROTATION`: replicas still lack it.
    PendingReplicas,
}

impl MaterialState {
    /// Whether it belongs to the key for good: every such material must be present for the key to work.
    pub fn is_permanent(self) -> bool {
        matches!(self, Self::Current | Self::NonCurrent)
    }
}

/// One material as `ListKeyRotations` with `ALL_KEY_MATERIAL` shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObservedMaterial {
    /// AWS's id.
    pub id: MaterialId,
    /// Its state.
    pub state: MaterialState,
    /// Whether its bytes are there (`IMPORTED`) or not (`PENDING_IMPORT`).
    pub is_present: bool,
    /// When AWS will drop it; `None` is never, or not present.
    pub valid_to: Option<Timestamp>,
    /// `KeyMaterialDescription`, by which we know our own.
    pub description: Option<String>,
}

/// Where an alias points.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AliasTarget {
    /// At this KMS key.
    This,
    /// At the KMS key that this one replaces.
    Predecessor,
    /// At another key.
    Foreign {
        /// Which, as AWS names it.
        key_id: String,
    },
}

/// A grant on the key.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Grant {
    /// AWS's id.
    pub id: String,
    /// The name that whoever gave it chose.
    pub name: Option<String>,
    /// Who may use it.
    pub grantee: String,
    /// Who may retire it.
    pub retiring: Option<String>,
    /// What for.
    pub operations: Vec<String>,
    /// When.
    pub constraints: GrantConstraints,
}

/// Rotation as AWS tells it.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct RotationStatus {
    /// On-demand rotations used, of 25 in a key's life.
    pub on_demand_used: u32,
    /// Set while a rotation on demand runs.
    pub on_demand_started: Option<Timestamp>,
    /// Days between AWS's own rotations, when on.
    pub native_period_days: Option<u32>,
}

/// One place of a KMS key, as observed.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Place {
    /// Where it is in AWS; `None` until it was made or found.
    pub arn: Option<KmsKeyArn>,
    /// `DescribeKey`; `Absent` is `NotFoundException`.
    pub described: Field<Described>,
    /// Materials of a symmetric imported key. `Absent` where AWS has no such list (asymmetric, HMAC, or a peer
    /// without it): presence is then told by the key state alone.
    pub materials: Field<Vec<ObservedMaterial>>,
    /// Aliases that point at this key, and the targets of all aliases that the intent wants.
    pub aliases: Field<BTreeMap<AliasName, AliasTarget>>,
    /// All tags, ours included.
    pub tags: Field<Tags>,
    /// The key policy.
    pub policy: Field<PolicyDocument>,
    /// Grants.
    pub grants: Field<BTreeSet<Grant>>,
    /// Rotation.
    pub rotation: Field<RotationStatus>,
    /// Its last use; `None`: not asked for. It has a narrow quota, and is read by itself.
    pub last_use: Option<LastUse>,
    /// When this was read.
    pub read_at: Option<Timestamp>,
}

impl Place {
    /// Whether AWS shows the same in both, whenever they were read.
    pub fn shows_same_as(&self, other: &Self) -> bool {
        let Self {
            arn,
            described,
            materials,
            aliases,
            tags,
            policy,
            grants,
            rotation,
            last_use,
            read_at: _,
        } = self;
        *arn == other.arn
            && *described == other.described
            && *materials == other.materials
            && *aliases == other.aliases
            && *tags == other.tags
            && *policy == other.policy
            && *grants == other.grants
            && *rotation == other.rotation
            && *last_use == other.last_use
    }
}

/// How one of our own requests ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EffectOutcome {
    /// AWS said yes.
    Done {
        /// The ARN in the answer (`CreateKmsKey`, `ReplicateKmsKey`).
        arn: Option<KmsKeyArn>,
        /// The material id in the answer (`ImportMaterial`).
        material: Option<MaterialId>,
        /// When the answer came.
        at: Timestamp,
    },
    /// Nobody knows: no answer, a reset, a 5xx, a crash.
    Unknown,
}

/// One of our own requests that observation may not show yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnEffect {
    /// What was asked.
    pub step: Step,
    /// The committed signing time, by AWS's clock: the horizon runs from here.
    pub signed_at: Timestamp,
    /// How it ended.
    pub outcome: EffectOutcome,
}

/// A key in AWS that carries our operation's tag, found by a search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Which.
    pub arn: KmsKeyArn,
    /// Whether the MAC in the tag is ours for exactly this request.
    pub tag_is_authentic: bool,
    /// Whether it ever held material (`CurrentKeyMaterialId` or a state other than `PendingImport`).
    pub held_material: bool,
    /// Whether origin, spec, usage, multi-Region, policy are as asked and it has no grants.
    pub matches_request: bool,
}

/// Result of the search for the operation's tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Search {
    /// When the search began.
    pub at: Timestamp,
    /// Every hit, authentic or not.
    pub hits: Vec<Candidate>,
}

/// All that the planner knows of one KMS key in AWS.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct View {
    /// By Region.
    pub places: BTreeMap<Region, Place>,
    /// Which of our versions a material id stands for in this KMS key.
    pub bindings: BTreeMap<MaterialId, VersionNumber>,
    /// Our requests without a final outcome, and those answered within [`SETTLE`], oldest first.
    pub own_effects: Vec<OwnEffect>,
    /// The newest search for our operation's tag, after a creation without an answer.
    pub search: Option<Search>,
    /// Versions of the source key that the vault can import (durable, not destroyed).
    pub importable: BTreeSet<VersionNumber>,
    /// Whether an import of ours into this KMS key was ever answered. Keys without material ids (asymmetric,
    /// HMAC) have no other proof that what they hold is ours.
    pub held_material: bool,
    /// Whether the permanent materials are claimed to be the wanted versions, the oldest the first: each is to be proved.
    pub is_binding: bool,
    /// Whether the predecessor is ours, so that its aliases may be moved.
    pub predecessor: Option<KmsKeyArn>,
}
