//! The software vault: seals, keyring, sealing of material, wrapping for AWS.
//!
//! A seal protects the root key; the root key protects the keyring; the keyring's newest key protects each material.
//! Material goes out wrapped under AWS's public key, or as a public key, and in no other form. What applications do with it
//! answers ciphertexts, MACs, signatures, and data of their own.

mod bytes;
mod control;
mod derive;
mod envelope;
mod generate;
mod key_file;
mod keyring;
mod offload;
mod open;
mod passwords;
mod process;
mod records;
mod seal;
mod secret;
mod software;
mod uses;
mod wrap;

pub use passwords::{Argon2Passwords, dummy_phc};
pub use process::{NotHardened, harden_process};
pub use seal::{PASSPHRASE_CHARACTERS_MIN, SealError, SealKey};
pub use software::{NewVault, SoftwareVault};
