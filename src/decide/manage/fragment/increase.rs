//! What must hold of increase requests: who asks is who says so, and what is decided stays decided.

use super::Fragment;
use crate::{
    change::Change,
    decide::owner_of,
    form::{Json, Path, Problems},
    increase_request::{IncreaseRequestForm, IncreaseStatus, MOST, MOST_OF_ONE},
    limit::{Meter, MeterAmount},
    wire::to_text,
};

impl Fragment<'_> {
    pub(super) fn increase_requests(&mut self) {
        let mut problems = Problems::default();
        let waiting = || self.state.increase_requests.values().filter(|known| known.status == IncreaseStatus::Pending);
        let asker = owner_of(self.state, &self.command.actor);
        let mut pending = waiting().count();
        let mut own = waiting().filter(|known| owner_of(self.state, &known.requested_by) == asker).count();
        for (index, managed) in self.command.changes.iter().enumerate() {
            let Change::IncreaseRequest(set) = &managed.change else { continue };
            let root = format!("command.changes[{index}].change.increase_request");
            let path = Path::Root(&root);
            let request = &set.increase_request;
            request.check(&path, &mut problems);
            match self.state.increase_requests.get(request.id.as_str()) {
                None => {
                    pending = pending.saturating_add(1);
                    own = own.saturating_add(1);
                    self.asked(request, &path, &mut problems);
                    room(pending, own, &path, &mut problems);
                }
                Some(known) => decided(known, request, &path, &mut problems),
            }
        }
        self.problems.extend(problems.into_list());
    }

    fn asked(&self, request: &IncreaseRequestForm, path: &Path<'_>, problems: &mut Problems) {
        let text = |text: &str| Json::String(text.to_owned());
        if request.status != IncreaseStatus::Pending {
            let status = text(request.status.as_str());
            problems.report(&path.field("status"), &status, "nobody has asked for this yet", "write `pending`");
        }
        if request.requested_by != self.command.actor {
            let message = "somebody else asks than who acts";
            problems.report(&path.field("requested_by"), &Json::Null, message, "name the actor of the command");
        }
        let state = self.state;
        if let Some(id) = &request.limit {
            match state.limits.by_id(id.as_str()).and_then(|known| state.limits.get(known)) {
                None => {
                    let message = format!("no limit `{id}`");
                    problems.report_not_found(&path.field("limit"), id.as_str(), message, "name a limit in force");
                }
                Some(limit) => {
                    let is_money = matches!(request.amount, MeterAmount::Usd(_));
                    if is_money != (limit.form().meter == Meter::Cost) {
                        let message = format!("the limit counts `{}`", limit.form().meter.as_str());
                        let remedy = "write a count, or for `cost` US dollars as a string";
                        problems.report(&path.field("amount"), &Json::Null, message, remedy);
                    } else {
                        let form = limit.form();
                        higher(request, id.as_str(), form.rate.unwrap_or(form.capacity), path, problems);
                    }
                }
            }
        }
        if let Some(id) = &request.budget {
            match state.budgets.by_id(id.as_str()).and_then(|known| state.budgets.get(known)) {
                None => {
                    let message = format!("no budget `{id}`");
                    problems.report_not_found(&path.field("budget"), id.as_str(), message, "name a budget in force");
                }
                Some(budget) => {
                    higher(request, id.as_str(), MeterAmount::Usd(budget.form.cap_usd), path, problems);
                }
            }
        }
    }
}

/// What is asked for is more than there is: a rate, of a gauge the capacity, of a budget the cap.
fn higher(request: &IncreaseRequestForm, id: &str, present: MeterAmount, path: &Path<'_>, problems: &mut Problems) {
    if core::mem::discriminant(&request.amount) == core::mem::discriminant(&present)
        && request.amount.units() <= present.units()
    {
        let text = |amount| Json::parse(&to_text(amount)).unwrap_or(Json::Null);
        let message = format!("`{id}` is at {} already", to_text(&present));
        problems.report(&path.field("amount"), &text(&request.amount), message, "ask for more, or leave it");
    }
}

/// Everybody's requests, and those of who asks, find room.
fn room(pending: usize, own: usize, path: &Path<'_>, problems: &mut Problems) {
    if own > MOST_OF_ONE {
        let message = format!("{MOST_OF_ONE} requests of who asks are pending already");
        problems.report(path, &Json::Null, message, "wait until some are decided, or withdraw one");
    }
    if pending > MOST {
        let message = format!("{MOST} requests are pending already");
        problems.report(path, &Json::Null, message, "decide or withdraw some first");
    }
}

/// Only where it stands changes, once, and what who decides has to say.
fn decided(known: &IncreaseRequestForm, new: &IncreaseRequestForm, path: &Path<'_>, problems: &mut Problems) {
    let rest = IncreaseRequestForm { status: known.status, note: known.note.clone(), ..new.clone() };
    if rest != *known {
        let message = "what was asked for cannot be changed";
        problems.report(path, &Json::Null, message, "withdraw it, and ask anew");
    }
    if known.status != IncreaseStatus::Pending {
        let status = Json::String(new.status.as_str().to_owned());
        let message = format!("the request was {} already", known.status.as_str());
        problems.report(&path.field("status"), &status, message, "ask anew");
    }
}
