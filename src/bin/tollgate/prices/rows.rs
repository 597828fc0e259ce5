//! A card's compiled rates as rows: one for each date, context, tier and class.

use tollgate::price::{
    Card, CardForm, CardVersionForm, InferenceGeo, PriceContext, ServiceTier, Speed, Tier, Unit, UsageClass,
};

/// Where a rate stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    /// From when it holds, and in which hours.
    pub(super) since: String,
    pub(super) service_tier: ServiceTier,
    pub(super) speed: Speed,
    pub(super) inference_geo: InferenceGeo,
    /// The shortest prompt that it holds for.
    pub(super) first: u64,
    pub(super) class: UsageClass,
}

impl Place {
    /// The context as people say it.
    pub(super) fn context(&self) -> String {
        let mut name = context_name(self.service_tier, self.speed);
        if self.inference_geo != InferenceGeo::Global {
            name = format!("{name} {}", self.inference_geo.as_str());
        }
        name
    }

    pub(super) fn tier(&self) -> String {
        if self.first == 0 { "any".to_owned() } else { format!("from {}", self.first) }
    }
}

pub(super) fn context_name(service_tier: ServiceTier, speed: Speed) -> String {
    match (service_tier, speed) {
        (tier, Speed::Standard) => tier.as_str().to_owned(),
        (ServiceTier::Standard, speed) => format!("{} mode", speed.as_str()),
        (tier, speed) => format!("{} {} mode", tier.as_str(), speed.as_str()),
    }
}

/// What a class's rate is for.
pub(super) fn unit(class: UsageClass) -> &'static str {
    match class.unit() {
        Unit::Token => "Mtok",
        Unit::Use => "one",
        Unit::Hour => "hour",
    }
}

/// When a version holds.
pub(super) fn since(version: &CardVersionForm) -> String {
    let mut text = version.effective_from.map_or_else(|| "always".to_owned(), |from| from.to_string());
    for hours in &version.hours {
        let days: Vec<&str> = hours.weekdays.iter().map(|day| day.as_str()).collect();
        text.push_str(&format!(
            " {}-{}{}{}",
            hours.from,
            hours.to,
            if days.is_empty() { "" } else { " on " },
            days.join(",")
        ));
    }
    text
}

/// Every rate of a card. A tier names a class only where its rate is another than in the tier below, a modality only where
/// it costs something else than text, and a rate of uses or hours stands in the standard context only, unless it differs.
pub(super) fn of(form: &CardForm, card: &Card) -> Vec<(Place, String)> {
    let mut rows = Vec::new();
    for (version_form, version) in form.versions.iter().zip(card.versions()) {
        let since = since(version_form);
        let standard = version.tiers(PriceContext::default());
        for service_tier in ServiceTier::ALL {
            for speed in Speed::ALL {
                for inference_geo in InferenceGeo::ALL {
                    let context =
                        PriceContext { service_tier: *service_tier, speed: *speed, inference_geo: *inference_geo };
                    let Some(tiers) = version.tiers(context) else { continue };
                    let base = standard.and_then(|tiers| tiers.all().first());
                    for (index, tier) in tiers.all().iter().enumerate() {
                        let below = index.checked_sub(1).and_then(|below| tiers.all().get(below));
                        for class in UsageClass::ALL {
                            let rate = tier.rates.get(*class);
                            let repeats_below = below.is_some_and(|below| below.rates.get(*class) == rate);
                            let repeats_standard = class.unit() != Unit::Token
                                && context != PriceContext::default()
                                && base.is_some_and(|base| base.rates.get(*class) == rate);
                            // A modality that costs what text costs, here and in the tier below.
                            let as_text = |tier: &Tier| {
                                class.parent() != *class && tier.rates.get(*class) == tier.rates.get(class.parent())
                            };
                            let repeats_text = as_text(tier) && below.is_none_or(as_text);
                            if repeats_below || repeats_standard || repeats_text {
                                continue;
                            }
                            let text = match rate.to_decimal(*class) {
                                Some(rate) => rate.to_string(),
                                None if below.is_some() => "unpriced".to_owned(),
                                None => continue,
                            };
                            let place = Place {
                                since: since.clone(),
                                service_tier: *service_tier,
                                speed: *speed,
                                inference_geo: *inference_geo,
                                first: tier.first,
                                class: *class,
                            };
                            rows.push((place, text));
                        }
                    }
                }
            }
        }
    }
    rows
}
