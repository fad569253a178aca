//! Keys in the vault.

mod everywhere;
mod specs;

use keyferry_api::endpoints as at;
use keyferry_api::key::{
    CopyIntoRequest, CopyKeyRequest, CreateKeyRequest, HolderView, ImportKeyRequest, KeyLinkView,
    KeyVersionView, KeyView, UpdateKeyRequest,
};
use keyferry_api::kms_key::KmsKeySettings;
use keyferry_api::openapi::PLAN_HEADER;

use super::kms_key_make::settings;
use super::operation::{NOTHING_CHANGED, operate};
use super::pages::{Listed, all_pages};
use super::{Context, key_export, key_use, rotation, unwrap_export};
use crate::args::{CopyKeyArgs, CreateKeyArgs, ImportKeyArgs, KeyCommand, UpdateKeyArgs};
use crate::client::Call;
use crate::error::CliError;
use crate::table::Table;

pub(crate) async fn run(context: &mut Context<'_>, command: KeyCommand) -> Result<(), CliError> {
    match command {
        KeyCommand::List {
            query,
            all: true,
            page,
        } => everywhere::list(context, query, page.limit).await,
        KeyCommand::List { query, page, .. } => list(context, query, page.limit).await,
        KeyCommand::Show { key } => {
            let found: KeyView = context
                .client
                .send(Call::to(&at::SHOW_KEY, &[&key]))
                .await?
                .read()?;
            print(context, &found)
        }
        KeyCommand::Specs => specs::list(context).await,
        KeyCommand::Create(args) => create(context, args).await,
        KeyCommand::Copy(args) => copy(context, *args).await,
        KeyCommand::Import(args) => import(context, *args).await,
        KeyCommand::SetRotation {
            key,
            rotation,
            dry_run,
        } => {
            let path = [key.as_str()];
            let now = context.client.send(Call::to(&at::SHOW_KEY, &path)).await?;
            let request = rotation.request().unwrap_or_default();
            let call = Call::to(&at::SET_KEY_ROTATION, &path)
                .query("dry_run", dry_run.then_some("true"))
                .body(&request)
                .header("if-match", now.etag);
            let changed: KeyView = context.client.send(call).await?.read()?;
            if dry_run {
                context.world.say(NOTHING_CHANGED);
            }
            print(context, &changed)
        }
        KeyCommand::Encrypt(args) => key_use::encrypt(context, args).await,
        KeyCommand::Decrypt(args) => key_use::decrypt(context, args).await,
        KeyCommand::Mac(args) => key_use::mac(context, args).await,
        KeyCommand::Sign(args) => key_use::sign(context, args).await,
        KeyCommand::Verify(args) => key_use::verify(context, args).await,
        KeyCommand::Wrap(args) => key_use::wrap(context, args).await,
        KeyCommand::Unwrap(args) => key_use::unwrap(context, args).await,
        KeyCommand::Update(args) => update(context, args).await,
        KeyCommand::Rotate(args) => rotation::key(context, args).await,
        KeyCommand::PrepareDownload(args) => key_export::prepare_download(context, args).await,
        KeyCommand::Download(args) => key_export::download(context, args).await,
        KeyCommand::Export(command) => key_export::export(context, command).await,
        KeyCommand::Preparations => key_export::list(context).await,
        KeyCommand::CancelPreparation(args) => key_export::cancel(context, args).await,
        KeyCommand::UnwrapExport(args) => unwrap_export::run(context.world, &context.globals, args),
        KeyCommand::NewVersion { key, trial } => {
            let reply = context
                .client
                .send(Call::to(&at::NEW_KEY_VERSION, &[&key]).tried(trial))
                .await?;
            let found: KeyView = reply.read()?;
            let words = format!(
                "version {} of `{}` was made",
                found.current_version, found.name
            );
            context.say_done(trial, &words);
            print(context, &found)
        }
    }
}

async fn list(
    context: &mut Context<'_>,
    query: Option<String>,
    limit: Option<u32>,
) -> Result<(), CliError> {
    let call = Call::to(&at::LIST_KEYS, &[]).query("q", query.as_ref());
    let Listed { items, has_more } = all_pages::<KeyView>(&context.client, call, limit).await?;
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
    context.tell_of_more(has_more);
    Ok(())
}

async fn create(context: &mut Context<'_>, args: CreateKeyArgs) -> Result<(), CliError> {
    let request = CreateKeyRequest {
        name: args.name,
        spec: args.spec,
        description: args.description,
        active_versions_max: args.options.active_versions_max,
        permitted_operations: args.options.permit.map(permitted),
        exportable: args.options.exportable,
        group: args.group,
        rotation: args.rotation.request(),
    };
    let reply = context
        .client
        .send(
            Call::to(&at::CREATE_KEY, &[])
                .body(&request)
                .tried(args.trial),
        )
        .await?;
    let made: KeyView = reply.read()?;
    let words = format!("the key `{}` was made in the vault", made.name);
    context.say_done(args.trial, &words);
    print(context, &made)
}

