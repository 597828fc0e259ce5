//! Random streams: a policy, and the lines that a gateway would write under it.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{
    book::model,
    change::changed,
    clock::{Clock, Need},
    dice::Dice,
    manage::{self, Management},
    policy::policy,
    question,
    request::{Requests, credential},
};

/// The endless lines of one seed.
#[derive(Clone, Debug)]
pub struct Stream {
    dice: Dice,
    clock: Clock,
    policy: Value,
    requests: Requests,
    // Keys that may have been revoked, which is for good.
    revoked: BTreeSet<String>,
    management: Management,
}

impl Stream {
    /// The stream of a seed.
    pub fn new(seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let clock = Clock::new(&mut dice);
        let policy = policy(&mut dice, clock.now_ms());
        let management = Management::of(&policy);
        let requests = Requests::default();
        let mut stream = Self { dice, clock, policy: policy.clone(), requests, revoked: BTreeSet::new(), management };
        stream.revoke(&policy);
        stream
    }

    /// Remembers the keys that a policy revokes, or leaves out.
    fn revoke(&mut self, policy: &Value) {
        let keys = |policy: &Value| policy["keys"].as_array().cloned().unwrap_or_default();
        let new = keys(policy);
        let kept = |key: &Value| new.iter().any(|new| new["id"] == key["id"] && new["status"] != "revoked");
        for key in keys(&self.policy).iter().chain(&new).filter(|key| !kept(key)) {
            self.revoked.extend(key["id"].as_str().map(str::to_owned));
        }
    }

    /// The policy file that seeds the organization; before the first line, the one of the start.
    pub fn policy(&self) -> String {
        self.policy.to_string()
    }

    /// When the organization is created, or the instant of the last line.
    pub fn now_ms(&self) -> i64 {
        self.clock.now_ms()
    }

    fn line(&mut self) -> Value {
        let need = self.clock.tick(&mut self.dice, max_forward_ms(&self.policy));
        let now_ms = self.clock.now_ms();
        let ada = json!({"member": "ada"});
        match need {
            Need::Nothing => {}
            Need::Expire => return json!({"now_ms": now_ms, "command": {"type": "expire"}}),
            Need::Advance => {
                return json!({"now_ms": now_ms, "command": {"type": "advance_clock", "actor": ada, "to_ms": now_ms}});
            }
        }
        let dice = &mut self.dice;
        match dice.weighted(&[82, 8, 9, 1]) {
            0 => {
                let command = self.command();
                let glitch = self.dice.chance(1) && command["type"] != "advance_clock";
                let now_ms =
                    if glitch { self.clock.glitch(&mut self.dice, max_forward_ms(&self.policy)) } else { now_ms };
                json!({"now_ms": now_ms, "command": command})
            }
            1 => {
                let before = self.clone();
                let preview = self.command();
                // A preview changes nothing: neither the engine nor what this stream believes about it.
                let dice = self.dice.clone();
                *self = Self { dice, ..before };
                json!({"now_ms": now_ms, "preview": preview})
            }
            2 => {
                let query = question::query(dice, &self.policy, &self.requests);
                json!({"now_ms": now_ms, "query": query})
            }
            _ => {
                let line = json!({"now_ms": now_ms, "command": self.command()});
                spoiled(&mut self.dice, line)
            }
        }
    }

    fn command(&mut self) -> Value {
        let dice = &mut self.dice;
        match dice.weighted(&[46, 28, 6, 5, 5, 4, 1, 3, 10, 1]) {
            0 => self.requests.admit(dice, &self.policy),
            1 => self.requests.settle(dice, &self.policy),
            2 => json!({"type": "void", "reservation": self.requests.known(dice)}),
            3 => json!({"type": "expire"}),
            4 => {
                let credential = credential(dice, &self.policy);
                json!({"type": "count_tokens", "credential": credential, "model": model(dice, &self.policy)})
            }
            5 => self.requests.adjust(dice),
            6 => {
                let ahead = [-1, 0, 1, 60_000][dice.weighted(&[10, 30, 30, 30])];
                json!({"type": "advance_clock", "actor": question::actor(dice), "to_ms": self.clock.now_ms() + ahead})
            }
            8 => {
                let managed = self.management.command(dice, &self.policy, &self.revoked, self.clock.now_ms());
                if let Some(policy) = managed.policy {
                    self.revoke(&policy);
                    self.policy = policy;
                }
                managed.command
            }
            9 => manage::denials(dice, self.clock.now_ms()),
            _ => {
                let actor = if dice.chance(15) { question::principal(dice) } else { question::actor(dice) };
                let (policy, valid) = changed(dice, &self.policy, &self.revoked, self.clock.now_ms());
                if valid {
                    self.revoke(&policy);
                    self.policy = policy.clone();
                }
                json!({"type": "update_policy", "actor": actor, "policy": policy})
            }
        }
    }
}

impl Iterator for Stream {
    type Item = String;

    fn next(&mut self) -> Option<String> {
        Some(self.line().to_string())
    }
}

fn max_forward_ms(policy: &Value) -> i64 {
    policy["settings"]["max_forward_ms"].as_i64().unwrap_or(604_800_000)
}

/// A line that no engine may accept.
fn spoiled(dice: &mut Dice, mut line: Value) -> Value {
    match dice.below(7) {
        0 => line["surprise"] = json!(1),
        1 => line["command"]["surprise"] = json!(null),
        2 => line["now_ms"] = json!("1764000000000"),
        3 => line["now_ms"] = json!(1_764_000_000_000.5),
        4 => line["command"]["type"] = json!("refund"),
        5 => line["command"]["reservation"] = json!("r".repeat(41)),
        _ => line = json!({"now_ms": line["now_ms"]}),
    }
    line
}
