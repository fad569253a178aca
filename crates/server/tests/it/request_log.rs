//! Every request has one line, which nobody forges; files are bounded, and a full disk is told and not fatal.

use std::path::Path;
use std::sync::Arc;

use http::StatusCode;
use keyferry_audit::Entry;
use keyferry_ports::records::{AuditFilter, AuditRecords as _, Page};
use keyferry_ports::request_log::{RequestLog as _, RequestLogError};
use keyferry_server::request_log::{FileRequestLog, Limits};
use keyferry_testkit::clock::VirtualClock;
use serde_json::json;

use crate::site::{PASSWORD, Site};

fn log(folder: &Path, file_bytes_max: u64, files_max: usize) -> FileRequestLog {
    let limits = Limits {
        file_bytes_max,
        files_max,
    };
    let clock = Arc::new(VirtualClock::auto(jiff::Timestamp::UNIX_EPOCH));
    FileRequestLog::new(folder.to_owned(), "vault1".to_owned(), limits, clock)
}

#[tokio::test]
async fn j4_files_are_ended_at_their_length_and_the_oldest_go() {
    let folder = tempfile::tempdir().unwrap();
    let log = log(&folder.path().join("logs"), 1_000, 3);
    for number in 0..100 {
        log.write(format!("{number:0>99}"));
        log.flush().await;
    }

    let files = log.files().await.unwrap();
    assert_eq!(files.len(), 4, "{files:?}");
    assert!(files[0].is_current && files[0].name == "request.log");
    assert!(files.iter().all(|file| file.bytes == 1_000), "{files:?}");
    let newest = log.read(Some(&files[1].name), 0).await.unwrap();
    assert!(newest.text.ends_with("89\n"), "{}", newest.text);
    let current = log.read(None, 900).await.unwrap();
    assert_eq!(current.text, format!("{:0>99}\n", 99));
    assert_eq!(current.end, 1_000);
    let anew = log.read(None, 5_000).await.unwrap();
    assert_eq!(anew.text.len(), 1_000, "another file took its place");

    log.rotate().await.unwrap();
    assert_eq!(log.read(None, 0).await.unwrap().text, "");
    log.clear().await.unwrap();
    assert_eq!(log.files().await.unwrap().len(), 1);
    log.write("after".to_owned());
    assert_eq!(log.read(None, 0).await.unwrap().text, "after\n");
}

#[tokio::test]
async fn no_name_of_a_file_leads_out_of_the_log() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("secret"), "x").unwrap();
    let logs = folder.path().join("logs");
    let log = log(&logs, 1_000, 3);
    log.write("line".to_owned());
    log.flush().await;
    std::fs::write(logs.join("other"), "x").unwrap();

    for name in ["../secret", "other", "", "/etc/passwd", "request-../x.log"] {
        let refused = log.read(Some(name), 0).await.unwrap_err();
        assert!(
            matches!(refused, RequestLogError::NoSuchFile { .. }),
            "{name}"
        );
    }
    log.clear().await.unwrap();
    assert!(logs.join("other").exists(), "it is none of the log's files");
}

#[tokio::test]
async fn a_full_disk_is_told_and_what_comes_after_it_is_written_again() {
    let folder = tempfile::tempdir().unwrap();
    let current = folder.path().join("request.log");
    std::os::unix::fs::symlink("/dev/full", &current).unwrap();
    let log = log(folder.path(), 1_000, 3);

    log.write("one".to_owned());
    log.flush().await;
    log.write("two".to_owned());
    log.flush().await;

    let health = log.health();
    assert_eq!(health.lost, 2);
    assert!(health.failing.unwrap().contains("No space left"));
    std::fs::remove_file(&current).unwrap();
    log.write("three".to_owned());
    let text = log.read(None, 0).await.unwrap().text;
    assert!(text.contains("[2 lines were lost] - [Failed]"), "{text}");
    assert!(text.ends_with("\nthree\n"), "{text}");
    assert_eq!(log.health().failing, None);
}

/// A line without what names the request.
fn without_request(line: &str) -> String {
    let (before, after) = line.split_once("request=").unwrap();
    let before = before.trim_end();
    let dash = if before.ends_with('[') { "-" } else { "" };
    format!("{before}{dash}{}", &after[NAME_LENGTH..])
}

/// What names a request, in characters.
const NAME_LENGTH: usize = 36;

