//! The log of accepted facts, and everything that is computed from it anew each time: what stands where, how full each
//! bucket is, what each window holds, which alerts are active.

use std::rc::Rc;

use super::{
    calendar::{Window, calendar_month},
    config::{Change, Config, Placed},
    json::{Json, object},
    money::Usd,
};

/// What was admitted.
#[derive(Debug)]
pub struct Admission {
    pub id: String,
    pub key: String,
    pub model: String,
    /// The request, the estimate and the time-out as the event writes them: with key and model, what a replay repeats.
    pub asked: Json,
    pub hold: Usd,
    pub hold_output: Usd,
    pub output_bound: i64,
    pub deadline: i64,
    /// What was configured: its book prices every part.
    pub config: Rc<Config>,
    /// Every limit with its debit, in units of the meter.
    pub limits: Vec<Pin>,
    /// Every budget with the window that all posts of this reservation go to.
    pub budgets: Vec<(usize, Window)>,
}

/// A limit as an admission found it.
#[derive(Clone, Debug)]
pub struct Pin {
    pub born: usize,
    pub form: Json,
    pub debit: i128,
}

/// What can happen to the books.
#[derive(Clone, Debug)]
pub enum What {
    Configured(Change),
    Reserved(Rc<Admission>),
    Settled { of: usize, settlement: Rc<Settlement> },
    Voided { of: usize, from: &'static str },
    Expired { of: usize },
    Adjusted { of: usize, to: Usd },
    Counted,
    Fired(Alert),
    Resolved(Alert),
    Clock,
}

/// A settlement.
#[derive(Clone, Debug)]
pub struct Settlement {
    pub usage: Json,
    pub from: &'static str,
    pub charge: Usd,
    pub overrun: Usd,
    pub estimated: bool,
    pub unpriced: bool,
    /// Container time: what is billed, and the part of it that is free.
    pub billed_ms: i64,
    pub free_ms: i64,
}

/// An alert that can be active.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Alert {
    Threshold { born: usize, percent: i64, window: Window, revision: i64 },
    Hit { born: usize },
    Once,
}

impl Alert {
    /// A threshold that fires again at a new cap revision takes the place of its earlier alert.
    fn replaces(&self, known: &Self) -> bool {
        match (self, known) {
            (
                Self::Threshold { born, percent, window, .. },
                Self::Threshold { born: other, percent: reached, window: same, .. },
            ) => (born, percent, window) == (other, reached, same),
            _ => false,
        }
    }
}

/// Something that happened.
#[derive(Clone, Debug)]
pub struct Fact {
    pub at: i64,
    pub what: What,
    /// What it takes from buckets, in units of their meters.
    pub debits: Vec<(usize, i128)>,
    /// What it adds to held, assumed and settled.
    pub money: [Usd; 3],
    pub event: Rc<Json>,
    /// The configuration from here on.
    pub config: Rc<Config>,
}

/// Where a reservation stands.
#[derive(Clone, Debug)]
pub enum Standing {
    Held,
    Assumed,
    Voided(&'static str),
    Settled { settlement: Rc<Settlement>, charge: Usd, unpriced: bool },
}

/// A reservation and where it stands.
#[derive(Clone, Debug)]
pub struct Case {
    pub position: usize,
    pub at: i64,
    pub admission: Rc<Admission>,
    pub standing: Standing,
    pub closed_at: Option<i64>,
    pub forgotten: bool,
}

impl Case {
    pub fn is_open(&self) -> bool {
        matches!(self.standing, Standing::Held)
    }
}

/// Balances: held, assumed, settled.
pub type Balance = [Usd; 3];

/// Adds to a balance.
pub fn plus(left: Balance, right: Balance) -> Balance {
    [left[0] + right[0], left[1] + right[1], left[2] + right[2]]
}

/// The accepted facts.
#[derive(Clone, Debug, Default)]
pub struct Log {
    pub facts: Vec<Fact>,
}

impl Log {
    /// The time of the last fact.
    pub fn clock(&self) -> i64 {
        self.facts.last().map_or(0, |fact| fact.at)
    }

    /// What is configured.
    pub fn config(&self) -> Rc<Config> {
        self.facts.last().map(|fact| Rc::clone(&fact.config)).unwrap_or_default()
    }

    /// Accepts a fact; `body` is its event without version and time.
    pub fn accept(&mut self, at: i64, what: What, debits: Vec<(usize, i128)>, money: Balance, body: Json) {
        let mut event = object! { "v": 1_i64, "at_ms": at };
        let (Json::Map(fields), Json::Map(rest)) = (&mut event, body) else { panic!("an event is an object") };
        fields.extend(rest);
        let mut config = self.config();
        if let What::Configured(change) = &what {
            Rc::make_mut(&mut config).apply(change, self.facts.len());
        }
        self.facts.push(Fact { at, what, debits, money, event: Rc::new(event), config });
    }

