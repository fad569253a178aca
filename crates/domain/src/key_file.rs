//! Files that hold key material: their forms, how they may be wrapped, and why one is refused.

use crate::spec::KeySpec;
use crate::wrapping::WrappingAlgorithm;

/// The longest file, in bytes. An RSA-4096 private key as PEM has about 3,300.
pub const KEY_FILE_BYTES_MAX: usize = 16 * 1024;

crate::words! {
    /// How the bytes of a key file are to be read.
    KeyFileFormat {
        /// PEM where a PEM block begins; else text is hex if it has hex digits only, else base64; anything else is raw.
        Auto = "auto",
        /// The material itself: random bytes of an AES or HMAC key; PKCS#8, PKCS#1 or SEC1 DER of a private key.
        Raw = "raw",
        /// The same as base64.
        Base64 = "base64",
        /// The same as hex digits.
        Hex = "hex",
        /// One PEM block with a private key.
        Pem = "pem",
    }
}

crate::words! {
    /// How the material in a file is wrapped under a key that the vault has.
    KeyFileWrapping {
        /// AES key wrap with padding (RFC 5649, NIST SP 800-38F KWP) under an AES-256 key.
        AesKwp = "aes-kwp",
        /// RSAES-OAEP with SHA-256, MGF1 with SHA-256 and an empty label, under an RSA key.
        RsaOaepSha256 = "rsa-oaep-sha-256",
        /// OAEP as above wraps an AES-256 key, which wraps the material (RFC 5649); the wrapped AES key comes first.
        RsaAesKeyWrapSha256 = "rsa-aes-key-wrap-sha-256",
    }
}

impl KeyFileWrapping {
    /// The same as AWS's word for it; none for AES key wrap.
    pub fn algorithm(self) -> Option<WrappingAlgorithm> {
        match self {
            Self::AesKwp => None,
            Self::RsaOaepSha256 => Some(WrappingAlgorithm::RsaesOaepSha256),
            Self::RsaAesKeyWrapSha256 => Some(WrappingAlgorithm::RsaAesKeyWrapSha256),
        }
    }

    /// Whether a key of this spec can undo it.
    pub fn goes_with(self, spec: KeySpec) -> bool {
        use crate::spec::SpecKind::{Rsa, Symmetric};
        match self {
            Self::AesKwp => spec.kind() == Symmetric,
            Self::RsaOaepSha256 | Self::RsaAesKeyWrapSha256 => spec.kind() == Rsa,
        }
    }
}

/// Why a file is not taken. No variant holds bytes of it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadKeyFile {
    /// Larger than any key.
    #[error("the file has more than {KEY_FILE_BYTES_MAX} bytes, which no key has")]
    TooLarge,
    /// Not base64, hex or PEM.
    #[error("the file is not {}", .format.as_str())]
    Encoding {
        /// What it should be.
        format: KeyFileFormat,
    },
    /// Nothing that is known.
    #[error("the file holds no key that can be read; expected was {expected}")]
    NoKey {
        /// In words.
        expected: String,
    },
    /// Too few or too many bytes.
    #[error("the file holds {length} bytes; expected were {expected}")]
    WrongLength {
        /// What it has.
        length: usize,
        /// In words.
        expected: String,
    },
    /// A key, but another one.
    #[error("the file holds a key of spec {found}; expected was {wanted}")]
    OtherSpec {
        /// What it is.
        found: KeySpec,
        /// What was asked for.
        wanted: KeySpec,
    },
    /// A kind or size that is not imported.
    #[error("the file holds {found}; expected was one of the specs that AWS KMS takes")]
    UnknownKind {
        /// In words.
        found: String,
    },
    /// A private key without the name of its curve, which fits several.
    #[error(
        "the file does not name the curve of its private key, and it may be on several; expected was a spec beside it"
    )]
    CurveNotNamed,
    /// Protected by a passphrase.
    #[error("the private key in the file is encrypted; expected was an unencrypted one")]
    Encrypted,
    /// More than one.
    #[error("the file holds {count} keys; expected was one")]
    SeveralKeys {
        /// How many.
        count: usize,
    },
    /// Something stands behind the key.
    #[error("{count} bytes follow the key in the file; expected was its end")]
    TrailingBytes {
        /// How many.
        count: usize,
    },
    /// A public key, a certificate or a request for one.
    #[error("the file holds no private key, but a {found}; expected was a private key")]
    NotPrivate {
        /// PEM's word, in small letters.
        found: &'static str,
    },
    /// Wrapped under another key or in another way, altered or cut.
    #[error("the file does not unwrap; expected was material wrapped under this key by {}", .wrapping.as_str())]
    DoesNotUnwrap {
        /// How it should be wrapped.
        wrapping: KeyFileWrapping,
    },
    /// The named key cannot undo that wrapping.
    #[error("a key of spec {spec} does not unwrap {}", .wrapping.as_str())]
    WrongWrappingKey {
        /// How the file is wrapped.
        wrapping: KeyFileWrapping,
        /// Of the key that was named.
        spec: KeySpec,
    },
}

impl BadKeyFile {
    /// Stable code, documented in `docs/reference/errors.md`, and what helps.
    pub fn texts(&self) -> (&'static str, &'static str) {
        match self {
            Self::TooLarge => (
                "key-file.too-large",
                "give the file that holds the key alone",
            ),
            Self::Encoding { .. } => (
                "key-file.encoding",
                "say what the file is with --format, or let it be found with `auto`",
            ),
            Self::NoKey { .. } => (
                "key-file.no-key",
                "give raw bytes for AES and HMAC, and PKCS#8, PKCS#1 or SEC1 for private keys; say with --format how they are written",
            ),
            Self::WrongLength { .. } => (
                "key-file.wrong-length",
                "check the spec, and that the file was written without a line end or other additions",
            ),
            Self::OtherSpec { .. } => (
                "key-file.other-spec",
                "name the spec that the file has, or give the right file",
            ),
            Self::UnknownKind { .. } => (
                "key-file.unknown-kind",
                "AWS KMS takes RSA of 2048, 3072 and 4096 bits, P-256, P-384, P-521, secp256k1 and Ed25519",
            ),
            Self::CurveNotNamed => ("key-file.curve-not-named", "name the spec with --spec"),
            Self::Encrypted => (
                "key-file.encrypted",
                "decrypt it first (`openssl pkcs8 -in FILE -out PLAIN`), or wrap it under a key of the vault and give --wrapped-by",
            ),
            Self::SeveralKeys { .. } => (
                "key-file.several-keys",
                "give each key in a file of its own",
            ),
            Self::TrailingBytes { .. } => (
                "key-file.trailing-bytes",
                "give the file that holds the key alone",
            ),
            Self::NotPrivate { .. } => (
                "key-file.not-private",
                "give the private key: AWS KMS makes the public one from it",
            ),
            Self::DoesNotUnwrap { .. } => (
                "key-file.does-not-unwrap",
                "check which key and which way it was wrapped with, and that the file is whole",
            ),
            Self::WrongWrappingKey { .. } => (
                "key-file.wrong-wrapping-key",
                "aes-kwp takes an AES-256 key of the vault, the others an RSA key",
            ),
        }
    }
}
