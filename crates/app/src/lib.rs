//! Use cases: feeds the planner's steps to the engine and records what happened.
