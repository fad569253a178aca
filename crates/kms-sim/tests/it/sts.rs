//! STS.

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kms_sim::{Caller, HOUR, MINUTE, RoleSpec, SECOND, Service};
use serde_json::{Value, json};

use crate::support::{ACCOUNT, Aws, OTHER_ACCOUNT, text};

fn policy(statement: Value) -> String {
    json!({ "Version": "2012-10-17", "Statement": statement }).to_string()
}

fn user(aws: &Aws) -> Aws {
    let assume = policy(json!({ "Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*" }));
    aws.sim
        .create_user(ACCOUNT, "keyferry", &[&assume])
        .expect("user");
    aws.by(Caller::User(ACCOUNT.to_owned(), "keyferry".to_owned()))
}

/// A role in the other account that trusts `principal`, with all of KMS.
fn role(aws: &Aws, account: &str, name: &str, principal: &str, condition: Value) -> String {
    let trust = policy(json!({
        "Effect": "Allow", "Principal": { "AWS": principal }, "Action": "sts:AssumeRole",
        "Condition": condition,
    }));
    let all = policy(json!({ "Effect": "Allow", "Action": ["kms:*", "sts:*"], "Resource": "*" }));
    let spec = RoleSpec {
        name,
        trust_policy: &trust,
        policies: &[&all],
        max_session_seconds: 43_200,
    };
    aws.sim.create_role(account, &spec).expect("role");
    format!("arn:aws:iam::{account}:role/{name}")
}

fn assume(role: &str, extra: Value) -> Value {
    let mut input = json!({ "RoleArn": role, "RoleSessionName": "job-1" });
    for (name, value) in extra.as_object().expect("object") {
        input[name] = value.clone();
    }
    input
}

fn session(aws: &Aws, answer: &Value) -> Aws {
    let credentials = &answer["Credentials"];
    aws.by(Caller::credentials(
        &text(&credentials["AccessKeyId"]),
        &text(&credentials["SecretAccessKey"]),
        Some(&text(&credentials["SessionToken"])),
    ))
}

#[test]
fn everybody_may_ask_who_he_is() {
    let aws = Aws::new();
    aws.sim.create_user(ACCOUNT, "poor", &[]).expect("user");
    let key = aws
        .sim
        .create_access_key(ACCOUNT, Some("poor"))
        .expect("key");
    let answer = aws
        .by(key.caller())
        .service(Service::Sts, "GetCallerIdentity", json!({}));
    assert_eq!(answer["Account"], ACCOUNT);
    assert_eq!(answer["Arn"], format!("arn:aws:iam::{ACCOUNT}:user/poor"));
    assert!(text(&answer["UserId"]).starts_with("AIDA"));
}

#[test]
fn a_role_in_another_account_is_assumed_with_its_external_id() {
    let aws = Aws::new();
    let condition = json!({ "StringEquals": { "sts:ExternalId": "secret-1" } });
    let trusted = format!("arn:aws:iam::{ACCOUNT}:user/keyferry");
    let user = user(&aws);
    let role = role(&aws, OTHER_ACCOUNT, "remote", &trusted, condition);
    for extra in [json!({}), json!({ "ExternalId": "wrong" })] {
        assert_eq!(
            user.service_refused(Service::Sts, "AssumeRole", assume(&role, extra)),
            "AccessDenied"
        );
    }
    let input = assume(&role, json!({ "ExternalId": "secret-1" }));
    let answer = user.service(Service::Sts, "AssumeRole", input);
    assert!(text(&answer["Credentials"]["AccessKeyId"]).starts_with("ASIA"));
    let session = session(&aws, &answer);
    let who = session.service(Service::Sts, "GetCallerIdentity", json!({}));
    assert_eq!(
        who["Arn"],
        format!("arn:aws:sts::{OTHER_ACCOUNT}:assumed-role/remote/job-1")
    );
    let key = session.external();
    assert!(key.contains(OTHER_ACCOUNT));
    let entry = aws.sim.journal().pop().expect("entry");
    assert_eq!(entry.operation, "CreateKey");
    assert_eq!(entry.session_name.as_deref(), Some("job-1"));
}

#[test]
fn trust_without_permission_and_permission_without_trust_are_not_enough() {
    let aws = Aws::new();
    let user = user(&aws);
    let foreign = role(&aws, OTHER_ACCOUNT, "closed", OTHER_ACCOUNT, json!({}));
    let missing = format!("arn:aws:iam::{OTHER_ACCOUNT}:role/missing");
    for role in [&foreign, &missing] {
        assert_eq!(
            user.service_refused(Service::Sts, "AssumeRole", assume(role, json!({}))),
            "AccessDenied"
        );
    }
    aws.sim.create_user(ACCOUNT, "poor", &[]).expect("user");
    let open = role(&aws, OTHER_ACCOUNT, "open", ACCOUNT, json!({}));
    let poor = aws.by(Caller::User(ACCOUNT.to_owned(), "poor".to_owned()));
    assert_eq!(
        poor.service_refused(Service::Sts, "AssumeRole", assume(&open, json!({}))),
        "AccessDenied"
    );
    user.service(Service::Sts, "AssumeRole", assume(&open, json!({})));
    assert_eq!(
        aws.service_refused(Service::Sts, "AssumeRole", assume(&open, json!({}))),
        "AccessDenied",
        "root users do not assume roles"
    );
}

