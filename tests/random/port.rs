//! The engine as these suites use it: text in, text out.

use tollgate::wire::Door;

/// One engine behind its text door.
#[derive(Clone, Debug)]
pub struct Port {
    door: Door,
}

impl Port {
    /// A new organization, and the first events of its log as a JSON list.
    pub fn create(policy: &str, now_ms: i64) -> (Self, String) {
        let (door, founding) = Door::create(policy, now_ms).unwrap_or_else(|error| panic!("{error}\n{policy}"));
        (Self { door }, founding.events)
    }

    /// Answers a line.
    pub fn run(&mut self, line: &str) -> String {
        self.door.run_line(line)
    }
}
