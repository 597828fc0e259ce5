//! A reservation: what was asked, what is held for it, where it is posted, and where it stands.

mod table;

pub use self::table::Reservations;
use crate::{
    id::{BookIx, BudgetIx, KeyIx, LimitIx, ModelIx, ReservationId},
    limit::Counts,
    money::Money,
    pack::{Pack, Packed, pack_number},
    price::{CountedTime, InputSize, PriceContext, RequestShape, Usage, UsageClass},
    short::{self, Short},
    time::Timestamp,
};

/// Which model a part of a usage names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PartModel {
    /// A model of the reservation's book.
    Known(ModelIx),
    /// A name that the book lacks.
    Unknown(Box<str>),
}

crate::packed!(enum PartModel { Known(model), 1 => Unknown(name) });

/// One model's share of a usage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsagePart {
    /// The model.
    pub model: PartModel,
    /// The counts.
    pub usage: Usage,
    /// The context.
    pub context: PriceContext,
}

crate::packed!(struct UsagePart { model, usage, context });
crate::packed!(struct PriceContext { speed, inference_geo, service_tier });

impl Pack for UsageClass {
    fn pack(&self, out: &mut Vec<u8>) {
        pack_number(self.at(), out);
    }

    fn unpack(from: &mut Packed<'_>) -> Self {
        from.one_of(Self::ALL, Self::Input)
    }
}

/// The classes that have a field of their own are always there; all others where they are counted.
const FIELDS: usize = 6;

impl Pack for Usage {
    fn pack(&self, out: &mut Vec<u8>) {
        for class in UsageClass::ALL.iter().take(FIELDS) {
            self.count(*class).pack(out);
        }
        let more: Vec<_> = self.counts().filter(|(class, _)| class.at() >= FIELDS).collect();
        (!more.is_empty()).then_some(more).pack(out);
    }

    fn unpack(from: &mut Packed<'_>) -> Self {
        let mut usage = Self::default();
        for class in UsageClass::ALL.iter().take(FIELDS) {
            usage.set(*class, Pack::unpack(from));
        }
        let more: Option<Vec<(UsageClass, u64)>> = Pack::unpack(from);
        for (class, count) in more.unwrap_or_default() {
            usage.set(class, count);
        }
        usage
    }
}

/// Parts of a usage; one inline.
pub type Parts = Short<UsagePart, 1>;

/// How much of a usage is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KnownUsage {
    /// All of it.
    Final(Parts),
    /// Its input side.
    Partial(Parts),
    /// Nothing.
    Unknown,
}

crate::packed!(enum KnownUsage { Final(parts), 1 => Partial(parts), 2 => Unknown });

impl KnownUsage {
    /// The parts that are known.
    #[must_use]
    pub fn parts(&self) -> &[UsagePart] {
        match self {
            Self::Final(parts) | Self::Partial(parts) => parts,
            Self::Unknown => &[],
        }
    }
}

crate::names! {
    /// What a settlement or a void replaced.
    pub enum From {
        /// An open hold.
        Held = "held",
        /// An assumed charge: the message came late.
        Assumed = "assumed",
        /// Nothing: the hold had been given back.
        Voided = "voided",
    }
}

/// What a settlement came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settlement {
    /// The usage that it was made from.
    pub usage: KnownUsage,
    /// What it replaced.
    pub from: From,
    /// The charge.
    pub charge: Money,
    /// How far the charge exceeds the hold.
    pub overrun: Money,
    /// Whether a part of the charge is the hold's, since the usage was not known.
    pub estimated: bool,
    /// Whether a part had no price.
    pub unpriced: bool,
    /// The container time that it was made from, and how much of it was free.
    pub time: CountedTime,
}

/// What is remembered of a settlement: enough to answer a repetition, and to correct the charge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Charged {
    /// The charge, as it was last corrected.
    pub charge: Money,
    /// How far the charge of the settlement exceeded the hold.
    pub overrun: Money,
    /// What the settlement replaced.
    pub from: From,
    /// Whether a part of the charge is the hold's, since the usage was not known.
    pub estimated: bool,
    /// Whether a part had no price, and nobody corrected it.
    pub unpriced: bool,
    // The usage as bytes, which take a third of the room: it is only ever compared.
    usage: Short<u8, 24>,
}

crate::packed!(struct Charged { charge, overrun, from, estimated, unpriced, usage });

impl Charged {
    /// What is remembered of a settlement.
    #[must_use]
    pub fn of(settlement: &Settlement) -> Self {
        Self {
            charge: settlement.charge,
            overrun: settlement.overrun,
            from: settlement.from,
            estimated: settlement.estimated,
            unpriced: settlement.unpriced,
            usage: compact(&settlement.usage),
        }
    }

