//! Prices: a price book holds rate cards, a card holds dated rates, and usage or a request's shape is priced by them.
//!
//! Everything is exact. A rate is a whole number of units of 10^-18 USD a token in every context that a card can be
//! used in (loading a book proves it), so a charge is a sum of integer products.

mod book;
mod card;
mod card_form;
mod charge;
mod class;
mod container_time;
pub mod import;
mod models;
mod pattern;
mod priced;
mod quote;
mod rate;
mod request;
mod usage;
pub mod usage_object;

pub use book::{Book, BookForm, CLAUDE, Matched};
pub use card::{Card, CardVersion, Tier, Tiers};
pub use card_form::{
    CardForm, CardVersionForm, ContextForm, HoursForm, ModifierForm, PromptLength, TierForm, TierKind, TierStart,
};
pub use charge::{Line, UnpricedReason, charge, charge_beyond, lines};
pub use class::{Side, Unit, UsageClass};
pub use container_time::{CodeExecutionForm, ContainerMs, ContainerTime, CountedTime};
pub use models::{Models, is_model_name};
pub use pattern::Pattern;
pub(crate) use priced::context_of;
pub use priced::{Found, Priced, PricedPart, Unpriced, price};
pub use quote::{Quote, Unquotable, quote};
pub use rate::{Multiplier, Rate, RateTable, Rates, RatesPerMtok, RatesPerUnit};
pub use request::{CacheWrite, InputSize, InputSizeForm, RequestForm, RequestShape};
pub use usage::{InferenceGeo, LARGEST_COUNT, PriceContext, ServiceTier, Speed, Usage};
