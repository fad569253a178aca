//! Audit entries are sent on: each one, in order, across failures, crashes and several servers.

use std::collections::BTreeMap;
use std::sync::Arc;

use keyferry_app::Action;
use keyferry_app::audit_sending::{AddAuditDestination, AddedAuditDestination, LAGS, Progress};
use keyferry_audit::{Entry, Object, Outcome, Phase};
use keyferry_ports::records::{
    AuditAddress, AuditLeaf, AuditRecords as _, Batch, Change, Commits as _, FleetRecords as _,
    Subject,
};
use keyferry_testkit::fuse::{Fuse, Point};
use keyferry_testkit::world::{Outside, World};

const FILE: &str = "audit.jsonl";
const URL: &str = "https://hooks.example/audit";

fn to_file(name: &str) -> AddAuditDestination {
    AddAuditDestination {
        name: name.parse().unwrap(),
        address: AuditAddress::File {
            name: FILE.to_owned(),
        },
        lag_minutes_max: None,
        from_now: false,
    }
}

fn to_webhook(name: &str) -> AddAuditDestination {
    let (url, ca_bundle) = (URL.to_owned(), None);
    AddAuditDestination {
        address: AuditAddress::Webhook { url, ca_bundle },
        ..to_file(name)
    }
}

async fn added(world: &World, command: AddAuditDestination) -> AddedAuditDestination {
    let added = world.app.audit_destinations.add(&world.actor, command);
    added.await.expect("the destination is taken")
}

async fn shown(world: &World, name: &str) -> Progress {
    let destinations = &world.app.audit_destinations;
    destinations.show(&world.actor, name).await.unwrap()
}

async fn send(world: &World) -> usize {
    world.app.sender.send_due().await.unwrap()
}

fn entry(number: usize, outcome: Outcome) -> AuditLeaf {
    let entry = Entry {
        time_micros: 1_767_225_600_000_000,
        actor: "user/ann".to_owned(),
        action: "key.create".to_owned(),
        phase: Phase::Outcome(outcome),
        object: Object {
            kind: "key".to_owned(),
            id: number.to_string(),
            name: "k".to_owned(),
        },
        group: None,
        request_id: None,
        aws_request_id: None,
        aws_operation: None,
        job_id: None,
        attempt_id: None,
        detail: BTreeMap::new(),
    };
    AuditLeaf {
        bytes: entry.leaf_bytes(),
        hash: *entry.leaf_hash().as_bytes(),
        at: jiff::Timestamp::from_microsecond(entry.time_micros).unwrap(),
        actor: entry.actor,
        action: entry.action,
        object: entry.object.id,
        in_the_name_of: None,
        group: None,
    }
}

async fn grow(outside: &Outside, count: usize) {
    let leaf = |number| Change::AppendAudit(entry(number, Outcome::Ok));
    let changes: Vec<Change> = (0..count).map(leaf).collect();
    outside.records.commit(Batch::from(changes)).await.unwrap();
}

/// Places of the entries that arrived at a place, in the order in which they did.
fn arrived(outside: &Outside, place: &str) -> Vec<u64> {
    let sent = outside.outbox.sent();
    let there = sent.iter().filter(|one| one.0 == place);
    there
        .flat_map(|one| one.1.entries.iter().map(|entry| entry.index))
        .collect()
}

/// What a reader has that drops what it knows already.
fn first_times(places: &[u64]) -> Vec<u64> {
    let mut known = Vec::new();
    for place in places {
        if !known.contains(place) {
            known.push(*place);
        }
    }
    known
}

async fn all(outside: &Outside) -> Vec<u64> {
    (0..outside.records.audit_size().await.unwrap()).collect()
}

#[tokio::test]
async fn j2_every_entry_arrives_once_and_in_order_with_the_bytes_that_its_hash_is_of() {
    let world = World::calm(1);
    added(&world, to_file("disk")).await;
    grow(&world.outside, 1_200).await;
    let refused = entry(7, Outcome::Refused);
    let batch = Batch::new().with(Change::AppendAudit(refused));
    world.outside.records.commit(batch).await.unwrap();

    let all = all(&world.outside).await;
    assert_eq!(send(&world).await, all.len());
    assert_eq!(send(&world).await, 0);

    assert_eq!(arrived(&world.outside, FILE), all);
    let sent = world.outside.outbox.sent();
    assert!(sent.len() > 2, "they go in parts");
    for one in sent.iter().flat_map(|one| &one.1.entries) {
        let hash = keyferry_audit::leaf_hash(one.json.as_bytes());
        assert_eq!(hash.as_bytes(), &one.hash);
        assert_eq!(one.is_warning, one.index + 1 == all.len() as u64);
    }
    let shown = shown(&world, "disk").await;
    assert_eq!((shown.behind, shown.oldest_at), (0, None));
    assert!(shown.destination.sent_at.is_some());
}

