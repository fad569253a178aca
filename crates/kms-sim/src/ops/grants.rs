//! CreateGrant, ListGrants, RevokeGrant, RetireGrant.

use serde_json::{Map, Value, json};

use super::cx::{Accepts, Cx};
use super::paging::{MEDIUM, page};
use crate::args::{Args, to_base64};
use crate::clock::to_epoch_seconds;
use crate::error::AwsError;
use crate::names::KeyRef;
use crate::policy::conditions::Context;
use crate::specs::KeySpec;
use crate::state::key::{Grant, Key};

/// What can be granted (AWS KMS API Reference, CreateGrant): nothing about import or life cycle.
const OPERATIONS: &[&str] = &[
    "Decrypt",
    "Encrypt",
    "GenerateDataKey",
    "GenerateDataKeyWithoutPlaintext",
    "ReEncryptFrom",
    "ReEncryptTo",
    "Sign",
    "Verify",
    "GetPublicKey",
    "CreateGrant",
    "RetireGrant",
    "DescribeKey",
    "GenerateDataKeyPair",
    "GenerateDataKeyPairWithoutPlaintext",
    "GenerateMac",
    "VerifyMac",
    "DeriveSharedSecret",
    "Encapsulate",
    "Decapsulate",
];

/// Encryption context pairs of one constraint.
const CONTEXT_PAIRS_MAX: usize = 8;

/// Grants per key.
const GRANTS_MAX: usize = 50_000;

pub(crate) fn dry_run(args: Args<'_>) -> Result<(), AwsError> {
    if args.flag("DryRun")? {
        return Err(AwsError::new(
            "DryRunOperationException",
            "The request would have succeeded, but the DryRun option is set.",
        ));
    }
    Ok(())
}

pub(crate) fn create(cx: &mut Cx<'_>, args: Args<'_>) -> Result<Value, AwsError> {
    let grantee = grantee(args)?;
    let operations = operations(args)?;
    let name = args.sized("Name", 1, 256)?;
    if let Some(name) = name.filter(|name| !name.chars().all(in_name)) {
        let rule = "Member must satisfy regular expression pattern: ^[a-zA-Z0-9:/_-]+$";
        return Err(AwsError::constraint(name, "Name", rule));
    }
    let retiring = args
        .text("RetiringPrincipal")?
        .or(args.text("RetiringServicePrincipal")?);
    let constraints = args.object("Constraints").map(|map| json!(map));
    let mut facts = Context::default();
    facts.set_all("kms:GrantOperations", operations.clone());
    facts.set("kms:GranteePrincipal", grantee);
    facts.set("kms:GrantIsForAWSResource", "false");
    let key = cx.open_with(args, Accepts::OWN_OR_OTHER, facts)?;
    supported(cx.world.key(&key)?, &operations, args)?;
    dry_run(args)?;
    let same = cx.world.key(&key)?.grants.iter().find(|grant| {
        name.is_some()
            && grant.name.as_deref() == name
            && grant.grantee == grantee
            && grant.operations == operations
            && grant.retiring.as_deref() == retiring
            && grant.constraints == constraints
    });
    if let Some(same) = same {
        return Ok(json!({ "GrantId": same.id, "GrantToken": same.token }));
    }
    if cx.world.key(&key)?.grants.len() >= GRANTS_MAX {
        return Err(AwsError::limit("The key has the maximum number of grants."));
    }
    let grant = Grant {
        id: cx.world.rng.hex(32),
        token: to_base64(&cx.world.rng.bytes::<96>()),
        name: name.map(str::to_owned),
        created: cx.now,
        grantee: grantee.to_owned(),
        retiring: retiring.map(str::to_owned),
        operations,
        constraints,
        issuing_account: cx.principal.account.clone(),
    };
    let output = json!({ "GrantId": grant.id, "GrantToken": grant.token });
    cx.note.detail = json!({ "grantId": grant.id });
    cx.world.key_mut(&key)?.grants.push(grant);
    Ok(output)
}

