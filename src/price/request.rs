//! The shape of a request before it is sent: everything that bounds what it can cost.

use super::{
    class::UsageClass,
    usage::{InferenceGeo, PriceContext, ServiceTier, Speed},
};
use crate::form::Int;

crate::names! {
    /// The longest-lived cache write that a request can cause, or any that its card prices.
    pub enum CacheWrite {
        /// No cache writes.
        None = "none",
        /// Writes for five minutes.
        FiveMinutes = "5m",
        /// Writes for one hour, or for five minutes: the dearest of the two.
        OneHour = "1h",
        /// Writes for thirty minutes.
        ThirtyMinutes = "30m",
        /// Writes for twelve hours, or for thirty minutes: the dearest of the two.
        TwelveHours = "12h",
        /// Every write that the card has a rate for: the dearest of them.
        Any = "any",
    }
}

impl CacheWrite {
    /// The classes that the request can write; of [`CacheWrite::Any`], as far as the card has a rate for them.
    #[must_use]
    pub const fn classes(self) -> &'static [UsageClass] {
        match self {
            Self::None => &[],
            Self::FiveMinutes => &[UsageClass::CacheWrite5m],
            Self::OneHour => &[UsageClass::CacheWrite5m, UsageClass::CacheWrite1h],
            Self::ThirtyMinutes => &[UsageClass::CacheWrite30m],
            Self::TwelveHours => &[UsageClass::CacheWrite30m, UsageClass::CacheWrite12h],
            Self::Any => &[
                UsageClass::CacheWrite5m,
                UsageClass::CacheWrite1h,
                UsageClass::CacheWrite30m,
                UsageClass::CacheWrite12h,
            ],
        }
    }
}

crate::single! {
    /// How large the input is.
    pub enum InputSizeForm {
        /// The exact count of tokens.
        "tokens" => Tokens(Int<0, 1_000_000_000_000>),
        /// The bytes of the body, which are at least as many as its tokens.
        "bytes" => Bytes(Int<0, 1_000_000_000_000>),
    }
}

crate::object! {
    /// The shape of a request.
    pub struct RequestForm {
        /// The most output tokens of one iteration.
        max_tokens: Int<1, 1_000_000_000>,
        /// The exact count of input tokens where the host knows it, else the body's bytes.
        input: InputSizeForm,
        /// Images in the body.
        images: Int<0, 100_000> = Int::clamped(0),
        /// Whether the request offers tools.
        tools: bool = false,
        /// The longest-lived cache write that the request can cause, or any that its card prices.
        cache_write: CacheWrite = CacheWrite::Any,
        /// The most web searches that the request permits.
        web_searches: Int<0, 100_000> = Int::clamped(0),
        /// Whether the model may read input that the body does not carry: URLs, file ids, server tools, MCP.
        external_input: bool = false,
        /// The most model iterations that the request permits; null: one, or unknown where there is external input.
        iterations: Option<Int<1, 1_000>> = None,
        /// Speed.
        speed: Speed = Speed::Standard,
        /// Inference geography.
        inference_geo: InferenceGeo = InferenceGeo::Global,
        /// The service tier that it is served at.
        service_tier: ServiceTier = ServiceTier::Standard,
        /// The most container time that may be billed for the request, each container at the book's minimum at least.
        code_execution_ms: Int<0, 1_000_000_000> = Int::clamped(0),
    }
}

/// How large the input is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InputSize {
    /// The exact count of tokens.
    Tokens(u64),
    /// The bytes of the body.
    Bytes(u64),
}

/// The shape of a request before it is sent, in the form that the gates use. See [`RequestForm`] for the ranges.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestShape {
    /// How large the input is.
    pub input: InputSize,
    /// The most output tokens of one iteration.
    pub max_tokens: u32,
    /// Images in the body.
    pub images: u32,
    /// The most web searches.
    pub web_searches: u32,
    /// The most model iterations; 0: not said.
    pub iterations: u16,
    /// Whether the request offers tools.
    pub tools: bool,
    /// Whether the model may read input that the body does not carry.
    pub external_input: bool,
    /// The longest-lived cache write, or any.
    pub cache_write: CacheWrite,
    /// Speed.
    pub speed: Speed,
    /// Inference geography.
    pub inference_geo: InferenceGeo,
    /// The service tier that it is served at.
    pub service_tier: ServiceTier,
    /// The most container time that may be billed, in milliseconds.
    pub code_execution_ms: u32,
}

