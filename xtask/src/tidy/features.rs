//! The table of features: every row names tests that exist, or says what is missing.

use std::collections::BTreeSet;

use super::Offence;
use crate::workspace::SourceFile;

const TABLE: &str = "docs/reference/features.md";

/// What a row says whose feature is not there yet.
const NOT_YET: &str = "Not yet:";

/// The rows that the table must have: a letter and how many there are of it.
const ROWS: [(char, u32); 7] = [
    ('B', 26),
    ('C', 11),
    ('D', 16),
    ('E', 26),
    ('F', 5),
    ('G', 12),
    ('H', 17),
];

/// Names missing rows, rows without a test, and tests that no source file has.
pub(super) fn check(files: &[SourceFile]) -> Vec<Offence> {
    let Some(table) = files.iter().find(|file| file.path == TABLE) else {
        return vec![Offence::in_file(TABLE, "the table of features is missing")];
    };
    let tests: BTreeSet<&str> = files
        .iter()
        .filter(|file| file.path.ends_with(".rs"))
        .flat_map(|file| functions(&file.text))
        .collect();
    let mut missing: BTreeSet<String> = ROWS
        .iter()
        .flat_map(|(letter, count)| (1..=*count).map(move |number| format!("{letter}{number}")))
        .collect();
    let mut offences = Vec::new();
    for (line, number) in table.text.lines().zip(1..) {
        let Some((id, shown)) = row(line) else {
            continue;
        };
        missing.remove(id);
        let named: Vec<&str> = shown.split('`').skip(1).step_by(2).collect();
        if named.is_empty() && !shown.contains(NOT_YET) {
            let what = format!("`{id}` names no test and does not say `{NOT_YET}`");
            offences.push(Offence::in_line(TABLE, number, what));
        }
        let unknown = named.iter().filter(|name| !tests.contains(**name));
        offences.extend(unknown.map(|name| {
            Offence::in_line(
                TABLE,
                number,
                format!("`{id}` names `{name}`, which is no function"),
            )
        }));
    }
    let told = |id| Offence::in_file(TABLE, format!("`{id}` has no row"));
    offences.extend(missing.into_iter().map(told));
    offences
}

/// Id and last column of a row.
fn row(line: &str) -> Option<(&str, &str)> {
    let mut cells = line
        .strip_prefix("| ")?
        .trim_end()
        .trim_end_matches('|')
        .split('|');
    let id = cells.next()?.trim();
    let is_id = id.starts_with(|c: char| c.is_ascii_uppercase())
        && id.len() > 1
        && id.chars().skip(1).all(|c| c.is_ascii_digit());
    is_id.then_some((id, cells.next_back()?))
}

fn functions(text: &str) -> impl Iterator<Item = &str> {
    text.split("fn ").skip(1).filter_map(|rest| {
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))?;
        rest.get(..end)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offences(rows: &str) -> Vec<String> {
        let file = |path: &str, text: &str| SourceFile {
            path: path.into(),
            text: text.into(),
        };
        let all: String = ROWS
            .iter()
            .flat_map(|(letter, count)| {
                (2..=*count).map(move |n| format!("| {letter}{n} | x | `it_works` |\n"))
            })
            .chain(
                "CDEFGH"
                    .chars()
                    .map(|letter| format!("| {letter}1 | x | `it_works` |\n")),
            )
            .collect();
        let files = [
            file("crates/a/tests/it/main.rs", "async fn it_works() {}"),
            file(TABLE, &format!("{rows}{all}")),
        ];
        check(&files).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_row_with_a_test_that_exists_is_well_and_so_is_one_that_says_what_is_missing() {
        assert_eq!(offences("| B1 | Lists | `it_works` |\n"), [""; 0]);
        assert_eq!(offences("| B1 | Lists | Not yet: no screen |\n"), [""; 0]);
    }

    #[test]
    fn missing_rows_and_tests_are_named() {
        assert_eq!(
            offences(""),
            ["docs/reference/features.md: `B1` has no row"]
        );
        assert_eq!(
            offences("| B1 | Lists | `it_worked` |\n"),
            ["docs/reference/features.md:1: `B1` names `it_worked`, which is no function"]
        );
        assert_eq!(
            offences("| B1 | Lists | somewhere |\n"),
            ["docs/reference/features.md:1: `B1` names no test and does not say `Not yet:`"]
        );
    }
}
