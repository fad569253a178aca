//! Entries and their bytes.

use keyferry_audit::{Entry, LeafError, Object, Outcome, Phase, leaf_hash};
use proptest::prelude::*;

const GOLDEN: &[u8] = include_bytes!("../golden/entry_format_1.json");

fn full_entry() -> Entry {
    let text = |text: &str| Some(text.to_owned());
    Entry {
        time_micros: 1_795_300_000_000_001,
        actor: "user/mara".into(),
        action: "kms-key.create".into(),
        phase: Phase::Outcome(Outcome::Ok),
        object: Object {
            kind: "kms-key".into(),
            id: "0198c0de-0000-7000-8000-000000000001".into(),
            name: "card \"vault\" é".into(),
        },
        group: text("payments"),
        request_id: text("req-1"),
        aws_request_id: text("6d3f1f0e-aws"),
        aws_operation: text("CreateKey"),
        job_id: text("0198c0de-0000-7000-8000-000000000002"),
        attempt_id: text("0198c0de-0000-7000-8000-000000000003"),
        detail: [
            ("region", "eu-central-1"),
            ("arn", "arn:aws:kms:eu-central-1:111122223333:key/1"),
        ]
        .map(|(name, text)| (name.to_owned(), text.to_owned()))
        .into(),
    }
}

fn entries() -> impl Strategy<Value = Entry> {
    let phases = prop_oneof![
        Just(Phase::Intent),
        Just(Phase::Outcome(Outcome::Ok)),
        Just(Phase::Outcome(Outcome::Refused)),
        Just(Phase::Outcome(Outcome::Unknown)),
    ];
    let maybe = || prop::option::of(".{0,12}");
    let object =
        (".{0,9}", ".{0,9}", ".{0,9}").prop_map(|(kind, id, name)| Object { kind, id, name });
    let detail = prop::collection::btree_map(".{0,9}", ".{0,20}", 0..4);
    let ids = (maybe(), maybe(), maybe(), maybe(), maybe(), maybe());
    (
        0..1_i64 << 53,
        ".{0,20}",
        ".{0,20}",
        phases,
        object,
        ids,
        detail,
    )
        .prop_map(|(time_micros, actor, action, phase, object, ids, detail)| {
            let (group, request_id, aws_request_id, aws_operation, job_id, attempt_id) = ids;
            Entry {
                time_micros,
                actor,
                action,
                phase,
                object,
                group,
                request_id,
                aws_request_id,
                aws_operation,
                job_id,
                attempt_id,
                detail,
            }
        })
}

#[test]
fn format_1_is_written_as_it_was_first_written() {
    let written = full_entry().leaf_bytes();

    assert_eq!(
        String::from_utf8_lossy(&written),
        String::from_utf8_lossy(GOLDEN)
    );
}

#[test]
fn an_intent_has_no_result_and_absent_facts_are_left_out() {
    let entry = Entry {
        phase: Phase::Intent,
        group: None,
        request_id: None,
        aws_request_id: None,
        aws_operation: None,
        job_id: None,
        attempt_id: None,
        detail: [].into(),
        ..full_entry()
    };

    let text = String::from_utf8(entry.leaf_bytes()).unwrap();

    assert_eq!(
        text,
        concat!(
            r#"{"action":"kms-key.create","actor":"user/mara","detail":{},"format":1,"#,
            r#""object":{"id":"0198c0de-0000-7000-8000-000000000001","kind":"kms-key","#,
            r#""name":"card \"vault\" é"},"phase":"intent","time_micros":1795300000000001}"#
        )
    );
}

#[test]
fn the_leaf_hash_is_that_of_the_leaf_bytes() {
    assert_eq!(full_entry().leaf_hash(), leaf_hash(GOLDEN));
}

#[test]
fn bytes_that_would_be_written_otherwise_are_refused() {
    let with = |from: &str, to: &str| {
        let text = String::from_utf8(GOLDEN.to_vec()).unwrap();
        let changed = text.replacen(from, to, 1);
        assert_ne!(changed, text, "{from} is not in the golden file");
        Entry::from_leaf_bytes(changed.as_bytes())
    };
    let cases = [
        ("white space", with(",", ", "), LeafError::NotCanonical),
        (
            "an escape too many",
            with("mara", "m\\u0061ra"),
            LeafError::NotCanonical,
        ),
        (
            "a member too many",
            with(r#""format":1"#, r#""extra":"","format":1"#),
            { LeafError::NotAnEntry },
        ),
        (
            "an absent fact as null",
            with(r#""group":"payments""#, r#""group":null"#),
            { LeafError::NotCanonical },
        ),
        (
            "another result",
            with(r#""result":"ok""#, r#""result":"fine""#),
            LeafError::NotAnEntry,
        ),
        (
            "an intent with a result",
            with("outcome", "intent"),
            LeafError::NotAnEntry,
        ),
        ("a later format", with(r#""format":1"#, r#""format":2"#), {
            LeafError::OtherFormat { format: 2 }
        }),
        ("no JSON", with("{", "["), LeafError::NotAnEntry),
    ];
    for (name, read, want) in cases {
        assert_eq!(read, Err(want), "case: {name}");
    }
}

proptest! {
    #[test]
    fn every_entry_reads_back_as_it_was_written(entry in entries()) {
        prop_assert_eq!(Entry::from_leaf_bytes(&entry.leaf_bytes()), Ok(entry));
    }

    #[test]
    fn different_entries_have_different_bytes(one in entries(), other in entries()) {
        prop_assert_eq!(one == other, one.leaf_bytes() == other.leaf_bytes());
    }
}
