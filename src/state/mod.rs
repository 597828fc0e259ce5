//! Everything that is known. A state is the fold of its log: nothing enters it but events.

mod configure;
mod evolve;
mod packing;
mod snapshot;

use std::sync::Arc;

pub use self::{packing::Packing, snapshot::FORMAT as SNAPSHOT_FORMAT};
use crate::{
    budget::{BudgetForm, Budgets},
    directory::{Directory, Key, ModelSet, OrganizationForm, SettingsForm, matches_name},
    free_time::FreeTime,
    id::{BookIx, BudgetIx, KeyIx, ModelIx, OrganizationId, ReservationId},
    increase_request::IncreaseRequestForm,
    ledger::Ledger,
    limit::{EVERY_MODEL, Limits},
    order::{ById, Sorted},
    price::{Book, Models},
    record::Records,
    reservation::{Reservation, Reservations},
    time::Timestamp,
};

/// Everything that is known about one organization.
#[derive(Clone, Debug)]
pub struct State {
    /// How many events were applied.
    pub seq: u64,
    /// The time of the last event.
    pub clock: Timestamp,
    /// Who and what there is.
    pub directory: Arc<Directory>,
    /// Limits with their levels.
    pub limits: Limits,
    /// Budgets with their windows.
    pub budgets: Budgets,
    /// Reservations that are open or remembered.
    pub reservations: Reservations,
    /// Balances.
    pub ledger: Ledger,
    /// Container time that cost nothing.
    pub free_time: FreeTime,
    /// Who asked for a higher limit or cap.
    pub increase_requests: Arc<ById<IncreaseRequestForm>>,
    // Since when things are configured.
    pub(crate) records: Arc<Records>,
    models: Arc<Models>,
    // Every book that a hold may be pinned to; the last one is in force.
    books: Arc<Vec<Arc<Book>>>,
    // The class bits of each model.
    model_classes: Arc<Vec<u64>>,
    // The longest that closed reservations were ever remembered for.
    longest_retention_ms: i64,
    // Ends of windows in which a budget's alert is active.
    alert_ends: Sorted<(Timestamp, BudgetIx)>,
}

impl State {
    /// An organization of which nothing is known: what the first event of a log is read over.
    #[must_use]
    pub fn unknown() -> Self {
        Self::empty(OrganizationId::unknown())
    }

    /// An organization of which nothing happened yet.
    #[must_use]
    pub(crate) fn empty(organization: OrganizationId) -> Self {
        Self {
            seq: 0,
            clock: Timestamp::EPOCH,
            directory: Arc::new(Directory::new(OrganizationForm::of(organization), SettingsForm::default())),
            limits: Limits::default(),
            budgets: Budgets::default(),
            reservations: Reservations::default(),
            ledger: Ledger::default(),
            free_time: FreeTime::default(),
            increase_requests: Arc::default(),
            records: Arc::default(),
            models: Arc::default(),
            books: Arc::default(),
            model_classes: Arc::default(),
            longest_retention_ms: 0,
            alert_ends: Sorted::default(),
        }
    }

    /// The models, by handle.
    #[must_use]
    pub fn models(&self) -> &Models {
        &self.models
    }

    /// The book in force, and its handle; `None` before the first.
    #[must_use]
    pub fn book(&self) -> Option<(BookIx, &Book)> {
        let last = self.books.len().checked_sub(1)?;
        Some((BookIx(u32::try_from(last).ok()?), self.books.get(last)?))
    }

    /// A book that was in force once.
    #[must_use]
    pub fn book_at(&self, book: BookIx) -> Option<&Book> {
        self.books.get(book.at()).map(|book| &**book)
    }

    /// The class bits of a model, with the bit of every model.
    #[must_use]
    pub fn classes_of(&self, model: ModelIx) -> u64 {
        self.model_classes.get(model.at()).copied().unwrap_or(0) | EVERY_MODEL
    }

