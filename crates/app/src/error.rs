//! Errors of use cases: each answers what a machine, a caller and a person ask.

use keyferry_domain::adoption::NotAdoptable;
use keyferry_domain::alias::BadAlias;
use keyferry_domain::arn::BadAwsName;
use keyferry_domain::destruction::Refused as NotDestroyed;
use keyferry_domain::key::TooManyActiveVersions;
use keyferry_domain::key_operation::{KeyOperation, MixedPurpose, NotForSpec};
use keyferry_domain::name::BadName;
use keyferry_domain::operation::Refusal as OperationRefusal;
use keyferry_domain::plan::Blocked;
use keyferry_domain::spec::BadSpec;
use keyferry_domain::tag::BadTags;
use keyferry_domain::validity::ExpiryInThePast;
use keyferry_domain::version::{IllegalVersionAction, VersionNumber, VersionState};
use keyferry_engine::ControlError;
use keyferry_ports::aws::{BadSettings, CallFailure};
use keyferry_ports::durable::NotDurable;
use keyferry_ports::policy::BadPolicy;
use keyferry_ports::records::RecordsError;
use keyferry_ports::vault::VaultError;

use crate::action::Action;
use crate::audits::Distrust;

mod access;
mod application;
mod approval;
mod aws;
mod below;
mod export;
mod outside;

pub use access::{AccessError, ProviderError};
pub use application::ApplicationError;
pub use approval::ApprovalError;
pub use aws::{aws_code, aws_hint};
pub(crate) use aws::{refusal_code, refusal_hint};
pub use export::ExportError;
pub use outside::OutsideError;

use aws::{REGION_NOT_ENABLED, aws_class};
use below::{FOREIGN_LINK_HINT, records_code, records_hint, vault_code, vault_hint};

/// Who has to do something about an error. Decides HTTP status, retry and exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorClass {
    /// The request is wrong.
    Caller,
    /// Nobody is signed in, or not well enough.
    Unauthenticated,
    /// The actor may not.
    Denied,
    /// It was tried too often.
    TooMany,
    /// No such thing, for this actor.
    NotFound,
    /// It does not fit what is there now.
    Conflict,
    /// Try again later.
    Transient,
    /// Our mistake.
    Bug,
}