fn in_name(found: char) -> bool {
    found.is_ascii_alphanumeric() || ":/_-".contains(found)
}

/// A grant of what the key cannot do is refused, and so is an encryption context where there is none (AWS KMS API Reference,
/// CreateGrant and GrantConstraints).
fn supported(key: &Key, operations: &[String], args: Args<'_>) -> Result<(), AwsError> {
    let is_asymmetric = matches!(key.spec, KeySpec::Rsa(_) | KeySpec::Ecc(_));
    let can = |operation: &str| match operation {
        "CreateGrant" | "RetireGrant" | "DescribeKey" => true,
        "GetPublicKey" => is_asymmetric,
        "Sign" | "Verify" => key.usage == "SIGN_VERIFY",
        "GenerateMac" | "VerifyMac" => key.usage == "GENERATE_VERIFY_MAC",
        "DeriveSharedSecret" => key.usage == "KEY_AGREEMENT",
        "Encapsulate" | "Decapsulate" => key.usage == "ENCAPSULATE_DECAPSULATE",
        "Encrypt" | "Decrypt" | "ReEncryptFrom" | "ReEncryptTo" => key.usage == "ENCRYPT_DECRYPT",
        _ => key.spec == KeySpec::Symmetric,
    };
    if let Some(operation) = operations.iter().find(|operation| !can(operation)) {
        return Err(AwsError::validation(format!(
            "Operation {operation} is not supported by the key {}.",
            key.arn()
        )));
    }
    let Some(constraints) = args.object("Constraints") else {
        return Ok(());
    };
    for member in ["EncryptionContextEquals", "EncryptionContextSubset"] {
        let Some(pairs) = constraints.get(member).and_then(Value::as_object) else {
            continue;
        };
        if key.spec != KeySpec::Symmetric {
            return Err(AwsError::validation(
                "Encryption context constraints are for symmetric encryption keys only.",
            ));
        }
        if pairs.len() > CONTEXT_PAIRS_MAX {
            return Err(AwsError::validation(format!(
                "{member} has more than {CONTEXT_PAIRS_MAX} pairs."
            )));
        }
    }
    Ok(())
}

fn grantee<'a>(args: Args<'a>) -> Result<&'a str, AwsError> {
    let (person, service) = (
        args.sized("GranteePrincipal", 1, 256)?,
        args.sized("GranteeServicePrincipal", 1, 256)?,
    );
    match (person, service) {
        (Some(person), None) => Ok(person),
        (None, Some(service)) => {
            let has_source = args
                .object("Constraints")
                .is_some_and(|constraints| constraints.contains_key("SourceArn"));
            let retires = args.has("RetiringPrincipal") || args.has("RetiringServicePrincipal");
            if has_source && retires {
                Ok(service)
            } else {
                Err(AwsError::validation(
                    "GranteeServicePrincipal needs the constraint SourceArn and a retiring \
                     principal.",
                ))
            }
        }
        (Some(_), Some(_)) => Err(AwsError::validation(
            "GranteePrincipal and GranteeServicePrincipal exclude one another.",
        )),
        (None, None) => Err(AwsError::missing("GranteePrincipal")),
    }
}

fn operations(args: Args<'_>) -> Result<Vec<String>, AwsError> {
    let operations = args.texts("Operations")?;
    if operations.is_empty() {
        return Err(AwsError::missing("Operations"));
    }
    for operation in &operations {
        if !OPERATIONS.contains(operation) {
            let rule = format!(
                "Member must satisfy enum value set: [{}]",
                OPERATIONS.join(", ")
            );
            return Err(AwsError::constraint(operation, "Operations", &rule));
        }
    }
    Ok(operations.into_iter().map(str::to_owned).collect())
}

