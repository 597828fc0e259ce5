//! The directory: organization, members, service accounts, projects, keys and roles, and what each key may do.
//!
//! Each noun is a form (what the policy file and the log write) and what follows from it: grants, statuses and model
//! sets are computed when the directory changes, so that a request only looks them up.

pub mod action;
mod forms;
mod key;
mod model_set;
mod permission;
pub mod role;
mod secret;

use self::{
    action::Grants,
    role::{Preset, RoleForm},
    secret::Secrets,
};
pub use self::{
    forms::{
        AddressForm, KeyForm, KeyKind, KeyStatus, MemberForm, MemberStatus, ModelClassForm, OrganizationForm, Owner,
        PaymentForm, PaymentMethod, PaymentStatus, Principal, ProjectForm, ProjectMemberForm, ProjectStatus,
        SecretForm, ServiceAccountForm, ServiceAccountStatus, SettingsForm,
    },
    key::Key,
    model_set::{ModelSet, matches_name},
};
use crate::{
    ahead,
    id::{BudgetIx, KeyIx, LimitIx, MemberIx, ProjectIx, RoleId, SecretDigest, ServiceAccountIx},
    index::{Index, Sought},
    limit::Scope,
    order::ById,
    ranking::Ranking,
    short::Short,
    time::LATEST,
};

/// The limits and budgets of one scope, each by rising id.
#[derive(Clone, Debug, Default)]
pub struct Attached {
    /// Limits.
    pub limits: Short<LimitIx, 4>,
    /// Budgets.
    pub budgets: Short<BudgetIx, 2>,
}

/// A member, and what follows.
#[derive(Clone, Debug)]
pub struct Member {
    /// As written.
    pub form: MemberForm,
    /// What the member's role in the organization grants.
    pub grants: Grants,
    /// Limits and budgets of the member.
    pub attached: Attached,
    pub(crate) keys: Vec<KeyIx>,
}

/// A project, and what follows.
#[derive(Clone, Debug)]
pub struct Project {
    /// As written.
    pub form: ProjectForm,
    /// Limits and budgets of the project.
    pub attached: Attached,
    pub(crate) keys: Vec<KeyIx>,
}

/// A service account, and what follows.
#[derive(Clone, Debug)]
pub struct ServiceAccount {
    /// As written.
    pub form: ServiceAccountForm,
    pub(crate) keys: Vec<KeyIx>,
}

/// Everybody and everything that a request can name.
#[derive(Clone, Debug)]
pub struct Directory {
    /// The organization.
    pub organization: OrganizationForm,
    /// Settings.
    pub settings: SettingsForm,
    /// Limits and budgets of the organization.
    pub attached: Attached,
    /// Model classes with the bit that stands for each.
    pub classes: ById<(ModelClassForm, u8)>,
    /// Custom roles.
    pub roles: ById<RoleForm>,
    members: Vec<Member>,
    projects: Vec<Project>,
    service_accounts: Vec<ServiceAccount>,
    keys: Vec<Key>,
    first_limits: Vec<LimitIx>,
    members_by_id: Index,
    pub(crate) members_ranked: Ranking,
    projects_by_id: Index,
    pub(crate) projects_ranked: Ranking,
    service_accounts_by_id: Index,
    pub(crate) service_accounts_ranked: Ranking,
    keys_by_id: Index,
    pub(crate) keys_ranked: Ranking,
    secrets: Secrets,
}

/// The handle of what is put in next.
fn next<T>(table: &[T]) -> u32 {
    u32::try_from(table.len()).unwrap_or(u32::MAX)
}

/// For none, in the room of a handle.
const NO_LIMIT: LimitIx = LimitIx(u32::MAX);

impl Directory {
    /// A directory of an organization that has nobody yet.
    #[must_use]
    pub fn new(organization: OrganizationForm, settings: SettingsForm) -> Self {
        Self {
            organization,
            settings,
            attached: Attached::default(),
            classes: ById::default(),
            roles: ById::default(),
            members: Vec::new(),
            projects: Vec::new(),
            service_accounts: Vec::new(),
            keys: Vec::new(),
            first_limits: Vec::new(),
            members_by_id: Index::default(),
            members_ranked: Ranking::default(),
            projects_by_id: Index::default(),
            projects_ranked: Ranking::default(),
            service_accounts_by_id: Index::default(),
            service_accounts_ranked: Ranking::default(),
            keys_by_id: Index::default(),
            keys_ranked: Ranking::default(),
            secrets: Secrets::default(),
        }
    }

