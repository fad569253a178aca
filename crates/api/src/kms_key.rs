//! KMS keys: what is asked for, what is seen, and the operations on them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::job::JobView;
use crate::key::KeyLinkView;
use crate::page::page;
use crate::plan::LastUseView;
use crate::rotation::{RotationRequest, RotationView};
use crate::secret::{self, Secret};

/// Who may use and administer a KMS key: written as a key policy whose statement ids AWS's console recognises.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct KeyAccessRequest {
    /// IAM users and roles that may use the key: ARNs.
    #[serde(default)]
    pub users: Vec<String>,
    /// IAM users and roles that may administer the key: ARNs.
    #[serde(default)]
    pub administrators: Vec<String>,
    /// Whether the administrators may delete the key; yes unless given.
    pub administrators_may_delete: Option<bool>,
    /// Ids of other AWS accounts that may use the key.
    #[serde(default)]
    pub other_accounts: Vec<String>,
}

words! {
    /// What happens to material whose end lies beyond the 365 days that AWS allows.
    Renewal {
        /// The same bytes are imported again in time, until the end.
        Renew = "renew",
        /// It lapses when AWS drops it, after 365 days.
        Lapse = "lapse",
    }
}

/// How a KMS key shall look. What is not given comes from the keystore's template.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct KmsKeySettings {
    /// Names in AWS, with or without `alias/`.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// AWS's `KeyUsage`; the template's, else the spec's default.
    pub usage: Option<String>,
    /// Free text, 8192 characters at most.
    pub description: Option<String>,
    /// Regions of the keystore, the primary first; its default Region unless given. Several make a multi-Region set.
    #[serde(default)]
    pub regions: Vec<String>,
    /// Who may use and administer it. Excludes `policy`.
    pub access: Option<KeyAccessRequest>,
    /// A whole key policy, JSON text. Excludes `access`.
    pub policy: Option<String>,
    /// Tags.
    pub tags: Option<BTreeMap<String, String>>,
    /// Until when material stays: RFC 3339, or `DD-MM-YYYY HH:MM` in `time_zone`, or `never`.
    pub expires_at: Option<String>,
    /// The IANA time zone of an `expires_at` without offset.
    pub time_zone: Option<String>,
    /// What happens where `expires_at` lies beyond the 365 days that AWS allows; `renew` unless given.
    pub renewal: Option<Renewal>,
    /// Whether it may be replicated to other Regions.
    pub multi_region: Option<bool>,
    /// Whether it shall be enabled; yes unless given.
    pub enabled: Option<bool>,
    /// When it rotates by itself; the keystore's rule as it is now unless given.
    pub rotation: Option<RotationRequest>,
}

words! {
    /// Who makes the key material.
    MaterialOrigin {
        /// Keyferry: a key in the vault, imported.
        Keyferry = "keyferry",
        /// AWS: it is nowhere else, and nothing can bring it back.
        Aws = "aws",
    }
}

/// Makes a key, its first version and a KMS key that holds it; or a KMS key whose material AWS makes.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateKmsKeyRequest {
    /// The keystore's id or name.
    pub keystore: String,
    /// The new key's name in the vault.
    pub name: String,
    /// The new key's spec; the template's unless given.
    pub spec: Option<String>,
    /// Who makes the key material; `keyferry` unless given.
    pub origin: Option<MaterialOrigin>,
    /// Days between AWS's own rotations, 90 to 2560, with `origin` `aws` and a symmetric spec; never unless given.
    pub native_rotation_days: Option<u32>,
    /// How many versions of the new key may be active at once; 10 unless given. As the next two, not with `origin` `aws`.
    pub active_versions_max: Option<u32>,
    /// What applications may do with the new key; everything that its spec can unless given.
    pub permitted_operations: Option<Vec<String>>,
    /// Whether material of the new key may ever leave by a wrapped download or a copy.
    #[serde(default)]
    pub exportable: bool,
    /// How the KMS key shall look.
    #[serde(default)]
    pub settings: KmsKeySettings,
}

