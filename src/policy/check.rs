//! What must hold between the parts of a policy: references, uniqueness, bounds.

use std::sync::Arc;

use super::{BookChoice, Policy, PolicyForm, readable::Readable};
use crate::{
    directory::{MemberStatus, Owner, matches_name, role::Preset},
    form::{Json, Path, Problems},
    id::ProjectId,
    index::Names,
    limit::Scope,
    order::{self, Ids},
    price::{Book, BookForm, CLAUDE, Models},
    wire::to_text,
};

/// The most of each kind.
pub(crate) const MOST: [(&str, usize); 8] = [
    // Half of what a model's bits hold, so that one update can replace them all.
    ("model_classes", 31),
    ("roles", 500),
    ("members", 50_000),
    ("projects", 10_000),
    ("service_accounts", 10_000),
    ("keys", 250_000),
    ("limits", 500_000),
    ("budgets", 500_000),
];
/// The most limits on one request's path.
pub(crate) const MOST_LIMITS_ON_PATH: usize = 64;
/// The most budgets on one request's path.
pub(crate) const MOST_BUDGETS_ON_PATH: usize = 16;
/// The longest hint of a key, in bytes: shorter than any secret.
const LONGEST_HINT: usize = 40;
/// The most secrets of one key.
const MOST_SECRETS: usize = 4;

pub(super) fn check(readable: Readable, path: &Path<'_>, problems: &mut Problems) -> Option<Policy> {
    let form = &readable.form;
    let book_path = path.field("price_book");
    let book_form = match &form.price_book {
        BookChoice::Own(book) => Arc::clone(book),
        BookChoice::Claude => Arc::new(BookForm::parse(CLAUDE).ok()?),
    };
    let mut models = Models::default();
    let book = Book::compile(Arc::clone(&book_form), &mut models, &book_path, problems);

    let mut check = Check { form, readable: &readable, path, problems };
    check.bounds();
    check.addresses_unique();
    let known = check.parts(book.as_ref().filter(|_| readable.has_book));
    check.paths_bounded();
    let Known { members, projects, service_accounts, keys, limits, budgets } = known;
    let form = readable.form;
    let policy = Policy { book: book_form, members, projects, service_accounts, keys, limits, budgets, form };
    book.map(|_| policy)
}

/// Checks a part of a policy, whose book is known.
pub(super) fn check_fragment(readable: &Readable, book: Option<&Book>, path: &Path<'_>, problems: &mut Problems) {
    Check { form: &readable.form, readable, path, problems }.parts(book);
}

/// The ids of each kind.
struct Known {
    members: Ids,
    projects: Ids,
    service_accounts: Ids,
    keys: Ids,
    limits: Ids,
    budgets: Ids,
}

struct Check<'a, 'p> {
    form: &'a PolicyForm,
    readable: &'a Readable,
    path: &'a Path<'a>,
    problems: &'p mut Problems,
}

impl Check<'_, '_> {
    /// Everything but how much there is.
    fn parts(&mut self, book: Option<&Book>) -> Known {
        let form = self.form;
        let members = self.unique("members", &mut form.members.iter().map(|member| member.id.as_str()));
        let projects = self.unique("projects", &mut form.projects.iter().map(|project| project.id.as_str()));
        let mut accounts = form.service_accounts.iter().map(|account| account.id.as_str());
        let service_accounts = self.unique("service_accounts", &mut accounts);
        let keys = self.unique("keys", &mut form.keys.iter().map(|key| key.id.as_str()));
        let limits = self.unique("limits", &mut form.limits.iter().map(|limit| limit.id.as_str()));
        let budgets = self.unique("budgets", &mut form.budgets.iter().map(|budget| budget.id.as_str()));
        let roles = self.unique("roles", &mut form.roles.iter().map(|role| role.id.as_str()));
        let classes = self.unique("model_classes", &mut form.model_classes.iter().map(|class| class.id.as_str()));
        self.organization();
        self.presets();
        self.roles_exist(&roles);
        self.principals_exist(&members, &projects);
        self.keys_refer(&members, &projects, &service_accounts);
        self.secrets_unique();
        self.scopes_exist(&members, &projects, &keys);
        self.limits_and_budgets(&classes);
        if let Some(book) = book {
            self.models_exist(book);
        }
        Known { members, projects, service_accounts, keys, limits, budgets }
    }

