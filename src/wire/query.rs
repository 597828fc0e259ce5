//! Queries as JSON: what can be read without changing anything.

use super::{
    Count, CredentialForm, Nothing,
    balances::{BalancesResult, balances},
    command::model_name,
    count,
    decision::{DenyForm, deny},
    headroom::{HeadroomResult, budget_headroom, free_time, limit_headroom},
    list::{self, ListForm, ListResult},
    price::{PriceForm, PriceResult, price_result},
};
use crate::{
    decide::{MANAGES, due, identify, known, on_path, permitted, price_now, quote_named, unmanaged, usable},
    decision::{Denial, Reason},
    directory::{Key, KeyKind, Owner, Principal, action::Action},
    error::{Error, ErrorKind},
    form::Path,
    id::{KeyId, KeyIx, MemberId, ProjectId, ReservationId, SecretDigest},
    limit::Operation,
    money::Money,
    order,
    price::{PriceContext, RequestForm, RequestShape},
    reservation::Status,
    state::State,
    time::{Millis, Timestamp},
};

crate::object! {
    /// Whether a principal may do an action.
    pub struct CanForm {
        /// Who.
        principal: Principal,
        /// What.
        action: Action,
        /// The project of the resource.
        project: Option<ProjectId> = None,
        /// The owner of the resource.
        owner: Option<Owner> = None,
    }
    /// The most that a request can cost.
    pub struct QuoteForm {
        /// The model.
        model: String,
        /// The shape of the request.
        request: RequestForm,
    }
    /// What is left on the path of a key for a model.
    pub struct HeadroomForm {
        /// Who.
        credential: CredentialForm,
        /// The model; without one, what holds for every model, and a key need only be valid to ask.
        model: Option<String> = None,
        /// Which requests the limits are of.
        operation: Operation = Operation::Messages,
    }
    /// The models that a key may use.
    pub struct ModelsForm {
        /// Who.
        credential: CredentialForm,
    }
    /// Whether a principal holds all that a member holds, so that it may let somebody in as that member.
    pub struct HoldsForm {
        /// Who.
        principal: Principal,
        /// The member.
        member: MemberId,
    }
    /// Whose a credential is.
    pub struct IdentifyForm {
        /// The credential.
        credential: CredentialForm,
    }
    /// A reservation.
    pub struct ReservationQueryForm {
        /// Which.
        reservation: ReservationId,
    }
}

crate::tagged! {
    /// Something to read.
    pub enum QueryForm {
        /// Whether a principal may do an action.
        "can" => Can(CanForm),
        /// The most that a request can cost.
        "quote" => Quote(QuoteForm),
        /// What a usage costs.
        "price" => Price(PriceForm),
        /// What is left.
        "headroom" => Headroom(HeadroomForm),
        /// The models that a key may use.
        "models" => Models(ModelsForm),
        /// Balances of everything.
        "balances" => Balances(Nothing),
        /// A reservation.
        "reservation" => Reservation(ReservationQueryForm),
        /// Whether a principal holds all that a member holds.
        "holds" => Holds(HoldsForm),
        /// Whose a credential is.
        "identify" => Identify(IdentifyForm),
        /// Where the audit log stands.
        "audit_head" => AuditHead(Nothing),
        /// Things that are configured.
        "list" => List(Box<ListForm>),
    }
}

crate::object! {
    /// Whether it may.
    pub struct CanResult {
        /// Whether it may.
        allowed: bool,
    }
    /// A quote.
    pub struct QuoteResult {
        /// The most that the request can cost.
        quote_usd: Money,
        /// The most input.
        input_bound_tokens: Count,
        /// The most output.
        output_bound_tokens: Count,
    }
    /// Why there is no price.
    pub struct UnpricedResult {
        /// Why.
        reason: Reason,
    }
    /// A model.
    pub struct ModelResult {
        /// Its name.
        model: String,
        /// The longest prompt; null: not known.
        context_window_tokens: Option<Count>,
        /// The longest output; null: not known.
        max_output_tokens: Option<Count>,
    }
    /// Models, by name.
    pub struct ModelsResult {
        /// The models.
        models: Vec<ModelResult>,
    }
    /// Whose a credential is.
    pub struct IdentityResult {
        /// The key.
        key: KeyId,
        /// What it is for.
        kind: KeyKind,
        /// To whom it belongs.
        owner: Owner,
        /// The project that it works for.
        project: Option<ProjectId>,
        /// Why it may not be used now; null: it may.
        refused: Option<Reason>,
    }
    /// Where the audit log stands.
    pub struct AuditHeadResult {
        /// How many entries there are.
        entries: Count,
        /// The hash of the last one; zeros before the first.
        hash: SecretDigest,
    }
    /// A reservation.
    pub struct ReservationResult {
        /// Which.
        reservation: ReservationId,
        /// Its key.
        key: KeyId,
        /// Its model.
        model: String,
        /// Where it stands.
        status: String,
        /// The hold as it was at admission.
        hold_usd: Money,
        /// The charge; null while there is none.
        charge_usd: Option<Money>,
        /// When the hold becomes, or became, an assumed charge.
        deadline_ms: Millis,
    }
}

