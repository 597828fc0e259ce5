//! What principals may do: their roles in the organization and in projects, and what cuts them.

use super::{
    Directory, MemberStatus, Owner, Principal, ServiceAccountStatus,
    action::{Action, Grants},
};
use crate::{id::ProjectIx, time::Timestamp};

impl Directory {
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
        action: Action,
        project: Option<ProjectIx>,
        owner: Option<&Owner>,
        at: Timestamp,
    ) -> Option<bool> {
        let (grants, own) = self.grants_in(principal, project, at)?;
        Some(grants.permits(action, owner == Some(&own)))
    }
}
