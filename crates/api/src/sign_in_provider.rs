//! OpenID providers, and signing in by them.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::page::page;
use crate::secret::{self, Secret};

words! {
    /// Whom Keyferry lets in that comes by a provider for the first time.
    Provisioning {
        /// Only those who were added before.
        Invited = "invited",
        /// Everybody whom the provider lets in: they are added then.
        JustInTime = "just-in-time",
    }
}

/// Adds an OpenID provider.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddProviderRequest {
    /// Unique; case counts. It never changes.
    pub name: String,
    /// The issuer, `https://HOST/PATH`, exactly as the provider writes it. It never changes.
    pub issuer: String,
    /// As what Keyferry is registered there.
    pub client_id: String,
    /// The client's secret; none for a public client.
    #[serde(default, serialize_with = "secret::on_the_wire_if_any")]
    pub client_secret: Option<Secret>,
    /// What is asked for; `openid`, `profile` and `email` unless given.
    pub scopes: Option<Vec<String>>,
    /// The claim that names people; `preferred_username` unless given.
    pub name_claim: Option<String>,
    /// Where browsers reach Keyferry, `https://HOST:PORT`.
    pub public_url: String,
    /// PEM bundle that counts instead of the server's CA certificates.
    pub ca_bundle: Option<String>,
    /// Whom it lets in; `invited` unless given.
    pub provisioning: Option<Provisioning>,
}

/// Changes a provider; what is left out stays.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateProviderRequest {
    /// As what Keyferry is registered there.
    pub client_id: Option<String>,
    /// The client's secret. It must be given with another client id or CA bundle, where there is one.
    #[serde(default, serialize_with = "secret::on_the_wire_if_any")]
    pub client_secret: Option<Secret>,
    /// What is asked for.
    pub scopes: Option<Vec<String>>,
    /// The claim that names people.
    pub name_claim: Option<String>,
    /// Where browsers reach Keyferry.
    pub public_url: Option<String>,
    /// PEM bundle; an empty text makes the server's CA certificates count again.
    pub ca_bundle: Option<String>,
    /// Whom it lets in.
    pub provisioning: Option<Provisioning>,
}

/// A provider, as everybody may see it who wants to sign in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProviderSummary {
    /// Its name.
    pub name: String,
    /// Where browsers begin to sign in.
    pub start_url: String,
}

page! {
    /// The providers, by name.
    ProviderPage of ProviderSummary
}

/// A rule that gives a role.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SignInRuleView {
    /// Identity.
    pub id: String,
    /// Which claim.
    pub claim: String,
    /// The value that it has, or that is among its values.
    pub value: String,
    /// The role that it gives.
    pub role: String,
    /// The group's id; none for the installation.
    pub group: Option<String>,
    /// The group's name.
    pub group_name: Option<String>,
    /// Who made it.
    pub made_by: String,
    /// When.
    #[schema(format = DateTime)]
    pub made_at: String,
}

page! {
    /// The rules of a provider, by claim, value, role and group.
    SignInRulePage of SignInRuleView
}

/// A provider, without its secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProviderView {
    /// Identity.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The issuer.
    pub issuer: String,
    /// As what Keyferry is registered there.
    pub client_id: String,
    /// Whether there is a client secret.
    pub has_secret: bool,
    /// What is asked for.
    pub scopes: Vec<String>,
    /// The claim that names people.
    pub name_claim: String,
    /// Where browsers reach Keyferry.
    pub public_url: String,
    /// Where the provider sends browsers back to: register it there.
    pub redirect_uri: String,
    /// PEM bundle that counts instead of the server's CA certificates.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ca_bundle: Option<String>,
    /// Whom it lets in.
    pub provisioning: Provisioning,
    /// Its rules.
    pub rules: Vec<SignInRuleView>,
    /// When it was added.
    #[schema(format = DateTime)]
    pub created_at: String,
}

/// What a provider tells of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProviderFactsView {
    /// Where browsers are sent.
    pub authorization_endpoint: String,
    /// Where codes are redeemed.
    pub token_endpoint: String,
    /// Where its keys are.
    pub jwks_uri: String,
    /// How many of its keys can be used.
    pub usable_keys: usize,
}

/// Makes a rule: whoever has this value in this claim gets the role, at every sign-in.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddSignInRuleRequest {
    /// Which claim of the ID token; what is within objects is written with dots, such as `realm_access.roles`.
    pub claim: String,
    /// The value that it has, or that is among its values; case counts.
    pub value: String,
    /// The role's name.
    pub role: String,
    /// Id or name of the group; none for a role of the installation.
    pub group: Option<String>,
}

/// What a sign-in is begun for.
#[derive(Clone, Debug, Default, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct StartQuery {
    /// Where to go afterwards: a path here; `/` unless given.
    pub return_to: Option<String>,
    /// Prove once more who one is: for the session that the browser has or, with `cli_port`, for the one that the command line gets.
    #[serde(default)]
    pub confirm: bool,
    /// Where a command line listens on the loopback address.
    pub cli_port: Option<u16>,
    /// SHA-256 of what the command line will say for the code, in base64url.
    pub cli_challenge: Option<String>,
}

/// What a browser brings back from a provider.
#[derive(Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct CallbackQuery {
    /// As it was sent.
    pub state: String,
    /// The code, where the provider vouches for somebody.
    pub code: Option<String>,
    /// The provider's word for why not.
    pub error: Option<String>,
    /// Who answered (RFC 9207).
    pub iss: Option<String>,
}

/// Begins the session of a command line, for the code that the browser brought.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RedeemCodeRequest {
    /// The code; it counts once, for a minute.
    #[serde(serialize_with = "secret::on_the_wire")]
    pub code: Secret,
    /// What `cli_challenge` was the hash of.
    #[serde(serialize_with = "secret::on_the_wire")]
    pub verifier: Secret,
}
