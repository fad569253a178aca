//! Commands as a person types them, against a real server.

mod commands;
mod docs;
mod errors;
mod pinning;
mod shell;
