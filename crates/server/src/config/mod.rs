//! Configuration: a file in the data folder, overridden by the environment, checked once and then trusted.

mod check;
mod keys;
mod source;

pub use check::{Config, DatabaseUrl, LogFormat, TlsVersion};
pub use keys::{KEYS, Key};
pub use source::{Environment, Origin, Raw, Value, default_data_folder, system_environment};

use std::path::Path;

/// The file's name in the data folder.
pub const FILE: &str = "keyferry.toml";

/// Everything that is wrong with a configuration, so that one edit mends it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the configuration has {} mistake{}:{}", .0.len(), if .0.len() == 1 { "" } else { "s" }, lines(.0))]
pub struct Mistakes(pub Vec<String>);

fn lines(mistakes: &[String]) -> String {
    mistakes
        .iter()
        .map(|mistake| format!("\n  {mistake}"))
        .collect()
}

/// Reads file and environment, and checks them together.
///
/// # Errors
///
/// All mistakes at once: unreadable file, unknown keys, values that are none.
pub fn load(data: &Path, environment: &Environment) -> Result<Config, Mistakes> {
    read(data, environment)?.check(data)
}

/// Reads file and environment without checking the values.
///
/// # Errors
///
/// Unreadable or malformed file, unknown keys.
pub fn read(data: &Path, environment: &Environment) -> Result<Raw, Mistakes> {
    let file = data.join(FILE);
    let text = match std::fs::read_to_string(&file) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(error) => {
            return Err(Mistakes(vec![format!(
                "{} cannot be read: {error}",
                file.display()
            )]));
        }
    };
    Raw::parse(&text, environment)
}
