//! What is interrupted.

use keyferry_app::kms_keys::{Mode, Rotate, RotationMethod};
use keyferry_domain::kms_key::OldKey;
use keyferry_domain::spec::KeySpec;

use crate::world::World;

/// The name of the one KMS key.
pub(super) const NAME: &str = "app";

/// One operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scenario {
    /// Create a KMS key and import its material.
    CreateAndImport,
    /// Rotate by new key; the old one is disabled afterwards.
    RotateByNewKey,
    /// Rotate in place.
    RotateInPlace,
    /// Remove the material from AWS.
    RemoveFromCloud,
}

impl Scenario {
    /// All of them.
    pub const ALL: &'static [Self] = &[
        Self::CreateAndImport,
        Self::RotateByNewKey,
        Self::RotateInPlace,
        Self::RemoveFromCloud,
    ];

    pub(super) async fn prepare(self, world: &World) {
        if self != Self::CreateAndImport {
            world
                .succeed(world.create(NAME, KeySpec::Aes256).await)
                .await;
        }
    }

    /// Asks for the operation. A request that fails is repeated by nobody: its person saw the error.
    pub(super) async fn begin(self, world: &World) {
        let keys = &world.app.kms_keys;
        let mode = Mode::default();
        let rotate = |method| keys.rotate(&world.actor, NAME, Rotate { method }, &mode);
        let _ = match self {
            Self::CreateAndImport => world.create(NAME, KeySpec::Aes256).await,
            Self::RotateByNewKey => rotate(RotationMethod::NewKey(OldKey::Disable)).await,
            Self::RotateInPlace => rotate(RotationMethod::InPlace).await,
            Self::RemoveFromCloud => {
                keys.remove_from_cloud(&world.actor, NAME, NAME, &mode)
                    .await
            }
        };
    }
}
