//! The ledger: what was settled, assumed and held, in total and for each key and model.
//!
//! An entry is an event (`settled`, `expired`, `adjusted` and their like); the ledger is the fold of the entries. It
//! never feeds back into a decision.
//!
//! INVARIANT: the total equals the sum over keys and the sum over models, to the last digit.

use crate::{
    ahead,
    budget::Balance,
    id::{KeyIx, ModelIx},
};

/// Balances of the whole organization.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ledger {
    /// Everything.
    pub total: Balance,
    keys: Vec<Option<Balance>>,
    models: Vec<Option<Balance>>,
}

crate::packed!(struct Ledger { total, keys, models });

impl Ledger {
    /// Adds a posting of a key and the model of its reservation.
    pub(crate) fn post(&mut self, key: KeyIx, model: ModelIx, posting: &Balance) {
        self.total.post(posting);
        for (table, at) in [(&mut self.keys, key.at()), (&mut self.models, model.at())] {
            if table.len() <= at {
                table.resize(at.saturating_add(1), None);
            }
            if let Some(balance) = table.get_mut(at) {
                balance.get_or_insert_default().post(posting);
            }
        }
    }

    /// Asks for the balance of a key, which is posted to soon.
    pub(crate) fn ask_for(&self, key: KeyIx) {
        if let Some(balance) = self.keys.get(key.at()) {
            ahead::ask_for(balance);
        }
    }

    /// The balance of each key, by handle, that was ever posted to.
    #[must_use]
    pub fn keys(&self) -> &[Option<Balance>] {
        &self.keys
    }

    /// The balance of each model, by handle, that was ever posted to.
    #[must_use]
    pub fn models(&self) -> &[Option<Balance>] {
        &self.models
    }
}
