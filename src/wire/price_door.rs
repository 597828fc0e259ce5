//! The price door: a price book by itself, for hosts that only want to know what a usage costs.
//!
//! A usage is priced from the text of its row, or, where speed counts, from counts that the host took out of the usage
//! object by the shape of its [`Api`]: the normaliser and the prices behind them are the same.

use super::{
    quote_row, to_text,
    usage_row::{Asked, agree},
};
use crate::{
    error::Error,
    form::Writer,
    id::CardIx,
    money::Money,
    price::{
        Book, CacheWrite, InferenceGeo, Line, Matched, PriceContext, ServiceTier, Speed, lines,
        usage_object::{Api, Counted, SLOTS, count},
    },
    time::Timestamp,
};

/// A price book behind its door.
#[derive(Clone, Debug)]
pub struct PriceDoor {
    book: Book,
}

/// A usage whose counts a host took out by itself. Positions are those of the lists in [`names_text`]; 0 is one that is
/// not said.
#[derive(Clone, Copy, Debug)]
pub struct CountedRow {
    /// The card, by [`PriceDoor::card`].
    pub card: u32,
    /// Position of the API.
    pub api: u32,
    /// Positions of the service tier, speed and place that the usage names.
    pub said: [u32; 3],
    /// Positions of the service tier, speed and place that the call was made with.
    pub asked: [u32; 3],
    /// When it was used.
    pub at_ms: i64,
}

/// What counts cost, beside their lines.
#[derive(Clone, Copy, Debug)]
pub struct CountedPrice {
    /// The sum of the lines.
    pub total: Money,
    /// From when on the card's version holds.
    pub version_from: Timestamp,
    /// The context that they are priced in.
    pub context: PriceContext,
}

impl CountedPrice {
    /// Positions of its service tier, speed and place, from 0.
    #[must_use]
    pub const fn context_positions(&self) -> [u32; 3] {
        [self.context.service_tier as u32, self.context.speed as u32, self.context.inference_geo as u32]
    }
}

impl PriceDoor {
    /// A door to the book of a JSON text.
    ///
    /// # Errors
    /// With every problem of the book.
    pub fn load(text: &str) -> Result<Self, Error> {
        Book::parse(text).map(Self::over)
    }

    /// A door to a book.
    #[must_use]
    pub const fn over(book: Book) -> Self {
        Self { book }
    }

    /// What the book is called.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.book.form.name
    }

    /// The book as JSON.
    #[must_use]
    pub fn book_text(&self) -> String {
        to_text(&self.book.form)
    }

    /// Prices a row of a usage log: see [`quote_row`].
    #[must_use]
    pub fn quote_row(&self, row: &str) -> String {
        quote_row(&self.book, row)
    }

    /// The position of a provider's API: see [`Api::of`].
    #[must_use]
    pub fn api(provider: &str, flavor: &str) -> Option<u32> {
        Api::of(provider, flavor).map(|api| api as u32)
    }

    /// What the engine calls the model of a handle.
    #[must_use]
    pub fn model(&self, card: u32) -> &str {
        self.book.found(CardIx(card), Matched::Name).map_or("", |found| found.model)
    }

    /// The handle of a provider's model; an empty provider is one that is not said.
    #[must_use]
    pub fn card(&self, provider: &str, model: &str) -> Option<u32> {
        let provider = Some(provider).filter(|provider| !provider.is_empty());
        self.book.lookup(provider, model).map(|found| found.index.0)
    }

    /// Prices counts: the total, and what it is made of. `None` where the row is to be asked as text, which tells why.
    pub fn quote_counts(
        &self,
        row: CountedRow,
        counts: [u64; SLOTS],
        mut list: impl FnMut(Line),
    ) -> Option<CountedPrice> {
        let api = *Api::ALL.get(usize::try_from(row.api).ok()?)?;
        let Counted { mut usage, unsplit, complete: true } = count(api, counts).ok()?? else { return None };
        let context = agree(context(row.said)?, context(row.asked)?).ok()?.context();
        let at = Timestamp::from_millis(row.at_ms).ok()?;
        let version = self.book.cards().get(usize::try_from(row.card).ok()?)?.version_at(at)?;
        let unsplit_count = unsplit.map_or(0, |writes| writes.count);
        let rates = version.rates(context, usage.prompt().saturating_add(unsplit_count))?;
        if let Some(writes) = unsplit {
            writes.add_to(&mut usage, CacheWrite::None, Some(rates));
        }
        rates.count_request(&mut usage);
        let mut total = Money::ZERO;
        lines(version, context, &usage, |line| {
            total += line.amount;
            list(line);
        })
        .ok()?;
        Some(CountedPrice { total, version_from: version.effective_from, context })
    }
}

