//! Answers that are about something else than was asked, and words that nobody knows yet.

use keyferry_domain::view::KeyState;
use keyferry_domain::wrapping::{WrappingAlgorithm, WrappingKeySpec};
use keyferry_ports::aws::{
    CallFailure, ImportToken, ImportType, KmsCall, MaterialUpload, NotSentStage,
};
use keyferry_ports::vault::EncryptedKeyMaterial;
use serde_json::{Value, json};

use crate::signing::create_call;
use crate::support::{KEY_ID, Linked, Reply, Server, caller_identity, encrypt, key, metadata};

const STRANGERS: [&str; 4] = [
    "arn:aws-cn:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
    "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
    "arn:aws:kms:eu-central-1:444455556666:key/1234abcd-12ab-34cd-56ef-1234567890ab",
    "arn:aws:kms:eu-central-1:111122223333:key/aaaaaaaa-12ab-34cd-56ef-1234567890ab",
];

fn is_wrong<T: std::fmt::Debug>(result: &Result<T, CallFailure>) -> bool {
    matches!(result, Err(CallFailure::WrongAnswer { .. }))
}

async fn answering(body: Value) -> (Server, Linked) {
    let server = Server::plain(move |seen| match seen.operation() {
        "GetCallerIdentity" => caller_identity(),
        _ => Reply::json(&body),
    })
    .await;
    let linked = Linked::to(&server).await;
    (server, linked)
}

fn upload() -> MaterialUpload {
    MaterialUpload {
        key: key(),
        token: ImportToken(vec![1; 16]),
        material: EncryptedKeyMaterial(vec![2; 512]),
        import_type: Some(ImportType::Existing),
        material_id: Some("ab".repeat(32).parse().unwrap()),
        description: Some("ours".to_owned()),
        valid_to: None,
    }
}

#[tokio::test]
async fn an_answer_about_another_key_is_never_taken() {
    let blob = "AAAA";
    for stranger in STRANGERS {
        let (_server, linked) = answering(metadata(stranger)).await;
        let read = linked.kms.describe(&key()).await;
        assert!(is_wrong(&read), "{stranger}: {read:?}");

        let pair = json!({ "KeyId": stranger, "PublicKey": blob, "ImportToken": blob,
                           "ParametersValidTo": 1_800_000_000 });
        let (_server, linked) = answering(pair).await;
        let algorithm = WrappingAlgorithm::RsaesOaepSha256;
        let read = linked
            .kms
            .import_parameters(&key(), algorithm, WrappingKeySpec::Rsa4096)
            .await;
        assert!(is_wrong(&read), "{stranger}: {read:?}");

        let (_server, linked) = answering(json!({ "KeyId": stranger, "KeyMaterialId": "" })).await;
        let sent = linked.send(&KmsCall::ImportKeyMaterial(upload())).await;
        assert!(is_wrong(&sent), "{stranger}: {sent:?}");
        let sent = linked.send(&KmsCall::ScheduleKeyDeletion(key(), 7)).await;
        assert!(is_wrong(&sent), "{stranger}: {sent:?}");

        let used = json!({ "KeyId": stranger, "CiphertextBlob": blob });
        let (_server, linked) = answering(used).await;
        let used = linked.kms.use_key(&key(), &encrypt(&[1])).await;
        assert!(is_wrong(&used), "{stranger}: {used:?}");
    }
}

#[tokio::test]
async fn a_created_key_elsewhere_or_of_another_kind_is_not_taken() {
    for stranger in &STRANGERS[..3] {
        let (_server, linked) = answering(metadata(stranger)).await;
        let sent = linked.send(&create_call()).await;
        assert!(is_wrong(&sent), "{stranger}: {sent:?}");
    }
    for (field, value) in [
        ("KeySpec", json!("HMAC_256")),
        ("KeyUsage", json!("SIGN_VERIFY")),
        ("Origin", json!("AWS_KMS")),
        ("MultiRegion", json!(true)),
    ] {
        let mut body = metadata(&key().to_string());
        body["KeyMetadata"][field] = value;
        let (_server, linked) = answering(body).await;
        let sent = linked.send(&create_call()).await;
        assert!(is_wrong(&sent), "{field}: {sent:?}");
    }
}

#[tokio::test]
async fn a_replica_elsewhere_is_not_taken() {
    let elsewhere = key().in_region(&"eu-north-1".parse().unwrap());
    let mut body = metadata(&elsewhere.to_string());
    body["ReplicaKeyMetadata"] = body["KeyMetadata"].take();
    let (_server, linked) = answering(body).await;
    let replicate = |to: &str| KmsCall::ReplicateKey {
        key: key(),
        to: to.parse().unwrap(),
        policy: None,
        tags: Default::default(),
        description: String::new(),
    };

    let right = linked.send(&replicate("eu-north-1")).await.unwrap();
    let wrong = linked.send(&replicate("eu-west-1")).await;

    assert_eq!(right.key, Some(elsewhere));
    assert!(is_wrong(&wrong), "{wrong:?}");
}

