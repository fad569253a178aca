//! Sweeps, found keys and alerts.

use keyferry_domain::drift::Severity;
use keyferry_domain::id::KmsKeyId;
use keyferry_ports::records::{
    Alert, AlertFilter, AllRecords, Change, Expect, FoundKey, FoundKeyFilter, Groups, Page,
    Subject, Sweep,
};

use super::samples::{Samples, at, parse};
use super::{assert_conflict, write};

pub(super) async fn a_sweep_is_read_back_as_written_and_there_is_one_per_place(
    records: &dyn AllRecords,
) {
    let mut samples = Samples::new();
    let connection = samples.connection("prod");
    let sweep = samples.sweep(connection.id);
    let twin = samples.sweep(connection.id);
    let put = Change::PutConnection(connection.clone(), Expect::New);
    write(records, [put, Change::PutSweep(sweep.clone(), Expect::New)]).await;

    assert_conflict(records, "sweep", [Change::PutSweep(twin, Expect::New)]).await;
    let idle = Sweep {
        marker: None,
        started_at: None,
        ..sweep.clone()
    };
    write(
        records,
        [Change::PutSweep(idle.clone(), Expect::Revision(1))],
    )
    .await;
    let stale = Change::PutSweep(sweep.clone(), Expect::Revision(1));
    assert_conflict(records, "sweep revision", [stale]).await;

    let found = records.find_sweep(sweep.id).await.unwrap();
    assert_eq!(
        found,
        Some(Sweep {
            revision: 2,
            ..idle
        })
    );
    let found = records.find_sweep_of(connection.id, &sweep.region).await;
    assert_eq!(found.unwrap().map(|row| row.id), Some(sweep.id));
    let elsewhere = parse("us-east-1");
    let nothing = records.find_sweep_of(connection.id, &elsewhere).await;
    assert_eq!(nothing.unwrap(), None);
}

pub(super) async fn a_removed_connection_takes_its_sweeps_and_found_keys_along(
    records: &dyn AllRecords,
) {
    let mut samples = Samples::new();
    let connection = samples.connection("prod");
    let (sweep, key) = (
        samples.sweep(connection.id),
        samples.found_key(connection.id, "k-1"),
    );
    let orphan = Change::PutFoundKey(key.clone());
    assert_conflict(records, "connection of the found key", [orphan]).await;
    let changes = [
        Change::PutConnection(connection.clone(), Expect::New),
        Change::PutSweep(sweep, Expect::New),
        Change::PutFoundKey(key.clone()),
    ];
    write(records, changes).await;
    assert_eq!(records.list_sweeps().await.unwrap().len(), 1);

    let removal = Change::DeleteConnection(connection.id, Expect::Revision(1));
    write(records, [removal]).await;

    assert_eq!(records.list_sweeps().await.unwrap(), []);
    assert_eq!(records.find_found_key(&key.arn).await.unwrap(), None);
}

pub(super) async fn found_keys_are_listed_by_what_the_filter_asks(records: &dyn AllRecords) {
    let mut samples = Samples::new();
    let connection = samples.connection("prod");
    let put = Change::PutConnection(connection.clone(), Expect::New);
    write(records, [put]).await;
    let one = samples.found_key(connection.id, "k-1");
    let old = FoundKey {
        is_gone: true,
        last_seen_at: at(1),
        ..samples.found_key(connection.id, "k-2")
    };
    let three = FoundKey {
        last_seen_at: at(9),
        ..samples.found_key(connection.id, "k-3")
    };
    for row in [&three, &old, &one] {
        write(records, [Change::PutFoundKey(row.clone())]).await;
    }
    let list = async |filter: FoundKeyFilter| {
        let page = Page::default();
        records.list_found_keys(&filter, &page).await.unwrap().rows
    };

    let here = FoundKeyFilter {
        connection: Some(connection.id),
        region: Some(parse("eu-west-1")),
        ..FoundKeyFilter::default()
    };
    assert_eq!(list(here.clone()).await, [one.clone(), three.clone()]);
    let all = FoundKeyFilter {
        with_gone: true,
        unseen_since: Some(at(9)),
        ..here.clone()
    };
    assert_eq!(list(all).await, [one.clone(), old]);
    let named = FoundKeyFilter {
        text: Some("ALIAS-K-3".to_owned()),
        ..here
    };
    assert_eq!(list(named.clone()).await, std::slice::from_ref(&three));
    write(records, [Change::DeleteFoundKey(three.arn)]).await;
    assert_eq!(list(named).await, []);
}

fn subject(samples: &mut Samples) -> Subject {
    KmsKeyId::new(samples.uuid()).into()
}

pub(super) async fn of_one_subject_and_code_one_alert_is_open(records: &dyn AllRecords) {
    let mut samples = Samples::new();
    let about = subject(&mut samples);
    let alert = samples.alert(about, "drift.disabled");
    let other = samples.alert(about, "drift.tags");
    let twin = samples.alert(about, "drift.disabled");
    write(records, [Change::PutAlert(alert.clone(), Expect::New)]).await;
    write(records, [Change::PutAlert(other.clone(), Expect::New)]).await;

    let second = Change::PutAlert(twin.clone(), Expect::New);
    assert_conflict(records, "open alert", [second.clone()]).await;
    let over = Alert {
        resolved_at: Some(at(900)),
        acknowledged: Some(("user/ann".to_owned(), at(800))),
        ..alert.clone()
    };
    write(
        records,
        [Change::PutAlert(over.clone(), Expect::Revision(1))],
    )
    .await;
    write(records, [second]).await;

    let open = records.open_alerts_on(about).await.unwrap();
    assert_eq!(open, [twin, other]);
    let found = records.find_alert(alert.id).await.unwrap();
    assert_eq!(
        found,
        Some(Alert {
            revision: 2,
            ..over
        })
    );
}

pub(super) async fn alerts_are_listed_newest_first_by_what_the_filter_asks(
    records: &dyn AllRecords,
) {
    let mut samples = Samples::new();
    let about = subject(&mut samples);
    let old = samples.alert(about, "drift.disabled");
    let mild = Alert {
        severity: Severity::Info,
        opened_at: at(1_000),
        ..samples.alert(about, "drift.description")
    };
    let over = Alert {
        resolved_at: Some(at(3_000)),
        opened_at: at(2_000),
        subject: subject(&mut samples),
        ..samples.alert(about, "drift.alias")
    };
    for row in [&old, &mild, &over] {
        write(records, [Change::PutAlert(row.clone(), Expect::New)]).await;
    }
    let list = async |filter: AlertFilter, page: Page| {
        let found = records.list_alerts(&filter, &page).await.unwrap();
        (
            found.rows.into_iter().map(|row| row.id).collect::<Vec<_>>(),
            found.next,
        )
    };

    let first = Page {
        limit: 2,
        cursor: None,
    };
    let (ids, next) = list(AlertFilter::default(), first).await;
    assert_eq!(ids, [over.id, mild.id]);
    let rest = Page {
        limit: 2,
        cursor: next,
    };
    assert_eq!(
        list(AlertFilter::default(), rest).await,
        (vec![old.id], None)
    );
    let bad = AlertFilter {
        groups: Groups::All,
        severity: Some(Severity::Warning),
        is_open: Some(true),
        subject: Some(about),
    };
    assert_eq!(list(bad, Page::default()).await.0, [old.id]);
    let past = AlertFilter {
        groups: Groups::All,
        is_open: Some(false),
        ..AlertFilter::default()
    };
    assert_eq!(list(past, Page::default()).await.0, [over.id]);
}
