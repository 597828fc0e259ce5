//! The text door: one line of JSON in, one line out. Every runtime and the command line go through it.

use super::{
    CommandForm, OutcomeForm, QueryForm, ResultForm, answer, count, error_text, query::AuditHeadResult, read_event,
    read_events, to_text, write_events,
};
use crate::{
    audit::{AuditEntry, AuditHead, entries},
    decide::{MANAGES, unmanaged},
    engine::Engine,
    error::Error,
    event::{Event, Events},
    form::{Form, Json, Path, Problems, try_read},
    state::State,
    time::{Millis, Timestamp},
};

crate::object! {
    /// A line of input: an instant, and one of `command`, `preview` and `query`.
    pub struct LineForm {
        /// The host's clock.
        now_ms: Millis,
        /// A command to decide and apply.
        command: Option<CommandForm> = None,
        /// A command to decide only.
        preview: Option<CommandForm> = None,
        /// Something to read.
        query: Option<QueryForm> = None,
    }
}

/// What a host stores of an organization that begins.
#[derive(Clone, Debug, Default)]
pub struct Founding {
    /// The first events of the log, as a JSON list.
    pub events: String,
    /// The first entries of the audit log, as a JSON list.
    pub audit: String,
}

/// An engine behind its text door.
///
/// ```
/// use tollgate::wire::Door;
/// let policy = r#"{"schema_version":1,"organization":{"id":"acme"}}"#;
/// let (mut door, _founding) = Door::create(policy, 1_764_000_000_000)?;
/// let answer = door.run_line(r#"{"now_ms":1764000000001,"command":{"type":"expire"}}"#);
/// assert!(answer.starts_with(r#"{"decision":{"type":"expired","reservations":0}"#));
/// # Ok::<(), tollgate::error::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Door {
    engine: Engine,
    // Events of the last decision that was not applied, and the sequence number that they follow.
    decided: Option<(u64, Events)>,
    // Where the audit log stands; not known where a snapshot was restored, for the host keeps it.
    audit: Option<AuditHead>,
}

impl Door {
    /// A door for a new organization, the first events of its log as a JSON list, and the entries of its audit log.
    ///
    /// # Errors
    /// With every problem of the policy, or when `now_ms` is no instant.
    pub fn create(policy: &str, now_ms: i64) -> Result<(Self, Founding), Error> {
        let now = Timestamp::from_millis(now_ms).map_err(|error| error.at("now_ms"))?;
        let (engine, events) = Engine::create(policy, now)?;
        let before = State::empty(engine.state().directory.organization.id.clone());
        let audit = if MANAGES { entries(&before, AuditHead::default(), &events) } else { Vec::new() };
        let events = write_events(engine.state(), &events);
        let mut door = Self::over(engine);
        door.audit = Some(audit.last().map_or_else(AuditHead::default, AuditEntry::head));
        Ok((door, Founding { events, audit: to_text(&audit) }))
    }

    /// A door for an organization whose log is a JSON list of events, from its first one.
    ///
    /// # Errors
    /// When an event cannot be read or does not fit.
    pub fn fold(log: &str) -> Result<Self, Error> {
        let mut door = Self::over(Engine::over(State::unknown()));
        door.audit = Some(AuditHead::default());
        door.apply(log)?;
        Ok(door)
    }

    /// A door to an engine.
    #[must_use]
    pub const fn over(engine: Engine) -> Self {
        Self { engine, decided: None, audit: None }
    }

    /// The door of a snapshot.
    ///
    /// # Errors
    /// As [`Engine::restore`].
    pub fn restore(snapshot: &[u8]) -> Result<Self, Error> {
        Engine::restore(snapshot).map(Self::over)
    }

    /// The engine.
    #[must_use]
    pub const fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Answers a line: an outcome, a query's result, or an error. Never fails otherwise.
    pub fn run_line(&mut self, line: &str) -> String {
        self.try_line(line).unwrap_or_else(|error| error_text(&error))
    }

    fn try_line(&mut self, line: &str) -> Result<String, Error> {
        let json = Json::parse(line)?;
        let form: LineForm = try_read(&json, &Path::Root("")).map_err(Problems::into_error)?;
        let now = form.now_ms.into();
        match (form.command, form.preview, form.query) {
            (Some(command), None, None) => self.submit_form(&command, now),
            (None, Some(command), None) => self.preview_form(&command, now),
            (None, None, Some(query)) => self.answer_form(&query, now),
            _ => Err(Error::invalid("a line has exactly one of `command`, `preview` and `query`: keep one")),
        }
    }

    fn answer_form(&self, query: &QueryForm, now: Timestamp) -> Result<String, Error> {
        match (query, self.audit) {
            (QueryForm::AuditHead(_), _) if !MANAGES => Err(unmanaged()),
            (QueryForm::AuditHead(_), Some(head)) => {
                Ok(to_text(&ResultForm::AuditHead(AuditHeadResult { entries: count(head.entries), hash: head.hash })))
            }
            _ => Ok(to_text(&answer(self.engine.state(), query, now)?)),
        }
    }

