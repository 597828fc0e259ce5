//! What of a list an actor may see.

use crate::{
    decide::owner_of,
    directory::{Owner, Principal, action::Action},
    id::ProjectIx,
    state::State,
    time::Timestamp,
};

/// What an actor may see. What a permission says of a project, of one's own and of the rest, is asked once.
pub(super) struct Sight<'a> {
    state: &'a State,
    actor: Option<&'a Principal>,
    action: Action,
    at: Timestamp,
    own: Option<Owner>,
    /// Whether it sees whatever there is.
    pub(super) sees_all: bool,
    projects: Vec<[Option<bool>; 2]>,
}

impl<'a> Sight<'a> {
    /// Of what an action reads; no actor: the host itself, which sees everything.
    pub(super) fn of(state: &'a State, actor: Option<&'a Principal>, action: Action, at: Timestamp) -> Self {
        let mut sight = Self {
            state,
            actor,
            action,
            at,
            own: actor.and_then(|actor| owner_of(state, actor)),
            sees_all: true,
            projects: vec![[None; 2]; state.directory.projects().len()],
        };
        sight.sees_all = sight.may(None, false);
        sight
    }

    fn may(&self, project: Option<ProjectIx>, is_own: bool) -> bool {
        let owner = self.own.as_ref().filter(|_| is_own);
        self.actor
            .is_none_or(|actor| self.state.directory.can(actor, self.action, project, owner, self.at) == Some(true))
    }

    /// Whether it sees something of a project and of an owner.
    pub(super) fn sees(&mut self, project: Option<ProjectIx>, owner: Option<&Owner>) -> bool {
        if self.sees_all {
            return true;
        }
        let is_own = owner.is_some() && owner == self.own.as_ref();
        let Some(project) = project else { return self.may(None, is_own) };
        let asked =
            |sight: &Self| sight.projects.get(project.at()).and_then(|asked| *asked.get(usize::from(is_own))?);
        asked(self).unwrap_or_else(|| {
            let may = self.may(Some(project), is_own);
            if let Some(place) =
                self.projects.get_mut(project.at()).and_then(|asked| asked.get_mut(usize::from(is_own)))
            {
                *place = Some(may);
            }
            may
        })
    }

    /// Whether there can be anything that the actor may read: of its own, or in a project.
    pub(super) fn sees_some(&self) -> bool {
        let projects = (0..self.projects.len()).zip(0_u32..).map(|(_, index)| Some(ProjectIx(index)));
        [None].into_iter().chain(projects).any(|project| self.may(project, true))
    }
}
