//! The door to an engine. Policies cross as objects, hot calls as text or scalars.

use wasm_bindgen::prelude::*;

use serde::Serialize;

use super::millis;
use crate::{
    engine::{Engine, Packing},
    wire::{self, Door, Error, Founding, Problem},
};

/// An error as the JavaScript side receives it: `{code, message, path, problems}`.
fn thrown(error: &Error) -> JsValue {
    #[derive(Serialize)]
    struct Thrown<'a> {
        code: &'a str,
        message: &'a str,
        path: &'a str,
        problems: &'a [Problem],
    }
    let thrown =
        Thrown { code: error.code(), message: error.message(), path: error.path(), problems: error.problems() };
    serde_wasm_bindgen::to_value(&thrown).unwrap_or_else(|_| JsValue::from_str(error.code()))
}

/// One organization's engine.
#[wasm_bindgen(js_name = RawEngine)]
pub struct RawEngine {
    door: Door,
    founding: Founding,
    packing: Option<Packing>,
}

#[wasm_bindgen(js_class = RawEngine)]
impl RawEngine {
    /// An engine for a new organization; what its host stores is to be taken.
    pub fn create(policy: &str, now_ms: f64) -> Result<RawEngine, JsValue> {
        let (door, founding) = Door::create(policy, millis(now_ms)).map_err(|error| thrown(&error))?;
        Ok(Self { door, founding, packing: None })
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
    pub fn fold(log: &str) -> Result<RawEngine, JsValue> {
        Door::fold(log).map(Self::of).map_err(|error| thrown(&error))
    }

    /// The engine of a snapshot.
    pub fn restore(snapshot: &[u8]) -> Result<RawEngine, JsValue> {
        Door::restore(snapshot).map(Self::of).map_err(|error| thrown(&error))
    }

    fn of(door: Door) -> Self {
        Self { door, founding: Founding::default(), packing: None }
    }

    /// Answers a line.
    #[wasm_bindgen(js_name = runLine)]
    pub fn run_line(&mut self, line: &str) -> String {
        self.door.run_line(line)
    }

    /// Decides and applies.
    pub fn submit(&mut self, command: &str, now_ms: f64) -> Result<String, JsValue> {
        self.door.submit(command, millis(now_ms)).map_err(|error| thrown(&error))
    }

    /// Decides and keeps the events for `commit`.
    pub fn decide(&mut self, command: &str, now_ms: f64) -> Result<String, JsValue> {
        self.door.decide(command, millis(now_ms)).map_err(|error| thrown(&error))
    }

    /// The audit log's entries of what was decided last.
    pub fn audit(&self, number: f64, hash: &str) -> Result<String, JsValue> {
        self.door.audit(millis(number), hash).map_err(|error| thrown(&error))
    }

    /// Applies what was decided last.
    pub fn commit(&mut self) -> Result<(), JsValue> {
        self.door.commit().map_err(|error| thrown(&error))
    }

    /// Decides only.
    pub fn preview(&self, command: &str, now_ms: f64) -> Result<String, JsValue> {
        self.door.preview(command, millis(now_ms)).map_err(|error| thrown(&error))
    }

    /// Applies events of the log.
    pub fn apply(&mut self, events: &str) -> Result<(), JsValue> {
        self.door.apply(events).map_err(|error| thrown(&error))
    }

    /// Reads.
    pub fn query(&self, query: &str, now_ms: f64) -> Result<String, JsValue> {
        self.door.query(query, millis(now_ms)).map_err(|error| thrown(&error))
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

    /// Begins a snapshot in parts, of the state as it is now.
    #[wasm_bindgen(js_name = beginSnapshot)]
    pub fn begin_snapshot(&mut self) {
        self.packing = Some(self.engine().pack());
    }

    /// The next part of the snapshot that was begun last, perhaps empty; nothing once there are no more.
    #[wasm_bindgen(js_name = snapshotPart)]
    pub fn snapshot_part(&mut self) -> Option<Vec<u8>> {
        self.packing.as_mut()?.next_part()
    }

    /// What stands before the parts, once all were given.
    #[wasm_bindgen(js_name = snapshotHeader)]
    pub fn snapshot_header(&mut self) -> Vec<u8> {
        self.packing.take().map_or_else(Vec::new, Packing::header)
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

/// Reports every problem of a policy; an empty list where there is none.
#[wasm_bindgen(js_name = checkPolicy)]
pub fn check_policy(policy: &str) -> Result<JsValue, JsValue> {
    serde_wasm_bindgen::to_value(&wire::policy_problems(policy)).map_err(JsValue::from)
}

/// The names of all actions, in the order of their positions.
#[wasm_bindgen(js_name = actionNames)]
pub fn action_names() -> Vec<String> {
    wire::action_names()
}
