//! `tollgate export`: an organization in one document, from its log, for a gateway to restore.

use std::{
    io::{BufRead, BufWriter, Write},
    path::Path,
    time::{SystemTime, UNIX_EPOCH},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use sha2::{Digest, Sha256};
use tollgate::{
    audit::{AuditEntry, AuditHead, entries},
    engine::Engine,
    event::Event,
    form::Writer,
    id::SecretDigest,
    state::State,
    time::Timestamp,
    wire::{read_event, read_events, to_text},
};

use crate::Failure;

/// The form of the document; the gateway reads it too.
const FORMAT: &str = "tollgate-export-2";

pub(crate) fn run(log: &Path) -> Result<(), Failure> {
    let told = |error| Failure::File(format!("cannot read `{}`: {error}", log.display()));
    let file = std::fs::File::open(log).map_err(told)?;
    let mut engine: Option<Engine> = None;
    let (mut head, mut audit): (AuditHead, Vec<AuditEntry>) = Default::default();
    for (line, number) in std::io::BufReader::new(file).lines().zip(1_u64..) {
        let line = line.map_err(told)?;
        if line.trim().is_empty() {
            continue;
        }
        let refuse = |error: &dyn std::fmt::Display| {
            eprintln!("tollgate: {}:{number}: {error}", log.display());
            Failure::Refused
        };
        let events = if line.trim_start().starts_with('[') { line } else { format!("[{line}]") };
        for form in read_events(&events).map_err(|error| refuse(&error))? {
            let known = engine.get_or_insert_with(|| Engine::over(State::unknown()));
            let event: Event = read_event(known.state(), form).map_err(|error| refuse(&error))?;
            let next = entries(known.state(), head, [&event]);
            head = next.last().map_or(head, AuditEntry::head);
            audit.extend(next);
            known.apply([&event]);
        }
    }
    let Some(engine) = engine else {
        eprintln!("tollgate: {}: there is no event in it: give the log from its first event on", log.display());
        return Err(Failure::Refused);
    };
    let mut out = BufWriter::new(std::io::stdout().lock());
    let written = writeln!(out, "{}", document(&engine, head, &audit)).and_then(|()| out.flush());
    written.map_err(|error| Failure::File(format!("cannot write: {error}")))
}

/// The document, without a log beside the snapshot: all of it is in there.
fn document(engine: &Engine, head: AuditHead, audit: &[AuditEntry]) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |passed| passed.as_millis());
    let now = i64::try_from(now).ok().and_then(|now| Timestamp::from_millis(now).ok()).unwrap_or(Timestamp::EPOCH);
    let mut out = Writer::default();
    let field = |out: &mut Writer, name: &str, value: &str| {
        out.key(name);
        out.string(value);
    };
    out.begin_object();
    field(&mut out, "format", FORMAT);
    field(&mut out, "organization", engine.state().directory.organization.id.as_str());
    field(&mut out, "exported_at", &now.to_string());
    out.key("snapshot_seq");
    out.plain(&engine.seq());
    field(&mut out, "snapshot", &STANDARD.encode(engine.snapshot()));
    out.key("audit_head");
    out.begin_object();
    out.key("entries");
    out.plain(&head.entries);
    field(&mut out, "hash", &head.hash.to_string());
    out.end_object();
    out.key("log");
    out.begin_list();
    out.end_list();
    out.end_object();
    sealed(&out.into_text(), audit)
}

/// The document with its digest, which is of all that stands before it, and with the audit log, whose end is named there.
fn sealed(before: &str, audit: &[AuditEntry]) -> String {
    let digest = SecretDigest(Sha256::digest(before).into());
    let entries: Vec<String> = audit.iter().map(to_text).collect();
    let open = before.strip_suffix('}').unwrap_or(before);
    format!("{open},\"digest\":\"{digest}\",\"audit\":[{}]}}", entries.join(","))
}
