//! One human has one voice, and consent is what it was when something is carried out.

use http::StatusCode;
use keyferry_app::Actor;
use keyferry_app::kms_keys::Mode;
use keyferry_domain::approval::Verdict;
use keyferry_ports::records::{ApprovalRecords as _, Change, Commits as _, Expect};
use keyferry_ports::secret::SecretText;
use serde_json::{Value, json};

use crate::approvals::{
    add, approve, emptying, judge, post, proven, rules_for_everything, site, text,
};
use crate::site::{Answer, Site};

async fn same_person(site: &Site, one: &str, other: &str) -> Answer {
    let path = format!("/api/v1/users/{one}/same-person");
    site.post(&path, json!({ "as": other })).await
}

#[tokio::test]
async fn a14_two_accounts_of_one_human_have_one_voice_when_it_is_asked_approved_and_carried_out() {
    let (site, bob, _) = site().await;
    // With ann and bob alone nobody could approve any more.
    let deadlock = same_person(&site, "bob", "ann").await;
    assert_eq!(
        deadlock.code(),
        "approval.too-few-people",
        "{}",
        deadlock.body
    );
    rules_gone(&site).await;
    let judge = judge(&site).await;
    let roles = [("system-administrator", None)];
    let (robert, _) = add(&site, "robert", &roles).await;
    rules_for_everything(&site, 1).await;

    let asked = post(&site, "approvals", emptying()).await;
    let (id, hash) = (text(&asked, "/id"), text(&asked, "/hash"));
    approve(&site, &bob, &id, &hash).await;
    let joined = same_person(&site, "bob", "ann").await;
    assert_eq!(joined.status, StatusCode::OK, "{}", joined.body);
    assert_eq!(joined.body["same_person_as"], json!(["ann"]));
    let shown = site.get("/api/v1/users/ann").await.body;
    assert_eq!(shown["same_person_as"], json!(["bob"]));
    let run = format!("/api/v1/approvals/{id}/run");
    assert_eq!(
        site.post(&run, Value::Null).await.code(),
        "approval.not-enough"
    );
    let shown = site.get(&format!("/api/v1/approvals/{id}")).await.body;
    assert_eq!(shown["needs"][0]["approved"], 0);
    assert_eq!(shown["needs"][0]["can_approve"], json!(["judge", "robert"]));

    let asked = post(&site, "approvals", emptying()).await;
    let (second, hash) = (text(&asked, "/id"), text(&asked, "/hash"));
    let (approvals, who) = (&site.app.approvals, proven(&site, &bob));
    let own = approvals.decide(&who, &second, Verdict::Approve, &hash, String::new());
    assert_eq!(own.await.unwrap_err().code(), "approval.own-request");
    approve(&site, &judge, &second, &hash).await;
    post(&site, "users/robert/same-person", json!({"as": "judge"})).await;
    let who = proven(&site, &robert);
    let twice = approvals.decide(&who, &second, Verdict::Approve, &hash, String::new());
    assert_eq!(twice.await.unwrap_err().code(), "approval.decided-already");

    let apart = site
        .post("/api/v1/users/bob/other-person", Value::Null)
        .await;
    assert_eq!(apart.code(), "approval.needed");
    rules_gone(&site).await;
    rules_for_everything(&site, 2).await;
    let few = site.post("/api/v1/approvals", emptying()).await;
    assert_eq!(few.code(), "approval.too-few-people", "{}", few.body);
    rules_gone(&site).await;
    let apart = post(&site, "users/bob/other-person", Value::Null).await;
    assert_eq!(apart["same_person_as"], json!([]));
}

/// As if no rule had ever been there.
async fn rules_gone(site: &Site) {
    for rule in site.outside.records.list_approval_rules().await.unwrap() {
        let expect = Expect::Revision(rule.revision);
        let gone = Change::DeleteApprovalRule(rule.group, rule.class, expect);
        site.outside
            .records
            .commit(vec![gone].into())
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn a_right_that_is_taken_after_consent_was_counted_is_found_when_it_is_carried_out() {
    let (site, bob, _) = site().await;
    let judge = judge_without_rules(&site).await;
    let asked = post(&site, "approvals", emptying()).await;
    let (id, hash) = (text(&asked, "/id"), text(&asked, "/hash"));
    approve(&site, &bob, &id, &hash).await;
    let (app, mode) = (&site.app, Mode::naming("app"));
    let ann = app
        .access
        .by_token(&SecretText::new(site.token.as_str()))
        .await
        .unwrap();
    let running = app.approvals.open(&ann, &id).await.unwrap();
    let question = app.approvals.question();
    let trying = ann.clone().asking(question.id()).trying();
    let tried = Mode {
        dry_run: true,
        ..mode.clone()
    };
    app.kms_keys
        .deactivate(&trying, "app", &tried)
        .await
        .unwrap();
    let row = app.approvals.show(&ann, &id).await.unwrap().row;
    let plan = serde_json::from_str(&row.plan).unwrap();
    let approved = app.approvals.approved(&ann, running, &question, &plan);
    let approved = approved.await.unwrap();

    // Between counting and commit.
    app.users.lock(&ann, "bob").await.unwrap();
    let refused = app.kms_keys.deactivate(&approved, "app", &mode).await;
    assert_eq!(refused.unwrap_err().code(), "approval.approvers-changed");
    let key = site.get("/api/v1/kms-keys/app").await.body;
    assert_eq!(key["life"], "ACTIVE");
    let run = format!("/api/v1/approvals/{id}/run");
    assert_eq!(
        site.post(&run, Value::Null).await.code(),
        "approval.not-enough"
    );
    approve(&site, &judge, &id, &hash).await;
    let done = site.post(&run, Value::Null).await;
    assert_eq!(done.status, StatusCode::ACCEPTED, "{}", done.body);
}

/// Somebody more who may approve, added as if there were no rules.
async fn judge_without_rules(site: &Site) -> Actor {
    rules_gone(site).await;
    let judge = judge(site).await;
    rules_for_everything(site, 1).await;
    judge
}
