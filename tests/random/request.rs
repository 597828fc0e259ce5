//! Random requests and what becomes of them. Few ids, so that replays, conflicts and late messages happen.

use serde_json::{Value, json};

use super::{
    book::model,
    dice::Dice,
    policy::{KEYS, digest_of},
    question::actor,
    usage,
};

/// How many of the last admissions and messages are remembered, to be repeated or contradicted.
const REMEMBERED: usize = 12;

/// What the gateway remembers of the requests that it has sent.
#[derive(Clone, Debug, Default)]
pub struct Requests {
    made: u64,
    admits: Vec<Value>,
    settles: Vec<Value>,
    adjusts: Vec<Value>,
}

fn remember(list: &mut Vec<Value>, command: &Value) {
    if list.len() == REMEMBERED {
        list.remove(0);
    }
    list.push(command.clone());
}

impl Requests {
    /// An admission: mostly of a new id, sometimes repeated, sometimes with other content.
    pub fn admit(&mut self, dice: &mut Dice, policy: &Value) -> Value {
        if !self.admits.is_empty() && dice.chance(10) {
            let mut again = dice.pick(&self.admits).clone();
            match dice.below(5) {
                0 => again["request"]["max_tokens"] = json!(77),
                1 => again["model"] = json!(model(dice, policy)),
                2 => again["credential"] = credential(dice, policy),
                _ => {}
            }
            return again;
        }
        self.made += 1;
        let mut command = json!({
            "type": "admit",
            "reservation": format!("r{}", self.made),
            "credential": credential(dice, policy),
            "model": model(dice, policy),
            "request": request(dice),
        });
        if dice.chance(35) {
            command["estimate"] = match dice.below(4) {
                0 => json!({}),
                1 => json!({"cache_read_tokens": dice.between(0, 3_000)}),
                2 => json!({"input_tokens": dice.between(0, 900)}),
                _ => json!({"input_tokens": dice.between(0, 900), "cache_read_tokens": dice.between(0, 900)}),
            };
        }
        if dice.chance(40) {
            let most = policy["settings"]["reservation_timeout_ms"].as_i64().unwrap_or(600_000);
            let beyond = i64::from(dice.chance(5));
            command["timeout_ms"] = json!(dice.pick(&[1, 100, 500, most, most, most + beyond]));
        }
        remember(&mut self.admits, &command);
        command
    }

    /// The id of a reservation: mostly a recent one.
    pub fn known(&self, dice: &mut Dice) -> String {
        match dice.weighted(&[50, 30, 17, 3]) {
            0 => format!("r{}", self.made),
            1 => format!("r{}", self.made.saturating_sub(dice.below(6))),
            2 => format!("r{}", self.made.saturating_sub(dice.below(60))),
            _ => format!("x{}", dice.below(3)),
        }
    }

    /// A settlement: final, partial, unknown or of the provider's shape; sometimes one that was sent before.
    pub fn settle(&mut self, dice: &mut Dice, policy: &Value) -> Value {
        if !self.settles.is_empty() && dice.chance(12) {
            return dice.pick(&self.settles).clone();
        }
        let reservation = self.known(dice);
        let usage = usage::usage(dice, policy);
        let command = json!({"type": "settle", "reservation": reservation, "usage": usage});
        remember(&mut self.settles, &command);
        command
    }

    /// The id of a reservation that a settlement was sent for.
    fn settled(&self, dice: &mut Dice) -> String {
        match self.settles.as_slice() {
            [] => self.known(dice),
            settles => dice.pick(settles)["reservation"].as_str().unwrap_or_default().to_owned(),
        }
    }

    /// A correction of a charge.
    pub fn adjust(&mut self, dice: &mut Dice) -> Value {
        if !self.adjusts.is_empty() && dice.chance(25) {
            return dice.pick(&self.adjusts).clone();
        }
        let command = json!({
            "type": "adjust",
            "actor": actor(dice),
            "reservation": self.settled(dice),
            "charge_usd": dice.pick(&["0", "0.5", "0.000000000000000001", "3.10"]),
            "reason": dice.pick(&["priced by hand", "", "a \"quote\", a \\ and a \u{7f}tab\t"]),
        });
        remember(&mut self.adjusts, &command);
        command
    }
}

/// The key that a request presents, by its id or one of its secrets: mostly one that the policy has.
pub fn credential(dice: &mut Dice, policy: &Value) -> Value {
    let known = policy["keys"].as_array().map(Vec::as_slice).unwrap_or_default();
    if known.is_empty() || dice.chance(4) {
        let key = *dice.pick(&KEYS);
        return if dice.chance(50) {
            json!({"key": key})
        } else {
            json!({"secret_sha256": digest_of(key, dice.below(2) as usize)})
        };
    }
    let key = dice.pick(known);
    match key["secrets"].as_array().filter(|secrets| !secrets.is_empty()) {
        Some(secrets) if dice.chance(40) => json!({"secret_sha256": dice.pick(secrets)["sha256"]}),
        _ => json!({"key": key["id"]}),
    }
}

/// The shape of a request: mostly small and plain.
pub fn request(dice: &mut Dice) -> Value {
    let mut request = json!({"max_tokens": dice.pick(&[1, 10, 64, 100, 500, 1_000, 100_000])});
    request["input"] = match dice.below(2) {
        0 => json!({"tokens": dice.pick(&[0, 1, 99, 100, 101, 500, 5_000])}),
        _ => json!({"bytes": dice.pick(&[0, 1, 3, 250, 401, 1_999, 2_048, 300_000_000_i64])}),
    };
    if dice.chance(93) {
        request["cache_write"] = json!(dice.pick(&[
            "none", "none", "none", "none", "none", "none", "5m", "5m", "1h", "30m", "12h", "any", "any", "any"
        ]));
    }
    if dice.chance(10) {
        request["images"] = json!(dice.between(0, 4));
    }
    if dice.chance(10) {
        request["tools"] = json!(dice.chance(80));
    }
    if dice.chance(6) {
        request["web_searches"] = json!(dice.between(0, 3));
    }
    if dice.chance(4) {
        request["external_input"] = json!(dice.chance(80));
    }
    if dice.chance(12) {
        request["iterations"] = json!(dice.pick(&[None, Some(1), Some(2), Some(7)]));
    }
    if dice.chance(6) {
        request["speed"] = json!(dice.pick(&["standard", "fast", "fast"]));
    }
    if dice.chance(6) {
        request["inference_geo"] = json!(dice.pick(&["global", "us", "us", "eu"]));
    }
    if dice.chance(8) {
        request["service_tier"] = json!(usage::tier(dice));
    }
    if dice.chance(8) {
        request["code_execution_ms"] = json!(dice.pick(&[0, 1, 700, 300_000, 3_600_001]));
    }
    if dice.chance(1) {
        request["max_tokens"] = json!(dice.pick(&[0, -1, 1_000_000_001]));
    }
    request
}
