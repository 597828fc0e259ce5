//! OpenAI's usage objects, of chat completions and of responses. Their totals include every part: cached and written
//! tokens, audio and images are parts of the prompt, reasoning and audio are parts of the completion.

use super::{
    Counted, contradiction,
    read::{Field, Read, TIER, count as at, name, object},
    rest, usage_of,
};
use crate::{command::UnsplitWrites, error::Error, form::Path, price::class::UsageClass};

const PROMPT: usize = 0;
const COMPLETION: usize = 1;
const TOTAL: usize = 2;
const CACHED: usize = 3;
const WRITES: usize = 4;
const WRITES_30M: usize = 5;
const WRITES_12H: usize = 6;
const AUDIO_IN: usize = 7;
const IMAGE_IN: usize = 8;
const CACHED_AUDIO: usize = 9;
const CACHED_IMAGE: usize = 10;
const REASONING: usize = 11;
const AUDIO_OUT: usize = 12;
const IMAGE_OUT: usize = 13;

const INPUT_DETAILS: &[Field] = &[
    at("cached_tokens", CACHED),
    at("cache_write_tokens", WRITES),
    object("cache_write_tokens_details", &[at("ttl_30m_tokens", WRITES_30M), at("ttl_12h_tokens", WRITES_12H)]),
    at("audio_tokens", AUDIO_IN),
    at("image_tokens", IMAGE_IN),
    object("cached_tokens_details", &[at("audio_tokens", CACHED_AUDIO), at("image_tokens", CACHED_IMAGE)]),
];

const OUTPUT_DETAILS: &[Field] =
    &[at("reasoning_tokens", REASONING), at("audio_tokens", AUDIO_OUT), at("image_tokens", IMAGE_OUT)];

pub(super) const CHAT: &[Field] = &[
    at("prompt_tokens", PROMPT),
    at("completion_tokens", COMPLETION),
    at("total_tokens", TOTAL),
    object("prompt_tokens_details", INPUT_DETAILS),
    object("completion_tokens_details", OUTPUT_DETAILS),
    name("service_tier", TIER),
];

pub(super) const RESPONSES: &[Field] = &[
    at("input_tokens", PROMPT),
    at("output_tokens", COMPLETION),
    at("total_tokens", TOTAL),
    object("input_tokens_details", INPUT_DETAILS),
    object("output_tokens_details", OUTPUT_DETAILS),
    name("service_tier", TIER),
];

/// What the two objects call the same things.
pub(super) struct Names {
    input_details: &'static str,
    output_details: &'static str,
}

pub(super) const CHAT_NAMES: Names =
    Names { input_details: "prompt_tokens_details", output_details: "completion_tokens_details" };
pub(super) const RESPONSES_NAMES: Names =
    Names { input_details: "input_tokens_details", output_details: "output_tokens_details" };

pub(super) fn count(read: &Read<'_>, names: &Names, path: &Path<'_>) -> Result<Option<Counted>, Error> {
    let Some(prompt) = read.get(PROMPT) else { return Ok(None) };
    let details = path.field(names.input_details);
    let cached = read.or_zero(CACHED);
    let (cached_audio, cached_image) = (read.or_zero(CACHED_AUDIO), read.or_zero(CACHED_IMAGE));
    let cached_text = rest(cached, &[cached_audio, cached_image], &details.field("cached_tokens_details"))?;
    let audio = rest(read.or_zero(AUDIO_IN), &[cached_audio], &details.field("audio_tokens"))?;
    let image = rest(read.or_zero(IMAGE_IN), &[cached_image], &details.field("image_tokens"))?;

    let (write_30m, write_12h) = (read.or_zero(WRITES_30M), read.or_zero(WRITES_12H));
    let split = write_30m.saturating_add(write_12h);
    let writes = read.get(WRITES).unwrap_or(split);
    let unsplit = rest(writes, &[split], &details.field("cache_write_tokens_details"))?;
    if split > 0 && unsplit > 0 {
        let message = format!("the splits of `{writes}` add up to `{split}`: send the usage as the provider gave it");
        return Err(contradiction(&details.field("cache_write_tokens_details"), message));
    }
    let text = rest(prompt, &[cached, writes, audio, image], &details)?;

    let completion = read.get(COMPLETION);
    let written = completion.unwrap_or(0);
    let output_details = path.field(names.output_details);
    let reasoning = read.or_zero(REASONING);
    let (audio_out, image_out) = (read.or_zero(AUDIO_OUT), read.or_zero(IMAGE_OUT));
    // Where the total says so, reasoning stands beside the completion and not in it.
    let apart = match (completion, read.get(TOTAL)) {
        (Some(completion), Some(total)) => {
            let sum = prompt.saturating_add(completion);
            if total == sum {
                false
            } else if total == sum.saturating_add(reasoning) {
                true
            } else {
                let message = format!(
                    "`{total}` is not the sum of `{prompt}` and `{completion}`: send the usage as the provider gave it"
                );
                return Err(contradiction(&path.field("total_tokens"), message));
            }
        }
        _ => false,
    };
    let inside = if apart { 0 } else { reasoning };
    let text_out = match completion {
        Some(completion) => rest(completion, &[inside, audio_out, image_out], &output_details)?,
        None => written,
    };
    let output = if completion.is_some() { [text_out, reasoning, audio_out, image_out] } else { [0; 4] };
    let usage = usage_of(&[
        (UsageClass::Input, text),
        (UsageClass::CacheRead, cached_text),
        (UsageClass::CacheWrite30m, write_30m),
        (UsageClass::CacheWrite12h, write_12h),
        (UsageClass::InputAudio, audio),
        (UsageClass::InputImage, image),
        (UsageClass::CacheReadAudio, cached_audio),
        (UsageClass::CacheReadImage, cached_image),
        (UsageClass::Output, output[0]),
        (UsageClass::OutputReasoning, output[1]),
        (UsageClass::OutputAudio, output[2]),
        (UsageClass::OutputImage, output[3]),
    ]);
    let unsplit = UnsplitWrites { count: unsplit, short: UsageClass::CacheWrite30m, long: UsageClass::CacheWrite12h };
    Ok(Some(Counted { usage, unsplit: (unsplit.count > 0).then_some(unsplit), complete: completion.is_some() }))
}
