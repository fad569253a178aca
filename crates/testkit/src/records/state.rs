//! All tables, and the tools that every change needs.

use std::collections::BTreeSet;

use jiff::Timestamp;
use keyferry_domain::approval::{Approval, ApprovalClass, ApprovalRule};
use keyferry_domain::arn::{KmsKeyArn, Lane};
use keyferry_domain::connection::Connection;
use keyferry_domain::crypto_policy::SetPolicy;
use keyferry_domain::group::Group;
use keyferry_domain::id::{
    AlertId, ApplicationCertificateId, ApplicationId, ApplicationKeyId, ApprovalId, AssignmentId,
    AttemptId, ConnectionId, DestinationId, GroupId, JobId, KeyId, KeystoreId, KmsKeyId,
    PreparationId, ProviderId, SealId, SessionId, SignInRuleId, SweepId, TargetId, TokenId,
    UsePeriodId, UserId,
};
use keyferry_domain::key::{KeyVersion, ManagedKey};
use keyferry_domain::key_link::{Copied, KeyLink};
use keyferry_domain::keystore::Keystore;
use keyferry_domain::kms_key::KmsKey;
use keyferry_domain::name::Name;
use keyferry_domain::preparation::Preparation;
use keyferry_domain::use_period::UsePeriod;
use keyferry_domain::version::VersionNumber;
use keyferry_ports::records::{
    AccessPolicy, Alert, AlertDestination, ApiToken, Application, ApplicationCertificate,
    ApplicationKey, Attempt, AuditCheckpoint, AuditDestination, AuditKey, AuditLeaf, CustomRole,
    Delivery, Expect, FoundKey, Job, Priority, ProviderIdentity, Records, RecordsError,
    RoleAssignment, Seal, SealedKeyring, Session, SignInCode, SignInFlow, SignInProvider,
    SignInRule, SignInTries, Subject, Sweep, Target, User,
};

use uuid::Uuid;

use super::table::Table;

/// A lane's row.
#[derive(Clone, Debug)]
pub(super) struct LaneRow {
    pub(super) owner: String,
    pub(super) epoch: u64,
    pub(super) until: Timestamp,
}

/// Where an open target stands in the queue: priority, due time, job, place within the job.
pub(super) type QueuePlace = (Priority, Timestamp, JobId, u32);

/// By what KMS keys are looked up.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum KmsKeyWord {
    /// Of any place.
    Arn(KmsKeyArn),
    /// Ours of it.
    Name(Name),
    /// Without `alias/`.
    Alias(String),
}

impl KmsKeyWord {
    pub(super) fn all_of(row: &KmsKey) -> BTreeSet<Self> {
        let aliases = row.intent.aliases.iter().map(|alias| {
            let text = alias.as_str();
            Self::Alias(text.strip_prefix("alias/").unwrap_or(text).to_owned())
        });
        let arns = row.arns().cloned().map(Self::Arn);
        let name = [Self::Name(row.name.clone())];
        aliases.chain(arns).chain(name).collect()
    }
}

macro_rules! state {
    ($($field:ident: $key:ty => $row:ty),+ $(,)?) => {
        /// Every table, with its indexes as tables of their own.
        #[derive(Clone, Debug, Default)]
        pub(super) struct State { $(pub(super) $field: Table<$key, $row>),+ }

        impl State {
            /// Makes everything since the last call permanent.
            pub(super) fn keep(&mut self) { $(self.$field.keep();)+ }

            /// Takes back everything since the last [`State::keep`].
            pub(super) fn roll_back(&mut self) { $(self.$field.roll_back();)+ }
        }
    };
}

