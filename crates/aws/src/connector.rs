//! Opens links: checks the settings and puts the parts together.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use keyferry_domain::arn::{Account, Region};
use keyferry_domain::connection::{Endpoint, LinkSettings};
use keyferry_ports::aws::{Aws, AwsAccount, BadSettings};
use keyferry_ports::clock::Clock;
use keyferry_ports::secret::SecretText;
use tokio::sync::OnceCell;

use crate::account::LinkedAccount;
use crate::clock::Skew;
use crate::credentials::CredentialSource;
use crate::dial::{Dialer, Reach};
use crate::link::Link;
use crate::settings;
use crate::trust::Trust;
use crate::wire::Wire;

/// Opens links to AWS over the network.
pub struct Connector {
    clock: Arc<dyn Clock>,
    /// By custom endpoint; `None` is AWS itself. A new link knows at once what another one has learned.
    skews: Mutex<HashMap<Option<String>, Arc<Skew>>>,
}

impl Connector {
    /// A connector that takes all time from `clock`, waiting included.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            skews: Mutex::default(),
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
        let wire = |reach| {
            let dialer = Dialer {
                clock: Arc::clone(&clock),
                trust: Arc::clone(&trust),
                proxy: proxy.clone(),
                reach,
            };
            Wire::new(dialer, Arc::clone(&skew))
        };
        let link = Link {
            wire: wire(Reach::Settings),
            clock: Arc::clone(&clock),
            skew: Arc::clone(&skew),
            endpoint: settings.endpoint,
            region: region.clone(),
            session: session.to_owned(),
            source: CredentialSource::of(settings.identity, &wire(Reach::HostCredentials)),
            expected: account.cloned(),
            account: OnceCell::new(),
        };
        Ok(Arc::new(LinkedAccount(Arc::new(link))))
    }
}
