//! Whether the vault has everything that AWS holds, proved as AWS proves it: it takes the same bytes again, and no
//! others (AWS KMS Developer Guide, "Reimport key material").

use keyferry_domain::key::KeyVersion;
use keyferry_domain::kms_key::KmsKey;
use keyferry_domain::material::VersionIdentity;
use keyferry_domain::version::VersionNumber;
use keyferry_domain::wrapping::WrappingAlgorithm;
use keyferry_ports::durable::attest;
use keyferry_ports::records::AllRecords;
use keyferry_ports::vault::{Vault as _, WrappingPublicKey};
use serde_json::json;

use super::Broken;
use super::aws::{Account, Material, PLAINTEXT, Shown, record_of};
use crate::sim_aws::{base64, bytes};
use crate::world::open_vault;

/// Every material of AWS that the vault cannot supply, and every ciphertext that is lost.
pub(super) async fn lost(
    account: &Account,
    records: &dyn AllRecords,
    keys: &[KmsKey],
    shown: &[Shown],
    ciphertext: Option<&str>,
) -> Vec<Broken> {
    let mut lost = Vec::new();
    for one in shown {
        // A KMS key that no record knows is another matter.
        let Some(key) = record_of(keys, &one.arn) else {
            continue;
        };
        if one.state == "Enabled" && !one.aliases.is_empty() {
            lost.extend(uses_current(account, one).err());
        }
        if one.state == "PendingDeletion" {
            let input = json!({ "KeyId": one.arn });
            lost.extend(account.ask("CancelKeyDeletion", input).err());
        }
        // What AWS made, nobody else has.
        let materials = one.materials.iter().filter(|_| !one.is_made_by_aws);
        for material in materials {
            lost.extend(supply(account, records, key, one, material).await.err());
        }
    }
    if let (Some(ciphertext), true) = (ciphertext, lost.is_empty()) {
        lost.extend(decrypts(account, ciphertext, shown).err());
    }
    lost.into_iter().map(Broken::MaterialLost).collect()
}

/// Every material that the vault has still, although nobody was promised a copy.
pub(super) async fn kept(records: &dyn AllRecords, keys: &[KmsKey]) -> Vec<Broken> {
    let mut kept = Vec::new();
    for (key, source) in keys.iter().filter_map(|key| Some((key, key.source?))) {
        let versions = records.list_versions(source).await;
        let versions = versions.expect("the records answer");
        let is_kept = |one: &&KeyVersion| one.is_passed_through() && one.sealed.is_some();
        let is_kept = versions.iter().find(is_kept);
        kept.extend(is_kept.map(|one| {
            let number = one.identity.version;
            Broken::NotReached(format!("version {number} of {} is in the vault", key.name))
        }));
    }
    kept
}

/// What is encrypted under the alias now, is so under the current material of its key.
fn uses_current(account: &Account, shown: &Shown) -> Result<(), String> {
    let input = json!({ "CiphertextBlob": account.encrypt()? });
    let output = account.ask("Decrypt", input)?;
    let used = output["KeyMaterialId"].as_str();
    if output["Plaintext"] == PLAINTEXT
        && output["KeyId"] == shown.arn
        && used == shown.current.as_deref()
    {
        return Ok(());
    }
    Err(format!(
        "{} does not encrypt and decrypt with {:?}",
        shown.arn, shown.current
    ))
}

/// Imports the vault's version into AWS again, under the material's id.
async fn supply(
    account: &Account,
    records: &dyn AllRecords,
    key: &KmsKey,
    shown: &Shown,
    material: &Material,
) -> Result<(), String> {
    let id = material
        .id
        .parse()
        .map_err(|_| format!("{} is no material id", material.id))?;
    let version = key.bindings.get(&id);
    let version =
        version.ok_or_else(|| format!("{} holds {id}, which nothing stands for", shown.arn))?;
    if passed_through(records, key, *version).await {
        // That it encrypts and decrypts in AWS is all that can be proved.
        return Ok(());
    }
    let (token, wrapped) = wrapped(account, records, key, *version, &shown.arn).await?;
    let input = json!({
        "KeyId": shown.arn,
        "ImportToken": token,
        "EncryptedKeyMaterial": wrapped,
        "ExpirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE",
        "ImportType": "EXISTING_KEY_MATERIAL",
        "KeyMaterialId": material.id,
    });
    account.ask("ImportKeyMaterial", input).map(drop)
}

async fn passed_through(records: &dyn AllRecords, key: &KmsKey, number: VersionNumber) -> bool {
    let Some(source) = key.source else {
        return false;
    };
    let version = records.read_back_version(source, number).await;
    let version = version.expect("the records answer");
    version.is_some_and(|version| version.is_passed_through())
}

/// Token and blob of one version for an import.
async fn wrapped(
    account: &Account,
    records: &dyn AllRecords,
    key: &KmsKey,
    version: VersionNumber,
    arn: &str,
) -> Result<(String, String), String> {
    let algorithm = WrappingAlgorithm::RsaesOaepSha256;
    let input = json!({
        "KeyId": arn,
        "WrappingAlgorithm": algorithm.as_str(),
        "WrappingKeySpec": "RSA_2048",
    });
    let pair = account.ask("GetParametersForImport", input)?;
    let public = WrappingPublicKey(bytes(&pair["PublicKey"]).unwrap_or_default());
    let vault = open_vault();
    let identity = VersionIdentity {
        group: key.group,
        key: key.source.ok_or("the KMS key has no source")?,
        version,
        spec: key.intent.shape.spec,
    };
    let durable = attest(records, &*vault, &identity)
        .await
        .map_err(|error| format!("{arn} version {version}: {error}"))?;
    let wrapped = vault
        .wrap_for_aws(&durable, &public, algorithm)
        .await
        .map_err(|error| format!("{arn} version {version}: {error}"))?;
    Ok((
        pair["ImportToken"].as_str().unwrap_or_default().to_owned(),
        base64(&wrapped.0),
    ))
}

/// What was encrypted before still decrypts, now that everything is supplied.
fn decrypts(account: &Account, ciphertext: &str, shown: &[Shown]) -> Result<(), String> {
    for one in shown {
        account.ask("EnableKey", json!({ "KeyId": one.arn }))?;
    }
    let output = account.ask("Decrypt", json!({ "CiphertextBlob": ciphertext }))?;
    if output["Plaintext"] == PLAINTEXT {
        return Ok(());
    }
    Err("what was encrypted before decrypts to something else".to_owned())
}
