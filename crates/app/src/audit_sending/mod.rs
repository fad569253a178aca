//! Audit entries are sent on while they are written: to files, receivers of syslog and programs.
//!
//! Each destination has its own place in the log, which moves on only once the receiver has taken what is before it: each entry
//! arrives, in order, and perhaps more than once. Writing to the log waits for none of it.

mod sender;

use std::sync::Arc;

use jiff::Timestamp;
use keyferry_domain::id::DestinationId;
use keyferry_domain::name::Name;
use keyferry_ports::messenger::OpenWebhook;
use keyferry_ports::outlet::{Consignment, OpenOutlet};
use keyferry_ports::records::{
    AuditAddress, AuditDestination, Batch, Change, Expect, RecordsError,
};
use keyferry_ports::secret::SecretText;

use crate::action::Action;
use crate::actor::Actor;
use crate::alert_delivery::{check_url, new_secret};
use crate::error::AppError;
use crate::log::{Fact, object};
use crate::parts::Shared;

pub use sender::{LAGS, Sender};

/// An entry that is not sent for so many minutes is an alert, unless somebody says otherwise.
pub const LAG_MINUTES: u32 = 15;

/// The longest such time: a week.
pub const LAG_MINUTES_MAX: u32 = 7 * 24 * 60;

/// How often removing a destination is tried while its place moves on.
const TRIES: usize = 5;

/// A destination to add.
#[derive(Debug)]
pub struct AddAuditDestination {
    /// Its name.
    pub name: Name,
    /// Which file or program.
    pub address: AuditAddress,
    /// An entry that is not sent for so many minutes is an alert.
    pub lag_minutes_max: Option<u32>,
    /// Whether only what is logged from now on goes there, and not the whole log.
    pub from_now: bool,
}

/// A destination that was added.
#[derive(Debug)]
pub struct AddedAuditDestination {
    /// The destination, and how far it is.
    pub progress: Progress,
    /// What its webhook is signed with; shown once.
    pub secret: Option<SecretText>,
}

/// How far a destination is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// The destination.
    pub destination: AuditDestination,
    /// How many entries it has not taken yet.
    pub behind: u64,
    /// When the oldest of them was logged.
    pub oldest_at: Option<Timestamp>,
}

/// Use cases of destinations of audit entries.
pub struct AuditDestinations {
    shared: Arc<Shared>,
}

