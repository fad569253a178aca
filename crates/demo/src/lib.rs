//! Sample fleet and self-check on the simulator.
