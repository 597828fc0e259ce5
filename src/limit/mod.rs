//! Limits: token buckets over a meter, and the gauge of open holds.
//!
//! INVARIANT: a bucket's level never exceeds its capacity; it may be negative, since reality is never refused.

mod bucket;
mod form;
mod gauge;
mod terms;

use core::ops::Deref;
use std::sync::Arc;

use self::terms::TermsTable;
pub use self::{
    bucket::{Bucket, Wait},
    form::{LimitForm, Meter, MeterAmount, Mode, Operation, OutputCounting, Scope},
    gauge::Gauge,
    terms::{Amounts, Terms},
};
use crate::{
    ahead,
    id::{LimitIx, ModelClassId},
    index::{Index, Sought},
    money::Money,
    ranking::Ranking,
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

/// What every request moves. Levels stand close together: a key's limits are read and written by each of its requests.
#[derive(Clone, Debug)]
struct Level {
    level: i128,
    at: Timestamp,
    terms: u32,
    hit: bool,
    alive: bool,
}

/// What is seldom read.
#[derive(Clone, Debug)]
struct Place {
    form: Arc<LimitForm>,
    gauge: Option<Box<Gauge>>,
}

/// How a limit stands to a request that it applies to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Its bucket has enough as it was last left, and the last request passed too: time only raises a level.
    Plenty,
    /// It has to be checked to the last digit.
    Unsure,
}

/// A limit, to be read; also its [`Terms`].
#[derive(Clone, Copy, Debug)]
pub struct Limit<'a> {
    level: &'a Level,
    terms: &'a Terms,
    place: &'a Place,
}

impl Deref for Limit<'_> {
    type Target = Terms;

    fn deref(&self) -> &Terms {
        self.terms
    }
}

impl<'a> Limit<'a> {
    /// The bucket; for a gauge its `full` level is the capacity.
    #[must_use]
    pub fn bucket(&self) -> Bucket {
        bucket(self.level, self.terms)
    }

    /// Whether its last admission was refused.
    #[must_use]
    pub fn hit(&self) -> bool {
        self.level.hit
    }

    /// Whether it is in force; one that was removed stays as the place where open holds post to.
    #[must_use]
    pub fn alive(&self) -> bool {
        self.level.alive
    }

    /// As written.
    #[must_use]
    pub fn form(&self) -> &'a LimitForm {
        &self.place.form
    }

    /// The open holds, for the meter `concurrent_requests`.
    #[must_use]
    pub fn gauge(&self) -> Option<&'a Gauge> {
        self.place.gauge.as_deref()
    }

    /// How many holds are open, for the meter `concurrent_requests`.
    #[must_use]
    pub fn open(&self) -> usize {
        self.gauge().map_or(0, Gauge::count)
    }
}

fn bucket(level: &Level, terms: &Terms) -> Bucket {
    Bucket { level: level.level, at: level.at, rate: terms.rate, full: terms.full, period: terms.period }
}

/// Every limit, in force or removed.
#[derive(Clone, Debug, Default)]
pub struct Limits {
    levels: Vec<Level>,
    terms: TermsTable,
    places: Vec<Place>,
    by_id: Index,
    // Of those in force.
    pub(crate) ranked: Ranking,
}

