//! Changing, releasing and forgetting KMS keys, and versions of keys, through the API.

use http::StatusCode;
use serde_json::{Value, json};

use crate::site::{Answer, Site};

const ANY: &[(&str, &str)] = &[("if-match", "*")];

/// A site with the KMS key `app`.
async fn site() -> Site {
    let site = Site::with_keystore().await;
    let body = json!({"keystore": "store", "name": "app", "settings": {"aliases": ["app"]}});
    let started = site.post("/api/v1/kms-keys", body).await;
    finish(&site, started).await;
    site
}

async fn finish(site: &Site, answer: Answer) {
    assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.body);
    let job = answer.body["job"]["id"].as_str().unwrap().to_owned();
    site.run().await;
    let job = site.get(&format!("/api/v1/jobs/{job}")).await.body;
    assert_eq!(job["state"], "succeeded", "{job:#}");
}

async fn shown(site: &Site, name: &str) -> Value {
    site.get(&format!("/api/v1/kms-keys/{name}")).await.body
}

#[tokio::test]
async fn a_kms_key_is_changed_and_shown_with_every_field() {
    let site = site().await;
    let user = format!(
        "arn:aws:iam::{}:user/keyferry",
        keyferry_testkit::world::ACCOUNT
    );
    let body = json!({
        "name": "billing",
        "description": "for invoices",
        "tags": {"team": "red"},
        "add_aliases": ["invoices"],
        "remove_aliases": ["alias/app"],
        "access": {"users": [user], "administrators": [user], "administrators_may_delete": false},
        "expires_at": "18-08-2027 00:48",
        "time_zone": "US/Pacific",
        "renewal": "renew",
    });

    let path = "/api/v1/kms-keys/app";
    let plan = site
        .patch(&format!("{path}?dry_run=true"), body.clone(), ANY)
        .await;
    assert_eq!(plan.status, StatusCode::OK, "{}", plan.body);
    assert_eq!(
        plan.body["steps"].as_array().unwrap().len(),
        6,
        "{}",
        plan.body
    );
    let headers = [("if-match", "*"), ("idempotency-key", "one")];
    let started = site.patch(path, body.clone(), &headers).await;
    let again = site.patch(path, body, &headers).await;
    assert_eq!(started.body["job"]["id"], again.body["job"]["id"]);
    let other = site.patch(path, json!({}), &headers).await;
    assert_eq!(other.body["code"], "request.idempotency-key-reused");
    finish(&site, started).await;

    let key = shown(&site, "billing").await;
    assert_eq!(key["description"], "for invoices");
    assert_eq!(key["aliases"], json!(["alias/invoices"]));
    assert_eq!(key["tags"], json!({"team": "red"}));
    assert_eq!(key["access"]["users"], json!([user]));
    assert_eq!(key["access"]["administrators"], json!([user]));
    assert_eq!(key["access"]["administrators_may_delete"], false);
    assert_eq!(key["expires_at"], "2027-08-18T07:48:00Z");
    for field in ["arn", "key_state", "aws_spec", "usage", "created_at"] {
        assert!(key[field].is_string(), "{field}: {key:#}");
    }
    assert_eq!(key["multi_region"], false);
    assert_eq!(key["regions"], json!(["eu-central-1"]));
    let without = json!({"tags": {"team": null}});
    let started = site.patch("/api/v1/kms-keys/billing", without, ANY).await;
    finish(&site, started).await;
    assert_eq!(shown(&site, "billing").await["tags"], json!({}));
}

