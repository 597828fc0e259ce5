//! pydantic/genai-prices: providers with models, whose prices are decimal strings with dates and variants.
//!
//! Of dated prices the last one that holds wins; a variant's prices stand over the standard ones, class by class. Its
//! library bills a context that no variant names at the standard price; here it stays unpriced.

use std::borrow::Cow;

use super::{
    Importer,
    decimal::{Digits, Factor},
    entry::Entry,
    names,
    prices::{Context, Prices, Tiered, Version, add_sorted},
    rate,
    report::{NoteReason, Notes},
    short_cache_writes,
};
use crate::{
    error::Error,
    form::{
        Json, Path, stands_twice,
        text::{Text, Token},
    },
    price::{HoursForm, ServiceTier, Speed, UsageClass},
    time::{TimeOfDay, Timestamp},
};

const SAME: Factor = Factor { times: 1, tens: 0 };
const OF_A_THOUSAND: Factor = Factor { times: 1, tens: -3 };
const OF_A_MILLION: Factor = Factor { times: 1, tens: -6 };

/// What each price is of. The cache write without a time to live is not among them.
const UNITS: &[(&str, UsageClass, Factor)] = &[
    ("input_mtok", UsageClass::Input, SAME),
    ("output_mtok", UsageClass::Output, SAME),
    ("cache_read_mtok", UsageClass::CacheRead, SAME),
    ("cache_write_5m_mtok", UsageClass::CacheWrite5m, SAME),
    ("cache_write_1h_mtok", UsageClass::CacheWrite1h, SAME),
    ("input_audio_mtok", UsageClass::InputAudio, SAME),
    ("input_image_mtok", UsageClass::InputImage, SAME),
    ("input_video_mtok", UsageClass::InputVideo, SAME),
    ("cache_audio_read_mtok", UsageClass::CacheReadAudio, SAME),
    ("cache_image_read_mtok", UsageClass::CacheReadImage, SAME),
    ("cache_video_read_mtok", UsageClass::CacheReadVideo, SAME),
    ("output_audio_mtok", UsageClass::OutputAudio, SAME),
    ("output_image_mtok", UsageClass::OutputImage, SAME),
    ("output_video_mtok", UsageClass::OutputVideo, SAME),
    ("output_reasoning_mtok", UsageClass::OutputReasoning, SAME),
    ("output_citation_mtok", UsageClass::OutputCitation, SAME),
    ("web_searches_kcount", UsageClass::WebSearch, OF_A_THOUSAND),
    ("storage_searches_kcount", UsageClass::FileSearch, OF_A_THOUSAND),
    ("requests_kcount", UsageClass::Request, OF_A_THOUSAND),
    ("audio_hours", UsageClass::AudioTime, SAME),
    ("input_audio_hours", UsageClass::InputAudioTime, SAME),
    ("input_mchars", UsageClass::Character, OF_A_MILLION),
    ("input_document_kpages", UsageClass::Page, OF_A_THOUSAND),
    ("input_annotated_document_kpages", UsageClass::AnnotatedPage, OF_A_THOUSAND),
    ("input_text_messages_kcount", UsageClass::Message, OF_A_THOUSAND),
];

const CACHE_WRITE: &str = "cache_write_mtok";

/// The field of the document that holds the providers.
const LIST: &str = "providers";

pub(super) fn read(importer: &mut Importer, text: &mut Text<'_>) -> Result<(), Error> {
    match text.token()? {
        Token::List => return providers(importer, text, &Path::Root("")),
        Token::Object => {}
        _ => return Err(refused()),
    }
    let mut fields: Vec<Cow<'_, str>> = Vec::new();
    while let Some(field) = text.next_field()? {
        if fields.contains(&field) {
            return Err(stands_twice(&field));
        }
        if field != LIST {
            Json::next(text)?;
        } else if text.token()? == Token::List {
            providers(importer, text, &Path::Root(LIST))?;
        } else {
            return Err(refused());
        }
        fields.push(field);
    }
    if fields.iter().any(|field| field == LIST) { Ok(()) } else { Err(refused()) }
}

fn refused() -> Error {
    Error::invalid("no catalogue of genai-prices: give its document with the list `providers`, or that list").at(LIST)
}

/// Reads the list of providers that was begun.
fn providers(importer: &mut Importer, text: &mut Text<'_>, path: &Path<'_>) -> Result<(), Error> {
    let mut index = 0_usize;
    while text.next_item()? {
        provider(importer, &Json::next(text)?, &path.item(index));
        index = index.saturating_add(1);
    }
    Ok(())
}

