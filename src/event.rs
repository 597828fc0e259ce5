//! What happened. The log of events is the truth; [`State::evolve`](crate::state::State::evolve) folds it.
//!
//! An event carries results (the hold, the charge, what was debited where), so that another release, price book or
//! calendar never changes what a replay gives.

use crate::{
    alert::Alert,
    budget::BudgetForm,
    directory::{
        KeyForm, MemberForm, ModelClassForm, OrganizationForm, Principal, ProjectForm, ServiceAccountForm,
        SettingsForm, role::RoleForm,
    },
    id::{BookIx, BudgetId, KeyIx, LimitId, LimitIx, ModelClassId, ModelIx, ReservationId, RoleId},
    limit::{Counts, LimitForm},
    money::Money,
    price::BookForm,
    reservation::{Asked, From, Pins, Settlement},
    short::Short,
    time::Timestamp,
};

/// The version of the events' form.
pub const VERSION: i64 = 1;

/// Something that happened at an instant.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// The effective time.
    pub at: Timestamp,
    /// What happened.
    pub kind: EventKind,
}

/// The events of one outcome; one inline.
pub type Events = Short<Event, 1>;

/// What can happen.
#[derive(Clone, Debug, PartialEq)]
pub enum EventKind {
    /// A request was admitted.
    Reserved(Reserved),
    /// A reservation was charged.
    Settled(Settled),
    /// A reservation was given back.
    Voided {
        /// The reservation.
        reservation: ReservationId,
        /// What the void replaced.
        from: From,
    },
    /// A hold became an assumed charge.
    Expired {
        /// The reservation.
        reservation: ReservationId,
    },
    /// A charge was corrected.
    Adjusted(Box<Adjusted>),
    /// Tokens were counted.
    Counted {
        /// The key.
        key: KeyIx,
        /// The limits that it was debited from.
        limits: Short<LimitIx, 4>,
    },
    /// Something became true.
    AlertFired(Alert),
    /// Something is true no more.
    AlertResolved(Alert),
    /// An actor accepted a clock that jumped.
    ClockAdvanced(Box<Principal>),
    /// Nothing happened for long.
    Heartbeat,
    /// The directory, a limit, a budget, a price book or a setting was changed.
    Configured(Box<Configured>),
}

/// A request was admitted.
#[derive(Clone, Debug, PartialEq)]
pub struct Reserved {
    /// The reservation.
    pub id: ReservationId,
    /// What was asked.
    pub asked: Asked,
    /// The book that prices it.
    pub book: BookIx,
    /// The model whose card prices models that the book lacks, as the settings are.
    pub fallback: Option<ModelIx>,
    /// The hold.
    pub hold: Money,
    /// The hold's part for output.
    pub hold_output: Money,
    /// When the hold becomes an assumed charge.
    pub deadline: Timestamp,
    /// Where it is posted.
    pub pins: Pins,
}

/// A reservation was charged.
#[derive(Clone, Debug, PartialEq)]
pub struct Settled {
    /// The reservation.
    pub reservation: ReservationId,
    /// The settlement.
    pub settlement: Settlement,
    /// What limits count.
    pub counted: Counts,
}

/// A charge was corrected.
#[derive(Clone, Debug, PartialEq)]
pub struct Adjusted {
    /// The reservation.
    pub reservation: ReservationId,
    /// Who corrected it.
    pub actor: Principal,
    /// The charge before.
    pub from: Money,
    /// The charge after.
    pub to: Money,
    /// Why.
    pub reason: String,
}

/// A change of what is configured, and who made it; nobody, when it came with the policy file.
#[derive(Clone, Debug, PartialEq)]
pub struct Configured {
    /// Who made the change.
    pub actor: Option<Principal>,
    /// The change.
    pub change: Change,
}

crate::object! {
    /// The organization, as the first event of a log sets it.
    pub struct OrganizationSet {
        /// The organization.
        organization: OrganizationForm,
    }
    /// Settings were set.
    pub struct SettingsSet {
        /// The settings.
        settings: SettingsForm,
    }
    /// A price book came into force.
    pub struct PriceBookSet {
        /// The SHA-256 of the book's canonical JSON.
        hash: crate::id::SecretDigest,
        /// The book.
        price_book: BookForm,
    }
    /// A model class was set.
    pub struct ModelClassSet {
        /// The class.
        model_class: ModelClassForm,
    }
    /// A model class was removed.
    pub struct ModelClassRemoved {
        /// The class.
        id: ModelClassId,
    }
    /// A custom role was set.
    pub struct RoleSet {
        /// The role.
        role: RoleForm,
    }
    /// A custom role was removed.
    pub struct RoleRemoved {
        /// The role.
        id: RoleId,
    }
    /// A member was set.
    pub struct MemberSet {
        /// The member.
        member: MemberForm,
    }
    /// A project was set.
    pub struct ProjectSet {
        /// The project.
        project: ProjectForm,
    }
    /// A service account was set.
    pub struct ServiceAccountSet {
        /// The account.
        service_account: ServiceAccountForm,
    }
    /// A key was set.
    pub struct KeySet {
        /// The key.
        key: KeyForm,
    }
    /// A limit was set.
    pub struct LimitSet {
        /// The limit.
        limit: LimitForm,
    }
    /// A limit was removed.
    pub struct LimitRemoved {
        /// The limit.
        id: LimitId,
    }
    /// A budget was set.
    pub struct BudgetSet {
        /// The budget.
        budget: BudgetForm,
    }
    /// A budget was removed.
    pub struct BudgetRemoved {
        /// The budget.
        id: BudgetId,
    }
}

crate::tagged! {
    /// A change of what is configured.
    pub enum Change {
        /// The organization.
        "organization_set" => Organization(OrganizationSet),
        /// Settings.
        "settings_set" => Settings(SettingsSet),
        /// A price book.
        "price_book_set" => PriceBook(Box<PriceBookSet>),
        /// A model class.
        "model_class_set" => ModelClass(ModelClassSet),
        /// A model class that is no more.
        "model_class_removed" => ModelClassRemoved(ModelClassRemoved),
        /// A role.
        "role_set" => Role(RoleSet),
        /// A role that is no more.
        "role_removed" => RoleRemoved(RoleRemoved),
        /// A member.
        "member_set" => Member(MemberSet),
        /// A project.
        "project_set" => Project(ProjectSet),
        /// A service account.
        "service_account_set" => ServiceAccount(ServiceAccountSet),
        /// A key.
        "key_set" => Key(Box<KeySet>),
        /// A limit.
        "limit_set" => Limit(Box<LimitSet>),
        /// A limit that is no more.
        "limit_removed" => LimitRemoved(LimitRemoved),
        /// A budget.
        "budget_set" => Budget(Box<BudgetSet>),
        /// A budget that is no more.
        "budget_removed" => BudgetRemoved(BudgetRemoved),
    }
}
