//! OpenID providers: by which people sign in who have no password here.

mod check;
mod gifts;
mod remove;
mod rules;

use std::sync::Arc;

use keyferry_domain::id::ProviderId;
use keyferry_domain::name::Name;
use keyferry_ports::identity::{ProviderAddress, ProviderFacts};
use keyferry_ports::records::{Batch, Change, Expect, Provisioning, SignInProvider};
use keyferry_ports::secret::SecretText;

use crate::action::Action;
use crate::actor::Actor;
use crate::error::{AppError, ProviderError};
use crate::log::{Fact, object};
use crate::parts::Shared;

pub(crate) use gifts::{Gifts, giver};
pub use rules::{NewRule, Rule};

/// A provider to add.
#[derive(Debug)]
pub struct AddProvider {
    /// Its name.
    pub name: Name,
    /// The issuer, an `https` URL, exactly as the provider writes it.
    pub issuer: String,
    /// What can be changed later.
    pub settings: ProviderSettings,
    /// The client's secret; `None` for a public client.
    pub client_secret: Option<SecretText>,
}

/// What can be changed of a provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderSettings {
    /// As what Keyferry is registered there.
    pub client_id: String,
    /// What is asked for; `openid` always is.
    pub scopes: Vec<String>,
    /// The claim that names people.
    pub name_claim: String,
    /// Where browsers reach Keyferry.
    pub public_url: String,
    /// PEM bundle that counts instead of the host's CA certificates.
    pub ca_bundle: Option<String>,
    /// Whom it lets in.
    pub provisioning: Provisioning,
}

/// Changes of a provider; what is `None` stays.
#[derive(Debug, Default)]
pub struct UpdateProvider {
    /// As what Keyferry is registered there.
    pub client_id: Option<String>,
    /// The client's secret.
    pub client_secret: Option<SecretText>,
    /// What is asked for.
    pub scopes: Option<Vec<String>>,
    /// The claim that names people.
    pub name_claim: Option<String>,
    /// Where browsers reach Keyferry.
    pub public_url: Option<String>,
    /// PEM bundle; `Some(None)`: the host's CA certificates count again.
    pub ca_bundle: Option<Option<String>>,
    /// Whom it lets in.
    pub provisioning: Option<Provisioning>,
}

/// A provider, with its rules that the actor may see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderWithRules {
    /// The provider.
    pub provider: SignInProvider,
    /// Its rules.
    pub rules: Vec<Rule>,
}

/// Use cases of providers.
pub struct SignInProviders {
    shared: Arc<Shared>,
}

impl SignInProviders {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }

    /// Adds a provider. Nobody can come by it before somebody is added for it, or it lets everybody in.
    ///
    /// # Errors
    ///
    /// Settings that cannot be; a taken name; the vault must be open where there is a secret.
    pub async fn add(
        &self,
        actor: &Actor,
        command: AddProvider,
    ) -> Result<ProviderWithRules, AppError> {
        let action = Action::SignInProviderAdd;
        self.shared.permit(actor, action).await?;
        check::issuer(&command.issuer)?;
        let settings = check::settings(command.settings)?;
        self.check_ca_bundle(settings.ca_bundle.as_deref())?;
        let records = &self.shared.ports.records;
        if records
            .find_provider_by_name(&command.name)
            .await?
            .is_some()
        {
            return Err(AppError::NameTaken {
                what: "sign-in provider",
                name: command.name.to_string(),
            });
        }
        let now = self.shared.now();
        let mut provider = SignInProvider {
            id: ProviderId::new(self.shared.new_uuid()),
            name: command.name,
            issuer: command.issuer,
            client_id: settings.client_id,
            client_secret: None,
            scopes: settings.scopes,
            name_claim: settings.name_claim,
            public_url: settings.public_url,
            ca_bundle: settings.ca_bundle,
            provisioning: settings.provisioning,
            created_at: now,
            revision: 1,
        };
        self.seal(&mut provider, command.client_secret.as_ref())?;
        let fact = Fact::done(actor, action, about(&provider), now)
            .detail("issuer", &provider.issuer)
            .detail("provisioning", provider.provisioning.as_str());
        let batch = Batch::new()
            .with(Change::PutSignInProvider(provider.clone(), Expect::New))
            .with(fact.change());
        self.shared.commit(batch).await?;
        Ok(ProviderWithRules {
            provider,
            rules: Vec::new(),
        })
    }

    /// All, by name. Whoever wants to sign in must know them.
    pub async fn list(&self) -> Result<Vec<SignInProvider>, AppError> {
        Ok(self.shared.ports.records.list_providers().await?)
    }

    /// One, by id or name.
    pub async fn show(&self, actor: &Actor, selector: &str) -> Result<ProviderWithRules, AppError> {
        self.shared
            .permit(actor, Action::SignInProviderRead)
            .await?;
        self.with_rules(self.shared.find_provider(selector).await?)
            .await
    }

    /// Changes a provider. Name and issuer stay: roles and people hang on them.
    ///
    /// # Errors
    ///
    /// [`ProviderError::SecretNeeded`] where the secret would be sent elsewhere, or in another client's name.
    pub async fn update(
        &self,
        actor: &Actor,
        selector: &str,
        command: UpdateProvider,
        seen: Option<u64>,
    ) -> Result<ProviderWithRules, AppError> {
        let action = Action::SignInProviderUpdate;
        self.shared.permit(actor, action).await?;
        let mut provider = self.shared.find_provider(selector).await?;
        let before = bound(&provider);
        let settings = check::settings(ProviderSettings {
            client_id: command.client_id.unwrap_or(provider.client_id),
            scopes: command.scopes.unwrap_or(provider.scopes),
            name_claim: command.name_claim.unwrap_or(provider.name_claim),
            public_url: command.public_url.unwrap_or(provider.public_url),
            ca_bundle: command.ca_bundle.unwrap_or(provider.ca_bundle),
            provisioning: command.provisioning.unwrap_or(provider.provisioning),
        })?;
        self.check_ca_bundle(settings.ca_bundle.as_deref())?;
        provider.client_id = settings.client_id;
        provider.scopes = settings.scopes;
        provider.name_claim = settings.name_claim;
        provider.public_url = settings.public_url;
        provider.ca_bundle = settings.ca_bundle;
        provider.provisioning = settings.provisioning;
        match &command.client_secret {
            None if provider.client_secret.is_some() && bound(&provider) != before => {
                return Err(ProviderError::SecretNeeded.into());
            }
            None => {}
            given => self.seal(&mut provider, given.as_ref())?,
        }
        let expect = Expect::Revision(seen.unwrap_or(provider.revision));
        let fact = Fact::done(actor, action, about(&provider), self.shared.now())
            .detail("provisioning", provider.provisioning.as_str())
            .detail("secret", command.client_secret.is_some());
        let batch = Batch::new()
            .with(Change::PutSignInProvider(provider.clone(), expect))
            .with(fact.change());
        self.shared.commit(batch).await?;
        provider.revision += 1;
        self.with_rules(provider).await
    }

    /// Asks a provider what it tells of itself, and for its keys, now.
    ///
    /// # Errors
    ///
    /// [`ProviderError::Unavailable`] with the reason.
    pub async fn test(&self, actor: &Actor, selector: &str) -> Result<ProviderFacts, AppError> {
        let action = Action::SignInProviderTest;
        self.shared.permit(actor, action).await?;
        let provider = self.shared.find_provider(selector).await?;
        let place = address(&provider);
        let found = self.shared.ports.providers.facts(&place).await;
        let fact = Fact::done(actor, action, about(&provider), self.shared.now())
            .detail("answers", found.is_ok());
        let batch = Batch::new().with(fact.change());
        self.shared.commit(batch).await?;
        Ok(found.map_err(|failure| ProviderError::of(provider.name.as_str(), failure))?)
    }

    async fn with_rules(&self, provider: SignInProvider) -> Result<ProviderWithRules, AppError> {
        let rules = self.named(self.shared.rules_of(&provider).await?).await?;
        Ok(ProviderWithRules { provider, rules })
    }

    fn check_ca_bundle(&self, pem: Option<&str>) -> Result<(), AppError> {
        let Some(pem) = pem else { return Ok(()) };
        let checked = self.shared.ports.providers.check_ca_bundle(pem);
        checked.map_err(|failure| invalid("ca_bundle", &failure.to_string()))
    }

    fn seal(
        &self,
        provider: &mut SignInProvider,
        secret: Option<&SecretText>,
    ) -> Result<(), AppError> {
        let vault = &self.shared.ports.vault;
        let seal = |secret| vault.seal_secret(&bound(provider), secret);
        provider.client_secret = secret.map(seal).transpose()?;
        Ok(())
    }
}

