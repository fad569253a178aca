//! Rules of one group: who is asked, who sees it, and what several groups would take.

use http::StatusCode;
use keyferry_app::Actor;
use keyferry_app::DEFAULT_GROUP;
use keyferry_domain::approval::Verdict;
use keyferry_ports::clock::Clock as _;
use keyferry_ports::records::{
    ApprovalRecords as _, AuthorityRecords as _, Change, Commits as _, Expect, Page,
};
use serde_json::{Value, json};

use super::{add, approve, emptying, judge, post, proven, rules_in, site, text};
use crate::site::Site;

/// A KMS key `app` in the default group and `elsewhere` in another, with two people who administer the former, one who administers the latter, one who
/// runs the installation, and rules of the default group alone.
async fn ruled_group() -> (Site, [Actor; 4]) {
    let site = Site::with_keystore().await;
    let app = json!({"keystore": "store", "name": "app"});
    post(&site, "kms-keys", app).await;
    site.run().await;
    post(&site, "groups", json!({"name": "other"})).await;
    let store = json!({"name": "second", "connection": "aws", "group": "other"});
    post(&site, "keystores", store).await;
    let elsewhere = json!({"keystore": "second", "name": "elsewhere"});
    post(&site, "kms-keys", elsewhere).await;
    site.run().await;
    let of_group = [("administrator", Some("default"))];
    let (bob, _) = add(&site, "bob", &of_group).await;
    let (fay, _) = add(&site, "fay", &of_group).await;
    let (eve, _) = add(&site, "eve", &[("administrator", Some("other"))]).await;
    let judge = judge(&site).await;
    rules_in(&site, Some(DEFAULT_GROUP), 1).await;
    (site, [bob, fay, eve, judge])
}

#[tokio::test]
async fn k15_what_waits_in_one_group_is_not_there_for_another() {
    let (site, [bob, _, eve, judge]) = ruled_group().await;
    let asked = post(&site, "approvals", emptying()).await;
    assert_eq!(asked["needs"][0]["group"], "default");
    assert_eq!(asked["needs"][0]["can_approve"], json!(["bob", "fay"]));
    let (id, hash) = (text(&asked, "/id"), text(&asked, "/hash"));
    let approvals = &site.app.approvals;
    let page = Page::default();
    let row = site.outside.records.find_approval(id.parse().unwrap());
    assert_eq!(row.await.unwrap().unwrap().group, Some(DEFAULT_GROUP));

    let shown = approvals.show(&eve, &id).await.unwrap_err();
    assert_eq!(shown.code(), "request.not-found", "{shown}");
    let list = approvals.list(&eve, Default::default(), &page).await;
    assert!(list.unwrap().rows.is_empty());
    let report = site.app.reports.approvals(&eve, None).await.unwrap();
    assert_eq!(report["statement"]["rows"], json!([]));
    assert_eq!(report["statement"]["entries"], json!([]));
    let decide = async |who: &Actor, verdict| {
        let who = proven(&site, who);
        let decided = approvals.decide(&who, &id, verdict, &hash, String::new());
        decided.await.map(|found| found.row.decisions.len())
    };
    let refused = decide(&eve, Verdict::Reject).await.unwrap_err();
    assert_eq!(refused.code(), "request.not-found");
    let refused = decide(&judge, Verdict::Approve).await.unwrap_err();
    assert_eq!(refused.code(), "approval.not-an-approver");

    assert_eq!(
        approvals.show(&bob, &id).await.unwrap().row.group,
        Some(DEFAULT_GROUP)
    );
    let list = approvals.list(&bob, Default::default(), &page).await;
    assert_eq!(list.unwrap().rows.len(), 1);
    assert_eq!(decide(&bob, Verdict::Approve).await.unwrap(), 1);
    post(&site, &format!("approvals/{id}/run"), Value::Null).await;
    site.run().await;
    let key = site.get("/api/v1/kms-keys/app").await.body;
    assert_eq!(key["life"], "INACTIVE");
}

#[tokio::test]
async fn consent_of_people_whose_role_in_the_group_was_taken_does_not_count() {
    let (site, [bob, fay, ..]) = ruled_group().await;
    let asked = post(&site, "approvals", emptying()).await;
    let (id, hash) = (text(&asked, "/id"), text(&asked, "/hash"));
    approve(&site, &bob, &id, &hash).await;
    let ready = site.get(&format!("/api/v1/approvals/{id}")).await.body;
    assert_eq!(ready["ready"], true, "{ready:#}");
    let Actor::User { id: user, .. } = bob else {
        panic!("{bob}")
    };
    let records = &site.outside.records;
    for row in records.list_assignments_of(user.into()).await.unwrap() {
        let (id, keep_one) = (row.id, false);
        let taken = Change::DeleteAssignment { id, keep_one };
        records.commit(vec![taken].into()).await.unwrap();
    }

    let run = format!("/api/v1/approvals/{id}/run");
    let refused = site.post(&run, Value::Null).await;
    assert_eq!(refused.code(), "approval.not-enough", "{}", refused.body);
    let shown = site.get(&format!("/api/v1/approvals/{id}")).await.body;
    assert_eq!(shown["ready"], false);
    assert_eq!(shown["needs"][0]["approved"], 0);
    assert_eq!(shown["needs"][0]["can_approve"], json!(["fay"]));
    approve(&site, &fay, &id, &hash).await;
    let done = site.post(&run, Value::Null).await;
    assert_eq!(done.status, StatusCode::ACCEPTED, "{}", done.body);
}

