//! Grants on a KMS key: shown, given, retired and taken back (K4).

use keyferry_app::AppError;
use keyferry_app::connections::policy::{
    DEFAULT_NAME, DocumentKind, Format, PolicyIdentity, PolicyRequest, documents,
};
use keyferry_app::kms_keys::{Answer, CreateGrant, GrantChoice, Mode};
use keyferry_domain::arn::{Account, Partition};
use keyferry_domain::connection::Tier;
use keyferry_domain::grant::GrantOperation;
use keyferry_domain::view::{Field, Grant};
use keyferry_ports::records::JobState;
use keyferry_testkit::world::{ACCOUNT, REGION, World};
use kms_sim::Caller;
use serde_json::{Value, json};

use crate::scene::{
    DRY, MODE, REPLICA, aws, code, multi_region, open_alerts, planned, rights, sync, world,
};

fn role(name: &str) -> String {
    format!("arn:aws:iam::{ACCOUNT}:role/{name}")
}

/// Somebody in the account gives a grant. Answers AWS's id of it.
async fn given(world: &World, to: &str) -> String {
    let arn = world.arn("app").await.to_string();
    let grant = json!({ "KeyId": arn, "GranteePrincipal": role(to), "Operations": ["Decrypt"] });
    let answer = aws(world, "CreateGrant", grant);
    answer["GrantId"].as_str().expect("an id").to_owned()
}

async fn revoke(world: &World, choice: GrantChoice, mode: &Mode) -> Result<Answer, AppError> {
    let kms_keys = &world.app.kms_keys;
    kms_keys
        .revoke_grants(&world.actor, "app", choice, mode)
        .await
}

/// Who has a grant, as AWS says.
async fn grantees(world: &World) -> Vec<String> {
    let arn = world.arn("app").await.to_string();
    let listed = aws(world, "ListGrants", json!({ "KeyId": arn }));
    let grants = listed["Grants"].as_array().expect("a list").iter();
    let name = |grant: &serde_json::Value| grant["GranteePrincipal"].as_str().map(str::to_owned);
    grants.filter_map(name).collect()
}

#[tokio::test]
async fn one_grant_is_taken_back_and_the_others_stay() {
    let world = world().await;
    let one = given(&world, "one").await;
    given(&world, "two").await;

    let choice = GrantChoice::These([one].into());
    world.succeed(revoke(&world, choice, &MODE).await).await;

    assert_eq!(grantees(&world).await, [role("two")]);
    let key = world.kms_key("app").await;
    assert!(key.intent.errands.is_empty());
    let kms_keys = &world.app.kms_keys;
    let shown = kms_keys.grants(&world.actor, "app").await.expect("read");
    let shown: Vec<&Grant> = shown.values().filter_map(Field::value).flatten().collect();
    assert_eq!(shown.len(), 1, "{shown:?}");
    assert_eq!(shown[0].operations, ["Decrypt"]);
}

#[tokio::test]
async fn a_principal_loses_all_its_grants_and_a_dry_run_takes_none() {
    let world = world().await;
    given(&world, "one").await;
    given(&world, "one").await;
    given(&world, "two").await;

    let plan = planned(revoke(&world, GrantChoice::Of(role("one")), &DRY).await);
    assert_eq!(plan, ["RevokeGrant", "RevokeGrant"]);
    assert_eq!(grantees(&world).await.len(), 3);

    let choice = GrantChoice::Of(role("one"));
    world.succeed(revoke(&world, choice, &MODE).await).await;
    assert_eq!(grantees(&world).await, [role("two")]);
}

#[tokio::test]
async fn a_grant_that_aws_does_not_show_is_refused_before_anything_is_sent() {
    let world = world().await;
    given(&world, "one").await;

    let misspelt = GrantChoice::These(["nosuchgrant".to_owned()].into());
    assert_eq!(
        code(revoke(&world, misspelt, &MODE).await),
        "request.invalid"
    );
    let nobody = GrantChoice::Of(role("nobody"));
    assert_eq!(
        code(revoke(&world, nobody, &MODE).await),
        "kms-key.no-grant"
    );

    assert_eq!(grantees(&world).await, [role("one")]);
}

#[tokio::test]
async fn a_grant_is_taken_back_from_a_key_that_is_disabled() {
    let world = world().await;
    given(&world, "one").await;
    let kms_keys = &world.app.kms_keys;
    let disabled = kms_keys.disable(&world.actor, "app", &MODE).await;
    world.succeed(disabled).await;

    let unnamed = code(revoke(&world, GrantChoice::All, &MODE).await);
    assert_eq!(unnamed, "request.name-not-confirmed");
    let named = Mode::naming("app");
    world
        .succeed(revoke(&world, GrantChoice::All, &named).await)
        .await;

    assert_eq!(grantees(&world).await, Vec::<String>::new());
}

