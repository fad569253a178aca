//! As much of DER as an encrypted private key takes (RFC 5958, RFC 8018).

pub(super) const INTEGER: u8 = 0x02;
pub(super) const OCTETS: u8 = 0x04;
pub(super) const OID: u8 = 0x06;
pub(super) const SEQUENCE: u8 = 0x30;

/// Elements, read one after the other.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    /// The content of the one sequence that the bytes are.
    pub(super) fn of_whole(bytes: &'a [u8]) -> Option<Self> {
        let mut outer = Self(bytes);
        let inner = outer.sequence()?;
        outer.is_over().then_some(inner)
    }

    /// The next element's content, if it has this tag.
    pub(super) fn element(&mut self, tag: u8) -> Option<&'a [u8]> {
        let (length, rest) = match self.0.strip_prefix(&[tag])? {
            [length @ 0..=0x7f, rest @ ..] => (usize::from(*length), rest),
            [0x81, length, rest @ ..] => (usize::from(*length), rest),
            [0x82, high, low, rest @ ..] => (usize::from(u16::from_be_bytes([*high, *low])), rest),
            _ => return None,
        };
        let (content, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some(content)
    }

    pub(super) fn sequence(&mut self) -> Option<Self> {
        self.element(SEQUENCE).map(Self)
    }

    /// A whole number that fits.
    pub(super) fn number(&mut self) -> Option<u32> {
        let bytes = self.element(INTEGER)?;
        let is_negative = bytes.first().is_none_or(|first| first & 0x80 != 0);
        if is_negative || bytes.len() > 5 {
            return None;
        }
        let value = bytes
            .iter()
            .fold(0, |sum: u64, byte| sum << 8 | u64::from(*byte));
        u32::try_from(value).ok()
    }

    /// Whether the next element has this tag.
    pub(super) fn is_next(&self, tag: u8) -> bool {
        self.0.first() == Some(&tag)
    }

    pub(super) fn is_over(&self) -> bool {
        self.0.is_empty()
    }
}
