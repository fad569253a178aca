//! Signing in by a provider over HTTP: where browsers are sent, with which cookies.

use axum::body::Body;
use http::{Request, StatusCode, header};
use serde_json::{Value, json};

use crate::site::{Answer, Site};

const RULES: &str = "Path=/; Secure; HttpOnly; SameSite=Lax";
const SESSION_RULES: &str = "Path=/; Secure; HttpOnly; SameSite=Strict";

/// A site with a provider `corp`, which knows bob by the code `c-1`.
async fn site() -> Site {
    let site = Site::new().await;
    let provider = json!({
        "name": "corp", "issuer": "https://id.example", "client_id": "keyferry", "client_secret": "a secret",
        "public_url": "https://keyferry.example", "provisioning": "just-in-time",
    });
    let added = site.post("/api/v1/sign-in-providers", provider).await;
    assert_eq!(added.status, StatusCode::CREATED, "{}", added.body);
    assert_eq!(added.body["has_secret"], true);
    assert!(!added.body.to_string().contains("a secret"));
    let claims: [(&str, &[&str]); 1] = [("preferred_username", &["bob"])];
    site.outside.providers.knows("c-1", "s-1", &claims);
    site
}

/// Asks without any sign-in, with cookies.
async fn visit(site: &Site, path: &str, cookie: &str) -> Answer {
    let request = Request::get(path).header(header::COOKIE, cookie);
    site.send(request.body(Body::empty()).unwrap()).await
}

fn cookies(answer: &Answer) -> Vec<String> {
    let all = answer.headers.get_all(header::SET_COOKIE).iter();
    all.map(|value| value.to_str().unwrap().to_owned())
        .collect()
}

fn pair(cookie: &str) -> &str {
    cookie.split(';').next().unwrap()
}

fn parameter(location: &str, name: &str) -> String {
    let query = location.split_once('?').unwrap().1;
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs.find(|pair| pair.0 == name).unwrap().1.to_owned()
}

const START: &str = "/api/v1/sessions/oidc/corp/start";

/// Begins; answers state and cookie.
async fn begin(site: &Site, query: &str) -> (String, String) {
    let begun = visit(site, &format!("{START}{query}"), "").await;
    assert_eq!(begun.status, StatusCode::SEE_OTHER, "{}", begun.body);
    let [cookie] = cookies(&begun).try_into().unwrap();
    assert_eq!(
        cookie.split_once("; ").unwrap().1,
        format!("{RULES}; Max-Age=600")
    );
    assert!(cookie.starts_with("__Host-keyferry-sign-in="));
    let location = begun.header("location");
    assert!(
        location.starts_with("https://id.example/auth?"),
        "{location}"
    );
    (parameter(location, "state"), pair(&cookie).to_owned())
}

fn callback(state: &str) -> String {
    format!("/api/v1/sessions/oidc/corp/callback?state={state}&code=c-1&session_state=x")
}

#[tokio::test]
async fn a4_a_session_by_a_provider_is_signed_out_like_any_other() {
    let site = site().await;
    let (state, cookie) = begin(&site, "?return_to=/kms-keys").await;
    let back = visit(&site, &callback(&state), &cookie).await;
    assert_eq!(
        (back.status, back.header("location")),
        (StatusCode::SEE_OTHER, "/kms-keys")
    );
    let [session, gone] = cookies(&back).try_into().unwrap();
    assert_eq!(session.split_once("; ").unwrap().1, SESSION_RULES);
    assert_eq!(
        gone,
        format!("__Host-keyferry-sign-in=; {RULES}; Max-Age=0")
    );

    let me = visit(&site, "/api/v1/me", pair(&session)).await;
    assert_eq!(me.body["name"], "bob");
    let request = Request::delete("/api/v1/sessions/current")
        .header(header::COOKIE, pair(&session))
        .header("sec-fetch-site", "same-origin");
    let out = site.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!(out.status, StatusCode::NO_CONTENT);
    let me = visit(&site, "/api/v1/me", pair(&session)).await;
    assert_eq!(me.status, StatusCode::UNAUTHORIZED);
    let again = visit(&site, &callback(&state), &cookie).await;
    assert_eq!(again.code(), "access.sign-in-not-begun");
}

