//! Commands as JSON.

use super::{Count, part::PartForm};
use crate::{
    audit::DenialsForm,
    change::Change,
    command::{Admit, Command, Credential, GivenPart, GivenUsage, Manage, ManagedChange, ModelName},
    decide::MOST_PARTS,
    directory::Principal,
    error::Error,
    form::{Int, Json, Path},
    id::{KeyId, LONGEST_MODEL, ReservationId, SecretDigest},
    money::Money,
    policy::Policy,
    price::{
        RequestForm, RequestShape, UsageClass,
        usage_object::{Api, UsageStream, normalize},
    },
    short::Short,
    time::Millis,
};

/// A count of tokens or uses.
pub type Tokens = Int<0, 1_000_000_000_000>;

crate::single! {
    /// How a caller proves who it is.
    pub enum CredentialForm {
        /// A key's id, where the host has authenticated the caller by itself.
        "key" => Key(KeyId),
        /// The SHA-256 of the whole secret.
        "secret_sha256" => Secret(SecretDigest),
    }
}

crate::object! {
    /// No fields.
    pub struct Nothing {}

    /// What limits count before the request is made.
    pub struct EstimateForm {
        /// Input tokens without cache reads; null: from the request's size.
        input_tokens: Option<Tokens> = None,
        /// Cache reads.
        cache_read_tokens: Tokens = Int::clamped(0),
    }

    /// Asks whether a request may be sent, and reserves for it.
    pub struct AdmitForm {
        /// The reservation's id, made by the gateway, never by the client.
        reservation: ReservationId,
        /// Who asks.
        credential: CredentialForm,
        /// The model.
        model: String,
        /// Everything that bounds what the request can cost.
        request: RequestForm,
        /// What limits count before the request is made.
        estimate: EstimateForm = EstimateForm { input_tokens: None, cache_read_tokens: Int::clamped(0) },
        /// How long the hold stays open; null: `reservation_timeout_ms`, which is also the most.
        timeout_ms: Option<Int<1, 86_400_000>> = None,
    }

    /// The parts of a usage.
    pub struct PartsForm {
        /// 1 to 64 parts.
        parts: Vec<PartForm>,
    }

    /// A provider's own usage object.
    pub struct ProviderForm {
        /// The model that the response names; null: the reservation's.
        model: Option<String> = None,
        /// The usage object as the response, or its stream, carries it.
        usage: Json,
        /// Whether the whole response was seen.
        complete: bool,
        /// How long each container ran; null: not known, so that it counts as the most that the request permitted.
        code_execution_ms: Vec<Option<Tokens>> = Vec::new(),
    }

    /// The events of a provider's stream.
    pub struct StreamForm {
        /// Whose they are.
        api: Api,
        /// The data of each event, in their order; those that say nothing of the usage may be left out.
        events: Vec<Json>,
    }
}

crate::tagged! {
    /// What was used.
    pub enum UsageForm {
        /// All of it.
        "final" => Final(PartsForm),
        /// Its input side; the output is charged at the hold.
        "partial" => Partial(PartsForm),
        /// Nothing is known; the hold is charged.
        "unknown" => Unknown(Nothing),
        /// Anthropic's own usage object.
        "anthropic" => Anthropic(ProviderForm),
        /// OpenAI's, of a chat completion.
        "openai_chat" => OpenaiChat(ProviderForm),
        /// OpenAI's, of a response.
        "openai_responses" => OpenaiResponses(ProviderForm),
        /// Gemini's usage metadata.
        "gemini" => Gemini(ProviderForm),
        /// The events of a stream.
        "stream" => Stream(StreamForm),
    }
}

