//! How a change of the configuration changes the state.

use std::sync::Arc;

use super::State;
use crate::{
    budget::{Budget, BudgetForm},
    change::{Change, Target},
    directory::matches_name,
    form::{Path, Problems},
    id::{BookIx, BudgetIx, KeyIx, LimitIx, ModelClassId},
    increase_request::{self, IncreaseRequestForm, IncreaseStatus},
    limit::{EVERY_MODEL, LimitForm, Scope},
    price::{Book, BookForm},
    time::Timestamp,
};

impl State {
    pub(super) fn configure(&mut self, change: &Change, at: Timestamp) {
        match change {
            Change::Organization(set) => Arc::make_mut(&mut self.directory).organization = set.organization.clone(),
            Change::Settings(set) => {
                self.longest_retention_ms = self.longest_retention_ms.max(set.settings.retention_ms.get());
                Arc::make_mut(&mut self.directory).settings = set.settings.clone();
            }
            Change::PriceBook(set) => self.set_book(set.price_book.clone()),
            Change::ModelClass(set) => {
                let classes = &mut Arc::make_mut(&mut self.directory).classes;
                let bit = classes
                    .get(set.model_class.id.as_str())
                    .map(|(_, bit)| *bit)
                    .or_else(|| (0..63).find(|bit| classes.values().all(|(_, used)| used != bit)));
                if let Some(bit) = bit {
                    classes.insert(set.model_class.id.as_str(), (set.model_class.clone(), bit));
                }
                self.refresh_classes();
            }
            Change::ModelClassRemoved(removed) => {
                Arc::make_mut(&mut self.directory).classes.remove(removed.id.as_str());
                self.refresh_classes();
            }
            Change::Role(set) => {
                Arc::make_mut(&mut self.directory).set_role(set.role.clone());
                self.refresh_every_key();
            }
            Change::RoleRemoved(removed) => {
                Arc::make_mut(&mut self.directory).remove_role(&removed.id);
                self.refresh_every_key();
            }
            Change::Member(set) => {
                let keys = Arc::make_mut(&mut self.directory).set_member(set.member.clone());
                self.refresh_keys(&keys);
            }
            Change::Project(set) => {
                let keys = Arc::make_mut(&mut self.directory).set_project(set.project.clone());
                self.refresh_keys(&keys);
            }
            Change::ServiceAccount(set) => {
                let keys = Arc::make_mut(&mut self.directory).set_service_account(set.service_account.clone());
                self.refresh_keys(&keys);
            }
            Change::Key(set) => {
                let key = Arc::make_mut(&mut self.directory).set_key(set.key.clone());
                self.refresh_keys(&[key]);
            }
            Change::Limit(set) => self.set_limit(set.limit.clone(), at),
            Change::LimitRemoved(removed) => {
                if let Some(limit) = self.limits.by_id(removed.id.as_str()) {
                    self.retire_limit(limit);
                }
            }
            Change::Budget(set) => self.set_budget(set.budget.clone()),
            Change::BudgetRemoved(removed) => {
                if let Some(budget) = self.budgets.by_id(removed.id.as_str()) {
                    self.retire_budget(budget);
                }
            }
            Change::IncreaseRequest(set) => self.set_increase_request(&set.increase_request),
        }
    }

    fn set_increase_request(&mut self, form: &IncreaseRequestForm) {
        if self.increase_requests.get(form.id.as_str()).is_none()
            && let Some(first) = self.increase_request_to_forget()
        {
            Arc::make_mut(&mut self.increase_requests).remove(&first);
            self.note(&Target::IncreaseRequest(first), None, false, Timestamp::EPOCH, Timestamp::EPOCH);
        }
        Arc::make_mut(&mut self.increase_requests).insert(form.id.as_str(), form.clone());
    }

    /// Of those decided the one that was decided first, where no more are remembered; none is let in where all are pending.
    fn increase_request_to_forget(&self) -> Option<String> {
        let requests = &self.increase_requests;
        if requests.values().count() < increase_request::MOST {
            return None;
        }
        let decided = requests.values().filter(|request| request.status != IncreaseStatus::Pending);
        let revision = |id: &String| self.record(&Target::IncreaseRequest(id.clone())).map(|record| record.revision);
        decided.map(|request| request.id.to_string()).min_by_key(revision)
    }

    fn set_book(&mut self, form: Arc<BookForm>) {
        // The book in force, once more, is no other book.
        if self.book().is_some_and(|(_, book)| book.hash == form.hash()) {
            return;
        }
        let mut problems = Problems::default();
        let models = Arc::make_mut(&mut self.models);
        // A book enters the log only after it was compiled, so that this compiles too.
        if let Some(book) = Book::compile(form, models, &Path::Root("price_book"), &mut problems) {
            Arc::make_mut(&mut self.books).push(Arc::new(book));
        }
        self.refresh_classes();
        self.refresh_every_key();
    }

