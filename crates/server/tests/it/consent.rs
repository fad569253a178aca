//! Consent to the plan of a dry run: what is sent with its hash is done while it would do just that.

use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::approvals;
use crate::site::{Answer, Site};

const DEACTIVATE: &str = "/api/v1/kms-keys/app/deactivate?confirm_name=app";

/// A site with the KMS key `app`.
async fn site() -> Site {
    let site = Site::with_keystore().await;
    let body = json!({"keystore": "store", "name": "app"});
    let started = site.post("/api/v1/kms-keys", body).await;
    assert_eq!(started.status, StatusCode::ACCEPTED, "{}", started.body);
    site.run().await;
    site
}

/// The hash of the plan of now.
async fn looked_at(site: &Site) -> String {
    let tried = site
        .post(&format!("{DEACTIVATE}&dry_run=true"), Value::Null)
        .await;
    assert_eq!(tried.status, StatusCode::OK, "{}", tried.body);
    tried.header("keyferry-plan").to_owned()
}

async fn sent(site: &Site, headers: &[(&str, &str)]) -> Answer {
    site.post_with(DEACTIVATE, Value::Null, headers).await
}

async fn life(site: &Site) -> Value {
    site.get("/api/v1/kms-keys/app").await.body["life"].clone()
}

#[tokio::test]
async fn what_is_sent_with_the_hash_of_its_plan_is_done_while_it_would_do_just_that() {
    let site = site().await;
    let plan = looked_at(&site).await;
    assert_eq!(plan.len(), 64, "`{plan}`");
    assert_eq!(looked_at(&site).await, plan, "the same plan has one hash");

    let started = sent(&site, &[("keyferry-plan", &plan)]).await;

    assert_eq!(started.status, StatusCode::ACCEPTED, "{}", started.body);
    site.run().await;
    assert_eq!(life(&site).await, "INACTIVE");
}

#[tokio::test]
async fn what_would_do_something_else_by_now_is_refused_and_nothing_is_done() {
    let site = site().await;
    let plan = looked_at(&site).await;
    site.post("/api/v1/kms-keys/app/disable?confirm_name=app", Value::Null)
        .await;
    site.run().await;

    let refused = sent(&site, &[("keyferry-plan", &plan)]).await;

    assert_eq!(refused.status, StatusCode::PRECONDITION_FAILED);
    assert_eq!(refused.code(), "request.plan-changed", "{}", refused.body);
    site.run().await;
    assert_eq!(life(&site).await, "ACTIVE");
    let now = looked_at(&site).await;
    assert_ne!(now, plan);
    let started = sent(&site, &[("keyferry-plan", &now)]).await;
    assert_eq!(started.status, StatusCode::ACCEPTED, "{}", started.body);
}

#[tokio::test]
async fn what_began_already_is_answered_what_it_began_whatever_is_left_to_do() {
    let site = site().await;
    let plan = looked_at(&site).await;
    let headers = [
        ("keyferry-plan", plan.as_str()),
        ("idempotency-key", "once"),
    ];
    let first = sent(&site, &headers).await;
    site.run().await;

    let again = sent(&site, &headers).await;

    assert_eq!(again.body["job"]["id"], first.body["job"]["id"]);
    assert_eq!(life(&site).await, "INACTIVE");
}

#[tokio::test]
async fn what_its_dry_run_refuses_is_refused_as_that_is_and_nothing_is_done() {
    let site = site().await;
    let plan = looked_at(&site).await;
    let path = "/api/v1/kms-keys/app/schedule-deletion?confirm_name=app";
    let begun = site.post(path, json!({"days": 7})).await;
    assert_eq!(begun.status, StatusCode::ACCEPTED, "{}", begun.body);
    site.run().await;
    let before = life(&site).await;
    let tried = site
        .post(&format!("{DEACTIVATE}&dry_run=true"), Value::Null)
        .await;

    let refused = sent(&site, &[("keyferry-plan", &plan)]).await;

    assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.body);
    assert_eq!(refused.code(), tried.code());
    site.run().await;
    assert_eq!(life(&site).await, before);
}

