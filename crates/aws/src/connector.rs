//! Opens links: checks the settings and puts the parts together.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use keyferry_domain::arn::{Account, Region};
use keyferry_domain::connection::{Endpoint, LinkSettings};
use keyferry_notify::Names;
use keyferry_ports::aws::{Aws, AwsAccount, BadSettings};
use keyferry_ports::clock::Clock;
use keyferry_ports::secret::SecretText;
use tokio::sync::OnceCell;

use crate::account::LinkedAccount;
use crate::clock::Skew;
use crate::credentials::CredentialSource;
use crate::dial::{Dialer, Judges, Purpose};
use crate::link::Link;
use crate::settings;
use crate::trust::Trust;
use crate::wire::Wire;

/// Opens links to AWS over the network.
pub struct Connector {
    clock: Arc<dyn Clock>,
    /// By custom endpoint; `None` is AWS itself. A new link knows at once what another one has learned.
    skews: Mutex<HashMap<Option<String>, Arc<Skew>>>,
    judges: Arc<Judges>,
}

impl Connector {
    /// A connector that takes all time from `clock`, waiting included.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            skews: Mutex::default(),
            judges: Arc::new(Judges::new(Vec::new())),
        }
    }

    /// The same, for which custom endpoints and proxies at these hosts may have private addresses.
    #[must_use]
    pub fn with_private_hosts(self, hosts: impl IntoIterator<Item = String>) -> Self {
        Self {
            judges: Arc::new(Judges::new(hosts.into_iter().collect())),
            ..self
        }
    }

    /// The same for hosts that are named already, which asks somebody else where names lead.
    #[must_use]
    pub fn asking(self, hosts: Vec<String>, names: &Arc<dyn Names>) -> Self {
        Self {
            judges: Arc::new(Judges::new(hosts).asking(names)),
            ..self
        }
    }

    fn skew_of(&self, endpoint: &Endpoint) -> Arc<Skew> {
        let whose = match endpoint {
            Endpoint::Custom { url } => Some(url.clone()),
            Endpoint::Standard | Endpoint::Fips | Endpoint::Vpc { .. } => None,
        };
        let mut skews = self.skews.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(skews.entry(whose).or_default())
    }
}

#[async_trait]
impl Aws for Connector {
    async fn open(
        &self,
        settings: LinkSettings<SecretText>,
        region: &Region,
        session: &str,
        account: Option<&Account>,
    ) -> Result<Arc<dyn AwsAccount>, BadSettings> {
        settings::check(&settings, session)?;
        let clock = Arc::clone(&self.clock);
        let trust = Arc::new(Trust::of(&settings.tls, &settings.endpoint, &clock)?);
        let proxy = settings.proxy.map(Arc::new);
        let skew = self.skew_of(&settings.endpoint);
        let is_custom = matches!(settings.endpoint, Endpoint::Custom { .. });
        let wire = |purpose| {
            let dialer = Dialer {
                clock: Arc::clone(&clock),
                trust: Arc::clone(&trust),
                proxy: proxy.clone(),
                purpose,
                judges: Arc::clone(&self.judges),
                is_custom,
            };
            Wire::new(dialer, Arc::clone(&skew))
        };
        let link = Link {
            wire: wire(Purpose::Settings),
            clock: Arc::clone(&clock),
            skew: Arc::clone(&skew),
            endpoint: settings.endpoint,
            region: region.clone(),
            session: session.to_owned(),
            source: CredentialSource::of(settings.identity, &wire(Purpose::HostCredentials)),
            expected: account.cloned(),
            account: OnceCell::new(),
        };
        Ok(Arc::new(LinkedAccount(Arc::new(link))))
    }
}