#[tokio::test]
async fn where_grants_cannot_be_read_none_is_chosen() {
    let world = world().await;
    given(&world, "one").await;
    let policy = json!({ "Version": "2012-10-17", "Statement": [
        { "Effect": "Allow", "Action": "*", "Resource": "*" },
        { "Effect": "Deny", "Action": "kms:ListGrants", "Resource": "*" },
    ] });
    let sim = &world.outside.sim;
    sim.create_user(ACCOUNT, "keyferry", &[&policy.to_string()])
        .unwrap();

    assert_eq!(
        code(revoke(&world, GrantChoice::All, &MODE).await),
        "request.invalid"
    );
}

fn grant_to(name: &str) -> CreateGrant {
    CreateGrant {
        name: None,
        grantee: role(name),
        retiring: None,
        operations: [GrantOperation::Decrypt].into(),
        context_equals: [].into(),
        context_subset: [].into(),
    }
}

async fn give(world: &World, grant: CreateGrant, mode: &Mode) -> Result<Answer, AppError> {
    let kms_keys = &world.app.kms_keys;
    kms_keys
        .create_grant(&world.actor, "app", grant, mode)
        .await
}

async fn retire(world: &World, choice: GrantChoice, mode: &Mode) -> Result<Answer, AppError> {
    let kms_keys = &world.app.kms_keys;
    kms_keys
        .retire_grants(&world.actor, "app", choice, mode)
        .await
}

/// The grants, as AWS lists them.
async fn listed(world: &World) -> Vec<Value> {
    let arn = world.arn("app").await.to_string();
    let listed = aws(world, "ListGrants", json!({ "KeyId": arn }));
    listed["Grants"].as_array().expect("a list").clone()
}

#[tokio::test]
async fn k4_a_grant_is_given_as_it_was_asked_for_and_asking_again_gives_no_second_one() {
    let world = world().await;
    let grant = CreateGrant {
        retiring: Some(role("retirer")),
        operations: [GrantOperation::Decrypt, GrantOperation::GenerateDataKey].into(),
        context_equals: [("tenant".to_owned(), "a".to_owned())].into(),
        context_subset: [("stage".to_owned(), "live".to_owned())].into(),
        ..grant_to("payments")
    };

    let plan = planned(give(&world, grant.clone(), &DRY).await);
    assert_eq!(plan, ["CreateGrant"]);
    assert_eq!(listed(&world).await, Vec::<Value>::new());

    world
        .succeed(give(&world, grant.clone(), &MODE).await)
        .await;

    let given = listed(&world).await;
    assert_eq!(given.len(), 1);
    assert_eq!(given[0]["GranteePrincipal"], role("payments"));
    assert_eq!(given[0]["RetiringPrincipal"], role("retirer"));
    assert_eq!(
        given[0]["Operations"],
        json!(["Decrypt", "GenerateDataKey"])
    );
    let constraints = &given[0]["Constraints"];
    assert_eq!(
        constraints["EncryptionContextEquals"],
        json!({ "tenant": "a" })
    );
    assert_eq!(
        constraints["EncryptionContextSubset"],
        json!({ "stage": "live" })
    );
    let key = world.kms_key("app").await;
    assert!(key.intent.errands.is_empty());

    assert_eq!(planned(give(&world, grant.clone(), &DRY).await), [""; 0]);
    world.succeed(give(&world, grant, &MODE).await).await;
    assert_eq!(listed(&world).await, given);
}

#[tokio::test]
async fn k4_no_token_of_a_grant_is_kept_anywhere() {
    let world = world().await;
    let named = CreateGrant {
        name: Some("payments".to_owned()),
        ..grant_to("payments")
    };
    world.succeed(give(&world, named, &MODE).await).await;

    // The same request again is answered with the token of the grant that there is.
    let arn = world.arn("app").await.to_string();
    let same = json!({
        "KeyId": arn, "Name": "payments", "GranteePrincipal": role("payments"), "Operations": ["Decrypt"],
    });
    let token = aws(&world, "CreateGrant", same)["GrantToken"].clone();
    let token = token.as_str().expect("a token");
    assert_eq!(listed(&world).await.len(), 1);
    let key = world.kms_key("app").await;
    let mut kept = format!("{key:?}");
    for job in world.jobs().await {
        kept.push_str(&format!("{:?}", job.targets));
    }
    assert!(kept.contains("payments"), "{kept}");
    assert!(!kept.contains(token));
}

