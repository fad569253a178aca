//! The database as a port: one way to write (a batch, all or nothing) and reads by noun.
//!
//! A batch is data, so that intent, step outcome and audit entry of one change commit together, and so
//! that two databases and a memory can be held to the same answers.

mod access;
mod application;
mod approval;
mod audit;
mod audit_destination;
mod authority;
mod canonical;
mod change;
mod delivery;
mod filter;
mod fleet;
mod jobs;
mod policy;
mod preparation;
mod provider;
mod subject;

use std::collections::BTreeSet;

use async_trait::async_trait;
use keyferry_domain::arn::{KmsKeyArn, Lane, Region};
use keyferry_domain::connection::Connection;
use keyferry_domain::destruction::Holder;
use keyferry_domain::group::Group;
use keyferry_domain::id::{
    AlertId, AttemptId, ConnectionId, DestinationId, GroupId, JobId, KeyId, KeystoreId, KmsKeyId,
    SealId, SessionId, SweepId, TargetId, TokenId, UserId,
};
use keyferry_domain::key::{KeyVersion, ManagedKey};
use keyferry_domain::key_link::{Copied, KeyLink};
use keyferry_domain::keystore::Keystore;
use keyferry_domain::kms_key::KmsKey;
use keyferry_domain::material::Fingerprint;
use keyferry_domain::name::Name;
use keyferry_domain::version::VersionNumber;

use jiff::Timestamp;

pub use access::{
    AccessClaim, ApiToken, Seal, SealedKeyring, Session, SessionLimit, SignInTries, Totp, User, Via,
};
pub use application::{
    Application, ApplicationCertificate, ApplicationClaim, ApplicationKey, ApplicationRecords,
    ApplicationVia, KeyScope, NotAUsedKey, UsedKey,
};
pub use approval::{
    APPROVAL_SPENT, APPROVERS_CHANGED, ApprovalFilter, ApprovalRecords, ApprovalUse, Consent,
    ONLY_TRIED, SeenBy,
};
pub use audit::{AuditCheckpoint, AuditFilter, AuditKey, AuditLeaf, AuditNode, AuditRecord, Claim};
pub use audit_destination::{AuditAddress, AuditDestination};
pub use authority::{
    AccessPolicy, AuthorityRecords, CustomRole, NotAHolder, RoleAssignment, RoleHolder,
};
pub use canonical::CanonicalName;
pub use change::{
    ACCESS_ENDED, APPLICATION_NAME, BAD_CURSOR, Batch, CERTIFICATE_TAKEN, Change, Expect,
    GROUP_IN_USE, LAST_HOLDER, ROLE_ASSIGNMENT, ROLE_EXCLUDED, ROLE_IN_USE, SIGN_IN_RULE,
    VERSION_DOOMED, VERSION_NEEDED,
};
pub use delivery::{AlertDestination, Delivery, DeliveryState, DestinationAddress};
pub use filter::{Groups, JobFilter, KeyFilter, KmsKeyFilter, Page, PageOf, TargetFilter};
pub use fleet::{Alert, AlertFilter, FoundKey, FoundKeyFilter, Sweep, SweepCounts};
pub use jobs::{
    Attempt, AttemptOutcome, AttemptState, Job, JobProgress, JobState, LaneClaim, LaneLease,
    Priority, Target, TargetState,
};
pub use policy::{PolicyRecords, USE_PERIOD_OVER, UsePeriodFilter};
pub use preparation::{PREPARATION_OVER, PREPARED_ALREADY, PreparationRecords};
pub use provider::{
    FlowPurpose, ProviderIdentity, ProviderRecords, Provisioning, SignInCode, SignInFlow,
    SignInProvider, SignInRule, VERIFIED_CLAIM,
};
pub use subject::{NotASubject, Subject};

/// Why the records did not do it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecordsError {
    /// Another change came first, or a name is taken. Nothing of the batch was written.
    #[error("{what} was changed or taken by somebody else")]
    Conflict {
        /// Which row, in words: `keystore name`, `kms key revision`, `lane epoch`…
        what: &'static str,
    },
    /// Nobody knows whether the batch was written: the connection broke during the commit. Read before acting.
    #[error("the database did not confirm the commit")]
    Unknown,
    /// The database cannot be reached or refuses to work. Nothing was written.
    #[error("the database does not answer: {why}")]
    Unavailable {
        /// In one sentence, without data.
        why: String,
    },
    /// A stored row cannot be understood.
    #[error("a stored {what} cannot be read: {why}")]
    Corrupt {
        /// Which kind of row.
        what: &'static str,
        /// In one sentence, without data.
        why: String,
    },
}

