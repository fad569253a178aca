//! What can be done to many KMS keys at once.

use std::collections::BTreeMap;

use keyferry_domain::arn::Region;
use keyferry_domain::id::KmsKeyId;
use keyferry_domain::kms_key::{KmsKey, OldKey};
use keyferry_domain::validity::Validity;
use keyferry_ports::records::Priority;

use crate::action::Action;
use crate::actor::Actor;
use crate::error::AppError;
use crate::kms_keys::{
    Answer, BindKey, Claim, CreateGrant, GrantChoice, KmsKeys, Mode, Rotate, RotationMethod,
    SynchronizeChoice, UpdateKmsKey,
};

/// An operation on each of many KMS keys, with what it needs to be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BulkOperation {
    /// [`KmsKeys::activate`].
    Activate,
    /// [`KmsKeys::bind`]; each KMS key to its own.
    Bind(BTreeMap<KmsKeyId, Claim>),
    /// [`KmsKeys::cancel_deletion`].
    CancelDeletion {
        /// Whether the material goes; `None`: as each keystore says.
        empty: Option<bool>,
    },
    /// [`KmsKeys::change_primary`].
    ChangePrimary {
        /// Where the replica of each is that becomes its primary.
        region: Region,
    },
    /// [`KmsKeys::create_grant`]; unless a name is given, each KMS key's grant has one of its own.
    CreateGrant(Box<CreateGrant>),
    /// [`KmsKeys::deactivate`].
    Deactivate,
    /// [`KmsKeys::disable`].
    Disable,
    /// [`KmsKeys::enable`].
    Enable,
    /// [`KmsKeys::release`].
    Release,
    /// [`KmsKeys::remove_from_cloud`].
    RemoveFromCloud,
    /// [`KmsKeys::replicate`].
    Replicate {
        /// Regions of the keystore of each.
        regions: Vec<Region>,
    },
    /// [`KmsKeys::restore`].
    Restore,
    /// [`KmsKeys::retire_grants`]; not by ids, of which each KMS key has its own.
    RetireGrants {
        /// To whom they were given: ARN or service.
        grantee: String,
    },
    /// [`KmsKeys::revoke_grants`]; not by ids, of which each KMS key has its own.
    RevokeGrants(GrantChoice),
    /// [`KmsKeys::rotate`].
    Rotate(Rotate),
    /// [`KmsKeys::schedule_deletion`].
    ScheduleDeletion {
        /// The waiting period.
        days: u32,
    },
    /// [`KmsKeys::synchronize`].
    Synchronize(SynchronizeChoice),
    /// [`KmsKeys::update`]; without name and aliases, of which each KMS key has its own.
    Update(Box<UpdateKmsKey>),
    /// [`KmsKeys::upload_version`]; of each its own key's current version.
    UploadVersion,
}

impl BulkOperation {
    /// The right that it takes, and the kind of its job.
    pub fn action(&self) -> Action {
        match self {
            Self::Activate => Action::KmsKeyActivate,
            Self::Bind(_) => Action::KmsKeyBind,
            Self::CancelDeletion { .. } => Action::KmsKeyCancelDeletion,
            Self::ChangePrimary { .. } => Action::KmsKeyChangePrimary,
            Self::CreateGrant(_) => Action::KmsKeyCreateGrant,
            Self::Deactivate => Action::KmsKeyDeactivate,
            Self::Disable => Action::KmsKeyDisable,
            Self::Enable => Action::KmsKeyEnable,
            Self::Release => Action::KmsKeyRelease,
            Self::RemoveFromCloud => Action::KmsKeyRemoveFromCloud,
            Self::Replicate { .. } => Action::KmsKeyReplicate,
            Self::Restore => Action::KmsKeyRestore,
            Self::RetireGrants { .. } => Action::KmsKeyRetireGrants,
            Self::RevokeGrants(_) => Action::KmsKeyRevokeGrants,
            Self::Rotate(_) => Action::KmsKeyRotate,
            Self::ScheduleDeletion { .. } => Action::KmsKeyScheduleDeletion,
            Self::Synchronize(_) => Action::KmsKeySynchronize,
            Self::Update(_) => Action::KmsKeyUpdate,
            Self::UploadVersion => Action::KmsKeyUploadVersion,
        }
    }

    /// The further right that it takes: emptying by another name is emptying.
    pub(super) fn further_action(&self) -> Option<Action> {
        match self {
            Self::Rotate(rotate) if rotate.method.empties() => Some(Action::KmsKeyDeactivate),
            Self::Synchronize(choice) if choice.delete_material => {
                Some(Action::KmsKeyRemoveFromCloud)
            }
            Self::CancelDeletion { empty: Some(true) } => Some(Action::KmsKeyRemoveFromCloud),
            // For some of them an end may be sooner than before, or a template's schedule empty old keys.
            Self::Update(update) if update.from_template => Some(Action::KmsKeyDeactivate),
            Self::Update(update)
                if update
                    .stay
                    .is_some_and(|stay| stay.until != Validity::Permanent) =>
            {
                Some(Action::KmsKeyRemoveFromCloud)
            }
            _ => None,
        }
    }

