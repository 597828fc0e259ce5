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
    manage::address,
    money::Usd,
    read::{self, Mistake},
};

/// A policy's list of a kind: its name in the file, the change that sets one, and its form.
pub type Kind = (&'static str, &'static str, fn(&Value) -> Json);

/// Who changes something, from where, and when.
#[derive(Clone, Copy, Debug)]
pub struct By<'a> {
    pub actor: &'a Json,
    pub source: &'a Json,
    pub now: i64,
}

impl<'a> By<'a> {
    /// Somebody of whom nobody knows from where.
    pub const fn whom(actor: &'a Json, now: i64) -> Self {
        Self { actor, source: &Json::Null, now }
    }
}

fn forms(policy: &Value, (list, _, form): Kind) -> Vec<Json> {
    policy[list].as_array().into_iter().flatten().map(form).collect()
}

pub const CLASSES: Kind = ("model_classes", "model_class_set", form::class);
pub const ROLES: Kind = ("roles", "role_set", form::role);
pub const MEMBERS: Kind = ("members", "member_set", form::member);
pub const PROJECTS: Kind = ("projects", "project_set", form::project);
pub const ACCOUNTS: Kind = ("service_accounts", "service_account_set", form::account);
pub const KEYS: Kind = ("keys", "key_set", form::key);
pub const LIMITS: Kind = ("limits", "limit_set", form::limit);
pub const BUDGETS: Kind = ("budgets", "budget_set", form::budget);

