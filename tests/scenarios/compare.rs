//! What an answer lacks of what was expected.

use serde_json::Value;

/// Every difference, as `path: expected …, found …`. Objects match when the answer has every expected field; arrays match
/// as a whole, element by element; everything else must be equal.
pub fn differences(expected: &Value, found: &Value) -> Vec<String> {
    let mut all = Vec::new();
    walk(String::new(), expected, Some(found), &mut all);
    all
}

fn walk(path: String, expected: &Value, found: Option<&Value>, all: &mut Vec<String>) {
    match (expected, found) {
        (Value::Object(expected), Some(Value::Object(found))) => {
            for (name, expected) in expected {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                walk(path, expected, found.get(name), all);
            }
        }
        (Value::Array(expected), Some(Value::Array(found))) if expected.len() == found.len() => {
            for (index, (expected, found)) in expected.iter().zip(found).enumerate() {
                walk(format!("{path}[{index}]"), expected, Some(found), all);
            }
        }
        (expected, Some(found)) if expected == found => {}
        (expected, found) => {
            let found = found.map_or_else(|| "nothing".to_owned(), |found| format!("`{found}`"));
            let path = if path.is_empty() { "the answer".to_owned() } else { path };
            all.push(format!("{path}: expected `{expected}`, found {found}"));
        }
    }
}
