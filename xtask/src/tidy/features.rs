//! The table of features: every row names tests that exist, or says what is missing.

use std::collections::BTreeSet;

use super::Offence;
use crate::workspace::SourceFile;

const TABLE: &str = "docs/reference/features.md";

/// Journeys through the console.
const JOURNEYS: &str = ".spec.ts";

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

/// Rows of other letters that it must have.
const OTHERS: [&str; 25] = [
    "A2", "A3", "A4", "A9", "A10", "A11", "A12", "A13", "A14", "J1", "J2", "J3", "J4", "J5", "J6",
    "J7", "J8", "K3", "K4", "K6", "K7", "K12", "K13", "K14", "K15",
];

/// What only the table says: elsewhere it stays when the feature comes.
const ELSEWHERE_STALE: &str = "not there yet";

/// Names missing rows, rows without a test, tests that no source file has, and pages that say what is missing themselves.
pub(super) fn check(files: &[SourceFile]) -> Vec<Offence> {
    let Some(table) = files.iter().find(|file| file.path == TABLE) else {
        return vec![Offence::in_file(TABLE, "the table of features is missing")];
    };
    let of = |ending| files.iter().filter(move |file| file.path.ends_with(ending));
    let mut tests: BTreeSet<&str> = of(".rs").flat_map(|file| tests_of(&file.text)).collect();
    tests.extend(of(JOURNEYS).flat_map(|file| journeys_of(&file.text)));
    let mut missing: BTreeSet<String> = ROWS
        .iter()
        .flat_map(|(letter, count)| (1..=*count).map(move |number| format!("{letter}{number}")))
        .collect();
    missing.extend(OTHERS.map(str::to_owned));
    let mut offences = Vec::new();
    for (line, number) in table.text.lines().zip(1..) {
        let Some((id, shown)) = row(line) else {
            continue;
        };
        missing.remove(id);
        let named: Vec<&str> = shown.split('`').skip(1).step_by(2).collect();
        let says_why = shown
            .trim()
            .strip_prefix(NOT_YET)
            .is_some_and(|why| why.len() > 10);
        if named.is_empty() && !says_why {
            let what = format!("`{id}` names no test and does not say `{NOT_YET}`");
            offences.push(Offence::in_line(TABLE, number, what));
        }
        let unknown = named.iter().filter(|name| !tests.contains(**name));
        offences.extend(unknown.map(|name| {
            Offence::in_line(
                TABLE,
                number,
                format!("`{id}` names `{name}`, which is no test"),
            )
        }));
    }
    let told = |id| Offence::in_file(TABLE, format!("`{id}` has no row"));
    offences.extend(missing.into_iter().map(told));
    offences.extend(files.iter().flat_map(stale));
    offences
}

/// The lines of another page that say what is not there.
fn stale(file: &SourceFile) -> Vec<Offence> {
    let is_page = file.path.ends_with(".md") && file.path != TABLE;
    let lines = file.text.lines().zip(1..).filter(|_| is_page);
    let says = lines.filter(|(line, _)| line.to_lowercase().contains(ELSEWHERE_STALE));
    let what =
        format!("what is {ELSEWHERE_STALE} is said in {TABLE}, where the row is held to its tests");
    says.map(|(_, number)| Offence::in_line(&file.path, number, what.clone()))
        .collect()
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

/// The names of the functions that are tests.
pub(super) fn tests_of(text: &str) -> Vec<&str> {
    let mut names = Vec::new();
    let mut is_test = false;
    for line in text.lines().map(str::trim_start) {
        is_test |= line.starts_with("#[test]") || line.starts_with("#[tokio::test");
        let Some((_, rest)) = line.split_once("fn ").filter(|_| is_test) else {
            continue;
        };
        is_test = false;
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
        names.extend(end.and_then(|end| rest.get(..end)));
    }
    names
}

/// The sentences that name journeys.
fn journeys_of(text: &str) -> impl Iterator<Item = &str> {
    let named = text.lines().filter_map(|line| line.strip_prefix("test(\""));
    named
        .filter_map(|rest| rest.split_once("\", async"))
        .map(|(name, _)| name)
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
            .chain(OTHERS.map(|id| format!("| {id} | x | `it_works` |\n")))
            .chain(
                "CDEFGH"
                    .chars()
                    .map(|letter| format!("| {letter}1 | x | `it_works` |\n")),
            )
            .collect();
        let files = [
            file(
                "crates/a/tests/it/main.rs",
                "#[tokio::test]\nasync fn it_works() {}\nfn it_helps() {}",
            ),
            file(TABLE, &format!("{rows}{all}")),
        ];
        check(&files).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_row_with_a_test_that_exists_is_well_and_so_is_one_that_says_what_is_missing() {
        assert_eq!(offences("| B1 | Lists | `it_works` |\n"), [""; 0]);
        assert_eq!(
            offences("| B1 | Lists | Not yet: there is no screen |\n"),
            [""; 0]
        );
    }

    #[test]
    fn only_the_table_says_what_is_missing() {
        let page = |path: &str| SourceFile {
            path: path.into(),
            text: "# Jobs\n\nApprovals are Not there yet.\n".into(),
        };
        let told = |path: &str| stale(&page(path)).iter().map(ToString::to_string).collect();
        let found: Vec<String> = told("docs/guide/jobs.md");

        assert_eq!(found.len(), 1);
        assert!(found[0].starts_with("docs/guide/jobs.md:3: "), "{found:?}");
        let silent: [Vec<String>; 2] = [told(TABLE), told("crates/a/src/lib.rs")];
        assert_eq!(silent, [Vec::<String>::new(), Vec::new()]);
    }

    #[test]
    fn missing_rows_and_tests_are_named() {
        assert_eq!(
            offences(""),
            ["docs/reference/features.md: `B1` has no row"]
        );
        assert_eq!(
            offences("| B1 | Lists | `it_worked` |\n"),
            ["docs/reference/features.md:1: `B1` names `it_worked`, which is no test"]
        );
        assert_eq!(
            offences("| B1 | Lists | `it_helps` |\n"),
            ["docs/reference/features.md:1: `B1` names `it_helps`, which is no test"]
        );
        assert_eq!(
            offences("| B1 | Lists | Not yet: |\n"),
            ["docs/reference/features.md:1: `B1` names no test and does not say `Not yet:`"]
        );
    }

    #[test]
    fn a_journey_through_the_console_is_a_test() {
        let text = "test(\"a key is made\", async ({ page }) => {\n  test(\"inner\");\n});\n";
        assert_eq!(journeys_of(text).collect::<Vec<_>>(), ["a key is made"]);
    }
}
