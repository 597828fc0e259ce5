//! One error for a caller's mistake. A denial is not an error: it is a [`Decision`](crate::decision::Decision).

use core::fmt;

use serde::Serialize;

/// What kind of mistake an [`Error`] is. The kind decides [`Error::code`] and [`Error::is_transient`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ErrorKind {
    /// Not JSON, an unknown or missing field, a value of the wrong type or outside its range.
    InvalidInput,
    /// A policy with problems; [`Error::problems`] lists every one.
    InvalidPolicy,
    /// A reservation that was never made, or whose retention has passed.
    UnknownReservation,
    /// A known reservation id with other content, or a step that does not follow from its status.
    ReservationConflict,
    /// `now` is further ahead of the clock than the policy permits.
    ClockJump,
    /// A query names a principal that does not exist.
    UnknownPrincipal,
    /// A query names a project that does not exist.
    UnknownProject,
    /// Snapshot bytes that are damaged, truncated or of another version.
    InvalidSnapshot,
    /// An event that this log cannot hold.
    InvalidEvent,
    /// A usage whose counts contradict each other, or are no counts.
    ContradictoryUsage,
    /// A usage that names a tier, a speed, a place or a modality that no price is known for.
    UnpricedContext,
    /// A usage of a model that the price book has no card for.
    UnknownModel,
    /// A usage of a class that the card has no rate for.
    UnpricedClass,
    /// A change of what somebody else has changed meanwhile.
    StaleRevision,
    /// A question to a build that only decides requests.
    Unmanaged,
    /// A change that this actor may not make, since it grants more than the actor holds, or that nobody may.
    ForbiddenChange,
}

/// One problem of a policy file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Where: a path such as `keys[2].owner.member`; empty for the whole document.
    pub path: String,
    /// The value found there, as JSON, cut to 80 characters; `(nothing)` where a value is missing, `(not shown)` where it may be a secret.
    pub value: String,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub remedy: String,
    /// What kind of problem it is.
    #[serde(rename = "code", skip_serializing_if = "ProblemKind::is_invalid")]
    pub kind: ProblemKind,
}

/// What kind of problem a [`Problem`] is, for programs: messages are for people, and change.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ProblemKind {
    /// A value that cannot be, or does not go with others.
    #[default]
    Invalid,
    /// It names something that does not exist.
    NotFound,
}

impl ProblemKind {
    fn is_invalid(&self) -> bool {
        *self == Self::Invalid
    }

    /// The code as it is written; nothing for what has no code of its own.
    #[must_use]
    pub fn code(self) -> Option<&'static str> {
        match self {
            Self::Invalid => None,
            Self::NotFound => Some("not_found"),
        }
    }
}

/// A caller's mistake: nothing was changed.
///
/// It is one pointer, so that a result is no bigger than its value: what may fail, nearly everything, hands results on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error(Box<Mistake>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Mistake {
    kind: ErrorKind,
    message: String,
    path: String,
    problems: Vec<Problem>,
}

impl Error {
    /// An error of a kind, with a message in lower case that says what to do next.
    #[must_use]
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self::made(kind, message.into())
    }

    #[cold]
    #[inline(never)]
    fn made(kind: ErrorKind, message: String) -> Self {
        Self(Box::new(Mistake { kind, message, path: String::new(), problems: Vec::new() }))
    }

    /// [`ErrorKind::InvalidInput`].
    #[must_use]
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::InvalidInput, message)
    }

    /// A policy's problems; the first one is the message.
    #[must_use]
    pub fn policy(problems: Vec<Problem>) -> Self {
        let message = match problems.as_slice() {
            [] => "the policy cannot be read".to_owned(),
            [only] => format!("{}: {}", only.path, only.message),
            [first, rest @ ..] => format!("{}: {} (and {} more)", first.path, first.message, rest.len()),
        };
        let path = problems.first().map(|problem| problem.path.clone()).unwrap_or_default();
        Self(Box::new(Mistake { kind: ErrorKind::InvalidPolicy, message, path, problems }))
    }

    /// The same error, of another kind.
    #[must_use]
    pub(crate) fn of_kind(mut self, kind: ErrorKind) -> Self {
        self.0.kind = kind;
        self
    }

    /// The same error, at a path inside the input.
    #[must_use]
    pub fn at(mut self, path: impl Into<String>) -> Self {
        self.0.path = path.into();
        self
    }

    /// The kind of mistake.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// A stable code for programs, such as `unknown_reservation`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self.0.kind {
            ErrorKind::InvalidInput => "invalid_input",
            ErrorKind::InvalidPolicy => "invalid_policy",
            ErrorKind::UnknownReservation => "unknown_reservation",
            ErrorKind::ReservationConflict => "reservation_conflict",
            ErrorKind::ClockJump => "clock_jump",
            ErrorKind::UnknownPrincipal => "unknown_principal",
            ErrorKind::UnknownProject => "unknown_project",
            ErrorKind::InvalidSnapshot => "invalid_snapshot",
            ErrorKind::InvalidEvent => "invalid_event",
            ErrorKind::ContradictoryUsage => "contradictory_usage",
            ErrorKind::UnpricedContext => "unpriced_context",
            ErrorKind::UnknownModel => "unknown_model",
            ErrorKind::UnpricedClass => "unpriced_class",
            ErrorKind::StaleRevision => "stale_revision",
            ErrorKind::Unmanaged => "unmanaged",
            ErrorKind::ForbiddenChange => "forbidden_change",
        }
    }

    /// Whether the same call may succeed later without being changed. Only a clock that jumped is such a case.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        self.0.kind == ErrorKind::ClockJump
    }

    /// Where in the input, such as `command.request.max_tokens`; empty where there is no such place.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.0.path
    }

    /// What is wrong and what to do, without the path.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// Every problem of a refused policy; empty for other errors.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.0.problems
    }
}

impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.path.is_empty() || !self.0.problems.is_empty() {
            write!(out, "{}", self.0.message)
        } else {
            write!(out, "{}: {}", self.0.path, self.0.message)
        }
    }
}

impl std::error::Error for Error {}

/// A value as an error shows it: at most 80 characters, so that a message stays a message.
#[must_use]
pub(crate) fn shown(value: &str) -> String {
    match value.char_indices().nth(80) {
        Some((end, _)) => format!("{}…", value.get(..end).unwrap_or_default()),
        None => value.to_owned(),
    }
}
