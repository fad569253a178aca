//! Key states and what each operation may do in them, as data.
//!
//! Source: AWS KMS Developer Guide, "Key states of AWS KMS keys", the table and its notes.

use crate::error::AwsError;
use crate::specs::Origin;

/// `KeyState` of the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyState {
    /// A replica being made.
    Creating,
    /// Ready for use.
    Enabled,
    /// Switched off.
    Disabled,
    /// Waiting for its end.
    PendingDeletion,
    /// An imported key without all of its material.
    PendingImport,
    /// A primary waiting for the end of its replicas.
    PendingReplicaDeletion,
    /// A key in a custom key store that is not connected.
    Unavailable,
    /// The primary Region is changing.
    Updating,
}

impl KeyState {
    /// The state's name on the wire.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            KeyState::Creating => "Creating",
            KeyState::Enabled => "Enabled",
            KeyState::Disabled => "Disabled",
            KeyState::PendingDeletion => "PendingDeletion",
            KeyState::PendingImport => "PendingImport",
            KeyState::PendingReplicaDeletion => "PendingReplicaDeletion",
            KeyState::Unavailable => "Unavailable",
            KeyState::Updating => "Updating",
        }
    }

    /// The table's column: both pending deletions share one.
    fn column(self) -> usize {
        match self {
            KeyState::Enabled => 0,
            KeyState::Disabled => 1,
            KeyState::PendingDeletion | KeyState::PendingReplicaDeletion => 2,
            KeyState::PendingImport => 3,
            KeyState::Unavailable => 4,
            KeyState::Creating => 5,
            KeyState::Updating => 6,
        }
    }
}

/// One cell of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cell {
    /// Allowed.
    Ok,
    /// Allowed for keys with imported material; others: unsupported.
    Ext,
    /// Allowed unless the key is in a custom key store.
    Cks,
    /// UnsupportedOperationException.
    U,
    /// DisabledException.
    Disabled,
    /// KMSInvalidStateException, pending deletion (the guide's codes 2 and 3).
    Deleting,
    /// KMSInvalidStateException, not pending deletion.
    NotDeleting,
    /// KMSInvalidStateException, pending deletion; for keys of other origin unsupported.
    DeletingExt,
    /// KMSInvalidStateException, pending import.
    Importing,
    /// KMSInvalidStateException, unavailable.
    Unavailable,
    /// KMSInvalidStateException, creating.
    Creating,
    /// KMSInvalidStateException, updating.
    Updating,
}

use Cell::{Cks, Deleting, DeletingExt, Ext, Importing, NotDeleting, Ok as Yes, U};

const D1: Cell = Cell::Disabled;
const S11: Cell = Cell::Unavailable;
const S14: Cell = Cell::Creating;
const S15: Cell = Cell::Updating;

/// Columns: Enabled, Disabled, pending deletion, PendingImport, Unavailable, Creating, Updating.
type Row = (&'static [&'static str], [Cell; 7]);

const ALWAYS: [Cell; 7] = [Yes; 7];
const CRYPTO: [Cell; 7] = [Yes, D1, Deleting, Importing, S11, S14, Yes];

const TABLE: &[Row] = &[
    (
        &["CancelKeyDeletion"],
        [
            NotDeleting,
            NotDeleting,
            Yes,
            NotDeleting,
            NotDeleting,
            NotDeleting,
            NotDeleting,
        ],
    ),
    // UpdateAlias is about the new target; the old one may be in any state.
    (
        &["CreateAlias", "UpdateAlias"],
        [Yes, Yes, Deleting, Yes, Yes, Yes, Yes],
    ),
    (&["DeleteAlias"], ALWAYS),
    (
        &["CreateGrant"],
        [Yes, D1, Deleting, Importing, Yes, S14, Yes],
    ),
    (&["RetireGrant", "RevokeGrant", "ListGrants"], ALWAYS),
    (&["Encrypt", "Decrypt", "GenerateDataKey"], CRYPTO),
    (&["Sign", "Verify", "GenerateMac", "VerifyMac"], CRYPTO),
    (&["GetPublicKey"], [Yes, Yes, Deleting, Yes, U, S14, Yes]),
    (
        &["GetParametersForImport"],
        [Ext, Ext, DeletingExt, Yes, U, S14, S15],
    ),
    (
        &["ImportKeyMaterial"],
        [Ext, Ext, DeletingExt, Yes, U, S14, Ext],
    ),
    (
        &["DeleteImportedKeyMaterial"],
        [Ext, Ext, Ext, Yes, U, S14, S15],
    ),
    (
        &["RotateKeyOnDemand"],
        [Cks, D1, Deleting, Importing, U, S14, Cks],
    ),
    (&["ListKeyRotations"], [Cks, Cks, Cks, Yes, U, Cks, Cks]),
    (
        &["EnableKeyRotation", "DisableKeyRotation"],
        [Cks, D1, Deleting, U, U, S14, Cks],
    ),
    (&["GetKeyRotationStatus"], [Cks, Cks, Cks, U, U, Cks, Cks]),
    (
        &["EnableKey", "DisableKey"],
        [Yes, Yes, Deleting, Importing, Yes, S14, S15],
    ),
    (
        &["ScheduleKeyDeletion"],
        [Yes, Yes, Deleting, Yes, Yes, Yes, S15],
    ),
    (
        &["ReplicateKey"],
        [Yes, D1, Deleting, Importing, U, S14, S15],
    ),
    (
        &["UpdatePrimaryRegion"],
        [Yes, D1, Deleting, Importing, U, S14, Yes],
    ),
    (
        &["TagResource", "UntagResource", "UpdateKeyDescription"],
        [Yes, Yes, Deleting, Yes, Yes, Yes, Yes],
    ),
    (
        &[
            "DescribeKey",
            "GetKeyPolicy",
            "PutKeyPolicy",
            "ListKeyPolicies",
            "ListResourceTags",
            "ListAliases",
            "GetKeyLastUsage",
        ],
        ALWAYS,
    ),
];

/// Whether `operation` may run on a key in `state`; the refusal is AWS's.
pub(crate) fn check(
    operation: &str,
    state: KeyState,
    origin: Origin,
    arn: impl FnOnce() -> String,
) -> Result<(), AwsError> {
    let cell = TABLE
        .iter()
        .find(|(operations, _)| operations.contains(&operation))
        .and_then(|(_, row)| row.get(state.column()).copied())
        .unwrap_or(Cell::Ok);
    if cell == Cell::Ok {
        return Ok(());
    }
    let arn = arn();
    let invalid = |what: &str| Err(AwsError::invalid_state(format!("{arn} is {what}.")));
    let unsupported = || {
        Err(AwsError::unsupported(format!(
            "{arn} origin is {} which is not valid for this operation.",
            origin.name()
        )))
    };
    match cell {
        Cell::Ok => Ok(()),
        Cell::Ext if origin == Origin::External => Ok(()),
        Cell::Cks if origin != Origin::CloudHsm => Ok(()),
        Cell::Ext | Cell::Cks | Cell::U => unsupported(),
        Cell::DeletingExt if origin != Origin::External => unsupported(),
        Cell::Disabled => Err(AwsError::new(
            "DisabledException",
            format!("{arn} is disabled."),
        )),
        Cell::Deleting | Cell::DeletingExt => invalid("pending deletion"),
        Cell::NotDeleting => invalid("not pending deletion"),
        Cell::Importing => invalid("pending import"),
        Cell::Unavailable => invalid("unavailable"),
        Cell::Creating => invalid("creating"),
        Cell::Updating => invalid("updating"),
    }
}
