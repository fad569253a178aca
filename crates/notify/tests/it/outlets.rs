//! Audit entries go to files, syslog and webhooks.

use keyferry_notify::{Post, Reach, signature};
use keyferry_ports::messenger::{Messenger as _, NotDelivered, OpenWebhook};
use keyferry_ports::outlet::{Consignment, OpenOutlet, SentEntry};
use keyferry_ports::secret::SecretText;
use std::path::Path;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

use crate::support::{certificate, post};

fn entry(index: u64, json: &str) -> SentEntry {
    SentEntry {
        index,
        hash: [0xab; 32],
        at: jiff::Timestamp::constant(1_767_225_600, 123_456_000),
        action: "key.create".to_owned(),
        is_warning: index == 1,
        json: json.to_owned(),
    }
}

fn entries(entries: Vec<SentEntry>) -> Consignment {
    Consignment {
        id: "0-2".to_owned(),
        at: jiff::Timestamp::constant(1_767_225_600, 0),
        origin: "keyferry/log]\"\\".to_owned(),
        entries,
    }
}

fn two() -> Consignment {
    entries(vec![
        entry(0, r#"{"actor":"user/ann"}"#),
        entry(1, r#"{"actor":"user/Änne"}"#),
    ])
}

fn writing_to(folder: &Path) -> Post {
    let host = Some("vault 1.example\n".to_owned());
    post().with_audit_folder(Some(folder.to_owned()), host)
}

fn file(name: &str) -> OpenOutlet {
    OpenOutlet::File {
        name: name.to_owned(),
    }
}

#[tokio::test]
async fn a_file_gets_a_line_for_each_entry_and_is_readable_by_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let post = writing_to(folder.path());

    post.send(&file("audit.jsonl"), &two()).await.unwrap();
    post.send(&file("audit.jsonl"), &two()).await.unwrap();

    let path = folder.path().join("audit.jsonl");
    let text = std::fs::read_to_string(&path).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 4);
    assert_eq!(
        lines[1],
        format!(
            r#"{{"index":1,"hash":"{}","entry":{{"actor":"user/Änne"}}}}"#,
            "ab".repeat(32)
        )
    );
    let mode = std::fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[tokio::test]
async fn a_line_that_a_crash_cut_ends_before_the_next_one_begins() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("audit.jsonl");
    std::fs::write(&path, "{\"index\":0,\"ha").unwrap();

    let post = writing_to(folder.path());
    post.send(&file("audit.jsonl"), &two()).await.unwrap();

    let text = std::fs::read_to_string(&path).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 3, "{text}");
    assert!(lines[1].starts_with("{\"index\":0,\"hash\""), "{text}");
}

#[tokio::test]
async fn files_are_in_the_configured_folder_alone() {
    let folder = tempfile::tempdir().unwrap();
    let post = writing_to(folder.path());
    let outside = folder.path().join("outside.jsonl");
    std::fs::write(&outside, "").unwrap();
    std::os::unix::fs::symlink(&outside, folder.path().join("link.jsonl")).unwrap();
    std::fs::create_dir(folder.path().join("folder.jsonl")).unwrap();
    for name in [
        "",
        ".jsonl",
        "audit",
        "audit.log",
        "../audit.jsonl",
        "/etc/cron.d/x.jsonl",
        "a/b.jsonl",
        "..jsonl",
        "a\0.jsonl",
        "a\n.jsonl",
        "link.jsonl",
        "folder.jsonl",
        &format!("{}.jsonl", "a".repeat(200)),
    ] {
        let refused = post.send(&file(name), &two()).await;
        assert!(refused.is_err(), "{name:?} was written");
    }
    assert_eq!(std::fs::read_to_string(&outside).unwrap(), "");
    let nowhere = crate::support::post().check_file("audit.jsonl");
    let why = nowhere.unwrap_err().why;
    assert!(why.contains("audit.export_folder"), "{why}");
}

/// A receiver of one connection; answers what it got.
async fn receiver(tls: TlsAcceptor, has_manners: bool) -> (u16, JoinHandle<Vec<u8>>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let work = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let Ok(mut stream) = tls.accept(stream).await else {
            return Vec::new();
        };
        let mut got = Vec::new();
        if has_manners {
            stream.read_to_end(&mut got).await.unwrap();
            let _ = stream.shutdown().await;
        } else {
            let mut part = [0u8; 16];
            let _ = stream.read(&mut part).await;
            // What is not read yet is thrown away with the connection, and the other side hears of it.
        }
        got
    });
    (port, work)
}

fn syslog(port: u16, ca_bundle: Option<String>) -> OpenOutlet {
    OpenOutlet::Syslog {
        host: "localhost".to_owned(),
        port,
        ca_bundle,
    }
}