    /// Every reservation, as the facts and the passing of time until `now` leave it.
    pub fn cases(&self, now: i64) -> Vec<Case> {
        let mut cases: Vec<Case> = Vec::new();
        let mut index = vec![usize::MAX; self.facts.len()];
        for (position, fact) in self.facts.iter().enumerate() {
            let mut step = |of: usize, standing: Standing| {
                let case = &mut cases[index[of]];
                case.standing = standing;
                case.closed_at = Some(fact.at);
            };
            match &fact.what {
                What::Reserved(admission) => {
                    index[position] = cases.len();
                    let (standing, closed_at) = (Standing::Held, None);
                    cases.push(Case {
                        position,
                        at: fact.at,
                        admission: Rc::clone(admission),
                        standing,
                        closed_at,
                        forgotten: false,
                    });
                }
                What::Settled { of, settlement } => {
                    let (charge, unpriced) = (settlement.charge, settlement.unpriced);
                    step(*of, Standing::Settled { settlement: Rc::clone(settlement), charge, unpriced });
                }
                What::Voided { of, from } => step(*of, Standing::Voided(from)),
                What::Expired { of } => step(*of, Standing::Assumed),
                What::Adjusted { of, to } => {
                    if let Standing::Settled { charge, unpriced, .. } = &mut cases[index[*of]].standing {
                        (*charge, *unpriced) = (*to, false);
                    }
                }
                What::Configured(change) if change.kind == "settings_set" => self.forget(&mut cases, position),
                _ => {}
            }
        }
        let retention = self.config().setting("retention_ms");
        for case in &mut cases {
            case.forgotten |= case.closed_at.is_some_and(|closed_at| closed_at + retention <= now);
        }
        cases
    }

    /// A longer retention does not bring back what was past the shorter one when the settings changed.
    fn forget(&self, cases: &mut [Case], position: usize) {
        let Some(last) = position.checked_sub(1).map(|last| &self.facts[last]) else { return };
        let retention = last.config.setting("retention_ms");
        for case in cases {
            case.forgotten |= case.closed_at.is_some_and(|closed_at| closed_at + retention <= self.facts[position].at);
        }
    }

    /// The level of a limit's bucket, in units of 1/period: every debit since it began, one after the other.
    pub fn level(&self, limit: &Placed, now: i64) -> i128 {
        let period = i128::from(limit.form.get("period_ms").int());
        let size = |form: &Json| {
            (amount(form.get("rate")), amount(form.get("capacity")) * period, form.get("mode").text() == "shadow")
        };
        let mut at = self.facts[limit.born].at;
        let What::Configured(Change { form, .. }) = &self.facts[limit.born].what else {
            panic!("a limit is born by a change")
        };
        let (mut rate, mut full, mut shadow) = size(form);
        let mut level = full;
        let mut refill = |level: i128, rate: i128, full: i128, to: i64| {
            let more = rate * i128::from(to - at);
            at = to;
            full.min(level + more)
        };
        for fact in &self.facts[limit.born + 1..] {
            for (born, debit) in &fact.debits {
                if *born == limit.born {
                    level = full.min(refill(level, rate, full, fact.at) - debit * period);
                }
            }
            if let What::Configured(Change { kind: "limit_set", form }) = &fact.what
                && form.get("id") == limit.form.get("id")
            {
                level = refill(level, rate, full, fact.at);
                let was_shadow = shadow;
                (rate, full, shadow) = size(form);
                level = if was_shadow && !shadow { full } else { level.min(full) };
            }
        }
        refill(level, rate, full, now)
    }

    /// What a window of a budget holds: the sum over every fact about a reservation that is posted there.
    pub fn window_balance(&self, born: usize, start: i64) -> Balance {
        let mut sum = Balance::default();
        for fact in &self.facts {
            if let Some(admission) = self.admission_of(fact)
                && admission.budgets.iter().any(|(budget, window)| *budget == born && window.start == start)
            {
                sum = plus(sum, fact.money);
            }
        }
        sum
    }

    /// The free container time of a month that settlements of its admissions took.
    pub fn free_time_used(&self, at: i64) -> i64 {
        let month = calendar_month(at);
        let taken = self.facts.iter().filter_map(|fact| match &fact.what {
            What::Settled { of, settlement } if calendar_month(self.facts[*of].at) == month => Some(settlement.free_ms),
            _ => None,
        });
        taken.sum()
    }

    /// The admission that a fact is about.
    pub fn admission_of<'a>(&'a self, fact: &'a Fact) -> Option<&'a Admission> {
        match &fact.what {
            What::Reserved(admission) => Some(admission),
            What::Settled { of, .. } | What::Voided { of, .. } | What::Expired { of } | What::Adjusted { of, .. } => {
                self.admission_of(&self.facts[*of])
            }
            _ => None,
        }
    }

    /// The alerts that fired and have not resolved.
    pub fn active_alerts(&self) -> Vec<Alert> {
        let mut active: Vec<Alert> = Vec::new();
        for fact in &self.facts {
            match &fact.what {
                What::Fired(alert) if *alert != Alert::Once => {
                    active.retain(|known| !alert.replaces(known));
                    active.push(alert.clone());
                }
                What::Resolved(alert) => active.retain(|known| known != alert),
                _ => {}
            }
        }
        active
    }

    /// Whether a threshold's alert ever fired.
    pub fn has_fired(&self, alert: &Alert) -> bool {
        self.facts.iter().any(|fact| matches!(&fact.what, What::Fired(fired) if fired == alert))
    }

    /// When the engine next wants to be asked to expire.
    pub fn next_deadline(&self) -> i64 {
        let config = self.config();
        let mut earliest = self.clock() + config.setting("max_forward_ms") / 2;
        for case in self.cases(self.clock()) {
            if case.is_open() {
                earliest = earliest.min(case.admission.deadline);
            }
        }
        for alert in self.active_alerts() {
            if let Alert::Threshold { window: Window { end: Some(end), .. }, .. } = alert {
                earliest = earliest.min(end);
            }
        }
        earliest
    }
}

/// An amount of a meter: a count, or 10^-24 USD.
pub fn amount(json: &Json) -> i128 {
    match json {
        Json::Int(count) => *count,
        _ => Usd::of(json).0,
    }
}