/// Whether a policy is one that the generator spoiled: a repeated id or address, a role or a project that is not there, a rate of zero.
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
    let addresses: Vec<String> = items("members")
        .map(|member| address(&form::member(member)))
        .filter(|address| !address.is_null())
        .map(|address| address.line())
        .collect();
    members.iter().collect::<BTreeSet<_>>().len() < members.len()
        || addresses.iter().collect::<BTreeSet<_>>().len() < addresses.len()
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
        if !authority::problems(&self.log.config(), &actor, &proposed(&command["policy"]), now).is_empty() {
            return Err(read::BEYOND);
        }
        let before = self.log.facts.len();
        self.set_policy(&command["policy"], By::whom(&actor, now));
        let changes = self.log.facts[before..].iter().filter(|fact| matches!(fact.what, What::Configured(_))).count();
        Ok(object! { "type": "policy_updated", "changes": i64::try_from(changes).expect("a small count") })
    }

    pub fn change(&mut self, kind: &'static str, form: Json, by: By<'_>) {
        let change = Change { kind, form };
        let (actor, source) = (by.actor.clone(), by.source.clone());
        let body = object! { "type": "configured", "actor": actor, "source": source, "change": change.event() };
        self.log.accept(by.now, What::Configured(change), Vec::new(), Balance::default(), body);
    }

    /// Accepts every difference between what is configured and a policy.
    pub fn set_policy(&mut self, policy: &Value, by: By<'_>) {
        let config = self.log.config();
        let organization = form::organization(&policy["organization"]);
        if config.organization.as_ref() != Some(&organization) {
            self.change("organization_set", organization, by);
        }
        let settings = form::settings(&policy["settings"]);
        if config.settings.as_ref() != Some(&settings) {
            self.change("settings_set", settings, by);
        }
        let book = match &policy["price_book"] {
            Value::Object(_) => form::book(&policy["price_book"]),
            _ => form::book(&serde_json::from_str(&self.embedded).expect("the embedded book")),
        };
        if config.book.as_deref() != Some(&book) {
            self.change("price_book_set", book, by);
        }
        self.set_each(CLASSES, &config.classes, policy, None, by);
        self.set_each(ROLES, &config.roles, policy, None, by);
        self.set_each(MEMBERS, &config.members, policy, Some("removed"), by);
        self.set_each(PROJECTS, &config.projects, policy, Some("archived"), by);
        self.set_each(ACCOUNTS, &config.accounts, policy, Some("removed"), by);
        self.set_each(KEYS, &config.keys, policy, Some("revoked"), by);
        self.set_limits(&config, policy, by);
        self.set_budgets(&config, policy, by);
        self.remove_unused("role_removed", &config.roles, ROLES, policy, by);
        self.remove_unused("model_class_removed", &config.classes, CLASSES, policy, by);
    }

    /// Sets what differs; what the policy lacks gets the status of its end.
    fn set_each(&mut self, kind: Kind, known: &[Json], policy: &Value, ended: Option<&str>, by: By<'_>) {
        let new = forms(policy, kind);
        for form in &new {
            if !known.contains(form) {
                self.change(kind.1, form.clone(), by);
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
                self.change(kind.1, form, by);
            }
        }
    }

    fn remove_unused(&mut self, change: &'static str, known: &[Json], kind: Kind, policy: &Value, by: By<'_>) {
        let new = forms(policy, kind);
        let mut unused: Vec<&Json> =
            known.iter().map(|form| form.get("id")).filter(|id| new.iter().all(|new| new.get("id") != *id)).collect();
        unused.sort_by_key(|id| id.text());
        for id in unused {
            self.change(change, id.clone(), by);
        }
    }

    fn set_limits(&mut self, config: &Config, policy: &Value, by: By<'_>) {
        let new = forms(policy, LIMITS);
        for form in &new {
            if config.limits.iter().all(|known| known.form != *form) {
                self.set_limit(form, by);
            }
        }
        for known in &config.limits {
            if new.iter().all(|new| new.get("id") != known.form.get("id")) {
                self.remove_limit(known.form.get("id"), by);
            }
        }
    }

    /// The limit that is hit is told to be so no more before another takes its place, or none.
    fn quiet(&mut self, limit: &Placed, now: i64) {
        let alert = Alert::Hit { born: limit.born };
        if self.log.active_alerts().contains(&alert) {
            self.resolve(alert, now);
        }
    }

    pub fn set_limit(&mut self, form: &Json, by: By<'_>) {
        let config = self.log.config();
        let known = config.limits.iter().find(|known| known.form.get("id") == form.get("id"));
        if let Some(known) = known.filter(|known| !same_kind(&known.form, form, &LIMIT_KEEPS)) {
            self.quiet(known, by.now);
        }
        self.change("limit_set", form.clone(), by);
    }

    pub fn remove_limit(&mut self, id: &Json, by: By<'_>) {
        let config = self.log.config();
        for known in config.limits.iter().filter(|known| known.form.get("id") == id) {
            self.quiet(known, by.now);
        }
        self.change("limit_removed", id.clone(), by);
    }

    fn set_budgets(&mut self, config: &Config, policy: &Value, by: By<'_>) {
        let new = forms(policy, BUDGETS);
        for form in &new {
            if config.budgets.iter().all(|known| known.form != *form) {
                self.set_budget(form, by);
            }
        }
        for known in &config.budgets {
            if new.iter().all(|new| new.get("id") != known.form.get("id")) {
                self.remove_budget(known.form.get("id"), by);
            }
        }
    }

    pub fn set_budget(&mut self, form: &Json, by: By<'_>) {
        let config = self.log.config();
        match config.budgets.iter().find(|known| known.form.get("id") == form.get("id")) {
            Some(known) if same_kind(&known.form, form, &BUDGET_KEEPS) => self.keep_budget(known, form, by),
            Some(known) => {
                self.end_alerts(known, |_| true, by.now);
                self.change("budget_set", form.clone(), by);
            }
            None => self.change("budget_set", form.clone(), by),
        }
    }

    pub fn remove_budget(&mut self, id: &Json, by: By<'_>) {
        let config = self.log.config();
        for known in config.budgets.iter().filter(|known| known.form.get("id") == id) {
            self.end_alerts(known, |_| true, by.now);
        }
        self.change("budget_removed", id.clone(), by);
    }

    /// A budget that keeps its spend: a new cap revision ends the alerts that are true no more, and fires those that now are.
    fn keep_budget(&mut self, known: &Placed, form: &Json, by: By<'_>) {
        let revises = ["cap_usd", "thresholds_percent"].iter().any(|field| known.form.get(field) != form.get(field));
        self.change("budget_set", form.clone(), by);
        if !revises {
            return;
        }
        let window = window(form, by.now);
        let [_, assumed, settled] = self.log.window_balance(known.born, window.start);
        let percents = form.get("thresholds_percent").list();
        let cap = Usd::of(form.get("cap_usd"));
        let untrue = |percent: i64| {
            !percents.contains(&percent.into()) || (assumed + settled).times(100) < cap.times(percent.into())
        };
        self.end_alerts(known, untrue, by.now);
        self.fire_reached(known.born, window, by.now);
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
