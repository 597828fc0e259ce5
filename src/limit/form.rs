//! A limit as the policy file and the log write it.

use crate::{
    form::{Definitions, Form, Int, Json, Path, Problems, Writer, read_single},
    id::{KeyId, LimitId, MemberId, ModelClassId, ProjectId},
    money::{LARGEST, Money},
};

/// The largest rate or capacity of a meter that counts.
pub const LARGEST_COUNT: i64 = 1_000_000_000_000;

crate::names! {
    /// What a limit counts.
    pub enum Meter {
        /// Requests.
        Requests = "requests",
        /// Input tokens.
        InputTokens = "input_tokens",
        /// Output tokens.
        OutputTokens = "output_tokens",
        /// Input and output tokens.
        Tokens = "tokens",
        /// Money.
        Cost = "cost",
        /// Open holds.
        ConcurrentRequests = "concurrent_requests",
    }

    /// Which requests a limit counts.
    pub enum Operation {
        /// Requests to a model.
        Messages = "messages",
        /// Counting the tokens of a request.
        CountTokens = "count_tokens",
    }

    /// When output counts.
    pub enum OutputCounting {
        /// `max_tokens` at admission, corrected when settled.
        Reserve = "reserve",
        /// The actual count when settled; nothing is admitted while the level is not positive.
        Settle = "settle",
    }

    /// Whether a limit or a budget blocks.
    pub enum Mode {
        /// Blocks.
        Enforce = "enforce",
        /// Is counted and reported, and never blocks.
        Shadow = "shadow",
    }
}

/// What a limit or a budget covers.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// The whole organization.
    Organization,
    /// One project.
    Project(ProjectId),
    /// Every key that one member owns.
    Member(MemberId),
    /// One key.
    Key(KeyId),
}

impl Form for Scope {
    fn read(json: &Json, path: &Path<'_>, problems: &mut Problems) -> Self {
        match json {
            Json::String(text) if text == "organization" => Self::Organization,
            Json::Object(_) => {
                let (position, value) = read_single(json, &["project", "member", "key"], path, problems);
                match position {
                    0 => Self::Project(ProjectId::read(value, &path.field("project"), problems)),
                    1 => Self::Member(MemberId::read(value, &path.field("member"), problems)),
                    _ => Self::Key(KeyId::read(value, &path.field("key"), problems)),
                }
            }
            other => {
                let remedy = "write \"organization\", {\"project\": id}, {\"member\": id} or {\"key\": id}";
                problems.report(path, other, "not a scope", remedy);
                Self::Organization
            }
        }
    }

    fn write(&self, out: &mut Writer) {
        let (name, id): (&str, &dyn core::fmt::Display) = match self {
            Self::Organization => return out.quoted(&"organization"),
            Self::Project(id) => ("project", id),
            Self::Member(id) => ("member", id),
            Self::Key(id) => ("key", id),
        };
        out.begin_object();
        out.key(name);
        out.quoted(id);
        out.end_object();
    }

    fn schema(definitions: &mut Definitions) -> serde_json::Value {
        definitions.named("Scope", |definitions| {
            let one = |name: &str, inner: serde_json::Value| {
                serde_json::json!({ "type": "object", "properties": { name: inner }, "required": [name], "additionalProperties": false })
            };
            serde_json::json!({
                "description": "What a limit or a budget covers.",
                "oneOf": [
                    { "const": "organization" },
                    one("project", ProjectId::schema(definitions)),
                    one("member", MemberId::schema(definitions)),
                    one("key", KeyId::schema(definitions)),
                ],
            })
        })
    }
}

/// An amount on a meter: a count, or for `cost` US dollars.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MeterAmount {
    /// A count, 0 to 10^12.
    Count(Int<0, LARGEST_COUNT>),
    /// US dollars.
    Usd(Money),
}

impl MeterAmount {
    /// The amount in units of the meter: counts, or 10^-18 USD.
    #[must_use]
    pub fn units(self) -> i128 {
        match self {
            Self::Count(count) => count.get().into(),
            Self::Usd(amount) => amount.units(),
        }
    }
}

impl Form for MeterAmount {
    fn read(json: &Json, path: &Path<'_>, problems: &mut Problems) -> Self {
        match json {
            Json::String(_) => Self::Usd(Money::read(json, path, problems)),
            _ => Self::Count(Int::read(json, path, problems)),
        }
    }

    fn write(&self, out: &mut Writer) {
        match self {
            Self::Count(count) => count.write(out),
            Self::Usd(amount) => amount.write(out),
        }
    }

    fn schema(definitions: &mut Definitions) -> serde_json::Value {
        serde_json::json!({ "anyOf": [Int::<0, LARGEST_COUNT>::schema(definitions), Money::schema(definitions)] })
    }
}

