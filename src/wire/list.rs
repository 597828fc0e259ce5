//! Lists of what is configured, as an actor may see it.

use std::borrow::Cow;

use super::{
    Count,
    api_key::{shown_status, write_api_key},
    sight::Sight,
};
use crate::{
    change::{Target, Written},
    decide::{owner_of, place_of_scope, project_of_request},
    decision::Reason,
    directory::{Key, KeyStatus, OrganizationForm, Owner, Principal, action::Action},
    error::Error,
    form::{Definitions, Form, Int, Json, Path, Problems, Writer},
    id::{BudgetIx, KeyIx, LimitIx, MemberIx, ProjectId, ProjectIx, SecretDigest, ServiceAccountIx},
    ranking::Ranking,
    record::KeyRecord,
    state::State,
    time::Timestamp,
};

crate::names! {
    /// What a list is of.
    pub enum ListKind {
        /// The organization's profile: one item.
        Organization = "organization",
        /// The organization's settings: one item.
        Settings = "settings",
        /// The price book in force: one item.
        PriceBooks = "price_books",
        /// Model classes.
        ModelClasses = "model_classes",
        /// Custom roles.
        Roles = "roles",
        /// Members, invited and removed ones too.
        Members = "members",
        /// Projects, archived ones too.
        Projects = "projects",
        /// Service accounts, removed ones too.
        ServiceAccounts = "service_accounts",
        /// Keys, revoked ones too.
        Keys = "keys",
        /// The same keys as the HTTP API shows them.
        ApiKeys = "api_keys",
        /// Limits in force.
        Limits = "limits",
        /// Budgets in force.
        Budgets = "budgets",
        /// Increase requests.
        IncreaseRequests = "increase_requests",
    }
}

crate::object! {
    /// Things that are configured.
    pub struct ListForm {
        /// Who asks; null: the host itself, which sees everything.
        actor: Option<Principal>,
        /// What.
        of: ListKind,
        /// Only the one of this id.
        id: Option<String> = None,
        /// Only what comes after this id.
        after: Option<String> = None,
        /// Only what comes before this id; the last of them.
        before: Option<String> = None,
        /// How many.
        limit: Int<1, 1_000> = Int::clamped(20),
        /// Only of this project: of service accounts, keys, limits and budgets.
        project: Option<ProjectId> = None,
        /// Only of this owner: of keys.
        owner: Option<Owner> = None,
        /// Only of this status.
        status: Option<String> = None,
        /// Only with this in the id, the name or the address, whatever the case of its letters.
        search: Option<String> = None,
    }

    /// A price book, without its cards.
    pub struct PriceBookSummary {
        /// What it is called.
        name: String,
        /// The SHA-256 of its canonical JSON.
        hash: SecretDigest,
        /// How many models it prices.
        models: Count,
    }

    /// A list.
    pub struct ListResult {
        /// The items by rising id: each as it is written in a policy, with `created_at_ms` and `revision`, and for keys more; `api_keys` as
        /// the HTTP API shows them.
        items: Vec<ListItem>,
        /// Whether there are more on that side.
        has_more: bool,
        /// The first item's id, before which the page before this one ends; null where nothing is listed.
        first_id: Option<String>,
        /// The last item's id, after which the next page begins; null where nothing is listed.
        last_id: Option<String>,
    }
}

/// An item, as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListItem(String);

impl Form for ListItem {
    fn read(json: &Json, _: &Path<'_>, _: &mut Problems) -> Self {
        Self(json.to_text())
    }

    fn write(&self, out: &mut Writer) {
        out.written(&self.0);
    }

    fn schema(_: &mut Definitions) -> serde_json::Value {
        serde_json::json!({
            "type": "object",
            "properties": { "revision": { "type": "integer" } },
            "required": ["revision"],
            "additionalProperties": true,
        })
    }
}

/// Something that may come into a list. Nothing is copied for it: most of what is looked at is not on the page.
struct Candidate<'a> {
    id: Cow<'a, str>,
    texts: [Option<&'a str>; 2],
    project: Option<ProjectIx>,
    owner: Option<Cow<'a, Owner>>,
    status: Option<&'static str>,
    /// Of keys, of which more is known.
    key: Option<KeyIx>,
    form: &'a dyn Written,
}

impl<'a> Candidate<'a> {
    fn new(id: impl Into<Cow<'a, str>>, form: &'a dyn Written) -> Self {
        Self { id: id.into(), texts: [None, None], project: None, owner: None, status: None, key: None, form }
    }
}