/// Result of anything on the records.
pub type Records<T> = Result<T, RecordsError>;

/// Writes. The only way in.
#[async_trait]
pub trait Commits: Send + Sync + 'static {
    /// Writes a whole batch in one transaction, durable when this returns. On [`RecordsError::Conflict`] nothing was written.
    async fn commit(&self, batch: Batch) -> Records<()>;

    /// Takes or renews the lease of a lane for `owner` until `until`, if nobody else holds it at `now`.
    /// A lease that changes hands gets a higher epoch; renewing keeps it. `None`: somebody else holds it.
    /// Where the database has a time that all its servers share, the lease runs by that: it is now there, and the lease ends
    /// as much later as `until` is after `now`. So no server's clock ends or prolongs the lease of another.
    async fn lease_lane(
        &self,
        lane: &Lane,
        owner: &str,
        now: Timestamp,
        until: Timestamp,
    ) -> Records<Option<LaneLease>>;
}

/// Reads of connections and keystores.
#[async_trait]
pub trait ConfigurationRecords: Send + Sync + 'static {
    /// By id.
    async fn find_connection(&self, id: ConnectionId) -> Records<Option<Connection>>;
    /// By name.
    async fn find_connection_by_name(&self, name: &Name) -> Records<Option<Connection>>;
    /// All, by name.
    async fn list_connections(&self) -> Records<Vec<Connection>>;
    /// By id.
    async fn find_keystore(&self, id: KeystoreId) -> Records<Option<Keystore>>;
    /// By name.
    async fn find_keystore_by_name(&self, name: &Name) -> Records<Option<Keystore>>;
    /// All, by name.
    async fn list_keystores(&self) -> Records<Vec<Keystore>>;
    /// All groups that were made, by name.
    async fn list_groups(&self) -> Records<Vec<Group>>;
    /// An installation-wide setting (JSON text), such as the tree's origin.
    async fn find_setting(&self, name: &str) -> Records<Option<String>>;
}

/// A key's versions, and which further questions about it have an answer: most keys have nothing but versions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyTies {
    /// Oldest first.
    pub versions: Vec<KeyVersion>,
    /// Whether KMS keys were made from it.
    pub has_kms_keys: bool,
    /// Whether KMS keys hold a version of it, or could still need one.
    pub has_holders: bool,
    /// Whether there are, or were, copies of it.
    pub has_copies: bool,
    /// Whether it is a copy itself.
    pub is_copy: bool,
}

/// How somebody calls a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyCalled {
    /// By id.
    Id(KeyId),
    /// By a name, which a key of each group may have.
    Name(Name),
}

/// The keys that go by an id or a name, and by which revision of rights it is decided who may do something to them: all as it
/// was at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyLook {
    /// As [`AuthorityRecords::rights_revision`] says.
    pub rights: u64,
    /// By id.
    pub keys: Vec<(ManagedKey, KeyTies)>,
}

