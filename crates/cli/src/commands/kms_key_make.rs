//! Making KMS keys.

use keyferry_api::endpoints as at;
use keyferry_api::kms_key::{
    CreateKmsKeyRequest, ImportKmsKeyRequest, KeepCopy, KeyAccessRequest, KmsKeySettings,
    MaterialOrigin, Renewal, UploadKeyRequest,
};

use super::key::permitted;
use super::operation::operate;
use super::{Context, text};
use crate::args::{CreateArgs, ImportKmsKeyArgs, SettingsArgs, UploadArgs};
use crate::error::CliError;
use crate::world::World;

pub(super) fn settings(world: &mut World, args: SettingsArgs) -> Result<KmsKeySettings, CliError> {
    let names_people = !args.key_users.is_empty()
        || !args.key_administrators.is_empty()
        || !args.other_accounts.is_empty();
    let access = names_people.then_some(KeyAccessRequest {
        users: args.key_users,
        administrators: args.key_administrators,
        administrators_may_delete: Some(!args.no_administrator_deletion),
        other_accounts: args.other_accounts,
    });
    let validity = args.validity;
    Ok(KmsKeySettings {
        aliases: args.aliases,
        usage: args.usage,
        description: args.description,
        regions: args.regions,
        access,
        policy: text::document(world, args.policy_file.as_deref())?,
        tags: text::tags(&args.tags)?,
        time_zone: text::zone(validity.expires.as_deref(), validity.time_zone),
        expires_at: validity.expires,
        renewal: validity.renewal.as_deref().and_then(Renewal::from_word),
        multi_region: args.multi_region.then_some(true),
        enabled: args.disabled.then_some(false),
        rotation: args.rotation.request(),
    })
}

pub(super) async fn create(context: &mut Context<'_>, args: CreateArgs) -> Result<(), CliError> {
    let request = CreateKmsKeyRequest {
        keystore: args.new.keystore,
        name: args.new.name,
        spec: args.spec,
        origin: args.origin.as_deref().and_then(MaterialOrigin::from_word),
        native_rotation_days: args.native_rotation,
        active_versions_max: args.key.active_versions_max,
        permitted_operations: args.key.permit.map(permitted),
        exportable: args.key.exportable,
        settings: settings(context.world, args.new.settings)?,
    };
    operate(
        context,
        &at::CREATE_KMS_KEY,
        &[],
        Some(&request),
        &args.new.run,
    )
    .await
}

pub(super) async fn upload(context: &mut Context<'_>, args: UploadArgs) -> Result<(), CliError> {
    let request = UploadKeyRequest {
        key: args.key,
        keystore: args.keystore,
        name: args.name,
        settings: settings(context.world, args.settings)?,
    };
    operate(context, &at::UPLOAD_KEY, &[], Some(&request), &args.run).await
}

pub(super) async fn import(
    context: &mut Context<'_>,
    args: ImportKmsKeyArgs,
) -> Result<(), CliError> {
    let ImportKmsKeyArgs {
        new,
        file,
        key,
        keep,
        into,
    } = args;
    let settings = settings(context.world, new.settings)?;
    if into.is_some() && settings != KmsKeySettings::default() {
        return Err(CliError::usage(
            "the KMS key of --into keeps its own aliases, tags, policy and other settings",
        )
        .hint("leave them out; change them afterwards with `kms-key update`"));
    }
    let request = ImportKmsKeyRequest {
        keystore: new.keystore,
        name: new.name,
        into,
        file: context.world.read_key_file(&file.file)?,
        format: file.format,
        spec: file.spec,
        wrapped_by: file.wrapped_by,
        wrapping: file.wrapping,
        keep: keep.as_deref().and_then(KeepCopy::from_word),
        active_versions_max: key.active_versions_max,
        permitted_operations: key.permit.map(permitted),
        exportable: key.exportable,
        settings,
    };
    operate(context, &at::IMPORT_KMS_KEY, &[], Some(&request), &new.run).await
}
