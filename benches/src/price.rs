//! `quote` and the charge of a usage beside five multiplications and four additions of `rust_decimal`.

use std::hint::black_box;

use rust_decimal::Decimal;
use tollgate::{
    engine::Engine,
    price::{CacheWrite, RequestShape, Usage, charge, quote},
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
    let peer = "rust_decimal: 5 multiplications, 4 additions";
    vec![
        Row { what: "quote (dearest class and tier of a request)", ours: quoted, peer, theirs },
        Row { what: "charge of 5 usage classes", ours: charged, peer, theirs: theirs_again },
    ]
}
