//! GetParametersForImport, ImportKeyMaterial, DeleteImportedKeyMaterial.
//!
//! Source: the three pages of the AWS KMS API Reference; AWS KMS Developer Guide, "Importing key
//! material for AWS KMS keys" and its pages.

use serde_json::{Value, json};

use super::cx::{Accepts, Cx};
use crate::args::{Args, to_base64};
use crate::clock::{DAY, Micros, iso, to_epoch_seconds, to_millis};
use crate::crypto::{material, wrapping};
use crate::error::AwsError;
use crate::names::{KeyRef, is_china};
use crate::policy::conditions::Context;
use crate::specs::{Origin, WRAPPING_ALGORITHMS, WRAPPING_KEY_SPECS, WrappingAlgorithm};
use crate::state::key::Life;
use crate::state::material::{Loaded, Material};
use crate::state::tokens::Token;

/// How long an import token is good.
const TOKEN_LIFE: Micros = DAY;

/// How long an expired token is still known as such.
const TOKEN_MEMORY: Micros = 7 * DAY;

/// Farthest ValidTo.
const VALID_TO_MAX: Micros = 365 * DAY;

/// Largest token and largest wrapped material.
const BLOB_MAX: usize = 6144;

pub(crate) fn parameters(cx: &mut Cx<'_>, args: Args<'_>) -> Result<Value, AwsError> {
    let algorithm = args
        .one_of("WrappingAlgorithm", WRAPPING_ALGORITHMS)?
        .ok_or_else(|| AwsError::missing("WrappingAlgorithm"))?;
    let wrapping_spec = args
        .one_of("WrappingKeySpec", WRAPPING_KEY_SPECS)?
        .ok_or_else(|| AwsError::missing("WrappingKeySpec"))?;
    let mut facts = Context::default();
    facts.set("kms:WrappingAlgorithm", algorithm);
    facts.set("kms:WrappingKeySpec", wrapping_spec);
    let key = cx.open_with(args, Accepts::OWN, facts)?;
    need_external(cx, &key)?;
    let spec = cx.world.key(&key)?.spec;
    let refused = || {
        AwsError::unsupported(format!(
            "{algorithm} with {wrapping_spec} is not supported for key material of {}.",
            spec.name()
        ))
    };
    let parsed = WrappingAlgorithm::parse(algorithm).ok_or_else(refused)?;
    let bits: u16 = wrapping_spec
        .strip_prefix("RSA_")
        .and_then(|bits| bits.parse().ok())
        .ok_or_else(refused)?;
    if !parsed.suits(spec, bits, is_china(&cx.region)) {
        return Err(refused());
    }
    let pair = wrapping::next_pair(bits)
        .ok_or_else(|| AwsError::new("KMSInternalException", "No wrapping key could be made."))?;
    let public_key = to_base64(&pair.public_der);
    let expires = to_millis(cx.now + TOKEN_LIFE);
    let token = to_base64(&cx.world.rng.bytes::<512>());
    forget_old_tokens(cx);
    cx.world.tokens.insert(
        token.clone(),
        Token {
            key: key.clone(),
            algorithm: parsed,
            pair,
            expires,
        },
    );
    Ok(json!({
        "KeyId": key.arn(),
        "ImportToken": token,
        "PublicKey": public_key,
        "ParametersValidTo": to_epoch_seconds(expires),
    }))
}

fn forget_old_tokens(cx: &mut Cx<'_>) {
    if cx.world.tokens.len() % 256 == 255 {
        let horizon = cx.now - TOKEN_MEMORY;
        cx.world.tokens.retain(|_, token| token.expires > horizon);
    }
}

fn need_external(cx: &Cx<'_>, key: &KeyRef) -> Result<(), AwsError> {
    let origin = cx.world.key(key)?.origin;
    if origin == Origin::External {
        return Ok(());
    }
    Err(AwsError::unsupported(format!(
        "{} origin is {} which is not valid for this operation.",
        key.arn(),
        origin.name()
    )))
}

