//! AWS as a port: one method that acts, and reads in the words of the domain.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use keyferry_domain::alias::AliasName;
use keyferry_domain::arn::{Account, KmsKeyArn, MaterialId, Region};
use keyferry_domain::connection::LinkSettings;
use keyferry_domain::grant::WantedGrant;
use keyferry_domain::intent::KeyShape;
use keyferry_domain::keystore::PolicyDocument;
use keyferry_domain::last_use::Tracked;
use keyferry_domain::tag::Tags;
use keyferry_domain::view::{Described, Grant, ObservedMaterial, RotationStatus};
use keyferry_domain::wrapping::{WrappingAlgorithm, WrappingKeySpec};

use crate::secret::{SecretBytes, SecretText};
use crate::vault::{EncryptedKeyMaterial, WrappingPublicKey};

/// One effect in AWS KMS, complete: what goes over the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KmsCall {
    /// `CreateKey`. Never retried by the SDK.
    CreateKey(NewKmsKey),
    /// `ReplicateKey`, sent in the primary's Region. Never retried by the SDK.
    ReplicateKey {
        /// The primary.
        key: KmsKeyArn,
        /// Where the replica goes.
        to: Region,
        /// The replica's policy, tags and description: AWS copies none of them.
        policy: Option<PolicyDocument>,
        /// Tags.
        tags: Tags,
        /// Description.
        description: String,
    },
    /// `TagResource`.
    TagResource(KmsKeyArn, Tags),
    /// `UntagResource`.
    UntagResource(KmsKeyArn, Vec<String>),
    /// `PutKeyPolicy`, lock-out check on.
    PutKeyPolicy(KmsKeyArn, PolicyDocument),
    /// `ImportKeyMaterial`.
    ImportKeyMaterial(MaterialUpload),
    /// `DeleteImportedKeyMaterial`.
    DeleteImportedKeyMaterial(KmsKeyArn, Option<MaterialId>),
    /// `RotateKeyOnDemand`.
    RotateKeyOnDemand(KmsKeyArn),
    /// `UpdateKeyDescription`.
    UpdateKeyDescription(KmsKeyArn, String),
    /// `EnableKey`.
    EnableKey(KmsKeyArn),
    /// `DisableKey`.
    DisableKey(KmsKeyArn),
    /// `CreateAlias`.
    CreateAlias(KmsKeyArn, AliasName),
    /// `UpdateAlias`.
    UpdateAlias(KmsKeyArn, AliasName),
    /// `DeleteAlias`.
    DeleteAlias(AliasName),
    /// `CreateGrant`. The token of the answer is never looked at.
    CreateGrant(KmsKeyArn, WantedGrant),
    /// `RetireGrant`, by id.
    RetireGrant(KmsKeyArn, String),
    /// `RevokeGrant`.
    RevokeGrant(KmsKeyArn, String),
    /// `ScheduleKeyDeletion` with its waiting period in days.
    ScheduleKeyDeletion(KmsKeyArn, u32),
    /// `CancelKeyDeletion`.
    CancelKeyDeletion(KmsKeyArn),
    /// `UpdatePrimaryRegion`, sent in the present primary's Region.
    UpdatePrimaryRegion(KmsKeyArn, Region),
    /// `EnableKeyRotation` with a period in days, or `DisableKeyRotation`.
    SetKeyRotation(KmsKeyArn, Option<u32>),
}

/// What `CreateKey` takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewKmsKey {
    /// Spec, usage, origin, multi-Region.
    pub shape: KeyShape,
    /// Description.
    pub description: String,
    /// Key policy; `None` is AWS's default.
    pub policy: Option<PolicyDocument>,
    /// All tags, `keyferry:op` included.
    pub tags: Tags,
}

/// What `ImportKeyMaterial` takes. Key and token come from one `GetParametersForImport` answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MaterialUpload {
    /// Into which key.
    pub key: KmsKeyArn,
    /// The token of the pair.
    pub token: ImportToken,
    /// The material, wrapped under the pair's public key.
    pub material: EncryptedKeyMaterial,
    /// `ImportType`; `None` omits it.
    pub import_type: Option<ImportType>,
    /// Assertion of the material id, on re-import of symmetric material.
    pub material_id: Option<MaterialId>,
    /// `KeyMaterialDescription`, symmetric only.
    pub description: Option<String>,
    /// When AWS drops it; `None` sends `KEY_MATERIAL_DOES_NOT_EXPIRE`. The model is always sent.
    pub valid_to: Option<Timestamp>,
}

