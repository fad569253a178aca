//! KMS keys, and the words by which they are looked up.

use std::collections::BTreeSet;

use keyferry_domain::kms_key::{KmsKey, OldKey};
use keyferry_ports::records::Records;

use crate::codec;
use crate::sql::{Row, Value};

pub(crate) const KMS_KEY: &[&str] = &[
    "id",
    "name",
    "name_folded",
    "group_id",
    "keystore_id",
    "connection_id",
    "source_key_id",
    "operation_id",
    "arn",
    "life",
    "intent",
    "observed",
    "traces",
    "bindings",
    "held_material",
    "held",
    "former",
    "predecessor_id",
    "successor_id",
    "handover",
    "rotation_due_at",
    "created_at",
    "revision",
];

/// What a word of a KMS key is.
pub(crate) const ALIAS: &str = "alias";
/// What a word of a KMS key is.
pub(crate) const ARN: &str = "arn";
/// What a word of a KMS key is: the ARN of one that we manage, which no other row has.
pub(crate) const MANAGED_ARN: &str = "managed-arn";
/// What a word of a KMS key is.
pub(crate) const REGION: &str = "region";

pub(crate) fn kms_key_values(row: &KmsKey) -> Records<Vec<Value>> {
    Ok(vec![
        Value::text(row.id),
        Value::text(&row.name),
        Value::text(row.name.as_str().to_lowercase()),
        Value::text(row.group),
        Value::text(row.keystore),
        Value::text(row.connection),
        Value::opt_text(row.source.as_ref()),
        Value::text(row.operation),
        Value::opt_text(row.arn.as_ref()),
        Value::text(row.intent.life),
        Value::text(codec::intent::to_json(&row.intent)?),
        Value::text(codec::observed::to_json(&row.observed)?),
        Value::text(codec::traces::to_json(&row.traces)?),
        Value::text(codec::observed::bindings_to_json(&row.bindings)?),
        Value::flag(row.held_material),
        Value::text(codec::intent::held_to_json(&row.held)?),
        Value::text(codec::former::to_json(&row.former)?),
        Value::opt_text(row.predecessor.as_ref()),
        Value::opt_text(row.successor.as_ref()),
        Value::opt_text(row.handover.map(OldKey::as_str).as_ref()),
        Value::opt_time(row.rotation_due),
        Value::time(row.created_at),
    ])
}

pub(crate) fn read_kms_key(mut row: Row) -> Records<KmsKey> {
    let id = row.parse()?;
    let name = row.parse()?;
    row.text()?;
    let group = row.parse()?;
    let (keystore, connection) = (row.parse()?, row.parse()?);
    let (source, operation, arn) = (row.opt_parse()?, row.parse()?, row.opt_parse()?);
    // The life is in the intent too; its column is for searching.
    row.text()?;
    Ok(KmsKey {
        id,
        name,
        group,
        keystore,
        connection,
        source,
        operation,
        arn,
        intent: codec::intent::from_json(&row.text()?)?,
        observed: codec::observed::from_json(&row.text()?)?,
        traces: codec::traces::from_json(&row.text()?)?,
        bindings: codec::observed::bindings_from_json(&row.text()?)?,
        held_material: row.flag()?,
        held: codec::intent::held_from_json(&row.text()?)?,
        former: codec::former::from_json(&row.text()?)?,
        predecessor: row.opt_parse()?,
        successor: row.opt_parse()?,
        handover: read_handover(&mut row)?,
        rotation_due: row.opt_time()?,
        created_at: row.time()?,
        revision: row.count()?,
    })
}

fn read_handover(row: &mut Row) -> Records<Option<OldKey>> {
    let word = row.opt_text()?;
    let known = |word: String| {
        OldKey::from_word(&word).ok_or_else(|| row.corrupt("its handover is not known"))
    };
    word.map(known).transpose()
}

/// Everything by which a KMS key is looked up and of which it has several.
pub(crate) fn words_of(row: &KmsKey) -> BTreeSet<(&'static str, String)> {
    let aliases = row
        .intent
        .aliases
        .iter()
        .map(|alias| (ALIAS, alias.to_string()));
    let arns = row.arns().map(|arn| (ARN, arn.to_string()));
    let managed = row.arns().filter(|_| row.is_managed());
    let managed = managed.map(|arn| (MANAGED_ARN, arn.to_string()));
    let regions = row
        .intent
        .places
        .iter()
        .map(|region| (REGION, region.to_string()));
    aliases.chain(arns).chain(managed).chain(regions).collect()
}
