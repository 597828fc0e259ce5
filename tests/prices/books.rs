//! The books that ship: what Anthropic publishes, and how large they are.

use std::io::Write;

use flate2::{Compression, write::GzEncoder};
use tollgate::{
    price::{Book, CLAUDE, ContainerTime, InferenceGeo, PriceContext, ServiceTier, Speed, UsageClass},
    time::Timestamp,
};

use crate::rows::{read, shipped};

type Published = (&'static [&'static str], [&'static str; 5], Option<[&'static str; 2]>);

/// Models; input, output, cache read, cache writes of five minutes and of one hour; input and output of fast mode. USD per
/// million tokens, as of 2026-11-23.
const PUBLISHED: &[Published] = &[
    (&["claude-fable-5-2", "claude-mythos-5-2"], ["8", "40", "0.2", "10", "16"], Some(["16", "80"])),
    (&["claude-fable-5-1", "claude-mythos-5-1"], ["10", "50", "0.25", "12.5", "20"], None),
    (&["claude-fable-5", "claude-mythos-5"], ["10", "50", "1", "12.5", "20"], None),
    (&["claude-opus-5-5"], ["4", "20", "0.2", "5", "8"], Some(["8", "40"])),
    (&["claude-opus-5", "claude-opus-4-8"], ["5", "25", "0.5", "6.25", "10"], Some(["10", "50"])),
    (&["claude-opus-4-7", "claude-opus-4-6", "claude-opus-4-5"], ["5", "25", "0.5", "6.25", "10"], None),
    (&["claude-sonnet-5-5"], ["2", "10", "0.1", "2.5", "4"], None),
    (&["claude-sonnet-5"], ["2", "10", "0.2", "2.5", "4"], None),
    (&["claude-sonnet-4-6", "claude-sonnet-4-5"], ["3", "15", "0.3", "3.75", "6"], None),
    (&["claude-haiku-5-5"], ["0.1", "0.5", "0.01", "0.125", "0.2"], None),
    (&["claude-haiku-4-5"], ["1", "5", "0.1", "1.25", "2"], None),
    (&["claude-opus-4-1", "claude-opus-4"], ["15", "75", "1.5", "18.75", "30"], None),
];

const CLASSES: [UsageClass; 5] =
    [UsageClass::Input, UsageClass::Output, UsageClass::CacheRead, UsageClass::CacheWrite5m, UsageClass::CacheWrite1h];

/// Before Claude 4.6, a request could not choose where it ran.
const WITHOUT_PLACE: &[&str] =
    &["claude-opus-4-5", "claude-sonnet-4-5", "claude-haiku-4-5", "claude-opus-4-1", "claude-opus-4"];

fn rate(book: &Book, model: &str, at: &str, context: PriceContext, prompt: u64, class: UsageClass) -> Option<String> {
    let at: Timestamp = at.parse().unwrap();
    let version = book.by_name(model).unwrap().version_at(at).unwrap();
    let tier = version.tiers(context)?.of(prompt)?;
    tier.rates.get(class).to_decimal(class).map(|rate| rate.to_string())
}

const TODAY: &str = "2026-11-23T00:00:00Z";
const PLAIN: PriceContext =
    PriceContext { speed: Speed::Standard, inference_geo: InferenceGeo::Global, service_tier: ServiceTier::Standard };
const BATCH: PriceContext = PriceContext { service_tier: ServiceTier::Batch, ..PLAIN };
const FAST: PriceContext = PriceContext { speed: Speed::Fast, ..PLAIN };
const US: PriceContext = PriceContext { inference_geo: InferenceGeo::Us, ..PLAIN };

fn times(rate: &str, factor: &str) -> String {
    let decimal = |text: &str| rust_decimal::Decimal::from_str_exact(text).unwrap();
    (decimal(rate) * decimal(factor)).normalize().to_string()
}

