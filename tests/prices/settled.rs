//! Usages whose cost is settled, priced by what the catalogues say.

use std::collections::BTreeMap;

use tollgate::price::{Book, import::Catalogue};

use crate::rows::{Row, book, shipped};

fn every(rows: &[Row], book: &Book) {
    let wrong: Vec<String> = rows.iter().filter(|row| !row.holds(book)).map(|row| row.told(book)).collect();
    assert!(wrong.is_empty(), "{} of {} rows\n{}", wrong.len(), rows.len(), wrong.join("\n"));
}

#[test]
fn genai_prices_prices_every_settled_usage_to_the_last_digit() {
    let book = book(Catalogue::GenaiPrices);
    let rows = Row::of("priced-usage");
    assert!(rows.len() >= 240 && rows.iter().any(|row| row.is("context_not_priced")));
    every(&rows, &book);
    every(&Row::of("priced-usage-dated"), &book);
}

#[test]
fn the_shipped_book_prices_every_usage_also_where_one_catalogue_is_wrong() {
    let book = shipped();
    for file in ["priced-usage", "priced-usage-dated", "priced-usage-disputed"] {
        every(&Row::of(file), &book);
    }
}

/// What LiteLLM's catalogue cannot price, by what it answers, and why.
#[test]
fn litellm_prices_every_settled_usage_that_it_has_a_price_for() {
    let book = book(Catalogue::LiteLlm);
    let mut lacks: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
    for file in ["priced-usage", "priced-usage-dated", "priced-usage-disputed"] {
        for row in Row::of(file).iter().filter(|row| !row.holds(&book)) {
            let answer = row.answer(&book).unwrap_or_else(|code| code);
            lacks.entry((file.to_owned(), answer)).or_default().push(row.model().to_owned());
        }
    }
    let expected = [
        // Its library halves the standard rate of a model without batch rates; nobody publishes that price.
        ("priced-usage", "unpriced_context", vec!["gpt-4"]),
        // It knows today's prices only: one is a promotion that ends, two were higher then.
        ("priced-usage-dated", "0.0212", vec!["gpt-5.6-luna"]),
        ("priced-usage-dated", "0.22", vec!["gemini-4-argon"]),
        ("priced-usage-dated", "0.42", vec!["gpt-5.6-sol"]),
        // It has no rate for one-hour cache writes in batches, and bills them as five-minute ones.
        (
            "priced-usage-disputed",
            "unpriced_class",
            vec![
                "claude-sonnet-4-5-20250929",
                "claude-haiku-4-5-20251001",
                "claude-haiku-5-5",
                "claude-opus-4-8",
                "claude-fable-5-1",
                "claude-opus-4-6",
            ],
        ),
    ];
    let expected: BTreeMap<(String, String), Vec<String>> = expected
        .into_iter()
        .map(|(file, answer, models)| {
            ((file.to_owned(), answer.to_owned()), models.into_iter().map(str::to_owned).collect())
        })
        .collect();
    assert_eq!(lacks, expected);
}

/// What genai-prices cannot price: it knows no places.
#[test]
fn genai_prices_refuses_what_it_knows_no_price_for() {
    let book = book(Catalogue::GenaiPrices);
    for row in Row::of("priced-usage-disputed").iter().filter(|row| !row.holds(&book)) {
        assert!(row.is("geo_us"), "{}", row.told(&book));
        assert_eq!(row.answer(&book), Err("unpriced_context".to_owned()));
    }
}
