//! What a public key must be under which a person takes material out.

use keyferry_ports::vault::{VaultError, WrappingPublicKey};

use super::WrappingKey;

/// The least public exponent (FIPS 186-4, B.3.1: greater than 2^16).
const EXPONENT_MIN: u64 = 65_537;

/// Refuses what is no RSA key of 2048 to 8192 bits, and exponents that only old or odd programs make. Answers the bits.
pub(crate) fn check(key: &WrappingPublicKey) -> Result<usize, VaultError> {
    let bits = WrappingKey::parse(key)?.bits();
    let unusable = |why: String| VaultError::BadWrappingKey { why };
    match exponent(&key.0) {
        Some(EXPONENT_MIN..) => Ok(bits),
        Some(other) => Err(unusable(format!(
            "its public exponent is {other}, and {EXPONENT_MIN} is the least"
        ))),
        None => Err(unusable("its public exponent cannot be read".to_owned())),
    }
}

/// The public exponent of a SubjectPublicKeyInfo with an RSA key (RFC 8017, A.1.1).
fn exponent(spki: &[u8]) -> Option<u64> {
    let (inner, _) = element(0x30, spki)?;
    let (_, rest) = element(0x30, inner)?;
    let (bits, _) = element(0x03, rest)?;
    let (numbers, _) = element(0x30, bits.strip_prefix(&[0])?)?;
    let (_, rest) = element(0x02, numbers)?;
    let (exponent, _) = element(0x02, rest)?;
    let mut bytes = [0; 8];
    let from = bytes.len().checked_sub(exponent.len())?;
    bytes.get_mut(from..)?.copy_from_slice(exponent);
    Some(u64::from_be_bytes(bytes))
}

/// The content of an element with this tag, and what follows it.
fn element(tag: u8, bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = match bytes.strip_prefix(&[tag])? {
        [length @ 0..=0x7f, rest @ ..] => (usize::from(*length), rest),
        [0x81, length, rest @ ..] => (usize::from(*length), rest),
        [0x82, high, low, rest @ ..] => (usize::from(u16::from_be_bytes([*high, *low])), rest),
        _ => return None,
    };
    rest.split_at_checked(length)
}

#[cfg(test)]
mod tests {
    use super::super::openssl_tests::openssl::{openssl, public_of, rsa_pair};
    use super::*;

    fn made(algorithm: &str, options: &[&str]) -> Vec<u8> {
        let mut arguments = vec!["genpkey", "-quiet", "-algorithm", algorithm];
        arguments.extend(["-outform", "DER"]);
        for option in options {
            arguments.extend(["-pkeyopt", option]);
        }
        public_of(&openssl(&arguments, &[]))
    }

    fn why(der: Vec<u8>) -> String {
        check(&WrappingPublicKey(der)).unwrap_err().to_string()
    }

    #[test]
    fn an_odd_or_short_public_key_is_refused() {
        let (_, fine) = rsa_pair(2048);
        assert_eq!(check(&WrappingPublicKey(fine.clone())), Ok(2048));
        assert_eq!(exponent(&fine), Some(65_537));

        let short = made("RSA", &["rsa_keygen_bits:1024"]);
        assert!(why(short).contains("shorter than 2048 bits"));
        let small = made("RSA", &["rsa_keygen_bits:2048", "rsa_keygen_pubexp:3"]);
        assert!(why(small).contains("its public exponent is 3"));
        let other = made("EC", &["ec_paramgen_curve:P-256"]);
        assert!(why(other).contains("no RSA key"));
        assert!(why([fine.as_slice(), &[0]].concat()).contains("no RSA key"));
        assert!(why(Vec::new()).contains("no RSA key"));
    }
}
