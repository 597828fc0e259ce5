//! Contexts as multiples: rates that are all the same multiple of the standard ones are written as a factor.

use rust_decimal::Decimal;
use tollgate::price::{CardVersionForm, ContextForm, Multiplier, Rates, RatesPerMtok, TierForm, TierStart, UsageClass};

/// What one class costs: the base rate, and those of its tiers.
type Steps = (Option<Decimal>, Vec<(TierStart, Decimal)>);

/// Writes every context of a version as a factor where that says the same in fewer words.
pub(super) fn compress(version: &mut CardVersionForm) {
    let standard = steps_of(&version.rates_per_mtok, &version.tiers);
    for context in &mut version.contexts {
        if context.multiplier.is_none() {
            let own = steps_of(&context.rates_per_mtok, &context.tiers);
            if let Some((factor, apart)) = best(&standard, &own, context.longest_prompt_tokens.is_some()) {
                rewrite(context, factor, &apart);
            }
        }
    }
}

fn steps_of(base: &RatesPerMtok, tiers: &[TierForm]) -> Vec<(UsageClass, Steps)> {
    let classes = UsageClass::ALL.iter().copied();
    let steps = classes.map(|class| {
        let above = tiers.iter().filter_map(|tier| Some((tier.starts.clone(), tier.rates_per_mtok.0.get(class)?)));
        (class, (base.0.get(class), above.collect()))
    });
    steps.filter(|(_, (base, above)): &(_, Steps)| base.is_some() || !above.is_empty()).collect()
}

/// The factor that leaves the fewest classes apart, and these; `None` where a class must stay unpriced that a factor would
/// price, or no factor helps.
fn best(
    standard: &[(UsageClass, Steps)],
    own: &[(UsageClass, Steps)],
    ends: bool,
) -> Option<(Decimal, Vec<(UsageClass, Steps)>)> {
    let of = |class: UsageClass| own.iter().find(|(known, _)| *known == class).map(|(_, steps)| steps);
    if standard.iter().any(|(class, _)| of(*class).is_none()) {
        return None;
    }
    let mut found: Option<(Decimal, Vec<(UsageClass, Steps)>)> = None;
    for (class, (base, _)) in standard {
        let (Some(base), Some((Some(context), _))) = (base, of(*class)) else { continue };
        let factor = context.checked_div(*base).map(|factor| factor.normalize());
        let Some(factor) = factor.filter(|factor| factor.scale() <= 4 && !factor.is_zero()) else { continue };
        let apart: Vec<(UsageClass, Steps)> = own
            .iter()
            .filter(|(class, steps)| {
                let steps_of_standard = standard.iter().find(|(known, _)| known == class).map(|(_, steps)| steps);
                !steps_of_standard.is_some_and(|standard| is_multiple(standard, steps, factor, ends))
            })
            .cloned()
            .collect();
        if found.as_ref().is_none_or(|(_, fewest)| apart.len() < fewest.len()) {
            found = Some((factor, apart));
        }
    }
    found.filter(|(_, apart)| apart.len().saturating_mul(2) < own.len())
}

fn is_multiple(standard: &Steps, own: &Steps, factor: Decimal, ends: bool) -> bool {
    let times = |rate: &Decimal| rate.checked_mul(factor);
    let base = standard.0.as_ref().and_then(times) == own.0;
    // Where the context ends before the standard tiers, they are not its own.
    let tiers = if ends && own.1.is_empty() { &[] } else { standard.1.as_slice() };
    base && tiers.len() == own.1.len()
        && tiers.iter().zip(&own.1).all(|(standard, own)| standard.0 == own.0 && times(&standard.1) == Some(own.1))
}

fn rewrite(context: &mut ContextForm, factor: Decimal, apart: &[(UsageClass, Steps)]) {
    context.multiplier = Some(Multiplier(factor));
    let mut base = Rates::default();
    for (class, (rate, _)) in apart {
        if let Some(rate) = rate {
            base.set(*class, *rate);
        }
    }
    context.rates_per_mtok = RatesPerMtok(base);
    for tier in &mut context.tiers {
        let mut rates = Rates::default();
        for (class, (_, above)) in apart {
            if let Some((_, rate)) = above.iter().find(|(start, _)| *start == tier.starts) {
                rates.set(*class, *rate);
            }
        }
        tier.rates_per_mtok = RatesPerMtok(rates);
    }
    context.tiers.retain(|tier| !tier.rates_per_mtok.0.is_empty());
}
