//! Events as JSON: the log's lines.

use super::{Count, Nothing, PartForm, PartsForm, count, to_text};
use crate::{
    alert::Alert,
    directory::Principal,
    error::{Error, ErrorKind},
    event::{Adjusted, Change, Configured, Event, EventKind, Reserved, Settled, VERSION},
    form::{Definitions, Fields, Form, Int, Json, ObjectForm, Path, Problems, Writer},
    id::{BudgetId, BudgetIx, KeyId, KeyIx, LimitId, LimitIx, ModelIx, ReservationId, SecretDigest},
    limit::Counts,
    money::Money,
    price::{CountedTime, PriceContext, RequestForm, RequestShape},
    reservation::{Asked, From, KnownUsage, PartModel, Parts, Pins, Settlement, UsagePart},
    state::State,
    time::{Millis, Timestamp},
};

crate::object! {
    /// What limits counted, or will.
    pub struct EstimatedForm {
        /// Input tokens without cache reads.
        input_tokens: Count,
        /// Cache reads.
        cache_read_tokens: Count,
    }

    /// A request was admitted.
    pub struct ReservedForm {
        /// The reservation.
        reservation: ReservationId,
        /// The key.
        key: KeyId,
        /// The model whose card prices it.
        model: String,
        /// The shape of the request.
        request: RequestForm,
        /// What limits counted.
        estimate: EstimatedForm,
        /// How long the hold stays open.
        timeout_ms: Count,
        /// The hold.
        hold_usd: Money,
        /// The hold's part for output.
        hold_output_usd: Money,
        /// The most output.
        output_bound_tokens: Count,
        /// When the hold becomes an assumed charge.
        deadline_ms: Millis,
        /// The hash of the price book.
        price_book: SecretDigest,
        /// The model whose card prices models that the book lacks; null: none.
        fallback_model: Option<String>,
        /// The limits that it is posted to.
        limits: Vec<LimitId>,
        /// The budgets that it is posted to.
        budgets: Vec<BudgetId>,
    }
}

crate::tagged! {
    /// A usage with everything filled in.
    pub enum KnownUsageForm {
        /// All of it.
        "final" => Final(PartsForm),
        /// Its input side.
        "partial" => Partial(PartsForm),
        /// Nothing.
        "unknown" => Unknown(Nothing),
    }
}

crate::object! {
    /// What limits counted of a settlement.
    pub struct CountedTokensForm {
        /// Input tokens without cache reads.
        input_tokens: Count,
        /// Cache reads.
        cache_read_tokens: Count,
        /// Output tokens.
        output_tokens: Count,
    }

    /// The container time of a settlement.
    pub struct CountedTimeForm {
        /// What is billed, each container at its minimum at least.
        billed_ms: Count,
        /// The part of it that costs nothing.
        free_ms: Count,
    }

    /// A reservation was charged.
    pub struct SettledEventForm {
        /// The reservation.
        reservation: ReservationId,
        /// What the settlement replaced.
        from: From,
        /// The usage.
        usage: KnownUsageForm,
        /// The charge.
        charge_usd: Money,
        /// How far it exceeds the hold.
        overrun_usd: Money,
        /// Whether a part of it is the hold's.
        estimated: bool,
        /// Whether a part of it had no price.
        unpriced: bool,
        /// The container time that was counted; null: none.
        code_execution: Option<CountedTimeForm> = None,
        /// What limits counted.
        counted: CountedTokensForm,
    }

    /// A reservation was given back.
    pub struct VoidedEventForm {
        /// The reservation.
        reservation: ReservationId,
        /// What the void replaced.
        from: From,
    }

    /// A hold became an assumed charge.
    pub struct ExpiredEventForm {
        /// The reservation.
        reservation: ReservationId,
    }

    /// A charge was corrected.
    pub struct AdjustedEventForm {
        /// The reservation.
        reservation: ReservationId,
        /// Who corrected it.
        actor: Principal,
        /// The charge before.
        from_usd: Money,
        /// The charge after.
        to_usd: Money,
        /// Why.
        reason: String,
    }

    /// Tokens were counted.
    pub struct CountedEventForm {
        /// The key.
        key: KeyId,
        /// The limits that it was debited from.
        limits: Vec<LimitId>,
    }

    /// `settled + assumed` of a window reached a part of the cap.
    pub struct BudgetThresholdForm {
        /// The budget.
        budget: BudgetId,
        /// In percent of the cap.
        percent: Count,
        /// Start of the window.
        window_start_ms: Millis,
        /// The revision of the cap that it fired at.
        cap_revision: Count,
        /// The cap in force now.
        cap_usd: Money,
        /// `settled + assumed` now.
        committed_usd: Money,
    }

    /// A limit refused an admission, or in shadow would have.
    pub struct LimitHitForm {
        /// The limit.
        limit: LimitId,
    }

    /// A charge exceeded its hold.
    pub struct OverrunForm {
        /// The reservation.
        reservation: ReservationId,
        /// By how much.
        overrun_usd: Money,
    }

    /// A part of a charge had no price.
    pub struct UnpricedForm {
        /// The reservation.
        reservation: ReservationId,
    }
}