    /// Whether it was made from this usage.
    #[must_use]
    pub fn is_of(&self, usage: &KnownUsage) -> bool {
        self.usage == compact(usage)
    }
}

fn compact(usage: &KnownUsage) -> Short<u8, 24> {
    crate::short::of(crate::pack::pack(usage))
}

/// Where a reservation stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Status {
    /// Open.
    Held,
    /// Its deadline passed; the whole hold is an assumed charge.
    Assumed,
    /// Given back; what it replaced.
    Voided(From),
    /// Charged.
    Settled(Charged),
}

crate::packed!(enum Status { Held, 1 => Assumed, 2 => Voided(from), 3 => Settled(charged) });

/// What an admission asked for, to recognise a repetition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The key.
    pub key: KeyIx,
    /// The model whose card it is priced by.
    pub model: ModelIx,
    /// The shape of the request.
    pub request: RequestShape,
    /// Input tokens as estimated for limits, without cache reads.
    pub estimate_input: u64,
    /// Cache reads as estimated for limits.
    pub estimate_cache_read: u64,
    /// How long the hold stays open.
    pub timeout_ms: i64,
}

crate::packed!(enum InputSize { Tokens(count), 1 => Bytes(count) });
crate::packed!(
    struct RequestShape {
        input,
        max_tokens,
        images,
        web_searches,
        iterations,
        tools,
        external_input,
        cache_write,
        speed,
        inference_geo,
        service_tier,
        code_execution_ms,
    }
);
crate::packed!(struct Asked { key, model, request, estimate_input, estimate_cache_read, timeout_ms });

/// Limits and budgets that an admission was posted to, and every later step is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pins {
    /// Limits in the order organization, project, member, key, then id.
    pub limits: Short<LimitIx, 10>,
    /// Budgets in the same order.
    pub budgets: Short<BudgetIx, 4>,
}

crate::packed!(struct Pins { limits, budgets });

impl Pins {
    /// The same pins, copied at once where they stand inline.
    #[must_use]
    pub(crate) fn copied(&self) -> Self {
        Self { limits: short::copied(&self.limits), budgets: short::copied(&self.budgets) }
    }
}

/// The handle of a fallback model, or none, in the room of a handle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fallback(u32);

crate::packed!(struct Fallback(_));

impl Fallback {
    const NONE: u32 = u32::MAX;

    /// The fallback model of an admission.
    #[must_use]
    pub fn of(model: Option<ModelIx>) -> Self {
        Self(model.map_or(Self::NONE, |model| model.0))
    }

    /// The model, if there is one.
    #[must_use]
    pub fn model(self) -> Option<ModelIx> {
        (self.0 != Self::NONE).then_some(ModelIx(self.0))
    }
}

/// A reservation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reservation {
    /// Its id.
    pub id: ReservationId,
    /// What was asked.
    pub asked: Asked,
    /// The book that prices it.
    pub book: BookIx,
    /// The model whose card prices models that the book lacks, as the settings were.
    pub fallback: Fallback,
    /// When it was admitted; prices and windows are those of this instant.
    pub admitted_at: Timestamp,
    /// When its hold becomes an assumed charge.
    pub deadline: Timestamp,
    /// The hold.
    pub hold: Money,
    /// The hold's part for output.
    pub hold_output: Money,
    /// Where it is posted.
    pub pins: Pins,
    /// Where it stands.
    pub status: Status,
    /// When it was closed; the deadline while it is open.
    pub closed_at: Timestamp,
    // Which reservation of its place it is: a place is used again when what stood there is forgotten.
    pub(crate) number: u32,
}

crate::packed!(
    struct Reservation {
        id,
        asked,
        book,
        fallback,
        admitted_at,
        deadline,
        hold,
        hold_output,
        pins,
        status,
        closed_at,
    } and { number: 0 }
);

impl Reservation {
    /// What limits counted at admission.
    #[must_use]
    pub fn reserved_counts(&self) -> Counts {
        reserved_counts(&self.asked, self.hold)
    }

    /// Whether it is open.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.status == Status::Held
    }
}

/// What limits count at admission.
#[must_use]
pub(crate) fn reserved_counts(asked: &Asked, hold: Money) -> Counts {
    Counts {
        input: asked.estimate_input,
        cache_read: asked.estimate_cache_read,
        output: asked.request.output_bound(),
        cost: hold,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The documentation of `max_reservations` tells what a reservation takes; the rest is tables of a few words each.
    #[cfg(target_pointer_width = "64")]
    #[test]
    fn a_reservation_stays_small() {
        assert_eq!(size_of::<Option<Reservation>>(), 336);
    }
}
