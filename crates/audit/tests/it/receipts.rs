//! Receipts hold with the public key alone, and any change of one is told.

use std::collections::BTreeMap;

use keyferry_audit::{
    Checkpoint, Entry, Hash, NoteSigner, Object, Outcome, Phase, Receipt, ReceiptApproval,
    ReceiptEntry, ReceiptError, ReceiptMaterial, ReceiptSubject, SignedNote, StatementError,
    consents_told_by, inclusion_proof, open_statement, root_of, sign_receipt, sign_statement,
    told_by, verify_approvals, verify_receipt,
};
use serde_json::{Value, json};

fn signer(seed: u8) -> NoteSigner {
    NoteSigner::from_seed("keyferry/test", &[seed; 32]).unwrap()
}

fn entry(number: i64, action: &str, aws: Option<&str>, detail: &[(&str, &str)]) -> Entry {
    let text = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    Entry {
        time_micros: 1_767_225_600_000_000 + number,
        actor: "user/ann".to_owned(),
        action: action.to_owned(),
        phase: Phase::Outcome(Outcome::Ok),
        object: Object {
            kind: "kms-key".to_owned(),
            id: "1".to_owned(),
            name: "app".to_owned(),
        },
        group: None,
        request_id: None,
        aws_request_id: None,
        aws_operation: aws.map(str::to_owned),
        job_id: None,
        attempt_id: None,
        detail: detail.iter().map(text).collect::<BTreeMap<_, _>>(),
    }
}

/// A log of ten entries, and the receipt over three of them.
fn receipt() -> Receipt {
    let mut log: Vec<Entry> = (0..10)
        .map(|number| entry(number, "group.create", None, &[]))
        .collect();
    log[2] = entry(2, "key.create", None, &[("spec", "AES-256")]);
    log[5] = entry(5, "create-kms-key", Some("CreateKey"), &[("arn", "arn:x")]);
    log[6] = entry(
        6,
        "import-material",
        Some("ImportKeyMaterial"),
        &[("material_id", "m1")],
    );
    let leaves: Vec<Hash> = log.iter().map(Entry::leaf_hash).collect();
    let checkpoint = Checkpoint {
        size: 10,
        root: root_of(&leaves),
    };
    let proved = |index: u64| {
        let entry = &log[index as usize];
        let proof = inclusion_proof(&leaves, index).unwrap();
        ReceiptEntry {
            index,
            what: told_by(entry).unwrap().to_owned(),
            entry: serde_json::from_slice(&entry.leaf_bytes()).unwrap(),
            proof: proof.iter().map(ToString::to_string).collect(),
        }
    };
    let material = |id: &str, version| ReceiptMaterial {
        material_id: id.to_owned(),
        version,
    };
    Receipt {
        issued_micros: 1_767_225_700_000_000,
        kms_key: ReceiptSubject {
            id: "1".to_owned(),
            name: "app".to_owned(),
            life: "ACTIVE".to_owned(),
            arn: Some("arn:x".to_owned()),
            replicas: Vec::new(),
            source: None,
            materials: vec![material("m1", 1), material("m2", 2)],
        },
        approvals: Vec::new(),
        entries: [2, 5, 6].map(proved).to_vec(),
        checkpoint: checkpoint.sign(&signer(1)).unwrap(),
    }
}

fn signed(receipt: &Receipt) -> String {
    sign_receipt(receipt, &signer(1)).unwrap().to_string()
}

#[test]
fn a_receipt_holds_with_the_public_key_alone_and_says_what_nothing_proves() {
    let verified = verify_receipt(&signed(&receipt()), signer(1).verifier()).unwrap();

    assert_eq!(verified.receipt, receipt());
    assert_eq!(verified.size, 10);
    assert_eq!(verified.unproved, ["m2"]);
    let places: Vec<u64> = verified.entries.iter().map(|one| one.0).collect();
    assert_eq!(places, [2, 5, 6]);
    let other = verify_receipt(&signed(&receipt()), signer(2).verifier());
    assert!(matches!(other, Err(ReceiptError::Statement(_))));
}

#[test]
fn every_character_of_a_receipt_is_under_its_signature() {
    let whole = signed(&receipt());
    let key = signer(1);
    let mut refused = 0;
    for (place, letter) in whole.char_indices() {
        let other = if letter == 'a' { "b" } else { "a" };
        let mut changed = whole.clone();
        changed.replace_range(place..place + letter.len_utf8(), other);
        assert!(
            verify_receipt(&changed, key.verifier()).is_err(),
            "{place}: {letter} became {other}"
        );
        refused += 1;
    }
    assert!(refused > 2_000);
}

