//! KMS keys.

use keyferry_api::bulk::{BulkOperation as Bulk, BulkRequest};
use keyferry_api::endpoint::Endpoint;
use keyferry_api::endpoints as at;
use keyferry_api::kms_key::{
    CancelDeletionRequest, ChangePrimaryRequest, KmsKeyView, OldKey, ReplicateRequest,
    RotateRequest, RotationMethod, ScheduleDeletionRequest, SynchronizeRequest,
};

use super::bulk::{self, Loss};
use super::operation::{NOTHING_CHANGED, operate};
use super::pages::{Listed, all_pages};
use super::{Context, adopt, bind, grants, key_use, kms_key_make, kms_key_update, receipt, text};
use crate::args::{
    CancelDeletionArgs, ChangePrimaryArgs, KmsKeyCommand, ListArgs, ManyArgs, OneArgs,
    ReplicateArgs, RotateArgs, RotationArgs, RunArgs, ScheduleDeletionArgs, SynchronizeArgs,
};
use crate::client::Call;
use crate::error::CliError;
use crate::table::Table;
use keyferry_api::openapi::PLAN_HEADER;

/// Rotations in place in the life of one KMS key (KMS Developer Guide, "Resource quotas").
const ROTATIONS_MAX: u32 = 25;

pub(crate) async fn run(context: &mut Context<'_>, command: KmsKeyCommand) -> Result<(), CliError> {
    use KmsKeyCommand as Do;
    match command {
        Do::List(filter) => list(context, filter).await,
        Do::Show { kms_key } => show(context, &kms_key).await,
        Do::Receipt { kms_key, out } => receipt::fetch(context, &kms_key, out).await,
        Do::Create(args) => kms_key_make::create(context, *args).await,
        Do::Upload(args) => kms_key_make::upload(context, *args).await,
        Do::Import(args) => kms_key_make::import(context, *args).await,
        Do::Adopt(args) => adopt::run_one(context, args).await,
        Do::Bind(args) => bind::run_one(context, args).await,
        Do::Update(args) => kms_key_update::run(context, *args).await,
        Do::Encrypt(args) => key_use::kms_encrypt(context, args).await,
        Do::Decrypt(args) => key_use::kms_decrypt(context, args).await,
        Do::Observe { kms_key } => observe(context, &kms_key).await,
        Do::Release(args) => release(context, &args).await,
        Do::Forget(one) => forget(context, &one).await,
        Do::UploadVersion(args) => {
            each(context, &at::UPLOAD_KEY_VERSION, &args, Bulk::UploadVersion).await
        }
        Do::Enable(args) => each(context, &at::ENABLE_KMS_KEY, &args, Bulk::Enable).await,
        Do::Disable(args) => each(context, &at::DISABLE_KMS_KEY, &args, Bulk::Disable).await,
        Do::Activate(args) => each(context, &at::ACTIVATE_KMS_KEY, &args, Bulk::Activate).await,
        Do::Restore(args) => each(context, &at::RESTORE_KMS_KEY, &args, Bulk::Restore).await,
        Do::Deactivate(args) => deactivate(context, &args).await,
        Do::RemoveFromCloud(args) => remove_from_cloud(context, &args).await,
        Do::Synchronize(args) => synchronize(context, args).await,
        Do::SetRotation {
            kms_key,
            rotation,
            dry_run,
        } => set_rotation(context, &kms_key, rotation, dry_run).await,
        Do::Rotate(args) => rotate(context, args).await,
        Do::Replicate(args) => replicate(context, args).await,
        Do::ChangePrimary(args) => change_primary(context, args).await,
        Do::Grants { kms_key } => grants::list(context, &kms_key).await,
        Do::CreateGrant(args) => grants::create(context, args).await,
        Do::RetireGrant(args) => grants::retire(context, args).await,
        Do::RevokeGrants(args) => grants::revoke(context, args).await,
        Do::ScheduleDeletion(args) => schedule_deletion(context, args).await,
        Do::CancelDeletion(args) => cancel_deletion(context, args).await,
    }
}

/// KMS keys as a list.
pub(crate) fn rows(kms_keys: &[KmsKeyView]) -> Table {
    let head = [
        "NAME",
        "SOURCE",
        "UPLOADED",
        "REGION",
        "KEY STATE",
        "STATUS",
        "LIFE",
        "EXPIRES",
        "KEYSTORE",
        "ARN",
    ];
    let row = |key: &KmsKeyView| {
        vec![
            key.name.clone(),
            key.source.text.clone(),
            key.uploaded.clone(),
            key.regions.join(","),
            text::cell(key.key_state.as_ref()),
            key.status.clone(),
            key.life.clone(),
            key.expires_at.clone().unwrap_or_else(|| "never".to_owned()),
            key.keystore_name.clone(),
            text::cell(key.arn.as_ref()),
        ]
    };
    Table::list(&head, kms_keys.iter().map(row).collect())
}

