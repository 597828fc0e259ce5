//! The door to an engine. Policies cross as objects, hot calls as text or scalars.

use std::mem::take;

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

/// What an engine is asked for.
#[derive(Clone, Copy)]
enum Asked {
    /// The answer to a line.
    Line,
    /// Decides and applies.
    Submit,
    /// Decides, and keeps the events for `Commit`.
    Decide,
    /// The audit log's entries of what was decided last, after the entry of a number and a hash.
    Audit,
    /// The audit log goes on after the entry of a number and a hash.
    AuditFrom,
    /// Applies what was decided last.
    Commit,
    /// Decides only.
    Preview,
    /// Applies events of the log.
    Apply,
    /// Reads.
    Query,
    /// The first events of a new organization, once.
    FirstEvents,
    /// The first entries of its audit log, once.
    FirstAudit,
}

/// In the order of `ASK` in `pkg/src/engine_door.ts`.
const ASKED: [Asked; 11] = [
    Asked::Line,
    Asked::Submit,
    Asked::Decide,
    Asked::Audit,
    Asked::Commit,
    Asked::Preview,
    Asked::Apply,
    Asked::Query,
    Asked::FirstEvents,
    Asked::FirstAudit,
    Asked::AuditFrom,
];

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

    /// Asks for what a position of `ASKED` stands for, all of which takes a text and a number and gives a text or an error: each
    /// function that is given to JavaScript has its own code for that.
    pub fn ask(&mut self, what: usize, text: &str, number: f64) -> Result<String, JsValue> {
        let door = &mut self.door;
        let number = millis(number);
        let answer = match ASKED.get(what) {
            Some(Asked::Line) => Ok(door.run_line(text)),
            Some(Asked::Submit) => door.submit(text, number),
            Some(Asked::Decide) => door.decide(text, number),
            Some(Asked::Audit) => door.audit(number, text),
            Some(Asked::AuditFrom) => door.audit_from(number, text).map(|()| String::new()),
            Some(Asked::Commit) => door.commit().map(|()| String::new()),
            Some(Asked::Preview) => door.preview(text, number),
            Some(Asked::Apply) => door.apply(text).map(|()| String::new()),
            Some(Asked::Query) => door.query(text, number),
            Some(Asked::FirstEvents) => Ok(take(&mut self.founding.events)),
            Some(Asked::FirstAudit) => Ok(take(&mut self.founding.audit)),
            None => Err(Error::invalid("the package and its module are of different versions")),
        };
        answer.map_err(|error| thrown(&error))
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

/// The names of all actions, in the order of their positions, with commas between them.
#[wasm_bindgen(js_name = actionNames)]
pub fn action_names() -> String {
    wire::action_names()
}
