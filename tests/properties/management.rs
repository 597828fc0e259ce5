//! Management: what is refused changes nothing, what is granted was held, and an admin stays.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tollgate::wire::Door;

use super::{
    random::{
        policy::{ACCOUNTS, KEYS, MEMBERS, PROJECTS},
        port::Port,
        stream::Stream,
    },
    walk::{Walk, ask, items},
};

/// Actions that stand for all: each is in a role of its own in the streams.
const ACTIONS: [&str; 14] = [
    "messages.create",
    "models.read",
    "keys.create",
    "keys.read",
    "keys.revoke",
    "members.invite",
    "members.update",
    "service_accounts.write",
    "projects.update",
    "roles.write",
    "limits.write",
    "budgets.write",
    "charges.adjust",
    "policy.write",
];

/// Everything that is listed, as the host sees it.
fn lists(now_ms: &Value, answer: &mut dyn FnMut(&Value) -> Value) -> Vec<Value> {
    let kinds = [
        "organization",
        "settings",
        "price_books",
        "model_classes",
        "roles",
        "members",
        "projects",
        "service_accounts",
        "keys",
        "limits",
        "budgets",
        "increase_requests",
    ];
    let query =
        |kind: &str| json!({"now_ms": now_ms, "query": {"type": "list", "actor": null, "of": kind, "limit": 1_000}});
    kinds.into_iter().map(|kind| answer(&query(kind))).collect()
}

#[test]
fn a_denied_or_refused_command_changes_nothing() {
    let (mut denied, mut refused, mut idle) = (0, 0, 0);
    for seed in 12_000..12_120 {
        let mut stream = Stream::new(seed);
        let (mut door, _) = Door::create(&stream.policy(), stream.now_ms()).expect("a valid policy");
        for line in stream.by_ref().take(400) {
            let asked: Value = serde_json::from_str(&line).expect("a line is JSON");
            let is_manage = asked["command"]["type"] == "manage";
            let before = is_manage.then(|| door.engine().snapshot());
            let answer: Value = serde_json::from_str(&door.run_line(&line)).expect("an answer is JSON");
            let Some(before) = before else { continue };
            let was_denied = answer["decision"]["type"] == "deny";
            let was_refused = answer["error"].is_object();
            // What was due happened with the denial, and what stood there already is nothing that happens.
            if items(&answer["events"]).next().is_none() {
                assert!(door.engine().snapshot() == before, "seed {seed}: {line}\n{answer}");
                denied += i32::from(was_denied);
                refused += i32::from(was_refused);
                idle += i32::from(!was_denied && !was_refused);
            }
            let configured = items(&answer["events"]).any(|event| event["type"] == "configured");
            assert!(!configured || answer["decision"]["type"] == "managed", "seed {seed}: {line}\n{answer}");
        }
    }
    assert!(denied > 300 && refused > 500, "only {denied} denials and {refused} refusals were looked at");
    assert!(idle > 10, "only {idle} commands set what stood there already");
}

#[test]
fn an_active_admin_stays_and_revisions_only_rise() {
    let mut seen = 0;
    for seed in 12_200..12_280 {
        let mut walk = Walk::new(seed);
        let mut last = 0;
        for _ in 0..400 {
            let line = walk.draw();
            let answer = walk.run(&line);
            if answer["decision"]["type"] != "managed" || !line["command"].is_object() {
                continue;
            }
            let mut revisions: Vec<u64> =
                items(&answer["decision"]["changes"]).filter_map(|change| change["revision"].as_u64()).collect();
            revisions.sort_unstable();
            assert_eq!(revisions.len(), items(&line["command"]["changes"]).count(), "seed {seed}: {answer}");
            // Those that were set as they stand keep theirs, which are older than any that is new.
            let made = items(&answer["events"]).filter(|event| event["type"] == "configured").count();
            let stood = revisions.len() - made;
            for revision in &revisions[stood..] {
                assert!(*revision > last, "seed {seed}: {line}\n{answer}\nafter {last}");
                last = *revision;
            }
            let Some(event) = items(&answer["events"]).last() else { continue };
            let now = event["at_ms"].clone();
            let listed = lists(&now, &mut |query| ask(&mut walk.port, query));
            let is_admin = |member: &Value| member["role"] == "admin" && member["status"] == "active";
            assert!(items(&listed[5]["items"]).any(is_admin), "seed {seed}: {line}\n{answer}");
            let newest =
                listed.iter().flat_map(|list| items(&list["items"])).filter_map(|item| item["revision"].as_u64());
            assert!(newest.max() <= Some(last), "seed {seed}: {line}\n{answer}");
            seen += 1;
        }
    }
    assert!(seen > 500, "only {seen} commands were looked at");
}

