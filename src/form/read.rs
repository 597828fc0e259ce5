//! Readers of the simple forms: integers, strings, lists, money, instants, ids.

use core::str::FromStr;
use std::sync::Arc;

use super::{Definitions, Fields, Form, Json, ObjectForm, Path, Problems, Writer, split_at_pair};
use crate::{
    error::Error,
    id::{
        BudgetId, IncreaseRequestId, KeyId, LimitId, MemberId, ModelClassId, OrganizationId, ProjectId, ReservationId,
        RoleId, SecretDigest, ServiceAccountId,
    },
    money::Money,
    time::{TimeOfDay, Timestamp, UtcOffset},
};

pub(crate) fn nearest<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    // Names longer than any field of ours are not a typing error, and would make the distance costly.
    if name.len() > 64 {
        return None;
    }
    known
        .iter()
        .map(|candidate| (strsim::damerau_levenshtein(name, candidate), *candidate))
        .filter(|(distance, candidate)| *distance <= (candidate.len() / 3).max(1))
        .min()
        .map(|(_, candidate)| candidate)
}

pub(super) fn listed(names: &[&str]) -> String {
    format!("`{}`", names.join("`, `"))
}

/// A longer list of names is not repeated.
const MOST_LISTED: usize = 16;

/// What to write instead of a name that is none of `names`.
pub(super) fn one_of(json: &Json, names: &[&str]) -> String {
    match json {
        Json::String(text) => nearest(text, names).map(|nearest| format!("write `{nearest}`")),
        _ => None,
    }
    .unwrap_or_else(|| match names.len() {
        0..=MOST_LISTED => format!("write one of {}", listed(names)),
        many => format!("write one of the {many} names that the schema lists"),
    })
}

/// Reads the one field of a [`single!`](crate::single) form: the position of its name, and its value.
pub fn read_single<'a>(
    json: &'a Json,
    names: &[&'static str],
    path: &Path<'_>,
    problems: &mut Problems,
) -> (usize, &'a Json) {
    if let Json::Object(fields) = json
        && let [(name, value)] = fields.as_slice()
        && let Some(position) = names.iter().position(|known| known == name)
    {
        return (position, value);
    }
    problems.report(
        path,
        json,
        "expected an object with one field",
        format!("write one of {} as its only field", listed(names)),
    );
    (0, &Json::Blank)
}

/// An integer from `MIN` to `MAX`, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Int<const MIN: i64, const MAX: i64>(i64);

impl<const MIN: i64, const MAX: i64> Int<MIN, MAX> {
    /// The integer, or the nearest one in range.
    #[must_use]
    pub const fn clamped(value: i64) -> Self {
        Self(if value < MIN {
            MIN
        } else if value > MAX {
            MAX
        } else {
            value
        })
    }

    /// The value.
    #[must_use]
    pub const fn get(self) -> i64 {
        self.0
    }

    /// The value, where the range has no negative numbers.
    #[must_use]
    pub const fn unsigned(self) -> u64 {
        self.0.unsigned_abs()
    }
}

impl<const MIN: i64, const MAX: i64> Form for Int<MIN, MAX> {
    fn read(json: &Json, path: &Path<'_>, problems: &mut Problems) -> Self {
        Self(read_whole(json, MIN, MAX, path, problems))
    }

    fn write(&self, out: &mut Writer) {
        out.plain(&self.0);
    }

    fn schema(_: &mut Definitions) -> serde_json::Value {
        serde_json::json!({ "type": "integer", "minimum": MIN, "maximum": MAX })
    }
}

fn read_whole(json: &Json, min: i64, max: i64, path: &Path<'_>, problems: &mut Problems) -> i64 {
    let message = match json {
        Json::Integer(value) => match i64::try_from(*value) {
            Ok(value) if (min..=max).contains(&value) => return value,
            _ => format!("`{value}` is out of range"),
        },
        other => format!("expected a whole number, found {}", other.kind()),
    };
    let remedy = if min == max { format!("write {min}") } else { format!("write a whole number from {min} to {max}") };
    problems.report(path, json, message, remedy);
    min
}

