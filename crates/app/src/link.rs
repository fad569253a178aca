//! Open links to AWS accounts, kept while their connection does not change.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use keyferry_domain::arn::Region;
use keyferry_domain::connection::{Connection, Identity, LinkSettings, SealedSecret};
use keyferry_domain::id::ConnectionId;
use keyferry_ports::aws::{Aws, AwsAccount};
use keyferry_ports::secret::SecretText;
use keyferry_ports::vault::{Vault, VaultError};

use crate::error::AppError;

/// Links kept open at once; the oldest go first.
const LINKS_MAX: usize = 256;

/// The session of links that assume no role: AWS never sees it.
const SHARED_SESSION: &str = "keyferry";

/// Which link: the connection as it was, and the name that a role session carries.
type LinkKey = (ConnectionId, u64, String);

/// Opens links and keeps them.
pub(crate) struct Links {
    aws: Arc<dyn Aws>,
    vault: Arc<dyn Vault>,
    open: Mutex<HashMap<LinkKey, Arc<dyn AwsAccount>>>,
}

impl Links {
    /// No links yet.
    pub(crate) fn new(aws: Arc<dyn Aws>, vault: Arc<dyn Vault>) -> Self {
        Self {
            aws,
            vault,
            open: Mutex::new(HashMap::new()),
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
        let settings = self.open_secrets(connection.id, &connection.link)?;
        let region = default_region(&connection.regions)?;
        let link = self.aws.open(settings, region, session).await?;
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
        Ok(self.aws.open(settings, region, "keyferry-verify").await?)
    }

    /// Seals every secret of link settings for a connection.
    pub(crate) fn seal_secrets(
        &self,
        id: ConnectionId,
        settings: &LinkSettings<SecretText>,
    ) -> Result<LinkSettings<SealedSecret>, VaultError> {
        settings
            .try_map_secrets(|field, secret| self.vault.seal_secret(&purpose(id, field), secret))
    }

    /// Opens every secret of a connection's link settings.
    pub(crate) fn open_secrets(
        &self,
        id: ConnectionId,
        settings: &LinkSettings<SealedSecret>,
    ) -> Result<LinkSettings<SecretText>, VaultError> {
        settings
            .try_map_secrets(|field, sealed| self.vault.open_secret(&purpose(id, field), sealed))
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

/// The first of a connection's Regions.
fn takes_session<S>(identity: &Identity<S>) -> bool {
    match identity {
        Identity::AssumeRole { .. } | Identity::WebIdentity { .. } => true,
        Identity::AccessKey { .. } | Identity::Host { .. } => false,
    }
}

pub(crate) fn default_region(regions: &[Region]) -> Result<&Region, AppError> {
    regions.first().ok_or_else(|| AppError::Invalid {
        field: "regions",
        why: "at least one Region is needed".to_owned(),
    })
}
