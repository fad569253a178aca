//! Where alerts are delivered to.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::alert::Severity;
use crate::page::page;
use crate::secret::{self, Secret};

words! {
    /// How a mail server is spoken to.
    MailSecurity {
        /// TLS from the first byte.
        Tls = "tls",
        /// TLS after STARTTLS; without it nothing is sent.
        StartTls = "starttls",
        /// In the clear; only to hosts that the configuration names.
        None = "none",
    }
}

words! {
    /// How far a delivery is.
    DeliveryState {
        /// To be sent, or to be tried again.
        Pending = "pending",
        /// Taken.
        Delivered = "delivered",
        /// Not taken for a day.
        GivenUp = "given-up",
    }
}

/// Which program or mailboxes.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum AddressRequest {
    /// A program, called with signed requests.
    Webhook {
        /// `https://HOST/PATH`.
        url: String,
        /// PEM bundle that counts instead of the server's CA certificates.
        ca_bundle: Option<String>,
    },
    /// Mailboxes behind a mail server.
    Mail {
        /// The mail server.
        host: String,
        /// Its port; 465 with `tls`, 587 with `starttls`, 25 with `none` unless given.
        port: Option<u16>,
        /// How it is spoken to; `tls` unless given.
        security: Option<MailSecurity>,
        /// Who writes.
        from: String,
        /// To whom; at least one.
        to: Vec<String>,
        /// Who signs in there.
        user: Option<String>,
        /// With which password.
        #[serde(default, serialize_with = "secret::on_the_wire_if_any")]
        password: Option<Secret>,
        /// PEM bundle that counts instead of the server's CA certificates.
        ca_bundle: Option<String>,
    },
}

/// Adds a destination of alerts.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddDestinationRequest {
    /// Unique; case counts.
    pub name: String,
    /// Alerts that are at least this bad; `warning` unless given.
    pub severity: Option<Severity>,
    /// Which program or mailboxes.
    pub address: AddressRequest,
}

/// A destination of alerts, without its secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DestinationView {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Alerts that are at least this bad.
    pub severity: Severity,
    /// `webhook` or `mail`.
    pub kind: String,
    /// The URL, or `smtp://HOST:PORT`.
    pub address: String,
    /// How a mail server is spoken to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub security: Option<MailSecurity>,
    /// Who writes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// To whom.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub to: Vec<String>,
    /// Who signs in there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// When it was made: alerts from then on go there.
    #[schema(format = DateTime)]
    pub created_at: String,
}

page! {
    /// All destinations of alerts, by name.
    DestinationPage of DestinationView
}

/// A destination that was added. The only answer that shows what its webhook is signed with.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AddedDestinationView {
    /// The destination.
    pub destination: DestinationView,
    /// The key of the signatures (HMAC-SHA256), for whoever receives the webhook; none where adding it was only tried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signing_secret: Option<String>,
}

impl std::fmt::Debug for AddedDestinationView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AddedDestinationView")
            .field("destination", &self.destination)
            .finish_non_exhaustive()
    }
}

/// How far one delivery of an alert is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DeliveryView {
    /// The name of the destination.
    pub destination: String,
    /// How far.
    pub state: DeliveryState,
    /// How often it was tried.
    pub tries: u32,
    /// When it is tried next, while it is pending.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub due_at: Option<String>,
    /// Why it was not taken the last time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}
