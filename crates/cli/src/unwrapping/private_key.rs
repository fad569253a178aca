//! Reads the private key that undoes a wrapping: one PEM block.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::{Plain, PrivateKey, passphrase};

const PLAIN: &str = "PRIVATE KEY";
const ENCRYPTED: &str = "ENCRYPTED PRIVATE KEY";

/// Why a file is no private key that can be used. Holds no byte of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BadPrivateKey {
    /// No such block.
    #[error("it has no PEM block `PRIVATE KEY` or `ENCRYPTED PRIVATE KEY`")]
    NoBlock,
    /// Not the key of a pair of 2048 bits or more.
    #[error("it is no RSA private key of 2048 bits or more in PKCS#8")]
    NotRsa,
    /// Another way than PBES2 with PBKDF2 and AES-CBC.
    #[error("it is encrypted in a way that this program does not know")]
    OtherEncryption,
    /// The passphrase opens nothing.
    #[error("the passphrase does not open it")]
    WrongPassphrase,
}

/// Whether a passphrase is needed.
pub(crate) fn is_encrypted(pem: &str) -> bool {
    pem.contains(&format!("-----BEGIN {ENCRYPTED}-----"))
}

/// Reads the key; `passphrase` opens an encrypted one.
pub(crate) fn read(pem: &str, passphrase: &str) -> Result<PrivateKey, BadPrivateKey> {
    let der = match is_encrypted(pem) {
        true => {
            let sealed = block(pem, ENCRYPTED).ok_or(BadPrivateKey::NoBlock)?;
            passphrase::open(&sealed, passphrase)?
        }
        false => block(pem, PLAIN).ok_or(BadPrivateKey::NoBlock)?,
    };
    PrivateKey::from_pkcs8(&der).ok_or(BadPrivateKey::NotRsa)
}

fn block(pem: &str, label: &str) -> Option<Plain> {
    let (_, rest) = pem.split_once(&format!("-----BEGIN {label}-----"))?;
    let (body, _) = rest.split_once(&format!("-----END {label}-----"))?;
    let mut digits = Zeroizing::new(String::with_capacity(body.len()));
    digits.extend(body.split_whitespace());
    let mut der = Zeroizing::new(vec![0; digits.len()]);
    let length = STANDARD.decode_slice(digits.as_bytes(), &mut der).ok()?;
    der.truncate(length);
    Some(der)
}