async fn list(context: &mut Context<'_>, filter: ListArgs) -> Result<(), CliError> {
    let call = Call::to(&at::LIST_KMS_KEYS, &[])
        .query("keystore", filter.keystore.as_ref())
        .query("connection", filter.connection.as_ref())
        .query("key", filter.key.as_ref())
        .query("life", filter.life.as_ref())
        .query("region", filter.region.as_ref())
        .query("q", filter.query.as_ref());
    let Listed { items, has_more } =
        all_pages::<KmsKeyView>(&context.client, call, filter.page.limit).await?;
    context
        .world
        .print(context.globals.output, &items, || rows(&items))?;
    let is_filtered = [
        &filter.keystore,
        &filter.connection,
        &filter.key,
        &filter.life,
        &filter.region,
        &filter.query,
    ]
    .into_iter()
    .any(Option::is_some);
    let first = "kms-key create NAME --keystore KEYSTORE";
    context.explain_empty(items.is_empty(), is_filtered, first);
    context.tell_of_more(has_more);
    Ok(())
}

async fn find(context: &Context<'_>, selector: &str) -> Result<KmsKeyView, CliError> {
    context
        .client
        .send(Call::to(&at::SHOW_KMS_KEY, &[selector]))
        .await?
        .read()
}

async fn show(context: &mut Context<'_>, selector: &str) -> Result<(), CliError> {
    let found = find(context, selector).await?;
    context
        .world
        .print(context.globals.output, &found, || Table::one(&found))
}

async fn set_rotation(
    context: &mut Context<'_>,
    selector: &str,
    rotation: RotationArgs,
    dry_run: bool,
) -> Result<(), CliError> {
    let path = [selector];
    let now = context
        .client
        .send(Call::to(&at::SHOW_KMS_KEY, &path))
        .await?;
    let request = rotation.request().unwrap_or_default();
    let call = Call::to(&at::SET_KMS_KEY_ROTATION, &path)
        .query("dry_run", dry_run.then_some("true"))
        .body(&request)
        .header("if-match", now.etag);
    let changed: KmsKeyView = context.client.send(call).await?.read()?;
    if dry_run {
        let used = changed
            .places
            .iter()
            .filter_map(|place| place.rotations_used);
        let left = ROTATIONS_MAX.saturating_sub(used.max().unwrap_or_default());
        let words = format!("{NOTHING_CHANGED}; {left} rotations in place are left");
        context.world.say(&words);
    }
    context
        .world
        .print(context.globals.output, &changed, || Table::one(&changed))
}

async fn observe(context: &mut Context<'_>, selector: &str) -> Result<(), CliError> {
    let reply = context
        .client
        .send(Call::to(&at::OBSERVE_KMS_KEY, &[selector]))
        .await?;
    let found: KmsKeyView = reply.read()?;
    context
        .world
        .print(context.globals.output, &found, || Table::one(&found))
}

async fn release(context: &mut Context<'_>, args: &ManyArgs) -> Result<(), CliError> {
    let (which, run) = (&args.which, &args.run);
    let Some(selector) = which.one() else {
        return bulk::plain(context, which, run, Bulk::Release, Loss::Care).await;
    };
    if run.dry_run {
        return tried(context, &at::RELEASE_KMS_KEY, selector, run).await;
    }
    let loss = |key: &KmsKeyView| {
        format!(
            "Keyferry will no longer manage `{}` ({}): nothing renews, watches or restores it. It stays in AWS as it is.",
            key.name,
            key.arn.as_deref().unwrap_or("no ARN yet"),
        )
    };
    let found = agreed(context, selector, loss).await?;
    context
        .client
        .send(by_plan(&at::RELEASE_KMS_KEY, &[&found.id], run))
        .await?;
    context.world.say(&format!(
        "the KMS key `{}` is no longer managed",
        found.name
    ));
    Ok(())
}

async fn forget(context: &mut Context<'_>, one: &OneArgs) -> Result<(), CliError> {
    if one.run.dry_run {
        return tried(context, &at::FORGET_KMS_KEY, &one.kms_key, &one.run).await;
    }
    let loss = |key: &KmsKeyView| {
        format!(
            "The record of `{}` ({}) will be dropped. What the vault has of its material stays there, and its entries stay \
             in the log; what was brought for it without a copy and never sent is erased.",
            key.name,
            key.arn.as_deref().unwrap_or("no ARN yet"),
        )
    };
    let found = agreed(context, &one.kms_key, loss).await?;
    context
        .client
        .send(by_plan(&at::FORGET_KMS_KEY, &[&found.id], &one.run))
        .await?;
    context
        .world
        .say(&format!("the KMS key `{}` was forgotten", found.name));
    Ok(())
}

