//! The door to an engine. All that crosses is text, scalars and bytes; an error is thrown as its text.

use std::mem::take;

use wasm_bindgen::prelude::*;

use super::millis;
use crate::{
    engine::Engine,
    wire::{self, Door, Founding, error_text},
};

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
const ASKED: [Asked; 10] = [
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
];

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

    /// Asks for what a position of `ASKED` stands for, all of which takes a text and a number and gives a text or an error: each
    /// function that is given to JavaScript has its own code for that.
    pub fn ask(&mut self, what: usize, text: &str, number: f64) -> Result<String, String> {
        let door = &mut self.door;
        let number = millis(number);
        let answer = match ASKED.get(what) {
            Some(Asked::Line) => Ok(door.run_line(text)),
            Some(Asked::Submit) => door.submit(text, number),
            Some(Asked::Decide) => door.decide(text, number),
            Some(Asked::Audit) => door.audit(number, text),
            Some(Asked::Commit) => door.commit().map(|()| String::new()),
            Some(Asked::Preview) => door.preview(text, number),
            Some(Asked::Apply) => door.apply(text).map(|()| String::new()),
            Some(Asked::Query) => door.query(text, number),
            Some(Asked::FirstEvents) => Ok(take(&mut self.founding.events)),
            Some(Asked::FirstAudit) | None => Ok(take(&mut self.founding.audit)),
        };
        answer.map_err(|error| error_text(&error))
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
