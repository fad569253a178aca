//! Consent of several people, as clients see it.

mod groups;

use http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use keyferry_app::Actor;
use keyferry_app::actor::Standing;
use keyferry_domain::approval::{ApprovalState, Verdict};
use keyferry_domain::id::GroupId;
use keyferry_ports::clock::Clock as _;
use keyferry_ports::records::{ApprovalRecords as _, Change, Commits as _, Expect};
use serde_json::{Value, json};

use crate::site::{Answer, Site};

const OWN: &str = "a password of my own";

/// Does it, and answers what came back.
pub(crate) async fn post(site: &Site, path: &str, body: Value) -> Value {
    let answer = site.post(&format!("/api/v1/{path}"), body).await;
    assert!(answer.status.is_success(), "{path}: {}", answer.body);
    answer.body
}

pub(crate) fn text(body: &Value, pointer: &str) -> String {
    let found = body.pointer(pointer).and_then(Value::as_str);
    found.unwrap_or_else(|| panic!("{body:#}")).to_owned()
}

pub(crate) async fn add(
    site: &Site,
    name: &str,
    roles: &[(&str, Option<&str>)],
) -> (Actor, String) {
    let made = post(site, "users", json!({ "name": name })).await;
    for (role, group) in roles {
        let given = json!({"role": role, "user": name, "group": group});
        post(site, "role-assignments", given).await;
    }
    let id = text(&made, "/user/id").parse().unwrap();
    (
        Actor::person(id, name.parse().unwrap()),
        text(&made, "/password"),
    )
}

/// Somebody who may approve what is asked for in the whole installation.
pub(crate) async fn judge(site: &Site) -> Actor {
    add(site, "judge", &[("system-administrator", None)])
        .await
        .0
}

/// Rules for every class, as if they had always been there.
pub(crate) async fn rules_for_everything(site: &Site, approvers: u32) {
    rules_in(site, None, approvers).await;
}

/// The same in one group or, where there is none, in the installation.
async fn rules_in(site: &Site, group: Option<GroupId>, approvers: u32) {
    use keyferry_domain::approval::{ApprovalClass, ApprovalRule};
    for (class, _) in ApprovalClass::FOR_RULES {
        let rule = ApprovalRule {
            group,
            class,
            approvers,
            hours: 72,
            changed_at: site.outside.clock.now(),
            revision: 1,
        };
        let batch = vec![Change::PutApprovalRule(rule, Expect::New)];
        site.outside.records.commit(batch.into()).await.unwrap();
    }
}

/// Somebody who has just proved who he is.
pub(crate) fn proven(site: &Site, who: &Actor) -> Actor {
    let mut who = who.clone();
    if let Actor::User { standing, .. } = &mut who {
        *standing = Standing {
            confirmed_at: Some(site.outside.clock.now()),
            ..Standing::default()
        };
    }
    who
}

pub(crate) async fn approve(site: &Site, who: &Actor, approval: &str, hash: &str) {
    let (who, approvals) = (proven(site, who), &site.app.approvals);
    let decided = approvals.decide(&who, approval, Verdict::Approve, hash, String::new());
    decided.await.unwrap();
}

/// Signs in, sets an own password, and answers the cookie.
pub(crate) async fn cookie(site: &Site, name: &str, password: &str) -> String {
    let sign_in = json!({"user": name, "password": password});
    let first = site.by_cookie("", "POST", "sessions", sign_in).await;
    let change = json!({"old": password, "new": OWN});
    let changed = site
        .by_cookie(&cookie_of(&first), "POST", "me/password", change)
        .await;
    assert_eq!(changed.status, StatusCode::CREATED, "{}", changed.body);
    cookie_of(&changed)
}

fn cookie_of(answer: &Answer) -> String {
    let cookie = answer.header("set-cookie").split(';').next();
    cookie.unwrap_or_default().to_owned()
}

