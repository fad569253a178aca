//! Taking material out, as clients see it.

use axum::body::Body;
use http::{Request, StatusCode, header};
use http_body_util::BodyExt as _;
use keyferry_api::tar::Reader;
use keyferry_testkit::world::{PUBLIC_KEY, ann};
use serde_json::{Value, json};

use crate::approvals::{add, approve, cookie, judge, post, rules_for_everything, text};
use crate::site::Site;

/// The exportable key `leaving`, and bob who is let in by his cookie.
async fn site() -> (Site, String) {
    let site = Site::new().await;
    let key = json!({"name": "leaving", "spec": "AES-256", "exportable": true});
    post(&site, "keys", key).await;
    let (_, password) = add(&site, "bob", &[("administrator", Some("default"))]).await;
    let bob = cookie(&site, "bob", &password).await;
    (site, bob)
}

async fn prepare(site: &Site, path: &str) -> Value {
    let body = json!({"public_key": PUBLIC_KEY, "reason": "the system moves"});
    post(site, path, body).await
}

#[tokio::test]
async fn i1_i2_consent_comes_on_top_of_four_eyes_and_what_was_approved_is_downloaded_once() {
    let (site, bob) = site().await;
    let ready = prepare(&site, "keys/leaving/versions/1/prepare-download").await;
    let judge = judge(&site).await;
    rules_for_everything(&site, 1).await;
    let path = "keys/leaving/versions/1/download";
    let refused = site.by_cookie(&bob, "POST", path, Value::Null).await;
    assert_eq!(refused.code(), "approval.needed");

    let tried = format!("{path}?dry_run=true");
    let tried = site.by_cookie(&bob, "POST", &tried, Value::Null).await;
    assert_eq!(tried.status, StatusCode::OK, "{}", tried.body);
    assert_eq!(tried.body["preparation"], ready);
    assert!(tried.body["wrapped"].is_null());

    let asked = json!({"method": "POST", "path": format!("/api/v1/{path}"), "reason": "we move"});
    let asked = site.by_cookie(&bob, "POST", "approvals", asked).await;
    assert_eq!(asked.status, StatusCode::CREATED, "{}", asked.body);
    let (id, hash) = (text(&asked.body, "/id"), text(&asked.body, "/hash"));
    let sha256 = &asked.body["plan"]["preparation"]["public_key_sha256"];
    assert_eq!(
        *sha256, ready["public_key_sha256"],
        "they see for whom it is"
    );

    approve(&site, &ann(), &id, &hash).await;
    let run = format!("approvals/{id}/run");
    let of_two = site.by_cookie(&bob, "POST", &run, Value::Null).await;
    assert_eq!(
        of_two.code(),
        "export.preparer-consented",
        "{}",
        of_two.body
    );
    approve(&site, &judge, &id, &hash).await;
    let done = site.by_cookie(&bob, "POST", &run, Value::Null).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.body);
    assert_eq!(done.body["wrapping"], "RSAES_OAEP_SHA_256");
    assert_eq!(
        text(&done.body, "/wrapped").len(),
        344,
        "256 bytes in base64"
    );
    let again = site.by_cookie(&bob, "POST", &run, Value::Null).await;
    assert_eq!(again.code(), "approval.over");
}

#[tokio::test]
async fn i2_consent_is_to_the_public_key_that_people_saw() {
    let (site, bob) = site().await;
    let path = "keys/leaving/versions/1/prepare-download";
    let ready = prepare(&site, path).await;
    let other = std::process::Command::new("sh")
        .args([
            "-c",
            "openssl genpkey -quiet -algorithm RSA | openssl pkey -pubout",
        ])
        .output()
        .unwrap();
    let other = String::from_utf8(other.stdout).unwrap();
    let judge = judge(&site).await;
    let rule = json!({"class": "export", "group": "default", "approvers": 1});
    let (carol, _) = add(&site, "carol", &[("administrator", Some("default"))]).await;
    post(&site, "approval-rules", rule).await;
    let download = "/api/v1/keys/leaving/versions/1/download";
    let asked = json!({"method": "POST", "path": download, "reason": "we move"});
    let asked = site.by_cookie(&bob, "POST", "approvals", asked).await.body;
    let (id, hash) = (text(&asked, "/id"), text(&asked, "/hash"));
    approve(&site, &carol, &id, &hash).await;

    let cancel = format!("preparations/{}/cancel", text(&ready, "/id"));
    post(&site, &cancel, Value::Null).await;
    let body = json!({"public_key": other, "reason": "the system moves"});
    let swapped = json!({"method": "POST", "path": format!("/api/v1/{path}"), "body": body.to_string(), "reason": "x"});
    let swapped = post(&site, "approvals", swapped).await;
    let (second, second_hash) = (text(&swapped, "/id"), text(&swapped, "/hash"));
    approve(&site, &carol, &second, &second_hash).await;
    post(&site, &format!("approvals/{second}/run"), Value::Null).await;
    let run = format!("approvals/{id}/run");
    let done = site.by_cookie(&bob, "POST", &run, Value::Null).await;
    assert_eq!(done.code(), "approval.plan-changed", "{}", done.body);
    drop(judge);
}

#[tokio::test]
async fn i2_an_export_comes_as_an_archive_that_ends_with_its_manifest() {
    let (site, bob) = site().await;
    prepare(&site, "groups/default/prepare-export").await;
    let by_token = site
        .post("/api/v1/groups/default/export", Value::Null)
        .await;
    assert_eq!(by_token.code(), "export.same-person");
    let request = || {
        Request::builder()
            .method("POST")
            .uri("/api/v1/groups/default/export")
            .header(header::COOKIE, bob.as_str())
            .header(header::HOST, "keyferry.example")
            .header(header::ORIGIN, "https://keyferry.example")
            .body(Body::empty())
            .unwrap()
    };
    let response = site.raw(request()).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(
        response.headers()[header::CONTENT_TYPE],
        "application/x-tar"
    );
    let bytes = response.into_body().collect().await.unwrap().to_bytes();

    let mut reader = Reader::default();
    let files = reader.take(&bytes).unwrap();
    assert!(reader.is_over());
    let names: Vec<&str> = files.iter().map(|file| file.0.as_str()).collect();
    assert_eq!(names[..2], ["README.txt", "unwrap-export.sh"]);
    assert_eq!(names.last(), Some(&"manifest.json"));
    assert_eq!(names.len(), 4, "one key");
    let again = site.send(request()).await;
    assert_eq!(again.code(), "export.not-prepared");
}

#[tokio::test]
async fn i2_an_export_to_somebody_who_is_locked_meanwhile_has_no_end() {
    let (site, bob) = site().await;
    prepare(&site, "groups/default/prepare-export").await;
    let request = Request::builder()
        .method("POST")
        .uri("/api/v1/groups/default/export")
        .header(header::COOKIE, bob)
        .header(header::HOST, "keyferry.example")
        .header(header::ORIGIN, "https://keyferry.example")
        .body(Body::empty())
        .unwrap();
    let mut body = site.raw(request).await.into_body();
    let mut reader = Reader::default();
    let first = body.frame().await.unwrap().unwrap().into_data().unwrap();
    reader.take(&first).unwrap();
    let locked = site.post("/api/v1/users/bob/lock", Value::Null).await;
    assert!(locked.status.is_success(), "{}", locked.body);

    let mut is_cut = false;
    while let Some(frame) = body.frame().await {
        match frame {
            Ok(frame) => drop(reader.take(&frame.into_data().unwrap()).unwrap()),
            Err(_) => is_cut = true,
        }
    }
    assert!(is_cut && !reader.is_over(), "whoever reads it is told");
}
