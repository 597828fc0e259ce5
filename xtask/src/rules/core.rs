//! The rules of `src/`: what the core may not know.

use super::Finding;
use super::rust_code::{self, Kind, Path, Token};

/// Consecutive segments of a path that the core may not have, and why.
struct Forbidden {
    rule: &'static str,
    advice: &'static str,
    segments: &'static [&'static [&'static str]],
}

const CORE: &[Forbidden] = &[
    Forbidden {
        rule: "no clock in the core",
        advice: "take `now` as the last argument",
        segments: &[&["SystemTime"], &["Instant"], &["Utc", "now"], &["Local", "now"]],
    },
    Forbidden {
        rule: "no randomness in the core",
        advice: "let the host hand ids and secrets in",
        segments: &[&["rand"], &["getrandom"], &["RandomState"]],
    },
    Forbidden {
        rule: "no random order in the core",
        advice: "use `BTreeMap`, a sorted `Vec`, or `hashbrown` with a fixed hasher where order cannot escape",
        segments: &[
            &["collections", "HashMap"],
            &["collections", "HashSet"],
            &["collections", "hash_map"],
            &["collections", "hash_set"],
            &["collections", "*"],
        ],
    },
    Forbidden {
        rule: "no input or output in the core",
        advice: "return the value, and let the host or `src/bin` read and write",
        segments: &[&["std", "fs"], &["std", "io"], &["std", "net"], &["std", "env"], &["std", "process"]],
    },
    Forbidden {
        rule: "no threads in the core",
        advice: "keep the core sequential: hosts decide what runs beside what",
        segments: &[&["std", "thread"], &["std", "sync", "mpsc"]],
    },
    Forbidden {
        rule: "no global state in the core",
        advice: "keep it in `State`, or make it a `const`",
        segments: &[&["OnceLock"], &["LazyLock"]],
    },
    Forbidden {
        rule: "no floats",
        advice: "use the exact types of `money.rs`, or integers in the smallest unit",
        segments: &[&["f32"], &["f64"]],
    },
];

const JAVASCRIPT: &[Forbidden] = &[Forbidden {
    rule: "JavaScript only in `src/wasm`",
    advice: "convert at the door, in `src/wasm`, and pass plain types on",
    segments: &[&["JsValue"], &["wasm_bindgen"], &["js_sys"], &["web_sys"], &["serde_wasm_bindgen"]],
}];

/// Macros that the core may not call, with the rule they break.
const MACROS: &[(&[&str], &str, &str)] = &[
    (&["thread_local"], "no global state in the core", "keep it in `State`"),
    (
        &["print", "println", "eprint", "eprintln"],
        "no input or output in the core",
        "return the value, and let the host print it",
    ),
];

/// The modules of the crate that `src/wasm` may use.
const WASM_DOOR_USES: &[&str] = &["engine", "wire"];

/// Which rules a file of `src/` is held to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Core,
    /// `src/wasm`: the thin skin over `engine` and `wire`.
    WasmDoor,
    /// `src/bin`: reads files and the clock.
    Binary,
}

impl Place {
    fn of(file: &str) -> Option<Self> {
        let inside = file.strip_prefix("src/").filter(|_| file.ends_with(".rs"))?;
        Some(match inside.split('/').next()? {
            "wasm.rs" | "wasm" => Self::WasmDoor,
            "bin" => Self::Binary,
            _ => Self::Core,
        })
    }
}

pub(super) fn check(file: &str, source: &str) -> Vec<Finding> {
    let Some(place) = Place::of(file) else {
        return Vec::new();
    };
    let tokens = rust_code::tokens(&rust_code::strip(source));
    let mut paths = rust_code::paths(&tokens);
    without_refusals(&mut paths);
    let mut findings = Vec::new();
    if place == Place::Core {
        findings.extend(forbidden(file, &paths, CORE));
        findings.extend(unwelcome_tokens(file, &tokens));
    }
    if place != Place::WasmDoor {
        findings.extend(forbidden(file, &paths, JAVASCRIPT));
    } else {
        findings.extend(beyond_the_door(file, &paths));
    }
    findings.sort_by_key(|finding| finding.line);
    findings
}

/// Leaves out `fn visit_f64(self, value: f64)`: that is how a reader is handed a float, to refuse it.
fn without_refusals(paths: &mut Vec<Path>) {
    let refuses = |path: &Path| path.segments == ["visit_f64"];
    let lines: Vec<usize> = paths.iter().filter(|path| refuses(path)).map(|path| path.line).collect();
    paths.retain(|path| !(path.segments == ["f64"] && lines.contains(&path.line)));
}

fn forbidden(file: &str, paths: &[Path], rules: &'static [Forbidden]) -> Vec<Finding> {
    let breaks = |path: &Path, wanted: &[&str]| path.segments.windows(wanted.len()).any(|own| own == wanted);
    let broken = |path: &Path| {
        rules.iter().find(|rule| rule.segments.iter().any(|wanted| breaks(path, wanted))).map(|rule| {
            let advice = format!("`{}`: {}", path.segments.join("::"), rule.advice);
            Finding::new(file, path.line, rule.rule, advice)
        })
    };
    paths.iter().filter_map(broken).collect()
}

