//! Gemini's usage metadata. The prompt includes what was cached; thoughts stand beside the candidates, and what tools
//! gave back beside the prompt. Counts of zero are left out, and the total tells them from what is missing.

use super::{
    Counted, contradiction,
    read::{Field, Node, Read, TIER, count as at, name},
    rest, usage_of,
};
use crate::{error::Error, form::Path, price::class::UsageClass};

const PROMPT: usize = 0;
const CANDIDATES: usize = 1;
const THOUGHTS: usize = 2;
const TOOLS: usize = 3;
const CACHED: usize = 4;
const TOTAL: usize = 5;
/// Slots of text, audio, image and video in the prompt.
const PROMPT_BY: [usize; 4] = [6, 7, 8, 9];
/// The same of what was cached.
const CACHED_BY: [usize; 4] = [10, 11, 12, 13];
/// The same of what tools gave back.
const TOOLS_BY: [usize; 4] = [14, 15, 16, 17];
/// The same of the candidates.
const CANDIDATES_BY: [usize; 4] = [18, 19, 20, 21];

const fn modalities(slots: [usize; 4]) -> [(&'static str, usize); 6] {
    let [text, audio, image, video] = slots;
    // A modality that is not said is text, and documents are read as images.
    [
        ("TEXT", text),
        ("MODALITY_UNSPECIFIED", text),
        ("AUDIO", audio),
        ("IMAGE", image),
        ("DOCUMENT", image),
        ("VIDEO", video),
    ]
}

const fn by(name: &'static str, slots: &'static [(&'static str, usize)]) -> Field {
    Field { name, node: Node::Modalities(slots) }
}

pub(super) const SHAPE: &[Field] = &[
    at("promptTokenCount", PROMPT),
    at("candidatesTokenCount", CANDIDATES),
    at("thoughtsTokenCount", THOUGHTS),
    at("toolUsePromptTokenCount", TOOLS),
    at("cachedContentTokenCount", CACHED),
    at("totalTokenCount", TOTAL),
    by("promptTokensDetails", &modalities(PROMPT_BY)),
    by("cacheTokensDetails", &modalities(CACHED_BY)),
    by("toolUsePromptTokensDetails", &modalities(TOOLS_BY)),
    by("candidatesTokensDetails", &modalities(CANDIDATES_BY)),
    name("trafficType", TIER),
];

pub(super) fn count(read: &Read<'_>, path: &Path<'_>) -> Result<Option<Counted>, Error> {
    let Some(prompt) = read.get(PROMPT) else { return Ok(None) };
    let (thoughts, tools, cached) = (read.or_zero(THOUGHTS), read.or_zero(TOOLS), read.or_zero(CACHED));
    let mut candidates = read.get(CANDIDATES);
    if let Some(total) = read.get(TOTAL) {
        let rest = [prompt, candidates.unwrap_or(0), thoughts, tools];
        let sum = rest.iter().fold(0_u64, |sum, part| sum.saturating_add(*part));
        if sum != total {
            let message =
                format!("the counts add up to `{sum}`, and not to `{total}`: send the usage as the provider gave it");
            return Err(contradiction(&path.field("totalTokenCount"), message));
        }
        candidates = candidates.or(Some(0));
    }
    let in_prompt = split(read, prompt, PROMPT_BY, &path.field("promptTokensDetails"))?;
    let in_cache = split(read, cached, CACHED_BY, &path.field("cacheTokensDetails"))?;
    let in_tools = split(read, tools, TOOLS_BY, &path.field("toolUsePromptTokensDetails"))?;
    let written = split(read, candidates.unwrap_or(0), CANDIDATES_BY, &path.field("candidatesTokensDetails"))?;
    // What was cached is a part of the prompt, modality by modality.
    let mut uncached = [0; 4];
    for ((place, whole), part) in uncached.iter_mut().zip(in_prompt).zip(in_cache) {
        *place = rest(whole, &[part], &path.field("cacheTokensDetails"))?;
    }
    let complete = candidates.is_some();
    let input = [UsageClass::Input, UsageClass::InputAudio, UsageClass::InputImage, UsageClass::InputVideo];
    let cache =
        [UsageClass::CacheRead, UsageClass::CacheReadAudio, UsageClass::CacheReadImage, UsageClass::CacheReadVideo];
    let output = [UsageClass::Output, UsageClass::OutputAudio, UsageClass::OutputImage, UsageClass::OutputVideo];
    let mut counts = [(UsageClass::OutputReasoning, if complete { thoughts } else { 0 }); 17];
    let classes = input.iter().zip(uncached).chain(input.iter().zip(in_tools));
    let classes = classes.chain(cache.iter().zip(in_cache)).chain(output.iter().zip(written));
    for (place, (class, count)) in counts.iter_mut().skip(1).zip(classes) {
        *place = (*class, count);
    }
    Ok(Some(Counted { usage: usage_of(&counts), unsplit: None, complete }))
}

/// A total as text, audio, images and video: what no detail names is text.
fn split(read: &Read<'_>, total: u64, slots: [usize; 4], path: &Path<'_>) -> Result<[u64; 4], Error> {
    let [text, audio, image, video] = slots.map(|slot| read.or_zero(slot));
    let unnamed = rest(total, &[text, audio, image, video], path)?;
    Ok([text.saturating_add(unnamed), audio, image, video])
}
