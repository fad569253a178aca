//! An authenticator app, written from RFC 6238 and RFC 4648 alone.

use aws_lc_rs::hmac;
use jiff::Timestamp;

/// An app that was given a secret.
#[derive(Clone, Debug)]
pub struct Authenticator(Vec<u8>);

impl Authenticator {
    /// Takes the secret in base 32, as it is typed in.
    ///
    /// # Panics
    ///
    /// Where it is none.
    pub fn of(secret: &str) -> Self {
        let bits: String = secret
            .chars()
            .map(|letter| {
                let value = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".find(letter);
                format!("{:05b}", value.expect("a letter of base 32"))
            })
            .collect();
        let bytes = bits.as_bytes().chunks_exact(8).map(|eight| {
            let text = std::str::from_utf8(eight).expect("digits");
            u8::from_str_radix(text, 2).expect("binary digits")
        });
        Self(bytes.collect())
    }

    /// What it shows.
    pub fn code(&self, now: Timestamp) -> String {
        let step = u64::try_from(now.as_second()).expect("after 1970") / 30;
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &self.0);
        let tag = hmac::sign(&key, &step.to_be_bytes());
        let bytes = tag.as_ref();
        let offset = usize::from(bytes[19] % 16);
        let word: [u8; 4] = bytes[offset..offset + 4].try_into().expect("four bytes");
        format!("{:06}", (u32::from_be_bytes(word) % (1 << 31)) % 1_000_000)
    }
}