fn provider(importer: &mut Importer, provider: &Json, path: &Path<'_>) {
    let mut notes = Notes { provider: text_of(provider, "id").to_owned(), ..Notes::default() };
    let models = path.field("models");
    if let Some(others) = provider.get("fallback_model_providers").filter(|others| **others != Json::Null) {
        notes.add(&path.field("fallback_model_providers"), NoteReason::OtherProviders, others);
    }
    match provider.get("models") {
        Some(Json::Array(list)) => {
            importer.report.notes.append(&mut notes.list);
            for (index, model) in list.iter().enumerate() {
                let path = models.item(index);
                let entry = entry(&notes.provider, model, &path);
                importer.enter(entry, &path);
            }
        }
        _ => {
            notes.add(path, NoteReason::NotAModel, provider);
            importer.report.notes.append(&mut notes.list);
        }
    }
}

fn text_of<'a>(json: &'a Json, field: &str) -> &'a str {
    match json.get(field) {
        Some(Json::String(text)) => text,
        _ => "",
    }
}

/// Prices under a condition.
struct Dated {
    from: Option<Timestamp>,
    hours: Option<HoursForm>,
    prices: Prices,
}

/// Prices of a context, over the standard ones.
struct Variant {
    service_tier: ServiceTier,
    speed: Speed,
    from: Option<Timestamp>,
    prices: Prices,
}

fn entry(provider: &str, model: &Json, path: &Path<'_>) -> Entry {
    let name = text_of(model, "id").to_owned();
    let mut entry =
        Entry { notes: Notes { provider: provider.to_owned(), model: name, list: Vec::new() }, ..Entry::default() };
    if let Some(rule) = model.get("match") {
        names::add(&mut entry, rule, &path.field("match"));
    }
    entry.context_window = model.get("context_window").and_then(Digits::of).and_then(Digits::whole);
    let notes = &mut entry.notes;
    let dated = dated_prices(notes, model, path);
    let variants = variants(notes, model, path);
    entry.versions = versions(notes, &dated, &variants, path);
    entry
}

fn dated_prices(notes: &mut Notes, model: &Json, path: &Path<'_>) -> Vec<Dated> {
    let path = path.field("prices");
    match model.get("prices") {
        Some(Json::Array(list)) => {
            let mut dated = Vec::with_capacity(list.len());
            for (index, item) in list.iter().enumerate() {
                let path = path.item(index);
                if let (Some(prices), Some((from, hours))) = (item.get("prices"), condition(notes, item, &path)) {
                    let prices = table(notes, prices, &path.field("prices"));
                    dated.push(Dated { from, hours, prices });
                }
            }
            dated
        }
        Some(prices) => vec![Dated { from: None, hours: None, prices: table(notes, prices, &path) }],
        None => Vec::new(),
    }
}

/// When prices hold; `None`, and noted, where that cannot be read.
fn condition(notes: &mut Notes, item: &Json, path: &Path<'_>) -> Option<(Option<Timestamp>, Option<HoursForm>)> {
    let constraint = match item.get("constraint") {
        None | Some(Json::Null) => return Some((None, None)),
        Some(constraint) => constraint,
    };
    let Json::Object(fields) = constraint else {
        notes.add(&path.field("constraint"), NoteReason::NotATime, constraint);
        return None;
    };
    let (mut from, mut start, mut end, mut clean) = (None, None, None, true);
    for (name, value) in fields {
        let Json::String(value) = value else {
            clean = false;
            continue;
        };
        match name.as_str() {
            "start_date" => from = (value.clone() + "T00:00:00Z").parse::<Timestamp>().ok(),
            "start_time" => start = time_of_day(value),
            "end_time" => end = time_of_day(value),
            "type" => {}
            _ => clean = false,
        }
    }
    match (from, start, end) {
        (Some(from), None, None) if clean => Some((Some(from), None)),
        (None, Some(from), Some(to)) if clean => Some((None, Some(HoursForm { weekdays: Vec::new(), from, to }))),
        _ => {
            notes.add(&path.field("constraint"), NoteReason::NotATime, constraint);
            None
        }
    }
}

/// A time such as `16:30:00+00:00`.
fn time_of_day(text: &str) -> Option<TimeOfDay> {
    let (time, rest) = text.split_at_checked(5)?;
    matches!(rest, "" | ":00" | ":00Z" | ":00+00:00" | "Z" | "+00:00").then(|| time.parse().ok())?
}

