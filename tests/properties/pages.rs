//! Pages of a long list, put together, are the whole list, from either end and whatever the order in which its items came.

use serde_json::{Value, json};
use tollgate::wire::Door;

const NOW: i64 = 1_764_000_000_000;
const KEYS: u32 = 1_500;
const LIMITS: u32 = 600;

/// Ids in an order of coming that is not that of their text.
fn id(noun: &str, index: u32) -> String {
    format!("{noun}-{}", index * 7_919 % 100_003)
}

fn organization() -> Door {
    let key = |index: u32| {
        let owner = format!("member-{}", index % 3);
        json!({ "id": id("key", index), "name": format!("Service {index}"), "owner": { "member": owner }, "secrets": [{ "sha256": format!("{index:064x}") }] })
    };
    let limit = |index: u32| json!({ "id": id("limit", index), "scope": { "key": id("key", index) }, "meter": "requests", "rate": 1, "period_ms": 1_000, "capacity": 1 });
    let member = |index: u32| {
        let role = if index == 0 { "admin" } else { "developer" };
        json!({ "id": format!("member-{index}"), "email": format!("{index}@acme.example"), "role": role })
    };
    let policy = json!({
        "schema_version": 1,
        "organization": { "id": "acme" },
        "members": (0..3).map(member).collect::<Vec<_>>(),
        "keys": (0..KEYS).map(key).collect::<Vec<_>>(),
        "limits": (0..LIMITS).map(limit).collect::<Vec<_>>(),
    });
    Door::create(&policy.to_string(), NOW).expect("the policy is good").0
}

fn page(door: &Door, query: &Value) -> (Vec<String>, bool) {
    let text = door.query(&query.to_string(), NOW).expect("a list");
    let list: Value = serde_json::from_str(&text).expect("JSON");
    let ids =
        list["items"].as_array().expect("items").iter().map(|item| item["id"].as_str().expect("an id").to_owned());
    (ids.collect(), list["has_more"] == true)
}

/// Every page of a list, one after the other, in the list's own order.
fn walk(door: &Door, narrowed: &Value, backwards: bool) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    loop {
        let mut query = narrowed.clone();
        // Beyond every id, to begin from the end.
        query["before"] =
            json!(if backwards { all.first().map_or("~", String::as_str).to_owned() } else { String::new() });
        query["after"] = json!(all.last());
        query.as_object_mut().expect("an object").remove(if backwards { "after" } else { "before" });
        let (ids, has_more) = page(door, &query);
        all = if backwards { [ids, all].concat() } else { [all, ids].concat() };
        if !has_more {
            return all;
        }
    }
}

fn assert_pages(door: &Door, narrowed: &Value, mut expected: Vec<String>) {
    expected.sort();
    for backwards in [false, true] {
        assert_eq!(walk(door, narrowed, backwards), expected, "{narrowed}, backwards: {backwards}");
    }
}

#[test]
fn pages_of_keys_are_all_keys_that_the_actor_may_see() {
    let door = organization();
    let keys = |of: &dyn Fn(u32) -> bool| {
        (0..KEYS).filter(|index| of(*index)).map(|index| id("key", index)).collect::<Vec<_>>()
    };
    let list = |actor: Value, limit: u32| json!({ "type": "list", "actor": actor, "of": "keys", "limit": limit });
    assert_pages(&door, &list(Value::Null, 7), keys(&|_| true));
    assert_pages(&door, &list(json!({ "member": "member-0" }), 1_000), keys(&|_| true));
    // Who may see only its own, sees all of that.
    assert_pages(&door, &list(json!({ "member": "member-1" }), 20), keys(&|index| index % 3 == 1));
    let mut narrowed = list(Value::Null, 20);
    narrowed["search"] = json!("SERVICE 14");
    assert_pages(&door, &narrowed, keys(&|index| index.to_string().starts_with("14")));
    narrowed["owner"] = json!({ "member": "member-2" });
    assert_pages(&door, &narrowed, keys(&|index| index.to_string().starts_with("14") && index % 3 == 2));
    // Between two ids: the last ones before the second.
    let mut between = list(Value::Null, 1_000);
    (between["after"], between["before"]) = (json!(id("key", 10)), json!(id("key", 20)));
    let inside = keys(&|index| id("key", index) > id("key", 10) && id("key", index) < id("key", 20));
    let mut sorted = inside;
    sorted.sort();
    assert_eq!(page(&door, &between).0, sorted.split_off(sorted.len().saturating_sub(1_000)));
    assert_eq!(
        page(&door, &json!({ "type": "list", "actor": null, "of": "keys", "id": id("key", 77) })).0,
        [id("key", 77)]
    );
    assert_eq!(page(&door, &json!({ "type": "list", "actor": null, "of": "keys", "id": "key" })).0, [""; 0]);
}

#[test]
fn limits_that_are_removed_and_made_again_stand_where_their_ids_do_also_in_a_restored_state() {
    let mut door = organization();
    let is_gone = |index: u32| index.is_multiple_of(4);
    for first in (0..LIMITS).step_by(100) {
        let removed = |index| json!({ "change": { "type": "limit_removed", "id": id("limit", index) } });
        let changes: Vec<Value> = (first..first + 100).filter(|index| is_gone(*index)).map(removed).collect();
        let command = json!({ "type": "manage", "actor": { "member": "member-0" }, "changes": changes });
        door.submit(&command.to_string(), NOW).expect("limits are there");
    }
    let again = json!({ "id": id("limit", 8), "scope": "organization", "meter": "requests", "rate": 2, "period_ms": 1_000, "capacity": 2 });
    let command = json!({ "type": "manage", "actor": { "member": "member-0" }, "changes": [{ "change": { "type": "limit_set", "limit": again } }] });
    door.submit(&command.to_string(), NOW).expect("a limit");
    let expected: Vec<String> =
        (0..LIMITS).filter(|index| !is_gone(*index) || *index == 8).map(|index| id("limit", index)).collect();
    let restored = Door::restore(&door.engine().snapshot()).expect("a snapshot");
    for door in [door, restored] {
        assert_pages(&door, &json!({ "type": "list", "actor": null, "of": "limits", "limit": 33 }), expected.clone());
    }
}
