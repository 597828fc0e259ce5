//! Which permissions a change needs, and on whose resources.

use crate::{
    budget::BudgetForm,
    change::Change,
    command::Manage,
    directory::{
        KeyForm, KeyKind, KeyStatus, MemberForm, MemberStatus, OrganizationForm, Owner, Principal, ProjectForm,
        ProjectStatus, action::Action,
    },
    id::{KeyId, ProjectIx},
    increase_request::{IncreaseRequestForm, IncreaseStatus},
    limit::{LimitForm, Meter, MeterAmount, Scope},
    state::State,
    time::Timestamp,
};

/// Whether the actor of a command may make one of its changes.
pub(super) fn permits(state: &State, command: &Manage, change: &Change, at: Timestamp) -> bool {
    let asking = Asking { state, command, at };
    match change {
        Change::Organization(set) => asking.organization(&set.organization),
        Change::Settings(_) => asking.may(Action::SettingsWrite),
        Change::PriceBook(_) => asking.may(Action::PricesWrite),
        Change::ModelClass(_) | Change::ModelClassRemoved(_) => asking.may(Action::LimitsWrite),
        Change::Role(_) | Change::RoleRemoved(_) => asking.may(Action::RolesWrite),
        Change::Member(set) => asking.member(&set.member),
        Change::Project(set) => asking.project(&set.project),
        Change::ServiceAccount(set) => {
            let directory = &state.directory;
            let known = directory.service_account_by_id(set.service_account.id.as_str());
            let before = known.and_then(|known| directory.service_account(known)).map(|known| &known.form.project);
            let mut projects = before.into_iter().chain([&set.service_account.project]);
            projects.all(|project| {
                asking.may_in(Action::ServiceAccountsWrite, directory.project_by_id(project.as_str()), None)
            })
        }
        Change::Key(set) => asking.key(&set.key),
        Change::Limit(set) => {
            let known = state.limits.by_id(set.limit.id.as_str()).and_then(|known| state.limits.get(known));
            let before = known.map(|known| known.form());
            asking.limit_raise(before, &set.limit)
                || before.is_none() && asking.restricts(&set.limit.scope)
                || asking.scopes(Action::LimitsWrite, before.map(|before| &before.scope), Some(&set.limit.scope))
        }
        Change::LimitRemoved(removed) => {
            let known = state.limits.by_id(removed.id.as_str()).and_then(|known| state.limits.get(known));
            asking.scopes(Action::LimitsWrite, known.map(|known| &known.form().scope), None)
        }
        Change::Budget(set) => {
            let known = state.budgets.by_id(set.budget.id.as_str()).and_then(|known| state.budgets.get(known));
            let before = known.map(|known| &*known.form);
            asking.budget_raise(before, &set.budget)
                || before.is_none() && asking.restricts(&set.budget.scope)
                || asking.scopes(Action::BudgetsWrite, before.map(|before| &before.scope), Some(&set.budget.scope))
        }
        Change::BudgetRemoved(removed) => {
            let known = state.budgets.by_id(removed.id.as_str()).and_then(|known| state.budgets.get(known));
            asking.scopes(Action::BudgetsWrite, known.map(|known| &known.form.scope), None)
        }
        Change::IncreaseRequest(set) => asking.increase_request(&set.increase_request),
    }
}

struct Asking<'a> {
    state: &'a State,
    command: &'a Manage,
    at: Timestamp,
}

impl<'a> Asking<'a> {
    fn may_in(&self, action: Action, project: Option<ProjectIx>, owner: Option<&Owner>) -> bool {
        self.state.directory.can(&self.command.actor, action, project, owner, self.at) == Some(true)
    }

    fn may(&self, action: Action) -> bool {
        self.may_in(action, None, None)
    }

    fn organization(&self, new: &OrganizationForm) -> bool {
        let known = &self.state.directory.organization;
        let billing = known.legal_name != new.legal_name
            || known.tax_id != new.tax_id
            || known.billing_address != new.billing_address
            || known.payment != new.payment;
        let profile = known.name != new.name || known.id != new.id;
        (!billing || self.may(Action::BillingWrite))
            && (!profile || self.may(Action::OrganizationUpdate))
            && (billing || profile || self.may(Action::OrganizationUpdate))
    }

