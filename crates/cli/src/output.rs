//! Data on its way out: table, JSON or YAML.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::error::{CliError, Exit};
use crate::table::Table;
use crate::world::World;

/// How data is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Output {
    /// For people.
    #[default]
    Table,
    /// For programs.
    Json,
    /// For files.
    Yaml,
}

impl World {
    /// Writes data to standard output.
    pub(crate) fn print(
        &mut self,
        output: Output,
        data: &impl Serialize,
        table: impl FnOnce() -> Table,
    ) -> Result<(), CliError> {
        let text = match output {
            Output::Table => table().text(),
            Output::Json => serde_json::to_string_pretty(data)
                .map(|text| text + "\n")
                .map_err(unwritable)?,
            Output::Yaml => serde_yaml_ng::to_string(data).map_err(unwritable)?,
        };
        self.print_text(&text)
    }

    /// Writes data to standard output: one thing, with all its fields.
    ///
    /// # Errors
    ///
    /// Standard output is closed.
    pub fn print_one(&mut self, output: Output, data: &impl Serialize) -> Result<(), CliError> {
        self.print(output, data, || Table::one(data))
    }

    /// Writes rows of texts to standard output; in JSON and YAML the heads are the names.
    ///
    /// # Errors
    ///
    /// Standard output is closed.
    pub fn print_list(
        &mut self,
        output: Output,
        head: &[&str],
        rows: Vec<Vec<String>>,
    ) -> Result<(), CliError> {
        let named = |row: &Vec<String>| -> BTreeMap<String, String> {
            head.iter()
                .map(|name| (*name).to_owned())
                .zip(row.iter().cloned())
                .collect()
        };
        let data: Vec<BTreeMap<String, String>> = rows.iter().map(named).collect();
        let upper: Vec<String> = head.iter().map(|name| name.to_uppercase()).collect();
        let heads: Vec<&str> = upper.iter().map(String::as_str).collect();
        self.print(output, &data, || Table::list(&heads, rows))
    }

    /// Writes text to standard output as it is.
    pub(crate) fn print_text(&mut self, text: &str) -> Result<(), CliError> {
        let output = &mut self.terminal.output;
        output
            .write_all(text.as_bytes())
            .and_then(|()| output.flush())
            .map_err(unwritable)
    }
}

fn unwritable(error: impl std::error::Error) -> CliError {
    CliError::new(Exit::Bug, "the result could not be written").because(&error)
}
