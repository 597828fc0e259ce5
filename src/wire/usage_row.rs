//! A row of a usage log: a provider's own usage object, with the model, the call and the time that price it.
//!
//! `{"provider","model","api","usage","context","at"}`; any other field is passed over.

use std::borrow::Cow;

use super::{
    price::{price_result, unpriced_error},
    to_text,
};
use crate::{
    error::{Error, ErrorKind, shown},
    form::{
        Path,
        text::{Text, Token},
    },
    price::{
        Book, InferenceGeo, PriceContext, ServiceTier, Speed, price,
        usage_object::{Api, normalize, tier},
    },
    time::Timestamp,
};

/// A row, read but not yet priced.
#[derive(Default)]
struct Row<'a> {
    provider: Option<Cow<'a, str>>,
    model: Option<Cow<'a, str>>,
    api: Option<Cow<'a, str>>,
    at: Option<Cow<'a, str>>,
    usage: Option<&'a str>,
    context: Asked,
}

/// The context that a row says, each `None` where it does not.
#[derive(Clone, Copy, Debug, Default)]
pub struct Asked {
    /// The service tier.
    pub service_tier: Option<ServiceTier>,
    /// The speed.
    pub speed: Option<Speed>,
    /// Where inference ran.
    pub inference_geo: Option<InferenceGeo>,
}

impl Asked {
    /// The context, standard where nothing is said.
    pub(super) fn context(self) -> PriceContext {
        let standard = PriceContext::default();
        PriceContext {
            speed: self.speed.unwrap_or(standard.speed),
            inference_geo: self.inference_geo.unwrap_or(standard.inference_geo),
            service_tier: self.service_tier.unwrap_or(standard.service_tier),
        }
    }
}

/// Prices a row by a book: `{"usd","lines"}`, or `{"error":{"code","message","path"}}`.
#[must_use]
pub fn quote_row(book: &Book, row: &str) -> String {
    try_row(book, row).unwrap_or_else(|error| super::error_text(&error))
}

fn try_row(book: &Book, text: &str) -> Result<String, Error> {
    let row = read_row(text)?;
    let missing = |name: &'static str| {
        let message = format!("field `{name}` is missing: add `{name}`");
        Error::invalid(message).at(name)
    };
    let model = row.model.as_deref().ok_or_else(|| missing("model"))?;
    let usage = row.usage.ok_or_else(|| missing("usage"))?;
    let at: Timestamp =
        row.at.as_deref().ok_or_else(|| missing("at"))?.parse().map_err(|error: Error| error.at("at"))?;
    let (provider, flavor) = (row.provider.as_deref(), row.api.as_deref().unwrap_or("default"));
    let api = Api::of(provider.unwrap_or_default(), flavor).ok_or_else(|| {
        let message = format!(
            "`{}` is no api: write `anthropic`, `chat`, `responses`, `gemini`, or `default` for the provider's own",
            shown(flavor)
        );
        Error::invalid(message).at("api")
    })?;
    let mut given = normalize(api, None, usage, true, "usage")?;
    if let crate::command::GivenUsage::Final(parts) | crate::command::GivenUsage::Partial(parts) = &mut given {
        for part in parts {
            let said = Asked { service_tier: part.service_tier, speed: part.speed, inference_geo: part.inference_geo };
            let agreed = agree(said, row.context)?;
            (part.service_tier, part.speed, part.inference_geo) =
                (agreed.service_tier, agreed.speed, agreed.inference_geo);
        }
    }
    if !matches!(given, crate::command::GivenUsage::Final(_)) {
        let message = "the usage does not say how much was read and written: send all of it";
        return Err(Error::new(ErrorKind::ContradictoryUsage, message).at("usage"));
    }
    let find = |name: &str| book.lookup(provider, name);
    match price(&find, model, &given, PriceContext::default(), at)? {
        Ok(priced) => Ok(to_text(&price_result(&priced, &book.form))),
        Err(unpriced) => Err(unpriced_error(&unpriced)),
    }
}

