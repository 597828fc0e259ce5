//! The streams are worth walking: every decision, reason, event, alert and error occurs in them, and often.

use std::collections::BTreeMap;

use serde_json::Value;

use super::walk::{Walk, items};

/// What must occur, and how often at least.
const EXPECTED: &[(&str, u64)] = &[
    ("decision allow", 1_000),
    ("replayed allow", 100),
    ("decision deny", 1_000),
    ("decision settled", 500),
    ("replayed settled", 20),
    ("decision voided", 100),
    ("replayed voided", 10),
    ("decision expired", 500),
    ("decision counted", 100),
    ("decision adjusted", 50),
    ("replayed adjusted", 5),
    ("decision clock_advanced", 20),
    ("decision policy_updated", 100),
    ("decision managed", 1_000),
    ("decision denials_recorded", 100),
    ("shadow violation", 100),
    ("reason unknown_key", 50),
    ("reason revoked_key", 100),
    ("reason inactive_key", 100),
    ("reason expired_key", 50),
    ("reason owner_removed", 50),
    ("reason project_archived", 20),
    ("reason forbidden_action", 100),
    ("reason forbidden_model", 50),
    ("reason unpriced_model", 100),
    ("reason unpriced_class", 50),
    ("reason unpriced_context", 20),
    ("reason unboundable_request", 50),
    ("reason limit_exceeded", 500),
    ("reason too_many_reservations", 20),
    ("reason budget_exceeded", 300),
    ("from held", 500),
    ("from assumed", 50),
    ("from voided", 5),
    ("time free", 50),
    ("time free in part", 5),
    ("time charged", 50),
    ("event heartbeat", 20),
    ("event denied", 100),
    ("event expired", 100),
    ("fired budget_threshold", 50),
    ("resolved budget_threshold", 20),
    ("fired limit_hit", 100),
    ("resolved limit_hit", 50),
    ("fired overrun", 50),
    ("fired unpriced", 50),
    ("change settings_set", 5),
    ("change price_book_set", 5),
    ("change model_class_set", 5),
    ("change role_set", 5),
    ("change member_set", 5),
    ("change project_set", 5),
    ("change service_account_set", 5),
    ("change key_set", 20),
    ("change limit_set", 50),
    ("change limit_removed", 20),
    ("change budget_set", 50),
    ("change budget_removed", 20),
    ("change increase_request_set", 100),
    ("change model_class_removed", 20),
    ("change role_removed", 10),
    ("change organization_set", 100),
    ("member invited", 50),
    ("member active", 20),
    ("member removed", 20),
    ("kind admin", 50),
    ("increase pending", 50),
    ("increase approved", 20),
    ("increase denied", 5),
    ("increase withdrawn", 5),
    ("approved with a raise", 5),
    ("denied manage", 200),
    ("error invalid_input", 200),
    ("error invalid_policy", 5),
    ("error forbidden_change", 50),
    ("error stale_revision", 100),
    ("problem the last admin cannot be removed or demoted", 2),
    ("problem this grants more than the actor holds", 5),
    ("problem a key was revoked", 5),
    ("error unknown_reservation", 500),
    ("error reservation_conflict", 200),
    ("error clock_jump", 50),
    ("error contradictory_usage", 100),
    ("error unpriced_context", 30),
    ("error unknown_principal", 10),
    ("error unknown_project", 10),
    ("result list", 100),
    ("result identity", 100),
    ("result audit_head", 100),
    ("result can", 100),
    ("result quote", 50),
    ("result price", 20),
    ("result unpriced", 20),
    ("result headroom", 50),
    ("result models", 20),
    ("result balances", 50),
    ("result reservation", 20),
];

fn count(tally: &mut BTreeMap<String, u64>, kind: &str, value: &Value) {
    if let Some(name) = value.as_str() {
        *tally.entry(format!("{kind} {name}")).or_default() += 1;
    }
}

fn note(tally: &mut BTreeMap<String, u64>, line: &Value, answer: &Value) {
    let decision = &answer["decision"];
    if line["command"]["type"] == "manage" && decision["type"] == "deny" {
        count(tally, "denied", &Value::from("manage"));
    }
    let changes = || items(&answer["events"]).map(|event| &event["change"]).filter(|_| decision["type"] == "managed");
    for change in changes() {
        count(tally, "member", &change["member"]["status"]);
        count(tally, "kind", &change["key"]["kind"]);
        count(tally, "increase", &change["increase_request"]["status"]);
    }
    let has = |kind: &str| changes().any(|change| change["type"] == kind);
    let approves = changes().any(|change| change["increase_request"]["status"] == "approved");
    if approves && (has("limit_set") || has("budget_set")) {
        count(tally, "approved", &Value::from("with a raise"));
    }
    let replayed = decision["replayed"] == true;
    count(tally, if replayed { "replayed" } else { "decision" }, &decision["type"]);
    count(tally, "reason", &decision["reason"]);
    count(tally, "from", &decision["from"]);
    count(tally, "error", &answer["error"]["code"]);
    count(tally, "result", &answer["type"]);
    for problem in items(&answer["error"]["problems"]) {
        let revoked = problem["message"].as_str().is_some_and(|message| message.ends_with("was revoked, for good"));
        let told = if revoked { Value::from("a key was revoked") } else { problem["message"].clone() };
        count(tally, "problem", &told);
    }
    if items(&decision["shadow_violated"]).next().is_some() {
        count(tally, "shadow", &Value::from("violation"));
    }
    for event in items(&answer["events"]) {
        count(tally, "event", &event["type"]);
        count(tally, event["type"].as_str().unwrap_or_default().trim_start_matches("alert_"), &event["alert"]["type"]);
        count(tally, "change", &event["change"]["type"]);
        let time = &event["code_execution"];
        let part = match (time["free_ms"].as_i64(), time["billed_ms"].as_i64()) {
            (None, _) | (_, None) => Value::Null,
            (Some(0), _) => Value::from("charged"),
            (free, billed) if free == billed => Value::from("free"),
            _ => Value::from("free in part"),
        };
        count(tally, "time", &part);
    }
}

#[test]
fn every_answer_occurs_in_the_streams() {
    let mut tally = BTreeMap::new();
    for seed in 0..90 {
        let mut walk = Walk::new(seed);
        for _ in 0..1_000 {
            let line = walk.draw();
            let answer = walk.run(&line);
            note(&mut tally, &line, &answer);
        }
    }
    let found = |name: &str| tally.get(name).copied().unwrap_or_default();
    let rare: Vec<String> = EXPECTED
        .iter()
        .filter(|(name, least)| found(name) < *least)
        .map(|(name, least)| format!("{name}: {} of {least}", found(name)))
        .collect();
    println!("{tally:#?}");
    assert!(rare.is_empty(), "too rare in the streams:\n{}\nfound:\n{tally:#?}", rare.join("\n"));
}
