//! The verdict convicts: each forged deed is named as what it is, and without it nothing is.

use std::sync::Arc;

use jiff::SignedDuration;
use keyferry_domain::kms_key::KmsKey;
use keyferry_domain::spec::KeySpec;
use keyferry_domain::version::VersionNumber;
use kms_sim::{ForeignHand, JournalEntry};
use serde_json::{Value, json};

use super::Court;
use crate::simulation::landscape::{Site, canary, furnish};
use crate::simulation::people::{Asked, Ledger};
use crate::simulation::reached::{Sight, ends};
use crate::sweep::Broken;

/// So many days after it was scheduled with the shortest window, each deletion has come through.
const DELETED_AFTER_DAYS: i64 = 10;

/// What somebody does to a KMS key of an id, at a time.
type Deed = fn(&ForeignHand, &str, i64);

fn run<T>(test: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    runtime.expect("a runtime").block_on(test)
}

/// Something of ours on the first KMS key, that never happened.
fn forged(site: &Site, operation: &str, detail: Value) -> JournalEntry {
    let arn = first(site).arn.expect("it was made").to_string();
    let journal = site.sim.journal().into_iter();
    let mut imports = journal.filter(|event| event.operation == "ImportKeyMaterial");
    let import = imports.find(|event| event.key_arn.as_deref() == Some(&arn));
    JournalEntry {
        operation: operation.to_owned(),
        request_id: "forged".to_owned(),
        detail,
        ..import.expect("it was filled")
    }
}

fn first(site: &Site) -> KmsKey {
    let keys = site.records.kms_keys();
    let key = keys.iter().find(|key| key.name.as_str() == "key-0");
    KmsKey::clone(key.expect("it was made"))
}

/// What is broken with these events too.
async fn judged(site: &Site, ledger: &Ledger, events: Vec<JournalEntry>) -> Vec<Broken> {
    let mut court = Court::convene(site, ledger);
    court.journal.extend(events);
    court.judge().await
}

fn asked(site: &Site, asked: Asked) -> Ledger {
    let mut ledger = Ledger::default();
    ledger.asked.insert(first(site).id, [(1, asked)].into());
    ledger
}

fn is_unasked(broken: &[Broken]) -> bool {
    broken.iter().any(|one| matches!(one, Broken::Unasked(_)))
}

#[test]
fn a_fleet_to_which_nothing_happened_is_found_whole() {
    run(async {
        // The fourteenth is an ECC key.
        let site = furnish(14).await;
        let broken = judged(&site, &Ledger::default(), Vec::new()).await;

        assert!(broken.is_empty(), "{broken:?}");
    });
}

#[test]
fn what_takes_something_away_is_convicted_unless_just_that_was_asked() {
    run(async {
        let site = furnish(1).await;
        let deeds = [
            ("DisableKey", Asked::DISABLING),
            ("DeleteImportedKeyMaterial", Asked::EMPTYING),
            ("ScheduleKeyDeletion", Asked::DELETION),
        ];
        for (operation, wish) in deeds {
            let deed = || vec![forged(&site, operation, json!({ "pending": false }))];
            let nobody = judged(&site, &Ledger::default(), deed()).await;
            assert!(is_unasked(&nobody), "{operation}: {nobody:?}");
            let is_told = |one: &Broken| matches!(one, Broken::EffectWithoutAudit(_));
            assert!(nobody.iter().any(is_told), "{operation}: {nobody:?}");

            let somebody = judged(&site, &asked(&site, wish), deed()).await;
            assert!(!is_unasked(&somebody), "{operation}: {somebody:?}");
        }
        let emptied = vec![forged(&site, "DeleteImportedKeyMaterial", Value::Null)];
        let disabling = asked(&site, Asked::DISABLING);
        assert!(is_unasked(&judged(&site, &disabling, emptied).await));
    });
}

#[test]
fn planted_material_elsewhere_excuses_no_deletion_of_material_that_was_current() {
    run(async {
        let site = furnish(1).await;
        let mut ledger = Ledger::default();
        ledger.planted.insert("somebody's".to_owned());
        let deed = |pending| {
            let detail = json!({ "keyMaterialId": "ours", "pending": pending });
            vec![forged(&site, "DeleteImportedKeyMaterial", detail)]
        };

        assert!(is_unasked(&judged(&site, &ledger, deed(false)).await));
        assert!(!is_unasked(&judged(&site, &ledger, deed(true)).await));
    });
}

#[test]
fn whatever_is_done_to_a_kms_key_of_somebody_else_is_convicted() {
    run(async {
        let site = furnish(1).await;
        let mut touched = forged(&site, "TagResource", Value::Null);
        let arn = "arn:aws:kms:eu-central-1:111111111111:key/theirs";
        touched.key_arn = Some(arn.to_owned());
        let mut ledger = Ledger::default();
        ledger.foreign_keys.insert(arn.to_owned());

        assert!(is_unasked(&judged(&site, &ledger, vec![touched]).await));
    });
}

