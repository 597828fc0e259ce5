//! Mistakes of whoever manages: what a command refuses, each in its own way.

use serde_json::{Value, json};

use super::{
    dice::Dice,
    manage::set,
    policy::{KEYS, PROJECTS, digest_of},
};

/// Makes changes wrong, in one of the ways that a person, or a host, would.
pub fn spoil(dice: &mut Dice, changes: &mut Vec<Value>) {
    let nowhere = json!({"project": "nowhere"});
    let spoiled = match dice.below(22) {
        0 => return changes.clear(),
        1 => changes[0].clone(),
        2 => set("role", json!({"id": "admin", "permissions": []})),
        3 => set("member", json!({"id": "eve", "email": "eve@acme.example", "role": "nobody"})),
        4 => set(
            "member",
            json!({"id": "ada", "email": "ada@acme.example", "role": dice.pick(&["viewer", "admin"]), "status": "removed"}),
        ),
        5 => set(
            "project",
            json!({"id": "bot", "members": [
                {"member": "ada", "role": "viewer"}, {"member": "ada", "role": "viewer"}, {"member": "nobody", "role": "nothing"},
            ]}),
        ),
        6 => set(
            "service_account",
            json!({"id": "ci", "project": dice.pick(&["nowhere", "lab", "web"]), "role": "developer"}),
        ),
        7 => set(
            "key",
            json!({"id": "k3", "owner": {"member": "nobody"}, "project": "nowhere", "role": "nothing", "hint": "x".repeat(41)}),
        ),
        8 => set("key", json!({"id": "k4", "owner": {"service_account": "ci"}, "project": dice.pick(&PROJECTS)})),
        9 => {
            let secrets: Vec<Value> = (0..5).map(|place| json!({"sha256": digest_of("k9", place.min(3))})).collect();
            set("key", json!({"id": "k9", "owner": {"member": "ada"}, "secrets": secrets, "models": ["no-such-*"]}))
        }
        10 => set(
            "key",
            json!({"id": "kb", "owner": {"member": "ada"}, "secrets": [{"sha256": digest_of(dice.pick::<&str>(&KEYS), 0)}]}),
        ),
        11 => set(
            "limit",
            json!({"id": "l0", "scope": nowhere, "meter": "requests", "rate": 0, "capacity": "1", "model_class": "none"}),
        ),
        12 => set(
            "limit",
            json!({"id": "l1", "scope": "organization", "meter": "concurrent_requests", "rate": 1, "period_ms": 5, "capacity": 1}),
        ),
        13 => set(
            "limit",
            json!({
                "id": "l2", "scope": {"key": "nokey"}, "meter": "cost", "rate": "1", "period_ms": 5, "capacity": "1", "operation": "count_tokens",
                "count_cache_reads": true, "output": "reserve",
            }),
        ),
        14 => set(
            "budget",
            json!({
                "id": "b0", "scope": {"member": "nobody"}, "window": "daily", "cap_usd": "-1", "thresholds_percent": [80, 50, 50], "week_start": "friday",
                "anchor_day": 4,
            }),
        ),
        15 => set(
            "organization",
            json!({"id": dice.pick(&["acme", "other"]), "billing_address": {"line1": "1", "city": "Berlin", "country": "Germany"}}),
        ),
        16 => set("settings", json!({"fallback_model": dice.pick(&["no-such-model", "beta"])})),
        17 => json!({"change": {"type": "key_taken", "id": "k1"}}),
        19 => set(
            "member",
            json!({"id": "eve", "email": dice.pick(&["BEN@acme.example", "Ada@Acme.example"]), "role": "viewer"}),
        ),
        20 => set("member", json!({"id": dice.pick(&["ben", "dot"]), "email": "eve@acme.EXAMPLE", "role": "viewer"})),
        18 => json!({"change": {"type": "role_removed", "id": dice.pick(&["caller", "owner"])}, "revision": -1}),
        _ => {
            changes[0]["surprise"] = json!(1);
            return;
        }
    };
    changes.push(spoiled);
}
