//! The directory's nouns as the policy file and the log write them.

use crate::{
    form::Int,
    id::{KeyId, MemberId, ModelClassId, OrganizationId, ProjectId, RoleId, SecretDigest, ServiceAccountId},
    time::Timestamp,
};

crate::names! {
    /// Whether a member belongs to the organization.
    pub enum MemberStatus {
        /// Belongs.
        Active = "active",
        /// Was invited and has not accepted.
        Invited = "invited",
        /// Belongs no more; the member's keys have stopped.
        Removed = "removed",
    }

    /// Whether a project is in use.
    pub enum ProjectStatus {
        /// In use.
        Active = "active",
        /// Closed: its keys have stopped, its history stays.
        Archived = "archived",
    }

    /// Whether a service account is in use.
    pub enum ServiceAccountStatus {
        /// In use.
        Active = "active",
        /// Removed: its keys have stopped.
        Removed = "removed",
    }

    /// What a key is for.
    pub enum KeyKind {
        /// Requests to models, and nothing else.
        Caller = "caller",
        /// Management, and no requests to models.
        Admin = "admin",
    }

    /// How the organization pays.
    pub enum PaymentMethod {
        /// By card.
        Card = "card",
        /// By invoice.
        Invoice = "invoice",
    }

    /// Whether the means of payment works.
    pub enum PaymentStatus {
        /// It works.
        Active = "active",
        /// The last payment failed.
        Failed = "failed",
        /// None was given yet.
        Missing = "missing",
    }

    /// Whether a key is in use.
    pub enum KeyStatus {
        /// In use.
        Active = "active",
        /// Refused until it is active again.
        Inactive = "inactive",
        /// Revoked for good.
        Revoked = "revoked",
    }
}

crate::single! {
    /// To whom a key belongs.
    pub enum Owner {
        /// A person.
        "member" => Member(MemberId),
        /// A project's service account, which stays when people leave.
        "service_account" => ServiceAccount(ServiceAccountId),
    }

    /// Who acts.
    pub enum Principal {
        /// A person.
        "member" => Member(MemberId),
        /// A service account.
        "service_account" => ServiceAccount(ServiceAccountId),
        /// A key, which acts for its owner.
        "key" => Key(KeyId),
    }
}

