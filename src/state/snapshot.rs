//! Snapshots: the state as bytes, so that a log need not be folded from its start.
//!
//! `TGSN`, the format's version, the SHA-256 of the rest, the rest. Damaged, truncated or foreign bytes are refused
//! before anything is read from them. The same state gives the same bytes on every runtime. They are written part by part, by
//! [`Packing`]; here they are read.

use std::{mem::take, sync::Arc};

use sha2::{Digest, Sha256};

use super::{State, packing::Packing};
use crate::{
    budget::{Budget, BudgetForm, Budgets, WindowBalance},
    change::{
        Change, KeySet, MemberSet, OrganizationSet, PriceBookSet, ProjectSet, RoleSet, ServiceAccountSet, SettingsSet,
    },
    directory::{
        KeyForm, MemberForm, ModelClassForm, OrganizationForm, ProjectForm, ServiceAccountForm, SettingsForm,
        role::RoleForm,
    },
    error::{Error, ErrorKind},
    form::{Int, Json, Path, try_read},
    free_time::{FreeTime, MonthTime},
    id::BudgetIx,
    increase_request::IncreaseRequestForm,
    ledger::Ledger,
    limit::{EVERY_MODEL, LimitForm, LimitLevel},
    order::Sorted,
    pack::unpack,
    price::BookForm,
    record::Records,
    reservation::{Reservation, Reservations},
    short,
    time::Timestamp,
};

/// The version of the snapshot's form.
pub const FORMAT: u16 = 4;

pub(super) const MAGIC: &[u8; 4] = b"TGSN";
pub(super) const HEADER: usize = 38;
/// Bytes that a reservation likely takes.
const LIKELY: usize = 160;

crate::object! {
    /// A model class with its bit.
    pub struct ClassBit {
        /// The class.
        model_class: ModelClassForm,
        /// The bit.
        bit: Int<0, 62>,
    }

    /// Everything that is configured, each list in the order of handles.
    pub struct Configuration {
        /// The organization.
        organization: OrganizationForm,
        /// Settings.
        settings: SettingsForm,
        /// Every book that was in force, oldest first.
        price_books: Vec<Arc<BookForm>>,
        /// Model classes.
        model_classes: Vec<ClassBit>,
        /// Custom roles.
        roles: Vec<RoleForm>,
        /// Members.
        members: Vec<MemberForm>,
        /// Projects.
        projects: Vec<ProjectForm>,
        /// Service accounts.
        service_accounts: Vec<ServiceAccountForm>,
        /// Keys.
        keys: Vec<KeyForm>,
        /// Limits, removed ones too.
        limits: Vec<LimitForm>,
        /// Budgets, removed ones too.
        budgets: Vec<BudgetForm>,
        /// Increase requests.
        increase_requests: Vec<IncreaseRequestForm>,
    }
}

pub(super) struct BudgetWindows {
    alive: bool,
    cap_revision: u32,
    windows: Vec<WindowBalance>,
}

crate::packed!(struct BudgetWindows { alive, cap_revision, windows });

/// What a snapshot begins with. Reservations, ledger and the ends of alerts follow, which are written where they stand.
struct Head {
    seq: u64,
    clock: Timestamp,
    longest_retention_ms: i64,
    free_time: Vec<MonthTime>,
    configuration: String,
    limits: Vec<LimitLevel>,
    budgets: Vec<BudgetWindows>,
    records: Arc<Records>,
}

crate::packed!(
    struct Head {
        seq,
        clock,
        longest_retention_ms,
        free_time,
        configuration,
        limits,
        budgets,
        records,
    }
);

type Body = (Head, (Reservations, (Ledger, Vec<(Timestamp, BudgetIx)>)));

impl State {
    /// The state as bytes.
    #[must_use]
    pub fn snapshot(&self) -> Vec<u8> {
        let mut packing = Packing::of(self);
        // Behind the room for the header, so that the bytes are in memory once.
        let likely = self.reservations.len().saturating_mul(LIKELY);
        let mut bytes = Vec::with_capacity(likely.saturating_add(HEADER));
        bytes.resize(HEADER, 0);
        while let Some(part) = packing.next_part() {
            bytes.extend_from_slice(&part);
        }
        if let Some((header, _)) = bytes.split_at_mut_checked(HEADER) {
            header.copy_from_slice(&packing.header());
        }
        bytes
    }

    /// The state of a snapshot.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidSnapshot`] for bytes that are damaged, truncated, or of another version.
    pub fn restore(bytes: &[u8]) -> Result<Self, Error> {
        let refused = |what: &str| {
            Error::new(ErrorKind::InvalidSnapshot, format!("{what}: restore an earlier snapshot, or fold the log"))
        };
        let (header, body) = bytes.split_at_checked(HEADER).ok_or_else(|| refused("the snapshot is truncated"))?;
        let (magic, rest) = header.split_at_checked(4).ok_or_else(|| refused("the snapshot is truncated"))?;
        let (version, digest) = rest.split_at_checked(2).ok_or_else(|| refused("the snapshot is truncated"))?;
        if magic != MAGIC {
            return Err(refused("these bytes are no snapshot"));
        }
        if version != FORMAT.to_le_bytes() {
            return Err(refused("the snapshot is of another version"));
        }
        if digest != Sha256::digest(body).as_slice() {
            return Err(refused("the snapshot is damaged"));
        }
        let body: Option<Body> = unpack(body);
        let body = body.ok_or_else(|| refused("the snapshot cannot be read"))?;
        restore_body(body).ok_or_else(|| refused("the snapshot contradicts itself"))
    }
}

