//! Off-peak hours, as LiteLLM writes them: windows of UTC hours, on days of the week of some calendar.

use crate::{form::Json, price::HoursForm, time::Weekday};

const DAY: u16 = 24 * 60;

/// Calendars that keep no summer time, with how many minutes they are ahead of UTC.
const CALENDARS: &[(&str, u16)] =
    &[("UTC", 0), ("Etc/UTC", 0), ("Asia/Shanghai", 480), ("Asia/Singapore", 480), ("Asia/Tokyo", 540)];

/// The hours of a block `{hours_utc, windows: [{hours_utc, weekdays}], weekday_timezone}`; `None` where it says
/// something else.
pub(super) fn hours(block: &Json) -> Option<Vec<HoursForm>> {
    let ahead = match block.get("weekday_timezone") {
        None | Some(Json::Null) => 0,
        Some(Json::String(calendar)) => CALENDARS.iter().find(|(name, _)| name == calendar)?.1,
        Some(_) => return None,
    };
    let mut hours = Vec::new();
    if let Some(windows) = block.get("hours_utc") {
        each(windows, &[], 0, &mut hours)?;
    }
    match block.get("windows") {
        None | Some(Json::Null) => {}
        Some(Json::Array(rules)) => {
            for rule in rules {
                let weekdays = match rule.get("weekdays") {
                    None | Some(Json::Null) => Vec::new(),
                    Some(Json::Array(days)) => days.iter().map(weekday).collect::<Option<Vec<u16>>>()?,
                    Some(_) => return None,
                };
                each(rule.get("hours_utc")?, &weekdays, ahead, &mut hours)?;
            }
        }
        Some(_) => return None,
    }
    (!hours.is_empty()).then_some(hours)
}

/// The position of a day in the week, Monday first.
fn weekday(json: &Json) -> Option<u16> {
    match json {
        Json::Integer(day) => u16::try_from(*day).ok()?.checked_sub(1).filter(|day| *day < 7),
        Json::String(name) => {
            let fits =
                |day: &Weekday| name.len() >= 3 && day.as_str().starts_with(name.trim().to_ascii_lowercase().as_str());
            u16::try_from(Weekday::ALL.iter().position(fits)?).ok()
        }
        _ => None,
    }
}

fn each(windows: &Json, weekdays: &[u16], ahead: u16, hours: &mut Vec<HoursForm>) -> Option<()> {
    match windows {
        Json::Array(list) => list.iter().try_for_each(|window| each(window, weekdays, ahead, hours)),
        Json::String(window) => {
            let (from, to) = window.split_once('-')?;
            let (from, to) = (minutes(from)?, minutes(to)?);
            // A day of the week is that of each instant, not that of the window's beginning.
            if from < to {
                stretch(from, to, weekdays, ahead, hours)
            } else {
                stretch(from, DAY, weekdays, ahead, hours)?;
                stretch(0, to, weekdays, ahead, hours)
            }
        }
        _ => None,
    }
}

fn minutes(text: &str) -> Option<u16> {
    let (hours, minutes) = text.trim().split_once(':')?;
    let (hours, minutes) = (hours.parse::<u16>().ok()?, minutes.parse::<u16>().ok()?);
    (hours < 24 && minutes < 60).then(|| hours.checked_mul(60)?.checked_add(minutes))?
}

/// A stretch of one UTC day. Where the calendar's day is already the next one, so is its day of the week.
fn stretch(from: u16, to: u16, weekdays: &[u16], ahead: u16, hours: &mut Vec<HoursForm>) -> Option<()> {
    if from >= to {
        return Some(());
    }
    let midnight = DAY.checked_sub(ahead)?;
    if weekdays.is_empty() || to <= midnight {
        return push(from, to, weekdays, 0, hours);
    }
    if from < midnight {
        push(from, midnight, weekdays, 0, hours)?;
    }
    push(from.max(midnight), to, weekdays, 6, hours)
}

fn push(from: u16, to: u16, weekdays: &[u16], later: u16, hours: &mut Vec<HoursForm>) -> Option<()> {
    let time = |minutes: u16| {
        let (hours, minutes) = ((minutes / 60) % 24, minutes % 60);
        format!("{hours:02}:{minutes:02}").parse().ok()
    };
    let day = |day: &u16| Weekday::ALL.get(usize::from(day.checked_add(later)? % 7)).copied();
    let weekdays = weekdays.iter().map(day).collect::<Option<Vec<Weekday>>>()?;
    hours.push(HoursForm { weekdays, from: time(from)?, to: time(to)? });
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::form::Form;

    fn read(text: &str) -> String {
        let hours = hours(&Json::parse(text).unwrap());
        hours.map_or_else(
            || "none".to_owned(),
            |hours| {
                let mut out = crate::form::Writer::default();
                hours.write(&mut out);
                out.into_text().replace('"', "").replace("weekdays:", "").replace("from:", "").replace("to:", "")
            },
        )
    }

    #[test]
    fn windows_become_hours() {
        let cases = [
            (r#"{"hours_utc":"16:30-00:30"}"#, "[{[],16:30,00:00},{[],00:00,00:30}]"),
            (r#"{"hours_utc":["04:00-06:00","00:00-00:00"]}"#, "[{[],04:00,06:00},{[],00:00,00:00}]"),
            (r#"{"windows":[{"hours_utc":"04:00-06:00","weekdays":[1,7]}]}"#, "[{[monday,sunday],04:00,06:00}]"),
            (r#"{"windows":[{"hours_utc":"10:00-00:00","weekdays":["Mon"]}]}"#, "[{[monday],10:00,00:00}]"),
            (
                r#"{"weekday_timezone":"Asia/Shanghai","windows":[{"hours_utc":"10:00-00:00","weekdays":[1]}]}"#,
                "[{[monday],10:00,16:00},{[sunday],16:00,00:00}]",
            ),
            (r#"{"weekday_timezone":"Europe/Berlin","hours_utc":"10:00-11:00"}"#, "none"),
            (r#"{"hours_utc":"10-11"}"#, "none"),
            (r#"{"windows":[{"hours_utc":"10:00-11:00","weekdays":[8]}]}"#, "none"),
            ("{}", "none"),
        ];
        for (text, expected) in cases {
            assert_eq!(read(text), expected, "{text}");
        }
    }
}
