//! The real router over records in memory, a real vault and the simulator.

mod config;
mod grid;
mod journeys;
mod parsing;
mod sign_in;
mod site;
mod unseal;
