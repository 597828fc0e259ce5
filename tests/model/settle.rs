//! What becomes of a reservation.

use std::rc::Rc;

use serde_json::Value;

use super::{
    Model,
    admit::{Counts, debit, priced_by, refuse},
    book,
    card::{full_name, of_model},
    json::{Json, object},
    log::{Admission, Settlement, Standing, What},
    money::Usd,
    provider,
    read::{self, Mistake},
};

/// The usage with every default filled in from the reservation.
fn resolve(admission: &Admission, given: &Json, at: i64) -> Json {
    let request = admission.asked.get("request");
    let config = &admission.config;
    let mut unseen = unseen_times(admission, given).into_iter();
    let part = |given: &Json| {
        let model = match given.get("model") {
            Json::Null => admission.model.clone(),
            name => priced_by(config, name.text())
                .map_or_else(|| name.text().to_owned(), |card| full_name(config.book(), card)),
        };
        let card = of_model(config.book(), &model);
        let mut part = given.clone();
        if part.get("unseen").is_true() {
            part = provider::container(Json::Null, unseen.next());
        }
        part.set("model", model.into());
        for name in ["speed", "inference_geo", "service_tier"] {
            if part.get(name).is_null() {
                part.set(name, request.get(name).clone());
            }
        }
        provider::counted(&part, request.get("cache_write").text(), card, at)
    };
    let mut usage = given.clone();
    if !given.get("parts").is_null() {
        usage.set("parts", given.get("parts").list().iter().map(part).collect::<Vec<Json>>().into());
    }
    usage
}

/// What each container of unknown time counts as: one millisecond, and the first of them what else was permitted.
fn unseen_times(admission: &Admission, given: &Json) -> Vec<i64> {
    let parts = if given.get("parts").is_null() { &[][..] } else { given.get("parts").list() };
    let is_unseen = |part: &&Json| part.get("unseen").is_true();
    let mut times: Vec<i64> = parts.iter().filter(is_unseen).map(|_| 1).collect();
    let book = admission.config.book();
    let minimum = of_model(book, &admission.model).map_or(0, |card| book::container_time(book, card).0);
    let known = parts.iter().map(|part| part.get("code_execution_ms").int()).filter(|ran| *ran > 0);
    let known: i64 = known.map(|ran| ran.max(minimum)).sum();
    let permitted = admission.asked.get("request").get("code_execution_ms").int();
    let others = i64::try_from(times.len().saturating_sub(1)).unwrap() * minimum.max(1);
    if let Some(first) = times.first_mut() {
        *first = (permitted - known - others).max(1);
    }
    times
}

/// What a usage comes to.
fn charge(
    admission: &Admission,
    admitted_at: i64,
    usage: Json,
    unseen: bool,
    used_ms: i64,
    from: &'static str,
) -> Settlement {
    let (mut sum, mut unpriced) = (Usd::ZERO, false);
    let (mut billed_ms, mut free_ms) = (0, 0);
    let book = admission.config.book();
    for part in usage.get("parts").list() {
        let card = of_model(book, part.get("model").text());
        match book::charge(book, card, part, admitted_at) {
            Ok((_, lines)) => {
                sum = sum + book::sum(&lines);
                for line in lines.iter().filter(|line| line.class.name == "code_execution_hour") {
                    let given = card.map_or(0, |card| book::container_time(book, card).1);
                    let free = (given - used_ms - free_ms).clamp(0, line.quantity);
                    sum = sum - line.amount + book::beyond(line, free);
                    billed_ms += line.quantity;
                    free_ms += free;
                }
            }
            Err(_) => unpriced = true,
        }
    }
    let kind = usage.get("type").text();
    if unpriced || kind == "unknown" {
        sum = sum + admission.hold;
    }
    if kind == "partial" {
        sum = sum + admission.hold_output;
    }
    let overrun = if from == "voided" { sum } else { (sum - admission.hold).max(Usd::ZERO) };
    Settlement { estimated: kind != "final" || unseen, from, charge: sum, overrun, unpriced, usage, billed_ms, free_ms }
}

fn counted(admission: &Admission, settlement: &Settlement) -> Counts {
    let parts = settlement.usage.get("parts").list();
    let sum = |kinds: &[char]| -> i64 { parts.iter().map(|part| provider::sum_of(part, kinds)).sum() };
    let estimate = admission.asked.get("estimate");
    let (input, cache_read) = match settlement.usage.get("type").text() {
        "unknown" => (estimate.get("input_tokens").int(), estimate.get("cache_read_tokens").int()),
        _ => (sum(&['i', 'w']), sum(&['r'])),
    };
    let known = settlement.usage.get("type").text() == "final";
    let output = if known { sum(&['o']) } else { admission.output_bound };
    Counts { input, cache_read, output, cost: settlement.charge }
}

fn settled(id: &str, settlement: &Settlement, charge: Usd, unpriced: bool, replayed: bool) -> Json {
    object! {
        "type": "settled", "reservation": id, "charge_usd": charge, "overrun_usd": settlement.overrun, "estimated": settlement.estimated,
        "unpriced": unpriced, "from": settlement.from, "replayed": replayed,
    }
}

