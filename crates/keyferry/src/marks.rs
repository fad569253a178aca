//! The audit log's high-water mark as a file in the data folder, which no restore of the database touches.

use std::fs::File;
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use keyferry_ports::marks::{MarkError, Marks};

/// The file's name in the data folder of each server.
pub(crate) const FILE: &str = "audit.checkpoint";

/// More than a checkpoint with a hundred cosignatures has.
const BYTES_MAX: u64 = 64 * 1024;

/// Keeps the mark in a file.
#[derive(Debug)]
pub(crate) struct FileMarks {
    folder: PathBuf,
}

impl FileMarks {
    pub(crate) fn new(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
        }
    }

    fn path(&self) -> PathBuf {
        self.folder.join(FILE)
    }

    /// Renames a whole file into place, so that a crash leaves the old one or the new one.
    fn replace(&self, note: &str) -> io::Result<()> {
        let new = self.folder.join(format!("{FILE}.new"));
        let mut file = File::options()
            .create(true)
            .truncate(true)
            .write(true)
            .mode(0o600)
            .open(&new)?;
        file.write_all(note.as_bytes())?;
        file.sync_all()?;
        std::fs::rename(&new, self.path())?;
        File::open(&self.folder)?.sync_all()
    }
}

impl Marks for FileMarks {
    fn read(&self) -> Result<Option<String>, MarkError> {
        let path = self.path();
        let read = || {
            if std::fs::metadata(&path)?.len() > BYTES_MAX {
                return Err(io::Error::other("it is too long"));
            }
            std::fs::read_to_string(&path)
        };
        match read() {
            Ok(note) => Ok(Some(note)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(failed(&path, &error)),
        }
    }

    fn write(&self, note: &str) -> Result<(), MarkError> {
        self.replace(note)
            .map_err(|error| failed(&self.path(), &error))
    }
}

fn failed(path: &Path, error: &io::Error) -> MarkError {
    MarkError {
        why: format!("{}: {error}", path.display()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_read_back_and_replaced_whole() {
        let folder = tempfile::tempdir().unwrap();
        let marks = FileMarks::new(folder.path());
        assert_eq!(marks.read(), Ok(None));
        for note in ["a long first note", "second"] {
            marks.write(note).unwrap();
            assert_eq!(marks.read(), Ok(Some(note.to_owned())));
        }
    }

    #[test]
    fn a_mark_that_cannot_be_read_is_no_missing_mark() {
        let folder = tempfile::tempdir().unwrap();
        let marks = FileMarks::new(folder.path());
        std::fs::write(folder.path().join(FILE), [0xff, 0xfe]).unwrap();
        assert!(marks.read().is_err());
        std::fs::remove_file(folder.path().join(FILE)).unwrap();
        std::fs::create_dir(folder.path().join(FILE)).unwrap();
        assert!(marks.read().is_err());
        assert!(marks.write("note").is_err());
    }
}
