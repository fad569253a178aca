//! Conformance with AWS's documents.

mod import;
mod support;
