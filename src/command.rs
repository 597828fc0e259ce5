//! What comes in.

use crate::{
    audit::DenialsForm,
    change::Change,
    directory::Principal,
    id::{KeyIx, ModelIx, ReservationId, SecretDigest},
    money::Money,
    policy::Policy,
    price::{
        CacheWrite, CardVersion, InferenceGeo, PriceContext, RateTable, RequestShape, ServiceTier, Speed, Usage,
        UsageClass,
    },
    short::Short,
    time::Timestamp,
};

/// How a caller proves who it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Credential<'a> {
    /// A key's id, where the host has authenticated the caller by itself.
    Id(&'a str),
    /// The SHA-256 of the secret that the caller presented.
    Secret(SecretDigest),
    /// A key's handle, for hosts that keep their own map from id to handle.
    Handle(KeyIx),
}

/// A model as the request names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ModelName<'a> {
    /// By name or alias.
    Name(&'a str),
    /// By handle.
    Handle(ModelIx),
}

impl<'a> core::convert::From<&'a str> for ModelName<'a> {
    fn from(name: &'a str) -> Self {
        Self::Name(name)
    }
}

/// Asks whether a request may be sent, and reserves for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Admit<'a> {
    /// The reservation's id, made by the gateway.
    pub reservation: ReservationId,
    /// Who asks.
    pub credential: Credential<'a>,
    /// The model.
    pub model: ModelName<'a>,
    /// Everything that bounds what the request can cost.
    pub request: RequestShape,
    /// Input tokens without cache reads as estimated for limits, at most 10^12; `None`: from the request's size.
    pub estimate_input: Option<u64>,
    /// Cache reads as estimated for limits, at most 10^12.
    pub estimate_cache_read: u64,
    /// How long the hold stays open; `None`: as long as the settings say, which is also the most.
    pub timeout_ms: Option<i64>,
}

impl<'a> Admit<'a> {
    /// An admission with estimates and time-out by default.
    pub fn new(
        reservation: ReservationId,
        credential: Credential<'a>,
        model: impl Into<ModelName<'a>>,
        request: RequestShape,
    ) -> Self {
        Self {
            reservation,
            credential,
            model: model.into(),
            request,
            estimate_input: None,
            estimate_cache_read: 0,
            timeout_ms: None,
        }
    }
}

/// Cache writes of which a provider does not tell how long they live.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnsplitWrites {
    /// How many tokens.
    pub count: u64,
    /// The class that they are of, unless the request asked for longer.
    pub short: UsageClass,
    /// The class that they are of where it did.
    pub long: UsageClass,
}

impl UnsplitWrites {
    /// Counts them as the request asked for. Where it asked for any, they are of the longer class that `rates` price; without
    /// rates, of the longer one.
    pub fn add_to(&self, usage: &mut Usage, asked: CacheWrite, rates: Option<&RateTable>) {
        let is_long = match asked {
            CacheWrite::OneHour | CacheWrite::TwelveHours => true,
            CacheWrite::None | CacheWrite::FiveMinutes | CacheWrite::ThirtyMinutes => false,
            CacheWrite::Any => rates.is_none_or(|rates| rates.get(self.long).units().is_some()),
        };
        let class = if is_long { self.long } else { self.short };
        usage.set(class, usage.count(class).saturating_add(self.count));
    }
}

/// One model's share of a usage as it is given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GivenPart {
    /// The model; `None`: the reservation's.
    pub model: Option<Box<str>>,
    /// The counts, each at most 10^12.
    pub usage: Usage,
    /// Cache writes beside them whose time to live is not said; as the request asked.
    pub unsplit_writes: Option<UnsplitWrites>,
    /// Whether it is one model call as its provider answered it: one request, where a request has a fee and the counts have none.
    pub is_call: bool,
    /// Whether a container ran for a time that is not known: it counts as the most that the request permitted.
    pub unseen_time: bool,
    /// Speed; `None`: as admitted.
    pub speed: Option<Speed>,
    /// Inference geography; `None`: as admitted.
    pub inference_geo: Option<InferenceGeo>,
    /// Service tier; `None`: as admitted.
    pub service_tier: Option<ServiceTier>,
}

