//! What must hold of every usage object of a provider: no token is lost and none is made up, and a stream tells what its
//! last object tells.

use serde_json::{Value, json};
use tollgate::{
    command::{GivenPart, GivenUsage},
    price::{
        CacheWrite, PriceContext, Usage,
        usage_object::{Api, UsageStream, normalize},
    },
};

use super::random::{
    dice::Dice,
    usage::{APIS, object},
};

fn parts(given: &GivenUsage) -> &[GivenPart] {
    match given {
        GivenUsage::Final(parts) | GivenUsage::Partial(parts) => parts,
        GivenUsage::Unknown => &[],
    }
}

fn count(raw: &Value, names: &[&str]) -> u64 {
    names.iter().map(|name| raw[name].as_u64().unwrap_or(0)).sum()
}

/// What the provider counted, read and written.
fn counted(api: Api, raw: &Value) -> (u64, u64) {
    match api {
        Api::Anthropic => match raw["iterations"].as_array().filter(|list| !list.is_empty()) {
            Some(iterations) => iterations
                .iter()
                .map(|iteration| counted(api, iteration))
                .fold((0, 0), |sum, part| (sum.0 + part.0, sum.1 + part.1)),
            None => {
                let split = &raw["cache_creation"];
                let writes = if split.is_object() {
                    count(split, &["ephemeral_5m_input_tokens", "ephemeral_1h_input_tokens"])
                } else {
                    count(raw, &["cache_creation_input_tokens"])
                };
                (count(raw, &["input_tokens", "cache_read_input_tokens"]) + writes, count(raw, &["output_tokens"]))
            }
        },
        Api::Gemini => (
            count(raw, &["promptTokenCount", "toolUsePromptTokenCount"]),
            count(raw, &["candidatesTokenCount", "thoughtsTokenCount"]),
        ),
        Api::OpenaiChat => openai(raw, ["prompt_tokens", "completion_tokens", "completion_tokens_details"]),
        Api::OpenaiResponses => openai(raw, ["input_tokens", "output_tokens", "output_tokens_details"]),
    }
}

fn openai(raw: &Value, [read, wrote, details]: [&str; 3]) -> (u64, u64) {
    let (read, wrote) = (count(raw, &[read]), count(raw, &[wrote]));
    let beside = raw["total_tokens"].as_u64().is_some_and(|total| total != read + wrote);
    (read, wrote + if beside { count(&raw[details], &["reasoning_tokens"]) } else { 0 })
}

/// Random consistent objects.
fn each(seed: u64, many: usize, mut look: impl FnMut(&mut Dice, Api, &Value)) {
    let mut dice = Dice::new(seed);
    for _ in 0..many {
        let name = *dice.pick(&APIS);
        let api = Api::from_name(name).expect("an api");
        let raw = object(&mut dice, &Value::Null, name);
        look(&mut dice, api, &raw);
    }
}

#[test]
fn a_normalised_usage_has_the_tokens_that_the_provider_counted() {
    let (mut whole, mut unsplit) = (0, 0);
    each(1, 100_000, |_, api, raw| {
        let given =
            normalize(api, Some("m"), &raw.to_string(), true, "usage").unwrap_or_else(|error| panic!("{raw}: {error}"));
        if parts(&given).is_empty() {
            return;
        }
        let (read, wrote) = counted(api, raw);
        let sum = |asked: CacheWrite, of: fn(&Usage) -> u64| -> u64 {
            parts(&given).iter().map(|part| of(&part.counted(asked, None, PriceContext::default()))).sum()
        };
        for asked in [CacheWrite::None, CacheWrite::OneHour, CacheWrite::Any] {
            assert_eq!(sum(asked, Usage::prompt), read, "{raw}");
            assert_eq!(sum(asked, |usage| usage.uncached() + usage.all_cache_reads()), read, "{raw}");
        }
        let known = matches!(given, GivenUsage::Final(_));
        assert_eq!(sum(CacheWrite::None, Usage::all_output), if known { wrote } else { 0 }, "{raw}");
        whole += u64::from(known);
        unsplit += u64::from(parts(&given).iter().any(|part| part.unsplit_writes.is_some()));
    });
    assert!(whole > 50_000 && unsplit > 500, "only {whole} usages are whole, {unsplit} with writes that are not split");
}

/// A part of a count, as a stream would have told it earlier.
fn earlier(dice: &mut Dice, count: &Value) -> Value {
    count.as_u64().map_or(Value::Null, |count| json!(dice.below(count + 1)))
}

fn events(dice: &mut Dice, api: Api, raw: &Value) -> Vec<Value> {
    match api {
        Api::Anthropic => {
            let mut first = raw.clone();
            first["output_tokens"] = earlier(dice, &raw["output_tokens"]);
            for later in ["output_tokens_details", "iterations"] {
                first.as_object_mut().expect("an object").remove(later);
            }
            let mut events = vec![
                json!({"type": "message_start", "message": {"model": "m", "usage": first}}),
                json!({"type": "ping"}),
            ];
            for _ in 0..dice.below(3) {
                let output = earlier(dice, &raw["output_tokens"]);
                events.push(json!({"type": "message_delta", "usage": {"output_tokens": output}}));
            }
            events.push(json!({"type": "message_delta", "usage": raw}));
            events.push(json!({"type": "message_stop"}));
            events
        }
        Api::OpenaiChat => vec![
            json!({"model": "m", "choices": [], "usage": null}),
            json!({"model": "m", "usage": {"prompt_tokens": raw["prompt_tokens"], "completion_tokens": 0}}),
            json!({"model": "m", "choices": [], "usage": raw}),
        ],
        Api::OpenaiResponses => vec![
            json!({"type": "response.created", "response": {"model": "m", "usage": null}}),
            json!({"type": "response.completed", "response": {"model": "m", "usage": raw}}),
        ],
        Api::Gemini => vec![
            json!({"modelVersion": "m", "usageMetadata": {"promptTokenCount": raw["promptTokenCount"]}}),
            json!({"modelVersion": "m", "usageMetadata": raw}),
        ],
    }
}

#[test]
fn a_stream_of_cumulative_events_is_the_usage_of_its_last_object() {
    each(2, 50_000, |dice, api, raw| {
        let mut stream = UsageStream::new(api);
        for event in events(dice, api, raw) {
            stream.event(&event.to_string()).unwrap_or_else(|error| panic!("{event}: {error}"));
        }
        let expected = normalize(api, Some("m"), &raw.to_string(), true, "usage").expect("a consistent object");
        assert_eq!(stream.usage().expect("a consistent stream"), expected, "{raw}");
    });
}

#[test]
fn a_stream_that_breaks_off_is_never_a_whole_usage() {
    let mut partial = 0;
    each(3, 20_000, |dice, api, raw| {
        if matches!(api, Api::OpenaiChat | Api::Gemini) {
            // Their last chunk that tells a usage is the whole of it.
            return;
        }
        let mut events = events(dice, api, raw);
        events.pop();
        let mut stream = UsageStream::new(api);
        for event in events {
            stream.event(&event.to_string()).unwrap_or_else(|error| panic!("{event}: {error}"));
        }
        match stream.usage().expect("a consistent stream") {
            GivenUsage::Final(_) => panic!("a broken stream is whole: {raw}"),
            GivenUsage::Partial(parts) => {
                partial += 1;
                assert!(parts.iter().all(|part| part.usage.all_output() == 0));
            }
            GivenUsage::Unknown => {}
        }
    });
    assert!(partial > 1_000, "only {partial} streams were seen in part");
}
