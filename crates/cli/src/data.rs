//! Data to use keys on: read from files and standard input, written where their owner alone reads them.

use std::io::{Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use keyferry_api::secret::Secret;
use zeroize::Zeroizing;

use crate::error::CliError;
use crate::world::World;

/// The most that one request takes; what is longer is refused before it is sent.
const DATA_BYTES_MAX: usize = 64 * 1024 + 1024;

impl World {
    /// Reads a whole file for a request, as base64; `-` is standard input.
    ///
    /// # Errors
    ///
    /// Not readable; longer than any request.
    pub(crate) fn read_data(&mut self, file: &Path) -> Result<Secret, CliError> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(DATA_BYTES_MAX + 1));
        let most = u64::try_from(DATA_BYTES_MAX + 1).unwrap_or(u64::MAX);
        let read = if file == Path::new("-") {
            (&mut self.terminal.input)
                .take(most)
                .read_to_end(&mut bytes)
        } else {
            std::fs::File::open(file).and_then(|open| open.take(most).read_to_end(&mut bytes))
        };
        read.map_err(|error| {
            CliError::usage(format!("{} cannot be read", file.display()))
                .because(&error)
                .hint("check path and permissions; `-` is standard input")
        })?;
        if bytes.len() > DATA_BYTES_MAX {
            let words = format!("{} has more than 64 KiB", file.display());
            return Err(CliError::usage(words).hint(
                "encrypt a key of your own with `key wrap`, and the data with that key; sign a hash",
            ));
        }
        Ok(Secret::new(STANDARD.encode(&*bytes)))
    }

    /// Writes an answer to a file that its owner alone reads; `-` is standard output.
    ///
    /// # Errors
    ///
    /// Not writable.
    pub(crate) fn write_data(&mut self, file: &Path, bytes: &[u8]) -> Result<(), CliError> {
        let written = if file == Path::new("-") {
            let output = &mut self.terminal.output;
            output.write_all(bytes).and_then(|()| output.flush())
        } else {
            let mut options = std::fs::OpenOptions::new();
            options.write(true).create(true).truncate(true).mode(0o600);
            let open = options.open(file);
            open.and_then(|mut open| open.write_all(bytes).and_then(|()| open.sync_all()))
        };
        written.map_err(|error| {
            CliError::usage(format!("{} cannot be written", file.display()))
                .because(&error)
                .hint("check path and permissions; `-` is standard output")
        })
    }
}
