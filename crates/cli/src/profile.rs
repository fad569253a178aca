//! What the client keeps: URL, token and certificate fingerprint, in a file of the user's own.

use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::error::CliError;
use crate::world::World;

/// The server unless somebody says otherwise.
const URL_DEFAULT: &str = "https://127.0.0.1:8443";

/// The stored profile.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Profile {
    /// Where the server is.
    pub(crate) url: Option<String>,
    /// SHA-256 of its certificate.
    pub(crate) fingerprint: Option<String>,
    /// The API token.
    pub(crate) token: Option<String>,
    /// The token's id, to revoke it at logout.
    pub(crate) token_id: Option<String>,
}

/// Where the profile is kept: `$XDG_CONFIG_HOME/keyferry/client.toml`, else under `~/.config`.
pub(crate) fn path(world: &World) -> Result<PathBuf, CliError> {
    let home = || {
        world
            .variable("HOME")
            .map(|home| Path::new(home).join(".config"))
    };
    let folder = world
        .variable("XDG_CONFIG_HOME")
        .map(PathBuf::from)
        .or_else(home);
    let folder = folder.ok_or_else(|| {
        CliError::usage("no place for the client's settings is known")
            .hint("set HOME or XDG_CONFIG_HOME")
    })?;
    Ok(folder.join("keyferry").join("client.toml"))
}

/// The stored profile with the environment over it. A URL from elsewhere takes neither the stored token nor the
/// stored fingerprint along: they belong to the stored server.
pub(crate) fn load(world: &World, url: Option<&str>) -> Result<Profile, CliError> {
    let mut profile = stored(world)?;
    if let Some(url) = url.or_else(|| world.variable("KEYFERRY_URL")) {
        let url = url.trim_end_matches('/').to_owned();
        if profile.url.as_ref() != Some(&url) {
            profile = Profile {
                url: Some(url),
                ..Profile::default()
            };
        }
    }
    if let Some(token) = world.variable("KEYFERRY_TOKEN") {
        profile.token = Some(token.to_owned());
    }
    if let Some(text) = world.variable("KEYFERRY_FINGERPRINT") {
        let fingerprint = crate::pin::normal(text).ok_or_else(|| {
            CliError::usage("KEYFERRY_FINGERPRINT is no SHA-256 in hex").hint(crate::pin::FORM)
        })?;
        profile.fingerprint = Some(fingerprint);
    }
    profile.url.get_or_insert_with(|| URL_DEFAULT.to_owned());
    Ok(profile)
}

fn stored(world: &World) -> Result<Profile, CliError> {
    let file = path(world)?;
    let fail = |error: &dyn std::error::Error| {
        CliError::usage(format!("{} cannot be read", file.display()))
            .because(error)
            .hint("check its owner and mode, or remove it and run `keyferry login`")
    };
    let text = match std::fs::read_to_string(&file) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Profile::default()),
        Err(error) => return Err(fail(&error)),
    };
    let mode = std::fs::metadata(&file)
        .map_err(|error| fail(&error))?
        .permissions()
        .mode();
    if mode & 0o077 != 0 {
        let message = format!("{} can be read by others", file.display());
        return Err(CliError::usage(message).hint(format!("chmod 0600 {}", file.display())));
    }
    // The parser's own message would quote the line, which may hold the token.
    toml::from_str(&text).map_err(|_| {
        CliError::usage(format!("{} is damaged", file.display()))
            .hint("remove it and run `keyferry login`")
    })
}

/// Writes the profile, readable by its owner alone, all or nothing.
pub(crate) fn save(world: &World, profile: &Profile) -> Result<(), CliError> {
    let file = path(world)?;
    let text = toml::to_string(profile).unwrap_or_default();
    write(&file, text.as_bytes()).map_err(|error| {
        CliError::usage(format!("{} cannot be written", file.display()))
            .because(&error)
            .hint("check the folder's owner and room, or name another with XDG_CONFIG_HOME")
    })
}

fn write(file: &Path, bytes: &[u8]) -> std::io::Result<()> {
    if let Some(folder) = file.parent() {
        std::fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)?;
    }
    let new = file.with_extension("toml.new");
    let _ = std::fs::remove_file(&new);
    let mut opened = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&new)?;
    opened.write_all(bytes)?;
    opened.sync_all()?;
    std::fs::rename(&new, file)
}

/// Removes the profile.
pub(crate) fn forget(world: &World) -> Result<(), CliError> {
    let file = path(world)?;
    match std::fs::remove_file(&file) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(CliError::usage(format!("{} cannot be removed", file.display())).because(&error))
        }
        _ => Ok(()),
    }
}
