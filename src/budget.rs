//! Budgets: what was spent and is promised in a window, against a cap.
//!
//! INVARIANT: where every hold is a true upper bound, no admission takes `settled + assumed + held` of an enforced budget
//! above the cap in force. Where an actual exceeds its hold, the cap is exceeded by exactly the recorded overrun.

use std::sync::Arc;

use crate::{
    form::{Int, Json, Path, Problems},
    id::{BudgetId, BudgetIx},
    index::{Index, Sought},
    limit::{Mode, Scope},
    money::{LARGEST, Money, added},
    ranking::Ranking,
    short::Short,
    time::{Timestamp, UtcOffset, Weekday, Window, WindowRule},
};

crate::names! {
    /// How a budget's time is cut.
    pub enum WindowKind {
        /// By days.
        Daily = "daily",
        /// By weeks.
        Weekly = "weekly",
        /// By calendar months.
        Monthly = "monthly",
        /// Not at all.
        Total = "total",
    }
}

/// The most thresholds of one budget.
pub const MOST_THRESHOLDS: usize = 16;

crate::object! {
    /// A budget.
    pub struct BudgetForm {
        /// Its id.
        id: BudgetId,
        /// What it covers.
        scope: Scope,
        /// How its time is cut.
        window: WindowKind,
        /// Where its days begin.
        utc_offset: UtcOffset = UtcOffset::default(),
        /// Where its weeks begin, for `weekly`.
        week_start: Weekday = Weekday::Monday,
        /// Where its months begin, for `monthly`; in a shorter month its last day.
        anchor_day: Int<1, 31> = Int::clamped(1),
        /// The most that may be spent and promised in a window.
        cap_usd: Money,
        /// Parts of the cap at which an alert fires, in percent, rising.
        thresholds_percent: Vec<Int<1, 1_000>> = Vec::new(),
        /// Whether it blocks.
        mode: Mode = Mode::Enforce,
    }
}

impl BudgetForm {
    pub(crate) fn rule(&self) -> WindowRule {
        match self.window {
            WindowKind::Daily => WindowRule::Daily(self.utc_offset),
            WindowKind::Weekly => WindowRule::Weekly(self.utc_offset, self.week_start),
            WindowKind::Monthly => {
                WindowRule::Monthly(self.utc_offset, u8::try_from(self.anchor_day.get()).unwrap_or(1))
            }
            WindowKind::Total => WindowRule::Total,
        }
    }

    /// Whether a budget of this form goes on with the other form's spending.
    #[must_use]
    pub fn same_kind(&self, other: &Self) -> bool {
        self.scope == other.scope && self.rule() == other.rule()
    }

    /// Reports what is wrong with the fields together.
    pub(crate) fn check(&self, path: &Path<'_>, problems: &mut Problems) {
        if self.cap_usd < Money::ZERO || self.cap_usd > LARGEST {
            let found = Json::String(self.cap_usd.to_string());
            problems.report(
                &path.field("cap_usd"),
                &found,
                "the cap is out of range",
                "write 0 to 1000000000000 US dollars",
            );
        }
        let thresholds = path.field("thresholds_percent");
        if self.thresholds_percent.len() > MOST_THRESHOLDS {
            let found = Json::Integer(i128::try_from(self.thresholds_percent.len()).unwrap_or(i128::MAX));
            problems.report(&thresholds, &found, "too many thresholds", format!("keep at most {MOST_THRESHOLDS}"));
        }
        for (index, pair) in self.thresholds_percent.windows(2).enumerate() {
            if let [earlier, later] = pair
                && later <= earlier
            {
                let found = Json::Integer(later.get().into());
                problems.report(
                    &thresholds.item(index.saturating_add(1)),
                    &found,
                    "thresholds do not rise",
                    "order them and keep each once",
                );
            }
        }
        if self.week_start != Weekday::Monday && self.window != WindowKind::Weekly {
            let found = Json::String(self.week_start.as_str().to_owned());
            problems.report(
                &path.field("week_start"),
                &found,
                "only weekly windows have a start day",
                "remove it, or use the window `weekly`",
            );
        }
        if self.anchor_day.get() != 1 && self.window != WindowKind::Monthly {
            let found = Json::Integer(self.anchor_day.get().into());
            problems.report(
                &path.field("anchor_day"),
                &found,
                "only monthly windows have an anchor day",
                "remove it, or use the window `monthly`",
            );
        }
    }
}

/// What was spent and is promised.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Balance {
    /// Charged by settlements and corrections.
    pub settled: Money,
    /// Charged because nothing was heard before the deadline.
    pub assumed: Money,
    /// Held for open reservations.
    pub held: Money,
}

