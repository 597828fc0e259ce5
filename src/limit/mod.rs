//! Limits: token buckets over a meter, and the gauge of open holds.
//!
//! INVARIANT: a bucket's level never exceeds its capacity; it may be negative, since reality is never refused.

mod bucket;
mod form;
mod gauge;

use std::sync::Arc;

pub use self::{
    bucket::{Bucket, Wait},
    form::{LimitForm, Meter, MeterAmount, Mode, Operation, OutputCounting, Scope},
    gauge::Gauge,
};
use crate::{
    id::{LimitIx, ModelClassId},
    money::Money,
    state::Names,
    time::Timestamp,
};

/// The bit of every model, for limits without a class.
pub const EVERY_MODEL: u64 = 1 << 63;

/// What a request, or its settlement, counts on each meter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Input tokens without cache reads.
    pub input: u64,
    /// Input tokens read from the cache.
    pub cache_read: u64,
    /// Output tokens.
    pub output: u64,
    /// Money.
    pub cost: Money,
}

/// A limit: its form, and its level or its count.
#[derive(Clone, Debug)]
pub struct Limit {
    /// The bucket; for a gauge its `full` level is the capacity.
    pub bucket: Bucket,
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
    /// Whether its last admission was refused.
    pub hit: bool,
    /// Whether it is in force; one that was removed stays as the place where open holds post to.
    pub alive: bool,
    /// Open holds, for the meter `concurrent_requests`; elsewhere, so that the buckets stand close together.
    pub gauge: Option<Box<Gauge>>,
    /// As written.
    pub form: Arc<LimitForm>,
}

impl Limit {
    /// A full bucket.
    pub(crate) fn new(form: LimitForm, class_mask: u64, now: Timestamp) -> Self {
        let full = form.capacity.units().saturating_mul(form.period().into());
        Self {
            bucket: Bucket { level: full, at: now, rate: form.rate_units(), full, period: form.period() },
            class_mask,
            meter: form.meter,
            operation: form.operation,
            count_cache_reads: form.count_cache_reads,
            output: form.output,
            shadow: form.mode == Mode::Shadow,
            hit: false,
            alive: true,
            gauge: (form.meter == Meter::ConcurrentRequests).then(Box::default),
            form: Arc::new(form),
        }
    }

    /// Takes over another form of the same kind, keeping the level.
    pub(crate) fn change(&mut self, form: LimitForm, now: Timestamp) {
        self.bucket.refill(now);
        let leaves_shadow = self.shadow && form.mode == Mode::Enforce;
        self.bucket.rate = form.rate_units();
        self.bucket.full = form.capacity.units().saturating_mul(form.period().into());
        self.bucket.level = if leaves_shadow { self.bucket.full } else { self.bucket.level.min(self.bucket.full) };
        self.shadow = form.mode == Mode::Shadow;
        self.form = Arc::new(form);
    }

    /// How many holds are open, for the meter `concurrent_requests`.
    #[must_use]
    pub fn open(&self) -> usize {
        self.gauge.as_ref().map_or(0, |gauge| gauge.count())
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
        self.bucket.scaled(debit).max(i128::from(self.counts_output_later()))
    }

    /// What an admission needs in whole units of the meter, for its debit.
    #[must_use]
    pub fn needed(&self, debit: i128) -> i128 {
        debit.max(i128::from(self.counts_output_later()))
    }
}

/// Every limit, in force or removed.
#[derive(Clone, Debug, Default)]
pub struct Limits {
    table: Vec<Limit>,
    by_id: Names,
}

impl Limits {
    /// A limit.
    #[must_use]
    pub fn get(&self, limit: LimitIx) -> Option<&Limit> {
        self.table.get(limit.at())
    }

    pub(crate) fn get_mut(&mut self, limit: LimitIx) -> Option<&mut Limit> {
        self.table.get_mut(limit.at())
    }

    /// The limit in force of an id.
    #[must_use]
    pub fn by_id(&self, id: &str) -> Option<LimitIx> {
        self.by_id.get(id).copied().map(LimitIx)
    }

    /// The limits, in the order of handles.
    #[must_use]
    pub fn table(&self) -> &[Limit] {
        &self.table
    }

    pub(crate) fn add(&mut self, limit: Limit) -> LimitIx {
        let handle = LimitIx(u32::try_from(self.table.len()).unwrap_or(u32::MAX));
        self.by_id.insert(limit.form.id.as_str().into(), handle.0);
        self.table.push(limit);
        handle
    }

    pub(crate) fn retire(&mut self, limit: LimitIx) {
        if let Some(limit) = self.table.get_mut(limit.at()) {
            limit.alive = false;
            self.by_id.remove(limit.form.id.as_str());
        }
    }

    pub(crate) fn set_class_masks(&mut self, mask_of: impl Fn(&ModelClassId) -> u64) {
        for limit in &mut self.table {
            limit.class_mask = limit.form.model_class.as_ref().map_or(EVERY_MODEL, &mask_of);
        }
    }

    pub(crate) fn restore(table: Vec<Limit>) -> Self {
        let mut limits = Self { table, by_id: Names::default() };
        for (limit, index) in limits.table.iter().zip(0_u32..) {
            if limit.alive {
                limits.by_id.insert(limit.form.id.as_str().into(), index);
            }
        }
        limits
    }
}
