//! The usage objects of providers: which counts they hold, and of what class each is.

use serde_json::Value;

use super::{
    book,
    class::{CLASSES, Class},
    json::{Json, object},
    read::{INVALID, MOST, Mistake},
};

const CONTRADICTION: Mistake = "contradictory_usage";
const CONTEXT: Mistake = "unpriced_context";

/// What an object must hold in a place, where it holds anything there.
#[derive(Clone, Copy)]
enum Want {
    Count,
    Name,
    Object,
    Modalities,
    Iterations,
}
use Want::{Count, Iterations, Modalities, Name, Object};

/// Every place that is looked at, by API.
fn places(api: &str) -> &'static [(&'static str, Want)] {
    match api {
        "anthropic" => &[
            ("input_tokens", Count),
            ("output_tokens", Count),
            ("cache_read_input_tokens", Count),
            ("cache_creation_input_tokens", Count),
            ("cache_creation", Object),
            ("cache_creation.ephemeral_5m_input_tokens", Count),
            ("cache_creation.ephemeral_1h_input_tokens", Count),
            ("server_tool_use", Object),
            ("server_tool_use.web_search_requests", Count),
            ("output_tokens_details", Object),
            ("output_tokens_details.thinking_tokens", Count),
            ("service_tier", Name),
            ("speed", Name),
            ("inference_geo", Name),
            ("model", Name),
            ("iterations", Iterations),
        ],
        "openai_chat" => &[
            ("prompt_tokens", Count),
            ("completion_tokens", Count),
            ("total_tokens", Count),
            ("prompt_tokens_details", Object),
            ("prompt_tokens_details.cached_tokens", Count),
            ("prompt_tokens_details.cache_write_tokens", Count),
            ("prompt_tokens_details.cache_write_tokens_details", Object),
            ("prompt_tokens_details.cache_write_tokens_details.ttl_30m_tokens", Count),
            ("prompt_tokens_details.cache_write_tokens_details.ttl_12h_tokens", Count),
            ("prompt_tokens_details.audio_tokens", Count),
            ("prompt_tokens_details.image_tokens", Count),
            ("prompt_tokens_details.cached_tokens_details", Object),
            ("prompt_tokens_details.cached_tokens_details.audio_tokens", Count),
            ("prompt_tokens_details.cached_tokens_details.image_tokens", Count),
            ("completion_tokens_details", Object),
            ("completion_tokens_details.reasoning_tokens", Count),
            ("completion_tokens_details.audio_tokens", Count),
            ("completion_tokens_details.image_tokens", Count),
            ("service_tier", Name),
        ],
        "openai_responses" => &[
            ("input_tokens", Count),
            ("output_tokens", Count),
            ("total_tokens", Count),
            ("input_tokens_details", Object),
            ("input_tokens_details.cached_tokens", Count),
            ("input_tokens_details.cache_write_tokens", Count),
            ("input_tokens_details.cache_write_tokens_details", Object),
            ("input_tokens_details.cache_write_tokens_details.ttl_30m_tokens", Count),
            ("input_tokens_details.cache_write_tokens_details.ttl_12h_tokens", Count),
            ("input_tokens_details.audio_tokens", Count),
            ("input_tokens_details.image_tokens", Count),
            ("input_tokens_details.cached_tokens_details", Object),
            ("input_tokens_details.cached_tokens_details.audio_tokens", Count),
            ("input_tokens_details.cached_tokens_details.image_tokens", Count),
            ("output_tokens_details", Object),
            ("output_tokens_details.reasoning_tokens", Count),
            ("output_tokens_details.audio_tokens", Count),
            ("output_tokens_details.image_tokens", Count),
            ("service_tier", Name),
        ],
        _ => &[
            ("promptTokenCount", Count),
            ("candidatesTokenCount", Count),
            ("thoughtsTokenCount", Count),
            ("toolUsePromptTokenCount", Count),
            ("cachedContentTokenCount", Count),
            ("totalTokenCount", Count),
            ("promptTokensDetails", Modalities),
            ("cacheTokensDetails", Modalities),
            ("toolUsePromptTokensDetails", Modalities),
            ("candidatesTokensDetails", Modalities),
            ("trafficType", Name),
        ],
    }
}

