//! What is asked of an installation, and what somebody else does to it.

use std::collections::BTreeMap;

use keyferry_app::AppError;
use keyferry_app::access_keys::AccessKeyAnswer;
use keyferry_app::key_import::MaterialFile;
use keyferry_app::keys::{CreateKey, KeyOptions};
use keyferry_app::keystores::UpdateKeystore;
use keyferry_app::kms_keys::{
    Answer, BindKey, Bulk, BulkAnswer, BulkOperation, Claim, Copies, CopyInto, CreateGrant,
    CreateKmsKey, FileOfKey, GenerateInAws, GrantChoice, ImportInto, ImportKmsKey, KeepCopy,
    Manifest, ManifestLine, Mode, Properties, Rotate, RotateKey, RotateToKey, RotationMethod,
    Rotations, Selection, SynchronizeChoice, UpdateKmsKey, UploadKey,
};
use keyferry_domain::arn::Region;
use keyferry_domain::grant::GrantOperation;
use keyferry_domain::key_file::KeyFileFormat;
use keyferry_domain::keystore::HealPolicy;
use keyferry_domain::kms_key::OldKey;
use keyferry_domain::name::Name;
use keyferry_domain::spec::KeySpec;
use keyferry_ports::records::Job;
use keyferry_ports::secret::SecretBytes;
use kms_sim::{AwsError, ForeignHand};
use serde_json::json;

use super::NAME;
use crate::world::{ACCOUNT, OTHER_REGION, REGION, World};

