//! Alerts are delivered to every destination that wants them, survive a restart, and are given up after a day.

use jiff::SignedDuration;
use keyferry_app::alert_delivery::{AddDestination, AddedDestination, GIVE_UP_AFTER};
use keyferry_domain::drift::Severity;
use keyferry_ports::clock::Clock as _;
use keyferry_ports::messenger::MailSecurity;
use keyferry_ports::records::{DeliveryState, DestinationAddress};
use keyferry_ports::secret::SecretText;
use keyferry_testkit::fuse::Fuse;
use keyferry_testkit::world::World;

use crate::scene::{aws, open_alerts, sync, world};

const URL: &str = "https://hooks.example/keyferry";

fn webhook(name: &str, severity_min: Severity) -> AddDestination {
    AddDestination {
        name: name.parse().unwrap(),
        severity_min,
        address: DestinationAddress::Webhook {
            url: URL.to_owned(),
            ca_bundle: None,
        },
        password: None,
    }
}

fn mail(password: Option<&str>, security: MailSecurity) -> AddDestination {
    AddDestination {
        name: "mail".parse().unwrap(),
        severity_min: Severity::Info,
        address: DestinationAddress::Mail {
            host: "mail.example".to_owned(),
            port: 465,
            security,
            from: "keyferry@example.org".to_owned(),
            to: vec!["ops@example.org".to_owned()],
            user: password.map(|_| "keyferry".to_owned()),
            ca_bundle: None,
        },
        password: password.map(SecretText::new),
    }
}

async fn added(world: &World, command: AddDestination) -> AddedDestination {
    let destinations = &world.app.alert_destinations;
    let added = destinations.add(&world.actor, command).await;
    added.expect("the destination is taken")
}

/// Somebody else disables the KMS key, and the watch sees it: one critical alert.
async fn disabled_elsewhere(world: &World) {
    let arn = world.arn("app").await.to_string();
    aws(world, "DisableKey", serde_json::json!({ "KeyId": arn }));
    sync(world).await;
}

async fn deliver(world: &World) -> usize {
    world
        .app
        .courier
        .deliver_due()
        .await
        .expect("the records answer")
}

/// State and tries of the only delivery of the only drift alert.
async fn delivery(world: &World) -> (DeliveryState, u32, Option<String>) {
    let alerts = open_alerts(world).await;
    let drift = alerts.iter().find(|alert| alert.code == "drift.disabled");
    let id = drift.expect("the alert is open").id;
    let destinations = &world.app.alert_destinations;
    let rows = destinations.deliveries_of(&world.actor, id).await.unwrap();
    assert_eq!(rows.len(), 1, "{rows:#?}");
    let row = &rows[0].0;
    (row.state, row.tries, row.note.clone())
}

#[tokio::test]
async fn a_destination_with_a_ca_bundle_of_something_else_is_refused() {
    let world = world().await;
    let command = AddDestination {
        address: DestinationAddress::Webhook {
            url: URL.to_owned(),
            ca_bundle: Some("no certificate".to_owned()),
        },
        ..webhook("hooks", Severity::Info)
    };

    let destinations = &world.app.alert_destinations;
    let refused = destinations.add(&world.actor, command).await.unwrap_err();

    assert_eq!(refused.code(), "request.invalid");
    assert!(refused.to_string().contains("ca_bundle"), "{refused}");
    let listed = destinations.list(&world.actor).await.unwrap();
    assert_eq!(listed, []);
}

#[tokio::test]
async fn a_new_alert_is_delivered_once_wherever_it_is_wanted() {
    let world = world().await;
    added(&world, webhook("pager", Severity::Critical)).await;
    added(&world, mail(Some("password"), MailSecurity::Tls)).await;

    disabled_elsewhere(&world).await;
    let first = deliver(&world).await;
    let second = deliver(&world).await;

    assert_eq!((first, second), (2, 0));
    let mut places: Vec<_> = world.outside.outbox.taken();
    places.sort_by(|one, other| one.0.cmp(&other.0));
    let (place, message) = &places[0];
    assert_eq!(place, URL);
    let body: serde_json::Value = serde_json::from_str(&message.json).unwrap();
    assert_eq!(body["code"], "drift.disabled");
    assert_eq!(body["severity"], "critical");
    assert_eq!(body["event"], "alert.opened");
    assert_eq!(body["name"], "app");
    assert!(message.subject.contains("app"), "{}", message.subject);
    assert!(
        message.text.contains("keyferry alert show"),
        "{}",
        message.text
    );
    assert_eq!(places[1].0, "mail.example:465");
}

#[tokio::test]
async fn what_was_opened_before_the_destination_was_made_is_not_sent_there() {
    let world = world().await;
    disabled_elsewhere(&world).await;
    added(&world, webhook("pager", Severity::Info)).await;

    assert_eq!(deliver(&world).await, 0);
}

