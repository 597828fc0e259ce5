//! Instants, and the windows that budgets are counted in. Nothing here reads a clock.

use core::{fmt, str::FromStr};

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, Timelike};

use crate::error::Error;

/// The last instant that the engine accepts: the end of the year 9999.
pub const LATEST: Timestamp = Timestamp(253_402_300_799_999);

const DAY_MS: i64 = 86_400_000;

/// An instant: milliseconds since 1970-01-01T00:00:00Z, 0 up to the end of the year 9999.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

crate::packed!(struct Timestamp(_));

/// An instant as integer milliseconds, the form of fields that end in `_ms`.
pub type Millis = crate::form::Int<0, 253_402_300_799_999>;

impl From<Millis> for Timestamp {
    fn from(millis: Millis) -> Self {
        Self(millis.get())
    }
}

impl From<Timestamp> for Millis {
    fn from(at: Timestamp) -> Self {
        Self::clamped(at.0)
    }
}

impl Timestamp {
    /// The first instant.
    pub const EPOCH: Self = Self(0);

    /// The instant `millis` milliseconds after 1970.
    ///
    /// # Errors
    /// When it lies before 1970 or after the year 9999.
    pub fn from_millis(millis: i64) -> Result<Self, Error> {
        if (0..=LATEST.0).contains(&millis) {
            Ok(Self(millis))
        } else {
            Err(Error::invalid(format!("`{millis}` is no instant: use milliseconds since 1970, up to the year 9999")))
        }
    }

    /// Milliseconds since 1970.
    #[must_use]
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// The instant `millis` later; it stops at the end of the year 9999.
    #[must_use]
    pub fn plus(self, millis: i64) -> Self {
        Self(self.0.saturating_add(millis).clamp(0, LATEST.0))
    }

    /// Milliseconds from an earlier instant to this one; negative when it is later.
    #[must_use]
    pub fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
}

impl FromStr for Timestamp {
    type Err = Error;

    /// Reads RFC 3339 with an offset. A fraction finer than a millisecond is refused, since it would be lost.
    fn from_str(text: &str) -> Result<Self, Error> {
        let refused = || {
            Error::invalid(format!(
                "`{}` is no instant: write RFC 3339 with an offset and at most milliseconds, such as `2027-01-01T00:00:00Z`",
                crate::error::shown(text)
            ))
        };
        let instant = DateTime::parse_from_rfc3339(text).map_err(|_| refused())?;
        if instant.timestamp_subsec_nanos() % 1_000_000 != 0 {
            return Err(refused());
        }
        Self::from_millis(instant.timestamp_millis())
    }
}

impl fmt::Debug for Timestamp {
    /// As it is written: RFC 3339 in UTC.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}

impl fmt::Display for Timestamp {
    /// Writes RFC 3339 in UTC, with milliseconds only where there are any.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.rfc3339();
        match text.strip_suffix(".000Z") {
            Some(whole) => write!(out, "{whole}Z"),
            None => out.write_str(&text),
        }
    }
}

impl Timestamp {
    /// RFC 3339 in UTC, always with milliseconds: `2027-01-01T00:00:00.000Z`.
    pub(crate) fn rfc3339(self) -> String {
        // No instant is out of the calendar: it ends long after the year 9999.
        let at = DateTime::from_timestamp_millis(self.0).unwrap_or_default();
        let mut text = b"0000-00-00T00:00:00.000Z".to_vec();
        let mut put = |place: core::ops::Range<usize>, mut value: u32| {
            for digit in text.get_mut(place).unwrap_or_default().iter_mut().rev() {
                *digit = b'0' | u8::try_from(value % 10).unwrap_or_default();
                value /= 10;
            }
        };
        put(0..4, at.year().unsigned_abs());
        put(5..7, at.month());
        put(8..10, at.day());
        put(11..13, at.hour());
        put(14..16, at.minute());
        put(17..19, at.second());
        put(20..23, at.timestamp_subsec_millis());
        String::from_utf8(text).unwrap_or_default()
    }
}

