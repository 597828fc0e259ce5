//! The core as WebAssembly, in Node and in headless Chromium: what must hold when 32-bit integers, another allocator and
//! another runtime carry it.
#![cfg(target_arch = "wasm32")]

#[path = "random/mod.rs"]
mod random;

use tollgate::{error::ErrorKind, wire::Door};
use wasm_bindgen_test::wasm_bindgen_test;

use self::random::{port::Port, stream::Stream};

const NOW: i64 = 1_764_000_000_000;
const POLICY: &str = r#"{"schema_version":1,"organization":{"id":"acme"},
    "members":[{"id":"ada","email":"ada@acme.example","role":"admin"}],
    "keys":[{"id":"k","owner":{"member":"ada"},"secrets":[{"sha256":"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"}]}],
    "limits":[{"id":"rpm","scope":"organization","meter":"requests","rate":60,"period_ms":60000,"capacity":2},
              {"id":"spend","scope":{"key":"k"},"meter":"cost","rate":"100000","period_ms":86400000,"capacity":"1000000000000"}],
    "budgets":[{"id":"month","scope":"organization","window":"monthly","cap_usd":"1000000000000","thresholds_percent":[1]}]}"#;

fn admit(reservation: &str) -> String {
    format!(
        r#"{{"type":"admit","reservation":"{reservation}","credential":{{"key":"k"}},"model":"claude-sonnet-5","request":{{"max_tokens":1000000000,"input":{{"tokens":1000000000000}},"cache_write":"none"}}}}"#
    )
}

#[wasm_bindgen_test]
fn amounts_beyond_64_bits_are_exact() {
    let (mut door, _) = Door::create(POLICY, NOW).unwrap();
    let outcome = door.submit(&admit("r1"), NOW).unwrap();
    // 10^12 × 2 USD/Mtok + 10^9 × 10 USD/Mtok: 2.01 × 10^24 units of 10^-18 USD.
    assert!(outcome.contains(r#""hold_usd":"2010000""#), "{outcome}");
}

#[wasm_bindgen_test]
fn a_bucket_waits_to_the_millisecond() {
    let (mut door, _) = Door::create(POLICY, NOW).unwrap();
    door.submit(&admit("r1"), NOW).unwrap();
    door.submit(&admit("r2"), NOW).unwrap();
    let denied = door.submit(&admit("r3"), NOW).unwrap();
    assert!(
        denied.contains(&format!(r#""retry":{{"type":"at","at_ms":{},"upper_bound":false}}"#, NOW + 1_000)),
        "{denied}"
    );
    assert!(door.submit(&admit("r3"), NOW + 999).unwrap().contains(r#""type":"deny""#));
    assert!(door.submit(&admit("r3"), NOW + 1_000).unwrap().contains(r#""type":"allow""#));
}

#[wasm_bindgen_test]
fn the_log_and_the_snapshot_give_the_same_state() {
    for seed in 0..5 {
        let mut stream = Stream::new(seed);
        let policy = stream.policy();
        let (mut port, log) = Port::create(&policy, stream.now_ms());
        let (mut door, _) = Door::create(&policy, stream.now_ms()).unwrap();
        let mut replayed = Door::fold(&log).unwrap();
        for _ in 0..400 {
            let line = stream.next().unwrap();
            let answer = port.run(&line);
            assert_eq!(door.run_line(&line), answer, "the same line gives the same bytes");
            let read: serde_json::Value = serde_json::from_str(&answer).unwrap();
            // A preview has events that did not happen.
            if line.contains(r#""command":"#)
                && let Some(events) = read.get("events")
            {
                replayed.apply(&events.to_string()).unwrap();
            }
        }
        let snapshot = door.engine().snapshot();
        assert!(snapshot == replayed.engine().snapshot(), "seed {seed}: the log's fold is the state");
        assert!(
            Door::restore(&snapshot).unwrap().engine().snapshot() == snapshot,
            "seed {seed}: and so is the snapshot"
        );
    }
}

#[wasm_bindgen_test]
fn damaged_snapshots_are_refused() {
    let (door, _) = Door::create(POLICY, NOW).unwrap();
    let snapshot = door.engine().snapshot();
    for position in 0..snapshot.len() {
        let mut damaged = snapshot.clone();
        damaged[position] ^= 0x40;
        assert_eq!(Door::restore(&damaged).unwrap_err().kind(), ErrorKind::InvalidSnapshot, "byte {position}");
    }
}

#[wasm_bindgen_test]
fn a_decision_is_applied_once_and_only_while_it_is_the_last() {
    let (mut door, _) = Door::create(POLICY, NOW).unwrap();
    door.decide(&admit("r1"), NOW).unwrap();
    door.commit().unwrap();
    assert_eq!(door.commit().unwrap_err().kind(), ErrorKind::InvalidEvent);
    door.decide(&admit("r2"), NOW).unwrap();
    door.submit(&admit("r3"), NOW).unwrap();
    assert_eq!(door.commit().unwrap_err().kind(), ErrorKind::InvalidEvent);
}
