//! Closed lists of words: what API, CLI and database write is said once, beside the variant.

/// An enum whose values each have a word: `ALL` lists them, `as_str` writes one, `from_word` reads it.
#[macro_export]
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$vdoc])* $variant),+ }

        impl $name {
            /// Every value with its word, as API, CLI and database write it.
            pub const ALL: &'static [(Self, &'static str)] = &[$((Self::$variant, $word)),+];

            /// The word.
            pub fn as_str(self) -> &'static str {
                Self::ALL.iter().find(|row| row.0 == self).map_or("", |row| row.1)
            }

            /// The value that a word names.
            pub fn from_word(word: &str) -> Option<Self> {
                Self::ALL.iter().find(|row| row.1 == word).map(|row| row.0)
            }
        }
    };
}
