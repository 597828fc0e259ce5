//! Random streams from fixed seeds, answered natively for the other runtimes to answer again.

use serde_json::json;

use super::{
    door::Door,
    random::{port::Port, stream::Stream},
};

/// Streams, of seeds from 0 on.
pub const STREAMS: u64 = 100;
/// Lines of one stream.
pub const LINES: usize = 1_000;

/// A stream as the other runtimes read it, on one line, and the answers to it.
pub fn answered(seed: u64) -> (String, Vec<String>) {
    let mut stream = Stream::new(seed);
    let (policy, now_ms) = (stream.policy(), stream.now_ms());
    let lines: Vec<String> = stream.by_ref().take(LINES).collect();
    let input = json!({"case": format!("seed {seed}"), "now_ms": now_ms, "policy": policy, "lines": lines}).to_string();
    let (mut door, _) =
        Door::create(&policy, now_ms).unwrap_or_else(|problem| panic!("seed {seed}: {problem}\n{policy}"));
    let mut answers: Vec<String> = lines.iter().map(|line| door.run_line(line)).collect();
    answers.push(json!({"snapshot_sha256": door.digest()}).to_string());
    (input, answers)
}

/// The answers of another engine to the same stream.
pub fn answered_again(seed: u64) -> Vec<String> {
    let mut stream = Stream::new(seed);
    let (mut port, _) = Port::create(&stream.policy(), stream.now_ms());
    stream.by_ref().take(LINES).map(|line| port.run(&line)).collect()
}
