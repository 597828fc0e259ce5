//! A change of what is configured: what a command asks for, and what the log remembers.

use std::sync::Arc;

use crate::{
    budget::BudgetForm,
    directory::{
        KeyForm, MemberForm, ModelClassForm, OrganizationForm, ProjectForm, ServiceAccountForm, SettingsForm,
        role::RoleForm,
    },
    form::{Form, Writer},
    id::{BudgetId, LimitId, ModelClassId, RoleId},
    increase_request::IncreaseRequestForm,
    limit::LimitForm,
    price::BookForm,
    state::State,
};

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
        price_book: Arc<BookForm>,
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
    /// An increase request was made or decided.
    pub struct IncreaseRequestSet {
        /// The request.
        increase_request: IncreaseRequestForm,
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
        /// An increase request.
        "increase_request_set" => IncreaseRequest(IncreaseRequestSet),
    }
}

crate::single! {
    /// What a change is of.
    pub enum Target {
        /// The organization's profile.
        "organization" => Organization(String),
        /// The organization's settings.
        "settings" => Settings(String),
        /// A price book, by its hash.
        "price_book" => PriceBook(String),
        /// A model class.
        "model_class" => ModelClass(String),
        /// A custom role.
        "role" => Role(String),
        /// A member.
        "member" => Member(String),
        /// A project.
        "project" => Project(String),
        /// A service account.
        "service_account" => ServiceAccount(String),
        /// A key.
        "key" => Key(String),
        /// A limit.
        "limit" => Limit(String),
        /// A budget.
        "budget" => Budget(String),
        /// An increase request.
        "increase_request" => IncreaseRequest(String),
        /// A reservation, whose charge was corrected.
        "reservation" => Reservation(String),
    }
}

/// A form that is only written.
pub(crate) trait Written {
    fn write_to(&self, out: &mut Writer);
}

impl<T: Form> Written for T {
    fn write_to(&self, out: &mut Writer) {
        self.write(out);
    }
}

impl Change {
    /// What it is of, by the organization's id where there is only one.
    #[must_use]
    pub fn target(&self, state: &State) -> Target {
        let organization = || state.directory.organization.id.to_string();
        match self {
            Self::Organization(set) => Target::Organization(set.organization.id.to_string()),
            Self::Settings(_) => Target::Settings(organization()),
            Self::PriceBook(set) => Target::PriceBook(set.hash.to_string()),
            Self::ModelClass(set) => Target::ModelClass(set.model_class.id.to_string()),
            Self::ModelClassRemoved(removed) => Target::ModelClass(removed.id.to_string()),
            Self::Role(set) => Target::Role(set.role.id.to_string()),
            Self::RoleRemoved(removed) => Target::Role(removed.id.to_string()),
            Self::Member(set) => Target::Member(set.member.id.to_string()),
            Self::Project(set) => Target::Project(set.project.id.to_string()),
            Self::ServiceAccount(set) => Target::ServiceAccount(set.service_account.id.to_string()),
            Self::Key(set) => Target::Key(set.key.id.to_string()),
            Self::Limit(set) => Target::Limit(set.limit.id.to_string()),
            Self::LimitRemoved(removed) => Target::Limit(removed.id.to_string()),
            Self::Budget(set) => Target::Budget(set.budget.id.to_string()),
            Self::BudgetRemoved(removed) => Target::Budget(removed.id.to_string()),
            Self::IncreaseRequest(set) => Target::IncreaseRequest(set.increase_request.id.to_string()),
        }
    }

    /// The form that it sets; `None` where it takes something out.
    pub(crate) fn form(&self) -> Option<&dyn Written> {
        Some(match self {
            Self::Organization(set) => &set.organization,
            Self::Settings(set) => &set.settings,
            Self::PriceBook(set) => &*set.price_book,
            Self::ModelClass(set) => &set.model_class,
            Self::Role(set) => &set.role,
            Self::Member(set) => &set.member,
            Self::Project(set) => &set.project,
            Self::ServiceAccount(set) => &set.service_account,
            Self::Key(set) => &set.key,
            Self::Limit(set) => &set.limit,
            Self::Budget(set) => &set.budget,
            Self::IncreaseRequest(set) => &set.increase_request,
            Self::ModelClassRemoved(_) | Self::RoleRemoved(_) | Self::LimitRemoved(_) | Self::BudgetRemoved(_) => {
                return None;
            }
        })
    }
}

impl Target {
    /// What it is called: the first part of an audited action, such as `key` of `key.created`.
    #[must_use]
    pub const fn noun(&self) -> &'static str {
        match self {
            Self::Organization(_) => "organization",
            Self::Settings(_) => "settings",
            Self::PriceBook(_) => "price_book",
            Self::ModelClass(_) => "model_class",
            Self::Role(_) => "role",
            Self::Member(_) => "member",
            Self::Project(_) => "project",
            Self::ServiceAccount(_) => "service_account",
            Self::Key(_) => "key",
            Self::Limit(_) => "limit",
            Self::Budget(_) => "budget",
            Self::IncreaseRequest(_) => "increase_request",
            Self::Reservation(_) => "reservation",
        }
    }

    /// Whether both are the same thing. Of organization, settings and price books there is only one in force, whatever it is
    /// called.
    pub(crate) fn is_of(&self, other: &Self) -> bool {
        let alone = matches!(self, Self::Organization(_) | Self::Settings(_) | Self::PriceBook(_));
        self == other || alone && self.noun() == other.noun()
    }

    /// What stands there now; nothing where it does not exist, or is no more in force.
    pub(crate) fn known<'a>(&self, state: &'a State) -> Option<&'a dyn Written> {
        let directory = &state.directory;
        Some(match self {
            // Before their first event there are only those that every organization begins with.
            Self::Organization(_) | Self::Settings(_) if state.record(self).is_none() => return None,
            Self::Organization(_) => &directory.organization,
            Self::Settings(_) => &directory.settings,
            Self::PriceBook(_) => &state.book()?.1.form,
            Self::ModelClass(id) => &directory.classes.get(id)?.0,
            Self::Role(id) => directory.roles.get(id)?,
            Self::Member(id) => &directory.member(directory.member_by_id(id)?)?.form,
            Self::Project(id) => &directory.project(directory.project_by_id(id)?)?.form,
            Self::ServiceAccount(id) => &directory.service_account(directory.service_account_by_id(id)?)?.form,
            Self::Key(id) => &*directory.key(directory.key_by_id(id)?)?.form,
            Self::Limit(id) => state.limits.get(state.limits.by_id(id)?)?.form(),
            Self::Budget(id) => &*state.budgets.get(state.budgets.by_id(id)?)?.form,
            Self::IncreaseRequest(id) => state.increase_requests.get(id)?,
            Self::Reservation(_) => return None,
        })
    }
}
