//! Random price books: a handful of models whose cards differ in everything that a card can say.

use serde_json::{Value, json};

use super::{clock::rfc3339, dice::Dice};

const OWN: [&str; 14] = [
    "alpha-1",
    "alpha-1",
    "alpha-1",
    "alpha",
    "alpha-1-20250101",
    "alpha-2",
    "alpha-2",
    "alpha-2",
    "beta",
    "beta",
    "gamma-1",
    "delta-1",
    "delta-1",
    "omega",
];
const CLAUDE: [&str; 6] = [
    "claude-haiku-5-5",
    "claude-opus-5-5",
    "claude-sonnet-4-6",
    "claude-sonnet-5-5",
    "claude-haiku-4-5-20251001",
    "omega",
];

/// The name of a model that a request asks for: a card's, an alias, a dated name, or one that the book lacks.
pub fn model(dice: &mut Dice, policy: &Value) -> &'static str {
    let embedded = policy["price_book"] == "claude";
    let names: &[&'static str] = if embedded != dice.chance(3) { &CLAUDE } else { &OWN };
    dice.pick::<&'static str>(names)
}

/// A book in which `now_ms` is shortly before a change of prices; seldom the embedded one.
pub fn book(dice: &mut Dice, now_ms: i64) -> Value {
    if dice.chance(8) {
        return json!("claude");
    }
    let soon = rfc3339(now_ms + dice.pick(&[0, 5_000, 3_600_000, 86_400_000]));
    let scale = *dice.pick(&["1", "7.5", "40"]);
    let mut cards = vec![
        json!({
            "model": "alpha-1", "aliases": ["alpha"], "dated_aliases": true, "context_window_tokens": 2_000, "max_output_tokens": 1_000,
            "tool_tokens": 40, "image_tokens": 150,
            "versions": [
                version(None, vec![tier(0, rates("100", "500", Some("10"), Some("125"), Some("200")), None)], true, Some("0.01")),
                version(Some(&soon), vec![tier(0, rates(scale, "2000", Some("4"), Some("50"), Some("80")), None)], true, Some("0.02")),
            ],
        }),
        json!({
            "model": "alpha-2", "context_window_tokens": 200_000, "max_output_tokens": 4_000, "image_tokens": 30,
            "versions": [version(None, vec![
                tier(0, rates("3.333333", scale, Some("0.3"), Some("3.75"), Some("6")), Some(rates("9.9", "99", None, Some("40"), Some("50")))),
                tier(100, rates("6.6", "75.000001", Some("600"), Some("7.5"), Some("12")), Some(rates("20", "150", Some("2"), None, None))),
                tier(1_000, rates("5", "80", Some("1"), Some("7.5"), Some("12")), None),
            ], dice.chance(60), dice.chance(70).then_some("0.1"))],
        }),
        json!({
            "model": "beta", "context_window_tokens": 500, "max_output_tokens": 500,
            "versions": [version(None, vec![tier(0, rates("20", "80", None, None, None), None)], false, None)],
        }),
        json!({
            "model": "gamma-1", "aliases": ["gamma"], "context_window_tokens": 1_000, "max_output_tokens": 1_000, "tool_tokens": 7,
            "versions": [version(Some(&soon), vec![tier(0, rates("15", "60", Some("15"), Some("15"), None), None)], true, Some("0"))],
        }),
    ];
    if dice.chance(80) {
        cards.push(json!({
            "model": "delta-1", "context_window_tokens": 1_000, "max_output_tokens": 1_000,
            "versions": [version(None, vec![tier(0, rates("0", "0", Some("0"), Some("0"), Some("0")), None)], false, None)],
        }));
    }
    json!({"schema_version": 1, "name": "random", "cards": cards})
}

fn version(from: Option<&str>, tiers: Vec<Value>, contexts: bool, web_search_usd: Option<&str>) -> Value {
    let mut made = json!({"tiers": tiers, "web_search_usd": web_search_usd});
    if let Some(from) = from {
        made["effective_from"] = json!(from);
    }
    if contexts {
        made["batch_multiplier"] = json!("0.5");
        made["us_multiplier"] = json!("1.1");
    }
    made
}

fn tier(above: i64, rates: Value, fast: Option<Value>) -> Value {
    json!({"above_prompt_tokens": above, "rates_per_mtok": rates, "fast_rates_per_mtok": fast})
}

fn rates(input: &str, output: &str, cache_read: Option<&str>, write_5m: Option<&str>, write_1h: Option<&str>) -> Value {
    json!({"input": input, "output": output, "cache_read": cache_read, "cache_write_5m": write_5m, "cache_write_1h": write_1h})
}
