//! The proof of a deletion, over random sequences of observations.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use keyferry_domain::arn::Region;
use keyferry_domain::deletion_proof::{PATIENCE, Trace};
use keyferry_domain::intent::{KeyShape, Origin};
use keyferry_domain::spec::{KeySpec, KeyUsage};
use keyferry_domain::view::{Described, Expiration, Field, KeyState, Place};
use proptest::prelude::*;

use crate::support::start;

/// What one look at one place finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Look {
    /// Pending deletion, to be deleted so many hours after the beginning.
    Pending(i64),
    /// There, and not about to go.
    Alive,
    /// `NotFound`; the account was verified, or not.
    Missing { verified: bool },
    /// Nothing could be read.
    Blind,
}

fn hour(hours: i64) -> Timestamp {
    start() + SignedDuration::from_hours(hours)
}

fn described(look: Look) -> Field<Described> {
    let (state, deletion_date) = match look {
        Look::Pending(date) => (KeyState::PendingDeletion, Some(hour(date))),
        Look::Alive => (KeyState::Enabled, None),
        Look::Missing { .. } => return Field::Absent,
        Look::Blind => return Field::Unreadable,
    };
    Field::Value(Described {
        state,
        shape: KeyShape {
            spec: KeySpec::Aes256,
            usage: KeyUsage::EncryptDecrypt,
            multi_region: false,
            origin: Origin::External,
        },
        description: String::new(),
        current_material: None,
        expiration: Expiration::None,
        deletion_date,
        created_at: start(),
        custody: keyferry_domain::view::Custody::Customer,
        multi_region: None,
    })
}

fn trace_of(looks: &[(i64, Look)]) -> Trace {
    let mut trace = Trace::default();
    for (at, look) in looks {
        let verified = matches!(look, Look::Missing { verified: true });
        trace.sight(&described(*look), hour(*at), verified);
    }
    trace
}

/// The rule in its own words, from the whole history.
fn is_proved(looks: &[(i64, Look)], now: i64) -> bool {
    let seen = |look: &&(i64, Look)| matches!(look.1, Look::Pending(_) | Look::Alive);
    let last_seen = looks.iter().rposition(|look| seen(&look));
    let Some((place, Look::Pending(date))) = last_seen.map(|place| (place, looks[place].1)) else {
        return false;
    };
    let missing: Vec<i64> = looks[place..]
        .iter()
        .filter(|(at, look)| *look == Look::Missing { verified: true } && *at >= date)
        .map(|(at, _)| *at)
        .collect();
    let apart = match (missing.first(), missing.last()) {
        (Some(first), Some(last)) => last - first >= 24,
        _ => false,
    };
    apart && now - date >= 24
}

fn looks() -> impl Strategy<Value = Vec<(i64, Look)>> {
    let look = prop_oneof![
        2 => (0i64..120).prop_map(Look::Pending),
        1 => Just(Look::Alive),
        5 => Just(Look::Missing { verified: true }),
        1 => Just(Look::Missing { verified: false }),
        1 => Just(Look::Blind),
    ];
    prop::collection::vec((0i64..40, look), 0..12).prop_map(|steps| {
        let mut at = 0;
        let stamp = |(pause, look)| {
            at += pause;
            (at, look)
        };
        steps.into_iter().map(stamp).collect()
    })
}

proptest! {
    #[test]
    fn a_deletion_is_proved_exactly_when_the_rule_says_so(looks in looks(), later in 0i64..60) {
        let now = looks.last().map_or(0, |look| look.0) + later;

        prop_assert_eq!(trace_of(&looks).proves_deletion(hour(now)), is_proved(&looks, now));
    }

    #[test]
    fn a_key_that_is_seen_again_is_not_deleted_and_begins_anew(looks in looks()) {
        let mut looks = looks;
        let end = looks.last().map_or(0, |look| look.0);
        looks.push((end, Look::Alive));

        prop_assert_eq!(trace_of(&looks), Trace::default());
    }

    #[test]
    fn without_a_verified_account_nothing_is_ever_proved(looks in looks()) {
        let blind = looks.into_iter().map(|(at, look)| match look {
            Look::Missing { .. } => (at, Look::Missing { verified: false }),
            other => (at, other),
        });
        let looks: Vec<_> = blind.collect();

        prop_assert!(!trace_of(&looks).proves_deletion(hour(10_000)));
    }
}

#[test]
fn the_shortest_proof_takes_a_day_after_the_date() {
    let looks = |second| {
        let missing = Look::Missing { verified: true };
        [(0, Look::Pending(168)), (168, missing), (second, missing)]
    };

    assert!(trace_of(&looks(192)).proves_deletion(hour(192)));
    assert!(!trace_of(&looks(191)).proves_deletion(hour(1_000)));
    assert_eq!(PATIENCE, SignedDuration::from_hours(24));
}

#[test]
fn every_region_has_to_be_proved_and_the_deletion_wanted_here() {
    use keyferry_domain::life::Life;

    let mut key = crate::support::kms_key(["eu-west-1", "us-east-1"]);
    key.intent.life = Life::PendingDeletion;
    let mut see = |regions: &[&str], look: Look, at: i64| {
        let place = |_: &Region| Place {
            described: described(look),
            read_at: Some(hour(at)),
            ..Place::default()
        };
        let regions = regions.iter().map(|name| name.parse::<Region>().unwrap());
        let places: BTreeMap<_, _> = regions
            .map(|region| (region.clone(), place(&region)))
            .collect();
        key.observe(places, true);
        key.clone()
    };
    let missing = Look::Missing { verified: true };
    let both = ["eu-west-1", "us-east-1"];

    see(&both, Look::Pending(0), 0);
    see(&both, missing, 1);
    assert!(!see(&both[..1], missing, 25).is_proved_deleted(hour(25)));
    let proved = see(&both, missing, 25);
    assert!(proved.is_proved_deleted(hour(25)));

    let mut foreign = proved;
    foreign.intent.life = Life::Active;
    assert!(!foreign.is_proved_deleted(hour(25)));
}
