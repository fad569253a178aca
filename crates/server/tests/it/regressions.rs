//! Weaknesses that other key managers had: one test each, where no other test shows that it is not here. The list is in
//! `docs/operating/security.md`.

use std::collections::BTreeSet;
use std::path::Path;

use aws_lc_rs::digest::{SHA256, digest};
use axum::body::Body;
use http::{Method, Request, StatusCode, header};
use keyferry_ports::records::AccessRecords as _;
use keyferry_server::{Access, routes};
use serde_json::{Value, json};

use crate::site::{Answer, PASSWORD, Site};

/// Asks without any sign-in.
async fn ask(site: &Site, method: Method, path: &str) -> Answer {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header(header::CONTENT_TYPE, "application/json");
    site.send(request.body(Body::from("{}")).unwrap()).await
}

/// Adds a person; answers a token of that person's.
async fn person(site: &Site, name: &str) -> String {
    let made = site.post("/api/v1/users", json!({ "name": name })).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
    let id = made.body["user"]["id"].as_str().unwrap().parse().unwrap();
    let actor = keyferry_app::Actor::person(id, name.parse().unwrap());
    let access = &site.app.access;
    let token = access.create_token(&actor, "test".parse().unwrap(), None);
    token.await.unwrap().secret.expose().to_owned()
}

async fn by_token(site: &Site, token: &str, method: Method, path: &str, body: Value) -> Answer {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .header(header::CONTENT_TYPE, "application/json");
    let body = Body::from(body.to_string());
    site.send(request.body(body).unwrap()).await
}

/// OpenBao, Vault: a policy of the right name in other letters was the root policy.
#[tokio::test]
async fn a_role_whose_name_differs_in_letters_alone_is_not_the_built_in_one() {
    let site = Site::new().await;
    let bob = person(&site, "bob").await;
    for name in [
        "Administrator",
        "ADMINISTRATOR",
        "System-Administrator",
        " administrator",
    ] {
        let role = json!({"name": name, "actions": ["key.read"]});
        let made = site.post("/api/v1/roles", role).await;
        assert_ne!(made.status, StatusCode::INTERNAL_SERVER_ERROR);
        for group in [json!("default"), Value::Null] {
            let given = json!({"role": name, "user": "bob", "group": group});
            site.post("/api/v1/role-assignments", given).await;
        }
    }
    for (path, body) in [
        ("/api/v1/keys", json!({"name": "k"})),
        ("/api/v1/users", json!({"name": "eve"})),
        (
            "/api/v1/roles",
            json!({"name": "r", "actions": ["key.read"]}),
        ),
    ] {
        let answer = by_token(&site, &bob, Method::POST, path, body).await;
        assert_eq!(
            answer.status,
            StatusCode::FORBIDDEN,
            "{path}: {}",
            answer.body
        );
    }
}

/// OpenBao: `..` in a path led to another mount.
#[tokio::test]
async fn dots_in_a_path_lead_to_no_other_route() {
    let site = Site::new().await;
    let way_out = [
        "/api/v1/sessions/../keys",
        "/api/v1/sign-in-providers/../keys",
        "/api/v1/sessions/oidc/../../keys/start",
        "/api/v1/sessions/oidc/%2e%2e%2f%2e%2e%2fkeys/start",
        "/api/v1/sessions/oidc/..%2f..%2fkeys/start",
        "/api/v1/./keys",
        "/healthz/../api/v1/keys",
        "/%2e%2e/api/v1/keys",
        "//api/v1/keys",
        "/api/v1/keys/",
        "/api/v1/keys%2f",
        "/API/V1/keys",
        "/api/v1/keys;/healthz",
    ];
    for path in way_out {
        let nobody = ask(&site, Method::GET, path).await;
        assert!(nobody.status.is_client_error(), "{path}: {}", nobody.status);
        assert_eq!(nobody.body["items"], Value::Null, "{path}");
        let ann = site.get(path).await;
        assert!(ann.status.is_client_error(), "{path}: {}", ann.status);
    }
    // A name with dots is a name, and no way.
    let key = site.get("/api/v1/keys/..%2fusers%2fann").await;
    assert_eq!(
        (key.status, key.body["title"].as_str()),
        (StatusCode::NOT_FOUND, Some("Not found"))
    );
}