/// What an import asks for, beside the bytes.
pub(crate) struct Wanted<'a> {
    /// `None`: NEW if nothing was ever imported, otherwise EXISTING.
    pub(crate) import_type: Option<&'a str>,
    pub(crate) material_id: Option<&'a str>,
    pub(crate) description: Option<&'a str>,
    pub(crate) valid_to: Option<Micros>,
}

pub(crate) fn import_material(cx: &mut Cx<'_>, args: Args<'_>) -> Result<Value, AwsError> {
    let token = args.required("ImportToken")?;
    args.required_blob("ImportToken", BLOB_MAX)?;
    let blob = args.required_blob("EncryptedKeyMaterial", BLOB_MAX)?;
    let (model, valid_to) = expiration(args)?;
    let wanted = Wanted {
        import_type: args.one_of("ImportType", &["NEW_KEY_MATERIAL", "EXISTING_KEY_MATERIAL"])?,
        material_id: material_id(args)?,
        description: material_description(args)?,
        valid_to,
    };
    let mut facts = Context::default();
    facts.set("kms:ExpirationModel", model);
    if let Some(valid_to) = valid_to {
        facts.set("kms:ValidTo", iso(valid_to));
    }
    let key = cx.open_with(args, Accepts::OWN, facts)?;
    need_external(cx, &key)?;
    check_valid_to(valid_to, cx.now)?;
    let spec = cx.world.key(&key)?.spec;
    if !spec.is_symmetric() {
        for name in ["ImportType", "KeyMaterialId", "KeyMaterialDescription"] {
            if args.has(name) {
                return Err(AwsError::validation(format!(
                    "{name} is only valid for symmetric encryption keys."
                )));
            }
        }
    }
    if wanted.import_type == Some("NEW_KEY_MATERIAL") && wanted.material_id.is_some() {
        return Err(AwsError::validation(
            "KeyMaterialId is not valid with ImportType NEW_KEY_MATERIAL.",
        ));
    }
    let bytes = unwrap(cx, &key, token, &blob)?;
    let id = import_bytes(cx, &key, &wanted, bytes)?;
    cx.note.detail = json!({ "keyMaterialId": id });
    let mut output = json!({ "KeyId": key.arn() });
    if let (true, Some(output)) = (spec.is_symmetric(), output.as_object_mut()) {
        output.insert("KeyMaterialId".to_owned(), json!(id));
    }
    Ok(output)
}

/// ExpirationModel and ValidTo, which belong together.
fn expiration<'a>(args: Args<'a>) -> Result<(&'a str, Option<Micros>), AwsError> {
    let model = args
        .one_of(
            "ExpirationModel",
            &["KEY_MATERIAL_EXPIRES", "KEY_MATERIAL_DOES_NOT_EXPIRE"],
        )?
        .unwrap_or("KEY_MATERIAL_EXPIRES");
    let valid_to = args.time("ValidTo")?.map(to_millis);
    match (model, valid_to) {
        ("KEY_MATERIAL_EXPIRES", None) => Err(AwsError::validation(
            "A validTo date must be set if the ExpirationModel is KEY_MATERIAL_EXPIRES",
        )),
        ("KEY_MATERIAL_DOES_NOT_EXPIRE", Some(_)) => Err(AwsError::validation(
            "A validTo date must not be set if the ExpirationModel is \
             KEY_MATERIAL_DOES_NOT_EXPIRE",
        )),
        pair => Ok(pair),
    }
}

fn check_valid_to(valid_to: Option<Micros>, now: Micros) -> Result<(), AwsError> {
    match valid_to {
        Some(time) if time <= now => Err(AwsError::validation(
            "The validTo date must be in the future.",
        )),
        Some(time) if time > now + VALID_TO_MAX => Err(AwsError::validation(
            "The validTo date must be within 365 days of the request.",
        )),
        _ => Ok(()),
    }
}

fn material_id<'a>(args: Args<'a>) -> Result<Option<&'a str>, AwsError> {
    let Some(id) = args.sized("KeyMaterialId", 64, 64)? else {
        return Ok(None);
    };
    if id
        .bytes()
        .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
    {
        return Ok(Some(id));
    }
    let rule = "Member must satisfy regular expression pattern: ^[a-f0-9]+$";
    Err(AwsError::constraint(id, "KeyMaterialId", rule))
}

