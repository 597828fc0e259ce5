//! What the targets share: a mutation that knows JSON, so that most inputs get past the reader.

use serde_json::{Value, json};

/// A sequence of pseudo-random numbers (SplitMix64).
pub struct Dice(u64);

impl Dice {
    /// The sequence of a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % end.max(1) as u64).unwrap_or(0)
    }

    /// One of the choices.
    pub fn pick<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        choices.get(self.below(choices.len())).copied().unwrap_or_default()
    }
}

/// Mutates an input whose first byte is a choice and whose rest is JSON: mostly a value of it, sometimes its bytes. Returns
/// the new size.
pub fn mutate(data: &mut [u8], size: usize, max_size: usize, seed: u32, words: &[&str]) -> usize {
    let mut dice = Dice::new(seed.into());
    let parsed = data.get(1..size).and_then(|text| serde_json::from_slice::<Value>(text).ok());
    if let Some(mut value) = parsed.filter(|_| dice.below(5) > 0) {
        for _ in 0..=dice.below(3) {
            change(&mut value, &mut dice, words);
        }
        let text = value.to_string();
        if text.len() < max_size {
            if dice.below(6) == 0 {
                data[0] = data[0].wrapping_add(1 << dice.below(8));
            }
            data[1..=text.len()].copy_from_slice(text.as_bytes());
            return text.len() + 1;
        }
    }
    libfuzzer_sys::fuzzer_mutate(data, size, max_size)
}

/// Every value below one, counted.
fn count(value: &Value) -> usize {
    1 + match value {
        Value::Array(items) => items.iter().map(count).sum(),
        Value::Object(fields) => fields.values().map(count).sum(),
        _ => 0,
    }
}

/// The value of a number, in the order of counting.
fn at<'a>(value: &'a mut Value, number: &mut usize) -> Option<&'a mut Value> {
    if *number == 0 {
        return Some(value);
    }
    *number -= 1;
    match value {
        Value::Array(items) => items.iter_mut().find_map(|item| at(item, number)),
        Value::Object(fields) => fields.values_mut().find_map(|field| at(field, number)),
        _ => None,
    }
}

fn change(whole: &mut Value, dice: &mut Dice, words: &[&str]) {
    let many = count(whole);
    let other = at(whole, &mut dice.below(many)).map(|value| value.clone()).unwrap_or_default();
    let Some(value) = at(whole, &mut dice.below(many)) else { return };
    match (dice.below(9), &mut *value) {
        (0 | 1, Value::Object(fields)) => {
            let made = if dice.below(2) == 0 { other } else { leaf(dice, words) };
            fields.insert(dice.pick(words).to_owned(), made);
        }
        (2, Value::Object(fields)) if !fields.is_empty() => {
            let name = fields.keys().nth(dice.below(fields.len())).cloned().unwrap_or_default();
            let moved = fields.remove(&name).unwrap_or_default();
            if dice.below(2) == 0 {
                fields.insert(dice.pick(words).to_owned(), moved);
            }
        }
        (3, Value::Array(items)) => items.push(other),
        (4, Value::Array(items)) if !items.is_empty() => {
            items.remove(dice.below(items.len()));
        }
        (5, _) => *value = other,
        (6, Value::Number(number)) => {
            if let Some(count) = number.as_u64() {
                *value = json!(count.wrapping_add(dice.below(3) as u64).wrapping_sub(1));
            }
        }
        _ => *value = leaf(dice, words),
    }
}

fn leaf(dice: &mut Dice, words: &[&str]) -> Value {
    match dice.below(12) {
        0 => Value::Null,
        1 => json!(dice.below(2) == 0),
        2 => json!(-1),
        3 => json!([0_u64, 1, 1_000_000_000_000, 1_000_000_000_001, u64::MAX][dice.below(5)]),
        4 => json!([1.5, 0.0, 2.7999999999999997e-07, 1e300, -0.0, 1e-30][dice.below(6)]),
        5 => json!({}),
        6 => json!([]),
        7 => json!(["", "0.5", "1e-6", "00", "2026-01-01", "2026-01-01T00:00:00Z", "16:30", "*", "#", "a/b"][dice.below(10)]),
        8 => json!(dice.pick(words)),
        _ => json!(dice.below(200)),
    }
}
