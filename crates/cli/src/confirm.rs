//! The name typed where something is lost.

use crate::error::{CliError, Exit};
use crate::world::World;

impl World {
    /// Says what will be lost and wants the name typed, unless `--yes` was given.
    pub(crate) fn confirm(&mut self, name: &str, loss: &str, yes: bool) -> Result<(), CliError> {
        if yes {
            return Ok(());
        }
        self.say(loss);
        let refused = |message: &str| {
            CliError::new(Exit::NotConfirmed, message).hint(format!(
                "type `{name}` when asked, or give --yes in scripts"
            ))
        };
        let Some(prompt) = self.terminal.prompt.as_mut() else {
            return Err(refused(
                "this needs a confirmation, and there is nobody to ask",
            ));
        };
        let typed = prompt
            .line(&format!("Type `{name}` to go on"))
            .map_err(|error| refused("nothing was typed").because(&error))?;
        if typed == name {
            Ok(())
        } else {
            Err(refused("another name was typed; nothing was done"))
        }
    }
}
