//! The Gregorian calendar: days since 1970-01-01 as dates, and instants as RFC 3339 writes them.

const DAY_S: i64 = 86_400;

/// A day of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Date {
    /// The year.
    pub(crate) year: i64,
    /// The month, from 1.
    pub(crate) month: i64,
    /// The day of the month, from 1.
    pub(crate) day: i64,
}

// Years are counted from the first of March: the leap day is then the last of its year, and the lengths of the months before
// it repeat after five, which take 153 days. 400 years are 146,097 days; day 0 is 719,468 days after 0000-03-01.
impl Date {
    /// The date of a day.
    pub(crate) const fn of(day: i64) -> Self {
        let day = day.wrapping_add(719_468);
        let (era, in_era) = (day.div_euclid(146_097), day.rem_euclid(146_097));
        let leap_days = (in_era / 36_524).wrapping_sub(in_era / 1_460).wrapping_sub(in_era / 146_096);
        let in_era_year = in_era.wrapping_add(leap_days) / 365;
        let in_year = in_era.wrapping_sub(days_before(in_era_year));
        let from_march = in_year.wrapping_mul(5).wrapping_add(2) / 153;
        let day = in_year.wrapping_sub(from_march.wrapping_mul(153).wrapping_add(2) / 5).wrapping_add(1);
        // January and February are the last two.
        let next_year = from_march / 10;
        let month = from_march.wrapping_add(3).wrapping_sub(next_year.wrapping_mul(12));
        Self { year: era.wrapping_mul(400).wrapping_add(in_era_year).wrapping_add(next_year), month, day }
    }

    /// The first day of the month that is so many after January of the year 0.
    pub(crate) const fn first_of(months: i64) -> i64 {
        let from_march = months.wrapping_sub(2);
        let (year, from_march) = (from_march.div_euclid(12), from_march.rem_euclid(12));
        let (era, in_era_year) = (year.div_euclid(400), year.rem_euclid(400));
        let in_year = from_march.wrapping_mul(153).wrapping_add(2) / 5;
        era.wrapping_mul(146_097).wrapping_add(days_before(in_era_year)).wrapping_add(in_year).wrapping_sub(719_468)
    }

    /// How many months after January of the year 0.
    pub(crate) const fn months(self) -> i64 {
        self.year.wrapping_mul(12).wrapping_add(self.month).wrapping_sub(1)
    }
}

/// How many days come before a year of 400.
const fn days_before(year: i64) -> i64 {
    year.wrapping_mul(365).wrapping_add(year / 4).wrapping_sub(year / 100)
}

/// The instant that a text writes as RFC 3339: milliseconds since 1970. `None` for any other text, and for an instant that lies
/// between two milliseconds.
///
/// A small `t` or a space may stand for `T`, a small `z` for `Z`, and a minus sign for a hyphen. A leap second is the one after it,
/// and what comes after nine digits of a fraction is not looked at.
pub(crate) fn instant(text: &str) -> Option<i64> {
    let (head, mut rest) = text.as_bytes().split_at_checked(19)?;
    let mut numbers = [0_i64; 6];
    let mut slots = numbers.iter_mut();
    let mut slot = slots.next()?;
    for (byte, form) in head.iter().zip(b"0000-00-00T00:00:00") {
        match (byte, form) {
            (b'0'..=b'9', b'0') => *slot = slot.wrapping_mul(10).wrapping_add(digit(*byte)),
            (b't' | b' ', b'T') => slot = slots.next()?,
            (byte, form) if byte == form => slot = slots.next()?,
            _ => return None,
        }
    }
    let [year, month, day, hour, minute, second] = numbers;
    let months = Date { year, month, day }.months();
    let first = Date::first_of(months);
    let length = Date::first_of(months.wrapping_add(1)).wrapping_sub(first);
    let is_date = (1..=12).contains(&month) && (1..=length).contains(&day);
    if !is_date || hour > 23 || minute > 59 || second > 60 {
        return None;
    }

    let mut nanoseconds = 0_i64;
    if let Some((b'.', fraction)) = rest.split_first() {
        let length = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (digits, after) = fraction.split_at_checked(length).filter(|(digits, _)| !digits.is_empty())?;
        for byte in digits.iter().chain(b"00000000").take(9) {
            nanoseconds = nanoseconds.wrapping_mul(10).wrapping_add(digit(*byte));
        }
        rest = after;
    }
    if nanoseconds % 1_000_000 != 0 {
        return None;
    }

    let offset = match rest {
        b"Z" | b"z" => 0,
        [b'+', offset @ ..] => minutes(offset)?,
        [b'-', offset @ ..] | [0xe2, 0x88, 0x92, offset @ ..] => minutes(offset)?.wrapping_neg(),
        _ => return None,
    };
    let days = first.wrapping_add(day).wrapping_sub(1);
    let minutes = hour.wrapping_mul(60).wrapping_add(minute).wrapping_sub(offset);
    let seconds = days.wrapping_mul(DAY_S).wrapping_add(minutes.wrapping_mul(60)).wrapping_add(second);
    Some(seconds.wrapping_mul(1_000).wrapping_add(nanoseconds / 1_000_000))
}

