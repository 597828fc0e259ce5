//! A log in which something was altered is refused where it contradicts the state that it is folded into.

use serde_json::{Value, json};
use tollgate::wire::Door;

const POLICY: &str = r#"{"schema_version":1,"organization":{"id":"acme"},"members":[{"id":"ada","email":"ada@acme.example","role":"admin"}],
    "projects":[{"id":"bot","members":[{"member":"ada","role":"viewer"}]}],"service_accounts":[{"id":"ci","project":"bot","role":"developer"}],
    "keys":[{"id":"k","owner":{"member":"ada"},"project":"bot"},{"id":"kci","owner":{"service_account":"ci"}}],
    "limits":[{"id":"l","scope":{"project":"bot"},"meter":"requests","rate":60,"period_ms":60000,"capacity":60}],
    "budgets":[{"id":"b","scope":{"key":"k"},"window":"daily","cap_usd":"1000"}],
    "price_book":{"schema_version":1,"name":"small","cards":[{"model":"tiny","versions":[{"rates_per_mtok":{"input":"1","output":"2"}}]}]}}"#;

const NOW_MS: i64 = 1_764_000_000_000;

/// A log in which something was held, charged, given back and corrected.
fn log() -> Vec<Value> {
    let (mut door, founding) = Door::create(POLICY, NOW_MS).expect("a valid policy");
    let mut log: Vec<Value> = serde_json::from_str(&founding.events).expect("events are JSON");
    let mut ask = |command: Value, now_ms: i64| {
        let answer = door.submit(&command.to_string(), now_ms).expect("a command that is taken");
        let answer: Value = serde_json::from_str(&answer).expect("an answer is JSON");
        log.extend(answer["events"].as_array().expect("a list of events").clone());
    };
    for id in ["final", "unknown", "late", "given"] {
        let request = json!({"max_tokens": 1000, "input": {"tokens": 400}, "cache_write": "none"});
        let admit = json!({"type": "admit", "reservation": id, "credential": {"key": "k"}, "model": "tiny", "request": request});
        ask(admit, NOW_MS);
    }
    let usage = json!({"type": "final", "parts": [{"input_tokens": 100, "output_tokens": 100}]});
    ask(json!({"type": "settle", "reservation": "final", "usage": usage}), NOW_MS);
    ask(json!({"type": "settle", "reservation": "unknown", "usage": {"type": "unknown"}}), NOW_MS);
    ask(json!({"type": "void", "reservation": "given"}), NOW_MS);
    let adjust = json!({"type": "adjust", "actor": {"member": "ada"}, "reservation": "final", "charge_usd": "0.5", "reason": "x"});
    ask(adjust, NOW_MS);
    ask(json!({"type": "expire"}), NOW_MS + 86_400_000);
    log
}

/// The log with a field of one event altered, which is found by what it holds.
fn altered(holds: &str, pointer: &str, to: &Value) -> String {
    let mut log = log();
    let event = log.iter_mut().find(|event| event.to_string().contains(holds));
    let event = event.unwrap_or_else(|| panic!("no event holds `{holds}`"));
    *event.pointer_mut(pointer).unwrap_or_else(|| panic!("no `{pointer}` where `{holds}` is")) = to.clone();
    Value::from(log).to_string()
}

#[test]
fn a_log_as_it_was_written_is_taken() {
    assert!(Door::fold(&Value::from(log()).to_string()).is_ok());
}

#[test]
fn an_event_that_contradicts_the_state_is_refused() {
    let project = r#""project_set""#;
    let cases = [
        (project, "/change/project/id", json!("other"), "no project `bot`"),
        (project, "/change/project/members/0/member", json!("eve"), "no member `eve`"),
        (r#""service_account_set""#, "/change/service_account/project", json!("other"), "no project `other`"),
        (r#""id":"k""#, "/change/key/owner/member", json!("eve"), "no member `eve`"),
        (r#""id":"k""#, "/change/key/project", json!("other"), "no project `other`"),
        (r#""id":"kci""#, "/change/key/owner/service_account", json!("cd"), "no service account `cd`"),
        (r#""limit_set""#, "/change/limit/scope/project", json!("other"), "no project `other`"),
        (r#""budget_set""#, "/change/budget/scope/key", json!("other"), "no key `other`"),
        // What was used is not priced anew, but an overrun is what is beyond the hold.
        (r#""type":"settled""#, "/charge_usd", json!("700"), "reservation `final` is not charged `700` by this"),
        (r#""type":"settled""#, "/overrun_usd", json!("1"), "is not charged"),
        (r#""type":"settled""#, "/charge_usd", json!("-1"), "is not charged `-1`"),
        (r#""type":"settled""#, "/from", json!("assumed"), "reservation `final` is not `assumed`"),
        (r#""type":"settled""#, "/reservation", json!("none"), "no reservation `none`"),
        (r#""type":"voided""#, "/reservation", json!("final"), "reservation `final` is not `held`"),
        (r#""type":"voided""#, "/from", json!("assumed"), "reservation `given` is not `assumed`"),
        (r#""type":"expired""#, "/reservation", json!("unknown"), "reservation `unknown` is not `held`"),
        (r#""type":"adjusted""#, "/from_usd", json!("0.1"), "reservation `final` is not settled at `0.1`"),
        (r#""type":"adjusted""#, "/reservation", json!("late"), "reservation `late` is not settled"),
    ];
    for (holds, pointer, to, told) in cases {
        let error = Door::fold(&altered(holds, pointer, &to)).map(|_| ()).expect_err(pointer);
        assert_eq!(error.code(), "invalid_event", "{holds} {pointer}");
        assert!(error.message().contains(told), "{holds} {pointer}: `{}` does not tell `{told}`", error.message());
    }
}

#[test]
fn what_nobody_knows_is_charged_at_no_less_than_the_hold() {
    let text = altered(r#""type":"settled""#, "/usage", &json!({"type": "unknown"}));
    let error = Door::fold(&text).map(|_| ()).expect_err("less than was held");
    assert!(error.message().contains("reservation `final` is not charged"), "{}", error.message());
}
