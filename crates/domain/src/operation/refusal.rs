//! Why an operation is refused.

use crate::grant::BadGrant;
use crate::life::IllegalLifeAction;
use crate::spec::BadSpec;
use crate::tag::BadTags;
use crate::validity::ExpiryInThePast;
use crate::version::VersionNumber;

/// Why an operation is refused. The message is the reason; [`Refusal::hint`] says what helps.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The life of the KMS key does not allow it.
    #[error("the life of the KMS key does not allow this")]
    WrongLife(#[from] IllegalLifeAction),
    /// The operation is for other lives.
    #[error("a KMS key that is {life} does not allow this; allowed: {allowed}")]
    OnlyIn {
        /// Where it stands.
        life: crate::life::Life,
        /// Where it would have to stand.
        allowed: &'static str,
    },
    /// AWS enables and disables only keys that hold all their material.
    #[error("the KMS key holds no key material, so that it can be neither enabled nor disabled")]
    Empty,
    /// AWS's waiting period is 7 to 30 days.
    #[error("a deletion waits 7 to 30 days, not {days}")]
    WindowOutOfRange {
        /// What was asked.
        days: u32,
    },
    /// It held material, and what was encrypted under it would be lost.
    #[error("the KMS key is being made and already held key material")]
    HeldMaterial,
    /// The vault has nothing of what is in the KMS key.
    #[error("the KMS key holds no material of a key in this vault")]
    NoSource,
    /// A KMS key has one source for life.
    #[error("the KMS key holds material of a key in the vault already")]
    HasSource,
    /// A KMS key takes material of its own kind only.
    #[error("the KMS key is {kms_key}, and the key {key}")]
    OtherSpec {
        /// The KMS key's.
        kms_key: crate::spec::KeySpec,
        /// The key's.
        key: crate::spec::KeySpec,
    },
    /// Every material has to be a version.
    #[error("the KMS key has {materials} key materials, and the key {versions} versions")]
    TooFewVersions {
        /// Of the key.
        versions: usize,
        /// Of the KMS key.
        materials: usize,
    },
    /// A manifest says once what a KMS key is bound to.
    #[error("the manifest names the KMS key before")]
    NamedTwice,
    /// Who has a grant could use what is imported.
    #[error("somebody has a grant on the KMS key, which is empty")]
    Granted,
    /// What is not proved to be ours is not ours to take away.
    #[error("what the KMS key holds was not proved yet to be material of its key")]
    Unproved,
    /// Nothing was named to import.
    #[error("no key version was named that the KMS key shall hold")]
    NothingToImport,
    /// Material can be imported into keys of origin EXTERNAL only.
    #[error("the KMS key has AWS's own material, into which nothing can be imported")]
    OriginAws,
    /// Only symmetric keys hold several materials.
    #[error("only symmetric KMS keys with imported material can be rotated in place")]
    RotationInPlaceImpossible,
    /// AWS rotates enabled keys only.
    #[error("the KMS key shall be disabled, and AWS rotates enabled keys only")]
    Disabled,
    /// A rotation goes forward.
    #[error("version {version} is not newer than the current one ({current})")]
    VersionNotNewer {
        /// What was asked.
        version: VersionNumber,
        /// What is current.
        current: VersionNumber,
    },
    /// Two wishes exclude one another.
    #[error("{first} and {second} exclude one another")]
    Contradiction {
        /// The one.
        first: &'static str,
        /// The other.
        second: &'static str,
    },
    /// A KMS key needs a Region.
    #[error("no Region was named")]
    NoRegion,
    /// What AWS would refuse.
    #[error("the grant cannot be given")]
    Grant(#[from] BadGrant),
    /// AWS takes grants on enabled keys only.
    #[error("the KMS key shall be disabled or empty, and AWS takes grants on enabled keys only")]
    NoGrantOnDisabled,
    /// Nothing was named to take back.
    #[error("no grant was named")]
    NoGrant,
    /// A Region twice.
    #[error("the Region {region} was named twice")]
    RegionTwice {
        /// Which.
        region: crate::arn::Region,
    },
    /// The primary moves only to where a replica is.
    #[error("the KMS key has no replica in {region}")]
    NoReplica {
        /// Where.
        region: crate::arn::Region,
    },
    /// Only multi-Region keys have several places.
    #[error("several Regions need a multi-Region key")]
    NotMultiRegion,
    /// Longer than AWS takes.
    #[error("a description has at most 8192 characters, this one has {length}")]
    DescriptionTooLong {
        /// Characters found.
        length: usize,
    },
    /// AWS rotates its own material every 90 to 2560 days.
    #[error("AWS rotates its own material every 90 to 2560 days, not every {days}")]
    NativeRotationOutOfRange {
        /// What was asked.
        days: u32,
    },
    /// AWS rotates only its own symmetric material.
    #[error("only symmetric KMS keys with AWS's own material are rotated by AWS")]
    NativeRotationImpossible,
    /// Bad tags.
    #[error("the tags cannot be put on a KMS key")]
    Tags(#[from] BadTags),
    /// Spec and usage do not fit.
    #[error("the key spec cannot be used")]
    Spec(#[from] BadSpec),
    /// The end is not in the future.
    #[error("the validity has ended already")]
    Expiry(#[from] ExpiryInThePast),
}

impl Refusal {
    /// Stable code, documented in `docs/reference/errors.md`.
    pub fn code(&self) -> &'static str {
        self.texts().0
    }

    /// What is the matter, in one sentence.
    pub fn reason(&self) -> String {
        match self {
            Self::WrongLife(cause) => cause.to_string(),
            Self::Grant(cause) => cause.to_string(),
            Self::Tags(cause) => cause.to_string(),
            Self::Spec(cause) => cause.to_string(),
            Self::Expiry(cause) => cause.to_string(),
            other => other.to_string(),
        }
    }

    /// What helps.
    pub fn hint(&self) -> &'static str {
        self.texts().1
    }

    fn texts(&self) -> (&'static str, &'static str) {
        match self {
            Self::WrongLife(_) | Self::OnlyIn { .. } => (
                "kms-key.wrong-life",
                "look at the life of the KMS key; not every operation fits each",
            ),
            Self::Empty => (
                "kms-key.empty",
                "activate the KMS key, so that its material is imported",
            ),
            Self::WindowOutOfRange { .. } => ("kms-key.deletion-window", "choose 7 to 30 days"),
            Self::HeldMaterial => (
                "kms-key.held-material",
                "let its creation come to its end, then schedule its deletion",
            ),
            Self::NoSource => (
                "kms-key.no-source",
                "make a KMS key from a key in the vault with `keyferry kms-key upload`",
            ),
            Self::HasSource => (
                "kms-key.has-source",
                "look at its source with `keyferry kms-key show`",
            ),
            Self::OtherSpec { .. } => ("kms-key.other-spec", "name a key of the same spec"),
            Self::TooFewVersions { .. } => (
                "kms-key.too-few-versions",
                "bring every material of the KMS key into the vault, the oldest as version 1",
            ),
            Self::NamedTwice => ("kms-key.named-twice", "name each KMS key once"),
            Self::Granted => (
                "kms-key.granted",
                "look at its grants in AWS, and revoke those that are not wanted",
            ),
            Self::Unproved => (
                "kms-key.unproved",
                "let the job that binds it come to its end, or cancel it",
            ),
            Self::NothingToImport => (
                "kms-key.nothing-to-import",
                "name a key version that the vault holds",
            ),
            Self::OriginAws => (
                "kms-key.origin-aws",
                "rotate to a new KMS key with material from the vault",
            ),
            Self::RotationInPlaceImpossible => ("kms-key.rotation-in-place", "rotate by new key"),
            Self::Grant(_) => (
                "kms-key.bad-grant",
                "change what the grant allows, to whom or when",
            ),
            Self::Disabled => ("kms-key.disabled", "enable the KMS key first"),
            Self::NoGrantOnDisabled => (
                "kms-key.disabled",
                "enable the KMS key first, or activate it where it was emptied",
            ),
            Self::VersionNotNewer { .. } => (
                "kms-key.version-not-newer",
                "make a new version of the key first",
            ),
            Self::Contradiction { .. } => ("kms-key.contradiction", "ask for one of them"),
            Self::NoRegion => (
                "kms-key.no-region",
                "name a Region, or set the keystore's default one",
            ),
            Self::RegionTwice { .. } => ("kms-key.region-twice", "name each Region once"),
            Self::NoGrant => (
                "kms-key.no-grant",
                "`keyferry kms-key grants` lists those that there are",
            ),
            Self::NoReplica { .. } => ("kms-key.no-replica", "replicate the KMS key there first"),
            Self::NotMultiRegion => (
                "kms-key.not-multi-region",
                "ask for a multi-Region key, or make copies",
            ),
            Self::DescriptionTooLong { .. } => ("kms-key.description", "shorten the description"),
            Self::NativeRotationOutOfRange { .. } | Self::NativeRotationImpossible => (
                "kms-key.native-rotation",
                "use a rotation schedule of the keystore instead",
            ),
            Self::Tags(_) => ("kms-key.tags", "change the tags"),
            Self::Spec(bad) => bad.texts(),
            Self::Expiry(_) => ("kms-key.expiry", "choose an end in the future"),
        }
    }
}