/// KMS API `ImportType`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImportType {
    /// `NEW_KEY_MATERIAL`.
    New,
    /// `EXISTING_KEY_MATERIAL`.
    Existing,
}

/// AWS's import token, opaque, 24 hours, bound to one KMS key and one public key.
#[derive(Clone, PartialEq, Eq)]
pub struct ImportToken(pub Vec<u8>);

impl std::fmt::Debug for ImportToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ImportToken({} bytes)", self.0.len())
    }
}

/// Answer of `GetParametersForImport`; the pair is inseparable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportParameters {
    /// The key that the pair belongs to, as AWS answered it.
    pub key: KmsKeyArn,
    /// Public half of the wrapping key.
    pub public_key: WrappingPublicKey,
    /// Its token.
    pub token: ImportToken,
    /// When both lapse, by AWS's clock.
    pub valid_until: Timestamp,
}

/// What AWS answered to an effect.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct KmsAnswer {
    /// AWS's request id.
    pub request_id: Option<String>,
    /// The key that the answer names. For `ReplicateKey` the replica.
    pub key: Option<KmsKeyArn>,
    /// The material that the answer names.
    pub material: Option<MaterialId>,
    /// When the key will be deleted (`ScheduleKeyDeletion`).
    pub deletion_date: Option<Timestamp>,
}

/// Why a call brought no result. The three classes decide everything that follows.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallFailure {
    /// AWS said no: nothing happened.
    #[error("AWS refused {operation}: {code} ({message})")]
    Refused {
        /// AWS's operation.
        operation: &'static str,
        /// AWS's own code, as it came.
        code: Box<str>,
        /// What it means.
        refusal: Refusal,
        /// AWS's own sentence; holds no secret.
        message: String,
        /// AWS's request id.
        request_id: Option<String>,
    },
    /// Nothing left this machine, or nothing can have reached AWS: nothing happened.
    #[error("{operation} could not be sent: {why}")]
    NotSent {
        /// AWS's operation.
        operation: &'static str,
        /// Which stage failed.
        stage: NotSentStage,
        /// In one sentence; holds no secret.
        why: String,
    },
    /// Nobody knows whether it happened: time-out, reset, 5xx, unreadable answer.
    #[error("{operation} has no usable answer: {why}")]
    Unknown {
        /// AWS's operation.
        operation: &'static str,
        /// In one sentence.
        why: String,
        /// AWS's request id, where the answer had one.
        request_id: Option<String>,
    },
    /// AWS's answer names another partition, Region, account or key than was asked.
    #[error("the answer to {operation} names {found}, but {asked} was asked")]
    WrongAnswer {
        /// AWS's operation.
        operation: &'static str,
        /// What the answer names.
        found: String,
        /// What was asked.
        asked: String,
    },
}

/// Where a request failed before it was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotSentStage {
    /// There are no credentials: none on the host, no token file…
    Credentials,
    /// The identity that assumes the role is not known to AWS, or its secret is wrong.
    BaseIdentity,
    /// The role was refused to us: its trust policy, the external id, or our right to assume it.
    Role,
    /// The account of the role has not enabled the Region.
    Region,
    /// Credentials were asked for with a signature that AWS calls too old or too new.
    Clock,
    /// The host name does not resolve.
    Name,
    /// No connection: refused, unreachable, timed out while connecting.
    Connect,
    /// TLS failed: untrusted or expired certificate, other host name.
    Tls,
    /// The proxy refused.
    Proxy,
    /// The request could not be built.
    Build,
}

/// AWS's exception codes that decide something; the rest keep their text.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "AWS's own words, without `Exception`")]
pub enum Refusal {
    AccessDenied,
    AlreadyExists,
    Conflict,
    Disabled,
    ExpiredImportToken,
    ExpiredToken,
    IncorrectKeyMaterial,
    InvalidAliasName,
    InvalidArn,
    InvalidCiphertext,
    InvalidImportToken,
    InvalidState,
    LimitExceeded,
    MalformedPolicy,
    NotFound,
    OptInRequired,
    Tag,
    Throttling,
    /// Wrong access key, secret or signature.
    Unauthenticated,
    /// The signature is too old or too new: our clock, or the request, is late.
    RequestExpired,
    UnsupportedOperation,
    Validation,
    /// Any other code.
    Other(String),
}