crate::packed!(struct Balance { settled, assumed, held });

impl Balance {
    /// What counts as spent: `settled + assumed`.
    #[must_use]
    pub fn committed(&self) -> Money {
        added(self.settled, self.assumed)
    }

    /// What the cap is compared with: `settled + assumed + held`.
    #[must_use]
    pub fn total(&self) -> Money {
        added(self.committed(), self.held)
    }

    /// The balance after a posting.
    #[must_use]
    pub fn after(mut self, posting: &Balance) -> Self {
        self.post(posting);
        self
    }

    /// Adds a posting.
    pub(crate) fn post(&mut self, posting: &Balance) {
        // Most postings move one of the three.
        let add = |to: &mut Money, amount: Money| {
            if amount != Money::ZERO {
                *to = added(*to, amount);
            }
        };
        add(&mut self.settled, posting.settled);
        add(&mut self.assumed, posting.assumed);
        add(&mut self.held, posting.held);
    }
}

/// One window of a budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WindowBalance {
    /// The window.
    pub window: Window,
    /// What was posted to it.
    pub balance: Balance,
    /// One bit for each threshold whose alert fired at the cap revision in force.
    pub fired: u32,
}

crate::packed!(struct WindowBalance { window, balance, fired });

impl WindowBalance {
    fn new(window: Window) -> Self {
        Self { window, balance: Balance::default(), fired: 0 }
    }
}

/// A budget: its form, and its windows.
#[derive(Clone, Debug, PartialEq)]
pub struct Budget {
    /// The most that may be spent and promised in a window.
    pub cap: Money,
    /// Counted, but never blocking.
    pub shadow: bool,
    /// Whether it is in force; one that was removed stays as the place where open holds post to.
    pub alive: bool,
    /// How often the cap or the thresholds were set: 1 at first.
    pub cap_revision: u32,
    rule: WindowRule,
    // Amounts at which alerts fire, by rising percent.
    thresholds: Short<Money, 4>,
    // By rising start; old ones go when nothing can be posted to them any more.
    windows: Short<WindowBalance, 2>,
    /// As written.
    pub form: Arc<BudgetForm>,
}

impl Budget {
    pub(crate) fn new(form: BudgetForm) -> Self {
        Self {
            cap: form.cap_usd,
            shadow: form.mode == Mode::Shadow,
            alive: true,
            cap_revision: 1,
            rule: form.rule(),
            thresholds: thresholds(&form),
            windows: Short::new(),
            form: Arc::new(form),
        }
    }

    /// Takes over another form of the same kind, keeping what was spent.
    pub(crate) fn change(&mut self, form: BudgetForm) {
        if self.revises_cap(&form) {
            self.cap_revision = self.cap_revision.saturating_add(1);
            self.windows.iter_mut().for_each(|window| window.fired = 0);
        }
        self.cap = form.cap_usd;
        self.shadow = form.mode == Mode::Shadow;
        self.thresholds = thresholds(&form);
        self.form = Arc::new(form);
    }

    /// Whether a form of the same kind begins a new cap revision.
    pub(crate) fn revises_cap(&self, form: &BudgetForm) -> bool {
        self.form.cap_usd != form.cap_usd || self.form.thresholds_percent != form.thresholds_percent
    }

    pub(crate) fn restored(form: BudgetForm, alive: bool, cap_revision: u32, windows: Short<WindowBalance, 2>) -> Self {
        Self { alive, cap_revision, windows, ..Self::new(form) }
    }

    /// The window that contains an instant, with what was posted to it.
    #[must_use]
    pub fn window_at(&self, at: Timestamp) -> WindowBalance {
        let known = self.windows.iter().rev().find(|known| known.window.contains(at));
        known.copied().unwrap_or_else(|| WindowBalance::new(self.rule.containing(at)))
    }

    /// The total of the window that contains an instant.
    pub(crate) fn total_at(&self, at: Timestamp) -> Money {
        let known = self.windows.iter().rev().find(|known| known.window.contains(at));
        known.map_or(Money::ZERO, |known| known.balance.total())
    }

    /// The windows that something was posted to, by rising start.
    #[must_use]
    pub fn windows(&self) -> &[WindowBalance] {
        &self.windows
    }

    /// The window of an instant, for posting: mostly the last one.
    pub(crate) fn window_mut(&mut self, at: Timestamp) -> Option<&mut WindowBalance> {
        let position = match self.windows.last() {
            Some(last) if last.window.contains(at) => self.windows.len().saturating_sub(1),
            _ => self.earlier_or_new(at),
        };
        self.windows.get_mut(position)
    }