fn at<'a>(raw: &'a Value, place: &str) -> &'a Value {
    place.split('.').fold(raw, |value, name| &value[name])
}

fn is_count(value: &Value) -> bool {
    value.as_i64().is_some_and(|count| (0..=MOST).contains(&count))
}

/// The bucket of a modality.
fn modality(entry: &Value) -> Option<usize> {
    match entry.get("modality").map(|name| name.as_str().unwrap_or_default()) {
        None | Some("TEXT" | "MODALITY_UNSPECIFIED") => Some(0),
        Some("AUDIO") => Some(1),
        Some("IMAGE" | "DOCUMENT") => Some(2),
        Some("VIDEO") => Some(3),
        Some(_) => None,
    }
}

/// Refuses an object that holds something else than it must.
pub fn check(api: &str, raw: &Value, inner: bool) -> Result<(), Mistake> {
    for (place, want) in places(api) {
        let value = at(raw, place);
        if value.is_null() {
            continue;
        }
        let right = match want {
            Count => is_count(value),
            Name => value.is_string(),
            Object => value.is_object(),
            Modalities => {
                for entry in value.as_array().ok_or(CONTRADICTION)? {
                    let named = entry.get("modality").is_none_or(Value::is_string);
                    let counted = entry.get("tokenCount").is_none_or(|count| count.is_null() || is_count(count));
                    if !entry.is_object() || !named || !counted {
                        return Err(CONTRADICTION);
                    }
                    modality(entry).ok_or(CONTEXT)?;
                }
                true
            }
            Iterations => {
                let iterations = value.as_array().ok_or(CONTRADICTION)?;
                if iterations.len() > 64 || (inner && !iterations.is_empty()) {
                    return Err(CONTRADICTION);
                }
                for iteration in iterations {
                    match iteration {
                        Value::Object(_) => check(api, iteration, true)?,
                        Value::Null => return Err(CONTRADICTION),
                        _ => return Err(INVALID),
                    }
                }
                true
            }
        };
        if !right {
            return Err(CONTRADICTION);
        }
    }
    Ok(())
}

