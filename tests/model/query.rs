//! Answers to queries, each computed from the whole log.

use serde_json::Value;

use super::{
    Model,
    admit::{Called, applicable, called, priced_by, refuse, units},
    book,
    calendar::{calendar_month, window},
    card::full_name,
    config::{Config, Placed},
    json::{Json, object},
    log::{Balance, Standing, amount, plus},
    money::Usd,
    provider,
    read::{self, Mistake},
};

fn balance([held, assumed, settled]: Balance, object: &mut Json) {
    object.set("settled_usd", settled.into());
    object.set("assumed_usd", assumed.into());
    object.set("held_usd", held.into());
}

impl Model {
    pub fn query(&self, query: &Value, now: i64) -> Result<Json, Mistake> {
        match read::text(query, "type")? {
            "can" => self.can(query, now),
            "quote" => self.quote(query, now),
            "price" => self.price(query),
            "headroom" => self.headroom(query, now),
            "models" => self.models(query, now),
            "balances" => self.balances(query, now),
            "reservation" => self.reservation(query, now),
            "identify" => self.identify(query, now),
            "list" => self.list(query, now),
            "audit_head" => self.head(query),
            _ => Err("invalid_input"),
        }
    }

    fn can(&self, query: &Value, now: i64) -> Result<Json, Mistake> {
        let config = self.log.config();
        let principal = read::principal(&query["principal"])?;
        let project = query["project"].as_str().unwrap_or("");
        let owner = if query["owner"].is_null() { Json::Null } else { read::principal(&query["owner"])? };
        if !project.is_empty() && config.projects.iter().all(|known| known.get("id").text() != project) {
            return Err("unknown_project");
        }
        if !config.knows(&principal) {
            return Err("unknown_principal");
        }
        let allowed = config.may(&principal, read::text(query, "action")?, project, &owner, now);
        Ok(object! { "type": "can", "allowed": allowed })
    }

    fn quote(&self, query: &Value, now: i64) -> Result<Json, Mistake> {
        let config = self.log.config();
        let request = read::request(query)?;
        let card = priced_by(&config, read::text(query, "model")?);
        Ok(match card.ok_or("unpriced_model").and_then(|card| book::quote(config.book(), card, &request, now)) {
            Ok(quote) => object! {
                "type": "quote", "quote_usd": quote.hold, "input_bound_tokens": quote.input_bound, "output_bound_tokens": quote.output_bound,
            },
            Err(reason) => refuse(reason),
        })
    }

    fn price(&self, query: &Value) -> Result<Json, Mistake> {
        read::only(query, &["type", "model", "at_ms", "context", "usage"])?;
        let config = self.log.config();
        let book = config.book();
        let model = read::text(query, "model")?;
        let at = read::int(query, "at_ms", 0, i64::MAX, None)?;
        let context = read::context(query)?;
        let usage = read::usage(query)?;
        read::accountable(&usage)?;
        if usage.get("type").text() == "unknown"
            || usage.get("parts").list().iter().any(|part| part.get("unseen").is_true())
        {
            return Err("contradictory_usage");
        }
        let (mut sum, mut told) = (Usd::ZERO, Vec::new());
        for part in usage.get("parts").list() {
            let mut part = part.clone();
            let name = if part.get("model").is_null() { model } else { part.get("model").text() };
            let card = priced_by(&config, name);
            for name in ["speed", "inference_geo", "service_tier"] {
                if part.get(name).is_null() {
                    part.set(name, context.get(name).clone());
                }
            }
            let part = provider::counted(&part, "none", card, at);
            match (card, book::charge(book, card, &part, at)) {
                (Some(card), Ok((version, lines))) => {
                    sum = sum + book::sum(&lines);
                    told.extend(lines.iter().map(|line| book::told(book, card, version, book::context(&part), line)));
                }
                (_, Err(reason)) => return Ok(object! { "type": "unpriced", "reason": reason }),
                (None, Ok(_)) => unreachable!("a charge needs a card"),
            }
        }
        Ok(object! { "type": "price", "usd": sum, "lines": told })
    }

    fn headroom(&self, query: &Value, now: i64) -> Result<Json, Mistake> {
        let config = self.log.config();
        let credential = read::credential(query)?;
        let (operation, action) = match query["operation"].as_str().unwrap_or("messages") {
            "count_tokens" => ("count_tokens", "messages.count_tokens"),
            _ => ("messages", "messages.create"),
        };
        let (key, called) = if query["model"].is_null() {
            match config.authenticate(&credential, now) {
                Ok(key) => (key, Called::Any),
                Err(reason) => return Ok(refuse(reason)),
            }
        } else {
            let name = read::text(query, "model")?;
            let key = match self.pass_first_gates(&config, &credential, name, action, now) {
                Ok(key) => key,
                Err(denial) => return Ok(denial),
            };
            if priced_by(&config, name).is_none() {
                return Ok(refuse("unpriced_model"));
            }
            (key, called(&config, name))
        };
        let limits: Vec<Json> =
            applicable(&config, key, operation, called).into_iter().map(|limit| self.room(limit, now)).collect();
        let budgets: Vec<Json> =
            config.path(&config.budgets, key).into_iter().map(|budget| self.budget(budget, now)).collect();
        let free = config.book().get("code_execution").get("free_ms_per_month").int();
        let month = calendar_month(now);
        let free_time = (free > 0).then(|| {
            object! {
                "month_start_ms": month.start, "month_end_ms": month.end, "free_ms": free,
                "used_ms": self.log.free_time_used(now),
            }
        });
        Ok(object! { "type": "headroom", "limits": limits, "budgets": budgets, "code_execution": free_time })
    }

