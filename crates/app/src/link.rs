//! Open links to AWS accounts, kept while their connection does not change.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::SignedDuration;
use keyferry_audit::Outcome;
use keyferry_domain::arn::Region;
use keyferry_domain::connection::{Connection, Identity, LinkMac, LinkSettings, SealedSecret};
use keyferry_domain::id::ConnectionId;
use keyferry_ports::aws::{Aws, AwsAccount};
use keyferry_ports::clock::Clock;
use keyferry_ports::records::{AllRecords, Batch};
use keyferry_ports::secret::SecretText;
use keyferry_ports::vault::{Vault, VaultError};

use crate::error::AppError;
use crate::log::{Fact, object};
use crate::parts::Ports;

/// Links kept open at once; the oldest go first.
const LINKS_MAX: usize = 256;

/// In the audit log: link settings that were not set by Keyferry were about to be used.
const FOREIGN_LINK: &str = "connection.foreign-link";

/// The session of links that assume no role: AWS never sees it.
const SHARED_SESSION: &str = "keyferry";

/// Which link: the connection as it was, and the name that a role session carries.
type LinkKey = (ConnectionId, u64, String);

/// Opens links and keeps them.
pub(crate) struct Links {
    aws: Arc<dyn Aws>,
    vault: Arc<dyn Vault>,
    records: Arc<dyn AllRecords>,
    clock: Arc<dyn Clock>,
    open: Mutex<HashMap<LinkKey, Arc<dyn AwsAccount>>>,
    /// Connections whose link settings are not ours, by revision: each is told in the audit log once.
    foreign: Mutex<HashSet<(ConnectionId, u64)>>,
}

impl Links {
    /// No links yet.
    pub(crate) fn new(ports: &Ports) -> Self {
        Self {
            aws: Arc::clone(&ports.aws),
            vault: Arc::clone(&ports.vault),
            records: Arc::clone(&ports.records),
            clock: Arc::clone(&ports.clock),
            open: Mutex::default(),
            foreign: Mutex::default(),
        }
    }

    /// The link of a connection. `session` names the work in CloudTrail where a role is assumed; without a role all
    /// work shares one link, with its open connections and the account that it has learned.
    pub(crate) async fn of(
        &self,
        connection: &Connection,
        session: &str,
    ) -> Result<Arc<dyn AwsAccount>, AppError> {
        let session = if takes_session(&connection.link.identity) {
            session
        } else {
            SHARED_SESSION
        };
        if !self.vault.is_open() {
            return Err(VaultError::Sealed.into());
        }
        let key = (connection.id, connection.revision, session.to_owned());
        if let Some(link) = self.lock().get(&key) {
            return Ok(Arc::clone(link));
        }
        let settings = self.settings_of(connection).await?;
        let region = default_region(&connection.regions)?;
        let account = connection.account.as_ref();
        let link = self.aws.open(settings, region, session, account).await?;
        let mut open = self.lock();
        if open.len() >= LINKS_MAX {
            open.clear();
        }
        open.insert(key, Arc::clone(&link));
        Ok(link)
    }

    /// A link from settings that are not stored.
    pub(crate) async fn try_out(
        &self,
        settings: LinkSettings<SecretText>,
        region: &Region,
    ) -> Result<Arc<dyn AwsAccount>, AppError> {
        let session = "keyferry-verify";
        Ok(self.aws.open(settings, region, session, None).await?)
    }

    /// Seals every secret of link settings for a connection, and binds all of them to it.
    pub(crate) fn seal_settings(
        &self,
        id: ConnectionId,
        settings: &LinkSettings<SecretText>,
    ) -> Result<(LinkSettings<SealedSecret>, LinkMac), VaultError> {
        let sealed = settings
            .try_map_secrets(|field, secret| self.vault.seal_secret(&purpose(id, field), secret))?;
        let mac = self.vault.link_mac(id, &sealed)?;
        Ok((sealed, mac))
    }

    /// A connection's link settings, opened, once it is certain that Keyferry set them.
    ///
    /// # Errors
    ///
    /// [`AppError::ForeignLink`] where somebody else wrote them into the database; the audit log tells of it.
    pub(crate) async fn settings_of(
        &self,
        connection: &Connection,
    ) -> Result<LinkSettings<SecretText>, AppError> {
        let Connection {
            id, link, link_mac, ..
        } = connection;
        match self.vault.check_link(*id, link, link_mac) {
            Ok(()) => {}
            Err(VaultError::ForeignLink) => {
                self.tell_foreign(connection).await;
                return Err(AppError::ForeignLink {
                    name: connection.name.to_string(),
                });
            }
            Err(error) => return Err(error.into()),
        }
        Ok(link.try_map_secrets(|field, sealed| {
            self.vault.open_secret(&purpose(*id, field), sealed)
        })?)
    }

    async fn tell_foreign(&self, connection: &Connection) {
        let key = (connection.id, connection.revision);
        let is_new = self
            .foreign
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(key);
        if !is_new {
            return;
        }
        tracing::error!(connection = %connection.name, "the link settings were not set by Keyferry");
        let about = object("connection", connection.id, &connection.name);
        let now = self.clock.now();
        let fact = Fact::outcome("system", FOREIGN_LINK, Outcome::Refused, about, now)
            .detail("endpoint", connection.link.endpoint.kind())
            .detail("identity", connection.link.identity.kind());
        if let Err(error) = self.records.commit(Batch::new().with(fact.change())).await {
            tracing::error!(%error, "the audit log does not tell of foreign link settings");
            self.foreign
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .remove(&key);
        }
    }

    /// How far the clock of AWS, or of what stands for it, is from ours at most, as far as that is known.
    pub(crate) fn skew_max(&self) -> SignedDuration {
        let open = self.lock();
        let skews = open.values().map(|link| link.skew().abs());
        skews.max().unwrap_or_default()
    }

    /// Drops every link, and the credentials in it.
    pub(crate) fn clear(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<LinkKey, Arc<dyn AwsAccount>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a secret is sealed for: a sealed secret that is moved to another field or connection does not open.
fn purpose(id: ConnectionId, field: &str) -> String {
    format!("connection/{id}/{field}")
}

/// Whether AWS sees the session's name.
fn takes_session<S>(identity: &Identity<S>) -> bool {
    match identity {
        Identity::AssumeRole { .. } | Identity::WebIdentity { .. } => true,
        Identity::AccessKey { .. } | Identity::Host { .. } => false,
    }
}

/// The first of a connection's Regions.
pub(crate) fn default_region(regions: &[Region]) -> Result<&Region, AppError> {
    regions.first().ok_or_else(|| AppError::Invalid {
        field: "regions",
        why: "at least one Region is needed".to_owned(),
    })
}
