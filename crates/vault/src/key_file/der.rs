//! As much of DER as it takes to see where a sequence ends, and whether it is an encrypted key.
//!
//! The library stops reading at the end of the outer sequence and ignores what follows.

/// The tag of a sequence.
const SEQUENCE: u8 = 0x30;

/// Where the outer sequence ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Extent {
    /// Where the bytes end.
    Whole,
    /// Before them: so many follow.
    Followed(usize),
    /// Behind them, or there is no sequence.
    None,
}

impl Extent {
    /// Of the sequence with which the bytes begin.
    pub(super) fn of(bytes: &[u8]) -> Self {
        let Some((length, rest)) = header(bytes) else {
            return Self::None;
        };
        match rest.len().checked_sub(length) {
            Some(0) => Self::Whole,
            Some(more) => Self::Followed(more),
            None => Self::None,
        }
    }
}

/// The length of a sequence's content, and everything behind its header.
fn header(bytes: &[u8]) -> Option<(usize, &[u8])> {
    match bytes {
        [SEQUENCE, length @ 0..=0x7f, rest @ ..] => Some((usize::from(*length), rest)),
        [SEQUENCE, 0x81, length @ 0x80..=0xff, rest @ ..] => Some((usize::from(*length), rest)),
        [SEQUENCE, 0x82, high @ 1..=0xff, low, rest @ ..] => {
            Some((usize::from(u16::from_be_bytes([*high, *low])), rest))
        }
        _ => None,
    }
}

/// Whether a sequence begins with a version, 0 or 1, as private keys in PKCS#8, PKCS#1 and SEC1 do. It may be cut. Of
/// random bytes, one in two thousand millions does.
pub(super) fn begins_like_a_key(bytes: &[u8]) -> bool {
    header(bytes).is_some_and(|(_, inner)| matches!(inner, [0x02, 0x01, 0 | 1, ..]))
}

/// Object identifiers of encryption by passphrase begin so: PKCS#5 (1.2.840.113549.1.5) and PKCS#12 (1.2.840.113549.1.12.1).
const BY_PASSPHRASE: [&[u8]; 2] = [
    &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x05],
    &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x0c, 0x01],
];

/// Whether this is an `EncryptedPrivateKeyInfo` (RFC 5958): it begins with an algorithm instead of a version.
pub(super) fn is_encrypted(bytes: &[u8]) -> bool {
    let algorithm = header(bytes).and_then(|(_, inner)| header(inner));
    let Some((_, [0x06, length, rest @ ..])) = algorithm else {
        return false;
    };
    let oid = rest.get(..usize::from(*length)).unwrap_or_default();
    BY_PASSPHRASE.iter().any(|start| oid.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_sequence_is_found_in_each_form_of_length() {
        let of = |head: &[u8], more: usize| Extent::of(&[head, &vec![0; more]].concat());

        assert_eq!(of(&[0x30, 5], 5), Extent::Whole);
        assert_eq!(of(&[0x30, 5], 7), Extent::Followed(2));
        assert_eq!(of(&[0x30, 5], 4), Extent::None);
        assert_eq!(of(&[0x30, 0x81, 0x80], 128), Extent::Whole);
        assert_eq!(of(&[0x30, 0x82, 1, 0], 256), Extent::Whole);
        assert_eq!(of(&[0x30, 0x82, 1, 0], 257), Extent::Followed(1));
        // Not the shortest form, a form that no key needs, another tag, nothing.
        assert_eq!(of(&[0x30, 0x81, 0x7f], 127), Extent::None);
        assert_eq!(of(&[0x30, 0x80], 128), Extent::None);
        assert_eq!(of(&[0x30, 0x83, 1, 0, 0], 65_536), Extent::None);
        assert_eq!(of(&[0x31, 1], 1), Extent::None);
        assert_eq!(of(&[], 0), Extent::None);
    }
}
