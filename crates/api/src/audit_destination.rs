//! Where audit entries are sent to.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::page::page;

words! {
    /// With which entry sending begins.
    AuditStart {
        /// With the first that was ever logged.
        Beginning = "beginning",
        /// With the next one.
        Now = "now",
    }
}

/// Which file or program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum AuditAddressRequest {
    /// A file on the server, a line of JSON for each entry.
    File {
        /// Its name in the folder that `audit.export_folder` names; ends in `.jsonl`.
        file: String,
    },
    /// A receiver of syslog (RFC 5424) over TLS (RFC 5425).
    Syslog {
        /// The host.
        host: String,
        /// Its port; 6514 unless given.
        port: Option<u16>,
        /// PEM bundle that counts instead of the server's CA certificates.
        ca_bundle: Option<String>,
    },
    /// A program, called with signed requests.
    Webhook {
        /// `https://HOST/PATH`.
        url: String,
        /// PEM bundle that counts instead of the server's CA certificates.
        ca_bundle: Option<String>,
    },
}

/// Adds a destination of audit entries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddAuditDestinationRequest {
    /// Unique; case counts.
    pub name: String,
    /// Which file or program.
    pub address: AuditAddressRequest,
    /// With which entry sending begins; `beginning` unless given.
    pub start: Option<AuditStart>,
    /// An entry that is not taken for so many minutes is an alert; 15 unless given, 10080 at most.
    pub lag_minutes_max: Option<u32>,
}

/// A destination of audit entries, and how far it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AuditDestinationView {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// `file`, `syslog` or `webhook`.
    pub kind: String,
    /// Where it is.
    pub address: String,
    /// The place of the first entry that it has not taken yet.
    pub next_entry: u64,
    /// How many entries it has not taken yet.
    pub behind: u64,
    /// When the oldest of them was logged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub oldest_at: Option<String>,
    /// When it last took something.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub sent_at: Option<String>,
    /// Failures since then.
    pub tries: u32,
    /// When it is tried again, after a failure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub due_at: Option<String>,
    /// Why it took nothing the last time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// An entry that is not taken for so many minutes is an alert.
    pub lag_minutes_max: u32,
    /// When it was made.
    #[schema(format = DateTime)]
    pub created_at: String,
}

page! {
    /// All destinations of audit entries, by name.
    AuditDestinationPage of AuditDestinationView
}

/// A destination that was added. The only answer that shows what its webhook is signed with.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AddedAuditDestinationView {
    /// The destination.
    pub destination: AuditDestinationView,
    /// The key of the signatures (HMAC-SHA256), for whoever receives the webhook; none where adding it was only tried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signing_secret: Option<String>,
}

impl std::fmt::Debug for AddedAuditDestinationView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AddedAuditDestinationView")
            .field("destination", &self.destination)
            .finish_non_exhaustive()
    }
}