    fn organization(&mut self) {
        let Some(address) = &self.form.organization.billing_address else { return };
        let country = &address.country;
        if country.len() != 2 || !country.bytes().all(|byte| byte.is_ascii_uppercase()) {
            let path = self.path.field("organization");
            let path = path.field("billing_address");
            let message = "not a country".to_owned();
            self.wrong(&path.field("country"), country, message, "write two letters of ISO 3166-1, such as `DE`");
        }
    }

    /// Whoever signs in by an address is one member.
    fn addresses_unique(&mut self) {
        let form = self.form;
        let mut taken = Names::default();
        let list = self.path.field("members");
        for (at, member) in form.members.iter().enumerate().filter(|(_, member)| member.status != MemberStatus::Removed)
        {
            let place = self.readable.index("members", at);
            let address = member.email.to_ascii_lowercase();
            if let Some(first) = taken.get(&address) {
                let message = format!("`{}` is the same address", list.item(first as usize).field("email"));
                let remedy = "give each member an address of its own, or remove one";
                self.wrong(&list.item(place).field("email"), &member.email, message, remedy);
            } else {
                taken.insert(&address, u32::try_from(place).unwrap_or(u32::MAX));
            }
        }
    }

    fn bounds(&mut self) {
        let form = self.form;
        let lengths = [
            form.model_classes.len(),
            form.roles.len(),
            form.members.len(),
            form.projects.len(),
            form.service_accounts.len(),
            form.keys.len(),
            form.limits.len(),
            form.budgets.len(),
        ];
        for ((name, most), length) in MOST.into_iter().zip(lengths) {
            if length > most {
                self.too_many(&self.path.field(name), length, format!("more than {most}"), "remove what is not used");
            }
        }
    }

    /// Reports a text that cannot stay.
    fn wrong(&mut self, path: &Path<'_>, found: &str, message: String, remedy: &str) {
        self.problems.report(path, &Json::String(found.to_owned()), message, remedy);
    }

    /// Reports a name of something that does not exist.
    fn not_found(&mut self, path: &Path<'_>, name: &str, message: String, remedy: &str) {
        self.problems.report_not_found(path, name, message, remedy);
    }

    /// Reports an id that is not among `known`; whether it is.
    fn exists(&mut self, path: &Path<'_>, noun: &str, id: &str, known: &Ids, otherwise: &str) -> bool {
        let exists = known.contains(id);
        if !exists {
            let known: Vec<&str> = known.iter().take(NEAR).map(String::as_str).collect();
            self.unknown(path, noun, id, &known, otherwise);
        }
        exists
    }

    fn unknown(&mut self, path: &Path<'_>, noun: &str, id: &str, known: &[&str], otherwise: &str) {
        self.not_found(path, id, format!("no {noun} `{id}`"), &nearest_remedy(id, known, otherwise));
    }

    /// Reports a number that is too large.
    fn too_many(&mut self, path: &Path<'_>, found: usize, message: String, remedy: &str) {
        let found = Json::Integer(i128::try_from(found).unwrap_or(i128::MAX));
        self.problems.report(path, &found, message, remedy);
    }

    #[inline(never)]
    fn unique(&mut self, list: &str, ids: &mut dyn Iterator<Item = &str>) -> Ids {
        let mut written: Vec<(usize, String)> =
            ids.enumerate().map(|(at, id)| (self.readable.index(list, at), id.to_owned())).collect();
        // What cannot be read is there all the same, so that what refers to it is right.
        written.extend(self.readable.unreadable(list).cloned());
        order::sort_by(&mut written, |left, right| left.0.cmp(&right.0));
        let (places, ids): (Vec<usize>, Vec<String>) = written.into_iter().unzip();
        let path = self.path.field(list);
        for at in order::again(&ids) {
            if let (Some(place), Some(id)) = (places.get(at), ids.get(at)) {
                let item = path.item(*place);
                self.wrong(&item.field("id"), id, format!("`{id}` stands twice"), "give each its own id");
            }
        }
        Ids::of(ids)
    }

