//! The AWS adapter: the only place that knows the SDK.
//!
//! [`Connector`] opens links to AWS accounts. Every call is made by a client of its own, so that its settings
//! stand in one place (`link`): reads are signed with the time now and tried three times; an effect is signed
//! with the time that its caller committed, and sent once. All requests go through one connector of ours
//! (`wire`), which knows proxies, roots and client certificates, and tells where a request failed. Nothing is
//! read from environment variables or AWS profiles, save the credentials of a host identity.

mod account;
mod by_hand;
mod check;
mod clock;
mod cloudtrail;
mod connector;
mod credentials;
mod dial;
mod ec2;
mod errors;
mod kms;
mod link;
mod rights;
mod settings;
mod translate;
mod trust;
mod wire;

pub use connector::Connector;
