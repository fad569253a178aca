//! Claims: each rule alone.

use jiff::{SignedDuration, Timestamp};
use keyferry_oidc::token::{AGE_MAX, Expected, SKEW, check};
use keyferry_ports::identity::VouchedFor;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

const NOW: Timestamp = Timestamp::constant(1_767_225_600, 0);

fn expected() -> Expected<'static> {
    Expected {
        issuer: "https://id.example",
        client_id: "keyferry",
        nonce: "n-1",
        proved_since: None,
    }
}

fn claims() -> Map<String, Value> {
    let now = NOW.as_second();
    let claims = json!({
        "iss": "https://id.example", "aud": "keyferry", "sub": "s-1", "nonce": "n-1",
        "iat": now, "exp": now + 300,
    });
    claims.as_object().unwrap().clone()
}

/// The same with one claim changed; `Null` leaves it out.
fn with(name: &str, value: Value) -> Map<String, Value> {
    let mut changed = claims();
    match value {
        Value::Null => changed.remove(name),
        value => changed.insert(name.to_owned(), value),
    };
    changed
}

fn is_good(claims: &Map<String, Value>) -> bool {
    check(claims, &expected(), NOW).is_ok()
}

fn second(offset: i64) -> Value {
    json!(NOW.as_second() + offset)
}

#[test]
fn a3_a_token_stands_only_where_every_claim_does() {
    assert!(is_good(&claims()));
    let wrong = [
        ("iss", json!("https://id.example/")),
        ("iss", json!("https://evil.example")),
        ("iss", Value::Null),
        ("aud", json!("another")),
        ("aud", json!([])),
        ("aud", json!(["another"])),
        ("aud", json!({"keyferry": true})),
        ("aud", Value::Null),
        ("nonce", json!("n-2")),
        ("nonce", json!("")),
        ("nonce", Value::Null),
        ("sub", json!("")),
        ("sub", json!("a\u{0}b")),
        ("sub", json!("x".repeat(256))),
        ("sub", json!(7)),
        ("sub", Value::Null),
        ("exp", Value::Null),
        ("exp", json!("tomorrow")),
        ("exp", json!(1e300)),
        ("iat", Value::Null),
        ("iat", json!(false)),
        ("nbf", json!("now")),
        ("azp", json!("another")),
        ("auth_time", json!("then")),
    ];
    for (name, value) in wrong {
        assert!(!is_good(&with(name, value.clone())), "{name}: {value}");
    }
}

#[test]
fn a3_of_several_audiences_the_party_that_it_was_given_to_counts() {
    let both = json!(["keyferry", "another"]);
    assert!(!is_good(&with("aud", both.clone())));
    let mut named = with("aud", both);
    named.insert("azp".to_owned(), json!("keyferry"));
    assert!(is_good(&named));
    named.insert("azp".to_owned(), json!("another"));
    assert!(!is_good(&named));
    assert!(is_good(&with("aud", json!(["keyferry"]))));
}

#[test]
fn a3_times_count_with_a_minute_of_skew_and_no_more() {
    let (skew, age) = (SKEW.as_secs(), AGE_MAX.as_secs());
    for (name, offset, holds) in [
        ("exp", 1, true),
        ("exp", 1 - skew, true),
        ("exp", -skew, false),
        ("exp", -86_400, false),
        ("iat", skew, true),
        ("iat", skew + 1, false),
        ("iat", 1 - skew - age, true),
        ("iat", -skew - age, false),
        ("nbf", skew, true),
        ("nbf", skew + 1, false),
        ("auth_time", skew, true),
        ("auth_time", skew + 1, false),
    ] {
        assert_eq!(
            is_good(&with(name, second(offset))),
            holds,
            "{name} {offset}"
        );
    }
}

#[test]
fn a3_who_is_to_prove_it_anew_has_done_so_since() {
    let since = NOW - SignedDuration::from_secs(30);
    let expected = Expected {
        proved_since: Some(since),
        ..expected()
    };
    let holds = |value| check(&with("auth_time", value), &expected, NOW).is_ok();
    assert!(holds(second(-10)));
    assert!(holds(second(-30 - SKEW.as_secs())));
    assert!(!holds(second(-31 - SKEW.as_secs())));
    assert!(!holds(Value::Null));
}

#[test]
fn claims_come_as_texts_by_their_paths() {
    let mut told = claims();
    told.insert(
        "groups".to_owned(),
        json!(["a", "b", 7, true, null, {}, ["x"]]),
    );
    told.insert(
        "realm".to_owned(),
        json!({"roles": ["c"], "deep": {"er": "d"}}),
    );
    told.insert("realm.roles".to_owned(), json!("its own"));
    let VouchedFor { claims, .. } = check(&told, &expected(), NOW).unwrap();

    assert_eq!(claims["groups"], ["a", "b", "7", "true"]);
    assert_eq!(claims["realm.deep.er"], ["d"]);
    assert_eq!(
        claims["realm.roles"],
        ["its own"],
        "a claim is not overridden from within another"
    );
    assert!(!claims.contains_key("realm"));
}

fn anything() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map("[a-z.]{0,5}", inner, 0..6)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn whatever_a_token_says_of_its_frame_only_the_right_one_stands(
        name in prop::sample::select(vec!["iss", "aud", "sub", "nonce", "exp", "iat", "nbf", "azp", "auth_time"]),
        value in anything(),
    ) {
        let changed = with(name, value.clone());
        if let Ok(who) = check(&changed, &expected(), NOW) {
            prop_assert_eq!(&changed["iss"], "https://id.example");
            prop_assert_eq!(&changed["nonce"], "n-1");
            prop_assert_eq!(Some(who.subject.as_str()), changed["sub"].as_str());
            let is_ours = changed["aud"] == "keyferry" || changed["aud"].as_array().is_some_and(|all| all.iter().any(|one| one == "keyferry"));
            prop_assert!(is_ours);
        }
    }

    #[test]
    fn whatever_is_claimed_besides_changes_neither_subject_nor_frame(name in "[a-z]{1,4}_x", value in anything()) {
        let mut told = claims();
        told.insert(name, value);
        let who = check(&told, &expected(), NOW).unwrap();
        prop_assert_eq!(who.subject, "s-1");
        prop_assert_eq!(&who.claims["nonce"], &["n-1".to_owned()]);
    }
}
