//! When a schedule is due next.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, Timestamp, ToSpan, Zoned};

use super::{Cron, Period, Recurrence, RotationSchedule};

/// Days that a line of cron is followed: 29 February comes at least every eight years.
const DAYS_AHEAD: usize = 9 * 366;

/// When a schedule is due next, given when it last came: the first of its times after that. A time in the past means *now*: however
/// many times were missed, one run makes up for all of them, since the next count begins at that run.
///
/// What never came (`last` is `None`) counts from `now`. `None` is the answer where the calendar ends.
pub fn next_due(
    schedule: &RotationSchedule,
    last: Option<Timestamp>,
    now: Timestamp,
) -> Option<Timestamp> {
    let zone = schedule.zone.as_zone();
    let after = last.unwrap_or(now);
    match (&schedule.recurrence, schedule.start) {
        (Recurrence::Every(_), Some(start)) if start > after => Some(start),
        (Recurrence::Every(period), Some(start)) => on_grid(*period, start, after, zone),
        (Recurrence::Every(period), None) => later(&after.to_zoned(zone.clone()), *period, 1),
        (Recurrence::At(cron), start) => {
            // A time that is the start itself counts.
            let before_start = start.and_then(|start| start.checked_sub(1.nanosecond()).ok());
            let after = before_start.map_or(after, |start| start.max(after));
            by_cron(cron, after, zone)
        }
    }
}

/// So many times in a row, in the zone of the schedule: `first`, and each as if it came punctually.
pub fn upcoming(schedule: &RotationSchedule, first: Timestamp, count: usize) -> Vec<Zoned> {
    let zone = schedule.zone.as_zone();
    let next = |at: &Timestamp| next_due(schedule, Some(*at), *at).filter(|next| next > at);
    std::iter::successors(Some(first), next)
        .take(count)
        .map(|at| at.to_zoned(zone.clone()))
        .collect()
}

/// How many of the next pauses are looked at: a year of months, and the years that follow a yearly one.
const PAUSES: usize = 13;

/// The longest of the next pauses between two times, the first of which counts from `from`.
pub fn longest_pause(schedule: &RotationSchedule, from: Timestamp) -> SignedDuration {
    let Some(first) = next_due(schedule, None, from) else {
        return SignedDuration::MAX;
    };
    let due = upcoming(schedule, first, PAUSES);
    let ends = due.iter().map(Zoned::timestamp);
    let begins = std::iter::once(from).chain(ends.clone());
    let pauses = begins
        .zip(ends)
        .map(|(begin, end)| end.duration_since(begin));
    pauses.max().unwrap_or_default()
}

/// `from` and so many periods, by the calendar. Counted from the first day of a grid each time, so that a month without
/// a 31st does not shorten those after it.
fn later(from: &Zoned, period: Period, times: i64) -> Option<Timestamp> {
    let span = match period {
        Period::Days(days) => Span::new().try_days(times.checked_mul(days.into())?),
        Period::Months(months) => Span::new().try_months(times.checked_mul(months.into())?),
    };
    Some(from.checked_add(span.ok()?).ok()?.timestamp())
}

/// The first point after `after` of the grid that begins at `start`, which is not later than `after`.
fn on_grid(
    period: Period,
    start: Timestamp,
    after: Timestamp,
    zone: &TimeZone,
) -> Option<Timestamp> {
    const DAY: i64 = 24 * 60 * 60;
    let from = start.to_zoned(zone.clone());
    // Days are at least 23 hours long and months at most 31 days: the estimate is never too high by more than two.
    let longest = match period {
        Period::Days(days) => i64::from(days) * DAY,
        Period::Months(months) => i64::from(months) * 31 * DAY,
    };
    let passed = after.as_second().saturating_sub(start.as_second());
    let mut times = (passed / longest).saturating_sub(2).max(0);
    loop {
        let point = later(&from, period, times)?;
        if point > after {
            return Some(point);
        }
        times += 1;
    }
}

/// The first time of a cron line after `after`. A time that a clock skips comes as much later as it is set forward; a
/// time that comes twice counts once.
fn by_cron(cron: &Cron, after: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
    // The day before: at its end a skipped time may have come over into this one.
    let first: Date = after.to_zoned(zone.clone()).date().yesterday().ok()?;
    let days = first.series(Span::new().days(1)).take(DAYS_AHEAD);
    days.filter(|date| cron.has_day(*date)).find_map(|date| {
        cron.times()
            .filter_map(|time| zone.to_timestamp(date.to_datetime(time)).ok())
            .filter(|time| *time > after)
            .min()
    })
}
