//! The gauge: how many holds are open.

use crate::{
    deadlines::{Deadlines, Hold},
    reservation::Reservations,
    time::Timestamp,
};

/// The open holds that a limit counts. At most its capacity, unless that was lowered.
#[derive(Clone, Debug, Default)]
pub struct Gauge {
    holds: Deadlines,
}

impl Gauge {
    /// How many holds are open.
    #[must_use]
    pub fn count(&self) -> usize {
        self.holds.count()
    }

    /// When at most `most` of the open holds are left, whatever the others do; `None` where that many are left now.
    #[must_use]
    pub fn at_most(&self, most: usize, reservations: &Reservations) -> Option<Timestamp> {
        self.holds.at_most(most, |hold| reservations.is_open(hold))
    }

    pub(crate) fn open(&mut self, deadline: Timestamp, hold: Hold) {
        self.holds.open(deadline, hold);
    }

    /// A hold closed, which the table of reservations knows already.
    pub(crate) fn close(&mut self, reservations: &Reservations) {
        self.holds.close(|hold| reservations.is_open(hold));
    }
}
