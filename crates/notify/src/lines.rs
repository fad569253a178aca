//! Audit entries as JSON: a line each, or all in one body.

use keyferry_ports::messenger::Message;
use keyferry_ports::outlet::{Consignment, SentEntry};

/// The format of lines and bodies.
const FORMAT: u32 = 1;

/// Hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A JSON string; the origin is a name that the log's key has, without control characters.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => quoted.extend(['\\', letter]),
            letter if letter.is_control() => quoted.push(' '),
            letter => quoted.push(letter),
        }
    }
    quoted.push('"');
    quoted
}

/// One entry as one JSON object. What the hash is of stands in it byte for byte, after `"entry":` and up to the last brace.
pub(crate) fn object(entry: &SentEntry) -> String {
    format!(
        "{{\"index\":{},\"hash\":\"{}\",\"entry\":{}}}",
        entry.index,
        hex(&entry.hash),
        entry.json
    )
}

/// What is written to a file: a line for each entry.
pub(crate) fn lines(what: &Consignment) -> String {
    if what.entries.is_empty() {
        return format!(
            "{{\"test\":true,\"at\":\"{}\",\"id\":{}}}\n",
            what.at,
            quoted(&what.id)
        );
    }
    let lines = what.entries.iter().map(|entry| object(entry) + "\n");
    lines.collect()
}

/// What a webhook is called with.
pub(crate) fn message(what: &Consignment) -> Message {
    let event = if what.entries.is_empty() {
        "audit.test"
    } else {
        "audit.entries"
    };
    let entries: Vec<String> = what.entries.iter().map(object).collect();
    Message {
        id: what.id.clone(),
        at: what.at,
        subject: String::new(),
        text: String::new(),
        json: format!(
            "{{\"format\":{FORMAT},\"event\":\"{event}\",\"id\":{},\"log\":{},\"entries\":[{}]}}",
            quoted(&what.id),
            quoted(&what.origin),
            entries.join(",")
        ),
    }
}