/// Reads of keys and their versions.
#[async_trait]
pub trait KeyRecords: Send + Sync + 'static {
    /// By id.
    async fn find_key(&self, id: KeyId) -> Records<Option<ManagedKey>>;
    /// By name: one for each group that has one, by id.
    async fn find_keys_called(&self, name: &Name) -> Records<Vec<ManagedKey>>;
    /// A page, by name.
    async fn list_keys(&self, filter: &KeyFilter, page: &Page) -> Records<PageOf<ManagedKey>>;
    /// All versions of a key, oldest first.
    async fn list_versions(&self, key: KeyId) -> Records<Vec<KeyVersion>>;
    /// Its versions, and what else there is about it. Of a key without versions nothing is known: all of it may be there.
    async fn find_key_ties(&self, key: KeyId) -> Records<KeyTies>;
    /// What a decision about a key and its answer take, in one look.
    async fn look_at_keys(&self, called: &KeyCalled) -> Records<KeyLook>;
    /// All copies of a key, oldest first, then by kind and id.
    async fn list_key_links(&self, source: KeyId) -> Records<Vec<KeyLink>>;
    /// Where a copy came from.
    async fn find_key_link(&self, copy: Copied) -> Records<Option<KeyLink>>;
    /// The KMS keys that hold a version or could still need it, by id: those of the records, and those of which the record
    /// was dropped before their deletion was proved.
    async fn holders(&self, key: KeyId, version: VersionNumber) -> Records<Vec<Holder>>;
    /// The same of all versions of a key at once, by version, then by id. A version that nothing needs is left out.
    async fn holders_of_all(&self, key: KeyId) -> Records<Vec<(VersionNumber, Holder)>>;
    /// A version that has, or had, the material with this fingerprint: the first by key and number.
    async fn find_version_of(
        &self,
        material: &Fingerprint,
    ) -> Records<Option<(KeyId, VersionNumber)>>;
    /// One version, read over another connection than the one that wrote it.
    async fn read_back_version(
        &self,
        key: KeyId,
        version: VersionNumber,
    ) -> Records<Option<KeyVersion>>;
}

/// Reads of KMS keys.
#[async_trait]
pub trait KmsKeyRecords: Send + Sync + 'static {
    /// By id.
    async fn find_kms_key(&self, id: KmsKeyId) -> Records<Option<KmsKey>>;
    /// By the ARN of any of its places.
    async fn find_kms_key_by_arn(&self, arn: &KmsKeyArn) -> Records<Option<KmsKey>>;
    /// By name or by an alias that its intent wants; several where several match.
    async fn find_kms_keys_called(&self, name_or_alias: &str) -> Records<Vec<KmsKey>>;
    /// A page, by name.
    async fn list_kms_keys(&self, filter: &KmsKeyFilter, page: &Page) -> Records<PageOf<KmsKey>>;
}

/// What a schedule rotates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RotationSubject {
    /// The access key of a connection.
    Connection(ConnectionId),
    /// A key in the vault.
    Key(KeyId),
    /// A KMS key.
    KmsKey(KmsKeyId),
}

/// A rotation whose time has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DueRotation {
    /// Of what.
    pub subject: RotationSubject,
    /// Since when it is due.
    pub due_at: Timestamp,
}

/// A destruction whose time has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DueDestruction {
    /// Of which key.
    pub key: KeyId,
    /// Of which version.
    pub version: VersionNumber,
    /// Since when it is due.
    pub due_at: Timestamp,
    /// When people were told that it comes next.
    pub announced_at: Option<Timestamp>,
}

/// Reads of what schedules have to do.
#[async_trait]
pub trait ScheduleRecords: Send + Sync + 'static {
    /// Rotations of keys, of KMS keys that are ACTIVE, and of the access keys of connections, that are due at `now`: the oldest first, then by id; at most `limit`.
    async fn due_rotations(&self, now: Timestamp, limit: u32) -> Records<Vec<DueRotation>>;
    /// When the next one that is not due at `now` becomes due.
    async fn next_rotation(&self, now: Timestamp) -> Records<Option<Timestamp>>;
    /// Destructions of versions that are due at `now`: the oldest first, then by key and number; at most `limit`.
    async fn due_destructions(&self, now: Timestamp, limit: u32) -> Records<Vec<DueDestruction>>;
    /// When the next one that is not due at `now` becomes due.
    async fn next_destruction(&self, now: Timestamp) -> Records<Option<Timestamp>>;
}

