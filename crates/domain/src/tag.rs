//! Tags of KMS keys.

use std::collections::BTreeMap;

/// Tags as AWS has them: key to value.
pub type Tags = BTreeMap<String, String>;

/// The prefix of tags that Keyferry sets and users may not.
pub const OWN_TAG_PREFIX: &str = "keyferry:";

/// Carries the operation id and its MAC, so that a key whose creation was never answered is found again.
pub const OPERATION_TAG: &str = "keyferry:op";

/// Tags that a user may set: AWS's 50 less [`OPERATION_TAG`].
pub const USER_TAGS_MAX: usize = 49;

/// Why a set of tags cannot be put on a KMS key.
///
/// # Source
///
/// KMS Developer Guide, "Tagging keys", and KMS API, `Tag`: at most 50 tags, keys of 1 to 128 and
/// values of 0 to 256 characters, `aws:` reserved.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadTags {
    /// More than [`USER_TAGS_MAX`].
    #[error(
        "{count} tags were given; a KMS key has room for {USER_TAGS_MAX} beside Keyferry's own"
    )]
    TooMany {
        /// How many were given.
        count: usize,
    },
    /// Begins with `aws:` or `keyferry:`.
    #[error("the tag key `{key}` begins with a reserved prefix")]
    Reserved {
        /// The key.
        key: String,
    },
    /// Empty or longer than 128 characters.
    #[error("the tag key `{key}` must have 1 to 128 characters")]
    KeyLength {
        /// The key, cut to 140 characters.
        key: String,
    },
    /// Longer than 256 characters.
    #[error("the value of the tag `{key}` has more than 256 characters")]
    ValueLength {
        /// The key.
        key: String,
    },
    /// A character that tags do not have.
    #[error("the tag `{key}` contains {found:?}, which tags must not")]
    BadCharacter {
        /// The key.
        key: String,
        /// The first such character.
        found: char,
    },
}

/// Checks tags that a user asks for.
pub fn check_user_tags(tags: &Tags) -> Result<(), BadTags> {
    if tags.len() > USER_TAGS_MAX {
        return Err(BadTags::TooMany { count: tags.len() });
    }
    for (key, value) in tags {
        let lower = key.to_ascii_lowercase();
        if lower.starts_with("aws:") || lower.starts_with(OWN_TAG_PREFIX) {
            return Err(BadTags::Reserved { key: key.clone() });
        }
        if key.is_empty() || key.chars().count() > 128 {
            return Err(BadTags::KeyLength {
                key: key.chars().take(140).collect(),
            });
        }
        if value.chars().count() > 256 {
            return Err(BadTags::ValueLength { key: key.clone() });
        }
        let allowed = |c: char| c.is_alphanumeric() || c == ' ' || "_.:/=+-@".contains(c);
        if let Some(found) = key.chars().chain(value.chars()).find(|c| !allowed(*c)) {
            return Err(BadTags::BadCharacter {
                key: key.clone(),
                found,
            });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(count: usize) -> Tags {
        (0..count)
            .map(|n| (format!("k{n}"), "v".to_owned()))
            .collect()
    }

    #[test]
    fn the_fiftieth_tag_is_refused() {
        assert_eq!(check_user_tags(&tags(49)), Ok(()));
        assert_eq!(
            check_user_tags(&tags(50)),
            Err(BadTags::TooMany { count: 50 })
        );
    }

    #[test]
    fn reserved_prefixes_are_refused_in_any_case() {
        for key in ["aws:x", "AWS:x", "keyferry:op"] {
            let tags = Tags::from([(key.to_owned(), String::new())]);
            assert!(
                matches!(check_user_tags(&tags), Err(BadTags::Reserved { .. })),
                "{key}"
            );
        }
    }
}
