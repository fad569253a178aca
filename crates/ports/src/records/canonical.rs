//! The one form in which names of people are compared.

use std::fmt;

use keyferry_domain::name::Name;
use unicode_normalization::UnicodeNormalization;

/// A name as it is compared, looked up and counted, made once, before anything else is done with what somebody typed.
///
/// Letters are small, wide and other compatible forms are the usual ones (Unicode NFKC), space is one space and none at the
/// ends. So `Ann Lee`, `ANN  LEE` and `Ａnn Lee ` are one name, and no way of writing it has tries of its own.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CanonicalName(String);

impl CanonicalName {
    /// Of whatever somebody typed.
    pub fn of(text: &str) -> Self {
        // Small letters of some compatible forms are compatible forms again, and the other way round.
        let once = |text: &str| -> String { text.nfkc().flat_map(char::to_lowercase).collect() };
        let mut form = once(text);
        for _ in 0..ROUNDS {
            let next = once(&form);
            if next == form {
                break;
            }
            form = next;
        }
        let words: Vec<&str> = form.split_whitespace().collect();
        Self(words.join(" "))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// More than any text needs to come to rest.
const ROUNDS: usize = 4;

impl From<&Name> for CanonicalName {
    fn from(name: &Name) -> Self {
        Self::of(name.as_str())
    }
}

/// What was typed may be a password: only its length is shown.
impl fmt::Debug for CanonicalName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CanonicalName({} bytes)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_the_same_in_every_case_width_and_spacing() {
        let form = CanonicalName::of("ann lee");

        for written in [
            "Ann Lee",
            "ANN LEE",
            " ann  lee ",
            "ann\u{a0}lee",
            "\u{ff21}nn Lee",
            "ann\tlee\n",
        ] {
            assert_eq!(CanonicalName::of(written), form, "{written:?}");
        }
        assert_ne!(CanonicalName::of("annlee"), form);
        assert_eq!(
            CanonicalName::of("E\u{301}va"),
            CanonicalName::of("\u{e9}VA")
        );
    }

    #[test]
    fn a_canonical_name_stays_as_it_is() {
        for code in 0..=0x1_ffff_u32 {
            let Some(letter) = char::from_u32(code) else {
                continue;
            };
            let form = CanonicalName::of(&format!("a{letter}b"));
            assert_eq!(CanonicalName::of(form.as_str()), form, "{letter:?}");
        }
    }

    #[test]
    fn debug_shows_no_letter_of_what_was_typed() {
        let text = format!("{:?}", CanonicalName::of("My Secret Pass"));

        assert_eq!(text, "CanonicalName(14 bytes)");
    }
}