/// Makes a KMS key from the current version of a key that the vault already has, never from its history.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UploadKeyRequest {
    /// The key's id or name.
    pub key: String,
    /// The keystore's id or name.
    pub keystore: String,
    /// The KMS key's name; the key's unless given.
    pub name: Option<String>,
    /// How the KMS key shall look.
    #[serde(default)]
    pub settings: KmsKeySettings,
}

words! {
    /// What the vault keeps of material from a file.
    KeepCopy {
        /// A sealed copy, from which AWS can be given again what it loses.
        Copy = "copy",
        /// Nothing, once AWS has confirmed that it has the material: then only the file can bring it back.
        None = "none",
    }
}

/// Takes material from a file into the vault, as a new key, and into a KMS key. One of the two requests whose body holds
/// key material.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ImportKmsKeyRequest {
    /// The keystore's id or name.
    pub keystore: String,
    /// The new key's name in the vault, and the KMS key's where that is new too.
    pub name: String,
    /// An empty KMS key of origin EXTERNAL that takes the material: ARN, AWS's key id or alias, and where it was adopted,
    /// its id or name; a new one unless given. Excludes `settings`.
    pub into: Option<String>,
    /// The file's bytes, as base64; 16 KiB at most.
    #[serde(serialize_with = "secret::on_the_wire")]
    pub file: Secret,
    /// How they are to be read: `raw`, `base64`, `hex`, `pem`, or `auto`, which is what it is unless given.
    pub format: Option<String>,
    /// What the file must hold; what it does unless given: 32 raw bytes are `AES-256`, 28, 48 and 64 an HMAC key.
    pub spec: Option<String>,
    /// The key, by id or name, under whose current version the material is wrapped.
    pub wrapped_by: Option<String>,
    /// `aes-kwp`, `rsa-oaep-sha-256` or `rsa-aes-key-wrap-sha-256`; goes with `wrapped_by`.
    pub wrapping: Option<String>,
    /// What the vault keeps of the material; `copy` unless given.
    pub keep: Option<KeepCopy>,
    /// How many versions of the new key may be active at once; 10 unless given.
    pub active_versions_max: Option<u32>,
    /// What applications may do with the new key; everything that its spec can unless given.
    pub permitted_operations: Option<Vec<String>>,
    /// Whether material of the new key may ever leave by a wrapped download or a copy.
    #[serde(default)]
    pub exportable: bool,
    /// How a new KMS key shall look.
    #[serde(default)]
    pub settings: KmsKeySettings,
}

/// Who may use and administer a KMS key from now on; a list that is not given stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AccessChangeRequest {
    /// All IAM users and roles that may use the key: ARNs.
    pub users: Option<Vec<String>>,
    /// All IAM users and roles that may administer the key: ARNs.
    pub administrators: Option<Vec<String>>,
    /// Whether the administrators may delete the key.
    pub administrators_may_delete: Option<bool>,
    /// Ids of all other AWS accounts that may use the key.
    pub other_accounts: Option<Vec<String>>,
}

/// Changes a KMS key that is ACTIVE or INACTIVE. What is not given stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateKmsKeyRequest {
    /// Another name, unique in its keystore.
    pub name: Option<String>,
    /// Free text, 8192 characters at most.
    pub description: Option<String>,
    /// Tags to add or change; a value of `null` removes the tag.
    #[serde(default)]
    pub tags: BTreeMap<String, Option<String>>,
    /// Aliases that shall point at it, with or without `alias/`.
    #[serde(default)]
    pub add_aliases: Vec<String>,
    /// Aliases that shall no longer point at it; they are deleted in AWS.
    #[serde(default)]
    pub remove_aliases: Vec<String>,
    /// Who may use and administer it. Excludes `policy`.
    pub access: Option<AccessChangeRequest>,
    /// A whole key policy, JSON text. Excludes `access`.
    pub policy: Option<String>,
    /// Principals in the place of others, wherever the key policy names them. Excludes `access` and `policy`.
    #[serde(default)]
    pub replace_principals: Vec<ReplacePrincipal>,
    /// Until when material stays: RFC 3339, or `DD-MM-YYYY HH:MM` in `time_zone`, or `never`.
    pub expires_at: Option<String>,
    /// The IANA time zone of an `expires_at` without offset.
    pub time_zone: Option<String>,
    /// What happens where `expires_at` lies beyond the 365 days that AWS allows; `renew` unless given.
    pub renewal: Option<Renewal>,
    /// Days between AWS's own rotations, 90 to 2560, where AWS made the material; 0 stops them.
    pub native_rotation_days: Option<u32>,
    /// Whether it becomes what its keystore's template says now: description, tags, key policy, validity and rotation
    /// schedule. What the template leaves open stays, and what is said here comes before it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub from_template: bool,
}

