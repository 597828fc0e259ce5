//! Who is there and what they may do, read from lists of strings each time it is asked.

use super::{admit::Called, calendar::instant, card, config::Config, json::Json};

/// On whose resources a thing may be done; more is greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    Nothing,
    Own,
    Any,
}

const DEVELOPER: &str = "messages.create own,messages.count_tokens own,models.read any,usage.read any,cost.read any,\
    keys.create own,keys.read own,keys.update own,keys.rotate own,keys.revoke own,projects.read any,limits.read any,\
    budgets.read any,increase_requests.create own,increase_requests.read own,prices.read any,organization.read any,alerts.read any";
const VIEWER: &str = "models.read any,usage.read any,cost.read any,projects.read any,limits.read any,budgets.read any,\
    prices.read any,organization.read any,alerts.read any";
const BILLING: &str = "usage.read any,cost.read any,projects.read any,limits.read any,budgets.read any,budgets.write any,\
    increase_requests.read any,increase_requests.decide any,prices.read any,billing.read any,billing.write any,\
    organization.read any,organization.update any,alerts.read any,charges.adjust any";

pub fn find<'a>(list: &'a [Json], id: &str) -> Option<&'a Json> {
    list.iter().find(|item| item.get("id").text() == id)
}

fn listed(list: &str, action: &str) -> Reach {
    match list.split(',').find_map(|entry| entry.strip_prefix(action)) {
        Some(" any") => Reach::Any,
        Some(" own") => Reach::Own,
        _ => Reach::Nothing,
    }
}

/// Whether a key of this kind is for an action: a caller's key for requests, an admin key for everything else.
pub fn is_for(key: &Json, action: &str) -> bool {
    let is_request = matches!(action, "messages.create" | "messages.count_tokens");
    match key.get("kind").text() {
        "admin" => !is_request,
        _ => is_request || action == "models.read",
    }
}

impl Config {
    pub fn role_reach(&self, role: &str, action: &str) -> Reach {
        match role {
            "admin" => Reach::Any,
            "developer" => listed(DEVELOPER, action),
            "viewer" => listed(VIEWER, action),
            "billing" => listed(BILLING, action),
            custom => find(&self.roles, custom)
                .into_iter()
                .flat_map(|role| role.get("permissions").list())
                .filter(|permission| permission.get("action").text() == action)
                .map(|permission| if permission.get("scope").text() == "any" { Reach::Any } else { Reach::Own })
                .max()
                .unwrap_or(Reach::Nothing),
        }
    }

    /// What a member may do on resources of a project; an empty id stands for those of no project.
    fn member_reach(&self, member: &str, action: &str, project: &str) -> Reach {
        let organization = find(&self.members, member)
            .map_or(Reach::Nothing, |member| self.role_reach(member.get("role").text(), action));
        let bound = find(&self.projects, project)
            .into_iter()
            .flat_map(|project| project.get("members").list())
            .filter(|binding| binding.get("member").text() == member)
            .map(|binding| self.role_reach(binding.get("role").text(), action))
            .max();
        organization.max(bound.unwrap_or(Reach::Nothing))
    }

    fn account_reach(&self, account: &str, action: &str, project: &str) -> Reach {
        match find(&self.accounts, account) {
            Some(account) if account.get("project").text() == project => {
                self.role_reach(account.get("role").text(), action)
            }
            _ => Reach::Nothing,
        }
    }

    /// The project that a key works for; empty where there is none.
    pub fn project_of<'a>(&'a self, key: &'a Json) -> &'a str {
        match find(&self.accounts, key.get("owner").get("service_account").text()) {
            Some(account) => account.get("project").text(),
            None => key.get("project").text(),
        }
    }

    /// The project that a key names, else the one that it works for. They differ where a key is wrong, or was left behind
    /// when its account moved without it.
    pub fn home_of<'a>(&'a self, key: &'a Json) -> &'a str {
        match key.get("project") {
            Json::Null => self.project_of(key),
            named => named.text(),
        }
    }

    /// What a key may do on resources of a project: as its owner would in the key's own project, cut by the key's role.
    pub fn key_reach(&self, key: &Json, action: &str, project: &str) -> Reach {
        let own = self.project_of(key);
        let project = if project == own { own } else { "" };
        let owner = match key.get("owner").get("member").text() {
            "" => self.account_reach(key.get("owner").get("service_account").text(), action, project),
            member => self.member_reach(member, action, project),
        };
        match key.get("role") {
            Json::Null => owner,
            role => owner.min(self.role_reach(role.text(), action)),
        }
    }

    /// Whether a principal may do a thing on a resource of a project (empty: of none) and of an owner.
    pub fn may(&self, principal: &Json, action: &str, project: &str, owner: &Json, now: i64) -> bool {
        let (reach, own) = self.reach(principal, action, project, now);
        let is_for = find(&self.keys, principal.get("key").text()).is_none_or(|key| is_for(key, action));
        match reach {
            _ if !is_for => false,
            Reach::Any => true,
            Reach::Own => own == owner,
            Reach::Nothing => false,
        }
    }

