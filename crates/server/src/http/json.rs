//! Reads JSON of strangers: once in its form, and before that for what two readers could take differently.

use std::collections::HashSet;
use std::fmt;

use serde::de::{DeserializeOwned, DeserializeSeed, Error, MapAccess, SeqAccess, Visitor};

use super::object;

/// How many lists and objects lie in one another at most.
const DEPTH_MAX: usize = 32;

/// How much of a name is repeated in an error, in characters.
const NAME_SHOWN_MAX: usize = 60;

/// Reads a value. A name that is said twice in one object is refused wherever it is, also where any name is taken: which one
/// counts would be up to the reader (RFC 8259, section 4).
///
/// # Errors
///
/// What is wrong; of values it tells their kind alone.
pub(crate) fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, serde_json::Error> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    Within { depth: 0 }.deserialize(&mut reader)?;
    reader.end()?;
    object::from_slice(bytes)
}

/// A value within so many others. Nothing of it is kept.
#[derive(Clone, Copy)]
struct Within {
    depth: usize,
}

impl Within {
    fn deeper<E: Error>(self) -> Result<Self, E> {
        if self.depth >= DEPTH_MAX {
            let why = format!("lists and objects lie in one another more than {DEPTH_MAX} deep");
            return Err(E::custom(why));
        }
        Ok(Self {
            depth: self.depth + 1,
        })
    }
}

impl<'de> DeserializeSeed<'de> for Within {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, reader: D) -> Result<(), D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Within {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let within = self.deeper()?;
        while items.next_element_seed(within)?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let within = self.deeper()?;
        let mut names = HashSet::new();
        while let Some(name) = members.next_key::<String>()? {
            if names.contains(&name) {
                let shown: String = name.chars().take(NAME_SHOWN_MAX).collect();
                return Err(A::Error::custom(format!("`{shown}` is said twice")));
            }
            names.insert(name);
            members.next_value_seed(within)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn said(text: &str) -> String {
        match read::<Value>(text.as_bytes()) {
            Ok(_) => "taken".to_owned(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn what_lies_too_deep_is_refused_whatever_it_is_made_of() {
        let lists = |depth| "[".repeat(depth) + &"]".repeat(depth);
        let objects = |depth| r#"{"a":"#.repeat(depth) + "1" + &"}".repeat(depth);
        for made in [lists(DEPTH_MAX), objects(DEPTH_MAX)] {
            assert_eq!(said(&made), "taken");
        }
        for made in [lists(DEPTH_MAX + 1), objects(DEPTH_MAX + 1), lists(100_000)] {
            assert!(said(&made).contains("more than 32 deep"), "{}", said(&made));
        }
    }

    #[test]
    fn a_name_that_is_said_twice_is_refused_however_deep_it_is_and_however_it_is_written() {
        for twice in [
            r#"{"a":1,"a":1}"#,
            r#"{"a":1,"b":2,"a":3}"#,
            r#"[{"x":{"a":1,"a":2}}]"#,
            r#"{"a":1,"\u0061":2}"#,
            r#"{"a":1,"a":}"#,
        ] {
            assert!(said(twice).contains("`a` is said twice"), "{}", said(twice));
        }
        for once in [
            r#"{"a":{"a":1},"b":{"a":1}}"#,
            r#"{"a":1,"A":2}"#,
            "{}",
            "1.5e3",
        ] {
            assert_eq!(said(once), "taken");
        }
    }

    #[test]
    fn what_follows_the_value_and_what_is_no_json_is_refused() {
        for bad in [
            "{} {}",
            "{}x",
            "",
            "{a:1}",
            r#"{"a":01}"#,
            "NaN",
            "\u{feff}{}",
            r#""\ud800""#,
        ] {
            assert_ne!(said(bad), "taken", "{bad}");
        }
    }

    #[test]
    fn a_long_name_is_not_repeated_whole() {
        let name = "n".repeat(10_000);
        let twice = format!(r#"{{"{name}":1,"{name}":2}}"#);
        assert!(said(&twice).len() < 200);
    }
}
