//! The console: static files, and its start page wherever a browser enters.

use std::borrow::Cow;

use axum::body::Bytes;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, Method, header};
use keyferry_console::File;

/// What is not the console's.
const OTHERS: &[&str] = &["/api", "/healthz", "/readyz"];

/// Answers what is the console's: its files tell nothing and need no sign-in. All else goes on.
pub(crate) async fn serve(request: Request, next: Next) -> Response {
    match found(request.method(), request.uri().path(), request.headers()) {
        Some(file) => answer(file),
        None => next.run(request).await,
    }
}

fn found(method: &Method, path: &str, headers: &HeaderMap) -> Option<File> {
    let is_read = method == Method::GET || method == Method::HEAD;
    let is_ours = OTHERS.iter().any(|other| {
        path.strip_prefix(other)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    });
    if !is_read || is_ours {
        return None;
    }
    let brotli = accepts(headers, &header::ACCEPT_ENCODING, "br");
    let name = path.strip_prefix('/')?;
    keyferry_console::file(name, brotli).or_else(|| {
        // Pages within the console have paths that only it knows.
        let is_page = name.is_empty() || accepts(headers, &header::ACCEPT, "text/html");
        is_page.then(|| keyferry_console::start(brotli))
    })
}

/// Whether a header of preferences names a value, and not as what is never wanted (RFC 9110, section 12.4.2).
pub(crate) fn accepts(headers: &HeaderMap, name: &header::HeaderName, wanted: &str) -> bool {
    let values = headers.get_all(name).into_iter();
    let values = values.filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|one| {
        let mut parts = one.split(';').map(str::trim);
        let is_it = parts
            .next()
            .is_some_and(|it| it.eq_ignore_ascii_case(wanted));
        let is_refused = parts.any(|part| {
            let weight = part
                .strip_prefix("q=")
                .and_then(|text| text.parse::<f32>().ok());
            weight == Some(0.0)
        });
        is_it && !is_refused
    })
}

fn answer(file: File) -> Response {
    let bytes = match file.bytes {
        Cow::Borrowed(embedded) => Bytes::from_static(embedded),
        Cow::Owned(read) => Bytes::from(read),
    };
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static(file.media_type),
    );
    if file.immutable {
        let for_ever = HeaderValue::from_static("public, max-age=31536000, immutable");
        headers.insert(header::CACHE_CONTROL, for_ever);
    }
    headers.insert(
        header::VARY,
        HeaderValue::from_static("Accept, Accept-Encoding"),
    );
    if file.brotli {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("br"));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(method: Method, path: &str, accept: &'static str) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, HeaderValue::from_static(accept));
        found(&method, path, &headers).is_some()
    }

    #[test]
    fn browsers_get_the_console_wherever_they_enter_it() {
        for path in ["/", "/kms-keys", "/kms-keys/some.name/tags", "/apis"] {
            assert!(at(Method::GET, path, "text/html,*/*;q=0.8"), "{path}");
        }
    }

    #[test]
    fn what_is_not_the_consoles_goes_on() {
        for path in ["/api", "/api/v1/me", "/api/v2", "/healthz", "/readyz"] {
            assert!(!at(Method::GET, path, "text/html"), "{path}");
        }
        assert!(!at(Method::POST, "/", "text/html"));
        assert!(!at(Method::GET, "/kms-keys", "application/json"));
        assert!(!at(Method::GET, "/kms-keys", "text/html;q=0, */*"));
        assert!(!at(Method::GET, "/assets/gone.js", "*/*"));
    }
}
