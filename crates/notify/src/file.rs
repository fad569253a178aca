//! Audit entries in a file: appended, and on the disk before they count as sent.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use keyferry_ports::messenger::NotDelivered;
use keyferry_ports::outlet::Consignment;

use crate::{failed, lines};

/// The longest name of a file, in bytes.
const NAME_MAX: usize = 100;

/// How names end, so that no file that means something to another program is written to.
const ENDING: &str = ".jsonl";

/// Where a file of this name is: directly in the folder, and nowhere else. Who asks over the network names the file alone; the
/// folder is the configuration's.
pub(crate) fn path_of(folder: Option<&Path>, name: &str) -> Result<PathBuf, NotDelivered> {
    let refused = |why: &str| NotDelivered {
        why: why.to_owned(),
    };
    let folder = folder.ok_or_else(|| {
        refused("no files may be written: set `audit.export_folder` in keyferry.toml on the server")
    })?;
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    let stem = name.strip_suffix(ENDING).unwrap_or_default();
    let is_name = !stem.is_empty()
        && !stem.starts_with('.')
        && name.len() <= NAME_MAX
        && name.bytes().all(is_plain);
    if !is_name {
        return Err(refused(
            "a file is named by letters, digits, `.`, `_` and `-`, without a path, and ends in .jsonl",
        ));
    }
    Ok(folder.join(name))
}

/// Appends all entries, and waits until the disk has them.
pub(crate) async fn append(path: PathBuf, what: &Consignment) -> Result<(), NotDelivered> {
    let text = lines::lines(what);
    let written = tokio::task::spawn_blocking(move || {
        write(&path, text.as_bytes())
            .map_err(|error| failed(format_args!("{} cannot be written", path.display()), &error))
    });
    written
        .await
        .unwrap_or_else(|error| Err(failed("the file cannot be written", &error)))
}

fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let is_new = !path.exists();
    let mut file = open(path)?;
    let before = mend(&mut file)?;
    if let Err(error) = file.write_all(bytes).and_then(|()| file.sync_all()) {
        // A line that is half there would end in another one; all of it comes again.
        let _ = file.set_len(before);
        return Err(error);
    }
    if let Some(folder) = path.parent().filter(|_| is_new) {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

/// A plain file, never what a symbolic link leads to; a pipe that nobody reads does not hold us up.
fn open(path: &Path) -> io::Result<File> {
    let file = OpenOptions::new()
        .read(true)
        .append(true)
        .create(true)
        .mode(0o600)
        .custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK)
        .open(path)?;
    if file.metadata()?.is_file() {
        return Ok(file);
    }
    Err(io::Error::other("it is no plain file"))
}

/// Ends a line that a crash cut, and answers how long the file is.
fn mend(file: &mut File) -> io::Result<u64> {
    let length = file.metadata()?.len();
    if length == 0 {
        return Ok(0);
    }
    file.seek(SeekFrom::End(-1))?;
    let mut last = [0u8; 1];
    file.read_exact(&mut last)?;
    if last == *b"\n" {
        return Ok(length);
    }
    file.write_all(b"\n")?;
    Ok(length + 1)
}
