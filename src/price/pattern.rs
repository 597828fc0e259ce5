//! Patterns of model names: `*` stands for any text, also none, and `#` for one digit.

use crate::form::{Definitions, Form, Json, Path, Problems, Writer};

/// The longest pattern, in characters.
pub const LONGEST_PATTERN: usize = 128;

/// A pattern of model names.
///
/// ```
/// use tollgate::price::Pattern;
/// let dated = Pattern::new("claude-sonnet-5-########").unwrap();
/// assert!(dated.matches("claude-sonnet-5-20260101") && !dated.matches("claude-sonnet-5-5"));
/// assert!(Pattern::new("gpt-4o*").unwrap().matches("gpt-4o"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pattern {
    text: Box<str>,
    // How much of it stands before the first `*` or `#`.
    literal: usize,
    // The only length that a name can have; `None` where a `*` stands in it.
    length: Option<usize>,
}

impl Pattern {
    /// A pattern; `None` for what no model's name can match, or what is no pattern.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let fits = (1..=LONGEST_PATTERN).contains(&text.len())
            && text.bytes().any(|byte| matches!(byte, b'*' | b'#'))
            && text.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\'));
        fits.then(|| Self {
            text: text.into(),
            literal: text.find(['*', '#']).unwrap_or(text.len()),
            length: (!text.contains('*')).then_some(text.len()),
        })
    }

    /// The pattern as it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether a name is one of the pattern's.
    #[must_use]
    pub fn matches(&self, name: &str) -> bool {
        if self.length.is_some_and(|length| length != name.len()) {
            return false;
        }
        let (pattern, name) = (self.text.as_bytes(), name.as_bytes());
        if name.get(..self.literal) != pattern.get(..self.literal) {
            return false;
        }
        let (mut at, mut in_name) = (self.literal, self.literal);
        // Where to take up again when what follows the last `*` does not fit: one character later.
        let mut again: Option<(usize, usize)> = None;
        loop {
            let fits = match (pattern.get(at), name.get(in_name)) {
                (None, None) => return true,
                (Some(b'*'), _) => {
                    at = at.saturating_add(1);
                    again = Some((at, in_name));
                    continue;
                }
                (Some(b'#'), Some(byte)) => byte.is_ascii_digit(),
                (Some(wanted), Some(byte)) => wanted == byte,
                (_, None) => return false,
                (None, Some(_)) => false,
            };
            if fits {
                (at, in_name) = (at.saturating_add(1), in_name.saturating_add(1));
                continue;
            }
            let Some((star, from)) = again else { return false };
            let later = from.saturating_add(1);
            again = Some((star, later));
            (at, in_name) = (star, later);
        }
    }
}

impl Form for Pattern {
    fn read(json: &Json, path: &Path<'_>, problems: &mut Problems) -> Self {
        let pattern = match json {
            Json::String(text) => Self::new(text),
            _ => None,
        };
        pattern.unwrap_or_else(|| {
            problems.report(
                path,
                json,
                "not a pattern of model names",
                format!("write 1 to {LONGEST_PATTERN} visible ASCII characters with `*` for any text or `#` for a digit; a plain name is an alias"),
            );
            Self { text: Box::default(), literal: 0, length: None }
        })
    }

    fn write(&self, out: &mut Writer) {
        out.quoted(&self.text);
    }

    fn schema(definitions: &mut Definitions) -> serde_json::Value {
        definitions.named("Pattern", |_| {
            serde_json::json!({ "type": "string", "maxLength": LONGEST_PATTERN, "pattern": "^[^\"\\\\ ]*[*#][^\"\\\\ ]*$" })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_stand_for_any_text_and_hashes_for_one_digit() {
        let cases = [
            ("a*", "a", true),
            ("a*", "ba", false),
            ("*a", "bba", true),
            ("*ab*", "aaab", true),
            ("*ab*", "aaa", false),
            ("a*b*c", "abbbcbc", true),
            ("a*b*c", "abbbcb", false),
            ("v##", "v12", true),
            ("v##", "v1", false),
            ("v##", "v1x", false),
            ("*-####-##-##", "gpt-2024-08-06", true),
            ("*", "", true),
            ("#*", "", false),
        ];
        for (pattern, name, expected) in cases {
            assert_eq!(Pattern::new(pattern).unwrap().matches(name), expected, "{pattern} {name}");
        }
        assert_eq!(Pattern::new("plain"), None);
        assert_eq!(Pattern::new("two words*"), None);
    }
}
