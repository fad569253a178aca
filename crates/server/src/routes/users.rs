//! People.

use axum::extract::State;
use axum::response::Response;
use keyferry_api::endpoints as at;
use keyferry_api::user::{
    CreateUserRequest, EndSessionsRequest, ResetPasswordRequest, SamePersonRequest,
    UpdateUserRequest, UserPage, UserWithPasswordView,
};
use keyferry_app::users::{Person, WithPassword};
use keyferry_app::{Action, AppError};

use crate::convert::{access, user};
use crate::http::extract::{By, Input, Seen, Selector, SessionOfUser, Tried};
use crate::http::problem::Refused;
use crate::http::reply;
use crate::http::route::Resource::User;
use crate::http::route::{Route, guarded};
use crate::state::ServerState;

/// Every route about them.
pub(super) fn routes() -> Vec<Route> {
    vec![
        guarded(at::LIST_USERS, Action::UserRead, User, list),
        guarded(at::CREATE_USER, Action::UserCreate, User, create),
        guarded(at::SHOW_USER, Action::UserRead, User, show),
        guarded(at::UPDATE_USER, Action::UserUpdate, User, update),
        guarded(at::LOCK_USER, Action::UserLock, User, lock),
        guarded(at::UNLOCK_USER, Action::UserUnlock, User, unlock),
        guarded(
            at::RESET_USER_PASSWORD,
            Action::UserResetPassword,
            User,
            reset_password,
        ),
        guarded(at::RESET_USER_TOTP, Action::UserResetTotp, User, reset_totp),
        guarded(
            at::LIST_USER_SESSIONS,
            Action::UserRead,
            User,
            list_sessions,
        ),
        guarded(
            at::END_USER_SESSION,
            Action::UserEndSessions,
            User,
            end_session,
        ),
        guarded(
            at::END_USER_SESSIONS,
            Action::UserEndSessions,
            User,
            end_sessions,
        ),
        guarded(at::SAME_PERSON, Action::UserSamePerson, User, same_person),
        guarded(
            at::OTHER_PERSON,
            Action::UserOtherPerson,
            User,
            other_person,
        ),
        guarded(at::OFFBOARD_USER, Action::UserOffboard, User, offboard),
    ]
}

fn changed(tried: &Tried, person: Person) -> Response {
    tried.changed(person.user.revision, user::person(person))
}

fn with_password(tried: &Tried, set: WithPassword) -> UserWithPasswordView {
    let made_up = set.made_up.as_ref();
    UserWithPasswordView {
        password: made_up.and_then(|secret| tried.shown_once(secret)),
        user: user::user(set.user),
    }
}

pub(crate) async fn list(
    State(state): State<ServerState>,
    By(actor): By,
) -> Result<Response, Refused> {
    let found = state.app.users.list(&actor).await?;
    let items = found.into_iter().map(user::person).collect();
    Ok(reply::ok(UserPage { items, next: None }))
}

pub(crate) async fn create(
    tried: Tried,
    By(actor): By,
    Input(body): Input<CreateUserRequest>,
) -> Result<Response, Refused> {
    let name = body.name.parse().map_err(AppError::from)?;
    let users = &tried.app.users;
    if let Some(invitation) = user::invitation(&body)? {
        let invited = users.invite(&actor, name, body.full_name, &invitation);
        let made = invited.await?;
        let mut view = with_password(&tried, made);
        view.user.provider = body.provider;
        return Ok(tried.made(1, view));
    }
    let password = body.password.as_ref().map(access::secret);
    let made = users
        .create(&actor, name, body.full_name, password.as_ref())
        .await?;
    Ok(tried.made(made.user.revision, with_password(&tried, made)))
}

pub(crate) async fn show(
    State(state): State<ServerState>,
    By(actor): By,
    Selector(selector): Selector,
) -> Result<Response, Refused> {
    let users = &state.app.users;
    let found = users.show(&actor, &selector).await?;
    let groups = users.memberships(&actor, found.user.id).await?;
    let revision = found.user.revision;
    Ok(reply::with_etag(revision, user::with_groups(found, groups)))
}

pub(crate) async fn update(
    tried: Tried,
    By(actor): By,
    Selector(selector): Selector,
    Seen(seen): Seen,
    Input(body): Input<UpdateUserRequest>,
) -> Result<Response, Refused> {
    let users = &tried.app.users;
    let person = users
        .update(&actor, &selector, body.full_name, seen)
        .await?;
    Ok(changed(&tried, person))
}

pub(crate) async fn same_person(
    tried: Tried,
    By(actor): By,
    Selector(selector): Selector,
    Input(body): Input<SamePersonRequest>,
) -> Result<Response, Refused> {
    let users = &tried.app.users;
    let person = users.same_person(&actor, &selector, &body.other).await?;
    Ok(changed(&tried, person))
}

pub(crate) async fn other_person(
    tried: Tried,
    By(actor): By,
    Selector(selector): Selector,
) -> Result<Response, Refused> {
    let person = tried.app.users.other_person(&actor, &selector).await?;
    Ok(changed(&tried, person))
}

pub(crate) async fn lock(
    tried: Tried,
    By(actor): By,
    Selector(selector): Selector,
) -> Result<Response, Refused> {
    let person = tried.app.users.lock(&actor, &selector).await?;
    Ok(changed(&tried, person))
}

pub(crate) async fn unlock(
    tried: Tried,
    By(actor): By,
    Selector(selector): Selector,
) -> Result<Response, Refused> {
    let person = tried.app.users.unlock(&actor, &selector).await?;
    Ok(changed(&tried, person))
}

pub(crate) async fn reset_password(
    tried: Tried,
    By(actor): By,
    Selector(selector): Selector,
    Input(body): Input<ResetPasswordRequest>,
) -> Result<Response, Refused> {
    let password = body.password.as_ref().map(access::secret);
    let users = &tried.app.users;
    let set = users
        .reset_password(&actor, &selector, password.as_ref())
        .await?;
    Ok(tried.changed(set.user.revision, with_password(&tried, set)))
}

pub(crate) async fn reset_totp(
    tried: Tried,
    By(actor): By,
    Selector(selector): Selector,
) -> Result<Response, Refused> {
    let person = tried.app.users.reset_totp(&actor, &selector).await?;
    Ok(changed(&tried, person))
}

pub(crate) async fn list_sessions(
    State(state): State<ServerState>,
    By(actor): By,
    Selector(selector): Selector,
) -> Result<Response, Refused> {
    let found = state.app.users.list_sessions(&actor, &selector).await?;
    Ok(reply::ok(access::session_page(found, &actor)))
}

pub(crate) async fn end_session(
    State(state): State<ServerState>,
    By(actor): By,
    of: SessionOfUser,
) -> Result<Response, Refused> {
    let id = access::session_id(&of.session)?;
    let users = &state.app.users;
    users.end_session(&actor, &of.user, id).await?;
    Ok(reply::nothing())
}

pub(crate) async fn end_sessions(
    tried: Tried,
    By(actor): By,
    Selector(selector): Selector,
    Input(body): Input<EndSessionsRequest>,
) -> Result<Response, Refused> {
    let users = &tried.app.users;
    let person = users.end_sessions(&actor, &selector, body.tokens).await?;
    Ok(changed(&tried, person))
}

pub(crate) async fn offboard(
    tried: Tried,
    By(actor): By,
    Selector(selector): Selector,
) -> Result<Response, Refused> {
    let leaving = tried.app.users.offboard(&actor, &selector).await?;
    let revision = leaving.person.user.revision;
    Ok(tried.changed(revision, user::leaving(leaving, &actor)))
}