pub(super) fn windows_of(budget: &Budget) -> BudgetWindows {
    BudgetWindows { alive: budget.alive, cap_revision: budget.cap_revision, windows: budget.windows().to_vec() }
}

fn restore_body((head, (reservations, (ledger, alert_ends))): Body) -> Option<State> {
    let json = Json::parse(&head.configuration).ok()?;
    let mut configuration: Configuration = try_read(&json, &Path::Root("")).ok()?;
    if configuration.limits.len() != head.limits.len() || configuration.budgets.len() != head.budgets.len() {
        return None;
    }
    let mut state = State::empty(configuration.organization.id.clone());
    restore_directory(&mut state, &mut configuration);

    for (form, known) in configuration.limits.into_iter().zip(&head.limits) {
        let class = form.model_class.as_ref();
        let mask = class.map_or(EVERY_MODEL, |class| {
            state.directory.classes.get(class.as_str()).map_or(0, |(_, bit)| 1_u64.wrapping_shl(u32::from(*bit)))
        });
        state.limits.restore(form, mask, known);
    }
    let mut budgets = Budgets::default();
    for (form, known) in configuration.budgets.into_iter().zip(head.budgets) {
        budgets.add(Budget::restored(form, known.alive, known.cap_revision, short::of(known.windows)));
    }
    state.budgets = budgets;
    attach_everything(&mut state);

    restore_reservations(&mut state, reservations)?;
    state.ledger = ledger;
    state.free_time = FreeTime::restored(head.free_time)?;
    state.alert_ends = Sorted::of(alert_ends);
    for form in configuration.increase_requests {
        Arc::make_mut(&mut state.increase_requests).insert(form.id.as_str(), form.clone());
    }
    state.records = head.records;
    state.seq = head.seq;
    state.clock = head.clock;
    state.longest_retention_ms = head.longest_retention_ms;
    Some(state)
}

/// What is configured, out of which everything is taken but the limits, the budgets and the requests.
fn restore_directory(state: &mut State, configuration: &mut Configuration) {
    set(state, Change::Organization(OrganizationSet { organization: configuration.organization.clone() }));
    set(state, Change::Settings(SettingsSet { settings: configuration.settings.clone() }));
    for price_book in take(&mut configuration.price_books) {
        set(state, Change::PriceBook(Box::new(PriceBookSet { hash: price_book.hash(), price_book })));
    }
    for class in take(&mut configuration.model_classes) {
        let bit = u8::try_from(class.bit.get()).unwrap_or(0);
        let id = class.model_class.id.to_string();
        Arc::make_mut(&mut state.directory).classes.insert(&id, (class.model_class, bit));
    }
    state.refresh_classes();
    for role in take(&mut configuration.roles) {
        set(state, Change::Role(RoleSet { role }));
    }
    for member in take(&mut configuration.members) {
        set(state, Change::Member(MemberSet { member }));
    }
    for project in take(&mut configuration.projects) {
        set(state, Change::Project(ProjectSet { project }));
    }
    for service_account in take(&mut configuration.service_accounts) {
        set(state, Change::ServiceAccount(ServiceAccountSet { service_account }));
    }
    for key in take(&mut configuration.keys) {
        set(state, Change::Key(Box::new(KeySet { key })));
    }
}

#[inline(never)]
fn set(state: &mut State, change: Change) {
    state.configure(&change, Timestamp::EPOCH);
}

fn attach_everything(state: &mut State) {
    let limits: Vec<_> = state
        .limits
        .iter()
        .filter(|(_, limit)| limit.alive())
        .map(|(index, limit)| (limit.form().scope.clone(), index))
        .collect();
    for (scope, limit) in limits {
        state.attach_limit(&scope, limit);
    }
    let budgets: Vec<_> = state
        .budgets
        .table()
        .iter()
        .zip(0_u32..)
        .filter(|(budget, _)| budget.alive)
        .map(|(budget, index)| (budget.form.scope.clone(), BudgetIx(index)))
        .collect();
    for (scope, budget) in budgets {
        state.attach_budget(&scope, budget);
    }
}

/// Open holds fill the gauges.
fn restore_reservations(state: &mut State, reservations: Reservations) -> Option<()> {
    let exists = |reservation: &Reservation| {
        state.directory.key(reservation.asked.key).is_some() && state.book_at(reservation.book).is_some()
    };
    if !reservations.iter().all(exists) {
        return None;
    }
    for (hold, reservation) in reservations.open_holds() {
        for limit in &reservation.pins.limits {
            state.limits.get(*limit)?;
            if let Some(gauge) = state.limits.gauge_mut(*limit) {
                gauge.open(reservation.deadline, hold);
            }
        }
    }
    state.reservations = reservations;
    Some(())
}
