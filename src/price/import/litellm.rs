//! LiteLLM: one entry for each model, with prices of single tokens whose keys tell class, tier and context.
//!
//! Where a key for a context is missing, its library falls back to other keys. Of flex and priority the standard rate
//! stands in, as there; what it bills for batches by such a fallback is a guess, and is unpriced here.

use rust_decimal::Decimal;

use super::{
    Importer,
    decimal::{Digits, Factor},
    entry::Entry,
    off_peak,
    prices::{Context, Prices, Tiered, Version},
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
    index::Names,
    price::{InferenceGeo, ModifierForm, Multiplier, ServiceTier, Speed, Unit, UsageClass},
};

const MTOK: Factor = Factor { times: 1, tens: 6 };
const ONE: Factor = Factor { times: 1, tens: 0 };
/// From a second to an hour.
const HOUR: Factor = Factor { times: 3_600, tens: 0 };

/// What a key is the price of, without its suffixes; a mode where the key means different things by the model's mode.
struct Base(&'static str, UsageClass, Factor, Option<&'static str>);

/// The key of a cache write without a time to live; its class is one that stands for the short ones.
const CACHE_WRITE: &str = "cache_creation_input_token_cost";

const BASES: &[Base] = &[
    Base("input_cost_per_token", UsageClass::Input, MTOK, None),
    Base("output_cost_per_token", UsageClass::Output, MTOK, None),
    Base("cache_read_input_token_cost", UsageClass::CacheRead, MTOK, None),
    Base("input_cost_per_token_cache_hit", UsageClass::CacheRead, MTOK, None),
    Base(CACHE_WRITE, UsageClass::CacheWrite5m, MTOK, None),
    Base("cache_creation_input_token_cost_above_1hr", UsageClass::CacheWrite1h, MTOK, None),
    Base("cache_creation_input_token_cost_above_12hr", UsageClass::CacheWrite12h, MTOK, None),
    Base("input_cost_per_audio_token", UsageClass::InputAudio, MTOK, None),
    Base("input_cost_per_image_token", UsageClass::InputImage, MTOK, None),
    Base("input_cost_per_video_token", UsageClass::InputVideo, MTOK, None),
    Base("cache_read_input_audio_token_cost", UsageClass::CacheReadAudio, MTOK, None),
    Base("cache_read_input_image_token_cost", UsageClass::CacheReadImage, MTOK, None),
    Base("output_cost_per_audio_token", UsageClass::OutputAudio, MTOK, None),
    Base("output_cost_per_image_token", UsageClass::OutputImage, MTOK, None),
    Base("output_cost_per_video_token", UsageClass::OutputVideo, MTOK, None),
    Base("output_cost_per_reasoning_token", UsageClass::OutputReasoning, MTOK, None),
    Base("citation_cost_per_token", UsageClass::OutputCitation, MTOK, None),
    Base("input_cost_per_second", UsageClass::InputAudioTime, HOUR, Some("audio_transcription")),
    Base("input_cost_per_second", UsageClass::InputAudioTime, HOUR, Some("realtime")),
    Base("input_cost_per_audio_per_second", UsageClass::InputAudioTime, HOUR, None),
    Base("output_cost_per_second", UsageClass::OutputVideoTime, HOUR, Some("video_generation")),
    Base("output_cost_per_video_per_second", UsageClass::OutputVideoTime, HOUR, None),
    Base("input_cost_per_image", UsageClass::ImageRead, ONE, None),
    Base("output_cost_per_image", UsageClass::ImageMade, ONE, None),
    Base("input_cost_per_character", UsageClass::Character, ONE, None),
    Base("input_cost_per_request", UsageClass::Request, ONE, None),
    Base("input_cost_per_text_message", UsageClass::Message, ONE, None),
    Base("input_cost_per_query", UsageClass::Rerank, ONE, Some("rerank")),
    Base("input_cost_per_query", UsageClass::WebSearch, ONE, Some("search")),
    Base("ocr_cost_per_page", UsageClass::Page, ONE, None),
    Base("annotation_cost_per_page", UsageClass::AnnotatedPage, ONE, None),
];

/// Keys that go on with a size.
const SIZED: &[(&str, UsageClass)] =
    &[("output_cost_per_second_", UsageClass::OutputVideoTime), ("output_cost_per_image_", UsageClass::ImageMade)];

const CONTEXTS: &[(&str, ServiceTier)] = &[
    ("_batches", ServiceTier::Batch),
    ("_priority", ServiceTier::Priority),
    ("_flex", ServiceTier::Flex),
    ("_balanced", ServiceTier::Balanced),
    ("_ultrafast", ServiceTier::Ultrafast),
    ("_decisions", ServiceTier::Decisions),
];