#[tokio::test]
async fn a_destination_that_is_down_gets_the_alert_once_it_is_up_again_across_a_restart() {
    let world = world().await;
    added(&world, webhook("pager", Severity::Info)).await;
    disabled_elsewhere(&world).await;
    world.outside.outbox.set_down(true);

    assert_eq!(deliver(&world).await, 0);
    let (state, tries, note) = delivery(&world).await;
    assert_eq!((state, tries), (DeliveryState::Pending, 1));
    assert!(note.unwrap().contains("does not answer"));
    assert_eq!(deliver(&world).await, 0);
    assert_eq!(
        world.outside.outbox.tried(),
        1,
        "it waits before it tries again"
    );
    world.outside.advance_minutes(1);
    deliver(&world).await;
    assert_eq!(delivery(&world).await.1, 2);

    let again = world.outside.start(Fuse::whole(), 1);
    world.outside.outbox.set_down(false);
    world.outside.advance_minutes(1);

    assert_eq!(deliver(&again).await, 1);
    assert_eq!(delivery(&again).await, (DeliveryState::Delivered, 3, None));
    let taken = world.outside.outbox.taken();
    assert_eq!(taken.len(), 1);
}

#[tokio::test]
async fn what_is_not_taken_for_a_day_is_given_up_and_told_until_the_destination_answers() {
    let world = world().await;
    added(&world, webhook("pager", Severity::Critical)).await;
    disabled_elsewhere(&world).await;
    world.outside.outbox.set_down(true);
    let end = world.outside.clock.now() + GIVE_UP_AFTER + SignedDuration::from_hours(2);
    while world.outside.clock.now() < end {
        deliver(&world).await;
        world.outside.advance_minutes(10);
    }

    let tried = world.outside.outbox.tried();
    assert!((20..60).contains(&tried), "tried {tried} times in a day");
    assert_eq!(delivery(&world).await.0, DeliveryState::GivenUp);
    let codes = |alerts: &[keyferry_ports::records::Alert]| {
        let mut codes: Vec<_> = alerts.iter().map(|alert| alert.code.clone()).collect();
        codes.sort();
        codes
    };
    let told = open_alerts(&world).await;
    assert_eq!(codes(&told), ["alert.not-delivered", "drift.disabled"]);
    deliver(&world).await;
    assert_eq!(world.outside.outbox.tried(), tried, "it was given up");

    world.outside.outbox.set_down(false);
    let arn = world.arn("app").await.to_string();
    aws(
        &world,
        "ScheduleKeyDeletion",
        serde_json::json!({ "KeyId": arn, "PendingWindowInDays": 7 }),
    );
    sync(&world).await;
    assert!(deliver(&world).await >= 1);
    let left = codes(&open_alerts(&world).await);
    assert!(
        !left.contains(&"alert.not-delivered".to_owned()),
        "{left:?}"
    );
}

#[tokio::test]
async fn a_trial_tells_at_once_whether_it_arrives() {
    let world = world().await;
    let added = added(&world, webhook("pager", Severity::Critical)).await;
    let destinations = &world.app.alert_destinations;

    destinations.test(&world.actor, "pager").await.unwrap();
    world.outside.outbox.set_down(true);
    let id = added.destination.id.to_string();
    let failed = destinations.test(&world.actor, &id).await.unwrap_err();

    assert_eq!(failed.code(), "alert.not-delivered");
    assert!(failed.to_string().contains("does not answer"), "{failed}");
    let taken = world.outside.outbox.taken();
    assert!(taken[0].1.json.contains("alert.test"), "{taken:?}");
}

#[tokio::test]
async fn addresses_that_can_be_none_are_refused() {
    let world = world().await;
    let destinations = &world.app.alert_destinations;
    for url in [
        "",
        "hooks.example",
        "ftp://hooks.example/",
        "https://",
        "https:///x",
        "https://me@hooks.example/",
        "https://hooks.example/a b",
    ] {
        let mut command = webhook("pager", Severity::Info);
        command.address = DestinationAddress::Webhook {
            url: url.to_owned(),
            ca_bundle: None,
        };
        let refused = destinations.add(&world.actor, command).await.unwrap_err();
        assert_eq!(refused.code(), "request.invalid", "{url}");
    }
    let clear = mail(Some("password"), MailSecurity::None);
    let refused = destinations.add(&world.actor, clear).await.unwrap_err();
    assert!(refused.to_string().contains("TLS"), "{refused}");
}

#[tokio::test]
async fn a_destination_is_named_once_listed_and_removed_with_what_was_on_its_way() {
    let world = world().await;
    let made = added(&world, webhook("pager", Severity::Info)).await;
    let destinations = &world.app.alert_destinations;
    let twin = destinations
        .add(&world.actor, webhook("pager", Severity::Info))
        .await;
    disabled_elsewhere(&world).await;

    assert_eq!(twin.unwrap_err().code(), "request.name-taken");
    assert!(made.secret.unwrap().expose().len() >= 64);
    let listed = destinations.list(&world.actor).await.unwrap();
    assert_eq!(listed, [made.destination]);
    destinations.delete(&world.actor, "pager").await.unwrap();
    assert_eq!(destinations.list(&world.actor).await.unwrap(), []);
    assert_eq!(deliver(&world).await, 0);
    assert_eq!(world.outside.outbox.tried(), 0);
}