fn variants(notes: &mut Notes, model: &Json, path: &Path<'_>) -> Vec<Variant> {
    let path = path.field("price_variants");
    let Some(Json::Array(list)) = model.get("price_variants") else { return Vec::new() };
    let mut variants = Vec::with_capacity(list.len());
    for (index, item) in list.iter().enumerate() {
        let path = path.item(index);
        let when = item.get("when").unwrap_or(&Json::Null);
        let Some((service_tier, speed)) = context(when) else {
            notes.add(&path.field("when"), NoteReason::UnknownContext, when);
            continue;
        };
        let Some((from, hours)) = condition(notes, item, &path) else { continue };
        if hours.is_some() {
            notes.add(
                &path.field("constraint"),
                NoteReason::HoursOverlap,
                item.get("constraint").unwrap_or(&Json::Null),
            );
            continue;
        }
        // The standard context again, under the name that the provider gives it.
        let is_standard = service_tier == ServiceTier::Standard && speed == Speed::Standard;
        let prices = table(notes, item.get("prices").unwrap_or(&Json::Null), &path.field("prices"));
        match (is_standard, prices.is_empty()) {
            (true, true) => {}
            (true, false) => notes.add(&path.field("when"), NoteReason::UnknownContext, when),
            (false, _) => variants.push(Variant { service_tier, speed, from, prices }),
        }
    }
    variants
}

/// The context that a variant is for.
fn context(when: &Json) -> Option<(ServiceTier, Speed)> {
    let Json::Object(fields) = when else { return None };
    let (mut service_tier, mut speed) = (None, None);
    for (name, value) in fields {
        let Json::String(value) = value else { return None };
        match (name.as_str(), value.as_str()) {
            ("processing", "batch") => service_tier.replace(ServiceTier::Batch).is_none().then_some(())?,
            ("service_tier", "default") => service_tier.replace(ServiceTier::Standard).is_none().then_some(())?,
            ("service_tier", tier) => {
                service_tier.replace(ServiceTier::from_name(tier)?).is_none().then_some(())?;
            }
            ("speed", name) => speed = Some(Speed::from_name(name)?),
            _ => return None,
        }
    }
    let found = (service_tier.unwrap_or(ServiceTier::Standard), speed.unwrap_or(Speed::Standard));
    (found != (ServiceTier::Batch, Speed::Fast)).then_some(found)
}

/// The prices of one object.
fn table(notes: &mut Notes, json: &Json, path: &Path<'_>) -> Prices {
    let mut prices = Prices::default();
    let Json::Object(fields) = json else {
        notes.add(path, NoteReason::NotANumber, json);
        return prices;
    };
    for (name, value) in fields.iter().filter(|(_, value)| *value != Json::Null) {
        let path = path.field(name);
        let unit = UNITS.iter().find(|(unit, _, _)| unit == name);
        let (classes, factor): (&[UsageClass], Factor) = match unit {
            Some((_, class, factor)) => (core::slice::from_ref(class), *factor),
            None if name == CACHE_WRITE => (short_cache_writes(&notes.provider, &notes.model), SAME),
            None => {
                notes.add(&path, NoteReason::NoClass, value);
                continue;
            }
        };
        let Some(first) = classes.first() else { continue };
        if let Some(tiered) = tiered(notes, *first, value, factor, &path) {
            classes.iter().for_each(|class| prices.set(*class, tiered.clone()));
        }
    }
    prices
}

/// A price, or a base price with those of prompts above a length.
fn tiered(notes: &mut Notes, class: UsageClass, json: &Json, factor: Factor, path: &Path<'_>) -> Option<Tiered> {
    let Json::Object(_) = json else {
        return Some(Tiered { base: Some(rate(notes, class, json, factor, path)?), above: Vec::new() });
    };
    let base = rate(notes, class, json.get("base").unwrap_or(&Json::Null), factor, &path.field("base"))?;
    let mut tiered = Tiered { base: Some(base), above: Vec::new() };
    let list = path.field("tiers");
    let Some(Json::Array(tiers)) = json.get("tiers") else { return Some(tiered) };
    for (index, tier) in tiers.iter().enumerate() {
        let path = list.item(index);
        let start = tier.get("start").and_then(Digits::of).and_then(Digits::whole);
        let Some(start) = start.filter(|start| (1..1_000_000_000).contains(start)) else {
            notes.add(&path.field("start"), NoteReason::NotANumber, tier);
            return None;
        };
        // A class whose tiers are not all known is not priced at all.
        let price = rate(notes, class, tier.get("price").unwrap_or(&Json::Null), factor, &path.field("price"))?;
        tiered.set_above(start, price);
    }
    Some(tiered)
}