/// Providers that the catalogue divides, and what the other one calls them.
const PROVIDERS: &[(&str, &str)] = &[
    ("gemini", "google"),
    ("text-completion-openai", "openai"),
    ("azure_text", "azure"),
    ("bedrock_converse", "bedrock"),
    ("cohere_chat", "cohere"),
    ("fireworks_ai-embedding-models", "fireworks_ai"),
    ("text-completion-codestral", "codestral"),
    ("text-completion-inception", "inception"),
];

/// Providers whose higher tier begins at the length in the key, not above it.
const FROM_THE_LENGTH: &[&str] = &["xai"];

/// Providers whose cached input the library bills at a share of input, by a rule that is not in the catalogue.
const DISCOUNTED: &[&str] = &["fireworks_ai"];

pub(super) fn read(importer: &mut Importer, text: &mut Text<'_>) -> Result<(), Error> {
    if text.token()? != Token::Object {
        return Err(Error::invalid(
            "no price map of LiteLLM: give its document, an object with an entry for each model",
        ));
    }
    let mut keys = Names::default();
    while let Some(key) = text.next_field()? {
        if keys.insert(&key, 0).is_some() {
            return Err(stands_twice(&key));
        }
        model(importer, &key, &Json::next(text)?);
    }
    Ok(())
}

fn model(importer: &mut Importer, key: &str, model: &Json) {
    let root = Path::Root("");
    let path = root.field(key);
    match model.get("litellm_provider") {
        Some(Json::String(provider)) if key != "sample_spec" => {
            let entry = entry(provider, key, model, &path);
            importer.enter(entry, &path);
        }
        _ => {
            let mut notes = Notes::default();
            notes.add_text(&path, NoteReason::NotAModel, key);
            importer.report.notes.append(&mut notes.list);
        }
    }
}

fn provider_of(name: &str) -> &str {
    match PROVIDERS.iter().find(|(known, _)| *known == name) {
        Some((_, provider)) => provider,
        None if name.starts_with("vertex_ai-") => "vertex_ai",
        None => name,
    }
}

fn entry(provider: &str, key: &str, model: &Json, path: &Path<'_>) -> Entry {
    let provider = provider_of(provider);
    let name = match key.split_once('/') {
        Some((prefix, name)) if provider_of(prefix) == provider => name,
        _ => key,
    };
    let notes = Notes { provider: provider.to_owned(), model: name.to_owned(), list: Vec::new() };
    let mut entry = Entry { notes, cached_unknown: DISCOUNTED.contains(&provider), ..Entry::default() };
    let length = |field| model.get(field).and_then(Digits::of).and_then(Digits::whole);
    entry.context_window = length("max_input_tokens");
    entry.max_output = length("max_output_tokens");
    let mut reader =
        Reader { notes: &mut entry.notes, model, version: Version::default(), hours: None, sized: Vec::new() };
    if !reader.read(path) {
        return entry;
    }
    let (mut version, hours) = (reader.version, reader.hours);
    for context in &mut version.contexts {
        complete(&mut entry.notes, context, &version.standard, path);
        entry.modal_apart |= leaves_out_modal(context, &version.standard);
    }
    let served_as_priority = version.contexts.iter().find(|context| context.service_tier == ServiceTier::Priority);
    if let Some(priority) = served_as_priority.filter(|_| matches!(provider, "openai" | "azure")) {
        version.contexts.push(Context { service_tier: ServiceTier::Fast, ..priority.clone() });
    }
    entry.versions.push(version);
    if let (Some((hours, prices)), Some(first)) = (hours, entry.versions.first()) {
        let mut version = Version { hours, ..first.clone() };
        prices.iter().for_each(|(class, tiered)| version.standard.set(class, tiered.clone()));
        entry.versions.push(version);
    }
    entry
}

/// A key of a price.
struct Key {
    class: UsageClass,
    is_short_write: bool,
    factor: Factor,
    above: Option<u64>,
    context: Option<ServiceTier>,
}

