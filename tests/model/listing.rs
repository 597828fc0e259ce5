//! Lists of what is configured, whose a credential is, and where the audit log stands.

use serde_json::Value;

use super::{
    Model,
    admit::refuse,
    calendar::{instant, rfc3339_with_millis},
    config::{Change, Config, Placed},
    directory::find,
    json::{Json, object},
    log::What,
    manage::{id_of, noun},
    permission::{owner_of, place_of, project_of_request},
    read::{self, INVALID, Mistake},
};

/// Something that may come into a list.
struct Candidate {
    change: &'static str,
    /// By what it is named, and found.
    id: String,
    texts: Vec<String>,
    project: String,
    owner: Json,
    form: Json,
}

const KINDS: [(&str, &str, &str); 13] = [
    ("organization", "organization_set", "organization.read"),
    ("settings", "settings_set", "settings.read"),
    ("price_books", "price_book_set", "prices.read"),
    ("model_classes", "model_class_set", "limits.read"),
    ("roles", "role_set", "roles.read"),
    ("members", "member_set", "members.read"),
    ("projects", "project_set", "projects.read"),
    ("service_accounts", "service_account_set", "service_accounts.read"),
    ("keys", "key_set", "keys.read"),
    ("api_keys", "key_set", "keys.read"),
    ("limits", "limit_set", "limits.read"),
    ("budgets", "budget_set", "budgets.read"),
    ("increase_requests", "increase_request_set", "increase_requests.read"),
];

const WITH_STATUS: [&str; 6] = ["members", "projects", "service_accounts", "keys", "api_keys", "increase_requests"];

fn candidates(config: &Config, of: &str, change: &'static str) -> Vec<Candidate> {
    let plain = |form: &Json, id: &Json| Candidate {
        change,
        id: id.text().to_owned(),
        texts: ["name", "email", "hint"].iter().map(|field| form.get(field).text().to_owned()).collect(),
        project: String::new(),
        owner: Json::Null,
        form: form.clone(),
    };
    let each = |list: &[Json], place: &dyn Fn(&Json) -> (String, Json)| -> Vec<Candidate> {
        let candidate = |form: &Json| {
            let (project, owner) = place(form);
            Candidate { project, owner, ..plain(form, form.get("id")) }
        };
        list.iter().map(candidate).collect()
    };
    let owned = |name: &str, form: &Json| Json::Map(vec![(name.to_owned(), form.get("id").clone())]);
    let scoped = |list: &[Placed]| {
        let forms: Vec<Json> = list.iter().map(|placed| placed.form.clone()).collect();
        each(&forms, &|form| {
            let scope = form.get("scope");
            let (project, owner) = place_of(config, scope, find(&config.keys, scope.get("key").text()));
            (project.to_owned(), owner)
        })
    };
    let text = |form: &Json, name: &str| form.get(name).text().to_owned();
    let organization = config.organization.as_ref().expect("every organization has a profile");
    match of {
        "organization" => vec![Candidate { texts: Vec::new(), ..plain(organization, organization.get("id")) }],
        "settings" => {
            vec![plain(config.settings.as_ref().expect("every organization has settings"), organization.get("id"))]
        }
        "price_books" => {
            let models = i64::try_from(config.book().get("cards").list().len()).expect("a small count");
            let name = config.book().get("name").clone();
            let summary = object! { "name": name, "hash": config.book_hash.as_str(), "models": models };
            vec![plain(&summary, summary.get("hash"))]
        }
        "model_classes" => each(&config.classes, &|_| (String::new(), Json::Null)),
        "roles" => each(&config.roles, &|_| (String::new(), Json::Null)),
        "members" => each(&config.members, &|form| (String::new(), owned("member", form))),
        "projects" => each(&config.projects, &|form| (text(form, "id"), Json::Null)),
        "service_accounts" => each(&config.accounts, &|form| (text(form, "project"), owned("service_account", form))),
        "keys" | "api_keys" => each(&config.keys, &|form| (config.home_of(form).to_owned(), form.get("owner").clone())),
        "limits" => scoped(&config.limits),
        "budgets" => scoped(&config.budgets),
        _ => each(&config.requests, &|form| {
            let owner = owner_of(config, form.get("requested_by"));
            (project_of_request(config, form).to_owned(), owner)
        }),
    }
}

fn optional<'a>(query: &'a Value, name: &str) -> Result<Option<&'a str>, Mistake> {
    match &query[name] {
        Value::Null => Ok(None),
        text => text.as_str().map(Some).ok_or(INVALID),
    }
}

