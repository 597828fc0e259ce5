//! Reading the log's lines: an event must follow from the state as it is.

use super::{
    PartForm, PartsForm,
    event::{AlertForm, ConfiguredForm, EventBody, EventForm, KnownUsageForm, ReservedForm, SettledEventForm},
};
use crate::{
    alert::Alert,
    change::Change,
    directory::Owner,
    error::{Error, ErrorKind},
    event::{Adjusted, Configured, Event, EventKind, Reserved, Settled},
    form::{Json, Path, try_read},
    id::{BudgetId, BudgetIx, KeyId, KeyIx, LimitId, LimitIx, ModelIx, ReservationId},
    limit::{Counts, Scope},
    money::Money,
    price::{CountedTime, PriceContext, RequestShape},
    reservation::{Asked, From, KnownUsage, PartModel, Parts, Pins, Reservation, Settlement, Status, UsagePart},
    state::State,
    time::Timestamp,
};

/// The forms of a JSON list of events.
///
/// # Errors
/// [`ErrorKind::InvalidEvent`] with the path of what cannot be read.
pub fn read_events(text: &str) -> Result<Vec<EventForm>, Error> {
    let json = Json::parse(text).map_err(|error| Error::new(ErrorKind::InvalidEvent, error.message()))?;
    try_read(&json, &Path::Root("events")).map_err(|problems| {
        let error = problems.into_error();
        Error::new(ErrorKind::InvalidEvent, error.message()).at(error.path())
    })
}

/// The event of a form, which must follow from the state as it is.
///
/// # Errors
/// [`ErrorKind::InvalidEvent`] when it names what the state does not have, or comes before the last event.
pub fn read_event(state: &State, form: EventForm) -> Result<Event, Error> {
    let at = form.at_ms.into();
    let reader = Reader { state, at };
    if at < state.clock {
        return Err(reader.refuse(format!(
            "an event at `{}` comes after one at `{}`",
            form.at_ms.get(),
            state.clock.millis()
        )));
    }
    Ok(Event { at, kind: reader.kind(form.body)? })
}

struct Reader<'a> {
    state: &'a State,
    at: Timestamp,
}

