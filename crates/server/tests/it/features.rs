//! What lists and details show, and the ways to take a KMS key out of use, row by row of the table of features.

use http::StatusCode;
use serde_json::{Value, json};

use crate::site::{Answer, Site};

async fn finished(site: &Site, answer: Answer) {
    assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.body);
    let job = answer.body["job"]["id"].as_str().unwrap().to_owned();
    site.run().await;
    let job = site.get(&format!("/api/v1/jobs/{job}")).await.body;
    assert_eq!(job["state"], "succeeded", "{job:#}");
}

/// A KMS key with alias, description and tag, made in AWS.
async fn made(site: &Site, name: &str) {
    let body = json!({"keystore": "store", "name": name, "settings": {
        "aliases": [name], "description": "for invoices", "tags": {"team": "finance"},
    }});
    finished(site, site.post("/api/v1/kms-keys", body).await).await;
}

async fn shown(site: &Site, name: &str) -> Value {
    site.get(&format!("/api/v1/kms-keys/{name}")).await.body
}

async fn listed(site: &Site, name: &str) -> Value {
    let page = site.get("/api/v1/kms-keys").await.body;
    let items = page["items"].as_array().unwrap();
    let found = items.iter().find(|item| item["name"] == name);
    found.unwrap_or_else(|| panic!("{page:#}")).clone()
}

/// Does something that takes its name typed.
async fn destroy(site: &Site, name: &str, what: &str, body: Value) -> Answer {
    let path = format!("/api/v1/kms-keys/{name}/{what}?confirm_name={name}");
    site.post(&path, body).await
}

/// Name and kind of every row, page after page.
async fn everywhere(site: &Site, query: &str) -> Vec<(String, String)> {
    let (mut rows, mut cursor) = (Vec::new(), String::new());
    loop {
        let path = format!("/api/v1/all-keys?{query}{cursor}");
        let page = site.get(&path).await.body;
        let text = |item: &Value, member: &str| item[member].as_str().unwrap().to_owned();
        let items = page["items"].as_array().unwrap();
        rows.extend(
            items
                .iter()
                .map(|one| (text(one, "name"), text(one, "kind"))),
        );
        let Some(next) = page["next"].as_str() else {
            return rows;
        };
        cursor = format!("&cursor={next}");
    }
}

#[tokio::test]
async fn d12_keys_in_the_vault_and_kms_keys_stand_in_one_list_by_name() {
    let site = Site::with_keystore().await;
    for name in ["billing", "archive"] {
        made(&site, name).await;
    }
    let body = json!({"name": "never-uploaded", "spec": "AES-256"});
    assert_eq!(
        site.post("/api/v1/keys", body).await.status,
        StatusCode::CREATED
    );

    let all = everywhere(&site, "limit=1000").await;

    let names: Vec<&str> = all.iter().map(|row| row.0.as_str()).collect();
    assert_eq!(
        names,
        ["archive", "archive", "billing", "billing", "never-uploaded"]
    );
    for name in ["archive", "billing"] {
        let kinds = all.iter().filter(|row| row.0 == name);
        let mut kinds: Vec<&str> = kinds.map(|row| row.1.as_str()).collect();
        kinds.sort_unstable();
        assert_eq!(kinds, ["key", "kms-key"], "{name}");
    }
    assert_eq!(everywhere(&site, "limit=1").await, all);
    assert_eq!(everywhere(&site, "limit=2").await, all);
    assert_eq!(everywhere(&site, "q=ARCH").await, all[..2]);
}

#[tokio::test]
async fn d1_d2_d3_d4_a_list_shows_source_status_region_and_key_state() {
    let site = Site::with_keystore().await;
    made(&site, "billing").await;

    let row = listed(&site, "billing").await;

    assert_eq!(row["source"]["text"], "Keyferry (billing)");
    assert_eq!(row["uploaded"], "uploaded");
    assert_eq!(row["regions"], json!(["eu-central-1"]));
    assert_eq!(row["key_state"], "Enabled");
    finished(
        &site,
        destroy(&site, "billing", "remove-from-cloud", Value::Null).await,
    )
    .await;
    let row = listed(&site, "billing").await;
    assert_eq!(
        (&row["uploaded"], &row["key_state"]),
        (&json!("not-uploaded"), &json!("PendingImport"))
    );
    finished(
        &site,
        destroy(&site, "billing", "schedule-deletion", json!({"days": 7})).await,
    )
    .await;
    assert_eq!(
        listed(&site, "billing").await["key_state"],
        "PendingDeletion"
    );
}

