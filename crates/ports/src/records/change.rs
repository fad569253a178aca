//! What can be written.

use std::collections::{BTreeMap, BTreeSet};

use keyferry_domain::approval::{Approval, ApprovalClass, ApprovalRule};
use keyferry_domain::arn::KmsKeyArn;
use keyferry_domain::connection::Connection;
use keyferry_domain::crypto_policy::SetPolicy;
use keyferry_domain::destruction::Erasure;
use keyferry_domain::group::Group;
use keyferry_domain::id::{
    ApplicationCertificateId, ApplicationId, ApplicationKeyId, AssignmentId, ConnectionId,
    DestinationId, GroupId, JobId, KeyId, KeystoreId, KmsKeyId, PreparationId, ProviderId, SealId,
    SessionId, SignInRuleId, UsePeriodId, UserId,
};
use keyferry_domain::key::{KeyVersion, ManagedKey};
use keyferry_domain::key_link::KeyLink;
use keyferry_domain::keystore::Keystore;
use keyferry_domain::kms_key::KmsKey;
use keyferry_domain::material::SealedMaterial;
use keyferry_domain::name::Name;
use keyferry_domain::preparation::Preparation;
use keyferry_domain::use_period::UsePeriod;
use keyferry_domain::version::{VersionNumber, VersionState};

use jiff::Timestamp;

use super::access::{ApiToken, Seal, SealedKeyring, Session, SignInTries, User};
use super::application::{Application, ApplicationCertificate, ApplicationKey};
use super::approval::Consent;
use super::audit::{AuditCheckpoint, AuditKey, AuditLeaf, AuditNode, Claim};
use super::audit_destination::AuditDestination;
use super::authority::{AccessPolicy, CustomRole, RoleAssignment};
use super::delivery::{AlertDestination, Delivery};
use super::fleet::{Alert, FoundKey, Sweep};
use super::jobs::{Attempt, Job, LaneClaim, Target};
use super::provider::{ProviderIdentity, SignInCode, SignInFlow, SignInProvider, SignInRule};

/// The conflict of a destruction with a KMS key that needs the version.
pub const VERSION_NEEDED: &str = "key version that a kms key needs";

/// The conflict of a KMS key that begins to need a version with the destruction of that version.
pub const VERSION_DOOMED: &str = "key version that is destroyed";

/// The conflict of a page with a cursor that no page ended with.
pub const BAD_CURSOR: &str = "list cursor";

/// The conflict of a batch with the end of the access in whose name it is.
pub const ACCESS_ENDED: &str = "access of the person";
/// The conflict of a role with another that the same holder has.
pub const ROLE_EXCLUDED: &str = "role that excludes it";
/// The conflict of giving a role that its holder has there already, and of taking one that is not there.
pub const ROLE_ASSIGNMENT: &str = "role assignment";
/// The conflict of removing a role of one's own with who has it.
pub const ROLE_IN_USE: &str = "role in use";
/// The conflict of a rule with one that is there already, and of removing one that is not.
pub const SIGN_IN_RULE: &str = "sign-in rule";
/// The conflict of an application with another of its name.
pub const APPLICATION_NAME: &str = "application name";
/// The conflict of removing a group with what belongs to it.
pub const GROUP_IN_USE: &str = "group in use";
/// The conflict of taking a role that somebody must have from its last holder.
pub const LAST_HOLDER: &str = "last holder of a role";

/// The conflict of a name in certificates that stands for an application already.
pub const CERTIFICATE_TAKEN: &str = "name in certificates";

/// What a writer expects to find.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expect {
    /// No such row; the new row gets revision 1.
    New,
    /// The row with this revision; it gets the next one.
    Revision(u64),
}

