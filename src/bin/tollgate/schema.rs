//! `tollgate schema`.

use std::io::Write;

use tollgate::{directory::role, wire};

use crate::{Failure, Generated, built_in_roles, typescript, usage_reader};

pub(crate) fn run(what: Generated) -> Result<(), Failure> {
    let pretty = |schema: &serde_json::Value| serde_json::to_string_pretty(schema).unwrap_or_default();
    let text = match what {
        Generated::Policy => pretty(&wire::policy_schema()),
        Generated::Wire => pretty(&wire::schema()),
        Generated::Typescript => typescript::of(&wire::schema()),
        Generated::UsageReader => usage_reader::source(),
        Generated::BuiltInRoles => built_in_roles::source(),
        Generated::Permissions => format!(
            "# Permissions\n\nWhat the built-in roles grant, and in which scope. `own`: only on resources whose owner is the principal's own\nmember or service account. This page is generated: `cargo tollgate schema permissions`.\n\n{}",
            role::matrix()
        ),
    };
    let mut out = std::io::stdout().lock();
    writeln!(out, "{}", text.trim_end()).map_err(|error| Failure::File(format!("cannot write: {error}")))
}
