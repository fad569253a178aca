//! GetParametersForImport, ImportKeyMaterial, DeleteImportedKeyMaterial.

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P256K1_SHA256_ASN1_SIGNING,
    ECDSA_P384_SHA384_ASN1_SIGNING, ECDSA_P521_SHA512_ASN1_SIGNING, EcdsaKeyPair, Ed25519KeyPair,
};
use kms_sim::{DAY, HOUR, MINUTE, SECOND};
use serde_json::json;

use crate::support::{Aws, OTHER_REGION, text};

pub(crate) fn rsa_2048() -> Vec<u8> {
    let pair = KeyPair::generate(KeySize::Rsa2048).expect("pair");
    AsDer::<Pkcs8V1Der<'_>>::as_der(&pair)
        .expect("DER")
        .as_ref()
        .to_vec()
}

pub(crate) fn ecc(spec: &str) -> Vec<u8> {
    let rng = SystemRandom::new();
    let algorithm = match spec {
        "ECC_NIST_P256" => &ECDSA_P256_SHA256_ASN1_SIGNING,
        "ECC_NIST_P384" => &ECDSA_P384_SHA384_ASN1_SIGNING,
        "ECC_NIST_P521" => &ECDSA_P521_SHA512_ASN1_SIGNING,
        "ECC_SECG_P256K1" => &ECDSA_P256K1_SHA256_ASN1_SIGNING,
        _ => {
            let document = Ed25519KeyPair::generate_pkcs8v1(&rng).expect("pair");
            return document.as_ref().to_vec();
        }
    };
    let document = EcdsaKeyPair::generate_pkcs8(algorithm, &rng).expect("pair");
    document.as_ref().to_vec()
}

#[test]
fn an_imported_key_is_born_pending_import_and_becomes_enabled() {
    let aws = Aws::new();
    let key = aws.external();
    let born = aws.describe(&key);
    assert_eq!(born["KeyState"], "PendingImport");
    assert_eq!(born["Enabled"], false);
    assert!(born.get("ExpirationModel").is_none());
    assert!(born.get("CurrentKeyMaterialId").is_none());

    let output = aws.import(&key, &[1; 32], json!({}));
    assert_eq!(output["KeyId"], key);
    let filled = aws.describe(&key);
    assert_eq!(filled["KeyState"], "Enabled");
    assert_eq!(filled["Enabled"], true);
    assert_eq!(filled["ExpirationModel"], "KEY_MATERIAL_DOES_NOT_EXPIRE");
    assert_eq!(filled["CurrentKeyMaterialId"], output["KeyMaterialId"]);
    assert_eq!(text(&output["KeyMaterialId"]).len(), 64);
}

#[test]
fn material_ids_depend_on_the_key_and_the_bytes() {
    let aws = Aws::new();
    let (one, two) = (aws.external(), aws.external());
    let first = aws.import(&one, &[1; 32], json!({}))["KeyMaterialId"].clone();
    assert_ne!(
        first,
        aws.import(&two, &[1; 32], json!({}))["KeyMaterialId"]
    );
    assert_eq!(
        first,
        aws.import(&one, &[1; 32], json!({}))["KeyMaterialId"]
    );
}

#[test]
fn every_allowed_wrapping_of_symmetric_material_is_accepted() {
    let aws = Aws::new();
    for algorithm in ["RSAES_OAEP_SHA_256", "RSAES_OAEP_SHA_1"] {
        for spec in ["RSA_2048", "RSA_3072", "RSA_4096"] {
            let key = aws.external();
            let parameters = aws.parameters(&key, algorithm, spec);
            aws.kms(
                "ImportKeyMaterial",
                parameters.import_input(&key, &[3; 32], json!({})),
            );
            assert_eq!(aws.state(&key), "Enabled", "{algorithm} {spec}");
        }
    }
}

