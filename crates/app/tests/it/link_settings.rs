//! Link settings that somebody else wrote into the database are not used.

use keyferry_app::AppError;
use keyferry_app::connections::{LinkChange, UpdateConnection};
use keyferry_domain::connection::{Connection, Endpoint, Identity, Proxy};
use keyferry_domain::spec::KeySpec;
use keyferry_ports::records::{
    AuditFilter, Batch, Change, Commits, ConfigurationRecords, Expect, Page,
};
use keyferry_testkit::world::World;

const FOREIGN: &str = "connection.foreign-link";

async fn world() -> World {
    let world = World::calm(1);
    world.with_keystore().await.expect("the account answers");
    world
}

/// Writes the connection as somebody does who has the database and not the vault.
async fn tamper(world: &World, spoil: impl FnOnce(&mut Connection)) {
    let records = &world.outside.records;
    let mut connection = records.list_connections().await.unwrap().remove(0);
    let expect = Expect::Revision(connection.revision);
    spoil(&mut connection);
    let batch = Batch::new().with(Change::PutConnection(connection, expect));
    records.commit(batch).await.unwrap();
}

fn code<T: std::fmt::Debug>(result: Result<T, AppError>) -> &'static str {
    result.unwrap_err().code()
}

async fn told(world: &World) -> usize {
    let page = Page {
        limit: 1_000,
        cursor: None,
    };
    let entries = world
        .app
        .audits
        .list(&world.actor, &AuditFilter::default(), &page)
        .await
        .unwrap();
    let is_told = |action: &str| action == FOREIGN;
    entries
        .rows
        .iter()
        .filter(|row| is_told(&row.entry.action))
        .count()
}

type Spoil = fn(&mut Connection);

#[tokio::test]
async fn settings_that_somebody_else_wrote_are_refused_by_name_and_told_once() {
    let spoils: [Spoil; 5] = [
        |row| {
            row.link.endpoint = Endpoint::Custom {
                url: "https://evil.example.org".to_owned(),
            };
        },
        |row| row.link.identity = Identity::Host { profile: None },
        |row| row.link.tls.ca_bundle = Some("theirs".to_owned()),
        |row| {
            row.link.proxy = Some(Proxy {
                url: "http://evil.example.org:3128".to_owned(),
                credentials: None,
            });
        },
        |row| row.link_mac = keyferry_domain::connection::LinkMac::new(Vec::new()),
    ];
    for (index, spoil) in spoils.into_iter().enumerate() {
        let world = world().await;
        tamper(&world, spoil).await;

        let listed = world.app.connections.principals(&world.actor, "aws").await;
        let created = world.create("app", KeySpec::Aes256).await;
        let tested = world.app.connections.test(&world.actor, "aws").await;

        assert_eq!(code(listed), FOREIGN, "case {index}");
        assert_eq!(code(created), FOREIGN, "case {index}");
        assert_eq!(code(tested), FOREIGN, "case {index}");
        assert_eq!(told(&world).await, 1, "case {index}");
    }
}

#[tokio::test]
async fn settings_of_another_connection_are_refused() {
    let world = world().await;
    let other = keyferry_app::connections::AddConnection {
        group: None,
        access_key_rotation: None,
        rotation: None,
        name: "other".parse().unwrap(),
        request: keyferry_app::connections::LinkRequest {
            link: world.link(),
            regions: vec![World::region()],
            tier: keyferry_domain::connection::Tier::Full,
        },
        allow_unverified: false,
    };
    let other = world
        .app
        .connections
        .add(&world.actor, other)
        .await
        .unwrap();
    let (link, mac) = (other.connection.link, other.connection.link_mac);

    tamper(&world, |row| (row.link, row.link_mac) = (link, mac)).await;

    let listed = world.app.connections.principals(&world.actor, "aws").await;
    assert_eq!(code(listed), FOREIGN);
}

#[tokio::test]
async fn a_job_whose_connection_was_changed_in_the_database_stops_before_aws() {
    let world = world().await;
    let answer = world.create("app", KeySpec::Aes256).await;
    let journal = world.outside.sim.journal().len();
    tamper(&world, |row| row.link.endpoint = Endpoint::Fips).await;

    world.finished(answer).await;

    let jobs = world.jobs().await;
    let note = jobs[0].targets[0].0.note.clone().unwrap();
    assert_eq!(note.0, FOREIGN);
    assert_eq!(world.outside.sim.journal().len(), journal);
}

#[tokio::test]
async fn a_link_that_is_given_anew_works_again_and_takes_nothing_over() {
    let world = world().await;
    tamper(&world, |row| {
        row.link.proxy = Some(Proxy {
            url: "http://evil.example.org:3128".to_owned(),
            credentials: None,
        });
    })
    .await;
    let anew = |identity| UpdateConnection {
        link: LinkChange {
            identity,
            ..LinkChange::default()
        },
        ..UpdateConnection::default()
    };
    let connections = &world.app.connections;

    let without = connections.update(&world.actor, "aws", anew(None)).await;
    let with = anew(Some(world.link().identity));
    let stored = connections.update(&world.actor, "aws", with).await.unwrap();

    assert_eq!(code(without), FOREIGN);
    assert_eq!(stored.connection.link.proxy, None);
    let tested = connections.test(&world.actor, "aws").await.unwrap();
    assert!(tested.verified.is_some());
}
