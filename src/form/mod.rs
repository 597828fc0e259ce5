//! Forms: how a type is read from JSON, with *every* problem and its path, and what its JSON Schema is.
//!
//! One declaration gives the struct, its strict reader, its writer and its schema, so that the four cannot drift apart.
//! [`object!`](crate::object) declares an object with named fields, [`tagged!`](crate::tagged) a choice by `type`,
//! [`single!`](crate::single) a choice by the one field that is present, [`names!`](crate::names) a set of names.
//!
//! A reader always gives a value, and reports what is wrong beside it: each field is read to where it stays, and nothing is
//! given up halfway. What stands in for a value that cannot be read is read from [`Json::Blank`], of which nothing is reported.

mod declare;
mod fields;
mod json;
mod problem;
mod read;
mod schema;
pub mod text;
mod write;

pub use fields::Fields;
pub use json::Json;
pub(crate) use json::stands_twice;
pub use problem::{Path, Problems};
pub(crate) use read::nearest;
pub use read::{Int, LONGEST_TEXT, read_name, read_single};
pub use schema::{Definitions, Described, document};
pub(crate) use text::{is_plain, split_at_pair};
pub use write::Writer;

/// A type with a JSON form.
pub trait Form: Sized {
    /// Reads the value at `path`; any value where it reports a problem.
    fn read(json: &Json, path: &Path<'_>, problems: &mut Problems) -> Self;

    /// Writes the value as JSON.
    fn write(&self, out: &mut Writer);

    /// The JSON Schema of the form; named types are put into `definitions` and referred to.
    fn schema(definitions: &mut Definitions) -> serde_json::Value;
}

/// Reads a value at `path`.
///
/// # Errors
/// Everything that is wrong with it.
pub fn try_read<T: Form>(json: &Json, path: &Path<'_>) -> Result<T, Problems> {
    let mut problems = Problems::default();
    let value = T::read(json, path, &mut problems);
    if problems.is_empty() { Ok(value) } else { Err(problems) }
}

/// A form that is an object with named fields, so that a tag may stand beside them.
pub trait ObjectForm: Form {
    /// Reads the fields, leaving out those that a surrounding form has already read.
    fn read_fields(fields: &mut Fields<'_>) -> Self;

    /// Writes the fields, without the braces.
    fn write_fields(&self, out: &mut Writer);

    /// The object's schema itself, not a reference to it.
    fn object_schema(definitions: &mut Definitions) -> serde_json::Value;
}