impl Shared {
    /// A provider by id or name.
    pub(crate) async fn find_provider(&self, selector: &str) -> Result<SignInProvider, AppError> {
        let records = &self.ports.records;
        let found = match (selector.parse::<ProviderId>(), selector.parse::<Name>()) {
            (Ok(id), _) => records.find_provider(id).await?,
            (_, Ok(name)) => records.find_provider_by_name(&name).await?,
            _ => None,
        };
        found.ok_or_else(|| AppError::NotFound {
            what: "sign-in provider",
            selector: selector.to_owned(),
        })
    }

    /// The client's secret, for the moment in which it is sent.
    pub(crate) fn client_secret(
        &self,
        provider: &SignInProvider,
    ) -> Result<Option<SecretText>, AppError> {
        let open = |sealed| self.ports.vault.open_secret(&bound(provider), sealed);
        Ok(provider.client_secret.as_ref().map(open).transpose()?)
    }
}

/// Where a provider is.
pub(crate) fn address(provider: &SignInProvider) -> ProviderAddress {
    ProviderAddress {
        issuer: provider.issuer.clone(),
        ca_bundle: provider.ca_bundle.clone(),
        client_id: provider.client_id.clone(),
    }
}

/// Where a provider sends browsers back to; it is registered there.
pub fn redirect_uri(provider: &SignInProvider) -> String {
    let SignInProvider {
        public_url, name, ..
    } = provider;
    format!(
        "{public_url}/api/v1/sessions/oidc/{}/callback",
        segment(name.as_str())
    )
}

/// Where people begin to sign in.
pub fn start_url(provider: &SignInProvider) -> String {
    let SignInProvider {
        public_url, name, ..
    } = provider;
    format!(
        "{public_url}/api/v1/sessions/oidc/{}/start",
        segment(name.as_str())
    )
}

/// One value within an address, percent-encoded.
pub(crate) fn segment(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// What the client's secret is sealed for, each part with its length: whoever can write the database can neither have it sent
/// elsewhere nor to somebody whom another CA vouches for.
fn bound(provider: &SignInProvider) -> String {
    let ca_bundle = provider.ca_bundle.as_deref().unwrap_or_default();
    let parts = [provider.issuer.as_str(), &provider.client_id, ca_bundle];
    let parts = parts.iter().map(|part| format!("/{}:{part}", part.len()));
    format!(
        "sign-in-provider/{}{}",
        provider.id,
        parts.collect::<String>()
    )
}

pub(crate) fn about(provider: &SignInProvider) -> keyferry_audit::Object {
    object("sign-in-provider", provider.id, &provider.name)
}

fn invalid(field: &'static str, why: &str) -> AppError {
    AppError::Invalid {
        field,
        why: why.to_owned(),
    }
}
