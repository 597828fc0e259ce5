//! An independent model of the engine: naive, written from the contract (docs/semantics.md and docs/wire-format.md), and
//! sharing no code with it. It keeps a log of accepted facts and computes every level, sum, window and alert anew from that
//! log for each line.

mod admit;
mod audit;
mod authority;
mod book;
mod calendar;
mod card;
mod class;
mod config;
mod directory;
mod due;
mod form;
mod govern;
pub mod json;
mod listing;
mod log;
mod manage;
mod money;
mod permission;
mod provider;
mod query;
mod read;
mod settle;
mod stream;
mod whole;

use serde_json::Value;

use self::{
    govern::By,
    json::{Json, object},
    log::Log,
    read::Mistake,
};

/// The model of one organization.
#[derive(Clone, Debug)]
pub struct Model {
    log: Log,
    embedded: String,
    /// Where the last mistake is, as far as the contract says so.
    pub places: Vec<String>,
}

impl Model {
    /// The model of a new organization; `embedded` is the price book that a policy names `claude`.
    pub fn create(policy: &str, embedded: &str, now: i64) -> Self {
        let mut model = Self { log: Log::default(), embedded: embedded.to_owned(), places: Vec::new() };
        let policy: Value = serde_json::from_str(policy).expect("the generator writes JSON");
        model.set_policy(&policy, By::whom(&Json::Null, now));
        model
    }

    /// The events so far, as one JSON array.
    pub fn events(&self) -> String {
        Json::List(self.log.facts.iter().map(|fact| (*fact.event).clone()).collect()).line()
    }

    /// The answer to a line: its bytes, or the code of a mistake.
    pub fn answer(&mut self, line: &str) -> Result<String, Mistake> {
        self.places.clear();
        let line: Value = serde_json::from_str(line).map_err(|_| "invalid_input")?;
        let now = read::int(&line, "now_ms", 0, i64::MAX, None)?;
        let kind = match line.as_object().map(|fields| fields.len()) {
            Some(2) => ["command", "preview", "query"].into_iter().find(|kind| line.get(kind).is_some()),
            _ => None,
        };
        let kind = kind.ok_or("invalid_input")?;
        let body = &line[kind];
        if kind == "query" {
            return self.read(body, now.max(self.log.clock()));
        }
        let before = self.log.facts.len();
        let answer = self.submit(body, now).map(|decision| {
            let events: Vec<Json> = self.log.facts[before..].iter().map(|fact| (*fact.event).clone()).collect();
            object! { "decision": decision, "events": events, "next_deadline_ms": self.log.next_deadline() }.line()
        });
        if answer.is_err() || kind == "preview" {
            self.log.facts.truncate(before);
        }
        answer
    }

    /// Answers a query as of an instant: what is due by then is seen, and not kept.
    fn read(&mut self, query: &Value, now: i64) -> Result<String, Mistake> {
        let before = self.log.facts.len();
        self.pass_time(now);
        let answer = self.query(query, now).map(|result| result.line());
        self.log.facts.truncate(before);
        answer.map_err(|mistake| if mistake == read::RANGE { "invalid_input" } else { mistake })
    }

    /// Accepts what is due and then what the command does.
    fn submit(&mut self, command: &Value, now: i64) -> Result<Json, Mistake> {
        let kind = read::text(command, "type")?;
        let jumped = now - self.log.clock() > self.log.config().setting("max_forward_ms");
        let now = now.max(self.log.clock());
        let expired = self.pass_time(now);
        let answer = match kind {
            "admit" => self.admit(command, now),
            "settle" => self.settle(command, now),
            "void" => self.void(command, now),
            "expire" => self.expire(command, expired, now),
            "count_tokens" => self.count_tokens(command, now),
            "adjust" => self.adjust(command, now),
            "advance_clock" => self.advance_clock(command, now),
            "update_policy" => self.update_policy(command, now),
            "manage" => self.manage(command, now),
            "record_denials" => self.record_denials(command, now),
            _ => Err("invalid_input"),
        };
        // A line that cannot be read is refused as such, whatever its time.
        match answer {
            Err(mistake) if read::IS_READ_FIRST.contains(&mistake) => Err(mistake),
            _ if jumped && kind != "advance_clock" => {
                self.places.clear();
                Err("clock_jump")
            }
            Err(read::RANGE) => Err("invalid_input"),
            Err(read::BEYOND) => Err("invalid_policy"),
            answer => answer,
        }
    }

    fn expire(&mut self, command: &Value, expired: i64, now: i64) -> Result<Json, Mistake> {
        read::only(command, &["type"])?;
        if now >= self.log.clock() + self.log.config().setting("max_forward_ms") / 2 {
            self.log.accept(
                now,
                log::What::Clock,
                Vec::new(),
                log::Balance::default(),
                object! { "type": "heartbeat" },
            );
        }
        Ok(object! { "type": "expired", "reservations": expired })
    }
}