crate::object! {
    /// Charges a reservation.
    pub struct SettleForm {
        /// The reservation.
        reservation: ReservationId,
        /// What was used.
        usage: UsageForm,
    }

    /// A reservation.
    pub struct ReservationForm {
        /// The reservation.
        reservation: ReservationId,
    }

    /// Counts tokens.
    pub struct CountTokensForm {
        /// Who asks.
        credential: CredentialForm,
        /// The model.
        model: String,
    }

    /// Corrects the charge of a settled reservation.
    pub struct AdjustForm {
        /// Who corrects it.
        actor: Principal,
        /// The reservation.
        reservation: ReservationId,
        /// The right charge.
        charge_usd: Money,
        /// Why.
        reason: String,
    }

    /// Accepts a clock that jumped.
    pub struct AdvanceClockForm {
        /// Who accepts it.
        actor: Principal,
        /// The latest instant that the actor accepts.
        to_ms: Millis,
    }

    /// One change of a command.
    pub struct ManagedChangeForm {
        /// The change. The hash of a price book may be 64 zeros: the engine knows it.
        change: Change,
        /// The revision that the actor has seen: 0 where there was nothing; null: whatever it is.
        revision: Option<Count> = None,
    }

    /// Changes what is configured, all of it or nothing.
    pub struct ManageForm {
        /// Who changes it.
        actor: Principal,
        /// From where, as the host saw it.
        source: Option<String> = None,
        /// 1 to 100 changes, of as many things.
        changes: Vec<ManagedChangeForm>,
    }

    /// Remembers denials that the host has counted.
    pub struct RecordDenialsForm {
        /// 1 to 100 of them.
        denials: Vec<DenialsForm>,
    }

    /// Replaces the policy by difference.
    pub struct UpdatePolicyForm {
        /// Who replaces it.
        actor: Principal,
        /// The new policy.
        policy: Json,
    }
}

crate::tagged! {
    /// Everything that changes the state.
    pub enum CommandForm {
        /// Admits a request.
        "admit" => Admit(AdmitForm),
        /// Charges a reservation.
        "settle" => Settle(SettleForm),
        /// Gives a reservation back.
        "void" => Void(ReservationForm),
        /// Applies what is due.
        "expire" => Expire(Nothing),
        /// Counts tokens.
        "count_tokens" => CountTokens(CountTokensForm),
        /// Corrects a charge.
        "adjust" => Adjust(AdjustForm),
        /// Accepts a clock.
        "advance_clock" => AdvanceClock(AdvanceClockForm),
        /// Changes what is configured.
        "manage" => Manage(ManageForm),
        /// Remembers denials.
        "record_denials" => RecordDenials(RecordDenialsForm),
        /// Replaces the policy.
        "update_policy" => UpdatePolicy(UpdatePolicyForm),
    }
}

impl CredentialForm {
    pub(crate) fn credential(&self) -> Credential<'_> {
        match self {
            Self::Key(id) => Credential::Id(id.as_str()),
            Self::Secret(digest) => Credential::Secret(*digest),
        }
    }
}

/// A model's name as a request gives it.
pub(crate) fn model_name<'a>(name: &'a str, path: &str) -> Result<ModelName<'a>, Error> {
    if (1..=LONGEST_MODEL).contains(&name.len()) {
        Ok(ModelName::Name(name))
    } else {
        Err(Error::invalid(format!("a model's name has 1 to {LONGEST_MODEL} bytes: shorten it")).at(path))
    }
}

impl CommandForm {
    /// The command.
    ///
    /// # Errors
    /// When a name is too long, a provider's usage contradicts itself, or a policy has problems.
    pub fn command(&self) -> Result<Command<'_>, Error> {
        Ok(match self {
            Self::Admit(form) => Command::Admit(Admit {
                reservation: form.reservation,
                credential: form.credential.credential(),
                model: model_name(&form.model, "command.model")?,
                request: RequestShape::from(&form.request),
                estimate_input: form.estimate.input_tokens.map(Int::unsigned),
                estimate_cache_read: form.estimate.cache_read_tokens.unsigned(),
                timeout_ms: form.timeout_ms.map(Int::get),
            }),
            Self::Settle(form) => Command::Settle {
                reservation: form.reservation,
                usage: form.usage.given(&Path::Root("command.usage"))?,
            },
            Self::Void(form) => Command::Void { reservation: form.reservation },
            Self::Expire(_) => Command::Expire,
            Self::CountTokens(form) => Command::CountTokens {
                credential: form.credential.credential(),
                model: model_name(&form.model, "command.model")?,
            },
            Self::Adjust(form) => Command::Adjust {
                actor: form.actor.clone(),
                reservation: form.reservation,
                charge: form.charge_usd,
                reason: form.reason.clone(),
            },
            Self::AdvanceClock(form) => Command::AdvanceClock { actor: form.actor.clone(), to: form.to_ms.into() },
            Self::Manage(form) => Command::Manage(Box::new(form.manage()?)),
            Self::RecordDenials(form) => Command::RecordDenials(form.denials.clone()),
            Self::UpdatePolicy(form) => Command::UpdatePolicy {
                actor: form.actor.clone(),
                policy: Box::new(Policy::read(&form.policy, &Path::Root("command.policy"))?),
            },
        })
    }
}