/// A fixed offset from UTC, such as `+05:30`; at most 14 hours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UtcOffset {
    minutes: i16,
}

impl UtcOffset {
    fn millis(self) -> i64 {
        i64::from(self.minutes).saturating_mul(60_000)
    }
}

impl FromStr for UtcOffset {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self, Error> {
        let read = || {
            let (sign, rest) = match (text.strip_prefix('+'), text.strip_prefix('-')) {
                (Some(rest), _) => (1, rest),
                (_, Some(rest)) => (-1, rest),
                _ => return None,
            };
            let (hours, minutes) = rest.split_once(':')?;
            let total = minutes_of(hours, minutes)?;
            (total <= 14 * 60).then_some(Self { minutes: if sign < 0 { total.checked_neg()? } else { total } })
        };
        read().ok_or_else(|| {
            Error::invalid(format!(
                "`{}` is no offset from UTC: write `+HH:MM` or `-HH:MM`, at most 14 hours",
                crate::error::shown(text)
            ))
        })
    }
}

impl fmt::Display for UtcOffset {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (sign, minutes) =
            if self.minutes < 0 { ('-', self.minutes.unsigned_abs()) } else { ('+', self.minutes.unsigned_abs()) };
        write!(out, "{sign}{:02}:{:02}", minutes / 60, minutes % 60)
    }
}

/// A minute of the day, such as `16:30`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct TimeOfDay {
    minutes: i16,
}

impl FromStr for TimeOfDay {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self, Error> {
        let minutes = text.split_once(':').and_then(|(hours, minutes)| minutes_of(hours, minutes));
        minutes.filter(|minutes| *minutes < 24 * 60).map(|minutes| Self { minutes }).ok_or_else(|| {
            Error::invalid(format!("`{}` is no time of day: write `HH:MM`, up to `23:59`", crate::error::shown(text)))
        })
    }
}

impl fmt::Display for TimeOfDay {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:02}:{:02}", self.minutes / 60, self.minutes % 60)
    }
}

/// `HH` and `MM` as minutes.
fn minutes_of(hours: &str, minutes: &str) -> Option<i16> {
    let two = |part: &str| {
        (part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit())).then(|| part.parse::<i16>().ok())?
    };
    let (hours, minutes) = (two(hours)?, two(minutes)?);
    (minutes < 60).then(|| hours.checked_mul(60)?.checked_add(minutes))?
}

/// A stretch of each day in UTC, on the days of the week on which it starts. From a time to the same time is a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hours {
    /// One bit for each day of the week, Monday first.
    pub days: u8,
    /// Its first minute.
    pub from: TimeOfDay,
    /// The minute at which it is over; not after `from`: on the next day.
    pub to: TimeOfDay,
}

impl Hours {
    /// Whether an instant lies inside.
    #[must_use]
    pub fn contains(&self, at: Timestamp) -> bool {
        let day = at.0.div_euclid(DAY_MS);
        let minute = at.0.rem_euclid(DAY_MS) / 60_000;
        let (from, to) = (i64::from(self.from.minutes), i64::from(self.to.minutes));
        // 1970-01-01, day 0, was a Thursday.
        let starts_on = |day: i64| self.days & 1_u8.wrapping_shl(day.saturating_add(3).rem_euclid(7) as u32) != 0;
        if from < to {
            return starts_on(day) && (from..to).contains(&minute);
        }
        (starts_on(day) && minute >= from) || (starts_on(day.saturating_sub(1)) && minute < to)
    }
}

crate::names! {
    /// A day of the week, on which weekly windows may start.
    pub enum Weekday {
        /// Monday, as ISO 8601 starts its weeks.
        Monday = "monday",
        /// Tuesday.
        Tuesday = "tuesday",
        /// Wednesday.
        Wednesday = "wednesday",
        /// Thursday.
        Thursday = "thursday",
        /// Friday.
        Friday = "friday",
        /// Saturday.
        Saturday = "saturday",
        /// Sunday.
        Sunday = "sunday",
    }
}

