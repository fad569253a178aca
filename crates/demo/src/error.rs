//! What can go wrong with a demo, and why a check failed.

use std::fmt;
use std::path::{Path, PathBuf};

use keyferry_app::AppError;
use kms_sim::SetupError;

/// Why the simulator or the demo does not run.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// A file or folder cannot be used.
    #[error("{path} cannot be {verb}", path = path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// `read`, `written`, `made`.
        verb: &'static str,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A file of an earlier demo holds something else.
    #[error("{path} is not what an earlier demo wrote", path = path.display())]
    Foreign {
        /// Which.
        path: PathBuf,
        /// What is wrong with it.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The address cannot be had.
    #[error("the simulator cannot listen on {address}")]
    Listen {
        /// Which.
        address: std::net::SocketAddr,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// No certificate could be made.
    #[error("the simulator's certificate could not be made")]
    Certificate(#[from] rcgen::Error),
    /// Certificate and key do not work together.
    #[error("the simulator's certificate cannot be used")]
    Tls(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The simulated accounts could not be set up.
    #[error("the simulated accounts could not be set up")]
    Accounts(#[from] SetupError),
    /// The installation did not do it.
    #[error("{what}")]
    App {
        /// What was tried, in words.
        what: String,
        /// Why.
        #[source]
        source: Box<AppError>,
    },
    /// The database of the self-check cannot be opened.
    #[error("the database of the self-check cannot be opened")]
    Database(#[from] keyferry_db::OpenError),
    /// The vault of the self-check cannot be made.
    #[error("the vault of the self-check cannot be made")]
    Vault(#[from] keyferry_vault::SealError),
    /// A sample did not come to its end.
    #[error("{what} was not made: {why}")]
    Sample {
        /// Which.
        what: String,
        /// Why.
        why: String,
    },
}

impl DemoError {
    pub(crate) fn file(
        path: &Path,
        verb: &'static str,
    ) -> impl FnOnce(std::io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |source| Self::File { path, verb, source }
    }

    pub(crate) fn app(what: impl Into<String>) -> impl FnOnce(AppError) -> Self {
        let what = what.into();
        move |source| Self::App {
            what,
            source: Box::new(source),
        }
    }
}

/// Why a check failed, in one sentence. Every error turns into one with its causes.
#[derive(Clone, PartialEq, Eq)]
pub struct Why(String);

impl Why {
    /// A reason of one's own.
    pub fn new(why: impl Into<String>) -> Self {
        Self(why.into())
    }

    /// An error with its causes.
    pub fn of(error: &dyn std::error::Error) -> Self {
        let mut text = error.to_string();
        let mut next = error.source();
        while let Some(cause) = next {
            text.push_str(&format!(": {cause}"));
            next = cause.source();
        }
        Self(text)
    }
}

impl<E: std::error::Error> From<E> for Why {
    fn from(error: E) -> Self {
        Self::of(&error)
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Fails with a sentence unless `holds`.
pub(crate) fn ensure(holds: bool, why: impl FnOnce() -> String) -> Result<(), Why> {
    if holds { Ok(()) } else { Err(Why(why())) }
}