impl Refusal {
    const CODES: &'static [(&'static str, Self)] = &[
        ("AccessDenied", Self::AccessDenied),
        ("AlreadyExists", Self::AlreadyExists),
        ("Conflict", Self::Conflict),
        ("Disabled", Self::Disabled),
        ("ExpiredImportToken", Self::ExpiredImportToken),
        ("ExpiredToken", Self::ExpiredToken),
        ("IncorrectKeyMaterial", Self::IncorrectKeyMaterial),
        ("IncorrectSignature", Self::Unauthenticated),
        ("InvalidAccessKeyId", Self::Unauthenticated),
        // "Common Error Types" of AWS's API references: the service has no such operation.
        ("InvalidAction", Self::UnsupportedOperation),
        ("InvalidAliasName", Self::InvalidAliasName),
        ("InvalidArn", Self::InvalidArn),
        ("InvalidCiphertext", Self::InvalidCiphertext),
        ("InvalidClientTokenId", Self::Unauthenticated),
        ("InvalidImportToken", Self::InvalidImportToken),
        ("InvalidSignature", Self::Unauthenticated),
        ("KMSInvalidState", Self::InvalidState),
        ("LimitExceeded", Self::LimitExceeded),
        ("MalformedPolicyDocument", Self::MalformedPolicy),
        ("MissingAuthenticationToken", Self::Unauthenticated),
        ("NotFound", Self::NotFound),
        ("OptInRequired", Self::OptInRequired),
        ("RegionDisabled", Self::OptInRequired),
        ("RequestExpired", Self::RequestExpired),
        ("SignatureDoesNotMatch", Self::Unauthenticated),
        ("Tag", Self::Tag),
        ("Throttling", Self::Throttling),
        ("TooManyRequests", Self::Throttling),
        ("UnknownOperation", Self::UnsupportedOperation),
        ("UnauthorizedOperation", Self::AccessDenied),
        ("AuthFailure", Self::Unauthenticated),
        ("UnrecognizedClient", Self::Unauthenticated),
        ("UnsupportedOperation", Self::UnsupportedOperation),
        ("Validation", Self::Validation),
        ("ValidationError", Self::Validation),
    ];

    /// Reads AWS's code, with or without `Exception` at its end. A signature that AWS calls too old or too new comes
    /// as `InvalidSignatureException` or `SignatureDoesNotMatch`, and only the message tells it from a wrong one.
    pub fn from_code(code: &str, message: &str) -> Self {
        let bare = code.strip_suffix("Exception").unwrap_or(code);
        let known = Self::CODES
            .iter()
            .find(|row| row.0 == bare)
            .map(|row| row.1.clone());
        match known {
            Some(Self::Unauthenticated)
                if message.contains("Signature expired")
                    || message.contains("Signature not yet current") =>
            {
                Self::RequestExpired
            }
            Some(known) => known,
            None => Self::Other(code.to_owned()),
        }
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Other(code) => f.write_str(code),
            known => write!(f, "{known:?}"),
        }
    }
}

/// AWS KMS of one account in one Region.
#[async_trait]
pub trait Kms: Send + Sync + 'static {
    /// Carries out one effect. The request is signed with exactly `signed_at`, committed before, and sent once:
    /// AWS refuses it five minutes later, so that a late one does no harm.
    async fn send(&self, call: &KmsCall, signed_at: Timestamp) -> Result<KmsAnswer, CallFailure>;

    /// `GetParametersForImport`.
    async fn import_parameters(
        &self,
        key: &KmsKeyArn,
        algorithm: WrappingAlgorithm,
        spec: WrappingKeySpec,
    ) -> Result<ImportParameters, CallFailure>;

    /// `DescribeKey` by ARN; `None` is `NotFoundException`.
    async fn describe(&self, key: &KmsKeyArn) -> Result<Option<Described>, CallFailure>;

    /// `ListKeyRotations` with `ALL_KEY_MATERIAL`, all pages, by the date of their rotation: the first material has none.
    /// Refused with `UnsupportedOperation` for keys without rotations.
    async fn materials(&self, key: &KmsKeyArn) -> Result<Vec<ObservedMaterial>, CallFailure>;

    /// On-demand rotations used and under way, and AWS's own rotation.
    async fn rotation(&self, key: &KmsKeyArn) -> Result<RotationStatus, CallFailure>;

    /// `ListAliases` of one key, all pages.
    async fn aliases_of(&self, key: &KmsKeyArn) -> Result<BTreeSet<AliasName>, CallFailure>;

    /// AWS's key id behind an alias (`DescribeKey` by alias); `None` where there is no such alias.
    async fn alias_target(&self, alias: &AliasName) -> Result<Option<String>, CallFailure>;

    /// `ListResourceTags`, all pages.
    async fn tags(&self, key: &KmsKeyArn) -> Result<Tags, CallFailure>;

    /// `GetKeyPolicy` of the policy `default`, in canonical form.
    async fn policy(&self, key: &KmsKeyArn) -> Result<PolicyDocument, CallFailure>;

    /// `ListGrants`, all pages.
    async fn grants(&self, key: &KmsKeyArn) -> Result<BTreeSet<Grant>, CallFailure>;

    /// `GetKeyLastUsage`: the newest use in this Region, up to an hour late.
    async fn last_use(&self, key: &KmsKeyArn) -> Result<Tracked, CallFailure>;

    /// `ListKeys`, one page of up to 1,000; the marker of the next page where there is one.
    async fn keys(
        &self,
        marker: Option<String>,
    ) -> Result<(Vec<KmsKeyArn>, Option<String>), CallFailure>;

    /// `GetPublicKey`: DER SubjectPublicKeyInfo.
    async fn public_key(&self, key: &KmsKeyArn) -> Result<Vec<u8>, CallFailure>;

    /// Uses the key: on the data of an application, or on throw-away data for self-checks.
    async fn use_key(&self, key: &KmsKeyArn, usage: &KeyUse) -> Result<Vec<u8>, CallFailure>;
}

