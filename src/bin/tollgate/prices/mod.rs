//! `tollgate prices`: imports, lists, shows, compares and builds price books.

mod build;
mod diff;
mod import;
mod list;
mod merge;
mod multiplier;
mod overrides;
mod rows;
mod show;

use std::path::PathBuf;

use clap::{Subcommand, ValueEnum};
use comfy_table::{ContentArrangement, Table, presets};

use crate::Failure;

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Makes a price book of a public catalogue, and tells what of it carried over.
    Import {
        /// Whose catalogue it is.
        #[arg(long)]
        from: From,
        /// The catalogue; `-` for standard input.
        file: PathBuf,
        /// Only this provider's models; may be given again.
        #[arg(long, value_name = "NAME")]
        provider: Vec<String>,
        /// Where the book goes.
        #[arg(short, long, value_name = "FILE")]
        output: Option<PathBuf>,
        /// Where the notes go: one JSON line for each.
        #[arg(long, value_name = "FILE")]
        report: Option<PathBuf>,
    },
    /// Lists the models of a book.
    List {
        /// The book; the one that ships when absent.
        book: Option<PathBuf>,
        /// Only this provider's models.
        #[arg(long, value_name = "NAME")]
        provider: Option<String>,
    },
    /// Shows what a model costs, in every context, tier and place.
    Show {
        /// The book and the model's name; or the name alone, which is looked up in the book that ships.
        #[arg(num_args = 1..=2, value_names = ["BOOK", "MODEL"], required = true)]
        which: Vec<String>,
        /// Only the prices in force at this instant, or on this day.
        #[arg(long, value_name = "DATE")]
        at: Option<String>,
    },
    /// Compares two books: models and rates that were added, removed or changed. Exits with 1 when there are any.
    Diff {
        /// The one book.
        before: PathBuf,
        /// The other.
        after: PathBuf,
    },
    /// Makes the books that ship from both catalogues, and shows what is different in them. Exits with 1 when something
    /// is and it was not written.
    Build {
        /// The catalogue of pydantic/genai-prices.
        #[arg(long, value_name = "FILE")]
        genai: PathBuf,
        /// LiteLLM's price map.
        #[arg(long, value_name = "FILE")]
        litellm: PathBuf,
        /// Where the repository is.
        #[arg(long, value_name = "DIRECTORY", default_value = ".")]
        repository: PathBuf,
        /// Writes the books.
        #[arg(long)]
        write: bool,
    },
}

#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum From {
    /// pydantic/genai-prices.
    GenaiPrices,
    /// LiteLLM.
    #[value(name = "litellm")]
    LiteLlm,
}

pub(crate) fn run(command: &Command) -> Result<(), Failure> {
    match command {
        Command::Import { from, file, provider, output, report } => {
            import::run(*from, file, provider, output.as_deref(), report.as_deref())
        }
        Command::List { book, provider } => list::run(book.as_deref(), provider.as_deref()),
        Command::Show { which, at } => match which.as_slice() {
            [model] => show::run(None, model, at.as_deref()),
            [book, model] => show::run(Some(book.as_ref()), model, at.as_deref()),
            _ => Ok(()),
        },
        Command::Diff { before, after } => diff::run(before, after),
        Command::Build { genai, litellm, repository, write } => build::run(genai, litellm, repository, *write),
    }
}

fn table(columns: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled).set_header(columns);
    table
}

fn print(text: &str) -> Result<(), Failure> {
    use std::io::Write;
    match writeln!(std::io::stdout().lock(), "{text}") {
        // Whoever reads has seen enough.
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Failure::File(format!("cannot write: {error}")))
        }
        _ => Ok(()),
    }
}

fn write_file(path: &std::path::Path, text: &str) -> Result<(), Failure> {
    std::fs::write(path, text).map_err(|error| Failure::File(format!("cannot write `{}`: {error}", path.display())))
}