const fn action(kind: ListKind) -> Action {
    match kind {
        ListKind::Organization => Action::OrganizationRead,
        ListKind::Settings => Action::SettingsRead,
        ListKind::PriceBooks => Action::PricesRead,
        ListKind::ModelClasses | ListKind::Limits => Action::LimitsRead,
        ListKind::Roles => Action::RolesRead,
        ListKind::Members => Action::MembersRead,
        ListKind::Projects => Action::ProjectsRead,
        ListKind::ServiceAccounts => Action::ServiceAccountsRead,
        ListKind::Keys | ListKind::ApiKeys => Action::KeysRead,
        ListKind::Budgets => Action::BudgetsRead,
        ListKind::IncreaseRequests => Action::IncreaseRequestsRead,
    }
}

/// What an item is, by its id.
fn target(kind: ListKind, id: &str) -> Target {
    let of = match kind {
        ListKind::Organization => Target::Organization,
        ListKind::Settings => Target::Settings,
        ListKind::PriceBooks => Target::PriceBook,
        ListKind::ModelClasses => Target::ModelClass,
        ListKind::Roles => Target::Role,
        ListKind::Members => Target::Member,
        ListKind::Projects => Target::Project,
        ListKind::ServiceAccounts => Target::ServiceAccount,
        ListKind::Keys | ListKind::ApiKeys => Target::Key,
        ListKind::Limits => Target::Limit,
        ListKind::Budgets => Target::Budget,
        ListKind::IncreaseRequests => Target::IncreaseRequest,
    };
    of(id.to_owned())
}

/// Those of a kind of which there are few, by rising id.
fn few(state: &State, kind: ListKind) -> Vec<Candidate<'_>> {
    let directory = &state.directory;
    let organization = &directory.organization;
    match kind {
        ListKind::Organization => vec![Candidate::new(organization.id.as_str(), organization)],
        ListKind::Settings => vec![Candidate::new(organization.id.as_str(), &directory.settings)],
        ListKind::PriceBooks => state
            .book()
            .map(|(_, book)| Candidate {
                texts: [Some(book.form.name.as_str()), None],
                ..Candidate::new(book.hash.to_string(), &book.form)
            })
            .into_iter()
            .collect(),
        ListKind::ModelClasses => {
            directory.classes.values().map(|(class, _)| Candidate::new(class.id.as_str(), class)).collect()
        }
        ListKind::Roles => directory.roles.values().map(|role| Candidate::new(role.id.as_str(), role)).collect(),
        ListKind::IncreaseRequests => state
            .increase_requests
            .values()
            .map(|form| Candidate {
                project: project_of_request(state, form),
                owner: owner_of(state, &form.requested_by).map(Cow::Owned),
                status: Some(form.status.as_str()),
                ..Candidate::new(form.id.as_str(), form)
            })
            .collect(),
        _ => Vec::new(),
    }
}

/// The order of a kind of which there are many.
fn ranked(state: &State, kind: ListKind) -> Option<&Ranking> {
    let directory = &state.directory;
    Some(match kind {
        ListKind::Members => &directory.members_ranked,
        ListKind::Projects => &directory.projects_ranked,
        ListKind::ServiceAccounts => &directory.service_accounts_ranked,
        ListKind::Keys | ListKind::ApiKeys => &directory.keys_ranked,
        ListKind::Limits => &state.limits.ranked,
        ListKind::Budgets => &state.budgets.ranked,
        _ => return None,
    })
}

/// The id of what stands at a position of a kind that is ranked.
fn id_at(state: &State, kind: ListKind, at: u32) -> Option<&str> {
    let directory = &state.directory;
    Some(match kind {
        ListKind::Members => directory.member(MemberIx(at))?.form.id.as_str(),
        ListKind::Projects => directory.project(ProjectIx(at))?.form.id.as_str(),
        ListKind::ServiceAccounts => directory.service_account(ServiceAccountIx(at))?.form.id.as_str(),
        ListKind::Keys | ListKind::ApiKeys => directory.key(KeyIx(at))?.form.id.as_str(),
        ListKind::Limits => state.limits.get(LimitIx(at))?.form().id.as_str(),
        _ => state.budgets.get(BudgetIx(at))?.form.id.as_str(),
    })
}