/// The rule by which a budget's time is cut into windows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WindowRule {
    /// Midnight to midnight at the offset.
    Daily(UtcOffset),
    /// From midnight of the start day, for seven days.
    Weekly(UtcOffset, Weekday),
    /// From midnight of the anchor day (1 to 31; a shorter month's last day) to the next.
    Monthly(UtcOffset, u8),
    /// One window without end.
    Total,
}

/// A half-open stretch of time, `[start, end)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// The first instant inside.
    pub start: Timestamp,
    /// The first instant after; `None`: it never ends.
    pub end: Option<Timestamp>,
}

crate::packed!(struct Window { start, end });

impl Window {
    /// Whether the instant lies inside.
    #[must_use]
    pub fn contains(&self, at: Timestamp) -> bool {
        self.start <= at && self.end.is_none_or(|end| at < end)
    }

    /// Whether the window lies wholly before the instant.
    #[must_use]
    pub fn ended_by(&self, at: Timestamp) -> bool {
        self.end.is_some_and(|end| end <= at)
    }
}

impl WindowRule {
    /// The window that contains an instant.
    ///
    /// ```
    /// use tollgate::time::{Timestamp, UtcOffset, WindowRule};
    /// let at: Timestamp = "2028-02-29T12:00:00Z".parse()?;
    /// let window = WindowRule::Monthly(UtcOffset::default(), 31).containing(at);
    /// assert_eq!(window.start.to_string(), "2028-02-29T00:00:00Z");
    /// assert_eq!(window.end.unwrap().to_string(), "2028-03-31T00:00:00Z");
    /// # Ok::<(), tollgate::error::Error>(())
    /// ```
    #[must_use]
    pub fn containing(self, at: Timestamp) -> Window {
        let (offset, days) = match self {
            Self::Total => return Window { start: Timestamp::EPOCH, end: None },
            Self::Daily(offset) => {
                let day = day_of(at, offset);
                (offset, (day, day.saturating_add(1)))
            }
            Self::Weekly(offset, start) => {
                let day = day_of(at, offset);
                // 1970-01-01, day 0, was a Thursday: the fourth day of a week that starts on Monday.
                let into_week = day.saturating_add(3).saturating_sub(start as i64).rem_euclid(7);
                let first = day.saturating_sub(into_week);
                (offset, (first, first.saturating_add(7)))
            }
            Self::Monthly(offset, anchor) => (offset, month_containing(day_of(at, offset), anchor)),
        };
        let midnight = |day: i64| Timestamp::EPOCH.plus(day.saturating_mul(DAY_MS).saturating_sub(offset.millis()));
        Window { start: midnight(days.0), end: Some(midnight(days.1)) }
    }
}

fn day_of(at: Timestamp, offset: UtcOffset) -> i64 {
    at.0.saturating_add(offset.millis()).div_euclid(DAY_MS)
}

