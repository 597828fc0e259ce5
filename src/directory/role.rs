//! Roles: the presets, as the company guide tells them, and custom ones.

use super::action::{Action, Grants, PermissionForm, PermissionScope};
use crate::id::RoleId;

crate::object! {
    /// A custom role.
    pub struct RoleForm {
        /// Its id; the presets' names are taken.
        id: RoleId,
        /// What it grants.
        permissions: Vec<PermissionForm>,
    }
}

impl RoleForm {
    /// What the role grants.
    #[must_use]
    pub fn grants(&self) -> Grants {
        self.permissions
            .iter()
            .fold(Grants::NONE, |grants, permission| grants.with(permission.action, permission.scope))
    }
}

/// A role that is built in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preset {
    /// Full access to billing, members and all keys.
    Admin,
    /// Creates and uses keys, views usage, changes no billing.
    Developer,
    /// Reads usage dashboards.
    Viewer,
    /// Reads and changes billing, caps and charges; uses no models.
    Billing,
}

const DEVELOPER: &[(Action, PermissionScope)] = &[
    (Action::MessagesCreate, PermissionScope::Own),
    (Action::MessagesCountTokens, PermissionScope::Own),
    (Action::ModelsRead, PermissionScope::Any),
    (Action::UsageRead, PermissionScope::Any),
    (Action::CostRead, PermissionScope::Any),
    (Action::KeysCreate, PermissionScope::Own),
    (Action::KeysRead, PermissionScope::Own),
    (Action::KeysUpdate, PermissionScope::Own),
    (Action::KeysRotate, PermissionScope::Own),
    (Action::KeysRevoke, PermissionScope::Own),
    (Action::ProjectsRead, PermissionScope::Any),
    (Action::LimitsRead, PermissionScope::Any),
    (Action::BudgetsRead, PermissionScope::Any),
    (Action::IncreaseRequestsCreate, PermissionScope::Own),
    (Action::IncreaseRequestsRead, PermissionScope::Own),
    (Action::PricesRead, PermissionScope::Any),
    (Action::OrganizationRead, PermissionScope::Any),
    (Action::AlertsRead, PermissionScope::Any),
];

const VIEWER: &[(Action, PermissionScope)] = &[
    (Action::ModelsRead, PermissionScope::Any),
    (Action::UsageRead, PermissionScope::Any),
    (Action::CostRead, PermissionScope::Any),
    (Action::ProjectsRead, PermissionScope::Any),
    (Action::LimitsRead, PermissionScope::Any),
    (Action::BudgetsRead, PermissionScope::Any),
    (Action::PricesRead, PermissionScope::Any),
    (Action::OrganizationRead, PermissionScope::Any),
    (Action::AlertsRead, PermissionScope::Any),
];

const BILLING: &[(Action, PermissionScope)] = &[
    (Action::UsageRead, PermissionScope::Any),
    (Action::CostRead, PermissionScope::Any),
    (Action::ProjectsRead, PermissionScope::Any),
    (Action::LimitsRead, PermissionScope::Any),
    (Action::BudgetsRead, PermissionScope::Any),
    (Action::BudgetsWrite, PermissionScope::Any),
    (Action::IncreaseRequestsRead, PermissionScope::Any),
    (Action::IncreaseRequestsDecide, PermissionScope::Any),
    (Action::PricesRead, PermissionScope::Any),
    (Action::BillingRead, PermissionScope::Any),
    (Action::BillingWrite, PermissionScope::Any),
    (Action::OrganizationRead, PermissionScope::Any),
    (Action::OrganizationUpdate, PermissionScope::Any),
    (Action::AlertsRead, PermissionScope::Any),
    (Action::ChargesAdjust, PermissionScope::Any),
];

impl Preset {
    /// Every preset.
    pub const ALL: [Self; 4] = [Self::Admin, Self::Developer, Self::Viewer, Self::Billing];

    /// The preset's id.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Developer => "developer",
            Self::Viewer => "viewer",
            Self::Billing => "billing",
        }
    }

    /// The preset of an id.
    #[must_use]
    pub fn of(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|preset| preset.as_str() == id)
    }

    /// What the preset grants.
    #[must_use]
    pub fn grants(self) -> Grants {
        let listed = |list: &[(Action, PermissionScope)]| {
            list.iter().fold(Grants::NONE, |grants, (action, scope)| grants.with(*action, *scope))
        };
        match self {
            Self::Admin => {
                Action::ALL.iter().fold(Grants::NONE, |grants, action| grants.with(*action, PermissionScope::Any))
            }
            Self::Developer => listed(DEVELOPER),
            Self::Viewer => listed(VIEWER),
            Self::Billing => listed(BILLING),
        }
    }
}

/// The published matrix of permissions, as a Markdown table: one row an action, one column a preset.
#[must_use]
pub fn matrix() -> String {
    let mut table = String::from("| action | admin | developer | viewer | billing |\n|---|---|---|---|---|\n");
    for action in Action::ALL {
        table.push_str(&format!("| `{}` |", action.as_str()));
        for preset in Preset::ALL {
            table.push_str(&format!(" {} |", preset.grants().scope_of(*action).map_or("", PermissionScope::as_str)));
        }
        table.push('\n');
    }
    table
}