/// A listed key as the HTTP API shows it.
fn shown(key: &Json, now: i64) -> Json {
    let field = |name: &str| key.get(name).clone();
    let moment = |at: &Json| if at.is_null() { Json::Null } else { rfc3339_with_millis(at.int()).into() };
    let (owner, project, expires_at) = (key.get("owner"), key.get("project"), key.get("expires_at"));
    let is_expired = instant(expires_at.text()).is_some_and(|ends| ends <= now);
    let status = match key.get("status").text() {
        "revoked" => "archived",
        "active" if is_expired => "expired",
        other => other,
    };
    let typed = |kind: &str, name: &str, id: &Json| {
        Json::Map(vec![("type".to_owned(), kind.into()), (name.to_owned(), id.clone())])
    };
    let principal = match owner.get("member") {
        Json::Null => typed("service_account_actor", "service_account_id", owner.get("service_account")),
        member => typed("user_actor", "user_id", member),
    };
    let scope = if project.is_null() {
        object! { "type": "organization" }
    } else {
        typed("workspace", "workspace_id", project)
    };
    let created_by = [("member", "user"), ("service_account", "service_account"), ("key", "api_key")];
    let created_by = created_by.into_iter().find_map(|(name, kind)| match key.get("created_by").get(name) {
        Json::Null => None,
        id => Some(object! { "id": id.clone(), "type": kind }),
    });
    let secrets: Vec<Json> = key
        .get("secrets")
        .list()
        .iter()
        .map(|secret| object! { "expires_at": secret.get("expires_at").clone() })
        .collect();
    object! {
        "id": field("id"), "type": "api_key", "name": if key.get("name").is_null() { field("id") } else { field("name") },
        "kind": field("kind"), "status": status, "partial_key_hint": field("hint"),
        "created_at": moment(key.get("created_at_ms")), "created_by": created_by, "expires_at": expires_at.clone(),
        "principal": principal, "scope": scope, "workspace_id": project.clone(), "owner": owner.clone(),
        "owner_active": field("owner_active"), "workspace_active": field("project_active"), "role": field("role"),
        "models": field("models"), "secrets": secrets, "rotated_at": moment(key.get("rotated_at_ms")),
        "rotation_due_at": moment(key.get("rotation_due_at_ms")), "revision": field("revision"),
    }
}

impl Model {
    pub fn list(&self, query: &Value, now: i64) -> Result<Json, Mistake> {
        let fields = ["actor", "of", "id", "after", "before", "limit", "project", "owner", "status", "search"];
        read::only(query, &[&fields[..], &["type"]].concat())?;
        let config = &self.log.config();
        let actor = if query["actor"].is_null() { Json::Null } else { read::principal(&query["actor"])? };
        let of = read::text(query, "of")?;
        let (_, change, action) = *KINDS.iter().find(|(name, ..)| *name == of).ok_or(INVALID)?;
        let most = usize::try_from(read::int(query, "limit", 1, 1_000, Some(20))?).expect("a small count");
        let [id, after, before, project, status, search] =
            ["id", "after", "before", "project", "status", "search"].map(|name| optional(query, name));
        let (id, after, before, project, status, search) = (id?, after?, before?, project?, status?, search?);
        let owner = if query["owner"].is_null() { Json::Null } else { read::principal(&query["owner"])? };
        if project.is_some_and(|project| find(&config.projects, project).is_none()) {
            return Err("unknown_project");
        }
        if status.is_some() && !WITH_STATUS.contains(&of) {
            return Err(read::RANGE);
        }
        let may = |project: &str, owner: &Json| actor.is_null() || config.may(&actor, action, project, owner, now);
        let own = owner_of(config, &actor);
        let somewhere = config.projects.iter().map(|project| project.get("id").text()).chain([""]);
        if !somewhere.into_iter().any(|project| may(project, &own)) {
            return Ok(refuse("forbidden_action"));
        }
        let sought = |text: &String| search.is_none_or(|part| text.to_lowercase().contains(&part.to_lowercase()));
        let mut items: Vec<Candidate> = candidates(config, of, change)
            .into_iter()
            .filter(|item| may("", &Json::Null) || may(&item.project, &item.owner))
            .filter(|item| id.is_none_or(|id| item.id == id))
            .filter(|item| after.is_none_or(|after| item.id.as_str() > after))
            .filter(|item| before.is_none_or(|before| item.id.as_str() < before))
            .filter(|item| project.is_none_or(|project| item.project == project))
            .filter(|item| owner.is_null() || item.owner == owner)
            .filter(|item| {
                let known = if of == "api_keys" { shown(&item.form, now) } else { item.form.clone() };
                status.is_none_or(|status| known.get("status").text() == status)
            })
            .filter(|item| item.texts.iter().chain([&item.id]).any(sought))
            .collect();
        items.sort_by(|left, right| left.id.cmp(&right.id));
        let has_more = items.len() > most;
        if before.is_some() {
            items.drain(..items.len().saturating_sub(most));
        }
        items.truncate(most);
        let sees_billing = actor.is_null() || config.may(&actor, "billing.read", "", &Json::Null, now);
        let id = |item: Option<&Candidate>| item.map_or(Json::Null, |item| item.id.as_str().into());
        let (first, last) = (id(items.first()), id(items.last()));
        let items = items.into_iter().map(|item| self.item(config, item, sees_billing));
        let items: Vec<Json> =
            if of == "api_keys" { items.map(|key| shown(&key, now)).collect() } else { items.collect() };
        Ok(object! { "type": "list", "items": items, "has_more": has_more, "first_id": first, "last_id": last })
    }

