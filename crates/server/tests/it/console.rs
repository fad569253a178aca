//! The console's pages: for everybody, wherever a browser enters, and nothing else without sign-in.

use axum::body::Body;
use http::{Method, Request, StatusCode, header};

use crate::site::Site;

fn ask(method: Method, path: &str, accept: &str) -> Request<Body> {
    let request = Request::builder().method(method).uri(path);
    let request = request.header(header::ACCEPT, accept);
    request.body(Body::empty()).unwrap()
}

#[tokio::test]
async fn a2_a_browser_gets_the_console_wherever_it_enters_without_sign_in() {
    let site = Site::new().await;
    let start = site.send_text(ask(Method::GET, "/", "*/*")).await;
    assert!(start.to_lowercase().starts_with("<!doctype html>"));
    for path in ["/kms-keys", "/kms-keys/some-id/policy", "/no-page-at-all"] {
        let page = site.send_text(ask(Method::GET, path, "text/html")).await;
        assert_eq!(page, start, "{path}");
    }
}

#[tokio::test]
async fn what_is_not_the_consoles_wants_sign_in_as_before() {
    let site = Site::new().await;
    for (method, path, accept) in [
        (Method::GET, "/api/v1/kms-keys", "text/html"),
        (Method::GET, "/api/v1/nothing", "text/html"),
        (Method::GET, "/api", "text/html"),
        (Method::GET, "/kms-keys", "application/json"),
        (Method::GET, "/assets/none.js", "*/*"),
        (Method::GET, "/../Cargo.toml", "*/*"),
        (Method::POST, "/", "text/html"),
        (Method::POST, "/kms-keys", "text/html"),
    ] {
        let answer = site.send(ask(method.clone(), path, accept)).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{method} {path}");
    }
}

#[tokio::test]
async fn pages_of_the_console_are_no_requests_of_the_request_log() {
    let site = Site::new().await;
    site.send_text(ask(Method::GET, "/kms-keys", "text/html"))
        .await;
    let log = site.get("/api/v1/request-log").await;
    assert!(!log.body.to_string().contains("kms-keys"), "{}", log.body);
}
