//! Random management: what admins, members and their keys change by commands, what they may not, and what is stale.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::{
    change::changed,
    clock::rfc3339,
    dice::Dice,
    grant::{ambitious, grant},
    mistake::spoil,
    policy::{ACCOUNTS, MEMBERS, PROJECTS, digest_of},
    question::{principal, request_ids},
    scope::{BUDGETS, LIMITS},
};

/// The lists of a policy, in the order in which a policy's first events set them, and what one item is called.
const LISTS: [(&str, &str); 8] = [
    ("model_classes", "model_class"),
    ("roles", "role"),
    ("members", "member"),
    ("projects", "project"),
    ("service_accounts", "service_account"),
    ("keys", "key"),
    ("limits", "limit"),
    ("budgets", "budget"),
];

/// Keys that may become anything; the others stay those of plain requests.
pub const SPARE_KEYS: [&str; 6] = ["k3", "k4", "k5", "k6", "k9", "kb"];

/// What a host remembers, so that it can name a revision, or decide what was asked for.
#[derive(Clone, Debug, Default)]
pub struct Management {
    // The revision with which each thing began, by its noun and id.
    founded: BTreeMap<(String, String), u64>,
    asked: Vec<Value>,
}

/// A command, and the policy as it is where the command was accepted.
pub struct Managed {
    pub command: Value,
    pub policy: Option<Value>,
}

/// The items of a list of a policy, or of a thing.
pub fn items(policy: &Value, list: &str) -> Vec<Value> {
    policy[list].as_array().cloned().unwrap_or_default()
}

/// One of them.
pub fn some_item(dice: &mut Dice, policy: &Value, list: &str) -> Option<Value> {
    let items = items(policy, list);
    if items.is_empty() { None } else { Some(dice.pick(&items).clone()) }
}

/// A change that sets a thing.
pub fn set(noun: &str, form: Value) -> Value {
    let mut change = json!({"type": format!("{noun}_set")});
    change[noun] = form;
    json!({"change": change})
}

/// A change that takes one out.
pub fn removed(noun: &str, id: &Value) -> Value {
    json!({"change": {"type": format!("{noun}_removed"), "id": id}})
}

fn without_time(form: &mut Value, field: &str) {
    form.as_object_mut().expect("a form is an object").remove(field);
}

/// The changes that lead from one policy to another.
fn difference(old: &Value, new: &Value) -> Vec<Value> {
    let mut changes = Vec::new();
    if old["organization"] != new["organization"] {
        changes.push(set("organization", new["organization"].clone()));
    }
    if old["settings"] != new["settings"] {
        let settings = if new["settings"].is_null() { json!({}) } else { new["settings"].clone() };
        changes.push(set("settings", settings));
    }
    if old["price_book"] != new["price_book"] && new["price_book"].is_object() {
        let book = json!({"type": "price_book_set", "hash": "0".repeat(64), "price_book": new["price_book"]});
        changes.push(json!({"change": book}));
    }
    for (list, noun) in LISTS {
        let (before, after) = (items(old, list), items(new, list));
        changes.extend(after.iter().filter(|form| !before.contains(form)).map(|form| set(noun, form.clone())));
        for gone in before.iter().filter(|form| after.iter().all(|other| other["id"] != form["id"])) {
            let ended = match list {
                "members" | "service_accounts" => "removed",
                "projects" => "archived",
                "keys" => "revoked",
                _ => {
                    changes.push(removed(noun, &gone["id"]));
                    continue;
                }
            };
            let mut form = gone.clone();
            form["status"] = json!(ended);
            changes.push(set(noun, form));
        }
    }
    changes
}

/// The policy with one thing set.
fn after(policy: &Value, list: &str, form: &Value) -> Value {
    let mut policy = policy.clone();
    if let Some(items) = policy[list].as_array_mut() {
        match items.iter_mut().find(|known| known["id"] == form["id"]) {
            Some(known) => *known = form.clone(),
            None => items.push(form.clone()),
        }
    }
    policy
}

impl Management {
    /// What begins with a policy.
    pub fn of(policy: &Value) -> Self {
        let mut founded = BTreeMap::from([
            (("organization".to_owned(), String::new()), 1),
            (("settings".to_owned(), String::new()), 2),
            (("price_book".to_owned(), String::new()), 3),
        ]);
        let mut next = 4;
        for (list, noun) in LISTS {
            for item in items(policy, list) {
                let id = item["id"].as_str().unwrap_or_default().to_owned();
                founded.insert((noun.to_owned(), id), next);
                next += 1;
            }
        }
        Self { founded, asked: Vec::new() }
    }

