//! Alerts are edges: each tells once that something became true, and some tell that it is true no more.
//!
//! They are events of the log, made beside the event that caused them, so that a crash can neither lose nor repeat one.
//! No gate reads them.

use crate::{
    id::{BudgetIx, LimitIx, ReservationId},
    money::Money,
    time::Timestamp,
};

/// What an alert is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alert {
    /// `settled + assumed` of a window reached a part of the cap: once for each budget, threshold, window and cap revision.
    BudgetThreshold {
        /// The budget.
        budget: BudgetIx,
        /// The threshold's position.
        index: u32,
        /// In percent of the cap.
        percent: i64,
        /// Start of the window.
        window_start: Timestamp,
        /// The revision of the cap that it fired at.
        cap_revision: u32,
        /// The cap in force now.
        cap: Money,
        /// `settled + assumed` now.
        committed: Money,
    },
    /// A limit refused an admission, or in shadow would have; resolved by the next one that passes it.
    LimitHit {
        /// The limit.
        limit: LimitIx,
    },
    /// A charge exceeded its hold.
    Overrun {
        /// The reservation.
        reservation: ReservationId,
        /// By how much.
        overrun: Money,
    },
    /// A part of a charge had no price.
    Unpriced {
        /// The reservation.
        reservation: ReservationId,
    },
}
