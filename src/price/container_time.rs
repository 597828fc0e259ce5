//! Container time: what a provider bills of the time that code execution containers run.

use crate::form::Int;

/// Milliseconds of container time.
pub type ContainerMs = Int<0, 1_000_000_000_000>;

crate::object! {
    /// How the time of code execution containers is billed, for all cards of one provider.
    pub struct CodeExecutionForm {
        /// Whose containers they are; null: those of the book's provider.
        provider: Option<String> = None,
        /// The least that is billed for one container.
        minimum_ms: ContainerMs = Int::clamped(0),
        /// What costs an organization nothing in each calendar month, in UTC.
        free_ms_per_month: ContainerMs = Int::clamped(0),
    }
}

/// How container time is billed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ContainerTime {
    /// The least that is billed for one container, in milliseconds.
    pub minimum_ms: u64,
    /// What costs an organization nothing in each calendar month, in milliseconds.
    pub free_ms: u64,
}

impl From<&CodeExecutionForm> for ContainerTime {
    fn from(form: &CodeExecutionForm) -> Self {
        Self { minimum_ms: form.minimum_ms.unsigned(), free_ms: form.free_ms_per_month.unsigned() }
    }
}

/// The container time of a settlement.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CountedTime {
    /// All that is billed by the hour, each container at its minimum at least, in milliseconds.
    pub billed_ms: u64,
    /// The part of it that costs nothing, in milliseconds.
    pub free_ms: u64,
}

impl CountedTime {
    /// The time of two settlements, or parts, together.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self {
            billed_ms: self.billed_ms.saturating_add(other.billed_ms),
            free_ms: self.free_ms.saturating_add(other.free_ms),
        }
    }
}
