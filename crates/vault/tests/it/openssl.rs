//! The OpenSSL command line as the other side: it unwraps what we wrap, and wraps what we unwrap.

#![allow(dead_code, reason = "two test binaries use different halves")]

use std::path::PathBuf;
use std::process::Command;

use tempfile::TempDir;

/// Runs `openssl`; every argument that begins with `@` names a file of `files`, and the output is what it prints.
pub(crate) fn openssl(arguments: &[&str], files: &[(&str, &[u8])]) -> Vec<u8> {
    let folder = TempDir::new().unwrap();
    let path = |name: &str| -> PathBuf { folder.path().join(name.trim_start_matches('@')) };
    for (name, bytes) in files {
        std::fs::write(path(name), bytes).unwrap();
    }
    let arguments = arguments
        .iter()
        .map(|argument| match argument.strip_prefix('@') {
            Some(name) => path(name).into_os_string(),
            None => argument.into(),
        });
    let output = Command::new("openssl").args(arguments).output().unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    output.stdout
}

/// An RSA key pair: PKCS#8 DER and SubjectPublicKeyInfo DER.
pub(crate) fn rsa_pair(bits: usize) -> (Vec<u8>, Vec<u8>) {
    let bits = format!("rsa_keygen_bits:{bits}");
    let pem = openssl(
        &["genpkey", "-quiet", "-algorithm", "RSA", "-pkeyopt", &bits],
        &[],
    );
    let to_der = [
        "pkcs8", "-topk8", "-nocrypt", "-outform", "DER", "-in", "@key",
    ];
    let private = openssl(&to_der, &[("key", &pem)]);
    let public = public_of(&private);
    (private, public)
}

/// The SubjectPublicKeyInfo DER of a PKCS#8 DER private key.
pub(crate) fn public_of(private: &[u8]) -> Vec<u8> {
    openssl(
        &[
            "pkey", "-inform", "DER", "-in", "@key", "-pubout", "-outform", "DER",
        ],
        &[("key", private)],
    )
}

fn oaep<'a>(direction: &'a str, hash: &'a [String; 2]) -> Vec<&'a str> {
    let [oaep_hash, mgf1_hash] = hash;
    vec![
        "pkeyutl",
        direction,
        "-keyform",
        "DER",
        "-inkey",
        "@key",
        "-in",
        "@in",
        "-pkeyopt",
        "rsa_padding_mode:oaep",
        "-pkeyopt",
        oaep_hash,
        "-pkeyopt",
        mgf1_hash,
    ]
}

fn hashes(hash: &str) -> [String; 2] {
    [format!("rsa_oaep_md:{hash}"), format!("rsa_mgf1_md:{hash}")]
}

/// OAEP decryption; `hash` is `sha1` or `sha256`.
pub(crate) fn oaep_decrypt(private: &[u8], hash: &str, ciphertext: &[u8]) -> Vec<u8> {
    openssl(
        &oaep("-decrypt", &hashes(hash)),
        &[("key", private), ("in", ciphertext)],
    )
}

/// OAEP encryption.
pub(crate) fn oaep_encrypt(public: &[u8], hash: &str, plain: &[u8]) -> Vec<u8> {
    let hashes = hashes(hash);
    let mut arguments = oaep("-encrypt", &hashes);
    arguments.push("-pubin");
    openssl(&arguments, &[("key", public), ("in", plain)])
}

fn key_wrap(direction: &str, key: &[u8], input: &[u8]) -> Vec<u8> {
    let key = hex::encode(key);
    openssl(
        &[
            "enc",
            direction,
            "-id-aes256-wrap-pad",
            "-iv",
            "A65959A6",
            "-K",
            &key,
            "-in",
            "@in",
        ],
        &[("in", input)],
    )
}

/// RFC 5649 unwrapping.
pub(crate) fn key_unwrap_padded(key: &[u8], wrapped: &[u8]) -> Vec<u8> {
    key_wrap("-d", key, wrapped)
}

/// RFC 5649 wrapping.
pub(crate) fn key_wrap_padded(key: &[u8], plain: &[u8]) -> Vec<u8> {
    key_wrap("-e", key, plain)
}

/// What AWS does with `RSA_AES_KEY_WRAP_*`: the first part, as long as the modulus, is the AES key under OAEP.
pub(crate) fn rsa_aes_unwrap(private: &[u8], bits: usize, hash: &str, blob: &[u8]) -> Vec<u8> {
    let (first, second) = blob.split_at(bits / 8);
    key_unwrap_padded(&oaep_decrypt(private, hash, first), second)
}
