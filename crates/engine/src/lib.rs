//! Durable work: jobs, targets, attempts, outcomes, lanes, quotas and recovery.
//!
//! The engine knows no keys. A [`driver::Driver`] says what a target needs next; the engine commits that a step is
//! being sent, sends it once, records one of three outcomes (done, refused, unknown), and asks again.

mod board;
mod control;
mod core;
pub mod driver;
mod engine;
mod event;
mod job;
mod lanes;
pub mod pacer;
mod settings;
mod time;
mod work;

pub use control::ControlError;
pub use driver::{
    Begun, Cancelled, Cost, Driver, DriverError, NOT_SENT, Next, Run, Sent, StepSpec, THROTTLED,
    Verdict,
};
pub use engine::{Engine, EngineParts, EngineRecords};
pub use event::{JobEvent, JobEventKind};
pub use job::{Asked, JobRequest, new_job};
pub use lanes::ORPHANED;
pub use pacer::{Pacer, Quotas};
pub use settings::Settings;
pub use work::{BEFORE_HORIZON, CLOCK_AHEAD, CORRUPT, REFUSED, TOO_MANY_STEPS};
