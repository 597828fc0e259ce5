//! What a command sets, with as much of the directory around it as its checks need: a small policy, which the checks of
//! the policy file read as they read a whole one.
//!
//! INVARIANT: what is put in beside the command's own changes stands as it is in the directory, so that a problem found
//! there is one that the command makes.

mod address;
mod around;
mod ended;
mod increase;
mod path;

use crate::{
    change::Change,
    command::Manage,
    directory::{KeyForm, MemberForm, MemberStatus, role::Preset},
    error::{Problem, ProblemKind},
    form::{Int, Path, Problems},
    index::Names,
    policy::{self, BookChoice, PolicyForm},
    price::{Book, Models},
    state::State,
    time::Timestamp,
};

/// The lists of a policy, and what one item of each is called in a change.
const LISTS: [(&str, &str); 8] = [
    ("model_classes", "model_class"),
    ("roles", "role"),
    ("members", "member"),
    ("projects", "project"),
    ("service_accounts", "service_account"),
    ("keys", "key"),
    ("limits", "limit"),
    ("budgets", "budget"),
];

#[derive(Clone, Copy)]
enum List {
    ModelClasses,
    Roles,
    Members,
    Projects,
    ServiceAccounts,
    Keys,
    Limits,
    Budgets,
}

/// Where an item of a list comes from.
#[derive(Clone, Copy)]
enum Origin {
    /// A change sets it.
    Set(usize),
    /// It stands in the directory; a change is the reason to look at it.
    Known(usize),
}

pub(super) struct Fragment<'a> {
    state: &'a State,
    command: &'a Manage,
    form: PolicyForm,
    origins: [Vec<Origin>; 8],
    present: [Names; 8],
    problems: Vec<Problem>,
    only_forbidden: bool,
}

impl<'a> Fragment<'a> {
    pub(super) fn of(state: &'a State, command: &'a Manage) -> Self {
        let directory = &state.directory;
        let form = PolicyForm {
            schema_version: Int::clamped(1),
            organization: directory.organization.clone(),
            settings: directory.settings.clone(),
            price_book: BookChoice::Claude,
            model_classes: Vec::new(),
            roles: Vec::new(),
            members: Vec::new(),
            projects: Vec::new(),
            service_accounts: Vec::new(),
            keys: Vec::new(),
            limits: Vec::new(),
            budgets: Vec::new(),
        };
        let mut fragment = Self {
            state,
            command,
            form,
            origins: Default::default(),
            present: Default::default(),
            problems: Vec::new(),
            only_forbidden: false,
        };
        for (index, managed) in command.changes.iter().enumerate() {
            fragment.set(index, &managed.change);
        }
        // What is taken out is to blame for what refers to it, before what is merely near it.
        for takes_out in [true, false] {
            for (index, managed) in command.changes.iter().enumerate() {
                if managed.change.form().is_none() == takes_out {
                    fragment.around(index, &managed.change);
                }
            }
        }
        fragment.an_admin();
        fragment
    }

    pub(super) fn form(&self) -> &PolicyForm {
        &self.form
    }

    /// Every problem, and whether all of them are of what the actor, or anybody, may not do.
    pub(super) fn into_problems(self) -> (Vec<Problem>, bool) {
        (self.problems, self.only_forbidden)
    }

    /// Takes in what the actor, or anybody, may not do.
    pub(super) fn forbids(&mut self, problems: Vec<Problem>) {
        self.only_forbidden = self.problems.is_empty();
        problems.into_iter().for_each(|problem| self.found(problem));
    }

    /// Everything that must hold, but who may do what.
    pub(super) fn check(&mut self, at: Timestamp) {
        let mut problems = Problems::default();
        let root = Path::Root("");
        // With a book that cannot be read nobody knows which models there are; the rest is looked at all the same.
        let own = self.book(&mut problems);
        let book = own.as_ref().and_then(|own| own.as_ref().or_else(|| self.state.book().map(|(_, book)| book)));
        policy::check_fragment(&self.form, book, &root, &mut problems);
        let problems = problems.into_list();
        let stands = |problem: &Problem| matches!(self.origin(&problem.path), Some((_, Origin::Known(_), ..)));
        let before = if problems.iter().any(stands) { self.problems_before() } else { Vec::new() };
        let made: Vec<Problem> =
            problems.into_iter().filter(|problem| !(stands(problem) && before.contains(problem))).collect();
        made.into_iter().for_each(|problem| self.found(problem));
        self.most_of_each();
        self.paths_bounded();
        self.addresses_unique();
        self.nothing_begins_ended(at);
        self.increase_requests();
    }

