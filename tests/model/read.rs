//! Strict reading of what comes in: anything that the wire format does not name is a mistake.

use serde_json::Value;

use super::{
    class::CLASSES,
    json::{Json, object},
    money::Usd,
    provider, stream,
};

/// The code of a mistake.
pub type Mistake = &'static str;

pub const INVALID: Mistake = "invalid_input";
/// The mistakes of what cannot be read at all, whatever its time.
pub const IS_READ_FIRST: [Mistake; 4] = [INVALID, "invalid_policy", "contradictory_usage", "unpriced_context"];
/// An input that can be read, but is out of a range that only the organization knows: found after the clock is accepted.
pub const RANGE: Mistake = "out_of_range";
/// A policy that only this organization, or this actor, may not have.
pub const BEYOND: Mistake = "beyond_authority";
pub const MOST: i64 = 1_000_000_000_000;

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
            "service_tier",
            "code_execution_ms",
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
        "cache_write": word(request, "cache_write", &["any", "1h", "5m", "none", "30m", "12h"])?,
        "web_searches": int(request, "web_searches", 0, 100_000, Some(0))?,
        "external_input": flag(request, "external_input")?,
        "iterations": iterations,
        "speed": word(request, "speed", &["standard", "fast"])?,
        "inference_geo": word(request, "inference_geo", &["global", "us", "eu"])?,
        "service_tier": word(request, "service_tier", &TIERS)?,
        "code_execution_ms": int(request, "code_execution_ms", 0, 1_000_000_000, Some(0))?,
    })
}

/// How a call was made, where its usage does not say.
pub fn context(value: &Value) -> Result<Json, Mistake> {
    let none = serde_json::json!({});
    let context = value.get("context").unwrap_or(&none);
    only(context, &["service_tier", "speed", "inference_geo"])?;
    Ok(object! {
        "service_tier": word(context, "service_tier", &TIERS)?,
        "speed": word(context, "speed", &["standard", "fast"])?,
        "inference_geo": word(context, "inference_geo", &["global", "us", "eu"])?,
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

/// The service tiers.
pub const TIERS: [&str; 8] = ["standard", "batch", "priority", "flex", "fast", "balanced", "ultrafast", "decisions"];

/// A usage as it is given: its parts with null for what is to come from the reservation.
pub fn usage(value: &Value) -> Result<Json, Mistake> {
    let usage = &value["usage"];
    let kind = text(usage, "type")?;
    let given = match kind {
        "unknown" => {
            only(usage, &["type"])?;
            object! { "type": "unknown" }
        }
        "final" | "partial" => {
            only(usage, &["type", "parts"])?;
            let parts = usage["parts"].as_array().ok_or(INVALID)?;
            let parts = parts.iter().map(part).collect::<Result<Vec<Json>, Mistake>>()?;
            object! { "type": kind, "parts": parts }
        }
        "anthropic" | "openai_chat" | "openai_responses" | "gemini" => {
            only(usage, &["type", "model", "usage", "complete", "code_execution_ms"])?;
            let complete = usage["complete"].as_bool().ok_or(INVALID)?;
            let ran = usage["code_execution_ms"].as_array().into_iter().flatten();
            let ran = ran.map(|ran| match ran {
                Value::Null => Ok(None),
                ran => ran.as_i64().filter(|ran| (0..=MOST).contains(ran)).map(Some).ok_or(INVALID),
            });
            let ran = ran.collect::<Result<Vec<Option<i64>>, Mistake>>()?;
            let model = usage["model"].as_str();
            let mut given = provider::usage(kind, model, usage.get("usage").ok_or(INVALID)?, complete)?;
            if given.get("type").text() != "unknown" {
                let containers = ran.into_iter().map(|ran| provider::container(model.into(), ran));
                given.set(
                    "parts",
                    given.get("parts").list().iter().cloned().chain(containers).collect::<Vec<_>>().into(),
                );
            }
            given
        }
        "stream" => {
            only(usage, &["type", "api", "events"])?;
            stream::usage(text(usage, "api")?, usage["events"].as_array().ok_or(INVALID)?)?
        }
        _ => return Err(INVALID),
    };
    Ok(given)
}

/// Refuses a usage that can be read but not be accounted.
pub fn accountable(usage: &Json) -> Result<(), Mistake> {
    let parts = usage.get("parts").list();
    let wrong = |part: &Json| {
        let too_many = CLASSES.iter().any(|class| part.get(class.field).int() > MOST);
        let wrote = provider::sum_of(part, &['o']) > 0;
        too_many || (usage.get("type").text() == "partial" && wrote)
    };
    let known = usage.get("type").text() != "unknown";
    if known && (!(1..=64).contains(&parts.len()) || parts.iter().any(wrong)) { Err(RANGE) } else { Ok(()) }
}

fn part(value: &Value) -> Result<Json, Mistake> {
    let fields: Vec<&str> = CLASSES.iter().map(|class| class.field).collect();
    only(value, &[&fields[..], &["model", "speed", "inference_geo", "service_tier"]].concat())?;
    let mut part = object! { "model": value["model"].as_str() };
    for class in &CLASSES {
        let count = int(value, class.field, 0, MOST, Some(0))?;
        if class.is_written(count) {
            part.set(class.field, count.into());
        }
    }
    for (name, words) in
        [("speed", &["standard", "fast"][..]), ("inference_geo", &["global", "us", "eu"]), ("service_tier", &TIERS)]
    {
        part.set(name, if value.get(name).is_none() { Json::Null } else { word(value, name, words)?.into() });
    }
    Ok(part)
}
