//! When schedules are due: calendars, clocks that are set, missed times.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use keyferry_domain::schedule::{Cron, Period, Recurrence, RotationSchedule, next_due};
use proptest::prelude::*;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn every(period: &str, zone: &str, start: Option<&str>) -> RotationSchedule {
    RotationSchedule {
        zone: zone.parse().unwrap(),
        start: start.map(at),
        ..RotationSchedule::new(Recurrence::Every(period.parse().unwrap()))
    }
}

fn cron(line: &str, zone: &str) -> RotationSchedule {
    RotationSchedule {
        zone: zone.parse().unwrap(),
        ..RotationSchedule::new(Recurrence::At(line.parse().unwrap()))
    }
}

/// The next times, each run at once when it is due.
fn times(schedule: &RotationSchedule, last: &str, count: usize) -> Vec<String> {
    let mut last = at(last);
    let next = || {
        last = next_due(schedule, Some(last), last)?;
        Some(last.to_string())
    };
    std::iter::from_fn(next).take(count).collect()
}

#[test]
fn the_time_of_day_stays_when_clocks_are_set() {
    let schedule = every("1d", "Europe/Berlin", None);

    assert_eq!(
        times(&schedule, "2026-03-27T08:00:00Z", 3),
        [
            "2026-03-28T08:00:00Z",
            "2026-03-29T07:00:00Z",
            "2026-03-30T07:00:00Z"
        ]
    );
}

#[test]
fn a_month_without_a_31st_does_not_shorten_those_after_it() {
    let schedule = every("1mo", "UTC", Some("2026-01-31T03:00:00Z"));

    assert_eq!(
        times(&schedule, "2026-01-01T00:00:00Z", 4),
        [
            "2026-01-31T03:00:00Z",
            "2026-02-28T03:00:00Z",
            "2026-03-31T03:00:00Z",
            "2026-04-30T03:00:00Z"
        ]
    );
}

#[test]
fn a_time_that_the_clock_skips_comes_later_and_one_that_comes_twice_counts_once() {
    let schedule = cron("30 2 * * *", "Europe/Berlin");

    assert_eq!(
        times(&schedule, "2026-03-28T12:00:00Z", 2),
        ["2026-03-29T01:30:00Z", "2026-03-30T00:30:00Z"]
    );
    assert_eq!(
        times(&schedule, "2026-10-24T12:00:00Z", 2),
        ["2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"]
    );
}

#[test]
fn missed_times_are_made_up_for_by_one_run() {
    for schedule in [
        every("30d", "UTC", None),
        every("30d", "UTC", Some("2025-01-01T00:00:00Z")),
        cron("0 3 1 * *", "UTC"),
    ] {
        let (last, now) = (at("2025-06-01T12:00:00Z"), at("2026-06-15T12:00:00Z"));

        let overdue = next_due(&schedule, Some(last), now).unwrap();
        let after = next_due(&schedule, Some(now), now).unwrap();

        assert!(overdue < now && overdue > last, "{schedule:?}: {overdue}");
        assert!(after > now, "{schedule:?}: {after}");
    }
}

#[test]
fn nothing_is_due_before_the_start_and_a_time_at_the_start_counts() {
    let start = Some("2026-05-01T03:00:00Z");
    let long_ago = at("2020-01-01T00:00:00Z");
    let mut by_cron = cron("0 3 1 * *", "UTC");
    by_cron.start = start.map(at);

    for schedule in [every("7d", "UTC", start), by_cron] {
        let due = next_due(&schedule, Some(long_ago), at("2026-01-01T00:00:00Z"));
        assert_eq!(due, start.map(at), "{schedule:?}");
    }
}

#[test]
fn what_never_rotated_counts_from_now() {
    let now = at("2026-01-01T00:00:00Z");

    let due = next_due(&every("90d", "UTC", None), None, now);

    assert_eq!(due, Some(at("2026-04-01T00:00:00Z")));
}

#[test]
fn a_leap_day_comes_even_after_eight_years() {
    let schedule = cron("0 0 29 2 *", "UTC");

    assert_eq!(
        times(&schedule, "2096-03-01T00:00:00Z", 1),
        ["2104-02-29T00:00:00Z"]
    );
}

