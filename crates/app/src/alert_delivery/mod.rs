//! Alerts are delivered: to webhooks, signed, and to mailboxes.
//!
//! A delivery is a row that is made in the transaction that opens its alert. The courier works them off: it writes when a
//! delivery is tried again *before* it sends, so that of several servers one sends, and a crash only delays. What is not taken
//! for a day is given up, and that is an alert.

mod courier;
mod words;

use std::sync::Arc;

use jiff::Timestamp;
use keyferry_domain::drift::Severity;
use keyferry_domain::id::{AlertId, DestinationId};
use keyferry_domain::name::Name;
use keyferry_ports::entropy::Entropy;
use keyferry_ports::messenger::{MailSecurity, OpenAddress, OpenMail, OpenWebhook};
use keyferry_ports::records::{
    AlertDestination, Batch, Change, Delivery, DestinationAddress, Expect, RecordsError,
};
use keyferry_ports::secret::SecretText;

use crate::action::Action;
use crate::actor::Actor;
use crate::error::AppError;
use crate::log::{Fact, object};
use crate::parts::Shared;

pub use courier::{Courier, GIVE_UP_AFTER, NOT_DELIVERED};

/// A destination to add.
#[derive(Debug)]
pub struct AddDestination {
    /// Its name.
    pub name: Name,
    /// Alerts that are at least this bad.
    pub severity_min: Severity,
    /// Which program or mailboxes.
    pub address: DestinationAddress,
    /// The mail server's password.
    pub password: Option<SecretText>,
}

/// A destination that was added.
#[derive(Debug)]
pub struct AddedDestination {
    /// The destination.
    pub destination: AlertDestination,
    /// What its webhook is signed with; shown once.
    pub secret: Option<SecretText>,
}

/// Use cases of destinations.
pub struct AlertDestinations {
    shared: Arc<Shared>,
}

