//! `quote` and the charge of a usage beside five multiplications and four additions of `rust_decimal`; the price of a raw
//! usage object beside a typed parse of the same text.

use std::hint::black_box;

use rust_decimal::Decimal;
use serde::Deserialize;
use tollgate::{
    engine::Engine,
    price::{
        Book, CacheWrite, PriceContext, RequestShape, Usage, charge, price, quote,
        usage_object::{Api, normalize},
    },
    time::Timestamp,
};

use crate::clock::{Row, compare, each};

pub(crate) fn rows() -> Vec<Row> {
    let now = Timestamp::from_millis(1_764_000_000_000).expect("an instant");
    let (engine, _) = Engine::create(r#"{"schema_version":1,"organization":{"id":"acme"}}"#, now).expect("a policy");
    let (_, book) = engine.state().book().expect("a book");
    let card = book.by_name("claude-sonnet-5").expect("a card");
    let version = card.version_at(now).expect("a version");
    let request = RequestShape::new(1_024).with_body_bytes(20_480).with_cache_write(CacheWrite::OneHour);
    let context = request.context();

    let rates = ["0.000002", "0.00001", "0.0000002", "0.0000025", "0.000004"]
        .map(|rate| Decimal::from_str_exact(rate).expect("a rate"));
    let decimal = || {
        each(20_000, |index| {
            let count = Decimal::from(black_box(index));
            let [input, output, read, short, long] = rates.map(|rate| rate * count);
            black_box(input + output + read + short + long);
        })
    };
    let (quoted, theirs) = compare(
        || {
            each(50_000, |index| {
                black_box(quote(card, black_box(&request.with_body_bytes(u64::from(index))), now).is_ok());
            })
        },
        decimal,
    );
    let (charged, theirs_again) = compare(
        || {
            each(50_000, |index| {
                let count = u64::from(index) + 1;
                let usage = Usage {
                    input: count,
                    cache_read: count,
                    cache_write_5m: count,
                    cache_write_1h: count,
                    output: count,
                    ..Usage::default()
                };
                black_box(charge(version, context, black_box(&usage)).is_ok());
            })
        },
        decimal,
    );
    let (priced, parsed) = raw(book, now);
    let peer = "rust_decimal: 5 multiplications, 4 additions";
    vec![
        Row { what: "quote (dearest class and tier of a request)", ours: quoted, peer, theirs },
        Row { what: "charge of 5 usage classes", ours: charged, peer, theirs: theirs_again },
        Row {
            what: "price of a raw usage object: read, normalised, every line",
            ours: priced,
            peer: "serde_json: a typed parse of the same text",
            theirs: parsed,
        },
    ]
}

/// A usage object as a response carries it.
const RAW: &str = r#"{"input_tokens":1203,"cache_creation_input_tokens":2048,"cache_read_input_tokens":10240,"cache_creation":{"ephemeral_5m_input_tokens":2048,"ephemeral_1h_input_tokens":0},"output_tokens":512,"service_tier":"standard"}"#;

#[derive(Deserialize)]
struct Parsed {
    input_tokens: u64,
    cache_creation_input_tokens: u64,
    cache_read_input_tokens: u64,
    cache_creation: Split,
    output_tokens: u64,
    service_tier: String,
}

#[derive(Deserialize)]
struct Split {
    ephemeral_5m_input_tokens: u64,
    ephemeral_1h_input_tokens: u64,
}

fn raw(book: &Book, now: Timestamp) -> (u128, u128) {
    compare(
        || {
            each(20_000, |_| {
                let usage = normalize(Api::Anthropic, None, black_box(RAW), true, "usage").expect("a usage");
                let find = |name: &str| book.lookup(None, name);
                let priced = price(&find, "claude-sonnet-5", &usage, PriceContext::default(), now).expect("one usage");
                black_box(priced.expect("a price").total);
            })
        },
        || {
            each(20_000, |_| {
                let parsed: Parsed = serde_json::from_str(black_box(RAW)).expect("a usage");
                let Parsed { input_tokens, cache_creation_input_tokens, cache_read_input_tokens, .. } = &parsed;
                let Split { ephemeral_5m_input_tokens, ephemeral_1h_input_tokens } = &parsed.cache_creation;
                let sum = input_tokens + cache_creation_input_tokens + cache_read_input_tokens + parsed.output_tokens;
                let split = ephemeral_5m_input_tokens + ephemeral_1h_input_tokens;
                black_box((sum, split, parsed.service_tier.len()));
            })
        },
    )
}
