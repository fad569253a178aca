//! One operation on many KMS keys.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::kms_key::{
    CancelDeletionRequest, ChangePrimaryRequest, CreateGrantRequest, ReplicateRequest,
    RetireGrantsRequest, RevokeGrantsRequest, RotateRequest, ScheduleDeletionRequest,
    SynchronizeRequest, UpdateKmsKeyRequest,
};

words! {
    /// What is done to each KMS key.
    BulkOperation {
        /// Import what is missing and enable.
        Activate = "activate",
        /// Cancel a scheduled deletion.
        CancelDeletion = "cancel-deletion",
        /// Make a replica the primary.
        ChangePrimary = "change-primary",
        /// Give a grant.
        CreateGrant = "create-grant",
        /// Disable and remove every material.
        Deactivate = "deactivate",
        /// Disable.
        Disable = "disable",
        /// Enable.
        Enable = "enable",
        /// Stop managing it.
        Release = "release",
        /// Remove the material from AWS.
        RemoveFromCloud = "remove-from-cloud",
        /// Make replicas in further Regions.
        Replicate = "replicate",
        /// Undo in AWS what nobody here asked for.
        Restore = "restore",
        /// Retire the grants of a principal.
        RetireGrants = "retire-grants",
        /// Take grants back.
        RevokeGrants = "revoke-grants",
        /// Rotate.
        Rotate = "rotate",
        /// Schedule deletion.
        ScheduleDeletion = "schedule-deletion",
        /// Bring back what differs, or delete the material.
        Synchronize = "synchronize",
        /// Change description, tags, key policy or validity.
        Update = "update",
        /// Take its key's current version into each that holds an older one.
        UploadVersion = "upload-version",
    }
}

/// What a KMS key must be to be selected: all of what is given. Those that are DELETED or RELEASED are selected only by
/// their life.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MatchingRequest {
    /// Of this keystore: id or name.
    pub keystore: Option<String>,
    /// Under this connection: id or name.
    pub connection: Option<String>,
    /// Made from this key: id or name.
    pub key: Option<String>,
    /// In this Region.
    pub region: Option<String>,
    /// With this life, such as `ACTIVE`.
    pub life: Option<String>,
    /// With this status, such as `AVAILABLE`.
    pub status: Option<String>,
    /// With these tags; a value of `null` takes any value.
    #[serde(default)]
    pub tags: BTreeMap<String, Option<String>>,
    /// Whose name contains this, in any case.
    pub q: Option<String>,
}

/// Does one operation to many KMS keys, as one job. Exactly one of `kms_keys` and `matching` says which; they are frozen
/// when the job starts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BulkRequest {
    /// These: ids, names, ARNs or aliases.
    pub kms_keys: Option<Vec<String>>,
    /// Whatever matches. An empty object is every KMS key.
    pub matching: Option<MatchingRequest>,
    /// What is done to each.
    pub operation: BulkOperation,
    /// How many KMS keys that are: wanted where something becomes unusable or is lost, compared wherever it is given.
    pub confirm_count: Option<u32>,
    /// How, for `cancel-deletion`.
    pub cancel_deletion: Option<CancelDeletionRequest>,
    /// To which Region; needed for `change-primary`.
    pub change_primary: Option<ChangePrimaryRequest>,
    /// Which grant; needed for `create-grant`. Unless it has a name, it gets one that differs for each KMS key.
    pub create_grant: Option<CreateGrantRequest>,
    /// Into which Regions; needed for `replicate`.
    pub replicate: Option<ReplicateRequest>,
    /// Whose; needed for `retire-grants`. By grantee only: each KMS key has ids of its own.
    pub retire_grants: Option<RetireGrantsRequest>,
    /// Which; needed for `revoke-grants`. Not by ids, of which each KMS key has its own.
    pub revoke_grants: Option<RevokeGrantsRequest>,
    /// How; needed for `rotate`.
    pub rotate: Option<RotateRequest>,
    /// How, for `schedule-deletion`.
    pub schedule_deletion: Option<ScheduleDeletionRequest>,
    /// How, for `synchronize`.
    pub synchronize: Option<SynchronizeRequest>,
    /// What; needed for `update`. Without name and aliases, of which each KMS key has its own.
    pub update: Option<UpdateKmsKeyRequest>,
}

impl BulkRequest {
    /// An operation that needs nothing more said, on KMS keys that are still to be named.
    pub fn of(operation: BulkOperation) -> Self {
        Self {
            kms_keys: None,
            matching: None,
            operation,
            confirm_count: None,
            cancel_deletion: None,
            change_primary: None,
            create_grant: None,
            replicate: None,
            retire_grants: None,
            revoke_grants: None,
            rotate: None,
            schedule_deletion: None,
            synchronize: None,
            update: None,
        }
    }
}
