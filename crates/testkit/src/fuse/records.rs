//! Records whose commits pass a fuse.

use std::sync::Arc;

use std::collections::BTreeSet;

use async_trait::async_trait;
use jiff::Timestamp;
use keyferry_domain::approval::{Approval, ApprovalRule};
use keyferry_domain::arn::{KmsKeyArn, Lane, Region};
use keyferry_domain::certificate_name::CertificateName;
use keyferry_domain::connection::Connection;
use keyferry_domain::crypto_policy::SetPolicy;
use keyferry_domain::destruction::Holder;
use keyferry_domain::group::Group;
use keyferry_domain::id::{
    AlertId, ApplicationId, ApprovalId, AssignmentId, AttemptId, ConnectionId, DestinationId,
    GroupId, JobId, KeyId, KeystoreId, KmsKeyId, PreparationId, ProviderId, SealId, SessionId,
    SignInRuleId, SweepId, TargetId, TokenId, UsePeriodId, UserId,
};
use keyferry_domain::key::{KeyVersion, ManagedKey};
use keyferry_domain::key_link::{Copied, KeyLink};
use keyferry_domain::keystore::Keystore;
use keyferry_domain::kms_key::KmsKey;
use keyferry_domain::material::Fingerprint;
use keyferry_domain::name::Name;
use keyferry_domain::preparation::{Preparation, Prepared};
use keyferry_domain::use_period::UsePeriod;
use keyferry_domain::version::VersionNumber;
use keyferry_ports::records::{
    AccessPolicy, AccessRecords, Alert, AlertDestination, AlertFilter, AllRecords, ApiToken,
    Application, ApplicationCertificate, ApplicationKey, ApplicationRecords, ApprovalFilter,
    ApprovalRecords, Attempt, AuditCheckpoint, AuditDestination, AuditFilter, AuditKey,
    AuditRecord, AuditRecords, AuthorityRecords, Batch, CanonicalName, Commits,
    ConfigurationRecords, CustomRole, Delivery, DeliveryRecords, DueDestruction, DueRotation,
    FleetRecords, FoundKey, FoundKeyFilter, Job, JobFilter, JobRecords, KeyCalled, KeyFilter,
    KeyLook, KeyRecords, KeyTies, KmsKeyFilter, KmsKeyRecords, LaneLease, Page, PageOf,
    PolicyRecords, PreparationRecords, ProviderIdentity, ProviderRecords, Records, RoleAssignment,
    RoleHolder, ScheduleRecords, Seal, SealedKeyring, Session, SignInCode, SignInFlow,
    SignInProvider, SignInRule, SignInTries, Subject, Sweep, Target, TargetFilter, UsePeriodFilter,
    User,
};

use super::{Fuse, Point};

/// Records whose commits pass a fuse. Reads go straight through.
#[derive(Debug)]
pub struct Fused<R: ?Sized> {
    fuse: Arc<Fuse>,
    inner: Arc<R>,
}

impl<R: ?Sized> Fused<R> {
    /// Puts a fuse before records.
    pub fn new(inner: Arc<R>, fuse: Arc<Fuse>) -> Self {
        Self { fuse, inner }
    }
}

#[async_trait]
impl<R: AllRecords + ?Sized> Commits for Fused<R> {
    async fn commit(&self, batch: Batch) -> Records<()> {
        self.fuse.pass(Point::BeforeCommit).await?;
        let written = self.inner.commit(batch).await;
        self.fuse.pass(Point::AfterCommit).await?;
        written
    }

    async fn lease_lane(
        &self,
        lane: &Lane,
        owner: &str,
        now: Timestamp,
        until: Timestamp,
    ) -> Records<Option<LaneLease>> {
        self.fuse.pass(Point::BeforeLease).await?;
        let lease = self.inner.lease_lane(lane, owner, now, until).await;
        self.fuse.pass(Point::AfterLease).await?;
        lease
    }
}

/// Reads that go straight through.
macro_rules! reads {
    ($port:ident { $(fn $name:ident($($arg:ident: $kind:ty),*) -> $out:ty;)+ }) => {
        #[async_trait]
        impl<R: AllRecords + ?Sized> $port for Fused<R> {
            $(async fn $name(&self, $($arg: $kind),*) -> Records<$out> {
                self.inner.$name($($arg),*).await
            })+
        }
    };
}

reads!(ConfigurationRecords {
    fn find_connection(id: ConnectionId) -> Option<Connection>;
    fn find_connection_by_name(name: &Name) -> Option<Connection>;
    fn list_connections() -> Vec<Connection>;
    fn find_keystore(id: KeystoreId) -> Option<Keystore>;
    fn find_keystore_by_name(name: &Name) -> Option<Keystore>;
    fn list_keystores() -> Vec<Keystore>;
    fn list_groups() -> Vec<Group>;
    fn find_setting(name: &str) -> Option<String>;
});

