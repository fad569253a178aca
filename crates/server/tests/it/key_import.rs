//! The one route whose body holds key material.

use http::StatusCode;
use serde_json::json;

use crate::site::Site;

const PATH: &str = "/api/v1/keys/import";

/// `these are thirty secret bytes.`
const THIRTY: &str = "dGhlc2UgYXJlIHRoaXJ0eSBzZWNyZXQgYnl0ZXMu";

#[tokio::test]
async fn what_is_wrong_with_a_file_is_said_without_a_byte_of_it() {
    let site = Site::with_keystore().await;
    let base = json!({"name": "key", "file": THIRTY, "format": "raw"});
    let with = |field: &str, value: &str| {
        let mut body = base.clone();
        body[field] = json!(value);
        body
    };

    for (body, code) in [
        (base.clone(), "key-file.wrong-length"),
        (with("format", "pem"), "key-file.encoding"),
        (with("format", "other"), "request.invalid"),
        (with("file", "***"), "request.invalid"),
        (with("wrapped_by", "kek"), "request.invalid"),
        (with("new_version_of", "key"), "request.invalid"),
        (with("spec", "AES-128"), "key.spec-unknown"),
        (with("unknown", "x"), "request.bad-body"),
        (json!({"name": "key", "file": [1, 2]}), "request.bad-body"),
    ] {
        let answer = site.post(PATH, body).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{}", answer.body);
        assert_eq!(answer.body["code"], code, "{}", answer.body);
        let said = answer.body.to_string();
        assert!(!said.contains("thirty") && !said.contains(THIRTY), "{said}");
    }
    let key = site.get("/api/v1/keys/key").await;
    assert_eq!(key.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_body_larger_than_any_key_file_is_refused_before_it_is_read() {
    let site = Site::with_keystore().await;

    let file = "A".repeat(40_000);
    let answer = site.post(PATH, json!({"name": "key", "file": file})).await;

    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(answer.body["code"], "request.body-too-large");
}

#[tokio::test]
async fn e16_a_kms_key_that_is_filled_takes_no_settings() {
    let site = Site::with_keystore().await;
    let body = json!({
        "name": "card", "keystore": "store", "file": THIRTY, "format": "raw",
        "into": "alias/empty", "settings": {"aliases": ["card"]},
    });

    let answer = site.post("/api/v1/kms-keys/import", body).await;

    assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{}", answer.body);
    assert_eq!(answer.body["code"], "request.invalid", "{}", answer.body);
    assert!(
        answer.body.to_string().contains("settings"),
        "{}",
        answer.body
    );
}
