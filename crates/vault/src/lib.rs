//! The software vault: seals, keyring, sealing of material, wrapping for AWS.
