//! What a limit demands: the numbers that alike limits share, so that they are in memory once.

use super::{Counts, LimitForm, Meter, Mode, Operation, OutputCounting, bucket::times};
use crate::index::{self, Positions, Tagged};

/// Which amount of a request a limit counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Counted {
    Nothing,
    Request,
    Input,
    InputAndCacheReads,
    Output,
    Tokens,
    TokensAndCacheReads,
    Cost,
}

impl Counted {
    /// What a meter counts; `output` says whether output is known, or reserved.
    const fn by(meter: Meter, cache_reads: bool, output: bool) -> Self {
        match (meter, cache_reads, output) {
            (Meter::ConcurrentRequests, _, _) | (Meter::OutputTokens, _, false) => Self::Nothing,
            (Meter::Requests, _, _) => Self::Request,
            (Meter::InputTokens, false, _) | (Meter::Tokens, false, false) => Self::Input,
            (Meter::InputTokens, true, _) | (Meter::Tokens, true, false) => Self::InputAndCacheReads,
            (Meter::OutputTokens, _, true) => Self::Output,
            (Meter::Tokens, false, true) => Self::Tokens,
            (Meter::Tokens, true, true) => Self::TokensAndCacheReads,
            (Meter::Cost, _, _) => Self::Cost,
        }
    }
}

/// The amounts of a request, made once for all limits that count one of them.
#[derive(Clone, Copy, Debug)]
pub struct Amounts {
    // As short as nearly all are, so that they are multiplied at once; what is longer is `LONG`, and that is only ever a cost.
    short: [i64; 8],
    cost: i128,
}

const LONG: i64 = i64::MAX;

impl Amounts {
    /// The amounts of what a request counts; each of its tokens is at most 10^12.
    #[must_use]
    pub fn of(counts: &Counts) -> Self {
        let all_input = counts.input.saturating_add(counts.cache_read);
        let tokens = |count: u64| i64::try_from(count).unwrap_or(LONG);
        let cost = counts.cost.units();
        let short = [
            0,
            1,
            tokens(counts.input),
            tokens(all_input),
            tokens(counts.output),
            tokens(counts.input.saturating_add(counts.output)),
            tokens(all_input.saturating_add(counts.output)),
            i64::try_from(cost).unwrap_or(LONG),
        ];
        Self { short, cost }
    }

    fn short(&self, counted: Counted) -> i64 {
        self.short.get(counted as usize).copied().unwrap_or(LONG)
    }

    fn get(&self, counted: Counted) -> i128 {
        if counted == Counted::Cost { self.cost } else { self.short(counted).into() }
    }

    /// An amount in units of 1/period.
    fn scaled(&self, counted: Counted, period: i64) -> i128 {
        match self.short(counted) {
            LONG => times(self.get(counted), period),
            short => i128::from(short).wrapping_mul(period.into()),
        }
    }
}

/// What a limit demands, apart from whose it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// Refill for each millisecond, in units of 1/period.
    pub rate: i128,
    /// The level of a full bucket, in units of 1/period; for a gauge the capacity.
    pub full: i128,
    /// Units in one unit of the meter: the period, in milliseconds.
    pub period: i64,
    /// The class bits of the models that it applies to.
    pub class_mask: u64,
    /// The meter.
    pub meter: Meter,
    /// The operation.
    pub operation: Operation,
    /// Whether cache reads count.
    pub count_cache_reads: bool,
    /// When output counts.
    pub output: OutputCounting,
    /// Counted, but never blocking.
    pub shadow: bool,
    // What is counted at admission, and in the end.
    debited: Counted,
    due: Counted,
}

impl Terms {
    pub(super) fn of(form: &LimitForm, class_mask: u64) -> Self {
        Self {
            rate: form.rate_units(),
            full: form.capacity.units().saturating_mul(form.period().into()),
            period: form.period(),
            class_mask,
            meter: form.meter,
            operation: form.operation,
            count_cache_reads: form.count_cache_reads,
            output: form.output,
            shadow: form.mode == Mode::Shadow,
            debited: Counted::by(form.meter, form.count_cache_reads, form.output == OutputCounting::Reserve),
            due: Counted::by(form.meter, form.count_cache_reads, true),
        }
    }

    /// What is debited at admission, in units of the meter.
    #[must_use]
    pub fn debit(&self, amounts: &Amounts) -> i128 {
        amounts.get(self.debited)
    }

    /// What is due in the end, in units of the meter.
    #[must_use]
    pub fn actual(&self, amounts: &Amounts) -> i128 {
        amounts.get(self.due)
    }

    /// Whether output is counted only when it is known.
    #[must_use]
    pub fn counts_output_later(&self) -> bool {
        self.debited != self.due
    }

    /// An amount of the meter in units of 1/period.
    pub(crate) fn scaled(&self, amount: i128) -> i128 {
        times(amount, self.period)
    }

    /// What is debited at admission, in units of 1/period.
    pub(crate) fn scaled_debit(&self, amounts: &Amounts) -> i128 {
        amounts.scaled(self.debited, self.period)
    }

    /// The level that an admission needs.
    #[must_use]
    pub fn need(&self, amounts: &Amounts) -> i128 {
        self.scaled_debit(amounts).max(i128::from(self.counts_output_later()))
    }

    /// What an admission needs in whole units of the meter, for its debit.
    #[must_use]
    pub fn needed(&self, debit: i128) -> i128 {
        debit.max(i128::from(self.counts_output_later()))
    }
}

/// Every terms that some limit has, once each.
#[derive(Clone, Debug, Default)]
pub(super) struct TermsTable {
    list: Vec<Terms>,
    positions: Positions,
}

impl TermsTable {
    pub(super) fn get(&self, at: u32) -> Option<&Terms> {
        self.list.get(at as usize)
    }

    pub(super) fn len(&self) -> usize {
        self.list.len()
    }

    /// The place of some terms, made where they are new.
    pub(super) fn intern(&mut self, terms: Terms) -> u32 {
        let tag = index::tag(&(terms.rate, terms.full, terms.class_mask));
        if let Some(known) = self.positions.find(tag, &|at| self.list.get(at as usize) == Some(&terms)) {
            return known;
        }
        let position = u32::try_from(self.list.len()).unwrap_or(u32::MAX);
        self.positions.insert(Tagged { position, tag });
        self.list.push(terms);
        position
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms(rate: i128, meter: Meter) -> Terms {
        Terms {
            rate,
            full: 7,
            period: 1_000,
            class_mask: 1,
            meter,
            operation: Operation::Messages,
            count_cache_reads: false,
            output: OutputCounting::Reserve,
            shadow: false,
            debited: Counted::by(meter, false, true),
            due: Counted::by(meter, false, true),
        }
    }

    #[test]
    fn alike_terms_stand_once_and_others_apart() {
        let mut table = TermsTable::default();
        let places: Vec<u32> = (0..100).map(|rate| table.intern(terms(rate % 10, Meter::Requests))).collect();
        assert_eq!(table.len(), 10);
        assert_eq!(places[3], places[93]);
        let other = table.intern(terms(3, Meter::Tokens));
        assert_ne!(other, places[3]);
        assert_eq!(table.get(other).map(|terms| terms.meter), Some(Meter::Tokens));
    }
}
