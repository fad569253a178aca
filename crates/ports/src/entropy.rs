//! Randomness as a port, and the ids made from it.

use jiff::Timestamp;
use uuid::Uuid;

/// Draws random bytes. The operating system's in production, seeded in simulations.
pub trait Entropy: Send + Sync + 'static {
    /// Fills the buffer with bytes fit for keys and tokens.
    fn fill(&self, buffer: &mut [u8]);
}

/// Makes a UUIDv7 (RFC 9562): sorted by `now` in milliseconds, else random.
pub fn uuid_v7(now: Timestamp, entropy: &dyn Entropy) -> Uuid {
    let mut bytes = [0u8; 16];
    entropy.fill(&mut bytes);
    let millis = u64::try_from(now.as_millisecond())
        .unwrap_or(0)
        .to_be_bytes();
    let [_, _, time @ ..] = millis;
    for (slot, byte) in bytes.iter_mut().zip(time) {
        *slot = byte;
    }
    let [_, _, _, _, _, _, version, _, variant, ..] = &mut bytes;
    *version = (*version & 0x0f) | 0x70;
    *variant = (*variant & 0x3f) | 0x80;
    Uuid::from_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Constant(u8);

    impl Entropy for Constant {
        fn fill(&self, buffer: &mut [u8]) {
            buffer.fill(self.0);
        }
    }

    #[test]
    fn ids_carry_version_variant_and_time() {
        let now = Timestamp::from_millisecond(0x0123_4567_89ab).unwrap();

        let id = uuid_v7(now, &Constant(0xff));

        assert_eq!(id.to_string(), "01234567-89ab-7fff-bfff-ffffffffffff");
    }
}
