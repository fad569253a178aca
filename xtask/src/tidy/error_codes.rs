//! Error codes: every one is documented, and every documented one exists.
//!
//! A code is a string literal `area.problem` inside a function whose name ends in `code` or is `texts` (one table of
//! code, reason and hint), inside a table of words (`const ALL`), in a field `code:`, or in a public constant. It is documented by a
//! table row of the reference that begins with it: ``| `area.problem` | …``.

use std::collections::BTreeMap;

use super::Offence;
use crate::workspace::SourceFile;

const REFERENCE: &str = "docs/reference/errors.md";

/// A code with the first place where it stands.
type Places<'a> = BTreeMap<&'a str, (&'a str, usize)>;

/// Names codes without a row, and rows without a code.
pub(super) fn check(files: &[SourceFile]) -> Vec<Offence> {
    let mut used = Places::new();
    for file in files.iter().filter(|file| is_product_code(&file.path)) {
        for (code, line) in codes_in_code(&file.text) {
            used.entry(code).or_insert((&file.path, line));
        }
    }
    let reference = files.iter().find(|file| file.path == REFERENCE);
    let documented: Places<'_> = reference
        .into_iter()
        .flat_map(|file| codes_in_reference(&file.text))
        .map(|(code, line)| (code, (REFERENCE, line)))
        .collect();
    let mut offences = only_in_first(&used, &documented, "is not documented in the reference");
    offences.extend(only_in_first(
        &documented,
        &used,
        "is documented, but no code has it",
    ));
    offences
}

fn only_in_first(first: &Places<'_>, second: &Places<'_>, what: &str) -> Vec<Offence> {
    first
        .iter()
        .filter(|(code, _)| !second.contains_key(**code))
        .map(|(code, (path, line))| {
            Offence::in_line(path, *line, format!("the error code `{code}` {what}"))
        })
        .collect()
}

fn is_product_code(path: &str) -> bool {
    path.starts_with("crates/") && path.contains("/src/") && path.ends_with(".rs")
}

/// What holds codes, and goes on over several lines.
#[derive(Clone, Copy)]
enum Holder {
    /// A function, with so many braces open.
    Function(i64),
    /// A table of words.
    Table,
}

impl Holder {
    /// The one that begins in this line.
    fn begun_by(line: &str) -> Option<Self> {
        let is_function =
            line.contains("fn ") && (line.contains("code(") || line.contains("fn texts("));
        let is_table = line.contains("const ALL: &");
        let of_function = is_function.then_some(Self::Function(0));
        of_function.or_else(|| is_table.then_some(Self::Table))
    }

    /// The same after this line; `None` where it ends there.
    fn after(self, line: &str) -> Option<Self> {
        match self {
            Self::Function(open) => {
                let opened = line.matches('{').count() as i64 - line.matches('}').count() as i64;
                let is_over = open + opened <= 0 && line.contains(['}', ';']);
                (!is_over).then_some(Self::Function(open + opened))
            }
            Self::Table => (!line.trim_end().ends_with("];")).then_some(Self::Table),
        }
    }
}

/// The literals of a line that may be codes: all of them in what holds codes, else that of a field or constant.
fn literals(line: &str, is_within: bool) -> impl Iterator<Item = &str> {
    let constant = line
        .find("&str = \"")
        .filter(|_| line.contains("pub const "));
    let from = match line.find("code: \"").or(constant) {
        _ if is_within => line,
        Some(start) => line.get(start..).unwrap_or_default(),
        None => "",
    };
    let all = if is_within { usize::MAX } else { 1 };
    from.split('"').skip(1).step_by(2).take(all)
}

/// The codes of a file, each with its line.
fn codes_in_code(text: &str) -> Vec<(&str, usize)> {
    let mut codes = Vec::new();
    let mut holder: Option<Holder> = None;
    for (line, number) in text.lines().zip(1..) {
        holder = holder.or_else(|| Holder::begun_by(line));
        let found = literals(line, holder.is_some()).filter(|text| is_code(text));
        codes.extend(found.map(|code| (code, number)));
        holder = holder.and_then(|open| open.after(line));
    }
    codes
}

fn codes_in_reference(text: &str) -> impl Iterator<Item = (&str, usize)> {
    text.lines().zip(1..).filter_map(|(line, number)| {
        let (code, _) = line.strip_prefix("| `")?.split_once('`')?;
        is_code(code).then_some((code, number))
    })
}

/// `area.problem`: two words of lower-case letters, digits and hyphens. File names are none.
fn is_code(text: &str) -> bool {
    if text.ends_with(".toml") {
        return false;
    }
    let is_word = |word: &str| {
        let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        word.starts_with(|c: char| c.is_ascii_lowercase()) && word.chars().all(allowed)
    };
    text.split_once('.')
        .is_some_and(|(area, problem)| is_word(area) && is_word(problem))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CODE: &str = r#"
        /// Stable.
        pub fn code(&self) -> &'static str {
            match self {
                Self::A { .. } => "import.token-expired",
                Self::B { source } => source.code(),
                Self::C => "import.kms",
            }
        }

        pub fn hint(&self) -> &'static str {
            "not.a-code"
        }
        trait Coded { fn code(&self) -> &'static str; }
        const OTHER: &str = "neither.this";
    "#;

    fn offences(code: &str, reference: &str) -> Vec<String> {
        let file = |path: &str, text: &str| SourceFile {
            path: path.into(),
            text: text.into(),
        };
        let files = [
            file("crates/a/src/error.rs", code),
            file(REFERENCE, reference),
        ];
        check(&files).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn codes_are_read_from_functions_named_code_only() {
        assert_eq!(
            codes_in_code(CODE),
            [("import.token-expired", 5), ("import.kms", 7)]
        );
    }

    #[test]
    fn words_of_a_table_are_codes_where_they_look_like_codes() {
        let table = r#"
            impl Kind {
                /// Every kind.
                pub const ALL: &'static [(Self, &'static str, &'static str)] = &[
                    (Kind::Gone, "drift.gone", "AWS does not know it."),
                    (
                        Kind::Disabled,
                        "drift.disabled",
                        "somebody disabled it",
                    ),
                    (Kind::Tag, "tag", "TagResource"),
                ];
                pub const EMPTY: &'static [u8] = &[];
                fn other() -> &'static str { "not.a-code" }
            }
            macro_rules! words {
                () => {
                    pub const ALL: &'static [(Self, &'static str)] = &[$(($word)),+];
                }
            }
            fn another() -> &'static str { "no.code-either" }
        "#;

        assert_eq!(
            codes_in_code(table),
            [("drift.gone", 5), ("drift.disabled", 8)]
        );
        assert_eq!(
            offences(table, "| `drift.disabled` | x |\n"),
            [
                "crates/a/src/error.rs:5: the error code `drift.gone` is not documented in the reference"
            ]
        );
    }

    #[test]
    fn a_reference_with_every_code_is_complete() {
        let rows =
            "| code | means |\n|---|---|\n| `import.token-expired` | x |\n| `import.kms` | |\n";

        assert_eq!(offences(CODE, rows), [""; 0]);
    }

    #[test]
    fn a_missing_row_and_a_row_too_many_are_named_with_their_places() {
        let rows = "| `import.token-expired` | x |\n| `import.gone` | `import.kms` |\n";

        assert_eq!(
            offences(CODE, rows),
            [
                "crates/a/src/error.rs:7: the error code `import.kms` is not documented in the reference",
                "docs/reference/errors.md:2: the error code `import.gone` is documented, but no code has it",
            ]
        );
    }

    #[test]
    fn codes_have_two_words() {
        for (text, want) in [
            ("import.token-expired", true),
            ("kms-key.gone2", true),
            ("import", false),
            ("import.", false),
            ("a.b.c", false),
            ("Import.kms", false),
            ("1.2", false),
            ("key ferry.toml", false),
        ] {
            assert_eq!(is_code(text), want, "`{text}`");
        }
    }
}
