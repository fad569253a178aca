//! The folder with an exported log: files as C2SP tlog-tiles names them, and older checkpoints beside them.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use keyferry_audit::{CHECKPOINT_PATH, Files, NoteVerifier, Tile};

use crate::error::CliError;

/// Where older checkpoints are kept: one file each, named by its number of entries.
const OLDER: &str = "checkpoints";

/// A folder with an exported log.
pub(super) struct Folder {
    path: PathBuf,
}

impl Folder {
    pub(super) fn new(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
        }
    }

    /// The newest checkpoint; `None` where nothing was exported yet.
    pub(super) fn checkpoint(&self) -> Result<Option<String>, CliError> {
        self.text(CHECKPOINT_PATH)
    }

    fn text(&self, path: &str) -> Result<Option<String>, CliError> {
        let whole = self.path.join(path);
        let Some(bytes) = self.read(path).map_err(|error| unusable(&whole, &error))? else {
            return Ok(None);
        };
        // What is no UTF-8 is no checkpoint either; whoever opens it says so.
        Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
    }

    /// Older checkpoints with where they are.
    pub(super) fn older(&self) -> Result<Vec<(String, String)>, CliError> {
        let folder = self.path.join(OLDER);
        let entries = match std::fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(unusable(&folder, &error)),
        };
        let mut found = Vec::new();
        for entry in entries {
            let entry = entry.map_err(|error| unusable(&folder, &error))?;
            let path = format!("{OLDER}/{}", entry.file_name().to_string_lossy());
            found.extend(self.text(&path)?.map(|note| (path, note)));
        }
        found.sort();
        Ok(found)
    }

    /// Keeps a checkpoint among the older ones.
    pub(super) fn keep_older(&self, size: u64, note: &str) -> Result<(), CliError> {
        self.write(&format!("{OLDER}/{size}"), note.as_bytes())
    }

    /// Whether a file is there.
    pub(super) fn has(&self, path: &str) -> bool {
        self.path.join(path).is_file()
    }

    /// Writes a whole file or none; durable when this returns.
    pub(super) fn write(&self, path: &str, bytes: &[u8]) -> Result<(), CliError> {
        let whole = self.path.join(path);
        let write = || {
            let folder = whole.parent().unwrap_or(&self.path);
            std::fs::create_dir_all(folder)?;
            let mut new = whole.as_os_str().to_owned();
            new.push(".new");
            let mut file = std::fs::File::create(&new)?;
            file.write_all(bytes)?;
            file.sync_all()?;
            std::fs::rename(&new, &whole)?;
            std::fs::File::open(folder)?.sync_all()
        };
        write().map_err(|error| unusable(&whole, &error))
    }

    /// Removes the parts of a tile that is whole now.
    pub(super) fn remove_parts_of(&self, tile: &Tile) -> Result<(), CliError> {
        let parts = self.path.join(format!("{}.p", tile.path()));
        match std::fs::remove_dir_all(&parts) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(unusable(&parts, &error)),
            _ => Ok(()),
        }
    }
}

impl Files for Folder {
    type Error = io::Error;

    fn read(&self, path: &str) -> io::Result<Option<Vec<u8>>> {
        match std::fs::read(self.path.join(path)) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// A log's key as it was typed, or from the file that was named.
pub(super) fn key(text_or_file: &str) -> Result<NoteVerifier, CliError> {
    let text = text_or_file_text(text_or_file)?;
    NoteVerifier::parse(text.trim()).map_err(|error| {
        CliError::usage(format!("`{text_or_file}` is no key of a log"))
            .because(&error)
            .hint("give it as `keyferry audit key` shows it, or name a file with it")
    })
}

/// The text of the file that has this name; else the text itself.
pub(super) fn text_or_file_text(text: &str) -> Result<String, CliError> {
    let path = Path::new(text);
    if path.is_file() {
        return std::fs::read_to_string(path).map_err(|error| unusable(path, &error));
    }
    Ok(text.to_owned())
}

pub(super) fn unusable(path: &Path, error: &io::Error) -> CliError {
    CliError::usage(format!("{} cannot be used", path.display()))
        .because(error)
        .hint("check the path and its permissions")
}