/// What everybody may do: on resources of no project or of one, of nobody or one's own.
fn powers(port: &mut Port, now_ms: &Value, who: &[Value]) -> BTreeMap<(usize, usize, usize, bool), bool> {
    let mut powers = BTreeMap::new();
    for (principal, id) in who.iter().enumerate() {
        let own = owner(port, now_ms, id);
        for (action, name) in ACTIONS.iter().enumerate() {
            for project in 0..=PROJECTS.len() {
                for is_own in [false, true] {
                    let mut query = json!({"type": "can", "principal": id, "action": name});
                    if let Some(project) = PROJECTS.get(project) {
                        query["project"] = json!(project);
                    }
                    if is_own {
                        query["owner"] = own.clone();
                    }
                    let mut told = ask(port, &json!({"now_ms": now_ms, "query": query}));
                    if told["error"]["code"] == "unknown_project" {
                        // One that is not there yet has no roles of its own.
                        query.as_object_mut().expect("a query is an object").remove("project");
                        told = ask(port, &json!({"now_ms": now_ms, "query": query}));
                    }
                    powers.insert((principal, action, project, is_own), told["allowed"] == true);
                }
            }
        }
    }
    powers
}

/// As whom a principal owns things.
fn owner(port: &mut Port, now_ms: &Value, principal: &Value) -> Value {
    if principal["key"].is_null() {
        return principal.clone();
    }
    let query = json!({"type": "identify", "credential": {"key": principal["key"]}});
    let identity = ask(port, &json!({"now_ms": now_ms, "query": query}));
    if identity["owner"].is_object() { identity["owner"].clone() } else { json!({"member": "nobody"}) }
}

/// Whether a principal comes to what it had before: an invitation that is accepted, a project that opens again, a key that
/// is to last longer. Who gave it held it then.
fn comes_back(change: &Value, before: &[Value]) -> bool {
    let known = |list: usize, form: &Value| {
        items(&before[list]["items"]).find(|known| known["id"] == form["id"]).cloned().unwrap_or(Value::Null)
    };
    let (member, project, key) = (&change["member"], &change["project"], &change["key"]);
    (member["status"] == "active" && known(5, member)["status"] == "invited")
        || (project["status"] == "active" && known(6, project)["status"] == "archived")
        || (key.is_object() && known(8, key)["expires_at"] != key["expires_at"] && known(8, key).is_object())
}