    /// A command of a random kind.
    pub fn command(&mut self, dice: &mut Dice, policy: &Value, revoked: &BTreeSet<String>, now_ms: i64) -> Managed {
        let mut actor = if dice.chance(50) { json!({"member": "ada"}) } else { principal(dice) };
        let mut believed = None;
        let mut changes = match dice.weighted(&[18, 12, 18, 6, 24, 14, 8, 24]) {
            0 => {
                let (new, valid) = changed(dice, policy, revoked, now_ms);
                let changes = difference(policy, &new);
                believed = Some(new).filter(|_| valid);
                changes
            }
            1 => {
                let key = rotated(dice, policy, now_ms);
                believed = key.as_ref().map(|key| after(policy, "keys", key));
                key.map(|key| set("key", key)).into_iter().collect()
            }
            2 => {
                let (member, accepts) = invited(dice, policy, now_ms);
                if accepts && dice.chance(80) {
                    actor = json!({"member": member["id"]});
                }
                believed = Some(after(policy, "members", &member)).filter(|_| member["id"] != "ada");
                vec![set("member", member)]
            }
            3 => {
                let mut new = policy.clone();
                billing(dice, &mut new["organization"]);
                let changes = difference(policy, &new);
                believed = Some(new);
                changes
            }
            4 => self.increase(dice, policy, &mut actor),
            5 => key_with_limit(dice, policy),
            7 => {
                actor = ambitious(dice, policy);
                let first = grant(dice, policy);
                let more = if dice.chance(20) { Some(grant(dice, policy)) } else { None };
                [first].into_iter().chain(more).collect()
            }
            _ if dice.chance(50) => {
                // A class goes with the limits that name it.
                let class = json!(dice.pick(&["alphas", "all", "named"]));
                let limits = items(policy, "limits");
                let naming = limits.iter().filter(|limit| limit["model_class"] == class);
                let gone = naming.map(|limit| removed("limit", &limit["id"]));
                [removed("model_class", &class)].into_iter().chain(gone).collect()
            }
            _ if dice.chance(50) => {
                let permissions =
                    json!([{"action": dice.pick(&["roles.write", "keys.read", "models.read"]), "scope": "any"}]);
                vec![match dice.below(3) {
                    0 => removed("role", &json!("spare")),
                    _ => set("role", json!({"id": "spare", "permissions": permissions})),
                }]
            }
            _ => vec![match dice.below(3) {
                0 => removed("model_class", &json!(dice.pick(&["alphas", "all", "named", "none"]))),
                1 => removed("limit", &json!(dice.pick(&LIMITS))),
                _ => removed("role", &json!(dice.pick(&["caller", "owner", "admin"]))),
            }],
        };
        let mut plain = actor == json!({"member": "ada"});
        if changes.is_empty() {
            changes.push(set("settings", json!({"key_max_age_ms": dice.pick(&[None, Some(3_600_000_i64)])})));
            plain = false;
        }
        for change in &mut changes {
            if let Some(revision) = self.revision(dice, &change["change"]) {
                change["revision"] = revision;
                plain = false;
            }
        }
        if dice.chance(10) {
            spoil(dice, &mut changes);
            plain = false;
        }
        let mut command = json!({"type": "manage", "actor": actor, "changes": changes});
        if dice.chance(40) {
            command["source"] = json!(dice.pick(&["203.0.113.7", "2001:db8::1", "the \"door\""]));
        }
        Managed { command, policy: believed.filter(|_| plain) }
    }

    /// The revision that the actor says to have seen: mostly none, else that of the beginning, or another.
    fn revision(&self, dice: &mut Dice, change: &Value) -> Option<Value> {
        let kind = change["type"].as_str().unwrap_or_default();
        let noun = kind.trim_end_matches("_set").trim_end_matches("_removed");
        let id = change[noun]["id"].as_str().or(change["id"].as_str()).unwrap_or_default();
        let alone = matches!(noun, "organization" | "settings" | "price_book");
        let known = (noun.to_owned(), if alone { String::new() } else { id.to_owned() });
        match dice.weighted(&[84, 11, 3, 2]) {
            0 => None,
            1 => Some(json!(self.founded.get(&known).copied().unwrap_or(0))),
            2 => Some(json!(0)),
            _ => Some(json!(dice.between(1, 90))),
        }
    }

