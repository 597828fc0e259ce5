//! The audit log: who changed what, and who was refused; a fold over events, in which each entry holds the hash of the one
//! before it.
//!
//! The hash of an entry is the SHA-256 of its line without the field `hash` itself, which is the last one. A host stores the
//! lines with the events that they are of, and hands over the last one when it asks for the next; anybody can verify them
//! without the engine.

use sha2::{Digest, Sha256};

use crate::{
    change::{Change, Target, Written},
    decision::Reason,
    directory::{KeyStatus, MemberStatus, Principal, ProjectStatus, ServiceAccountStatus, action::Action},
    event::{Configured, Event, EventKind},
    form::{Int, Json, Writer},
    id::SecretDigest,
    increase_request::IncreaseStatus,
    state::State,
    time::{Millis, Timestamp},
    wire::{Count, count, to_text},
};

crate::object! {
    /// Denials of a principal, which the host has counted.
    pub struct DenialsForm {
        /// Who was denied.
        principal: Principal,
        /// Why.
        reason: Reason,
        /// What it would have done; null: something else than to manage.
        action: Option<Action> = None,
        /// How often.
        count: Int<1, 1_000_000_000_000>,
        /// When it was first.
        first_at_ms: Millis,
        /// When it was last.
        last_at_ms: Millis,
        /// The address that the last one came from, as the host saw it.
        source: Option<String> = None,
    }

    /// One entry of the audit log.
    pub struct AuditEntry {
        /// Its number, from 1.
        number: Count,
        /// When.
        at_ms: Millis,
        /// Who; null: the policy file.
        actor: Option<Principal>,
        /// From where, as the host saw it.
        source: Option<String>,
        /// What was done, such as `key.created`.
        action: String,
        /// To what.
        target: Target,
        /// As it was; null: it was not there.
        before: Option<Json>,
        /// As it is; null: it is there no more.
        after: Option<Json>,
        /// The hash of the entry before; zeros for the first.
        previous: SecretDigest,
        /// The hash of this entry.
        hash: SecretDigest,
    }
}

/// Where the chain of entries stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuditHead {
    /// How many entries there are.
    pub entries: u64,
    /// The hash of the last one; zeros before the first.
    pub hash: SecretDigest,
}

impl Default for AuditHead {
    fn default() -> Self {
        Self { entries: 0, hash: SecretDigest([0; 32]) }
    }
}

/// The length of `,"hash":"…"}`, with which every entry ends.
const END: usize = 75;

impl AuditEntry {
    /// What the hash must be.
    #[must_use]
    pub fn true_hash(&self) -> SecretDigest {
        let mut line = to_text(self);
        line.truncate(line.len().saturating_sub(END));
        line.push('}');
        SecretDigest(Sha256::digest(line).into())
    }

    /// Whether the entry follows a head, and is what its hash says.
    #[must_use]
    pub fn follows(&self, head: AuditHead) -> bool {
        self.number.unsigned() == head.entries.saturating_add(1)
            && self.previous == head.hash
            && self.hash == self.true_hash()
    }

    /// The head after this entry.
    #[must_use]
    pub fn head(&self) -> AuditHead {
        AuditHead { entries: self.number.unsigned(), hash: self.hash }
    }
}

fn json(form: &dyn Written) -> Option<Json> {
    let mut out = Writer::default();
    form.write_to(&mut out);
    Json::parse(&out.into_text()).ok()
}

