//! The largest numbers that the wire lets in: nothing wraps, and spending never turns into credit.

use serde_json::{Value, json};

use super::{
    random::{dice::Dice, port::Port},
    walk::{ask, balances, headroom, items, usd},
};

const MOST: i64 = 1_000_000_000_000;

fn policy() -> Value {
    let rate = json!({"input": "1000000", "output": "1000000", "cache_read": "1000000", "cache_write_5m": "1000000", "cache_write_1h": "1000000"});
    let card = json!({
        "model": "dear", "context_window_tokens": 1_000_000_000, "max_output_tokens": 1_000_000_000, "tool_tokens": 1_000_000, "image_tokens": 1_000_000,
        "versions": [{"rates_per_mtok": rate, "rates_per_unit": {"web_search": "10", "code_execution_hour": "10000"}}],
    });
    let limit = |id: &str, meter: &str, mode: &str| {
        let largest = if meter == "cost" { json!("1000000000000") } else { json!(MOST) };
        json!({"id": id, "scope": "organization", "meter": meter, "rate": largest, "capacity": largest, "period_ms": 86_400_000, "mode": mode})
    };
    json!({
        "schema_version": 1, "organization": {"id": "acme"}, "price_book": {"schema_version": 1, "name": "dear", "cards": [card]},
        "members": [{"id": "ada", "email": "ada@acme.example", "role": "admin"}],
        "keys": [{"id": "k", "owner": {"member": "ada"}}],
        "limits": [limit("cost", "cost", "shadow"), limit("input", "input_tokens", "shadow"), limit("tokens", "tokens", "shadow")],
        "budgets": [
            {"id": "day", "scope": "organization", "window": "daily", "cap_usd": "1000000000000", "mode": "shadow", "thresholds_percent": [1, 1000]},
            {"id": "ever", "scope": "organization", "window": "total", "cap_usd": "1000000000000", "mode": "shadow", "thresholds_percent": [100]},
        ],
    })
}

#[test]
fn the_largest_numbers_never_wrap() {
    let mut now = 1_764_000_000_000_i64;
    let (mut port, _) = Port::create(&policy().to_string(), now);
    let mut dice = Dice::new(11_000);
    let (mut settled, mut level) = (0, i128::MAX);
    for number in 0..400 {
        now += 1;
        let request = json!({
            "max_tokens": 1_000_000_000, "input": {"tokens": MOST}, "images": 100_000, "web_searches": 100_000, "iterations": 1_000,
            "code_execution_ms": 1_000_000_000,
            "external_input": dice.chance(50), "tools": true,
        });
        let admit = json!({"type": "admit", "reservation": format!("r{number}"), "credential": {"key": "k"}, "model": "dear", "request": request,
            "estimate": {"input_tokens": MOST, "cache_read_tokens": MOST}});
        let answer = ask(&mut port, &json!({"now_ms": now, "command": admit}));
        assert_eq!(answer["decision"]["type"], "allow", "{answer}");
        assert!(usd(&answer["decision"]["hold_usd"]) > 0, "{answer}");
        let part = json!({"input_tokens": MOST, "cache_read_tokens": MOST, "cache_write_5m_tokens": MOST, "cache_write_1h_tokens": MOST,
            "output_tokens": MOST, "web_searches": MOST, "code_execution_ms": MOST, "output_reasoning_tokens": MOST});
        let usage = json!({"type": "final", "parts": vec![part; 64]});
        let settle = json!({"type": "settle", "reservation": format!("r{number}"), "usage": usage});
        let answer = ask(&mut port, &json!({"now_ms": now, "command": settle}));
        assert_eq!(answer["decision"]["type"], "settled", "{answer}");
        let total = usd(&balances(&mut port, &json!(now))["total"]["settled_usd"]);
        assert!(total > settled, "{total} after {settled}");
        settled = total;
        let room = headroom(&mut port, &json!(now), &json!({"key": "k"}), &json!("dear"));
        let cost = items(&room["limits"]).find(|limit| limit["limit"] == "cost").expect("the limit");
        let remaining = usd(&cost["remaining"]);
        assert!(remaining <= level && remaining < 0, "{remaining} after {level}");
        level = remaining;
    }
}