#[test]
fn a_second_kms_key_and_a_second_replica_are_convicted() {
    run(async {
        let site = furnish(1).await;
        let mut second = forged(&site, "CreateKey", Value::Null);
        second.key_arn = Some("arn:aws:kms:eu-central-1:111111111111:key/second".to_owned());
        let broken = judged(&site, &Ledger::default(), vec![second]).await;
        let is_second = |one: &Broken| matches!(one, Broken::SecondKey(_));
        assert!(broken.iter().any(is_second), "{broken:?}");

        let replica = || {
            forged(
                &site,
                "ReplicateKey",
                json!({ "replicaRegion": "eu-west-1" }),
            )
        };
        let broken = judged(&site, &Ledger::default(), vec![replica(), replica()]).await;
        let is_twice = |one: &Broken| matches!(one, Broken::TwoEffects(_));
        assert!(broken.iter().any(is_twice), "{broken:?}");
    });
}

#[test]
fn a_plaintext_that_somebody_reads_is_seen() {
    run(async {
        let site = furnish(1).await;
        let plaintext: String = canary(0).iter().map(|byte| format!("{byte:02x}")).collect();
        let mut ledger = Ledger::default();
        ledger.errors.insert(format!("no such key: {plaintext}"));
        let broken = judged(&site, &ledger, Vec::new()).await;

        assert!(matches!(broken[..], [Broken::SecretSeen(_)]), "{broken:?}");
    });
}

#[test]
fn material_that_the_vault_has_not_is_lost() {
    run(async {
        let site = furnish(1).await;
        let ledger = Ledger::default();
        let mut court = Court::convene(&site, &ledger);
        let mut key = first(&site);
        key.bindings.clear();
        court.keys = vec![key.into()];
        let broken = court.judge().await;

        assert!(
            matches!(broken[..], [Broken::MaterialLost(_)]),
            "{broken:?}"
        );
    });
}

#[test]
fn a_version_without_material_id_that_the_vault_has_not_is_lost() {
    run(async {
        let site = furnish(14).await;
        let ledger = Ledger::default();
        let mut court = Court::convene(&site, &ledger);
        let is_ecc = |key: &Arc<KmsKey>| key.intent.shape.spec == KeySpec::EcP256;
        let place = court.keys.iter().position(is_ecc).expect("it was made");
        let key = Arc::make_mut(&mut court.keys[place]);
        key.intent.current = Some(VersionNumber::FIRST.next());
        let broken = court.judge().await;

        let is_lost = |one: &Broken| matches!(one, Broken::MaterialLost(_));
        assert!(broken.iter().any(is_lost), "{broken:?}");
    });
}

#[test]
fn each_difference_to_what_is_wanted_is_seen() {
    run(async {
        let site = furnish(1).await;
        let deeds: [(&str, Deed); 5] = [
            ("Disabled", |hand, id, now| hand.disable(id, now).unwrap()),
            ("PendingImport", |hand, id, now| {
                hand.delete_material(id, None, now).unwrap();
            }),
            ("the tags are", |hand, id, now| {
                hand.tag(id, "team", "theirs", now).unwrap();
            }),
            ("the description is", |hand, id, now| {
                let input = json!({ "KeyId": id, "Description": "theirs" });
                hand.act("UpdateKeyDescription", input, now).unwrap();
            }),
            ("alias/key-0 does not", |hand, _, now| {
                hand.delete_alias("alias/key-0", now).unwrap();
            }),
        ];
        for (expected, deed) in deeds {
            let site = site.fork(1, site.records.fork());
            assert_eq!(difference(&site, false), Ok(()));
            let key = first(&site);
            let arn = key.arn.expect("it was made");
            let region = key.intent.places[0].as_str();
            let hand = site.sim.foreign_hand(arn.account().id.as_str(), region);
            deed(&hand, arn.key_id(), site.now());

            let why = difference(&site, false).expect_err("it differs");
            assert!(why.starts_with(expected), "{why}");
        }
    });
}

#[test]
fn a_kms_key_that_is_not_there_is_excused_by_its_deletion_alone() {
    run(async {
        let site = furnish(1).await;
        let key = first(&site);
        let arn = key.arn.expect("it was made");
        let region = key.intent.places[0].as_str();
        let hand = site.sim.foreign_hand(arn.account().id.as_str(), region);
        hand.schedule_deletion(arn.key_id(), 7, site.now()).unwrap();
        site.clock
            .advance(SignedDuration::from_hours(24 * DELETED_AFTER_DAYS));

        let why = difference(&site, false).expect_err("it is gone");
        assert!(why.starts_with("AWS shows nothing"), "{why}");
        assert_eq!(difference(&site, true), Ok(()));
        let end = (arn.key_id().to_owned(), region.to_owned());
        assert!(ends(&site.sim.journal()).contains(&end));
    });
}

fn difference(site: &Site, is_ended: bool) -> Result<(), String> {
    let key = first(site);
    let arn = key.arn.clone().expect("it was made");
    let region = key.intent.places[0].as_str();
    let sight = Sight {
        hand: &site.sim.foreign_hand(arn.account().id.as_str(), region),
        key: &key,
        id: arn.key_id(),
        now: site.now(),
    };
    sight.difference(is_ended)
}
