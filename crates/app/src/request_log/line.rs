//! One line of the request log.
//!
//! `[2026-03-24 03:10:02] [INFO] HOST [-] [REST] <user> <Operation> <object[:version]> [<detail> request=<id>] - [Success] [-]`

use std::fmt::{self, Write as _};

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::actor::RequestId;

/// The longest user and host, in characters.
const NAME_MAX: usize = 200;
/// The longest object, in characters: an ARN fits.
const OBJECT_MAX: usize = 500;
/// The longest detail or message, in characters.
const TEXT_MAX: usize = 300;

/// What a request was, and what came of it. Holds no query and no body.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Line {
    /// When it was answered.
    pub at: Timestamp,
    /// Which server answered.
    pub host: String,
    /// The address from which it came.
    pub from: Option<String>,
    /// Who asked.
    pub user: Option<String>,
    /// What for, as `KeyCreate`.
    pub operation: Option<String>,
    /// On what; with a version, `NAME:VERSION`.
    pub object: Option<String>,
    /// A few words that tell more.
    pub detail: Option<String>,
    /// Why it failed; `None` where it did not.
    pub failure: Option<String>,
    /// What names the request elsewhere.
    pub request: Option<RequestId>,
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = self.at.to_zoned(TimeZone::UTC);
        let level = if self.failure.is_some() {
            "ERROR"
        } else {
            "INFO"
        };
        write!(
            f,
            "[{}] [{level}] {} [{}] [REST] {} {} {} [{}] - ",
            at.strftime("%Y-%m-%d %H:%M:%S"),
            word(Some(&self.host), NAME_MAX),
            text(self.from.as_ref()),
            word(self.user.as_ref(), NAME_MAX),
            word(self.operation.as_ref(), NAME_MAX),
            word(self.object.as_ref(), OBJECT_MAX),
            self.particulars(),
        )?;
        match &self.failure {
            Some(why) => write!(f, "[Failed] [{}]", text(Some(why))),
            None => f.write_str("[Success] [-]"),
        }
    }
}

impl Line {
    /// The detail, and what names the request.
    fn particulars(&self) -> String {
        match (&self.detail, self.request) {
            (detail, None) => text(detail.as_ref()),
            (None, Some(id)) => format!("request={id}"),
            (Some(detail), Some(id)) => format!("{} request={id}", text(Some(detail))),
        }
    }
}

/// One word: without blanks and brackets, so that nobody's name ends a field.
fn word(value: Option<&String>, max: usize) -> String {
    escaped(value, max, |letter| letter == ' ')
}

/// What stands between brackets.
fn text(value: Option<&String>) -> String {
    escaped(value, TEXT_MAX, |_| false)
}

/// Whatever could end a field or a line, or make it look like another one, is written as `\u{HEX}`.
fn escaped(value: Option<&String>, max: usize, also: impl Fn(char) -> bool) -> String {
    let mut safe = String::new();
    for (place, letter) in value.map_or("", String::as_str).chars().enumerate() {
        if place == max {
            safe.push('…');
            break;
        }
        if also(letter) || is_unsafe(letter) {
            let _ = write!(safe, "\\u{{{:x}}}", u32::from(letter));
        } else {
            safe.push(letter);
        }
    }
    if safe.is_empty() {
        "-".to_owned()
    } else {
        safe
    }
}

fn is_unsafe(letter: char) -> bool {
    let is_blank = letter != ' ' && letter.is_whitespace();
    // Characters that turn or hide text: Unicode's bidirectional controls, zero-width characters, line separators.
    let is_hidden = matches!(letter, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
    letter.is_control() || is_blank || is_hidden || matches!(letter, '[' | ']' | '\\')
}

/// What of a line can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fields<'a> {
    /// Who asked.
    pub user: &'a str,
    /// What for.
    pub operation: &'a str,
    /// Whether it failed.
    pub is_failed: bool,
}

impl<'a> Fields<'a> {
    /// Takes a line apart; `None` where it is none of ours.
    pub fn of(line: &'a str) -> Option<Self> {
        let (_, rest) = line.split_once(" [REST] ")?;
        let mut words = rest.split(' ');
        Some(Self {
            user: words.next()?,
            operation: words.next()?,
            is_failed: line.contains("] - [Failed] ["),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line() -> Line {
        Line {
            at: Timestamp::constant(1_774_321_802, 0),
            host: "LOCALHOST".to_owned(),
            user: Some("ann".to_owned()),
            operation: Some("KeyCreate".to_owned()),
            object: Some("app:1".to_owned()),
            detail: Some("AES-256 default".to_owned()),
            ..Line::default()
        }
    }

    #[test]
    fn j5_a_line_has_the_form_that_readers_know() {
        let failed = Line {
            failure: Some("request.name-taken: Key already exists.".to_owned()),
            detail: None,
            ..line()
        };
        assert_eq!(
            line().to_string(),
            "[2026-03-24 03:10:02] [INFO] LOCALHOST [-] [REST] ann KeyCreate app:1 [AES-256 default] - [Success] [-]"
        );
        let named = Line {
            request: Some(RequestId::new(uuid::Uuid::nil())),
            ..line()
        };
        assert_eq!(
            named.to_string(),
            "[2026-03-24 03:10:02] [INFO] LOCALHOST [-] [REST] ann KeyCreate app:1 [AES-256 default request=00000000-0000-0000-0000-000000000000] - [Success] [-]"
        );
        assert_eq!(
            failed.to_string(),
            "[2026-03-24 03:10:02] [ERROR] LOCALHOST [-] [REST] ann KeyCreate app:1 [-] - [Failed] [request.name-taken: Key already exists.]"
        );
    }

    #[test]
    fn j5_no_name_forges_a_line_a_field_or_an_outcome() {
        for bad in [
            "x\n[2026-03-24 03:10:02] [INFO] LOCALHOST [-] [REST] eve KeyExport k:1 [-] - [Success] [-]",
            "x] - [Success] [-]",
            "x [REST] eve KeyExport",
            "\u{2028}x\u{202e}\u{85}\r\u{7f}",
            "\\u{5d}",
        ] {
            let forged = Line {
                user: Some(bad.to_owned()),
                object: Some(bad.to_owned()),
                detail: Some(bad.to_owned()),
                failure: Some(bad.to_owned()),
                ..line()
            };
            let text = forged.to_string();
            assert_eq!(text.lines().count(), 1, "{text}");
            assert!(!text.chars().any(char::is_control), "{text}");
            assert_eq!(text.matches('[').count(), 7, "{text}");
            assert_eq!(text.matches(']').count(), 7, "{text}");
            let fields = Fields::of(&text).unwrap();
            assert_eq!(fields.operation, "KeyCreate", "{text}");
            assert!(fields.is_failed, "{text}");
            assert_ne!(fields.user, "eve");
        }
    }

    #[test]
    fn what_is_too_long_is_cut() {
        let long = Line {
            object: Some("x".repeat(10_000)),
            failure: Some("y".repeat(10_000)),
            ..line()
        };
        assert!(long.to_string().chars().count() < 1_200);
    }
}