fn digit(byte: u8) -> i64 {
    i64::from(byte & 15)
}

/// `HH:MM` as minutes, up to `23:59`.
fn minutes(text: &[u8]) -> Option<i64> {
    let [hour @ (b'0'..=b'2'), hours @ b'0'..=b'9', b':', minute @ b'0'..=b'5', minutes @ b'0'..=b'9'] = text else {
        return None;
    };
    let number = |high: u8, low: u8| digit(high).wrapping_mul(10).wrapping_add(digit(low));
    let hours = number(*hour, *hours);
    (hours < 24).then(|| hours.wrapping_mul(60).wrapping_add(number(*minute, *minutes)))
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use chrono::{DateTime, Datelike, Days, NaiveDate};
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn days_are_the_dates_of_every_calendar() {
        let first = NaiveDate::from_ymd_opt(-1, 1, 1).unwrap();
        let start = first.signed_duration_since(NaiveDate::default()).num_days();
        for day in (0..3_700_000_u64).step_by(7).chain(700_000..800_000) {
            let theirs = first.checked_add_days(Days::new(day)).unwrap();
            let day = start + i64::try_from(day).unwrap();
            let ours = Date::of(day);
            let expected = (theirs.year().into(), theirs.month().into(), theirs.day().into());
            assert_eq!((ours.year, ours.month, ours.day), expected, "{day}");
            assert_eq!(Date::first_of(ours.months()) + ours.day - 1, day);
        }
    }

    fn theirs(text: &str) -> Option<i64> {
        let instant = DateTime::parse_from_rfc3339(text).ok()?;
        (instant.timestamp_subsec_nanos() % 1_000_000 == 0).then(|| instant.timestamp_millis())
    }

    #[test]
    fn instants_are_read_as_a_calendar_reads_them() {
        for text in [
            "2027-01-01T00:00:00Z",
            "2027-01-01t23:59:60.999z",
            "2016-12-31 12:59:60.5+23:59",
            "2024-02-29T00:00:00\u{2212}05:30",
            "2023-02-29T00:00:00Z",
            "0000-01-01T00:00:00+23:59",
            "9999-12-31T23:59:59.999-23:59",
            "2027-01-01T00:00:00.Z",
            "2027-01-01T00:00:00.0000000001Z",
            "2027-01-01T00:00:00.0001Z",
            "2027-01-01T00:00:00",
            "2027-01-01T00:00:00+24:00",
            "2027-01-01T00:00:00+00:60",
            "2027-01-01T24:00:00Z",
            "2027-00-01T00:00:00Z",
            "2027-13-01T00:00:00Z",
            "2027-01-01T00:00:00é",
            "2027-01-01T00:00:0é",
        ] {
            assert_eq!(instant(text), theirs(text), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_as_a_calendar_reads_it(
            text in "[0-2][0-9]{3}-[01][0-9]-[0-3][0-9][tT ][0-2][0-9]:[0-6][0-9]:[0-6][0-9](\\.[0-9]{1,11})?(Z|z|[+\u{2212}-][0-2][0-9]:?[0-6][0-9])",
            cut in 0..40_usize,
            other in "[0-9TZ:.+-]?",
        ) {
            prop_assert_eq!(instant(&text), theirs(&text));
            if let (Some(before), Some(after)) = (text.get(..cut), text.get(cut + 1..)) {
                let changed = format!("{before}{other}{after}");
                prop_assert_eq!(instant(&changed), theirs(&changed));
            }
        }
    }
}
