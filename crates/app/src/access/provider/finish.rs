//! The browser comes back from a provider.

use jiff::SignedDuration;
use keyferry_domain::id::SessionId;
use keyferry_ports::identity::{Redemption, VouchedFor};
use keyferry_ports::records::{
    Batch, Change, FlowPurpose, RecordsError, Session, SignInFlow, SignInProvider,
};
use keyferry_ports::secret::SecretText;

use super::arrive::Entering;
use super::{Access, hash, path};
use crate::access::Issued;
use crate::action::Action;
use crate::actor::Actor;
use crate::error::{AccessError, AppError, ProviderError};
use crate::log::{Fact, object};
use crate::sign_in_providers::{address, redirect_uri};

/// The longest word of a provider's refusal that is repeated.
const WORD_MAX: usize = 64;

/// What a browser brings back.
#[derive(Debug)]
pub struct Back {
    /// What the provider repeats.
    pub state: SecretText,
    /// The code, where the provider vouches for somebody.
    pub code: Option<SecretText>,
    /// The provider's word for why not.
    pub error: Option<String>,
    /// Who answered (RFC 9207), where the provider tells.
    pub issuer: Option<String>,
    /// The secret of the browser that began.
    pub browser: Option<SecretText>,
}

/// What becomes of somebody who came back.
#[derive(Debug)]
pub enum Arrived {
    /// A session in this browser.
    SignedIn {
        /// The session, with its cookie.
        issued: Issued<Session>,
        /// Where to go: a path here.
        return_to: String,
    },
    /// The session of this browser has a recent proof.
    Confirmed {
        /// Where to go: a path here.
        return_to: String,
    },
    /// A command line gets a session for this code.
    Code(SecretText),
}

/// How a sign-in by a provider ended.
#[derive(Debug)]
pub struct Finished {
    /// Where a command line listens that began it.
    pub port: Option<u16>,
    /// What came of it.
    pub arrived: Result<Arrived, AppError>,
}

impl Access {
    /// Ends a sign-in that a provider sent back. Each ends once, in the browser that began it.
    pub async fn finish_at_provider(&self, selector: &str, back: Back) -> Finished {
        let (flow, provider, browser) = match self.taken(selector, &back).await {
            Ok(taken) => taken,
            Err(error) => {
                return Finished {
                    port: None,
                    arrived: Err(error),
                };
            }
        };
        let port = match flow.purpose {
            FlowPurpose::CommandLine { port, .. } => Some(port),
            FlowPurpose::Browser | FlowPurpose::Confirm(_) => None,
        };
        let arrived = self.arrived(flow, provider, &browser, back).await;
        if let Err(error) = &arrived {
            tracing::warn!(
                provider = selector,
                code = error.code(),
                "nobody was signed in: {error}"
            );
        }
        Finished { port, arrived }
    }

    /// The sign-in that was begun by this browser; from now on it is no more.
    async fn taken(
        &self,
        selector: &str,
        back: &Back,
    ) -> Result<(SignInFlow, SignInProvider, SecretText), AppError> {
        let provider = self.open_for(selector).await?;
        let state = hash(back.state.expose());
        let found = self.shared.ports.records.find_sign_in_flow(&state).await?;
        let browser = back.browser.as_ref().ok_or(ProviderError::NotBegun)?;
        let now = self.shared.now();
        let is_it = |flow: &SignInFlow| {
            flow.provider == provider.id
                && flow.browser == hash(browser.expose())
                && now < flow.expires_at
        };
        let flow = found.filter(is_it).ok_or(ProviderError::NotBegun)?;
        let batch = Batch::new().with(Change::TakeSignInFlow(flow.state));
        match self.shared.commit(batch).await {
            Ok(()) => Ok((flow, provider, SecretText::new(browser.expose()))),
            Err(RecordsError::Conflict { .. }) => Err(ProviderError::NotBegun.into()),
            Err(error) => Err(error.into()),
        }
    }

