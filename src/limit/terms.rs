//! What a limit demands: the numbers that alike limits share, so that they are in memory once.

use super::{Counts, LimitForm, Meter, Mode, Operation, OutputCounting, bucket::times};
use crate::index::{self, Positions, Tagged};

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
        }
    }

    /// What is debited at admission, in units of the meter.
    #[must_use]
    pub fn debit(&self, counts: &Counts) -> i128 {
        let reserved = if self.output == OutputCounting::Reserve { counts.output } else { 0 };
        self.amount(counts, reserved)
    }

    /// What is due in the end, in units of the meter.
    #[must_use]
    pub fn actual(&self, counts: &Counts) -> i128 {
        self.amount(counts, counts.output)
    }

    fn amount(&self, counts: &Counts, output: u64) -> i128 {
        let input = if self.count_cache_reads { counts.input.saturating_add(counts.cache_read) } else { counts.input };
        match self.meter {
            Meter::Requests => 1,
            Meter::InputTokens => input.into(),
            Meter::OutputTokens => output.into(),
            Meter::Tokens => input.saturating_add(output).into(),
            Meter::Cost => counts.cost.units(),
            Meter::ConcurrentRequests => 0,
        }
    }

    /// Whether output is counted only when it is known.
    #[must_use]
    pub fn counts_output_later(&self) -> bool {
        self.output == OutputCounting::Settle && matches!(self.meter, Meter::OutputTokens | Meter::Tokens)
    }

    /// The level that an admission needs, for its debit.
    #[must_use]
    pub fn need(&self, debit: i128) -> i128 {
        times(debit, self.period).max(i128::from(self.counts_output_later()))
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
