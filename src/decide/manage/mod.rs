//! Management: an actor changes what is configured, under the same roles and checks as everything else.
//!
//! First whether the actor may, then whether it has seen what it changes, then whether what comes out holds together. All
//! of it happens, or nothing.

mod fragment;
pub(super) mod permission;

use self::fragment::Fragment;
use super::{authority, configure::Changes};
use crate::{
    change::{Change, Target, Written},
    command::{Manage, ManagedChange},
    decision::{Decision, Denial, Reason},
    error::{Error, ErrorKind},
    event::{EventKind, Events},
    form::{Path, Writer},
    order,
    state::State,
    time::Timestamp,
};

/// The most changes of one command.
const MOST_CHANGES: usize = 100;

pub(super) fn manage(state: &State, command: &Manage, at: Timestamp, events: &mut Events) -> Result<Decision, Error> {
    let changes = &command.changes;
    if !(1..=MOST_CHANGES).contains(&changes.len()) {
        let message = format!("`{}` changes: make 1 to {MOST_CHANGES} at once", changes.len());
        return Err(Error::invalid(message).at("command.changes"));
    }
    if !changes.iter().all(|managed| permission::permits(state, command, &managed.change, at)) {
        return Ok(Denial::of(Reason::ForbiddenAction).into());
    }
    let targets: Vec<Target> = changes.iter().map(|managed| managed.change.target(state)).collect();
    once_each(&targets)?;
    for (index, (managed, target)) in changes.iter().zip(&targets).enumerate() {
        seen(state, managed, target, index)?;
    }
    let mut fragment = Fragment::of(state, command);
    fragment.check(at);
    let beyond = authority::problems(&state.directory, &command.actor, fragment.form(), &Path::Root(""), at);
    fragment.forbids(beyond);
    let (problems, forbidden) = fragment.into_problems();
    if !problems.is_empty() {
        let error = Error::policy(problems);
        return Err(if forbidden { error.of_kind(ErrorKind::ForbiddenChange) } else { error });
    }
    let mut made = Changes::new(state, Some(&command.actor), command.source.as_deref(), at);
    let mut order: Vec<&Change> = changes.iter().map(|managed| &managed.change).collect();
    order::sort_by(&mut order, |left, right| rank(left).cmp(&rank(right)));
    let changing = order.iter().filter(|change| !stands(state, change));
    changing.for_each(|change| made.make(change));
    let numbered: Vec<(Target, u64)> = made
        .events
        .iter()
        .zip(state.seq.saturating_add(1)..)
        .filter_map(|(event, number)| match &event.kind {
            EventKind::Configured(configured) => Some((configured.change.target(state), number)),
            _ => None,
        })
        .collect();
    events.extend(made.events);
    let revision = |target: Target| {
        let made = numbered.iter().find(|(other, _)| *other == target).map(|(_, number)| *number);
        let number = made.unwrap_or_else(|| state.record(&target).map_or(0, |record| record.revision));
        (target, number)
    };
    Ok(Decision::Managed { changes: targets.into_iter().map(revision).collect() })
}

/// Whether a change sets what stands there already: then nothing happens, and the revision stays.
fn stands(state: &State, change: &Change) -> bool {
    let known = change.target(state).known(state);
    known.zip(change.form()).is_some_and(|(known, new)| written(known) == written(new))
}

fn written(form: &dyn Written) -> String {
    let mut out = Writer::default();
    form.write_to(&mut out);
    out.into_text()
}

/// What others refer to comes before what refers to it, and goes after it.
fn rank(change: &Change) -> u8 {
    match change {
        Change::Organization(_) => 0,
        Change::Settings(_) => 1,
        Change::PriceBook(_) => 2,
        Change::ModelClass(_) => 3,
        Change::Role(_) => 4,
        Change::Member(_) => 5,
        Change::Project(_) => 6,
        Change::ServiceAccount(_) => 7,
        Change::Key(_) => 8,
        Change::LimitRemoved(_) | Change::BudgetRemoved(_) => 9,
        Change::Limit(_) | Change::Budget(_) => 10,
        Change::RoleRemoved(_) | Change::ModelClassRemoved(_) => 11,
        Change::IncreaseRequest(_) => 12,
    }
}

/// Nothing is changed twice by one command: which came first would be hard to tell.
fn once_each(targets: &[Target]) -> Result<(), Error> {
    for (index, target) in targets.iter().enumerate() {
        if targets.iter().take(index).any(|earlier| earlier.is_of(target)) {
            let message = format!("this {} is changed twice: keep one change of it", target.noun());
            return Err(Error::invalid(message).at(format!("command.changes[{index}].change")));
        }
    }
    Ok(())
}

/// Whether what is to be changed is what the actor has seen.
fn seen(state: &State, managed: &ManagedChange, target: &Target, index: usize) -> Result<(), Error> {
    let found =
        if target.known(state).is_some() { state.record(target).map_or(0, |record| record.revision) } else { 0 };
    let is_removal = managed.change.form().is_none();
    if is_removal && found == 0 {
        let message = format!("there is no such {}: it may have been removed meanwhile", target.noun());
        return Err(Error::new(ErrorKind::StaleRevision, message).at(format!("command.changes[{index}].change.id")));
    }
    match managed.revision {
        Some(revision) if revision != found => {
            let noun = target.noun();
            let message = match (revision, found) {
                (0, _) => format!("this {noun} is there already, at revision {found}: read it, or take another id"),
                (_, 0) => format!("there is no such {noun} any more: read the list again"),
                _ => format!("this {noun} is at revision {found} now, not {revision}: read it again"),
            };
            Err(Error::new(ErrorKind::StaleRevision, message).at(format!("command.changes[{index}].revision")))
        }
        _ => Ok(()),
    }
}
