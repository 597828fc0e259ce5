//! Reads Rust as far as the rules need it: no comments, no strings, whole paths.

/// A path as it is meant: `use std::{fs, io::Read}` gives `std::fs` and `std::io::Read`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Path {
    pub(super) line: usize,
    pub(super) segments: Vec<String>,
}

/// One word or sign of the code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) line: usize,
    pub(super) kind: Kind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    Word(String),
    Integer,
    Float,
    /// `::`
    Separator,
    Sign(char),
}

impl Kind {
    pub(super) fn is_word(&self, word: &str) -> bool {
        matches!(self, Self::Word(own) if own == word)
    }
}

/// Blanks comments, strings and characters; lines stay where they are.
pub(super) fn strip(source: &str) -> String {
    let chars: Vec<char> = source.chars().collect();
    let mut code = String::with_capacity(source.len());
    let mut at = 0;
    while at < chars.len() {
        let end = opaque_end(&chars, at).unwrap_or(at);
        if end == at {
            code.push(chars[at]);
            at += 1;
            continue;
        }
        code.extend(chars[at..end].iter().map(|c| if *c == '\n' { '\n' } else { ' ' }));
        at = end;
    }
    code
}

/// Where the comment, string or character that starts at `at` ends, if one does.
fn opaque_end(chars: &[char], at: usize) -> Option<usize> {
    match (chars[at], chars.get(at + 1)) {
        ('/', Some('/')) => Some(find(chars, at, |c| c == '\n')),
        ('/', Some('*')) => Some(block_comment_end(chars, at)),
        ('"', _) => Some(string_end(chars, at + 1)),
        ('r' | 'b' | 'c', _) if !continues_word(chars, at) => raw_string_end(chars, at),
        ('\'', Some('\\')) => Some(find(chars, at + 3, |c| c == '\'') + 1),
        ('\'', Some(_)) if chars.get(at + 2) == Some(&'\'') => Some(at + 3),
        _ => None,
    }
    .map(|end| end.min(chars.len()))
}

fn find(chars: &[char], from: usize, wanted: impl Fn(char) -> bool) -> usize {
    (from..chars.len()).find(|i| wanted(chars[*i])).unwrap_or(chars.len())
}

fn continues_word(chars: &[char], at: usize) -> bool {
    at > 0 && is_word_char(chars[at - 1])
}

fn is_word_char(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn block_comment_end(chars: &[char], at: usize) -> usize {
    let mut depth = 0_usize;
    let mut i = at;
    while i + 1 < chars.len() {
        match (chars[i], chars[i + 1]) {
            ('/', '*') => depth += 1,
            ('*', '/') => depth -= 1,
            _ => {
                i += 1;
                continue;
            }
        }
        i += 2;
        if depth == 0 {
            return i;
        }
    }
    chars.len()
}

fn string_end(chars: &[char], from: usize) -> usize {
    let mut i = from;
    while i < chars.len() {
        match chars[i] {
            '\\' => i += 2,
            '"' => return i + 1,
            _ => i += 1,
        }
    }
    chars.len()
}

/// The end of `r"…"`, `r#"…"#`, `b"…"`, `br#"…"#`, `c"…"`, if that is what starts at `at`.
fn raw_string_end(chars: &[char], at: usize) -> Option<usize> {
    let letters_end = find(chars, at, |c| !matches!(c, 'r' | 'b' | 'c'));
    let quote = find(chars, letters_end, |c| c != '#');
    let is_raw = chars[at..letters_end].contains(&'r');
    let hashes = quote - letters_end;
    if chars.get(quote) != Some(&'"') || letters_end - at > 2 || (hashes > 0 && !is_raw) {
        return None;
    }
    if !is_raw {
        return Some(string_end(chars, quote + 1));
    }
    let closes =
        |i: usize| chars[i] == '"' && chars[i + 1..].iter().take(hashes).filter(|c| **c == '#').count() == hashes;
    Some((quote + 1..chars.len()).find(|i| closes(*i)).map_or(chars.len(), |i| i + 1 + hashes))
}

/// Cuts stripped code into words and signs.
pub(super) fn tokens(code: &str) -> Vec<Token> {
    let chars: Vec<char> = code.chars().collect();
    let mut tokens: Vec<Token> = Vec::new();
    let (mut at, mut line) = (0, 1);
    while at < chars.len() {
        let c = chars[at];
        let after_dot = tokens.last().is_some_and(|t| t.kind == Kind::Sign('.'));
        let (kind, end) = match c {
            '\n' => {
                line += 1;
                at += 1;
                continue;
            }
            c if c.is_whitespace() => {
                at += 1;
                continue;
            }
            c if c.is_ascii_digit() => number(&chars, at, after_dot),
            c if is_word_char(c) => {
                let end = find(&chars, at, |c| !is_word_char(c));
                (Kind::Word(chars[at..end].iter().collect()), end)
            }
            ':' if chars.get(at + 1) == Some(&':') => (Kind::Separator, at + 2),
            c => (Kind::Sign(c), at + 1),
        };
        tokens.push(Token { line, kind });
        at = end;
    }
    tokens
}

/// A number; `pair.0.1` is two fields and no float, which is why `after_dot` matters.
fn number(chars: &[char], at: usize, after_dot: bool) -> (Kind, usize) {
    let end = find(chars, at, |c| !is_word_char(c));
    let text: String = chars[at..end].iter().collect();
    let has_fraction = chars.get(end) == Some(&'.') && chars.get(end + 1).is_some_and(char::is_ascii_digit);
    if has_fraction && !after_dot && !text.starts_with("0x") {
        return (Kind::Float, find(chars, end + 1, |c| !is_word_char(c)));
    }
    let digits = |part: &str| part.chars().all(|c| c.is_ascii_digit() || c == '_');
    let has_exponent = text.split_once(['e', 'E']).is_some_and(|(whole, exponent)| digits(whole) && digits(exponent));
    let suffix = text.strip_suffix("f64").or_else(|| text.strip_suffix("f32"));
    let is_float = has_exponent || suffix.is_some_and(digits);
    (if is_float { Kind::Float } else { Kind::Integer }, end)
}

/// Every path of the code, those of `use` declarations spelled out.
pub(super) fn paths(tokens: &[Token]) -> Vec<Path> {
    let mut paths = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        match &tokens[at].kind {
            Kind::Word(word) if word == "use" => at = use_tree(tokens, at + 1, &[], &mut paths),
            Kind::Word(_) => at = plain_path(tokens, at, &mut paths),
            _ => at += 1,
        }
    }
    paths
}

