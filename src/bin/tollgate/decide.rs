//! `tollgate decide`.

use std::{
    io::{BufRead, BufWriter, Write},
    path::Path,
};

use tollgate::{
    form::Json,
    wire::{Door, Founding},
};

use crate::{Failure, problems, read};

pub(crate) fn run(policy: &Path, start_ms: Option<i64>, log: bool) -> Result<(), Failure> {
    let (file, policy) = (policy.display().to_string(), read(policy)?);
    let input = std::io::stdin().lock();
    let mut out = BufWriter::new(std::io::stdout().lock());
    let mut door: Option<Door> = None;
    let mut refused = false;
    for line in input.lines() {
        let line = line.map_err(|error| Failure::File(format!("cannot read standard input: {error}")))?;
        if line.trim().is_empty() {
            continue;
        }
        let door = match &mut door {
            Some(door) => door,
            None => {
                let (begun, founding) = begin(&file, &policy, start_ms.or_else(|| first_instant(&line)))?;
                if log {
                    write(&mut out, &founding.events)?;
                }
                door.insert(begun)
            }
        };
        let answer = door.run_line(&line);
        refused |= answer.starts_with("{\"error\":");
        write(&mut out, &answer)?;
    }
    if door.is_none() {
        // The policy is checked even where there is nothing to answer.
        begin(&file, &policy, start_ms)?;
    }
    out.flush().map_err(|error| Failure::File(format!("cannot write: {error}")))?;
    if refused { Err(Failure::Refused) } else { Ok(()) }
}

fn begin(file: &str, policy: &str, now_ms: Option<i64>) -> Result<(Door, Founding), Failure> {
    Door::create(policy, now_ms.unwrap_or(0)).map_err(|error| {
        if error.problems().is_empty() {
            eprintln!("tollgate: {error}");
            return Failure::Refused;
        }
        match problems::write(&mut std::io::stderr().lock(), file, &error) {
            Ok(()) => Failure::Refused,
            Err(error) => Failure::File(format!("cannot write: {error}")),
        }
    })
}

fn first_instant(line: &str) -> Option<i64> {
    match Json::parse(line).ok()?.get("now_ms")? {
        Json::Integer(now) => i64::try_from(*now).ok(),
        _ => None,
    }
}

fn write(out: &mut impl Write, line: &str) -> Result<(), Failure> {
    writeln!(out, "{line}").map_err(|error| Failure::File(format!("cannot write: {error}")))
}
