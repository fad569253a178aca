//! Recovery codes: for whoever has lost the second factor. Each counts once; only their hashes are kept.

use keyferry_ports::entropy::Entropy;
use keyferry_ports::secret::SecretText;

use super::hash;
use super::totp::to_base32;

/// Codes that are made at once.
const COUNT: usize = 10;

/// Bytes of one: 80 bits, so that its hash tells nobody the code.
const BYTES: usize = 10;

/// New codes, to be shown once.
pub(super) fn made(entropy: &dyn Entropy) -> Vec<SecretText> {
    (0..COUNT)
        .map(|_| {
            let mut bytes = [0u8; BYTES];
            entropy.fill(&mut bytes);
            SecretText::new(grouped(&to_base32(&bytes)))
        })
        .collect()
}

fn grouped(text: &str) -> String {
    let mut grouped = String::with_capacity(text.len() + 3);
    for (place, letter) in text.chars().enumerate() {
        if place > 0 && place % 4 == 0 {
            grouped.push('-');
        }
        grouped.push(letter);
    }
    grouped
}

/// What is kept of a code, however it is typed.
pub(super) fn hash_of(code: &str) -> [u8; 32] {
    let plain: String = code
        .chars()
        .filter(|one| one.is_ascii_alphanumeric())
        .map(|one| one.to_ascii_uppercase())
        .collect();
    hash(&plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recovery_code_may_be_typed_without_signs_and_in_small_letters() {
        let kept = hash_of("ABCD-EFGH-IJKL-MNOP");

        assert_eq!(hash_of("abcdefghijklmnop"), kept);
        assert_eq!(hash_of(" abcd efgh ijkl mnop "), kept);
        assert_ne!(hash_of("abcdefghijklmno2"), kept);
    }
}
