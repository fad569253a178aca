//! Whole ways through the API, on the simulator.

use http::StatusCode;
use http_body_util::BodyExt;
use serde_json::{Value, json};

use crate::site::{Answer, Site};

async fn create(site: &Site, name: &str) -> Answer {
    site.post("/api/v1/kms-keys", create_body(name)).await
}

fn create_body(name: &str) -> Value {
    json!({"keystore": "store", "name": name, "settings": {"aliases": [name]}})
}

/// Runs an operation to its end and answers the KMS key as it is then.
async fn finish(site: &Site, answer: Answer, selector: &str) -> Value {
    assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.body);
    let job = answer.body["job"]["id"].as_str().unwrap().to_owned();
    site.run().await;
    let job = site.get(&format!("/api/v1/jobs/{job}")).await.body;
    assert_eq!(job["state"], "succeeded", "{job:#}");
    site.get(&format!("/api/v1/kms-keys/{selector}")).await.body
}

#[tokio::test]
async fn a_key_is_made_imported_and_shown_with_every_field_that_people_asked_for() {
    let site = Site::with_keystore().await;
    let users = format!(
        "arn:aws:iam::{}:user/keyferry",
        keyferry_testkit::world::ACCOUNT
    );
    let body = json!({"keystore": "store", "name": "billing", "spec": "AES-256", "settings": {
        "aliases": ["billing", "alias/invoices"],
        "description": "for invoices",
        "regions": ["eu-central-1"],
        "access": {"users": [users], "administrators": [users], "administrators_may_delete": false},
        "tags": {"team": "finance"},
        "expires_at": "18-08-2027 00:48",
        "time_zone": "US/Pacific",
        "enabled": true,
    }});

    let started = site.post("/api/v1/kms-keys", body).await;
    let shown = finish(&site, started, "alias%2Finvoices").await;

    assert_eq!(shown["name"], "billing");
    assert_eq!(shown["source"]["text"], "Keyferry (billing)");
    assert_eq!(shown["status"], "AVAILABLE");
    assert_eq!(shown["life"], "ACTIVE");
    assert_eq!(shown["key_state"], "Enabled");
    assert_eq!(shown["uploaded"], "uploaded");
    assert_eq!(shown["aliases"], json!(["alias/billing", "alias/invoices"]));
    assert_eq!(shown["tags"], json!({"team": "finance"}));
    assert_eq!(shown["description"], "for invoices");
    assert_eq!(shown["expires_at"], "2027-08-18T07:48:00Z");
    assert_eq!(shown["access"]["users"], json!([users]));
    assert_eq!(shown["access"]["administrators"], json!([users]));
    assert_eq!(shown["access"]["administrators_may_delete"], false);
    assert_eq!(shown["keystore_name"], "store");
    assert_eq!(shown["connection_name"], "aws");
    assert_eq!(shown["aws_spec"], "SYMMETRIC_DEFAULT");
    assert_eq!(shown["usage"], "ENCRYPT_DECRYPT");
    assert_eq!(shown["places"][0]["materials"][0]["version"], 1);
    let arn = shown["arn"].as_str().unwrap();
    let by_arn = format!(
        "/api/v1/kms-keys/{}",
        keyferry_api::endpoint::encode_segment(arn)
    );
    assert_eq!(site.get(&by_arn).await.body["id"], shown["id"]);
}

