//! Sample rows, all different, made from a counter: equal runs make equal rows.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use keyferry_domain::arn::{Account, Lane};
use keyferry_domain::connection::{
    AccessKeyCare, Connection, Endpoint, Identity, LinkHealth, LinkMac, LinkSettings, SealedSecret,
    Tier, TlsTrust,
};
use keyferry_domain::drift::Severity;
use keyferry_domain::group::Group;
use keyferry_domain::id::{
    AlertId, ApplicationCertificateId, ApplicationId, ApplicationKeyId, AttemptId, ConnectionId,
    GroupId, JobId, KeyId, KeystoreId, KmsKeyId, OperationId, SealId, SessionId, SweepId, TargetId,
    TokenId, UserId,
};
use keyferry_domain::intent::{Intent, KeyShape, Origin};
use keyferry_domain::key::{KeyVersion, ManagedKey, MaterialOrigin};
use keyferry_domain::key_operation::KeyOperation;
use keyferry_domain::keystore::{HealPolicy, Keystore, OnCancelDeletion, Template};
use keyferry_domain::kms_key::KmsKey;
use keyferry_domain::material::{Fingerprint, SealedMaterial, VersionIdentity};
use keyferry_domain::spec::{KeySpec, KeyUsage};
use keyferry_domain::version::{VersionNumber, VersionState};
use keyferry_domain::view::Place;
use keyferry_ports::records::{
    Alert, ApiToken, Application, ApplicationCertificate, ApplicationKey, Attempt, AttemptState,
    AuditCheckpoint, AuditKey, AuditLeaf, Change, Expect, FoundKey, Job, JobProgress, JobState,
    KeyScope, LaneClaim, Priority, Seal, Session, SignInTries, Subject, Sweep, SweepCounts, Target,
    TargetState, User,
};
use uuid::Uuid;

/// The moment at which samples begin.
pub const START: Timestamp = Timestamp::constant(1_767_225_600, 0);

/// A moment some seconds after [`START`].
pub fn at(seconds: i64) -> Timestamp {
    START + SignedDuration::from_secs(seconds)
}

/// Parses a text that the test knows to be good.
///
/// # Panics
///
/// Where it is not.
pub fn parse<T: std::str::FromStr>(text: &str) -> T {
    match text.parse() {
        Ok(value) => value,
        Err(_) => panic!("the sample {text:?} does not parse"),
    }
}

/// A lane in `eu-west-1` of an account given by its last digits.
pub fn lane(account: u32) -> Lane {
    lane_in(account, "eu-west-1")
}

/// A lane in a Region.
pub fn lane_in(account: u32, region: &str) -> Lane {
    Lane {
        account: self::account(account),
        region: parse(region),
    }
}

/// An account given by its last digits.
pub fn account(number: u32) -> Account {
    Account {
        partition: parse("aws"),
        id: parse(&format!("{number:012}")),
    }
}

/// The claim that `server-a` has on a lane under an epoch.
pub fn claim(lane: &Lane, epoch: u64) -> LaneClaim {
    LaneClaim {
        lane: lane.clone(),
        epoch,
        owner: "server-a".to_owned(),
    }
}

/// Makes rows. Every id and every second is used once.
#[derive(Clone, Debug, Default)]
pub struct Samples {
    used: u32,
}

impl Samples {
    /// Begins to count.
    pub fn new() -> Self {
        Self::default()
    }

    /// Begins to count elsewhere, so that rows differ from those of another maker.
    pub fn starting_at(used: u32) -> Self {
        Self { used }
    }

