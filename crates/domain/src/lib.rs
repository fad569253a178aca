//! Types, life cycle, planner and policies: pure decisions without effects.
