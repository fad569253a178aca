//! Builders, scenarios and contracts for tests.
