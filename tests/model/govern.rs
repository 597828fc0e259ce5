//! What actors do to the organization: the clock and the policy.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{
    Model,
    admit::refuse,
    authority,
    calendar::window,
    config::{BUDGET_KEEPS, Change, Config, LIMIT_KEEPS, Placed, same_kind},
    form,
    json::{Json, object},
    log::{Alert, Balance, What},
    money::Usd,
    read::{self, Mistake},
};

/// A policy's list of a kind: its name in the file, the change that sets one, and its form.
type Kind = (&'static str, &'static str, fn(&Value) -> Json);

fn forms(policy: &Value, (list, _, form): Kind) -> Vec<Json> {
    policy[list].as_array().into_iter().flatten().map(form).collect()
}

const CLASSES: Kind = ("model_classes", "model_class_set", form::class);
const ROLES: Kind = ("roles", "role_set", form::role);
const MEMBERS: Kind = ("members", "member_set", form::member);
const PROJECTS: Kind = ("projects", "project_set", form::project);
const ACCOUNTS: Kind = ("service_accounts", "service_account_set", form::account);
const KEYS: Kind = ("keys", "key_set", form::key);
const LIMITS: Kind = ("limits", "limit_set", form::limit);
const BUDGETS: Kind = ("budgets", "budget_set", form::budget);

/// Whether a policy is one that the generator spoiled: a repeated id, a role or a project that is not there, a rate of zero.
fn spoiled(policy: &Value) -> bool {
    let ids = |list: &str| {
        policy[list].as_array().into_iter().flatten().map(|item| item["id"].to_string()).collect::<Vec<String>>()
    };
    let members = ids("members");
    let roles: BTreeSet<String> = ids("roles")
        .into_iter()
        .chain(["admin", "developer", "viewer", "billing"].map(|role| format!("\"{role}\"")))
        .collect();
    let projects = ids("projects");
    let items = |list: &str| policy[list].as_array().into_iter().flatten();
    members.iter().collect::<BTreeSet<_>>().len() < members.len()
        || items("members").any(|member| !roles.contains(&member["role"].to_string()))
        || items("budgets").any(|budget| {
            budget["scope"]["project"].is_string() && !projects.contains(&budget["scope"]["project"].to_string())
        })
        || items("limits").any(|limit| limit["rate"] == 0)
}

/// The principals that a policy would have.
fn proposed(policy: &Value) -> Config {
    Config {
        roles: forms(policy, ROLES),
        members: forms(policy, MEMBERS),
        projects: forms(policy, PROJECTS),
        accounts: forms(policy, ACCOUNTS),
        keys: forms(policy, KEYS),
        ..Config::default()
    }
}

impl Model {
    pub fn advance_clock(&mut self, command: &Value, now: i64) -> Result<Json, Mistake> {
        read::only(command, &["type", "actor", "to_ms"])?;
        let actor = read::principal(&command["actor"])?;
        if now > read::int(command, "to_ms", 0, i64::MAX, None)? {
            return Err(read::RANGE);
        }
        if !self.log.config().may(&actor, "clock.advance", "", &Json::Null, now) {
            return Ok(refuse("forbidden_action"));
        }
        let body = object! { "type": "clock_advanced", "actor": actor };
        self.log.accept(now, What::Clock, Vec::new(), Balance::default(), body);
        Ok(object! { "type": "clock_advanced", "clock_ms": now })
    }

    pub fn update_policy(&mut self, command: &Value, now: i64) -> Result<Json, Mistake> {
        read::only(command, &["type", "actor", "policy"])?;
        let actor = read::principal(&command["actor"])?;
        if spoiled(&command["policy"]) {
            return Err("invalid_policy");
        }
        if !self.log.config().may(&actor, "policy.write", "", &Json::Null, now) {
            return Ok(refuse("forbidden_action"));
        }
        if authority::refuses(&self.log.config(), &actor, &proposed(&command["policy"]), now) {
            return Err(read::BEYOND);
        }
        let before = self.log.facts.len();
        self.set_policy(&command["policy"], &actor, now);
        let changes = self.log.facts[before..].iter().filter(|fact| matches!(fact.what, What::Configured(_))).count();
        Ok(object! { "type": "policy_updated", "changes": i64::try_from(changes).expect("a small count") })
    }

    fn change(&mut self, kind: &'static str, form: Json, actor: &Json, now: i64) {
        let change = Change { kind, form };
        let body = object! { "type": "configured", "actor": actor.clone(), "change": change.event() };
        self.log.accept(now, What::Configured(change), Vec::new(), Balance::default(), body);
    }

