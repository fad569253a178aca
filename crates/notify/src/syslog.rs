//! Audit entries as syslog: RFC 5424 messages, each behind its length (RFC 5425), over TLS.

use std::io;

use keyferry_ports::messenger::NotDelivered;
use keyferry_ports::outlet::{Consignment, SentEntry};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};

use crate::reach::Reach;
use crate::{failed, lines, trust};

/// Facility 13, *log audit* (RFC 5424 section 6.2.1).
const FACILITY: u8 = 13;
/// Severity *warning*.
const WARNING: u8 = 4;
/// Severity *informational*.
const INFORMATIONAL: u8 = 6;

/// The longest message, in bytes: what every receiver should take (RFC 5425 section 4.3.1).
const MESSAGE_MAX: usize = 8192;

/// The longest host name (RFC 5424 section 6).
const HOST_MAX: usize = 255;

/// What a receiver may say before the connection is given up, in bytes. It has nothing to say.
const ANSWER_MAX: u64 = 16 * 1024;

/// All messages of a consignment, each behind its length and a space.
pub(crate) fn frames(what: &Consignment, host: &str) -> Vec<u8> {
    let host = header_word(host, HOST_MAX);
    let mut frames = Vec::new();
    let mut add = |message: String| {
        frames.extend_from_slice(format!("{} ", message.len()).as_bytes());
        frames.extend_from_slice(message.as_bytes());
    };
    if what.entries.is_empty() {
        let priority = FACILITY * 8 + INFORMATIONAL;
        add(format!(
            "<{priority}>1 {} {host} keyferry - test - somebody tries whether audit entries arrive here",
            time(what.at)
        ));
    }
    for entry in &what.entries {
        add(message(entry, &what.origin, &host));
    }
    frames
}

/// One entry. Where it is too long for every receiver to take, its JSON is left out: place and hash say which one it is.
fn message(entry: &SentEntry, origin: &str, host: &str) -> String {
    let severity = if entry.is_warning {
        WARNING
    } else {
        INFORMATIONAL
    };
    let head = format!(
        "<{}>1 {} {host} keyferry - {} [keyferry@32473 log=\"{}\" index=\"{}\" hash=\"{}\"",
        FACILITY * 8 + severity,
        time(entry.at),
        header_word(&entry.action, 32),
        parameter(origin),
        entry.index,
        lines::hex(&entry.hash),
    );
    let whole = format!("{head}] {}", entry.json);
    if whole.len() <= MESSAGE_MAX {
        return whole;
    }
    format!("{head} omitted=\"{}\"]", entry.json.len())
}

/// A time as RFC 5424 has it: at most microseconds.
fn time(at: jiff::Timestamp) -> String {
    let whole = jiff::Timestamp::from_microsecond(at.as_microsecond()).unwrap_or(at);
    whole.to_string()
}

/// Visible ASCII without spaces, as header fields are; `-` where nothing is left.
fn header_word(text: &str, max: usize) -> String {
    let word: String = text
        .chars()
        .filter(char::is_ascii_graphic)
        .take(max)
        .collect();
    if word.is_empty() {
        "-".to_owned()
    } else {
        word
    }
}

/// The value of a parameter of structured data: three characters are escaped (RFC 5424 section 6.3.3).
fn parameter(text: &str) -> String {
    let mut value = String::new();
    for letter in text.chars().filter(|letter| !letter.is_control()) {
        if matches!(letter, '"' | '\\' | ']') {
            value.push('\\');
        }
        value.push(letter);
    }
    value
}

/// Sends frames over one connection. Syslog has no answers: they count as taken where the receiver has ended the connection with
/// TLS's farewell after it saw ours, which it does once it has read everything (RFC 5425, section 4.4). An end of TCP alone proves
/// nothing: it also comes from a receiver that died in between, and from anybody on the way.
pub(crate) async fn send(
    reach: &Reach,
    (host, port): (&str, u16),
    ca_bundle: Option<&str>,
    frames: &[u8],
) -> Result<(), NotDelivered> {
    let stream = reach.dial(host, port).await?;
    let secured = trust::secure(stream, host, ca_bundle).await?;
    let sent = exchange(secured, frames).await;
    sent.map_err(|error| failed(format_args!("{host} did not take everything"), &error))
}

async fn exchange<S>(mut stream: S, frames: &[u8]) -> io::Result<()>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    stream.write_all(frames).await?;
    stream.flush().await?;
    stream.shutdown().await?;
    let mut said = Vec::new();
    match stream.take(ANSWER_MAX).read_to_end(&mut said).await {
        Ok(read) if (read as u64) < ANSWER_MAX => Ok(()),
        Ok(_) => Err(io::Error::other("the receiver answers, and is no syslog")),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
            let why = "the connection ended without TLS's farewell (close_notify), so that nobody knows whether it was read";
            Err(io::Error::new(io::ErrorKind::UnexpectedEof, why))
        }
        Err(error) => Err(error),
    }
}
