//! The imported bytes are really used. The judge here is the library itself, fed with the same
//! bytes outside the simulator.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::hmac;
use aws_lc_rs::rsa::KeyPair as RsaKeyPair;
use aws_lc_rs::signature::{
    ECDSA_P256K1_SHA256_ASN1, ECDSA_P256K1_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _,
    RSA_PSS_2048_8192_SHA256, UnparsedPublicKey,
};
use kms_sim::{Caller, DAY};
use serde_json::{Value, json};

use crate::import::{ecc, rsa_2048};
use crate::support::{Aws, OTHER_REGION, b64, text, un64};

#[test]
fn ciphertexts_depend_on_key_material_and_context() {
    let aws = Aws::new();
    let (one, two) = (aws.filled(1), aws.filled(1));
    let context = json!({ "purpose": "test" });
    let output = aws.kms(
        "Encrypt",
        json!({ "KeyId": one, "Plaintext": "aGVsbG8=", "EncryptionContext": context }),
    );
    assert_eq!(output["KeyId"], one);
    let decrypt = |extra: Value| {
        let mut input = json!({ "CiphertextBlob": output["CiphertextBlob"] });
        for (name, value) in extra.as_object().expect("object") {
            input[name] = value.clone();
        }
        input
    };
    let opened = aws.kms("Decrypt", decrypt(json!({ "EncryptionContext": context })));
    assert_eq!(opened["Plaintext"], "aGVsbG8=");
    assert_eq!(
        opened["KeyMaterialId"],
        aws.describe(&one)["CurrentKeyMaterialId"]
    );
    assert_eq!(
        aws.refused("Decrypt", decrypt(json!({}))),
        "InvalidCiphertextException"
    );
    let other = decrypt(json!({ "EncryptionContext": context, "KeyId": two }));
    assert_eq!(aws.refused("Decrypt", other), "IncorrectKeyException");
    let mut damaged = un64(&output["CiphertextBlob"]);
    *damaged.last_mut().expect("bytes") ^= 1;
    let damaged = decrypt(json!({ "EncryptionContext": context, "CiphertextBlob": b64(&damaged) }));
    assert_eq!(
        aws.refused("Decrypt", damaged),
        "InvalidCiphertextException"
    );
    assert_eq!(
        aws.refused("Decrypt", json!({ "CiphertextBlob": "AAAA" })),
        "InvalidCiphertextException"
    );
}

#[test]
fn data_keys_come_open_and_sealed() {
    let aws = Aws::new();
    let key = aws.filled(1);
    for (extra, length) in [
        (json!({ "KeySpec": "AES_256" }), 32),
        (json!({ "KeySpec": "AES_128" }), 16),
        (json!({ "NumberOfBytes": 7 }), 7),
    ] {
        let mut input = json!({ "KeyId": key });
        input
            .as_object_mut()
            .expect("object")
            .extend(extra.as_object().expect("object").clone());
        let output = aws.kms("GenerateDataKey", input);
        assert_eq!(un64(&output["Plaintext"]).len(), length);
        let opened = aws.kms(
            "Decrypt",
            json!({ "CiphertextBlob": output["CiphertextBlob"] }),
        );
        assert_eq!(opened["Plaintext"], output["Plaintext"]);
    }
    assert_eq!(
        aws.refused("GenerateDataKey", json!({ "KeyId": key })),
        "ValidationException"
    );
}

#[test]
fn macs_are_those_of_the_imported_bytes() {
    let aws = Aws::new();
    let key = aws.external_of("HMAC_256", "GENERATE_VERIFY_MAC");
    aws.import(&key, &[5; 40], json!({}));
    let input = json!({ "KeyId": key, "Message": "aGk=", "MacAlgorithm": "HMAC_SHA_256" });
    let mac = aws.kms("GenerateMac", input.clone())["Mac"].clone();
    let ours = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &[5; 40]), b"hi");
    assert_eq!(mac, b64(ours.as_ref()));
    let mut verify = input.clone();
    verify["Mac"] = mac;
    assert_eq!(aws.kms("VerifyMac", verify.clone())["MacValid"], true);
    verify["Message"] = json!("aG8=");
    assert_eq!(aws.refused("VerifyMac", verify), "KMSInvalidMacException");
    let mut wrong = input;
    wrong["MacAlgorithm"] = json!("HMAC_SHA_512");
    assert_eq!(
        aws.refused("GenerateMac", wrong),
        "InvalidKeyUsageException"
    );
}

#[test]
fn rsa_signatures_and_public_keys_are_those_of_the_imported_key() {
    let aws = Aws::new();
    let material = rsa_2048();
    let pair = RsaKeyPair::from_pkcs8(&material).expect("pair");
    let key = aws.external_of("RSA_2048", "SIGN_VERIFY");
    aws.import(&key, &material, json!({}));
    let public = aws.kms("GetPublicKey", json!({ "KeyId": key }));
    let ours = AsDer::<PublicKeyX509Der<'_>>::as_der(pair.public_key()).expect("DER");
    assert_eq!(public["PublicKey"], b64(ours.as_ref()));
    assert_eq!(public["KeySpec"], "RSA_2048");
    let input = json!({
        "KeyId": key, "Message": b64(digest(&SHA256, b"hi").as_ref()), "MessageType": "DIGEST",
        "SigningAlgorithm": "RSASSA_PSS_SHA_256",
    });
    let signature = aws.kms("Sign", input)["Signature"].clone();
    UnparsedPublicKey::new(&RSA_PSS_2048_8192_SHA256, pair.public_key().as_ref())
        .verify(b"hi", &un64(&signature))
        .expect("valid");
    let verify = json!({
        "KeyId": key, "Message": "aGk=", "Signature": signature,
        "SigningAlgorithm": "RSASSA_PSS_SHA_256",
    });
    assert_eq!(aws.kms("Verify", verify)["SignatureValid"], true);
    let short = json!({
        "KeyId": key, "Message": "aGk=", "MessageType": "DIGEST",
        "SigningAlgorithm": "RSASSA_PSS_SHA_256",
    });
    assert_eq!(aws.refused("Sign", short), "ValidationException");
}