#[tokio::test]
async fn d7_d10_d13_d14_details_show_everything_that_a_key_has() {
    let site = Site::with_keystore().await;
    made(&site, "billing").await;

    let key = shown(&site, "billing").await;

    for (field, want) in [
        ("name", json!("billing")),
        ("description", json!("for invoices")),
        ("keystore_name", json!("store")),
        ("multi_region", json!(false)),
        ("spec", json!("AES-256")),
        ("usage", json!("ENCRYPT_DECRYPT")),
        ("tags", json!({"team": "finance"})),
        ("status", json!("AVAILABLE")),
        ("expires_at", Value::Null),
    ] {
        assert_eq!(key[field], want, "{field}");
    }
    assert!(
        key["arn"]
            .as_str()
            .unwrap()
            .starts_with("arn:aws:kms:eu-central-1:")
    );
    assert!(key["created_at"].is_string());
    assert!(key["access"]["users"].is_array() && key["access"]["administrators"].is_array());
    let of_store = site
        .get("/api/v1/kms-keys?keystore=store&region=eu-central-1")
        .await
        .body;
    assert_eq!(of_store["items"].as_array().unwrap().len(), 1);
    let elsewhere = site
        .get("/api/v1/kms-keys?keystore=store&region=eu-west-1")
        .await
        .body;
    assert_eq!(elsewhere["items"], json!([]));
}

#[tokio::test]
async fn d8_d11_a_kms_key_is_its_facts_and_no_material_and_tells_aliases_arn_policy_and_source() {
    let site = Site::with_keystore().await;
    made(&site, "billing").await;

    let key = shown(&site, "billing").await;

    let place = &key["places"][0];
    assert_eq!(place["aliases"], json!(["alias/billing"]));
    assert_eq!(place["arn"], key["arn"]);
    assert!(place["policy"].as_str().unwrap().contains("kms:"));
    assert_eq!(place["primary"], true);
    assert_eq!(place["materials"][0]["present"], true);
    assert_eq!(key["source"]["kind"], "Keyferry");
    assert_eq!(key["origin"], "EXTERNAL");
}

#[tokio::test]
async fn d15_d16_h2_h3_a_deactivated_key_is_inactive_and_empty_and_comes_back() {
    let site = Site::with_keystore().await;
    made(&site, "billing").await;

    finished(
        &site,
        destroy(&site, "billing", "deactivate", Value::Null).await,
    )
    .await;
    let off = shown(&site, "billing").await;
    let again = destroy(&site, "billing", "deactivate", Value::Null).await;
    finished(
        &site,
        site.post("/api/v1/kms-keys/billing/activate", Value::Null)
            .await,
    )
    .await;
    let on = shown(&site, "billing").await;

    let told = |key: &Value| {
        [
            key["life"].clone(),
            key["status"].clone(),
            key["key_state"].clone(),
        ]
    };
    assert_eq!(told(&off), ["INACTIVE", "NOT AVAILABLE", "PendingImport"]);
    assert_eq!(again.status, StatusCode::OK, "{}", again.body);
    assert_eq!(again.body["job"], Value::Null);
    assert_eq!(told(&on), ["ACTIVE", "AVAILABLE", "Enabled"]);
}

#[tokio::test]
async fn h1_a_key_is_disabled_and_enabled() {
    let site = Site::with_keystore().await;
    made(&site, "billing").await;

    finished(
        &site,
        site.post("/api/v1/kms-keys/billing/disable", Value::Null)
            .await,
    )
    .await;
    assert_eq!(shown(&site, "billing").await["key_state"], "Disabled");
    finished(
        &site,
        site.post("/api/v1/kms-keys/billing/enable", Value::Null)
            .await,
    )
    .await;
    assert_eq!(shown(&site, "billing").await["key_state"], "Enabled");
}

