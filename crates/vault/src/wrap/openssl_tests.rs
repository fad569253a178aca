//! Both ways against the OpenSSL command line: every algorithm under every size of wrapping key.

use keyferry_domain::wrapping::{WrappingAlgorithm, WrappingKeySpec};
use keyferry_ports::vault::WrappingPublicKey;

use super::{UnwrappingKey, WrappingKey, unwrap, wrap};
use crate::secret::Material;

#[path = "../../tests/it/openssl.rs"]
pub(super) mod openssl;

use openssl::{key_wrap_padded, oaep_decrypt, oaep_encrypt, rsa_aes_unwrap, rsa_pair};

struct Case {
    algorithm: WrappingAlgorithm,
    hash: &'static str,
    has_aes_key: bool,
}

#[rustfmt::skip]
const CASES: [Case; 4] = [
    Case { algorithm: WrappingAlgorithm::RsaesOaepSha256,     hash: "sha256", has_aes_key: false },
    Case { algorithm: WrappingAlgorithm::RsaesOaepSha1,       hash: "sha1",   has_aes_key: false },
    Case { algorithm: WrappingAlgorithm::RsaAesKeyWrapSha256, hash: "sha256", has_aes_key: true },
    Case { algorithm: WrappingAlgorithm::RsaAesKeyWrapSha1,   hash: "sha1",   has_aes_key: true },
];

/// What AWS's side does, by OpenSSL.
fn their_unwrap(case: &Case, private: &[u8], bits: usize, blob: &[u8]) -> Vec<u8> {
    if case.has_aes_key {
        rsa_aes_unwrap(private, bits, case.hash, blob)
    } else {
        oaep_decrypt(private, case.hash, blob)
    }
}

/// What a customer's script does, by OpenSSL.
fn their_wrap(case: &Case, public: &[u8], material: &[u8]) -> Vec<u8> {
    if case.has_aes_key {
        let aes_key = [0x5a; 32];
        let first = oaep_encrypt(public, case.hash, &aes_key);
        [first, key_wrap_padded(&aes_key, material)].concat()
    } else {
        oaep_encrypt(public, case.hash, material)
    }
}

fn both_ways(size: WrappingKeySpec) {
    let bits = size.bits();
    let (private, public) = rsa_pair(bits);
    let ours = UnwrappingKey::from_pkcs8(&private).unwrap();
    let under = WrappingKey::parse(&WrappingPublicKey(public.clone())).unwrap();
    assert_eq!(under.bits(), bits);
    for case in &CASES {
        // Lengths of AES keys, of the longest HMAC key, and of an RSA private key, odd and even.
        let lengths: &[usize] = if case.has_aes_key {
            &[1217, 1218, 2375]
        } else {
            &[28, 32, 128]
        };
        for length in lengths {
            let name = format!("{:?} {bits} {length}", case.algorithm);
            let material = Material::random(*length).unwrap();

            let blob = wrap(&material, &under, case.algorithm).unwrap();
            assert_eq!(
                their_unwrap(case, &private, bits, &blob),
                material.expose(),
                "{name}"
            );
            let back = unwrap(&blob, &ours, case.algorithm).unwrap();
            assert_eq!(back.expose(), material.expose(), "{name}");

            let theirs = their_wrap(case, &public, material.expose());
            assert_eq!(theirs.len(), blob.len(), "{name}");
            let back = unwrap(&theirs, &ours, case.algorithm).unwrap();
            assert_eq!(back.expose(), material.expose(), "{name}");
        }
    }
}

#[test]
fn openssl_and_we_unwrap_one_another_under_rsa_2048() {
    both_ways(WrappingKeySpec::Rsa2048);
}

#[test]
fn openssl_and_we_unwrap_one_another_under_rsa_3072() {
    both_ways(WrappingKeySpec::Rsa3072);
}

#[test]
fn openssl_and_we_unwrap_one_another_under_rsa_4096() {
    both_ways(WrappingKeySpec::Rsa4096);
}

#[test]
fn a_blob_that_was_altered_or_cut_does_not_unwrap() {
    let (private, public) = rsa_pair(2048);
    let ours = UnwrappingKey::from_pkcs8(&private).unwrap();
    let under = WrappingKey::parse(&WrappingPublicKey(public)).unwrap();
    for case in &CASES {
        let blob = wrap(&Material::random(48).unwrap(), &under, case.algorithm).unwrap();
        for position in (0..blob.len()).step_by(7) {
            let mut altered = blob.clone();
            altered[position] ^= 0x10;
            assert!(
                unwrap(&altered, &ours, case.algorithm).is_none(),
                "byte {position}"
            );
        }
        for length in [0, 1, 255, blob.len() - 1] {
            assert!(
                unwrap(&blob[..length], &ours, case.algorithm).is_none(),
                "{length}"
            );
        }
        for other in CASES
            .iter()
            .filter(|other| other.algorithm != case.algorithm)
        {
            assert!(unwrap(&blob, &ours, other.algorithm).is_none());
        }
    }
}
