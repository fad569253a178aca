//! Secrets on their way in: from a file, standard input, a named variable or a prompt; never from the command line.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use keyferry_api::secret::Secret;
use zeroize::Zeroizing;

use crate::error::CliError;
use crate::world::World;

/// The longest file with key material, in bytes, as the server takes it.
const KEY_FILE_BYTES_MAX: usize = 16 * 1024;

/// Where a secret comes from.
#[derive(Clone, Debug, Default)]
pub struct SecretSource {
    /// A file; `-` is standard input.
    pub file: Option<PathBuf>,
    /// A variable's name.
    pub variable: Option<String>,
}

impl SecretSource {
    /// Whether the person said where it comes from.
    pub fn is_given(&self) -> bool {
        self.file.is_some() || self.variable.is_some()
    }
}

impl World {
    /// Reads a secret from where the person said, else asks.
    ///
    /// # Errors
    ///
    /// Nothing there, and nobody to ask.
    pub fn secret(&mut self, what: &str, source: &SecretSource) -> Result<Secret, CliError> {
        let text = match (&source.file, &source.variable) {
            (Some(file), _) => self.read_text(file)?,
            (None, Some(name)) => self
                .variable(name)
                .ok_or_else(|| CliError::usage(format!("the variable {name} is not set")).hint(format!(
                        "`export {name}=…` first, or give the {what} by file or standard input (`-`)"
                    )))?
                .to_owned(),
            (None, None) => self.ask_secret(what)?,
        };
        let secret = text.trim_end_matches(['\n', '\r']);
        if secret.is_empty() {
            return Err(CliError::usage(format!("the {what} is empty"))
                .hint("look into the file, or type it again"));
        }
        Ok(Secret::new(secret.to_owned()))
    }

    fn ask_secret(&mut self, what: &str) -> Result<String, CliError> {
        let prompt = self.terminal.prompt.as_mut().ok_or_else(|| {
            CliError::usage(format!("the {what} is missing, and there is nobody to ask"))
                .hint("give it by file, standard input (`-`) or the name of a variable; see --help")
        })?;
        prompt.secret(what).map_err(|error| {
            CliError::usage(format!("the {what} could not be read")).because(&error)
        })
    }

    /// Reads a file with key material, for a request; `-` is standard input.
    ///
    /// # Errors
    ///
    /// Not readable; larger than any key.
    pub(crate) fn read_key_file(&mut self, file: &Path) -> Result<Secret, CliError> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(KEY_FILE_BYTES_MAX + 1));
        let most = u64::try_from(KEY_FILE_BYTES_MAX + 1).unwrap_or(u64::MAX);
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
        if bytes.len() > KEY_FILE_BYTES_MAX {
            let words = format!(
                "{} has more than {KEY_FILE_BYTES_MAX} bytes",
                file.display()
            );
            return Err(CliError::usage(words).hint("give the file that holds the key alone"));
        }
        Ok(Secret::new(STANDARD.encode(&*bytes)))
    }

    /// Reads a text file; `-` is standard input.
    pub(crate) fn read_text(&mut self, file: &Path) -> Result<String, CliError> {
        let mut text = String::new();
        let result = if file == Path::new("-") {
            self.terminal.input.read_to_string(&mut text).map(|_| ())
        } else {
            std::fs::read_to_string(file).map(|read| text = read)
        };
        result.map_err(|error| {
            CliError::usage(format!("{} cannot be read", file.display()))
                .because(&error)
                .hint("check path and permissions; `-` is standard input")
        })?;
        Ok(text)
    }
}