reads!(KeyRecords {
    fn find_key(id: KeyId) -> Option<ManagedKey>;
    fn find_keys_called(name: &Name) -> Vec<ManagedKey>;
    fn list_keys(filter: &KeyFilter, page: &Page) -> PageOf<ManagedKey>;
    fn list_versions(key: KeyId) -> Vec<KeyVersion>;
    fn find_key_ties(key: KeyId) -> KeyTies;
    fn look_at_keys(called: &KeyCalled) -> KeyLook;
    fn list_key_links(source: KeyId) -> Vec<KeyLink>;
    fn find_key_link(copy: Copied) -> Option<KeyLink>;
    fn holders(key: KeyId, version: VersionNumber) -> Vec<Holder>;
    fn holders_of_all(key: KeyId) -> Vec<(VersionNumber, Holder)>;
    fn find_version_of(material: &Fingerprint) -> Option<(KeyId, VersionNumber)>;
    fn read_back_version(key: KeyId, version: VersionNumber) -> Option<KeyVersion>;
});

reads!(KmsKeyRecords {
    fn find_kms_key(id: KmsKeyId) -> Option<KmsKey>;
    fn find_kms_key_by_arn(arn: &KmsKeyArn) -> Option<KmsKey>;
    fn find_kms_keys_called(name_or_alias: &str) -> Vec<KmsKey>;
    fn list_kms_keys(filter: &KmsKeyFilter, page: &Page) -> PageOf<KmsKey>;
});

reads!(ScheduleRecords {
    fn due_rotations(now: Timestamp, limit: u32) -> Vec<DueRotation>;
    fn next_rotation(now: Timestamp) -> Option<Timestamp>;
    fn due_destructions(now: Timestamp, limit: u32) -> Vec<DueDestruction>;
    fn next_destruction(now: Timestamp) -> Option<Timestamp>;
});

reads!(JobRecords {
    fn find_job(id: JobId) -> Option<Job>;
    fn list_job_groups(job: JobId) -> BTreeSet<GroupId>;
    fn find_job_by_idempotency_key(actor: &str, key: &str) -> Option<Job>;
    fn list_jobs(filter: &JobFilter, page: &Page) -> PageOf<Job>;
    fn list_targets(job: JobId) -> Vec<Target>;
    fn page_targets(filter: &TargetFilter, page: &Page) -> PageOf<Target>;
    fn find_target(id: TargetId) -> Option<Target>;
    fn due_targets(now: Timestamp, limit: u32) -> Vec<Target>;
    fn next_due(now: Timestamp) -> Option<Timestamp>;
    fn list_attempts(target: TargetId) -> Vec<Attempt>;
    fn find_attempt(id: AttemptId) -> Option<Attempt>;
    fn orphaned_attempts(lane: &Lane, epoch: u64) -> Vec<Attempt>;
    fn recent_attempts(subject: Subject, since: Timestamp) -> Vec<Attempt>;
    fn open_targets_on(subject: Subject) -> Vec<Target>;
});

reads!(AccessRecords {
    fn find_user(id: UserId) -> Option<User>;
    fn find_user_by_name(name: &CanonicalName) -> Option<User>;
    fn list_users() -> Vec<User>;
    fn find_token(hash: &[u8; 32]) -> Option<ApiToken>;
    fn find_token_by_id(id: TokenId) -> Option<ApiToken>;
    fn list_tokens(user: UserId) -> Vec<ApiToken>;
    fn find_session(hash: &[u8; 32]) -> Option<Session>;
    fn find_session_by_id(id: SessionId) -> Option<Session>;
    fn list_sessions(user: UserId) -> Vec<Session>;
    fn find_sign_in_tries(name: &[u8; 32]) -> Option<SignInTries>;
    fn list_seals() -> Vec<Seal>;
    fn find_seal(id: SealId) -> Option<Seal>;
    fn find_keyring() -> Option<SealedKeyring>;
});

reads!(ApplicationRecords {
    fn find_application(id: ApplicationId) -> Option<Application>;
    fn find_application_by_name(name: &Name) -> Option<Application>;
    fn list_applications() -> Vec<Application>;
    fn find_application_key(hash: &[u8; 32]) -> Option<ApplicationKey>;
    fn list_application_keys(of: ApplicationId) -> Vec<ApplicationKey>;
    fn find_certificate(name: &CertificateName) -> Option<ApplicationCertificate>;
    fn list_certificates(of: ApplicationId) -> Vec<ApplicationCertificate>;
});