impl Key {
    fn parse(text: &str, mode: &str) -> Option<Self> {
        BASES.iter().find_map(|Base(base, class, factor, only)| {
            let mut rest = text.strip_prefix(base).filter(|_| only.is_none_or(|only| only == mode))?;
            let is_short_write = *base == CACHE_WRITE;
            let mut key = Self { class: *class, is_short_write, factor: *factor, above: None, context: None };
            while !rest.is_empty() {
                if let Some(tier) = rest.strip_prefix("_above_") {
                    let (length, after) = tier.split_once("_tokens")?;
                    let (digits, thousands) = length.strip_suffix('k').map_or((length, 1), |digits| (digits, 1_000));
                    key.above = Some(digits.parse::<u64>().ok()?.checked_mul(thousands)?);
                    rest = after;
                } else {
                    let (suffix, context) = CONTEXTS.iter().find(|(suffix, _)| rest.starts_with(suffix))?;
                    key.context = Some(*context);
                    rest = rest.strip_prefix(suffix)?;
                }
            }
            // Uses and hours know no tiers.
            (key.above.is_none() || key.class.unit() == Unit::Token).then_some(key)
        })
    }
}

/// Whether a field is one of prices: most are not, and `str::contains` prepares a search each time.
fn tells_a_price(name: &str) -> bool {
    let holds = |word: &[u8]| name.as_bytes().windows(word.len()).any(|part| part == word);
    holds(b"cost") || holds(b"pricing") || holds(b"uplift")
}

struct Reader<'a> {
    notes: &'a mut Notes,
    model: &'a Json,
    version: Version,
    hours: Option<(Vec<crate::price::HoursForm>, Prices)>,
    sized: Vec<UsageClass>,
}