/// A KMS key `app`, and everything that is lost needs another person.
pub(crate) async fn site() -> (Site, Actor, String) {
    let site = Site::with_keystore().await;
    post(
        &site,
        "kms-keys",
        json!({"keystore": "store", "name": "app"}),
    )
    .await;
    site.run().await;
    let roles = [
        ("administrator", Some("default")),
        ("system-administrator", None),
    ];
    let (bob, password) = add(&site, "bob", &roles).await;
    rules_for_everything(&site, 1).await;
    (site, bob, password)
}

pub(crate) fn emptying() -> Value {
    json!({
        "method": "POST",
        "path": "/api/v1/kms-keys/app/deactivate?confirm_name=app",
        "reason": "the system behind it is shut down",
    })
}

#[tokio::test]
async fn a14_what_a_rule_covers_is_frozen_shown_approved_by_another_and_done_once() {
    let (site, _, password) = site().await;
    let path = "/api/v1/kms-keys/app/deactivate?confirm_name=app";
    let refused = site.post(path, Value::Null).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert_eq!(refused.code(), "approval.needed");
    let plan = site
        .post(&format!("{path}&dry_run=true"), Value::Null)
        .await;
    assert_eq!(plan.status, StatusCode::OK, "a dry run needs nobody");

    let asked = site.post("/api/v1/approvals", emptying()).await;
    assert_eq!(asked.status, StatusCode::CREATED, "{}", asked.body);
    assert_eq!(asked.body["state"], "open");
    assert_eq!(asked.body["ready"], false);
    assert_eq!(asked.body["plan"]["steps"], plan.body["steps"]);
    assert_eq!(asked.body["needs"][0]["can_approve"], json!(["bob"]));
    let id = text(&asked.body, "/id");
    let hash = text(&asked.body, "/hash");
    let bob = cookie(&site, "bob", &password).await;
    let list = site
        .by_cookie(&bob, "GET", "approvals?state=open", Value::Null)
        .await;
    assert_eq!(list.body["items"][0]["id"], id);

    let approve = format!("approvals/{id}/approve");
    let other = json!({"hash": "00".repeat(32)});
    let other = site.by_cookie(&bob, "POST", &approve, other).await;
    assert_eq!(other.code(), "approval.other-hash");
    let own = site
        .post(&format!("/api/v1/{approve}"), json!({"hash": hash}))
        .await;
    assert_eq!(own.code(), "approval.own-request");
    let yes = site
        .by_cookie(&bob, "POST", &approve, json!({"hash": hash}))
        .await;
    assert_eq!(yes.body["ready"], true, "{}", yes.body);
    let twice = site
        .by_cookie(&bob, "POST", &approve, json!({"hash": hash}))
        .await;
    assert_eq!(twice.code(), "approval.decided-already");

    let run = format!("approvals/{id}/run");
    let by_bob = site.by_cookie(&bob, "POST", &run, Value::Null).await;
    assert_eq!(by_bob.code(), "approval.not-requester");
    let done = site.post(&format!("/api/v1/{run}"), Value::Null).await;
    assert_eq!(done.status, StatusCode::ACCEPTED, "{}", done.body);
    site.run().await;
    let key = site.get("/api/v1/kms-keys/app").await.body;
    assert_eq!(key["life"], "INACTIVE");
    let again = site.post(&format!("/api/v1/{run}"), Value::Null).await;
    assert_eq!(again.code(), "approval.over");
    let log = site
        .get("/api/v1/audit/entries?action=kms-key.deactivate")
        .await
        .body;
    assert!(log.to_string().contains(&id), "{log:#}");
}

