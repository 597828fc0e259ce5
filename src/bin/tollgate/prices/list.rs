//! `tollgate prices list`.

use std::path::Path;

use tollgate::price::{Rates, UsageClass};

use super::{print, table};
use crate::{
    Failure,
    book::{self, Source},
};

pub(super) fn run(path: Option<&Path>, provider: Option<&str>) -> Result<(), Failure> {
    let book = book::form(path, Source::Tollgate)?;
    let mut models = table(&["provider", "model", "versions", "since", "input", "output", "cache read", "contexts"]);
    let rate = |rates: &Rates, class| rates.get(class).map_or_else(|| "-".to_owned(), |rate| rate.to_string());
    for card in &book.cards {
        let seller = book.provider_of(card);
        if provider.is_some_and(|provider| provider != seller) {
            continue;
        }
        let Some(last) = card.versions.iter().rev().find(|version| version.hours.is_empty()) else { continue };
        let rates = &last.rates_per_mtok.0;
        let contexts: Vec<String> = last
            .contexts
            .iter()
            .map(|context| super::rows::context_name(context.service_tier, context.speed))
            .chain(last.modifiers.iter().map(|modifier| modifier.inference_geo.as_str().to_owned()))
            .collect();
        models.add_row([
            seller.to_owned(),
            card.model.clone(),
            card.versions.len().to_string(),
            last.effective_from.map_or_else(|| "always".to_owned(), |from| from.to_string()),
            rate(rates, UsageClass::Input),
            rate(rates, UsageClass::Output),
            rate(rates, UsageClass::CacheRead),
            contexts.join(" "),
        ]);
    }
    print(&format!("{models}\n\nUSD per million tokens; {} cards", models.row_count()))
}
