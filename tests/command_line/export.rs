//! `tollgate export`: the document that a gateway restores, from a log.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::Value;
use sha2::{Digest, Sha256};
use tollgate::wire::Door;

use super::{text, tollgate};

const POLICY: &str = r#"{"schema_version":1,"organization":{"id":"acme"},"members":[{"id":"ada","email":"ada@acme.example","role":"admin"}],
    "price_book":{"schema_version":1,"name":"small","cards":[{"model":"tiny","versions":[{"rates_per_mtok":{"input":"1","output":"2"}}]}]}}"#;

fn sha256(text: &str) -> String {
    Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What is written for a log.
fn exported(name: &str, log: &str) -> std::process::Output {
    let file = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&file, log).unwrap();
    tollgate(&["export", file.to_str().unwrap()], "")
}

#[test]
fn the_document_has_the_digest_of_all_before_it_and_the_audit_log_that_the_events_make() {
    let (mut door, founding) = Door::create(POLICY, 1_764_000_000_000).unwrap();
    let member = r#"{"id":"zoe","email":"zoe@acme.example","name":"Zoë \"Z\"","role":"viewer"}"#;
    let changes = format!(r#"[{{"change":{{"type":"member_set","member":{member}}}}}]"#);
    let command = format!(r#"{{"type":"manage","actor":{{"member":"ada"}},"changes":{changes}}}"#);
    let answer: Value = serde_json::from_str(&door.submit(&command, 1_764_000_000_000).unwrap()).unwrap();
    let output = exported("export.jsonl", &format!("{}\n{}\n", founding.events, answer["events"][0]));
    assert!(output.status.success(), "{}", text(&output.stderr));

    let written = text(&output.stdout).trim_end();
    let (before, rest) = written.split_once(r#","digest":""#).unwrap();
    let (digest, audit) = rest.split_once(r#"","audit":"#).unwrap();
    assert_eq!(digest, sha256(&format!("{before}}}")));
    let document: Value = serde_json::from_str(written).unwrap();
    assert_eq!(
        (document["format"].as_str(), document["organization"].as_str()),
        (Some("tollgate-export-2"), Some("acme"))
    );
    let names =
        ["format", "organization", "exported_at", "snapshot_seq", "snapshot", "audit_head", "log", "digest", "audit"];
    let places: Vec<usize> = names.iter().map(|name| written.find(&format!("\"{name}\":")).unwrap()).collect();
    assert!(places.is_sorted(), "the fields stand in another order: {places:?}");

    let snapshot = STANDARD.decode(document["snapshot"].as_str().unwrap()).unwrap();
    assert_eq!(snapshot, door.engine().snapshot());
    let entries = document["audit"].as_array().unwrap();
    let last = entries.last().unwrap();
    assert_eq!(last["hash"], document["audit_head"]["hash"]);
    assert_eq!(last["number"], document["audit_head"]["entries"]);
    assert_eq!(last["after"]["name"], "Zoë \"Z\"");
    let lines = audit.trim_start_matches('[').trim_end_matches("]}").replace("},{\"number\":", "}\n{\"number\":");
    let head = tollgate(&["audit", "verify", "-"], &lines);
    assert_eq!(head.status.code(), Some(0), "{}", text(&head.stderr));
}

#[test]
fn a_log_that_lacks_its_beginning_or_contradicts_itself_is_no_export() {
    let (_, founding) = Door::create(POLICY, 1_764_000_000_000).unwrap();
    let without = founding.events.replace(r#""id":"ada""#, r#""id":"eve""#);
    assert!(exported("renamed.jsonl", &without).status.success(), "nothing refers to the member");
    let key = r#"{"v":1,"at_ms":1764000000000,"type":"configured","actor":null,"source":null,"change":{"type":"key_set","key":{"id":"k","owner":{"member":"ada"}}}}"#;
    let output = exported("contradicts.jsonl", &format!("{without}\n{key}\n"));
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("no member `ada`"), "{}", text(&output.stderr));
    let empty = exported("empty.jsonl", "\n");
    assert!(empty.status.code() == Some(1) && text(&empty.stderr).contains("there is no event in it"));
}
