//! Signatures: those of the provider's keys count, and nothing else.

use aws_lc_rs::hmac;
use keyferry_oidc::keys::Keys;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::forge::{Signer, b64, message};

fn keys(rows: &[Value]) -> Keys {
    Keys::read(json!({ "keys": rows }).to_string().as_bytes()).unwrap()
}

fn claims() -> Value {
    json!({"sub": "s-1"})
}

#[test]
fn a3_what_the_provider_signed_is_believed_by_each_allowed_algorithm() {
    for (signer, algorithm) in [
        (Signer::rsa(), "RS256"),
        (Signer::rsa(), "PS256"),
        (Signer::ec(), "ES256"),
        (Signer::ed(), "EdDSA"),
    ] {
        let known = keys(&[signer.jwk("k-1"), Signer::ec().jwk("k-2")]);
        let token = signer.token(&json!({"alg": algorithm, "kid": "k-1"}), &claims());
        let verified = known.verified(&token).expect(algorithm);
        assert_eq!(verified["sub"], "s-1", "{algorithm}");
    }
}

#[test]
fn a3_a_token_without_signature_or_with_one_that_anybody_can_make_is_refused() {
    let signer = Signer::rsa();
    let jwk = signer.jwk("k-1");
    let known = keys(std::slice::from_ref(&jwk));
    let mut forged = Vec::new();
    for none in ["none", "None", "NONE", "nOnE", ""] {
        let message = message(&json!({"alg": none, "kid": "k-1"}), &claims());
        forged.push(format!("{message}."));
        forged.push(format!("{message}.{}", b64("x")));
        forged.push(message);
    }
    // HMAC with what everybody may know of the provider's key, in each form somebody might take for the secret.
    let modulus = jwk["n"].as_str().unwrap();
    for secret in [modulus.as_bytes(), jwk.to_string().as_bytes(), b"", b"k-1"] {
        for algorithm in ["HS256", "HS384", "HS512"] {
            let message = message(&json!({"alg": algorithm, "kid": "k-1"}), &claims());
            let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
            let tag = hmac::sign(&key, message.as_bytes());
            forged.push(format!("{message}.{}", b64(tag)));
        }
    }
    for token in &forged {
        assert!(known.verified(token).is_err(), "{token}");
    }
}

#[test]
fn a3_keys_that_come_with_the_token_or_of_somebody_else_do_not_count() {
    let (signer, thief) = (Signer::rsa(), Signer::rsa());
    let known = keys(&[signer.jwk("k-1")]);
    for header in [
        json!({"alg": "RS256", "kid": "k-1"}),
        json!({"alg": "RS256", "kid": "k-2"}),
        json!({"alg": "RS256"}),
        json!({"alg": "RS256", "kid": "k-1", "jwk": thief.jwk("k-1")}),
        json!({"alg": "RS256", "kid": "k-1", "jku": "https://evil.example/keys"}),
        json!({"alg": "RS256", "kid": "k-1", "x5u": "https://evil.example/chain"}),
    ] {
        assert!(
            known.verified(&thief.token(&header, &claims())).is_err(),
            "{header}"
        );
    }
    let crit = json!({"alg": "RS256", "kid": "k-1", "crit": ["b64"], "b64": false});
    assert!(known.verified(&signer.token(&crit, &claims())).is_err());
}

#[test]
fn a3_a_key_signs_only_as_it_is_meant_to() {
    let signer = Signer::rsa();
    let mut for_pss = signer.jwk("k-1");
    for_pss["alg"] = json!("PS256");
    let mut for_encryption = signer.jwk("k-1");
    for_encryption["use"] = json!("enc");
    let token = signer.token(&json!({"alg": "RS256", "kid": "k-1"}), &claims());

    assert!(keys(&[for_pss]).verified(&token).is_err());
    assert!(keys(&[for_encryption]).is_empty());
    // The longer hashes of the same keys are not among what is believed.
    let other = signer.token(&json!({"alg": "RS512", "kid": "k-1"}), &claims());
    assert!(keys(&[signer.jwk("k-1")]).verified(&other).is_err());
}

#[test]
fn without_a_name_the_only_key_that_fits_counts() {
    let signer = Signer::ec();
    let token = signer.token(&json!({"alg": "ES256"}), &claims());

    assert!(
        keys(&[signer.jwk("a"), Signer::rsa().jwk("b")])
            .verified(&token)
            .is_ok()
    );
    assert!(
        keys(&[signer.jwk("a"), Signer::ec().jwk("b")])
            .verified(&token)
            .is_err()
    );
}

#[test]
fn keys_of_unknown_kinds_are_left_out_and_nonsense_is_none() {
    let odd = [
        json!({"kty": "oct", "k": "c2VjcmV0", "kid": "s"}),
        json!({"kty": "EC", "crv": "P-521", "x": "x", "y": "y"}),
        json!({"kty": "XYZ"}),
        json!(7),
    ];
    assert!(keys(&odd).is_empty());
    for text in ["", "[]", "{}", r#"{"keys":{}}"#, "\u{0}"] {
        assert!(Keys::read(text.as_bytes()).is_err(), "{text}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn a_token_that_was_changed_anywhere_is_refused(place in any::<prop::sample::Index>(), to in "[A-Za-z0-9_.=-]") {
        let signer = Signer::ed();
        let known = keys(&[signer.jwk("k-1")]);
        let token = signer.token(&json!({"alg": "EdDSA", "kid": "k-1"}), &claims());
        let place = place.index(token.len());
        let mut changed = token.clone();
        changed.replace_range(place..=place, &to);
        // The last sign of a part carries bits that no byte has: it may be written otherwise.
        let is_end = token[place + 1..].is_empty() || token[place + 1..].starts_with('.');
        prop_assume!(changed != token && !is_end);
        prop_assert!(known.verified(&changed).is_err(), "{changed}");
    }

    #[test]
    fn no_text_makes_it_panic(text in ".{0,200}") {
        let known = keys(&[Signer::ed().jwk("k-1")]);
        prop_assert!(known.verified(&text).is_err());
        let _ = Keys::read(text.as_bytes());
    }
}