#[tokio::test]
async fn k4_what_keyferry_gave_is_no_news_to_the_watch_and_what_others_gave_is() {
    let world = world().await;
    sync(&world).await;
    world
        .succeed(give(&world, grant_to("payments"), &MODE).await)
        .await;
    sync(&world).await;
    sync(&world).await;
    assert_eq!(open_alerts(&world).await, []);

    given(&world, "somebody").await;
    sync(&world).await;
    let open = open_alerts(&world).await;
    assert_eq!(open.len(), 1, "{open:#?}");
    assert_eq!(open[0].code, "drift.grant");
    assert!(open[0].details.contains("role/somebody"), "{open:#?}");
    assert!(!open[0].details.contains("role/payments"), "{open:#?}");
}

#[tokio::test]
async fn k4_a_grant_is_given_in_every_region_of_the_kms_key() {
    let world = multi_region(2).await;
    world
        .succeed(give(&world, grant_to("payments"), &MODE).await)
        .await;

    let kms_keys = &world.app.kms_keys;
    let shown = kms_keys.grants(&world.actor, "app").await.expect("read");
    let regions: Vec<&str> = shown.keys().map(|region| region.as_str()).collect();
    assert_eq!(regions.len(), 2);
    assert!(regions.contains(&REGION) && regions.contains(&REPLICA));
    for (region, grants) in &shown {
        let grants = grants.value().expect("read");
        assert_eq!(grants.len(), 1, "{region}");
    }
}

#[tokio::test]
async fn k4_a_grant_is_retired_by_id_or_by_principal_and_the_others_stay() {
    let world = world().await;
    for name in ["one", "two", "three"] {
        world
            .succeed(give(&world, grant_to(name), &MODE).await)
            .await;
    }
    let all = listed(&world).await;
    let one = all
        .iter()
        .find(|one| one["GranteePrincipal"] == role("one"));
    let id = one.unwrap()["GrantId"].as_str().unwrap().to_owned();

    let these = GrantChoice::These([id].into());
    assert_eq!(
        planned(retire(&world, these.clone(), &DRY).await),
        ["RetireGrant"]
    );
    assert_eq!(listed(&world).await.len(), 3);
    world.succeed(retire(&world, these, &MODE).await).await;
    let two = GrantChoice::Of(role("two"));
    world.succeed(retire(&world, two, &MODE).await).await;

    assert_eq!(grantees(&world).await, [role("three")]);
    assert_eq!(
        code(retire(&world, GrantChoice::All, &MODE).await),
        "request.invalid"
    );
    let nobody = GrantChoice::Of(role("nobody"));
    assert_eq!(
        code(retire(&world, nobody, &MODE).await),
        "kms-key.no-grant"
    );
}

#[tokio::test]
async fn k4_keyferry_gives_itself_no_grant() {
    let world = world().await;
    let ourselves = CreateGrant {
        grantee: format!("arn:aws:iam::{ACCOUNT}:user/keyferry"),
        ..grant_to("x")
    };

    assert_eq!(
        code(give(&world, ourselves, &MODE).await),
        "kms-key.grant-to-ourselves"
    );

    assert_eq!(listed(&world).await, Vec::<Value>::new());
}

#[tokio::test]
async fn k4_what_aws_would_refuse_is_refused_before_anything_is_sent() {
    let world = world().await;
    let cases: [(CreateGrant, &str); 3] = [
        (
            CreateGrant {
                operations: [GrantOperation::Sign].into(),
                ..grant_to("x")
            },
            "kms-key.bad-grant",
        ),
        (
            CreateGrant {
                grantee: "payments".to_owned(),
                ..grant_to("x")
            },
            "kms-key.bad-grant",
        ),
        (
            CreateGrant {
                operations: [].into(),
                ..grant_to("x")
            },
            "kms-key.bad-grant",
        ),
    ];
    for (grant, refused) in cases {
        assert_eq!(code(give(&world, grant, &MODE).await), refused);
    }

    let kms_keys = &world.app.kms_keys;
    let disabled = kms_keys.disable(&world.actor, "app", &MODE).await;
    world.succeed(disabled).await;
    assert_eq!(
        code(give(&world, grant_to("x"), &MODE).await),
        "kms-key.disabled"
    );
    assert_eq!(listed(&world).await, Vec::<Value>::new());
}

