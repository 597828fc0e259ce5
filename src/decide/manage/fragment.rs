//! What a command sets, with as much of the directory around it as its checks need: a small policy, which the checks of
//! the policy file read as they read a whole one.
//!
//! INVARIANT: what is put in beside the command's own changes stands as it is in the directory, so that a problem found
//! there is one that the command makes.

mod increase;
mod path;

use crate::{
    change::Change,
    command::Manage,
    decide::authority::lets_in,
    directory::{KeyForm, KeyStatus, MemberForm, MemberStatus, Owner, ProjectForm, role::Preset},
    error::Problem,
    form::{Int, Path, Problems},
    id::{KeyId, MemberId, ModelClassId, ProjectId, RoleId, ServiceAccountId},
    index::Names,
    limit::Scope,
    policy::{self, BookChoice, PolicyForm},
    price::{Book, Models},
    state::State,
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
        for (index, managed) in command.changes.iter().enumerate() {
            fragment.around(index, &managed.change);
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
    pub(super) fn check(&mut self) {
        let mut problems = Problems::default();
        let root = Path::Root("");
        if let Some(book) = self.book(&mut problems) {
            let book = book.as_ref().or_else(|| self.state.book().map(|(_, book)| book));
            policy::check_fragment(&self.form, book, &root, &mut problems);
        }
        problems.into_list().into_iter().for_each(|problem| self.found(problem));
        self.most_of_each();
        self.paths_bounded();
        self.increase_requests();
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
        let Problem { path, value, message, remedy } = problem;
        let (path, message) = self.place(path, message);
        self.problems.push(Problem { path, value, message, remedy });
    }

    fn place(&self, path: String, message: String) -> (String, String) {
        if path.starts_with("command.") {
            return (path, message);
        }
        let end = path.find(['.', '[']).unwrap_or(path.len());
        let (list, rest) = path.split_at_checked(end).unwrap_or((&path, ""));
        if let Some(at) = LISTS.iter().position(|(name, _)| *name == list) {
            let inner = rest.strip_prefix('[').and_then(|rest| rest.split_once(']'));
            let origin = inner.and_then(|(index, below)| {
                let index: usize = index.parse().ok()?;
                Some((*self.origins.get(at)?.get(index)?, index, below))
            });
            let noun = LISTS.get(at).map_or("", |(_, noun)| noun);
            return match origin {
                Some((Origin::Set(change), _, below)) => {
                    (format!("command.changes[{change}].change.{noun}{below}"), message)
                }
                Some((Origin::Known(change), index, _)) => {
                    let id = self.id_at(at, index);
                    (format!("command.changes[{change}].change"), format!("{noun} `{id}`: {message}"))
                }
                None => ("command.changes".to_owned(), message),
            };
        }
        let is_meant = |change: &Change| match change {
            Change::Organization(_) => list == "organization",
            Change::Settings(_) => list == "settings",
            _ => false,
        };
        // What the settings name may be missing from a book that is set.
        let set = self.command.changes.iter().position(|managed| is_meant(&managed.change));
        match set {
            Some(change) => (format!("command.changes[{change}].change.{path}"), message),
            None => ("command.changes".to_owned(), format!("{path}: {message}")),
        }
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
            Change::PriceBook(_) | Change::LimitRemoved(_) | Change::BudgetRemoved(_) | Change::IncreaseRequest(_) => {}
        }
    }

    fn leaves(&mut self, list: List, id: &str) {
        if let Some(present) = self.present.get_mut(list as usize) {
            present.insert(id, 0);
        }
    }

    /// Puts in what a change refers to, and what refers to it where that can become wrong.
    fn around(&mut self, index: usize, change: &Change) {
        match change {
            Change::Member(set) => {
                self.role(index, &set.member.role);
                self.roles_that_come_back(index, &set.member);
            }
            Change::Project(set) => {
                for binding in &set.project.members {
                    self.member(index, &binding.member);
                    self.role(index, &binding.role);
                }
            }
            Change::ServiceAccount(set) => {
                self.project(index, &set.service_account.project, None);
                self.role(index, &set.service_account.role);
            }
            Change::Key(set) => self.around_key(index, &set.key),
            Change::Limit(set) => {
                self.scope(index, &set.limit.scope);
                set.limit.model_class.iter().for_each(|class| self.class(index, class));
            }
            Change::Budget(set) => self.scope(index, &set.budget.scope),
            Change::RoleRemoved(removed) => self.users_of_role(index, &removed.id),
            Change::ModelClassRemoved(removed) => {
                let state = self.state;
                for (_, limit) in state.limits.iter() {
                    let form = limit.form();
                    if limit.alive()
                        && form.model_class.as_ref() == Some(&removed.id)
                        && self.enters(List::Limits, form.id.as_str(), Origin::Known(index))
                    {
                        self.form.limits.push(form.clone());
                        self.scope(index, &form.scope);
                    }
                }
            }
            Change::PriceBook(_) => self.everything_with_models(index),
            // What was allowed by a fallback may be nothing without it.
            Change::Settings(set) => {
                if set.settings.fallback_model != self.state.directory.settings.fallback_model {
                    self.everything_with_models(index);
                }
            }
            Change::Organization(_)
            | Change::ModelClass(_)
            | Change::Role(_)
            | Change::LimitRemoved(_)
            | Change::BudgetRemoved(_)
            | Change::IncreaseRequest(_) => {}
        }
    }

    fn role(&mut self, index: usize, id: &RoleId) {
        let Some(role) = self.state.directory.roles.get(id.as_str()) else { return };
        if Preset::of(id.as_str()).is_none() && self.enters(List::Roles, id.as_str(), Origin::Known(index)) {
            self.form.roles.push(role.clone());
        }
    }

    fn class(&mut self, index: usize, id: &ModelClassId) {
        let Some((class, _)) = self.state.directory.classes.get(id.as_str()) else { return };
        if self.enters(List::ModelClasses, id.as_str(), Origin::Known(index)) {
            self.form.model_classes.push(class.clone());
        }
    }

    fn member(&mut self, index: usize, id: &MemberId) {
        let directory = &self.state.directory;
        let Some(member) = directory.member_by_id(id.as_str()).and_then(|known| directory.member(known)) else {
            return;
        };
        self.known_member(index, &member.form);
    }

    fn known_member(&mut self, index: usize, form: &MemberForm) {
        if self.enters(List::Members, form.id.as_str(), Origin::Known(index)) {
            self.form.members.push(form.clone());
            self.role(index, &form.role);
        }
    }

    /// A project, with no more of its members than the one that matters.
    fn project(&mut self, index: usize, id: &ProjectId, member: Option<&MemberId>) {
        let directory = &self.state.directory;
        let Some(known) = directory.project_by_id(id.as_str()).and_then(|known| directory.project(known)) else {
            return;
        };
        if !self.enters(List::Projects, id.as_str(), Origin::Known(index)) {
            // It stands here already: as it is set, or for another member.
            let position = self.form.projects.iter().position(|project| project.id == *id);
            let is_set = position.and_then(|at| self.origins.get(List::Projects as usize)?.get(at));
            if let (Some(at), Some(Origin::Known(_))) = (position, is_set) {
                let bound = known.form.members.iter().find(|binding| Some(&binding.member) == member).cloned();
                if let (Some(project), Some(bound)) = (self.form.projects.get_mut(at), bound) {
                    if !project.members.contains(&bound) {
                        project.members.push(bound.clone());
                    }
                    self.role(index, &bound.role);
                }
            }
            return;
        }
        let members: Vec<_> =
            known.form.members.iter().filter(|binding| Some(&binding.member) == member).cloned().collect();
        for binding in &members {
            self.role(index, &binding.role);
        }
        self.form.projects.push(ProjectForm { members, ..known.form.clone() });
    }

    fn account(&mut self, index: usize, id: &ServiceAccountId) {
        let directory = &self.state.directory;
        let known = directory.service_account_by_id(id.as_str()).and_then(|known| directory.service_account(known));
        let Some(form) = known.map(|known| &known.form) else { return };
        if self.enters(List::ServiceAccounts, id.as_str(), Origin::Known(index)) {
            self.form.service_accounts.push(form.clone());
            self.project(index, &form.project, None);
            self.role(index, &form.role);
        }
    }

    fn key(&mut self, index: usize, id: &KeyId) {
        let directory = &self.state.directory;
        let Some(form) = directory.key_by_id(id.as_str()).and_then(|known| directory.key(known)).map(|key| &*key.form)
        else {
            return;
        };
        self.known_key(index, form);
    }

    fn known_key(&mut self, index: usize, form: &KeyForm) {
        if self.enters(List::Keys, form.id.as_str(), Origin::Known(index)) {
            self.form.keys.push(form.clone());
            self.owner(index, form);
        }
    }

    fn owner(&mut self, index: usize, key: &KeyForm) {
        let member = match &key.owner {
            Owner::Member(id) => {
                self.member(index, id);
                Some(id)
            }
            Owner::ServiceAccount(id) => {
                self.account(index, id);
                // The account may be one that this command sets.
                let accounts = self.form.service_accounts.iter().find(|account| account.id == *id);
                let home = accounts.map(|account| account.project.clone());
                home.iter().for_each(|home| self.project(index, home, None));
                None
            }
        };
        key.project.iter().for_each(|project| self.project(index, project, member));
        key.role.iter().for_each(|role| self.role(index, role));
    }

    fn around_key(&mut self, index: usize, key: &KeyForm) {
        self.owner(index, key);
        // Another key in use that lists one of its secrets.
        let directory = &self.state.directory;
        for secret in &key.secrets {
            let holder = directory.key_by_secret(&secret.sha256).and_then(|(holder, _)| directory.key(holder));
            if let Some(holder) = holder.filter(|holder| holder.form.status == KeyStatus::Active) {
                self.known_key(index, &holder.form);
            }
        }
    }

    /// The roles in projects that a member has again who is let in.
    fn roles_that_come_back(&mut self, index: usize, member: &MemberForm) {
        let directory = &self.state.directory;
        let before = directory.member_by_id(member.id.as_str()).and_then(|known| directory.member(known));
        if !lets_in(before.map(|known| &known.form), member) {
            return;
        }
        for project in directory.projects() {
            if project.form.members.iter().any(|binding| binding.member == member.id) {
                self.project(index, &project.form.id, Some(&member.id));
            }
        }
    }

    fn scope(&mut self, index: usize, scope: &Scope) {
        match scope {
            Scope::Organization => {}
            Scope::Project(id) => self.project(index, id, None),
            Scope::Member(id) => self.member(index, id),
            Scope::Key(id) => self.key(index, id),
        }
    }

    fn users_of_role(&mut self, index: usize, role: &RoleId) {
        let directory = &self.state.directory;
        for member in directory.members().iter().filter(|member| member.form.role == *role) {
            self.known_member(index, &member.form);
        }
        for account in directory.service_accounts().iter().filter(|account| account.form.role == *role) {
            self.account(index, &account.form.id);
        }
        for key in directory.keys().iter().filter(|key| key.form.role.as_ref() == Some(role)) {
            self.known_key(index, &key.form);
        }
        for project in directory.projects() {
            for binding in project.form.members.iter().filter(|binding| binding.role == *role) {
                self.member(index, &binding.member);
                self.project(index, &project.form.id, Some(&binding.member));
            }
        }
    }

    fn everything_with_models(&mut self, index: usize) {
        let directory = &self.state.directory;
        for (class, _) in directory.classes.values() {
            self.class(index, &class.id);
        }
        for project in directory.projects().iter().filter(|project| project.form.models.is_some()) {
            self.project(index, &project.form.id, None);
        }
        for key in directory.keys().iter().filter(|key| key.form.models.is_some()) {
            self.known_key(index, &key.form);
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