    /// Whether something becomes unusable or is lost, so that the number of KMS keys must have been typed.
    pub fn is_destructive(&self) -> bool {
        match self {
            Self::Deactivate | Self::RemoveFromCloud | Self::ScheduleDeletion { .. } => true,
            Self::RevokeGrants(choice) => *choice == GrantChoice::All,
            Self::Synchronize(choice) => choice.delete_material,
            Self::CancelDeletion { empty } => *empty == Some(true),
            Self::Rotate(rotate) => rotate.method == RotationMethod::NewKey(OldKey::Deactivate),
            Self::Activate
            | Self::Bind(_)
            | Self::ChangePrimary { .. }
            | Self::CreateGrant(_)
            | Self::Disable
            | Self::Enable
            | Self::Release
            | Self::Replicate { .. }
            | Self::Restore
            | Self::RetireGrants { .. }
            | Self::Update(_)
            | Self::UploadVersion => false,
        }
    }

    /// Acts that protect go first even where they are many; all else leaves the way to who waits for one KMS key.
    pub(super) fn priority(&self) -> Priority {
        match self {
            Self::Disable
            | Self::Restore
            | Self::RetireGrants { .. }
            | Self::RevokeGrants(_)
            | Self::CancelDeletion { empty: Some(false) } => Priority::Protect,
            _ => Priority::Bulk,
        }
    }

    /// Refuses what only one KMS key can be given.
    pub(super) fn check(&self) -> Result<(), AppError> {
        let single = match self {
            Self::Update(update) => vec![
                ("name", update.name.is_some()),
                ("add_aliases", !update.add_aliases.is_empty()),
                ("remove_aliases", !update.remove_aliases.is_empty()),
            ],
            Self::RevokeGrants(GrantChoice::These(_)) => vec![("grants", true)],
            _ => Vec::new(),
        };
        match single.into_iter().find(|(_, is_given)| *is_given) {
            Some((field, _)) => Err(AppError::Invalid {
                field,
                why: "each KMS key has its own; change it one by one".to_owned(),
            }),
            None => Ok(()),
        }
    }

    /// Does to one KMS key what the request says, by the use case of that operation. Consent was given for all at once.
    pub(super) async fn run(
        &self,
        keys: &KmsKeys,
        actor: &Actor,
        key: &KmsKey,
        dry_run: bool,
    ) -> Result<Answer, AppError> {
        let (id, mode) = (
            key.id.to_string(),
            &Mode {
                dry_run,
                ..Mode::naming(key.name.as_str())
            },
        );
        match self.clone() {
            Self::Activate => keys.activate(actor, &id, mode).await,
            Self::Bind(claims) => {
                let claim = claims.get(&key.id).ok_or_else(|| AppError::NotFound {
                    what: "line of the manifest about the KMS key",
                    selector: key.name.to_string(),
                })?;
                let command = BindKey {
                    keystore: key.keystore.to_string(),
                    kms_key: id,
                    claim: claim.clone(),
                };
                keys.bind(actor, command, mode).await
            }
            Self::CancelDeletion { empty } => keys.cancel_deletion(actor, &id, empty, mode).await,
            Self::ChangePrimary { region } => keys.change_primary(actor, &id, &region, mode).await,
            Self::CreateGrant(grant) => keys.create_grant(actor, &id, *grant, mode).await,
            Self::Deactivate => keys.deactivate(actor, &id, mode).await,
            Self::Disable => keys.disable(actor, &id, mode).await,
            Self::Enable => keys.enable(actor, &id, mode).await,
            Self::Release => keys.release(actor, &id, mode).await,
            Self::RemoveFromCloud => keys.remove_from_cloud(actor, &id, mode).await,
            Self::Replicate { regions } => keys.replicate(actor, &id, regions, mode).await,
            Self::Restore => keys.restore(actor, &id, mode).await,
            Self::RetireGrants { grantee } => {
                let which = GrantChoice::Of(grantee);
                keys.retire_grants(actor, &id, which, mode).await
            }
            Self::RevokeGrants(which) => keys.revoke_grants(actor, &id, which, mode).await,
            Self::Rotate(rotate) => keys.rotate(actor, &id, rotate, mode).await,
            Self::ScheduleDeletion { days } => keys.schedule_deletion(actor, &id, days, mode).await,
            Self::Synchronize(choice) => keys.synchronize(actor, &id, choice, mode).await,
            Self::Update(update) => keys.update(actor, &id, *update, mode).await,
            Self::UploadVersion => keys.upload_version(actor, &id, mode).await,
        }
    }
}
