//! The passphrase that opens the vault at start, from a file that nobody else can read.

use std::path::{Path, PathBuf};

use keyferry_ports::secret::SecretText;

use crate::config::{Config, Environment};

/// The name of the systemd credential.
const CREDENTIAL: &str = "keyferry-unseal";

/// Why a passphrase file is not used.
#[derive(Debug, thiserror::Error)]
pub enum UnsealFileError {
    /// It cannot be read.
    #[error("{} cannot be read", .file.display())]
    Unreadable {
        /// Which.
        file: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// Others may read or write it.
    #[error("{} has mode {mode:04o}: others could read it", .file.display())]
    TooOpen {
        /// Which.
        file: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// Nothing is in it.
    #[error("{} is empty", .file.display())]
    Empty {
        /// Which.
        file: PathBuf,
    },
}

impl UnsealFileError {
    /// What to do.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::TooOpen { file, .. } => Some(format!("chmod 0600 {}", file.display())),
            _ => Some(
                "check path and content; without the file the server starts sealed, and `keyferry seal unseal` opens it"
                    .to_owned(),
            ),
        }
    }
}

/// Where the passphrase is kept: as given, as configured, or where systemd puts the credential.
pub fn find(given: Option<PathBuf>, config: &Config, environment: &Environment) -> Option<PathBuf> {
    let credential = || {
        let folder = environment.get("CREDENTIALS_DIRECTORY")?;
        Some(Path::new(folder).join(CREDENTIAL)).filter(|file| file.exists())
    };
    given
        .or_else(|| config.unseal_file.clone())
        .or_else(credential)
}

/// Which permission bits must be off. systemd makes its credentials 0400 or 0440, in a folder that only the service may
/// enter (systemd.exec, "Credentials"); nothing but the folder's name tells them from other files.
fn forbidden_bits(file: &Path, environment: &Environment) -> u32 {
    let is_credential = environment
        .get("CREDENTIALS_DIRECTORY")
        .is_some_and(|folder| file.parent() == Some(Path::new(folder)));
    if is_credential { 0o037 } else { 0o077 }
}

/// Reads a passphrase: the file's text without the line end.
///
/// # Errors
///
/// Unreadable, empty, or readable by others; by the group too, unless it is a credential of systemd's.
pub fn read(file: &Path, environment: &Environment) -> Result<SecretText, UnsealFileError> {
    use std::io::Read as _;
    use std::os::unix::fs::PermissionsExt as _;

    let unreadable = |source| UnsealFileError::Unreadable {
        file: file.to_owned(),
        source,
    };
    let mut opened = std::fs::File::open(file).map_err(unreadable)?;
    let mode = opened.metadata().map_err(unreadable)?.permissions().mode() & 0o7777;
    if mode & forbidden_bits(file, environment) != 0 {
        return Err(UnsealFileError::TooOpen {
            file: file.to_owned(),
            mode,
        });
    }
    let mut text = zeroize::Zeroizing::new(String::new());
    opened.read_to_string(&mut text).map_err(unreadable)?;
    let passphrase = text.trim_end_matches(['\n', '\r']);
    if passphrase.is_empty() {
        return Err(UnsealFileError::Empty {
            file: file.to_owned(),
        });
    }
    Ok(SecretText::new(passphrase))
}