    fn member(&self, new: &MemberForm) -> bool {
        let directory = &self.state.directory;
        let known = directory.member_by_id(new.id.as_str()).and_then(|known| directory.member(known));
        let Some(before) = known.map(|known| &known.form) else { return self.may(Action::MembersInvite) };
        if accepts(&self.command.actor, before, new, self.at) {
            return true;
        }
        let rest = MemberForm { status: before.status, invite_expires_at: before.invite_expires_at, ..new.clone() };
        let invites = before.status != new.status && new.status != MemberStatus::Removed
            || before.invite_expires_at != new.invite_expires_at;
        let removes = new.status == MemberStatus::Removed && (before.status != new.status || before == new);
        let updates = rest != *before || !(invites || removes);
        (!invites || self.may(Action::MembersInvite))
            && (!removes || self.may(Action::MembersRemove))
            && (!updates || self.may(Action::MembersUpdate))
    }

    fn project(&self, new: &ProjectForm) -> bool {
        let directory = &self.state.directory;
        let index = directory.project_by_id(new.id.as_str());
        let Some(before) = index.and_then(|index| directory.project(index)).map(|known| &known.form) else {
            return self.may(Action::ProjectsCreate);
        };
        // What is archived already is archived again, or is as it was.
        let archives = before.status != new.status || before == new && new.status == ProjectStatus::Archived;
        let updates = !archives || ProjectForm { status: before.status, ..new.clone() } != *before;
        (!archives || self.may_in(Action::ProjectsArchive, index, None))
            && (!updates || self.may_in(Action::ProjectsUpdate, index, None))
    }

    fn key(&self, new: &KeyForm) -> bool {
        let directory = &self.state.directory;
        // A key that manages is for those who manage every key, also where it would be one's own.
        let may = |action, key: &KeyForm| {
            let is_own = key.kind == KeyKind::Caller || action == Action::KeysRevoke;
            // A member's acts wherever the member does, later too: whoever manages one project's keys does not make it.
            let is_everywhere = !is_own && matches!(key.owner, Owner::Member(_));
            let project = directory.project_of(key).filter(|_| !is_everywhere);
            self.may_in(action, project, Some(&key.owner).filter(|_| is_own))
        };
        let known = directory.key_by_id(new.id.as_str()).and_then(|known| directory.key(known));
        let Some(before) = known.map(|known| &*known.form) else { return may(Action::KeysCreate, new) };
        let rotates = before.secrets != new.secrets;
        // The hint is of the newest secret, and changes with it.
        let hint = if rotates { &before.hint } else { &new.hint }.clone();
        let revokes = new.status == KeyStatus::Revoked && (before.status != new.status || before == new);
        let status = if revokes { before.status } else { new.status };
        let rest = KeyForm { secrets: before.secrets.clone(), status, hint, ..new.clone() };
        let updates = rest != *before || !(rotates || revokes);
        // A key that moves is taken away there and given here.
        let both = |action| may(action, before) && may(action, new);
        (!rotates || both(Action::KeysRotate))
            && (!revokes || both(Action::KeysRevoke))
            && (!updates || both(Action::KeysUpdate))
    }

