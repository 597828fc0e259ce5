//! What time alone brings about, and the alerts that postings fire.

use super::{
    Model,
    calendar::Window,
    config::Config,
    json::{Json, object},
    log::{Admission, Alert, What},
    money::Usd,
};

impl Model {
    /// Accepts everything that is due at an instant, one after the other. Says how many holds expired.
    pub fn pass_time(&mut self, now: i64) -> i64 {
        let mut expired = 0;
        loop {
            let cases = self.log.cases(now);
            let open = cases.iter().filter(|case| case.is_open() && case.admission.deadline <= now);
            let hold = open.min_by_key(|case| (case.admission.deadline, case.admission.id.clone()));
            let end = self.next_end(now);
            match (hold, end) {
                (Some(hold), end) if end.as_ref().is_none_or(|(end, _)| hold.admission.deadline <= *end) => {
                    let (of, admission) = (hold.position, hold.admission.clone());
                    let money = [-admission.hold, admission.hold, Usd::ZERO];
                    let body = object! { "type": "expired", "reservation": admission.id.as_str() };
                    self.log.accept(admission.deadline, What::Expired { of }, Vec::new(), money, body);
                    if admission.hold > Usd::ZERO {
                        self.fire_thresholds(&admission, admission.deadline);
                    }
                    expired += 1;
                }
                (_, Some((end, alert))) => self.resolve(alert, end),
                _ => return expired,
            }
        }
    }

    /// The first alert whose window has ended: by the end, then the budget's id, then the percent.
    fn next_end(&self, now: i64) -> Option<(i64, Alert)> {
        let config = self.log.config();
        let active = self.log.active_alerts().into_iter();
        let ended = active.filter_map(|alert| match alert {
            Alert::Threshold { window: Window { end: Some(end), .. }, .. } if end <= now => Some((end, alert)),
            _ => None,
        });
        ended.min_by_key(|(end, alert)| match alert {
            Alert::Threshold { born, percent, .. } => {
                let budget = Config::placed(&config.budgets, *born).expect("alerts of removed budgets have resolved");
                (*end, budget.form.get("id").text().to_owned(), *percent)
            }
            _ => unreachable!("only thresholds have windows"),
        })
    }

    /// Accepts that an alert fired.
    pub fn fire(&mut self, alert: Alert, at: i64) {
        let body = self.alert_json(&alert);
        self.log.accept(
            at,
            What::Fired(alert),
            Vec::new(),
            Default::default(),
            object! { "type": "alert_fired", "alert": body },
        );
    }

    /// Accepts that an alert is true no more.
    pub fn resolve(&mut self, alert: Alert, at: i64) {
        let body = self.alert_json(&alert);
        self.log.accept(
            at,
            What::Resolved(alert),
            Vec::new(),
            Default::default(),
            object! { "type": "alert_resolved", "alert": body },
        );
    }

    /// Accepts an alert that is about one reservation, and never resolves.
    pub fn fire_once(&mut self, alert: Json, at: i64) {
        let body = object! { "type": "alert_fired", "alert": alert };
        self.log.accept(at, What::Fired(Alert::Once), Vec::new(), Default::default(), body);
    }

    fn alert_json(&self, alert: &Alert) -> Json {
        let config = self.log.config();
        match alert {
            Alert::Hit { born } => {
                let limit = Config::placed(&config.limits, *born).expect("a limit in force");
                object! { "type": "limit_hit", "limit": limit.form.get("id").clone() }
            }
            Alert::Threshold { born, percent, window, revision } => {
                let budget = Config::placed(&config.budgets, *born).expect("a budget in force");
                let [_, assumed, settled] = self.log.window_balance(*born, window.start);
                object! {
                    "type": "budget_threshold",
                    "budget": budget.form.get("id").clone(),
                    "percent": *percent,
                    "window_start_ms": window.start,
                    "cap_revision": *revision,
                    "cap_usd": budget.form.get("cap_usd").clone(),
                    "committed_usd": assumed + settled,
                }
            }
            Alert::Once => unreachable!("it is told by `fire_once`"),
        }
    }

    /// Fires the alerts of every window that a posting of this reservation reached.
    pub fn fire_thresholds(&mut self, admission: &Admission, at: i64) {
        for (born, window) in &admission.budgets {
            self.fire_reached(*born, *window, at);
        }
    }

    /// Fires the alerts of a window that are reached and have not fired at this cap revision.
    pub fn fire_reached(&mut self, born: usize, window: Window, at: i64) {
        let config = self.log.config();
        let Some(budget) = Config::placed(&config.budgets, born) else { return };
        let [_, assumed, settled] = self.log.window_balance(born, window.start);
        let cap = Usd::of(budget.form.get("cap_usd"));
        for percent in budget.form.get("thresholds_percent").list() {
            let percent = percent.int();
            let alert = Alert::Threshold { born, percent, window, revision: budget.revision };
            if (assumed + settled).times(100) >= cap.times(percent.into()) && !self.log.has_fired(&alert) {
                self.fire(alert.clone(), at);
                if window.end.is_some_and(|end| end <= at) {
                    self.resolve(alert, at);
                }
            }
        }
    }
}