    #[cold]
    fn earlier_or_new(&mut self, at: Timestamp) -> usize {
        if let Some(known) = self.windows.iter().rposition(|known| known.window.contains(at)) {
            return known;
        }
        let window = self.rule.containing(at);
        let position = self.windows.partition_point(|known| known.window.start < window.start);
        self.windows.insert(position, WindowBalance::new(window));
        position
    }

    /// Forgets windows that ended before `horizon` and hold nothing, so that no late message can name them.
    pub(crate) fn forget_before(&mut self, horizon: Timestamp) {
        if self.windows.len() > 1 {
            self.windows.retain(|known| !known.window.ended_by(horizon) || known.balance.held != Money::ZERO);
        }
    }

    /// The thresholds whose alert an amount fires: those that it reaches and that are not yet in `fired`.
    pub(crate) fn reached(&self, committed: Money, fired: u32) -> impl Iterator<Item = Threshold> + '_ {
        self.all_thresholds().filter(move |threshold| committed >= threshold.amount && fired & threshold.bit() == 0)
    }

    /// Every threshold, rising.
    pub(crate) fn all_thresholds(&self) -> impl Iterator<Item = Threshold> + '_ {
        let percents = self.form.thresholds_percent.iter().map(|percent| percent.get());
        self.thresholds.iter().zip(percents).zip(0_u32..).map(|((amount, percent), index)| Threshold {
            index,
            percent,
            amount: *amount,
        })
    }

    /// Whether no amount can fire an alert.
    pub(crate) fn is_quiet(&self, committed: Money, fired: u32) -> bool {
        let mut bits = fired;
        for threshold in &self.thresholds {
            if bits & 1 == 0 {
                return committed < *threshold;
            }
            bits >>= 1;
        }
        true
    }
}

/// A part of the cap at which an alert fires.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Threshold {
    /// Its position in the budget's list.
    pub index: u32,
    /// In percent of the cap.
    pub percent: i64,
    /// In money, rounded up to the ledger's last digit.
    pub amount: Money,
}

impl Threshold {
    pub(crate) fn bit(&self) -> u32 {
        1_u32.wrapping_shl(self.index)
    }
}

fn thresholds(form: &BudgetForm) -> Short<Money, 4> {
    let share = |percent: i64| {
        let exact = form.cap_usd.units().saturating_mul(percent.into());
        Money::from_units(exact.saturating_add(99).checked_div_euclid(100).unwrap_or(exact))
    };
    form.thresholds_percent.iter().map(|percent| share(percent.get())).collect()
}

/// Every budget, in force or removed.
#[derive(Clone, Debug, Default)]
pub struct Budgets {
    table: Vec<Budget>,
    by_id: Index,
    // Of those in force.
    pub(crate) ranked: Ranking,
}

impl Budgets {
    /// A budget.
    #[must_use]
    pub fn get(&self, budget: BudgetIx) -> Option<&Budget> {
        self.table.get(budget.at())
    }

    pub(crate) fn get_mut(&mut self, budget: BudgetIx) -> Option<&mut Budget> {
        self.table.get_mut(budget.at())
    }

    /// The budget in force of an id.
    #[must_use]
    pub fn by_id(&self, id: &str) -> Option<BudgetIx> {
        let is_at = |at: u32| self.table.get(at as usize).is_some_and(|known| known.form.id.as_str() == id);
        self.by_id.get(&Sought::of(id), &is_at).map(BudgetIx)
    }

    /// The budgets, in the order of handles.
    #[must_use]
    pub fn table(&self) -> &[Budget] {
        &self.table
    }

    pub(crate) fn add(&mut self, budget: Budget) -> BudgetIx {
        let handle = BudgetIx(u32::try_from(self.table.len()).unwrap_or(u32::MAX));
        if budget.alive {
            let id = &budget.form.id;
            let is_before = |at: u32| self.table.get(at as usize).is_some_and(|known| known.form.id < *id);
            self.ranked.insert(handle.0, &is_before);
            self.by_id.insert(handle.0, id.as_str());
        }
        self.table.push(budget);
        handle
    }

    pub(crate) fn retire(&mut self, budget: BudgetIx) {
        let Some(form) = self.table.get(budget.at()).map(|known| Arc::clone(&known.form)) else { return };
        let is_before = |at: u32| self.table.get(at as usize).is_some_and(|known| known.form.id < form.id);
        self.ranked.remove(budget.0, &is_before);
        self.by_id.remove(budget.0, form.id.as_str());
        if let Some(retired) = self.table.get_mut(budget.at()) {
            retired.alive = false;
        }
    }
}
