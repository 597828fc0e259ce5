//! The JSON reader beside serde_json: both read the same texts, to the same values.
#![no_main]

use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use serde::de::IgnoredAny;
use serde_json::Value;
use tollgate::form::{
    Json,
    text::{DEEPEST, Text},
};

const WORDS: &[&str] = &["a", "b", "\u{e9}", "\"", "\\", "\n", "\u{1f600}", "a/b"];

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    tollgate_fuzz::mutate(data, size, max_size, seed, WORDS)
});

fuzz_target!(|data: &[u8]| {
    let Some(Ok(text)) = data.get(1..).map(std::str::from_utf8) else { return };
    let skipped = {
        let mut reader = Text::new(text);
        reader.raw().and_then(|raw| reader.end().map(|()| raw))
    };
    match Json::parse(text) {
        Ok(read) => {
            // Theirs looks at syntax only here: it bounds no depth, and rounds no number.
            assert!(serde_json::from_str::<IgnoredAny>(text).is_ok(), "only we read it");
            assert_eq!(skipped.expect("what can be read can be passed over"), text.trim_matches([' ', '\t', '\n', '\r']));
            if let Ok(value) = serde_json::from_str::<Value>(text) {
                assert!(same(&read, &value), "{read:?} is not {value:?}");
            }
            let written = read.to_text();
            assert_eq!(Json::parse(&written).expect("what we write we read"), read);
            assert!(serde_json::from_str::<IgnoredAny>(&written).is_ok(), "what we write everyone reads");
        }
        Err(error) => {
            let twice = error.message().contains("stands twice");
            let deep = error.message().contains("nest too deep");
            assert!(!deep || depth(text) > DEEPEST, "{DEEPEST} levels are read");
            assert!(twice || deep || serde_json::from_str::<Value>(text).is_err(), "only they read it: {error}");
            assert!(twice || skipped.is_err(), "passing over looks at everything but names");
        }
    }
});

fn depth(text: &str) -> usize {
    text.bytes().filter(|byte| matches!(byte, b'[' | b'{')).count()
}

fn same(ours: &Json, theirs: &Value) -> bool {
    match (ours, theirs) {
        (Json::Null, Value::Null) => true,
        (Json::Bool(ours), Value::Bool(theirs)) => ours == theirs,
        (Json::Integer(ours), Value::Number(theirs)) => match theirs.as_i128() {
            Some(theirs) => *ours == theirs,
            None => theirs.as_f64().is_some_and(|theirs| close(*ours as f64, theirs)),
        },
        (Json::Fraction(ours), Value::Number(theirs)) => {
            ours.parse::<f64>().ok().zip(theirs.as_f64()).is_some_and(|(ours, theirs)| close(ours, theirs))
        }
        (Json::String(ours), Value::String(theirs)) => ours == theirs,
        (Json::Array(ours), Value::Array(theirs)) => {
            ours.len() == theirs.len() && ours.iter().zip(theirs).all(|(ours, theirs)| same(ours, theirs))
        }
        (Json::Object(ours), Value::Object(theirs)) => {
            ours.len() == theirs.len()
                && ours.iter().all(|(name, ours)| theirs.get(name).is_some_and(|theirs| same(ours, theirs)))
        }
        _ => false,
    }
}

/// Theirs is off by a digit of the last place, where it is not asked to round exactly.
fn close(ours: f64, theirs: f64) -> bool {
    ours == theirs || (ours - theirs).abs() <= ours.abs() * 1e-14
}
