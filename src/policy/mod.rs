//! The policy file: what seeds an organization, read with every problem at once.

mod check;
mod form;
mod readable;

use std::sync::Arc;

pub(crate) use self::check::{MOST, MOST_BUDGETS_ON_PATH, MOST_LIMITS_ON_PATH};
pub use self::form::{BookChoice, PolicyForm};
use self::readable::Readable;
use crate::{
    error::{Error, Problem, ProblemKind},
    form::{Form, Json, Path, Problems, split_at_pair},
    order::{self, Ids},
    price::{Book, BookForm},
};

/// A policy without problems.
#[derive(Clone, Debug, PartialEq)]
pub struct Policy {
    /// As written.
    pub form: PolicyForm,
    /// The price book that it names or holds.
    pub book: Arc<BookForm>,
    pub(crate) members: Ids,
    pub(crate) projects: Ids,
    pub(crate) service_accounts: Ids,
    pub(crate) keys: Ids,
    pub(crate) limits: Ids,
    pub(crate) budgets: Ids,
}

impl Policy {
    /// Reads a policy file.
    ///
    /// # Errors
    /// [`invalid_policy`](crate::error::ErrorKind::InvalidPolicy) with *every* problem, each with path, value and remedy.
    ///
    /// ```
    /// use tollgate::policy::Policy;
    /// let error = Policy::parse(r#"{"schema_version":1,"organisation":{"id":"acme"}}"#).unwrap_err();
    /// let paths: Vec<&str> = error.problems().iter().map(|problem| problem.path.as_str()).collect();
    /// assert_eq!(paths, ["organization", "organisation"]);
    /// ```
    pub fn parse(text: &str) -> Result<Self, Error> {
        let json = Json::parse(text).map_err(|error| {
            Error::policy(vec![Problem {
                path: String::new(),
                value: "null".to_owned(),
                message: error.message().to_owned(),
                remedy: "write one JSON document".to_owned(),
                kind: ProblemKind::Invalid,
            }])
        })?;
        Self::read(&json, &Path::Root(""))
    }

    /// Reads a policy at a place of a larger document.
    ///
    /// # Errors
    /// As [`Policy::parse`].
    pub fn read(json: &Json, path: &Path<'_>) -> Result<Self, Error> {
        let mut problems = Problems::default();
        let form = PolicyForm::read(json, path, &mut problems);
        // What cannot be read must not hide what is wrong with the rest.
        let readable = if problems.is_empty() { Readable::whole(form) } else { Readable::part_of(json) };
        let mut further = Problems::default();
        let policy = check::check(readable, path, &mut further);
        match policy {
            Some(policy) if problems.is_empty() && further.is_empty() => Ok(policy),
            _ => {
                let mut list = problems.into_list();
                let root = path.to_string();
                // A field of an item that could not be read was left out: that it is not there is no further problem.
                let mut fields: Vec<String> = list.iter().filter_map(|problem| field_of_item(problem, &root)).collect();
                order::sort_by(&mut fields, String::cmp);
                let told = |problem: &Problem| {
                    field_of_item(problem, &root).is_some_and(|field| fields.binary_search(&field).is_ok())
                };
                list.extend(further.into_list().into_iter().filter(|problem| !told(problem)));
                order::sort_by(&mut list, |left, right| place(left, &root).cmp(&place(right, &root)));
                Err(Error::policy(list))
            }
        }
    }
}

/// Checks a part of a policy whose price book is known: everything but how much there is of it.
pub(crate) fn check_fragment(form: &PolicyForm, book: Option<&Book>, path: &Path<'_>, problems: &mut Problems) {
    check::check_fragment(&Readable::whole(form.clone()), book, path, problems);
}

/// The field of an item that a problem lies in, such as `keys[2].owner`.
fn field_of_item(problem: &Problem, root: &str) -> Option<String> {
    let inner = problem.path.strip_prefix(root).unwrap_or(&problem.path).trim_start_matches('.');
    let (item, field) = split_at_pair(inner, *b"].")?;
    // A path such as `settings.a[0].b` is none of an item of a list of the policy.
    let list = item.split_once('[').filter(|(list, _)| !list.contains('.'))?;
    Some(format!("{}[{}].{}", list.0, list.1, field.split(['.', '[']).next().unwrap_or_default()))
}

/// Where a problem stands in the order of the file: its section, and its item.
fn place(problem: &Problem, root: &str) -> (usize, usize) {
    const SECTIONS: [&str; 12] = [
        "schema_version",
        "organization",
        "settings",
        "price_book",
        "model_classes",
        "roles",
        "members",
        "projects",
        "service_accounts",
        "keys",
        "limits",
        "budgets",
    ];
    let inner = problem.path.strip_prefix(root).unwrap_or(&problem.path).trim_start_matches('.');
    let section = inner.split(['.', '[']).next().unwrap_or_default();
    let item = inner.split(['[', ']']).nth(1).and_then(|index| index.parse().ok()).unwrap_or(0);
    let position = SECTIONS.iter().position(|name| *name == section);
    (position.unwrap_or(SECTIONS.len()), item)
}
