//! CreateAlias, UpdateAlias, DeleteAlias, ListAliases.
//!
//! Source: AWS KMS API Reference, these operations; AWS KMS Developer Guide, "Aliases in AWS KMS".

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::cx::{Accepts, Cx};
use super::paging::{MEDIUM, page};
use crate::args::Args;
use crate::clock::to_epoch_seconds;
use crate::error::AwsError;
use crate::names::{KeyRef, kms_arn};
use crate::policy::conditions::Context;
use crate::state::account::Alias;

/// Aliases per key.
const ALIASES_MAX: usize = 50;

fn alias_name<'a>(args: Args<'a>) -> Result<&'a str, AwsError> {
    let name = args
        .sized("AliasName", 1, 256)?
        .ok_or_else(|| AwsError::missing("AliasName"))?;
    let allowed = |c: char| c.is_ascii_alphanumeric() || ":/_-".contains(c);
    if !name.chars().all(allowed) {
        let rule = "Member must satisfy regular expression pattern: ^[a-zA-Z0-9:/_-]+$";
        return Err(AwsError::constraint(name, "AliasName", rule));
    }
    match name.strip_prefix("alias/") {
        None | Some("") => Err(AwsError::validation(
            "Alias must start with the prefix \"alias/\". Please see \
             https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html",
        )),
        Some(_) => Ok(name),
    }
}

fn own_alias_name<'a>(args: Args<'a>) -> Result<&'a str, AwsError> {
    let name = alias_name(args)?;
    if name.starts_with("alias/aws/") {
        return Err(AwsError::new(
            "NotAuthorizedException",
            "Aliases that begin with alias/aws/ are reserved.",
        ));
    }
    Ok(name)
}

fn alias_arn(cx: &Cx<'_>, name: &str) -> String {
    kms_arn(&cx.region, &cx.principal.account, name)
}

fn authorise_alias(cx: &Cx<'_>, name: &str) -> Result<(), AwsError> {
    let action = format!("kms:{}", cx.operation);
    let mut facts = Context::default();
    facts.set("kms:RequestAlias", name);
    cx.authorise_iam(&action, &alias_arn(cx, name), facts)
}

/// The key of `TargetKeyId`, authorised and in a state that may get an alias.
fn target(cx: &mut Cx<'_>, args: Args<'_>) -> Result<KeyRef, AwsError> {
    let id = args
        .sized("TargetKeyId", 1, 2048)?
        .ok_or_else(|| AwsError::missing("TargetKeyId"))?;
    let key = cx.resolve(id, Accepts::OWN)?;
    let action = format!("kms:{}", cx.operation);
    cx.authorise_key(&action, &key, Context::default())?;
    cx.check_state(&key)?;
    if cx.world.key(&key)?.aws_managed {
        return Err(AwsError::new(
            "AccessDeniedException",
            format!("{} is an AWS managed key.", key.arn()),
        ));
    }
    cx.note.key = Some(key.clone());
    Ok(key)
}

fn aliases_of<'a>(cx: &'a Cx<'_>) -> Option<&'a BTreeMap<String, Alias>> {
    let region = cx.world.region(&cx.principal.account, &cx.region)?;
    Some(&region.aliases)
}

fn existing(cx: &Cx<'_>, name: &str) -> Result<Alias, AwsError> {
    aliases_of(cx)
        .and_then(|aliases| aliases.get(name))
        .cloned()
        .ok_or_else(|| AwsError::not_found(format!("Alias {} is not found.", alias_arn(cx, name))))
}

fn check_alias_quota(cx: &Cx<'_>, key: &KeyRef) -> Result<(), AwsError> {
    let held = aliases_of(cx).map_or(0, |aliases| {
        aliases
            .values()
            .filter(|alias| alias.target.as_deref() == Some(key.id.as_str()))
            .count()
    });
    if held < ALIASES_MAX {
        return Ok(());
    }
    Err(AwsError::limit(format!(
        "{} has the maximum number of aliases.",
        key.arn()
    )))
}

fn put(cx: &mut Cx<'_>, alias: Alias) {
    cx.before_alias_write();
    cx.note.detail = json!({ "aliasName": alias.name });
    let (account, region) = (cx.principal.account.clone(), cx.region.clone());
    if let Some(region) = cx.world.region_mut(&account, &region) {
        region.aliases.insert(alias.name.clone(), alias);
    }
}

