//! Keys in the vault.

use keyferry_api::endpoints as at;
use keyferry_api::key::{CreateKeyRequest, KeyPage, KeyVersionView, KeyView};

use super::Context;
use crate::args::{CreateKeyArgs, KeyCommand};
use crate::client::Call;
use crate::error::CliError;
use crate::table::Table;

pub(crate) async fn run(context: &mut Context<'_>, command: KeyCommand) -> Result<(), CliError> {
    match command {
        KeyCommand::List { query, page } => list(context, query, page.limit).await,
        KeyCommand::Show { key } => {
            let found: KeyView = context
                .client
                .send(Call::to(&at::SHOW_KEY, &[&key]))
                .await?
                .read()?;
            print(context, &found)
        }
        KeyCommand::Create(args) => create(context, args).await,
        KeyCommand::NewVersion { key } => {
            let reply = context
                .client
                .send(Call::to(&at::NEW_KEY_VERSION, &[&key]))
                .await?;
            let found: KeyView = reply.read()?;
            let words = format!(
                "version {} of `{}` was made",
                found.current_version, found.name
            );
            context.world.say(&words);
            print(context, &found)
        }
    }
}

async fn list(
    context: &mut Context<'_>,
    query: Option<String>,
    limit: Option<u32>,
) -> Result<(), CliError> {
    let mut items: Vec<KeyView> = Vec::new();
    let mut cursor: Option<String> = None;
    loop {
        let call = Call::to(&at::LIST_KEYS, &[])
            .query("q", query.as_ref())
            .query("limit", limit)
            .query("cursor", cursor.as_ref());
        let page: KeyPage = context.client.send(call).await?.read()?;
        items.extend(page.items);
        cursor = page.next.filter(|_| limit.is_none());
        if cursor.is_none() {
            break;
        }
    }
    let row = |key: &KeyView| {
        let version = key.current_version.to_string();
        vec![
            key.name.clone(),
            key.spec.clone(),
            version,
            key.created_at.clone(),
            key.id.clone(),
        ]
    };
    context.world.print(context.globals.output, &items, || {
        Table::list(
            &["NAME", "SPEC", "VERSION", "CREATED", "ID"],
            items.iter().map(row).collect(),
        )
    })?;
    let first = "key create NAME --spec AES-256";
    context.explain_empty(items.is_empty(), query.is_some(), first);
    Ok(())
}

async fn create(context: &mut Context<'_>, args: CreateKeyArgs) -> Result<(), CliError> {
    let request = CreateKeyRequest {
        name: args.name,
        spec: args.spec,
        description: args.description,
        active_versions_max: args.active_versions_max,
        exportable: args.exportable,
    };
    let reply = context
        .client
        .send(Call::to(&at::CREATE_KEY, &[]).body(&request))
        .await?;
    let made: KeyView = reply.read()?;
    context
        .world
        .say(&format!("the key `{}` was made in the vault", made.name));
    print(context, &made)
}

fn print(context: &mut Context<'_>, key: &KeyView) -> Result<(), CliError> {
    let row = |version: &KeyVersionView| {
        vec![
            version.number.to_string(),
            version.state.clone(),
            version.usage.join(","),
            version.origin.clone(),
            version.created_at.clone(),
        ]
    };
    context.world.print(context.globals.output, key, || {
        let head = KeyView {
            versions: Vec::new(),
            ..key.clone()
        };
        let versions = key.versions.iter().map(row).collect();
        let table = Table::list(
            &["VERSION", "STATE", "MAY STILL", "ORIGIN", "CREATED"],
            versions,
        );
        Table::one(&head).and("Versions", &table)
    })
}