async fn copy(context: &mut Context<'_>, args: CopyKeyArgs) -> Result<(), CliError> {
    let path = [args.key.as_str()];
    if args.to_group.is_some() {
        let request = CopyKeyRequest {
            group: args.to_group,
            name: args.name,
            exportable: args.exportable,
            keystores: Vec::new(),
        };
        if args.run.dry_run {
            return operate(context, &at::COPY_KEY, &path, Some(&request), &args.run).await;
        }
        let call = Call::to(&at::COPY_KEY, &path).body(&request);
        let call = call.header(PLAN_HEADER, args.run.plan.as_ref());
        let made: KeyView = context.client.send(call).await?.read()?;
        let words = format!("the key `{}` was made in the vault", made.name);
        context.world.say(&words);
        return print(context, &made);
    }
    let settings = settings(context.world, args.settings)?;
    let mut request = CopyKeyRequest::default();
    for keystore in &args.keystores {
        for settings in one_for_each_region(&settings) {
            request.keystores.push(CopyIntoRequest {
                keystore: keystore.clone(),
                name: args.name.clone(),
                settings,
            });
        }
    }
    if args.name.is_some() && request.keystores.len() > 1 {
        return Err(CliError::usage("one name does for one copy")
            .hint("leave out --name, or make the copies one by one"));
    }
    operate(context, &at::COPY_KEY, &path, Some(&request), &args.run).await
}

/// Several Regions mean several KMS keys, unless they shall be one multi-Region set.
fn one_for_each_region(settings: &KmsKeySettings) -> Vec<KmsKeySettings> {
    if settings.multi_region == Some(true) || settings.regions.len() < 2 {
        return vec![settings.clone()];
    }
    let regions = settings.regions.iter();
    let only = |region: &String| KmsKeySettings {
        regions: vec![region.clone()],
        ..settings.clone()
    };
    regions.map(only).collect()
}

async fn import(context: &mut Context<'_>, args: ImportKeyArgs) -> Result<(), CliError> {
    let file = args.file;
    let request = ImportKeyRequest {
        name: args.name,
        new_version_of: args.new_version_of,
        file: context.world.read_key_file(&file.file)?,
        format: file.format,
        spec: file.spec,
        wrapped_by: file.wrapped_by,
        wrapping: file.wrapping,
        description: args.description,
        active_versions_max: args.options.active_versions_max,
        permitted_operations: args.options.permit.map(permitted),
        exportable: args.options.exportable,
        group: args.group,
    };
    let reply = context
        .client
        .send(
            Call::to(&at::IMPORT_KEY, &[])
                .body(&request)
                .tried(args.trial),
        )
        .await?;
    let made: KeyView = reply.read()?;
    let words = format!(
        "version {} of `{}` was imported into the vault, as {}",
        made.current_version, made.name, made.spec
    );
    context.say_done(args.trial, &words);
    print(context, &made)
}

/// The one word `none` is the empty list.
pub(super) fn permitted(words: Vec<String>) -> Vec<String> {
    if words == ["none"] {
        return Vec::new();
    }
    words
}

async fn update(context: &mut Context<'_>, args: UpdateKeyArgs) -> Result<(), CliError> {
    let mut request = UpdateKeyRequest {
        name: args.name,
        description: args.description,
        active_versions_max: args.active_versions_max,
        permitted_operations: args.permit.map(permitted),
        destroy_after_deletion: args.destroy_after_deletion,
        confirm_name: None,
    };
    if request == UpdateKeyRequest::default() {
        return Err(CliError::usage("nothing is to be changed")
            .hint("say what, such as --name or --permit; see --help"));
    }
    let path = [args.key.as_str()];
    let now = context.client.send(Call::to(&at::SHOW_KEY, &path)).await?;
    if request.destroy_after_deletion == Some(true) {
        let key: KeyView = now.read()?;
        let words = format!(
            "Once the deletion of its KMS keys is proved, the versions of `{}` are deactivated and destroyed for ever, 30 days later.",
            key.name
        );
        if !key.destroy_after_deletion {
            context.confirm(args.trial, &key.name, &words)?;
        }
        request.confirm_name = Some(key.name);
    }
    let call = Call::to(&at::UPDATE_KEY, &path)
        .body(&request)
        .header("if-match", now.etag)
        .tried(args.trial);
    let changed: KeyView = context.client.send(call).await?.read()?;
    context.say_tried(args.trial);
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
            destruction(version),
            holders.join(","),
        ]
    };
    let head = [
        "VERSION",
        "STATE",
        "MAY STILL",
        "ORIGIN",
        "CREATED",
        "DESTRUCTION",
        "HELD BY (* CURRENT)",
    ];
    Table::list(&head, versions.iter().map(row).collect())
}

fn destruction(version: &KeyVersionView) -> String {
    match (&version.destruction_due, &version.destroyed_at) {
        (_, Some(at)) => format!("done {at}"),
        (Some(due), None) => format!("due {due}"),
        (None, None) => String::new(),
    }
}

/// Copies as a list: who made what, when, and where.
fn link_rows(links: &[KeyLinkView]) -> Table {
    let row = |link: &KeyLinkView| {
        vec![
            link.kind.clone(),
            link.name.clone(),
            link.version.to_string(),
            link.into.clone(),
            link.by.clone(),
            link.at.clone(),
            link.id.clone(),
        ]
    };
    let head = ["COPY", "NAME", "VERSION", "INTO", "BY", "AT", "ID"];
    Table::list(&head, links.iter().map(row).collect())
}

fn holder(holder: &HolderView) -> String {
    let mark = match (&holder.life, holder.current) {
        (None, _) => " (forgotten)",
        (Some(_), true) => "*",
        (Some(_), false) => "",
    };
    format!("{}{mark}", holder.name)
}

fn print(context: &mut Context<'_>, key: &KeyView) -> Result<(), CliError> {
    context.world.print(context.globals.output, key, || {
        let head = KeyView {
            versions: Vec::new(),
            copies: Vec::new(),
            ..key.clone()
        };
        let shown = Table::one(&head).and("Versions", &version_rows(&key.versions));
        if key.copies.is_empty() {
            return shown;
        }
        shown.and("Copies", &link_rows(&key.copies))
    })
}
