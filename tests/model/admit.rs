//! The gates, one after the other.

use std::rc::Rc;

use serde_json::Value;

use super::{
    Model, book,
    calendar::{Window, window},
    card::{card, full_name},
    config::{Config, Placed},
    json::{Json, object},
    log::{Admission, Alert, Balance, Case, Pin, Standing, What, amount},
    money::Usd,
    read::{self, Mistake},
};

/// The last instant that there is: the end of the year 9999.
pub const LATEST: i128 = 253_402_300_799_999;

/// When trying again can succeed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Retry {
    At(i64, bool),
    Never,
}

impl Retry {
    fn later(self, other: Self) -> Self {
        match (self, other) {
            (Self::At(left, left_bound), Self::At(right, right_bound)) if left == right => {
                Self::At(left, left_bound || right_bound)
            }
            (Self::At(left, _), Self::At(right, _)) => {
                if left > right {
                    self
                } else {
                    other
                }
            }
            _ => Self::Never,
        }
    }
}

impl From<Retry> for Json {
    fn from(retry: Retry) -> Self {
        match retry {
            Retry::At(at, upper_bound) => object! { "type": "at", "at_ms": at, "upper_bound": upper_bound },
            Retry::Never => object! { "type": "never" },
        }
    }
}

/// What a request counts on the meters.
#[derive(Clone, Copy, Debug)]
pub struct Counts {
    pub input: i64,
    pub cache_read: i64,
    pub output: i64,
    pub cost: Usd,
}

/// What the limits and budgets of a path say.
#[derive(Debug)]
struct Verdict {
    violated: Vec<Json>,
    shadow: Vec<Json>,
    limit: bool,
    budget: bool,
    retry: Retry,
    /// Every limit that applies, and whether the request violates it.
    hits: Vec<(usize, bool)>,
}

/// A denial.
pub fn deny(reason: &str, spending: bool, retry: Json, violated: Vec<Json>) -> Json {
    let gate = match reason {
        "unknown_key" | "revoked_key" | "inactive_key" | "expired_key" | "owner_removed" | "project_archived" => {
            "authenticate"
        }
        "forbidden_action" | "forbidden_model" => "authorize",
        "limit_exceeded" | "too_many_reservations" => "limit",
        "budget_exceeded" => "budget",
        _ => "quote",
    };
    object! { "type": "deny", "gate": gate, "reason": reason, "spending": spending, "retry": retry, "violated": violated }
}

/// A denial that no time heals.
pub fn refuse(reason: &str) -> Json {
    deny(reason, false, Retry::Never.into(), Vec::new())
}

/// What a limit takes of some counts; output only where it is due at this moment.
pub fn debit(form: &Json, counts: &Counts, with_output: bool) -> i128 {
    let input = counts.input + if form.get("count_cache_reads").is_true() { counts.cache_read } else { 0 };
    let output = if with_output { counts.output } else { 0 };
    match form.get("meter").text() {
        "requests" => 1,
        "input_tokens" => input.into(),
        "output_tokens" => output.into(),
        "tokens" => (input + output).into(),
        "cost" => counts.cost.0,
        _ => 0,
    }
}

/// The card that prices a name: its own, or the fallback's.
pub fn priced_by<'a>(config: &'a Config, name: &str) -> Option<&'a Json> {
    card(config.book(), name).or_else(|| fallback(config))
}