#[test]
fn nobody_comes_to_what_the_actor_did_not_hold() {
    let who: Vec<Value> = MEMBERS
        .iter()
        .map(|id| json!({"member": id}))
        .chain(ACCOUNTS.iter().map(|id| json!({"service_account": id})))
        .chain(KEYS.iter().map(|id| json!({"key": id})))
        .collect();
    let (mut seen, mut gained) = (0, 0);
    for seed in 12_400..12_700 {
        let mut walk = Walk::new(seed);
        for _ in 0..300 {
            let line = walk.draw();
            let actor = &line["command"]["actor"];
            let place = who.iter().position(|id| id == actor);
            // An admin holds everything.
            let looked = line["command"]["type"] == "manage" && *actor != json!({"member": "ada"});
            let Some(place) = place.filter(|_| looked) else {
                walk.run(&line);
                continue;
            };
            let now = &line["now_ms"];
            let mut earlier = walk.port.clone();
            let answer = walk.run(&line);
            if answer["decision"]["type"] != "managed" {
                continue;
            }
            seen += 1;
            let standing = lists(now, &mut |query| ask(&mut earlier, query));
            if items(&line["command"]["changes"]).any(|change| comes_back(&change["change"], &standing)) {
                continue;
            }
            let (before, after) = (powers(&mut earlier, now, &who), powers(&mut walk.port, now, &who));
            for (power, _) in after.iter().filter(|(power, may)| **may && !before[*power]) {
                let (principal, action, project, is_own) = *power;
                // A caller's key makes requests of its own project, and hands nothing on; an admin key hands on requests.
                let home = home(&mut walk.port, now, &who[principal]);
                let elsewhere = home.is_some_and(|home| PROJECTS.get(project).copied() != home.as_deref());
                let is_request = ACTIONS[action] == "messages.create" && !actor["key"].is_null();
                if elsewhere || is_request {
                    continue;
                }
                gained += 1;
                assert!(
                    before[&(place, action, project, is_own)],
                    "seed {seed}: {line}\n{answer}\n{} may {} of {project}, own: {is_own}",
                    who[principal],
                    ACTIONS[action]
                );
            }
        }
    }
    assert!(seen > 150 && gained > 300, "only {seen} commands gave only {gained} powers");
}

/// The project of a caller's key; nothing of anybody else.
fn home(port: &mut Port, now_ms: &Value, principal: &Value) -> Option<Option<String>> {
    let query = json!({"type": "identify", "credential": {"key": principal["key"].as_str()?}});
    let identity = ask(port, &json!({"now_ms": now_ms, "query": query}));
    (identity["kind"] == "caller").then(|| identity["project"].as_str().map(str::to_owned))
}

fn answer(door: &mut Door, line: &Value) -> Value {
    serde_json::from_str(&door.run_line(&line.to_string())).expect("an answer is JSON")
}

#[test]
fn lists_are_the_same_after_restore_and_fold() {
    for seed in 12_800..12_840 {
        let mut stream = Stream::new(seed);
        let (mut door, founding) = Door::create(&stream.policy(), stream.now_ms()).expect("a valid policy");
        let mut folded = Door::fold(&founding.events).expect("the first events");
        for line in stream.by_ref().take(400) {
            let line: Value = serde_json::from_str(&line).expect("a line is JSON");
            let answer = answer(&mut door, &line);
            if let Some(events) = answer.get("events").filter(|_| line["command"].is_object()) {
                folded.apply(&events.to_string()).unwrap_or_else(|error| panic!("seed {seed}: {error}"));
            }
        }
        let mut restored =
            Door::restore(&door.engine().snapshot()).unwrap_or_else(|error| panic!("seed {seed}: {error}"));
        let now = json!(stream.now_ms());
        let listed = lists(&now, &mut |query| answer(&mut door, query));
        assert!(items(&listed[8]["items"]).next().is_some(), "seed {seed}: there are keys");
        assert_eq!(lists(&now, &mut |query| answer(&mut restored, query)), listed, "seed {seed}, restored");
        assert_eq!(lists(&now, &mut |query| answer(&mut folded, query)), listed, "seed {seed}, folded");
    }
}

/// A command of a member that makes or decides requests for more of a limit, each of the member that its hundreds and tens say.
fn requests(actor: &str, ids: impl Iterator<Item = u64>, status: &str) -> Value {
    let change = |id: u64| {
        let request = json!({
            "id": format!("i{id:04}"), "limit": "l", "amount": 9, "reason": "more", "requested_by": {"member": asker(id)}, "status": status,
        });
        json!({"change": {"type": "increase_request_set", "increase_request": request}})
    };
    let changes: Vec<Value> = ids.map(change).collect();
    json!({"now_ms": 1_764_000_000_000_i64, "command": {"type": "manage", "actor": {"member": actor}, "changes": changes}})
}

/// Who makes a request: ten each, which is fewer than one may have.
fn asker(id: u64) -> String {
    format!("m{}", id / 10)
}