/// Why a use case did not do it.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// Wrong name or password, or no valid token.
    #[error("the sign-in is not valid")]
    NotSignedIn,
    /// Somebody is not let in, or a person is not changed.
    #[error(transparent)]
    Access(#[from] AccessError),
    /// Somebody else must consent, or what waits for it is not done.
    #[error(transparent)]
    Approval(#[from] ApprovalError),
    /// A crypto policy does not permit it.
    #[error(transparent)]
    CryptoPolicy(#[from] keyferry_domain::crypto_policy::PolicyRefusal),
    /// An application is not let in or changed, or a key is not used.
    #[error(transparent)]
    Application(#[from] ApplicationError),
    /// Material is not prepared to be taken out, or not taken.
    #[error(transparent)]
    Export(#[from] ExportError),
    /// The database is not the one that this server saw last.
    #[error("the server is in quarantine: {why}")]
    Quarantined {
        /// Why.
        why: Distrust,
    },
    /// Something in the data folder failed.
    #[error(transparent)]
    Outside(#[from] OutsideError),
    /// The right is missing.
    #[error("{actor} may not do {action}")]
    Denied {
        /// Who.
        actor: String,
        /// What.
        action: Action,
    },
    /// Nothing has that id, name, ARN or alias.
    #[error("there is no {what} `{selector}`")]
    NotFound {
        /// Which kind of thing.
        what: &'static str,
        /// What was asked for.
        selector: String,
    },
    /// Several things have that name.
    #[error("`{selector}` means {count} {what}s")]
    Ambiguous {
        /// Which kind of thing.
        what: &'static str,
        /// What was asked for.
        selector: String,
        /// How many.
        count: usize,
    },
    /// The name is taken.
    #[error("there already is a {what} with this name: {name}")]
    NameTaken {
        /// Which kind of thing.
        what: &'static str,
        /// The name.
        name: String,
    },
    /// Another KMS key of the keystore has the name.
    #[error("the keystore already has a KMS key with this name: {name}")]
    KmsKeyNameTaken {
        /// The name.
        name: String,
    },
    /// The KMS key is being replaced already.
    #[error("the KMS key {name} is being replaced already, by {successor}")]
    HasSuccessor {
        /// The KMS key.
        name: String,
        /// The id of the one that replaces it.
        successor: String,
    },
    /// AWS still has the KMS key, or nobody knows.
    #[error("the KMS key {name} is neither deleted nor gone")]
    NotGone {
        /// The KMS key.
        name: String,
    },
    /// Statements that people wrote would be lost.
    #[error("the key policy of {name} has statements that Keyferry did not write")]
    ForeignStatements {
        /// The KMS key.
        name: String,
    },
    /// The current version may not protect anything new.
    #[error(
        "version {version} of the key {key} is {state}, and only an active version is uploaded"
    )]
    VersionNotActive {
        /// The key.
        key: String,
        /// Its current version.
        version: VersionNumber,
        /// Its state.
        state: VersionState,
    },
    /// A further version would hold what an older one holds.
    #[error("the material in the file is that of version {version} of the key {key}")]
    SameMaterial {
        /// The key.
        key: String,
        /// Which version has it.
        version: VersionNumber,
    },
    /// Only exportable keys are copied.
    #[error("the key {key} is not exportable, and only exportable keys are copied")]
    NotExportable {
        /// The key.
        key: String,
    },
    /// The key may not do this, or its version no longer.
    #[error("the key {key} may not {operation}")]
    NotPermitted {
        /// The key.
        key: String,
        /// What.
        operation: KeyOperation,
    },
    /// The life of the version does not allow it.
    #[error(transparent)]
    VersionState(#[from] IllegalVersionAction),
    /// The version is not destroyed.
    #[error(transparent)]
    Destruction(#[from] NotDestroyed),
    /// It would begin to need a version that is destroyed, or is going to be.
    #[error("{which} is destroyed, or its destruction is scheduled")]
    VersionDoomed {
        /// Which, in words.
        which: String,
    },
    /// The vault keeps no copy of the version's material.
    #[error("the vault keeps no copy of {key} version {version}")]
    NoCopyKept {
        /// The key's name.
        key: String,
        /// Which version.
        version: VersionNumber,
    },
    /// AWS holds the only copy of the version's material.
    #[error("{name} holds version {version} of its key, of which the vault keeps no copy")]
    KeepsOnlyCopy {
        /// The KMS key's name.
        name: String,
        /// Which version.
        version: VersionNumber,
    },
    /// Nothing would be imported, and the vault would keep what it shall not.
    #[error("the KMS key {name} shall not be given version {version} of its key")]
    TakesNoFile {
        /// The KMS key's name.
        name: String,
        /// Which version.
        version: VersionNumber,
    },
    /// Keyferry manages keys and uses none.
    #[error("{grantee} is Keyferry itself, which gives itself no use of keys")]
    GrantToOurselves {
        /// Who was named.
        grantee: String,
    },
    /// Not what keys of that spec do.
    #[error(transparent)]
    NotForSpec(#[from] NotForSpec),
    /// A key would unwrap files and undo things for applications.
    #[error(transparent)]
    MixedPurpose(#[from] MixedPurpose),
    /// Somebody else changed it meanwhile.
    #[error("the {what} was changed meanwhile")]
    Changed {
        /// Which kind of thing.
        what: &'static str,
    },
    /// Something else still needs it.
    #[error("the {what} is still in use")]
    InUse {
        /// Which kind of thing.
        what: &'static str,
    },
    /// A field is wrong.
    #[error("{field}: {why}")]
    Invalid {
        /// Which.
        field: &'static str,
        /// What is wrong.
        why: String,
    },
    /// The typed name is not that of what the request is about.
    #[error("the name that was typed is not the name of the {what}")]
    NameNotConfirmed {
        /// What kind of thing.
        what: &'static str,
    },
    /// Another number of KMS keys than was confirmed.
    #[error("the request is about {count} KMS keys, and that number was not confirmed")]
    CountNotConfirmed {
        /// How many it is about.
        count: u32,
    },
    /// Not a spec, or not one that can be imported.
    #[error(transparent)]
    Spec(#[from] BadSpec),
    /// Not a name.
    #[error(transparent)]
    Name(#[from] BadName),
    /// Not an alias.
    #[error(transparent)]
    Alias(#[from] BadAlias),
    /// Not a Region, account or ARN.
    #[error(transparent)]
    AwsName(#[from] BadAwsName),
    /// Not tags.
    #[error(transparent)]
    Tags(#[from] BadTags),
    /// Not a key policy.
    #[error(transparent)]
    Policy(#[from] BadPolicy),
    /// Expired before it began.
    #[error(transparent)]
    Expiry(#[from] ExpiryInThePast),
    /// One active version too many.
    #[error(transparent)]
    TooManyVersions(#[from] TooManyActiveVersions),
    /// The life of the key does not allow it.
    #[error(transparent)]
    Operation(#[from] OperationRefusal),
    /// It cannot be taken into a keystore.
    #[error(transparent)]
    NotAdoptable(#[from] NotAdoptable),
    /// It holds other bytes than the key in the vault.
    #[error("the KMS key {name} holds other key material than the key {key}")]
    WrongMaterial {
        /// The KMS key.
        name: String,
        /// The key.
        key: String,
    },
    /// AWS does not tell how often its own material was rotated.
    #[error("AWS does not tell how often the KMS key {name} was rotated")]
    RotationsUnreadable {
        /// Which.
        name: String,
    },
    /// The idempotency key belongs to another request.
    #[error("the idempotency key `{key}` was used for another request")]
    KeyReused {
        /// The key.
        key: String,
    },
    /// Another job is under way on the KMS key.
    #[error("the job {job} is under way on the KMS key {name}")]
    Busy {
        /// The KMS key.
        name: String,
        /// The job.
        job: String,
    },
    /// The connection's access key is being rotated.
    #[error("the job {job} rotates the access key of the connection {name}")]
    RotationUnderWay {
        /// The connection.
        name: String,
        /// The job.
        job: String,
    },
    /// An access key cannot be rotated before a person has acted.
    #[error("{}", .0.reason())]
    AccessKey(keyferry_domain::access_key::Obstacle),
    /// The connection's identity has no access key to rotate.
    #[error("the connection {name} uses no access key")]
    NoAccessKey {
        /// Which.
        name: String,
    },
    /// A trial message was not taken.
    #[error("the trial message was not taken: {why}")]
    NotDelivered {
        /// In one sentence.
        why: String,
    },
    /// The job's state does not allow it.
    #[error(transparent)]
    Job(ControlError),
    /// AWS or the vault cannot be asked at the moment.
    #[error("{why} ({code})")]
    NotNow {
        /// For machines, `area.problem`.
        code: String,
        /// In one sentence.
        why: String,
    },
    /// The plan needs a person first.
    #[error("{}", .0.reason())]
    Blocked(Blocked),
    /// A Region that the connection or keystore does not have.
    #[error("the Region {region} is not one of this {of}")]
    RegionNotInUse {
        /// Which.
        region: String,
        /// `connection` or `keystore`.
        of: &'static str,
    },
    /// A keystore uses keys of its own group only.
    #[error("the key {key} belongs to another group than the keystore {keystore}")]
    OtherGroup {
        /// Whose key.
        key: String,
        /// Which keystore.
        keystore: String,
    },
    /// No such Region.
    #[error("there is no Region {region} in the partition {partition}")]
    UnknownRegion {
        /// Which.
        region: String,
        /// Where it would be.
        partition: String,
    },
    /// A Region that the account has not enabled.
    #[error("the Region {region} is not enabled in the account {account}")]
    RegionNotEnabled {
        /// Which.
        region: String,
        /// Whose.
        account: String,
    },
    /// The connection's account is another than the first time.
    #[error("the connection now reaches the account {found}, but it belongs to {expected}")]
    OtherAccount {
        /// Who answers now.
        found: String,
        /// Who answered first.
        expected: String,
    },
    /// The connection was never verified, so that its account is not known.
    #[error("the connection {name} has not been verified yet")]
    Unverified {
        /// Which.
        name: String,
    },
    /// Somebody else wrote the connection's link settings into the database.
    #[error("the link settings of the connection {name} were not set by this installation")]
    ForeignLink {
        /// Which.
        name: String,
    },
    /// Link settings that cannot work.
    #[error(transparent)]
    Settings(#[from] BadSettings),
    /// AWS did not do it.
    #[error("{what}")]
    Aws {
        /// What was tried, in words.
        what: Box<str>,
        /// What came of it.
        #[source]
        source: CallFailure,
    },
    /// The vault did not do it.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// Wrong passphrase.
    #[error("no seal opens with this passphrase")]
    WrongPassphrase,
    /// Stored material is not there or does not open.
    #[error(transparent)]
    NotDurable(#[from] NotDurable),
    /// The database did not do it.
    #[error(transparent)]
    Records(RecordsError),
}

impl From<ControlError> for AppError {
    fn from(error: ControlError) -> Self {
        match error {
            ControlError::Records(error) => error.into(),
            other => Self::Job(other),
        }
    }
}

impl From<Blocked> for AppError {
    fn from(blocked: Blocked) -> Self {
        Self::Blocked(blocked)
    }
}

impl AppError {
    /// An AWS failure with what was tried.
    pub fn aws(what: impl Into<Box<str>>) -> impl FnOnce(CallFailure) -> Self {
        let what = what.into();
        move |source| Self::Aws { what, source }
    }

    /// Stable, documented in `docs/reference/errors.md`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotSignedIn => "access.not-signed-in",
            Self::Access(error) => error.code(),
            Self::Approval(error) => error.code(),
            Self::CryptoPolicy(_) => "crypto-policy.refused",
            Self::Application(error) => error.code(),
            Self::Export(error) => error.code(),
            Self::Quarantined { .. } => "audit.quarantined",
            Self::Outside(error) => error.code(),
            Self::Denied { .. } => "access.denied",
            Self::NotFound { .. } => "request.not-found",
            Self::Ambiguous { .. } => "request.ambiguous",
            Self::NameTaken { .. } => "request.name-taken",
            Self::KmsKeyNameTaken { .. } => "kms-key.name-taken",
            Self::HasSuccessor { .. } => "kms-key.has-successor",
            Self::NotGone { .. } => "kms-key.not-gone",
            Self::ForeignStatements { .. } => "kms-key.foreign-statements",
            Self::VersionNotActive { .. } => "key.version-not-active",
            Self::SameMaterial { .. } => "key.same-material",
            Self::NotExportable { .. } => "key.not-exportable",
            Self::NotPermitted { .. } => "key.operation-not-permitted",
            Self::VersionState(_) => "key.version-state",
            Self::Destruction(why) => match why {
                NotDestroyed::Delay { .. } => "key.destruction-delay",
                NotDestroyed::State(_) => "key.version-state",
                NotDestroyed::Held(_) => "key.version-held",
            },
            Self::VersionDoomed { .. } => "key.version-doomed",
            Self::NoCopyKept { .. } => "key.no-copy-kept",
            Self::KeepsOnlyCopy { .. } => "kms-key.only-copy",
            Self::TakesNoFile { .. } => "kms-key.takes-no-file",
            Self::GrantToOurselves { .. } => "kms-key.grant-to-ourselves",
            Self::NotForSpec(_) => "key.operation-not-for-spec",
            Self::MixedPurpose(_) => "key.mixed-purpose",
            Self::Changed { .. } => "request.changed",
            Self::InUse { .. } => "request.in-use",
            Self::Invalid { .. } => "request.invalid",
            Self::NameNotConfirmed { .. } => "request.name-not-confirmed",
            Self::CountNotConfirmed { .. } => "request.count-not-confirmed",
            Self::Spec(bad) => bad.texts().0,
            Self::Name(_) => "request.bad-name",
            Self::Alias(_) => "kms-key.bad-alias",
            Self::AwsName(_) => "request.bad-aws-name",
            Self::Tags(_) => "kms-key.tags",
            Self::Policy(_) => "kms-key.bad-policy",
            Self::Expiry(_) => "kms-key.expiry",
            Self::TooManyVersions(_) => "key.too-many-active-versions",
            Self::Operation(refusal) => refusal.code(),
            Self::NotAdoptable(why) => why.code(),
            Self::WrongMaterial { .. } => "kms-key.wrong-material",
            Self::RotationsUnreadable { .. } => "kms-key.rotations-unreadable",
            Self::KeyReused { .. } => "request.idempotency-key-reused",
            Self::Busy { .. } => "kms-key.busy",
            Self::RotationUnderWay { .. } => "access-key.busy",
            Self::NoAccessKey { .. } => "access-key.none",
            Self::AccessKey(obstacle) => obstacle.code(),
            Self::NotDelivered { .. } => crate::alert_delivery::NOT_DELIVERED,
            Self::Job(ControlError::NotFound { .. }) => "request.not-found",
            Self::Job(ControlError::Protects { .. }) => "job.protects",
            Self::Job(_) => "job.wrong-state",
            Self::NotNow { .. } => "aws.not-now",
            Self::Blocked(blocked) => blocked.code(),
            Self::RegionNotInUse { .. } => "request.region-not-in-use",
            Self::OtherGroup { .. } => "keystore.other-group",
            Self::UnknownRegion { .. } => "request.unknown-region",
            Self::RegionNotEnabled { .. } => "aws.region-not-enabled",
            Self::OtherAccount { .. } => "connection.other-account",
            Self::Unverified { .. } => "connection.unverified",
            Self::ForeignLink { .. } => "connection.foreign-link",
            Self::Settings(_) => "connection.bad-settings",
            Self::Aws { source, .. } => aws_code(source),
            Self::Vault(error) | Self::NotDurable(NotDurable::Vault(error)) => vault_code(error),
            Self::WrongPassphrase => "seal.wrong-passphrase",
            Self::NotDurable(NotDurable::Missing { .. }) => "vault.version-missing",
            Self::NotDurable(NotDurable::Destroyed { .. }) => "key.version-destroyed",
            Self::Records(error) | Self::NotDurable(NotDurable::Records(error)) => {
                records_code(error)
            }
        }
    }

    /// Who has to do something.
    pub fn class(&self) -> ErrorClass {
        match self {
            Self::NotSignedIn => ErrorClass::Unauthenticated,
            Self::Access(error) => error.class(),
            Self::Approval(error) => error.class(),
            Self::CryptoPolicy(_) => ErrorClass::Denied,
            Self::Application(error) => error.class(),
            Self::Export(error) => error.class(),
            Self::Denied { .. } => ErrorClass::Denied,
            Self::NotFound { .. } | Self::Job(ControlError::NotFound { .. }) => {
                ErrorClass::NotFound
            }
            Self::Ambiguous { .. }
            | Self::Invalid { .. }
            | Self::NameNotConfirmed { .. }
            | Self::CountNotConfirmed { .. }
            | Self::Spec(_)
            | Self::Name(_)
            | Self::Alias(_)
            | Self::AwsName(_)
            | Self::Tags(_)
            | Self::Policy(_)
            | Self::Expiry(_)
            | Self::RegionNotInUse { .. }
            | Self::UnknownRegion { .. }
            | Self::Settings(_)
            | Self::NotForSpec(_)
            | Self::MixedPurpose(_)
            | Self::Destruction(NotDestroyed::Delay { .. })
            | Self::WrongPassphrase => ErrorClass::Caller,
            Self::NameTaken { .. }
            | Self::KmsKeyNameTaken { .. }
            | Self::HasSuccessor { .. }
            | Self::NotGone { .. }
            | Self::ForeignStatements { .. }
            | Self::VersionNotActive { .. }
            | Self::SameMaterial { .. }
            | Self::NotExportable { .. }
            | Self::NotPermitted { .. }
            | Self::VersionState(_)
            | Self::Destruction(_)
            | Self::VersionDoomed { .. }
            | Self::NoCopyKept { .. }
            | Self::KeepsOnlyCopy { .. }
            | Self::TakesNoFile { .. }
            | Self::GrantToOurselves { .. }
            | Self::NotDurable(NotDurable::Destroyed { .. })
            | Self::Changed { .. }
            | Self::InUse { .. }
            | Self::TooManyVersions(_)
            | Self::Operation(_)
            | Self::NotAdoptable(_)
            | Self::WrongMaterial { .. }
            | Self::RotationsUnreadable { .. }
            | Self::Blocked(_)
            | Self::Busy { .. }
            | Self::RotationUnderWay { .. }
            | Self::NoAccessKey { .. }
            | Self::AccessKey(_)
            | Self::NotDelivered { .. }
            | Self::KeyReused { .. }
            | Self::Job(_)
            | Self::OtherGroup { .. }
            | Self::RegionNotEnabled { .. }
            | Self::OtherAccount { .. }
            | Self::Unverified { .. }
            | Self::ForeignLink { .. } => ErrorClass::Conflict,
            Self::Aws { source, .. } => aws_class(source),
            Self::NotNow { .. } | Self::Outside(_) => ErrorClass::Transient,
            Self::Quarantined { .. } => ErrorClass::Conflict,
            Self::Vault(VaultError::Sealed)
            | Self::NotDurable(NotDurable::Vault(VaultError::Sealed)) => ErrorClass::Transient,
            Self::Vault(
                VaultError::Unsupported { .. }
                | VaultError::KeyFile(_)
                | VaultError::DoesNotDecrypt,
            ) => ErrorClass::Caller,
            Self::Records(RecordsError::Unavailable { .. } | RecordsError::Unknown)
            | Self::NotDurable(NotDurable::Records(
                RecordsError::Unavailable { .. } | RecordsError::Unknown,
            )) => ErrorClass::Transient,
            Self::Vault(_) | Self::NotDurable(_) | Self::Records(_) => ErrorClass::Bug,
        }
    }

    /// What a person can do about it. Commands that it names exist: a test of the command line compares them.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Access(error) => error.hint(),
            Self::Approval(error) => error.hint(),
            Self::CryptoPolicy(_) => {
                "`keyferry crypto-policy show` tells what is permitted; whoever governs the group or the installation changes it"
            }
            Self::Application(error) => error.hint(),
            Self::Export(error) => error.hint(),
            Self::NotSignedIn => "sign in with `keyferry login`, or check the token",
            Self::Denied { .. } => "ask an administrator for a role that has this right",
            Self::Quarantined { .. } => {
                "find out who restored or changed the database; restore the newest backup, or go on with `keyferry audit accept-rollback`"
            }
            Self::Outside(_) => "let the server write to its data folder",
            Self::NotFound { .. } | Self::Job(ControlError::NotFound { .. }) => {
                "check it against the list of what there is; what you may not see is not there for you"
            }
            Self::Ambiguous { .. } => "use the id or the ARN",
            Self::NameTaken { .. } => {
                "choose another name; upper and lower case make different names"
            }
            Self::KmsKeyNameTaken { .. } => {
                "choose another name; upper and lower case make different names"
            }
            Self::HasSuccessor { .. } => "retry the job of the new KMS key, or release that one",
            Self::NotGone { .. } => {
                "look with `keyferry kms-key observe`; a KMS key that AWS still has can be released"
            }
            Self::ForeignStatements { .. } => {
                "give the whole policy, or all users, administrators and other accounts at once"
            }
            Self::VersionNotActive { .. } => "make a new version with `keyferry key new-version`",
            Self::SameMaterial { .. } => {
                "give a file with other material, or make one with `keyferry key new-version`"
            }
            Self::NotExportable { .. } => {
                "a key is exportable from its making on (`--exportable`); `keyferry kms-key upload` takes any key to a keystore of its group"
            }
            Self::NotPermitted { .. } => {
                "permit it with `keyferry key update` and its option --permit; the version must not be destroyed"
            }
            Self::VersionState(_) => "look at the states with `keyferry key-version list`",
            Self::Destruction(why) => match why {
                NotDestroyed::Delay { .. } => "give 30 to 3,650 days; nothing shortens that",
                NotDestroyed::State(illegal) if illegal.state == VersionState::Destroyed => {
                    "its material is gone already: look at it with `keyferry key-version list`"
                }
                NotDestroyed::State(_) => {
                    "a version in use is deactivated first, with `keyferry key-version deactivate`"
                }
                NotDestroyed::Held(_) => {
                    "schedule the deletion of those KMS keys and wait until it is proved, or keep the version; one that was forgotten or released holds it for ever"
                }
            },
            Self::VersionDoomed { .. } => {
                "cancel the destruction with `keyferry key-version cancel-destruction`, or take another version"
            }
            Self::NoCopyKept { .. } => {
                "import the file again with `keyferry kms-key import`, as a key of its own, or with --into to heal its KMS key"
            }
            Self::KeepsOnlyCopy { .. } => {
                "disable the KMS key instead: once taken out, only the file brings the material back"
            }
            Self::TakesNoFile { .. } => {
                "cancel its deletion, or activate it where it was emptied, then import the file again"
            }
            Self::GrantToOurselves { .. } => "name the principal of an application",
            Self::MixedPurpose(_) => "make another key for the other purpose",
            Self::NotForSpec(_) => "name operations that the spec has",
            Self::Changed { .. } => "read it again and repeat the request",
            Self::InUse { .. } => "delete first what uses it",
            Self::Invalid { .. } => "the message names the field; give it another value",
            Self::NameNotConfirmed { .. } => {
                "type the name exactly as the noun's `show` prints it; in the API it is `confirm_name`"
            }
            Self::CountNotConfirmed { .. } => {
                "look with a dry run at what is selected, and give its number; in the API it is `confirm_count`"
            }
            Self::Spec(bad) => bad.texts().1,
            Self::Name(_) => "choose 1 to 128 letters, digits, spaces and . _ - / @ + ( )",
            Self::Alias(_) => "choose letters, digits and / _ -, 256 at most, and not alias/aws/",
            Self::AwsName(_) => "write it as AWS does",
            Self::Tags(_) => "change the tags",
            Self::Policy(_) => "the message says where; check it as AWS's policy editor does",
            Self::Expiry(_) => "choose an end in the future",
            Self::TooManyVersions(_) => {
                "deactivate a version that is no longer needed, or raise the key's limit"
            }
            Self::Operation(refusal) => refusal.hint(),
            Self::NotAdoptable(why) => why.hint(),
            Self::WrongMaterial { .. } => {
                "name the key that has its material; a new KMS key can take its place otherwise"
            }
            Self::RotationsUnreadable { .. } => {
                "let its key policy and the connection's IAM policy allow kms:GetKeyRotationStatus and kms:ListKeyRotations"
            }
            Self::KeyReused { .. } => "make a new idempotency key for every request",
            Self::RotationUnderWay { .. } => {
                "wait for the job: a day passes before the former access key is deleted; or cancel it with `keyferry job cancel`"
            }
            Self::NotDelivered { .. } => {
                "mend what the message names; a private address must be named in `alerts.private_hosts`"
            }
            Self::AccessKey(obstacle) => obstacle.hint(),
            Self::NoAccessKey { .. } => {
                "only the static access key of an IAM user is rotated; roles and host credentials renew themselves"
            }
            Self::Busy { .. } => "wait for the job, or cancel it with `keyferry job cancel`",
            Self::Job(ControlError::Protects { .. }) => {
                "let it come to its end, or cancel it with `keyferry job cancel`"
            }
            Self::Job(_) => "look at the job with `keyferry job show`",
            Self::NotNow { .. } => "mend what the message names, and try again later",
            Self::Blocked(blocked) => blocked.hint(),
            Self::RegionNotInUse { .. } => {
                "add the Region to the connection and the keystore first"
            }
            Self::OtherGroup { .. } => "choose a keystore of the key's group",
            Self::UnknownRegion { .. } => {
                "check the spelling; `keyferry connection regions` lists them. A Region that is newer than this version is found if another one stands before it and the account may be asked"
            }
            Self::RegionNotEnabled { .. } => REGION_NOT_ENABLED,
            Self::OtherAccount { .. } => {
                "a connection keeps its account for life; add another connection for the other account"
            }
            Self::Unverified { .. } => "run `keyferry connection verify`",
            Self::ForeignLink { .. } => FOREIGN_LINK_HINT,
            Self::Settings(_) => "the message names the setting; correct it",
            Self::Aws { source, .. } => aws_hint(source),
            Self::Vault(error) | Self::NotDurable(NotDurable::Vault(error)) => vault_hint(error),
            Self::WrongPassphrase => "check the passphrase; upper and lower case count",
            Self::NotDurable(NotDurable::Missing { .. }) => "restore the database from a backup",
            Self::NotDurable(NotDurable::Destroyed { .. }) => {
                "what was destroyed on purpose stays away; take another version"
            }
            Self::Records(error) | Self::NotDurable(NotDurable::Records(error)) => {
                records_hint(error)
            }
        }
    }
}
