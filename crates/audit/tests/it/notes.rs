//! Signed notes and checkpoints.

use aws_lc_rs::signature::Ed25519KeyPair;
use keyferry_audit::{
    Checkpoint, CheckpointError, Hash, NoteError, NoteSigner, NoteVerifier, SignedNote,
};
use proptest::prelude::*;

/// Key and note of the package documentation of Go's `golang.org/x/mod/sumdb/note`.
mod published {
    pub(super) const SEED: &str =
        "810a1402d5146c8d84f2443330f54080ebf98ee17d9c74f6252fc5d5c7283173";
    pub(super) const VERIFIER: &str =
        "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    pub(super) const TEXT: &str = concat!(
        "If you think cryptography is the answer to your problem,\n",
        "then you don't know what your problem is.\n",
    );
    pub(super) const SIGNATURE: &str = "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
}

fn signer(name: &str, seed: u8) -> NoteSigner {
    let key_pair = Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap();
    NoteSigner::new(name, key_pair).unwrap()
}

fn checkpoint() -> Checkpoint {
    Checkpoint {
        size: 20_852_163,
        root: Hash::from_bytes([7; 32]),
    }
}

#[test]
fn a_note_that_another_program_signed_is_accepted() {
    let key = NoteVerifier::parse(published::VERIFIER).unwrap();
    let note = format!("{}\n{}", published::TEXT, published::SIGNATURE);

    let parsed = SignedNote::parse(&note).unwrap();

    assert_eq!(parsed.verify(&key), Ok(()));
    assert_eq!(parsed.text(), published::TEXT);
    assert_eq!(parsed.to_string(), note);
    assert_eq!(key.to_string(), published::VERIFIER);
}

#[test]
fn the_same_key_signs_the_same_note_as_the_other_program() {
    let seed = hex::decode(published::SEED).unwrap();
    let key_pair = Ed25519KeyPair::from_seed_unchecked(&seed).unwrap();
    let signer = NoteSigner::new("PeterNeumann", key_pair).unwrap();

    let note = signer.sign(published::TEXT).unwrap();

    assert_eq!(
        note.to_string(),
        format!("{}\n{}", published::TEXT, published::SIGNATURE)
    );
}

#[test]
fn a_signature_of_an_unknown_key_does_not_disturb() {
    let other = signer("witness.example/w", 2)
        .sign("text\n")
        .unwrap()
        .to_string();
    let other_line = other.lines().last().unwrap();
    let note = format!(
        "{}{other_line}\n",
        signer("log.example", 1).sign("text\n").unwrap()
    );

    let parsed = SignedNote::parse(&note).unwrap();

    assert_eq!(parsed.verify(signer("log.example", 1).verifier()), Ok(()));
    assert_eq!(
        parsed.verify(signer("witness.example/w", 2).verifier()),
        Ok(())
    );
    assert_eq!(
        parsed.verify(signer("log.example", 3).verifier()),
        Err(NoteError::NotSigned {
            name: "log.example".into()
        })
    );
}

#[test]
fn malformed_notes_are_refused() {
    let good = signer("log.example", 1).sign("text\n").unwrap().to_string();
    let line = good.lines().last().unwrap();
    let cases = [
        ("no signature", "text\n".to_owned()),
        ("no empty line", format!("text\n{line}\n")),
        ("no last line end", good.trim_end().to_owned()),
        ("a carriage return", good.replacen("text", "te\rxt", 1)),
        ("a hyphen for the dash", good.replace('—', "-")),
        (
            "a name with a plus",
            good.replace("log.example", "log+example"),
        ),
        (
            "a signature of no bytes",
            "text\n\n— log.example AAAAAA==\n".to_owned(),
        ),
        ("no base64", "text\n\n— log.example !\n".to_owned()),
        (
            "too many signatures",
            format!("text\n\n{}", format!("{line}\n").repeat(101)),
        ),
    ];
    for (name, note) in cases {
        let parsed = SignedNote::parse(&note);
        assert!(
            matches!(parsed, Err(NoteError::Malformed { .. })),
            "case {name}: {parsed:?}"
        );
    }
}

#[test]
fn verifier_keys_whose_parts_do_not_belong_together_are_refused() {
    let cases = [
        (
            "another key id",
            published::VERIFIER.replace("c74f20a3", "c74f20a4"),
        ),
        (
            "another name",
            published::VERIFIER.replace("Peter", "Paula"),
        ),
        (
            "another algorithm",
            published::VERIFIER.replace("+ARpc", "+Ahpc"),
        ),
        ("a short key", published::VERIFIER.replace("10TW", "")),
        ("two parts", "name+c74f20a3".to_owned()),
        ("nothing", String::new()),
    ];
    for (name, text) in cases {
        assert_eq!(
            NoteVerifier::parse(&text),
            Err(NoteError::BadKey),
            "case: {name}"
        );
    }
}

