//! Pages of lists: `Limit`, `Marker`, `NextMarker`, `Truncated`.

use serde_json::{Map, Value};

use crate::args::{Args, from_base64, to_base64};
use crate::error::AwsError;

/// How many entries a page may have, and has when nothing is said.
pub(crate) struct PageSize {
    pub(crate) max: i64,
    pub(crate) default: i64,
}

pub(crate) const LARGE: PageSize = PageSize {
    max: 1000,
    default: 100,
};
pub(crate) const MEDIUM: PageSize = PageSize {
    max: 100,
    default: 50,
};
pub(crate) const SMALL: PageSize = PageSize {
    max: 50,
    default: 50,
};

/// `Limit`, checked.
pub(crate) fn limit(args: Args<'_>, size: &PageSize) -> Result<usize, AwsError> {
    let limit = args.bounded("Limit", 1, size.max)?.unwrap_or(size.default);
    Ok(usize::try_from(limit).unwrap_or(1))
}

/// The sort key after which the page starts.
pub(crate) fn after(args: Args<'_>) -> Result<Option<String>, AwsError> {
    let Some(marker) = args.sized("Marker", 1, 1024)? else {
        return Ok(None);
    };
    from_base64(marker)
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .and_then(|text| text.strip_prefix("sim:").map(str::to_owned))
        .map(Some)
        .ok_or_else(|| {
            AwsError::new(
                "InvalidMarkerException",
                format!("Could not deserialize marker '{marker}'"),
            )
        })
}

pub(crate) fn marker(last: &str) -> String {
    to_base64(format!("sim:{last}").as_bytes())
}

/// One page of `entries`, which are in the order of their sort keys.
pub(crate) fn page(
    name: &str,
    entries: impl Iterator<Item = (String, Value)>,
    args: Args<'_>,
    size: &PageSize,
) -> Result<Value, AwsError> {
    let limit = limit(args, size)?;
    let after = after(args)?;
    let mut rest = entries
        .filter(|(key, _)| after.as_ref().is_none_or(|after| key > after))
        .peekable();
    let mut taken = Vec::new();
    let mut last = String::new();
    while taken.len() < limit {
        let Some((key, value)) = rest.next() else {
            break;
        };
        taken.push(value);
        last = key;
    }
    let is_truncated = rest.peek().is_some();
    let mut output = Map::new();
    output.insert(name.to_owned(), Value::Array(taken));
    output.insert("Truncated".to_owned(), Value::Bool(is_truncated));
    if is_truncated {
        output.insert("NextMarker".to_owned(), Value::String(marker(&last)));
    }
    Ok(Value::Object(output))
}

/// A sort key for entries that have an order of their own.
pub(crate) fn ordinal(index: usize) -> String {
    format!("{index:08}")
}