    /// The key of an id, as the command makes it or as it is.
    fn key_of(&self, id: &KeyId) -> Option<&'a KeyForm> {
        let made = self.command.changes.iter().find_map(|managed| match &managed.change {
            Change::Key(set) if set.key.id == *id => Some(&set.key),
            _ => None,
        });
        made.or_else(|| {
            let directory = &self.state.directory;
            directory.key_by_id(id.as_str()).and_then(|key| directory.key(key)).map(|key| &*key.form)
        })
    }

    /// Whether a scope is a key that the actor may restrict: a limit or a budget that is new takes nothing from anybody else.
    fn restricts(&self, scope: &Scope) -> bool {
        let Scope::Key(id) = scope else { return false };
        let Some(key) = self.key_of(id) else { return false };
        self.may_in(Action::KeysUpdate, self.state.directory.project_of(key), Some(&key.owner))
    }

    /// Whether the actor may do something on every scope that there is.
    fn scopes(&self, action: Action, before: Option<&Scope>, after: Option<&Scope>) -> bool {
        let scopes = [before, after];
        // Of what does not exist, only who may do it anywhere is told so.
        if scopes.iter().all(Option::is_none) {
            return self.may(action);
        }
        scopes.into_iter().flatten().all(|scope| {
            let (project, owner) = place_of(self.state, scope, &|id| self.key_of(id));
            self.may_in(action, project, owner.as_ref())
        })
    }

    /// An approval in the same command of a request for a limit or a budget.
    fn approved(&self, is_meant: impl Fn(&IncreaseRequestForm) -> bool) -> Option<&'a IncreaseRequestForm> {
        self.command.changes.iter().find_map(|managed| match &managed.change {
            Change::IncreaseRequest(set) => Some(&set.increase_request)
                .filter(|request| request.status == IncreaseStatus::Approved && is_meant(request)),
            _ => None,
        })
    }

    /// Whether a limit only rises, and no further than a request that is approved with it. Whether the actor may approve it
    /// is asked of the approval.
    fn limit_raise(&self, before: Option<&LimitForm>, new: &LimitForm) -> bool {
        let Some(before) = before else { return false };
        let Some(request) = self.approved(|request| request.limit.as_ref() == Some(&new.id)) else { return false };
        let most = request.amount.units();
        let within = |before: i128, new: i128| before <= new && new <= before.max(most);
        let rate = |form: &LimitForm| form.rate.map_or(0, MeterAmount::units);
        let rest = LimitForm { rate: before.rate, capacity: before.capacity, ..new.clone() };
        // The limit may count something else than when it was asked for.
        let is_money = matches!(request.amount, MeterAmount::Usd(_));
        rest == *before
            && is_money == (before.meter == Meter::Cost)
            && before.rate.is_some() == new.rate.is_some()
            && within(rate(before), rate(new))
            && within(before.capacity.units(), new.capacity.units())
    }

    fn budget_raise(&self, before: Option<&BudgetForm>, new: &BudgetForm) -> bool {
        let Some(before) = before else { return false };
        let Some(request) = self.approved(|request| request.budget.as_ref() == Some(&new.id)) else { return false };
        let rest = BudgetForm { cap_usd: before.cap_usd, ..new.clone() };
        rest == *before && before.cap_usd <= new.cap_usd && new.cap_usd.units() <= request.amount.units()
    }

    fn increase_request(&self, new: &IncreaseRequestForm) -> bool {
        let asker = owner_of(self.state, &new.requested_by);
        let project = project_of_request(self.state, new);
        let creates = || self.may_in(Action::IncreaseRequestsCreate, project, asker.as_ref());
        match (self.state.increase_requests.get(new.id.as_str()), new.status) {
            (None, _) | (Some(_), IncreaseStatus::Withdrawn | IncreaseStatus::Pending) => creates(),
            (Some(_), IncreaseStatus::Approved | IncreaseStatus::Denied) => {
                self.may_in(Action::IncreaseRequestsDecide, project, None)
            }
        }
    }
}

/// Whether a member accepts its own invitation, and does nothing else.
fn accepts(actor: &Principal, before: &MemberForm, new: &MemberForm, at: Timestamp) -> bool {
    let accepted = MemberForm { status: MemberStatus::Active, ..before.clone() };
    before.status == MemberStatus::Invited
        && accepted == *new
        && before.invite_expires_at.is_none_or(|expires_at| at < expires_at)
        && *actor == Principal::Member(before.id.clone())
}

/// The owner that a principal is.
pub fn owner_of(state: &State, principal: &Principal) -> Option<Owner> {
    match principal {
        Principal::Member(id) => Some(Owner::Member(id.clone())),
        Principal::ServiceAccount(id) => Some(Owner::ServiceAccount(id.clone())),
        Principal::Key(id) => {
            let key = state.directory.key_by_id(id.as_str()).and_then(|key| state.directory.key(key));
            key.map(|key| key.form.owner.clone())
        }
    }
}

/// The project and the owner of what a scope covers.
fn place_of<'a>(
    state: &State,
    scope: &Scope,
    key_of: &dyn Fn(&KeyId) -> Option<&'a KeyForm>,
) -> (Option<ProjectIx>, Option<Owner>) {
    let directory = &state.directory;
    match scope {
        Scope::Organization => (None, None),
        Scope::Project(id) => (directory.project_by_id(id.as_str()), None),
        Scope::Member(id) => (None, Some(Owner::Member(id.clone()))),
        Scope::Key(id) => key_of(id).map_or((None, None), |key| (directory.project_of(key), Some(key.owner.clone()))),
    }
}

/// The project and the owner of what a scope covers, as it is.
pub fn place_of_scope(state: &State, scope: &Scope) -> (Option<ProjectIx>, Option<Owner>) {
    let directory = &state.directory;
    place_of(state, scope, &|id| Some(&*directory.key(directory.key_by_id(id.as_str())?)?.form))
}

/// The project of what a request would raise.
pub fn project_of_request(state: &State, request: &IncreaseRequestForm) -> Option<ProjectIx> {
    let limit = request.limit.as_ref().and_then(|id| state.limits.get(state.limits.by_id(id.as_str())?));
    let budget = request.budget.as_ref().and_then(|id| state.budgets.get(state.budgets.by_id(id.as_str())?));
    let scope = limit.map(|limit| &limit.form().scope).or(budget.map(|budget| &budget.form.scope));
    place_of_scope(state, scope?).0
}
