//! The policy as changes: everything at first, later the difference.

use super::{authority, authorize_actor, threshold};
use crate::{
    alert::Alert,
    budget::BudgetForm,
    change::{
        BudgetRemoved, BudgetSet, Change, KeySet, LimitRemoved, LimitSet, MemberSet, ModelClassRemoved, ModelClassSet,
        OrganizationSet, PriceBookSet, ProjectSet, RoleRemoved, RoleSet, ServiceAccountSet, SettingsSet,
    },
    decision::Decision,
    directory::{KeyStatus, MemberStatus, Principal, ProjectStatus, ServiceAccountStatus, action::Action},
    error::Error,
    event::{Configured, Event, EventKind, Events},
    form::Path,
    id::{BudgetIx, LimitIx},
    limit::LimitForm,
    policy::Policy,
    state::State,
    time::Timestamp,
};

/// The first events of an organization.
pub(crate) fn seed(state: &State, policy: &Policy, at: Timestamp) -> Vec<Event> {
    let organization = Change::Organization(OrganizationSet { organization: policy.form.organization.clone() });
    let settings = Change::Settings(SettingsSet { settings: policy.form.settings.clone() });
    let mut changes = Changes::new(state, None, None, at);
    changes.push(organization);
    changes.push(settings);
    changes.everything_else(policy);
    changes.events
}

pub(super) fn update_policy(
    state: &State,
    actor: &Principal,
    policy: &Policy,
    at: Timestamp,
    events: &mut Events,
) -> Result<Decision, Error> {
    if let Err(denied) = authorize_actor(state, actor, Action::PolicyWrite, at) {
        return Ok(denied);
    }
    let problems = authority::problems(&state.directory, actor, &policy.form, &Path::Root("command.policy"), at);
    if !problems.is_empty() {
        return Err(Error::policy(problems));
    }
    let (known, new) = (&state.directory.organization, &policy.form.organization);
    let mut changes = Changes::new(state, Some(actor), None, at);
    if known != new {
        changes.push(Change::Organization(OrganizationSet { organization: new.clone() }));
    }
    if state.directory.settings != policy.form.settings {
        changes.push(Change::Settings(SettingsSet { settings: policy.form.settings.clone() }));
    }
    changes.everything_else(policy);
    let decision = Decision::PolicyUpdated { changes: changes.count };
    events.extend(changes.events);
    Ok(decision)
}

/// Collects the events that lead from a state to what it is to be.
pub(super) struct Changes<'a> {
    state: &'a State,
    at: Timestamp,
    actor: Option<&'a Principal>,
    source: Option<&'a str>,
    pub(super) events: Vec<Event>,
    count: u64,
}

impl<'a> Changes<'a> {
    pub(super) fn new(state: &'a State, actor: Option<&'a Principal>, source: Option<&'a str>, at: Timestamp) -> Self {
        Self { state, at, actor, source, events: Vec::new(), count: 0 }
    }

    /// One change, with the alerts that it ends or begins.
    pub(super) fn make(&mut self, change: &Change) {
        match change {
            Change::Limit(set) => self.limit(&set.limit),
            Change::Budget(set) => self.budget(&set.budget),
            Change::LimitRemoved(removed) => self.remove_limit(removed),
            Change::BudgetRemoved(removed) => self.remove_budget(removed),
            other => self.push(other.clone()),
        }
    }

    fn push(&mut self, change: Change) {
        self.count = self.count.saturating_add(1);
        let configured = Configured { actor: self.actor.cloned(), source: self.source.map(Into::into), change };
        self.events.push(Event { at: self.at, kind: EventKind::Configured(Box::new(configured)) });
    }

    fn everything_else(&mut self, policy: &Policy) {
        self.book_classes_roles(policy);
        self.principals(policy);
        self.keys(policy);
        self.limits(policy);
        self.budgets(policy);
        self.unused(policy);
    }

    fn book_classes_roles(&mut self, policy: &Policy) {
        let directory = &self.state.directory;
        let hash = policy.book.hash();
        if self.state.book().is_none_or(|(_, book)| book.hash != hash) {
            self.push(Change::PriceBook(Box::new(PriceBookSet { hash, price_book: policy.book.clone() })));
        }
        for class in &policy.form.model_classes {
            if directory.classes.get(class.id.as_str()).is_none_or(|(known, _)| known != class) {
                self.push(Change::ModelClass(ModelClassSet { model_class: class.clone() }));
            }
        }
        for role in &policy.form.roles {
            if directory.roles.get(role.id.as_str()) != Some(role) {
                self.push(Change::Role(RoleSet { role: role.clone() }));
            }
        }
    }

    fn principals(&mut self, policy: &Policy) {
        let directory = &self.state.directory;
        let form = &policy.form;
        for member in &form.members {
            let known = directory.member_by_id(member.id.as_str()).and_then(|index| directory.member(index));
            if known.is_none_or(|known| known.form != *member) {
                self.push(Change::Member(MemberSet { member: member.clone() }));
            }
        }
        for known in directory.members() {
            if known.form.status != MemberStatus::Removed && !policy.members.contains(known.form.id.as_str()) {
                let member = crate::directory::MemberForm { status: MemberStatus::Removed, ..known.form.clone() };
                self.push(Change::Member(MemberSet { member }));
            }
        }
        for project in &form.projects {
            let known = directory.project_by_id(project.id.as_str()).and_then(|index| directory.project(index));
            if known.is_none_or(|known| known.form != *project) {
                self.push(Change::Project(ProjectSet { project: project.clone() }));
            }
        }
        for known in directory.projects() {
            if known.form.status != ProjectStatus::Archived && !policy.projects.contains(known.form.id.as_str()) {
                let project = crate::directory::ProjectForm { status: ProjectStatus::Archived, ..known.form.clone() };
                self.push(Change::Project(ProjectSet { project }));
            }
        }
        for account in &form.service_accounts {
            let known =
                directory.service_account_by_id(account.id.as_str()).and_then(|index| directory.service_account(index));
            if known.is_none_or(|known| known.form != *account) {
                self.push(Change::ServiceAccount(ServiceAccountSet { service_account: account.clone() }));
            }
        }
        for known in directory.service_accounts() {
            if known.form.status != ServiceAccountStatus::Removed
                && !policy.service_accounts.contains(known.form.id.as_str())
            {
                let service_account = crate::directory::ServiceAccountForm {
                    status: ServiceAccountStatus::Removed,
                    ..known.form.clone()
                };
                self.push(Change::ServiceAccount(ServiceAccountSet { service_account }));
            }
        }
    }