    async fn arrived(
        &self,
        flow: SignInFlow,
        provider: SignInProvider,
        browser: &SecretText,
        back: Back,
    ) -> Result<Arrived, AppError> {
        let vouched_for = self.asked(&flow, &provider, browser, back).await?;
        let return_to = flow.return_to;
        match flow.purpose {
            FlowPurpose::Browser => {
                let issued = self
                    .enter_by(&provider, &vouched_for, Entering::Browser)
                    .await?;
                Ok(Arrived::SignedIn { issued, return_to })
            }
            FlowPurpose::Confirm(id) => {
                self.confirm_by(&provider, &vouched_for, id).await?;
                Ok(Arrived::Confirmed { return_to })
            }
            FlowPurpose::CommandLine { challenge, .. } => {
                let entering = Entering::CommandLine(challenge);
                let issued = self.enter_by(&provider, &vouched_for, entering).await?;
                Ok(Arrived::Code(issued.secret))
            }
        }
    }

    /// For whom the provider vouches.
    async fn asked(
        &self,
        flow: &SignInFlow,
        provider: &SignInProvider,
        browser: &SecretText,
        back: Back,
    ) -> Result<VouchedFor, AppError> {
        let name = provider.name.as_str();
        let refused = |why: String| ProviderError::Refused {
            provider: name.to_owned(),
            why,
        };
        if back.issuer.is_some_and(|issuer| issuer != provider.issuer) {
            return Err(refused("another provider answered".to_owned()).into());
        }
        let Some(code) = back.code.filter(|_| back.error.is_none()) else {
            let said = back.error.unwrap_or_default();
            let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
            let said: String = said
                .chars()
                .filter(|c| is_word(*c))
                .take(WORD_MAX)
                .collect();
            return Err(refused(format!("it says `{said}`")).into());
        };
        let secret = self.shared.client_secret(provider)?;
        let verifier = path::verifier_of(browser);
        let is_proof = matches!(flow.purpose, FlowPurpose::Confirm(_));
        let redemption = Redemption {
            code: &code,
            verifier: &verifier,
            redirect_uri: &redirect_uri(provider),
            client_secret: secret.as_ref(),
            nonce: &path::nonce_of(browser),
            proved_since: is_proof.then_some(flow.created_at),
        };
        let providers = &self.shared.ports.providers;
        let redeemed = providers.redeem(&address(provider), &redemption).await;
        Ok(redeemed.map_err(|failure| ProviderError::of(name, failure))?)
    }

    /// Notes a recent proof in a session of the same person.
    async fn confirm_by(
        &self,
        provider: &SignInProvider,
        vouched_for: &VouchedFor,
        id: SessionId,
    ) -> Result<(), AppError> {
        let (records, now) = (&self.shared.ports.records, self.shared.now());
        let session = records.find_session_by_id(id).await?;
        let session = session.ok_or(AccessError::Ended)?;
        let user = records.find_user(session.user).await?;
        let user = user.filter(|user| self.shared.session_rules.is_alive(&session, user, now));
        let user = user.ok_or(AccessError::Ended)?;
        let found = records
            .find_identity_by_subject(provider.id, &vouched_for.subject)
            .await?;
        if found.is_none_or(|identity| identity.user != user.id) {
            let provider = provider.name.to_string();
            return Err(ProviderError::AnotherPerson { provider }.into());
        }
        let actor = Actor::person(user.id, user.name.clone());
        let about = object("session", id, &user.name);
        let fact = Fact::done(&actor, Action::SessionUse, about, now)
            .detail("provider", &provider.name)
            .detail("confirmed", "true");
        let batch = Batch::new()
            .with(Change::ConfirmSession(id, now))
            .with(fact.change());
        match self.shared.commit(batch).await {
            Err(RecordsError::Conflict { .. }) => Err(AccessError::Ended.into()),
            committed => Ok(committed?),
        }
    }
}

/// How long a command line has to redeem its code.
pub(super) const CODE_MAX: SignedDuration = SignedDuration::from_mins(1);
