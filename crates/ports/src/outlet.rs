//! Sending audit entries on: to a file, a receiver of syslog, or a program.

use jiff::Timestamp;

use crate::messenger::OpenWebhook;

/// Where entries go, ready to be used.
#[derive(Debug)]
pub enum OpenOutlet {
    /// A file in the folder that the configuration names for it.
    File {
        /// Its name there; no path.
        name: String,
    },
    /// A receiver of syslog (RFC 5424) over TLS (RFC 5425).
    Syslog {
        /// The host.
        host: String,
        /// Its port.
        port: u16,
        /// PEM bundle that counts instead of the host's CA certificates.
        ca_bundle: Option<String>,
    },
    /// A program.
    Webhook(OpenWebhook),
}

/// One audit entry on its way out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentEntry {
    /// Its place in the log, from 0.
    pub index: u64,
    /// Its RFC 6962 leaf hash.
    pub hash: [u8; 32],
    /// When it happened.
    pub at: Timestamp,
    /// What happened.
    pub action: String,
    /// Whether it tells of something that was refused or whose outcome nobody knows.
    pub is_warning: bool,
    /// Canonical JSON: the bytes that the hash is of.
    pub json: String,
}

/// Entries that are sent together, in their order. Without entries it is a trial.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consignment {
    /// The same for every try of the same entries.
    pub id: String,
    /// When it is sent.
    pub at: Timestamp,
    /// The log's name, as its key has it.
    pub origin: String,
    /// The entries.
    pub entries: Vec<SentEntry>,
}
