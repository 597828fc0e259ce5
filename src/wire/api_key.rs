//! A key as the HTTP API shows it: in the shape of the provider's own, with what a key is here beside it.
//!
//! The gateway passes a page of these on as it stands. It describes the shape to its callers (`ApiKey` in `/openapi.json`), and checks what
//! it sends against that in its tests.

use super::list::rotation_due_at;
use crate::{
    directory::{KeyForm, KeyStatus, Owner, Principal},
    form::{Form, Writer},
    id::KeyIx,
    record::Record,
    state::State,
    time::Timestamp,
};

/// The status of a key, as the API tells it: in the provider's words, and in the order of the reasons for which it is refused.
pub(super) fn shown_status(form: &KeyForm, at: Timestamp) -> &'static str {
    match form.status {
        KeyStatus::Revoked => "archived",
        KeyStatus::Inactive => "inactive",
        KeyStatus::Active if form.expires_at.is_some_and(|expires_at| expires_at <= at) => "expired",
        KeyStatus::Active => "active",
    }
}

/// Writes a key that is there. What is the same of every key is spelt out: a page has a thousand.
pub(super) fn write_api_key(state: &State, key: KeyIx, record: Record, at: Timestamp, out: &mut Writer) {
    let (Some(known), Some(key)) = (state.key_record_at(key), state.directory.key(key)) else {
        return out.written("null");
    };
    let form = &*key.form;
    let id = form.id.as_str();
    out.written(r#"{"id":"#);
    out.string(id);
    out.written(r#","type":"api_key","name":"#);
    out.string(form.name.as_deref().unwrap_or(id));
    out.written(r#","kind":"#);
    form.kind.write(out);
    out.written(r#","status":"#);
    out.name(shown_status(form, at));
    out.written(r#","partial_key_hint":"#);
    form.hint.write(out);
    out.written(r#","created_at":"#);
    out.name(&record.created_at.rfc3339());
    out.written(r#","created_by":"#);
    write_creator(known.created_by.as_deref(), out);
    out.written(r#","expires_at":"#);
    form.expires_at.write(out);
    let (principal, owner) = match &form.owner {
        Owner::Member(id) => (r#","principal":{"type":"user_actor","user_id":"#, id.as_str()),
        Owner::ServiceAccount(id) => {
            (r#","principal":{"type":"service_account_actor","service_account_id":"#, id.as_str())
        }
    };
    out.written(principal);
    out.string(owner);
    match &form.project {
        Some(project) => {
            out.written(r#"},"scope":{"type":"workspace","workspace_id":"#);
            out.string(project.as_str());
            out.written(r#"},"workspace_id":"#);
            out.string(project.as_str());
        }
        None => out.written(r#"},"scope":{"type":"organization"},"workspace_id":null"#),
    }
    out.written(r#","owner":"#);
    form.owner.write(out);
    out.written(r#","owner_active":"#);
    key.owner_active.write(out);
    out.written(r#","workspace_active":"#);
    key.project_active.write(out);
    out.written(r#","role":"#);
    form.role.write(out);
    out.written(r#","models":"#);
    form.models.write(out);
    out.written(r#","secrets":"#);
    out.begin_list();
    for secret in &form.secrets {
        out.item();
        out.written(r#"{"expires_at":"#);
        secret.expires_at.write(out);
        out.end_object();
    }
    out.end_list();
    out.written(r#","rotated_at":"#);
    out.name(&known.rotated_at.rfc3339());
    out.written(r#","rotation_due_at":"#);
    match rotation_due_at(state, known, key) {
        Some(due) => out.name(&due.rfc3339()),
        None => out.written("null"),
    }
    out.written(r#","revision":"#);
    out.plain(&record.revision);
    out.end_object();
}

fn write_creator(by: Option<&Principal>, out: &mut Writer) {
    let (id, kind) = match by {
        None => return out.written("null"),
        Some(Principal::Member(id)) => (id.as_str(), r#","type":"user""#),
        Some(Principal::ServiceAccount(id)) => (id.as_str(), r#","type":"service_account""#),
        Some(Principal::Key(id)) => (id.as_str(), r#","type":"api_key""#),
    };
    out.written(r#"{"id":"#);
    out.string(id);
    out.written(kind);
    out.end_object();
}