/// A part that is being counted: by class, and cache writes that may be of either of two classes.
#[derive(Default)]
struct Counted {
    counts: Vec<(&'static str, i64)>,
    unsplit: Option<(i64, &'static str, &'static str)>,
    complete: bool,
}

fn or_zero(raw: &Value, place: &str) -> i64 {
    at(raw, place).as_i64().unwrap_or(0)
}

/// What is left of a whole, which its parts must not exceed.
fn left(whole: i64, parts: &[i64]) -> Result<i64, Mistake> {
    let left = whole - parts.iter().sum::<i64>();
    if left < 0 { Err(CONTRADICTION) } else { Ok(left) }
}

fn anthropic(raw: &Value, later: i64) -> Result<Option<Counted>, Mistake> {
    if raw["input_tokens"].is_null() {
        return Ok(None);
    }
    let split = &raw["cache_creation"];
    let (short, long) = (or_zero(split, "ephemeral_5m_input_tokens"), or_zero(split, "ephemeral_1h_input_tokens"));
    let is_split = ["ephemeral_5m_input_tokens", "ephemeral_1h_input_tokens"].iter().any(|name| !split[name].is_null());
    let writes = &raw["cache_creation_input_tokens"];
    if is_split && !writes.is_null() && writes.as_i64() != Some(short + long) {
        return Err(CONTRADICTION);
    }
    let unsplit = if is_split { later } else { writes.as_i64().unwrap_or(0) };
    if !raw["output_tokens"].is_null() {
        left(or_zero(raw, "output_tokens"), &[or_zero(raw, "output_tokens_details.thinking_tokens")])?;
    }
    Ok(Some(Counted {
        counts: vec![
            ("input", or_zero(raw, "input_tokens")),
            ("cache_read", or_zero(raw, "cache_read_input_tokens")),
            ("cache_write_5m", short),
            ("cache_write_1h", long),
            ("output", or_zero(raw, "output_tokens")),
            ("web_search", or_zero(raw, "server_tool_use.web_search_requests")),
        ],
        unsplit: (unsplit > 0).then_some((unsplit, "cache_write_5m", "cache_write_1h")),
        complete: !raw["output_tokens"].is_null(),
    }))
}

fn openai(raw: &Value, words: [&str; 4]) -> Result<Option<Counted>, Mistake> {
    let [prompt, completion, details, output_details] = words;
    if raw[prompt].is_null() {
        return Ok(None);
    }
    let (details, written) = (&raw[details], &raw[output_details]);
    let all = or_zero(raw, prompt);
    let cached = or_zero(details, "cached_tokens");
    let cached_audio = or_zero(details, "cached_tokens_details.audio_tokens");
    let cached_image = or_zero(details, "cached_tokens_details.image_tokens");
    let cached_text = left(cached, &[cached_audio, cached_image])?;
    let audio = left(or_zero(details, "audio_tokens"), &[cached_audio])?;
    let image = left(or_zero(details, "image_tokens"), &[cached_image])?;
    let short = or_zero(details, "cache_write_tokens_details.ttl_30m_tokens");
    let long = or_zero(details, "cache_write_tokens_details.ttl_12h_tokens");
    let writes = details["cache_write_tokens"].as_i64().unwrap_or(short + long);
    let unsplit = left(writes, &[short, long])?;
    if short + long > 0 && unsplit > 0 {
        return Err(CONTRADICTION);
    }
    let text = left(all, &[cached, writes, audio, image])?;
    let mut counted = Counted {
        counts: vec![
            ("input", text),
            ("cache_read", cached_text),
            ("cache_write_30m", short),
            ("cache_write_12h", long),
            ("input_audio", audio),
            ("input_image", image),
            ("cache_read_audio", cached_audio),
            ("cache_read_image", cached_image),
        ],
        unsplit: (unsplit > 0).then_some((unsplit, "cache_write_30m", "cache_write_12h")),
        complete: !raw[completion].is_null(),
    };
    if counted.complete {
        let output = or_zero(raw, completion);
        let reasoning = or_zero(written, "reasoning_tokens");
        let (audio, image) = (or_zero(written, "audio_tokens"), or_zero(written, "image_tokens"));
        // By its total, a provider shows whether it counts reasoning in the completion or beside it.
        let inside = match raw["total_tokens"].as_i64() {
            None => reasoning,
            Some(total) if total == all + output => reasoning,
            Some(total) if total == all + output + reasoning => 0,
            Some(_) => return Err(CONTRADICTION),
        };
        let text = left(output, &[inside, audio, image])?;
        counted.counts.extend([
            ("output", text),
            ("output_reasoning", reasoning),
            ("output_audio", audio),
            ("output_image", image),
        ]);
    }
    Ok(Some(counted))
}

fn gemini(raw: &Value) -> Result<Option<Counted>, Mistake> {
    if raw["promptTokenCount"].is_null() {
        return Ok(None);
    }
    let count = |name: &str| or_zero(raw, name);
    let (prompt, candidates, thoughts) =
        (count("promptTokenCount"), count("candidatesTokenCount"), count("thoughtsTokenCount"));
    let (tools, cached) = (count("toolUsePromptTokenCount"), count("cachedContentTokenCount"));
    let total = &raw["totalTokenCount"];
    if total.as_i64().is_some_and(|total| total != prompt + candidates + thoughts + tools) {
        return Err(CONTRADICTION);
    }
    let by_modality = |whole: i64, name: &str| -> Result<[i64; 4], Mistake> {
        let mut by = [0; 4];
        for entry in raw[name].as_array().into_iter().flatten() {
            by[modality(entry).expect("a checked modality")] += or_zero(entry, "tokenCount");
        }
        by[0] += left(whole, &by)?;
        Ok(by)
    };
    let in_prompt = by_modality(prompt, "promptTokensDetails")?;
    let in_cache = by_modality(cached, "cacheTokensDetails")?;
    let in_tools = by_modality(tools, "toolUsePromptTokensDetails")?;
    let written = by_modality(candidates, "candidatesTokensDetails")?;
    let mut counted =
        Counted { complete: !raw["candidatesTokenCount"].is_null() || !total.is_null(), ..Counted::default() };
    let names = [
        ("input", "cache_read", "output"),
        ("input_audio", "cache_read_audio", "output_audio"),
        ("input_image", "cache_read_image", "output_image"),
        ("input_video", "cache_read_video", "output_video"),
    ];
    for (index, (input, cache_read, output)) in names.into_iter().enumerate() {
        counted.counts.push((input, left(in_prompt[index], &[in_cache[index]])? + in_tools[index]));
        counted.counts.push((cache_read, in_cache[index]));
        counted.counts.push((output, written[index]));
    }
    counted.counts.push(("output_reasoning", thoughts));
    Ok(Some(counted))
}

fn count(api: &str, raw: &Value, later: i64) -> Result<Option<Counted>, Mistake> {
    match api {
        "anthropic" => anthropic(raw, later),
        "openai_chat" => {
            openai(raw, ["prompt_tokens", "completion_tokens", "prompt_tokens_details", "completion_tokens_details"])
        }
        "openai_responses" => {
            openai(raw, ["input_tokens", "output_tokens", "input_tokens_details", "output_tokens_details"])
        }
        _ => gemini(raw),
    }
}

/// A name of the usage's context as parts write it; null where it says nothing.
fn context(api: &str, raw: &Value, name: &str) -> Result<Json, Mistake> {
    let place = if (api, name) == ("gemini", "service_tier") { "trafficType" } else { name };
    let said = match (api, name) {
        ("anthropic", _) | (_, "service_tier") => raw[place].as_str(),
        _ => None,
    };
    let known: &[&str] = match name {
        "speed" => &["standard", "fast"],
        "inference_geo" => &["global", "us", "eu"],
        _ => &super::read::TIERS,
    };
    Ok(match (name, said) {
        (_, None) | ("service_tier", Some("auto" | "TRAFFIC_TYPE_UNSPECIFIED")) => Json::Null,
        ("service_tier", Some("default" | "ON_DEMAND")) => "standard".into(),
        ("service_tier", Some("ON_DEMAND_FLEX")) => "flex".into(),
        ("service_tier", Some("ON_DEMAND_PRIORITY")) => "priority".into(),
        ("inference_geo", Some("not_available")) => "global".into(),
        (_, Some(said)) => known.iter().find(|known| **known == said).copied().ok_or(CONTEXT)?.into(),
    })
}

/// The usage of an object: its iterations are the parts, where it has any; what is missing is not zero.
pub fn usage(api: &str, model: Option<&str>, raw: &Value, complete: bool) -> Result<Json, Mistake> {
    if raw.is_null() {
        return Ok(object! { "type": "unknown" });
    }
    if !raw.is_object() {
        return Err(INVALID);
    }
    check(api, raw, false)?;
    normal(api, model, raw, complete, 0)
}

/// The usage of an object that was checked; `later` cache writes came after it had told how the earlier ones split.
pub fn normal(api: &str, model: Option<&str>, raw: &Value, complete: bool, later: i64) -> Result<Json, Mistake> {
    let unknown = || Ok(object! { "type": "unknown" });
    let mut said = Vec::new();
    for name in ["speed", "inference_geo", "service_tier"] {
        said.push((name, context(api, raw, name)?));
    }
    let Some(total) = count(api, raw, later)? else { return unknown() };
    let iterations = raw["iterations"].as_array().filter(|list| api == "anthropic" && !list.is_empty());
    let mut counted = Vec::new();
    match iterations {
        None => counted.push((model.map(str::to_owned), total)),
        Some(iterations) => {
            let searches = or_zero(raw, "server_tool_use.web_search_requests");
            for (index, iteration) in iterations.iter().enumerate() {
                let Some(mut part) = count(api, iteration, 0)? else { return unknown() };
                part.counts.retain(|(class, _)| *class != "web_search");
                // Searches are counted for the whole response.
                part.counts.push(("web_search", if index == 0 { searches } else { 0 }));
                counted.push((iteration["model"].as_str().or(model).map(str::to_owned), part));
            }
        }
    }
    let known = complete && counted.iter().all(|(_, part)| part.complete);
    let parts: Vec<Json> = counted
        .into_iter()
        .map(|(model, counted)| {
            let mut part = object! { "model": model };
            for class in &CLASSES {
                let all = counted.counts.iter().filter(|(name, _)| *name == class.name).map(|(_, count)| count).sum();
                let count = if class.kind == 'o' && !known { 0 } else { all };
                if class.is_written(count) {
                    part.set(class.field, count.into());
                }
            }
            for (name, word) in &said {
                part.set(name, word.clone());
            }
            part.set("call", true.into());
            if let Some((count, short, long)) = counted.unsplit {
                part.set("unsplit", object! { "count": count, "short": short, "long": long });
            }
            part
        })
        .collect();
    Ok(object! { "type": if known { "final" } else { "partial" }, "parts": parts })
}

/// A part in which everything is counted that its provider left open. Cache writes of which it does not tell how long they live
/// are as long as the request asked for; a call is a request, where there is a fee for one. The part says its whole context.
pub fn counted(part: &Json, cache_write: &str, card: Option<&Json>, at: i64) -> Json {
    let unsplit = part.get("unsplit");
    if unsplit.is_null() && part.get("call").is_null() {
        return part.clone();
    }
    let prompt = sum_of(part, &['i', 'r', 'w']) + unsplit.get("count").int();
    let has_rate = |class: &str| book::has_rate(card?, Class::named(class), prompt, book::context(part), at);
    let is_long = match cache_write {
        "1h" | "12h" => true,
        "any" if !unsplit.is_null() => has_rate(unsplit.get("long").text()) != Some(false),
        _ => false,
    };
    let class = unsplit.get(if is_long { "long" } else { "short" });
    let fee = part.get("call").is_true() && has_rate("request") == Some(true);
    let mut made = object! { "model": part.get("model").clone() };
    for known in &CLASSES {
        let more = match known.name {
            "request" => i64::from(fee && part.get(known.field).int() == 0),
            name if name == class.text() => unsplit.get("count").int(),
            _ => 0,
        };
        let count = part.get(known.field).int() + more;
        if known.is_written(count) {
            made.set(known.field, count.into());
        }
    }
    for name in ["speed", "inference_geo", "service_tier"] {
        made.set(name, part.get(name).clone());
    }
    made
}

/// A part that is the time of one container; unseen, where nobody knows it.
pub fn container(model: Json, ran_ms: Option<i64>) -> Json {
    let mut part = object! { "model": model };
    for class in &CLASSES {
        let count = if class.name == "code_execution_hour" { ran_ms.unwrap_or(0) } else { 0 };
        if class.is_written(count) {
            part.set(class.field, count.into());
        }
    }
    for name in ["speed", "inference_geo", "service_tier"] {
        part.set(name, Json::Null);
    }
    if ran_ms.is_none() {
        part.set("unseen", true.into());
    }
    part
}

/// Every class's count of a part, for those who sum.
pub fn sum_of(part: &Json, kinds: &[char]) -> i64 {
    let classes = CLASSES.iter().filter(|class: &&Class| kinds.contains(&class.kind));
    classes.map(|class| part.get(class.field).int()).sum()
}
