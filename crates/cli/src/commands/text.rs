//! From what people type to what requests hold.

use std::collections::BTreeMap;
use std::path::Path;

use crate::error::CliError;
use crate::world::World;

/// Reads `key=value` pairs. The same key twice is a mistake.
pub(crate) fn tags(given: &[String]) -> Result<Option<BTreeMap<String, String>>, CliError> {
    let tags = pairs("tag", "--tag", given)?;
    Ok(Some(tags).filter(|tags| !tags.is_empty()))
}

/// The same of anything that has one value for each key.
pub(crate) fn pairs(
    what: &str,
    option: &str,
    given: &[String],
) -> Result<BTreeMap<String, String>, CliError> {
    let mut pairs = BTreeMap::new();
    for pair in given {
        let (key, value) = pair.split_once('=').ok_or_else(|| {
            CliError::usage(format!("the {what} `{pair}` has no `=`"))
                .hint(format!("write {option} key=value"))
        })?;
        if pairs.insert(key.to_owned(), value.to_owned()).is_some() {
            return Err(
                CliError::usage(format!("the {what} `{key}` is given twice"))
                    .hint(format!("a {what} has one value: leave one of them out")),
            );
        }
    }
    Ok(pairs)
}

/// The time zone to send along with a moment: as given, else this host's where the moment names none.
pub(crate) fn zone(moment: Option<&str>, given: Option<String>) -> Option<String> {
    let moment = moment?;
    if given.is_some() || moment == "never" || moment.parse::<jiff::Timestamp>().is_ok() {
        return given;
    }
    let zone = jiff::tz::TimeZone::system();
    Some(zone.iana_name().unwrap_or("UTC").to_owned())
}

/// A document from a file or standard input.
pub(crate) fn document(world: &mut World, file: Option<&Path>) -> Result<Option<String>, CliError> {
    file.map(|file| world.read_text(file)).transpose()
}

/// A list that was given, or nothing.
pub(crate) fn given(list: Vec<String>) -> Option<Vec<String>> {
    Some(list).filter(|list| !list.is_empty())
}

/// An optional text for a table.
pub(crate) fn cell(text: Option<&String>) -> String {
    text.cloned().unwrap_or_else(|| "-".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_may_hold_equal_signs_but_not_stand_twice() {
        let read = tags(&["a=b=c".to_owned(), "d=".to_owned()])
            .unwrap()
            .unwrap();

        assert_eq!(read["a"], "b=c");
        assert_eq!(read["d"], "");
        assert!(tags(&["a=1".to_owned(), "a=2".to_owned()]).is_err());
        assert!(tags(&["a".to_owned()]).is_err());
    }

    #[test]
    fn a_zone_is_sent_only_with_a_time_that_needs_one() {
        assert_eq!(zone(None, Some("UTC".to_owned())), None);
        assert_eq!(zone(Some("never"), None), None);
        assert_eq!(zone(Some("2027-08-18T00:48:00Z"), None), None);
        assert_eq!(
            zone(Some("18-08-2027 00:48"), Some("US/Pacific".to_owned())).unwrap(),
            "US/Pacific"
        );
        assert!(zone(Some("18-08-2027 00:48"), None).is_some());
    }
}
