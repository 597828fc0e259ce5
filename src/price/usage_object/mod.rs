//! Usage objects as providers give them, in disjoint classes.
//!
//! Where each provider's counts stand is data: a [`Field`] tree in the provider's file. One reader takes the counts out of
//! a response's text, and the provider's rule makes classes of them. Missing and zero are different: a count that is missing
//! is not known, so that the usage is partial or unknown, never free. Counts that contradict each other are an error with
//! the path of the contradiction. No object counts the request itself: each of its parts is a call, and its card knows
//! whether that has a fee.
//!
//! ```
//! use tollgate::price::usage_object::{Api, normalize};
//! let usage = r#"{"prompt_tokens":100,"completion_tokens":20,"prompt_tokens_details":{"cached_tokens":60}}"#;
//! let given = normalize(Api::OpenaiChat, Some("gpt-5"), usage, true, "usage")?;
//! let tollgate::command::GivenUsage::Final(parts) = given else { unreachable!() };
//! assert_eq!((parts[0].usage.input, parts[0].usage.cache_read, parts[0].usage.output), (40, 60, 20));
//! # Ok::<(), tollgate::error::Error>(())
//! ```

mod anthropic;
mod gemini;
mod openai;
mod read;
mod stream;

use self::read::Read;
pub use self::{
    read::{Field, MISSING, Node, SLOTS},
    stream::UsageStream,
};
use super::{
    class::UsageClass,
    usage::{InferenceGeo, ServiceTier, Speed, Usage},
};
use crate::{
    command::{GivenPart, GivenUsage, UnsplitWrites},
    error::{Error, ErrorKind, shown},
    form::{Path, text::Text},
    short::Short,
};

crate::names! {
    /// Whose usage object it is.
    pub enum Api {
        /// Anthropic's Messages API.
        Anthropic = "anthropic",
        /// OpenAI's Chat Completions API, and those that are made like it.
        OpenaiChat = "openai_chat",
        /// OpenAI's Responses API.
        OpenaiResponses = "openai_responses",
        /// Google's Gemini API.
        Gemini = "gemini",
    }
}

impl Api {
    /// The API of a provider, by the name that price catalogues give it: `chat`, `responses`, `anthropic` or `default`.
    #[must_use]
    pub fn of(provider: &str, flavor: &str) -> Option<Self> {
        Some(match (flavor, provider) {
            ("chat", _) => Self::OpenaiChat,
            ("responses", _) => Self::OpenaiResponses,
            ("anthropic", _) | ("default", "anthropic") => Self::Anthropic,
            ("gemini", _) | ("default", "google") => Self::Gemini,
            ("default", _) => Self::OpenaiChat,
            _ => return Self::from_name(flavor),
        })
    }

    /// Where its counts stand.
    #[must_use]
    pub const fn shape(self) -> &'static [Field] {
        match self {
            Self::Anthropic => anthropic::SHAPE,
            Self::OpenaiChat => openai::CHAT,
            Self::OpenaiResponses => openai::RESPONSES,
            Self::Gemini => gemini::SHAPE,
        }
    }
}

/// The usage of a response (`complete`) or of as much of its stream as was seen, from its JSON text.
///
/// # Errors
/// [`contradictory_usage`](ErrorKind::ContradictoryUsage) with the path of a count that is no count, or is contradicted by
/// another; [`unpriced_context`](ErrorKind::UnpricedContext) for a tier, speed or place that is unknown.
pub fn normalize(api: Api, model: Option<&str>, usage: &str, complete: bool, root: &str) -> Result<GivenUsage, Error> {
    let mut text = Text::new(usage);
    let path = Path::Root(root);
    let read = read::read_object(&mut text, api.shape(), &path)?;
    text.end()?;
    match read {
        Some(read) => classes(api, model, &read, complete, &path),
        None => Ok(GivenUsage::Unknown),
    }
}

/// The classes of counts that a host took out of a usage object by itself: one for each slot of the API's shape, in the
/// order of the slots; [`MISSING`] where there is none. `None` where not even the input is known.
///
/// # Errors
/// As [`normalize`].
pub fn count(api: Api, counts: [u64; SLOTS]) -> Result<Option<Counted>, Error> {
    api.count(&Read::of(counts), &Path::Root("usage"))
}

fn classes(
    api: Api,
    model: Option<&str>,
    read: &Read<'_>,
    complete: bool,
    path: &Path<'_>,
) -> Result<GivenUsage, Error> {
    let context = Context::of(read, path)?;
    let model = model.map(Into::into);
    let mut parts: Short<GivenPart, 1> = Short::new();
    let mut known = true;
    if read.parts.is_empty() {
        let Some(counted) = api.count(read, path)? else { return Ok(GivenUsage::Unknown) };
        known = counted.complete;
        parts.push(part(model, counted, &context));
    } else {
        // The parts replace the totals, which must be there all the same.
        let Some(total) = api.count(read, path)? else { return Ok(GivenUsage::Unknown) };
        let list = path.field("iterations");
        for (index, iteration) in read.parts.iter().enumerate() {
            let path = list.item(index);
            let Some(counted) = api.count(iteration, &path)? else { return Ok(GivenUsage::Unknown) };
            known &= counted.complete;
            let own = iteration.name(read::MODEL).map(Into::into);
            parts.push(part(own.or_else(|| model.clone()), counted, &context));
        }
        // Searches are counted for the whole response.
        let mut searches = total.usage.web_searches;
        for part in &mut parts {
            part.usage.web_searches = std::mem::take(&mut searches);
        }
    }
    if complete && known {
        return Ok(GivenUsage::Final(parts));
    }
    for part in &mut parts {
        part.usage = std::mem::take(&mut part.usage).without_output();
    }
    Ok(GivenUsage::Partial(parts))
}