fn unwelcome_tokens(file: &str, tokens: &[Token]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let next = tokens.get(at + 1).map(|t| &t.kind);
        if token.kind == Kind::Float {
            let advice = "write a decimal string or an integer in the smallest unit";
            findings.push(Finding::new(file, token.line, "no floats", advice));
        }
        if token.kind.is_word("static") && next.is_some_and(|kind| kind.is_word("mut")) {
            let advice = "`static mut`: keep it in `State`";
            findings.push(Finding::new(file, token.line, "no global state in the core", advice));
        }
        let after_next = tokens.get(at + 2).map(|t| &t.kind);
        if next != Some(&Kind::Sign('!')) || after_next == Some(&Kind::Sign('=')) {
            continue;
        }
        for (names, rule, advice) in MACROS {
            if let Some(name) = names.iter().find(|name| token.kind.is_word(name)) {
                findings.push(Finding::new(file, token.line, rule, format!("`{name}!`: {advice}")));
            }
        }
    }
    findings
}

fn beyond_the_door(file: &str, paths: &[Path]) -> Vec<Finding> {
    let beyond = |path: &&Path| {
        let segments: Vec<&str> = path.segments.iter().map(String::as_str).collect();
        matches!(segments.as_slice(), ["crate", module, ..] if !WASM_DOOR_USES.contains(module))
    };
    let finding = |path: &Path| {
        let advice = format!(
            "`{}`: `src/wasm` uses only `crate::engine` and `crate::wire`: move the work there",
            path.segments.join("::")
        );
        Finding::new(file, path.line, "a thin WebAssembly door", advice)
    };
    paths.iter().filter(beyond).map(finding).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rules that `source` breaks in `file`, with their lines.
    fn broken(file: &str, source: &str) -> Vec<(usize, &'static str)> {
        check(file, source).into_iter().map(|finding| (finding.line, finding.rule)).collect()
    }

    #[test]
    fn forbids_what_makes_the_core_impure() {
        let cases = [
            ("let t = chrono::Utc::now();", "no clock in the core"),
            ("use std::time::{Duration, Instant};", "no clock in the core"),
            ("use rand::Rng;", "no randomness in the core"),
            ("use foldhash::fast::RandomState;", "no randomness in the core"),
            ("use std::collections::{BTreeMap, HashMap};", "no random order in the core"),
            ("use std::collections::*;", "no random order in the core"),
            ("let f = std::fs::read(p);", "no input or output in the core"),
            ("use std::{fmt, io};", "no input or output in the core"),
            ("println!();", "no input or output in the core"),
            ("std::thread::spawn(f);", "no threads in the core"),
            ("static mut LEVEL: u8 = 0;", "no global state in the core"),
            ("static S: std::sync::OnceLock<u8> = x;", "no global state in the core"),
            ("thread_local! {}", "no global state in the core"),
            ("fn rate() -> f64 { x }", "no floats"),
            ("let half = 0.5;", "no floats"),
            ("fn f(x: wasm_bindgen::JsValue) {}", "JavaScript only in `src/wasm`"),
        ];
        for (source, rule) in cases {
            assert_eq!(broken("src/limit/bucket.rs", source), [(1, rule)], "{source}");
        }
    }

    #[test]
    fn allows_what_only_looks_alike() {
        let source = "//! Never an f64, `SystemTime::now()` or a HashMap.\n\
                      use hashbrown::HashMap;\n\
                      use std::collections::BTreeMap;\n\
                      let text = \"std::fs, 0.5, rand::random\";\n\
                      let field = pair.0.1;\n\
                      static NAMES: [&'static str; 1] = [\"x\"];\n\
                      fn visit_f64<E>(self, value: f64) -> Result<Json, E> { Err(refused(value)) }\n";
        assert_eq!(broken("src/state.rs", source), []);
    }

    #[test]
    fn lets_the_binary_read_the_clock_but_not_know_javascript() {
        let source = "let now = std::time::SystemTime::now();\nuse wasm_bindgen::prelude::*;";
        assert_eq!(broken("src/bin/tollgate/main.rs", source), [(2, "JavaScript only in `src/wasm`")]);
    }

    #[test]
    fn lets_the_wasm_door_use_only_engine_and_wire() {
        let source = "use crate::engine::Engine;\nuse crate::{wire, state::State};\nuse js_sys::Uint8Array;";
        assert_eq!(broken("src/wasm.rs", source), [(2, "a thin WebAssembly door")]);
    }

    #[test]
    fn looks_at_the_core_only() {
        assert_eq!(broken("xtask/src/step.rs", "use std::time::Instant;"), []);
        assert_eq!(broken("src/README.md", "f64"), []);
    }
}
