//! Material and secrets at rest: what opens, and what must not.

use std::sync::LazyLock;

use keyferry_domain::connection::SealedSecret;
use keyferry_domain::id::{GroupId, KeyId, OperationId};
use keyferry_domain::material::{Fingerprint, SealedMaterial, VersionIdentity};
use keyferry_domain::spec::KeySpec;
use keyferry_domain::version::VersionNumber;
use keyferry_domain::wrapping::WrappingAlgorithm;
use keyferry_ports::secret::SecretText;
use keyferry_ports::vault::{Vault, VaultError, WrappingPublicKey};
use keyferry_vault::SoftwareVault;
use proptest::prelude::*;
use tokio::runtime::Runtime;
use uuid::Uuid;

use crate::support::{durable, identity, open_vault};

/// One vault for all cases of a property, and a runtime to drive it.
static VAULT: LazyLock<(Runtime, SoftwareVault)> = LazyLock::new(|| {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let (vault, _) = runtime.block_on(open_vault());
    (runtime, vault)
});

fn does_not_open(what: &str) -> VaultError {
    VaultError::DoesNotOpen {
        what: what.to_owned(),
    }
}

const VERSION_1: &str = "key 00000000-0000-0000-0000-000000000022 version 1";

#[tokio::test]
async fn a_sealed_vault_answers_sealed_to_everything() {
    let (vault, _) = open_vault().await;
    let identity = identity(KeySpec::Hmac256, 1);
    let made = vault.generate(&identity).await.unwrap();
    let (version, _) = durable(&vault, KeySpec::Hmac256).await;
    let secret = vault
        .seal_secret("purpose", &SecretText::new("secret"))
        .unwrap();
    let under = WrappingPublicKey(b"not even looked at".to_vec());
    let operation = OperationId::new(Uuid::from_u128(1));

    vault.seal();

    let sealed = VaultError::Sealed;
    assert!(!vault.is_open());
    assert_eq!(vault.generate(&identity).await.unwrap_err(), sealed);
    let check = vault
        .check(&identity, &made.sealed, &made.fingerprint)
        .await;
    assert_eq!(check.unwrap_err(), sealed);
    let wrap = vault
        .wrap_for_aws(&version, &under, WrappingAlgorithm::RsaesOaepSha256)
        .await;
    assert_eq!(wrap.unwrap_err(), sealed);
    assert_eq!(vault.mac(&version, b"message").await.unwrap_err(), sealed);
    assert_eq!(
        vault
            .seal_secret("purpose", &SecretText::new("secret"))
            .unwrap_err(),
        sealed
    );
    assert_eq!(vault.open_secret("purpose", &secret).unwrap_err(), sealed);
    assert_eq!(vault.operation_mac(operation, "facts").unwrap_err(), sealed);
    assert!(vault.next_keyring().is_err() && vault.adopt_keyring(&[]).is_err());
}

#[tokio::test]
async fn material_of_every_spec_opens_as_what_it_is_and_as_nothing_else() {
    let (vault, _) = open_vault().await;
    for spec in KeySpec::all() {
        let identity = identity(spec, 1);
        let made = vault.generate(&identity).await.unwrap();
        vault
            .check(&identity, &made.sealed, &made.fingerprint)
            .await
            .unwrap();
        assert_eq!(made.public_key.is_some(), spec.is_asymmetric());

        let others = [
            VersionIdentity {
                group: GroupId::new(Uuid::from_u128(0x12)),
                ..identity.clone()
            },
            VersionIdentity {
                key: KeyId::new(Uuid::from_u128(0x23)),
                ..identity.clone()
            },
            VersionIdentity {
                version: VersionNumber::FIRST.next(),
                ..identity.clone()
            },
        ];
        let other_specs = KeySpec::all().filter(|other| *other != spec);
        let other_specs = other_specs.map(|spec| VersionIdentity {
            spec,
            ..identity.clone()
        });
        for other in others.into_iter().chain(other_specs) {
            let error = vault
                .check(&other, &made.sealed, &made.fingerprint)
                .await
                .unwrap_err();
            assert!(
                matches!(error, VaultError::DoesNotOpen { .. }),
                "{other:?}: {error}"
            );
        }
    }
}

