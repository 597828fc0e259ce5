//! What an actor may not put into a policy: more than the actor holds, an organization without its last admin, or a key that
//! was revoked.

use super::{
    calendar::instant,
    config::Config,
    directory::{Reach, find, is_for},
    json::Json,
};

/// The published matrix of permissions names every action.
const MATRIX: &str = include_str!("../../docs/permissions.md");

/// A place of a policy: a thing of a list, and what of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub list: &'static str,
    pub id: String,
    pub below: String,
}

impl Place {
    pub fn new(list: &'static str, id: &Json, below: impl Into<String>) -> Self {
        Self { list, id: id.text().to_owned(), below: below.into() }
    }
}

fn actions() -> impl Iterator<Item = &'static str> {
    MATRIX.lines().filter_map(|row| row.strip_prefix("| `")?.split('`').next())
}

fn status(item: &Json) -> &str {
    item.get("status").text()
}

/// Everything for which a policy is refused that differs from what is configured in this way.
pub fn problems(old: &Config, actor: &Json, new: &Config, now: i64) -> Vec<Place> {
    let mut places = Vec::new();
    let id = |config: &Config| config.organization.as_ref().map(|organization| organization.get("id").clone());
    if id(new).is_some() && id(old) != id(new) {
        places.push(Place::new("organization", &Json::Null, ".id"));
    }
    places.extend(last_admin(old, new));
    let review = Review { old, actor, new, now };
    places.extend(new.roles.iter().flat_map(|role| review.role(role)));
    places.extend(new.members.iter().filter_map(|member| review.member(member)));
    places.extend(new.projects.iter().flat_map(|project| review.project(project)));
    places.extend(new.accounts.iter().filter_map(|account| review.account(account)));
    places.extend(new.keys.iter().filter_map(|key| review.key(key)));
    places
}

fn secrets(key: &Json) -> impl Iterator<Item = &Json> {
    key.get("secrets").list().iter()
}

/// Whether something that ends is to end later, or never.
fn longer(before: &Json, after: &Json) -> bool {
    let end =
        |form: &Json| Some(form.get("expires_at")).filter(|end| !end.is_null()).and_then(|end| instant(end.text()));
    end(before).is_some_and(|before| end(after).is_none_or(|after| after > before))
}

fn lives_on(old: &Json, secret: &Json) -> bool {
    old.get("sha256") == secret.get("sha256") && longer(old, secret)
}

fn last_admin(old: &Config, new: &Config) -> Option<Place> {
    let is_admin = |member: &&Json| member.get("role").text() == "admin" && status(member) == "active";
    let first = old.members.iter().find(is_admin)?;
    if new.members.iter().any(|member| is_admin(&member)) {
        return None;
    }
    Some(match find(&new.members, first.get("id").text()) {
        None => Place::new("members", &Json::Null, ""),
        Some(kept) if status(kept) == "active" => Place::new("members", kept.get("id"), ".role"),
        Some(kept) => Place::new("members", kept.get("id"), ".status"),
    })
}

struct Review<'a> {
    old: &'a Config,
    actor: &'a Json,
    new: &'a Config,
    now: i64,
}