/// One principal in the place of another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReplacePrincipal {
    /// Who is named now: an ARN, an account, or the id that AWS shows for whoever is gone.
    pub old: String,
    /// The ARN of a user or role, or an account.
    pub new: String,
}

/// Synchronizes: brings everything that differs back to what is wanted, missing material included.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SynchronizeRequest {
    /// Bring the key policy back; yes unless given.
    pub update_policy: bool,
    /// Import what material is missing; yes unless given.
    pub import_material: bool,
    /// Delete the material instead of importing what is missing.
    pub delete_material: bool,
}

impl Default for SynchronizeRequest {
    fn default() -> Self {
        Self {
            update_policy: true,
            import_material: true,
            delete_material: false,
        }
    }
}

/// Makes replicas of a multi-Region key, and fills them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReplicateRequest {
    /// In which Regions of its keystore.
    pub regions: Vec<String>,
}

/// Gives a grant, in every Region of the KMS key.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateGrantRequest {
    /// Who may use the KMS key: the ARN of an account's root, a user, a role, a session of a role.
    pub grantee: String,
    /// What for: AWS's names of grant operations, such as `Decrypt`.
    pub operations: Vec<String>,
    /// Who may retire the grant beside the account: an ARN.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retiring_principal: Option<String>,
    /// Only where the encryption context is exactly this.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub encryption_context_equals: BTreeMap<String, String>,
    /// Only where the encryption context has these pairs in it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub encryption_context_subset: BTreeMap<String, String>,
    /// Its name; one that is made of all else unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// Retires grants: one of the two says which.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RetireGrantsRequest {
    /// These, by AWS's ids.
    pub grants: Option<Vec<String>>,
    /// All that were given to this principal.
    pub grantee: Option<String>,
}

/// Takes grants back: exactly one of the three says which.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RevokeGrantsRequest {
    /// These, by AWS's ids.
    pub grants: Option<Vec<String>>,
    /// All that were given to this principal: ARN or service.
    pub grantee: Option<String>,
    /// All.
    #[serde(default)]
    pub all: bool,
}

/// Makes a replica the primary of its multi-Region key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangePrimaryRequest {
    /// The replica's Region.
    pub region: String,
}

words! {
    /// How to rotate.
    RotationMethod {
        /// A new version in a new KMS key; the aliases move to it.
        NewKey = "new-key",
        /// A new version in the same KMS key.
        InPlace = "in-place",
    }
}

words! {
    /// What becomes of the old KMS key.
    OldKey {
        /// Stays enabled, to decrypt what it encrypted.
        KeepEnabled = "keep-enabled",
        /// Is disabled, not before callers had time to follow the alias.
        Disable = "disable",
        /// Is disabled and emptied, not before callers had time to follow the alias.
        Deactivate = "deactivate",
    }
}

/// Rotates.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RotateRequest {
    /// How.
    pub method: RotationMethod,
    /// What becomes of the old KMS key, with `new-key`; `keep-enabled` unless given.
    pub old_key: Option<OldKey>,
    /// A key of the vault, by id or name, that takes the place of material that is not from the vault, with `new-key`.
    pub to_key: Option<String>,
}

/// Schedules deletion.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ScheduleDeletionRequest {
    /// Waiting period, 7 to 30 days; 30 unless given.
    pub days: Option<u32>,
}

