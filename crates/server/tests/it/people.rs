//! People over HTTP: what the first sign-in, the second factor and the end of a session look like to a client.

use std::time::Duration;

use http::{Request, StatusCode, header};
use http_body_util::BodyExt as _;
use jiff::SignedDuration;
use keyferry_ports::clock::Clock as _;
use keyferry_testkit::authenticator::Authenticator;
use serde_json::{Value, json};

use crate::site::{Answer, PASSWORD, Site};

const COOKIE_RULES: &str = "; Path=/; Secure; HttpOnly; SameSite=Strict";

/// Signs in; answers the answer and the cookie.
async fn sign_in(site: &Site, body: Value) -> (Answer, String) {
    let request = Request::post("/api/v1/sessions")
        .header(header::CONTENT_TYPE, "application/json")
        .body(body.to_string().into())
        .unwrap();
    let answer = site.send(request).await;
    let cookie = cookie_of(&answer);
    (answer, cookie)
}

fn cookie_of(answer: &Answer) -> String {
    let cookie = answer.header("set-cookie");
    let pair = cookie.strip_suffix(COOKIE_RULES).unwrap_or_default();
    assert!(
        pair.is_empty() || pair.starts_with("__Host-keyferry="),
        "{cookie}"
    );
    pair.to_owned()
}