#[test]
fn wrapping_algorithms_follow_the_table_of_the_guide() {
    let aws = Aws::new();
    let oaep = ["RSAES_OAEP_SHA_256", "RSAES_OAEP_SHA_1"];
    let hybrid = ["RSA_AES_KEY_WRAP_SHA_256", "RSA_AES_KEY_WRAP_SHA_1"];
    let cases = [
        ("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT", true, false),
        ("HMAC_256", "GENERATE_VERIFY_MAC", true, false),
        ("RSA_2048", "SIGN_VERIFY", false, true),
        ("ECC_NIST_P256", "SIGN_VERIFY", true, true),
        ("ECC_NIST_P521", "SIGN_VERIFY", false, true),
        ("ECC_NIST_EDWARDS25519", "SIGN_VERIFY", true, true),
    ];
    for (spec, usage, oaep_allowed, hybrid_allowed) in cases {
        let key = aws.external_of(spec, usage);
        let wanted = |list: [&'static str; 2], allowed| list.map(|name| (name, allowed));
        for (algorithm, allowed) in
            [wanted(oaep, oaep_allowed), wanted(hybrid, hybrid_allowed)].concat()
        {
            let input = json!({
                "KeyId": key, "WrappingAlgorithm": algorithm, "WrappingKeySpec": "RSA_2048",
            });
            let result = aws.try_kms("GetParametersForImport", input);
            assert_eq!(
                result.is_ok(),
                allowed,
                "{spec} with {algorithm}: {result:?}"
            );
        }
    }
    let p521 = aws.external_of("ECC_NIST_P521", "SIGN_VERIFY");
    aws.parameters(&p521, "RSAES_OAEP_SHA_256", "RSA_3072");
}

#[test]
fn pkcs1_v1_5_wrapping_is_refused_since_2023() {
    let aws = Aws::new();
    let key = aws.external();
    let input = json!({
        "KeyId": key, "WrappingAlgorithm": "RSAES_PKCS1_V1_5", "WrappingKeySpec": "RSA_2048",
    });
    assert_eq!(
        aws.refused("GetParametersForImport", input),
        "UnsupportedOperationException"
    );
}

#[test]
fn import_parameters_are_for_external_keys_only_and_never_for_aliases() {
    let aws = Aws::new();
    let native = aws.create(json!({}));
    let input = |key: &str| {
        json!({
            "KeyId": key,
            "WrappingAlgorithm": "RSAES_OAEP_SHA_256",
            "WrappingKeySpec": "RSA_2048",
        })
    };
    assert_eq!(
        aws.refused("GetParametersForImport", input(&native)),
        "UnsupportedOperationException"
    );
    let key = aws.external();
    aws.kms(
        "CreateAlias",
        json!({ "AliasName": "alias/a", "TargetKeyId": key }),
    );
    assert_eq!(
        aws.refused("GetParametersForImport", input("alias/a")),
        "NotFoundException"
    );
}

#[test]
fn import_tokens_are_good_for_a_day() {
    let aws = Aws::new();
    let key = aws.external();
    let input = json!({
        "KeyId": key, "WrappingAlgorithm": "RSAES_OAEP_SHA_256", "WrappingKeySpec": "RSA_2048",
    });
    let output = aws.kms("GetParametersForImport", input);
    let valid_to = output["ParametersValidTo"].as_f64().expect("time");
    assert_eq!(valid_to, aws.now_seconds() + 86_400.0);

    let parameters = aws.parameters(&key, "RSAES_OAEP_SHA_256", "RSA_2048");
    aws.advance(24 * HOUR);
    assert_eq!(
        aws.refused(
            "ImportKeyMaterial",
            parameters.import_input(&key, &[1; 32], json!({}))
        ),
        "ExpiredImportTokenException"
    );
}

#[test]
fn the_older_of_two_tokens_still_works_and_a_token_may_be_used_again() {
    let aws = Aws::new();
    let key = aws.external();
    let older = aws.parameters(&key, "RSAES_OAEP_SHA_256", "RSA_2048");
    let newer = aws.parameters(&key, "RSAES_OAEP_SHA_1", "RSA_3072");
    for parameters in [&older, &newer, &older] {
        let input = parameters.import_input(&key, &[1; 32], json!({}));
        aws.kms("ImportKeyMaterial", input);
    }
}

#[test]
fn a_token_of_another_key_or_of_nobody_is_invalid() {
    let aws = Aws::new();
    let (one, two) = (aws.external(), aws.external());
    let parameters = aws.parameters(&one, "RSAES_OAEP_SHA_256", "RSA_2048");
    let input = parameters.import_input(&two, &[1; 32], json!({}));
    assert_eq!(
        aws.refused("ImportKeyMaterial", input),
        "InvalidImportTokenException"
    );
    let input = parameters.import_input(&one, &[1; 32], json!({ "ImportToken": "AAAA" }));
    assert_eq!(
        aws.refused("ImportKeyMaterial", input),
        "InvalidImportTokenException"
    );
}

#[test]
fn material_wrapped_under_another_public_key_or_hash_is_an_invalid_ciphertext() {
    let aws = Aws::new();
    let key = aws.external();
    let one = aws.parameters(&key, "RSAES_OAEP_SHA_256", "RSA_2048");
    let two = aws.parameters(&key, "RSAES_OAEP_SHA_256", "RSA_2048");
    assert_ne!(one.public_key, two.public_key);
    let input = one.import_input(&key, &[1; 32], json!({ "ImportToken": two.token }));
    assert_eq!(
        aws.refused("ImportKeyMaterial", input),
        "InvalidCiphertextException"
    );
    let sha1 = crate::support::Parameters {
        algorithm: "RSAES_OAEP_SHA_1".to_owned(),
        ..one
    };
    let input = sha1.import_input(&key, &[1; 32], json!({}));
    assert_eq!(
        aws.refused("ImportKeyMaterial", input),
        "InvalidCiphertextException"
    );
}

#[test]
fn symmetric_material_has_exactly_32_bytes() {
    let aws = Aws::new();
    let key = aws.external();
    for length in [16, 31, 33, 64] {
        assert_eq!(
            aws.import_refused(&key, &vec![1; length], json!({})),
            "IncorrectKeyMaterialException"
        );
    }
    assert_eq!(aws.state(&key), "PendingImport");
}

#[test]
fn hmac_material_has_the_length_of_its_spec_up_to_1024_bits() {
    let aws = Aws::new();
    for (spec, shortest) in [
        ("HMAC_224", 28),
        ("HMAC_256", 32),
        ("HMAC_384", 48),
        ("HMAC_512", 64),
    ] {
        let key = aws.external_of(spec, "GENERATE_VERIFY_MAC");
        for length in [shortest - 1, 129] {
            let parameters = aws.parameters(&key, "RSAES_OAEP_SHA_256", "RSA_3072");
            let input = parameters.import_input(&key, &vec![1; length], json!({}));
            assert_eq!(
                aws.refused("ImportKeyMaterial", input),
                "IncorrectKeyMaterialException",
                "{spec} {length}"
            );
        }
        let output = aws.import(&key, &vec![1; shortest], json!({}));
        assert!(output.get("KeyMaterialId").is_none());
        assert_eq!(aws.state(&key), "Enabled");
    }
}

#[test]
fn private_keys_of_every_importable_spec_are_accepted() {
    let aws = Aws::new();
    let rsa = aws.external_of("RSA_2048", "ENCRYPT_DECRYPT");
    aws.import(&rsa, &rsa_2048(), json!({}));
    assert_eq!(aws.state(&rsa), "Enabled");
    for spec in [
        "ECC_NIST_P256",
        "ECC_NIST_P384",
        "ECC_NIST_P521",
        "ECC_SECG_P256K1",
        "ECC_NIST_EDWARDS25519",
    ] {
        let key = aws.external_of(spec, "SIGN_VERIFY");
        for algorithm in ["RSA_AES_KEY_WRAP_SHA_256", "RSA_AES_KEY_WRAP_SHA_1"] {
            let parameters = aws.parameters(&key, algorithm, "RSA_2048");
            let material = ecc(spec);
            let input = parameters.import_input(&key, &material, json!({}));
            if algorithm.ends_with("256") {
                aws.kms("ImportKeyMaterial", input);
                assert_eq!(aws.state(&key), "Enabled", "{spec}");
            } else {
                assert_eq!(
                    aws.refused("ImportKeyMaterial", input),
                    "IncorrectKeyMaterialException"
                );
            }
        }
    }
}

#[test]
fn a_private_key_of_another_spec_or_in_another_format_is_incorrect() {
    let aws = Aws::new();
    let rsa_3072 = aws.external_of("RSA_3072", "SIGN_VERIFY");
    assert_eq!(
        aws.import_refused(&rsa_3072, &rsa_2048(), json!({})),
        "IncorrectKeyMaterialException"
    );
    let p384 = aws.external_of("ECC_NIST_P384", "SIGN_VERIFY");
    assert_eq!(
        aws.import_refused(&p384, &ecc("ECC_NIST_P256"), json!({})),
        "IncorrectKeyMaterialException"
    );
    let p256 = aws.external_of("ECC_NIST_P256", "SIGN_VERIFY");
    assert_eq!(
        aws.import_refused(&p256, &[4; 138], json!({})),
        "IncorrectKeyMaterialException"
    );
}

#[test]
fn the_default_expiration_model_needs_a_date() {
    let aws = Aws::new();
    let key = aws.external();
    let code = aws.import_refused(&key, &[1; 32], json!({ "ExpirationModel": null }));
    assert_eq!(code, "ValidationException");
}

#[test]
fn valid_to_lies_in_the_next_365_days_and_only_belongs_to_expiring_material() {
    let aws = Aws::new();
    let key = aws.external();
    let expiring = |seconds: f64| {
        json!({
            "ExpirationModel": "KEY_MATERIAL_EXPIRES", "ValidTo": aws.now_seconds() + seconds,
        })
    };
    let year = 365.0 * 86_400.0;
    for seconds in [-1.0, 0.0, year + 1.0] {
        assert_eq!(
            aws.import_refused(&key, &[1; 32], expiring(seconds)),
            "ValidationException"
        );
    }
    let contradiction = json!({ "ValidTo": aws.now_seconds() + 60.0 });
    assert_eq!(
        aws.import_refused(&key, &[1; 32], contradiction),
        "ValidationException"
    );
    aws.import(&key, &[1; 32], expiring(year));
    let data = aws.describe(&key);
    assert_eq!(data["ExpirationModel"], "KEY_MATERIAL_EXPIRES");
    assert_eq!(data["ValidTo"], aws.now_seconds() + year);
}

#[test]
fn material_expires_by_the_clock_and_the_same_bytes_bring_it_back() {
    let aws = Aws::new();
    let key = aws.external();
    let valid_to = aws.now_seconds() + 3600.0;
    aws.import(
        &key,
        &[1; 32],
        json!({ "ExpirationModel": "KEY_MATERIAL_EXPIRES", "ValidTo": valid_to }),
    );
    let current = aws.describe(&key)["CurrentKeyMaterialId"].clone();
    let blob =
        aws.kms("Encrypt", json!({ "KeyId": key, "Plaintext": "aGVsbG8=" }))["CiphertextBlob"]
            .clone();
    aws.advance(HOUR - SECOND);
    assert_eq!(aws.state(&key), "Enabled");
    aws.advance(SECOND);
    let expired = aws.describe(&key);
    assert_eq!(expired["KeyState"], "PendingImport");
    assert!(expired.get("ValidTo").is_none());
    assert!(expired.get("ExpirationModel").is_none());
    assert_eq!(expired["CurrentKeyMaterialId"], current);
    assert_eq!(
        aws.refused("Decrypt", json!({ "CiphertextBlob": blob })),
        "KMSInvalidStateException"
    );
    let events = aws.sim.journal();
    assert!(
        events
            .iter()
            .any(|event| event.operation == "DeleteExpiredKeyMaterial")
    );

    aws.import(&key, &[1; 32], json!({}));
    let output = aws.kms("Decrypt", json!({ "CiphertextBlob": blob }));
    assert_eq!(output["Plaintext"], "aGVsbG8=");
}

#[test]
fn reimport_alone_changes_the_expiry() {
    let aws = Aws::new();
    let key = aws.filled(1);
    let valid_to = aws.now_seconds() + 600.0;
    let extra = json!({ "ExpirationModel": "KEY_MATERIAL_EXPIRES", "ValidTo": valid_to });
    aws.import(&key, &[1; 32], extra);
    assert_eq!(aws.describe(&key)["ValidTo"], valid_to);
    aws.import(&key, &[1; 32], json!({}));
    assert!(aws.describe(&key).get("ValidTo").is_none());
    aws.advance(11 * MINUTE);
    assert_eq!(aws.state(&key), "Enabled");
}

#[test]
fn other_bytes_are_refused_at_reimport_even_after_deletion() {
    let aws = Aws::new();
    let key = aws.filled(1);
    assert_eq!(
        aws.import_refused(&key, &[2; 32], json!({})),
        "IncorrectKeyMaterialException"
    );
    aws.kms("DeleteImportedKeyMaterial", json!({ "KeyId": key }));
    assert_eq!(
        aws.import_refused(&key, &[2; 32], json!({})),
        "IncorrectKeyMaterialException"
    );
    let rsa = aws.external_of("RSA_2048", "SIGN_VERIFY");
    aws.import(&rsa, &rsa_2048(), json!({}));
    assert_eq!(
        aws.import_refused(&rsa, &rsa_2048(), json!({})),
        "IncorrectKeyMaterialException"
    );
}

#[test]
fn known_bytes_are_refused_as_new_material() {
    let aws = Aws::new();
    let key = aws.filled(1);
    let extra = json!({ "ImportType": "NEW_KEY_MATERIAL" });
    assert_eq!(
        aws.import_refused(&key, &[1; 32], extra),
        "IncorrectKeyMaterialException"
    );
}

#[test]
fn import_type_id_and_description_are_for_symmetric_keys_only() {
    let aws = Aws::new();
    let key = aws.external_of("HMAC_256", "GENERATE_VERIFY_MAC");
    for extra in [
        json!({ "ImportType": "NEW_KEY_MATERIAL" }),
        json!({ "KeyMaterialDescription": "a" }),
        json!({ "KeyMaterialId": "ab".repeat(32) }),
    ] {
        assert_eq!(
            aws.import_refused(&key, &[1; 32], extra),
            "ValidationException"
        );
    }
}

#[test]
fn a_material_id_is_an_assertion_for_reimport() {
    let aws = Aws::new();
    let key = aws.external();
    let id = aws.import(&key, &[1; 32], json!({}))["KeyMaterialId"].clone();
    let right = json!({ "ImportType": "EXISTING_KEY_MATERIAL", "KeyMaterialId": id });
    aws.import(&key, &[1; 32], right);
    let wrong = json!({ "KeyMaterialId": "ab".repeat(32) });
    assert_eq!(
        aws.import_refused(&key, &[1; 32], wrong),
        "IncorrectKeyMaterialException"
    );
    let with_new = json!({ "ImportType": "NEW_KEY_MATERIAL", "KeyMaterialId": id });
    assert_eq!(
        aws.import_refused(&key, &[2; 32], with_new),
        "ValidationException"
    );
}

#[test]
fn descriptions_keep_their_alphabet_and_survive_a_reimport_without_one() {
    let aws = Aws::new();
    let key = aws.external();
    aws.import(
        &key,
        &[1; 32],
        json!({ "KeyMaterialDescription": "keyferry: v1/a_b-c.d" }),
    );
    aws.import(&key, &[1; 32], json!({}));
    let materials = aws.materials(&key);
    assert_eq!(
        materials[0]["KeyMaterialDescription"],
        "keyferry: v1/a_b-c.d"
    );
    for bad in ["a,b", "a=b", "(a)", "a@b"] {
        assert_eq!(
            aws.import_refused(&key, &[1; 32], json!({ "KeyMaterialDescription": bad })),
            "ValidationException"
        );
    }
}

#[test]
fn deleting_material_empties_the_key_and_may_be_repeated() {
    let aws = Aws::new();
    let key = aws.filled(1);
    let current = aws.describe(&key)["CurrentKeyMaterialId"].clone();
    for _ in 0..2 {
        let output = aws.kms("DeleteImportedKeyMaterial", json!({ "KeyId": key }));
        assert_eq!(output["KeyId"], key);
        assert_eq!(output["KeyMaterialId"], current);
        let data = aws.describe(&key);
        assert_eq!(data["KeyState"], "PendingImport");
        assert_eq!(data["CurrentKeyMaterialId"], current);
    }
    assert_eq!(aws.materials(&key)[0]["ImportState"], "PENDING_IMPORT");
}

#[test]
fn deleting_material_of_a_key_in_pending_deletion_leaves_it_there() {
    let aws = Aws::new();
    let key = aws.filled(1);
    aws.kms("ScheduleKeyDeletion", json!({ "KeyId": key }));
    aws.kms("DeleteImportedKeyMaterial", json!({ "KeyId": key }));
    assert_eq!(aws.state(&key), "PendingDeletion");
    aws.kms("CancelKeyDeletion", json!({ "KeyId": key }));
    assert_eq!(aws.state(&key), "PendingImport");
}

#[test]
fn importing_what_was_missing_enables_a_key_that_was_disabled() {
    let aws = Aws::new();
    let key = aws.filled(1);
    aws.kms("DisableKey", json!({ "KeyId": key }));
    aws.kms("DeleteImportedKeyMaterial", json!({ "KeyId": key }));
    assert_eq!(aws.state(&key), "PendingImport");
    aws.import(&key, &[1; 32], json!({}));
    assert_eq!(aws.state(&key), "Enabled");
}

#[test]
fn a_key_in_another_region_is_not_found_by_its_arn() {
    let aws = Aws::new();
    let key = aws.external();
    let elsewhere = aws.at(OTHER_REGION);
    assert_eq!(
        elsewhere.refused("DescribeKey", json!({ "KeyId": key })),
        "NotFoundException"
    );
}

#[test]
fn a_year_passes_without_losing_material_that_does_not_expire() {
    let aws = Aws::new();
    let key = aws.filled(1);
    aws.advance(400 * DAY);
    assert_eq!(aws.state(&key), "Enabled");
}

/// A throw-away P-256 key whose curve OpenSSL wrote out instead of naming it.
const EXPLICIT_CURVE: &str = "308201790201003082010306072a8648ce3d02013081f7020101302c06072a8648ce3d0101022100ffffffff00\
     000001000000000000000000000000ffffffffffffffffffffffff305b0420ffffffff00000001000000000000\
     000000000000fffffffffffffffffffffffc04205ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63b\
     ce3c3e27d2604b031500c49d360886e704936a6678e1139d26b7819f7e900441046b17d1f2e12c4247f8bce6e5\
     63a440f277037d812deb33a0f4a13945d898c2964fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececb\
     b6406837bf51f5022100ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551020101\
     046d306b020101042042d313c25fb250184e7569d9e5bf107d54c153bd32311e4c016045e222d2b5c2a1440342\
     00047dc31671bee3beabcada1558ca5250915bd67fac0440fe901673c96c119f3267154847884faa4ec69fc241\
     2f14910298892e88ea7ac6862bc5ccb524924f6792";

#[test]
fn a_curve_must_be_given_by_its_name() {
    let aws = Aws::new();
    let key = aws.external_of("ECC_NIST_P256", "SIGN_VERIFY");
    let material = hex::decode(EXPLICIT_CURVE).expect("hex");
    assert_eq!(
        aws.import_refused(&key, &material, json!({})),
        "IncorrectKeyMaterialException"
    );
}

#[test]
fn the_public_point_of_a_curve_key_may_be_left_out() {
    let aws = Aws::new();
    let key = aws.external_of("ECC_NIST_P256", "SIGN_VERIFY");
    let whole = ecc("ECC_NIST_P256");
    let scalar = &whole[36..68];
    let algorithm = &whole[6..27];
    let mut short = hex::decode("3041020100").expect("hex");
    short.extend(algorithm);
    short.extend(hex::decode("042730250201010420").expect("hex"));
    short.extend(scalar);
    aws.import(&key, &short, json!({}));
    let other = aws.external_of("ECC_NIST_P256", "SIGN_VERIFY");
    aws.import(&other, &whole, json!({}));
    let public = |key: &str| aws.kms("GetPublicKey", json!({ "KeyId": key }))["PublicKey"].clone();
    assert_eq!(public(&key), public(&other));
}
