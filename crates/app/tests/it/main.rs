//! Use cases on a whole installation in one process, with the simulator as AWS.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "helpers of tests fail loudly"
)]

mod access_keys;
mod adopt;
mod alert_delivery;
mod applications;
mod audit_sending;
mod audits;
mod bad_input;
mod bind;
mod bind_many;
mod bulk;
mod bulk_further;
mod by_itself;
mod cancel;
mod connection_policy;
mod crash_sweep;
mod crypto_policies;
mod culprits;
mod destruction;
mod doctor;
mod emergency;
mod exports;
mod exports_of_groups;
mod exports_refused;
mod exports_under_way;
mod generate;
mod grants;
mod groups;
mod invitations;
mod job_kinds;
mod key_copies;
mod key_import;
mod kms_key_import;
mod last_use;
mod leaving;
mod lifetimes;
mod link_settings;
mod many;
mod only_copy;
mod operations;
mod own_policies;
mod own_roles;
mod pass_through;
mod people;
mod people_model;
mod places;
mod promises;
mod providers;
mod regions;
mod repeated;
mod reports;
mod rights;
mod scene;
mod scheduler;
mod schedules;
mod second_factors;
mod trials;
mod unanswered;
mod updates;
mod use_periods;
mod versions;
mod watch;
