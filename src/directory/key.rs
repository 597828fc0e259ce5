//! A key, and what follows for it from everything that it refers to.

use super::{Attached, KeyForm, KeyStatus, ModelSet, action::Grants};
use crate::{
    id::{MemberIx, ProjectIx},
    index::{Short, Sought},
    time::{LATEST, Timestamp},
};

/// A key, and what follows. A request finds its key by the id and reads all of it, so that both stand together, in two
/// lines of the cache.
#[derive(Clone, Debug)]
#[repr(align(64))]
pub struct Key {
    short_id: Short,
    /// Whether it is in use.
    pub status: KeyStatus,
    /// The first instant at which it is refused.
    pub expires_at: Timestamp,
    /// Whether its owner still belongs.
    pub owner_active: bool,
    /// Whether its project, if any, is in use.
    pub project_active: bool,
    /// What it may do: what its owner may, cut by its own role.
    pub grants: Grants,
    // `NOBODY` for none, in the room of a handle.
    project: ProjectIx,
    member: MemberIx,
    /// The models that it may use, by its own list and its project's.
    pub models: ModelSet,
    /// Limits and budgets of the key.
    pub attached: Attached,
    /// As written.
    pub form: Box<KeyForm>,
}

const NOBODY: u32 = u32::MAX;

impl Key {
    /// A key that may do nothing yet.
    pub(super) fn new(form: KeyForm) -> Self {
        Self {
            short_id: Short::of(form.id.as_str()),
            status: KeyStatus::Active,
            expires_at: LATEST,
            owner_active: false,
            project_active: false,
            grants: Grants::NONE,
            project: ProjectIx(NOBODY),
            member: MemberIx(NOBODY),
            models: ModelSet::All,
            attached: Attached::default(),
            form: Box::new(form),
        }
    }

    /// Whether this is the key of an id.
    pub(super) fn is(&self, id: &Sought<'_>) -> bool {
        id.is(&self.short_id, || self.form.id.as_str())
    }

    pub(super) fn work_for(&mut self, project: Option<ProjectIx>, member: Option<MemberIx>) {
        self.project = project.unwrap_or(ProjectIx(NOBODY));
        self.member = member.unwrap_or(MemberIx(NOBODY));
    }

    /// Its project.
    #[must_use]
    pub fn project(&self) -> Option<ProjectIx> {
        (self.project.0 != NOBODY).then_some(self.project)
    }

    /// The member that owns it; `None` for a service account's key.
    #[must_use]
    pub fn member(&self) -> Option<MemberIx> {
        (self.member.0 != NOBODY).then_some(self.member)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(target_pointer_width = "64")]
    #[test]
    fn a_key_takes_two_lines_of_the_cache() {
        assert_eq!(size_of::<Key>(), 128);
    }
}