#[tokio::test]
async fn a_dry_run_shows_the_steps_and_changes_nothing() {
    let site = Site::with_keystore().await;

    let plan = site
        .post("/api/v1/kms-keys?dry_run=true", create_body("k"))
        .await;

    assert_eq!(plan.status, StatusCode::OK, "{}", plan.body);
    let operations: Vec<&str> = plan.body["steps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|step| step["aws_operation"].as_str().unwrap())
        .collect();
    assert!(operations.starts_with(&["CreateKey"]), "{operations:?}");
    for path in ["/api/v1/kms-keys", "/api/v1/keys", "/api/v1/jobs"] {
        assert_eq!(site.get(path).await.body["items"], json!([]), "{path}");
    }
}

#[tokio::test]
async fn the_same_idempotency_key_begins_one_job() {
    let site = Site::with_keystore().await;
    let key = [("idempotency-key", "one")];

    let first = site
        .post_with("/api/v1/kms-keys", create_body("k"), &key)
        .await;
    let second = site
        .post_with("/api/v1/kms-keys", create_body("k"), &key)
        .await;

    assert_eq!(second.status, StatusCode::ACCEPTED, "{}", second.body);
    assert_eq!(first.body["job"]["id"], second.body["job"]["id"]);
    assert_eq!(
        site.get("/api/v1/kms-keys").await.body["items"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

#[tokio::test]
async fn material_goes_and_comes_back() {
    let site = Site::with_keystore().await;
    let answer = create(&site, "k").await;
    finish(&site, answer, "k").await;

    let refused = site
        .post(
            "/api/v1/kms-keys/k/remove-from-cloud?confirm_name=K",
            Value::Null,
        )
        .await;
    assert_eq!(refused.code(), "request.name-not-confirmed");
    let removed = site
        .post(
            "/api/v1/kms-keys/k/remove-from-cloud?confirm_name=k",
            Value::Null,
        )
        .await;
    let shown = finish(&site, removed, "k").await;
    assert_eq!(
        (&shown["status"], &shown["life"]),
        (&json!("NOT AVAILABLE"), &json!("INACTIVE"))
    );
    assert_eq!(shown["uploaded"], "not-uploaded");

    let activated = site.post("/api/v1/kms-keys/k/activate", Value::Null).await;
    let shown = finish(&site, activated, "k").await;
    assert_eq!(
        (&shown["status"], &shown["life"]),
        (&json!("AVAILABLE"), &json!("ACTIVE"))
    );
    let again = site.post("/api/v1/kms-keys/k/activate", Value::Null).await;
    assert_eq!(
        again.status,
        StatusCode::OK,
        "nothing to do: {}",
        again.body
    );
    assert!(again.body.get("job").is_none());
}

#[tokio::test]
async fn deletion_is_scheduled_within_bounds_and_cancelled() {
    let site = Site::with_keystore().await;
    let answer = create(&site, "k").await;
    finish(&site, answer, "k").await;

    for days in [6, 31] {
        let refused = site
            .post(
                "/api/v1/kms-keys/k/schedule-deletion?confirm_name=k",
                json!({"days": days}),
            )
            .await;
        assert!(refused.status.is_client_error(), "{days}: {}", refused.body);
        assert!(!refused.code().is_empty());
    }
    let scheduled = site
        .post(
            "/api/v1/kms-keys/k/schedule-deletion?confirm_name=k",
            json!({"days": 7}),
        )
        .await;
    assert_eq!(scheduled.status, StatusCode::ACCEPTED, "{}", scheduled.body);
    let cancelled = loop {
        site.app.engine.run_due().await.unwrap();
        let answer = site
            .post("/api/v1/kms-keys/k/cancel-deletion", json!({}))
            .await;
        if answer.code() != "kms-key.busy" {
            break answer;
        }
    };
    let shown = finish(&site, cancelled, "k").await;
    assert_eq!(
        (&shown["status"], &shown["life"]),
        (&json!("DISABLED"), &json!("INACTIVE"))
    );
}

#[tokio::test]
async fn both_rotations_answer_what_became_of_the_keys() {
    let site = Site::with_keystore().await;
    let answer = create(&site, "k").await;
    let before = finish(&site, answer, "alias%2Fk").await;

    let in_place = site
        .post("/api/v1/kms-keys/k/rotate", json!({"method": "in-place"}))
        .await;
    let same = finish(&site, in_place, "alias%2Fk").await;
    assert_eq!(same["arn"], before["arn"]);
    assert_eq!(same["current_version"], 2);

    let body = json!({"method": "new-key", "old_key": "keep-enabled"});
    let by_new_key = site.post("/api/v1/kms-keys/k/rotate", body).await;
    let successor = finish(&site, by_new_key, "alias%2Fk").await;
    assert_ne!(successor["arn"], before["arn"]);
    assert_eq!(successor["predecessor"], before["id"]);
    let id = before["id"].as_str().unwrap();
    let old = site.get(&format!("/api/v1/kms-keys/{id}")).await.body;
    assert_eq!(
        (&old["life"], &old["status"]),
        (&json!("REPLACED"), &json!("AVAILABLE"))
    );
}

#[tokio::test]
async fn a_wrong_secret_is_named_and_stored_only_on_purpose() {
    let site = Site::new().await;
    let mut body = json!({
        "name": "aws", "regions": ["eu-central-1"], "identity": site.identity(),
    });
    body["identity"]["secret_access_key"] = json!("x".repeat(40));

    let refused = site.post("/api/v1/connections", body.clone()).await;
    assert_eq!(
        (refused.status.as_u16(), refused.code()),
        (409, "aws.wrong-credentials")
    );
    assert!(
        refused.body["hint"]
            .as_str()
            .unwrap()
            .contains("secret access key")
    );
    assert!(!refused.body["causes"].as_array().unwrap().is_empty());
    assert_eq!(
        site.get("/api/v1/connections").await.body["items"],
        json!([])
    );

    body["allow_unverified"] = json!(true);
    let stored = site.post("/api/v1/connections", body).await;
    assert_eq!(stored.status, StatusCode::CREATED, "{}", stored.body);
    assert_eq!(
        stored.body["connection"]["health"]["state"],
        "not-connected"
    );
    assert!(!stored.body.to_string().contains(&"x".repeat(40)));

    let change = json!({"identity": site.identity()});
    let mended = site
        .patch("/api/v1/connections/aws", change, &[("if-match", "*")])
        .await;
    assert_eq!(mended.status, StatusCode::OK, "{}", mended.body);
    assert_eq!(mended.body["connection"]["health"]["state"], "connected");
    assert_eq!(
        mended.body["verification"]["account"],
        keyferry_testkit::world::ACCOUNT
    );
}

#[tokio::test]
async fn only_the_part_of_a_link_that_is_given_changes() {
    let site = Site::with_keystore().await;

    let change = json!({"tier": "import"});
    let changed = site
        .patch("/api/v1/connections/aws", change, &[("if-match", "*")])
        .await;

    assert_eq!(changed.status, StatusCode::OK, "{}", changed.body);
    assert_eq!(changed.body["connection"]["tier"], "import");
    assert_eq!(
        changed.body["connection"]["identity"]["access_key_id"],
        site.outside.access_key.0
    );
    assert_eq!(changed.body["connection"]["health"]["state"], "connected");
}

#[tokio::test]
async fn names_that_differ_in_case_are_two_and_a_taken_one_is_refused() {
    let site = Site::with_keystore().await;

    let other = site
        .post(
            "/api/v1/keystores",
            json!({"name": "STORE", "connection": "aws"}),
        )
        .await;
    let taken = site
        .post(
            "/api/v1/keystores",
            json!({"name": "store", "connection": "aws"}),
        )
        .await;
    let in_use = site.delete("/api/v1/connections/aws").await;

    assert_eq!(other.status, StatusCode::CREATED);
    assert_eq!(
        (taken.status.as_u16(), taken.code()),
        (409, "request.name-taken")
    );
    assert_eq!(
        (in_use.status.as_u16(), in_use.code()),
        (409, "request.in-use")
    );
}

#[tokio::test]
async fn versions_say_what_they_may_still_be_used_for() {
    let site = Site::new().await;
    let made = site
        .post("/api/v1/keys", json!({"name": "mac", "spec": "HMAC-256"}))
        .await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);

    let second = site.post("/api/v1/keys/mac/versions", Value::Null).await;

    assert_eq!(second.status, StatusCode::CREATED, "{}", second.body);
    let versions = second.body["versions"].as_array().unwrap();
    assert_eq!(versions.len(), 2);
    assert_eq!(versions[1]["usage"], json!(["generate-mac", "verify-mac"]));
    assert_ne!(versions[0]["fingerprint"], versions[1]["fingerprint"]);
}

#[tokio::test]
async fn everything_that_was_done_is_in_the_audit_log() {
    let site = Site::with_keystore().await;
    let answer = create(&site, "k").await;
    finish(&site, answer, "k").await;

    let entries = site
        .get("/api/v1/audit/entries?action=kms-key.create&limit=1000")
        .await;
    let size = site.get("/api/v1/audit/checkpoint").await;

    let items = entries.body["items"].as_array().unwrap();
    assert!(
        items
            .iter()
            .any(|entry| entry["result"] == "intent" && entry["actor"] == "user/ann")
    );
    assert!(size.body["size"].as_u64().unwrap() > items.len() as u64);
    let leaf = items[0]["leaf"].as_str().unwrap();
    assert!(serde_json::from_str::<Value>(leaf).is_ok());
}

#[tokio::test]
async fn the_document_and_the_readiness_are_served() {
    let site = Site::new().await;

    let document = site.get("/api/v1/openapi.json").await;
    let ready = site.get("/readyz").await;

    assert!(
        document.body["openapi"]
            .as_str()
            .unwrap()
            .starts_with("3.1")
    );
    assert_eq!(ready.status, StatusCode::OK, "{}", ready.body);
    assert_eq!(
        (&ready.body["database"], &ready.body["sealed"]),
        (&json!(true), &json!(false))
    );
}

#[tokio::test]
async fn whoever_watches_sees_a_job_change() {
    let site = Site::with_keystore().await;
    let mut events = site.open("/api/v1/events").await;

    let answer = create(&site, "k").await;
    finish(&site, answer, "k").await;

    let first = events.frame().await.unwrap().unwrap().into_data().unwrap();
    let text = String::from_utf8(first.to_vec()).unwrap();
    assert!(text.starts_with("event: job\ndata: {"), "{text}");
    assert!(text.contains("kms-key.create"), "{text}");
}

#[tokio::test]
async fn the_paperwork_of_connecting_needs_no_connection() {
    let site = Site::new().await;

    let policy = site
        .get("/api/v1/connections/policy?tier=observe&principal=111122223333")
        .await;
    let hosts = site
        .get("/api/v1/connections/hosts?regions=eu-central-1,us-east-1&endpoint=fips")
        .await;

    let kinds: Vec<_> = policy.body["documents"]
        .as_array()
        .unwrap()
        .iter()
        .map(|document| document["kind"].as_str().unwrap())
        .collect();
    assert_eq!(kinds, ["permissions", "trust", "base-identity"]);
    let id = policy.body["external_id"].as_str().unwrap();
    assert!(
        policy.body["documents"][1]["text"]
            .as_str()
            .unwrap()
            .contains(id)
    );
    assert_eq!(
        hosts.body["hosts"][0]["name"],
        "kms-fips.eu-central-1.amazonaws.com"
    );
}

#[tokio::test]
async fn a_sync_finds_unmanaged_keys_and_tells_of_drift() {
    let site = Site::with_keystore().await;
    let made = create(&site, "billing").await;
    finish(&site, made, "billing").await;
    site.outside.advance_minutes(20);
    let shown = site.get("/api/v1/kms-keys/billing").await.body;
    let arn = shown["arn"].as_str().unwrap();
    site.outside.aws("DisableKey", json!({ "KeyId": arn }));
    site.outside.aws("CreateKey", json!({}));

    let started = site.post("/api/v1/keystores/store/sync", json!({})).await;

    assert_eq!(started.status, StatusCode::ACCEPTED, "{}", started.body);
    site.run().await;
    let found = site.get("/api/v1/found-keys?connection=aws").await.body;
    assert_eq!(found["items"].as_array().unwrap().len(), 1, "{found:#}");
    assert_eq!(found["items"][0]["source"], "AWS");
    let alerts = site.get("/api/v1/alerts?open=true&severity=critical").await;
    assert_eq!(alerts.body["items"][0]["code"], "drift.disabled");
    let id = alerts.body["items"][0]["id"].as_str().unwrap().to_owned();
    let noted = site
        .post(&format!("/api/v1/alerts/{id}/acknowledge"), json!({}))
        .await;
    assert_eq!(
        noted.body["acknowledged_by"], "user/ann",
        "{:#}",
        noted.body
    );
    let unknown = site.get("/api/v1/alerts/nothing").await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
}