#[test]
fn of_a_thousand_increase_requests_the_one_decided_first_is_forgotten() {
    let policy = json!({
        "schema_version": 1,
        "organization": {"id": "acme"},
        "members": (0..=100).map(|n| json!({"id": format!("m{n}"), "email": format!("m{n}@acme.example"), "role": "admin"})).collect::<Vec<_>>(),
        "limits": [{"id": "l", "scope": "organization", "meter": "requests", "rate": 1, "period_ms": 1_000, "capacity": 1}],
    });
    let (mut door, founding) = Door::create(&policy.to_string(), 1_764_000_000_000).expect("a valid policy");
    let mut log = vec![founding.events];
    let mut submit = |door: &mut Door, line: Value| {
        let told = answer(door, &line);
        log.push(told["events"].as_array().map_or_else(|| "[]".to_owned(), |events| json!(events).to_string()));
        told
    };
    for first in (0..1_000).step_by(10) {
        let told = submit(&mut door, requests(&asker(first), first..first + 10, "pending"));
        assert_eq!(told["decision"]["type"], "managed", "{told}");
    }
    let full = submit(&mut door, requests("m100", 1_000..1_001, "pending"));
    assert_eq!(full["error"]["path"], "command.changes[0].change.increase_request", "{full}");
    assert_eq!(full["error"]["code"], "invalid_policy", "{full}");
    // Decided in this order, forgotten in this order.
    submit(&mut door, requests("m0", 7..8, "denied"));
    submit(&mut door, requests("m0", 3..4, "withdrawn"));
    for (made, forgotten) in [(1_000, "i0007"), (1_001, "i0003")] {
        let told = submit(&mut door, requests("m100", made..made + 1, "pending"));
        assert_eq!(told["decision"]["type"], "managed", "{told}");
        let list = json!({"now_ms": 1_764_000_000_000_i64, "query": {"type": "list", "actor": null, "of": "increase_requests", "limit": 1_000}});
        let listed = answer(&mut door, &list);
        assert_eq!(items(&listed["items"]).count(), 1_000);
        assert!(items(&listed["items"]).all(|request| request["id"] != forgotten), "{forgotten} is remembered");
    }
    // An id that was forgotten is new again, where there is room.
    let full = submit(&mut door, requests("m0", 7..8, "pending"));
    assert_eq!(full["error"]["code"], "invalid_policy", "{full}");
    submit(&mut door, requests("m0", 0..1, "denied"));
    let again = submit(&mut door, requests("m0", 7..8, "pending"));
    assert_eq!(again["decision"]["type"], "managed", "{again}");
    let snapshot = door.engine().snapshot();
    let mut folded = Door::fold(&log[0]).expect("the first events");
    log[1..].iter().for_each(|events| folded.apply(events).unwrap_or_else(|error| panic!("{error}")));
    assert!(folded.engine().snapshot() == snapshot, "the log folds to another state");
    let restored = Door::restore(&snapshot).unwrap_or_else(|error| panic!("{error}"));
    assert!(restored.engine().snapshot() == snapshot, "the snapshot restores to another state");
}

#[test]
fn the_book_in_force_set_once_more_makes_the_state_no_larger() {
    let policy = r#"{"schema_version":1,"organization":{"id":"acme"},"members":[{"id":"ada","email":"a@acme.example","role":"admin"}]}"#;
    let (mut door, founding) = Door::create(policy, 0).expect("a valid policy");
    let events: Vec<Value> = serde_json::from_str(&founding.events).expect("a list of events");
    let set = events.iter().map(|event| &event["change"]).find(|change| change["type"] == "price_book_set");
    let command = json!({"type": "manage", "actor": {"member": "ada"}, "changes": [{"change": set.expect("a book")}]});
    let before = door.engine().snapshot().len();
    for _ in 0..5 {
        let outcome = door.submit(&command.to_string(), 1).expect("an outcome");
        assert!(outcome.starts_with(r#"{"decision":{"type":"managed""#), "{outcome}");
    }
    let after = door.engine().snapshot().len();
    assert!(after < before + 100, "{before} bytes became {after}");
}