#[tokio::test]
async fn material_with_another_id_is_not_taken() {
    let other = "cd".repeat(32);
    let body = json!({ "KeyId": key().to_string(), "KeyMaterialId": other });
    let (_server, linked) = answering(body).await;

    assert!(is_wrong(
        &linked.send(&KmsCall::ImportKeyMaterial(upload())).await
    ));
    let delete = KmsCall::DeleteImportedKeyMaterial(key(), upload().material_id);
    assert!(is_wrong(&linked.send(&delete).await));
}

#[tokio::test]
async fn an_import_always_names_its_expiration_model() {
    let body = json!({ "KeyId": key().to_string(), "KeyMaterialId": "ab".repeat(32) });
    let (server, linked) = answering(body).await;
    let until = "2027-01-02T03:04:05.678Z".parse().unwrap();
    let expiring = MaterialUpload {
        valid_to: Some(until),
        import_type: None,
        ..upload()
    };

    let answer = linked
        .send(&KmsCall::ImportKeyMaterial(upload()))
        .await
        .unwrap();
    linked
        .send(&KmsCall::ImportKeyMaterial(expiring))
        .await
        .unwrap();

    assert_eq!(answer.material, upload().material_id);
    let sent: Vec<Value> = server.seen().iter().map(|seen| seen.json()).collect();
    assert_eq!(sent[0]["ExpirationModel"], "KEY_MATERIAL_DOES_NOT_EXPIRE");
    assert_eq!(sent[0]["ImportType"], "EXISTING_KEY_MATERIAL");
    assert!(sent[0].get("ValidTo").is_none());
    assert_eq!(sent[1]["ExpirationModel"], "KEY_MATERIAL_EXPIRES");
    assert_eq!(sent[1]["ValidTo"], json!(1_798_859_045.678));
    assert!(sent[1].get("ImportType").is_none());
}

#[tokio::test]
async fn words_that_this_version_does_not_know_are_named() {
    let mut body = metadata(&key().to_string());
    body["KeyMetadata"]["KeyState"] = json!("Hibernating");
    let (_server, linked) = answering(body).await;

    let failure = linked.kms.describe(&key()).await.unwrap_err();

    let CallFailure::Unknown { why, .. } = failure else {
        panic!("{failure:?}")
    };
    assert!(why.contains("Hibernating"), "{why}");
}

#[tokio::test]
async fn aws_answers_may_name_a_key_by_its_bare_id() {
    let (_server, linked) = answering(json!({ "KeyId": KEY_ID })).await;

    let answer = linked
        .send(&KmsCall::RotateKeyOnDemand(key()))
        .await
        .unwrap();

    assert_eq!(answer.key, Some(key()));
}

#[tokio::test]
async fn all_pages_of_a_list_are_read_even_after_an_empty_one() {
    let id = |n: u8| format!("{n:064x}");
    let row = |n: u8, state: &str| {
        json!({ "KeyId": key().to_string(), "KeyMaterialId": id(n), "KeyMaterialState": state,
                "ImportState": "IMPORTED", "ExpirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE" })
    };
    let server = Server::script(vec![
        Reply::json(
            &json!({ "Rotations": [row(1, "NON_CURRENT")], "Truncated": true, "NextMarker": "a" }),
        ),
        Reply::json(&json!({ "Rotations": [], "Truncated": true, "NextMarker": "b" })),
        Reply::json(&json!({ "Rotations": [row(2, "CURRENT")], "Truncated": false })),
    ])
    .await;
    let linked = Linked::to(&server).await;

    let materials = linked.kms.materials(&key()).await.unwrap();

    let ids: Vec<String> = materials.iter().map(|found| found.id.to_string()).collect();
    assert_eq!(ids, [id(1), id(2)]);
    assert!(
        server
            .seen()
            .iter()
            .all(|seen| seen.json()["IncludeKeyMaterial"] == "ALL_KEY_MATERIAL")
    );
}

#[tokio::test]
async fn a_description_tells_what_aws_told() {
    let (_server, linked) = answering(metadata(&key().to_string())).await;

    let described = linked.kms.describe(&key()).await.unwrap().unwrap();

    assert_eq!(described.state, KeyState::PendingImport);
    assert_eq!(described.created_at.as_millisecond(), 1_800_000_000_250);
}

#[tokio::test]
async fn a_caller_of_another_partition_is_not_taken() {
    let server = Server::script(vec![Reply::xml(
        "<GetCallerIdentityResponse><GetCallerIdentityResult>\
         <Arn>arn:aws-cn:iam::111122223333:user/u</Arn><UserId>A</UserId>\
         <Account>111122223333</Account></GetCallerIdentityResult></GetCallerIdentityResponse>",
    )])
    .await;
    let linked = Linked::to(&server).await;

    assert!(is_wrong(&linked.account.caller().await));
    let created = linked.send(&create_call()).await;
    assert!(
        matches!(
            created,
            Err(CallFailure::NotSent {
                stage: NotSentStage::Credentials,
                ..
            })
        ),
        "{created:?}"
    );
    assert_eq!(server.count("CreateKey"), 0);
}
