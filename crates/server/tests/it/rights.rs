//! Roles, groups and policies over HTTP.

use http::StatusCode;
use serde_json::{Value, json};

use crate::site::Site;

const ANY: &[(&str, &str)] = &[("if-match", "*")];

#[tokio::test]
async fn a12_a13_b4_me_keystores_and_connections_show_groups_links_and_who_acts() {
    let site = Site::with_keystore().await;

    let me = site.get("/api/v1/me").await.body;
    assert_eq!(me["groups"][0]["group"], Value::Null);
    assert_eq!(me["groups"][0]["roles"], json!(["system-administrator"]));
    assert_eq!(me["groups"][1]["group_name"], "default");
    assert_eq!(me["groups"][1]["roles"], json!(["administrator"]));
    let link = &me["groups"][1]["connections"][0];
    assert_eq!(link["connection"], "aws");
    assert_eq!(link["health"]["state"], "connected");
    let shown = site.get("/api/v1/users/ann").await.body;
    assert_eq!(shown["groups"], me["groups"]);
    let keystore = site.get("/api/v1/keystores/store").await.body;
    assert_eq!(keystore["group_name"], "default");
    assert_eq!(keystore["service_actor"], "keystore/store");
    let connection = site.get("/api/v1/connections/aws").await.body;
    assert_eq!(connection["service_actor"], "connection/aws");
    let group = site.get("/api/v1/groups/default").await.body;
    assert_eq!(
        group["members"],
        json!([{"user": "ann", "roles": ["administrator"]}])
    );
}

#[tokio::test]
async fn roles_and_policies_of_ones_own_are_changed_by_those_who_saw_them() {
    let site = Site::new().await;
    let role = json!({"name": "looker", "actions": ["key.read"]});
    let made = site.post("/api/v1/roles", role).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
    assert_eq!(made.header("etag"), "\"1\"");
    let change = || json!({"actions": ["job.read", "key.read"]});
    let path = "/api/v1/roles/looker";

    let without = site.patch(path, change(), &[]).await;
    assert_eq!(without.status, StatusCode::PRECONDITION_REQUIRED);
    let seen = [("if-match", "\"1\"")];
    let changed = site.patch(path, change(), &seen).await;
    assert_eq!(changed.status, StatusCode::OK, "{}", changed.body);
    assert_eq!(changed.body["actions"], json!(["job.read", "key.read"]));
    let stale = site.patch(path, change(), &seen).await;
    assert_eq!(stale.code(), "request.changed");
    let listed = site.get("/api/v1/roles").await.body;
    let items = listed["items"].as_array().unwrap();
    assert!(
        items
            .iter()
            .any(|one| one["name"] == "looker" && one["built_in"] == false)
    );
    assert!(
        items
            .iter()
            .any(|one| one["name"] == "auditor" && one["built_in"] == true)
    );

    let text = "forbid(principal, action, resource) when { false };";
    let policy = json!({"name": "ours", "text": text});
    let added = site.post("/api/v1/policies", policy).await;
    assert_eq!(added.status, StatusCode::CREATED, "{}", added.body);
    let other = json!({"text": "permit(principal, action, resorce);"});
    let bad = site.patch("/api/v1/policies/ours", other, ANY).await;
    assert_eq!(bad.status, StatusCode::BAD_REQUEST);
    assert_eq!(bad.code(), "access.bad-policy");
    let detail = bad.body["detail"].as_str().unwrap();
    assert!(detail.contains("line 1, column 27"), "{detail}");
    let kept = site.get("/api/v1/policies/ours").await;
    assert_eq!(kept.body["text"], text);
    assert_eq!(kept.header("etag"), "\"1\"");
    let gone = site.delete("/api/v1/policies/ours").await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn who_can_and_why_are_asked_about_a_group_or_an_object_and_not_both() {
    let site = Site::with_keystore().await;
    let who = "/api/v1/authorization/who-can?action=key.read&group=default";
    let found = site.get(who).await.body;
    assert_eq!(
        found["items"],
        json!([{"user": "ann", "by": ["role:administrator"]}])
    );
    let why = "/api/v1/authorization/why?user=ann&action=keystore.read";
    let found = site.get(&format!("{why}&object=store")).await.body;
    assert_eq!(found["allowed"], true, "{found}");
    assert_eq!(found["object"], "keystore/store");
    assert_eq!(found["reason"], "allowed by role:administrator");
    let both = site.get(&format!("{why}&object=store&group=default")).await;
    let neither = site.get(why).await;
    for refused in [both, neither] {
        assert_eq!(refused.code(), "request.invalid");
    }
}
