//! What an actor may not put into a policy: more than the actor holds, an organization without its last admin, or a key that
//! was revoked.

use super::{
    config::Config,
    directory::{Reach, find},
    json::Json,
};

/// The published matrix of permissions names every action.
const MATRIX: &str = include_str!("../../docs/permissions.md");

fn actions() -> impl Iterator<Item = &'static str> {
    MATRIX.lines().filter_map(|row| row.strip_prefix("| `")?.split('`').next())
}

fn status(item: &Json) -> &str {
    item.get("status").text()
}

/// Whether a policy is refused that differs from what is configured in this way.
pub fn refuses(old: &Config, actor: &Json, new: &Config, now: i64) -> bool {
    loses_its_last_admin(old, new) || revives_a_key(old, new) || grants_too_much(old, actor, new, now)
}

fn loses_its_last_admin(old: &Config, new: &Config) -> bool {
    let administered = |config: &Config| {
        config.members.iter().any(|member| member.get("role").text() == "admin" && status(member) == "active")
    };
    administered(old) && !administered(new)
}

fn revives_a_key(old: &Config, new: &Config) -> bool {
    let revoked = |key: &Json| find(&old.keys, key.get("id").text()).is_some_and(|old| status(old) == "revoked");
    new.keys.iter().any(|key| status(key) == "active" && revoked(key))
}

fn grants_too_much(old: &Config, actor: &Json, new: &Config, now: i64) -> bool {
    let held = |action: &str, project: &str| old.reach(actor, action, project, now).0;
    let role_exceeds = |role: &Json, project: &str| {
        actions().any(|action| new.role_reach(role.text(), action) > held(action, project))
    };
    let belonged = |id: &Json| find(&old.members, id.text()).filter(|member| status(member) == "active");

    let role = |role: &Json| {
        let id = role.get("id").text();
        let known = find(&old.roles, id).is_some();
        role.get("permissions").list().iter().any(|permission| {
            let action = permission.get("action").text();
            let reach = if permission.get("scope").text() == "any" { Reach::Any } else { Reach::Own };
            let before = if known { old.role_reach(id, action) } else { Reach::Nothing };
            reach > before && reach > held(action, "")
        })
    };
    let member = |member: &Json| {
        let same = belonged(member.get("id")).is_some_and(|before| before.get("role") == member.get("role"));
        !same && status(member) != "removed" && role_exceeds(member.get("role"), "")
    };
    let project = |project: &Json| {
        let id = project.get("id").text();
        let before = find(&old.projects, id).map_or(&Json::Null, |before| before.get("members"));
        project.get("members").list().iter().any(|binding| {
            let same = belonged(binding.get("member")).is_some() && before.list().contains(binding);
            !same && role_exceeds(binding.get("role"), id)
        })
    };
    let account = |account: &Json| {
        let same = find(&old.accounts, account.get("id").text()) == Some(account);
        !same && status(account) == "active" && role_exceeds(account.get("role"), account.get("project").text())
    };
    let key = |key: &Json| {
        let project = new.project_of(key);
        let gains = find(&old.keys, key.get("id").text()).is_none_or(|before| {
            let digests = |key: &Json| -> Vec<Json> {
                key.get("secrets").list().iter().map(|secret| secret.get("sha256").clone()).collect()
            };
            let listed = digests(before);
            ["owner", "project", "role"].iter().any(|field| before.get(field) != key.get(field))
                || digests(key).iter().any(|secret| !listed.contains(secret))
        });
        let exceeds = || actions().any(|action| new.key_reach(key, action, project) > held(action, project));
        status(key) == "active" && gains && exceeds()
    };
    new.roles.iter().any(role)
        || new.members.iter().any(member)
        || new.projects.iter().any(project)
        || new.accounts.iter().any(account)
        || new.keys.iter().any(key)
}
