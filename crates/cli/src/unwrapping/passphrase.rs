//! Private keys under a passphrase: PBES2 with PBKDF2 and AES-CBC (RFC 8018), as OpenSSL writes them.

use std::num::NonZeroU32;

use aws_lc_rs::cipher::{
    AES_128, AES_192, AES_256, DecryptionContext, PaddedBlockDecryptingKey, UnboundCipherKey,
};
use aws_lc_rs::iv::FixedLength;
use aws_lc_rs::pbkdf2::{
    self, PBKDF2_HMAC_SHA1, PBKDF2_HMAC_SHA256, PBKDF2_HMAC_SHA384, PBKDF2_HMAC_SHA512,
};
use zeroize::Zeroizing;

use super::der::{OCTETS, OID, Reader, SEQUENCE};
use super::{BadPrivateKey, Plain};

/// More rounds than anybody waits for.
const ROUNDS_MAX: u32 = 50_000_000;

/// 1.2.840.113549.1.5.13
const PBES2: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x05, 0x0d];
/// 1.2.840.113549.1.5.12
const PBKDF2: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x05, 0x0c];
/// 1.2.840.113549.2, before the number of the hash.
const HMAC: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x02];
/// 2.16.840.1.101.3.4.1, before the number of key size and mode.
const AES: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01];

/// What an `EncryptedPrivateKeyInfo` says of itself.
struct Encrypted<'a> {
    hash: pbkdf2::Algorithm,
    salt: &'a [u8],
    rounds: NonZeroU32,
    cipher: &'static aws_lc_rs::cipher::Algorithm,
    key_bytes: usize,
    iv: [u8; 16],
    sealed: &'a [u8],
}

/// The PKCS#8 DER within.
pub(super) fn open(der: &[u8], passphrase: &str) -> Result<Plain, BadPrivateKey> {
    let encrypted = parse(der).ok_or(BadPrivateKey::OtherEncryption)?;
    let mut key = Zeroizing::new(vec![0; encrypted.key_bytes]);
    let Encrypted {
        hash, rounds, salt, ..
    } = encrypted;
    pbkdf2::derive(hash, rounds, salt, passphrase.as_bytes(), &mut key);
    let opened = decrypt(&encrypted, &key);
    opened.ok_or(BadPrivateKey::WrongPassphrase)
}

fn decrypt(encrypted: &Encrypted<'_>, key: &[u8]) -> Option<Plain> {
    let key = UnboundCipherKey::new(encrypted.cipher, key).ok()?;
    let key = PaddedBlockDecryptingKey::cbc_pkcs7(key).ok()?;
    let mut buffer = Zeroizing::new(encrypted.sealed.to_vec());
    let context = DecryptionContext::Iv128(FixedLength::from(encrypted.iv));
    let length = key.decrypt(&mut buffer, context).ok()?.len();
    let plain = Zeroizing::new(buffer.get(..length)?.to_vec());
    // A wrong passphrase passes for right padding once in 256 times.
    let is_key = Reader::of_whole(&plain).is_some();
    is_key.then_some(plain)
}

fn parse(der: &[u8]) -> Option<Encrypted<'_>> {
    let mut outer = Reader::of_whole(der)?;
    let mut algorithm = outer.sequence()?;
    let sealed = outer.element(OCTETS)?;
    (algorithm.element(OID)? == PBES2).then_some(())?;
    let mut parameters = algorithm.sequence()?;
    let mut derivation = parameters.sequence()?;
    (derivation.element(OID)? == PBKDF2).then_some(())?;
    let mut derivation = derivation.sequence()?;
    let salt = derivation.element(OCTETS)?;
    let rounds = derivation.number()?;
    let rounds = NonZeroU32::new(rounds).filter(|rounds| rounds.get() <= ROUNDS_MAX)?;
    if !derivation.is_over() && !derivation.is_next(SEQUENCE) {
        derivation.number()?;
    }
    let hash = match derivation.sequence() {
        None => PBKDF2_HMAC_SHA1,
        Some(mut hash) => hash_of(hash.element(OID)?)?,
    };
    let mut scheme = parameters.sequence()?;
    let (cipher, key_bytes) = cipher_of(scheme.element(OID)?)?;
    let iv = scheme.element(OCTETS)?.try_into().ok()?;
    Some(Encrypted {
        hash,
        salt,
        rounds,
        cipher,
        key_bytes,
        iv,
        sealed,
    })
}

fn hash_of(oid: &[u8]) -> Option<pbkdf2::Algorithm> {
    match oid.strip_prefix(HMAC)? {
        [7] => Some(PBKDF2_HMAC_SHA1),
        [9] => Some(PBKDF2_HMAC_SHA256),
        [10] => Some(PBKDF2_HMAC_SHA384),
        [11] => Some(PBKDF2_HMAC_SHA512),
        _ => None,
    }
}

fn cipher_of(oid: &[u8]) -> Option<(&'static aws_lc_rs::cipher::Algorithm, usize)> {
    match oid.strip_prefix(AES)? {
        [2] => Some((&AES_128, 16)),
        [22] => Some((&AES_192, 24)),
        [42] => Some((&AES_256, 32)),
        _ => None,
    }
}
