//! The scenario corpus, run natively: every step answers what its file expects, and for every case the log replays to the
//! same state, a preview answers what its command then does, and a snapshot goes on where it was taken.
//!
//! The lines that were read and answered are left in `target/scenarios/`, where the other runtimes pick them up and must
//! answer the same bytes. How to add a case: `docs/scenarios.md`.

#[path = "scenarios/compare.rs"]
mod compare;
#[path = "scenarios/corpus.rs"]
mod corpus;
#[path = "scenarios/door.rs"]
mod door;
#[path = "random/mod.rs"]
mod random;
#[path = "scenarios/run.rs"]
mod run;
#[path = "scenarios/streams.rs"]
mod streams;

use std::{fs, path::Path};

use serde_json::{Value, json};
use tollgate::wire::PriceImport;

const FEWEST_CASES: usize = 150;
/// How many random streams are answered twice.
const ANSWERED_TWICE: u64 = 10;

fn folder() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/scenarios"))
}

#[test]
fn every_scenario_answers_what_it_expects() {
    let cases = corpus::read(folder()).unwrap_or_else(|problem| panic!("{problem}"));
    assert!(cases.len() >= FEWEST_CASES, "the corpus has only {} cases", cases.len());
    let mut failures = Vec::new();
    let (mut asked, mut answered) = (String::new(), String::new());
    for case in &cases {
        let ran = run::run(case);
        asked += &(ran.input + "\n");
        for answer in &ran.answers {
            answered += &(answer.clone() + "\n");
        }
        failures.extend(ran.problems);
    }
    leave("corpus.jsonl", &asked);
    leave("native.jsonl", &answered);
    println!("{} cases, {} answers", cases.len(), answered.lines().count());
    assert!(failures.is_empty(), "{} problems:\n\n{}", failures.len(), failures.join("\n\n"));
}

#[test]
fn random_streams_are_answered_the_same_every_time() {
    let (mut asked, mut answered) = (String::new(), String::new());
    for seed in 0..streams::STREAMS {
        let (input, answers) = streams::answered(seed);
        if seed < ANSWERED_TWICE {
            assert_eq!(
                answers[..streams::LINES],
                streams::answered_again(seed),
                "seed {seed} is answered differently the second time"
            );
        }
        asked += &(input + "\n");
        for answer in answers {
            answered += &(answer + "\n");
        }
    }
    let lines = streams::LINES as u64 * streams::STREAMS;
    println!("{lines} lines, sha256 {}", door::sha256(answered.as_bytes()));
    leave("random.jsonl", &asked);
    leave("random.native.jsonl", &answered);
}

#[test]
fn the_public_catalogues_are_imported() {
    let (mut asked, mut answered) = (String::new(), String::new());
    for (catalogue, file) in [("genai-prices", "genai-prices.json"), ("litellm", "litellm.json")] {
        let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/catalogues")).join(file);
        let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let imported = PriceImport::of(catalogue, &text).unwrap();
        asked += &(json!({ "catalogue": catalogue, "text": text }).to_string() + "\n");
        answered += &(imported.book + &imported.report + "\n");
    }
    leave("catalogues.jsonl", &asked);
    leave("catalogues.native.jsonl", &answered);
}

/// Leaves a file for the other runtimes.
fn leave(name: &str, text: &str) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("scenarios");
    let write = || {
        fs::create_dir_all(&folder)?;
        fs::write(folder.join(name), text)
    };
    write().unwrap_or_else(|error| panic!("{}: {error}", folder.join(name).display()));
}

fn theme(case: Value) -> Result<Vec<corpus::Case>, String> {
    let file = json!({"theme": "probe", "about": "a probe", "start_ms": 1000, "cases": [case]});
    let company = fs::read_to_string(folder().join("policies/company.json")).expect("the company's policy");
    corpus::parse("probe", &file.to_string(), &serde_json::from_str(&company).expect("JSON"))
}

fn case(step: Value) -> Value {
    json!({"name": "probe", "why": "to probe", "steps": [step]})
}

#[test]
fn a_wrong_expectation_fails_with_its_place() {
    let step = json!({"command": {"type": "expire"}, "expect": {"decision": {"type": "expired", "reservations": 7}}});
    let cases = theme(case(step)).expect("a case");
    let problems = run::run(&cases[0]).problems;
    assert_eq!(problems.len(), 1, "{problems:?}");
    for part in ["probe/probe", "step 0", "decision.reservations", "expected `7`, found `0`"] {
        assert!(problems[0].contains(part), "`{part}` is missing in {}", problems[0]);
    }
}

#[test]
fn a_misspelt_expectation_fails() {
    let step = json!({"command": {"type": "expire"}, "expect": {"decision": {"reservatoins": 0}}});
    let cases = theme(case(step)).expect("a case");
    let problems = run::run(&cases[0]).problems;
    assert!(
        problems.len() == 1 && problems[0].contains("decision.reservatoins: expected `0`, found nothing"),
        "{problems:?}"
    );
}

#[test]
fn an_array_matches_as_a_whole() {
    let step = json!({"query": {"type": "balances"}, "expect": {"keys": [{}]}});
    let cases = theme(case(step)).expect("a case");
    assert_eq!(run::run(&cases[0]).problems.len(), 1);
}

#[test]
fn a_careless_file_is_refused() {
    let expire = json!({"type": "expire"});
    let good = json!({"decision": {}});
    for (what, case) in [
        ("a misspelt field of a step", case(json!({"comand": expire, "expect": good}))),
        ("no expectation", case(json!({"command": expire}))),
        ("an empty expectation", case(json!({"command": expire, "expect": {}}))),
        ("two questions", case(json!({"command": expire, "preview": expire, "expect": good}))),
        ("a time for a raw line", case(json!({"line": "{}", "now_ms": 5, "expect": good}))),
        ("an instant that is none", case(json!({"command": expire, "now_ms": "@tomorrow", "expect": good}))),
        (
            "an unknown policy",
            json!({"name": "probe", "why": "w", "policy": "nobody", "steps": [{"command": expire, "expect": good}]}),
        ),
        ("no reason", json!({"name": "probe", "why": "", "steps": [{"command": expire, "expect": good}]})),
        ("no steps", json!({"name": "probe", "why": "w", "steps": []})),
        ("a name in prose", json!({"name": "A probe", "why": "w", "steps": [{"command": expire, "expect": good}]})),
    ] {
        assert!(theme(case).is_err(), "{what} was accepted");
    }
}
