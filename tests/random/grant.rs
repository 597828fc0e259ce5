//! Random grants, by those who manage something and are no admins: what they may give, and what they lack themselves.

use serde_json::{Value, json};

use super::{
    dice::Dice,
    manage::{SPARE_KEYS, items, removed, set, some_item},
    policy::{ACCOUNTS, MANAGEMENT, MEMBERS, PROJECTS, ROLES, digest_of},
    question::principal,
};

/// Somebody who manages something and is no admin, where there is one; else anybody.
pub fn ambitious(dice: &mut Dice, policy: &Value) -> Value {
    let manages = |role: &Value| *role == "owner" || *role == "caller";
    let mut found: Vec<Value> = items(policy, "members")
        .iter()
        .filter(|member| manages(&member["role"]))
        .map(|member| json!({"member": member["id"]}))
        .collect();
    for project in items(policy, "projects") {
        let leads = items(&project, "members").into_iter().filter(|binding| binding["role"] == "admin");
        found.extend(leads.map(|binding| json!({"member": binding["member"]})).filter(|lead| lead["member"] != "ada"));
    }
    let admin_keys = items(policy, "keys").into_iter().filter(|key| key["kind"] == "admin");
    found.extend(admin_keys.map(|key| json!({"key": key["id"]})));
    if found.is_empty() { principal(dice) } else { dice.pick(&found).clone() }
}

/// A change by which somebody comes to more: a role, a permission of one, a place in a project, or a key.
pub fn grant(dice: &mut Dice, policy: &Value) -> Value {
    match dice.below(6) {
        0 => {
            let id = *dice.pick(&MEMBERS[1..]);
            let known = items(policy, "members").into_iter().find(|member| member["id"] == id);
            let fresh = || json!({"id": id, "email": format!("{id}@acme.example")});
            let mut member = known.unwrap_or_else(fresh);
            if member["role"].is_null() || dice.chance(70) {
                member["role"] = json!(dice.pick(&ROLES));
            }
            member["status"] = json!(dice.pick(&["active", "active", "invited"]));
            set("member", member)
        }
        1 => {
            let Some(mut role) = some_item(dice, policy, "roles") else { return removed("role", &json!("none")) };
            let mut permissions = items(&role, "permissions");
            let action = *dice.pick(&MANAGEMENT);
            permissions.retain(|known| known["action"] != action);
            permissions.push(json!({"action": action, "scope": dice.pick(&["any", "own"])}));
            role["permissions"] = json!(permissions);
            set("role", role)
        }
        2 => {
            let id = *dice.pick(&PROJECTS);
            let known = items(policy, "projects").into_iter().find(|project| project["id"] == id);
            let mut project = known.unwrap_or_else(|| json!({"id": id}));
            let member = *dice.pick(&MEMBERS);
            let mut bindings = items(&project, "members");
            bindings.retain(|binding| binding["member"] != member);
            bindings.push(json!({"member": member, "role": dice.pick(&ROLES)}));
            project["members"] = json!(bindings);
            set("project", project)
        }
        3 => set(
            "service_account",
            json!({"id": dice.pick(&ACCOUNTS), "project": dice.pick(&PROJECTS), "role": dice.pick(&ROLES)}),
        ),
        4 => {
            let owner = json!({"member": dice.pick(&MEMBERS)});
            let mut key =
                json!({"id": dice.pick(&SPARE_KEYS), "owner": owner, "kind": dice.pick(&["admin", "caller"])});
            if dice.chance(70) {
                key["project"] = json!(dice.pick(&PROJECTS));
            }
            set("key", key)
        }
        _ => {
            let Some(mut key) = some_item(dice, policy, "keys") else { return removed("limit", &json!("none")) };
            match dice.below(3) {
                0 => key["kind"] = json!("admin"),
                1 => key["role"] = json!(dice.pick(&ROLES)),
                _ => key["secrets"] = json!([{"sha256": digest_of(key["id"].as_str().unwrap_or_default(), 7)}]),
            }
            set("key", key)
        }
    }
}