    /// The audit log goes on with events that are applied next.
    fn note<'a>(&mut self, events: impl IntoIterator<Item = &'a Event>) {
        if let Some(head) = self.audit.filter(|_| MANAGES) {
            self.audit = Some(entries(self.engine.state(), head, events).last().map_or(head, AuditEntry::head));
        }
    }

    fn submit_form(&mut self, command: &CommandForm, now: Timestamp) -> Result<String, Error> {
        let command = command.command()?;
        let outcome = if MANAGES && command.is_audited() {
            let outcome = self.engine.decide(&command, now)?;
            self.note(&outcome.events);
            self.engine.apply(&outcome.events);
            outcome
        } else {
            self.engine.submit(&command, now)?
        };
        Ok(to_text(&OutcomeForm::of(self.engine.state(), &outcome)))
    }

    fn preview_form(&self, command: &CommandForm, now: Timestamp) -> Result<String, Error> {
        let outcome = self.engine.decide(&command.command()?, now)?;
        Ok(to_text(&OutcomeForm::of(self.engine.state(), &outcome)))
    }

    /// Decides and applies a command; the outcome as JSON.
    ///
    /// # Errors
    /// When the caller made a mistake; nothing is changed then.
    pub fn submit(&mut self, command: &str, now_ms: i64) -> Result<String, Error> {
        let (command, now) = (read_command(command)?, instant(now_ms)?);
        self.submit_form(&command, now)
    }

    /// Decides a command without applying it; the outcome as JSON.
    ///
    /// # Errors
    /// When the caller made a mistake.
    pub fn preview(&self, command: &str, now_ms: i64) -> Result<String, Error> {
        self.preview_form(&read_command(command)?, instant(now_ms)?)
    }

    /// Decides a command without applying it, and keeps its events for [`Door::commit`]; the outcome as JSON.
    ///
    /// # Errors
    /// When the caller made a mistake.
    pub fn decide(&mut self, command: &str, now_ms: i64) -> Result<String, Error> {
        self.decided = None;
        let form = read_command(command)?;
        let outcome = self.engine.decide(&form.command()?, instant(now_ms)?)?;
        let text = to_text(&OutcomeForm::of(self.engine.state(), &outcome));
        self.decided = Some((self.engine.seq(), outcome.events));
        Ok(text)
    }

    /// The audit log's entries of the last [`Door::decide`], as a JSON list: a host stores them with the events. `number` and
    /// `hash` are those of the last entry that it has stored; 0 and 64 zeros before the first.
    ///
    /// # Errors
    /// When the hash is none, or this build cannot be managed.
    pub fn audit(&self, number: i64, hash: &str) -> Result<String, Error> {
        let hash = hash.parse().map_err(|error: Error| error.at("hash"))?;
        let head = AuditHead { entries: u64::try_from(number).unwrap_or(0), hash };
        if !MANAGES {
            return Err(unmanaged());
        }
        let decided = self.decided.as_ref().filter(|(seq, _)| *seq == self.engine.seq());
        Ok(to_text(&entries(self.engine.state(), head, decided.into_iter().flat_map(|(_, events)| events))))
    }

    /// Where the audit log stands before the events that are applied next: `audit_head` then tells where their entries lead, which is where
    /// a log that is whole ends.
    ///
    /// # Errors
    /// As [`Door::audit`].
    pub fn audit_from(&mut self, number: i64, hash: &str) -> Result<(), Error> {
        let hash = hash.parse().map_err(|error: Error| error.at("hash"))?;
        if !MANAGES {
            return Err(unmanaged());
        }
        self.audit = Some(AuditHead { entries: u64::try_from(number).unwrap_or(0), hash });
        Ok(())
    }

    /// Applies the events of the last [`Door::decide`], which the host has stored meanwhile.
    ///
    /// # Errors
    /// When nothing was decided since the last event.
    pub fn commit(&mut self) -> Result<(), Error> {
        match self.decided.take() {
            Some((seq, events)) if seq == self.engine.seq() => {
                self.note(&events);
                self.engine.apply(&events);
                Ok(())
            }
            _ => Err(Error::new(
                crate::error::ErrorKind::InvalidEvent,
                "nothing was decided since the last event: decide again",
            )),
        }
    }

    /// Applies a JSON list of events of the log: all of them, or none.
    ///
    /// # Errors
    /// When one cannot be read or does not fit.
    pub fn apply(&mut self, events: &str) -> Result<(), Error> {
        let mut forms = read_events(events)?;
        self.decided = None;
        if let [_] = forms.as_slice() {
            if let Some(form) = forms.pop() {
                let event = read_event(self.engine.state(), form)?;
                self.note([&event]);
                self.engine.apply([&event]);
            }
            return Ok(());
        }
        let mut after = Self { engine: self.engine.clone(), decided: None, audit: self.audit };
        for form in forms {
            let event = read_event(after.engine.state(), form)?;
            after.note([&event]);
            after.engine.apply([&event]);
        }
        *self = after;
        Ok(())
    }

    /// Answers a query; the result as JSON.
    ///
    /// # Errors
    /// When the query cannot be read, or names what does not exist.
    pub fn query(&self, query: &str, now_ms: i64) -> Result<String, Error> {
        let form: QueryForm = read_at(query, "query")?;
        self.answer_form(&form, instant(now_ms)?)
    }
}

fn instant(now_ms: i64) -> Result<Timestamp, Error> {
    Timestamp::from_millis(now_ms).map_err(|error| error.at("now_ms"))
}

fn read_command(text: &str) -> Result<CommandForm, Error> {
    read_at(text, "command")
}

fn read_at<T: Form>(text: &str, name: &str) -> Result<T, Error> {
    let json = Json::parse(text)?;
    try_read(&json, &Path::Root(name)).map_err(Problems::into_error)
}
