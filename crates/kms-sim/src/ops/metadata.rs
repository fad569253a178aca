//! `KeyMetadata`, as DescribeKey, CreateKey and ReplicateKey answer it.
//!
//! Source: AWS KMS API Reference, KeyMetadata.

use serde_json::{Map, Value, json};

use crate::clock::{Micros, to_epoch_seconds};
use crate::names::KeyRef;
use crate::specs::Origin;
use crate::state::key::{Key, Life};
use crate::state::material::Lineage;
use crate::states::KeyState;

pub(crate) fn key_metadata(key: &Key, lineage: &Lineage, now: Micros) -> Value {
    let state = key.state(lineage, now);
    let mut data = Map::new();
    let mut set = |name: &str, value: Value| data.insert(name.to_owned(), value);
    set("AWSAccountId", json!(key.account));
    set("KeyId", json!(key.id));
    set("Arn", json!(key.arn()));
    set("CreationDate", json!(to_epoch_seconds(key.created)));
    set("Enabled", json!(state == KeyState::Enabled));
    set("Description", json!(key.description));
    set("KeyUsage", json!(key.usage));
    set("KeyState", json!(state.name()));
    set("Origin", json!(key.origin.name()));
    let manager = if key.aws_managed { "AWS" } else { "CUSTOMER" };
    set("KeyManager", json!(manager));
    set("KeySpec", json!(key.spec.name()));
    if let Some(old_name) = key.spec.customer_master_key_spec() {
        set("CustomerMasterKeySpec", json!(old_name));
    }
    set("MultiRegion", json!(key.multi_region));
    let (name, algorithms) = key.spec.algorithms(&key.usage);
    set(name, json!(algorithms));
    match key.life {
        Life::PendingDeletion { deletion_date, .. } => {
            set("DeletionDate", json!(to_epoch_seconds(deletion_date)));
        }
        Life::PendingReplicaDeletion { window_days } => {
            set("PendingDeletionWindowInDays", json!(window_days));
        }
        Life::Enabled | Life::Disabled => {}
    }
    if key.multi_region {
        set("MultiRegionConfiguration", multi_region(key, lineage, now));
    }
    if key.supports_rotation()
        && let Some(current) = &lineage.current
    {
        set("CurrentKeyMaterialId", json!(current));
    }
    expiry(key, lineage, &mut data);
    Value::Object(data)
}

/// ExpirationModel and ValidTo: the earliest end among the permanent materials that are there.
fn expiry(key: &Key, lineage: &Lineage, data: &mut Map<String, Value>) {
    if key.origin != Origin::External {
        return;
    }
    let ends: Vec<Option<Micros>> = lineage
        .permanent()
        .filter_map(|material| key.loaded.get(&material.id))
        .map(|loaded| loaded.valid_to)
        .collect();
    if ends.is_empty() {
        return;
    }
    let model = match ends.iter().flatten().min() {
        Some(first) => {
            data.insert("ValidTo".to_owned(), json!(to_epoch_seconds(*first)));
            "KEY_MATERIAL_EXPIRES"
        }
        None => "KEY_MATERIAL_DOES_NOT_EXPIRE",
    };
    data.insert("ExpirationModel".to_owned(), json!(model));
}

fn multi_region(key: &Key, lineage: &Lineage, now: Micros) -> Value {
    let place = |region: &str| {
        let arn = KeyRef {
            account: key.account.clone(),
            region: region.to_owned(),
            id: key.id.clone(),
        }
        .arn();
        json!({ "Arn": arn, "Region": region })
    };
    let primary = lineage.primary.as_deref().unwrap_or(&key.region);
    let replicas: Vec<Value> = lineage
        .members
        .iter()
        .filter(|region| region.as_str() != primary)
        .map(|region| place(region))
        .collect();
    // While the primary Region changes both keys may show as replicas.
    let is_primary = key.is_primary(lineage) && now >= key.updating_until;
    json!({
        "MultiRegionKeyType": if is_primary { "PRIMARY" } else { "REPLICA" },
        "PrimaryKey": place(primary),
        "ReplicaKeys": replicas,
    })
}
