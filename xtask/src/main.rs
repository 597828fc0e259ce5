//! `cargo xtask`: sets Tollgate up, builds, checks, tests, measures and shows it.
//!
//! Every command does what it needs first: on a fresh machine with rustup,
//! Node and git, `cargo xtask demo` is the only command to know.

mod bench;
mod browser;
mod check;
mod command_line;
mod count;
mod debian;
mod demo;
mod group;
mod npm;
mod package;
mod process;
mod python;
mod repository;
mod rules;
mod rust;
mod setup;
mod stamp;
mod step;
mod suite;
mod test;
mod wasm;
mod workspace;

use std::ffi::OsString;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::workspace::Workspace;

/// Sets Tollgate up, builds, checks, tests, measures and shows it.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Build the WebAssembly modules and the npm package, into `pkg/dist`
    Build,
    /// Tell whose the bytes of the WebAssembly modules are
    Bytes,
    /// Run all test suites, or those that are named
    Test {
        /// Name the suites instead of running them
        #[arg(long)]
        list: bool,
        /// The suites to run; all if none is named
        suites: Vec<String>,
    },
    /// Start the example company on this machine; `demo --help` tells its options
    #[command(disable_help_flag = true)]
    Demo {
        /// Passed on to the demo
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Measure, natively and in Node
    Bench {
        /// Passed on to the benchmarks; `-- --help` tells what they take
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Run the command line; `cargo tollgate` is short for it
    #[command(disable_help_flag = true)]
    Tollgate {
        /// Passed on to it
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<OsString>,
    },
    /// Check format, lints, types and the source rules
    Check,
    /// Install all that the other commands need
    Setup,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(arguments.command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<()> {
    group::end_on_signals()?;
    let workspace = Workspace::here();
    match command {
        Command::Build => {
            let sizes = package::build(&workspace)?;
            eprintln!("built pkg/dist:");
            for size in sizes {
                eprintln!("  {size}");
            }
            Ok(())
        }
        Command::Bytes => {
            print!("{}", wasm::bytes(&workspace)?);
            Ok(())
        }
        Command::Test { list: true, .. } => {
            test::list();
            Ok(())
        }
        Command::Test { suites, .. } => test::run(&workspace, &suites),
        Command::Demo { arguments } => demo::run(&workspace, &arguments),
        Command::Bench { arguments } => bench::run(&workspace, &arguments),
        Command::Tollgate { arguments } => command_line::run(&workspace, &arguments),
        Command::Check => check::run(&workspace),
        Command::Setup => setup::everything(&workspace),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passes_every_option_on_to_the_demo_and_the_command_line() {
        let parsed = |words: &[&str]| Arguments::try_parse_from([&["xtask"], words].concat()).expect("valid arguments");
        let Command::Demo { arguments } = parsed(&["demo", "--help"]).command else { panic!("not the demo") };
        assert_eq!(arguments, ["--help"]);
        let Command::Demo { arguments } = parsed(&["demo", "--once", "--port", "0", "-h"]).command else {
            panic!("not the demo")
        };
        assert_eq!(arguments, ["--once", "--port", "0", "-h"]);
        let Command::Tollgate { arguments } = parsed(&["tollgate", "check", "--help"]).command else {
            panic!("not the command line")
        };
        assert_eq!(arguments, ["check", "--help"]);
    }
}