#[tokio::test]
async fn a_job_does_no_kind_of_step_that_was_not_in_the_approved_plan() {
    let (site, bob, _) = site().await;
    site.outside.advance_minutes(20);
    let asked = post(&site, "approvals", emptying()).await;
    let (id, hash) = (text(&asked, "/id"), text(&asked, "/hash"));
    approve(&site, &bob, &id, &hash).await;
    let run = site
        .post(&format!("/api/v1/approvals/{id}/run"), Value::Null)
        .await;
    assert_eq!(run.status, StatusCode::ACCEPTED, "{}", run.body);
    // Somebody writes another plan beside what was approved, in which nothing may be disabled.
    let records = &site.outside.records;
    let mut row = records
        .find_approval(id.parse().unwrap())
        .await
        .unwrap()
        .unwrap();
    row.plan = row.plan.replace("DisableKey", "TagResource");
    let expect = Expect::Revision(row.revision);
    let change = Change::PutApproval(Box::new(row), expect);
    records.commit(vec![change].into()).await.unwrap();
    site.run().await;

    let job = text(&run.body, "/job/id");
    let job = site.get(&format!("/api/v1/jobs/{job}")).await.body;
    assert_eq!(job["state"], "stuck", "{job:#}");
    assert!(job.to_string().contains("job.step-not-approved"), "{job:#}");
    let key = site.get("/api/v1/kms-keys/app").await.body;
    assert_eq!(key["status"], "AVAILABLE", "{key:#}");
}

#[tokio::test]
async fn consent_wants_a_recent_proof_in_a_session() {
    let (site, bob, password) = site().await;
    let asked = post(&site, "approvals", emptying()).await;
    let (id, hash) = (text(&asked, "/id"), text(&asked, "/hash"));
    let cookie = cookie(&site, "bob", &password).await;
    let approve = format!("approvals/{id}/approve");
    site.outside.advance_minutes(6);

    let late = site
        .by_cookie(&cookie, "POST", &approve, json!({"hash": hash}))
        .await;
    assert_eq!(late.code(), "approval.not-recent");
    let by_token = site
        .app
        .access
        .create_token(&bob, "t".parse().unwrap(), None)
        .await;
    let by_token = site
        .app
        .access
        .by_token(&by_token.unwrap().secret)
        .await
        .unwrap();
    let approvals = &site.app.approvals;
    let refused = approvals
        .decide(&by_token, &id, Verdict::Approve, &hash, String::new())
        .await;
    assert_eq!(refused.unwrap_err().code(), "approval.not-recent");
    let proof = json!({ "password": OWN });
    site.by_cookie(&cookie, "POST", "sessions/confirm", proof)
        .await;
    let yes = site
        .by_cookie(&cookie, "POST", &approve, json!({"hash": hash}))
        .await;
    assert_eq!(yes.body["ready"], true, "{}", yes.body);
}

#[tokio::test]
async fn a_request_that_would_do_something_else_by_now_is_not_carried_out() {
    let (site, bob, _) = site().await;
    let asked = post(&site, "approvals", emptying()).await;
    let (id, hash) = (text(&asked, "/id"), text(&asked, "/hash"));
    approve(&site, &bob, &id, &hash).await;
    // Disabling protects, and needs nobody.
    post(&site, "kms-keys/app/disable?confirm_name=app", Value::Null).await;
    site.run().await;

    let run = format!("/api/v1/approvals/{id}/run");
    let refused = site.post(&run, Value::Null).await;
    assert_eq!(refused.code(), "approval.plan-changed", "{}", refused.body);
    let key = site.get("/api/v1/kms-keys/app").await.body;
    assert_eq!(key["life"], "ACTIVE");
    let shown = site.get(&format!("/api/v1/approvals/{id}")).await.body;
    assert_eq!(shown["state"], "changed");
    assert_eq!(site.post(&run, Value::Null).await.code(), "approval.over");
}

