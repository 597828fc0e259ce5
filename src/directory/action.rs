//! Actions, and sets of what may be done.

crate::names! {
    /// Something that a principal may do.
    pub enum Action {
        /// Send a request to a model.
        MessagesCreate = "messages.create",
        /// Count the tokens of a request.
        MessagesCountTokens = "messages.count_tokens",
        /// List the models that one may use.
        ModelsRead = "models.read",
        /// Read usage: tokens and requests.
        UsageRead = "usage.read",
        /// Read cost.
        CostRead = "cost.read",
        /// Create keys.
        KeysCreate = "keys.create",
        /// Read keys, never their secrets.
        KeysRead = "keys.read",
        /// Rename, restrict and let expire keys.
        KeysUpdate = "keys.update",
        /// Rotate keys.
        KeysRotate = "keys.rotate",
        /// Revoke keys.
        KeysRevoke = "keys.revoke",
        /// Read members and invites.
        MembersRead = "members.read",
        /// Invite members.
        MembersInvite = "members.invite",
        /// Change members' roles.
        MembersUpdate = "members.update",
        /// Remove members.
        MembersRemove = "members.remove",
        /// Read service accounts.
        ServiceAccountsRead = "service_accounts.read",
        /// Create, change and remove service accounts.
        ServiceAccountsWrite = "service_accounts.write",
        /// Read projects.
        ProjectsRead = "projects.read",
        /// Create projects.
        ProjectsCreate = "projects.create",
        /// Rename projects and change their members.
        ProjectsUpdate = "projects.update",
        /// Archive projects.
        ProjectsArchive = "projects.archive",
        /// Read roles.
        RolesRead = "roles.read",
        /// Create, change and remove custom roles.
        RolesWrite = "roles.write",
        /// Read limits.
        LimitsRead = "limits.read",
        /// Set and remove limits.
        LimitsWrite = "limits.write",
        /// Read budgets.
        BudgetsRead = "budgets.read",
        /// Set and remove budgets.
        BudgetsWrite = "budgets.write",
        /// Ask for a higher limit or cap.
        IncreaseRequestsCreate = "increase_requests.create",
        /// Read increase requests.
        IncreaseRequestsRead = "increase_requests.read",
        /// Approve or deny increase requests.
        IncreaseRequestsDecide = "increase_requests.decide",
        /// Read price books.
        PricesRead = "prices.read",
        /// Load price books.
        PricesWrite = "prices.write",
        /// Read invoices and payment details.
        BillingRead = "billing.read",
        /// Change payment details.
        BillingWrite = "billing.write",
        /// Read the organization's profile.
        OrganizationRead = "organization.read",
        /// Change the organization's profile.
        OrganizationUpdate = "organization.update",
        /// Read settings.
        SettingsRead = "settings.read",
        /// Change settings.
        SettingsWrite = "settings.write",
        /// Read the audit log.
        AuditRead = "audit.read",
        /// Read alerts.
        AlertsRead = "alerts.read",
        /// Read webhooks.
        WebhooksRead = "webhooks.read",
        /// Set and remove webhooks.
        WebhooksWrite = "webhooks.write",
        /// Correct the charge of a reservation.
        ChargesAdjust = "charges.adjust",
        /// Accept a clock that jumped.
        ClockAdvance = "clock.advance",
        /// Replace the whole policy.
        PolicyWrite = "policy.write",
        /// Export the organization's log and state.
        StateExport = "state.export",
    }

    /// On whose resources an action may be done.
    pub enum PermissionScope {
        /// On every resource.
        Any = "any",
        /// On resources whose owner is the principal's own member or service account.
        Own = "own",
    }
}

crate::object! {
    /// One permission of a role.
    pub struct PermissionForm {
        /// What may be done.
        action: Action,
        /// On whose resources.
        scope: PermissionScope,
    }
}

/// What may be done, on any resource and on one's own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Grants {
    any: u64,
    // INVARIANT: holds every bit of `any`.
    own: u64,
}

impl Grants {
    /// Nothing.
    pub const NONE: Self = Self { any: 0, own: 0 };
    /// Everything.
    pub const EVERY: Self = Self { any: u64::MAX, own: u64::MAX };

    const fn bit(action: Action) -> u64 {
        1_u64.wrapping_shl(action as u32)
    }

    /// These grants and one more.
    #[must_use]
    pub const fn with(self, action: Action, scope: PermissionScope) -> Self {
        let bit = Self::bit(action);
        match scope {
            PermissionScope::Any => Self { any: self.any | bit, own: self.own | bit },
            PermissionScope::Own => Self { any: self.any, own: self.own | bit },
        }
    }

    /// What either grants.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        Self { any: self.any | other.any, own: self.own | other.own }
    }

    /// What both grant.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self { any: self.any & other.any, own: self.own & other.own }
    }

    /// What these grant and the other ones do not.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self { any: self.any & !other.any, own: self.own & !other.own }
    }

    /// Whether everything that the other grants is granted here too.
    #[must_use]
    pub const fn includes(self, other: Self) -> bool {
        other.any & !self.any == 0 && other.own & !self.own == 0
    }

    /// Whether an action is granted, on one's own resource or on any.
    #[must_use]
    pub const fn permits(self, action: Action, own: bool) -> bool {
        let granted = if own { self.own } else { self.any };
        granted & Self::bit(action) != 0
    }

    /// The widest scope in which an action is granted.
    #[must_use]
    pub const fn scope_of(self, action: Action) -> Option<PermissionScope> {
        if self.permits(action, false) {
            Some(PermissionScope::Any)
        } else if self.permits(action, true) {
            Some(PermissionScope::Own)
        } else {
            None
        }
    }
}

const _: () = assert!(Action::ALL.len() <= 64, "an action is one bit of a grant");