/// What the usage says and what the row says of the call must be the same.
pub(super) fn agree(said: Asked, asked: Asked) -> Result<Asked, Error> {
    fn one<T: PartialEq>(said: Option<T>, asked: Option<T>, path: &str) -> Result<Option<T>, Error> {
        match (said, asked) {
            (Some(said), Some(asked)) if said != asked => {
                let message = "the usage and the context say different things: send the one that is true";
                Err(Error::new(ErrorKind::ContradictoryUsage, message).at(path))
            }
            (said, asked) => Ok(said.or(asked)),
        }
    }
    Ok(Asked {
        service_tier: one(said.service_tier, asked.service_tier, "context.service_tier")?,
        speed: one(said.speed, asked.speed, "context.speed")?,
        inference_geo: one(said.inference_geo, asked.inference_geo, "context.inference_geo")?,
    })
}

fn read_row(text: &str) -> Result<Row<'_>, Error> {
    let mut row = Row::default();
    let mut text = Text::new(text);
    if text.token()? != Token::Object {
        return Err(Error::invalid("a row is an object: write `{…}`"));
    }
    while let Some(name) = text.next_field()? {
        match &*name {
            "provider" => row.provider = string(&mut text, "provider")?,
            "model" => row.model = string(&mut text, "model")?,
            "api" => row.api = string(&mut text, "api")?,
            "at" => row.at = string(&mut text, "at")?,
            "usage" => row.usage = Some(text.raw()?),
            "context" => row.context = read_context(&mut text)?,
            _ => text.skip()?,
        }
    }
    text.end()?;
    Ok(row)
}

fn string<'a>(text: &mut Text<'a>, path: &str) -> Result<Option<Cow<'a, str>>, Error> {
    match text.token()? {
        Token::String(value) => Ok(Some(value)),
        Token::Null => Ok(None),
        _ => Err(Error::invalid("expected a string: write it in quotes").at(path)),
    }
}

fn read_context(text: &mut Text<'_>) -> Result<Asked, Error> {
    let mut asked = Asked::default();
    match text.token()? {
        Token::Object => {}
        Token::Null => return Ok(asked),
        _ => return Err(Error::invalid("expected an object: write `{…}`").at("context")),
    }
    let root = Path::Root("context");
    while let Some(field) = text.next_field()? {
        let path = root.field(&field).to_string();
        let Some(value) = string(text, &path)? else { continue };
        let unknown = || {
            let message = format!("`{}` is unknown: its price is not known either", shown(&value));
            Err(Error::new(ErrorKind::UnpricedContext, message).at(path.as_str()))
        };
        match &*field {
            "processing" | "service_tier" => {
                let known = if field == "processing" { processing(&value) } else { tier(&value) };
                let Some(known) = known else { return unknown() };
                // A batch at the usual tier is a batch; a batch at another tier has no price.
                let is_plain = |tier: Option<ServiceTier>| tier.is_none_or(|tier| tier == ServiceTier::Standard);
                match (is_plain(asked.service_tier), is_plain(known)) {
                    (true, _) => asked.service_tier = known.or(asked.service_tier),
                    (false, true) => {}
                    (false, false) if asked.service_tier == known => {}
                    (false, false) => return unknown(),
                }
            }
            "speed" => match Speed::from_name(&value) {
                Some(speed) => asked.speed = Some(speed),
                None => return unknown(),
            },
            "inference_geo" => match InferenceGeo::from_name(&value) {
                Some(geo) => asked.inference_geo = Some(geo),
                None => return unknown(),
            },
            _ => return unknown(),
        }
    }
    Ok(asked)
}

fn processing(name: &str) -> Option<Option<ServiceTier>> {
    match name {
        "batch" => Some(Some(ServiceTier::Batch)),
        "standard" | "realtime" | "online" => Some(None),
        _ => None,
    }
}
