//! Taking over KMS keys that nobody manages.

use keyferry_app::kms_keys::{BindKey, Claim, Mode};
use keyferry_domain::spec::KeySpec;
use serde_json::{Value, json};

use super::{Found, describe, encrypt, expect_decrypts, expect_state};
use crate::error::{Why, ensure};
use crate::rig::{NAME as KEYSTORE, Rig, arn_of};

/// A filled KMS key is bound to the key whose material it has, without any change in AWS, and to no other.
pub(super) async fn filled_key(rig: &Rig) -> Found {
    const NAME: &str = "check-adopted";
    const OTHER: &str = "check-not-adopted";
    let (keys, mode) = (&rig.app().kms_keys, Mode::default());
    let arn = arn_of(&rig.created(NAME, KeySpec::Aes256).await?)?.to_string();
    rig.created(OTHER, KeySpec::Aes256).await?;
    let ciphertext = encrypt(rig, &arn)?;
    keys.release(rig.actor(), NAME, &mode)
        .await
        .map_err(|error| Why::new(format!("it could not be released: {error}")))?;
    let before = (describe(rig, &arn)?, materials(rig, &arn)?);

    let bind = |key: &str| BindKey {
        keystore: KEYSTORE.to_owned(),
        kms_key: arn.clone(),
        claim: Claim {
            key: key.to_owned(),
            first_version: None,
        },
    };
    let other = keys.bind(rig.actor(), bind(OTHER), &mode).await;
    let job = rig.finish(other).await?;
    let notes = rig.notes(&job).await?;
    let is_told = |note: &String| note.contains("kms-key.wrong-material");
    ensure(notes.iter().any(is_told), || {
        format!("{arn} was not refused for a key with other material: {notes:?}")
    })?;
    ensure(rig.kms_key(&arn).await?.source.is_none(), || {
        "what was not proved counts as ours".to_owned()
    })?;
    let bound = keys.bind(rig.actor(), bind(NAME), &mode).await;
    rig.succeed(bound).await?;

    let known = rig.kms_key(&arn).await?;
    ensure(known.bindings.len() == 1 && !known.is_binding(), || {
        "the material counts as not proved".to_owned()
    })?;
    expect_state(rig, &arn, "Enabled")?;
    let after = (describe(rig, &arn)?, materials(rig, &arn)?);
    ensure(before == after, || {
        format!("AWS shows a change: {before:?}, then {after:?}")
    })?;
    expect_decrypts(rig, &ciphertext)?;
    Ok(format!(
        "{arn}: refused for a key with other material, proved for its own, and unchanged"
    ))
}

fn materials(rig: &Rig, arn: &str) -> Result<Value, Why> {
    let input = json!({ "KeyId": arn, "IncludeKeyMaterial": "ALL_KEY_MATERIAL" });
    rig.look("ListKeyRotations", input)
}