fn material_description<'a>(args: Args<'a>) -> Result<Option<&'a str>, AwsError> {
    let Some(text) = args.sized("KeyMaterialDescription", 0, 256)? else {
        return Ok(None);
    };
    let allowed =
        |c: char| c.is_ascii_alphanumeric() || c.is_ascii_whitespace() || ":/_.-".contains(c);
    if text.chars().all(allowed) {
        return Ok(Some(text));
    }
    let rule = r"Member must satisfy regular expression pattern: ^[a-zA-Z0-9:/_\s.-]+$";
    Err(AwsError::constraint(text, "KeyMaterialDescription", rule))
}

fn unwrap(cx: &Cx<'_>, key: &KeyRef, token: &str, blob: &[u8]) -> Result<Vec<u8>, AwsError> {
    let invalid = || {
        AwsError::new(
            "InvalidImportTokenException",
            "The import token is invalid or belongs to another KMS key.",
        )
    };
    let token = cx.world.tokens.get(token).ok_or_else(invalid)?;
    if token.key != *key {
        return Err(invalid());
    }
    if cx.now >= token.expires {
        return Err(AwsError::new(
            "ExpiredImportTokenException",
            "The import token has expired. Get a new one with GetParametersForImport.",
        ));
    }
    token.pair.unwrap(token.algorithm, blob).ok_or_else(|| {
        AwsError::new(
            "InvalidCiphertextException",
            "The encrypted key material could not be decrypted.",
        )
    })
}

fn incorrect(message: impl Into<String>) -> AwsError {
    AwsError::new("IncorrectKeyMaterialException", message)
}

/// Places bytes into a key; answers the material's id.
pub(crate) fn import_bytes(
    cx: &mut Cx<'_>,
    key: &KeyRef,
    wanted: &Wanted<'_>,
    bytes: Vec<u8>,
) -> Result<String, AwsError> {
    let (held, lineage) = cx.world.key_and_lineage(key)?;
    let public_key = material::check(held.spec, is_china(&key.region), &bytes)
        .map_err(|unfit| incorrect(unfit.0))?;
    let id = material::material_id(&key.id, &bytes);
    let first = lineage.materials.is_empty();
    let known = lineage.find(&id).is_some();
    let new = match wanted.import_type {
        Some(kind) => kind == "NEW_KEY_MATERIAL",
        None => first,
    };
    if new {
        check_new(cx, key, &id)?;
    } else if !known {
        return Err(incorrect(format!(
            "Key material (id: {id}) is not associated with KMS key {}.",
            key.arn()
        )));
    }
    if wanted.material_id.is_some_and(|wanted| wanted != id) {
        return Err(incorrect(
            "The key material does not have the given KeyMaterialId.",
        ));
    }
    check_description(cx, key, &id, wanted.description)?;
    let was_filled = held.is_filled(lineage);
    cx.before_write(key)?;
    let lineage = cx.world.lineage_mut(key)?;
    if new {
        lineage.materials.push(Material {
            id: id.clone(),
            description: None,
            pending: !first,
            rotated: None,
        });
        if first {
            lineage.current = Some(id.clone());
        }
    }
    if public_key.is_some() {
        lineage.public_key = public_key;
    }
    let mut permanent = false;
    if let Some(material) = lineage.find_mut(&id) {
        permanent = !material.pending;
        if let Some(description) = wanted.description {
            material.description = Some(description.to_owned());
        }
    }
    load(cx, key, &id, bytes, wanted.valid_to)?;
    if permanent {
        enable_when_filled(cx, key, was_filled)?;
    }
    Ok(id)
}