/// OpenBao: whoever reached the server could cancel a ceremony.
#[tokio::test]
async fn neither_nobody_nor_a_stranger_ends_what_waits_for_consent() {
    let site = Site::new().await;
    crate::approvals::judge(&site).await;
    let bob = person(&site, "bob").await;
    crate::approvals::rules_for_everything(&site, 1).await;
    let asked = json!({
        "method": "POST", "path": "/api/v1/users/bob/offboard", "reason": "gone",
    });
    let waiting = site.post("/api/v1/approvals", asked).await;
    assert_eq!(waiting.status, StatusCode::CREATED, "{}", waiting.body);
    let id = waiting.body["id"].as_str().unwrap();
    for verb in ["cancel", "reject", "approve", "run"] {
        let path = format!("/api/v1/approvals/{id}/{verb}");
        let nobody = ask(&site, Method::POST, &path).await;
        assert_eq!(nobody.status, StatusCode::UNAUTHORIZED, "{verb}");
        let stranger = by_token(&site, &bob, Method::POST, &path, json!({})).await;
        assert!(
            stranger.status.is_client_error(),
            "{verb}: {}",
            stranger.status
        );
    }
    let path = format!("/api/v1/approvals/{id}");
    let after = site.get(&path).await;
    assert_eq!(after.body["state"], waiting.body["state"]);
}

/// OpenBao: secret bytes stood in the audit log.
#[tokio::test]
async fn what_is_secret_in_a_request_is_in_no_entry_of_the_audit_log() {
    const CANARY: &str = "CanaryOfASecretThatNobodyMaySee";
    let site = Site::with_keystore().await;
    let file = "Q2FuYXJ5T2ZBU2VjcmV0VGhhdE5vYm9keU1heVNlZSE=";
    let sent = [
        (
            "users",
            json!({"name": "bob", "password": format!("{CANARY} 1")}),
        ),
        (
            "sessions",
            json!({"user": "ann", "password": format!("{CANARY} 2")}),
        ),
        ("sessions", json!({"user": CANARY, "password": PASSWORD})),
        (
            "keys/import",
            json!({"name": "k", "file": file, "format": "raw"}),
        ),
        (
            "connections",
            json!({
                "name": "other", "regions": ["eu-central-1"], "allow_unverified": true,
                "identity": {"kind": "access-key", "access_key_id": "AKIAIOSFODNN7EXAMPLE", "secret_access_key": CANARY},
            }),
        ),
        (
            "sign-in-providers",
            json!({
                "name": "corp", "issuer": "https://id.example", "client_id": "keyferry", "client_secret": CANARY,
                "public_url": "https://keyferry.example", "provisioning": "just-in-time",
            }),
        ),
        ("seal/unseal", json!({"passphrase": CANARY})),
    ];
    let mut done = 0;
    for (path, body) in sent {
        let answer = site.post(&format!("/api/v1/{path}"), body).await;
        done += usize::from(answer.status.is_success());
        assert!(
            !answer.body.to_string().contains(CANARY),
            "{path}: {}",
            answer.body
        );
    }
    assert!(done >= 3, "{done}");

    let entries = site.get("/api/v1/audit/entries?limit=1000").await;
    assert_eq!(entries.status, StatusCode::OK);
    let items = entries.body["items"].as_array().unwrap().len();
    assert!(items >= 5, "{items}");
    let bytes = CANARY
        .bytes()
        .map(|byte| byte.to_string())
        .collect::<Vec<_>>();
    let text = entries.body.to_string();
    for secret in [CANARY, &file[..40], &hex::encode(CANARY), &bytes.join(", ")] {
        assert!(!text.contains(secret), "the log has {secret}");
    }
}

/// Cosmian: what changes things was guarded by the right to read.
#[test]
fn whatever_changes_things_asks_for_more_than_the_right_to_read() {
    /// Questions whose answers are too long to be asked for in a path.
    const QUESTIONS: &[&str] = &["check_policy"];
    let mut wrong = BTreeSet::new();
    for route in routes() {
        let Access::Guarded { action, .. } = route.access else {
            continue;
        };
        let changes = route.endpoint.method.as_str() != "GET";
        if changes && action.as_str().ends_with(".read") {
            wrong.insert(route.endpoint.id);
        }
    }
    assert_eq!(wrong.into_iter().collect::<Vec<_>>(), QUESTIONS);
}

