//! Random price books: a handful of models whose cards differ in everything that a card can say.

use serde_json::{Map, Value, json};

use super::{clock::rfc3339, dice::Dice};

const OWN: [&str; 33] = [
    "alpha-1",
    "alpha-1",
    "alpha-1",
    "alpha-1",
    "alpha-1",
    "alpha-1",
    "alpha-1",
    "alpha-1",
    "alpha",
    "alpha",
    "alpha-1-20250101",
    "alpha-2",
    "alpha-2",
    "alpha-2",
    "alpha-2",
    "alpha-2",
    "beta",
    "beta",
    "beta-fast-7",
    "beta-slow-7",
    "gamma-1",
    "delta-1",
    "delta-1",
    "delta-1",
    "east/alpha-1",
    "north/zeta",
    "south/zeta",
    "zeta",
    "eta-1",
    "north/eta-2-beta",
    "eta-31",
    "eta-3-old",
    "omega",
];
const CLAUDE: [&str; 7] = [
    "claude-haiku-5-5",
    "claude-opus-5-5",
    "claude-sonnet-4-6",
    "claude-sonnet-5-5",
    "claude-haiku-4-5-20251001",
    "anthropic/claude-sonnet-5",
    "omega",
];

/// Classes of tokens that are not in every card.
const MORE_TOKENS: [&str; 14] = [
    "cache_write_30m",
    "cache_write_12h",
    "input_audio",
    "input_image",
    "input_video",
    "cache_read_audio",
    "cache_read_image",
    "cache_read_video",
    "output_audio",
    "output_image",
    "output_video",
    "output_reasoning",
    "output_citation",
    "cache_read",
];
/// Classes of uses and of time.
const UNITS: [&str; 13] = [
    "file_search",
    "request",
    "code_execution_hour",
    "audio_hour",
    "input_audio_hour",
    "output_video_hour",
    "input_image_use",
    "output_image_use",
    "input_character",
    "page",
    "annotated_page",
    "message",
    "rerank",
];
/// The service tiers and speeds that a card may price beside the standard ones.
const CONTEXTS: [(&str, &str); 11] = [
    ("batch", "standard"),
    ("standard", "fast"),
    ("flex", "standard"),
    ("priority", "standard"),
    ("fast", "standard"),
    ("priority", "fast"),
    ("balanced", "standard"),
    ("ultrafast", "standard"),
    ("decisions", "standard"),
    ("flex", "fast"),
    ("ultrafast", "fast"),
];

/// The name of a model that a request asks for: a card's, an alias, one that a pattern fits, or one that the book lacks.
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
    own(dice, now_ms)
}

