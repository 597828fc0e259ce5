//! The log is the truth: its fold, its snapshots, and any split into snapshot and tail give the same bytes.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tollgate::wire::Door;

use super::random::{dice::Dice, stream::Stream};

/// A stream's engine, and its log as the texts of single events.
fn lived(seed: u64, lines: usize) -> (Door, Vec<String>) {
    let mut stream = Stream::new(seed);
    let (mut door, first) = Door::create(&stream.policy(), stream.now_ms()).expect("a valid policy");
    let mut log = events(&first.events);
    for line in stream.by_ref().take(lines) {
        let answer = door.run_line(&line);
        let kept: Value = serde_json::from_str(&line).expect("a line is JSON");
        if kept["command"].is_object() {
            log.extend(events(&answer));
        }
    }
    (door, log)
}

/// The events of a list, or of an outcome, as they are written.
fn events(answer: &str) -> Vec<String> {
    let answer: Value = serde_json::from_str(answer).expect("an answer is JSON");
    let list = if answer.is_array() { &answer } else { &answer["events"] };
    list.as_array().into_iter().flatten().map(Value::to_string).collect()
}

fn list(events: &[String]) -> String {
    format!("[{}]", events.join(","))
}

fn fold(seed: u64, events: &[String]) -> Door {
    Door::fold(&list(events)).unwrap_or_else(|error| panic!("seed {seed}: the log does not fold: {error}"))
}

/// What may be asked of every key and secret that the log names: what is left for it, and a request.
fn questions(seed: u64, log: &[String]) -> Vec<String> {
    let events: Vec<Value> = log.iter().map(|event| serde_json::from_str(event).expect("an event is JSON")).collect();
    let now = &events.last().expect("a log has its first events")["at_ms"];
    let mut credentials = BTreeSet::new();
    for key in events.iter().map(|event| &event["change"]["key"]).filter(|key| key.is_object()) {
        credentials.insert(json!({"key": key["id"]}).to_string());
        let secrets = key["secrets"].as_array().into_iter().flatten();
        credentials.extend(secrets.map(|secret| json!({"secret_sha256": secret["sha256"]}).to_string()));
    }
    let mut lines = Vec::new();
    for (number, credential) in credentials.iter().enumerate() {
        let credential: Value = serde_json::from_str(credential).expect("a credential is JSON");
        let model = ["alpha-1", "beta", "omega", "claude-sonnet-5-5"][number % 4];
        let request = json!({"max_tokens": 10, "input": {"tokens": 10}, "cache_write": "none"});
        lines.push(json!({"now_ms": now, "query": {"type": "headroom", "credential": credential, "model": model}}));
        let reservation = format!("last-{seed}-{number}");
        lines.push(json!({"now_ms": now, "command": {"type": "admit", "reservation": reservation, "credential": credential, "model": model, "request": request}}));
    }
    lines.iter().map(Value::to_string).collect()
}

#[test]
fn a_fold_of_the_log_equals_the_state_and_its_restored_snapshot() {
    for seed in 7_000..7_120 {
        let (mut door, log) = lived(seed, 600);
        let snapshot = door.engine().snapshot();
        let mut folded = fold(seed, &log);
        assert!(folded.engine().snapshot() == snapshot, "seed {seed}: the log folds to another state");
        let mut restored = Door::restore(&snapshot).unwrap_or_else(|error| panic!("seed {seed}: {error}"));
        assert!(restored.engine().snapshot() == snapshot, "seed {seed}: the snapshot restores to another state");
        assert_eq!(restored.engine().seq(), u64::try_from(log.len()).expect("a small count"), "seed {seed}");
        // Equal bytes are not enough: what is computed from them must be equal too.
        for line in questions(seed, &log) {
            let answer = door.run_line(&line);
            assert_eq!(folded.run_line(&line), answer, "seed {seed}, folded: {line}");
            assert_eq!(restored.run_line(&line), answer, "seed {seed}, restored: {line}");
        }
    }
}

#[test]
fn a_log_may_be_split_anywhere_into_snapshot_and_tail() {
    for seed in 8_000..8_060 {
        let mut dice = Dice::new(seed);
        let (door, log) = lived(seed, 300);
        let snapshot = door.engine().snapshot();
        for _ in 0..12 {
            let split = usize::try_from(dice.below(log.len() as u64 + 1)).expect("an index");
            let (head, tail) = log.split_at(split);
            let head = fold(seed, head).engine().snapshot();
            let mut rest =
                Door::restore(&head).unwrap_or_else(|error| panic!("seed {seed}, split at {split}: {error}"));
            rest.apply(&list(tail)).unwrap_or_else(|error| panic!("seed {seed}, split at {split}: {error}"));
            assert!(
                rest.engine().snapshot() == snapshot,
                "seed {seed}: split at {split} of {} gives another state",
                log.len()
            );
        }
    }
}

#[test]
fn an_engine_that_was_restored_at_any_line_answers_the_same() {
    for seed in 9_000..9_060 {
        let mut stream = Stream::new(seed);
        let (mut lasting, _) = Door::create(&stream.policy(), stream.now_ms()).expect("a valid policy");
        let mut fleeting = lasting.clone();
        for (number, line) in stream.by_ref().take(300).enumerate() {
            if number % 5 == 0 {
                fleeting =
                    Door::restore(&fleeting.engine().snapshot()).unwrap_or_else(|error| panic!("seed {seed}: {error}"));
            }
            let (answer, expected) = (fleeting.run_line(&line), lasting.run_line(&line));
            // Where the audit log stands a host keeps, and no snapshot says.
            if !line.contains("audit_head") {
                assert_eq!(answer, expected, "seed {seed}: {line}");
            }
        }
    }
}
