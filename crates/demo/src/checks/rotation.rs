//! Rotation by new key, and in place.

use jiff::SignedDuration;
use keyferry_app::kms_keys::{Mode, Rotate, RotationMethod};
use keyferry_domain::kms_key::OldKey;
use keyferry_domain::life::Life;
use keyferry_domain::operation::RotationChoice;
use keyferry_domain::schedule::{Period, Recurrence, RotationSchedule};
use keyferry_domain::spec::KeySpec;
use keyferry_ports::records::{JobFilter, Page};
use serde_json::{Value, json};

use super::{Found, describe, encrypt, expect_decrypts, expect_state, text};
use crate::error::{Why, ensure};
use crate::rig::{Rig, arn_of};

/// The alias leads to a new key; the old one still decrypts; the alias moved last.
pub(super) async fn new_key_moves_alias(rig: &Rig) -> Found {
    const NAME: &str = "check-rotated";
    const ALIAS: &str = "alias/check-rotated";
    let old = arn_of(&rig.created(NAME, KeySpec::Aes256).await?)?.to_string();
    let ciphertext = encrypt(rig, ALIAS)?;
    let before = rig.next_event();

    let method = RotationMethod::NewKey(OldKey::KeepEnabled);
    let (keys, mode) = (&rig.app().kms_keys, Mode::default());
    let rotated = keys
        .rotate(rig.actor(), NAME, Rotate { method }, &mode)
        .await;
    rig.succeed(rotated).await?;

    let shown = describe(rig, ALIAS)?;
    let new = text(&shown, "Arn");
    ensure(new != old, || format!("{ALIAS} still leads to {old}"))?;
    expect_state(rig, new, "Enabled")?;
    expect_state(rig, &old, "Enabled")?;
    expect_decrypts(rig, &ciphertext)?;
    let known = rig.kms_key(new).await?;
    ensure(
        known.intent.current.map(|version| version.get()) == Some(2),
        || "the new KMS key does not hold version 2".to_owned(),
    )?;
    let life = rig.kms_key(&old).await?.intent.life;
    ensure(life == Life::Replaced, || {
        format!("the record of the old key says {life}")
    })?;
    let done: Vec<String> = rig
        .events_since(before)
        .into_iter()
        .filter(|event| event.write)
        .map(|event| event.operation)
        .collect();
    ensure(
        done.last().map(String::as_str) == Some("UpdateAlias"),
        || format!("the alias did not move last: {done:?}"),
    )?;
    Ok(format!("{ALIAS} moved from {old} to {new}"))
}

/// A due time comes: the KMS key rotates by itself, once however often it was missed, and is due again later.
pub(super) async fn schedule_rotates(rig: &Rig) -> Found {
    const NAME: &str = "check-scheduled";
    const ALIAS: &str = "alias/check-scheduled";
    const DAYS: u16 = 30;
    let old = arn_of(&rig.created(NAME, KeySpec::Aes256).await?)?.to_string();
    let ciphertext = encrypt(rig, ALIAS)?;
    let every = RotationSchedule::new(Recurrence::Every(Period::Days(DAYS.into())));
    let choice = RotationChoice::Own(every);
    let keys = &rig.app().kms_keys;
    keys.set_rotation(rig.actor(), NAME, choice, None).await?;
    let early = rig.app().scheduler.run_due().await?;
    ensure(early == 0, || format!("{early} rotations began too early"))?;

    rig.pass(SignedDuration::from_hours(24 * i64::from(DAYS) * 3 + 1));
    let begun = rig.app().scheduler.run_due().await?;
    ensure(begun == 1, || format!("{begun} rotations began"))?;
    let successor = rig.kms_key(&old).await?.successor;
    let successor = successor.ok_or_else(|| Why::new("the rotation has no successor"))?;
    let filter = JobFilter {
        groups: keyferry_ports::records::Groups::All,
        subject: Some(successor.into()),
        state: None,
    };
    let page = Page::default();
    let jobs = rig.app().jobs.list(rig.actor(), &filter, &page);
    for job in jobs.await?.rows {
        let ended = rig.finish_job(&job).await?;
        rig.expect_success(ended).await?;
    }

    let shown = describe(rig, ALIAS)?;
    let new = text(&shown, "Arn");
    ensure(new != old, || format!("{ALIAS} still leads to {old}"))?;
    expect_decrypts(rig, &ciphertext)?;
    let again = rig.app().scheduler.run_due().await?;
    ensure(again == 0, || "a missed time ran again".to_owned())?;
    let known = rig.kms_key(new).await?;
    let due = known
        .rotation_due
        .ok_or_else(|| Why::new("it is never due again"))?;
    keys.set_rotation(rig.actor(), new, RotationChoice::Never, None)
        .await?;
    Ok(format!(
        "{ALIAS} moved from {old} to {new}; due again at {due}"
    ))
}

/// The key id stays, the material is another, and what was encrypted before still decrypts.
pub(super) async fn in_place_keeps_id_and_decrypts(rig: &Rig) -> Found {
    const NAME: &str = "check-in-place";
    const ALIAS: &str = "alias/check-in-place";
    let arn = arn_of(&rig.created(NAME, KeySpec::Aes256).await?)?.to_string();
    let (before, ciphertext) = (describe(rig, ALIAS)?, encrypt(rig, ALIAS)?);

    let method = RotationMethod::InPlace;
    let (keys, mode) = (&rig.app().kms_keys, Mode::default());
    let rotated = keys
        .rotate(rig.actor(), NAME, Rotate { method }, &mode)
        .await;
    rig.succeed(rotated).await?;

    let after = expect_state(rig, ALIAS, "Enabled")?;
    ensure(text(&after, "Arn") == arn, || {
        format!("the alias leads to {}", text(&after, "Arn"))
    })?;
    let (old, new) = (
        text(&before, "CurrentKeyMaterialId"),
        text(&after, "CurrentKeyMaterialId"),
    );
    ensure(new != old, || {
        format!("the current material is still {old}")
    })?;
    let bindings = rig.kms_key(NAME).await?.bindings;
    let version = bindings
        .iter()
        .find(|row| row.0.to_string() == new)
        .map(|row| row.1.get());
    ensure(version == Some(2), || {
        format!("the current material stands for version {version:?}")
    })?;
    let input = json!({ "KeyId": arn, "IncludeKeyMaterial": "ALL_KEY_MATERIAL" });
    let listed = rig.look("ListKeyRotations", input)?;
    let count = listed
        .get("Rotations")
        .and_then(Value::as_array)
        .map_or(0, Vec::len);
    ensure(count == 2, || format!("AWS lists {count} materials"))?;
    expect_decrypts(rig, &ciphertext)?;
    expect_decrypts(rig, &encrypt(rig, ALIAS)?)?;
    Ok(format!(
        "{arn}: material {old} became {new}; old and new ciphertexts decrypt"
    ))
}