/// What would be done to a KMS key, asked for by its id as when it is done.
async fn tried(
    context: &mut Context<'_>,
    endpoint: &Endpoint,
    selector: &str,
    run: &RunArgs,
) -> Result<(), CliError> {
    let found = find(context, selector).await?;
    operate(context, endpoint, &[&found.id], None::<&()>, run).await
}

/// A request that begins no job, held to the plan that was named.
fn by_plan<'a>(endpoint: &'a Endpoint, path: &'a [&'a str], run: &RunArgs) -> Call<'a, ()> {
    Call::to(endpoint, path).header(PLAN_HEADER, run.plan.as_ref())
}

/// Reads the KMS key, says what happens and wants its name typed.
async fn agreed(
    context: &mut Context<'_>,
    selector: &str,
    loss: impl FnOnce(&KmsKeyView) -> String,
) -> Result<KmsKeyView, CliError> {
    let found = find(context, selector).await?;
    let yes = context.globals.yes;
    context.world.confirm(&found.name, &loss(&found), yes)?;
    Ok(found)
}

/// An operation that needs nothing but which KMS keys, and loses nothing.
async fn each(
    context: &mut Context<'_>,
    endpoint: &Endpoint,
    args: &ManyArgs,
    operation: Bulk,
) -> Result<(), CliError> {
    let (which, run) = (&args.which, &args.run);
    match which.one() {
        Some(kms_key) => operate(context, endpoint, &[kms_key], None::<&()>, run).await,
        None => bulk::plain(context, which, run, operation, Loss::None).await,
    }
}

/// Reads the KMS key, says what is lost and wants its name typed. Answers the KMS key's name.
pub(super) async fn confirmed(
    context: &mut Context<'_>,
    selector: &str,
    run: &RunArgs,
    loss: impl FnOnce(&KmsKeyView) -> String,
) -> Result<String, CliError> {
    let found = find(context, selector).await?;
    let yes = context.globals.yes || run.dry_run;
    context.world.confirm(&found.name, &loss(&found), yes)?;
    Ok(found.name)
}

fn material_goes(key: &KmsKeyView) -> String {
    format!(
        "The key material of `{}` ({}) will be removed from AWS KMS, and applications can no longer use it. \
         What the vault keeps a copy of can be uploaded again.",
        key.name,
        key.arn.as_deref().unwrap_or("no ARN yet"),
    )
}

async fn deactivate(context: &mut Context<'_>, args: &ManyArgs) -> Result<(), CliError> {
    let (which, run) = (&args.which, &args.run);
    let Some(kms_key) = which.one() else {
        return bulk::plain(context, which, run, Bulk::Deactivate, Loss::Material).await;
    };
    let name = confirmed(context, kms_key, run, material_goes).await?;
    let run = run.naming(name);
    let path = [kms_key];
    operate(context, &at::DEACTIVATE_KMS_KEY, &path, None::<&()>, &run).await
}

async fn remove_from_cloud(context: &mut Context<'_>, args: &ManyArgs) -> Result<(), CliError> {
    let (which, run) = (&args.which, &args.run);
    let Some(kms_key) = which.one() else {
        return bulk::plain(context, which, run, Bulk::RemoveFromCloud, Loss::Material).await;
    };
    let name = confirmed(context, kms_key, run, material_goes).await?;
    let run = run.naming(name);
    operate(
        context,
        &at::REMOVE_FROM_CLOUD,
        &[kms_key],
        None::<&()>,
        &run,
    )
    .await
}

/// Who is asked for consent, where material goes.
fn loss_if(is_lost: bool) -> Loss {
    if is_lost { Loss::Material } else { Loss::None }
}

async fn synchronize(context: &mut Context<'_>, args: SynchronizeArgs) -> Result<(), CliError> {
    let request = SynchronizeRequest {
        update_policy: !args.no_policy,
        import_material: !args.no_material,
        delete_material: args.delete_material,
    };
    let Some(kms_key) = args.which.one() else {
        let many = BulkRequest {
            synchronize: Some(request),
            ..BulkRequest::of(Bulk::Synchronize)
        };
        let loss = loss_if(args.delete_material);
        return bulk::run(context, &args.which, &args.run, many, loss).await;
    };
    let mut run = args.run.clone();
    if args.delete_material {
        run = run.naming(confirmed(context, kms_key, &run, material_goes).await?);
    }
    let endpoint = &at::SYNCHRONIZE_KMS_KEY;
    operate(context, endpoint, &[kms_key], Some(&request), &run).await
}