impl AuditDestinations {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }

    /// Adds a destination. It is sent everything that was ever logged, or what is logged from now on.
    ///
    /// # Errors
    ///
    /// An address that cannot be one; a file where the configuration allows none; a taken name.
    pub async fn add(
        &self,
        actor: &Actor,
        command: AddAuditDestination,
    ) -> Result<AddedAuditDestination, AppError> {
        let shared = &self.shared;
        shared.permit(actor, Action::AuditDestinationAdd).await?;
        self.check(&command)?;
        let records = &shared.ports.records;
        if records
            .find_audit_destination_by_name(&command.name)
            .await?
            .is_some()
        {
            return Err(AppError::NameTaken {
                what: "audit destination",
                name: command.name.to_string(),
            });
        }
        let now = shared.now();
        let id = DestinationId::new(shared.new_uuid());
        let is_webhook = matches!(command.address, AuditAddress::Webhook { .. });
        let secret = is_webhook.then(|| new_secret(&*shared.ports.entropy));
        let sealed = secret.as_ref().map(|secret| {
            let purpose = purpose(id, &command.address);
            shared.ports.vault.seal_secret(&purpose, secret)
        });
        let next = match command.from_now {
            true => records.audit_size().await?,
            false => 0,
        };
        let destination = AuditDestination {
            id,
            name: command.name,
            address: command.address,
            secret: sealed.transpose()?,
            lag_minutes_max: command.lag_minutes_max.unwrap_or(LAG_MINUTES),
            created_at: now,
            next,
            due_at: now,
            tries: 0,
            sent_at: None,
            note: None,
            revision: 1,
        };
        let about = about(&destination);
        let fact = Fact::done(actor, Action::AuditDestinationAdd, about, now)
            .detail("address", place(&destination.address))
            .detail("first_entry", destination.next);
        let batch = Batch::new()
            .with(Change::PutAuditDestination(
                destination.clone(),
                Expect::New,
            ))
            .with(fact.change());
        shared.commit(batch).await?;
        Ok(AddedAuditDestination {
            progress: self.progress(destination).await?,
            secret,
        })
    }

    fn check(&self, command: &AddAuditDestination) -> Result<(), AppError> {
        if let Some(minutes) = command.lag_minutes_max
            && !(1..=LAG_MINUTES_MAX).contains(&minutes)
        {
            return Err(invalid("lag_minutes_max", "give 1 minute to 7 days"));
        }
        let messenger = &self.shared.ports.messenger;
        let (field, checked) = match &command.address {
            AuditAddress::File { name } => ("file", messenger.check_file(name)),
            AuditAddress::Syslog {
                host,
                port,
                ca_bundle,
            } => {
                let is_host = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':');
                if host.is_empty() || !host.chars().all(is_host) || *port == 0 {
                    return Err(invalid("host", "it is no host name with a port"));
                }
                let checked = ca_bundle.as_ref().map(|pem| messenger.check_ca_bundle(pem));
                ("ca_bundle", checked.unwrap_or(Ok(())))
            }
            AuditAddress::Webhook { url, ca_bundle } => {
                check_url(url)?;
                let checked = ca_bundle.as_ref().map(|pem| messenger.check_ca_bundle(pem));
                ("ca_bundle", checked.unwrap_or(Ok(())))
            }
        };
        checked.map_err(|refused| invalid(field, &refused.why))
    }

    /// All, by name, each with how far it is.
    pub async fn list(&self, actor: &Actor) -> Result<Vec<Progress>, AppError> {
        self.shared
            .permit(actor, Action::AuditDestinationRead)
            .await?;
        let rows = self.shared.ports.records.list_audit_destinations().await?;
        let mut all = Vec::new();
        for row in rows {
            all.push(self.progress(row).await?);
        }
        Ok(all)
    }

    /// One, with how far it is.
    pub async fn show(&self, actor: &Actor, selector: &str) -> Result<Progress, AppError> {
        self.shared
            .permit(actor, Action::AuditDestinationRead)
            .await?;
        let found = self.find(selector).await?;
        self.progress(found).await
    }

    /// Sends a trial there, now and once. The place in the log stays.
    ///
    /// # Errors
    ///
    /// [`AppError::NotDelivered`] with the reason.
    pub async fn test(&self, actor: &Actor, selector: &str) -> Result<Progress, AppError> {
        let shared = &self.shared;
        shared.permit(actor, Action::AuditDestinationTest).await?;
        let found = self.find(selector).await?;
        let open = shared.open_outlet(&found)?;
        let now = shared.now();
        let trial = Consignment {
            id: shared.new_uuid().to_string(),
            at: now,
            origin: shared.audit_origin().await?,
            entries: Vec::new(),
        };
        let sent = shared.ports.messenger.send(&open, &trial).await;
        let fact = Fact::done(actor, Action::AuditDestinationTest, about(&found), now)
            .detail("taken", sent.is_ok());
        shared.commit(Batch::new().with(fact.change())).await?;
        match sent {
            Ok(()) => self.progress(found).await,
            Err(failure) => Err(AppError::NotDelivered { why: failure.why }),
        }
    }

    /// Removes a destination. What it has taken stays where it is.
    pub async fn delete(&self, actor: &Actor, selector: &str) -> Result<(), AppError> {
        let shared = &self.shared;
        shared.permit(actor, Action::AuditDestinationDelete).await?;
        let mut left = TRIES;
        loop {
            let found = self.find(selector).await?;
            let expect = Expect::Revision(found.revision);
            let action = Action::AuditDestinationDelete;
            let fact = Fact::done(actor, action, about(&found), shared.now())
                .detail("next_entry", found.next);
            let mut batch = Batch::new()
                .with(Change::DeleteAuditDestination(found.id, expect))
                .with(fact.change());
            batch.changes.extend(shared.keeps_up(&found).await?);
            left -= 1;
            match shared.commit(batch).await {
                // Its place has moved on since it was read.
                Err(RecordsError::Conflict { .. }) if left > 0 => {}
                committed => return Ok(committed?),
            }
        }
    }

    async fn progress(&self, destination: AuditDestination) -> Result<Progress, AppError> {
        let records = &self.shared.ports.records;
        let size = records.audit_size().await?;
        let oldest = records.list_leaves(destination.next, 1).await?;
        Ok(Progress {
            behind: size.saturating_sub(destination.next),
            oldest_at: oldest.first().map(|row| row.leaf.at),
            destination,
        })
    }

    async fn find(&self, selector: &str) -> Result<AuditDestination, AppError> {
        let records = &self.shared.ports.records;
        let found = match (selector.parse::<DestinationId>(), selector.parse::<Name>()) {
            (Ok(id), _) => records.find_audit_destination(id).await?,
            (_, Ok(name)) => records.find_audit_destination_by_name(&name).await?,
            _ => None,
        };
        found.ok_or_else(|| AppError::NotFound {
            what: "audit destination",
            selector: selector.to_owned(),
        })
    }
}

impl Shared {
    /// A destination with its secret opened.
    pub(crate) fn open_outlet(
        &self,
        destination: &AuditDestination,
    ) -> Result<OpenOutlet, AppError> {
        let purpose = purpose(destination.id, &destination.address);
        Ok(match destination.address.clone() {
            AuditAddress::File { name } => OpenOutlet::File { name },
            AuditAddress::Syslog {
                host,
                port,
                ca_bundle,
            } => OpenOutlet::Syslog {
                host,
                port,
                ca_bundle,
            },
            AuditAddress::Webhook { url, ca_bundle } => {
                let sealed = destination.secret.as_ref().ok_or_else(|| {
                    let why = "the destination has lost its secret; delete it and add it anew";
                    invalid("secret", why)
                })?;
                OpenOutlet::Webhook(OpenWebhook {
                    url,
                    secret: self.ports.vault.open_secret(&purpose, sealed)?,
                    ca_bundle,
                })
            }
        })
    }
}

/// What a secret is sealed for, with everything of the address: see [`crate::alert_delivery`].
fn purpose(id: DestinationId, address: &AuditAddress) -> String {
    let AuditAddress::Webhook { url, ca_bundle } = address else {
        return format!("audit-destination/{id}");
    };
    let ca_bundle = ca_bundle.as_deref().unwrap_or_default();
    format!(
        "audit-destination/{id}/{}:{url}/{}:{ca_bundle}",
        url.len(),
        ca_bundle.len()
    )
}

/// Where an address leads, in one word. What follows the host in a webhook's address is often a credential.
pub fn place(address: &AuditAddress) -> String {
    match address {
        AuditAddress::File { name } => format!("file:{name}"),
        AuditAddress::Syslog { host, port, .. } => format!("syslog+tls://{host}:{port}"),
        AuditAddress::Webhook { url, .. } => crate::alert_delivery::host_of(url),
    }
}

fn about(destination: &AuditDestination) -> keyferry_audit::Object {
    object("audit-destination", destination.id, &destination.name)
}

fn invalid(field: &'static str, why: &str) -> AppError {
    AppError::Invalid {
        field,
        why: why.to_owned(),
    }
}