impl Limits {
    /// A limit.
    #[must_use]
    pub fn get(&self, limit: LimitIx) -> Option<Limit<'_>> {
        let level = self.levels.get(limit.at())?;
        Some(Limit { level, terms: self.terms.get(level.terms)?, place: self.places.get(limit.at())? })
    }

    /// How a limit stands to an operation on a model of these classes. Seldom more is read of a limit.
    pub(crate) fn standing(
        &self,
        limit: LimitIx,
        operation: Operation,
        classes: u64,
        amounts: &Amounts,
    ) -> Option<Standing> {
        let level = self.levels.get(limit.at())?;
        let terms = self.terms.get(level.terms)?;
        if terms.operation != operation || terms.class_mask & classes == 0 {
            return None;
        }
        let is_plenty = terms.meter != Meter::ConcurrentRequests && !level.hit && level.level >= terms.need(amounts);
        Some(if is_plenty { Standing::Plenty } else { Standing::Unsure })
    }

    /// The limit in force of an id.
    #[must_use]
    pub fn by_id(&self, id: &str) -> Option<LimitIx> {
        let is_at = |at: u32| self.places.get(at as usize).is_some_and(|known| known.form.id.as_str() == id);
        self.by_id.get(&Sought::of(id), &is_at).map(LimitIx)
    }

    /// The limits, in the order of handles.
    pub fn iter(&self) -> impl Iterator<Item = (LimitIx, Limit<'_>)> {
        (0..).map(LimitIx).zip(&self.levels).filter_map(|(limit, _)| Some((limit, self.get(limit)?)))
    }

    /// Asks for the levels of a scope's limits, which are read soon and mostly stand together; two fill a line.
    pub(crate) fn ask_for(&self, first: LimitIx) {
        for level in [first.at(), first.at().wrapping_add(2)] {
            if let Some(level) = self.levels.get(level) {
                ahead::ask_for(level);
            }
        }
    }

    /// The gauge of a limit that has one.
    pub(crate) fn gauge_mut(&mut self, limit: LimitIx) -> Option<&mut Gauge> {
        let level = self.levels.get(limit.at())?;
        if self.terms.get(level.terms)?.meter != Meter::ConcurrentRequests {
            return None;
        }
        self.places.get_mut(limit.at())?.gauge.as_deref_mut()
    }

    /// Subtracts from a bucket what its terms make of a request, in units of 1/period. A gauge is left as it is, and given back.
    pub(crate) fn subtract(
        &mut self,
        limit: LimitIx,
        amount: impl FnOnce(&Terms) -> i128,
        now: Timestamp,
    ) -> Option<&mut Gauge> {
        let level = self.levels.get_mut(limit.at())?;
        let terms = self.terms.get(level.terms)?;
        if terms.meter == Meter::ConcurrentRequests {
            return self.places.get_mut(limit.at())?.gauge.as_deref_mut();
        }
        let mut bucket = bucket(level, terms);
        bucket.subtract(amount(terms), now);
        level.level = bucket.level;
        level.at = bucket.at;
        None
    }

    pub(crate) fn set_hit(&mut self, limit: LimitIx, hit: bool) {
        if let Some(level) = self.levels.get_mut(limit.at()) {
            level.hit = hit;
        }
    }

    /// Adds a full bucket.
    pub(crate) fn add(&mut self, form: LimitForm, class_mask: u64, now: Timestamp) -> LimitIx {
        let terms = Terms::of(&form, class_mask);
        self.put(form, terms, terms.full, now, true)
    }

    fn put(&mut self, form: LimitForm, terms: Terms, level: i128, at: Timestamp, alive: bool) -> LimitIx {
        let handle = LimitIx(u32::try_from(self.levels.len()).unwrap_or(u32::MAX));
        let gauge = (terms.meter == Meter::ConcurrentRequests).then(Box::default);
        self.levels.push(Level { level, at, terms: self.terms.intern(terms), hit: false, alive });
        if alive {
            let is_before = |at: u32| self.places.get(at as usize).is_some_and(|known| known.form.id < form.id);
            self.ranked.insert(handle.0, &is_before);
            self.by_id.insert(handle.0, form.id.as_str());
        }
        self.places.push(Place { form: Arc::new(form), gauge });
        handle
    }

    /// Adds a limit as it was.
    pub(crate) fn restore(&mut self, form: LimitForm, class_mask: u64, known: &LimitLevel) {
        let terms = Terms::of(&form, class_mask);
        // A bucket is never fuller than full, whatever a snapshot says: the gates rely on it.
        let limit = self.put(form, terms, known.level.min(terms.full), known.at, known.alive);
        self.set_hit(limit, known.hit);
    }

    /// What a snapshot keeps of each limit beside its form.
    pub(crate) fn levels(&self) -> Vec<LimitLevel> {
        let kept = |level: &Level| LimitLevel { alive: level.alive, hit: level.hit, level: level.level, at: level.at };
        self.levels.iter().map(kept).collect()
    }

    /// Takes over another form of the same kind, keeping the level.
    pub(crate) fn change(&mut self, limit: LimitIx, form: LimitForm, now: Timestamp) {
        let Some(mut known) = self.get(limit).map(|limit| (limit.bucket(), *limit.terms)) else { return };
        let terms = Terms::of(&form, known.1.class_mask);
        known.0.refill(now);
        let leaves_shadow = known.1.shadow && !terms.shadow;
        let level = if leaves_shadow { terms.full } else { known.0.level.min(terms.full) };
        let interned = self.terms.intern(terms);
        if let Some((place, moved)) = self.places.get_mut(limit.at()).zip(self.levels.get_mut(limit.at())) {
            place.form = Arc::new(form);
            moved.level = level;
            moved.at = known.0.at;
            moved.terms = interned;
        }
        if self.terms.len() > self.levels.len().saturating_mul(2).saturating_add(64) {
            self.renew_terms(|terms, _| *terms);
        }
    }

    pub(crate) fn retire(&mut self, limit: LimitIx) {
        if let Some((level, place)) = self.levels.get_mut(limit.at()).zip(self.places.get(limit.at())) {
            level.alive = false;
            let id = &place.form.id;
            let is_before = |at: u32| self.places.get(at as usize).is_some_and(|known| known.form.id < *id);
            self.ranked.remove(limit.0, &is_before);
            self.by_id.remove(limit.0, id.as_str());
        }
    }

    pub(crate) fn set_class_masks(&mut self, mask_of: impl Fn(&ModelClassId) -> u64) {
        self.renew_terms(|terms, form| {
            let mut renewed = *terms;
            renewed.class_mask = form.model_class.as_ref().map_or(EVERY_MODEL, &mask_of);
            renewed
        });
    }

    /// Gives every limit its terms anew, and forgets those that none has any more.
    fn renew_terms(&mut self, renew: impl Fn(&Terms, &LimitForm) -> Terms) {
        let before = core::mem::take(&mut self.terms);
        for (level, place) in self.levels.iter_mut().zip(&self.places) {
            if let Some(terms) = before.get(level.terms) {
                level.terms = self.terms.intern(renew(terms, &place.form));
            }
        }
    }
}

