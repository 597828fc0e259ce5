//! Anthropic's usage object. Its input classes are disjoint; `iterations[]`, where there are any, replace the totals, each
//! billed at its own model.

use super::{
    Counted, contradiction,
    read::{self, Field, GEO, MODEL, Node, Read, SPEED, TIER, name, object},
    rest,
};
use crate::{
    command::UnsplitWrites,
    error::Error,
    form::Path,
    price::{class::UsageClass, usage::Usage},
};

const INPUT: usize = 0;
const OUTPUT: usize = 1;
const CACHE_READ: usize = 2;
pub(super) const WRITES: usize = 3;
pub(super) const WRITES_5M: usize = 4;
pub(super) const WRITES_1H: usize = 5;
const SEARCHES: usize = 6;
const THINKING: usize = 7;
/// Writes that a stream counted after it had told how the earlier ones split.
pub(super) const WRITES_LATER: usize = 8;

pub(super) const SHAPE: &[Field] = &[
    read::count("input_tokens", INPUT),
    read::count("output_tokens", OUTPUT),
    read::count("cache_read_input_tokens", CACHE_READ),
    read::count("cache_creation_input_tokens", WRITES),
    object(
        "cache_creation",
        &[read::count("ephemeral_5m_input_tokens", WRITES_5M), read::count("ephemeral_1h_input_tokens", WRITES_1H)],
    ),
    object("server_tool_use", &[read::count("web_search_requests", SEARCHES)]),
    object("output_tokens_details", &[read::count("thinking_tokens", THINKING)]),
    name("service_tier", TIER),
    name("speed", SPEED),
    name("inference_geo", GEO),
    name("model", MODEL),
    Field { name: "iterations", node: Node::Parts },
];

pub(super) fn count(read: &Read<'_>, path: &Path<'_>) -> Result<Option<Counted>, Error> {
    let Some(input) = read.get(INPUT) else { return Ok(None) };
    let split = read.get(WRITES_5M).or_else(|| read.get(WRITES_1H)).is_some();
    let (write_5m, write_1h) = (read.or_zero(WRITES_5M), read.or_zero(WRITES_1H));
    let writes = read.get(WRITES);
    let sum = write_5m.saturating_add(write_1h);
    if split && writes.is_some_and(|writes| writes != sum) {
        let message = format!(
            "the splits `{write_5m}` and `{write_1h}` do not add up to `cache_creation_input_tokens` `{}`: send the usage as the provider gave it",
            writes.unwrap_or(0)
        );
        return Err(contradiction(&path.field("cache_creation"), message));
    }
    let unsplit = if split { read.or_zero(WRITES_LATER) } else { writes.unwrap_or(0) };
    let output = read.get(OUTPUT);
    if let (Some(output), Some(thinking)) = (output, read.get(THINKING)) {
        rest(output, &[thinking], &path.field("output_tokens_details"))?;
    }
    let usage = Usage {
        input,
        cache_read: read.or_zero(CACHE_READ),
        cache_write_5m: write_5m,
        cache_write_1h: write_1h,
        output: output.unwrap_or(0),
        web_searches: read.or_zero(SEARCHES),
        ..Usage::default()
    };
    let unsplit = UnsplitWrites { count: unsplit, short: UsageClass::CacheWrite5m, long: UsageClass::CacheWrite1h };
    Ok(Some(Counted { usage, unsplit: (unsplit.count > 0).then_some(unsplit), complete: output.is_some() }))
}
