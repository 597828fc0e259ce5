//! The usage that a stream tells, event by event.

use serde_json::{Map, Value};

use super::{
    json::{Json, object},
    provider::{check, normal},
    read::{INVALID, Mistake},
};

/// The usage that the events of a stream tell: counts are cumulative, so that the last one stands.
pub fn usage(api: &str, events: &[Value]) -> Result<Json, Mistake> {
    let (mut known, mut model, mut complete, mut later) = (Value::Null, None, false, 0);
    for event in events.iter().filter(|event| event.is_object()) {
        let inner = ["message", "response"].into_iter().map(|name| &event[name]).filter(|inner| inner.is_object());
        let objects: Vec<&Value> = [event].into_iter().chain(inner).collect();
        let mut told = Value::Null;
        for object in objects {
            for name in ["usage", "usageMetadata"] {
                match &object[name] {
                    Value::Null => {}
                    usage @ Value::Object(_) => {
                        check(api, usage, false)?;
                        told = usage.clone();
                    }
                    _ => return Err(INVALID),
                }
            }
            for name in ["model", "modelVersion"] {
                model = object[name].as_str().map(str::to_owned).or(model);
            }
        }
        let kind = event["type"].as_str().unwrap_or_default();
        complete |= match api {
            "anthropic" => kind == "message_stop",
            "openai_responses" => matches!(kind, "response.completed" | "response.incomplete"),
            _ => !told.is_null(),
        };
        match (told, api) {
            (Value::Null, _) => {}
            (Value::Object(told), "anthropic") => later = lay_over(&mut known, told, later),
            (told, _) => known = told,
        }
    }
    if known.is_null() {
        return Ok(object! { "type": "unknown" });
    }
    normal(api, model.as_deref(), &known, complete, later)
}

/// Lays a later usage over the known one. A total of cache writes that comes without its split leaves the known split as it
/// is, and what is above it is of no known time to live.
fn lay_over(known: &mut Value, mut told: Map<String, Value>, later: i64) -> i64 {
    let splits = |usage: &Value| {
        usage["cache_creation"].as_object().is_some_and(|split| split.values().any(|count| !count.is_null()))
    };
    let told_split =
        told.get("cache_creation").is_some_and(|split| splits(&serde_json::json!({"cache_creation": split})));
    let mut later = if told_split { 0 } else { later };
    if splits(known)
        && !told_split
        && let Some(total) = told.remove("cache_creation_input_tokens").as_ref().and_then(Value::as_i64)
    {
        let counts = known["cache_creation"].as_object().into_iter().flat_map(Map::values);
        let split: i64 = counts.filter_map(Value::as_i64).sum();
        later = (total - split).max(0);
        known["cache_creation_input_tokens"] = split.into();
    }
    merge(known, Value::Object(told));
    later
}

fn merge(known: &mut Value, told: Value) {
    match (known, told) {
        (Value::Object(known), Value::Object(told)) => {
            for (name, value) in told {
                let empty = value.as_array().is_some_and(Vec::is_empty);
                if !value.is_null() && !empty {
                    merge(known.entry(name).or_insert(Value::Null), value);
                }
            }
        }
        (known, told) => *known = told,
    }
}