    /// Asks for more, withdraws what was asked for, or decides, with the raise that goes with it.
    fn increase(&mut self, dice: &mut Dice, policy: &Value, actor: &mut Value) -> Vec<Value> {
        if self.asked.is_empty() || dice.chance(45) {
            if dice.chance(60) {
                *actor = json!({"member": "ada"});
            }
            let made = ask(dice, policy, actor);
            if self.asked.len() == 8 {
                self.asked.remove(0);
            }
            self.asked.push(made.clone());
            return vec![set("increase_request", made)];
        }
        let mut request = dice.pick(&self.asked).clone();
        let status = *dice.pick(&["approved", "approved", "approved", "denied", "withdrawn", "pending"]);
        request["status"] = json!(status);
        if status == "withdrawn" && dice.chance(70) {
            *actor = request["requested_by"].clone();
        }
        if dice.chance(30) {
            request["note"] = json!("as much as there is");
        }
        if dice.chance(5) {
            request["reason"] = json!("another reason");
        }
        let mut changes = vec![set("increase_request", request.clone())];
        for (list, noun, sizes) in [("limits", "limit", &["rate", "capacity"][..]), ("budgets", "budget", &["cap_usd"])]
        {
            let Some(mut form) = items(policy, list).into_iter().find(|form| form["id"] == request[noun]) else {
                continue;
            };
            if dice.chance(70) {
                let size = *dice.pick(sizes);
                if !form[size].is_null() {
                    form[size] = request["amount"].clone();
                }
                if dice.chance(15) {
                    form["mode"] = json!("shadow");
                }
                changes.push(set(noun, form));
            }
        }
        changes
    }
}

/// A request for more of a limit or a budget.
fn ask(dice: &mut Dice, policy: &Value, actor: &Value) -> Value {
    let by = if dice.chance(92) { actor.clone() } else { principal(dice) };
    let mut made = json!({"id": dice.pick(&request_ids()), "reason": "a busy week", "requested_by": by});
    let limit = some_item(dice, policy, "limits").filter(|_| dice.chance(50));
    match (limit, some_item(dice, policy, "budgets")) {
        (Some(limit), _) => {
            made["limit"] = limit["id"].clone();
            let is_money = (limit["meter"] == "cost") != dice.chance(6);
            made["amount"] =
                if is_money { json!(dice.pick(&["1", "50.5", "900"])) } else { json!(dice.pick(&[1, 9, 400, 70_000])) };
        }
        (None, Some(budget)) => {
            made["budget"] = budget["id"].clone();
            made["amount"] = json!(dice.pick(&["0.5", "4", "20.00", "5000"]));
        }
        (None, None) => {
            made["budget"] = json!(dice.pick(&BUDGETS));
            made["amount"] = json!("7");
        }
    }
    if dice.chance(4) {
        made["limit"] = json!(dice.pick(&LIMITS));
    }
    if dice.chance(4) {
        made["status"] = json!("approved");
    }
    made
}

/// A key with a secret more, or less.
fn rotated(dice: &mut Dice, policy: &Value, now_ms: i64) -> Option<Value> {
    let mut key = some_item(dice, policy, "keys")?;
    let id = key["id"].as_str().unwrap_or_default().to_owned();
    let mut secrets = items(&key, "secrets");
    if dice.chance(65) && secrets.len() < 4 {
        let secret = digest_of(&id, usize::try_from(dice.between(2, 5)).expect("a small number"));
        if let Some(old) = secrets.first_mut().filter(|_| dice.chance(50)) {
            old["expires_at"] = json!(rfc3339(now_ms + dice.pick(&[1_000, 3_600_000])));
        }
        if secrets.iter().all(|known| known["sha256"] != secret.as_str()) {
            secrets.push(json!({"sha256": secret}));
        }
    } else if !secrets.is_empty() {
        secrets.remove(0);
    }
    key["secrets"] = json!(secrets);
    if dice.chance(20) {
        key["hint"] = json!(format!("tg_{id}…x9Zq"));
    }
    if dice.chance(8) {
        key["status"] = json!(dice.pick(&["active", "inactive", "revoked"]));
    }
    Some(key)
}