#[test]
fn a_log_that_signs_what_its_entries_do_not_say_is_found_out() {
    let key = signer(1);
    let refused = |receipt: Receipt| verify_receipt(&signed(&receipt), key.verifier()).unwrap_err();
    let changed = |change: &dyn Fn(&mut ReceiptEntry)| {
        let mut receipt = receipt();
        change(&mut receipt.entries[2]);
        receipt
    };

    let other = refused(changed(&|one| one.what = "kms-key-made".to_owned()));
    assert!(matches!(other, ReceiptError::OtherWord { index: 6, .. }));
    let other = refused(changed(&|one| {
        one.entry["detail"]["material_id"] = json!("m2")
    }));
    assert!(matches!(other, ReceiptError::NotInTheLog { index: 6, .. }));
    let other = refused(changed(&|one| one.index = 7));
    assert!(matches!(other, ReceiptError::NotInTheLog { index: 7, .. }));
    let other = refused(changed(&|one| one.proof[0] = "x".to_owned()));
    assert!(matches!(other, ReceiptError::NoHash { index: 6 }));
    let other = refused(changed(&|one| one.entry = json!({"format": 1})));
    assert!(matches!(other, ReceiptError::Entry { index: 6, .. }));
    let mut elsewhere = receipt();
    elsewhere.checkpoint = Checkpoint {
        size: 10,
        root: root_of(&[]),
    }
    .sign(&signer(2))
    .unwrap();
    assert!(matches!(refused(elsewhere), ReceiptError::Checkpoint(_)));
}

#[test]
fn a_statement_of_another_kind_is_no_receipt_and_no_statement_is_a_checkpoint() {
    let key = signer(1);
    for statement in [
        json!({"kind": "report", "format": 1}),
        json!({"kind": "receipt", "format": 2}),
        json!({"kind": "receipt", "format": 1}),
        json!([]),
    ] {
        let signed = sign_statement(statement.clone(), &key).unwrap().to_string();
        assert_eq!(open_statement(&signed, key.verifier()).unwrap(), statement);
        let refused = verify_receipt(&signed, key.verifier()).unwrap_err();
        assert!(matches!(refused, ReceiptError::NotAReceipt { .. }));
        let value: Value = serde_json::from_str(&signed).unwrap();
        let note = value["signature"].as_str().unwrap();
        assert!(Checkpoint::open(note, key.verifier()).is_err());
    }
    // Nor is a checkpoint the signature of a statement.
    let checkpoint = receipt().checkpoint;
    SignedNote::parse(&checkpoint).unwrap();
    let forged = json!({"statement": {}, "signature": checkpoint}).to_string();
    let refused = open_statement(&forged, key.verifier()).unwrap_err();
    assert_eq!(refused, StatementError::OtherStatement);
}

#[test]
fn what_was_only_meant_or_refused_is_no_part_of_a_receipt() {
    let done = entry(0, "x", Some("ImportKeyMaterial"), &[]);
    let with = |phase| Entry {
        phase,
        ..done.clone()
    };
    assert_eq!(told_by(&done), Some("imported"));
    assert_eq!(told_by(&with(Phase::Intent)), None);
    assert_eq!(told_by(&with(Phase::Outcome(Outcome::Refused))), None);
    let unknown = with(Phase::Outcome(Outcome::Unknown));
    assert_eq!(told_by(&unknown), Some("outcome-unknown"));
}

fn about_consent(number: i64, actor: &str, action: &str, detail: &[(&str, &str)]) -> Entry {
    let mut told = entry(number, action, None, detail);
    told.actor = actor.to_owned();
    told.object = Object {
        kind: "approval".to_owned(),
        id: "a1".to_owned(),
        name: "kms-key.create".to_owned(),
    };
    told
}

/// A log in which bob approved what ann asked for, eve approved another hash, and the import was done by it; the statement's
/// entries, what they tell of consent, and the signed checkpoint.
fn with_consent() -> (Vec<ReceiptEntry>, Vec<ReceiptApproval>, String) {
    let import = [("approval", "a1"), ("material_id", "m1")];
    let log = [
        about_consent(
            0,
            "user/ann",
            "approval.ask",
            &[("hash", "h1"), ("reason", "new")],
        ),
        about_consent(
            1,
            "user/eve",
            "approval.decide",
            &[("hash", "h2"), ("said", "approve")],
        ),
        about_consent(
            2,
            "user/bob",
            "approval.decide",
            &[("hash", "h1"), ("said", "approve")],
        ),
        entry(3, "import-material", Some("ImportKeyMaterial"), &import),
    ];
    let leaves: Vec<Hash> = log.iter().map(Entry::leaf_hash).collect();
    let checkpoint = Checkpoint {
        size: 4,
        root: root_of(&leaves),
    };
    let proved = |(index, entry): (usize, &Entry)| ReceiptEntry {
        index: index as u64,
        what: told_by(entry).unwrap().to_owned(),
        entry: serde_json::from_slice(&entry.leaf_bytes()).unwrap(),
        proof: inclusion_proof(&leaves, index as u64)
            .unwrap()
            .iter()
            .map(ToString::to_string)
            .collect(),
    };
    let told = consents_told_by((0..).zip(&log));
    let entries = log.iter().enumerate().map(proved).collect();
    (entries, told, checkpoint.sign(&signer(1)).unwrap())
}

