//! The engine against an independent model, over a million random commands: every answer, byte for byte.
//!
//! `TOLLGATE_SEEDS` sets how many streams of a thousand lines are compared, `TOLLGATE_FIRST_SEED` where they begin.

#[path = "model/mod.rs"]
mod model;
#[path = "random/mod.rs"]
mod random;

use std::{
    num::NonZero,
    sync::atomic::{AtomicU64, Ordering},
    thread,
};

use self::{
    model::Model,
    random::{port::Port, stream::Stream},
};

/// Lines of one stream.
const LINES: usize = 1_000;

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name)
        .map_or(default, |text| text.parse().unwrap_or_else(|_| panic!("`{name}` is a number, found `{text}`")))
}

/// The code of an error line; empty for another answer.
fn code(answer: &str) -> String {
    let answer: serde_json::Value = serde_json::from_str(answer).expect("an answer is JSON");
    answer["error"]["code"].as_str().unwrap_or_default().to_owned()
}

fn compare(seed: u64) {
    let mut stream = Stream::new(seed);
    let policy = stream.policy();
    let (mut engine, events) = Port::create(&policy, stream.now_ms());
    let mut model = Model::create(&policy, include_str!("../src/price/claude.json"), stream.now_ms());
    assert_eq!(events, model.events(), "the first events of seed {seed}\n{policy}");
    let mut before: Vec<String> = Vec::new();
    for number in 1..=LINES {
        let line = stream.next().expect("a stream is endless");
        let answer = engine.run(&line);
        let agreed = match model.answer(&line) {
            Ok(expected) if expected == answer => None,
            Ok(expected) => Some(expected),
            Err(expected) if code(&answer) == expected => None,
            Err(expected) => Some(format!("the error `{expected}`")),
        };
        if let Some(expected) = agreed {
            let last = before.len().saturating_sub(12);
            panic!(
                "seed {seed}, line {number}: {line}\n  engine: {answer}\n  model:  {expected}\nbefore it:\n{}\npolicy: {policy}",
                before[last..].join("\n")
            );
        }
        before.push(format!("{line}\n    {answer}"));
    }
}

#[test]
fn agrees_with_the_model_on_a_million_random_commands() {
    let first = number("TOLLGATE_FIRST_SEED", 0);
    let end = first + number("TOLLGATE_SEEDS", 1_000);
    let next = AtomicU64::new(first);
    let workers = thread::available_parallelism().map_or(1, NonZero::get);
    thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                while let Some(seed) = Some(next.fetch_add(1, Ordering::Relaxed)).filter(|seed| *seed < end) {
                    compare(seed);
                }
            });
        }
    });
}
