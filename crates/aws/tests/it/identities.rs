//! Who we are: access keys, roles, web identities, the host.

use jiff::SignedDuration;
use keyferry_domain::arn::{Account, Partition};
use keyferry_domain::connection::{Endpoint, Identity, LinkSettings, RoleToAssume};
use keyferry_ports::aws::{CallFailure, Caller, KmsCall, NotSentStage};
use keyferry_ports::secret::SecretText;
use serde_json::json;

use crate::support::{
    ACCOUNT, Linked, Reply, SESSION, Seen, Server, access_key, key, region, settings,
};

const ROLE: &str = "arn:aws:iam::111122223333:role/teams/keyferry";

fn role(base: Identity<SecretText>) -> Identity<SecretText> {
    let role = RoleToAssume {
        role_arn: ROLE.to_owned(),
        external_id: Some("ext-1".to_owned()),
    };
    Identity::AssumeRole {
        role,
        base: Box::new(base),
    }
}

/// Far beyond any test's clock, or the time given.
fn session(operation: &str, expires: &str, assumed: &str) -> Reply {
    Reply::xml(format!(
        "<{operation}Response><{operation}Result><Credentials><AccessKeyId>ASIAEXAMPLEEXAMPLE00</AccessKeyId>\
         <SecretAccessKey>s</SecretAccessKey><SessionToken>token-1</SessionToken>\
         <Expiration>{expires}</Expiration></Credentials><AssumedRoleUser><Arn>{assumed}</Arn>\
         <AssumedRoleId>AROA:s</AssumedRoleId></AssumedRoleUser></{operation}Result></{operation}Response>"
    ))
}

const ASSUMED: &str = "arn:aws:sts::111122223333:assumed-role/keyferry/keyferry-test";

async fn sts_and_kms(sts: impl Fn(&Seen) -> Reply + Send + Sync + 'static) -> Server {
    Server::plain(move |seen| match seen.operation() {
        "AssumeRole" | "AssumeRoleWithWebIdentity" => sts(seen),
        _ => Reply::json(&json!({})),
    })
    .await
}

async fn linked_as(identity: Identity<SecretText>, server: &Server) -> Linked {
    Linked::with(LinkSettings {
        identity,
        ..settings(&server.url())
    })
    .await
}

fn not_sent_why(failure: CallFailure) -> String {
    not_sent_at(NotSentStage::Credentials, failure)
}

fn not_sent_at(expected: NotSentStage, failure: CallFailure) -> String {
    let CallFailure::NotSent { stage, why, .. } = failure else {
        panic!("{failure:?}")
    };
    assert_eq!(stage, expected, "{why}");
    why
}

#[tokio::test]
async fn a_role_is_assumed_once_and_again_shortly_before_it_expires() {
    let probe = sts_and_kms(|_| Reply::Close).await;
    let now = Linked::to(&probe).await.now();
    let expires = (now + SignedDuration::from_mins(60))
        .strftime("%Y-%m-%dT%H:%M:%SZ")
        .to_string();
    let server = sts_and_kms(move |_| session("AssumeRole", &expires, ASSUMED)).await;
    let linked = linked_as(role(access_key()), &server).await;
    let enable = KmsCall::EnableKey(key());

    linked.send(&enable).await.unwrap();
    linked.send(&enable).await.unwrap();
    assert_eq!(
        server.operations(),
        ["AssumeRole", "EnableKey", "EnableKey"]
    );
    linked.clock.advance(SignedDuration::from_mins(56));
    linked.send(&enable).await.unwrap();

    assert_eq!(server.count("AssumeRole"), 2);
    let seen = server.seen();
    assert!(
        seen[0].body().contains("ExternalId=ext-1"),
        "{}",
        seen[0].body()
    );
    assert!(
        seen[0]
            .body()
            .contains(&format!("RoleSessionName={SESSION}"))
    );
    assert!(
        seen[0]
            .header("authorization")
            .unwrap()
            .contains("AKIAIOSFODNN7EXAMPLE")
    );
    assert_eq!(seen[1].header("x-amz-security-token"), Some("token-1"));
    assert!(
        seen[1]
            .header("authorization")
            .unwrap()
            .contains("ASIAEXAMPLEEXAMPLE00")
    );
}

