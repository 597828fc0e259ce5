//! `tollgate check`.

use std::{io::Write, path::Path};

use tollgate::policy::Policy;

use crate::{
    Failure,
    problems::{self, counted},
    read,
};

pub(crate) fn run(path: &Path, json: bool) -> Result<(), Failure> {
    let text = read(path)?;
    let mut out = std::io::stdout().lock();
    let written = |result: std::io::Result<()>| result.map_err(|error| Failure::File(format!("cannot write: {error}")));
    let error = match Policy::parse(&text) {
        Ok(policy) => {
            let form = &policy.form;
            let summary = format!(
                "{}: no problems ({}, {}, {}, {}, {}, price book `{}`)",
                path.display(),
                counted(form.members.len(), "member"),
                counted(form.projects.len(), "project"),
                counted(form.keys.len(), "key"),
                counted(form.limits.len(), "limit"),
                counted(form.budgets.len(), "budget"),
                policy.book.name,
            );
            return if json { Ok(()) } else { written(writeln!(out, "{summary}")) };
        }
        Err(error) => error,
    };
    if json {
        for problem in error.problems() {
            written(writeln!(out, "{}", tollgate::wire::problem_text(problem)))?;
        }
    } else {
        written(problems::write(&mut out, &path.display().to_string(), &error))?;
    }
    Err(Failure::Refused)
}
