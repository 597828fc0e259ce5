//! The versioned JSON forms of commands, outcomes, events, queries and errors, shared by every runtime.
//!
//! The forms stand between JSON and the core's types: ids become handles here, and handles become ids. Text is written by
//! one serializer in the order of declaration, so that the same answer is the same bytes everywhere.

mod api_key;
mod balances;
mod book_file;
mod command;
mod decision;
mod event;
mod event_reader;
mod headroom;
mod line;
mod list;
mod part;
mod price;
mod price_door;
mod price_import;
mod query;
mod sight;
mod usage_row;

pub use self::{
    book_file::book_file_text,
    command::{
        AdjustForm, AdmitForm, AdvanceClockForm, CommandForm, CountTokensForm, CredentialForm, EstimateForm, Nothing,
        PartsForm, ProviderForm, ReservationForm, SettleForm, StreamForm, UpdatePolicyForm, UsageForm,
    },
    decision::{DecisionForm, OutcomeForm, RetryForm, ViolationForm},
    event::{AlertForm, EventBody, EventForm, write_events},
    event_reader::{read_event, read_events},
    line::{Door, Founding, LineForm},
    list::{ListForm, ListItem, ListKind, ListResult},
    part::PartForm,
    price::{ContextForm, LineItem, Per, PriceForm, PriceResult},
    price_door::{CountedRow, PriceDoor, names_text},
    price_import::{ImportReport, ImportedModels, PriceImport, ReasonCounts},
    query::{QueryForm, ResultForm, answer},
    usage_row::quote_row,
};
use crate::{
    directory::{KeyStatus, action::Action},
    engine::Engine,
    form::{Form, Writer},
    id::KeyIx,
};
pub use crate::{
    error::{Error, Problem},
    price::{
        CLAUDE,
        usage_object::{MISSING, SLOTS},
    },
};

/// A whole number that every runtime holds exactly.
pub type Count = crate::form::Int<0, 9_007_199_254_740_991>;

pub(crate) fn count(value: u64) -> Count {
    Count::clamped(i64::try_from(value).unwrap_or(i64::MAX))
}

/// A value as canonical JSON.
#[must_use]
pub fn to_text(value: &impl Form) -> String {
    let mut out = Writer::default();
    value.write(&mut out);
    out.into_text()
}

/// An error as it is written: `{"error":{"code","message","path"}}`, with `problems` for a refused policy.
#[must_use]
pub fn error_text(error: &Error) -> String {
    let mut out = Writer::default();
    out.begin_object();
    out.key("error");
    out.begin_object();
    for (name, value) in [("code", error.code()), ("message", error.message()), ("path", error.path())] {
        out.key(name);
        out.string(value);
    }
    if !error.problems().is_empty() {
        out.key("problems");
        write_problems(error.problems(), &mut out);
    }
    out.end_object();
    out.end_object();
    out.into_text()
}

/// A problem as it is written.
#[must_use]
pub fn problem_text(problem: &Problem) -> String {
    let mut out = Writer::default();
    write_problem(problem, &mut out);
    out.into_text()
}

fn write_problems(problems: &[Problem], out: &mut Writer) {
    out.begin_list();
    for problem in problems {
        out.item();
        write_problem(problem, out);
    }
    out.end_list();
}

fn write_problem(problem: &Problem, out: &mut Writer) {
    out.begin_object();
    let fields = [
        ("path", &problem.path),
        ("value", &problem.value),
        ("message", &problem.message),
        ("remedy", &problem.remedy),
    ];
    for (name, value) in fields {
        out.key(name);
        out.string(value);
    }
    if let Some(code) = problem.kind.code() {
        out.key("code");
        out.string(code);
    }
    out.end_object();
}

/// The JSON Schema of everything that crosses the wire.
#[must_use]
pub fn schema() -> serde_json::Value {
    crate::form::document::<WireForm>("Tollgate wire format")
}

/// The JSON Schema of the policy file.
#[must_use]
pub fn policy_schema() -> serde_json::Value {
    crate::form::document::<crate::policy::PolicyForm>("Tollgate policy")
}

crate::object! {
    /// Every form of the wire, for the schema.
    pub struct WireForm {
        /// A policy.
        policy: crate::policy::PolicyForm,
        /// A line of input.
        line: LineForm,
        /// A command.
        command: CommandForm,
        /// A query.
        query: QueryForm,
        /// An outcome.
        outcome: OutcomeForm,
        /// A query's result.
        result: ResultForm,
        /// An event.
        event: EventForm,
        /// An entry of the audit log.
        audit_entry: crate::audit::AuditEntry,
        /// A catalogue that price books are imported from.
        catalogue: crate::price::import::Catalogue,
        /// The report of an import.
        import_report: ImportReport,
    }
}

/// Every problem of a policy; an empty list where there is none.
#[must_use]
pub fn policy_problems(policy: &str) -> Vec<Problem> {
    match crate::policy::Policy::parse(policy) {
        Ok(_) => Vec::new(),
        Err(error) => error.problems().to_vec(),
    }
}

/// The names of all actions, in the order of their positions, with commas between them.
#[must_use]
pub fn action_names() -> String {
    Action::ALL.iter().map(|action| action.as_str()).collect::<Vec<_>>().join(",")
}

/// The handle of a key as a number; -1 where there is none.
#[must_use]
pub fn key_handle(engine: &Engine, id: &str) -> i32 {
    engine.state().directory.key_by_id(id).and_then(|key| i32::try_from(key.index()).ok()).unwrap_or(-1)
}

/// Whether a key, by its handle, may do an action, by its position, on its owner's own resource. Unknown is denied.
#[must_use]
pub fn key_permits(engine: &Engine, key: i32, action: u32, now_ms: i64) -> bool {
    let key = u32::try_from(key).ok().map(KeyIx::from_index);
    let key = key.and_then(|key| engine.state().directory.key(key));
    let at_ms = now_ms.max(engine.state().clock.millis());
    let action = usize::try_from(action).ok().and_then(|at| Action::ALL.get(at));
    key.zip(action).is_some_and(|(key, action)| {
        key.status == KeyStatus::Active
            && key.expires_at.millis() > at_ms
            && key.owner_active
            && key.project_active
            && key.grants.permits(*action, true)
    })
}
