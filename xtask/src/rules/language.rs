//! The rules of one language each, and of how source files are called.

use super::Finding;
use super::rust_code::{self, Kind};

const SOURCES: &[&str] = &["rs", "ts", "tsx", "mts", "js", "mjs", "py"];

/// Names that say nothing about what is inside.
const EMPTY_NAMES: &[&str] = &["utils", "util", "helpers", "helper", "common", "misc"];

/// What makes a JavaScript test not run, or others not run.
const EVASIONS: &[&str] = &[".skip(", ".only(", ".todo(", "skip: true", "only: true", "todo: true"];

/// Whether this is source code that people write, rather than a tool.
pub(super) fn is_written_by_hand(file: &str, content: &str) -> bool {
    let is_generated = content.lines().next().is_some_and(|line| line.contains("Generated from"));
    is_source(file) && !is_generated
}

fn is_source(file: &str) -> bool {
    extension(file).is_some_and(|extension| SOURCES.contains(&extension))
}

fn extension(file: &str) -> Option<&str> {
    file.rsplit_once('.').map(|(_, extension)| extension)
}

pub(super) fn check(file: &str, content: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    findings.extend(empty_name(file));
    match extension(file) {
        Some("rs") => findings.extend(unfinished_rust(file, content)),
        Some("ts" | "tsx" | "mts") => findings.extend(untyped(file, content)),
        Some("mjs" | "js") if file.contains(".test.") => findings.extend(evaded(file, content)),
        _ => {}
    }
    findings
}

fn empty_name(file: &str) -> Option<Finding> {
    let parts = file.split('/').map(|part| part.split('.').next().unwrap_or(part));
    let empty = parts.filter(|_| is_source(file)).find(|part| EMPTY_NAMES.contains(part))?;
    let advice = format!("`{empty}` could hold anything: name the file for the one noun it is about");
    Some(Finding::new(file, 1, "one noun a file", advice))
}

fn unfinished_rust(file: &str, source: &str) -> Vec<Finding> {
    let tokens = rust_code::tokens(&rust_code::strip(source));
    let mut findings = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let Kind::Word(word) = &token.kind else {
            continue;
        };
        let next = tokens.get(at + 1).map(|t| &t.kind);
        let before = at.checked_sub(1).and_then(|i| tokens.get(i)).map(|t| &t.kind);
        let is_macro = next == Some(&Kind::Sign('!'));
        let is_attribute = before == Some(&Kind::Sign('['));
        match word.as_str() {
            "todo" | "unimplemented" if is_macro => {
                let advice = format!("`{word}!`: finish it, or return an error that says what to do");
                findings.push(Finding::new(file, token.line, "nothing unfinished", advice));
            }
            "ignore" if is_attribute => {
                let advice = "`#[ignore]`: make the test fast and certain, or delete it";
                findings.push(Finding::new(file, token.line, "every test runs", advice));
            }
            _ => {}
        }
    }
    findings
}

fn evaded(file: &str, source: &str) -> Vec<Finding> {
    by_line(source, |code| EVASIONS.iter().find(|evasion| code.contains(**evasion)).copied())
        .map(|(line, evasion)| {
            let advice = format!("`{evasion}`: make what the test needs part of the set-up, then let it run");
            Finding::new(file, line, "every test runs", advice)
        })
        .collect()
}

fn untyped(file: &str, source: &str) -> Vec<Finding> {
    by_line(source, |code| says_any(code).then_some("any"))
        .map(|(line, _)| Finding::new(file, line, "no `any`", "write the type, or `unknown` and narrow it"))
        .collect()
}

/// The lines of which `find` finds something in the code before a `//` comment.
fn by_line<'a>(
    source: &'a str,
    find: impl Fn(&'a str) -> Option<&'static str>,
) -> impl Iterator<Item = (usize, &'static str)> {
    source.lines().enumerate().filter_map(move |(at, line)| {
        let is_comment = line.trim_start().starts_with(['*', '/']);
        let code = line.split(" //").next().unwrap_or(line);
        Some((at + 1, find(code).filter(|_| !is_comment)?))
    })
}

/// Whether `any` stands where a type stands.
fn says_any(code: &str) -> bool {
    let before = [": ", "as ", "<", "| ", "& ", ", ", "= "];
    let after = [")", ">", "[", ",", ";", "|", "&", " =", " {", " |"];
    code.match_indices("any").any(|(at, _)| {
        let (head, tail) = (&code[..at], &code[at + 3..]);
        before.iter().any(|b| head.ends_with(b)) && (tail.is_empty() || after.iter().any(|a| tail.starts_with(a)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(file: &str, source: &str) -> Vec<(usize, &'static str)> {
        check(file, source).into_iter().map(|finding| (finding.line, finding.rule)).collect()
    }

    #[test]
    fn wants_names_that_say_something() {
        assert_eq!(rules("pkg/src/utils.ts", ""), [(1, "one noun a file")]);
        assert_eq!(rules("src/common/mod.rs", ""), [(1, "one noun a file")]);
        assert_eq!(rules("docs/common/words.md", ""), []);
        assert_eq!(rules("src/utilization.rs", ""), []);
    }

    #[test]
    fn wants_nothing_unfinished() {
        let source = "// todo!()\nfn f() { todo!(\"x\") }\n#[ignore = \"slow\"]\nfn g(ignore: u8) { }";
        assert_eq!(rules("tests/a.rs", source), [(2, "nothing unfinished"), (3, "every test runs")]);
    }

    #[test]
    fn wants_every_javascript_test_to_run() {
        let source = "// it.skip(\nit('x')\nit.only('y')\ntest('z', { skip: true })";
        assert_eq!(rules("tests/node/a.test.mjs", source), [(3, "every test runs"), (4, "every test runs")]);
    }

    #[test]
    fn wants_types_and_lets_words_be() {
        let source = "let a: any = 1\nf(x as any)\nlet c: Array<any>\n// b: any\nPromise.any([])\nlet many: Company\n";
        assert_eq!(rules("pkg/src/a.ts", source), [(1, "no `any`"), (2, "no `any`"), (3, "no `any`")]);
    }
}
