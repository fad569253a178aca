//! Limits of requests, as whoever asks meets them.

use std::net::SocketAddr;

use axum::body::Body;
use axum::extract::ConnectInfo;
use http::{Method, Request, StatusCode, header};
use serde_json::json;

use crate::site::{Answer, PASSWORD, Site};

/// Asks from an address, without sign-in or with ann's token.
async fn ask(site: &Site, from: &str, method: Method, path: &str, token: Option<&str>) -> Answer {
    ask_with(site, from, method, path, token, "").await
}

async fn ask_with(
    site: &Site,
    from: &str,
    method: Method,
    path: &str,
    token: Option<&str>,
    body: &str,
) -> Answer {
    let from: SocketAddr = from.parse().unwrap();
    let mut request = Request::builder()
        .method(method)
        .uri(path)
        .extension(ConnectInfo(from))
        .header(header::CONTENT_TYPE, "application/json");
    if let Some(token) = token {
        request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
    }
    site.send(request.body(Body::from(body.to_owned())).unwrap())
        .await
}

fn assert_limited(answer: &Answer) {
    assert_eq!(
        (answer.status, answer.code()),
        (StatusCode::TOO_MANY_REQUESTS, "rate.limited"),
        "{}",
        answer.body
    );
    let seconds: u64 = answer.header("retry-after").parse().unwrap();
    assert!((1..=60).contains(&seconds), "{seconds}");
    assert_eq!(answer.header("content-type"), "application/problem+json");
    assert_eq!(answer.header("cache-control"), "no-store");
}

const KEYS: &str = "/api/v1/keys";

#[tokio::test]
async fn requests_of_one_address_are_limited_before_anything_else_is_looked_at() {
    let site = Site::configured("[limits]\naddress_per_minute = 3\n").await;
    let token = Some(site.token.as_str());
    for path in [KEYS, "/api/v1/nothing", "/healthz"] {
        let answer = ask(&site, "192.0.2.1:1", Method::GET, path, None).await;
        assert_ne!(answer.status, StatusCode::TOO_MANY_REQUESTS);
    }
    for (path, token) in [(KEYS, token), ("/api/v1/nothing", None), ("/healthz", None)] {
        assert_limited(&ask(&site, "192.0.2.1:2", Method::GET, path, token).await);
    }
    let other = ask(&site, "192.0.2.2:1", Method::GET, KEYS, token).await;
    assert_eq!(other.status, StatusCode::OK);
}

#[tokio::test]
async fn requests_of_one_account_are_limited_wherever_they_come_from() {
    let site = Site::configured("[limits]\naccount_per_minute = 2\n").await;
    let token = Some(site.token.as_str());
    for from in ["192.0.2.1:1", "192.0.2.2:1"] {
        let answer = ask(&site, from, Method::GET, KEYS, token).await;
        assert_eq!(answer.status, StatusCode::OK);
    }
    assert_limited(&ask(&site, "192.0.2.3:1", Method::GET, KEYS, token).await);
    let open = ask(&site, "192.0.2.3:1", Method::GET, "/api/v1/seal", token).await;
    assert_eq!(
        open.status,
        StatusCode::OK,
        "what needs nobody counts for nobody"
    );
}

#[tokio::test]
async fn sign_ins_are_limited_by_address_and_passwords_are_not_even_looked_at() {
    let site = Site::configured("[limits]\nsign_in_per_minute = 2\n").await;
    let body = json!({"user": "ann", "password": PASSWORD}).to_string();
    let sign_in = async |from: &str| {
        ask_with(&site, from, Method::POST, "/api/v1/sessions", None, &body).await
    };
    for _ in 0..2 {
        assert_eq!(sign_in("[2001:db8::1]:1").await.status, StatusCode::CREATED);
    }
    let before = site.outside.records.debug_without_leaves();
    assert_limited(&sign_in("[2001:db8::2]:1").await);
    assert_eq!(site.outside.records.debug_without_leaves(), before);
    assert_eq!(
        sign_in("[2001:db8:0:1::1]:1").await.status,
        StatusCode::CREATED
    );
    let token = Some(site.token.as_str());
    let other = ask(&site, "[2001:db8::1]:1", Method::GET, KEYS, token).await;
    assert_eq!(other.status, StatusCode::OK, "other routes go on");
}

#[tokio::test]
async fn tries_to_open_the_vault_are_limited_for_each_person() {
    let site = Site::configured("[limits]\nunseal_per_minute = 1\n").await;
    let unseal = || site.post("/api/v1/seal/unseal", json!({"passphrase": "guessed"}));
    assert_ne!(unseal().await.status, StatusCode::TOO_MANY_REQUESTS);
    assert_limited(&unseal().await);
    assert_eq!(site.get(KEYS).await.status, StatusCode::OK);
}

#[tokio::test]
async fn beginnings_of_sign_ins_at_providers_are_limited_by_address() {
    let site = Site::configured("[limits]\noidc_start_per_minute = 1\n").await;
    let path = "/api/v1/sessions/oidc/corp/start";
    let first = ask(&site, "192.0.2.1:1", Method::GET, path, None).await;
    assert_eq!(first.status, StatusCode::NOT_FOUND);
    assert_limited(&ask(&site, "192.0.2.1:1", Method::GET, path, None).await);
    let other = ask(&site, "192.0.2.2:1", Method::GET, path, None).await;
    assert_eq!(other.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn behind_a_proxy_that_is_trusted_the_client_is_counted_and_nobody_names_another() {
    let config = "[limits]\naddress_per_minute = 1\n[http]\ntrusted_proxies = \"10.0.0.0/8\"\n";
    let site = Site::configured(config).await;
    let ask = async |peer: &str, said: &str| {
        let peer: SocketAddr = peer.parse().unwrap();
        let request = Request::get("/healthz")
            .extension(ConnectInfo(peer))
            .header("x-forwarded-for", said);
        site.send(request.body(Body::empty()).unwrap()).await.status
    };
    let many = StatusCode::TOO_MANY_REQUESTS;
    assert_eq!(ask("10.0.0.7:1", "192.0.2.1").await, StatusCode::OK);
    assert_eq!(ask("10.0.0.7:1", "192.0.2.2").await, StatusCode::OK);
    assert_eq!(ask("10.0.0.7:1", "198.51.100.1, 192.0.2.1").await, many);
    assert_eq!(ask("203.0.113.5:1", "192.0.2.9").await, StatusCode::OK);
    assert_eq!(
        ask("203.0.113.5:1", "192.0.2.10").await,
        many,
        "not a proxy of ours"
    );
}