impl ManageForm {
    fn manage(&self) -> Result<Manage, Error> {
        let mut changes = Vec::with_capacity(self.changes.len());
        for (index, form) in self.changes.iter().enumerate() {
            let mut change = form.change.clone();
            if let Change::PriceBook(set) = &mut change {
                let hash = set.price_book.hash();
                if set.hash != SecretDigest([0; 32]) && set.hash != hash {
                    let message = format!("the book has the hash `{hash}`: write that, or 64 zeros");
                    return Err(Error::invalid(message).at(format!("command.changes[{index}].change.hash")));
                }
                set.hash = hash;
            }
            changes.push(ManagedChange { change, revision: form.revision.map(Int::unsigned) });
        }
        Ok(Manage { actor: self.actor.clone(), source: self.source.clone(), changes })
    }
}

/// An error whose path begins at another place.
fn moved(error: Error, from: &str, to: String) -> Error {
    let below = error.path().strip_prefix(from).unwrap_or_default();
    let path = to + below;
    error.at(path)
}

impl ProviderForm {
    fn given(&self, api: Api, path: &Path<'_>) -> Result<GivenUsage, Error> {
        let usage = path.field("usage").to_string();
        let mut given = normalize(api, self.model.as_deref(), &self.usage.to_text(), self.complete, &usage)?;
        if let GivenUsage::Final(parts) | GivenUsage::Partial(parts) = &mut given {
            for ran_ms in &self.code_execution_ms {
                let mut part = GivenPart {
                    model: self.model.as_deref().map(Into::into),
                    unseen_time: ran_ms.is_none(),
                    ..GivenPart::default()
                };
                part.usage.set(UsageClass::CodeExecution, ran_ms.map_or(0, Int::unsigned));
                parts.push(part);
            }
            if parts.len() > MOST_PARTS && !self.code_execution_ms.is_empty() {
                let message = "too many containers: write the time of those past 63 together, as that of one";
                return Err(Error::invalid(message).at(path.field("code_execution_ms").to_string()));
            }
        }
        Ok(given)
    }
}

impl UsageForm {
    /// The usage, with a provider's own object normalised.
    ///
    /// # Errors
    /// When a provider's usage cannot be read, with the path of the reason.
    pub fn given(&self, path: &Path<'_>) -> Result<GivenUsage, Error> {
        let parts = |form: &PartsForm| form.parts.iter().map(PartForm::given).collect::<Short<GivenPart, 1>>();
        match self {
            Self::Final(form) => Ok(GivenUsage::Final(parts(form))),
            Self::Partial(form) => Ok(GivenUsage::Partial(parts(form))),
            Self::Unknown(_) => Ok(GivenUsage::Unknown),
            Self::Anthropic(form) => form.given(Api::Anthropic, path),
            Self::OpenaiChat(form) => form.given(Api::OpenaiChat, path),
            Self::OpenaiResponses(form) => form.given(Api::OpenaiResponses, path),
            Self::Gemini(form) => form.given(Api::Gemini, path),
            Self::Stream(form) => {
                let mut stream = UsageStream::new(form.api);
                let list = path.field("events");
                for (index, event) in form.events.iter().enumerate() {
                    let place = || list.item(index).to_string();
                    stream.event(&event.to_text()).map_err(|error| moved(error, "event", place()))?;
                }
                stream.usage().map_err(|error| moved(error, "usage", path.to_string()))
            }
        }
    }
}
