//! The normalisers of usage objects and streams: whatever a provider sends, nothing panics, no token is lost, and none is
//! made up.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use serde_json::{Value, json};
use tollgate::{
    command::{GivenPart, GivenUsage},
    price::{
        Book, CLAUDE, CacheWrite, PriceContext, Usage,
        usage_object::{Api, UsageStream, normalize},
    },
    wire::quote_row,
};

const WORDS: &[&str] = &[
    "input_tokens",
    "output_tokens",
    "cache_read_input_tokens",
    "cache_creation_input_tokens",
    "cache_creation",
    "ephemeral_5m_input_tokens",
    "ephemeral_1h_input_tokens",
    "server_tool_use",
    "web_search_requests",
    "output_tokens_details",
    "thinking_tokens",
    "service_tier",
    "speed",
    "inference_geo",
    "model",
    "iterations",
    "prompt_tokens",
    "completion_tokens",
    "total_tokens",
    "prompt_tokens_details",
    "completion_tokens_details",
    "input_tokens_details",
    "cached_tokens",
    "cache_write_tokens",
    "cache_write_tokens_details",
    "ttl_30m_tokens",
    "ttl_12h_tokens",
    "audio_tokens",
    "image_tokens",
    "cached_tokens_details",
    "reasoning_tokens",
    "promptTokenCount",
    "candidatesTokenCount",
    "thoughtsTokenCount",
    "toolUsePromptTokenCount",
    "cachedContentTokenCount",
    "totalTokenCount",
    "promptTokensDetails",
    "cacheTokensDetails",
    "toolUsePromptTokensDetails",
    "candidatesTokensDetails",
    "modality",
    "tokenCount",
    "TEXT",
    "AUDIO",
    "IMAGE",
    "DOCUMENT",
    "VIDEO",
    "trafficType",
    "ON_DEMAND",
    "standard",
    "batch",
    "fast",
    "us",
    "usage",
    "usageMetadata",
    "message",
    "response",
    "type",
    "message_start",
    "message_delta",
    "message_stop",
    "response.completed",
    "modelVersion",
    "context",
    "processing",
    "provider",
    "api",
    "at",
    "claude-sonnet-5",
    "2026-11-20T12:00:00Z",
    "anthropic",
    "default",
];

static BOOK: LazyLock<Book> = LazyLock::new(|| Book::parse(CLAUDE).expect("the book that ships"));

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    tollgate_fuzz::mutate(data, size, max_size, seed, WORDS)
});

fuzz_target!(|data: &[u8]| {
    let Some((choice, text)) = data.split_first() else { return };
    let Ok(text) = std::str::from_utf8(text) else { return };
    let api = Api::ALL[usize::from(choice & 3) % Api::ALL.len()];
    if choice & 4 != 0 {
        // A row of a usage log: always one answer in JSON.
        let answer: Value = serde_json::from_str(&quote_row(&BOOK, text)).expect("an answer is JSON");
        assert!(answer["usd"].is_string() != answer["error"]["code"].is_string(), "{answer}");
    } else if choice & 8 != 0 {
        stream(api, text);
    } else {
        object(api, text, choice & 16 == 0);
    }
});

fn object(api: Api, text: &str, complete: bool) {
    let Ok(given) = normalize(api, Some("m"), text, complete, "usage") else { return };
    let Ok(raw) = serde_json::from_str::<Value>(text) else { return };
    conserves(api, &given, &raw);
    // The same object as the last event of a stream is the same usage.
    if complete && raw.is_object() {
        let mut stream = UsageStream::new(api);
        let events = match api {
            Api::Anthropic => vec![
                json!({"type": "message_start", "message": {"model": "m", "usage": raw}}),
                json!({"type": "message_delta", "usage": raw}),
                json!({"type": "message_stop"}),
            ],
            Api::OpenaiResponses => vec![json!({"type": "response.completed", "response": {"model": "m", "usage": raw}})],
            Api::OpenaiChat => vec![json!({"model": "m", "usage": null}), json!({"model": "m", "usage": raw})],
            Api::Gemini => vec![json!({"modelVersion": "m", "usageMetadata": raw})],
        };
        for event in events {
            stream.event(&event.to_string()).expect("an object that is read by itself is read in an event");
        }
        assert_eq!(stream.usage().expect("the same object"), given);
    }
}