impl Form for bool {
    fn read(json: &Json, path: &Path<'_>, problems: &mut Problems) -> Self {
        match json {
            Json::Bool(value) => *value,
            other => {
                problems.report(
                    path,
                    other,
                    format!("expected a boolean, found {}", other.kind()),
                    "write `true` or `false`",
                );
                false
            }
        }
    }

    fn write(&self, out: &mut Writer) {
        out.plain(self);
    }

    fn schema(_: &mut Definitions) -> serde_json::Value {
        serde_json::json!({ "type": "boolean" })
    }
}

/// The longest free text: names, descriptions, reasons.
pub const LONGEST_TEXT: usize = 500;

impl Form for String {
    fn read(json: &Json, path: &Path<'_>, problems: &mut Problems) -> Self {
        let text = text_of(json, path, problems).unwrap_or_default();
        if text.chars().count() > LONGEST_TEXT {
            problems.report(path, json, "the text is too long", format!("use at most {LONGEST_TEXT} characters"));
            return Self::new();
        }
        text.to_owned()
    }

    fn write(&self, out: &mut Writer) {
        out.string(self);
    }

    fn schema(_: &mut Definitions) -> serde_json::Value {
        serde_json::json!({ "type": "string", "maxLength": LONGEST_TEXT })
    }
}

/// Any JSON value, as it stands.
impl Form for Json {
    fn read(json: &Json, _: &Path<'_>, _: &mut Problems) -> Self {
        json.clone()
    }

    fn write(&self, out: &mut Writer) {
        match self {
            Self::Blank | Self::Null => out.plain(&"null"),
            Self::Bool(value) => out.plain(value),
            Self::Integer(value) => out.plain(value),
            Self::Fraction(digits) => out.plain(digits),
            Self::String(text) => out.string(text),
            Self::Array(items) => {
                out.begin_list();
                for item in items {
                    out.item();
                    item.write(out);
                }
                out.end_list();
            }
            Self::Object(fields) => {
                out.begin_object();
                for (name, value) in fields {
                    out.key(name);
                    value.write(out);
                }
                out.end_object();
            }
        }
    }

    fn schema(_: &mut Definitions) -> serde_json::Value {
        serde_json::json!(true)
    }
}

impl<T: Form> Form for Option<T> {
    fn read(json: &Json, path: &Path<'_>, problems: &mut Problems) -> Self {
        match json {
            Json::Blank | Json::Null => None,
            value => Some(T::read(value, path, problems)),
        }
    }

    fn write(&self, out: &mut Writer) {
        match self {
            None => out.written("null"),
            Some(value) => value.write(out),
        }
    }

    fn schema(definitions: &mut Definitions) -> serde_json::Value {
        serde_json::json!({ "anyOf": [T::schema(definitions), { "type": "null" }] })
    }
}

fn read_items<'a>(json: &'a Json, path: &Path<'_>, problems: &mut Problems) -> &'a [Json] {
    match json {
        Json::Array(items) => items,
        other => {
            problems.report(path, other, format!("expected a list, found {}", other.kind()), "write `[…]`");
            &[]
        }
    }
}

impl<T: Form> Form for Vec<T> {
    fn read(json: &Json, path: &Path<'_>, problems: &mut Problems) -> Self {
        let items = read_items(json, path, problems);
        let mut list = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            list.push(T::read(item, &path.item(index), problems));
        }
        list
    }

    fn write(&self, out: &mut Writer) {
        out.begin_list();
        for item in self {
            out.item();
            item.write(out);
        }
        out.end_list();
    }

    fn schema(definitions: &mut Definitions) -> serde_json::Value {
        serde_json::json!({ "type": "array", "items": T::schema(definitions) })
    }
}

impl<T: Form> Form for Box<T> {
    fn read(json: &Json, path: &Path<'_>, problems: &mut Problems) -> Self {
        Self::new(T::read(json, path, problems))
    }

    fn write(&self, out: &mut Writer) {
        T::write(self, out);
    }

    fn schema(definitions: &mut Definitions) -> serde_json::Value {
        T::schema(definitions)
    }
}

impl<T: Form> Form for Arc<T> {
    fn read(json: &Json, path: &Path<'_>, problems: &mut Problems) -> Self {
        Self::new(T::read(json, path, problems))
    }

    fn write(&self, out: &mut Writer) {
        T::write(self, out);
    }

