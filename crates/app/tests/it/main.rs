//! Use cases on a whole installation in one process, with the simulator as AWS.

mod connection_policy;
mod operations;