fn check_new(cx: &Cx<'_>, key: &KeyRef, id: &str) -> Result<(), AwsError> {
    let (held, lineage) = cx.world.key_and_lineage(key)?;
    if held.is_replica(lineage) {
        return Err(AwsError::unsupported(format!(
            "New key material cannot be imported into the replica key {}.",
            key.arn()
        )));
    }
    if let Some(pending) = lineage.pending().filter(|pending| pending.id != id) {
        return Err(AwsError::invalid_state(format!(
            "New key material (id: {id}) cannot be imported into KMS key {}, because another key \
             material (id: {}) is pending rotation.",
            key.arn(),
            pending.id
        )));
    }
    if lineage.find(id).is_some() {
        return Err(incorrect(format!(
            "Key material (id: {id}) is already associated with KMS key {}.",
            key.arn()
        )));
    }
    if !held.spec.is_symmetric() && !lineage.materials.is_empty() {
        return Err(incorrect(
            "Another key material is associated with the key.",
        ));
    }
    Ok(())
}

/// Descriptions are set on the primary and copied to replicas.
fn check_description(
    cx: &Cx<'_>,
    key: &KeyRef,
    id: &str,
    wanted: Option<&str>,
) -> Result<(), AwsError> {
    let (held, lineage) = cx.world.key_and_lineage(key)?;
    let old = lineage
        .find(id)
        .and_then(|found| found.description.as_deref());
    if held.is_replica(lineage) && wanted.is_some() && wanted != old {
        return Err(AwsError::validation(
            "KeyMaterialDescription can only be set on the primary key.",
        ));
    }
    Ok(())
}

fn load(
    cx: &mut Cx<'_>,
    key: &KeyRef,
    id: &str,
    bytes: Vec<u8>,
    valid_to: Option<Micros>,
) -> Result<(), AwsError> {
    let loaded = Loaded { bytes, valid_to };
    cx.world.key_mut(key)?.loaded.insert(id.to_owned(), loaded);
    if let Some(valid_to) = valid_to {
        cx.world.schedule(key, valid_to);
    }
    Ok(())
}

/// "When this operation is successful, the key state of the KMS key changes to Enabled", once
/// every permanently associated material is there (AWS KMS API Reference, ImportKeyMaterial).
///
/// Whether that also holds for a Disabled key that lacked nothing is not documented; see
/// [`crate::SimConfig::import_enables_disabled_keys`].
fn enable_when_filled(cx: &mut Cx<'_>, key: &KeyRef, was_filled: bool) -> Result<(), AwsError> {
    let (held, lineage) = cx.world.key_and_lineage(key)?;
    let enables = held.is_filled(lineage) && held.life == Life::Disabled;
    if enables && (!was_filled || cx.world.config.import_enables_disabled_keys) {
        cx.world.key_mut(key)?.life = Life::Enabled;
    }
    Ok(())
}

pub(crate) fn delete_material(cx: &mut Cx<'_>, args: Args<'_>) -> Result<Value, AwsError> {
    let wanted = material_id(args)?;
    let key = cx.open(args, Accepts::OWN)?;
    need_external(cx, &key)?;
    let (held, lineage) = cx.world.key_and_lineage(&key)?;
    let symmetric = held.spec.is_symmetric();
    if wanted.is_some() && !symmetric {
        return Err(AwsError::validation(
            "KeyMaterialId is only valid for symmetric encryption keys.",
        ));
    }
    let id = match wanted {
        Some(id) if lineage.find(id).is_none() => {
            return Err(AwsError::not_found(format!(
                "Key material (id: {id}) is not associated with KMS key {}.",
                key.arn()
            )));
        }
        Some(id) => id.to_owned(),
        None => lineage.current.clone().unwrap_or_default(),
    };
    let rotating = lineage.rotation.is_some();
    let is_pending = lineage.pending().is_some_and(|pending| pending.id == id);
    if rotating && is_pending {
        return Err(AwsError::invalid_state(format!(
            "{} is being rotated.",
            key.arn()
        )));
    }
    cx.before_write(&key)?;
    cx.world.drop_material(&key, &id);
    cx.note.detail = json!({ "keyMaterialId": id, "pending": is_pending });
    let mut output = json!({ "KeyId": key.arn() });
    if let (true, Some(output)) = (symmetric, output.as_object_mut()) {
        output.insert("KeyMaterialId".to_owned(), json!(id));
    }
    Ok(output)
}
