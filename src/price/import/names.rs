//! Rules of model names, as genai-prices writes them, as aliases and patterns of a card.

use super::{entry::Entry, report::NoteReason};
use crate::{
    form::{Json, Path},
    price::{Pattern, is_model_name},
};

/// Adds the names that a rule fits: `equals`, `starts_with`, `ends_with`, `contains`, `regex`, `or`, `and`.
pub(super) fn add(entry: &mut Entry, rule: &Json, path: &Path<'_>) {
    let Json::Object(fields) = rule else {
        entry.notes.add(path, NoteReason::NotAPattern, rule);
        return;
    };
    for (kind, value) in fields {
        let path = path.field(kind);
        let found = match (kind.as_str(), value) {
            ("or", Json::Array(rules)) => {
                rules.iter().enumerate().for_each(|(index, rule)| add(entry, rule, &path.item(index)));
                continue;
            }
            ("and", Json::Array(rules)) => {
                add_all_of(entry, rules, value, &path);
                continue;
            }
            ("equals", Json::String(text)) => Some(vec![text.clone()]),
            ("starts_with", Json::String(text)) => literal(text).map(|text| vec![text + "*"]),
            ("ends_with", Json::String(text)) => literal(text).map(|text| vec!["*".to_owned() + text.as_str()]),
            ("contains", Json::String(text)) => literal(text).map(|text| vec!["*".to_owned() + text.as_str() + "*"]),
            ("regex", Json::String(text)) => names_of(text),
            _ => None,
        };
        match found {
            Some(names) if names.iter().all(|name| is_model_name(name) || Pattern::new(name).is_some()) => {
                names.into_iter().for_each(|name| add_name(entry, name));
            }
            _ => entry.notes.add(&path, NoteReason::NotAPattern, value),
        }
    }
}

/// Rules that hold together: one that gives names, and others that only take some away.
fn add_all_of(entry: &mut Entry, rules: &[Json], value: &Json, path: &Path<'_>) {
    let mut others = Vec::new();
    for (index, rule) in rules.iter().enumerate() {
        match rule.get("regex") {
            Some(Json::String(regex)) if regex.starts_with("^(?!") => match exceptions_of(regex) {
                Some(patterns) => entry.except.extend(patterns),
                None => return entry.notes.add(path, NoteReason::NotAPattern, value),
            },
            _ => others.push(index),
        }
    }
    match others.as_slice() {
        [index] => {
            if let Some(rule) = rules.get(*index) {
                add(entry, rule, &path.item(*index));
            }
        }
        _ => entry.notes.add(path, NoteReason::NotAPattern, value),
    }
}

fn add_name(entry: &mut Entry, name: String) {
    match Pattern::new(&name) {
        Some(pattern) => {
            if !entry.patterns.contains(&pattern) {
                entry.patterns.push(pattern);
            }
        }
        None => {
            // The catalogue compares names without regard to case.
            let lower = name.to_ascii_lowercase();
            for name in [name, lower] {
                if name != entry.notes.model && !entry.aliases.contains(&name) {
                    entry.aliases.push(name);
                }
            }
        }
    }
}

/// A text without the characters that stand for others in a pattern.
fn literal(text: &str) -> Option<String> {
    (!text.contains(['*', '#'])).then(|| text.to_owned())
}

/// The most names that one expression may stand for.
const MOST_NAMES: usize = 16;

/// The names and patterns of a regular expression; `None` where it says more than they can.
///
/// Understood are literals, `\d` and `\d{n}`, `[xy]`, `(…)?` around these, `^` and `$`.
fn names_of(regex: &str) -> Option<Vec<String>> {
    let (start, rest) = regex.strip_prefix('^').map_or(("*", regex), |rest| ("", rest));
    let (rest, end) =
        rest.strip_suffix('$').filter(|rest| !rest.ends_with('\\')).map_or((rest, "*"), |rest| (rest, ""));
    let mut names = vec![start.to_owned()];
    expand(&mut names, rest, true)?;
    names.iter_mut().for_each(|name| name.push_str(end));
    Some(names)
}

/// Appends every text that an expression stands for to every one of `names`.
fn expand(names: &mut Vec<String>, regex: &str, groups: bool) -> Option<()> {
    let mut rest = regex.chars();
    while let Some(character) = rest.next() {
        let choices: Vec<String> = match character {
            '\\' => match rest.next()? {
                'd' => {
                    let count = match rest.as_str().strip_prefix('{').and_then(|rest| rest.split_once('}')) {
                        Some((count, after)) => {
                            rest = after.chars();
                            count.parse::<usize>().ok().filter(|count| *count <= 32)?
                        }
                        None => 1,
                    };
                    vec!["#".repeat(count)]
                }
                escaped if escaped.is_ascii_alphanumeric() => return None,
                escaped => vec![escaped.to_string()],
            },
            '[' => {
                let (class, after) = rest.as_str().split_once(']')?;
                rest = after.chars();
                one_of(class)?
            }
            '(' if groups => {
                let (group, after) = rest.as_str().split_once(")?")?;
                rest = after.chars();
                let mut with = vec![String::new()];
                expand(&mut with, group, false)?;
                with.push(String::new());
                with
            }
            '*' | '#' | '+' | '?' | '.' | '|' | '(' | ')' | '{' | '}' | '^' | '$' | ']' => return None,
            plain => vec![plain.to_string()],
        };
        if rest.as_str().starts_with(['*', '+', '?', '{']) || names.len().checked_mul(choices.len())? > MOST_NAMES {
            return None;
        }
        *names =
            names.iter().flat_map(|name| choices.iter().map(move |choice| name.clone() + choice.as_str())).collect();
    }
    Some(())
}