    fn presets(&mut self) {
        let path = self.path.field("roles");
        for (index, role) in self.form.roles.iter().enumerate() {
            if Preset::of(role.id.as_str()).is_some() {
                let item = path.item(self.readable.index("roles", index));
                let message = format!("`{}` is a built-in role", role.id);
                self.wrong(&item.field("id"), role.id.as_str(), message, "give the custom role another id");
            }
        }
    }

    fn roles_exist(&mut self, custom: &Ids) {
        let form = self.form;
        for (at, member) in form.members.iter().enumerate() {
            self.role_exists("members", at, None, member.role.as_str(), custom);
        }
        for (at, account) in form.service_accounts.iter().enumerate() {
            self.role_exists("service_accounts", at, None, account.role.as_str(), custom);
        }
        for (at, key) in form.keys.iter().enumerate() {
            if let Some(role) = &key.role {
                self.role_exists("keys", at, None, role.as_str(), custom);
            }
        }
        for (at, project) in form.projects.iter().enumerate() {
            for (index, binding) in project.members.iter().enumerate() {
                self.role_exists("projects", at, Some(index), binding.role.as_str(), custom);
            }
        }
    }

    fn role_exists(&mut self, list: &str, at: usize, binding: Option<usize>, role: &str, custom: &Ids) {
        if Preset::of(role).is_some() || custom.contains(role) {
            return;
        }
        let at = self.readable.index(list, at);
        let list = self.path.field(list);
        let item = list.item(at);
        let bindings = item.field("members");
        let binding = binding.map(|index| bindings.item(index));
        let path = binding.as_ref().unwrap_or(&item).field("role");
        // A near name among thousands is no hint.
        let mut known: Vec<&str> = custom.iter().take(NEAR).map(String::as_str).collect();
        known.extend(Preset::ALL.map(Preset::as_str).into_iter().take(NEAR.saturating_sub(known.len())));
        let otherwise = "add it to `roles`, or use `admin`, `developer`, `viewer` or `billing`";
        self.unknown(&path, "role", role, &known, otherwise);
    }

    fn principals_exist(&mut self, members: &Ids, projects: &Ids) {
        let list = self.path.field("projects");
        for (at, project) in self.form.projects.iter().enumerate() {
            let item = list.item(self.readable.index("projects", at));
            let bindings = item.field("members");
            let ids: Vec<String> = project.members.iter().map(|binding| binding.member.to_string()).collect();
            let again = order::again(&ids);
            for (index, binding) in project.members.iter().enumerate() {
                let id = binding.member.as_str();
                let path = bindings.item(index);
                let path = path.field("member");
                self.exists(&path, "member", id, members, "add the member, or remove the binding");
                if again.binary_search(&index).is_ok() {
                    self.wrong(&path, id, format!("`{id}` has two roles here"), "keep one");
                }
            }
        }
        let list = self.path.field("service_accounts");
        for (at, account) in self.form.service_accounts.iter().enumerate() {
            let item = list.item(self.readable.index("service_accounts", at));
            self.exists(&item.field("project"), "project", account.project.as_str(), projects, "add the project");
        }
    }

