//! A key as the HTTP API shows it: in the shape of the provider's own, with what a key is here beside it.
//!
//! The gateway passes a page of these on as it stands. It describes the shape to its callers (`ApiKey` in `/openapi.json`), and checks what
//! it sends against that in its tests.

use super::list::rotation_due_at;
use crate::{
    directory::{KeyStatus, Owner, Principal},
    form::{Form, Writer},
    id::KeyIx,
    record::Record,
    state::State,
    time::Timestamp,
};

/// Writes a key that is there.
pub(super) fn write_api_key(state: &State, key: KeyIx, record: Record, at: Timestamp, out: &mut Writer) {
    let (Some(known), Some(key)) = (state.key_record_at(key), state.directory.key(key)) else { return };
    let form = &*key.form;
    let id = form.id.as_str();
    let project = form.project.as_ref().map(|project| project.as_str());
    out.begin_object();
    out.key("id");
    out.string(id);
    out.tag("api_key");
    out.key("name");
    out.string(form.name.as_deref().unwrap_or(id));
    out.key("kind");
    form.kind.write(out);
    out.key("status");
    out.name(match form.status {
        KeyStatus::Revoked => "archived",
        KeyStatus::Active if form.expires_at.is_some_and(|expires_at| expires_at <= at) => "expired",
        KeyStatus::Active => "active",
    });
    out.key("partial_key_hint");
    form.hint.write(out);
    out.key("created_at");
    out.name(&record.created_at.rfc3339());
    out.key("created_by");
    write_creator(known.created_by.as_deref(), out);
    out.key("expires_at");
    form.expires_at.write(out);
    out.key("principal");
    let (actor, field, owner) = match &form.owner {
        Owner::Member(id) => ("user_actor", "user_id", id.as_str()),
        Owner::ServiceAccount(id) => ("service_account_actor", "service_account_id", id.as_str()),
    };
    write_typed(actor, field, owner, out);
    out.key("scope");
    match project {
        Some(project) => write_typed("workspace", "workspace_id", project, out),
        None => {
            out.begin_object();
            out.tag("organization");
            out.end_object();
        }
    }
    out.key("workspace_id");
    form.project.write(out);
    out.key("owner");
    form.owner.write(out);
    for (name, value) in [("owner_active", key.owner_active), ("workspace_active", key.project_active)] {
        out.key(name);
        value.write(out);
    }
    out.key("role");
    form.role.write(out);
    out.key("models");
    form.models.write(out);
    out.key("secrets");
    out.begin_list();
    for secret in &form.secrets {
        out.item();
        out.begin_object();
        out.key("expires_at");
        secret.expires_at.write(out);
        out.end_object();
    }
    out.end_list();
    out.key("rotated_at");
    out.name(&known.rotated_at.rfc3339());
    out.key("rotation_due_at");
    match rotation_due_at(state, known, key) {
        Some(due) => out.name(&due.rfc3339()),
        None => out.written("null"),
    }
    out.key("revision");
    out.plain(&record.revision);
    out.end_object();
}

fn write_typed(tag: &str, field: &str, id: &str, out: &mut Writer) {
    out.begin_object();
    out.tag(tag);
    out.key(field);
    out.string(id);
    out.end_object();
}

fn write_creator(by: Option<&Principal>, out: &mut Writer) {
    let (id, kind) = match by {
        None => return out.written("null"),
        Some(Principal::Member(id)) => (id.as_str(), "user"),
        Some(Principal::ServiceAccount(id)) => (id.as_str(), "service_account"),
        Some(Principal::Key(id)) => (id.as_str(), "api_key"),
    };
    out.begin_object();
    out.key("id");
    out.string(id);
    out.tag(kind);
    out.end_object();
}
