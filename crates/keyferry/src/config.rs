//! `keyferry config`: checks and shows.

use std::path::PathBuf;

use keyferry_cli::args::ConfigCommand;
use keyferry_cli::{CliError, Output, World};
use keyferry_server::config::{self, Mistakes};

use crate::compose::data_folder;

pub(crate) fn run(
    world: &mut World,
    output: Output,
    data: Option<PathBuf>,
    command: ConfigCommand,
) -> Result<(), CliError> {
    let data = data_folder(world, data);
    let raw = config::read(&data, &world.environment).map_err(mistaken)?;
    raw.check(&data).map_err(mistaken)?;
    match command {
        ConfigCommand::Check => {
            world.say(&format!("{} is well", data.join(config::FILE).display()));
            Ok(())
        }
        ConfigCommand::Show => show(world, output, &raw),
    }
}

fn show(world: &mut World, output: Output, raw: &config::Raw) -> Result<(), CliError> {
    let rows = raw
        .show()
        .into_iter()
        .map(|(key, value, origin)| vec![key.path.to_owned(), value, origin.to_string()]);
    world.print_list(output, &["key", "value", "origin"], rows.collect())
}

/// Mistakes in the configuration, all at once.
pub(crate) fn mistaken(mistakes: Mistakes) -> CliError {
    CliError::usage(mistakes.to_string()).hint("`docs/reference/config.md` lists every key")
}