/// Cancels a deletion.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CancelDeletionRequest {
    /// Whether the material is then removed; as the keystore says unless given.
    pub empty: Option<bool>,
}

/// Which KMS keys.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct KmsKeyQuery {
    /// Of this keystore: id or name.
    pub keystore: Option<String>,
    /// Under this connection: id or name.
    pub connection: Option<String>,
    /// Made from this key: id or name.
    pub key: Option<String>,
    /// With this life, such as `ACTIVE`.
    pub life: Option<String>,
    /// In this Region.
    pub region: Option<String>,
    /// Whose name contains this, in any case.
    pub q: Option<String>,
    /// Rows at most, 1 to 1000; 100 unless given.
    pub limit: Option<u32>,
    /// The `next` of the page before.
    pub cursor: Option<String>,
}

/// What an operation began.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct StartedView {
    /// The job that carries it out; absent where everything was as wanted already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub job: Option<JobView>,
    /// The KMS keys concerned, new ones first.
    pub kms_keys: Vec<KmsKeyView>,
    /// Where many rotate together: the keys that got a version.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub versions: Vec<NewVersionView>,
    /// Where many rotate together: those that do not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refused: Vec<NotRotatedView>,
    /// What cannot be promised.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
}

/// A version that a rotation made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NewVersionView {
    /// The key's name.
    pub key: String,
    /// The version's number.
    pub version: u32,
}

/// A KMS key that does not rotate with the others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NotRotatedView {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Stable code.
    pub code: String,
    /// What is the matter.
    pub reason: String,
    /// What to do.
    pub hint: String,
}

words! {
    /// Whose material a KMS key has.
    SourceKind {
        /// A key in our vault.
        Keyferry = "Keyferry",
        /// Material that came from elsewhere.
        External = "External",
        /// AWS's own.
        Aws = "AWS",
    }
}

/// Where a KMS key's material comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SourceView {
    /// Whose.
    pub kind: SourceKind,
    /// The key's id in the vault.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The key's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_name: Option<String>,
    /// For lists, such as `Keyferry (billing-2026)`.
    pub text: String,
}

/// Somebody's rights on a KMS key, as its policy tells them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct KeyAccessView {
    /// Who may use it.
    pub users: Vec<String>,
    /// Who may administer it.
    pub administrators: Vec<String>,
    /// Other AWS accounts that may use it.
    pub other_accounts: Vec<String>,
    /// Whether the administrators may delete it.
    pub administrators_may_delete: bool,
}

/// One version that the KMS key shall hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WantedVersionView {
    /// Which.
    pub number: u32,
    /// Until when; absent is for ever.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub expires_at: Option<String>,
}

/// One material as AWS shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MaterialView {
    /// AWS's id.
    pub id: String,
    /// `CURRENT`, `NON_CURRENT` or `PENDING_ROTATION`.
    pub state: String,
    /// Whether its bytes are there.
    pub present: bool,
    /// Our version that it stands for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<u32>,
    /// When AWS drops it; absent is never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub valid_to: Option<String>,
}

/// The grants of a KMS key, as AWS shows them now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GrantList {
    /// Grants, by Region.
    pub items: Vec<GrantView>,
    /// Regions in which they could not be read.
    pub unreadable: Vec<String>,
}

/// A grant, as AWS shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GrantView {
    /// Where.
    pub region: String,
    /// AWS's id.
    pub id: String,
    /// The name that whoever gave it chose.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Who may use it.
    pub grantee: String,
    /// Who may retire it beside the account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retiring_principal: Option<String>,
    /// What for: AWS's names of KMS operations.
    pub operations: Vec<String>,
    /// It counts only where the encryption context is exactly this.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub encryption_context_equals: BTreeMap<String, String>,
    /// It counts only where the encryption context has these pairs in it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub encryption_context_subset: BTreeMap<String, String>,
    /// It counts only for calls on behalf of this resource.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_arn: Option<String>,
}

