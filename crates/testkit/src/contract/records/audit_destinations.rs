//! Destinations of audit entries, and how far sending there is.

use keyferry_domain::connection::SealedSecret;
use keyferry_domain::id::DestinationId;
use keyferry_ports::records::{AllRecords, AuditAddress, AuditDestination, Change, Expect};

use super::samples::{Samples, at, parse};
use super::{assert_conflict, write};

/// One of each kind; the syslog receiver has every optional part.
pub fn audit_destinations(samples: &mut Samples) -> [AuditDestination; 3] {
    let row = |samples: &mut Samples, name: &str, address| AuditDestination {
        id: DestinationId::new(samples.uuid()),
        name: parse(name),
        address,
        secret: None,
        lag_minutes_max: 15,
        created_at: at(1),
        next: 0,
        due_at: at(1),
        tries: 0,
        sent_at: None,
        note: None,
        revision: 1,
    };
    let name = "audit.jsonl".to_owned();
    let file = row(samples, "disk", AuditAddress::File { name });
    let syslog = AuditAddress::Syslog {
        host: "siem.example".to_owned(),
        port: 6514,
        ca_bundle: Some("-----BEGIN CERTIFICATE-----\n".to_owned()),
    };
    let syslog = AuditDestination {
        next: 7,
        due_at: at(5),
        tries: 2,
        sent_at: Some(at(4)),
        note: Some("no answer".to_owned()),
        ..row(samples, "siem", syslog)
    };
    let webhook = AuditAddress::Webhook {
        url: "https://hooks.example/audit".to_owned(),
        ca_bundle: None,
    };
    let webhook = AuditDestination {
        secret: Some(SealedSecret::new(vec![0, 1, 255])),
        ..row(samples, "collector", webhook)
    };
    [file, syslog, webhook]
}

async fn written(records: &dyn AllRecords, samples: &mut Samples) -> [AuditDestination; 3] {
    let all = audit_destinations(samples);
    let puts = all
        .clone()
        .map(|row| Change::PutAuditDestination(row, Expect::New));
    write(records, puts).await;
    all
}

pub(super) async fn an_audit_destination_is_read_back_as_written(records: &dyn AllRecords) {
    let [file, syslog, webhook] = written(records, &mut Samples::new()).await;

    let found = records.find_audit_destination(syslog.id).await.unwrap();
    assert_eq!(found, Some(syslog.clone()));
    let found = records.find_audit_destination_by_name(&webhook.name).await;
    assert_eq!(found.unwrap(), Some(webhook.clone()));
    let listed = records.list_audit_destinations().await.unwrap();
    assert_eq!(listed, [webhook, file, syslog]);
}

pub(super) async fn an_audit_destination_name_is_taken_once(records: &dyn AllRecords) {
    let mut samples = Samples::new();
    let [file, syslog, _] = written(records, &mut samples).await;
    let twin = AuditDestination {
        id: DestinationId::new(samples.uuid()),
        ..file
    };
    let put = Change::PutAuditDestination(twin, Expect::New);
    assert_conflict(records, "audit destination name", [put]).await;
    let late = Change::PutAuditDestination(syslog, Expect::Revision(9));
    assert_conflict(records, "audit destination revision", [late]).await;
}

pub(super) async fn of_two_who_move_an_audit_destination_on_one_does(records: &dyn AllRecords) {
    let [file, ..] = written(records, &mut Samples::new()).await;
    let moved = AuditDestination {
        next: 12,
        sent_at: Some(at(9)),
        ..file
    };
    let put = || Change::PutAuditDestination(moved.clone(), Expect::Revision(1));
    write(records, [put()]).await;
    assert_conflict(records, "audit destination revision", [put()]).await;

    let found = records.find_audit_destination(moved.id).await.unwrap();
    let found = found.unwrap();
    assert_eq!((found.next, found.revision), (12, 2));
    let late = Change::DeleteAuditDestination(moved.id, Expect::Revision(1));
    assert_conflict(records, "audit destination revision", [late]).await;
    let gone = Change::DeleteAuditDestination(moved.id, Expect::Revision(2));
    write(records, [gone]).await;
    assert_eq!(
        records.find_audit_destination(moved.id).await.unwrap(),
        None
    );
    assert_conflict(records, "audit destination revision", [put()]).await;
}
