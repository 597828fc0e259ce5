//! The engine against an independent model, over a million random commands and the prices of a million random usages:
//! every answer, byte for byte.
//!
//! `TOLLGATE_SEEDS` sets how many streams of a thousand lines are compared, `TOLLGATE_FIRST_SEED` where they begin, and
//! `TOLLGATE_BEFORE` how many lines are shown before one that is answered differently.

#[path = "model/mod.rs"]
mod model;
#[path = "random/prices.rs"]
mod prices;
#[path = "random/mod.rs"]
mod random;

use std::{
    num::NonZero,
    sync::atomic::{AtomicU64, Ordering},
    thread,
};

use self::{
    model::Model,
    prices::{price_list, price_query},
    random::{clock::Clock, dice::Dice, port::Port, stream::Stream},
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

/// Where the mistakes of an error line are, each place once; of what no change sets, only that a change is to blame.
fn places(answer: &str) -> Vec<String> {
    let answer: serde_json::Value = serde_json::from_str(answer).expect("an answer is JSON");
    let error = &answer["error"];
    let found = error["problems"].as_array().map_or_else(|| vec![error], |problems| problems.iter().collect());
    let mut places: Vec<String> = found
        .iter()
        .filter_map(|found| found["path"].as_str())
        .map(|path| path.replacen("preview.", "command.", 1))
        .map(|path| {
            // What takes out something that is in use has only its id.
            let is_whole =
                ["].change", "].change.id"].iter().any(|end| path.ends_with(end)) && error["problems"].is_array();
            if is_whole { "command.changes".to_owned() } else { path }
        })
        .collect();
    places.sort();
    places.dedup();
    places
}

/// Compares the answers to a thousand lines.
fn compare(seed: u64, policy: &str, now_ms: i64, mut lines: impl FnMut() -> String, mut look: impl FnMut(&str)) {
    let (mut engine, events) = Port::create(policy, now_ms);
    let mut model = Model::create(policy, include_str!("../src/price/claude.json"), now_ms);
    assert_eq!(events, model.events(), "the first events of seed {seed}\n{policy}");
    let mut before: Vec<String> = Vec::new();
    let shown = usize::try_from(number("TOLLGATE_BEFORE", 12)).expect("a small number");
    for number in 1..=LINES {
        let line = lines();
        let answer = engine.run(&line);
        let agreed = match model.answer(&line) {
            Ok(expected) if expected == answer => None,
            Ok(expected) => Some(expected),
            Err(expected)
                if code(&answer) == expected && (model.places.is_empty() || model.places == places(&answer)) =>
            {
                None
            }
            Err(expected) => Some(format!("the error `{expected}` at {:?}", model.places)),
        };
        if let Some(expected) = agreed {
            let last = before.len().saturating_sub(shown);
            panic!(
                "seed {seed}, line {number}: {line}\n  engine: {answer}\n  model:  {expected}\nbefore it:\n{}\npolicy: {policy}",
                before[last..].join("\n")
            );
        }
        look(&answer);
        before.push(format!("{line}\n    {answer}"));
    }
}

fn for_each_seed(run: impl Fn(u64) + Sync) {
    let first = number("TOLLGATE_FIRST_SEED", 0);
    let end = first + number("TOLLGATE_SEEDS", 1_000);
    let next = AtomicU64::new(first);
    let workers = thread::available_parallelism().map_or(1, NonZero::get);
    thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                while let Some(seed) = Some(next.fetch_add(1, Ordering::Relaxed)).filter(|seed| *seed < end) {
                    run(seed);
                }
            });
        }
    });
}

#[test]
fn agrees_with_the_model_on_a_million_random_commands() {
    for_each_seed(|seed| {
        let mut stream = Stream::new(seed);
        let (policy, now_ms) = (stream.policy(), stream.now_ms());
        compare(seed, &policy, now_ms, || stream.next().expect("a stream is endless"), |_| {});
    });
}

#[test]
fn agrees_with_the_model_on_the_prices_of_a_million_random_usages() {
    let (asked, priced, lines) = (AtomicU64::new(0), AtomicU64::new(0), AtomicU64::new(0));
    for_each_seed(|seed| {
        let mut dice = Dice::new(seed ^ 0x9e37_79b9);
        let clock = Clock::new(&mut dice);
        let policy = price_list(&mut dice, clock.now_ms());
        let ask = || price_query(&mut dice, &policy, clock.now_ms()).to_string();
        compare(seed, &policy.to_string(), clock.now_ms(), ask, |answer| {
            asked.fetch_add(1, Ordering::Relaxed);
            priced.fetch_add(answer.starts_with(r#"{"type":"price""#).into(), Ordering::Relaxed);
            lines.fetch_add(answer.matches(r#""class":"#).count() as u64, Ordering::Relaxed);
        });
    });
    let [asked, priced, lines] = [asked, priced, lines].map(AtomicU64::into_inner);
    println!("{asked} usages, {priced} of them priced, in {lines} lines");
    assert!(priced * 5 > asked * 2 && lines * 2 > priced * 3, "only {priced} of {asked} are priced, in {lines} lines");
}
