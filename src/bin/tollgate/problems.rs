//! The problems of a policy, as a person reads them.

use std::io::{self, Write};

use tollgate::error::Error;

/// Writes each problem with its place, what was found and the remedy, and how many there are.
pub(crate) fn write(out: &mut impl Write, file: &str, error: &Error) -> io::Result<()> {
    for problem in error.problems() {
        let place = if problem.path.is_empty() { "(document)" } else { &problem.path };
        writeln!(out, "{place}: {}", problem.message)?;
        writeln!(out, "    found   {}", problem.value)?;
        writeln!(out, "    remedy  {}", problem.remedy)?;
    }
    writeln!(out, "{file}: {}", counted(error.problems().len(), "problem"))
}

/// A count with its noun: `1 key`, `2 keys`.
pub(crate) fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}
