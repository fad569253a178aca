//! Sample fleet and self-check on the simulator.
//!
//! [`SimulatedAws`] is the simulator over HTTPS with two accounts, as `keyferry simulator` and `keyferry demo` run it.
//! [`fleet`] fills an installation with samples. [`self_check`] runs the whole main job on an installation of its
//! own, under a clock that jumps, and reports check by check.

mod certificates;
pub mod checks;
mod clock;
mod error;
pub mod fleet;
mod folder;
mod landscape;
mod report;
mod rig;
mod simulated;

pub use clock::{VirtualClock, WireClock, running_clock};
pub use error::{DemoError, Why};
pub use landscape::{
    KEYFERRY_USER, KeptAccessKey, OTHER_USER, PRODUCTION, REGIONS, ROLE_EXTERNAL_ID, ROLE_NAME,
    STAGING,
};
pub use report::{CheckResult, Report, self_check};
pub use rig::Rig;
pub use simulated::{SimulatedAws, SimulatorSettings};