crate::tagged! {
    /// What was read.
    pub enum ResultForm {
        /// Whether it may.
        "can" => Can(CanResult),
        /// A quote.
        "quote" => Quote(QuoteResult),
        /// A price.
        "price" => Price(PriceResult),
        /// Why there is no price.
        "unpriced" => Unpriced(UnpricedResult),
        /// What is left.
        "headroom" => Headroom(Box<HeadroomResult>),
        /// Models.
        "models" => Models(ModelsResult),
        /// Balances.
        "balances" => Balances(Box<BalancesResult>),
        /// A reservation.
        "reservation" => Reservation(ReservationResult),
        /// Whose a credential is.
        "identity" => Identity(IdentityResult),
        /// Where the audit log stands.
        "audit_head" => AuditHead(AuditHeadResult),
        /// Things that are configured.
        "list" => List(ListResult),
        /// A denial.
        "deny" => Deny(DenyForm),
    }
}

/// Answers a query in a state, at an instant that is not before its last event.
///
/// # Errors
/// When it names what does not exist.
pub fn answer(state: &State, query: &QueryForm, now: Timestamp) -> Result<ResultForm, Error> {
    let at = now.max(state.clock);
    match query {
        QueryForm::Can(_)
        | QueryForm::Quote(_)
        | QueryForm::Price(_)
        | QueryForm::Models(_)
        | QueryForm::Holds(_)
        | QueryForm::Identify(_)
        | QueryForm::List(_)
        | QueryForm::AuditHead(_) => read(state, query, at),
        // An answer does not depend on whether the host's timer has run.
        QueryForm::Headroom(_) | QueryForm::Balances(_) | QueryForm::Reservation(_) => {
            let due = due(state, at);
            if due.is_empty() {
                return read(state, query, at);
            }
            let mut after = state.clone();
            due.iter().for_each(|event| after.evolve(event));
            read(&after, query, at)
        }
    }
}