#[tokio::test]
async fn h4_h5_h8_h15_a_deletion_waits_7_to_30_days_wants_the_name_and_says_when() {
    let site = Site::with_keystore().await;
    made(&site, "billing").await;

    let unnamed = site
        .post(
            "/api/v1/kms-keys/billing/schedule-deletion",
            json!({"days": 7}),
        )
        .await;
    let short = destroy(&site, "billing", "schedule-deletion", json!({"days": 6})).await;
    let plan = site
        .post(
            "/api/v1/kms-keys/billing/schedule-deletion?dry_run=true",
            json!({"days": 7}),
        )
        .await;
    assert_eq!(unnamed.code(), "request.name-not-confirmed");
    assert_eq!(short.code(), "kms-key.deletion-window");
    assert!(
        plan.body.to_string().contains("unusable"),
        "{:#}",
        plan.body
    );
    finished(
        &site,
        destroy(&site, "billing", "schedule-deletion", json!({"days": 7})).await,
    )
    .await;

    let key = shown(&site, "billing").await;
    assert_eq!(
        (&key["life"], &key["status"]),
        (&json!("PENDING_DELETION"), &json!("PENDING DELETE"))
    );
    assert!(key["deletion_date"].is_string());
}

#[tokio::test]
async fn h6_h9_h16_a_deletion_is_cancelled_and_the_key_comes_back_disabled_or_empty() {
    let site = Site::with_keystore().await;
    for (name, empty, state) in [("one", false, "Disabled"), ("two", true, "PendingImport")] {
        made(&site, name).await;
        finished(
            &site,
            destroy(&site, name, "schedule-deletion", json!({"days": 7})).await,
        )
        .await;

        let cancel = destroy(&site, name, "cancel-deletion", json!({"empty": empty})).await;
        finished(&site, cancel).await;

        let key = shown(&site, name).await;
        assert_eq!(
            (&key["life"], &key["key_state"]),
            (&json!("INACTIVE"), &json!(state)),
            "{name}"
        );
    }
}

#[tokio::test]
async fn h11_h12_h13_h14_h17_material_is_removed_by_typed_name_and_uploaded_again() {
    let site = Site::with_keystore().await;
    made(&site, "billing").await;
    let remove = "/api/v1/kms-keys/billing/remove-from-cloud";

    let unnamed = site.post(remove, Value::Null).await;
    let wrong = site
        .post(&format!("{remove}?confirm_name=filling"), Value::Null)
        .await;
    for refused in [unnamed, wrong] {
        assert_eq!(refused.code(), "request.name-not-confirmed");
    }
    finished(
        &site,
        destroy(&site, "billing", "remove-from-cloud", Value::Null).await,
    )
    .await;
    assert_eq!(shown(&site, "billing").await["status"], "NOT AVAILABLE");
    let versions = site.get("/api/v1/keys/billing").await.body;
    assert_eq!(versions["current_version"], 1, "the vault keeps it");

    finished(
        &site,
        site.post("/api/v1/kms-keys/billing/activate", Value::Null)
            .await,
    )
    .await;
    assert_eq!(shown(&site, "billing").await["status"], "AVAILABLE");
    let by_box = json!({"delete_material": true});
    finished(
        &site,
        destroy(&site, "billing", "synchronize", by_box).await,
    )
    .await;
    assert_eq!(shown(&site, "billing").await["key_state"], "PendingImport");
}

#[tokio::test]
async fn b1_connections_are_listed_with_who_added_them_and_when() {
    let site = Site::with_keystore().await;

    let page = site.get("/api/v1/connections").await.body;

    let row = &page["items"][0];
    for (field, want) in [
        ("name", "aws"),
        ("cloud", "aws-byok"),
        ("created_by", "user/ann"),
    ] {
        assert_eq!(row[field], want, "{field}");
    }
    assert!(row["created_at"].is_string() && row["updated_at"].is_string());
}

