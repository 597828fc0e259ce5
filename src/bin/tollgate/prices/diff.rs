//! `tollgate prices diff`: two books, rate by rate.

use std::{collections::BTreeMap, path::Path};

use tollgate::price::{Book, BookForm, ContainerTime};

use super::{
    print,
    rows::{self, Place},
    table,
};
use crate::{
    Failure,
    book::{self, Source},
};

pub(super) fn run(before: &Path, after: &Path) -> Result<(), Failure> {
    let read = |path| book::form(Some(path), Source::Tollgate);
    if show(&read(before)?, &read(after)?)? { Err(Failure::Refused) } else { print("no difference") }
}

/// A card, as far as it can differ.
#[derive(PartialEq, Eq)]
struct Side {
    rates: BTreeMap<Place, String>,
    names: Vec<String>,
    bounds: String,
}

/// Prints what is different. Whether anything is.
pub(super) fn show(before: &BookForm, after: &BookForm) -> Result<bool, Failure> {
    let (before, after) = (sides(before)?, sides(after)?);
    let mut changes = table(&["", "model", "what", "since", "prompts", "before", "after"]);
    let mut keys: Vec<&String> = before.keys().chain(after.keys()).collect();
    keys.sort_unstable();
    keys.dedup();
    for key in keys {
        match (before.get(key), after.get(key)) {
            (None, Some(side)) => {
                changes.add_row(["+", key, "model", "", "", "", &format!("{} rates", side.rates.len())]);
            }
            (Some(side), None) => {
                changes.add_row(["-", key, "model", "", "", &format!("{} rates", side.rates.len()), ""]);
            }
            (Some(before), Some(after)) if before != after => card(&mut changes, key, before, after),
            _ => {}
        }
    }
    if changes.is_empty() {
        return Ok(false);
    }
    print(&changes.to_string())?;
    Ok(true)
}

fn card(changes: &mut comfy_table::Table, key: &str, before: &Side, after: &Side) {
    for name in after.names.iter().filter(|name| !before.names.contains(name)) {
        changes.add_row(["+", key, "name", "", "", "", name]);
    }
    for name in before.names.iter().filter(|name| !after.names.contains(name)) {
        changes.add_row(["-", key, "name", "", "", name, ""]);
    }
    if before.bounds != after.bounds {
        changes.add_row(["~", key, "bounds", "", "", &before.bounds, &after.bounds]);
    }
    let mut places: Vec<&Place> = before.rates.keys().chain(after.rates.keys()).collect();
    places.sort_unstable();
    places.dedup();
    for place in places {
        let (old, new) = (before.rates.get(place), after.rates.get(place));
        if old == new {
            continue;
        }
        let sign = match (old, new) {
            (None, _) => "+",
            (_, None) => "-",
            _ => "~",
        };
        let what = format!("{}: {}", place.context(), place.class.as_str());
        let text = |rate: Option<&String>| rate.cloned().unwrap_or_default();
        changes.add_row([sign, key, &what, &place.since, &place.tier(), &text(old), &text(new)]);
    }
}

/// How container time is billed; nothing where it is as it was counted.
fn container_time(time: ContainerTime) -> String {
    if time == ContainerTime::default() {
        return String::new();
    }
    format!(" container at least {} ms, free {} ms a month", time.minimum_ms, time.free_ms)
}

fn sides(form: &BookForm) -> Result<BTreeMap<String, Side>, Failure> {
    let book: Book = book::compiled(form.clone())?;
    let mut sides = BTreeMap::new();
    for (form, card) in book.form.cards.iter().zip(book.cards()) {
        let mut names: Vec<String> = form.aliases.clone();
        names.extend(form.patterns.iter().map(|pattern| pattern.as_str().to_owned()));
        names.extend(form.except.iter().map(|pattern| format!("not {}", pattern.as_str())));
        let length = |tokens: Option<u64>| tokens.map_or_else(|| "-".to_owned(), |tokens| tokens.to_string());
        let bounds = format!(
            "prompt {} output {} tools {} image {}{}{}",
            length(card.context_window),
            length(card.max_output),
            card.tool_tokens,
            card.image_tokens,
            if form.modal_as_text { " modal as text" } else { "" },
            container_time(card.container_time),
        );
        let key = format!("{}/{}", book.form.provider_of(form), form.model);
        sides.insert(key, Side { rates: rows::of(form, card).into_iter().collect(), names, bounds });
    }
    Ok(sides)
}
