//! How many there may be of each kind, and on the path of each key.

use super::{Fragment, List};
use crate::{
    change::Change,
    directory::{Attached, KeyForm, Owner},
    error::{Problem, ProblemKind},
    id::KeyIx,
    limit::Scope,
    policy::{MOST, MOST_BUDGETS_ON_PATH, MOST_LIMITS_ON_PATH},
};

/// How many limits and budgets come to a scope.
struct Delta {
    scope: Scope,
    limits: isize,
    budgets: isize,
    change: usize,
}

fn number(length: usize) -> isize {
    isize::try_from(length).unwrap_or(isize::MAX)
}

impl Fragment<'_> {
    /// What is new must find room.
    pub(super) fn most_of_each(&mut self) {
        let (state, directory) = (self.state, &self.state.directory);
        let mut known = [
            directory.classes.values().count(),
            directory.roles.values().count(),
            directory.members().len(),
            directory.projects().len(),
            directory.service_accounts().len(),
            directory.keys().len(),
            state.limits.iter().count(),
            state.budgets.table().len(),
        ];
        for (index, managed) in self.command.changes.iter().enumerate() {
            let target = managed.change.target(state);
            if target.known(state).is_some() || managed.change.form().is_none() {
                continue;
            }
            let list = match managed.change {
                Change::ModelClass(_) => List::ModelClasses,
                Change::Role(_) => List::Roles,
                Change::Member(_) => List::Members,
                Change::Project(_) => List::Projects,
                Change::ServiceAccount(_) => List::ServiceAccounts,
                Change::Key(_) => List::Keys,
                Change::Limit(_) => List::Limits,
                Change::Budget(_) => List::Budgets,
                _ => continue,
            };
            let Some((known, (name, most))) = known.get_mut(list as usize).zip(MOST.get(list as usize)) else {
                continue;
            };
            if *known < *most {
                *known = known.saturating_add(1);
            } else {
                self.problems.push(Problem {
                    path: format!("command.changes[{index}].change"),
                    value: known.to_string(),
                    message: format!("there are {known} of `{name}` already, removed ones counted, and at most {most}"),
                    remedy: "change one that is there".to_owned(),
                    kind: ProblemKind::Invalid,
                });
            }
        }
    }

    /// What comes to each scope, and goes from it.
    fn deltas(&self) -> Vec<Delta> {
        let state = self.state;
        let mut deltas: Vec<Delta> = Vec::new();
        let mut add = |scope: &Scope, limits: isize, budgets: isize, change: usize| match deltas
            .iter_mut()
            .find(|delta| delta.scope == *scope)
        {
            Some(delta) => {
                delta.limits = delta.limits.saturating_add(limits);
                delta.budgets = delta.budgets.saturating_add(budgets);
            }
            None => deltas.push(Delta { scope: scope.clone(), limits, budgets, change }),
        };
        for (index, managed) in self.command.changes.iter().enumerate() {
            let limit = |id: &str| state.limits.by_id(id).and_then(|known| state.limits.get(known));
            let budget = |id: &str| state.budgets.by_id(id).and_then(|known| state.budgets.get(known));
            match &managed.change {
                Change::Limit(set) => {
                    let before = limit(set.limit.id.as_str());
                    before.iter().for_each(|before| add(&before.form().scope, -1, 0, index));
                    add(&set.limit.scope, 1, 0, index);
                }
                Change::LimitRemoved(removed) => {
                    let before = limit(removed.id.as_str());
                    before.iter().for_each(|before| add(&before.form().scope, -1, 0, index));
                }
                Change::Budget(set) => {
                    let before = budget(set.budget.id.as_str());
                    before.iter().for_each(|before| add(&before.form.scope, 0, -1, index));
                    add(&set.budget.scope, 0, 1, index);
                }
                Change::BudgetRemoved(removed) => {
                    let before = budget(removed.id.as_str());
                    before.iter().for_each(|before| add(&before.form.scope, 0, -1, index));
                }
                _ => {}
            }
        }
        deltas
    }

    /// No request meets more limits or budgets than it may.
    pub(super) fn paths_bounded(&mut self) {
        let directory = &self.state.directory;
        let deltas = self.deltas();
        let mut found: Vec<(usize, String, &str, isize, usize)> = Vec::new();
        let mut look = |change: usize, id: &str, path: &[Scope]| {
            let (mut limits, mut budgets) = (0_isize, 0_isize);
            for scope in path {
                if let Some(attached) = self.attached(scope) {
                    limits = limits.saturating_add(number(attached.limits.len()));
                    budgets = budgets.saturating_add(number(attached.budgets.len()));
                }
                if let Some(delta) = deltas.iter().find(|delta| delta.scope == *scope) {
                    limits = limits.saturating_add(delta.limits);
                    budgets = budgets.saturating_add(delta.budgets);
                }
            }
            for (name, count, most) in
                [("limits", limits, MOST_LIMITS_ON_PATH), ("budgets", budgets, MOST_BUDGETS_ON_PATH)]
            {
                if count > number(most) && found.iter().all(|known| known.0 != change || known.2 != name) {
                    found.push((change, id.to_owned(), name, count, most));
                }
            }
        };
        for (index, managed) in self.command.changes.iter().enumerate() {
            let mut look_at = |key: &KeyForm| {
                look(index, key.id.as_str(), &self.path_of(&key.owner, key.project.as_ref(), &key.id));
            };
            match &managed.change {
                Change::Key(set) => look_at(&set.key),
                Change::ServiceAccount(set) => self.moved_keys(&set.service_account).for_each(look_at),
                _ => {}
            }
        }
        let set = self.command.changes.iter().filter_map(|managed| match &managed.change {
            Change::Key(set) => Some(&set.key.id),
            _ => None,
        });
        let set: Vec<_> = set.collect();
        for delta in deltas.iter().filter(|delta| delta.limits > 0 || delta.budgets > 0) {
            let every: Vec<KeyIx>;
            let keys: &[KeyIx] = match &delta.scope {
                Scope::Organization => {
                    every = (0..directory.keys().len()).zip(0_u32..).map(|(_, index)| KeyIx(index)).collect();
                    &every
                }
                Scope::Project(id) => {
                    let project = directory.project_by_id(id.as_str()).and_then(|known| directory.project(known));
                    project.map_or(&[], |project| &project.keys)
                }
                Scope::Member(id) => {
                    let member = directory.member_by_id(id.as_str()).and_then(|known| directory.member(known));
                    member.map_or(&[], |member| &member.keys)
                }
                Scope::Key(id) => {
                    every = directory.key_by_id(id.as_str()).into_iter().collect();
                    &every
                }
            };
            // A key that is set was looked at as it is set.
            for key in keys.iter().filter_map(|key| directory.key(*key)).filter(|key| !set.contains(&&key.form.id)) {
                look(
                    delta.change,
                    key.form.id.as_str(),
                    &self.path_of(&key.form.owner, key.form.project.as_ref(), &key.form.id),
                );
            }
        }
        for (change, id, name, count, most) in found {
            self.problems.push(Problem {
                path: format!("command.changes[{change}].change"),
                value: count.to_string(),
                message: format!("{count} {name} on the path of key `{id}`, and at most {most}"),
                remedy: "remove some, or join them".to_owned(),
                kind: ProblemKind::Invalid,
            });
        }
    }

    fn attached(&self, scope: &Scope) -> Option<&Attached> {
        let directory = &self.state.directory;
        match scope {
            Scope::Organization => Some(&directory.attached),
            Scope::Project(id) => Some(&directory.project(directory.project_by_id(id.as_str())?)?.attached),
            Scope::Member(id) => Some(&directory.member(directory.member_by_id(id.as_str())?)?.attached),
            Scope::Key(id) => Some(&directory.key(directory.key_by_id(id.as_str())?)?.attached),
        }
    }

    /// The scopes that a key's requests meet, as the command leaves them.
    fn path_of(&self, owner: &Owner, project: Option<&crate::id::ProjectId>, id: &crate::id::KeyId) -> Vec<Scope> {
        let mut path = vec![Scope::Organization, Scope::Key(id.clone())];
        match owner {
            Owner::Member(member) => {
                path.push(Scope::Member(member.clone()));
                path.extend(project.cloned().map(Scope::Project));
            }
            Owner::ServiceAccount(account) => {
                let set = self.form.service_accounts.iter().find(|known| known.id == *account);
                let directory = &self.state.directory;
                let known = directory.service_account_by_id(account.as_str());
                let known = known.and_then(|known| directory.service_account(known)).map(|known| &known.form);
                path.extend(set.or(known).map(|account| Scope::Project(account.project.clone())));
            }
        }
        path
    }
}
