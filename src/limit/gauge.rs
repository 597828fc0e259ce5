//! The gauge: which holds are open.

use std::collections::BTreeSet;

use crate::{id::ReservationId, time::Timestamp};

/// Open holds by rising deadline. At most the limit's capacity stands in it, unless the capacity was lowered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Gauge {
    open: BTreeSet<(Timestamp, ReservationId)>,
}

impl Gauge {
    /// How many holds are open.
    #[must_use]
    pub fn count(&self) -> usize {
        self.open.len()
    }

    /// The earliest deadline of the open holds.
    #[must_use]
    pub fn earliest(&self) -> Option<Timestamp> {
        self.open.first().map(|(deadline, _)| *deadline)
    }

    pub(crate) fn open(&mut self, deadline: Timestamp, reservation: ReservationId) {
        self.open.insert((deadline, reservation));
    }

    pub(crate) fn close(&mut self, deadline: Timestamp, reservation: ReservationId) {
        self.open.remove(&(deadline, reservation));
    }
}
