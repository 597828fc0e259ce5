//! Random queries, and random principals to ask about.

use serde_json::{Value, json};

use super::{
    book::model,
    dice::Dice,
    policy::{ACCOUNTS, KEYS, MEMBERS, PROJECTS},
    request::{Requests, credential, request},
    usage,
};

const ACTIONS: [&str; 12] = [
    "messages.create",
    "messages.count_tokens",
    "models.read",
    "keys.revoke",
    "cost.read",
    "charges.adjust",
    "policy.write",
    "budgets.write",
    "keys.create",
    "members.invite",
    "roles.write",
    "increase_requests.decide",
];

/// What can be listed.
const KINDS: [&str; 18] = [
    "organization",
    "settings",
    "price_books",
    "model_classes",
    "roles",
    "members",
    "members",
    "projects",
    "service_accounts",
    "keys",
    "keys",
    "api_keys",
    "api_keys",
    "keys",
    "limits",
    "budgets",
    "increase_requests",
    "increase_requests",
];

/// The ids of increase requests.
pub fn request_ids() -> [&'static str; 6] {
    ["i0", "i1", "i2", "i3", "i4", "i5"]
}

/// A list, as the host or somebody sees it.
fn list(dice: &mut Dice) -> Value {
    let of = *dice.pick(&KINDS);
    let who = if dice.chance(25) { Value::Null } else { principal(dice) };
    let mut query = json!({"type": "list", "actor": who, "of": of});
    if dice.chance(40) {
        query["limit"] = json!(dice.between(1, 4));
    }
    let id = *dice.pick(&["ada", "ben", "bot", "k1", "k4", "l3", "b2", "i1", "caller", "acme"]);
    match dice.below(9) {
        0 => query["id"] = json!(id),
        1 => query["after"] = json!(id),
        2 => query["before"] = json!(id),
        3 => query["search"] = json!(dice.pick(&["A", "e@AC", "the", "k", ""])),
        4 => {
            query["status"] = json!(
                dice.pick(&["active", "inactive", "revoked", "removed", "invited", "archived", "expired", "pending"])
            )
        }
        _ => {}
    }
    if matches!(of, "keys" | "api_keys" | "service_accounts" | "limits" | "budgets") && dice.chance(25) {
        query["project"] = json!(dice.pick(&["bot", "lab", "web", "nowhere"]));
    }
    if matches!(of, "keys" | "api_keys") && dice.chance(20) {
        query["owner"] = json!({"member": dice.pick(&MEMBERS)});
    }
    query
}

/// Who makes a change: mostly someone who may.
pub fn actor(dice: &mut Dice) -> Value {
    if dice.chance(85) { json!({"member": "ada"}) } else { principal(dice) }
}

/// Anybody.
pub fn principal(dice: &mut Dice) -> Value {
    match dice.weighted(&[12, 4, 8, 1]) {
        0 => json!({"member": dice.pick(&MEMBERS)}),
        1 => json!({"service_account": dice.pick(&ACCOUNTS)}),
        2 => json!({"key": dice.pick(&KEYS)}),
        _ => json!({"member": "nobody"}),
    }
}

/// A query of a random kind.
pub fn query(dice: &mut Dice, policy: &Value, requests: &Requests) -> Value {
    match dice.below(12) {
        8 | 9 => list(dice),
        10 => json!({"type": "identify", "credential": credential(dice, policy)}),
        11 => json!({"type": "audit_head"}),
        0 | 1 => {
            let mut query = json!({"type": "can", "principal": principal(dice), "action": dice.pick(&ACTIONS)});
            if dice.chance(50) {
                query["project"] = json!(dice.pick(&PROJECTS));
            }
            if dice.chance(50) {
                query["owner"] = match dice.below(3) {
                    0 => json!({"service_account": dice.pick(&ACCOUNTS)}),
                    _ => json!({"member": dice.pick(&MEMBERS)}),
                };
            }
            query
        }
        2 => json!({"type": "quote", "model": model(dice, policy), "request": request(dice)}),
        3 => {
            let usage = usage::usage(dice, policy);
            let at_ms = dice.between(0, 2_000_000_000_000);
            let mut query = json!({"type": "price", "model": model(dice, policy), "at_ms": at_ms, "usage": usage});
            if dice.chance(30) {
                query["context"] = context(dice);
            }
            query
        }
        4 => {
            let mut headroom = json!({"type": "headroom", "credential": credential(dice, policy)});
            if dice.chance(25) {
                headroom["operation"] = json!("count_tokens");
            }
            if dice.chance(75) {
                headroom["model"] = json!(model(dice, policy));
            }
            headroom
        }
        5 => json!({"type": "models", "credential": credential(dice, policy)}),
        6 => json!({"type": "balances"}),
        _ => json!({"type": "reservation", "reservation": requests.known(dice)}),
    }
}

/// How a call was made.
pub fn context(dice: &mut Dice) -> Value {
    let mut context = json!({});
    if dice.chance(50) {
        context["service_tier"] = json!(usage::tier(dice));
    }
    if dice.chance(20) {
        context["speed"] = json!(dice.pick(&["standard", "fast"]));
    }
    if dice.chance(30) {
        context["inference_geo"] = json!(dice.pick(&["global", "us", "eu"]));
    }
    context
}
