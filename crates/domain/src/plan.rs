//! Answers of the planner.

use jiff::Timestamp;

use crate::step::Step;

/// What to do next about one KMS key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The decision.
    pub decision: Decision,
    /// What comes after the steps, where that is not the intent.
    pub stop: Option<Stop>,
    /// What a person should know, whatever is decided.
    pub warnings: Vec<Warning>,
}

impl Plan {
    /// The steps to carry out, in order; none while waiting or blocked.
    pub fn steps(&self) -> &[Step] {
        match &self.decision {
            Decision::Steps(steps) => steps,
            Decision::Wait { .. } | Decision::Blocked(_) => &[],
        }
    }

    /// What keeps a person busy, at once or once the steps are done.
    pub fn blocked(&self) -> Option<&Blocked> {
        match (&self.decision, &self.stop) {
            (Decision::Blocked(blocked), _) | (_, Some(Stop::Blocked(blocked))) => Some(blocked),
            _ => None,
        }
    }

    /// What is waited for, at once or once the steps are done. What lies behind it is not known.
    pub fn waits_for(&self) -> Option<WaitReason> {
        match (&self.decision, &self.stop) {
            (Decision::Wait { why, .. }, _) | (_, Some(Stop::Wait(why))) => Some(*why),
            _ => None,
        }
    }

    /// The worst that becomes of the KMS key's use, where anything does.
    pub fn loss(&self) -> Option<Loss> {
        self.steps().iter().filter_map(Loss::of).max()
    }

    /// Whether intent and view agree: nothing to do, nothing to wait for, nobody to ask.
    pub fn is_reached(&self) -> bool {
        matches!(&self.decision, Decision::Steps(steps) if steps.is_empty())
    }
}

/// How a KMS key becomes unusable, the mildest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Loss {
    /// Until it is enabled again.
    Disabled,
    /// Until the same material is imported again.
    Emptied,
    /// At once; after the waiting period of so many days for ever, with all that it encrypted.
    Deleted {
        /// The waiting period.
        days: u32,
    },
}

impl Loss {
    fn of(step: &Step) -> Option<Self> {
        match step {
            Step::Disable { .. } => Some(Self::Disabled),
            Step::DeleteMaterial { .. } => Some(Self::Emptied),
            Step::ScheduleDeletion { days, .. } => Some(Self::Deleted { days: *days }),
            _ => None,
        }
    }
}

/// The planner's decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Carry these out, in order. Empty: intent and view agree.
    Steps(Vec<Step>),
    /// Look again then.
    Wait {
        /// When.
        until: Timestamp,
        /// For what.
        why: WaitReason,
    },
    /// A person has to act.
    Blocked(Blocked),
}

/// What comes after the steps of a plan that do not lead to the intent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stop {
    /// Something is waited for.
    Wait(WaitReason),
    /// A person has to act.
    Blocked(Blocked),
}

/// What is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WaitReason {
    /// AWS is making the key or a replica.
    Creating,
    /// AWS is changing a multi-Region set.
    Updating,
    /// A rotation on demand runs.
    Rotating,
    /// Replicas must be deleted first.
    ReplicaDeletion,
    /// Our own write is not visible yet.
    Settling,
    /// A request without an answer may still have its effect.
    Horizon,
    /// The creation's outcome must be searched for.
    SearchNeeded,
    /// Callers may still use the old alias target.
    Calm,
    /// Deletion is scheduled and runs.
    DeletionPending,
    /// A place could not be read.
    Unreadable,
}

