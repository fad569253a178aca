//! Moments as people write them.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use keyferry_app::AppError;
use keyferry_domain::validity::Validity;

/// Local forms, beside RFC 3339 without offset: day first, as European forms have it.
const LOCAL_FORMS: &[&str] = &[
    "%d-%m-%Y %H:%M",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%dT%H:%M:%S",
    "%Y-%m-%dT%H:%M",
];

fn invalid(field: &'static str, why: impl Into<String>) -> AppError {
    AppError::Invalid {
        field,
        why: why.into(),
    }
}

/// Reads an end of validity: `never`, a moment with offset, or a local time with its zone.
pub(crate) fn validity(
    text: Option<&str>,
    zone: Option<&str>,
) -> Result<Option<Validity>, AppError> {
    match text {
        None => Ok(None),
        Some("never") => Ok(Some(Validity::Permanent)),
        Some(text) => Ok(Some(Validity::Until(moment(text, zone)?))),
    }
}

/// Reads a moment: RFC 3339, RFC 9557 (`2027-08-18T00:48[US/Pacific]`), or `DD-MM-YYYY HH:MM` with a zone.
pub(crate) fn moment(text: &str, zone: Option<&str>) -> Result<Timestamp, AppError> {
    let text = text.trim();
    if let Ok(moment) = text.parse::<Timestamp>() {
        return Ok(moment);
    }
    if let Ok(zoned) = text.parse::<Zoned>() {
        return Ok(zoned.timestamp());
    }
    let local = LOCAL_FORMS.iter().find_map(|form| DateTime::strptime(form, text).ok()).ok_or_else(|| {
        invalid(
            "expires_at",
            format!("`{text}` is no time; write 2027-08-18T00:48:00Z, or 18-08-2027 00:48 with a time zone"),
        )
    })?;
    let zone = zone.ok_or_else(|| {
        invalid(
            "time_zone",
            format!("`{text}` has no offset; say in which time zone it is meant"),
        )
    })?;
    in_zone(local, zone)
}

fn in_zone(local: DateTime, zone: &str) -> Result<Timestamp, AppError> {
    // Pick lists show `US/Pacific (-07:00)`; the offset there is only for the eye.
    let name = zone.split(" (").next().unwrap_or(zone).trim();
    let tz = TimeZone::get(name).map_err(|_| {
        invalid(
            "time_zone",
            format!("`{name}` is no IANA time zone, such as Europe/Berlin"),
        )
    })?;
    tz.to_ambiguous_timestamp(local).unambiguous().map_err(|_| {
        let why = format!(
            "{local} happens twice or never in {name}, because clocks change; give an offset"
        );
        invalid("expires_at", why)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_accepted_way_of_writing_one_moment_means_the_same() {
        let want: Timestamp = "2027-08-18T07:48:00Z".parse().unwrap();
        let cases = [
            ("2027-08-18T07:48:00Z", None),
            ("2027-08-18T00:48:00-07:00", None),
            ("2027-08-18T00:48:00[US/Pacific]", None),
            ("18-08-2027 00:48", Some("US/Pacific")),
            ("18-08-2027 00:48", Some("US/Pacific (-07:00)")),
            ("2027-08-18T00:48", Some("America/Los_Angeles")),
        ];
        for (text, zone) in cases {
            assert_eq!(moment(text, zone).unwrap(), want, "{text} {zone:?}");
        }
    }

    #[test]
    fn a_time_that_clocks_skip_or_repeat_is_refused() {
        for text in ["28-03-2027 02:30", "31-10-2027 02:30"] {
            let error = moment(text, Some("Europe/Berlin")).unwrap_err();
            assert!(error.to_string().contains("twice or never"), "{error}");
        }
    }

    #[test]
    fn what_is_no_time_or_zone_is_refused_by_name() {
        let error = |text, zone| moment(text, zone).unwrap_err().to_string();

        assert!(error("tomorrow", None).starts_with("expires_at: `tomorrow` is no time"));
        assert!(error("18-08-2027 00:48", None).starts_with("time_zone:"));
        assert!(error("18-08-2027 00:48", Some("Mars/Base")).contains("`Mars/Base`"));
    }
}
