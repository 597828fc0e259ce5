//! The fields of an object that is read.

use super::{
    Form, Json, Path, Problems,
    read::{listed, nearest, one_of},
};

/// The fields of an object at a path, of which some were already read by a surrounding form.
///
/// A form asks for its fields in order, so that their names need to stand only once, as one text.
#[derive(Debug)]
pub struct Fields<'a> {
    fields: &'a [(String, Json)],
    // How many of the fields were asked for, and where the next one stands where they are written in order.
    asked: usize,
    next: usize,
    // The names that the form has not asked for yet.
    names: &'static str,
    read: &'a [&'static str],
    path: &'a Path<'a>,
    problems: &'a mut Problems,
    tagged: bool,
    blank: bool,
}

impl<'a> Fields<'a> {
    /// The fields of an object; any other value is reported.
    pub fn of(json: &'a Json, path: &'a Path<'a>, problems: &'a mut Problems) -> Self {
        let fields = match json {
            Json::Object(fields) => Some(fields.as_slice()),
            other => {
                problems.report(path, other, format!("expected an object, found {}", other.kind()), "write `{…}`");
                None
            }
        };
        Self {
            fields: fields.unwrap_or_default(),
            asked: 0,
            next: 0,
            names: "",
            read: &[],
            path,
            problems,
            tagged: false,
            blank: fields.is_none(),
        }
    }

    /// The same fields, of which a surrounding form has read `read`.
    #[must_use]
    pub fn without(self, read: &'a [&'static str]) -> Self {
        Self { read, ..self }
    }

    /// Begins with a form whose fields have these names, each of which ends in a comma.
    pub fn named(&mut self, names: &'static str) {
        self.names = names;
    }

    fn next_name(&mut self) -> &'static str {
        let (name, rest) = self.names.split_once(',').unwrap_or_default();
        self.names = rest;
        name
    }

    fn get(&mut self, name: &str) -> Option<&'a Json> {
        let expected = self.fields.get(self.next).filter(|(field, _)| field == name);
        let found = match expected {
            Some((_, value)) => (self.next, value),
            None => self
                .fields
                .iter()
                .enumerate()
                .find(|(_, (field, _))| field == name)
                .map(|(at, field)| (at, &field.1))?,
        };
        self.next = found.0.saturating_add(1);
        self.asked = self.asked.saturating_add(1);
        Some(found.1)
    }

    /// Reads the next field, which must be there.
    pub fn field<T: Form>(&mut self) -> T {
        let name = self.next_name();
        self.required(name)
    }

    /// Reads the next field, which may be absent.
    pub fn field_or<T: Form>(&mut self, default: impl FnOnce() -> T) -> T {
        let name = self.next_name();
        self.optional(name, default)
    }

    /// Reads a field that must be there.
    pub fn required<T: Form>(&mut self, name: &str) -> T {
        T::read(self.present(name), &self.path.field(name), self.problems)
    }

    fn present(&mut self, name: &str) -> &'a Json {
        let value = self.get(name);
        if value.is_none() && !self.blank {
            let path = self.path.field(name);
            self.problems.report_missing(&path, format!("field `{name}` is missing"), format!("add `{name}`"));
        }
        value.unwrap_or(&Json::Blank)
    }

    /// Reads a field that may be absent.
    pub fn optional<T: Form>(&mut self, name: &str, default: impl FnOnce() -> T) -> T {
        match self.get(name) {
            Some(value) => T::read(value, &self.path.field(name), self.problems),
            None => default(),
        }
    }

    /// Reports every field that nobody asked for, with the nearest name of those that there are.
    pub fn only(&mut self, names: &str) {
        if self.asked < self.fields.len() {
            self.report_unknown(&names.split_terminator(',').collect::<Vec<_>>());
        }
    }

    /// As [`Fields::only`], of a form whose names are a list.
    pub fn only_of(&mut self, names: impl FnOnce() -> Vec<&'static str>) {
        if self.asked < self.fields.len() {
            self.report_unknown(&names());
        }
    }

    #[cold]
    #[inline(never)]
    fn report_unknown(&mut self, known: &[&str]) {
        for (name, value) in self.fields {
            let name = name.as_str();
            if known.contains(&name) || self.read.contains(&name) || (self.tagged && name == "type") {
                continue;
            }
            let nearest = nearest(name, known);
            let remedy = match nearest {
                Some(nearest) => format!("write `{nearest}`, or remove it"),
                None if known.is_empty() => "remove it".to_owned(),
                None => format!("remove it; the fields here are {}", listed(known)),
            };
            let shown = crate::error::shown(name);
            self.problems.report(&self.path.field(&shown), value, format!("field `{shown}` is unknown"), remedy);
        }
    }

    /// Reads the tag of a [`tagged!`](crate::tagged) form: its position. What stands beside a wrong one is not read.
    pub fn tag(&mut self, tags: &'static str) -> usize {
        let value = self.get("type");
        if let Some(Json::String(tag)) = value
            && let Some(position) = tags.split_terminator(',').position(|known| known == tag)
        {
            self.tagged = true;
            return position;
        }
        self.report_tag(value, &tags.split_terminator(',').collect::<Vec<_>>());
        self.fields = &[];
        self.asked = 0;
        self.blank = true;
        0
    }

    #[cold]
    #[inline(never)]
    fn report_tag(&mut self, value: Option<&Json>, tags: &[&str]) {
        let path = self.path.field("type");
        match value {
            Some(value) => self.problems.report(&path, value, "`type` is missing or unknown", one_of(value, tags)),
            None if self.blank => {}
            None => self.problems.report_missing(&path, "`type` is missing or unknown", one_of(&Json::Null, tags)),
        }
    }
}
