//! What AWS shows after each operation on throw-away keys: a table, so that an account, the simulator and an emulator can be
//! held against the same truth.

use keyferry_domain::spec::KeySpec;
use keyferry_domain::view::{KeyState, MaterialState};

/// An operation on a throw-away key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// New key, KMS key, import, alias.
    Create,
    /// Disable.
    Disable,
    /// Enable.
    Enable,
    /// Remove the material.
    RemoveFromCloud,
    /// Import the same material again, and enable.
    Activate,
    /// Rotate in place.
    RotateInPlace,
    /// Rotate by a new KMS key that takes the alias.
    RotateNewKey,
    /// Schedule deletion in seven days.
    ScheduleDeletion,
    /// Cancel the deletion and keep the material.
    CancelDeletion,
}

impl Operation {
    /// Its words in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create and import",
            Self::Disable => "disable",
            Self::Enable => "enable",
            Self::RemoveFromCloud => "remove material",
            Self::Activate => "import again",
            Self::RotateInPlace => "rotate in place",
            Self::RotateNewKey => "rotate by new key",
            Self::ScheduleDeletion => "schedule deletion",
            Self::CancelDeletion => "cancel deletion",
        }
    }
}

/// One thing that AWS must show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sight {
    /// `KeyState`.
    State(KeyState),
    /// `ExpirationModel` is `KEY_MATERIAL_DOES_NOT_EXPIRE`.
    NeverExpires,
    /// `ExpirationModel` is absent: there is no material.
    NoExpiration,
    /// The ARN is that of the operation before.
    SameKey,
    /// The ARN is another.
    OtherKey,
    /// `CurrentKeyMaterialId` is that of the operation before.
    SameMaterial,
    /// `CurrentKeyMaterialId` is another.
    OtherMaterial,
    /// `ListKeyRotations` with all key material shows these states, in any order, and whether the bytes are there.
    Materials(&'static [(MaterialState, bool)]),
    /// So many on-demand rotations have been used.
    OnDemandRotations(u32),
    /// The alias points at the key.
    AliasHere,
    /// `DeletionDate` lies so many days ahead.
    DeletionInDays(u32),
}

/// What AWS must show after one operation. Rows of one spec follow one another on one key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expectation {
    /// On which key.
    pub spec: KeySpec,
    /// After which operation.
    pub operation: Operation,
    /// What must be seen.
    pub sights: &'static [Sight],
}

/// The table, in the order in which it is run for each spec.
///
/// # Source
///
/// KMS API, `DescribeKey`, `KeyMetadata`: `CurrentKeyMaterialId` outlives a deletion of the material, `ExpirationModel` does
/// not. KMS API, `ListKeyRotations`, `RotateKeyOnDemand`. KMS Developer Guide, "Key states of AWS KMS keys": a cancelled
/// deletion leaves the key disabled. KMS API, `ScheduleKeyDeletion`.
pub fn expectations() -> &'static [Expectation] {
    TABLE
}

use MaterialState::{Current, NonCurrent};
use Operation as Do;
use Sight as See;

const AES: KeySpec = KeySpec::Aes256;

const TABLE: &[Expectation] = &[
    row(
        AES,
        Do::Create,
        &[
            See::State(KeyState::Enabled),
            See::NeverExpires,
            See::Materials(&[(Current, true)]),
            See::AliasHere,
        ],
    ),
    row(
        AES,
        Do::Disable,
        &[
            See::State(KeyState::Disabled),
            See::SameMaterial,
            See::NeverExpires,
        ],
    ),
    row(
        AES,
        Do::Enable,
        &[See::State(KeyState::Enabled), See::SameMaterial],
    ),
    row(
        AES,
        Do::RemoveFromCloud,
        &[
            See::State(KeyState::PendingImport),
            See::SameKey,
            See::SameMaterial,
            See::NoExpiration,
            See::Materials(&[(Current, false)]),
            See::AliasHere,
        ],
    ),
    row(
        AES,
        Do::Activate,
        &[
            See::State(KeyState::Enabled),
            See::SameKey,
            See::SameMaterial,
            See::NeverExpires,
            See::Materials(&[(Current, true)]),
        ],
    ),
    row(
        AES,
        Do::RotateInPlace,
        &[
            See::State(KeyState::Enabled),
            See::SameKey,
            See::OtherMaterial,
            See::Materials(&[(NonCurrent, true), (Current, true)]),
            See::OnDemandRotations(1),
            See::AliasHere,
        ],
    ),
    row(
        AES,
        Do::RotateNewKey,
        &[
            See::State(KeyState::Enabled),
            See::OtherKey,
            See::OtherMaterial,
            See::Materials(&[(Current, true)]),
            See::OnDemandRotations(0),
            See::AliasHere,
        ],
    ),
    row(
        AES,
        Do::ScheduleDeletion,
        &[
            See::State(KeyState::PendingDeletion),
            See::SameKey,
            See::DeletionInDays(7),
        ],
    ),
    row(
        AES,
        Do::CancelDeletion,
        &[
            See::State(KeyState::Disabled),
            See::SameKey,
            See::SameMaterial,
        ],
    ),
    row(KeySpec::Hmac256, Do::Create, CREATED),
    row(KeySpec::Hmac256, Do::RemoveFromCloud, EMPTIED),
    row(KeySpec::Hmac256, Do::Activate, FILLED),
    row(KeySpec::Rsa2048, Do::Create, CREATED),
    row(KeySpec::Rsa2048, Do::RemoveFromCloud, EMPTIED),
    row(KeySpec::Rsa2048, Do::Activate, FILLED),
    row(KeySpec::EcP256, Do::Create, CREATED),
    row(KeySpec::EcP256, Do::RemoveFromCloud, EMPTIED),
    row(KeySpec::EcP256, Do::Activate, FILLED),
];

const CREATED: &[Sight] = &[
    See::State(KeyState::Enabled),
    See::NeverExpires,
    See::AliasHere,
];

const EMPTIED: &[Sight] = &[
    See::State(KeyState::PendingImport),
    See::SameKey,
    See::NoExpiration,
    See::AliasHere,
];

const FILLED: &[Sight] = &[
    See::State(KeyState::Enabled),
    See::SameKey,
    See::NeverExpires,
];

const fn row(spec: KeySpec, operation: Operation, sights: &'static [Sight]) -> Expectation {
    Expectation {
        spec,
        operation,
        sights,
    }
}
