//! Checkpoints: what a log says about itself, signed.

use base64::prelude::{BASE64_STANDARD, Engine as _};

use crate::hash::Hash;
use crate::note::{NoteError, NoteSigner, NoteVerifier, SignedNote};

/// How many leaves a log has, and their root.
///
/// Its origin is the name of the key that signs it.
///
/// # Source
///
/// C2SP tlog-checkpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// The number of leaves.
    pub size: u64,
    /// The root of the tree of these leaves.
    pub root: Hash,
}

impl Checkpoint {
    /// Signs the checkpoint: the text of three lines and a signature that is kept and exported.
    pub fn sign(&self, signer: &NoteSigner) -> Result<String, CheckpointError> {
        let root = BASE64_STANDARD.encode(self.root.as_bytes());
        let text = format!("{}\n{}\n{root}\n", signer.verifier().name(), self.size);
        Ok(signer.sign(&text)?.to_string())
    }

    /// Opens a signed checkpoint: checks its form, its signature, and that it is of this log.
    ///
    /// Lines after the third, which the format allows, are signed too but not read.
    ///
    /// # Errors
    ///
    /// [`CheckpointError`] says what does not fit; nothing in the text may be trusted then.
    pub fn open(note: &str, key: &NoteVerifier) -> Result<Self, CheckpointError> {
        let note = SignedNote::parse(note)?;
        note.verify(key)?;
        let (origin, checkpoint) = Self::parse(note.text()).ok_or(CheckpointError::Malformed)?;
        if origin != key.name() {
            return Err(CheckpointError::OtherOrigin {
                origin: origin.to_owned(),
            });
        }
        Ok(checkpoint)
    }

    fn parse(text: &str) -> Option<(&str, Self)> {
        let mut lines = text.strip_suffix('\n')?.split('\n');
        let (origin, size, root) = (lines.next()?, lines.next()?, lines.next()?);
        if origin.is_empty() || lines.any(str::is_empty) {
            return None;
        }
        let number: u64 = size.parse().ok()?;
        // Only one way to write a number: no sign, no leading zero.
        let is_canonical = number.to_string() == size;
        let root = Hash::try_from(BASE64_STANDARD.decode(root).ok()?.as_slice()).ok()?;
        is_canonical.then_some((origin, Self { size: number, root }))
    }
}

/// Why a text is no checkpoint of this log.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// It is no note, or not signed as it should be.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// It is a signed note, but not of a checkpoint.
    #[error("the note is no checkpoint")]
    Malformed,
    /// It is a checkpoint of another log.
    #[error("the checkpoint is of another log, {origin}")]
    OtherOrigin {
        /// The origin that it names.
        origin: String,
    },
}