/// A book of its own cards.
pub fn own(dice: &mut Dice, now_ms: i64) -> Value {
    let soon = rfc3339(now_ms + dice.pick(&[0, 5_000, 3_600_000, 86_400_000]));
    let scale = *dice.pick(&["1", "7.5", "40"]);
    let seller = *dice.pick(&[None, Some("east"), Some("east")]);
    let mut alpha = vec![version(dice, rates("100", "500", Some("10"), Some("125"), Some("200")), Some("0.01"))];
    if dice.chance(30) {
        let mut night = version(dice, rates("50", "250", Some("5"), Some("62.5"), Some("100")), Some("0.01"));
        night["hours"] = hours(dice);
        alpha.push(night);
    }
    let mut later = version(dice, rates(scale, "2000", Some("4"), Some("50"), Some("80")), Some("0.02"));
    later["effective_from"] = json!(soon);
    alpha.push(later);
    let mut plain = version(dice, rates("20", "80", None, None, None), None);
    for field in ["contexts", "modifiers"] {
        plain[field] = json!([]);
    }
    let mut coming = version(dice, rates("15", "60", Some("15"), Some("15"), None), Some("0"));
    coming["effective_from"] = json!(soon);
    let mut tiered = version(dice, rates("3.333333", scale, Some("0.3"), Some("3.75"), Some("6")), Some("0.1"));
    tiered["tier_kind"] = json!(dice.pick(&["threshold", "threshold", "graduated"]));
    tiered["tiers"] = json!([
        {"starts": start(dice, 100), "rates_per_mtok": {"input": "6.6", "output": "75.000001", "cache_read": "600", "cache_write_5m": "7.5"}},
        {"starts": start(dice, 1_000), "rates_per_mtok": {"input": "5", "output": "80", "cache_write_1h": "12"}},
    ]);
    let mut cards = vec![
        json!({
            "model": "alpha-1", "aliases": ["alpha"], "patterns": ["alpha-1-########"], "context_window_tokens": 2_000, "max_output_tokens": 1_000,
            "tool_tokens": 40, "image_tokens": 150, "modal_as_text": dice.chance(60), "versions": alpha,
        }),
        json!({
            "model": "alpha-2", "context_window_tokens": 200_000, "max_output_tokens": 4_000, "image_tokens": 30, "modal_as_text": dice.chance(30),
            "versions": [tiered],
        }),
        json!({
            "model": "beta", "patterns": ["beta-*"], "except": ["beta-slow*"], "context_window_tokens": 500, "max_output_tokens": 500,
            "versions": [plain],
        }),
        json!({
            "model": "gamma-1", "aliases": ["gamma"], "context_window_tokens": 1_000, "max_output_tokens": 1_000, "tool_tokens": 7,
            "versions": [coming],
        }),
    ];
    if dice.chance(80) {
        let free = version(dice, rates("0", "0", Some("0"), Some("0"), Some("0")), None);
        cards.push(json!({
            "model": "delta-1", "context_window_tokens": dice.pick(&[None, Some(1_000)]), "max_output_tokens": 1_000, "modal_as_text": true,
            "versions": [free],
        }));
    }
    for seller in ["north", "south"] {
        if dice.chance(60) {
            let version = version(dice, rates("30", "90", Some("3"), None, None), None);
            cards.push(json!({"provider": seller, "model": "zeta", "aliases": ["zet"], "modal_as_text": dice.chance(50), "versions": [version]}));
        }
    }
    if dice.chance(60) {
        let version = version(dice, rates("9", "27", None, Some("11"), Some("18")), Some("0.005"));
        cards.push(json!({
            "provider": "north", "model": "eta-1", "patterns": ["eta-#-*", "eta-##*"], "except": ["*-old"], "context_window_tokens": 9_000,
            "versions": [version],
        }));
    }
    let mut book = json!({"schema_version": 1, "name": "random", "provider": seller, "cards": cards});
    if dice.chance(70) {
        // Little enough that a few settlements use it up.
        let mut time = json!({"free_ms_per_month": dice.pick(&[0, 1, 700, 4_000, 4_000, 600_000])});
        if dice.chance(70) {
            time["minimum_ms"] = json!(dice.pick(&[0, 100, 900, 300_000]));
        }
        let sellers: Vec<Value> =
            book["cards"].as_array().into_iter().flatten().map(|card| card["provider"].clone()).collect();
        let other = dice.pick(&sellers);
        if other.is_string() {
            time["provider"] = other.clone();
        }
        book["code_execution"] = time;
    }
    book
}

fn start(dice: &mut Dice, length: i64) -> Value {
    if dice.chance(60) { json!({"above": length}) } else { json!({"from": length}) }
}

fn hours(dice: &mut Dice) -> Value {
    let days = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let weekdays: &[&str] = dice.pick::<&[&str]>(&[&[], &[], &days[..5], &days[5..], &days[3..4]]);
    let (from, to) = *dice.pick(&[
        ("16:30", "00:30"),
        ("22:00", "06:15"),
        ("00:00", "00:00"),
        ("08:00", "20:00"),
        ("23:59", "00:00"),
    ]);
    json!([{"weekdays": weekdays, "from": from, "to": to}])
}