#[tokio::test]
async fn a_role_can_be_assumed_from_a_role() {
    let server = sts_and_kms(|_| session("AssumeRole", "2100-01-01T00:00:00Z", ASSUMED)).await;
    let linked = linked_as(role(role(access_key())), &server).await;

    linked.send(&KmsCall::EnableKey(key())).await.unwrap();

    assert_eq!(
        server.operations(),
        ["AssumeRole", "AssumeRole", "EnableKey"]
    );
    let second = &server.seen()[1];
    assert!(
        second
            .header("authorization")
            .unwrap()
            .contains("ASIAEXAMPLEEXAMPLE00")
    );
}

#[tokio::test]
async fn a_role_that_cannot_be_assumed_means_that_nothing_was_sent() {
    let denied = "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code>\
                  <Message>not authorized to perform: sts:AssumeRole</Message></Error></ErrorResponse>";
    let server =
        sts_and_kms(move |_| Reply::Http(403, "text/xml", denied.to_owned(), String::new())).await;
    let linked = linked_as(role(access_key()), &server).await;

    let failure = linked.send(&KmsCall::EnableKey(key())).await.unwrap_err();

    let why = not_sent_at(NotSentStage::Role, failure);
    assert!(
        why.contains("sts:AssumeRole") && why.contains("AccessDenied"),
        "{why}"
    );
    assert_eq!(server.count("EnableKey"), 0);
}

#[tokio::test]
async fn a_session_of_another_role_is_not_used() {
    let other = "arn:aws:sts::444455556666:assumed-role/keyferry/s";
    let server = sts_and_kms(move |_| session("AssumeRole", "2100-01-01T00:00:00Z", other)).await;
    let linked = linked_as(role(access_key()), &server).await;

    let failure = linked.send(&KmsCall::EnableKey(key())).await.unwrap_err();

    assert!(not_sent_why(failure).contains("444455556666"));
    assert_eq!(server.count("EnableKey"), 0);
}

#[tokio::test]
async fn an_effect_that_waited_too_long_for_its_role_is_not_sent() {
    let server = sts_and_kms(|_| Reply::Silence).await;
    let linked = linked_as(role(access_key()), &server).await;
    let (kms, committed) = (linked.kms.clone(), linked.now());

    let sending =
        tokio::spawn(async move { kms.send(&KmsCall::EnableKey(key()), committed).await });
    server.until("AssumeRole", 1).await;
    linked.clock.advance(SignedDuration::from_mins(6));

    not_sent_why(sending.await.unwrap().unwrap_err());
    assert_eq!(server.count("EnableKey"), 0);
}

#[tokio::test]
async fn credentials_that_aws_calls_expired_are_fetched_anew() {
    let server = Server::plain({
        let refusals = std::sync::atomic::AtomicUsize::new(0);
        move |seen| match seen.operation() {
            "AssumeRole" => session("AssumeRole", "2100-01-01T00:00:00Z", ASSUMED),
            _ if refusals.fetch_add(1, std::sync::atomic::Ordering::SeqCst) == 0 => {
                Reply::error(403, "ExpiredTokenException", "m")
            }
            _ => Reply::json(&json!({})),
        }
    })
    .await;
    let linked = linked_as(role(access_key()), &server).await;
    let enable = KmsCall::EnableKey(key());

    assert!(matches!(
        linked.send(&enable).await,
        Err(CallFailure::Refused { .. })
    ));
    linked.send(&enable).await.unwrap();

    assert_eq!(
        server.operations(),
        ["AssumeRole", "EnableKey", "AssumeRole", "EnableKey"]
    );
}