/// A usage as it is given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GivenUsage {
    /// All of it, in 1 to 64 parts.
    Final(Short<GivenPart, 1>),
    /// Its input side; no part counts output.
    Partial(Short<GivenPart, 1>),
    /// Nothing is known.
    Unknown,
}

impl GivenPart {
    /// The counts as a card's version bills them in a context: with writes of an unknown time to live as the request asked for,
    /// and with the request itself, where it is to be counted and has a fee.
    #[must_use]
    pub fn counted(&self, asked: CacheWrite, version: Option<&CardVersion>, context: PriceContext) -> Usage {
        let mut usage = self.usage.clone();
        if self.unsplit_writes.is_none() && !self.is_call {
            return usage;
        }
        let unsplit = self.unsplit_writes.map_or(0, |writes| writes.count);
        let prompt = usage.prompt().saturating_add(unsplit);
        let rates = version.and_then(|version| version.rates(context, prompt));
        if let Some(writes) = self.unsplit_writes {
            writes.add_to(&mut usage, asked, rates);
        }
        if let Some(rates) = rates.filter(|_| self.is_call) {
            rates.count_request(&mut usage);
        }
        usage
    }
}

impl GivenUsage {
    /// The whole usage of the reservation's own model, as admitted.
    #[must_use]
    pub fn of(usage: Usage) -> Self {
        Self::Final(Short::from([GivenPart { usage, ..GivenPart::default() }]))
    }
}

/// Changes what is configured, all of it or nothing.
#[derive(Clone, Debug, PartialEq)]
pub struct Manage {
    /// Who changes it.
    pub actor: Principal,
    /// From where, as the host saw it.
    pub source: Option<String>,
    /// 1 to 100 changes, of as many things.
    pub changes: Vec<ManagedChange>,
}

/// One change of a command.
#[derive(Clone, Debug, PartialEq)]
pub struct ManagedChange {
    /// The change.
    pub change: Change,
    /// The revision that the actor has seen: 0 where there was nothing. `None`: whatever it is.
    pub revision: Option<u64>,
}

impl Command<'_> {
    /// Whether what it does is an entry of the audit log.
    #[must_use]
    pub const fn is_audited(&self) -> bool {
        match self {
            Self::Adjust { .. }
            | Self::AdvanceClock { .. }
            | Self::Manage(_)
            | Self::RecordDenials(_)
            | Self::UpdatePolicy { .. } => true,
            Self::Admit(_) | Self::Settle { .. } | Self::Void { .. } | Self::Expire | Self::CountTokens { .. } => false,
        }
    }
}

/// Everything that changes the state.
#[derive(Clone, Debug, PartialEq)]
pub enum Command<'a> {
    /// Admits a request.
    Admit(Admit<'a>),
    /// Charges a reservation.
    Settle {
        /// The reservation.
        reservation: ReservationId,
        /// What was used.
        usage: GivenUsage,
    },
    /// Gives a reservation back: the request never reached the model.
    Void {
        /// The reservation.
        reservation: ReservationId,
    },
    /// Applies what is due.
    Expire,
    /// Counts tokens.
    CountTokens {
        /// Who asks.
        credential: Credential<'a>,
        /// The model.
        model: ModelName<'a>,
    },
    /// Corrects the charge of a settled reservation.
    Adjust {
        /// Who corrects it.
        actor: Principal,
        /// The reservation.
        reservation: ReservationId,
        /// The right charge.
        charge: Money,
        /// Why.
        reason: String,
    },
    /// Accepts a clock that jumped.
    AdvanceClock {
        /// Who accepts it.
        actor: Principal,
        /// The latest instant that the actor accepts.
        to: Timestamp,
    },
    /// Changes what is configured.
    Manage(Box<Manage>),
    /// Remembers denials that the host has counted.
    RecordDenials(Vec<DenialsForm>),
    /// Replaces the policy by difference.
    UpdatePolicy {
        /// Who replaces it.
        actor: Principal,
        /// The new policy.
        policy: Box<Policy>,
    },
}
