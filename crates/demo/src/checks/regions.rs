//! Multi-Region keys: replicas that hold the same material, and rotate with their primary.

use keyferry_app::keys::KeyOptions;
use keyferry_app::kms_keys::{CreateKmsKey, Mode, Properties, Rotate, RotationMethod};
use keyferry_domain::spec::KeySpec;
use serde_json::{Value, json};

use super::{Found, PLAINTEXT, encrypt, expect_state, member, text};
use crate::error::{Why, ensure};
use crate::landscape::REGIONS;
use crate::rig::{NAME as KEYSTORE, Rig, arn_of};

/// A replica is made in another Region, filled, and decrypts what the primary encrypted.
pub(super) async fn replica_filled(rig: &Rig) -> Found {
    const NAME: &str = "check-replica";
    let arn = multi_region_key(rig, NAME).await?;
    let ciphertext = encrypt(rig, &arn)?;
    let there = replica_region()?;

    let keys = &rig.app().kms_keys;
    let places = vec![there.parse()?];
    let mode = Mode::default();
    let replicated = keys.replicate(rig.actor(), NAME, places, &mode).await;
    rig.succeed(replicated).await?;

    expect_decrypts_there(rig, &ciphertext)?;
    Ok(format!("{arn} decrypts in {there}, too"))
}

/// In place: the new material is in both Regions, the ids stay, and ciphertexts of each Region decrypt in the other.
pub(super) async fn in_place_rotation(rig: &Rig) -> Found {
    const NAME: &str = "check-set-in-place";
    let arn = multi_region_key(rig, NAME).await?;
    let there = replica_region()?;
    let (keys, mode) = (&rig.app().kms_keys, Mode::default());
    let places = vec![there.parse()?];
    let replicated = keys.replicate(rig.actor(), NAME, places, &mode).await;
    rig.succeed(replicated).await?;
    let (before, old) = (
        current(&expect_state(rig, &arn, "Enabled")?),
        encrypt(rig, &arn)?,
    );

    let method = RotationMethod::InPlace;
    let rotate = Rotate { method };
    let rotated = keys.rotate(rig.actor(), NAME, rotate, &mode).await;
    rig.succeed(rotated).await?;

    let after = current(&expect_state(rig, &arn, "Enabled")?);
    ensure(after != before, || {
        format!("the current material is still {before}")
    })?;
    let replica = arn.replacen(&region()?, there, 1);
    let shown = rig.look_in(there, "DescribeKey", json!({ "KeyId": replica }))?;
    let held = current(&member(&shown, "KeyMetadata"));
    ensure(held == after, || {
        format!("the replica's current material is {held}, not {after}")
    })?;
    expect_decrypts_there(rig, &old)?;
    expect_decrypts_there(rig, &encrypt(rig, &arn)?)?;
    Ok(format!(
        "{arn}: material {before} became {after} in both Regions"
    ))
}

async fn multi_region_key(rig: &Rig, name: &str) -> Result<String, Why> {
    let command = CreateKmsKey {
        keystore: KEYSTORE.to_owned(),
        name: name.parse()?,
        spec: Some(KeySpec::Aes256),
        key: KeyOptions::default(),
        properties: Properties {
            aliases: vec![name.parse()?],
            multi_region: Some(true),
            ..Properties::default()
        },
    };
    let (keys, mode) = (&rig.app().kms_keys, Mode::default());
    let created = keys.create(rig.actor(), command, &mode).await;
    rig.succeed(created).await?;
    Ok(arn_of(&rig.kms_key(name).await?)?.to_string())
}

fn current(described: &Value) -> String {
    text(described, "CurrentKeyMaterialId").to_owned()
}

fn region() -> Result<String, Why> {
    Ok(crate::rig::region()?.to_string())
}

fn replica_region() -> Result<&'static str, Why> {
    let second = REGIONS.get(1).copied();
    second.ok_or_else(|| Why::new("there is no second Region"))
}

fn expect_decrypts_there(rig: &Rig, ciphertext: &Value) -> Result<(), Why> {
    let input = json!({ "CiphertextBlob": ciphertext });
    let answer = rig.look_in(replica_region()?, "Decrypt", input)?;
    ensure(text(&answer, "Plaintext") == PLAINTEXT, || {
        "the replica decrypts the ciphertext to something else".to_owned()
    })
}