/// What names the request of the last line.
fn last_request(site: &Site) -> String {
    let line = site.outside.request_log.lines().pop().unwrap();
    let (_, after) = line.split_once("request=").unwrap();
    after[..NAME_LENGTH].to_owned()
}

#[tokio::test]
async fn a_request_has_one_name_in_its_line_in_its_audit_entries_and_in_its_problem() {
    let site = Site::with_keystore().await;
    let key = json!({"name": "app", "spec": "AES-256"});
    let made = site.post("/api/v1/keys", key.clone()).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
    let name = last_request(&site);
    let log = site.get("/api/v1/audit/entries?action=key.create").await;
    assert_eq!(log.body["items"][0]["request_id"], name, "{}", log.body);

    let refused = site.post("/api/v1/keys", key).await;
    assert_eq!(refused.code(), "request.name-taken");
    assert_eq!(refused.body["request_id"], last_request(&site));
    assert_ne!(refused.body["request_id"], name);
    for path in ["/api/v1/nothing", "/api/v1/keys?limit=none"] {
        let refused = site.get(path).await;
        assert!(refused.status.is_client_error());
        assert_eq!(refused.body["request_id"], last_request(&site), "{path}");
        assert!(refused.body["hint"].is_string(), "{}", refused.body);
        let length = refused.header("content-length");
        assert!(length.is_empty() || length == refused.body.to_string().len().to_string());
    }
    let listed = site.get("/api/v1/keys").await;
    assert_eq!(listed.status, StatusCode::OK);
    assert_eq!(listed.body.get("request_id"), None);
}

#[tokio::test]
async fn what_an_application_does_is_logged_under_the_name_of_its_request() {
    let mut site = Site::with_keystore().await;
    let key = json!({"name": "data", "spec": "AES-256"});
    let role = json!({"role": "key-user", "user": "application/billing", "group": "default"});
    for (path, body) in [
        ("keys", key),
        ("applications", json!({"name": "billing"})),
        ("role-assignments", role),
    ] {
        let made = site.post(&format!("/api/v1/{path}"), body).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
    }
    let path = "/api/v1/applications/billing/keys";
    let key = site.post(path, json!({"name": "k"})).await.body;
    let key = key["api_key"].as_str().unwrap_or_else(|| panic!("{key:#}"));
    key.clone_into(&mut site.token);
    let body = json!({"plaintext": "AAAA"});
    let sealed = site.post("/api/v1/keys/data/encrypt", body).await;
    assert_eq!(sealed.status, StatusCode::OK, "{}", sealed.body);
    let name = last_request(&site);
    let records = &site.outside.records;
    let filter = AuditFilter {
        action: Some("key.encrypt".to_owned()),
        ..AuditFilter::default()
    };
    let found = records
        .find_leaves(&filter, &Page::default())
        .await
        .unwrap();
    let entry = Entry::from_leaf_bytes(&found.rows[0].leaf.bytes).unwrap();
    assert_eq!(entry.request_id, Some(name));
}

#[tokio::test]
async fn j5_j6_each_request_has_a_line_with_user_operation_object_and_outcome() {
    let site = Site::with_keystore().await;
    let before = site.outside.request_log.lines().len();
    let key = json!({"name": "app key", "spec": "AES-256", "group": "default"});
    site.post("/api/v1/keys", key.clone()).await;
    site.post("/api/v1/keys", key).await;
    site.get("/api/v1/keys/app%20key?").await;
    site.post(
        "/api/v1/keys/app%20key/versions/1/deactivate?dry_run=true",
        json!({}),
    )
    .await;
    let sign_in = |password: &str| json!({"user": "ann", "password": password});
    site.post("/api/v1/sessions", sign_in(PASSWORD)).await;
    site.post("/api/v1/sessions", sign_in("hunter2 hunter2"))
        .await;
    site.get("/api/v1/nothing?token=hunter2").await;
    site.get("/healthz").await;

    let lines = site.outside.request_log.lines();
    let lines = &lines[before..];
    let without_time = |line: &String| without_request(line.split_once("] ").unwrap().1);
    let lines: Vec<String> = lines.iter().map(without_time).collect();
    let expected = [
        "[INFO] vault1 [-] [REST] ann KeyCreate app\\u{20}key [AES-256 default] - [Success] [-]",
        "[ERROR] vault1 [-] [REST] ann KeyCreate app\\u{20}key [AES-256 default] - [Failed] [request.name-taken: ",
        "[INFO] vault1 [-] [REST] ann KeyRead app\\u{20}key [-] - [Success] [-]",
        "[INFO] vault1 [-] [REST] ann KeyDeactivateVersion app\\u{20}key:1 [dry-run] - [Success] [-]",
        "[INFO] vault1 [-] [REST] ann Auth - [-] - [Success] [-]",
        "[ERROR] vault1 [-] [REST] - Auth - [-] - [Failed] [",
        "[ERROR] vault1 [-] [REST] ann - /api/v1/nothing [-] - [Failed] [",
    ];
    assert_eq!(lines.len(), expected.len(), "{lines:#?}");
    for (line, expected) in lines.iter().zip(expected) {
        assert!(line.starts_with(expected), "{line}\nis not\n{expected}");
    }
    let all = lines.join("\n");
    assert!(!all.contains("hunter2") && !all.contains(PASSWORD), "{all}");
}

