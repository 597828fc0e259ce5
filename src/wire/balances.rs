//! Balances as JSON: what was charged, assumed and is held, by key, model and budget.

use super::headroom::{BudgetHeadroom, budget_headroom};
use crate::{budget::Balance, id::KeyId, money::Money, order, state::State, time::Timestamp};

crate::object! {
    /// A balance.
    pub struct BalanceForm {
        /// Charged.
        settled_usd: Money,
        /// Charged by assumption.
        assumed_usd: Money,
        /// Held.
        held_usd: Money,
    }
    /// A key's balance.
    pub struct KeyBalance {
        /// Which.
        key: KeyId,
        /// Charged.
        settled_usd: Money,
        /// Charged by assumption.
        assumed_usd: Money,
        /// Held.
        held_usd: Money,
    }
    /// A model's balance.
    pub struct ModelBalance {
        /// Which.
        model: String,
        /// Charged.
        settled_usd: Money,
        /// Charged by assumption.
        assumed_usd: Money,
        /// Held.
        held_usd: Money,
    }
    /// Balances of everything.
    pub struct BalancesResult {
        /// The organization's.
        total: BalanceForm,
        /// Keys that were ever charged or held for, by id.
        keys: Vec<KeyBalance>,
        /// Models that were ever charged or held for, by name.
        models: Vec<ModelBalance>,
        /// Every budget in force, by id.
        budgets: Vec<BudgetHeadroom>,
    }
}

pub(super) fn balances(state: &State, at: Timestamp) -> BalancesResult {
    let total = &state.ledger.total;
    let mut keys: Vec<KeyBalance> = state
        .ledger
        .keys()
        .iter()
        .enumerate()
        .filter_map(|(index, balance)| {
            let key = state.directory.keys().get(index)?.form.id.clone();
            let Balance { settled, assumed, held } = (*balance)?;
            Some(KeyBalance { key, settled_usd: settled, assumed_usd: assumed, held_usd: held })
        })
        .collect();
    order::sort_by(&mut keys, |left, right| left.key.cmp(&right.key));
    let mut models: Vec<ModelBalance> = state
        .models()
        .iter()
        .zip(state.ledger.models())
        .filter_map(|((_, model), balance)| balance.map(|balance| (model, balance)))
        .map(|(model, balance)| ModelBalance {
            model: model.to_owned(),
            settled_usd: balance.settled,
            assumed_usd: balance.assumed,
            held_usd: balance.held,
        })
        .collect();
    order::sort_by(&mut models, |left, right| left.model.cmp(&right.model));
    let mut budgets: Vec<BudgetHeadroom> =
        state.budgets.table().iter().filter(|budget| budget.alive).map(|budget| budget_headroom(budget, at)).collect();
    order::sort_by(&mut budgets, |left, right| left.budget.cmp(&right.budget));
    BalancesResult {
        total: BalanceForm { settled_usd: total.settled, assumed_usd: total.assumed, held_usd: total.held },
        keys,
        models,
        budgets,
    }
}
