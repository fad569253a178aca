//! Five fields of cron: minute, hour, day of month, month, day of week.
//!
//! As POSIX `crontab` has them, with steps (`*/15`), `L` for the last day of the month, and `7` for Sunday. Where both
//! days are restricted, one of them is enough, as in POSIX.

use std::fmt;
use std::str::FromStr;

use jiff::civil::{Date, Time};

/// Why a text is no line of cron.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadCron {
    /// Other than five fields.
    #[error("`{text}` has not the five fields minute, hour, day of month, month, day of week")]
    Fields {
        /// What was given.
        text: String,
    },
    /// A field that names no values.
    #[error("`{field}` is no {what} of a cron line ({min} to {max}, lists, ranges and steps)")]
    Field {
        /// What was given.
        field: String,
        /// Which field.
        what: &'static str,
        /// Its least value.
        min: u32,
        /// Its greatest value.
        max: u32,
    },
    /// Fields that no day fits, such as 30 February.
    #[error("`{text}` never comes")]
    Never {
        /// What was given.
        text: String,
    },
}

/// A line of cron.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cron {
    text: String,
    minutes: u64,
    hours: u64,
    days: u64,
    is_last_day: bool,
    months: u64,
    weekdays: u64,
    /// Whether any day of the month will do, and any day of the week.
    any_day: bool,
    any_weekday: bool,
}

const MINUTE: (&str, u32, u32) = ("minute", 0, 59);
const HOUR: (&str, u32, u32) = ("hour", 0, 23);
const DAY: (&str, u32, u32) = ("day of month", 1, 31);
const MONTH: (&str, u32, u32) = ("month", 1, 12);
const WEEKDAY: (&str, u32, u32) = ("day of week", 0, 7);

type Kind = (&'static str, u32, u32);

impl Cron {
    /// Whether its times come on this day.
    pub(super) fn has_day(&self, date: Date) -> bool {
        let has = |set: u64, value: i8| u32::try_from(value).is_ok_and(|bit| set >> bit & 1 == 1);
        if !has(self.months, date.month()) {
            return false;
        }
        let is_last = self.is_last_day && date.day() == date.days_in_month();
        let by_day = has(self.days, date.day()) || is_last;
        let by_weekday = has(self.weekdays, date.weekday().to_sunday_zero_offset());
        match (self.any_day, self.any_weekday) {
            (true, true) => true,
            (true, false) => by_weekday,
            (false, true) => by_day,
            (false, false) => by_day || by_weekday,
        }
    }

    /// Its times of the day, in order.
    pub(super) fn times(&self) -> impl Iterator<Item = Time> {
        let values = |set: u64, end: i8| (0..end).filter(move |bit| set >> *bit & 1 == 1);
        let minutes = self.minutes;
        values(self.hours, 24).flat_map(move |hour| {
            values(minutes, 60).filter_map(move |minute| Time::new(hour, minute, 0, 0).ok())
        })
    }

    /// Whether there is a day in four years that fits: every day that ever comes does so in a leap year or next to it.
    fn comes(&self) -> bool {
        let first = jiff::civil::date(2024, 1, 1);
        first
            .series(jiff::Span::new().days(1))
            .take(4 * 366)
            .any(|date| self.has_day(date))
    }
}

impl fmt::Display for Cron {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl FromStr for Cron {
    type Err = BadCron;

    fn from_str(text: &str) -> Result<Self, BadCron> {
        let short: String = text.chars().take(80).collect();
        let fields: Vec<&str> = text.split_whitespace().collect();
        let [minute, hour, day, month, weekday] = fields[..] else {
            return Err(BadCron::Fields { text: short });
        };
        let is_last_day = day == "L";
        let weekdays = set_of(weekday, WEEKDAY)?;
        let cron = Self {
            text: fields.join(" "),
            minutes: set_of(minute, MINUTE)?,
            hours: set_of(hour, HOUR)?,
            days: if is_last_day { 0 } else { set_of(day, DAY)? },
            is_last_day,
            months: set_of(month, MONTH)?,
            weekdays: (weekdays | weekdays >> 7) & 0x7f,
            any_day: day == "*",
            any_weekday: weekday == "*",
        };
        if cron.comes() {
            Ok(cron)
        } else {
            Err(BadCron::Never { text: short })
        }
    }
}

/// The values of a field as bits.
fn set_of(field: &str, kind: Kind) -> Result<u64, BadCron> {
    let mut set = 0u64;
    for part in field.split(',') {
        for value in values_of(part, kind).ok_or_else(|| bad(field, kind))? {
            set |= 1 << value;
        }
    }
    Ok(set)
}

fn values_of(part: &str, (_, min, max): Kind) -> Option<Vec<u32>> {
    let (range, step) = match part.split_once('/') {
        Some((range, step)) => (range, Some(number(step)?)),
        None => (part, None),
    };
    let (from, to) = match (range, range.split_once('-')) {
        ("*", _) => (min, if max == 7 { 6 } else { max }),
        (_, Some((from, to))) => (number(from)?, number(to)?),
        // `5/10` begins at five and goes on to the end.
        (one, None) => (
            number(one)?,
            if step.is_some() { max } else { number(one)? },
        ),
    };
    let step = step.unwrap_or(1);
    if from < min || to > max || from > to || step == 0 {
        return None;
    }
    let step = usize::try_from(step).ok()?;
    Some((from..=to).step_by(step).collect())
}

fn number(text: &str) -> Option<u32> {
    let is_number = (1..=2).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    is_number.then(|| text.parse().ok())?
}

fn bad(field: &str, (what, min, max): Kind) -> BadCron {
    BadCron::Field {
        field: field.chars().take(40).collect(),
        what,
        min,
        max,
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn cron(text: &str) -> Cron {
        text.parse().unwrap()
    }

    #[test]
    fn lists_ranges_and_steps_name_times() {
        let times: Vec<String> = cron("0,30 8-10/2 * * *")
            .times()
            .map(|time| time.to_string())
            .collect();

        assert_eq!(times, ["08:00:00", "08:30:00", "10:00:00", "10:30:00"]);
    }

    #[test]
    fn seven_is_sunday_and_l_the_last_day() {
        assert!(cron("0 0 * * 7").has_day(date(2026, 3, 1)));
        assert!(cron("0 0 * * 0").has_day(date(2026, 3, 1)));
        assert!(!cron("0 0 * * 7").has_day(date(2026, 3, 2)));
        assert!(cron("0 0 L 2 *").has_day(date(2028, 2, 29)));
        assert!(!cron("0 0 L 2 *").has_day(date(2028, 2, 28)));
    }

    #[test]
    fn of_two_restricted_days_one_is_enough() {
        let either = cron("0 0 13 * 5");

        assert!(either.has_day(date(2026, 1, 13)));
        assert!(either.has_day(date(2026, 1, 16)));
        assert!(!either.has_day(date(2026, 1, 14)));
    }

    #[test]
    fn what_is_no_line_of_cron_is_refused() {
        for text in [
            "",
            "* * * *",
            "* * * * * *",
            "60 * * * *",
            "* 24 * * *",
            "* * 0 * *",
            "* * * 13 *",
            "* * * * 8",
            "5-1 * * * *",
            "*/0 * * * *",
            "a * * * *",
            "+1 * * * *",
            "0 0 30 2 *",
            "0 0 31 4,6 *",
            "@daily",
        ] {
            assert!(text.parse::<Cron>().is_err(), "accepted {text:?}");
        }
    }
}
