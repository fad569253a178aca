//! What is interrupted, and how AWS must stand in the end. A new kind of job is one more value here.

mod act;

use keyferry_app::AppError;
use keyferry_app::kms_keys::Mode;
use keyferry_domain::kms_key::OldKey;

use crate::world::{OTHER_REGION, REGION, World};

pub use act::Act;

/// The name of the KMS key, and of its alias.
pub(super) const NAME: &str = "app";

/// How AWS shows one KMS key in the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ends {
    /// `KeyState`.
    pub state: &'static str,
    /// Every material, oldest first: number of our version (0: AWS made it), `KeyMaterialState`, `ImportState`.
    pub materials: &'static [(u32, &'static str, &'static str)],
    /// Whether the alias points here.
    pub has_alias: bool,
    /// Rotations on demand.
    pub rotations: usize,
    /// Grants.
    pub grants: usize,
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

/// Material that AWS made.
const MADE_BY_AWS: &[(u32, &str, &str)] = &[(0, "CURRENT", "")];

/// A KMS key with its alias that was never rotated.
const fn plain(state: &'static str, materials: &'static [(u32, &str, &str)]) -> Ends {
    Ends {
        state,
        materials,
        has_alias: true,
        rotations: 0,
        grants: 0,
    }
}

/// Create a KMS key and import its material.
pub const CREATE: Scenario = Scenario {
    name: "create-and-import",
    before: &[],
    act: Act::Create,
    ends: &[plain("Enabled", FIRST)],
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
        ..plain("Enabled", TWO)
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

/// One version that was rotated away from, and one in use.
const TWO: &[(u32, &str, &str)] = &[(1, "NON_CURRENT", "IMPORTED"), (2, "CURRENT", "IMPORTED")];

/// Have AWS make a KMS key and its material.
pub const GENERATE: Scenario = Scenario {
    name: "generate-in-aws",
    before: &[],
    act: Act::Generate,
    ends: &[plain("Enabled", MADE_BY_AWS)],
};

/// Rotate from material that AWS made to a key of the vault.
pub const ROTATE_TO_OURS: Scenario = Scenario {
    name: "rotate-native-to-ours",
    before: &[Act::Generate, Act::CreateKey("ours")],
    act: Act::RotateToKey("ours", OldKey::Disable),
    ends: &[
        Ends {
            has_alias: false,
            ..plain("Disabled", MADE_BY_AWS)
        },
        plain("Enabled", FIRST),
    ],
};

/// Make a KMS key from a key that the vault has.
pub const UPLOAD: Scenario = Scenario {
    name: "upload",
    before: &[Act::CreateKey(NAME)],
    act: Act::Upload,
    ends: CREATE.ends,
};

/// Take a file into the vault and a new KMS key.
pub const IMPORT: Scenario = Scenario {
    name: "import-file",
    before: &[],
    act: Act::Import,
    ends: CREATE.ends,
};

/// Import a file of which the vault keeps no copy: it goes once AWS has it, and not before.
pub const PASS_THROUGH: Scenario = Scenario {
    name: "import-without-copy",
    before: &[],
    act: Act::PassThrough,
    ends: CREATE.ends,
};

/// Copy a key of the vault.
pub const COPY: Scenario = Scenario {
    name: "copy",
    before: &[Act::CreateKey(NAME)],
    act: Act::Copy,
    ends: CREATE.ends,
};

/// Take a version that was made in the vault into the KMS key.
pub const UPLOAD_VERSION: Scenario = Scenario {
    name: "upload-version",
    before: &[Act::Create, Act::NewVersion],
    act: Act::UploadVersion,
    ends: ROTATE_IN_PLACE.ends,
};

/// Rotate a key of the vault with the KMS key that holds it.
pub const ROTATE_KEY: Scenario = Scenario {
    name: "rotate-source-key",
    before: &[Act::Create],
    act: Act::RotateKey,
    ends: ROTATE_IN_PLACE.ends,
};

/// Rotate a keystore.
pub const ROTATE_KEYSTORE: Scenario = Scenario {
    name: "rotate-keystore",
    before: &[Act::Create],
    act: Act::RotateKeystore(OldKey::Disable),
    ends: ROTATE_BY_NEW_KEY.ends,
};

/// Change description and tags.
pub const UPDATE: Scenario = Scenario {
    name: "update",
    before: &[Act::Create],
    act: Act::Update,
    ends: CREATE.ends,
};

/// Give a grant.
pub const CREATE_GRANT: Scenario = Scenario {
    name: "create-grant",
    before: &[Act::Create],
    act: Act::CreateGrant,
    ends: &[Ends {
        grants: 1,
        ..plain("Enabled", FIRST)
    }],
};

/// Retire a grant that was given here.
pub const RETIRE_GRANT: Scenario = Scenario {
    name: "retire-grant",
    before: &[Act::Create, Act::CreateGrant],
    act: Act::RetireGrant,
    ends: CREATE.ends,
};

/// Take back the grants that somebody gave.
pub const REVOKE_GRANTS: Scenario = Scenario {
    name: "revoke-grants",
    before: &[Act::Create, Act::ForeignGrant],
    act: Act::RevokeGrants,
    ends: CREATE.ends,
};

/// Bind an empty KMS key, and fill it.
pub const BIND_EMPTY: Scenario = Scenario {
    name: "bind-empty",
    before: &[Act::CreateKey(NAME), Act::ForeignEmptyKey],
    act: Act::Bind,
    ends: CREATE.ends,
};

/// Bind a filled KMS key of two materials: each is proved to be a version of the key.
pub const BIND_FILLED: Scenario = Scenario {
    name: "bind-filled",
    before: &[Act::Create, Act::RotateInPlace, Act::Release],
    act: Act::Bind,
    ends: ROTATE_IN_PLACE.ends,
};

/// Bind a filled KMS key, begun by a job about many.
pub const BIND_MANY: Scenario = Scenario {
    name: "bind-by-manifest",
    before: &[Act::Create, Act::RotateInPlace, Act::Release],
    act: Act::BindMany,
    ends: ROTATE_IN_PLACE.ends,
};

/// Look at the whole account, and bring back by itself what somebody else deleted.
pub const SYNC_AND_HEAL: Scenario = Scenario {
    name: "sync-and-heal",
    before: &[Act::Create, Act::LetHeal, Act::ForeignDeletionOfMaterial],
    act: Act::Sync,
    ends: CREATE.ends,
};

/// Replicate a multi-Region key into the other Region.
pub const REPLICATE: Scenario = Scenario {
    name: "replicate",
    before: &[Act::CreateMultiRegion],
    act: Act::Replicate,
    ends: CREATE.ends,
};

/// Make the replica the primary.
pub const CHANGE_PRIMARY: Scenario = Scenario {
    name: "change-primary",
    before: &[Act::CreateMultiRegion, Act::Replicate],
    act: Act::ChangePrimary,
    ends: CREATE.ends,
};

/// Create-and-import and both rotations.
pub const MAIN: &[&Scenario] = &[&CREATE, &ROTATE_BY_NEW_KEY, &ROTATE_IN_PLACE];

/// What is done to one KMS key, alone or as one of many.
pub const OTHERS: &[&Scenario] = &[
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

/// The kinds of job that begin with what is there already: keys of the vault, KMS keys of others, material of AWS, a
/// keystore, another Region.
pub const FURTHER: &[&Scenario] = &[
    &GENERATE,
    &ROTATE_TO_OURS,
    &UPLOAD,
    &IMPORT,
    &PASS_THROUGH,
    &COPY,
    &UPLOAD_VERSION,
    &ROTATE_KEY,
    &ROTATE_KEYSTORE,
    &UPDATE,
    &CREATE_GRANT,
    &RETIRE_GRANT,
    &REVOKE_GRANTS,
    &BIND_EMPTY,
    &BIND_FILLED,
    &BIND_MANY,
    &SYNC_AND_HEAL,
    &REPLICATE,
    &CHANGE_PRIMARY,
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
    /// The Region of the primary in the end, where there are two Regions.
    pub(super) fn primary(&self) -> Option<&'static str> {
        match self.act {
            Act::Replicate => Some(REGION),
            Act::ChangePrimary => Some(OTHER_REGION),
            _ => None,
        }
    }

    /// The Regions of connection and keystore.
    pub(super) fn regions(&self) -> &'static [&'static str] {
        if self.primary().is_some() {
            &[REGION, OTHER_REGION]
        } else {
            &[REGION]
        }
    }

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