reads!(AuthorityRecords {
    fn list_assignments_of(holder: RoleHolder) -> Vec<RoleAssignment>;
    fn list_assignments() -> Vec<RoleAssignment>;
    fn find_assignment(id: AssignmentId) -> Option<RoleAssignment>;
    fn list_custom_roles() -> Vec<CustomRole>;
    fn list_access_policies() -> Vec<AccessPolicy>;
    fn rights_revision() -> u64;
});

reads!(ProviderRecords {
    fn find_provider(id: ProviderId) -> Option<SignInProvider>;
    fn find_provider_by_name(name: &Name) -> Option<SignInProvider>;
    fn list_providers() -> Vec<SignInProvider>;
    fn list_sign_in_rules(provider: ProviderId) -> Vec<SignInRule>;
    fn find_sign_in_rule(id: SignInRuleId) -> Option<SignInRule>;
    fn find_identity(user: UserId) -> Option<ProviderIdentity>;
    fn find_identity_by_subject(provider: ProviderId, subject: &str) -> Option<ProviderIdentity>;
    fn find_awaited_identity(provider: ProviderId, name: &str) -> Option<ProviderIdentity>;
    fn list_identities(provider: ProviderId) -> Vec<ProviderIdentity>;
    fn find_sign_in_flow(state: &[u8; 32]) -> Option<SignInFlow>;
    fn count_sign_in_flows() -> u64;
    fn find_sign_in_code(hash: &[u8; 32]) -> Option<SignInCode>;
});

reads!(ApprovalRecords {
    fn list_approval_rules() -> Vec<ApprovalRule>;
    fn find_approval(id: ApprovalId) -> Option<Approval>;
    fn list_approvals(filter: &ApprovalFilter, page: &Page) -> PageOf<Approval>;
});

reads!(PolicyRecords {
    fn list_crypto_policies() -> Vec<SetPolicy>;
    fn find_use_period(id: UsePeriodId) -> Option<UsePeriod>;
    fn list_open_use_periods(application: ApplicationId, at: Timestamp) -> Vec<UsePeriod>;
    fn list_use_periods(filter: &UsePeriodFilter, page: &Page) -> PageOf<UsePeriod>;
});

reads!(PreparationRecords {
    fn find_preparation(id: PreparationId) -> Option<Preparation>;
    fn find_preparation_of(what: Prepared) -> Option<Preparation>;
    fn list_preparations() -> Vec<Preparation>;
});

reads!(FleetRecords {
    fn find_sweep(id: SweepId) -> Option<Sweep>;
    fn find_sweep_of(connection: ConnectionId, region: &Region) -> Option<Sweep>;
    fn list_sweeps() -> Vec<Sweep>;
    fn find_found_key(arn: &KmsKeyArn) -> Option<FoundKey>;
    fn list_found_keys(filter: &FoundKeyFilter, page: &Page) -> PageOf<FoundKey>;
    fn find_alert(id: AlertId) -> Option<Alert>;
    fn open_alerts_on(subject: Subject) -> Vec<Alert>;
    fn list_alerts(filter: &AlertFilter, page: &Page) -> PageOf<Alert>;
});

reads!(DeliveryRecords {
    fn find_destination(id: DestinationId) -> Option<AlertDestination>;
    fn find_destination_by_name(name: &Name) -> Option<AlertDestination>;
    fn list_destinations() -> Vec<AlertDestination>;
    fn due_deliveries(now: Timestamp, limit: u32) -> Vec<Delivery>;
    fn deliveries_of(alert: AlertId) -> Vec<Delivery>;
});

reads!(AuditRecords {
    fn find_audit_destination(id: DestinationId) -> Option<AuditDestination>;
    fn find_audit_destination_by_name(name: &Name) -> Option<AuditDestination>;
    fn list_audit_destinations() -> Vec<AuditDestination>;
    fn audit_size() -> u64;
    fn list_leaves(from: u64, limit: u32) -> Vec<AuditRecord>;
    fn find_leaves(filter: &AuditFilter, page: &Page) -> PageOf<AuditRecord>;
    fn list_leaf_hashes(from: u64, limit: u32) -> Vec<[u8; 32]>;
    fn list_audit_nodes(level: u32, from: u64, limit: u32) -> Vec<[u8; 32]>;
    fn find_audit_key() -> Option<AuditKey>;
    fn find_checkpoint(size: u64) -> Option<AuditCheckpoint>;
    fn latest_checkpoint() -> Option<AuditCheckpoint>;
    fn latest_cosigned_checkpoint() -> Option<AuditCheckpoint>;
});
