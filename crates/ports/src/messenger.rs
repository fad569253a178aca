//! Telling people: how a message gets to a webhook or a mailbox.

use async_trait::async_trait;
use jiff::Timestamp;
use keyferry_domain::words;

use crate::outlet::{Consignment, OpenOutlet};
use crate::secret::SecretText;

words! {
    /// How a mail server is spoken to.
    MailSecurity {
        /// TLS from the first byte, as a rule on port 465.
        Tls = "tls",
        /// TLS after STARTTLS, as a rule on port 587; without it nothing is sent.
        StartTls = "starttls",
        /// In the clear; only to hosts that the configuration names.
        None = "none",
    }
}

/// A webhook, ready to be called.
#[derive(Debug)]
pub struct OpenWebhook {
    /// `https://…`.
    pub url: String,
    /// What messages are signed with.
    pub secret: SecretText,
    /// PEM bundle that counts instead of the host's CA certificates.
    pub ca_bundle: Option<String>,
}

/// A mail server and the mailboxes behind it, ready to be called.
#[derive(Debug)]
pub struct OpenMail {
    /// The server.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How it is spoken to.
    pub security: MailSecurity,
    /// Who writes.
    pub from: String,
    /// To whom.
    pub to: Vec<String>,
    /// User and password.
    pub credentials: Option<(String, SecretText)>,
    /// PEM bundle that counts instead of the host's CA certificates.
    pub ca_bundle: Option<String>,
}

/// Where a message goes.
#[derive(Debug)]
pub enum OpenAddress {
    /// To a program.
    Webhook(OpenWebhook),
    /// To people.
    Mail(OpenMail),
}

/// What is told. Holds no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// The same for every try, so that whoever gets it twice knows.
    pub id: String,
    /// When it is sent.
    pub at: Timestamp,
    /// One line.
    pub subject: String,
    /// For people.
    pub text: String,
    /// For programs: a JSON object.
    pub json: String,
}

/// Why a message was not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{why}")]
pub struct NotDelivered {
    /// In one sentence; holds no secret.
    pub why: String,
}

/// Delivers messages.
#[async_trait]
pub trait Messenger: Send + Sync + 'static {
    /// Whether a PEM bundle of CA certificates can be used: it holds one or more, and each is one.
    ///
    /// # Errors
    ///
    /// [`NotDelivered`] that says which certificate is none.
    fn check_ca_bundle(&self, pem: &str) -> Result<(), NotDelivered>;

    /// Delivers one message once. Ends by itself. What fails may have been taken all the same: whoever tries again sends
    /// the same [`Message::id`].
    ///
    /// # Errors
    ///
    /// [`NotDelivered`] with what a person needs to mend it.
    async fn deliver(&self, to: &OpenAddress, message: &Message) -> Result<(), NotDelivered>;

    /// Whether the configuration lets audit entries be written to a file of this name.
    ///
    /// # Errors
    ///
    /// [`NotDelivered`] where no folder is configured, or the name is no plain one that ends in `.jsonl`.
    fn check_file(&self, name: &str) -> Result<(), NotDelivered>;

    /// Sends audit entries on, all or none as far as the receiver lets one know. Ends by itself. What fails may have been
    /// taken all the same: the same entries are sent again.
    ///
    /// # Errors
    ///
    /// [`NotDelivered`] with what a person needs to mend it.
    async fn send(&self, to: &OpenOutlet, what: &Consignment) -> Result<(), NotDelivered>;
}