impl WaitReason {
    /// Every reason with its sentence.
    pub const ALL: &'static [(Self, &'static str)] = &[
        (Self::Creating, "AWS is still creating the KMS key"),
        (Self::Updating, "AWS is updating the multi-Region set"),
        (Self::Rotating, "AWS is rotating the KMS key"),
        (Self::ReplicaDeletion, "AWS deletes the replicas first"),
        (Self::Settling, "AWS does not show the last change yet"),
        (
            Self::Horizon,
            "a request without an answer may still take effect",
        ),
        (
            Self::SearchNeeded,
            "looking for a KMS key whose creation was not answered",
        ),
        (Self::Calm, "callers may still use the former alias target"),
        (
            Self::DeletionPending,
            "the deletion is scheduled and its waiting period runs",
        ),
        (Self::Unreadable, "AWS could not be read"),
    ];

    /// The sentence.
    pub fn as_str(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|row| row.0 == self)
            .map_or("", |row| row.1)
    }

    /// Stable, `wait.reason`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Creating => "wait.creating",
            Self::Updating => "wait.updating",
            Self::Rotating => "wait.rotating",
            Self::ReplicaDeletion => "wait.replica-deletion",
            Self::Settling => "wait.settling",
            Self::Horizon => "wait.horizon",
            Self::SearchNeeded => "wait.search-needed",
            Self::Calm => "wait.calm",
            Self::DeletionPending => "wait.deletion-pending",
            Self::Unreadable => "wait.unreadable",
        }
    }
}

/// Why nothing can be done without a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Blocked {
    /// The spec cannot be imported here.
    NotImportable,
    /// The vault has no copy of a version that the key must hold.
    NoCopyKept {
        /// Which.
        version: crate::version::VersionNumber,
    },
    /// All 25 rotations on demand are used.
    RotationsUsed,
    /// An alias that we want points at a key that is not ours.
    ForeignAlias {
        /// Which.
        alias: crate::alias::AliasName,
        /// Where it points.
        key_id: String,
    },
    /// Deletion is scheduled though nobody here asked.
    ForeignDeletion,
    /// The policy would lock us out.
    PolicyLocksUsOut,
    /// Material that is not ours waits for a rotation.
    ForeignPendingMaterial,
    /// A material is held that no version of ours stands for.
    ForeignMaterial,
    /// After a rotation another material is current than ours.
    WrongCurrentMaterial,
    /// Several keys carry our operation's tag.
    SeveralCandidates {
        /// How many.
        count: usize,
    },
    /// A key carries our operation's tag but does not match the request.
    ForgedCandidate {
        /// Which.
        arn: crate::arn::KmsKeyArn,
    },
    /// The key is not what was asked for (spec, usage, origin).
    WrongShape,
    /// The KMS key is gone.
    Gone,
    /// The primary is disabled and the work needs it enabled.
    PrimaryDisabled,
    /// China has other specs and wrapping.
    ChinaPartition,
    /// Only symmetric keys can be rotated in place.
    RotationInPlaceImpossible,
    /// A grant of the wanted name is there, and is another one.
    GrantDiffers {
        /// The name.
        name: String,
        /// Where.
        region: crate::arn::Region,
    },
    /// AWS takes grants on enabled keys only.
    GrantNeedsEnabled {
        /// Where it is not.
        region: crate::arn::Region,
    },
    /// A place of a set cannot be reached or is not ours, and a new material must not be started.
    ReplicaUnreachable {
        /// Where.
        region: crate::arn::Region,
    },
}

