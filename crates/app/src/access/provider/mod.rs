//! Signing in by an OpenID provider: authorization code with PKCE (RFC 7636), state and nonce.
//!
//! The browser that begins keeps one secret, in a cookie. What the provider is promised (the verifier) and what its token must
//! repeat (the nonce) are made from it, so that the database holds hashes alone, and a sign-in that began in one browser ends
//! in no other.

mod arrive;
mod finish;
mod path;
mod redeem;

use jiff::SignedDuration;
use keyferry_ports::records::{Batch, Change, FlowPurpose, SignInFlow, SignInProvider, Via};
use keyferry_ports::secret::SecretText;
use keyferry_ports::vault::VaultError;

use super::{Access, hash};
use crate::action::Action;
use crate::error::{AccessError, AppError, ProviderError};
use crate::sign_in_providers::{address, redirect_uri, segment};

pub use finish::{Arrived, Back, Finished};
pub use path::challenge_of;

/// How long a sign-in may take that was begun.
pub const FLOW_MAX: SignedDuration = SignedDuration::from_mins(10);

/// Sign-ins that are begun from one address and not ended, at most: strangers begin them. One more, and the oldest of that
/// address is forgotten; nobody else's.
const FLOWS_OF_ADDRESS_MAX: u64 = 100;

/// The same from all addresses, where that bounds nothing because somebody has very many: nobody is kept from beginning, and
/// the oldest is forgotten.
const FLOWS_MAX: u64 = 100_000;

/// How old a proof may be that a provider still counts, in seconds: that of the longest session.
const PROOF_MAX_SECONDS: u32 = 12 * 3_600;

/// What somebody wants who begins to sign in.
#[derive(Debug)]
pub enum Wish {
    /// A session in this browser.
    Browser {
        /// Where to go afterwards: a path here.
        return_to: Option<String>,
    },
    /// A recent proof for the session that this browser has.
    Confirm {
        /// The session's cookie.
        cookie: Option<SecretText>,
        /// Where to go afterwards: a path here.
        return_to: Option<String>,
    },
    /// A session of a command line on this browser's host.
    CommandLine {
        /// Where it listens on the loopback address.
        port: u16,
        /// SHA-256 of what it will say for the code, in base64url.
        challenge: String,
        /// Whether the person proves anew who it is, however lately that was.
        is_anew: bool,
    },
}

impl Wish {
    /// Whether the provider shall ask again, whoever is signed in there. Who confirms a session proves it anew.
    fn is_anew(&self) -> bool {
        match self {
            Self::Browser { .. } => false,
            Self::Confirm { .. } => true,
            Self::CommandLine { is_anew, .. } => *is_anew,
        }
    }
}

/// A sign-in that has begun.
#[derive(Debug)]
pub struct Begun {
    /// Where the browser goes now: to the provider.
    pub location: String,
    /// What the browser keeps until it comes back.
    pub browser: SecretText,
}

impl Access {
    /// Begins to sign in by a provider, from an address as addresses are counted.
    ///
    /// # Errors
    ///
    /// The vault must be open; [`ProviderError::Unavailable`]; a place to go to afterwards that is not here.
    pub async fn begin_at_provider(
        &self,
        selector: &str,
        wish: Wish,
        from: &str,
    ) -> Result<Begun, AppError> {
        let provider = self.open_for(selector).await?;
        let is_anew = wish.is_anew();
        let (purpose, return_to) = self.purpose(wish).await?;
        let records = &self.shared.ports.records;
        let now = self.shared.now();
        let place = address(&provider);
        let providers = &self.shared.ports.providers;
        let found = providers.authorization_endpoint(&place).await;
        let endpoint =
            found.map_err(|failure| ProviderError::of(provider.name.as_str(), failure))?;
        let (state, browser) = (self.new_secret(""), self.new_secret(""));
        let flow = SignInFlow {
            state: hash(state.expose()),
            browser: hash(browser.expose()),
            provider: provider.id,
            purpose,
            return_to,
            begun_from: from.to_owned(),
            created_at: now,
            expires_at: now + FLOW_MAX,
        };
        let mut batch = Batch::new()
            .with(Change::PruneSignInFlows(now))
            .with(Change::InsertSignInFlow(flow))
            .with(Change::TrimSignInFlows {
                begun_from: Some(from.to_owned()),
                keep: FLOWS_OF_ADDRESS_MAX,
            });
        if records.count_sign_in_flows().await? >= FLOWS_MAX {
            batch = batch.with(Change::TrimSignInFlows {
                begun_from: None,
                keep: FLOWS_MAX,
            });
        }
        self.shared.commit(batch).await?;
        let location = location(&provider, &endpoint, &state, &browser, is_anew);
        Ok(Begun { location, browser })
    }

    /// A provider by which somebody may sign in now. A server that does not trust its database gives nobody roles, and what is
    /// sealed cannot be sent.
    async fn open_for(&self, selector: &str) -> Result<SignInProvider, AppError> {
        let provider = self.shared.find_provider(selector).await?;
        self.shared.quarantine.permit(Action::RoleManage)?;
        if !self.shared.ports.vault.is_open() {
            return Err(VaultError::Sealed.into());
        }
        Ok(provider)
    }

    async fn purpose(&self, wish: Wish) -> Result<(FlowPurpose, String), AppError> {
        Ok(match wish {
            Wish::Browser { return_to } => (FlowPurpose::Browser, path::local(return_to)?),
            Wish::Confirm { cookie, return_to } => {
                let cookie = cookie.ok_or(AppError::NotSignedIn)?;
                let actor = self.by_session(&cookie).await?;
                let action = Action::SessionUse;
                let Some(Via::Session(id)) = actor.standing().claim.map(|claim| claim.via) else {
                    return Err(AccessError::NoSession { action }.into());
                };
                (FlowPurpose::Confirm(id), path::local(return_to)?)
            }
            Wish::CommandLine {
                port, challenge, ..
            } => {
                let challenge = path::challenge(port, &challenge)?;
                let purpose = FlowPurpose::CommandLine { port, challenge };
                (purpose, path::local(None)?)
            }
        })
    }
}

/// Where the browser goes to sign in (OpenID Connect Core 1.0, section 3.1.2.1).
fn location(
    provider: &SignInProvider,
    endpoint: &str,
    state: &SecretText,
    browser: &SecretText,
    is_anew: bool,
) -> String {
    let (max_age, prompt) = match is_anew {
        true => (0, Some("login")),
        false => (PROOF_MAX_SECONDS, None),
    };
    let verifier = path::verifier_of(browser);
    let mut query = vec![
        ("response_type", "code".to_owned()),
        ("client_id", provider.client_id.clone()),
        ("redirect_uri", redirect_uri(provider)),
        ("scope", provider.scopes.join(" ")),
        ("state", state.expose().to_owned()),
        ("nonce", path::nonce_of(browser)),
        ("code_challenge", challenge_of(verifier.expose())),
        ("code_challenge_method", "S256".to_owned()),
        ("max_age", max_age.to_string()),
    ];
    query.extend(prompt.map(|word| ("prompt", word.to_owned())));
    let query: Vec<String> = query
        .iter()
        .map(|(name, value)| format!("{name}={}", segment(value)))
        .collect();
    let joint = if endpoint.contains('?') { '&' } else { '?' };
    format!("{endpoint}{joint}{}", query.join("&"))
}
