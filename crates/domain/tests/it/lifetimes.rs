//! Material that is held for so many days, from when a KMS key is made and anew from each rotation.

use jiff::{SignedDuration, Timestamp};
use keyferry_domain::intent::Intent;
use keyferry_domain::keystore::Template;
use keyferry_domain::life::Life;
use keyferry_domain::operation::{self as op, Binding, Change, CreateRequest, Refusal, Update};
use keyferry_domain::spec::KeySpec;
use keyferry_domain::validity::{LIFETIME_DAYS_MAX, Lifetime, Validity};
use keyferry_domain::version::VersionNumber;

use crate::support::*;

const DAYS: u32 = 100;

fn on_day(days: i64) -> Timestamp {
    start() + SignedDuration::from_hours(24 * days)
}

fn until_day(days: i64) -> Validity {
    Validity::Until(on_day(days))
}

/// Made on the first day.
fn held() -> Intent {
    let template = Template {
        lifetime: Lifetime::Days(DAYS),
        ..Template::default()
    };
    let request = CreateRequest::new(vec![region(WEST)], Some(version(1)));
    Intent {
        life: Life::Active,
        ..op::create(&template, request, start()).unwrap()
    }
}

fn changed(change: Result<Change, Refusal>) -> Intent {
    match change {
        Ok(Change::Changed(intent)) => intent,
        other => panic!("not changed: {other:?}"),
    }
}

fn ends(intent: &Intent) -> Vec<Validity> {
    let versions = intent.versions.iter();
    versions.map(|wanted| wanted.validity).collect()
}

#[test]
fn only_days_from_one_to_a_hundred_years_are_a_lifetime() {
    let whole = [1, DAYS, LIFETIME_DAYS_MAX].map(Lifetime::of_days);
    assert_eq!(
        whole.map(|one| one.and_then(Lifetime::days)),
        [Some(1), Some(DAYS), Some(LIFETIME_DAYS_MAX)]
    );
    for none in [0, LIFETIME_DAYS_MAX + 1, u32::MAX] {
        assert_eq!(Lifetime::of_days(none), None, "{none}");
    }
}

#[test]
fn days_beyond_all_time_end_with_it() {
    let last = Lifetime::Days(u32::MAX).validity(start());
    assert_eq!(last, Validity::Until(Timestamp::MAX));
}

#[test]
fn a_kms_key_is_held_from_when_it_is_made_unless_the_request_names_an_end() {
    let made = held();
    assert_eq!(ends(&made), [until_day(100)]);
    assert_eq!(made.valid_days, Some(DAYS));

    let template = Template {
        lifetime: Lifetime::Days(DAYS),
        ..Template::default()
    };
    let request = CreateRequest {
        validity: Some(until_day(7)),
        ..CreateRequest::new(vec![region(WEST)], Some(version(1)))
    };
    let own = op::create(&template, request, start()).unwrap();
    assert_eq!(ends(&own), [until_day(7)]);
    assert_eq!(own.valid_days, None);
}

#[test]
fn a_rotation_in_place_begins_the_days_anew_and_takes_former_material_along_that_can_be_imported_again()
 {
    let rotate = |is_without_copy: fn(VersionNumber) -> bool| {
        changed(op::rotate_in_place(
            &held(),
            version(2),
            on_day(40),
            is_without_copy,
        ))
    };
    let both = rotate(all_kept);
    assert_eq!(ends(&both), [until_day(140), until_day(140)]);
    assert_eq!(both.valid_days, Some(DAYS));

    let first_is_gone = rotate(|number| number == version(1));
    assert_eq!(ends(&first_is_gone), [until_day(100), until_day(140)]);
}

#[test]
fn former_material_that_ends_later_is_not_cut_by_a_rotation() {
    let mut intent = held();
    intent.versions[0].validity = Validity::Permanent;
    let after = changed(op::rotate_in_place(&intent, version(2), start(), all_kept));
    assert_eq!(ends(&after), [Validity::Permanent, until_day(100)]);
}

#[test]
fn a_new_kms_key_takes_the_days_over_and_counts_them_anew() {
    let successor = op::rotate_new_key(&held(), version(2), on_day(40)).unwrap();
    assert_eq!(ends(&successor), [until_day(140)]);
    assert_eq!(successor.valid_days, Some(DAYS));
}

#[test]
fn an_update_to_days_is_held_for_days_and_one_to_an_end_no_longer() {
    let update = |intent: &Intent, lifetime| {
        let update = Update {
            lifetime: Some(lifetime),
            ..Update::default()
        };
        changed(op::update(intent, update, on_day(10)))
    };
    let longer = update(&held(), Lifetime::Days(300));
    assert_eq!(
        (ends(&longer), longer.valid_days),
        (vec![until_day(310)], Some(300))
    );

    let for_ever = update(&longer, Lifetime::Permanent);
    assert_eq!(
        (ends(&for_ever), for_ever.valid_days),
        (vec![Validity::Permanent], None)
    );
    let after = changed(op::rotate_in_place(
        &for_ever,
        version(2),
        on_day(20),
        all_kept,
    ));
    assert_eq!(ends(&after), [Validity::Permanent; 2]);
}

#[test]
fn an_empty_kms_key_that_is_bound_is_held_for_days_and_a_filled_one_as_long_as_it_is() {
    let unbound = Intent {
        life: Life::Active,
        versions: Vec::new(),
        current: None,
        ..symmetric()
    };
    let bound = |held: &[Validity]| {
        let binding = Binding {
            spec: KeySpec::Aes256,
            versions: vec![version(1)],
            current: version(1),
            lifetime: Lifetime::Days(DAYS),
            held: held.to_vec(),
        };
        changed(op::bind(&unbound, &binding, start()))
    };
    let filled = bound(&[]);
    assert_eq!(
        (ends(&filled), filled.valid_days),
        (vec![until_day(100)], Some(DAYS))
    );

    let known = bound(&[until_day(7)]);
    assert_eq!((ends(&known), known.valid_days), (vec![until_day(7)], None));
}
