//! The charge: what a usage costs, line by line.
//!
//! Quote and charge read the same tables, and a charge is the sum of its lines, by construction: [`charge`] adds what
//! [`lines`] lists.

use super::{
    card::{CardVersion, Tiers},
    card_form::TierKind,
    class::{Unit, UsageClass},
    container_time::CountedTime,
    rate::{Rate, RateTable},
    usage::{PriceContext, Usage},
};
use crate::money::Money;

/// Why a usage has no price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnpricedReason {
    /// No card of the book carries the model at that time.
    Model,
    /// The card has no rates for the context.
    Context,
    /// The card has no rate for a class that was used.
    Class(UsageClass),
}

impl UnpricedReason {
    /// The code of the reason.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Model => "unpriced_model",
            Self::Context => "unpriced_context",
            Self::Class(_) => "unpriced_class",
        }
    }
}

/// One line of a charge: a quantity of a class at a rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// The class.
    pub class: UsageClass,
    /// How much of it is billed, in the class's unit.
    pub quantity: u64,
    /// The rate, with every factor in it.
    pub rate: Rate,
    /// The shortest prompt of the rate's tier; 0 for the base tier.
    pub tier_first: u64,
    /// What the line costs.
    pub amount: Money,
}

/// What a usage costs by a card's version.
///
/// # Errors
/// When the context, or a class that was used, has no price.
pub fn charge(version: &CardVersion, context: PriceContext, usage: &Usage) -> Result<Money, UnpricedReason> {
    let mut total = Money::ZERO;
    lines(version, context, usage, |line| total += line.amount)?;
    Ok(total)
}

/// What a usage costs by a card's version where `free_ms` of container time are still free, and the time that it counts.
///
/// # Errors
/// As [`charge`].
pub fn charge_beyond(
    free_ms: u64,
    version: &CardVersion,
    context: PriceContext,
    usage: &Usage,
) -> Result<(Money, CountedTime), UnpricedReason> {
    let (mut total, mut time) = (Money::ZERO, CountedTime::default());
    lines(version, context, usage, |line| {
        let mut amount = line.amount;
        if line.class == UsageClass::CodeExecution {
            // The one line of this class: time knows no tiers.
            time = CountedTime { billed_ms: line.quantity, free_ms: free_ms.min(line.quantity) };
            amount = line.rate.of(line.class, line.quantity.saturating_sub(time.free_ms)).unwrap_or(amount);
        }
        total += amount;
    })?;
    Ok((total, time))
}

/// Lists what a usage costs by a card's version, in the order of the classes.
///
/// # Errors
/// When the context, or a class that was used, has no price.
pub fn lines(
    version: &CardVersion,
    context: PriceContext,
    usage: &Usage,
    mut list: impl FnMut(Line),
) -> Result<(), UnpricedReason> {
    let tiers = version.tiers(context).ok_or(UnpricedReason::Context)?;
    // Told before the tiers: a context may end between two of them.
    let prompt = usage.prompt();
    if prompt > tiers.longest {
        return Err(UnpricedReason::Context);
    }
    if version.tier_kind == TierKind::Graduated && tiers.all().len() > 1 {
        return graduated(version, tiers, usage, list);
    }
    let tier = match tiers.all() {
        [only] => only,
        _ => tiers.of(prompt).ok_or(UnpricedReason::Context)?,
    };
    for (class, quantity) in usage.counts() {
        list(line(&tier.rates, class, version.billed(class, quantity), tier.first)?);
    }
    Ok(())
}

fn line(rates: &RateTable, class: UsageClass, quantity: u64, tier_first: u64) -> Result<Line, UnpricedReason> {
    let rate = rates.get(class);
    let amount = rate.of(class, quantity).ok_or(UnpricedReason::Class(class))?;
    Ok(Line { class, quantity, rate, tier_first, amount })
}

/// Each class is billed tier by tier, by its own count.
fn graduated(
    version: &CardVersion,
    tiers: &Tiers,
    usage: &Usage,
    mut list: impl FnMut(Line),
) -> Result<(), UnpricedReason> {
    for (class, quantity) in usage.counts() {
        let mut left = version.billed(class, quantity);
        let mut ends = tiers.all().iter().skip(1).map(|tier| tier.first.saturating_sub(1));
        let mut start = 0;
        for tier in tiers.all() {
            // Uses and hours know no tiers.
            let end = if class.unit() == Unit::Token { ends.next().unwrap_or(u64::MAX) } else { u64::MAX };
            let part = left.min(end.saturating_sub(start));
            if part > 0 {
                list(line(&tier.rates, class, part, tier.first)?);
            }
            left = left.saturating_sub(part);
            start = end;
            if left == 0 {
                break;
            }
        }
    }
    Ok(())
}
