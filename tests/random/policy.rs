//! Random policies: small enough that everything collides, wide enough to reach every rule.

use serde_json::{Value, json};

use super::{
    book,
    clock::rfc3339,
    dice::Dice,
    scope::{BUDGETS, LIMITS, prune, scope},
};

/// The members that a policy may have. `ada` is always an active administrator, so that a policy can be changed.
pub const MEMBERS: [&str; 5] = ["ada", "ben", "cyd", "dot", "eve"];
/// The service accounts that a policy may have.
pub const ACCOUNTS: [&str; 2] = ["ci", "cron"];
/// The projects that a policy may have.
pub const PROJECTS: [&str; 3] = ["bot", "lab", "web"];
/// The keys that a policy may have; more are asked for than exist.
pub const KEYS: [&str; 12] = ["k0", "k1", "k2", "k3", "k4", "k5", "k6", "k7", "k8", "k9", "ka", "kb"];
/// The keys that a policy may start with; the others come when these are revoked, for good.
const FIRST_KEYS: usize = 7;
/// Roles that a binding may name: the presets, and two of the policy's own.
pub const ROLES: [&str; 9] =
    ["admin", "developer", "viewer", "billing", "caller", "owner", "admin", "developer", "caller"];
/// What a role of one's own may let somebody manage.
pub const MANAGEMENT: [&str; 28] = [
    "keys.create",
    "keys.create",
    "keys.read",
    "keys.update",
    "keys.update",
    "keys.rotate",
    "keys.revoke",
    "members.read",
    "members.invite",
    "members.update",
    "members.remove",
    "service_accounts.read",
    "service_accounts.write",
    "projects.create",
    "projects.update",
    "projects.archive",
    "roles.read",
    "roles.write",
    "limits.write",
    "budgets.write",
    "increase_requests.create",
    "increase_requests.decide",
    "prices.write",
    "billing.read",
    "billing.write",
    "organization.update",
    "settings.write",
    "settings.read",
];
const PATTERNS: [&[&str]; 9] = [
    &["alpha-*"],
    &["alpha-1", "beta"],
    &["beta-*"],
    &["*"],
    &["alpha", "gamma-1"],
    &["delta-1"],
    &["north/*", "alpha-1"],
    &["south/zeta", "alpha-2", "beta"],
    &[],
];

/// A policy for an organization that is created at `now_ms`.
pub fn policy(dice: &mut Dice, now_ms: i64) -> Value {
    let mut members = vec![json!({"id": "ada", "email": "ada@acme.example", "role": "admin"})];
    for id in &MEMBERS[1..] {
        if dice.chance(90) {
            members.push(member(dice, id));
        }
    }
    let projects = some(dice, 92, &PROJECTS, project);
    let accounts = some(dice, 92, &ACCOUNTS, account);
    let keys = some(dice, 92, &KEYS[1..FIRST_KEYS], |dice, id| key(dice, id, now_ms));
    let few = *dice.pick(&[0, 10, 25, 60]);
    let limits = some(dice, few, &LIMITS, limit);
    let budgets = some(dice, few, &BUDGETS, budget);
    let mut made = json!({
        "schema_version": 1,
        "organization": {"id": "acme"},
        "price_book": book::book(dice, now_ms),
        "model_classes": [class("alphas", &["alpha-*"]), class("all", &["*"]), class("named", &["beta", "gamma-1", "omega"])],
        "roles": roles(dice),
        "members": members,
        "projects": projects,
        "service_accounts": accounts,
        "keys": keys,
        "limits": limits,
        "budgets": budgets,
    });
    if dice.chance(85) {
        made["settings"] = settings(dice);
    }
    prune(&mut made);
    made
}

/// Makes a part of what the ids could name.
fn some(dice: &mut Dice, percent: u64, ids: &[&str], make: impl Fn(&mut Dice, &str) -> Value) -> Vec<Value> {
    let mut made = Vec::new();
    for id in ids {
        if dice.chance(percent) {
            made.push(make(dice, id));
        }
    }
    made
}

/// Settings with small bounds, so that they are met.
pub fn settings(dice: &mut Dice) -> Value {
    let mut settings = json!({
        "max_forward_ms": dice.pick(&[60_000_i64, 3_600_000, 3_600_000, 86_400_000, 604_800_000]),
        "reservation_timeout_ms": dice.pick(&[1_000, 10_000, 60_000, 600_000]),
        "retention_ms": dice.pick(&[60_000, 300_000, 3_600_000]),
    });
    if dice.chance(20) {
        settings["max_reservations"] = json!(dice.pick(&[1, 3, 8, 40]));
    }
    if dice.chance(20) {
        settings["key_max_age_ms"] = json!(dice.pick(&[None, Some(3_600_000_i64), Some(31_536_000_000)]));
    }
    if dice.chance(40) {
        settings["fallback_model"] = json!(dice.pick(&["alpha-1", "alpha", "beta", "north/zeta"]));
    }
    settings
}

fn class(id: &str, models: &[&str]) -> Value {
    json!({"id": id, "models": models})
}

