//! Signing time: committed by the caller for effects, the time now for reads.

use jiff::{SignedDuration, Timestamp};
use keyferry_domain::arn::{Account, Partition};
use keyferry_domain::intent::{KeyShape, Origin};
use keyferry_domain::spec::{KeySpec, KeyUsage};
use keyferry_domain::tag::Tags;
use keyferry_ports::aws::{CallFailure, KmsCall, NewKmsKey, NotSentStage, Refusal};
use serde_json::json;

use crate::support::{Linked, Reply, Seen, Server, caller_identity, key, metadata, settings};

pub(crate) fn create_call() -> KmsCall {
    let shape = KeyShape {
        spec: KeySpec::Aes256,
        usage: KeyUsage::EncryptDecrypt,
        multi_region: false,
        origin: Origin::External,
    };
    KmsCall::CreateKey(NewKmsKey {
        shape,
        description: "d".to_owned(),
        policy: None,
        tags: Tags::from([("keyferry:op".to_owned(), "x".to_owned())]),
    })
}

fn amz_date(time: Timestamp) -> String {
    time.strftime("%Y%m%dT%H%M%SZ").to_string()
}

fn http_date(time: Timestamp) -> String {
    time.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

fn signed_at(seen: &Seen) -> Timestamp {
    let text = seen.header("x-amz-date").unwrap();
    let civil = jiff::civil::DateTime::strptime("%Y%m%dT%H%M%SZ", text).unwrap();
    civil.to_zoned(jiff::tz::TimeZone::UTC).unwrap().timestamp()
}

#[tokio::test]
async fn an_effect_is_signed_with_exactly_the_committed_time() {
    let server = Server::script(vec![Reply::json(&json!({}))]).await;
    let linked = Linked::to(&server).await;
    let committed = linked.now() - SignedDuration::from_secs(200);

    linked
        .kms
        .send(&KmsCall::EnableKey(key()), committed)
        .await
        .unwrap();

    let seen = server.seen();
    assert_eq!(seen.len(), 1);
    assert_eq!(
        seen[0].header("x-amz-date"),
        Some(amz_date(committed).as_str())
    );
    assert!(
        seen[0]
            .header("authorization")
            .unwrap()
            .contains("/kms/aws4_request")
    );
}

#[tokio::test]
async fn an_effect_six_minutes_late_is_not_sent() {
    let server = Server::script(vec![Reply::json(&json!({}))]).await;
    let linked = Linked::to(&server).await;
    let committed = linked.now();
    linked.clock.advance(SignedDuration::from_mins(6));

    let failure = linked
        .kms
        .send(&KmsCall::EnableKey(key()), committed)
        .await
        .unwrap_err();

    let CallFailure::NotSent { stage, why, .. } = failure else {
        panic!("{failure:?}")
    };
    assert_eq!(stage, NotSentStage::Build);
    assert!(why.contains("too late"), "{why}");
    assert_eq!(server.seen().len(), 0);
}

#[tokio::test]
async fn access_keys_too_are_changed_with_the_committed_time_and_never_late() {
    let server = Server::script(vec![Reply::xml("<DeleteAccessKeyResponse/>")]).await;
    let linked = Linked::to(&server).await;
    let committed = linked.now() - SignedDuration::from_secs(100);

    linked
        .account
        .delete_access_key("AKIAOLDOLDOLDOLD", committed)
        .await
        .unwrap();
    let late = committed - SignedDuration::from_mins(5);
    let failure = linked
        .account
        .deactivate_access_key("AKIAOLDOLDOLDOLD", late)
        .await
        .unwrap_err();

    assert!(matches!(
        failure,
        CallFailure::NotSent {
            stage: NotSentStage::Build,
            ..
        }
    ));
    assert_eq!(server.operations(), ["DeleteAccessKey"]);
    assert_eq!(
        server.seen()[0].header("x-amz-date"),
        Some(amz_date(committed).as_str())
    );
}

#[tokio::test]
async fn a_refused_signing_time_is_never_signed_anew() {
    let ahead = Linked::to(&Server::script(vec![Reply::Close]).await)
        .await
        .now()
        + SignedDuration::from_mins(10);
    let refusal = Reply::error(
        400,
        "InvalidSignatureException",
        "Signature expired: a is now earlier",
    )
    .dated(&http_date(ahead));
    let server = Server::script(vec![refusal]).await;
    let linked = Linked::to(&server).await;

    let failure = linked.send(&KmsCall::EnableKey(key())).await.unwrap_err();

    let CallFailure::Refused { refusal, .. } = failure else {
        panic!("{failure:?}")
    };
    assert_eq!(refusal, Refusal::RequestExpired);
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn the_distance_to_the_clock_of_aws_is_learned_and_corrects_reads() {
    let probe = Linked::to(&Server::script(vec![Reply::Close]).await).await;
    let ahead = probe.now() + SignedDuration::from_mins(10);
    let arn = key().to_string();
    let server = Server::script(vec![
        Reply::error(400, "InvalidSignatureException", "Signature expired")
            .dated(&http_date(ahead)),
        Reply::json(&metadata(&arn)),
    ])
    .await;
    let linked = Linked::to(&server).await;

    linked.kms.describe(&key()).await.unwrap();
    linked.kms.describe(&key()).await.unwrap();

    let skew = linked.account.skew();
    assert!(
        (skew - SignedDuration::from_mins(10)).abs() < SignedDuration::from_secs(60),
        "{skew}"
    );
    let times: Vec<Timestamp> = server.seen().iter().map(signed_at).collect();
    assert_eq!(times.len(), 3);
    for corrected in &times[1..] {
        let jump = corrected.duration_since(times[0]);
        assert!((jump - SignedDuration::from_mins(10)).abs() < SignedDuration::from_secs(60));
    }
}

#[tokio::test]
async fn lateness_is_judged_by_the_clock_of_aws() {
    let probe = Linked::to(&Server::script(vec![Reply::Close]).await).await;
    let ahead = probe.now() + SignedDuration::from_mins(10);
    let described = Reply::json(&metadata(&key().to_string())).dated(&http_date(ahead));
    let server = Server::plain(move |seen| match seen.operation() {
        "DescribeKey" => described.clone(),
        _ => Reply::json(&json!({})),
    })
    .await;
    let linked = Linked::to(&server).await;
    linked.kms.describe(&key()).await.unwrap();
    let enable = KmsCall::EnableKey(key());

    let late = linked.kms.send(&enable, linked.now()).await;
    let in_time = linked
        .kms
        .send(&enable, linked.now() + linked.account.skew())
        .await;

    assert!(matches!(late, Err(CallFailure::NotSent { .. })), "{late:?}");
    assert!(in_time.is_ok(), "{in_time:?}");
    assert_eq!(server.count("EnableKey"), 1);
}

#[tokio::test]
async fn nothing_is_made_or_listed_in_another_account_than_the_connections() {
    let server = Server::plain(|_| caller_identity()).await;
    let other = Account {
        partition: Partition::Aws,
        id: "999988887777".parse().unwrap(),
    };
    let linked = Linked::of(settings(&server.url()), Some(&other)).await;

    let created = linked.send(&create_call()).await;
    let listed = linked.kms.keys(None).await;

    assert!(
        matches!(created, Err(CallFailure::NotSent { .. })),
        "{created:?}"
    );
    assert!(
        matches!(listed, Err(CallFailure::WrongAnswer { .. })),
        "{listed:?}"
    );
    assert_eq!(
        (server.count("CreateKey"), server.count("ListKeys")),
        (0, 0)
    );
}

#[tokio::test]
async fn a_key_is_created_in_the_account_that_aws_says_we_are_in() {
    let arn = key().to_string();
    let server = Server::plain(move |seen| match seen.operation() {
        "GetCallerIdentity" => caller_identity(),
        _ => Reply::json(&metadata(&arn)),
    })
    .await;
    let linked = Linked::to(&server).await;

    let answer = linked.send(&create_call()).await.unwrap();

    assert_eq!(answer.key, Some(key()));
    assert!(answer.request_id.is_some());
    assert_eq!(server.operations(), ["GetCallerIdentity", "CreateKey"]);
    let sent = server.seen()[1].json();
    assert_eq!(sent["Origin"], "EXTERNAL");
    assert_eq!(
        sent["Tags"],
        json!([{ "TagKey": "keyferry:op", "TagValue": "x" }])
    );
    assert!(sent.get("Policy").is_none());
}