#[tokio::test]
async fn j4_lines_are_shown_filtered_rotated_downloaded_and_cleared() {
    let site = Site::with_keystore().await;
    for name in ["one", "two", "two"] {
        let key = json!({"name": name, "spec": "AES-256"});
        site.post("/api/v1/keys", key).await;
    }
    let show = |query: &str| format!("/api/v1/request-log?{query}");
    let failed = site.get(&show("operation=keycreate&outcome=failed")).await;
    assert_eq!(failed.status, StatusCode::OK, "{}", failed.body);
    assert_eq!(failed.body["lines"].as_array().unwrap().len(), 1);
    let last = site.get(&show("lines=1&q=TWO&outcome=success")).await.body;
    let line = last["lines"][0].as_str().unwrap();
    assert!(line.contains("KeyCreate two"), "{line}");
    let none = site.get(&show("user=bob")).await.body;
    assert_eq!(none["lines"], json!([]));
    let end = last["end"].as_u64().unwrap();
    let after = site.get(&show(&format!("from={end}&lines=100"))).await.body;
    assert_eq!(after["lines"].as_array().unwrap().len(), 2, "{after:#}");
    let many = site.get(&show("lines=10001")).await;
    assert_eq!(many.status, StatusCode::BAD_REQUEST);

    let tried = site
        .post("/api/v1/request-log/clear?dry_run=true", json!({}))
        .await;
    assert_eq!(tried.status, StatusCode::OK);
    assert!(site.outside.request_log.lines().len() > 5);
    let rotated = site.post("/api/v1/request-log/rotate", json!({})).await;
    assert_eq!(rotated.body["files"].as_array().unwrap().len(), 2);
    let former = rotated.body["files"][1]["name"].as_str().unwrap();
    let part = site
        .get(&show(&format!("file={former}&q=KeyCreate%20one")))
        .await;
    assert_eq!(part.body["lines"].as_array().unwrap().len(), 1);
    let gone = site.get("/api/v1/request-log/download?file=nothing").await;
    assert_eq!(gone.status, StatusCode::NOT_FOUND);
    let cleared = site.post("/api/v1/request-log/clear", json!({})).await;
    assert_eq!(cleared.status, StatusCode::OK, "{}", cleared.body);
    assert_eq!(site.outside.request_log.lines().len(), 1, "its own line");
    let log = site
        .get("/api/v1/audit/entries?action=request-log.clear")
        .await;
    assert_eq!(log.body["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_log_that_takes_no_lines_is_an_alert_until_it_does_and_no_request_waits() {
    let site = Site::new().await;
    site.outside.request_log.set_full(true);
    let answered = site.get("/api/v1/keys").await;
    assert_eq!(answered.status, StatusCode::OK);
    site.app.request_logs.look().await.unwrap();

    let alerts = site.get("/api/v1/alerts?open=true").await.body;
    assert_eq!(
        alerts["items"][0]["code"], "request-log.failing",
        "{alerts:#}"
    );
    let ready = site.get("/readyz").await.body;
    assert_eq!(ready["request_log_failing"], true, "{ready:#}");
    let files = site.get("/api/v1/request-log/files").await.body;
    assert!(files["lost"].as_u64().unwrap() >= 1, "{files:#}");
    site.outside.request_log.set_full(false);
    site.get("/api/v1/keys").await;
    site.app.request_logs.look().await.unwrap();
    let alerts = site.get("/api/v1/alerts?open=true").await.body;
    assert_eq!(alerts["items"], json!([]));
}
