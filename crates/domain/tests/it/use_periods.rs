//! When applications use keys whose use needs consent.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use keyferry_domain::approval::{ApprovalClass, ApprovalRule};
use keyferry_domain::id::{ApplicationId, GroupId, KeyId, UsePeriodId};
use keyferry_domain::use_period::{AskedUse, UsePeriod, UsedKey, end_of, is_ruled, permitted};
use proptest::prelude::*;
use proptest::sample::select;
use uuid::Uuid;

const ACTIONS: [&str; 2] = ["key.encrypt", "key.decrypt"];

fn group(number: u128) -> GroupId {
    GroupId::new(Uuid::from_u128(number))
}

fn application(number: u128) -> ApplicationId {
    ApplicationId::new(Uuid::from_u128(number))
}

fn key(number: u128) -> UsedKey {
    UsedKey::Key(KeyId::new(Uuid::from_u128(number)))
}

fn rule(of: Option<u128>, class: ApprovalClass, changed_at: Timestamp) -> ApprovalRule {
    ApprovalRule {
        group: of.map(group),
        class,
        approvers: 2,
        hours: 72,
        changed_at,
        revision: 1,
    }
}

#[derive(Clone, Debug)]
enum Event {
    /// A rule about using keys is there from now on, or gone: in a group, or everywhere.
    Rule(Option<u128>, bool),
    /// A rule about something else is there.
    OtherRule(Option<u128>),
    /// A period is opened: application, group, key, action, minutes.
    Open(u128, u128, Option<u128>, Option<&'static str>, i64),
    /// A period is closed, counted from the first that was opened.
    Close(usize),
    /// Minutes pass.
    Pass(i64),
    /// Application, group, key, action.
    Use(u128, u128, u128, &'static str),
}

fn event() -> impl Strategy<Value = Event> {
    let number = || 1u128..3;
    let action = || select(ACTIONS.to_vec());
    let some = |strategy| proptest::option::of(strategy);
    prop_oneof![
        2 => (some(number()), any::<bool>()).prop_map(|(of, is)| Event::Rule(of, is)),
        1 => some(number()).prop_map(Event::OtherRule),
        3 => (number(), number(), some(number()), proptest::option::of(action()), 1i64..1440)
            .prop_map(|(who, of, key, action, minutes)| Event::Open(who, of, key, action, minutes)),
        1 => (0usize..6).prop_map(Event::Close),
        2 => (1i64..300).prop_map(Event::Pass),
        6 => (number(), number(), number(), action())
            .prop_map(|(who, of, key, action)| Event::Use(who, of, key, action)),
    ]
}

/// What the model remembers of a period: since when, for what it is, and for how many minutes still.
struct Left {
    since: Timestamp,
    who: u128,
    of: u128,
    key: Option<u128>,
    action: Option<&'static str>,
    minutes: i64,
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn a14_keys_are_used_where_no_rule_wants_consent_or_while_a_period_is_open(
        events in proptest::collection::vec(event(), 1..60),
    ) {
        let mut now: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        let (mut rules, mut periods) = (Vec::<ApprovalRule>::new(), Vec::<UsePeriod>::new());
        let (mut wanted, mut left) = (BTreeMap::<Option<u128>, Timestamp>::new(), BTreeMap::new());
        for event in events {
            match event {
                Event::Rule(of, is_there) => {
                    rules.retain(|one| one.class != ApprovalClass::Use || one.group != of.map(group));
                    wanted.remove(&of);
                    if is_there {
                        rules.push(rule(of, ApprovalClass::Use, now));
                        wanted.insert(of, now);
                    }
                }
                Event::OtherRule(of) => rules.push(rule(of, ApprovalClass::UseEquivalent, now)),
                Event::Open(who, of, only, action, minutes) => {
                    let length = SignedDuration::from_mins(minutes);
                    left.insert(periods.len(), Left { since: now, who, of, key: only, action, minutes });
                    periods.push(UsePeriod {
                        id: UsePeriodId::new(Uuid::from_u128(periods.len() as u128)),
                        group: group(of),
                        application: application(who),
                        application_name: "billing".parse().unwrap(),
                        keys: only.map(key).into_iter().collect(),
                        actions: action.map(str::to_owned).into_iter().collect(),
                        reason: String::new(),
                        opened_by: "user/ann".to_owned(),
                        opened_at: now,
                        ends_at: end_of(length, now).unwrap(),
                        closed: None,
                        revision: 1,
                    });
                }
                Event::Close(number) => {
                    let closed = periods.get_mut(number)
                        .is_some_and(|one| one.close("user/bob".to_owned(), now).is_ok());
                    prop_assert_eq!(closed, left.remove(&number).is_some());
                }
                Event::Pass(minutes) => {
                    now += SignedDuration::from_mins(minutes);
                    left.retain(|_, one| {
                        one.minutes -= minutes;
                        one.minutes > 0
                    });
                }
                Event::Use(who, of, which, action) => {
                    let asked = AskedUse {
                        application: application(who), group: group(of), key: key(which), action,
                    };
                    let found = permitted(&rules, &periods, &asked, now);
                    // What was opened before people had to consent to it does not count.
                    let wanted_since = wanted.get(&None).max(wanted.get(&Some(of)));
                    let is_wanted = wanted_since.is_some();
                    let fits = |one: &Left| {
                        one.who == who && one.of == of && wanted_since <= Some(&one.since)
                            && one.key.is_none_or(|only| only == which)
                            && one.action.is_none_or(|only| only == action)
                    };
                    let is_open = left.values().any(fits);
                    prop_assert_eq!(found.is_ok(), !is_wanted || is_open);
                    prop_assert_eq!(found.is_ok_and(|within| within.is_some()), is_wanted && is_open);
                    prop_assert_eq!(is_ruled(&rules), !wanted.is_empty());
                }
            }
        }
    }
}

#[test]
fn a14_a_period_lasts_a_minute_to_a_day() {
    let now = Timestamp::UNIX_EPOCH;
    for (seconds, is_fine) in [
        (0, false),
        (59, false),
        (60, true),
        (86_400, true),
        (86_401, false),
    ] {
        let found = end_of(SignedDuration::from_secs(seconds), now);
        assert_eq!(found.is_ok(), is_fine, "{seconds}");
    }
}
