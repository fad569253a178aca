//! What stays the same over the life of a vault, and what never shows.

use keyferry_domain::id::OperationId;
use keyferry_domain::spec::KeySpec;
use keyferry_ports::secret::SecretText;
use keyferry_ports::vault::{Vault, VaultError};
use keyferry_vault::{SoftwareVault, harden_process};
use uuid::Uuid;

use crate::support::{PASSPHRASE, durable, open_vault, passphrase};

#[tokio::test]
async fn the_mac_over_an_operation_outlives_restarts_and_rotations() {
    let (vault, stored) = open_vault().await;
    let operation = OperationId::new(Uuid::from_u128(7));
    let mac = vault.operation_mac(operation, "facts").unwrap();
    assert_eq!(mac.len(), 64);
    assert!(mac.chars().all(|digit| "0123456789abcdef".contains(digit)));

    vault.adopt_keyring(&vault.next_keyring().unwrap()).unwrap();
    assert_eq!(vault.operation_mac(operation, "facts").unwrap(), mac);
    let again = SoftwareVault::sealed();
    again
        .unseal(&stored.seal, passphrase(PASSPHRASE), &stored.keyring)
        .await
        .unwrap();
    assert_eq!(again.operation_mac(operation, "facts").unwrap(), mac);

    let (other_vault, _) = open_vault().await;
    let other = OperationId::new(Uuid::from_u128(8));
    assert_ne!(vault.operation_mac(operation, "facts.").unwrap(), mac);
    assert_ne!(vault.operation_mac(other, "facts").unwrap(), mac);
    assert_ne!(other_vault.operation_mac(operation, "facts").unwrap(), mac);
}

#[tokio::test]
async fn only_hmac_keys_make_macs_each_with_its_own_hash() {
    let (vault, _) = open_vault().await;
    for (spec, length) in [
        (KeySpec::Hmac224, 28),
        (KeySpec::Hmac256, 32),
        (KeySpec::Hmac384, 48),
        (KeySpec::Hmac512, 64),
    ] {
        let (version, _) = durable(&vault, spec).await;
        let mac = vault.mac(&version, b"message").await.unwrap();
        assert_eq!(mac.len(), length);
        assert_eq!(vault.mac(&version, b"message").await.unwrap(), mac);
        assert_ne!(vault.mac(&version, b"messagf").await.unwrap(), mac);
    }
    let (version, _) = durable(&vault, KeySpec::Aes256).await;
    let error = vault.mac(&version, b"message").await.unwrap_err();
    assert_eq!(
        error,
        VaultError::Unsupported {
            what: "a key of spec AES-256 makes no MAC".to_owned()
        }
    );
}

#[tokio::test]
async fn debug_shows_states_and_sizes_and_no_secrets() {
    let (vault, stored) = open_vault().await;
    assert_eq!(format!("{vault:?}"), "SoftwareVault(open)");
    vault.seal();
    assert_eq!(format!("{vault:?}"), "SoftwareVault(sealed)");
    assert_eq!(
        format!("{stored:?}"),
        "NewVault(seal of 130 bytes, keyring of 97)"
    );
    assert_eq!(
        format!("{:?}", passphrase("hunter2")),
        "SealKey(passphrase, redacted)"
    );
    assert_eq!(
        format!("{:?}", SecretText::new("hunter2")),
        "SecretText(redacted)"
    );
}

#[cfg(target_os = "linux")]
#[test]
fn a_hardened_process_dumps_no_core() {
    harden_process().unwrap();
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap();
    let core = limits
        .lines()
        .find(|line| line.starts_with("Max core file size"))
        .unwrap();
    assert_eq!(core.split_whitespace().nth(4), Some("0"), "{core}");
}
