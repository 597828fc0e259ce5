//! What is configured, as the changes of the log leave it.

use std::rc::Rc;

use super::json::{Json, object};

/// A limit or a budget in force.
#[derive(Clone, Debug)]
pub struct Placed {
    pub form: Json,
    /// The position in the log of the change that began its bucket, or its spend: its identity.
    pub born: usize,
    /// Of a budget: how often its cap or its thresholds were set.
    pub revision: i64,
}

/// Everything that is configured. Lists are in the order in which their things first came.
#[derive(Clone, Debug, Default)]
pub struct Config {
    pub organization: Option<Json>,
    pub settings: Option<Json>,
    pub book: Option<Rc<Json>>,
    pub book_hash: String,
    pub classes: Vec<Json>,
    pub roles: Vec<Json>,
    pub members: Vec<Json>,
    pub projects: Vec<Json>,
    pub accounts: Vec<Json>,
    pub keys: Vec<Json>,
    pub limits: Vec<Placed>,
    pub budgets: Vec<Placed>,
    pub requests: Vec<Json>,
}

/// A change, and the event that tells it.
#[derive(Clone, Debug)]
pub struct Change {
    pub kind: &'static str,
    pub form: Json,
}

/// The SHA-256 of a text, in hexadecimal digits.
pub fn digest(text: &str) -> String {
    use sha2::{Digest, Sha256};
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn put(list: &mut Vec<Json>, form: Json) {
    match list.iter_mut().find(|known| known.get("id") == form.get("id")) {
        Some(known) => *known = form,
        None => list.push(form),
    }
}

/// Whether only what keeps the level, or the spend, differs.
pub fn same_kind(known: &Json, form: &Json, kept: &[&str]) -> bool {
    let (mut left, mut right) = (known.clone(), form.clone());
    for field in kept {
        left.set(field, Json::Null);
        right.set(field, Json::Null);
    }
    left == right
}

/// What a limit may change without starting anew.
pub const LIMIT_KEEPS: [&str; 3] = ["rate", "capacity", "mode"];
/// What a budget may change without starting anew.
pub const BUDGET_KEEPS: [&str; 3] = ["cap_usd", "thresholds_percent", "mode"];

fn place(list: &mut Vec<Placed>, form: Json, kept: &[&str], position: usize) {
    let known = list.iter().position(|known| known.form.get("id") == form.get("id"));
    if let Some(index) = known {
        let known = &mut list[index];
        if same_kind(&known.form, &form, kept) {
            let revises =
                ["cap_usd", "thresholds_percent"].iter().any(|field| known.form.get(field) != form.get(field));
            known.revision += i64::from(revises);
            known.form = form;
            return;
        }
        list.remove(index);
    }
    list.push(Placed { form, born: position, revision: 1 });
}

impl Config {
    /// Takes a change over; `position` is its place in the log.
    pub fn apply(&mut self, change: &Change, position: usize) {
        let form = change.form.clone();
        let id = change.form.text().to_owned();
        match change.kind {
            "organization_set" => self.organization = Some(form),
            "settings_set" => self.settings = Some(form),
            "price_book_set" => {
                self.book_hash = digest(&form.line());
                self.book = Some(Rc::new(form));
            }
            "model_class_set" => put(&mut self.classes, form),
            "model_class_removed" => self.classes.retain(|class| class.get("id").text() != id),
            "role_set" => put(&mut self.roles, form),
            "role_removed" => self.roles.retain(|role| role.get("id").text() != id),
            "member_set" => put(&mut self.members, form),
            "project_set" => put(&mut self.projects, form),
            "service_account_set" => put(&mut self.accounts, form),
            "key_set" => put(&mut self.keys, form),
            "limit_set" => place(&mut self.limits, form, &LIMIT_KEEPS, position),
            "limit_removed" => self.limits.retain(|limit| limit.form.get("id").text() != id),
            "budget_set" => place(&mut self.budgets, form, &BUDGET_KEEPS, position),
            "budget_removed" => self.budgets.retain(|budget| budget.form.get("id").text() != id),
            "increase_request_set" => put(&mut self.requests, form),
            unknown => panic!("`{unknown}` is no change"),
        }
    }

    /// A number of the settings.
    pub fn setting(&self, name: &str) -> i64 {
        self.settings.as_ref().map_or(0, |settings| settings.get(name).int())
    }

    /// The book in force.
    pub fn book(&self) -> &Rc<Json> {
        self.book.as_ref().expect("every organization has a book")
    }

    /// The limit or budget of an identity, while it is in force.
    pub fn placed(list: &[Placed], born: usize) -> Option<&Placed> {
        list.iter().find(|placed| placed.born == born)
    }

    /// What of a list applies to a key: organization, project, member, key, each by rising id.
    pub fn path<'a>(&self, list: &'a [Placed], key: &Json) -> Vec<&'a Placed> {
        let mut path = Vec::new();
        let scopes = [
            Json::from("organization"),
            object! { "project": self.project_of(key) },
            object! { "member": key.get("owner").get("member").text() },
            object! { "key": key.get("id").clone() },
        ];
        for scope in scopes {
            let mut level: Vec<&Placed> = list.iter().filter(|placed| *placed.form.get("scope") == scope).collect();
            level.sort_by_key(|placed| placed.form.get("id").text());
            path.extend(level);
        }
        path
    }
}

impl Change {
    /// The change as an event writes it.
    pub fn event(&self) -> Json {
        let mut event = object! { "type": self.kind };
        match self.kind {
            "price_book_set" => {
                event.set("hash", digest(&self.form.line()).into());
                event.set("price_book", self.form.clone());
            }
            kind => match kind.strip_suffix("_set") {
                Some(noun) => event.set(noun, self.form.clone()),
                None => event.set("id", self.form.clone()),
            },
        }
        event
    }
}