    fn keys_refer(&mut self, members: &Ids, projects: &Ids, accounts: &Ids) {
        let homes = homes(self.form);
        let list = self.path.field("keys");
        for (at, key) in self.form.keys.iter().enumerate() {
            let item = list.item(self.readable.index("keys", at));
            let owner = item.field("owner");
            let (name, noun, id, known) = match &key.owner {
                Owner::Member(id) => ("member", "member", id.as_str(), members),
                Owner::ServiceAccount(id) => ("service_account", "service account", id.as_str(), accounts),
            };
            self.exists(&owner.field(name), noun, id, known, "add the owner");
            if let Some(hint) = key.hint.as_ref().filter(|hint| hint.len() > LONGEST_HINT) {
                let found = hint.len();
                let message = format!("longer than {LONGEST_HINT} bytes");
                self.too_many(&item.field("hint"), found, message, "show a few letters, never the whole secret");
            }
            if let Some(project) = &key.project {
                let path = item.field("project");
                if self.exists(&path, "project", project.as_str(), projects, "add the project")
                    && let Some(home) = home_of(self.form, &homes, id).filter(|_| name == "service_account")
                    && home != project
                {
                    let message = format!("service account `{id}` is of project `{home}`");
                    self.wrong(&path, project.as_str(), message, &format!("write `{home}`, or leave it out"));
                }
            }
        }
    }

    fn secrets_unique(&mut self) {
        let secrets = self.form.keys.iter().flat_map(|key| &key.secrets);
        let again = order::again(&secrets.map(|secret| secret.sha256.to_string()).collect::<Vec<_>>());
        let mut position = 0..;
        let list = self.path.field("keys");
        for (at, key) in self.form.keys.iter().enumerate() {
            let item = list.item(self.readable.index("keys", at));
            let secrets = item.field("secrets");
            if key.secrets.len() > MOST_SECRETS {
                let message = format!("more than {MOST_SECRETS} secrets");
                self.too_many(&secrets, key.secrets.len(), message, "remove old ones");
            }
            for (index, secret) in key.secrets.iter().enumerate() {
                if position.next().is_some_and(|position| again.binary_search(&position).is_ok()) {
                    let path = secrets.item(index);
                    let message = "the secret stands twice".to_owned();
                    self.wrong(
                        &path.field("sha256"),
                        &secret.sha256.to_string(),
                        message,
                        "make a secret for each key",
                    );
                }
            }
        }
    }

    fn scopes_exist(&mut self, members: &Ids, projects: &Ids, keys: &Ids) {
        let form = self.form;
        let mut exists = |list: &str, at: usize, scope: &Scope| {
            let (name, id, known) = match scope {
                Scope::Organization => return,
                Scope::Project(id) => ("project", id.as_str(), projects),
                Scope::Member(id) => ("member", id.as_str(), members),
                Scope::Key(id) => ("key", id.as_str(), keys),
            };
            let at = self.readable.index(list, at);
            let list = self.path.field(list);
            let item = list.item(at);
            self.exists(&item.field("scope").field(name), name, id, known, "add it, or correct the scope");
        };
        form.limits.iter().enumerate().for_each(|(at, limit)| exists("limits", at, &limit.scope));
        form.budgets.iter().enumerate().for_each(|(at, budget)| exists("budgets", at, &budget.scope));
    }

    fn limits_and_budgets(&mut self, classes: &Ids) {
        let list = self.path.field("limits");
        for (at, limit) in self.form.limits.iter().enumerate() {
            let item = list.item(self.readable.index("limits", at));
            limit.check(&item, self.problems);
            if let Some(class) = &limit.model_class {
                let path = item.field("model_class");
                self.exists(&path, "model class", class.as_str(), classes, "add it to `model_classes`");
            }
        }
        let list = self.path.field("budgets");
        for (at, budget) in self.form.budgets.iter().enumerate() {
            budget.check(&list.item(self.readable.index("budgets", at)), self.problems);
        }
    }

