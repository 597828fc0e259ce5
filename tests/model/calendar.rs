//! A calendar made by counting days, one after the other.

use std::sync::OnceLock;

use super::json::{Json, object};

const DAY_MS: i64 = 86_400_000;

/// A day of the civil calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Day {
    year: i64,
    month: i64,
    day: i64,
}

fn length(year: i64, month: i64) -> i64 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

/// Every day from 1970-01-01 on, for a hundred and fifty years.
fn days() -> &'static [Day] {
    static DAYS: OnceLock<Vec<Day>> = OnceLock::new();
    DAYS.get_or_init(|| {
        let mut days = vec![Day { year: 1970, month: 1, day: 1 }];
        while days.len() < 55_000 {
            let Day { year, month, day } = days[days.len() - 1];
            days.push(if day < length(year, month) {
                Day { year, month, day: day + 1 }
            } else if month < 12 {
                Day { year, month: month + 1, day: 1 }
            } else {
                Day { year: year + 1, month: 1, day: 1 }
            });
        }
        days
    })
}

fn day(number: i64) -> Day {
    days()[usize::try_from(number).expect("a day after 1970")]
}

/// Milliseconds of `+HH:MM`.
fn offset_ms(text: &str) -> i64 {
    let hours: i64 = text[1..3].parse().expect("hours");
    let minutes: i64 = text[4..6].parse().expect("minutes");
    (hours * 60 + minutes) * 60_000 * if text.starts_with('-') { -1 } else { 1 }
}

/// A half-open window; a total one has no end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    pub start: i64,
    pub end: Option<i64>,
}

/// The window of a budget's canonical form that holds an instant: days are looked at one by one, backward to the start and
/// forward to the end.
pub fn window(budget: &Json, at: i64) -> Window {
    let offset = offset_ms(budget.get("utc_offset").text());
    let names = ["thursday", "friday", "saturday", "sunday", "monday", "tuesday", "wednesday"];
    let starts = |number: i64| match budget.get("window").text() {
        "daily" => true,
        // 1970-01-01 was a Thursday.
        "weekly" => names[usize::try_from(number % 7).expect("a weekday")] == budget.get("week_start").text(),
        _ => {
            let Day { year, month, day } = day(number);
            day == budget.get("anchor_day").int().min(length(year, month))
        }
    };
    if budget.get("window").text() == "total" {
        return Window { start: 0, end: None };
    }
    let mut first = (at + offset) / DAY_MS;
    while !starts(first) {
        first -= 1;
    }
    let mut next = (at + offset) / DAY_MS + 1;
    while !starts(next) {
        next += 1;
    }
    Window { start: first * DAY_MS - offset, end: Some(next * DAY_MS - offset) }
}

/// The calendar month in UTC that holds an instant.
pub fn calendar_month(at: i64) -> Window {
    window(&object! { "window": "monthly", "utc_offset": "+00:00", "anchor_day": 1_i64 }, at)
}

/// Whether a daily stretch holds an instant: one of the last two that have begun lasts until after it.
pub fn hours(stretch: &Json, at: i64) -> bool {
    let minute = |name: &str| {
        let text = stretch.get(name).text();
        text[..2].parse::<i64>().expect("hours") * 60 + text[3..].parse::<i64>().expect("minutes")
    };
    let (from, to) = (minute("from"), minute("to"));
    let length = if to > from { to - from } else { to - from + 24 * 60 };
    let names = ["thursday", "friday", "saturday", "sunday", "monday", "tuesday", "wednesday"];
    let weekdays = stretch.get("weekdays").list();
    [at / DAY_MS, at / DAY_MS - 1].into_iter().filter(|day| *day >= 0).any(|day| {
        let name = names[usize::try_from(day % 7).expect("a weekday")];
        let start = day * DAY_MS + from * 60_000;
        (weekdays.is_empty() || weekdays.iter().any(|known| known.text() == name))
            && start <= at
            && at < start + length * 60_000
    })
}

/// Reads RFC 3339 with an offset.
pub fn instant(text: &str) -> Option<i64> {
    let number = |range: std::ops::Range<usize>| text.get(range)?.parse::<i64>().ok();
    let date = Day { year: number(0..4)?, month: number(5..7)?, day: number(8..10)? };
    let days = i64::try_from(days().iter().position(|day| *day == date)?).ok()?;
    let seconds = number(11..13)? * 3_600 + number(14..16)? * 60 + number(17..19)?;
    let rest = text.get(19..)?;
    let (millis, zone) = match rest.strip_prefix('.') {
        Some(rest) => {
            let end = rest.find(|digit: char| !digit.is_ascii_digit())?;
            (format!("{:0<3}", &rest[..end]).parse::<i64>().ok()?, &rest[end..])
        }
        None => (0, rest),
    };
    let offset = if zone == "Z" { 0 } else { offset_ms(zone) };
    Some(days * DAY_MS + seconds * 1_000 + millis - offset)
}

/// An instant as the canonical bytes write it: in UTC, with milliseconds only where there are any.
pub fn rfc3339(at: i64) -> String {
    rfc3339_with_millis(at).replace(".000Z", "Z")
}

/// An instant in UTC, with milliseconds.
pub fn rfc3339_with_millis(at: i64) -> String {
    let Day { year, month, day } = day(at / DAY_MS);
    let millis = at % DAY_MS;
    let (seconds, fraction) = (millis / 1_000, millis % 1_000);
    let (hours, minutes) = (seconds / 3_600, seconds / 60 % 60);
    format!("{year:04}-{month:02}-{day:02}T{hours:02}:{minutes:02}:{:02}.{fraction:03}Z", seconds % 60)
}
