//! Emptying, filling again, deleting and not deleting after all.

use jiff::{SignedDuration, Timestamp};
use keyferry_app::kms_keys::Mode;
use keyferry_domain::life::Life;
use keyferry_domain::spec::KeySpec;
use keyferry_ports::clock::Clock as _;
use serde_json::json;

use super::{Found, encrypt, expect_decrypts, expect_state, text};
use crate::error::{Why, ensure};
use crate::rig::{Rig, arn_of};

const WAIT_DAYS: u32 = 7;

/// What was encrypted before the material was removed decrypts after it was imported again, and not in between.
pub(super) async fn removed_then_reimported_decrypts(rig: &Rig) -> Found {
    const NAME: &str = "check-removed";
    let (keys, mode) = (&rig.app().kms_keys, Mode::default());
    let arn = arn_of(&rig.created(NAME, KeySpec::Aes256).await?)?.to_string();
    let ciphertext = encrypt(rig, &arn)?;

    let removed = keys
        .remove_from_cloud(rig.actor(), NAME, &Mode::naming(NAME))
        .await;
    rig.succeed(removed).await?;
    expect_state(rig, &arn, "PendingImport")?;
    expect_life(rig, NAME, Life::Inactive).await?;
    let locked = rig.look("Decrypt", json!({ "CiphertextBlob": ciphertext }));
    ensure(locked.is_err(), || {
        "AWS decrypts without material".to_owned()
    })?;

    rig.succeed(keys.activate(rig.actor(), NAME, &mode).await)
        .await?;
    expect_state(rig, &arn, "Enabled")?;
    expect_life(rig, NAME, Life::Active).await?;
    expect_decrypts(rig, &ciphertext)?;
    Ok(format!(
        "{arn}: PendingImport, then Enabled; the old ciphertext decrypts"
    ))
}

/// Deactivating disables and empties; activating fills and enables.
pub(super) async fn deactivate_activate(rig: &Rig) -> Found {
    const NAME: &str = "check-deactivated";
    let (keys, mode) = (&rig.app().kms_keys, Mode::default());
    let arn = arn_of(&rig.created(NAME, KeySpec::Aes256).await?)?.to_string();
    let ciphertext = encrypt(rig, &arn)?;
    let before = rig.next_event();

    rig.succeed(
        keys.deactivate(rig.actor(), NAME, &Mode::naming(NAME))
            .await,
    )
    .await?;
    expect_state(rig, &arn, "PendingImport")?;
    expect_life(rig, NAME, Life::Inactive).await?;
    let done: Vec<String> = rig
        .events_since(before)
        .into_iter()
        .filter(|event| event.write && event.key_arn.as_deref() == Some(&arn))
        .map(|event| event.operation)
        .collect();
    ensure(done == ["DisableKey", "DeleteImportedKeyMaterial"], || {
        format!("deactivating did {done:?}")
    })?;

    rig.succeed(keys.activate(rig.actor(), NAME, &mode).await)
        .await?;
    expect_state(rig, &arn, "Enabled")?;
    expect_life(rig, NAME, Life::Active).await?;
    expect_decrypts(rig, &ciphertext)?;
    Ok(format!(
        "{arn}: disabled and emptied, then filled and enabled"
    ))
}

/// A scheduled deletion waits as long as asked; cancelled, the key is back, disabled, with its material.
pub(super) async fn schedule_cancel_deletion(rig: &Rig) -> Found {
    const NAME: &str = "check-deleted";
    let (keys, mode) = (&rig.app().kms_keys, Mode::default());
    let arn = arn_of(&rig.created(NAME, KeySpec::Aes256).await?)?.to_string();
    let ciphertext = encrypt(rig, &arn)?;

    let asked_at = rig.clock().now();
    let scheduled = keys
        .schedule_deletion(rig.actor(), NAME, WAIT_DAYS, &Mode::naming(NAME))
        .await;
    rig.succeed(scheduled).await?;
    let shown = expect_state(rig, &arn, "PendingDeletion")?;
    expect_life(rig, NAME, Life::PendingDeletion).await?;
    let seconds = shown.get("DeletionDate").and_then(|date| date.as_f64());
    let date = seconds.and_then(|seconds| Timestamp::from_second(seconds as i64).ok());
    let date = date.ok_or_else(|| Why::new("AWS shows no DeletionDate"))?;
    let wait = date.duration_since(asked_at);
    let wanted = SignedDuration::from_hours(24 * i64::from(WAIT_DAYS));
    let is_as_asked = (wait - wanted).abs() < SignedDuration::from_hours(1);
    ensure(is_as_asked, || {
        format!("AWS deletes after {} hours", wait.as_hours())
    })?;

    let cancelled = keys.cancel_deletion(rig.actor(), NAME, None, &mode).await;
    rig.succeed(cancelled).await?;
    let shown = expect_state(rig, &arn, "Disabled")?;
    expect_life(rig, NAME, Life::Inactive).await?;
    rig.succeed(keys.activate(rig.actor(), NAME, &mode).await)
        .await?;
    expect_state(rig, &arn, "Enabled")?;
    expect_decrypts(rig, &ciphertext)?;
    Ok(format!(
        "{arn}: due in {WAIT_DAYS} days, then {} with its material",
        text(&shown, "KeyState")
    ))
}

async fn expect_life(rig: &Rig, name: &str, wanted: Life) -> Result<(), Why> {
    let life = rig.kms_key(name).await?.intent.life;
    ensure(life == wanted, || {
        format!("the record of {name} says {life}, not {wanted}")
    })
}
