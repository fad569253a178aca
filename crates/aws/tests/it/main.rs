//! The adapter against servers on this machine, over real TCP, TLS and HTTP.

mod answers;
mod codes;
mod identities;
mod proxy;
mod settings;
mod signing;
mod support;
mod tls;
mod unanswered;