#[tokio::test]
async fn a_web_identity_reads_its_token_each_time() {
    const OPERATION: &str = "AssumeRoleWithWebIdentity";
    let soon =
        Linked::to(&sts_and_kms(|_| Reply::Close).await).await.now() + SignedDuration::from_mins(2);
    let expires = soon.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    let server = sts_and_kms(move |_| session(OPERATION, &expires, ASSUMED)).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("token");
    let token_file = file.to_str().unwrap().to_owned();
    let identity = Identity::WebIdentity {
        role_arn: ROLE.to_owned(),
        token_file,
    };
    let linked = linked_as(identity, &server).await;
    let enable = KmsCall::EnableKey(key());

    let missing = linked.send(&enable).await.unwrap_err();
    std::fs::write(&file, "eyJ.e30.first\n").unwrap();
    linked.send(&enable).await.unwrap();
    std::fs::write(&file, "eyJ.e30.second\n").unwrap();
    linked.send(&enable).await.unwrap();
    std::fs::write(&file, "correct horse battery\n").unwrap();
    let no_token = linked.send(&enable).await.unwrap_err();

    assert!(not_sent_why(missing).contains("token"));
    assert!(not_sent_why(no_token).contains("no OpenID token"));
    let seen = server.seen();
    let tokens: Vec<&Seen> = seen
        .iter()
        .filter(|seen| seen.operation() == OPERATION)
        .collect();
    assert!(tokens[0].body().contains("WebIdentityToken=eyJ.e30.first"));
    assert!(tokens[1].body().contains("WebIdentityToken=eyJ.e30.second"));
    assert!(tokens[0].header("authorization").is_none());
    assert_eq!(tokens.len(), 2);
}

#[tokio::test]
async fn the_rights_of_a_role_with_a_path_are_asked_by_its_whole_arn() {
    let missing = "<ErrorResponse><Error><Code>NoSuchEntity</Code><Message>m</Message></Error></ErrorResponse>";
    let verdict = "<SimulatePrincipalPolicyResponse><SimulatePrincipalPolicyResult><IsTruncated>false</IsTruncated>\
                   <EvaluationResults><member><EvalActionName>kms:ListKeys</EvalActionName>\
                   <EvalDecision>allowed</EvalDecision></member></EvaluationResults>\
                   </SimulatePrincipalPolicyResult></SimulatePrincipalPolicyResponse>";
    let role = format!(
        "<GetRoleResponse><GetRoleResult><Role><Path>/teams/</Path><RoleName>keyferry</RoleName><RoleId>AROA</RoleId>\
         <Arn>{ROLE}</Arn><CreateDate>2026-01-01T00:00:00Z</CreateDate></Role></GetRoleResult></GetRoleResponse>"
    );
    let server = Server::plain(move |seen| match seen.operation() {
        "GetRole" => Reply::xml(role.clone()),
        _ if seen.body().contains("role%2Fteams%2Fkeyferry") => Reply::xml(verdict),
        _ => Reply::Http(404, "text/xml", missing.to_owned(), String::new()),
    })
    .await;
    let linked = Linked::to(&server).await;
    let account = Account {
        partition: Partition::Aws,
        id: ACCOUNT.parse().unwrap(),
    };
    let caller = Caller {
        account,
        arn: ASSUMED.to_owned(),
    };
    let action = "kms:ListKeys".to_owned();

    let allowed = linked
        .account
        .allowed(&caller, &region(), std::slice::from_ref(&action))
        .await
        .unwrap();

    assert_eq!(allowed.get(&action), Some(&true));
    let asked = [
        "SimulatePrincipalPolicy",
        "GetRole",
        "SimulatePrincipalPolicy",
    ];
    assert_eq!(server.operations(), asked);
}

/// IAM refuses to simulate actions together that need other facts; nobody says which.
#[tokio::test]
async fn actions_that_iam_does_not_take_together_are_asked_one_by_one() {
    let mixed = "<ErrorResponse><Error><Type>Sender</Type><Code>InvalidInput</Code><Message>Invalid Input Actions: \
                 [kms:CreateKey] and [kms:EnableKey] require different authorization information.</Message></Error>\
                 <RequestId>r-1</RequestId></ErrorResponse>";
    let verdict = |action: &str| {
        format!(
            "<SimulatePrincipalPolicyResponse><SimulatePrincipalPolicyResult><IsTruncated>false</IsTruncated>\
             <EvaluationResults><member><EvalActionName>{action}</EvalActionName><EvalDecision>allowed</EvalDecision>\
             </member></EvaluationResults></SimulatePrincipalPolicyResult></SimulatePrincipalPolicyResponse>"
        )
    };
    let actions = ["kms:CreateKey", "kms:EnableKey", "kms:ListKeys"];
    let server = Server::plain(move |seen| {
        let body = seen.body().replace("%3A", ":");
        let asked: Vec<_> = actions
            .iter()
            .filter(|action| body.contains(*action))
            .collect();
        match asked.as_slice() {
            [one] => Reply::xml(verdict(one)),
            _ => Reply::Http(400, "text/xml", mixed.to_owned(), String::new()),
        }
    })
    .await;
    let linked = Linked::to(&server).await;
    let caller = Caller {
        account: Account {
            partition: Partition::Aws,
            id: ACCOUNT.parse().unwrap(),
        },
        arn: format!("arn:aws:iam::{ACCOUNT}:user/keyferry"),
    };

    let allowed = linked
        .account
        .allowed(&caller, &region(), &actions.map(str::to_owned))
        .await
        .unwrap();

    assert!(
        allowed.values().all(|is_allowed| *is_allowed),
        "{allowed:?}"
    );
    assert_eq!(allowed.len(), 3);
}