impl Model {
    pub fn settle(&mut self, command: &Value, now: i64) -> Result<Json, Mistake> {
        read::only(command, &["type", "reservation", "usage"])?;
        let id = read::reservation(command)?;
        let given = read::usage(command)?;
        read::accountable(&given)?;
        let case = self.known(id, now).ok_or("unknown_reservation")?;
        let admission = Rc::clone(&case.admission);
        let usage = resolve(&admission, &given, case.at);
        let from = match case.standing {
            Standing::Held => "held",
            Standing::Assumed => "assumed",
            Standing::Voided(_) => "voided",
            Standing::Settled { settlement, charge, unpriced } if settlement.usage == usage => {
                return Ok(settled(id, &settlement, charge, unpriced, true));
            }
            Standing::Settled { .. } => return Err("reservation_conflict"),
        };
        let unseen = given.get("parts").list().iter().any(|part| part.get("unseen").is_true());
        let used_ms = self.log.free_time_used(case.at);
        let settlement = Rc::new(charge(&admission, case.at, usage, unseen, used_ms, from));
        let counts = counted(&admission, &settlement);
        let debits = admission.limits.iter().map(|pin| {
            let debited = if from == "voided" { 0 } else { pin.debit };
            (pin.born, debit(&pin.form, &counts, true) - debited)
        });
        let (hold, charge) = (admission.hold, settlement.charge);
        let money = match from {
            "held" => [-hold, Usd::ZERO, charge],
            "assumed" => [Usd::ZERO, -hold, charge],
            _ => [Usd::ZERO, Usd::ZERO, charge],
        };
        let time = (settlement.billed_ms > 0)
            .then(|| object! { "billed_ms": settlement.billed_ms, "free_ms": settlement.free_ms });
        let body = object! {
            "type": "settled", "reservation": id, "from": from, "usage": settlement.usage.clone(), "charge_usd": charge,
            "overrun_usd": settlement.overrun, "estimated": settlement.estimated, "unpriced": settlement.unpriced,
            "code_execution": time, "counted": object! { "input_tokens": counts.input, "cache_read_tokens": counts.cache_read, "output_tokens": counts.output },
        };
        let what = What::Settled { of: case.position, settlement: Rc::clone(&settlement) };
        self.log.accept(now, what, debits.collect(), money, body);
        if settlement.unpriced {
            self.fire_once(object! { "type": "unpriced", "reservation": id }, now);
        }
        if settlement.overrun > Usd::ZERO {
            self.fire_once(object! { "type": "overrun", "reservation": id, "overrun_usd": settlement.overrun }, now);
        }
        if money[1] + money[2] > Usd::ZERO {
            self.fire_thresholds(&admission, now);
        }
        Ok(settled(id, &settlement, charge, settlement.unpriced, false))
    }

    pub fn void(&mut self, command: &Value, now: i64) -> Result<Json, Mistake> {
        read::only(command, &["type", "reservation"])?;
        let id = read::reservation(command)?;
        let case = self.known(id, now).ok_or("unknown_reservation")?;
        let hold = case.admission.hold;
        let (from, money) = match case.standing {
            Standing::Held => ("held", [-hold, Usd::ZERO, Usd::ZERO]),
            Standing::Assumed => ("assumed", [Usd::ZERO, -hold, Usd::ZERO]),
            Standing::Voided(from) => return Ok(voided(id, hold, from, true)),
            Standing::Settled { .. } => return Err("reservation_conflict"),
        };
        let debits = case.admission.limits.iter().map(|pin| (pin.born, -pin.debit)).collect();
        let body = object! { "type": "voided", "reservation": id, "from": from };
        self.log.accept(now, What::Voided { of: case.position, from }, debits, money, body);
        Ok(voided(id, hold, from, false))
    }

    pub fn adjust(&mut self, command: &Value, now: i64) -> Result<Json, Mistake> {
        read::only(command, &["type", "actor", "reservation", "charge_usd", "reason"])?;
        let actor = read::principal(&command["actor"])?;
        let id = read::reservation(command)?;
        let to = read::usd(command, "charge_usd")?;
        let reason = read::text(command, "reason")?;
        if !self.log.config().may(&actor, "charges.adjust", "", &Json::Null, now) {
            return Ok(refuse("forbidden_action"));
        }
        let case = self.known(id, now).ok_or("unknown_reservation")?;
        let Standing::Settled { charge: from, unpriced, .. } = case.standing else {
            return Err("reservation_conflict");
        };
        let adjusted = |replayed: bool| object! { "type": "adjusted", "reservation": id, "from_usd": from, "to_usd": to, "replayed": replayed };
        if from == to && !unpriced {
            return Ok(adjusted(true));
        }
        let body = object! { "type": "adjusted", "reservation": id, "actor": actor, "from_usd": from, "to_usd": to, "reason": reason };
        self.log.accept(
            now,
            What::Adjusted { of: case.position, to },
            Vec::new(),
            [Usd::ZERO, Usd::ZERO, to - from],
            body,
        );
        if to > from {
            self.fire_thresholds(&case.admission, now);
        }
        Ok(adjusted(false))
    }
}

fn voided(id: &str, hold: Usd, from: &str, replayed: bool) -> Json {
    object! { "type": "voided", "reservation": id, "released_usd": hold, "from": from, "replayed": replayed }
}
