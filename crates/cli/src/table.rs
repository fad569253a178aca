//! Tables without lines: readable by eye, and by `awk` where no cell has spaces.

use comfy_table::{ContentArrangement, presets};
use serde::Serialize;
use serde_json::Value;

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
        table.add_rows(rows);
        Self(trimmed(&table))
    }

    /// One thing: every field that has a value, nested ones by their path.
    pub(crate) fn one(data: &impl Serialize) -> Self {
        let mut table = plain();
        for (name, value) in fields(&serde_json::to_value(data).unwrap_or_default()) {
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
        self.0
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
        Value::Null => {}
        Value::Object(map) => {
            for (name, inner) in map {
                let path = if path.is_empty() {
                    name.clone()
                } else {
                    format!("{path}.{name}")
                };
                walk(&path, inner, found);
            }
        }
        Value::Array(items) if items.iter().all(|item| !item.is_object()) => {
            let texts: Vec<String> = items.iter().map(leaf).collect();
            if !texts.is_empty() {
                found.push((path.to_owned(), texts.join(", ")));
            }
        }
        Value::Array(items) => {
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
        Value::String(text) => text.clone(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        other => other.to_string(),
    }
}