/// Runs one test of this file again, in a process of its own with these variables.
fn run_again(test: &str, variables: &[(&str, &str)]) {
    let mut again = std::process::Command::new(std::env::current_exe().unwrap());
    again
        .args(["--exact", test, "--nocapture"])
        .env("KEYFERRY_TEST_AGAIN", "1");
    again.envs(variables.iter().copied());
    let output = again.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success() && text.contains("1 passed"),
        "{text}\n{output:?}"
    );
}

#[allow(
    clippy::disallowed_methods,
    reason = "tells the second run from the first"
)]
fn is_second_run() -> bool {
    std::env::var("KEYFERRY_TEST_AGAIN").is_ok()
}

#[test]
fn the_host_gives_credentials_but_neither_endpoint_nor_proxy_nor_trust() {
    if !is_second_run() {
        let nowhere = "http://127.0.0.1:9";
        return run_again(
            "identities::the_host_gives_credentials_but_neither_endpoint_nor_proxy_nor_trust",
            &[
                ("AWS_ACCESS_KEY_ID", "AKIAHOSTHOSTHOSTHOST"),
                ("AWS_SECRET_ACCESS_KEY", "s"),
                ("AWS_ENDPOINT_URL", nowhere),
                ("AWS_ENDPOINT_URL_KMS", nowhere),
                ("HTTPS_PROXY", nowhere),
                ("HTTP_PROXY", nowhere),
                ("AWS_CA_BUNDLE", "/nowhere.pem"),
                ("AWS_USE_FIPS_ENDPOINT", "true"),
            ],
        );
    }
    block_on(async {
        let server = Server::script(vec![Reply::json(&json!({}))]).await;
        let linked = linked_as(Identity::Host { profile: None }, &server).await;

        linked.send(&KmsCall::EnableKey(key())).await.unwrap();

        let seen = server.seen();
        assert!(
            seen[0]
                .header("authorization")
                .unwrap()
                .contains("AKIAHOSTHOSTHOSTHOST")
        );
    });
}

#[test]
fn an_endpoint_in_a_profile_of_the_host_gets_no_request() {
    if !is_second_run() {
        return block_on(async {
            let trap = Server::script(vec![Reply::Close]).await;
            let folder = tempfile::tempdir().unwrap();
            let config = folder.path().join("config");
            let text = format!(
                "[profile base]\naws_access_key_id = AKIAHOSTHOSTHOSTHOST\naws_secret_access_key = s\n\
                 [profile trap]\nrole_arn = {ROLE}\nsource_profile = base\nendpoint_url = {}\n",
                trap.url()
            );
            std::fs::write(&config, text).unwrap();
            let config = config.to_str().unwrap().to_owned();
            tokio::task::spawn_blocking(move || {
                let test = "identities::an_endpoint_in_a_profile_of_the_host_gets_no_request";
                run_again(test, &[("AWS_CONFIG_FILE", &config)]);
            })
            .await
            .unwrap();
            assert_eq!(trap.operations(), Vec::<String>::new());
        });
    }
    block_on(async {
        let trapped = LinkSettings {
            identity: Identity::Host {
                profile: Some("trap".to_owned()),
            },
            endpoint: Endpoint::Standard,
            ..settings("")
        };
        let linked = Linked::with(trapped).await;

        let failure = linked.send(&KmsCall::EnableKey(key())).await.unwrap_err();

        let why = not_sent_why(failure);
        assert!(why.contains("without TLS"), "{why}");
    });
}

fn block_on(work: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(work);
}
