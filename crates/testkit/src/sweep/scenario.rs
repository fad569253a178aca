//! What is interrupted, and how AWS must stand in the end. A new kind of job is one more value here.

use keyferry_app::AppError;
use keyferry_app::access_keys::AccessKeyAnswer;
use keyferry_app::key_import::MaterialFile;
use keyferry_app::keys::CreateKey;
use keyferry_app::kms_keys::{
    Answer, Bulk, BulkAnswer, BulkOperation, FileOfKey, ImportInto, ImportKmsKey, KeepCopy, Mode,
    Properties, Rotate, RotationMethod, Selection, SynchronizeChoice,
};
use keyferry_domain::key_file::KeyFileFormat;
use keyferry_domain::kms_key::OldKey;
use keyferry_domain::spec::KeySpec;
use keyferry_ports::secret::SecretBytes;
use kms_sim::{AwsError, ForeignHand};
use serde_json::json;

use crate::world::{ACCOUNT, REGION, World};

/// The name of the KMS key, and of its alias.
pub(super) const NAME: &str = "app";

/// One operation on the KMS key [`NAME`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Make it, and import its material.
    Create,
    /// Make it from a file of which the vault keeps no copy.
    PassThrough,
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
    /// Somebody else deletes the material.
    ForeignDeletionOfMaterial,
    /// Somebody else deletes the material of every version.
    ForeignDeletionOfAllMaterial,
    /// Somebody else schedules the deletion.
    ForeignDeletion,
}

impl Act {
    /// Asks for it, or does it where it is somebody else's doing. `None`: nothing to wait for.
    async fn ask(self, world: &World, mode: &Mode) -> Option<Result<Answer, AppError>> {
        let keys = &world.app.kms_keys;
        let actor = &world.actor;
        let rotate = |method| keys.rotate(actor, NAME, Rotate { method }, mode);
        Some(match self {
            Self::Create => world.create_as(NAME, KeySpec::Aes256, mode).await,
            Self::PassThrough => pass_through(world, mode).await,
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
            | Self::ForeignDeletion => {
                self.meddle(world).await;
                return None;
            }
        })
    }

    async fn meddle(self, world: &World) {
        let now = world.outside.clock_now();
        let arn = world.arn(NAME).await.to_string();
        let hand = hand(world);
        let done = match self {
            Self::ForeignDeletionOfMaterial => hand.delete_material(&arn, None, now),
            Self::ForeignDeletionOfAllMaterial => delete_all(&hand, &arn, now),
            _ => hand.schedule_deletion(&arn, 7, now),
        };
        done.expect("somebody else may do everything");
    }
}

/// A file whose material goes to AWS, and stays nowhere else.
async fn pass_through(world: &World, mode: &Mode) -> Result<Answer, AppError> {
    let file = MaterialFile {
        bytes: SecretBytes::new((*b"thirty-two bytes that are a key.").into()),
        format: KeyFileFormat::Raw,
        spec: Some(KeySpec::Aes256),
        wrapped: None,
    };
    let properties = Properties {
        aliases: vec![NAME.parse()?],
        ..Properties::default()
    };
    let command = ImportKmsKey {
        keystore: "store".to_owned(),
        file: FileOfKey {
            file,
            key: CreateKey::called(NAME.parse()?, KeySpec::Aes256),
            keep: KeepCopy::UntilImported,
        },
        into: ImportInto::New(Box::new(properties)),
    };
    let keys = &world.app.kms_keys;
    keys.import(&world.actor, command, mode).await
}

/// The connection's access key is no KMS key; its job is one like any other.
async fn rotate_access_key(world: &World, mode: &Mode) -> Result<Answer, AppError> {
    let access_keys = &world.app.access_keys;
    let answer = access_keys.rotate(&world.actor, "aws", mode).await?;
    Ok(match answer {
        AccessKeyAnswer::Started(job) => Answer::Started {
            job,
            kms_keys: Vec::new(),
        },
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
        BulkAnswer::Started(job) => Ok(Answer::Started {
            job,
            kms_keys: Vec::new(),
        }),
        BulkAnswer::Planned(plan) => Ok(Answer::Planned(plan.planned)),
    }
}

fn hand(world: &World) -> ForeignHand {
    world.outside.sim.foreign_hand(ACCOUNT, REGION)
}

/// How AWS shows one KMS key in the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ends {
    /// `KeyState`.
    pub state: &'static str,
    /// Every material, oldest first: number of our version, `KeyMaterialState`, `ImportState`.
    pub materials: &'static [(u32, &'static str, &'static str)],
    /// Whether the alias points here.
    pub has_alias: bool,
    /// Rotations on demand.
    pub rotations: usize,
}