#[tokio::test]
async fn a_destination_begins_at_the_first_entry_or_at_the_next_one() {
    let world = World::calm(2);
    grow(&world.outside, 10).await;
    let command = AddAuditDestination {
        from_now: true,
        ..to_webhook("new")
    };
    let made = added(&world, command).await;

    assert!(made.secret.unwrap().expose().len() >= 64);
    let before = all(&world.outside).await.len() as u64 - 1;
    send(&world).await;
    assert_eq!(arrived(&world.outside, URL), [before]);
}

#[tokio::test]
async fn j2_a_destination_that_is_down_gets_everything_later_and_is_told_as_an_alert() {
    let world = World::calm(3);
    let id = added(&world, to_file("disk")).await.progress.destination.id;
    added(&world, to_webhook("collector")).await;
    world.outside.outbox.set_down(true);
    grow(&world.outside, 3).await;

    assert_eq!(send(&world).await, 0);
    let first = shown(&world, "disk").await;
    assert_eq!(first.destination.tries, 1);
    let note = first.destination.note.unwrap();
    assert!(note.contains("does not answer"), "{note}");
    assert_eq!(first.behind, all(&world.outside).await.len() as u64);
    let tried = world.outside.outbox.tried();
    assert_eq!(send(&world).await, 0);
    assert_eq!(world.outside.outbox.tried(), tried, "it waits");
    let open = || async {
        let records = &world.outside.records;
        let open = records.open_alerts_on(Subject::Destination(id)).await;
        open.unwrap().len()
    };
    assert_eq!(open().await, 0, "not before the time is over");
    for _ in 0..4 {
        world.outside.advance_minutes(5);
        send(&world).await;
    }
    let alerts = world
        .outside
        .records
        .open_alerts_on(Subject::Destination(id));
    assert_eq!(alerts.await.unwrap()[0].code, LAGS);

    world.outside.outbox.set_down(false);
    world.outside.advance_minutes(6);
    let again = world.outside.start(Fuse::whole(), 1);
    send(&again).await;

    assert_eq!(open().await, 0);
    assert_eq!(arrived(&world.outside, FILE), all(&world.outside).await);
    assert_eq!(arrived(&world.outside, URL), all(&world.outside).await);
    let after = shown(&again, "disk").await.destination;
    assert_eq!((after.tries, after.note), (0, None));
}

