//! Wrong requests: each is refused with its code before anything is sent.

use keyferry_app::connections::{AddConnection, LinkRequest};
use keyferry_app::keys::{CreateKey, KeyOptions};
use keyferry_app::keystores::CreateKeystore;
use keyferry_app::kms_keys::{CreateKmsKey, Mode, PolicyChoice, Properties};
use keyferry_domain::connection::{Identity, Tier};
use keyferry_domain::keystore::{HealPolicy, OnCancelDeletion, Template};
use keyferry_domain::operation::RotationChoice;
use keyferry_domain::spec::KeySpec;
use keyferry_domain::tag::Tags;
use keyferry_domain::validity::Validity;
use keyferry_ports::secret::SecretText;
use keyferry_testkit::world::{World, beginning};

const MODE: Mode = Mode {
    dry_run: false,
    idempotency_key: None,
    confirmed_name: None,
};

async fn world() -> World {
    let world = World::calm(3);
    world.with_keystore().await.expect("the account answers");
    world
}

fn request(properties: Properties) -> CreateKmsKey {
    CreateKmsKey {
        keystore: "store".to_owned(),
        name: "app".parse().unwrap(),
        spec: None,
        key: KeyOptions::default(),
        properties,
    }
}

fn tags(count: usize) -> Tags {
    (0..count)
        .map(|n| (format!("k{n}"), String::new()))
        .collect()
}

fn foreign_only() -> String {
    r#"{"Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::444455556666:root"},"Action":"kms:*","Resource":"*"}]}"#.to_owned()
}

