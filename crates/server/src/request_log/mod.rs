//! The request log: what a request was, and the files into which its line goes.

mod file;
mod record;

pub use file::{FileRequestLog, Limits};
pub(crate) use record::{Note, Operations, Said, record};