pub(crate) fn create(cx: &mut Cx<'_>, args: Args<'_>) -> Result<Value, AwsError> {
    let name = own_alias_name(args)?;
    authorise_alias(cx, name)?;
    let key = target(cx, args)?;
    if existing(cx, name).is_ok() {
        return Err(AwsError::new(
            "AlreadyExistsException",
            format!(
                "An alias with the name {} already exists",
                alias_arn(cx, name)
            ),
        ));
    }
    check_alias_quota(cx, &key)?;
    let alias = Alias {
        name: name.to_owned(),
        target: Some(key.id),
        created: cx.now,
        updated: cx.now,
    };
    put(cx, alias);
    Ok(json!({}))
}

pub(crate) fn update(cx: &mut Cx<'_>, args: Args<'_>) -> Result<Value, AwsError> {
    let name = own_alias_name(args)?;
    authorise_alias(cx, name)?;
    let mut alias = existing(cx, name)?;
    let new = target(cx, args)?;
    let old = alias.target.take().map(|id| KeyRef { id, ..new.clone() });
    if let Some(old) = old.filter(|old| cx.world.find_key(old).is_some()) {
        cx.authorise_key("kms:UpdateAlias", &old, Context::default())?;
        let (from, to) = (cx.world.key(&old)?, cx.world.key(&new)?);
        if from.spec.key_type() != to.spec.key_type() || from.usage != to.usage {
            return Err(AwsError::validation(format!(
                "Alias {} cannot be changed from {} to {}, because the keys differ in type or \
                 usage.",
                alias_arn(cx, name),
                old.arn(),
                new.arn()
            )));
        }
        if old.id != new.id {
            check_alias_quota(cx, &new)?;
        }
    }
    alias.target = Some(new.id);
    alias.updated = cx.now;
    put(cx, alias);
    Ok(json!({}))
}

pub(crate) fn delete(cx: &mut Cx<'_>, args: Args<'_>) -> Result<Value, AwsError> {
    let name = own_alias_name(args)?;
    authorise_alias(cx, name)?;
    let alias = existing(cx, name)?;
    if let Some(id) = alias.target {
        let key = KeyRef {
            account: cx.principal.account.clone(),
            region: cx.region.clone(),
            id,
        };
        if cx.world.find_key(&key).is_some() {
            cx.authorise_key("kms:DeleteAlias", &key, Context::default())?;
            cx.note.key = Some(key);
        }
    }
    cx.before_alias_write();
    cx.note.detail = json!({ "aliasName": name });
    let (account, region) = (cx.principal.account.clone(), cx.region.clone());
    if let Some(region) = cx.world.region_mut(&account, &region) {
        region.aliases.remove(name);
    }
    Ok(json!({}))
}

pub(crate) fn list(cx: &mut Cx<'_>, args: Args<'_>) -> Result<Value, AwsError> {
    cx.authorise_iam("kms:ListAliases", "*", Context::default())?;
    let wanted = match args.sized("KeyId", 1, 2048)? {
        None => None,
        Some(id) => Some(cx.resolve(id, Accepts::OWN)?.id),
    };
    let region = cx.world.region(&cx.principal.account, &cx.region);
    let stale = region.and_then(|region| {
        region
            .stale_aliases
            .iter()
            .find(|(visible_at, _)| *visible_at > cx.now && !cx.unchecked)
            .map(|(_, aliases)| aliases)
    });
    let entries = stale
        .or_else(|| aliases_of(cx))
        .into_iter()
        .flat_map(|aliases| aliases.values())
        .filter(|alias| wanted.is_none() || alias.target == wanted)
        .map(|alias| (alias.name.clone(), entry(cx, alias)));
    page("Aliases", entries, args, &MEDIUM)
}

fn entry(cx: &Cx<'_>, alias: &Alias) -> Value {
    let mut entry = Map::new();
    entry.insert("AliasName".to_owned(), json!(alias.name));
    entry.insert("AliasArn".to_owned(), json!(alias_arn(cx, &alias.name)));
    if let Some(target) = &alias.target {
        entry.insert("TargetKeyId".to_owned(), json!(target));
        let created = to_epoch_seconds(alias.created);
        entry.insert("CreationDate".to_owned(), json!(created));
        let updated = to_epoch_seconds(alias.updated);
        entry.insert("LastUpdatedDate".to_owned(), json!(updated));
    }
    Value::Object(entry)
}
