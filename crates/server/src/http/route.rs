//! Routes: none can be registered without its action, resource and approval class.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::handler::Handler;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, MethodRouter, on};
use keyferry_api::endpoint::{Endpoint, Method};
use keyferry_api::problem::HttpCode;
use keyferry_app::audits::Quarantine;
use keyferry_app::{Action, Actor, AppError, ApprovalClass};

use super::consent::Consent;
use super::problem::Refused;
use crate::limits::{self, Limits, Narrow};
use crate::state::ServerState;

/// What a route is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resource {
    /// Alerts.
    Alert,
    /// Destinations of alerts.
    AlertDestination,
    /// What waits for consent, and which actions need it.
    Approval,
    /// Programs that use keys.
    Application,
    /// The audit log.
    Audit,
    /// Who may do what, and why.
    Authorization,
    /// Destinations of audit entries.
    AuditDestination,
    /// Connections.
    Connection,
    /// What may be made, wrapped and exported.
    CryptoPolicy,
    /// Groups.
    Group,
    /// Jobs.
    Job,
    /// Keys in the vault.
    Key,
    /// Keystores.
    Keystore,
    /// KMS keys.
    KmsKey,
    /// Policies of one's own.
    Policy,
    /// The request log.
    RequestLog,
    /// Roles, and who has them.
    Role,
    /// What schedules will do.
    Schedule,
    /// The seals.
    Seal,
    /// OpenID providers.
    SignInProvider,
    /// People.
    User,
    /// One's own session and tokens.
    OwnAccess,
}

impl Resource {
    /// The word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Alert => "alert",
            Self::AlertDestination => "alert-destination",
            Self::Approval => "approval",
            Self::Application => "application",
            Self::Audit => "audit",
            Self::Authorization => "authorization",
            Self::AuditDestination => "audit-destination",
            Self::Connection => "connection",
            Self::CryptoPolicy => "crypto-policy",
            Self::Group => "group",
            Self::Job => "job",
            Self::Key => "key",
            Self::Keystore => "keystore",
            Self::KmsKey => "kms-key",
            Self::Policy => "policy",
            Self::RequestLog => "request-log",
            Self::Role => "role",
            Self::Schedule => "schedule",
            Self::Seal => "seal",
            Self::SignInProvider => "sign-in-provider",
            Self::User => "user",
            Self::OwnAccess => "own-access",
        }
    }
}

/// Who may call a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Anybody: it tells nothing that needs protection, or it is the way to sign in.
    Open,
    /// Whoever may do this action on this resource.
    Guarded {
        /// What it does.
        action: Action,
        /// On what.
        resource: Resource,
        /// What consent it may need.
        approval_class: ApprovalClass,
    },
}

/// How long a route may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Patience {
    /// As configured.
    Usual,
    /// As long as it takes: streams, check-ups of a whole account.
    Long,
}

/// One route.
pub struct Route {
    /// Method, path and forms.
    pub endpoint: Endpoint,
    /// Who may call it.
    pub access: Access,
    /// How long it may take.
    pub patience: Patience,
    /// By which limit it is counted besides, or instead of, that of the API as a whole.
    pub narrow: Option<Narrow>,
    handler: MethodRouter<ServerState>,
}

impl Route {
    /// Lets it take as long as it takes.
    #[must_use]
    pub(crate) fn long(mut self) -> Self {
        self.patience = Patience::Long;
        self
    }

    /// Counts it by a limit of its own.
    #[must_use]
    pub(crate) fn narrow(mut self, narrow: Narrow) -> Self {
        self.narrow = Some(narrow);
        self
    }

    /// Takes a body of so many bytes at most, whatever is configured for the others.
    #[must_use]
    pub(crate) fn body_at_most(mut self, bytes: usize) -> Self {
        self.handler = self.handler.layer(DefaultBodyLimit::max(bytes));
        self
    }
}