fn read(state: &State, query: &QueryForm, at: Timestamp) -> Result<ResultForm, Error> {
    let denied = |reason| Ok(ResultForm::Deny(deny(state, &Denial::of(reason))));
    match query {
        QueryForm::Can(form) => can(state, form, at),
        QueryForm::Quote(form) => {
            match quote_named(state, &model_name(&form.model, "query.model")?, &RequestShape::from(&form.request), at) {
                Ok(quote) => Ok(ResultForm::Quote(QuoteResult {
                    quote_usd: quote.total,
                    input_bound_tokens: count(quote.input_bound),
                    output_bound_tokens: count(quote.output_bound),
                })),
                Err(reason) => denied(reason),
            }
        }
        QueryForm::Price(form) => {
            let usage = form.usage.given(&Path::Root("query.usage"))?;
            let context = PriceContext::from(&form.context);
            Ok(match price_now(state, &form.model, &usage, context, form.at_ms.into())? {
                Ok((priced, book)) => ResultForm::Price(price_result(&priced, book)),
                Err(reason) => ResultForm::Unpriced(UnpricedResult { reason: reason.into() }),
            })
        }
        QueryForm::Headroom(form) => {
            let credential = form.credential.credential();
            let path = match &form.model {
                Some(model) => {
                    let name = model_name(model, "query.model")?;
                    let action = match form.operation {
                        Operation::Messages => Action::MessagesCreate,
                        Operation::CountTokens => Action::MessagesCountTokens,
                    };
                    permitted(state, &credential, action, Some(&name), at)
                }
                None => known(state, &credential, at),
            };
            match path {
                Ok(path) => {
                    let (limits, budgets) = on_path(state, &path, form.operation);
                    Ok(ResultForm::Headroom(Box::new(HeadroomResult {
                        limits: limits.into_iter().map(|limit| limit_headroom(&limit, at)).collect(),
                        budgets: budgets.into_iter().map(|budget| budget_headroom(budget, at)).collect(),
                        code_execution: free_time(state, at),
                    })))
                }
                Err(reason) => denied(reason),
            }
        }
        QueryForm::Models(form) => {
            match permitted(state, &form.credential.credential(), Action::ModelsRead, None, at) {
                Ok(path) => {
                    let cards = state.book().map(|(_, book)| book.cards()).unwrap_or_default();
                    let mut models: Vec<ModelResult> = cards
                        .iter()
                        .filter(|card| path.key.models.contains(card.model) && card.version_at(at).is_some())
                        .map(|card| ModelResult {
                            model: state.models().name(card.model).to_owned(),
                            context_window_tokens: card.context_window.map(count),
                            max_output_tokens: card.max_output.map(count),
                        })
                        .collect();
                    order::sort_by(&mut models, |left, right| left.model.cmp(&right.model));
                    Ok(ResultForm::Models(ModelsResult { models }))
                }
                Err(reason) => denied(reason),
            }
        }
        QueryForm::Holds(_) if !MANAGES => Err(unmanaged()),
        QueryForm::Holds(form) => {
            let member = Principal::Member(form.member.clone());
            let (holder, held) = (form.principal.clone(), member);
            match state.directory.holds_all_of(&holder, &held, at) {
                Some(allowed) => Ok(ResultForm::Can(CanResult { allowed })),
                None => Err(nobody()),
            }
        }
        QueryForm::Identify(form) => match identify(state, &form.credential.credential()) {
            Some(found) => Ok(ResultForm::Identity(identity(state, found, at))),
            None => denied(Reason::UnknownKey),
        },
        QueryForm::AuditHead(_) => {
            let message = "a snapshot does not say where the audit log stands: ask the host, which stores it";
            Err(Error::new(ErrorKind::InvalidInput, message).at("query"))
        }
        QueryForm::List(_) if !MANAGES => Err(unmanaged()),
        QueryForm::List(form) => match list::list(state, form, at)? {
            Ok(listed) => Ok(ResultForm::List(listed)),
            Err(reason) => denied(reason),
        },
        QueryForm::Balances(_) => Ok(ResultForm::Balances(Box::new(balances(state, at)))),
        QueryForm::Reservation(form) => reservation(state, &form.reservation, at),
    }
}

fn can(state: &State, form: &CanForm, at: Timestamp) -> Result<ResultForm, Error> {
    let project = match &form.project {
        None => None,
        Some(id) => Some(state.directory.project_by_id(id.as_str()).ok_or_else(|| {
            Error::new(ErrorKind::UnknownProject, format!("no project `{id}`: name one of the policy"))
                .at("query.project")
        })?),
    };
    let allowed =
        state.directory.can(&form.principal, form.action, project, form.owner.as_ref(), at).ok_or_else(nobody)?;
    Ok(ResultForm::Can(CanResult { allowed }))
}

fn nobody() -> Error {
    let message = "nobody has this id: name a member, a service account or a key of the policy";
    Error::new(ErrorKind::UnknownPrincipal, message).at("query.principal")
}

fn identity(state: &State, found: (KeyIx, &Key, Option<Timestamp>), at: Timestamp) -> IdentityResult {
    let key = found.1;
    let project = key.project().and_then(|project| state.directory.project(project));
    IdentityResult {
        key: key.form.id.clone(),
        kind: key.form.kind,
        owner: key.form.owner.clone(),
        project: project.map(|project| project.form.id.clone()),
        refused: usable(Some(found), at).err(),
    }
}

fn reservation(state: &State, id: &ReservationId, at: Timestamp) -> Result<ResultForm, Error> {
    let known = state.reservation_at(id, at).ok_or_else(|| {
        let message = format!("no reservation `{id}` is known: it was never made, or its retention has passed");
        Error::new(ErrorKind::UnknownReservation, message).at("query.reservation")
    })?;
    let (status, charge_usd) = match &known.status {
        Status::Held => ("held", None),
        Status::Assumed => ("assumed", Some(known.hold)),
        Status::Voided(_) => ("voided", None),
        Status::Settled(settlement) => ("settled", Some(settlement.charge)),
    };
    Ok(ResultForm::Reservation(ReservationResult {
        reservation: known.id,
        key: state.directory.key(known.asked.key).map_or_else(KeyId::unknown, |key| key.form.id.clone()),
        model: state.models().name(known.asked.model).to_owned(),
        status: status.to_owned(),
        hold_usd: known.hold,
        charge_usd,
        deadline_ms: known.deadline.into(),
    }))
}