#[tokio::test]
async fn what_touches_two_groups_is_asked_for_in_one_request_for_each() {
    let (site, _) = ruled_group().await;
    let ask = async |names: &[&str]| {
        let body = json!({
            "kms_keys": names, "operation": "deactivate", "confirm_count": names.len(),
        });
        let path = "/api/v1/kms-keys/bulk";
        let asked = json!({"method": "POST", "path": path, "body": body.to_string()});
        site.post("/api/v1/approvals", asked).await
    };

    let both = ask(&["app", "elsewhere"]).await;
    assert_eq!(both.status, StatusCode::CONFLICT, "{}", both.body);
    assert_eq!(both.code(), "approval.several-groups");
    let ruled = ask(&["app"]).await;
    assert_eq!(ruled.status, StatusCode::CREATED, "{}", ruled.body);
    let free = ask(&["elsewhere"]).await;
    assert_eq!(free.code(), "approval.not-needed", "{}", free.body);
}

#[tokio::test]
async fn a_rule_of_one_group_is_changed_by_consent_of_that_group() {
    let (site, [bob, fay, eve, judge]) = ruled_group().await;
    let path = "/api/v1/approval-rules";
    let two = json!({"class": "destructive", "approvers": 2, "group": "default"});
    let alone = site.post(path, two.clone()).await;
    assert_eq!(alone.code(), "approval.needed", "{}", alone.body);
    let asks = json!({"method": "POST", "path": path, "body": two.to_string()});
    let asked = post(&site, "approvals", asks).await;
    let (id, hash) = (text(&asked, "/id"), text(&asked, "/hash"));
    assert_eq!(asked["needs"][0]["can_approve"], json!(["bob", "fay"]));
    for (who, code) in [
        (&eve, "request.not-found"),
        (&judge, "approval.not-an-approver"),
    ] {
        let (who, approvals) = (proven(&site, who), &site.app.approvals);
        let decided = approvals.decide(&who, &id, Verdict::Approve, &hash, String::new());
        assert_eq!(decided.await.unwrap_err().code(), code);
    }

    approve(&site, &bob, &id, &hash).await;
    let run = format!("approvals/{id}/run");
    let early = site.post(&format!("/api/v1/{run}"), Value::Null).await;
    assert_eq!(
        early.code(),
        "approval.not-enough",
        "the new rule wants two"
    );
    approve(&site, &fay, &id, &hash).await;
    let set = post(&site, &run, Value::Null).await;
    assert_eq!(
        (&set["approvers"], &set["group_name"]),
        (&json!(2), &json!("default"))
    );
}

#[tokio::test]
async fn a14_a_group_is_changed_and_removed_only_by_consent() {
    let (site, bob, _) = site().await;
    let records = &site.outside.records;
    let group = keyferry_domain::group::Group {
        id: "00000000-0000-0000-0000-000000000063".parse().unwrap(),
        name: "hollow".parse().unwrap(),
        description: String::new(),
        created_at: site.outside.clock.now(),
        revision: 1,
    };
    let there = vec![Change::PutGroup(group, Expect::New)];
    records.commit(there.into()).await.unwrap();
    let path = "/api/v1/groups/hollow";
    let described = json!({"description": "of nobody"});
    let update = site
        .patch(path, described.clone(), &[("if-match", "*")])
        .await;
    assert_eq!(update.code(), "approval.needed", "{}", update.body);
    let delete = site.delete(path).await;
    assert_eq!(delete.code(), "approval.needed", "{}", delete.body);

    let update = json!({
        "method": "PATCH", "path": path, "body": described.to_string(), "if_match": "*",
    });
    for asked in [update, json!({"method": "DELETE", "path": path})] {
        let asked = post(&site, "approvals", asked).await;
        let (id, hash) = (text(&asked, "/id"), text(&asked, "/hash"));
        approve(&site, &bob, &id, &hash).await;
        let run = site
            .post(&format!("/api/v1/approvals/{id}/run"), Value::Null)
            .await;
        assert!(run.status.is_success(), "{}", run.body);
    }
    let gone = site.get(path).await;
    assert_eq!(gone.status, StatusCode::NOT_FOUND);
}