    /// What is wrong already with what stands beside the changes, such as a reference to what went with a policy.
    fn problems_before(&self) -> Vec<Problem> {
        fn put_back<'a, T: Clone + 'a>(list: &mut [T], known: impl Fn(&T) -> Option<&'a T>) {
            for item in list {
                if let Some(known) = known(item) {
                    *item = known.clone();
                }
            }
        }
        let (state, directory) = (self.state, &self.state.directory);
        let mut form = self.form.clone();
        form.organization = directory.organization.clone();
        form.settings = directory.settings.clone();
        put_back(&mut form.model_classes, |class| directory.classes.get(class.id.as_str()).map(|(known, _)| known));
        put_back(&mut form.roles, |role| directory.roles.get(role.id.as_str()));
        put_back(&mut form.members, |member| {
            Some(&directory.member(directory.member_by_id(member.id.as_str())?)?.form)
        });
        put_back(&mut form.service_accounts, |account| {
            Some(&directory.service_account(directory.service_account_by_id(account.id.as_str())?)?.form)
        });
        // A new key has taken nobody's secret yet.
        let is_new = |key: &&mut KeyForm| directory.key_by_id(key.id.as_str()).is_none();
        form.keys.iter_mut().filter(is_new).for_each(|key| key.secrets.clear());
        put_back(&mut form.keys, |key| Some(&*directory.key(directory.key_by_id(key.id.as_str())?)?.form));
        put_back(&mut form.limits, |limit| Some(state.limits.get(state.limits.by_id(limit.id.as_str())?)?.form()));
        put_back(&mut form.budgets, |budget| Some(&*state.budgets.get(state.budgets.by_id(budget.id.as_str())?)?.form));
        for managed in &self.command.changes {
            match &managed.change {
                Change::RoleRemoved(removed) => form.roles.extend(directory.roles.get(removed.id.as_str()).cloned()),
                Change::ModelClassRemoved(removed) => {
                    let known = directory.classes.get(removed.id.as_str());
                    form.model_classes.extend(known.map(|(class, _)| class.clone()));
                }
                _ => {}
            }
        }
        let mut problems = Problems::default();
        policy::check_fragment(&form, state.book().map(|(_, book)| book), &Path::Root(""), &mut problems);
        problems.into_list()
    }

    /// The price book that the command sets, if any; the outer `None`: it cannot be read.
    fn book(&self, problems: &mut Problems) -> Option<Option<Book>> {
        for (index, managed) in self.command.changes.iter().enumerate() {
            if let Change::PriceBook(set) = &managed.change {
                let path = format!("command.changes[{index}].change.price_book");
                let mut models = Models::default();
                let book = Book::compile(set.price_book.clone(), &mut models, &Path::Root(&path), problems);
                return book.map(Some);
            }
        }
        Some(None)
    }

    /// Takes in a problem of the small policy, at the place of the command that it comes from.
    pub(super) fn found(&mut self, problem: Problem) {
        if let Some(in_use) = self.in_use(&problem) {
            self.problems.push(in_use);
            return;
        }
        let (path, message) = self.place(problem.path, problem.message);
        self.problems.push(Problem { path, message, ..problem });
    }

    /// What is known names what a change takes out: it has to name something else first.
    fn in_use(&self, problem: &Problem) -> Option<Problem> {
        let (list, Origin::Known(change), index, _) = self.origin(&problem.path)? else { return None };
        let (what, id) = match &self.command.changes.get(change)?.change {
            Change::RoleRemoved(removed) => ("role", removed.id.as_str()),
            Change::ModelClassRemoved(removed) => ("model class", removed.id.as_str()),
            _ => return None,
        };
        let noun = LISTS.get(list).map_or("", |(_, noun)| noun).replace('_', " ");
        let user = self.id_at(list, index);
        (problem.kind == ProblemKind::NotFound).then(|| Problem {
            path: format!("command.changes[{change}].change.id"),
            value: format!("\"{id}\""),
            message: format!("it is in use by {noun} `{user}`"),
            remedy: format!("give that {noun} another {what} first"),
            kind: ProblemKind::Invalid,
        })
    }

