//! Records in SQLite and PostgreSQL; the only SQL.