    /// A UUID that is greater than those before it.
    pub fn uuid(&mut self) -> Uuid {
        self.used += 1;
        Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 + u128::from(self.used))
    }

    fn bytes(&mut self) -> [u8; 32] {
        let mut bytes = [0xa5; 32];
        bytes[..16].copy_from_slice(self.uuid().as_bytes());
        bytes
    }

    /// The group of all samples.
    pub fn group(&self) -> GroupId {
        GroupId::new(Uuid::from_u128(7))
    }

    /// A connection with a sealed access key.
    pub fn connection(&mut self, name: &str) -> Connection {
        let identity = Identity::AccessKey {
            access_key_id: "AKIAIOSFODNN7EXAMPLE".to_owned(),
            secret_access_key: SealedSecret::new(vec![0, 1, 2, 253, 254, 255]),
        };
        let link = LinkSettings {
            identity,
            endpoint: Endpoint::Standard,
            tls: TlsTrust::default(),
            proxy: None,
        };
        Connection {
            id: ConnectionId::new(self.uuid()),
            name: parse(name),
            group: self.group(),
            account: None,
            regions: vec![parse("eu-west-1"), parse("eu-central-1")],
            link,
            link_mac: LinkMac::new(vec![7, 0, 255]),
            tier: Tier::Import,
            rotation: None,
            access_key: AccessKeyCare::default(),
            health: LinkHealth::Unknown,
            created_by: "user/ann".to_owned(),
            created_at: at(1),
            updated_at: at(2),
            revision: 1,
        }
    }

    /// A group.
    pub fn new_group(&mut self, name: &str) -> Group {
        Group {
            id: GroupId::new(self.uuid()),
            name: parse(name),
            description: "for tests".to_owned(),
            created_at: at(3),
            revision: 1,
        }
    }

    /// A keystore under a connection.
    pub fn keystore(&mut self, name: &str, connection: ConnectionId) -> Keystore {
        Keystore {
            id: KeystoreId::new(self.uuid()),
            name: parse(name),
            description: String::new(),
            connection,
            regions: vec![parse("eu-west-1")],
            group: self.group(),
            template: Template::default(),
            heal: HealPolicy::Alert,
            on_cancel_deletion: OnCancelDeletion::Keep,
            created_at: at(3),
            revision: 1,
        }
    }

    /// A key.
    pub fn key(&mut self, name: &str) -> ManagedKey {
        ManagedKey {
            id: KeyId::new(self.uuid()),
            group: self.group(),
            name: parse(name),
            spec: KeySpec::Aes256,
            description: "for tests".to_owned(),
            active_versions_max: 10,
            permitted: KeyOperation::all_of(KeySpec::Aes256),
            exportable: false,
            destroy_after_deletion: false,
            current: VersionNumber::FIRST,
            rotation: None,
            rotation_due: None,
            created_at: at(4),
            revision: 1,
        }
    }

    /// A version of a key.
    pub fn version(&mut self, key: &ManagedKey, number: u32) -> KeyVersion {
        let version = VersionNumber::new(number).unwrap_or(VersionNumber::FIRST);
        let sealed = self.bytes().to_vec();
        KeyVersion {
            identity: VersionIdentity {
                group: key.group,
                key: key.id,
                version,
                spec: key.spec,
            },
            sealed: Some(SealedMaterial::new(sealed)),
            fingerprint: Fingerprint::new(self.bytes()),
            public_key: None,
            origin: MaterialOrigin::Generated,
            state: VersionState::PreActivation,
            created_at: at(5),
            state_since: at(5),
            destroy_due: None,
            destroy_announced: None,
        }
    }

    /// A KMS key that is being made.
    pub fn kms_key(&mut self, name: &str, keystore: &Keystore) -> KmsKey {
        let shape = KeyShape {
            spec: KeySpec::Aes256,
            usage: KeyUsage::EncryptDecrypt,
            multi_region: false,
            origin: Origin::External,
        };
        let intent = Intent::new(shape, vec![parse("eu-west-1")]);
        KmsKey {
            id: KmsKeyId::new(self.uuid()),
            name: parse(name),
            group: self.group(),
            keystore: keystore.id,
            connection: keystore.connection,
            source: None,
            operation: OperationId::new(self.uuid()),
            arn: None,
            intent,
            observed: BTreeMap::new(),
            traces: BTreeMap::new(),
            bindings: BTreeMap::new(),
            held_material: false,
            held: Vec::new(),
            former: Vec::new(),
            predecessor: None,
            successor: None,
            handover: None,
            rotation_due: None,
            created_at: at(6),
            revision: 1,
        }
    }

    /// A queued job.
    pub fn job(&mut self, title: &str) -> Job {
        let id = JobId::new(self.uuid());
        Job {
            id,
            kind: "kms-key.create".to_owned(),
            actor: "user/ann".to_owned(),
            idempotency_key: None,
            request_digest: None,
            approval: None,
            state: JobState::Queued,
            priority: Priority::Interactive,
            title: title.to_owned(),
            request: None,
            created_at: at(i64::from(self.used)),
            finished_at: None,
            progress: JobProgress::default(),
            revision: 1,
        }
    }

    /// An open target of a job, due at [`START`].
    pub fn target(&mut self, job: &Job, ordinal: u32) -> Target {
        Target {
            id: TargetId::new(self.uuid()),
            job: job.id,
            ordinal,
            subject: KmsKeyId::new(self.uuid()).into(),
            lane: lane(1),
            priority: job.priority,
            state: TargetState::Open,
            begun: true,
            due_at: START,
            note: None,
            tries: 0,
            revision: 1,
        }
    }

    /// An attempt that is being sent, in the target's lane.
    pub fn attempt(&mut self, target: &Target, epoch: u64) -> Attempt {
        Attempt {
            id: AttemptId::new(self.uuid()),
            target: target.id,
            job: target.job,
            subject: target.subject,
            kind: "import-material".to_owned(),
            step: r#"{"step":"import-material"}"#.to_owned(),
            lane: target.lane.clone(),
            epoch,
            signed_at: at(i64::from(self.used)),
            state: AttemptState::Sending,
            outcome: None,
        }
    }

    /// An audit leaf.
    pub fn leaf(&mut self, actor: &str, action: &str, object: &str) -> AuditLeaf {
        let hash = self.bytes();
        AuditLeaf {
            in_the_name_of: None,
            group: None,
            bytes: format!(r#"{{"n":{}}}"#, self.used).into_bytes(),
            hash,
            at: at(i64::from(self.used)),
            actor: actor.to_owned(),
            action: action.to_owned(),
            object: object.to_owned(),
        }
    }

    /// A signing key of the log.
    pub fn audit_key(&mut self) -> AuditKey {
        AuditKey {
            verifier: format!("log+{}", self.uuid()),
            sealed: SealedSecret::new(self.bytes().to_vec()),
            created_at: at(3),
        }
    }

    /// A checkpoint over so many leaves.
    pub fn checkpoint(&mut self, size: u64) -> AuditCheckpoint {
        AuditCheckpoint {
            size,
            root: self.bytes(),
            note: format!("note {}", self.uuid()),
            signed_at: at(i64::from(self.used)),
        }
    }

    /// A user.
    pub fn user(&mut self, name: &str) -> User {
        let hash = "$argon2id$v=19$m=1,t=1,p=1$c2FsdA$aGFzaA".to_owned();
        User::new(UserId::new(self.uuid()), parse(name), hash, at(7))
    }

    /// An application.
    pub fn application(&mut self, name: &str) -> Application {
        Application {
            id: ApplicationId::new(self.uuid()),
            group: self.group(),
            name: parse(name),
            description: "for tests".to_owned(),
            is_locked: false,
            access_epoch: 1,
            created_at: at(7),
            revision: 1,
        }
    }

    /// An API key of an application, for everything.
    pub fn application_key(&mut self, application: &Application) -> ApplicationKey {
        let hash = self.bytes();
        ApplicationKey {
            id: ApplicationKeyId::new(self.uuid()),
            application: application.id,
            name: parse("production"),
            hash,
            scope: KeyScope::default(),
            created_at: at(8),
            expires_at: at(10_000),
            revoked_at: None,
            replaced_by: None,
        }
    }

    /// A name that stands for an application.
    pub fn certificate(&mut self, application: &Application, name: &str) -> ApplicationCertificate {
        ApplicationCertificate {
            id: ApplicationCertificateId::new(self.uuid()),
            application: application.id,
            name: parse(name),
            created_at: at(8),
        }
    }

    /// A token of a user.
    pub fn token(&mut self, user: &User) -> ApiToken {
        let hash = self.bytes();
        ApiToken {
            id: TokenId::new(self.uuid()),
            user: user.id,
            name: parse("laptop"),
            hash,
            created_at: at(i64::from(self.used)),
            expires_at: None,
            revoked_at: None,
        }
    }

    /// A session of a user.
    pub fn session(&mut self, user: &User) -> Session {
        let hash = self.bytes();
        Session {
            id: SessionId::new(self.uuid()),
            user: user.id,
            hash,
            epoch: user.access_epoch,
            limit: None,
            created_at: at(8),
            confirmed_at: at(8),
            used_at: at(9),
            expires_at: at(10_000),
        }
    }

    /// Tries to sign in under a name.
    pub fn tries(&mut self, tries: u32) -> SignInTries {
        SignInTries {
            name: self.bytes(),
            tries,
            last_at: at(i64::from(self.used)),
            revision: 1,
        }
    }

    /// A seal.
    pub fn seal(&mut self, name: &str) -> Seal {
        Seal {
            id: SealId::new(self.uuid()),
            name: parse(name),
            kind: "passphrase".to_owned(),
            sealed_root: self.bytes().to_vec(),
            created_at: at(i64::from(self.used)),
        }
    }

    /// A sweep that is under way.
    pub fn sweep(&mut self, connection: ConnectionId) -> Sweep {
        Sweep {
            id: SweepId::new(self.uuid()),
            connection,
            region: parse("eu-west-1"),
            started_at: Some(at(20)),
            marker: Some("next".to_owned()),
            finished_at: Some(at(10)),
            counts: SweepCounts {
                seen: 5,
                added: 4,
                changed: 3,
                gone: 2,
                drifted: 1,
            },
            revision: 1,
        }
    }

    /// A KMS key that nobody manages.
    pub fn found_key(&mut self, connection: ConnectionId, key_id: &str) -> FoundKey {
        FoundKey {
            arn: super::rich::arn("eu-west-1", key_id),
            connection,
            name: format!("Alias-{key_id}"),
            place: Place::default(),
            first_seen_at: at(1),
            last_seen_at: at(2),
            is_gone: false,
        }
    }

    /// An open alert.
    pub fn alert(&mut self, subject: Subject, code: &str) -> Alert {
        Alert {
            id: AlertId::new(self.uuid()),
            subject,
            name: "payments".to_owned(),
            group: self.group(),
            code: code.to_owned(),
            severity: Severity::Critical,
            message: "the KMS key was disabled elsewhere".to_owned(),
            details: "{}".to_owned(),
            opened_at: at(i64::from(self.used)),
            seen_at: at(500),
            resolved_at: None,
            acknowledged: None,
            revision: 1,
        }
    }

    /// A connection and a keystore under it, with the changes that write them.
    pub fn home(&mut self, name: &str) -> (Keystore, Vec<Change>) {
        let connection = self.connection(name);
        let keystore = self.keystore(name, connection.id);
        let changes = vec![
            Change::PutConnection(connection, Expect::New),
            Change::PutKeystore(keystore.clone(), Expect::New),
        ];
        (keystore, changes)
    }
}
