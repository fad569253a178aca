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
    /// Names the request in the server's log.
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
    /// A field's value cannot be understood.
    BadValue,
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
    /// `If-Match` names another revision.
    PreconditionFailed,
    /// The body is too large.
    BodyTooLarge,
    /// The content type is not JSON.
    UnsupportedMediaType,
    /// The request took too long.
    Timeout,
    /// A bug.
    Internal,
}

impl HttpCode {
    /// Every code: status, title, code.
    pub const ALL: &'static [(Self, u16, &'static str, &'static str)] = &[
        (Self::BadBody, 400, "Bad request", "request.bad-body"),
        (Self::BadQuery, 400, "Bad request", "request.bad-query"),
        (Self::BadPath, 400, "Bad request", "request.bad-path"),
        (Self::BadHeader, 400, "Bad request", "request.bad-header"),
        (Self::BadValue, 400, "Bad request", "request.bad-value"),
        (
            Self::Unauthenticated,
            401,
            "Not signed in",
            "request.unauthenticated",
        ),
        (Self::CrossSite, 403, "Forbidden", "request.cross-site"),
        (Self::NoSuchRoute, 404, "Not found", "request.no-such-route"),
        (
            Self::MethodNotAllowed,
            405,
            "Method not allowed",
            "request.method-not-allowed",
        ),
        (
            Self::PreconditionRequired,
            428,
            "Precondition required",
            "request.precondition-required",
        ),
        (
            Self::PreconditionFailed,
            412,
            "Precondition failed",
            "request.precondition-failed",
        ),
        (
            Self::BodyTooLarge,
            413,
            "Content too large",
            "request.body-too-large",
        ),
        (
            Self::UnsupportedMediaType,
            415,
            "Unsupported media type",
            "request.unsupported-media-type",
        ),
        (Self::Timeout, 503, "Timed out", "request.timeout"),
        (Self::Internal, 500, "Internal error", "server.internal"),
    ];

    fn row(self) -> (u16, &'static str, &'static str) {
        Self::ALL
            .iter()
            .find(|row| row.0 == self)
            .map_or((500, "Internal error", "server.internal"), |row| {
                (row.1, row.2, row.3)
            })
    }

    /// The stable code.
    pub fn as_str(self) -> &'static str {
        self.row().2
    }

    /// A problem with this code.
    pub fn problem(self, detail: impl Into<String>) -> Problem {
        let (status, title, code) = self.row();
        Problem::new(status, title, code, detail)
    }
}
