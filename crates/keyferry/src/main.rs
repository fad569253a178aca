//! The binary: composes the crates, and runs what the command line says.

mod compose;
mod config;
mod demo;
mod init;
mod marks;
mod outside;
mod serve;
mod simulator;

use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser as _;
use clap::error::ErrorKind;
use keyferry_cli::{CliError, Exit, Invocation, LocalCommand, Output, World, misread};

fn main() -> ExitCode {
    let invocation = match Invocation::try_parse() {
        Ok(invocation) => invocation,
        Err(error) => return ExitCode::from(unparsed(&error).code()),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let mut world = World {
        environment: keyferry_server::config::system_environment(),
        terminal: keyferry_cli::terminal(),
    };
    let exit = match runtime {
        Ok(runtime) => runtime.block_on(run(&mut world, invocation)),
        Err(error) => {
            let error = CliError::new(Exit::Bug, "no runtime could be started").because(&error);
            world.say(error.text().trim_end());
            error.exit
        }
    };
    ExitCode::from(exit.code())
}

/// Help and version that were asked for, or a command line that cannot be read.
fn unparsed(error: &clap::Error) -> Exit {
    if error.use_stderr() && error.kind() != ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        let _ = std::io::stderr().write_all(misread(error).as_bytes());
        return Exit::Usage;
    }
    // Nobody is left to tell if the stream is closed.
    let _ = error.print();
    if error.use_stderr() {
        Exit::Usage
    } else {
        Exit::Ok
    }
}

async fn run(world: &mut World, invocation: Invocation) -> Exit {
    let output = invocation.globals.output;
    let local = match keyferry_cli::run(world, invocation.globals, invocation.command).await {
        Ok(exit) => return exit,
        Err(local) => local,
    };
    match run_local(world, output, local).await {
        Ok(()) => Exit::Ok,
        Err(error) => {
            world.say(error.text().trim_end());
            error.exit
        }
    }
}

async fn run_local(
    world: &mut World,
    output: Output,
    command: LocalCommand,
) -> Result<(), CliError> {
    match command {
        LocalCommand::Init(args) => init::run(world, output, args).await,
        LocalCommand::Server(args) => serve::run(world, args).await,
        LocalCommand::Config { data, command } => config::run(world, output, data, command),
        LocalCommand::Demo(args) if args.check => demo::check(world, output).await,
        LocalCommand::Demo(args) => Box::pin(demo::run(world, args)).await,
        LocalCommand::Simulator(args) => simulator::run(world, output, args).await,
    }
}
