//! `cargo xtask chaos`: the crash sweep, the simulation and the planted mistakes, as long as one wants.

use std::process::Command;

/// Runs the program of that name with these arguments; it prints its figures and judges them.
pub(crate) fn run(arguments: &[&str]) -> Result<(), String> {
    let run = [
        "run",
        "--locked",
        "--quiet",
        "--package",
        "keyferry-testkit",
    ];
    let status = Command::new("cargo")
        .args(run)
        .args(["--bin", "chaos", "--"])
        .args(arguments)
        .status()
        .map_err(|error| format!("cargo cannot be run: {error}"))?;
    if status.success() {
        Ok(())
    } else {
        Err("something was broken, or a goal was missed; see above".to_owned())
    }
}
