//! One case, run: its answers, and everything that is wrong with them.

use serde_json::{Value, json};

use super::{
    compare::differences,
    corpus::{Case, Step},
    door::Door,
};

/// What a case gave.
pub struct Ran {
    /// The case as the other runtimes read it, on one line.
    pub input: String,
    /// The answer to every line, and the digest of the last snapshot.
    pub answers: Vec<String>,
    /// What is wrong, each with the case, the step and the path.
    pub problems: Vec<String>,
}

/// Runs a case.
pub fn run(case: &Case) -> Ran {
    let lines: Vec<&str> = case.steps.iter().map(|step| step.line.as_str()).collect();
    let policy = case.policy.to_string();
    let input = json!({"case": format!("{}/{}", case.theme, case.name), "now_ms": case.start_ms, "policy": policy, "lines": lines});
    let mut ran = Ran { input: input.to_string(), answers: Vec::new(), problems: Vec::new() };
    match Door::create(&policy, case.start_ms) {
        Ok((door, first)) => walk(case, door, first, &mut ran),
        Err(problem) => ran.problems.push(format!("{}/{}: the policy is refused: {problem}", case.theme, case.name)),
    }
    ran
}

fn walk(case: &Case, mut door: Door, first: String, ran: &mut Ran) {
    let mut log = vec![first];
    for (index, step) in case.steps.iter().enumerate() {
        let mut problem = |what: String| {
            ran.problems.push(format!("{}/{}, step {index}\n  line {}\n  {what}", case.theme, case.name, step.line));
        };
        let before = door.snapshot();
        let previewed = step.preview.as_ref().map(|preview| door.run_line(preview));
        if previewed.is_some() && door.snapshot() != before {
            problem("its preview changed the state".to_owned());
        }
        let answer = door.run_line(&step.line);
        // The path of a mistake begins with the kind of question, so only there the two may differ.
        let previewed = previewed.map(|previewed| previewed.replace(r#""path":"preview."#, r#""path":"command."#));
        if let Some(previewed) = previewed.filter(|previewed| previewed != &answer) {
            problem(format!(
                "preview {previewed}\n  command {answer}\n  a preview must answer what its command then does"
            ));
        }
        let value: Value = serde_json::from_str(&answer).unwrap_or(Value::Null);
        for difference in unmet(step, &answer, &value) {
            problem(format!("{difference}\n  answer {answer}"));
        }
        match value.get("events").filter(|_| step.preview.is_some()) {
            Some(events) => log.push(events.to_string()),
            None if door.snapshot() != before => problem("it changed the state without an event".to_owned()),
            None => {}
        }
        ran.answers.push(answer);
    }
    let snapshot = door.snapshot();
    let mut odd = |what: &str| ran.problems.push(format!("{}/{}: {what}", case.theme, case.name));
    match Door::replay(&log) {
        Ok(replayed) if replayed.snapshot() == snapshot => {}
        Ok(_) => odd("the log replays to another state"),
        Err(problem) => odd(&format!("the log does not replay: {problem}")),
    }
    match Door::restore(&snapshot) {
        Ok(restored) if restored.snapshot() == snapshot => {}
        Ok(_) => odd("the snapshot restores to another state"),
        Err(problem) => odd(&format!("the snapshot does not restore: {problem}")),
    }
    ran.answers.push(json!({"snapshot_sha256": door.digest()}).to_string());
}

fn unmet(step: &Step, answer: &str, value: &Value) -> Vec<String> {
    let mut all = step.expect.as_ref().map(|expect| differences(expect, value)).unwrap_or_default();
    if let Some(line) = step.expect_line.as_ref().filter(|line| *line != answer) {
        all.push(format!("the answer: expected the line {line}"));
    }
    all
}
