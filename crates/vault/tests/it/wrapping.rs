//! From the vault to AWS: what leaves it opens with AWS's private key and is the key that was asked for.

use keyferry_domain::spec::{KeySpec, SpecKind};
use keyferry_domain::wrapping::WrappingAlgorithm;
use keyferry_ports::vault::{EncryptedKeyMaterial, Vault, VaultError, WrappingPublicKey};
use keyferry_vault::SoftwareVault;

use crate::openssl::{oaep_decrypt, openssl, public_of, rsa_aes_unwrap, rsa_pair};
use crate::support::{durable, open_vault};

const OAEP: WrappingAlgorithm = WrappingAlgorithm::RsaesOaepSha256;

async fn refusal(
    vault: &SoftwareVault,
    spec: KeySpec,
    under: Vec<u8>,
    algorithm: WrappingAlgorithm,
) -> VaultError {
    let (version, _) = durable(vault, spec).await;
    vault
        .wrap_for_aws(&version, &WrappingPublicKey(under), algorithm)
        .await
        .unwrap_err()
}

#[tokio::test]
async fn openssl_unwraps_material_of_every_spec_and_finds_the_key_that_the_vault_describes() {
    let (vault, _) = open_vault().await;
    let (private, public) = rsa_pair(2048);
    let under = WrappingPublicKey(public);
    for spec in KeySpec::all() {
        let (version, public_key) = durable(&vault, spec).await;
        let algorithm = WrappingAlgorithm::for_spec(spec);
        let EncryptedKeyMaterial(blob) = vault
            .wrap_for_aws(&version, &under, algorithm)
            .await
            .unwrap();
        assert!(
            blob.len() <= 6144,
            "KMS API, ImportKeyMaterial, EncryptedKeyMaterial: {spec}"
        );

        match spec.kind() {
            SpecKind::Symmetric => {
                assert_eq!(oaep_decrypt(&private, "sha256", &blob).len(), 32);
            }
            SpecKind::Hmac => {
                let material = oaep_decrypt(&private, "sha256", &blob);
                let ours = vault.mac(&version, b"message").await.unwrap();
                assert_eq!(ours, openssl_mac(spec, &material, b"message"), "{spec}");
            }
            SpecKind::Rsa | SpecKind::Ecc => {
                let material = rsa_aes_unwrap(&private, 2048, "sha256", &blob);
                assert_eq!(Some(public_of(&material)), public_key, "{spec}");
                assert!(is_pkcs8_v1(&material), "{spec}");
                let shown = describe(&material);
                assert!(shown.contains(openssl_name(spec)), "{spec}: {shown}");
            }
        }
    }
}

/// RFC 5208: after the sequence's header comes the version, which is 0.
fn is_pkcs8_v1(der: &[u8]) -> bool {
    let header = if der[1] < 0x80 {
        2
    } else {
        2 + usize::from(der[1] & 0x7f)
    };
    der[header..].starts_with(&[2, 1, 0])
}

fn openssl_mac(spec: KeySpec, key: &[u8], message: &[u8]) -> Vec<u8> {
    let digest = spec.name().replace("HMAC-", "digest:SHA");
    let key = format!("hexkey:{}", hex::encode(key));
    openssl(
        &[
            "mac", "-binary", "-macopt", &digest, "-macopt", &key, "-in", "@in", "HMAC",
        ],
        &[("in", message)],
    )
}

fn describe(private: &[u8]) -> String {
    let text = ["pkey", "-inform", "DER", "-in", "@key", "-noout", "-text"];
    String::from_utf8(openssl(&text, &[("key", private)])).unwrap()
}

fn openssl_name(spec: KeySpec) -> &'static str {
    match spec {
        KeySpec::Rsa2048 => "(2048 bit, 2 primes)",
        KeySpec::Rsa3072 => "(3072 bit, 2 primes)",
        KeySpec::Rsa4096 => "(4096 bit, 2 primes)",
        KeySpec::EcP256 => "ASN1 OID: prime256v1",
        KeySpec::EcP384 => "ASN1 OID: secp384r1",
        KeySpec::EcP521 => "ASN1 OID: secp521r1",
        KeySpec::EcSecp256k1 => "ASN1 OID: secp256k1",
        KeySpec::Ed25519 => "ED25519 Private-Key",
        KeySpec::Aes256
        | KeySpec::Hmac224
        | KeySpec::Hmac256
        | KeySpec::Hmac384
        | KeySpec::Hmac512 => panic!("{spec} has no PKCS#8"),
    }
}

#[tokio::test]
async fn two_wraps_of_one_version_differ_and_unwrap_alike() {
    let (vault, _) = open_vault().await;
    let (private, public) = rsa_pair(2048);
    let under = WrappingPublicKey(public);
    let (version, _) = durable(&vault, KeySpec::Aes256).await;
    let first = vault.wrap_for_aws(&version, &under, OAEP).await.unwrap();
    let second = vault.wrap_for_aws(&version, &under, OAEP).await.unwrap();
    assert_ne!(first, second);
    assert_eq!(
        oaep_decrypt(&private, "sha256", &first.0),
        oaep_decrypt(&private, "sha256", &second.0)
    );
}

#[tokio::test]
async fn a_wrapping_key_that_is_short_or_no_rsa_key_is_refused_by_name() {
    let (vault, _) = open_vault().await;
    let short = rsa_pair(1024).1;
    let curve = [
        "genpkey",
        "-algorithm",
        "EC",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-outform",
        "DER",
    ];
    let curve = public_of(&openssl(&curve, &[]));
    let (private, good) = rsa_pair(2048);
    let longer = [good.as_slice(), &[0]].concat();
    let cut = good[..good.len() - 1].to_vec();

    for (key, why) in [
        (short, "its modulus is shorter than 2048 bits"),
        (curve, "it is no RSA key in DER (SubjectPublicKeyInfo)"),
        (private, "it is no RSA key in DER (SubjectPublicKeyInfo)"),
        (longer, "it is no RSA key in DER (SubjectPublicKeyInfo)"),
        (cut, "it is no RSA key in DER (SubjectPublicKeyInfo)"),
        (Vec::new(), "it is no RSA key in DER (SubjectPublicKeyInfo)"),
    ] {
        let error = refusal(&vault, KeySpec::Aes256, key, OAEP).await;
        assert_eq!(
            error,
            VaultError::BadWrappingKey {
                why: why.to_owned()
            }
        );
    }
}

#[tokio::test]
async fn material_that_does_not_fit_into_oaep_is_refused_by_name() {
    let (vault, _) = open_vault().await;
    let public = rsa_pair(2048).1;
    for (spec, algorithm, room) in [
        (
            KeySpec::EcP521,
            WrappingAlgorithm::RsaesOaepSha256,
            "at most 190 bytes",
        ),
        (
            KeySpec::EcP521,
            WrappingAlgorithm::RsaesOaepSha1,
            "at most 214 bytes",
        ),
        (
            KeySpec::Rsa2048,
            WrappingAlgorithm::RsaesOaepSha256,
            "does not fit",
        ),
    ] {
        let error = refusal(&vault, spec, public.clone(), algorithm).await;
        assert!(matches!(error, VaultError::Unsupported { .. }), "{error:?}");
        assert!(error.to_string().contains(room), "{error}");
    }
}
