//! A token bucket in exact integers.
//!
//! The level is kept in units of 1/period of the meter, so that refill for each millisecond is a whole number (`rate`)
//! and the wait until an amount fits is exact, not rounded.

use crate::{
    money::{difference, sum},
    time::Timestamp,
};

/// How long until an amount fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wait {
    /// At this instant, and not a millisecond earlier.
    Until(Timestamp),
    /// Never: it is more than a full bucket.
    Never,
}

/// A product, or as much as the type holds. Nearly all factors are short, and two short ones cannot overflow.
pub(super) fn times(amount: i128, by: i64) -> i128 {
    match i64::try_from(amount) {
        Ok(short) => i128::from(short).wrapping_mul(by.into()),
        Err(_) => long_times(amount, by),
    }
}

#[cold]
fn long_times(amount: i128, by: i64) -> i128 {
    amount.saturating_mul(by.into())
}

/// A level that refills with time.
///
/// ```
/// use tollgate::{limit::{Bucket, Wait}, time::Timestamp};
/// let start = Timestamp::EPOCH;
/// // 60 a minute, at most 2 at once, now empty: one more fits after exactly a second.
/// let bucket = Bucket { level: 0, at: start, rate: 60, full: 2 * 60_000, period: 60_000 };
/// assert_eq!(bucket.wait(bucket.scaled(1), start), Wait::Until(start.plus(1_000)));
/// assert_eq!(bucket.wait(bucket.scaled(3), start), Wait::Never);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bucket {
    /// The level at `at`; negative where more was used than admitted.
    pub level: i128,
    /// When the level was last brought up to date.
    pub at: Timestamp,
    /// Refill for each millisecond.
    pub rate: i128,
    /// The level of a full bucket.
    pub full: i128,
    /// Units in one unit of the meter: the period, in milliseconds.
    pub period: i64,
}

impl Bucket {
    /// An amount of the meter in units of the level.
    #[must_use]
    pub fn scaled(&self, amount: i128) -> i128 {
        times(amount, self.period)
    }

    /// The level at an instant that is not before `at`.
    #[must_use]
    pub fn level_at(&self, now: Timestamp) -> i128 {
        let elapsed = now.since(self.at);
        if elapsed <= 0 {
            return self.level;
        }
        sum(self.level, times(self.rate, elapsed)).min(self.full)
    }

    /// Brings the level up to date.
    pub(crate) fn refill(&mut self, now: Timestamp) {
        self.level = self.level_at(now);
        self.at = self.at.max(now);
    }

    /// Subtracts an amount in units of the level, which may be negative to give back; never above full.
    pub(crate) fn subtract(&mut self, amount: i128, now: Timestamp) {
        self.refill(now);
        self.level = difference(self.level, amount).min(self.full);
    }

    /// When the level reaches `need`, for a level that is below it now.
    #[must_use]
    pub fn wait(&self, need: i128, now: Timestamp) -> Wait {
        if need > self.full || self.rate <= 0 {
            return Wait::Never;
        }
        let missing = need.saturating_sub(self.level_at(now)).max(0);
        let rounded_up = missing.saturating_add(self.rate.saturating_sub(1)).checked_div(self.rate).unwrap_or(0);
        Wait::Until(now.plus(i64::try_from(rounded_up).unwrap_or(i64::MAX)))
    }

    /// The level in whole units of the meter, rounded down.
    #[must_use]
    pub fn whole(&self, level: i128) -> i128 {
        level.checked_div_euclid(self.period.into()).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_saturate_and_short_ones_are_exact() {
        let amounts = [0, 1, -1, i64::MAX.into(), i64::MIN.into(), i128::from(i64::MAX) + 1, i128::MAX, i128::MIN];
        for amount in amounts {
            for by in [0, 1, -1, 60_000, i64::MAX, i64::MIN] {
                assert_eq!(times(amount, by), amount.saturating_mul(by.into()), "{amount} times {by}");
            }
        }
    }
}
