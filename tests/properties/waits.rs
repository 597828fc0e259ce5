//! The wait of a bucket is exact: at its end the same admission passes the limit, and a millisecond earlier it does not.

use serde_json::{Value, json};

use super::{
    random::port::Port,
    walk::{Walk, ask, items},
};

#[test]
fn a_wait_is_exact_to_the_millisecond() {
    let (mut seen, mut long) = (0, 0);
    for seed in 6_000..6_560 {
        let mut walk = Walk::new(seed);
        for _ in 0..400 {
            let line = walk.draw();
            let answer = walk.run(&line);
            let command = &line["command"];
            if answer["decision"]["type"] != "deny" || !command.is_object() {
                continue;
            }
            let now = items(&answer["events"])
                .filter_map(|event| event["at_ms"].as_i64())
                .chain(line["now_ms"].as_i64())
                .max();
            let now = now.expect("a line that was answered has a time");
            for violated in items(&answer["decision"]["violated"]).filter(|violated| violated["type"] == "limit") {
                let Some(at) =
                    violated["retry"]["at_ms"].as_i64().filter(|_| violated["retry"]["upper_bound"] == false)
                else {
                    continue;
                };
                let mut need = |at: i64| need_of(&mut walk.port, command, at, violated);
                // A clock that steps back stays where it is, so the instant before the wait must not be before now.
                if let (Some(early), Some(late)) = (need(at - 1), need(at)) {
                    let same = early.as_ref().is_none_or(|need| *need == violated["needed"])
                        && late.as_ref().is_none_or(|need| *need == violated["needed"]);
                    if same && at > now {
                        assert!(early.is_some(), "seed {seed}: {line} passes `{violated}` before its time");
                        assert!(late.is_none(), "seed {seed}: {line} does not pass `{violated}` at its time");
                        seen += 1;
                        long += i32::from(at > now + 60_000);
                    }
                }
            }
        }
    }
    assert!(seen > 1_000 && long > 500, "only {seen} waits were looked at, {long} of them long");
}

/// What a command needs of a limit that it violates at an instant: `Some(None)` where it passes, `None` where it is not even
/// weighed, because the clock, the key, the price or the model is refused there.
fn need_of(port: &mut Port, command: &Value, at: i64, violated: &Value) -> Option<Option<Value>> {
    let answer = ask(port, &json!({"now_ms": at, "preview": command}));
    let decision = &answer["decision"];
    let weighed = match decision["type"].as_str() {
        Some("allow" | "counted") => true,
        Some("deny") => decision["gate"] == "limit" || decision["gate"] == "budget",
        _ => false,
    };
    let found = items(&decision["violated"]).find(|found| found["limit"] == violated["limit"]);
    weighed.then(|| found.map(|found| found["needed"].clone()))
}
