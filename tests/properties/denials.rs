//! A denial changes no balance; a preview changes nothing and tells what follows.

use serde_json::{Value, json};
use tollgate::wire::Door;

use super::{
    random::stream::Stream,
    walk::{Walk, balances, headroom, items},
};

#[test]
fn a_denial_changes_no_balance_and_no_level() {
    let mut seen = 0;
    for seed in 3_000..3_120 {
        let mut walk = Walk::new(seed);
        for _ in 0..300 {
            let line = walk.draw();
            let command = &line["command"];
            let asks = ["admit", "count_tokens"].iter().any(|kind| command["type"] == *kind);
            let (now, credential, model) = (&line["now_ms"], &command["credential"], &command["model"]);
            let before =
                asks.then(|| (balances(&mut walk.port, now), headroom(&mut walk.port, now, credential, model)));
            let answer = walk.run(&line);
            if let Some((money, room)) = before.filter(|_| answer["decision"]["type"] == "deny") {
                assert_eq!(balances(&mut walk.port, now), money, "seed {seed}: {line}\n{answer}");
                assert_eq!(headroom(&mut walk.port, now, credential, model), room, "seed {seed}: {line}\n{answer}");
                let told = ["expired", "alert_fired", "alert_resolved"];
                let kinds: Vec<&Value> = items(&answer["events"]).map(|event| &event["type"]).collect();
                assert!(
                    kinds.iter().all(|kind| told.iter().any(|told| *kind == told)),
                    "seed {seed}: {line}\n{answer}"
                );
                seen += 1;
            }
        }
    }
    assert!(seen > 3_000, "only {seen} denials were looked at");
}

#[test]
fn a_preview_changes_nothing_and_equals_the_answer_that_follows() {
    for seed in 4_000..4_400 {
        let mut stream = Stream::new(seed);
        let (mut door, _) = Door::create(&stream.policy(), stream.now_ms()).expect("a valid policy");
        for line in stream.by_ref().take(250) {
            let mut asked: Value = serde_json::from_str(&line).expect("a line is JSON");
            let Some(command) = asked.as_object_mut().and_then(|fields| fields.remove("command")) else { continue };
            asked["preview"] = command;
            let before = door.engine().snapshot();
            let previewed = door.run_line(&asked.to_string());
            assert!(door.engine().snapshot() == before, "seed {seed}: a preview of {line} changed the state");
            let answer = door.run_line(&line);
            // The path of a mistake begins with the kind of the question.
            let said = |text: &str| text.replace("preview.", "command.");
            assert_eq!(said(&previewed), said(&answer), "seed {seed}: {line}");
            let events = json!(serde_json::from_str::<Value>(&answer).expect("JSON")["events"]);
            let silent = events.as_array().is_none_or(Vec::is_empty);
            assert!(
                !silent || door.engine().snapshot() == before,
                "seed {seed}: {line} changed the state without an event"
            );
        }
    }
}