impl AlertDestinations {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }

    /// Adds a destination: alerts that are opened from now on go there.
    ///
    /// # Errors
    ///
    /// An address that cannot be one; a password without TLS; a CA bundle with something else than certificates; a taken name.
    pub async fn add(
        &self,
        actor: &Actor,
        command: AddDestination,
    ) -> Result<AddedDestination, AppError> {
        self.shared
            .permit(actor, Action::AlertDestinationAdd)
            .await?;
        check(&command)?;
        self.check_ca_bundle(&command.address)?;
        let records = &self.shared.ports.records;
        if records
            .find_destination_by_name(&command.name)
            .await?
            .is_some()
        {
            return Err(AppError::NameTaken {
                what: "destination",
                name: command.name.to_string(),
            });
        }
        let now = self.shared.now();
        let id = DestinationId::new(self.shared.new_uuid());
        let is_webhook = matches!(command.address, DestinationAddress::Webhook { .. });
        let signing = is_webhook.then(|| new_secret(&*self.shared.ports.entropy));
        let secret = signing.as_ref().or(command.password.as_ref());
        let sealed = secret
            .map(|secret| {
                let purpose = purpose(id, &command.address);
                self.shared.ports.vault.seal_secret(&purpose, secret)
            })
            .transpose()?;
        let destination = AlertDestination {
            id,
            name: command.name,
            severity_min: command.severity_min,
            address: command.address,
            secret: sealed,
            created_at: now,
            revision: 1,
        };
        let fact = Fact::done(actor, Action::AlertDestinationAdd, about(&destination), now)
            .detail("address", place(&destination.address));
        let batch = Batch::new()
            .with(Change::PutDestination(destination.clone(), Expect::New))
            .with(fact.change());
        self.shared.commit(batch).await?;
        Ok(AddedDestination {
            destination,
            secret: signing,
        })
    }

    fn check_ca_bundle(&self, address: &DestinationAddress) -> Result<(), AppError> {
        let (DestinationAddress::Webhook { ca_bundle, .. }
        | DestinationAddress::Mail { ca_bundle, .. }) = address;
        let Some(pem) = ca_bundle else {
            return Ok(());
        };
        let checked = self.shared.ports.messenger.check_ca_bundle(pem);
        checked.map_err(|refused| invalid("ca_bundle", &refused.why))
    }

    /// All, by name.
    pub async fn list(&self, actor: &Actor) -> Result<Vec<AlertDestination>, AppError> {
        self.shared
            .permit(actor, Action::AlertDestinationRead)
            .await?;
        Ok(self.shared.ports.records.list_destinations().await?)
    }

    /// How far the deliveries of an alert are, each with the name of its destination.
    pub async fn deliveries_of(
        &self,
        actor: &Actor,
        alert: AlertId,
    ) -> Result<Vec<(Delivery, Name)>, AppError> {
        self.shared.permit(actor, Action::AlertRead).await?;
        let records = &self.shared.ports.records;
        let mut rows = Vec::new();
        for delivery in records.deliveries_of(alert).await? {
            if let Some(to) = records.find_destination(delivery.destination).await? {
                rows.push((delivery, to.name));
            }
        }
        Ok(rows)
    }

    /// Sends a trial message, now and once.
    ///
    /// # Errors
    ///
    /// [`AppError::NotDelivered`] with the reason.
    pub async fn test(&self, actor: &Actor, selector: &str) -> Result<AlertDestination, AppError> {
        self.shared
            .permit(actor, Action::AlertDestinationTest)
            .await?;
        let destination = self.find(selector).await?;
        let open = self.shared.open_destination(&destination)?;
        let now = self.shared.now();
        let message = words::trial(&destination, self.shared.new_uuid(), now);
        let sent = self.shared.ports.messenger.deliver(&open, &message).await;
        let fact = Fact::done(
            actor,
            Action::AlertDestinationTest,
            about(&destination),
            now,
        )
        .detail("taken", sent.is_ok());
        let batch = Batch::new().with(fact.change());
        self.shared.commit(batch).await?;
        match sent {
            Ok(()) => Ok(destination),
            Err(failure) => Err(AppError::NotDelivered { why: failure.why }),
        }
    }

    /// Removes a destination, with what was on its way there.
    pub async fn delete(&self, actor: &Actor, selector: &str) -> Result<(), AppError> {
        self.shared
            .permit(actor, Action::AlertDestinationDelete)
            .await?;
        let destination = self.find(selector).await?;
        let now = self.shared.now();
        let expect = Expect::Revision(destination.revision);
        let fact = Fact::done(
            actor,
            Action::AlertDestinationDelete,
            about(&destination),
            now,
        );
        let mut batch = Batch::new()
            .with(Change::DeleteDestination(destination.id, expect))
            .with(fact.change());
        batch
            .changes
            .extend(self.shared.destination_answers(&destination).await?);
        Ok(self.shared.commit(batch).await?)
    }

    async fn find(&self, selector: &str) -> Result<AlertDestination, AppError> {
        let records = &self.shared.ports.records;
        let found = match (selector.parse::<DestinationId>(), selector.parse::<Name>()) {
            (Ok(id), _) => records.find_destination(id).await?,
            (_, Ok(name)) => records.find_destination_by_name(&name).await?,
            _ => None,
        };
        found.ok_or_else(|| AppError::NotFound {
            what: "destination",
            selector: selector.to_owned(),
        })
    }
}

/// What a webhook is signed with: 256 bits, in hexadecimal.
pub(crate) fn new_secret(entropy: &dyn Entropy) -> SecretText {
    let mut bytes = [0u8; 32];
    entropy.fill(&mut bytes);
    let text: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    SecretText::new(text)
}

impl Shared {
    /// A destination with its secret opened.
    pub(crate) fn open_destination(
        &self,
        destination: &AlertDestination,
    ) -> Result<OpenAddress, AppError> {
        let purpose = purpose(destination.id, &destination.address);
        let missing = || {
            invalid(
                "secret",
                "the destination has lost its secret; delete it and add it anew",
            )
        };
        let secret = destination
            .secret
            .as_ref()
            .map(|sealed| self.ports.vault.open_secret(&purpose, sealed))
            .transpose()?;
        Ok(match destination.address.clone() {
            DestinationAddress::Webhook { url, ca_bundle } => OpenAddress::Webhook(OpenWebhook {
                url,
                secret: secret.ok_or_else(missing)?,
                ca_bundle,
            }),
            DestinationAddress::Mail {
                host,
                port,
                security,
                from,
                to,
                user,
                ca_bundle,
            } => OpenAddress::Mail(OpenMail {
                host,
                port,
                security,
                from,
                to,
                credentials: match user {
                    Some(user) => Some((user, secret.ok_or_else(missing)?)),
                    None => None,
                },
                ca_bundle,
            }),
        })
    }
}

