//! Random usages: parts of every class, and the objects and streams of four providers; mostly such as a provider would
//! give, sometimes with a count missing, seldom with one that contradicts another.

use serde_json::{Map, Value, json};

use super::{book::model, dice::Dice};

/// Classes that most usages do without, by the fields that count them.
const MORE: [&str; 26] = [
    "cache_write_30m_tokens",
    "cache_write_12h_tokens",
    "input_audio_tokens",
    "input_image_tokens",
    "input_video_tokens",
    "cache_read_audio_tokens",
    "cache_read_image_tokens",
    "cache_read_video_tokens",
    "output_audio_tokens",
    "output_image_tokens",
    "output_video_tokens",
    "output_reasoning_tokens",
    "output_citation_tokens",
    "file_searches",
    "requests",
    "code_execution_ms",
    "audio_ms",
    "input_audio_ms",
    "output_video_ms",
    "input_images",
    "output_images",
    "input_characters",
    "pages",
    "annotated_pages",
    "messages",
    "reranks",
];
/// The APIs whose usage objects are known.
pub const APIS: [&str; 4] = ["anthropic", "openai_chat", "openai_responses", "gemini"];
/// The names of service tiers.
pub const TIERS: [&str; 8] = ["standard", "batch", "priority", "flex", "fast", "balanced", "ultrafast", "decisions"];

fn count(dice: &mut Dice) -> i64 {
    match dice.weighted(&[30, 40, 25, 5]) {
        0 => 0,
        1 => dice.between(1, 120),
        2 => dice.between(100, 1_500),
        _ => dice.between(2_000, 400_000),
    }
}

/// A usage of any form.
pub fn usage(dice: &mut Dice, policy: &Value) -> Value {
    match dice.weighted(&[55, 12, 9, 12, 4, 4, 4, 10]) {
        0 => json!({"type": "final", "parts": parts(dice, policy, true)}),
        1 => {
            let outputs = dice.chance(3);
            json!({"type": "partial", "parts": parts(dice, policy, outputs)})
        }
        2 => json!({"type": "unknown"}),
        index @ 3..=6 => provider(dice, policy, APIS[index - 3]),
        _ => {
            let api = *dice.pick(&APIS);
            stream(dice, policy, api)
        }
    }
}

/// One to three parts of a usage.
pub fn parts(dice: &mut Dice, policy: &Value, outputs: bool) -> Value {
    let many = if dice.chance(15) { 3 } else { 1 };
    let parts: Vec<Value> = (0..many)
        .map(|_| {
            let mut part = json!({"input_tokens": count(dice)});
            if outputs {
                part["output_tokens"] = json!(count(dice));
            }
            for field in ["cache_read_tokens", "cache_write_5m_tokens", "cache_write_1h_tokens"] {
                if dice.chance(15) {
                    part[field] = json!(count(dice));
                }
            }
            if dice.chance(5) {
                part["web_searches"] = json!(dice.between(0, 5));
            }
            if dice.chance(25) {
                part["code_execution_ms"] = json!(count(dice));
            }
            if dice.chance(15) {
                for _ in 0..dice.between(1, 4) {
                    let field = *dice.pick(&MORE);
                    if outputs || !field.starts_with("output") || !field.ends_with("tokens") {
                        part[field] = json!(count(dice));
                    }
                }
            }
            if dice.chance(15) {
                part["model"] = json!(model(dice, policy));
            }
            if dice.chance(6) {
                part["speed"] = json!(dice.pick(&["standard", "fast"]));
            }
            if dice.chance(6) {
                part["inference_geo"] = json!(dice.pick(&["global", "us", "eu"]));
            }
            if dice.chance(8) {
                part["service_tier"] = json!(tier(dice));
            }
            part
        })
        .collect();
    json!(parts)
}

/// A service tier: mostly one that is often priced.
pub fn tier(dice: &mut Dice) -> &'static str {
    if dice.chance(60) { dice.pick::<&'static str>(&TIERS[..3]) } else { dice.pick::<&'static str>(&TIERS) }
}

