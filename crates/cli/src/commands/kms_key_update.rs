//! Changing a KMS key.

use std::collections::BTreeMap;

use keyferry_api::bulk::{BulkOperation, BulkRequest};
use keyferry_api::endpoints as at;
use keyferry_api::kms_key::{
    AccessChangeRequest, KeyAccessView, KmsKeyView, Renewal, ReplacePrincipal, UpdateKmsKeyRequest,
};

use super::bulk::{self, Loss};
use super::operation::operate_seen;
use super::{Context, text};
use crate::args::{AccessArgs, UpdateKmsKeyArgs};
use crate::client::Call;
use crate::error::CliError;
use crate::world::World;

/// Reads the KMS key, works out what it shall be, and asks for that on condition that nobody changed it meanwhile.
pub(crate) async fn run(context: &mut Context<'_>, args: UpdateKmsKeyArgs) -> Result<(), CliError> {
    let Some(kms_key) = args.which.one() else {
        return many(context, args).await;
    };
    let path = [kms_key];
    let reply = context
        .client
        .send(Call::to(&at::SHOW_KMS_KEY, &path))
        .await?;
    let found: KmsKeyView = reply.read()?;
    let run = args.run.clone();
    let request = request(context.world, &found.access, args)?;
    let path = [found.id.as_str()];
    let endpoint = &at::UPDATE_KMS_KEY;
    operate_seen(context, endpoint, &path, Some(&request), &run, reply.etag).await
}

/// The same change for many: what is said as a change of a list differs from one to the other, and is not taken.
async fn many(context: &mut Context<'_>, args: UpdateKmsKeyArgs) -> Result<(), CliError> {
    let (which, run) = (args.which.clone(), args.run.clone());
    let nobody = KeyAccessView::default();
    let request = request(context.world, &nobody, args)?;
    if request.access.is_some() {
        let message = "who comes and goes in a key policy is changed one by one";
        return Err(CliError::usage(message).hint(
            "for many, use --replace-principal, or give the whole policy with --policy-file",
        ));
    }
    let many = BulkRequest {
        update: Some(request),
        ..BulkRequest::of(BulkOperation::Update)
    };
    bulk::run(context, &which, &run, many, Loss::None).await
}

fn request(
    world: &mut World,
    access_now: &KeyAccessView,
    args: UpdateKmsKeyArgs,
) -> Result<UpdateKmsKeyRequest, CliError> {
    let set = text::tags(&args.tags)?.unwrap_or_default().into_iter();
    let mut tags: BTreeMap<String, Option<String>> =
        set.map(|(key, value)| (key, Some(value))).collect();
    for key in args.remove_tags {
        if tags.insert(key.clone(), None).is_some() {
            let message = format!("the tag `{key}` is to be set and removed");
            return Err(CliError::usage(message).hint("give one of the two"));
        }
    }
    let validity = args.validity;
    let request = UpdateKmsKeyRequest {
        name: args.name,
        description: args.description,
        tags,
        add_aliases: args.aliases,
        remove_aliases: args.remove_aliases,
        policy: text::document(world, args.access.policy_file.as_deref())?,
        replace_principals: replacements(&args.access.replace_principals)?,
        access: access(access_now, args.access)?,
        time_zone: text::zone(validity.expires.as_deref(), validity.time_zone),
        expires_at: validity.expires,
        renewal: validity.renewal.as_deref().and_then(Renewal::from_word),
        native_rotation_days: args.native_rotation,
        from_template: args.from_template,
    };
    if request == UpdateKmsKeyRequest::default() {
        return Err(CliError::usage("nothing is to be changed")
            .hint("say what, such as --tag or --alias; see --help"));
    }
    Ok(request)
}

fn replacements(texts: &[String]) -> Result<Vec<ReplacePrincipal>, CliError> {
    let one =
        |text: &String| match text.split_once('=') {
            Some((old, new)) if !old.is_empty() && !new.is_empty() => Ok(ReplacePrincipal {
                old: old.to_owned(),
                new: new.to_owned(),
            }),
            _ => Err(CliError::usage(format!("`{text}` replaces nobody"))
                .hint("write OLD=NEW, both ARNs")),
        };
    texts.iter().map(one).collect()
}

fn access(now: &KeyAccessView, args: AccessArgs) -> Result<Option<AccessChangeRequest>, CliError> {
    let change = AccessChangeRequest {
        users: list(&now.users, args.key_users, &args.remove_key_users)?,
        administrators: list(
            &now.administrators,
            args.key_administrators,
            &args.remove_key_administrators,
        )?,
        administrators_may_delete: args.administrator_deletion.map(|word| word == "yes"),
        other_accounts: list(
            &now.other_accounts,
            args.other_accounts,
            &args.remove_other_accounts,
        )?,
    };
    Ok(Some(change).filter(|change| *change != AccessChangeRequest::default()))
}

/// The list with those who come and without those who go; nothing where nobody comes or goes.
fn list(now: &[String], come: Vec<String>, go: &[String]) -> Result<Option<Vec<String>>, CliError> {
    if come.is_empty() && go.is_empty() {
        return Ok(None);
    }
    let mut list = now.to_vec();
    for one in go {
        let before = list.len();
        list.retain(|known| !is_same(known, one));
        if list.len() == before {
            let message = format!("`{one}` is not in the key policy");
            return Err(CliError::usage(message).hint("`kms-key show` lists who is in it"));
        }
    }
    for one in come {
        if !list.iter().any(|known| is_same(known, &one)) {
            list.push(one);
        }
    }
    Ok(Some(list))
}

/// Policies name an account by the ARN of its root, people by twelve digits.
fn is_same(known: &str, given: &str) -> bool {
    known == given || known.ends_with(&format!("::{given}:root"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn accounts_are_known_by_their_digits_and_come_only_once() {
        let now = texts(&["arn:aws:iam::111122223333:root"]);
        let list = |come: &[&str], go: &[&str]| list(&now, texts(come), &texts(go));

        assert_eq!(list(&[], &[]).unwrap(), None);
        assert_eq!(list(&["111122223333"], &[]).unwrap(), Some(now.clone()));
        assert_eq!(list(&[], &["111122223333"]).unwrap(), Some(Vec::new()));
        assert!(list(&[], &["444455556666"]).is_err());
    }
}
