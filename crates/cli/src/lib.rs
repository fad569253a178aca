//! Client commands: what people type, what is sent, what they see.
//!
//! Sees only the API's forms and the audit log's. Environment, files and streams come in by [`World`], so that a
//! test runs a command as a person does.

pub mod args;
mod client;
mod commands;
mod confirm;
mod credentials;
mod data;
pub mod error;
mod output;
mod pin;
mod profile;
mod progress;
mod secrets;
mod table;
mod unwrapping;
mod world;

pub use args::{Command, Invocation, LocalCommand};
pub use commands::run;
pub use error::{CliError, Exit, misread};
pub use output::Output;
pub use secrets::SecretSource;
pub use world::{Prompt, Terminal, Words, World, terminal};