/// One operation on the KMS key [`NAME`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Make it, and import its material.
    Create,
    /// Rotate by new key.
    RotateByNewKey(OldKey),
    /// Rotate in place.
    RotateInPlace,
    /// Take the material out of AWS.
    RemoveFromCloud,
    /// Disable, and take the material out.
    Deactivate,
    /// Import what is missing, and enable.
    Activate,
    /// Switch off.
    Disable,
    /// Switch on.
    Enable,
    /// Schedule deletion in seven days.
    ScheduleDeletion,
    /// Cancel the deletion, and keep the material.
    CancelDeletion,
    /// Bring back what is missing.
    Synchronize,
    /// Back to what is wanted, whatever others did.
    Restore,
    /// Disable it and take the material out, as one of many.
    BulkDeactivate,
    /// Rotate by new key, as one of many.
    BulkRotate(OldKey),
    /// Rotate the access key of the connection.
    RotateAccessKey,
    /// Make it where it can be replicated.
    CreateMultiRegion,
    /// Make a replica in the other Region, and fill it.
    Replicate,
    /// Make the replica the primary.
    ChangePrimary,
    /// Have AWS make its material.
    Generate,
    /// Make a key in the vault, for the first time.
    CreateKey(&'static str),
    /// Rotate by new key to that key in the vault.
    RotateToKey(&'static str, OldKey),
    /// Make it from the key in the vault.
    Upload,
    /// Make it from a file.
    Import,
    /// Make it from a file of which the vault keeps no copy.
    PassThrough,
    /// Make it as a copy of the key in the vault.
    Copy,
    /// Make a new version in the vault alone.
    NewVersion,
    /// Take the newest version into it.
    UploadVersion,
    /// Rotate the key in the vault, and every KMS key that holds it, in place.
    RotateKey,
    /// Rotate everything in the keystore by new key.
    RotateKeystore(OldKey),
    /// Change description and tags.
    Update,
    /// Give a grant.
    CreateGrant,
    /// Retire it.
    RetireGrant,
    /// Take all grants back.
    RevokeGrants,
    /// Stop managing it.
    Release,
    /// Make the key in the vault the source of what is in AWS under the alias.
    Bind,
    /// The same by a manifest.
    BindMany,
    /// Let the keystore heal by itself.
    LetHeal,
    /// Look at the whole account; what may heal by itself does.
    Sync,
    /// Somebody else deletes the material.
    ForeignDeletionOfMaterial,
    /// Somebody else deletes the material of every version.
    ForeignDeletionOfAllMaterial,
    /// Somebody else schedules the deletion.
    ForeignDeletion,
    /// Somebody else gives a grant.
    ForeignGrant,
    /// Somebody else makes an empty KMS key with the alias.
    ForeignEmptyKey,
}

impl Act {
    /// Asks for it, or does it where it is somebody else's doing. `None`: nothing to wait for.
    pub(super) async fn ask(self, world: &World, mode: &Mode) -> Option<Result<Answer, AppError>> {
        let keys = &world.app.kms_keys;
        let actor = &world.actor;
        let rotate = |method| keys.rotate(actor, NAME, Rotate { method }, mode);
        Some(match self {
            Self::Create => create(world, false, mode).await,
            Self::CreateMultiRegion => create(world, true, mode).await,
            Self::Replicate => {
                keys.replicate(actor, NAME, vec![other_region()], mode)
                    .await
            }
            Self::ChangePrimary => {
                keys.change_primary(actor, NAME, &other_region(), mode)
                    .await
            }
            Self::Generate => keys.generate(actor, in_aws(), mode).await,
            Self::RotateToKey(key, old_key) => {
                let key = key.to_owned();
                let command = RotateToKey { key, old_key };
                keys.rotate_to_key(actor, NAME, command, mode).await
            }
            Self::Upload => keys.upload(actor, upload(), mode).await,
            Self::Import => keys.import(actor, import(KeepCopy::default()), mode).await,
            Self::PassThrough => {
                let command = import(KeepCopy::UntilImported);
                keys.import(actor, command, mode).await
            }
            Self::Copy => keys.copy(actor, NAME, vec![copy()], mode).await,
            Self::UploadVersion => keys.upload_version(actor, NAME, mode).await,
            Self::RotateKey => {
                let command = RotateKey {
                    copies: Copies::All,
                    method: RotationMethod::InPlace,
                    keep_former_active: false,
                };
                together(keys.rotate_key(actor, NAME, command, mode).await)
            }
            Self::RotateKeystore(old) => {
                let method = RotationMethod::NewKey(old);
                together(keys.rotate_keystore(actor, "store", method, mode).await)
            }
            Self::Update => keys.update(actor, NAME, update(), mode).await,
            Self::CreateGrant => keys.create_grant(actor, NAME, new_grant(), mode).await,
            Self::RetireGrant => {
                let choice = GrantChoice::Of(new_grant().grantee);
                keys.retire_grants(actor, NAME, choice, mode).await
            }
            Self::RevokeGrants => {
                keys.revoke_grants(actor, NAME, GrantChoice::All, mode)
                    .await
            }
            Self::Bind => {
                let command = BindKey {
                    keystore: "store".to_owned(),
                    kms_key: format!("alias/{NAME}"),
                    claim: claim(),
                };
                keys.bind(actor, command, mode).await
            }
            Self::BindMany => bind_many(world, mode).await,
            Self::Sync => {
                let job = world.app.watch.sync(actor, "store").await;
                job.map(started)
            }
            Self::CreateKey(_) | Self::NewVersion | Self::Release | Self::LetHeal => {
                self.do_at_once(world).await;
                return None;
            }
            Self::RotateByNewKey(old) => rotate(RotationMethod::NewKey(old)).await,
            Self::RotateInPlace => rotate(RotationMethod::InPlace).await,
            Self::RemoveFromCloud => keys.remove_from_cloud(actor, NAME, mode).await,
            Self::Deactivate => keys.deactivate(actor, NAME, mode).await,
            Self::Activate => keys.activate(actor, NAME, mode).await,
            Self::Disable => keys.disable(actor, NAME, mode).await,
            Self::Enable => keys.enable(actor, NAME, mode).await,
            Self::ScheduleDeletion => keys.schedule_deletion(actor, NAME, 7, mode).await,
            Self::CancelDeletion => keys.cancel_deletion(actor, NAME, Some(false), mode).await,
            Self::Synchronize => {
                let choice = SynchronizeChoice::default();
                keys.synchronize(actor, NAME, choice, mode).await
            }
            Self::Restore => keys.restore(actor, NAME, mode).await,
            Self::BulkDeactivate => one_of_many(world, BulkOperation::Deactivate, mode).await,
            Self::BulkRotate(old) => {
                let method = RotationMethod::NewKey(old);
                one_of_many(world, BulkOperation::Rotate(Rotate { method }), mode).await
            }
            Self::RotateAccessKey => rotate_access_key(world, mode).await,
            Self::ForeignDeletionOfMaterial
            | Self::ForeignDeletionOfAllMaterial
            | Self::ForeignDeletion
            | Self::ForeignGrant
            | Self::ForeignEmptyKey => {
                self.meddle(world).await;
                return None;
            }
        })
    }

    /// What is done without a job.
    async fn do_at_once(self, world: &World) {
        let (app, actor) = (&world.app, &world.actor);
        let done = match self {
            Self::CreateKey(name) => app.keys.create(actor, key(name)).await.map(drop),
            Self::NewVersion => app.keys.new_version(actor, NAME).await.map(drop),
            Self::LetHeal => {
                let command = UpdateKeystore {
                    heal: Some(HealPolicy::Auto),
                    ..UpdateKeystore::default()
                };
                let updated = app.keystores.update(actor, "store", command).await;
                updated.map(drop)
            }
            _ => {
                let mode = Mode::naming(NAME);
                let released = app.kms_keys.release(actor, NAME, &mode).await;
                released.map(drop)
            }
        };
        done.expect("nothing is in the way");
    }

    async fn meddle(self, world: &World) {
        let now = world.outside.clock_now();
        let hand = hand(world);
        if self == Self::ForeignEmptyKey {
            empty_key(&hand, now).expect("somebody else may do everything");
            return;
        }
        let arn = world.arn(NAME).await.to_string();
        let done = match self {
            Self::ForeignDeletionOfMaterial => hand.delete_material(&arn, None, now),
            Self::ForeignDeletionOfAllMaterial => delete_all(&hand, &arn, now),
            Self::ForeignGrant => grant(&hand, &arn, now),
            _ => hand.schedule_deletion(&arn, 7, now),
        };
        done.expect("somebody else may do everything");
    }
}

async fn create(world: &World, multi_region: bool, mode: &Mode) -> Result<Answer, AppError> {
    let command = CreateKmsKey {
        keystore: "store".to_owned(),
        name: name(NAME),
        spec: Some(KeySpec::Aes256),
        key: KeyOptions::default(),
        properties: Properties {
            multi_region: Some(multi_region),
            ..with_alias()
        },
    };
    world.app.kms_keys.create(&world.actor, command, mode).await
}

fn name(text: &str) -> Name {
    text.parse().expect("a name")
}

fn other_region() -> Region {
    OTHER_REGION.parse().expect("a Region")
}

/// A KMS key with the alias of its name.
fn with_alias() -> Properties {
    Properties {
        aliases: vec![NAME.parse().expect("an alias")],
        ..Properties::default()
    }
}

fn in_aws() -> GenerateInAws {
    GenerateInAws {
        keystore: "store".to_owned(),
        name: name(NAME),
        spec: Some(KeySpec::Aes256),
        native_rotation_days: None,
        properties: with_alias(),
    }
}

fn key(text: &str) -> CreateKey {
    CreateKey {
        group: None,
        name: name(text),
        spec: KeySpec::Aes256,
        description: String::new(),
        active_versions_max: None,
        permitted: None,
        exportable: true,
        rotation: None,
    }
}

fn upload() -> UploadKey {
    UploadKey {
        keystore: "store".to_owned(),
        key: NAME.to_owned(),
        name: None,
        properties: with_alias(),
    }
}

fn import(keep: KeepCopy) -> ImportKmsKey {
    let bytes: Box<[u8]> = Box::new(*b"thirty-two bytes that are a key.");
    let file = MaterialFile {
        bytes: SecretBytes::new(bytes),
        format: KeyFileFormat::Raw,
        spec: None,
        wrapped: None,
    };
    ImportKmsKey {
        keystore: "store".to_owned(),
        file: FileOfKey {
            file,
            key: key(NAME),
            keep,
        },
        into: ImportInto::New(Box::new(with_alias())),
    }
}

fn copy() -> CopyInto {
    CopyInto {
        keystore: "store".to_owned(),
        name: Some(name(NAME)),
        properties: with_alias(),
    }
}

fn update() -> UpdateKmsKey {
    UpdateKmsKey {
        description: Some("what it is for".to_owned()),
        set_tags: [("team".to_owned(), "pay".to_owned())].into(),
        ..UpdateKmsKey::default()
    }
}

fn new_grant() -> CreateGrant {
    CreateGrant {
        name: None,
        grantee: format!("arn:aws:iam::{ACCOUNT}:role/payments"),
        retiring: None,
        operations: [GrantOperation::Decrypt, GrantOperation::Encrypt].into(),
        context_equals: BTreeMap::new(),
        context_subset: BTreeMap::from([("tenant".to_owned(), "a".to_owned())]),
    }
}

fn claim() -> Claim {
    Claim {
        key: NAME.to_owned(),
        first_version: None,
    }
}

fn started(job: Job) -> Answer {
    Answer::Started {
        job,
        kms_keys: Vec::new(),
    }
}

/// Rotations of several things; here one, which must not be left out.
fn together(rotations: Result<Rotations, AppError>) -> Result<Answer, AppError> {
    let rotations = rotations?;
    if let Some(refused) = rotations.refused.into_iter().next() {
        return Err(refused.error);
    }
    Ok(started(rotations.job.expect("a KMS key rotates")))
}

/// Binds by a manifest of one line.
async fn bind_many(world: &World, mode: &Mode) -> Result<Answer, AppError> {
    let line = ManifestLine {
        kms_key: format!("alias/{NAME}"),
        claim: claim(),
    };
    let manifest = Manifest {
        keystore: "store".to_owned(),
        lines: vec![line],
    };
    let keys = &world.app.kms_keys;
    let bindings = keys.bind_many(&world.actor, manifest, mode).await?;
    if let Some(left) = bindings.left.into_iter().next() {
        return Err(AppError::Invalid {
            field: "lines",
            why: left.reason,
        });
    }
    Ok(started(bindings.job.expect("the line is bound")))
}

fn empty_key(hand: &ForeignHand, now: i64) -> Result<(), AwsError> {
    let made = hand.act("CreateKey", json!({ "Origin": "EXTERNAL" }), now)?;
    let id = made["KeyMetadata"]["KeyId"].clone();
    let alias = json!({ "AliasName": format!("alias/{NAME}"), "TargetKeyId": id });
    hand.act("CreateAlias", alias, now).map(drop)
}

fn grant(hand: &ForeignHand, arn: &str, now: i64) -> Result<(), AwsError> {
    let root = format!("arn:aws:iam::{ACCOUNT}:root");
    let grant = json!({ "KeyId": arn, "GranteePrincipal": root, "Operations": ["Encrypt"] });
    hand.act("CreateGrant", grant, now).map(drop)
}

/// The connection's access key is no KMS key; its job is one like any other.
async fn rotate_access_key(world: &World, mode: &Mode) -> Result<Answer, AppError> {
    let access_keys = &world.app.access_keys;
    let answer = access_keys.rotate(&world.actor, "aws", mode).await?;
    Ok(match answer {
        AccessKeyAnswer::Started(job) => started(job),
        AccessKeyAnswer::Planned(_) => Answer::Planned(Vec::new()),
    })
}

fn delete_all(hand: &ForeignHand, arn: &str, now: i64) -> Result<(), AwsError> {
    let all = json!({ "KeyId": arn, "IncludeKeyMaterial": "ALL_KEY_MATERIAL" });
    let listed = hand.act("ListKeyRotations", all, now)?;
    let listed = listed["Rotations"].as_array().cloned().unwrap_or_default();
    listed.iter().try_for_each(|one| {
        let id = one["KeyMaterialId"].as_str();
        hand.delete_material(arn, id, now)
    })
}

/// A bulk job about the one KMS key.
async fn one_of_many(
    world: &World,
    operation: BulkOperation,
    mode: &Mode,
) -> Result<Answer, AppError> {
    let command = Bulk {
        selection: Selection::Chosen(vec![NAME.to_owned()]),
        operation,
        confirmed_count: Some(1),
    };
    match world.app.kms_keys.bulk(&world.actor, command, mode).await? {
        BulkAnswer::Started(job) => Ok(started(job)),
        BulkAnswer::Planned(plan) => Ok(Answer::Planned(plan.planned)),
    }
}

fn hand(world: &World) -> ForeignHand {
    world.outside.sim.foreign_hand(ACCOUNT, REGION)
}
