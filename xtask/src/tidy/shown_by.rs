//! Tables of security: every row names tests that exist, or says what is open.

use std::collections::BTreeSet;

use super::Offence;
use super::features::tests_of;
use crate::workspace::SourceFile;

const PAGE: &str = "docs/operating/security.md";

/// Where the contract of records is, whose clauses are tests of memory and of both databases.
const CONTRACT: &str = "crates/testkit/src/contract/";

/// How a table is headed whose rows are promises.
const LAST_COLUMN: &str = "shown by";

/// What a row says that is not shown.
const OPEN: &str = "Open:";

/// How many such rows there are at least: a table whose heading was changed would be looked at by nobody.
const ROWS_MIN: usize = 40;

/// Names rows without a test, and tests that no source file has.
pub(super) fn check(files: &[SourceFile]) -> Vec<Offence> {
    let Some(page) = files.iter().find(|file| file.path == PAGE) else {
        return vec![Offence::in_file(PAGE, "the page about security is missing")];
    };
    let sources = || files.iter().filter(|file| file.path.ends_with(".rs"));
    let mut tests: BTreeSet<&str> = sources().flat_map(|file| tests_of(&file.text)).collect();
    let contract = sources().filter(|file| file.path.starts_with(CONTRACT));
    tests.extend(contract.flat_map(|file| clauses_of(&file.text)));
    let (mut offences, mut count) = (Vec::new(), 0);
    for (number, shown) in rows(&page.text) {
        count += 1;
        let named: Vec<&str> = named_in(shown).collect();
        if named.is_empty() && !shown.contains(OPEN) {
            let what = format!("the row names no test and does not say `{OPEN}`");
            offences.push(Offence::in_line(PAGE, number, what));
        }
        let unknown = named.into_iter().filter(|name| !tests.contains(name));
        offences.extend(
            unknown.map(|name| Offence::in_line(PAGE, number, format!("`{name}` is no test"))),
        );
    }
    if count < ROWS_MIN {
        let what = format!("{count} rows are shown by tests, and there were {ROWS_MIN}");
        offences.push(Offence::in_file(PAGE, what));
    }
    offences
}

/// The clauses of a contract.
fn clauses_of(text: &str) -> impl Iterator<Item = &str> {
    let clauses = text
        .lines()
        .filter_map(|line| line.strip_prefix("pub(super) async fn "));
    clauses.filter_map(|rest| rest.split('(').next())
}

/// The last cells of all rows of tables that are headed so, with their lines.
fn rows(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut is_promise = false;
    for (line, number) in text.lines().zip(1..) {
        let Some(cells) = line.strip_prefix("| ") else {
            // The line under the heading has no space.
            is_promise &= line.starts_with('|');
            continue;
        };
        let last = cells.trim_end().trim_end_matches('|');
        let last = last.rsplit('|').next().unwrap_or_default().trim();
        if last == LAST_COLUMN {
            is_promise = true;
        } else if is_promise {
            found.push((number, last));
        }
    }
    found
}

/// What looks like the name of a test: words joined by underscores.
fn named_in(cell: &str) -> impl Iterator<Item = &str> {
    let is_test = |name: &&str| {
        name.matches('_').count() >= 3
            && name
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
    };
    cell.split('`').skip(1).step_by(2).filter(is_test)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offences(rows: &str) -> Vec<String> {
        let file = |path: &str, text: String| SourceFile {
            path: path.into(),
            text,
        };
        let more = "| x | `it_works_as_it_should` |\n".repeat(ROWS_MIN);
        let page = format!(
            "| other | table |\n|---|---|\n| a | b |\n\n| what | shown by |\n|---|---|\n{rows}{more}"
        );
        let test = "#[test]\nfn it_works_as_it_should() {}\nfn it_helps_as_it_can() {}\n";
        let files = [file(PAGE, page), file("crates/x/src/a.rs", test.to_owned())];
        check(&files).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn rows_of_promises_name_tests_or_say_what_is_open() {
        let line = |what: &str| vec![format!("{PAGE}:7: {what}")];
        assert_eq!(offences(""), Vec::<String>::new());
        assert_eq!(
            offences("| a | `it_works_as_it_should` (so) |\n"),
            Vec::<String>::new()
        );
        assert_eq!(
            offences("| a | Open: nobody did it |\n"),
            Vec::<String>::new()
        );
        assert_eq!(
            offences("| a | by `tls.version_min` |\n"),
            line("the row names no test and does not say `Open:`")
        );
        for other in ["it_helps_as_it_can", "it_is_not_there"] {
            let row = format!("| a | `it_works_as_it_should`, `{other}` |\n");
            assert_eq!(offences(&row), line(&format!("`{other}` is no test")));
        }
    }
}
