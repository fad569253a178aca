//! Files of the simulator and the demo: private, written whole or not at all.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::Path;

use crate::error::DemoError;

/// Makes a folder that only its owner may enter; one that is there stays as it is.
pub(crate) fn make(folder: &Path) -> Result<(), DemoError> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .map_err(DemoError::file(folder, "made"))
}

/// The text of a file; `None` where there is none.
pub(crate) fn read(file: &Path) -> Result<Option<String>, DemoError> {
    match fs::read_to_string(file) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(DemoError::file(file, "read")(error)),
    }
}

/// Writes a file that only its owner may read, beside the old one, which it then replaces.
pub(crate) fn write(file: &Path, text: &str) -> Result<(), DemoError> {
    let new = file.with_extension("new");
    let write = || {
        let mut options = fs::OpenOptions::new();
        let mut opened = options
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&new)?;
        opened.write_all(text.as_bytes())?;
        opened.sync_all()?;
        fs::rename(&new, file)
    };
    write().map_err(DemoError::file(file, "written"))
}