/// A provider's usage object as a settlement carries it.
pub fn provider(dice: &mut Dice, policy: &Value, api: &str) -> Value {
    let mut usage = object(dice, policy, api);
    spoil(dice, api, &mut usage);
    let mut made = json!({"type": api, "usage": usage, "complete": dice.chance(80)});
    if dice.chance(60) {
        made["model"] = json!(model(dice, policy));
    }
    if dice.chance(12) {
        let times = dice.between(1, 3);
        made["code_execution_ms"] = (0..times).map(|_| (!dice.chance(30)).then(|| count(dice))).collect();
    }
    made
}

/// A consistent usage object.
pub fn object(dice: &mut Dice, policy: &Value, api: &str) -> Value {
    match api {
        "anthropic" => anthropic(dice, policy),
        "gemini" => gemini(dice),
        _ => openai(dice, api),
    }
}

/// Sometimes a count goes missing, seldom one becomes wrong. One thing at a time: of two, which is told first is no rule.
fn spoil(dice: &mut Dice, api: &str, usage: &mut Value) {
    match dice.weighted(&[84, 6, 3, 2, 2, 2, 1]) {
        0 => {}
        1 => {
            let fields: Vec<String> =
                usage.as_object().map(|fields| fields.keys().cloned().collect()).unwrap_or_default();
            let field = dice.pick(&fields).clone();
            if dice.chance(50) {
                usage[field] = Value::Null;
            } else if let Some(fields) = usage.as_object_mut() {
                fields.remove(&field);
            }
        }
        2 => {
            let field = leading(api)[usize::from(dice.chance(50))];
            usage[field] = dice
                .pick(&[json!(-1), json!("12"), json!(1.5), json!(true), json!([]), json!(1_000_000_000_001_i64)])
                .clone();
        }
        3 => {
            let (field, part) = match api {
                "anthropic" => ("cache_creation", json!({"ephemeral_5m_input_tokens": 7_777_777})),
                "openai_chat" => ("prompt_tokens_details", json!({"cached_tokens": 7_777_777})),
                "openai_responses" => ("output_tokens_details", json!({"reasoning_tokens": 7_777_777})),
                _ => ("cachedContentTokenCount", json!(7_777_777)),
            };
            usage[field] = part;
            if api == "anthropic" {
                usage["cache_creation_input_tokens"] = json!(7);
            }
        }
        4 => {
            let field = match api {
                "gemini" => "trafficType",
                _ => "service_tier",
            };
            usage[field] = json!("turbo");
        }
        5 => match api {
            "anthropic" => usage["output_tokens_details"] = json!({"thinking_tokens": 7_777_777}),
            "gemini" => usage["candidatesTokensDetails"] = json!([{"modality": "SMELL", "tokenCount": 1}]),
            _ => usage["total_tokens"] = json!(7_777_777),
        },
        _ => *usage = dice.pick(&[json!(null), json!([]), json!("usage"), json!({})]).clone(),
    }
}

/// The fields of input and output.
fn leading(api: &str) -> [&'static str; 2] {
    match api {
        "openai_chat" => ["prompt_tokens", "completion_tokens"],
        "gemini" => ["promptTokenCount", "candidatesTokenCount"],
        _ => ["input_tokens", "output_tokens"],
    }
}