/// A cryptographic operation on data.
#[derive(Debug)]
pub enum KeyUse {
    /// `Encrypt`: answers the ciphertext blob.
    Encrypt {
        /// The data.
        plaintext: SecretBytes,
        /// `EncryptionContext`.
        context: BTreeMap<String, String>,
    },
    /// `Decrypt`: answers the plaintext.
    Decrypt {
        /// The ciphertext blob.
        ciphertext: Vec<u8>,
        /// `EncryptionContext`, as it was.
        context: BTreeMap<String, String>,
    },
    /// `GenerateMac` with an algorithm such as `HMAC_SHA_256`: answers the MAC.
    GenerateMac {
        /// AWS's word.
        algorithm: String,
        /// The message.
        message: Vec<u8>,
    },
}

impl KeyUse {
    /// AWS's name of the operation.
    pub fn operation(&self) -> &'static str {
        match self {
            Self::Encrypt { .. } => "Encrypt",
            Self::Decrypt { .. } => "Decrypt",
            Self::GenerateMac { .. } => "GenerateMac",
        }
    }
}

/// Who AWS says that we are (`sts:GetCallerIdentity`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The account.
    pub account: Account,
    /// The principal's ARN.
    pub arn: String,
}

/// What stands for everything that policies are written for: everything at once, a KMS key, an alias, and the user or
/// role itself. IAM's policy simulation takes names of things that do not exist.
pub fn sample_resources(account: &Account, region: &Region, principal: &str) -> [String; 4] {
    let kms = format!("arn:{}:kms:{region}:{}", account.partition, account.id);
    [
        "*".to_owned(),
        format!("{kms}:key/00000000-0000-0000-0000-000000000000"),
        format!("{kms}:alias/keyferry-check"),
        principal.to_owned(),
    ]
}

/// What a request would say of itself, for IAM's policy simulation: name and value of each context key.
pub fn sample_context(region: &Region, principal: &str) -> Vec<(&'static str, String)> {
    let mut context = vec![
        ("aws:RequestedRegion", region.to_string()),
        ("kms:KeyOrigin", "EXTERNAL".to_owned()),
    ];
    if let Some((_, user)) = principal.split_once(":user/") {
        let name = user.rsplit('/').next().unwrap_or(user);
        context.push(("aws:username", name.to_owned()));
    }
    context
}

/// The Regions of an account, and who told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountRegions {
    /// All Regions of the partition.
    pub regions: Vec<RegionStatus>,
    /// The action that answered: `account:ListRegions` or `ec2:DescribeRegions`.
    pub told_by: &'static str,
}

/// A Region as the account sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegionStatus {
    /// Which.
    pub region: Region,
    /// Whether it is enabled for the account.
    pub is_enabled: bool,
}

/// IAM users and roles for pick lists.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Principals {
    /// ARNs of users.
    pub users: Vec<String>,
    /// ARNs of roles.
    pub roles: Vec<String>,
}

/// Which events CloudTrail is asked for (`LookupEvents` takes one attribute).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TrailQuery {
    /// About a key or an alias, by ARN.
    About(String),
    /// Of one name, such as `DisableKey`.
    Named(&'static str),
}

