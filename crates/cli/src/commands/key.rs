//! Keys in the vault.

use keyferry_api::endpoints as at;
use keyferry_api::key::{
    CreateKeyRequest, HolderView, KeyPage, KeyVersionView, KeyView, UpdateKeyRequest,
};

use super::{Context, rotation};
use crate::args::{CreateKeyArgs, KeyCommand, UpdateKeyArgs};
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
        KeyCommand::SetRotation { key, rotation } => {
            let path = [key.as_str()];
            let now = context.client.send(Call::to(&at::SHOW_KEY, &path)).await?;
            let request = rotation.request().unwrap_or_default();
            let call = Call::to(&at::SET_KEY_ROTATION, &path)
                .body(&request)
                .header("if-match", now.etag);
            let changed: KeyView = context.client.send(call).await?.read()?;
            print(context, &changed)
        }
        KeyCommand::Update(args) => update(context, args).await,
        KeyCommand::Rotate(args) => rotation::key(context, args).await,
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
        cursor = page.next;
        if cursor.is_none() || limit.is_some() {
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
    context.tell_of_more(cursor.is_some());
    Ok(())
}

async fn create(context: &mut Context<'_>, args: CreateKeyArgs) -> Result<(), CliError> {
    let request = CreateKeyRequest {
        name: args.name,
        spec: args.spec,
        description: args.description,
        active_versions_max: args.active_versions_max,
        permitted_operations: args.permit.map(permitted),
        exportable: args.exportable,
        group: args.group,
        rotation: args.rotation.request(),
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

/// The one word `none` is the empty list.
fn permitted(words: Vec<String>) -> Vec<String> {
    if words == ["none"] {
        return Vec::new();
    }
    words
}

async fn update(context: &mut Context<'_>, args: UpdateKeyArgs) -> Result<(), CliError> {
    let request = UpdateKeyRequest {
        name: args.name,
        description: args.description,
        active_versions_max: args.active_versions_max,
        permitted_operations: args.permit.map(permitted),
    };
    if request == UpdateKeyRequest::default() {
        return Err(CliError::usage("nothing is to be changed")
            .hint("say what, such as --name or --permit; see --help"));
    }
    let path = [args.key.as_str()];
    let now = context.client.send(Call::to(&at::SHOW_KEY, &path)).await?;
    let call = Call::to(&at::UPDATE_KEY, &path)
        .body(&request)
        .header("if-match", now.etag);
    let changed: KeyView = context.client.send(call).await?.read()?;
    print(context, &changed)
}

/// Versions as a list.
pub(crate) fn version_rows(versions: &[KeyVersionView]) -> Table {
    let row = |version: &KeyVersionView| {
        let holders: Vec<String> = version.held_by.iter().map(holder).collect();
        vec![
            version.number.to_string(),
            version.state.clone(),
            version.usage.join(","),
            version.origin.clone(),
            version.created_at.clone(),
            holders.join(","),
        ]
    };
    let head = [
        "VERSION",
        "STATE",
        "MAY STILL",
        "ORIGIN",
        "CREATED",
        "HELD BY (* CURRENT)",
    ];
    Table::list(&head, versions.iter().map(row).collect())
}

fn holder(holder: &HolderView) -> String {
    let mark = if holder.current { "*" } else { "" };
    format!("{}{mark}", holder.name)
}

fn print(context: &mut Context<'_>, key: &KeyView) -> Result<(), CliError> {
    context.world.print(context.globals.output, key, || {
        let head = KeyView {
            versions: Vec::new(),
            ..key.clone()
        };
        Table::one(&head).and("Versions", &version_rows(&key.versions))
    })
}