#[test]
fn both_books_have_what_anthropic_publishes() {
    for book in [Book::parse(CLAUDE).unwrap(), shipped()] {
        for (models, rates, fast) in PUBLISHED {
            for model in *models {
                let found = |context, class| rate(&book, model, TODAY, context, 0, class);
                for (class, expected) in CLASSES.iter().zip(rates) {
                    assert_eq!(found(PLAIN, *class).as_deref(), Some(*expected), "{model} {class:?}");
                    assert_eq!(found(BATCH, *class), Some(times(expected, "0.5")), "{model} batch {class:?}");
                    let us = (!WITHOUT_PLACE.contains(model)).then(|| times(expected, "1.1"));
                    assert_eq!(found(US, *class), us, "{model} us {class:?}");
                    assert_eq!(found(FAST, *class), fast.map(|_| times(expected, "2")), "{model} fast {class:?}");
                }
                if let Some([input, output]) = fast {
                    assert_eq!(found(FAST, UsageClass::Input).as_deref(), Some(*input));
                    assert_eq!(found(FAST, UsageClass::Output).as_deref(), Some(*output));
                }
                assert_eq!(found(PLAIN, UsageClass::WebSearch).as_deref(), Some("0.01"), "{model}");
                assert_eq!(found(PLAIN, UsageClass::CodeExecution).as_deref(), Some("0.05"), "{model}");
                // Five minutes a container at least; 1,550 hours a month are free.
                let published = ContainerTime { minimum_ms: 5 * 60_000, free_ms: 1_550 * 3_600_000 };
                assert_eq!(book.by_name(model).unwrap().container_time, published, "{model}");
            }
        }
    }
}

#[test]
fn both_books_know_what_prices_were() {
    for book in [Book::parse(CLAUDE).unwrap(), shipped()] {
        let cases = [
            ("claude-opus-4-6", "2026-03-12T23:59:59Z", 200_001, UsageClass::Input, "10"),
            ("claude-opus-4-6", "2026-03-12T23:59:59Z", 200_001, UsageClass::Output, "37.5"),
            ("claude-opus-4-6", "2026-03-12T23:59:59Z", 200_000, UsageClass::Input, "5"),
            ("claude-opus-4-6", "2026-03-13T00:00:00Z", 200_001, UsageClass::Input, "5"),
            ("claude-sonnet-4-6", "2026-03-12T00:00:00Z", 200_001, UsageClass::Output, "22.5"),
            ("claude-sonnet-5-5", "2026-10-06T23:59:59Z", 0, UsageClass::CacheRead, "0.2"),
            ("claude-sonnet-5-5", "2026-10-07T00:00:00Z", 0, UsageClass::CacheRead, "0.1"),
            ("claude-haiku-5-5", TODAY, 100_000, UsageClass::Input, "0.1"),
            ("claude-haiku-5-5", TODAY, 100_001, UsageClass::Input, "0.5"),
            ("claude-haiku-5-5", TODAY, 100_001, UsageClass::CacheWrite1h, "1"),
        ];
        for (model, at, prompt, class, expected) in cases {
            assert_eq!(
                rate(&book, model, at, PLAIN, prompt, class).as_deref(),
                Some(expected),
                "{model} {at} {prompt}"
            );
        }
    }
}

#[test]
fn the_embedded_book_bounds_what_it_quotes() {
    let book = Book::parse(CLAUDE).unwrap();
    for card in book.cards() {
        assert!(card.context_window.is_some() && card.max_output.is_some());
        assert!(card.tool_tokens > 0 && card.image_tokens > 0);
    }
}

#[test]
fn the_books_are_small() {
    for (name, text, most) in
        [("providers", read("pkg/books/providers.json"), 25_000), ("claude", CLAUDE.to_owned(), 6_000)]
    {
        let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
        gzip.write_all(text.as_bytes()).unwrap();
        let size = gzip.finish().unwrap().len();
        assert!(size <= most, "{name} takes {size} bytes");
    }
}
