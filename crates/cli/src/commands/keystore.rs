//! Keystores.

use keyferry_api::endpoints as at;
use keyferry_api::found_key::{FoundKeyPage, FoundKeyView};
use keyferry_api::job::JobView;
use keyferry_api::keystore::{
    CreateKeystoreRequest, HealPolicy, KeystorePage, KeystoreView, OnCancelDeletion,
    TemplateRequest, UpdateKeystoreRequest,
};

use super::{Context, adopt, bind, rotation, text};
use crate::args::{KeystoreArgs, KeystoreCommand, TrialArgs};
use crate::client::Call;
use crate::error::CliError;
use crate::progress;
use crate::table::Table;
use crate::world::World;

pub(crate) async fn run(
    context: &mut Context<'_>,
    command: KeystoreCommand,
) -> Result<(), CliError> {
    match command {
        KeystoreCommand::List => list(context).await,
        KeystoreCommand::Show { keystore } => {
            let reply = context
                .client
                .send(Call::to(&at::SHOW_KEYSTORE, &[&keystore]))
                .await?;
            print(context, &reply.read()?)
        }
        KeystoreCommand::Create {
            name,
            connection,
            group,
            settings,
        } => create(context, name, (connection, group), settings).await,
        KeystoreCommand::Update {
            keystore,
            name,
            settings,
        } => update(context, &keystore, name, settings).await,
        KeystoreCommand::Rotate { keystore, how } => {
            rotation::keystore(context, &keystore, how).await
        }
        KeystoreCommand::Sync { keystore, no_wait } => sync(context, &keystore, no_wait).await,
        KeystoreCommand::Unmanaged {
            keystore,
            search,
            with_gone,
        } => unmanaged(context, &keystore, search, with_gone).await,
        KeystoreCommand::Adopt(args) => adopt::run(context, args).await,
        KeystoreCommand::Bind(args) => bind::run(context, args).await,
        KeystoreCommand::Delete { keystore, trial } => delete(context, &keystore, trial).await,
    }
}

async fn list(context: &mut Context<'_>) -> Result<(), CliError> {
    let page: KeystorePage = context
        .client
        .send(Call::to(&at::LIST_KEYSTORES, &[]))
        .await?
        .read()?;
    let row = |keystore: &KeystoreView| {
        vec![
            keystore.name.clone(),
            keystore.connection_name.clone(),
            keystore.regions.join(","),
            keystore.template.spec.clone(),
            keystore.heal.as_str().to_owned(),
            keystore.id.clone(),
        ]
    };
    let head = ["NAME", "CONNECTION", "REGIONS", "SPEC", "HEAL", "ID"];
    context
        .world
        .print(context.globals.output, &page.items, || {
            Table::list(&head, page.items.iter().map(row).collect())
        })?;
    let first = "keystore create NAME --connection CONNECTION";
    context.explain_empty(page.items.is_empty(), false, first);
    Ok(())
}

fn print(context: &mut Context<'_>, keystore: &KeystoreView) -> Result<(), CliError> {
    context
        .world
        .print(context.globals.output, keystore, || Table::one(keystore))
}

fn template(world: &mut World, args: &KeystoreArgs) -> Result<TemplateRequest, CliError> {
    Ok(TemplateRequest {
        spec: args.spec.clone(),
        usage: args.usage.clone(),
        description: args.key_description.clone(),
        tags: text::tags(&args.tags)?,
        policy: text::document(world, args.policy_file.as_deref())?,
        remove_policy: args.no_policy,
        multi_region: args.multi_region,
        expires_at: args.expires.clone(),
        time_zone: text::zone(args.expires.as_deref(), args.time_zone.clone()),
        valid_days: args.valid_days,
    })
}

fn changes_template(args: &KeystoreArgs) -> bool {
    args.spec.is_some()
        || args.usage.is_some()
        || args.key_description.is_some()
        || !args.tags.is_empty()
        || args.policy_file.is_some()
        || args.no_policy
        || args.multi_region.is_some()
        || args.expires.is_some()
        || args.valid_days.is_some()
}

