//! A price book as it is kept in a file: without what is the default anyway, one line for each card.

use tollgate::{form::Json, price::BookForm, wire};

/// The text of a book.
pub(super) fn text(book: &BookForm) -> String {
    let json = Json::parse(&wire::to_text(book)).unwrap_or(Json::Null);
    let mut text = String::new();
    let Json::Object(fields) = json else { return text };
    let mut lines = Vec::new();
    let mut head = Vec::new();
    for (name, value) in fields {
        match value {
            Json::Array(cards) if name == "cards" => lines.extend(cards.into_iter().map(|card| lean(card).to_text())),
            Json::Null => {}
            value => head.push((name, lean(value))),
        }
    }
    let head = Json::Object(head).to_text();
    text.push_str(head.strip_suffix('}').unwrap_or(&head));
    text.push_str(",\"cards\":[\n");
    text.push_str(&lines.join(",\n"));
    text.push_str("\n]}\n");
    text
}

/// A value without the fields that hold a default.
fn lean(json: Json) -> Json {
    match json {
        Json::Object(fields) => Json::Object(
            fields
                .into_iter()
                .map(|(name, value)| (name, lean(value)))
                .filter(|(name, value)| !is_default(name, value))
                .collect(),
        ),
        Json::Array(items) => Json::Array(items.into_iter().map(lean).collect()),
        other => other,
    }
}

fn is_default(name: &str, value: &Json) -> bool {
    match value {
        Json::Null | Json::Bool(false) => true,
        Json::Integer(0) => matches!(name, "tool_tokens" | "image_tokens"),
        Json::Array(items) => items.is_empty() && name != "versions",
        Json::Object(fields) => fields.is_empty() && matches!(name, "rates_per_mtok" | "rates_per_unit"),
        Json::String(text) => {
            matches!((name, text.as_str()), ("service_tier" | "speed", "standard") | ("tier_kind", "threshold"))
        }
        _ => false,
    }
}
