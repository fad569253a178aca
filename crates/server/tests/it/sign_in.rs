//! Who gets in, and that nothing is looked at before.

use axum::body::Body;
use http::{Request, StatusCode};
use jiff::SignedDuration;
use keyferry_api::endpoints;
use serde_json::json;

use crate::site::{Answer, PASSWORD, Site};

fn bare(method: &str, path: &str) -> http::request::Builder {
    Request::builder().method(method).uri(path)
}

#[tokio::test]
async fn without_sign_in_nothing_is_said_about_path_query_content_type_or_body() {
    let site = Site::new().await;
    let guarded = endpoints::ALL.iter().filter(|endpoint| !endpoint.open);
    let mut places: Vec<(&str, String)> = guarded
        .map(|one| (one.method.as_str(), one.path_with(&["%00"])))
        .collect();
    places.push(("GET", "/no/such/path".to_owned()));
    places.push(("PUT", "/api/v1/keys".to_owned()));
    for (method, path) in places {
        let request = bare(method, &format!("{path}?nonsense=1"))
            .header("content-type", "text/plain")
            .body(Body::from("{"))
            .unwrap();

        let answer = site.send(request).await;

        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{method} {path}");
        assert_eq!(answer.code(), "request.unauthenticated", "{method} {path}");
    }
}

#[tokio::test]
async fn what_is_open_answers_without_sign_in() {
    let site = Site::new().await;

    for path in [
        "/healthz",
        "/readyz",
        "/api/v1/openapi.json",
        "/api/v1/seal",
        "/",
    ] {
        let answer = site
            .send(bare("GET", path).body(Body::empty()).unwrap())
            .await;
        assert_ne!(answer.status, StatusCode::UNAUTHORIZED, "{path}");
    }
}

#[tokio::test]
async fn a_wrong_or_revoked_token_is_refused() {
    let site = Site::new().await;
    let tokens = site.get("/api/v1/me/tokens").await;
    let id = tokens.body["items"][0]["id"].as_str().unwrap().to_owned();
    for header in ["Bearer kfy_0000", "Bearer", "Basic YTpi", "\u{7f}"] {
        let request = bare("GET", "/api/v1/me").header("authorization", header);
        if let Ok(request) = request.body(Body::empty()) {
            assert_eq!(
                site.send(request).await.status,
                StatusCode::UNAUTHORIZED,
                "{header}"
            );
        }
    }

    let revoked = site.delete(&format!("/api/v1/me/tokens/{id}")).await;

    assert_eq!(revoked.status, StatusCode::NO_CONTENT);
    assert_eq!(
        site.get("/api/v1/me").await.status,
        StatusCode::UNAUTHORIZED
    );
}

async fn sign_in(site: &Site, password: &str) -> Answer {
    let body = json!({"user": "ann", "password": password}).to_string();
    let request = bare("POST", "/api/v1/sessions").header("content-type", "application/json");
    site.send(request.body(Body::from(body)).unwrap()).await
}