crate::tagged! {
    /// What an alert is about.
    pub enum AlertForm {
        /// A budget's threshold.
        "budget_threshold" => BudgetThreshold(BudgetThresholdForm),
        /// A limit.
        "limit_hit" => LimitHit(LimitHitForm),
        /// A charge above its hold.
        "overrun" => Overrun(OverrunForm),
        /// A charge without a price.
        "unpriced" => Unpriced(UnpricedForm),
    }
}

crate::object! {
    /// Something became true, or is true no more.
    pub struct AlertEventForm {
        /// What.
        alert: AlertForm,
    }

    /// An actor accepted a clock that jumped.
    pub struct ClockAdvancedEventForm {
        /// Who.
        actor: Principal,
    }

    /// The configuration was changed.
    pub struct ConfiguredForm {
        /// Who changed it; null: it came with the policy file.
        actor: Option<Principal>,
        /// The change.
        change: Change,
    }
}

crate::tagged! {
    /// What happened.
    pub enum EventBody {
        /// A request was admitted.
        "reserved" => Reserved(Box<ReservedForm>),
        /// A reservation was charged.
        "settled" => Settled(Box<SettledEventForm>),
        /// A reservation was given back.
        "voided" => Voided(VoidedEventForm),
        /// A hold became an assumed charge.
        "expired" => Expired(ExpiredEventForm),
        /// A charge was corrected.
        "adjusted" => Adjusted(AdjustedEventForm),
        /// Tokens were counted.
        "counted" => Counted(CountedEventForm),
        /// Something became true.
        "alert_fired" => AlertFired(AlertEventForm),
        /// Something is true no more.
        "alert_resolved" => AlertResolved(AlertEventForm),
        /// An actor accepted a clock that jumped.
        "clock_advanced" => ClockAdvanced(ClockAdvancedEventForm),
        /// Nothing happened for long.
        "heartbeat" => Heartbeat(Nothing),
        /// The configuration was changed.
        "configured" => Configured(Box<ConfiguredForm>),
    }
}

/// An event: its version, its time, and what happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventForm {
    v: Int<VERSION, VERSION>,
    at_ms: Millis,
    body: EventBody,
}

impl Form for EventForm {
    fn read(json: &Json, path: &Path<'_>, problems: &mut Problems) -> Option<Self> {
        let fields = Fields::of(json, path, problems)?;
        let v = fields.required("v", path, problems);
        let at_ms = fields.required("at_ms", path, problems);
        let body = EventBody::read_fields(fields.without(&["v", "at_ms"]), path, problems);
        Some(Self { v: v?, at_ms: at_ms?, body: body? })
    }

    fn write(&self, out: &mut Writer) {
        out.begin_object();
        out.key("v");
        self.v.write(out);
        out.key("at_ms");
        self.at_ms.write(out);
        self.body.write_fields(out);
        out.end_object();
    }

    fn schema(definitions: &mut Definitions) -> serde_json::Value {
        definitions.named("EventForm", |definitions| {
            let mut schema = EventBody::object_schema(definitions);
            let choices = schema.get_mut("oneOf").and_then(|choices| choices.as_array_mut());
            for choice in choices.into_iter().flatten() {
                if let Some(properties) = choice.get_mut("properties").and_then(|properties| properties.as_object_mut())
                {
                    properties.insert("v".to_owned(), serde_json::json!({ "const": VERSION }));
                    properties.insert("at_ms".to_owned(), Millis::schema(definitions));
                }
                if let Some(required) = choice.get_mut("required").and_then(|required| required.as_array_mut()) {
                    required.splice(0..0, ["v".into(), "at_ms".into()]);
                }
            }
            schema
        })
    }
}

impl EventForm {
    /// An event with the ids of a state.
    #[must_use]
    pub fn of(state: &State, event: &Event) -> Self {
        Self { v: Int::clamped(VERSION), at_ms: event.at.into(), body: body_of(state, &event.kind) }
    }
}

