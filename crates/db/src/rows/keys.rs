//! Keys and their versions.

use std::collections::BTreeSet;

use keyferry_domain::destruction::Holder;
use keyferry_domain::key::{KeyVersion, ManagedKey, MaterialOrigin};
use keyferry_domain::key_link::{Copied, KeyLink};
use keyferry_domain::key_operation::KeyOperation;
use keyferry_domain::life::Life;
use keyferry_domain::material::{Fingerprint, SealedMaterial, VersionIdentity};
use keyferry_domain::version::{VersionNumber, VersionState};
use keyferry_ports::records::Records;

use crate::codec;
use crate::sql::{Row, Value};

pub(crate) const KEY: &[&str] = &[
    "id",
    "group_id",
    "name",
    "name_folded",
    "spec",
    "description",
    "active_versions_max",
    "permitted",
    "exportable",
    "destroy_after_deletion",
    "current_version",
    "rotation",
    "rotation_due_at",
    "created_at",
    "revision",
];

pub(crate) const VERSION: &[&str] = &[
    "key_id",
    "number",
    "group_id",
    "spec",
    "sealed",
    "fingerprint",
    "public_key",
    "origin",
    "state",
    "created_at",
    "state_since",
    "destroy_due_at",
    "destroy_announced_at",
];

pub(crate) const LINK: &[&str] = &[
    "copy_kind",
    "copy_id",
    "source_key_id",
    "version",
    "name",
    "group_id",
    "into_name",
    "made_by",
    "made_at",
];

/// Every word of the column `origin`.
pub(crate) const ORIGINS: [(MaterialOrigin, &str); 3] = [
    (MaterialOrigin::Generated, "generated"),
    (MaterialOrigin::Imported, "imported"),
    (MaterialOrigin::PassedThrough, "passed-through"),
];

pub(crate) fn key_values(row: &ManagedKey) -> Records<Vec<Value>> {
    let rotation = row.rotation.as_ref();
    let rotation = rotation.map(codec::schedule::source_to_json).transpose()?;
    Ok(vec![
        Value::text(row.id),
        Value::text(row.group),
        Value::text(&row.name),
        Value::text(row.name.as_str().to_lowercase()),
        Value::text(row.spec),
        Value::text(&row.description),
        Value::count(row.active_versions_max),
        Value::text(permitted_text(row)),
        Value::flag(row.exportable),
        Value::flag(row.destroy_after_deletion),
        Value::count(row.current.get()),
        Value::Text(rotation),
        Value::opt_time(row.rotation_due),
        Value::time(row.created_at),
    ])
}

pub(crate) fn read_key(mut row: Row) -> Records<ManagedKey> {
    let id = row.parse()?;
    let group = row.parse()?;
    let name = row.parse()?;
    row.text()?;
    Ok(ManagedKey {
        id,
        group,
        name,
        spec: row.parse()?,
        description: row.text()?,
        active_versions_max: row.count()?,
        permitted: read_permitted(&mut row)?,
        exportable: row.flag()?,
        destroy_after_deletion: row.flag()?,
        current: read_number(&mut row)?,
        rotation: row
            .opt_text()?
            .map(|json| codec::schedule::source_from_json(&json))
            .transpose()?,
        rotation_due: row.opt_time()?,
        created_at: row.time()?,
        revision: row.count()?,
    })
}

/// Words with commas between them.
fn permitted_text(row: &ManagedKey) -> String {
    let words: Vec<&str> = row.permitted.iter().map(|one| one.as_str()).collect();
    words.join(",")
}

fn read_permitted(row: &mut Row) -> Records<BTreeSet<KeyOperation>> {
    let text = row.text()?;
    let words = text.split(',').filter(|word| !word.is_empty());
    let known = |word| {
        KeyOperation::from_word(word)
            .ok_or_else(|| row.corrupt("a permitted operation is not known"))
    };
    words.map(known).collect()
}

/// The number of a version.
pub(crate) fn read_number(row: &mut Row) -> Records<VersionNumber> {
    let number = row.count()?;
    VersionNumber::new(number).ok_or_else(|| row.corrupt("a version number is zero"))
}

pub(crate) fn version_values(row: &KeyVersion) -> Vec<Value> {
    let origin = ORIGINS.iter().find(|known| known.0 == row.origin);
    vec![
        Value::text(row.identity.key),
        Value::count(row.identity.version.get()),
        Value::text(row.identity.group),
        Value::text(row.identity.spec),
        Value::Bytes(row.sealed.as_ref().map(|sealed| sealed.as_bytes().to_vec())),
        Value::bytes(row.fingerprint.as_bytes()),
        Value::Bytes(row.public_key.clone()),
        Value::text(origin.map_or("", |known| known.1)),
        Value::text(row.state),
        Value::time(row.created_at),
        Value::time(row.state_since),
        Value::opt_time(row.destroy_due),
        Value::opt_time(row.destroy_announced),
    ]
}

pub(crate) fn read_version(mut row: Row) -> Records<KeyVersion> {
    let origin = |word: &str| {
        ORIGINS
            .iter()
            .find(|known| known.1 == word)
            .map(|known| known.0)
    };
    let key = row.parse()?;
    let version = read_number(&mut row)?;
    let identity = VersionIdentity {
        key,
        version,
        group: row.parse()?,
        spec: row.parse()?,
    };
    Ok(KeyVersion {
        identity,
        sealed: row.opt_bytes()?.map(SealedMaterial::new),
        fingerprint: Fingerprint::new(row.hash()?),
        public_key: row.opt_bytes()?,
        origin: row.word(origin)?,
        state: row.word(VersionState::from_word)?,
        created_at: row.time()?,
        state_since: row.time()?,
        destroy_due: row.opt_time()?,
        destroy_announced: row.opt_time()?,
    })
}

/// A KMS key that needs a version: its id, its name, its ARN, its life where it has a row.
pub(crate) fn read_holder(mut row: Row) -> Records<Holder> {
    Ok(Holder {
        kms_key: row.parse()?,
        name: row.parse()?,
        arn: row.opt_parse()?,
        life: row
            .opt_text()?
            .map(|word| Life::from_word(&word).ok_or_else(|| row.corrupt("a life is not known")))
            .transpose()?,
    })
}

pub(crate) fn link_values(row: &KeyLink) -> Vec<Value> {
    vec![
        Value::text(row.copy.kind()),
        Value::text(row.copy.id()),
        Value::text(row.source),
        Value::count(row.version.get()),
        Value::text(&row.name),
        Value::text(row.group),
        Value::text(&row.into),
        Value::text(&row.by),
        Value::time(row.at),
    ]
}

pub(crate) fn read_link(mut row: Row) -> Records<KeyLink> {
    let kind = row.text()?;
    let copy = match kind.as_str() {
        "key" => Copied::Key(row.parse()?),
        "kms-key" => Copied::KmsKey(row.parse()?),
        _ => return Err(row.corrupt("a kind of copy is not known")),
    };
    Ok(KeyLink {
        copy,
        source: row.parse()?,
        version: read_number(&mut row)?,
        name: row.parse()?,
        group: row.parse()?,
        into: row.parse()?,
        by: row.text()?,
        at: row.time()?,
    })
}