impl Reader<'_> {
    /// Reads every price of the entry. Whether the entry can be used.
    fn read(&mut self, path: &Path<'_>) -> bool {
        let mode = match self.model.get("mode") {
            Some(Json::String(mode)) => mode.as_str(),
            _ => "",
        };
        let Json::Object(fields) = self.model else { return false };
        for (name, value) in fields.iter().filter(|(_, value)| *value != Json::Null) {
            let path = path.field(name);
            match name.as_str() {
                "search_context_cost_per_query" => self.searches(value, &path),
                "provider_specific_entry" => self.specific(value, &path),
                "regional_processing_uplift_multiplier_us" => self.place(InferenceGeo::Us, value, &path),
                "regional_processing_uplift_multiplier_eu" => self.place(InferenceGeo::Eu, value, &path),
                "search_free_requests" => self.notes.add(&path, NoteReason::FreeAllowance, value),
                "tiered_pricing" | "off_peak_pricing" => {}
                _ if !tells_a_price(name) => {}
                _ => match Key::parse(name, mode) {
                    Some(key) => self.price(&key, value, &path),
                    None if name.contains("uplift") => self.notes.add(&path, NoteReason::UnknownContext, value),
                    None => {
                        self.notes.add(&path, NoteReason::NoClass, value);
                        self.sized(name, &path);
                    }
                },
            }
        }
        for class in std::mem::take(&mut self.sized) {
            self.version.standard.remove(class);
        }
        if let Some(tiers) = self.model.get("tiered_pricing") {
            self.tiers(tiers, &path.field("tiered_pricing"));
        }
        match self.model.get("off_peak_pricing") {
            None | Some(Json::Null) => true,
            Some(block) => self.off_peak(block, &path.field("off_peak_pricing")),
        }
    }

    /// What has a price of its own for some sizes has no price without a size.
    fn sized(&mut self, name: &str, path: &Path<'_>) {
        for (prefix, class) in SIZED {
            let size = name.strip_prefix(prefix);
            if size.is_some_and(|size| size.starts_with(|first: char| first.is_ascii_digit()))
                && !self.sized.contains(class)
            {
                self.sized.push(*class);
                self.notes.add_text(path, NoteReason::UnknownContext, class.as_str());
            }
        }
    }

    fn classes(&self, key: &Key) -> Vec<UsageClass> {
        if key.is_short_write {
            short_cache_writes(&self.notes.provider, &self.notes.model).to_vec()
        } else {
            vec![key.class]
        }
    }

    fn price(&mut self, key: &Key, value: &Json, path: &Path<'_>) {
        let Some(rate) = rate(self.notes, key.class, value, key.factor, path) else { return };
        let classes = self.classes(key);
        let above = key.above.map(|above| self.above(above));
        let prices = match key.context {
            None => &mut self.version.standard,
            Some(tier) => {
                let contexts = &mut self.version.contexts;
                let order = |context: &Context| CONTEXTS.iter().position(|(_, known)| *known == context.service_tier);
                let new = Context::new(tier, Speed::Standard, Prices::default());
                let position = match contexts.binary_search_by_key(&order(&new), order) {
                    Ok(position) => position,
                    Err(position) => {
                        contexts.insert(position, new);
                        position
                    }
                };
                let Some(context) = contexts.get_mut(position) else { return };
                &mut context.prices
            }
        };
        for class in classes {
            if let Some(tiered) = prices.entry(class) {
                match above {
                    None => tiered.base = Some(rate),
                    Some(above) => tiered.set_above(above, rate),
                }
            }
        }
    }

    /// The length above which a tier holds.
    fn above(&self, length: u64) -> u64 {
        if FROM_THE_LENGTH.contains(&self.notes.provider.as_str()) { length.saturating_sub(1) } else { length }
    }

    fn factor(&mut self, value: &Json, path: &Path<'_>) -> Option<Decimal> {
        let found = rate(self.notes, UsageClass::Input, value, ONE, path)?;
        let good = !found.is_zero() && found <= Decimal::from(1_000);
        if !good {
            self.notes.add(path, NoteReason::NotANumber, value);
        }
        good.then_some(found)
    }

    fn place(&mut self, inference_geo: InferenceGeo, value: &Json, path: &Path<'_>) {
        let Some(factor) = self.factor(value, path) else { return };
        let multiplier = Multiplier(factor);
        self.version.modifiers.push(ModifierForm { inference_geo, multiplier, service_tiers: None, speeds: None });
    }

    /// Searches are priced where their price does not depend on their size.
    fn searches(&mut self, value: &Json, path: &Path<'_>) {
        match value {
            Json::Object(sizes) if sizes.windows(2).all(|pair| matches!(pair, [left, right] if left.1 == right.1)) => {
                let Some((size, price)) = sizes.first() else { return };
                let class = UsageClass::WebSearch;
                if let Some(rate) = rate(self.notes, class, price, ONE, &path.field(size)) {
                    self.version.standard.set(class, Tiered { base: Some(rate), above: Vec::new() });
                }
            }
            _ => self.notes.add(path, NoteReason::UnknownContext, value),
        }
    }

    fn specific(&mut self, value: &Json, path: &Path<'_>) {
        let Json::Object(fields) = value else { return self.notes.add(path, NoteReason::NoClass, value) };
        for (name, value) in fields {
            let path = path.field(name);
            match name.as_str() {
                "us" => self.place(InferenceGeo::Us, value, &path),
                "eu" => self.place(InferenceGeo::Eu, value, &path),
                "fast" => {
                    if let Some(factor) = self.factor(value, &path) {
                        let fast = Context::new(ServiceTier::Standard, Speed::Fast, Prices::default());
                        self.version.contexts.push(Context { multiplier: Some(factor), ..fast });
                    }
                }
                _ => self.notes.add(&path, NoteReason::NoClass, value),
            }
        }
    }

    /// Tiers in a list: a request is billed at the one that its input reaches, and what that leaves out is input there.
    fn tiers(&mut self, list: &Json, path: &Path<'_>) {
        let Json::Array(tiers) = list else { return self.notes.add(path, NoteReason::NoClass, list) };
        let mut prices = Prices::default();
        let mut read: Vec<(u64, Prices)> = Vec::new();
        for (index, tier) in tiers.iter().enumerate() {
            let path = path.item(index);
            let start = match tier.get("range") {
                Some(Json::Array(range)) => range.first().and_then(Digits::of).and_then(Digits::whole),
                _ => None,
            };
            let (Some(start), Json::Object(fields)) = (start, tier) else {
                self.notes.add(&path, NoteReason::NoClass, tier);
                continue;
            };
            let mut own = Prices::default();
            for (name, value) in fields.iter().filter(|(name, _)| name != "range") {
                let path = path.field(name);
                match Key::parse(name, "").filter(|key| key.above.is_none() && key.context.is_none()) {
                    None => self.notes.add(&path, NoteReason::NoClass, value),
                    Some(key) => {
                        if let Some(rate) = rate(self.notes, key.class, value, key.factor, &path) {
                            let tiered = Tiered { base: Some(rate), above: Vec::new() };
                            self.classes(&key).into_iter().for_each(|class| own.set(class, tiered.clone()));
                        }
                    }
                }
            }
            let start = self.above(start);
            let position = read.partition_point(|(known, _)| *known <= start);
            read.insert(position, (start, own));
        }
        let all: Vec<UsageClass> = read.iter().flat_map(|(_, own)| own.iter().map(|(class, _)| class)).collect();
        for (index, (start, own)) in read.iter().enumerate() {
            for class in &all {
                let found = own.get(*class).or_else(|| own.get(class.parent())).or_else(|| own.get(UsageClass::Input));
                if let (Some(rate), Some(slot)) = (found.and_then(|tiered| tiered.base), prices.entry(*class)) {
                    match index {
                        0 => slot.base = Some(rate),
                        _ => slot.set_above(*start, rate),
                    }
                }
            }
        }
        if prices.has(UsageClass::Input) {
            self.version.standard.remove(UsageClass::CacheRead);
            self.classes(&WRITE).into_iter().for_each(|class| self.version.standard.remove(class));
            prices.iter().for_each(|(class, tiered)| self.version.standard.set(class, tiered.clone()));
        }
    }

    /// Whether the block is understood; where it is not, no price of the model is known to hold at any hour.
    fn off_peak(&mut self, block: &Json, path: &Path<'_>) -> bool {
        let mut prices = Prices::default();
        let Json::Object(fields) = block else {
            self.notes.add(path, NoteReason::NotATime, block);
            return false;
        };
        for (name, value) in fields {
            if matches!(name.as_str(), "windows" | "hours_utc" | "weekday_timezone") {
                continue;
            }
            let path = path.field(name);
            match Key::parse(name, "").filter(|key| key.above.is_none() && key.context.is_none()) {
                None => self.notes.add(&path, NoteReason::NoClass, value),
                Some(key) => {
                    if let Some(rate) = rate(self.notes, key.class, value, key.factor, &path) {
                        let tiered = Tiered { base: Some(rate), above: Vec::new() };
                        self.classes(&key).into_iter().for_each(|class| prices.set(class, tiered.clone()));
                    }
                }
            }
        }
        self.hours = off_peak::hours(block).map(|hours| (hours, prices));
        if self.hours.is_none() {
            self.notes.add(path, NoteReason::NotATime, block);
        }
        self.hours.is_some()
    }
}

