//! What can be done: the names that permissions, routes and audit entries share.

use std::fmt;

use crate::actor::Actor;
use crate::error::AppError;

pub use keyferry_domain::approval::ApprovalClass;

macro_rules! actions {
    ($($(#[$doc:meta])* $variant:ident = $word:literal, $class:ident;)+) => {
        /// One thing that can be done, checked before it is done.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Action { $($(#[$doc])* $variant),+ }

        impl Action {
            /// Every action with its word and approval class.
            pub const ALL: &'static [(Self, &'static str, ApprovalClass)] =
                &[$((Self::$variant, $word, ApprovalClass::$class)),+];
        }
    };
}

actions! {
    /// Take note of an alert.
    AlertAcknowledge = "alert.acknowledge", None;
    /// Add a destination of alerts.
    AlertDestinationAdd = "alert-destination.add", Change;
    /// Remove a destination of alerts.
    AlertDestinationDelete = "alert-destination.delete", Change;
    /// Look at destinations of alerts.
    AlertDestinationRead = "alert-destination.read", None;
    /// Send a trial message to a destination of alerts.
    AlertDestinationTest = "alert-destination.test", None;
    /// Look at alerts.
    AlertRead = "alert.read", None;
    /// Make an application.
    ApplicationCreate = "application.create", UseEquivalent;
    /// Remove an application, with its API keys.
    ApplicationDelete = "application.delete", Change;
    /// Refuse an application from now on.
    ApplicationLock = "application.lock", None;
    /// Say which certificates stand for an application.
    ApplicationManageCertificates = "application.manage-certificates", UseEquivalent;
    /// Make API keys of an application, and rotate them.
    ApplicationManageKeys = "application.manage-keys", UseEquivalent;
    /// Look at applications and their API keys.
    ApplicationRead = "application.read", None;
    /// Revoke an API key of an application.
    ApplicationRevokeKey = "application.revoke-key", None;
    /// Let an application in again.
    ApplicationUnlock = "application.unlock", UseEquivalent;
    /// Change an application's name or description.
    ApplicationUpdate = "application.update", Change;
    /// Go on with a database that is older than what this server saw, or another.
    AuditAcceptRollback = "audit.accept-rollback", Destructive;
    /// Keep a witness's cosignature with a checkpoint.
    AuditAddCosignature = "audit.add-cosignature", Change;
    /// Ask for consent to something, take that back, and have it done once there is enough.
    ApprovalAsk = "approval.ask", None;
    /// Approve and reject what others ask for.
    ApprovalDecide = "approval.decide", None;
    /// Look at what waits for consent.
    ApprovalRead = "approval.read", None;
    /// Change which consent actions need.
    ApprovalRuleManage = "approval-rule.manage", Authority;
    /// Look at which consent actions need.
    ApprovalRuleRead = "approval-rule.read", None;
    /// Add a destination of audit entries.
    AuditDestinationAdd = "audit-destination.add", Change;
    /// Remove a destination of audit entries.
    AuditDestinationDelete = "audit-destination.delete", Change;
    /// Look at destinations of audit entries.
    AuditDestinationRead = "audit-destination.read", None;
    /// Send a trial to a destination of audit entries.
    AuditDestinationTest = "audit-destination.test", None;
    /// Look at the audit log.
    AuditRead = "audit.read", None;
    /// Find out who may do what in a group, and why.
    AuthorizationRead = "authorization.read", None;
    /// Add a connection.
    ConnectionAdd = "connection.add", ExportEquivalent;
    /// Remove a connection.
    ConnectionDelete = "connection.delete", Change;
    /// Try the main job on throw-away keys in the account; nothing that is there is touched.
    ConnectionDoctor = "connection.doctor", None;
    /// Look at connections.
    ConnectionRead = "connection.read", None;
    /// Rotate the access key.
    ConnectionRotateAccessKey = "connection.rotate-access-key", Change;
    /// Change identity, endpoint, trust or proxy.
    ConnectionUpdate = "connection.update", ExportEquivalent;
    /// Try a link without storing it.
    ConnectionVerify = "connection.verify", None;
    /// Say what may be made, wrapped and exported.
    CryptoPolicyManage = "crypto-policy.manage", Authority;
    /// Look at what may be made, wrapped and exported.
    CryptoPolicyRead = "crypto-policy.read", None;
    /// Make a group.
    GroupCreate = "group.create", UseEquivalent;
    /// Remove a group to which nothing belongs.
    GroupDelete = "group.delete", Change;
    /// Change a group's name or description.
    GroupUpdate = "group.update", Change;
    /// Look at groups.
    GroupRead = "group.read", None;
    /// Cancel a job.
    JobCancel = "job.cancel", Change;
    /// Hold a job back for a while.
    JobPause = "job.pause", Change;
    /// Look at jobs.
    JobRead = "job.read", None;
    /// Let a job go on that was held back.
    JobResume = "job.resume", Change;
    /// Try stuck targets again.
    JobRetry = "job.retry", Change;
    /// Make a key.
    KeyCreate = "key.create", Change;
    /// Copy a key to other keystores, Regions or groups.
    KeyCopy = "key.copy", UseEquivalent;
    /// End what somebody prepared to be taken out, so that nobody takes it.
    KeyCancelPreparation = "key.cancel-preparation", None;
    /// Decrypt data with a key in the vault.
    KeyDecrypt = "key.decrypt", Use;
    /// Download a version that another person prepared, wrapped.
    KeyDownload = "key.download", Export;
    /// Encrypt data with a key in the vault.
    KeyEncrypt = "key.encrypt", Use;
    /// Take all versions of all keys of a group that another person prepared, wrapped.
    KeyExport = "key.export", Export;
    /// Bring material in a file.
    KeyImport = "key.import", Change;
    /// Make a MAC with a key in the vault.
    KeyMac = "key.mac", Use;
    /// Prepare a version for another person to download.
    KeyPrepareDownload = "key.prepare-download", Export;
    /// Prepare all versions of all keys of a group for another person to take.
    KeyPrepareExport = "key.prepare-export", Export;
    /// Sign with a key in the vault.
    KeySign = "key.sign", Use;
    /// Unwrap a key of an application with a key in the vault.
    KeyUnwrap = "key.unwrap", Use;
    /// Check a MAC or signature with a key in the vault.
    KeyVerify = "key.verify", Use;
    /// Wrap a key of an application with a key in the vault.
    KeyWrap = "key.wrap", Use;
    /// Make a new version.
    KeyNewVersion = "key.new-version", Change;
    /// Report a version as compromised.
    KeyCompromiseVersion = "key.compromise-version", Change;
    /// Deactivate a version.
    KeyDeactivateVersion = "key.deactivate-version", Change;
    /// Cancel the destruction of a version.
    KeyCancelDestruction = "key.cancel-destruction", None;
    /// Destroy a version for ever, 30 days later or more.
    KeyDestroyVersion = "key.destroy-version", Destructive;
    /// Have the versions of a key destroyed once the deletion of its KMS keys is proved.
    KeyDestroyAfterDeletion = "key.destroy-after-deletion", Destructive;
    /// Look at keys.
    KeyRead = "key.read", None;
    /// Rotate a key with KMS keys that hold it.
    KeyRotate = "key.rotate", Change;
    /// Change a key's name, limit, permitted operations or schedule.
    KeyUpdate = "key.update", UseEquivalent;
    /// Make a keystore.
    KeystoreCreate = "keystore.create", Change;
    /// Remove a keystore.
    KeystoreDelete = "keystore.delete", Change;
    /// Look at keystores.
    KeystoreRead = "keystore.read", None;
    /// Rotate all KMS keys of a keystore.
    KeystoreRotate = "keystore.rotate", Change;
    /// Look at every KMS key of a keystore's account and Regions.
    KeystoreSync = "keystore.sync", None;
    /// Change a keystore.
    KeystoreUpdate = "keystore.update", UseEquivalent;
    /// Import what is missing and enable.
    KmsKeyActivate = "kms-key.activate", Change;
    /// Take a KMS key that is in AWS already into a keystore.
    KmsKeyAdopt = "kms-key.adopt", Change;
    /// Do one operation to many KMS keys; each takes the right to that operation too.
    KmsKeyBulk = "kms-key.bulk", Change;
    /// Make a key in the vault the source of a KMS key that has none.
    KmsKeyBind = "kms-key.bind", UseEquivalent;
    /// Cancel a deletion.
    KmsKeyCancelDeletion = "kms-key.cancel-deletion", None;
    /// Make a KMS key with a new key.
    KmsKeyCreate = "kms-key.create", UseEquivalent;
    /// Make a replica of a multi-Region key its primary.
    KmsKeyChangePrimary = "kms-key.change-primary", Change;
    /// Decrypt data with a KMS key.
    KmsKeyDecrypt = "kms-key.decrypt", Use;
    /// Encrypt data with a KMS key.
    KmsKeyEncrypt = "kms-key.encrypt", Use;
    /// Disable and empty.
    KmsKeyDeactivate = "kms-key.deactivate", Destructive;
    /// Disable.
    KmsKeyDisable = "kms-key.disable", None;
    /// Enable.
    KmsKeyEnable = "kms-key.enable", Change;
    /// Drop the record of a KMS key that is gone.
    KmsKeyForget = "kms-key.forget", Change;
    /// Bring back what others changed, without taking anything away.
    KmsKeyHeal = "kms-key.heal", None;
    /// Bring material in a file into a KMS key.
    KmsKeyImport = "kms-key.import", UseEquivalent;
    /// Look at a KMS key in AWS now.
    KmsKeyObserve = "kms-key.observe", None;
    /// Look at KMS keys.
    KmsKeyRead = "kms-key.read", None;
    /// Stop managing a KMS key.
    KmsKeyRelease = "kms-key.release", Change;
    /// Remove the material from AWS.
    KmsKeyRemoveFromCloud = "kms-key.remove-from-cloud", Destructive;
    /// Make and fill replicas of a multi-Region key.
    KmsKeyReplicate = "kms-key.replicate", UseEquivalent;
    /// Give a grant.
    KmsKeyCreateGrant = "kms-key.create-grant", UseEquivalent;
    /// Retire grants.
    KmsKeyRetireGrants = "kms-key.retire-grants", Change;
    /// Take grants back.
    KmsKeyRevokeGrants = "kms-key.revoke-grants", Change;
    /// Back to the intent.
    KmsKeyRestore = "kms-key.restore", None;
    /// Rotate, by either method.
    KmsKeyRotate = "kms-key.rotate", Change;
    /// Schedule deletion.
    KmsKeyScheduleDeletion = "kms-key.schedule-deletion", Destructive;
    /// Import what is missing, update the policy, or delete material.
    KmsKeySynchronize = "kms-key.synchronize", Change;
    /// Change name, description, tags, aliases, key policy, validity or schedule.
    KmsKeyUpdate = "kms-key.update", UseEquivalent;
    /// Make a KMS key from an existing key.
    KmsKeyUpload = "kms-key.upload", UseEquivalent;
    /// Take the key's current version into a KMS key that holds an older one.
    KmsKeyUploadVersion = "kms-key.upload-version", Change;
    /// Add an own policy.
    PolicyAdd = "policy.add", Authority;
    /// Remove an own policy.
    PolicyDelete = "policy.delete", Authority;
    /// Look at own policies, and try them.
    PolicyRead = "policy.read", None;
    /// Change an own policy.
    PolicyUpdate = "policy.update", Authority;
    /// Make a role of one's own.
    RoleCreate = "role.create", Authority;
    /// Remove a role of one's own.
    RoleDelete = "role.delete", Authority;
    /// Change what a role of one's own allows.
    RoleUpdate = "role.update", Authority;
    /// Remove all lines of the request log.
    RequestLogClear = "request-log.clear", Destructive;
    /// Look at the request log.
    RequestLogRead = "request-log.read", None;
    /// End the current file of the request log.
    RequestLogRotate = "request-log.rotate", Change;
    /// Give roles and take them.
    RoleManage = "role.manage", Authority;
    /// Look at who has which role.
    RoleRead = "role.read", None;
    /// Look at what schedules will do.
    ScheduleRead = "schedule.read", None;
    /// Seal the vault.
    SealSeal = "seal.seal", None;
    /// Look at seals.
    SealRead = "seal.read", None;
    /// Open the vault.
    SealUnseal = "seal.unseal", None;
    /// Sign in, and see oneself.
    SessionUse = "session.use", None;
    /// Add an OpenID provider.
    SignInProviderAdd = "sign-in-provider.add", Authority;
    /// Remove a provider, with all access that came by it.
    SignInProviderDelete = "sign-in-provider.delete", Authority;
    /// Look at OpenID providers.
    SignInProviderRead = "sign-in-provider.read", None;
    /// Ask a provider what it tells of itself.
    SignInProviderTest = "sign-in-provider.test", None;
    /// Change client, trust, address or claims of a provider: whoever does can come in as everybody who comes by it.
    SignInProviderUpdate = "sign-in-provider.update", Authority;
    /// Make, see and revoke one's own API tokens.
    TokenManage = "token.manage", Change;
    /// Set a password of one's own, with the one before.
    UserChangePassword = "user.change-password", None;
    /// Close a period of use early.
    UsePeriodClose = "use-period.close", None;
    /// Open a period in which an application uses keys.
    UsePeriodOpen = "use-period.open", Use;
    /// Look at periods of use.
    UsePeriodRead = "use-period.read", None;
    /// Add a person.
    UserCreate = "user.create", Authority;
    /// End sessions of somebody.
    UserEndSessions = "user.end-sessions", None;
    /// Refuse a person from now on.
    UserLock = "user.lock", None;
    /// Say that an account is of a human of its own.
    UserOtherPerson = "user.other-person", Authority;
    /// Say that two accounts are of one human, who counts once.
    UserSamePerson = "user.same-person", None;
    /// Take all access from a person who leaves.
    UserOffboard = "user.offboard", Authority;
    /// Look at people and their sessions.
    UserRead = "user.read", None;
    /// Give a person a password that has to be changed.
    UserResetPassword = "user.reset-password", Authority;
    /// Take a second factor away that a person has lost.
    UserResetTotp = "user.reset-totp", Authority;
    /// Let a person in again.
    UserUnlock = "user.unlock", Authority;
    /// Set up or remove one's own second factor.
    UserSetTotp = "user.set-totp", Change;
    /// Change what is told about a person.
    UserUpdate = "user.update", Change;
}