/// The two custom roles. Their permissions vary, and `owner` grants only what is the principal's own.
pub fn roles(dice: &mut Dice) -> Value {
    let mut caller = vec![json!({"action": "messages.create", "scope": "any"})];
    if dice.chance(60) {
        caller.push(json!({"action": "messages.count_tokens", "scope": "any"}));
    }
    if dice.chance(70) {
        caller.push(json!({"action": "policy.write", "scope": "any"}));
    }
    let mut owner =
        vec![json!({"action": "messages.create", "scope": "own"}), json!({"action": "charges.adjust", "scope": "own"})];
    if dice.chance(50) {
        owner.push(json!({"action": "keys.revoke", "scope": "own"}));
    }
    if dice.chance(50) {
        owner.push(json!({"action": "models.read", "scope": "any"}));
    }
    for _ in 0..dice.between(1, 9) {
        let permission = json!({"action": dice.pick(&MANAGEMENT), "scope": dice.pick(&["any", "any", "own"])});
        let more = if dice.chance(50) { &mut caller } else { &mut owner };
        if more.iter().all(|known| known["action"] != permission["action"]) {
            more.push(permission);
        }
    }
    if dice.chance(40) {
        // One that manages nearly everything, and holds little else.
        for action in MANAGEMENT {
            if dice.chance(80) && owner.iter().all(|known| known["action"] != action) {
                owner.push(json!({"action": action, "scope": "any"}));
            }
        }
    }
    json!([{"id": "caller", "permissions": caller}, {"id": "owner", "permissions": owner}])
}

/// A member with a random role and status.
pub fn member(dice: &mut Dice, id: &str) -> Value {
    let mut made = json!({"id": id, "email": format!("{id}@acme.example"), "role": dice.pick(&ROLES)});
    if dice.chance(10) {
        made["status"] = json!(dice.pick(&["active", "invited", "removed"]));
        if made["status"] == "invited" && dice.chance(30) {
            made["invite_expires_at"] = json!("2030-01-01T00:00:00Z");
        }
    }
    if dice.chance(10) {
        made["name"] = json!(format!("The \"{id}\" of Zürich"));
    }
    made
}

/// A project with random models and members.
pub fn project(dice: &mut Dice, id: &str) -> Value {
    let mut made = json!({"id": id});
    if dice.chance(8) {
        made["status"] = json!(dice.pick(&["active", "archived"]));
    }
    if dice.chance(12) {
        made["models"] = json!(dice.pick(&PATTERNS));
    }
    let mut members = Vec::new();
    for member in MEMBERS {
        if dice.chance(30) {
            members.push(json!({"member": member, "role": dice.pick(&ROLES)}));
        }
    }
    if !members.is_empty() {
        made["members"] = json!(members);
    }
    made
}

/// A service account of a random project.
pub fn account(dice: &mut Dice, id: &str) -> Value {
    let mut made = json!({"id": id, "project": dice.pick(&PROJECTS), "role": dice.pick(&["developer", "developer", "caller", "owner", "admin"])});
    if dice.chance(10) {
        made["status"] = json!("removed");
    }
    if dice.chance(10) {
        made["name"] = json!(format!("{id} of the night"));
    }
    made
}

/// A key with a random owner, project, role, models, expiry and secrets. Some are plain keys of the administrator,
/// so that in every stream enough is admitted.
pub fn key(dice: &mut Dice, id: &str, now_ms: i64) -> Value {
    let mut made = json!({"id": id});
    if matches!(id, "k1" | "k2" | "k7" | "k8" | "ka") {
        made["owner"] = json!({"member": "ada"});
        if dice.chance(50) {
            made["project"] = json!(dice.pick(&PROJECTS));
        }
        made["secrets"] = json!([{"sha256": digest_of(id, 0)}]);
        return made;
    }
    if dice.chance(75) {
        made["owner"] = json!({"member": dice.pick(&["ada", "ada", "ada", "ben", "ben", "cyd", "dot", "eve"])});
        if dice.chance(60) {
            made["project"] = json!(dice.pick(&PROJECTS));
        }
    } else {
        made["owner"] = json!({"service_account": dice.pick(&ACCOUNTS)});
    }
    if dice.chance(10) {
        made["role"] = json!(dice.pick(&["developer", "caller", "owner", "admin", "developer", "viewer"]));
    }
    if dice.chance(10) {
        made["models"] = json!(dice.pick(&PATTERNS));
    }
    if dice.chance(6) {
        made["kind"] = json!(dice.pick(&["admin", "admin", "caller"]));
    }
    if dice.chance(8) {
        made["hint"] = json!(format!("tg_{id}…"));
    }
    if dice.chance(5) {
        made["status"] = json!(dice.pick(&["inactive", "revoked", "revoked", "revoked", "revoked"]));
    }
    if dice.chance(8) {
        let life_ms = *dice.pick(&[0, 30_000, 3_600_000, 86_400_000, 864_000_000, 864_000_000]);
        made["expires_at"] = json!(rfc3339(now_ms + life_ms));
    }
    let mut secrets = Vec::new();
    for place in 0..2 {
        if dice.chance(50) {
            let mut secret = json!({"sha256": digest_of(id, place)});
            if dice.chance(15) {
                secret["expires_at"] = json!(rfc3339(now_ms + dice.pick(&[60_000, 7_200_000, 864_000_000])));
            }
            secrets.push(secret);
        }
    }
    if !secrets.is_empty() {
        made["secrets"] = json!(secrets);
    }
    made
}

