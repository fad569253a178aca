//! The project's own tools: `cargo xtask tidy`, `cargo xtask bench` and `cargo xtask chaos`.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "what a tool prints is its purpose"
)]

mod bench;
mod chaos;
mod tidy;
mod workspace;

use std::process::ExitCode;

const USAGE: &str = "\
usage: cargo xtask <tool>

  tidy    check the rules that no compiler checks: layers, bans, licences, headers, error codes
  bench   run every crate's bench `figures` and print one JSON line per figure
  chaos   crash sweep, simulation and planted mistakes, one JSON line per figure; --seconds N for at least so long,
          --simulation SEED --days N for one simulation again
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = match arguments.as_slice() {
        ["tidy"] => tidy::run(),
        ["bench"] => bench::run(),
        ["chaos", arguments @ ..] => chaos::run(arguments),
        _ => Err(USAGE.to_owned()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}
