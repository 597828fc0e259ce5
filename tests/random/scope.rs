//! The scopes of random limits and budgets, and what must go when a thing that others name is gone.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{
    dice::Dice,
    policy::{KEYS, MEMBERS, PROJECTS},
};

/// The ids of limits.
pub const LIMITS: [&str; 12] = ["l0", "l1", "l2", "l3", "l4", "l5", "l6", "l7", "l8", "l9", "la", "lb"];
/// The ids of budgets.
pub const BUDGETS: [&str; 8] = ["b0", "b1", "b2", "b3", "b4", "b5", "b6", "b7"];

/// A random scope of a limit or a budget.
pub fn scope(dice: &mut Dice) -> Value {
    match dice.weighted(&[4, 2, 2, 2]) {
        0 => json!("organization"),
        1 => json!({"project": dice.pick(&PROJECTS)}),
        2 => json!({"member": dice.pick(&MEMBERS)}),
        _ => json!({"key": dice.pick(&KEYS[1..])}),
    }
}

fn ids(policy: &Value, list: &str) -> BTreeSet<String> {
    policy[list].as_array().into_iter().flatten().filter_map(|item| item["id"].as_str().map(str::to_owned)).collect()
}

fn keep(holder: &mut Value, list: &str, test: impl FnMut(&Value) -> bool) {
    if let Some(items) = holder.get_mut(list).and_then(Value::as_array_mut) {
        items.retain(test);
    }
}

/// Takes out everything that names something which the policy lacks, so that it is valid again.
pub fn prune(policy: &mut Value) {
    let known = |set: &BTreeSet<String>, value: &Value| value.as_str().is_none_or(|id| set.contains(id));
    let members = ids(policy, "members");
    let projects = ids(policy, "projects");
    if let Some(items) = policy["projects"].as_array_mut() {
        for project in items {
            keep(project, "members", |binding| known(&members, &binding["member"]));
        }
    }
    keep(policy, "service_accounts", |account| known(&projects, &account["project"]));
    let accounts = ids(policy, "service_accounts");
    keep(policy, "keys", |key| {
        known(&members, &key["owner"]["member"])
            && known(&accounts, &key["owner"]["service_account"])
            && known(&projects, &key["project"])
    });
    // A secret stands for one key of a policy.
    let mut secrets = BTreeSet::new();
    for key in policy["keys"].as_array_mut().into_iter().flatten() {
        keep(key, "secrets", |secret| secrets.insert(secret["sha256"].to_string()));
    }
    let keys = ids(policy, "keys");
    let book = policy["price_book"].clone();
    let priced = |name: &str| match book["cards"].as_array() {
        None => name.starts_with("claude-"),
        Some(cards) => cards.iter().any(|card| names_of(card).iter().any(|known| known == name)),
    };
    if policy["settings"]["fallback_model"].as_str().is_some_and(|name| !priced(name)) {
        policy["settings"]["fallback_model"] = Value::Null;
    }
    // With a fallback, names that the book lacks are models too.
    if policy["settings"]["fallback_model"].is_null() {
        prune_models(policy, &book);
    }
    for list in ["limits", "budgets"] {
        keep(policy, list, |item| {
            let scope = &item["scope"];
            known(&projects, &scope["project"]) && known(&members, &scope["member"]) && known(&keys, &scope["key"])
        });
    }
}

/// Takes out names and prefixes of models that the book lacks; a list of which nothing is left takes every model.
fn prune_models(policy: &mut Value, book: &Value) {
    let cards = book["cards"].as_array().cloned().unwrap_or_default();
    let names: Vec<String> = cards.iter().flat_map(names_of).collect();
    for list in ["model_classes", "projects", "keys"] {
        for item in policy.get_mut(list).and_then(Value::as_array_mut).into_iter().flatten() {
            let Some(models) = item.get_mut("models").and_then(Value::as_array_mut).filter(|models| !models.is_empty())
            else {
                continue;
            };
            models.retain(|entry| match entry.as_str().and_then(|entry| entry.strip_suffix('*')) {
                Some(prefix) => prefix.is_empty() || names.iter().any(|name| name.starts_with(prefix)),
                None => names.iter().any(|name| entry == name),
            });
            if models.is_empty() {
                models.push(json!("*"));
            }
        }
    }
}

/// The names of a card that lead to it whatever other cards there are.
fn names_of(card: &Value) -> Vec<String> {
    let own = card["aliases"].as_array().into_iter().flatten().chain([&card["model"]]).filter_map(Value::as_str);
    match card["provider"].as_str() {
        Some(seller) => own.map(|name| format!("{seller}/{name}")).collect(),
        None => own.map(str::to_owned).collect(),
    }
}
