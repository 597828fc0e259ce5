//! No two members who belong, or are invited, have one address: whoever signs in by it is one of them.

use super::Fragment;
use crate::{
    change::Change,
    directory::{MemberForm, MemberStatus},
    form::{Json, Path, Problems},
};

impl Fragment<'_> {
    /// Only who comes to an address is asked; what stood there before is nobody's mistake now.
    pub(super) fn addresses_unique(&mut self) {
        let directory = &self.state.directory;
        let mut problems = Problems::default();
        let set = || {
            self.command.changes.iter().enumerate().filter_map(|(index, managed)| match &managed.change {
                Change::Member(set) => Some((index, &set.member)),
                _ => None,
            })
        };
        for (index, member) in set().filter(|(_, member)| member.status != MemberStatus::Removed) {
            let known = directory.member_by_id(member.id.as_str()).and_then(|known| directory.member(known));
            if known.is_some_and(|known| known.form.shares_address(member)) {
                continue;
            }
            let taken = |other: &MemberForm| other.id != member.id && other.shares_address(member);
            let is_set = |other: &MemberForm| set().any(|(_, set)| set.id == other.id);
            let root = format!("command.changes[{index}].change.member");
            let path = Path::Root(&root);
            let path = path.field("email");
            let mut report = |message: String| {
                let address = Json::String(member.email.clone());
                problems.report(&path, &address, message, "give each member an address of its own, or remove one");
            };
            if let Some((other, _)) = set().find(|(_, other)| taken(other)) {
                report(format!("`command.changes[{other}].change.member.email` is the same address"));
            } else if let Some(other) =
                directory.members().iter().find(|other| taken(&other.form) && !is_set(&other.form))
            {
                report(format!("member `{}` has this address already", other.form.id));
            }
        }
        self.problems.extend(problems.into_list());
    }
}
