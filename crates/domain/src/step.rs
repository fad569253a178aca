//! Steps: one per effect in AWS. A plan is a list of them.

use jiff::Timestamp;

use crate::alias::AliasName;
use crate::arn::{MaterialId, Region};
use crate::grant::WantedGrant;
use crate::keystore::PolicyDocument;
use crate::tag::Tags;
use crate::version::VersionNumber;

/// How a material is imported (KMS API, `ImportKeyMaterial`, `ImportType`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImportKind {
    /// Into a key that never held any: the type is omitted.
    First,
    /// `NEW_KEY_MATERIAL`: becomes pending until rotated to.
    Rotate,
    /// `EXISTING_KEY_MATERIAL`, with the material id as an assertion where it is known.
    /// For asymmetric and HMAC keys the type is omitted.
    Again {
        /// The id that AWS gave these bytes in this key.
        material: Option<MaterialId>,
    },
}

/// One effect in AWS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Make the KMS key, with its tags and policy.
    CreateKmsKey {
        /// The primary Region.
        region: Region,
    },
    /// Make a replica, with its policy, tags and description.
    ReplicateKmsKey {
        /// The primary's Region, where the call goes.
        from: Region,
        /// The replica's Region.
        to: Region,
    },
    /// Set tags.
    Tag {
        /// Where.
        region: Region,
        /// Which.
        tags: Tags,
    },
    /// Remove tags.
    Untag {
        /// Where.
        region: Region,
        /// Which.
        keys: Vec<String>,
    },
    /// Replace the key policy.
    PutPolicy {
        /// Where.
        region: Region,
        /// By what.
        policy: PolicyDocument,
    },
    /// Import one version.
    ImportMaterial {
        /// Where.
        region: Region,
        /// Which version.
        version: VersionNumber,
        /// First, new or again.
        kind: ImportKind,
        /// When AWS shall drop it; `None` is never.
        valid_to: Option<Timestamp>,
    },
    /// Make the pending material current.
    RotateOnDemand {
        /// The primary Region.
        region: Region,
    },
    /// Remove one material. Without an id only for asymmetric and HMAC keys.
    DeleteMaterial {
        /// Where.
        region: Region,
        /// Which.
        material: Option<MaterialId>,
    },
    /// Replace the description.
    SetDescription {
        /// Where.
        region: Region,
        /// By what.
        description: String,
    },
    /// Enable.
    Enable {
        /// Where.
        region: Region,
    },
    /// Disable.
    Disable {
        /// Where.
        region: Region,
    },
    /// Make an alias that did not exist.
    CreateAlias {
        /// Where.
        region: Region,
        /// Which.
        alias: AliasName,
    },
    /// Point an alias of ours (of this key's predecessor) at this key.
    MoveAlias {
        /// Where.
        region: Region,
        /// Which.
        alias: AliasName,
    },
    /// Remove an alias that points at this key.
    DeleteAlias {
        /// Where.
        region: Region,
        /// Which.
        alias: AliasName,
    },
    /// Give a grant.
    CreateGrant {
        /// Where.
        region: Region,
        /// Which.
        grant: WantedGrant,
    },
    /// Retire a grant.
    RetireGrant {
        /// Where.
        region: Region,
        /// AWS's grant id.
        grant: String,
    },
    /// Take back a grant.
    RevokeGrant {
        /// Where.
        region: Region,
        /// AWS's grant id.
        grant: String,
    },
    /// Schedule deletion.
    ScheduleDeletion {
        /// Where.
        region: Region,
        /// Waiting time, 7 to 30.
        days: u32,
    },
    /// Cancel a scheduled deletion; the key comes back disabled.
    CancelDeletion {
        /// Where.
        region: Region,
    },
    /// Make another Region the primary.
    UpdatePrimaryRegion {
        /// The primary now.
        from: Region,
        /// The primary to be.
        to: Region,
    },
    /// Turn AWS's own rotation on or off.
    SetNativeRotation {
        /// Where.
        region: Region,
        /// Days between rotations (90 to 2560), or off.
        period_days: Option<u32>,
    },
}

/// The kind of a step, without its particulars: what an approval allows, and what audit entries name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(
    missing_docs,
    reason = "each names the variant of `Step` that has its text"
)]
pub enum StepKind {
    CreateKmsKey,
    ReplicateKmsKey,
    Tag,
    Untag,
    PutPolicy,
    ImportMaterial,
    RotateOnDemand,
    DeleteMaterial,
    SetDescription,
    Enable,
    Disable,
    CreateAlias,
    MoveAlias,
    DeleteAlias,
    CreateGrant,
    RetireGrant,
    RevokeGrant,
    ScheduleDeletion,
    CancelDeletion,
    UpdatePrimaryRegion,
    SetNativeRotation,
}

