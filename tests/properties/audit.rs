//! The audit log: a chain that anybody verifies, told once for each fact, whatever way a door comes to its events.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tollgate::wire::Door;

use super::random::stream::Stream;

/// What is audited.
const AUDITED: [&str; 4] = ["configured", "adjusted", "clock_advanced", "denied"];

/// An engine, its log as lists of events, and the entries of its audit log as a host stores them.
struct Lived {
    door: Door,
    log: Vec<String>,
    entries: Vec<String>,
}

/// The items of a JSON list as they are written.
fn written(list: &str) -> Vec<String> {
    let mut rest = list.trim_start_matches('[');
    let mut items = Vec::new();
    while rest.starts_with('{') {
        let mut values = serde_json::Deserializer::from_str(rest).into_iter::<Value>();
        values.next().expect("an item").expect("an item is JSON");
        let (item, after) = rest.split_at(values.byte_offset());
        items.push(item.to_owned());
        rest = after.trim_start_matches(',');
    }
    items
}

fn lived(seed: u64, lines: usize) -> Lived {
    let mut stream = Stream::new(seed);
    let (door, founding) = Door::create(&stream.policy(), stream.now_ms()).expect("a valid policy");
    let mut lived = Lived { door, log: vec![founding.events], entries: written(&founding.audit) };
    for line in stream.by_ref().take(lines) {
        let line: Value = serde_json::from_str(&line).expect("a line is JSON");
        let (Some(now_ms), true) = (line["now_ms"].as_i64(), line["command"].is_object()) else { continue };
        let Ok(outcome) = lived.door.decide(&line["command"].to_string(), now_ms) else { continue };
        // As a host does: the entries are taken before the events are applied.
        let last = lived.entries.last().map_or_else(|| "0".repeat(64), |entry| hashes(entry).1);
        let number = i64::try_from(lived.entries.len()).expect("a few");
        lived.entries.extend(written(&lived.door.audit(number, &last).expect("a hash")));
        lived.door.commit().expect("the decision is the last one");
        let outcome: Value = serde_json::from_str(&outcome).expect("an outcome is JSON");
        lived.log.push(outcome["events"].to_string());
    }
    lived
}

fn head(door: &Door) -> Value {
    let told = door.query(r#"{"type":"audit_head"}"#, 0).expect("a head");
    serde_json::from_str(&told).expect("a head is JSON")
}

/// The hash that an entry must have, and the one that it says.
fn hashes(entry: &str) -> (String, String) {
    let (said, hash) = entry.rsplit_once(r#","hash":""#).expect("an entry ends with its hash");
    let true_hash = Sha256::digest(format!("{said}}}").as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    (true_hash, hash.trim_end_matches("\"}").to_owned())
}

#[test]
fn the_entries_are_a_chain_whose_head_a_door_knows_that_lived_them_or_read_them_from_the_log() {
    let mut seen = 0;
    for seed in 11_000..11_060 {
        let Lived { door, log, entries } = lived(seed, 500);
        let mut previous = "0".repeat(64);
        for (index, entry) in entries.iter().enumerate() {
            let (true_hash, said) = hashes(entry);
            assert_eq!(true_hash, said, "seed {seed}: {entry}");
            let read: Value = serde_json::from_str(entry).expect("an entry is JSON");
            assert_eq!(read["previous"], previous.as_str(), "seed {seed}: {entry}");
            assert_eq!(read["number"], json!(index + 1), "seed {seed}: {entry}");
            previous = said;
        }
        let expected = json!({"type": "audit_head", "entries": entries.len(), "hash": previous});
        assert_eq!(head(&door), expected, "seed {seed}");
        let mut folded = Door::fold(&log[0]).unwrap_or_else(|error| panic!("seed {seed}: {error}"));
        log[1..].iter().for_each(|events| folded.apply(events).unwrap_or_else(|error| panic!("seed {seed}: {error}")));
        assert_eq!(head(&folded), expected, "seed {seed}, folded");
        let restored = Door::restore(&door.engine().snapshot()).unwrap_or_else(|error| panic!("seed {seed}: {error}"));
        assert!(
            restored.query(r#"{"type":"audit_head"}"#, 0).is_err(),
            "seed {seed}: the host knows it, not a snapshot"
        );
        seen += entries.len();
    }
    assert!(seen > 3_000, "only {seen} entries were looked at");
}

#[test]
fn every_change_correction_and_denial_is_one_entry_and_nothing_else_is() {
    for seed in 11_100..11_140 {
        let Lived { log, entries, .. } = lived(seed, 500);
        let told: Vec<(Value, Value)> = log
            .iter()
            .flat_map(|events| serde_json::from_str::<Vec<Value>>(events).expect("a list of events"))
            .filter(|event| AUDITED.iter().any(|kind| event["type"] == *kind))
            .map(|event| {
                let who = if event["type"] == "denied" { &event["principal"] } else { &event["actor"] };
                (event["at_ms"].clone(), who.clone())
            })
            .collect();
        let entered: Vec<(Value, Value)> = entries
            .iter()
            .map(|entry| serde_json::from_str::<Value>(entry).expect("an entry is JSON"))
            .map(|entry| (entry["at_ms"].clone(), entry["actor"].clone()))
            .collect();
        assert_eq!(entered, told, "seed {seed}");
    }
}

/// What an entry is of: of organization, settings and price book there is one.
fn place(target: &Value) -> (String, String) {
    let (noun, id) = target.as_object().and_then(|fields| fields.iter().next()).expect("a target has one field");
    let alone = ["organization", "settings", "price_book"].contains(&noun.as_str());
    (noun.clone(), if alone { String::new() } else { id.to_string() })
}

#[test]
fn what_stood_before_an_entry_is_what_the_one_before_it_left() {
    let mut changed = 0;
    for seed in 11_200..11_240 {
        let mut standing: BTreeMap<(String, String), Value> = BTreeMap::new();
        for entry in lived(seed, 500).entries {
            let entry: Value = serde_json::from_str(&entry).expect("an entry is JSON");
            let action = entry["action"].as_str().unwrap_or_default();
            let at = place(&entry["target"]);
            if ["charge.adjusted", "clock.advanced", "denial.recorded"].contains(&action) {
                continue;
            }
            assert!(action.starts_with(&format!("{}.", at.0)), "seed {seed}: {entry}");
            let before = standing.get(&at).cloned().unwrap_or(Value::Null);
            assert_eq!(entry["before"], before, "seed {seed}: {entry}");
            assert!(!entry["after"].is_null() || action.ends_with(".removed"), "seed {seed}: {entry}");
            changed += i32::from(!before.is_null());
            standing.insert(at, entry["after"].clone());
        }
    }
    assert!(changed > 500, "only {changed} entries changed what was there");
}

#[test]
fn an_entry_that_is_changed_in_any_field_breaks_the_chain() {
    let entries = lived(11_300, 300).entries;
    let replaced = |entry: &str, from: &str, to: &str| entry.replacen(from, to, 1);
    let last = entries.last().expect("an entry");
    for (from, to) in
        [("\"at_ms\":1", "\"at_ms\":2"), ("\"action\":\"", "\"action\":\"x"), ("\"number\":", "\"number\":1")]
    {
        let changed = replaced(last, from, to);
        assert_ne!(changed, *last, "{from} stands in {last}");
        let (true_hash, said) = hashes(&changed);
        assert_ne!(true_hash, said, "{changed}");
    }
}