    fn keys(&mut self, policy: &Policy) {
        let directory = &self.state.directory;
        for key in &policy.form.keys {
            let known = directory.key_by_id(key.id.as_str()).and_then(|index| directory.key(index));
            if known.is_none_or(|known| *known.form != *key) {
                self.push(Change::Key(Box::new(KeySet { key: key.clone() })));
            }
        }
        for known in directory.keys() {
            if known.status != KeyStatus::Revoked && !policy.keys.contains(known.form.id.as_str()) {
                let key = crate::directory::KeyForm { status: KeyStatus::Revoked, ..(*known.form).clone() };
                self.push(Change::Key(Box::new(KeySet { key })));
            }
        }
    }

    fn limits(&mut self, policy: &Policy) {
        let limits = &self.state.limits;
        for form in &policy.form.limits {
            let known = limits.by_id(form.id.as_str()).and_then(|index| limits.get(index));
            if known.is_none_or(|known| *known.form() != *form) {
                self.limit(form);
            }
        }
        for (_, known) in limits.iter() {
            if known.alive() && !policy.limits.contains(known.form().id.as_str()) {
                self.remove_limit(&LimitRemoved { id: known.form().id.clone() });
            }
        }
    }

    fn limit(&mut self, form: &LimitForm) {
        let limits = &self.state.limits;
        let index = limits.by_id(form.id.as_str());
        let known = index.and_then(|index| limits.get(index));
        // The alert of a limit that is replaced resolves while its id still names it.
        if let Some((index, _)) = index.zip(known).filter(|(_, known)| known.hit() && !known.form().same_kind(form)) {
            self.no_more_hit(index);
        }
        self.push(Change::Limit(Box::new(LimitSet { limit: form.clone() })));
    }

    fn remove_limit(&mut self, removed: &LimitRemoved) {
        let limits = &self.state.limits;
        let index = limits.by_id(removed.id.as_str());
        if let Some(index) = index.filter(|index| limits.get(*index).is_some_and(|known| known.hit())) {
            self.no_more_hit(index);
        }
        self.push(Change::LimitRemoved(removed.clone()));
    }

    fn no_more_hit(&mut self, limit: LimitIx) {
        self.events.push(Event { at: self.at, kind: EventKind::AlertResolved(Alert::LimitHit { limit }) });
    }

    fn budgets(&mut self, policy: &Policy) {
        let budgets = &self.state.budgets;
        for form in &policy.form.budgets {
            let known = budgets.by_id(form.id.as_str()).and_then(|index| budgets.get(index));
            if known.is_none_or(|known| *known.form != *form) {
                self.budget(form);
            }
        }
        for known in budgets.table() {
            if known.alive && !policy.budgets.contains(known.form.id.as_str()) {
                self.remove_budget(&BudgetRemoved { id: known.form.id.clone() });
            }
        }
    }

    /// The alerts that end or begin when a budget is set, or removed.
    fn budget_alerts(&self, id: &str, form: Option<&BudgetForm>) -> Vec<Event> {
        let mut alerts = Vec::new();
        let index: Option<BudgetIx> = self.state.budgets.by_id(id);
        if let Some((index, known)) = index.and_then(|index| Some((index, self.state.budgets.get(index)?))) {
            threshold::changed(index, known, form, self.at, &mut alerts);
        }
        alerts
    }

    fn budget(&mut self, form: &BudgetForm) {
        let budgets = &self.state.budgets;
        let known = budgets.by_id(form.id.as_str()).and_then(|index| budgets.get(index));
        let replaced = known.is_some_and(|known| !known.form.same_kind(form));
        let mut alerts = self.budget_alerts(form.id.as_str(), Some(form));
        // Alerts of a budget that is replaced resolve while its id still names it.
        if replaced {
            self.events.append(&mut alerts);
        }
        self.push(Change::Budget(Box::new(BudgetSet { budget: form.clone() })));
        self.events.append(&mut alerts);
    }

    fn remove_budget(&mut self, removed: &BudgetRemoved) {
        let alerts = self.budget_alerts(removed.id.as_str(), None);
        self.events.extend(alerts);
        self.push(Change::BudgetRemoved(removed.clone()));
    }

    fn unused(&mut self, policy: &Policy) {
        let directory = &self.state.directory;
        for known in directory.roles.values() {
            if !policy.form.roles.iter().any(|role| role.id == known.id) {
                self.push(Change::RoleRemoved(RoleRemoved { id: known.id.clone() }));
            }
        }
        for (known, _) in directory.classes.values() {
            if !policy.form.model_classes.iter().any(|class| class.id == known.id) {
                self.push(Change::ModelClassRemoved(ModelClassRemoved { id: known.id.clone() }));
            }
        }
    }
}