/// One place of a KMS key, as last observed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PlaceView {
    /// Where.
    pub region: String,
    /// Its ARN there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arn: Option<String>,
    /// AWS's `KeyState`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_state: Option<String>,
    /// Whether it is the primary of a multi-Region set.
    pub primary: bool,
    /// Its materials, where AWS lists them.
    #[serde(default)]
    pub materials: Vec<MaterialView>,
    /// Aliases that point at it.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// Its tags, Keyferry's own included.
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
    /// Its key policy, JSON text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<String>,
    /// When it was used last; absent until it was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_use: Option<LastUseView>,
    /// On-demand rotations used, of 25.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rotations_used: Option<u32>,
    /// When AWS made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub created_at: Option<String>,
    /// When AWS will delete it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub deletion_date: Option<String>,
    /// When the earliest material expires.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub expires_at: Option<String>,
    /// When this was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub read_at: Option<String>,
}

/// A KMS key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct KmsKeyView {
    /// Our identity of it.
    pub id: String,
    /// Unique in its keystore.
    pub name: String,
    /// The owning group.
    pub group: String,
    /// The keystore's id.
    pub keystore: String,
    /// The keystore's name.
    pub keystore_name: String,
    /// The connection's id.
    pub connection: String,
    /// The connection's name.
    pub connection_name: String,
    /// Whose material it has.
    pub source: SourceView,
    /// What lists show: `AVAILABLE`, `NOT AVAILABLE`, `DISABLED`, `PENDING DELETE`, `GONE`, `NO ACCESS`, `PROVISIONING`.
    pub status: String,
    /// `uploaded`, `not-uploaded`, or `-` for material that is not ours.
    pub uploaded: String,
    /// Our life of it: `PROVISIONING`, `ACTIVE`, `INACTIVE`, `REPLACED`, `PENDING_DELETION`, `DELETED`, `RELEASED`.
    pub life: String,
    /// AWS's `KeyState` of the primary.
    pub key_state: Option<String>,
    /// ARN of the primary, once known.
    pub arn: Option<String>,
    /// Regions, the primary first.
    pub regions: Vec<String>,
    /// Aliases that shall point at it.
    pub aliases: Vec<String>,
    /// Description.
    pub description: String,
    /// Our name of the spec.
    pub spec: String,
    /// AWS's `KeySpec`.
    pub aws_spec: String,
    /// AWS's `KeyUsage`.
    pub usage: String,
    /// AWS's `Origin`.
    pub origin: String,
    /// Whether it can be replicated.
    pub multi_region: bool,
    /// Days between AWS's own rotations, where AWS made the material and rotates it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub native_rotation_days: Option<u32>,
    /// For how many days its material stays from each rotation on, where its keystore's template said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_days: Option<u32>,
    /// Whether it shall be enabled.
    pub enabled: bool,
    /// Who may do what, as the wanted policy tells it.
    pub access: KeyAccessView,
    /// The wanted key policy, JSON text; absent leaves what AWS made.
    pub policy: Option<String>,
    /// Wanted tags, without Keyferry's own.
    pub tags: BTreeMap<String, String>,
    /// Until when material stays; absent is for ever.
    #[schema(format = DateTime)]
    pub expires_at: Option<String>,
    /// Versions that it shall hold, oldest first.
    pub versions: Vec<WantedVersionView>,
    /// The version that shall be current.
    pub current_version: Option<u32>,
    /// When AWS will delete it.
    #[schema(format = DateTime)]
    pub deletion_date: Option<String>,
    /// Where it came from, where it is a copy; only where one KMS key is shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub copied_from: Option<KeyLinkView>,
    /// The KMS key that this one replaced.
    pub predecessor: Option<String>,
    /// The KMS key that replaced this one.
    pub successor: Option<String>,
    /// When it was asked for.
    #[schema(format = DateTime)]
    pub created_at: String,
    /// When it rotates by itself; absent is never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rotation: Option<RotationView>,
    /// Counts changes; the `ETag`.
    pub revision: u64,
    /// Every place as last observed.
    pub places: Vec<PlaceView>,
}

page! {
    /// A page of KMS keys, by name.
    KmsKeyPage of KmsKeyView
}
