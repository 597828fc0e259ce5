//! What an actor may put into a policy: nobody grants what they do not hold, the last admin stays, and a key that was
//! revoked stays so.
//!
//! Only what a policy *changes* is looked at, so that whoever may change one part of it need not hold what others were
//! granted before.

use crate::{
    directory::{
        Directory, KeyForm, KeyKind, KeyStatus, MemberForm, MemberStatus, Owner, Principal, ProjectForm, ProjectStatus,
        SecretForm, ServiceAccountStatus,
        action::{Grants, PermissionForm},
        role::{Preset, RoleForm},
    },
    error::Problem,
    form::{Json, Path, Problems},
    id::{MemberId, ProjectId, RoleId},
    index::Names,
    policy::PolicyForm,
    time::Timestamp,
};

/// Everything that a new policy may not change, or that this actor may not.
pub(super) fn problems(
    directory: &Directory,
    actor: &Principal,
    new: &PolicyForm,
    root: &Path<'_>,
    at: Timestamp,
) -> Vec<Problem> {
    let mut problems = Problems::default();
    let places = Places::of(new);
    let mut review = Review { directory, actor, new, places: &places, at, root, problems: &mut problems };
    review.organization();
    review.roles();
    review.last_admin();
    review.members();
    review.bindings();
    review.service_accounts();
    review.keys();
    problems.into_list()
}

struct Review<'a, 'p> {
    directory: &'a Directory,
    actor: &'a Principal,
    new: &'a PolicyForm,
    places: &'a Places,
    at: Timestamp,
    root: &'a Path<'a>,
    problems: &'p mut Problems,
}

fn text(value: &str) -> Json {
    Json::String(value.to_owned())
}

fn is_admin(member: &MemberForm) -> bool {
    member.status == MemberStatus::Active && Preset::of(member.role.as_str()) == Some(Preset::Admin)
}

