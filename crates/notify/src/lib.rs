//! Delivers alerts: signed webhooks and mail, each to an address that is allowed.

mod bounded;
mod mail;
mod reach;
mod trust;
mod webhook;

use std::sync::Arc;

use async_trait::async_trait;
use jiff::SignedDuration;
use keyferry_ports::clock::Clock;
use keyferry_ports::messenger::{Message, Messenger, NotDelivered, OpenAddress};

pub use reach::{Reach, is_public};
pub use trust::{check as check_ca_bundle, secure};
pub use webhook::signature;

/// From the name to the end of the answer.
const TIMEOUT: SignedDuration = SignedDuration::from_secs(20);

/// Delivers over the network.
pub struct Post {
    clock: Arc<dyn Clock>,
    reach: Reach,
}

impl Post {
    /// Calls what `reach` allows.
    pub fn new(clock: Arc<dyn Clock>, reach: Reach) -> Self {
        Self { clock, reach }
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
        tokio::select! {
            sent = sending => sent,
            () = self.clock.sleep_until(self.clock.now() + TIMEOUT) => Err(NotDelivered {
                why: format!("no answer within {} s", TIMEOUT.as_secs()),
            }),
        }
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
