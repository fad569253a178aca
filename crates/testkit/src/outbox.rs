//! A messenger that keeps what it is given, and fails as long as it is told to.

use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use keyferry_ports::messenger::{Message, Messenger, NotDelivered, OpenAddress};
use keyferry_ports::outlet::{Consignment, OpenOutlet};

/// Messages that were taken, each with where it went.
#[derive(Debug, Default)]
pub struct Outbox {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    taken: Vec<(String, Message)>,
    sent: Vec<(String, Consignment)>,
    tried: usize,
    is_down: bool,
}

impl Outbox {
    /// From now on nothing is taken, or everything again.
    pub fn set_down(&self, is_down: bool) {
        self.lock().is_down = is_down;
    }

    /// What was taken: URL or mail server, and message.
    pub fn taken(&self) -> Vec<(String, Message)> {
        self.lock().taken.clone()
    }

    /// Audit entries that were taken, each consignment with where it went.
    pub fn sent(&self) -> Vec<(String, Consignment)> {
        self.lock().sent.clone()
    }

    /// How often anything was sent.
    pub fn tried(&self) -> usize {
        self.lock().tried
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Messenger for Outbox {
    fn check_ca_bundle(&self, pem: &str) -> Result<(), NotDelivered> {
        if pem.contains("BEGIN CERTIFICATE") {
            return Ok(());
        }
        let why = "the CA bundle holds no certificate".to_owned();
        Err(NotDelivered { why })
    }

    async fn deliver(&self, to: &OpenAddress, message: &Message) -> Result<(), NotDelivered> {
        let place = match to {
            OpenAddress::Webhook(webhook) => webhook.url.clone(),
            OpenAddress::Mail(mail) => format!("{}:{}", mail.host, mail.port),
        };
        let mut state = self.lock();
        state.tried += 1;
        if state.is_down {
            let why = format!("{place} does not answer");
            return Err(NotDelivered { why });
        }
        state.taken.push((place, message.clone()));
        Ok(())
    }

    fn check_file(&self, name: &str) -> Result<(), NotDelivered> {
        if name.ends_with(".jsonl") && !name.contains('/') {
            return Ok(());
        }
        let why = "the name is none".to_owned();
        Err(NotDelivered { why })
    }

    async fn send(&self, to: &OpenOutlet, what: &Consignment) -> Result<(), NotDelivered> {
        let place = match to {
            OpenOutlet::File { name } => name.clone(),
            OpenOutlet::Syslog { host, port, .. } => format!("{host}:{port}"),
            OpenOutlet::Webhook(webhook) => webhook.url.clone(),
        };
        let mut state = self.lock();
        state.tried += 1;
        if state.is_down {
            let why = format!("{place} does not answer");
            return Err(NotDelivered { why });
        }
        state.sent.push((place, what.clone()));
        Ok(())
    }
}
