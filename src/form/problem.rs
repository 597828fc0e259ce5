//! Where in a document, and what is wrong there.

use core::fmt;

use super::Json;
use crate::error::{Error, Problem, ProblemKind, shown};

/// A place in a document, such as `keys[2].owner.member`.
#[derive(Clone, Copy, Debug)]
pub enum Path<'a> {
    /// The document itself, under a name that may be empty.
    Root(&'a str),
    /// A field of an object.
    Field(&'a Path<'a>, &'a str),
    /// An item of a list.
    Item(&'a Path<'a>, usize),
}

impl<'a> Path<'a> {
    /// The place of a field below this one.
    #[must_use]
    pub const fn field(&'a self, name: &'a str) -> Self {
        Self::Field(self, name)
    }

    /// Whether a secret may stand here, put in the place of its digest.
    fn is_secret(&self) -> bool {
        matches!(self, Self::Field(_, "sha256" | "secret_sha256" | "secrets"))
    }

    /// The place of an item below this one.
    #[must_use]
    pub const fn item(&'a self, index: usize) -> Self {
        Self::Item(self, index)
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root(name) => out.write_str(name),
            Self::Field(Path::Root(""), name) => out.write_str(name),
            Self::Field(parent, name) => write!(out, "{parent}.{name}"),
            Self::Item(parent, index) => write!(out, "{parent}[{index}]"),
        }
    }
}

/// The problems found so far, in the order of the document.
#[derive(Clone, Debug, Default)]
pub struct Problems {
    list: Vec<Problem>,
}

impl Problems {
    /// Reports a problem with a value.
    pub fn report(&mut self, path: &Path<'_>, value: &Json, message: impl Into<String>, remedy: impl Into<String>) {
        if matches!(value, Json::Blank) {
            return;
        }
        let value = if path.is_secret() { "(not shown)".to_owned() } else { shown(&value.to_text()) };
        self.push(path, value, message.into(), remedy.into());
    }

    /// Reports a value that names something which does not exist.
    pub fn report_not_found(
        &mut self,
        path: &Path<'_>,
        name: &str,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        self.report(path, &Json::String(name.to_owned()), message, remedy);
        if let Some(problem) = self.list.last_mut() {
            problem.kind = ProblemKind::NotFound;
        }
    }

    /// Reports that a value is not there.
    pub fn report_missing(&mut self, path: &Path<'_>, message: impl Into<String>, remedy: impl Into<String>) {
        self.push(path, "(nothing)".to_owned(), message.into(), remedy.into());
    }

    fn push(&mut self, path: &Path<'_>, value: String, message: String, remedy: String) {
        self.list.push(Problem { path: path.to_string(), value, message, remedy, kind: ProblemKind::Invalid });
    }

    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Every problem.
    #[must_use]
    pub fn into_list(self) -> Vec<Problem> {
        self.list
    }

    /// The first problem as the error of one command or query.
    #[must_use]
    pub fn into_error(self) -> Error {
        match self.list.into_iter().next() {
            Some(problem) => Error::invalid(format!("{}: {}", problem.message, problem.remedy)).at(problem.path),
            None => Error::invalid("the value cannot be read"),
        }
    }
}
