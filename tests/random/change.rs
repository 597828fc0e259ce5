//! Random changes of a policy: what an administrator does in the middle of the traffic.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{
    book,
    dice::Dice,
    policy::{self, KEYS, MEMBERS, PROJECTS},
    scope::{BUDGETS, LIMITS, prune, scope},
};

/// The policy after one to three changes, and whether it can be a valid one: nearly always. A key of `revoked` stays so.
pub fn changed(dice: &mut Dice, before: &Value, revoked: &BTreeSet<String>, now_ms: i64) -> (Value, bool) {
    let mut policy = before.clone();
    for _ in 0..dice.between(1, 3) {
        change(dice, &mut policy, revoked, now_ms);
    }
    prune(&mut policy);
    let revives = dice.chance(3) && !revoked.is_empty();
    if revives {
        let id = revoked.iter().nth(slot(dice, revoked.len())).expect("one of them");
        let revived = policy::key(dice, id, now_ms);
        put(&mut policy, "keys", revived);
        prune(&mut policy);
    }
    for key in policy["keys"].as_array_mut().into_iter().flatten() {
        if !revives && key["id"].as_str().is_some_and(|id| revoked.contains(id)) {
            key["status"] = json!("revoked");
        }
    }
    let spoils = dice.chance(5);
    if spoils {
        spoil(dice, &mut policy);
    }
    (policy, !spoils && !revives)
}

/// Makes a policy invalid, in one of the ways that a person would.
fn spoil(dice: &mut Dice, policy: &mut Value) {
    let first = policy["members"][0].clone();
    match dice.below(5) {
        4 => {
            for member in policy["members"].as_array_mut().into_iter().flatten() {
                match dice.below(2) {
                    0 => member["role"] = json!("viewer"),
                    _ => member["status"] = json!("removed"),
                }
            }
        }
        0 => policy["members"].as_array_mut().expect("members are a list").push(first),
        1 => policy["members"][0]["role"] = json!("nobody"),
        2 => {
            policy["budgets"] =
                json!([{"id": "b0", "scope": {"project": "nowhere"}, "window": "total", "cap_usd": "1"}])
        }
        _ => {
            policy["limits"] = json!([{"id": "l0", "scope": "organization", "meter": "requests", "rate": 0, "period_ms": 1, "capacity": 1}])
        }
    }
}

fn change(dice: &mut Dice, policy: &mut Value, revoked: &BTreeSet<String>, now_ms: i64) {
    match dice.weighted(&[18, 8, 6, 18, 8, 6, 6, 6, 4, 3, 3, 3, 3, 6]) {
        0 => alter(dice, policy, "limits", |dice, limit| match dice.below(8) {
            0..=3 => policy::size(dice, limit),
            4 | 5 => flip_mode(limit),
            6 => limit["scope"] = scope(dice),
            _ => limit["model_class"] = json!(dice.pick(&["alphas", "all", "named"])),
        }),
        1 => {
            let made = LIMITS[slot(dice, LIMITS.len())];
            let made = policy::limit(dice, made);
            put(policy, "limits", made);
        }
        2 => remove(dice, policy, "limits"),
        3 => alter(dice, policy, "budgets", |dice, budget| match dice.below(10) {
            0..=3 => budget["cap_usd"] = json!(policy::cap(dice)),
            4 | 5 => flip_mode(budget),
            6 | 7 => budget["thresholds_percent"] = policy::thresholds(dice),
            8 => budget["scope"] = scope(dice),
            _ => {
                for field in ["utc_offset", "week_start", "anchor_day"] {
                    budget.as_object_mut().expect("a budget is an object").remove(field);
                }
                policy::window(dice, budget);
            }
        }),
        4 => {
            let made = BUDGETS[slot(dice, BUDGETS.len())];
            let made = policy::budget(dice, made);
            put(policy, "budgets", made);
        }
        5 => remove(dice, policy, "budgets"),
        6 => {
            let fresh: Vec<&str> = KEYS[1..].iter().copied().filter(|id| !revoked.contains(*id)).collect();
            let made = if fresh.is_empty() { KEYS[1] } else { fresh[slot(dice, fresh.len())] };
            let made = policy::key(dice, made, now_ms);
            put(policy, "keys", made);
        }
        7 => alter(dice, policy, "keys", |dice, key| {
            key["status"] = json!(dice.pick(&["active", "active", "active", "active", "inactive", "revoked"]));
        }),
        8 => {
            let made = PROJECTS[slot(dice, PROJECTS.len())];
            let made = policy::project(dice, made);
            put(policy, "projects", made);
        }
        9 => {
            let made = MEMBERS[1 + slot(dice, MEMBERS.len() - 1)];
            let made = policy::member(dice, made);
            put(policy, "members", made);
        }
        10 => {
            let list = *dice.pick(&["keys", "members", "projects", "service_accounts"]);
            remove(dice, policy, list);
            let ada = json!({"id": "ada", "email": "ada@acme.example", "role": "admin"});
            put(policy, "members", ada);
        }
        11 => policy["roles"] = policy::roles(dice),
        13 => hand_secret(dice, policy),
        _ => match dice.below(4) {
            0 => policy["price_book"] = book::book(dice, now_ms),
            1 => {
                policy["model_classes"][0]["models"] =
                    json!(dice.pick(&[&["alpha-*"][..], &["alpha-2"], &["beta"], &["ome*", "claude-*"]]))
            }
            2 => policy["settings"] = policy::settings(dice),
            _ => policy["organization"]["name"] = json!(dice.pick(&["Acme", "Acme \u{1F680} & Söhne"])),
        },
    }
}

fn slot(dice: &mut Dice, end: usize) -> usize {
    usize::try_from(dice.below(end as u64)).expect("an index of a list")
}

/// Hands a secret from one key to another; the first one may go.
fn hand_secret(dice: &mut Dice, policy: &mut Value) {
    let keys = policy["keys"].as_array_mut().expect("every list is present");
    if keys.len() < 2 {
        return;
    }
    let giver = slot(dice, keys.len());
    let taker = (giver + 1 + slot(dice, keys.len() - 1)) % keys.len();
    let Some(secret) = keys[giver].get_mut("secrets").and_then(Value::as_array_mut).and_then(Vec::pop) else { return };
    let key = keys[taker].as_object_mut().expect("a key is an object");
    let secrets = key.entry("secrets").or_insert_with(|| json!([])).as_array_mut().expect("secrets are a list");
    if secrets.len() < 4 {
        secrets.push(secret);
    }
    if dice.chance(40) {
        keys.remove(giver);
    }
}

fn flip_mode(item: &mut Value) {
    item["mode"] = if item["mode"] == "shadow" { json!("enforce") } else { json!("shadow") };
}

fn alter(dice: &mut Dice, policy: &mut Value, list: &str, edit: impl FnOnce(&mut Dice, &mut Value)) {
    let items = policy[list].as_array_mut().expect("every list is present");
    if !items.is_empty() {
        let place = slot(dice, items.len());
        edit(dice, &mut items[place]);
    }
}

fn remove(dice: &mut Dice, policy: &mut Value, list: &str) {
    let items = policy[list].as_array_mut().expect("every list is present");
    if !items.is_empty() {
        let place = slot(dice, items.len());
        items.remove(place);
    }
}

fn put(policy: &mut Value, list: &str, item: Value) {
    let items = policy[list].as_array_mut().expect("every list is present");
    match items.iter_mut().find(|known| known["id"] == item["id"]) {
        Some(known) => *known = item,
        None => items.push(item),
    }
}
