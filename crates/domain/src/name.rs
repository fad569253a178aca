//! Human names of connections, keystores, keys and people. Case-sensitive.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// A name: 1 to 128 characters, letters, digits, space and `. _ - / @ + ( )`, no space at either end.
///
/// Case counts: `AWS-test` and `AWS-TEST` are two names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(Arc<str>);

/// Why a text is no name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadName {
    /// Nothing was given.
    #[error("a name must not be empty")]
    Empty,
    /// More than 128 characters.
    #[error("a name has at most 128 characters, this one has {length}")]
    TooLong {
        /// Characters found.
        length: usize,
    },
    /// A character that names do not have.
    #[error("a name must not contain {found:?}")]
    BadCharacter {
        /// The first such character.
        found: char,
    },
    /// Space at an end.
    #[error("a name must not begin or end with a space")]
    SpaceAtEnd,
}

impl Name {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Name {
    type Err = BadName;

    fn from_str(text: &str) -> Result<Self, BadName> {
        if text.is_empty() {
            return Err(BadName::Empty);
        }
        let length = text.chars().count();
        if length > 128 {
            return Err(BadName::TooLong { length });
        }
        if let Some(found) = text
            .chars()
            .find(|c| !(c.is_alphanumeric() || " ._-/@+()".contains(*c)))
        {
            return Err(BadName::BadCharacter { found });
        }
        if text.trim() != text {
            return Err(BadName::SpaceAtEnd);
        }
        Ok(Self(text.into()))
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_differ_in_case_are_two_names() {
        let lower: Name = "aws-test".parse().unwrap();
        let upper: Name = "AWS-TEST".parse().unwrap();

        assert_ne!(lower, upper);
    }

    #[test]
    fn a_name_with_a_control_character_a_quote_or_outer_space_is_refused() {
        for text in ["", "a\nb", "a\"b", " a", "a ", "<b>"] {
            assert!(text.parse::<Name>().is_err(), "accepted {text:?}");
        }
        assert!("x".repeat(129).parse::<Name>().is_err());
    }
}