/// A member who is invited, accepts, or goes; and whether this is an acceptance.
fn invited(dice: &mut Dice, policy: &Value, now_ms: i64) -> (Value, bool) {
    let waiting: Vec<Value> =
        items(policy, "members").into_iter().filter(|member| member["status"] == "invited").collect();
    if !waiting.is_empty() && dice.chance(45) {
        let mut member = dice.pick(&waiting).clone();
        member["status"] = json!("active");
        if dice.chance(10) {
            member["role"] = json!("admin");
        }
        return (member, true);
    }
    let id = *dice.pick(&MEMBERS[1..]);
    let known = items(policy, "members").into_iter().find(|member| member["id"] == id);
    let mut member =
        known.unwrap_or_else(|| json!({"id": id, "email": format!("{id}@acme.example"), "role": "viewer"}));
    match dice.below(5) {
        0..=2 => {
            member["status"] = json!("invited");
            without_time(&mut member, "invite_expires_at");
            if dice.chance(70) {
                member["invite_expires_at"] = json!(rfc3339(now_ms + dice.pick(&[0, 1_000, 60_000, 86_400_000])));
            }
            member["role"] = json!(dice.pick(&["viewer", "developer", "caller", "owner", "admin"]));
        }
        3 => member["status"] = json!("removed"),
        _ => member["name"] = json!(format!("{id} the Second")),
    }
    (member, false)
}

/// What invoices say.
fn billing(dice: &mut Dice, organization: &mut Value) {
    match dice.below(5) {
        0 => organization["legal_name"] = json!(dice.pick(&[None, Some("Acme GmbH"), Some("Acme Inc.")])),
        1 => organization["tax_id"] = json!(dice.pick(&[None, Some("DE123456789")])),
        2 => {
            organization["payment"] = json!({"method": dice.pick(&["card", "invoice"]), "status": dice.pick(&["active", "failed", "missing"])})
        }
        3 => organization["name"] = json!(dice.pick(&["Acme", "Acme & Söhne"])),
        _ => {
            organization["billing_address"] = json!({
                "line1": "Hauptstraße 1", "city": "Zürich", "postal_code": dice.pick(&[None, Some("8001")]), "country": dice.pick(&["CH", "DE"]),
            })
        }
    }
}

/// A key, of either kind, and a limit or a budget on it.
fn key_with_limit(dice: &mut Dice, policy: &Value) -> Vec<Value> {
    let is_spare = |key: &Value| SPARE_KEYS.iter().any(|id| key["id"] == *id);
    let mut key = match some_item(dice, policy, "keys").filter(|key| is_spare(key) && dice.chance(50)) {
        Some(key) => key,
        None => {
            let owner = match dice.below(4) {
                0 => json!({"service_account": dice.pick(&ACCOUNTS)}),
                _ => json!({"member": dice.pick(&MEMBERS)}),
            };
            json!({"id": dice.pick(&SPARE_KEYS), "owner": owner})
        }
    };
    if dice.chance(50) {
        key["kind"] = json!(dice.pick(&["admin", "admin", "caller"]));
    }
    if dice.chance(40) {
        key["project"] = json!(dice.pick(&PROJECTS));
    }
    if dice.chance(15) {
        key["role"] = json!(dice.pick(&["developer", "caller", "viewer"]));
    }
    let id = key["id"].clone();
    let mut changes = vec![set("key", key)];
    if dice.chance(40) {
        changes.push(set("limit", json!({
            "id": dice.pick(&LIMITS), "scope": {"key": id}, "meter": "requests", "rate": 6, "period_ms": 1_000, "capacity": 4,
        })));
    }
    if dice.chance(30) {
        changes.push(set(
            "budget",
            json!({"id": dice.pick(&BUDGETS), "scope": {"key": id}, "window": "total", "cap_usd": "9"}),
        ));
    }
    changes
}

/// Denials as a host has counted them, seldom of somebody who is not there.
pub fn denials(dice: &mut Dice, now_ms: i64) -> Value {
    let mut told = Vec::new();
    for _ in 0..dice.between(1, 3) {
        let first_at_ms = now_ms - dice.between(0, 5_000);
        told.push(json!({
            "principal": principal(dice),
            "reason": dice.pick(&["forbidden_action", "forbidden_change", "expired_key", "unknown_key"]),
            "action": dice.pick(&[None, Some("keys.create"), Some("budgets.write")]),
            "count": dice.between(1, 40),
            "first_at_ms": first_at_ms,
            "last_at_ms": first_at_ms + dice.pick(&[0, 0, 900, -1]),
            "source": dice.pick(&[None, Some("203.0.113.9")]),
        }));
    }
    if dice.chance(4) {
        told.clear();
    }
    json!({"type": "record_denials", "denials": told})
}