/// A list's value at a position from 1; the inner `None` for 0.
#[expect(clippy::option_option, reason = "a position that is no position is not one that is not said")]
fn at<T: Copy>(list: &[T], position: u32) -> Option<Option<T>> {
    match position.checked_sub(1) {
        None => Some(None),
        Some(position) => list.get(usize::try_from(position).ok()?).copied().map(Some),
    }
}

fn context([tier, speed, geo]: [u32; 3]) -> Option<Asked> {
    Some(Asked {
        service_tier: at(ServiceTier::ALL, tier)?,
        speed: at(Speed::ALL, speed)?,
        inference_geo: at(InferenceGeo::ALL, geo)?,
    })
}

/// The lists that positions refer to.
#[must_use]
pub fn names_text() -> String {
    let mut out = Writer::default();
    out.begin_object();
    write_names("service_tiers", ServiceTier::ALL.iter().map(|tier| tier.as_str()), &mut out);
    write_names("speeds", Speed::ALL.iter().map(|speed| speed.as_str()), &mut out);
    write_names("inference_geos", InferenceGeo::ALL.iter().map(|geo| geo.as_str()), &mut out);
    let classes = crate::price::UsageClass::ALL;
    write_names("classes", classes.iter().map(|class| class.as_str()), &mut out);
    let per = classes.iter().map(|class| super::price::Per::of(class.unit()).as_str());
    write_names("per", per, &mut out);
    out.end_object();
    out.into_text()
}

fn write_names(key: &str, names: impl Iterator<Item = &'static str>, out: &mut Writer) {
    out.key(key);
    out.begin_list();
    for name in names {
        out.item();
        out.string(name);
    }
    out.end_list();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_cost_what_their_row_costs_with_a_fee_and_without() {
        let row = r#"{"model":"m","api":"anthropic","at":"2026-11-23T12:00:00Z","usage":{"input_tokens":1000,"output_tokens":100,"cache_creation_input_tokens":10}}"#;
        for (fee, usd, lines) in [("", "0.00122", 3), (r#""request":"0.005""#, "0.00622", 4)] {
            let door = PriceDoor::load(&format!(
                r#"{{"schema_version":1,"name":"b","cards":[{{"model":"m","versions":[{{"rates_per_unit":{{{fee}}},
                    "rates_per_mtok":{{"input":"1","output":"2","cache_write_5m":"2","cache_write_1h":"3"}}}}]}}]}}"#
            ))
            .unwrap();
            let answer = door.quote_row(row);
            assert!(answer.starts_with(&format!(r#"{{"usd":"{usd}""#)), "{answer}");
            let (card, api) = (door.card("", "m").unwrap(), PriceDoor::api("", "anthropic").unwrap());
            let counted = CountedRow { card, api, said: [0; 3], asked: [0; 3], at_ms: 1_763_899_200_000 };
            let mut listed = Vec::new();
            let mut counts = [crate::wire::MISSING; SLOTS];
            counts[..4].copy_from_slice(&[1_000, 100, 0, 10]);
            let price = door.quote_counts(counted, counts, |line| listed.push(line)).unwrap();
            assert_eq!((price.total.to_string().as_str(), listed.len()), (usd, lines));
            assert_eq!(listed.iter().fold(Money::ZERO, |sum, line| sum + line.amount), price.total);
        }
    }
}
