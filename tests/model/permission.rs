//! Which permissions a change needs, on the resources of which project and owner.

use super::{
    calendar::instant,
    config::{Change, Config, Placed},
    directory::find,
    json::Json,
    log::amount,
};

/// A command of which the permissions are asked.
#[derive(Debug)]
pub struct Asking<'a> {
    pub config: &'a Config,
    pub actor: &'a Json,
    pub changes: &'a [&'a Change],
    pub now: i64,
}

fn status(item: &Json) -> &str {
    item.get("status").text()
}

/// The same form with other fields taken from another.
fn with(form: &Json, other: &Json, fields: &[&str]) -> Json {
    let mut form = form.clone();
    fields.iter().for_each(|field| form.set(field, other.get(field).clone()));
    form
}

fn differs(left: &Json, right: &Json, field: &str) -> bool {
    left.get(field) != right.get(field)
}

/// The limit or budget of an id.
pub fn placed<'a>(list: &'a [Placed], id: &Json) -> Option<&'a Json> {
    list.iter().find(|placed| placed.form.get("id") == id).map(|placed| &placed.form)
}

/// As whom a principal owns things.
pub fn owner_of(config: &Config, principal: &Json) -> Json {
    match principal.get("key") {
        Json::Null => principal.clone(),
        key => find(&config.keys, key.text()).map_or(Json::Null, |key| key.get("owner").clone()),
    }
}

/// The project (empty: none) and the owner of what a scope covers.
pub fn place_of<'a>(config: &'a Config, scope: &'a Json, key: Option<&'a Json>) -> (&'a str, Json) {
    let owner = |owner: &Json| owner.clone();
    if !scope.get("member").is_null() {
        return ("", owner(scope));
    }
    match key {
        Some(key) => (config.home_of(key), owner(key.get("owner"))),
        None => (scope.get("project").text(), Json::Null),
    }
}

/// The project of the limit or budget that a request would raise.
pub fn project_of_request<'a>(config: &'a Config, request: &Json) -> &'a str {
    let limit = placed(&config.limits, request.get("limit"));
    let scope = limit.or_else(|| placed(&config.budgets, request.get("budget"))).map(|form| form.get("scope"));
    scope.map_or("", |scope| place_of(config, scope, find(&config.keys, scope.get("key").text())).0)
}