#[tokio::test]
async fn what_is_rejected_taken_back_or_waits_too_long_is_over() {
    let (site, bob, _) = site().await;
    let ask = || async {
        let asked = post(&site, "approvals", emptying()).await;
        (text(&asked, "/id"), text(&asked, "/hash"))
    };
    let (rejected, hash) = ask().await;
    let (approvals, who) = (&site.app.approvals, proven(&site, &bob));
    let no = approvals.decide(
        &who,
        &rejected,
        Verdict::Reject,
        &hash,
        "not now".to_owned(),
    );
    assert_eq!(no.await.unwrap().row.decisions[0].comment, "not now");
    let (cancelled, _) = ask().await;
    post(&site, &format!("approvals/{cancelled}/cancel"), Value::Null).await;
    let (expired, hash) = ask().await;
    approve(&site, &bob, &expired, &hash).await;
    let hours = SignedDuration::from_hours(72);
    let later = site.outside.clock.now() + hours;
    site.outside.clock.set(later);

    for (id, code) in [
        (rejected, "approval.over"),
        (cancelled, "approval.over"),
        (expired, "approval.expired"),
    ] {
        let run = site
            .post(&format!("/api/v1/approvals/{id}/run"), Value::Null)
            .await;
        assert_eq!(run.code(), code, "{}", run.body);
    }
    let records = &site.outside.records;
    let all = records
        .list_approvals(&Default::default(), &Default::default())
        .await;
    for row in all.unwrap().rows {
        let is_open = row.state == ApprovalState::Open;
        assert_eq!(
            row.sealed.is_some(),
            is_open,
            "what is over is kept no longer"
        );
    }
}

#[tokio::test]
async fn consent_of_people_who_lost_the_right_does_not_count() {
    let (site, bob, _) = site().await;
    let asked = post(&site, "approvals", emptying()).await;
    let (id, hash) = (text(&asked, "/id"), text(&asked, "/hash"));
    approve(&site, &bob, &id, &hash).await;
    let run = format!("/api/v1/approvals/{id}/run");

    post(&site, "users/bob/lock", Value::Null).await;
    assert_eq!(
        site.post(&run, Value::Null).await.code(),
        "approval.not-enough"
    );
    let key = site.get("/api/v1/kms-keys/app").await.body;
    assert_eq!(key["life"], "ACTIVE");
}

#[tokio::test]
async fn what_is_only_tried_of_consent_keeps_nothing() {
    let (site, _, password) = site().await;
    let asked = post(&site, "approvals", emptying()).await;
    let (id, hash) = (text(&asked, "/id"), text(&asked, "/hash"));
    let cookie = cookie(&site, "bob", &password).await;
    let rows = || site.outside.records.debug_without_leaves();
    let before = rows();

    let tried = site
        .post("/api/v1/approvals?dry_run=true", emptying())
        .await;
    assert_eq!(tried.status, StatusCode::OK, "{}", tried.body);
    for (verb, body) in [
        ("approve", json!({"hash": hash})),
        ("reject", json!({"hash": hash})),
    ] {
        let path = format!("approvals/{id}/{verb}?dry_run=true");
        let tried = site.by_cookie(&cookie, "POST", &path, body).await;
        assert_eq!(tried.status, StatusCode::OK, "{}", tried.body);
        assert_eq!(tried.body["decisions"][0]["verdict"], verb);
    }
    post(
        &site,
        &format!("approvals/{id}/cancel?dry_run=true"),
        Value::Null,
    )
    .await;
    let rule = json!({"class": "change", "approvers": 2});
    post(&site, "approval-rules?dry_run=true", rule).await;
    let path = "/api/v1/approval-rules/change?dry_run=true";
    assert_eq!(site.delete(path).await.status, StatusCode::NO_CONTENT);
    assert_eq!(rows(), before);
}

