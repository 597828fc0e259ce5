//! A walk through a random stream, on which a property looks at each step.

use serde_json::{Value, json};
use tollgate::money::Money;

use super::random::{port::Port, stream::Stream};

/// An engine and the stream that it is asked.
pub struct Walk {
    /// The engine.
    pub port: Port,
    /// The policy in force.
    pub policy: Value,
    stream: Stream,
}

impl Walk {
    /// The walk of a seed.
    pub fn new(seed: u64) -> Self {
        let stream = Stream::new(seed);
        let policy = stream.policy();
        let (port, _) = Port::create(&policy, stream.now_ms());
        Self { port, policy: serde_json::from_str(&policy).expect("a policy is JSON"), stream }
    }

    /// The next line.
    pub fn draw(&mut self) -> Value {
        serde_json::from_str(&self.stream.next().expect("a stream is endless")).expect("a line is JSON")
    }

    /// The answer to a line.
    pub fn run(&mut self, line: &Value) -> Value {
        let answer = ask(&mut self.port, line);
        if line["command"].is_object() {
            match answer["decision"]["type"].as_str() {
                Some("policy_updated") => self.policy = line["command"]["policy"].clone(),
                Some("managed") => {
                    items(&answer["events"]).for_each(|event| configure(&mut self.policy, &event["change"]));
                }
                _ => {}
            }
        }
        answer
    }
}

/// Takes a change over into a policy file.
fn configure(policy: &mut Value, change: &Value) {
    let kind = change["type"].as_str().unwrap_or_default();
    let (noun, removes) = match (kind.strip_suffix("_set"), kind.strip_suffix("_removed")) {
        (Some(noun), _) => (noun, false),
        (_, Some(noun)) => (noun, true),
        _ => return,
    };
    if matches!(noun, "organization" | "settings" | "price_book") {
        policy[noun] = change[noun].clone();
        return;
    }
    let list = if noun == "model_class" { "model_classes".to_owned() } else { format!("{noun}s") };
    // A policy file has no requests.
    let Some(items) = policy.get_mut(&list).and_then(Value::as_array_mut) else { return };
    let id = if removes { &change["id"] } else { &change[noun]["id"] };
    let mut form = change[noun].clone();
    if form["status"] == "revoked" {
        // Its secrets may belong to another key by now.
        form["secrets"] = json!([]);
    }
    match items.iter().position(|known| known["id"] == *id) {
        Some(at) if removes => drop(items.remove(at)),
        Some(at) => items[at] = form,
        None => items.push(form),
    }
}

/// The answer of an engine to a line.
pub fn ask(port: &mut Port, line: &Value) -> Value {
    serde_json::from_str(&port.run(&line.to_string())).expect("an answer is JSON")
}

/// The balances of everything at an instant.
pub fn balances(port: &mut Port, now_ms: &Value) -> Value {
    ask(port, &json!({"now_ms": now_ms, "query": {"type": "balances"}}))
}

/// What is left for a credential and a model at an instant.
pub fn headroom(port: &mut Port, now_ms: &Value, credential: &Value, model: &Value) -> Value {
    ask(port, &json!({"now_ms": now_ms, "query": {"type": "headroom", "credential": credential, "model": model}}))
}

/// An amount of money in units of 10^-18 USD.
pub fn usd(amount: &Value) -> i128 {
    amount.as_str().and_then(|text| text.parse::<Money>().ok()).expect("an amount").units()
}

/// What a budget's balance counts against its cap.
pub fn spent(budget: &Value) -> i128 {
    usd(&budget["settled_usd"]) + usd(&budget["assumed_usd"]) + usd(&budget["held_usd"])
}

/// The items of a list; none where there is no list.
pub fn items(list: &Value) -> impl Iterator<Item = &Value> {
    list.as_array().into_iter().flatten()
}

/// Whether an answer admits a request for the first time.
pub fn admits(answer: &Value) -> bool {
    answer["decision"]["type"] == "allow" && answer["decision"]["replayed"] == false
}