    fn paths_bounded(&mut self) {
        let form = self.form;
        let homes = homes(form);
        let limits = count_by_scope(&mut form.limits.iter().map(|limit| &limit.scope));
        let budgets = count_by_scope(&mut form.budgets.iter().map(|budget| &budget.scope));
        let list = self.path.field("keys");
        for (at, key) in form.keys.iter().enumerate() {
            let mut path = vec![Scope::Organization, Scope::Key(key.id.clone())];
            match &key.owner {
                Owner::Member(id) => {
                    path.push(Scope::Member(id.clone()));
                    path.extend(key.project.clone().map(Scope::Project));
                }
                Owner::ServiceAccount(id) => {
                    path.extend(home_of(form, &homes, id.as_str()).cloned().map(Scope::Project))
                }
            }
            for (name, counts, most) in
                [("limits", &limits, MOST_LIMITS_ON_PATH), ("budgets", &budgets, MOST_BUDGETS_ON_PATH)]
            {
                let count: usize = path
                    .iter()
                    .filter_map(|scope| counts.get(to_text(scope).as_str()))
                    .map(|count| count as usize)
                    .sum();
                if count > most {
                    let item = list.item(self.readable.index("keys", at));
                    let message = format!("{count} {name} on the path of `{}`", key.id);
                    self.too_many(&item, count, message, &format!("keep at most {most}"));
                }
            }
        }
    }

    fn models_exist(&mut self, book: &Book) {
        let form = self.form;
        let settings = self.path.field("settings");
        if let Some(fallback) = &form.settings.fallback_model
            && book.by_name(fallback).is_none()
        {
            let path = settings.field("fallback_model");
            let message = "the price book has no such model".to_owned();
            self.not_found(&path, fallback, message, "name a model of the price book");
        }
        for (at, class) in form.model_classes.iter().enumerate() {
            self.list_names_models("model_classes", at, &class.models, book);
        }
        for (at, project) in form.projects.iter().enumerate() {
            self.list_names_models("projects", at, project.models.as_deref().unwrap_or_default(), book);
        }
        for (at, key) in form.keys.iter().enumerate() {
            self.list_names_models("keys", at, key.models.as_deref().unwrap_or_default(), book);
        }
    }

    fn list_names_models(&mut self, list: &str, at: usize, models: &[String], book: &Book) {
        let at = self.readable.index(list, at);
        let list = self.path.field(list);
        let item = list.item(at);
        let path = item.field("models");
        for (index, entry) in models.iter().enumerate() {
            let names_one = match entry.strip_suffix('*') {
                Some(_) => {
                    book.cards().iter().any(|card| book.names_of(card.model).any(|name| matches_name(entry, name)))
                }
                None => book.by_name(entry).is_some(),
            };
            // With a fallback card, names that the book lacks are models too.
            if !names_one && self.form.settings.fallback_model.is_none() {
                let names = book.cards().iter().flat_map(|card| book.names_of(card.model));
                let known: Vec<&str> = names.take(NEAR).collect();
                let otherwise = "name a model of the price book, or a prefix of one with `*`";
                let message = "no model of the price book matches".to_owned();
                self.not_found(&path.item(index), entry, message, &nearest_remedy(entry, &known, otherwise));
            }
        }
    }
}

fn count_by_scope(scopes: &mut dyn Iterator<Item = &Scope>) -> Names {
    let mut counts = Names::default();
    for scope in scopes {
        let scope = to_text(scope);
        let count = counts.get(&scope).map_or(1, |count| count.saturating_add(1));
        counts.insert(&scope, count);
    }
    counts
}

/// Each service account's position; of accounts with one id the last one's.
fn homes(form: &PolicyForm) -> Names {
    let mut homes = Names::default();
    for (account, at) in form.service_accounts.iter().zip(0_u32..) {
        homes.insert(account.id.as_str(), at);
    }
    homes
}

fn home_of<'a>(form: &'a PolicyForm, homes: &Names, account: &str) -> Option<&'a ProjectId> {
    form.service_accounts.get(homes.get(account)? as usize).map(|account| &account.project)
}

/// How many names are looked through for one that is near: more would take long.
const NEAR: usize = 1_000;

fn nearest_remedy(name: &str, known: &[&str], otherwise: &str) -> String {
    match crate::form::nearest(name, known) {
        Some(nearest) => format!("write `{nearest}`, or {otherwise}"),
        None => otherwise.to_owned(),
    }
}
