//! Conformance with AWS's documents.

mod accounts;
mod aliases;
mod consistency;
mod create;
mod cryptography;
mod faults;
mod grants;
mod hands;
mod iam;
mod import;
mod invariants;
mod lifecycle;
mod multi_region;
mod policies;
mod quotas;
mod rotation;
mod signatures;
mod snapshots;
mod states;
mod sts;
mod support;
mod tags;
