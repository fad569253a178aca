//! Signed notes: a text, and lines below it that say who signed it.

use std::fmt;

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use base64::prelude::{BASE64_STANDARD, Engine as _};

use crate::hash::sha256;

/// The algorithm byte of Ed25519 in key ids and key encodings.
const ED25519_BYTE: u8 = 0x01;
const KEY_ID_BYTES: usize = 4;
const SIGNATURE_LINE_START: &str = "— ";
/// More signature lines than any log has witnesses; a longer note is refused unread.
const SIGNATURE_LINES_MAX: usize = 100;

/// A text with its signatures, not yet checked.
///
/// # Source
///
/// C2SP signed-note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedNote {
    text: String,
    pub(crate) signatures: Vec<NoteSignature>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NoteSignature {
    pub(crate) name: String,
    pub(crate) key_id: [u8; KEY_ID_BYTES],
    pub(crate) signature: Vec<u8>,
}

impl SignedNote {
    /// Reads a note.
    ///
    /// # Errors
    ///
    /// [`NoteError::Malformed`] if it is no note; signatures are not checked here.
    pub fn parse(note: &str) -> Result<Self, NoteError> {
        let malformed = |why| NoteError::Malformed { why };
        if note
            .chars()
            .any(|character| character < ' ' && character != '\n')
        {
            return Err(malformed("it has control characters"));
        }
        let (text, lines) = note
            .rsplit_once("\n\n")
            .ok_or(malformed("it has no empty line before signatures"))?;
        let lines = lines
            .strip_suffix('\n')
            .ok_or(malformed("its last line has no end"))?;
        if lines.split('\n').count() > SIGNATURE_LINES_MAX {
            return Err(malformed("it has too many signatures"));
        }
        let signatures: Option<Vec<_>> = lines.split('\n').map(NoteSignature::parse).collect();
        let signatures = signatures.ok_or(malformed("it has a malformed signature line"))?;
        Ok(Self {
            text: format!("{text}\n"),
            signatures,
        })
    }

    /// The text, which ends with a line end.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Takes over the signatures of another copy of the same note that this one lacks. Answers how many.
    ///
    /// # Errors
    ///
    /// [`NoteError::Malformed`] if the other's text differs, or there would be too many signatures.
    pub fn take_signatures_of(&mut self, other: &Self) -> Result<usize, NoteError> {
        let malformed = |why| NoteError::Malformed { why };
        if self.text != other.text {
            return Err(malformed("its text is another"));
        }
        let new: Vec<_> = other
            .signatures
            .iter()
            .filter(|line| !self.signatures.contains(line))
            .cloned()
            .collect();
        if self.signatures.len() + new.len() > SIGNATURE_LINES_MAX {
            return Err(malformed("it has too many signatures"));
        }
        let count = new.len();
        self.signatures.extend(new);
        Ok(count)
    }

    /// Checks the signature of one key; those of others are ignored.
    ///
    /// # Errors
    ///
    /// [`NoteError::NotSigned`] if this key did not sign, [`NoteError::BadSignature`] if a line
    /// claims that it did and is wrong.
    pub fn verify(&self, key: &NoteVerifier) -> Result<(), NoteError> {
        let mut claims = self
            .signatures
            .iter()
            .filter(|line| line.name == key.name && line.key_id == key.key_id())
            .peekable();
        if claims.peek().is_none() {
            return Err(NoteError::NotSigned {
                name: key.name.clone(),
            });
        }
        let public_key = UnparsedPublicKey::new(&ED25519, &key.public_key);
        let is_signed = claims.all(|line| {
            public_key
                .verify(self.text.as_bytes(), &line.signature)
                .is_ok()
        });
        if is_signed {
            Ok(())
        } else {
            Err(NoteError::BadSignature {
                name: key.name.clone(),
            })
        }
    }
}

impl fmt::Display for SignedNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        for line in &self.signatures {
            let bytes = [line.key_id.as_slice(), &line.signature].concat();
            let encoded = BASE64_STANDARD.encode(bytes);
            writeln!(f, "{SIGNATURE_LINE_START}{} {encoded}", line.name)?;
        }
        Ok(())
    }
}

impl NoteSignature {
    fn parse(line: &str) -> Option<Self> {
        let (name, encoded) = line.strip_prefix(SIGNATURE_LINE_START)?.split_once(' ')?;
        let bytes = BASE64_STANDARD.decode(encoded).ok()?;
        let (key_id, signature) = bytes.split_first_chunk()?;
        let is_complete = is_name(name) && !signature.is_empty();
        is_complete.then(|| Self {
            name: name.to_owned(),
            key_id: *key_id,
            signature: signature.to_owned(),
        })
    }
}

/// The bytes from which an Ed25519 key pair is made.
pub const SEED_BYTES: usize = 32;

/// An Ed25519 key pair that signs notes under a name.
pub struct NoteSigner {
    key_pair: Ed25519KeyPair,
    verifier: NoteVerifier,
}

impl NoteSigner {
    /// Gives a key pair a name, by convention the log's address without scheme.
    ///
    /// # Errors
    ///
    /// [`NoteError::BadName`] if the name is empty or has a space, a plus or a control character.
    pub fn new(name: &str, key_pair: Ed25519KeyPair) -> Result<Self, NoteError> {
        let public_key = key_pair.public_key().as_ref().to_vec();
        let verifier = NoteVerifier::new(name, public_key)?;
        Ok(Self { key_pair, verifier })
    }