/// What a change does to what stood there.
fn verb(state: &State, change: &Change, known: bool) -> &'static str {
    let directory = &state.directory;
    let set = if known { "updated" } else { "created" };
    match change {
        Change::ModelClassRemoved(_) | Change::RoleRemoved(_) | Change::LimitRemoved(_) | Change::BudgetRemoved(_) => {
            "removed"
        }
        Change::Member(set_member) => {
            let before =
                directory.member_by_id(set_member.member.id.as_str()).and_then(|known| directory.member(known));
            match (before.map(|known| known.form.status), set_member.member.status) {
                (Some(MemberStatus::Removed | MemberStatus::Active) | None, MemberStatus::Invited) => "invited",
                (Some(MemberStatus::Invited), MemberStatus::Active) => "accepted",
                (Some(MemberStatus::Active | MemberStatus::Invited), MemberStatus::Removed) => "removed",
                _ => set,
            }
        }
        Change::Project(set_project) => {
            let id = set_project.project.id.as_str();
            let before = directory.project_by_id(id).and_then(|known| directory.project(known));
            let archived = set_project.project.status == ProjectStatus::Archived;
            if archived && before.is_some_and(|known| known.form.status != ProjectStatus::Archived) {
                "archived"
            } else {
                set
            }
        }
        Change::ServiceAccount(set_account) => {
            let id = set_account.service_account.id.as_str();
            let before = directory.service_account_by_id(id).and_then(|known| directory.service_account(known));
            let removed = set_account.service_account.status == ServiceAccountStatus::Removed;
            if removed && before.is_some_and(|known| known.form.status != ServiceAccountStatus::Removed) {
                "removed"
            } else {
                set
            }
        }
        Change::Key(set_key) if known => {
            let before = directory.key_by_id(set_key.key.id.as_str()).and_then(|known| directory.key(known));
            if set_key.key.status == KeyStatus::Revoked
                && before.is_some_and(|known| known.status != KeyStatus::Revoked)
            {
                "revoked"
            } else if before.is_some_and(|known| known.form.secrets != set_key.key.secrets) {
                "rotated"
            } else {
                set
            }
        }
        Change::IncreaseRequest(request) => match request.increase_request.status {
            IncreaseStatus::Approved => "approved",
            IncreaseStatus::Denied => "denied",
            IncreaseStatus::Withdrawn => "withdrawn",
            IncreaseStatus::Pending => set,
        },
        _ => set,
    }
}

/// A small object as the JSON of an entry.
fn object<const N: usize>(fields: [(&str, Json); N]) -> Option<Json> {
    Some(Json::Object(fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()))
}

fn text(value: &dyn core::fmt::Display) -> Json {
    Json::String(value.to_string())
}

fn configured(state: &State, configured: &Configured, entry: AuditEntry) -> AuditEntry {
    let change = &configured.change;
    let target = change.target(state);
    let known = target.known(state);
    AuditEntry {
        actor: configured.actor.clone(),
        source: configured.source.clone(),
        action: format!("{}.{}", target.noun(), verb(state, change, known.is_some())),
        before: known.and_then(json),
        after: change.form().and_then(json),
        target,
        ..entry
    }
}

/// The entry of an event that comes next, in a state in which it has not happened yet; `None` for what is not audited.
#[must_use]
pub fn entry(state: &State, head: AuditHead, event: &Event) -> Option<AuditEntry> {
    let organization = || Target::Organization(state.directory.organization.id.to_string());
    let at = event.at.max(state.clock);
    let blank = |at: Timestamp| AuditEntry {
        number: count(head.entries.saturating_add(1)),
        at_ms: at.into(),
        actor: None,
        source: None,
        action: String::new(),
        target: organization(),
        before: None,
        after: None,
        previous: head.hash,
        hash: SecretDigest([0; 32]),
    };
    let mut entry = match &event.kind {
        EventKind::Configured(change) => configured(state, change, blank(at)),
        EventKind::Adjusted(adjusted) => AuditEntry {
            actor: Some(adjusted.actor.clone()),
            action: "charge.adjusted".to_owned(),
            target: Target::Reservation(adjusted.reservation.to_string()),
            before: object([("charge_usd", text(&adjusted.from))]),
            after: object([("charge_usd", text(&adjusted.to)), ("reason", text(&adjusted.reason))]),
            ..blank(at)
        },
        EventKind::ClockAdvanced(actor) => AuditEntry {
            actor: Some((**actor).clone()),
            action: "clock.advanced".to_owned(),
            after: object([("clock_ms", Json::Integer(at.millis().into()))]),
            ..blank(at)
        },
        EventKind::Denied(denials) => AuditEntry {
            actor: Some(denials.principal.clone()),
            source: denials.source.clone(),
            action: "denial.recorded".to_owned(),
            after: json(&**denials),
            ..blank(at)
        },
        _ => return None,
    };
    entry.hash = entry.true_hash();
    Some(entry)
}

/// The entries of events that come next, in a state in which none of them has happened yet.
#[must_use]
pub fn entries<'a>(state: &State, mut head: AuditHead, events: impl IntoIterator<Item = &'a Event>) -> Vec<AuditEntry> {
    let next = |event| {
        let entry = entry(state, head, event)?;
        head = entry.head();
        Some(entry)
    };
    events.into_iter().filter_map(next).collect()
}