    /// How far a principal reaches with an action, and as whom it owns things: what it may hand on, whatever a key is for.
    pub fn reach<'a>(&'a self, principal: &'a Json, action: &str, project: &str, now: i64) -> (Reach, &'a Json) {
        match principal {
            Json::Map(fields) if fields[0].0 == "key" => match find(&self.keys, principal.get("key").text()) {
                Some(key) if self.stopped(key, now).is_none() => {
                    (self.key_reach(key, action, project), key.get("owner"))
                }
                _ => (Reach::Nothing, principal),
            },
            Json::Map(fields) if fields[0].0 == "service_account" => {
                let id = principal.get("service_account").text();
                let active = find(&self.accounts, id).is_some_and(|account| account.get("status").text() == "active");
                (if active { self.account_reach(id, action, project) } else { Reach::Nothing }, principal)
            }
            _ => {
                let id = principal.get("member").text();
                let active = find(&self.members, id).is_some_and(|member| member.get("status").text() == "active");
                (if active { self.member_reach(id, action, project) } else { Reach::Nothing }, principal)
            }
        }
    }

    /// Whether the principal exists at all.
    pub fn knows(&self, principal: &Json) -> bool {
        find(&self.members, principal.get("member").text()).is_some()
            || find(&self.accounts, principal.get("service_account").text()).is_some()
            || find(&self.keys, principal.get("key").text()).is_some()
    }

    /// Why a key has stopped, if it has.
    pub fn stopped(&self, key: &Json, now: i64) -> Option<&'static str> {
        let expired = |until: &Json| !until.is_null() && instant(until.text()).expect("an instant") <= now;
        let owner = match key.get("owner").get("member").text() {
            "" => find(&self.accounts, key.get("owner").get("service_account").text()),
            member => find(&self.members, member),
        };
        let archived =
            |id: &str| find(&self.projects, id).is_some_and(|project| project.get("status").text() == "archived");
        if key.get("status").text() == "revoked" {
            Some("revoked_key")
        } else if key.get("status").text() == "inactive" {
            Some("inactive_key")
        } else if expired(key.get("expires_at")) {
            Some("expired_key")
        } else if owner.is_none_or(|owner| owner.get("status").text() != "active") {
            Some("owner_removed")
        } else if archived(self.project_of(key)) {
            Some("project_archived")
        } else {
            None
        }
    }

    /// The key that a credential stands for, and the presented secret.
    pub fn key(&self, credential: &Json) -> Option<(&Json, Option<&Json>)> {
        let secret = credential.get("secret_sha256").text();
        if secret.is_empty() {
            return find(&self.keys, credential.get("key").text()).map(|key| (key, None));
        }
        let holders = self.keys.iter().enumerate().filter_map(|(made, key)| {
            let held = key.get("secrets").list().iter().find(|held| held.get("sha256").text() == secret)?;
            Some((key.get("status").text() != "revoked", made, key, held))
        });
        holders.max_by_key(|(lasts, made, _, _)| (*lasts, *made)).map(|(_, _, key, held)| (key, Some(held)))
    }

    /// The key that a credential stands for, or why it is refused.
    pub fn authenticate(&self, credential: &Json, now: i64) -> Result<&Json, &'static str> {
        let (key, secret) = self.key(credential).ok_or("unknown_key")?;
        let worn = secret.is_some_and(|secret| {
            let until = secret.get("expires_at");
            !until.is_null() && instant(until.text()).expect("an instant") <= now
        });
        match self.stopped(key, now) {
            Some(ended @ ("revoked_key" | "inactive_key")) => Err(ended),
            _ if worn => Err("expired_key"),
            Some(reason) => Err(reason),
            None => Ok(key),
        }
    }

    /// Whether a key may do a thing in its own project at all.
    pub fn key_may(&self, key: &Json, action: &str) -> bool {
        is_for(key, action) && self.key_reach(key, action, self.project_of(key)) > Reach::Nothing
    }

    /// The lists of models of a key and of its project.
    fn lists<'a>(&'a self, key: &'a Json) -> impl Iterator<Item = &'a Json> {
        let project = find(&self.projects, self.project_of(key)).map_or(&Json::Null, |project| project.get("models"));
        [key.get("models"), project].into_iter().filter(|list| !list.is_null())
    }

    /// Whether the lists of a key and of its project let a model through.
    pub fn model_allowed(&self, key: &Json, called: Called<'_>) -> bool {
        self.lists(key).all(|list| self.holds(list, called))
    }

    /// Whether a class holds a model.
    pub fn in_class(&self, class: &Json, called: Called<'_>) -> bool {
        class.is_null()
            || find(&self.classes, class.text()).is_some_and(|class| self.holds(class.get("models"), called))
    }

    fn holds(&self, list: &Json, called: Called<'_>) -> bool {
        match called {
            Called::Card(card) => card::listed(list, self.book(), card),
            Called::Name(name) => card::listed_as_it_stands(list, name),
            Called::Any => false,
        }
    }
}
