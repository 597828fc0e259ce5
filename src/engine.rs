//! The door: one state, decided on and evolved.
//!
//! A host without a store calls [`Engine::submit`]. A host with one calls [`Engine::decide`], appends the events, and only
//! then calls [`Engine::apply`]; if the append fails, it discards the engine and rebuilds it from its log. The sequence
//! number [`Engine::seq`] is the primary key of the next event, so that a second writer's append fails.

pub use crate::state::Packing;
use crate::{
    command::Command,
    decide::{decide, due, effective_time, seed, step, with_expired},
    decision::{Decision, Outcome},
    error::Error,
    event::{Event, Events},
    policy::Policy,
    state::State,
    time::Timestamp,
};

/// One organization's state behind one door.
#[derive(Clone, Debug)]
pub struct Engine {
    state: State,
}

impl Engine {
    /// An engine for a new organization, and the first events of its log.
    ///
    /// # Errors
    /// [`InvalidPolicy`](crate::error::ErrorKind::InvalidPolicy) with every problem of the policy file.
    pub fn create(policy: &str, now: Timestamp) -> Result<(Self, Vec<Event>), Error> {
        Ok(Self::of_policy(&Policy::parse(policy)?, now))
    }

    /// An engine for a new organization, and the first events of its log.
    #[must_use]
    pub fn of_policy(policy: &Policy, now: Timestamp) -> (Self, Vec<Event>) {
        let mut engine = Self { state: State::empty(policy.form.organization.id.clone()) };
        let events = seed(&engine.state, policy, now);
        engine.apply(&events);
        (engine, events)
    }

    /// An engine over a state, such as one that a snapshot gave.
    #[must_use]
    pub fn over(state: State) -> Self {
        Self { state }
    }

    /// The engine of a snapshot.
    ///
    /// # Errors
    /// [`InvalidSnapshot`](crate::error::ErrorKind::InvalidSnapshot) for bytes that are damaged, truncated, or of another version.
    pub fn restore(snapshot: &[u8]) -> Result<Self, Error> {
        State::restore(snapshot).map(Self::over)
    }

    /// The state as bytes, from which [`Engine::restore`] goes on.
    #[must_use]
    pub fn snapshot(&self) -> Vec<u8> {
        self.state.snapshot()
    }

    /// The same bytes in parts, for a host that must not stand still for long: of the state as it is now, whatever happens between
    /// the parts. The header, which stands before them, is known after the last one.
    #[must_use]
    pub fn pack(&self) -> Packing {
        Packing::of(&self.state)
    }

    /// The state, to be read.
    #[must_use]
    pub fn state(&self) -> &State {
        &self.state
    }

    /// How many events were applied: the sequence number of the next one.
    #[must_use]
    pub fn seq(&self) -> u64 {
        self.state.seq
    }

    /// When to submit [`Command::Expire`] next.
    #[must_use]
    pub fn next_deadline(&self) -> Timestamp {
        self.state.next_deadline()
    }

    /// Decides without applying: what [`Engine::submit`] would answer.
    ///
    /// # Errors
    /// When the caller made a mistake.
    pub fn decide(&self, command: &Command<'_>, now: Timestamp) -> Result<Outcome, Error> {
        decide(&self.state, command, now)
    }

    /// Applies events of a decision, or of the log.
    pub fn apply<'a>(&mut self, events: impl IntoIterator<Item = &'a Event>) {
        for event in events {
            self.state.evolve(event);
        }
    }

    /// Decides and applies.
    ///
    /// # Errors
    /// When the caller made a mistake; nothing is changed then.
    pub fn submit(&mut self, command: &Command<'_>, now: Timestamp) -> Result<Outcome, Error> {
        let at = effective_time(&self.state, command, now)?;
        let due = due(&self.state, at);
        if !due.is_empty() {
            // What is due makes no mistake out of a command that is none, nor heals one: a mistake is found before
            // anything is applied.
            step(&self.state, command, at, &mut Events::new())?;
            self.apply(&due);
        }
        // Made where it stays: an event is long.
        let mut outcome =
            Outcome { decision: Decision::Expired { reservations: 0 }, events: Events::new(), next_deadline: at };
        outcome.decision = step(&self.state, command, at, &mut outcome.events)?;
        self.apply(&outcome.events);
        outcome.next_deadline = self.state.next_deadline();
        if !due.is_empty() {
            outcome.decision = with_expired(outcome.decision, &due);
            outcome.events = due.into_iter().chain(outcome.events).collect();
        }
        Ok(outcome)
    }
}