crate::object! {
    /// A postal address.
    pub struct AddressForm {
        /// Street and number.
        line1: String,
        /// What else stands above the city.
        line2: Option<String> = None,
        /// City.
        city: String,
        /// State, province or region.
        region: Option<String> = None,
        /// Postal code.
        postal_code: Option<String> = None,
        /// Two letters of ISO 3166-1, such as `DE`.
        country: String,
    }

    /// How the organization pays.
    pub struct PaymentForm {
        /// By card or invoice.
        method: PaymentMethod,
        /// Whether it works, as the host heard last.
        status: PaymentStatus = PaymentStatus::Missing,
    }

    /// The organization.
    pub struct OrganizationForm {
        /// Its id.
        id: OrganizationId,
        /// What people call it.
        name: Option<String> = None,
        /// Its name in law, for invoices.
        legal_name: Option<String> = None,
        /// Its number with the tax office.
        tax_id: Option<String> = None,
        /// Where invoices go.
        billing_address: Option<AddressForm> = None,
        /// How it pays.
        payment: Option<PaymentForm> = None,
    }

    /// Settings of the whole organization.
    pub struct SettingsForm {
        /// How far the clock may step beyond the last event.
        max_forward_ms: Int<60_000, 31_622_400_000> = SettingsForm::default().max_forward_ms,
        /// How long a hold stays open when nothing else is said, and the most that may be said.
        reservation_timeout_ms: Int<1, 86_400_000> = SettingsForm::default().reservation_timeout_ms,
        /// How long a closed reservation is remembered.
        retention_ms: Int<60_000, 2_678_400_000> = SettingsForm::default().retention_ms,
        /// The most open and remembered reservations.
        max_reservations: Int<1, 10_000_000> = SettingsForm::default().max_reservations,
        /// The model whose card prices a model that the book lacks; null: such a model is denied.
        fallback_model: Option<String> = SettingsForm::default().fallback_model,
        /// How old a key's newest secret may become before it is due for rotation; null: never. Nothing is refused for it.
        key_max_age_ms: Option<Int<3_600_000, 315_360_000_000>> = SettingsForm::default().key_max_age_ms,
    }

    /// A class of models that limits name.
    pub struct ModelClassForm {
        /// Its id.
        id: ModelClassId,
        /// Model names, or prefixes that end in `*`.
        models: Vec<String>,
    }

    /// A member.
    pub struct MemberForm {
        /// The member's id.
        id: MemberId,
        /// The member's address.
        email: String,
        /// What people call the member.
        name: Option<String> = None,
        /// The member's role in the organization.
        role: RoleId,
        /// Whether the member belongs.
        status: MemberStatus = MemberStatus::Active,
        /// The first instant at which an invitation can be accepted no more; null: it stays open.
        invite_expires_at: Option<Timestamp> = None,
    }

    /// A member's role in a project.
    pub struct ProjectMemberForm {
        /// The member.
        member: MemberId,
        /// The role that the member has in the project, beside the one in the organization.
        role: RoleId,
    }

    /// A project.
    pub struct ProjectForm {
        /// Its id.
        id: ProjectId,
        /// What people call it.
        name: Option<String> = None,
        /// Whether it is in use.
        status: ProjectStatus = ProjectStatus::Active,
        /// The models that its keys may use: names, or prefixes that end in `*`; null: every model.
        models: Option<Vec<String>> = None,
        /// Roles in the project.
        members: Vec<ProjectMemberForm> = Vec::new(),
    }

    /// A service account.
    pub struct ServiceAccountForm {
        /// Its id.
        id: ServiceAccountId,
        /// What people call it.
        name: Option<String> = None,
        /// Its project, the only one in which it may act.
        project: ProjectId,
        /// Its role in that project.
        role: RoleId,
        /// Whether it is in use.
        status: ServiceAccountStatus = ServiceAccountStatus::Active,
    }

    /// One secret of a key, by its digest.
    pub struct SecretForm {
        /// The SHA-256 of the whole secret.
        sha256: SecretDigest,
        /// The first instant at which it is refused; null: never.
        expires_at: Option<Timestamp> = None,
    }

    /// A key.
    pub struct KeyForm {
        /// Its id, which stays when its secrets are rotated.
        id: KeyId,
        /// What people call it.
        name: Option<String> = None,
        /// What it is for.
        kind: KeyKind = KeyKind::Caller,
        /// How a host shows it, such as its first and last letters: at most 40 bytes, never the whole secret.
        hint: Option<String> = None,
        /// To whom it belongs.
        owner: Owner,
        /// The project that it works for; for a service account's key, the account's own.
        project: Option<ProjectId> = None,
        /// A role that cuts what the owner may do; null: no cut.
        role: Option<RoleId> = None,
        /// The models that it may use: names, or prefixes that end in `*`; null: every model.
        models: Option<Vec<String>> = None,
        /// Whether it is in use.
        status: KeyStatus = KeyStatus::Active,
        /// The first instant at which it is refused; null: never.
        expires_at: Option<Timestamp> = None,
        /// Its secrets: more than one while it is being rotated.
        secrets: Vec<SecretForm> = Vec::new(),
    }
}

impl OrganizationForm {
    /// An organization of which only the id is known.
    #[must_use]
    pub const fn of(id: OrganizationId) -> Self {
        Self { id, name: None, legal_name: None, tax_id: None, billing_address: None, payment: None }
    }
}

impl MemberForm {
    /// Whether both belong, or are invited, at one address: the case of its letters says nothing.
    pub(crate) fn shares_address(&self, other: &Self) -> bool {
        let belongs = |member: &Self| member.status != MemberStatus::Removed;
        belongs(self) && belongs(other) && self.email.eq_ignore_ascii_case(&other.email)
    }
}

impl Default for SettingsForm {
    fn default() -> Self {
        Self {
            max_forward_ms: Int::clamped(604_800_000),
            reservation_timeout_ms: Int::clamped(600_000),
            retention_ms: Int::clamped(3_600_000),
            max_reservations: Int::clamped(100_000),
            fallback_model: None,
            key_max_age_ms: Some(Int::clamped(7_776_000_000)),
        }
    }
}
