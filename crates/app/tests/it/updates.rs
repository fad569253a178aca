//! Changing a KMS key: what reaches AWS, and what is refused before anything is sent.

use keyferry_app::AppError;
use keyferry_app::Replacement;
use keyferry_app::kms_keys::{
    AccessChange, Answer, Mode, PolicyChange, Properties, Stay, UpdateKmsKey, UploadKey,
};
use keyferry_domain::spec::KeySpec;
use keyferry_domain::tag::Tags;
use keyferry_domain::validity::Validity;
use keyferry_testkit::world::{ACCOUNT, World, beginning};
use serde_json::json;

use crate::scene::{DRY, MODE, advance_hours, aws, code, described, planned, world};

async fn update(world: &World, command: UpdateKmsKey) -> Result<Answer, AppError> {
    world
        .app
        .kms_keys
        .update(&world.actor, "app", command, &MODE)
        .await
}

fn tags(pairs: &[(&str, &str)]) -> Tags {
    let pair = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
    pairs.iter().map(pair).collect()
}

fn user() -> String {
    format!("arn:aws:iam::{ACCOUNT}:user/keyferry")
}

fn in_days(world: &World, days: i64) -> Validity {
    use keyferry_ports::clock::Clock as _;
    let hours = jiff::SignedDuration::from_hours(24 * days);
    Validity::Until(world.outside.clock.now() + hours)
}

#[tokio::test]
async fn every_property_is_changed_in_aws_by_one_update() {
    let world = world().await;
    let arn = world.arn("app").await;
    let users = vec![user()];
    let command = UpdateKmsKey {
        name: Some("billing".parse().unwrap()),
        description: Some("for invoices".to_owned()),
        set_tags: tags(&[("team", "red"), ("stage", "prod")]),
        add_aliases: ["invoices".parse().unwrap()].into(),
        remove_aliases: ["app".parse().unwrap()].into(),
        policy: Some(PolicyChange::Access(AccessChange {
            users: Some(users.clone()),
            ..AccessChange::default()
        })),
        stay: Some(in_days(&world, 100).into()),
        ..UpdateKmsKey::default()
    };

    world.succeed(update(&world, command).await).await;

    let key = world.kms_key("billing").await;
    assert_eq!(key.arn.as_ref(), Some(&arn));
    let shown = described(&world, "billing").await;
    assert_eq!(shown["Description"], "for invoices");
    assert_eq!(shown["ExpirationModel"], "KEY_MATERIAL_EXPIRES");
    let id = json!({ "KeyId": arn.to_string() });
    let listed = aws(&world, "ListAliases", id.clone());
    assert_eq!(listed["Aliases"].as_array().unwrap().len(), 1, "{listed}");
    assert_eq!(listed["Aliases"][0]["AliasName"], "alias/invoices");
    let listed = aws(&world, "ListResourceTags", id.clone()).to_string();
    assert!(
        listed.contains("red") && listed.contains("prod"),
        "{listed}"
    );
    let policy = aws(&world, "GetKeyPolicy", id)["Policy"].to_string();
    assert!(policy.contains(&user()), "{policy}");
    assert!(policy.contains("Allow use of the key"), "{policy}");
}

#[tokio::test]
async fn tags_aliases_and_people_go_again() {
    let world = world().await;
    let access = |users: Option<Vec<String>>, may_delete| {
        Some(PolicyChange::Access(AccessChange {
            users,
            administrators: None,
            other_accounts: None,
            administrators_may_delete: may_delete,
        }))
    };
    let administrators = Some(PolicyChange::Access(AccessChange {
        administrators: Some(vec![user()]),
        ..AccessChange::default()
    }));
    let steps = [
        UpdateKmsKey {
            set_tags: tags(&[("team", "red"), ("stage", "prod")]),
            policy: access(Some(vec![user()]), None),
            ..UpdateKmsKey::default()
        },
        UpdateKmsKey {
            policy: administrators,
            ..UpdateKmsKey::default()
        },
        UpdateKmsKey {
            set_tags: tags(&[("team", "blue")]),
            remove_tags: ["stage".to_owned()].into(),
            remove_aliases: ["app".parse().unwrap()].into(),
            policy: access(Some(Vec::new()), Some(false)),
            ..UpdateKmsKey::default()
        },
    ];
    for command in steps {
        world.succeed(update(&world, command).await).await;
    }

    let id = json!({ "KeyId": world.arn("app").await.to_string() });
    let listed = aws(&world, "ListResourceTags", id.clone()).to_string();
    assert!(
        listed.contains("blue") && !listed.contains("prod"),
        "{listed}"
    );
    assert_eq!(aws(&world, "ListAliases", id.clone())["Aliases"], json!([]));
    let policy = aws(&world, "GetKeyPolicy", id)["Policy"].to_string();
    assert!(policy.contains("Key Administrators"), "{policy}");
    assert!(!policy.contains("Allow use of the key"), "{policy}");
    assert!(!policy.contains("ScheduleKeyDeletion"), "{policy}");
}