fn limit_id(state: &State, limit: LimitIx) -> LimitId {
    state.limits.get(limit).map_or_else(LimitId::unknown, |limit| limit.form().id.clone())
}

fn budget_id(state: &State, budget: BudgetIx) -> BudgetId {
    state.budgets.get(budget).map_or_else(BudgetId::unknown, |budget| budget.form.id.clone())
}

fn key_id(state: &State, key: KeyIx) -> KeyId {
    state.directory.key(key).map_or_else(KeyId::unknown, |key| key.form.id.clone())
}

fn body_of(state: &State, kind: &EventKind) -> EventBody {
    match kind {
        EventKind::Reserved(reserved) => EventBody::Reserved(Box::new(reserved_form(state, reserved))),
        EventKind::Settled(settled) => EventBody::Settled(Box::new(settled_form(state, settled))),
        EventKind::Voided { reservation, from } => {
            EventBody::Voided(VoidedEventForm { reservation: *reservation, from: *from })
        }
        EventKind::Expired { reservation } => EventBody::Expired(ExpiredEventForm { reservation: *reservation }),
        EventKind::Adjusted(adjusted) => EventBody::Adjusted(AdjustedEventForm {
            reservation: adjusted.reservation,
            actor: adjusted.actor.clone(),
            from_usd: adjusted.from,
            to_usd: adjusted.to,
            reason: adjusted.reason.clone(),
        }),
        EventKind::Counted { key, limits } => EventBody::Counted(CountedEventForm {
            key: key_id(state, *key),
            limits: limits.iter().map(|limit| limit_id(state, *limit)).collect(),
        }),
        EventKind::AlertFired(alert) => EventBody::AlertFired(AlertEventForm { alert: alert_form(state, alert) }),
        EventKind::AlertResolved(alert) => EventBody::AlertResolved(AlertEventForm { alert: alert_form(state, alert) }),
        EventKind::ClockAdvanced(actor) => {
            EventBody::ClockAdvanced(ClockAdvancedEventForm { actor: (**actor).clone() })
        }
        EventKind::Heartbeat => EventBody::Heartbeat(Nothing {}),
        EventKind::Configured(configured) => EventBody::Configured(Box::new(ConfiguredForm {
            actor: configured.actor.clone(),
            change: configured.change.clone(),
        })),
    }
}

fn reserved_form(state: &State, reserved: &Reserved) -> ReservedForm {
    let asked = &reserved.asked;
    ReservedForm {
        reservation: reserved.id,
        key: key_id(state, asked.key),
        model: state.models().name(asked.model).to_owned(),
        request: RequestForm::from(&asked.request),
        estimate: EstimatedForm {
            input_tokens: count(asked.estimate_input),
            cache_read_tokens: count(asked.estimate_cache_read),
        },
        timeout_ms: Int::clamped(asked.timeout_ms),
        hold_usd: reserved.hold,
        hold_output_usd: reserved.hold_output,
        output_bound_tokens: count(asked.request.output_bound()),
        deadline_ms: reserved.deadline.into(),
        price_book: state.book_at(reserved.book).map_or(SecretDigest([0; 32]), |book| book.hash),
        fallback_model: reserved.fallback.map(|model| state.models().name(model).to_owned()),
        limits: reserved.pins.limits.iter().map(|limit| limit_id(state, *limit)).collect(),
        budgets: reserved.pins.budgets.iter().map(|budget| budget_id(state, *budget)).collect(),
    }
}

fn settled_form(state: &State, settled: &Settled) -> SettledEventForm {
    let settlement = &settled.settlement;
    SettledEventForm {
        reservation: settled.reservation,
        from: settlement.from,
        usage: match &settlement.usage {
            KnownUsage::Final(parts) => KnownUsageForm::Final(parts_form(state, parts)),
            KnownUsage::Partial(parts) => KnownUsageForm::Partial(parts_form(state, parts)),
            KnownUsage::Unknown => KnownUsageForm::Unknown(Nothing {}),
        },
        charge_usd: settlement.charge,
        overrun_usd: settlement.overrun,
        estimated: settlement.estimated,
        unpriced: settlement.unpriced,
        code_execution: (settlement.time != CountedTime::default()).then(|| CountedTimeForm {
            billed_ms: count(settlement.time.billed_ms),
            free_ms: count(settlement.time.free_ms),
        }),
        counted: CountedTokensForm {
            input_tokens: count(settled.counted.input),
            cache_read_tokens: count(settled.counted.cache_read),
            output_tokens: count(settled.counted.output),
        },
    }
}

