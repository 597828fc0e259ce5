//! Strict reading of what comes in: anything that the wire format does not name is a mistake.

use serde_json::Value;

use super::{
    json::{Json, object},
    money::Usd,
};

/// The code of a mistake.
pub type Mistake = &'static str;

const INVALID: Mistake = "invalid_input";
/// An input that can be read, but is out of a range that only the organization knows: found after the clock is accepted.
pub const RANGE: Mistake = "out_of_range";
/// A policy that only this organization, or this actor, may not have.
pub const BEYOND: Mistake = "beyond_authority";
const MOST: i64 = 1_000_000_000_000;

/// Refuses fields that are not among the named ones.
pub fn only(value: &Value, names: &[&str]) -> Result<(), Mistake> {
    let fields = value.as_object().ok_or(INVALID)?;
    if fields.keys().all(|field| names.contains(&field.as_str())) { Ok(()) } else { Err(INVALID) }
}

/// A text.
pub fn text<'a>(value: &'a Value, name: &str) -> Result<&'a str, Mistake> {
    value[name].as_str().ok_or(INVALID)
}

/// An integer within bounds; an absent one is the default, where there is one.
pub fn int(value: &Value, name: &str, least: i64, most: i64, default: Option<i64>) -> Result<i64, Mistake> {
    let read = match value.get(name) {
        None => return default.ok_or(INVALID),
        Some(read) => read.as_i64().ok_or(INVALID)?,
    };
    if (least..=most).contains(&read) { Ok(read) } else { Err(INVALID) }
}

fn flag(value: &Value, name: &str) -> Result<bool, Mistake> {
    value.get(name).map_or(Ok(false), |read| read.as_bool().ok_or(INVALID))
}