impl Api {
    /// The classes of counts; `None` where not even the input is known.
    fn count(self, read: &Read<'_>, path: &Path<'_>) -> Result<Option<Counted>, Error> {
        match self {
            Self::Anthropic => anthropic::count(read, path),
            Self::OpenaiChat => openai::count(read, &openai::CHAT_NAMES, path),
            Self::OpenaiResponses => openai::count(read, &openai::RESPONSES_NAMES, path),
            Self::Gemini => gemini::count(read, path),
        }
    }
}

fn part(model: Option<Box<str>>, counted: Counted, context: &Context) -> GivenPart {
    GivenPart {
        model,
        usage: counted.usage,
        unsplit_writes: counted.unsplit,
        is_call: true,
        unseen_time: false,
        speed: context.speed,
        inference_geo: context.inference_geo,
        service_tier: context.service_tier,
    }
}

/// What one object counts.
#[derive(Clone, Debug)]
pub struct Counted {
    /// The classes.
    pub usage: Usage,
    /// Cache writes beside them of which the provider does not tell how long they live.
    pub unsplit: Option<UnsplitWrites>,
    /// Whether the output is known.
    pub complete: bool,
}

/// The context of a usage, each `None` where it is not said.
#[derive(Clone, Copy, Default)]
struct Context {
    speed: Option<Speed>,
    inference_geo: Option<InferenceGeo>,
    service_tier: Option<ServiceTier>,
}

impl Context {
    fn of(read: &Read<'_>, path: &Path<'_>) -> Result<Self, Error> {
        let unknown = |field: &str, name: &str| {
            let message = format!("`{}` is unknown: its price is not known either", shown(name));
            Err(Error::new(ErrorKind::UnpricedContext, message).at(path.field(field).to_string()))
        };
        let mut context = Self::default();
        if let Some(name) = read.name(read::TIER) {
            context.service_tier = match tier(name) {
                Some(tier) => tier,
                None => return unknown("service_tier", name),
            };
        }
        if let Some(name) = read.name(read::SPEED) {
            context.speed = match Speed::from_name(name) {
                Some(speed) => Some(speed),
                None => return unknown("speed", name),
            };
        }
        if let Some(name) = read.name(read::GEO) {
            // Models that do not choose where they run say so.
            let name = if name == "not_available" { "global" } else { name };
            context.inference_geo = match InferenceGeo::from_name(name) {
                Some(geo) => Some(geo),
                None => return unknown("inference_geo", name),
            };
        }
        Ok(context)
    }
}

/// A service tier as any provider names it; the inner `None` is one that is not said.
#[must_use]
pub fn tier(name: &str) -> Option<Option<ServiceTier>> {
    Some(match name {
        // OpenAI's name of the usual tier, and Google's of the usual traffic.
        "default" | "ON_DEMAND" => Some(ServiceTier::Standard),
        "ON_DEMAND_FLEX" => Some(ServiceTier::Flex),
        "ON_DEMAND_PRIORITY" => Some(ServiceTier::Priority),
        "auto" | "TRAFFIC_TYPE_UNSPECIFIED" => None,
        other => Some(ServiceTier::from_name(other)?),
    })
}

/// What contradicts itself, at a path.
fn contradiction(path: &Path<'_>, message: String) -> Error {
    Error::new(ErrorKind::ContradictoryUsage, message).at(path.to_string())
}

/// What is left of a whole without its parts.
fn rest(whole: u64, parts: &[u64], path: &Path<'_>) -> Result<u64, Error> {
    let sum = parts.iter().fold(0_u64, |sum, part| sum.saturating_add(*part));
    whole.checked_sub(sum).ok_or_else(|| {
        let message =
            format!("the parts of `{whole}` add up to `{sum}`, which is more: send the usage as the provider gave it");
        contradiction(path, message)
    })
}

/// Sets the classes that are counted.
fn usage_of(counts: &[(UsageClass, u64)]) -> Usage {
    let mut usage = Usage::default();
    for (class, count) in counts.iter().filter(|(_, count)| *count > 0) {
        usage.set(*class, usage.count(*class).saturating_add(*count));
    }
    usage
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn searches_of_iterations_are_counted_once() {
        let usage = r#"{"input_tokens":1,"output_tokens":1,"server_tool_use":{"web_search_requests":3},"iterations":[
            {"input_tokens":1,"output_tokens":1,"server_tool_use":{"web_search_requests":1}},
            {"input_tokens":1,"output_tokens":1,"server_tool_use":{"web_search_requests":2}}]}"#;
        let GivenUsage::Final(parts) = normalize(Api::Anthropic, None, usage, true, "usage").unwrap() else {
            panic!("the usage is complete")
        };
        assert_eq!(parts.iter().map(|part| part.usage.web_searches).collect::<Vec<_>>(), [3, 0]);
    }
}
