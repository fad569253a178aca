//! Key material of every kind, and whether what AWS holds is what the vault holds.

use aws_lc_rs::rsa::{OAEP_SHA256_MGF1SHA256, OaepPublicEncryptingKey, PublicEncryptingKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use keyferry_app::kms_keys::{Answer, Mode};
use keyferry_domain::arn::KmsKeyArn;
use keyferry_domain::kms_key::KmsKey;
use keyferry_domain::material::VersionIdentity;
use keyferry_domain::spec::KeySpec;
use keyferry_domain::wrapping::{WrappingAlgorithm, WrappingKeySpec};
use keyferry_ports::aws::{
    AwsAccount, CallFailure, ImportParameters, ImportType, KmsCall, MaterialUpload, Refusal,
};
use keyferry_ports::durable::{Durable, attest};
use keyferry_ports::records::JobState;
use keyferry_ports::vault::{EncryptedKeyMaterial, Vault as _};
use kms_sim::{Fault, ScriptedFault};
use serde_json::{Value, json};

use super::{Found, encrypt, expect_decrypts, expect_state, text};
use crate::error::{Why, ensure};
use crate::rig::{Rig, arn_of, region};

const MESSAGE: &[u8] = b"keyferry";

/// A version's material once more: 32 bytes that are not those of any key.
const OTHER_MATERIAL: &[u8; 32] = b"thirty-two bytes of another hand";

pub(super) async fn aes_imported(rig: &Rig) -> Found {
    let key = rig.created("check-aes", KeySpec::Aes256).await?;
    aes_is_imported(rig, &key)
}

/// AWS shows the key as ours: external origin, enabled, its current material the one that our record binds to
/// version 1, and it works.
pub fn aes_is_imported(rig: &Rig, key: &KmsKey) -> Found {
    let arn = arn_of(key)?.to_string();
    let shown = expect_state(rig, &arn, "Enabled")?;
    ensure(text(&shown, "Origin") == "EXTERNAL", || {
        format!("its origin is {}", text(&shown, "Origin"))
    })?;
    let id = text(&shown, "CurrentKeyMaterialId");
    let bound = key.bindings.iter().find(|row| row.0.to_string() == id);
    let version = bound
        .map(|row| row.1.get())
        .ok_or_else(|| Why::new(format!("no version of ours stands for the material {id}")))?;
    ensure(version == 1, || format!("AWS holds version {version}"))?;
    expect_decrypts(rig, &encrypt(rig, &arn)?)?;
    Ok(format!("{arn} holds version 1 as material {id}"))
}

/// KMS's MAC equals the vault's.
pub(super) async fn hmac_imported_and_mac_equal(rig: &Rig) -> Found {
    let key = rig.created("check-hmac", KeySpec::Hmac256).await?;
    let arn = arn_of(&key)?.to_string();
    expect_state(rig, &arn, "Enabled")?;
    let input = json!({
        "KeyId": arn, "MacAlgorithm": "HMAC_SHA_256", "Message": BASE64.encode(MESSAGE),
    });
    let theirs = rig.look("GenerateMac", input)?;
    let ours = rig.vault().mac(&durable(rig, &key).await?, MESSAGE).await?;
    ensure(text(&theirs, "Mac") == BASE64.encode(&ours), || {
        "KMS computes another MAC than the vault".to_owned()
    })?;
    Ok(format!(
        "{arn}: HMAC_SHA_256 of {} bytes equal",
        MESSAGE.len()
    ))
}

pub(super) async fn rsa_public_key_equal(rig: &Rig) -> Found {
    public_key_equal(rig, "check-rsa", KeySpec::Rsa2048).await
}

pub(super) async fn ecc_public_key_equal(rig: &Rig) -> Found {
    public_key_equal(rig, "check-ecc", KeySpec::EcP256).await
}

async fn public_key_equal(rig: &Rig, name: &str, spec: KeySpec) -> Found {
    let key = rig.created(name, spec).await?;
    let arn = arn_of(&key)?.to_string();
    expect_state(rig, &arn, "Enabled")?;
    let theirs: Value = rig.look("GetPublicKey", json!({ "KeyId": arn }))?;
    let ours = rig.app().keys.show(rig.actor(), name).await?;
    let ours = ours
        .versions
        .first()
        .and_then(|version| version.public_key.as_ref());
    let ours = ours.ok_or_else(|| Why::new("the vault knows no public key"))?;
    ensure(text(&theirs, "PublicKey") == BASE64.encode(ours), || {
        "KMS shows another public key than the vault".to_owned()
    })?;
    Ok(format!("{arn}: {spec}, {} bytes equal", ours.len()))
}

/// The first version of a key, read back and opened as for an import.
async fn durable(rig: &Rig, key: &KmsKey) -> Result<Durable, Why> {
    let source = key
        .source
        .ok_or_else(|| Why::new("the KMS key has no key in the vault"))?;
    let found = rig
        .app()
        .keys
        .show(rig.actor(), &source.to_string())
        .await?;
    let identity: Option<VersionIdentity> = found
        .versions
        .first()
        .map(|version| version.identity.clone());
    let identity = identity.ok_or_else(|| Why::new("the key has no versions"))?;
    Ok(attest(rig.records(), rig.vault(), &identity).await?)
}

/// AWS takes back only the bytes that a key had before, and Keyferry says so where somebody else was there first.
pub(super) async fn wrong_material_refused(rig: &Rig) -> Found {
    let removed = emptied_key(rig).await?;
    let refused = import_other_bytes(rig, &removed, Some(ImportType::Existing)).await;
    let Err(CallFailure::Refused {
        refusal: Refusal::IncorrectKeyMaterial,
        ..
    }) = refused?
    else {
        return Err(Why::new(
            "AWS did not refuse other bytes as IncorrectKeyMaterial",
        ));
    };
    expect_state(rig, &removed.to_string(), "PendingImport")?;
    let code = import_into_a_key_that_was_taken(rig).await?;
    Ok(format!(
        "IncorrectKeyMaterial from AWS; our own import ends stuck with {code}"
    ))
}

/// A key whose material was imported, and removed again.
async fn emptied_key(rig: &Rig) -> Result<KmsKeyArn, Why> {
    const NAME: &str = "check-wrong-material";
    let key = rig.created(NAME, KeySpec::Aes256).await?;
    let keys = &rig.app().kms_keys;
    let removed = keys
        .remove_from_cloud(rig.actor(), NAME, &Mode::naming(NAME))
        .await;
    rig.succeed(removed).await?;
    arn_of(&key)
}

/// Between our CreateKey and our import somebody puts material of his own into an HMAC key and takes it out
/// again. Our import must fail, and the job must say why.
async fn import_into_a_key_that_was_taken(rig: &Rig) -> Found {
    const NAME: &str = "check-taken";
    let busy = ScriptedFault::next("ImportKeyMaterial", Fault::Throttle).times(u32::MAX);
    rig.simulator().add_fault(busy);
    let Answer::Started { job, .. } = rig.create(NAME, KeySpec::Hmac256).await? else {
        return Err(Why::new("no job was started"));
    };
    rig.app().engine.run_due().await?;
    rig.simulator().clear_faults();
    let arn = arn_of(&rig.kms_key(NAME).await?)?;
    import_other_bytes(rig, &arn, None).await??;
    let account = arn.account().id;
    let hand = rig
        .simulator()
        .foreign_hand(account.as_str(), arn.region().as_str());
    hand.delete_material(&arn.to_string(), None, rig.clock().micros())?;

    let job = rig.finish_job(&job).await?;

    ensure(job.state == JobState::Stuck, || {
        format!("the job is {}, not stuck", job.state.as_str())
    })?;
    let notes = rig.notes(&job).await?;
    const CODE: &str = "aws.incorrect-key-material";
    ensure(notes.iter().any(|note| note.contains(CODE)), || {
        format!("the job says {notes:?}, not {CODE}")
    })?;
    expect_state(rig, &arn.to_string(), "PendingImport")?;
    Ok(CODE.to_owned())
}

/// Somebody else imports other bytes. Answers what AWS said.
async fn import_other_bytes(
    rig: &Rig,
    key: &KmsKeyArn,
    import_type: Option<ImportType>,
) -> Result<Result<(), CallFailure>, Why> {
    let account = rig.somebody_else().await?;
    let kms = account.kms(&region()?);
    let pair = kms
        .import_parameters(
            key,
            WrappingAlgorithm::RsaesOaepSha256,
            WrappingKeySpec::Rsa4096,
        )
        .await?;
    let upload = MaterialUpload {
        key: key.clone(),
        material: wrap(&pair)?,
        token: pair.token,
        import_type,
        material_id: None,
        description: None,
        valid_to: None,
    };
    let signed_at = now_by_aws(rig, &*account);
    let sent = kms
        .send(&KmsCall::ImportKeyMaterial(upload), signed_at)
        .await;
    Ok(sent.map(drop))
}

fn now_by_aws(rig: &Rig, account: &dyn AwsAccount) -> jiff::Timestamp {
    use keyferry_ports::clock::Clock as _;
    rig.clock().now() + account.skew()
}

fn wrap(pair: &ImportParameters) -> Result<EncryptedKeyMaterial, Why> {
    let unusable = |_| Why::new("AWS's wrapping key cannot be used");
    let public = PublicEncryptingKey::from_der(&pair.public_key.0);
    let public = public.map_err(|_| Why::new("AWS's wrapping key is none"))?;
    let public = OaepPublicEncryptingKey::new(public).map_err(unusable)?;
    let mut buffer = vec![0; public.ciphertext_size()];
    let wrapped = public
        .encrypt(&OAEP_SHA256_MGF1SHA256, OTHER_MATERIAL, &mut buffer, None)
        .map_err(unusable)?;
    Ok(EncryptedKeyMaterial(wrapped.to_vec()))
}
