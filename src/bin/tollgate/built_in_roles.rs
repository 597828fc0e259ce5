//! The built-in roles as TypeScript, so that a gateway can show what the engine grants.

use tollgate::directory::{
    action::{Action, PermissionScope},
    role::Preset,
};

/// Each role with its permissions, as a role of an organization's own is written.
pub(crate) fn source() -> String {
    let mut text = String::from(
        "// Generated from the engine's roles: `cargo tollgate schema built-in-roles`. Do not edit.\n\
         import type { RoleForm } from './types.js';\n\n\
         /** The roles that every organization has. The first may do everything. */\n\
         export const BUILT_IN_ROLES: readonly RoleForm[] = [\n",
    );
    for preset in Preset::ALL {
        text.push_str(&format!("  {{\n    id: '{}',\n    permissions: [\n", preset.as_str()));
        let grants = preset.grants();
        for (action, scope) in Action::ALL.iter().filter_map(|action| Some((action, grants.scope_of(*action)?))) {
            text.push_str(&permission(*action, scope));
        }
        text.push_str("    ],\n  },\n");
    }
    text.push_str("];\n");
    text
}

fn permission(action: Action, scope: PermissionScope) -> String {
    format!("      {{ action: '{}', scope: '{}' }},\n", action.as_str(), scope.as_str())
}