/// Cosmian: a scope of routes had no sign-in before it.
#[tokio::test]
async fn every_route_that_is_not_open_refuses_whoever_does_not_say_who_it_is() {
    let site = Site::new().await;
    let mut count = 0;
    for route in routes().iter().filter(|route| route.access != Access::Open) {
        let method: Method = route.endpoint.method.as_str().parse().unwrap();
        let names: Vec<&str> = route.endpoint.path_parameters().map(|_| "x").collect();
        let path = route.endpoint.path_with(&names);
        let answer = ask(&site, method, &path).await;
        assert_eq!(
            (answer.status, answer.code()),
            (StatusCode::UNAUTHORIZED, "request.unauthenticated"),
            "{path}"
        );
        count += 1;
    }
    assert!(count > 100, "{count}");
    for path in ["/metrics", "/api/v1/version", "/debug", "/api", "/.env"] {
        let answer = ask(&site, Method::GET, path).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{path}");
    }
}

/// Cosmian: a page for everybody told version and configuration.
#[tokio::test]
async fn what_everybody_may_read_tells_no_version_and_no_names() {
    let site = Site::with_keystore().await;
    site.post("/api/v1/keys", json!({"name": "treasure"})).await;
    for path in [
        "/",
        "/healthz",
        "/readyz",
        "/api/v1/seal",
        "/api/v1/sign-in-providers",
    ] {
        let request = Request::get(path).body(Body::empty()).unwrap();
        let answer = site.send_text(request).await;
        for word in [
            env!("CARGO_PKG_VERSION"),
            "treasure",
            "store",
            "aws",
            "ann",
            "sqlite",
            "/var/",
        ] {
            assert!(!answer.contains(word), "{path} tells {word}: {answer}");
        }
    }
}

/// Cosmian: what sessions were made from could be guessed.
#[tokio::test]
async fn cookies_of_sessions_are_long_never_alike_and_kept_as_hashes() {
    let site = Site::new().await;
    let mut seen = BTreeSet::new();
    for _ in 0..20 {
        let body = json!({"user": "ann", "password": PASSWORD});
        let begun = site.post("/api/v1/sessions", body).await;
        let cookie = begun.header("set-cookie").split(';').next().unwrap();
        let value = cookie.strip_prefix("__Host-keyferry=").unwrap().to_owned();
        assert!(value.len() >= 43, "256 bits take 43 letters of base64");
        assert!(seen.insert(value));
    }
    let records = &site.outside.records;
    let users = records.list_users().await.unwrap();
    let ann = users.iter().find(|user| user.name.as_str() == "ann");
    let kept = records.list_sessions(ann.unwrap().id).await.unwrap();
    let kept: BTreeSet<[u8; 32]> = kept.iter().map(|session| session.hash).collect();
    for value in &seen {
        let hash = digest(&SHA256, value.as_bytes());
        assert!(kept.contains(hash.as_ref()), "a hash is kept of each");
    }
    // No beginning is common to all.
    let first: BTreeSet<char> = seen.iter().filter_map(|one| one.chars().nth(6)).collect();
    assert!(first.len() > 4, "{first:?}");
}

fn file(path: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    std::fs::read_to_string(root.join(path)).unwrap()
}

/// Cosmian: telemetry went out without TLS; and spans were held across waiting, so that one request's words stood in another's.
#[test]
fn nothing_sends_telemetry_and_no_span_is_held_while_something_is_waited_for() {
    let lock = file("Cargo.lock");
    for name in [
        "opentelemetry",
        "sentry",
        "tracing-opentelemetry",
        "posthog",
    ] {
        assert!(!lock.contains(&format!("name = \"{name}")), "{name}");
    }
    assert!(lock.contains("name = \"tracing\""));
    let rules = file("clippy.toml");
    for guard in ["tracing::span::Entered", "tracing::span::EnteredSpan"] {
        assert!(rules.contains(&format!("\"{guard}\"")), "{guard}");
    }
}
