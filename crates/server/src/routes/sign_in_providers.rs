//! OpenID providers, and their rules.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use keyferry_api::endpoints as at;
use keyferry_api::sign_in_provider::{
    AddProviderRequest, AddSignInRuleRequest, ProviderPage, SignInRulePage, UpdateProviderRequest,
};
use keyferry_app::Action;

use crate::convert::sign_in_provider as convert;
use crate::http::extract::{By, Input, RuleOfProvider, Seen, Selector, Tried};
use crate::http::problem::Refused;
use crate::http::reply;
use crate::http::route::{Resource, Route, guarded, open};
use crate::state::ServerState;

/// The routes of providers. A rule is a gift of a role: who may give the role may make it.
pub(super) fn routes() -> Vec<Route> {
    let about = Resource::SignInProvider;
    vec![
        open(at::LIST_PROVIDERS, list),
        guarded(at::ADD_PROVIDER, Action::SignInProviderAdd, about, add),
        guarded(at::SHOW_PROVIDER, Action::SignInProviderRead, about, show),
        guarded(
            at::UPDATE_PROVIDER,
            Action::SignInProviderUpdate,
            about,
            update,
        ),
        guarded(
            at::DELETE_PROVIDER,
            Action::SignInProviderDelete,
            about,
            delete,
        ),
        guarded(at::TEST_PROVIDER, Action::SignInProviderTest, about, test),
        guarded(at::LIST_SIGN_IN_RULES, Action::RoleRead, about, list_rules),
        guarded(at::ADD_SIGN_IN_RULE, Action::RoleManage, about, add_rule),
        guarded(
            at::DELETE_SIGN_IN_RULE,
            Action::RoleManage,
            about,
            delete_rule,
        ),
    ]
}

async fn list(State(state): State<ServerState>) -> Result<Response, Refused> {
    let found = state.app.sign_in_providers.list().await?;
    let items = found.into_iter().map(convert::summary).collect();
    Ok(reply::ok(ProviderPage { items, next: None }))
}

async fn add(
    tried: Tried,
    By(actor): By,
    Input(body): Input<AddProviderRequest>,
) -> Result<Response, Refused> {
    let command = convert::add(body)?;
    let added = tried.app.sign_in_providers.add(&actor, command).await?;
    Ok(tried.made(added.provider.revision, convert::view(added)))
}

async fn show(
    State(state): State<ServerState>,
    By(actor): By,
    Selector(selector): Selector,
) -> Result<Response, Refused> {
    let found = state.app.sign_in_providers.show(&actor, &selector).await?;
    Ok(reply::with_etag(
        found.provider.revision,
        convert::view(found),
    ))
}

async fn update(
    tried: Tried,
    By(actor): By,
    Selector(selector): Selector,
    Seen(seen): Seen,
    Input(body): Input<UpdateProviderRequest>,
) -> Result<Response, Refused> {
    let providers = &tried.app.sign_in_providers;
    let command = convert::update(body);
    let changed = providers.update(&actor, &selector, command, seen).await?;
    Ok(tried.changed(changed.provider.revision, convert::view(changed)))
}

async fn delete(
    tried: Tried,
    By(actor): By,
    Selector(selector): Selector,
) -> Result<Response, Refused> {
    let providers = &tried.app.sign_in_providers;
    providers.remove(&actor, &selector).await?;
    Ok(reply::nothing())
}

async fn test(
    State(state): State<ServerState>,
    By(actor): By,
    Selector(selector): Selector,
) -> Result<Response, Refused> {
    let found = state.app.sign_in_providers.test(&actor, &selector).await?;
    Ok(reply::ok(convert::facts(found)))
}

async fn list_rules(
    State(state): State<ServerState>,
    By(actor): By,
    Selector(selector): Selector,
) -> Result<Response, Refused> {
    let providers = &state.app.sign_in_providers;
    let found = providers.list_rules(&actor, &selector).await?;
    let items = found.into_iter().map(convert::rule).collect();
    Ok(reply::ok(SignInRulePage { items, next: None }))
}

async fn add_rule(
    tried: Tried,
    By(actor): By,
    Selector(selector): Selector,
    Input(body): Input<AddSignInRuleRequest>,
) -> Result<Response, Refused> {
    let rule = convert::new_rule(body)?;
    let providers = &tried.app.sign_in_providers;
    let made = providers.add_rule(&actor, &selector, rule).await?;
    let view = convert::rule(made);
    Ok((tried.status_of_made(), reply::ok(view)).into_response())
}

async fn delete_rule(
    tried: Tried,
    By(actor): By,
    place: RuleOfProvider,
) -> Result<Response, Refused> {
    let id = convert::rule_id(&place.rule)?;
    let providers = &tried.app.sign_in_providers;
    providers.remove_rule(&actor, &place.provider, id).await?;
    Ok(reply::nothing())
}