async fn with_bob(site: &Site) -> String {
    let body = json!({"name": "bob", "full_name": "Robert Lee"});
    let made = site.post("/api/v1/users", body).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
    let role = json!({"role": "administrator", "user": "bob", "group": "default"});
    let given = site.post("/api/v1/role-assignments", role).await;
    assert_eq!(given.status, StatusCode::CREATED, "{}", given.body);
    made.body["password"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a2_a_session_that_must_change_its_password_does_nothing_else() {
    let site = Site::new().await;
    let first = with_bob(&site).await;
    let (answer, cookie) = sign_in(&site, json!({"user": "BOB", "password": first})).await;
    assert_eq!(answer.status, StatusCode::CREATED);
    assert_eq!(answer.body["only_for"], "change-password");

    for (method, path) in [
        ("GET", "keys"),
        ("GET", "users"),
        ("POST", "me/tokens"),
        ("POST", "seal/unseal"),
        ("GET", "events"),
        ("POST", "me/totp"),
    ] {
        let refused = site.by_cookie(&cookie, method, path, Value::Null).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{path}");
        assert_eq!(refused.code(), "access.password-must-change", "{path}");
    }
    let me = site.by_cookie(&cookie, "GET", "me", Value::Null).await;
    assert_eq!(me.body["name"], "bob");
    assert_eq!(me.body["only_for"], "change-password");
    let change = json!({"old": first, "new": "a password of my own"});
    let changed = site.by_cookie(&cookie, "POST", "me/password", change).await;

    assert_eq!(changed.status, StatusCode::CREATED, "{}", changed.body);
    let after = cookie_of(&changed);
    let before = site.by_cookie(&cookie, "GET", "me", Value::Null).await;
    assert_eq!(before.status, StatusCode::UNAUTHORIZED);
    let keys = site.by_cookie(&after, "GET", "keys", Value::Null).await;
    assert_eq!(keys.status, StatusCode::OK);
    let sessions = site
        .by_cookie(&after, "GET", "me/sessions", Value::Null)
        .await;
    assert_eq!(sessions.body["items"][0]["is_this"], true);
    assert_eq!(sessions.body["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a9_the_lock_out_answers_429_alike_for_people_and_nobody() {
    let site = Site::new().await;
    let mut answers = Vec::new();
    for names in [["ann", "Ann", " ANN"], ["eve", "Eve", " EVE"]] {
        for place in 0..5 {
            let guess = json!({"user": names[place % 3], "password": "a wrong password"});
            let (wrong, _) = sign_in(&site, guess).await;
            assert_eq!(wrong.status, StatusCode::UNAUTHORIZED);
            assert_eq!(wrong.code(), "access.not-signed-in");
        }
        let right = json!({"user": names[0], "password": PASSWORD});
        let (waits, _) = sign_in(&site, right).await;
        assert_eq!(waits.status, StatusCode::TOO_MANY_REQUESTS);
        answers.push(waits.without_request());
    }
    assert_eq!(answers[0]["code"], "access.locked-out");
    assert_eq!(answers[0], answers[1]);

    let unlocked = site.post("/api/v1/users/ANN/unlock", Value::Null).await;
    assert_eq!(unlocked.status, StatusCode::OK);
    let (let_in, _) = sign_in(&site, json!({"user": "ann", "password": PASSWORD})).await;
    assert_eq!(let_in.status, StatusCode::CREATED);
}

#[tokio::test]
async fn a9_a_second_factor_is_shown_once_and_asked_for() {
    let site = Site::new().await;
    let clock = &site.outside.clock;
    let password = json!({"password": PASSWORD});
    let made = site.post("/api/v1/me/totp", password).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
    let phone = Authenticator::of(made.body["secret"].as_str().unwrap());
    let first = json!({"totp": phone.code(clock.now())});
    let confirmed = site.post("/api/v1/me/totp/confirm", first).await;
    let recovery = confirmed.body["codes"][0].as_str().unwrap().to_owned();
    assert_eq!(site.get("/api/v1/me").await.body["second_factor"], true);
    clock.advance(SignedDuration::from_mins(1));

    let (asks, cookie) = sign_in(&site, json!({"user": "ann", "password": PASSWORD})).await;
    assert_eq!(asks.status, StatusCode::UNAUTHORIZED);
    assert_eq!((asks.code(), cookie.as_str()), ("access.totp-required", ""));
    let shown = phone.code(clock.now());
    let said = json!({"user": "ann", "password": PASSWORD, "totp": shown});
    let (let_in, cookie) = sign_in(&site, said.clone()).await;
    assert_eq!(let_in.status, StatusCode::CREATED);
    let (replayed, _) = sign_in(&site, said).await;
    assert_eq!(replayed.code(), "access.not-signed-in");
    let me = site.get("/api/v1/users/ann").await.body;
    assert_eq!(me["second_factor"], true);
    assert_eq!(me["recovery_codes_left"], 10);

    let body = json!({"totp": recovery});
    let confirmed = site
        .by_cookie(&cookie, "POST", "sessions/confirm", body.clone())
        .await;
    assert_eq!(confirmed.status, StatusCode::OK, "{}", confirmed.body);
    let again = site
        .by_cookie(&cookie, "POST", "sessions/confirm", body)
        .await;
    assert_eq!(again.status, StatusCode::FORBIDDEN);
    assert_eq!(again.code(), "access.not-confirmed");
}

#[tokio::test]
async fn a4_a_session_that_is_ended_or_signed_out_is_no_good_any_more() {
    let site = Site::new().await;
    let said = json!({"user": "ann", "password": PASSWORD});
    let (_, one) = sign_in(&site, said.clone()).await;
    let (_, two) = sign_in(&site, said.clone()).await;
    assert_ne!(one, two, "each sign-in has a token of its own");
    let gone = site
        .by_cookie(&one, "DELETE", "sessions/current", Value::Null)
        .await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT);
    assert!(gone.header("set-cookie").ends_with("; Max-Age=0"));
    let after = site.by_cookie(&one, "GET", "me", Value::Null).await;
    assert_eq!(after.status, StatusCode::UNAUTHORIZED);

    let listed = site.get("/api/v1/users/ann/sessions").await.body;
    let id = listed["items"][0]["id"].as_str().unwrap();
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
    let ended = site
        .delete(&format!("/api/v1/users/ann/sessions/{id}"))
        .await;
    assert_eq!(ended.status, StatusCode::NO_CONTENT);
    let after = site.by_cookie(&two, "GET", "me", Value::Null).await;
    assert_eq!(after.status, StatusCode::UNAUTHORIZED);

    let (_, three) = sign_in(&site, said).await;
    let all = site
        .by_cookie(&three, "DELETE", "me/sessions", Value::Null)
        .await;
    assert_eq!(all.body["ended"], 1);
    let after = site.by_cookie(&three, "GET", "me", Value::Null).await;
    assert_eq!(after.status, StatusCode::UNAUTHORIZED);
    let none = site.delete(&format!("/api/v1/me/sessions/{id}")).await;
    assert_eq!(none.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_person_is_added_shown_locked_and_let_go() {
    let site = Site::new().await;
    with_bob(&site).await;
    let shown = site.get("/api/v1/users/Bob").await;
    assert_eq!(shown.body["state"], "active");
    assert_eq!(shown.body["must_change_password"], true);
    assert!(shown.body.get("password_hash").is_none());
    let etag = shown.header("etag").to_owned();
    let headers = [("if-match", etag.as_str())];
    let update = json!({"full_name": "Bob Lee"});
    let updated = site
        .patch("/api/v1/users/bob", update.clone(), &headers)
        .await;
    assert_eq!(updated.body["full_name"], "Bob Lee");
    let late = site.patch("/api/v1/users/bob", update, &headers).await;
    assert_eq!(late.status, StatusCode::CONFLICT);

    let locked = site.post("/api/v1/users/bob/lock", Value::Null).await;
    assert_eq!(locked.body["state"], "locked");
    let reset = site
        .post("/api/v1/users/bob/reset-password", json!({}))
        .await;
    assert_eq!(reset.status, StatusCode::OK);
    let own = site.post("/api/v1/users/ann/lock", Value::Null).await;
    assert_eq!(
        (own.status, own.code()),
        (StatusCode::CONFLICT, "user.oneself")
    );
    let left = site.post("/api/v1/users/bob/offboard", Value::Null).await;
    assert_eq!(left.body["user"]["state"], "offboarded");
    let again = site.post("/api/v1/users/bob/unlock", Value::Null).await;
    assert_eq!(again.code(), "user.offboarded");
    let people = site.get("/api/v1/users").await.body;
    assert_eq!(people["items"].as_array().unwrap().len(), 2);
    let log = site.get("/api/v1/audit/entries").await.body.to_string();
    for action in [
        "user.create",
        "user.update",
        "user.lock",
        "user.reset-password",
        "user.offboard",
    ] {
        assert!(log.contains(action), "{action}");
    }
}

#[tokio::test]
async fn a4_a_stream_of_events_ends_for_whoever_is_let_in_no_longer() {
    let site = Site::with_keystore().await;
    let mut events = site.open("/api/v1/events").await;
    let kms_key = |name: &str| json!({"keystore": "store", "name": name});
    site.post("/api/v1/kms-keys", kms_key("one")).await;
    site.run().await;
    assert!(events.frame().await.unwrap().unwrap().is_data());

    let before = site.post("/api/v1/kms-keys", kms_key("two")).await;
    assert_eq!(before.status, StatusCode::ACCEPTED);
    let listed = site.get("/api/v1/me/tokens").await.body;
    let id = listed["items"][0]["id"].as_str().unwrap();
    let revoked = site.delete(&format!("/api/v1/me/tokens/{id}")).await;
    assert_eq!(revoked.status, StatusCode::NO_CONTENT);
    site.run().await;

    assert!(events.frame().await.is_none(), "nothing of what came after");
}

#[tokio::test]
async fn a4_a_stream_in_which_nothing_happens_ends_for_whoever_is_let_in_no_longer() {
    let site = Site::with_keystore().await;
    let mut events = site.open("/api/v1/events").await;
    let listed = site.get("/api/v1/me/tokens").await.body;
    let id = listed["items"][0]["id"].as_str().unwrap();

    let revoked = site.delete(&format!("/api/v1/me/tokens/{id}")).await;

    assert_eq!(revoked.status, StatusCode::NO_CONTENT);
    let end = tokio::time::timeout(Duration::from_secs(60), events.frame());
    assert!(end.await.expect("it ends by itself").is_none());
}