impl<'a> Review<'a, '_> {
    fn organization(&mut self) {
        let (known, new) = (&self.directory.organization.id, &self.new.organization.id);
        if known != new {
            let organization = self.root.field("organization");
            let message = format!("`{new}` is another organization");
            let remedy = format!("write `{known}`, or start a new log");
            self.problems.report(&organization.field("id"), &text(new.as_str()), message, remedy);
        }
    }

    /// What the actor holds on resources of a project, or of none.
    fn held(&self, project: Option<&ProjectId>) -> Grants {
        let project = project.and_then(|id| self.directory.project_by_id(id.as_str()));
        self.directory.grants_in(self.actor, project, self.at).unwrap_or(Grants::NONE)
    }

    /// What a role of the new policy grants.
    fn granted(&self, role: &RoleId) -> Grants {
        match Preset::of(role.as_str()) {
            Some(preset) => preset.grants(),
            None => {
                let role = self.at(&self.places.roles, role.as_str(), &self.new.roles);
                role.map_or(Grants::NONE, RoleForm::grants)
            }
        }
    }

    fn beyond(&mut self, path: &Path<'_>, value: &Json) {
        let remedy = "grant what you hold yourself, or ask an admin";
        self.problems.report(path, value, "this grants more than the actor holds", remedy);
    }

    fn roles(&mut self) {
        let held = self.held(None);
        let list = self.root.field("roles");
        for (at, role) in self.new.roles.iter().enumerate() {
            let before = self.directory.roles.get(role.id.as_str()).map_or(Grants::NONE, RoleForm::grants);
            let item = list.item(at);
            let permissions = item.field("permissions");
            for (index, PermissionForm { action, scope }) in role.permissions.iter().enumerate() {
                let granted = Grants::NONE.with(*action, *scope);
                if !before.includes(granted) && !held.includes(granted) {
                    self.beyond(&permissions.item(index), &text(action.as_str()));
                }
            }
        }
    }

    fn last_admin(&mut self) {
        let mut before = self.directory.members().iter().map(|member| &member.form).filter(|member| is_admin(member));
        let Some(first) = before.next() else { return };
        if self.new.members.iter().any(is_admin) {
            return;
        }
        let list = self.root.field("members");
        let message = "the last admin cannot be removed or demoted";
        let remedy = "keep one active member with the role `admin`";
        let kept = self.new.members.iter().enumerate().find(|(_, member)| member.id == first.id);
        match kept {
            None => self.problems.report(&list, &Json::Null, message, remedy),
            Some((at, member)) if member.status == MemberStatus::Active => {
                self.problems.report(&list.item(at).field("role"), &text(member.role.as_str()), message, remedy);
            }
            Some((at, member)) => {
                self.problems.report(&list.item(at).field("status"), &text(member.status.as_str()), message, remedy);
            }
        }
    }

    fn member_before(&self, id: &MemberId) -> Option<&'a MemberForm> {
        let known = self.directory.member_by_id(id.as_str()).and_then(|member| self.directory.member(member));
        known.map(|member| &member.form)
    }

    fn lets_in(&self, member: &MemberForm) -> bool {
        lets_in(self.member_before(&member.id), member)
    }

    fn members(&mut self) {
        let held = self.held(None);
        let list = self.root.field("members");
        for (at, member) in self.new.members.iter().enumerate() {
            // Who invited a member held what the member's role grants.
            let kept =
                self.member_before(&member.id).is_some_and(|known| known.role == member.role) && !self.lets_in(member);
            if !kept && member.status != MemberStatus::Removed && !held.includes(self.granted(&member.role)) {
                self.beyond(&list.item(at).field("role"), &text(member.role.as_str()));
            }
        }
    }

    /// Roles in projects: those that are given, and those that come back with a member who is let in.
    fn bindings(&mut self) {
        let list = self.root.field("projects");
        for (at, project) in self.new.projects.iter().enumerate() {
            let before = self.project_before(&project.id);
            let held = self.held(Some(&project.id));
            let item = list.item(at);
            if before.is_some_and(|before| before.status == ProjectStatus::Archived)
                && project.status == ProjectStatus::Active
                && !self.holds_all_that_comes_back(project)
            {
                self.beyond(&item.field("status"), &text(project.status.as_str()));
            }
            let bindings = item.field("members");
            for (index, binding) in project.members.iter().enumerate() {
                let member = self.at(&self.places.members, binding.member.as_str(), &self.new.members);
                let kept = before.is_some_and(|before| before.members.contains(binding))
                    && !member.is_some_and(|member| self.lets_in(member));
                if !kept && !held.includes(self.granted(&binding.role)) {
                    self.beyond(&bindings.item(index).field("role"), &text(binding.role.as_str()));
                }
            }
        }
    }

    /// Whether the actor may do all that the keys of a project may, which act again when it is in use again.
    fn holds_all_that_comes_back(&self, project: &ProjectForm) -> bool {
        let home = |key: &KeyForm| match (&key.project, &key.owner) {
            (Some(named), _) => *named == project.id,
            (None, Owner::ServiceAccount(id)) => {
                let account = self.at(&self.places.service_accounts, id.as_str(), &self.new.service_accounts);
                account.is_some_and(|account| account.project == project.id)
            }
            (None, Owner::Member(_)) => false,
        };
        let keys = self.new.keys.iter().filter(|key| key.status == KeyStatus::Active && home(key));
        keys.into_iter().all(|key| self.holds_all_of(key))
    }

    fn project_before(&self, id: &ProjectId) -> Option<&'a ProjectForm> {
        let known = self.directory.project_by_id(id.as_str()).and_then(|project| self.directory.project(project));
        known.map(|project| &project.form)
    }

    fn service_accounts(&mut self) {
        let list = self.root.field("service_accounts");
        for (at, account) in self.new.service_accounts.iter().enumerate() {
            let known = self.directory.service_account_by_id(account.id.as_str());
            let before = known.and_then(|known| self.directory.service_account(known)).map(|known| &known.form);
            let kept = before.is_some_and(|before| {
                before.status == ServiceAccountStatus::Active
                    && before.role == account.role
                    && before.project == account.project
            });
            if !kept
                && account.status == ServiceAccountStatus::Active
                && !self.held(Some(&account.project)).includes(self.granted(&account.role))
            {
                self.beyond(&list.item(at).field("role"), &text(account.role.as_str()));
            }
        }
    }

    fn keys(&mut self) {
        let list = self.root.field("keys");
        for (at, key) in self.new.keys.iter().enumerate().filter(|(_, key)| key.status != KeyStatus::Revoked) {
            let known = self.directory.key_by_id(key.id.as_str()).and_then(|known| self.directory.key(known));
            let item = list.item(at);
            if known.is_some_and(|known| known.status == KeyStatus::Revoked) {
                let message = format!("`{}` was revoked, for good", key.id);
                self.problems.report(
                    &item.field("status"),
                    &text(key.status.as_str()),
                    message,
                    "give a new key another id",
                );
                continue;
            }
            let Some(gain) = gain(known.map(|known| &*known.form), key) else { continue };
            if self.holds_all_of(key) {
                continue;
            }
            match (gain, &key.owner) {
                (Gain::Owner, Owner::Member(id)) => {
                    self.beyond(&item.field("owner").field("member"), &text(id.as_str()))
                }
                (Gain::Owner, Owner::ServiceAccount(id)) => {
                    self.beyond(&item.field("owner").field("service_account"), &text(id.as_str()));
                }
                (Gain::Role, _) => {
                    self.beyond(&item.field("role"), &key.role.as_ref().map_or(Json::Null, |role| text(role.as_str())))
                }
                (Gain::Kind, _) => self.beyond(&item.field("kind"), &text(key.kind.as_str())),
                (Gain::Status, _) => self.beyond(&item.field("status"), &text(key.status.as_str())),
                (Gain::Life, _) => self.beyond(&item.field("expires_at"), &Json::Null),
                (Gain::Secret, _) => self.beyond(&item.field("secrets"), &Json::Null),
            }
        }
    }

    /// Whether the actor may do all that a key may: who knows its secret can do it.
    fn holds_all_of(&self, key: &KeyForm) -> bool {
        let cut = key.role.as_ref().map_or(key.kind.grants(), |role| key.kind.grants().and(self.granted(role)));
        let (project, granted) = match &key.owner {
            Owner::Member(id) => {
                let role = self.at(&self.places.members, id.as_str(), &self.new.members).map(|member| &member.role);
                let project = key.project.as_ref();
                let home = project.and_then(|id| self.at(&self.places.projects, id.as_str(), &self.new.projects));
                let bound = home.and_then(|home| home.members.iter().find(|binding| binding.member == *id));
                // A caller's key makes requests of its own project. An admin key acts wherever its owner's role counts.
                let everywhere = role.map_or(Grants::NONE, |role| self.granted(role));
                if key.kind == KeyKind::Admin && !self.held(None).includes(everywhere.and(cut)) {
                    return false;
                }
                let roles = [role, bound.map(|binding| &binding.role)];
                (project, roles.into_iter().flatten().fold(Grants::NONE, |sum, role| sum.or(self.granted(role))))
            }
            Owner::ServiceAccount(id) => {
                let account = self.at(&self.places.service_accounts, id.as_str(), &self.new.service_accounts);
                let granted = account.map_or(Grants::NONE, |account| self.granted(&account.role));
                (account.map(|account| &account.project), granted)
            }
        };
        self.held(project).includes(granted.and(cut))
    }

    fn at<T>(&self, places: &Names, id: &str, list: &'a [T]) -> Option<&'a T> {
        list.get(places.get(id)? as usize)
    }
}

