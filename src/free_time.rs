//! Free time: what an organization used of the container time that costs nothing, by calendar month in UTC.
//!
//! INVARIANT: no settlement takes more than what is left of its month, so that the sum over a month never exceeds what the
//! price book gives.

use crate::time::{Timestamp, UtcOffset, Window, WindowRule};

/// What was used of a month's free time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MonthTime {
    /// The month.
    pub month: Window,
    /// Free time that settlements took, in milliseconds.
    pub used_ms: u64,
}

crate::packed!(struct MonthTime { month, used_ms });

/// The free time that was used, by month.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FreeTime {
    // By rising month; only months in which some was used, and old ones go when nothing can be posted to them any more.
    months: Vec<MonthTime>,
}

fn month_of(at: Timestamp) -> Window {
    WindowRule::Monthly(UtcOffset::default(), 1).containing(at)
}

impl FreeTime {
    /// The month that contains an instant, with what was used of it.
    #[must_use]
    pub fn month_at(&self, at: Timestamp) -> MonthTime {
        let known = self.months.iter().rev().find(|known| known.month.contains(at));
        known.copied().unwrap_or_else(|| MonthTime { month: month_of(at), used_ms: 0 })
    }

    /// The months of which some was used, rising.
    #[must_use]
    pub fn months(&self) -> &[MonthTime] {
        &self.months
    }

    /// Posts time to the month of an admission, and forgets the months that ended before `horizon`.
    pub(crate) fn add(&mut self, admitted_at: Timestamp, ms: u64, horizon: Timestamp) {
        let MonthTime { month, used_ms } = self.month_at(admitted_at);
        self.months.retain(|known| known.month != month && !known.month.ended_by(horizon));
        let position = self.months.partition_point(|known| known.month.start < month.start);
        self.months.insert(position, MonthTime { month, used_ms: used_ms.saturating_add(ms) });
    }

    /// The free time of a snapshot; `None` where the months are none, or do not rise.
    pub(crate) fn restored(months: Vec<MonthTime>) -> Option<Self> {
        let rises = months.windows(2).all(|pair| matches!(pair, [left, right] if left.month.start < right.month.start));
        let whole = months.iter().all(|known| known.used_ms > 0 && known.month == month_of(known.month.start));
        (rises && whole).then_some(Self { months })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn time_is_posted_to_its_month_and_old_months_are_forgotten() {
        let mut time = FreeTime::default();
        time.add(at("2026-12-31T23:59:59.999Z"), 5, Timestamp::EPOCH);
        time.add(at("2027-01-01T00:00:00Z"), 7, Timestamp::EPOCH);
        time.add(at("2026-12-01T00:00:00Z"), 1, Timestamp::EPOCH);
        assert_eq!(time.month_at(at("2026-12-15T00:00:00Z")).used_ms, 6);
        assert_eq!(time.month_at(at("2027-01-31T23:59:59Z")).used_ms, 7);
        assert_eq!(time.month_at(at("2027-02-01T00:00:00Z")).used_ms, 0);
        time.add(at("2027-01-02T00:00:00Z"), 1, at("2027-01-01T00:00:00Z"));
        assert_eq!(time.months().iter().map(|known| known.used_ms).collect::<Vec<_>>(), [8]);
    }

    #[test]
    fn months_that_are_none_are_not_restored() {
        let month = month_of(at("2026-12-15T00:00:00Z"));
        let next = month_of(at("2027-01-15T00:00:00Z"));
        let known = |month, used_ms| MonthTime { month, used_ms };
        assert!(FreeTime::restored(vec![known(month, 1), known(next, 2)]).is_some());
        assert!(FreeTime::restored(vec![known(next, 2), known(month, 1)]).is_none());
        assert!(FreeTime::restored(vec![known(month, 1), known(month, 1)]).is_none());
        assert!(FreeTime::restored(vec![known(month, 0)]).is_none());
        let shifted = Window { start: month.start.plus(1), end: month.end };
        assert!(FreeTime::restored(vec![known(shifted, 1)]).is_none());
    }
}