state! {
    groups: GroupId => Group,
    connections: ConnectionId => Connection,
    keystores: KeystoreId => Keystore,
    settings: String => String,
    keys: KeyId => ManagedKey,
    key_links: Copied => KeyLink,
    versions: (KeyId, VersionNumber) => KeyVersion,
    kms_keys: KmsKeyId => KmsKey,
    made_disabled: KmsKeyId => (),
    holders: (KeyId, VersionNumber, KmsKeyId) => Option<(Name, Option<KmsKeyArn>)>,
    kms_key_words: (KmsKeyWord, KmsKeyId) => (),
    sweeps: SweepId => Sweep,
    found_keys: KmsKeyArn => FoundKey,
    alerts: AlertId => Alert,
    open_alerts: (Subject, AlertId) => (),
    destinations: DestinationId => AlertDestination,
    deliveries: (AlertId, DestinationId) => Delivery,
    jobs: JobId => Job,
    jobs_by_idempotency_key: (String, String) => JobId,
    job_groups: JobId => BTreeSet<GroupId>,
    targets: TargetId => Target,
    targets_of_job: (JobId, u32) => TargetId,
    targets_on: (Subject, JobId, u32) => TargetId,
    queue: QueuePlace => TargetId,
    attempts: u64 => Attempt,
    attempt_places: AttemptId => u64,
    attempts_of_target: (TargetId, u64) => (),
    attempts_on: (Subject, u64) => (),
    attempts_being_sent: u64 => (),
    lanes: Lane => LaneRow,
    users: UserId => User,
    tokens: TokenId => ApiToken,
    sessions: SessionId => Session,
    sign_in_tries: [u8; 32] => SignInTries,
    applications: ApplicationId => Application,
    application_keys: ApplicationKeyId => ApplicationKey,
    certificates: ApplicationCertificateId => ApplicationCertificate,
    assignments: AssignmentId => RoleAssignment,
    custom_roles: Name => CustomRole,
    access_policies: Name => AccessPolicy,
    rights: () => u64,
    providers: ProviderId => SignInProvider,
    rules: SignInRuleId => SignInRule,
    identities: UserId => ProviderIdentity,
    flows: [u8; 32] => SignInFlow,
    codes: [u8; 32] => SignInCode,
    approval_rules: (Option<GroupId>, ApprovalClass) => ApprovalRule,
    approvals: ApprovalId => Approval,
    crypto_policies: Option<GroupId> => SetPolicy,
    use_periods: UsePeriodId => UsePeriod,
    preparations: PreparationId => Preparation,
    seals: SealId => Seal,
    keyring: () => SealedKeyring,
    leaves: u64 => AuditLeaf,
    leaf_groups: u64 => BTreeSet<GroupId>,
    deleted_groups: GroupId => (),
    audit_destinations: DestinationId => AuditDestination,
    audit_key: () => AuditKey,
    checkpoints: u64 => AuditCheckpoint,
    cosigned: u64 => (),
    audit_nodes: (u32, u64) => [u8; 32],
}

impl State {
    /// KMS keys with this word, by id.
    pub(super) fn kms_keys_with(&self, word: KmsKeyWord) -> impl Iterator<Item = &KmsKey> {
        let first = (word.clone(), KmsKeyId::new(Uuid::nil()));
        let found = self.kms_key_words.range(first..).map(|(key, ())| key);
        let found = found.take_while(move |key| key.0 == word);
        found.filter_map(|(_, id)| Some(self.kms_keys.get(id)?.as_ref()))
    }

    /// Writes a row with its words.
    pub(super) fn put_kms_key_row(&mut self, row: KmsKey) {
        self.remove_kms_key_words(row.id);
        for word in KmsKeyWord::all_of(&row) {
            self.kms_key_words.put((word, row.id), ());
        }
        self.kms_keys.put(row.id, row);
    }

    /// Removes the words of a row.
    pub(super) fn remove_kms_key_words(&mut self, id: KmsKeyId) {
        let old = self.kms_keys.get(&id).map(|row| KmsKeyWord::all_of(row));
        for word in old.unwrap_or_default() {
            self.kms_key_words.remove(&(word, id));
        }
    }
}

/// Stored times have whole microseconds, as the databases have.
pub(super) fn whole_micros(time: Timestamp) -> Timestamp {
    Timestamp::from_microsecond(time.as_microsecond()).unwrap_or(time)
}

/// A conflict over `what`.
pub(super) fn conflict<T>(what: &'static str) -> Records<T> {
    Err(RecordsError::Conflict { what })
}

/// A conflict over `what` unless `holds`.
pub(super) fn ensure(holds: bool, what: &'static str) -> Records<()> {
    if holds { Ok(()) } else { conflict(what) }
}

/// The revision that a written row gets.
pub(super) fn next_revision(
    expect: Expect,
    found: Option<u64>,
    what: &'static str,
) -> Records<u64> {
    match (expect, found) {
        (Expect::New, None) => Ok(1),
        (Expect::Revision(seen), Some(now)) if seen == now => Ok(now + 1),
        _ => conflict(what),
    }
}

/// Whether a row may be removed.
pub(super) fn ensure_seen(expect: Expect, found: Option<u64>, what: &'static str) -> Records<()> {
    match (expect, found) {
        (Expect::Revision(seen), Some(now)) if seen == now => Ok(()),
        _ => conflict(what),
    }
}