/// What stands at a position of a kind that is ranked.
fn candidate(state: &State, kind: ListKind, at: u32, now: Timestamp) -> Option<Candidate<'_>> {
    let directory = &state.directory;
    Some(match kind {
        ListKind::Members => {
            let form = &directory.member(MemberIx(at))?.form;
            Candidate {
                texts: [form.name.as_deref(), Some(&form.email)],
                owner: Some(Cow::Owned(Owner::Member(form.id.clone()))),
                status: Some(form.status.as_str()),
                ..Candidate::new(form.id.as_str(), form)
            }
        }
        ListKind::Projects => {
            let form = &directory.project(ProjectIx(at))?.form;
            Candidate {
                texts: [form.name.as_deref(), None],
                project: Some(ProjectIx(at)),
                status: Some(form.status.as_str()),
                ..Candidate::new(form.id.as_str(), form)
            }
        }
        ListKind::ServiceAccounts => {
            let form = &directory.service_account(ServiceAccountIx(at))?.form;
            Candidate {
                texts: [form.name.as_deref(), None],
                project: directory.project_by_id(form.project.as_str()),
                owner: Some(Cow::Owned(Owner::ServiceAccount(form.id.clone()))),
                status: Some(form.status.as_str()),
                ..Candidate::new(form.id.as_str(), form)
            }
        }
        ListKind::Keys | ListKind::ApiKeys => {
            let key = directory.key(KeyIx(at))?;
            let is_shown = kind == ListKind::ApiKeys;
            Candidate {
                texts: [key.form.name.as_deref(), key.form.hint.as_deref()],
                project: key.project(),
                owner: Some(Cow::Borrowed(&key.form.owner)),
                status: Some(if is_shown { shown_status(&key.form, now) } else { key.form.status.as_str() }),
                key: Some(KeyIx(at)),
                ..Candidate::new(key.form.id.as_str(), &*key.form)
            }
        }
        ListKind::Limits => {
            let form = state.limits.get(LimitIx(at))?.form();
            let (project, owner) = place_of_scope(state, &form.scope);
            Candidate { project, owner: owner.map(Cow::Owned), ..Candidate::new(form.id.as_str(), form) }
        }
        _ => {
            let form = &*state.budgets.get(BudgetIx(at))?.form;
            let (project, owner) = place_of_scope(state, &form.scope);
            Candidate { project, owner: owner.map(Cow::Owned), ..Candidate::new(form.id.as_str(), form) }
        }
    })
}

/// What may come into a list, in the order in which the page is filled: rising, or falling towards what comes `before` an id. Whatever
/// stands outside of the list's bounds is not looked at.
fn candidates<'a>(
    state: &'a State,
    form: &'a ListForm,
    now: Timestamp,
) -> Box<dyn Iterator<Item = Candidate<'a>> + 'a> {
    let kind = form.of;
    let (id, after, before) = (form.id.as_deref(), form.after.as_deref(), form.before.as_deref());
    let Some(ranking) = ranked(state, kind) else {
        let few = few(state, kind).into_iter();
        return if before.is_some() { Box::new(few.rev()) } else { Box::new(few) };
    };
    // Before the first id that is not less than a bound, or not even equal to it.
    let gap = |bound: &str, or_equal: bool| {
        ranking.gap(&|at| id_at(state, kind, at).is_some_and(|known| *known < *bound || or_equal && *known == *bound))
    };
    let found = move |at: u32| candidate(state, kind, at, now);
    match (id, after, before) {
        (Some(id), ..) => Box::new(ranking.after(gap(id, false)).take(1).filter_map(found)),
        (None, after, Some(before)) => {
            let inside =
                move |at: &u32| after.is_none_or(|after| id_at(state, kind, *at).is_some_and(|known| *known > *after));
            Box::new(ranking.before(gap(before, false)).take_while(inside).filter_map(found))
        }
        (None, Some(after), None) => Box::new(ranking.after(gap(after, true)).filter_map(found)),
        (None, None, None) => Box::new(ranking.after(ranking.gap(&|_| false)).filter_map(found)),
    }
}

/// Whether a text contains another, whatever the case of ASCII letters.
fn contains(text: &str, sought: &str) -> bool {
    let (text, sought) = (text.as_bytes(), sought.as_bytes());
    sought.is_empty() || text.windows(sought.len()).any(|window| window.eq_ignore_ascii_case(sought))
}

