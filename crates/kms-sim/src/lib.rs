//! An AWS KMS simulator that shares no code with the product.
//!
//! [`Simulator`] is the whole of it, in process and synchronous; time is an argument of every call.
//! `README.md` shows how to use it, over HTTP too.

mod args;
mod call;
mod clock;
mod config;
mod crypto;
mod dispatch;
mod error;
mod faults;
mod hands;
pub mod http;
mod journal;
mod names;
mod ops;
mod policy;
mod quotas;
mod rng;
mod services;
pub mod sigv4;
mod simulator;
mod specs;
mod state;
mod states;

pub use call::{Answer, Call, CallError, CallResult, Caller, Service, SimFault};
pub use clock::{DAY, HOUR, MINUTE, Micros, SECOND, SimClock};
pub use config::{ConsistencyModel, SimConfig};
pub use error::AwsError;
pub use faults::{Fault, RandomFaults, ScriptedFault};
pub use hands::ForeignHand;
pub use journal::JournalEntry;
pub use quotas::default_rate;
pub use simulator::{AccessKey, RoleSpec, SetupError, Simulator};
pub use states::KeyState;
