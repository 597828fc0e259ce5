//! `tollgate audit`.

use std::{
    fs::File,
    io::{BufRead, BufReader, Read},
    path::{Path, PathBuf},
};

use clap::Subcommand;
use tollgate::{
    audit::{AuditEntry, AuditHead},
    form::{Json, Path as Place, try_read},
    wire::to_text,
};

use crate::Failure;

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Verifies the chain of hashes, entry by entry, and names the first that is broken. A log is whole from its first entry on,
    /// unfiltered; one without any entry is refused.
    Verify {
        /// The audit log, one entry a line; `-` for standard input.
        file: PathBuf,
        /// The hash that the log must end with, as the gateway tells it: without it a log that was cut off at its end is
        /// whole.
        #[arg(long, value_name = "SHA256")]
        head: Option<String>,
    },
}

pub(crate) fn run(command: &Command) -> Result<(), Failure> {
    match command {
        Command::Verify { file, head } => verify(file, head.as_deref()),
    }
}

fn verify(file: &Path, expected: Option<&str>) -> Result<(), Failure> {
    let told = |error| Failure::File(format!("cannot read `{}`: {error}", file.display()));
    let input: Box<dyn Read> =
        if file.as_os_str() == "-" { Box::new(std::io::stdin()) } else { Box::new(File::open(file).map_err(told)?) };
    let mut head = AuditHead::default();
    for (line, number) in BufReader::new(input).lines().zip(1_u64..) {
        let line = line.map_err(told)?;
        if line.trim().is_empty() {
            continue;
        }
        match follow(&line, head) {
            Ok(next) => head = next,
            Err(problem) => {
                eprintln!("tollgate: {}:{number}: {problem}", file.display());
                return Err(Failure::Refused);
            }
        }
    }
    if expected.is_some_and(|expected| expected != head.hash.to_string()) {
        eprintln!(
            "tollgate: {}: the log ends with `{}` after {} entries, and not with what was expected: entries are missing",
            file.display(),
            head.hash,
            head.entries
        );
        return Err(Failure::Refused);
    }
    if head.entries == 0 && expected.is_none() {
        eprintln!(
            "tollgate: {}: it holds no entry, and every organization's log begins with those of its policy: export it again",
            file.display()
        );
        return Err(Failure::Refused);
    }
    println!("{} entries, the last with the hash {}", head.entries, head.hash);
    Ok(())
}

/// The head after a line.
fn follow(line: &str, head: AuditHead) -> Result<AuditHead, String> {
    let json = Json::parse(line).map_err(|error| format!("not an entry: {error}"))?;
    let entry: AuditEntry = try_read(&json, &Place::Root("entry"))
        .map_err(|problems| format!("not an entry: {}", problems.into_error()))?;
    let number = entry.number.get();
    if to_text(&entry) != line {
        return Err(format!("entry {number} is not written as the engine writes it: it was changed"));
    }
    if entry.number.unsigned() != head.entries.saturating_add(1) {
        let next = head.entries.saturating_add(1);
        return Err(format!("entry {number} stands where {next} should: entries are missing, or in another order"));
    }
    if entry.previous != head.hash {
        return Err(format!("entry {number} does not follow from the one before it: that one was changed or replaced"));
    }
    if !entry.follows(head) {
        return Err(format!("entry {number} does not have the hash that it says: it was changed"));
    }
    Ok(entry.head())
}