fn plain_path(tokens: &[Token], at: usize, paths: &mut Vec<Path>) -> usize {
    let line = tokens[at].line;
    let mut segments = Vec::new();
    let mut i = at;
    while let Some(Kind::Word(word)) = tokens.get(i).map(|t| &t.kind) {
        segments.push(word.clone());
        i += 1;
        let goes_on = tokens.get(i).is_some_and(|t| t.kind == Kind::Separator)
            && matches!(tokens.get(i + 1).map(|t| &t.kind), Some(Kind::Word(_)));
        if !goes_on {
            break;
        }
        i += 1;
    }
    paths.push(Path { line, segments });
    i
}

/// Reads one tree of a `use` declaration; answers where it ends.
fn use_tree(tokens: &[Token], from: usize, prefix: &[String], paths: &mut Vec<Path>) -> usize {
    let mut segments = prefix.to_vec();
    let mut at = from;
    while let Some(token) = tokens.get(at) {
        match &token.kind {
            Kind::Word(word) if word == "as" => at += 2,
            Kind::Word(word) => {
                segments.push(word.clone());
                at += 1;
            }
            Kind::Separator => at += 1,
            Kind::Sign('*') => {
                segments.push("*".to_owned());
                at += 1;
            }
            Kind::Sign('{') => {
                return use_group(tokens, at + 1, &segments, paths);
            }
            _ => break,
        }
    }
    if segments.len() > prefix.len() {
        let line = tokens.get(at.saturating_sub(1)).map_or(1, |t| t.line);
        paths.push(Path { line, segments });
    }
    at
}

fn use_group(tokens: &[Token], from: usize, prefix: &[String], paths: &mut Vec<Path>) -> usize {
    let mut at = from;
    while let Some(token) = tokens.get(at) {
        match token.kind {
            Kind::Sign('}') => return at + 1,
            Kind::Sign(_) | Kind::Integer | Kind::Float => at += 1,
            Kind::Word(_) | Kind::Separator => at = use_tree(tokens, at, prefix, paths),
        }
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path_texts(source: &str) -> Vec<String> {
        paths(&tokens(&strip(source))).into_iter().map(|p| format!("{}@{}", p.segments.join("::"), p.line)).collect()
    }

    #[test]
    fn blanks_comments_strings_and_characters_and_keeps_lines() {
        let source = "a // f64\n/* f64 /* nested */ f64 */ b \"f64 \\\" f64\" 'f' r#\"f64 \" f64\"# b\"f64\" c\n&'static d '\\'' e";
        let words: Vec<(usize, Kind)> = tokens(&strip(source)).into_iter().map(|t| (t.line, t.kind)).collect();
        let word = |line, text: &str| (line, Kind::Word(text.to_owned()));
        let expected = [word(1, "a"), word(2, "b"), word(2, "c"), (3, Kind::Sign('&')), (3, Kind::Sign('\''))];
        assert_eq!(words[..5], expected);
        assert_eq!(words[5..], [word(3, "static"), word(3, "d"), word(3, "e")]);
    }

    #[test]
    fn keeps_raw_identifiers_and_words_that_end_like_string_prefixes() {
        assert_eq!(path_texts("r#type number"), ["r@1", "type@1", "number@1"]);
    }

    #[test]
    fn spells_out_use_trees() {
        assert_eq!(
            path_texts("use std::{collections::{BTreeMap, HashMap as Map},\n  fs};\nuse crate::wire::*;"),
            ["std::collections::BTreeMap@1", "std::collections::HashMap@1", "std::fs@2", "crate::wire::*@3"]
        );
    }

    #[test]
    fn finds_paths_in_expressions_and_generics() {
        assert_eq!(
            path_texts("let x: Vec<std::time::Duration> = chrono::Utc::now();"),
            ["let@1", "x@1", "Vec@1", "std::time::Duration@1", "chrono::Utc::now@1"]
        );
    }

    #[test]
    fn tells_floats_from_fields_ranges_and_hexadecimals() {
        let floats = |code: &str| tokens(code).iter().filter(|t| t.kind == Kind::Float).count();
        assert_eq!(floats("1.5 2e3 1f64 1_000.25"), 4);
        assert_eq!(floats("pair.0.1 0..5 0x1e5 1usize 7.max(2) 10_i128"), 0);
    }
}
