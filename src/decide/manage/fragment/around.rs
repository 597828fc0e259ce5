//! What stands around the changes of a command: what they refer to, and what refers to them.

use super::{Fragment, List, Origin};
use crate::{
    change::Change,
    decide::authority::lets_in,
    directory::{KeyForm, KeyStatus, MemberForm, Owner, ProjectForm, ServiceAccountForm, role::Preset},
    id::{KeyId, MemberId, ModelClassId, ProjectId, RoleId, ServiceAccountId},
    limit::Scope,
};

impl<'a> Fragment<'a> {
    /// Puts in what a change refers to, and what refers to it where that can become wrong.
    pub(super) fn around(&mut self, index: usize, change: &Change) {
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
                self.keys_that_come_back(index, &set.project);
            }
            Change::ServiceAccount(set) => {
                self.project(index, &set.service_account.project, None);
                self.role(index, &set.service_account.role);
                // A key of an account that moves may name the project that the account is of.
                self.moved_keys(&set.service_account).for_each(|key| self.known_key(index, key));
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

    pub(super) fn known_member(&mut self, index: usize, form: &MemberForm) {
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
            // The secret of a revoked key may be another's by now.
            let secrets = if form.status == KeyStatus::Revoked { Vec::new() } else { form.secrets.clone() };
            self.form.keys.push(KeyForm { secrets, ..form.clone() });
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
        // Another key, not revoked, that lists one of its secrets.
        let directory = &self.state.directory;
        for secret in &key.secrets {
            let holder = directory.key_by_secret(&secret.sha256).and_then(|(holder, _)| directory.key(holder));
            if let Some(holder) = holder.filter(|holder| holder.status != KeyStatus::Revoked) {
                self.known_key(index, &holder.form);
            }
        }
    }

    /// The keys of an account that comes to another project.
    pub(super) fn moved_keys(&self, account: &ServiceAccountForm) -> impl Iterator<Item = &'a KeyForm> + use<'a> {
        let directory = &self.state.directory;
        let known = directory.service_account_by_id(account.id.as_str());
        let known = known.and_then(|known| directory.service_account(known));
        let moved = known.filter(|known| known.form.project != account.project);
        let keys = moved.map_or(&[][..], |known| &known.keys);
        keys.iter().filter_map(|key| directory.key(*key)).map(|key| &*key.form)
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

    /// The keys that act again when their project is in use again.
    fn keys_that_come_back(&mut self, index: usize, project: &ProjectForm) {
        let directory = &self.state.directory;
        let known = directory.project_by_id(project.id.as_str()).and_then(|known| directory.project(known));
        let Some(known) = known.filter(|known| known.form.status != project.status) else { return };
        for key in
            known.keys.iter().filter_map(|key| directory.key(*key)).filter(|key| key.status != KeyStatus::Revoked)
        {
            self.known_key(index, &key.form);
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
}
