//! OpenID providers that vouch for whom a test says.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use keyferry_ports::identity::{
    IdentityProviders, NotVouchedFor, ProviderAddress, ProviderFacts, Redemption, VouchedFor,
};

/// What a provider was asked with a code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The code.
    pub code: String,
    /// What it was promised.
    pub verifier: String,
    /// What the token must repeat.
    pub nonce: String,
    /// Where the browser was sent back to.
    pub redirect_uri: String,
    /// The client's secret.
    pub client_secret: Option<String>,
    /// Since when the person must have proved who it is.
    pub wants_proof: bool,
}

/// Providers that know codes.
#[derive(Debug, Default)]
pub struct Vouching {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    known: BTreeMap<String, VouchedFor>,
    asked: Vec<Asked>,
    is_down: bool,
}

impl Vouching {
    /// From now on this code stands for somebody with these claims; each claim has one text or several.
    pub fn knows(&self, code: &str, subject: &str, claims: &[(&str, &[&str])]) {
        let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        let claims = claims
            .iter()
            .map(|(name, all)| ((*name).to_owned(), texts(all)));
        let who = VouchedFor {
            subject: subject.to_owned(),
            proved_at: None,
            claims: claims.collect(),
        };
        self.lock().known.insert(code.to_owned(), who);
    }

    /// From now on nobody answers, or everybody again.
    pub fn set_down(&self, is_down: bool) {
        self.lock().is_down = is_down;
    }

    /// All that was asked with codes.
    pub fn asked(&self) -> Vec<Asked> {
        self.lock().asked.clone()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn answers(&self) -> Result<(), NotVouchedFor> {
        if self.lock().is_down {
            let why = "TLS with the provider failed".to_owned();
            return Err(NotVouchedFor::Unavailable { why });
        }
        Ok(())
    }
}

#[async_trait]
impl IdentityProviders for Vouching {
    fn check_ca_bundle(&self, pem: &str) -> Result<(), NotVouchedFor> {
        if pem.contains("BEGIN CERTIFICATE") {
            return Ok(());
        }
        let why = "the CA bundle holds no certificate".to_owned();
        Err(NotVouchedFor::Unavailable { why })
    }

    async fn authorization_endpoint(
        &self,
        provider: &ProviderAddress,
    ) -> Result<String, NotVouchedFor> {
        self.answers()?;
        Ok(format!("{}/auth", provider.issuer))
    }

    async fn facts(&self, provider: &ProviderAddress) -> Result<ProviderFacts, NotVouchedFor> {
        self.answers()?;
        let at = |path: &str| format!("{}/{path}", provider.issuer);
        Ok(ProviderFacts {
            authorization_endpoint: at("auth"),
            token_endpoint: at("token"),
            jwks_uri: at("keys"),
            usable_keys: 1,
        })
    }

    async fn redeem(
        &self,
        _: &ProviderAddress,
        redemption: &Redemption<'_>,
    ) -> Result<VouchedFor, NotVouchedFor> {
        self.answers()?;
        let code = redemption.code.expose();
        let mut state = self.lock();
        state.asked.push(Asked {
            code: code.to_owned(),
            verifier: redemption.verifier.expose().to_owned(),
            nonce: redemption.nonce.to_owned(),
            redirect_uri: redemption.redirect_uri.to_owned(),
            client_secret: redemption
                .client_secret
                .map(|text| text.expose().to_owned()),
            wants_proof: redemption.proved_since.is_some(),
        });
        let found = state.known.get(code).cloned();
        found.ok_or_else(|| NotVouchedFor::Refused {
            why: "the provider does not redeem the code: invalid_grant".to_owned(),
        })
    }
}
