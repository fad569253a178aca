//! PEM (RFC 7468, and the older form with headers): finds the one private key.

use keyferry_domain::key_file::{BadKeyFile, KeyFileFormat};

use super::text;
use crate::secret::Material;

const BEGIN: &str = "-----BEGIN ";
const END: &str = "-----END ";
const DASHES: &str = "-----";

/// Blocks that stand beside a private key and hold nothing secret: `openssl ecparam -genkey` writes the first.
const HARMLESS: [&str; 2] = ["EC PARAMETERS", "DH PARAMETERS"];

/// Blocks that are often taken for a private key, in words.
const NOT_PRIVATE: [(&str, &str); 6] = [
    ("PUBLIC KEY", "public key"),
    ("RSA PUBLIC KEY", "public key"),
    ("CERTIFICATE", "certificate"),
    ("TRUSTED CERTIFICATE", "certificate"),
    ("CERTIFICATE REQUEST", "certificate request"),
    ("NEW CERTIFICATE REQUEST", "certificate request"),
];

/// Whether a block begins anywhere at the start of a line.
pub(super) fn has_block(bytes: &[u8]) -> bool {
    bytes
        .split(|byte| *byte == b'\n')
        .any(|line| line.starts_with(BEGIN.as_bytes()))
}

struct Block<'a> {
    label: &'a str,
    body: Vec<&'a str>,
}

/// The DER of the file's one private key.
pub(super) fn private_key(bytes: &[u8]) -> Result<Material, BadKeyFile> {
    let no_pem = || BadKeyFile::Encoding {
        format: KeyFileFormat::Pem,
    };
    let text = str::from_utf8(bytes).map_err(|_| no_pem())?;
    let blocks = blocks(text).ok_or_else(no_pem)?;
    let mut keys = Vec::new();
    let mut other = None;
    for block in &blocks {
        if is_private(block.label) {
            keys.push(block);
        } else if let Some((_, words)) = NOT_PRIVATE.iter().find(|row| row.0 == block.label) {
            other = Some(*words);
        } else if !HARMLESS.contains(&block.label) {
            return Err(BadKeyFile::NoKey {
                expected: "one PEM block with a private key".to_owned(),
            });
        }
    }
    match (keys.as_slice(), other) {
        ([key], _) => decode(key),
        ([], Some(found)) => Err(BadKeyFile::NotPrivate { found }),
        ([], None) => Err(no_pem()),
        (several, _) => Err(BadKeyFile::SeveralKeys {
            count: several.len(),
        }),
    }
}

fn is_private(label: &str) -> bool {
    matches!(
        label,
        "PRIVATE KEY" | "RSA PRIVATE KEY" | "EC PRIVATE KEY" | "ENCRYPTED PRIVATE KEY"
    )
}

fn decode(block: &Block<'_>) -> Result<Material, BadKeyFile> {
    let is_encrypted = |line: &&str| line.starts_with("Proc-Type:") && line.contains("ENCRYPTED");
    if block.label == "ENCRYPTED PRIVATE KEY" || block.body.iter().any(is_encrypted) {
        return Err(BadKeyFile::Encrypted);
    }
    let digits = zeroize::Zeroizing::new(block.body.concat());
    text::base64(digits.as_bytes()).ok_or(BadKeyFile::Encoding {
        format: KeyFileFormat::Pem,
    })
}

/// All blocks; `None` where one does not end, or ends as another. Text between blocks is a comment.
fn blocks(text: &str) -> Option<Vec<Block<'_>>> {
    let mut blocks = Vec::new();
    let mut open: Option<Block<'_>> = None;
    for line in text.lines().map(str::trim_end) {
        match (label(line, BEGIN), label(line, END), open.take()) {
            (Some(label), _, None) => {
                open = Some(Block {
                    label,
                    body: Vec::new(),
                });
            }
            (_, Some(label), Some(block)) if block.label == label => blocks.push(block),
            (Some(_), _, Some(_)) | (_, Some(_), _) => return None,
            (None, None, Some(mut block)) => {
                block.body.push(line);
                open = Some(block);
            }
            (None, None, None) => {}
        }
    }
    open.is_none().then_some(blocks)
}

fn label<'a>(line: &'a str, start: &str) -> Option<&'a str> {
    line.strip_prefix(start)?.strip_suffix(DASHES)
}
