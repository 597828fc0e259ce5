//! `tollgate audit verify`: a log that is whole, and every way in which one is not.

use sha2::{Digest, Sha256};
use tollgate::wire::Door;

use super::{text, tollgate};

const POLICY: &str = r#"{"schema_version":1,"organization":{"id":"acme"},"members":[{"id":"ada","email":"ada@acme.example","role":"admin"}],
    "price_book":{"schema_version":1,"name":"small","cards":[{"model":"tiny","versions":[{"rates_per_mtok":{"input":"1","output":"2"}}]}]}}"#;

/// An audit log of eight entries, as a host stores it: a line each.
fn log() -> Vec<String> {
    let now_ms = 1_764_000_000_000;
    let (mut door, founding) = Door::create(POLICY, now_ms).unwrap();
    let mut lists = vec![founding.audit];
    for (id, name) in [("fay", "Fay"), ("gil", "Gil"), ("fay", r#"Fay \"the second\""#), ("gil", "Zoë")] {
        let member = format!(r#"{{"id":"{id}","email":"{id}@acme.example","name":"{name}","role":"viewer"}}"#);
        let changes = format!(r#"[{{"change":{{"type":"member_set","member":{member}}}}}]"#);
        let command =
            format!(r#"{{"type":"manage","actor":{{"member":"ada"}},"source":"203.0.113.7","changes":{changes}}}"#);
        door.decide(&command, now_ms).unwrap();
        let last = lists.last().map_or("", String::as_str);
        let number = i64::try_from(lists.join("").matches("\"hash\"").count()).unwrap();
        lists.push(door.audit(number, hash(last.trim_end_matches(']'))).unwrap());
        door.commit().unwrap();
    }
    let lines = lists.iter().flat_map(|list| {
        let inner = list.strip_prefix('[').and_then(|list| list.strip_suffix(']')).unwrap();
        inner.replace("},{\"number\":", "}\n{\"number\":").lines().map(str::to_owned).collect::<Vec<String>>()
    });
    let lines: Vec<String> = lines.collect();
    assert_eq!(lines.len(), 8);
    lines
}

fn hash(entry: &str) -> &str {
    entry.rsplit_once("\"hash\":\"").unwrap().1.trim_end_matches("\"}")
}

/// An entry with the hash that it then must have: what somebody would write who knows how.
fn rehashed(entry: &str) -> String {
    let said = entry.rsplit_once(",\"hash\":").unwrap().0;
    let hash: String = Sha256::digest(format!("{said}}}")).iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{said},\"hash\":\"{hash}\"}}")
}

/// What is said of a log, and whether it is accepted.
fn verified(lines: &[String], head: Option<&str>) -> (bool, String) {
    let mut arguments = vec!["audit", "verify", "-"];
    arguments.extend(head.into_iter().flat_map(|head| ["--head", head]));
    let output = tollgate(&arguments, &(lines.join("\n") + "\n"));
    let said = format!("{}{}", text(&output.stdout), text(&output.stderr));
    assert!(matches!(output.status.code(), Some(0 | 1)), "{said}");
    (output.status.success(), said)
}

/// A log that is refused, and where.
fn broken(lines: &[String], head: Option<&str>, told: &str) {
    let (accepted, said) = verified(lines, head);
    assert!(!accepted && said == format!("tollgate: -:{told}\n"), "expected `{told}`, found `{said}`");
}

#[test]
fn a_whole_log_is_verified_with_its_head_and_without() {
    let log = log();
    let head = hash(&log[7]);
    let whole = format!("8 entries, the last with the hash {head}\n");
    assert_eq!(verified(&log, None), (true, whole.clone()));
    assert_eq!(verified(&log, Some(head)), (true, whole));
}

#[test]
fn a_log_without_any_entry_is_refused_unless_that_is_what_was_expected() {
    for nothing in [&[][..], &[String::new(), String::new()]] {
        let (accepted, said) = verified(nothing, None);
        assert!(!accepted && said.starts_with("tollgate: -: it holds no entry"), "{said}");
        assert!(!verified(nothing, Some(hash(&log()[7]))).0);
        let zeros = "0".repeat(64);
        assert_eq!(verified(nothing, Some(&zeros)), (true, format!("0 entries, the last with the hash {zeros}\n")));
    }
}

#[test]
fn a_log_that_a_filter_narrowed_is_refused_where_it_begins() {
    broken(&log()[4..], None, "1: entry 5 stands where 1 should: entries are missing, or in another order");
}

#[test]
fn a_file_is_verified_as_standard_input_is() {
    let file = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("audit.jsonl");
    std::fs::write(&file, log().join("\n")).unwrap();
    let output = tollgate(&["audit", "verify", file.to_str().unwrap()], "");
    assert!(output.status.success() && text(&output.stdout).starts_with("8 entries"), "{}", text(&output.stderr));
    let missing = tollgate(&["audit", "verify", "no/such/log.jsonl"], "");
    assert!(!missing.status.success() && text(&missing.stderr).contains("cannot read `no/such/log.jsonl`"));
}

#[test]
fn an_entry_that_was_changed_is_named() {
    let mut changed = log();
    changed[4] = changed[4].replace("203.0.113.7", "203.0.113.8");
    broken(&changed, None, "5: entry 5 does not have the hash that it says: it was changed");
    let mut spaced = log();
    spaced[2] = spaced[2].replace("\"actor\":null", "\"actor\": null");
    broken(&spaced, None, "3: entry 3 is not written as the engine writes it: it was changed");
}

#[test]
fn an_entry_that_was_replaced_with_its_hash_is_told_by_the_next_one() {
    let mut replaced = log();
    replaced[5] = rehashed(&replaced[5].replace("Gil", "Mallory"));
    broken(&replaced, None, "7: entry 7 does not follow from the one before it: that one was changed or replaced");
}

#[test]
fn a_log_that_was_written_anew_from_some_entry_on_has_another_head() {
    let true_log = log();
    let head = hash(&true_log[7]).to_owned();
    let mut forged = true_log.clone();
    forged[4] = rehashed(&forged[4].replace("Fay", "Eve"));
    for at in 5..forged.len() {
        let (before, previous) = (hash(&true_log[at - 1]).to_owned(), hash(&forged[at - 1]).to_owned());
        forged[at] = rehashed(&forged[at].replace(&before, &previous));
    }
    assert!(verified(&forged, None).0, "the chain alone cannot tell");
    let (accepted, said) = verified(&forged, Some(&head));
    assert!(!accepted && said.contains("and not with what was expected"), "{said}");
}

#[test]
fn a_log_that_was_cut_is_told_by_what_is_missing() {
    let log = log();
    let head = hash(&log[7]);
    broken(&log[1..], None, "1: entry 2 stands where 1 should: entries are missing, or in another order");
    let without_fourth = [&log[..3], &log[4..]].concat();
    broken(&without_fourth, None, "4: entry 5 stands where 4 should: entries are missing, or in another order");
    // Cut off at its end it is a chain all the same; only the head tells.
    assert!(verified(&log[..6], None).0);
    let told = format!(
        " the log ends with `{}` after 6 entries, and not with what was expected: entries are missing",
        hash(&log[5])
    );
    broken(&log[..6], Some(head), &told);
}

#[test]
fn a_log_in_another_order_is_told_at_the_first_that_moved() {
    let mut moved = log();
    moved.swap(3, 6);
    broken(&moved, None, "4: entry 7 stands where 4 should: entries are missing, or in another order");
    let mut twice = log();
    let third = twice[2].clone();
    twice.insert(3, third);
    broken(&twice, None, "4: entry 3 stands where 4 should: entries are missing, or in another order");
}

#[test]
fn a_line_that_is_no_entry_is_told() {
    let mut other = log();
    other[1] = "{\"number\":2}".to_owned();
    let (accepted, said) = verified(&other, None);
    assert!(!accepted && said.starts_with("tollgate: -:2: not an entry: "), "{said}");
    other[1] = "half a li".to_owned();
    let (accepted, said) = verified(&other, None);
    assert!(!accepted && said.starts_with("tollgate: -:2: not an entry: "), "{said}");
}
