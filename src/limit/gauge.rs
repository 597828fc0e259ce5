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

    /// When at most `most` of the open holds are left, whatever the others do; `None` where that many are left now.
    #[must_use]
    pub fn at_most(&self, most: usize) -> Option<Timestamp> {
        let last = self.count().checked_sub(most)?.checked_sub(1)?;
        self.open.iter().nth(last).map(|(deadline, _)| *deadline)
    }

    pub(crate) fn open(&mut self, deadline: Timestamp, reservation: ReservationId) {
        self.open.insert((deadline, reservation));
    }

    pub(crate) fn close(&mut self, deadline: Timestamp, reservation: ReservationId) {
        self.open.remove(&(deadline, reservation));
    }
}