    /// The book of a hash, for reservations that are read from the log.
    #[must_use]
    pub fn book_by_hash(&self, hash: &crate::id::SecretDigest) -> Option<BookIx> {
        let position = self.books.iter().rposition(|book| book.hash == *hash)?;
        u32::try_from(position).ok().map(BookIx)
    }

    pub(super) fn refresh_classes(&mut self) {
        let masks = self.models.iter().map(|(model, name)| {
            let classes = self.directory.classes.values();
            let named = classes.filter(|(form, _)| {
                form.models.iter().any(|entry| self.entry_names(entry, model) || matches_name(entry, name))
            });
            named.fold(0, |mask, (_, bit)| mask | 1_u64.wrapping_shl(u32::from(*bit)))
        });
        self.model_classes = Arc::new(masks.collect());
        let classes = &self.directory.classes;
        // A class that does not exist has no models.
        let mask_of =
            |id: &ModelClassId| classes.get(id.as_str()).map_or(0, |(_, bit)| 1_u64.wrapping_shl(u32::from(*bit)));
        self.limits.set_class_masks(mask_of);
    }

    fn refresh_every_key(&mut self) {
        let keys: Vec<KeyIx> = (0..self.directory.keys().len()).zip(0_u32..).map(|(_, index)| KeyIx(index)).collect();
        self.refresh_keys(&keys);
    }

    fn refresh_keys(&mut self, keys: &[KeyIx]) {
        if keys.is_empty() {
            return;
        }
        // The directory is taken out, so that a key's models can be looked up in the rest of the state meanwhile.
        let mut directory = Arc::clone(&self.directory);
        let vacant =
            Arc::new(crate::directory::Directory::new(directory.organization.clone(), directory.settings.clone()));
        self.directory = vacant;
        for key in keys {
            Arc::make_mut(&mut directory).refresh_key(*key, |form, project| self.model_set(form, project));
        }
        self.directory = directory;
    }

    fn class_mask(&self, form: &LimitForm) -> u64 {
        match &form.model_class {
            None => EVERY_MODEL,
            Some(class) => {
                self.directory.classes.get(class.as_str()).map_or(0, |(_, bit)| 1_u64.wrapping_shl(u32::from(*bit)))
            }
        }
    }

    fn set_limit(&mut self, form: LimitForm, at: Timestamp) {
        if let Some(known) = self.limits.by_id(form.id.as_str()) {
            if self.limits.get(known).is_some_and(|limit| limit.form().same_kind(&form)) {
                self.limits.change(known, form, at);
                return;
            }
            self.retire_limit(known);
        }
        let mask = self.class_mask(&form);
        let scope = form.scope.clone();
        let limit = self.limits.add(form, mask, at);
        self.attach_limit(&scope, limit);
    }

    pub(super) fn attach_limit(&mut self, scope: &Scope, limit: LimitIx) {
        let limits = &self.limits;
        let id_of = |limit: LimitIx| limits.get(limit).map(|limit| limit.form().id.as_str());
        Arc::make_mut(&mut self.directory).attach(scope, &|attached| {
            let position = attached.limits.partition_point(|other| id_of(*other) < id_of(limit));
            attached.limits.insert(position, limit);
        });
    }

    fn retire_limit(&mut self, limit: LimitIx) {
        let Some(scope) = self.limits.get(limit).map(|limit| limit.form().scope.clone()) else { return };
        self.limits.retire(limit);
        Arc::make_mut(&mut self.directory).attach(&scope, &|attached| attached.limits.retain(|other| *other != limit));
    }

    fn set_budget(&mut self, form: BudgetForm) {
        if let Some(known) = self.budgets.by_id(form.id.as_str()) {
            if self.budgets.get(known).is_some_and(|budget| budget.form.same_kind(&form)) {
                if self.budgets.get(known).is_some_and(|budget| budget.revises_cap(&form)) {
                    self.clear_alert_ends(known);
                }
                if let Some(budget) = self.budgets.get_mut(known) {
                    budget.change(form);
                }
                return;
            }
            self.retire_budget(known);
        }
        let scope = form.scope.clone();
        let budget = self.budgets.add(Budget::new(form));
        self.attach_budget(&scope, budget);
    }

    pub(super) fn attach_budget(&mut self, scope: &Scope, budget: BudgetIx) {
        let budgets = &self.budgets;
        let id_of = |budget: BudgetIx| budgets.get(budget).map(|budget| budget.form.id.as_str());
        Arc::make_mut(&mut self.directory).attach(scope, &|attached| {
            let position = attached.budgets.partition_point(|other| id_of(*other) < id_of(budget));
            attached.budgets.insert(position, budget);
        });
    }

    fn retire_budget(&mut self, budget: BudgetIx) {
        let Some(scope) = self.budgets.get(budget).map(|budget| budget.form.scope.clone()) else { return };
        self.budgets.retire(budget);
        self.clear_alert_ends(budget);
        Arc::make_mut(&mut self.directory)
            .attach(&scope, &|attached| attached.budgets.retain(|other| *other != budget));
    }
}
