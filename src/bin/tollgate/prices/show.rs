//! `tollgate prices show`.

use std::path::Path;

use tollgate::{price::Matched, time::Timestamp};

use super::{print, rows, table};
use crate::{
    Failure,
    book::{self, Source},
};

pub(super) fn run(path: Option<&Path>, model: &str, at: Option<&str>) -> Result<(), Failure> {
    let at = at.map(instant).transpose()?;
    let book = book::compiled(book::form(path, Source::Tollgate)?)?;
    let found =
        book.lookup(None, model).and_then(|found| Some((book.form.cards.get(found.index.index() as usize)?, found)));
    let Some((form, found)) = found else {
        eprintln!(
            "tollgate: no card of the book `{}` carries `{model}`, or several providers' do: write `provider/model`",
            book.form.name
        );
        return Err(Failure::Refused);
    };
    let card = found.card;
    let how = match found.matched {
        Matched::Name => "its name".to_owned(),
        Matched::Alias => "an alias".to_owned(),
        Matched::Pattern(pattern) => format!("the pattern `{pattern}`"),
        Matched::Fallback => "the policy".to_owned(),
    };
    print(&format!("{} of {}, found by {how}", form.model, book.form.provider_of(form)))?;
    let patterns: Vec<&str> =
        form.aliases.iter().map(String::as_str).chain(form.patterns.iter().map(|pattern| pattern.as_str())).collect();
    let time = card.container_time;
    let millis = |ms: u64| if ms > 0 { format!("{ms} ms") } else { String::new() };
    for (what, value) in [
        ("other names", patterns.join(" ")),
        ("but not", form.except.iter().map(|pattern| pattern.as_str()).collect::<Vec<_>>().join(" ")),
        ("longest prompt", card.context_window.map(|tokens| tokens.to_string()).unwrap_or_default()),
        ("longest output", card.max_output.map(|tokens| tokens.to_string()).unwrap_or_default()),
        ("least time of a container", millis(time.minimum_ms)),
        ("free container time of a month", millis(time.free_ms)),
    ] {
        if !value.is_empty() {
            print(&format!("  {what}: {value}"))?;
        }
    }
    let in_force = match at {
        None => None,
        Some(at) => Some(card.version_at(at).ok_or_else(|| {
            eprintln!("tollgate: the card has no prices at {at}");
            Failure::Refused
        })?),
    };
    let all = rows::of(form, card);
    for (version, compiled) in form.versions.iter().zip(card.versions()) {
        if in_force.is_some_and(|in_force| in_force != compiled) {
            continue;
        }
        let since = rows::since(version);
        let mut rates = table(&["context", "prompts", "class", "USD", "for one"]);
        for (place, rate) in all.iter().filter(|(place, _)| place.since == since) {
            let class = place.class.as_str();
            rates.add_row([&place.context(), &place.tier(), class, rate, rows::unit(place.class)]);
        }
        print(&format!("\nsince {since}\n{rates}"))?;
    }
    Ok(())
}

/// An instant, or the beginning of a day.
fn instant(text: &str) -> Result<Timestamp, Failure> {
    let whole = if text.contains('T') { text.to_owned() } else { format!("{text}T00:00:00Z") };
    whole.parse().map_err(|error| book::refused(&error))
}