pub(crate) fn list(cx: &mut Cx<'_>, args: Args<'_>) -> Result<Value, AwsError> {
    let key = cx.open(args, Accepts::OWN_OR_OTHER)?;
    let wanted_id = args.text("GrantId")?;
    let wanted_grantee = args.text("GranteePrincipal")?;
    let mut grants: Vec<(String, Value)> = cx
        .world
        .key(&key)?
        .grants
        .iter()
        .filter(|grant| wanted_id.is_none_or(|id| grant.id == id))
        .filter(|grant| wanted_grantee.is_none_or(|grantee| grant.grantee == grantee))
        .map(|grant| (grant.id.clone(), entry(&key, grant)))
        .collect();
    grants.sort_by(|one, other| one.0.cmp(&other.0));
    page("Grants", grants.into_iter(), args, &MEDIUM)
}

fn entry(key: &KeyRef, grant: &Grant) -> Value {
    let mut entry = Map::new();
    let mut set = |name: &str, value: Value| entry.insert(name.to_owned(), value);
    set("KeyId", json!(key.arn()));
    set("GrantId", json!(grant.id));
    set("CreationDate", json!(to_epoch_seconds(grant.created)));
    set("GranteePrincipal", json!(grant.grantee));
    set("Operations", json!(grant.operations));
    set(
        "IssuingAccount",
        json!(format!(
            "arn:{}:iam::{}:root",
            crate::names::partition_of(&key.region),
            grant.issuing_account
        )),
    );
    set("Name", json!(grant.name.as_deref().unwrap_or_default()));
    if let Some(retiring) = &grant.retiring {
        set("RetiringPrincipal", json!(retiring));
    }
    if let Some(constraints) = &grant.constraints {
        set("Constraints", constraints.clone());
    }
    Value::Object(entry)
}

pub(crate) fn revoke(cx: &mut Cx<'_>, args: Args<'_>) -> Result<Value, AwsError> {
    let id = args.required("GrantId")?;
    let key = cx.open(args, Accepts::OWN_OR_OTHER)?;
    dry_run(args)?;
    remove(cx, &key, |grant| grant.id == id)
}

pub(crate) fn retire(cx: &mut Cx<'_>, args: Args<'_>) -> Result<Value, AwsError> {
    let token = args.text("GrantToken")?;
    let key = match token {
        Some(token) => with_token(cx, token)?,
        None => {
            let id = args.required("KeyId")?;
            cx.resolve(id, Accepts::OWN_OR_OTHER)?
        }
    };
    let id = args.text("GrantId")?;
    let chosen = |grant: &Grant| match (token, id) {
        (Some(token), _) => grant.token == token,
        (None, id) => id == Some(grant.id.as_str()),
    };
    let caller = [cx.principal.arn(), cx.principal.policy_arn()];
    let may = cx.world.key(&key)?.grants.iter().any(|grant| {
        chosen(grant)
            && grant
                .retiring
                .as_ref()
                .is_some_and(|retiring| caller.contains(retiring))
    });
    if !may {
        cx.authorise_key("kms:RetireGrant", &key, Context::default())?;
    }
    dry_run(args)?;
    cx.note.key = Some(key.clone());
    remove(cx, &key, chosen)
}

fn with_token(cx: &Cx<'_>, token: &str) -> Result<KeyRef, AwsError> {
    cx.world
        .accounts
        .values()
        .filter_map(|account| account.regions.get(&cx.region))
        .flat_map(|region| region.keys.values())
        .find(|key| key.grants.iter().any(|grant| grant.token == token))
        .map(|key| KeyRef {
            account: key.account.clone(),
            region: key.region.clone(),
            id: key.id.clone(),
        })
        .ok_or_else(|| {
            AwsError::new(
                "InvalidGrantTokenException",
                "The grant token is not valid.",
            )
        })
}

fn remove(
    cx: &mut Cx<'_>,
    key: &KeyRef,
    chosen: impl Fn(&Grant) -> bool,
) -> Result<Value, AwsError> {
    let grants = &mut cx.world.key_mut(key)?.grants;
    let before = grants.len();
    grants.retain(|grant| !chosen(grant));
    if grants.len() == before {
        return Err(AwsError::not_found(format!(
            "No such grant on key {}.",
            key.arn()
        )));
    }
    Ok(json!({}))
}
