//! Tables without lines: readable by eye, and by `awk` where no cell has spaces.

use comfy_table::{ContentArrangement, presets};
use serde::Serialize;
use serde_yaml_ng::Value;

use crate::world::harmless;

/// Rows under a head, or names with values.
pub(crate) struct Table(String);

impl Table {
    /// A list. Says so where it is empty.
    pub(crate) fn list(head: &[&str], rows: Vec<Vec<String>>) -> Self {
        if rows.is_empty() {
            return Self("(none)\n".to_owned());
        }
        let mut table = plain();
        table.set_header(head.iter().copied());
        let short = |row: Vec<String>| row.into_iter().map(|cell| moment(&cell));
        table.add_rows(rows.into_iter().map(short));
        Self(trimmed(&table))
    }

    /// One thing: every field that has a value in the order of its form, nested ones by their path.
    pub(crate) fn one(data: &impl Serialize) -> Self {
        let mut table = plain();
        for (name, value) in fields(&serde_yaml_ng::to_value(data).unwrap_or_default()) {
            table.add_row([format!("{name}:"), value]);
        }
        Self(trimmed(&table))
    }

    /// Another table below, under a title.
    pub(crate) fn and(mut self, title: &str, other: &Self) -> Self {
        self.0.push_str(&format!("\n{title}\n{}", other.0));
        self
    }

    pub(crate) fn text(self) -> String {
        harmless(&self.0)
    }
}

fn plain() -> comfy_table::Table {
    let mut table = comfy_table::Table::new();
    table
        .load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Disabled);
    table
}

fn trimmed(table: &comfy_table::Table) -> String {
    let lines = table.to_string();
    let lines = lines
        .lines()
        .map(|line| line.strip_prefix(' ').unwrap_or(line).trim_end());
    lines.map(|line| format!("{line}\n")).collect()
}

/// Every leaf with its path; lists of texts on one line, empty ones left out.
fn fields(value: &Value) -> Vec<(String, String)> {
    let mut found = Vec::new();
    walk("", value, &mut found);
    found
}

fn walk(path: &str, value: &Value, found: &mut Vec<(String, String)>) {
    match value {
        Value::Mapping(map) => {
            for (name, inner) in map {
                let name = leaf(name);
                let path = if path.is_empty() {
                    name
                } else {
                    format!("{path}.{name}")
                };
                walk(&path, inner, found);
            }
        }
        Value::Sequence(items) if items.iter().all(|item| !item.is_mapping()) => {
            let texts: Vec<String> = items.iter().map(leaf).collect();
            if !texts.is_empty() {
                found.push((path.to_owned(), texts.join(", ")));
            }
        }
        Value::Sequence(items) => {
            for (index, item) in items.iter().enumerate() {
                walk(&format!("{path}.{}", index + 1), item, found);
            }
        }
        other => {
            let text = leaf(other);
            if !text.is_empty() {
                found.push((path.to_owned(), text));
            }
        }
    }
}

fn leaf(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => moment(text.trim_end()),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::Number(number) => number.to_string(),
        Value::Tagged(tagged) => leaf(&tagged.value),
        Value::Mapping(_) | Value::Sequence(_) => String::new(),
    }
}

/// A moment without parts of a second, which JSON and YAML keep; any other text as it is.
fn moment(text: &str) -> String {
    match text.split_once('.') {
        Some((seconds, _)) if text.parse::<jiff::Timestamp>().is_ok() => format!("{seconds}Z"),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Serialize)]
    struct Thing {
        name: &'static str,
        created_at: &'static str,
        about: &'static str,
        nothing: Option<u8>,
        places: Vec<Place>,
    }

    #[derive(Serialize)]
    struct Place {
        primary: bool,
        uses: u8,
    }

    #[test]
    fn one_thing_keeps_the_order_of_its_fields_and_whole_seconds() {
        let thing = Thing {
            name: "a.b",
            created_at: "2026-11-22T03:40:01.89857Z",
            about: "",
            nothing: None,
            places: vec![Place {
                primary: true,
                uses: 3,
            }],
        };

        let text = Table::one(&thing).text();

        assert_eq!(
            text,
            "name:              a.b\n\
             created_at:        2026-11-22T03:40:01Z\n\
             places.1.primary:  yes\n\
             places.1.uses:     3\n"
        );
    }

    #[test]
    fn what_is_no_moment_keeps_its_points() {
        for text in [
            "1.5",
            "https://127.0.0.1:8443",
            "2026-11-22T03:40:01Z",
            "a.Z",
        ] {
            assert_eq!(moment(text), text);
        }
    }
}