#[tokio::test]
async fn j2_a_crash_at_any_commit_loses_no_entry_and_mixes_up_no_order() {
    let mut point = 0;
    loop {
        let world = World::calm(4);
        added(&world, to_file("disk")).await;
        grow(&world.outside, 1_100).await;
        let fuse = Fuse::crash_at(point);
        let crashing = world.outside.start(Arc::clone(&fuse), 1);
        tokio::select! {
            () = fuse.burnt() => {}
            _ = send(&crashing) => {}
        }
        let has_burnt = fuse.is_burnt();
        let commits = fuse.passed();
        assert!(
            commits
                .iter()
                .all(|point| matches!(point, Point::BeforeCommit | Point::AfterCommit))
        );
        world.outside.advance_minutes(2);
        let again = world.outside.start(Fuse::whole(), 2);
        send(&again).await;

        let arrived = arrived(&world.outside, FILE);
        assert_eq!(first_times(&arrived), all(&world.outside).await, "{point}");
        if !has_burnt {
            assert!(point >= 8, "{point} points are too few");
            return;
        }
        point += 1;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_several_servers_one_sends() {
    let world = World::calm(5);
    added(&world, to_file("disk")).await;
    let outside = world.outside.clone();
    grow(&outside, 5_000).await;
    let servers = (1..5).map(|start| {
        let server = outside.start(Fuse::whole(), start);
        tokio::spawn(async move { send(&server).await })
    });
    let servers: Vec<_> = servers.collect();
    let mut taken = 0;
    for server in servers {
        taken += server.await.unwrap();
    }

    let all = all(&outside).await;
    assert_eq!(taken, all.len());
    assert_eq!(arrived(&outside, FILE), all);
}

#[tokio::test]
async fn a_server_that_wakes_after_its_lease_moves_no_place_back() {
    let world = World::calm(6);
    added(&world, to_file("disk")).await;
    grow(&world.outside, 700).await;
    // The first point after the claim: something was sent, and nobody knows it yet.
    let fuse = Fuse::hold_at(2);
    let slow = world.outside.start(Arc::clone(&fuse), 1);
    let slow = tokio::spawn(async move { send(&slow).await });
    fuse.burnt().await;
    world.outside.advance_minutes(2);
    send(&world).await;
    let after = shown(&world, "disk").await.destination;
    fuse.release();
    slow.await.unwrap();

    assert_eq!(shown(&world, "disk").await.destination, after);
    let arrived = arrived(&world.outside, FILE);
    assert_eq!(first_times(&arrived), all(&world.outside).await);
}

#[tokio::test]
async fn a_destination_goes_while_its_place_moves_on() {
    let world = World::calm(7);
    added(&world, to_file("disk")).await;
    send(&world).await;
    let destinations = &world.app.audit_destinations;

    let twin = destinations.add(&world.actor, to_file("disk")).await;
    assert_eq!(twin.unwrap_err().code(), "request.name-taken");
    destinations.delete(&world.actor, "disk").await.unwrap();

    assert_eq!(destinations.list(&world.actor).await.unwrap(), []);
    let gone = destinations.show(&world.actor, "disk").await.unwrap_err();
    assert_eq!(gone.code(), "request.not-found");
    assert_eq!(send(&world).await, 0);
}

#[tokio::test]
async fn what_can_be_no_destination_is_refused() {
    let world = World::calm(8);
    let destinations = &world.app.audit_destinations;
    let file = |name: &str| AuditAddress::File {
        name: name.to_owned(),
    };
    let syslog = |host: &str, port| AuditAddress::Syslog {
        host: host.to_owned(),
        port,
        ca_bundle: None,
    };
    let webhook = AuditAddress::Webhook {
        url: "ftp://hooks.example".to_owned(),
        ca_bundle: None,
    };
    for address in [
        file("/etc/passwd"),
        syslog("", 6514),
        syslog("siem.example", 0),
        syslog("siem.example/x", 6514),
        webhook,
    ] {
        let command = AddAuditDestination {
            address: address.clone(),
            ..to_file("x")
        };
        let refused = destinations.add(&world.actor, command).await.unwrap_err();
        assert_eq!(refused.code(), "request.invalid", "{address:?}");
    }
    for minutes in [0, 10_081] {
        let command = AddAuditDestination {
            lag_minutes_max: Some(minutes),
            ..to_file("x")
        };
        let refused = destinations.add(&world.actor, command).await.unwrap_err();
        assert_eq!(refused.code(), "request.invalid", "{minutes}");
    }
}

#[tokio::test]
async fn a_webhook_waits_while_the_vault_is_sealed_and_a_file_does_not() {
    let world = World::calm(9);
    added(&world, to_webhook("collector")).await;
    added(&world, to_file("disk")).await;
    let sealed = world.outside.start_sealed(1);

    send(&sealed).await;

    let all = all(&world.outside).await;
    assert_eq!(arrived(&world.outside, FILE), all);
    assert_eq!(arrived(&world.outside, URL), [0u64; 0]);
    world.outside.advance_minutes(1);
    send(&world.outside.start(Fuse::whole(), 2)).await;
    assert_eq!(arrived(&world.outside, URL), all);
}

#[tokio::test]
async fn destinations_of_audit_entries_belong_to_who_watches_over_the_installation() {
    use keyferry_app::rights::BuiltInRole;
    for action in [
        Action::AuditDestinationAdd,
        Action::AuditDestinationDelete,
        Action::AuditDestinationRead,
    ] {
        let who: Vec<&str> = BuiltInRole::ALL
            .into_iter()
            .filter(|role| role.allows(action))
            .map(BuiltInRole::as_str)
            .collect();
        assert_eq!(who, ["security-officer", "system-administrator"]);
    }
}