/// The characters of a class such as `[-@]`, without regard to case.
fn one_of(class: &str) -> Option<Vec<String>> {
    if class.starts_with('^') || class.contains('\\') {
        return None;
    }
    let mut characters: Vec<String> = Vec::new();
    for (at, character) in class.char_indices() {
        let last = at.checked_add(character.len_utf8())? == class.len();
        if character == '-' && at > 0 && !last {
            return None;
        }
        let character = character.to_ascii_lowercase().to_string();
        if !characters.contains(&character) {
            characters.push(character);
        }
    }
    Some(characters)
}

/// The patterns of names that an expression such as `^(?!.*-tts(?:$|-))` takes away.
fn exceptions_of(regex: &str) -> Option<Vec<Pattern>> {
    let inner = regex.strip_prefix("^(?!")?.strip_suffix(')')?;
    let (start, inner) = inner.strip_prefix(".*").map_or(("", inner), |inner| ("*", inner));
    let (inner, ends): (&str, &[&str]) = match inner.strip_suffix("(?:$|-)") {
        Some(inner) => (inner, &["", "-*"]),
        None => match inner.strip_suffix('$') {
            Some(inner) => (inner, &[""]),
            None => (inner, &["*"]),
        },
    };
    let mut names = vec![start.to_owned()];
    expand(&mut names, inner, true)?;
    names.iter().flat_map(|name| ends.iter().map(move |end| Pattern::new(&(name.clone() + end)))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_become_the_names_they_stand_for() {
        let cases: [(&str, Option<&[&str]>); 14] = [
            (r"^name-\d{8}$", Some(&["name-########"])),
            (r"-\d{4}-\d{2}-\d{2}$", Some(&["*-####-##-##"])),
            (r"^name-\d", Some(&["name-#*"])),
            (r"^claude-opus-5[-@]\d{8}$", Some(&["claude-opus-5-########", "claude-opus-5@########"])),
            (r"^gpt-6\.1-sol$", Some(&["gpt-6.1-sol"])),
            (r"^x\[fast=true\]$", Some(&["x[fast=true]"])),
            (r"^(a/)?b(-\d{2})?$", Some(&["a/b-##", "a/b", "b-##", "b"])),
            (r"^[tT]ts$", Some(&["tts"])),
            (r"a.b", None),
            (r"^a+$", None),
            (r"^(a|b)$", None),
            (r"^[a-z]$", None),
            (r"^\w$", None),
            (r"^\d{2,3}$", None),
        ];
        for (regex, expected) in cases {
            let names = names_of(regex);
            let names: Option<Vec<&str>> = names.as_ref().map(|names| names.iter().map(String::as_str).collect());
            assert_eq!(names.as_deref(), expected, "{regex}");
        }
    }

    #[test]
    fn a_negative_look_ahead_becomes_exceptions() {
        let patterns = exceptions_of("^(?!.*-[tT][tT][sS](?:$|-))").unwrap();
        let texts: Vec<&str> = patterns.iter().map(Pattern::as_str).collect();
        assert_eq!(texts, ["*-tts", "*-tts-*"]);
        assert_eq!(exceptions_of("^(?!.*(a|b))"), None);
    }

    #[test]
    fn rules_become_aliases_patterns_and_exceptions() {
        let rule = Json::parse(
            r#"{"or":[{"equals":"One"},{"starts_with":"two"},{"contains":"ree"},{"ends_with":"four"},
              {"and":[{"starts_with":"five"},{"regex":"^(?!.*-tts(?:$|-))"}]},{"regex":"a|b"}]}"#,
        )
        .unwrap();
        let mut entry = Entry::default();
        add(&mut entry, &rule, &Path::Root("match"));
        assert_eq!(entry.aliases, ["One", "one"]);
        let texts =
            |patterns: &[Pattern]| patterns.iter().map(|pattern| pattern.as_str().to_owned()).collect::<Vec<_>>();
        assert_eq!(texts(&entry.patterns), ["two*", "*ree*", "*four", "five*"]);
        assert_eq!(texts(&entry.except), ["*-tts", "*-tts-*"]);
        let notes = entry.notes.list;
        assert_eq!(
            (notes.len(), notes[0].reason, notes[0].path.as_str()),
            (1, NoteReason::NotAPattern, "match.or[5].regex")
        );
    }
}
