//! Key files: from the bytes that somebody brought to material in the form in which the vault stores it.
//!
//! Errors name what was expected and hold no byte of the file. Every buffer with decoded bytes is overwritten on drop.

mod der;
mod pem;
mod private;
mod text;

use keyferry_domain::key_file::{BadKeyFile, KEY_FILE_BYTES_MAX, KeyFileFormat};
use keyferry_domain::spec::{KeySpec, SpecKind};

use crate::generate::Generated;
use crate::secret::Material;

type Read = Result<(KeySpec, Generated), BadKeyFile>;

/// Reads a file that is not wrapped.
pub(crate) fn read(bytes: &[u8], format: KeyFileFormat, wanted: Option<KeySpec>) -> Read {
    match settle(bytes, format)? {
        KeyFileFormat::Pem => {
            let der = pem::private_key(bytes)?;
            match wanted {
                Some(spec) if !spec.is_asymmetric() => Err(BadKeyFile::NoKey {
                    expected: expected_bytes(spec),
                }),
                _ => private::read(der.expose(), wanted),
            }
        }
        format => read_material(decode(bytes, format)?.expose(), wanted),
    }
}

/// Decodes the text around a wrapped key; the wrapped bytes themselves are in no format.
pub(crate) fn decode_wrapped(bytes: &[u8], format: KeyFileFormat) -> Result<Material, BadKeyFile> {
    match settle(bytes, format)? {
        KeyFileFormat::Pem => Err(BadKeyFile::NoKey {
            expected: "wrapped material: raw, base64 or hex".to_owned(),
        }),
        format => decode(bytes, format),
    }
}

/// Reads material: the bytes of a symmetric key, or a private key's DER.
pub(crate) fn read_material(bytes: &[u8], wanted: Option<KeySpec>) -> Read {
    if let Some(spec) = wanted {
        return match length_of(spec) {
            Some(length) => symmetric(bytes, spec, length),
            None => private::read(bytes, wanted),
        };
    }
    // Before the length counts: an Ed25519 key in PKCS#8 is as long as an HMAC-384 key.
    if der::begins_like_a_key(bytes) {
        return private::read(bytes, None);
    }
    let spec = match bytes.len() {
        28 => KeySpec::Hmac224,
        32 => KeySpec::Aes256,
        48 => KeySpec::Hmac384,
        64 => KeySpec::Hmac512,
        _ if der::Extent::of(bytes) != der::Extent::None => return private::read(bytes, None),
        length => {
            return Err(BadKeyFile::WrongLength {
                length,
                expected: "28, 32, 48 or 64 bytes of an HMAC or AES key, or a private key in DER"
                    .to_owned(),
            });
        }
    };
    symmetric(bytes, spec, bytes.len())
}

fn symmetric(bytes: &[u8], spec: KeySpec, length: usize) -> Read {
    if bytes.len() != length {
        return Err(BadKeyFile::WrongLength {
            length: bytes.len(),
            expected: expected_bytes(spec),
        });
    }
    let generated = Generated {
        material: Material::copy_of(bytes),
        public_key: None,
    };
    Ok((spec, generated))
}

/// How long the material of a symmetric spec is.
fn length_of(spec: KeySpec) -> Option<usize> {
    match spec {
        KeySpec::Hmac224 => Some(28),
        KeySpec::Aes256 | KeySpec::Hmac256 => Some(32),
        KeySpec::Hmac384 => Some(48),
        KeySpec::Hmac512 => Some(64),
        _ => None,
    }
}

fn expected_bytes(spec: KeySpec) -> String {
    match (spec.kind(), length_of(spec)) {
        (SpecKind::Symmetric | SpecKind::Hmac, Some(length)) => {
            format!("the {length} bytes of a key of spec {spec}")
        }
        _ => format!("a private key of spec {spec}"),
    }
}

/// Turns `auto` into what the bytes look like.
fn settle(bytes: &[u8], format: KeyFileFormat) -> Result<KeyFileFormat, BadKeyFile> {
    if bytes.len() > KEY_FILE_BYTES_MAX {
        return Err(BadKeyFile::TooLarge);
    }
    if format != KeyFileFormat::Auto {
        return Ok(format);
    }
    if pem::has_block(bytes) {
        return Ok(KeyFileFormat::Pem);
    }
    let is_text = |byte: &u8| byte.is_ascii_graphic() || byte.is_ascii_whitespace();
    if bytes.is_empty() || !bytes.iter().all(is_text) {
        return Ok(KeyFileFormat::Raw);
    }
    let is_hex = |byte: &u8| byte.is_ascii_hexdigit() || byte.is_ascii_whitespace();
    Ok(if bytes.iter().all(is_hex) {
        KeyFileFormat::Hex
    } else {
        KeyFileFormat::Base64
    })
}

fn decode(bytes: &[u8], format: KeyFileFormat) -> Result<Material, BadKeyFile> {
    let decoded = match format {
        KeyFileFormat::Hex => text::hex(bytes),
        KeyFileFormat::Base64 => text::base64(bytes),
        KeyFileFormat::Auto | KeyFileFormat::Raw | KeyFileFormat::Pem => {
            Some(Material::copy_of(bytes))
        }
    };
    decoded.ok_or(BadKeyFile::Encoding { format })
}