#[tokio::test]
async fn a_new_installation_with_dual_control_takes_people_in_and_does_nothing_else_alone() {
    let site = Site::with_keystore().await;
    site.app.approvals.begin_with_dual_control(2).await.unwrap();
    post(&site, "keys", json!({"name": "k", "spec": "AES-256"})).await;
    let kms_key = json!({"keystore": "store", "name": "app"});
    let refused = site.post("/api/v1/kms-keys", kms_key.clone()).await;
    assert_eq!(refused.code(), "approval.needed");
    let asked = json!({"method": "POST", "path": "/api/v1/kms-keys", "body": kms_key.to_string()});
    let too_few = site.post("/api/v1/approvals", asked.clone()).await;
    assert_eq!(too_few.code(), "approval.too-few-people");

    let roles = [("system-administrator", None)];
    add(&site, "bob", &roles).await;
    add(&site, "carol", &roles).await;
    let dora = site.post("/api/v1/users", json!({"name": "dora"})).await;
    assert_eq!(
        dora.code(),
        "approval.needed",
        "enough people are there now"
    );
    post(&site, "users/bob/lock", Value::Null).await;
    let dora = site.post("/api/v1/users", json!({"name": "dora"})).await;
    assert_eq!(
        dora.code(),
        "approval.needed",
        "locking somebody opens nothing"
    );
    let unlock = site.post("/api/v1/users/bob/unlock", Value::Null).await;
    assert_eq!(unlock.code(), "approval.needed");
    let again = site.app.approvals.begin_with_dual_control(1).await;
    assert_eq!(again.unwrap_err().code(), "request.in-use");

    let too_few = site.post("/api/v1/approvals", asked).await;
    assert_eq!(too_few.code(), "approval.too-few-people", "bob is locked");
}

#[tokio::test]
async fn requests_of_whoever_leaves_are_taken_back() {
    let site = Site::with_keystore().await;
    post(
        &site,
        "kms-keys",
        json!({"keystore": "store", "name": "app"}),
    )
    .await;
    site.run().await;
    let (_, password) = add(&site, "carol", &[("administrator", Some("default"))]).await;
    judge(&site).await;
    rules_for_everything(&site, 1).await;
    let cookie = cookie(&site, "carol", &password).await;
    let asked = site
        .by_cookie(&cookie, "POST", "approvals", emptying())
        .await;
    let id = text(&asked.body, "/id");
    let records = &site.outside.records;
    for rule in records.list_approval_rules().await.unwrap() {
        let expect = Expect::Revision(rule.revision);
        let gone = Change::DeleteApprovalRule(rule.group, rule.class, expect);
        records.commit(vec![gone].into()).await.unwrap();
    }

    let left = post(&site, "users/carol/offboard", Value::Null).await;
    assert_eq!(left["approvals"][0]["id"], id);
    let row = records.find_approval(id.parse().unwrap()).await.unwrap();
    let row = row.unwrap();
    assert_eq!((row.state, row.sealed), (ApprovalState::Cancelled, None));
}

#[tokio::test]
async fn an_operation_on_many_needs_the_consent_that_it_needs_on_each() {
    let (site, bob, _) = site().await;
    let path = "/api/v1/kms-keys/bulk";
    let rotate = json!({"method": "new-key", "old_key": "deactivate"});
    for body in [
        json!({"matching": {}, "operation": "deactivate", "confirm_count": 1}),
        json!({"kms_keys": ["app"], "operation": "deactivate", "confirm_count": 1}),
        json!({"matching": {}, "operation": "rotate", "rotate": rotate, "confirm_count": 1}),
    ] {
        let refused = site.post(path, body).await;
        assert_eq!(refused.code(), "approval.needed", "{}", refused.body);
    }
    let body = json!({"matching": {}, "operation": "deactivate", "confirm_count": 1});
    let asked = json!({"method": "POST", "path": path, "body": body.to_string()});
    let asked = post(&site, "approvals", asked).await;
    let (id, hash) = (text(&asked, "/id"), text(&asked, "/hash"));
    approve(&site, &bob, &id, &hash).await;
    let run = site
        .post(&format!("/api/v1/approvals/{id}/run"), Value::Null)
        .await;
    assert_eq!(run.status, StatusCode::ACCEPTED, "{}", run.body);
    site.run().await;
    let key = site.get("/api/v1/kms-keys/app").await.body;
    assert_eq!(key["life"], "INACTIVE");
}

