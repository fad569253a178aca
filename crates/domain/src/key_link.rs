//! Copies and where they came from: who copied what, when and into what. Kept when the copy is gone.

use jiff::Timestamp;

use crate::id::{GroupId, KeyId, KmsKeyId};
use crate::name::Name;
use crate::version::VersionNumber;

/// The longest name that [`Name`] takes, in characters.
const NAME_CHARACTERS_MAX: usize = 128;

/// What was made as a copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Copied {
    /// A key in the vault.
    Key(KeyId),
    /// A KMS key.
    KmsKey(KmsKeyId),
}

impl Copied {
    /// `key` or `kms-key`.
    pub fn kind(self) -> &'static str {
        match self {
            Self::Key(_) => "key",
            Self::KmsKey(_) => "kms-key",
        }
    }

    /// Its id as text.
    pub fn id(self) -> String {
        match self {
            Self::Key(id) => id.to_string(),
            Self::KmsKey(id) => id.to_string(),
        }
    }
}

/// One copy and its source. A copy has one source; nothing of this changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyLink {
    /// What was made.
    pub copy: Copied,
    /// The key in the vault of which it is a copy.
    pub source: KeyId,
    /// The version that was current then.
    pub version: VersionNumber,
    /// The copy's name when it was made.
    pub name: Name,
    /// The group that owns the copy.
    pub group: GroupId,
    /// The name, then, of the group of a key or the keystore of a KMS key.
    pub into: Name,
    /// Who copied.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// `NAME_copy1`, `NAME_copy2` and so on: names to suggest for copies. A long name is cut to make room.
pub fn copy_names(of: &Name) -> impl Iterator<Item = Name> {
    (1..=u32::MAX).filter_map(|number| {
        let suffix = format!("_copy{number}");
        let room = NAME_CHARACTERS_MAX.saturating_sub(suffix.len());
        let stem: String = of.as_str().chars().take(room).collect();
        format!("{}{suffix}", stem.trim_end()).parse().ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn e20_names_of_copies_count_up_however_long_the_original_is() {
        let name: Name = "billing".parse().unwrap();
        let long: Name = "x".repeat(NAME_CHARACTERS_MAX).parse().unwrap();

        let names: Vec<_> = copy_names(&name).take(2).collect();
        assert_eq!(names[0].as_str(), "billing_copy1");
        assert_eq!(names[1].as_str(), "billing_copy2");
        let cut = copy_names(&long).next().unwrap();
        assert_eq!(cut.as_str().len(), NAME_CHARACTERS_MAX);
        assert!(cut.as_str().ends_with("x_copy1"));
    }
}