fn anthropic(dice: &mut Dice, policy: &Value) -> Value {
    let mut usage = anthropic_counts(dice);
    if dice.chance(10) {
        usage["server_tool_use"] =
            json!({"web_search_requests": dice.between(0, 3), "web_fetch_requests": dice.between(0, 3)});
    }
    if dice.chance(15) {
        usage["service_tier"] = json!(dice.pick(&["standard", "batch", "priority"]));
    }
    if dice.chance(10) {
        usage["inference_geo"] = json!(dice.pick(&["global", "us", "not_available"]));
    }
    if dice.chance(6) {
        usage["speed"] = json!(dice.pick(&["standard", "fast"]));
    }
    if dice.chance(10) {
        let iterations: Vec<Value> = (0..dice.between(0, 3))
            .map(|_| {
                let mut part = anthropic_counts(dice);
                part["type"] = json!("message");
                if dice.chance(40) {
                    part["model"] = json!(model(dice, policy));
                }
                if dice.chance(10) {
                    part["output_tokens"] = Value::Null;
                }
                if dice.chance(5) {
                    part["input_tokens"] = Value::Null;
                }
                if dice.chance(8) {
                    part["server_tool_use"] = json!({"web_search_requests": 1});
                }
                part
            })
            .collect();
        usage["iterations"] = json!(iterations);
    }
    usage
}

fn anthropic_counts(dice: &mut Dice) -> Value {
    let output = count(dice);
    let mut counts = json!({"input_tokens": count(dice), "output_tokens": output});
    if dice.chance(30) {
        counts["cache_read_input_tokens"] = json!(dice.pick(&[None, Some(0), Some(40), Some(900)]));
    }
    if dice.chance(25) {
        let (short, long) = (dice.between(0, 50), dice.between(0, 50));
        if dice.chance(90) {
            counts["cache_creation_input_tokens"] = json!(short + long);
        }
        if dice.chance(60) {
            counts["cache_creation"] = json!({"ephemeral_5m_input_tokens": short, "ephemeral_1h_input_tokens": long});
        }
    }
    if dice.chance(15) {
        counts["output_tokens_details"] = json!({"thinking_tokens": dice.between(0, output)});
    }
    counts
}

/// A part of what is left.
fn some(dice: &mut Dice, percent: u64, left: &mut i64) -> i64 {
    let taken = if dice.chance(percent) { dice.between(0, *left) } else { 0 };
    *left -= taken;
    taken
}

fn openai(dice: &mut Dice, api: &str) -> Value {
    let (prompt, completion) = (count(dice), count(dice));
    let mut left = prompt;
    let mut details = Map::new();
    let cached = some(dice, 40, &mut left);
    let writes = some(dice, 20, &mut left);
    let (audio, image) = (some(dice, 15, &mut left), some(dice, 15, &mut left));
    let mut cached_left = cached;
    let cached_audio = some(dice, 10, &mut cached_left);
    let cached_image = some(dice, 10, &mut cached_left);
    let mut put = |name: &str, count: i64, always: bool| {
        if count > 0 || always {
            details.insert(name.to_owned(), json!(count));
        }
    };
    put("cached_tokens", cached, dice.chance(60));
    put("cache_write_tokens", writes, dice.chance(10));
    put("audio_tokens", audio + cached_audio, dice.chance(30));
    put("image_tokens", image + cached_image, dice.chance(10));
    if writes > 0 && dice.chance(50) {
        let short = dice.between(0, writes);
        let split = json!({"ttl_30m_tokens": short, "ttl_12h_tokens": writes - short});
        details.insert("cache_write_tokens_details".to_owned(), split);
    }
    if cached_audio + cached_image > 0 {
        let split = json!({"audio_tokens": cached_audio, "image_tokens": cached_image});
        details.insert("cached_tokens_details".to_owned(), split);
    }
    let mut left = completion;
    let reasoning = some(dice, 30, &mut left);
    let (audio, image) = (some(dice, 10, &mut left), some(dice, 5, &mut left));
    let written = json!({"reasoning_tokens": reasoning, "audio_tokens": audio, "image_tokens": image});
    let [input, output] = leading(api);
    let mut usage = json!({});
    usage[input] = json!(prompt);
    usage[output] = json!(completion);
    if dice.chance(70) {
        usage["total_tokens"] = json!(prompt + completion);
        // Some providers of this form count reasoning beside the completion.
        if dice.chance(20) && reasoning > 0 {
            usage[output] = json!(completion - reasoning);
        }
    }
    if !details.is_empty() || dice.chance(10) {
        usage[format!("{}_details", input)] = Value::Object(details);
    }
    if dice.chance(50) || reasoning + audio + image > 0 {
        usage[format!("{}_details", output)] = written;
    }
    if dice.chance(15) {
        usage["service_tier"] = json!(dice.pick(&["default", "auto", "flex", "priority", "batch"]));
    }
    usage
}