impl StepKind {
    /// Every kind with its word, as API, audit log and database write it, and the AWS operation behind it.
    pub const ALL: &'static [(Self, &'static str, &'static str)] = &[
        (Self::CreateKmsKey, "create-kms-key", "CreateKey"),
        (Self::ReplicateKmsKey, "replicate-kms-key", "ReplicateKey"),
        (Self::Tag, "tag", "TagResource"),
        (Self::Untag, "untag", "UntagResource"),
        (Self::PutPolicy, "put-policy", "PutKeyPolicy"),
        (Self::ImportMaterial, "import-material", "ImportKeyMaterial"),
        (
            Self::RotateOnDemand,
            "rotate-on-demand",
            "RotateKeyOnDemand",
        ),
        (
            Self::DeleteMaterial,
            "delete-material",
            "DeleteImportedKeyMaterial",
        ),
        (
            Self::SetDescription,
            "set-description",
            "UpdateKeyDescription",
        ),
        (Self::Enable, "enable", "EnableKey"),
        (Self::Disable, "disable", "DisableKey"),
        (Self::CreateAlias, "create-alias", "CreateAlias"),
        (Self::MoveAlias, "move-alias", "UpdateAlias"),
        (Self::DeleteAlias, "delete-alias", "DeleteAlias"),
        (Self::CreateGrant, "create-grant", "CreateGrant"),
        (Self::RetireGrant, "retire-grant", "RetireGrant"),
        (Self::RevokeGrant, "revoke-grant", "RevokeGrant"),
        (
            Self::ScheduleDeletion,
            "schedule-deletion",
            "ScheduleKeyDeletion",
        ),
        (Self::CancelDeletion, "cancel-deletion", "CancelKeyDeletion"),
        (
            Self::UpdatePrimaryRegion,
            "update-primary-region",
            "UpdatePrimaryRegion",
        ),
        (
            Self::SetNativeRotation,
            "set-native-rotation",
            "EnableKeyRotation",
        ),
    ];

    /// The word.
    pub fn as_str(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|row| row.0 == self)
            .map_or("", |row| row.1)
    }

    /// The AWS operation that carries it out.
    pub fn aws_operation(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|row| row.0 == self)
            .map_or("", |row| row.2)
    }

    /// The kind that a word names.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().find(|row| row.1 == word).map(|row| row.0)
    }

    /// Whether something becomes unusable or is lost: never in healing, only when a person asked.
    pub fn is_destructive(self) -> bool {
        matches!(
            self,
            Self::DeleteMaterial | Self::Disable | Self::ScheduleDeletion
        )
    }

    /// Whether it gives AWS what nothing takes back by itself: a KMS key, a replica, material, a rotation, a grant.
    pub fn brings_in(self) -> bool {
        matches!(self, Self::ImportMaterial | Self::CreateGrant) || self.is_once_only()
    }

    /// Whether sending it twice makes a second effect. Such a step is never sent again while its first
    /// outcome is unknown and the horizon has not passed.
    pub fn is_once_only(self) -> bool {
        matches!(
            self,
            Self::CreateKmsKey | Self::ReplicateKmsKey | Self::RotateOnDemand
        )
    }
}

impl Step {
    /// Its kind.
    pub fn kind(&self) -> StepKind {
        match self {
            Self::CreateKmsKey { .. } => StepKind::CreateKmsKey,
            Self::ReplicateKmsKey { .. } => StepKind::ReplicateKmsKey,
            Self::Tag { .. } => StepKind::Tag,
            Self::Untag { .. } => StepKind::Untag,
            Self::PutPolicy { .. } => StepKind::PutPolicy,
            Self::ImportMaterial { .. } => StepKind::ImportMaterial,
            Self::RotateOnDemand { .. } => StepKind::RotateOnDemand,
            Self::DeleteMaterial { .. } => StepKind::DeleteMaterial,
            Self::SetDescription { .. } => StepKind::SetDescription,
            Self::Enable { .. } => StepKind::Enable,
            Self::Disable { .. } => StepKind::Disable,
            Self::CreateAlias { .. } => StepKind::CreateAlias,
            Self::MoveAlias { .. } => StepKind::MoveAlias,
            Self::DeleteAlias { .. } => StepKind::DeleteAlias,
            Self::CreateGrant { .. } => StepKind::CreateGrant,
            Self::RetireGrant { .. } => StepKind::RetireGrant,
            Self::RevokeGrant { .. } => StepKind::RevokeGrant,
            Self::ScheduleDeletion { .. } => StepKind::ScheduleDeletion,
            Self::CancelDeletion { .. } => StepKind::CancelDeletion,
            Self::UpdatePrimaryRegion { .. } => StepKind::UpdatePrimaryRegion,
            Self::SetNativeRotation { .. } => StepKind::SetNativeRotation,
        }
    }

    /// The Region in which the call is made and counted.
    pub fn region(&self) -> &Region {
        match self {
            Self::ReplicateKmsKey { from, .. } | Self::UpdatePrimaryRegion { from, .. } => from,
            Self::CreateKmsKey { region }
            | Self::Tag { region, .. }
            | Self::Untag { region, .. }
            | Self::PutPolicy { region, .. }
            | Self::ImportMaterial { region, .. }
            | Self::RotateOnDemand { region }
            | Self::DeleteMaterial { region, .. }
            | Self::SetDescription { region, .. }
            | Self::Enable { region }
            | Self::Disable { region }
            | Self::CreateAlias { region, .. }
            | Self::MoveAlias { region, .. }
            | Self::DeleteAlias { region, .. }
            | Self::CreateGrant { region, .. }
            | Self::RetireGrant { region, .. }
            | Self::RevokeGrant { region, .. }
            | Self::ScheduleDeletion { region, .. }
            | Self::CancelDeletion { region }
            | Self::SetNativeRotation { region, .. } => region,
        }
    }
}