async fn rotate(context: &mut Context<'_>, args: RotateArgs) -> Result<(), CliError> {
    let old_key = args.old_key.as_deref().and_then(OldKey::from_word);
    let method = RotationMethod::from_word(&args.method).ok_or_else(|| {
        CliError::usage(format!("`{}` is no way to rotate", args.method))
            .hint("give --method new-key or --method in-place")
    })?;
    let request = RotateRequest {
        method,
        old_key,
        to_key: args.to_key,
    };
    let is_lost = old_key == Some(OldKey::Deactivate);
    let Some(kms_key) = args.which.one() else {
        let many = BulkRequest {
            rotate: Some(request),
            ..BulkRequest::of(Bulk::Rotate)
        };
        return bulk::run(context, &args.which, &args.run, many, loss_if(is_lost)).await;
    };
    let mut run = args.run.clone();
    if is_lost {
        run = run.naming(confirmed(context, kms_key, &run, material_goes).await?);
    }
    let endpoint = &at::ROTATE_KMS_KEY;
    operate(context, endpoint, &[kms_key], Some(&request), &run).await
}

async fn replicate(context: &mut Context<'_>, args: ReplicateArgs) -> Result<(), CliError> {
    let request = ReplicateRequest {
        regions: args.regions,
    };
    let Some(kms_key) = args.which.one() else {
        let many = BulkRequest {
            replicate: Some(request),
            ..BulkRequest::of(Bulk::Replicate)
        };
        return bulk::run(context, &args.which, &args.run, many, Loss::None).await;
    };
    let endpoint = &at::REPLICATE_KMS_KEY;
    operate(context, endpoint, &[kms_key], Some(&request), &args.run).await
}

async fn change_primary(
    context: &mut Context<'_>,
    args: ChangePrimaryArgs,
) -> Result<(), CliError> {
    let request = ChangePrimaryRequest {
        region: args.region,
    };
    let Some(kms_key) = args.which.one() else {
        let many = BulkRequest {
            change_primary: Some(request),
            ..BulkRequest::of(Bulk::ChangePrimary)
        };
        return bulk::run(context, &args.which, &args.run, many, Loss::None).await;
    };
    let endpoint = &at::CHANGE_PRIMARY;
    operate(context, endpoint, &[kms_key], Some(&request), &args.run).await
}

async fn schedule_deletion(
    context: &mut Context<'_>,
    args: ScheduleDeletionArgs,
) -> Result<(), CliError> {
    let loss = |key: &KmsKeyView| {
        format!(
            "`{}` ({}) cannot be used from now on, and will be deleted after the waiting period. A deleted KMS key is \
             gone for ever, even with its material: what it encrypted is lost.",
            key.name,
            key.arn.as_deref().unwrap_or("no ARN yet"),
        )
    };
    let request = ScheduleDeletionRequest { days: args.days };
    let Some(kms_key) = args.which.one() else {
        let many = BulkRequest {
            schedule_deletion: Some(request),
            ..BulkRequest::of(Bulk::ScheduleDeletion)
        };
        return bulk::run(context, &args.which, &args.run, many, Loss::KmsKeys).await;
    };
    let name = confirmed(context, kms_key, &args.run, loss).await?;
    let run = args.run.naming(name);
    let endpoint = &at::SCHEDULE_DELETION;
    operate(context, endpoint, &[kms_key], Some(&request), &run).await
}

async fn cancel_deletion(
    context: &mut Context<'_>,
    args: CancelDeletionArgs,
) -> Result<(), CliError> {
    let empty = match (args.empty, args.keep) {
        (true, _) => Some(true),
        (_, true) => Some(false),
        _ => None,
    };
    let request = CancelDeletionRequest { empty };
    let Some(kms_key) = args.which.one() else {
        let many = BulkRequest {
            cancel_deletion: Some(request),
            ..BulkRequest::of(Bulk::CancelDeletion)
        };
        return bulk::run(context, &args.which, &args.run, many, loss_if(args.empty)).await;
    };
    let mut run = args.run.clone();
    if args.empty {
        run = run.naming(confirmed(context, kms_key, &run, material_goes).await?);
    }
    let endpoint = &at::CANCEL_DELETION;
    operate(context, endpoint, &[kms_key], Some(&request), &run).await
}
