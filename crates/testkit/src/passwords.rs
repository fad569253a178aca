//! Passwords that are kept as they are: for tests of what is done with them, which need no hash that takes its time.

use std::sync::atomic::{AtomicUsize, Ordering};

use keyferry_ports::secret::SecretText;
use keyferry_ports::vault::{Passwords, VaultError};

/// Keeps passwords as they are, and counts how often one is looked at.
#[derive(Debug, Default)]
pub struct PlainPasswords {
    looked_at: AtomicUsize,
}

impl PlainPasswords {
    /// How often a password was compared.
    pub fn looked_at(&self) -> usize {
        self.looked_at.load(Ordering::SeqCst)
    }
}

impl Passwords for PlainPasswords {
    fn hash(&self, password: &SecretText) -> Result<String, VaultError> {
        Ok(format!("plain:{}", password.expose()))
    }

    fn verify(&self, password: &SecretText, phc: &str) -> bool {
        self.looked_at.fetch_add(1, Ordering::SeqCst);
        phc.strip_prefix("plain:") == Some(password.expose())
    }
}
