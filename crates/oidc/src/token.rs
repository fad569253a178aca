//! What an ID token must say to be believed (OpenID Connect Core 1.0, section 3.1.3.7). Pure.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use keyferry_ports::identity::{NotVouchedFor, VouchedFor};
use serde_json::{Map, Value};

use crate::refused;

/// How far clocks may be apart.
pub const SKEW: SignedDuration = SignedDuration::from_secs(60);

/// How old a token may be: it comes straight from the provider.
pub const AGE_MAX: SignedDuration = SignedDuration::from_mins(10);

/// The longest subject (section 2), in bytes.
const SUBJECT_MAX: usize = 255;

/// The longest text of a claim that counts, in bytes.
const TEXT_MAX: usize = 1024;

/// Texts that are kept at most.
const TEXTS_MAX: usize = 10_000;

/// What a token must say.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// Who made it.
    pub issuer: &'a str,
    /// For whom.
    pub client_id: &'a str,
    /// What it repeats.
    pub nonce: &'a str,
    /// The person must have proved who it is at or after this.
    pub proved_since: Option<Timestamp>,
}

/// Whether claims whose signature stands are about this sign-in, now.
///
/// # Errors
///
/// [`NotVouchedFor::Refused`] that says which does not hold.
pub fn check(
    claims: &Map<String, Value>,
    expected: &Expected<'_>,
    now: Timestamp,
) -> Result<VouchedFor, NotVouchedFor> {
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    ensure(
        text("iss") == Some(expected.issuer),
        "it was made by another issuer",
    )?;
    check_audience(claims, expected.client_id)?;
    check_times(claims, now)?;
    ensure(
        text("nonce") == Some(expected.nonce),
        "it belongs to another sign-in",
    )?;
    let subject = text("sub").unwrap_or_default();
    let is_subject = !subject.is_empty()
        && subject.len() <= SUBJECT_MAX
        && !subject.chars().any(char::is_control);
    ensure(is_subject, "it is about nobody")?;
    let proved_at = time(claims, "auth_time")?;
    check_proof(proved_at, expected.proved_since, now)?;
    Ok(VouchedFor {
        subject: subject.to_owned(),
        proved_at,
        claims: flattened(claims),
    })
}

fn check_audience(claims: &Map<String, Value>, client_id: &str) -> Result<(), NotVouchedFor> {
    let (is_for_us, is_for_others) = match claims.get("aud") {
        Some(Value::String(one)) => (one == client_id, false),
        Some(Value::Array(several)) => (
            several.iter().any(|one| one.as_str() == Some(client_id)),
            several.iter().any(|one| one.as_str() != Some(client_id)),
        ),
        _ => (false, false),
    };
    ensure(is_for_us, "it is meant for somebody else")?;
    let party = claims.get("azp");
    let is_party = party.and_then(Value::as_str) == Some(client_id);
    ensure(
        is_party || (party.is_none() && !is_for_others),
        "it was given to somebody else",
    )
}

fn check_times(claims: &Map<String, Value>, now: Timestamp) -> Result<(), NotVouchedFor> {
    let end = time(claims, "exp")?.ok_or_else(|| not("it never lapses"))?;
    ensure(later(end, SKEW) > now, "it has lapsed")?;
    let made = time(claims, "iat")?.ok_or_else(|| not("it does not say when it was made"))?;
    ensure(made <= later(now, SKEW), "it was made in the future")?;
    ensure(later(later(made, AGE_MAX), SKEW) > now, "it is too old")?;
    match time(claims, "nbf")? {
        Some(begin) => ensure(begin <= later(now, SKEW), "it does not count yet"),
        None => Ok(()),
    }
}

fn check_proof(
    proved_at: Option<Timestamp>,
    since: Option<Timestamp>,
    now: Timestamp,
) -> Result<(), NotVouchedFor> {
    if let Some(at) = proved_at {
        ensure(
            at <= later(now, SKEW),
            "the person will have signed in only in the future",
        )?;
    }
    let Some(since) = since else { return Ok(()) };
    let at = proved_at.ok_or_else(|| not("it does not say when the person signed in"))?;
    ensure(
        later(at, SKEW) >= since,
        "the person signed in too long ago",
    )
}

fn later(time: Timestamp, by: SignedDuration) -> Timestamp {
    time.saturating_add(by).unwrap_or(Timestamp::MAX)
}

/// Seconds since 1970, perhaps with a fraction.
fn time(claims: &Map<String, Value>, name: &str) -> Result<Option<Timestamp>, NotVouchedFor> {
    let Some(value) = claims.get(name) else {
        return Ok(None);
    };
    let bad = || not(&format!("its `{name}` is no time"));
    // Times beyond what can be said are no times; a fraction is cut off.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the cast saturates, and the range is checked next"
    )]
    let seconds = value
        .as_i64()
        .or_else(|| value.as_f64().map(|seconds| seconds as i64));
    let time = Timestamp::from_second(seconds.ok_or_else(bad)?).map_err(|_| bad())?;
    Ok(Some(time))
}

fn ensure(holds: bool, why: &str) -> Result<(), NotVouchedFor> {
    holds.then_some(()).ok_or_else(|| not(why))
}

fn not(why: &str) -> NotVouchedFor {
    refused(format!("the provider's token does not stand: {why}"))
}

/// Claims as texts. A claim whose own name has dots comes before one that is within objects.
fn flattened(claims: &Map<String, Value>) -> BTreeMap<String, Vec<String>> {
    let mut found = BTreeMap::new();
    let mut left = TEXTS_MAX;
    for (name, value) in claims {
        found.insert(name.clone(), texts(value, &mut left));
    }
    for (name, value) in claims {
        within(name, value, &mut found, &mut left);
    }
    found.retain(|_, texts| !texts.is_empty());
    found
}

/// The members of an object, by their paths. Objects in objects end where `serde_json` ends: 128 deep.
fn within(path: &str, value: &Value, found: &mut BTreeMap<String, Vec<String>>, left: &mut usize) {
    let Value::Object(members) = value else {
        return;
    };
    for (name, value) in members {
        let path = format!("{path}.{name}");
        if *left == 0 || path.len() > TEXT_MAX {
            return;
        }
        if !found.contains_key(&path) {
            found.insert(path.clone(), texts(value, left));
        }
        within(&path, value, found, left);
    }
}

fn texts(value: &Value, left: &mut usize) -> Vec<String> {
    let several = match value {
        Value::Array(several) => several.as_slice(),
        one => std::slice::from_ref(one),
    };
    let texts: Vec<String> = several.iter().filter_map(text).take(*left).collect();
    *left -= texts.len();
    texts
}

fn text(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Bool(is) => is.to_string(),
        Value::Null | Value::Array(_) | Value::Object(_) => return None,
    };
    (text.len() <= TEXT_MAX).then_some(text)
}