impl Blocked {
    /// Stable code, documented in `docs/reference/errors.md`.
    pub fn code(&self) -> &'static str {
        self.texts().0
    }

    /// What is the matter, and with what.
    pub fn reason(&self) -> String {
        match self {
            Self::ForeignAlias { alias, key_id } => format!(
                "{alias} points at the key {key_id}, which is not the predecessor of this KMS key"
            ),
            Self::NoCopyKept { version } => format!("{}: version {version}", self.texts().1),
            Self::GrantDiffers { name, region } => {
                format!("{}: {name} in {region}", self.texts().1)
            }
            Self::GrantNeedsEnabled { region } | Self::ReplicaUnreachable { region } => {
                format!("{}: {region}", self.texts().1)
            }
            _ => self.texts().1.to_owned(),
        }
    }

    /// What a person can do.
    pub fn hint(&self) -> &'static str {
        self.texts().2
    }

    fn texts(&self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::NotImportable => (
                "plan.not-importable",
                "material of this spec cannot be imported into AWS KMS",
                "choose another key spec",
            ),
            Self::NoCopyKept { .. } => (
                "plan.no-copy-kept",
                "the vault keeps no copy of a version that the KMS key must hold",
                "import the file again into the KMS key, with `keyferry kms-key import` and its option --into",
            ),
            Self::RotationsUsed => (
                "plan.rotations-used",
                "AWS allows 25 rotations on demand in the life of a KMS key, and all are used",
                "rotate by new key instead",
            ),
            Self::ForeignAlias { .. } => (
                "plan.foreign-alias",
                "an alias that this KMS key should have points at a key that is not its predecessor",
                "choose another alias, or remove that one in AWS first",
            ),
            Self::ForeignDeletion => (
                "plan.foreign-deletion",
                "the KMS key is scheduled for deletion, though nobody asked for that here",
                "restore the KMS key, or schedule its deletion here too",
            ),
            Self::PolicyLocksUsOut => (
                "plan.policy-locks-us-out",
                "with this key policy Keyferry could no longer manage the KMS key",
                "keep the statement that lets the account's IAM policies decide, or name Keyferry's role",
            ),
            Self::ForeignPendingMaterial => (
                "plan.foreign-pending-material",
                "key material that is not Keyferry's waits for rotation in the KMS key",
                "find out who imported it, and delete that material in AWS",
            ),
            Self::ForeignMaterial => (
                "plan.foreign-material",
                "the KMS key holds key material that no version here stands for",
                "find out who imported it; a new KMS key with material from the vault can take its place",
            ),
            Self::WrongCurrentMaterial => (
                "plan.wrong-current-material",
                "another material is current than the one that Keyferry rotated to",
                "find out who rotated the KMS key; what was encrypted since needs that material",
            ),
            Self::SeveralCandidates { .. } => (
                "plan.several-candidates",
                "several KMS keys carry the tag of one creation",
                "look at the keys in AWS, and schedule those that hold no material for deletion",
            ),
            Self::ForgedCandidate { .. } => (
                "plan.forged-candidate",
                "a KMS key carries the tag of our creation but is not what was asked for",
                "look at who made it in CloudTrail before anything is imported",
            ),
            Self::WrongShape => (
                "plan.wrong-shape",
                "the KMS key in AWS has another spec, usage or origin than wanted",
                "create a KMS key as wanted; leave this one as it is in AWS",
            ),
            Self::Gone => (
                "plan.gone",
                "AWS does not know the KMS key",
                "check account and Region; if it was deleted, its ciphertexts are lost",
            ),
            Self::PrimaryDisabled => (
                "plan.primary-disabled",
                "the primary key is disabled, and this needs it enabled",
                "enable the KMS key first",
            ),
            Self::ChinaPartition => (
                "plan.china-partition",
                "Regions in China take other key material and another wrapping for this spec",
                "use an HMAC or ECC key, or a Region outside China",
            ),
            Self::RotationInPlaceImpossible => (
                "plan.rotation-in-place-impossible",
                "only symmetric KMS keys can be rotated in place",
                "rotate by new key",
            ),
            Self::GrantDiffers { .. } => (
                "plan.grant-differs",
                "another grant on the KMS key has the name of the one that shall be given",
                "give the grant another name, or revoke that one",
            ),
            Self::GrantNeedsEnabled { .. } => (
                "plan.grant-needs-enabled",
                "AWS takes grants on enabled KMS keys only, and this one is not enabled",
                "enable or activate the KMS key and retry the job, or give the grant up with `kms-key revoke-grants --grantee`",
            ),
            Self::ReplicaUnreachable { .. } => (
                "plan.replica-unreachable",
                "a replica cannot be reached, is not ours or is being deleted",
                "wait for that Region, or remove the replica from the KMS key's places",
            ),
        }
    }
}

/// What a person should know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Warning {
    /// Few rotations on demand are left.
    RotationsLeft(u32),
    /// Grants on the old key do not move with an alias.
    GrantsStay(usize),
    /// Something becomes unusable.
    BecomesUnusable,
    /// A field could not be read, so that it is not compared.
    Unreadable(&'static str),
    /// The vault will keep no copy: what AWS loses can be brought back from the file alone.
    NoCopyKept,
    /// The vault erases what it has of so many versions: no copy of them was to be kept.
    ErasesMaterial(usize),
    /// Former material ends at this moment, before the newest does, and takes the whole KMS key out of use.
    FormerEnds(Timestamp),
}