    /// Makes the key pair from its seed: 32 secret random bytes.
    ///
    /// # Errors
    ///
    /// [`NoteError::BadKey`] if these are not 32 bytes, [`NoteError::BadName`] as [`new`](Self::new).
    pub fn from_seed(name: &str, seed: &[u8]) -> Result<Self, NoteError> {
        Self::new(name, key_pair(seed)?)
    }

    /// The public half, to hand to those who check.
    pub fn verifier(&self) -> &NoteVerifier {
        &self.verifier
    }

    /// Signs a text.
    ///
    /// # Errors
    ///
    /// [`NoteError::Malformed`] if the text does not end with a line end or has other control
    /// characters.
    pub fn sign(&self, text: &str) -> Result<SignedNote, NoteError> {
        let is_text = text.ends_with('\n')
            && text
                .chars()
                .all(|character| character >= ' ' || character == '\n');
        if !is_text {
            return Err(NoteError::Malformed {
                why: "its text is not made of whole lines",
            });
        }
        let signature = NoteSignature {
            name: self.verifier.name.clone(),
            key_id: self.verifier.key_id(),
            signature: self.key_pair.sign(text.as_bytes()).as_ref().to_vec(),
        };
        Ok(SignedNote {
            text: text.to_owned(),
            signatures: vec![signature],
        })
    }
}

pub(crate) fn key_pair(seed: &[u8]) -> Result<Ed25519KeyPair, NoteError> {
    Ed25519KeyPair::from_seed_unchecked(seed).map_err(|_| NoteError::BadKey)
}

impl fmt::Debug for NoteSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NoteSigner({}, private key redacted)", self.verifier)
    }
}

/// A name and an Ed25519 public key that check notes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoteVerifier {
    name: String,
    public_key: Vec<u8>,
}

impl NoteVerifier {
    fn new(name: &str, public_key: Vec<u8>) -> Result<Self, NoteError> {
        if !is_name(name) {
            return Err(NoteError::BadName);
        }
        Ok(Self {
            name: name.to_owned(),
            public_key,
        })
    }

    /// Reads `<name>+<key id>+<key>`, as [`Display`](fmt::Display) writes it.
    ///
    /// # Errors
    ///
    /// [`NoteError::BadKey`] if it is none, or its parts do not belong together.
    pub fn parse(text: &str) -> Result<Self, NoteError> {
        let (name, key) = read_key(text, ED25519_BYTE).ok_or(NoteError::BadKey)?;
        Self::new(name, key)
    }

    /// The name that stands in signature lines.
    pub fn name(&self) -> &str {
        &self.name
    }

    fn key_id(&self) -> [u8; KEY_ID_BYTES] {
        key_id(&self.name, ED25519_BYTE, &self.public_key)
    }
}

impl fmt::Display for NoteVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&key_text(&self.name, ED25519_BYTE, &self.public_key))
    }
}

/// The first bytes of a hash over name, algorithm and key.
pub(crate) fn key_id(name: &str, algorithm: u8, public_key: &[u8]) -> [u8; KEY_ID_BYTES] {
    let hash = sha256(&[name.as_bytes(), b"\n", &[algorithm], public_key]);
    let [a, b, c, d, ..] = *hash.as_bytes();
    [a, b, c, d]
}

/// `<name>+<key id>+<key>`.
pub(crate) fn key_text(name: &str, algorithm: u8, public_key: &[u8]) -> String {
    let key = BASE64_STANDARD.encode([&[algorithm], public_key].concat());
    let id = hex::encode(key_id(name, algorithm, public_key));
    format!("{name}+{id}+{key}")
}

/// Name and public key of such a text, where it is of this algorithm.
pub(crate) fn read_key(text: &str, algorithm: u8) -> Option<(&str, Vec<u8>)> {
    let (name, rest) = text.split_once('+')?;
    let (_, encoded) = rest.split_once('+')?;
    let bytes = BASE64_STANDARD.decode(encoded).ok()?;
    let (found, key) = bytes.split_first()?;
    // The key id is derived; a text that writes any other was altered.
    let is_key = *found == algorithm
        && key.len() == 32
        && is_name(name)
        && key_text(name, algorithm, key) == text;
    is_key.then(|| (name, key.to_vec()))
}

pub(crate) fn is_name(name: &str) -> bool {
    let is_allowed = |c: char| !c.is_whitespace() && !c.is_control() && c != '+';
    !name.is_empty() && name.chars().all(is_allowed)
}

/// What is wrong with a note or its keys.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// A line says that this key signed, and it did not sign this text.
    #[error("the signature of {name} does not fit the note")]
    BadSignature {
        /// The key's name.
        name: String,
    },
    /// The cosignature of a witness is right, and tells no time or one that is still to come.
    #[error("the cosignature of {name} tells no time, or one that is still to come")]
    BadTime {
        /// The witness's name.
        name: String,
    },
    /// The text is no verifier key of a kind that we know.
    #[error("the text is no Ed25519 verifier key")]
    BadKey,
    /// The name cannot stand in a signature line.
    #[error("a signer's name must not be empty or hold spaces, plus signs or control characters")]
    BadName,
    /// The text is no note.
    #[error("the note is malformed: {why}")]
    Malformed {
        /// In which way.
        why: &'static str,
    },
    /// The note has no signature of this key.
    #[error("the note is not signed by {name}")]
    NotSigned {
        /// The key's name.
        name: String,
    },
}
