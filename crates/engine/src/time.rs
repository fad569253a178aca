//! Small helpers on times: whole microseconds, sums that cannot fail, back-off.

use jiff::{SignedDuration, Timestamp};
use keyferry_ports::entropy::Entropy;

/// Cut to what the records can hold, so that memory and records agree.
pub(crate) fn whole_micros(at: Timestamp) -> Timestamp {
    Timestamp::from_microsecond(at.as_microsecond()).unwrap_or(at)
}

/// Later by a duration; the end of time where there is nothing later.
pub(crate) fn after(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.checked_add(by).unwrap_or(Timestamp::MAX)
}

/// A wait between nothing and a bound that doubles with every try ("full jitter", AWS Builders' Library,
/// "Timeouts, retries and backoff with jitter").
pub(crate) fn backoff(
    entropy: &dyn Entropy,
    base: SignedDuration,
    max: SignedDuration,
    tries: u32,
) -> SignedDuration {
    let bound = base
        .as_millis()
        .saturating_mul(1i128 << tries.min(40))
        .min(max.as_millis());
    let bound = u64::try_from(bound).unwrap_or(0).max(1);
    let mut bytes = [0u8; 8];
    entropy.fill(&mut bytes);
    let millis = 1 + u64::from_le_bytes(bytes) % bound;
    SignedDuration::from_millis(i64::try_from(millis).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Highest;

    impl Entropy for Highest {
        fn fill(&self, buffer: &mut [u8]) {
            buffer.fill(0xff);
        }
    }

    #[test]
    fn a_backoff_is_never_nothing_nor_above_its_bound() {
        let base = SignedDuration::from_secs(1);
        let max = SignedDuration::from_mins(5);

        for tries in [0, 1, 5, 30, u32::MAX] {
            let wait = backoff(&Highest, base, max, tries);
            assert!(
                wait > SignedDuration::ZERO && wait <= max,
                "{tries}: {wait:?}"
            );
        }
    }
}
