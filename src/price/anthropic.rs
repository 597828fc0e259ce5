//! Anthropic's usage object, as a Messages response carries it, in disjoint classes.
//!
//! Missing and zero are different: a count that is missing is not known, so that the usage is partial, never free.
//! `iterations[]`, where there are any, replace the totals: each is billed at its own model.

use smallvec::SmallVec;

use super::{InferenceGeo, LARGEST_COUNT, ServiceTier, Speed, Usage};
use crate::{
    command::{GivenPart, GivenUsage},
    error::Error,
    form::{Json, Path},
};

/// The context of a usage, each `None` where it is not said.
#[derive(Clone, Copy, Default)]
struct Context {
    speed: Option<Speed>,
    inference_geo: Option<InferenceGeo>,
    service_tier: Option<ServiceTier>,
}

/// The usage of a response (`complete`) or of as much of its stream as was seen.
///
/// # Errors
/// With the path of a count that is negative, no whole number or contradicted by its parts, or of a context that is unknown.
pub fn usage(model: Option<&str>, raw: &Json, complete: bool, path: &Path<'_>) -> Result<GivenUsage, Error> {
    if raw.get("input_tokens").is_none_or(|value| *value == Json::Null) && matches!(raw, Json::Object(_)) {
        return Ok(GivenUsage::Unknown);
    }
    let context = context(raw, path)?;
    let model: Option<Box<str>> = model.map(Into::into);
    let top = counts(raw, path)?;
    let searches = searches(raw, path)?;
    let mut parts: SmallVec<[GivenPart; 1]> = SmallVec::new();
    let mut known = top.output.is_some();
    match raw.get("iterations") {
        Some(Json::Array(iterations)) if !iterations.is_empty() => {
            let list = path.field("iterations");
            for (index, iteration) in iterations.iter().enumerate() {
                let path = list.item(index);
                let counts = counts(iteration, &path)?;
                known &= counts.output.is_some();
                let own = match iteration.get("model") {
                    Some(Json::String(name)) => Some(name.as_str().into()),
                    _ => model.clone(),
                };
                parts.push(part(own, counts, context));
            }
        }
        _ => parts.push(part(model, top, context)),
    }
    if let Some(first) = parts.first_mut() {
        first.usage.web_searches = searches;
    }
    if complete && known {
        return Ok(GivenUsage::Final(parts));
    }
    parts.iter_mut().for_each(|part| part.usage.output = 0);
    Ok(GivenUsage::Partial(parts))
}

struct Counts {
    usage: Usage,
    output: Option<u64>,
}

fn part(model: Option<Box<str>>, counts: Counts, context: Context) -> GivenPart {
    let usage = Usage { output: counts.output.unwrap_or(0), ..counts.usage };
    GivenPart {
        model,
        usage,
        speed: context.speed,
        inference_geo: context.inference_geo,
        service_tier: context.service_tier,
    }
}

fn counts(raw: &Json, path: &Path<'_>) -> Result<Counts, Error> {
    let whole = |name| count(raw, name, path);
    let writes = whole("cache_creation_input_tokens")?;
    let split = match raw.get("cache_creation") {
        Some(split @ Json::Object(_)) => {
            let path = path.field("cache_creation");
            let five_minutes = count(split, "ephemeral_5m_input_tokens", &path)?;
            let one_hour = count(split, "ephemeral_1h_input_tokens", &path)?;
            five_minutes.or(one_hour).map(|_| (five_minutes.unwrap_or(0), one_hour.unwrap_or(0)))
        }
        _ => None,
    };
    let (cache_write_5m, cache_write_1h) = match (split, writes) {
        (Some((five_minutes, one_hour)), Some(total)) if five_minutes.saturating_add(one_hour) != total => {
            let message = format!(
                "the splits `{five_minutes}` and `{one_hour}` do not add up to `cache_creation_input_tokens` `{total}`: send the usage as the provider gave it"
            );
            return Err(Error::invalid(message).at(path.field("cache_creation").to_string()));
        }
        (Some(split), _) => split,
        (None, total) => (total.unwrap_or(0), 0),
    };
    let usage = Usage {
        input: whole("input_tokens")?.unwrap_or(0),
        cache_read: whole("cache_read_input_tokens")?.unwrap_or(0),
        cache_write_5m,
        cache_write_1h,
        ..Usage::default()
    };
    Ok(Counts { usage, output: whole("output_tokens")? })
}

fn searches(raw: &Json, path: &Path<'_>) -> Result<u64, Error> {
    match raw.get("server_tool_use") {
        Some(tools @ Json::Object(_)) => {
            Ok(count(tools, "web_search_requests", &path.field("server_tool_use"))?.unwrap_or(0))
        }
        _ => Ok(0),
    }
}

fn count(raw: &Json, name: &str, path: &Path<'_>) -> Result<Option<u64>, Error> {
    match raw.get(name) {
        None | Some(Json::Null) => Ok(None),
        Some(Json::Integer(value)) if (0..=i128::from(LARGEST_COUNT)).contains(value) => Ok(u64::try_from(*value).ok()),
        Some(other) => {
            let message = format!(
                "`{}` is no count of tokens: send a whole number from 0 to {LARGEST_COUNT}",
                crate::error::shown(&other.to_text())
            );
            Err(Error::invalid(message).at(path.field(name).to_string()))
        }
    }
}

fn context(raw: &Json, path: &Path<'_>) -> Result<Context, Error> {
    let name = |field| match raw.get(field) {
        Some(Json::String(name)) => Some(name.as_str()),
        _ => None,
    };
    let unknown = |field: &str, name: &str| {
        let message = format!("`{}` is unknown: its price is not known either", crate::error::shown(name));
        Err(Error::invalid(message).at(path.field(field).to_string()))
    };
    let speed = match name("speed") {
        None => None,
        Some(name) => match Speed::from_name(name) {
            Some(speed) => Some(speed),
            None => return unknown("speed", name),
        },
    };
    let inference_geo = match name("inference_geo") {
        None => None,
        // Models that do not choose where they run say so.
        Some("not_available") => Some(InferenceGeo::Global),
        Some(name) => match InferenceGeo::from_name(name) {
            Some(geo) => Some(geo),
            None => return unknown("inference_geo", name),
        },
    };
    let service_tier = match name("service_tier") {
        None => None,
        Some(name) => match ServiceTier::from_name(name) {
            Some(tier) => Some(tier),
            None => return unknown("service_tier", name),
        },
    };
    Ok(Context { speed, inference_geo, service_tier })
}
