//! TLS client certificates: verified in the handshake, looked at again with each request, and read for names.

mod acceptor;
mod names;
mod trust;

pub use trust::{ClientTrust, ClientTrustError};

pub(crate) use acceptor::{Acceptor, ClientCertificate};