    /// What a role grants; a role that does not exist grants nothing.
    #[must_use]
    pub fn grants_of(&self, role: &RoleId) -> Grants {
        match Preset::of(role.as_str()) {
            Some(preset) => preset.grants(),
            None => self.roles.get(role.as_str()).map_or(Grants::NONE, RoleForm::grants),
        }
    }

    /// The key of an id.
    #[must_use]
    pub fn key_by_id(&self, id: &str) -> Option<KeyIx> {
        let id = Sought::of(id);
        self.keys_by_id.get(&id, &|at| self.keys.get(at as usize).is_some_and(|key| key.is(&id))).map(KeyIx)
    }

    /// The key of a secret, and which of its secrets it is.
    #[must_use]
    pub fn key_by_secret(&self, digest: &SecretDigest) -> Option<(KeyIx, u8)> {
        self.secrets.get(digest, &self.keys)
    }

    /// The member of an id.
    #[must_use]
    pub fn member_by_id(&self, id: &str) -> Option<MemberIx> {
        let is_at = |at: u32| self.members.get(at as usize).is_some_and(|known| known.form.id.as_str() == id);
        self.members_by_id.get(&Sought::of(id), &is_at).map(MemberIx)
    }

    /// The project of an id.
    #[must_use]
    pub fn project_by_id(&self, id: &str) -> Option<ProjectIx> {
        let is_at = |at: u32| self.projects.get(at as usize).is_some_and(|known| known.form.id.as_str() == id);
        self.projects_by_id.get(&Sought::of(id), &is_at).map(ProjectIx)
    }

    /// The service account of an id.
    #[must_use]
    pub fn service_account_by_id(&self, id: &str) -> Option<ServiceAccountIx> {
        let is_at = |at: u32| self.service_accounts.get(at as usize).is_some_and(|known| known.form.id.as_str() == id);
        self.service_accounts_by_id.get(&Sought::of(id), &is_at).map(ServiceAccountIx)
    }

    /// A key.
    #[must_use]
    pub fn key(&self, key: KeyIx) -> Option<&Key> {
        self.keys.get(key.at())
    }

    /// A member.
    #[must_use]
    pub fn member(&self, member: MemberIx) -> Option<&Member> {
        self.members.get(member.at())
    }

    /// A project.
    #[must_use]
    pub fn project(&self, project: ProjectIx) -> Option<&Project> {
        self.projects.get(project.at())
    }

    /// A service account.
    #[must_use]
    pub fn service_account(&self, account: ServiceAccountIx) -> Option<&ServiceAccount> {
        self.service_accounts.get(account.at())
    }

    /// Every key, in the order of handles.
    #[must_use]
    pub fn keys(&self) -> &[Key] {
        &self.keys
    }

    /// Every member, in the order of handles.
    #[must_use]
    pub fn members(&self) -> &[Member] {
        &self.members
    }

    /// Every project, in the order of handles.
    #[must_use]
    pub fn projects(&self) -> &[Project] {
        &self.projects
    }

    /// Every service account, in the order of handles.
    #[must_use]
    pub fn service_accounts(&self) -> &[ServiceAccount] {
        &self.service_accounts
    }

    /// Changes the limits and budgets of a scope, if it is known.
    pub(crate) fn attach(&mut self, scope: &Scope, change: &dyn Fn(&mut Attached)) {
        match scope {
            Scope::Organization => change(&mut self.attached),
            Scope::Project(id) => {
                let project = self.project_by_id(id.as_str());
                if let Some(project) = project.and_then(|project| self.projects.get_mut(project.at())) {
                    change(&mut project.attached);
                }
            }
            Scope::Member(id) => {
                let member = self.member_by_id(id.as_str());
                if let Some(member) = member.and_then(|member| self.members.get_mut(member.at())) {
                    change(&mut member.attached);
                }
            }
            Scope::Key(id) => {
                let Some(at) = self.key_by_id(id.as_str()).map(KeyIx::at) else { return };
                if let Some((key, first)) = self.keys.get_mut(at).zip(self.first_limits.get_mut(at)) {
                    change(&mut key.attached);
                    *first = key.attached.limits.first().copied().unwrap_or(NO_LIMIT);
                }
            }
        }
    }

