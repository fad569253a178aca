//! Data on its way out: table, JSON or YAML.

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
