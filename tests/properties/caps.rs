//! Caps hold.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::walk::{Walk, admits, ask, balances, items, spent, usd};

#[test]
fn no_admission_takes_what_is_spent_and_held_above_the_cap_in_force() {
    let mut seen = 0;
    for seed in 0..240 {
        let mut walk = Walk::new(seed);
        for _ in 0..500 {
            let line = walk.draw();
            let answer = walk.run(&line);
            if !line["command"].is_object() || !admits(&answer) {
                continue;
            }
            let reserved =
                items(&answer["events"]).find(|event| event["type"] == "reserved").expect("an admission reserves");
            let pinned: Vec<&Value> = items(&reserved["budgets"]).collect();
            for budget in items(&balances(&mut walk.port, &reserved["at_ms"])["budgets"]) {
                if budget["mode"] == "enforce" && pinned.contains(&&budget["budget"]) {
                    assert!(spent(budget) <= usd(&budget["cap_usd"]), "seed {seed}: {line}\n{answer}\n{budget}");
                    seen += 1;
                }
            }
        }
    }
    assert!(seen > 1_500, "only {seen} budgets were looked at");
}

#[test]
fn a_cap_is_exceeded_by_the_recorded_overrun_and_by_nothing_else() {
    let mut exceeded = 0;
    for seed in 1_000..1_150 {
        let mut walk = Walk::new(seed);
        // Overruns by budget and start of the window; pins and admission of each reservation.
        let mut overruns: BTreeMap<(String, i64), i128> = BTreeMap::new();
        let mut pins: BTreeMap<String, (Vec<String>, i64)> = BTreeMap::new();
        for _ in 0..400 {
            let line = walk.draw();
            if ["update_policy", "manage", "adjust"].iter().any(|kind| line["command"]["type"] == *kind) {
                continue;
            }
            let answer = walk.run(&line);
            if !line["command"].is_object() {
                continue;
            }
            for event in items(&answer["events"]) {
                let id = event["reservation"].as_str().unwrap_or_default().to_owned();
                match event["type"].as_str() {
                    Some("reserved") => {
                        let budgets = items(&event["budgets"]).filter_map(Value::as_str).map(str::to_owned).collect();
                        pins.insert(id, (budgets, event["at_ms"].as_i64().expect("an instant")));
                    }
                    Some("settled") => {
                        let (budgets, admitted_at) = &pins[&id];
                        for budget in budgets {
                            // The window of the admission, as the balances of that instant would tell it.
                            let start = window_start(&mut walk, budget, *admitted_at);
                            *overruns.entry((budget.clone(), start)).or_default() += usd(&event["overrun_usd"]);
                        }
                    }
                    _ => {}
                }
            }
            let now = last_instant(&line, &answer);
            for budget in items(&balances(&mut walk.port, &now)["budgets"]).filter(|budget| budget["mode"] == "enforce")
            {
                let id = budget["budget"].as_str().expect("an id").to_owned();
                let start = budget["window_start_ms"].as_i64().expect("a start");
                let overrun = overruns.get(&(id, start)).copied().unwrap_or_default();
                let above = spent(budget) - usd(&budget["cap_usd"]);
                assert!(above <= overrun, "seed {seed}: {line}\n{answer}\n{budget}\noverruns {overrun}");
                exceeded += i32::from(above > 0);
            }
        }
    }
    assert!(exceeded > 500, "caps were exceeded only {exceeded} times");
}

/// The start of a budget's window at an instant: computed by a fresh engine of the same policy, created then.
fn window_start(walk: &mut Walk, budget: &str, at_ms: i64) -> i64 {
    let (mut fresh, _) = super::random::port::Port::create(&walk.policy.to_string(), at_ms);
    let told = balances(&mut fresh, &json!(at_ms));
    let told =
        items(&told["budgets"]).find(|told| told["budget"] == budget).expect("the same policy has the same budgets");
    told["window_start_ms"].as_i64().expect("a start")
}

/// The time of the last event of an answer, or of its line.
fn last_instant(line: &Value, answer: &Value) -> Value {
    items(&answer["events"]).last().map_or_else(|| line["now_ms"].clone(), |event| event["at_ms"].clone())
}

#[test]
fn raising_a_cap_never_turns_allow_into_deny() {
    let mut raised = 0;
    for seed in 2_000..2_080 {
        let mut walk = Walk::new(seed);
        for number in 0..300 {
            let line = walk.draw();
            if number % 3 == 0 && line["command"]["type"] == "admit" {
                raised += i32::from(stays_allowed(&mut walk, &line));
            }
            walk.run(&line);
        }
    }
    assert!(raised > 300, "only {raised} admissions were tried under a raised cap");
}

/// Tries an admission as it is, and after every cap and capacity was raised: what was allowed stays so.
fn stays_allowed(walk: &mut Walk, line: &Value) -> bool {
    let mut policy = walk.policy.clone();
    for budget in policy["budgets"].as_array_mut().into_iter().flatten() {
        budget["cap_usd"] = json!("1000000");
    }
    for limit in policy["limits"].as_array_mut().into_iter().flatten() {
        limit["capacity"] = if limit["meter"] == "cost" { json!("1000000") } else { json!(1_000_000_000) };
    }
    let mut higher = walk.port.clone();
    let actor = json!({"member": "ada"});
    let update =
        json!({"now_ms": line["now_ms"], "command": {"type": "update_policy", "actor": actor, "policy": policy}});
    // An expiry between the two lines would free a gauge on one side only: both begin after what is due.
    let expire = json!({"now_ms": line["now_ms"], "command": {"type": "expire"}});
    ask(&mut higher, &expire);
    let mut same = higher.clone();
    let updated = ask(&mut higher, &update);
    let before = ask(&mut same, line);
    if updated["decision"]["type"] != "policy_updated" || !admits(&before) {
        return false;
    }
    let after = ask(&mut higher, line);
    assert!(admits(&after), "{line}\nallowed: {before}\nafter caps were raised: {after}");
    true
}
