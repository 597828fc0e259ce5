//! Nothing begins within what has ended: a key, a secret or a service account that nobody could ever use.
//!
//! What stood there before may be there still, such as the keys of a project that was archived: only what begins is asked. Limits
//! and budgets are not: they take from nobody, and may be there before a project comes back.

use super::Fragment;
use crate::{
    change::Change,
    directory::{KeyForm, KeyStatus, MemberStatus, Owner, ProjectStatus, ServiceAccountForm, ServiceAccountStatus},
    form::{Json, Path, Problems},
    id::ProjectId,
    time::Timestamp,
};

impl Fragment<'_> {
    /// Everything is looked at as the command leaves it, so that a project may come back with its first new key.
    pub(super) fn nothing_begins_ended(&mut self, at: Timestamp) {
        let mut problems = Problems::default();
        for (index, managed) in self.command.changes.iter().enumerate() {
            let root = format!("command.changes[{index}].change");
            let root = Path::Root(&root);
            match &managed.change {
                Change::Key(set) if set.key.status != KeyStatus::Revoked => {
                    let begins = self.state.brings_secret(&managed.change);
                    self.key_begins(&set.key, begins, at, &root.field("key"), &mut problems);
                }
                Change::ServiceAccount(set) if set.service_account.status == ServiceAccountStatus::Active => {
                    self.account_begins(&set.service_account, &root.field("service_account"), &mut problems);
                }
                _ => {}
            }
        }
        self.problems.extend(problems.into_list());
    }

    /// A key that is new or comes to another place, or a secret that it did not have.
    fn key_begins(&self, key: &KeyForm, has_new_secret: bool, at: Timestamp, path: &Path<'_>, problems: &mut Problems) {
        let directory = &self.state.directory;
        let known = directory.key_by_id(key.id.as_str()).and_then(|known| directory.key(known));
        let begins = known.is_none() || has_new_secret;
        if let Some(expires_at) = key.expires_at.filter(|expires_at| begins && *expires_at <= at) {
            let value = Json::String(expires_at.to_string());
            let message = "the key would have expired already";
            problems.report(&path.field("expires_at"), &value, message, "write an instant to come, or null");
        }
        if !begins && known.is_some_and(|known| known.form.owner == key.owner && known.form.project == key.project) {
            return;
        }
        let owner = path.field("owner");
        match &key.owner {
            Owner::Member(id) => {
                let mut members = self.form.members.iter();
                if members.any(|member| member.id == *id && member.status == MemberStatus::Removed) {
                    let id = Json::String(id.to_string());
                    problems.report(&owner.field("member"), &id, "the member was removed", "name one who belongs");
                }
            }
            Owner::ServiceAccount(id) => {
                let account = self.form.service_accounts.iter().find(|account| account.id == *id);
                let path = owner.field("service_account");
                if account.is_some_and(|account| account.status == ServiceAccountStatus::Removed) {
                    let id = Json::String(id.to_string());
                    problems.report(&path, &id, "the service account was removed", "name one that is there");
                } else if let Some(account) = account {
                    self.project_in_use(&account.project, id.as_str(), &path, problems);
                }
            }
        }
        key.project
            .iter()
            .for_each(|project| self.project_in_use(project, project.as_str(), &path.field("project"), problems));
    }

    /// An account that is new, comes back, or comes to another project.
    fn account_begins(&self, account: &ServiceAccountForm, path: &Path<'_>, problems: &mut Problems) {
        let directory = &self.state.directory;
        let known = directory.service_account_by_id(account.id.as_str());
        let known = known.and_then(|known| directory.service_account(known)).map(|known| &known.form);
        if known.is_none_or(|known| known.status != account.status || known.project != account.project) {
            self.project_in_use(&account.project, account.project.as_str(), &path.field("project"), problems);
        }
    }

    /// Reports a name by which something would come to a project that is archived.
    fn project_in_use(&self, project: &ProjectId, name: &str, path: &Path<'_>, problems: &mut Problems) {
        let mut projects = self.form.projects.iter();
        if projects.any(|known| known.id == *project && known.status == ProjectStatus::Archived) {
            let message = format!("project `{project}` is archived");
            problems.report(path, &Json::String(name.to_owned()), message, "name a project in use");
        }
    }
}
