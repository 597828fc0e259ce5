//! `tollgate quote`.

use std::{
    io::{BufRead, BufWriter, Write},
    path::Path,
};

use tollgate::wire::quote_row;

use crate::{
    Failure,
    book::{self, Source},
};

pub(crate) fn run(path: Option<&Path>, source: Source) -> Result<(), Failure> {
    let book = book::compiled(book::form(path, source)?)?;
    let mut input = std::io::stdin().lock();
    let mut out = BufWriter::new(std::io::stdout().lock());
    let mut refused = false;
    let mut line = String::new();
    loop {
        line.clear();
        let read = input.read_line(&mut line);
        if read.map_err(|error| Failure::File(format!("cannot read standard input: {error}")))? == 0 {
            break;
        }
        if line.trim().is_empty() {
            continue;
        }
        let answer = quote_row(&book, &line);
        refused |= answer.starts_with("{\"error\":");
        writeln!(out, "{answer}").map_err(|error| Failure::File(format!("cannot write: {error}")))?;
    }
    out.flush().map_err(|error| Failure::File(format!("cannot write: {error}")))?;
    if refused { Err(Failure::Refused) } else { Ok(()) }
}