#[tokio::test]
async fn consent_to_something_done_to_one_thing_is_none_to_another_of_that_name() {
    let (site, bob, _) = site().await;
    let destroy = |key: &str| {
        let path = format!("/api/v1/keys/{key}/versions/1/destroy?confirm_name={key}");
        json!({"method": "POST", "path": path, "body": "{}"})
    };
    let records = &site.outside.records;
    let rules = records.list_approval_rules().await.unwrap();
    for rule in rules
        .iter()
        .filter(|rule| rule.class.as_str() != "destructive")
    {
        let expect = Expect::Revision(rule.revision);
        let gone = Change::DeleteApprovalRule(rule.group, rule.class, expect);
        records.commit(vec![gone].into()).await.unwrap();
    }
    for name in ["scratch", "prod"] {
        post(&site, "keys", json!({"name": name, "spec": "AES-256"})).await;
        let path = format!("keys/{name}/versions/1/deactivate");
        post(&site, &path, json!({})).await;
    }
    let asked = post(&site, "approvals", destroy("scratch")).await;
    let (id, hash) = (text(&asked, "/id"), text(&asked, "/hash"));
    approve(&site, &bob, &id, &hash).await;
    for (from, to) in [("scratch", "old"), ("prod", "scratch")] {
        let path = format!("/api/v1/keys/{from}");
        let renamed = site
            .patch(&path, json!({"name": to}), &[("if-match", "*")])
            .await;
        assert_eq!(renamed.status, StatusCode::OK, "{}", renamed.body);
    }

    let run = site
        .post(&format!("/api/v1/approvals/{id}/run"), Value::Null)
        .await;
    assert_eq!(run.code(), "approval.plan-changed", "{}", run.body);
}

#[tokio::test]
async fn nothing_is_tried_at_an_endpoint_to_which_nobody_consented() {
    let (site, _, _) = site().await;
    let link = json!({"regions": ["eu-central-1"], "identity": site.identity()});
    let verify = site.post("/api/v1/connections/verify", link).await;
    assert_eq!(verify.code(), "approval.needed", "{}", verify.body);
    let update = json!({"regions": ["eu-central-1", "eu-west-1"]});
    let path = "/api/v1/connections/aws?dry_run=true";
    let tried = site.patch(path, update, &[("if-match", "*")]).await;
    assert_eq!(tried.status, StatusCode::OK, "{}", tried.body);
    assert!(tried.body["verification"].is_null(), "{}", tried.body);

    let records = &site.outside.records;
    for rule in records.list_approval_rules().await.unwrap() {
        let expect = Expect::Revision(rule.revision);
        let gone = Change::DeleteApprovalRule(rule.group, rule.class, expect);
        records.commit(vec![gone].into()).await.unwrap();
    }
    let update = json!({"regions": ["eu-central-1", "eu-west-1"]});
    let tried = site.patch(path, update, &[("if-match", "*")]).await;
    assert!(
        tried.body["verification"].is_object(),
        "nobody's consent is needed"
    );
}

#[tokio::test]
async fn others_see_no_secret_of_a_request_and_the_database_has_none() {
    let (site, _, _) = site().await;
    let secret = site.outside.access_key.1.clone();
    let body = json!({"name": "second", "regions": ["eu-central-1"], "identity": site.identity()});
    let asked = json!({"method": "POST", "path": "/api/v1/connections", "body": body.to_string()});

    let waiting = post(&site, "approvals", asked).await;
    assert_eq!(
        waiting["request"]["body"]["identity"]["secret_access_key"],
        "(secret)"
    );
    assert_eq!(waiting["request"]["body"]["name"], "second");
    assert!(!waiting.to_string().contains(&secret));
    let rows = site.outside.records.debug_without_leaves();
    assert!(!rows.contains(&secret));
}

