//! Malformed requests and what they get.

use axum::body::Body;
use http::{Request, StatusCode};
use serde_json::{Value, json};

use crate::site::{Answer, Site};

async fn raw(site: &Site, content_type: &str, body: impl Into<Body>) -> Answer {
    let request = Request::post("/api/v1/keys")
        .header("authorization", format!("Bearer {}", site.token))
        .header("content-type", content_type)
        .body(body.into())
        .unwrap();
    site.send(request).await
}

#[tokio::test]
async fn a_body_that_is_not_the_requests_form_is_refused_by_name() {
    let site = Site::new().await;
    let cases = [
        ("{", "request.bad-body", "EOF"),
        ("[]", "request.bad-body", "expected struct"),
        (
            r#"["k", null, "", null, null, false, null, null]"#,
            "request.bad-body",
            "expected struct",
        ),
        (
            r#"{"name":"k","rotation":[{"every":"30d"}]}"#,
            "request.bad-body",
            "expected struct",
        ),
        (r#"{"name":"k","nmae":"x"}"#, "request.bad-body", "`nmae`"),
        (r#"{}"#, "request.bad-body", "`name`"),
        (r#"{"name":""}"#, "request.bad-name", "empty"),
        (
            r#"{"name":"k","spec":"ML_DSA_44"}"#,
            "key.spec-not-importable",
            "ML_DSA_44",
        ),
        (
            r#"{"name":"k","spec":"AES-128"}"#,
            "key.spec-unknown",
            "AES-128",
        ),
    ];
    for (body, code, words) in cases {
        let answer = raw(&site, "application/json", body).await;
        assert_eq!(
            (answer.status, answer.code()),
            (StatusCode::BAD_REQUEST, code),
            "{body}"
        );
        assert!(
            answer.body["detail"].as_str().unwrap().contains(words),
            "{}",
            answer.body
        );
    }
}

#[tokio::test]
async fn a_cursor_that_no_page_ended_with_is_a_mistake_of_the_caller() {
    let site = Site::new().await;

    for list in [
        "keys",
        "all-keys",
        "kms-keys",
        "found-keys",
        "jobs",
        "alerts",
        "approvals",
        "audit/entries",
    ] {
        for cursor in ["", "x", "1:2", "%F0%9F%94%92"] {
            let answer = site.get(&format!("/api/v1/{list}?cursor={cursor}")).await;
            assert_eq!(
                (answer.status, answer.code()),
                (StatusCode::BAD_REQUEST, "request.invalid"),
                "{list} {cursor}: {}",
                answer.body
            );
        }
    }
}

#[tokio::test]
async fn other_content_types_and_large_bodies_are_refused() {
    let site = Site::new().await;

    let text = raw(&site, "text/plain", r#"{"name":"k"}"#).await;
    let large = raw(&site, "application/json", " ".repeat(2 << 20)).await;
    let with_charset = raw(&site, "application/json; charset=utf-8", r#"{"name":"k"}"#).await;

    assert_eq!(
        (text.status.as_u16(), text.code()),
        (415, "request.unsupported-media-type")
    );
    assert_eq!(
        (large.status.as_u16(), large.code()),
        (413, "request.body-too-large")
    );
    assert_eq!(with_charset.status, StatusCode::CREATED);
}

#[tokio::test]
async fn a_secret_of_the_wrong_type_is_not_repeated() {
    let site = Site::new().await;
    let body = json!({
        "name": "aws", "regions": ["eu-central-1"],
        "identity": {"kind": "access-key", "access_key_id": "A", "secret_access_key": 4711},
    });

    let answer = site.post("/api/v1/connections", body).await;

    assert_eq!(answer.code(), "request.bad-body");
    assert!(!answer.body.to_string().contains("4711"), "{}", answer.body);
}

#[tokio::test]
async fn a_query_parameter_that_nobody_reads_is_refused_before_anything_happens() {
    let site = Site::new().await;

    let unread = site
        .post("/api/v1/keys?dryrun=true", json!({"name": "k"}))
        .await;
    let unknown = site.get("/api/v1/kms-keys?lief=ACTIVE").await;
    let malformed = site.get("/api/v1/kms-keys?limit=many").await;
    let outside = site.get("/api/v1/kms-keys?limit=1001").await;

    for answer in [&unread, &unknown, &malformed] {
        assert_eq!(
            (answer.status.as_u16(), answer.code()),
            (400, "request.bad-query"),
            "{}",
            answer.body
        );
    }
    assert_eq!(
        (outside.status.as_u16(), outside.code()),
        (400, "request.invalid")
    );
    assert_eq!(
        site.get("/api/v1/keys").await.body["items"],
        Value::Array(Vec::new())
    );
}

#[tokio::test]
async fn an_update_needs_the_revision_that_was_read() {
    let site = Site::with_keystore().await;
    let change = || json!({"description": "changed"});
    let etag = site
        .get("/api/v1/keystores/store")
        .await
        .header("etag")
        .to_owned();
    assert_eq!(etag, "\"1\"");

    let without = site.patch("/api/v1/keystores/store", change(), &[]).await;
    let stale = site
        .patch(
            "/api/v1/keystores/store",
            change(),
            &[("if-match", "\"7\"")],
        )
        .await;
    let fresh = site
        .patch("/api/v1/keystores/store", change(), &[("if-match", &etag)])
        .await;
    let again = site
        .patch("/api/v1/keystores/store", change(), &[("if-match", &etag)])
        .await;
    let any = site
        .patch("/api/v1/keystores/store", change(), &[("if-match", "*")])
        .await;

    assert_eq!(
        (without.status.as_u16(), without.code()),
        (428, "request.precondition-required")
    );
    assert_eq!(
        (stale.status.as_u16(), stale.code()),
        (409, "request.changed")
    );
    assert_eq!(fresh.status, StatusCode::OK, "{}", fresh.body);
    assert_eq!(again.status.as_u16(), 409);
    assert_eq!(any.status, StatusCode::OK);
}

#[tokio::test]
async fn unknown_routes_and_methods_are_problems_too() {
    let site = Site::new().await;

    let nowhere = site.get("/api/v1/nothing").await;
    let wrong = site.delete("/api/v1/keys").await;

    assert_eq!(
        (nowhere.status.as_u16(), nowhere.code()),
        (404, "request.no-such-route")
    );
    assert_eq!(
        (wrong.status.as_u16(), wrong.code()),
        (405, "request.method-not-allowed")
    );
}
