//! Taking material out, as clients see it.

use axum::body::Body;
use http::{Request, StatusCode, header};
use http_body_util::BodyExt as _;
use keyferry_api::tar::Reader;
use keyferry_app::{Actor, ApprovalClass, DEFAULT_GROUP};
use keyferry_domain::approval::ApprovalRule;
use keyferry_ports::clock::Clock as _;
use keyferry_ports::records::{Change, Commits as _, Expect};
use keyferry_testkit::world::PUBLIC_KEY;
use serde_json::{Value, json};

use crate::approvals::{add, approve, cookie, judge, post, rules_for_everything, text};
use crate::site::Site;

/// The exportable key `leaving`, paul who prepares, and bob who takes; each with the cookie that lets him in.
struct House {
    site: Site,
    paul: Actor,
    pauls: String,
    bobs: String,
}

async fn house() -> House {
    let site = Site::new().await;
    let key = json!({"name": "leaving", "spec": "AES-256", "exportable": true});
    post(&site, "keys", key).await;
    let roles = [
        ("administrator", Some("default")),
        ("system-administrator", None),
    ];
    let (paul, password) = add(&site, "paul", &roles).await;
    let pauls = cookie(&site, "paul", &password).await;
    let (_, password) = add(&site, "bob", &roles[..1]).await;
    let bobs = cookie(&site, "bob", &password).await;
    House {
        site,
        paul,
        pauls,
        bobs,
    }
}

impl House {
    async fn prepare(&self, path: &str) -> Value {
        let body = json!({"public_key": PUBLIC_KEY, "reason": "the system moves"});
        let ready = self.site.by_cookie(&self.pauls, "POST", path, body).await;
        assert_eq!(ready.status, StatusCode::CREATED, "{}", ready.body);
        ready.body
    }

    fn export(&self) -> Request<Body> {
        Request::builder()
            .method("POST")
            .uri("/api/v1/groups/default/export")
            .header(header::COOKIE, self.bobs.as_str())
            .header(header::HOST, "keyferry.example")
            .header(header::ORIGIN, "https://keyferry.example")
            .body(Body::empty())
            .unwrap()
    }
}

#[tokio::test]
async fn i1_i2_consent_comes_on_top_of_four_eyes_and_what_was_approved_is_downloaded_once() {
    let house = house().await;
    let (site, bob) = (&house.site, &house.bobs);
    let path = "keys/leaving/versions/1/prepare-download";
    let ready = house.prepare(path).await;
    let judge = judge(site).await;
    rules_for_everything(site, 1).await;
    let path = "keys/leaving/versions/1/download";
    let refused = site.by_cookie(bob, "POST", path, Value::Null).await;
    assert_eq!(refused.code(), "approval.needed");

    let tried = format!("{path}?dry_run=true");
    let tried = site.by_cookie(bob, "POST", &tried, Value::Null).await;
    assert_eq!(tried.status, StatusCode::OK, "{}", tried.body);
    assert_eq!(tried.body["preparation"], ready);
    assert!(tried.body["wrapped"].is_null());

    let asked = json!({"method": "POST", "path": format!("/api/v1/{path}"), "reason": "we move"});
    let asked = site.by_cookie(bob, "POST", "approvals", asked).await;
    assert_eq!(asked.status, StatusCode::CREATED, "{}", asked.body);
    let (id, hash) = (text(&asked.body, "/id"), text(&asked.body, "/hash"));
    let sha256 = &asked.body["plan"]["preparation"]["public_key_sha256"];
    assert_eq!(
        *sha256, ready["public_key_sha256"],
        "they see for whom it is"
    );

    approve(site, &house.paul, &id, &hash).await;
    let run = format!("approvals/{id}/run");
    let of_two = site.by_cookie(bob, "POST", &run, Value::Null).await;
    assert_eq!(
        of_two.code(),
        "export.preparer-consented",
        "{}",
        of_two.body
    );
    approve(site, &judge, &id, &hash).await;
    let done = site.by_cookie(bob, "POST", &run, Value::Null).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.body);
    assert_eq!(done.body["wrapping"], "RSAES_OAEP_SHA_256");
    assert_eq!(
        text(&done.body, "/wrapped").len(),
        344,
        "256 bytes in base64"
    );
    let again = site.by_cookie(bob, "POST", &run, Value::Null).await;
    assert_eq!(again.code(), "approval.over");
}

