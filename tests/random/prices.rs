//! Random price lists, and usages to price by them.

use serde_json::{Value, json};

use super::random::{
    book::{self, model},
    dice::Dice,
    question::context,
    usage,
};

/// A policy that is little more than a random price book.
pub fn price_list(dice: &mut Dice, now_ms: i64) -> Value {
    let mut policy =
        json!({"schema_version": 1, "organization": {"id": "acme"}, "price_book": book::own(dice, now_ms)});
    if dice.chance(30) {
        policy["settings"] = json!({"fallback_model": "alpha-1"});
    }
    policy
}

/// What a random usage costs, mostly around the time at which prices change.
pub fn price_query(dice: &mut Dice, policy: &Value, now_ms: i64) -> Value {
    let at_ms = match dice.below(4) {
        0 => now_ms + dice.pick(&[0, 4_999, 5_000, 3_599_999, 3_600_000, 86_399_999, 86_400_000]),
        1 => dice.between(0, 2_000_000_000_000),
        _ => now_ms + dice.between(-200_000_000, 200_000_000),
    };
    let usage = usage::usage(dice, policy);
    let mut query = json!({"type": "price", "model": model(dice, policy), "at_ms": at_ms, "usage": usage});
    if dice.chance(25) {
        query["context"] = context(dice);
    }
    json!({"now_ms": now_ms, "query": query})
}