/// The policy that `connection policy` prints, put on the user that Keyferry is.
fn with_policy_of_connection(world: &World, grants: bool) {
    let request = PolicyRequest {
        tier: Tier::Full,
        format: Format::Json,
        account: Some(Account {
            partition: Partition::Aws,
            id: ACCOUNT.parse().unwrap(),
        }),
        partition: Partition::Aws,
        regions: Vec::new(),
        name: DEFAULT_NAME.to_owned(),
        identity: PolicyIdentity::User,
        multi_region: false,
        native: false,
        grants,
    };
    let printed = documents(&request).unwrap();
    let permissions = printed
        .iter()
        .find(|one| one.kind == DocumentKind::Permissions)
        .unwrap();
    let sim = &world.outside.sim;
    sim.create_user(ACCOUNT, "keyferry", &[permissions.text.as_str()])
        .unwrap();
}

#[tokio::test]
async fn k4_grants_take_a_right_of_their_own_that_aws_denies_for_keyferry_itself() {
    let world = world().await;
    with_policy_of_connection(&world, false);
    let job = world
        .finished(give(&world, grant_to("payments"), &MODE).await)
        .await;
    assert_eq!(job.state, JobState::Stuck);
    assert_eq!(listed(&world).await, Vec::<Value>::new());

    with_policy_of_connection(&world, true);
    let jobs = &world.app.jobs;
    jobs.retry(&world.actor, job.id).await.unwrap();
    world.run().await;
    assert_eq!(grantees(&world).await, [role("payments")]);
    let retired = retire(&world, GrantChoice::Of(role("payments")), &MODE).await;
    world.succeed(retired).await;

    // Whoever has Keyferry's credentials cannot give himself the use of keys with them.
    let arn = world.arn("app").await.to_string();
    let us = Caller::User(ACCOUNT.to_owned(), "keyferry".to_owned());
    let grant = json!({
        "KeyId": arn,
        "GranteePrincipal": format!("arn:aws:iam::{ACCOUNT}:user/keyferry"),
        "Operations": ["Decrypt"],
    });
    let (sim, now) = (&world.outside.sim, world.outside.clock_now());
    let refused = sim.kms(&us, REGION, "CreateGrant", grant, now).unwrap_err();
    assert!(refused.to_string().contains("AccessDenied"), "{refused}");
}

#[tokio::test]
async fn k4_what_could_not_be_given_is_given_by_no_other_job_and_is_given_up_by_revoking() {
    let world = world().await;
    with_policy_of_connection(&world, false);
    let stuck = world
        .finished(give(&world, grant_to("payments"), &MODE).await)
        .await;
    assert_eq!(stuck.state, JobState::Stuck);

    with_policy_of_connection(&world, true);
    let restored = world.app.kms_keys.restore(&world.actor, "app", &MODE).await;
    world.succeed(restored).await;

    assert_eq!(listed(&world).await, Vec::<Value>::new());
    let wanted = world.kms_key("app").await.intent;
    assert_eq!(wanted.grants_to_give().count(), 1);
    let given_up = GrantChoice::Of(role("payments"));
    world.succeed(revoke(&world, given_up, &MODE).await).await;
    let wanted = world.kms_key("app").await.intent;
    assert_eq!(wanted.grants_to_give().count(), 0, "{wanted:?}");
}

#[tokio::test]
async fn k4_a_refused_grant_and_a_refused_retiring_are_given_up_by_cancelling_the_job() {
    let world = world().await;
    let id = given(&world, "one").await;
    with_policy_of_connection(&world, false);
    for gives in [true, false] {
        let choice = GrantChoice::These([id.clone()].into());
        let answer = match gives {
            true => give(&world, grant_to("payments"), &MODE).await,
            false => retire(&world, choice, &MODE).await,
        };
        let stuck = world.finished(answer).await;
        assert_eq!(stuck.state, JobState::Stuck);

        let jobs = &world.app.jobs;
        jobs.cancel(&world.actor, stuck.id).await.unwrap();
        world.run().await;

        let intent = world.kms_key("app").await.intent;
        let cancelled = jobs.show(&world.actor, stuck.id).await.unwrap();
        assert_eq!(cancelled.job.state, JobState::Cancelled, "{cancelled:?}");
        assert!(intent.errands.is_empty(), "{cancelled:?}");
    }
    let revoked = revoke(&world, GrantChoice::These([id].into()), &MODE).await;
    world.succeed(revoked).await;
    assert_eq!(listed(&world).await, Vec::<Value>::new());
}