/// Whether a policy lets somebody in as a member: one who is new or was removed, one whose invitation is given anew, with the
/// code that accepts it, or one whose address is another: whoever has a member's address may sign in as that member.
pub(super) fn lets_in(before: Option<&MemberForm>, member: &MemberForm) -> bool {
    let Some(before) = before else { return member.status != MemberStatus::Removed };
    match member.status {
        MemberStatus::Removed => false,
        MemberStatus::Active => before.status == MemberStatus::Removed || before.email != member.email,
        MemberStatus::Invited => before != member,
    }
}

/// Through what a key comes to more than it could do before, in the hands of whoever writes the policy.
enum Gain {
    Owner,
    Kind,
    Role,
    Status,
    Life,
    Secret,
}

fn gain(before: Option<&KeyForm>, key: &KeyForm) -> Option<Gain> {
    let Some(before) = before else { return Some(Gain::Owner) };
    // A secret that ends later than it did may have ended already, in the hands of whoever kept it.
    let known = |secret: &SecretForm| {
        let known = before.secrets.iter().find(|known| known.sha256 == secret.sha256);
        known.is_some_and(|known| !ends_later(known.expires_at, secret.expires_at))
    };
    if before.owner != key.owner || before.project != key.project {
        Some(Gain::Owner)
    } else if before.kind != key.kind {
        Some(Gain::Kind)
    } else if before.role != key.role {
        Some(Gain::Role)
    } else if before.status != KeyStatus::Active && key.status == KeyStatus::Active {
        Some(Gain::Status)
    } else if ends_later(before.expires_at, key.expires_at) {
        Some(Gain::Life)
    } else if !key.secrets.iter().all(known) {
        Some(Gain::Secret)
    } else {
        None
    }
}

fn ends_later(before: Option<Timestamp>, after: Option<Timestamp>) -> bool {
    before.is_some_and(|before| after.is_none_or(|after| after > before))
}

/// Where each thing of the new policy stands.
struct Places {
    roles: Names,
    members: Names,
    projects: Names,
    service_accounts: Names,
}

impl Places {
    fn of(form: &PolicyForm) -> Self {
        Self {
            roles: places(form.roles.iter().map(|role| role.id.as_str())),
            members: places(form.members.iter().map(|member| member.id.as_str())),
            projects: places(form.projects.iter().map(|project| project.id.as_str())),
            service_accounts: places(form.service_accounts.iter().map(|account| account.id.as_str())),
        }
    }
}

fn places<'a>(ids: impl Iterator<Item = &'a str>) -> Names {
    let mut places = Names::default();
    ids.zip(0_u32..).for_each(|(id, at)| {
        places.insert(id, at);
    });
    places
}
