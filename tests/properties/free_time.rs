//! Free container time is given once.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tollgate::time::{Timestamp, UtcOffset, WindowRule};

use super::walk::{Walk, headroom, items};

fn month(at_ms: i64) -> i64 {
    let at = Timestamp::from_millis(at_ms).expect("an instant");
    WindowRule::Monthly(UtcOffset::default(), 1).containing(at).start.millis()
}

/// The most free time that a book of the log gives.
fn given(event: &Value) -> i64 {
    event["change"]["price_book"]["code_execution"]["free_ms_per_month"].as_i64().unwrap_or(0)
}

#[test]
fn the_settlements_of_a_month_take_no_more_free_time_than_its_books_give() {
    let (mut settled, mut used_up, mut late) = (0, 0, 0);
    for seed in 3_000..3_400 {
        let mut walk = Walk::new(seed);
        // The most that any book of the organization ever gave; the first one came with the policy.
        let mut most = walk.policy["price_book"]["code_execution"]["free_ms_per_month"].as_i64().unwrap_or(0);
        if walk.policy["price_book"] == "claude" {
            most = 5_580_000_000;
        }
        let mut admitted: BTreeMap<String, i64> = BTreeMap::new();
        let mut taken: BTreeMap<i64, i64> = BTreeMap::new();
        for _ in 0..500 {
            let line = walk.draw();
            let answer = walk.run(&line);
            if !line["command"].is_object() {
                continue;
            }
            let before = settled;
            for event in items(&answer["events"]) {
                most = most.max(given(event));
                let id = event["reservation"].as_str().unwrap_or_default().to_owned();
                match event["type"].as_str() {
                    Some("reserved") => {
                        admitted.insert(id, event["at_ms"].as_i64().expect("an instant"));
                    }
                    Some("settled") if !event["code_execution"].is_null() => {
                        let time = &event["code_execution"];
                        let number = |name: &str| time[name].as_i64().expect("a count");
                        assert!(number("free_ms") <= number("billed_ms"), "seed {seed}: {event}");
                        let sum = taken.entry(month(admitted[&id])).or_default();
                        *sum += number("free_ms");
                        assert!(*sum <= most, "seed {seed}: {line}\n{answer}\n{sum} of {most} were taken");
                        settled += 1;
                        used_up += i32::from(*sum == most && most > 0);
                        late += i32::from(event["from"] != "held");
                    }
                    _ => {}
                }
            }
            if settled == before {
                continue;
            }
            let now = items(&answer["events"]).last().map_or(&line["now_ms"], |event| &event["at_ms"]).clone();
            let told = headroom(&mut walk.port, &now, &json!({"key": walk.policy["keys"][0]["id"]}), &Value::Null);
            let told = &told["code_execution"];
            if let (Some(used), Some(start)) = (told["used_ms"].as_i64(), told["month_start_ms"].as_i64()) {
                assert_eq!(used, taken.get(&start).copied().unwrap_or(0), "seed {seed}: {line}\n{answer}\n{told}");
            }
        }
    }
    println!("{settled} settlements counted time, {late} of them late; {used_up} used a month's free time up");
    assert!(settled > 300 && used_up > 30 && late > 50, "{settled}, {used_up}, {late}");
}