fn zones() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "UTC",
        "Europe/Berlin",
        "America/New_York",
        "Australia/Lord_Howe",
        "Pacific/Apia",
        "Africa/Casablanca",
        "Asia/Kolkata",
    ])
}

fn recurrences() -> impl Strategy<Value = Recurrence> {
    let cron =
        (0u32..60, 0u32..24, 1u32..29, prop::bool::ANY).prop_map(|(minute, hour, day, weekly)| {
            let line = if weekly {
                format!("{minute} {hour} * * {}", day % 7)
            } else {
                format!("{minute} {hour} {day} * *")
            };
            Recurrence::At(line.parse::<Cron>().unwrap())
        });
    prop_oneof![
        (1u32..800).prop_map(|days| Recurrence::Every(Period::Days(days))),
        (1u32..40).prop_map(|months| Recurrence::Every(Period::Months(months))),
        cron,
    ]
}

fn moments() -> impl Strategy<Value = Timestamp> {
    // 2011 to 2039: Apia jumps over a day, Casablanca sets its clock with the moon.
    (1_300_000_000i64..2_200_000_000).prop_map(|second| Timestamp::from_second(second).unwrap())
}

fn schedules() -> impl Strategy<Value = RotationSchedule> {
    (recurrences(), zones(), prop::option::of(moments())).prop_map(|(recurrence, zone, start)| {
        RotationSchedule {
            zone: zone.parse().unwrap(),
            start,
            ..RotationSchedule::new(recurrence)
        }
    })
}

/// The days from one date to another.
fn days_between(from: Date, to: Date) -> i32 {
    to.since(from).unwrap().get_days()
}

proptest! {
    #[test]
    fn the_next_time_is_after_the_last_one_and_not_before_the_start(
        schedule in schedules(), last in moments(), now in moments(),
    ) {
        let due = next_due(&schedule, Some(last), now).unwrap();

        prop_assert!(due > last);
        prop_assert!(schedule.start.is_none_or(|start| due >= start));
    }

    #[test]
    fn whoever_runs_late_is_never_due_again_at_the_same_moment(
        schedule in schedules(), last in moments(), late in 0i64..40_000_000,
    ) {
        let due = next_due(&schedule, Some(last), last).unwrap();
        let ran = due + SignedDuration::from_secs(late);

        prop_assert!(next_due(&schedule, Some(ran), ran).unwrap() > ran);
    }

    #[test]
    fn a_later_last_time_never_makes_it_due_earlier(
        schedule in schedules(), one in moments(), other in moments(),
    ) {
        let (first, second) = (one.min(other), one.max(other));
        let due = |last| next_due(&schedule, Some(last), last).unwrap();

        prop_assert!(due(first) <= due(second));
    }

    #[test]
    fn no_time_between_is_left_out(schedule in schedules(), last in moments()) {
        let due = next_due(&schedule, Some(last), last).unwrap();
        prop_assume!(schedule.start.is_none_or(|start| start <= last));
        let longest = match &schedule.recurrence {
            Recurrence::Every(Period::Days(days)) => i64::from(*days) + 2,
            Recurrence::Every(Period::Months(months)) => i64::from(*months) * 31 + 2,
            Recurrence::At(_) => 34,
        };

        prop_assert!(due.duration_since(last) <= SignedDuration::from_hours(24 * longest));
    }

    #[test]
    fn without_a_start_so_many_days_pass_by_the_calendar(
        days in 1u32..800, zone in zones(), last in moments(),
    ) {
        prop_assume!(zone != "Pacific/Apia");
        let schedule = every(&format!("{days}d"), zone, None);
        let zone = TimeZone::get(zone).unwrap();
        let date_of = |time: Timestamp| time.to_zoned(zone.clone()).date();

        let due = next_due(&schedule, Some(last), last).unwrap();

        prop_assert_eq!(days_between(date_of(last), date_of(due)), i32::try_from(days).unwrap());
    }
}
