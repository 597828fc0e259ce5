//! Levels stay within their capacity, whatever is given back.

use serde_json::json;

use super::{
    random::policy::KEYS,
    walk::{Walk, headroom, items, usd},
};

#[test]
fn no_level_is_above_its_capacity() {
    let mut seen = 0;
    for seed in 5_000..5_100 {
        let mut walk = Walk::new(seed);
        for number in 0..400 {
            let line = walk.draw();
            walk.run(&line);
            if number % 4 > 0 || !line["now_ms"].is_i64() {
                continue;
            }
            for key in KEYS {
                let room = headroom(&mut walk.port, &line["now_ms"], &json!({"key": key}), &json!("alpha-1"));
                for limit in items(&room["limits"]) {
                    let amount = |name: &str| match limit["meter"] == "cost" {
                        true => usd(&limit[name]),
                        false => limit[name].as_str().and_then(|text| text.parse().ok()).expect("a count"),
                    };
                    assert!(amount("remaining") <= amount("capacity"), "seed {seed}: {line}\n{limit}");
                    seen += 1;
                }
            }
        }
    }
    assert!(seen > 10_000, "only {seen} levels were looked at");
}
