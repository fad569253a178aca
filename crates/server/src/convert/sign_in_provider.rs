//! OpenID providers, and signing in by them.

use keyferry_api::sign_in_provider::{
    AddProviderRequest, AddSignInRuleRequest, CallbackQuery, ProviderFactsView, ProviderSummary,
    ProviderView, Provisioning as ApiProvisioning, SignInRuleView, StartQuery,
    UpdateProviderRequest,
};
use keyferry_app::AppError;
use keyferry_app::access::{Back, Wish};
use keyferry_app::rights::BuiltInRole;
use keyferry_app::sign_in_providers::{
    AddProvider, NewRule, ProviderSettings, ProviderWithRules, Rule, UpdateProvider, redirect_uri,
    start_url,
};
use keyferry_domain::id::SignInRuleId;
use keyferry_ports::identity::ProviderFacts;
use keyferry_ports::records::{Provisioning, SignInProvider};
use keyferry_ports::secret::SecretText;

use super::access::secret;

fn provisioning(word: ApiProvisioning) -> Provisioning {
    Provisioning::from_word(word.as_str()).unwrap_or(Provisioning::Invited)
}

/// A provider to add.
pub(crate) fn add(request: AddProviderRequest) -> Result<AddProvider, AppError> {
    let usual = || ["openid", "profile", "email"].map(str::to_owned).to_vec();
    let name_claim = request.name_claim;
    Ok(AddProvider {
        name: request.name.parse()?,
        issuer: request.issuer,
        client_secret: request.client_secret.as_ref().map(secret),
        settings: ProviderSettings {
            client_id: request.client_id,
            scopes: request.scopes.unwrap_or_else(usual),
            name_claim: name_claim.unwrap_or_else(|| "preferred_username".to_owned()),
            public_url: request.public_url,
            ca_bundle: request.ca_bundle.filter(|pem| !pem.is_empty()),
            provisioning: request
                .provisioning
                .map_or(Provisioning::Invited, provisioning),
        },
    })
}

/// Changes of a provider.
pub(crate) fn update(request: UpdateProviderRequest) -> UpdateProvider {
    let ca_bundle = request.ca_bundle;
    UpdateProvider {
        client_id: request.client_id,
        client_secret: request.client_secret.as_ref().map(secret),
        scopes: request.scopes,
        name_claim: request.name_claim,
        public_url: request.public_url,
        ca_bundle: ca_bundle.map(|pem| Some(pem).filter(|pem| !pem.is_empty())),
        provisioning: request.provisioning.map(provisioning),
    }
}

/// A provider for a sign-in page.
pub(crate) fn summary(provider: SignInProvider) -> ProviderSummary {
    ProviderSummary {
        start_url: start_url(&provider),
        name: provider.name.to_string(),
    }
}

/// A provider.
pub(crate) fn view(found: ProviderWithRules) -> ProviderView {
    let ProviderWithRules { provider, rules } = found;
    let word = provider.provisioning.as_str();
    ProviderView {
        redirect_uri: redirect_uri(&provider),
        id: provider.id.to_string(),
        name: provider.name.to_string(),
        issuer: provider.issuer,
        client_id: provider.client_id,
        has_secret: provider.client_secret.is_some(),
        scopes: provider.scopes,
        name_claim: provider.name_claim,
        public_url: provider.public_url,
        ca_bundle: provider.ca_bundle,
        provisioning: ApiProvisioning::from_word(word).unwrap_or(ApiProvisioning::Invited),
        rules: rules.into_iter().map(rule).collect(),
        created_at: provider.created_at.to_string(),
    }
}

/// What a provider tells of itself.
pub(crate) fn facts(facts: ProviderFacts) -> ProviderFactsView {
    ProviderFactsView {
        authorization_endpoint: facts.authorization_endpoint,
        token_endpoint: facts.token_endpoint,
        jwks_uri: facts.jwks_uri,
        usable_keys: facts.usable_keys,
    }
}

/// A rule.
pub(crate) fn rule(rule: Rule) -> SignInRuleView {
    let Rule { row, group } = rule;
    SignInRuleView {
        id: row.id.to_string(),
        claim: row.claim,
        value: row.value,
        role: row.role.to_string(),
        group: row.group.map(|group| group.to_string()),
        group_name: group.map(|name| name.to_string()),
        made_by: row.made_by,
        made_at: row.made_at.to_string(),
    }
}

/// A rule to make.
pub(crate) fn new_rule(request: AddSignInRuleRequest) -> Result<NewRule, AppError> {
    Ok(NewRule {
        claim: request.claim,
        value: request.value,
        role: named(&request.role)?,
        group: request.group,
    })
}

/// The id of a rule; what is none names nothing.
pub(crate) fn rule_id(text: &str) -> Result<SignInRuleId, AppError> {
    text.parse().map_err(|_| AppError::NotFound {
        what: "sign-in rule",
        selector: text.to_owned(),
    })
}

/// What somebody wants who begins to sign in.
pub(crate) fn wish(query: StartQuery, cookie: Option<SecretText>) -> Result<Wish, AppError> {
    let return_to = query.return_to;
    match (query.cli_port, query.cli_challenge, query.confirm) {
        (None, None, false) => Ok(Wish::Browser { return_to }),
        (None, None, true) => Ok(Wish::Confirm { cookie, return_to }),
        (Some(port), Some(challenge), is_anew) if return_to.is_none() => Ok(Wish::CommandLine {
            port,
            challenge,
            is_anew,
        }),
        _ => Err(AppError::Invalid {
            field: "cli_port",
            why: "`cli_port` and `cli_challenge` go together, and with nothing else but `confirm`"
                .to_owned(),
        }),
    }
}

/// What a browser brings back.
pub(crate) fn back(query: CallbackQuery, browser: Option<SecretText>) -> Back {
    Back {
        state: SecretText::new(query.state),
        code: query.code.map(SecretText::new),
        error: query.error,
        issuer: query.iss,
        browser,
    }
}

/// The built-in role of this name: those that rules of providers give.
fn named(name: &str) -> Result<BuiltInRole, AppError> {
    BuiltInRole::named(name).ok_or_else(|| AppError::NotFound {
        what: "role",
        selector: name.to_owned(),
    })
}
