//! Tags: TagResource, UntagResource, ListResourceTags.
//!
//! Source: AWS KMS API Reference, Tag and TagResource; AWS KMS Developer Guide, "Tags in AWS KMS".

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::cx::{Accepts, Cx};
use super::paging::{SMALL, page};
use crate::args::Args;
use crate::error::AwsError;
use crate::policy::conditions::Context;
use crate::state::key::{Key, StaleKind};

/// Tags per key.
const TAGS_MAX: usize = 50;

/// Reads a list of `{TagKey, TagValue}`.
pub(crate) fn read(args: Args<'_>, name: &str) -> Result<BTreeMap<String, String>, AwsError> {
    let mut tags = BTreeMap::new();
    for item in args.list(name)?.unwrap_or_default() {
        let item = Args(item);
        let key = item
            .sized("TagKey", 1, 128)?
            .ok_or_else(|| AwsError::missing("TagKey"))?;
        let value = item
            .sized("TagValue", 0, 256)?
            .ok_or_else(|| AwsError::missing("TagValue"))?;
        if key.to_ascii_lowercase().starts_with("aws:") {
            return Err(AwsError::tag("Tags beginning with aws: are reserved"));
        }
        if !key.chars().chain(value.chars()).all(allowed) {
            return Err(AwsError::tag(
                "Tag contains characters that are not allowed",
            ));
        }
        if tags.insert(key.to_owned(), value.to_owned()).is_some() {
            return Err(AwsError::tag("Duplicate tag keys"));
        }
    }
    if tags.len() > TAGS_MAX {
        return Err(AwsError::tag("Too many tags"));
    }
    Ok(tags)
}

/// Letters, digits, spaces and `_ . / = + - : @`.
fn allowed(c: char) -> bool {
    c.is_alphanumeric() || c.is_whitespace() || "_./=+-:@".contains(c)
}

/// `aws:RequestTag/…` and `aws:TagKeys`.
pub(crate) fn facts(tags: &BTreeMap<String, String>) -> Context {
    let mut facts = Context::default();
    for (name, value) in tags {
        facts.set(&format!("aws:RequestTag/{name}"), &**value);
    }
    if !tags.is_empty() {
        facts.set_all("aws:TagKeys", tags.keys().cloned().collect());
    }
    facts
}

pub(crate) fn entries(key: &Key) -> Vec<Value> {
    key.tags
        .iter()
        .map(|(name, value)| json!({ "TagKey": name, "TagValue": value }))
        .collect()
}

pub(crate) fn tag(cx: &mut Cx<'_>, args: Args<'_>) -> Result<Value, AwsError> {
    if !args.has("Tags") {
        return Err(AwsError::missing("Tags"));
    }
    let tags = read(args, "Tags")?;
    let key = cx.open_with(args, Accepts::OWN, facts(&tags))?;
    refuse_aws_managed(cx.world.key(&key)?)?;
    let mut all = cx.world.key(&key)?.tags.clone();
    all.extend(tags);
    if all.len() > TAGS_MAX {
        return Err(AwsError::tag("Too many tags"));
    }
    cx.before_tag_write(&key)?;
    cx.world.key_mut(&key)?.tags = all;
    Ok(json!({}))
}

pub(crate) fn untag(cx: &mut Cx<'_>, args: Args<'_>) -> Result<Value, AwsError> {
    if !args.has("TagKeys") {
        return Err(AwsError::missing("TagKeys"));
    }
    let names = args.texts("TagKeys")?;
    let mut facts = Context::default();
    facts.set_all(
        "aws:TagKeys",
        names.iter().map(|name| (*name).to_owned()).collect(),
    );
    let key = cx.open_with(args, Accepts::OWN, facts)?;
    refuse_aws_managed(cx.world.key(&key)?)?;
    cx.before_tag_write(&key)?;
    cx.world
        .key_mut(&key)?
        .tags
        .retain(|name, _| !names.contains(&name.as_str()));
    Ok(json!({}))
}

pub(crate) fn list(cx: &mut Cx<'_>, args: Args<'_>) -> Result<Value, AwsError> {
    let key = cx.open(args, Accepts::OWN)?;
    let entries = match cx.stale(&key, StaleKind::Tags, "tags") {
        Some(Value::Array(stale)) => stale,
        _ => entries(cx.world.key(&key)?),
    };
    let entries = entries.into_iter().map(|entry| {
        let name = entry.get("TagKey").and_then(Value::as_str);
        (name.unwrap_or_default().to_owned(), entry)
    });
    page("Tags", entries, args, &SMALL)
}

fn refuse_aws_managed(key: &Key) -> Result<(), AwsError> {
    if key.aws_managed {
        return Err(AwsError::new(
            "AccessDeniedException",
            format!("{} is an AWS managed key.", key.arn()),
        ));
    }
    Ok(())
}
