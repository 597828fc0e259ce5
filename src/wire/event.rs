//! Events as JSON: the log's lines.

use super::{Count, Nothing, PartForm, PartsForm, count, to_text};
use crate::{
    alert::Alert,
    audit::DenialsForm,
    change::Change,
    directory::Principal,
    event::{Event, EventKind, Reserved, Settled, VERSION},
    form::{Definitions, Fields, Form, Int, Json, ObjectForm, Path, Problems, Writer},
    id::{BudgetId, BudgetIx, KeyId, KeyIx, LimitId, LimitIx, ReservationId, SecretDigest},
    money::Money,
    price::{CountedTime, RequestForm},
    reservation::{From, KnownUsage, PartModel, Parts, UsagePart},
    state::State,
    time::Millis,
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
        /// From where, as the host saw it.
        source: Option<String> = None,
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
        /// A principal was denied.
        "denied" => Denied(Box<DenialsForm>),
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
    pub(super) at_ms: Millis,
    pub(super) body: EventBody,
}

impl Form for EventForm {
    fn read(json: &Json, path: &Path<'_>, problems: &mut Problems) -> Self {
        let mut fields = Fields::of(json, path, problems).without(&["v", "at_ms"]);
        Self { v: fields.required("v"), at_ms: fields.required("at_ms"), body: EventBody::read_fields(&mut fields) }
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
        EventKind::Denied(denials) => EventBody::Denied(denials.clone()),
        EventKind::Heartbeat => EventBody::Heartbeat(Nothing {}),
        EventKind::Configured(configured) => EventBody::Configured(Box::new(ConfiguredForm {
            actor: configured.actor.clone(),
            source: configured.source.clone(),
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