const MODALITIES: [&str; 5] = ["TEXT", "AUDIO", "IMAGE", "DOCUMENT", "VIDEO"];

/// A list that splits a part of a whole, and what each modality has in it.
fn modalities(dice: &mut Dice, whole: i64) -> (Vec<Value>, [i64; 5]) {
    let (mut left, mut by, mut list) = (whole, [0; 5], Vec::new());
    for (index, modality) in MODALITIES.iter().enumerate() {
        let taken = some(dice, 35, &mut left);
        if taken > 0 {
            by[index] = taken;
            list.push(json!({"modality": modality, "tokenCount": taken}));
        }
    }
    by[0] += left;
    if left > 0 && dice.chance(50) {
        list.push(json!({"modality": "TEXT", "tokenCount": left}));
    }
    (list, by)
}

fn gemini(dice: &mut Dice) -> Value {
    let (prompt, candidates) = (count(dice), count(dice));
    let thoughts = if dice.chance(30) { count(dice) } else { 0 };
    let tools = if dice.chance(15) { count(dice) } else { 0 };
    let mut usage = json!({"promptTokenCount": prompt});
    let mut put = |name: &str, count: i64, always: bool| {
        if count > 0 || always {
            usage[name] = json!(count);
        }
    };
    put("candidatesTokenCount", candidates, dice.chance(50));
    put("thoughtsTokenCount", thoughts, dice.chance(10));
    put("toolUsePromptTokenCount", tools, false);
    if dice.chance(80) {
        usage["totalTokenCount"] = json!(prompt + candidates + thoughts + tools);
    }
    if dice.chance(60) {
        let (list, by) = modalities(dice, prompt);
        usage["promptTokensDetails"] = json!(list);
        if dice.chance(50) {
            // What was cached of each modality is a part of it.
            let mut cached = Vec::new();
            for (modality, most) in MODALITIES.iter().zip(by) {
                let taken = if dice.chance(40) { dice.between(0, most) } else { 0 };
                if taken > 0 {
                    cached.push((modality, taken));
                }
            }
            let sum: i64 = cached.iter().map(|(_, count)| count).sum();
            usage["cachedContentTokenCount"] = json!(sum);
            let list: Vec<Value> =
                cached.iter().map(|(modality, count)| json!({"modality": modality, "tokenCount": count})).collect();
            usage["cacheTokensDetails"] = json!(list);
        }
    } else if dice.chance(30) {
        usage["cachedContentTokenCount"] = json!(dice.between(0, prompt));
    }
    if tools > 0 && dice.chance(40) {
        usage["toolUsePromptTokensDetails"] = json!(modalities(dice, tools).0);
    }
    if dice.chance(40) {
        usage["candidatesTokensDetails"] = json!(modalities(dice, candidates).0);
    }
    if dice.chance(20) {
        usage["trafficType"] =
            json!(dice.pick(&["ON_DEMAND", "ON_DEMAND_FLEX", "ON_DEMAND_PRIORITY", "TRAFFIC_TYPE_UNSPECIFIED"]));
    }
    usage
}

/// The events of a stream as a settlement carries them; sometimes it broke off, or an event is not of the provider's.
pub fn stream(dice: &mut Dice, policy: &Value, api: &str) -> Value {
    let mut last = object(dice, policy, api);
    spoil(dice, api, &mut last);
    let name = model(dice, policy);
    let mut events = events_of(dice, api, &last, name);
    if dice.chance(20) {
        events.truncate(usize::try_from(dice.below(events.len() as u64 + 1)).expect("a small count"));
    }
    if dice.chance(10) {
        let odd = dice
            .pick(&[
                json!("[DONE]"),
                json!([1]),
                json!({"type": "ping"}),
                json!({"usage": null}),
                json!({"model": 7, "message": []}),
            ])
            .clone();
        events.insert(0, odd);
    }
    json!({"type": "stream", "api": api, "events": events})
}

