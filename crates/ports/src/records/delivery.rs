//! Where alerts are delivered to, and how far each delivery is.

use jiff::Timestamp;
use keyferry_domain::connection::SealedSecret;
use keyferry_domain::drift::Severity;
use keyferry_domain::id::{AlertId, DestinationId};
use keyferry_domain::name::Name;
use keyferry_domain::words;

use super::{Alert, Subject};
use crate::messenger::MailSecurity;

/// Where alerts go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlertDestination {
    /// Identity.
    pub id: DestinationId,
    /// Unique.
    pub name: Name,
    /// Alerts that are at least this bad.
    pub severity_min: Severity,
    /// Which program or mailboxes.
    pub address: DestinationAddress,
    /// What webhooks are signed with, or the mail server's password.
    pub secret: Option<SealedSecret>,
    /// When it was made: alerts from then on go there.
    pub created_at: Timestamp,
    /// Counts changes.
    pub revision: u64,
}

/// Which program or mailboxes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DestinationAddress {
    /// A program.
    Webhook {
        /// Its URL.
        url: String,
        /// PEM bundle that counts instead of the host's CA certificates.
        ca_bundle: Option<String>,
    },
    /// Mailboxes behind a mail server.
    Mail {
        /// The server.
        host: String,
        /// Its port.
        port: u16,
        /// How it is spoken to.
        security: MailSecurity,
        /// Who writes.
        from: String,
        /// To whom.
        to: Vec<String>,
        /// Who signs in there.
        user: Option<String>,
        /// PEM bundle that counts instead of the host's CA certificates.
        ca_bundle: Option<String>,
    },
}

words! {
    /// How far a delivery is.
    DeliveryState {
        /// To be sent, or to be tried again.
        Pending = "pending",
        /// Taken.
        Delivered = "delivered",
        /// Not taken for too long.
        GivenUp = "given-up",
    }
}

/// One alert on its way to one destination. Made in the transaction that opens the alert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// What.
    pub alert: AlertId,
    /// Where to.
    pub destination: DestinationId,
    /// How far.
    pub state: DeliveryState,
    /// How often it was tried.
    pub tries: u32,
    /// When it is tried next, while it is pending.
    pub due_at: Timestamp,
    /// Why it was not taken the last time.
    pub note: Option<String>,
    /// When it was decided: with the opening of the alert; later where the alert is told again because it names by now who
    /// did what it tells of.
    pub since: Timestamp,
    /// Counts changes.
    pub revision: u64,
}

impl Delivery {
    /// The first of an alert to a destination that wants alerts that bad: due at once. None of an alert about that very
    /// destination, which it could not take.
    pub fn first(alert: &Alert, destination: DestinationId) -> Option<Self> {
        (alert.subject != Subject::Destination(destination)).then_some(Self {
            alert: alert.id,
            destination,
            state: DeliveryState::Pending,
            tries: 0,
            due_at: alert.opened_at,
            note: None,
            since: alert.opened_at,
            revision: 1,
        })
    }
}
