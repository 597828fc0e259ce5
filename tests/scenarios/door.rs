//! The engine as the corpus uses it: text in, text out.

use sha2::{Digest, Sha256};
use tollgate::{error::Error, wire};

/// One organization.
pub struct Door(wire::Door);

impl Door {
    /// A new organization, and the first events of its log.
    pub fn create(policy: &str, now_ms: i64) -> Result<(Self, String), String> {
        wire::Door::create(policy, now_ms)
            .map(|(door, founding)| (Self(door), founding.events))
            .map_err(|error| told(&error))
    }

    /// The organization of a log: the lists of events, in their order.
    pub fn replay(log: &[String]) -> Result<Self, String> {
        let (first, rest) = log.split_first().ok_or("a log has its first events")?;
        let mut door = wire::Door::fold(first).map_err(|error| told(&error))?;
        for events in rest {
            door.apply(events).map_err(|error| told(&error))?;
        }
        Ok(Self(door))
    }

    /// The organization of a snapshot.
    pub fn restore(snapshot: &[u8]) -> Result<Self, String> {
        wire::Door::restore(snapshot).map(Self).map_err(|error| told(&error))
    }

    /// The answer to a line.
    pub fn run_line(&mut self, line: &str) -> String {
        self.0.run_line(line)
    }

    /// The state as bytes.
    pub fn snapshot(&self) -> Vec<u8> {
        self.0.engine().snapshot()
    }

    /// The digest of the snapshot, in lower-case hex.
    pub fn digest(&self) -> String {
        sha256(&self.snapshot())
    }
}

/// The digest of bytes, in lower-case hex.
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn told(error: &Error) -> String {
    wire::error_text(error)
}