impl Asking<'_> {
    fn may(&self, action: &str, project: &str, owner: &Json) -> bool {
        self.config.may(self.actor, action, project, owner, self.now)
    }

    fn may_anywhere(&self, action: &str) -> bool {
        self.may(action, "", &Json::Null)
    }

    /// Whether the actor may make every change.
    pub fn permits_all(&self) -> bool {
        self.changes.iter().all(|change| self.permits(change))
    }

    fn permits(&self, change: &Change) -> bool {
        let form = &change.form;
        let known = |list: &'_ [Json]| find(list, form.get("id").text()).cloned();
        match change.kind {
            "organization_set" => self.organization(form),
            "settings_set" => self.may_anywhere("settings.write"),
            "price_book_set" => self.may_anywhere("prices.write"),
            "model_class_set" | "model_class_removed" => self.may_anywhere("limits.write"),
            "role_set" | "role_removed" => self.may_anywhere("roles.write"),
            "member_set" => self.member(known(&self.config.members).as_ref(), form),
            "project_set" => self.project(known(&self.config.projects).as_ref(), form),
            "service_account_set" => {
                let before = known(&self.config.accounts);
                let homes = before.iter().chain([form]).map(|account| account.get("project").text());
                homes.into_iter().all(|home| self.may("service_accounts.write", home, &Json::Null))
            }
            "key_set" => self.key(known(&self.config.keys).as_ref(), form),
            "limit_set" => {
                let before = placed(&self.config.limits, form.get("id"));
                self.raises(before, form, "limit", &["rate", "capacity"])
                    || self.scopes("limits.write", before, Some(form))
            }
            "budget_set" => {
                let before = placed(&self.config.budgets, form.get("id"));
                self.raises(before, form, "budget", &["cap_usd"]) || self.scopes("budgets.write", before, Some(form))
            }
            "limit_removed" => self.scopes("limits.write", placed(&self.config.limits, form), None),
            "budget_removed" => self.scopes("budgets.write", placed(&self.config.budgets, form), None),
            _ => self.increase_request(known(&self.config.requests).as_ref(), form),
        }
    }

    fn organization(&self, new: &Json) -> bool {
        let old = self.config.organization.as_ref().expect("every organization has a profile");
        let billing =
            ["legal_name", "tax_id", "billing_address", "payment"].iter().any(|field| differs(old, new, field));
        let profile = ["id", "name"].iter().any(|field| differs(old, new, field)) || !billing;
        (!billing || self.may_anywhere("billing.write")) && (!profile || self.may_anywhere("organization.update"))
    }

    fn accepts(&self, old: &Json, new: &Json) -> bool {
        let ends = old.get("invite_expires_at");
        let open = ends.is_null() || self.now < instant(ends.text()).expect("an instant");
        let mut accepted = old.clone();
        accepted.set("status", "active".into());
        status(old) == "invited" && accepted == *new && open && self.actor.get("member") == old.get("id")
    }

    /// Whoever lets somebody in, or says until when an invitation is open, invites.
    fn member(&self, old: Option<&Json>, new: &Json) -> bool {
        let Some(old) = old else { return self.may_anywhere("members.invite") };
        if self.accepts(old, new) {
            return true;
        }
        let changes = differs(old, new, "status");
        let removes = (changes || old == new) && status(new) == "removed";
        let invites = (changes && status(new) != "removed") || differs(old, new, "invite_expires_at");
        let updates = with(new, old, &["status", "invite_expires_at"]) != *old || !(removes || invites);
        (!removes || self.may_anywhere("members.remove"))
            && (!invites || self.may_anywhere("members.invite"))
            && (!updates || self.may_anywhere("members.update"))
    }

    fn project(&self, old: Option<&Json>, new: &Json) -> bool {
        let Some(old) = old else { return self.may_anywhere("projects.create") };
        let may = |action: &str| self.may(action, new.get("id").text(), &Json::Null);
        // What is over already, and as it was, is ended once more.
        let archives = differs(old, new, "status") || (old == new && status(new) == "archived");
        let updates = with(new, old, &["status"]) != *old || !archives;
        (!archives || may("projects.archive")) && (!updates || may("projects.update"))
    }

    fn key(&self, old: Option<&Json>, new: &Json) -> bool {
        // An admin key is nobody's own, but for who would revoke it.
        let may = |action: &str, key: &Json| {
            let nobodys = key.get("kind").text() == "admin" && action != "keys.revoke";
            let owner = if nobodys { &Json::Null } else { key.get("owner") };
            // A member's admin key acts wherever the member does.
            let everywhere = nobodys && !key.get("owner").get("member").is_null();
            self.may(action, if everywhere { "" } else { self.config.home_of(key) }, owner)
        };
        let Some(old) = old else { return may("keys.create", new) };
        let rotates = differs(old, new, "secrets");
        let revokes = (differs(old, new, "status") || old == new) && status(new) == "revoked";
        // A hint goes with the secrets.
        let mut aside = if rotates { vec!["secrets", "hint"] } else { vec!["secrets"] };
        aside.extend(revokes.then_some("status"));
        let updates = with(new, old, &aside) != *old || !(rotates || revokes);
        let both = |action: &str| may(action, old) && may(action, new);
        (!rotates || both("keys.rotate")) && (!revokes || both("keys.revoke")) && (!updates || both("keys.update"))
    }

    /// The key that a scope is, as the command makes it, or as it is.
    fn key_in(&self, scope: &Json) -> Option<&Json> {
        let id = scope.get("key");
        let made = self.changes.iter().find(|change| change.kind == "key_set" && change.form.get("id") == id);
        made.map(|change| &change.form).or_else(|| find(&self.config.keys, id.text()))
    }

    /// On every scope that there is; what is new on a key that the actor may change takes nothing from anybody.
    fn scopes(&self, action: &str, old: Option<&Json>, new: Option<&Json>) -> bool {
        let may = |action: &str, form: &Json| {
            let scope = form.get("scope");
            let (project, owner) = place_of(self.config, scope, self.key_in(scope));
            self.may(action, project, &owner)
        };
        match (old, new) {
            (None, None) => self.may_anywhere(action),
            (None, Some(new)) if self.key_in(new.get("scope")).is_some() && may("keys.update", new) => true,
            _ => old.into_iter().chain(new).all(|form| may(action, form)),
        }
    }

    /// Whether a limit or a budget only rises, no further than what is asked for in a request that is approved with it.
    fn raises(&self, old: Option<&Json>, new: &Json, noun: &str, sizes: &[&str]) -> bool {
        let Some(old) = old else { return false };
        let approval = self.changes.iter().map(|change| &change.form).find(|form| {
            !form.get("requested_by").is_null() && status(form) == "approved" && form.get(noun) == new.get("id")
        });
        let Some(most) = approval.map(|form| form.get("amount")) else { return false };
        let counts = |value: &Json| matches!(value, Json::Int(_));
        with(new, old, sizes) == *old
            && sizes.iter().all(|size| {
                let (old, new) = (old.get(size), new.get(size));
                // A gauge has no rate, before and after.
                (old.is_null() && new.is_null())
                    || (counts(old) == counts(most)
                        && counts(new) == counts(most)
                        && amount(old) <= amount(new)
                        && (amount(new) <= amount(most) || (noun == "limit" && amount(new) == amount(old))))
            })
    }

    fn increase_request(&self, old: Option<&Json>, new: &Json) -> bool {
        let project = project_of_request(self.config, new);
        match (old, status(new)) {
            (Some(_), "approved" | "denied") => self.may("increase_requests.decide", project, &Json::Null),
            _ => self.may("increase_requests.create", project, &owner_of(self.config, new.get("requested_by"))),
        }
    }
}