#[tokio::test]
async fn a_change_needs_the_revision_that_was_read() {
    let site = site().await;
    let change = || json!({"description": "new"});
    let path = "/api/v1/kms-keys/app";

    let without = site.patch(path, change(), &[]).await;
    let stale = site.patch(path, change(), &[("if-match", "\"1\"")]).await;
    let both = json!({"access": {}, "policy": "{}"});
    let both = site.patch(path, both, ANY).await;
    let endless = site.patch(path, json!({"renewal": "lapse"}), ANY).await;

    assert_eq!(without.status, StatusCode::PRECONDITION_REQUIRED);
    assert_eq!(stale.status, StatusCode::CONFLICT);
    assert_eq!(stale.body["code"], "request.changed");
    assert_eq!(both.status, StatusCode::BAD_REQUEST);
    assert_eq!(endless.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_kms_key_is_observed_released_and_its_keystore_removed() {
    let site = site().await;
    let post = async |verb: &str| {
        let path = format!("/api/v1/kms-keys/app/{verb}");
        site.post(&path, json!({})).await
    };

    let observed = post("observe").await;
    assert_eq!(observed.status, StatusCode::OK, "{}", observed.body);
    assert_eq!(observed.body["status"], "AVAILABLE");
    let forgotten = post("forget").await;
    assert_eq!(forgotten.body["code"], "kms-key.not-gone");
    let plan = post("release?dry_run=true").await;
    assert_eq!(plan.body["steps"], json!([]), "{}", plan.body);
    let released = post("release").await;

    assert_eq!(released.status, StatusCode::OK, "{}", released.body);
    assert_eq!(released.body["kms_keys"][0]["life"], "RELEASED");
    let removed = site.delete("/api/v1/keystores/store").await;
    assert_eq!(removed.status, StatusCode::NO_CONTENT, "{}", removed.body);
    assert_eq!(shown(&site, "app").await["life"], "RELEASED");
}

#[tokio::test]
async fn versions_tell_their_state_their_use_and_their_holders() {
    let site = site().await;
    let made = site.post("/api/v1/keys/app/versions", json!({})).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
    let uploaded = site
        .post("/api/v1/kms-keys/app/upload-version", json!({}))
        .await;
    finish(&site, uploaded).await;

    let path = "/api/v1/keys/app/versions/1/deactivate";
    let deactivated = site.post(path, json!({})).await;
    assert_eq!(deactivated.body["state"], "deactivated");
    assert_eq!(deactivated.body["usage"], json!(["decrypt", "unwrap"]));
    let path = "/api/v1/keys/app/versions/2/compromise";
    let compromised = site.post(path, json!({})).await;
    assert_eq!(compromised.body["held_by"][0]["name"], "app");
    assert_eq!(compromised.body["held_by"][0]["current"], true);
    let listed = site.get("/api/v1/keys/app/versions").await.body;
    let states = |one: &Value| one["state"].as_str().unwrap().to_owned();
    let items = listed["items"].as_array().unwrap();
    assert_eq!(
        items.iter().map(states).collect::<Vec<_>>(),
        ["deactivated", "compromised"]
    );
    let none = site
        .post("/api/v1/keys/app/versions/0/deactivate", json!({}))
        .await;
    assert_eq!(none.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_key_is_renamed_limited_and_permitted() {
    let site = site().await;
    let body =
        json!({"name": "billing", "active_versions_max": 1, "permitted_operations": ["encrypt"]});

    let changed = site.patch("/api/v1/keys/app", body, ANY).await;

    assert_eq!(changed.status, StatusCode::OK, "{}", changed.body);
    assert_eq!(changed.body["permitted_operations"], json!(["encrypt"]));
    assert_eq!(changed.body["versions"][0]["usage"], json!(["encrypt"]));
    let full = site.post("/api/v1/keys/billing/versions", json!({})).await;
    assert_eq!(full.body["code"], "key.too-many-active-versions");
    let wrong = json!({"permitted_operations": ["fly"]});
    let wrong = site.patch("/api/v1/keys/billing", wrong, ANY).await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn j1_many_kms_keys_are_changed_as_one_job_with_its_plan_and_its_targets() {
    let site = site().await;
    let more = json!({"keystore": "store", "name": "other"});
    let started = site.post("/api/v1/kms-keys", more).await;
    finish(&site, started).await;
    let path = "/api/v1/kms-keys/bulk";
    let tags = json!({
        "matching": {"keystore": "store"},
        "operation": "update",
        "update": {"tags": {"team": "pay"}},
    });

    let plan = site
        .post(&format!("{path}?dry_run=true"), tags.clone())
        .await;
    assert_eq!(plan.status, StatusCode::OK, "{}", plan.body);
    assert_eq!(plan.body["kms_keys"], 2);
    assert_eq!(plan.body["calls"][0]["operation"], "TagResource");
    assert_eq!(plan.body["calls"][0]["calls"], 2);
    assert_eq!(plan.body["seconds"], 1);
    let started = site.post(path, tags).await;
    let job = started.body["job"]["id"].as_str().unwrap().to_owned();
    finish(&site, started).await;

    let targets = site
        .get(&format!("/api/v1/jobs/{job}/targets?limit=1"))
        .await;
    assert_eq!(targets.body["items"][0]["kms_key_name"], "app");
    assert_eq!(targets.body["items"][0]["state"], "done");
    assert!(targets.body["next"].is_string(), "{}", targets.body);
    let stuck = site
        .get(&format!("/api/v1/jobs/{job}/targets?state=stuck"))
        .await;
    assert_eq!(stuck.body["items"], json!([]));
    assert_eq!(shown(&site, "other").await["tags"], json!({"team": "pay"}));
}

#[tokio::test]
async fn consent_to_many_is_their_number_and_what_is_said_must_fit() {
    let site = site().await;
    let path = "/api/v1/kms-keys/bulk";
    let rows = [
        (
            json!({"matching": {}, "operation": "deactivate"}),
            "request.count-not-confirmed",
        ),
        (
            json!({"kms_keys": ["app"], "operation": "deactivate", "confirm_count": 2}),
            "request.count-not-confirmed",
        ),
        (json!({"operation": "enable"}), "request.invalid"),
        (
            json!({"kms_keys": ["app"], "matching": {}, "operation": "enable"}),
            "request.invalid",
        ),
        (
            json!({"matching": {}, "operation": "rotate"}),
            "request.invalid",
        ),
        (
            json!({"matching": {}, "operation": "create-grant"}),
            "request.invalid",
        ),
        (
            json!({"matching": {}, "operation": "retire-grants", "retire_grants": {"grants": ["x"]}}),
            "request.invalid",
        ),
        (
            json!({"matching": {}, "operation": "change-primary", "change_primary": {"region": "?"}}),
            "request.bad-aws-name",
        ),
        (
            json!({"matching": {}, "operation": "enable", "replicate": {"regions": ["eu-west-1"]}}),
            "request.invalid",
        ),
        (
            json!({"matching": {}, "operation": "enable", "synchronize": {}}),
            "request.invalid",
        ),
        (
            json!({"matching": {"status": "FINE"}, "operation": "enable"}),
            "request.invalid",
        ),
        (
            json!({"kms_keys": ["nobody"], "operation": "enable"}),
            "request.not-found",
        ),
    ];
    for (body, code) in rows {
        let refused = site.post(path, body.clone()).await;
        assert_eq!(refused.body["code"], code, "{body}: {}", refused.body);
    }
}

#[tokio::test]
async fn a_job_is_paused_and_goes_on() {
    let site = site().await;
    let body = json!({"matching": {}, "operation": "update", "update": {"description": "kept"}});
    let started = site.post("/api/v1/kms-keys/bulk", body).await;
    let job = started.body["job"]["id"].as_str().unwrap().to_owned();

    let paused = site
        .post(&format!("/api/v1/jobs/{job}/pause"), json!({}))
        .await;
    site.run().await;
    assert_eq!(paused.body["state"], "paused", "{}", paused.body);
    assert_eq!(shown(&site, "app").await["description"], "");
    let held = site.get("/api/v1/jobs?state=paused").await;
    assert_eq!(held.body["items"][0]["id"], job.as_str());
    site.post(&format!("/api/v1/jobs/{job}/resume"), json!({}))
        .await;
    finish(&site, started).await;

    assert_eq!(shown(&site, "app").await["description"], "kept");
}

#[tokio::test]
async fn a_plan_says_what_becomes_unusable_the_last_use_and_the_rotations_left() {
    let site = site().await;

    let path = "/api/v1/kms-keys/app/schedule-deletion?dry_run=true";
    let plan = site.post(path, json!({"days": 7})).await;
    let observed = site.post("/api/v1/kms-keys/app/observe", json!({})).await;

    assert_eq!(plan.status, StatusCode::OK, "{}", plan.body);
    let one = &plan.body["consequences"][0];
    assert_eq!(one["kms_key"], "app");
    assert_eq!(
        one["unusable"],
        "at once, and after 7 days for ever, with all that it encrypted"
    );
    assert_eq!(one["rotations_left"], 25);
    let last = &one["last_use"][0];
    assert!(
        last["text"].as_str().unwrap().starts_with("none since"),
        "{last}"
    );
    assert!(last["tracked_since"].is_string() && last["operation"].is_null());
    let place = &observed.body["places"][0]["last_use"];
    assert_eq!(place["text"], last["text"], "{}", observed.body);
}

#[tokio::test]
async fn e15_g10_a_key_made_by_aws_is_made_shown_and_rotated_to_a_key_of_the_vault() {
    let site = Site::with_keystore().await;
    let body = json!({"keystore": "store", "name": "native", "origin": "aws", "native_rotation_days": 365,
        "settings": {"aliases": ["native"]}});
    let started = site.post("/api/v1/kms-keys", body).await;
    finish(&site, started).await;
    let before = shown(&site, "native").await;
    let wrong = json!({"keystore": "store", "name": "other", "native_rotation_days": 365});
    let wrong = site.post("/api/v1/kms-keys", wrong).await;
    let key = site
        .post("/api/v1/keys", json!({"name": "ours", "spec": "AES-256"}))
        .await;
    assert_eq!(key.status, StatusCode::CREATED, "{}", key.body);

    let rotate = json!({"method": "new-key", "to_key": "ours"});
    let started = site.post("/api/v1/kms-keys/native/rotate", rotate).await;
    finish(&site, started).await;

    assert_eq!(before["source"]["kind"], "AWS");
    assert_eq!(before["origin"], "AWS_KMS");
    assert_eq!(before["native_rotation_days"], 365);
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST, "{}", wrong.body);
    let after = shown(&site, "native").await;
    assert_eq!(after["source"]["text"], "Keyferry (ours)");
    assert_eq!(after["origin"], "EXTERNAL");
}

#[tokio::test]
async fn what_would_be_made_is_answered_without_its_secret_and_without_a_revision() {
    let site = Site::with_keystore().await;
    let webhook = json!({"kind": "webhook", "url": "https://hooks.example/keyferry"});
    let size = site.get("/api/v1/audit/checkpoint").await.body;

    for (path, body, secret) in [
        ("keys", json!({"name": "k", "spec": "AES-256"}), "none"),
        ("me/tokens", json!({"name": "ci"}), "token"),
        (
            "alert-destinations",
            json!({"name": "ops", "address": webhook}),
            "signing_secret",
        ),
    ] {
        let before = site.get(&format!("/api/v1/{path}")).await.body;
        let made = site
            .post(&format!("/api/v1/{path}?dry_run=true"), body)
            .await;
        assert_eq!(made.status, StatusCode::OK, "{path}: {}", made.body);
        assert!(made.headers.get("etag").is_none(), "{path}");
        assert!(
            made.body[secret].is_null(),
            "{path} shows a secret that is not kept"
        );
        assert_eq!(
            site.get(&format!("/api/v1/{path}")).await.body,
            before,
            "{path}"
        );
    }
    assert_eq!(site.get("/api/v1/audit/checkpoint").await.body, size);
}

#[tokio::test]
async fn what_would_be_changed_is_answered_without_a_revision_that_nobody_has_made() {
    let site = Site::with_keystore().await;
    let made = site
        .post("/api/v1/keys", json!({"name": "k", "spec": "AES-256"}))
        .await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);

    for (path, body) in [
        ("keys/k", json!({"description": "new"})),
        ("keystores/store", json!({"description": "new"})),
    ] {
        let path = format!("/api/v1/{path}");
        let tried = site
            .patch(
                &format!("{path}?dry_run=true"),
                body.clone(),
                &[("if-match", "*")],
            )
            .await;
        assert_eq!(tried.status, StatusCode::OK, "{path}: {}", tried.body);
        assert!(tried.headers.get("etag").is_none(), "{path}");
        let changed = site.patch(&path, body, &[("if-match", "*")]).await;
        assert!(changed.headers.get("etag").is_some(), "{path}");
    }
}

#[tokio::test]
async fn whoever_is_not_signed_in_tries_nothing() {
    let mut site = Site::with_keystore().await;
    site.token = "kfy_0".to_owned();

    let refused = site
        .post("/api/v1/keys?dry_run=true", json!({"name": "k"}))
        .await;

    assert_eq!(refused.status, StatusCode::UNAUTHORIZED, "{}", refused.body);
}
