//! Applications, their API keys, and the certificates that stand for them.

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use jiff::SignedDuration;
use keyferry_api::application::{
    AddCertificateRequest, ApplicationKeyPage, ApplicationPage, CertificatePage,
    CreateApplicationKeyRequest, CreateApplicationRequest, CreatedApplicationKeyView,
    RotateApplicationKeyRequest, UpdateApplicationRequest,
};
use keyferry_api::endpoints as at;
use keyferry_app::Action;
use keyferry_app::access::Issued;
use keyferry_ports::records::ApplicationKey;

use crate::convert::application;
use crate::http::extract::{By, Input, PartOfApplication, Seen, Selector, Tried};
use crate::http::problem::Refused;
use crate::http::reply;
use crate::http::route::Resource::Application;
use crate::http::route::{Route, guarded};
use crate::state::ServerState;

/// Every route about them.
pub(super) fn routes() -> Vec<Route> {
    vec![
        guarded(
            at::LIST_APPLICATIONS,
            Action::ApplicationRead,
            Application,
            list,
        ),
        guarded(
            at::CREATE_APPLICATION,
            Action::ApplicationCreate,
            Application,
            create,
        ),
        guarded(
            at::SHOW_APPLICATION,
            Action::ApplicationRead,
            Application,
            show,
        ),
        guarded(
            at::UPDATE_APPLICATION,
            Action::ApplicationUpdate,
            Application,
            update,
        ),
        guarded(
            at::DELETE_APPLICATION,
            Action::ApplicationDelete,
            Application,
            delete,
        ),
        guarded(
            at::LOCK_APPLICATION,
            Action::ApplicationLock,
            Application,
            lock,
        ),
        guarded(
            at::UNLOCK_APPLICATION,
            Action::ApplicationUnlock,
            Application,
            unlock,
        ),
        guarded(
            at::LIST_APPLICATION_KEYS,
            Action::ApplicationRead,
            Application,
            list_keys,
        ),
        guarded(
            at::CREATE_APPLICATION_KEY,
            Action::ApplicationManageKeys,
            Application,
            create_key,
        ),
        guarded(
            at::ROTATE_APPLICATION_KEY,
            Action::ApplicationManageKeys,
            Application,
            rotate_key,
        ),
        guarded(
            at::REVOKE_APPLICATION_KEY,
            Action::ApplicationRevokeKey,
            Application,
            revoke_key,
        ),
        guarded(
            at::LIST_CERTIFICATES,
            Action::ApplicationRead,
            Application,
            list_certificates,
        ),
        guarded(
            at::ADD_CERTIFICATE,
            Action::ApplicationManageCertificates,
            Application,
            add_certificate,
        ),
        guarded(
            at::REMOVE_CERTIFICATE,
            Action::ApplicationManageCertificates,
            Application,
            remove_certificate,
        ),
    ]
}

pub(crate) async fn list(
    State(state): State<ServerState>,
    By(actor): By,
) -> Result<Response, Refused> {
    let found = state.app.applications.list(&actor).await?;
    let items = found.into_iter().map(application::view).collect();
    Ok(reply::ok(ApplicationPage { items, next: None }))
}

pub(crate) async fn create(
    tried: Tried,
    By(actor): By,
    Input(body): Input<CreateApplicationRequest>,
) -> Result<Response, Refused> {
    let command = application::create(body)?;
    let made = tried.app.applications.create(&actor, command).await?;
    let revision = made.application.revision;
    Ok(tried.made(revision, application::view(made)))
}

pub(crate) async fn show(
    State(state): State<ServerState>,
    By(actor): By,
    Selector(selector): Selector,
) -> Result<Response, Refused> {
    let found = state.app.applications.show(&actor, &selector).await?;
    let revision = found.application.revision;
    Ok(reply::with_etag(revision, application::view(found)))
}

pub(crate) async fn update(
    tried: Tried,
    By(actor): By,
    Selector(selector): Selector,
    Seen(revision): Seen,
    Input(body): Input<UpdateApplicationRequest>,
) -> Result<Response, Refused> {
    let command = application::update(body, revision)?;
    let applications = &tried.app.applications;
    let found = applications.update(&actor, &selector, command).await?;
    let revision = found.application.revision;
    Ok(tried.changed(revision, application::view(found)))
}