/// The digest that stands for a secret of a key: 64 hex digits that nothing has to hash to.
pub fn digest_of(key: &str, place: usize) -> String {
    let mut digits: String = key.bytes().map(|byte| format!("{byte:02x}")).collect();
    digits.push_str(&format!("{place:02}"));
    format!("{digits:f>64}")
}

/// A limit of a random scope and meter, so tight that it is soon reached.
pub fn limit(dice: &mut Dice, id: &str) -> Value {
    let meter =
        *dice.pick(&["requests", "requests", "input_tokens", "output_tokens", "tokens", "cost", "concurrent_requests"]);
    let mut made = json!({"id": id, "scope": scope(dice), "meter": meter});
    size(dice, &mut made);
    if dice.chance(25) {
        made["model_class"] = json!(dice.pick(&["alphas", "all", "named"]));
    }
    if meter == "requests" && dice.chance(30) {
        made["operation"] = json!(dice.pick(&["count_tokens", "count_tokens", "messages"]));
    }
    if matches!(meter, "input_tokens" | "tokens") && dice.chance(40) {
        made["count_cache_reads"] = json!(dice.chance(70));
    }
    if matches!(meter, "output_tokens" | "tokens") && dice.chance(60) {
        made["output"] = json!(dice.pick(&["reserve", "settle"]));
    }
    if dice.chance(30) {
        made["mode"] = json!(dice.pick(&["shadow", "shadow", "enforce"]));
    }
    made
}

/// Sets rate, period and capacity as the limit's meter wants them.
pub fn size(dice: &mut Dice, limit: &mut Value) {
    match limit["meter"].as_str() {
        Some("concurrent_requests") => limit["capacity"] = json!(dice.pick(&[0, 1, 2, 3, 5, 20])),
        Some("cost") => {
            limit["capacity"] = json!(dice.pick(&["0.05", "0.5", "2.50", "40", "0.000000000000000001"]));
            limit["rate"] = json!(dice.pick(&["0.01", "0.333333333333333333", "5.00", "0.000000000000000007"]));
            limit["period_ms"] = json!(dice.pick(&[1, 1_000, 60_000, 3_600_000, 86_400_000]));
        }
        Some("requests") => {
            limit["capacity"] = json!(dice.pick(&[1, 2, 5, 30]));
            limit["rate"] = json!(dice.pick(&[1, 3, 7, 60]));
            limit["period_ms"] = json!(dice.pick(&[100, 999, 1_000, 60_000, 3_600_000]));
        }
        _ => {
            limit["capacity"] = json!(dice.pick(&[50, 1_000, 20_000, 1_000_000]));
            limit["rate"] = json!(dice.pick(&[1, 13, 1_000, 100_000]));
            limit["period_ms"] = json!(dice.pick(&[1, 7, 1_000, 60_000]));
        }
    }
}

/// A budget of a random scope and window, so small that it is soon spent.
pub fn budget(dice: &mut Dice, id: &str) -> Value {
    let mut made = json!({"id": id, "scope": scope(dice), "cap_usd": cap(dice)});
    window(dice, &mut made);
    if dice.chance(70) {
        made["thresholds_percent"] = thresholds(dice);
    }
    if dice.chance(25) {
        made["mode"] = json!(dice.pick(&["shadow", "shadow", "enforce"]));
    }
    made
}

/// A cap: mostly within reach of a few dozen requests.
pub fn cap(dice: &mut Dice) -> &'static str {
    dice.pick::<&'static str>(&["0", "0.01", "0.10", "0.5", "1.00", "2.5", "7", "30.000000000000000001", "1000"])
}

/// Alert thresholds, strictly rising.
pub fn thresholds(dice: &mut Dice) -> Value {
    json!(dice.pick(&[&[][..], &[50, 80, 100], &[1], &[1, 2, 3, 50], &[100, 200, 1000], &[33, 66]]))
}

/// Sets a random window, with its offset, anchor day and week start.
pub fn window(dice: &mut Dice, budget: &mut Value) {
    let window = *dice.pick(&["daily", "weekly", "monthly", "total", "daily"]);
    budget["window"] = json!(window);
    if dice.chance(50) && window != "total" {
        budget["utc_offset"] = json!(dice.pick(&["+00:00", "-00:30", "+14:00", "-14:00", "+05:45", "-08:00"]));
    }
    if window == "weekly" && dice.chance(70) {
        let days = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
        budget["week_start"] = json!(dice.pick(&days));
    }
    if window == "monthly" && dice.chance(70) {
        budget["anchor_day"] = json!(dice.pick(&[1, 2, 15, 28, 29, 30, 31]));
    }
}