#[test]
fn sessions_end_on_time_and_need_their_token() {
    let aws = Aws::new();
    let user = user(&aws);
    let role = role(&aws, OTHER_ACCOUNT, "remote", ACCOUNT, json!({}));
    let answer = user.service(
        Service::Sts,
        "AssumeRole",
        assume(&role, json!({ "DurationSeconds": 900 })),
    );
    let inside = session(&aws, &answer);
    aws.advance(15 * MINUTE - SECOND);
    inside.kms("ListKeys", json!({}));
    aws.advance(SECOND);
    assert_eq!(
        inside.refused("ListKeys", json!({})),
        "ExpiredTokenException"
    );
    assert_eq!(
        inside.service_refused(Service::Sts, "GetCallerIdentity", json!({})),
        "ExpiredToken"
    );
    let credentials = &answer["Credentials"];
    let without = aws.by(Caller::credentials(
        &text(&credentials["AccessKeyId"]),
        &text(&credentials["SecretAccessKey"]),
        None,
    ));
    assert_eq!(
        without.refused("ListKeys", json!({})),
        "UnrecognizedClientException"
    );
}

#[test]
fn durations_are_bounded_and_chained_roles_get_an_hour() {
    let aws = Aws::new();
    let user = user(&aws);
    let first = role(&aws, ACCOUNT, "first", ACCOUNT, json!({}));
    let second = role(&aws, OTHER_ACCOUNT, "second", ACCOUNT, json!({}));
    for seconds in [899, 43_201] {
        assert_eq!(
            user.service_refused(
                Service::Sts,
                "AssumeRole",
                assume(&first, json!({ "DurationSeconds": seconds }))
            ),
            "ValidationError"
        );
    }
    let long = json!({ "DurationSeconds": 43_200 });
    let answer = user.service(Service::Sts, "AssumeRole", assume(&first, long.clone()));
    let chained = session(&aws, &answer);
    assert_eq!(
        chained.service_refused(Service::Sts, "AssumeRole", assume(&second, long)),
        "ValidationError"
    );
    chained.service(Service::Sts, "AssumeRole", assume(&second, json!({})));
}

#[test]
fn a_session_policy_only_takes_away() {
    let aws = Aws::new();
    let user = user(&aws);
    let role = role(&aws, OTHER_ACCOUNT, "remote", ACCOUNT, json!({}));
    let narrow = policy(json!({ "Effect": "Allow", "Action": "kms:List*", "Resource": "*" }));
    let answer = user.service(
        Service::Sts,
        "AssumeRole",
        assume(&role, json!({ "Policy": narrow })),
    );
    let session = session(&aws, &answer);
    session.kms("ListKeys", json!({}));
    assert_eq!(
        session.refused("CreateKey", json!({})),
        "AccessDeniedException"
    );
}

#[test]
fn the_target_account_must_have_enabled_the_region() {
    let aws = Aws::new();
    let user = user(&aws);
    let role = role(&aws, OTHER_ACCOUNT, "remote", ACCOUNT, json!({}));
    aws.sim
        .set_region_enabled(ACCOUNT, "af-south-1", true)
        .expect("Region");
    let cape = user.at("af-south-1");
    assert_eq!(
        cape.service_refused(Service::Sts, "AssumeRole", assume(&role, json!({}))),
        "RegionDisabledException"
    );
    aws.sim
        .set_region_enabled(OTHER_ACCOUNT, "af-south-1", true)
        .expect("Region");
    cape.service(Service::Sts, "AssumeRole", assume(&role, json!({})));
}

/// An RS256 token.
fn token(pair: &KeyPair, claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", part(&json!({ "alg": "RS256" })), part(claims));
    let mut signature = vec![0; pair.public_modulus_len()];
    pair.sign(
        &RSA_PKCS1_SHA256,
        &SystemRandom::new(),
        signed.as_bytes(),
        &mut signature,
    )
    .expect("signature");
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}