/// One of a set of words; an absent one is the first.
fn word<'a>(value: &'a Value, name: &str, words: &[&'a str]) -> Result<&'a str, Mistake> {
    match value.get(name) {
        None => Ok(words[0]),
        Some(read) => read.as_str().filter(|word| words.contains(word)).ok_or(INVALID),
    }
}

/// The id of a reservation.
pub fn reservation(value: &Value) -> Result<&str, Mistake> {
    text(value, "reservation").ok().filter(|id| (1..=40).contains(&id.len())).ok_or(INVALID)
}

/// An object with one field out of several, such as a principal or a credential.
pub fn single(value: &Value, names: &[&str]) -> Result<Json, Mistake> {
    let fields = value.as_object().filter(|fields| fields.len() == 1).ok_or(INVALID)?;
    let (name, inner) = fields.iter().next().ok_or(INVALID)?;
    let inner = inner.as_str().filter(|_| names.contains(&name.as_str())).ok_or(INVALID)?;
    Ok(Json::Map(vec![(name.clone(), inner.into())]))
}

/// Who acts.
pub fn principal(value: &Value) -> Result<Json, Mistake> {
    single(value, &["member", "service_account", "key"])
}

/// How a caller proves who it is.
pub fn credential(value: &Value) -> Result<Json, Mistake> {
    single(&value["credential"], &["key", "secret_sha256"])
}

/// An amount of money of zero or more.
pub fn usd(value: &Value, name: &str) -> Result<Usd, Mistake> {
    Usd::parse(text(value, name)?).filter(|amount| *amount >= Usd::ZERO).ok_or(INVALID)
}

/// A request in its canonical form.
pub fn request(value: &Value) -> Result<Json, Mistake> {
    let request = &value["request"];
    only(
        request,
        &[
            "max_tokens",
            "input",
            "images",
            "tools",
            "cache_write",
            "web_searches",
            "external_input",
            "iterations",
            "speed",
            "inference_geo",
            "batch",
        ],
    )?;
    let input = &request["input"];
    let size = match input.as_object().filter(|fields| fields.len() == 1) {
        Some(fields) if fields.contains_key("tokens") => "tokens",
        Some(fields) if fields.contains_key("bytes") => "bytes",
        _ => return Err(INVALID),
    };
    let size = Json::Map(vec![(size.to_owned(), int(input, size, 0, MOST, None)?.into())]);
    let iterations = match &request["iterations"] {
        Value::Null => None,
        _ => Some(int(request, "iterations", 1, 1_000, None)?),
    };
    Ok(object! {
        "max_tokens": int(request, "max_tokens", 1, 1_000_000_000, None)?,
        "input": size,
        "images": int(request, "images", 0, 100_000, Some(0))?,
        "tools": flag(request, "tools")?,
        "cache_write": word(request, "cache_write", &["1h", "5m", "none"])?,
        "web_searches": int(request, "web_searches", 0, 100_000, Some(0))?,
        "external_input": flag(request, "external_input")?,
        "iterations": iterations,
        "speed": word(request, "speed", &["standard", "fast"])?,
        "inference_geo": word(request, "inference_geo", &["global", "us"])?,
        "batch": flag(request, "batch")?,
    })
}

/// What the host estimates: input without cache reads, if it does, and cache reads.
pub fn estimate(value: &Value) -> Result<(Option<i64>, i64), Mistake> {
    let Some(estimate) = value.get("estimate") else { return Ok((None, 0)) };
    only(estimate, &["input_tokens", "cache_read_tokens"])?;
    let input = match estimate.get("input_tokens") {
        None => None,
        Some(_) => Some(int(estimate, "input_tokens", 0, MOST, None)?),
    };
    Ok((input, int(estimate, "cache_read_tokens", 0, MOST, Some(0))?))
}

/// The counts of a part, in their order.
pub const COUNTS: [&str; 6] = [
    "input_tokens",
    "cache_read_tokens",
    "cache_write_5m_tokens",
    "cache_write_1h_tokens",
    "output_tokens",
    "web_searches",
];

/// A usage as it is given: its parts with null for what is to come from the reservation.
pub fn usage(value: &Value) -> Result<Json, Mistake> {
    let usage = &value["usage"];
    let kind = text(usage, "type")?;
    match kind {
        "unknown" => {
            only(usage, &["type"])?;
            Ok(object! { "type": "unknown" })
        }
        "final" | "partial" => {
            only(usage, &["type", "parts"])?;
            let parts = usage["parts"].as_array().ok_or(INVALID)?;
            let parts = parts.iter().map(part).collect::<Result<Vec<Json>, Mistake>>()?;
            let outputs = parts.iter().any(|part| part.get("output_tokens").int() > 0);
            if !(1..=64).contains(&parts.len()) || (kind == "partial" && outputs) {
                return Err(RANGE);
            }
            Ok(object! { "type": kind, "parts": parts })
        }
        "anthropic" => {
            only(usage, &["type", "model", "usage", "complete"])?;
            provider(text(usage, "model")?, &usage["usage"], usage["complete"].as_bool().ok_or(INVALID)?)
        }
        _ => Err(INVALID),
    }
}

fn part(value: &Value) -> Result<Json, Mistake> {
    only(value, &[&COUNTS[..], &["model", "speed", "inference_geo", "service_tier"]].concat())?;
    let mut part = object! { "model": value["model"].as_str() };
    for name in COUNTS {
        part.set(name, int(value, name, 0, MOST, Some(0))?.into());
    }
    for (name, words) in [
        ("speed", &["standard", "fast"][..]),
        ("inference_geo", &["global", "us"]),
        ("service_tier", &["standard", "batch", "priority"]),
    ] {
        part.set(name, if value.get(name).is_none() { Json::Null } else { word(value, name, words)?.into() });
    }
    Ok(part)
}

/// The provider's usage object: its iterations are the parts, where it has any; what is missing is not zero.
fn provider(model: &str, raw: &Value, complete: bool) -> Result<Json, Mistake> {
    if raw["input_tokens"].is_null() {
        return Ok(object! { "type": "unknown" });
    }
    let iterations: Vec<&Value> = match raw["iterations"].as_array() {
        Some(iterations) if !iterations.is_empty() => iterations.iter().collect(),
        _ => vec![raw],
    };
    let known = complete && iterations.iter().chain([&raw]).all(|iteration| !iteration["output_tokens"].is_null());
    let mut parts = Vec::new();
    for (index, iteration) in iterations.into_iter().enumerate() {
        let count = |name: &str| iteration[name].as_i64().unwrap_or(0);
        let writes = &iteration["cache_creation"];
        let (short, long) = match writes.as_object() {
            Some(_) => (
                writes["ephemeral_5m_input_tokens"].as_i64().unwrap_or(0),
                writes["ephemeral_1h_input_tokens"].as_i64().unwrap_or(0),
            ),
            None => (count("cache_creation_input_tokens"), 0),
        };
        let searches = raw["server_tool_use"]["web_search_requests"].as_i64().filter(|_| index == 0).unwrap_or(0);
        parts.push(object! {
            "model": iteration["model"].as_str().unwrap_or(model),
            "input_tokens": count("input_tokens"),
            "cache_read_tokens": count("cache_read_input_tokens"),
            "cache_write_5m_tokens": short,
            "cache_write_1h_tokens": long,
            "output_tokens": if known { count("output_tokens") } else { 0 },
            "web_searches": searches,
            "speed": raw["speed"].as_str(),
            "inference_geo": raw["inference_geo"].as_str(),
            "service_tier": raw["service_tier"].as_str(),
        });
    }
    Ok(object! { "type": if known { "final" } else { "partial" }, "parts": parts })
}
