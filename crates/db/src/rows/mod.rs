//! Rows of each noun: the columns, in one order for writing and reading.
//!
//! The first column is the key; `revision`, where there is one, comes last and is not among the values that
//! are written.

pub(crate) mod access;
pub(crate) mod application;
pub(crate) mod approval;
pub(crate) mod audit;
pub(crate) mod audit_destination;
pub(crate) mod authority;
pub(crate) mod configuration;
pub(crate) mod delivery;
pub(crate) mod fleet;
pub(crate) mod keys;
pub(crate) mod kms_key;
pub(crate) mod policy;
pub(crate) mod preparation;
pub(crate) mod provider;
pub(crate) mod work;

use keyferry_domain::arn::Region;
use keyferry_ports::records::Records;

use crate::sql::Row;

/// `SELECT columns FROM table`.
pub(crate) fn select(table: &str, columns: &[&str]) -> String {
    format!("SELECT {} FROM {table}", columns.join(", "))
}

/// Regions in one column, in their order.
fn regions_text(regions: &[Region]) -> String {
    regions
        .iter()
        .map(Region::as_str)
        .collect::<Vec<_>>()
        .join(" ")
}

fn read_regions(row: &mut Row) -> Records<Vec<Region>> {
    let text = row.text()?;
    text.split_whitespace()
        .map(|word| word.parse().map_err(|error| row.corrupt(error)))
        .collect()
}