/// Reads of jobs.
#[async_trait]
pub trait JobRecords: Send + Sync + 'static {
    /// By id.
    async fn find_job(&self, id: JobId) -> Records<Option<Job>>;
    /// The groups that own what a job is about.
    async fn list_job_groups(&self, job: JobId) -> Records<BTreeSet<GroupId>>;
    /// The job that a request with this idempotency key made.
    async fn find_job_by_idempotency_key(&self, actor: &str, key: &str) -> Records<Option<Job>>;
    /// A page, newest first.
    async fn list_jobs(&self, filter: &JobFilter, page: &Page) -> Records<PageOf<Job>>;
    /// All targets of a job, in their order.
    async fn list_targets(&self, job: JobId) -> Records<Vec<Target>>;
    /// A page of targets, in their order.
    async fn page_targets(&self, filter: &TargetFilter, page: &Page) -> Records<PageOf<Target>>;
    /// By id.
    async fn find_target(&self, id: TargetId) -> Records<Option<Target>>;
    /// Open targets (not done, stuck or cancelled) that are due at `now`, by priority, then age; at most `limit`.
    /// Those of paused jobs are left out.
    async fn due_targets(&self, now: Timestamp, limit: u32) -> Records<Vec<Target>>;
    /// When the next open target that is not due at `now`, and whose job is not paused, becomes due.
    async fn next_due(&self, now: Timestamp) -> Records<Option<Timestamp>>;
    /// All attempts of a target, oldest first.
    async fn list_attempts(&self, target: TargetId) -> Records<Vec<Attempt>>;
    /// One attempt.
    async fn find_attempt(&self, id: AttemptId) -> Records<Option<Attempt>>;
    /// Attempts recorded as being sent in a lane under an epoch below `epoch`: their sender is gone, so their
    /// outcome is unknown.
    async fn orphaned_attempts(&self, lane: &Lane, epoch: u64) -> Records<Vec<Attempt>>;
    /// Attempts of all targets on one subject that have no outcome (*sending*, *unknown*), however old and many they
    /// are, or are done at or after `since`; oldest first.
    async fn recent_attempts(&self, subject: Subject, since: Timestamp) -> Records<Vec<Attempt>>;
    /// Open targets on one subject.
    async fn open_targets_on(&self, subject: Subject) -> Records<Vec<Target>>;
}

/// Reads of people, tokens, sessions and seals.
#[async_trait]
pub trait AccessRecords: Send + Sync + 'static {
    /// By id.
    async fn find_user(&self, id: UserId) -> Records<Option<User>>;
    /// By name, however it is written.
    async fn find_user_by_name(&self, name: &CanonicalName) -> Records<Option<User>>;
    /// All, by name.
    async fn list_users(&self) -> Records<Vec<User>>;
    /// By the SHA-256 of the token.
    async fn find_token(&self, hash: &[u8; 32]) -> Records<Option<ApiToken>>;
    /// By id.
    async fn find_token_by_id(&self, id: TokenId) -> Records<Option<ApiToken>>;
    /// All of a user, newest first.
    async fn list_tokens(&self, user: UserId) -> Records<Vec<ApiToken>>;
    /// By the SHA-256 of the cookie.
    async fn find_session(&self, hash: &[u8; 32]) -> Records<Option<Session>>;
    /// By id.
    async fn find_session_by_id(&self, id: SessionId) -> Records<Option<Session>>;
    /// All of a user, those that are over included, newest first.
    async fn list_sessions(&self, user: UserId) -> Records<Vec<Session>>;
    /// How often it was tried to sign in under a name, by the SHA-256 of its canonical form.
    async fn find_sign_in_tries(&self, name: &[u8; 32]) -> Records<Option<SignInTries>>;
    /// All seals.
    async fn list_seals(&self) -> Records<Vec<Seal>>;
    /// By id.
    async fn find_seal(&self, id: SealId) -> Records<Option<Seal>>;
    /// The keyring, sealed under the root key; `None` before `init`.
    async fn find_keyring(&self) -> Records<Option<SealedKeyring>>;
}

/// Reads of sweeps, found keys and alerts.
#[async_trait]
pub trait FleetRecords: Send + Sync + 'static {
    /// By id.
    async fn find_sweep(&self, id: SweepId) -> Records<Option<Sweep>>;
    /// By what it looks through.
    async fn find_sweep_of(
        &self,
        connection: ConnectionId,
        region: &Region,
    ) -> Records<Option<Sweep>>;
    /// All, by connection and Region.
    async fn list_sweeps(&self) -> Records<Vec<Sweep>>;
    /// By ARN.
    async fn find_found_key(&self, arn: &KmsKeyArn) -> Records<Option<FoundKey>>;
    /// A page, by ARN.
    async fn list_found_keys(
        &self,
        filter: &FoundKeyFilter,
        page: &Page,
    ) -> Records<PageOf<FoundKey>>;
    /// By id.
    async fn find_alert(&self, id: AlertId) -> Records<Option<Alert>>;
    /// The open ones about one subject, by code.
    async fn open_alerts_on(&self, subject: Subject) -> Records<Vec<Alert>>;
    /// A page, newest first.
    async fn list_alerts(&self, filter: &AlertFilter, page: &Page) -> Records<PageOf<Alert>>;
}