fn month_containing(day: i64, anchor: u8) -> (i64, i64) {
    let epoch = NaiveDate::default();
    let shift = Days::new(day.unsigned_abs());
    let date = if day < 0 { epoch.checked_sub_days(shift) } else { epoch.checked_add_days(shift) }.unwrap_or(epoch);
    let this_month = date.with_day(1).unwrap_or(date);
    let start_in = |month: NaiveDate| {
        let last = month.num_days_in_month();
        month.with_day(u32::from(anchor.min(last))).unwrap_or(month)
    };
    let next = |month: NaiveDate| month.checked_add_months(Months::new(1)).unwrap_or(month);
    let previous = |month: NaiveDate| month.checked_sub_months(Months::new(1)).unwrap_or(month);
    let (start, end) = if start_in(this_month) <= date {
        (start_in(this_month), start_in(next(this_month)))
    } else {
        (start_in(previous(this_month)), start_in(this_month))
    };
    (start.signed_duration_since(epoch).num_days(), end.signed_duration_since(epoch).num_days())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(rule: WindowRule, at: &str) -> (String, String) {
        let window = rule.containing(at.parse().unwrap());
        (window.start.to_string(), window.end.unwrap().to_string())
    }

    fn pair(start: &str, end: &str) -> (String, String) {
        (start.to_owned(), end.to_owned())
    }

    #[test]
    fn instants_are_written_in_utc_with_milliseconds_where_there_are_any_or_always() {
        for (millis, written, always) in [
            (0, "1970-01-01T00:00:00Z", "1970-01-01T00:00:00.000Z"),
            (951_782_400_001, "2000-02-29T00:00:00.001Z", "2000-02-29T00:00:00.001Z"),
            (1_764_000_000_050, "2025-11-24T16:00:00.050Z", "2025-11-24T16:00:00.050Z"),
            (LATEST.millis(), "9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z"),
        ] {
            let at = Timestamp::from_millis(millis).unwrap();
            assert_eq!((at.to_string().as_str(), at.rfc3339().as_str()), (written, always));
            assert_eq!(written.parse::<Timestamp>().unwrap(), at);
        }
    }

    #[test]
    fn windows_follow_the_calendar_at_their_offset() {
        let utc = UtcOffset::default();
        let india: UtcOffset = "+05:30".parse().unwrap();
        for (rule, at, start, end) in [
            (WindowRule::Daily(utc), "2026-03-01T00:00:00Z", "2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z"),
            (WindowRule::Daily(india), "2026-03-01T18:29:59.999Z", "2026-02-28T18:30:00Z", "2026-03-01T18:30:00Z"),
            (
                WindowRule::Weekly(utc, Weekday::Monday),
                "2026-11-22T23:59:59Z",
                "2026-11-16T00:00:00Z",
                "2026-11-23T00:00:00Z",
            ),
            (
                WindowRule::Weekly(utc, Weekday::Sunday),
                "2026-11-22T00:00:00Z",
                "2026-11-22T00:00:00Z",
                "2026-11-29T00:00:00Z",
            ),
            (WindowRule::Monthly(utc, 1), "2026-12-31T23:59:59Z", "2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z"),
            (WindowRule::Monthly(utc, 31), "2026-02-28T00:00:00Z", "2026-02-28T00:00:00Z", "2026-03-31T00:00:00Z"),
            (WindowRule::Monthly(utc, 15), "2026-01-14T23:59:59Z", "2025-12-15T00:00:00Z", "2026-01-15T00:00:00Z"),
        ] {
            assert_eq!(window(rule, at), pair(start, end), "{rule:?} at {at}");
        }
    }

    #[test]
    fn hours_may_pass_midnight_and_belong_to_the_day_they_start_on() {
        let hours = |days, from: &str, to: &str| Hours { days, from: from.parse().unwrap(), to: to.parse().unwrap() };
        let inside = |hours: Hours, at: &str| hours.contains(at.parse().unwrap());
        // 2026-11-23 is a Monday.
        let night = hours(0b111_1111, "16:30", "00:30");
        assert!(inside(night, "2026-11-23T16:30:00Z") && inside(night, "2026-11-24T00:29:59.999Z"));
        assert!(!inside(night, "2026-11-23T16:29:59.999Z") && !inside(night, "2026-11-24T00:30:00Z"));
        let monday_night = hours(0b1, "22:00", "02:00");
        assert!(inside(monday_night, "2026-11-24T01:00:00Z") && !inside(monday_night, "2026-11-23T01:00:00Z"));
        let weekend = hours(0b110_0000, "00:00", "00:00");
        assert!(inside(weekend, "2026-11-28T00:00:00Z") && inside(weekend, "2026-11-29T23:59:59Z"));
        assert!(!inside(weekend, "2026-11-30T00:00:00Z"));
    }

    #[test]
    fn refuses_what_would_be_lost() {
        for text in [
            "2027-01-01",
            "2027-01-01T00:00:00",
            "2027-01-01T00:00:00.0001Z",
            "1969-12-31T23:59:59Z",
            "10000-01-01T00:00:00Z",
        ] {
            assert!(text.parse::<Timestamp>().is_err(), "{text}");
        }
        for text in ["00:00", "+14:01", "+1:00", "+00:60", "Z"] {
            assert!(text.parse::<UtcOffset>().is_err(), "{text}");
        }
    }
}