/// One kind of job: what was before, what is asked for, and how AWS stands when it is done.
#[derive(Debug, PartialEq, Eq)]
pub struct Scenario {
    /// For people.
    pub name: &'static str,
    /// What was done before, to its end.
    pub before: &'static [Act],
    /// What is interrupted.
    pub act: Act,
    /// Every KMS key of the account, oldest first. There is no other one.
    pub ends: &'static [Ends],
}

/// One version, in AWS and in use.
const FIRST: &[(u32, &str, &str)] = &[(1, "CURRENT", "IMPORTED")];

/// One version, taken out of AWS.
const TAKEN_OUT: &[(u32, &str, &str)] = &[(1, "CURRENT", "PENDING_IMPORT")];

/// A KMS key with its alias that was never rotated.
const fn plain(state: &'static str, materials: &'static [(u32, &str, &str)]) -> Ends {
    Ends {
        state,
        materials,
        has_alias: true,
        rotations: 0,
    }
}

/// Create a KMS key and import its material.
pub const CREATE: Scenario = Scenario {
    name: "create-and-import",
    before: &[],
    act: Act::Create,
    ends: &[plain("Enabled", FIRST)],
};

/// Import a file of which the vault keeps no copy: it goes once AWS has it, and not before.
pub const PASS_THROUGH: Scenario = Scenario {
    name: "import-without-copy",
    before: &[],
    act: Act::PassThrough,
    ends: CREATE.ends,
};

/// Rotate by new key; the old one is disabled afterwards.
pub const ROTATE_BY_NEW_KEY: Scenario = Scenario {
    name: "rotate-by-new-key",
    before: &[Act::Create],
    act: Act::RotateByNewKey(OldKey::Disable),
    ends: &[
        Ends {
            has_alias: false,
            ..plain("Disabled", FIRST)
        },
        plain("Enabled", &[(2, "CURRENT", "IMPORTED")]),
    ],
};

/// Rotate in place.
pub const ROTATE_IN_PLACE: Scenario = Scenario {
    name: "rotate-in-place",
    before: &[Act::Create],
    act: Act::RotateInPlace,
    ends: &[Ends {
        rotations: 1,
        ..plain(
            "Enabled",
            &[(1, "NON_CURRENT", "IMPORTED"), (2, "CURRENT", "IMPORTED")],
        )
    }],
};

/// Remove the material from AWS.
pub const REMOVE_FROM_CLOUD: Scenario = Scenario {
    name: "remove-from-cloud",
    before: &[Act::Create],
    act: Act::RemoveFromCloud,
    ends: &[plain("PendingImport", TAKEN_OUT)],
};

/// Disable and remove the material.
pub const DEACTIVATE: Scenario = Scenario {
    name: "deactivate",
    before: &[Act::Create],
    act: Act::Deactivate,
    ends: &[plain("PendingImport", TAKEN_OUT)],
};

/// Put the material back.
pub const ACTIVATE: Scenario = Scenario {
    name: "activate",
    before: &[Act::Create, Act::Deactivate],
    act: Act::Activate,
    ends: &[plain("Enabled", FIRST)],
};

/// Disable.
pub const DISABLE: Scenario = Scenario {
    name: "disable",
    before: &[Act::Create],
    act: Act::Disable,
    ends: &[plain("Disabled", FIRST)],
};

/// Enable.
pub const ENABLE: Scenario = Scenario {
    name: "enable",
    before: &[Act::Create, Act::Disable],
    act: Act::Enable,
    ends: &[plain("Enabled", FIRST)],
};

/// Schedule deletion.
pub const SCHEDULE_DELETION: Scenario = Scenario {
    name: "schedule-deletion",
    before: &[Act::Create],
    act: Act::ScheduleDeletion,
    ends: &[plain("PendingDeletion", FIRST)],
};

/// Cancel the deletion.
pub const CANCEL_DELETION: Scenario = Scenario {
    name: "cancel-deletion",
    before: &[Act::Create, Act::ScheduleDeletion],
    act: Act::CancelDeletion,
    ends: &[plain("Disabled", FIRST)],
};

