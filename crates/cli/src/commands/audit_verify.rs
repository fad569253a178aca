//! Verifies an exported log without the server that wrote it.

use keyferry_audit::{
    CHECKPOINT_PATH, CosignerKey, Damage, Finding, NoteError, SignedNote, Verified, verify_export,
};
use serde::Serialize;

use super::audit_folder::{Folder, key, text_or_file_text};
use super::audit_witness::now_seconds;
use crate::args::{Globals, VerifyAuditArgs};
use crate::error::{CliError, Exit};
use crate::world::World;

/// Damages that are told in a message; all of them are in the answer.
const TOLD_MAX: usize = 5;

/// What was compared, and what does not fit.
#[derive(Serialize)]
struct Answer {
    intact: bool,
    size: u64,
    root: String,
    checkpoints_compared: usize,
    witnesses: Vec<String>,
    damage: Vec<String>,
}

pub(super) fn run(
    world: &mut World,
    globals: &Globals,
    args: VerifyAuditArgs,
) -> Result<(), CliError> {
    let key = key(&args.key)?;
    let folder = Folder::new(&args.folder);
    let newest = folder.checkpoint()?.ok_or_else(|| {
        let message = format!("{} holds no exported log", args.folder.display());
        CliError::new(Exit::NotFound, message)
            .hint("make one with `keyferry audit export --to FOLDER`")
    })?;
    let mut older = folder.older()?;
    for file in &args.checkpoints {
        older.push((file.display().to_string(), world.read_text(file)?));
    }
    let verified = verify_export(&folder, &key, (CHECKPOINT_PATH, &newest), &older);
    let verified = verified.map_err(|damage| damaged(&[damage.to_string()]))?;
    let mut notes = older;
    notes.push((CHECKPOINT_PATH.to_owned(), newest));
    let (witnesses, missing) = witnessed(&args.witnesses, &notes)?;
    let Verified {
        checkpoint,
        older,
        damage,
    } = verified;
    let mut told: Vec<String> = damage.iter().map(ToString::to_string).collect();
    told.extend(missing);
    let answer = Answer {
        intact: told.is_empty(),
        size: checkpoint.size,
        root: checkpoint.root.to_string(),
        checkpoints_compared: older + 1,
        witnesses,
        damage: told.clone(),
    };
    world.print_one(globals.output, &answer)?;
    if told.is_empty() {
        return Ok(());
    }
    let is_cut = |damage: &Damage| matches!(damage, Damage::Entries(Finding::Missing { .. }));
    if damage.iter().any(is_cut) {
        world.say("note: entries that are missing here may be in another export");
    }
    Err(damaged(&told))
}

fn damaged(told: &[String]) -> CliError {
    let count = told.len();
    let message = format!("the log is not as it was signed: {count} findings");
    let mut error = CliError::new(Exit::Damaged, message);
    error.causes = told.iter().take(TOLD_MAX).cloned().collect();
    if count > TOLD_MAX {
        error.causes.push(format!("{} more", count - TOLD_MAX));
    }
    error
}

/// Up to which entry each demanded witness cosigned and when, and which did not at all, or at no time that can be. Checkpoints of the folder are compared
/// with its entries elsewhere, so the longest counts.
fn witnessed(
    wanted: &[String],
    notes: &[(String, String)],
) -> Result<(Vec<String>, Vec<String>), CliError> {
    let (mut seen, mut missing) = (Vec::new(), Vec::new());
    let now = now_seconds();
    for text in wanted {
        let key = text_or_file_text(text)?;
        let key = CosignerKey::parse(key.trim()).map_err(|error| {
            CliError::usage(format!("`{text}` is no key of a witness"))
                .because(&error)
                .hint("give it as `keyferry audit witness` shows it, or name a file with it")
        })?;
        let mut of_no_time = None;
        let cosigned = notes.iter().filter_map(|(_, note)| {
            let note = SignedNote::parse(note).ok()?;
            let size: u64 = note.text().lines().nth(1)?.parse().ok()?;
            match key.verify(&note, now) {
                Ok(at) => Some((size, at)),
                Err(error @ NoteError::BadTime { .. }) => {
                    of_no_time = Some(error);
                    None
                }
                Err(_) => None,
            }
        });
        let name = key.name();
        let newest = cosigned.max();
        match (newest, of_no_time) {
            (Some((size, at)), _) => seen.push(format!("{name}: {size} entries at {}", time(at))),
            (None, Some(error)) => missing.push(error.to_string()),
            (None, None) => missing.push(format!("{name} cosigned none of the checkpoints")),
        }
    }
    Ok((seen, missing))
}

fn time(seconds: u64) -> String {
    let time = i64::try_from(seconds)
        .ok()
        .map(jiff::Timestamp::from_second);
    match time {
        Some(Ok(time)) => time.to_string(),
        _ => format!("second {seconds}"),
    }
}
