//! Delivers alerts and audit entries: signed webhooks, mail, syslog and files, each to an address that is allowed.

mod bounded;
mod file;
mod lines;
mod mail;
mod reach;
mod syslog;
mod trust;
mod webhook;

use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use jiff::SignedDuration;
use keyferry_ports::clock::Clock;
use keyferry_ports::messenger::{Message, Messenger, NotDelivered, OpenAddress};
use keyferry_ports::outlet::{Consignment, OpenOutlet};

pub use reach::{Names, Reach, Unreachable, is_of_this_host, is_public};
pub use trust::{check as check_ca_bundle, secure};
pub use webhook::signature;

/// From the name to the end of the answer.
const TIMEOUT: SignedDuration = SignedDuration::from_secs(20);

/// Delivers over the network.
pub struct Post {
    clock: Arc<dyn Clock>,
    reach: Reach,
    audit_folder: Option<PathBuf>,
    host: String,
}

impl Post {
    /// Calls what `reach` allows.
    pub fn new(clock: Arc<dyn Clock>, reach: Reach) -> Self {
        Self {
            clock,
            reach,
            audit_folder: None,
            host: String::new(),
        }
    }

    /// Lets audit entries be written to files in this folder, and says on which host that is.
    #[must_use]
    pub fn with_audit_folder(self, folder: Option<PathBuf>, host: Option<String>) -> Self {
        Self {
            audit_folder: folder,
            host: host.unwrap_or_default(),
            ..self
        }
    }

    async fn within_time(
        &self,
        sending: impl Future<Output = Result<(), NotDelivered>>,
    ) -> Result<(), NotDelivered> {
        tokio::select! {
            sent = sending => sent,
            () = self.clock.sleep_until(self.clock.now() + TIMEOUT) => Err(NotDelivered {
                why: format!("no answer within {} s", TIMEOUT.as_secs()),
            }),
        }
    }
}

#[async_trait]
impl Messenger for Post {
    fn check_ca_bundle(&self, pem: &str) -> Result<(), NotDelivered> {
        trust::check(pem)
    }

    async fn deliver(&self, to: &OpenAddress, message: &Message) -> Result<(), NotDelivered> {
        let sending = async {
            match to {
                OpenAddress::Webhook(webhook) => webhook::send(&self.reach, webhook, message).await,
                OpenAddress::Mail(mail) => mail::send(&self.reach, mail, message).await,
            }
        };
        self.within_time(sending).await
    }

    fn check_file(&self, name: &str) -> Result<(), NotDelivered> {
        file::path_of(self.audit_folder.as_deref(), name).map(|_| ())
    }

    async fn send(&self, to: &OpenOutlet, what: &Consignment) -> Result<(), NotDelivered> {
        let sending = async {
            match to {
                OpenOutlet::File { name } => {
                    let path = file::path_of(self.audit_folder.as_deref(), name)?;
                    file::append(path, what).await
                }
                OpenOutlet::Syslog {
                    host,
                    port,
                    ca_bundle,
                } => {
                    let frames = syslog::frames(what, &self.host);
                    let receiver = (host.as_str(), *port);
                    syslog::send(&self.reach, receiver, ca_bundle.as_deref(), &frames).await
                }
                OpenOutlet::Webhook(webhook) => {
                    let message = lines::message(what);
                    webhook::send(&self.reach, webhook, &message).await
                }
            }
        };
        self.within_time(sending).await
    }
}

/// A failure in one sentence.
fn failed(what: impl std::fmt::Display, error: &dyn std::error::Error) -> NotDelivered {
    let mut why = format!("{what}: {error}");
    let mut source = error.source();
    while let Some(cause) = source {
        why.push_str(": ");
        why.push_str(&cause.to_string());
        source = cause.source();
    }
    NotDelivered { why }
}
