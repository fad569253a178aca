//! ReplicateKey and UpdatePrimaryRegion.
//!
//! Source: AWS KMS API Reference, both operations; AWS KMS Developer Guide, "Multi-Region keys in
//! AWS KMS".

use serde_json::{Value, json};

use super::cx::{Accepts, Cx};
use super::{create, metadata, policies, tags};
use crate::args::Args;
use crate::error::AwsError;
use crate::names::{KeyRef, partition_of, regions_of};
use crate::policy::conditions::Context;
use crate::specs::Origin;
use crate::state::key::Key;
use crate::states::{self, KeyState};

fn need_primary(cx: &Cx<'_>, key: &KeyRef) -> Result<(), AwsError> {
    let (held, lineage) = cx.world.key_and_lineage(key)?;
    if held.is_primary(lineage) {
        return Ok(());
    }
    Err(AwsError::unsupported(format!(
        "{} is not a multi-Region primary key.",
        key.arn()
    )))
}

fn region<'a>(args: Args<'a>, name: &str) -> Result<&'a str, AwsError> {
    args.sized(name, 1, 32)?
        .ok_or_else(|| AwsError::missing(name))
}

pub(crate) fn replicate(cx: &mut Cx<'_>, args: Args<'_>) -> Result<Value, AwsError> {
    let region = region(args, "ReplicaRegion")?;
    let description = create::description(args)?.unwrap_or_default();
    let tags = tags::read(args, "Tags")?;
    let mut facts = create::request_facts(args, &tags)?;
    facts.set("kms:ReplicaRegion", region);
    let key = cx.open_with(args, Accepts::OWN, facts.clone())?;
    need_primary(cx, &key)?;
    check_region(cx, region)?;
    let replica = key.in_region(region);
    if cx.world.find_key(&replica).is_some() {
        return Err(AwsError::new(
            "AlreadyExistsException",
            format!(
                "Unable to replicate key {} to region {region}, as it already exists there.",
                key.arn()
            ),
        ));
    }
    // The new key is made in the replica's Region, where IAM decides.
    cx.authorise_iam("kms:CreateKey", "*", facts.clone())?;
    if !tags.is_empty() {
        cx.authorise_iam("kms:TagResource", &replica.arn(), facts)?;
    }
    let policy = policies::accept(cx, args, &replica)?;
    create::check_key_quota(cx, region)?;
    let ready = cx.now + cx.world.config.transition;
    let primary = cx.world.key(&key)?;
    let made = Key {
        multi_region: true,
        description: description.to_owned(),
        tags,
        creating_until: ready,
        loaded: match primary.origin {
            Origin::External => Default::default(),
            _ => primary.loaded.clone(),
        },
        ..create::blank_key(
            &replica,
            primary.spec,
            &primary.usage,
            primary.origin,
            policy,
            cx.now,
        )
    };
    cx.before_write(&key)?;
    if let Some(home) = cx.world.region_mut(&key.account, region) {
        home.keys.insert(replica.id.clone(), made);
    }
    let members = &mut cx.world.lineage_mut(&key)?.members;
    members.push(region.to_owned());
    members.sort();
    cx.note.detail = json!({ "replicaRegion": region });
    cx.world
        .record_event(&replica, cx.now, "SynchronizeMultiRegionKey", Value::Null);
    let (held, lineage) = cx.world.key_and_lineage(&replica)?;
    Ok(json!({
        "ReplicaKeyMetadata": metadata::key_metadata(held, lineage, cx.now),
        "ReplicaPolicy": held.policy.text(),
        "ReplicaTags": tags::entries(held),
    }))
}

fn check_region(cx: &Cx<'_>, region: &str) -> Result<(), AwsError> {
    let partition = partition_of(&cx.region);
    let known = regions_of(partition)
        .iter()
        .any(|(name, _)| *name == region);
    let enabled = cx
        .world
        .accounts
        .get(&cx.principal.account)
        .is_some_and(|account| account.region_enabled(region));
    if known && enabled {
        return Ok(());
    }
    Err(AwsError::unsupported(format!(
        "The Region {region} is not in the partition {partition} or not enabled in the account."
    )))
}

pub(crate) fn update_primary_region(cx: &mut Cx<'_>, args: Args<'_>) -> Result<Value, AwsError> {
    let region = region(args, "PrimaryRegion")?;
    let mut facts = Context::default();
    facts.set("kms:PrimaryRegion", region);
    let key = cx.open_with(args, Accepts::OWN, facts.clone())?;
    need_primary(cx, &key)?;
    let next = key.in_region(region);
    if next == key {
        return Err(AwsError::unsupported(format!(
            "{} is the primary key already.",
            key.arn()
        )));
    }
    let (held, lineage) = cx.world.key_and_lineage(&next).map_err(|_| {
        AwsError::not_found(format!("{} has no replica key in {region}.", key.arn()))
    })?;
    let state = held.state(lineage, cx.now);
    let origin = held.origin;
    cx.authorise_key("kms:UpdatePrimaryRegion", &next, facts)?;
    if state != KeyState::Enabled {
        states::check("UpdatePrimaryRegion", state, origin, || next.arn())?;
    }
    cx.before_write(&key)?;
    cx.before_write(&next)?;
    cx.world.lineage_mut(&key)?.primary = Some(region.to_owned());
    let done = cx.now + cx.world.config.transition;
    for place in [&key, &next] {
        cx.world.key_mut(place)?.updating_until = done;
    }
    cx.note.detail = json!({ "primaryRegion": region });
    Ok(json!({}))
}
