//! The public key under which somebody gets material.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use keyferry_ports::vault::{Vault, VaultError, WrappingPublicKey};

use crate::error::{AppError, ExportError};

/// The longest text with a public key, in bytes: 8192 bits take 1,500.
const TEXT_MAX: usize = 8 * 1024;

const BEGIN: &str = "-----BEGIN PUBLIC KEY-----";
const END: &str = "-----END PUBLIC KEY-----";

/// Reads the one public key (SubjectPublicKeyInfo) of a text in PEM (RFC 7468), if the vault wraps under it. Answers its DER
/// and the bits of its modulus.
pub(super) fn read(text: &str, vault: &dyn Vault) -> Result<(Vec<u8>, usize), AppError> {
    let der = der(text)?;
    let judged = vault.check_wrapping_key(&WrappingPublicKey(der.clone()));
    let bits = judged.map_err(|error| match error {
        VaultError::BadWrappingKey { why } => ExportError::BadPublicKey { why }.into(),
        other => AppError::from(other),
    })?;
    Ok((der, bits))
}

fn der(text: &str) -> Result<Vec<u8>, ExportError> {
    if text.contains("PRIVATE KEY-----") {
        return Err(ExportError::PrivateKey);
    }
    let bad = |why: &str| ExportError::BadPublicKey {
        why: why.to_owned(),
    };
    if text.len() > TEXT_MAX {
        return Err(bad("the text is too long for one"));
    }
    if text.matches("-----BEGIN ").count() > 1 {
        return Err(bad("there are several PEM blocks"));
    }
    let block = text
        .split_once(BEGIN)
        .and_then(|(_, rest)| rest.split_once(END));
    let (body, _) = block.ok_or_else(|| bad("it has no PEM block `PUBLIC KEY`"))?;
    let digits: String = body.split_whitespace().collect();
    let der = STANDARD.decode(digits);
    der.map_err(|_| bad("the PEM block is no base64"))
}

/// SHA-256 of a public key in DER.
pub(super) fn fingerprint(der: &[u8]) -> [u8; 32] {
    let mut bytes = [0; 32];
    bytes.copy_from_slice(digest(&SHA256, der).as_ref());
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(label: &str) -> String {
        format!("-----BEGIN {label}-----\nAAAA\n-----END {label}-----\n")
    }

    #[test]
    fn one_public_key_is_taken_and_a_private_one_is_called_by_its_name() {
        assert_eq!(der(&block("PUBLIC KEY")), Ok(vec![0; 3]));
        for label in ["PRIVATE KEY", "RSA PRIVATE KEY", "ENCRYPTED PRIVATE KEY"] {
            let both = block("PUBLIC KEY") + &block(label);
            assert_eq!(der(&both), Err(ExportError::PrivateKey), "{label}");
        }
        let twice = block("PUBLIC KEY").repeat(2);
        for text in [
            "",
            "AAAA",
            &block("CERTIFICATE"),
            &block("RSA PUBLIC KEY"),
            &twice,
        ] {
            let error = der(text).unwrap_err();
            assert_eq!(error.code(), "export.bad-public-key", "{text}");
        }
        let long = format!("{BEGIN}{}{END}", "A".repeat(TEXT_MAX));
        assert!(der(&long).is_err());
    }
}