fn cookie_of(answer: &Answer) -> String {
    answer
        .header("set-cookie")
        .split(';')
        .next()
        .unwrap()
        .to_owned()
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_user_get_the_same_answer_and_no_cookie() {
    let site = Site::new().await;

    let wrong = sign_in(&site, "not her password").await;

    assert_eq!(wrong.status, StatusCode::UNAUTHORIZED);
    assert_eq!(wrong.header("set-cookie"), "");
    let body = json!({"user": "nobody", "password": PASSWORD}).to_string();
    let request = bare("POST", "/api/v1/sessions").header("content-type", "application/json");
    let unknown = site.send(request.body(Body::from(body)).unwrap()).await;
    assert_eq!(unknown.without_request(), wrong.without_request());
}

#[tokio::test]
async fn the_session_cookie_is_out_of_reach_of_scripts_and_other_hosts() {
    let site = Site::new().await;

    let answer = sign_in(&site, PASSWORD).await;

    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
    let cookie = answer.header("set-cookie");
    assert!(cookie.starts_with("__Host-keyferry="), "{cookie}");
    for rule in ["Path=/", "Secure", "HttpOnly", "SameSite=Strict"] {
        assert!(cookie.contains(rule), "{cookie}");
    }
    assert!(!cookie.contains("Domain"), "{cookie}");
}

#[tokio::test]
async fn a_change_by_cookie_must_come_from_our_own_pages() {
    let site = Site::new().await;
    let cookie = cookie_of(&sign_in(&site, PASSWORD).await);
    let create = |headers: &[(&str, &str)]| {
        let mut request = bare("POST", "/api/v1/keys")
            .header("cookie", &cookie)
            .header("content-type", "application/json");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request
            .body(Body::from(json!({"name": "k"}).to_string()))
            .unwrap()
    };

    let nothing_said = site.send(create(&[])).await;
    let cross_site = site.send(create(&[("sec-fetch-site", "cross-site")])).await;
    let own_page = site
        .send(create(&[("sec-fetch-site", "same-origin")]))
        .await;

    assert_eq!(
        (nothing_said.status, nothing_said.code()),
        (StatusCode::FORBIDDEN, "request.cross-site")
    );
    assert_eq!(
        (cross_site.status, cross_site.code()),
        (StatusCode::FORBIDDEN, "request.cross-site")
    );
    assert_eq!(own_page.status, StatusCode::CREATED, "{}", own_page.body);
}

#[tokio::test]
async fn signing_out_ends_the_session() {
    let site = Site::new().await;
    let cookie = cookie_of(&sign_in(&site, PASSWORD).await);
    let me = || {
        bare("GET", "/api/v1/me")
            .header("cookie", &cookie)
            .body(Body::empty())
            .unwrap()
    };
    assert_eq!(site.send(me()).await.body["name"], "ann");

    let request = bare("DELETE", "/api/v1/sessions/current")
        .header("cookie", &cookie)
        .header("sec-fetch-site", "same-origin");
    let ended = site.send(request.body(Body::empty()).unwrap()).await;

    assert_eq!(ended.status, StatusCode::NO_CONTENT);
    assert_eq!(site.send(me()).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn what_pages_ask_in_the_background_and_their_events_keep_no_session_and_a_request_does() {
    let site = Site::new().await;
    let cookie = cookie_of(&sign_in(&site, PASSWORD).await);
    let ask = |path: &str| bare("GET", path).header("cookie", &cookie);
    let status = async |request: http::request::Builder| {
        let sent = request.body(Body::empty()).unwrap();
        site.raw(sent).await.status()
    };
    let pass = |minutes| {
        site.outside
            .clock
            .advance(SignedDuration::from_mins(minutes))
    };

    pass(14);
    assert_eq!(status(ask("/api/v1/me")).await, StatusCode::OK);
    pass(14);
    let polled = ask("/api/v1/me").header("keyferry-background", "1");
    assert_eq!(status(polled).await, StatusCode::OK);
    assert_eq!(status(ask("/api/v1/events")).await, StatusCode::OK);
    pass(1);

    assert_eq!(status(ask("/api/v1/me")).await, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn one_is_told_how_one_signs_in_how_long_sessions_wait_and_which_version_answers() {
    let site = Site::new().await;

    let me = site.get("/api/v1/me").await.body;

    assert_eq!(me["second_factor"], false);
    assert_eq!(me["session_idle_minutes"], 15);
    assert_eq!(me["server_version"], env!("CARGO_PKG_VERSION"));
}

#[tokio::test]
async fn every_answer_carries_the_security_headers_problems_included() {
    let site = Site::new().await;

    let answer = site
        .send(bare("GET", "/nowhere").body(Body::empty()).unwrap())
        .await;

    assert_eq!(answer.header("content-type"), "application/problem+json");
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    assert_eq!(answer.header("cache-control"), "no-store");
    assert!(
        answer
            .header("content-security-policy")
            .contains("default-src 'none'")
    );
}