    fn room(&self, limit: &Placed, now: i64) -> Json {
        let form = &limit.form;
        let mut room = object! {
            "limit": form.get("id").clone(), "scope": form.get("scope").clone(), "meter": form.get("meter").clone(), "mode": form.get("mode").clone(),
        };
        let meter = form.get("meter").text();
        if meter == "concurrent_requests" {
            let open = self.open(limit.born, &self.log.cases(now)).len();
            let capacity = form.get("capacity").int();
            let remaining = capacity - i64::try_from(open).expect("a small count");
            room.set("capacity", capacity.to_string().into());
            room.set("remaining", remaining.to_string().into());
            for name in ["rate", "period_ms", "full_at_ms"] {
                room.set(name, Json::Null);
            }
            room.set("guarantee", "hard".into());
            return room;
        }
        let period = i128::from(form.get("period_ms").int());
        let (capacity, rate) = (amount(form.get("capacity")), amount(form.get("rate")));
        let level = self.log.level(limit, now);
        let missing = capacity * period - level;
        let full_at = i128::from(now) + missing / rate + i128::from(missing % rate > 0);
        let later = matches!(meter, "output_tokens" | "tokens") && form.get("output").text() == "settle";
        room.set("capacity", units(meter, capacity, 1));
        room.set("remaining", units(meter, level, period));
        room.set("rate", units(meter, rate, 1));
        room.set("period_ms", form.get("period_ms").clone());
        room.set("full_at_ms", Json::Int(full_at.min(super::admit::LATEST)));
        room.set("guarantee", if later { "bounded" } else { "hard" }.into());
        room
    }

    fn budget(&self, budget: &Placed, now: i64) -> Json {
        let window = window(&budget.form, now);
        let mut told = object! {
            "budget": budget.form.get("id").clone(), "scope": budget.form.get("scope").clone(), "mode": budget.form.get("mode").clone(),
            "window_start_ms": window.start, "window_end_ms": window.end, "cap_usd": budget.form.get("cap_usd").clone(),
        };
        balance(self.log.window_balance(budget.born, window.start), &mut told);
        told
    }

    fn models(&self, query: &Value, now: i64) -> Result<Json, Mistake> {
        let config = self.log.config();
        let credential = read::credential(query)?;
        let key = match config.authenticate(&credential, now) {
            Ok(key) => key,
            Err(reason) => return Ok(refuse(reason)),
        };
        if !config.key_may(key, "models.read") {
            return Ok(refuse("forbidden_action"));
        }
        let usable = |card: &&Json| config.model_allowed(key, Called::Card(card)) && book::version(card, now).is_some();
        let told = |card: &Json| {
            object! {
                "model": full_name(config.book(), card), "context_window_tokens": card.get("context_window_tokens").clone(),
                "max_output_tokens": card.get("max_output_tokens").clone(),
            }
        };
        let mut cards: Vec<&Json> = config.book().get("cards").list().iter().filter(usable).collect();
        cards.sort_by_key(|card| full_name(config.book(), card));
        let models: Vec<Json> = cards.into_iter().map(told).collect();
        Ok(object! { "type": "models", "models": models })
    }

    fn balances(&self, query: &Value, now: i64) -> Result<Json, Mistake> {
        read::only(query, &["type"])?;
        let config: &Config = &self.log.config();
        let mut total = Balance::default();
        let mut keys: Vec<(String, Balance)> = Vec::new();
        let mut models: Vec<(String, Balance)> = Vec::new();
        for fact in &self.log.facts {
            let Some(admission) = self.log.admission_of(fact) else { continue };
            total = plus(total, fact.money);
            for (list, name) in [(&mut keys, &admission.key), (&mut models, &admission.model)] {
                match list.iter_mut().find(|(known, _)| known == name) {
                    Some((_, sum)) => *sum = plus(*sum, fact.money),
                    None => list.push((name.clone(), fact.money)),
                }
            }
        }
        let told = |mut list: Vec<(String, Balance)>, noun: &str| -> Vec<Json> {
            list.sort_by(|(left, _), (right, _)| left.cmp(right));
            list.into_iter()
                .map(|(name, sum)| {
                    let mut told = Json::Map(vec![(noun.to_owned(), name.into())]);
                    balance(sum, &mut told);
                    told
                })
                .collect()
        };
        let mut sum = object! {};
        balance(total, &mut sum);
        let mut budgets: Vec<&Placed> = config.budgets.iter().collect();
        budgets.sort_by_key(|budget| budget.form.get("id").text());
        let budgets: Vec<Json> = budgets.into_iter().map(|budget| self.budget(budget, now)).collect();
        Ok(
            object! { "type": "balances", "total": sum, "keys": told(keys, "key"), "models": told(models, "model"), "budgets": budgets },
        )
    }

    fn reservation(&self, query: &Value, now: i64) -> Result<Json, Mistake> {
        read::only(query, &["type", "reservation"])?;
        let id = read::reservation(query)?;
        let case = self.known(id, now).ok_or("unknown_reservation")?;
        let (status, charge) = match &case.standing {
            Standing::Held => ("held", None),
            Standing::Assumed => ("assumed", Some(case.admission.hold)),
            Standing::Voided(_) => ("voided", None),
            Standing::Settled { charge, .. } => ("settled", Some(*charge)),
        };
        Ok(object! {
            "type": "reservation", "reservation": id, "key": case.admission.key.as_str(), "model": case.admission.model.as_str(), "status": status,
            "hold_usd": case.admission.hold, "charge_usd": charge, "deadline_ms": case.admission.deadline,
        })
    }
}
