//! Lists of what is configured, as an actor may see it.

use core::fmt::Write;
use std::borrow::Cow;

use super::Count;
use crate::{
    change::{Target, Written},
    decide::{owner_of, place_of_scope, project_of_request},
    decision::Reason,
    directory::{OrganizationForm, Owner, Principal, action::Action},
    error::Error,
    form::{Definitions, Form, Int, Json, Path, Problems, Writer},
    id::{ProjectId, ProjectIx, SecretDigest},
    order,
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
        /// The items by rising id: each as it is written in a policy, with `created_at_ms` and `revision`, and for keys more.
        items: Vec<ListItem>,
        /// Whether there are more on that side.
        has_more: bool,
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
        out.plain(&self.0);
    }

    fn schema(_: &mut Definitions) -> serde_json::Value {
        serde_json::json!({
            "type": "object",
            "properties": { "created_at_ms": { "type": "integer" }, "revision": { "type": "integer" } },
            "required": ["created_at_ms", "revision"],
            "additionalProperties": true,
        })
    }
}

/// Something that may come into a list.
struct Candidate<'a> {
    target: Target,
    id: Cow<'a, str>,
    texts: [Option<&'a str>; 2],
    project: Option<ProjectIx>,
    owner: Option<Owner>,
    status: Option<&'static str>,
    form: &'a dyn Written,
}

impl<'a> Candidate<'a> {
    fn new(target: Target, id: impl Into<Cow<'a, str>>, form: &'a dyn Written) -> Self {
        Self { target, id: id.into(), texts: [None, None], project: None, owner: None, status: None, form }
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
        ListKind::Keys => Action::KeysRead,
        ListKind::Budgets => Action::BudgetsRead,
        ListKind::IncreaseRequests => Action::IncreaseRequestsRead,
    }
}

fn candidates<'a>(state: &'a State, kind: ListKind) -> Vec<Candidate<'a>> {
    let directory = &state.directory;
    let organization = &directory.organization;
    match kind {
        ListKind::Organization => {
            let target = Target::Organization(organization.id.to_string());
            vec![Candidate::new(target, organization.id.as_str(), organization)]
        }
        ListKind::Settings => {
            let target = Target::Settings(organization.id.to_string());
            vec![Candidate::new(target, organization.id.as_str(), &directory.settings)]
        }
        ListKind::PriceBooks => {
            let book = state.book().map(|(_, book)| book);
            let candidate = |book: &'a crate::price::Book| {
                let hash = book.hash.to_string();
                Candidate {
                    texts: [Some(book.form.name.as_str()), None],
                    ..Candidate::new(Target::PriceBook(hash.clone()), hash, &book.form)
                }
            };
            book.map(candidate).into_iter().collect()
        }
        ListKind::ModelClasses => {
            let classes = directory.classes.values().map(|(class, _)| class);
            classes
                .map(|class| Candidate::new(Target::ModelClass(class.id.to_string()), class.id.as_str(), class))
                .collect()
        }
        ListKind::Roles => {
            let roles = directory.roles.values();
            roles.map(|role| Candidate::new(Target::Role(role.id.to_string()), role.id.as_str(), role)).collect()
        }
        ListKind::Members => {
            let members = directory.members().iter().map(|member| &member.form);
            let candidate = |form: &'a crate::directory::MemberForm| Candidate {
                texts: [form.name.as_deref(), Some(&form.email)],
                owner: Some(Owner::Member(form.id.clone())),
                status: Some(form.status.as_str()),
                ..Candidate::new(Target::Member(form.id.to_string()), form.id.as_str(), form)
            };
            members.map(candidate).collect()
        }
        ListKind::Projects => {
            let projects = directory.projects().iter().zip(0_u32..);
            let candidate = |(project, index): (&'a crate::directory::Project, u32)| Candidate {
                texts: [project.form.name.as_deref(), None],
                project: Some(ProjectIx(index)),
                status: Some(project.form.status.as_str()),
                ..Candidate::new(Target::Project(project.form.id.to_string()), project.form.id.as_str(), &project.form)
            };
            projects.map(candidate).collect()
        }
        ListKind::ServiceAccounts => {
            let accounts = directory.service_accounts().iter().map(|account| &account.form);
            let candidate = |form: &'a crate::directory::ServiceAccountForm| Candidate {
                texts: [form.name.as_deref(), None],
                project: directory.project_by_id(form.project.as_str()),
                owner: Some(Owner::ServiceAccount(form.id.clone())),
                status: Some(form.status.as_str()),
                ..Candidate::new(Target::ServiceAccount(form.id.to_string()), form.id.as_str(), form)
            };
            accounts.map(candidate).collect()
        }
        ListKind::Keys => {
            let candidate = |key: &'a crate::directory::Key| Candidate {
                texts: [key.form.name.as_deref(), key.form.hint.as_deref()],
                project: key.project(),
                owner: Some(key.form.owner.clone()),
                status: Some(key.form.status.as_str()),
                ..Candidate::new(Target::Key(key.form.id.to_string()), key.form.id.as_str(), &*key.form)
            };
            directory.keys().iter().map(candidate).collect()
        }
        ListKind::Limits => {
            let limits = state.limits.iter().filter(|(_, limit)| limit.alive()).map(|(_, limit)| limit.form());
            let candidate = |form: &'a crate::limit::LimitForm| {
                let (project, owner) = place_of_scope(state, &form.scope);
                Candidate {
                    project,
                    owner,
                    ..Candidate::new(Target::Limit(form.id.to_string()), form.id.as_str(), form)
                }
            };
            limits.map(candidate).collect()
        }
        ListKind::Budgets => {
            let budgets = state.budgets.table().iter().filter(|budget| budget.alive).map(|budget| &*budget.form);
            let candidate = |form: &'a crate::budget::BudgetForm| {
                let (project, owner) = place_of_scope(state, &form.scope);
                Candidate {
                    project,
                    owner,
                    ..Candidate::new(Target::Budget(form.id.to_string()), form.id.as_str(), form)
                }
            };
            budgets.map(candidate).collect()
        }
        ListKind::IncreaseRequests => {
            let candidate = |form: &'a crate::increase_request::IncreaseRequestForm| Candidate {
                project: project_of_request(state, form),
                owner: owner_of(state, &form.requested_by),
                status: Some(form.status.as_str()),
                ..Candidate::new(Target::IncreaseRequest(form.id.to_string()), form.id.as_str(), form)
            };
            state.increase_requests.values().map(candidate).collect()
        }
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
    let (kind, action) = (form.of, action(form.of));
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
    let may = |project: Option<ProjectIx>, owner: Option<&Owner>| match &form.actor {
        None => true,
        Some(actor) => directory.can(actor, action, project, owner, at) == Some(true),
    };
    let sees_all = may(None, None);
    let sees = |known: &Candidate<'_>| sees_all || may(known.project, known.owner.as_ref());
    let wanted = |known: &Candidate<'_>| {
        form.id.as_deref().is_none_or(|id| *id == *known.id)
            && form.after.as_deref().is_none_or(|after| *known.id > *after)
            && form.before.as_deref().is_none_or(|before| *known.id < *before)
            && project.is_none_or(|project| known.project == Some(project))
            && form.owner.as_ref().is_none_or(|owner| known.owner.as_ref() == Some(owner))
            && form.status.as_deref().is_none_or(|status| known.status == Some(status))
            && form.search.as_deref().is_none_or(|sought| {
                contains(&known.id, sought) || known.texts.iter().flatten().any(|text| contains(text, sought))
            })
    };
    let mut found: Vec<Candidate<'_>> =
        candidates(state, kind).into_iter().filter(|known| wanted(known) && sees(known)).collect();
    if found.is_empty() && !sees_all && !sees_some(state, form, action, at) {
        return Ok(Err(Reason::ForbiddenAction));
    }
    order::sort_by(&mut found, |left, right| left.id.cmp(&right.id));
    let most = usize::try_from(form.limit.get()).unwrap_or(usize::MAX);
    let has_more = found.len() > most;
    if form.before.is_some() {
        found.drain(..found.len().saturating_sub(most));
    }
    let items = found.iter().take(most).map(|known| item(state, form, known, at)).collect();
    Ok(Ok(ListResult { items, has_more }))
}

