//! Where audit entries are sent to while they are written, and how far that is.

use jiff::Timestamp;
use keyferry_domain::connection::SealedSecret;
use keyferry_domain::id::DestinationId;
use keyferry_domain::name::Name;

/// Where audit entries go, in their order and each at least once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditDestination {
    /// Identity.
    pub id: DestinationId,
    /// Unique.
    pub name: Name,
    /// Which file or program.
    pub address: AuditAddress,
    /// What webhooks are signed with.
    pub secret: Option<SealedSecret>,
    /// An entry that is not sent for so many minutes is an alert.
    pub lag_minutes_max: u32,
    /// When it was made.
    pub created_at: Timestamp,
    /// The place of the first entry that was not taken yet.
    pub next: u64,
    /// Nobody sends before this: a server is at it, or waits after a failure.
    pub due_at: Timestamp,
    /// Failures since something was taken last.
    pub tries: u32,
    /// When something was taken last.
    pub sent_at: Option<Timestamp>,
    /// Why nothing was taken the last time.
    pub note: Option<String>,
    /// Counts changes.
    pub revision: u64,
}

/// Which file or program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AuditAddress {
    /// A file in the folder that the configuration names for it.
    File {
        /// Its name there; no path.
        name: String,
    },
    /// A receiver of syslog over TLS.
    Syslog {
        /// The host.
        host: String,
        /// Its port.
        port: u16,
        /// PEM bundle that counts instead of the host's CA certificates.
        ca_bundle: Option<String>,
    },
    /// A program, called with signed requests.
    Webhook {
        /// Its URL.
        url: String,
        /// PEM bundle that counts instead of the host's CA certificates.
        ca_bundle: Option<String>,
    },
}
