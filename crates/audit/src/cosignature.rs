//! Cosignatures: a witness confirms that it saw a checkpoint, and when, and that it goes on from all that it saw before.
//!
//! # Source
//!
//! C2SP tlog-cosignature, version 1.

use std::fmt;

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};

use crate::note::{
    NoteError, NoteSignature, SignedNote, is_name, key_id, key_pair, key_text, read_key,
};

/// The algorithm byte of timestamped Ed25519 cosignatures.
const COSIGNATURE_BYTE: u8 = 0x04;
const TIME_BYTES: usize = 8;

/// Seconds by which a witness's clock may be ahead of the clock of whoever verifies.
pub const CLOCKS_APART_MAX_SECONDS: u64 = 300;

/// Whether a witness can have signed at such a time: none is told by 0, and what lies ahead was not seen yet.
fn is_past(time: u64, now: u64) -> bool {
    time > 0 && time <= now.saturating_add(CLOCKS_APART_MAX_SECONDS)
}

/// What is signed: the time and the whole text of the checkpoint.
fn message(text: &str, unix_seconds: u64) -> String {
    format!("cosignature/v1\ntime {unix_seconds}\n{text}")
}

/// An Ed25519 key pair that cosigns checkpoints under a name.
pub struct Cosigner {
    key_pair: Ed25519KeyPair,
    key: CosignerKey,
}

impl Cosigner {
    /// Makes the key pair from its seed: 32 secret random bytes.
    ///
    /// # Errors
    ///
    /// [`NoteError::BadKey`] if these are not 32 bytes, [`NoteError::BadName`] if the name cannot stand in a line.
    pub fn from_seed(name: &str, seed: &[u8]) -> Result<Self, NoteError> {
        if !is_name(name) {
            return Err(NoteError::BadName);
        }
        let key_pair = key_pair(seed)?;
        let key = CosignerKey {
            name: name.to_owned(),
            public_key: key_pair.public_key().as_ref().to_vec(),
        };
        Ok(Self { key_pair, key })
    }

    /// The public half, to hand to those who check.
    pub fn key(&self) -> &CosignerKey {
        &self.key
    }

    /// Adds a cosignature to a checkpoint; an older one of the same witness goes. The caller has checked the log's signature
    /// and that the checkpoint goes on from the last one that it cosigned.
    pub fn cosign(&self, note: &SignedNote, unix_seconds: u64) -> SignedNote {
        let signed = self
            .key_pair
            .sign(message(note.text(), unix_seconds).as_bytes());
        let mut cosigned = note.clone();
        let key_id = self.key.key_id();
        cosigned
            .signatures
            .retain(|line| line.name != self.key.name || line.key_id != key_id);
        cosigned.signatures.push(NoteSignature {
            name: self.key.name.clone(),
            key_id,
            signature: [&unix_seconds.to_be_bytes(), signed.as_ref()].concat(),
        });
        cosigned
    }
}

impl fmt::Debug for Cosigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cosigner({}, private key redacted)", self.key)
    }
}

/// A name and an Ed25519 public key that check cosignatures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CosignerKey {
    name: String,
    public_key: Vec<u8>,
}

impl CosignerKey {
    /// Reads `<name>+<key id>+<key>`, as [`Display`](fmt::Display) writes it.
    ///
    /// # Errors
    ///
    /// [`NoteError::BadKey`] if it is none, or its parts do not belong together.
    pub fn parse(text: &str) -> Result<Self, NoteError> {
        let (name, public_key) = read_key(text, COSIGNATURE_BYTE).ok_or(NoteError::BadKey)?;
        Ok(Self {
            name: name.to_owned(),
            public_key,
        })
    }

    /// The name that stands in signature lines.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Checks this witness's cosignature at `now`, in seconds since 1970; answers when it cosigned, likewise, the latest where
    /// there are several. Those without a time, and those more than [`CLOCKS_APART_MAX_SECONDS`] ahead, do not count: of neither
    /// it can be said when the checkpoint was seen.
    ///
    /// # Errors
    ///
    /// [`NoteError::NotSigned`] if it did not, [`NoteError::BadSignature`] if lines claim that it did and all are wrong,
    /// [`NoteError::BadTime`] if none that is right has a time that counts.
    pub fn verify(&self, note: &SignedNote, now: u64) -> Result<u64, NoteError> {
        let public_key = UnparsedPublicKey::new(&ED25519, &self.public_key);
        let bad = || NoteError::BadSignature {
            name: self.name.clone(),
        };
        let key_id = self.key_id();
        let mut claims = note
            .signatures
            .iter()
            .filter(|line| line.name == self.name && line.key_id == key_id)
            .peekable();
        if claims.peek().is_none() {
            return Err(NoteError::NotSigned {
                name: self.name.clone(),
            });
        }
        // Anybody can add a line that claims to be a witness's: one that is right is enough.
        let right = claims.filter_map(|line| {
            let (time, signature) = line.signature.split_first_chunk::<TIME_BYTES>()?;
            let time = u64::from_be_bytes(*time);
            let signed = message(note.text(), time);
            let is_right = public_key.verify(signed.as_bytes(), signature).is_ok();
            is_right.then_some(time)
        });
        let (past, other): (Vec<u64>, Vec<u64>) = right.partition(|time| is_past(*time, now));
        match (past.into_iter().max(), other.is_empty()) {
            (Some(time), _) => Ok(time),
            (None, true) => Err(bad()),
            (None, false) => Err(NoteError::BadTime {
                name: self.name.clone(),
            }),
        }
    }

    fn key_id(&self) -> [u8; 4] {
        key_id(&self.name, COSIGNATURE_BYTE, &self.public_key)
    }
}

impl fmt::Display for CosignerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&key_text(&self.name, COSIGNATURE_BYTE, &self.public_key))
    }
}
