//! Aliases of KMS keys.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// An alias, always with the `alias/` prefix.
///
/// # Source
///
/// KMS API, `CreateAlias`: begins with `alias/` but not `alias/aws/`; letters, digits, `/`, `_`
/// and `-`; at most 256 characters. Clones share the text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AliasName(Arc<str>);

/// Why a text is no alias that we may use.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadAlias {
    /// `alias/aws/…` belongs to AWS.
    #[error("`{text}` is reserved: aliases that begin with alias/aws/ belong to AWS")]
    Reserved {
        /// What was given.
        text: String,
    },
    /// Wrong form.
    #[error("`{text}` is not an alias: use alias/ and letters, digits, / _ - (256 at most)")]
    Malformed {
        /// What was given, cut to 300 characters.
        text: String,
    },
}

impl AliasName {
    /// The text, with its prefix.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for AliasName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for AliasName {
    type Err = BadAlias;

    /// Accepts the name with or without its `alias/` prefix.
    fn from_str(text: &str) -> Result<Self, BadAlias> {
        let bare = text.strip_prefix("alias/").unwrap_or(text);
        let full = format!("alias/{bare}");
        if bare.starts_with("aws/") {
            return Err(BadAlias::Reserved { text: full });
        }
        let valid = !bare.is_empty()
            && full.len() <= 256
            && bare
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"/_-".contains(&b));
        if valid {
            Ok(Self(full.into()))
        } else {
            Err(BadAlias::Malformed {
                text: text.chars().take(300).collect(),
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_prefix_may_be_left_out() {
        assert_eq!("app".parse::<AliasName>(), "alias/app".parse::<AliasName>());
    }

    #[test]
    fn aws_own_aliases_are_refused() {
        assert!(matches!(
            "alias/aws/ebs".parse::<AliasName>(),
            Err(BadAlias::Reserved { .. })
        ));
        assert!(matches!(
            "aws/ebs".parse::<AliasName>(),
            Err(BadAlias::Reserved { .. })
        ));
    }

    #[test]
    fn odd_characters_and_too_long_names_are_refused() {
        for text in ["", "alias/", "a b", "ä", &"x".repeat(251)] {
            assert!(text.parse::<AliasName>().is_err(), "accepted {text:?}");
        }
    }
}
