//! Seals and keyring: what opens a vault, and what does not.

use keyferry_domain::spec::KeySpec;
use keyferry_ports::vault::Vault;
use keyferry_vault::{SealError, SoftwareVault};

use crate::support::{PASSPHRASE, identity, open_vault, passphrase};

#[tokio::test]
async fn a_vault_starts_sealed_opens_and_seals_again() {
    let stored = SoftwareVault::create(&passphrase(PASSPHRASE)).unwrap();
    let vault = SoftwareVault::sealed();
    assert!(!vault.is_open());

    vault
        .unseal(&stored.seal, passphrase(PASSPHRASE), &stored.keyring)
        .await
        .unwrap();
    assert!(vault.is_open());
    assert_eq!(vault.keyring_generation(), Some(1));

    vault.seal();
    assert!(!vault.is_open());
    assert_eq!(vault.keyring_generation(), None);
}

#[tokio::test]
async fn a_wrong_passphrase_is_named_and_leaves_the_vault_as_it_was() {
    let (vault, stored) = open_vault().await;
    for is_open in [true, false] {
        if !is_open {
            vault.seal();
        }
        let wrong = passphrase("another passphrase");
        let error = vault
            .unseal(&stored.seal, wrong, &stored.keyring)
            .await
            .unwrap_err();
        assert_eq!(error, SealError::WrongPassphrase);
        assert_eq!(vault.is_open(), is_open);
    }
}

#[tokio::test]
async fn a_short_passphrase_makes_no_seal_but_is_tried_when_it_unseals() {
    let (vault, stored) = open_vault().await;
    let short = SealError::ShortPassphrase { characters: 11 };
    assert_eq!(
        SoftwareVault::create(&passphrase("elevenchars")).unwrap_err(),
        short
    );
    assert_eq!(
        vault.add_seal(passphrase("elevenchars")).await.unwrap_err(),
        short
    );
    let error = vault
        .unseal(&stored.seal, passphrase("short"), &stored.keyring)
        .await
        .unwrap_err();
    assert_eq!(error, SealError::WrongPassphrase);
}

#[tokio::test]
async fn damaged_seals_and_keyrings_are_told_apart() {
    let (_, stored) = open_vault().await;
    let vault = SoftwareVault::sealed();
    let flipped = |bytes: &[u8], position: usize| {
        let mut bytes = bytes.to_vec();
        bytes[position] ^= 1;
        bytes
    };

    for position in 0..stored.seal.len() {
        let seal = flipped(&stored.seal, position);
        let error = vault
            .unseal(&seal, passphrase(PASSPHRASE), &stored.keyring)
            .await;
        assert_eq!(
            error.unwrap_err(),
            SealError::DamagedSeal,
            "byte {position}"
        );
    }
    for position in [0, 1, 40, stored.keyring.len() - 1] {
        let keyring = flipped(&stored.keyring, position);
        let error = vault
            .unseal(&stored.seal, passphrase(PASSPHRASE), &keyring)
            .await;
        assert_eq!(
            error.unwrap_err(),
            SealError::KeyringDoesNotOpen,
            "byte {position}"
        );
    }
    assert!(!vault.is_open());
}

#[tokio::test]
async fn seal_and_keyring_of_two_vaults_do_not_go_together() {
    let (ours, mine) = open_vault().await;
    let (_, theirs) = open_vault().await;

    let error = ours
        .unseal(&theirs.seal, passphrase(PASSPHRASE), &mine.keyring)
        .await
        .unwrap_err();
    assert_eq!(error, SealError::KeyringDoesNotOpen);
    let error = ours
        .test_seal(&theirs.seal, passphrase(PASSPHRASE))
        .await
        .unwrap_err();
    assert_eq!(error, SealError::ForeignSeal);
    let whole = ours
        .unseal(&theirs.seal, passphrase(PASSPHRASE), &theirs.keyring)
        .await;
    assert_eq!(
        whole.unwrap_err(),
        SealError::ForeignSeal,
        "an open vault is not swapped"
    );
    assert_eq!(
        ours.adopt_keyring(&theirs.keyring).unwrap_err(),
        SealError::KeyringDoesNotOpen
    );
}

#[tokio::test]
async fn a_second_seal_opens_the_same_vault_with_its_own_passphrase() {
    let (vault, stored) = open_vault().await;
    let identity = identity(KeySpec::Aes256, 1);
    let made = vault.generate(&identity).await.unwrap();
    let second = vault
        .add_seal(passphrase("the second passphrase"))
        .await
        .unwrap();
    assert_ne!(second, stored.seal);

    vault
        .test_seal(&second, passphrase("the second passphrase"))
        .await
        .unwrap();
    let error = vault
        .test_seal(&second, passphrase(PASSPHRASE))
        .await
        .unwrap_err();
    assert_eq!(error, SealError::WrongPassphrase);

    let other = SoftwareVault::sealed();
    other
        .unseal(
            &second,
            passphrase("the second passphrase"),
            &stored.keyring,
        )
        .await
        .unwrap();
    other
        .check(&identity, &made.sealed, &made.fingerprint)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_new_generation_seals_once_adopted_and_the_old_one_still_opens() {
    let (vault, stored) = open_vault().await;
    let identity = identity(KeySpec::Aes256, 1);
    let old = vault.generate(&identity).await.unwrap();

    let next = vault.next_keyring().unwrap();
    assert_eq!(
        vault.keyring_generation(),
        Some(1),
        "nothing is in use before it is stored"
    );
    vault.adopt_keyring(&next).unwrap();
    assert_eq!(vault.keyring_generation(), Some(2));

    let new = vault.generate(&identity).await.unwrap();
    assert_eq!(old.sealed.as_bytes()[1..5], [0, 0, 0, 1]);
    assert_eq!(new.sealed.as_bytes()[1..5], [0, 0, 0, 2]);
    for made in [&old, &new] {
        vault
            .check(&identity, &made.sealed, &made.fingerprint)
            .await
            .unwrap();
    }

    let error = vault.adopt_keyring(&stored.keyring).unwrap_err();
    assert_eq!(
        error,
        SealError::KeyringLacksKeys,
        "a keyring from before would lose a key"
    );
    let again = vault
        .unseal(&stored.seal, passphrase(PASSPHRASE), &stored.keyring)
        .await;
    assert_eq!(again.unwrap_err(), SealError::KeyringLacksKeys);
    assert_eq!(vault.keyring_generation(), Some(2));
    let behind = SoftwareVault::sealed();
    behind
        .unseal(&stored.seal, passphrase(PASSPHRASE), &stored.keyring)
        .await
        .unwrap();
    assert!(
        behind
            .check(&identity, &new.sealed, &new.fingerprint)
            .await
            .is_err()
    );
    behind.adopt_keyring(&next).unwrap();
    behind
        .check(&identity, &new.sealed, &new.fingerprint)
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_vault_is_shared_by_many_tasks_and_sealing_stops_them_all() {
    let (vault, _) = open_vault().await;
    let vault = std::sync::Arc::new(vault);
    let tasks: Vec<_> = (1..=16)
        .map(|number| {
            let vault = std::sync::Arc::clone(&vault);
            tokio::spawn(async move {
                let spec = if number == 1 {
                    KeySpec::Rsa2048
                } else {
                    KeySpec::EcP256
                };
                let identity = identity(spec, number);
                let made = vault.generate(&identity).await.unwrap();
                vault
                    .check(&identity, &made.sealed, &made.fingerprint)
                    .await
                    .unwrap();
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    vault.seal();
    assert!(vault.generate(&identity(KeySpec::EcP256, 1)).await.is_err());
}
