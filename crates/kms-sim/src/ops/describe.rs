//! DescribeKey, ListKeys, GetPublicKey, GetKeyLastUsage.

use serde_json::{Map, Value, json};

use super::cx::{Accepts, Cx};
use super::paging::{LARGE, after, limit, marker};
use super::{create, metadata, policies};
use crate::args::{Args, to_base64};
use crate::clock::to_epoch_seconds;
use crate::error::AwsError;
use crate::names::KeyRef;
use crate::policy::conditions::Context;
use crate::policy::document::Document;
use crate::specs::{KeySpec, KeyType, Origin};
use crate::state::account::Alias;
use crate::state::key::{Key, StaleKind};

/// Services whose AWS managed key comes into being when it is first described.
const AWS_MANAGED: &[&str] = &["ebs", "rds", "s3", "secretsmanager", "sqs", "ssm"];

pub(crate) fn describe_key(cx: &mut Cx<'_>, args: Args<'_>) -> Result<Value, AwsError> {
    if let Some(service) = args
        .text("KeyId")?
        .and_then(|id| id.strip_prefix("alias/aws/"))
        && AWS_MANAGED.contains(&service)
    {
        make_aws_managed(cx, service)?;
    }
    let key = cx.open(args, Accepts::ANY)?;
    let data = match cx.stale(&key, StaleKind::Key, "metadata") {
        Some(stale) => stale,
        None => {
            let (held, lineage) = cx.world.key_and_lineage(&key)?;
            metadata::key_metadata(held, lineage, cx.now)
        }
    };
    // Not `json!`: that copies.
    Ok(Value::Object(Map::from_iter([(
        "KeyMetadata".to_owned(),
        data,
    )])))
}

/// An AWS managed key and its alias, unless it exists.
pub(crate) fn make_aws_managed(cx: &mut Cx<'_>, service: &str) -> Result<KeyRef, AwsError> {
    let account = cx.principal.account.clone();
    let name = format!("alias/aws/{service}");
    let existing = cx
        .world
        .region(&account, &cx.region)
        .and_then(|region| region.aliases.get(&name))
        .and_then(|alias| alias.target.clone());
    let known = existing.is_some();
    let key = KeyRef {
        id: existing.unwrap_or_else(|| create::new_key_id(cx, false)),
        region: cx.region.clone(),
        account,
    };
    if known {
        return Ok(key);
    }
    let policy = Document::parse(&policies::default_policy(&key.account, &key.region))
        .map_err(AwsError::malformed_policy)?;
    let made = Key {
        aws_managed: true,
        description: format!("Default key that protects my {service} data"),
        ..create::blank_key(
            &key,
            KeySpec::Symmetric,
            "ENCRYPT_DECRYPT",
            Origin::AwsKms,
            policy,
            cx.now,
        )
    };
    create::place(cx, &key, made)?;
    cx.world.add_native_material(&key, None);
    if let Some(region) = cx.world.region_mut(&key.account, &key.region) {
        let alias = Alias {
            name: name.clone(),
            target: Some(key.id.clone()),
            created: cx.now,
            updated: cx.now,
        };
        region.aliases.insert(name, alias);
    }
    Ok(key)
}

pub(crate) fn list_keys(cx: &mut Cx<'_>, args: Args<'_>) -> Result<Value, AwsError> {
    cx.authorise_iam("kms:ListKeys", "*", Context::default())?;
    let limit = limit(args, &LARGE)?;
    let after = after(args)?.unwrap_or_default();
    let now = cx.now;
    let mut keys = Vec::new();
    let mut last = "";
    let mut next = None;
    if let Some(region) = cx.world.region(&cx.principal.account, &cx.region) {
        let from = (std::ops::Bound::Excluded(after), std::ops::Bound::Unbounded);
        let visible = region
            .keys
            .range::<String, _>(from)
            .filter(|(_, key)| key.visible_at <= now || cx.unchecked);
        for (id, key) in visible {
            if keys.len() == limit {
                next = Some(marker(last));
                break;
            }
            keys.push(json!({ "KeyId": id, "KeyArn": key.arn() }));
            last = id;
        }
    }
    let mut output = json!({ "Keys": keys, "Truncated": next.is_some() });
    if let (Some(next), Some(output)) = (next, output.as_object_mut()) {
        output.insert("NextMarker".to_owned(), json!(next));
    }
    Ok(output)
}

pub(crate) fn public_key(cx: &mut Cx<'_>, args: Args<'_>) -> Result<Value, AwsError> {
    let key = cx.open(args, Accepts::ANY)?;
    let (held, lineage) = cx.world.key_and_lineage(&key)?;
    if held.spec.key_type() != KeyType::Asymmetric {
        return Err(AwsError::unsupported(format!(
            "{} is not an asymmetric key.",
            key.arn()
        )));
    }
    // Without any import there never was a public key.
    let public = lineage
        .public_key
        .as_ref()
        .ok_or_else(|| AwsError::invalid_state(format!("{} is pending import.", key.arn())))?;
    let mut output = Map::new();
    let (name, algorithms) = held.spec.algorithms(&held.usage);
    output.insert("KeyId".to_owned(), json!(key.arn()));
    output.insert("PublicKey".to_owned(), json!(to_base64(public)));
    output.insert("KeySpec".to_owned(), json!(held.spec.name()));
    if let Some(old_name) = held.spec.customer_master_key_spec() {
        output.insert("CustomerMasterKeySpec".to_owned(), json!(old_name));
    }
    output.insert("KeyUsage".to_owned(), json!(held.usage));
    output.insert(name.to_owned(), json!(algorithms));
    Ok(Value::Object(output))
}

pub(crate) fn last_usage(cx: &mut Cx<'_>, args: Args<'_>) -> Result<Value, AwsError> {
    let key = cx.open(args, Accepts::OWN)?;
    let held = cx.world.key(&key)?;
    let usage = match &held.last_use {
        None => json!({}),
        Some(last) => json!({
            "Operation": last.operation,
            "Timestamp": to_epoch_seconds(last.at),
            "CloudTrailEventId": last.event_id,
            "KmsRequestId": last.request_id,
        }),
    };
    Ok(json!({
        "KeyId": held.id,
        "KeyLastUsage": usage,
        "TrackingStartDate": to_epoch_seconds(held.created),
        "KeyCreationDate": to_epoch_seconds(held.created),
    }))
}