#[tokio::test]
async fn a3_strangers_learn_the_names_of_providers_and_nothing_else() {
    let site = site().await;
    let listed = visit(&site, "/api/v1/sign-in-providers", "").await;
    let start_url = format!("https://keyferry.example{START}");
    assert_eq!(
        listed.body["items"],
        json!([{"name": "corp", "start_url": start_url}])
    );
    for path in [
        "/api/v1/sign-in-providers/corp",
        "/api/v1/sign-in-providers/corp/rules",
    ] {
        assert_eq!(
            visit(&site, path, "").await.status,
            StatusCode::UNAUTHORIZED
        );
    }
    let state = begin(&site, "").await.0;
    let stolen = visit(&site, &callback(&state), "__Host-keyferry-sign-in=guessed").await;
    assert_eq!(
        (stolen.status, stolen.code()),
        (StatusCode::BAD_REQUEST, "access.sign-in-not-begun")
    );
    for query in [
        "?return_to=//evil.example",
        "?return_to=https://evil.example",
        "?cli_port=5000",
        "?other=1",
    ] {
        let refused = visit(&site, &format!("{START}{query}"), "").await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{query}");
        assert_eq!(cookies(&refused), Vec::<String>::new());
    }
}

#[tokio::test]
async fn a3_a_command_line_is_told_how_it_ended_where_it_listens() {
    let site = site().await;
    let verifier = "what the command line keeps";
    let challenge = keyferry_app::access::challenge_of(verifier);
    let query = format!("?cli_port=50000&cli_challenge={challenge}");
    let (state, cookie) = begin(&site, &query).await;
    let back = visit(&site, &callback(&state), &cookie).await;
    let location = back.header("location").to_owned();
    let code = location
        .strip_prefix("http://127.0.0.1:50000/?code=")
        .expect(&location);
    assert!(
        !cookies(&back)
            .iter()
            .any(|cookie| cookie.starts_with("__Host-keyferry="))
    );

    let redeem = |body: Value| {
        let request = Request::post("/api/v1/sessions/oidc/redeem")
            .header(header::CONTENT_TYPE, "application/json");
        site.send(request.body(Body::from(body.to_string())).unwrap())
    };
    let begun = redeem(json!({"code": code, "verifier": verifier})).await;
    assert_eq!(
        (begun.status, &begun.body["user"]),
        (StatusCode::CREATED, &json!("bob"))
    );
    assert!(cookies(&begun)[0].starts_with("__Host-keyferry="));
    let again = redeem(json!({"code": code, "verifier": verifier})).await;
    assert_eq!(again.code(), "access.sign-in-not-begun");

    let (state, cookie) = begin(&site, &query).await;
    site.post("/api/v1/users/bob/lock", Value::Null).await;
    let refused = visit(&site, &callback(&state), &cookie).await;
    let location = refused.header("location");
    assert!(
        location.starts_with("http://127.0.0.1:50000/?error="),
        "{location}"
    );
    assert!(
        location.ends_with("%5Baccess.not-admitted%5D"),
        "{location}"
    );
}

#[tokio::test]
async fn a3_a_browser_that_is_not_let_in_is_sent_to_a_page_that_says_why() {
    let site = site().await;
    let show = |path: String, cookie: String| {
        let request = Request::get(path)
            .header(header::COOKIE, cookie)
            .header(header::ACCEPT, "text/html,*/*;q=0.8");
        site.send(request.body(Body::empty()).unwrap())
    };
    let (state, cookie) = begin(&site, "").await;
    visit(&site, &callback(&state), &cookie).await;
    let (state, cookie) = begin(&site, "").await;
    site.post("/api/v1/users/bob/lock", Value::Null).await;
    let first = show(callback(&state), cookie.clone()).await;
    let again = show(callback(&state), cookie).await;
    let elsewhere = show("/api/v1/sessions/oidc/none/start".to_owned(), String::new()).await;
    for (answer, code) in [
        (&first, "access.not-admitted"),
        (&again, "access.sign-in-not-begun"),
        (&elsewhere, "request.not-found"),
    ] {
        let place = format!("/?error={code}");
        assert_eq!(
            (answer.status, answer.header("location")),
            (StatusCode::SEE_OTHER, place.as_str())
        );
        let signed_in = cookies(answer)
            .iter()
            .any(|cookie| cookie.starts_with("__Host-keyferry="));
        assert!(!signed_in, "{code}");
    }
}