#[tokio::test]
async fn a_rule_is_changed_by_consent_of_what_it_wanted_and_what_it_is_to_want() {
    let site = Site::with_keystore().await;
    let rule = |approvers: u32| json!({"class": "destructive", "approvers": approvers});
    let path = "/api/v1/approval-rules";
    let asks = |body: Value| json!({"method": "POST", "path": path, "body": body.to_string()});
    let alone = site.post(path, rule(1)).await;
    assert_eq!(
        alone.code(),
        "approval.needed",
        "the new rule wants consent"
    );
    let nobody = site.post("/api/v1/approvals", asks(rule(1))).await;
    assert_eq!(nobody.code(), "approval.too-few-people");
    let bob = judge(&site).await;
    let asked = post(&site, "approvals", asks(rule(1))).await;
    let (id, hash) = (text(&asked, "/id"), text(&asked, "/hash"));
    approve(&site, &bob, &id, &hash).await;
    let set = post(&site, &format!("approvals/{id}/run"), Value::Null).await;
    assert_eq!(set["approvers"], 1);

    let two = site.post("/api/v1/approvals", asks(rule(2))).await;
    assert_eq!(two.code(), "approval.too-few-people", "{}", two.body);
    let remove = "/api/v1/approval-rules/destructive";
    let alone = site.delete(remove).await;
    assert_eq!(alone.code(), "approval.needed");
    let asked = post(
        &site,
        "approvals",
        json!({"method": "DELETE", "path": remove}),
    )
    .await;
    let (id, hash) = (text(&asked, "/id"), text(&asked, "/hash"));
    approve(&site, &bob, &id, &hash).await;
    let gone = site
        .post(&format!("/api/v1/approvals/{id}/run"), Value::Null)
        .await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT, "{}", gone.body);
}

#[tokio::test]
async fn a_change_of_rules_between_consent_and_carrying_out_asks_again() {
    let (site, bob, _) = site().await;
    let asked = post(&site, "approvals", emptying()).await;
    let (id, hash) = (text(&asked, "/id"), text(&asked, "/hash"));
    approve(&site, &bob, &id, &hash).await;
    let records = &site.outside.records;
    let mut rules = records.list_approval_rules().await.unwrap();
    let mut rule = rules.remove(1);
    assert_eq!(rule.class.as_str(), "destructive");
    rule.hours = 10;
    let change = Change::PutApprovalRule(rule, Expect::Revision(1));
    records.commit(vec![change].into()).await.unwrap();

    let run = site
        .post(&format!("/api/v1/approvals/{id}/run"), Value::Null)
        .await;
    assert_eq!(run.code(), "approval.rules-changed", "{}", run.body);
}

#[tokio::test]
async fn what_cannot_be_frozen_is_refused_with_what_to_do_about_just_that() {
    let site = Site::with_keystore().await;
    rules_for_everything(&site, 1).await;
    let mut hints = Vec::new();
    for (method, path) in [
        ("POST", "/api/v1/nothing"),
        ("POST", "/api/v1/kms-keys?dry_run=true"),
        ("POST", "no path"),
        ("NO WAY", "/api/v1/kms-keys"),
    ] {
        let asked = json!({"method": method, "path": path});
        let refused = site.post("/api/v1/approvals", asked).await;
        assert_eq!(refused.code(), "approval.not-freezable", "{path}");
        hints.push((text(&refused.body, "/detail"), text(&refused.body, "/hint")));
    }
    insta::assert_debug_snapshot!(hints);
}

#[tokio::test]
async fn a14_a_period_of_use_is_opened_by_consent_and_closed_without() {
    let (site, bob, _) = site().await;
    let asked = json!({
        "method": "POST", "path": "/api/v1/applications", "body": json!({"name": "billing"}).to_string(),
    });
    carried_out(&site, &bob, asked).await;
    let open = json!({"application": "billing", "minutes": 60, "reason": "the monthly run"});
    let refused = site.post("/api/v1/use-periods", open.clone()).await;
    assert_eq!(refused.code(), "approval.needed", "{}", refused.body);

    let asked = json!({"method": "POST", "path": "/api/v1/use-periods", "body": open.to_string()});
    site.outside.advance_minutes(1);
    let opened = carried_out(&site, &bob, asked).await;
    assert_eq!(opened["state"], "open", "{opened:#}");
    let id = text(&opened, "/id");
    let path = format!("/api/v1/use-periods/{id}/close");
    let closed = site.post(&path, Value::Null).await;
    assert_eq!(closed.body["state"], "closed", "{}", closed.body);
    let again = site.post(&path, Value::Null).await;
    assert_eq!(again.code(), "use-period.over");
}