    /// The class bits of a name that the book in force lacks, with the bit of every model.
    pub(crate) fn classes_naming(&self, name: &str) -> u64 {
        let classes = self.directory.classes.values();
        let named = classes.filter(|(form, _)| form.models.iter().any(|entry| matches_name(entry, name)));
        named.fold(EVERY_MODEL, |mask, (_, bit)| mask | 1_u64.wrapping_shl(u32::from(*bit)))
    }

    /// The limits and budgets on a key's path, scope by scope: organization, project, member, key.
    pub(crate) fn path<'a>(&'a self, key: &'a Key) -> [Option<&'a crate::directory::Attached>; 4] {
        let directory = &*self.directory;
        [
            Some(&directory.attached),
            key.project().and_then(|project| directory.project(project)).map(|project| &project.attached),
            key.member().and_then(|member| directory.member(member)).map(|member| &member.attached),
            Some(&key.attached),
        ]
    }

    /// Asks for what a posting of a key reads soon.
    pub(crate) fn ask_for(&self, key: KeyIx) {
        self.ledger.ask_for(key);
        self.directory.ask_for(key);
        if let Some(limit) = self.directory.first_limit(key) {
            self.limits.ask_for(limit);
        }
    }

    /// When the engine next wants to be asked to expire.
    #[must_use]
    pub fn next_deadline(&self) -> Timestamp {
        let deadlines = [self.reservations.next_deadline(), self.next_alert_end()];
        deadlines.into_iter().flatten().fold(self.heartbeat_after(self.clock), Timestamp::min)
    }

    pub(crate) fn next_alert_end(&self) -> Option<Timestamp> {
        self.alert_ends.first().map(|(end, _)| *end)
    }

    pub(crate) fn alert_ends(&self) -> &Sorted<(Timestamp, BudgetIx)> {
        &self.alert_ends
    }

    /// When the window of a budget that contains an instant ends.
    pub(crate) fn window_end(&self, budget: BudgetIx, at: Timestamp) -> Option<Timestamp> {
        self.budgets.get(budget)?.window_at(at).window.end
    }

    /// The budget whose alerts end because a form begins it, or its cap, anew.
    pub(crate) fn budget_begun_anew_by(&self, form: &BudgetForm) -> Option<BudgetIx> {
        let index = self.budgets.by_id(form.id.as_str())?;
        let known = self.budgets.get(index)?;
        (!known.form.same_kind(form) || known.revises_cap(form)).then_some(index)
    }

    pub(crate) fn heartbeat_after(&self, clock: Timestamp) -> Timestamp {
        clock.plus(self.directory.settings.max_forward_ms.get() / 2)
    }

    /// Everything closed at or before this instant is forgotten at `now`.
    pub(crate) fn retention_horizon(&self, now: Timestamp) -> Option<Timestamp> {
        let retention = self.directory.settings.retention_ms.get();
        (now.millis() >= retention).then(|| now.plus(retention.saturating_neg()))
    }

    /// A reservation that is remembered at an instant.
    #[must_use]
    pub fn reservation_at(&self, id: &ReservationId, at: Timestamp) -> Option<&Reservation> {
        let reservation = self.reservations.get(id)?;
        // An open hold is closed at its deadline at the latest.
        let closed_by = reservation.closed_at;
        self.retention_horizon(at).is_none_or(|horizon| closed_by > horizon).then_some(reservation)
    }

    pub(crate) fn model_set(
        &self,
        key: &crate::directory::KeyForm,
        project: Option<&crate::directory::ProjectForm>,
    ) -> ModelSet {
        let lists = [key.models.as_ref(), project.and_then(|project| project.models.as_ref())];
        if lists.iter().all(Option::is_none) {
            return ModelSet::All;
        }
        ModelSet::only(self.models.len(), |model| {
            lists.iter().flatten().all(|list| list.iter().any(|entry| self.entry_names(entry, model)))
        })
    }

    /// Whether an entry of a list of models names a model.
    pub(crate) fn entry_names(&self, entry: &str, model: ModelIx) -> bool {
        let Some((_, book)) = self.book() else { return false };
        match entry.strip_suffix('*') {
            Some(prefix) => book.names_of(model).any(|name| name.starts_with(prefix)),
            None => book.by_name(entry).is_some_and(|card| card.model == model),
        }
    }
}
