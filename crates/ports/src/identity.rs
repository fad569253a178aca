//! OpenID providers as a port: who vouches for people, and what it says of them.

use std::collections::BTreeMap;

use async_trait::async_trait;
use jiff::Timestamp;

use crate::secret::SecretText;

/// Where a provider is, and as what Keyferry is known there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderAddress {
    /// The issuer.
    pub issuer: String,
    /// PEM bundle that counts instead of the host's CA certificates.
    pub ca_bundle: Option<String>,
    /// As what Keyferry is registered.
    pub client_id: String,
}

/// What a provider tells of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderFacts {
    /// Where browsers are sent.
    pub authorization_endpoint: String,
    /// Where codes are redeemed.
    pub token_endpoint: String,
    /// Where the keys of its signatures are.
    pub jwks_uri: String,
    /// How many of its keys can be used.
    pub usable_keys: usize,
}

/// A code to redeem, and what must be true of the answer.
#[derive(Debug)]
pub struct Redemption<'a> {
    /// The code that the browser brought.
    pub code: &'a SecretText,
    /// What the provider was promised at the start (RFC 7636).
    pub verifier: &'a SecretText,
    /// Where the browser was sent back to.
    pub redirect_uri: &'a str,
    /// The client's secret; `None` for a public client.
    pub client_secret: Option<&'a SecretText>,
    /// What the token must repeat.
    pub nonce: &'a str,
    /// The person must have proved who it is at or after this; `None` is not looked at.
    pub proved_since: Option<Timestamp>,
}

/// Somebody for whom a provider vouches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VouchedFor {
    /// As the provider calls that person for ever.
    pub subject: String,
    /// When the person last proved there who it is, where the provider tells.
    pub proved_at: Option<Timestamp>,
    /// What is claimed: each claim with its texts. What is within objects is written with dots; what is neither text, number,
    /// nor truth value is left out.
    pub claims: BTreeMap<String, Vec<String>>,
}

/// Why a provider vouches for nobody. Never a reason to let anybody in.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotVouchedFor {
    /// It does not answer as a provider does: no connection, no trust, no time, no sense.
    #[error("{why}")]
    Unavailable {
        /// In one sentence; holds no secret.
        why: String,
    },
    /// It refused the code, or its token does not stand.
    #[error("{why}")]
    Refused {
        /// In one sentence; holds no secret.
        why: String,
    },
}

/// Asks OpenID providers.
#[async_trait]
pub trait IdentityProviders: Send + Sync + 'static {
    /// Whether a PEM bundle of CA certificates can be used.
    ///
    /// # Errors
    ///
    /// [`NotVouchedFor::Unavailable`] that says which certificate is none.
    fn check_ca_bundle(&self, pem: &str) -> Result<(), NotVouchedFor>;

    /// Where browsers are sent; it may be some minutes old.
    async fn authorization_endpoint(
        &self,
        provider: &ProviderAddress,
    ) -> Result<String, NotVouchedFor>;

    /// What a provider tells of itself now, with its keys.
    async fn facts(&self, provider: &ProviderAddress) -> Result<ProviderFacts, NotVouchedFor>;

    /// Redeems a code, once, and checks the token that comes back.
    async fn redeem(
        &self,
        provider: &ProviderAddress,
        redemption: &Redemption<'_>,
    ) -> Result<VouchedFor, NotVouchedFor>;
}

/// No provider at all: where nobody signs in.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoProviders;

impl NoProviders {
    fn none<T>() -> Result<T, NotVouchedFor> {
        let why = "no provider is asked from here".to_owned();
        Err(NotVouchedFor::Unavailable { why })
    }
}

#[async_trait]
impl IdentityProviders for NoProviders {
    fn check_ca_bundle(&self, _: &str) -> Result<(), NotVouchedFor> {
        Self::none()
    }

    async fn authorization_endpoint(&self, _: &ProviderAddress) -> Result<String, NotVouchedFor> {
        Self::none()
    }

    async fn facts(&self, _: &ProviderAddress) -> Result<ProviderFacts, NotVouchedFor> {
        Self::none()
    }

    async fn redeem(
        &self,
        _: &ProviderAddress,
        _: &Redemption<'_>,
    ) -> Result<VouchedFor, NotVouchedFor> {
        Self::none()
    }
}