pub(crate) async fn delete(
    tried: Tried,
    By(actor): By,
    Selector(selector): Selector,
) -> Result<Response, Refused> {
    tried.app.applications.delete(&actor, &selector).await?;
    Ok(reply::nothing())
}

pub(crate) async fn lock(
    tried: Tried,
    By(actor): By,
    Selector(selector): Selector,
) -> Result<Response, Refused> {
    let found = tried.app.applications.lock(&actor, &selector).await?;
    Ok(reply::ok(application::view(found)))
}

pub(crate) async fn unlock(
    tried: Tried,
    By(actor): By,
    Selector(selector): Selector,
) -> Result<Response, Refused> {
    let found = tried.app.applications.unlock(&actor, &selector).await?;
    Ok(reply::ok(application::view(found)))
}

pub(crate) async fn list_keys(
    State(state): State<ServerState>,
    By(actor): By,
    Selector(selector): Selector,
) -> Result<Response, Refused> {
    let found = state.app.applications.list_keys(&actor, &selector).await?;
    let items = found.into_iter().map(application::key).collect();
    Ok(reply::ok(ApplicationKeyPage { items, next: None }))
}

pub(crate) async fn create_key(
    tried: Tried,
    By(actor): By,
    Selector(selector): Selector,
    Input(body): Input<CreateApplicationKeyRequest>,
) -> Result<Response, Refused> {
    let command = application::new_key(body)?;
    let applications = &tried.app.applications;
    let issued = applications.create_key(&actor, &selector, command).await?;
    Ok(issued_once(&tried, issued))
}

pub(crate) async fn rotate_key(
    tried: Tried,
    By(actor): By,
    PartOfApplication { application, part }: PartOfApplication,
    Input(body): Input<RotateApplicationKeyRequest>,
) -> Result<Response, Refused> {
    let overlap = body
        .overlap_hours
        .map(|hours| SignedDuration::from_hours(i64::from(hours)));
    let applications = &tried.app.applications;
    let issued = applications.rotate_key(&actor, &application, &part, overlap);
    Ok(issued_once(&tried, issued.await?))
}

fn issued_once(tried: &Tried, issued: Issued<ApplicationKey>) -> Response {
    let view = CreatedApplicationKeyView {
        api_key: tried.shown_once(&issued.secret),
        details: application::key(issued.record),
    };
    (tried.status_of_made(), reply::ok(view)).into_response()
}

pub(crate) async fn revoke_key(
    tried: Tried,
    By(actor): By,
    PartOfApplication { application, part }: PartOfApplication,
) -> Result<Response, Refused> {
    let applications = &tried.app.applications;
    let revoked = applications.revoke_key(&actor, &application, &part).await?;
    Ok(reply::ok(crate::convert::application::key(revoked)))
}

pub(crate) async fn list_certificates(
    State(state): State<ServerState>,
    By(actor): By,
    Selector(selector): Selector,
) -> Result<Response, Refused> {
    let applications = &state.app.applications;
    let found = applications.list_certificates(&actor, &selector).await?;
    let items = found.into_iter().map(application::certificate).collect();
    Ok(reply::ok(CertificatePage { items, next: None }))
}

pub(crate) async fn add_certificate(
    tried: Tried,
    By(actor): By,
    Selector(selector): Selector,
    Input(body): Input<AddCertificateRequest>,
) -> Result<Response, Refused> {
    let name = application::certificate_name(&body.name)?;
    let applications = &tried.app.applications;
    let added = applications
        .add_certificate(&actor, &selector, name)
        .await?;
    let view = application::certificate(added);
    Ok((tried.status_of_made(), reply::ok(view)).into_response())
}

pub(crate) async fn remove_certificate(
    tried: Tried,
    By(actor): By,
    PartOfApplication { application, part }: PartOfApplication,
) -> Result<Response, Refused> {
    let applications = &tried.app.applications;
    applications
        .remove_certificate(&actor, &application, &part)
        .await?;
    Ok(reply::nothing())
}
