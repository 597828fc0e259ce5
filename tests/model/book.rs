//! What a model costs, read from the price book's JSON each time it is asked.

use super::{calendar::instant, json::Json, money::Usd};

/// The context that a price depends on, beside the prompt's length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Context {
    pub fast: bool,
    pub us: bool,
    pub batch: bool,
    pub priority: bool,
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

/// The card of a name: of the model itself, of an alias, or of the model with a date behind it.
pub fn card<'a>(book: &'a Json, name: &str) -> Option<&'a Json> {
    let cards = book.get("cards").list();
    let named = |card: &&Json| {
        card.get("model").text() == name || card.get("aliases").list().iter().any(|alias| alias.text() == name)
    };
    cards.iter().find(named).or_else(|| {
        let (stem, date) = name.split_at_checked(name.len().checked_sub(9)?)?;
        let dated = date.starts_with('-') && date[1..].bytes().all(|byte| byte.is_ascii_digit());
        cards.iter().find(|card| dated && card.get("dated_aliases").is_true() && card.get("model").text() == stem)
    })
}

/// Every name of a card.
pub fn names(card: &Json) -> Vec<&str> {
    let aliases = card.get("aliases").list().iter().map(Json::text);
    std::iter::once(card.get("model").text()).chain(aliases).collect()
}

/// The rates of a card that are in force.
pub fn version(card: &Json, at: i64) -> Option<&Json> {
    let from = |version: &Json| match version.get("effective_from") {
        Json::Null => i64::MIN,
        text => instant(text.text()).expect("an instant"),
    };
    card.get("versions").list().iter().filter(|version| from(version) <= at).max_by_key(|version| from(version))
}

/// One token of a class under the context; `None` where the class has no rate. `Err` where the context has no table.
fn rate(version: &Json, tier: &Json, context: Context, class: &str) -> Result<Option<Usd>, ()> {
    let table = if context.fast { tier.get("fast_rates_per_mtok") } else { tier.get("rates_per_mtok") };
    let missing = |used: bool, multiplier: &str| used && version.get(multiplier).is_null();
    let impossible = context.priority || (context.fast && context.batch);
    if table.is_null()
        || impossible
        || missing(context.batch, "batch_multiplier")
        || missing(context.us, "us_multiplier")
    {
        return Err(());
    }
    if table.get(class).is_null() {
        return Ok(None);
    }
    let mut rate = Usd::per_token(Usd::of(table.get(class)));
    for (used, multiplier) in [(context.batch, "batch_multiplier"), (context.us, "us_multiplier")] {
        if used {
            rate = rate.scaled(Usd::of(version.get(multiplier)));
        }
    }
    Ok(Some(rate))
}

fn or_zero(rate: Option<Usd>) -> Usd {
    rate.unwrap_or(Usd::ZERO)
}

/// The most that a canonical request can cost at a card.
pub fn quote(card: &Json, request: &Json, at: i64) -> Result<Quote, &'static str> {
    let version = version(card, at).ok_or("unpriced_model")?;
    let context = Context {
        fast: request.get("speed").text() == "fast",
        us: request.get("inference_geo").text() == "us",
        batch: request.get("batch").is_true(),
        priority: false,
    };
    let tiers = version.get("tiers").list();
    let table = |tier: &Json, class: &str| rate(version, tier, context, class).map_err(|()| "unpriced_context");
    let window = card.get("context_window_tokens").int();
    let tokens = request.get("input").get("tokens");
    let base = if request.get("external_input").is_true() {
        if request.get("iterations").is_null() {
            return Err("unboundable_request");
        }
        window.max(tokens.int())
    } else if tokens.is_null() {
        let tools = if request.get("tools").is_true() { card.get("tool_tokens").int() } else { 0 };
        let images = request.get("images").int() * card.get("image_tokens").int();
        window.min(request.get("input").get("bytes").int() + tools + images)
    } else {
        tokens.int()
    };
    let many = request.get("iterations").int().max(1);
    let (mut input_rate, mut output_rate) = (Usd::ZERO, Usd::ZERO);
    for tier in tiers
        .iter()
        .filter(|tier| tier.get("above_prompt_tokens").int() == 0 || tier.get("above_prompt_tokens").int() < base)
    {
        let writes: &[&str] = match request.get("cache_write").text() {
            "none" => &[],
            "5m" => &["cache_write_5m"],
            _ => &["cache_write_5m", "cache_write_1h"],
        };
        for class in writes {
            input_rate = input_rate.max(table(tier, class)?.ok_or("unpriced_class")?);
        }
        input_rate = input_rate.max(or_zero(table(tier, "input")?)).max(or_zero(table(tier, "cache_read")?));
        output_rate = output_rate.max(or_zero(table(tier, "output")?));
    }
    let searches = request.get("web_searches").int();
    let search = match version.get("web_search_usd") {
        Json::Null if searches > 0 => return Err("unpriced_class"),
        Json::Null => Usd::ZERO,
        price => Usd::of(price),
    };
    let (input_bound, output_bound) = (base * many, request.get("max_tokens").int() * many);
    let hold_output = output_rate.times(output_bound.into());
    let hold = input_rate.times(input_bound.into()) + hold_output + search.times(searches.into());
    Ok(Quote { model: card.get("model").text().to_owned(), hold, hold_output, input_bound, output_bound })
}

/// What one part of a usage costs, or why it has no price.
pub fn charge(card: Option<&Json>, part: &Json, at: i64) -> Result<Usd, &'static str> {
    let version = card.and_then(|card| version(card, at)).ok_or("unpriced_model")?;
    let context = Context {
        fast: part.get("speed").text() == "fast",
        us: part.get("inference_geo").text() == "us",
        batch: part.get("service_tier").text() == "batch",
        priority: part.get("service_tier").text() == "priority",
    };
    let count = |name: &str| part.get(name).int();
    let prompt = count("input_tokens")
        + count("cache_read_tokens")
        + count("cache_write_5m_tokens")
        + count("cache_write_1h_tokens");
    let tiers = version.get("tiers").list();
    let tier = tiers.iter().rfind(|tier| prompt > tier.get("above_prompt_tokens").int()).unwrap_or(&tiers[0]);
    let mut sum = Usd::ZERO;
    for class in ["input", "cache_read", "cache_write_5m", "cache_write_1h", "output"] {
        let price = rate(version, tier, context, class).map_err(|()| "unpriced_context")?;
        let many = count(&format!("{class}_tokens"));
        if many > 0 {
            sum = sum + price.ok_or("unpriced_class")?.times(many.into());
        }
    }
    match version.get("web_search_usd") {
        Json::Null if count("web_searches") > 0 => Err("unpriced_class"),
        Json::Null => Ok(sum),
        price => Ok(sum + Usd::of(price).times(count("web_searches").into())),
    }
}
