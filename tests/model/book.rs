//! What a model costs, read from the price book's JSON each time it is asked.

use super::{
    calendar::{hours, instant},
    card::{full_name, provider},
    class::{CLASSES, Class},
    json::{Json, object},
    money::Usd,
};

/// The context that a price depends on, beside the prompt's length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Context<'a> {
    pub service_tier: &'a str,
    pub speed: &'a str,
    pub inference_geo: &'a str,
}

/// The most that a request can cost, and what bounds it.
#[derive(Clone, Debug)]
pub struct Quote {
    pub model: String,
    pub hold: Usd,
    pub hold_output: Usd,
    pub input_bound: i64,
    pub output_bound: i64,
}

/// One line of a charge.
#[derive(Clone, Debug)]
pub struct Line {
    pub class: &'static Class,
    pub quantity: i64,
    /// For a million tokens, a use or an hour.
    pub rate: Usd,
    pub tier_first: i64,
    pub amount: Usd,
}

/// The rates of a card that are in force: of all versions that have begun and hold at this hour, the last.
pub fn version(card: &Json, at: i64) -> Option<&Json> {
    let holds = |version: &&Json| {
        let from = version.get("effective_from");
        let begun = from.is_null() || instant(from.text()).expect("an instant") <= at;
        let list = version.get("hours").list();
        begun && (list.is_empty() || list.iter().any(|stretch| hours(stretch, at)))
    };
    card.get("versions").list().iter().rfind(holds)
}

/// The shortest prompt of a tier.
fn first(tier: &Json) -> i64 {
    match tier.get("starts").get("above") {
        Json::Null => tier.get("starts").get("from").int(),
        above => above.int() + 1,
    }
}

/// What a version, or one of its contexts, writes for a class at a prompt's length: the last tier that says something.
fn written(form: &Json, class: &Class, length: i64) -> Option<Usd> {
    let tiers = form.get("tiers").list().iter().filter(|tier| first(tier) <= length);
    let mut rates = [form].into_iter().chain(tiers).map(|form| form.get("rates_per_mtok").get(class.name));
    rates.rfind(|rate| !rate.is_null()).map(Usd::of)
}

/// The prices of one version in one context.
#[derive(Clone, Copy, Debug)]
struct Prices<'a> {
    card: &'a Json,
    version: &'a Json,
    /// The context's own form; null for the standard one.
    own: &'a Json,
    place: Option<Usd>,
}

static STANDARD: Json = Json::Null;

impl<'a> Prices<'a> {
    /// The prices of a context; `None` where the version does not offer it.
    fn of(card: &'a Json, version: &'a Json, context: Context<'_>) -> Option<Self> {
        let own = if (context.service_tier, context.speed) == ("standard", "standard") {
            &STANDARD
        } else {
            version.get("contexts").list().iter().find(|form| {
                form.get("service_tier").text() == context.service_tier && form.get("speed").text() == context.speed
            })?
        };
        let place = if context.inference_geo == "global" {
            None
        } else {
            let stacks =
                |list: &Json, word: &str| list.is_null() || list.list().iter().any(|known| known.text() == word);
            let modifier = version.get("modifiers").list().iter().find(|modifier| {
                modifier.get("inference_geo").text() == context.inference_geo
                    && stacks(modifier.get("service_tiers"), context.service_tier)
                    && stacks(modifier.get("speeds"), context.speed)
            })?;
            Some(Usd::of(modifier.get("multiplier")))
        };
        Some(Self { card, version, own, place })
    }

    /// Whether the context is offered for a prompt of this length.
    fn reaches(&self, length: i64) -> bool {
        self.own.is_null()
            || self.own.get("longest_prompt_tokens").is_null()
            || length <= self.own.get("longest_prompt_tokens").int()
    }

    /// Where the tiers begin.
    fn firsts(&self) -> Vec<i64> {
        let takes_over = self.own.is_null() || !self.own.get("multiplier").is_null();
        let standard = self.version.get("tiers").list().iter().filter(|_| takes_over);
        let mut firsts: Vec<i64> = standard.chain(self.own.get("tiers").list()).map(first).chain([0]).collect();
        firsts.retain(|first| self.reaches(*first));
        firsts.sort_unstable();
        firsts.dedup();
        firsts
    }

    /// The rate of a class at a prompt's length, for a million tokens, a use or an hour; `None` where it has none.
    fn rate(&self, class: &Class, length: i64) -> Option<Usd> {
        self.said(class, length).or_else(|| {
            let always = matches!(class.name, "output_reasoning" | "output_citation");
            let takes_over = always || (self.card.get("modal_as_text").is_true() && !class.parent.is_empty());
            if takes_over { self.said(Class::named(class.parent), length) } else { None }
        })
    }

