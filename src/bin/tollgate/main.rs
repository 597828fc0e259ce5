//! The command line. The only part of the crate that reads files and writes to the terminal.

mod audit;
mod book;
mod built_in_roles;
mod check;
mod decide;
mod export;
mod key;
mod prices;
mod problems;
mod quote;
mod schema;
mod sign_in_code;
mod typescript;
mod usage_reader;

use std::{path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand, ValueEnum};

/// Decides who may call which model, at what rate, at what price and within which budget.
///
/// Exit codes: 0 done; 1 the policy has problems, a line was answered with an error, or books differ; 2 wrong usage; 3 a file cannot
/// be read or written, or a gateway cannot be reached.
#[derive(Parser)]
#[command(name = "tollgate", version, verbatim_doc_comment)]
struct Arguments {
    #[command(subcommand)]
    command: Subcommands,
}

#[derive(Subcommand)]
enum Subcommands {
    /// Reports every problem of a policy file, with path, value and remedy.
    Check {
        /// The policy file; `-` for standard input.
        policy: PathBuf,
        /// Writes one JSON object for each problem.
        #[arg(long)]
        json: bool,
    },
    /// Answers lines from standard input by a policy: one JSON line for each, in order.
    Decide {
        /// The policy file.
        policy: PathBuf,
        /// The clock at which the organization begins; the first line's `now_ms` when absent.
        #[arg(long, value_name = "MILLISECONDS")]
        start_ms: Option<i64>,
        /// Writes the first events, as a line of their own, before the answers.
        #[arg(long)]
        log: bool,
    },
    /// Prices usage objects from standard input: one JSON line for each, in order.
    Quote {
        /// A price book, or a catalogue; the book of Anthropic, OpenAI and Google that ships when absent.
        #[arg(long, value_name = "FILE")]
        book: Option<PathBuf>,
        /// What the file holds.
        #[arg(long, value_enum, default_value_t, requires = "book")]
        from: book::Source,
    },
    /// Imports price books, shows and compares them.
    Prices {
        /// What to do.
        #[command(subcommand)]
        command: prices::Command,
    },
    /// Verifies an audit log without the engine that wrote it.
    Audit {
        /// What to do.
        #[command(subcommand)]
        command: audit::Command,
    },
    /// Writes an organization as one document, from its log: a gateway restores it with the same balances, holds and audit
    /// log.
    Export {
        /// The log from its first event on: an event, or a list of them, on each line.
        log: PathBuf,
    },
    /// Makes a code with which a member signs in to the console, once.
    ///
    /// The gateway makes it, for whoever may invite and holds what the member holds: `TOLLGATE_ADMIN_KEY` says who asks.
    SignInCode {
        /// The member's id, or e-mail address.
        member: sign_in_code::MemberName,
        /// Where the gateway serves, without `/v1`; `TOLLGATE_BASE_URL` when absent.
        #[arg(long)]
        url: Option<String>,
    },
    /// Makes keys for the policy file.
    Key {
        /// What to do.
        #[command(subcommand)]
        command: key::Command,
    },
    /// Prints what is generated from the types.
    Schema {
        /// What to print.
        what: Generated,
    },
}

#[derive(Clone, Copy, ValueEnum)]
enum Generated {
    /// The JSON Schema of the policy file.
    Policy,
    /// The JSON Schema of everything that crosses the wire.
    Wire,
    /// TypeScript types of everything that crosses the wire.
    Typescript,
    /// TypeScript that takes counts out of usage objects.
    UsageReader,
    /// The built-in roles, as TypeScript.
    BuiltInRoles,
    /// The matrix of permissions, in Markdown.
    Permissions,
}

/// Why the program stops early.
enum Failure {
    /// Something was refused; it has been told.
    Refused,
    /// A file cannot be read or written, or a gateway not be reached.
    File(String),
    /// Something that it needs was not said.
    Usage(String),
}

fn main() -> ExitCode {
    let done = match Arguments::parse().command {
        Subcommands::Check { policy, json } => check::run(&policy, json),
        Subcommands::Decide { policy, start_ms, log } => decide::run(&policy, start_ms, log),
        Subcommands::Quote { book, from } => quote::run(book.as_deref(), from),
        Subcommands::Prices { command } => prices::run(&command),
        Subcommands::Audit { command } => audit::run(&command),
        Subcommands::Export { log } => export::run(&log),
        Subcommands::SignInCode { member, url } => sign_in_code::run(&member, url),
        Subcommands::Key { command } => key::run(&command),
        Subcommands::Schema { what } => schema::run(what),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Refused) => ExitCode::from(1),
        Err(Failure::Usage(message)) => {
            eprintln!("tollgate: {message}");
            ExitCode::from(2)
        }
        Err(Failure::File(message)) => {
            eprintln!("tollgate: {message}");
            ExitCode::from(3)
        }
    }
}

/// The text of a file, or of standard input for `-`.
fn read(path: &std::path::Path) -> Result<String, Failure> {
    let text =
        if path.as_os_str() == "-" { std::io::read_to_string(std::io::stdin()) } else { std::fs::read_to_string(path) };
    text.map_err(|error| Failure::File(format!("cannot read `{}`: {error}", path.display())))
}