fn parts_form(state: &State, parts: &Parts) -> PartsForm {
    let part = |part: &UsagePart| PartForm {
        model: Some(match &part.model {
            PartModel::Known(model) => state.models().name(*model).to_owned(),
            PartModel::Unknown(name) => name.to_string(),
        }),
        usage: part.usage.clone(),
        speed: Some(part.context.speed),
        inference_geo: Some(part.context.inference_geo),
        service_tier: Some(part.context.service_tier),
    };
    PartsForm { parts: parts.iter().map(part).collect() }
}

fn alert_form(state: &State, alert: &Alert) -> AlertForm {
    match alert {
        Alert::BudgetThreshold { budget, percent, window_start, cap_revision, cap, committed, .. } => {
            AlertForm::BudgetThreshold(BudgetThresholdForm {
                budget: budget_id(state, *budget),
                percent: Int::clamped(*percent),
                window_start_ms: (*window_start).into(),
                cap_revision: count((*cap_revision).into()),
                cap_usd: *cap,
                committed_usd: *committed,
            })
        }
        Alert::LimitHit { limit } => AlertForm::LimitHit(LimitHitForm { limit: limit_id(state, *limit) }),
        Alert::Overrun { reservation, overrun } => {
            AlertForm::Overrun(OverrunForm { reservation: *reservation, overrun_usd: *overrun })
        }
        Alert::Unpriced { reservation } => AlertForm::Unpriced(UnpricedForm { reservation: *reservation }),
    }
}

/// Events as a JSON list.
#[must_use]
pub fn write_events<'a>(state: &State, events: impl IntoIterator<Item = &'a Event>) -> String {
    to_text(&events.into_iter().map(|event| EventForm::of(state, event)).collect::<Vec<_>>())
}

/// The forms of a JSON list of events.
///
/// # Errors
/// [`ErrorKind::InvalidEvent`] with the path of what cannot be read.
pub fn read_events(text: &str) -> Result<Vec<EventForm>, Error> {
    let json = Json::parse(text).map_err(|error| Error::new(ErrorKind::InvalidEvent, error.message()))?;
    let mut problems = Problems::default();
    let read = Vec::<EventForm>::read(&json, &Path::Root("events"), &mut problems);
    read.filter(|_| problems.is_empty()).ok_or_else(|| {
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

    fn known(&self, id: &ReservationId) -> Result<(), Error> {
        match self.state.reservation_at(id, self.at) {
            Some(_) => Ok(()),
            None => Err(self.refuse(format!("no reservation `{id}`"))),
        }
    }

    fn kind(&self, body: EventBody) -> Result<EventKind, Error> {
        Ok(match body {
            EventBody::Reserved(form) => EventKind::Reserved(self.reserved(&form)?),
            EventBody::Settled(form) => EventKind::Settled(self.settled(*form)?),
            EventBody::Voided(form) => {
                self.known(&form.reservation)?;
                EventKind::Voided { reservation: form.reservation, from: form.from }
            }
            EventBody::Expired(form) => {
                self.known(&form.reservation)?;
                EventKind::Expired { reservation: form.reservation }
            }
            EventBody::Adjusted(form) => {
                self.known(&form.reservation)?;
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
            EventBody::Heartbeat(_) => EventKind::Heartbeat,
            EventBody::Configured(form) => {
                EventKind::Configured(Box::new(Configured { actor: form.actor, change: form.change }))
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
        self.known(&form.reservation)?;
        let usage = match form.usage {
            KnownUsageForm::Final(parts) => KnownUsage::Final(self.parts(&parts)?),
            KnownUsageForm::Partial(parts) => KnownUsage::Partial(self.parts(&parts)?),
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

    fn parts(&self, form: &PartsForm) -> Result<Parts, Error> {
        form.parts.iter().map(|part| self.part(part)).collect()
    }

    fn part(&self, form: &PartForm) -> Result<UsagePart, Error> {
        let name = form.model.as_deref().unwrap_or_default();
        let (Some(speed), Some(inference_geo), Some(service_tier)) =
            (form.speed, form.inference_geo, form.service_tier)
        else {
            return Err(self.refuse("a part of its usage lacks its context".to_owned()));
        };
        Ok(UsagePart {
            model: self.model(name).map_or_else(|| PartModel::Unknown(name.into()), PartModel::Known),
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