/// The model that is asked for, whichever card prices it.
#[derive(Clone, Copy, Debug)]
pub enum Called<'a> {
    /// One of the book.
    Card(&'a Json),
    /// One that the book lacks.
    Name(&'a str),
    /// Any.
    Any,
}

/// The model of a name.
pub fn called<'a>(config: &'a Config, name: &'a str) -> Called<'a> {
    card(config.book(), name).map_or(Called::Name(name), Called::Card)
}

/// The card that prices what the book lacks.
fn fallback(config: &Config) -> Option<&Json> {
    card(config.book(), config.settings.as_ref()?.get("fallback_model").text())
}

impl Model {
    /// The reservation of an id that is open or remembered.
    pub fn known(&self, id: &str, now: i64) -> Option<Case> {
        self.log.cases(now).into_iter().rfind(|case| case.admission.id == id && !case.forgotten)
    }

    pub fn admit(&mut self, command: &Value, now: i64) -> Result<Json, Mistake> {
        read::only(command, &["type", "reservation", "credential", "model", "request", "estimate", "timeout_ms"])?;
        let id = read::reservation(command)?;
        let credential = read::credential(command)?;
        let name = read::text(command, "model")?;
        let request = read::request(command)?;
        let (estimate, cache_read) = read::estimate(command)?;
        let config = self.log.config();
        let longest = config.setting("reservation_timeout_ms");
        let timeout = read::int(command, "timeout_ms", 1, 86_400_000, Some(0))?;
        let asked = |card: &Json, default: i64| {
            let input = estimate.unwrap_or_else(|| match request.get("input").get("bytes") {
                Json::Null => request.get("input").get("tokens").int(),
                bytes => (bytes.int() + 3) / 4 + request.get("images").int() * card.get("image_tokens").int(),
            });
            let estimate = object! { "input_tokens": input, "cache_read_tokens": cache_read };
            let timeout = if timeout == 0 { default } else { timeout };
            object! { "request": request.clone(), "estimate": estimate, "timeout_ms": timeout }
        };

        if let Some(case) = self.known(id, now) {
            let known = &case.admission;
            let content = |card: &Json| asked(card, known.asked.get("timeout_ms").int());
            let same = config.key(&credential).is_some_and(|(key, _)| key.get("id").text() == known.key)
                && priced_by(&known.config, name).is_some_and(|card| {
                    full_name(known.config.book(), card) == known.model && content(card) == known.asked
                });
            return if same { Ok(allow(known, Vec::new(), true)) } else { Err("reservation_conflict") };
        }
        if timeout > longest {
            return Err(read::RANGE);
        }

        let key = match self.pass_first_gates(&config, &credential, name, "messages.create", now) {
            Ok(key) => key,
            Err(denial) => return Ok(denial),
        };
        let Some(card) = priced_by(&config, name) else { return Ok(refuse("unpriced_model")) };
        let quote = match book::quote(config.book(), card, &request, now) {
            Ok(quote) => quote,
            Err(reason) => return Ok(refuse(reason)),
        };
        let asked = asked(card, longest);
        let estimate = asked.get("estimate");
        let counts = Counts {
            input: estimate.get("input_tokens").int(),
            cache_read: estimate.get("cache_read_tokens").int(),
            output: quote.output_bound,
            cost: quote.hold,
        };
        let limits = applicable(&config, key, "messages", called(&config, name));
        let budgets = config.path(&config.budgets, key);
        let cases = self.log.cases(now);
        let mut verdict = self.judge_limits(&limits, &counts, &cases, now);
        let windows: Vec<(&Placed, Window)> =
            budgets.into_iter().map(|budget| (budget, window(&budget.form, now))).collect();
        self.judge_budgets(&windows, quote.hold, &mut verdict);
        let full = self.too_many(&config, &cases);
        if verdict.limit || verdict.budget || full.is_some() {
            let reason = match (verdict.limit, full) {
                (true, _) => "limit_exceeded",
                (_, Some(_)) => "too_many_reservations",
                _ => "budget_exceeded",
            };
            let retry = full.map_or(verdict.retry, |full| verdict.retry.later(full));
            self.tell_hits(&verdict, false, now);
            return Ok(deny(reason, verdict.budget, retry.into(), verdict.violated));
        }

        let pin = |limit: &&Placed| Pin {
            born: limit.born,
            form: limit.form.clone(),
            debit: admission_debit(&limit.form, &counts),
        };
        let admission = Rc::new(Admission {
            id: id.to_owned(),
            key: key.get("id").text().to_owned(),
            model: quote.model,
            hold: quote.hold,
            hold_output: quote.hold_output,
            output_bound: quote.output_bound,
            deadline: now + asked.get("timeout_ms").int(),
            asked,
            config: Rc::clone(&config),
            limits: limits.iter().map(pin).collect(),
            budgets: windows.iter().map(|(budget, window)| (budget.born, *window)).collect(),
        });
        let ids = |list: Vec<&Placed>| Json::List(list.iter().map(|placed| placed.form.get("id").clone()).collect());
        let mut event = object! { "type": "reserved", "reservation": id, "key": admission.key.as_str(), "model": admission.model.as_str() };
        for name in ["request", "estimate", "timeout_ms"] {
            event.set(name, admission.asked.get(name).clone());
        }
        event.set("hold_usd", admission.hold.into());
        event.set("hold_output_usd", admission.hold_output.into());
        event.set("output_bound_tokens", admission.output_bound.into());
        event.set("deadline_ms", admission.deadline.into());
        event.set("price_book", config.book_hash.as_str().into());
        event.set("fallback_model", fallback(&config).map(|card| full_name(config.book(), card)).into());
        event.set("limits", ids(limits));
        event.set("budgets", ids(windows.iter().map(|(budget, _)| *budget).collect()));
        let debits = admission.limits.iter().map(|pin| (pin.born, pin.debit)).collect();
        self.log.accept(
            now,
            What::Reserved(Rc::clone(&admission)),
            debits,
            [admission.hold, Usd::ZERO, Usd::ZERO],
            event,
        );
        self.tell_hits(&verdict, true, now);
        Ok(allow(&admission, verdict.shadow, false))
    }

    pub fn count_tokens(&mut self, command: &Value, now: i64) -> Result<Json, Mistake> {
        read::only(command, &["type", "credential", "model"])?;
        let credential = read::credential(command)?;
        let name = read::text(command, "model")?;
        let config = self.log.config();
        let key = match self.pass_first_gates(&config, &credential, name, "messages.count_tokens", now) {
            Ok(key) => key,
            Err(denial) => return Ok(denial),
        };
        if priced_by(&config, name).is_none() {
            return Ok(refuse("unpriced_model"));
        }
        let counts = Counts { input: 0, cache_read: 0, output: 0, cost: Usd::ZERO };
        let limits = applicable(&config, key, "count_tokens", called(&config, name));
        let verdict = self.judge_limits(&limits, &counts, &[], now);
        if verdict.limit {
            self.tell_hits(&verdict, false, now);
            return Ok(deny("limit_exceeded", false, verdict.retry.into(), verdict.violated));
        }
        if !limits.is_empty() {
            let ids = Json::List(limits.iter().map(|limit| limit.form.get("id").clone()).collect());
            let event = object! { "type": "counted", "key": key.get("id").clone(), "limits": ids };
            let debits = limits.iter().map(|limit| (limit.born, 1)).collect();
            self.log.accept(now, What::Counted, debits, Balance::default(), event);
            self.tell_hits(&verdict, true, now);
        }
        Ok(object! { "type": "counted", "shadow_violated": verdict.shadow })
    }

    /// Authenticate and authorize.
    pub fn pass_first_gates<'a>(
        &self,
        config: &'a Config,
        credential: &Json,
        name: &str,
        action: &str,
        now: i64,
    ) -> Result<&'a Json, Json> {
        let key = config.authenticate(credential, now).map_err(refuse)?;
        if !config.key_may(key, action) {
            return Err(refuse("forbidden_action"));
        }
        if !config.model_allowed(key, called(config, name)) {
            return Err(refuse("forbidden_model"));
        }
        Ok(key)
    }

    fn judge_limits(&self, limits: &[&Placed], counts: &Counts, cases: &[Case], now: i64) -> Verdict {
        let mut verdict = Verdict {
            violated: Vec::new(),
            shadow: Vec::new(),
            limit: false,
            budget: false,
            retry: Retry::At(0, false),
            hits: Vec::new(),
        };
        for limit in limits {
            let form = &limit.form;
            let violation = match form.get("meter").text() {
                "concurrent_requests" => {
                    let mut open = self.open(limit.born, cases);
                    let capacity = form.get("capacity").int();
                    let count = i64::try_from(open.len()).expect("a small count");
                    open.sort_unstable();
                    // One place is free when only `capacity - 1` are left.
                    let retry = match usize::try_from(count - capacity).ok().and_then(|last| open.get(last)) {
                        Some(deadline) => Retry::At(*deadline, true),
                        None => Retry::Never,
                    };
                    (count + 1 > capacity).then(|| (Json::from("1"), (capacity - count).to_string().into(), retry))
                }
                meter => {
                    let needed = admission_debit(form, counts);
                    let (level, period, rate) =
                        (self.log.level(limit, now), i128::from(form.get("period_ms").int()), amount(form.get("rate")));
                    let settles = matches!(meter, "output_tokens" | "tokens") && form.get("output").text() == "settle";
                    let need = (needed * period).max(i128::from(settles));
                    let retry = if need > amount(form.get("capacity")) * period {
                        Retry::Never
                    } else {
                        let wait = (need - level).max(0);
                        let at = i128::from(now) + wait / rate + i128::from(wait % rate > 0);
                        Retry::At(i64::try_from(at.min(LATEST)).expect("an instant"), false)
                    };
                    (level < need)
                        .then(|| (units(meter, needed.max(i128::from(settles)), 1), units(meter, level, period), retry))
                }
            };
            verdict.hits.push((limit.born, violation.is_some()));
            let Some((needed, available, retry)) = violation else { continue };
            let told = object! {
                "type": "limit", "limit": form.get("id").clone(), "scope": form.get("scope").clone(), "meter": form.get("meter").clone(),
                "needed": needed, "available": available, "retry": retry,
            };
            if form.get("mode").text() == "shadow" {
                verdict.shadow.push(told);
            } else {
                verdict.limit = true;
                verdict.retry = verdict.retry.later(retry);
                verdict.violated.push(told);
            }
        }
        verdict
    }

    fn judge_budgets(&self, windows: &[(&Placed, Window)], quote: Usd, verdict: &mut Verdict) {
        for (budget, window) in windows {
            let [held, assumed, settled] = self.log.window_balance(budget.born, window.start);
            let cap = Usd::of(budget.form.get("cap_usd"));
            if settled + assumed + held + quote <= cap {
                continue;
            }
            let retry = match window.end {
                Some(end) if quote <= cap => Retry::At(end, true),
                _ => Retry::Never,
            };
            let told = object! {
                "type": "budget", "budget": budget.form.get("id").clone(), "scope": budget.form.get("scope").clone(),
                "window_start_ms": window.start, "window_end_ms": window.end, "cap_usd": cap, "settled_usd": settled,
                "assumed_usd": assumed, "held_usd": held, "quote_usd": quote, "retry": retry,
            };
            if budget.form.get("mode").text() == "shadow" {
                verdict.shadow.push(told);
            } else {
                verdict.budget = true;
                verdict.retry = verdict.retry.later(retry);
                verdict.violated.push(told);
            }
        }
    }

    /// The deadlines of the open holds that a gauge counts.
    pub fn open(&self, born: usize, cases: &[Case]) -> Vec<i64> {
        let counted = |case: &&Case| case.is_open() && case.admission.limits.iter().any(|pin| pin.born == born);
        cases.iter().filter(counted).map(|case| case.admission.deadline).collect()
    }

    /// When there is room for another reservation, if there is none.
    fn too_many(&self, config: &Config, cases: &[Case]) -> Option<Retry> {
        let kept: Vec<&Case> = cases.iter().filter(|case| !case.forgotten).collect();
        if i64::try_from(kept.len()).expect("a small count") < config.setting("max_reservations") {
            return None;
        }
        let free = kept.iter().map(|case| match case.standing {
            Standing::Held => case.admission.deadline,
            _ => case.closed_at.expect("a closed reservation"),
        });
        free.min().map_or(Some(Retry::Never), |at| Some(Retry::At(at + config.setting("retention_ms"), true)))
    }

    /// A limit's alert fires with the first violation, and resolves with the next admission that passes.
    fn tell_hits(&mut self, verdict: &Verdict, admitted: bool, now: i64) {
        let active = self.log.active_alerts();
        for (born, hit) in &verdict.hits {
            let alert = Alert::Hit { born: *born };
            match (active.contains(&alert), hit) {
                (false, true) => self.fire(alert, now),
                (true, false) if admitted => self.resolve(alert, now),
                _ => {}
            }
        }
    }
}

fn admission_debit(form: &Json, counts: &Counts) -> i128 {
    debit(form, counts, form.get("output").text() == "reserve")
}

/// An amount of 1/period in whole units of the meter, rounded down; money keeps 18 decimals.
pub fn units(meter: &str, amount: i128, period: i128) -> Json {
    if meter == "cost" {
        Usd(amount.div_euclid(period * 1_000_000) * 1_000_000).into()
    } else {
        amount.div_euclid(period).to_string().into()
    }
}

/// The limits on a key's path that apply to an operation on a model.
pub fn applicable<'a>(config: &'a Config, key: &Json, operation: &str, called: Called<'_>) -> Vec<&'a Placed> {
    let applies = |limit: &&Placed| {
        limit.form.get("operation").text() == operation && config.in_class(limit.form.get("model_class"), called)
    };
    config.path(&config.limits, key).into_iter().filter(applies).collect()
}

fn allow(admission: &Admission, shadow: Vec<Json>, replayed: bool) -> Json {
    object! {
        "type": "allow", "reservation": admission.id.as_str(), "hold_usd": admission.hold, "deadline_ms": admission.deadline,
        "shadow_violated": shadow, "replayed": replayed,
    }
}
