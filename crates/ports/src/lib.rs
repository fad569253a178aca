//! What the application needs from outside: clock, entropy, vault, AWS and records.