const WRITE: Key =
    Key { class: UsageClass::CacheWrite5m, is_short_write: true, factor: MTOK, above: None, context: None };

/// Settles what a context leaves out.
fn complete(notes: &mut Notes, context: &mut Context, standard: &Prices, path: &Path<'_>) {
    if context.multiplier.is_some() {
        return;
    }
    let stands_in = !matches!(context.service_tier, ServiceTier::Batch | ServiceTier::Decisions);
    let name = context.service_tier.as_str();
    let path = path.field(name);
    let mut longest: Option<u64> = None;
    for (class, tiered) in standard.iter().filter(|(class, _)| class.unit() == Unit::Token) {
        let Some(own) = context.prices.get(class) else {
            if stands_in {
                context.prices.set(class, tiered.clone());
                notes.add_text(&path, NoteReason::StandardInContext, class.as_str());
            } else if !tiered.is_zero() {
                notes.add_text(&path, NoteReason::NotInContext, class.as_str());
            }
            continue;
        };
        let has = |start: u64| own.above.iter().any(|(known, _)| *known == start);
        let missing = tiered.above.iter().map(|(start, _)| *start).find(|start| !has(*start));
        longest = [longest, missing].into_iter().flatten().min();
    }
    if let Some(longest) = longest {
        notes.add(&path, NoteReason::NotForLongPrompts, &Json::Integer(longest.into()));
        context.longest_prompt = Some(longest);
        context.prices.end_at(longest);
    }
}

/// Whether a context leaves a modality out that has a standard rate of its own: there it must not cost what text costs.
fn leaves_out_modal(context: &Context, standard: &Prices) -> bool {
    context.multiplier.is_none()
        && standard.iter().any(|(class, _)| class.parent() != class && !context.prices.has(class))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_tell_class_tier_and_context() {
        let read = |text: &str, mode: &str| {
            Key::parse(text, mode).map(|key| (key.class, key.above, key.context.map(ServiceTier::as_str)))
        };
        let write_12h = "cache_creation_input_token_cost_above_12hr_above_272k_tokens_priority";
        let cases = [
            ("input_cost_per_token", Some((UsageClass::Input, None, None))),
            ("input_cost_per_token_cache_hit", Some((UsageClass::CacheRead, None, None))),
            ("input_cost_per_token_above_128_tokens", Some((UsageClass::Input, Some(128), None))),
            (
                "input_cost_per_token_priority_above_200k_tokens",
                Some((UsageClass::Input, Some(200_000), Some("priority"))),
            ),
            (write_12h, Some((UsageClass::CacheWrite12h, Some(272_000), Some("priority")))),
            ("ocr_cost_per_page_batches", Some((UsageClass::Page, None, Some("batch")))),
            ("input_cost_per_image_above_128k_tokens", None),
            ("input_cost_per_video_per_second_above_8s_interval", None),
            ("input_cost_per_second", None),
            ("output_cost_per_image_4K", None),
        ];
        for (text, expected) in cases {
            assert_eq!(read(text, "chat"), expected, "{text}");
        }
        assert_eq!(read("input_cost_per_query", "search"), Some((UsageClass::WebSearch, None, None)));
    }
}