    /// Asks for a key, which fills two lines.
    pub(crate) fn ask_for(&self, key: KeyIx) {
        if let Some(key) = self.keys.get(key.at()) {
            ahead::ask_for(key);
        }
    }

    /// The first limit of a key, which is known before the key is read.
    pub(crate) fn first_limit(&self, key: KeyIx) -> Option<LimitIx> {
        self.first_limits.get(key.at()).copied().filter(|first| *first != NO_LIMIT)
    }

    fn owner_active(&self, owner: &Owner) -> bool {
        match owner {
            Owner::Member(id) => self
                .member_by_id(id.as_str())
                .and_then(|member| self.member(member))
                .is_some_and(|member| member.form.status == MemberStatus::Active),
            Owner::ServiceAccount(id) => self
                .service_account_by_id(id.as_str())
                .and_then(|account| self.service_account(account))
                .is_some_and(|account| account.form.status == ServiceAccountStatus::Active),
        }
    }

    /// The project that a key works for.
    pub(crate) fn project_of(&self, key: &KeyForm) -> Option<ProjectIx> {
        match (&key.project, &key.owner) {
            (Some(project), _) => self.project_by_id(project.as_str()),
            (None, Owner::ServiceAccount(id)) => {
                let account = self.service_account(self.service_account_by_id(id.as_str())?)?;
                self.project_by_id(account.form.project.as_str())
            }
            (None, Owner::Member(_)) => None,
        }
    }

    pub(crate) fn set_member(&mut self, form: MemberForm) -> Vec<KeyIx> {
        let grants = self.grants_of(&form.role);
        match self.member_by_id(form.id.as_str()).and_then(|member| self.members.get_mut(member.at())) {
            Some(member) => {
                member.form = form;
                member.grants = grants;
                member.keys.clone()
            }
            None => {
                let is_before = |at: u32| self.members.get(at as usize).is_some_and(|known| known.form.id < form.id);
                self.members_ranked.insert(next(&self.members), &is_before);
                self.members_by_id.insert(next(&self.members), form.id.as_str());
                self.members.push(Member { form, grants, attached: Attached::default(), keys: Vec::new() });
                Vec::new()
            }
        }
    }

    pub(crate) fn set_project(&mut self, form: ProjectForm) -> Vec<KeyIx> {
        match self.project_by_id(form.id.as_str()).and_then(|project| self.projects.get_mut(project.at())) {
            Some(project) => {
                project.form = form;
                project.keys.clone()
            }
            None => {
                let is_before = |at: u32| self.projects.get(at as usize).is_some_and(|known| known.form.id < form.id);
                self.projects_ranked.insert(next(&self.projects), &is_before);
                self.projects_by_id.insert(next(&self.projects), form.id.as_str());
                self.projects.push(Project { form, attached: Attached::default(), keys: Vec::new() });
                Vec::new()
            }
        }
    }

    pub(crate) fn set_service_account(&mut self, form: ServiceAccountForm) -> Vec<KeyIx> {
        match self
            .service_account_by_id(form.id.as_str())
            .and_then(|account| self.service_accounts.get_mut(account.at()))
        {
            Some(account) => {
                let moved = account.form.project != form.project;
                let keys = account.keys.clone();
                let forms: Vec<KeyForm> =
                    keys.iter().filter_map(|key| self.key(*key)).map(|key| (*key.form).clone()).collect();
                // Keys of an account that moves to another project leave the old project's list and join the new one's.
                if moved {
                    keys.iter().for_each(|key| self.detach_key(*key));
                }
                if let Some(account) = self
                    .service_account_by_id(form.id.as_str())
                    .and_then(|account| self.service_accounts.get_mut(account.at()))
                {
                    account.form = form;
                }
                if moved {
                    forms.into_iter().for_each(|form| {
                        self.set_key(form);
                    });
                }
                keys
            }
            None => {
                let is_before =
                    |at: u32| self.service_accounts.get(at as usize).is_some_and(|known| known.form.id < form.id);
                self.service_accounts_ranked.insert(next(&self.service_accounts), &is_before);
                self.service_accounts_by_id.insert(next(&self.service_accounts), form.id.as_str());
                self.service_accounts.push(ServiceAccount { form, keys: Vec::new() });
                Vec::new()
            }
        }
    }

