//! Which Regions there are, and which of them connections and keystores may use.

use keyferry_app::AppError;
use keyferry_app::connections::regions::{ListedRegion, RegionList};
use keyferry_app::connections::{AddConnection, LinkRequest, Stored, UpdateConnection};
use keyferry_app::keystores::{CreateKeystore, UpdateKeystore};
use keyferry_domain::arn::Region;
use keyferry_domain::connection::Tier;
use keyferry_domain::keystore::{HealPolicy, Keystore, OnCancelDeletion, Template};
use keyferry_domain::operation::RotationChoice;
use keyferry_testkit::world::{ACCOUNT, World};

fn regions(codes: &[&str]) -> Vec<Region> {
    codes.iter().map(|code| code.parse().unwrap()).collect()
}

async fn add(world: &World, codes: &[&str]) -> Result<Stored, AppError> {
    let command = AddConnection {
        group: None,
        access_key_rotation: None,
        rotation: None,
        name: "aws".parse().unwrap(),
        request: LinkRequest {
            link: world.link(),
            regions: regions(codes),
            tier: Tier::Observe,
        },
        allow_unverified: false,
    };
    world.app.connections.add(&world.actor, command).await
}

async fn keystore(world: &World, codes: &[&str]) -> Result<Keystore, AppError> {
    let command = CreateKeystore {
        group: None,
        rotation: RotationChoice::Inherit,
        name: "store".parse().unwrap(),
        description: String::new(),
        connection: "aws".to_owned(),
        regions: regions(codes),
        template: Template::default(),
        heal: HealPolicy::Alert,
        on_cancel_deletion: OnCancelDeletion::Keep,
    };
    world.app.keystores.create(&world.actor, command).await
}

fn rights(world: &World, actions: &[&str]) {
    let policy = serde_json::json!({ "Version": "2012-10-17", "Statement": [
        { "Effect": "Allow", "Action": actions, "Resource": "*" },
    ]});
    let sim = &world.outside.sim;
    sim.create_user(ACCOUNT, "keyferry", &[&policy.to_string()])
        .unwrap();
}

fn enable(world: &World, code: &str, enabled: bool) {
    let sim = &world.outside.sim;
    sim.set_region_enabled(ACCOUNT, code, enabled).unwrap();
}

fn row<'a>(list: &'a RegionList, code: &str) -> &'a ListedRegion {
    let found = list.regions.iter().find(|row| row.region.as_str() == code);
    found.unwrap()
}

#[tokio::test]
async fn the_account_is_asked_and_the_table_stands_in_for_it_aloud() {
    let world = World::calm(11);
    add(&world, &["eu-central-1"]).await.unwrap();
    let list = async || {
        let listed = world.app.connections.regions(&world.actor, "aws").await;
        listed.unwrap()
    };

    let asked = list().await;
    rights(&world, &["kms:*", "ec2:DescribeRegions"]);
    let by_ec2 = list().await;
    rights(&world, &["kms:*"]);
    let built_in = list().await;

    assert_eq!(asked.told_by, "account:ListRegions");
    assert_eq!(row(&asked, "eu-south-1").is_enabled, Some(false));
    assert_eq!(row(&asked, "eu-central-1").name, "Europe (Frankfurt)");
    assert!(row(&asked, "eu-central-1").is_in_use);
    assert!(!row(&asked, "us-east-1").is_in_use);
    assert_eq!(by_ec2.told_by, "ec2:DescribeRegions");
    assert_eq!(by_ec2.regions, asked.regions);
    assert_eq!(built_in.told_by, "built-in");
    let why = built_in.why_not_asked.as_ref().unwrap();
    assert!(why.contains("ListRegions"), "{why}");
    assert_eq!(row(&built_in, "eu-south-1").is_enabled, None);
    assert_eq!(row(&built_in, "eu-central-1").is_enabled, Some(true));
}

#[tokio::test]
async fn an_unknown_region_is_refused_before_anything_is_sent() {
    let world = World::calm(12);

    let refused = add(&world, &["eu-central-9"]).await.unwrap_err();

    assert_eq!(refused.code(), "request.unknown-region");
    assert!(refused.to_string().contains("eu-central-9"));
    assert!(!refused.hint().is_empty());
    let list = world.app.connections.list(&world.actor).await.unwrap();
    assert!(list.is_empty());
}

#[tokio::test]
async fn without_the_right_to_ask_a_region_that_takes_no_credentials_is_told_as_not_enabled() {
    let world = World::calm(13);
    rights(&world, &["kms:*"]);

    let refused = add(&world, &["eu-central-1", "eu-south-1"])
        .await
        .unwrap_err();

    assert_eq!(refused.code(), "aws.region-not-enabled", "{refused}");
    assert!(refused.to_string().contains("eu-south-1"), "{refused}");
}

#[tokio::test]
async fn a_connection_is_updated_to_regions_that_are_enabled_only() {
    let world = World::calm(14);
    add(&world, &["eu-central-1"]).await.unwrap();
    let to = |codes: &[&str]| UpdateConnection {
        regions: Some(regions(codes)),
        ..UpdateConnection::default()
    };
    let update = async |codes: &[&str]| {
        let command = to(codes);
        let connections = &world.app.connections;
        connections.update(&world.actor, "aws", command).await
    };

    let disabled = update(&["eu-central-1", "eu-south-1"]).await.unwrap_err();
    let unknown = update(&["eu-central-1", "eu-middle-1"]).await.unwrap_err();
    let kept = world
        .app
        .connections
        .show(&world.actor, "aws")
        .await
        .unwrap();
    enable(&world, "eu-south-1", true);
    let updated = update(&["eu-central-1", "eu-south-1"]).await.unwrap();

    assert_eq!(disabled.code(), "aws.region-not-enabled");
    assert_eq!(unknown.code(), "request.unknown-region");
    assert_eq!(kept.regions, regions(&["eu-central-1"]));
    assert_eq!(updated.connection.regions.len(), 2);
}

#[tokio::test]
async fn a_keystore_takes_no_region_that_was_disabled_since() {
    let world = World::calm(15);
    enable(&world, "eu-south-1", true);
    add(&world, &["eu-central-1", "eu-south-1"]).await.unwrap();
    keystore(&world, &["eu-central-1"]).await.unwrap();
    enable(&world, "eu-south-1", false);
    let change = UpdateKeystore {
        regions: Some(regions(&["eu-central-1", "eu-south-1"])),
        ..UpdateKeystore::default()
    };

    let updated = world
        .app
        .keystores
        .update(&world.actor, "store", change)
        .await
        .unwrap_err();
    let created = keystore(&world, &["eu-south-1"]).await.unwrap_err();

    assert_eq!(updated.code(), "aws.region-not-enabled", "{updated}");
    assert_eq!(created.code(), "request.name-taken");
    let kept = world.app.keystores.show(&world.actor, "store").await;
    assert_eq!(kept.unwrap().regions, regions(&["eu-central-1"]));
}