/// Reads of destinations of alerts, and of deliveries to them.
#[async_trait]
pub trait DeliveryRecords: Send + Sync + 'static {
    /// By id.
    async fn find_destination(&self, id: DestinationId) -> Records<Option<AlertDestination>>;
    /// By name.
    async fn find_destination_by_name(&self, name: &Name) -> Records<Option<AlertDestination>>;
    /// All, by name.
    async fn list_destinations(&self) -> Records<Vec<AlertDestination>>;
    /// Pending deliveries that are due at `now`: the oldest first, then by alert and destination; at most `limit`.
    async fn due_deliveries(&self, now: Timestamp, limit: u32) -> Records<Vec<Delivery>>;
    /// All of one alert, by destination.
    async fn deliveries_of(&self, alert: AlertId) -> Records<Vec<Delivery>>;
}

/// Reads of the audit log.
#[async_trait]
pub trait AuditRecords: Send + Sync + 'static {
    /// By id.
    async fn find_audit_destination(&self, id: DestinationId) -> Records<Option<AuditDestination>>;
    /// By name.
    async fn find_audit_destination_by_name(
        &self,
        name: &Name,
    ) -> Records<Option<AuditDestination>>;
    /// All, by name.
    async fn list_audit_destinations(&self) -> Records<Vec<AuditDestination>>;
    /// Number of leaves.
    async fn audit_size(&self) -> Records<u64>;
    /// Leaves from an index on, in order; at most `limit`.
    async fn list_leaves(&self, from: u64, limit: u32) -> Records<Vec<AuditRecord>>;
    /// A page of leaves that match, newest first.
    async fn find_leaves(&self, filter: &AuditFilter, page: &Page) -> Records<PageOf<AuditRecord>>;
    /// Hashes of leaves from an index on, in order; at most `limit`.
    async fn list_leaf_hashes(&self, from: u64, limit: u32) -> Records<Vec<[u8; 32]>>;
    /// Hashes of a level above the leaves (from 1) from a place on, in order; at most `limit`.
    async fn list_audit_nodes(&self, level: u32, from: u64, limit: u32) -> Records<Vec<[u8; 32]>>;
    /// The key that signs checkpoints, once there is one.
    async fn find_audit_key(&self) -> Records<Option<AuditKey>>;
    /// The checkpoint over exactly so many leaves.
    async fn find_checkpoint(&self, size: u64) -> Records<Option<AuditCheckpoint>>;
    /// The checkpoint over most leaves.
    async fn latest_checkpoint(&self) -> Records<Option<AuditCheckpoint>>;
    /// The one over most leaves whose note was written anew since, that is, with cosignatures.
    async fn latest_cosigned_checkpoint(&self) -> Records<Option<AuditCheckpoint>>;
}

/// The part of the records that the engine uses.
pub trait EngineRecords: Commits + JobRecords {}

impl<T: Commits + JobRecords + ?Sized> EngineRecords for T {}

/// Everything that can be read. Whoever has only this changes nothing.
pub trait ReadRecords:
    JobRecords
    + ConfigurationRecords
    + KeyRecords
    + KmsKeyRecords
    + FleetRecords
    + DeliveryRecords
    + ScheduleRecords
    + AccessRecords
    + ApplicationRecords
    + AuthorityRecords
    + PreparationRecords
    + ProviderRecords
    + ApprovalRecords
    + PolicyRecords
    + AuditRecords
{
}

impl<T> ReadRecords for T where
    T: JobRecords
        + ConfigurationRecords
        + KeyRecords
        + KmsKeyRecords
        + FleetRecords
        + DeliveryRecords
        + ScheduleRecords
        + AccessRecords
        + ApplicationRecords
        + AuthorityRecords
        + PreparationRecords
        + ProviderRecords
        + ApprovalRecords
        + PolicyRecords
        + AuditRecords
{
}

/// Everything, for composition.
pub trait AllRecords: EngineRecords + ReadRecords {}

impl<T: Commits + ReadRecords> AllRecords for T {}