    fn said(&self, class: &Class, length: i64) -> Option<Usd> {
        if !class.is_token() {
            let rates = [self.own, self.version].map(|form| form.get("rates_per_unit").get(class.name));
            return rates.into_iter().find(|rate| !rate.is_null()).map(Usd::of);
        }
        let standard = || written(self.version, class, length);
        let rate = if self.own.is_null() {
            standard()
        } else {
            written(self.own, class, length).or_else(|| match self.own.get("multiplier") {
                Json::Null => None,
                factor => standard().map(|rate| rate.scaled(Usd::of(factor))),
            })
        };
        rate.map(|rate| self.place.map_or(rate, |place| rate.scaled(place)))
    }
}

/// What a quantity costs: exact, but for time, which rounds up at the eighteenth decimal.
fn cost(class: &Class, rate: Usd, quantity: i64) -> Usd {
    let quantity = i128::from(quantity);
    match class.kind {
        'u' => rate.times(quantity),
        'h' => rate.share_up(quantity, 3_600_000),
        _ => Usd::per_token(rate).times(quantity),
    }
}

/// What a book says of the container time of a card's provider: the least of one container, and what is free in a month.
pub fn container_time(book: &Json, card: &Json) -> (i64, i64) {
    let billed = book.get("code_execution");
    let whose = if billed.get("provider").is_null() { book.get("provider") } else { billed.get("provider") };
    if billed.is_null() || whose.text() != provider(book, card) {
        return (0, 0);
    }
    (billed.get("minimum_ms").int(), billed.get("free_ms_per_month").int())
}

/// What a line of container time costs when some of it is free.
pub fn beyond(line: &Line, free_ms: i64) -> Usd {
    cost(line.class, line.rate, line.quantity - free_ms)
}

/// The most that a canonical request can cost at a card.
pub fn quote(book: &Json, card: &Json, request: &Json, at: i64) -> Result<Quote, &'static str> {
    let version = version(card, at).ok_or("unpriced_model")?;
    let external = request.get("external_input").is_true();
    if external && request.get("iterations").is_null() {
        return Err("unboundable_request");
    }
    let context = Context {
        service_tier: request.get("service_tier").text(),
        speed: request.get("speed").text(),
        inference_geo: request.get("inference_geo").text(),
    };
    let prices = Prices::of(card, version, context).ok_or("unpriced_context")?;
    let window = match card.get("context_window_tokens") {
        Json::Null => None,
        window => Some(window.int()),
    };
    let tokens = request.get("input").get("tokens");
    let base = if external {
        window.ok_or("unboundable_request")?.max(tokens.int())
    } else if tokens.is_null() {
        let tools = if request.get("tools").is_true() { card.get("tool_tokens").int() } else { 0 };
        let images = request.get("images").int() * card.get("image_tokens").int();
        let all = request.get("input").get("bytes").int() + tools + images;
        window.map_or(all, |window| window.min(all))
    } else {
        tokens.int()
    };
    if !prices.reaches(base) {
        return Err("unpriced_context");
    }
    let many = request.get("iterations").int().max(1);
    let (input_bound, output_bound) = (base * many, request.get("max_tokens").int() * many);
    // Where tiers are graduated, each class reaches them by its own count.
    let (input_reach, output_reach) =
        if version.get("tier_kind").text() == "graduated" { (input_bound, output_bound) } else { (base, base) };
    let dearest = |reach: i64, plain: &str, kinds: [char; 2]| -> Result<Usd, &'static str> {
        let mut dearest = Usd::ZERO;
        for length in prices.firsts().into_iter().filter(|first| *first <= reach) {
            prices.rate(Class::named(plain), length).ok_or("unpriced_class")?;
            for class in CLASSES.iter().filter(|class| kinds.contains(&class.kind)) {
                dearest = dearest.max(prices.rate(class, length).unwrap_or(Usd::ZERO));
            }
        }
        Ok(dearest)
    };
    let mut input_rate = dearest(input_reach, "input", ['i', 'r'])?;
    let output_rate = dearest(output_reach, "output", ['o', 'o'])?;
    let cache_write = request.get("cache_write").text();
    let writes: &[&str] = match cache_write {
        "none" => &[],
        "5m" => &["cache_write_5m"],
        "30m" => &["cache_write_30m"],
        "12h" => &["cache_write_30m", "cache_write_12h"],
        "1h" => &["cache_write_5m", "cache_write_1h"],
        _ => &["cache_write_5m", "cache_write_1h", "cache_write_30m", "cache_write_12h"],
    };
    for length in prices.firsts().into_iter().filter(|first| *first <= input_reach) {
        for class in writes {
            match prices.rate(Class::named(class), length) {
                Some(rate) => input_rate = input_rate.max(rate),
                None if cache_write == "any" => {}
                None => return Err("unpriced_class"),
            }
        }
    }
    let hold_output = Usd::per_token(output_rate).times(output_bound.into());
    let mut hold = Usd::per_token(input_rate).times(input_bound.into()) + hold_output;
    for (class, field) in [("web_search", "web_searches"), ("code_execution_hour", "code_execution_ms")] {
        let (class, count) = (Class::named(class), request.get(field).int());
        if count > 0 {
            let least = if class.name == "code_execution_hour" { container_time(book, card).0 } else { 0 };
            hold = hold + cost(class, prices.rate(class, 0).ok_or("unpriced_class")?, count.max(least));
        }
    }
    let fee = prices.rate(Class::named("request"), 0).unwrap_or(Usd::ZERO);
    hold = hold + fee.times(many.into());
    Ok(Quote { model: full_name(book, card), hold, hold_output, input_bound, output_bound })
}