/// What a change must not be like, and the code with which it is refused.
fn wrong_changes() -> Vec<(&'static str, UpdateKmsKey, &'static str)> {
    let with = |change: fn(&mut UpdateKmsKey)| {
        let mut command = UpdateKmsKey::default();
        change(&mut command);
        command
    };
    vec![
        (
            "a revision of before",
            with(|c| c.revision = Some(1)),
            "request.changed",
        ),
        (
            "a name that another KMS key holds",
            with(|c| c.name = Some("other".parse().unwrap())),
            "kms-key.name-taken",
        ),
        (
            "a tag that belongs to AWS",
            with(|c| c.set_tags = tags(&[("aws:x", "")])),
            "kms-key.tags",
        ),
        (
            "a 50th tag",
            with(|c| c.set_tags = (0..50).map(|n| (format!("k{n}"), String::new())).collect()),
            "kms-key.tags",
        ),
        (
            "a tag to remove that is not there",
            with(|c| c.remove_tags = ["x".to_owned()].into()),
            "request.invalid",
        ),
        (
            "an alias of a foreign key",
            with(|c| c.add_aliases = ["foreign".parse().unwrap()].into()),
            "plan.foreign-alias",
        ),
        (
            "an alias to remove that is not there",
            with(|c| c.remove_aliases = ["foreign".parse().unwrap()].into()),
            "request.invalid",
        ),
        (
            "a policy that is no JSON",
            with(|c| c.policy = Some(PolicyChange::Json("{".to_owned()))),
            "kms-key.bad-policy",
        ),
        (
            "a policy over 32 KiB",
            with(|c| {
                let sid = "x".repeat(33_000);
                let text = format!(r#"{{"Statement":[{{"Sid":"{sid}"}}]}}"#);
                c.policy = Some(PolicyChange::Json(text));
            }),
            "kms-key.bad-policy",
        ),
        (
            "a policy that locks us out",
            with(|c| {
                let text = r#"{"Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::444455556666:root"},"Action":"kms:*","Resource":"*"}]}"#;
                c.policy = Some(PolicyChange::Json(text.to_owned()));
            }),
            "plan.policy-locks-us-out",
        ),
        (
            "an expiry in the past",
            with(|c| c.stay = Some(Validity::Until(beginning()).into())),
            "kms-key.expiry",
        ),
        (
            "a description that is too long",
            with(|c| c.description = Some("x".repeat(8193))),
            "kms-key.description",
        ),
    ]
}

#[tokio::test]
async fn a_wrong_change_is_refused_before_anything_is_sent() {
    let world = world().await;
    world
        .succeed(world.create("other", KeySpec::Aes256).await)
        .await;
    let foreign = aws(&world, "CreateKey", json!({}))["KeyMetadata"]["Arn"].clone();
    let alias = json!({ "AliasName": "alias/foreign", "TargetKeyId": foreign });
    aws(&world, "CreateAlias", alias);
    let (before, sent) = (
        world.kms_key("app").await,
        world.outside.sim.journal().len(),
    );

    for (what, command, expected) in wrong_changes() {
        assert_eq!(code(update(&world, command).await), expected, "{what}");
    }

    world.run().await;
    assert_eq!(world.kms_key("app").await, before);
    assert_eq!(world.outside.sim.journal().len(), sent);
}

#[tokio::test]
async fn statements_that_people_wrote_are_not_lost_by_naming_one_user() {
    let world = world().await;
    let own = format!(
        r#"{{"Statement":[{{"Sid":"mine","Effect":"Allow","Principal":{{"AWS":"arn:aws:iam::{ACCOUNT}:root"}},"Action":"kms:*","Resource":"*"}}]}}"#
    );
    let whole = UpdateKmsKey {
        policy: Some(PolicyChange::Json(own)),
        ..UpdateKmsKey::default()
    };
    world.succeed(update(&world, whole).await).await;

    let one_more = UpdateKmsKey {
        policy: Some(PolicyChange::Access(AccessChange {
            users: Some(vec![user()]),
            ..AccessChange::default()
        })),
        ..UpdateKmsKey::default()
    };

    assert_eq!(
        code(update(&world, one_more).await),
        "kms-key.foreign-statements"
    );
}

#[tokio::test]
async fn a_dry_run_shows_the_steps_and_changes_nothing() {
    let world = world().await;
    let before = world.kms_key("app").await;
    let command = UpdateKmsKey {
        description: Some("new".to_owned()),
        set_tags: tags(&[("a", "b")]),
        ..UpdateKmsKey::default()
    };

    let answer = world
        .app
        .kms_keys
        .update(&world.actor, "app", command, &DRY)
        .await;

    assert_eq!(planned(answer), ["TagResource", "UpdateKeyDescription"]);
    assert_eq!(world.kms_key("app").await, before);
}

#[tokio::test]
async fn an_end_beyond_a_year_is_renewed_or_lapses_as_chosen() {
    for (lapses, expected) in [(false, &["ImportKeyMaterial"][..]), (true, &[][..])] {
        let world = world().await;
        let stay = Stay {
            until: in_days(&world, 800),
            lapses,
        };
        let command = UpdateKmsKey {
            stay: Some(stay),
            ..UpdateKmsKey::default()
        };
        world.succeed(update(&world, command).await).await;

        advance_hours(&world, 24 * 345);
        let kms_keys = &world.app.kms_keys;
        let answer = kms_keys
            .synchronize(&world.actor, "app", Default::default(), &DRY)
            .await;

        assert_eq!(planned(answer), expected, "lapses: {lapses}");
    }
}

#[tokio::test]
async fn an_inactive_key_comes_back_with_the_end_that_it_was_given_meanwhile() {
    let world = world().await;
    let kms_keys = &world.app.kms_keys;
    world
        .succeed(
            kms_keys
                .deactivate(&world.actor, "app", &Mode::naming("app"))
                .await,
        )
        .await;
    let command = UpdateKmsKey {
        stay: Some(in_days(&world, 30).into()),
        ..UpdateKmsKey::default()
    };
    world.succeed(update(&world, command).await).await;
    world
        .succeed(kms_keys.activate(&world.actor, "app", &MODE).await)
        .await;

    assert_eq!(
        described(&world, "app").await["ExpirationModel"],
        "KEY_MATERIAL_EXPIRES"
    );
}

#[tokio::test]
async fn a_name_is_given_once_in_a_keystore_and_case_counts() {
    let world = world().await;
    let upload = |name: &str| UploadKey {
        keystore: "store".to_owned(),
        key: "app".to_owned(),
        name: Some(name.parse().unwrap()),
        properties: Properties::default(),
    };
    let kms_keys = &world.app.kms_keys;

    let taken = kms_keys.upload(&world.actor, upload("app"), &MODE).await;
    assert_eq!(code(taken), "kms-key.name-taken");
    world
        .succeed(kms_keys.upload(&world.actor, upload("App"), &MODE).await)
        .await;
    let created = world.create("app", KeySpec::Aes256).await;
    assert_eq!(code(created), "kms-key.name-taken");
}

#[tokio::test]
async fn a_principal_is_replaced_in_the_key_policy_and_one_that_is_not_named_changes_nothing() {
    let world = world().await;
    let sim = &world.outside.sim;
    sim.create_user(ACCOUNT, "bob", &[]).unwrap();
    let by = |old: &str| UpdateKmsKey {
        policy: Some(PolicyChange::Replace(vec![Replacement {
            old: old.to_owned(),
            new: format!("arn:aws:iam::{ACCOUNT}:user/bob"),
        }])),
        ..UpdateKmsKey::default()
    };
    let first = UpdateKmsKey {
        policy: Some(PolicyChange::Access(AccessChange {
            users: Some(vec![user()]),
            ..AccessChange::default()
        })),
        ..UpdateKmsKey::default()
    };
    world.succeed(update(&world, first).await).await;

    let nobody = update(&world, by("arn:aws:iam::111122223333:user/nobody")).await;
    world.succeed(update(&world, by(&user())).await).await;

    assert!(matches!(nobody, Ok(Answer::Unchanged(_))), "{nobody:?}");
    let arn = world.arn("app").await.to_string();
    let policy = aws(&world, "GetKeyPolicy", json!({ "KeyId": arn }))["Policy"].to_string();
    assert!(!policy.contains(&user()), "{policy}");
    assert!(policy.contains("user/bob"), "{policy}");
}

#[tokio::test]
async fn replacing_a_principal_never_locks_us_out() {
    let world = world().await;
    let root = format!("arn:aws:iam::{ACCOUNT}:root");
    let out = UpdateKmsKey {
        policy: Some(PolicyChange::Replace(vec![Replacement {
            old: root,
            new: "arn:aws:iam::444455556666:root".to_owned(),
        }])),
        ..UpdateKmsKey::default()
    };

    assert_eq!(code(update(&world, out).await), "plan.policy-locks-us-out");
}