    fn schema(definitions: &mut Definitions) -> serde_json::Value {
        T::schema(definitions)
    }
}

impl<T: ObjectForm> ObjectForm for Box<T> {
    fn read_fields(fields: &mut Fields<'_>) -> Self {
        Self::new(T::read_fields(fields))
    }

    fn write_fields(&self, out: &mut Writer) {
        T::write_fields(self, out);
    }

    fn object_schema(definitions: &mut Definitions) -> serde_json::Value {
        T::object_schema(definitions)
    }
}

/// Reads what is written as a string; `blank` where that cannot be read.
fn read_text<T: FromStr<Err = Error>>(json: &Json, path: &Path<'_>, problems: &mut Problems, blank: fn() -> T) -> T {
    match text_of(json, path, problems).map(str::parse) {
        Some(Ok(value)) => return value,
        Some(Err(refused)) => report_refused(&refused, json, path, problems),
        None => {}
    }
    blank()
}

#[cold]
#[inline(never)]
fn report_refused(error: &Error, json: &Json, path: &Path<'_>, problems: &mut Problems) {
    let message = error.message();
    // What is wrong stands before the first colon with a space, what to do about it after.
    let (message, remedy) = split_at_pair(message, *b": ").unwrap_or((message, "correct it"));
    problems.report(path, json, message, remedy);
}

fn text_of<'a>(json: &'a Json, path: &Path<'_>, problems: &mut Problems) -> Option<&'a str> {
    match json {
        Json::String(text) => Some(text),
        other => {
            problems.report(
                path,
                other,
                format!("expected a string, found {}", other.kind()),
                "write a string in quotes",
            );
            None
        }
    }
}

/// Reads one of a set of names: its position.
pub fn read_name(json: &Json, names: &[&str], path: &Path<'_>, problems: &mut Problems) -> usize {
    let message = match json {
        Json::String(text) => match names.iter().position(|name| name == text) {
            Some(position) => return position,
            None => format!("`{}` is unknown", crate::error::shown(text)),
        },
        other => format!("expected a string, found {}", other.kind()),
    };
    problems.report(path, json, message, one_of(json, names));
    0
}

macro_rules! text_forms {
    ($($name:ty = $blank:expr => $schema:tt),* $(,)?) => {$(
        impl Form for $name {
            fn read(json: &Json, path: &Path<'_>, problems: &mut Problems) -> Self {
                read_text(json, path, problems, $blank)
            }

            fn write(&self, out: &mut Writer) {
                out.quoted(self);
            }

            fn schema(_: &mut Definitions) -> serde_json::Value {
                serde_json::json!($schema)
            }
        }
    )*};
}

text_forms! {
    Money = Money::default => { "type": "string", "pattern": "^-?[0-9]+(\\.[0-9]+)?$", "description": "US dollars as a plain decimal" },
    Timestamp = Timestamp::default => { "type": "string", "format": "date-time" },
    TimeOfDay = TimeOfDay::default => { "type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$" },
    UtcOffset = UtcOffset::default => { "type": "string", "pattern": "^[+-][0-9]{2}:[0-9]{2}$" },
    SecretDigest = SecretDigest::unknown => { "type": "string", "pattern": "^[0-9a-f]{64}$" },
    ReservationId = ReservationId::unknown => { "type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9._:@-]{0,39}$" },
    OrganizationId = OrganizationId::unknown => { "type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9._:@-]{0,63}$" },
    MemberId = MemberId::unknown => { "type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9._:@-]{0,63}$" },
    ServiceAccountId = ServiceAccountId::unknown => { "type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9._:@-]{0,63}$" },
    ProjectId = ProjectId::unknown => { "type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9._:@-]{0,63}$" },
    KeyId = KeyId::unknown => { "type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9._:@-]{0,63}$" },
    RoleId = RoleId::unknown => { "type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9._:@-]{0,63}$" },
    ModelClassId = ModelClassId::unknown => { "type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9._:@-]{0,63}$" },
    LimitId = LimitId::unknown => { "type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9._:@-]{0,63}$" },
    IncreaseRequestId = IncreaseRequestId::unknown => { "type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9._:@-]{0,63}$" },
    BudgetId = BudgetId::unknown => { "type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9._:@-]{0,63}$" },
}