#[test]
fn a_receipt_names_who_consented_as_the_entries_tell_and_no_other() {
    let (entries, approvals, checkpoint) = with_consent();
    let holds = Receipt {
        entries,
        approvals,
        checkpoint,
        ..receipt()
    };
    let verified = verify_receipt(&signed(&holds), signer(1).verifier()).unwrap();
    let told = &verified.receipt.approvals[0];
    assert_eq!(
        (told.requester.as_str(), told.done.as_slice()),
        ("user/ann", [3].as_slice())
    );
    let said: Vec<&str> = told.decisions.iter().map(|one| one.by.as_str()).collect();
    assert_eq!(said, ["user/bob"], "eve approved something else");
    assert_eq!(verified.unproved_approvals, [""; 0]);

    let refused = |change: &dyn Fn(&mut Receipt)| {
        let mut other = holds.clone();
        change(&mut other);
        verify_receipt(&signed(&other), signer(1).verifier()).unwrap_err()
    };
    // Whoever has the log's key and signs another approver is found out by the entries.
    for forged in [
        refused(&|one| one.approvals[0].decisions[0].by = "user/eve".to_owned()),
        refused(&|one| one.approvals[0].decisions.clear()),
        refused(&|one| one.approvals.clear()),
        refused(&|one| _ = one.entries.remove(2)),
    ] {
        let is_it = matches!(&forged, ReceiptError::OtherConsent { approval } if approval == "a1");
        assert!(is_it, "{forged:?}");
    }
    let forged = refused(&|one| {
        one.approvals[0].decisions[0].by = "user/eve".to_owned();
        one.entries[2].entry["actor"] = json!("user/eve");
    });
    assert!(matches!(forged, ReceiptError::NotInTheLog { index: 2, .. }));
    // What is left out is said to be without proof.
    let mut without = holds.clone();
    without.approvals.clear();
    without.entries.drain(..3);
    let verified = verify_receipt(&signed(&without), signer(1).verifier()).unwrap();
    assert_eq!(verified.unproved_approvals, ["a1"]);
}

#[test]
fn a_receipt_of_the_format_before_holds_without_approvals() {
    let (entries, _, checkpoint) = with_consent();
    let old = Receipt {
        entries: entries.into_iter().skip(3).collect(),
        checkpoint,
        ..receipt()
    };
    let mut statement = serde_json::to_value(&old).unwrap();
    statement["kind"] = json!("receipt");
    for (format, holds) in [(1, true), (2, true), (3, false)] {
        statement["format"] = json!(format);
        let signed = sign_statement(statement.clone(), &signer(1))
            .unwrap()
            .to_string();
        assert_eq!(
            verify_receipt(&signed, signer(1).verifier()).is_ok(),
            holds,
            "{format}"
        );
    }
}

#[test]
fn a_report_of_approvals_names_whom_its_entries_name() {
    let (entries, _, checkpoint) = with_consent();
    let report = json!({
        "report": "approvals",
        "rows": [{
            "approval": "a1", "action": "kms-key.create", "requester": "user/ann", "reason": "new",
            "decisions": [{"by": "user/bob", "verdict": "approve", "at": "", "comment": "fine"}],
        }],
        "entries": entries,
        "checkpoint": checkpoint,
    });
    let key = signer(1);
    let verified = |change: &dyn Fn(&mut Value)| {
        let mut other = report.clone();
        change(&mut other);
        verify_approvals(&other, key.verifier())
    };
    verified(&|_| ()).unwrap();
    for (place, value) in [
        ("/rows/0/requester", "user/eve"),
        ("/rows/0/action", "kms-key.rotate"),
        ("/rows/0/reason", "old"),
        ("/rows/0/approval", "a2"),
        ("/rows/0/decisions/0/by", "user/eve"),
        ("/rows/0/decisions/0/verdict", "reject"),
    ] {
        let forged = verified(&|one| *one.pointer_mut(place).unwrap() = json!(value));
        let is_it = matches!(forged, Err(ReceiptError::OtherConsent { .. }));
        assert!(is_it, "{place}: {forged:?}");
    }
    let forged = verified(&|one| one["entries"][2]["entry"]["actor"] = json!("user/eve"));
    assert!(matches!(forged, Err(ReceiptError::NotInTheLog { .. })));
    let cut = verified(&|one| one["rows"][0]["decisions"] = json!([]));
    assert!(matches!(cut, Err(ReceiptError::OtherConsent { .. })));
}