/// The versions: one for each stretch of time between the dates of prices and of variants.
fn versions(notes: &mut Notes, dated: &[Dated], variants: &[Variant], path: &Path<'_>) -> Vec<Version> {
    let mut starts: Vec<Option<Timestamp>> = vec![None];
    dated.iter().for_each(|dated| add_sorted(&mut starts, dated.from));
    variants.iter().for_each(|variant| add_sorted(&mut starts, variant.from));
    let mut versions: Vec<Version> = Vec::new();
    let mut last: Vec<Version> = Vec::new();
    for from in starts {
        let holds = |since: Option<Timestamp>| since.is_none() || since <= from;
        let base = dated.iter().rposition(|dated| dated.hours.is_none() && holds(dated.from)).unwrap_or(0);
        let Some(standard) = dated.get(base) else { return versions };
        let mut now = vec![version(&standard.prices, variants, &holds)];
        let hourly: Vec<&Dated> =
            dated.iter().skip(base.saturating_add(1)).filter(|dated| dated.hours.is_some()).collect();
        if let Some(first) = hourly.first() {
            let plain = |dated: &Dated| version(&dated.prices, &[], &holds);
            if hourly.iter().any(|dated| !plain(dated).same(&plain(first))) {
                // Which of them holds where they overlap is not told by one version.
                notes.add_text(&path.field("prices"), NoteReason::HoursOverlap, &notes.model.clone());
                return Vec::new();
            }
            let mut version = version(&first.prices, variants, &holds);
            version.hours = hourly.iter().filter_map(|dated| dated.hours.clone()).collect();
            now.push(version);
        }
        let same = now.len() == last.len() && now.iter().zip(&last).all(|(now, last)| now.same(last));
        if !same {
            versions.extend(now.iter().cloned().map(|version| Version { from, ..version }));
            last = now;
        }
    }
    versions
}

fn version(standard: &Prices, variants: &[Variant], holds: &impl Fn(Option<Timestamp>) -> bool) -> Version {
    let mut version = Version { standard: standard.clone(), ..Version::default() };
    let mut own: Vec<(ServiceTier, Speed, Prices)> = Vec::new();
    for variant in variants.iter().filter(|variant| holds(variant.from)) {
        let (service_tier, speed) = (variant.service_tier, variant.speed);
        let known = own.iter().position(|(tier, known, _)| (*tier, *known) == (service_tier, speed));
        let position = known.unwrap_or_else(|| {
            own.push((service_tier, speed, Prices::default()));
            own.len().saturating_sub(1)
        });
        // Of two variants for one context, the first has the say over a class.
        if let Some((_, _, prices)) = own.get_mut(position) {
            for (class, tiered) in variant.prices.iter() {
                if !prices.has(class) {
                    prices.set(class, tiered.clone());
                }
            }
        }
    }
    for (service_tier, speed, own) in own {
        let mut prices = standard.clone();
        own.iter().for_each(|(class, tiered)| prices.set(class, tiered.clone()));
        version.contexts.push(Context::new(service_tier, speed, prices));
    }
    version
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contexts_are_told_by_what_the_request_said() {
        let read = |text: &str| context(&Json::parse(text).unwrap());
        assert_eq!(read(r#"{"processing":"batch"}"#), Some((ServiceTier::Batch, Speed::Standard)));
        assert_eq!(read(r#"{"service_tier":"default"}"#), Some((ServiceTier::Standard, Speed::Standard)));
        assert_eq!(read(r#"{"service_tier":"flex","speed":"fast"}"#), Some((ServiceTier::Flex, Speed::Fast)));
        for unknown in [
            r#"{"route":"eu"}"#,
            r#"{"service_tier":"vip"}"#,
            r#"{"processing":"batch","service_tier":"flex"}"#,
            r#"{"processing":"batch","speed":"fast"}"#,
            r#"{"speed":1}"#,
            "[]",
        ] {
            assert_eq!(read(unknown), None, "{unknown}");
        }
    }

    #[test]
    fn times_are_read_in_utc_to_the_minute() {
        assert_eq!(time_of_day("16:30:00+00:00").map(|time| time.to_string()).as_deref(), Some("16:30"));
        for wrong in ["16:30:01", "16:30:00+02:00", "24:00:00", "1:00", "é"] {
            assert_eq!(time_of_day(wrong), None, "{wrong}");
        }
    }
}