    /// A form with what is known beside it.
    fn item(&self, config: &Config, candidate: Candidate, sees_billing: bool) -> Json {
        let change = Change { kind: candidate.change, form: candidate.form.clone() };
        let mut item = candidate.form;
        if candidate.change == "organization_set" && !sees_billing {
            ["legal_name", "tax_id", "billing_address", "payment"].iter().for_each(|field| item.set(field, Json::Null));
        }
        // Every time that it was set or taken out: what stands came with the first one after it was last not there.
        let mut times = Vec::new();
        for fact in &self.log.facts {
            let What::Configured(made) = &fact.what else { continue };
            if noun(made.kind) == noun(change.kind) && id_of(made) == id_of(&change) {
                if made.kind.ends_with("_removed") || made.kind == "price_book_set" {
                    times.clear();
                }
                times.push((fact.at, made, &fact.event));
            }
        }
        let sets = || times.iter().filter(|(_, made, _)| !made.kind.ends_with("_removed"));
        item.set("created_at_ms", sets().next().map(|(at, ..)| *at).into());
        item.set("revision", self.revision(&change).into());
        if candidate.change != "key_set" {
            return item;
        }
        let mut rotated_at = 0;
        let mut known: Vec<Json> = Vec::new();
        for (index, (at, made, _)) in sets().enumerate() {
            let digests = made.form.get("secrets").list().iter().map(|secret| secret.get("sha256").clone());
            let digests: Vec<Json> = digests.collect();
            if index == 0 || digests.iter().any(|digest| !known.contains(digest)) {
                rotated_at = *at;
            }
            known = digests;
        }
        let age = config.settings.as_ref().map_or(&Json::Null, |settings| settings.get("key_max_age_ms"));
        let revoked = item.get("status").text() == "revoked";
        let due = (!age.is_null() && !revoked).then(|| rotated_at + age.int());
        let owner = item.get("owner");
        let owner = find(&config.members, owner.get("member").text())
            .or_else(|| find(&config.accounts, owner.get("service_account").text()));
        let owner_active = owner.is_some_and(|owner| owner.get("status").text() == "active");
        let project = find(&config.projects, config.home_of(&item));
        let project_active = project.is_none_or(|project| project.get("status").text() == "active");
        item.set("created_by", sets().next().map_or(Json::Null, |(_, _, event)| event.get("actor").clone()));
        item.set("rotated_at_ms", rotated_at.into());
        item.set("rotation_due_at_ms", due.into());
        item.set("owner_active", owner_active.into());
        item.set("project_active", project_active.into());
        item
    }

    pub fn identify(&self, query: &Value, now: i64) -> Result<Json, Mistake> {
        read::only(query, &["type", "credential"])?;
        let credential = read::credential(query)?;
        let config = self.log.config();
        let Some((key, _)) = config.key(&credential) else { return Ok(refuse("unknown_key")) };
        let project = find(&config.projects, config.home_of(key)).map(|project| project.get("id").clone());
        Ok(object! {
            "type": "identity", "key": key.get("id").clone(), "kind": key.get("kind").clone(), "owner": key.get("owner").clone(),
            "project": project, "refused": config.authenticate(&credential, now).err(),
        })
    }

    pub fn head(&self, query: &Value) -> Result<Json, Mistake> {
        read::only(query, &["type"])?;
        let (entries, hash) = self.audit_head();
        Ok(object! { "type": "audit_head", "entries": entries, "hash": hash })
    }
}