crate::object! {
    /// A limit: a rate over a meter, or the most open holds.
    pub struct LimitForm {
        /// Its id.
        id: LimitId,
        /// What it covers.
        scope: Scope,
        /// What it counts.
        meter: Meter,
        /// How much comes back in each period: a count, or for `cost` a string of US dollars. Not for `concurrent_requests`.
        rate: Option<MeterAmount> = None,
        /// The period, in milliseconds. Not for `concurrent_requests`.
        period_ms: Option<Int<1, 86_400_000>> = None,
        /// The level of a full bucket, or the most open holds.
        capacity: MeterAmount,
        /// The class of models that it applies to; null: every model.
        model_class: Option<ModelClassId> = None,
        /// Which requests it counts.
        operation: Operation = Operation::Messages,
        /// Whether cache reads count, for `input_tokens` and `tokens`.
        count_cache_reads: bool = false,
        /// When output counts, for `output_tokens` and `tokens`.
        output: OutputCounting = OutputCounting::Settle,
        /// Whether it blocks.
        mode: Mode = Mode::Enforce,
    }
}

impl LimitForm {
    pub(crate) fn period(&self) -> i64 {
        self.period_ms.map_or(1, Int::get)
    }

    pub(crate) fn rate_units(&self) -> i128 {
        self.rate.map_or(0, MeterAmount::units)
    }

    /// Whether a bucket of this form can go on with the other form's level.
    #[must_use]
    pub fn same_kind(&self, other: &Self) -> bool {
        self.scope == other.scope
            && self.meter == other.meter
            && self.period_ms == other.period_ms
            && self.model_class == other.model_class
            && self.operation == other.operation
            && self.count_cache_reads == other.count_cache_reads
            && self.output == other.output
    }

    /// Reports what is wrong with the fields together.
    pub(crate) fn check(&self, path: &Path<'_>, problems: &mut Problems) {
        let gauge = self.meter == Meter::ConcurrentRequests;
        let meter = self.meter.as_str();
        for (name, value, needed) in [("rate", self.rate, !gauge), ("capacity", Some(self.capacity), true)] {
            let path = path.field(name);
            let Some(value) = value else {
                if needed {
                    problems.report_missing(
                        &path,
                        format!("field `{name}` is missing"),
                        format!("say how much of `{meter}` comes back in each period"),
                    );
                }
                continue;
            };
            let shown = match value {
                MeterAmount::Count(count) => Json::Integer(count.get().into()),
                MeterAmount::Usd(amount) => Json::String(amount.to_string()),
            };
            match (self.meter, value) {
                _ if !needed => problems.report(
                    &path,
                    &shown,
                    "a gauge has no rate",
                    "remove `rate`; `capacity` is the most open holds",
                ),
                (Meter::Cost, MeterAmount::Usd(amount)) if amount > Money::ZERO && amount <= LARGEST => {}
                (Meter::Cost, _) => problems.report(
                    &path,
                    &shown,
                    "not an amount above 0",
                    "write US dollars as a string such as \"5.00\", at most 1000000000000",
                ),
                (Meter::ConcurrentRequests, MeterAmount::Count(_)) => {}
                (_, MeterAmount::Count(count)) if count.get() > 0 => {}
                _ => problems.report(
                    &path,
                    &shown,
                    format!("not a count of `{meter}`"),
                    format!("write a whole number from 1 to {LARGEST_COUNT}"),
                ),
            }
        }
        match (self.period_ms, gauge) {
            (None, false) => problems.report_missing(
                &path.field("period_ms"),
                "field `period_ms` is missing",
                "say in how many milliseconds `rate` comes back",
            ),
            (Some(period), true) => problems.report(
                &path.field("period_ms"),
                &Json::Integer(period.get().into()),
                "a gauge has no period",
                "remove `period_ms`",
            ),
            _ => {}
        }
        if self.operation == Operation::CountTokens && self.meter != Meter::Requests {
            let remedy = "use the meter `requests`, or the operation `messages`";
            problems.report(
                &path.field("meter"),
                &Json::String(meter.to_owned()),
                "counting tokens is limited by requests only",
                remedy,
            );
        }
        let tokens = matches!(self.meter, Meter::Tokens | Meter::InputTokens);
        if self.count_cache_reads && !tokens {
            problems.report(
                &path.field("count_cache_reads"),
                &Json::Bool(true),
                format!("`{meter}` has no cache reads"),
                "remove it, or use the meter `input_tokens` or `tokens`",
            );
        }
        if self.output == OutputCounting::Reserve && !matches!(self.meter, Meter::Tokens | Meter::OutputTokens) {
            problems.report(
                &path.field("output"),
                &Json::String("reserve".to_owned()),
                format!("`{meter}` counts no output"),
                "remove it, or use the meter `output_tokens` or `tokens`",
            );
        }
    }
}
