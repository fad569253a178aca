//! One door out for errors.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use keyferry_api::problem::{CONTENT_TYPE, HttpCode, Problem};
use keyferry_app::{AppError, ErrorClass};

use crate::request_log::Said;

/// A problem on its way out.
#[derive(Debug)]
pub(crate) struct Refused(pub(crate) Box<Problem>);

impl Refused {
    /// A problem of the HTTP layer.
    pub(crate) fn new(code: HttpCode, detail: impl Into<String>) -> Self {
        Self(Box::new(code.problem(detail)))
    }

    /// The same with a hint.
    #[must_use]
    pub(crate) fn hint(mut self, hint: &str) -> Self {
        self.0.hint = Some(hint.to_owned());
        self
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let status =
            StatusCode::from_u16(self.0.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let said = Said(format!("{}: {}", self.0.code, self.0.detail));
        let mut response = (status, Json(&*self.0)).into_response();
        // The name of the request is put in further out.
        response.extensions_mut().insert(*self.0);
        response.extensions_mut().insert(said);
        response
            .headers_mut()
            .insert(header::CONTENT_TYPE, HeaderValue::from_static(CONTENT_TYPE));
        if status == StatusCode::UNAUTHORIZED {
            let scheme = HeaderValue::from_static("Bearer realm=\"keyferry\"");
            response
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, scheme);
        }
        response
    }
}

fn status_of(class: ErrorClass) -> (u16, &'static str) {
    match class {
        ErrorClass::Caller => (400, "Bad request"),
        ErrorClass::Unauthenticated => (401, "Not signed in"),
        ErrorClass::Denied => (403, "Forbidden"),
        ErrorClass::TooMany => (429, "Too many tries"),
        ErrorClass::NotFound => (404, "Not found"),
        ErrorClass::Conflict => (409, "Conflict"),
        ErrorClass::Transient => (503, "Try again later"),
        ErrorClass::Bug => (500, "Internal error"),
    }
}

impl From<AppError> for Refused {
    fn from(error: AppError) -> Self {
        let class = error.class();
        let (status, title) = status_of(class);
        let causes = causes(&error);
        if class == ErrorClass::Bug {
            tracing::error!(error.code = error.code(), "{error}: {}", causes.join(": "));
            let problem = Problem::new(
                status,
                title,
                error.code(),
                "the server met an internal error",
            );
            return Self(Box::new(problem)).hint(HttpCode::Internal.hint());
        }
        let mut problem = Problem::new(status, title, error.code(), error.to_string());
        problem.causes = causes;
        problem.hint = Some(error.hint().to_owned());
        Self(Box::new(problem))
    }
}

fn causes(error: &dyn std::error::Error) -> Vec<String> {
    let mut causes = Vec::new();
    let mut next = error.source();
    while let Some(cause) = next {
        causes.push(cause.to_string());
        next = cause.source();
    }
    causes
}

#[cfg(test)]
mod tests {
    use keyferry_ports::records::RecordsError;

    use super::*;

    #[test]
    fn an_internal_error_says_nothing_of_itself() {
        let error = AppError::from(RecordsError::Corrupt {
            what: "canary",
            why: "the canary in /var/lib".to_owned(),
        });
        assert_eq!(error.class(), ErrorClass::Bug);

        let refused = Refused::from(error);

        assert_eq!(refused.0.status, 500);
        let told = serde_json::to_string(&refused.0).unwrap();
        assert!(!told.contains("canary") && !told.contains("/var"), "{told}");
        let said = refused.into_response();
        let line = said.extensions().get::<Said>().unwrap();
        assert!(!line.0.contains("canary"), "{}", line.0);
    }
}