#[tokio::test]
async fn the_key_of_an_older_job_lets_no_other_plan_through() {
    let site = site().await;
    let key = ("idempotency-key", "once");
    let started = sent(&site, &[key]).await;
    assert_eq!(started.status, StatusCode::ACCEPTED, "{}", started.body);
    site.run().await;
    let path = "/api/v1/keystores/store";
    let wanted = json!({"heal": "off"});
    let any = ("if-match", "*");
    let trial = format!("{path}?dry_run=true");
    let tried = site.patch(&trial, wanted.clone(), &[any]).await;
    let plan = tried.header("keyferry-plan").to_owned();
    let meanwhile = json!({"description": "another one"});
    let changed = site.patch(path, meanwhile, &[any]).await;
    assert_eq!(changed.status, StatusCode::OK, "{}", changed.body);

    let headers = [any, key, ("keyferry-plan", &plan)];
    let refused = site.patch(path, wanted.clone(), &headers).await;

    assert_eq!(refused.code(), "request.plan-changed", "{}", refused.body);
    let now = site.get(path).await.body;
    assert_ne!(now["heal"], "off", "nothing was done");
    // Of a route that begins jobs, what comes again with another request is refused by that itself.
    let other = "/api/v1/kms-keys/app/activate";
    let headers = [key, ("keyferry-plan", plan.as_str())];
    let refused = site.post_with(other, Value::Null, &headers).await;
    assert_eq!(
        refused.code(),
        "request.idempotency-key-reused",
        "{}",
        refused.body
    );
}

#[tokio::test]
async fn what_its_answer_leaves_out_must_be_asked_for_as_it_was_tried() {
    let site = site().await;
    let path = "/api/v1/me/tokens";
    let body = |end: &str| json!({"name": "ci", "expires_at": end});
    let trial = format!("{path}?dry_run=true");
    let tried = site.post(&trial, body("2026-03-01T00:00:00Z")).await;
    assert_eq!(tried.status, StatusCode::OK, "{}", tried.body);
    let headers = [("keyferry-plan", tried.header("keyferry-plan"))];

    let longer = body("2026-09-01T00:00:00Z");
    let refused = site.post_with(path, longer, &headers).await;

    assert_eq!(refused.code(), "request.plan-changed", "{}", refused.body);
    let same = body("2026-03-01T00:00:00Z");
    let made = site.post_with(path, same, &headers).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
}

#[tokio::test]
async fn a_removal_that_has_nothing_to_tell_can_be_named_too_but_no_other_by_its_hash() {
    let site = site().await;
    for name in ["one", "two"] {
        site.post("/api/v1/groups", json!({ "name": name })).await;
    }
    let trial = "/api/v1/groups/one?dry_run=true";
    let tried = site.delete(trial).await;
    assert_eq!(tried.status, StatusCode::NO_CONTENT, "{}", tried.body);
    let plan = [("keyferry-plan", tried.header("keyferry-plan"))];
    let remove = async |path: &str| {
        let nothing = Value::Null;
        site.change(Method::DELETE, path, nothing, &plan).await
    };

    let refused = remove("/api/v1/groups/two").await;

    assert_eq!(refused.code(), "request.plan-changed", "{}", refused.body);
    assert_eq!(
        remove("/api/v1/groups/one").await.status,
        StatusCode::NO_CONTENT
    );
}

#[tokio::test]
async fn the_hash_of_a_plan_is_refused_where_there_is_no_dry_run() {
    let site = site().await;
    let headers = [("keyferry-plan", "00")];

    let refused = site
        .post_with("/api/v1/approvals/x/run", Value::Null, &headers)
        .await;

    assert_eq!(refused.code(), "request.bad-header", "{}", refused.body);
}

#[tokio::test]
async fn a_body_is_tried_as_it_is_sent() {
    let site = site().await;
    let body = json!({"operation": "schedule-deletion", "kms_keys": ["app"], "schedule_deletion": {"days": 7}});
    let path = "/api/v1/kms-keys/bulk";
    let tried = site
        .post(&format!("{path}?dry_run=true"), body.clone())
        .await;
    assert_eq!(tried.status, StatusCode::OK, "{}", tried.body);
    let headers = [("keyferry-plan", tried.header("keyferry-plan"))];
    let longer = json!({"operation": "schedule-deletion", "kms_keys": ["app"], "schedule_deletion": {"days": 8}, "confirm_count": 1});

    let refused = site.post_with(path, longer, &headers).await;
    assert_eq!(refused.code(), "request.plan-changed", "{}", refused.body);

    let mut same = body;
    same["confirm_count"] = json!(1);
    let started = site.post_with(path, same, &headers).await;
    assert_eq!(started.status, StatusCode::ACCEPTED, "{}", started.body);
}