/// One change of one row. The `revision` inside the row is ignored: [`Expect`] decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Write a connection. A taken name is a conflict.
    PutConnection(Connection, Expect),
    /// Remove a connection with its sweeps and found keys; a conflict while keystores use it.
    DeleteConnection(ConnectionId, Expect),
    /// Write a group. A taken name is a conflict.
    PutGroup(Group, Expect),
    /// Remove a group and the roles given in it; a conflict over [`GROUP_IN_USE`] while connections, keystores, keys or KMS keys
    /// belong to it. What is added to it from then on is a conflict over `group`.
    DeleteGroup(GroupId, Expect),
    /// Write a keystore. A taken name is a conflict.
    PutKeystore(Keystore, Expect),
    /// Remove a keystore; a conflict while KMS keys that are not DELETED or RELEASED belong to it.
    DeleteKeystore(KeystoreId, Expect),
    /// Write a key. A name taken in its group is a conflict.
    PutKey(ManagedKey, Expect),
    /// Keep where a copy came from; a conflict where the copy has a source already, or the source is not there.
    InsertKeyLink(KeyLink),
    /// Add a version; a conflict where it exists. Material is never replaced.
    InsertVersion(KeyVersion),
    /// Change a version's NIST state, to any but destroyed; a conflict where it is not `from`.
    SetVersionState {
        /// Whose.
        key: KeyId,
        /// Which.
        version: VersionNumber,
        /// The state that the writer saw.
        from: VersionState,
        /// The new state.
        to: VersionState,
        /// When.
        at: Timestamp,
    },
    /// Schedule the destruction of a version, put it off or cancel it; a conflict over `key version destruction` where the
    /// version's state or due time is another than was seen, and over [`VERSION_NEEDED`] where one is scheduled, and not
    /// only put off, while a KMS key needs the version.
    SetDestruction {
        /// Whose.
        key: KeyId,
        /// Which.
        version: VersionNumber,
        /// The state that the writer saw.
        state: VersionState,
        /// The due time that the writer saw.
        seen: Option<Timestamp>,
        /// The new due time; `None` cancels.
        due: Option<Timestamp>,
        /// When people were told that it comes next; `None` where they were not, or that does not count any more.
        announced: Option<Timestamp>,
    },
    /// Remove a version's sealed material for ever and make the version destroyed; the only change that does. Its public facts
    /// stay. A conflict over `key version destruction` where the version's state is another than was seen; for
    /// [`Erasure::Scheduled`], where its due time is another or it was not announced; for [`Erasure::NoCopyKept`], where a
    /// copy was promised. And over [`VERSION_NEEDED`] where a scheduled destruction is to be carried out while a KMS
    /// key needs the version.
    DestroyVersion {
        /// Whose.
        key: KeyId,
        /// Which.
        version: VersionNumber,
        /// The state that the writer saw.
        from: VersionState,
        /// Why it goes.
        why: Erasure,
        /// When.
        at: Timestamp,
    },
    /// Put the material back of a version that was brought without a copy to be kept, and that went after AWS had it: it
    /// was brought once more, for AWS has lost it. A conflict over `key version destruction` for any other version, and where
    /// it is there.
    BringBackVersion {
        /// Whose.
        key: KeyId,
        /// Which.
        version: VersionNumber,
        /// The same material, sealed anew.
        sealed: SealedMaterial,
        /// The version's state from now on.
        to: VersionState,
        /// When.
        at: Timestamp,
    },
    /// Write a KMS key, and with it what it needs ([`KmsKey::needs`]); a conflict over [`VERSION_DOOMED`] where it begins to
    /// need a version that is destroyed or whose destruction is scheduled.
    PutKmsKey(KmsKey, Expect),
    /// Drop our record of a KMS key. What it needs is remembered, with its name and ARN: see
    /// [`KeyRecords::holders`](super::KeyRecords::holders).
    DeleteKmsKey(KmsKeyId, Expect),
    /// Write a sweep; a conflict where its connection and Region have another one, or the connection is gone.
    PutSweep(Sweep, Expect),
    /// Write a found key, new or not; a conflict where its connection is gone.
    PutFoundKey(FoundKey),
    /// Drop a found key, if it is there: it is managed from now on.
    DeleteFoundKey(KmsKeyArn),
    /// Write an alert; a conflict where another one of its subject and code is open. A new one waits for delivery to every
    /// destination that wants it, save the one that it is about.
    PutAlert(Alert, Expect),
    /// Write a destination of alerts. A taken name is a conflict.
    PutDestination(AlertDestination, Expect),
    /// Remove a destination, with its deliveries.
    DeleteDestination(DestinationId, Expect),
    /// Write how far a delivery is; a conflict where the revision moved.
    PutDelivery(Delivery),
    /// Add a job; a taken idempotency key of that actor is a conflict.
    InsertJob(Job),
    /// Say which groups own what a job is about. A job of no group is seen by nobody.
    InsertJobGroups {
        /// Of which job.
        job: JobId,
        /// The groups.
        groups: BTreeSet<GroupId>,
    },
    /// Write a job's state and progress; a conflict where the revision moved.
    UpdateJob(Job),
    /// Add a target.
    InsertTarget(Target),
    /// Write a target's state, due time, note and tries, and whether it has begun; a conflict where the revision moved.
    /// The job's counts follow in the same transaction.
    UpdateTarget(Target),
    /// Add an attempt in state *sending*; a conflict where the lane's epoch or owner is another.
    InsertAttempt(Attempt, LaneClaim),
    /// Write an attempt's outcome; a conflict where it is already done or refused.
    FinishAttempt(Attempt),
    /// Append to the audit log. Where the leaf is [in somebody's name](AuditLeaf::in_the_name_of) whose access has ended
    /// by then, the whole batch is a conflict over [`ACCESS_ENDED`]; where it is by
    /// [consent](super::Consent::Approved) to a request that was open at another revision, over
    /// [`APPROVAL_SPENT`](super::APPROVAL_SPENT). Else the request is used from then on, and by this run alone.
    AppendAudit(AuditLeaf),
    /// Write a destination of audit entries, or how far sending there is. A taken name is a conflict.
    PutAuditDestination(AuditDestination, Expect),
    /// Remove a destination of audit entries.
    DeleteAuditDestination(DestinationId, Expect),
    /// Keep the log's signing key; a conflict where there is one.
    InsertAuditKey(AuditKey),
    /// Keep a signed checkpoint, with the hashes of the tree that became whole since the one before; a conflict over `audit
    /// checkpoint` unless it covers more leaves than every other.
    AppendCheckpoint(AuditCheckpoint, Vec<AuditNode>),
    /// Write the note of a checkpoint anew, with more cosignatures; a conflict over `audit checkpoint` where it is another than
    /// was seen.
    PutCheckpointNote {
        /// Of the checkpoint over so many leaves.
        size: u64,
        /// The note that the writer saw.
        seen: String,
        /// The new note.
        note: String,
    },
    /// Write a user. A name whose canonical form is taken is a conflict.
    PutUser(User, Expect),
    /// Write a token: new, or revoked.
    PutToken(ApiToken),
    /// Add a session.
    InsertSession(Session),
    /// Note that a session is used; a conflict where it is gone, so that none comes back.
    TouchSession(SessionId, Timestamp),
    /// Note that the person of a session proved who it is; a conflict where it is gone.
    ConfirmSession(SessionId, Timestamp),
    /// Remove a session.
    DeleteSession(SessionId),
    /// Write how often it was tried to sign in under a name.
    PutSignInTries(SignInTries, Expect),
    /// Forget the tries of a name, if there are any.
    DeleteSignInTries([u8; 32]),
    /// Forget all tries whose last one was before this.
    PruneSignInTries(Timestamp),
    /// Write an application. A taken name is a conflict.
    PutApplication(Application, Expect),
    /// Remove an application, with its API keys, names and roles.
    DeleteApplication(ApplicationId, Expect),
    /// Add an API key.
    InsertApplicationKey(ApplicationKey),
    /// Let another API key, which is there, take the place of one, and end that one at `expires_at` at the latest; a conflict
    /// over `application key` where it is revoked or replaced already.
    ReplaceApplicationKey {
        /// Which.
        id: ApplicationKeyId,
        /// By which.
        by: ApplicationKeyId,
        /// When it ends.
        expires_at: Timestamp,
    },
    /// Revoke an API key; a conflict over `application key` where it is revoked already.
    RevokeApplicationKey(ApplicationKeyId, Timestamp),
    /// Let a name in certificates stand for an application; a conflict over [`CERTIFICATE_TAKEN`] where it stands for one.
    InsertCertificate(ApplicationCertificate),
    /// Let it stand for nobody; a conflict where it is not there.
    DeleteCertificate(ApplicationCertificateId),
    /// Give a role. A conflict over [`ROLE_ASSIGNMENT`] where the holder has it there already, and over [`ROLE_EXCLUDED`]
    /// where the holder has one of `excluded` anywhere.
    InsertAssignment {
        /// What is given.
        row: RoleAssignment,
        /// The roles that nobody may have beside it.
        excluded: Vec<Name>,
    },
    /// Take a role; a conflict where it is not there, and over [`LAST_HOLDER`] where nobody else has it and `keep_one`
    /// says that somebody must.
    DeleteAssignment {
        /// Which.
        id: AssignmentId,
        /// Whether somebody must have the role still.
        keep_one: bool,
    },
    /// Nothing, where the roles of one's own are exactly these in these revisions; else a conflict over `role revision`. It comes
    /// before what is decided by what they allow.
    CheckCustomRoles(BTreeMap<Name, u64>),
    /// Nothing, where nobody who has the role has one of `excluded` too; else a conflict over [`ROLE_EXCLUDED`].
    CheckHolders {
        /// Which role.
        role: Name,
        /// The roles that nobody may have beside it.
        excluded: Vec<Name>,
    },
    /// Write a role of one's own. A taken name is a conflict.
    PutCustomRole(CustomRole, Expect),
    /// Remove a role of one's own; a conflict while somebody has it.
    DeleteCustomRole(Name, Expect),
    /// Write an own policy. A taken name is a conflict.
    PutAccessPolicy(AccessPolicy, Expect),
    /// Remove an own policy.
    DeleteAccessPolicy(Name, Expect),
    /// Write an OpenID provider. A taken name is a conflict.
    PutSignInProvider(SignInProvider, Expect),
    /// Remove a provider, with its rules, with who comes by it, and with what was begun there.
    DeleteSignInProvider(ProviderId, Expect),
    /// Add a rule. One that says the same is a conflict over `sign-in rule`, and a provider that is gone over `provider of the
    /// rule`.
    InsertSignInRule(SignInRule),
    /// Remove a rule; a conflict where it is not there.
    DeleteSignInRule(SignInRuleId),
    /// Keep by which provider a person comes. A conflict over `identity at the provider` where the person comes by one already, or
    /// the provider's subject or the name that is waited for is another person's.
    InsertIdentity(ProviderIdentity),
    /// Bind a person who was waited for to the subject that came; a conflict over `identity at the provider` where it is bound
    /// already, or the subject is another person's.
    BindIdentity {
        /// Who.
        user: UserId,
        /// As the provider calls that person for ever.
        subject: String,
        /// When.
        at: Timestamp,
    },
    /// Add a sign-in that was begun at a provider.
    InsertSignInFlow(SignInFlow),
    /// Take a sign-in that was begun, by the SHA-256 of its state; a conflict over `sign-in that was begun` where it is not there:
    /// each ends once.
    TakeSignInFlow([u8; 32]),
    /// Add a code for which the command line gets a session.
    InsertSignInCode(SignInCode),
    /// Take such a code, by its SHA-256; a conflict over `sign-in code` where it is not there: each counts once.
    TakeSignInCode([u8; 32]),
    /// Forget what was begun at providers and lapsed before this: sign-ins and codes.
    PruneSignInFlows(Timestamp),
    /// Forget the oldest of the sign-ins that were begun at providers, until so many are left: of those from one address, or
    /// of all.
    TrimSignInFlows {
        /// From where; `None` is from anywhere.
        begun_from: Option<String>,
        /// How many are left at most.
        keep: u64,
    },
    /// Write a rule about consent. There is one for each group and class.
    PutApprovalRule(ApprovalRule, Expect),
    /// Remove the rule of this group and class.
    DeleteApprovalRule(Option<GroupId>, ApprovalClass, Expect),
    /// Write a crypto policy. There is one for each group, and one for the installation.
    PutCryptoPolicy(SetPolicy, Expect),
    /// Remove the crypto policy of this group or, where there is none, of the installation.
    DeleteCryptoPolicy(Option<GroupId>, Expect),
    /// Write a period of use.
    PutUsePeriod(Box<UsePeriod>, Expect),
    /// Keep a period of use open until the batch is written; a conflict over
    /// [`USE_PERIOD_OVER`](super::USE_PERIOD_OVER) where it is not open at this time.
    HoldUsePeriod(UsePeriodId, Timestamp),
    /// Write a request that waits for consent, and what people said to it.
    PutApproval(Box<Approval>, Expect),
    /// Keep that something is prepared to be taken out; a conflict over [`PREPARED_ALREADY`](super::PREPARED_ALREADY) where it is
    /// already.
    InsertPreparation(Preparation),
    /// End a preparation, taken or not; a conflict over [`PREPARATION_OVER`](super::PREPARATION_OVER) where it is not there: each
    /// ends once.
    EndPreparation(PreparationId),
    /// Forget all preparations that have expired at this time.
    PrunePreparations(Timestamp),
    /// Add a seal. A taken name is a conflict.
    InsertSeal(Seal),
    /// Remove a seal; a conflict where it is the last.
    DeleteSeal(SealId),
    /// Write the keyring.
    PutKeyring(SealedKeyring, Expect),
    /// Write an installation-wide setting (JSON text).
    PutSetting {
        /// Its name.
        name: String,
        /// Its value.
        value: String,
    },
}

