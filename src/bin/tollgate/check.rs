//! `tollgate check`.

use std::{io::Write, path::Path};

use tollgate::policy::Policy;

use crate::{Failure, read};

pub(crate) fn run(path: &Path, json: bool) -> Result<(), Failure> {
    let text = read(path)?;
    let mut out = std::io::stdout().lock();
    let written = |result: std::io::Result<()>| result.map_err(|error| Failure::File(format!("cannot write: {error}")));
    let error = match Policy::parse(&text) {
        Ok(policy) => {
            let form = &policy.form;
            let summary = format!(
                "{}: no problems ({} members, {} projects, {} keys, {} limits, {} budgets, price book `{}`)",
                path.display(),
                form.members.len(),
                form.projects.len(),
                form.keys.len(),
                form.limits.len(),
                form.budgets.len(),
                policy.book.name,
            );
            return if json { Ok(()) } else { written(writeln!(out, "{summary}")) };
        }
        Err(error) => error,
    };
    for problem in error.problems() {
        if json {
            written(writeln!(out, "{}", tollgate::wire::problem_text(problem)))?;
        } else {
            let place = if problem.path.is_empty() { "(document)" } else { &problem.path };
            written(writeln!(out, "{place}: {}", problem.message))?;
            written(writeln!(out, "    found   {}", problem.value))?;
            written(writeln!(out, "    remedy  {}", problem.remedy))?;
        }
    }
    if !json {
        let count = error.problems().len();
        written(writeln!(out, "{}: {count} {}", path.display(), if count == 1 { "problem" } else { "problems" }))?;
    }
    Err(Failure::Refused)
}