/// A version: the given rates, some more, and contexts and places for a part of the versions.
fn version(dice: &mut Dice, mut rates: Value, web_search: Option<&str>) -> Value {
    more(dice, &mut rates, 12);
    let mut units = Map::new();
    if let Some(web_search) = web_search {
        units.insert("web_search".to_owned(), json!(web_search));
    }
    for class in UNITS {
        if dice.chance(if class == "code_execution_hour" { 80 } else { 20 }) {
            units.insert(class.to_owned(), json!(unit(dice, class)));
        }
    }
    let mut made = json!({"rates_per_mtok": rates, "rates_per_unit": units});
    if dice.chance(15) {
        return made;
    }
    let mut contexts = Vec::new();
    for (place, (service_tier, speed)) in CONTEXTS.into_iter().enumerate() {
        if dice.chance(if place < 2 { 65 } else { 12 }) {
            contexts.push(context(dice, service_tier, speed));
        }
    }
    let mut modifiers = Vec::new();
    for (place, chance) in [("us", 75), ("eu", 40)] {
        if dice.chance(chance) {
            let mut modifier = json!({"inference_geo": place, "multiplier": dice.pick(&["1.1", "1.1", "1.25", "0.9"])});
            if dice.chance(30) {
                modifier["service_tiers"] =
                    json!(dice.pick(&[&["standard"][..], &["standard", "batch"], &["flex", "priority"], &[]]));
            }
            if dice.chance(20) {
                modifier["speeds"] = json!(dice.pick(&[&["standard"][..], &["fast"], &["standard", "fast"]]));
            }
            modifiers.push(modifier);
        }
    }
    made["contexts"] = json!(contexts);
    made["modifiers"] = json!(modifiers);
    made
}

/// A context: a factor on the standard rates, rates of its own, or both.
fn context(dice: &mut Dice, service_tier: &str, speed: &str) -> Value {
    let mut made = json!({"service_tier": service_tier, "speed": speed});
    if service_tier == "batch" || dice.chance(50) {
        made["multiplier"] = json!(dice.pick(&["0.5", "0.5", "2", "1.75"]));
    }
    if made.get("multiplier").is_none() || dice.chance(25) {
        let mut own = rates("9.9", "99", None, Some("40"), Some("50"));
        if dice.chance(30) {
            own.as_object_mut().expect("rates are an object").remove("input");
        }
        more(dice, &mut own, 8);
        made["rates_per_mtok"] = own;
    }
    if dice.chance(20) {
        made["tiers"] = json!([{"starts": start(dice, 400), "rates_per_mtok": {"input": "20", "output": "150", "cache_read": "2"}}]);
    }
    if dice.chance(15) {
        made["longest_prompt_tokens"] = json!(dice.pick(&[100, 500, 1_000, 150_000]));
    }
    if dice.chance(15) {
        made["rates_per_unit"] = json!({"web_search": "0.03", "page": "0.001"});
    }
    made
}

fn more(dice: &mut Dice, rates: &mut Value, percent: u64) {
    for class in MORE_TOKENS {
        if dice.chance(percent) {
            rates[class] = json!(dice.pick(&["0", "1.25", "12.5", "64", "0.000004"]));
        }
    }
}

fn unit(dice: &mut Dice, class: &str) -> &'static str {
    if class.ends_with("_hour") {
        dice.pick::<&'static str>(&["0.05", "0.36", "7", "0.000000000000001"])
    } else {
        dice.pick::<&'static str>(&["0", "0.01", "0.0000025", "0.000000000000000001"])
    }
}

fn rates(input: &str, output: &str, cache_read: Option<&str>, write_5m: Option<&str>, write_1h: Option<&str>) -> Value {
    let classes = [("cache_read", cache_read), ("cache_write_5m", write_5m), ("cache_write_1h", write_1h)];
    let mut made = json!({"input": input, "output": output});
    for (class, rate) in classes {
        if let Some(rate) = rate {
            made[class] = json!(rate);
        }
    }
    made
}