    /// Accepts every difference between what is configured and a policy.
    pub fn set_policy(&mut self, policy: &Value, actor: &Json, now: i64) {
        let config = self.log.config();
        let organization = form::organization(&policy["organization"]);
        if config.organization.as_ref() != Some(&organization) {
            self.change("organization_set", organization, actor, now);
        }
        let settings = form::settings(&policy["settings"]);
        if config.settings.as_ref() != Some(&settings) {
            self.change("settings_set", settings, actor, now);
        }
        let book = match &policy["price_book"] {
            Value::Object(_) => form::book(&policy["price_book"]),
            _ => form::book(&serde_json::from_str(&self.embedded).expect("the embedded book")),
        };
        if config.book.as_deref() != Some(&book) {
            self.change("price_book_set", book, actor, now);
        }
        self.set_each(CLASSES, &config.classes, policy, None, actor, now);
        self.set_each(ROLES, &config.roles, policy, None, actor, now);
        self.set_each(MEMBERS, &config.members, policy, Some("removed"), actor, now);
        self.set_each(PROJECTS, &config.projects, policy, Some("archived"), actor, now);
        self.set_each(ACCOUNTS, &config.accounts, policy, Some("removed"), actor, now);
        self.set_each(KEYS, &config.keys, policy, Some("revoked"), actor, now);
        self.set_limits(&config, policy, actor, now);
        self.set_budgets(&config, policy, actor, now);
        self.remove_unused("role_removed", &config.roles, ROLES, policy, actor, now);
        self.remove_unused("model_class_removed", &config.classes, CLASSES, policy, actor, now);
    }

    /// Sets what differs; what the policy lacks gets the status of its end.
    fn set_each(&mut self, kind: Kind, known: &[Json], policy: &Value, ended: Option<&str>, actor: &Json, now: i64) {
        let new = forms(policy, kind);
        for form in &new {
            if !known.contains(form) {
                self.change(kind.1, form.clone(), actor, now);
            }
        }
        for form in known {
            let lacks = new.iter().all(|new| new.get("id") != form.get("id"));
            if let Some(ended) = ended
                && lacks
                && form.get("status").text() != ended
            {
                let mut form = form.clone();
                form.set("status", ended.into());
                self.change(kind.1, form, actor, now);
            }
        }
    }

    fn remove_unused(
        &mut self,
        change: &'static str,
        known: &[Json],
        kind: Kind,
        policy: &Value,
        actor: &Json,
        now: i64,
    ) {
        let new = forms(policy, kind);
        let mut unused: Vec<&Json> =
            known.iter().map(|form| form.get("id")).filter(|id| new.iter().all(|new| new.get("id") != *id)).collect();
        unused.sort_by_key(|id| id.text());
        for id in unused {
            self.change(change, id.clone(), actor, now);
        }
    }

    fn set_limits(&mut self, config: &Config, policy: &Value, actor: &Json, now: i64) {
        let new = forms(policy, LIMITS);
        let quiet = |model: &mut Self, limit: &Placed| {
            let alert = Alert::Hit { born: limit.born };
            if model.log.active_alerts().contains(&alert) {
                model.resolve(alert, now);
            }
        };
        for form in &new {
            let known = config.limits.iter().find(|known| known.form.get("id") == form.get("id"));
            if known.is_some_and(|known| known.form == *form) {
                continue;
            }
            if let Some(known) = known.filter(|known| !same_kind(&known.form, form, &LIMIT_KEEPS)) {
                quiet(self, known);
            }
            self.change("limit_set", form.clone(), actor, now);
        }
        for known in &config.limits {
            if new.iter().all(|new| new.get("id") != known.form.get("id")) {
                quiet(self, known);
                self.change("limit_removed", known.form.get("id").clone(), actor, now);
            }
        }
    }

    fn set_budgets(&mut self, config: &Config, policy: &Value, actor: &Json, now: i64) {
        let new = forms(policy, BUDGETS);
        for form in &new {
            let known = config.budgets.iter().find(|known| known.form.get("id") == form.get("id"));
            match known {
                Some(known) if known.form == *form => {}
                Some(known) if same_kind(&known.form, form, &BUDGET_KEEPS) => self.keep_budget(known, form, actor, now),
                Some(known) => {
                    self.end_alerts(known, |_| true, now);
                    self.change("budget_set", form.clone(), actor, now);
                }
                None => self.change("budget_set", form.clone(), actor, now),
            }
        }
        for known in &config.budgets {
            if new.iter().all(|new| new.get("id") != known.form.get("id")) {
                self.end_alerts(known, |_| true, now);
                self.change("budget_removed", known.form.get("id").clone(), actor, now);
            }
        }
    }

    /// A budget that keeps its spend: a new cap revision ends the alerts that are true no more, and fires those that now are.
    fn keep_budget(&mut self, known: &Placed, form: &Json, actor: &Json, now: i64) {
        let revises = ["cap_usd", "thresholds_percent"].iter().any(|field| known.form.get(field) != form.get(field));
        self.change("budget_set", form.clone(), actor, now);
        if !revises {
            return;
        }
        let window = window(form, now);
        let [_, assumed, settled] = self.log.window_balance(known.born, window.start);
        let percents = form.get("thresholds_percent").list();
        let cap = Usd::of(form.get("cap_usd"));
        let untrue = |percent: i64| {
            !percents.contains(&percent.into()) || (assumed + settled).times(100) < cap.times(percent.into())
        };
        self.end_alerts(known, untrue, now);
        self.fire_reached(known.born, window, now);
    }

    /// Resolves the active alerts of a budget, by rising percent.
    fn end_alerts(&mut self, known: &Placed, ends: impl Fn(i64) -> bool, now: i64) {
        let mut active: Vec<(i64, Alert)> = self
            .log
            .active_alerts()
            .into_iter()
            .filter_map(|alert| match alert {
                Alert::Threshold { born, percent, .. } if born == known.born && ends(percent) => Some((percent, alert)),
                _ => None,
            })
            .collect();
        active.sort_by_key(|(percent, _)| *percent);
        for (_, alert) in active {
            self.resolve(alert, now);
        }
    }
}
