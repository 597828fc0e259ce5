//! The directory: organization, members, service accounts, projects, keys and roles, and what each key may do.
//!
//! Each noun is a form (what the policy file and the log write) and what follows from it: grants, statuses and model
//! sets are computed when the directory changes, so that a request only looks them up.

pub mod action;
mod forms;
pub mod role;
mod secret;

pub use self::forms::{
    KeyForm, KeyStatus, MemberForm, MemberStatus, ModelClassForm, OrganizationForm, Owner, Principal, ProjectForm,
    ProjectMemberForm, ProjectStatus, SecretForm, ServiceAccountForm, ServiceAccountStatus, SettingsForm,
};
use self::{
    action::Grants,
    role::{Preset, RoleForm},
    secret::Secrets,
};
use crate::{
    id::{BudgetIx, InlineId, KeyIx, LimitIx, MemberIx, ModelIx, ProjectIx, RoleId, SecretDigest, ServiceAccountIx},
    index::Index,
    limit::Scope,
    order::ById,
    short::Short,
    time::{LATEST, Timestamp},
};

/// The limits and budgets of one scope, each by rising id.
#[derive(Clone, Debug, Default)]
pub struct Attached {
    /// Limits.
    pub limits: Short<LimitIx, 4>,
    /// Budgets.
    pub budgets: Short<BudgetIx, 2>,
}

/// The models that a key may use.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ModelSet {
    /// Every model.
    #[default]
    All,
    /// Some of them.
    Only(Box<ModelBits>),
}

/// One bit for each model's handle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelBits(Vec<u64>);

impl ModelSet {
    /// The models that satisfy a predicate.
    pub(crate) fn only(models: usize, matches: impl Fn(ModelIx) -> bool) -> Self {
        let mut bits = vec![0_u64; models.div_ceil(64)];
        for (model, index) in (0..models).zip(0_u32..) {
            if matches(ModelIx(index))
                && let Some(word) = bits.get_mut(model / 64)
            {
                *word |= 1_u64.wrapping_shl(index % 64);
            }
        }
        Self::Only(Box::new(ModelBits(bits)))
    }

    /// Whether a model is in the set.
    #[must_use]
    pub fn contains(&self, model: ModelIx) -> bool {
        match self {
            Self::All => true,
            Self::Only(bits) => {
                bits.0.get(model.at() / 64).is_some_and(|word| word & 1_u64.wrapping_shl(model.0 % 64) != 0)
            }
        }
    }
}