/// Messages behind their lengths, as RFC 5425 says.
fn unframed(mut bytes: &[u8]) -> Vec<String> {
    let mut messages = Vec::new();
    while !bytes.is_empty() {
        let space = bytes.iter().position(|byte| *byte == b' ').unwrap();
        let (length, rest) = bytes.split_at(space);
        let length = std::str::from_utf8(length).unwrap();
        let length: usize = length.parse().unwrap();
        let (message, rest) = rest[1..].split_at(length);
        messages.push(String::from_utf8(message.to_vec()).unwrap());
        bytes = rest;
    }
    messages
}

#[tokio::test]
async fn syslog_goes_over_tls_behind_lengths_in_bytes_with_place_and_hash() {
    let (tls, pem) = certificate();
    let (port, got) = receiver(tls, true).await;
    let folder = tempfile::tempdir().unwrap();
    let long = format!("{{\"x\":\"{}\"}}", "ä".repeat(5_000));
    let mut what = two();
    what.entries.push(entry(2, &long));

    let post = writing_to(folder.path());
    post.send(&syslog(port, Some(pem)), &what).await.unwrap();

    let messages = unframed(&got.await.unwrap());
    let hash = "ab".repeat(32);
    let start = |priority: u8, index: u64| {
        format!(
            "<{priority}>1 2026-01-01T00:00:00.123456Z vault1.example keyferry - key.create \
             [keyferry@32473 log=\"keyferry/log\\]\\\"\\\\\" index=\"{index}\" hash=\"{hash}\""
        )
    };
    assert_eq!(messages[0], start(110, 0) + r#"] {"actor":"user/ann"}"#);
    assert_eq!(messages[1], start(108, 1) + r#"] {"actor":"user/Änne"}"#);
    let omitted = format!(" omitted=\"{}\"]", long.len());
    assert_eq!(messages[2], start(110, 2) + &omitted);
    assert!(messages.iter().all(|message| message.len() <= 8192));
}

#[tokio::test]
async fn syslog_that_was_not_read_to_its_end_was_not_taken() {
    let (tls, pem) = certificate();
    let (port, got) = receiver(tls, false).await;
    let many = (0..2_000).map(|index| entry(index, &"x".repeat(4_000)));

    let sent = post()
        .send(&syslog(port, Some(pem)), &entries(many.collect()))
        .await;

    assert!(sent.is_err());
    got.await.unwrap();
}

#[tokio::test]
async fn syslog_counts_as_taken_by_tls_farewell_alone() {
    let (tls, pem) = certificate();
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let work = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let mut stream = tls.accept(stream).await.unwrap();
        let mut got = Vec::new();
        stream.read_to_end(&mut got).await.unwrap();
        // As anybody on the way could: TCP ends, and TLS does not.
        stream.get_mut().0.shutdown().await.unwrap();
        got
    });

    let sent = post().send(&syslog(port, Some(pem)), &two()).await;

    let why = sent.unwrap_err().why;
    assert!(why.contains("close_notify"), "{why}");
    assert_eq!(unframed(&work.await.unwrap()).len(), 2);
}

#[tokio::test]
async fn a_receiver_whose_certificate_nobody_trusts_gets_nothing() {
    let (tls, _) = certificate();
    let (_, other) = certificate();
    let (port, got) = receiver(tls, true).await;

    let failed: NotDelivered = post()
        .send(&syslog(port, Some(other)), &two())
        .await
        .unwrap_err();

    assert!(failed.why.contains("TLS"), "{failed}");
    assert!(got.await.unwrap().is_empty());
}

#[tokio::test]
async fn syslog_to_a_private_address_needs_the_configuration() {
    let post = crate::support::post_with(Reach::default());
    let failed = post.send(&syslog(6514, None), &two()).await.unwrap_err();
    assert!(failed.why.contains("not public"), "{failed}");
}

#[tokio::test]
async fn a_webhook_gets_all_entries_in_one_signed_body() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let got = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut bytes = vec![0u8; 64 * 1024];
        let mut length = 0;
        loop {
            length += stream.read(&mut bytes[length..]).await.unwrap();
            let text = String::from_utf8_lossy(&bytes[..length]).into_owned();
            if text.ends_with("]}") {
                let ok = b"HTTP/1.1 204 No Content\r\n\r\n";
                stream.write_all(ok).await.unwrap();
                return text;
            }
        }
    });
    let to = OpenOutlet::Webhook(OpenWebhook {
        url: format!("http://localhost:{port}/audit"),
        secret: SecretText::new("key"),
        ca_bundle: None,
    });

    post().send(&to, &two()).await.unwrap();

    let got = got.await.unwrap();
    let (head, body) = got.split_once("\r\n\r\n").unwrap();
    let signed = signature("key", 1_767_225_600, body.as_bytes());
    assert!(head.contains(&signed), "{head}");
    assert!(head.contains("keyferry-delivery: 0-2"), "{head}");
    assert!(
        body.starts_with(
            r#"{"format":1,"event":"audit.entries","id":"0-2","log":"keyferry/log]\"\\","#
        ),
        "{body}"
    );
    assert_eq!(body.matches(r#""index":"#).count(), 2);
}