impl Reader<'_> {
    fn refuse(&self, what: String) -> Error {
        let message =
            format!("event {} of the log does not fit: {what}; restore the log from a backup", self.state.seq);
        Error::new(ErrorKind::InvalidEvent, message)
    }

    fn limits<L: FromIterator<LimitIx>>(&self, ids: &[LimitId]) -> Result<L, Error> {
        ids.iter().map(|id| self.limit(id)).collect()
    }

    fn limit(&self, id: &LimitId) -> Result<LimitIx, Error> {
        self.state.limits.by_id(id.as_str()).ok_or_else(|| self.refuse(format!("no limit `{id}`")))
    }

    fn budget(&self, id: &BudgetId) -> Result<BudgetIx, Error> {
        self.state.budgets.by_id(id.as_str()).ok_or_else(|| self.refuse(format!("no budget `{id}`")))
    }

    fn key(&self, id: &KeyId) -> Result<KeyIx, Error> {
        self.state.directory.key_by_id(id.as_str()).ok_or_else(|| self.refuse(format!("no key `{id}`")))
    }

    fn model(&self, name: &str) -> Option<ModelIx> {
        self.state.models().get(name)
    }

    fn known(&self, id: &ReservationId) -> Result<&Reservation, Error> {
        self.state.reservation_at(id, self.at).ok_or_else(|| self.refuse(format!("no reservation `{id}`")))
    }

    /// A reservation that is where an event takes it from.
    fn left(&self, id: &ReservationId, from: From) -> Result<&Reservation, Error> {
        let reservation = self.known(id)?;
        match (from, &reservation.status) {
            (From::Held, Status::Held) | (From::Assumed, Status::Assumed) | (From::Voided, Status::Voided(_)) => {
                Ok(reservation)
            }
            _ => Err(self.refuse(format!("reservation `{id}` is not `{}`", from.as_str()))),
        }
    }

    /// Members, projects, accounts and keys never go from the directory: what a change names of them must be there.
    fn named(&self, change: &Change) -> Result<(), Error> {
        let directory = &self.state.directory;
        let there = |noun: &str, id: &str, is_there: bool| match is_there {
            true => Ok(()),
            false => Err(self.refuse(format!("no {noun} `{id}`"))),
        };
        let member = |id: &str| there("member", id, directory.member_by_id(id).is_some());
        let project = |id: &str| there("project", id, directory.project_by_id(id).is_some());
        let scope = |scope: &Scope| match scope {
            Scope::Organization => Ok(()),
            Scope::Project(id) => project(id.as_str()),
            Scope::Member(id) => member(id.as_str()),
            Scope::Key(id) => self.key(id).map(|_| ()),
        };
        match change {
            Change::Project(set) => set.project.members.iter().try_for_each(|bound| member(bound.member.as_str())),
            Change::ServiceAccount(set) => project(set.service_account.project.as_str()),
            Change::Key(set) => {
                match &set.key.owner {
                    Owner::Member(id) => member(id.as_str())?,
                    Owner::ServiceAccount(id) => {
                        let id = id.as_str();
                        there("service account", id, directory.service_account_by_id(id).is_some())?;
                    }
                }
                set.key.project.iter().try_for_each(|id| project(id.as_str()))
            }
            Change::Limit(set) => scope(&set.limit.scope),
            Change::Budget(set) => scope(&set.budget.scope),
            _ => Ok(()),
        }
    }

    fn kind(&self, body: EventBody) -> Result<EventKind, Error> {
        Ok(match body {
            EventBody::Reserved(form) => EventKind::Reserved(self.reserved(&form)?),
            EventBody::Settled(form) => EventKind::Settled(self.settled(*form)?),
            EventBody::Voided(form) => {
                self.left(&form.reservation, form.from)?;
                EventKind::Voided { reservation: form.reservation, from: form.from }
            }
            EventBody::Expired(form) => {
                self.left(&form.reservation, From::Held)?;
                EventKind::Expired { reservation: form.reservation }
            }
            EventBody::Adjusted(form) => {
                let id = form.reservation;
                match &self.known(&id)?.status {
                    Status::Settled(charged) if charged.charge == form.from_usd => {}
                    _ => return Err(self.refuse(format!("reservation `{id}` is not settled at `{}`", form.from_usd))),
                }
                EventKind::Adjusted(Box::new(Adjusted {
                    reservation: form.reservation,
                    actor: form.actor,
                    from: form.from_usd,
                    to: form.to_usd,
                    reason: form.reason,
                }))
            }
            EventBody::Counted(form) => {
                EventKind::Counted { key: self.key(&form.key)?, limits: self.limits(&form.limits)? }
            }
            EventBody::AlertFired(form) => EventKind::AlertFired(self.alert(form.alert)?),
            EventBody::AlertResolved(form) => EventKind::AlertResolved(self.alert(form.alert)?),
            EventBody::ClockAdvanced(form) => EventKind::ClockAdvanced(Box::new(form.actor)),
            EventBody::Denied(form) => EventKind::Denied(form),
            EventBody::Heartbeat(_) => EventKind::Heartbeat,
            EventBody::Configured(form) => {
                let ConfiguredForm { actor, source, change } = *form;
                self.named(&change)?;
                EventKind::Configured(Box::new(Configured { actor, source, change }))
            }
        })
    }

    fn reserved(&self, form: &ReservedForm) -> Result<Reserved, Error> {
        if self.state.reservation_at(&form.reservation, self.at).is_some() {
            return Err(self.refuse(format!("reservation `{}` is made twice", form.reservation)));
        }
        let model = self.model(&form.model).ok_or_else(|| self.refuse(format!("no model `{}`", form.model)))?;
        let book = self.state.book_by_hash(&form.price_book);
        let fallback = match &form.fallback_model {
            None => None,
            Some(name) => Some(self.model(name).ok_or_else(|| self.refuse(format!("no model `{name}`")))?),
        };
        Ok(Reserved {
            id: form.reservation,
            asked: Asked {
                key: self.key(&form.key)?,
                model,
                request: RequestShape::from(&form.request),
                estimate_input: form.estimate.input_tokens.unsigned(),
                estimate_cache_read: form.estimate.cache_read_tokens.unsigned(),
                timeout_ms: form.timeout_ms.get(),
            },
            book: book.ok_or_else(|| self.refuse(format!("no price book `{}`", form.price_book)))?,
            fallback,
            hold: form.hold_usd,
            hold_output: form.hold_output_usd,
            deadline: form.deadline_ms.into(),
            pins: Pins {
                limits: self.limits(&form.limits)?,
                budgets: form.budgets.iter().map(|id| self.budget(id)).collect::<Result<_, _>>()?,
            },
        })
    }

    fn settled(&self, form: SettledEventForm) -> Result<Settled, Error> {
        let reservation = self.left(&form.reservation, form.from)?;
        self.charged(reservation, &form)?;
        let usage = match form.usage {
            KnownUsageForm::Final(parts) => KnownUsage::Final(self.parts(&form.reservation, &parts)?),
            KnownUsageForm::Partial(parts) => KnownUsage::Partial(self.parts(&form.reservation, &parts)?),
            KnownUsageForm::Unknown(_) => KnownUsage::Unknown,
        };
        let time = form.code_execution.map_or_else(CountedTime::default, |time| CountedTime {
            billed_ms: time.billed_ms.unsigned(),
            free_ms: time.free_ms.unsigned(),
        });
        if time.free_ms > time.billed_ms {
            return Err(self.refuse(format!("reservation `{}` has more free time than time", form.reservation)));
        }
        Ok(Settled {
            reservation: form.reservation,
            settlement: Settlement {
                usage,
                from: form.from,
                charge: form.charge_usd,
                overrun: form.overrun_usd,
                estimated: form.estimated,
                unpriced: form.unpriced,
                time,
            },
            counted: Counts {
                input: form.counted.input_tokens.unsigned(),
                cache_read: form.counted.cache_read_tokens.unsigned(),
                output: form.counted.output_tokens.unsigned(),
                cost: form.charge_usd,
            },
        })
    }

    /// What a charge says of itself: what was used is not priced anew, but there is no less than was held for what nobody knows, and the
    /// overrun is what is beyond the hold.
    fn charged(&self, reservation: &Reservation, form: &SettledEventForm) -> Result<(), Error> {
        let (charge, hold) = (form.charge_usd, reservation.hold);
        let overrun = match form.from {
            From::Held | From::Assumed => (charge - hold).or_zero(),
            From::Voided => charge,
        };
        let least = match form.usage {
            KnownUsageForm::Final(_) if !form.unpriced => Money::ZERO,
            KnownUsageForm::Partial(_) if !form.unpriced => reservation.hold_output,
            _ => hold,
        };
        if charge < least || overrun != form.overrun_usd {
            return Err(self.refuse(format!("reservation `{}` is not charged `{charge}` by this", form.reservation)));
        }
        Ok(())
    }

    fn parts(&self, reservation: &ReservationId, form: &PartsForm) -> Result<Parts, Error> {
        form.parts.iter().map(|part| self.part(reservation, part)).collect()
    }

    /// The model of a name, where the reservation's book prices it. Another book may have it all the same.
    fn priced_model(&self, reservation: &ReservationId, name: &str) -> Option<ModelIx> {
        let model = self.model(name)?;
        let reservation = self.state.reservation_at(reservation, self.at)?;
        let priced = self.state.book_at(reservation.book).is_some_and(|book| book.by_model(model).is_some());
        (priced || reservation.asked.model == model).then_some(model)
    }

    fn part(&self, reservation: &ReservationId, form: &PartForm) -> Result<UsagePart, Error> {
        let name = form.model.as_deref().unwrap_or_default();
        let (Some(speed), Some(inference_geo), Some(service_tier)) =
            (form.speed, form.inference_geo, form.service_tier)
        else {
            return Err(self.refuse("a part of its usage lacks its context".to_owned()));
        };
        Ok(UsagePart {
            model: self
                .priced_model(reservation, name)
                .map_or_else(|| PartModel::Unknown(name.into()), PartModel::Known),
            usage: form.usage.clone(),
            context: PriceContext { speed, inference_geo, service_tier },
        })
    }

    fn alert(&self, form: AlertForm) -> Result<Alert, Error> {
        Ok(match form {
            AlertForm::BudgetThreshold(form) => {
                let budget = self.budget(&form.budget)?;
                let known = self.state.budgets.get(budget);
                let index = known.and_then(|known| {
                    known
                        .all_thresholds()
                        .find(|threshold| threshold.percent == form.percent.get())
                        .map(|threshold| threshold.index)
                });
                Alert::BudgetThreshold {
                    budget,
                    // A threshold that was taken away while its alert was active only resolves.
                    index: index.unwrap_or(u32::MAX),
                    percent: form.percent.get(),
                    window_start: form.window_start_ms.into(),
                    cap_revision: u32::try_from(form.cap_revision.get()).unwrap_or(u32::MAX),
                    cap: form.cap_usd,
                    committed: form.committed_usd,
                }
            }
            AlertForm::LimitHit(form) => Alert::LimitHit { limit: self.limit(&form.limit)? },
            AlertForm::Overrun(form) => Alert::Overrun { reservation: form.reservation, overrun: form.overrun_usd },
            AlertForm::Unpriced(form) => Alert::Unpriced { reservation: form.reservation },
        })
    }
}