#[test]
fn web_identity_tokens_of_a_known_issuer_open_a_session() {
    let aws = Aws::new();
    let pair = KeyPair::generate(KeySize::Rsa2048).expect("pair");
    let issuer = "https://id.example.com";
    aws.sim
        .create_identity_provider(ACCOUNT, issuer, pair.public_key().as_ref(), &["sts"])
        .expect("provider");
    let trust = policy(json!({
        "Effect": "Allow",
        "Principal": { "Federated": format!("arn:aws:iam::{ACCOUNT}:oidc-provider/id.example.com") },
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": { "StringEquals": { "id.example.com:sub": "server-1" } },
    }));
    let all = policy(json!({ "Effect": "Allow", "Action": "kms:*", "Resource": "*" }));
    let spec = RoleSpec {
        name: "web",
        trust_policy: &trust,
        policies: &[&all],
        max_session_seconds: 3600,
    };
    aws.sim.create_role(ACCOUNT, &spec).expect("role");
    let role = format!("arn:aws:iam::{ACCOUNT}:role/web");
    let claims = |sub: &str, aud: &str, exp: f64| json!({ "iss": issuer, "sub": sub, "aud": aud, "exp": exp as i64 });
    let soon = aws.now_seconds() + 600.0;
    let nobody = aws.by(Caller::Anonymous);
    let input = |token: String| assume(&role, json!({ "WebIdentityToken": token }));
    let operation = "AssumeRoleWithWebIdentity";
    let good = token(&pair, &claims("server-1", "sts", soon));
    let answer = nobody.service(Service::Sts, operation, input(good));
    assert_eq!(answer["SubjectFromWebIdentityToken"], "server-1");
    session(&aws, &answer).kms("ListKeys", json!({}));

    let stranger = KeyPair::generate(KeySize::Rsa2048).expect("pair");
    for (bad, code) in [
        (token(&pair, &claims("other", "sts", soon)), "AccessDenied"),
        (
            token(&pair, &claims("server-1", "x", soon)),
            "InvalidIdentityToken",
        ),
        (
            token(&stranger, &claims("server-1", "sts", soon)),
            "InvalidIdentityToken",
        ),
        (
            token(&pair, &claims("server-1", "sts", soon - 601.0)),
            "ExpiredTokenException",
        ),
        ("a.b.c".to_owned(), "InvalidIdentityToken"),
    ] {
        assert_eq!(
            nobody.service_refused(Service::Sts, operation, input(bad)),
            code
        );
    }
    aws.advance(HOUR);
    assert_eq!(
        session(&aws, &answer).refused("ListKeys", json!({})),
        "ExpiredTokenException"
    );
}

#[test]
fn wrong_secrets_and_unknown_or_inactive_keys_are_refused() {
    let aws = Aws::new();
    aws.sim.create_user(ACCOUNT, "u", &[]).expect("user");
    let key = aws.sim.create_access_key(ACCOUNT, Some("u")).expect("key");
    let wrong = aws.by(Caller::credentials(&key.id, "wrong", None));
    assert_eq!(
        wrong.refused("ListKeys", json!({})),
        "InvalidSignatureException"
    );
    assert_eq!(
        wrong.service_refused(Service::Sts, "GetCallerIdentity", json!({})),
        "SignatureDoesNotMatch"
    );
    let unknown = aws.by(Caller::credentials("AKIAUNKNOWN", "x", None));
    assert_eq!(
        unknown.refused("ListKeys", json!({})),
        "UnrecognizedClientException"
    );
    let input = json!({ "UserName": "u", "AccessKeyId": key.id, "Status": "Inactive" });
    aws.service(Service::Iam, "UpdateAccessKey", input);
    assert_eq!(
        aws.by(key.caller()).refused("ListKeys", json!({})),
        "UnrecognizedClientException"
    );
}

#[test]
fn the_spki_form_of_an_issuer_key_is_accepted_too() {
    let aws = Aws::new();
    let pair = KeyPair::generate(KeySize::Rsa2048).expect("pair");
    let spki =
        AsDer::<aws_lc_rs::encoding::PublicKeyX509Der<'_>>::as_der(pair.public_key()).expect("DER");
    aws.sim
        .create_identity_provider(ACCOUNT, "id.example.com", spki.as_ref(), &["sts"])
        .expect("provider");
    let trust = policy(json!({
        "Effect": "Allow",
        "Principal": { "Federated": format!("arn:aws:iam::{ACCOUNT}:oidc-provider/id.example.com") },
        "Action": "sts:AssumeRoleWithWebIdentity",
    }));
    let spec = RoleSpec {
        name: "web",
        trust_policy: &trust,
        policies: &[],
        max_session_seconds: 3600,
    };
    aws.sim.create_role(ACCOUNT, &spec).expect("role");
    let claims = json!({
        "iss": "https://id.example.com", "sub": "s", "aud": ["sts"],
        "exp": aws.now_seconds() as i64 + 60,
    });
    let role = format!("arn:aws:iam::{ACCOUNT}:role/web");
    let input = assume(&role, json!({ "WebIdentityToken": token(&pair, &claims) }));
    aws.by(Caller::Anonymous)
        .service(Service::Sts, "AssumeRoleWithWebIdentity", input);
}
