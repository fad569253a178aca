//! CreateKey.

use serde_json::{Value, json};

use super::cx::Cx;
use super::{metadata, policies, tags};
use crate::args::Args;
use crate::error::AwsError;
use crate::names::{KeyRef, is_china, partition_of};
use crate::policy::conditions::Context;
use crate::policy::document::Document;
use crate::specs::{KEY_SPECS, KEY_USAGES, KeySpec, Origin};
use crate::state::key::{Key, Life};
use crate::state::material::Lineage;

const ORIGINS: &[&str] = &["AWS_KMS", "EXTERNAL", "AWS_CLOUDHSM", "EXTERNAL_KEY_STORE"];

/// Longest description.
const DESCRIPTION_MAX: usize = 8192;

pub(crate) fn create_key(cx: &mut Cx<'_>, args: Args<'_>) -> Result<Value, AwsError> {
    let (spec, usage) = spec_and_usage(args)?;
    let origin = origin(args)?;
    let description = description(args)?.unwrap_or_default();
    let multi_region = args.flag("MultiRegion")?;
    let tags = tags::read(args, "Tags")?;
    let spec = supported(spec, origin, &cx.region)?;
    check_usage(spec, usage)?;

    let id = new_key_id(cx, multi_region);
    let key = KeyRef {
        account: cx.principal.account.clone(),
        region: cx.region.clone(),
        id: id.clone(),
    };
    let mut facts = request_facts(args, &tags)?;
    facts.set("kms:KeyOrigin", origin.name());
    facts.set("kms:KeySpec", spec.name());
    facts.set("kms:KeyUsage", usage);
    facts.set("kms:MultiRegion", multi_region.to_string());
    cx.authorise_iam("kms:CreateKey", "*", facts.clone())?;
    if !tags.is_empty() {
        // Only an IAM policy counts: the key and its policy do not exist yet.
        cx.authorise_iam("kms:TagResource", &key.arn(), facts)?;
    }
    if multi_region {
        need_service_linked_role(cx)?;
    }
    let policy = policies::accept(cx, args, &key)?;
    check_key_quota(cx, &key.region)?;

    let visible_at = cx.now + {
        let max = cx.world.config.consistency.created_keys;
        if cx.unchecked {
            0
        } else {
            cx.world.rng.up_to(max)
        }
    };
    let made = Key {
        visible_at,
        description: description.to_owned(),
        tags,
        ..blank_key(&key, spec, usage, origin, policy, cx.now)
    };
    let made = Key {
        multi_region,
        ..made
    };
    place(cx, &key, made)?;
    if origin == Origin::AwsKms {
        cx.world.add_native_material(&key, None);
    }
    cx.note.key = Some(key.clone());
    let (held, lineage) = cx.world.key_and_lineage(&key)?;
    Ok(json!({ "KeyMetadata": metadata::key_metadata(held, lineage, cx.now) }))
}

/// A key without material, tags or grants.
pub(crate) fn blank_key(
    key: &KeyRef,
    spec: KeySpec,
    usage: &str,
    origin: Origin,
    policy: Document,
    now: i64,
) -> Key {
    Key {
        id: key.id.clone(),
        account: key.account.clone(),
        region: key.region.clone(),
        spec,
        usage: usage.to_owned(),
        origin,
        multi_region: false,
        aws_managed: false,
        description: String::new(),
        created: now,
        visible_at: now,
        creating_until: now,
        updating_until: now,
        unavailable: false,
        life: Life::Enabled,
        loaded: Default::default(),
        policy,
        tags: Default::default(),
        grants: Vec::new(),
        last_use: None,
        stale: Vec::new(),
    }
}

/// Puts a new primary or single key into its Region, with an empty lineage.
pub(crate) fn place(cx: &mut Cx<'_>, key: &KeyRef, made: Key) -> Result<(), AwsError> {
    let lineage = Lineage {
        primary: made.multi_region.then(|| key.region.clone()),
        members: if made.multi_region {
            vec![key.region.clone()]
        } else {
            Vec::new()
        },
        ..Lineage::default()
    };
    let account = cx
        .world
        .accounts
        .get_mut(&key.account)
        .ok_or_else(|| AwsError::new("KMSInternalException", "The account does not exist."))?;
    account.lineages.insert(key.id.clone(), lineage);
    account
        .regions
        .entry(key.region.clone())
        .or_default()
        .keys
        .insert(key.id.clone(), made);
    Ok(())
}

pub(crate) fn new_key_id(cx: &mut Cx<'_>, multi_region: bool) -> String {
    if multi_region {
        format!("mrk-{}", cx.world.rng.hex(16))
    } else {
        cx.world.rng.uuid()
    }
}