/// What a snapshot keeps of a limit beside its form.
pub(crate) struct LimitLevel {
    alive: bool,
    hit: bool,
    level: i128,
    at: Timestamp,
}

crate::packed!(struct LimitLevel { alive, hit, level, at });

#[cfg(test)]
mod tests {
    use super::*;
    use crate::form::{Form, Json, Path, Problems};

    fn form(id: &str, rate: u32, class: Option<&str>) -> LimitForm {
        let class = class.map_or("null".to_owned(), |class| format!("\"{class}\""));
        let json = format!(
            r#"{{"id":"{id}","scope":"organization","meter":"requests","rate":{rate},"period_ms":1000,"capacity":100,"model_class":{class}}}"#
        );
        LimitForm::read(&Json::parse(&json).unwrap(), &Path::Root(""), &mut Problems::default())
    }

    #[test]
    fn a_limit_that_changes_often_keeps_its_level_and_leaves_no_terms_behind() {
        let now = Timestamp::EPOCH;
        let mut limits = Limits::default();
        let often = limits.add(form("often", 1, None), EVERY_MODEL, now);
        let other = limits.add(form("other", 7, Some("c")), 2, now);
        limits.subtract(often, |terms| terms.scaled(30), now);
        limits.subtract(other, |terms| terms.scaled(5), now);
        limits.set_hit(other, true);
        for rate in 1..=500 {
            limits.change(often, form("often", rate, None), now);
            assert!(limits.terms.len() <= 2 * 2 + 64 + 1);
        }
        let (often, other) = (limits.get(often).unwrap(), limits.get(other).unwrap());
        assert_eq!((often.rate, often.class_mask), (500, EVERY_MODEL));
        assert_eq!(often.bucket().whole(often.bucket().level), 70);
        assert_eq!((other.rate, other.class_mask, other.hit()), (7, 2, true));
        assert_eq!(other.bucket().whole(other.bucket().level), 95);
        assert_eq!(limits.by_id("other"), Some(LimitIx(1)));
    }

    #[test]
    fn classes_that_change_reach_every_limit_that_names_them_retired_or_not() {
        let now = Timestamp::EPOCH;
        let mut limits = Limits::default();
        let retired = limits.add(form("a", 1, Some("c")), 1, now);
        limits.retire(retired);
        let again = limits.add(form("a", 1, Some("c")), 1, now);
        let every = limits.add(form("b", 1, None), EVERY_MODEL, now);
        limits.set_class_masks(|class| if class.as_str() == "c" { 8 } else { 0 });
        let masks = [retired, again, every].map(|limit| limits.get(limit).map(|limit| limit.class_mask));
        assert_eq!(masks, [Some(8), Some(8), Some(EVERY_MODEL)]);
        assert_eq!(limits.by_id("a"), Some(again));
        assert!(!limits.get(retired).unwrap().alive());
    }
}
