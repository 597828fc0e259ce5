//! Which card a name leads to.

use super::json::Json;

/// Whether a name fits a pattern, in which `*` stands for any text and `#` for a digit.
fn fits(pattern: &[u8], name: &[u8]) -> bool {
    match (pattern, name) {
        ([], []) => true,
        ([b'*', rest @ ..], _) => (0..=name.len()).any(|skipped| fits(rest, &name[skipped..])),
        ([b'#', rest @ ..], [digit, tail @ ..]) => digit.is_ascii_digit() && fits(rest, tail),
        ([wanted, rest @ ..], [byte, tail @ ..]) => wanted == byte && fits(rest, tail),
        _ => false,
    }
}

fn any_fits(patterns: &Json, name: &str) -> bool {
    patterns.list().iter().any(|pattern| fits(pattern.text().as_bytes(), name.as_bytes()))
}

/// Who sells a card's model.
pub fn provider<'a>(book: &'a Json, card: &'a Json) -> &'a str {
    if card.get("provider").is_null() { book.get("provider").text() } else { card.get("provider").text() }
}

/// What the engine calls a card's model.
pub fn full_name(book: &Json, card: &Json) -> String {
    let model = card.get("model").text();
    if provider(book, card) == book.get("provider").text() {
        model.to_owned()
    } else {
        format!("{}/{model}", provider(book, card))
    }
}

/// The card of a provider's name: of the model itself, of an alias, or the first that a pattern fits.
fn sold_by<'a>(book: &'a Json, seller: &str, name: &str) -> Option<&'a Json> {
    let cards = || book.get("cards").list().iter().filter(|card| provider(book, card) == seller);
    let named = |card: &&Json| {
        card.get("model").text() == name || card.get("aliases").list().iter().any(|alias| alias.text() == name)
    };
    let patterned = |card: &&Json| any_fits(card.get("patterns"), name) && !any_fits(card.get("except"), name);
    cards().find(named).or_else(|| cards().find(patterned))
}

/// The card of a name: the book's own provider's, that of the provider before the first `/`, or of the only other one that
/// has it.
pub fn card<'a>(book: &'a Json, name: &str) -> Option<&'a Json> {
    let own = book.get("provider").text();
    let qualified = || name.split_once('/').and_then(|(seller, name)| sold_by(book, seller, name));
    sold_by(book, own, name).or_else(qualified).or_else(|| {
        let mut others: Vec<&str> = book.get("cards").list().iter().map(|card| provider(book, card)).collect();
        others.sort_unstable();
        others.dedup();
        let found: Vec<&Json> = others
            .into_iter()
            .filter(|seller| *seller != own)
            .filter_map(|seller| sold_by(book, seller, name))
            .collect();
        match found.as_slice() {
            [only] => Some(*only),
            _ => None,
        }
    })
}

/// The card of what the engine calls a model.
pub fn of_model<'a>(book: &'a Json, model: &str) -> Option<&'a Json> {
    book.get("cards").list().iter().find(|card| full_name(book, card) == model)
}

/// Whether a list of names, and of prefixes that end in `*`, holds the model of a card.
pub fn listed(list: &Json, book: &Json, model: &Json) -> bool {
    let name = full_name(book, model);
    let names: Vec<&str> = [name.as_str(), model.get("model").text()]
        .into_iter()
        .chain(model.get("aliases").list().iter().map(Json::text))
        .collect();
    list.list().iter().any(|entry| match entry.text().strip_suffix('*') {
        Some(prefix) => names.iter().any(|name| name.starts_with(prefix)),
        None => card(book, entry.text()).is_some_and(|named| full_name(book, named) == name),
    })
}

/// Whether a list holds a name as it stands, of a model that the book lacks.
pub fn listed_as_it_stands(list: &Json, name: &str) -> bool {
    list.list().iter().any(|entry| match entry.text().strip_suffix('*') {
        Some(prefix) => name.starts_with(prefix),
        None => entry.text() == name,
    })
}