#[tokio::test]
async fn b8_several_keystores_share_an_account_and_a_region() {
    let site = Site::with_keystore().await;

    let body = json!({"name": "another", "connection": "aws", "regions": ["eu-central-1"]});
    let made = site.post("/api/v1/keystores", body).await;

    assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
    let page = site.get("/api/v1/keystores").await.body;
    assert_eq!(page["items"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn e3_e4_a_key_that_is_there_is_uploaded_later() {
    let site = Site::with_keystore().await;
    let key = json!({"name": "billing", "spec": "AES-256"});
    assert_eq!(
        site.post("/api/v1/keys", key).await.status,
        StatusCode::CREATED
    );

    let body = json!({"keystore": "store", "key": "billing"});
    finished(&site, site.post("/api/v1/kms-keys/upload", body).await).await;

    let row = listed(&site, "billing").await;
    assert_eq!(
        (&row["uploaded"], &row["source"]["text"]),
        (&json!("uploaded"), &json!("Keyferry (billing)"))
    );
}

#[tokio::test]
async fn b6_a_connection_is_deleted_once_no_keystore_uses_it() {
    let site = Site::with_keystore().await;

    let in_use = site.delete("/api/v1/connections/aws").await;
    assert_eq!(in_use.code(), "request.in-use");
    let store = site.delete("/api/v1/keystores/store").await;
    assert!(store.status.is_success(), "{}", store.body);
    let gone = site.delete("/api/v1/connections/aws").await;
    assert!(gone.status.is_success(), "{}", gone.body);

    let page = site.get("/api/v1/connections").await.body;
    assert_eq!(page["items"], json!([]));
}

#[tokio::test]
async fn b7_names_of_connections_are_told_apart_by_case() {
    let site = Site::with_keystore().await;
    let add = |name: &str| {
        let body = json!({"name": name, "regions": ["eu-central-1"], "identity": site.identity()});
        site.post("/api/v1/connections", body)
    };

    let other = add("AWS").await;
    let taken = add("aws").await;

    assert_eq!(other.status, StatusCode::CREATED, "{}", other.body);
    assert_eq!(
        (taken.status, taken.code()),
        (StatusCode::CONFLICT, "request.name-taken")
    );
    for name in ["AWS", "aws"] {
        let shown = site.get(&format!("/api/v1/connections/{name}")).await.body;
        assert_eq!(shown["name"], name);
    }
}

#[tokio::test]
async fn b13_the_region_gives_the_address_until_another_one_is_set() {
    let site = Site::with_keystore().await;
    let update = |endpoint: Value| {
        let change = json!({ "endpoint": endpoint, "allow_unverified": true });
        site.patch("/api/v1/connections/aws", change, &[("if-match", "*")])
    };
    let url = async || {
        let shown = site.get("/api/v1/connections/aws").await.body;
        shown["url"].as_str().unwrap().to_owned()
    };
    assert_eq!(url().await, "https://kms.eu-central-1.amazonaws.com");

    for (endpoint, want) in [
        (
            json!({"kind": "fips"}),
            "https://kms-fips.eu-central-1.amazonaws.com",
        ),
        (
            json!({"kind": "vpc", "host": "vpce-0123-abcd.kms.eu-central-1.vpce.amazonaws.com"}),
            "https://vpce-0123-abcd.kms.eu-central-1.vpce.amazonaws.com",
        ),
        (
            json!({"kind": "custom", "url": "https://kms.example.org:8443"}),
            "https://kms.example.org:8443",
        ),
        (
            json!({"kind": "standard"}),
            "https://kms.eu-central-1.amazonaws.com",
        ),
    ] {
        let changed = update(endpoint.clone()).await;
        assert_eq!(changed.status, StatusCode::OK, "{}", changed.body);
        assert_eq!(changed.body["connection"]["endpoint"], endpoint);
        assert_eq!(url().await, want);
    }
}

#[tokio::test]
async fn b19_a_connection_is_looked_at_changed_tested_and_its_account_synchronized() {
    let site = Site::with_keystore().await;
    site.outside.aws("CreateKey", json!({}));
    let at = "/api/v1/connections/aws";

    let seen = site.get(at).await.body;
    let change = json!({"regions": ["eu-central-1", "eu-west-1"]});
    let changed = site.patch(at, change, &[("if-match", "*")]).await;
    let tested = site.post(&format!("{at}/verify"), Value::Null).await;
    let sync = site.post("/api/v1/keystores/store/sync", Value::Null).await;
    site.run().await;

    assert_eq!(seen["identity"]["access_key_id"], site.outside.access_key.0);
    assert_eq!(changed.status, StatusCode::OK, "{}", changed.body);
    let verified = &changed.body["verification"]["regions"];
    assert_eq!(verified.as_array().unwrap().len(), 2, "{verified}");
    assert_eq!(tested.status, StatusCode::OK, "{}", tested.body);
    assert_eq!(tested.body["connection"]["health"]["state"], "connected");
    assert_eq!(sync.status, StatusCode::ACCEPTED, "{}", sync.body);
    let job = sync.body["id"].as_str().unwrap();
    let job = site.get(&format!("/api/v1/jobs/{job}")).await.body;
    assert_eq!(job["state"], "succeeded", "{job:#}");
    let found = site.get("/api/v1/found-keys").await.body;
    assert_eq!(found["items"].as_array().unwrap().len(), 1, "{found:#}");
    for secret in [&seen, &changed.body, &tested.body] {
        assert!(!secret.to_string().contains(&site.outside.access_key.1));
    }
}
