//! Values that are stored as the text that they print, or as the word that they have.

use std::fmt::Display;
use std::str::FromStr;

use keyferry_domain::grant::GrantOperation;
use keyferry_domain::kms_key::OldKey;
use keyferry_domain::life::Life;
use keyferry_domain::schedule::{AtBudget, ScheduledMethod};
use keyferry_domain::view::{Custody, KeyState};
use keyferry_ports::messenger::MailSecurity;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A value that prints and parses: names, Regions, ARNs, times, specs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Text<T>(pub(super) T);

impl<T: Display> Serialize for Text<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de, T: FromStr<Err: Display>> Deserialize<'de> for Text<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map(Self).map_err(D::Error::custom)
    }
}

/// An enum with a word for each value.
pub(super) trait Words: Sized {
    fn word(&self) -> &'static str;
    fn of_word(word: &str) -> Option<Self>;
}

macro_rules! words {
    ($($name:ty),+) => {$(
        impl Words for $name {
            fn word(&self) -> &'static str {
                self.as_str()
            }

            fn of_word(word: &str) -> Option<Self> {
                Self::from_word(word)
            }
        }
    )+};
}

words!(
    AtBudget,
    Custody,
    GrantOperation,
    KeyState,
    Life,
    MailSecurity,
    OldKey,
    ScheduledMethod
);

/// A value that is stored as its word.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Word<T>(pub(super) T);

impl<T: Words> Serialize for Word<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.word())
    }
}

impl<'de, T: Words> Deserialize<'de> for Word<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = String::deserialize(deserializer)?;
        T::of_word(&word)
            .map(Self)
            .ok_or_else(|| D::Error::custom("a word is not known"))
    }
}

/// Wraps every element.
pub(super) fn wrapped<T: Clone, C: FromIterator<Text<T>>>(
    values: impl IntoIterator<Item = T>,
) -> C {
    values.into_iter().map(Text).collect()
}

/// Unwraps every element.
pub(super) fn bare<T, C: FromIterator<T>>(values: impl IntoIterator<Item = Text<T>>) -> C {
    values.into_iter().map(|text| text.0).collect()
}
