//! Keys in the vault and their versions.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use keyferry_api::key::{CreateKeyRequest, HolderView, KeyVersionView, KeyView, UpdateKeyRequest};
use keyferry_app::AppError;
use keyferry_app::keys::{CreateKey, KeyWithVersions, UpdateKey};
use keyferry_domain::destruction::Holder;
use keyferry_domain::key::{KeyVersion, ManagedKey, MaterialOrigin};
use keyferry_domain::key_operation::KeyOperation;
use keyferry_domain::kms_key::KmsKey;
use keyferry_domain::spec::KeySpec;
use keyferry_domain::version::VersionNumber;

use super::{link, rotation};

/// A key to make.
pub(crate) fn create(request: CreateKeyRequest) -> Result<CreateKey, AppError> {
    Ok(CreateKey {
        group: request.group,
        rotation: request
            .rotation
            .map(rotation::source)
            .transpose()?
            .flatten(),
        name: request.name.parse()?,
        spec: request
            .spec
            .map_or(Ok(KeySpec::Aes256), |text| text.parse())?,
        description: request.description,
        active_versions_max: request.active_versions_max,
        permitted: request.permitted_operations.map(operations).transpose()?,
        exportable: request.exportable,
    })
}

/// What to change of a key.
pub(crate) fn update(
    request: UpdateKeyRequest,
    revision: Option<u64>,
) -> Result<UpdateKey, AppError> {
    Ok(UpdateKey {
        revision,
        name: request.name.map(|name| name.parse()).transpose()?,
        description: request.description,
        active_versions_max: request.active_versions_max,
        permitted: request.permitted_operations.map(operations).transpose()?,
        destroy_after_deletion: request.destroy_after_deletion,
        confirmed_name: request.confirm_name,
    })
}

pub(super) fn operations(words: Vec<String>) -> Result<BTreeSet<KeyOperation>, AppError> {
    let known = |word: String| {
        KeyOperation::from_word(&word).ok_or_else(|| AppError::Invalid {
            field: "permitted_operations",
            why: format!("`{word}` is no operation of keys"),
        })
    };
    words.into_iter().map(known).collect()
}

fn pem(der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let lines: Vec<String> = text
        .as_bytes()
        .chunks(64)
        .map(|line| String::from_utf8_lossy(line).into_owned())
        .collect();
    format!(
        "-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n",
        lines.join("\n")
    )
}

pub(super) fn words(operations: impl IntoIterator<Item = KeyOperation>) -> Vec<String> {
    let word = |operation: KeyOperation| operation.as_str().to_owned();
    operations.into_iter().map(word).collect()
}

fn holder(holder: &Holder, number: VersionNumber, kms_keys: &[KmsKey]) -> HolderView {
    let mut known = kms_keys.iter();
    let known = known.find(|one| one.id == holder.kms_key);
    HolderView {
        kms_key: holder.kms_key.to_string(),
        name: holder.name.to_string(),
        arn: holder.arn.as_ref().map(ToString::to_string),
        life: holder.life.map(|life| life.as_str().to_owned()),
        current: known.is_some_and(|one| one.intent.current == Some(number)),
    }
}

fn version(
    key: &ManagedKey,
    version: KeyVersion,
    holders: &[Holder],
    kms_keys: &[KmsKey],
) -> KeyVersionView {
    let number = version.identity.version;
    let holders = holders.iter();
    KeyVersionView {
        number: number.get(),
        state: version.state.as_str().to_owned(),
        usage: words(key.available(version.state)),
        origin: match version.origin {
            MaterialOrigin::Generated => "generated".to_owned(),
            MaterialOrigin::Imported => "imported".to_owned(),
            MaterialOrigin::PassedThrough => "passed-through".to_owned(),
        },
        fingerprint: version.fingerprint.to_string(),
        public_key: version.public_key.as_deref().map(pem),
        created_at: version.created_at.to_string(),
        state_since: version.state_since.to_string(),
        destruction_due: version.destroy_due.map(|at| at.to_string()),
        destroyed_at: version.destroyed_at().map(|at| at.to_string()),
        held_by: holders.map(|one| holder(one, number, kms_keys)).collect(),
    }
}

/// A key without its versions.
pub(crate) fn view(key: ManagedKey) -> KeyView {
    KeyView {
        id: key.id.to_string(),
        name: key.name.to_string(),
        group: key.group.to_string(),
        spec: key.spec.name().to_owned(),
        aws_spec: key.spec.aws_name().to_owned(),
        description: key.description,
        active_versions_max: key.active_versions_max,
        permitted_operations: words(key.permitted),
        exportable: key.exportable,
        destroy_after_deletion: key.destroy_after_deletion,
        current_version: key.current.get(),
        rotation: key
            .rotation
            .as_ref()
            .map(|rule| rotation::source_view(rule, key.rotation_due)),
        created_at: key.created_at.to_string(),
        revision: key.revision,
        versions: Vec::new(),
        copies: Vec::new(),
        copied_from: None,
    }
}

/// A key with its versions.
pub(crate) fn with_versions(found: KeyWithVersions) -> KeyView {
    let KeyWithVersions {
        key,
        versions,
        kms_keys,
        holders,
        copies,
        copied_from,
    } = found;
    let of = |one: &KeyVersion| holders.get(&one.identity.version);
    let versions = versions
        .into_iter()
        .map(|one| {
            let holders = of(&one).map_or(&[][..], Vec::as_slice);
            version(&key, one, holders, &kms_keys)
        })
        .collect();
    KeyView {
        versions,
        copies: copies.into_iter().map(link::view).collect(),
        copied_from: copied_from.map(link::view),
        ..view(key)
    }
}

/// One version of a key.
pub(crate) fn one_version(found: KeyWithVersions, number: VersionNumber) -> Option<KeyVersionView> {
    let mut versions = with_versions(found).versions.into_iter();
    versions.find(|version| version.number == number.get())
}
