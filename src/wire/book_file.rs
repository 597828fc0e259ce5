//! A price book as it is kept in a file: without what is the default anyway, one line for each card.

use super::to_text;
use crate::{
    error::Error,
    form::{
        Json,
        text::{Text, Token},
    },
    price::BookForm,
};

/// The text of a book as it is kept in a file: what is the default anyway is left out, and each card has a line.
///
/// ```
/// use tollgate::{price::BookForm, wire::book_file_text};
/// let book = r#"{"schema_version":1,"name":"b","cards":[{"model":"m","aliases":[],"versions":[{}]}]}"#;
/// let text = book_file_text(&BookForm::parse(book)?);
/// assert_eq!(text, "{\"schema_version\":1,\"name\":\"b\",\"cards\":[\n{\"model\":\"m\",\"versions\":[{}]}\n]}\n");
/// # Ok::<(), tollgate::error::Error>(())
/// ```
#[must_use]
pub fn book_file_text(book: &BookForm) -> String {
    let head = BookForm {
        cards: Vec::new(),
        name: book.name.clone(),
        provider: book.provider.clone(),
        code_execution: book.code_execution.clone(),
        ..*book
    };
    let mut text = String::new();
    add_lean(&to_text(&head), &mut text);
    // The brace that ends it; the empty list of cards is left out.
    text.pop();
    text.push_str(",\"cards\":[\n");
    for (index, card) in book.cards.iter().enumerate() {
        if index > 0 {
            text.push_str(",\n");
        }
        add_lean(&to_text(card), &mut text);
    }
    text.push_str("\n]}\n");
    text
}

/// Adds a JSON text without the fields that hold a default.
fn add_lean(json: &str, out: &mut String) {
    let start = out.len();
    if copy(&mut Text::new(json), out).is_err() {
        // INVARIANT: what our writer wrote, our reader reads.
        out.truncate(start);
        out.push_str(json);
    }
}

fn copy(text: &mut Text<'_>, out: &mut String) -> Result<(), Error> {
    match text.token()? {
        Token::Object => {
            out.push('{');
            let mut comma = false;
            while let Some(name) = text.next_field()? {
                let before = out.len();
                if comma {
                    out.push(',');
                }
                copy_string(&name, out);
                out.push(':');
                let value = out.len();
                copy(text, out)?;
                if is_default(&name, out.get(value..).unwrap_or_default()) {
                    out.truncate(before);
                } else {
                    comma = true;
                }
            }
            out.push('}');
        }
        Token::List => {
            out.push('[');
            let mut comma = false;
            while text.next_item()? {
                if comma {
                    out.push(',');
                }
                copy(text, out)?;
                comma = true;
            }
            out.push(']');
        }
        Token::String(value) => copy_string(&value, out),
        Token::Number(digits) => out.push_str(digits),
        Token::Bool(true) => out.push_str("true"),
        Token::Bool(false) => out.push_str("false"),
        Token::Null => out.push_str("null"),
    }
    Ok(())
}

fn copy_string(value: &str, out: &mut String) {
    if crate::form::is_plain(value) {
        out.push('"');
        out.push_str(value);
        out.push('"');
    } else {
        out.push_str(&Json::String(value.to_owned()).to_text());
    }
}

/// Whether a field's value, as it is written, is what its absence means.
fn is_default(name: &str, value: &str) -> bool {
    match value {
        "null" | "false" => true,
        "0" => matches!(name, "tool_tokens" | "image_tokens"),
        "[]" => name != "versions",
        "{}" => matches!(name, "rates_per_mtok" | "rates_per_unit"),
        "\"standard\"" => matches!(name, "service_tier" | "speed"),
        "\"threshold\"" => name == "tier_kind",
        _ => false,
    }
}