#[tokio::test]
async fn a_plan_for_material_that_is_held_for_days_is_the_same_the_next_day() {
    let site = site().await;
    let days = json!({"template": {"valid_days": 90}});
    let any = [("if-match", "*")];
    let changed = site.patch("/api/v1/keystores/store", days, &any).await;
    assert_eq!(changed.status, StatusCode::OK, "{}", changed.body);
    let path = "/api/v1/kms-keys?dry_run=true";
    let looked = async || {
        let body = json!({"keystore": "store", "name": "held"});
        let tried = site.post(path, body).await;
        let import = tried.body["steps"][1].clone();
        (tried.header("keyferry-plan").to_owned(), import)
    };

    let (plan, import) = looked().await;
    site.outside.advance_minutes(25 * 60);
    let (next_day, later) = looked().await;

    assert_eq!(import["words"], "import version 1, held for 90 days");
    assert_ne!(import["ends_at"], later["ends_at"]);
    assert_eq!(plan.len(), 64, "{import}");
    assert_eq!(next_day, plan);
}

#[tokio::test]
async fn a_secret_counts_in_no_hash_and_what_stands_beside_it_does() {
    let site = site().await;
    let hash = async |secret: &str, client: &str| {
        let body = json!({
            "name": "corp", "issuer": "https://id.example", "client_id": client, "client_secret": secret,
            "public_url": "https://keyferry.example",
        });
        let tried = site
            .post("/api/v1/sign-in-providers?dry_run=true", body)
            .await;
        assert!(tried.status.is_success(), "{}", tried.body);
        tried.header("keyferry-plan").to_owned()
    };

    let one = hash("one secret", "keyferry").await;

    assert_eq!(one.len(), 64, "`{one}`");
    assert_eq!(hash("another", "keyferry").await, one);
    assert_ne!(hash("one secret", "other").await, one);
}

#[tokio::test]
async fn the_key_of_an_older_job_copies_no_key_into_a_group() {
    let site = site().await;
    let once = ("idempotency-key", "once");
    let started = sent(&site, &[once]).await;
    assert_eq!(started.status, StatusCode::ACCEPTED, "{}", started.body);
    let group = site.post("/api/v1/groups", json!({"name": "other"})).await;
    assert_eq!(group.status, StatusCode::CREATED, "{}", group.body);
    let wanted = json!({"name": "spare", "spec": "AES-256", "exportable": true});
    let key = site.post("/api/v1/keys", wanted).await;
    assert_eq!(key.status, StatusCode::CREATED, "{}", key.body);

    let copy = json!({"group": "other", "name": "copied"});
    let headers = [once, ("keyferry-plan", "00")];
    let refused = site
        .post_with("/api/v1/keys/spare/copies", copy, &headers)
        .await;

    let code = "request.idempotency-key-reused";
    assert_eq!(refused.code(), code, "{}", refused.body);
    let copied = site.get("/api/v1/keys/copied").await;
    assert_eq!(copied.status, StatusCode::NOT_FOUND, "{}", copied.body);
}

#[tokio::test]
async fn what_is_malformed_is_refused_as_such_whatever_plan_is_named() {
    let site = site().await;
    let headers = [("keyferry-plan", "00")];
    let path = format!("{DEACTIVATE}&dry_run=0.5");

    let refused = site.post_with(&path, Value::Null, &headers).await;

    assert_eq!(refused.code(), "request.bad-query", "{}", refused.body);
}

#[tokio::test]
async fn a_question_to_others_is_held_to_its_plan_too() {
    let (site, ..) = approvals::site().await;
    let path = "/api/v1/approvals";
    let asked = approvals::emptying();
    let headers = [("keyferry-plan", "00")];

    let refused = site.post_with(path, asked.clone(), &headers).await;

    assert_eq!(refused.code(), "request.plan-changed", "{}", refused.body);
    let open = site.get(path).await;
    assert_eq!(open.body["items"], json!([]), "nobody was asked");
    let tried = site
        .post(&format!("{path}?dry_run=true"), asked.clone())
        .await;
    let headers = [("keyferry-plan", tried.header("keyferry-plan"))];
    let made = site.post_with(path, asked, &headers).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
}