/// Answers a list; the reason where the actor may read nothing of the kind.
pub(super) fn list(state: &State, form: &ListForm, at: Timestamp) -> Result<Result<ListResult, Reason>, Error> {
    let directory = &state.directory;
    let kind = form.of;
    let project = match &form.project {
        None => None,
        Some(id) => Some(directory.project_by_id(id.as_str()).ok_or_else(|| {
            Error::new(crate::error::ErrorKind::UnknownProject, format!("no project `{id}`: list `projects`"))
                .at("query.project")
        })?),
    };
    let has_status = !matches!(
        kind,
        ListKind::Organization
            | ListKind::Settings
            | ListKind::PriceBooks
            | ListKind::ModelClasses
            | ListKind::Roles
            | ListKind::Limits
            | ListKind::Budgets
    );
    if form.status.is_some() && !has_status {
        let message = format!("`{}` have no status: leave it out", kind.as_str());
        return Err(Error::invalid(message).at("query.status"));
    }
    let wanted = |known: &Candidate<'_>| {
        form.id.as_deref().is_none_or(|id| *id == *known.id)
            && form.after.as_deref().is_none_or(|after| *known.id > *after)
            && form.before.as_deref().is_none_or(|before| *known.id < *before)
            && project.is_none_or(|project| known.project == Some(project))
            && form.owner.as_ref().is_none_or(|owner| known.owner.as_deref() == Some(owner))
            && form.status.as_deref().is_none_or(|status| known.status == Some(status))
            && form.search.as_deref().is_none_or(|sought| {
                contains(&known.id, sought) || known.texts.iter().flatten().any(|text| contains(text, sought))
            })
    };
    let mut sight = Sight::of(state, form.actor.as_ref(), action(kind), at);
    let most = usize::try_from(form.limit.get()).unwrap_or(usize::MAX);
    let mut page: Vec<Candidate<'_>> = Vec::new();
    let mut has_more = false;
    for known in candidates(state, form, at) {
        if wanted(&known) && sight.sees(known.project, known.owner.as_deref()) {
            if page.len() == most {
                has_more = true;
                break;
            }
            page.push(known);
        }
    }
    if page.is_empty() && !sight.sees_all && !sight.sees_some() {
        return Ok(Err(Reason::ForbiddenAction));
    }
    if form.before.is_some() {
        page.reverse();
    }
    let items = page.iter().map(|known| item(state, form, known, at)).collect();
    let id = |known: Option<&Candidate<'_>>| known.map(|known| known.id.as_ref().to_owned());
    Ok(Ok(ListResult { items, has_more, first_id: id(page.first()), last_id: id(page.last()) }))
}

/// Hardly anything that is listed is longer, in bytes: a text that grows is moved each time.
const USUAL_LENGTH: usize = 768;

/// A form as it is written, with what is known beside it.
fn item(state: &State, form: &ListForm, known: &Candidate<'_>, at: Timestamp) -> ListItem {
    let mut out = Writer::with_room(USUAL_LENGTH);
    let record = match known.key {
        Some(key) => state.record_of_key(key),
        None => state.record(&target(form.of, &known.id)),
    };
    let record = record.unwrap_or_default();
    if let (ListKind::ApiKeys, Some(key)) = (form.of, known.key) {
        write_api_key(state, key, record, at, &mut out);
        return ListItem(out.into_text());
    }
    match (form.of, state.book()) {
        (ListKind::Organization, _) if !sees_billing(state, form, at) => {
            let organization = &state.directory.organization;
            let public =
                OrganizationForm { name: organization.name.clone(), ..OrganizationForm::of(organization.id.clone()) };
            public.write(&mut out);
        }
        (ListKind::PriceBooks, Some((_, book))) => {
            let models = Count::clamped(i64::try_from(book.cards().len()).unwrap_or(i64::MAX));
            PriceBookSummary { name: book.form.name.clone(), hash: book.hash, models }.write(&mut out);
        }
        _ => known.form.write_to(&mut out),
    }
    out.reopen_object();
    out.key("created_at_ms");
    out.plain(&record.created_at.millis());
    out.key("revision");
    out.plain(&record.revision);
    if let Some(key) = known.key {
        key_fields(state, key, &mut out);
    }
    out.end_object();
    ListItem(out.into_text())
}

fn sees_billing(state: &State, form: &ListForm, at: Timestamp) -> bool {
    form.actor
        .as_ref()
        .is_none_or(|actor| state.directory.can(actor, Action::BillingRead, None, None, at) == Some(true))
}

/// When the secrets of a key are to be others; none of what is revoked.
pub(super) fn rotation_due_at(state: &State, record: &KeyRecord, key: &Key) -> Option<Timestamp> {
    let age = state.directory.settings.key_max_age_ms.filter(|_| key.status != KeyStatus::Revoked)?;
    Some(record.rotated_at.plus(age.get()))
}

fn key_fields(state: &State, key: KeyIx, out: &mut Writer) {
    let directory = &state.directory;
    let (Some(record), Some(key)) = (state.key_record_at(key), directory.key(key)) else { return };
    out.key("created_by");
    record.created_by.write(out);
    out.key("rotated_at_ms");
    out.plain(&record.rotated_at.millis());
    out.key("rotation_due_at_ms");
    match rotation_due_at(state, record, key) {
        Some(due) => out.plain(&due.millis()),
        None => out.written("null"),
    }
    out.key("owner_active");
    out.plain(&key.owner_active);
    out.key("project_active");
    out.plain(&key.project_active);
}
