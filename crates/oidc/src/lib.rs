//! Asks OpenID providers who somebody is, and believes only what they signed.
//!
//! What decides is pure: [`discovery`], [`keys`], [`token`]. Whatever goes wrong, nobody is vouched for.

pub mod discovery;
mod exchange;
pub mod keys;
mod memory;
pub mod token;

use std::sync::Arc;

use async_trait::async_trait;
use jiff::SignedDuration;
use keyferry_notify::Reach;
use keyferry_ports::clock::Clock;
use keyferry_ports::identity::{
    IdentityProviders, NotVouchedFor, ProviderAddress, ProviderFacts, Redemption, VouchedFor,
};

use discovery::Discovery;
use exchange::Exchange;
use keys::Keys;
use memory::Memory;
use token::Expected;

/// From the name to the end of the answer.
const TIMEOUT: SignedDuration = SignedDuration::from_secs(10);

/// Asks over the network.
pub struct OpenId {
    clock: Arc<dyn Clock>,
    reach: Reach,
    memory: Memory,
}

impl OpenId {
    /// Calls what `reach` allows.
    pub fn new(clock: Arc<dyn Clock>, reach: Reach) -> Self {
        Self {
            clock,
            reach,
            memory: Memory::default(),
        }
    }

    fn exchange<'a>(&'a self, provider: &'a ProviderAddress) -> Exchange<'a> {
        Exchange {
            reach: &self.reach,
            ca_bundle: provider.ca_bundle.as_deref(),
        }
    }

    /// Ends by itself.
    async fn in_time<T>(
        &self,
        asking: impl Future<Output = Result<T, NotVouchedFor>>,
    ) -> Result<T, NotVouchedFor> {
        tokio::select! {
            answer = asking => answer,
            () = self.clock.sleep_until(self.clock.now() + TIMEOUT) => {
                Err(unavailable(format!("the provider does not answer within {} s", TIMEOUT.as_secs())))
            }
        }
    }

    async fn discovered(
        &self,
        provider: &ProviderAddress,
        anew: bool,
    ) -> Result<Arc<Discovery>, NotVouchedFor> {
        let now = self.clock.now();
        if !anew && let Some(known) = self.memory.discovery(provider, now)? {
            return Ok(known);
        }
        let url = discovery::url_of(&provider.issuer);
        let exchange = self.exchange(provider);
        let read = async {
            let answer = exchange.get(&url).await?;
            Discovery::read(&answer.whole()?, &provider.issuer)
        };
        let found = self.in_time(read).await;
        self.memory.keep_discovery(provider, found, now)
    }

    async fn keys(
        &self,
        provider: &ProviderAddress,
        discovery: &Discovery,
    ) -> Result<Arc<Keys>, NotVouchedFor> {
        let exchange = self.exchange(provider);
        let read = async {
            let answer = exchange.get(&discovery.jwks_uri).await?;
            Keys::read(&answer.whole()?)
        };
        let keys = self.in_time(read).await?;
        Ok(self.memory.keep_keys(provider, keys, self.clock.now()))
    }

    /// The keys that are known, or those that are there now where they are old or lack the one that signed.
    async fn keys_for(
        &self,
        provider: &ProviderAddress,
        discovery: &Discovery,
        token: &str,
    ) -> Result<Arc<Keys>, NotVouchedFor> {
        let now = self.clock.now();
        match self.memory.keys(provider, now) {
            Some((known, _)) if known.signer_of(token).is_ok() => Ok(known),
            Some((known, true)) => Ok(known),
            Some((_, false)) | None => self.keys(provider, discovery).await,
        }
    }
}

#[async_trait]
impl IdentityProviders for OpenId {
    fn check_ca_bundle(&self, pem: &str) -> Result<(), NotVouchedFor> {
        keyferry_notify::check_ca_bundle(pem).map_err(|refused| unavailable(refused.why))
    }

    async fn authorization_endpoint(
        &self,
        provider: &ProviderAddress,
    ) -> Result<String, NotVouchedFor> {
        let found = self.discovered(provider, false).await?;
        Ok(found.authorization_endpoint.clone())
    }

    async fn facts(&self, provider: &ProviderAddress) -> Result<ProviderFacts, NotVouchedFor> {
        let found = self.discovered(provider, true).await?;
        let usable_keys = self.keys(provider, &found).await?.len();
        Ok(ProviderFacts {
            authorization_endpoint: found.authorization_endpoint.clone(),
            token_endpoint: found.token_endpoint.clone(),
            jwks_uri: found.jwks_uri.clone(),
            usable_keys,
        })
    }

    async fn redeem(
        &self,
        provider: &ProviderAddress,
        redemption: &Redemption<'_>,
    ) -> Result<VouchedFor, NotVouchedFor> {
        let discovery = self.discovered(provider, false).await?;
        let exchange = self.exchange(provider);
        let asking = exchange.redeem(&discovery, &provider.client_id, redemption);
        let token = self.in_time(asking).await?;
        let keys = self.keys_for(provider, &discovery, token.expose()).await?;
        let claims = keys.verified(token.expose())?;
        let expected = Expected {
            issuer: &provider.issuer,
            client_id: &provider.client_id,
            nonce: redemption.nonce,
            proved_since: redemption.proved_since,
        };
        token::check(&claims, &expected, self.clock.now())
    }
}

/// The provider does not answer as one.
fn unavailable(why: impl Into<String>) -> NotVouchedFor {
    NotVouchedFor::Unavailable { why: why.into() }
}

/// What it answers does not stand.
fn refused(why: impl Into<String>) -> NotVouchedFor {
    NotVouchedFor::Refused { why: why.into() }
}
