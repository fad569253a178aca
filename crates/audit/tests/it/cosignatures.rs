//! Cosignatures of witnesses.

use keyferry_audit::{Checkpoint, Cosigner, CosignerKey, NoteError, SignedNote};

use crate::exported::{entries, signed, signer};

const AT: u64 = 1_767_225_600;
/// When it is verified.
const NOW: u64 = AT + 3600;

fn witness() -> Cosigner {
    Cosigner::from_seed("witness.example", &[9; 32]).unwrap()
}

fn note() -> SignedNote {
    SignedNote::parse(&signed(&entries(5))).unwrap()
}

#[test]
fn a_cosigned_checkpoint_still_opens_and_tells_when_it_was_seen() {
    let cosigned = witness().cosign(&note(), AT);
    let text = cosigned.to_string();

    let read = SignedNote::parse(&text).unwrap();

    assert_eq!(witness().key().verify(&read, NOW), Ok(AT));
    assert_eq!(
        Checkpoint::open(&text, signer().verifier()).unwrap().size,
        5
    );
    let key = CosignerKey::parse(&witness().key().to_string()).unwrap();
    assert_eq!(key, *witness().key());
}

#[test]
fn cosigning_again_takes_the_place_of_the_older_one() {
    let once = witness().cosign(&note(), AT);
    let twice = witness().cosign(&once, AT + 60);
    assert_eq!(
        twice.to_string().lines().count(),
        once.to_string().lines().count()
    );
    assert_eq!(witness().key().verify(&twice, NOW), Ok(AT + 60));
}

#[test]
fn a_checkpoint_without_it_is_not_witnessed() {
    let name = "witness.example".to_owned();
    assert_eq!(
        witness().key().verify(&note(), NOW),
        Err(NoteError::NotSigned { name })
    );
}

#[test]
fn a_flipped_bit_of_a_cosignature_is_found() {
    let cosigned = witness().cosign(&note(), AT).to_string();
    let line = cosigned.rfind('—').unwrap();
    let mut found = 0;
    for place in line..cosigned.len() - 1 {
        let mut bytes = cosigned.clone().into_bytes();
        bytes[place] ^= 1;
        let Ok(text) = String::from_utf8(bytes) else {
            continue;
        };
        let is_right =
            SignedNote::parse(&text).is_ok_and(|note| witness().key().verify(&note, NOW).is_ok());
        assert!(!is_right, "byte {place}");
        found += 1;
    }
    assert!(found > 100, "{found}");
}

#[test]
fn of_several_lines_that_claim_to_be_a_witness_one_that_is_right_is_enough() {
    let right = witness().cosign(&note(), AT);
    let other = Checkpoint::open(&signed(&entries(6)), signer().verifier()).unwrap();
    let wrong = SignedNote::parse(&other.sign(&signer()).unwrap()).unwrap();
    let wrong = witness().cosign(&wrong, AT + 9).to_string();
    let forged = wrong.rsplit_once("\n—").unwrap().1;
    let both = SignedNote::parse(&format!("{right}—{forged}")).unwrap();
    assert_eq!(witness().key().verify(&both, NOW), Ok(AT));
}

#[test]
fn a_cosignature_without_a_time_or_from_the_future_does_not_count() {
    let name = "witness.example".to_owned();
    let bad = Err(NoteError::BadTime { name });
    let at = |time| witness().cosign(&note(), time);
    let verify = |note: &SignedNote| witness().key().verify(note, AT);
    assert_eq!(verify(&at(0)), bad);
    assert_eq!(verify(&at(1)), Ok(1));
    assert_eq!(verify(&at(AT + 300)), Ok(AT + 300), "clocks may differ");
    assert_eq!(verify(&at(AT + 301)), bad);
    assert_eq!(verify(&at(u64::MAX)), bad);

    // Beside one that counts, it is as if it were not there.
    let ahead = at(AT + 301).to_string();
    let line = ahead.rsplit_once("\n—").unwrap().1;
    let both = SignedNote::parse(&format!("{}—{line}", at(AT))).unwrap();
    assert_eq!(verify(&both), Ok(AT));
}

#[test]
fn signatures_of_the_same_note_are_taken_over_once_and_those_of_another_never() {
    let mut kept = note();
    let cosigned = witness().cosign(&note(), AT);
    assert_eq!(kept.take_signatures_of(&cosigned), Ok(1));
    assert_eq!(kept.take_signatures_of(&cosigned), Ok(0));
    assert_eq!(kept, cosigned);
    let other = SignedNote::parse(&signed(&entries(6))).unwrap();
    assert!(matches!(
        kept.take_signatures_of(&other),
        Err(NoteError::Malformed { .. })
    ));
}

#[test]
fn a_key_of_a_log_is_no_key_of_a_witness_and_the_other_way_round() {
    let log = signer().verifier().to_string();
    assert_eq!(CosignerKey::parse(&log), Err(NoteError::BadKey));
    let text = witness().key().to_string();
    assert_eq!(
        keyferry_audit::NoteVerifier::parse(&text),
        Err(NoteError::BadKey)
    );
}