    pub(crate) fn set_role(&mut self, form: RoleForm) {
        let id = form.id.clone();
        self.roles.insert(id.as_str(), form);
        self.refresh_members();
    }

    pub(crate) fn remove_role(&mut self, id: &RoleId) {
        self.roles.remove(id.as_str());
        self.refresh_members();
    }

    fn refresh_members(&mut self) {
        let grants: Vec<Grants> = self.members.iter().map(|member| self.grants_of(&member.form.role)).collect();
        for (member, grants) in self.members.iter_mut().zip(grants) {
            member.grants = grants;
        }
    }

    /// Sets a key as written. What follows is computed by [`refresh_key`](Self::refresh_key).
    pub(crate) fn set_key(&mut self, form: KeyForm) -> KeyIx {
        let key = match self.key_by_id(form.id.as_str()) {
            Some(key) => {
                self.detach_key(key);
                key
            }
            None => {
                let key = next(&self.keys);
                let is_before = |at: u32| self.keys.get(at as usize).is_some_and(|known| known.form.id < form.id);
                self.keys_ranked.insert(key, &is_before);
                self.keys_by_id.insert(key, form.id.as_str());
                self.keys.push(Key::new(form.clone()));
                self.first_limits.push(NO_LIMIT);
                KeyIx(key)
            }
        };
        match &form.owner {
            Owner::Member(id) => {
                if let Some(member) =
                    self.member_by_id(id.as_str()).and_then(|member| self.members.get_mut(member.at()))
                {
                    member.keys.push(key);
                }
            }
            Owner::ServiceAccount(id) => {
                let account = self.service_account_by_id(id.as_str());
                if let Some(account) = account.and_then(|account| self.service_accounts.get_mut(account.at())) {
                    account.keys.push(key);
                }
            }
        }
        if let Some(project) = self.project_of(&form).and_then(|project| self.projects.get_mut(project.at())) {
            project.keys.push(key);
        }
        if let Some(entry) = self.keys.get_mut(key.at()) {
            *entry.form = form;
        }
        self.secrets.join(key, &self.keys);
        key
    }

    fn detach_key(&mut self, key: KeyIx) {
        let Some(entry) = self.keys.get(key.at()) else { return };
        let form = entry.form.clone();
        self.secrets.leave(key, &self.keys);
        let without = |keys: &mut Vec<KeyIx>| keys.retain(|other| *other != key);
        match &form.owner {
            Owner::Member(id) => {
                if let Some(member) =
                    self.member_by_id(id.as_str()).and_then(|member| self.members.get_mut(member.at()))
                {
                    without(&mut member.keys);
                }
            }
            Owner::ServiceAccount(id) => {
                let account = self.service_account_by_id(id.as_str());
                if let Some(account) = account.and_then(|account| self.service_accounts.get_mut(account.at())) {
                    without(&mut account.keys);
                }
            }
        }
        if let Some(project) = self.project_of(&form).and_then(|project| self.projects.get_mut(project.at())) {
            without(&mut project.keys);
        }
    }

    /// Computes what follows for a key from everything that it refers to.
    pub(crate) fn refresh_key(&mut self, key: KeyIx, model_set: impl Fn(&KeyForm, Option<&ProjectForm>) -> ModelSet) {
        let Some(entry) = self.keys.get(key.at()) else { return };
        let form = &entry.form;
        let project = self.project_of(form);
        let project_form = project.and_then(|project| self.project(project)).map(|project| &project.form);
        let project_active = project_form.is_none_or(|project| project.status == ProjectStatus::Active);
        let cut = form.role.as_ref().map(|role| self.grants_of(role));
        let owner_grants = self.owner_grants(&form.owner, project);
        let member = match &form.owner {
            Owner::Member(id) => self.member_by_id(id.as_str()),
            Owner::ServiceAccount(_) => None,
        };
        let owner_active = self.owner_active(&form.owner);
        let models = model_set(form, project_form);
        if let Some(entry) = self.keys.get_mut(key.at()) {
            entry.status = entry.form.status;
            entry.expires_at = entry.form.expires_at.unwrap_or(LATEST);
            entry.owner_active = owner_active;
            entry.project_active = project_active;
            entry.grants = cut.map_or(owner_grants, |cut| owner_grants.and(cut)).and(entry.form.kind.grants());
            entry.work_for(project, member);
            entry.models = models;
        }
    }
}