#[test]
fn secp256k1_signs_with_the_imported_key() {
    let aws = Aws::new();
    let material = ecc("ECC_SECG_P256K1");
    let pair =
        EcdsaKeyPair::from_pkcs8(&ECDSA_P256K1_SHA256_ASN1_SIGNING, &material).expect("pair");
    let key = aws.external_of("ECC_SECG_P256K1", "SIGN_VERIFY");
    aws.import(&key, &material, json!({}));
    let input = json!({ "KeyId": key, "Message": "aGk=", "SigningAlgorithm": "ECDSA_SHA_256" });
    let signature = aws.kms("Sign", input)["Signature"].clone();
    UnparsedPublicKey::new(&ECDSA_P256K1_SHA256_ASN1, pair.public_key().as_ref())
        .verify(b"hi", &un64(&signature))
        .expect("valid");
}

#[test]
fn rsa_encryption_goes_both_ways() {
    let aws = Aws::new();
    let key = aws.external_of("RSA_2048", "ENCRYPT_DECRYPT");
    aws.import(&key, &rsa_2048(), json!({}));
    for algorithm in ["RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256"] {
        let input = json!({
            "KeyId": key, "Plaintext": "aGk=", "EncryptionAlgorithm": algorithm,
        });
        let blob = aws.kms("Encrypt", input)["CiphertextBlob"].clone();
        let input = json!({
            "KeyId": key, "CiphertextBlob": blob, "EncryptionAlgorithm": algorithm,
        });
        assert_eq!(aws.kms("Decrypt", input)["Plaintext"], "aGk=");
    }
    let long = json!({
        "KeyId": key, "Plaintext": b64(&[1; 191]), "EncryptionAlgorithm": "RSAES_OAEP_SHA_256",
    });
    assert_eq!(aws.refused("Encrypt", long), "ValidationException");
}

#[test]
fn a_public_key_survives_the_deletion_of_its_material_but_none_precedes_it() {
    let aws = Aws::new();
    let key = aws.external_of("ECC_NIST_P256", "SIGN_VERIFY");
    let input = json!({ "KeyId": key });
    assert_eq!(
        aws.refused("GetPublicKey", input.clone()),
        "KMSInvalidStateException"
    );
    aws.import(&key, &ecc("ECC_NIST_P256"), json!({}));
    let public = aws.kms("GetPublicKey", input.clone());
    aws.kms("DeleteImportedKeyMaterial", input.clone());
    assert_eq!(aws.kms("GetPublicKey", input), public);
}

#[test]
fn a_key_is_used_only_for_its_purpose() {
    let aws = Aws::new();
    let key = aws.filled(1);
    let input = json!({ "KeyId": key, "Message": "aGk=", "SigningAlgorithm": "ECDSA_SHA_256" });
    assert_eq!(aws.refused("Sign", input), "InvalidKeyUsageException");
    assert_eq!(
        aws.refused("GetPublicKey", json!({ "KeyId": key })),
        "UnsupportedOperationException"
    );
}

#[test]
fn the_last_use_is_known() {
    let aws = Aws::new();
    let key = aws.filled(1);
    let before = aws.kms("GetKeyLastUsage", json!({ "KeyId": key }));
    assert_eq!(before["KeyLastUsage"], json!({}));
    aws.advance(DAY);
    aws.kms("Encrypt", json!({ "KeyId": key, "Plaintext": "aGk=" }));
    let after = aws.kms("GetKeyLastUsage", json!({ "KeyId": key }));
    assert_eq!(after["KeyLastUsage"]["Operation"], "Encrypt");
    assert_eq!(after["KeyLastUsage"]["Timestamp"], aws.now_seconds());
}

#[test]
fn chinese_regions_take_16_bytes_and_no_hybrid_wrapping() {
    let aws = Aws::new();
    let account = "777788889999";
    aws.sim
        .create_account_in(account, "aws-cn")
        .expect("account");
    let china = aws.by(Caller::root(account)).at("cn-north-1");
    let key = china.external();
    assert!(key.starts_with("arn:aws-cn:kms:cn-north-1:"));
    assert_eq!(
        china.import_refused(&key, &[1; 32], json!({})),
        "IncorrectKeyMaterialException"
    );
    china.import(&key, &[1; 16], json!({}));
    let blob = china.kms("Encrypt", json!({ "KeyId": key, "Plaintext": "aGk=" }));
    let opened = china.kms(
        "Decrypt",
        json!({ "CiphertextBlob": blob["CiphertextBlob"] }),
    );
    assert_eq!(text(&opened["Plaintext"]), "aGk=");
    let rsa = china.external_of("RSA_2048", "SIGN_VERIFY");
    let input = json!({
        "KeyId": rsa, "WrappingAlgorithm": "RSA_AES_KEY_WRAP_SHA_256",
        "WrappingKeySpec": "RSA_2048",
    });
    assert_eq!(
        china.refused("GetParametersForImport", input),
        "UnsupportedOperationException"
    );
    assert_eq!(
        china.at(OTHER_REGION).refused("ListKeys", json!({})),
        "UnrecognizedClientException",
        "credentials never cross partitions"
    );
}