/// Asks for it, has it approved, and has it carried out.
async fn carried_out(site: &Site, bob: &Actor, asked: Value) -> Value {
    let asked = post(site, "approvals", asked).await;
    let (id, hash) = (text(&asked, "/id"), text(&asked, "/hash"));
    approve(site, bob, &id, &hash).await;
    let run = site
        .post(&format!("/api/v1/approvals/{id}/run"), Value::Null)
        .await;
    assert!(run.status.is_success(), "{}", run.body);
    run.body
}

/// What the report says of one request at a moment: its state, and who had said what.
async fn reported(site: &Site, id: &str, as_of: Option<Timestamp>) -> Option<(Value, Value)> {
    let query = as_of.map_or(String::new(), |at| format!("?as_of={at}"));
    let path = format!("/api/v1/reports/approvals{query}");
    let report = site.get(&path).await.body;
    let rows = report["statement"]["rows"].as_array().unwrap().clone();
    let row = rows.into_iter().find(|row| row["approval"] == id)?;
    assert_eq!(row["requester"], "user/ann");
    assert_eq!(
        row["request"],
        "POST /api/v1/kms-keys/app/deactivate?confirm_name=app"
    );
    let said = row["decisions"].as_array().unwrap();
    let said = said
        .iter()
        .map(|one| Value::from(format!("{} {}", one["by"], one["verdict"])));
    Some((row["state"].clone(), said.collect()))
}

#[tokio::test]
async fn j8_the_report_of_approvals_says_what_was_at_a_moment_who_asked_and_who_said_what() {
    let (site, bob, _) = site().await;
    let now = || site.outside.clock.now();
    let before = now();
    site.outside.advance_minutes(1);
    let asked = post(&site, "approvals", emptying()).await;
    let (id, hash) = (text(&asked, "/id"), text(&asked, "/hash"));
    let left = post(&site, "approvals", emptying()).await;
    let left = text(&left, "/id");
    let waiting = now();
    site.outside.advance_minutes(1);
    approve(&site, &bob, &id, &hash).await;
    let approved = now();
    site.outside.advance_minutes(1);
    post(&site, &format!("approvals/{id}/run"), Value::Null).await;
    let hours = SignedDuration::from_hours(73);
    site.outside.clock.set(now() + hours);

    assert_eq!(reported(&site, &id, Some(before)).await, None);
    let nobody = json!([]);
    let open = Some(("open".into(), nobody.clone()));
    assert_eq!(reported(&site, &id, Some(waiting)).await, open);
    let bob = json!(["\"user/bob\" \"approve\""]);
    let agreed = Some(("open".into(), bob.clone()));
    assert_eq!(reported(&site, &id, Some(approved)).await, agreed);
    assert_eq!(reported(&site, &id, None).await, Some(("used".into(), bob)));
    let expired = Some(("expired".into(), nobody));
    assert_eq!(reported(&site, &left, None).await, expired);
    let key = site.get("/api/v1/audit/key").await.body;
    let key = keyferry_audit::NoteVerifier::parse(&text(&key, "/key")).unwrap();
    let path = format!("/api/v1/reports/approvals?as_of={approved}");
    let report = site.get(&path).await.body.to_string();
    let report = keyferry_audit::open_statement(&report, &key).unwrap();
    assert_eq!(report["entries"].as_array().unwrap().len(), 3, "{report:#}");
    keyferry_audit::verify_approvals(&report, &key).unwrap();
}
