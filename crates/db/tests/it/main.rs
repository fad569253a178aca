//! The records in SQLite and PostgreSQL.

mod contract;
mod golden;
mod kill;
mod same_answers;
mod schema;
mod support;
