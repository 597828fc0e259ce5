//! What principals may do: their roles in the organization and in projects, and what cuts them.

use super::{
    Directory, KeyKind, KeyStatus, Member, MemberStatus, Owner, Principal, ServiceAccount, ServiceAccountStatus,
    action::{Action, Grants, PermissionScope},
};
use crate::{
    id::{MemberId, ProjectIx, ServiceAccountId},
    time::Timestamp,
};

/// What a caller's key is good for, and an admin key is not: the two are never one.
const REQUESTS: Grants = Grants::NONE
    .with(Action::MessagesCreate, PermissionScope::Any)
    .with(Action::MessagesCountTokens, PermissionScope::Any);

impl KeyKind {
    /// The most that a key of this kind may do, whatever its owner may.
    #[must_use]
    pub const fn grants(self) -> Grants {
        match self {
            Self::Caller => REQUESTS.with(Action::ModelsRead, PermissionScope::Any),
            Self::Admin => Grants::EVERY.without(REQUESTS),
        }
    }
}

impl Directory {
    /// What a member may do in a project: the organization's role joined with the project's.
    fn member_grants(&self, member: &Member, project: Option<ProjectIx>) -> Grants {
        if member.form.status != MemberStatus::Active {
            return Grants::NONE;
        }
        let in_project = project
            .and_then(|project| self.project(project))
            .and_then(|project| project.form.members.iter().find(|binding| binding.member == member.form.id))
            .map_or(Grants::NONE, |binding| self.grants_of(&binding.role));
        member.grants.or(in_project)
    }

    /// What a service account may do in a project: what its role grants, in its own.
    fn account_grants(&self, account: &ServiceAccount, project: Option<ProjectIx>) -> Grants {
        let in_use = account.form.status == ServiceAccountStatus::Active;
        if in_use && project.is_some() && project == self.project_by_id(account.form.project.as_str()) {
            self.grants_of(&account.form.role)
        } else {
            Grants::NONE
        }
    }

    /// What a member may do in a project, by id; `None`: nobody has it.
    fn grants_of_member(&self, id: &MemberId, project: Option<ProjectIx>) -> Option<Grants> {
        Some(self.member_grants(self.member(self.member_by_id(id.as_str())?)?, project))
    }

    /// What a service account may do in a project, by id; `None`: none has it.
    fn grants_of_account(&self, id: &ServiceAccountId, project: Option<ProjectIx>) -> Option<Grants> {
        let account = self.service_account(self.service_account_by_id(id.as_str())?)?;
        Some(self.account_grants(account, project))
    }

    /// What an owner may do in a project.
    #[must_use]
    pub fn owner_grants(&self, owner: &Owner, project: Option<ProjectIx>) -> Grants {
        let grants = match owner {
            Owner::Member(id) => self.grants_of_member(id, project),
            Owner::ServiceAccount(id) => self.grants_of_account(id, project),
        };
        grants.unwrap_or(Grants::NONE)
    }

    /// What a principal's roles grant on resources of a project (or, without one, of the organization); `None`: nobody has
    /// this id. This is what it may hand on; of a key, the kind says how much of it the key itself may [do](Self::can).
    ///
    /// The organization's role counts everywhere, a project's role only in that project.
    #[must_use]
    pub fn grants_in(&self, principal: &Principal, project: Option<ProjectIx>, at: Timestamp) -> Option<Grants> {
        match principal {
            Principal::Member(id) => self.grants_of_member(id, project),
            Principal::ServiceAccount(id) => self.grants_of_account(id, project),
            Principal::Key(id) => {
                let key = self.key(self.key_by_id(id.as_str())?)?;
                let is_active = key.status == KeyStatus::Active;
                if !is_active || key.expires_at <= at || !key.owner_active || !key.project_active {
                    return Some(Grants::NONE);
                }
                // A role in a project counts only for that project's resources, and for a key only in its own project.
                let own_project = project.filter(|project| key.project() == Some(*project));
                let grants = self.owner_grants(&key.form.owner, own_project);
                let cut = key.form.role.as_ref().map(|role| self.grants_of(role));
                Some(cut.map_or(grants, |cut| grants.and(cut)))
            }
        }
    }

    /// Whether a principal may hand on all that another may do, in the organization and in every project; `None`: one of the
    /// two is nobody.
    #[must_use]
    pub fn holds_all_of(&self, holder: &Principal, held: &Principal, at: Timestamp) -> Option<bool> {
        let projects = (0..self.projects().len()).zip(0_u32..).map(|(_, index)| Some(ProjectIx(index)));
        let mut holds = true;
        for project in core::iter::once(None).chain(projects) {
            holds &= self.grants_in(holder, project, at)?.includes(self.grants_in(held, project, at)?);
        }
        Some(holds)
    }

    /// Whether what an owner has is a principal's own.
    fn is_own(&self, principal: &Principal, owner: &Owner) -> bool {
        match (principal, owner) {
            (Principal::Member(id), Owner::Member(owner)) => id == owner,
            (Principal::ServiceAccount(id), Owner::ServiceAccount(owner)) => id == owner,
            (Principal::Key(id), owner) => {
                let key = self.key_by_id(id.as_str()).and_then(|key| self.key(key));
                key.is_some_and(|key| key.form.owner == *owner)
            }
            _ => false,
        }
    }

    /// Whether a principal may do an action on a resource of a project and an owner; `None`: nobody has this id.
    ///
    /// A resource without an owner is nobody's own.
    #[must_use]
    pub fn can(
        &self,
        principal: &Principal,
        action: Action,
        project: Option<ProjectIx>,
        owner: Option<&Owner>,
        at: Timestamp,
    ) -> Option<bool> {
        let grants = self.grants_in(principal, project, at)?;
        let grants = match principal {
            Principal::Member(_) | Principal::ServiceAccount(_) => grants,
            Principal::Key(id) => grants.and(self.key(self.key_by_id(id.as_str())?)?.form.kind.grants()),
        };
        Some(grants.permits(action, owner.is_some_and(|owner| self.is_own(principal, owner))))
    }
}