#[tokio::test]
async fn i2_consent_is_to_the_public_key_that_people_saw() {
    let house = house().await;
    let (site, bob) = (&house.site, &house.bobs);
    let path = "keys/leaving/versions/1/prepare-download";
    let ready = house.prepare(path).await;
    let (carol, _) = add(site, "carol", &[("administrator", Some("default"))]).await;
    let rule = ApprovalRule {
        group: Some(DEFAULT_GROUP),
        class: ApprovalClass::Export,
        approvers: 1,
        hours: 72,
        changed_at: site.outside.clock.now(),
        revision: 1,
    };
    let put = vec![Change::PutApprovalRule(rule, Expect::New)];
    site.outside.records.commit(put.into()).await.unwrap();
    let asked = async |cookie: &str, asked: Value| {
        let asked = site.by_cookie(cookie, "POST", "approvals", asked).await;
        assert_eq!(asked.status, StatusCode::CREATED, "{}", asked.body);
        let (id, hash) = (text(&asked.body, "/id"), text(&asked.body, "/hash"));
        approve(site, &carol, &id, &hash).await;
        format!("approvals/{id}/run")
    };
    let download = "/api/v1/keys/leaving/versions/1/download";
    let download = json!({"method": "POST", "path": download, "reason": "we move"});
    let run = asked(bob, download).await;

    let cancel = format!("preparations/{}/cancel", text(&ready, "/id"));
    post(site, &cancel, Value::Null).await;
    let other = std::process::Command::new("sh")
        .args([
            "-c",
            "openssl genpkey -quiet -algorithm RSA | openssl pkey -pubout",
        ])
        .output()
        .unwrap();
    let other = String::from_utf8(other.stdout).unwrap();
    let body = json!({"public_key": other, "reason": "the system moves"}).to_string();
    let path = format!("/api/v1/{path}");
    let swap = json!({"method": "POST", "path": path, "body": body, "reason": "why not"});
    let swap = asked(&house.pauls, swap).await;
    let swapped = site
        .by_cookie(&house.pauls, "POST", &swap, Value::Null)
        .await;
    assert_eq!(swapped.status, StatusCode::CREATED, "{}", swapped.body);
    let done = site.by_cookie(bob, "POST", &run, Value::Null).await;
    assert_eq!(done.code(), "approval.plan-changed", "{}", done.body);
}

#[tokio::test]
async fn i2_an_export_comes_as_an_archive_that_ends_with_its_manifest() {
    let house = house().await;
    house.prepare("groups/default/prepare-export").await;
    let path = "/api/v1/groups/default/export";
    let by_token = house.site.post(path, Value::Null).await;
    assert_eq!(by_token.code(), "export.not-recent");
    let response = house.site.raw(house.export()).await;
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
    let again = house.site.send(house.export()).await;
    assert_eq!(again.code(), "export.not-prepared");
}

#[tokio::test]
async fn i2_an_export_to_somebody_who_is_locked_meanwhile_has_no_end() {
    let house = house().await;
    house.prepare("groups/default/prepare-export").await;
    let mut body = house.site.raw(house.export()).await.into_body();
    let mut reader = Reader::default();
    let first = body.frame().await.unwrap().unwrap().into_data().unwrap();
    reader.take(&first).unwrap();
    post(&house.site, "users/bob/lock", Value::Null).await;

    let mut is_cut = false;
    while let Some(frame) = body.frame().await {
        match frame {
            Ok(frame) => drop(reader.take(&frame.into_data().unwrap()).unwrap()),
            Err(_) => is_cut = true,
        }
    }
    assert!(is_cut && !reader.is_over(), "whoever reads it is told");
}
