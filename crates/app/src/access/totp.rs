//! Time-based one-time passwords as authenticator apps make them: RFC 6238 with HMAC-SHA-1, 30 seconds and 6 digits.

use aws_lc_rs::{constant_time, hmac};
use jiff::Timestamp;

/// The MAC, in the word of `otpauth` URIs. SHA-1 is what every app knows; what is known of it does not touch its HMAC.
pub const ALGORITHM: &str = "SHA1";

/// Digits of a code.
pub const DIGITS: usize = 6;

/// How long a code is shown, in seconds.
pub const PERIOD: u64 = 30;

/// Bytes of a secret: as many as the MAC has (RFC 4226, R6).
pub(super) const SECRET_BYTES: usize = 20;

/// The letters of base 32 (RFC 4648).
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// The time step that a moment is in.
pub(super) fn step_at(now: Timestamp) -> u64 {
    u64::try_from(now.as_second()).unwrap_or(0) / PERIOD
}

/// The code of a time step.
pub(super) fn code_at(secret: &[u8], step: u64) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret);
    let tag = hmac::sign(&key, &step.to_be_bytes());
    let bytes = tag.as_ref();
    let offset = bytes.last().map_or(0, |last| usize::from(last & 0x0f));
    let word = bytes
        .iter()
        .skip(offset)
        .take(4)
        .fold(0u32, |word, byte| word << 8 | u32::from(*byte));
    let number = (word & 0x7fff_ffff) % 10u32.pow(DIGITS as u32);
    format!("{number:0width$}", width = DIGITS)
}

/// The step whose code this is: the present one, the one before or the one after, and none that was accepted before. All three are
/// compared.
pub(super) fn accepted_step(secret: &[u8], code: &str, last: u64, now: Timestamp) -> Option<u64> {
    let present = step_at(now);
    let steps = [present.saturating_sub(1), present, present + 1];
    steps
        .into_iter()
        .map(|step| {
            let right = code_at(secret, step);
            let is_right =
                constant_time::verify_slices_are_equal(right.as_bytes(), code.as_bytes()).is_ok();
            (step, is_right)
        })
        .filter(|(step, is_right)| *is_right && *step > last)
        .map(|(step, _)| step)
        .max()
}

/// Whether a text has the form of a code, and not of a recovery code.
pub(super) fn is_code(text: &str) -> bool {
    text.len() == DIGITS && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Base 32 without padding.
pub(super) fn to_base32(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 8 / 5 + 1);
    let (mut held, mut bits) = (0u32, 0u32);
    let mut push = |value: u32| {
        let letter = BASE32.get((value & 31) as usize).copied().unwrap_or(b'A');
        text.push(char::from(letter));
    };
    for byte in bytes {
        held = held << 8 | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            push(held >> bits);
            held &= (1 << bits) - 1;
        }
    }
    if bits > 0 {
        push(held << (5 - bits));
    }
    text
}

/// The bytes of base 32 without padding; `None` where it is none.
pub(super) fn from_base32(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() * 5 / 8);
    let (mut held, mut bits) = (0u32, 0u32);
    for letter in text.bytes() {
        let value = BASE32.iter().position(|one| *one == letter)?;
        held = held << 5 | u32::try_from(value).ok()?;
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from(held >> bits & 0xff).ok()?);
            held &= (1 << bits) - 1;
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(seconds).unwrap()
    }

    /// RFC 6238, appendix B, the rows of SHA-1: their last six digits.
    #[test]
    fn codes_are_those_of_rfc_6238() {
        let secret = b"12345678901234567890";
        let vectors = [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ];

        for (seconds, code) in vectors {
            assert_eq!(code_at(secret, step_at(at(seconds))), code, "{seconds}");
        }
    }

    #[test]
    fn a_code_counts_a_step_early_and_late_and_never_again() {
        let secret = b"12345678901234567890";
        let code = code_at(secret, 100);
        let step_when = |now| accepted_step(secret, &code, 0, at(now));

        assert_eq!([2969, 3060].map(step_when), [None; 2]);
        assert_eq!([2970, 3000, 3059].map(step_when), [Some(100); 3]);
        assert_eq!(accepted_step(secret, &code, 100, at(3000)), None);
        assert_eq!(accepted_step(secret, &code, 99, at(3000)), Some(100));
        assert_eq!(accepted_step(secret, "", 0, at(3000)), None);
    }

    /// RFC 4648, section 10, without padding.
    #[test]
    fn base_32_is_that_of_rfc_4648() {
        let vectors = [
            ("", ""),
            ("f", "MY"),
            ("fo", "MZXQ"),
            ("foo", "MZXW6"),
            ("foob", "MZXW6YQ"),
            ("fooba", "MZXW6YTB"),
            ("foobar", "MZXW6YTBOI"),
        ];

        for (plain, coded) in vectors {
            assert_eq!(to_base32(plain.as_bytes()), coded);
            assert_eq!(from_base32(coded).unwrap(), plain.as_bytes());
        }
        assert_eq!(from_base32("mzxw"), None);
    }
}
