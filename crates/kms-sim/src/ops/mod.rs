//! The operations of KMS.

pub(crate) mod aliases;
pub(crate) mod create;
pub(crate) mod crypto;
pub(crate) mod cx;
pub(crate) mod describe;
pub(crate) mod grants;
pub(crate) mod import;
pub(crate) mod lifecycle;
pub(crate) mod metadata;
pub(crate) mod multi_region;
pub(crate) mod paging;
pub(crate) mod policies;
pub(crate) mod rotation;
pub(crate) mod tags;
pub(crate) mod visibility;

use serde_json::Value;

use crate::args::Args;
use crate::error::AwsError;
use cx::Cx;

type Operation = fn(&mut Cx<'_>, Args<'_>) -> Result<Value, AwsError>;

/// What kind of call an operation is, for the journal and the quotas.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Read,
    Write,
    /// Uses a key; the quota is shared by keys of a kind.
    Crypto,
}

const OPERATIONS: &[(&str, Kind, Operation)] = &[
    ("CancelKeyDeletion", Kind::Write, lifecycle::cancel_deletion),
    ("CreateAlias", Kind::Write, aliases::create),
    ("CreateGrant", Kind::Write, grants::create),
    ("CreateKey", Kind::Write, create::create_key),
    ("Decrypt", Kind::Crypto, crypto::decrypt),
    ("DeleteAlias", Kind::Write, aliases::delete),
    (
        "DeleteImportedKeyMaterial",
        Kind::Write,
        import::delete_material,
    ),
    ("DescribeKey", Kind::Read, describe::describe_key),
    ("DisableKey", Kind::Write, lifecycle::disable),
    ("DisableKeyRotation", Kind::Write, rotation::disable),
    ("EnableKey", Kind::Write, lifecycle::enable),
    ("EnableKeyRotation", Kind::Write, rotation::enable),
    ("Encrypt", Kind::Crypto, crypto::encrypt),
    ("GenerateDataKey", Kind::Crypto, crypto::generate_data_key),
    ("GenerateMac", Kind::Crypto, crypto::generate_mac),
    ("GetKeyLastUsage", Kind::Read, describe::last_usage),
    ("GetKeyPolicy", Kind::Read, policies::get),
    ("GetKeyRotationStatus", Kind::Read, rotation::status),
    ("GetParametersForImport", Kind::Read, import::parameters),
    ("GetPublicKey", Kind::Read, describe::public_key),
    ("ImportKeyMaterial", Kind::Write, import::import_material),
    ("ListAliases", Kind::Read, aliases::list),
    ("ListGrants", Kind::Read, grants::list),
    ("ListKeyPolicies", Kind::Read, policies::list),
    ("ListKeyRotations", Kind::Read, rotation::list),
    ("ListKeys", Kind::Read, describe::list_keys),
    ("ListResourceTags", Kind::Read, tags::list),
    ("PutKeyPolicy", Kind::Write, policies::put),
    ("ReplicateKey", Kind::Write, multi_region::replicate),
    ("RetireGrant", Kind::Write, grants::retire),
    ("RevokeGrant", Kind::Write, grants::revoke),
    ("RotateKeyOnDemand", Kind::Write, rotation::on_demand),
    (
        "ScheduleKeyDeletion",
        Kind::Write,
        lifecycle::schedule_deletion,
    ),
    ("Sign", Kind::Crypto, crypto::sign),
    ("TagResource", Kind::Write, tags::tag),
    ("UntagResource", Kind::Write, tags::untag),
    ("UpdateAlias", Kind::Write, aliases::update),
    (
        "UpdateKeyDescription",
        Kind::Write,
        lifecycle::update_description,
    ),
    (
        "UpdatePrimaryRegion",
        Kind::Write,
        multi_region::update_primary_region,
    ),
    ("Verify", Kind::Crypto, crypto::verify),
    ("VerifyMac", Kind::Crypto, crypto::verify_mac),
];

fn find(operation: &str) -> Option<(Kind, Operation)> {
    OPERATIONS
        .iter()
        .find(|(name, _, _)| *name == operation)
        .map(|(_, kind, run)| (*kind, *run))
}

pub(crate) fn kind(operation: &str) -> Option<Kind> {
    find(operation).map(|(kind, _)| kind)
}

pub(crate) fn run(cx: &mut Cx<'_>, args: Args<'_>) -> Result<Value, AwsError> {
    match find(&cx.operation) {
        Some((_, run)) => run(cx, args),
        None => Err(AwsError::new("UnknownOperationException", "")),
    }
}