#[tokio::test]
async fn k4_a_refused_retiring_holds_up_no_other_job_and_is_tried_again_by_its_own() {
    let world = world().await;
    let id = given(&world, "one").await;
    with_policy_of_connection(&world, false);
    let choice = GrantChoice::These([id].into());
    let stuck = world.finished(retire(&world, choice, &MODE).await).await;
    assert_eq!(stuck.state, JobState::Stuck);

    let kms_keys = &world.app.kms_keys;
    let tried = kms_keys.restore(&world.actor, "app", &DRY).await;
    assert_eq!(planned(tried), Vec::<&str>::new());
    let restored = kms_keys.restore(&world.actor, "app", &MODE).await;
    world.succeed(restored).await;
    assert_eq!(listed(&world).await.len(), 1);

    with_policy_of_connection(&world, true);
    let jobs = &world.app.jobs;
    jobs.retry(&world.actor, stuck.id).await.unwrap();
    world.run().await;
    assert_eq!(listed(&world).await, Vec::<Value>::new());
    let left = world.kms_key("app").await.intent.errands;
    assert!(left.is_empty(), "{left:?}");
}

#[tokio::test]
async fn k4_what_a_cancelled_job_did_not_retire_stays_though_others_worked_on_the_key_since() {
    let world = world().await;
    let id = given(&world, "one").await;
    with_policy_of_connection(&world, false);
    let choice = GrantChoice::These([id].into());
    let stuck = world.finished(retire(&world, choice, &MODE).await).await;
    let restored = world.app.kms_keys.restore(&world.actor, "app", &MODE).await;
    world.succeed(restored).await;

    let jobs = &world.app.jobs;
    jobs.cancel(&world.actor, stuck.id).await.unwrap();
    world.run().await;

    let wanted = world.kms_key("app").await.intent.errands;
    assert!(wanted.is_empty(), "{wanted:?}");
    assert_eq!(listed(&world).await.len(), 1);
}

#[tokio::test]
async fn k4_what_a_cancelled_job_did_not_give_is_given_by_no_later_one() {
    let world = world().await;
    with_policy_of_connection(&world, false);
    let stuck = world
        .finished(give(&world, grant_to("payments"), &MODE).await)
        .await;
    let restored = world.app.kms_keys.restore(&world.actor, "app", &MODE).await;
    world.succeed(restored).await;
    let jobs = &world.app.jobs;
    jobs.cancel(&world.actor, stuck.id).await.unwrap();
    world.run().await;

    with_policy_of_connection(&world, true);
    world
        .succeed(give(&world, grant_to("reports"), &MODE).await)
        .await;

    assert_eq!(grantees(&world).await, [role("reports")]);
}

#[tokio::test]
async fn k4_two_jobs_that_retire_do_each_their_own() {
    let world = world().await;
    let (one, two) = (given(&world, "one").await, given(&world, "two").await);
    with_policy_of_connection(&world, false);
    let mut stuck = Vec::new();
    for id in [one, two] {
        let choice = GrantChoice::These([id].into());
        let job = world.finished(retire(&world, choice, &MODE).await).await;
        assert_eq!(job.state, JobState::Stuck);
        stuck.push(job.id);
    }
    let restored = world.app.kms_keys.restore(&world.actor, "app", &MODE).await;
    world.succeed(restored).await;

    let jobs = &world.app.jobs;
    jobs.cancel(&world.actor, stuck[0]).await.unwrap();
    world.run().await;
    with_policy_of_connection(&world, true);
    jobs.retry(&world.actor, stuck[1]).await.unwrap();
    world.run().await;

    assert_eq!(grantees(&world).await, [role("one")]);
}

#[tokio::test]
async fn k4_a_refused_revoking_keeps_nobody_from_restoring_the_key() {
    let world = world().await;
    let id = given(&world, "one").await;
    let arn = world.arn("app").await.to_string();
    rights(&world, &["kms:RevokeGrant"]);
    let stuck = world
        .finished(revoke(&world, GrantChoice::These([id].into()), &MODE).await)
        .await;
    assert_eq!(stuck.state, JobState::Stuck);
    aws(&world, "DisableKey", json!({ "KeyId": arn }));

    let restored = world.app.kms_keys.restore(&world.actor, "app", &MODE).await;
    world.succeed(restored).await;

    let shown = aws(&world, "DescribeKey", json!({ "KeyId": arn }));
    assert_eq!(shown["KeyMetadata"]["KeyState"], "Enabled");
}

#[tokio::test]
async fn k4_a_grant_on_a_key_that_was_disabled_meanwhile_is_not_said_to_be_given() {
    let world = world().await;
    let answer = give(&world, grant_to("payments"), &MODE).await;
    let kms_keys = &world.app.kms_keys;
    let disabled = kms_keys.disable(&world.actor, "app", &MODE).await;

    let job = world.finished(answer).await;

    assert!(disabled.is_ok(), "{disabled:?}");
    assert_eq!(job.state, JobState::Stuck);
    assert_eq!(listed(&world).await, Vec::<Value>::new());
}
