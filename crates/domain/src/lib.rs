//! Types, life cycle, planner and policies: pure decisions without effects.
//!
//! Nothing here reads a clock, draws randomness, does IO or serialises. Callers pass `now`
//! and what they observed; they get back a decision.

pub mod access_key;
pub mod adoption;
pub mod alias;
pub mod approval;
pub mod arn;
pub mod certificate_name;
pub mod connection;
pub mod crypto_policy;
pub mod deletion_proof;
pub mod destruction;
pub mod drift;
pub mod errand;
pub mod former;
pub mod grant;
pub mod group;
pub mod id;
pub mod intent;
pub mod key;
pub mod key_file;
pub mod key_link;
pub mod key_operation;
pub mod key_use;
pub mod keystore;
pub mod kms_key;
pub mod last_use;
pub mod life;
pub mod link_binding;
pub mod material;
pub mod material_description;
pub mod name;
pub mod operation;
pub mod plan;
pub mod planner;
pub mod preparation;
mod rebase;
pub mod region;
pub mod schedule;
pub mod spec;
pub mod step;
pub mod tag;
pub mod use_period;
pub mod validity;
pub mod version;
pub mod view;
mod words;
pub mod wrapping;