impl Review<'_> {
    fn held(&self, action: &str, project: &str) -> Reach {
        self.old.reach(self.actor, action, project, self.now).0
    }

    fn role_exceeds(&self, role: &Json, project: &str) -> bool {
        actions().any(|action| self.new.role_reach(role.text(), action) > self.held(action, project))
    }

    /// Each permission that comes to a role and that the actor lacks.
    fn role(&self, role: &Json) -> Vec<Place> {
        let id = role.get("id").text();
        let known = find(&self.old.roles, id).is_some();
        let permissions = role.get("permissions").list().iter().enumerate();
        let beyond = permissions.filter(|(_, permission)| {
            let action = permission.get("action").text();
            let reach = if permission.get("scope").text() == "any" { Reach::Any } else { Reach::Own };
            let before = if known { self.old.role_reach(id, action) } else { Reach::Nothing };
            reach > before && reach > self.held(action, "")
        });
        beyond.map(|(index, _)| Place::new("roles", role.get("id"), format!(".permissions[{index}]"))).collect()
    }

    /// Whether a member is let in: one who is new or was removed, or an invitation that is given anew, with its code.
    fn lets_in(&self, member: &Json) -> bool {
        let before = find(&self.old.members, member.get("id").text());
        let came = before.is_none_or(|before| status(before) == "removed") && status(member) != "removed";
        // Whoever has a member's address may sign in as that member.
        let moved = before.is_some_and(|before| before.get("email") != member.get("email"));
        came || (moved && status(member) == "active") || (status(member) == "invited" && before != Some(member))
    }

    fn member(&self, member: &Json) -> Option<Place> {
        let before = find(&self.old.members, member.get("id").text());
        let same = before.is_some_and(|before| before.get("role") == member.get("role"));
        let kept = same && !self.lets_in(member);
        let beyond = !kept && status(member) != "removed" && self.role_exceeds(member.get("role"), "");
        beyond.then(|| Place::new("members", member.get("id"), ".role"))
    }

    /// Each role in a project that is given, or comes back with its member.
    fn project(&self, project: &Json) -> Vec<Place> {
        let id = project.get("id").text();
        let known = find(&self.old.projects, id);
        let before = known.map_or(&Json::Null, |before| before.get("members"));
        // A project in use again brings its keys back.
        let back = known.is_some_and(|known| status(known) == "archived") && status(project) == "active";
        let keys = self.new.keys.iter().filter(|key| status(key) == "active" && self.new.home_of(key) == id);
        let brings = back && keys.into_iter().any(|key| self.key_exceeds(key));
        let brought = brings.then(|| Place::new("projects", project.get("id"), ".status"));
        let bindings = project.get("members").list().iter().enumerate();
        let beyond = bindings.filter(|(_, binding)| {
            let member = find(&self.new.members, binding.get("member").text());
            let kept = before.list().contains(binding) && !member.is_some_and(|member| self.lets_in(member));
            !kept && self.role_exceeds(binding.get("role"), id)
        });
        let beyond =
            beyond.map(|(index, _)| Place::new("projects", project.get("id"), format!(".members[{index}].role")));
        brought.into_iter().chain(beyond).collect()
    }

    fn account(&self, account: &Json) -> Option<Place> {
        let same = find(&self.old.accounts, account.get("id").text()).is_some_and(|before| {
            status(before) == "active"
                && ["role", "project"].iter().all(|field| before.get(field) == account.get(field))
        });
        let exceeds = || self.role_exceeds(account.get("role"), account.get("project").text());
        let beyond = !same && status(account) == "active" && exceeds();
        beyond.then(|| Place::new("service_accounts", account.get("id"), ".role"))
    }

    fn key(&self, key: &Json) -> Option<Place> {
        let before = find(&self.old.keys, key.get("id").text());
        if status(key) == "revoked" {
            return None;
        }
        if before.is_some_and(|before| status(before) == "revoked") {
            return Some(Place::new("keys", key.get("id"), ".status"));
        }
        let digests = |key: &Json| -> Vec<Json> {
            key.get("secrets").list().iter().map(|secret| secret.get("sha256").clone()).collect()
        };
        let owner = if key.get("owner").get("member").is_null() { ".owner.service_account" } else { ".owner.member" };
        let gained = match before {
            None => owner,
            Some(before) if ["owner", "project"].iter().any(|field| before.get(field) != key.get(field)) => owner,
            Some(before) if before.get("kind") != key.get("kind") => ".kind",
            Some(before) if before.get("role") != key.get("role") => ".role",
            Some(before) if status(before) != "active" && status(key) == "active" => ".status",
            Some(before) if longer(before, key) => ".expires_at",
            Some(before) if digests(key).iter().any(|secret| !digests(before).contains(secret)) => ".secrets",
            Some(before) if secrets(key).any(|secret| secrets(before).any(|old| lives_on(old, secret))) => ".secrets",
            Some(_) => return None,
        };
        self.key_exceeds(key).then(|| Place::new("keys", key.get("id"), gained))
    }

    /// Whether a key may do more than the actor.
    fn key_exceeds(&self, key: &Json) -> bool {
        // A caller's key makes requests of its own project; an admin key acts on the organization too.
        let home = self.new.project_of(key);
        let places: &[&str] = if key.get("kind").text() == "admin" { &[home, ""] } else { &[home] };
        let exceeds = |action: &str, project: &str| {
            is_for(key, action) && self.new.key_reach(key, action, project) > self.held(action, project)
        };
        places.iter().any(|project| actions().any(|action| exceeds(action, project)))
    }
}
