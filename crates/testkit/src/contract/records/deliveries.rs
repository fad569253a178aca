//! Destinations of alerts, and deliveries to them.

use keyferry_domain::connection::SealedSecret;
use keyferry_domain::drift::Severity;
use keyferry_domain::id::{DestinationId, KmsKeyId};
use keyferry_ports::messenger::MailSecurity;
use keyferry_ports::records::{
    Alert, AlertDestination, AllRecords, Change, Delivery, DeliveryState, DestinationAddress,
    Expect, Subject,
};

use super::samples::{Samples, at, parse};
use super::{assert_conflict, write};

/// A webhook, and a mailbox with every optional part.
pub fn destinations(samples: &mut Samples) -> [AlertDestination; 2] {
    let webhook = AlertDestination {
        id: DestinationId::new(samples.uuid()),
        name: parse("pager"),
        severity_min: Severity::Info,
        address: DestinationAddress::Webhook {
            url: "https://hooks.example/keyferry".to_owned(),
            ca_bundle: None,
        },
        secret: None,
        created_at: at(1),
        revision: 1,
    };
    let mail = AlertDestination {
        id: DestinationId::new(samples.uuid()),
        name: parse("ops mail"),
        severity_min: Severity::Critical,
        address: DestinationAddress::Mail {
            host: "mail.example".to_owned(),
            port: 587,
            security: MailSecurity::StartTls,
            from: "keyferry@example.org".to_owned(),
            to: vec!["ops@example.org".to_owned()],
            user: Some("keyferry".to_owned()),
            ca_bundle: Some("-----BEGIN CERTIFICATE-----\n".to_owned()),
        },
        secret: Some(SealedSecret::new(vec![0, 1, 255])),
        created_at: at(2),
        revision: 1,
    };
    [webhook, mail]
}

async fn written(records: &dyn AllRecords, samples: &mut Samples) -> [AlertDestination; 2] {
    let both = destinations(samples);
    let puts = both
        .clone()
        .map(|row| Change::PutDestination(row, Expect::New));
    write(records, puts).await;
    both
}

fn alert(samples: &mut Samples, code: &str, severity: Severity) -> Alert {
    let subject = Subject::KmsKey(KmsKeyId::new(samples.uuid()));
    Alert {
        severity,
        ..samples.alert(subject, code)
    }
}

pub(super) async fn a_destination_is_read_back_as_written(records: &dyn AllRecords) {
    let [webhook, mail] = written(records, &mut Samples::new()).await;

    assert_eq!(
        records.find_destination(mail.id).await.unwrap(),
        Some(mail.clone())
    );
    let named = records.find_destination_by_name(&webhook.name).await;
    assert_eq!(named.unwrap(), Some(webhook.clone()));
    assert_eq!(records.list_destinations().await.unwrap(), [mail, webhook]);
}

pub(super) async fn a_destination_name_is_taken_once(records: &dyn AllRecords) {
    let mut samples = Samples::new();
    let [webhook, mail] = written(records, &mut samples).await;
    let twin = AlertDestination {
        id: DestinationId::new(samples.uuid()),
        ..webhook
    };
    let put = Change::PutDestination(twin, Expect::New);
    assert_conflict(records, "destination name", [put]).await;
    let late = Change::PutDestination(mail, Expect::Revision(9));
    assert_conflict(records, "destination revision", [late]).await;
}

pub(super) async fn a_new_alert_waits_for_delivery_wherever_it_is_wanted(records: &dyn AllRecords) {
    let mut samples = Samples::new();
    let [webhook, mail] = written(records, &mut samples).await;
    let warning = alert(&mut samples, "a.b", Severity::Warning);
    let critical = alert(&mut samples, "c.d", Severity::Critical);
    let about_webhook = Alert {
        subject: Subject::Destination(webhook.id),
        ..alert(&mut samples, "e.f", Severity::Critical)
    };
    for row in [&warning, &critical, &about_webhook] {
        write(records, [Change::PutAlert(row.clone(), Expect::New)]).await;
    }
    let seen_again = Change::PutAlert(warning.clone(), Expect::Revision(1));
    write(records, [seen_again]).await;

    for (alert, wanted) in [
        (&warning, vec![webhook.id]),
        (&critical, vec![webhook.id, mail.id]),
        (&about_webhook, vec![mail.id]),
    ] {
        let mut wanted = wanted;
        wanted.sort();
        let rows = records.deliveries_of(alert.id).await.unwrap();
        let to: Vec<_> = rows.iter().map(|row| row.destination).collect();
        assert_eq!(to, wanted, "{}", alert.code);
        for row in rows {
            let fresh = Delivery {
                alert: alert.id,
                destination: row.destination,
                state: DeliveryState::Pending,
                tries: 0,
                due_at: alert.opened_at,
                note: None,
                since: alert.opened_at,
                revision: 1,
            };
            assert_eq!(row, fresh);
        }
    }
}

pub(super) async fn deliveries_that_are_pending_are_due_at_their_time(records: &dyn AllRecords) {
    let mut samples = Samples::new();
    let [webhook, _] = written(records, &mut samples).await;
    let alert = alert(&mut samples, "a.b", Severity::Warning);
    write(records, [Change::PutAlert(alert.clone(), Expect::New)]).await;
    let first = records.deliveries_of(alert.id).await.unwrap().remove(0);
    let before = alert.opened_at - jiff::SignedDuration::from_secs(1);
    assert_eq!(records.due_deliveries(before, 9).await.unwrap(), []);
    let due = records.due_deliveries(alert.opened_at, 9).await.unwrap();
    assert_eq!(due, std::slice::from_ref(&first));

    let later = Delivery {
        tries: 1,
        due_at: at(900),
        note: Some("no answer".to_owned()),
        ..first.clone()
    };
    write(records, [Change::PutDelivery(later.clone())]).await;
    let again = Change::PutDelivery(later.clone());
    assert_conflict(records, "delivery revision", [again]).await;
    let later = Delivery {
        revision: 2,
        ..later
    };
    assert_eq!(records.due_deliveries(at(899), 9).await.unwrap(), []);
    assert_eq!(
        records.due_deliveries(at(900), 9).await.unwrap(),
        std::slice::from_ref(&later)
    );
    let done = Delivery {
        state: DeliveryState::Delivered,
        ..later
    };
    write(records, [Change::PutDelivery(done)]).await;
    assert_eq!(records.due_deliveries(at(9_000), 9).await.unwrap(), []);

    let gone = Change::DeleteDestination(webhook.id, Expect::Revision(1));
    write(records, [gone]).await;
    assert_eq!(records.deliveries_of(alert.id).await.unwrap(), []);
}