/// Changes that are written together or not at all, in order.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Batch {
    /// The changes.
    pub changes: Vec<Change>,
    /// Whether it is only tried: written as any other, so that all of it is checked, and then taken back.
    pub is_trial: bool,
}

impl Batch {
    /// An empty batch.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a change.
    pub fn push(&mut self, change: Change) {
        self.changes.push(change);
    }

    /// Adds a change, for chaining.
    #[must_use]
    pub fn with(mut self, change: Change) -> Self {
        self.changes.push(change);
        self
    }

    /// The same, only tried where `is_trial`. What is only tried stays so.
    #[must_use]
    pub fn tried(self, is_trial: bool) -> Self {
        Self {
            is_trial: self.is_trial || is_trial,
            ..self
        }
    }

    /// Names, in each new job, the request to which people consented and by which the job is written.
    pub fn name_approvals(&mut self) {
        let used = self
            .claims()
            .into_iter()
            .find_map(|claim| match claim.consent() {
                Consent::Approved(used) => Some(used.approval),
                Consent::Nobody | Consent::Trial | Consent::Begun(_) => None,
            });
        for change in &mut self.changes {
            if let Change::InsertJob(job) = change {
                job.approval = job.approval.or(used);
            }
        }
    }

    /// In whose names it is written; each once.
    pub fn claims(&self) -> BTreeSet<Claim> {
        self.changes
            .iter()
            .filter_map(|change| match change {
                Change::AppendAudit(leaf) => leaf.in_the_name_of,
                _ => None,
            })
            .collect()
    }

    /// Whether there is nothing to write.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }
}

impl From<Vec<Change>> for Batch {
    fn from(changes: Vec<Change>) -> Self {
        Self {
            changes,
            is_trial: false,
        }
    }
}