/// A part of a count: what a stream had counted earlier.
fn earlier(dice: &mut Dice, value: &Value) -> Value {
    match value.as_i64().filter(|count| *count >= 0) {
        Some(count) => json!(dice.between(0, count)),
        None => value.clone(),
    }
}

/// The events that lead to a usage.
pub fn events_of(dice: &mut Dice, api: &str, last: &Value, name: &str) -> Vec<Value> {
    if !last.is_object() {
        let odd = json!({"type": "message_delta", "model": name, "usage": last, "response": {"usage": last}});
        return vec![odd, json!({"type": "message_stop"})];
    }
    match api {
        "anthropic" => {
            // The first event tells the input; later ones tell it again, or only the output.
            let mut first = last.clone();
            first["output_tokens"] = earlier(dice, &last["output_tokens"]);
            if let Some(fields) = first.as_object_mut() {
                fields.remove("iterations");
                fields.remove("output_tokens_details");
            }
            let mut delta = json!({"output_tokens": last["output_tokens"]});
            for field in ["iterations", "output_tokens_details"] {
                if let Some(value) = last.get(field) {
                    delta[field] = value.clone();
                }
            }
            if dice.chance(30) {
                delta = last.clone();
            }
            let mut events = vec![json!({"type": "message_start", "message": {"model": name, "usage": first}})];
            if dice.chance(50) {
                events.push(json!({"type": "content_block_delta", "delta": {"type": "text_delta", "text": "…"}}));
            }
            if dice.chance(30) {
                let half = earlier(dice, &last["output_tokens"]);
                events.push(json!({"type": "message_delta", "usage": {"output_tokens": half}}));
            }
            if dice.chance(12) {
                // Writes that are told later than the split of the earlier ones.
                let total = last["cache_creation_input_tokens"].as_i64().unwrap_or(0) + 20;
                events.push(json!({"type": "message_delta", "usage": {"cache_creation_input_tokens": total}}));
            }
            events.push(json!({"type": "message_delta", "usage": delta}));
            events.push(json!({"type": "message_stop"}));
            events
        }
        "openai_responses" => {
            let kind =
                *dice.pick(&["response.completed", "response.completed", "response.incomplete", "response.failed"]);
            vec![
                json!({"type": "response.created", "response": {"model": name, "usage": null}}),
                json!({"type": "response.output_text.delta", "delta": "…"}),
                json!({"type": kind, "response": {"model": name, "usage": last}}),
            ]
        }
        "openai_chat" => {
            let mut events = vec![json!({"model": name, "choices": [], "usage": null})];
            if dice.chance(30) {
                events.push(
                    json!({"model": name, "usage": {"prompt_tokens": last["prompt_tokens"], "completion_tokens": 0}}),
                );
                if !last["prompt_tokens"].as_i64().is_some_and(|count| (0..=1_000_000_000_000).contains(&count)) {
                    events.pop();
                }
            }
            events.push(json!({"model": name, "choices": [], "usage": last}));
            events.push(json!("[DONE]"));
            events
        }
        _ => {
            let mut events = Vec::new();
            for _ in 0..dice.between(0, 2) {
                let prompt = &last["promptTokenCount"];
                if prompt.as_i64().is_some_and(|count| (0..=1_000_000_000_000).contains(&count)) {
                    events.push(
                        json!({"candidates": [], "usageMetadata": {"promptTokenCount": prompt}, "modelVersion": name}),
                    );
                }
            }
            events.push(json!({"candidates": [], "usageMetadata": last, "modelVersion": name}));
            events
        }
    }
}