/// Whether there can be anything of a kind that the actor may read: of its own, or in a project.
fn sees_some(state: &State, form: &ListForm, action: Action, at: Timestamp) -> bool {
    let Some(actor) = &form.actor else { return true };
    let directory = &state.directory;
    let own = owner_of(state, actor);
    let projects = (0..directory.projects().len()).zip(0_u32..).map(|(_, index)| Some(ProjectIx(index)));
    [None]
        .into_iter()
        .chain(projects)
        .any(|project| directory.can(actor, action, project, own.as_ref(), at) == Some(true))
}

/// A form as it is written, with what is known beside it.
fn item(state: &State, form: &ListForm, known: &Candidate<'_>, at: Timestamp) -> ListItem {
    let mut out = Writer::default();
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
    let mut text = out.into_text();
    // The object goes on.
    text.pop();
    let record = state.record(&known.target).unwrap_or_default();
    let _ = write!(text, ",\"created_at_ms\":{},\"revision\":{}", record.created_at.millis(), record.revision);
    if form.of == ListKind::Keys {
        key_fields(state, &known.id, &mut text);
    }
    text.push('}');
    ListItem(text)
}

fn sees_billing(state: &State, form: &ListForm, at: Timestamp) -> bool {
    form.actor
        .as_ref()
        .is_none_or(|actor| state.directory.can(actor, Action::BillingRead, None, None, at) == Some(true))
}

fn key_fields(state: &State, id: &str, text: &mut String) {
    let directory = &state.directory;
    let key = directory.key_by_id(id).and_then(|key| directory.key(key));
    let (Some(key), Some(record)) = (key, state.key_record(id)) else { return };
    let by = record.created_by.as_ref().map_or("null".to_owned(), |by| super::to_text(&**by));
    let rotated_at = record.rotated_at;
    let due = directory.settings.key_max_age_ms.map(|age| rotated_at.plus(age.get()).millis().to_string());
    let due = due.filter(|_| !key.revoked).unwrap_or_else(|| "null".to_owned());
    let _ = write!(
        text,
        ",\"created_by\":{by},\"rotated_at_ms\":{},\"rotation_due_at_ms\":{due},\"owner_active\":{},\"project_active\":{}",
        rotated_at.millis(),
        key.owner_active,
        key.project_active
    );
}
