//! Any sequence of sealing, unsealing, rotating and generating: nothing that was stored is ever lost.

use keyferry_domain::material::VersionIdentity;
use keyferry_domain::spec::KeySpec;
use keyferry_ports::vault::{NewMaterial, Vault, VaultError};
use keyferry_vault::{NewVault, SoftwareVault};
use proptest::prelude::*;

use crate::support::{PASSPHRASE, identity, passphrase};

#[derive(Clone, Copy, Debug)]
enum Act {
    Generate,
    Rotate,
    /// A keyring is made but never stored, as by a crash.
    RotateHalfway,
    Restart,
    Seal,
    Unseal,
}

struct World {
    vault: SoftwareVault,
    stored: NewVault,
    made: Vec<(VersionIdentity, NewMaterial)>,
}

impl World {
    fn new() -> Self {
        let stored = SoftwareVault::create(&passphrase(PASSPHRASE)).unwrap();
        Self {
            vault: SoftwareVault::sealed(),
            stored,
            made: Vec::new(),
        }
    }

    async fn apply(&mut self, act: Act) {
        match act {
            Act::Generate => {
                let identity = identity(KeySpec::Aes256, self.made.len() as u32 + 1);
                match self.vault.generate(&identity).await {
                    Ok(made) => self.made.push((identity, made)),
                    Err(error) => assert_eq!(error, VaultError::Sealed),
                }
            }
            Act::Rotate => {
                if let Ok(next) = self.vault.next_keyring() {
                    self.vault.adopt_keyring(&next).unwrap();
                    self.stored.keyring = next;
                }
            }
            Act::RotateHalfway => drop(self.vault.next_keyring()),
            Act::Restart => self.vault = SoftwareVault::sealed(),
            Act::Seal => self.vault.seal(),
            Act::Unseal => {
                let NewVault { seal, keyring } = &self.stored;
                self.vault
                    .unseal(seal, passphrase(PASSPHRASE), keyring)
                    .await
                    .unwrap();
            }
        }
    }

    async fn check(&self) {
        for (identity, made) in &self.made {
            let answer = self
                .vault
                .check(identity, &made.sealed, &made.fingerprint)
                .await;
            let expected = if self.vault.is_open() {
                Ok(())
            } else {
                Err(VaultError::Sealed)
            };
            assert_eq!(answer, expected, "{identity:?}");
        }
    }
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let act = prop_oneof![
        6 => Just(Act::Generate),
        3 => Just(Act::Rotate),
        1 => Just(Act::RotateHalfway),
        1 => Just(Act::Restart),
        1 => Just(Act::Seal),
        2 => Just(Act::Unseal),
    ];
    prop::collection::vec(act, 1..20)
}

proptest! {
    // Every case makes and opens vaults at the full price of Argon2id.
    #![proptest_config(ProptestConfig { cases: 6, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_was_sealed_opens_after_any_sequence_of_rotations_and_restarts(acts in acts()) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let mut world = World::new();
            world.apply(Act::Unseal).await;
            for act in acts {
                world.apply(act).await;
                world.check().await;
            }
            world.apply(Act::Unseal).await;
            world.check().await;
        });
    }
}