/// What a secret is sealed for. Everything of the address is in it, each part with its length: whoever can write the
/// database can neither have it sent elsewhere nor to somebody whom another CA vouches for.
fn purpose(id: DestinationId, address: &DestinationAddress) -> String {
    let parts = match address {
        DestinationAddress::Webhook { url, ca_bundle } => vec![
            "webhook".to_owned(),
            url.clone(),
            ca_bundle.clone().unwrap_or_default(),
        ],
        DestinationAddress::Mail {
            host,
            port,
            security,
            from,
            to,
            user,
            ca_bundle,
        } => vec![
            "mail".to_owned(),
            host.clone(),
            port.to_string(),
            format!("{security:?}"),
            from.clone(),
            to.join(","),
            user.clone().unwrap_or_default(),
            ca_bundle.clone().unwrap_or_default(),
        ],
    };
    let bound = parts.iter().map(|part| format!("/{}:{part}", part.len()));
    format!("alert-destination/{id}{}", bound.collect::<String>())
}

/// Where an address leads, in one word. What follows the host in a webhook's address is often a credential.
pub fn place(address: &DestinationAddress) -> String {
    match address {
        DestinationAddress::Webhook { url, .. } => host_of(url),
        DestinationAddress::Mail { host, port, .. } => format!("smtp://{host}:{port}"),
    }
}

/// A URL without what follows the host, which is often a credential.
pub(crate) fn host_of(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = host.rsplit('@').next().unwrap_or_default();
    format!("{scheme}://{host}/…")
}

fn about(destination: &AlertDestination) -> keyferry_audit::Object {
    object("alert-destination", destination.id, &destination.name)
}

fn invalid(field: &'static str, why: &str) -> AppError {
    AppError::Invalid {
        field,
        why: why.to_owned(),
    }
}

fn check(command: &AddDestination) -> Result<(), AppError> {
    match &command.address {
        DestinationAddress::Webhook { url, .. } => check_url(url),
        DestinationAddress::Mail {
            host,
            port,
            security,
            from,
            to,
            user,
            ..
        } => {
            if host.is_empty()
                || host.contains(|c: char| c.is_whitespace() || c == '/')
                || *port == 0
            {
                return Err(invalid("host", "it is no host name with a port"));
            }
            if to.is_empty() {
                return Err(invalid("to", "at least one mailbox is needed"));
            }
            let mut mailboxes = to.iter().chain([from]);
            if mailboxes.any(|address| !address.contains('@') || address.contains(['\r', '\n'])) {
                return Err(invalid("to", "a mailbox is written NAME@DOMAIN"));
            }
            if user.is_some() != command.password.is_some() {
                return Err(invalid("user", "user and password go together"));
            }
            if user.is_some() && *security == MailSecurity::None {
                return Err(invalid("security", "a password goes over TLS only"));
            }
            Ok(())
        }
    }
}

pub(crate) fn check_url(url: &str) -> Result<(), AppError> {
    let rest = url
        .strip_prefix("https://")
        .or_else(|| url.strip_prefix("http://"));
    let host = rest.map(|rest| rest.split(['/', '?', '#']).next().unwrap_or_default());
    let is_plain = |host: &str| !host.is_empty() && !host.contains('@');
    if host.is_some_and(is_plain) && url.chars().all(|c| c.is_ascii_graphic()) {
        return Ok(());
    }
    Err(invalid(
        "url",
        "write https://HOST/PATH, without user name, spaces or other signs than ASCII's",
    ))
}

/// Whether another server was first.
fn is_conflict(error: &RecordsError) -> bool {
    matches!(error, RecordsError::Conflict { .. })
}

/// When a delivery is tried again that was tried so often: after 30 seconds, then after twice as long, up to an hour.
pub(crate) fn next_try(tries: u32, now: Timestamp) -> Timestamp {
    let seconds = 30_i64.saturating_mul(1 << tries.min(7)).min(3_600);
    now + jiff::SignedDuration::from_secs(seconds)
}