/// Whether a list's entry matches a name: exactly, or as a prefix that ends in `*`.
#[must_use]
pub fn matches_name(entry: &str, name: &str) -> bool {
    entry.strip_suffix('*').map_or(entry == name, |prefix| name.starts_with(prefix))
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

/// A key, and what follows. A request finds its key by the id and reads all of it, so that both stand together, in two
/// lines of the cache.
#[derive(Clone, Debug)]
#[repr(align(64))]
pub struct Key {
    inline_id: InlineId,
    /// Revoked for good.
    pub revoked: bool,
    /// The first instant at which it is refused.
    pub expires_at: Timestamp,
    /// Whether its owner still belongs.
    pub owner_active: bool,
    /// Whether its project, if any, is in use.
    pub project_active: bool,
    /// What it may do: what its owner may, cut by its own role.
    pub grants: Grants,
    // `NOBODY` for none, in the room of a handle.
    project: ProjectIx,
    member: MemberIx,
    /// The models that it may use, by its own list and its project's.
    pub models: ModelSet,
    /// Limits and budgets of the key.
    pub attached: Attached,
    /// As written.
    pub form: Box<KeyForm>,
}

const NOBODY: u32 = u32::MAX;

impl Key {
    /// Its project.
    #[must_use]
    pub fn project(&self) -> Option<ProjectIx> {
        (self.project.0 != NOBODY).then_some(self.project)
    }

    /// The member that owns it; `None` for a service account's key.
    #[must_use]
    pub fn member(&self) -> Option<MemberIx> {
        (self.member.0 != NOBODY).then_some(self.member)
    }
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
    first_limits: Vec<Option<LimitIx>>,
    members_by_id: Index,
    projects_by_id: Index,
    service_accounts_by_id: Index,
    keys_by_id: Index,
    secrets: Secrets,
}

/// Has an id.
trait Identified {
    fn id(&self) -> &[u8];
}

impl Identified for Member {
    fn id(&self) -> &[u8] {
        self.form.id.as_str().as_bytes()
    }
}

impl Identified for Project {
    fn id(&self) -> &[u8] {
        self.form.id.as_str().as_bytes()
    }
}

impl Identified for ServiceAccount {
    fn id(&self) -> &[u8] {
        self.form.id.as_str().as_bytes()
    }
}

impl Identified for Key {
    fn id(&self) -> &[u8] {
        self.inline_id.get().unwrap_or_else(|| self.form.id.as_str().as_bytes())
    }
}

fn id_at(table: &[impl Identified], at: u32) -> &[u8] {
    table.get(at as usize).map_or(&[], Identified::id)
}

/// The handle of what was put in last.
fn last<T>(table: &[T]) -> u32 {
    u32::try_from(table.len()).unwrap_or(u32::MAX).saturating_sub(1)
}

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
            projects_by_id: Index::default(),
            service_accounts_by_id: Index::default(),
            keys_by_id: Index::default(),
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
        self.keys_by_id.get(id, &|at| id_at(&self.keys, at)).map(KeyIx)
    }

    /// The key of a secret, and which of its secrets it is.
    #[must_use]
    pub fn key_by_secret(&self, digest: &SecretDigest) -> Option<(KeyIx, u8)> {
        self.secrets.get(digest, &self.keys)
    }

    /// The member of an id.
    #[must_use]
    pub fn member_by_id(&self, id: &str) -> Option<MemberIx> {
        self.members_by_id.get(id, &|at| id_at(&self.members, at)).map(MemberIx)
    }

    /// The project of an id.
    #[must_use]
    pub fn project_by_id(&self, id: &str) -> Option<ProjectIx> {
        self.projects_by_id.get(id, &|at| id_at(&self.projects, at)).map(ProjectIx)
    }

    /// The service account of an id.
    #[must_use]
    pub fn service_account_by_id(&self, id: &str) -> Option<ServiceAccountIx> {
        self.service_accounts_by_id.get(id, &|at| id_at(&self.service_accounts, at)).map(ServiceAccountIx)
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
                    *first = key.attached.limits.first().copied();
                }
            }
        }
    }

    /// The first limit of a key, which is known before the key is read.
    pub(crate) fn first_limit(&self, key: KeyIx) -> Option<LimitIx> {
        self.first_limits.get(key.at()).copied().flatten()
    }

    /// What an owner may do in a project: for a member, the organization's role joined with the project's.
    #[must_use]
    pub fn owner_grants(&self, owner: &Owner, project: Option<ProjectIx>) -> Grants {
        match owner {
            Owner::Member(id) => {
                let Some(member) = self.member_by_id(id.as_str()).and_then(|member| self.member(member)) else {
                    return Grants::NONE;
                };
                if member.form.status != MemberStatus::Active {
                    return Grants::NONE;
                }
                let in_project = project
                    .and_then(|project| self.project(project))
                    .and_then(|project| project.form.members.iter().find(|binding| binding.member == *id))
                    .map_or(Grants::NONE, |binding| self.grants_of(&binding.role));
                member.grants.or(in_project)
            }
            Owner::ServiceAccount(id) => {
                let account = self.service_account_by_id(id.as_str()).and_then(|account| self.service_account(account));
                match account {
                    Some(account)
                        if account.form.status == ServiceAccountStatus::Active
                            && project.is_some()
                            && project == self.project_by_id(account.form.project.as_str()) =>
                    {
                        self.grants_of(&account.form.role)
                    }
                    _ => Grants::NONE,
                }
            }
        }
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
    fn project_of(&self, key: &KeyForm) -> Option<ProjectIx> {
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
                self.members.push(Member { form, grants, attached: Attached::default(), keys: Vec::new() });
                self.members_by_id.insert(last(&self.members), &|at| id_at(&self.members, at));
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
                self.projects.push(Project { form, attached: Attached::default(), keys: Vec::new() });
                self.projects_by_id.insert(last(&self.projects), &|at| id_at(&self.projects, at));
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
                self.service_accounts.push(ServiceAccount { form, keys: Vec::new() });
                self.service_accounts_by_id.insert(last(&self.service_accounts), &|at| id_at(&self.service_accounts, at));
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
                self.keys.push(Key {
                    inline_id: InlineId::of(form.id.as_str()),
                    revoked: false,
                    expires_at: LATEST,
                    owner_active: false,
                    project_active: false,
                    grants: Grants::NONE,
                    project: ProjectIx(NOBODY),
                    member: MemberIx(NOBODY),
                    models: ModelSet::All,
                    attached: Attached::default(),
                    form: Box::new(form.clone()),
                });
                self.first_limits.push(None);
                let key = last(&self.keys);
                self.keys_by_id.insert(key, &|at| id_at(&self.keys, at));
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
            entry.revoked = entry.form.status == KeyStatus::Revoked;
            entry.expires_at = entry.form.expires_at.unwrap_or(LATEST);
            entry.owner_active = owner_active;
            entry.project_active = project_active;
            entry.grants = cut.map_or(owner_grants, |cut| owner_grants.and(cut));
            entry.project = project.unwrap_or(ProjectIx(NOBODY));
            entry.member = member.unwrap_or(MemberIx(NOBODY));
            entry.models = models;
        }
    }

    /// What a principal may do to resources of a project (or, without one, of the organization), and whom it owns things as.
    ///
    /// The organization's role counts everywhere, a project's role only in that project.
    #[must_use]
    pub fn grants_in(
        &self,
        principal: &Principal,
        project: Option<ProjectIx>,
        at: Timestamp,
    ) -> Option<(Grants, Owner)> {
        match principal {
            Principal::Member(id) => {
                let owner = Owner::Member(id.clone());
                self.member_by_id(id.as_str()).map(|_| (self.owner_grants(&owner, project), owner))
            }
            Principal::ServiceAccount(id) => {
                let owner = Owner::ServiceAccount(id.clone());
                self.service_account_by_id(id.as_str()).map(|_| (self.owner_grants(&owner, project), owner))
            }
            Principal::Key(id) => {
                let key = self.key(self.key_by_id(id.as_str())?)?;
                let owner = key.form.owner.clone();
                if key.revoked || key.expires_at <= at || !key.owner_active || !key.project_active {
                    return Some((Grants::NONE, owner));
                }
                // A role in a project counts only for that project's resources, and for a key only in its own project.
                let own_project = project.filter(|project| key.project() == Some(*project));
                let grants = self.owner_grants(&owner, own_project);
                let cut = key.form.role.as_ref().map(|role| self.grants_of(role));
                Some((cut.map_or(grants, |cut| grants.and(cut)), owner))
            }
        }
    }

    /// Whether a principal may do an action on a resource of a project and an owner; `None`: nobody has this id.
    ///
    /// A resource without an owner is nobody's own.
    #[must_use]
    pub fn can(
        &self,
        principal: &Principal,
        action: action::Action,
        project: Option<ProjectIx>,
        owner: Option<&Owner>,
        at: Timestamp,
    ) -> Option<bool> {
        let (grants, own) = self.grants_in(principal, project, at)?;
        Some(grants.permits(action, owner == Some(&own)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(target_pointer_width = "64")]
    #[test]
    fn a_key_takes_two_lines_of_the_cache() {
        assert_eq!(size_of::<Key>(), 128);
    }
}
