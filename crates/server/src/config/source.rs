//! Where values come from: the file's text and the environment.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::Mistakes;
use super::keys::{KEYS, Key};

/// The variables that this process was started with, read in one place.
pub type Environment = BTreeMap<String, String>;

/// Variables that belong to the client or to the project's own tests, not to the server.
const OTHERS: &[&str] = &[
    "KEYFERRY_URL",
    "KEYFERRY_TOKEN",
    "KEYFERRY_FINGERPRINT",
    "KEYFERRY_ACCEPT",
    // A build for development shows the console from that folder.
    "KEYFERRY_CONSOLE_FILES",
    "KEYFERRY_TEST_",
    "KEYFERRY_PEER_",
    "KEYFERRY_BENCH_",
];

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Nobody set it.
    Default,
    /// The file.
    File,
    /// This variable.
    Variable(String),
}

impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File => f.write_str(super::FILE),
            Self::Variable(name) => f.write_str(name),
        }
    }
}

/// A value as text, with its origin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Value {
    /// The text.
    pub text: String,
    /// Where it comes from.
    pub origin: Origin,
}

/// What file and environment say: all text, not yet checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Raw(BTreeMap<&'static str, Value>);

impl Raw {
    /// Reads the file's text and lays the environment over it.
    ///
    /// # Errors
    ///
    /// Malformed TOML, and every unknown key.
    pub fn parse(text: &str, environment: &Environment) -> Result<Self, Mistakes> {
        let mut values: BTreeMap<&'static str, Value> = KEYS
            .iter()
            .map(|key| {
                (
                    key.path,
                    Value {
                        text: key.default.to_owned(),
                        origin: Origin::Default,
                    },
                )
            })
            .collect();
        let mut mistakes = Vec::new();
        match text.parse::<toml::Table>() {
            Ok(table) => flatten("", &table, &mut values, &mut mistakes),
            Err(error) => {
                mistakes.push(format!("{} is not TOML: {}", super::FILE, error.message()))
            }
        }
        overlay(environment, &mut values, &mut mistakes);
        if mistakes.is_empty() {
            Ok(Self(values))
        } else {
            Err(Mistakes(mistakes))
        }
    }

    /// The value of a key.
    pub fn value(&self, path: &str) -> Option<&Value> {
        self.0.get(path)
    }

    /// Every key with its value; what may hold a password is hidden.
    pub fn show(&self) -> Vec<(&'static Key, String, &Origin)> {
        let row = |key: &'static Key| {
            let value = self.0.get(key.path)?;
            let text = if key.is_secret {
                hide_password(&value.text)
            } else {
                value.text.clone()
            };
            Some((key, text, &value.origin))
        };
        KEYS.iter().filter_map(row).collect()
    }
}

fn flatten(
    prefix: &str,
    table: &toml::Table,
    values: &mut BTreeMap<&'static str, Value>,
    mistakes: &mut Vec<String>,
) {
    for (name, value) in table {
        let path = if prefix.is_empty() {
            name.clone()
        } else {
            format!("{prefix}.{name}")
        };
        if let toml::Value::Table(inner) = value {
            flatten(&path, inner, values, mistakes);
            continue;
        }
        let Some(key) = Key::find(&path) else {
            mistakes.push(format!("`{path}` is not a key{}", suggestion(&path)));
            continue;
        };
        let text = match value {
            toml::Value::String(text) => text.clone(),
            toml::Value::Integer(number) => number.to_string(),
            toml::Value::Boolean(yes) => yes.to_string(),
            toml::Value::Float(number) => number.to_string(),
            _ => {
                mistakes.push(format!("`{path}` must be one value"));
                continue;
            }
        };
        values.insert(
            key.path,
            Value {
                text,
                origin: Origin::File,
            },
        );
    }
}

fn overlay(
    environment: &Environment,
    values: &mut BTreeMap<&'static str, Value>,
    mistakes: &mut Vec<String>,
) {
    for (name, text) in environment
        .iter()
        .filter(|(name, _)| name.starts_with("KEYFERRY_"))
    {
        if let Some(key) = KEYS.iter().find(|key| key.variable() == *name) {
            let origin = Origin::Variable(name.clone());
            values.insert(
                key.path,
                Value {
                    text: text.clone(),
                    origin,
                },
            );
        } else if !OTHERS
            .iter()
            .any(|other| name == other || (other.ends_with('_') && name.starts_with(other)))
        {
            mistakes.push(format!("the variable {name} overrides no key"));
        }
    }
}

fn suggestion(path: &str) -> String {
    let last = path.rsplit('.').next().unwrap_or(path);
    let similar = |key: &&Key| {
        let known = key.path.rsplit('.').next().unwrap_or(key.path);
        known.contains(last) || last.contains(known) || shared_start(known, last) >= 3
    };
    KEYS.iter()
        .find(similar)
        .map(|key| format!("; is `{}` meant?", key.path))
        .unwrap_or_default()
}

fn shared_start(a: &str, b: &str) -> usize {
    a.chars().zip(b.chars()).take_while(|(x, y)| x == y).count()
}

/// Hides the password of a URL with `user:password@`.
pub(super) fn hide_password(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        return url.to_owned();
    };
    let Some((credentials, place)) = rest.rsplit_once('@') else {
        return url.to_owned();
    };
    let user = credentials.split(':').next().unwrap_or_default();
    format!("{scheme}://{user}:***@{place}")
}

/// The process's environment. The only place of the server that reads it.
#[allow(
    clippy::disallowed_methods,
    reason = "the adapter that reads the environment"
)]
pub fn system_environment() -> Environment {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect()
}

/// Where data is kept unless `--data` says otherwise: `/var/lib/keyferry` for root, else the XDG data folder.
pub fn default_data_folder(environment: &Environment, is_root: bool) -> PathBuf {
    if is_root {
        return PathBuf::from("/var/lib/keyferry");
    }
    let home = || {
        environment
            .get("HOME")
            .map(|home| PathBuf::from(home).join(".local/share"))
    };
    let xdg = environment
        .get("XDG_DATA_HOME")
        .filter(|path| path.starts_with('/'));
    xdg.map(PathBuf::from)
        .or_else(home)
        .unwrap_or_else(|| PathBuf::from("."))
        .join("keyferry")
}
