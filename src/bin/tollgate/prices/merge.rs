//! Two catalogues' cards of one model as one card: the first has the say, the second adds what the first does not have.

use tollgate::price::{CardForm, CardVersionForm, ContextForm, RatesPerMtok, TierForm, Unit, UsageClass};

/// Whether the first catalogue has no price of cached input, so that its card bills input, and the second has one.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct CachedAsInput(pub(super) bool);

/// Where the catalogues say different things.
pub(super) struct Dispute {
    pub(super) model: String,
    pub(super) what: String,
    pub(super) first: String,
    pub(super) second: String,
}

/// Adds to a card what another catalogue, which knows today's prices only, has of the same model.
pub(super) fn add(
    card: &mut CardForm,
    other: &CardForm,
    cached: CachedAsInput,
    model: &str,
    disputes: &mut Vec<Dispute>,
) {
    card.context_window_tokens = card.context_window_tokens.or(other.context_window_tokens);
    card.max_output_tokens = card.max_output_tokens.or(other.max_output_tokens);
    let Some(today) = other.versions.first() else { return };
    for version in &mut card.versions {
        for modifier in &today.modifiers {
            if version.modifiers.iter().all(|known| known.inference_geo != modifier.inference_geo) {
                version.modifiers.push(modifier.clone());
            }
        }
    }
    // A scheduled price is not today's: the other catalogue speaks of the version that it agrees with.
    let agrees = |version: &&mut CardVersionForm| {
        [UsageClass::Input, UsageClass::Output]
            .iter()
            .all(|class| version.rates_per_mtok.0.get(*class) == today.rates_per_mtok.0.get(*class))
    };
    match card.versions.iter_mut().rev().find(agrees) {
        Some(version) => {
            if cached.0 {
                forget_cached(version);
            }
            add_version(version, today, model, disputes);
        }
        None => {
            let text = |version: Option<&CardVersionForm>| {
                let rate = |class| version.and_then(|version| version.rates_per_mtok.0.get(class));
                let shown = |class| rate(class).map_or_else(|| "-".to_owned(), |rate| rate.to_string());
                format!("{} / {}", shown(UsageClass::Input), shown(UsageClass::Output))
            };
            disputes.push(Dispute {
                model: model.to_owned(),
                what: "input / output".to_owned(),
                first: text(card.versions.last()),
                second: text(Some(today)),
            });
        }
    }
}

fn forget_cached(version: &mut CardVersionForm) {
    let forget = |rates: &mut RatesPerMtok| {
        UsageClass::ALL.iter().filter(|class| class.is_cache_read()).for_each(|class| rates.0.remove(*class));
    };
    forget(&mut version.rates_per_mtok);
    version.tiers.iter_mut().for_each(|tier| forget(&mut tier.rates_per_mtok));
    for context in &mut version.contexts {
        forget(&mut context.rates_per_mtok);
        context.tiers.iter_mut().for_each(|tier| forget(&mut tier.rates_per_mtok));
    }
}

fn add_version(version: &mut CardVersionForm, today: &CardVersionForm, model: &str, disputes: &mut Vec<Dispute>) {
    let before = version.rates_per_mtok.clone();
    // A modality that is dearer than text would be text in a context that does not name it.
    let plain = version.contexts.is_empty() && today.contexts.is_empty();
    let missing: Vec<UsageClass> = today
        .rates_per_mtok
        .0
        .iter()
        .map(|(class, _)| class)
        .filter(|class| before.0.get(*class).is_none())
        .filter(|class| class.parent() == *class || plain)
        .collect();
    add_rates(&mut version.rates_per_mtok, &mut version.tiers, &today.rates_per_mtok, &today.tiers, &missing);
    for class in UsageClass::ALL.iter().filter(|class| class.unit() != Unit::Token) {
        if let (None, Some(rate)) = (version.rates_per_unit.0.get(*class), today.rates_per_unit.0.get(*class)) {
            version.rates_per_unit.0.set(*class, rate);
        }
    }
    tell(model, "standard", (&before, &version.tiers), (&today.rates_per_mtok, &today.tiers), disputes);
    for context in &today.contexts {
        let same =
            |known: &&mut ContextForm| (known.service_tier, known.speed) == (context.service_tier, context.speed);
        match version.contexts.iter_mut().find(same) {
            Some(known) if context.multiplier.is_none() && known.multiplier.is_none() => {
                let own = known.rates_per_mtok.clone();
                add_rates(
                    &mut known.rates_per_mtok,
                    &mut known.tiers,
                    &context.rates_per_mtok,
                    &context.tiers,
                    &missing,
                );
                let name = super::rows::context_name(context.service_tier, context.speed);
                tell(model, &name, (&own, &known.tiers), (&context.rates_per_mtok, &context.tiers), disputes);
            }
            Some(_) => {}
            None => version.contexts.push(context.clone()),
        }
    }
}

/// Takes over the rates of some classes, in every tier that both have, or that the first has none of.
fn add_rates(
    base: &mut RatesPerMtok,
    tiers: &mut [TierForm],
    other: &RatesPerMtok,
    other_tiers: &[TierForm],
    classes: &[UsageClass],
) {
    for class in classes {
        let Some(rate) = other.0.get(*class) else { continue };
        base.0.set(*class, rate);
        for other in other_tiers {
            let Some(rate) = other.rates_per_mtok.0.get(*class) else { continue };
            if let Some(tier) = tiers.iter_mut().find(|tier| tier.starts == other.starts) {
                tier.rates_per_mtok.0.set(*class, rate);
            }
        }
    }
}

type Table<'a> = (&'a RatesPerMtok, &'a [TierForm]);

fn tell(
    model: &str,
    context: &str,
    first: (&RatesPerMtok, &Vec<TierForm>),
    second: Table<'_>,
    disputes: &mut Vec<Dispute>,
) {
    let mut compare = |prompts: &str, first: &RatesPerMtok, second: &RatesPerMtok| {
        for (class, rate) in first.0.iter() {
            if let Some(other) = second.0.get(class).filter(|other| *other != rate) {
                disputes.push(Dispute {
                    model: model.to_owned(),
                    what: format!("{context}{prompts}: {}", class.as_str()),
                    first: rate.to_string(),
                    second: other.to_string(),
                });
            }
        }
    };
    compare("", first.0, second.0);
    for tier in first.1 {
        if let Some(other) = second.1.iter().find(|other| other.starts == tier.starts) {
            compare(", long prompts", &tier.rates_per_mtok, &other.rates_per_mtok);
        }
    }
}
