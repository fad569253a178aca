//! Bytes written as text.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use crate::secret::Material;

/// What is left without white space.
fn squeeze(text: &[u8]) -> Material {
    let keeps = |byte: &&u8| !byte.is_ascii_whitespace();
    let kept = text.iter().filter(keeps);
    let filled = Material::make(kept.clone().count(), |slots| {
        slots
            .iter_mut()
            .zip(kept)
            .for_each(|(slot, byte)| *slot = *byte);
        Ok::<(), std::convert::Infallible>(())
    });
    match filled {
        Ok(material) => material,
        Err(never) => match never {},
    }
}

/// Hex digits, in either case, broken into lines or not.
pub(super) fn hex(text: &[u8]) -> Option<Material> {
    let digits = squeeze(text);
    let digits = digits.expose();
    if digits.is_empty() {
        return None;
    }
    Material::make(digits.len() / 2, |slots| {
        hex::decode_to_slice(digits, slots)
    })
    .ok()
}

/// Standard base64 with its padding, broken into lines or not.
pub(super) fn base64(text: &[u8]) -> Option<Material> {
    let digits = squeeze(text);
    let digits = digits.expose();
    if digits.is_empty() {
        return None;
    }
    let mut buffer = Zeroizing::new(vec![0; digits.len()]);
    let length = STANDARD.decode_slice(digits, &mut buffer).ok()?;
    buffer.get(..length).map(Material::copy_of)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_may_be_broken_into_lines_and_nothing_else() {
        assert_eq!(hex(b" 00 fF\r\n10\n").unwrap().expose(), [0, 255, 16]);
        assert_eq!(base64(b"AP\n8Q\n").unwrap().expose(), [0, 255, 16]);
        for bad in [&b""[..], b" \n", b"0", b"0x00", b"00:ff", b"zz", b"00\x00"] {
            assert!(hex(bad).is_none(), "{bad:?}");
        }
        for bad in [
            &b""[..],
            b"A",
            b"AP8",
            b"AP8Q=",
            b"AP-_",
            b"AP8R====",
            b"\xff",
        ] {
            assert!(base64(bad).is_none(), "{bad:?}");
        }
    }
}