/// A route that needs a right. The approval class follows from the action.
pub(crate) fn guarded<H, T>(
    endpoint: Endpoint,
    action: Action,
    resource: Resource,
    handler: H,
) -> Route
where
    H: Handler<T, ServerState>,
    T: 'static,
{
    let access = Access::Guarded {
        action,
        resource,
        approval_class: action.approval_class(),
    };
    let consent = Arc::new(Consent::of(&endpoint));
    let handler = on(filter(endpoint.method), handler)
        .layer(from_fn(move |request, next| {
            consented(Arc::clone(&consent), request, next)
        }))
        .layer(from_fn(move |request, next| {
            within_limit(action, request, next)
        }));
    Route {
        endpoint,
        access,
        patience: Patience::Usual,
        narrow: None,
        handler,
    }
}

/// A session that is only good for one thing gets no further with others, before anything of the request is looked at.
async fn within_limit(action: Action, request: Request, next: Next) -> Response {
    let Some(actor) = request.extensions().get::<Actor>() else {
        return super::auth::not_signed_in().into_response();
    };
    match actor.may_try(action) {
        Ok(()) => next.run(request).await,
        Err(error) => Refused::from(AppError::from(error)).into_response(),
    }
}

/// A request that names a plan is held to it, and a dry run tells its hash.
async fn consented(consent: Arc<Consent>, request: Request, next: Next) -> Response {
    let Some(actor) = request.extensions().get::<Actor>().cloned() else {
        return super::auth::not_signed_in().into_response();
    };
    consent.hold(&actor, request, next).await
}

/// A route that anybody may call.
pub(crate) fn open<H, T>(endpoint: Endpoint, handler: H) -> Route
where
    H: Handler<T, ServerState>,
    T: 'static,
{
    let handler = on(filter(endpoint.method), handler);
    Route {
        endpoint,
        access: Access::Open,
        patience: Patience::Usual,
        narrow: None,
        handler,
    }
}

fn filter(method: Method) -> MethodFilter {
    match method {
        Method::Get => MethodFilter::GET,
        Method::Post => MethodFilter::POST,
        Method::Patch => MethodFilter::PATCH,
        Method::Delete => MethodFilter::DELETE,
    }
}

/// All routes as a router.
pub(crate) fn router(
    routes: Vec<Route>,
    timeout: Duration,
    quarantine: &Arc<Quarantine>,
    limits: &Arc<Limits>,
) -> Router<ServerState> {
    routes.into_iter().fold(Router::new(), |router, route| {
        let mut handler = route.handler;
        if let Access::Guarded { action, .. } = route.access {
            let quarantine = Arc::clone(quarantine);
            handler = handler.layer(from_fn(move |request, next| {
                permit(Arc::clone(&quarantine), action, request, next)
            }));
        }
        if route.endpoint.query.is_none() {
            handler = handler.layer(from_fn(refuse_query));
        }
        if route.patience == Patience::Usual {
            handler = handler.layer(from_fn(move |request, next| {
                give_up_after(timeout, request, next)
            }));
        }
        let (limits, narrow) = (Arc::clone(limits), route.narrow);
        handler = handler.layer(from_fn(move |request, next| {
            limits::by_route(Arc::clone(&limits), narrow, request, next)
        }));
        router.route(route.endpoint.path, handler)
    })
}

/// A server that does not trust its database does little.
async fn permit(
    quarantine: Arc<Quarantine>,
    action: Action,
    request: Request,
    next: Next,
) -> Response {
    match quarantine.permit(action) {
        Ok(()) => next.run(request).await,
        Err(error) => Refused::from(error).into_response(),
    }
}

/// A parameter that nobody reads would be silently ignored: `?dry_run=true` must never act.
async fn refuse_query(request: Request, next: Next) -> Response {
    match request.uri().query() {
        None | Some("") => next.run(request).await,
        Some(_) => {
            let detail = "this route takes no query parameters";
            Refused::new(HttpCode::BadQuery, detail).into_response()
        }
    }
}

async fn give_up_after(timeout: Duration, request: Request, next: Next) -> Response {
    tokio::time::timeout(timeout, next.run(request))
        .await
        .unwrap_or_else(|_| {
            let detail = "the request took too long; whether it had an effect is to be looked up";
            Refused::new(HttpCode::Timeout, detail).into_response()
        })
}