/// What one part of a usage costs, line by line, and the version that says so; or why it has no price.
pub fn charge<'a>(
    book: &Json,
    card: Option<&'a Json>,
    part: &Json,
    at: i64,
) -> Result<(&'a Json, Vec<Line>), &'static str> {
    let card = card.ok_or("unpriced_model")?;
    let version = version(card, at).ok_or("unpriced_model")?;
    let prices = Prices::of(card, version, context(part)).ok_or("unpriced_context")?;
    let firsts = prices.firsts();
    let count = |class: &Class| part.get(class.field).int();
    let prompt: i64 = CLASSES.iter().filter(|class| matches!(class.kind, 'i' | 'r' | 'w')).map(count).sum();
    if !prices.reaches(prompt) {
        return Err("unpriced_context");
    }
    let graduated = version.get("tier_kind").text() == "graduated" && firsts.len() > 1;
    let mut lines = Vec::new();
    for class in &CLASSES {
        let mut all = count(class);
        if class.name == "code_execution_hour" && all > 0 {
            all = all.max(container_time(book, card).0);
        }
        let parts: Vec<(i64, i64)> = if !graduated {
            vec![(*firsts.iter().rfind(|first| **first <= prompt).expect("the base tier"), all)]
        } else if class.is_token() {
            // The tokens of a class are numbered from 1 on: which numbers does each tier hold?
            let ends = firsts[1..].iter().copied().chain([i64::MAX]);
            firsts
                .iter()
                .zip(ends)
                .map(|(first, end)| (*first, (end - 1).min(all) - (first - 1).max(0).min(all)))
                .collect()
        } else {
            vec![(0, all)]
        };
        for (tier_first, quantity) in parts.into_iter().filter(|(_, quantity)| *quantity > 0) {
            let rate = prices.rate(class, tier_first).ok_or("unpriced_class")?;
            lines.push(Line { class, quantity, rate, tier_first, amount: cost(class, rate, quantity) });
        }
    }
    Ok((version, lines))
}

/// Whether a class has a rate at a card, for a prompt of some length in a context; `None` where nothing is known.
pub fn has_rate(card: &Json, class: &Class, prompt: i64, context: Context<'_>, at: i64) -> Option<bool> {
    let prices = Prices::of(card, version(card, at)?, context).filter(|prices| prices.reaches(prompt))?;
    let first = prices.firsts().into_iter().rfind(|first| *first <= prompt)?;
    Some(prices.rate(class, first).is_some())
}

/// The context of a part.
pub fn context(part: &Json) -> Context<'_> {
    Context {
        service_tier: part.get("service_tier").text(),
        speed: part.get("speed").text(),
        inference_geo: part.get("inference_geo").text(),
    }
}

/// The sum of lines.
pub fn sum(lines: &[Line]) -> Usd {
    lines.iter().fold(Usd::ZERO, |sum, line| sum + line.amount)
}

/// A line as an answer writes it.
pub fn told(book: &Json, card: &Json, version: &Json, context: Context<'_>, line: &Line) -> Json {
    let mut modifiers: Vec<Json> = Vec::new();
    if context.service_tier != "standard" {
        modifiers.push(context.service_tier.into());
    }
    if context.speed == "fast" {
        modifiers.push("fast_mode".into());
    }
    if context.inference_geo != "global" {
        modifiers.push(context.inference_geo.into());
    }
    let per = match line.class.kind {
        'u' => "use",
        'h' => "hour",
        _ => "mtok",
    };
    object! {
        "model": full_name(book, card), "class": line.class.name, "quantity": line.quantity, "rate_usd": line.rate, "per": per,
        "modifiers": modifiers, "tier_from_tokens": line.tier_first, "version_from": version.get("effective_from").clone(),
        "source": book.get("name").clone(), "usd": line.amount,
    }
}