impl RequestShape {
    /// A text request of at most `max_tokens` output tokens (1 to 10^9) and no input yet, which writes no cache.
    #[must_use]
    pub const fn new(max_tokens: u32) -> Self {
        Self {
            input: InputSize::Tokens(0),
            max_tokens,
            images: 0,
            web_searches: 0,
            iterations: 0,
            tools: false,
            external_input: false,
            cache_write: CacheWrite::None,
            speed: Speed::Standard,
            inference_geo: InferenceGeo::Global,
            service_tier: ServiceTier::Standard,
            code_execution_ms: 0,
        }
    }

    /// The same request, whose body has this many bytes (at most 10^12).
    #[must_use]
    pub const fn with_body_bytes(self, bytes: u64) -> Self {
        Self { input: InputSize::Bytes(bytes), ..self }
    }

    /// The same request, whose exact count of input tokens is known (at most 10^12).
    #[must_use]
    pub const fn with_input_tokens(self, tokens: u64) -> Self {
        Self { input: InputSize::Tokens(tokens), ..self }
    }

    /// The same request, which can write the cache.
    #[must_use]
    pub const fn with_cache_write(self, cache_write: CacheWrite) -> Self {
        Self { cache_write, ..self }
    }

    /// How many iterations bound the request; `None` where nothing bounds them.
    pub(crate) const fn bounding_iterations(&self) -> Option<u64> {
        match (self.iterations, self.external_input) {
            (0, true) => None,
            (0, false) => Some(1),
            (iterations, _) => Some(iterations as u64),
        }
    }

    /// The most output tokens of the whole request.
    pub(crate) fn output_bound(&self) -> u64 {
        u64::from(self.max_tokens).saturating_mul(self.bounding_iterations().unwrap_or(1))
    }

    /// What it can use beside tokens.
    pub(crate) fn uses(&self) -> [(UsageClass, u64); 2] {
        [(UsageClass::WebSearch, self.web_searches.into()), (UsageClass::CodeExecution, self.code_execution_ms.into())]
    }

    /// The context that the request asks for.
    #[must_use]
    pub const fn context(&self) -> PriceContext {
        PriceContext { speed: self.speed, inference_geo: self.inference_geo, service_tier: self.service_tier }
    }

    /// Whether every quantity is in its range, which bounds all arithmetic on it.
    pub(crate) const fn in_range(&self) -> bool {
        let (InputSize::Tokens(size) | InputSize::Bytes(size)) = self.input;
        1 <= self.max_tokens
            && self.max_tokens <= 1_000_000_000
            && size <= 1_000_000_000_000
            && self.images <= 100_000
            && self.web_searches <= 100_000
            && self.iterations <= 1_000
            && self.code_execution_ms <= 1_000_000_000
    }
}

impl From<&RequestForm> for RequestShape {
    fn from(form: &RequestForm) -> Self {
        let small = |value: u64| u32::try_from(value).unwrap_or(u32::MAX);
        Self {
            input: match &form.input {
                InputSizeForm::Tokens(tokens) => InputSize::Tokens(tokens.unsigned()),
                InputSizeForm::Bytes(bytes) => InputSize::Bytes(bytes.unsigned()),
            },
            max_tokens: small(form.max_tokens.unsigned()),
            images: small(form.images.unsigned()),
            web_searches: small(form.web_searches.unsigned()),
            iterations: form
                .iterations
                .map_or(0, |iterations| u16::try_from(iterations.unsigned()).unwrap_or(u16::MAX)),
            tools: form.tools,
            external_input: form.external_input,
            cache_write: form.cache_write,
            speed: form.speed,
            inference_geo: form.inference_geo,
            service_tier: form.service_tier,
            code_execution_ms: small(form.code_execution_ms.unsigned()),
        }
    }
}

impl From<&RequestShape> for RequestForm {
    fn from(shape: &RequestShape) -> Self {
        let signed = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
        Self {
            max_tokens: Int::clamped(shape.max_tokens.into()),
            input: match shape.input {
                InputSize::Tokens(tokens) => InputSizeForm::Tokens(Int::clamped(signed(tokens))),
                InputSize::Bytes(bytes) => InputSizeForm::Bytes(Int::clamped(signed(bytes))),
            },
            images: Int::clamped(shape.images.into()),
            tools: shape.tools,
            cache_write: shape.cache_write,
            web_searches: Int::clamped(shape.web_searches.into()),
            external_input: shape.external_input,
            iterations: (shape.iterations > 0).then(|| Int::clamped(shape.iterations.into())),
            speed: shape.speed,
            inference_geo: shape.inference_geo,
            service_tier: shape.service_tier,
            code_execution_ms: Int::clamped(shape.code_execution_ms.into()),
        }
    }
}
