//! What the vault promises, from outside.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a helper that fails is a failed test"
)]

mod key_files;
mod life;
mod openssl;
mod sealing;
mod sequences;
mod support;
mod unsealing;
mod uses;
mod wrapping;