impl Action {
    /// The word.
    pub fn as_str(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|row| row.0 == self)
            .map_or("", |row| row.1)
    }

    /// What consent it may need.
    pub fn approval_class(self) -> ApprovalClass {
        Self::ALL
            .iter()
            .find(|row| row.0 == self)
            .map_or(ApprovalClass::Destructive, |row| row.2)
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// To what an action is done, as far as rights go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActionScope {
    /// To what belongs to a group.
    Group,
    /// To what belongs to no group.
    Installation,
    /// To what is one's own: whoever is signed in may.
    Own,
}

impl Action {
    /// What it is done to: the part of its word before the dot.
    pub fn noun(self) -> &'static str {
        self.as_str().split('.').next().unwrap_or_default()
    }

    /// Whether it only looks.
    pub fn is_read(self) -> bool {
        self.as_str().ends_with(".read")
    }

    /// Whether it uses a key: what applications do, and people may not.
    pub fn is_use(self) -> bool {
        self.approval_class() == ApprovalClass::Use && self != Self::UsePeriodOpen
    }

    /// Whether this is the word of an action that uses a key.
    pub(crate) fn is_word_of_use(word: &str) -> bool {
        let mut uses = Self::ALL.iter().filter(|row| row.0.is_use());
        uses.any(|row| row.1 == word)
    }

    /// Whether applications may do it, where a role allows it: they use keys, and read what they use.
    pub fn is_for_applications(self) -> bool {
        self.is_use() || matches!(self, Self::KeyRead | Self::KmsKeyRead)
    }

    /// To what it is done.
    pub fn scope(self) -> ActionScope {
        match self.noun() {
            "session" | "token" => ActionScope::Own,
            "approval" if self == Self::ApprovalAsk => ActionScope::Own,
            "user" if matches!(self, Self::UserChangePassword | Self::UserSetTotp) => {
                ActionScope::Own
            }
            "alert" | "application" | "approval" | "approval-rule" | "connection"
            | "crypto-policy" | "job" | "key" | "keystore" | "kms-key" | "schedule"
            | "use-period" => ActionScope::Group,
            _ if self.is_for_all_groups_by_installation() => ActionScope::Group,
            _ => ActionScope::Installation,
        }
    }

    /// Whether it does more than look at what belongs to a group. Whoever may is kept apart from those who run the
    /// installation and those who watch over it.
    pub fn is_work(self) -> bool {
        let is_consent = matches!(self.noun(), "approval" | "approval-rule" | "crypto-policy");
        self.scope() == ActionScope::Group && !self.is_read() && !self.is_use() && !is_consent
    }

    /// Whether a role of one's own or an own policy can give it: what belongs to groups, save who may do what there.
    pub fn can_be_given_freely(self) -> bool {
        let decides = matches!(
            self,
            Self::ApprovalRuleManage
                | Self::CryptoPolicyManage
                | Self::GroupUpdate
                | Self::RoleManage
        );
        self.scope() == ActionScope::Group && !decides && !self.is_use()
    }

    /// Whether it decides what others may do anywhere: for those who watch over the installation, while somebody does.
    pub(crate) fn is_watching(self) -> bool {
        let is_policy = self.noun() == "policy" && self != Self::PolicyRead;
        is_policy || matches!(self, Self::RoleCreate | Self::RoleDelete | Self::RoleUpdate)
    }

    /// Whether who may do it for the installation may do it in every group.
    pub(crate) fn is_for_all_groups_by_installation(self) -> bool {
        matches!(
            self,
            Self::ApprovalRuleManage
                | Self::ApprovalRuleRead
                | Self::AuditRead
                | Self::AuthorizationRead
                | Self::CryptoPolicyManage
                | Self::CryptoPolicyRead
                | Self::GroupRead
                | Self::GroupUpdate
                | Self::RoleManage
                | Self::RoleRead
        )
    }
}

/// What Keyferry does by itself, for what a person set up.
///
/// # Errors
///
/// [`AppError::Denied`] for everything else.
pub(crate) fn by_itself(actor: &Actor, action: Action) -> Result<(), AppError> {
    let may = match actor {
        Actor::Application { .. } | Actor::User { .. } => false,
        Actor::Keystore { .. } => matches!(
            action,
            Action::KmsKeyHeal | Action::KmsKeyObserve | Action::KmsKeyRotate
        ),
        Actor::Connection { .. } => action == Action::ConnectionRotateAccessKey,
        Actor::Key { .. } => matches!(
            action,
            Action::KeyDestroyVersion | Action::KeyRotate | Action::KmsKeyRotate
        ),
        Actor::System => matches!(action, Action::SealUnseal | Action::SealSeal),
    };
    if may {
        return Ok(());
    }
    Err(AppError::Denied {
        actor: actor.to_string(),
        action,
    })
}