/// What a new KMS key must not be like, and the code with which it is refused.
fn wrong_properties() -> Vec<(&'static str, Properties, &'static str)> {
    let with = |change: fn(&mut Properties)| {
        let mut properties = Properties::default();
        change(&mut properties);
        properties
    };
    vec![
        (
            "a Region that the keystore lacks",
            with(|p| p.regions = vec!["us-east-1".parse().unwrap()]),
            "request.region-not-in-use",
        ),
        (
            "a policy that is no JSON",
            with(|p| p.policy = PolicyChoice::Json("{".to_owned())),
            "kms-key.bad-policy",
        ),
        (
            "a policy over 32 KiB",
            with(|p| {
                let sid = "x".repeat(33_000);
                p.policy = PolicyChoice::Json(format!(r#"{{"Statement":[{{"Sid":"{sid}"}}]}}"#));
            }),
            "kms-key.bad-policy",
        ),
        (
            "a policy that locks us out",
            with(|p| p.policy = PolicyChoice::Json(foreign_only())),
            "plan.policy-locks-us-out",
        ),
        (
            "a tag that belongs to AWS",
            with(|p| p.tags = Tags::from([("aws:x".to_owned(), String::new())])),
            "kms-key.tags",
        ),
        ("a 50th tag", with(|p| p.tags = tags(50)), "kms-key.tags"),
        (
            "an expiry in the past",
            with(|p| p.validity = Some(Validity::Until(beginning()).into())),
            "kms-key.expiry",
        ),
    ]
}

#[tokio::test]
async fn a_wrong_kms_key_is_refused_before_anything_is_sent() {
    let world = world().await;
    let before = world.outside.sim.journal().len();

    for (what, properties, code) in wrong_properties() {
        let refused = world
            .app
            .kms_keys
            .create(&world.actor, request(properties), &MODE)
            .await;

        assert_eq!(refused.expect_err(what).code(), code, "{what}");
    }

    world.run().await;
    assert_eq!(world.outside.sim.journal().len(), before);
    assert!(world.jobs().await.is_empty());
    assert!(
        world.app.keys.show(&world.actor, "app").await.is_err(),
        "a key was left behind"
    );
}

#[tokio::test]
async fn a_waiting_period_of_6_or_31_days_is_refused() {
    let world = world().await;
    world
        .succeed(world.create("app", KeySpec::Aes256).await)
        .await;

    for days in [0, 6, 31] {
        let refused = world
            .app
            .kms_keys
            .schedule_deletion(&world.actor, "app", days, &MODE)
            .await;

        assert_eq!(
            refused.unwrap_err().code(),
            "kms-key.deletion-window",
            "{days}"
        );
    }
}

#[tokio::test]
async fn removal_needs_the_name_of_the_kms_key() {
    let world = world().await;
    world
        .succeed(world.create("app", KeySpec::Aes256).await)
        .await;

    let refused = world
        .app
        .kms_keys
        .remove_from_cloud(&world.actor, "app", &Mode::naming("App"))
        .await;

    assert_eq!(refused.unwrap_err().code(), "request.name-not-confirmed");
}

#[tokio::test]
async fn one_active_version_too_many_is_refused() {
    let world = world().await;
    let key = CreateKey {
        group: None,
        rotation: None,
        name: "small".parse().unwrap(),
        spec: KeySpec::Aes256,
        description: String::new(),
        active_versions_max: Some(2),
        permitted: None,
        exportable: false,
    };
    world.app.keys.create(&world.actor, key).await.unwrap();
    world
        .app
        .keys
        .new_version(&world.actor, "small")
        .await
        .unwrap();

    let refused = world
        .app
        .keys
        .new_version(&world.actor, "small")
        .await
        .unwrap_err();

    assert_eq!(refused.code(), "key.too-many-active-versions");
    let versions = world
        .app
        .keys
        .show(&world.actor, "small")
        .await
        .unwrap()
        .versions;
    assert_eq!(versions.len(), 2);
}

#[tokio::test]
async fn names_are_taken_once_and_case_makes_two() {
    let world = world().await;
    let keystore = |name: &str| CreateKeystore {
        group: None,
        rotation: RotationChoice::Inherit,
        name: name.parse().unwrap(),
        description: String::new(),
        connection: "aws".to_owned(),
        regions: Vec::new(),
        template: Template::default(),
        heal: HealPolicy::Alert,
        on_cancel_deletion: OnCancelDeletion::Keep,
    };

    let taken = world
        .app
        .keystores
        .create(&world.actor, keystore("store"))
        .await;
    let other = world
        .app
        .keystores
        .create(&world.actor, keystore("STORE"))
        .await;

    assert_eq!(taken.unwrap_err().code(), "request.name-taken");
    assert!(other.is_ok());
}

#[tokio::test]
async fn a_wrong_secret_is_named_and_nothing_is_stored() {
    let world = World::calm(4);
    let mut link = world.link();
    if let Identity::AccessKey {
        secret_access_key, ..
    } = &mut link.identity
    {
        *secret_access_key = SecretText::new("x".repeat(40));
    }
    let add = AddConnection {
        group: None,
        access_key_rotation: None,
        rotation: None,
        name: "aws".parse().unwrap(),
        request: LinkRequest {
            link,
            regions: vec![World::region()],
            tier: Tier::Full,
        },
        allow_unverified: false,
    };

    let refused = world
        .app
        .connections
        .add(&world.actor, add)
        .await
        .unwrap_err();

    assert_eq!(refused.code(), "aws.wrong-credentials");
    assert!(refused.hint().len() > 5);
    assert!(
        !format!("{refused:?}").contains("xxxx"),
        "the secret is in the error"
    );
    assert!(
        world
            .app
            .connections
            .list(&world.actor)
            .await
            .unwrap()
            .is_empty()
    );
}

#[test]
fn specs_that_cannot_be_imported_are_refused_by_name() {
    for text in ["ML_DSA_65", "ML_KEM_768"] {
        let refused: keyferry_app::AppError = text.parse::<KeySpec>().unwrap_err().into();

        assert_eq!(refused.code(), "key.spec-not-importable");
        assert!(refused.hint().len() > 5);
    }
}
