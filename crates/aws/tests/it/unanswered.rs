//! Servers that give no usable answer: effects are sent once and their outcome is unknown; reads are tried again.

use jiff::SignedDuration;
use keyferry_ports::aws::{CallFailure, KmsCall, NotSentStage};
use serde_json::json;
use tokio::net::TcpListener;

use crate::signing::create_call;
use crate::support::{Linked, Reply, Server, caller_identity, key, metadata, settings};

#[tokio::test]
async fn a_key_is_asked_for_exactly_once_whatever_comes_back() {
    let no_json = Reply::Http(200, "text/html", "<html>".to_owned(), String::new());
    let no_code = Reply::Http(403, "text/html", "<html>".to_owned(), String::new());
    let replies = [
        ("500", Reply::error(500, "KMSInternalException", "m")),
        (
            "503",
            Reply::Http(503, "text/plain", "busy".to_owned(), String::new()),
        ),
        ("throttled", Reply::error(400, "ThrottlingException", "m")),
        ("reset", Reply::Reset),
        ("closed", Reply::Close),
        ("no HTTP", Reply::Raw(b"SSH-2.0-OpenSSH\r\n\r\n")),
        ("half a head", Reply::Raw(b"HTTP/1.1 200 OK\r\nContent-Le")),
        (
            "half a body",
            Reply::Raw(b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n{\"Key"),
        ),
        ("no JSON", no_json),
        ("a refusal that is not AWS's", no_code),
        ("empty", Reply::json(&json!({}))),
    ];
    for (name, reply) in replies {
        let server = Server::plain(move |seen| match seen.operation() {
            "GetCallerIdentity" => caller_identity(),
            _ => reply.clone(),
        })
        .await;
        let linked = Linked::to(&server).await;

        let failure = linked.send(&create_call()).await.unwrap_err();

        assert_eq!(server.count("CreateKey"), 1, "{name}");
        match name {
            "throttled" => assert!(
                matches!(failure, CallFailure::Refused { .. }),
                "{failure:?}"
            ),
            _ => assert!(
                matches!(failure, CallFailure::Unknown { .. }),
                "{name}: {failure:?}"
            ),
        }
    }
}

#[tokio::test]
async fn an_effect_without_an_answer_is_unknown_after_its_time() {
    let server = Server::script(vec![Reply::Silence]).await;
    let linked = Linked::to(&server).await;
    let (kms, now) = (linked.kms.clone(), linked.now());

    let sending = tokio::spawn(async move { kms.send(&KmsCall::EnableKey(key()), now).await });
    server.until("EnableKey", 1).await;
    linked.clock.advance(SignedDuration::from_secs(21));

    let failure = sending.await.unwrap().unwrap_err();
    assert!(
        matches!(failure, CallFailure::Unknown { .. }),
        "{failure:?}"
    );
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn a_read_is_tried_three_times() {
    let arn = key().to_string();
    let flaky = Reply::error(500, "KMSInternalException", "m");
    let server = Server::script(vec![
        flaky.clone(),
        Reply::Close,
        Reply::json(&metadata(&arn)),
    ])
    .await;
    let linked = Linked::to(&server).await;

    assert!(linked.kms.describe(&key()).await.unwrap().is_some());
    assert_eq!(server.seen().len(), 3);

    let broken = Server::script(vec![flaky]).await;
    let failure = Linked::to(&broken)
        .await
        .kms
        .describe(&key())
        .await
        .unwrap_err();
    assert!(
        matches!(failure, CallFailure::Unknown { .. }),
        "{failure:?}"
    );
    assert_eq!(broken.seen().len(), 3);
}

#[tokio::test]
async fn where_nobody_listens_nothing_was_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let linked = Linked::with(settings(&url)).await;

    let failure = linked.send(&KmsCall::EnableKey(key())).await.unwrap_err();

    let CallFailure::NotSent { stage, .. } = failure else {
        panic!("{failure:?}")
    };
    assert_eq!(stage, NotSentStage::Connect);
}

#[tokio::test]
async fn a_name_that_does_not_resolve_is_told_as_such() {
    let linked = Linked::with(settings("https://kms.invalid")).await;

    let failure = linked.send(&KmsCall::EnableKey(key())).await.unwrap_err();

    let CallFailure::NotSent { stage, why, .. } = failure else {
        panic!("{failure:?}")
    };
    assert_eq!(stage, NotSentStage::Name);
    assert!(why.contains("kms.invalid"), "{why}");
}

#[tokio::test]
async fn a_server_that_never_finishes_the_handshake_has_received_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    let linked = Linked::with(settings(&url)).await;
    let (kms, now) = (linked.kms.clone(), linked.now());

    let sending = tokio::spawn(async move { kms.send(&KmsCall::EnableKey(key()), now).await });
    let _silent = listener.accept().await.unwrap();
    linked.clock.advance(SignedDuration::from_secs(6));

    let failure = sending.await.unwrap().unwrap_err();
    let CallFailure::NotSent { stage, .. } = failure else {
        panic!("{failure:?}")
    };
    assert_eq!(stage, NotSentStage::Connect);
}

#[tokio::test]
async fn a_key_of_another_region_is_never_looked_up() {
    let server = Server::script(vec![Reply::json(&json!({}))]).await;
    let linked = Linked::to(&server).await;
    let elsewhere = key().in_region(&"eu-west-1".parse().unwrap());

    let sent = linked.send(&KmsCall::EnableKey(elsewhere.clone())).await;
    let read = linked.kms.describe(&elsewhere).await;

    assert!(matches!(
        sent,
        Err(CallFailure::NotSent {
            stage: NotSentStage::Build,
            ..
        })
    ));
    assert!(matches!(
        read,
        Err(CallFailure::NotSent {
            stage: NotSentStage::Build,
            ..
        })
    ));
    assert_eq!(server.seen().len(), 0);
}
