//! What the composing program decides: limits, times and quotas.

use jiff::SignedDuration;

use crate::pacer::Quotas;

/// Limits and times of an engine.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Who holds the lanes. Must differ between servers and between starts of one server, so that a process that
    /// was thought dead is fenced off. A server that nobody else can run beside may keep one name, and then
    /// gets its lanes back at once after a crash.
    pub owner: String,
    /// Calls a second that AWS allows.
    pub quotas: Quotas,
    /// Targets worked on side by side.
    pub in_flight_max: usize,
    /// Targets worked on side by side in one lane, so that a slow lane does not stop the others.
    pub lane_in_flight_max: usize,
    /// How long a lane stays ours without being renewed.
    pub lease_ttl: SignedDuration,
    /// A step whose *sending* was committed longer ago than this, by our clock, is not sent any more. Below the five
    /// minutes after which AWS refuses a signature.
    pub send_delay_max: SignedDuration,
    /// The first back-off's upper bound; each further one doubles.
    pub backoff_base: SignedDuration,
    /// Upper bound of every back-off.
    pub backoff_max: SignedDuration,
    /// The shortest wait between two decisions.
    pub wait_min: SignedDuration,
    /// The longest time between two looks for due work.
    pub poll_max: SignedDuration,
    /// Steps in one run of one target; more means that the plan goes in circles.
    pub step_count_max: usize,
}

impl Settings {
    /// Sensible limits.
    pub fn new(owner: impl Into<String>, quotas: Quotas) -> Self {
        Self {
            owner: owner.into(),
            quotas,
            in_flight_max: 64,
            lane_in_flight_max: 16,
            lease_ttl: SignedDuration::from_secs(30),
            send_delay_max: SignedDuration::from_secs(60),
            backoff_base: SignedDuration::from_secs(1),
            backoff_max: SignedDuration::from_mins(5),
            wait_min: SignedDuration::from_secs(1),
            poll_max: SignedDuration::from_secs(5),
            step_count_max: 200,
        }
    }
}