/// The newest events that CloudTrail told of.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct TrailPage {
    /// Newest first; calls that AWS refused are left out.
    pub events: Vec<TrailEvent>,
    /// Whether there are older ones that were not read.
    pub has_more: bool,
}

/// One event in CloudTrail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrailEvent {
    /// CloudTrail's id of it.
    pub id: String,
    /// AWS's operation, such as `ScheduleKeyDeletion`.
    pub name: String,
    /// When it was.
    pub at: Timestamp,
    /// Who: an ARN, or the service that acted by itself.
    pub principal: Option<String>,
    /// Where the request came from: an address, or a service's name.
    pub source_ip: Option<String>,
    /// ARNs of what it was about.
    pub resources: Vec<String>,
}

/// A new access key; its secret is shown once.
#[derive(Debug)]
pub struct NewAccessKey {
    /// Public half.
    pub access_key_id: String,
    /// Secret half.
    pub secret_access_key: SecretText,
}

/// An access key of the calling user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessKeyStatus {
    /// Which.
    pub access_key_id: String,
    /// Whether it works.
    pub is_active: bool,
    /// When it was made.
    pub created_at: Option<Timestamp>,
}

/// One AWS account, reached by one connection.
#[async_trait]
pub trait AwsAccount: Send + Sync + 'static {
    /// How far AWS's clock is ahead of ours, as its last answer showed it; zero before the first. A signing time
    /// is committed as the Clock's time plus this.
    fn skew(&self) -> SignedDuration {
        SignedDuration::ZERO
    }

    /// `GetCallerIdentity`: needs no permission, proves the whole link.
    async fn caller(&self) -> Result<Caller, CallFailure>;

    /// The account's Regions (`account:ListRegions`, else `ec2:DescribeRegions`). Fails with what became of the first,
    /// where neither answers.
    async fn regions(&self) -> Result<AccountRegions, CallFailure>;

    /// Whether the caller's IAM policies allow each action on any of [`sample_resources`] in a Region
    /// (`iam:SimulatePrincipalPolicy`).
    async fn allowed(
        &self,
        caller: &Caller,
        region: &Region,
        actions: &[String],
    ) -> Result<BTreeMap<String, bool>, CallFailure>;

    /// IAM users and roles.
    async fn principals(&self) -> Result<Principals, CallFailure>;

    /// Events in one Region between two times, newest first, up to 50 (`cloudtrail:LookupEvents`). CloudTrail tells of
    /// an event up to 15 minutes late.
    async fn events(
        &self,
        region: &Region,
        query: &TrailQuery,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<TrailPage, CallFailure>;

    /// Whether IAM knows the user or role of our own account that an ARN names (`iam:GetUser`, `iam:GetRole`).
    async fn principal_exists(&self, arn: &str) -> Result<bool, CallFailure>;

    /// `CreateAccessKey` for the calling user.
    async fn create_access_key(&self, signed_at: Timestamp) -> Result<NewAccessKey, CallFailure>;

    /// `ListAccessKeys` of the calling user.
    async fn access_keys(&self) -> Result<Vec<AccessKeyStatus>, CallFailure>;

    /// `UpdateAccessKey` to inactive.
    async fn deactivate_access_key(
        &self,
        id: &str,
        signed_at: Timestamp,
    ) -> Result<(), CallFailure>;

    /// `DeleteAccessKey`.
    async fn delete_access_key(&self, id: &str, signed_at: Timestamp) -> Result<(), CallFailure>;

    /// KMS in one Region. `session` names the job in CloudTrail (`RoleSessionName`), where a role is assumed.
    fn kms(&self, region: &Region) -> Arc<dyn Kms>;
}

/// Opens links to AWS accounts.
#[async_trait]
pub trait Aws: Send + Sync + 'static {
    /// Prepares a link; checks the settings (URLs, PEM) but calls nothing. `region` is the default Region;
    /// `session` becomes `RoleSessionName` where a role is assumed. Where `account` is known, nothing is made or listed
    /// in any other, whatever the credentials have come to stand for.
    async fn open(
        &self,
        settings: LinkSettings<SecretText>,
        region: &Region,
        session: &str,
        account: Option<&Account>,
    ) -> Result<Arc<dyn AwsAccount>, BadSettings>;
}

/// Link settings that cannot work.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {why}")]
pub struct BadSettings {
    /// Which setting.
    pub field: &'static str,
    /// What is wrong with it, without its value where that is secret.
    pub why: String,
}