/// Import again what somebody else deleted.
pub const SYNCHRONIZE: Scenario = Scenario {
    name: "synchronize",
    before: &[Act::Create, Act::ForeignDeletionOfMaterial],
    act: Act::Synchronize,
    ends: &[plain("Enabled", FIRST)],
};

/// Import both versions of a rotated KMS key again, which somebody else deleted.
pub const SYNCHRONIZE_ALL: Scenario = Scenario {
    name: "synchronize-all-versions",
    before: &[
        Act::Create,
        Act::RotateInPlace,
        Act::ForeignDeletionOfAllMaterial,
    ],
    act: Act::Synchronize,
    ends: ROTATE_IN_PLACE.ends,
};

/// Undo a deletion that somebody else scheduled.
pub const RESTORE: Scenario = Scenario {
    name: "restore",
    before: &[Act::Create, Act::ForeignDeletion],
    act: Act::Restore,
    ends: &[plain("Enabled", FIRST)],
};

/// Disable and remove the material, begun by a bulk job.
pub const BULK_DEACTIVATE: Scenario = Scenario {
    name: "bulk-deactivate",
    before: &[Act::Create],
    act: Act::BulkDeactivate,
    ends: &[plain("PendingImport", TAKEN_OUT)],
};

/// Rotate by new key, begun by a bulk job: the successor's target comes with the beginning.
pub const BULK_ROTATE: Scenario = Scenario {
    name: "bulk-rotate-by-new-key",
    before: &[Act::Create],
    act: Act::BulkRotate(OldKey::Disable),
    ends: ROTATE_BY_NEW_KEY.ends,
};

/// Rotate the access key with which everything is done.
pub const ROTATE_ACCESS_KEY: Scenario = Scenario {
    name: "rotate-access-key",
    before: &[Act::Create],
    act: Act::RotateAccessKey,
    ends: CREATE.ends,
};

/// Create-and-import and both rotations.
pub const MAIN: &[&Scenario] = &[&CREATE, &ROTATE_BY_NEW_KEY, &ROTATE_IN_PLACE];

/// Every other kind of job on KMS keys.
pub const OTHERS: &[&Scenario] = &[
    &PASS_THROUGH,
    &REMOVE_FROM_CLOUD,
    &DEACTIVATE,
    &ACTIVATE,
    &DISABLE,
    &ENABLE,
    &SCHEDULE_DELETION,
    &CANCEL_DELETION,
    &SYNCHRONIZE,
    &SYNCHRONIZE_ALL,
    &RESTORE,
    &BULK_DEACTIVATE,
    &BULK_ROTATE,
];

async fn asks_about_unknown_key(world: &World) -> bool {
    let jobs = world.jobs().await;
    let mut notes = jobs
        .iter()
        .flat_map(|job| &job.targets)
        .filter_map(|(target, _)| target.note.as_ref());
    notes.any(|(code, _)| code == "access-key.unknown-key")
}

impl Scenario {
    /// Does what was done before; each act comes to its end.
    pub(super) async fn prepare(&self, world: &World) {
        for act in self.before {
            if let Some(answer) = Box::pin(act.ask(world, &Mode::naming(NAME))).await {
                world.succeed(answer).await;
            }
            world.outside.advance_minutes(30);
        }
    }

    /// What a person does who reads the note of a stuck job: an access key of which nobody knows whose it is goes.
    pub(super) async fn mend(&self, world: &World) {
        if self.act != Act::RotateAccessKey || !asks_about_unknown_key(world).await {
            return;
        }
        let shown = world.app.connections.show(&world.actor, "aws").await;
        let connection = shown.expect("the connection is there");
        let in_use = connection.link.identity.access_key_id();
        for (id, _) in world.outside.access_keys() {
            if Some(id.as_str()) != in_use {
                world.outside.delete_access_key(&id);
            }
        }
    }

    /// Asks for the operation, as often as it takes: the request's idempotency key makes it one.
    pub(super) async fn begin(&self, world: &World) -> Result<(), AppError> {
        let mode = Mode {
            idempotency_key: Some("sweep".to_owned()),
            ..Mode::naming(NAME)
        };
        match Box::pin(self.act.ask(world, &mode)).await {
            Some(answer) => answer.map(drop),
            None => Ok(()),
        }
    }
}