#[tokio::test]
async fn every_flipped_byte_of_sealed_material_and_of_its_fingerprint_is_refused() {
    let (vault, _) = open_vault().await;
    let identity = identity(KeySpec::Aes256, 1);
    let made = vault.generate(&identity).await.unwrap();
    let stored = made.sealed.as_bytes();
    assert_eq!(stored.len(), 1 + 4 + 32 + 12 + 32 + 16);
    for position in 0..stored.len() {
        let mut damaged = stored.to_vec();
        damaged[position] ^= 0x20;
        let damaged = SealedMaterial::new(damaged);
        let error = vault
            .check(&identity, &damaged, &made.fingerprint)
            .await
            .unwrap_err();
        assert_eq!(error, does_not_open(VERSION_1), "byte {position}");
    }
    for length in 0..stored.len() {
        let cut = SealedMaterial::new(stored[..length].to_vec());
        assert!(
            vault
                .check(&identity, &cut, &made.fingerprint)
                .await
                .is_err(),
            "{length}"
        );
    }
    for position in 0..32 {
        let mut fingerprint = *made.fingerprint.as_bytes();
        fingerprint[position] ^= 1;
        let other = Fingerprint::new(fingerprint);
        let error = vault
            .check(&identity, &made.sealed, &other)
            .await
            .unwrap_err();
        assert_eq!(error, does_not_open(VERSION_1), "byte {position}");
    }
}

#[tokio::test]
async fn two_generations_of_material_differ_in_everything() {
    let (vault, _) = open_vault().await;
    let identity = identity(KeySpec::Aes256, 1);
    let first = vault.generate(&identity).await.unwrap();
    let second = vault.generate(&identity).await.unwrap();
    assert_ne!(first.fingerprint, second.fingerprint);
    assert_ne!(first.sealed, second.sealed);
    assert!(
        vault
            .check(&identity, &first.sealed, &second.fingerprint)
            .await
            .is_err()
    );
}

#[tokio::test]
async fn material_of_another_vault_does_not_open() {
    let (ours, _) = open_vault().await;
    let (theirs, _) = open_vault().await;
    let identity = identity(KeySpec::Aes256, 1);
    let made = theirs.generate(&identity).await.unwrap();
    let error = ours
        .check(&identity, &made.sealed, &made.fingerprint)
        .await
        .unwrap_err();
    assert_eq!(error, does_not_open(VERSION_1));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_secret_opens_for_its_purpose_and_for_no_other(
        secret in ".{0,200}",
        purpose in ".{0,40}",
        other in ".{0,40}",
    ) {
        let (_, vault) = &*VAULT;
        let sealed = vault.seal_secret(&purpose, &SecretText::new(secret.as_str())).unwrap();

        let opened = vault.open_secret(&purpose, &sealed).unwrap();
        prop_assert_eq!(opened.expose(), secret.as_str());
        if other != purpose {
            let error = vault.open_secret(&other, &sealed).unwrap_err();
            prop_assert_eq!(error, does_not_open(&format!("secret `{other}`")));
        }
    }

    #[test]
    fn a_damaged_secret_is_refused(
        secret in "[a-zA-Z0-9/+]{1,60}",
        position in any::<prop::sample::Index>(),
        flip in 1u8..,
    ) {
        let (_, vault) = &*VAULT;
        let sealed = vault.seal_secret("purpose", &SecretText::new(secret.as_str())).unwrap();
        prop_assert!(sealed.as_bytes().windows(secret.len()).all(|part| part != secret.as_bytes()) || secret.len() < 4);
        let mut damaged = sealed.as_bytes().to_vec();
        damaged[position.index(sealed.as_bytes().len())] ^= flip;
        prop_assert!(vault.open_secret("purpose", &SealedSecret::new(damaged)).is_err());
    }

    #[test]
    fn material_is_bound_to_any_identity_it_was_made_for(
        ours in (any::<u128>(), any::<u128>(), 1u32..),
        theirs in (any::<u128>(), any::<u128>(), 1u32..),
    ) {
        let identity = |(group, key, version): (u128, u128, u32)| VersionIdentity {
            group: GroupId::new(Uuid::from_u128(group)),
            key: KeyId::new(Uuid::from_u128(key)),
            version: VersionNumber::new(version).unwrap(),
            spec: KeySpec::Hmac512,
        };
        let (runtime, vault) = &*VAULT;
        runtime.block_on(async {
            let made = vault.generate(&identity(ours)).await.unwrap();
            let check = vault.check(&identity(ours), &made.sealed, &made.fingerprint).await;
            prop_assert!(check.is_ok());
            let moved = vault.check(&identity(theirs), &made.sealed, &made.fingerprint).await;
            prop_assert_eq!(moved.is_ok(), ours == theirs);
            Ok(())
        })?;
    }
}

#[tokio::test]
async fn a_secret_and_material_never_stand_in_for_one_another() {
    let (vault, _) = open_vault().await;
    let identity = identity(KeySpec::Aes256, 1);
    let made = vault.generate(&identity).await.unwrap();
    let secret = vault
        .seal_secret("purpose", &SecretText::new("secret"))
        .unwrap();

    let as_secret = SealedSecret::new(made.sealed.as_bytes().to_vec());
    assert!(vault.open_secret("purpose", &as_secret).is_err());
    let as_material = SealedMaterial::new(secret.as_bytes().to_vec());
    assert!(
        vault
            .check(&identity, &as_material, &made.fingerprint)
            .await
            .is_err()
    );
}
