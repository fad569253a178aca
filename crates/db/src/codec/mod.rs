//! JSON columns: one module per kind, each with a format number. Older formats are upgraded when read.

pub(crate) mod approval;
pub(crate) mod audit_address;
pub(crate) mod destination;
pub(crate) mod former;
mod grant;
pub(crate) mod intent;
pub(crate) mod link;
pub(crate) mod observed;
pub(crate) mod schedule;
pub(crate) mod template;
mod text;
pub(crate) mod traces;

use keyferry_ports::records::{Records, RecordsError};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// What is written: `{"format":1,"value":…}`.
#[derive(Debug, Serialize, Deserialize)]
struct Envelope<T> {
    format: u32,
    value: T,
}

#[derive(Deserialize)]
struct FormatOnly {
    format: u32,
}

fn encode<T: Serialize>(what: &'static str, format: u32, value: T) -> Records<String> {
    serde_json::to_string(&Envelope { format, value }).map_err(|error| corrupt(what, &error))
}

/// The format number of a stored text.
fn format_of(what: &'static str, json: &str) -> Records<u32> {
    let found: FormatOnly = serde_json::from_str(json).map_err(|error| corrupt(what, &error))?;
    Ok(found.format)
}

fn decode<T: DeserializeOwned>(what: &'static str, json: &str) -> Records<T> {
    let found: Envelope<T> = serde_json::from_str(json).map_err(|error| corrupt(what, &error))?;
    Ok(found.value)
}

fn unknown_format<T>(what: &'static str, format: u32) -> Records<T> {
    Err(RecordsError::Corrupt {
        what,
        why: format!("its format {format} is not known"),
    })
}

/// Says where and which kind of mistake, and nothing of the text: it may be private.
fn corrupt(what: &'static str, error: &serde_json::Error) -> RecordsError {
    let why = format!("{:?} error at column {}", error.classify(), error.column());
    RecordsError::Corrupt { what, why }
}