#[test]
fn names_that_cannot_stand_in_a_signature_line_are_refused() {
    for name in ["", "a b", "a+b", "a\nb", "a\u{2003}b"] {
        let key_pair = Ed25519KeyPair::from_seed_unchecked(&[1; 32]).unwrap();
        assert_eq!(
            NoteSigner::new(name, key_pair).err(),
            Some(NoteError::BadName),
            "{name:?}"
        );
    }
}

#[test]
fn the_debug_form_of_a_signer_shows_no_private_key() {
    let shown = format!("{:?}", signer("log.example", 9));

    assert!(shown.ends_with("private key redacted)"), "{shown}");
}

#[test]
fn a_checkpoint_has_the_lines_of_the_format() {
    let note = checkpoint().sign(&signer("log.example/42", 1)).unwrap();

    let lines: Vec<_> = note.lines().take(4).collect();
    assert_eq!(
        lines,
        [
            "log.example/42",
            "20852163",
            "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=",
            ""
        ]
    );
}

#[test]
fn a_signed_checkpoint_opens_with_the_key_of_its_log_only() {
    let signer_1 = signer("log.example", 1);
    let note = checkpoint().sign(&signer_1).unwrap();

    assert_eq!(
        Checkpoint::open(&note, signer_1.verifier()),
        Ok(checkpoint())
    );
    let opened = Checkpoint::open(&note, signer("log.example", 2).verifier());
    assert!(matches!(
        opened,
        Err(CheckpointError::Note(NoteError::NotSigned { .. }))
    ));
}

#[test]
fn a_changed_checkpoint_is_refused() {
    let signer = signer("log.example", 1);
    let note = checkpoint()
        .sign(&signer)
        .unwrap()
        .replace("20852163", "20852162");

    let opened = Checkpoint::open(&note, signer.verifier());

    let want = NoteError::BadSignature {
        name: "log.example".into(),
    };
    assert_eq!(opened, Err(CheckpointError::Note(want)));
}

#[test]
fn signed_texts_that_are_no_checkpoints_of_this_log_are_refused() {
    let signer = signer("log.example", 1);
    let root = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=";
    let other = CheckpointError::OtherOrigin {
        origin: "other.example".into(),
    };
    let cases = [
        (
            "two lines",
            "log.example\n5\n".to_owned(),
            CheckpointError::Malformed,
        ),
        (
            "a leading zero",
            format!("log.example\n05\n{root}\n"),
            CheckpointError::Malformed,
        ),
        (
            "a sign",
            format!("log.example\n+5\n{root}\n"),
            CheckpointError::Malformed,
        ),
        (
            "a short root",
            "log.example\n5\nBwcH\n".to_owned(),
            CheckpointError::Malformed,
        ),
        (
            "an empty line",
            format!("log.example\n5\n{root}\n\nx\n"),
            CheckpointError::Malformed,
        ),
        ("another log", format!("other.example\n5\n{root}\n"), other),
    ];
    for (name, text, want) in cases {
        let note = signer.sign(&text).unwrap().to_string();
        assert_eq!(
            Checkpoint::open(&note, signer.verifier()),
            Err(want),
            "case: {name}"
        );
    }
}

#[test]
fn lines_after_the_third_are_allowed() {
    let signer = signer("log.example", 1);
    let root = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=";
    let note = signer
        .sign(&format!("log.example\n20852163\n{root}\nmore\n"))
        .unwrap();

    assert_eq!(
        Checkpoint::open(&note.to_string(), signer.verifier()),
        Ok(checkpoint())
    );
}

proptest! {
    #[test]
    fn no_text_makes_the_readers_panic(text in "(— |[a+ \n]|=|[A-Z]{4}|\\PC){0,60}") {
        let verifier = signer("a", 1).verifier().clone();
        let _ = NoteVerifier::parse(&text);
        prop_assert!(Checkpoint::open(&text, &verifier).is_err());
    }

    #[test]
    fn one_changed_byte_of_a_checkpoint_never_opens_as_another(
        at in 0_usize..150, bit in 0_u32..8,
    ) {
        let signer = signer("log.example", 1);
        let mut note = checkpoint().sign(&signer).unwrap().into_bytes();
        let at = at % note.len();
        note[at] ^= 1 << bit;

        if let Ok(note) = String::from_utf8(note) {
            prop_assert!(Checkpoint::open(&note, signer.verifier()).is_err());
        }
    }
}
