//! Writes the audit log to a folder, tile by tile; what is there already is not fetched again.

use keyferry_api::audit::{AuditKeyView, CheckpointView, ProofView, SignedCheckpointView};
use keyferry_api::endpoints as at;
use keyferry_audit::{
    CHECKPOINT_PATH, Checkpoint, Hash, NoteVerifier, TILE_WIDTH, Tile, TileKind, tiles_of,
    verify_consistency,
};
use serde::Serialize;

use super::Context;
use super::audit_folder::Folder;
use crate::args::ExportAuditArgs;
use crate::client::Call;
use crate::error::{CliError, Exit};

/// What was exported.
#[derive(Serialize)]
struct Exported {
    folder: String,
    size: u64,
    root: String,
    files_fetched: u64,
    files_kept: u64,
}

pub(super) async fn run(context: &mut Context<'_>, args: ExportAuditArgs) -> Result<(), CliError> {
    let folder = Folder::new(&args.to);
    let Newest {
        signed,
        checkpoint,
        key,
        cosigned,
    } = newest(context).await?;
    let before = folder.checkpoint()?;
    if let Some(before) = &before {
        let old = Checkpoint::open(before, &key).map_err(|error| {
            CliError::new(Exit::Damaged, "the folder holds an export of another log")
                .because(&error)
                .hint("export to another folder; compare the keys with `keyferry audit key`")
        })?;
        expect_to_go_on(context, &old, &checkpoint).await?;
        if old != checkpoint {
            folder.keep_older(old.size, before)?;
        }
    }
    let (mut files_fetched, mut files_kept) = (0, 0);
    for tile in tiles_of(checkpoint.size) {
        if folder.has(&tile.path()) {
            files_kept += 1;
            continue;
        }
        folder.write(&tile.path(), &fetch(context, &tile).await?)?;
        files_fetched += 1;
        if tile.width == TILE_WIDTH {
            folder.remove_parts_of(&tile)?;
        }
    }
    if let Some(cosigned) = cosigned.filter(|cosigned| cosigned.size < checkpoint.size) {
        folder.keep_older(cosigned.size, &cosigned.note)?;
    }
    // Last: the checkpoint in the folder never covers what is not there.
    folder.write(CHECKPOINT_PATH, signed.note.as_bytes())?;
    let exported = Exported {
        folder: args.to.display().to_string(),
        size: checkpoint.size,
        root: checkpoint.root.to_string(),
        files_fetched,
        files_kept,
    };
    context.world.print_one(context.globals.output, &exported)?;
    context.world.say(&format!(
        "hint: verify it with `keyferry audit verify {} --key {key}`",
        args.to.display()
    ));
    Ok(())
}

/// The newest checkpoint of a server.
pub(super) struct Newest {
    /// As it was signed.
    pub(super) signed: SignedCheckpointView,
    /// Opened with the key that the server shows.
    pub(super) checkpoint: Checkpoint,
    /// That key.
    pub(super) key: NoteVerifier,
    /// The newest one that a witness cosigned.
    pub(super) cosigned: Option<SignedCheckpointView>,
}

pub(super) async fn newest(context: &Context<'_>) -> Result<Newest, CliError> {
    let reply = context.client.send(Call::to(&at::CHECKPOINT, &[])).await?;
    let found: CheckpointView = reply.read()?;
    let signed = found.signed.ok_or_else(|| {
        CliError::new(Exit::Transient, "nothing of the log is signed yet")
            .hint("open the vault with `keyferry seal unseal`")
    })?;
    let reply = context.client.send(Call::to(&at::AUDIT_KEY, &[])).await?;
    let key: AuditKeyView = reply.read()?;
    let damaged = |error: &dyn std::error::Error| {
        CliError::new(Exit::Damaged, "the server's checkpoint does not hold").because(error)
    };
    let key = NoteVerifier::parse(&key.key).map_err(|error| damaged(&error))?;
    let checkpoint = Checkpoint::open(&signed.note, &key).map_err(|error| damaged(&error))?;
    Ok(Newest {
        signed,
        checkpoint,
        key,
        cosigned: found.cosigned,
    })
}

/// Has the server prove that its log goes on from an older checkpoint.
///
/// # Errors
///
/// [`Exit::Damaged`] where it does not: the log was rolled back or rewritten.
pub(super) async fn expect_to_go_on(
    context: &Context<'_>,
    old: &Checkpoint,
    new: &Checkpoint,
) -> Result<(), CliError> {
    let damaged = |words: String| {
        CliError::new(Exit::Damaged, words)
            .hint("keep both checkpoints, and find out whether an older database was restored")
    };
    if new.size < old.size {
        return Err(damaged(format!(
            "the server's log has {} entries, and {} were seen before",
            new.size, old.size
        )));
    }
    let call = Call::to(&at::AUDIT_PROOF, &[])
        .query("old_size", Some(old.size))
        .query("size", Some(new.size));
    let proof: ProofView = context.client.send(call).await?.read()?;
    let hashes: Option<Vec<Hash>> = proof.hashes.iter().map(|text| hash(text)).collect();
    let hashes = hashes.ok_or_else(|| damaged("the server's proof is none".to_owned()))?;
    verify_consistency(old.size, &old.root, new.size, &new.root, &hashes).map_err(|error| {
        damaged("the server's log does not go on from what was seen before".to_owned())
            .because(&error)
    })
}

fn hash(text: &str) -> Option<Hash> {
    Hash::try_from(hex::decode(text).ok()?.as_slice()).ok()
}

async fn fetch(context: &Context<'_>, tile: &Tile) -> Result<Vec<u8>, CliError> {
    let level = match tile.kind {
        TileKind::Entries => None,
        TileKind::Hashes(level) => Some(level),
    };
    let call = Call::to(&at::AUDIT_EXPORT, &[])
        .query("level", level)
        .query("index", Some(tile.index))
        .query("width", Some(tile.width));
    Ok(context.client.send(call).await?.into_bytes())
}