    /// The list that a path of the small policy begins with, where its item comes from, the item's position, and the rest.
    fn origin<'p>(&self, path: &'p str) -> Option<(usize, Origin, usize, &'p str)> {
        let (list, rest) = path.split_once('[')?;
        let at = LISTS.iter().position(|(name, _)| *name == list)?;
        let (index, below) = rest.split_once(']')?;
        let index: usize = index.parse().ok()?;
        Some((at, *self.origins.get(at)?.get(index)?, index, below))
    }

    fn place(&self, path: String, message: String) -> (String, String) {
        if path.starts_with("command.") {
            return (path, message);
        }
        if let Some((list, origin, index, below)) = self.origin(&path) {
            let noun = LISTS.get(list).map_or("", |(_, noun)| noun);
            return match origin {
                Origin::Set(change) => (format!("command.changes[{change}].change.{noun}{below}"), message),
                Origin::Known(change) => match self.taken_secret(index, below) {
                    Some(path) => (path, message),
                    None => {
                        let id = self.id_at(list, index);
                        (format!("command.changes[{change}].change"), format!("{noun} `{id}`: {message}"))
                    }
                },
            };
        }
        let list = path.split(['.', '[']).next().unwrap_or_default();
        let is_meant = |change: &Change| match change {
            Change::Organization(_) => list == "organization",
            Change::Settings(_) => list == "settings",
            _ => false,
        };
        let changes = || self.command.changes.iter().map(|managed| &managed.change);
        if let Some(change) = changes().position(is_meant) {
            return (format!("command.changes[{change}].change.{path}"), message);
        }
        // What the settings name may be missing from a book that is set.
        let book = changes().position(|change| matches!(change, Change::PriceBook(_))).unwrap_or(0);
        (format!("command.changes[{book}].change"), format!("{path}: {message}"))
    }

    /// Where a change takes the secret that stands in a key beside it, at a place such as `.secrets[0].sha256`.
    fn taken_secret(&self, key: usize, below: &str) -> Option<String> {
        let index: usize = below.strip_prefix(".secrets[")?.strip_suffix("].sha256")?.parse().ok()?;
        let secret = self.form.keys.get(key)?.secrets.get(index)?.sha256;
        let takes = |(at, managed): (usize, &crate::command::ManagedChange)| match &managed.change {
            Change::Key(set) => {
                let place = set.key.secrets.iter().position(|taken| taken.sha256 == secret)?;
                Some(format!("command.changes[{at}].change.key.secrets[{place}].sha256"))
            }
            _ => None,
        };
        self.command.changes.iter().enumerate().find_map(takes)
    }

    fn id_at(&self, list: usize, index: usize) -> String {
        let form = &self.form;
        let id = match list {
            0 => form.model_classes.get(index).map(|known| known.id.to_string()),
            1 => form.roles.get(index).map(|known| known.id.to_string()),
            2 => form.members.get(index).map(|known| known.id.to_string()),
            3 => form.projects.get(index).map(|known| known.id.to_string()),
            4 => form.service_accounts.get(index).map(|known| known.id.to_string()),
            5 => form.keys.get(index).map(|known| known.id.to_string()),
            6 => form.limits.get(index).map(|known| known.id.to_string()),
            _ => form.budgets.get(index).map(|known| known.id.to_string()),
        };
        id.unwrap_or_default()
    }

    /// Notes an item; whether it is new here.
    fn enters(&mut self, list: List, id: &str, origin: Origin) -> bool {
        let Some((present, origins)) = self.present.get_mut(list as usize).zip(self.origins.get_mut(list as usize))
        else {
            return false;
        };
        if present.get(id).is_some() {
            return false;
        }
        present.insert(id, 0);
        origins.push(origin);
        true
    }

    fn set(&mut self, index: usize, change: &Change) {
        let origin = Origin::Set(index);
        match change {
            Change::Organization(set) => self.form.organization = set.organization.clone(),
            Change::Settings(set) => self.form.settings = set.settings.clone(),
            Change::ModelClass(set) => {
                self.enters(List::ModelClasses, set.model_class.id.as_str(), origin);
                self.form.model_classes.push(set.model_class.clone());
            }
            Change::Role(set) => {
                self.enters(List::Roles, set.role.id.as_str(), origin);
                self.form.roles.push(set.role.clone());
            }
            Change::Member(set) => {
                self.enters(List::Members, set.member.id.as_str(), origin);
                self.form.members.push(set.member.clone());
            }
            Change::Project(set) => {
                self.enters(List::Projects, set.project.id.as_str(), origin);
                self.form.projects.push(set.project.clone());
            }
            Change::ServiceAccount(set) => {
                self.enters(List::ServiceAccounts, set.service_account.id.as_str(), origin);
                self.form.service_accounts.push(set.service_account.clone());
            }
            Change::Key(set) => {
                self.enters(List::Keys, set.key.id.as_str(), origin);
                self.form.keys.push(set.key.clone());
            }
            Change::Limit(set) => {
                self.enters(List::Limits, set.limit.id.as_str(), origin);
                self.form.limits.push(set.limit.clone());
            }
            Change::Budget(set) => {
                self.enters(List::Budgets, set.budget.id.as_str(), origin);
                self.form.budgets.push(set.budget.clone());
            }
            // What is taken out must not come back by what refers to it.
            Change::RoleRemoved(removed) => self.leaves(List::Roles, removed.id.as_str()),
            Change::ModelClassRemoved(removed) => self.leaves(List::ModelClasses, removed.id.as_str()),
            Change::LimitRemoved(removed) => self.leaves(List::Limits, removed.id.as_str()),
            Change::BudgetRemoved(removed) => self.leaves(List::Budgets, removed.id.as_str()),
            Change::PriceBook(_) | Change::IncreaseRequest(_) => {}
        }
    }

    fn leaves(&mut self, list: List, id: &str) {
        if let Some(present) = self.present.get_mut(list as usize) {
            present.insert(id, 0);
        }
    }

    /// One admin beside the members that are set, so that the last one can be told.
    fn an_admin(&mut self) {
        let is_admin = |member: &MemberForm| {
            member.status == MemberStatus::Active && Preset::of(member.role.as_str()) == Some(Preset::Admin)
        };
        let set = self.present.get(List::Members as usize);
        let stays = |member: &MemberForm| set.is_none_or(|set| set.get(member.id.as_str()).is_none());
        let members = self.state.directory.members().iter().map(|member| &member.form);
        let admin = members.filter(|member| is_admin(member)).find(|member| stays(member));
        if let Some(admin) = admin.cloned() {
            self.known_member(0, &admin);
        }
    }
}
