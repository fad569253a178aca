//! Secret text and bytes in memory: no `Clone`, no `Display`, no serialisation, overwritten on drop.

use std::fmt;

use zeroize::Zeroizing;

/// A secret text, such as an AWS secret access key.
pub struct SecretText(Zeroizing<Box<str>>);

impl SecretText {
    /// Takes the text over.
    pub fn new(text: impl Into<Box<str>>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// Lends the text. Call sites of this method are the audit surface.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SecretText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretText(redacted)")
    }
}

/// Secret bytes of a length that never grows.
pub struct SecretBytes(Zeroizing<Box<[u8]>>);

impl SecretBytes {
    /// Takes the bytes over.
    pub fn new(bytes: Box<[u8]>) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// Lends the bytes. Call sites of this method are the audit surface.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for SecretBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretBytes({} bytes, redacted)", self.0.len())
    }
}
