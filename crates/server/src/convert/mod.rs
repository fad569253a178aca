//! Between the API's forms and the domain's types: one module per noun, no rules.

pub(crate) mod access;
pub(crate) mod access_key;
pub(crate) mod adoption;
pub(crate) mod alert;
pub(crate) mod alert_destination;
pub(crate) mod application;
pub(crate) mod audit;
pub(crate) mod bulk;
pub(crate) mod connection;
pub(crate) mod doctor;
pub(crate) mod found_key;
pub(crate) mod job;
pub(crate) mod key;
pub(crate) mod key_file;
pub(crate) mod key_use;
pub(crate) mod keystore;
pub(crate) mod kms_key;
pub(crate) mod link;
pub(crate) mod names;
pub(crate) mod page;
pub(crate) mod paperwork;
pub(crate) mod plan;
pub(crate) mod role;
pub(crate) mod rotation;
pub(crate) mod time;
pub(crate) mod user;