async fn create(
    context: &mut Context<'_>,
    name: String,
    (connection, group): (String, Option<String>),
    args: KeystoreArgs,
) -> Result<(), CliError> {
    let trial = args.trial;
    let request = CreateKeystoreRequest {
        name,
        connection,
        group,
        rotation: args.rotation.clone().request(),
        template: template(context.world, &args)?,
        description: args.description.unwrap_or_default(),
        regions: args.regions,
        heal: args.heal.as_deref().and_then(HealPolicy::from_word),
        on_cancel_deletion: args
            .on_cancel_deletion
            .as_deref()
            .and_then(OnCancelDeletion::from_word),
    };
    let reply = context
        .client
        .send(
            Call::to(&at::CREATE_KEYSTORE, &[])
                .body(&request)
                .tried(trial),
        )
        .await?;
    context.say_tried(trial);
    print(context, &reply.read()?)
}

async fn update(
    context: &mut Context<'_>,
    keystore: &str,
    name: Option<String>,
    args: KeystoreArgs,
) -> Result<(), CliError> {
    let trial = args.trial;
    let now = context
        .client
        .send(Call::to(&at::SHOW_KEYSTORE, &[keystore]))
        .await?;
    let request = UpdateKeystoreRequest {
        name,
        rotation: args.rotation.clone().request(),
        template: changes_template(&args)
            .then(|| template(context.world, &args))
            .transpose()?,
        description: args.description,
        regions: text::given(args.regions),
        heal: args.heal.as_deref().and_then(HealPolicy::from_word),
        on_cancel_deletion: args
            .on_cancel_deletion
            .as_deref()
            .and_then(OnCancelDeletion::from_word),
    };
    let path = [keystore];
    let call = Call::to(&at::UPDATE_KEYSTORE, &path)
        .body(&request)
        .header("if-match", now.etag)
        .tried(trial);
    let changed: KeystoreView = context.client.send(call).await?.read()?;
    context.say_tried(trial);
    print(context, &changed)
}

async fn sync(context: &mut Context<'_>, keystore: &str, no_wait: bool) -> Result<(), CliError> {
    let reply = context
        .client
        .send(Call::to(&at::SYNC_KEYSTORE, &[keystore]))
        .await?;
    let started: JobView = reply.read()?;
    let ended = if no_wait {
        started
    } else {
        progress::follow(context.world, &context.client, &started.id).await?
    };
    context
        .world
        .print(context.globals.output, &ended, || Table::one(&ended))?;
    progress::failure(&ended).map_or(Ok(()), Err)
}

async fn unmanaged(
    context: &mut Context<'_>,
    keystore: &str,
    search: Option<String>,
    with_gone: bool,
) -> Result<(), CliError> {
    let reply = context
        .client
        .send(Call::to(&at::SHOW_KEYSTORE, &[keystore]))
        .await?;
    let keystore: KeystoreView = reply.read()?;
    let mut items: Vec<FoundKeyView> = Vec::new();
    for region in &keystore.regions {
        let mut cursor: Option<String> = None;
        loop {
            let call = Call::to(&at::LIST_FOUND_KEYS, &[])
                .query("connection", Some(&keystore.connection_name))
                .query("region", Some(region))
                .query("q", search.as_ref())
                .query("with_gone", Some(with_gone))
                .query("limit", Some(1000))
                .query("cursor", cursor.as_ref());
            let page: FoundKeyPage = context.client.send(call).await?.read()?;
            items.extend(page.items);
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
    }
    let row = |key: &FoundKeyView| {
        let known = |text: &Option<String>| text.clone().unwrap_or_else(|| "NO ACCESS".to_owned());
        vec![
            key.name.clone(),
            known(&key.source),
            known(&key.spec),
            if key.is_gone {
                "GONE".to_owned()
            } else {
                known(&key.key_state)
            },
            key.region.clone(),
            key.arn.clone(),
        ]
    };
    let head = ["NAME", "SOURCE", "SPEC", "STATE", "REGION", "ARN"];
    context.world.print(context.globals.output, &items, || {
        Table::list(&head, items.iter().map(row).collect())
    })
}

async fn delete(
    context: &mut Context<'_>,
    keystore: &str,
    trial: TrialArgs,
) -> Result<(), CliError> {
    let reply = context
        .client
        .send(Call::to(&at::SHOW_KEYSTORE, &[keystore]))
        .await?;
    let found: KeystoreView = reply.read()?;
    let loss = format!(
        "The keystore `{}` will be removed. Its audit entries stay.",
        found.name
    );
    context.confirm(trial, &found.name, &loss)?;
    context
        .client
        .send(Call::to(&at::DELETE_KEYSTORE, &[&found.id]).tried(trial))
        .await?;
    let words = format!("the keystore `{}` was removed", found.name);
    context.say_done(trial, &words);
    Ok(())
}
