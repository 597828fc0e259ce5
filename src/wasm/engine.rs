//! The door to an engine. All that crosses is text, scalars and bytes; an error is thrown as its text.

use wasm_bindgen::prelude::*;

use super::millis;
use crate::{
    engine::Engine,
    wire::{self, Door, Founding, error_text},
};

/// One organization's engine.
#[wasm_bindgen(js_name = RawEngine)]
pub struct RawEngine {
    door: Door,
    founding: Founding,
}

#[wasm_bindgen(js_class = RawEngine)]
impl RawEngine {
    /// An engine for a new organization; what its host stores is to be taken.
    pub fn create(policy: &str, now_ms: f64) -> Result<RawEngine, String> {
        let (door, founding) = Door::create(policy, millis(now_ms)).map_err(|error| error_text(&error))?;
        Ok(Self { door, founding })
    }

    /// The first events of a new organization, once.
    #[wasm_bindgen(js_name = takeLog)]
    pub fn take_log(&mut self) -> String {
        std::mem::take(&mut self.founding.events)
    }

    /// The first entries of a new organization's audit log, once.
    #[wasm_bindgen(js_name = takeAudit)]
    pub fn take_audit(&mut self) -> String {
        std::mem::take(&mut self.founding.audit)
    }

    /// The engine of a log, from its first event.
    pub fn fold(log: &str) -> Result<RawEngine, String> {
        Door::fold(log).map(Self::of).map_err(|error| error_text(&error))
    }

    /// The engine of a snapshot.
    pub fn restore(snapshot: &[u8]) -> Result<RawEngine, String> {
        Door::restore(snapshot).map(Self::of).map_err(|error| error_text(&error))
    }

    fn of(door: Door) -> Self {
        Self { door, founding: Founding::default() }
    }

    /// Answers a line.
    #[wasm_bindgen(js_name = runLine)]
    pub fn run_line(&mut self, line: &str) -> String {
        self.door.run_line(line)
    }

    /// Decides and applies.
    pub fn submit(&mut self, command: &str, now_ms: f64) -> Result<String, String> {
        self.door.submit(command, millis(now_ms)).map_err(|error| error_text(&error))
    }

    /// Decides and keeps the events for `commit`.
    pub fn decide(&mut self, command: &str, now_ms: f64) -> Result<String, String> {
        self.door.decide(command, millis(now_ms)).map_err(|error| error_text(&error))
    }

    /// The audit log's entries of what was decided last.
    pub fn audit(&self, number: f64, hash: &str) -> Result<String, String> {
        self.door.audit(millis(number), hash).map_err(|error| error_text(&error))
    }

    /// Applies what was decided last.
    pub fn commit(&mut self) -> Result<(), String> {
        self.door.commit().map_err(|error| error_text(&error))
    }

    /// Decides only.
    pub fn preview(&self, command: &str, now_ms: f64) -> Result<String, String> {
        self.door.preview(command, millis(now_ms)).map_err(|error| error_text(&error))
    }

    /// Applies events of the log.
    pub fn apply(&mut self, events: &str) -> Result<(), String> {
        self.door.apply(events).map_err(|error| error_text(&error))
    }

    /// Reads.
    pub fn query(&self, query: &str, now_ms: f64) -> Result<String, String> {
        self.door.query(query, millis(now_ms)).map_err(|error| error_text(&error))
    }

    /// When to submit `expire` next.
    #[wasm_bindgen(js_name = nextDeadlineMs)]
    pub fn next_deadline_ms(&self) -> f64 {
        self.engine().next_deadline().millis() as f64
    }

    /// The sequence number of the next event.
    pub fn seq(&self) -> f64 {
        self.engine().seq() as f64
    }

    /// The state as bytes.
    pub fn snapshot(&self) -> Vec<u8> {
        self.engine().snapshot()
    }

    fn engine(&self) -> &Engine {
        self.door.engine()
    }

    /// The handle of a key, for `canKey`; -1 where there is none.
    #[wasm_bindgen(js_name = keyHandle)]
    pub fn key_handle(&self, id: &str) -> i32 {
        wire::key_handle(self.engine(), id)
    }

    /// Whether a key may do an action, by its position, on its owner's own resource.
    #[wasm_bindgen(js_name = canKey)]
    pub fn can_key(&self, key: i32, action: u32, now_ms: f64) -> bool {
        wire::key_permits(self.engine(), key, action, millis(now_ms))
    }
}

/// Every problem of a policy, as a JSON list.
#[wasm_bindgen(js_name = checkPolicy)]
pub fn check_policy(policy: &str) -> String {
    wire::policy_problems(policy)
}

/// The names of all actions, in the order of their positions, with commas between them.
#[wasm_bindgen(js_name = actionNames)]
pub fn action_names() -> String {
    wire::action_names()
}
