//! Request and response types, problems, error codes and the OpenAPI document.
//!
//! What goes over the wire and nothing else: no rules, no IO. Requests refuse unknown fields; answers may gain
//! fields. Times are RFC 3339 text in UTC, ids are UUID text.

#[macro_use]
mod words;

pub mod access;
pub mod adoption;
pub mod alert;
pub mod alert_destination;
pub mod application;
pub mod approval;
pub mod audit;
pub mod audit_destination;
pub mod bulk;
pub mod connection;
pub mod crypto_policy;
pub mod endpoint;
pub mod endpoints;
pub mod export;
pub mod found_key;
pub mod group;
pub mod job;
pub mod key;
pub mod key_spec;
pub mod key_use;
pub mod keystore;
pub mod kms_key;
pub mod openapi;
pub mod page;
pub mod plan;
pub mod policy;
pub mod problem;
pub mod report;
pub mod request_log;
pub mod role;
pub mod rotation;
pub mod seal;
pub mod secret;
pub mod sign_in_provider;
pub mod statement;
pub mod system;
pub mod tar;
pub mod use_period;
pub mod user;

/// Where every route but `/healthz` and `/readyz` lives.
pub const PREFIX: &str = "/api/v1";
