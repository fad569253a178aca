//! Problems: the only shape in which an error leaves the server (RFC 9457), and the codes of the HTTP layer.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The media type of problems.
pub const CONTENT_TYPE: &str = "application/problem+json";

/// What went wrong, for machines (`code`) and people (`detail`, `hint`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// Where the code is described.
    #[serde(rename = "type")]
    pub kind: String,
    /// The status in words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// Stable, `area.problem`; listed in the reference of errors.
    pub code: String,
    /// What failed, and on which object.
    pub detail: String,
    /// Why, outermost first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub causes: Vec<String>,
    /// What to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// Names the request in the server's log, in the request log, and in audit entries.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
}

impl Problem {
    /// A problem without causes and hint.
    pub fn new(status: u16, title: &str, code: &str, detail: impl Into<String>) -> Self {
        Self {
            kind: format!("urn:keyferry:error:{code}"),
            title: title.to_owned(),
            status,
            code: code.to_owned(),
            detail: detail.into(),
            causes: Vec::new(),
            hint: None,
            request_id: None,
        }
    }
}

/// Codes of the HTTP layer itself; the application's own come with its errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HttpCode {
    /// The body is no JSON, or not of the request's form.
    BadBody,
    /// A query parameter is unknown or malformed.
    BadQuery,
    /// A path segment is malformed.
    BadPath,
    /// A header is malformed.
    BadHeader,
    /// Not signed in.
    Unauthenticated,
    /// A browser sent the request from another site.
    CrossSite,
    /// No such route.
    NoSuchRoute,
    /// The route has other methods.
    MethodNotAllowed,
    /// `If-Match` is missing.
    PreconditionRequired,
    /// It asks for something else, or would do something else, than the plan that `Keyferry-Plan` names.
    PlanChanged,
    /// The body is too large.
    BodyTooLarge,
    /// The body did not come in time.
    BodyTooSlow,
    /// Path and query are too long.
    UriTooLong,
    /// The content type is not JSON.
    UnsupportedMediaType,
    /// More requests than a limit allows.
    RateLimited,
    /// The request took too long.
    Timeout,
    /// A bug.
    Internal,
}

impl HttpCode {
    /// Stable, documented in `docs/reference/errors.md`.
    pub fn code(self) -> &'static str {
        match self {
            Self::BadBody => "request.bad-body",
            Self::BadQuery => "request.bad-query",
            Self::BadPath => "request.bad-path",
            Self::BadHeader => "request.bad-header",
            Self::Unauthenticated => "request.unauthenticated",
            Self::CrossSite => "request.cross-site",
            Self::NoSuchRoute => "request.no-such-route",
            Self::MethodNotAllowed => "request.method-not-allowed",
            Self::PreconditionRequired => "request.precondition-required",
            Self::PlanChanged => "request.plan-changed",
            Self::BodyTooLarge => "request.body-too-large",
            Self::BodyTooSlow => "request.body-too-slow",
            Self::UriTooLong => "request.uri-too-long",
            Self::UnsupportedMediaType => "request.unsupported-media-type",
            Self::RateLimited => "rate.limited",
            Self::Timeout => "server.timeout",
            Self::Internal => "server.internal",
        }
    }

    /// HTTP status with its title.
    pub fn status(self) -> (u16, &'static str) {
        match self {
            Self::BadBody | Self::BadQuery | Self::BadPath | Self::BadHeader => {
                (400, "Bad request")
            }
            Self::Unauthenticated => (401, "Not signed in"),
            Self::CrossSite => (403, "Forbidden"),
            Self::NoSuchRoute => (404, "Not found"),
            Self::MethodNotAllowed => (405, "Method not allowed"),
            Self::PreconditionRequired => (428, "Precondition required"),
            Self::PlanChanged => (412, "Precondition failed"),
            Self::BodyTooLarge => (413, "Content too large"),
            Self::BodyTooSlow => (408, "Request timeout"),
            Self::UriTooLong => (414, "URI too long"),
            Self::UnsupportedMediaType => (415, "Unsupported media type"),
            Self::RateLimited => (429, "Too many requests"),
            Self::Timeout => (503, "Try again later"),
            Self::Internal => (500, "Internal error"),
        }
    }

    /// What to do.
    pub fn hint(self) -> &'static str {
        match self {
            Self::BadBody | Self::BadQuery => {
                "the message says where; /api/v1/openapi.json has the form of each request"
            }
            Self::BadPath => "write what is in the path percent-encoded, in UTF-8",
            Self::BadHeader => "correct the header that the message names, or leave it out",
            Self::Unauthenticated => {
                "run `keyferry login`, or send an API token as `Authorization: Bearer`"
            }
            Self::CrossSite => "programs sign in with an API token; see `keyferry token create`",
            Self::NoSuchRoute => "the routes are listed at /api/v1/openapi.json",
            Self::MethodNotAllowed => "/api/v1/openapi.json lists the methods of each route",
            Self::PreconditionRequired => {
                "send the ETag of what you read, or `*` to overwrite whatever is there"
            }
            Self::PlanChanged => "look at it once more with a dry run, and name what that tells",
            Self::BodyTooLarge => {
                "send less at once; whoever runs the server can raise `http.body_bytes_max`"
            }
            Self::BodyTooSlow => "send the body at once; nothing was done",
            Self::UriTooLong => "shorten the query; lists are read in pages",
            Self::RateLimited => "wait as long as `Retry-After` says; nothing was done",
            Self::UnsupportedMediaType => "send JSON, with `content-type: application/json`",
            Self::Timeout => "look whether it had an effect before you send it again",
            Self::Internal => "look into the server's log for `request_id`, and report it",
        }
    }

    /// A problem with this code and its hint.
    pub fn problem(self, detail: impl Into<String>) -> Problem {
        let (status, title) = self.status();
        let mut problem = Problem::new(status, title, self.code(), detail);
        problem.hint = Some(self.hint().to_owned());
        problem
    }
}
