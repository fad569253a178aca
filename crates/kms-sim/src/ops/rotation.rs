//! Rotation: RotateKeyOnDemand, ListKeyRotations, GetKeyRotationStatus, Enable/DisableKeyRotation.
//!
//! Source: AWS KMS API Reference, these operations and RotationsListEntry; AWS KMS Developer Guide,
//! "Rotate AWS KMS keys" and "Resource quotas".

use serde_json::{Map, Value, json};

use super::cx::{Accepts, Cx};
use super::paging::{LARGE, ordinal, page};
use crate::args::Args;
use crate::clock::{DAY, MINUTE, Micros, to_epoch_seconds};
use crate::error::AwsError;
use crate::names::KeyRef;
use crate::policy::conditions::Context;
use crate::specs::Origin;
use crate::state::key::{Key, StaleKind};
use crate::state::material::{AutomaticRotation, Lineage, Material, Rotation};

/// Rotations on demand in a key's life; not adjustable.
const ON_DEMAND_MAX: u32 = 25;

/// No rotation on demand when an automatic one is due within this time.
const AUTOMATIC_NEAR: Micros = 20 * MINUTE;

fn need_rotatable(key: &Key) -> Result<(), AwsError> {
    if key.supports_rotation() {
        return Ok(());
    }
    Err(AwsError::unsupported(format!(
        "{} does not support key rotation.",
        key.arn()
    )))
}

pub(crate) fn on_demand(cx: &mut Cx<'_>, args: Args<'_>) -> Result<Value, AwsError> {
    let key = cx.open(args, Accepts::OWN)?;
    let (held, lineage) = cx.world.key_and_lineage(&key)?;
    need_rotatable(held)?;
    let arn = key.arn();
    if held.is_replica(lineage) {
        return Err(AwsError::unsupported(format!(
            "{arn} is a replica key. Rotate its primary key."
        )));
    }
    let due_soon = lineage
        .automatic
        .as_ref()
        .is_some_and(|automatic| automatic.next <= cx.now + AUTOMATIC_NEAR);
    if lineage.rotation.is_some() || due_soon {
        return Err(AwsError::new(
            "ConflictException",
            format!("A rotation of {arn} is in progress or is due within 20 minutes."),
        ));
    }
    if lineage.on_demand >= ON_DEMAND_MAX {
        return Err(AwsError::limit(format!(
            "The on-demand rotations limit has been reached for the given keyId. No more \
             on-demand rotations can be performed for this key: {arn}"
        )));
    }
    let external = held.origin == Origin::External;
    if external {
        need_pending_everywhere(cx, &key)?;
    }
    cx.before_write(&key)?;
    let (now, ends) = (cx.now, cx.now + cx.world.config.rotation);
    let lineage = cx.world.lineage_mut(&key)?;
    lineage.on_demand += 1;
    if external {
        lineage.rotation = Some(Rotation { started: now, ends });
        cx.world.schedule(&key, ends);
        // With no duration it is done at once.
        cx.world.settle_key(&key, now);
        return Ok(json!({ "KeyId": arn }));
    }
    cx.world.add_native_material(&key, Some((now, "ON_DEMAND")));
    Ok(json!({ "KeyId": key.id }))
}

/// The pending material must be in the primary and in every replica.
fn need_pending_everywhere(cx: &Cx<'_>, key: &KeyRef) -> Result<(), AwsError> {
    let lineage = cx.world.lineage(key)?;
    let ready = lineage
        .pending()
        .is_some_and(|pending| loaded_everywhere(cx, key, &pending.id));
    if ready {
        return Ok(());
    }
    Err(AwsError::invalid_state(format!(
        "No available key material pending rotation for the key: {}.",
        key.arn()
    )))
}

fn loaded_everywhere(cx: &Cx<'_>, key: &KeyRef, id: &str) -> bool {
    cx.world.set_of(key).iter().all(|place| {
        cx.world
            .find_key(place)
            .is_some_and(|key| key.loaded.contains_key(id))
    })
}

pub(crate) fn list(cx: &mut Cx<'_>, args: Args<'_>) -> Result<Value, AwsError> {
    let include = args
        .one_of(
            "IncludeKeyMaterial",
            &["ALL_KEY_MATERIAL", "ROTATIONS_ONLY"],
        )?
        .unwrap_or("ROTATIONS_ONLY");
    let key = cx.open(args, Accepts::OWN)?;
    need_rotatable(cx.world.key(&key)?)?;
    let entries = match cx.stale(&key, StaleKind::Key, "rotations") {
        Some(Value::Array(stale)) => stale,
        _ => entries(cx, &key)?,
    };
    let wanted = entries
        .into_iter()
        .filter(|entry| include == "ALL_KEY_MATERIAL" || entry.get("RotationDate").is_some())
        .enumerate()
        .map(|(index, entry)| (ordinal(index), entry));
    page("Rotations", wanted, args, &LARGE)
}