/// The events of a stream, as a list: whatever they are, the stream has an answer, which repeating the last event does not
/// change.
fn stream(api: Api, text: &str) {
    let Ok(Value::Array(events)) = serde_json::from_str::<Value>(text) else {
        let _ = UsageStream::new(api).event(text);
        return;
    };
    let mut stream = UsageStream::new(api);
    for event in &events {
        let before = stream.clone();
        if stream.event(&event.to_string()).is_err() {
            assert_eq!(before.usage().ok(), stream.usage().ok(), "an event that is refused is passed over");
        }
    }
    let answer = stream.usage();
    if let Some(last) = events.last() {
        let _ = stream.event(&last.to_string());
        assert_eq!(stream.usage().ok(), answer.ok(), "counts are cumulative");
    }
}

fn parts(given: &GivenUsage) -> &[GivenPart] {
    match given {
        GivenUsage::Final(parts) | GivenUsage::Partial(parts) => parts,
        GivenUsage::Unknown => &[],
    }
}

/// What the provider counted, read and written.
fn counted(api: Api, raw: &Value) -> (u64, u64) {
    let sum = |names: &[&str]| names.iter().map(|name| raw[name].as_u64().unwrap_or(0)).sum::<u64>();
    match api {
        Api::Anthropic => {
            let iterations = raw["iterations"].as_array().filter(|list| !list.is_empty());
            if let Some(iterations) = iterations {
                let each = iterations.iter().map(|iteration| counted(api, iteration));
                return each.fold((0, 0), |(read, wrote), (more, again)| (read + more, wrote + again));
            }
            let split = &raw["cache_creation"];
            let split = ["ephemeral_5m_input_tokens", "ephemeral_1h_input_tokens"].map(|name| split[name].as_u64());
            let writes = match split {
                [None, None] => sum(&["cache_creation_input_tokens"]),
                split => split.into_iter().flatten().sum(),
            };
            (sum(&["input_tokens", "cache_read_input_tokens"]) + writes, sum(&["output_tokens"]))
        }
        Api::Gemini => (
            sum(&["promptTokenCount", "toolUsePromptTokenCount"]),
            sum(&["candidatesTokenCount", "thoughtsTokenCount"]),
        ),
        Api::OpenaiChat | Api::OpenaiResponses => {
            let [read, wrote, details] = if api == Api::OpenaiChat {
                ["prompt_tokens", "completion_tokens", "completion_tokens_details"]
            } else {
                ["input_tokens", "output_tokens", "output_tokens_details"]
            };
            let (read, wrote) = (sum(&[read]), sum(&[wrote]));
            let reasoning = raw[details]["reasoning_tokens"].as_u64().unwrap_or(0);
            // The total shows whether reasoning stands beside the completion.
            let beside = raw["total_tokens"].as_u64().is_some_and(|total| total != read + wrote);
            (read, if beside { wrote + reasoning } else { wrote })
        }
    }
}

fn conserves(api: Api, given: &GivenUsage, raw: &Value) {
    let as_asked = |part: &GivenPart, asked| part.counted(asked, None, PriceContext::default());
    let usages: Vec<Usage> = parts(given).iter().map(|part| as_asked(part, CacheWrite::None)).collect();
    if usages.is_empty() {
        return;
    }
    let (read, wrote) = counted(api, raw);
    let sum = |of: fn(&Usage) -> u64| usages.iter().map(of).sum::<u64>();
    assert_eq!(sum(Usage::prompt), read, "{given:?}");
    let known = matches!(given, GivenUsage::Final(_));
    assert_eq!(sum(Usage::all_output), if known { wrote } else { 0 }, "{given:?}");
    for asked in [CacheWrite::TwelveHours, CacheWrite::Any] {
        let split: u64 = parts(given).iter().map(|part| as_asked(part, asked).prompt()).sum();
        assert_eq!(split, read, "writes are as many, however long they live");
    }
}