pub(crate) fn description<'a>(args: Args<'a>) -> Result<Option<&'a str>, AwsError> {
    args.sized("Description", 0, DESCRIPTION_MAX)
}

/// Facts that CreateKey and ReplicateKey share.
pub(crate) fn request_facts(
    args: Args<'_>,
    tags: &std::collections::BTreeMap<String, String>,
) -> Result<Context, AwsError> {
    let mut facts = tags::facts(tags);
    let bypass = args.flag("BypassPolicyLockoutSafetyCheck")?;
    facts.set("kms:BypassPolicyLockoutSafetyCheck", bypass.to_string());
    Ok(facts)
}

pub(crate) fn check_key_quota(cx: &Cx<'_>, region: &str) -> Result<(), AwsError> {
    let held = cx
        .world
        .region(&cx.principal.account, region)
        .map_or(0, |region| region.keys.len());
    if held < cx.world.config.keys_per_region {
        return Ok(());
    }
    Err(AwsError::limit(
        "The request was rejected because the quota of KMS keys in this account and Region was \
         reached.",
    ))
}

fn spec_and_usage<'a>(args: Args<'a>) -> Result<(&'a str, &'a str), AwsError> {
    let new = args.one_of("KeySpec", KEY_SPECS)?;
    let old = args.one_of("CustomerMasterKeySpec", KEY_SPECS)?;
    if new.is_some() && old.is_some() {
        return Err(AwsError::validation(
            "You cannot specify KeySpec and CustomerMasterKeySpec in the same request. \
             CustomerMasterKeySpec is deprecated.",
        ));
    }
    let spec = new.or(old).unwrap_or("SYMMETRIC_DEFAULT");
    let usage = match args.one_of("KeyUsage", KEY_USAGES)? {
        Some(usage) => usage,
        None if spec == "SYMMETRIC_DEFAULT" => "ENCRYPT_DECRYPT",
        None => {
            return Err(AwsError::validation(
                "You must specify a KeyUsage value for all KMS keys except for symmetric \
                 encryption keys.",
            ));
        }
    };
    Ok((spec, usage))
}

fn origin(args: Args<'_>) -> Result<Origin, AwsError> {
    match args.one_of("Origin", ORIGINS)? {
        None | Some("AWS_KMS") => Ok(Origin::AwsKms),
        Some("EXTERNAL") => Ok(Origin::External),
        Some(_) if args.has("CustomKeyStoreId") => Err(AwsError::new(
            "CustomKeyStoreNotFoundException",
            "The custom key store does not exist.",
        )),
        Some(other) => Err(AwsError::validation(format!(
            "Origin {other} needs a CustomKeyStoreId."
        ))),
    }
}

fn supported(spec: &str, origin: Origin, region: &str) -> Result<KeySpec, AwsError> {
    KeySpec::parse(spec).ok_or_else(|| {
        let why = match (origin, spec) {
            (Origin::External, "SM2") if is_china(region) => "is not simulated",
            (Origin::External, _) => "is not valid for keys with origin EXTERNAL",
            _ => "is not supported here",
        };
        AwsError::unsupported(format!("KeySpec {spec} {why}."))
    })
}

fn check_usage(spec: KeySpec, usage: &str) -> Result<(), AwsError> {
    if spec.usages().contains(&usage) {
        return Ok(());
    }
    Err(AwsError::validation(format!(
        "The operation failed because the KeyUsage value of {usage} is not compatible with the \
         KeySpec value of {}.",
        spec.name()
    )))
}

/// Multi-Region keys need a service-linked role, made on the caller's behalf the first time.
fn need_service_linked_role(cx: &mut Cx<'_>) -> Result<(), AwsError> {
    let account = cx.principal.account.clone();
    let exists = cx
        .world
        .accounts
        .get(&account)
        .is_some_and(|account| account.iam.multi_region_role);
    if exists {
        return Ok(());
    }
    let role = format!(
        "arn:{}:iam::{account}:role/aws-service-role/mrk.kms.amazonaws.com/\
         AWSServiceRoleForKeyManagementServiceMultiRegionKeys",
        partition_of(&cx.region)
    );
    let mut facts = Context::default();
    facts.set("iam:AWSServiceName", "mrk.kms.amazonaws.com");
    cx.authorise_iam("iam:CreateServiceLinkedRole", &role, facts)?;
    if let Some(account) = cx.world.accounts.get_mut(&account) {
        account.iam.multi_region_role = true;
    }
    Ok(())
}
