//! The audit log, told anew from the whole log: an entry for each fact that says who did what, chained by hashes.

use super::{
    Model,
    config::{Change, Config, digest},
    json::{Json, object},
    log::{Fact, Log, What},
    manage::{noun, target},
};

fn status(form: Option<&Json>) -> &str {
    form.map_or("", |form| form.get("status").text())
}

/// What a change does, in a word.
fn verb(change: &Change, before: Option<&Json>) -> &'static str {
    let (was, is) = (status(before), status(Some(&change.form)));
    let came_to = |wanted: &str| before.is_some() && was != wanted && is == wanted;
    match noun(change.kind) {
        _ if change.kind.ends_with("_removed") => "removed",
        "member" if is == "invited" && was != "invited" => "invited",
        "member" if was == "invited" && is == "active" => "accepted",
        "member" | "service_account" if came_to("removed") => "removed",
        "project" if came_to("archived") => "archived",
        "key" if came_to("revoked") => "revoked",
        "key" if before.is_some_and(|before| before.get("secrets") != change.form.get("secrets")) => "rotated",
        "increase_request" if is == "approved" => "approved",
        "increase_request" if is == "denied" => "denied",
        "increase_request" if is == "withdrawn" => "withdrawn",
        _ if before.is_none() => "created",
        _ => "updated",
    }
}

/// What an entry says of a fact: actor, source, action, target, before and after; nothing where it is not audited.
fn told(log: &Log, position: usize) -> Option<Json> {
    let Fact { event, what, config, .. } = &log.facts[position];
    let entry = |source: Json, action: String, target: Json, before: Json, after: Json| {
        let actor = event.get(if event.get("type").text() == "denied" { "principal" } else { "actor" }).clone();
        object! { "actor": actor, "source": source, "action": action, "target": target, "before": before, "after": after }
    };
    let organization = config.organization.as_ref().expect("every organization has a profile").get("id").clone();
    let organization = object! { "organization": organization };
    match (event.get("type").text(), what) {
        ("configured", What::Configured(change)) => {
            let nothing = Config::default();
            let known = position.checked_sub(1).map_or(&nothing, |last| &*log.facts[last].config);
            let before = known.standing(change);
            let action = format!("{}.{}", noun(change.kind), verb(change, before.as_ref()));
            let after = if change.kind.ends_with("_removed") { Json::Null } else { change.form.clone() };
            let source = event.get("source").clone();
            Some(entry(source, action, target(change, config), before.unwrap_or(Json::Null), after))
        }
        ("adjusted", _) => {
            let before = object! { "charge_usd": event.get("from_usd").clone() };
            let after = object! { "charge_usd": event.get("to_usd").clone(), "reason": event.get("reason").clone() };
            let target = object! { "reservation": event.get("reservation").clone() };
            Some(entry(Json::Null, "charge.adjusted".to_owned(), target, before, after))
        }
        ("clock_advanced", _) => {
            let after = object! { "clock_ms": event.get("at_ms").clone() };
            Some(entry(Json::Null, "clock.advanced".to_owned(), organization, Json::Null, after))
        }
        ("denied", _) => {
            let Json::Map(fields) = &**event else { unreachable!("an event is an object") };
            let known = |name: &str| !matches!(name, "v" | "at_ms" | "type");
            let after = Json::Map(fields.iter().filter(|(name, _)| known(name)).cloned().collect());
            let source = event.get("source").clone();
            Some(entry(source, "denial.recorded".to_owned(), organization, Json::Null, after))
        }
        _ => None,
    }
}

impl Model {
    /// Where the chain stands: how many entries there are, and the hash of the last one.
    pub fn audit_head(&self) -> (i64, String) {
        let (mut number, mut previous) = (0, "0".repeat(64));
        for (position, fact) in self.log.facts.iter().enumerate() {
            let Some(Json::Map(said)) = told(&self.log, position) else { continue };
            number += 1;
            let mut entry = object! { "number": number, "at_ms": fact.at };
            let Json::Map(fields) = &mut entry else { unreachable!("an entry is an object") };
            fields.extend(said);
            entry.set("previous", previous.into());
            previous = digest(&entry.line());
        }
        (number, previous)
    }
}
