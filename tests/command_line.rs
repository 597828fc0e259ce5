//! `tollgate check`, `tollgate decide`, `tollgate audit verify` and `tollgate export`, as a user runs them.
#![cfg(feature = "cli")]

#[path = "command_line/audit.rs"]
mod audit;
#[path = "command_line/export.rs"]
mod export;

use std::{
    io::Write,
    process::{Command, Output, Stdio},
};

fn tollgate(arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_tollgate"))
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // The program may be done before it has read everything.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

/// The places that `check` names.
fn places(policy: &str) -> Vec<String> {
    let output = tollgate(&["check", "--json", "-"], policy);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    let path =
        |line: &str| serde_json::from_str::<serde_json::Value>(line).unwrap()["path"].as_str().unwrap().to_owned();
    text(&output.stdout).lines().map(path).collect()
}

const WRONG: &str = r#"{"schema_version":2,"members":[]}"#;
const LISTED: &str = "schema_version: `2` is out of range
    found   2
    remedy  write 1
organization: field `organization` is missing
    found   (nothing)
    remedy  add `organization`
";

#[test]
fn the_example_policy_has_no_problems() {
    let output = tollgate(&["check", "examples/policy.json"], "");
    assert_eq!(
        text(&output.stdout),
        "examples/policy.json: no problems (1 member, 0 projects, 1 key, 1 limit, 1 budget, price book `claude`)\n"
    );
    assert!(output.status.success());
}

#[test]
fn check_says_what_to_write() {
    let output = tollgate(&["check", "-"], WRONG);
    assert_eq!(text(&output.stdout), format!("{LISTED}-: 2 problems\n"));
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn decide_tells_the_problems_of_a_policy_as_check_does() {
    let file = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("wrong-policy.json");
    std::fs::write(&file, WRONG).unwrap();
    let file = file.to_str().unwrap();
    let output = tollgate(&["decide", file], "");
    assert_eq!(text(&output.stderr), format!("{LISTED}{file}: 2 problems\n"));
    assert_eq!((text(&output.stdout), output.status.code()), ("", Some(1)));
}

fn policy(rest: &str) -> String {
    format!(
        r#"{{"schema_version":1,"organization":{{"id":"acme"}},
           "members":[{{"id":"ada","email":"ada@acme.example","role":"admin"}}],{rest}}}"#
    )
}

#[test]
fn one_field_that_cannot_be_read_hides_nothing_else_of_its_record() {
    let keys = policy(r#""keys":[{"id":"key_1","owner":{"member":"bob"},"secrets":[{"sha256":"x"}]}]"#);
    assert_eq!(places(&keys), ["keys[0].secrets[0].sha256", "keys[0].owner.member"]);
    let budgets = policy(
        r#""budgets":[{"id":"b","scope":{"project":"none"},"window":"monthly","anchor_day":40,"cap_usd":"-1","thresholds_percent":[80,50]}]"#,
    );
    let mut found = places(&budgets);
    found.sort();
    assert_eq!(
        found,
        ["budgets[0].anchor_day", "budgets[0].cap_usd", "budgets[0].scope.project", "budgets[0].thresholds_percent[1]"]
    );
}

#[test]
fn two_records_with_one_id_are_told_whatever_else_is_wrong_with_them() {
    let optional = policy(
        r#""keys":[{"id":"key_1","owner":{"member":"ada"},"secrets":1},{"id":"key_1","owner":{"member":"ada"},"secrets":1}]"#,
    );
    assert_eq!(places(&optional), ["keys[0].secrets", "keys[1].secrets", "keys[1].id"]);
    let required = policy(r#""keys":[{"id":"key_1","owner":1},{"id":"key_1","owner":1}]"#);
    assert_eq!(places(&required), ["keys[0].owner", "keys[1].owner", "keys[1].id"]);
}

#[test]
fn what_was_left_out_of_a_record_is_no_further_problem() {
    let limit = |fields: &str| {
        policy(&format!(r#""limits":[{{"id":"l","scope":"organization","meter":"requests",{fields}}}]"#))
    };
    assert_eq!(places(&limit(r#""rate":{},"period_ms":60000,"capacity":1"#)), ["limits[0].rate"]);
    assert_eq!(places(&limit(r#""rate":1,"period_ms":-1,"capacity":1"#)), ["limits[0].period_ms"]);
}