/// All materials of a key, oldest first, as `RotationsListEntry`.
pub(crate) fn entries(cx: &Cx<'_>, key: &KeyRef) -> Result<Vec<Value>, AwsError> {
    let (held, lineage) = cx.world.key_and_lineage(key)?;
    let everywhere = lineage
        .pending()
        .is_some_and(|pending| loaded_everywhere(cx, key, &pending.id));
    Ok(lineage
        .materials
        .iter()
        .map(|material| entry(held, lineage, material, everywhere))
        .collect())
}

fn entry(key: &Key, lineage: &Lineage, material: &Material, everywhere: bool) -> Value {
    let state = if material.pending && everywhere {
        "PENDING_ROTATION"
    } else if material.pending {
        "PENDING_MULTI_REGION_IMPORT_AND_ROTATION"
    } else if lineage.current.as_deref() == Some(material.id.as_str()) {
        "CURRENT"
    } else {
        "NON_CURRENT"
    };
    let mut entry = Map::new();
    let mut set = |name: &str, value: Value| entry.insert(name.to_owned(), value);
    set("KeyId", json!(key.id));
    set("KeyMaterialId", json!(material.id));
    set("KeyMaterialState", json!(state));
    if let Some(rotated) = &material.rotated {
        set("RotationDate", json!(to_epoch_seconds(rotated.at)));
        set("RotationType", json!(rotated.kind));
    }
    if key.origin == Origin::External {
        if let Some(description) = &material.description {
            set("KeyMaterialDescription", json!(description));
        }
        match key.loaded.get(&material.id) {
            None => {
                set("ImportState", json!("PENDING_IMPORT"));
            }
            Some(loaded) => {
                set("ImportState", json!("IMPORTED"));
                let model = match loaded.valid_to {
                    Some(valid_to) => {
                        set("ValidTo", json!(to_epoch_seconds(valid_to)));
                        "KEY_MATERIAL_EXPIRES"
                    }
                    None => "KEY_MATERIAL_DOES_NOT_EXPIRE",
                };
                set("ExpirationModel", json!(model));
            }
        }
    }
    Value::Object(entry)
}

pub(crate) fn status(cx: &mut Cx<'_>, args: Args<'_>) -> Result<Value, AwsError> {
    let key = cx.open(args, Accepts::OWN_OR_OTHER)?;
    let (held, lineage) = cx.world.key_and_lineage(&key)?;
    need_rotatable(held)?;
    Ok(match cx.stale(&key, StaleKind::Key, "status") {
        Some(stale) => stale,
        None => status_of(held, lineage),
    })
}

pub(crate) fn status_of(key: &Key, lineage: &Lineage) -> Value {
    let mut output = Map::new();
    let mut set = |name: &str, value: Value| output.insert(name.to_owned(), value);
    set("KeyId", json!(key.arn()));
    set("KeyRotationEnabled", json!(lineage.automatic.is_some()));
    if let Some(automatic) = &lineage.automatic {
        set("RotationPeriodInDays", json!(automatic.period_days));
        set("NextRotationDate", json!(to_epoch_seconds(automatic.next)));
    }
    if let Some(rotation) = &lineage.rotation {
        set(
            "OnDemandRotationStartDate",
            json!(to_epoch_seconds(rotation.started)),
        );
    }
    Value::Object(output)
}

pub(crate) fn enable(cx: &mut Cx<'_>, args: Args<'_>) -> Result<Value, AwsError> {
    let period = args.bounded("RotationPeriodInDays", 90, 2560)?;
    let mut facts = Context::default();
    if let Some(period) = period {
        facts.set("kms:RotationPeriodInDays", period.to_string());
    }
    let key = cx.open_with(args, Accepts::OWN, facts)?;
    need_native(cx, &key)?;
    cx.before_write(&key)?;
    let period_days = period.unwrap_or(365);
    let next = cx.now + period_days * DAY;
    cx.world.lineage_mut(&key)?.automatic = Some(AutomaticRotation { period_days, next });
    cx.world.schedule(&key, next);
    Ok(json!({}))
}

pub(crate) fn disable(cx: &mut Cx<'_>, args: Args<'_>) -> Result<Value, AwsError> {
    let key = cx.open(args, Accepts::OWN)?;
    need_native(cx, &key)?;
    cx.before_write(&key)?;
    cx.world.lineage_mut(&key)?.automatic = None;
    Ok(json!({}))
}

/// Automatic rotation is for symmetric keys whose material AWS makes, set on the primary.
fn need_native(cx: &Cx<'_>, key: &KeyRef) -> Result<(), AwsError> {
    let (held, lineage) = cx.world.key_and_lineage(key)?;
    need_rotatable(held)?;
    let why = if held.origin == Origin::External {
        "origin is EXTERNAL which is not valid for this operation"
    } else if held.is_replica(lineage) {
        "is a replica key"
    } else {
        return Ok(());
    };
    Err(AwsError::unsupported(format!("{} {why}.", key.arn())))
}
